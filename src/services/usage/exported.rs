//! Usage as a list for whoever follows it elsewhere, event by event, with what becomes of each.

use rust_decimal::Decimal;

use super::explained::{SoFar, explained_after};
use super::{Explained, NumberedEvent, Rating, Sought, events};
use crate::domain::id::AccountId;
use crate::domain::money::Currency;
use crate::domain::operator::Actor;
use crate::domain::page::{Page, PageRequest};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::usage::lifecycle::State;
use crate::domain::usage::meter::Meter;
use crate::domain::usage::rating::RatingKind;
use crate::render::csv::{Cell, Sheet};
use crate::services::{Bss, Cx, Error};

/// An event, or a piece of one that is rated in one way, and what becomes of it.
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
    /// How much of the event it is.
    pub quantity: Quantity,
    /// How far it has come.
    pub state: State,
    /// How it counts, where that can be said of it alone.
    pub tag: Option<RatingKind>,
    /// What it costs by itself, without tax, where that can be said of it alone.
    pub net: Option<(Decimal, Currency)>,
}

impl Rated {
    /// Whether it is on a bill.
    #[must_use]
    pub fn is_billed(&self) -> bool {
        matches!(self.state, State::Billed | State::Rerate)
    }
}

/// A page of the events that are asked for, by subscription and meter, each in the order of the page; one of
/// which a part is included stands there piece by piece, so that there may be more rows than are asked for.
///
/// # Errors
/// [`Error::Busy`] if too many wait for one; if a subscription is named that is not the caller's; if the
/// store fails.
pub fn rated(
    bss: &Bss,
    actor: &Actor,
    sought: &Sought,
    page: &PageRequest,
) -> Result<Page<Rated>, Error> {
    let _turn = bss.exports.enter().map_err(|_| Error::Busy)?;
    bss.read(actor, |cx| {
        let found = events(cx, sought, page)?;
        let mut items = Vec::with_capacity(found.items.len());
        let mut so_far = SoFar::default();
        for it in found.items {
            items.extend(with_rating(cx, it, &mut so_far)?);
        }
        Ok(Page { items, next: found.next })
    })
}

fn with_rating(cx: Cx<'_>, event: NumberedEvent, so_far: &mut SoFar) -> Result<Vec<Rated>, Error> {
    let Explained { state, ratings } = explained_after(cx, &event, so_far)?;
    let meter = cx.shared::<Meter>(event.event.meter)?;
    let subscription = cx.shared::<Subscription>(event.event.subscription)?;
    let whole = Rated {
        account: subscription.map(|it| it.account()),
        meter: meter.as_ref().map(|it| it.code.to_string()),
        unit: meter.as_ref().map(|it| it.unit.to_string()),
        quantity: event.event.quantity,
        state,
        tag: None,
        net: None,
        event,
    };
    let piece = |it: &Rating| Rated {
        quantity: it.quantity,
        tag: Some(it.kind),
        net: it.net.map(|net| (net, it.currency)),
        ..whole.clone()
    };
    let pieces: Vec<_> = ratings.iter().map(piece).collect();
    Ok(if pieces.is_empty() { vec![whole] } else { pieces })
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

/// The list as CSV, part by part.
pub struct Columns(Sheet);

impl Columns {
    /// A list whose first part begins with the names of its columns.
    #[must_use]
    pub fn named() -> Self {
        Self(Sheet::new(&COLUMNS))
    }

    /// The next part of it.
    #[must_use]
    pub fn part(&mut self, of: &[Rated]) -> Vec<u8> {
        for it in of {
            self.0.row(&cells(it));
        }
        self.0.take()
    }
}

fn cells(it: &Rated) -> [Cell; COLUMNS.len()] {
    let event = &it.event.event;
    let text = |it: Option<String>| it.map_or(Cell::Empty, Cell::text);
    [
        Cell::text(event.source.to_string()),
        Cell::text(event.event_id.to_string()),
        text(it.account.map(|it| it.to_string())),
        Cell::text(event.subscription.to_string()),
        text(it.meter.clone()),
        text(it.unit.clone()),
        Cell::Figure(it.quantity.decimal()),
        Cell::Moment(event.at),
        Cell::text(it.state.word()),
        Cell::text(if it.is_billed() { "true" } else { "false" }),
        it.tag.map_or(Cell::Empty, |it| Cell::text(it.word())),
        it.net.map_or(Cell::Empty, |it| Cell::Figure(it.0)),
        text(it.net.map(|it| it.1.to_string())),
    ]
}
