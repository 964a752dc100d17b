//! One effect and one answer for a request that is sent again.
//!
//! What was answered is kept with the change, in the same transaction. A refusal is not kept: it
//! changed nothing, so asking again is asking anew.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Act, Author, Bss, Cx, Error};
use crate::domain::id::{Kind, Subject};
use crate::domain::operator::Actor;
use crate::domain::sealed::Sealed;
use crate::store::idempotency::{self, KEPT_SECONDS, Kept};
use crate::world::seal::Secret;

/// An answer as it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status code of the contract's protocol.
    pub status: u16,
    /// Header fields, name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A key that a client chose for its request, with a digest of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The client's key.
    pub key: String,
    /// The digest of method, path and body.
    pub request: [u8; 32],
}

impl Once {
    /// The row of the key: the same key of somebody else is another key, and so is that of a program
    /// which is confined otherwise. What one got for what it may do is no answer to the other.
    fn key_of(&self, actor: &Actor) -> [u8; 32] {
        let scope = actor.cause().to_string();
        let mut digest =
            Sha256::new().chain_update(scope).chain_update([0]).chain_update(&self.key);
        if let Some(scopes) = actor.scopes() {
            let names: Vec<&str> = scopes.iter().map(|it| it.name()).collect();
            digest = digest.chain_update([0, 1]).chain_update(names.join(" "));
        }
        if let Some(operations) = actor.operations() {
            let names = operations.iter().map(|it| format!("{} {}", it.verb(), it.kind()));
            let names: Vec<String> = names.collect();
            digest = digest.chain_update([0, 2]).chain_update(names.join("\n"));
        }
        digest.finalize().into()
    }

    /// What was answered under the key, as it is sealed.
    fn answered(&self, cx: Cx<'_>) -> Result<Option<Sealed>, Error> {
        let kept = idempotency::find(cx.view, &self.key_of(cx.actor))?;
        match kept.filter(|it| it.until > cx.wall) {
            Some(kept) if kept.request != self.request => Err(Error::KeyReused),
            kept => Ok(kept.map(|it| Sealed::new(it.answer))),
        }
    }

    /// The same request as it begins: what it settles then has a row of its own. No client's key
    /// has such a sign in it.
    fn beginning(&self) -> Self {
        Self { key: format!("{}\u{0}", self.key), ..self.clone() }
    }

    fn keep(&self, act: &mut Act<'_>, answer: &impl Serialize) -> Result<(), Error> {
        let key = self.key_of(act.actor());
        let bytes = postcard::to_allocvec(answer).map_err(Error::internal)?;
        // An answer may hold what is shown once and kept nowhere, such as the secret of a token.
        let answer = act.seal(&bytes, row(&key), FIELD).as_bytes().to_vec();
        let until = act.wall().plus_seconds(KEPT_SECONDS);
        act.batch().keep_answer(&key, &Kept { request: self.request, until, answer })?;
        Ok(())
    }
}

fn read<T: DeserializeOwned>(opened: &Secret) -> Result<T, Error> {
    postcard::from_bytes(opened.as_bytes()).map_err(Error::internal)
}

/// Does `work` unless the same request was answered before; then gives the same answer again.
///
/// # Errors
/// [`Error::KeyReused`] if the key came with another request before; those of the work.
pub fn once(
    act: &mut Act<'_>,
    once: Option<&Once>,
    work: impl FnOnce(&mut Act<'_>) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let Some(once) = once else { return work(act) };
    if let Some(sealed) = once.answered(act.cx())? {
        return read(&act.unseal(&sealed, row(&once.key_of(act.actor())), FIELD)?);
    }
    let answer = work(act)?;
    once.keep(act, &answer)?;
    Ok(answer)
}

/// The same for work that opens acts of its own. Its answer is kept after them: a power cut in
/// between lets the request be done again, so each of its acts must bear that.
///
/// # Errors
/// [`Error::KeyReused`]; [`Error::Busy`] while the same request is worked on; those of the work.
pub fn once_over_acts<E: From<Error>>(
    bss: &Bss,
    author: &Author,
    once: &Once,
    work: impl FnOnce() -> Result<Answer, E>,
) -> Result<Answer, E> {
    let key = once.key_of(&author.actor);
    let _in_hand = bss.take_in_hand(key).ok_or(Error::Busy)?;
    if let Some(sealed) = bss.read(&author.actor, |cx| once.answered(cx))? {
        return Ok(read(&bss.unseal(&sealed, row(&key), FIELD)?)?);
    }
    let answer = work()?;
    let (once, kept) = (once.clone(), answer.clone());
    bss.act(author.clone(), move |act| once.keep(act, &kept)).wait()?;
    Ok(answer)
}

/// What a request settles before its work opens acts of its own, and holds to when it is cut off
/// and sent again: where "a month ahead" leads, for one. Without a key it is settled anew.
///
/// # Errors
/// [`Error::KeyReused`] if the key came with another request before; those of `settle`.
pub fn settled<T: Serialize + DeserializeOwned>(
    act: &mut Act<'_>,
    once: Option<&Once>,
    settle: impl FnOnce(&mut Act<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let Some(once) = once.map(Once::beginning) else { return settle(act) };
    if let Some(sealed) = once.answered(act.cx())? {
        return read(&act.unseal(&sealed, row(&once.key_of(act.actor())), FIELD)?);
    }
    let settled = settle(act)?;
    once.keep(act, &settled)?;
    Ok(settled)
}

/// The keys whose requests are being worked on.
#[derive(Debug, Default)]
pub(super) struct InHand(Mutex<BTreeSet<[u8; 32]>>);

/// A key whose request is being worked on, until this is dropped.
pub(super) struct Taken<'a> {
    all: &'a InHand,
    key: [u8; 32],
}

impl InHand {
    /// Takes a key, unless somebody has it.
    pub(super) fn take(&self, key: [u8; 32]) -> Option<Taken<'_>> {
        let is_free = self.keys().insert(key);
        // Made only now: what is dropped gives back a key, and waits for the others to do so.
        is_free.then(|| Taken { all: self, key })
    }

    /// Whether somebody has a key.
    pub(super) fn has(&self, key: &[u8; 32]) -> bool {
        self.keys().contains(key)
    }

    fn keys(&self) -> MutexGuard<'_, BTreeSet<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.all.keys().remove(&self.key);
    }
}

/// The field under which answers are sealed.
const FIELD: &str = "idempotency";

/// What a kept answer belongs to: the row of its key, which is a session's in spirit.
fn row(key: &[u8; 32]) -> Subject {
    let bytes = key.first_chunk().expect("half of a digest is as long as a UUID");
    Subject { kind: Kind::Session, uuid: Uuid::from_bytes(*bytes) }
}
