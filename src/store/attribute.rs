//! What vendors say of attributes, as it is kept.

use super::codec::Key;
use super::record::record;
use crate::domain::attribute::definition::AttributeDefinition;
use crate::domain::id::AttributeDefinitionId;

record!(AttributeDefinition, AttributeDefinitionId, "attribute_definition", shape 1,
    /// `(seller, what has it, name, definition)`: what is asked of each account of a vendor.
    ATTRIBUTE_DEFINITION_BY_USE = "by_use" => |it, keys| {
        let key = Key::new().u32(it.stamp.seller.0).text(it.applies_to.word());
        keys.push(key.text(it.name.as_str()).id(it.id));
    },
);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::attribute::definition::{Attributed, Requirement};
    use crate::domain::id::Id;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::record::{decode, encode};

    #[test]
    fn a_definition_lies_in_these_bytes() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let definition = AttributeDefinition {
            id: AttributeDefinitionId::from_uuid(Uuid::from_u128(1)),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, now).numbered(7),
            name: "external_id".parse().expect("a code"),
            applies_to: Attributed::Subscription,
            description: "Its number".parse().ok(),
            requirement: Requirement::Required,
        };
        let bytes = encode(&definition);
        assert_eq!(decode::<AttributeDefinition>(&bytes).expect("readable"), definition);
        expect!["01000000000000000000000000000000010100000700808082e288d2a306808082e288d2a306000b65787465726e616c5f696401010a497473206e756d62657201"].assert_eq(&hex::encode(bytes));
    }
}
