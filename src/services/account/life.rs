//! The life of an account: let in, held, released, closed.

use super::{keep, place};
use crate::domain::account::lifecycle::State;
use crate::domain::account::{Account, HoldAccount, ReleaseAccount, Remains};
use crate::domain::event::Verb;
use crate::domain::id::AccountId;
use crate::domain::operator::{Actor, Permission};
use crate::services::duty::Progress;
use crate::services::{Act, Author, Bss, Cx, Error, billing_account, user};
use crate::store::account::ACCOUNT_BY_CLOSING;
use crate::store::{Along, Records};

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

/// Holds an account.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn hold(act: &mut Act<'_>, id: AccountId, command: HoldAccount) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountHold, &account.stamp)?;
    let (account, verb) = account.hold(command, act.now())?;
    moved(act, account, verb)
}

/// Takes a hold back, for good or for a time.
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
    let (account, verb) = account.release(command, act.now())?;
    moved(act, account, verb)
}

/// Calls an account off: what it has ends, and when nothing is left of it, it is closed.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn close(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountClose, &account.stamp)?;
    let (account, verb) = account.close()?;
    let account = moved(act, account, verb)?;
    billing_account::close_all(act, id)?;
    if remains(act.cx(), id)? == Remains::default() { finish(act, id) } else { Ok(account) }
}

/// Keeps an account that was held, released or called off. Whatever has to follow it follows from
/// here, in the same act.
fn moved(act: &mut Act<'_>, account: Account, verb: Verb) -> Result<Account, Error> {
    keep(act, account, verb)
}

/// What an account still has that keeps it from being closed. Who keeps things of accounts counts
/// them here.
///
/// # Errors
/// If the store fails.
pub fn remains(cx: Cx<'_>, id: AccountId) -> Result<Remains, Error> {
    let is_there = |it: &Account| !matches!(it.state(), State::Closed | State::Erased);
    let below = place::children(cx, id)?.iter().filter(|it| is_there(it)).count();
    Ok(Remains { accounts: u64::try_from(below).unwrap_or(u64::MAX), ..Remains::default() })
}

/// Closes an account of which nothing is left: nobody of it signs in any more.
fn finish(act: &mut Act<'_>, id: AccountId) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    let (account, verb) = account.finish(remains(act.cx(), id)?)?;
    billing_account::finish_all(act, id)?;
    user::dismiss_all(act, id)?;
    keep(act, account, verb)
}

/// So many accounts are looked at in one step.
const STEP: usize = 1000;

/// Closes those accounts on their way out of which nothing is left any more.
///
/// # Errors
/// If the store fails.
pub fn finish_next(bss: &Bss) -> Result<Progress, Error> {
    let house = Actor::duty("closing");
    let along = || Along::Index(ACCOUNT_BY_CLOSING, Vec::new());
    let empty = bss.read(&house, |cx| {
        let mut empty = Vec::new();
        for account in cx.all::<Account>(along())?.into_iter().take(STEP) {
            if remains(cx, account.id)? == Remains::default() {
                empty.push(account.id);
            }
        }
        Ok(empty)
    })?;
    let mut count = 0;
    for id in empty {
        count += bss.act(Author::of(house.clone()), move |act| finish_if_empty(act, id)).wait()?;
    }
    Ok(Progress::of(count, || format!("closed {count} accounts")))
}

fn finish_if_empty(act: &mut Act<'_>, id: AccountId) -> Result<u64, Error> {
    let account = act.cx().view.find::<Account>(id)?;
    let is_closing = account.is_some_and(|it| it.state() == State::Closing);
    if !is_closing || remains(act.cx(), id)? != Remains::default() {
        return Ok(0);
    }
    finish(act, id).map(|_| 1)
}
