//! Which id is what: a thing of ours can be two resources on the bus.
//!
//! The first face of a thing has the UUID of the thing. The second has the same UUID with the
//! version 8, which RFC 9562 leaves to whoever makes it: our own ids are of version 7, so nothing
//! else has it and the way back is known.

use serde_json::{Value, json};
use uuid::Uuid;

/// The id of the second face of a thing.
pub(super) fn second_face(id: Uuid) -> Uuid {
    with_version(id, 8)
}

/// The id of the thing whose second face has an id; `None` if it is none.
pub(super) fn of_second_face(id: Uuid) -> Option<Uuid> {
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
        let second = second_face(id);
        assert_eq!(second.to_string(), "01980000-0000-8abc-8000-000000000001");
        assert_eq!(of_second_face(second), Some(id));
        assert_eq!(of_second_face(id), None);
    }
}
