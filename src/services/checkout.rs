//! Payments through gateways: begun by who pays or by the house, asked for outside of any act, and
//! heard of in whatever order and however often it is told.
//!
//! A payment is written down before its gateway is asked for it, under the id that the gateway knows
//! it by. What becomes of it is kept in another act; where the house is stopped between the two, the
//! gateway is asked again, and says what became of it the first time.

use std::sync::Arc;

use super::payment_method;
use super::{Act, Author, Bss, Cx, Error, billing_account, collection, gateway, order, payment};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{
    AccountId, BillingAccountId, InvoiceId, OrderId, PaymentId, PaymentMethodId,
};
use crate::domain::money::Money;
use crate::domain::operator::{Actor, Permission};
use crate::domain::order::Order;
use crate::domain::payment::attempt::{Attempt, Decline, Initiative, Outcome, Reason, Said};
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::lifecycle::{State, Trigger};
use crate::domain::payment::method::{MethodDetails, MethodKind, PaymentMethod};
use crate::domain::payment::{Payer, Payment};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::domain::time::Instant;
use crate::services::webhook::trouble;
use crate::store::payment::PAYMENT_BY_INVOICE;
use crate::store::{Along, Key, Records};
use crate::world::gateway::{Charge, Gateway as Port, Trouble};

/// So long nobody else asks a gateway for what a payer is at, or for what it has said it does not
/// know yet.
const LEASE_SECONDS: i64 = 15 * 60;
/// So long a payer has at the page of a gateway.
const PATIENCE_SECONDS: i64 = 2 * 3600;
/// So long a gateway that cannot be reached, or does not know yet, is asked again.
const STUBBORNNESS_SECONDS: i64 = 7 * 86_400;
/// So long a gateway is relied on to do what it is asked again, under the same id, once: PayPal forgets
/// ids of requests after six hours, Stripe after a day.
const SAME_SECONDS: i64 = 5 * 3600;
/// The longest wait between two times that it is asked.
const WAIT_SECONDS_MAX: i64 = 4 * 3600;

/// What somebody wants to pay.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// For what.
    pub what: What,
    /// With which method on file; `None` to choose at the gateway.
    pub method: Option<PaymentMethodId>,
    /// Through which gateway, where it is not the method's.
    pub gateway: Option<text::Code>,
}

/// For what somebody wants to pay.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// What is open of an invoice, or a part of that.
    Invoice(InvoiceId, Option<Money>),
    /// An amount of a billing account.
    BillingAccount(BillingAccountId, Money),
    /// An amount of the usual billing account of an account.
    Account(AccountId, Money),
}

/// A payment as it is begun: what is known before a gateway is asked.
pub(super) struct Begin {
    pub(super) of: (BillingAccount, Money),
    pub(super) invoice: Option<InvoiceId>,
    /// The order that waits for it, and until when.
    pub(super) order: Option<(OrderId, Instant)>,
    pub(super) gateway: Gateway,
    pub(super) method: Option<PaymentMethod>,
    pub(super) initiative: Initiative,
    pub(super) tries: u16,
}

/// Begins a payment and asks its gateway for it. The answer says whether it is paid, or where the
/// payer has to go.
///
/// # Errors
/// If nothing of the invoice is open, another payment of it is under way, the seller has no gateway,
/// the method cannot be used, or the caller may not.
pub fn begin(bss: &Bss, author: Author, wanted: Wanted) -> Result<Payment, Error> {
    let id = bss.act(author.clone(), move |act| begun_by_payer(act, &wanted)).wait()?;
    ask_in_passing(bss, id)?;
    bss.read(&author.actor, |cx| cx.get(id))
}

/// Begins a payment from a method on file within an act: its gateway is asked for it at once after that.
///
/// # Errors
/// As [`begin`].
pub fn begin_within(act: &mut Act<'_>, wanted: &Wanted) -> Result<Payment, Error> {
    let id = begun_by_payer(act, wanted)?;
    look_at(act, id, Some(act.now()))?;
    act.load(id)
}

pub(super) fn begun_by_payer(act: &mut Act<'_>, wanted: &Wanted) -> Result<PaymentId, Error> {
    let (billing_account, amount, invoice) = of_what(act, wanted.what)?;
    let stamp = act.cx().stamp(billing_account.stamp.seller, Some(billing_account.account()));
    act.must(Permission::PaymentMake, &stamp)?;
    payment::must_be_more_than_nothing(amount)?;
    payment::must_be_in(&billing_account, amount)?;
    let of = billing_account.account();
    let method = wanted.method.map(|id| payment_method::usable(act.cx(), of, id)).transpose()?;
    let named = (billing_account.stamp.seller, wanted.gateway.as_ref());
    let gateway = through(act.cx(), named, method.as_ref())?;
    if let Some(invoice) = invoice {
        must_not_be_under_way(act.cx(), invoice)?;
    }
    let initiative = Initiative::Payer;
    let of = (billing_account, amount);
    let it = Begin { of, invoice, order: None, gateway, method, initiative, tries: 1 };
    Ok(written_down(act, it)?.id)
}

fn of_what(act: &Act<'_>, what: What) -> Result<(BillingAccount, Money, Option<InvoiceId>), Error> {
    let (id, amount) = match what {
        What::Invoice(id, amount) => {
            let invoice: Invoice = act.cx().named("/invoice", id)?;
            let open = invoice.open();
            let amount = amount.unwrap_or(open);
            if open.as_minor() <= 0 || open.minus(amount)?.is_negative() {
                let why = format!("`{amount}` cannot be paid of `{id}`, of which `{open}` is open");
                return Err(Rejection::new(Code::PaymentExceeds, why).into());
            }
            let of = act.load(invoice.content().billing_account)?;
            return Ok((of, amount, Some(id)));
        }
        What::BillingAccount(id, amount) => (id, amount),
        What::Account(id, amount) => {
            let account: Account = act.cx().named("/account", id)?;
            (billing_account::default_of(act.cx(), account.id)?.id, amount)
        }
    };
    Ok((act.cx().named("/billing_account", id)?, amount, None))
}

/// The gateway that a payment to a seller goes through: that of the method, the one that is named, or
/// the first that the seller has.
pub(super) fn through(
    cx: Cx<'_>,
    (seller, named): (SellerNumber, Option<&text::Code>),
    method: Option<&PaymentMethod>,
) -> Result<Gateway, Error> {
    let missing = |code: &text::Code| {
        Invalid::one("/gateway", "reference", format!("`{code}` is no gateway of the seller"))
    };
    if let Some(method) = method {
        let why = || Invalid::one("/payment_method", "reference", "is not charged by a gateway");
        let (code, _) = token_of(method).ok_or_else(why)?;
        return gateway::by_code(cx, seller, code)?.ok_or_else(|| missing(code).into());
    }
    if let Some(code) = named {
        return gateway::by_code(cx, seller, code)?.ok_or_else(|| missing(code).into());
    }
    let why = "the seller takes no payments here: pay by bank transfer";
    let none = || Invalid::one("/gateway", "required", why);
    gateway::of(cx, seller)?.into_iter().next().ok_or_else(|| none().into())
}

/// The gateway that knows a method, and what it calls it.
pub(super) const fn token_of(it: &PaymentMethod) -> Option<(&text::Code, &Sealed)> {
    match &it.details {
        MethodDetails::Card { gateway, token, .. } | MethodDetails::Wallet { gateway, token } => {
            Some((gateway, token))
        }
        MethodDetails::Plain(_) | MethodDetails::DirectDebit { .. } => None,
    }
}

/// Refuses a second payment of an invoice while a first may still come in of itself.
fn must_not_be_under_way(cx: Cx<'_>, invoice: InvoiceId) -> Result<(), Error> {
    let Some(it) = attempts_of(cx, invoice)?.into_iter().find(comes_by_itself) else {
        return Ok(());
    };
    let why = format!("the payment `{}` of `{invoice}` is under way", it.id);
    Err(Rejection::new(Code::PaymentStateForbids, why).into())
}

/// Whether a payment may still come in although nobody does anything more for it. A payer who has left
/// the page of a gateway may come back another way.
pub(super) fn comes_by_itself(it: &Payment) -> bool {
    let by_house = it.attempt.as_ref().is_some_and(|it| it.initiative == Initiative::House);
    match it.state() {
        State::Initiated | State::Authorized => true,
        State::Redirected => by_house,
        State::Captured
        | State::Declined
        | State::Expired
        | State::Canceled
        | State::PartlyRefunded
        | State::FullyRefunded => false,
    }
}

/// What was tried to settle an invoice through gateways, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn attempts_of(cx: Cx<'_>, invoice: InvoiceId) -> Result<Vec<Payment>, Error> {
    cx.every(&Along::Index(PAYMENT_BY_INVOICE, Key::new().id(invoice).bytes()))
}

/// Writes a payment down before its gateway is asked.
pub(super) fn written_down(act: &mut Act<'_>, it: Begin) -> Result<Payment, Error> {
    let kind = it.method.as_ref().map_or(MethodKind::Card, |it| it.details.kind());
    let (billing_account, amount) = it.of;
    let (account, id) = (billing_account.account(), billing_account.id);
    let payer = Payer { account, billing_account: id, kind };
    let stamp = act.cx().stamp(billing_account.stamp.seller, Some(account));
    let stamp = stamp.numbered(act.next_number("payment")?);
    let look_at = match (it.initiative, it.order) {
        (_, Some((_, until))) => until,
        // Somebody asks the gateway at once.
        (Initiative::Payer, None) => act.now().plus_seconds(LEASE_SECONDS),
        (Initiative::House, None) => act.now(),
    };
    let stubborn_until = act.now().plus_seconds(STUBBORNNESS_SECONDS);
    let attempt = Attempt {
        gateway: it.gateway.id,
        initiative: it.initiative,
        invoice: it.invoice,
        order: it.order.map(|it| it.0),
        wanted: amount,
        tries: it.tries,
        until: it.order.map_or(stubborn_until, |it| it.1),
        look_at: Some(look_at),
        asked_at: None,
        misses: 0,
        reference: None,
        memo: None,
        page: None,
        decline: None,
    };
    let method = it.method.map(|it| it.id);
    let begun = Payment::attempted((act.new_id(), stamp), payer, amount, (method, attempt))?;
    act.keep_new(begun)
}

/// What is asked of a gateway: the payment, the gateway, and what it calls the method.
struct Asked {
    payment: Payment,
    gateway: Gateway,
    token: Option<String>,
    text: String,
}

/// Asks the gateway of a payment for it, or what became of it, and keeps what it says. Nothing if
/// nobody waits for that any more.
///
/// # Errors
/// [`Error::Busy`] if too many gateways are being asked: it is asked later; if the store fails; that the
/// gateway does is no error.
pub(super) fn ask(bss: &Bss, id: PaymentId) -> Result<(), Error> {
    let house = Author::of(Actor::duty("collect"));
    let asked = bss.read(&house.actor, |cx| asked(bss, cx, id))?;
    let Some(asked) = asked else { return Ok(()) };
    let _turn = bss.turn_to_call()?;
    let is_first = collection::is_unasked(&asked.payment);
    if is_first && !bss.act(house.clone(), move |act| collection::goes_out(act, id)).wait()? {
        return Ok(());
    }
    let port = gateway::port(bss, &asked.gateway, Some(id))?;
    let back = back(bss, &asked.payment);
    let charge = charge(&asked, &back)?;
    let web = bss.house.world().web.as_ref();
    let said = match asked.payment.state() {
        State::Initiated => once(bss, port.as_ref(), (&asked.payment, &charge)),
        State::Redirected
        | State::Authorized
        | State::Captured
        | State::Declined
        | State::Expired
        | State::Canceled
        | State::PartlyRefunded
        | State::FullyRefunded => port.look(web, &charge),
    };
    bss.act(house, move |act| match said {
        Ok(said) => {
            hear(act, id, said)?;
            wait_on(act, id, false)
        }
        Err(it) => {
            if it.never_left && is_first {
                collection::never_left(act, id)?;
            }
            wait_on(act, id, true)
        }
    })
    .wait()
}

/// The same for whose answer can do without what the gateway says: where too many are being asked it is
/// asked later.
///
/// # Errors
/// If the store fails.
pub(super) fn ask_in_passing(bss: &Bss, id: PaymentId) -> Result<(), Error> {
    match ask(bss, id) {
        Err(Error::Busy) => Ok(()),
        asked => asked,
    }
}

/// Asks a gateway for a payment, or, if it may have forgotten that it was asked, first whether it knows
/// of it: nobody pays twice because an answer was lost.
fn once(
    bss: &Bss,
    port: &dyn Port,
    (payment, charge): (&Payment, &Charge<'_>),
) -> Result<Said, Trouble> {
    let web = bss.house.world().web.as_ref();
    let asked_at = payment.attempt.as_ref().and_then(|it| match it.initiative {
        Initiative::House => it.asked_at,
        Initiative::Payer => Some(payment.stamp.created_at),
    });
    let is_old = asked_at.is_some_and(|it| it.plus_seconds(SAME_SECONDS) <= bss.moment().now);
    let known = if is_old { port.find(web, charge)? } else { None };
    match known {
        Some(said) => Ok(said),
        None => port.charge(web, charge).or_else(|it| nothing_of(charge, it)),
    }
}

/// What is not taken at all never becomes anything; where it is not known, it is asked again.
fn nothing_of(of: &Charge<'_>, it: Trouble) -> Result<Said, Trouble> {
    if it.is_passing || of.reference.is_some() {
        return Err(it);
    }
    let decline = Decline { reason: Reason::Misunderstood, told: trouble(&it.told) };
    Ok(Said::only(Outcome::Declined(decline)))
}

/// What is asked of a payment's gateway; nothing if it is not under way any more.
fn asked(bss: &Bss, cx: Cx<'_>, id: PaymentId) -> Result<Option<Asked>, Error> {
    let payment = cx.view.find::<Payment>(id)?.ok_or_else(|| Error::not_found(id))?;
    if !payment.state().is_under_way() {
        return Ok(None);
    }
    let missing = || Error::internal(format!("`{id}` goes through no gateway"));
    let attempt = payment.attempt.as_ref().ok_or_else(missing)?;
    let gateway = cx.view.find::<Gateway>(attempt.gateway)?.ok_or_else(missing)?;
    let token = token(bss, cx, &payment)?;
    let text = text(cx, &payment)?;
    Ok(Some(Asked { payment, gateway, token, text }))
}

/// What its gateway calls the method that a payment is charged to.
pub(super) fn token(bss: &Bss, cx: Cx<'_>, of: &Payment) -> Result<Option<String>, Error> {
    let Some(id) = of.method else { return Ok(None) };
    let method = cx.view.find::<PaymentMethod>(id)?;
    let Some((_, sealed)) = method.as_ref().and_then(token_of) else { return Ok(None) };
    payment_method::opened(bss, id, sealed).map(Some)
}

fn charge<'a>(of: &'a Asked, back: &'a str) -> Result<Charge<'a>, Error> {
    let missing = || Error::internal(format!("`{}` goes through no gateway", of.payment.id));
    let attempt = of.payment.attempt.as_ref().ok_or_else(missing)?;
    Ok(Charge {
        payment: of.payment.id,
        amount: of.payment.amount(),
        text: &of.text,
        token: of.token.as_deref(),
        initiative: attempt.initiative,
        tries: attempt.tries,
        back,
        reference: attempt.reference.as_ref().map(text::Name::as_str),
        memo: attempt.memo.as_ref().map(text::Name::as_str),
    })
}

/// What a payment is for, as its payer reads it.
pub(super) fn text(cx: Cx<'_>, of: &Payment) -> Result<String, Error> {
    let invoice = of.attempt.as_ref().and_then(|it| it.invoice);
    let invoice = invoice.map(|id| cx.view.find::<Invoice>(id)).transpose()?.flatten();
    let number = invoice.as_ref().and_then(Invoice::issue).map(|it| it.number.to_string());
    let order = of.attempt.as_ref().and_then(|it| it.order);
    let order = order.map(|id| cx.view.find::<Order>(id)).transpose()?.flatten();
    let number = number.or(order.map(|it| format!("Order {}", it.stamp.number)));
    Ok(number.unwrap_or_else(|| format!("Payment {}", of.stamp.number)))
}

/// Where the payer of a payment goes back to.
pub(super) fn back(bss: &Bss, of: &Payment) -> String {
    let attempt = of.attempt.as_ref();
    let path = match (attempt.and_then(|it| it.invoice), attempt.and_then(|it| it.order)) {
        (Some(invoice), _) => format!("/ui/invoices/{invoice}?payment={}", of.id),
        (None, Some(order)) => format!("/ui/orders/{order}?payment={}", of.id),
        (None, None) => format!("/ui/payments/{}?payment={}", of.id, of.id),
    };
    bss.site().link(&path)
}

/// Keeps what a gateway says of a payment: what came in is booked once, settles what it is for, and
/// then what is due first.
pub(super) fn hear(act: &mut Act<'_>, id: PaymentId, said: Said) -> Result<(), Error> {
    let payment: Payment = act.load(id)?;
    let had_come_in = payment.state().has_come_in();
    let billing_account: BillingAccount = act.load(payment.billing_account)?;
    let today = billing_account.terms().zone.date_of(act.now());
    let Some(heard) = payment.heard(said, today)? else { return Ok(()) };
    let payment = act.keep(heard)?;
    let order = payment.attempt.as_ref().and_then(|it| it.order);
    if !had_come_in && payment.state().has_come_in() {
        return match order {
            Some(order) => order::paid(act, order, payment),
            None => payment::received(act, payment).map(|_| ()),
        };
    }
    match payment.state() {
        State::Declined | State::Expired => match order {
            Some(order) => order::unpaid(act, order, &payment),
            None => collection::failed(act, payment),
        },
        State::Redirected => wait_for_payer(act, payment),
        State::Initiated
        | State::Authorized
        | State::Captured
        | State::Canceled
        | State::PartlyRefunded
        | State::FullyRefunded => Ok(()),
    }
}

/// A payer who does not come back is waited for no longer than that.
fn wait_for_payer(act: &mut Act<'_>, mut payment: Payment) -> Result<(), Error> {
    let until = act.now().plus_seconds(PATIENCE_SECONDS);
    if let Some(attempt) = payment.attempt.as_mut().filter(|it| it.order.is_none()) {
        (attempt.until, attempt.look_at) = (until, Some(until));
    }
    act.put_quietly(&payment)
}

/// Sees to it that the gateway is asked again for what is still under way, and that nobody waits for
/// ever: what it says later counts nevertheless.
fn wait_on(act: &mut Act<'_>, id: PaymentId, missed: bool) -> Result<(), Error> {
    let (mut payment, now) = (act.load::<Payment>(id)?, act.now());
    if !payment.state().is_under_way() {
        return Ok(());
    }
    let Some(attempt) = &mut payment.attempt else { return Ok(()) };
    if attempt.until <= now {
        return hear(act, id, Said::only(Outcome::Expired));
    }
    attempt.misses = if missed { attempt.misses.saturating_add(1) } else { 0 };
    let wait = (60_i64 << attempt.misses.min(8)).min(WAIT_SECONDS_MAX);
    let wait = if missed { wait } else { LEASE_SECONDS };
    attempt.look_at = Some(now.plus_seconds(wait).min(attempt.until));
    act.put_quietly(&payment)
}

/// Calls off a payment that is under way: nobody waits for it any more. Money that comes in
/// nevertheless is heard of as ever.
///
/// # Errors
/// If the store fails.
pub(super) fn call_off(act: &mut Act<'_>, id: PaymentId) -> Result<(), Error> {
    let mut payment: Payment = act.load(id)?;
    if !payment.state().is_under_way() {
        return Ok(());
    }
    if let Some(attempt) = &mut payment.attempt {
        attempt.look_at = None;
    }
    let canceled = payment.on(Trigger::Cancel)?;
    act.keep(canceled).map(|_| ())
}

/// Calls off what payers have begun for an invoice that is paid, by another payment or by what credit notes
/// gave: a page that is still open asks for nothing any more.
///
/// # Errors
/// If the store fails.
pub(super) fn call_off_others(
    act: &mut Act<'_>,
    invoice: InvoiceId,
    paid: Option<PaymentId>,
) -> Result<(), Error> {
    for it in attempts_of(act.cx(), invoice)? {
        let of_payer = it.attempt.as_ref().is_some_and(|it| it.initiative == Initiative::Payer);
        if Some(it.id) != paid && of_payer && it.state() == State::Redirected {
            call_off(act, it.id)?;
        }
    }
    Ok(())
}

/// Has a payment looked at at a moment, or not any more.
pub(super) fn look_at(act: &mut Act<'_>, id: PaymentId, at: Option<Instant>) -> Result<(), Error> {
    let mut payment: Payment = act.load(id)?;
    if let Some(attempt) = &mut payment.attempt {
        attempt.look_at = at;
    }
    act.put_quietly(&payment)
}

/// Reminds a gateway of ours of something when it is asked next, which is at once.
pub(super) fn remind(act: &mut Act<'_>, id: PaymentId, of: &str) -> Result<(), Error> {
    let (mut payment, now) = (act.load::<Payment>(id)?, act.now());
    let is_under_way = payment.state().is_under_way();
    if let Some(attempt) = payment.attempt.as_mut().filter(|_| is_under_way) {
        (attempt.memo, attempt.look_at) = (of.parse().ok(), Some(now));
        act.put_quietly(&payment)?;
    }
    Ok(())
}

/// Asks the gateway of a payment at once what became of it: a payer who is back wants to know.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn follow(bss: &Arc<Bss>, actor: &Actor, id: PaymentId) -> Result<Payment, Error> {
    let before: Payment = bss.read(actor, |cx| {
        let it: Payment = cx.get(id)?;
        cx.must(Permission::PaymentMake, &it.stamp)?;
        Ok(it)
    })?;
    if before.state().is_under_way() && before.attempt.is_some() {
        ask(bss, id)?;
    }
    bss.read(actor, |cx| cx.get(id))
}

/// The subject that a payment is in the calendar.
pub(super) fn step(bss: &Arc<Bss>, id: PaymentId) -> Result<bool, Error> {
    let house = Author::of(Actor::duty("collect"));
    let again = bss.act(house, move |act| collection::again(act, id)).wait()?;
    if !again {
        ask(bss, id)?;
    }
    Ok(true)
}
