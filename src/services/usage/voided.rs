//! Usage that was reported by mistake and is taken back.
//!
//! What is on no bill yet is then never charged. What is on one is counted again with the next bill, which
//! charges or gives back the difference, as it does for what comes late.

use std::collections::BTreeSet;

use super::known::{meter_of, must_be_open};
use super::{MeterName, NumberedEvent, Series, VoidedEvent, Want};
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::SubscriptionId;
use crate::domain::operator::{Actor, Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::Subscription;
use crate::domain::text::{Code, Prose};
use crate::domain::time::Instant;
use crate::domain::usage::record::EventId;
use crate::services::{Act, Author, Bss, Cx, Error, marketplace};
use crate::store::Records;
use crate::store::usage::{find_voided, list_voided, voided_in};

/// Which event is to be taken back, as the list of events tells it.
#[derive(Debug, Clone)]
pub struct VoidAsk {
    /// Which system reported it.
    pub source: Code,
    /// What that system calls it.
    pub event_id: EventId,
    /// Who used.
    pub subscription: SubscriptionId,
    /// What was used.
    pub meter: MeterName,
    /// When.
    pub at: Instant,
}

/// Takes events back, all of them or none: they count no more. One that was taken back before stays so, for
/// the reason that was given then.
///
/// # Errors
/// With the place of the first that is not there, is on a bill at which nobody looks again, or that the
/// caller may not report; if the caller reports alone, and sees nothing of what was used.
pub fn void(
    bss: &Bss,
    author: &Author,
    (asks, reason): (&[VoidAsk], Prose),
) -> Result<Vec<VoidedEvent>, Error> {
    if reason.as_str().trim().is_empty() {
        return Err(Invalid::one("/reason", "required", "must say why").into());
    }
    must_read(&author.actor)?;
    // They are looked for outside of the act: a moment may have many events.
    let found = bss.read(&author.actor, |cx| {
        let asks = asks.iter().enumerate();
        asks.map(|(place, ask)| find(cx, place, ask)).collect::<Result<Vec<_>, Error>>()
    })?;
    bss.act(author.clone(), move |act| void_all(act, (found, reason))).wait()
}

/// What was taken back is told: who reports and reads nothing takes nothing back.
fn must_read(actor: &Actor) -> Result<(), Error> {
    let permission = Permission::UsageRead;
    if actor.may_at_all(permission) { Ok(()) } else { Err(Error::Forbidden { permission }) }
}

fn void_all(
    act: &mut Act<'_>,
    (events, reason): (Vec<NumberedEvent>, Prose),
) -> Result<Vec<VoidedEvent>, Error> {
    let (mut voided, mut whose) = (Vec::with_capacity(events.len()), BTreeSet::new());
    for (place, it) in events.into_iter().enumerate() {
        if let Some(before) = find_voided(act.cx().view, &it)? {
            voided.push(before);
            continue;
        }
        let of = reported(act.cx(), place, it.event.subscription)?;
        must_be_open(act.cx(), &of, &it.event)?;
        let now = VoidedEvent {
            sequence: it.sequence,
            event: it.event,
            voided_at: act.now(),
            by: act.actor().cause(),
            reason: reason.clone(),
        };
        act.batch().keep_voided(&now)?;
        whose.insert(of.id);
        voided.push(now);
    }
    for id in whose {
        let of: Subscription = act.load(id)?;
        act.keep((of, Verb::Changed))?;
        act.voids_usage(id);
    }
    Ok(voided)
}

/// A subscription that an ask names and of which the caller may report what was used.
fn reported(cx: Cx<'_>, place: usize, id: SubscriptionId) -> Result<Subscription, Error> {
    let found = cx.view.find::<Subscription>(id)?;
    let may = found.as_ref().map(|it| marketplace::may_count(cx, it)).transpose()?;
    if let (Some(it), Some(true)) = (found, may) {
        return Ok(it);
    }
    let it = cx.named::<Subscription>(&pointer(place, "/subscription"), id)?;
    cx.must(Permission::UsageWrite, &it.stamp)?;
    Ok(it)
}

fn pointer(place: usize, field: &str) -> String {
    format!("/events/{place}{field}")
}

/// The event that an ask names.
fn find(cx: Cx<'_>, place: usize, ask: &VoidAsk) -> Result<NumberedEvent, Error> {
    let of = reported(cx, place, ask.subscription)?;
    let missing = |field: &str, what: String| {
        Error::from(Invalid::one(pointer(place, field), "reference", what))
    };
    let VoidAsk { source, event_id, at, .. } = ask;
    let Some(meter) = meter_of(cx, &of, &ask.meter)? else {
        return Err(missing("/meter", format!("`{}` is not there", ask.meter)));
    };
    let is_it = |it: &NumberedEvent| it.event.source == *source && it.event.event_id == *event_id;
    let series = Series { subscription: of.id, meter };
    if let Some(found) = super::single::of_moment(cx, (series, *at), is_it)? {
        return Ok(found);
    }
    let before = voided_in(cx.view, &Want { series, from: *at, to: at.plus_micros(1) })?;
    let numbered = |it: VoidedEvent| NumberedEvent { sequence: it.sequence, event: it.event };
    before.into_iter().map(numbered).find(is_it).ok_or_else(|| {
        let what = format!("`{event_id}` of `{source}` was not taken for `{at}`");
        missing("/id", what)
    })
}

/// A page of what was taken back, of one subscription if one is named, of what the caller may see.
///
/// # Errors
/// If the caller sees nothing of what was used, or the store fails.
pub fn voided(
    cx: Cx<'_>,
    of: Option<SubscriptionId>,
    request: &PageRequest,
) -> Result<Page<VoidedEvent>, Error> {
    must_read(cx.actor)?;
    let sees = |it: &Subscription| cx.actor.may(Permission::UsageRead, &it.stamp) == Decision::Yes;
    Ok(list_voided(cx.view, of, request, &mut |voided| {
        Ok(cx.view.find::<Subscription>(voided.event.subscription)?.is_some_and(|it| sees(&it)))
    })?)
}
