//! When a change of a billing account takes effect, and what never changes.

use uuid::Uuid;

use super::*;
use crate::domain::id::Id;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Span;

fn date(text: &str) -> Date {
    text.parse().expect(text)
}

pub(super) fn now() -> Instant {
    "2026-01-31T23:30:00Z".parse().expect("an instant")
}

fn terms() -> BillingTerms {
    let (zone, billing_type) = (Zone::UTC, BillingType::Postpaid);
    BillingTerms { currency: Currency::EUR, zone, cycle: Cycle::MONTHLY, billing_type }
}

fn quarterly() -> BillingTerms {
    BillingTerms { cycle: Cycle { period: Span::months(3), ..Cycle::MONTHLY }, ..terms() }
}

fn profile() -> BillingProfile {
    BillingProfile::named("Westford Lab".parse().expect("a name"))
}

fn open(profile: BillingProfile, terms: BillingTerms) -> Result<(BillingAccount, Verb), Invalid> {
    let account = AccountId::from_uuid(Uuid::nil());
    let command = OpenBillingAccount {
        id: BillingAccountId::from_uuid(Uuid::nil()),
        stamp: Stamp::new(SellerNumber::PROVIDER, Some(account), now()),
        account,
        purpose: BillingPurpose::Billing,
        standing: BillingStanding::Default,
        profile,
        terms,
    };
    BillingAccount::open(command, now())
}

pub(super) fn defined() -> BillingAccount {
    open(profile(), terms()).expect("a right command").0
}

fn active() -> BillingAccount {
    defined().activate().expect("from the first state").0
}

#[test]
fn its_owner_is_told_once_that_little_is_left_and_anew_after_more_was_paid_in() {
    let euros = |it: &str| Money::parse(it, Currency::EUR).expect(it);
    let profile = BillingProfile { alert_below: Some(euros("20")), ..profile() };
    let mut it = open(profile, terms()).expect("opened").0;
    let mut told = Vec::new();
    for left in ["50", "20", "19.99", "5", "-7", "20", "60", "10"] {
        if let Some((changed, verb)) = it.clone().left(euros(left)).expect("euros") {
            told.push(format!("{left} {}", verb.name()));
            it = changed;
        }
    }
    assert_eq!(told, ["19.99 running_low", "20 changed", "10 running_low"]);
    assert!(it.clone().left(Money::minor(1, Currency::USD)).is_err());
    let more = BillingProfile { alert_below: Some(euros("8")), ..it.profile().clone() };
    let it = it.revise(more).expect("revised").0;
    assert_eq!(it.left(euros("10")).expect("euros"), None, "what was told was of other terms");
}

#[test]
fn it_begins_on_the_day_of_its_own_zone() {
    let berlin = BillingTerms { zone: "Europe/Berlin".parse().expect("a zone"), ..terms() };
    let (there, verb) = open(profile(), berlin).expect("a right command");
    assert_eq!((there.began_on(), verb), (date("2026-02-01"), Verb::Created));
    assert_eq!((defined().began_on(), defined().is_default()), (date("2026-01-31"), true));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let limit = Some(Money::minor(1, Currency::USD));
    let wrong = BillingProfile { media: Vec::new(), credit_limit: limit, ..profile() };
    let cycle = Cycle { shift_days: 1000, ..Cycle::MONTHLY };
    let refused = open(wrong, BillingTerms { cycle, ..terms() }).expect_err("three things");
    let fields: Vec<_> = refused.violations.into_iter().map(|it| it.field).collect();
    assert_eq!(fields, ["/media", "/credit_limit", "/cycle/shift_days"]);
}

#[test]
fn what_was_never_billed_changes_at_once_and_closes_at_once() {
    let usd = BillingTerms { currency: Currency::USD, ..quarterly() };
    let (changed, _) = defined().plan(usd, date("2026-03-01")).expect("nothing was billed");
    assert_eq!((changed.terms(), changed.planned()), (usd, None));
    let (closed, verb) = defined().close().expect("allowed");
    assert_eq!((closed.state(), verb), (BillingState::Closed, Verb::Terminated));
}

#[test]
fn a_planned_change_waits_for_its_cycle() {
    let from_on = date("2026-03-01");
    let (planning, _) = active().plan(quarterly(), from_on).expect("allowed");
    assert_eq!((planning.state(), planning.terms()), (BillingState::PendingUpdate, terms()));
    let early = planning.clone().turn(date("2026-02-01")).expect("allowed");
    assert_eq!(early, planning);
    let turned = planning.turn(from_on).expect("allowed");
    assert_eq!((turned.state(), turned.terms()), (BillingState::Active, quarterly()));
    assert_eq!(turned.planned(), None);
}

#[test]
fn a_plan_is_replaced_or_called_off() {
    let (planning, _) = active().plan(quarterly(), date("2026-03-01")).expect("allowed");
    let (replaced, _) = planning.plan(terms(), date("2026-03-01")).expect("allowed");
    assert_eq!(replaced.planned().map(|it| it.terms), Some(terms()));
    let (withdrawn, _) = replaced.withdraw().expect("allowed");
    assert_eq!(withdrawn, active());
}

#[test]
fn what_was_billed_keeps_its_currency() {
    let usd = BillingTerms { currency: Currency::USD, ..terms() };
    let refused = active().plan(usd, date("2026-03-01")).map(|_| ()).map_err(|it| it.to_string());
    assert_eq!(refused, Err("`/currency` must stay EUR".to_owned()));
}

#[test]
fn the_last_invoice_closes_it_and_then_nothing_moves_it() {
    let (closing, verb) = active().close().expect("allowed");
    assert_eq!((closing.state(), verb), (BillingState::PendingClosed, Verb::Canceled));
    assert!(closing.state().is_billed());
    let closing = closing.turn(date("2026-02-28")).expect("its last cycle");
    let (closed, _) = closing.finish().expect("allowed");
    for refused in [
        closed.clone().revise(profile()).map(|_| ()).map_err(|it| it.to_string()),
        closed.clone().resume().map(|_| ()).map_err(|it| it.to_string()),
    ] {
        let why = refused.expect_err("it is closed");
        assert!(why.ends_with("a billing account that is closed"), "{why}");
    }
}

#[test]
fn a_suspended_one_is_not_billed() {
    let (suspended, _) = active().suspend().expect("allowed");
    assert!(!suspended.state().is_billed());
    assert_eq!(suspended.resume().expect("allowed").0, active());
}
