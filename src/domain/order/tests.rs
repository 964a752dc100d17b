//! What orders keep, from their placing to their end.

use uuid::Uuid;

use super::item::Wish;
use super::*;
use crate::domain::id::Id;
use crate::domain::stamp::SellerNumber;

pub(crate) fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000).expect("in range")
}

pub(crate) fn code(text: &str) -> text::Code {
    text.parse().expect(text)
}

pub(crate) fn stamp() -> Stamp {
    Stamp::new(SellerNumber::PROVIDER, None, at(0))
}

fn prose(text: &str) -> Prose {
    text.parse().expect(text)
}

fn item(key: &str, action: Action) -> Item {
    let wish = Wish { offer: Some(id(1)), ..Wish::default() };
    let mut item = Item::new(code(key), action, wish);
    item.subscription = (action != Action::Add).then(|| id(1));
    item
}

fn placed(actions: &[Action], request: Request) -> Order {
    let keyed = actions.iter().enumerate();
    let items = keyed.map(|(place, it)| item(&(place + 1).to_string(), *it)).collect();
    let order = PlaceOrder::new(id(1), items, request).expect("valid");
    Order::place(id(1), stamp(), order, at(0))
}

fn order() -> Order {
    placed(&[Action::Add, Action::Add], Request::plain())
}

fn released() -> Order {
    order().release(at(1)).expect("acknowledged").0
}

fn work(order: Order, key: &str, triggers: &[ItemTrigger]) -> (Order, Verb) {
    triggers.iter().fold((order, Verb::Created), |(it, _), trigger| {
        it.on_item(&code(key), *trigger, None, at(5)).expect("allowed")
    })
}

fn refusal<T>(result: Result<T, Rejection>) -> Option<Code> {
    result.err().map(|it| it.code)
}

fn wish_to_cancel() -> CancelRequest {
    CancelRequest { reason: None, requested_at: at(6), wanted_at: None, decided: None }
}

#[test]
fn an_order_ends_as_its_items_do_and_tells_of_it_once() {
    use ItemTrigger::{Complete, Fail, Start};
    let (it, verb) = work(released(), "1", &[Start]);
    assert_eq!((it.state(), verb), (State::InProgress, Verb::Started));
    let (it, verb) = work(it, "1", &[Complete]);
    assert_eq!((it.state(), verb, it.completed_at()), (State::InProgress, Verb::Changed, None));
    let (done, verb) = work(it.clone(), "2", &[Start, Complete]);
    assert_eq!((done.state(), verb), (State::Completed, Verb::Completed));
    assert_eq!(done.completed_at(), Some(at(5)));
    let (partial, verb) = work(it, "2", &[Start, Fail]);
    assert_eq!((partial.state(), verb), (State::Partial, Verb::PartlyCompleted));
    assert_eq!(refusal(partial.hold(at(9))), Some(Code::OrderStateForbids));
}

#[test]
fn an_item_that_is_tried_again_opens_its_order_and_may_end_otherwise() {
    use ItemTrigger::{Complete, Fail, Retry, Start};
    let (failed, _) = work(work(released(), "1", &[Start, Complete]).0, "2", &[Start, Fail]);
    assert_eq!((failed.state(), failed.completed_at()), (State::Partial, Some(at(5))));
    let (again, verb) = work(failed, "2", &[Retry]);
    assert_eq!((again.state(), verb), (State::InProgress, Verb::Started));
    assert_eq!((again.completed_at(), again.items()[1].failure()), (None, None));
    let (done, verb) = work(again, "2", &[Complete]);
    assert_eq!((done.state(), verb), (State::Completed, Verb::Completed));
    let refused = done.on_item(&code("2"), Retry, None, at(9));
    assert_eq!(refusal(refused), Some(Code::OrderStateForbids));
}

#[test]
fn nothing_is_worked_on_before_its_day() {
    let request = Request { start_at: Some(at(100)), ..Request::plain() };
    let it = placed(&[Action::Add], request);
    assert_eq!(it.due(), Some(Due { at: at(100), duty: Duty::Order }));
    assert_eq!(refusal(it.clone().release(at(99))), Some(Code::OrderStateForbids));
    let early = it.clone().on_item(&code("1"), ItemTrigger::Start, None, at(99));
    assert_eq!(refusal(early), Some(Code::OrderStateForbids));
    let released = it.release(at(100)).expect("its day").0;
    assert_eq!((released.released_at(), released.due()), (Some(at(100)), None));
}

#[test]
fn what_is_missing_is_told_and_calls_the_order_off_in_its_time() {
    let missing = Missing { what: prose("a purchase number"), until_at: at(50) };
    let (it, verb) = released().ask(missing.clone(), at(2)).expect("released");
    assert_eq!((it.state(), verb), (State::Pending, Verb::InformationRequired));
    assert_eq!((it.missing(), it.due().map(|it| it.at)), (Some(&missing), Some(at(50))));
    let resumed = it.clone().resume(at(3)).expect("pending").0;
    assert_eq!((resumed.state(), resumed.missing()), (State::Acknowledged, None));
    let reason = Some(prose("nothing was said"));
    let (canceled, verb) = it.cancel(reason.clone(), at(50)).expect("pending");
    assert_eq!((canceled.state(), verb), (State::Canceled, Verb::Canceled));
    assert_eq!((canceled.reason(), canceled.due()), (reason.as_ref(), None));
}

#[test]
fn one_payment_takes_the_place_of_another_while_an_order_waits() {
    let missing = || Missing { what: prose("a payment"), until_at: at(50) };
    let (it, _) = order().await_payment(id(1), missing(), at(1)).expect("acknowledged");
    let (it, verb) = it.await_another(id(2)).expect("it waits");
    assert_eq!((it.awaited_payment(), verb, it.due()), (Some(id(2)), Verb::Changed, None));
    assert_eq!(it.missing(), Some(&missing()), "as long as before");
    let canceled = it.clone().cancel(None, at(2)).expect("pending").0;
    let paid = it.resume(at(2)).expect("pending").0;
    for it in [order(), canceled, paid] {
        assert_eq!(refusal(it.await_another(id(3))), Some(Code::OrderStateForbids));
    }
}

#[test]
fn an_order_is_refused_as_a_whole_and_only_before_it_is_begun() {
    let (it, verb) = order().reject(prose("not launched"), at(1)).expect("acknowledged");
    assert_eq!((it.state(), verb), (State::Rejected, Verb::Rejected));
    assert!(it.items().iter().all(|it| it.state() == ItemState::Rejected));
    let begun = work(released(), "1", &[ItemTrigger::Start]).0;
    assert_eq!(refusal(begun.clone().reject(prose("late"), at(2))), Some(Code::OrderStateForbids));
    let held = begun.hold(at(3)).expect("released").0;
    assert_eq!(refusal(held.reject(prose("late"), at(4))), Some(Code::OrderStateForbids));
}

#[test]
fn what_is_worked_on_is_called_off_only_if_somebody_grants_it() {
    let begun = work(released(), "1", &[ItemTrigger::Start]).0;
    assert_eq!(refusal(begun.clone().cancel(None, at(6))), Some(Code::OrderStateForbids));
    let asked = begun.ask_to_cancel(wish_to_cancel()).expect("released").0;
    assert_eq!(asked.state(), State::AssessingCancellation);
    assert_eq!(
        refusal(asked.clone().ask_to_cancel(wish_to_cancel())),
        Some(Code::OrderStateForbids)
    );

    let denied = asked.clone().decide(Decision::Denied, at(7)).expect("asked").0;
    assert_eq!(denied.state(), State::InProgress);
    assert_eq!(denied.cancel_requests()[0].decided, Some((at(7), Decision::Denied)));

    let granted = asked.decide(Decision::Granted, at(7)).expect("asked").0;
    assert_eq!(granted.state(), State::PendingCancellation);
    let in_flight = granted.clone().cancel(None, at(8)).expect("granted").0;
    assert_eq!(in_flight.state(), State::Canceled);
    assert_eq!(in_flight.items()[0].state(), ItemState::Canceled);
    let finished = work(granted, "1", &[ItemTrigger::Complete]).0;
    let canceled = finished.cancel(None, at(8)).expect("granted").0;
    assert_eq!(canceled.state(), State::Partial);
    assert_eq!(canceled.completed_at(), Some(at(8)));
}

#[test]
fn an_order_that_nobody_has_begun_is_called_off_at_once() {
    let canceled = order().cancel(None, at(1)).expect("acknowledged").0;
    assert_eq!((canceled.state(), canceled.completed_at()), (State::Canceled, Some(at(1))));
    assert_eq!(refusal(canceled.release(at(2))), Some(Code::OrderStateForbids));
}

#[test]
fn an_order_is_for_what_its_weightiest_item_does() {
    use Action::{Add, Delete, Modify, NoChange, Renew};
    for (actions, expected) in [
        (vec![Delete, Add, Modify], Kind::Sales),
        (vec![Renew, Modify], Kind::Change),
        (vec![Delete, Renew], Kind::Renewal),
        (vec![NoChange, Delete], Kind::Cancellation),
        (vec![NoChange], Kind::Change),
    ] {
        assert_eq!(placed(&actions, Request::plain()).kind(), expected, "{actions:?}");
    }
}

#[test]
fn why_an_item_failed_is_kept_and_what_it_made_is_named() {
    let it = work(released(), "1", &[ItemTrigger::Start]).0.made(&[(code("1"), id(7))].into());
    let why = Some(prose("no room"));
    let it = it.on_item(&code("1"), ItemTrigger::Fail, why.clone(), at(5)).expect("begun").0;
    let item = it.item(&code("1")).expect("kept");
    assert_eq!((item.failure(), item.subscription), (why.as_ref(), Some(id(7))));
    let strange = it.on_item(&code("9"), ItemTrigger::Start, None, at(5));
    assert_eq!(refusal(strange), Some(Code::ReferenceUnknown));
}

#[test]
fn an_order_is_not_to_be_done_before_it_may_begin() {
    let request = Request { start_at: Some(at(2)), completion_at: Some(at(1)), ..Request::plain() };
    let invalid = PlaceOrder::new(id(1), vec![item("1", Action::Add)], request);
    let fields = invalid.map_err(|it| it.violations.into_iter().map(|it| it.field).collect());
    assert_eq!(fields.err(), Some(vec!["/completion_at".to_owned()]));
}

#[test]
fn what_only_ends_begins_when_it_is_to_be_done() {
    let begins = |actions: &[Action], start_at: Option<i64>| {
        let of = |(place, action): (usize, &Action)| {
            let mut it = item(&place.to_string(), *action);
            it.subscription = (*action == Action::Delete).then(|| id(7));
            it
        };
        let items = actions.iter().enumerate().map(of).collect();
        let (start_at, completion_at) = (start_at.map(at), Some(at(9)));
        let request = Request { start_at, completion_at, ..Request::plain() };
        PlaceOrder::new(id(1), items, request).expect("valid").request.start_at
    };
    assert_eq!(begins(&[Action::Delete], None), Some(at(9)));
    assert_eq!(begins(&[Action::Delete], Some(2)), Some(at(9)));
    assert_eq!(begins(&[Action::Delete, Action::Add], Some(2)), Some(at(2)));
    assert_eq!(begins(&[Action::Add], None), None);
}

#[test]
fn a_priority_is_one_of_five() {
    let numbers: Vec<_> = (0..9).filter_map(Priority::new).map(Priority::number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}
