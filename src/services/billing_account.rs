//! Billing accounts: where an account's invoices go, and in which rhythm.

use super::account::{self, BillingWish};
use super::duty::counted;
use super::subscription::{self, Stands};
use super::{Act, Cx, Error, billing, journal};
use crate::domain::account::Account;
use crate::domain::account::billing_account::{
    BillingAccount, BillingProfile, BillingPurpose, BillingStanding, BillingState, BillingTerms,
    BillingTrigger, OpenBillingAccount,
};
use crate::domain::account::class::BillingType;
use crate::domain::account::cycle::Cycle;
use crate::domain::account::lifecycle::State;
use crate::domain::billing::cycle;
use crate::domain::billing::policy::{AtZero, MovedDay};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId};
use crate::domain::money::Money;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::subscription::Subscription;
use crate::domain::time::{Date, Instant, Zone};
use crate::store::subscription::SUBSCRIPTION_BY_BILLING_ACCOUNT;
use crate::store::{Along, Key, Records};

/// The sequence that billing accounts are numbered by.
const NUMBERS: &str = "billing_account";

/// What a billing account begins with.
#[derive(Debug, Clone)]
pub struct NewBillingAccount {
    /// The id that it is to have; a new one if nothing is said.
    pub id: Option<BillingAccountId>,
    /// What it is for.
    pub purpose: BillingPurpose,
    /// What is known of it.
    pub profile: BillingProfile,
    /// Currency, zone, cycle.
    pub terms: BillingTerms,
}

/// Opens a further billing account of an account that is named.
///
/// # Errors
/// If the account is not there or closed, a rule is broken, or the caller may not.
pub fn add(
    act: &mut Act<'_>,
    account: AccountId,
    new: NewBillingAccount,
) -> Result<BillingAccount, Error> {
    let account: Account = act.cx().named("/account", account)?;
    if matches!(account.state(), State::Closing | State::Closed | State::Erased) {
        let why = format!("cannot bill an account that is {}", account.state());
        return Err(Rejection::new(Code::AccountStateForbids, why).into());
    }
    open(act, &account, new)
}

/// Opens a billing account of an account; the first one is its default. A rhythm that is not the one
/// of the account's class is the seller's to give.
///
/// # Errors
/// If a rule is broken, or the caller may not.
pub fn open(
    act: &mut Act<'_>,
    account: &Account,
    new: NewBillingAccount,
) -> Result<BillingAccount, Error> {
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    act.must(Permission::BillingAccountWrite, &stamp)?;
    account::must_stay_there(act.cx(), account.id, (None, new.profile.address.as_ref()))?;
    let of_class = account::billing_terms(act.cx(), account, BillingWish::default())?;
    must_keep_rhythm(act.cx(), &stamp, (of_class, new.terms))?;
    must_keep_interim(act.cx(), &stamp, (None, new.profile.interim_at))?;
    let is_first = !of(act.cx(), account.id)?.iter().any(BillingAccount::is_default);
    let standing = if is_first { BillingStanding::Default } else { BillingStanding::Further };
    let command = OpenBillingAccount {
        id: act.id_or_new(new.id)?,
        stamp: stamp.numbered(act.next_number(NUMBERS)?),
        account: account.id,
        purpose: new.purpose,
        standing,
        profile: new.profile,
        terms: new.terms,
    };
    let (billing_account, verb) = BillingAccount::open(command, act.now())?;
    keep(act, billing_account, verb)
}

/// Gives a billing account another profile.
///
/// # Errors
/// If it is not there, has changed since, is closed, or the profile breaks a rule.
pub fn revise(
    act: &mut Act<'_>,
    id: BillingAccountId,
    revision: Option<u32>,
    change: impl FnOnce(BillingProfile) -> Result<BillingProfile, Error>,
) -> Result<BillingAccount, Error> {
    let it: BillingAccount = act.get(id)?;
    act.must(Permission::BillingAccountWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let profile = change(it.profile().clone())?;
    let address = profile.address.as_ref();
    account::must_stay_there(act.cx(), it.account(), (Some(&it), address))?;
    must_keep_interim(act.cx(), &it.stamp, (it.profile().interim_at, profile.interim_at))?;
    let (it, verb) = it.revise(profile)?;
    keep(act, it, verb)?;
    watch(act, id)?;
    act.load(id)
}

/// Says that there is something to bill on a billing account from now on: to be called whenever a
/// subscription on it becomes active, moves to it, or goes on.
///
/// # Errors
/// If no invoice is made of it any more.
pub fn begin(act: &mut Act<'_>, id: BillingAccountId) -> Result<(), Error> {
    let before: BillingAccount = act.load(id)?;
    let begun = before.clone().begin(act.now(), review_hours(act.cx(), &before)?)?;
    if begun.0 != before {
        act.keep(begun)?;
    }
    Ok(())
}

/// Gives a billing account other terms: at once while nothing was billed through it, and else from
/// its next cycle on, or from today where the seller has that of another cycle. The rhythm is the
/// seller's to change.
///
/// # Errors
/// If it is not there, has changed since, its state forbids it, or the terms break a rule.
pub fn plan(
    act: &mut Act<'_>,
    id: BillingAccountId,
    revision: Option<u32>,
    change: impl FnOnce(BillingTerms) -> Result<BillingTerms, Error>,
) -> Result<BillingAccount, Error> {
    let it: BillingAccount = act.get(id)?;
    act.must(Permission::BillingAccountWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let before = it.planned().map_or(it.terms(), |it| it.terms);
    let terms = change(before)?;
    must_keep_rhythm(act.cx(), &it.stamp, (before, terms))?;
    let from_on = turns_on(act, &it, &terms)?.ok_or_else(|| {
        Invalid::one("/cycle", "range", "must turn within the years that can be written")
    })?;
    let (it, verb) = it.plan(terms, from_on)?;
    let hours = review_hours(act.cx(), &it)?;
    keep(act, it.billed_before_turning(hours), verb)
}

/// For how many hours what a billing account is billed can be looked at before it is issued.
fn review_hours(cx: Cx<'_>, it: &BillingAccount) -> Result<u16, Error> {
    Ok(billing::policy(cx, it.stamp.seller)?.review_hours)
}

/// From which day on a billing account has other terms.
fn turns_on(
    act: &Act<'_>,
    it: &BillingAccount,
    terms: &BillingTerms,
) -> Result<Option<Date>, Error> {
    let policy = billing::policy(act.cx(), it.stamp.seller)?;
    let is_moved = terms.cycle != it.terms().cycle && policy.moved_day == MovedDay::Now;
    Ok(match is_moved {
        true => Some(it.terms().zone.date_of(act.now())),
        false => next_cycle_on(it, act.now()),
    })
}

/// Refuses another rhythm, or another way of paying, to whoever does not sell to the account: how long
/// something is delivered before it is billed is no choice of who is billed. The day of the month on
/// which it turns, the zone and the currency are free.
fn must_keep_rhythm(
    cx: Cx<'_>,
    stamp: &Stamp,
    (before, after): (BillingTerms, BillingTerms),
) -> Result<(), Error> {
    if cx.actor.may(Permission::AccountTermsWrite, stamp) == Decision::Yes {
        return Ok(());
    }
    let message = "decides on when something is billed: ask the seller to change it";
    let said = [
        ("/cycle/period", before.cycle.period != after.cycle.period),
        ("/cycle/shift_days", before.cycle.shift_days != after.cycle.shift_days),
        ("/billing_type", before.billing_type != after.billing_type),
    ];
    let found = said.into_iter().filter(|(_, is_other)| *is_other);
    let found = found.map(|(field, _)| Violation::new(field, "seller_only", message));
    Ok(Invalid::unless_empty(found.collect())?)
}

/// Refuses to whoever does not sell to the account to change when it is billed before its period is over.
fn must_keep_interim(
    cx: Cx<'_>,
    stamp: &Stamp,
    (before, after): (Option<Money>, Option<Money>),
) -> Result<(), Error> {
    let may = cx.actor.may(Permission::AccountTermsWrite, stamp) == Decision::Yes;
    if may || before == after {
        return Ok(());
    }
    let message = "decides on when something is billed: ask the seller to change it";
    Err(Invalid::one("/interim_at", "seller_only", message).into())
}

/// Makes a billing account the one that is taken where nothing else is said.
///
/// # Errors
/// If it is not there, or closed, or its invoices are stopped, or the caller may not.
pub fn make_default(act: &mut Act<'_>, id: BillingAccountId) -> Result<BillingAccount, Error> {
    let it: BillingAccount = act.get(id)?;
    act.must(Permission::BillingAccountWrite, &it.stamp)?;
    if matches!(it.state(), BillingState::Closed | BillingState::PendingClosed) {
        let why = "a billing account that is closed cannot be the default one";
        return Err(Rejection::new(Code::BillingAccountStateForbids, why).into());
    }
    must_be_billed(act.cx(), &it)?;
    for other in of(act.cx(), it.account())? {
        if other.is_default() && other.id != id {
            let (other, verb) = other.stand(BillingStanding::Further);
            keep(act, other, verb)?;
        }
    }
    let (it, verb) = it.stand(BillingStanding::Default);
    keep(act, it, verb)
}

/// Refuses one whose invoices its seller has stopped, to whoever could not stop them: nobody would owe
/// anything for what is bought on it.
///
/// # Errors
/// [`Code::BillingAccountStateForbids`].
pub(super) fn must_be_billed(cx: Cx<'_>, it: &BillingAccount) -> Result<(), Error> {
    let may_stop = cx.actor.may(Permission::AccountHold, &it.stamp) == Decision::Yes;
    if it.state() != BillingState::Suspended || may_stop {
        return Ok(());
    }
    let why = format!("the invoices of `{}` are stopped: name another billing account", it.id);
    Err(Rejection::new(Code::BillingAccountStateForbids, why).into())
}

/// Moves a billing account along its life, as people may: stop its invoices, let them go on, close
/// it. What the cycle does is the billing's; whether there are invoices at all is the seller's.
///
/// # Errors
/// If its state forbids it, it is to be closed and is the default one or something that lives is
/// billed there, or the caller may not.
pub fn on(
    act: &mut Act<'_>,
    id: BillingAccountId,
    trigger: BillingTrigger,
) -> Result<BillingAccount, Error> {
    let it: BillingAccount = act.get(id)?;
    act.must(permission(trigger), &it.stamp)?;
    let (it, verb) = match trigger {
        BillingTrigger::Suspend => it.suspend()?,
        BillingTrigger::Resume => it.resume()?,
        BillingTrigger::Withdraw => {
            if let Some(planned) = it.planned() {
                must_keep_rhythm(act.cx(), &it.stamp, (planned.terms, it.terms()))?;
            }
            it.withdraw()?
        }
        BillingTrigger::Close if it.is_default() => {
            let why = "the default billing account closes with its account; make another one the \
                       default first";
            return Err(Rejection::new(Code::BillingAccountStateForbids, why).into());
        }
        BillingTrigger::Close => {
            must_bill_nothing(act.cx(), &it)?;
            closed(it)?
        }
        BillingTrigger::Activate
        | BillingTrigger::Plan
        | BillingTrigger::Turn
        | BillingTrigger::Finish => {
            return Err(Error::internal(format!("`{trigger}` is for the billing to say")));
        }
    };
    keep(act, it, verb)
}

/// What one needs to move a billing account along: that it bills is no choice of who is billed.
const fn permission(trigger: BillingTrigger) -> Permission {
    match trigger {
        BillingTrigger::Suspend | BillingTrigger::Resume => Permission::AccountHold,
        BillingTrigger::Close => Permission::AccountClose,
        BillingTrigger::Withdraw
        | BillingTrigger::Activate
        | BillingTrigger::Plan
        | BillingTrigger::Turn
        | BillingTrigger::Finish => Permission::BillingAccountWrite,
    }
}

/// Refuses to close where something is billed that goes on: nobody would be billed for it any more.
fn must_bill_nothing(cx: Cx<'_>, it: &BillingAccount) -> Result<(), Error> {
    let prefix = Key::new().id(it.id).bytes();
    let along = Along::Index(SUBSCRIPTION_BY_BILLING_ACCOUNT, prefix);
    let billed: Vec<Subscription> = cx.every(&along)?;
    match billed.iter().filter(|it| it.state().is_living()).count() {
        0 => Ok(()),
        count => {
            let what = counted(count as u64, "subscription");
            let why = format!("{what} that goes on is billed there: end it first");
            Err(Rejection::new(Code::BillingAccountStateForbids, why).into())
        }
    }
}

/// A billing account that is called off: at once where nothing is left to be billed, for no last invoice
/// would come.
fn closed(it: BillingAccount) -> Result<(BillingAccount, Verb), Error> {
    let (it, verb) = it.close()?;
    let is_billed = it.state() == BillingState::Closed || it.next_bill().is_some();
    if is_billed { Ok((it, verb)) } else { Ok(it.finish()?) }
}

/// Calls all billing accounts of an account off: each gets its last invoice, if it ever had one.
pub(super) fn close_all(act: &mut Act<'_>, account: AccountId) -> Result<(), Error> {
    for it in of(act.cx(), account)? {
        let it = if it.state() == BillingState::PendingUpdate { it.withdraw()?.0 } else { it };
        match it.state() {
            BillingState::Defined | BillingState::Active | BillingState::Suspended => {
                let (it, verb) = closed(it)?;
                keep(act, it, verb)?;
            }
            BillingState::PendingUpdate | BillingState::PendingClosed | BillingState::Closed => {}
        }
    }
    Ok(())
}

/// Closes all billing accounts of an account that has nothing left to be billed.
pub(super) fn finish_all(act: &mut Act<'_>, account: AccountId) -> Result<(), Error> {
    for it in of(act.cx(), account)? {
        if it.state() == BillingState::PendingClosed {
            let (it, verb) = it.finish()?;
            keep(act, it, verb)?;
        }
    }
    Ok(())
}

/// The day on which the next cycle of a billing account begins.
#[must_use]
pub fn next_cycle_on(it: &BillingAccount, now: Instant) -> Option<Date> {
    let terms = it.terms();
    let today = terms.zone.date_of(now).max(it.began_on());
    cycle::period_of(terms.cycle, it.began_on(), today).map(|it| it.end())
}

/// The day on which the next invoice of a billing account is made, if any is.
#[must_use]
pub fn next_bill_on(it: &BillingAccount, now: Instant) -> Option<Date> {
    let is_billed = match it.state() {
        BillingState::Defined
        | BillingState::Active
        | BillingState::PendingUpdate
        | BillingState::PendingClosed => true,
        BillingState::Suspended | BillingState::Closed => false,
    };
    let Cycle { shift_days, .. } = it.terms().cycle;
    let computed = || next_cycle_on(it, now).map(|it| it.plus_days(shift_days.into()));
    it.next_bill().map(|it| it.on).or_else(computed).filter(|_| is_billed)
}

/// A page of the billing accounts that the caller may see, of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&BillingAccount) -> bool,
) -> Result<Page<BillingAccount>, Error> {
    cx.list(account.map(Along::Owner), page, accept)
}

/// The billing accounts of an account, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, account: AccountId) -> Result<Vec<BillingAccount>, Error> {
    cx.every(&Along::Owner(account))
}

/// Which billing account an account's invoices go to if nothing else is said; nothing if it has
/// none. The only one is the default one, and need not be read.
///
/// # Errors
/// If the store fails.
pub fn default_id_of(cx: Cx<'_>, account: AccountId) -> Result<Option<BillingAccountId>, Error> {
    match cx.view.ids_of::<BillingAccount>(account)?.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        [_, _, ..] => Ok(of(cx, account)?.iter().find(|it| it.is_default()).map(|it| it.id)),
    }
}

/// The billing account that an account's invoices go to if nothing else is said.
///
/// # Errors
/// [`Code::ReferenceUnknown`] if it has none.
pub fn default_of(cx: Cx<'_>, account: AccountId) -> Result<BillingAccount, Error> {
    let found = of(cx, account)?.into_iter().find(BillingAccount::is_default);
    found.ok_or_else(|| {
        let why = format!("account `{account}` has no billing account: open one first");
        Rejection::new(Code::ReferenceUnknown, why).into()
    })
}

/// What a billing account can still spend: what is left of what was paid in beforehand, less what it owes.
/// Where it pays before, what is used and charged counts at once, though it is on no bill yet; what cannot be
/// billed as things are counts when it can.
///
/// # Errors
/// If the store fails.
pub fn available(cx: Cx<'_>, of: &BillingAccount) -> Result<Money, Error> {
    match spendable(cx, of) {
        Err(Error::Rejected(_)) => journal::left_of(cx, of),
        found => found,
    }
}

/// The same.
///
/// # Errors
/// [`Error::Rejected`] if what is on no bill yet cannot be billed; if the store fails.
pub(super) fn spendable(cx: Cx<'_>, of: &BillingAccount) -> Result<Money, Error> {
    let left = journal::left_of(cx, of)?;
    match of.terms().billing_type {
        BillingType::Prepaid => Ok(left.minus(billing::unbilled(cx, of)?)?),
        BillingType::Postpaid => Ok(left),
    }
}

/// Tells the owner of a billing account, if that is wanted, when little is left of what was paid in
/// beforehand, and stops what is billed there when nothing is, or lets it go on: to be called whenever what it
/// owes or has has changed.
///
/// # Errors
/// If the store fails.
pub(super) fn watch(act: &mut Act<'_>, id: BillingAccountId) -> Result<(), Error> {
    let it: BillingAccount = act.load(id)?;
    if let Some(told) = watched(act.cx(), it.clone())? {
        act.keep(told)?;
    }
    match stands(act.cx(), &it)? {
        Some(stands) => subscription::follow_prepaid(act, &it, stands),
        None => Ok(()),
    }
}

/// Whether what was paid in for a billing account that pays before is used up, where its seller stops what is billed
/// there then; `None` where it is billed afterwards, or what it has used cannot be billed as things are.
fn stands(cx: Cx<'_>, it: &BillingAccount) -> Result<Option<Stands>, Error> {
    if it.terms().billing_type == BillingType::Postpaid {
        return Ok(None);
    }
    if billing::policy(cx, it.stamp.seller)?.prepaid_at_zero == AtZero::Alert {
        return Ok(Some(Stands::Covered));
    }
    match spendable(cx, it) {
        Ok(left) if left.is_negative() => Ok(Some(Stands::UsedUp)),
        Ok(_) => Ok(Some(Stands::Covered)),
        Err(Error::Rejected(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether [`watch`] has anything to tell or to remember of a billing account.
///
/// # Errors
/// If the store fails.
pub(super) fn is_to_be_told(cx: Cx<'_>, id: BillingAccountId) -> Result<bool, Error> {
    let Some(it) = cx.view.find::<BillingAccount>(id)? else { return Ok(false) };
    let differs = match stands(cx, &it)? {
        Some(stands) => !subscription::prepaid_differs(cx, &it, stands)?.is_empty(),
        None => false,
    };
    Ok(differs || watched(cx, it)?.is_some())
}

fn watched(cx: Cx<'_>, it: BillingAccount) -> Result<Option<(BillingAccount, Verb)>, Error> {
    if it.profile().alert_below.is_none() {
        return Ok(None);
    }
    let left = available(cx, &it)?;
    Ok(it.left(left)?)
}

/// Where the days of a seller begin: where its own default billing account is.
///
/// # Errors
/// If the store fails.
pub(super) fn zone_of_seller(cx: Cx<'_>, seller: SellerNumber) -> Result<Zone, Error> {
    let own = of(cx, account::of_seller(cx, seller)?.id)?;
    Ok(own.iter().find(|it| it.is_default()).map_or(Zone::UTC, |it| it.terms().zone))
}

/// The day whose prices a seller shows: what it lets begin today, as it or the house counts days, can
/// be looked at at once.
///
/// # Errors
/// If the store fails.
pub(super) fn shown_on(cx: Cx<'_>, seller: SellerNumber) -> Result<Date, Error> {
    let own = zone_of_seller(cx, seller)?.date_of(cx.now);
    Ok(own.max(Zone::UTC.date_of(cx.now)))
}

/// Keeps what the domain made of a billing account, and tells it.
pub(super) fn keep(
    act: &mut Act<'_>,
    mut it: BillingAccount,
    verb: Verb,
) -> Result<BillingAccount, Error> {
    act.put(&mut it)?;
    act.tell(it.id, verb);
    Ok(it)
}
