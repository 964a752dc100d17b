//! The appliance's own upkeep: readiness, and forgetting what is kept for a time only.

use super::{Author, Bss, Error};
use crate::domain::operator::{Actor, ConsumerKey, Session, Token};
use crate::domain::page::PageRequest;
use crate::domain::time::Instant;
use crate::store::{Along, Record, idempotency, migrate};

/// How many rows one act of forgetting removes.
const FORGOTTEN_MAX: usize = 500;
/// Keys and sign-ins that are over stay in the lists for so long, for those who wonder.
const OVER_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Whether requests can be answered, or why not.
///
/// # Errors
/// If the store failed, cannot be read, or still waits for a migration.
pub fn readiness(bss: &Bss) -> Result<(), Error> {
    if bss.is_stopped() {
        return Err(Error::internal("the store failed"));
    }
    let snapshot = bss.house.store().read()?;
    match migrate::pending(&snapshot)?.first() {
        None => Ok(()),
        Some(step) => Err(Error::internal(format!("the migration `{}` is due", step.name))),
    }
}

/// Forgets answers that were kept for requests sent again, and returns how many: their day is over.
///
/// # Errors
/// If the store fails.
pub fn forget_answers(bss: &Bss) -> Result<u64, Error> {
    let house = Actor::duty("retention");
    if !bss.read(&house, |cx| Ok(idempotency::is_any_over(cx.view, cx.wall)?))? {
        return Ok(0);
    }
    let forgotten = bss.act(Author::of(house), |act| {
        let wall = act.wall();
        Ok(act.batch().forget_answers(wall, FORGOTTEN_MAX)?)
    });
    Ok(forgotten.wait()?.try_into().unwrap_or(u64::MAX))
}

/// Forgets sessions, tokens and consumer keys that have been over for a month, and returns how many. What was told
/// of them stays in the log.
///
/// # Errors
/// If the store fails.
pub fn forget_keys(bss: &Bss) -> Result<u64, Error> {
    let sessions = forget::<Session>(bss, |it| Some(it.over_at()))?;
    let tokens = forget::<Token>(bss, |it| first(it.revoked_at(), it.expires_at()))?;
    let keys = forget::<ConsumerKey>(bss, |it| first(it.revoked_at(), it.expires_at()))?;
    Ok(sessions + tokens + keys)
}

/// The earlier of two ends, where there is one.
fn first(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    [one, other].into_iter().flatten().min()
}

/// Forgets the records that have been over for long, by when each ended.
fn forget<R: Record>(bss: &Bss, over_at: fn(&R) -> Option<Instant>) -> Result<u64, Error> {
    let house = Actor::duty("retention");
    let mut request = PageRequest::oldest(FORGOTTEN_MAX);
    let mut count = 0;
    loop {
        let page = bss.read(&house, |cx| {
            let before = cx.wall.plus_seconds(-OVER_SECONDS);
            cx.list::<R>(Some(Along::All), &request, |it| over_at(it).is_some_and(|at| at < before))
        })?;
        let ids: Vec<_> = page.items.iter().map(Record::id).collect();
        count += ids.len();
        if !ids.is_empty() {
            let remove = move |act: &mut super::Act<'_>| {
                for id in ids {
                    act.batch().delete::<R>(id)?;
                }
                Ok(())
            };
            bss.act(Author::of(house.clone()), remove).wait()?;
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(count.try_into().unwrap_or(u64::MAX)),
        }
    }
}
