//! Drafts: the bills of a page, as a snapshot has it.

use std::collections::BTreeSet;

use super::gather::{self, Billed};
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::billing_account::schedule::Outlook;
use crate::domain::due::Duty;
use crate::domain::error::Rejection;
use crate::domain::id::{BillingAccountId, Id};
use crate::services::{Cx, Error};
use crate::store::Records;
use crate::store::due::DueTable;

/// After how many lines a page is ended: an account with many subscriptions is a page of its own.
const LINES_MAX: usize = 8_000;

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

/// A page of drafts.
pub(super) struct Drafts {
    pub(super) items: Vec<Draft>,
    /// The billing accounts that are due and cannot be read themselves, each with why.
    pub(super) unreadable: Vec<(BillingAccountId, Error)>,
}

/// The drafts of at most so many accounts that are due, the longest due first, without those that
/// another page bills or that are left alone.
pub(super) fn next(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (accounts_max, others): (usize, &BTreeSet<BillingAccountId>),
) -> Result<Drafts, Error> {
    let (mut items, mut unreadable, mut lines) = (Vec::new(), Vec::new(), 0);
    for subject in cx.view.due(Duty::Billing, cx.now, accounts_max + others.len())? {
        let id = BillingAccountId::from_uuid(subject.uuid);
        if others.contains(&id) {
            continue;
        }
        let account = match cx.view.find::<BillingAccount>(id).map_err(Error::from) {
            Ok(Some(account)) => account,
            Ok(None) => continue,
            Err(failure) if failure.is_unreadable() => {
                unreadable.push((id, failure));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let draft = Draft::of(cx, shelf, account)?;
        lines += draft.lines();
        items.push(draft);
        if lines >= LINES_MAX || items.len() >= accounts_max {
            break;
        }
    }
    Ok(Drafts { items, unreadable })
}
