//! What meters counted, by the rule of each: as it is billed, and as it is shown.

use crate::domain::catalog::price::PriceModel;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::SubscriptionId;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;
use crate::domain::usage::detail::{Detail, Reader};
use crate::domain::usage::meter::{Aggregation, Meter};
use crate::domain::usage::record::UsageEvent;
use crate::domain::usage::tally::Tally;
use crate::services::{Cx, Error, usage};
use crate::store::usage::{Series, Total, Want as Stretch};

/// What is asked: of which subscription, on which meter, from when to when.
pub(in crate::services) struct Want<'a> {
    pub(in crate::services) subscription: SubscriptionId,
    pub(in crate::services) meter: &'a Meter,
    pub(in crate::services) from_at: Instant,
    pub(in crate::services) until_at: Instant,
    /// How it is charged: what that asks of the events is counted too.
    pub(in crate::services) model: Option<&'a PriceModel>,
}

/// What was counted, and of how many records.
#[derive(Debug, Clone)]
pub(in crate::services) struct Counted {
    pub(in crate::services) quantity: Quantity,
    pub(in crate::services) records: u64,
    pub(in crate::services) detail: Detail,
}

/// What meters counted, in the order in which it is asked.
///
/// # Errors
/// If billing has no rule for a meter, or a quantity is too large; if the store fails.
pub(in crate::services) fn totals(cx: Cx<'_>, wants: &[Want<'_>]) -> Result<Vec<Counted>, Error> {
    let stretches: Vec<_> = wants.iter().map(stretch).collect();
    let totals = usage::totals(cx, &stretches)?;
    let all = wants.iter().zip(&stretches).zip(&totals);
    all.map(|((want, stretch), total)| counted(cx, want, (stretch, total))).collect()
}

fn stretch(of: &Want<'_>) -> Stretch {
    Stretch {
        series: Series { subscription: of.subscription, meter: of.meter.id },
        from: of.from_at,
        to: of.until_at,
    }
}

fn counted(
    cx: Cx<'_>,
    Want { meter, model, .. }: &Want<'_>,
    (stretch, total): (&Stretch, &Total),
) -> Result<Counted, Error> {
    meter.publishable()?;
    let quantity = match meter.aggregation {
        Aggregation::Count => i64::try_from(total.count).ok().map(Quantity::whole),
        Aggregation::Sum if total.count == 0 => Some(Quantity::ZERO),
        Aggregation::Sum => total.quantity(),
        Aggregation::Max
        | Aggregation::Latest
        | Aggregation::UniqueCount
        | Aggregation::WeightedSum
        | Aggregation::Average => Some(tallied(cx, meter, stretch)?),
    };
    let quantity = quantity.ok_or_else(|| {
        let why = format!("what the meter `{}` counted is too large to be billed", meter.code);
        Rejection::new(Code::UsageRefused, why)
    })?;
    let records = total.count;
    let told = model.map_or(Some(Detail::Total), |it| Detail::of_total(it, quantity, records));
    let detail = match (told, model) {
        (None, Some(model)) => detailed(cx, Reader::new(model, meter.aggregation), stretch)?,
        (told, _) => told.unwrap_or_default(),
    };
    Ok(Counted { quantity, records, detail })
}

/// What a price asks of the events, one by one.
fn detailed(cx: Cx<'_>, mut reader: Reader<'_>, stretch: &Stretch) -> Result<Detail, Error> {
    every_event(cx, stretch, |it| reader.read(it))?;
    Ok(reader.detail()?)
}

/// What cannot be told from sums: the largest, or the last, event by event.
fn tallied(cx: Cx<'_>, meter: &Meter, stretch: &Stretch) -> Result<Quantity, Error> {
    let mut tally = Tally::NOTHING;
    every_event(cx, stretch, |it| {
        tally = tally.merge(Tally::of(it.quantity, it.at))?;
        Ok(())
    })?;
    Ok(tally.quantity(meter.aggregation)?)
}

/// Reads the events of a stretch by rising time.
fn every_event(
    cx: Cx<'_>,
    stretch: &Stretch,
    mut read: impl FnMut(&UsageEvent) -> Result<(), Rejection>,
) -> Result<(), Error> {
    let mut after = None::<Vec<u8>>;
    loop {
        let limit = PageRequest::LIMIT_MAX;
        let page = cx.usage.events(cx.view, stretch, after.as_deref(), limit)?;
        for it in &page.items {
            read(&it.event)?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
