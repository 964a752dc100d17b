//! Pages: the billing accounts that are due, some at a time, each page in one transaction.

use std::sync::Arc;

use super::gather::{self, Billed};
use super::issue;
use super::run;
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Totals;
use crate::domain::billing::run::BillingRun;
use crate::domain::due::Duty;
use crate::domain::error::Rejection;
use crate::domain::id::{BillingAccountId, Id, Kind, Subject};
use crate::domain::operator::Actor;
use crate::services::duty::Progress;
use crate::services::{Act, Author, Bss, Error};
use crate::store::Records;
use crate::store::due::DueTable;

/// How many billing accounts a page has at most.
const ACCOUNTS_MAX: usize = 50;
/// After how many lines a page is ended: an account with many subscriptions is a page of its own.
const LINES_MAX: usize = 400;

/// What a page has done.
struct Paged {
    accounts: u64,
    invoices: u64,
}

/// Bills a page of what is due, or ends the run if nothing is.
///
/// # Errors
/// If the store fails; nothing of the page was written then.
pub(crate) fn step(bss: &Arc<Bss>) -> Result<Progress, Error> {
    let actor = Actor::duty("billing");
    let (is_due, is_running) = bss.read(&actor, |cx| {
        let due = cx.view.due(Duty::Billing, cx.now, 1)?;
        Ok((!due.is_empty(), run::running(cx)?.is_some()))
    })?;
    let author = Author::of(actor);
    match (is_due, is_running) {
        (true, _) => {
            let paged = bss.bulk(author, page).wait()?;
            Ok(Progress::of(paged.accounts, || {
                format!("billed {} accounts: {} invoices", paged.accounts, paged.invoices)
            }))
        }
        (false, true) => {
            let done = bss.act(author, run::finish).wait()?;
            Ok(Progress::of(u64::from(done), || "ended a billing run".to_owned()))
        }
        (false, false) => Ok(Progress::Idle),
    }
}

fn page(act: &mut Act<'_>) -> Result<Paged, Error> {
    let due = act.cx().view.due(Duty::Billing, act.now(), ACCOUNTS_MAX)?;
    let mut done = Paged { accounts: 0, invoices: 0 };
    if due.is_empty() {
        return Ok(done);
    }
    let mut run = run::running_or_new(act)?;
    let (mut shelf, mut lines) = (Shelf::default(), 0);
    for subject in due {
        let Some(account) = find(act, subject)? else { continue };
        let (outcome, of) = bill(act, &mut shelf, (account, &run))?;
        done.accounts += 1;
        done.invoices += u64::from(matches!(outcome.0, Ok(Some(_))));
        lines += outcome.1;
        run = run.passed(of, outcome.0)?;
        if lines >= LINES_MAX {
            break;
        }
    }
    act.put_quietly(&run)?;
    Ok(done)
}

fn find(act: &Act<'_>, subject: Subject) -> Result<Option<BillingAccount>, Error> {
    debug_assert_eq!(subject.kind, Kind::BillingAccount, "only they fall due for billing");
    Ok(act.cx().view.find(BillingAccountId::from_uuid(subject.uuid))?)
}

/// What came of an account, and how many lines that were.
type Outcome = (Result<Option<Totals>, Rejection>, usize);

/// Bills one account. That it cannot be billed is an outcome, and stops nobody else.
fn bill(
    act: &mut Act<'_>,
    shelf: &mut Shelf,
    (account, run): (BillingAccount, &BillingRun),
) -> Result<(Outcome, BillingAccountId), Error> {
    let id = account.id;
    let on = account.next_bill().map(|it| it.on);
    let Some(on) = on else { return Ok(((Ok(None), 0), id)) };
    match gathered(act, shelf, &account, on) {
        Ok((billed, next)) => {
            let lines = billed.bill.marks.len();
            let totals = issue::issue(act, &account, billed, Some(run.id))?;
            act.put_quietly(&next)?;
            Ok(((Ok(totals), lines), id))
        }
        Err(Error::Rejected(why)) => {
            act.put_quietly(&account.not_billed(act.now()))?;
            Ok(((Err(why), 0), id))
        }
        Err(failure) => Err(failure),
    }
}

/// The bill of an account, and the account after it. Nothing is written yet.
fn gathered(
    act: &Act<'_>,
    shelf: &mut Shelf,
    account: &BillingAccount,
    on: crate::domain::time::Date,
) -> Result<(Billed, BillingAccount), Error> {
    let billed = gather::billed(act.cx(), shelf, account, on)?;
    issue::must_be_issuable(&billed)?;
    let next = account.clone().billed(on, billed.outlook)?;
    Ok((billed, next))
}
