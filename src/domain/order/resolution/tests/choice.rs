//! The offer, the term, the plan, the units and the characteristics of an item.

use super::*;
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::{Characteristic, ValueKind};
use crate::domain::catalog::lifecycle::Trigger;
use crate::domain::catalog::offer::{Direction, Plan, QuantityLimits, Switch};
use crate::domain::catalog::term::{Renewal, Term, Trial};
use crate::domain::order::item::Parent;
use crate::domain::subscription::change::{Cancellation, RefundTo, TakenPrice};
use crate::domain::time::Span;

#[test]
fn only_what_is_launched_and_valid_is_sold() {
    let world = World::new()
        .specification(1, &[])
        .offer_in(State::Active, 1, |_| ())
        .offer(2, |it| it.is_sellable = false)
        .offer(3, |_| ());
    let mut world = world;
    let late = Validity::new(Some(at(200)), None).expect("not empty");
    world.shelf.offers.get_mut(&id(3)).expect("there").life.valid_for = late;
    assert_eq!(world.refusals(&[add("1", 1)]), ["/items/0/offer state"]);
    assert_eq!(world.refusals(&[add("1", 2)]), ["/items/0/offer sellable"]);
    assert_eq!(world.refusals(&[add("1", 3)]), ["/items/0/offer valid_for"]);
    assert_eq!(world.refusals(&[add("1", 9)]), ["/items/0/offer reference"]);
}

#[test]
fn all_objections_are_told_at_once_with_field_rule_and_object() {
    let world = World::new().resources("a requires b").offer(1, all_rates).offer_in(
        State::Active,
        2,
        |_| (),
    );
    let found = world.resolve(&[asking(add("1", 9), ""), add("2", 2)]).expect_err("both are bad");
    let objects: Vec<_> = found.as_slice().iter().map(|it| it.object).collect();
    let offer = |number: u128| OfferId::from_uuid(uuid::Uuid::from_u128(number)).subject();
    assert_eq!(objects, [Some(offer(9)), Some(offer(2))]);
    let rejection = Rejection::from(found);
    assert_eq!(rejection.code, Code::ReferenceUnknown);
    assert!(rejection.detail.contains("`/items/1/offer` cannot be bought: `Offer 2` is `active`"));
}

#[test]
fn what_an_account_has_is_modified_renewed_and_deleted_while_its_life_allows() {
    let mut world =
        World::new().specification(1, &[]).offer_in(State::Launched, 1, |_| ()).holding(7, 1, "");
    let foreign = subscription(8, 2, deal(1, ""));
    let dead = subscription(9, 1, deal(1, ""));
    let cancellation = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
    let on_day = "2026-02-01".parse().expect("a date");
    world.holder.subscriptions.push(foreign);
    world.holder.subscriptions.push(dead.cancel(cancellation, on_day, at(50)).expect("living").0);
    for action in [Action::Modify, Action::Delete, Action::Renew, Action::NoChange] {
        assert_eq!(world.refusals(&[on("1", action, 7)]), Vec::<String>::new(), "{action}");
        for unknown in [8, 99] {
            let refusals = world.refusals(&[on("1", action, unknown)]);
            assert_eq!(refusals, ["/items/0/subscription reference"], "{action}");
        }
        assert_eq!(world.refusals(&[on("1", action, 9)]), ["/items/0/subscription state"]);
    }
}

#[test]
fn two_items_do_not_act_on_one_subscription() {
    let world = World::new().offer(1, |_| ()).holding(7, 1, "");
    let both = [on("1", Action::Modify, 7), on("2", Action::Delete, 7)];
    assert_eq!(
        world.refusals(&both),
        ["/items/0/subscription unique", "/items/1/subscription unique"]
    );
    let named = [on("1", Action::Modify, 7), on("2", Action::NoChange, 7)];
    assert_eq!(world.refusals(&named), Vec::<String>::new());
}

#[test]
fn a_modification_leaves_what_it_does_not_name() {
    let world = World::new()
        .resources("")
        .offer(1, |it| {
            all_rates(it);
            it.quantity = QuantityLimits { min: 1, max: Some(5) };
        })
        .holding(7, 1, "a=3 b=2");
    let mut item = asking(on("1", Action::Modify, 7), "b=5");
    item.wish.quantity = Some(4);
    let resolved = world.resolve(&[item.clone()]).expect("allowed");
    let deal = resolved[0].deal.as_ref().expect("a modification");
    assert_eq!((shown(deal).as_str(), deal.quantity), ("a=3 b=5", 4));
    item.wish.quantity = Some(6);
    assert_eq!(world.refusals(&[item]), ["/items/0/quantity range"]);
}

#[test]
fn what_was_retired_is_still_renewed_and_changed_but_not_sold() {
    let mut world = World::new().offer(1, |_| ()).holding(7, 1, "");
    let offer = world.shelf.offers.remove(&id(1)).expect("there");
    let retired = offer.on(Trigger::Retire, 1).expect("launched");
    world.shelf.offers.insert(id(1), retired.0);
    assert_eq!(world.refusals(&[on("1", Action::Renew, 7)]), Vec::<String>::new());
    assert_eq!(world.refusals(&[on("1", Action::Modify, 7)]), Vec::<String>::new());
    assert_eq!(world.refusals(&[add("1", 1)]), ["/items/0/offer state"]);
}

#[test]
fn a_switch_leads_where_the_offer_or_its_specification_says() {
    let switch = |to| Switch { to: id(to), term: None, direction: Direction::Upgrade };
    let world = World::new()
        .specification(1, &[(RelationKind::Migration, 3)])
        .offer(1, |it| it.switches = vec![switch(2)])
        .offer(2, |_| ())
        .offer(3, |_| ())
        .offer(4, |_| ())
        .holding(7, 1, "");
    let to = |offer| {
        let mut item = on("1", Action::Modify, 7);
        item.wish.offer = Some(id(offer));
        item
    };
    assert_eq!(world.refusals(&[to(2)]), Vec::<String>::new());
    assert_eq!(world.refusals(&[to(3)]), Vec::<String>::new());
    assert_eq!(world.refusals(&[to(4)]), ["/items/0/offer switch"]);
    let mut renewal = to(2);
    renewal.action = Action::Renew;
    assert_eq!(world.refusals(&[renewal]), ["/items/0/offer conflict"]);
}

#[test]
fn a_term_is_asked_for_where_none_is_the_default() {
    let term = |key: &str| Term::of(code(key), Some(Span::months(1)));
    let world = World::new().offer(1, |it| it.terms = vec![term("m"), term("y")]).offer(2, |it| {
        it.terms = vec![term("m"), Term { is_default: true, ..term("y") }];
    });
    let with = |offer, key: &str| {
        let mut item = add("1", offer);
        item.wish.term = Some(code(key));
        item
    };
    let chosen = |item| world.resolve(&[item]).map(|it| it[0].term.clone()).ok().flatten();
    assert_eq!(world.refusals(&[add("1", 1)]), ["/items/0/term required"]);
    assert_eq!(world.refusals(&[with(1, "x")]), ["/items/0/term reference"]);
    assert_eq!(chosen(with(1, "m")), Some(code("m")));
    assert_eq!(chosen(add("1", 2)), Some(code("y")));
}

#[test]
fn a_term_is_had_as_often_at_once_as_its_offer_lets_it() {
    let month = Term { times_max: 12, ..Term::of(code("m"), Some(Span::months(1))) };
    let world = World::new().offer(1, |it| it.terms = vec![month]).offer(2, |it| {
        it.terms = Vec::new();
    });
    let times = |offer, count| {
        let mut item = add("1", offer);
        item.wish.times = Some(count);
        item
    };
    for right in [times(1, 1), times(1, 12), times(2, 1)] {
        assert_eq!(world.refusals(&[right]), Vec::<String>::new());
    }
    for wrong in [times(1, 0), times(1, 13), times(2, 2)] {
        assert_eq!(world.refusals(&[wrong]), ["/items/0/times range"]);
    }
}

#[test]
fn a_trial_renews_into_the_term_that_follows_it() {
    let trial = Term {
        trial: Trial::Whole,
        renews_into: Some(code("y")),
        ..Term::of(code("t"), Some(Span::months(1)))
    };
    let yearly = Term::of(code("y"), Some(Span::months(12)));
    let mut world = World::new().offer(1, |it| it.terms = vec![trial.clone(), yearly]);
    let start = Start::of(&trial, Renewal::OnOrder, "2026-01-01".parse().expect("a date"));
    let purchase = Purchase {
        account: id(1),
        billing_account: id(1),
        name: None,
        deal: deal(1, ""),
        term: Some(code("t")),
        times: 1,
        parent: None,
        attributes: Vec::new(),
        origin: None,
        ordered_at: at(0),
    };
    let it = Subscription::new(id(7), stamp(), purchase).activate(start, at(0)).expect("pending").0;
    world.holder.subscriptions.push(it);
    let term = |action| world.resolve(&[on("1", action, 7)]).map(|it| it[0].term.clone());
    assert_eq!(term(Action::Renew), Ok(Some(code("y"))));
    assert_eq!(term(Action::Modify), Ok(Some(code("t"))));
}

#[test]
fn of_several_plans_the_buyer_picks_one() {
    let plan = |key: &str| Plan { key: code(key), name: name(key), description: None };
    let world = World::new()
        .offer(1, |it| it.plans = vec![plan("flat"), plan("metered")])
        .offer(2, |it| it.plans = vec![plan("flat")]);
    let chosen =
        |item| world.resolve(&[item]).map(|it| it[0].item.wish.plan.clone()).ok().flatten();
    let with = |offer, key: &str| {
        let mut item = add("1", offer);
        item.wish.plan = Some(code(key));
        item
    };
    assert_eq!(world.refusals(&[add("1", 1)]), ["/items/0/plan required"]);
    assert_eq!(world.refusals(&[with(1, "other")]), ["/items/0/plan reference"]);
    assert_eq!(chosen(with(1, "metered")), Some(code("metered")));
    assert_eq!(chosen(add("1", 2)), Some(code("flat")));
}

#[test]
fn characteristics_take_allowed_values_of_known_names() {
    let mut world = World::new().specification(1, &[]).offer(1, |_| ());
    let size =
        Characteristic::configurable("size".parse().expect("a name"), ValueKind::Number, vec![]);
    let specification = world.shelf.specifications.get_mut(&id(1)).expect("there");
    specification.content.characteristics = vec![Characteristic { values_min: 1, ..size }];
    let with = |name: &str, value: AttributeValue| {
        let mut item = add("1", 1);
        item.wish.characteristics.insert(name.parse().expect(name), vec![value]);
        item
    };
    let number = AttributeValue::Number(8.into());
    assert_eq!(world.refusals(&[with("size", number.clone())]), Vec::<String>::new());
    assert_eq!(world.refusals(&[add("1", 1)]), ["/items/0/characteristics/size value"]);
    let flag = with("size", AttributeValue::Flag(true));
    assert_eq!(world.refusals(&[flag]), ["/items/0/characteristics/size value"]);
    let mut strange = with("size", number.clone());
    strange.wish.characteristics.insert("a/b".parse().expect("a name"), vec![number]);
    assert_eq!(world.refusals(&[strange]), ["/items/0/characteristics/a~1b reference"]);
}

#[test]
fn an_add_on_belongs_to_what_it_adds_to() {
    let world = World::new()
        .offer(1, |_| ())
        .offer(2, |it| it.adds_to = Some(id(1)))
        .offer(3, |_| ())
        .holding(7, 1, "")
        .holding(8, 3, "");
    let below = |parent| {
        let mut item = add("2", 2);
        item.parent = Some(parent);
        item
    };
    let of = |number| Parent::Subscription(id(number), Belonging::AddOn);
    assert_eq!(world.refusals(&[below(of(7))]), Vec::<String>::new());
    assert_eq!(world.refusals(&[below(of(8))]), ["/items/0/parent adds_to"]);
    assert_eq!(world.refusals(&[below(of(9))]), ["/items/0/parent reference"]);
    assert_eq!(world.refusals(&[add("2", 2)]), ["/items/0/parent required"]);
    let item = below(Parent::Item(code("1"), Belonging::AddOn));
    assert_eq!(world.refusals(&[add("1", 1), item.clone()]), Vec::<String>::new());
    assert_eq!(world.refusals(&[add("1", 3), item]), ["/items/1/parent adds_to"]);
}

#[test]
fn a_pool_grows_by_the_same_offer() {
    let world = World::new().offer(1, |_| ()).offer(2, |_| ()).holding(7, 1, "");
    let below = |offer| {
        let mut item = add("1", offer);
        item.parent = Some(Parent::Subscription(id(7), Belonging::Pool));
        item
    };
    assert_eq!(world.refusals(&[below(1)]), Vec::<String>::new());
    assert_eq!(world.refusals(&[below(2)]), ["/items/0/parent pool"]);
}

#[test]
fn who_may_not_buy_is_told_why_and_what_is_ordered_counts() {
    let once = World::new().offer(1, |it| it.eligibility.per_account_max = Some(1));
    assert_eq!(once.refusals(&[add("1", 1)]), Vec::<String>::new());
    let both = once.refusals(&[add("1", 1), add("2", 1)]);
    assert_eq!(both, ["/items/0/offer too_many", "/items/1/offer too_many"]);
    let held = once.holding(7, 1, "");
    assert_eq!(held.refusals(&[add("1", 1)]), ["/items/0/offer too_many"]);
    assert_eq!(held.refusals(&[on("1", Action::Delete, 7), add("2", 1)]), Vec::<String>::new());
    assert_eq!(held.refusals(&[on("1", Action::Renew, 7)]), Vec::<String>::new());
}

#[test]
fn prices_are_left_to_who_places_the_order_unless_the_subscription_has_them() {
    let taken =
        BTreeMap::from([(id(5), TakenPrice { frozen_on: None, until_on: None, taken: None })]);
    let mut world = World::new().offer(1, |_| ());
    let deal = Deal { prices: taken.clone(), ..deal(1, "") };
    world.holder.subscriptions.push(subscription(7, 1, deal));
    let resolved = world.resolve(&[add("1", 1), on("2", Action::Modify, 7)]).expect("allowed");
    let prices = |place: usize| resolved[place].deal.as_ref().map(|it| it.prices.clone());
    assert_eq!((prices(0), prices(1)), (Some(BTreeMap::new()), Some(taken)));
}
