//! Orders that are paid first: placed, paid through a gateway, and only then worked on.
//!
//! What is to be paid is what the first bill will say today. The order waits for its payment until its
//! time is over; both are written down before the gateway is asked, so that a restart loses neither. Of
//! what is declined before that another payment can be begun, in place of the one before. Money that
//! comes in when nobody waits for it any more goes back.

use super::cancellation::called_off;
use super::estimate::{self, Foreseen};
use super::{begin, must_accept, put, suppose_placed, with_terms, work_or_reject};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{BillingAccountId, OrderId, PaymentId, PaymentMethodId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::operator::{Actor, Permission};
use crate::domain::order::item::Item;
use crate::domain::order::{Estimated, Missing, Order, PlaceOrder};
use crate::domain::page::PageRequest;
use crate::domain::payment::Payment;
use crate::domain::payment::attempt::Initiative;
use crate::domain::subscription::Subscription;
use crate::domain::text;
use crate::domain::time::Instant;
use crate::services::{Act, Author, Bss, Cx, Error, billing, checkout, payment, payment_method};
use crate::store::{Along, Records};

/// How an order is paid that is paid first.
#[derive(Debug, Clone, Default)]
pub struct Paying {
    /// With which method on file; `None` to choose at the gateway.
    pub method: Option<PaymentMethodId>,
    /// Through which gateway; `None` for the first of the seller.
    pub gateway: Option<text::Code>,
}

/// Places an order on which nobody works before it is paid, begins its payment and asks the gateway for
/// it; `then` is done in the act that places it, after it. Where nothing is to be paid today the order
/// is worked on at once.
///
/// # Errors
/// As [`place`](super::place); if it is billed to several accounts, or the seller has no gateway.
pub fn place_and_pay(
    bss: &Bss,
    author: Author,
    (mut placed, paying): (PlaceOrder, Paying),
    then: impl FnOnce(&mut Act<'_>, &Order) -> Result<(), Error> + Send + 'static,
) -> Result<Order, Error> {
    let wanted = placed.clone();
    let supposed = bss.act(author.clone(), move |act| suppose_placed(act, wanted)).wait()?;
    let due = bss.read(&author.actor, |cx| due_today(cx, &supposed))?;
    let due = due.map(|Due { to, gross, estimated }| {
        placed.estimated = estimated;
        (to, gross)
    });
    let order = bss.act(author.clone(), move |act| {
        let offers = with_terms(act.cx(), placed.items())?;
        let accepted = placed.request.accepted.clone();
        let order = put(act, placed)?;
        must_accept(&offers, &accepted)?;
        then(act, &order)?;
        let order: Order = act.load(order.id)?;
        match due {
            Some(due) => wait_for(act, order, (due, &paying)),
            None => begin(act, order),
        }
    });
    let order = order.wait()?;
    if let Some(payment) = order.awaited_payment() {
        checkout::ask_in_passing(bss, payment)?;
    }
    bss.read(&author.actor, |cx| cx.get(order.id))
}

/// What is charged today for an order, and to which billing account.
struct Due {
    to: BillingAccountId,
    gross: Money,
    estimated: Estimated,
}

/// What is paid first of an order, if it is paid first; nothing if nothing is charged today, or several accounts
/// are billed.
///
/// # Errors
/// [`Error::Rejected`] if what it would make cannot be billed; if the store fails.
pub fn to_pay_first(cx: Cx<'_>, of: &Foreseen) -> Result<Option<Money>, Error> {
    let charged = estimate::charged_today(cx, of)?;
    let mut sums = charged.iter().map(|it| it.1.totals.gross).filter(|it| it.as_minor() > 0);
    let first = sums.next();
    Ok(first.filter(|_| sums.next().is_none()))
}

/// What is charged today; nothing if nothing is.
fn due_today(cx: Cx<'_>, of: &Foreseen) -> Result<Option<Due>, Error> {
    let mut due = None;
    for (to, charged) in estimate::charged_today(cx, of)? {
        let gross = charged.totals.gross;
        let estimated = estimate::estimated(of, &charged.lines).map_err(Rejection::from)?;
        if gross.as_minor() > 0 && due.replace(Due { to, gross, estimated }).is_some() {
            let why = "an order that is paid first is billed to one account";
            return Err(Invalid::one("/billing_account", "unique", why).into());
        }
    }
    Ok(due)
}

/// Begins the payment of an order, which waits for it.
fn wait_for(
    act: &mut Act<'_>,
    order: Order,
    ((to, amount), paying): ((BillingAccountId, Money), &Paying),
) -> Result<Order, Error> {
    let minutes = billing::policy(act.cx(), order.stamp.seller)?.payment_minutes;
    let until_at = act.now().plus_seconds(i64::from(minutes) * 60);
    let payment = written_down(act, (&order, paying), (to, amount), (until_at, 1))?;
    let what = format!("payment of {amount}").parse().map_err(Error::internal)?;
    let waiting = order.await_payment(payment.id, Missing { what, until_at }, act.now())?;
    act.keep(waiting)
}

/// Writes down a payment of an order, waited for until a moment: the how many-th of it.
fn written_down(
    act: &mut Act<'_>,
    (order, paying): (&Order, &Paying),
    (to, amount): (BillingAccountId, Money),
    (until_at, tries): (Instant, u16),
) -> Result<Payment, Error> {
    let method = paying.method.map(|id| payment_method::usable(act.cx(), order.account(), id));
    let method = method.transpose()?;
    let named = (order.stamp.seller, paying.gateway.as_ref());
    let gateway = checkout::through(act.cx(), named, method.as_ref())?;
    let begun = checkout::Begin {
        of: (act.load(to)?, amount),
        invoice: None,
        order: Some((order.id, until_at)),
        gateway,
        method,
        initiative: Initiative::Payer,
        tries,
    };
    checkout::written_down(act, begun)
}

/// Begins another payment of an order of which the one before came to nothing, for as long as the order
/// waits. Of one that is under way the page is told again: there are never two for one order.
///
/// # Errors
/// If it is not there, waits for no payment, the method or gateway cannot be used, or the caller may not.
pub fn pay_again(bss: &Bss, author: Author, id: OrderId, paying: Paying) -> Result<Order, Error> {
    let payment = bss.act(author.clone(), move |act| another(act, id, &paying)).wait()?;
    checkout::ask_in_passing(bss, payment)?;
    bss.read(&author.actor, |cx| cx.get(id))
}

fn another(act: &mut Act<'_>, id: OrderId, paying: &Paying) -> Result<PaymentId, Error> {
    let order: Order = act.get(id)?;
    act.must(Permission::OrderPlace, &order.stamp)?;
    let Some((awaited, until_at)) = waits(&order, act.now()) else {
        let why = format!("order {} waits for no payment", order.stamp.number);
        return Err(Rejection::new(Code::OrderStateForbids, why).into());
    };
    let before: Payment = act.load(awaited)?;
    if before.state().is_under_way() {
        return Ok(awaited);
    }
    checkout::look_at(act, awaited, None)?;
    let tried = before.attempt.as_ref();
    let (wanted, tries) = tried.map_or((before.amount(), 1), |it| (it.wanted, it.tries));
    let of = (before.billing_account, wanted);
    let payment = written_down(act, (&order, paying), of, (until_at, tries.saturating_add(1)))?;
    let waiting = order.await_another(payment.id)?;
    act.keep(waiting)?;
    Ok(payment.id)
}

/// The payment that an order waits for, and until when; nothing once that is over.
fn waits(order: &Order, now: Instant) -> Option<(PaymentId, Instant)> {
    let until_at = order.missing().map(|it| it.until_at).filter(|it| now < *it)?;
    Some((order.awaited_payment()?, until_at))
}

/// The payment of an order has come in: the order is worked on, once. What nobody waits for any more,
/// what cannot be had any more, and what is less than was asked for, is paid back; what is more is the
/// buyer's credit.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn paid(
    act: &mut Act<'_>,
    id: OrderId,
    payment: Payment,
) -> Result<(), Error> {
    payment::came_in(act, &payment)?;
    let order: Order = act.load(id)?;
    if order.awaited_payment() != Some(payment.id) {
        let why = if order.payment == Some(payment.id) {
            "the order was called off before it was paid"
        } else {
            "another payment of the order took its place"
        };
        return payment::send_all_back(act, payment, why);
    }
    if let Some(wanted) = short_of(&payment)? {
        let why = format!("`{}` was paid of `{wanted}`", payment.amount());
        called_off(act, order, Some(why.parse().map_err(Error::internal)?))?;
        let payment: Payment = act.load(payment.id)?;
        return payment::send_all_back(act, payment, &why);
    }
    let resumed = order.resume(act.now())?;
    let order = act.keep(resumed)?;
    match order.request.start_at {
        Some(start_at) if act.now() < start_at => Ok(()),
        _ => work_or_reject(act, order).map(|_| ()),
    }
}

/// How much was asked for, if less came in.
fn short_of(it: &Payment) -> Result<Option<Money>, Error> {
    let Some(wanted) = it.attempt.as_ref().map(|it| it.wanted) else { return Ok(None) };
    let is_short = it.amount().minus(wanted)?.is_negative();
    Ok(is_short.then_some(wanted))
}

/// Nothing came of the payment of an order: it is called off once the time for it is over, as who pays
/// may try again until then.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn unpaid(
    act: &mut Act<'_>,
    id: OrderId,
    payment: &Payment,
) -> Result<(), Error> {
    let order: Order = act.load(id)?;
    if order.awaited_payment() != Some(payment.id) {
        return Ok(());
    }
    if let Some((_, until_at)) = waits(&order, act.now()) {
        return checkout::look_at(act, payment.id, Some(until_at));
    }
    let why = format!("its payment is {}", payment.state());
    called_off(act, order, Some(why.parse().map_err(Error::internal)?)).map(|_| ())
}

/// Gives back what was paid for an order that came to nothing, or for those of its pieces that nobody
/// gets: as far as it has not gone back already, and settles nothing.
pub(super) fn give_money_back(act: &mut Act<'_>, order: &Order) -> Result<(), Error> {
    let Some(id) = order.payment else { return Ok(()) };
    let payment: Payment = act.load(id)?;
    if order.came_to_nothing() {
        return payment::send_all_back(act, payment, "the order was called off");
    }
    let lost = order.items().iter().filter(|it| it.state().is_lost());
    let lost = paid_for(lost, &payment)?;
    let back = lost.minus(payment.refunded())?.at_most(payment.unallocated()?)?;
    payment::send_part_back(act, payment, back, "a piece of the order cannot be had")
}

/// What a payment was to pay for some items of an order.
fn paid_for<'a>(
    mut items: impl Iterator<Item = &'a Item>,
    payment: &Payment,
) -> Result<Money, MoneyError> {
    let nothing = Money::zero(payment.amount().currency());
    items.try_fold(nothing, |sum, item| {
        let mut totals = item.totals.iter().filter(|it| it.currency() == nothing.currency());
        totals.try_fold(sum, |sum, it| sum.plus(it.gross()))
    })
}

/// Refuses to deliver a lost piece of an order that was paid first, if what was paid for it has gone back.
///
/// # Errors
/// If more has gone back than was paid for the other lost pieces.
pub(super) fn must_still_be_paid(cx: Cx<'_>, order: &Order, key: &text::Code) -> Result<(), Error> {
    let Some(payment) = payment_of(cx, order)? else { return Ok(()) };
    let (of_it, others): (Vec<_>, Vec<_>) =
        order.items().iter().filter(|it| it.state().is_lost()).partition(|it| it.key == *key);
    let of_it = paid_for(of_it.into_iter(), &payment)?;
    let left = payment.refunded().minus(paid_for(others.into_iter(), &payment)?)?;
    if of_it.is_zero() || left.is_zero() || left.is_negative() {
        return Ok(());
    }
    let why = format!("what was paid for the item `{key}` has gone back: have it ordered again");
    Err(Rejection::new(Code::OrderStateForbids, why).into())
}

/// The payment that an order waits or waited for: for who sees the order.
///
/// # Errors
/// If the store fails.
pub fn payment_of(cx: Cx<'_>, order: &Order) -> Result<Option<Payment>, Error> {
    Ok(order.payment.map(|id| cx.view.find::<Payment>(id)).transpose()?.flatten())
}

/// The order about a subscription that waits for its payment, of the last of its account.
///
/// # Errors
/// If the store fails.
pub fn awaiting_payment(cx: Cx<'_>, of: &Subscription) -> Result<Option<Order>, Error> {
    let (along, newest) = (Along::Owner(of.account()), PageRequest::first(PageRequest::LIMIT_MAX));
    let is_about = |it: &Order| it.items().iter().any(|it| it.subscription == Some(of.id));
    let found =
        cx.list(Some(along), &newest, |it: &Order| it.awaited_payment().is_some() && is_about(it))?;
    Ok(found.items.into_iter().next())
}

/// Asks the gateway what became of the payment that an order waits for: who comes back from its page
/// wants to know.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn follow(bss: &Bss, actor: &Actor, id: OrderId) -> Result<Order, Error> {
    let awaited: Option<PaymentId> = bss.read(actor, |cx| {
        let order: Order = cx.get(id)?;
        cx.must(Permission::OrderPlace, &order.stamp)?;
        Ok(order.awaited_payment())
    })?;
    if let Some(payment) = awaited {
        checkout::ask(bss, payment)?;
    }
    bss.read(actor, |cx| cx.get(id))
}
