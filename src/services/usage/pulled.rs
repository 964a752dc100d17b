//! Pulled usage: what the system behind a product has counted and not told yet is fetched from it.
//!
//! It is the system that makes the product: its specification's connector says where it is called, and with
//! which signature. It answers at once with what it has counted since the last that came so. Each piece has
//! an id, so that what comes twice counts once.

use super::{Entry, Receipt, ingest, last_of};
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::catalog::specification::Specification;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{MeterId, SubscriptionId};
use crate::domain::operator::Actor;
use crate::domain::subscription::Subscription;
use crate::domain::text::{Code, WebAddress};
use crate::domain::time::Instant;
use crate::domain::usage::meter::Meter;
use crate::services::provisioning::connector;
use crate::services::webhook::{Signed, SigningSecret};
use crate::services::{Author, Bss, Cx, Error};

/// What is to be fetched.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Of what.
    pub subscription: Subscription,
    /// What counts for it.
    pub meters: Vec<Meter>,
    /// The time of the last that was fetched; all is wanted if there is none.
    pub since: Option<Instant>,
}

/// The words in which a system is asked.
#[derive(Clone, Copy)]
pub struct Words {
    /// Under which source its events are kept.
    pub source: &'static str,
    /// What is asked.
    pub ask: fn(&Pending) -> Result<Vec<u8>, Error>,
    /// What was answered.
    pub read: fn(&Pending, &[u8]) -> Result<Vec<Entry>, Invalid>,
}

/// Fetches what was used of a subscription from the system that counts it; nothing where there is none to
/// ask, or nothing is charged by use. Blocks; never inside an act.
///
/// # Errors
/// [`Reason::UsageRefused`] if the system does not answer, or not in its words; [`Error::Busy`] if too many
/// are being called; if the store fails.
pub fn pull(bss: &Bss, id: SubscriptionId, words: Words) -> Result<Receipt, Error> {
    let house = Author::of(Actor::duty("usage"));
    let found =
        bss.read(&house.actor, |cx| Ok(pending(cx, id, words)?.zip(counter(bss, cx, id)?)))?;
    let Some((pending, (address, secret))) = found else { return Ok(Receipt::default()) };
    let (body, secrets) = ((words.ask)(&pending)?, [secret]);
    let name = format!("usage {id} {}", bss.moment().wall);
    let signed = Signed { address: &address, secrets: &secrets, id: &name, body: &body };
    let refused = |why: String| {
        let why = format!("the system that counts the use of `{id}` was asked, and {why}");
        Error::from(Rejection::new(Reason::UsageRefused, why))
    };
    let answer = {
        let _turn = bss.turn_to_call()?;
        signed.send(bss).map_err(|miss| refused(miss.trouble.to_string()))?
    };
    let entries = (words.read)(&pending, &answer.body);
    let entries = entries.map_err(|it| refused(format!("its answer cannot be read: {it}")))?;
    if entries.is_empty() { Ok(Receipt::default()) } else { ingest(bss, &house, entries) }
}

/// What is to be fetched of a subscription; nothing where nothing is charged by use.
fn pending(cx: Cx<'_>, id: SubscriptionId, words: Words) -> Result<Option<Pending>, Error> {
    let subscription: Subscription = cx.get(id)?;
    let mut meters = Vec::new();
    for price in subscription.deal().prices.keys() {
        let price = cx.shared::<Price>(*price)?;
        let Some(PriceKind::Usage { meter }) = price.map(|it| it.kind) else { continue };
        meters.extend(cx.shared::<Meter>(meter)?.map(|it| Meter::clone(&it)));
    }
    if meters.is_empty() {
        return Ok(None);
    }
    let ids: Vec<MeterId> = meters.iter().map(|it| it.id).collect();
    let source: Code = words.source.parse().map_err(Error::internal)?;
    let since = last_of(cx, id, (&ids, &source))?.map(|it| it.event.at);
    Ok(Some(Pending { subscription, meters, since }))
}

/// Where the system is that makes what a subscription is to, and with which secret it is called.
fn counter(
    bss: &Bss,
    cx: Cx<'_>,
    id: SubscriptionId,
) -> Result<Option<(WebAddress, SigningSecret)>, Error> {
    let of: Subscription = cx.get(id)?;
    let found = of.deal().specification.map(|it| cx.shared::<Specification>(it));
    match found.transpose()?.flatten() {
        Some(it) => connector::reached(bss, &it.content.connector),
        None => Ok(None),
    }
}
