//! Usage: what meters counted, as the bills of a billing account charge it.

use super::Gathered;
use crate::domain::billing::due::UsageTotal;
use crate::domain::billing::policy::Policy;
use crate::domain::quantity::Quantity;
use crate::domain::time::{Period, Zone};
use crate::domain::usage::detail::Detail;
use crate::services::billing::counted::{self, Want};
use crate::services::{Cx, Error};
use crate::store::charged_usage::{ChargedPrice, ChargedUsage, charged_usage};

/// What is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// What is due.
    Due,
    /// What was used in the periods that run.
    Running,
}

/// Fetches what meters counted in the periods that are due, and in the last that were charged.
/// Answers whether something came in late.
///
/// What was charged is counted again from the same moment to the same moment, and what follows it is
/// counted from there on, so that no hour is charged twice or never where the zone has changed.
pub(super) fn count(
    cx: Cx<'_>,
    of: &mut Gathered,
    due: &[(usize, Period)],
    (zone, policy, what): (Zone, &Policy, What),
) -> Result<bool, Error> {
    let late_max = usize::from(policy.late_usage_periods);
    let mut asked: Vec<(usize, UsageTotal)> = Vec::new();
    let metered = of.prices.iter().filter(|it| it.meter.is_some());
    let metered: Vec<_> = metered
        .map(|it| ChargedPrice {
            price: it.price.id,
            until: it.charged_until.unwrap_or(of.charged_from),
            periods: it.charged_periods,
        })
        .collect();
    let charged = charged_usage(cx.view, (of.id, &metered), late_max.max(1))?;
    for (place, price) in of.prices.iter().enumerate().filter(|it| it.1.meter.is_some()) {
        let charged = charged.iter().filter(|it| it.price == price.price.id);
        // What an interim bill has charged is of a period that is not.
        let is_over =
            |it: &&ChargedUsage| price.charged_until.is_some_and(|on| it.period.start() < on);
        let (over, interim): (Vec<_>, Vec<_>) = charged.partition(is_over);
        let total =
            |period: Period| match interim.iter().find(|it| it.period.start() == period.start()) {
                Some(it) => UsageTotal {
                    period,
                    until_at: zone.start_of(period.end()).max(it.from_at),
                    ..recounted(it)
                },
                None => uncounted(period, &over, zone),
            };
        let periods = due.iter().filter(|it| it.0 == place);
        asked.extend(periods.map(|it| (place, total(it.1))));
        if what == What::Due {
            asked.extend(over.iter().take(late_max).map(|it| (place, recounted(it))));
        }
    }
    let want = |(place, total): &(usize, UsageTotal)| {
        let price = &of.prices[*place];
        let meter = price.meter.as_ref()?;
        let UsageTotal { from_at, until_at, .. } = *total;
        // What was charged is counted as the version asked that it was charged at. That a price has no
        // version on a day is for the bill to say.
        let (price, on) = (price.billable(), total.period.start());
        let charged = total.charged_terms.as_ref();
        let charged = charged.and_then(|it| price.price.in_force(it.version_from, None));
        let version = charged.or_else(|| price.version_on(on, of.term_days(), policy).ok());
        let model = version.map(|it| &it.model);
        Some(Want { subscription: of.id, meter, from_at, until_at, model })
    };
    let wants: Vec<_> = asked.iter().filter_map(want).collect();
    let totals = counted::totals(cx, &wants)?;
    let mut is_late = false;
    for ((place, mut total), counted) in asked.into_iter().zip(totals) {
        let price = &mut of.prices[place];
        (total.quantity, total.records) = (counted.quantity, counted.records);
        total.detail = counted.detail;
        let is_over = price.charged_until.is_some_and(|until| total.period.end() <= until);
        is_late |= (is_over || what == What::Running) && total.differs();
        price.usage.push(total);
    }
    Ok(is_late)
}

/// A period that is due, not counted yet: it begins where what was charged before it ended.
fn uncounted(period: Period, charged: &[&ChargedUsage], zone: Zone) -> UsageTotal {
    let before = charged.iter().find(|it| it.period.end() == period.start());
    let from_at = before.map_or_else(|| zone.start_of(period.start()), |it| it.until_at);
    UsageTotal {
        period,
        from_at,
        until_at: zone.start_of(period.end()).max(from_at),
        quantity: Quantity::ZERO,
        detail: Detail::Total,
        is_new: true,
        charged: Quantity::ZERO,
        charged_detail: Detail::Total,
        towards: None,
        charged_terms: None,
        true_up: None,
        bought: None,
        records: 0,
    }
}

/// A period that was charged, to be counted again.
fn recounted(it: &ChargedUsage) -> UsageTotal {
    UsageTotal {
        is_new: false,
        charged: it.quantity,
        charged_detail: it.detail.clone(),
        towards: it.towards,
        charged_terms: it.charged_terms.clone(),
        true_up: it.true_up.clone(),
        bought: it.bought,
        from_at: it.from_at,
        until_at: it.until_at,
        period: it.period,
        quantity: it.quantity,
        detail: Detail::Total,
        records: 0,
    }
}
