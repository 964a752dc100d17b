//! Credit in hand: what a customer has settles what it owes on the same billing account, what is due first
//! first, so that nothing is taken from it, and it is reminded of nothing, while it has as much.
//!
//! What somebody has set aside, and what was paid for an order until its bills are written, is no credit in hand;
//! nor are deposits before they are given back.

use super::{Act, Cx, Error, collection, dunning, payment, payment_plan};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::id::{BillingAccountId, InvoiceId};
use crate::domain::money::Money;
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::store::Records;

/// Lets the credit that a customer has settle what is open, and follows what is owed after that.
///
/// # Errors
/// If the store fails.
pub(super) fn use_up(act: &mut Act<'_>, id: BillingAccountId) -> Result<(), Error> {
    let of: BillingAccount = act.load(id)?;
    let credit = in_hand(act, &of)?;
    if credit.as_minor() <= 0 {
        return Ok(());
    }
    use_so_much(act, &of, credit)
}

/// Lets so much of the credit that a customer has settle what is open, and follows what is owed after that.
///
/// # Errors
/// If the store fails.
pub(super) fn use_so_much(
    act: &mut Act<'_>,
    of: &BillingAccount,
    most: Money,
) -> Result<(), Error> {
    let open = to_settle(act, of, most)?;
    if !open.is_empty() {
        payment::use_credit_of(act, &open, most)?;
    }
    dunning::follow(act, of.id)
}

/// The credit that a customer has, without what was paid for orders that no bill was written for yet.
fn in_hand(act: &mut Act<'_>, of: &BillingAccount) -> Result<Money, Error> {
    let owner = (of.stamp.seller, of.id);
    let (mut credit, payments) = payment::credit_of(act, owner, of.currency())?;
    for it in &payments {
        if !waits(act.cx(), it)? {
            credit = credit.plus(it.unallocated()?)?;
        }
    }
    Ok(credit)
}

/// Whether a payment waits for the bills of an order: as long as that is worked on, and until the first bill of
/// it is written.
fn waits(cx: Cx<'_>, it: &Payment) -> Result<bool, Error> {
    let Some(id) = it.attempt.as_ref().and_then(|attempt| attempt.order) else { return Ok(false) };
    let order = cx.view.find::<Order>(id)?;
    Ok(it.allocations().is_empty() || order.is_some_and(|it| !it.state().is_final()))
}

/// Payments as credit is taken from them: those that wait for the bills of orders last.
///
/// # Errors
/// If the store fails.
pub(super) fn free_first(cx: Cx<'_>, payments: Vec<Payment>) -> Result<Vec<Payment>, Error> {
    let (mut free, mut waiting) = (Vec::with_capacity(payments.len()), Vec::new());
    for it in payments {
        if waits(cx, &it)? { waiting.push(it) } else { free.push(it) }
    }
    free.append(&mut waiting);
    Ok(free)
}

/// What credit settles, what is due first first: not what is paid in parts as agreed, nor what money is on its
/// way for.
fn to_settle(act: &Act<'_>, of: &BillingAccount, most: Money) -> Result<Vec<InvoiceId>, Error> {
    let today = of.terms().zone.date_of(act.now());
    let resting = payment_plan::resting(act.cx(), of.id, today)?;
    let mut found = Vec::new();
    for it in payment::open_invoices(act.cx(), of.id)? {
        let is_meant = it.content().currency == most.currency() && !resting.contains(&it.id);
        if is_meant && !collection::is_under_way(act.cx(), it.id)? {
            found.push(it.id);
        }
    }
    Ok(found)
}

/// An invoice as it is after the credit of its customer is used, if anything of it is open.
///
/// # Errors
/// If the store fails.
pub(super) fn used_for(act: &mut Act<'_>, id: InvoiceId) -> Result<Invoice, Error> {
    let invoice: Invoice = act.load(id)?;
    if invoice.open().as_minor() <= 0 {
        return Ok(invoice);
    }
    use_up(act, invoice.content().billing_account)?;
    act.load(id)
}
