//! Unused days: giving back what was paid in advance for a subscription that is called off.

use std::collections::BTreeSet;

use super::policy;
use crate::domain::account::cycle::Cycle;
use crate::domain::billing::credit;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::lifecycle::State;
use crate::domain::billing::unused::{self, Ended, Extent, GivenBack};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::PriceKind;
use crate::domain::id::PriceId;
use crate::domain::money::Money;
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::RefundTo;
use crate::domain::text::Prose;
use crate::domain::time::Date;
use crate::services::{Act, Error, invoice, offer, payment};
use crate::store::{Along, Records};

/// So many invoices are looked at in one go.
const INVOICES_AT_ONCE: usize = 20;

/// Gives back what was charged for a subscription beyond the day `on`, on which it was called off:
/// by a credit note for each invoice that it stands on, as far as its term says. What was paid goes
/// back to where it came from if that is wanted; else it is the customer's credit. Answers the
/// subscription, charged up to that day.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(in crate::services) fn give_back(
    act: &mut Act<'_>,
    it: Subscription,
    (on, to): (Date, RefundTo),
) -> Result<Subscription, Error> {
    let Some(term) = it.term().filter(|_| to != RefundTo::Nowhere) else { return Ok(it) };
    let sold = act.cx().shared::<Offer>(it.deal().offer)?;
    let said = sold
        .as_ref()
        .and_then(|offer| offer.content.terms.iter().find(|term| Some(&term.key) == it.term_key()));
    if said.is_none() && it.term_key().is_some() {
        // Nobody knows any more what that term said of its end.
        return Ok(it);
    }
    let ended = Ended { subscription: it.id, on, term_from: term.start_on(), term: said };
    let charged: BTreeSet<PriceId> = it.charged_beyond(on).collect();
    match ended.extent() {
        Extent::Nothing => return Ok(it),
        Extent::Unused(_) if charged.is_empty() => return Ok(it),
        Extent::Unused(_) | Extent::Everything => {}
    }
    let mut kept: Option<Money> = None;
    for invoice in invoices(act, &it, &ended, charged.clone())? {
        let nothing = Money::zero(invoice.content().currency);
        let before = kept.map_or_else(|| ended.kept(nothing), Ok)?;
        kept = Some(of_invoice(act, invoice, (&ended, before, to))?);
    }
    let is_whole = ended.extent() == Extent::Everything;
    let it = it.charged_up_to(on, &charged);
    if is_whole { whole(act, it, on) } else { Ok(it) }
}

/// Ends the prices of a subscription that was given back as a whole: what was not billed yet is not
/// billed later either, but for what was used.
fn whole(act: &Act<'_>, it: Subscription, on: Date) -> Result<Subscription, Error> {
    let all = offer::prices(act.cx(), it.deal().offer)?.into_iter();
    let ended = all.filter(|it| !matches!(it.kind, PriceKind::Usage { .. })).map(|it| it.id);
    let ended: BTreeSet<PriceId> = ended.collect();
    Ok(it.given_back_whole(on, &ended))
}

/// The invoices on which something stands that goes back, the newest first.
fn invoices(
    act: &Act<'_>,
    it: &Subscription,
    ended: &Ended<'_>,
    mut charged: BTreeSet<PriceId>,
) -> Result<Vec<Invoice>, Error> {
    let is_whole = ended.extent() == Extent::Everything;
    let first_on = if is_whole { Some(ended.term_from) } else { it.began_on() };
    // Nothing was billed earlier than that before its time.
    let since = first_on.unwrap_or(ended.on).plus_days(-i64::from(Cycle::SHIFT_DAYS_MAX));
    let (mut found, mut page) = (Vec::new(), PageRequest::first(INVOICES_AT_ONCE));
    loop {
        let along = Along::Owner(it.account());
        let read = act.cx().view.list::<Invoice>(&along, &page, &mut |_| true)?;
        for invoice in read.items {
            let is_late = invoice.issue().is_some_and(|it| it.issued_on < since);
            if is_late || (charged.is_empty() && !is_whole) {
                return Ok(found);
            }
            for price in unused::covered(&invoice, it.id, ended.on) {
                charged.remove(&price);
            }
            let names = invoice.content().lines.iter().any(|line| line.subscription == Some(it.id));
            if names && invoice.state() != State::Draft {
                found.push(invoice);
            }
        }
        match read.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

/// Credits what goes back of an invoice; answers what is left to be kept.
fn of_invoice(
    act: &mut Act<'_>,
    invoice: Invoice,
    (ended, kept, to): (&Ended<'_>, Money, RefundTo),
) -> Result<Money, Error> {
    let policy = policy(invoice.stamp.seller);
    let before = invoice::credits_of(act.cx(), invoice.id)?;
    let mut given = ended.of(&invoice, &before, &policy)?;
    let left = unused::keep(&mut given, kept)?;
    if given.is_empty() {
        return Ok(left);
    }
    let asks: Vec<_> = given.iter().map(|it| it.ask).collect();
    let content = credit::lines(&invoice, &before, &asks, policy.rounding)?;
    let reason = reason(ended.on, &given, kept.minus(left)?)?;
    let gross = content.totals.gross;
    let invoice = match to {
        RefundTo::Balance | RefundTo::Nowhere => invoice,
        RefundTo::Method => {
            let not_paid = invoice.open().plus(invoice.settled().written_off)?;
            payment::return_of(act, invoice.id, (gross.minus(not_paid)?, &reason))?;
            act.load(invoice.id)?
        }
    };
    invoice::issue_credit(act, invoice, (content, reason))?;
    Ok(left)
}

fn reason(on: Date, given: &[GivenBack], kept: Money) -> Result<Prose, Error> {
    unused::told(on, given, kept).parse().map_err(Error::internal)
}
