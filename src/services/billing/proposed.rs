//! Proposed bills: those whose billing date has come, and that their seller can look at for some
//! hours before they are issued. What is used, credited or changed in those hours is on them: nothing
//! of a proposed bill is kept, and it is issued by the code that proposes it.

use super::gather;
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Content;
use crate::domain::billing::policy::Policies;
use crate::domain::due::Duty;
use crate::domain::error::Rejection;
use crate::domain::id::{BillingAccountId, Id};
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::{Date, Instant};
use crate::services::{Cx, Error};
use crate::store::Records;
use crate::store::due::DueTable;
use crate::store::meta::setting;

/// How many proposed bills are computed at once.
const PROPOSED_MAX: usize = 500;
/// How many billing accounts are looked at for them.
const ACCOUNTS_MAX: usize = 10_000;

/// A bill that waits to be issued.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// Whose.
    pub account: BillingAccount,
    /// Its billing date.
    pub on: Date,
    /// When it is issued if nobody does that before.
    pub issued_at: Instant,
    /// What would stand on its invoices now, or why it cannot be billed.
    pub contents: Result<Vec<Content>, Rejection>,
}

/// The first 500 bills that wait to be issued, the soonest first.
///
/// # Errors
/// If the caller may not; if the store fails.
pub fn proposed(cx: Cx<'_>) -> Result<Vec<Proposed>, Error> {
    cx.must(Permission::BillingRead, &cx.stamp(SellerNumber::PROVIDER, None))?;
    let (mut found, mut shelf) = (Vec::new(), Shelf::default());
    let until = cx.now.plus_seconds(i64::from(longest_review(cx)?) * 3_600);
    for subject in cx.view.due(Duty::Billing, until, ACCOUNTS_MAX)? {
        let id = BillingAccountId::from_uuid(subject.uuid);
        let Some(account) = cx.view.find::<BillingAccount>(id)? else { continue };
        if account.is_in_review(cx.now) {
            found.extend(propose(cx, &mut shelf, account)?);
        }
        if found.len() == PROPOSED_MAX {
            break;
        }
    }
    Ok(found)
}

/// How many bills wait to be issued; beyond 10,000 billing accounts it is not known.
pub(super) fn count(cx: Cx<'_>) -> Result<usize, Error> {
    let until = cx.now.plus_seconds(i64::from(longest_review(cx)?) * 3_600);
    let mut count = 0;
    for subject in cx.view.due(Duty::Billing, until, ACCOUNTS_MAX)? {
        let found = cx.view.find::<BillingAccount>(BillingAccountId::from_uuid(subject.uuid))?;
        count += usize::from(found.is_some_and(|it| it.is_in_review(cx.now)));
    }
    Ok(count)
}

fn propose(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    account: BillingAccount,
) -> Result<Option<Proposed>, Error> {
    let Some(next) = account.next_bill() else { return Ok(None) };
    let contents = match gather::billed(cx, shelf, &account, next.on) {
        Ok(billed) => Ok(billed.bills.into_iter().filter_map(|it| it.content).collect()),
        Err(Error::Rejected(why)) => Err(why),
        Err(failure) => return Err(failure),
    };
    Ok(Some(Proposed { account, on: next.on, issued_at: next.at, contents }))
}

/// For how many hours the seller looks at its bills that does so longest.
fn longest_review(cx: Cx<'_>) -> Result<u16, Error> {
    let all = setting::<Policies>(cx.view)?.unwrap_or_default();
    Ok(all.0.values().map(|it| it.review_hours).max().unwrap_or(0))
}
