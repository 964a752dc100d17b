//! What customers have paid in beforehand, beside payments and invoices: corrected, moved to another
//! account, and set aside.
//!
//! It is their credit in the books. What of it came in by hand or was given by the seller can be moved; what
//! came by card or mandate goes back to its payer alone, who may still take it back.

use super::billing::book;
use super::{Act, Cx, Error, dunning, in_hand, payment, prepaid};
use crate::domain::account::billing_account::{BillingAccount, BillingState};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{BillingAccountId, DocumentId};
use crate::domain::journal::{self, BalanceKey, Holder, Ledger};
use crate::domain::money::Money;
use crate::domain::operator::Permission;

/// Corrects what is left on a billing account, for the reason that a document says: by more than nothing the
/// seller gives, by less it takes.
///
/// # Errors
/// If it is nothing, or takes more than is there; if the account is closed, or the caller may not.
pub fn adjust(
    act: &mut Act<'_>,
    (of, amount): (BillingAccountId, Money),
    cause: DocumentId,
) -> Result<(), Error> {
    let of = corrected(act, (of, amount))?;
    if amount.is_zero() {
        return Err(Invalid::one("/amount", "range", "must not be nothing").into());
    }
    if amount.is_negative() {
        take(act, &of, amount.negated()?)?;
    }
    book(act, of.stamp.seller, cause, journal::adjusted(of.id, amount)?)?;
    if amount.is_negative() {
        dunning::follow(act, of.id)
    } else {
        in_hand::use_so_much(act, &of, amount)
    }
}

/// Moves what is left on one billing account to another of the same seller.
///
/// # Errors
/// If more is moved than is there, or nothing; if one of them is closed or in another currency, or the
/// caller may not.
pub fn transfer(
    act: &mut Act<'_>,
    (from, to): (BillingAccountId, BillingAccountId),
    (amount, cause): (Money, DocumentId),
) -> Result<(), Error> {
    let (from, to) = (corrected(act, (from, amount))?, corrected(act, (to, amount))?);
    payment::must_be_more_than_nothing(amount)?;
    if from.id == to.id || from.stamp.seller != to.stamp.seller {
        let why = "what is left is moved to another billing account of the same seller alone";
        return Err(Rejection::new(Code::InUse, why).into());
    }
    let paid_in = take(act, &from, amount)?;
    book(act, from.stamp.seller, cause, journal::moved(from.id, to.id, amount)?)?;
    prepaid::moved(act, (&from, &to), paid_in)?;
    dunning::follow(act, from.id)?;
    in_hand::use_so_much(act, &to, amount)
}

/// Sets aside a part of what is left on a billing account: nothing else is paid with it.
///
/// # Errors
/// If more is set aside than is there, or nothing; if the account is closed, or the caller may not.
pub fn reserve(
    act: &mut Act<'_>,
    (of, amount): (BillingAccountId, Money),
    cause: DocumentId,
) -> Result<(), Error> {
    let of = corrected(act, (of, amount))?;
    payment::must_be_more_than_nothing(amount)?;
    let paid_in = take(act, &of, amount)?;
    let parts = (amount.minus(paid_in)?, paid_in);
    book(act, of.stamp.seller, cause, journal::reserved(of.id, parts)?)?;
    dunning::follow(act, of.id)
}

/// Lets go of what was set aside: it is left on the billing account again as what it was, first what was paid
/// in before, and pays what is open there.
///
/// # Errors
/// If so much is not set aside, or the caller may not.
pub fn release(
    act: &mut Act<'_>,
    (of, amount): (BillingAccountId, Money),
    cause: DocumentId,
) -> Result<(), Error> {
    let of: BillingAccount = act.get(of)?;
    act.must(Permission::BalanceWrite, &of.stamp)?;
    payment::must_be_in(&of, amount)?;
    let (given, paid_in) = kept_of(act.cx(), &of)?;
    let kept = given.plus(paid_in)?;
    if kept.minus(amount)?.is_negative() {
        let why = format!("`{amount}` cannot be let go of `{kept}` that are set aside");
        return Err(Rejection::new(Code::PaymentExceeds, why).into());
    }
    let paid_in = paid_in.at_most(amount)?;
    let parts = (paid_in.minus(amount)?, paid_in.negated()?);
    book(act, of.stamp.seller, cause, journal::reserved(of.id, parts)?)?;
    prepaid::put_back(act, &of, paid_in)?;
    in_hand::use_so_much(act, &of, amount)
}

/// What is set aside on a billing account.
///
/// # Errors
/// If the store fails.
pub fn reserved_of(cx: Cx<'_>, of: &BillingAccount) -> Result<Money, Error> {
    let (given, paid_in) = kept_of(cx, of)?;
    Ok(given.plus(paid_in)?)
}

/// What is set aside of what was given, and of what was paid in before.
fn kept_of(cx: Cx<'_>, of: &BillingAccount) -> Result<(Money, Money), Error> {
    let kept = |holder| {
        let (seller, currency, ledger) = (of.stamp.seller, of.currency(), Ledger::CustomerCredit);
        let key = BalanceKey { seller, ledger, holder, currency };
        Ok::<_, Error>(crate::store::journal::balance(cx.view, key)?.negated()?)
    };
    Ok((kept(Holder::Reserved(of.id))?, kept(Holder::PrepaidReserved(of.id))?))
}

/// The billing account, if the caller may correct what is left on it.
fn corrected(
    act: &Act<'_>,
    (of, amount): (BillingAccountId, Money),
) -> Result<BillingAccount, Error> {
    let of: BillingAccount = act.get(of)?;
    act.must(Permission::BalanceWrite, &of.stamp)?;
    payment::must_be_in(&of, amount)?;
    match of.state() {
        BillingState::Closed => {
            let why = format!("the billing account `{}` is closed", of.id);
            Err(Rejection::new(Code::BillingAccountStateForbids, why).into())
        }
        BillingState::Defined
        | BillingState::Active
        | BillingState::PendingUpdate
        | BillingState::Suspended
        | BillingState::PendingClosed => Ok(of),
    }
}

/// Takes an amount out of the credit of a customer: first of what the seller gave, then of what was paid by
/// hand and settles nothing. Answers how much of it that is.
fn take(act: &mut Act<'_>, of: &BillingAccount, amount: Money) -> Result<Money, Error> {
    let (given, payments) = payment::credit_of(act, (of.stamp.seller, of.id), of.currency())?;
    let by_hand = payments.into_iter().filter(|it| it.attempt.is_none() && it.debit.is_none());
    let paid_in = amount.minus(given.at_most(amount)?)?;
    let (mut missing, mut there) = (paid_in, given);
    for payment in by_hand {
        let left = payment.unallocated()?;
        there = there.plus(left)?;
        let part = left.at_most(missing)?;
        if part.as_minor() > 0 {
            let taken = payment.take_out(part)?;
            act.keep(taken)?;
            missing = missing.minus(part)?;
        }
    }
    if missing.as_minor() <= 0 {
        return Ok(paid_in);
    }
    let why = format!("`{amount}` is more than is left and can be moved: `{there}`");
    Err(Rejection::new(Code::PaymentExceeds, why).into())
}
