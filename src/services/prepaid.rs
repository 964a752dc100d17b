//! What customers have paid in before, where it pays without tax: how much of it there is, what it pays, and
//! how it comes back.
//!
//! It is what of their payments settles nothing. What is paid for an order or an invoice has its tax in it.

use super::billing::book;
use super::payment::{book_taken_back, credit_of, pay, refunds_of};
use super::{Act, Cx, Error, settlement};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::event::Verb;
use crate::domain::id::BillingAccountId;
use crate::domain::journal::{self, BalanceKey, Holder, Ledger};
use crate::domain::money::{Currency, Money};
use crate::domain::payment::method::MethodKind;
use crate::domain::payment::refund::State;
use crate::domain::payment::{Payer, Payment};
use crate::domain::stamp::SellerNumber;
use crate::store::payment::{PAYMENT_BY_BILLING_ACCOUNT, PAYMENT_UNALLOCATED};
use crate::store::{Along, Key};

/// What a customer has paid in before.
///
/// # Errors
/// If the store fails.
pub(super) fn left(
    cx: Cx<'_>,
    (seller, of): (SellerNumber, &BillingAccount),
) -> Result<Money, Error> {
    let currency = of.currency();
    let (ledger, holder) = (Ledger::CustomerCredit, Holder::Customer(of.id));
    let key = BalanceKey { seller, ledger, holder, currency };
    let credit = crate::store::journal::balance(cx.view, key)?.negated()?;
    let payments = payments_left(cx, (seller, of.id), currency)?;
    let left = payments.iter().map(Payment::unallocated).collect::<Result<Vec<_>, _>>()?;
    Ok(Money::sum(left, currency)?.at_most(credit)?)
}

/// The payments of a customer that are in advance, of which something settles nothing.
fn payments_left(
    cx: Cx<'_>,
    (seller, customer): (SellerNumber, BillingAccountId),
    currency: Currency,
) -> Result<Vec<Payment>, Error> {
    let along = Along::Index(PAYMENT_UNALLOCATED, Key::new().id(customer).bytes());
    let mut all: Vec<Payment> = cx.every(&along)?;
    let is_own = |it: &Payment| it.stamp.seller == seller && it.amount().currency() == currency;
    all.retain(|it| is_own(it) && it.is_in_advance());
    Ok(all)
}

/// Lets so much of what a customer has paid in before settle a new invoice, on which no tax was reckoned
/// for that. Of less than nothing, so much is paid in again.
///
/// # Errors
/// If that much is not there; if the store fails.
pub(super) fn settle(
    act: &mut Act<'_>,
    mut invoice: Invoice,
    prepaid: Money,
) -> Result<Invoice, Error> {
    let owner = (invoice.stamp.seller, invoice.content().billing_account);
    if prepaid.as_minor() <= 0 {
        let gives = invoice.content().totals.gross.negated()?;
        again(act, owner, prepaid.negated()?.at_most(gives)?)?;
        return Ok(invoice);
    }
    // Where a part at another rate is given back, less may be open than was paid in for it.
    let mut left = prepaid.at_most(invoice.open())?;
    for payment in payments_left(act.cx(), owner, prepaid.currency())? {
        let amount = payment.unallocated()?.at_most(left)?;
        if amount.as_minor() > 0 {
            invoice = pay(act, payment, (invoice, amount))?.1;
            left = left.minus(amount)?;
        }
    }
    match left.is_zero() {
        true => Ok(invoice),
        false => Err(Error::internal("what was paid in before has gone since it was reckoned")),
    }
}

/// Lets so much of what notes and invoices gave back be what was paid in before again: it takes the place of
/// the payments that paid for charges without tax, the last first.
///
/// # Errors
/// If the store fails.
pub(super) fn again(
    act: &mut Act<'_>,
    (seller, customer): (SellerNumber, BillingAccountId),
    back: Money,
) -> Result<(), Error> {
    if back.as_minor() <= 0 {
        return Ok(());
    }
    let mut left = credit_of(act, (seller, customer), back.currency())?.0.at_most(back)?;
    let along = Along::Index(PAYMENT_BY_BILLING_ACCOUNT, Key::new().id(customer).bytes());
    for mut payment in act.every::<Payment>(&along)?.into_iter().rev() {
        let is_own = payment.stamp.seller == seller && payment.is_in_advance();
        let allocations = if is_own { payment.allocations().to_vec() } else { Vec::new() };
        for it in allocations.into_iter().rev() {
            let invoice: Invoice = act.load(it.invoice)?;
            let amount = it.amount.at_most(invoice.content().prepaid()?)?.at_most(left)?;
            if amount.as_minor() <= 0 || invoice.is_given_up() {
                continue;
            }
            let resettled = invoice.resettle(amount, amount)?;
            book_taken_back(act, &payment, amount)?;
            book(act, seller, it.invoice, journal::allocated(customer, amount)?)?;
            let invoice = act.keep(resettled)?;
            settlement::follow(act, (seller, invoice.id), Some(payment.id))?;
            payment = act.keep((payment.take_back(invoice.id, amount)?, Verb::Changed))?;
            left = left.minus(amount)?;
        }
    }
    Ok(())
}

/// Puts an amount that was taken out of payments of a customer back into them: it is what was paid in before
/// again.
///
/// # Errors
/// If the store fails.
pub(super) fn put_back(
    act: &mut Act<'_>,
    of: &BillingAccount,
    mut amount: Money,
) -> Result<(), Error> {
    let along = Along::Index(PAYMENT_BY_BILLING_ACCOUNT, Key::new().id(of.id).bytes());
    for payment in act.every::<Payment>(&along)?.into_iter().rev() {
        let part = taken_out(act.cx(), &payment)?.at_most(amount)?;
        if part.as_minor() > 0 {
            act.keep(payment.put_back(part)?)?;
            amount = amount.minus(part)?;
        }
    }
    Ok(())
}

/// What was taken out of a payment, and went to nobody.
fn taken_out(cx: Cx<'_>, of: &Payment) -> Result<Money, Error> {
    let is_by_hand = of.attempt.is_none() && of.debit.is_none();
    let mut found = of.refunded();
    if is_by_hand && !found.is_zero() {
        let refunds = refunds_of(cx, of.id)?.into_iter();
        for it in refunds.filter(|it| it.state != State::Failed) {
            found = found.minus(it.amount)?;
        }
        return Ok(found);
    }
    Ok(Money::zero(found.currency()))
}

/// Writes down with who gets it that an amount was paid in before, though by somebody else: it came from
/// another billing account. No money came in anew, so it counts for no day.
///
/// # Errors
/// If the store fails.
pub(super) fn moved(
    act: &mut Act<'_>,
    (from, to): (&BillingAccount, &BillingAccount),
    amount: Money,
) -> Result<(), Error> {
    if amount.as_minor() <= 0 {
        return Ok(());
    }
    let payer = Payer { account: to.account(), billing_account: to.id, kind: MethodKind::Bucket };
    let stamp = act.cx().stamp(to.stamp.seller, Some(to.account()));
    let stamp = stamp.numbered(act.next_number("payment")?);
    let today = to.terms().zone.date_of(act.now());
    let (mut payment, verb) = Payment::manual(act.new_id(), stamp, payer, amount, today)?;
    payment.received_on = None;
    payment.reference = Some(from.id.to_string().parse().map_err(Error::internal)?);
    act.keep((payment, verb)).map(|_| ())
}
