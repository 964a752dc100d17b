//! Which id is what: a thing of ours can be two resources on the bus.
//!
//! The first face of a thing has the UUID of the thing. The second has the same UUID with the
//! version 8, which RFC 9562 leaves to whoever makes it: our own ids are of version 7, so nothing
//! else has it and the way back is known. Where a client has made the ids itself, the second face
//! has an alias instead, and goes by nothing else.

use serde_json::{Value, json};
use uuid::Uuid;

use super::registry::SERVICES;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{Kind, Subject};
use crate::domain::stamp::Contract;
use crate::services::alias::{self, Tongue};
use crate::services::{Act, Cx, Error};

/// The words for second faces.
const SECOND_FACE: Tongue = Tongue { contract: Contract::Aps, kind: "second-face" };

/// The id of the second face of a thing.
pub(super) fn second_face(cx: Cx<'_>, thing: Subject) -> Result<Uuid, Error> {
    match alias::of(cx, SECOND_FACE, thing)? {
        Some(named) => Uuid::try_parse(&named).map_err(Error::internal),
        None => Ok(with_version(thing.uuid, 8)),
    }
}

/// The UUID of the thing of a kind whose second face has an id; `None` if it is none.
pub(super) fn of_second_face(cx: Cx<'_>, kind: Kind, id: Uuid) -> Result<Option<Uuid>, Error> {
    if let Some(thing) = alias::find(cx, SECOND_FACE, &id.to_string())? {
        return Ok((thing.kind == kind).then_some(thing.uuid));
    }
    let Some(uuid) = first_face(id) else { return Ok(None) };
    let is_named = alias::of(cx, SECOND_FACE, Subject { kind, uuid })?.is_some();
    Ok((!is_named).then_some(uuid))
}

/// The thing of a kind whose second face has an id, as a list of one or none.
pub(super) fn owners(cx: Cx<'_>, kind: Kind, id: &str) -> Result<Vec<Uuid>, Error> {
    let Ok(id) = Uuid::try_parse(id) else { return Ok(Vec::new()) };
    Ok(of_second_face(cx, kind, id)?.into_iter().collect())
}

/// Gives the second face of a thing the id that a client made for it.
pub(super) fn name_second_face(act: &mut Act<'_>, thing: Subject, id: Uuid) -> Result<(), Error> {
    alias::give(act, SECOND_FACE, &id.to_string(), thing)
}

/// Refuses an id that a client has made and that something has already.
pub(super) fn must_be_free(act: &Act<'_>, id: Uuid) -> Result<(), Error> {
    act.must_be_free(id)?;
    first_face(id).map_or(Ok(()), |it| act.must_be_free(it))?;
    let is_named = alias::find(act.cx(), SECOND_FACE, &id.to_string())?.is_some();
    let is_ours = id.is_nil() || id == PACKAGE || SERVICES.iter().any(|it| it.id == id);
    if is_named || is_ours { Err(taken(id)) } else { Ok(()) }
}

/// The refusal of an id that something has already.
pub(super) fn taken(id: Uuid) -> Error {
    let why = format!("the id `{id}` is taken: every resource has its own");
    Rejection::new(Code::Duplicate, why).into()
}

/// The id of which `id` is that of the second face by its version.
fn first_face(id: Uuid) -> Option<Uuid> {
    (id.get_version_num() == 8).then(|| with_version(id, 7))
}

fn with_version(id: Uuid, version: u8) -> Uuid {
    let mut bytes = id.into_bytes();
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    Uuid::from_bytes(bytes)
}

/// The path of a resource.
pub(super) fn path(id: Uuid) -> String {
    format!("/aps/2/resources/{id}")
}

/// The package that every type here belongs to.
pub(super) const PACKAGE: Uuid = Uuid::from_u128(0x0f4b_21c6_93a5_4d0e_9c1b_5b6a_7e2d_8f30);

/// The package, as a resource refers to it.
pub(super) fn package() -> Value {
    json!({ "id": PACKAGE, "href": format!("/aps/2/packages/{PACKAGE}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_face_leads_back_and_is_no_first_face() {
        let id = Uuid::from_u128(0x0198_0000_0000_7abc_8000_0000_0000_0001);
        let second = with_version(id, 8);
        assert_eq!(second.to_string(), "01980000-0000-8abc-8000-000000000001");
        assert_eq!(first_face(second), Some(id));
        assert_eq!(first_face(id), None);
    }
}
