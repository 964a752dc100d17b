//! What subscriptions keep, through holds, trials, terms and ends.

use proptest::prelude::*;
use uuid::Uuid;

use super::calendar::Step;
use super::change::{Change, Plan, RefundTo};
use super::*;
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::service_terms::{AfterHold, Aftermath};
use crate::domain::id::{Id, OfferId};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Span;

pub(crate) fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000).expect("in range")
}

fn date(text: &str) -> Date {
    text.parse().expect(text)
}

fn code(text: &str) -> text::Code {
    text.parse().expect(text)
}

pub(crate) fn deal(offer: u128, quantity: u32) -> Deal {
    Deal {
        offer: OfferId::from_uuid(Uuid::from_u128(offer)),
        offer_version: 1,
        specification: None,
        plan: None,
        prices: BTreeMap::new(),
        quantity,
        resources: BTreeMap::new(),
        characteristics: BTreeMap::new(),
        bundled: None,
    }
}

pub(crate) fn bought() -> Purchase {
    Purchase {
        account: id(1),
        billing_account: id(1),
        name: None,
        deal: deal(1, 1),
        term: None,
        times: 1,
        parent: None,
        attributes: Vec::new(),
        origin: None,
        ordered_at: at(0),
    }
}

pub(crate) fn pending(number: u128, bought: Purchase) -> Subscription {
    let stamp = Stamp::new(SellerNumber::PROVIDER, None, at(0));
    Subscription::new(id(number), stamp, bought)
}

pub(crate) fn child(number: u128, parent: Option<u128>) -> Subscription {
    let parent = parent.map(|it| (id(it), Belonging::AddOn));
    pending(number, Purchase { parent, ..bought() })
}

pub(crate) fn active(number: u128, quantity: u32) -> Subscription {
    let it = pending(number, Purchase { deal: deal(1, quantity), ..bought() });
    it.activate(Start::open(date("2026-01-01")), at(0)).expect("pending").0
}

fn monthly(trial: Trial, renewal: Renewal) -> Subscription {
    let term = catalog::term::Term::of(code("m"), Some(Span::months(1)));
    let term = catalog::term::Term { trial, ..term };
    let start = Start::of(&term, renewal, date("2026-01-01"));
    pending(1, bought()).activate(start, at(0)).expect("pending").0
}

pub(crate) fn hold(since: i64) -> Hold {
    Hold { reason: code("OTHER"), comment: None, since_at: at(since) }
}

fn cancellation() -> Cancellation {
    Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance }
}

pub(crate) fn released(seconds: i64) -> Release {
    let reason = Some("OTHER".parse().expect("a code"));
    Release { reason, comment: None, at: at(seconds) }
}

fn terms(after_hold: AfterHold) -> ServiceTerms {
    ServiceTerms {
        id: id(1),
        stamp: Stamp::new(SellerNumber::PROVIDER, None, at(0)),
        name: "Hosting".parse().expect("a name"),
        paid: Aftermath { grace_days: 10, hold_days: 30, after_hold },
        trial: Aftermath { grace_days: 0, hold_days: 5, after_hold: AfterHold::Destroy },
    }
}

fn due(it: &Subscription, after_hold: AfterHold) -> Option<(String, Step)> {
    let next = it.next_due(Some(&terms(after_hold)), Zone::UTC)?;
    Some((next.on.to_string(), next.step))
}

fn falls(on: &str, step: Step) -> Option<(String, Step)> {
    Some((on.to_owned(), step))
}

fn refusal<T>(result: Result<T, Rejection>) -> Option<Code> {
    result.err().map(|it| it.code)
}

#[test]
fn each_origin_takes_back_its_own_hold_and_the_last_one_frees() {
    let (kind, direct, account) = (HoldKind::Credit, HoldOrigin::Direct, HoldOrigin::Account);
    let (held, verb) = active(1, 1).hold(kind, direct, hold(1)).expect("active");
    assert_eq!((held.state(), verb), (State::HeldForCredit, Verb::Held));
    assert_eq!(
        refusal(held.clone().hold(kind, direct, hold(2))),
        Some(Code::SubscriptionStateForbids)
    );
    assert!(held.clone().release(kind, account, released(3)).is_err());

    let (twice, verb) = held.hold(kind, account, hold(2)).expect("held");
    assert_eq!((twice.state(), verb), (State::HeldForCredit, Verb::Changed));
    let (once, verb) = twice.release(kind, direct, released(3)).expect("held");
    assert_eq!((once.state(), verb), (State::HeldForCredit, Verb::Changed));
    let (free, verb) = once.release(kind, account, released(4)).expect("held");
    assert_eq!((free.state(), verb), (State::Active, Verb::Released));
    assert!(free.holds().is_empty());
    assert_eq!(free.last_release(), Some(&released(4)));
}

#[test]
fn a_pause_lasts_from_the_first_hold_to_the_last_release() {
    let (admin, credit) = (HoldKind::Administrative, HoldKind::Credit);
    let direct = HoldOrigin::Direct;
    let it = active(1, 1).hold(admin, direct, hold(10)).expect("active").0;
    let it = it.hold(credit, direct, hold(20)).expect("held").0;
    let it = it.release(admin, direct, released(30)).expect("held").0;
    assert_eq!(it.pauses(), [Pause { from_at: at(10), until_at: None }]);
    let it = it.release(credit, direct, released(40)).expect("held").0;
    let it = it.hold(credit, direct, hold(50)).expect("active").0;
    let it = it.cancel(cancellation(), date("2026-01-10"), at(60)).expect("living").0;
    let pauses = it.pauses().iter().map(|it| (it.from_at, it.until_at)).collect::<Vec<_>>();
    assert_eq!(pauses, [(at(10), Some(at(40))), (at(50), Some(at(60)))]);
}

#[test]
fn what_has_ended_says_since_when_and_until_when_it_may_come_back() {
    let shutdown = |it: &Subscription| {
        let end = it.shutdown(Some(&terms(AfterHold::Keep)))?;
        Some(format!("{} {}", end.stopped_on, end.over_on))
    };
    let told = |days: &str| Some(days.to_owned());
    let it = monthly(Trial::None, Renewal::OnOrder);
    assert_eq!(shutdown(&it), None);
    let held = it.clone().hold(HoldKind::Credit, HoldOrigin::Direct, hold(1)).expect("active").0;
    assert_eq!(shutdown(&held), None);
    let canceled = it.clone().cancel(cancellation(), date("2026-01-12"), at(1)).expect("active").0;
    assert_eq!(shutdown(&canceled), told("2026-01-12 2026-02-11"));
    let graced = it.grace(at(2)).expect("active").0;
    assert_eq!(shutdown(&graced), None);
    let expired = graced.expire(at(3)).expect("graced").0;
    assert_eq!(shutdown(&expired), told("2026-02-11 2026-03-13"));
    let over = expired.terminate(date("2026-03-13"), at(4)).expect("expired").0;
    assert_eq!(shutdown(&over), told("2026-02-11 2026-03-13"));
    let unborn = pending(1, bought()).cancel(cancellation(), date("2026-01-03"), at(1));
    assert_eq!(shutdown(&unborn.expect("pending").0), told("2026-01-03 2026-01-03"));
}

#[test]
fn a_refused_release_says_where_the_hold_can_be_released() {
    let held = active(1, 1).hold(HoldKind::Credit, HoldOrigin::Account, hold(1)).expect("active").0;
    let why =
        held.release(HoldKind::Credit, HoldOrigin::Direct, released(2)).map_err(|it| it.detail);
    let expected = "the hold is not `direct` but `account`: release it there";
    assert_eq!(why.err().as_deref(), Some(expected));
}

#[test]
fn a_term_ends_in_grace_hold_and_termination() {
    let it = monthly(Trial::None, Renewal::OnOrder);
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-18", Step::Warn));
    let it = it.warned().0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-01", Step::Grace));
    let it = it.grace(at(1)).expect("active").0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-11", Step::Expire));
    let it = it.expire(at(2)).expect("graced").0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-03-13", Step::Terminate));
    let it = it.terminate(date("2026-03-13"), at(3)).expect("expired").0;
    assert_eq!(due(&it, AfterHold::Keep), None);
    let it = it.keep(at(4)).expect("terminating").0;
    assert_eq!(due(&it, AfterHold::Keep), None);
    assert_eq!(due(&it, AfterHold::Destroy), falls("2026-03-13", Step::Destroy));
    assert_eq!(it.destroy(at(5)).map(|it| it.0.state()), Ok(State::Destroyed));
}

#[test]
fn what_was_called_off_is_kept_for_the_days_of_the_hold() {
    let it = active(1, 1).cancel(cancellation(), date("2019-03-12"), at(1)).expect("living").0;
    assert_eq!((it.state(), it.ended_on()), (State::Terminating, Some(date("2019-03-12"))));
    let it = it.keep(at(2)).expect("terminating").0;
    assert_eq!(due(&it, AfterHold::Destroy), falls("2019-04-11", Step::Destroy));
    assert_eq!(due(&it, AfterHold::Keep), None);
}

#[test]
fn a_term_that_renews_by_itself_does_so_before_it_would_be_graced() {
    let it = monthly(Trial::None, Renewal::DaysBefore(3));
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-29", Step::Renew));
    let next = it.term().and_then(RunningTerm::next).expect("it ends");
    let (it, verb) = it.renew(Start { term: next, trial: TrialRun::None }, at(1)).expect("active");
    assert_eq!(verb, Verb::Renewed);
    let days = (it.began_on(), it.renewed_on());
    assert_eq!(days, (Some(date("2026-01-01")), Some(date("2026-02-01"))));
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-26", Step::Renew));
}

#[test]
fn a_trial_at_the_beginning_ends_in_charges_and_a_whole_one_in_its_own_service_terms() {
    let it = monthly(Trial::First(Span::days(14)), Renewal::OnOrder);
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-15", Step::EndTrial));
    let it = it.end_trial().expect("in trial").0;
    assert_eq!(it.trial(), TrialRun::Over(date("2026-01-15")));
    let it = it.warned().0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-01", Step::Grace));
    assert!(it.end_trial().is_err());

    let it = monthly(Trial::Whole, Renewal::OnOrder).warned().0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-01", Step::Grace));
    let it = it.grace(at(1)).expect("active").0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-01", Step::Expire));
    let it = it.expire(at(1)).expect("graced").0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-06", Step::Terminate));
}

#[test]
fn a_paid_term_after_a_trial_ends_the_trial() {
    let it = monthly(Trial::Whole, Renewal::OnOrder).grace(at(1)).expect("active").0;
    let term = RunningTerm::lasting(Some(Span::months(1)), date("2026-02-01"));
    let it = it.renew(Start { term, trial: TrialRun::None }, at(2)).expect("graced").0;
    assert_eq!((it.state(), it.trial()), (State::Active, TrialRun::Over(date("2026-02-01"))));
}

#[test]
fn a_trial_that_ends_on_another_day_than_a_term_runs_on_to_that() {
    let first = |days| monthly(Trial::First(Span::days(days)), Renewal::DaysBefore(20));
    let renewed = |it: Subscription| {
        let term = it.term().and_then(RunningTerm::next).expect("it ends");
        it.renew(Start { term, trial: TrialRun::None }, at(1)).expect("active").0
    };
    let it = first(14);
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-12", Step::Renew));
    let it = renewed(it);
    assert_eq!(it.trial(), TrialRun::Until(date("2026-01-15")), "renewed on 12 January");
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-15", Step::EndTrial));
    assert_eq!(it.end_trial().expect("tried").0.trial(), TrialRun::Over(date("2026-01-15")));
    let it = renewed(first(60));
    assert_eq!(it.trial(), TrialRun::Until(date("2026-03-02")), "longer than the term");
    let it = renewed(it);
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-03-02", Step::EndTrial));
}

#[test]
fn how_a_term_ends_that_is_over_is_not_said_any_more() {
    let graced = monthly(Trial::None, Renewal::OnOrder).grace(at(1)).expect("active").0;
    let expired = graced.clone().expire(at(2)).expect("graced").0;
    for it in [graced, expired] {
        for change in [Change::Renewal(Renewal::OnLastDay), Change::TermEnd(date("2026-05-01"))] {
            let refused = it.clone().changed(change, 0).expect_err("its term is over");
            assert_eq!(refused.detail, "its term ended on `2026-02-01`; renew it instead");
        }
        let named = Change::Name(Some("Mail".parse().expect("a name")));
        assert!(it.changed(named, 0).is_ok(), "what it is called is");
    }
}

#[test]
fn what_is_held_falls_due_only_to_be_called_off() {
    let change = |on: &str, plan| Scheduled { on: date(on), plan, cause: None, agreed_at: at(0) };
    let today = date("2026-01-02");
    let it = monthly(Trial::None, Renewal::OnOrder)
        .schedule(change("2026-01-10", Plan::Change(Change::Quantity(2))), today)
        .and_then(|it| it.schedule(change("2026-01-20", Plan::Cancel(cancellation())), today))
        .expect("living");
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-10", Step::Scheduled));
    let it = it.hold(HoldKind::Credit, HoldOrigin::Account, hold(1)).expect("active").0;
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-01-20", Step::Scheduled));
}

#[test]
fn what_was_agreed_on_for_a_day_goes_before_what_falls_due_on_it() {
    let it = monthly(Trial::None, Renewal::OnLastDay);
    let cancel = Plan::Cancel(cancellation());
    let end = Scheduled { on: date("2026-02-01"), plan: cancel, cause: None, agreed_at: at(0) };
    let it = it.schedule(end, date("2026-01-15")).expect("living");
    assert_eq!(due(&it, AfterHold::Keep), falls("2026-02-01", Step::Scheduled));
    let (it, taken) = it.take_scheduled(date("2026-02-01"));
    assert_eq!((taken.len(), it.scheduled().len()), (1, 0));
}

#[test]
fn it_falls_due_when_the_day_begins_in_the_zone_of_the_billing_account() {
    let it = monthly(Trial::None, Renewal::OnOrder).warned().0;
    let zone: Zone = "America/New_York".parse().expect("a zone");
    let due_at = it.timed(None, zone).due_at().map(|it| it.to_string());
    assert_eq!(due_at.as_deref(), Some("2026-02-01T05:00:00Z"));
}

#[test]
fn a_pending_one_is_called_off_at_once_or_aborted() {
    let canceled = pending(1, bought()).cancel(cancellation(), date("2026-01-01"), at(1));
    assert_eq!(canceled.map(|it| it.0.state()), Ok(State::Canceled));
    assert_eq!(pending(1, bought()).abort(at(1)).map(|it| it.1), Ok(Verb::Failed));
    assert_eq!(refusal(active(1, 1).abort(at(1))), Some(Code::SubscriptionStateForbids));
}

#[test]
fn what_was_kept_is_restored_within_its_term_and_renewed_after_it() {
    let ended = monthly(Trial::None, Renewal::OnOrder)
        .cancel(cancellation(), date("2026-01-10"), at(1))
        .and_then(|it| it.0.keep(at(1)))
        .expect("living")
        .0;
    let restored = ended.clone().restore(date("2026-01-31"), at(2)).expect("within the term").0;
    let gone = Period::new(ended.ended_on().expect("it ended"), date("2026-01-31"));
    assert_eq!(restored.gaps().first().copied(), gone);
    assert_eq!((restored.state(), restored.ended_on()), (State::Active, None));
    let late = ended.restore(date("2026-02-01"), at(2));
    assert_eq!(refusal(late), Some(Code::SubscriptionStateForbids));
}

#[test]
fn what_is_bought_needs_a_running_subscription_and_a_name_only_a_living_one() {
    let held = active(1, 5).hold(HoldKind::Credit, HoldOrigin::Direct, hold(1)).expect("active").0;
    let renamed = Change::Name("Mail".parse().ok());
    assert!(held.clone().changed(renamed.clone(), 0).is_ok());
    assert_eq!(refusal(held.changed(Change::Quantity(6), 0)), Some(Code::SubscriptionStateForbids));
    let ended = active(1, 5).cancel(cancellation(), date("2026-01-10"), at(1)).expect("living").0;
    assert_eq!(refusal(ended.changed(renamed, 0)), Some(Code::SubscriptionStateForbids));
}

#[test]
fn there_are_never_fewer_units_than_seats_taken_nor_none() {
    let quantity = |units, seats| active(1, 5).changed(Change::Quantity(units), seats);
    assert_eq!(quantity(3, 3).map(|it| it.0.quantity()), Ok(3));
    assert_eq!(refusal(quantity(2, 3)), Some(Code::SeatForbids));
    assert_eq!(refusal(quantity(0, 0)), Some(Code::SeatForbids));
    // Of a pool that has shrunk users may have more than there is: nothing else waits for that.
    assert_eq!(quantity(6, 7).map(|it| it.0.quantity()), Ok(6));
    assert_eq!(refusal(quantity(4, 7)), Some(Code::SeatForbids));
    assert!(active(1, 5).changed(Change::Renewal(Renewal::OnOrder), 7).is_ok());
}

#[test]
fn what_was_held_before_a_change_is_known_by_day() {
    let change = |it: Subscription, units: u32, on: &str| {
        let changed = it.clone().changed(Change::Quantity(units), 0).expect("running").0;
        changed.remembering(&it, date(on))
    };
    let it = change(active(1, 5), 6, "2026-01-01");
    let it = change(it, 100, "2026-01-10");
    let it = change(it, 7, "2026-01-10");
    let it = change(it, 7, "2026-01-11");
    let it = change(it, 1, "2026-01-31");
    let former: Vec<_> = it.former().iter().map(|it| (it.until_on, it.units(None))).collect();
    let units = |on: &str, units| (date(on), Quantity::whole(units));
    assert_eq!(former, [units("2026-01-01", 5), units("2026-01-10", 6), units("2026-01-31", 7)]);
}

#[test]
fn each_change_changes_what_it_names() {
    let it = monthly(Trial::None, Renewal::OnOrder);
    let changed = |change| it.clone().changed(change, 0).expect("running").0;
    assert_eq!(changed(Change::BillingAccount(id(7))).billing_account(), id(7));
    let renewing = changed(Change::Renewal(Renewal::OnLastDay));
    assert_eq!(due(&renewing, AfterHold::Keep), falls("2026-02-01", Step::Renew));
    let longer = changed(Change::TermEnd(date("2026-05-01"))).warned().0;
    assert_eq!(due(&longer, AfterHold::Keep), falls("2026-05-01", Step::Grace));
    let before = it.clone().changed(Change::TermEnd(date("2025-12-31")), 0);
    assert_eq!(refusal(before), Some(Code::SubscriptionStateForbids));
}

#[test]
fn what_comes_back_from_the_service_replaces_what_it_said_before() {
    let flag = |name: &str, flag| Attribute { name: code(name), value: AttributeValue::Flag(flag) };
    let link = "https://vm.example.com".parse().ok();
    let access = Access { link, credentials: None };
    let outcome = |access: Option<Access>, attributes: &[Attribute]| Outcome {
        access,
        attributes: attributes.to_vec(),
        ..Outcome::default()
    };
    let it = active(1, 1)
        .provisioned(&outcome(Some(access.clone()), &[flag("up", true), flag("ssl", true)]))
        .provisioned(&outcome(None, &[flag("up", false)]));
    assert_eq!(it.attributes, [flag("ssl", true), flag("up", false)]);
    assert_eq!(it.access(), Some(&access));
    let gone = it.cancel(cancellation(), date("2026-01-10"), at(1)).expect("living").0;
    assert_eq!(gone.destroy(at(2)).map(|it| it.0.access().cloned()), Ok(None));
}

#[test]
fn what_an_order_agreed_on_goes_with_the_order() {
    let change = |order| Scheduled {
        on: date("2026-01-20"),
        plan: Plan::Change(Change::Quantity(2)),
        cause: Some((id(order), code("1"))),
        agreed_at: at(0),
    };
    let it = active(1, 1)
        .schedule(change(1), date("2026-01-02"))
        .and_then(|it| it.schedule(change(2), date("2026-01-02")))
        .expect("living");
    assert_eq!(it.clone().unscheduled(id(1)).scheduled(), [change(2)]);
    let late = it.schedule(change(3), date("2026-01-20"));
    assert_eq!(refusal(late), Some(Code::SubscriptionStateForbids));
}

/// What can be done with a subscription by somebody who has no sense of order.
fn act(it: Subscription, choice: u8, now: i64) -> Subscription {
    let (kind, origin) = match choice % 4 {
        0 => (HoldKind::Administrative, HoldOrigin::Direct),
        1 => (HoldKind::Administrative, HoldOrigin::Account),
        2 => (HoldKind::Credit, HoldOrigin::Direct),
        _ => (HoldKind::Credit, HoldOrigin::Account),
    };
    let today = date("2026-01-10");
    let done = match choice / 4 {
        0 => it.clone().hold(kind, origin, hold(now)),
        1 => it.clone().release(kind, origin, released(now)),
        2 => it.clone().activate(Start::open(today), at(now)),
        3 => it.clone().grace(at(now)),
        4 => it.clone().expire(at(now)),
        5 => it.clone().renew(Start::open(today), at(now)),
        6 => it.clone().cancel(cancellation(), today, at(now)),
        7 => it.clone().keep(at(now)),
        _ => it.clone().restore(today, at(now)),
    };
    done.map_or(it, |it| it.0)
}

proptest! {
    #[test]
    fn the_holds_that_are_kept_are_those_that_the_state_says(
        choices in prop::collection::vec(0..36_u8, 0..60),
    ) {
        let mut it = pending(1, bought());
        for (now, choice) in choices.into_iter().enumerate() {
            it = act(it, choice, i64::try_from(now).unwrap_or(0));
            let mut kinds: Vec<_> = it.holds().keys().map(|it| it.0).collect();
            kinds.dedup();
            prop_assert_eq!(kinds, it.state().holds().to_vec());
            prop_assert_eq!(it.ended_on().is_some(), !it.state().is_living());
        }
    }
}

#[test]
fn what_was_given_back_whole_is_charged_no_more_and_does_not_come_back() {
    let (recurs, used) = (id(1), id(2));
    let mut deal = deal(1, 1);
    let taken = change::TakenPrice { frozen_on: None, until_on: None, taken: None };
    deal.prices = BTreeMap::from([(recurs, taken), (used, taken)]);
    let ended = pending(1, Purchase { deal, ..bought() })
        .activate(Start::open(date("2026-01-01")), at(0))
        .and_then(|it| it.0.cancel(cancellation(), date("2026-01-10"), at(1)))
        .and_then(|it| it.0.keep(at(1)))
        .expect("living")
        .0;
    assert!(ended.clone().restore(date("2026-01-11"), at(2)).is_ok(), "not all was given back");
    let whole = ended.given_back_whole(date("2026-01-10"), &[recurs].into());
    let until: Vec<_> = whole.deal().prices.values().filter_map(|it| it.until_on).collect();
    assert_eq!(until, [date("2026-01-01"), date("2026-01-11")]);
    let restored = whole.clone().restore(date("2026-01-11"), at(2));
    assert_eq!(refusal(restored), Some(Code::SubscriptionStateForbids));
    let renewed = whole.renew(Start::open(date("2026-01-11")), at(2));
    assert_eq!(refusal(renewed), Some(Code::SubscriptionStateForbids));
}
