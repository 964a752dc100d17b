//! Recognition: what a seller has earned month by month, and what is still deferred.
//!
//! Nothing is scanned but sums that are kept with the documents.

use std::collections::BTreeMap;

use super::billing::book;
use super::duty::{Progress, counted};
use super::{Act, Author, Bss, Cx, Error, account, billing_account, catalog, invoice};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::recognition::{Earned, Released, Schedule, of_invoice};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, InvoiceId};
use crate::domain::journal;
use crate::domain::money::{Currency, Money};
use crate::domain::operator::{Actor, Permission};
use crate::domain::overview::Month;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Zone;
use crate::store::meta::setting;
use crate::store::{deferral, overview};

/// So many months are told at once at most.
const MONTHS_MAX: u32 = 120;
/// So many months are told if nothing is said.
const MONTHS: u32 = 12;

/// The last month of which what is earned was booked; `None` if none was.
///
/// # Errors
/// If the store fails.
pub(super) fn released(cx: Cx<'_>) -> Result<Option<Released>, Error> {
    Ok(setting::<Released>(cx.view)?)
}

/// So many days after the end of a month it is over in every zone.
const DAYS_AFTER: i64 = 1;

/// Books what is deferred and was earned in the months that are over, of all sellers.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub fn release(bss: &Bss) -> Result<Progress, Error> {
    let house = Actor::duty("recognition");
    let is_due = bss.read(&house, |cx| {
        // What a clock that has jumped says is earned may lie years ahead.
        if cx.jump.is_some() {
            return Ok(false);
        }
        let is_new = released(cx)?.is_none_or(|it| it.month() < last_month(cx));
        Ok(is_new && !deferral::deferrals(cx.view)?.is_empty())
    })?;
    if !is_due {
        return Ok(Progress::Idle);
    }
    let booked = bss.act(Author::of(house), release_all).wait()?;
    Ok(Progress::of(booked.max(1), || format!("released {}", counted(booked, "amount"))))
}

/// The last month that is over in every zone.
fn last_month(cx: Cx<'_>) -> Month {
    Month::of(Zone::UTC.date_of(cx.now).plus_days(-DAYS_AFTER)).before(1)
}

fn release_all(act: &mut Act<'_>) -> Result<u64, Error> {
    if act.cx().jump.is_some() {
        return Ok(0);
    }
    let (last, before) = (last_month(act.cx()), released(act.cx())?.map(Released::month));
    if before.is_some_and(|it| last <= it) {
        return Ok(0);
    }
    let mut earned: BTreeMap<(SellerNumber, Month, Currency), Money> = BTreeMap::new();
    for it in deferral::deferrals(act.cx().view)? {
        let (month, amount) = (it.row.month, it.row.earned.earned);
        if month <= last && before.is_none_or(|it| it < month) {
            let nothing = Money::zero(amount.currency());
            let sum = earned.entry((it.seller, month, amount.currency())).or_insert(nothing);
            *sum = sum.plus(amount)?;
        }
    }
    earned.retain(|_, it| !it.is_zero());
    let booked = earned.len() as u64;
    for ((seller, _, _), amount) in earned {
        let account = account::of_seller(act.cx(), seller)?.id;
        book(act, seller, account, journal::released(amount)?)?;
    }
    act.batch().put_setting(&Released::through(last))?;
    Ok(booked)
}

/// A month of a seller in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthOf {
    /// Which it is.
    pub month: Month,
    /// What was charged and earned in it.
    pub earned: Earned,
    /// What is charged and not earned when it is over.
    pub deferred: Money,
}

/// What a seller charges and earns in each month of a stretch, by currency. Of months to come it tells what
/// is certain: what was charged already.
///
/// # Errors
/// If the months are none or too many, or the caller may not.
pub fn report(
    cx: Cx<'_>,
    seller: Option<AccountId>,
    (from, to): (Option<Month>, Option<Month>),
) -> Result<BTreeMap<Currency, Vec<MonthOf>>, Error> {
    let seller = catalog::seller(cx, seller)?;
    cx.must(Permission::JournalRead, &cx.stamp(seller, None))?;
    let today = billing_account::zone_of_seller(cx, seller)?.date_of(cx.now);
    let to = to.unwrap_or_else(|| Month::of(today).max(from.unwrap_or(Month::of(today))));
    let from = from.unwrap_or_else(|| to.before(MONTHS - 1));
    if to < from || to.number() - from.number() >= MONTHS_MAX {
        let why = format!("must be the same month as `from` or one of the {MONTHS_MAX} from it on");
        return Err(Invalid::one("to", "range", why).into());
    }
    let mut sums: BTreeMap<Currency, Schedule> = BTreeMap::new();
    for row in overview::earned(cx.view, seller)? {
        let currency = row.earned.charged.currency();
        let of = sums.entry(currency).or_default();
        let sum = of.entry(row.month).or_insert(Earned::nothing(currency));
        *sum = sum.plus(row.earned)?;
    }
    sums.into_iter()
        .map(|(currency, all)| Ok((currency, told(&all, currency, (from, to))?)))
        .collect()
}

fn told(
    all: &Schedule,
    currency: Currency,
    (from, to): (Month, Month),
) -> Result<Vec<MonthOf>, Error> {
    let nothing = Earned::nothing(currency);
    let before = all.range(..from).try_fold(nothing, |sum, it| sum.plus(*it.1))?;
    let mut deferred = before.charged.minus(before.earned)?;
    let (mut month, mut rows) = (from, Vec::new());
    while month <= to {
        let earned = all.get(&month).copied().unwrap_or(nothing);
        deferred = deferred.plus(earned.charged)?.minus(earned.earned)?;
        rows.push(MonthOf { month, earned, deferred });
        month = month.next();
    }
    Ok(rows)
}

/// An invoice, and by the places of its lines when each is earned; deposits never are.
///
/// # Errors
/// If it is not there for the caller.
pub fn schedule(cx: Cx<'_>, id: InvoiceId) -> Result<(Invoice, Vec<(usize, Schedule)>), Error> {
    let invoice = invoice::get(cx, id)?;
    let lines = of_invoice(&invoice).map(|(place, it)| Ok((place, it.by_month()?)));
    let lines = lines.collect::<Result<_, Error>>()?;
    Ok((invoice, lines))
}
