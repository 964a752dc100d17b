//! Usage event by event: one is reported, found again, and told of with what becomes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    Entry, NumberedEvent, Refused, Rejected, Series, Verdict, Want, conflict, in_order, judge,
    keep_refused, reportable, take,
};
use crate::domain::error;
use crate::domain::id::{Id, Kind, MeterId, SubscriptionId};
use crate::domain::operator::Scope;
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::Subscription;
use crate::domain::text::Code;
use crate::domain::time::Instant;
use crate::domain::usage::record::UsageEvent;
use crate::services::{Author, Bss, Cx, Error};
use crate::store::Along;
use crate::store::usage::BUCKET_MICROS;

/// Reports one event, and tells it as it was taken, now or before, or why it is refused.
///
/// # Errors
/// [`Error::Busy`] if sealing has fallen behind; failures of the store.
pub fn report(
    bss: &Bss,
    author: &Author,
    entry: Entry,
) -> Result<Result<NumberedEvent, Rejected>, Error> {
    let batch: Arc<[Entry]> = Arc::new([entry]);
    match offer(bss, author, &batch)? {
        Ok(event) => Ok(Ok(event)),
        Err(refused) => {
            let numbers =
                keep_refused(bss, (author, None), &batch, std::slice::from_ref(&refused))?;
            let number = numbers.first().copied().unwrap_or_default();
            let Refused { code, detail, .. } = refused;
            Ok(Err(Rejected { number, code, detail }))
        }
    }
}

/// Offers the only event of a batch; what is refused is not kept.
pub(super) fn offer(
    bss: &Bss,
    author: &Author,
    batch: &Arc<[Entry]>,
) -> Result<Result<NumberedEvent, Refused>, Error> {
    let charges = bss.house.usage().charges();
    let ((good, bad), now) =
        bss.read(&author.actor, |cx| Ok((judge(cx, (batch, &[0]), cx.now)?, cx.now)))?;
    if let Some(why) = bad.into_iter().next() {
        return Ok(Err(why));
    }
    let it = good.first().ok_or_else(|| Error::internal("an event is taken or refused"))?;
    let Some(verdicts) = take(bss, author, (batch, charges, now), &good)? else {
        let (_, bad) = bss.read(&author.actor, |cx| judge(cx, (batch, &[0]), now))?;
        return Ok(Err(bad.into_iter().next().ok_or(Error::Busy)?));
    };
    if verdicts.contains(&Verdict::Conflict) {
        return Ok(Err(conflict(0, &it.event)));
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
        None => Ok(Err(Refused {
            index: 0,
            code: error::Code::Duplicate.name().to_owned(),
            detail: format!("`{}` was taken before", it.event.event_id),
        })),
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

/// Whether an event was counted of a subscription of which the caller reports what was used.
///
/// # Errors
/// [`Error::NotFound`] if it is no such subscription, [`Error::Forbidden`] if the caller only sees it.
pub fn is_counted(cx: Cx<'_>, what: (Series, Instant), sequence: u64) -> Result<bool, Error> {
    reportable(cx, what.0.subscription)?;
    Ok(at(cx, what, |it| it.sequence == sequence)?.is_some())
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
/// If the caller neither sees the subscription nor reports what was used of it; if the store fails.
pub fn last_of(
    cx: Cx<'_>,
    subscription: SubscriptionId,
    (meters, source): (&[MeterId], &Code),
) -> Result<Option<NumberedEvent>, Error> {
    if cx.find::<Subscription>(subscription)?.is_none() {
        reportable(cx, subscription)?;
    }
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

/// Which events are asked for, of those that the caller may see; what is not said leaves none out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sought {
    /// Those of one subscription.
    pub subscription: Option<SubscriptionId>,
    /// Those on one meter.
    pub meter: Option<MeterId>,
    /// Those from a moment on.
    pub from: Option<Instant>,
    /// Those before a moment.
    pub to: Option<Instant>,
}

impl Sought {
    /// Those of one subscription, or of all.
    #[must_use]
    pub fn of(subscription: Option<SubscriptionId>) -> Self {
        Self { subscription, ..Self::default() }
    }

    /// What of a series is asked for, if it is one that is.
    fn want(&self, cx: Cx<'_>, series: Series) -> Option<Want> {
        let (first, last) = ever(cx);
        let (from, to) = (self.from.unwrap_or(first), self.to.unwrap_or(last));
        let is_asked_for = self.meter.is_none_or(|it| it == series.meter) && from < to;
        is_asked_for.then_some(Want { series, from, to })
    }

    /// The stretch of time that has all of it, with whole buckets at its ends.
    fn stretch(&self, cx: Cx<'_>) -> (Instant, Instant) {
        let (first, last) = ever(cx);
        let to = self.to.map_or(last, |it| it.plus_micros(BUCKET_MICROS));
        (self.from.unwrap_or(first).min(to), to)
    }
}

/// So many series are looked at for one page at most, be there events in it or not.
const SERIES_MAX: usize = 1000;

/// A page of the events that are asked for, by subscription and meter, each in the order of the page. It may
/// have less than it could, even nothing, where others follow.
///
/// # Errors
/// If the store fails.
pub fn every(
    cx: Cx<'_>,
    sought: &Sought,
    page: &PageRequest,
) -> Result<Page<NumberedEvent>, Error> {
    cx.usage.rebuild(cx.view)?;
    let stretch = sought.stretch(cx);
    let whose = match sought.subscription.zip(sought.meter) {
        Some((subscription, meter)) => Whose::One(Series { subscription, meter }),
        None => Whose::of(cx, sought.subscription)?,
    };
    let begin = |it: (Series, u64)| Place { series: it.0, after: None };
    let (mut items, mut looked_at) = (Vec::new(), 0);
    let mut place = page.after.as_deref().and_then(Place::read);
    if place.is_none() {
        place = whose.next(cx, stretch, None)?.map(begin);
    }
    while let Some(Place { series, after }) = place {
        if items.len() >= page.limit || looked_at == SERIES_MAX {
            return Ok(Page { items, next: Some(Place { series, after }.bytes()) });
        }
        looked_at += 1;
        let mut further = None;
        let want = sought.want(cx, series);
        if let Some(want) = want
            && cx.find::<Subscription>(series.subscription)?.is_some()
        {
            let left = PageRequest { limit: page.limit - items.len(), after, order: page.order };
            let found = in_order(cx, &want, &left)?;
            items.extend(found.items);
            further = found.next;
        }
        place = match further {
            Some(after) => Some(Place { series, after: Some(after) }),
            None => whose.next(cx, stretch, Some(series))?.map(begin),
        };
    }
    Ok(Page { items, next: None })
}

/// How many events the caller may see, of one subscription if one is named, and some of them in the order
/// of [`every`], each series from the first: what lies before them is counted, and not read.
///
/// # Errors
/// If the store fails.
pub fn part(
    cx: Cx<'_>,
    of: Option<SubscriptionId>,
    (offset, size): (usize, usize),
) -> Result<(usize, Vec<NumberedEvent>), Error> {
    cx.usage.rebuild(cx.view)?;
    let (ever, whose) = (ever(cx), Whose::of(cx, of)?);
    let (mut total, mut found, mut series) = (0_usize, Vec::new(), None);
    while let Some((next, count)) = whose.next(cx, ever, series)? {
        series = Some(next);
        if cx.find::<Subscription>(next.subscription)?.is_none() {
            continue;
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let (from, end) = (total, total.saturating_add(count));
        total = end;
        if found.len() < size && offset < end {
            let want = Want { series: next, from: ever.0, to: ever.1 };
            let skipped = offset.saturating_sub(from);
            found.extend(some(cx, &want, (skipped, size - found.len()))?);
        }
    }
    Ok((total, found))
}

/// So many events of a series, after so many others.
fn some(
    cx: Cx<'_>,
    want: &Want,
    (skipped, count): (usize, usize),
) -> Result<Vec<NumberedEvent>, Error> {
    let (mut found, mut after) = (Vec::new(), None::<Vec<u8>>);
    let mut skipped = skipped;
    loop {
        let limit = (skipped + count - found.len()).min(PageRequest::LIMIT_MAX);
        let page = cx.usage.events(cx.view, want, after.as_deref(), limit)?;
        let passed = skipped.min(page.items.len());
        skipped -= passed;
        found.extend(page.items.into_iter().skip(passed));
        after = page.next;
        if after.is_none() || found.len() >= count {
            found.truncate(count);
            return Ok(found);
        }
    }
}

/// Whose events are asked for.
enum Whose {
    /// Of whatever subscriptions there are; each is looked at whether it is for the caller.
    Anybody,
    /// Of these subscriptions, which is known beforehand.
    These(BTreeSet<SubscriptionId>),
    /// Of one series, whether there are any or not.
    One(Series),
}

impl Whose {
    /// Those of one subscription, or else all that the caller may see.
    fn of(cx: Cx<'_>, of: Option<SubscriptionId>) -> Result<Self, Error> {
        if let Some(id) = of {
            return Ok(Self::These(BTreeSet::from([id])));
        }
        Ok(match cx.actor.scope(Kind::Subscription) {
            Scope::Everything | Scope::Sellers(_) => Self::Anybody,
            Scope::Nothing => Self::These(BTreeSet::new()),
            Scope::Owner(account) => {
                let own = cx.every::<Subscription>(&Along::Owner(account))?;
                Self::These(own.into_iter().map(|it| it.id).collect())
            }
        })
    }

    /// The series after one, or the first, that has events in a stretch of time, and how many.
    fn next(
        &self,
        cx: Cx<'_>,
        stretch: (Instant, Instant),
        after: Option<Series>,
    ) -> Result<Option<(Series, u64)>, Error> {
        let ahead = |after| -> Result<Option<(Series, u64)>, Error> {
            let found = cx.usage.totals_after(cx.view, after, stretch, 1)?;
            Ok(found.into_iter().next().map(|it| (it.0, it.1.count)))
        };
        let own = match self {
            Self::Anybody => return ahead(after),
            Self::One(series) => return Ok(after.is_none().then_some((*series, 0))),
            Self::These(own) => own,
        };
        // No meter has this id, so that it stands before all of its subscription.
        let meter: MeterId = Id::from_uuid(uuid::Uuid::nil());
        let mut from = after.map(|it| it.subscription);
        let mut after = after;
        loop {
            let mut left = match from {
                Some(from) => own.range(from..),
                None => own.range(..),
            };
            let Some(subscription) = left.next().copied() else { return Ok(None) };
            let begins = Series { subscription, meter };
            let Some(found) = ahead(after.max(Some(begins)))? else { return Ok(None) };
            if own.contains(&found.0.subscription) {
                return Ok(Some(found));
            }
            from = Some(found.0.subscription);
            after = None;
        }
    }
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

const fn series(of: &UsageEvent) -> Series {
    Series { subscription: of.subscription, meter: of.meter }
}

/// The event of a moment for which something holds.
///
/// # Errors
/// If the store fails.
pub(super) fn of_moment(
    cx: Cx<'_>,
    what: (Series, Instant),
    is: impl Fn(&NumberedEvent) -> bool,
) -> Result<Option<NumberedEvent>, Error> {
    at(cx, what, is)
}
