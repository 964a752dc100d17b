//! Billing runs: what would be billed, beginning and ending to bill, and what is left.

use std::collections::BTreeSet;

use super::gather::{self, Billed};
use super::proposed;
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::run::{BillingRun, Counters, Failure, Plan, State, Trigger};
use crate::domain::due::Duty;
use crate::domain::error::{Invalid, Rejection};
use crate::domain::id::{BillingAccountId, BillingRunId, Id};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::time::{Date, Instant, Zone};
use crate::services::{Act, Cx, Error, duty, usage};
use crate::store::account::BILLING_ACCOUNT_FAILED;
use crate::store::due::DueTable;
use crate::store::invoice::BILLING_RUN_RUNNING;
use crate::store::{Along, Records};

/// So many runs are looked at for why something could not be billed.
const RUNS_MAX: usize = 20;
/// How many accounts a preview looks at.
const PREVIEW_MAX: usize = 10_000;

/// What is left to bill, and what nobody will bill as things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// How many billing accounts are due; beyond 10,000 it says so many.
    pub due: usize,
    /// How many bills wait to be issued, because their sellers can look at them for some hours.
    pub proposed: usize,
    /// How many of the billing accounts could not be billed the last time.
    pub failed: usize,
    /// Why, as far as the last runs tell.
    pub failures: Vec<Failure>,
    /// How many usage events are charged by no price.
    pub unrated: u64,
}

/// The run that is billing, if one is.
pub(super) fn running(cx: Cx<'_>) -> Result<Option<BillingRun>, Error> {
    let along = Along::Index(BILLING_RUN_RUNNING, Vec::new());
    Ok(cx.view.list(&along, &PageRequest::oldest(1), &mut |_| true)?.items.into_iter().next())
}

/// The run that is billing, or a new one that begins now.
pub(super) fn running_or_new(act: &mut Act<'_>) -> Result<BillingRun, Error> {
    match running(act.cx())? {
        Some(run) => Ok(run),
        None => {
            let on = Zone::UTC.date_of(act.now());
            let plan = Plan { accounts: 0, would_bill: Counters::default() };
            begin(act, (on, plan))
        }
    }
}

fn begin(act: &mut Act<'_>, (on, plan): (Date, Plan)) -> Result<BillingRun, Error> {
    let stamp = act.cx().stamp(SellerNumber::PROVIDER, None);
    let stamp = stamp.numbered(act.next_number("billing_run")?);
    let planned = BillingRun::planned(act.new_id(), stamp, on, plan);
    let started = planned.on(Trigger::Start, act.now())?;
    act.keep(started)
}

/// Ends the run that is billing, if nothing is due any more but what is left alone. Answers whether
/// it did.
pub(super) fn finish(act: &mut Act<'_>, aside: &BTreeSet<BillingAccountId>) -> Result<bool, Error> {
    let due = act.cx().view.due(Duty::Billing, act.now(), aside.len() + 1)?;
    let is_due = due.iter().any(|it| !aside.contains(&BillingAccountId::from_uuid(it.uuid)));
    match running(act.cx())? {
        Some(run) if !is_due => {
            let done = run.on(Trigger::Finish, act.now())?;
            act.keep(done)?;
            Ok(true)
        }
        Some(_) | None => Ok(false),
    }
}

/// Begins a run over what is due, and over what could not be billed before, as [`plan`] found it.
/// The pages are billed by the duty; a run that is billing already goes on instead.
///
/// # Errors
/// If nobody knows how late it is, because the machine's clock has jumped; if the caller may not.
pub fn start(act: &mut Act<'_>, (on, plan): (Date, Plan)) -> Result<BillingRun, Error> {
    act.must(Permission::BillingRun, &act.cx().stamp(SellerNumber::PROVIDER, None))?;
    if let Some(jump) = act.cx().jump {
        return Err(jump.refusal().into());
    }
    let failed = Along::Index(BILLING_ACCOUNT_FAILED, Vec::new());
    for account in act.every::<BillingAccount>(&failed)? {
        act.put_quietly(&account.tried_again(act.now()))?;
    }
    match running(act.cx())? {
        Some(run) => Ok(run),
        None => begin(act, (on, plan)),
    }
}

/// Stops a run. What it billed stays billed, and what is due is billed by the next.
///
/// # Errors
/// If it is not there or not running, or the caller may not.
pub fn cancel(act: &mut Act<'_>, id: BillingRunId) -> Result<BillingRun, Error> {
    let run: BillingRun = act.get(id)?;
    act.must(Permission::BillingRun, &run.stamp)?;
    let canceled = run.on(Trigger::Cancel, act.now())?;
    act.keep(canceled)
}

/// The run with an id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(cx: Cx<'_>, id: BillingRunId) -> Result<BillingRun, Error> {
    cx.get(id)
}

/// A page of runs, of those in a state if one is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    state: Option<State>,
    page: &PageRequest,
) -> Result<Page<BillingRun>, Error> {
    cx.list(None, page, |it: &BillingRun| state.is_none_or(|state| it.state() == state))
}

/// What would be billed now, or up to the end of a day, by the same code and with nothing written; and
/// what could not.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn plan(cx: Cx<'_>, through: Option<Date>) -> Result<(Date, Plan, Vec<Failure>), Error> {
    cx.must(Permission::BillingRead, &cx.stamp(SellerNumber::PROVIDER, None))?;
    let (through, end) = until(cx, through)?;
    let (mut shelf, mut would_bill, mut failures) =
        (Shelf::default(), Counters::default(), Vec::new());
    let accounts =
        each(cx, &mut shelf, (through, end), &mut |billing_account, outcome| match outcome {
            Ok(billed) => {
                for content in billed.bills.into_iter().filter_map(|it| it.content) {
                    would_bill.count(content.totals)?;
                }
                Ok(())
            }
            Err(why) => {
                let (code, detail) = (why.code.to_string(), why.detail);
                failures.push(Failure { billing_account, code, detail });
                Ok(())
            }
        })?;
    Ok((through, Plan { accounts, would_bill }, failures))
}

/// The last day and the last moment of what is to be billed.
pub(super) fn until(cx: Cx<'_>, through: Option<Date>) -> Result<(Date, Instant), Error> {
    let today = Zone::UTC.date_of(cx.now);
    if through.is_some_and(|it| it < today) {
        return Err(Invalid::one("through", "range", "must not lie in the past").into());
    }
    let end_of = |day: Date| Zone::UTC.start_of(day.plus_days(1)).plus_micros(-1);
    Ok((through.unwrap_or(today), through.map_or(cx.now, end_of)))
}

/// What comes of each billing account that is due, or could not be billed the last time: a run tries these
/// again. Answers how many there are.
pub(super) fn each(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (through, end): (Date, Instant),
    see: &mut dyn FnMut(BillingAccountId, Result<Billed, Rejection>) -> Result<(), Error>,
) -> Result<u64, Error> {
    let due = cx.view.due(Duty::Billing, end, PREVIEW_MAX)?;
    let mut due: BTreeSet<_> =
        due.into_iter().map(|it| BillingAccountId::from_uuid(it.uuid)).collect();
    let failed = Along::Index(BILLING_ACCOUNT_FAILED, Vec::new());
    due.extend(cx.every::<BillingAccount>(&failed)?.into_iter().map(|it| it.id));
    for id in due.iter().copied() {
        let Some(account) = cx.view.find::<BillingAccount>(id)? else { continue };
        let on = account.last_billing_date(through).or(account.next_bill().map(|it| it.on));
        let Some(on) = on else { continue };
        match gather::billed(cx, shelf, &account, on) {
            Ok(billed) => see(id, Ok(billed))?,
            Err(Error::Rejected(why)) => see(id, Err(why))?,
            Err(failure) => return Err(failure),
        }
    }
    u64::try_from(due.len()).map_err(Error::internal)
}

/// What is left to bill now: nothing is, where nobody is due and nobody failed.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn left(cx: Cx<'_>) -> Result<Left, Error> {
    cx.must(Permission::BillingRead, &cx.stamp(SellerNumber::PROVIDER, None))?;
    let due = cx.view.due(Duty::Billing, cx.now, PREVIEW_MAX)?.len();
    let (failed, failures) = failed(cx)?;
    let failures = failures.into_iter().map(|it| it.1).collect();
    let (proposed, unrated) = (proposed::count(cx)?, usage::unrated_left(cx)?);
    Ok(Left { due, proposed, failed, failures, unrated })
}

/// How many billing accounts could not be billed the last time, and why, each with when, as far as the
/// last runs tell.
fn failed(cx: Cx<'_>) -> Result<(usize, Vec<(Instant, Failure)>), Error> {
    let failed = Along::Index(BILLING_ACCOUNT_FAILED, Vec::new());
    let mut unknown: BTreeSet<_> =
        cx.every::<BillingAccount>(&failed)?.into_iter().map(|it| it.id).collect();
    let (count, mut found) = (unknown.len(), Vec::new());
    if count == 0 {
        return Ok((0, found));
    }
    let runs = cx.view.list(&Along::All, &PageRequest::first(RUNS_MAX), &mut |_| true)?;
    for run in runs.items {
        let run: BillingRun = run;
        let at = run.ended_at.unwrap_or(run.stamp.changed_at);
        let its = run.failures.into_iter().filter(|it| unknown.remove(&it.billing_account));
        found.extend(its.map(|it| (at, it)));
    }
    Ok((count, found))
}

/// What could not be billed, for who looks after the house: when, how many, and why the first of them.
///
/// # Errors
/// If the store fails.
pub fn refused(cx: Cx<'_>) -> Result<Option<(Instant, String)>, Error> {
    let (count, found) = failed(cx)?;
    let Some((at, first)) = found.into_iter().next() else { return Ok(None) };
    let accounts = duty::counted(count as u64, "billing account");
    let Failure { billing_account, code, detail } = first;
    let why = format!("{accounts} could not be billed; {billing_account}: {code}: {detail}");
    Ok(Some((at, why)))
}
