//! Refunds on their way: sent through the gateway that the money came by, or by people who say so.
//!
//! Once a refund is written down, the money is no longer the customer's. What does not arrive is the
//! customer's credit again, and settles what is open.

use std::sync::Arc;

use super::billing::book;
use super::goodwill::Instead;
use super::{Act, Author, Bss, Error, call_back, checkout, gateway, payment};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{GatewayId, PaymentId, RefundId};
use crate::domain::journal;
use crate::domain::operator::{Actor, Permission};
use crate::domain::payment::Payment;
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::refund::{Refund, State, Trigger};
use crate::domain::text::{Name, Prose};
use crate::services::webhook::trouble;
use crate::store::payment::PAYMENT_BY_BILLING_ACCOUNT;
use crate::store::{Along, Key, Records};
use crate::world::gateway::{GiveBack, GivenBack, Return, Reversal, Trouble};

/// After so long a gateway is asked how far what it has sent is.
const ON_ITS_WAY_SECONDS: i64 = 86_400;
/// The longest wait between two times that a gateway is asked which cannot be reached.
const WAIT_SECONDS_MAX: i64 = 4 * 3600;

/// Asks for all the credit of a customer to go back by which it came, for nothing will use it any more:
/// first what of payments settles nothing, then what credit notes gave, by the payments that came last.
/// What came outside of any gateway people send by hand.
///
/// # Errors
/// If the store fails.
pub(super) fn pay_out(act: &mut Act<'_>, of: &BillingAccount, why: &Prose) -> Result<(), Error> {
    let owner = (of.stamp.seller, of.id);
    let (_, unallocated) = payment::credit_of(act, owner, of.currency())?;
    let how = (State::Requested, Instead::Owed);
    for it in unallocated {
        let left = it.unallocated()?;
        payment::went_back(act, it, (left, Some(why.clone())), how)?;
    }
    let mut left = payment::credit_of(act, owner, of.currency())?.0;
    let along = Along::Index(PAYMENT_BY_BILLING_ACCOUNT, Key::new().id(of.id).bytes());
    for it in act.every::<Payment>(&along)?.into_iter().rev() {
        let amount = it.amount().minus(it.refunded())?.at_most(left)?;
        if it.state().has_come_in() && amount.as_minor() > 0 {
            payment::went_back(act, it, (amount, Some(why.clone())), how)?;
            left = left.minus(amount)?;
        }
    }
    Ok(())
}

/// Somebody says that the money has arrived that was to be sent by hand.
///
/// # Errors
/// If its gateway sees to it, its state forbids it, or the caller may not.
pub fn complete(act: &mut Act<'_>, id: RefundId) -> Result<Refund, Error> {
    let refund = by_hand(act, id)?.on(Trigger::Complete, act.now())?;
    act.keep(refund)
}

/// Somebody says that the money did not arrive, and why.
///
/// # Errors
/// If its gateway sees to it, its state forbids it, or the caller may not.
pub fn fail(act: &mut Act<'_>, id: RefundId, why: Prose) -> Result<Refund, Error> {
    let refund = by_hand(act, id)?;
    failed(act, refund, why)?;
    act.load(id)
}

fn by_hand(act: &Act<'_>, id: RefundId) -> Result<Refund, Error> {
    let refund: Refund = act.get(id)?;
    act.must(Permission::RefundWrite, &refund.stamp)?;
    if refund.due_at().is_some() {
        let why = format!("the gateway of `{id}` says what becomes of it");
        return Err(Rejection::new(Code::PaymentStateForbids, why).into());
    }
    Ok(refund)
}

/// The money is the customer's credit again.
fn failed(act: &mut Act<'_>, mut refund: Refund, why: Prose) -> Result<(), Error> {
    refund.trouble = Some(why);
    let refund = refund.on(Trigger::Fail, act.now())?;
    let refund = act.keep(refund)?;
    let back = journal::payment_received(refund.billing_account, refund.amount)?;
    book(act, refund.stamp.seller, refund.id, back)?;
    let came_back = act.load::<Payment>(refund.payment)?.unrefund(refund.amount)?;
    let payment = act.keep(came_back)?;
    payment::settle(act, payment, None).map(|_| ())
}

/// Asks the gateway for a refund, or how far it is, and keeps what it says.
///
/// # Errors
/// If the store fails; that the gateway does is no error.
pub(super) fn ask(bss: &Arc<Bss>, id: RefundId) -> Result<bool, Error> {
    let house = Author::of(Actor::duty("collect"));
    let missing = || Error::internal(format!("what `{id}` is of came through no gateway"));
    let (refund, attempt, gateway, token) = bss.read(&house.actor, |cx| {
        let refund = cx.view.find::<Refund>(id)?.ok_or_else(|| Error::not_found(id))?;
        let payment = cx.view.find::<Payment>(refund.payment)?.ok_or_else(missing)?;
        let attempt = payment.attempt.clone().ok_or_else(missing)?;
        let gateway = cx.view.find::<Gateway>(attempt.gateway)?.ok_or_else(missing)?;
        Ok((refund, attempt, gateway, checkout::token(bss, cx, &payment)?))
    })?;
    if refund.due_at().is_none() {
        return Ok(false);
    }
    let port = gateway::port(bss, &gateway, None)?;
    let asked = GiveBack {
        refund: id,
        amount: refund.amount,
        reference: attempt.reference.as_ref().map(Name::as_str),
        memo: attempt.memo.as_ref().map(Name::as_str),
        token: token.as_deref(),
        sent: refund.reference.as_ref().map(Name::as_str),
    };
    let _turn = bss.turn_to_call()?;
    let said = port.refund(bss.house.world().web.as_ref(), &asked);
    let said = said.or_else(|it| nothing_of(&refund, it));
    let heard = move |act: &mut Act<'_>| match said {
        Ok(given) => hear(act, id, given),
        Err(_) => miss(act, id),
    };
    bss.act(house, heard).wait()?;
    Ok(true)
}

/// What is not taken at all never arrives; where it was taken before, or nobody knows whether it was,
/// it is asked for again.
fn nothing_of(of: &Refund, it: Trouble) -> Result<GivenBack, Trouble> {
    let was_taken = of.reference.is_some() || of.state == State::Sent;
    if it.is_passing || of.misses > 0 || was_taken {
        return Err(it);
    }
    Ok(GivenBack { reference: None, outcome: Return::Failed(trouble(&it.told)) })
}

fn miss(act: &mut Act<'_>, id: RefundId) -> Result<(), Error> {
    let (mut refund, now) = (act.load::<Refund>(id)?, act.now());
    refund.misses = refund.misses.saturating_add(1);
    let wait = (60_i64 << refund.misses.min(8)).min(WAIT_SECONDS_MAX);
    refund.look_at = refund.due_at().map(|_| now.plus_seconds(wait));
    act.put_quietly(&refund)
}

/// Keeps what a gateway says on its own account of a refund.
///
/// # Errors
/// [`Error::NotFound`] if the payment did not come through the gateway.
pub(super) fn hear_from(
    act: &mut Act<'_>,
    (id, gateway): (RefundId, GatewayId),
    given: GivenBack,
) -> Result<(), Error> {
    let refund: Refund = act.load(id)?;
    call_back::must_be_of(act, (refund.payment, gateway))?;
    hear(act, id, given)
}

/// Books that the payer's bank has taken money of a payment back: what that had settled is owed again.
/// What is told twice is booked once, and never more than is left of the payment.
///
/// # Errors
/// [`Error::NotFound`] if the payment did not come through the gateway.
pub(super) fn reversed(
    act: &mut Act<'_>,
    (id, gateway): (PaymentId, GatewayId),
    it: Reversal,
) -> Result<(), Error> {
    call_back::must_be_of(act, (id, gateway))?;
    let payment: Payment = act.load(id)?;
    let amount = it.amount.at_most(payment.amount().minus(payment.refunded())?)?;
    if named(act, id, &it.reference)?.is_some() || amount.as_minor() <= 0 {
        return Ok(());
    }
    let why = format!("the payer's bank has taken it back: {}", it.reference);
    let why = Some(why.parse().map_err(Error::internal)?);
    let mut refund = payment::went_back(act, payment, (amount, why), (State::Done, Instead::Owed))?;
    refund.reference = Some(it.reference);
    act.put_quietly(&refund)
}

/// Books that the payer's bank has given back what it had taken: it is the customer's credit again, and
/// settles what is open.
///
/// # Errors
/// [`Error::NotFound`] if the payment did not come through the gateway.
pub(super) fn reinstated(
    act: &mut Act<'_>,
    (id, gateway): (PaymentId, GatewayId),
    reference: &Name,
) -> Result<(), Error> {
    call_back::must_be_of(act, (id, gateway))?;
    let refund = named(act, id, reference)?.filter(|it| it.state == State::Done);
    let Some(refund) = refund else { return Ok(()) };
    let why = format!("the payer's bank has given it back: {reference}");
    failed(act, refund, why.parse().map_err(Error::internal)?)
}

/// What of a payment went back under a name of its gateway's.
fn named(act: &Act<'_>, of: PaymentId, reference: &Name) -> Result<Option<Refund>, Error> {
    let all = payment::refunds_of(act.cx(), of)?;
    Ok(all.into_iter().find(|it| it.reference.as_ref() == Some(reference)))
}

/// Keeps what a gateway says of a refund, unless that was said before or has been overtaken.
fn hear(act: &mut Act<'_>, id: RefundId, given: GivenBack) -> Result<(), Error> {
    let (mut refund, now) = (act.load::<Refund>(id)?, act.now());
    refund.reference = given.reference.or(refund.reference);
    refund.misses = 0;
    match (refund.state, given.outcome) {
        (State::Requested | State::Sent | State::Done, Return::Failed(why)) => {
            failed(act, refund, why)
        }
        (State::Requested | State::Sent, Return::Done) => {
            let done = refund.on(Trigger::Complete, now)?;
            act.keep(done).map(|_| ())
        }
        (State::Requested, Return::Sent) => {
            refund.look_at = Some(now.plus_seconds(ON_ITS_WAY_SECONDS));
            let sent = refund.on(Trigger::Send, now)?;
            act.keep(sent).map(|_| ())
        }
        (State::Sent, Return::Sent) => {
            refund.look_at = Some(now.plus_seconds(ON_ITS_WAY_SECONDS));
            act.put_quietly(&refund)
        }
        (State::Done, Return::Sent | Return::Done)
        | (State::Failed, Return::Sent | Return::Done | Return::Failed(_)) => Ok(()),
    }
}
