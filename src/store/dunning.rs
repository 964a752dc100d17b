//! Cases of dunning, as they are kept.

use super::codec::Key;
use super::record::record;
use crate::domain::due::{Due, Duty};
use crate::domain::dunning::case::{Dunning, State};
use crate::domain::id::DunningId;

record!(Dunning, DunningId, "dunning", shape 1 unnumbered,
    /// `(billing account, case)`: those that are running, at most one of each.
    DUNNING_RUNNING = "running" => |it, keys| {
        let key = || Key::new().id(it.billing_account).id(it.id);
        keys.extend((it.state() == State::Running).then(key));
    },
    /// `(billing account, case)`: all of them.
    DUNNING_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        keys.push(Key::new().id(it.billing_account).id(it.id));
    },
    due => |it| it.next().and_then(|it| it.at).map(|at| Due { at, duty: Duty::Dunning }),
);

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::account::class::{CreditTerms, Reminding};
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
    use crate::domain::dunning::Ladder;
    use crate::domain::dunning::case::{Look, Owed, OwedFor};
    use crate::domain::money::Currency;
    use crate::domain::time::Zone;
    use crate::store::record::{decode, encode};

    #[test]
    fn a_case_lies_in_these_bytes() {
        let ladder = Ladder::usual();
        let owed =
            Owed { of: OwedFor::Invoice(id(4)), due_on: date("2026-01-10"), amount: euros("100") };
        let look = Look {
            ladder: &ladder,
            credit: CreditTerms::DEFAULT,
            zone: Zone::UTC,
            owed: vec![owed],
            negative_since_on: Some(date("2026-01-01")),
            spared_until: None,
            reminding: Reminding::Mail,
            now: Zone::UTC.start_of(date("2026-01-20")),
        };
        let of = (id(1), id(2), Currency::EUR);
        let (it, _) = Dunning::begin((id(3), stamp()), of, &look).expect("a sum");
        let next = *it.next().expect("a step");
        let it = it.take(next, &look).expect("a sum");
        let bytes = encode(&it);
        assert_eq!(decode::<Dunning>(&bytes).expect("readable"), it);
        expect!["0100000000000000000000000000000003010100000000000000000000000000000001000000000000000000000000000000000000000000010000000000000000000000000000000245555200010000000000000000000000000000000004d4a45aa09c0145555201000103008080e3d1cfb1a406e8a45aa09c014555520000000100010a00f6a45a01808080e0e9d4a406000000"].assert_eq(&hex::encode(bytes));
    }
}
