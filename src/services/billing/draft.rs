//! Drafts: the bills of a page, as a snapshot has it.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use super::gather::{self, Billed};
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::billing_account::schedule::Outlook;
use crate::domain::due::Duty;
use crate::domain::error::Rejection;
use crate::domain::id::{BillingAccountId, Id};
use crate::domain::operator::Actor;
use crate::services::{Bss, Cx, Error};
use crate::store::due::DueTable;
use crate::store::{ReadTx, Records};

/// After how many lines a page is ended: an account with many subscriptions is a page of its own.
const LINES_MAX: usize = 8_000;
/// How many draft at once at most: putting what they draft is done by one.
const DRAFTERS_MAX: usize = 4;
/// How many accounts are worth a thread.
const SHARE_MIN: usize = 16;

/// A billing account with what it is to be billed.
pub(super) struct Draft {
    /// The account as it was.
    pub(super) account: BillingAccount,
    /// Its bill and the account after it, or why it cannot be billed; nothing if nothing is due.
    pub(super) bill: Option<Result<Box<(Billed, BillingAccount)>, Rejection>>,
}

impl Draft {
    /// The draft of an account. That it cannot be billed is a draft, too.
    pub(super) fn of(
        cx: Cx<'_>,
        shelf: &mut Shelf,
        account: BillingAccount,
    ) -> Result<Self, Error> {
        let Some(on) = account.next_bill().map(|it| it.on) else {
            return Ok(Self { account, bill: None });
        };
        let computed = gather::billed(cx, shelf, &account, on).and_then(|billed| {
            let next =
                account.clone().billed(on, billed.outlook, billed.seller.policy.review_hours)?;
            Ok(Box::new((billed, next)))
        });
        let bill = match computed {
            Ok(bill) => Some(Ok(bill)),
            Err(Error::Rejected(why)) => Some(Err(why)),
            Err(failure) => return Err(failure),
        };
        Ok(Self { account, bill })
    }

    /// Whether nothing is left to bill after it.
    pub(super) fn is_last(&self) -> bool {
        let billed = self.bill.as_ref().and_then(|it| it.as_ref().ok());
        billed.is_some_and(|it| it.0.outlook == Outlook::Nothing)
    }

    fn lines(&self) -> usize {
        let billed = self.bill.as_ref().and_then(|it| it.as_ref().ok());
        billed.map_or(0, |it| it.0.bills.iter().map(|it| it.marks.len()).sum())
    }
}

/// Some drafts.
#[derive(Default)]
pub(super) struct Drafts {
    pub(super) items: Vec<Draft>,
    /// The billing accounts that are due and cannot be read themselves, each with why.
    pub(super) unreadable: Vec<(BillingAccountId, Error)>,
}

/// Those who draft side by side, as many as there are processors, each with a shelf of its own. A draft
/// only reads.
pub(super) struct Drafters(Vec<Shelf>);

impl Default for Drafters {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self((0..processors.min(DRAFTERS_MAX)).map(|_| Shelf::default()).collect())
    }
}

impl Drafters {
    /// The drafts of a page: of at most so many accounts that are due, the longest due first, without
    /// those that another page bills or that are left alone.
    pub(super) fn page(
        &mut self,
        (bss, snapshot): (&Bss, &ReadTx),
        actor: &Actor,
        (accounts_max, others): (usize, &BTreeSet<BillingAccountId>),
    ) -> Result<Drafts, Error> {
        let due = bss.read_in(snapshot, actor, |cx| {
            Ok(cx.view.due(Duty::Billing, cx.now, accounts_max + others.len())?)
        })?;
        let due = due.into_iter().map(|it| BillingAccountId::from_uuid(it.uuid));
        let due: Vec<_> = due.filter(|it| !others.contains(it)).take(accounts_max).collect();
        let shares: Vec<_> = due.chunks(due.len().div_ceil(self.0.len()).max(SHARE_MIN)).collect();
        let lines_max = LINES_MAX / shares.len().max(1);
        let draft = |(shelf, share): (&mut Shelf, &[BillingAccountId])| {
            bss.read_in(snapshot, actor, |cx| drafts(cx, shelf, (share, lines_max)))
        };
        let drafted: Vec<_> = thread::scope(|scope| {
            let mut shares = self.0.iter_mut().zip(shares);
            let own = shares.next();
            let others: Vec<_> = shares.map(|it| scope.spawn(move || draft(it))).collect();
            let own = own.map(draft);
            let others = others.into_iter();
            own.into_iter()
                .chain(others.map(|it| it.join().unwrap_or_else(|it| resume_unwind(it))))
                .collect()
        });
        let mut all = Drafts::default();
        for drafts in drafted {
            let Drafts { items, unreadable } = drafts?;
            all.items.extend(items);
            all.unreadable.extend(unreadable);
        }
        Ok(all)
    }
}

/// The drafts of the first of some accounts, with about as many lines as there may be.
fn drafts(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (accounts, lines_max): (&[BillingAccountId], usize),
) -> Result<Drafts, Error> {
    let (mut found, mut lines) = (Drafts::default(), 0);
    for id in accounts.iter().copied() {
        let account = match cx.view.find::<BillingAccount>(id).map_err(Error::from) {
            Ok(Some(account)) => account,
            Ok(None) => continue,
            Err(failure) if failure.is_unreadable() => {
                found.unreadable.push((id, failure));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let draft = Draft::of(cx, shelf, account)?;
        lines += draft.lines();
        found.items.push(draft);
        if lines >= lines_max {
            break;
        }
    }
    Ok(found)
}
