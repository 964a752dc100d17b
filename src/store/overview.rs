//! The sums behind the overview: under which keys they are kept, and how they are read back.
//!
//! Sums by month stand under `(month, seller, currency)`, so that the last year of all sellers is
//! one stretch. What runs stands under its price and the number of units, which are few, so that
//! what it is worth follows the versions of the price.

use rust_decimal::Decimal;

use super::StoreError;
use super::codec::{Key, date_at};
use super::invoice::{
    CREDIT_NOTE_BY_MONTH, CREDIT_NOTE_EARNED, INVOICE_BY_MONTH, INVOICE_DUE, INVOICE_EARNED,
};
use super::payment::{PAYMENT_BY_MONTH, REFUND_BY_MONTH};
use super::subscription::SUBSCRIPTION_RUNNING;
use super::tally::{Of, Part, Row, rows};
use super::view::{KeyRange, Table, View};
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::recognition::{Earned, Schedule};
use crate::domain::id::{Id, PriceId, ResourceId};
use crate::domain::money::{Currency, Money};
use crate::domain::overview::{Charged, Month, Running};
use crate::domain::payment::Payment;
use crate::domain::payment::refund::Refund;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::State;
use crate::domain::time::Date;

/// The part of a record in the sums of a month.
pub(super) fn in_month(
    day: Date,
    (seller, currency): (SellerNumber, Currency),
    sums: impl Into<Vec<i64>>,
) -> Part {
    let key = Key::new().u32(Month::of(day).number()).u32(seller.0);
    Part { key: key.raw(currency.code().as_bytes()), sums: sums.into() }
}

/// The parts of a document in what is charged and earned, month by month: seller by seller, for each is
/// told of its own.
pub(super) fn earned_in(seller: SellerNumber, all: &Schedule, parts: &mut Vec<Part>) {
    for (month, it) in all {
        let key = Key::new().u32(seller.0).u32(month.number());
        let key = key.raw(it.charged.currency().code().as_bytes());
        parts.push(Part { key, sums: vec![it.charged.as_minor(), it.earned.as_minor()] });
    }
}

/// The part of an invoice in what is to be paid by a day.
pub(super) fn due_on(day: Date, seller: SellerNumber, open: Money) -> Part {
    let key = Key::new().date(day).u32(seller.0).raw(open.currency().code().as_bytes());
    Part { key, sums: vec![open.as_minor(), 1] }
}

/// The parts of a subscription in what runs: one for each of its prices by the number of its units,
/// and one for each of its prices by each resource that it has more of than is included.
pub(super) fn running(it: &Subscription, parts: &mut Vec<Part>) {
    let runs = match it.state() {
        State::Active | State::Graced => !it.trial().is_running(),
        State::Pending
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Expired
        | State::Terminating
        | State::Recoverable
        | State::Destroyed
        | State::Aborted
        | State::Canceled => false,
    };
    if !runs {
        return;
    }
    let deal = it.deal();
    let whole = (None, Quantity::whole(deal.quantity.into()));
    let more = deal.resources.iter().map(|(id, it)| (Some(*id), it.additional));
    let running = deal.prices.iter().filter(|it| it.1.until_on.is_none());
    for (place, (price, taken)) in running.enumerate() {
        let units = std::iter::once(whole).chain(more.clone().filter(|it| !it.1.is_zero()));
        for (resource, units) in units {
            let key = Key::new().u32(it.stamp.seller.0).id(*price);
            let key = match taken.frozen_on {
                Some(on) => key.u8(1).date(on),
                None => key.u8(0).u64(0),
            };
            let key = match resource {
                Some(id) => key.u8(1).id(id),
                None => key.u8(0).raw(&[0; 16]),
            };
            let key = key.raw(&units.decimal().normalize().serialize());
            let bundled = deal.bundled.as_ref().filter(|it| it.until.is_none());
            let less = bundled.map_or(Percent::ZERO, |it| it.less);
            let key = key.raw(&less.decimal().normalize().serialize());
            // Each subscription is counted once: with its first price.
            let is_head = place == 0 && resource.is_none();
            parts.push(Part { key, sums: vec![1, i64::from(is_head)] });
        }
    }
}

/// What was invoiced, credited or paid in a month by one seller's customers in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthRow {
    /// In which month.
    pub month: Month,
    /// Whose customers.
    pub seller: SellerNumber,
    /// What it is.
    pub what: InMonth,
}

/// One thing that is added up by month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InMonth {
    /// What invoices charged, and how many there were.
    Charged(Charged, u64),
    /// What credit notes took back, without tax.
    Credited(Money),
    /// What came in, or went back where it is negative.
    Paid(Money),
}

impl InMonth {
    /// The currency of it.
    #[must_use]
    pub const fn currency(self) -> Currency {
        match self {
            Self::Charged(it, _) => it.recurring.currency(),
            Self::Credited(it) | Self::Paid(it) => it.currency(),
        }
    }
}

fn months<R: super::Record>(
    view: &(impl View + ?Sized),
    table: Table,
    (from, of): (Month, Of),
    read: impl Fn(&Row, Currency) -> InMonth,
) -> Result<Vec<MonthRow>, StoreError> {
    let from = std::ops::Bound::Included(Key::new().u32(from.number()).bytes());
    let range = KeyRange { from, to: std::ops::Bound::Unbounded };
    let row = |row: Row| {
        let mut key = Parts { table, rest: &row.key };
        let (month, seller) = (Month::numbered(key.u32()?), key.seller()?);
        let what = read(&row, key.currency()?);
        Ok(MonthRow { month, seller, what })
    };
    rows::<R>(view, table, &range, of)?.into_iter().map(row).collect()
}

/// What was invoiced and credited since a month.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn invoiced(
    view: &(impl View + ?Sized),
    from: Month,
    of: Of,
) -> Result<Vec<MonthRow>, StoreError> {
    let charged = |row: &Row, currency: Currency| {
        let sum = |place| Money::minor(row.sum(place), currency);
        let charged = Charged { recurring: sum(0), usage: sum(1), one_time: sum(2), other: sum(3) };
        InMonth::Charged(charged, row.sum(4).unsigned_abs())
    };
    let credited = |row: &Row, of: Currency| InMonth::Credited(Money::minor(row.sum(0), of));
    let mut found = months::<Invoice>(view, INVOICE_BY_MONTH, (from, of), charged)?;
    found.extend(months::<CreditNote>(view, CREDIT_NOTE_BY_MONTH, (from, of), credited)?);
    Ok(found)
}

/// What a seller's customers were charged in a month, and what was earned in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarnedRow {
    /// In which month.
    pub month: Month,
    /// How much, less what was given back.
    pub earned: Earned,
}

/// What a seller charged and earned, ever; what was given back stands in rows of its own.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn earned(
    view: &(impl View + ?Sized),
    seller: SellerNumber,
) -> Result<Vec<EarnedRow>, StoreError> {
    let all = KeyRange::prefix(&Key::new().u32(seller.0).bytes());
    let invoiced = rows::<Invoice>(view, INVOICE_EARNED, &all, Of::All)?;
    let given_back = rows::<CreditNote>(view, CREDIT_NOTE_EARNED, &all, Of::All)?;
    let row = |row: Row| Ok(earned_row(INVOICE_EARNED, &row)?.1);
    invoiced.into_iter().chain(given_back).map(row).collect()
}

/// Whose a row of what is charged and earned is, and what it says.
pub(super) fn earned_row(table: Table, row: &Row) -> Result<(SellerNumber, EarnedRow), StoreError> {
    let mut key = Parts { table, rest: &row.key };
    let (seller, month, currency) = (key.seller()?, Month::numbered(key.u32()?), key.currency()?);
    let sum = |place| Money::minor(row.sum(place), currency);
    let earned = Earned { charged: sum(0), earned: sum(1) };
    Ok((seller, EarnedRow { month, earned }))
}

/// What came in and went back since a month.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn paid(view: &(impl View + ?Sized), from: Month, of: Of) -> Result<Vec<MonthRow>, StoreError> {
    let paid = |row: &Row, of: Currency| InMonth::Paid(Money::minor(row.sum(0), of));
    let mut found = months::<Payment>(view, PAYMENT_BY_MONTH, (from, of), paid)?;
    found.extend(months::<Refund>(view, REFUND_BY_MONTH, (from, of), paid)?);
    Ok(found)
}

/// What is to be paid to a seller by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueRow {
    /// The last day for payment.
    pub due_on: Date,
    /// To whom.
    pub seller: SellerNumber,
    /// How much.
    pub open: Money,
    /// On how many invoices.
    pub invoices: u64,
}

/// What is to be paid, by the day on which it is due.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn due(view: &(impl View + ?Sized), of: Of) -> Result<Vec<DueRow>, StoreError> {
    let row = |row: Row| {
        let mut key = Parts { table: INVOICE_DUE, rest: &row.key };
        let (due_on, seller, currency) = (key.date()?, key.seller()?, key.currency()?);
        let open = Money::minor(row.sum(0), currency);
        Ok(DueRow { due_on, seller, open, invoices: row.sum(1).unsigned_abs() })
    };
    rows::<Invoice>(view, INVOICE_DUE, &KeyRange::all(), of)?.into_iter().map(row).collect()
}

/// What runs at a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningRow {
    /// Who sells it.
    pub seller: SellerNumber,
    /// The price.
    pub price: PriceId,
    /// The resource whose units are counted; those of the subscription itself if nothing is said.
    pub resource: Option<ResourceId>,
    /// How much.
    pub running: Running,
    /// How many subscriptions are counted with this price: each is with one of its prices.
    pub subscriptions: u64,
}

/// What runs, by price.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn runs(view: &(impl View + ?Sized), of: Of) -> Result<Vec<RunningRow>, StoreError> {
    let row = |row: Row| {
        let mut key = Parts { table: SUBSCRIPTION_RUNNING, rest: &row.key };
        let (seller, price) = (key.seller()?, key.id()?);
        let is_frozen = key.take::<1>()? == [1];
        let frozen = key.take::<8>()?;
        let of_resource = key.take::<1>()? == [1];
        let resource = key.id()?;
        let units = Quantity::new(Decimal::deserialize(key.take()?));
        let less = Percent::new(Decimal::deserialize(key.take()?));
        let frozen_on = if is_frozen { Some(key.read_date(frozen)?) } else { None };
        Ok(RunningRow {
            seller,
            price,
            resource: of_resource.then_some(resource),
            running: Running { units, frozen_on, less, count: row.sum(0) },
            subscriptions: row.sum(1).unsigned_abs(),
        })
    };
    let all = KeyRange::all();
    rows::<Subscription>(view, SUBSCRIPTION_RUNNING, &all, of)?.into_iter().map(row).collect()
}

/// The parts of a key, taken off from its head.
struct Parts<'a> {
    table: Table,
    rest: &'a [u8],
}

impl Parts<'_> {
    fn unreadable(&self) -> StoreError {
        StoreError::Unreadable { table: self.table.0, source: None }
    }

    fn take<const WIDTH: usize>(&mut self) -> Result<[u8; WIDTH], StoreError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(|| self.unreadable())?;
        self.rest = rest;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, StoreError> {
        self.take().map(u32::from_be_bytes)
    }

    fn seller(&mut self) -> Result<SellerNumber, StoreError> {
        self.u32().map(SellerNumber)
    }

    fn date(&mut self) -> Result<Date, StoreError> {
        let bytes = self.take()?;
        self.read_date(bytes)
    }

    fn read_date(&self, bytes: [u8; 8]) -> Result<Date, StoreError> {
        date_at(&bytes).ok_or_else(|| self.unreadable())
    }

    fn id<I: Id>(&mut self) -> Result<I, StoreError> {
        self.take().map(|it| I::from_uuid(uuid::Uuid::from_bytes(it)))
    }

    fn currency(&mut self) -> Result<Currency, StoreError> {
        let code = self.take::<3>()?;
        let code = std::str::from_utf8(&code).ok().and_then(|it| it.parse().ok());
        code.ok_or_else(|| self.unreadable())
    }
}
