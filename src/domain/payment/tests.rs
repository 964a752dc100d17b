//! What may be allocated, taken back and given back of a payment.

use proptest::prelude::*;

use super::attempt::{Decline, Initiative, Reason};
use super::*;
use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
use crate::domain::money::Currency;

fn payer() -> Payer {
    Payer { account: id(1), billing_account: id(2), kind: MethodKind::BankTransfer }
}

fn received(amount: &str) -> Payment {
    let paid = Payment::manual(id(3), stamp(), payer(), euros(amount), date("2026-02-01"));
    paid.expect("a payment").0
}

fn at() -> Instant {
    Instant::from_micros(1).expect("an instant")
}

#[test]
fn a_manual_payment_has_come_in_and_is_the_customers_credit() {
    let (payment, verb) =
        Payment::manual(id(3), stamp(), payer(), euros("100"), date("2026-02-01")).expect("paid");
    assert_eq!((payment.state(), verb), (State::Captured, Verb::Received));
    assert_eq!(payment.unallocated(), Ok(euros("100")));
    for amount in ["0", "-1"] {
        let refused = Payment::initiated(id(3), stamp(), payer(), euros(amount));
        assert_eq!(refused.map_err(|it| it.code), Err(Code::AmountOutOfRange));
    }
}

#[test]
fn what_has_not_come_in_settles_nothing() {
    let begun = Payment::initiated(id(3), stamp(), payer(), euros("100")).expect("begun");
    assert_eq!(begun.unallocated(), Ok(euros("0")));
    let refused = begun.clone().allocate(id(9), euros("1"), at()).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentExceeds));
    let refused = begun.refund(euros("1")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentStateForbids));
}

#[test]
fn no_more_is_allocated_than_came_in() {
    let payment = received("100").allocate(id(9), euros("60"), at()).expect("allocated");
    let refused = |it: Payment, amount| it.allocate(id(8), amount, at()).map_err(|it| it.code);
    assert_eq!(refused(payment.clone(), euros("40.01")), Err(Code::PaymentExceeds));
    assert_eq!(refused(payment.clone(), euros("0")), Err(Code::PaymentExceeds));
    let dollars = Money::minor(1, Currency::USD);
    assert_eq!(refused(payment.clone(), dollars), Err(Code::CurrenciesDiffer));
    let payment = payment.allocate(id(9), euros("10"), at()).expect("allocated");
    let payment = payment.allocate(id(8), euros("30"), at()).expect("allocated");
    let amounts: Vec<_> = payment.allocations().iter().map(|it| it.amount).collect();
    assert_eq!((amounts, payment.unallocated()), (vec![euros("70"), euros("30")], Ok(euros("0"))));
}

#[test]
fn an_allocation_is_taken_back_wholly_or_in_part() {
    let payment = received("100").allocate(id(9), euros("60"), at()).expect("allocated");
    let payment = payment.take_back(id(9), euros("20")).expect("taken back");
    assert_eq!(payment.unallocated(), Ok(euros("60")));
    for (invoice, amount) in [(9, "40.01"), (9, "0"), (8, "1")] {
        let refused = payment.clone().take_back(id(invoice), euros(amount));
        assert_eq!(refused.map_err(|it| it.code), Err(Code::PaymentExceeds), "{invoice} {amount}");
    }
    let payment = payment.take_back(id(9), euros("40")).expect("taken back");
    assert_eq!((payment.allocations(), payment.unallocated()), (&[][..], Ok(euros("100"))));
}

#[test]
fn credit_is_given_back_before_allocations_and_the_last_of_these_first() {
    let payment = received("100").allocate(id(9), euros("50"), at()).expect("allocated");
    let payment = payment.allocate(id(8), euros("30"), at()).expect("allocated");
    let (payment, taken_back, verb) = payment.refund(euros("55")).expect("given back");
    assert_eq!((payment.state(), verb), (State::PartlyRefunded, Verb::Refunded));
    let taken_back: Vec<_> = taken_back.iter().map(|it| (it.invoice, it.amount)).collect();
    assert_eq!(taken_back, [(id(8), euros("30")), (id(9), euros("5"))]);
    assert_eq!(payment.unallocated(), Ok(euros("0")));
    let refused = payment.clone().refund(euros("45.01")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentExceeds));
    let (payment, _, _) = payment.refund(euros("45")).expect("given back");
    assert_eq!((payment.state(), payment.allocations()), (State::FullyRefunded, &[][..]));
}

#[test]
fn what_did_not_arrive_is_credit_again() {
    let (payment, _, _) = received("100").refund(euros("60")).expect("given back");
    let (payment, _, _) = payment.refund(euros("40")).expect("given back");
    let refused = payment.clone().unrefund(euros("100.01")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentExceeds));
    let (payment, _) = payment.unrefund(euros("60")).expect("it came back");
    assert_eq!((payment.state(), payment.unallocated()), (State::PartlyRefunded, Ok(euros("60"))));
    let (payment, _) = payment.unrefund(euros("40")).expect("it came back");
    assert_eq!((payment.state(), payment.unallocated()), (State::Captured, Ok(euros("100"))));
}

fn attempt() -> Attempt {
    Attempt {
        gateway: id(7),
        initiative: Initiative::Payer,
        invoice: Some(id(9)),
        order: None,
        wanted: euros("100"),
        tries: 1,
        until: at(),
        look_at: Some(at()),
        asked_at: None,
        misses: 0,
        reference: None,
        memo: None,
        page: None,
        decline: None,
    }
}

fn declined() -> Outcome {
    let told = "no".parse().expect("a text");
    Outcome::Declined(Decline { reason: Reason::Refused, told })
}

/// What is said one after the other, and how it stands after each: a dash where nothing changes.
#[test]
fn whatever_is_said_how_often_and_in_which_order_money_counts_once() {
    let page = || Outcome::Page("https://pay.example/1".parse().expect("an address"));
    let captured = |amount| Outcome::Captured(euros(amount));
    let rows: [(&[Outcome], &str); 7] = [
        (&[page(), captured("100"), captured("100")], "redirected captured -"),
        (&[captured("100"), page()], "captured -"),
        (&[declined(), declined(), captured("100")], "declined - captured"),
        (&[Outcome::Expired, captured("100"), declined()], "expired captured -"),
        (&[captured("99")], "captured"),
        (&[Outcome::Authorized, page(), Outcome::Pending], "authorized - -"),
        (&[Outcome::Pending, page(), declined()], "- redirected declined"),
    ];
    for (said, expected) in rows {
        let begun = Payment::attempted((id(3), stamp()), payer(), euros("100"), (None, attempt()));
        let (mut payment, mut told) = (begun.expect("begun").0, Vec::new());
        for outcome in said {
            let heard = payment.clone().heard(Said::only(outcome.clone()), date("2026-02-01"));
            let heard = heard.expect("an outcome");
            told.push(heard.as_ref().map_or("-".to_owned(), |it| it.0.state().to_string()));
            payment = heard.map_or(payment, |it| it.0);
        }
        assert_eq!(told.join(" "), expected);
    }
}

#[test]
fn what_comes_in_otherwise_than_it_was_asked_for() {
    let begun = Payment::attempted((id(3), stamp()), payer(), euros("100"), (None, attempt()));
    let begun = begun.expect("begun").0;
    let hear = |amount| {
        let said = Said::only(Outcome::Captured(amount));
        begun.clone().heard(said, date("2026-02-01")).map_err(|it| it.code)
    };
    let less = hear(euros("40")).expect("less").expect("it changes").0;
    assert_eq!((less.amount(), less.unallocated()), (euros("40"), Ok(euros("40"))));
    assert_eq!((less.received_on, less.due_at()), (Some(date("2026-02-01")), None));
    assert_eq!(hear(Money::minor(100, Currency::USD)), Err(Code::CurrenciesDiffer));
    assert_eq!(hear(euros("0")), Err(Code::AmountOutOfRange));
}

proptest! {
    #[test]
    fn what_came_in_is_always_allocated_given_back_or_credit(
        moves in prop::collection::vec((0..3_u8, 0..4_u128, 1..6_000_i64), 0..20),
    ) {
        let mut payment = received("100");
        for (what, invoice, minor) in moves {
            let amount = Money::minor(minor, Currency::EUR);
            let moved = match what {
                0 => payment.clone().allocate(id(invoice), amount, at()),
                1 => payment.clone().take_back(id(invoice), amount),
                _ => payment.clone().refund(amount).map(|it| it.0),
            };
            payment = moved.unwrap_or(payment);
            let allocated = payment.allocations().iter().map(|it| it.amount);
            let allocated = Money::sum(allocated, Currency::EUR).expect("a sum");
            let credit = payment.unallocated().expect("an amount");
            prop_assert!(!credit.is_negative());
            let all = allocated.plus(credit).and_then(|it| it.plus(payment.refunded()));
            prop_assert_eq!(all, Ok(payment.amount()));
        }
    }
}

#[test]
fn what_is_taken_out_of_a_payment_settles_nothing_any_more() {
    let payment = received("100").allocate(id(4), euros("60"), at()).expect("allocated");
    let (payment, verb) = payment.take_out(euros("30")).expect("taken");
    assert_eq!((payment.unallocated(), verb), (Ok(euros("10")), Verb::Changed));
    assert!(payment.clone().take_out(euros("11")).is_err(), "what settles an invoice stays");
    assert!(payment.take_out(euros("0")).is_err());
}
