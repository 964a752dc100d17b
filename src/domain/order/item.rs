//! Items: what an order, a cart or a quote asks for, piece by piece.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lifecycle::{ItemState, ItemTrigger, next_of_item};
use super::shipment::Destination;
use super::total::Total;
use crate::domain::attribute::{self, Attribute};
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::keys_violations;
use crate::domain::error::{Code as Reason, Rejection, Violation};
use crate::domain::id::{AccountId, BillingAccountId, OfferId, ResourceId, SubscriptionId};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::Cancellation;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::{Code, Name, Prose};
use crate::domain::time::Date;
use crate::domain::word::words;

/// How many units can be asked for at once: more is a slip of the hand.
pub const QUANTITY_MAX: u32 = 999_999;

/// Whether so many units can be asked for.
#[must_use]
pub const fn is_orderable(quantity: u32) -> bool {
    quantity >= 1 && quantity <= QUANTITY_MAX
}

words! {
    /// What an item is to do.
    Action {
        /// Make a subscription.
        Add = "add";
        /// Change one: its amounts, its choices, its offer or its term.
        Modify = "modify";
        /// End one.
        Delete = "delete";
        /// Leave one as it is; it is named because another item refers to it.
        NoChange = "no_change";
        /// Begin the next term of one.
        Renew = "renew";
    }
}

/// What is wanted. What is left out is taken as the offer, or the subscription, has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wish {
    /// The offer.
    pub offer: Option<OfferId>,
    /// The term.
    pub term: Option<Code>,
    /// To how many of its lengths one commits at once; to one if nothing is said.
    pub times: Option<u32>,
    /// The way to pay.
    pub plan: Option<Code>,
    /// How many units.
    pub quantity: Option<u32>,
    /// How much of these resources, in all, with what is included.
    pub resources: BTreeMap<ResourceId, Quantity>,
    /// What is chosen.
    pub characteristics: Choices,
    /// How many of these parts of a bundle.
    pub parts: BTreeMap<OfferId, u32>,
    /// What the subscription is to be called.
    pub name: Option<Name>,
}

/// What an item belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parent {
    /// A subscription that the account has.
    Subscription(SubscriptionId, Belonging),
    /// What another item of the same order makes.
    Item(Code, Belonging),
}

impl Parent {
    /// In which way.
    #[must_use]
    pub const fn belonging(&self) -> Belonging {
        match self {
            Self::Subscription(_, belonging) | Self::Item(_, belonging) => *belonging,
        }
    }
}

/// When a change or an end takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// As soon as it is done.
    Now,
    /// When the term ends.
    TermEnd,
    /// On a later day, in the time zone of the billing account.
    On(Date),
}

/// That an item has to do with another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// In which way: `relies_on`, `targets`.
    pub kind: Code,
    /// The other item.
    pub item: Code,
}

/// One piece of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called in the order.
    pub key: Code,
    /// What it is to do.
    pub action: Action,
    state: ItemState,
    /// What is wanted.
    pub wish: Wish,
    /// The subscription that it is about; of an add, the one that it has made.
    pub subscription: Option<SubscriptionId>,
    /// What it belongs to.
    pub parent: Option<Parent>,
    /// What it has to do with.
    pub relations: Vec<Relation>,
    /// Where it is billed, if not where the order is.
    pub billing_account: Option<BillingAccountId>,
    /// When it takes effect.
    pub when: When,
    /// What is said of the subscription: of an add, what it begins with; else, what was said of it
    /// when it was ordered. What is said of it later is not said here.
    pub attributes: Vec<Attribute>,
    /// Of a delete: why and how.
    pub cancellation: Option<Cancellation>,
    /// What it was estimated at when it was placed.
    pub totals: Vec<Total>,
    failure: Option<Prose>,
    /// Who delivers it for the seller, as the offer said when it was ordered; `None`: the seller does.
    pub supplier: Option<AccountId>,
    /// Where it is sent, if it is physical.
    pub deliver_to: Option<Destination>,
}

impl Item {
    /// An item that nobody has begun with.
    #[must_use]
    pub const fn new(key: Code, action: Action, wish: Wish) -> Self {
        Self {
            key,
            action,
            state: ItemState::Acknowledged,
            wish,
            subscription: None,
            parent: None,
            relations: Vec::new(),
            billing_account: None,
            when: When::Now,
            attributes: Vec::new(),
            cancellation: None,
            totals: Vec::new(),
            failure: None,
            supplier: None,
            deliver_to: None,
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> ItemState {
        self.state
    }

    /// Why it could not be done.
    #[must_use]
    pub const fn failure(&self) -> Option<&Prose> {
        self.failure.as_ref()
    }

    /// The item after a trigger; `why` is kept where it fails.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub(super) fn on(self, trigger: ItemTrigger, why: Option<Prose>) -> Result<Self, Rejection> {
        let Some(state) = next_of_item(self.state, trigger) else {
            let why = format!("cannot {trigger} the item `{}` that is `{}`", self.key, self.state);
            return Err(Rejection::new(Reason::OrderStateForbids, why));
        };
        let failure = if trigger == ItemTrigger::Retry { None } else { why.or(self.failure) };
        Ok(Self { state, failure, ..self })
    }
}

/// What is wrong with the form of a list of items.
#[must_use]
pub fn violations(items: &[Item]) -> Vec<Violation> {
    let mut found = keys_violations("/items", items.iter().map(|it| &it.key));
    if items.is_empty() {
        found.push(Violation::new("/items", "required", "must have at least one entry"));
    }
    let keys: BTreeSet<_> = items.iter().map(|it| &it.key).collect();
    for (place, item) in items.iter().enumerate() {
        let pointer = format!("/items/{place}/attributes");
        found.extend(attribute::violations(&item.attributes, &pointer));
        if let Some(it) = &item.deliver_to {
            found.extend(it.violations(&format!("/items/{place}/deliver_to")));
        }
        let faults = own_faults(item).into_iter().chain(reference_faults(item, &keys));
        found.extend(faults.map(|(field, rule, message)| {
            Violation::new(format!("/items/{place}{field}"), rule, message)
        }));
    }
    found
}

type Fault = (&'static str, &'static str, String);

fn own_faults(item: &Item) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut must = |field, message: &str| found.push((field, "required", message.to_owned()));
    match (item.action, item.subscription, item.wish.offer) {
        (Action::Add, _, None) => must("/offer", "must be named: an add is of an offer"),
        (Action::Modify | Action::Delete | Action::NoChange | Action::Renew, None, _) => {
            must("/subscription", "must be named: only an add makes a new one");
        }
        (Action::Add, _, Some(_))
        | (Action::Modify | Action::Delete | Action::NoChange | Action::Renew, Some(_), _) => (),
    }
    if item.action == Action::Add && item.subscription.is_some() {
        let message = "must be left out: an add makes a new one".to_owned();
        found.push(("/subscription", "conflict", message));
    }
    if item.action != Action::Add && !item.attributes.is_empty() {
        let message = "must be left out: they are those of the subscription".to_owned();
        found.push(("/attributes", "conflict", message));
    }
    if item.action != Action::Add && item.wish.name.is_some() {
        let message = "must be left out: what there is already has a name".to_owned();
        found.push(("/name", "conflict", message));
    }
    if item.action != Action::Add && item.deliver_to.is_some() {
        let message = "must be left out: only what is new is sent".to_owned();
        found.push(("/deliver_to", "conflict", message));
    }
    if item.action != Action::Add && item.wish.times.is_some() {
        let message = "must be left out: only what is new is had for several lengths".to_owned();
        found.push(("/times", "conflict", message));
    }
    if item.action == Action::Renew {
        let wish = &item.wish;
        for (field, is_said) in [
            ("/quantity", wish.quantity.is_some()),
            ("/resources", !wish.resources.is_empty()),
            ("/characteristics", !wish.characteristics.is_empty()),
        ] {
            let message = "must be left out: a renewal changes nothing but the term";
            found.extend(is_said.then(|| (field, "conflict", message.to_owned())));
        }
    }
    if item.wish.quantity.is_some_and(|it| !is_orderable(it)) {
        found.push(("/quantity", "range", format!("must be 1 to {QUANTITY_MAX}")));
    }
    found
}

fn reference_faults(item: &Item, keys: &BTreeSet<&Code>) -> Vec<Fault> {
    let related = item.relations.iter().map(|it| ("/relations", &it.item));
    let parent = item.parent.iter().filter_map(|it| match it {
        Parent::Item(key, _) => Some(("/parent", key)),
        Parent::Subscription(..) => None,
    });
    let strange = related.chain(parent).filter(|it| !keys.contains(it.1) || *it.1 == item.key);
    strange
        .map(|(field, key)| {
            (field, "reference", format!("names no other item of the order: `{key}`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;

    fn id<T: Id>() -> T {
        T::from_uuid(Uuid::from_u128(1))
    }

    fn code(text: &str) -> Code {
        text.parse().expect(text)
    }

    fn item(action: Action) -> Item {
        let wish = Wish { offer: Some(id()), ..Wish::default() };
        let subscription = (action != Action::Add).then(id);
        Item { subscription, ..Item::new(code("1"), action, wish) }
    }

    fn fields(items: &[Item]) -> Vec<String> {
        violations(items).into_iter().map(|it| it.field).collect()
    }

    #[test]
    fn an_add_is_of_an_offer_and_all_else_of_a_subscription() {
        for action in Action::ALL {
            assert_eq!(fields(&[item(*action)]), Vec::<String>::new());
        }
        let add = Item { wish: Wish::default(), ..item(Action::Add) };
        assert_eq!(fields(&[add]), ["/items/0/offer"]);
        let add = Item { subscription: Some(id()), ..item(Action::Add) };
        assert_eq!(fields(&[add]), ["/items/0/subscription"]);
        let modify = Item { subscription: None, ..item(Action::Modify) };
        assert_eq!(fields(&[modify]), ["/items/0/subscription"]);
    }

    #[test]
    fn items_have_different_keys_and_refer_to_one_another() {
        assert_eq!(fields(&[]), ["/items"]);
        assert_eq!(fields(&[item(Action::Add), item(Action::Add)]), ["/items/1"]);
        let refers = |to: &str| {
            let relation = Relation { kind: code("relies_on"), item: code(to) };
            Item { key: code("2"), relations: vec![relation], ..item(Action::Add) }
        };
        assert_eq!(fields(&[item(Action::Add), refers("1")]), Vec::<String>::new());
        assert_eq!(fields(&[item(Action::Add), refers("2")]), ["/items/1/relations"]);
        assert_eq!(fields(&[item(Action::Add), refers("3")]), ["/items/1/relations"]);
        let parent = Some(Parent::Item(code("9"), Belonging::AddOn));
        assert_eq!(fields(&[Item { parent, ..item(Action::Add) }]), ["/items/0/parent"]);
    }

    #[test]
    fn only_what_is_new_is_said_something_of() {
        let value = crate::domain::attribute::AttributeValue::Flag(true);
        let attributes = vec![Attribute { name: code("urgent"), value }];
        for action in Action::ALL {
            let item = Item { attributes: attributes.clone(), ..item(*action) };
            let expected = if *action == Action::Add { &[][..] } else { &["/items/0/attributes"] };
            assert_eq!(fields(&[item]), expected, "{action}");
        }
        let mut renamed = item(Action::Modify);
        renamed.wish.name = Some("shop.test".parse().expect("a name"));
        assert_eq!(fields(&[renamed]), ["/items/0/name"]);
        let mut prolonged = item(Action::Modify);
        prolonged.wish.times = Some(2);
        assert_eq!(fields(&[prolonged]), ["/items/0/times"]);
        let twice = [attributes.clone(), attributes].concat();
        let item = Item { attributes: twice, ..item(Action::Add) };
        assert_eq!(fields(&[item]), ["/items/0/attributes/1/name"]);
    }

    #[test]
    fn a_renewal_is_of_the_term_alone() {
        let mut renewal = item(Action::Renew);
        renewal.wish.quantity = Some(2);
        renewal.wish.resources.insert(id(), Quantity::ONE);
        assert_eq!(fields(&[renewal]), ["/items/0/quantity", "/items/0/resources"]);
    }

    #[test]
    fn nobody_orders_none_of_something() {
        let mut none = item(Action::Add);
        none.wish.quantity = Some(0);
        assert_eq!(fields(&[none]), ["/items/0/quantity"]);
        let mut some = item(Action::Add);
        some.wish.quantity = Some(QUANTITY_MAX + 1);
        assert_eq!(fields(&[some]), ["/items/0/quantity"], "nor two milliards of seats");
    }
}
