//! What offers keep: their form, their choices, and when they may be launched.

use uuid::Uuid;

use super::*;
use crate::domain::catalog::specification::SpecificationContent;
use crate::domain::catalog::term::Trial;
use crate::domain::id::Id;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Validity;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000).expect("in range")
}

fn name(text: &str) -> Localized<Name> {
    Localized::new("en".parse().expect("a locale"), text.parse().expect(text))
}

fn stamp() -> Stamp {
    Stamp::new(SellerNumber::PROVIDER, None, at(0))
}

fn life(state: State) -> Life {
    Life::new(state, Validity::ALWAYS).expect("can begin")
}

fn content() -> OfferContent {
    OfferContent::named(name("Server"))
}

fn offer(number: u128, state: State, content: OfferContent) -> Offer {
    Offer::new(id(number), stamp(), life(state), content).expect("valid")
}

fn specification(state: State) -> Specification {
    let content = SpecificationContent::named(name("Server"));
    Specification::new(id(1), stamp(), life(state), content).expect("valid")
}

fn code(text: &str) -> text::Code {
    text.parse().expect(text)
}

fn term(key: &str) -> Term {
    Term::of(code(key), Some(Span::months(1)))
}

fn fields(content: OfferContent) -> Vec<String> {
    match Offer::new(id(1), stamp(), life(State::Active), content) {
        Ok(_) => vec![],
        Err(it) => it.violations.into_iter().map(|it| it.field).collect(),
    }
}

#[test]
fn each_fault_of_an_offer_is_found_at_its_place() {
    let rate = || ResourceRate::of(id(1));
    let parts = vec![Part::one(id(2)), Part::one(id(3))];
    let default = |key| Term { is_default: true, ..term(key) };
    let table = [
        (content(), vec![]),
        (OfferContent { terms: vec![term("m"), term("m")], ..content() }, vec!["/terms/1"]),
        (OfferContent { terms: vec![default("m"), default("y")], ..content() }, vec!["/terms"]),
        (
            OfferContent {
                terms: vec![Term { renews_into: Some(code("y")), ..term("m") }],
                ..content()
            },
            vec!["/terms/0/renews_into"],
        ),
        (
            OfferContent {
                terms: vec![Term { length: None, trial: Trial::Whole, ..term("m") }],
                ..content()
            },
            vec!["/terms/0/length"],
        ),
        (OfferContent { resources: vec![rate(), rate()], ..content() }, vec!["/resources/1"]),
        (
            OfferContent {
                resources: vec![ResourceRate { term: Some(code("y")), ..rate() }],
                ..content()
            },
            vec!["/resources/0/term"],
        ),
        (OfferContent { parts, specification: Some(id(1)), ..content() }, vec!["/specification"]),
        (OfferContent { adds_to: Some(id(1)), ..content() }, vec!["/adds_to"]),
        (OfferContent { copy_of: Some(id(1)), ..content() }, vec!["/copy_of"]),
        (
            OfferContent { quantity: QuantityLimits { min: 0, max: None }, ..content() },
            vec!["/quantity"],
        ),
    ];
    for (content, expected) in table {
        assert_eq!(fields(content.clone()), expected, "{content:?}");
    }
}

#[test]
fn each_fault_of_a_rate_is_found_at_its_place() {
    let rate = ResourceRate::of(id(1));
    let amount = |it| Quantity::whole(it);
    for (rate, expected) in [
        (rate.clone(), vec![]),
        (ResourceRate { included: amount(-1), ..rate.clone() }, vec!["/resources/0/included"]),
        (
            ResourceRate { included: amount(5), amount_max: Some(amount(4)), ..rate.clone() },
            vec!["/resources/0/amount_max"],
        ),
        (ResourceRate { step: Some(amount(0)), ..rate.clone() }, vec!["/resources/0/step"]),
    ] {
        assert_eq!(fields(OfferContent { resources: vec![rate], ..content() }), expected);
    }
}

#[test]
fn an_amount_lies_between_its_limits_and_on_a_step() {
    let rate = ResourceRate {
        included: Quantity::whole(2),
        amount_min: Quantity::whole(4),
        amount_max: Some(Quantity::whole(12)),
        step: Some(Quantity::whole(5)),
        ..ResourceRate::of(id(1))
    };
    let fits = |it| rate.fault(Quantity::whole(it)).is_none();
    let fitting: Vec<_> = (0..20).filter(|it| fits(*it)).collect();
    assert_eq!(fitting, [7, 12]);
    let rounded = [0, 4, 7, 8].map(|it| rate.rounded_up(Quantity::whole(it)));
    assert_eq!(rounded, [7, 7, 7, 12].map(Quantity::whole));
}

#[test]
fn a_term_is_chosen_by_its_key_or_by_default() {
    let chosen = |terms: Vec<Term>, key: Option<&str>, now| {
        let content = OfferContent { terms, ..content() };
        content.term(key.map(code).as_ref(), at(now)).map(|it| it.key.to_string())
    };
    let until = Validity::new(None, Some(at(10))).expect("not empty");
    let short = Term { valid_for: until, ..term("short") };
    let default = Term { is_default: true, ..term("default") };
    let both = || vec![short.clone(), default.clone()];
    assert_eq!(chosen(both(), Some("short"), 9), Some("short".to_owned()));
    assert_eq!(chosen(both(), Some("short"), 10), None);
    assert_eq!(chosen(both(), Some("long"), 0), None);
    assert_eq!(chosen(both(), None, 0), Some("default".to_owned()));
    assert_eq!(chosen(vec![short.clone()], None, 0), Some("short".to_owned()));
    assert_eq!(chosen(vec![short.clone(), term("long")], None, 0), None);
    assert_eq!(chosen(vec![], None, 0), None);
}

#[test]
fn of_terms_as_long_a_paid_one_goes_before_a_trial_and_the_default_before_others() {
    let trial = Term { trial: Trial::Whole, ..term("trial") };
    let paid = term("paid");
    let default = Term { is_default: true, ..term("default") };
    let longer = Term { length: Some(Span::months(2)), ..term("longer") };
    let found = |terms: &[&Term], is_meant: fn(&Term) -> bool| {
        let terms = terms.iter().map(|it| (*it).clone()).collect();
        let offer = offer(1, State::Launched, OfferContent { terms, ..content() });
        offer.term_lasting(Span::months(1), is_meant).map(|it| it.key.to_string())
    };
    let any: fn(&Term) -> bool = |_| true;
    assert_eq!(found(&[&trial, &longer, &paid, &default], any).as_deref(), Some("default"));
    assert_eq!(found(&[&trial, &longer, &paid], any).as_deref(), Some("paid"));
    assert_eq!(found(&[&trial, &longer], any).as_deref(), Some("trial"));
    assert_eq!(found(&[&trial, &longer], |it| it.trial != Trial::Whole), None);
    assert_eq!(found(&[&longer], any), None);
}

#[test]
fn a_rate_for_a_term_goes_before_the_one_for_all() {
    let all = ResourceRate::of(id(1));
    let yearly = ResourceRate { term: Some(code("y")), included: Quantity::ONE, ..all.clone() };
    let content = OfferContent { resources: vec![all, yearly], ..content() };
    let included = |resource, term: Option<&str>| {
        content.rate(id(resource), term.map(code).as_ref()).map(|it| it.included)
    };
    assert_eq!(included(1, Some("y")), Some(Quantity::ONE));
    assert_eq!(included(1, Some("m")), Some(Quantity::ZERO));
    assert_eq!(included(1, None), Some(Quantity::ZERO));
    assert_eq!(included(2, None), None);
}

#[test]
fn an_offer_is_launched_with_something_to_deliver() {
    let single = offer(1, State::Active, content());
    let obstacles = |specification: Option<&Specification>| {
        single
            .launch_obstacles(specification, &[], &[])
            .into_iter()
            .map(|it| it.rule)
            .collect::<Vec<_>>()
    };
    assert_eq!(obstacles(Some(&specification(State::Launched))), Vec::<&str>::new());
    assert_eq!(obstacles(Some(&specification(State::InTest))), ["state"]);
    assert_eq!(obstacles(None), ["required"]);
}

#[test]
fn a_bundle_is_launched_after_its_parts() {
    let parts = vec![Part::one(id(2)), Part::one(id(3))];
    let bundle = offer(1, State::Active, OfferContent { parts, ..content() });
    let obstacles = |parts: &[Offer]| {
        bundle.launch_obstacles(None, parts, &[]).into_iter().map(|it| it.field).collect::<Vec<_>>()
    };
    let part = |number, state| offer(number, state, content());
    let launched = [part(2, State::Launched), part(3, State::Launched)];
    assert_eq!(obstacles(&launched), Vec::<String>::new());
    assert_eq!(obstacles(&[part(2, State::Active), part(3, State::Launched)]), ["/parts/0/offer"]);
    assert_eq!(obstacles(&launched[..1]), ["/parts/1/offer"]);
}

#[test]
fn an_offer_is_launched_after_the_catalogs_that_publish_it() {
    let single = offer(1, State::Active, content());
    let launched = specification(State::Launched);
    let catalog = |state| {
        let life = Life::new(state, Validity::ALWAYS).expect("can begin");
        let stamp = single.stamp.clone();
        Catalog::new(id(7), stamp, life, content().name)
    };
    let obstacles = |catalogs: &[Catalog]| {
        let found = single.launch_obstacles(Some(&launched), &[], catalogs).into_iter();
        found.map(|it| it.to_string()).collect::<Vec<_>>()
    };
    let told = obstacles(&[catalog(State::Launched), catalog(State::Active)]);
    assert_eq!(
        told,
        [format!("`/catalogs` `{}` must be launched, but is `active`", content().name.original())]
    );
    assert_eq!(obstacles(&[catalog(State::Launched)]), Vec::<String>::new());
}

#[test]
fn a_switch_names_an_offer_and_perhaps_a_term() {
    let switch = |to, term: Option<&str>| Switch {
        to: id(to),
        term: term.map(code),
        direction: Direction::Upgrade,
    };
    let switches = vec![switch(2, None), switch(3, Some("y"))];
    let offer = offer(1, State::Launched, OfferContent { switches, ..content() });
    let allowed = |to, term: Option<&str>| offer.switch(id(to), term.map(code).as_ref()).is_some();
    assert!(allowed(2, Some("m")) && allowed(2, None) && allowed(3, Some("y")));
    assert!(!allowed(3, Some("m")) && !allowed(3, None) && !allowed(4, None));
}

#[test]
fn a_changed_offer_is_a_new_version_of_it() {
    let changed = offer(1, State::Launched, content()).changed(content()).expect("launched");
    assert_eq!((changed.life.version(), changed.life.state()), (2, State::Launched));
    let bad = OfferContent { adds_to: Some(id(1)), ..content() };
    assert!(matches!(changed.changed(bad), Err(Refusal::Invalid(_))));
}
