//! The life of an account: let in, held, released, closed.

use super::{keep, place};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::lifecycle::{HeldBy, HoldKind, HoldPolicy, State};
use crate::domain::account::{Account, HoldAccount, ReleaseAccount, Remains};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, Id};
use crate::domain::operator::{Actor, Permission};
use crate::domain::text::Prose;
use crate::services::duty::{self, Progress, counted};
use crate::services::{
    Act, Author, Bss, Cx, Error, billing_account, class, dunning, invoice, marketplace, offer,
    order, refund, subscription, user,
};
use crate::store::account::ACCOUNT_BY_CLOSING;
use crate::store::{Key, Records};

/// Lets a prospective account buy.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn activate(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountRegister, &account.stamp)?;
    let (account, verb) = account.activate()?;
    keep(act, account, verb)
}

/// Holds an account, and the subscriptions that the hold's policy names.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn hold(act: &mut Act<'_>, id: AccountId, command: HoldAccount) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountHold, &account.stamp)?;
    let kind = command.kind;
    let (account, verb) = account.hold(command, act.now())?;
    let account = keep(act, account, verb)?;
    subscription::hold_all_of(act, &account, kind)?;
    Ok(account)
}

/// Takes a hold back, for good or for a time, and with it what it put on subscriptions.
///
/// # Errors
/// If it has no such hold, or the caller may not.
pub fn release(
    act: &mut Act<'_>,
    id: AccountId,
    command: ReleaseAccount,
) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountHold, &account.stamp)?;
    let which = (command.kind, command.comment.clone());
    let (account, verb) = account.release(command, act.now())?;
    let account = keep(act, account, verb)?;
    subscription::release_all_of(act, &account, which)?;
    Ok(account)
}

/// Why the house holds an account, as a stable word.
const OVERDUE: &str = "ACCOUNT_OVERDUE";

/// Holds an account for what is overdue, and the subscriptions that are not paid, if the house may;
/// says whether it did.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn hold_for_arrears(
    act: &mut Act<'_>,
    id: AccountId,
    comment: Prose,
) -> Result<bool, Error> {
    let account: Account = act.load(id)?;
    if !account.may_be_held_by_the_house(act.now()) {
        return Ok(false);
    }
    let (kind, by, policy) = (HoldKind::Credit, HeldBy::House, HoldPolicy::Unpaid);
    let reason = OVERDUE.parse().expect("the word is plain");
    let command = HoldAccount { kind, by, policy, reason, comment };
    let (account, verb) = account.hold(command, act.now())?;
    let account = keep(act, account, verb)?;
    subscription::hold_all_of(act, &account, kind)?;
    Ok(true)
}

/// Takes back the hold that the house has put, now that nothing is overdue; nothing happens if it
/// has put none.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn release_from_arrears(
    act: &mut Act<'_>,
    account: Account,
) -> Result<(), Error> {
    if !account.is_held_by_the_house() {
        return Ok(());
    }
    let comment: Prose = "nothing is overdue any more".parse().expect("the words are a text");
    let (kind, until) = (HoldKind::Credit, None);
    let command = ReleaseAccount { kind, until, comment: comment.clone() };
    let (account, verb) = account.release(command, act.now())?;
    let account = keep(act, account, verb)?;
    subscription::release_all_of(act, &account, (kind, comment))
}

/// Lets a temporary release end that is over: who still owes against its terms is held again, and
/// what stands on the invoices that are overdue.
///
/// # Errors
/// If the account is not there.
pub fn end_sparing(act: &mut Act<'_>, id: AccountId) -> Result<bool, Error> {
    let account: Account = act.load(id)?;
    let comment = account.sparing().map(|it| it.comment.clone());
    let (Some((account, verb)), Some(comment)) = (account.end_sparing(act.now()), comment) else {
        return Ok(false);
    };
    let account = keep(act, account, verb)?;
    let terms = class::credit_terms(act.cx(), account.class())?;
    if invoice::breaks(act.cx(), id, terms)? || dunning::has_held(act.cx(), id)? {
        hold_for_arrears(act, id, comment)?;
    }
    Ok(true)
}

/// Calls an account off: what it has ends, what it lists is taken off the marketplace, and when nothing is
/// left of it, it is closed.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn close(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountClose, &account.stamp)?;
    let (account, verb) = account.close()?;
    let account = keep(act, account, verb)?;
    if let Some(seller) = account.seller_number() {
        offer::take_all_off_market(act, seller)?;
    }
    order::cancel_all_of(act, id)?;
    subscription::cancel_all_of(act, id)?;
    billing_account::close_all(act, id)?;
    if remains(act.cx(), id)? == Remains::default() { finish(act, id) } else { Ok(account) }
}

/// Calls an account off that has nothing any more that would end with it.
///
/// # Errors
/// [`Code::InUse`] if it has subscriptions that live, or orders that are open; otherwise as [`close`].
pub fn discharge(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountClose, &account.stamp)?;
    let left = remains(act.cx(), id)?;
    let has = [
        (left.subscriptions, "living subscription"),
        (left.open_orders, "open order"),
        (left.sold_by_others, "marketplace subscription"),
        (left.to_deliver, "marketplace order"),
    ];
    let has: Vec<_> = has.iter().filter(|it| it.0 > 0).map(|it| counted(it.0, it.1)).collect();
    if !has.is_empty() {
        let why =
            format!("`{}` still has {}: end that first", account.profile().name, has.join(" and "));
        return Err(Rejection::new(Code::InUse, why).into());
    }
    close(act, id)
}

/// Calls an account off and lets its people go at once, not only when nothing is left of it.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn close_to_all(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account = close(act, id)?;
    user::dismiss_all(act, id)?;
    Ok(account)
}

/// What an account still has that keeps it from being closed. Who keeps things of accounts counts
/// them here.
///
/// # Errors
/// If the store fails.
pub fn remains(cx: Cx<'_>, id: AccountId) -> Result<Remains, Error> {
    let is_there = |it: &Account| !matches!(it.state(), State::Closed | State::Erased);
    let below = place::children(cx, id)?;
    let is_to_be_billed = |it: &&BillingAccount| it.next_bill().is_some();
    let billing_accounts = billing_account::of(cx, id)?;
    let seller = cx.view.find::<Account>(id)?.and_then(|it| it.seller_number());
    let lent = seller.map(|it| marketplace::lent(cx, (id, it))).transpose()?;
    Ok(Remains {
        accounts: below.iter().filter(|it| is_there(it)).count() as u64,
        subscriptions: subscription::living(cx, id)?,
        open_invoices: invoice::open_of(cx, id)?.len() as u64,
        unbilled_charges: billing_accounts.iter().filter(is_to_be_billed).count() as u64,
        open_orders: order::open_of(cx, id)?.len() as u64,
        ..lent.unwrap_or_default()
    })
}

/// What closing an account would end or wait for; see [`remains`].
///
/// # Errors
/// If it is not there, or the caller may not close it.
pub fn before_closing(cx: Cx<'_>, id: AccountId) -> Result<Remains, Error> {
    let account: Account = cx.get(id)?;
    cx.must(Permission::AccountClose, &account.stamp)?;
    remains(cx, id)
}

/// Closes an account of which nothing is left: nobody of it signs in any more.
fn finish(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    let (account, verb) = account.finish(remains(act.cx(), id)?)?;
    let why: Prose = "the account was closed".parse().expect("the words are a text");
    for it in billing_account::of(act.cx(), id)? {
        refund::pay_out(act, &it, &why)?;
    }
    billing_account::finish_all(act, id)?;
    user::dismiss_all(act, id)?;
    keep(act, account, verb)
}

/// So many accounts are closed in one step.
const STEP: usize = 1000;

/// The duty that closes, as jobs name it.
const DUTY: &str = "closing";

/// Closes those accounts on their way out of which nothing is left any more. One that cannot be
/// closed is told and put aside for a while, and keeps no other from it.
///
/// # Errors
/// If the store fails.
pub fn finish_next(bss: &Bss) -> Result<Progress, Error> {
    let house = Actor::duty(DUTY);
    let aside = bss.jobs.aside(DUTY, bss.moment().now);
    let looked_at = bss.read(&house, |cx| {
        let index = (ACCOUNT_BY_CLOSING, Key::new());
        let mut closing = cx.view.ids_along::<Account>(index.0, index.1, &mut |_| true)?;
        closing.retain(|it| !aside.contains(&it.subject()));
        Ok(looked_at(cx, closing))
    })?;
    let mut count = 0;
    for (id, is_empty) in looked_at {
        let closed = match is_empty {
            Ok(()) => {
                bss.act(Author::of(house.clone()), move |act| finish_if_empty(act, id)).wait()
            }
            Err(error) => Err(error),
        };
        match closed {
            Ok(closed) => count += closed,
            Err(error) if error.is_of_the_store() => return Err(error),
            Err(error) => duty::put_aside(bss, DUTY, id.subject(), &error),
        }
    }
    Ok(Progress::of(count, || format!("closed {}", counted(count, "account"))))
}

/// Those of some accounts of which nothing is left, and those of which that cannot be told.
fn looked_at(cx: Cx<'_>, closing: Vec<AccountId>) -> Vec<(AccountId, Result<(), Error>)> {
    let found = closing.into_iter().filter_map(|id| match remains(cx, id) {
        Ok(left) if left == Remains::default() => Some((id, Ok(()))),
        Ok(_) => None,
        Err(error) => Some((id, Err(error))),
    });
    found.take(STEP).collect()
}

fn finish_if_empty(act: &mut Act<'_>, id: AccountId) -> Result<u64, Error> {
    let account = act.cx().view.find::<Account>(id)?;
    let is_closing = account.is_some_and(|it| it.state() == State::Closing);
    if !is_closing || remains(act.cx(), id)? != Remains::default() {
        return Ok(0);
    }
    finish(act, id).map(|_| 1)
}
