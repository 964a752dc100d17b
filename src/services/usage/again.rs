//! Usage that was refused, offered again once it is corrected; and usage that a partner's platform keeps,
//! fetched to be rated here.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::single::offer;
use super::{Entry, NumberedEvent, Refused, Rejected, RejectedEvent, sees_rejected};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::Kind;
use crate::domain::operator::{Decision, Permission};
use crate::domain::text::WebAddress;
use crate::domain::usage::lifecycle::{State, Trigger, next};
use crate::services::{Author, Bss, Cx, Error};
use crate::store::usage::find_rejected as kept;
use crate::world::http::{Method, Request};

/// So much of what a partner's platform answers is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// A refused event by its number, if the caller may see it.
///
/// # Errors
/// If the store fails.
pub fn find_rejected(cx: Cx<'_>, number: u64) -> Result<Option<RejectedEvent>, Error> {
    let scope = cx.actor.scope(Kind::Subscription);
    Ok(kept(cx.view, number)?.filter(|it| sees_rejected(cx, &scope, it)))
}

/// A refused event by its number, if the caller sees it, or reports in the name in which it was offered.
///
/// # Errors
/// If the store fails.
pub fn to_mend(cx: Cx<'_>, number: u64) -> Result<Option<RejectedEvent>, Error> {
    let scope = cx.actor.scope(Kind::Subscription);
    let accept = |it: &RejectedEvent| sees_rejected(cx, &scope, it) || reports_for(cx, it);
    Ok(kept(cx.view, number)?.filter(accept))
}

/// Whether the caller reports in the name in which an event was offered.
fn reports_for(cx: Cx<'_>, it: &RejectedEvent) -> bool {
    let books = cx.stamp(it.seller, None);
    cx.actor.may(Permission::UsageWrite, &books) == Decision::Yes
}

/// Offers a refused event again, corrected. What is taken now stands no longer among what was refused;
/// what is refused again stays there as it is now, with its new reason. Of two who do so at once one is
/// turned away, so that what was refused once is taken once.
///
/// # Errors
/// [`Error::NotFound`] if it is not there for the caller, [`Error::Forbidden`] to who may not report usage, or
/// not in the name in which it was offered; [`Code::UsageStateForbids`] if somebody else is at it; if the
/// store fails.
pub fn hand_in_again(
    bss: &Bss,
    author: &Author,
    (number, entry): (u64, Entry),
) -> Result<Result<NumberedEvent, Rejected>, Error> {
    let permission = Permission::UsageWrite;
    if !author.actor.may_at_all(permission) {
        return Err(Error::Forbidden { permission });
    }
    let forbids = |why: &str| Rejection::new(Code::UsageStateForbids, why.to_owned());
    let key = Sha256::digest(format!("usage/rejected/{number}")).into();
    let at_it = || forbids("what was refused is being offered again by somebody else");
    let _turn = bss.take_in_hand(key).ok_or_else(at_it)?;
    let missing = || Error::not_found(number);
    let before = bss.read(&author.actor, |cx| {
        let found = to_mend(cx, number)?.ok_or_else(missing)?;
        if reports_for(cx, &found) { Ok(found) } else { Err(Error::Forbidden { permission }) }
    })?;
    let recycled = next(State::Rejected, Trigger::Recycle);
    let taken = recycled.and_then(|it| next(it, Trigger::Guide));
    if taken.is_none() {
        return Err(forbids("what was refused cannot be offered again").into());
    }
    let batch: Arc<[Entry]> = Arc::new([entry]);
    let offered = offer(bss, author, &batch)?;
    let still = offered.as_ref().err().map(|why| RejectedEvent {
        code: why.code.clone(),
        detail: why.detail.clone(),
        event: batch.first().map_or_else(Vec::new, |it| it.text.clone()),
        ..before.clone()
    });
    let work = bss.act(author.clone(), move |act| {
        act.batch().take_rejected(number)?;
        still.map_or(Ok(()), |it| Ok(act.batch().put_rejected(&it)?))
    });
    work.wait()?;
    Ok(offered.map_err(|Refused { code, detail, .. }| Rejected { number, code, detail }))
}

/// What a partner's platform keeps at an address, which the caller may have us call.
///
/// # Errors
/// [`Error::Invalid`] at `pointer` if we may not be made to call it, or it does not answer; [`Error::Busy`] if
/// too many calls go out; if the caller may not report usage.
pub fn fetch(
    bss: &Bss,
    author: &Author,
    (pointer, address, token): (&'static str, WebAddress, Option<String>),
) -> Result<Vec<u8>, Error> {
    let permission = Permission::UsageWrite;
    if !author.actor.may_at_all(permission) {
        return Err(Error::Forbidden { permission });
    }
    let called = address.clone();
    bss.act(author.clone(), move |act| act.must_reach(pointer, &called)).wait()?;
    let mut request = Request::new(Method::Get, address.as_str());
    request = request.header("accept", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.answer_bytes_max = ANSWER_BYTES_MAX;
    let refused = |why: String| Invalid::one(pointer, "reach", why);
    let _turn = bss.turn_to_call()?;
    let answer = bss.house.world().web.send(&request).map_err(|error| {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "usage of a partner cannot be fetched");
        refused(format!("`{}` does not answer", address.as_str()))
    })?;
    if answer.status != 200 {
        let why = format!("`{}` answers with {}", address.as_str(), answer.status);
        return Err(refused(why).into());
    }
    Ok(answer.body)
}
