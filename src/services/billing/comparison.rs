//! Comparison: what a billing run has billed, or would bill, otherwise than the one before.

use super::run;
use super::shelf::Shelf;
use crate::domain::billing::comparison::{Difference, Sums, add, differences};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::run::{BillingRun, State};
use crate::domain::error::Invalid;
use crate::domain::id::BillingRunId;
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;
use crate::services::{Cx, Error};
use crate::store::invoice::INVOICE_BY_RUN;
use crate::store::{Along, Key, Records};

/// So many invoices of a run are compared at most.
const INVOICES_MAX: usize = 200_000;

/// What is otherwise, and than in which run.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The run before; nothing where there was none that had billed anything.
    pub with: Option<BillingRun>,
    /// What is otherwise, account by account.
    pub differences: Vec<Difference>,
}

/// What a run has billed otherwise than another, or than the last before it that had billed anything.
///
/// # Errors
/// If a run is not there, is too large to be compared, or the caller may not.
pub fn compare(
    cx: Cx<'_>,
    id: BillingRunId,
    with: Option<BillingRunId>,
) -> Result<Compared, Error> {
    must(cx)?;
    let it: BillingRun = cx.get(id)?;
    let with = match with {
        Some(with) => Some(cx.named("with", with)?),
        None => last(cx, Some(&it))?,
    };
    let now = billed(cx, &it)?;
    compared(cx, with, &now)
}

/// What would be billed now, or up to the end of a day, otherwise than in the last run that had billed
/// anything.
///
/// # Errors
/// If a run is too large to be compared, or the caller may not.
pub fn compare_plan(cx: Cx<'_>, through: Option<Date>) -> Result<Compared, Error> {
    must(cx)?;
    let (through, end) = run::until(cx, through)?;
    let (mut shelf, mut now) = (Shelf::default(), Sums::new());
    run::each(cx, &mut shelf, (through, end), &mut |account, outcome| {
        let bills = outcome.map(|it| it.bills).unwrap_or_default();
        for content in bills.into_iter().filter_map(|it| it.content) {
            add(&mut now, account, content.totals.gross)?;
        }
        Ok(())
    })?;
    compared(cx, last(cx, None)?, &now)
}

fn must(cx: Cx<'_>) -> Result<(), Error> {
    cx.must(Permission::BillingRead, &cx.stamp(SellerNumber::PROVIDER, None))
}

fn compared(cx: Cx<'_>, with: Option<BillingRun>, now: &Sums) -> Result<Compared, Error> {
    let before = with.as_ref().map_or_else(|| Ok(Sums::new()), |it| billed(cx, it))?;
    Ok(Compared { differences: differences(&before, now), with })
}

/// The last run, or the last before one, that is over and had billed anything.
fn last(cx: Cx<'_>, before: Option<&BillingRun>) -> Result<Option<BillingRun>, Error> {
    let mut request = PageRequest::first(PageRequest::LIMIT_MAX);
    loop {
        let page = cx.list::<BillingRun>(None, &request, |it| {
            let is_before = before.is_none_or(|run| it.stamp.number < run.stamp.number);
            let is_over = matches!(it.state(), State::Done | State::Canceled);
            is_before && is_over && it.billed.iter().next().is_some()
        })?;
        if let Some(found) = page.items.into_iter().next() {
            return Ok(Some(found));
        }
        request.after = page.next;
        if request.after.is_none() {
            return Ok(None);
        }
    }
}

/// What accounts were billed in a run.
fn billed(cx: Cx<'_>, of: &BillingRun) -> Result<Sums, Error> {
    let invoices: u64 = of.billed.iter().map(|it| it.1.invoices).sum();
    if invoices > INVOICES_MAX as u64 {
        let why = format!("`{}` has {invoices} invoices: more than can be compared", of.id);
        return Err(Invalid::one("with", "range", why).into());
    }
    let along = Along::Index(INVOICE_BY_RUN, Key::new().id(of.id).bytes());
    let (mut request, mut sums) = (PageRequest::oldest(PageRequest::LIMIT_MAX), Sums::new());
    loop {
        let page = cx.view.list::<Invoice>(&along, &request, &mut |_| true)?;
        for it in &page.items {
            add(&mut sums, it.content().billing_account, it.total())?;
        }
        request.after = page.next;
        if request.after.is_none() {
            return Ok(sums);
        }
    }
}
