//! Holds: put on a subscription or on a whole account, and taken back by whoever put them.
//!
//! A hold follows the tree: what belongs to something that is held is held with it, and goes on
//! when nothing above is held any more. The other system is told when the service stops or goes on,
//! not of each hold.

use std::collections::BTreeSet;

use super::{ask, below, keep};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::lifecycle::{self as of_account, HoldKind, HoldPolicy};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::provisioning::task::Work;
use crate::domain::subscription::lifecycle::HoldOrigin;
use crate::domain::subscription::tree::{Belonging, holds_met, holds_put, holds_taken};
use crate::domain::subscription::{Hold, Release, Subscription};
use crate::domain::text::Prose;
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, invoice, seat};
use crate::store::{Along, Records};

/// Holds a subscription and what belongs to it.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn hold(
    act: &mut Act<'_>,
    id: SubscriptionId,
    kind: HoldKind,
    hold: Hold,
) -> Result<Subscription, Error> {
    let root: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionHold, &root.stamp)?;
    // That it cannot be held is an answer; that something below it cannot is none.
    root.clone().hold(kind, HoldOrigin::Direct, hold.clone())?;
    put(act, root.account(), (kind, HoldOrigin::Direct), (&BTreeSet::from([id]), &hold))?;
    act.load(id)
}

/// Takes a hold back from a subscription and from what belongs to it.
///
/// # Errors
/// If it has no such hold, or the caller may not.
pub fn release(
    act: &mut Act<'_>,
    id: SubscriptionId,
    kind: HoldKind,
    release: Release,
) -> Result<Subscription, Error> {
    let root: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionHold, &root.stamp)?;
    root.clone().release(kind, HoldOrigin::Direct, release.clone())?;
    take(act, root.account(), (kind, HoldOrigin::Direct), (&BTreeSet::from([id]), &release))?;
    act.load(id)
}

/// Takes an administrative hold back from a subscription, from all that belongs to it and, where it
/// enlarges a pool, from that: so that it goes on as a whole, wherever it was stopped. Who is stopped
/// and has a seat of what goes on, goes on too.
///
/// # Errors
/// If neither has such a hold, or the caller may not.
pub fn resume(act: &mut Act<'_>, id: SubscriptionId, why: &Release) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionHold, &it.stamp)?;
    let kind = HoldKind::Administrative;
    let pool = match it.parent() {
        Some((pool, Belonging::Pool)) => act.cx().find::<Subscription>(pool)?,
        Some((_, Belonging::AddOn | Belonging::Part)) | None => None,
    };
    let is_held = |it: &Subscription| it.holds().contains_key(&(kind, HoldOrigin::Direct));
    if !is_held(&it) && !pool.as_ref().is_some_and(is_held) {
        it.clone().release(kind, HoldOrigin::Direct, why.clone())?;
    }
    let below = below(act.cx(), &it)?;
    let all = below.iter().chain([&it]).chain(pool.as_ref());
    let held: BTreeSet<_> = all.filter(|it| is_held(it)).map(|it| it.id).collect();
    take(act, it.account(), (kind, HoldOrigin::Direct), (&held, why))?;
    for id in held {
        if act.load::<Subscription>(id)?.state().is_running() {
            seat::resume_holders(act, id)?;
        }
    }
    act.load(id)
}

/// Lets the subscriptions of an account follow a hold that was put on it: those that its policy
/// names.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn hold_all_of(
    act: &mut Act<'_>,
    account: &Account,
    kind: HoldKind,
) -> Result<(), Error> {
    let Some(on_account) = account.hold_of(kind) else { return Ok(()) };
    let named = match on_account.policy {
        HoldPolicy::All => all_of(act, account.id)?.iter().map(|it| it.id).collect(),
        HoldPolicy::Unpaid => invoice::overdue_subscriptions(act.cx(), account.id)?,
    };
    let hold = same_hold(on_account, act.now());
    put(act, account.id, (kind, HoldOrigin::Account), (&named, &hold))
}

/// Lets the subscriptions of an account go on from which a hold of the account was taken back.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn release_all_of(
    act: &mut Act<'_>,
    account: &Account,
    (kind, comment): (HoldKind, Prose),
) -> Result<(), Error> {
    let all = all_of(act, account.id)?.iter().map(|it| it.id).collect();
    let release = Release { reason: None, comment: Some(comment), at: act.now() };
    take(act, account.id, (kind, HoldOrigin::Account), (&all, &release))
}

/// Lets a subscription that begins, or begins again, meet the holds that lie on its account and on
/// what it belongs to.
pub(super) fn meet(act: &mut Act<'_>, it: Subscription) -> Result<Subscription, Error> {
    let account: Account = act.load(it.account())?;
    let parent = match it.parent() {
        Some((id, _)) => act.batch().find::<Subscription>(id)?,
        None => None,
    };
    let of_all =
        |kind: &&HoldKind| account.hold_of(**kind).is_some_and(|it| it.policy == HoldPolicy::All);
    let of_account = HoldKind::ALL.iter().filter(of_all).copied().collect();
    let mut it = it;
    for (kind, origin) in holds_met(&it, &of_account, parent.as_ref()) {
        let above = parent.iter().flat_map(|it| it.holds()).find(|it| it.0.0 == kind);
        let above = above.map(|(_, hold)| Hold { since_at: act.now(), ..hold.clone() });
        let on_account = account.hold_of(kind).map(|it| same_hold(it, act.now()));
        let hold = match origin {
            HoldOrigin::Account | HoldOrigin::Direct => on_account,
            HoldOrigin::Parent => above,
        };
        let Some(hold) = hold else { continue };
        it = put_one(act, it, (kind, origin), hold)?;
    }
    Ok(it)
}

/// How a billing account stands that pays before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::services) enum Stands {
    /// What it has spent is paid for.
    Covered,
    /// It has spent more than it has paid in.
    UsedUp,
}

/// Why the house holds what is billed where more was spent than paid in, as a stable word.
const USED_UP: &str = "PREPAID_USED_UP";

/// The subscriptions that a billing account which pays before stops, or lets go on, as it stands.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn prepaid_differs(
    cx: Cx<'_>,
    of: &BillingAccount,
    stands: Stands,
) -> Result<BTreeSet<SubscriptionId>, Error> {
    let which = (HoldKind::Credit, HoldOrigin::Direct);
    let all: Vec<Subscription> = cx.every(&Along::Owner(of.account()))?;
    let own = all.iter().filter(|it| it.billing_account() == of.id);
    let differs = |it: &&Subscription| match (stands, it.holds().get(&which)) {
        (Stands::UsedUp, None) => it.state().is_running(),
        (Stands::Covered, Some(hold)) => hold.reason.as_str() == USED_UP,
        (Stands::UsedUp, Some(_)) | (Stands::Covered, None) => false,
    };
    Ok(own.filter(differs).map(|it| it.id).collect())
}

/// Stops what is billed on a billing account that has spent more than it has paid in, or lets it go on when that is
/// paid for.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn follow_prepaid(
    act: &mut Act<'_>,
    of: &BillingAccount,
    stands: Stands,
) -> Result<(), Error> {
    let named = prepaid_differs(act.cx(), of, stands)?;
    if named.is_empty() {
        return Ok(());
    }
    let which = (HoldKind::Credit, HoldOrigin::Direct);
    let text = |it: &str| it.parse::<Prose>().expect("the words are a text");
    match stands {
        Stands::UsedUp => {
            let reason = USED_UP.parse().expect("the word is plain");
            let comment = Some(text("more was used than was paid in"));
            let hold = Hold { reason, comment, since_at: act.now() };
            put(act, of.account(), which, (&named, &hold))
        }
        Stands::Covered => {
            let comment = Some(text("what was used is paid for"));
            let release = Release { reason: None, comment, at: act.now() };
            take(act, of.account(), which, (&named, &release))
        }
    }
}

fn all_of(act: &Act<'_>, account: AccountId) -> Result<Vec<Subscription>, Error> {
    act.cx().every(&Along::Owner(account))
}

/// The hold of an account as it lies on a subscription.
fn same_hold(it: &of_account::Hold, since_at: Instant) -> Hold {
    let of_account::Hold { reason, comment, .. } = it.clone();
    Hold { reason, comment: Some(comment), since_at }
}

fn put(
    act: &mut Act<'_>,
    account: AccountId,
    which: (HoldKind, HoldOrigin),
    (named, hold): (&BTreeSet<SubscriptionId>, &Hold),
) -> Result<(), Error> {
    for (id, origin) in holds_put(which, named, &all_of(act, account)?) {
        let it: Subscription = act.load(id)?;
        put_one(act, it, (which.0, origin), hold.clone())?;
    }
    Ok(())
}

fn put_one(
    act: &mut Act<'_>,
    it: Subscription,
    (kind, origin): (HoldKind, HoldOrigin),
    hold: Hold,
) -> Result<Subscription, Error> {
    let did_run = it.state().is_running();
    let held = it.hold(kind, origin, hold)?;
    kept(act, held, did_run)
}

fn take(
    act: &mut Act<'_>,
    account: AccountId,
    which: (HoldKind, HoldOrigin),
    (named, release): (&BTreeSet<SubscriptionId>, &Release),
) -> Result<(), Error> {
    for (id, origin) in holds_taken(which, named, &all_of(act, account)?) {
        let it: Subscription = act.load(id)?;
        let did_run = it.state().is_running();
        let released = it.release(which.0, origin, release.clone())?;
        kept(act, released, did_run)?;
    }
    Ok(())
}

/// Keeps a subscription after a hold was put on it or taken from it; the other system follows if
/// the service stops by it, or goes on.
fn kept(
    act: &mut Act<'_>,
    changed: (Subscription, Verb),
    did_run: bool,
) -> Result<Subscription, Error> {
    let it = keep(act, changed)?;
    match (did_run, it.state().is_running()) {
        (true, false) => ask(act, &it, Work::Hold)?,
        (false, true) => ask(act, &it, Work::Release)?,
        (true, true) | (false, false) => {}
    }
    act.load(it.id)
}
