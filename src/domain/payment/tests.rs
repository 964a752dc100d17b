//! What may be allocated, taken back and given back of a payment.

use proptest::prelude::*;

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
