//! Usage as a list for whoever follows it elsewhere, event by event, with what becomes of each.

use rust_decimal::Decimal;

use super::{Charged, NumberedEvent, every, standing};
use crate::domain::catalog::price::{Price, PriceModel};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, PriceId};
use crate::domain::money::Currency;
use crate::domain::operator::Actor;
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::domain::time::Zone;
use crate::domain::usage::meter::Meter;
use crate::domain::word::words;
use crate::render::csv::{Cell, Sheet};
use crate::services::{Bss, Cx, Error};

/// So many events stand in a list at most.
const EVENTS_MAX: usize = 200_000;

words! {
    /// How far an event has come.
    Progress {
        /// No price charges it.
        Received = "received";
        /// A price charges it.
        Rated = "rated";
        /// It is on a bill.
        Billed = "billed";
    }
}

words! {
    /// How an event counts against what is included.
    Tag {
        /// Nothing is included: it is charged from the first unit.
        Usage = "usage";
    }
}

/// An event, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Rated {
    /// The event.
    pub event: NumberedEvent,
    /// Whose it is.
    pub account: Option<AccountId>,
    /// What was counted.
    pub meter: Option<String>,
    /// In what.
    pub unit: Option<String>,
    /// How far it has come.
    pub progress: Progress,
    /// How it counts, where that can be said of it alone.
    pub tag: Option<Tag>,
    /// What it costs by itself, without tax, where each unit costs the same.
    pub net: Option<(Decimal, Currency)>,
}

/// All events that the caller may see, by subscription and meter, each from the first.
///
/// # Errors
/// If there are too many for a list; if the store fails.
pub fn rated(bss: &Bss, actor: &Actor) -> Result<Vec<Rated>, Error> {
    bss.read(actor, |cx| {
        let (mut all, mut page) = (Vec::new(), PageRequest::oldest(PageRequest::LIMIT_MAX));
        loop {
            let found = every(cx, &page)?;
            for it in found.items {
                all.push(with_rating(cx, it)?);
            }
            if all.len() > EVENTS_MAX {
                let why = format!("has at most {EVENTS_MAX} events: ask for them page by page");
                return Err(Invalid::one("usage", "range", why).into());
            }
            page.after = found.next;
            if page.after.is_none() {
                return Ok(all);
            }
        }
    })
}

fn with_rating(cx: Cx<'_>, event: NumberedEvent) -> Result<Rated, Error> {
    let (progress, prices) = match standing(cx, &event.event)? {
        Charged::ByNothing => (Progress::Received, Vec::new()),
        Charged::ByPrices(prices) => (Progress::Rated, prices),
        Charged::OnBill(prices) => (Progress::Billed, prices),
    };
    let net = cost(cx, &event, &prices)?;
    let meter = cx.shared::<Meter>(event.event.meter)?;
    let subscription = cx.shared::<Subscription>(event.event.subscription)?;
    Ok(Rated {
        account: subscription.map(|it| it.account()),
        meter: meter.as_ref().map(|it| it.code.to_string()),
        unit: meter.as_ref().map(|it| it.unit.to_string()),
        progress,
        tag: net.map(|_| Tag::Usage),
        net,
        event,
    })
}

/// What an event costs by itself: where one price charges it with one figure for each unit, and none are
/// included.
///
/// # Errors
/// If the store fails.
pub fn cost(
    cx: Cx<'_>,
    it: &NumberedEvent,
    prices: &[PriceId],
) -> Result<Option<(Decimal, Currency)>, Error> {
    let [price] = prices else { return Ok(None) };
    let Some(price) = cx.shared::<Price>(*price)? else { return Ok(None) };
    let day = Zone::UTC.date_of(it.event.at);
    let Some(version) = price.versions.in_force(day, None) else { return Ok(None) };
    let PriceModel::PerUnit(figure) = &version.model else { return Ok(None) };
    if !version.included.is_zero() {
        return Ok(None);
    }
    let cost = figure.decimal().checked_mul(it.event.quantity.decimal());
    Ok(cost.map(|it| (it.normalize(), price.currency)))
}

/// The names of the columns of a list.
const COLUMNS: [&str; 13] = [
    "source",
    "event_id",
    "account",
    "subscription",
    "meter",
    "unit",
    "quantity",
    "at",
    "status",
    "is_billed",
    "usage_rating_tag",
    "tax_excluded_amount",
    "currency",
];

/// The list as CSV.
#[must_use]
pub fn as_csv(all: &[Rated]) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS);
    for it in all {
        let event = &it.event.event;
        let text = |it: Option<String>| it.map_or(Cell::Empty, Cell::text);
        sheet.row(&[
            Cell::text(event.source.to_string()),
            Cell::text(event.event_id.to_string()),
            text(it.account.map(|it| it.to_string())),
            Cell::text(event.subscription.to_string()),
            text(it.meter.clone()),
            text(it.unit.clone()),
            Cell::Figure(event.quantity.decimal()),
            Cell::Moment(event.at),
            Cell::text(it.progress.word()),
            Cell::text(if it.progress == Progress::Billed { "true" } else { "false" }),
            it.tag.map_or(Cell::Empty, |it| Cell::text(it.word())),
            it.net.map_or(Cell::Empty, |it| Cell::Figure(it.0)),
            text(it.net.map(|it| it.1.to_string())),
        ]);
    }
    sheet.take()
}
