//! Recognition: what a seller has earned month by month, and what is still deferred.
//!
//! Nothing is scanned but sums that are kept with the documents.

use std::collections::BTreeMap;

use super::{Cx, Error, billing_account, catalog, invoice};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::recognition::{Earned, Schedule, of_invoice};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, InvoiceId};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::Permission;
use crate::domain::overview::Month;
use crate::store::overview;

/// So many months are told at once at most.
const MONTHS_MAX: u32 = 120;
/// So many months are told if nothing is said.
const MONTHS: u32 = 12;

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
