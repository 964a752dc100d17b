//! What meters counted, by the rule of each: as it is billed, and as it is shown.

use crate::domain::catalog::price::PriceModel;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::SubscriptionId;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;
use crate::domain::usage::counting::Counting;
use crate::domain::usage::detail::{Detail, Reader};
use crate::domain::usage::meter::{Aggregation, CarryOver, Meter};
use crate::domain::usage::record::UsageEvent;
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
    let before = match meter.carry_over {
        CarryOver::Reset => Quantity::ZERO,
        CarryOver::Carry => before(cx, stretch)?,
    };
    let quantity = match meter.aggregation {
        Aggregation::Count => i64::try_from(total.count).ok().map(Quantity::whole),
        Aggregation::Sum if total.count == 0 => Some(before),
        Aggregation::Sum => total.quantity().and_then(|it| it.plus(before)),
        Aggregation::Max
        | Aggregation::Latest
        | Aggregation::UniqueCount
        | Aggregation::WeightedSum
        | Aggregation::Average => {
            Some(read(cx, Counting::new(meter, of(stretch), before), stretch)?)
        }
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

const fn of(it: &Stretch) -> (Instant, Instant) {
    (it.from, it.to)
}

/// What cannot be told from sums, event by event.
fn read(cx: Cx<'_>, mut counting: Counting<'_>, stretch: &Stretch) -> Result<Quantity, Error> {
    every_event(cx, stretch, |it| counting.read(it))?;
    Ok(counting.quantity()?)
}

/// What was there when a stretch began: all that came before, and had not gone again.
fn before(cx: Cx<'_>, stretch: &Stretch) -> Result<Quantity, Error> {
    let first = Instant::from_micros(0).expect("1970 is an instant");
    if stretch.from <= first {
        return Ok(Quantity::ZERO);
    }
    let all = Stretch { from: first, to: stretch.from, ..*stretch };
    let total = usage::totals(cx, &[all])?.pop().filter(|it| it.count > 0);
    let Some(total) = total else { return Ok(Quantity::ZERO) };
    total.quantity().ok_or_else(|| {
        let why = "what came before is too much to be counted";
        Rejection::new(Code::UsageRefused, why).into()
    })
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
