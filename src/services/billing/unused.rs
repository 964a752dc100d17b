//! Unused days: giving back what was paid in advance for a subscription that is called off, or that
//! goes on at other prices.

use std::collections::{BTreeMap, BTreeSet};

use super::policy;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::cycle::Cycle;
use crate::domain::billing::credit::{self, Credit, CreditNote};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::lifecycle::State;
use crate::domain::billing::policy::CreditBase;
use crate::domain::billing::reason::{self, Why};
use crate::domain::billing::switch::{self, Replaced};
use crate::domain::billing::unused::{self, Ended, Extent, GivenBack};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::catalog::term::Term;
use crate::domain::id::PriceId;
use crate::domain::localized::Localized;
use crate::domain::money::Money;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::RefundTo;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Date, Zone};
use crate::services::{Act, Cx, Error, invoice, payment};
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
    let (mut term_from, zone) = (term.start_on(), zone_of(act, &it)?);
    let sold = act.cx().shared::<Offer>(it.deal().offer)?;
    let said = sold
        .as_ref()
        .and_then(|offer| offer.content.terms.iter().find(|term| Some(&term.key) == it.term_key()));
    let as_a_whole = Term::returned();
    let said = match to {
        RefundTo::Return => {
            term_from = it.began_on().unwrap_or(term_from);
            Some(&as_a_whole)
        }
        RefundTo::Balance | RefundTo::Method | RefundTo::Nowhere => said,
    };
    if said.is_none() && it.term_key().is_some() {
        // Nobody knows any more what that term said of its end.
        return Ok(it);
    }
    let ended = Ended { subscription: it.id, on, term_from, term: said, zone };
    let charged: BTreeSet<PriceId> = it.charged_beyond(on).collect();
    match ended.extent() {
        Extent::Nothing => return Ok(it),
        Extent::Unused(_) if charged.is_empty() => return Ok(it),
        Extent::Unused(_) | Extent::Everything => {}
    }
    let is_whole = ended.extent() == Extent::Everything;
    let earliest = earliest(act.cx(), (on, &charged))?;
    let first_on = if is_whole { ended.term_from.min(earliest) } else { earliest };
    let wanted = Wanted { on, first_on, charged: charged.clone(), is_whole };
    let mut kept: Option<(Money, Money)> = None;
    for invoice in invoices(act, &it, wanted)? {
        let nothing = Money::zero(invoice.content().currency);
        let before = kept.map_or_else(|| Ok((ended.kept(nothing)?, nothing)), Ok::<_, Error>)?;
        kept = Some(of_invoice(act, invoice, (&ended, before, to))?);
    }
    let it = it.charged_up_to(on, &charged);
    if is_whole { whole(act, it, on) } else { Ok(it) }
}

/// Ends the prices of a subscription that was given back as a whole, also those of what it was before
/// a switch: what was not billed yet is not billed later either, but for what was used.
fn whole(act: &Act<'_>, it: Subscription, on: Date) -> Result<Subscription, Error> {
    let mut ended = BTreeSet::new();
    for id in it.deal().prices.keys() {
        let price = act.cx().shared::<Price>(*id)?;
        let is_used = price.is_some_and(|it| matches!(it.kind, PriceKind::Usage { .. }));
        ended.extend((!is_used).then_some(*id));
    }
    Ok(it.given_back_whole(on, &ended))
}

/// What was given back of prices that were replaced.
#[derive(Debug, Clone, Default)]
pub(in crate::services) struct Replacement {
    /// Line by line.
    pub(in crate::services) given: Vec<GivenBack>,
    /// By which credit notes.
    pub(in crate::services) notes: Vec<CreditNote>,
    /// What coupons had taken off it, which is lost; `None` if they took nothing.
    pub(in crate::services) lost: Option<Money>,
}

/// Gives back what was charged at prices that are charged no more beyond the day `on`: by a credit
/// note for each invoice that they stand on, which says that it goes on as what is called `to`. Of
/// some of them units are given up, and so many `kept`. Answers the subscription, charged at them up
/// to that day.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(in crate::services) fn give_back_replaced(
    act: &mut Act<'_>,
    it: Subscription,
    (on, prices, kept): (Date, &BTreeSet<PriceId>, &BTreeMap<PriceId, Quantity>),
    to: &Localized<Name>,
) -> Result<(Subscription, Replacement), Error> {
    let mut found = Replacement::default();
    let charged: BTreeSet<PriceId> =
        it.charged_beyond(on).filter(|it| prices.contains(it)).collect();
    let policy_now = policy(act.cx(), it.stamp.seller)?;
    if charged.is_empty() || !switch::gives_back(&policy_now) {
        return Ok((it, found));
    }
    let first_on = earliest(act.cx(), (on, &charged))?;
    let wanted = Wanted { on, first_on, charged: charged.clone(), is_whole: false };
    let replaced = Replaced { subscription: it.id, on, prices, kept, zone: zone_of(act, &it)? };
    let mut already: Option<Money> = None;
    for invoice in invoices(act, &it, wanted)? {
        let policy = policy(act.cx(), invoice.stamp.seller)?;
        let before = invoice::credits_of(act.cx(), invoice.id)?;
        let mut given = replaced.of(&invoice, &before, &policy)?;
        let nothing = Money::zero(invoice.content().currency);
        let gave = replaced.given_already(&invoice, &policy)?;
        let gave = already.unwrap_or(nothing).plus(gave)?;
        already = Some(unused::keep(&mut given, gave)?);
        let lost = found.lost.unwrap_or(nothing).plus(replaced.lost(&invoice, &policy)?)?;
        found.lost = Some(lost).filter(|it| !it.is_zero());
        if given.is_empty() {
            continue;
        }
        let reason = reason(&invoice, (Why::Changed(on, to), nothing), &given)?;
        found.notes.push(credited(act, invoice, (&before, &given, RefundTo::Balance), reason)?);
        found.given.extend(given);
    }
    let it = it.charged_up_to(on, &charged);
    let it = match policy_now.credit_base {
        CreditBase::FullCharge => it.given_back_fully(on, &charged),
        CreditBase::UnusedPart => it,
    };
    Ok((it, found))
}

/// Where the days of a subscription begin.
fn zone_of(act: &Act<'_>, it: &Subscription) -> Result<Zone, Error> {
    Ok(act.load::<BillingAccount>(it.billing_account())?.terms().zone)
}

/// What is looked for on invoices.
struct Wanted {
    /// The first day that goes back.
    on: Date,
    /// The first day of which anything could go back.
    first_on: Date,
    /// The prices whose charge for that day is to be found.
    charged: BTreeSet<PriceId>,
    /// Whether all goes back that was charged since the first day.
    is_whole: bool,
}

/// The first day that a period can have which some prices charge for a day: what came to nothing stands
/// on no invoice, and is not looked for on all that there ever were.
fn earliest(cx: Cx<'_>, (on, charged): (Date, &BTreeSet<PriceId>)) -> Result<Date, Error> {
    let mut earliest = on;
    for id in charged {
        let price = cx.shared::<Price>(*id)?.ok_or_else(|| Error::not_found(*id))?;
        if let PriceKind::Recurring { every, .. } = price.kind {
            earliest = earliest.min(every.before(on));
        }
    }
    Ok(earliest)
}

/// The invoices on which something stands that goes back, the newest first.
fn invoices(act: &Act<'_>, it: &Subscription, mut wanted: Wanted) -> Result<Vec<Invoice>, Error> {
    // Nothing was billed earlier than that before its time.
    let since = wanted.first_on.plus_days(-i64::from(Cycle::SHIFT_DAYS_MAX));
    let (mut found, mut page) = (Vec::new(), PageRequest::first(INVOICES_AT_ONCE));
    loop {
        let along = Along::Owner(it.account());
        let read = act.cx().view.list::<Invoice>(&along, &page, &mut |_| true)?;
        for invoice in read.items {
            let is_late = invoice.issue().is_some_and(|it| it.issued_on < since);
            if is_late || (wanted.charged.is_empty() && !wanted.is_whole) {
                return Ok(found);
            }
            for price in unused::covered(&invoice, it.id, wanted.on) {
                wanted.charged.remove(&price);
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

/// Credits what goes back of an invoice; answers what is left to be kept, and what later invoices gave
/// back already that this one does not name.
fn of_invoice(
    act: &mut Act<'_>,
    invoice: Invoice,
    (ended, (kept, already), to): (&Ended<'_>, (Money, Money), RefundTo),
) -> Result<(Money, Money), Error> {
    let policy = policy(act.cx(), invoice.stamp.seller)?;
    let before = invoice::credits_of(act.cx(), invoice.id)?;
    let mut given = ended.of(&invoice, &before, &policy)?;
    let already = already.plus(ended.given_already(&invoice, &policy)?)?;
    let already = unused::keep(&mut given, already)?;
    let left = unused::keep(&mut given, kept)?;
    if given.is_empty() {
        return Ok((left, already));
    }
    let reason = reason(&invoice, (Why::Ended(ended.on), kept.minus(left)?), &given)?;
    credited(act, invoice, (&before, &given, to), reason)?;
    Ok((left, already))
}

/// Credits parts of an invoice; what was paid goes back to where it came from if that is wanted.
fn credited(
    act: &mut Act<'_>,
    invoice: Invoice,
    (before, given, to): (&[Credit], &[GivenBack], RefundTo),
    reason: Prose,
) -> Result<CreditNote, Error> {
    let rounding = policy(act.cx(), invoice.stamp.seller)?.rounding;
    let asks: Vec<_> = given.iter().map(|it| it.ask).collect();
    let days = given.iter().map(|it| it.days.and_then(|it| it.days));
    let content = credit::lines(&invoice, before, &asks, rounding)?.for_days(days);
    let gross = content.totals.gross;
    let invoice = match to {
        RefundTo::Balance | RefundTo::Nowhere => invoice,
        RefundTo::Method | RefundTo::Return => {
            let not_paid = invoice.open().plus(invoice.settled().written_off)?;
            payment::return_of(act, invoice.id, (gross.minus(not_paid)?, &reason))?;
            act.load(invoice.id)?
        }
    };
    invoice::issue_credit(act, invoice, (content, reason))
}

/// Credits what goes back of an invoice of something that has ended on a day, whatever its term says.
///
/// # Errors
/// If more goes back than is left; if the store fails.
pub(in crate::services) fn ended(
    act: &mut Act<'_>,
    invoice: Invoice,
    (before, given, to): (&[Credit], &[GivenBack], RefundTo),
    on: Date,
) -> Result<CreditNote, Error> {
    let nothing = Money::zero(invoice.content().currency);
    let reason = reason(&invoice, (Why::Ended(on), nothing), given)?;
    credited(act, invoice, (before, given, to), reason)
}

/// Why something of an invoice is given back, in its language.
fn reason(
    of: &Invoice,
    (why, kept): (Why<'_>, Money),
    given: &[GivenBack],
) -> Result<Prose, Error> {
    let issue = of.issue().ok_or_else(|| Error::internal("a credit is of what was issued"))?;
    reason::told(why, given, kept, &issue.imprint.locale).parse().map_err(Error::internal)
}
