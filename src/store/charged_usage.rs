//! How much usage of each service period is on invoices, by subscription and price.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::StoreError;
use super::batch::Batch;
use super::codec::Key;
use super::view::{KeyRange, Table, View};
use crate::domain::billing::charged_terms::ChargedTerms;
use crate::domain::catalog::price::Figure;
use crate::domain::id::{PriceId, SubscriptionId};
use crate::domain::page::PageOrder;
use crate::domain::quantity::Quantity;
use crate::domain::time::{Date, Instant, Period, Zone};
use crate::domain::usage::detail::Detail;

/// What lies under subscriptions and the first days of their periods.
pub(super) const CHARGED: Table = Table("charged_usage");

/// How much usage of a service period is on invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargedUsage {
    /// At which price.
    pub price: PriceId,
    /// The period.
    pub period: Period,
    /// The moment from which it was counted.
    pub from_at: Instant,
    /// The moment up to which it was counted. The zone of the account may have changed since.
    pub until_at: Instant,
    /// How much.
    pub quantity: Quantity,
    /// What the price asked of it beyond that.
    pub detail: Detail,
    /// How much of what was charged counted towards the minimum of the price; `None` if it had none.
    pub towards: Option<Figure>,
    /// At what it was charged.
    pub charged_terms: Option<ChargedTerms>,
    /// At what stands what was missing to the minimum of the price; `None` if nothing was.
    pub true_up: Option<ChargedTerms>,
    /// The day of the bill by which it was.
    pub rated_on: Date,
    /// How many units of it were paid for by another price, as far as that is known.
    pub bought: Option<Quantity>,
}

/// What lies under a subscription and the first day of a period: by price the day after its last
/// one, from when to when was counted, how much, what else was asked of it, what of its minimum was
/// reached, at what it was charged, on which day, how much of it was bought, and at what stands what
/// was missing to its minimum.
type ChargedRow = BTreeMap<PriceId, Charged>;

/// What lies there of one price.
type Charged = (
    Date,
    Instant,
    Instant,
    Quantity,
    Detail,
    Option<Figure>,
    Option<ChargedTerms>,
    Date,
    Option<Quantity>,
    Option<ChargedTerms>,
);

/// The version of its shape.
const CHARGED_SHAPE: u8 = 1;

fn charged_row(value: &[u8]) -> Result<ChargedRow, StoreError> {
    let damaged = StoreError::Unreadable { table: CHARGED.0, source: None };
    let body = value.strip_prefix(&[CHARGED_SHAPE]).ok_or(damaged)?;
    super::codec::decode(CHARGED.0, body)
}

fn of_row(price: PriceId, start: Date, row: Charged) -> Result<ChargedUsage, StoreError> {
    let (
        end,
        from_at,
        until_at,
        quantity,
        detail,
        towards,
        charged_terms,
        rated_on,
        bought,
        true_up,
    ) = row;
    let damaged = StoreError::Unreadable { table: CHARGED.0, source: None };
    let period = Period::new(start, end).ok_or(damaged)?;
    Ok(ChargedUsage {
        price,
        period,
        from_at,
        until_at,
        quantity,
        detail,
        towards,
        charged_terms,
        true_up,
        rated_on,
        bought,
    })
}

impl Batch<'_> {
    /// Keeps how much usage of a subscription is on invoices now.
    ///
    /// # Errors
    /// If the engine fails or a row cannot be read.
    pub fn put_charged_usage(
        &mut self,
        subscription: SubscriptionId,
        charged: &[ChargedUsage],
    ) -> Result<(), StoreError> {
        let mut rows = BTreeMap::<Date, ChargedRow>::new();
        for it in charged {
            let (detail, terms) = (it.detail.clone(), it.charged_terms.clone());
            let (end, from_at, until_at) = (it.period.end(), it.from_at, it.until_at);
            let (towards, rated_on, bought) = (it.towards, it.rated_on, it.bought);
            let (quantity, true_up) = (it.quantity, it.true_up.clone());
            let row = (
                end, from_at, until_at, quantity, detail, towards, terms, rated_on, bought, true_up,
            );
            rows.entry(it.period.start()).or_default().insert(it.price, row);
        }
        for (start, row) in rows {
            let key = Key::new().id(subscription).date(start).bytes();
            let kept = self.value(CHARGED, &key)?.map(|it| charged_row(&it)).transpose()?;
            let mut kept = kept.unwrap_or_default();
            kept.extend(row);
            self.set(CHARGED, &key, &super::codec::encode(CHARGED_SHAPE, &kept))?;
        }
        Ok(())
    }
}

/// A price as far as it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargedPrice {
    /// The price.
    pub price: PriceId,
    /// The first day up to which it is not charged.
    pub until: Date,
    /// In how many periods it is charged up to there.
    pub periods: u32,
}

/// The last service periods of each of some prices whose usage is on invoices, the newest first: what was
/// billed of one that is not charged yet, and at most `limit` of those that are. Nobody looks for more
/// than there are.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn charged_usage(
    view: &(impl View + ?Sized),
    (subscription, prices): (SubscriptionId, &[ChargedPrice]),
    limit: usize,
) -> Result<Vec<ChargedUsage>, StoreError> {
    let mut found = Vec::<ChargedUsage>::new();
    let Some(oldest) = prices.iter().map(|it| it.until).min().filter(|_| limit > 0) else {
        return Ok(found);
    };
    let most = |count: u32| usize::try_from(count).unwrap_or(usize::MAX).min(limit);
    let mut left: BTreeMap<PriceId, (Date, usize)> =
        prices.iter().map(|it| (it.price, (it.until, most(it.periods)))).collect();
    let range = KeyRange::prefix(&Key::new().id(subscription).bytes());
    view.scan(CHARGED, &range, PageOrder::Falling, &mut |key, value| {
        let damaged = || StoreError::Unreadable { table: CHARGED.0, source: None };
        let start = super::codec::date_at(key.get(16..).unwrap_or_default()).ok_or_else(damaged)?;
        for (price, charged) in charged_row(value)? {
            let Some((until, left)) = left.get_mut(&price) else { continue };
            if *until <= start || *left > 0 {
                *left -= usize::from(start < *until);
                found.push(of_row(price, start, charged)?);
            }
        }
        let is_all = start <= oldest && left.values().all(|it| it.1 == 0);
        Ok(if is_all { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

/// How much usage of the service period of a price that begins on a day is on invoices; nothing if none is.
///
/// # Errors
/// If the engine fails or the row cannot be read.
pub fn charged_usage_from(
    view: &(impl View + ?Sized),
    (subscription, price): (SubscriptionId, PriceId),
    start: Date,
) -> Result<Option<ChargedUsage>, StoreError> {
    let value = view.value(CHARGED, &Key::new().id(subscription).date(start).bytes())?;
    let row = value.map(|it| charged_row(&it)).transpose()?;
    let row = row.and_then(|mut it| it.remove(&price));
    row.map(|it| of_row(price, start, it)).transpose()
}

/// In so many rows before a moment its period is looked for: prices of one subscription may be charged for
/// periods of several lengths.
const CHARGED_ROWS_MAX: usize = 100;

/// The service period of a price in which usage at a moment is on an invoice, if it is.
///
/// # Errors
/// If the engine fails or a row cannot be read.
pub fn charged_usage_at(
    view: &(impl View + ?Sized),
    (subscription, price): (SubscriptionId, PriceId),
    at: Instant,
) -> Result<Option<ChargedUsage>, StoreError> {
    // No zone is two days away from UTC.
    let latest = Zone::UTC.date_of(at).plus_days(2);
    let beyond = Key::new().id(subscription).date(latest).bytes();
    let range = KeyRange::prefix(&Key::new().id(subscription).bytes());
    let range = range.after(Some(&beyond), PageOrder::Falling);
    let (mut found, mut looked_at) = (None, 0);
    view.scan(CHARGED, &range, PageOrder::Falling, &mut |key, value| {
        let damaged = || StoreError::Unreadable { table: CHARGED.0, source: None };
        let start = super::codec::date_at(key.get(16..).unwrap_or_default()).ok_or_else(damaged)?;
        let row = charged_row(value)?.remove(&price).filter(|it| (it.1..it.2).contains(&at));
        found = row.map(|it| of_row(price, start, it)).transpose()?;
        looked_at += 1;
        let is_over = found.is_some() || looked_at == CHARGED_ROWS_MAX;
        Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample;
    use crate::store::{Commit, Store};

    #[test]
    fn the_last_periods_with_charged_usage_are_known() {
        let store = Store::memory().expect("memory");
        let subscription = sample::id(1);
        let (often, once, never) = (sample::id(2), sample::id(3), sample::id(4));
        let month = |price: PriceId, number: u32| {
            let start = Date::new(2026, number, 1).expect("a day");
            let period = Period::new(start, start.plus_months(1)).expect("a month");
            let [from_at, until_at] = [start, period.end()].map(|it| Zone::UTC.start_of(it));
            let quantity = Quantity::whole(number.into());
            let (detail, charged_terms) = (Detail::Total, Some(ChargedTerms::at(start, None)));
            let towards = None;
            ChargedUsage {
                price,
                period,
                from_at,
                until_at,
                quantity,
                detail,
                towards,
                true_up: charged_terms.clone(),
                charged_terms,
                rated_on: start,
                bought: Some(Quantity::ONE),
            }
        };
        let kept = store.transact(|mut batch| {
            batch.put_charged_usage(subscription, &[month(often, 1), month(once, 1)])?;
            batch.put_charged_usage(subscription, &[month(often, 2), month(often, 3)])?;
            Ok(((), Commit::Durable))
        });
        kept.expect("kept");
        let day = |month| Date::new(2026, month, 1).expect("a day");
        let of = |price, until, periods| ChargedPrice { price, until: day(until), periods };
        let (often, once, never) = (of(often, 4, 3), of(once, 2, 1), of(never, 1, 0));
        let charged = |prices: &[ChargedPrice], limit| {
            let view = store.read().expect("snapshot");
            charged_usage(&view, (subscription, prices), limit).expect("read")
        };
        let month = |of: ChargedPrice, number| month(of.price, number);
        assert_eq!(charged(&[often], 2), [month(often, 3), month(often, 2)]);
        assert_eq!(charged(&[often, once], 1), [month(often, 3), month(once, 1)]);
        assert_eq!(charged(&[never], 2), []);
        assert_eq!(charged(&[often], 0), []);
        let before_it_was_over = of(often.price, 3, 2);
        let found = charged(&[before_it_was_over], 1);
        assert_eq!(found, [month(often, 3), month(often, 2)], "an interim bill is one more");
        // What lies before the first of them is not looked at, however many are asked for.
        let key = Key::new().id(subscription).date(Date::new(2025, 1, 1).expect("a day")).bytes();
        let harmed = store.transact(|mut batch| {
            batch.set(CHARGED, &key, b"unreadable")?;
            Ok(((), Commit::Durable))
        });
        harmed.expect("kept");
        assert_eq!(charged(&[often, once, never], 24).len(), 4);
        let more = ChargedUsage { quantity: Quantity::whole(9), ..month(once, 1) };
        let kept = store.transact(|mut batch| {
            batch.put_charged_usage(subscription, std::slice::from_ref(&more))?;
            Ok(((), Commit::Durable))
        });
        kept.expect("kept");
        assert_eq!(charged(&[often, once], 3)[2..], [month(often, 1), more.clone()]);
    }

    #[test]
    fn a_moment_is_found_in_the_period_in_which_it_was_charged() {
        let store = Store::memory().expect("memory");
        let (subscription, price, other) = (sample::id(1), sample::id(2), sample::id(3));
        let month = |number: u32| {
            let start = Date::new(2026, number, 1).expect("a day");
            let period = Period::new(start, start.plus_months(1)).expect("a month");
            ChargedUsage {
                price,
                period,
                from_at: Zone::UTC.start_of(start),
                until_at: Zone::UTC.start_of(period.end()),
                quantity: Quantity::ONE,
                detail: Detail::Total,
                towards: None,
                charged_terms: None,
                true_up: None,
                rated_on: period.end(),
                bought: None,
            }
        };
        let kept = store.transact(|mut batch| {
            batch.put_charged_usage(subscription, &[month(1), month(2)])?;
            Ok(((), Commit::Durable))
        });
        kept.expect("kept");
        let at = |price, moment: &str| {
            let view = store.read().expect("snapshot");
            let at = moment.parse().expect(moment);
            charged_usage_at(&view, (subscription, price), at).expect("read")
        };
        assert_eq!(at(price, "2026-01-31T23:59:59Z"), Some(month(1)));
        assert_eq!(at(price, "2026-02-01T00:00:00Z"), Some(month(2)));
        assert_eq!(at(price, "2026-03-01T00:00:00Z"), None);
        assert_eq!(at(other, "2026-02-01T00:00:00Z"), None);
        let view = store.read().expect("snapshot");
        let from = |of, day: &str| {
            charged_usage_from(&view, (subscription, of), sample::date(day)).expect("read")
        };
        assert_eq!(from(price, "2026-02-01"), Some(month(2)));
        assert_eq!(from(price, "2026-02-02"), None);
        assert_eq!(from(other, "2026-02-01"), None);
    }
}
