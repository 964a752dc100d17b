//! Pages: the billing accounts that are due, some at a time, each page in one transaction.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::draft::{self, Draft, Drafts};
use super::issue;
use super::run;
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Totals;
use crate::domain::billing::run::BillingRun;
use crate::domain::error::Rejection;
use crate::domain::id::BillingAccountId;
use crate::domain::operator::Actor;
use crate::services::duty::{Progress, counted};
use crate::services::{Act, Author, Bss, Error};
use crate::store::Records;
use crate::store::fact::Facts;

/// How many billing accounts the first page has at most; the next have as many as time allows.
const ACCOUNTS_FIRST: usize = 50;
/// How many billing accounts a page has at most, however fast they are.
const ACCOUNTS_MAX: usize = 1_000;
/// How long a page may hold the writer, with its commit: others wait for it.
const HOLD: Duration = Duration::from_millis(20);

/// What the duty remembers from page to page. It saves work and is nothing that must be known:
/// without it a page is computed when it is to be written.
pub struct Pages {
    accounts_max: usize,
    shelf: Shelf,
    /// The next page, as it was computed while the last was written.
    next: Option<Drafts>,
}

impl Default for Pages {
    fn default() -> Self {
        Self { accounts_max: ACCOUNTS_FIRST, shelf: Shelf::default(), next: None }
    }
}

/// What a page has done.
struct Paged {
    accounts: u64,
    invoices: u64,
    /// The last fact before it and the last that it told.
    facts: (u64, u64),
    /// Whether something else was told since its drafts were computed.
    is_outdated: bool,
    /// How long it held the writer, known when it is on the disk.
    held: Arc<OnceLock<Duration>>,
}

/// Bills a page of what is due, or ends the run if nothing is; the next page is computed meanwhile.
///
/// # Errors
/// If the store fails; nothing of the page was written then.
pub(crate) fn step(bss: &Arc<Bss>, pages: &mut Pages) -> Result<Progress, Error> {
    let actor = Actor::duty("billing");
    let drafts = match pages.next.take() {
        Some(drafts) => drafts,
        None => {
            // Only while one page follows the other is it known that nothing on the shelf changed.
            pages.shelf = Shelf::default();
            pages.draw(bss, &actor, &BTreeSet::new())?
        }
    };
    let author = Author::of(actor.clone());
    if drafts.items.is_empty() {
        *pages = Pages::default();
        return finish(bss, &actor, author);
    }
    let own: BTreeSet<_> = drafts.items.iter().map(|it| it.account.id).collect();
    let written = bss.bulk(author, move |act| page(act, drafts));
    let next = pages.draw(bss, &actor, &own);
    let paged = written.wait()?;
    pages.follow(&paged, next?);
    Ok(Progress::of(paged.accounts, || {
        let (accounts, invoices) = (paged.accounts, paged.invoices);
        format!("billed {}: {}", counted(accounts, "account"), counted(invoices, "invoice"))
    }))
}

fn finish(bss: &Arc<Bss>, actor: &Actor, author: Author) -> Result<Progress, Error> {
    if bss.read(actor, |cx| Ok(run::running(cx)?.is_none()))? {
        return Ok(Progress::Idle);
    }
    let done = bss.act(author, run::finish).wait()?;
    Ok(Progress::of(u64::from(done), || "ended a billing run".to_owned()))
}

impl Pages {
    fn draw(
        &mut self,
        bss: &Bss,
        actor: &Actor,
        others: &BTreeSet<BillingAccountId>,
    ) -> Result<Drafts, Error> {
        let (shelf, accounts_max) = (&mut self.shelf, self.accounts_max);
        bss.read(actor, |cx| draft::next(cx, shelf, (accounts_max, others)))
    }

    /// Learns from a page that was written, and keeps the next if it can be good.
    fn follow(&mut self, paged: &Paged, next: Drafts) {
        let (before, after) = paged.facts;
        let is_good = !paged.is_outdated && (next.seen == before || next.seen == after);
        if is_good && !next.items.is_empty() {
            self.next = Some(Drafts { seen: after, ..next });
        }
        let held = paged.held.get().copied().unwrap_or_default();
        if held > HOLD {
            self.accounts_max = (self.accounts_max / 2).max(1);
        } else if held < HOLD / 2 {
            self.accounts_max = (self.accounts_max * 2).min(ACCOUNTS_MAX);
        }
    }
}

fn page(act: &mut Act<'_>, drafts: Drafts) -> Result<Paged, Error> {
    let begun = Instant::now();
    let before = act.cx().view.last_fact()?;
    let is_outdated = before != drafts.seen;
    let mut shelf = Shelf::default();
    let mut run = run::running_or_new(act)?;
    let (mut accounts, mut invoices) = (0, 0);
    for draft in drafts.items {
        let Some(draft) = good(act, &mut shelf, (draft, is_outdated))? else { continue };
        let id = draft.account.id;
        let outcome = bill(act, draft, &run)?;
        act.tell_all()?;
        accounts += 1;
        invoices += u64::from(matches!(outcome, Ok(Some(_))));
        run = run.passed(id, outcome)?;
    }
    act.put_quietly(&run)?;
    act.tell_all()?;
    let facts = (before, act.cx().view.last_fact()?);
    let held = Arc::new(OnceLock::new());
    let noted = Arc::clone(&held);
    act.after_commit(move || {
        // Nobody else sets it.
        let _ = noted.set(begun.elapsed());
    });
    Ok(Paged { accounts, invoices, facts, is_outdated, held })
}

/// The draft of an account as it is now; nothing if it is not due any more.
fn good(
    act: &Act<'_>,
    shelf: &mut Shelf,
    (draft, is_outdated): (Draft, bool),
) -> Result<Option<Draft>, Error> {
    let cx = act.cx();
    let Some(now) = cx.view.find::<BillingAccount>(draft.account.id)? else { return Ok(None) };
    if now == draft.account && !is_outdated {
        return Ok(Some(draft));
    }
    let is_due = now.next_bill().is_some_and(|it| it.at <= cx.now) && now.state().is_billed();
    if is_due { Draft::of(cx, shelf, now).map(Some) } else { Ok(None) }
}

/// Writes what follows from a draft. That an account cannot be billed is an outcome, and stops
/// nobody else.
fn bill(
    act: &mut Act<'_>,
    draft: Draft,
    run: &BillingRun,
) -> Result<Result<Option<Totals>, Rejection>, Error> {
    let Draft { account, bill } = draft;
    match bill {
        None => Ok(Ok(None)),
        Some(Ok(bill)) => {
            let (billed, next) = *bill;
            let totals = issue::issue(act, &account, billed, Some(run.id))?;
            act.put_quietly(&next)?;
            Ok(Ok(totals))
        }
        Some(Err(why)) => {
            act.put_quietly(&account.not_billed(act.now()))?;
            Ok(Err(why))
        }
    }
}
