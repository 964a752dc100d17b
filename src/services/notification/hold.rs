//! What a mail about a hold of an account names: why, what it stops, and what is to be paid.

use super::value::{Reader, subscription_name};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::lifecycle::{HeldBy, HoldKind};
use crate::domain::billing::invoice::Invoice;
use crate::domain::money::Money;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::HoldOrigin;
use crate::domain::time::{Instant, Zone};
use crate::render::figure;
use crate::render::mail::Tree;
use crate::services::{Cx, Error, billing_account, dunning, goodwill, invoice};
use crate::store::{Along, Records};

/// The values of a mail about an account on which a hold was put at a moment, or from which it was
/// taken back then. Why the house holds it is told by what is overdue.
///
/// # Errors
/// If the store fails.
pub(super) fn values(
    cx: Cx<'_>,
    it: &Account,
    at: Instant,
    reader: &Reader,
) -> Result<Tree, Error> {
    let holds = HoldKind::ALL.iter().filter_map(|kind| it.hold_of(*kind));
    let hold = holds.max_by_key(|it| it.since);
    let said = hold.filter(|it| it.by == HeldBy::People).map(|it| it.comment.to_string());
    let is_of_house = hold.is_some_and(|it| it.by == HeldBy::House);
    let overdue = if is_of_house { overdue(cx, it, at)? } else { Vec::new() };
    let invoice = |it: &Invoice| {
        let issue = it.issue();
        Tree::group([
            ("number", issue.map_or_else(String::new, |it| it.number.to_string()).into()),
            ("due_on", reader.day_or_nothing(issue.map(|it| it.due_on))),
            ("open", reader.money(it.open())),
        ])
    };
    let invoices: Vec<_> = overdue.iter().map(invoice).collect();
    let mut ends_on = None;
    if is_of_house {
        for of in billing_account::of(cx, it.id)? {
            let case = dunning::running(cx, of.id)?;
            let end = case.map(|it| super::dunning::ends_on(cx, &it)).transpose()?.flatten();
            ends_on = ends_on.into_iter().chain(end).min();
        }
    }
    let since = hold.map_or(at, |it| it.since);
    Ok(Tree::group([(
        "account",
        Tree::group([
            ("name", it.profile().name.to_string().into()),
            ("held_on", reader.day_of(since)),
            ("reason", said.unwrap_or_default().into()),
            ("stopped", stopped(cx, it, reader)?.into()),
            ("invoices", invoices.into()),
            ("overdue", sum(&overdue, reader)?.into()),
            ("ends_on", reader.day_or_nothing(ends_on)),
        ]),
    )]))
}

/// The invoices of an account that are overdue at a moment, the oldest first.
fn overdue(cx: Cx<'_>, it: &Account, at: Instant) -> Result<Vec<Invoice>, Error> {
    let mut found = Vec::new();
    for open in invoice::open_of(cx, it.id)? {
        let of = cx.view.find::<BillingAccount>(open.content().billing_account)?;
        let today = of.map_or(Zone::UTC, |it| it.terms().zone).date_of(at);
        if goodwill::is_overdue(cx, &open, today)? {
            found.push(open);
        }
    }
    found.sort_by_key(|it| it.issue().map(|it| it.due_on));
    Ok(found)
}

/// What is open of some invoices, one sum for each currency.
fn sum(all: &[Invoice], reader: &Reader) -> Result<String, Error> {
    let mut sums: Vec<Money> = Vec::new();
    for open in all.iter().map(Invoice::open) {
        match sums.iter_mut().find(|it| it.currency() == open.currency()) {
            Some(sum) => *sum = sum.plus(open)?,
            None => sums.push(open),
        }
    }
    let each: Vec<_> = sums.iter().map(|it| figure::money(*it, &reader.locale)).collect();
    Ok(each.join(" + "))
}

/// What the holds of an account stop.
fn stopped(cx: Cx<'_>, it: &Account, reader: &Reader) -> Result<Vec<Tree>, Error> {
    let all = cx.every::<Subscription>(&Along::Owner(it.id))?;
    let is_held = |it: &&Subscription| it.holds().keys().any(|it| it.1 == HoldOrigin::Account);
    let named = all.iter().filter(is_held).map(|it| {
        let name = subscription_name(cx, it, reader)?;
        Ok(Tree::group([("name", name.into())]))
    });
    named.collect()
}
