//! Letterheads, as they are kept: each stays, because invoices name it.

use super::record::record;
use crate::domain::billing::letterhead::Letterhead;
use crate::domain::id::LetterheadId;

record!(Letterhead, LetterheadId, "letterhead", shape 1);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::billing::letterhead::{BankAccount, Color, Logo, Look, Sayings};
    use crate::domain::id::Id;
    use crate::domain::payment::mandate::Creditor;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::record::{decode, encode};

    #[test]
    fn a_letterhead_lies_in_these_bytes() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let png = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
        let bank = BankAccount {
            holder: None,
            iban: "DE89 3704 0044 0532 0130 00".parse().expect("an account"),
            bic: "COBADEFF".parse().ok(),
            bank: "Commerzbank".parse().ok(),
        };
        let letterhead = Letterhead {
            id: LetterheadId::from_uuid(Uuid::from_u128(1)),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, now).numbered(7),
            says: Sayings {
                bank: Some(bank),
                registration: "HRB 1".parse().ok(),
                management: "Ann".parse().ok(),
                payment_terms: "At once".parse().ok(),
                collects: Some(Creditor {
                    id: "DE98ZZZ09999999999".parse().expect("a creditor"),
                    notice_days: 14,
                }),
            },
            look: Look {
                logo: Some(Logo::new(png.to_vec()).expect("a logo")),
                color: Color { rgb: [1, 2, 3] },
            },
            mail_from: "a@b.c".parse().ok(),
        };
        let bytes = encode(&letterhead);
        assert_eq!(decode::<Letterhead>(&bytes).expect("readable"), letterhead);
        expect!["01000000000000000000000000000000010100000700808082e288d2a306808082e288d2a30600010016444538393337303430303434303533323031333030300108434f424144454646010b436f6d6d65727a62616e6b010548524220310103416e6e01074174206f6e63650112444539385a5a5a30393939393939393939390e011d89504e470d0a1a0a0000000d494844520000000100000001080600000001020301056140622e63"].assert_eq(&hex::encode(bytes));
    }
}
