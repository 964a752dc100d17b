//! One effect and one answer for a request that is sent again.
//!
//! What was answered is kept with the change, in the same transaction. A refusal is not kept: it
//! changed nothing, so asking again is asking anew.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Act, Error};
use crate::domain::id::{Kind, Subject};
use crate::domain::sealed::Sealed;
use crate::store::idempotency::{self, KEPT_SECONDS, Kept};

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

/// Does `work` unless the same request was answered before; then gives the same answer again.
///
/// # Errors
/// [`Error::KeyReused`] if the key came with another request before; those of the work.
pub fn once(
    act: &mut Act<'_>,
    once: Option<&Once>,
    work: impl FnOnce(&mut Act<'_>) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let Some(Once { key, request }) = once else { return work(act) };
    // The same key of somebody else is another key.
    let scope = act.actor().cause().to_string();
    let key: [u8; 32] =
        Sha256::new().chain_update(scope).chain_update([0]).chain_update(key).finalize().into();
    let wall = act.wall();
    if let Some(kept) = idempotency::find(act.batch(), &key)?.filter(|it| it.until > wall) {
        if kept.request != *request {
            return Err(Error::KeyReused);
        }
        let bytes = act.unseal(&Sealed::new(kept.answer), row(&key), FIELD)?;
        return postcard::from_bytes(bytes.as_bytes()).map_err(Error::internal);
    }
    let answer = work(act)?;
    let bytes = postcard::to_allocvec(&answer).map_err(Error::internal)?;
    // An answer may hold what is shown once and kept nowhere, such as the secret of a token.
    let bytes = act.seal(&bytes, row(&key), FIELD).as_bytes().to_vec();
    let kept = Kept { request: *request, until: wall.plus_seconds(KEPT_SECONDS), answer: bytes };
    act.batch().keep_answer(&key, &kept)?;
    Ok(answer)
}

/// The field under which answers are sealed.
const FIELD: &str = "idempotency";

/// What a kept answer belongs to: the row of its key, which is a session's in spirit.
fn row(key: &[u8; 32]) -> Subject {
    let bytes = key.first_chunk().expect("half of a digest is as long as a UUID");
    Subject { kind: Kind::Session, uuid: Uuid::from_bytes(*bytes) }
}
