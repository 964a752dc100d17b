//! Usage without a price: what was taken and is billed by nobody, as long as it is so.

use super::known::{Good, unrated_from};
use crate::domain::id::SubscriptionId;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::Subscription;
use crate::domain::time::{Instant, Zone};
use crate::domain::usage::record::AHEAD_SECONDS_MAX;
use crate::services::{Act, Cx, Error};
use crate::store::Records;
use crate::store::usage::{Series, Total, Verdict, Want, list_unrated};

/// How many meters of subscriptions are added up to say how much is left without a price.
const SERIES_MAX: usize = 1000;

/// What a meter of a subscription has counted without a price for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnratedUsage {
    /// The subscription and the meter.
    pub series: Series,
    /// From when on nothing charges it.
    pub from: Instant,
    /// What it comes to since.
    pub total: Total,
}

/// Where in some events those stand that nothing charges, and what they count for.
pub(super) fn series(good: &[Good]) -> Vec<(usize, Series)> {
    let unrated = good.iter().enumerate().filter(|it| !it.1.is_rated);
    let series = |it: &Good| Series { subscription: it.event.subscription, meter: it.event.meter };
    unrated.map(|(place, it)| (place, series(it))).collect()
}

/// Keeps in mind which of the events that are taken nothing charges.
pub(super) fn keep(
    act: &mut Act<'_>,
    unrated: &[(usize, Series)],
    verdicts: &[Verdict],
) -> Result<(), Error> {
    let mut kept = None;
    for (place, series) in unrated {
        let is_taken = matches!(verdicts.get(*place), Some(Verdict::Taken(_)));
        if is_taken && kept.replace(*series) != Some(*series) {
            act.batch().keep_unrated(*series)?;
        }
    }
    Ok(())
}

/// A page of what was taken and is charged by no price of its subscription, of one subscription if
/// one is named. What has got a price since for all its time, or no events without one, is left out.
///
/// # Errors
/// If the store fails.
pub fn unrated(
    cx: Cx<'_>,
    of: Option<SubscriptionId>,
    request: &PageRequest,
) -> Result<Page<UnratedUsage>, Error> {
    let sees = |it: &Subscription| cx.actor.may(Permission::UsageRead, &it.stamp) == Decision::Yes;
    let page = list_unrated(cx.view, of, request, &mut |series| {
        Ok(cx.view.find::<Subscription>(series.subscription)?.is_some_and(|it| sees(&it)))
    })?;
    Ok(Page { items: added_up(cx, &page.items, |_| true)?, next: page.next })
}

/// How many events are charged by no price, of what may still be billed: of subscriptions that are
/// there, or ended so lately that usage of them is still taken. Beyond a thousand meters of
/// subscriptions it says what those have.
///
/// # Errors
/// If the store fails.
pub fn unrated_left(cx: Cx<'_>) -> Result<u64, Error> {
    let request = PageRequest::oldest(SERIES_MAX);
    let page = list_unrated(cx.view, None, &request, &mut |_| Ok(true))?;
    let taken_from = cx.now.plus_seconds(-cx.usage.limits().window_seconds);
    let may_be_billed =
        |it: &Subscription| it.ended_on().is_none_or(|on| Zone::UTC.start_of(on) > taken_from);
    let found = added_up(cx, &page.items, may_be_billed)?;
    Ok(found.iter().map(|it| it.total.count).sum())
}

fn added_up(
    cx: Cx<'_>,
    series: &[Series],
    counts: impl Fn(&Subscription) -> bool,
) -> Result<Vec<UnratedUsage>, Error> {
    let mut wants = Vec::with_capacity(series.len());
    for series in series {
        let found = cx.view.find::<Subscription>(series.subscription)?;
        let Some(subscription) = found.filter(&counts) else { continue };
        if let Some(from) = unrated_from(cx, &subscription, series.meter)? {
            let to = cx.now.plus_seconds(AHEAD_SECONDS_MAX + 1);
            wants.push(Want { series: *series, from, to: to.max(from) });
        }
    }
    let totals = super::totals(cx, &wants)?;
    let found = wants.iter().zip(totals).filter(|it| it.1.count > 0);
    let found =
        found.map(|(want, total)| UnratedUsage { series: want.series, from: want.from, total });
    Ok(found.collect())
}
