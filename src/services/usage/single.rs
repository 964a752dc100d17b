//! Usage event by event: one is reported, found again, and told of with what becomes of it.

use std::sync::Arc;

use super::known::{Charged, charged};
use super::{
    Entry, NumberedEvent, Refused, Series, Verdict, Want, conflict, judge, keep_refused, take,
};
use crate::domain::error;
use crate::domain::id::{Id, MeterId, SubscriptionId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::Subscription;
use crate::domain::text::Code;
use crate::domain::time::Instant;
use crate::domain::usage::record::UsageEvent;
use crate::services::{Author, Bss, Cx, Error};
use crate::store::Records;

/// Reports one event, and tells it as it was taken, now or before, or why it is refused.
///
/// # Errors
/// [`Error::Busy`] if sealing has fallen behind; failures of the store.
pub fn report(
    bss: &Bss,
    author: &Author,
    entry: Entry,
) -> Result<Result<NumberedEvent, Refused>, Error> {
    let batch: Arc<[Entry]> = Arc::new([entry]);
    let charges = bss.house.usage().charges();
    let ((good, bad), now) =
        bss.read(&author.actor, |cx| Ok((judge(cx, (&batch, &[0]), cx.now)?, cx.now)))?;
    let refused = |refused: Refused| {
        keep_refused(bss, author, &batch, std::slice::from_ref(&refused))?;
        Ok(Err(refused))
    };
    if let Some(why) = bad.into_iter().next() {
        return refused(why);
    }
    let it = good.first().ok_or_else(|| Error::internal("an event is taken or refused"))?;
    let Some(verdicts) = take(bss, author, (&batch, charges, now), &good)? else {
        let (_, bad) = bss.read(&author.actor, |cx| judge(cx, (&batch, &[0]), now))?;
        let why = bad.into_iter().next().ok_or(Error::Busy)?;
        return refused(why);
    };
    if verdicts.contains(&Verdict::Conflict) {
        return refused(conflict(0, &it.event));
    }
    let is_new = verdicts.iter().any(|it| matches!(it, Verdict::Taken(_)));
    bss.metrics().usage_events.inc_by(u64::from(is_new));
    let same = |found: &NumberedEvent| {
        found.event.event_id == it.event.event_id && found.event.source == it.event.source
    };
    let found = bss.read(&author.actor, |cx| at(cx, (series(&it.event), it.event.at), same))?;
    match found {
        Some(found) => Ok(Ok(found)),
        // It came before without a time, and then happened when it came.
        None => refused(Refused {
            index: 0,
            code: error::Code::Duplicate.name().to_owned(),
            detail: format!("`{}` was taken before", it.event.event_id),
        }),
    }
}

/// An event by what it counts for, when it happened, and its place in the order in which events came.
///
/// # Errors
/// If the store fails.
pub fn event(
    cx: Cx<'_>,
    what: (Series, Instant),
    sequence: u64,
) -> Result<Option<NumberedEvent>, Error> {
    if cx.find::<Subscription>(what.0.subscription)?.is_none() {
        return Ok(None);
    }
    at(cx, what, |it| it.sequence == sequence)
}

fn at(
    cx: Cx<'_>,
    (series, at): (Series, Instant),
    is: impl Fn(&NumberedEvent) -> bool,
) -> Result<Option<NumberedEvent>, Error> {
    cx.usage.rebuild(cx.view)?;
    let want = Want { series, from: at, to: at.plus_micros(1) };
    let mut after = None;
    loop {
        let page = cx.usage.events(cx.view, &want, after.as_deref(), PageRequest::LIMIT_MAX)?;
        if let Some(found) = page.items.into_iter().find(&is) {
            return Ok(Some(found));
        }
        after = page.next;
        if after.is_none() {
            return Ok(None);
        }
    }
}

/// The last event that a source reported of a subscription on some meters: that of the latest moment, and
/// of those of one moment the one that came last.
///
/// # Errors
/// If the subscription is not the caller's; if the store fails.
pub fn last_of(
    cx: Cx<'_>,
    subscription: SubscriptionId,
    (meters, source): (&[MeterId], &Code),
) -> Result<Option<NumberedEvent>, Error> {
    cx.get::<Subscription>(subscription)?;
    cx.usage.rebuild(cx.view)?;
    let mut last: Option<NumberedEvent> = None;
    for meter in meters {
        let found = last_in(cx, Series { subscription, meter: *meter }, source)?;
        let place = |it: &NumberedEvent| (it.event.at, it.sequence);
        last = last.into_iter().chain(found).max_by_key(place);
    }
    Ok(last)
}

fn last_in(cx: Cx<'_>, series: Series, source: &Code) -> Result<Option<NumberedEvent>, Error> {
    let (from, to) = ever(cx);
    let (want, mut after) = (Want { series, from, to }, None);
    loop {
        let page = cx.usage.latest(cx.view, &want, after.as_deref(), PageRequest::LIMIT_DEFAULT)?;
        let found = page.items.into_iter().find(|it| it.event.source == *source);
        after = page.next;
        if found.is_some() || after.is_none() {
            return Ok(found);
        }
    }
}

/// All of time, as far as something may have been used in it.
fn ever(cx: Cx<'_>) -> (Instant, Instant) {
    (Instant::from_micros(0).unwrap_or(cx.now), cx.now.plus_seconds(2 * 86_400))
}

/// A page of all events that the caller may see, by subscription and meter, each from the first.
///
/// # Errors
/// If the store fails.
pub fn every(cx: Cx<'_>, page: &PageRequest) -> Result<Page<NumberedEvent>, Error> {
    cx.usage.rebuild(cx.view)?;
    let ever = ever(cx);
    let mut items = Vec::new();
    let mut place = page.after.as_deref().and_then(Place::read);
    if place.is_none() {
        place = next(cx, None, ever)?;
    }
    while let Some(Place { series, after }) = place {
        if items.len() >= page.limit {
            return Ok(Page { items, next: Some(Place { series, after }.bytes()) });
        }
        let mut further = None;
        if cx.find::<Subscription>(series.subscription)?.is_some() {
            let want = Want { series, from: ever.0, to: ever.1 };
            let left = page.limit - items.len();
            let found = cx.usage.events(cx.view, &want, after.as_deref(), left)?;
            items.extend(found.items);
            further = found.next;
        }
        place = match further {
            Some(after) => Some(Place { series, after: Some(after) }),
            None => next(cx, Some(series), ever)?,
        };
    }
    Ok(Page { items, next: None })
}

/// Where the list of all events goes on.
struct Place {
    series: Series,
    /// The place in the series; its beginning if nothing is said.
    after: Option<Vec<u8>>,
}

impl Place {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (subscription, rest) = bytes.split_first_chunk::<16>()?;
        let (meter, rest) = rest.split_first_chunk::<16>()?;
        let id = uuid::Uuid::from_bytes;
        let series = Series {
            subscription: Id::from_uuid(id(*subscription)),
            meter: Id::from_uuid(id(*meter)),
        };
        Some(Self { series, after: (!rest.is_empty()).then(|| rest.to_vec()) })
    }

    fn bytes(self) -> Vec<u8> {
        let Series { subscription, meter } = self.series;
        let after = self.after.unwrap_or_default();
        [&subscription.uuid().as_bytes()[..], meter.uuid().as_bytes(), &after].concat()
    }
}

/// The series after one, or the first, that has events.
fn next(
    cx: Cx<'_>,
    after: Option<Series>,
    ever: (Instant, Instant),
) -> Result<Option<Place>, Error> {
    let found = cx.usage.totals_after(cx.view, after, ever, 1)?;
    Ok(found.into_iter().next().map(|it| Place { series: it.0, after: None }))
}

const fn series(of: &UsageEvent) -> Series {
    Series { subscription: of.subscription, meter: of.meter }
}

/// How far what was used has come: whether a price charges it, and a bill has.
///
/// # Errors
/// If the store fails.
pub fn standing(cx: Cx<'_>, of: &UsageEvent) -> Result<Charged, Error> {
    match cx.view.find::<Subscription>(of.subscription)? {
        Some(subscription) => charged(cx, &subscription, of),
        None => Ok(Charged::ByNothing),
    }
}
