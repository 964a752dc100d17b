//! Changes of plan in mid period: what is given back of the old price, what is still charged at it, and
//! what is charged at the new one up to the end of the period.

use std::collections::BTreeSet;

use super::*;
use crate::domain::billing::credit::{self, Credit, LineAsk};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::sample::issue;
use crate::domain::billing::policy::CreditBase;
use crate::domain::billing::proration::{Counts, ProrationUnit};
use crate::domain::billing::switch::Replaced;
use crate::domain::billing::unused::{GivenBack, Left};
use crate::domain::id::PriceId;

/// A price as rows write it: `in_advance 1 month: flat 10`.
fn priced(number: u128, text: &str) -> Price {
    let (how, model) = text.split_once(": ").expect(text);
    let (timing, every) = how.split_once(' ').expect(text);
    let timing = match timing {
        "in_advance" => Timing::InAdvance,
        "in_arrears" => Timing::InArrears,
        other => panic!("{other}"),
    };
    price(number, PriceKind::Recurring { every: every.parse().expect(every), timing }, model)
}

/// The first day of a month of thirty.
const APRIL: &str = "2026-04-01";

/// Where March has 743 hours and October 745.
fn berlin() -> Zone {
    "Europe/Berlin".parse().expect("a zone")
}

/// A subscription at one price, from a day on, perhaps billed up to one.
fn life(price: Price, began_on: &str, from: Option<&str>) -> World {
    let mut life = World::new(began_on, vec![price]).anniversary();
    life.zone = berlin();
    life.marks[0] = from.map(date);
    life
}

fn invoice(content: Content, on: &str) -> Invoice {
    let draft = Invoice::draft(id(7), stamp().numbered(7), None, content);
    draft.issued(issue(7, on)).expect("issued").0
}

/// What is given back of an invoice when its price is replaced on a day.
fn given(invoice: &Invoice, before: &[Credit], (on, policy): (Date, &Policy)) -> Vec<GivenBack> {
    given_of(invoice, before, (on, policy), &BTreeMap::new())
}

/// The same where only some units are kept.
fn given_of(
    invoice: &Invoice,
    before: &[Credit],
    (on, policy): (Date, &Policy),
    kept: &BTreeMap<PriceId, Quantity>,
) -> Vec<GivenBack> {
    let prices: BTreeSet<PriceId> = [id(1), id(2)].into();
    let zone = berlin();
    let replaced = Replaced { subscription: id(3), on, prices: &prices, kept, zone };
    replaced.of(invoice, before, policy).expect("given back")
}

fn sum(given: &[GivenBack]) -> Money {
    Money::sum(given.iter().map(|it| it.ask.net), Currency::EUR).expect("in euros")
}

/// The first line of the bill of a day, or nothing.
fn first(content: Option<Content>) -> String {
    content.map_or_else(|| "-".to_owned(), |it| it.lines[0].net.decimal().to_string())
}

/// One change: given back of the old, charged for the rest of the old, charged at the new.
fn changed(
    policy: Policy,
    (old, new): (&str, &str),
    (began_on, paid_on, on, billed_on): (&str, &str, &str, &str),
    adjusted: &str,
) -> String {
    let mut was = life(priced(1, old), began_on, Some(paid_on));
    was.policy = policy;
    let paid = was.bill(paid_on).map(|it| invoice(it, paid_on));
    let before: Vec<_> = paid
        .iter()
        .filter(|_| adjusted != "-")
        .map(|paid| {
            let ask = LineAsk { place: 0, net: euros(adjusted) };
            credit::lines(paid, &[], &[ask], policy.rounding).expect("an adjustment")
        })
        .collect();
    let given_back = paid.map(|it| sum(&given(&it, &before, (date(on), &policy))));
    was.ends_on = Some(date(on));
    let rest = first(was.bill(billed_on));
    let mut is = life(priced(2, new), began_on, Some(on));
    is.policy = policy;
    let charged = first(is.bill(billed_on));
    let given_back = given_back.unwrap_or_else(|| euros("0")).decimal();
    format!("{given_back} | {rest} | {charged}")
}

#[test]
fn worked_cases_of_a_change_in_mid_period() {
    // id | policy | old | new | began | paid on | changed on | billed on | adjusted before
    //   => given back | old, charged then | new, charged then
    let rows = "
        W045 | full_charge | in_advance 1 month: flat 20 | in_advance 1 month: flat 40 | 2026-05-01 | 2026-05-01 | 2026-05-11 | 2026-05-11 | - => 20.00 | - | 27.10
        W047 | day | in_advance 1 month: flat 129 | in_advance 1 year: flat 1188 | 2023-07-19 | 2023-10-19 | 2023-11-19 | 2023-11-19 | - => 0.00 | - | 788.75
        W049 | day | in_advance 1 month: flat 15 | in_advance 1 month: flat 100 | 2026-08-01 | 2026-08-01 | 2026-08-21 | 2026-08-21 | - => 5.32 | - | 35.48
        W049 | day | in_arrears 1 month: flat 1 | in_advance 1 month: flat 20 | 2026-08-01 | 2026-08-01 | 2026-08-21 | 2026-08-21 | - => 0.00 | 0.65 | 7.10
        W065 | day | in_advance 1 month: flat 249.95 | in_advance 1 month: flat 9.95 | 2012-05-01 | 2012-05-01 | 2012-05-02 | 2012-05-02 | 10 => 239.95 | - | 9.63
        W065 | day | in_advance 1 month: flat 249.95 | in_advance 1 month: flat 9.95 | 2012-05-01 | 2012-05-01 | 2012-05-02 | 2012-05-02 | - => 241.89 | - | 9.63
        W069 | day | in_advance 1 month: flat 10 | in_advance 1 month: flat 20 | 2026-04-01 | 2026-04-01 | 2026-04-16 | 2026-04-16 | - => 5.00 | - | 10.00
        W071 | day | in_advance 1 month: flat 50 | in_advance 1 month: flat 100 | 2026-04-01 | 2026-04-01 | 2026-04-11 | 2026-04-11 | - => 33.33 | - | 66.67
        W073 | day | in_advance 1 year: flat 600 | in_advance 1 year: flat 1200 | 2026-01-01 | 2026-01-01 | 2026-04-11 | 2026-04-11 | - => 435.62 | - | 871.23
        W077 | day | in_advance 1 month: flat 10 | in_advance 1 month: flat 25 | 2021-01-01 | 2021-01-01 | 2021-01-08 | 2021-01-08 | - => 7.74 | - | 19.35
        APS 12, prepaid to prepaid | day | in_advance 1 month: flat 10 | in_advance 1 month: flat 20 | 2026-04-01 | 2026-04-01 | 2026-04-11 | 2026-04-11 | - => 6.67 | - | 13.33
        APS 12, prepaid to postpaid, at once | day | in_advance 1 month: flat 10 | in_arrears 1 month: flat 20 | 2026-04-01 | 2026-04-01 | 2026-04-11 | 2026-04-11 | - => 6.67 | - | -
        APS 12, prepaid to postpaid, next bill | day | in_advance 1 month: flat 10 | in_arrears 1 month: flat 20 | 2026-04-01 | 2026-04-01 | 2026-04-11 | 2026-05-01 | - => 6.67 | - | 13.33
        APS 12, postpaid to prepaid | day | in_arrears 1 month: flat 10 | in_advance 1 month: flat 20 | 2026-04-01 | 2026-04-01 | 2026-04-11 | 2026-04-11 | - => 0.00 | 3.33 | 13.33
        Berlin, 28 days of 743 hours | second | in_advance 1 month: flat 743 | in_advance 1 month: flat 1486 | 2026-03-01 | 2026-03-01 | 2026-03-29 | 2026-03-29 | - => 71.00 | - | 142.00
        Berlin, its day of 23 hours gone | second | in_advance 1 month: flat 743 | in_advance 1 month: flat 1486 | 2026-03-01 | 2026-03-01 | 2026-03-30 | 2026-03-30 | - => 48.00 | - | 96.00
        Berlin, its day of 25 hours gone | second | in_arrears 1 month: flat 745 | in_advance 1 month: flat 1490 | 2026-10-01 | 2026-10-01 | 2026-10-26 | 2026-10-26 | - => 0.00 | 601.00 | 288.00
    ";
    // What APS publishes of May (20 and 10 of 30 days of a month of 31) needs a month of 30 days, for
    // which billing has no rule: by days it is 21 of 31, 6.77 back and 13.55 charged. Of a month of
    // 30 days each line is rounded: 13.33 - 6.67 = 6.66, where they round the difference to 6.67.
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (case, expected) = row.split_once(" => ").expect(row);
        let fields: Vec<_> = case.split('|').map(str::trim).collect();
        let [_, policy, old, new, began_on, paid_on, on, billed_on, adjusted] = fields[..] else {
            panic!("{row}")
        };
        let policy = match policy {
            "day" => Policy::DEFAULT,
            "second" => Policy { proration: ProrationUnit::Second, ..Policy::DEFAULT },
            "full_charge" => Policy { credit_base: CreditBase::FullCharge, ..Policy::DEFAULT },
            other => panic!("{other}"),
        };
        let days = (began_on, paid_on, on, billed_on);
        assert_eq!(changed(policy, (old, new), days, adjusted), expected, "{row}");
    }
}

#[test]
fn where_parts_cost_as_much_as_the_whole_what_is_paid_runs_on() {
    let mut was = life(priced(1, "in_advance 1 month: flat 30"), "2026-04-01", None);
    let paid = invoice(was.bill("2026-04-01").expect("an invoice"), "2026-04-01");
    let policy = Policy { proration: ProrationUnit::None, ..Policy::DEFAULT };
    assert_eq!(given(&paid, &[], (date("2026-04-11"), &policy)), []);
}

#[test]
fn what_a_discount_or_contained_tax_took_off_is_not_given_back() {
    let mut was = life(priced(1, "in_advance 1 month: flat 30"), "2026-04-01", None);
    let mut content = was.bill("2026-04-01").expect("an invoice");
    content.lines[0].net = euros("24");
    let found = given(&invoice(content, "2026-04-01"), &[], (date("2026-04-11"), &was.policy));
    assert_eq!(sum(&found), euros("16.00"));
    let days = Period::new(date("2026-04-11"), date("2026-05-01"));
    assert_eq!(found[0].days, Some(Left { left: 20, of: 30, counts: Counts::Days, days }));
}

#[test]
fn units_that_are_given_up_with_a_switch_run_on_or_go_back_as_the_seller_has_it() {
    use RemovedUnits::{Now, PeriodEnd};
    let month = |model: &str| life(priced(1, &format!("in_advance 1 month: {model}")), APRIL, None);
    let back = |paid: &Invoice, removed_units, kept: i64| {
        let policy = Policy { removed_units, ..Policy::DEFAULT };
        let kept = BTreeMap::from([(id(1), Quantity::whole(kept))]);
        let found = given_of(paid, &[], (date("2026-04-16"), &policy), &kept);
        sum(&found).decimal().to_string()
    };
    for (model, removed_units, kept, expected) in [
        ("unit 10", Now, 2, "25.00"),
        ("unit 10", PeriodEnd, 2, "10.00"),
        ("unit 10", PeriodEnd, 0, "0.00"),
        ("unit 10", PeriodEnd, 7, "25.00"),
        ("flat 10", PeriodEnd, 2, "5.00"),
    ] {
        let mut life = month(model);
        life.units = Quantity::whole(5);
        let paid = invoice(life.bill(APRIL).expect("an invoice"), APRIL);
        let found = back(&paid, removed_units, kept);
        assert_eq!(found, expected, "{model} {removed_units} {kept}");
    }
    // Three came on the 11th to the two that were paid for: 20.00 for the month, 20.00 for 20 days.
    let mut life = month("unit 10");
    life.units = Quantity::whole(2);
    life.bill(APRIL).expect("an invoice");
    life.units = Quantity::whole(5);
    life.former = vec![FormerUnits { until: date("2026-04-11"), units: Quantity::whole(2) }];
    let came = invoice(life.bill("2026-04-11").expect("an invoice"), "2026-04-11");
    for (kept, expected) in [(1, "0.00"), (2, "0.00"), (3, "5.00"), (5, "15.00")] {
        assert_eq!(back(&came, PeriodEnd, kept), expected, "{kept}");
    }
}

proptest! {
    #[test]
    fn an_upgrade_and_a_downgrade_at_the_same_instant_come_to_nothing(
        old in 1_000..1_000_000_i64, new in 1_000..1_000_000_i64, began in 1..28_u32, later in 0..28_i64,
        base in prop::sample::select(vec!["2026-01", "2026-02", "2024-02", "2026-03", "2026-10"]),
        unit in prop::sample::select(vec![
            ProrationUnit::Day, ProrationUnit::Second, ProrationUnit::Thirty360,
        ]),
    ) {
        let began_on = format!("{base}-{began:02}");
        let flat = |cents: i64| format!("in_advance 1 month: flat {}", Money::minor(cents, Currency::EUR).decimal());
        let mut was = World::new(&began_on, vec![priced(1, &flat(old))]);
        (was.policy.proration, was.zone) = (unit, berlin());
        let paid = invoice(was.bill(&began_on).expect("an invoice"), &began_on);
        let period = paid.content().lines[0].service_period.expect("a period");
        let on = period.start().plus_days(later.min(period.days() - 1));
        let policy = was.policy;
        let back = sum(&given(&paid, &[], (on, &policy)));
        prop_assert!(back.as_minor() <= paid.content().lines[0].net.as_minor());
        let charge = |number, cents| {
            let mut life = World::new(&began_on, vec![priced(number, &flat(cents))]);
            (life.policy.proration, life.zone) = (unit, berlin());
            life.marks[0] = Some(on);
            let day = on.to_string();
            life.bill(&day).map(|it| invoice(it, &day))
        };
        let net = |it: &Option<Invoice>| it.as_ref().map_or(euros("0"), |it| it.content().lines[0].net);
        let upgraded = charge(2, new);
        let upgraded_back = upgraded.as_ref().map_or(euros("0"), |it| sum(&given(it, &[], (on, &policy))));
        prop_assert_eq!(upgraded_back, net(&upgraded));
        prop_assert_eq!(back, net(&charge(1, old)));
    }

    #[test]
    fn no_more_is_ever_given_back_than_was_charged(
        cents in 1..100_000_i64, days in prop::collection::vec(0..40_i64, 1..6), full: bool,
        (held, held_days) in (0..31_i64, 1..31_i64),
    ) {
        let base = if full { CreditBase::FullCharge } else { CreditBase::UnusedPart };
        let policy =
            Policy { credit_base: base, while_held: WhileHeld::Pause, ..Policy::DEFAULT };
        let price = format!("in_advance 1 month: flat {}", Money::minor(cents, Currency::EUR).decimal());
        let mut was = life(priced(1, &price), "2026-05-01", None);
        let paid = invoice(was.bill("2026-05-01").expect("an invoice"), "2026-05-01");
        let mut before = Vec::new();
        for day in &days {
            let on = date("2026-05-01").plus_days(*day);
            let asks: Vec<_> = given(&paid, &before, (on, &policy)).iter().map(|it| it.ask).collect();
            if !asks.is_empty() {
                before.push(credit::lines(&paid, &before, &asks, policy.rounding).expect("a credit"));
            }
        }
        let credited = before.iter().map(|it| it.totals.net.as_minor()).sum::<i64>();
        // The next bill gives back the days on hold that were charged and have not gone back so.
        let first = days.iter().copied().min().expect("a day").min(31);
        let (on, from) = (date("2026-05-01").plus_days(first), date("2026-05-01").plus_days(held));
        was.policy = policy;
        was.held = vec![Hold { from, until: Some(from.plus_days(held_days)) }];
        (was.marks[0], was.ends_on) = (Some(on), Some(on));
        if full && first < 31 {
            was.charged_days[0] = was.charged_days[0].map(|it| it.given_back(on));
        }
        // What goes back day by day goes back once: there is one switch.
        let rest = (full || days.len() == 1).then(|| was.bill("2026-06-01")).flatten();
        let rested = rest.map_or(0, |it| it.totals.net.as_minor());
        prop_assert!(rested <= 0 && credited - rested <= paid.content().totals.net.as_minor());
    }
}
