//! Pages: the billing accounts that are due, some at a time, each page in one transaction.
//!
//! A page is rehearsed over a snapshot while the writer puts the one before: computing takes longer
//! than putting, and needs no writer. Where anything that it has read has changed since, it is void,
//! and done again where it is written.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::draft::{Draft, Drafters};
use super::issue;
use super::run;
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Totals;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{BillingAccountId, BillingRunId, Id, InvoiceId};
use crate::domain::operator::{Actor, Permission};
use crate::services::duty::{self, Progress, counted};
use crate::services::{Act, Author, Bss, Error, billing_account, deposit, in_hand, subscription};
use crate::store::fact::Facts;
use crate::store::{Records, Rehearsal};

/// The duty that bills, as jobs name it.
const DUTY: &str = "billing";
/// How many billing accounts the first page has at most; the next have as many as time allows.
const ACCOUNTS_FIRST: usize = 100;
/// How many billing accounts a page has at most, however fast they are.
const ACCOUNTS_MAX: usize = 1_600;
/// Which part of a page that is void is done again at once: computing holds the writer longer.
const PART_AGAIN: usize = 4;
/// How long putting a page may take. Its commit takes about as long again, so that it holds the
/// writer for 20 ms; what the disk waits is no shorter for a smaller page.
const PUTTING: Duration = Duration::from_millis(10);

/// What the duty remembers from page to page. It saves work and is nothing that must be known:
/// without it a page is computed when it is to be written.
pub struct Pages {
    accounts_max: usize,
    drafters: Drafters,
    /// The next page, as it was rehearsed while the last was written.
    next: Option<Page>,
}

impl Default for Pages {
    fn default() -> Self {
        Self { accounts_max: ACCOUNTS_FIRST, drafters: Drafters::default(), next: None }
    }
}

/// A page that is to be written.
struct Page {
    accounts: Vec<BillingAccountId>,
    /// Whether accounts were put aside for it, so that there may be more than it has.
    is_cut: bool,
    /// Nothing if it cannot be known ahead what it comes to.
    rehearsed: Option<(Count, Rehearsal)>,
    /// How often usage had been taken when it was computed, if a bill in it is somebody's last: what is
    /// not on that is on none.
    last_after: Option<u64>,
}

/// How many there were.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    accounts: u64,
    invoices: u64,
}

/// A page that was written.
struct Written {
    count: Count,
    /// Whether it was as it had been rehearsed.
    is_as_rehearsed: bool,
    took: Duration,
}

/// Bills a page of what is due, or ends the run if nothing is; the next page is computed meanwhile.
///
/// # Errors
/// If the store fails; nothing of the page was written then.
pub(crate) fn step(bss: &Arc<Bss>, pages: &mut Pages) -> Result<Progress, Error> {
    let actor = Actor::duty("billing");
    let page = match pages.next.take() {
        Some(page) => page,
        None => {
            // Only while one page follows the other is it known that nothing on the shelves changed.
            pages.drafters = Drafters::default();
            pages.prepare(bss, &actor, None)?
        }
    };
    if page.accounts.is_empty() {
        // There may be more behind what cannot be read.
        if page.is_cut {
            return Ok(Progress::of(1, || "put aside what cannot be read".to_owned()));
        }
        *pages = Pages::default();
        return finish(bss, &actor);
    }
    let page = Arc::new(page);
    let written = {
        let page = Arc::clone(&page);
        bss.bulk(Author::of(actor.clone()), move |act| write(act, &page))
    };
    // What cannot be known of this page is not known of what follows it.
    let next = page.rehearsed.is_some().then(|| pages.prepare(bss, &actor, Some(&page)));
    let written = match written.wait() {
        Err(failure) if failure.is_unreadable() => return one_by_one(bss, &actor, &page.accounts),
        written => written?,
    };
    pages.follow(&written, next.transpose()?);
    let Count { accounts, invoices } = written.count;
    Ok(Progress::of(accounts, || {
        format!("billed {}: {}", counted(accounts, "account"), counted(invoices, "invoice"))
    }))
}

/// Bills the accounts of a page that could not be written, each for itself: the one that needs what
/// cannot be read is put aside.
fn one_by_one(
    bss: &Arc<Bss>,
    actor: &Actor,
    accounts: &[BillingAccountId],
) -> Result<Progress, Error> {
    for id in accounts.iter().copied() {
        let author = Author::of(actor.clone());
        let billed = bss.act(author, move |act| bill_again(act, &[id]).map(drop));
        match billed.wait() {
            Err(failure) if failure.is_unreadable() => {
                duty::put_aside(bss, DUTY, id.subject(), &failure);
            }
            billed => billed?,
        }
    }
    let accounts = u64::try_from(accounts.len()).map_err(Error::internal)?;
    Ok(Progress::of(accounts, || format!("billed {} one by one", counted(accounts, "account"))))
}

fn finish(bss: &Arc<Bss>, actor: &Actor) -> Result<Progress, Error> {
    if bss.read(actor, |cx| Ok(run::running(cx)?.is_none()))? {
        return Ok(Progress::Idle);
    }
    let aside = aside(bss);
    let done = bss.act(Author::of(actor.clone()), move |act| run::finish(act, &aside)).wait()?;
    Ok(Progress::of(u64::from(done), || "ended a billing run".to_owned()))
}

/// The billing accounts that are due and left alone for a while, because they cannot be read.
fn aside(bss: &Bss) -> BTreeSet<BillingAccountId> {
    let aside = bss.jobs.aside(DUTY, bss.moment().now).into_iter();
    aside.map(|it| BillingAccountId::from_uuid(it.uuid)).collect()
}

impl Pages {
    /// The next page, after one that will have been written by then.
    fn prepare(&mut self, bss: &Bss, actor: &Actor, after: Option<&Page>) -> Result<Page, Error> {
        let takings = bss.house.usage().takings();
        let snapshot = bss.house.store().read()?;
        let mut others = aside(bss);
        others.extend(after.map_or(&[][..], |it| &it.accounts));
        let drafts = self.drafters.page((bss, &snapshot), actor, (self.accounts_max, &others))?;
        let is_cut = !drafts.unreadable.is_empty();
        for (id, failure) in drafts.unreadable {
            duty::put_aside(bss, DUTY, id.subject(), &failure);
        }
        let drafts = drafts.items;
        let accounts = drafts.iter().map(|it| it.account.id).collect();
        let last_after = drafts.iter().any(Draft::is_last).then_some(takings);
        let before = after.and_then(|it| it.rehearsed.as_ref()).map(|it| &it.1);
        let author = Author::of(actor.clone());
        let rehearsed = bss.rehearse(author, (&snapshot, before), |act| bill_all(act, drafts));
        // What failed ahead of the writer fails there, too, or does not matter.
        Ok(Page { accounts, is_cut, rehearsed: rehearsed.ok(), last_after })
    }

    /// Learns from a page that was written, and keeps the next if it can be good.
    fn follow(&mut self, written: &Written, next: Option<Page>) {
        self.next = next.filter(|it| written.is_as_rehearsed && !it.accounts.is_empty());
        if written.took > PUTTING {
            self.accounts_max = (self.accounts_max / 2).max(1);
        } else if written.took < PUTTING / 2 && written.is_as_rehearsed {
            self.accounts_max = (self.accounts_max * 2).min(ACCOUNTS_MAX);
        }
    }
}

fn write(act: &mut Act<'_>, page: &Page) -> Result<Written, Error> {
    let begun = Instant::now();
    let count = match &page.rehearsed {
        Some((count, rehearsal))
            if page.last_after.is_none_or(|it| it == act.usage_taken())
                && act.batch().perform(rehearsal)? =>
        {
            Some(*count)
        }
        Some(_) | None => None,
    };
    let is_as_rehearsed = count.is_some();
    let count = match count {
        Some(count) => {
            act.charges_usage();
            count
        }
        None => bill_again(act, &page.accounts)?,
    };
    Ok(Written { count, is_as_rehearsed, took: begun.elapsed() })
}

/// Bills the first of some accounts as they are now; the others stay due.
fn bill_again(act: &mut Act<'_>, accounts: &[BillingAccountId]) -> Result<Count, Error> {
    act.charges_usage();
    let cx = act.cx();
    let (mut shelf, mut drafts) = (Shelf::default(), Vec::new());
    for id in &accounts[..accounts.len().div_ceil(PART_AGAIN)] {
        let Some(now) = cx.view.find::<BillingAccount>(*id)? else { continue };
        if now.next_bill().is_some_and(|it| it.at <= cx.now) && now.state().is_billed() {
            drafts.push(Draft::of(cx, &mut shelf, now)?);
        }
    }
    bill_all(act, drafts)
}

/// Writes what follows from drafts.
fn bill_all(act: &mut Act<'_>, drafts: Vec<Draft>) -> Result<Count, Error> {
    // The drafts are good as long as nothing was told since: it is looked at again for that.
    act.cx().view.last_fact()?;
    let mut run = run::running_or_new(act)?;
    let mut count = Count::default();
    for draft in drafts {
        let id = draft.account.id;
        let outcome = bill(act, draft, Some(run.id))?;
        act.tell_all()?;
        count.accounts += 1;
        count.invoices += outcome.as_ref().map_or(0, |it| it.len() as u64);
        let totals = outcome.map(|it| it.into_iter().map(|it| it.1).collect::<Vec<_>>());
        run = run.passed(id, totals.as_deref().map_err(Clone::clone))?;
    }
    act.put_quietly(&run)?;
    act.tell_all()?;
    Ok(count)
}

/// Bills an account at once for what is due, which may have been refused before: answers the invoices
/// that there are of it, or why it is not billed. It is no run: those are compared with each other.
///
/// # Errors
/// If it is not there, nobody knows how late it is, or the caller may not.
pub fn bill_now(
    act: &mut Act<'_>,
    id: BillingAccountId,
) -> Result<Result<Vec<InvoiceId>, Rejection>, Error> {
    let account: BillingAccount = act.get(id)?;
    act.must(Permission::BillingRun, &account.stamp)?;
    if let Some(jump) = act.cx().jump {
        return Err(jump.refusal().into());
    }
    let today = account.terms().zone.date_of(act.now());
    let refused = |why: String| Ok(Err(Rejection::new(Code::BillingAccountStateForbids, why)));
    match account.next_bill() {
        None => return refused("nothing is to be billed on it".to_owned()),
        Some(next) if next.on > today => {
            let on = next.on;
            return refused(format!("it is billed on `{on}`, with all that falls due until then"));
        }
        Some(_) => {}
    }
    act.charges_usage();
    let draft = Draft::of(act.cx(), &mut Shelf::default(), account)?;
    let outcome = bill(act, draft, None)?;
    act.tell_all()?;
    Ok(outcome.map(|it| it.into_iter().map(|it| it.0).collect()))
}

/// The invoices of an account with their sums, or why it could not be billed.
type Outcome = Result<Vec<(InvoiceId, Totals)>, Rejection>;

/// Writes what follows from a draft. That an account cannot be billed is an outcome, and stops
/// nobody else.
fn bill(act: &mut Act<'_>, draft: Draft, run: Option<BillingRunId>) -> Result<Outcome, Error> {
    let Draft { account, bill } = draft;
    match bill {
        None => Ok(Ok(Vec::new())),
        Some(Ok(bill)) => {
            let (billed, next) = *bill;
            let ended = issue::ended(&billed);
            let issued = issue::issue(act, &account, billed, run)?;
            act.put_over(&account, &next)?;
            if next.terms().zone != account.terms().zone {
                subscription::follow_zone(act, &next)?;
            }
            if next.is_watched() {
                billing_account::watch(act, account.id)?;
            }
            for id in ended {
                deposit::give_back_last(act, id)?;
            }
            if issued.iter().any(|it| it.1.gross.is_negative()) {
                in_hand::use_up(act, account.id)?;
            }
            Ok(Ok(issued))
        }
        Some(Err(why)) => {
            act.put_quietly(&account.not_billed(act.now()))?;
            Ok(Err(why))
        }
    }
}
