//! Deposits: held from the invoice that charges them until they go back, or settle what is open, when
//! their subscription ends.

use super::{Act, Cx, Error, billing, dunning, invoice, payment, payment_plan};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::credit::{CreditNote, LineAsk};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::unused::GivenBack;
use crate::domain::id::{AccountId, DepositId, SubscriptionId};
use crate::domain::money::Money;
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::deposit::{Deposit, State, Taken};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::RefundTo;
use crate::domain::time::Date;
use crate::store::payment::{DEPOSIT_BY_INVOICE, DEPOSIT_HELD};
use crate::store::{Along, Key};

/// The deposit with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: DepositId) -> Result<Deposit, Error> {
    cx.get(id)
}

/// A page of the deposits that the caller may see: of one account or in one state if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, state): (Option<AccountId>, Option<State>),
    page: &PageRequest,
) -> Result<Page<Deposit>, Error> {
    cx.list(account.map(Along::Owner), page, |it: &Deposit| {
        account.is_none_or(|id| it.taken.account == id) && state.is_none_or(|of| it.state() == of)
    })
}

/// Holds what an invoice that was just issued charges as deposits.
///
/// # Errors
/// If the store fails.
pub(super) fn hold(act: &mut Act<'_>, invoice: &Invoice) -> Result<(), Error> {
    let content = invoice.content();
    let Some(issued_on) = invoice.issue().map(|it| it.issued_on) else { return Ok(()) };
    for (line, place) in content.lines.iter().zip(0_u32..) {
        let is_deposit = line.kind == LineKind::Deposit && line.net.as_minor() > 0;
        let Some(subscription) = line.subscription.filter(|_| is_deposit) else { continue };
        let taken = Taken {
            account: content.account,
            billing_account: content.billing_account,
            subscription,
            price: line.price,
            invoice: invoice.id,
            place,
            on: issued_on,
        };
        let stamp = act.cx().stamp(invoice.stamp.seller, Some(content.account));
        let stamp = stamp.numbered(act.next_number("deposit")?);
        let held = Deposit::held(act.new_id(), stamp, taken, line.net);
        act.keep_new(held)?;
    }
    Ok(())
}

/// Follows a credit note: what it takes back of deposits is held no more.
///
/// # Errors
/// If that is more than is held; if the store fails.
pub(super) fn follow(act: &mut Act<'_>, note: &CreditNote) -> Result<(), Error> {
    let content = note.content();
    if content.deposits.is_zero() {
        return Ok(());
    }
    let along = Along::Index(DEPOSIT_BY_INVOICE, Key::new().id(content.invoice).bytes());
    for deposit in act.every::<Deposit>(&along)? {
        let lines = content.lines.iter().filter(|it| it.place == deposit.taken.place);
        let back = Money::sum(lines.map(|it| it.net), deposit.amount().currency())?;
        if !back.is_zero() {
            let given_back = deposit.given_back(back)?;
            act.keep(given_back)?;
        }
    }
    Ok(())
}

/// Gives back what is held for a subscription that has ended on a day, and lets it settle what else is
/// open. What is over goes to where it came from if that is wanted, else it is the customer's credit.
/// As long as something of it is to be billed, the deposit is held for that.
///
/// # Errors
/// If the store fails.
pub(super) fn give_back(
    act: &mut Act<'_>,
    it: &Subscription,
    (on, to): (Date, RefundTo),
) -> Result<(), Error> {
    let held = act.every::<Deposit>(&Along::Index(DEPOSIT_HELD, Key::new().id(it.id).bytes()))?;
    if held.is_empty() || billing::dates(act.cx(), it)?.next.is_some() {
        return Ok(());
    }
    for deposit in held {
        let invoice: Invoice = act.load(deposit.taken.invoice)?;
        let before = invoice::credits_of(act.cx(), invoice.id)?;
        let place = usize::try_from(deposit.taken.place).unwrap_or(usize::MAX);
        let Some(line) = invoice.content().lines.get(place) else { continue };
        let ask = LineAsk { place: deposit.taken.place, net: deposit.left() };
        let given = [GivenBack { ask, price: line.price, label: line.label.clone(), days: None }];
        let customer = (deposit.stamp.seller, deposit.taken.billing_account);
        let credit = payment::credit_in_all(act, customer, deposit.amount().currency())?;
        let note = billing::ended(act, invoice, (&before, &given, RefundTo::Balance), on)?;
        let left = deposit.left().minus(set_off(act, deposit.id, credit)?)?;
        if matches!(to, RefundTo::Method | RefundTo::Return) && left.as_minor() > 0 {
            payment::return_credit_of(act, deposit.taken.invoice, (left, &note.reason))?;
        }
    }
    Ok(())
}

/// Gives back what is held for a subscription that has ended, if its last bill was just written.
///
/// # Errors
/// If the store fails.
pub(super) fn give_back_last(act: &mut Act<'_>, id: SubscriptionId) -> Result<(), Error> {
    let it: Subscription = act.load(id)?;
    let to = it.cancellation().map_or(RefundTo::Balance, |it| it.refund_to);
    match it.ended_on() {
        Some(on) => give_back(act, &it, (on, to)),
        None => Ok(()),
    }
}

/// Lets what the customer has settle what it owes and does not pay in parts, writes down how much of a
/// deposit that was, and answers it: what is more than the `credit` that there was without the deposit.
fn set_off(act: &mut Act<'_>, id: DepositId, credit: Money) -> Result<Money, Error> {
    let deposit: Deposit = act.load(id)?;
    let nothing = Money::zero(deposit.amount().currency());
    let mut settled = nothing;
    let bills_to: BillingAccount = act.load(deposit.taken.billing_account)?;
    let today = bills_to.terms().zone.date_of(act.now());
    let resting = payment_plan::resting(act.cx(), bills_to.id, today)?;
    let open = payment::open_invoices(act.cx(), bills_to.id)?.into_iter();
    for of in open.filter(|it| !resting.contains(&it.id)) {
        // What settled one of them before may have settled this one, too.
        let open: Invoice = act.load(of.id)?;
        let before = open.open();
        let is_another = open.content().currency != settled.currency();
        if open.dispute().is_some() || is_another || before.as_minor() <= 0 {
            continue;
        }
        let after = payment::use_credit(act, open)?.open();
        settled = settled.plus(before.minus(after)?)?;
    }
    if settled.as_minor() > 0 {
        dunning::follow(act, bills_to.id)?;
    }
    let beyond = settled.minus(credit)?;
    let of_deposit = if beyond.is_negative() { nothing } else { beyond };
    if of_deposit.as_minor() > 0 {
        let settling = deposit.settling(of_deposit)?;
        act.keep(settling)?;
    }
    Ok(of_deposit)
}
