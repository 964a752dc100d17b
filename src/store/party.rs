//! Parties as they are kept.

use super::record::record;
use crate::domain::id::PartyId;
use crate::domain::party::Party;

record!(Party, PartyId, "party", shape 1);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::party::individual::{Individual, PersonName};
    use crate::domain::party::{Nature, Profile, RegisterParty};
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::store::record::{decode, encode};

    #[test]
    fn a_party_lies_in_these_bytes() {
        let name = PersonName::of_line(&"Ann Lee".parse().expect("a name"));
        let now = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let command = RegisterParty {
            id: PartyId::from_uuid(Uuid::from_u128(1)),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, now),
            profile: Profile::of(Nature::Individual(Individual::named(name))),
        };
        let (it, _) = Party::register(command).expect("a right command");
        let bytes = encode(&it);
        assert_eq!(decode::<Party>(&bytes).expect("readable"), it);
        expect!["01000000000000000000000000000000010100000000808082e288d2a306808082e288d2a3060000000003416e6e00034c6565000107416e6e204c6565000000000000000000000000000000"].assert_eq(&hex::encode(bytes));
    }
}
