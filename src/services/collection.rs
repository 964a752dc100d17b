//! Collection: what is due is taken by itself from the usual method of who owes it, and tried again
//! some days after a failure, as the seller's gateway says. Dunning waits until the last try is over.

use std::sync::Arc;

use super::{
    Act, Bss, Cx, Error, checkout, dunning, gateway, in_hand, order, payment_method, payment_plan,
    refund,
};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::Receivables;
use crate::domain::billing::invoice::{CollectedBy, Invoice};
use crate::domain::id::{Id, InvoiceId, Kind, PaymentId, RefundId, Subject};
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::payment::Payment;
use crate::domain::payment::attempt::{Attempt, Initiative};
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::lifecycle::{State, Trigger};
use crate::domain::time::{Instant, Zone};
use crate::services::Author;
use crate::store::Records;

/// Does what is due in the calendar of collection: an invoice is collected, a payment or a refund is
/// asked for at its gateway.
///
/// # Errors
/// If the store fails.
pub fn step(bss: &Arc<Bss>, it: Subject) -> Result<bool, Error> {
    if it.kind == Kind::Payment {
        return checkout::step(bss, PaymentId::from_uuid(it.uuid));
    }
    if it.kind == Kind::Refund {
        return refund::ask(bss, RefundId::from_uuid(it.uuid));
    }
    let house = Author::of(Actor::duty("collect"));
    bss.act(house, move |act| begin(act, InvoiceId::from_uuid(it.uuid))).wait()
}

/// Tries for the first time to collect an invoice whose day has come.
fn begin(act: &mut Act<'_>, id: InvoiceId) -> Result<bool, Error> {
    let Some(invoice) = act.load::<Invoice>(id)?.collected(act.now()) else { return Ok(false) };
    act.put_quietly(&invoice)?;
    let invoice = in_hand::used_for(act, id)?;
    attempt(act, &invoice, 1)?;
    Ok(true)
}

/// Begins a payment of what is open of an invoice, if it is for the house to take it and there is
/// something to take it from.
fn attempt(act: &mut Act<'_>, invoice: &Invoice, tries: u16) -> Result<Option<Payment>, Error> {
    let Some(amount) = to_take(act.cx(), invoice)? else { return Ok(None) };
    let billing_account: BillingAccount = act.load(invoice.content().billing_account)?;
    let method = payment_method::usual(act.cx(), billing_account.account())?;
    let Some(method) = method else { return Ok(None) };
    let Some((code, _)) = checkout::token_of(&method) else { return Ok(None) };
    let found = gateway::by_code(act.cx(), billing_account.stamp.seller, code)?;
    let Some(gateway) = found else { return Ok(None) };
    let initiative = Initiative::House;
    let (invoice, method) = (Some(invoice.id), Some(method));
    let of = (billing_account, amount);
    let it = checkout::Begin { of, invoice, order: None, gateway, method, initiative, tries };
    checkout::written_down(act, it).map(Some)
}

/// Whether a payment is one that the house wants and of which its gateway cannot know yet.
pub(super) fn is_unasked(it: &Payment) -> bool {
    let of_house = |it: &Attempt| it.initiative == Initiative::House && it.asked_at.is_none();
    it.state() == State::Initiated && it.attempt.as_ref().is_some_and(of_house)
}

/// Writes down, before a gateway is asked for what the house wants, that it may know of it. What is not
/// owed any more by then is called off, and what is left of it is begun anew; answers whether the
/// gateway is to be asked.
///
/// # Errors
/// If the store fails.
pub(super) fn goes_out(act: &mut Act<'_>, id: PaymentId) -> Result<bool, Error> {
    let (mut payment, now) = (act.load::<Payment>(id)?, act.now());
    let (of, amount, is_unasked) =
        (payment.billing_account, payment.amount(), is_unasked(&payment));
    let unasked = payment.attempt.as_mut().filter(|_| is_unasked);
    let Some(attempt) = unasked else { return Ok(true) };
    let (invoice, tries) = (attempt.invoice, attempt.tries);
    let invoice = invoice.map(|id| act.load::<Invoice>(id)).transpose()?;
    let too_much = match &invoice {
        Some(it) => it.undisputed().minus(amount)?.is_negative(),
        None => false,
    };
    if !too_much {
        attempt.asked_at = Some(now);
        act.put_quietly(&payment)?;
        return Ok(true);
    }
    attempt.look_at = None;
    let canceled = payment.on(Trigger::Cancel)?;
    act.keep(canceled)?;
    if let Some(invoice) = invoice {
        self::attempt(act, &invoice, tries)?;
    }
    dunning::follow(act, of)?;
    Ok(false)
}

/// Writes down that nothing has left of what a gateway was to be asked for the first time.
///
/// # Errors
/// If the store fails.
pub(super) fn never_left(act: &mut Act<'_>, id: PaymentId) -> Result<(), Error> {
    let mut payment: Payment = act.load(id)?;
    if let Some(attempt) = &mut payment.attempt {
        attempt.asked_at = None;
    }
    act.put_quietly(&payment)
}

/// How much of an invoice it is for the house to take by itself; nothing where others see to it, it is
/// paid in parts, nothing of it is open, or a payment of it is under way.
///
/// # Errors
/// If the store fails.
pub(super) fn to_take(cx: Cx<'_>, invoice: &Invoice) -> Result<Option<Money>, Error> {
    let (amount, content) = (invoice.undisputed(), invoice.content());
    if amount.as_minor() <= 0 || is_under_way(cx, invoice.id)? {
        return Ok(None);
    }
    let account = cx.view.find::<Account>(content.account)?;
    let account = account.ok_or_else(|| Error::not_found(content.account))?;
    let is_ours = account.terms().receivables == Receivables::Ours;
    let plans = payment_plan::active_of(cx, content.billing_account)?;
    let is_planned = plans.iter().any(|it| it.invoices.contains(&invoice.id));
    Ok((is_ours && !is_planned).then_some(amount))
}

/// How an invoice will be taken by the house itself, as things are: its customer has said from what, and
/// it is not seen to otherwise.
///
/// # Errors
/// If the store fails.
pub(super) fn expected(cx: Cx<'_>, invoice: &Invoice) -> Result<Option<CollectedBy>, Error> {
    let Some(method) = payment_method::usual(cx, invoice.content().account)? else {
        return Ok(None);
    };
    if to_take(cx, invoice)?.is_none() {
        return Ok(None);
    }
    if let Some(mandate) = method.mandate() {
        return Ok(Some(CollectedBy::Mandate(mandate.reference.clone())));
    }
    let (Some(_), Some((code, _))) = (invoice.collect_at(), checkout::token_of(&method)) else {
        return Ok(None);
    };
    let gateway = gateway::by_code(cx, invoice.stamp.seller, code)?;
    Ok(gateway.map(|_| CollectedBy::Gateway))
}

/// Whether a payment of an invoice may still come in although nobody does anything more for it.
///
/// # Errors
/// If the store fails.
pub(super) fn is_under_way(cx: Cx<'_>, id: InvoiceId) -> Result<bool, Error> {
    Ok(checkout::attempts_of(cx, id)?.iter().any(checkout::comes_by_itself))
}

/// When the house goes on trying to collect an invoice; `None` once it has given up. Until then nobody
/// is reminded of the invoice.
///
/// # Errors
/// If the store fails.
pub(super) fn goes_on_at(cx: Cx<'_>, id: InvoiceId) -> Result<Option<Instant>, Error> {
    let by_house = |it: &&Payment| {
        it.attempt.as_ref().is_some_and(|attempt| attempt.initiative == Initiative::House)
    };
    let all = checkout::attempts_of(cx, id)?;
    let tried = all.iter().filter(by_house).filter_map(Payment::due_at).max();
    let ordered = all.iter().filter(|it| it.state().is_under_way());
    let ordered = ordered.filter_map(|it| it.debit.as_ref());
    // What the bank says of a debit comes on no day that is known: it is looked for every day.
    let tomorrow = Zone::UTC.date_of(cx.now).plus_days(1);
    let ordered = ordered.map(|it| Zone::UTC.start_of(it.collect_on.max(tomorrow)));
    Ok(tried.max(ordered.max()))
}

/// After a failure it is tried again, if the house wanted it and that was not the last time.
pub(super) fn failed(act: &mut Act<'_>, mut payment: Payment) -> Result<(), Error> {
    let billing_account: BillingAccount = act.load(payment.billing_account)?;
    let (zone, of) = (billing_account.terms().zone, billing_account.id);
    let Some(attempt) = payment.attempt.as_mut() else { return Ok(()) };
    if attempt.initiative == Initiative::Payer {
        return Ok(());
    }
    let gateway: Gateway = act.load(attempt.gateway)?;
    let days = gateway.retry_after(attempt.tries).filter(|_| gateway.is_active());
    let day = days.map(|it| zone.date_of(act.now()).plus_days(i64::from(it)));
    attempt.look_at = day.map(|it| zone.start_of(it));
    act.put_quietly(&payment)?;
    dunning::follow(act, of)
}

/// Tries again what has failed and whose day has come. Whether there was nothing else to do for the
/// payment.
pub(super) fn again(act: &mut Act<'_>, id: PaymentId) -> Result<bool, Error> {
    let mut payment: Payment = act.load(id)?;
    if payment.state().is_under_way() {
        return Ok(false);
    }
    let of = payment.billing_account;
    let Some(attempt) = payment.attempt.as_mut() else { return Ok(true) };
    let (invoice, tries) = (attempt.invoice, attempt.tries.saturating_add(1));
    let order = attempt.order;
    attempt.look_at = None;
    act.put_quietly(&payment)?;
    if let Some(id) = order {
        order::unpaid(act, id, &payment)?;
        return Ok(true);
    }
    if let Some(id) = invoice {
        let invoice = in_hand::used_for(act, id)?;
        self::attempt(act, &invoice, tries)?;
    }
    dunning::follow(act, of)?;
    Ok(true)
}
