//! What a price may be, and how its versions follow each other.

use uuid::Uuid;

use super::alteration::{Applies, By, Effect};
use super::*;
use crate::domain::catalog::lifecycle::State;
use crate::domain::id::Id;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::{Instant, SpanUnit, Validity};

#[test]
fn a_figure_is_told_with_tax_and_without_it() {
    use crate::domain::quantity::decimal;
    for (base, figure, tax, expected) in [
        (Base::Gross, "12", "20", "10 / 12"),
        (Base::Gross, "200", "20", "166.67 / 200"),
        (Base::Gross, "0.0125", "25", "0.01 / 0.0125"),
        (Base::Gross, "12", "0", "12 / 12"),
        (Base::Net, "10", "19", "10 / 11.9"),
        (Base::Net, "0.05", "10", "0.05 / 0.06"),
        (Base::Net, "0.005", "19", "0.005 / 0.006"),
    ] {
        let (it, tax) = (decimal(figure).expect(figure), decimal(tax).expect(tax));
        let both = base.both(it, Percent::new(tax), 2).expect(figure);
        assert_eq!(format!("{} / {}", both.0, both.1), expected, "{figure} at {tax}");
    }
    assert_eq!(Base::Net.both(Decimal::MAX, Percent::WHOLE, 2), None);
}

fn date(text: &str) -> Date {
    text.parse().expect(text)
}

fn flat(valid_from: &str, amount: &str) -> PriceVersion {
    PriceVersion {
        valid_from: date(valid_from),
        included: Quantity::ZERO,
        model: PriceModel::Flat(amount.parse().expect(amount)),
    }
}

fn monthly(versions: Versions) -> Price {
    let now = Instant::from_micros(0).expect("an instant");
    Price {
        id: PriceId::from_uuid(Uuid::from_u128(1)),
        stamp: Stamp::new(SellerNumber::PROVIDER, None, now),
        name: "Base fee".parse().expect("a name"),
        names: BTreeMap::new(),
        description: None,
        offer: OfferId::from_uuid(Uuid::from_u128(2)),
        plan: None,
        term: None,
        currency: Currency::EUR,
        tax_category: None,
        base: Base::Net,
        resource: None,
        kind: PriceKind::Recurring { every: Span::months(1), timing: Timing::InAdvance },
        conditions: vec![],
        alterations: vec![],
        life: Life::new(State::Active, Validity::ALWAYS).expect("a life"),
        versions,
        next_at: None,
    }
}

fn price() -> Price {
    monthly(Versions::first(flat("2026-01-01", "10")).expect("a version"))
}

#[test]
fn the_next_version_begins_today_or_on_the_day_after_the_last() {
    let next = |today| price().next_version_on(date(today)).to_string();
    assert_eq!(next("2025-12-01"), "2026-01-02");
    assert_eq!(next("2026-01-01"), "2026-01-02");
    assert_eq!(next("2026-03-01"), "2026-03-01");
    let today = date("2026-01-01");
    let version = flat(&next("2026-01-01"), "11");
    assert!(price().revised(version, today).is_ok());
}

#[test]
fn a_draft_has_the_figures_that_it_was_given_last() {
    let price = price().redrafted(flat("2026-01-01", "12")).expect("a price");
    assert_eq!(price.versions.as_slice(), [flat("2026-01-01", "12")]);
    assert!(price.redrafted(flat("2026-01-01", "-1")).is_err());
}

#[test]
fn a_later_version_takes_over_on_its_first_day_unless_the_price_is_frozen() {
    let price = price().revised(flat("2026-06-01", "12"), date("2026-03-01")).expect("revised");
    let amount = |on: &str, frozen: Option<&str>| {
        price.in_force(date(on), frozen.map(date)).map(|it| it.model.clone())
    };
    let flat = |amount: &str| Some(PriceModel::Flat(amount.parse().expect(amount)));
    assert_eq!(amount("2025-12-31", None), None);
    assert_eq!(amount("2026-01-01", None), flat("10"));
    assert_eq!(amount("2026-05-31", None), flat("10"));
    assert_eq!(amount("2026-06-01", None), flat("12"));
    assert_eq!(amount("2027-01-01", Some("2026-02-14")), flat("10"));
}

#[test]
fn what_is_bought_on_the_first_day_is_billed_where_it_is_still_the_day_before() {
    let price = price().revised(flat("2026-06-01", "12"), date("2026-03-01")).expect("revised");
    let billed = |on: &str| price.billed_at(date(on), None).map(|it| it.model.clone());
    let flat = |amount: &str| Some(PriceModel::Flat(amount.parse().expect(amount)));
    assert_eq!(billed("2025-12-30"), None);
    assert_eq!(billed("2025-12-31"), flat("10"));
    assert_eq!(billed("2026-05-31"), flat("10"), "only the first one comes early");
    assert_eq!(billed("2026-06-01"), flat("12"));
}

#[test]
fn a_version_never_reaches_into_the_past() {
    for (valid_from, today) in
        [("2026-02-28", "2026-03-01"), ("2026-01-01", "2025-06-01"), ("2025-12-31", "2025-06-01")]
    {
        let refused = price().revised(flat(valid_from, "12"), date(today));
        assert_eq!(refused.map_err(|it| it.code), Err(Code::PriceVersionForbids), "{valid_from}");
    }
    assert!(price().revised(flat("2026-01-02", "12"), date("2026-01-02")).is_ok());
}

#[test]
fn alterations_that_alter_nothing_are_refused_and_a_deposit_has_none() {
    let by = |percent| PriceAlteration {
        name: "Welcome".parse().expect("a name"),
        effect: Effect::Discount,
        by: By::Percent(percent),
        applies: Applies::Once,
        condition: None,
        valid_from: None,
        valid_until: None,
    };
    let altered = |all: Vec<PriceAlteration>| Price { alterations: all, ..price() };
    assert_eq!(altered(vec![by(Percent::WHOLE)]).check(), Ok(()));
    let deposit = PriceKind::OneTime(Occasion::Deposit);
    let table = [
        (altered(vec![by(Percent::WHOLE), by(Percent::ZERO)]), "/alterations/1/percent"),
        (altered(vec![by(Percent::WHOLE); ALTERATIONS_MAX + 1]), "/alterations"),
        (Price { kind: deposit, ..altered(vec![by(Percent::WHOLE)]) }, "/alterations"),
    ];
    for (price, field) in table {
        assert_eq!(price.check().expect_err(field).violations[0].field, field);
    }
}

#[test]
fn a_price_without_a_period_is_refused() {
    let never = Span { count: 0, unit: SpanUnit::Month };
    let kind = PriceKind::Recurring { every: never, timing: Timing::InArrears };
    let table = [(Price { kind, ..price() }, "/kind/every")];
    for (price, field) in table {
        assert_eq!(price.check().expect_err(field).violations[0].field, field);
    }
    assert_eq!(price().check(), Ok(()));
    let included = PriceVersion { included: Quantity::whole(-1), ..flat("2026-01-01", "1") };
    assert!(Versions::first(included).is_err());
}

#[test]
fn a_price_comes_back_from_its_bytes() {
    let bytes = postcard::to_allocvec(&price()).expect("encodes");
    assert_eq!(postcard::from_bytes::<Price>(&bytes).expect("decodes"), price());
}

#[test]
fn a_price_falls_due_when_its_next_version_begins() {
    let price = price().revised(flat("2026-06-01", "12"), date("2026-03-01")).expect("revised");
    let price = price.revised(flat("2026-09-01", "14"), date("2026-03-01")).expect("revised");
    let due = |on: &str| {
        let now = crate::domain::time::Zone::UTC.start_of(date(on));
        price.clone().timed(now).due().map(|it| it.at.to_string())
    };
    assert_eq!(due("2025-12-31").as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(due("2026-01-01").as_deref(), Some("2026-06-01T00:00:00Z"));
    assert_eq!(due("2026-06-01").as_deref(), Some("2026-09-01T00:00:00Z"));
    assert_eq!(due("2026-09-01"), None);
}

#[test]
fn who_was_promised_to_goes_on_at_what_was_valid_last_where_nothing_is_valid() {
    let price = |name: &str, until: Option<&str>, term: Option<&str>| {
        let until = until.map(|it| Zone::UTC.start_of(date(it)));
        let valid_for = Validity::new(None, until).expect("some time");
        Price {
            name: name.parse().expect("a name"),
            term: term.map(|it| it.parse().expect("a key")),
            life: Life::new(State::Active, valid_for).expect("a life"),
            ..price()
        }
    };
    let all = [
        price("support", None, None),
        price("old", Some("2026-03-01"), Some("q")),
        price("older", Some("2026-02-01"), Some("q")),
        price("beside", Some("2026-03-01"), Some("q")),
        price("now", None, Some("q")),
        price("setup", Some("2026-03-01"), Some("m")),
    ];
    let held = |names: &[&str], on: &str| {
        let fitting: Vec<_> = all.iter().filter(|it| names.contains(&it.name.as_str())).collect();
        let held = at_hand(&fitting, Zone::UTC.start_of(date(on)));
        held.iter().map(|it| it.name.to_string()).collect::<Vec<_>>().join(", ")
    };
    let table = [
        (&["support", "old", "older"] as &[_], "2026-01-15", "support, old, older"),
        (&["support", "old", "older"], "2026-02-15", "support, old"),
        (&["support", "old", "older"], "2026-04-01", "support, old"),
        (&["old", "beside", "older"], "2026-04-01", "old, beside"),
        (&["old", "now"], "2026-04-01", "now"),
        (&["setup", "now"], "2026-04-01", "now, setup"),
        (&["old"], "2026-04-01", "old"),
    ];
    for (names, on, expected) in table {
        assert_eq!(held(names, on), expected, "{names:?} on {on}");
    }
}
