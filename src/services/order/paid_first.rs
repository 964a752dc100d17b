//! Orders that are paid first: placed, paid through a gateway, and only then worked on.
//!
//! What is to be paid is what the first bill will say today. The order waits for its payment and ends
//! with it; both are written down before the gateway is asked, so that a restart loses neither. Money
//! that comes in when nobody waits for it any more goes back.

use super::cancellation::called_off;
use super::estimate::{self, Foreseen};
use super::{begin, bought, must_accept, put, suppose_placed, work_or_reject};
use crate::domain::error::Invalid;
use crate::domain::id::{BillingAccountId, OrderId, PaymentId, PaymentMethodId};
use crate::domain::money::Money;
use crate::domain::operator::{Actor, Permission};
use crate::domain::order::{Missing, Order, PlaceOrder};
use crate::domain::payment::Payment;
use crate::domain::payment::attempt::Initiative;
use crate::domain::text;
use crate::services::{Act, Author, Bss, Cx, Error, billing, checkout, payment, payment_method};
use crate::store::Records;

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
    (placed, paying): (PlaceOrder, Paying),
    then: impl FnOnce(&mut Act<'_>, &Order) -> Result<(), Error> + Send + 'static,
) -> Result<Order, Error> {
    let wanted = placed.clone();
    let supposed = bss.act(author.clone(), move |act| suppose_placed(act, wanted)).wait()?;
    let due = bss.read(&author.actor, |cx| due_today(cx, &supposed))?;
    let order = bss.act(author.clone(), move |act| {
        let offers = bought(placed.items());
        let accepted = placed.request.accepted.clone();
        let order = put(act, placed)?;
        must_accept(act, offers, &accepted)?;
        then(act, &order)?;
        let order: Order = act.load(order.id)?;
        match due {
            Some(due) => wait_for(act, order, (due, paying)),
            None => begin(act, order),
        }
    });
    let order = order.wait()?;
    if let Some(payment) = order.awaited_payment() {
        checkout::ask(bss, payment)?;
    }
    bss.read(&author.actor, |cx| cx.get(order.id))
}

/// What is charged today, and to which billing account; nothing if nothing is.
fn due_today(cx: Cx<'_>, of: &Foreseen) -> Result<Option<(BillingAccountId, Money)>, Error> {
    let mut due = None;
    for (billed, gross) in estimate::charged_today(cx, of)? {
        if gross.as_minor() > 0 && due.replace((billed, gross)).is_some() {
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
    ((billing_account, amount), paying): ((BillingAccountId, Money), Paying),
) -> Result<Order, Error> {
    let seller = order.stamp.seller;
    let method = paying.method.map(|id| payment_method::usable(act.cx(), order.account(), id));
    let method = method.transpose()?;
    let named = (seller, paying.gateway.as_ref());
    let gateway = checkout::through(act.cx(), named, method.as_ref())?;
    let minutes = billing::policy(act.cx(), seller)?.payment_minutes;
    let until_at = act.now().plus_seconds(i64::from(minutes) * 60);
    let of = (act.load(billing_account)?, amount);
    let begun = checkout::Begin {
        of,
        invoice: None,
        order: Some((order.id, until_at)),
        gateway,
        method,
        initiative: Initiative::Payer,
        tries: 1,
    };
    let payment = checkout::written_down(act, begun)?;
    let what = format!("payment of {amount}").parse().map_err(Error::internal)?;
    let waiting = order.await_payment(payment.id, Missing { what, until_at }, act.now())?;
    act.keep(waiting)
}

/// The payment of an order has come in: the order is worked on, once. What nobody waits for any more,
/// and what cannot be had any more, is paid back.
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
        return payment::send_all_back(act, payment, "the order was called off before it was paid");
    }
    let resumed = order.resume(act.now())?;
    let order = act.keep(resumed)?;
    match order.request.start_at {
        Some(start_at) if act.now() < start_at => Ok(()),
        _ => work_or_reject(act, order).map(|_| ()),
    }
}

/// Nothing came of the payment of an order: it is called off.
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
    let why = format!("its payment is {}", payment.state());
    called_off(act, order, Some(why.parse().map_err(Error::internal)?)).map(|_| ())
}

/// Gives back what was paid for an order that came to nothing.
pub(super) fn give_money_back(act: &mut Act<'_>, order: &Order) -> Result<(), Error> {
    match order.payment.filter(|_| order.came_to_nothing()) {
        Some(id) => {
            let payment: Payment = act.load(id)?;
            payment::send_all_back(act, payment, "the order was called off")
        }
        None => Ok(()),
    }
}

/// The payment that an order waits or waited for: for who sees the order.
///
/// # Errors
/// If the store fails.
pub fn payment_of(cx: Cx<'_>, order: &Order) -> Result<Option<Payment>, Error> {
    Ok(order.payment.map(|id| cx.view.find::<Payment>(id)).transpose()?.flatten())
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
