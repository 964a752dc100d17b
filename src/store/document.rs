//! Registered documents, as they are kept.

use super::codec::Key;
use super::record::record;
use crate::domain::document::Document;
use crate::domain::id::{AccountId, DocumentId};

record!(Document, DocumentId, "document", shape 1,
    /// `(sort, document)`.
    DOCUMENT_BY_SORT = "by_sort" => |it, keys| {
        keys.push(of_sort(it.sort().key).id(it.id));
    },
    /// `(account, sort, name in any case, document)`, of those that belong to an account.
    DOCUMENT_BY_NAME = "by_name" => |it, keys| {
        if let Some(owner) = it.stamp.owner {
            keys.push(named(owner, it.sort().key, it.name().as_str()).id(it.id));
        }
    },
    due => |it| it.due(),
);

/// Where the documents of a sort lie.
#[must_use]
pub fn of_sort(sort: &str) -> Key {
    Key::new().text(sort)
}

/// Where the documents of a sort and a name lie that an account has.
#[must_use]
pub fn named(owner: AccountId, sort: &str, name: &str) -> Key {
    Key::new().id(owner).text(sort).folded(name)
}

/// Where the documents of a sort lie that an account has, whose names begin so.
#[must_use]
pub fn beginning(owner: AccountId, sort: &str, name: &str) -> Key {
    Key::new().id(owner).text(sort).beginning(name)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::document::RegisterDocument;
    use crate::domain::id::Id;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::record::{decode, encode};

    #[test]
    fn a_document_lies_in_these_bytes() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let command = RegisterDocument {
            id: DocumentId::from_uuid(Uuid::from_u128(1)),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, now).numbered(7),
            key: "agreement".parse().expect("a code"),
            name: "Framework".parse().expect("a name"),
            state: "signed".parse().ok(),
            related: Vec::new(),
            body: b"{}".to_vec(),
        };
        let (document, _) = Document::register(command).expect("right");
        let bytes = encode(&document);
        assert_eq!(decode::<Document>(&bytes).expect("readable"), document);
        expect!["01000000000000000000000000000000010100000700808082e288d2a306808082e288d2a30600000961677265656d656e74094672616d65776f726b01067369676e6564027b7d"].assert_eq(&hex::encode(bytes));
    }
}
