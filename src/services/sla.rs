//! Service level agreements: what the seller of an offer promises of it, and what goes back where it
//! does not keep that.

use super::invoice::{self, Filter};
use super::{Act, Cx, Error, billing, offer};
use crate::domain::billing::credit::{CreditNote, LineAsk};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{InvoiceId, OfferId, SubscriptionId};
use crate::domain::money::Money;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::review::{Metric, MetricKind, Sla};
use crate::domain::subscription::Subscription;
use crate::store::review::SLA_BY_OFFER;
use crate::store::{Key, Records};

/// What is promised of an offer; nothing if nothing is.
///
/// # Errors
/// If the offer is not there or not for the caller.
pub fn of_offer(cx: Cx<'_>, id: OfferId) -> Result<Option<Sla>, Error> {
    let offer = offer::get(cx, id)?;
    promised(cx, offer.id)
}

fn promised(cx: Cx<'_>, offer: OfferId) -> Result<Option<Sla>, Error> {
    Ok(cx.view.first_along(SLA_BY_OFFER, Key::new().id(offer))?)
}

/// Promises something of an offer, in the place of what was promised before.
///
/// # Errors
/// If a promise is in wrong units or said twice; if the offer is not there, or another seller's.
pub fn promise(act: &mut Act<'_>, offer: OfferId, metrics: Vec<Metric>) -> Result<Sla, Error> {
    let offer = kept(act, offer)?;
    match promised(act.cx(), offer.id)? {
        Some(before) => {
            let revised = before.revise(metrics)?;
            act.keep(revised)
        }
        None => {
            let (id, stamp) = (act.new_id(), act.cx().stamp(offer.stamp.seller, None));
            act.keep_new(Sla::promise(id, stamp, offer.id, metrics)?)
        }
    }
}

/// Promises nothing of an offer any more.
///
/// # Errors
/// If the offer is not there, or another seller's.
pub fn withdraw(act: &mut Act<'_>, offer: OfferId) -> Result<(), Error> {
    let offer = kept(act, offer)?;
    match promised(act.cx(), offer.id)? {
        Some(it) => act.delete(&it),
        None => Ok(()),
    }
}

/// What somebody measured of a subscription.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Of what.
    pub kind: MetricKind,
    /// How much it was, in the unit of the promise.
    pub value: Quantity,
}

/// Gives back what is promised for a promise that was broken to a subscription: a part of what its
/// latest invoice charges for a period.
///
/// # Errors
/// If nothing of the kind is promised, the promise was kept or gives nothing back, nothing was charged for a
/// period, more would go back than is left, or the caller may not.
pub fn compensate(
    act: &mut Act<'_>,
    id: SubscriptionId,
    measured: Measured,
) -> Result<CreditNote, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::CreditNoteWrite, &it.stamp)?;
    let percent = owed(act.cx(), &it, measured)?;
    let (invoice, lines) = charged(act.cx(), &it)?;
    let kind = format!("a promise was not kept: {},", measured.kind);
    let is_of_it = |note: &CreditNote| {
        let mut given = note.content().lines.iter();
        note.reason.as_str().starts_with(&kind)
            && given.any(|it| lines.iter().any(|(place, _)| *place == it.place))
    };
    if invoice::notes_of(act.cx(), invoice)?.iter().any(is_of_it) {
        let why = format!("`{}` was given back for already on that invoice", measured.kind);
        return Err(Rejection::new(Code::Duplicate, why).into());
    }
    let rounding = billing::policy(act.cx(), it.stamp.seller)?.rounding;
    let mut asked = Vec::with_capacity(lines.len());
    for (place, net) in lines {
        let part = net.amount().part(percent.decimal(), Percent::WHOLE.decimal())?;
        asked.push(LineAsk { place, net: part.book(rounding)? });
    }
    let reason = format!("a promise was not kept: {}, {}", measured.kind, measured.value);
    let reason = reason.parse().map_err(Error::internal)?;
    invoice::give_credit(act, invoice, (Some(asked), reason))
}

/// How much goes back for what was measured.
fn owed(cx: Cx<'_>, it: &Subscription, measured: Measured) -> Result<Percent, Error> {
    let refused = |field: &str, rule, why: &str| Invalid::one(field, rule, why.to_owned());
    let promised = promised(cx, it.deal().offer)?;
    let metric = promised.iter().flat_map(Sla::metrics).find(|it| it.kind == measured.kind);
    let metric =
        metric.ok_or_else(|| refused("/kind", "reference", "is nothing that is promised"))?;
    if !metric.is_broken_by(measured.value) {
        return Err(refused("/value", "range", "keeps what is promised").into());
    }
    let none = || refused("/kind", "conflict", "is promised without money back");
    Ok(metric.credit.ok_or_else(none)?)
}

/// The latest invoice that charges for a period of a subscription, and its lines that do.
fn charged(cx: Cx<'_>, it: &Subscription) -> Result<(InvoiceId, Vec<(u32, Money)>), Error> {
    let filter = Filter { account: Some(it.account()), ..Filter::default() };
    let mut page = PageRequest::first(PageRequest::LIMIT_DEFAULT);
    loop {
        let found = invoice::list(cx, &filter, &page)?;
        for invoice in found.items.iter().filter(|it| it.issue().is_some()) {
            let lines = invoice.content().lines.iter().zip(0_u32..);
            let own = lines.filter(|(line, _)| {
                line.kind == LineKind::Recurring
                    && line.subscription == Some(it.id)
                    && line.net.as_minor() > 0
            });
            let own: Vec<_> = own.map(|(line, place)| (place, line.net)).collect();
            if !own.is_empty() {
                return Ok((invoice.id, own));
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            let why = format!("nothing was charged for a period of `{}`", it.id);
            return Err(Rejection::new(Code::CreditExceeds, why).into());
        }
    }
}

/// An offer that the caller sells.
fn kept(act: &Act<'_>, id: OfferId) -> Result<Offer, Error> {
    let permission = Permission::CatalogWrite;
    let offer = offer::get(act.cx(), id)?;
    let may = act.actor().may(permission, &offer.stamp) == Decision::Yes;
    if may { Ok(offer) } else { Err(Error::Forbidden { permission }) }
}
