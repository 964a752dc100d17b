//! What may be ordered, and what comes of it: the world that the tests order in.

mod amount;
mod bundle;
mod choice;
mod holding;

use std::collections::BTreeSet;

use super::*;
use crate::domain::account::Nature;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::{OfferContent, ResourceRate};
use crate::domain::catalog::resource::{Dependency, ResourceContent};
use crate::domain::catalog::specification::{Relation, RelationKind, SpecificationContent};
use crate::domain::localized::Localized;
use crate::domain::order::item::Wish;
use crate::domain::order::tests::{at, code, id, stamp};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::Entitlement;
use crate::domain::subscription::tree::Belonging;
use crate::domain::subscription::{Purchase, Start};
use crate::domain::text::Name;
use crate::domain::time::Validity;

fn name(text: &str) -> Localized<Name> {
    Localized::new("en".parse().expect("a locale"), text.parse().expect(text))
}

fn life(state: State) -> Life {
    Life::new(state, Validity::ALWAYS).expect("can begin")
}

/// A resource by a letter: `a` is 1.
fn letter(text: &str) -> ResourceId {
    let number = text.bytes().next().map_or(0, |it| u128::from(it - b'a') + 1);
    id(number)
}

fn word(resource: ResourceId) -> String {
    let number = u8::try_from(resource.uuid().as_u128()).expect("a letter");
    char::from(b'a' + number - 1).to_string()
}

/// What is for sale, and what account 1 has.
struct World {
    shelf: Shelf,
    holder: Holder,
}

impl World {
    fn new() -> Self {
        let buyer = Buyer {
            account: id(1),
            nature: Nature::Company,
            country: None,
            class: None,
            channel: None,
            markets: BTreeSet::new(),
            holdings: BTreeMap::new(),
        };
        Self { shelf: Shelf::default(), holder: Holder { buyer, subscriptions: vec![] } }
    }

    fn specification(mut self, number: u128, relations: &[(RelationKind, u128)]) -> Self {
        let mut content = SpecificationContent::named(name(&format!("Specification {number}")));
        let relation = |it: &(RelationKind, u128)| Relation {
            to: id(it.1),
            kind: it.0,
            valid_for: Validity::ALWAYS,
        };
        content.relations = relations.iter().map(relation).collect();
        let it = Specification::new(id(number), stamp(), life(State::Launched), content);
        self.shelf.specifications.insert(id(number), it.expect("valid"));
        self
    }

    fn offer(self, number: u128, edit: impl FnOnce(&mut OfferContent)) -> Self {
        self.offer_in(State::Launched, number, edit)
    }

    fn offer_in(
        mut self,
        state: State,
        number: u128,
        edit: impl FnOnce(&mut OfferContent),
    ) -> Self {
        let mut content = OfferContent::named(name(&format!("Offer {number}")));
        content.specification = Some(id(number));
        edit(&mut content);
        let offer = Offer::new(id(number), stamp(), life(state), content).expect("valid");
        self.shelf.offers.insert(id(number), offer);
        self
    }

    /// Resources `a` to `e` with dependencies such as `a requires b 2, c provided_by a`.
    fn resources(mut self, dependencies: &str) -> Self {
        let mut all: BTreeMap<ResourceId, Vec<Dependency>> =
            "abcde".chars().map(|it| (letter(&it.to_string()), vec![])).collect();
        for text in dependencies.split(',').filter(|it| !it.trim().is_empty()) {
            let words: Vec<_> = text.split_whitespace().collect();
            let multiplier = words.get(3).map_or(Quantity::ONE, |it| it.parse().expect(it));
            let kind = words[1].parse().expect(text);
            let dependency = Dependency { on: letter(words[2]), kind, multiplier };
            all.entry(letter(words[0])).or_default().push(dependency);
        }
        for (id, dependencies) in all {
            let content = ResourceContent::named(name(&word(id)), code("unit"));
            let content = ResourceContent { dependencies, ..content };
            let resource = Resource::new(id, stamp(), content).expect("valid");
            self.shelf.resources.insert(id, resource);
        }
        self
    }

    /// A subscription of the account that runs.
    fn holding(mut self, number: u128, offer: u128, amounts: &str) -> Self {
        let deal = deal(offer, amounts);
        *self.holder.buyer.holdings.entry(id(offer)).or_default() += 1;
        self.holder.subscriptions.push(subscription(number, 1, deal));
        self
    }

    fn below(mut self, parent: u128) -> Self {
        let child = self.holder.subscriptions.pop().expect("a subscription");
        let child = child.belonging(Some(Belonging::AddOn), &[id(parent)]).expect("a place");
        self.holder.subscriptions.push(child);
        self
    }

    fn resolve(&self, items: &[Item]) -> Result<Vec<Resolved>, Objections> {
        resolve(items, &self.shelf, &self.holder, at(100))
    }

    /// The rule of each objection and the end of its field, or nothing if there is none.
    fn refusals(&self, items: &[Item]) -> Vec<String> {
        let told = |it: &Objection| format!("{} {}", it.field, it.rule);
        self.resolve(items).err().map_or(vec![], |it| it.as_slice().iter().map(told).collect())
    }
}

fn deal(offer: u128, amounts: &str) -> Deal {
    let none = Quantity::ZERO;
    Deal {
        offer: id(offer),
        offer_version: 1,
        specification: Some(id(offer)),
        plan: None,
        prices: BTreeMap::new(),
        quantity: 1,
        resources: read(amounts)
            .into_iter()
            .map(|it| (it.0, Entitlement::of(it.1, none)))
            .collect(),
        characteristics: BTreeMap::new(),
        bundled: None,
    }
}

fn subscription(number: u128, account: u128, deal: Deal) -> Subscription {
    let purchase = Purchase {
        account: id(account),
        billing_account: id(1),
        name: None,
        deal,
        term: None,
        times: 1,
        parent: None,
        attributes: Vec::new(),
        origin: None,
        ordered_at: at(0),
    };
    let pending = Subscription::new(id(number), stamp(), purchase);
    let start = Start::open("2026-01-01".parse().expect("a date"));
    pending.activate(start, at(0)).expect("pending").0
}

/// Amounts such as `a=4 b=2`.
fn read(amounts: &str) -> BTreeMap<ResourceId, Quantity> {
    let pair = |text: &str| {
        let (name, amount) = text.split_once('=').expect("a=4");
        (letter(name), amount.parse().expect(amount))
    };
    amounts.split_whitespace().map(pair).collect()
}

fn shown(deal: &Deal) -> String {
    let some = deal.resources.iter().filter(|it| !it.1.amount().is_zero());
    some.map(|it| format!("{}={}", word(*it.0), it.1.amount())).collect::<Vec<_>>().join(" ")
}

fn add(key: &str, offer: u128) -> Item {
    let wish = Wish { offer: Some(id(offer)), ..Wish::default() };
    Item::new(code(key), Action::Add, wish)
}

fn on(key: &str, action: Action, subscription: u128) -> Item {
    let mut item = Item::new(code(key), action, Wish::default());
    item.subscription = Some(id(subscription));
    item
}

fn asking(mut item: Item, amounts: &str) -> Item {
    item.wish.resources = read(amounts);
    item
}

fn all_rates(content: &mut OfferContent) {
    content.resources =
        "abcde".chars().map(|it| ResourceRate::of(letter(&it.to_string()))).collect();
}
