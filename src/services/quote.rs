//! Quotes: asked for, priced by the engine, approved by the seller, and taken by an order.

use super::{Act, Error, order};
use crate::domain::account::Account;
use crate::domain::error::{Code, Refusal, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{BillingAccountId, QuoteId};
use crate::domain::operator::Permission;
use crate::domain::order::item::Item;
use crate::domain::order::quote::{Inquiry, Quote, State, Step};
use crate::domain::order::total::Total;
use crate::domain::order::{Acceptance, Order, PlaceOrder, Request};
use crate::domain::time::Validity;

/// The sequence that quotes are numbered by.
const NUMBERS: &str = "quote";

/// Asks what an order would cost, or says why it could not be placed; then nothing of it is kept.
///
/// # Errors
/// If the caller may not ask for the account, or the store fails.
pub fn ask_or_refuse(
    act: &mut Act<'_>,
    placed: PlaceOrder,
    inquiry: Inquiry,
) -> Result<Result<Quote, Refusal>, Error> {
    match act.attempt(|act| ask(act, placed, inquiry)) {
        Ok(quote) => Ok(Ok(quote)),
        Err(Error::Invalid(it)) => Ok(Err(it.into())),
        Err(Error::Rejected(it)) => Ok(Err(it.into())),
        Err(other) => Err(other),
    }
}

/// Asks what an order would cost, told from the first bill that it would come to.
///
/// # Errors
/// As [`order::suppose_placed`] and [`order::estimate`]; if the caller may not ask for the account.
pub fn ask(act: &mut Act<'_>, placed: PlaceOrder, inquiry: Inquiry) -> Result<Quote, Error> {
    let account: Account = act.cx().named("/account", placed.account())?;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    act.must(Permission::QuoteAsk, &stamp)?;
    let stamp = match act.actor().user() {
        Some(person) => stamp.of_person(person),
        None => stamp,
    };
    let (items, totals) = priced(act, &placed)?;
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let (id, now) = (act.new_id(), act.now());
    let quote = Quote::new(id, stamp, account.id, items.clone(), now)?;
    let mut quote = quote.priced(items, totals)?;
    quote.inquiry = inquiry;
    act.keep((quote, Verb::Created))
}

/// What an order asks for with what each of that would cost if it were placed now, and what all of it would.
fn priced(act: &mut Act<'_>, placed: &PlaceOrder) -> Result<(Vec<Item>, Vec<Total>), Error> {
    let foreseen = order::suppose_placed(act, placed.clone())?;
    let estimate = order::estimate(act.cx(), foreseen)?;
    let mut items = placed.items().to_vec();
    for it in &mut items {
        it.totals = estimate.totals_of(&it.key).map_err(Rejection::from)?;
    }
    Ok((items, estimate.totals().map_err(Rejection::from)?))
}

/// Lets a quote that nobody stands by be about something else, or about the same, priced anew. One that
/// its buyer did not take is begun anew by that.
///
/// # Errors
/// If the order is another account's or cannot be placed, the state of the quote forbids it, or the caller
/// may not.
pub fn revise(act: &mut Act<'_>, id: QuoteId, placed: PlaceOrder) -> Result<Quote, Error> {
    let mut quote: Quote = act.get(id)?;
    act.must(Permission::QuoteAsk, &quote.stamp)?;
    must_be_for(&quote, &placed)?;
    if quote.state() == State::Rejected {
        quote = act.keep(quote.on(Step::Revise)?)?;
    }
    // What is not changed says so first, whatever it would cost.
    let quote = quote.priced(placed.items().to_vec(), Vec::new())?;
    let (items, totals) = priced(act, &placed)?;
    let quote = quote.priced(items, totals)?;
    act.keep((quote, Verb::Changed))
}

fn must_be_for(quote: &Quote, placed: &PlaceOrder) -> Result<(), Rejection> {
    if placed.account() == quote.account() {
        return Ok(());
    }
    let why = format!("the quote `{}` is for another account", quote.id);
    Err(Rejection::new(Code::ReferenceUnknown, why))
}

/// Moves a quote along its life, as buyer and seller may.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn on(act: &mut Act<'_>, id: QuoteId, step: Step) -> Result<Quote, Error> {
    let quote: Quote = act.get(id)?;
    let permission = match step {
        Step::Ask => Permission::QuoteDecide,
        Step::Resume | Step::Reject | Step::Cancel | Step::Revise => Permission::QuoteAsk,
    };
    act.must(permission, &quote.stamp)?;
    let moved = quote.on(step)?;
    act.keep(moved)
}

/// Lets the seller stand by a quote for a time.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn approve(act: &mut Act<'_>, id: QuoteId, valid_for: Validity) -> Result<Quote, Error> {
    let quote: Quote = act.get(id)?;
    act.must(Permission::QuoteDecide, &quote.stamp)?;
    let approved = quote.approve(valid_for, act.now())?;
    act.keep(approved)
}

/// Takes a quote: what it asks about is ordered, and billed where that is said.
///
/// # Errors
/// As [`take`].
pub fn accept(
    act: &mut Act<'_>,
    id: QuoteId,
    (billing_account, accepted): (Option<BillingAccountId>, Vec<Acceptance>),
) -> Result<Quote, Error> {
    let quote: Quote = act.get(id)?;
    let request = Request { billing_account, accepted, ..Request::plain() };
    let placed = PlaceOrder::new(quote.account(), quote.items().to_vec(), request)?;
    take(act, id, placed)?;
    act.get(id)
}

/// Takes a quote by an order for it.
///
/// # Errors
/// If the order is another account's, the seller does not stand by the quote, it would cost something else
/// than was quoted, it cannot be placed, or the caller may not.
pub fn take(act: &mut Act<'_>, id: QuoteId, mut placed: PlaceOrder) -> Result<Order, Error> {
    let quote: Quote = act.get(id)?;
    act.must(Permission::QuoteAsk, &quote.stamp)?;
    must_be_for(&quote, &placed)?;
    placed.request.quote = Some(id);
    // What cannot be taken says so first, whatever it would cost.
    quote.clone().accept(act.new_id(), act.now())?;
    let (_, totals) = priced(act, &placed)?;
    quote.must_cost(&totals)?;
    let order = order::place(act, placed)?;
    let quote: Quote = act.get(id)?;
    let accepted = quote.accept(order.id, act.now())?;
    act.keep(accepted)?;
    Ok(order)
}

/// Takes a quote away that came to nothing, or that nobody has answered.
///
/// # Errors
/// If it was taken, or the caller may not.
pub fn remove(act: &mut Act<'_>, id: QuoteId) -> Result<(), Error> {
    let quote: Quote = act.get(id)?;
    act.must(Permission::QuoteAsk, &quote.stamp)?;
    if let Some(order) = quote.order() {
        let why = format!("the quote was taken by the order `{order}`");
        return Err(Rejection::new(Code::InUse, why).into());
    }
    act.delete(&quote)
}
