//! Telling whoever asked for a run that its reports are there: they are sent to the address that was named with
//! it, and again with growing patience until they are taken or nobody takes them.
//!
//! What is to be sent is a document that waits, written with the first note of the run: whatever cuts the run
//! off, what it came to is sent. It is read and sent outside of any act once nobody is at the run, and the
//! document is no more once it was taken.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::report::{Report, reports_of};
use super::run::is_at_work;
use crate::domain::document::{Document, RegisterDocument};
use crate::domain::id::{DocumentId, Id, SettlementId};
use crate::domain::operator::{Actor, Decision, Permission};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::{Code, WebAddress};
use crate::domain::time::Instant;
use crate::services::{Act, Author, Bss, Cx, Error};
use crate::world::http::{Method, Request};

/// As which sort of documents they wait.
const SORT: &str = "settlement_callback";
/// So often they are sent at most: for some days.
const TRIES_MAX: u32 = 12;
/// So long they wait for the second time, in seconds; twice as long for each time after that.
const PAUSE_SECONDS: i64 = 60;

/// What waits to be sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Message {
    address: String,
    /// The first note of the run; nothing if there was nothing to settle.
    run: Option<SettlementId>,
    /// How often it was not taken.
    misses: u32,
}

/// Whether the caller may let the reports of its runs be sent: who settles and reads none of them may not.
///
/// # Errors
/// If it may not.
pub fn may_be_told(cx: Cx<'_>, seller: SellerNumber) -> Result<(), Error> {
    let (stamp, permission) = (cx.stamp(seller, None), Permission::SettlementRead);
    cx.must(Permission::SettlementRun, &stamp)?;
    let may = cx.actor.may(permission, &stamp) == Decision::Yes;
    if may { Ok(()) } else { Err(Error::Forbidden { permission }) }
}

/// Lets the reports of a run be sent to an address: `run` is its first note, if it has one.
pub(super) fn wait(
    act: &mut Act<'_>,
    seller: SellerNumber,
    (address, run): (&WebAddress, Option<SettlementId>),
) -> Result<(), Error> {
    may_be_told(act.cx(), seller)?;
    let stamp = act.cx().stamp(seller, None);
    let stamp = stamp.numbered(act.next_number("document")?);
    let message = Message { address: address.to_string(), run, misses: 0 };
    let command = RegisterDocument {
        id: act.new_id(),
        stamp,
        key: SORT.parse().map_err(Error::internal)?,
        name: SORT.parse().map_err(Error::internal)?,
        state: Some(due_at(act.now())?),
        related: Vec::new(),
        body: serde_json::to_vec(&message).map_err(Error::internal)?,
    };
    act.keep(Document::register(command)?).map(|_| ())
}

/// The state of what waits until an instant.
fn due_at(at: Instant) -> Result<Code, Error> {
    at.to_string().parse().map_err(Error::internal)
}

/// Sends what a document says is to be sent by now, if it is one of these, and says whether it was. `body` has
/// the reports in the words of who asked for them; while the run is at work they are not there yet.
///
/// # Errors
/// If the store fails; that nobody takes it is no error.
pub fn call(
    bss: &Arc<Bss>,
    id: DocumentId,
    body: impl FnOnce(Cx<'_>, Vec<Report>) -> Result<Vec<u8>, Error>,
) -> Result<bool, Error> {
    let house = || Author::of(Actor::duty("settlement"));
    let found = bss.read(&house().actor, |cx| waiting(cx, id))?;
    let found = found.filter(|it| !is_at_work(bss, it.0.seller));
    let Some((_, message)) = found else { return Ok(false) };
    let body = bss.read(&house().actor, |cx| {
        let reports = message.run.map(|run| reports_of(cx, run)).transpose()?;
        body(cx, reports.unwrap_or_default())
    })?;
    let request = Request::new(Method::Post, message.address.as_str())
        .header("content-type", "application/json")
        .header("webhook-id", id.uuid().to_string())
        .body(body);
    let is_taken = match bss.house.world().web.send(&request) {
        Ok(answer) => answer.is_success(),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::info!(error, "nobody takes the reports of a settlement");
            false
        }
    };
    bss.act(house(), move |act| after(act, id, (message, is_taken))).wait()?;
    Ok(true)
}

fn waiting(cx: Cx<'_>, id: DocumentId) -> Result<Option<(Stamp, Message)>, Error> {
    let found = cx.find::<Document>(id)?.filter(|it| it.sort().key == SORT);
    let found = found.filter(|it| it.due().is_some_and(|it| it.at <= cx.now));
    let Some(it) = found else { return Ok(None) };
    let message = serde_json::from_slice(it.body()).map_err(Error::internal)?;
    Ok(Some((it.stamp, message)))
}

/// Keeps what came of a call: nothing is left of what was taken, or was sent too often.
fn after(
    act: &mut Act<'_>,
    id: DocumentId,
    (message, is_taken): (Message, bool),
) -> Result<(), Error> {
    let Some(it) = act.cx().find::<Document>(id)? else { return Ok(()) };
    let misses = message.misses + 1;
    if !is_taken && misses >= TRIES_MAX {
        tracing::warn!(document = %id, "nobody took the reports of a settlement");
    }
    if is_taken || misses >= TRIES_MAX {
        return act.delete(&it);
    }
    let pause = PAUSE_SECONDS << message.misses;
    let next = due_at(act.now().plus_seconds(pause))?;
    let body = serde_json::to_vec(&Message { misses, ..message }).map_err(Error::internal)?;
    let name = it.name().clone();
    let (it, _) = it.revise(name, body)?;
    let it = it.pass(next)?;
    act.keep(it).map(|_| ())
}
