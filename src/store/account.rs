//! Accounts, what they are billed through, and the terms they have, as they are kept.

use super::codec::Key;
use super::record::record;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CustomerClass;
use crate::domain::account::lifecycle::State;
use crate::domain::due::{Due, Duty};
use crate::domain::id::{AccountId, BillingAccountId, ClassId};

record!(Account, AccountId, "account", shape 1,
    /// `(parent, account)`: the tree, one level at a time.
    ACCOUNT_BY_PARENT = "by_parent" => |it, keys| {
        keys.extend(it.parent().map(|parent| Key::new().id(parent).id(it.id)));
    },
    /// `(seller's own number, account)`: the account that is a seller.
    ACCOUNT_BY_SELLING = "by_selling" => |it, keys| {
        keys.extend(it.seller_number().map(|number| Key::new().u32(number.0).id(it.id)));
    },
    /// `(account)`: those on their way out.
    ACCOUNT_BY_CLOSING = "by_closing" => |it, keys| {
        keys.extend((it.state() == State::Closing).then(|| Key::new().id(it.id)));
    },
    /// `(party, account)`: as what a party buys or sells.
    ACCOUNT_BY_PARTY = "by_party" => |it, keys| keys.push(Key::new().id(it.party()).id(it.id)),
    /// `(class, account)`: whose terms a class says.
    ACCOUNT_BY_CLASS = "by_class" => |it, keys| keys.push(Key::new().id(it.class()).id(it.id)),
    /// `(name in one case, account)`.
    ACCOUNT_BY_NAME = "by_name" => |it, keys| {
        keys.push(Key::new().folded(it.profile().name.as_str()).id(it.id));
    },
    /// `(state, account)`.
    ACCOUNT_BY_STATE = "by_state" => |it, keys| {
        keys.push(Key::new().u8(it.state() as u8).id(it.id));
    },
    /// `(seller, when, account)`: whose tax number is to be looked up.
    ACCOUNT_BY_LOOK_UP = "by_look_up" => |it, keys| {
        let at = it.look_up_at();
        keys.extend(at.map(|at| Key::new().u32(it.stamp.seller.0).instant(at).id(it.id)));
    },
    due => |it| it.sparing().map(|it| Due { at: it.until, duty: Duty::Validity }),
);

record!(BillingAccount, BillingAccountId, "billing_account", shape 1,
    /// `(billing account)`: those whose last bill failed.
    BILLING_ACCOUNT_FAILED = "failed" => |it, keys| {
        let failed = it.next_bill().filter(|it| it.failures > 0);
        keys.extend(failed.map(|_| Key::new().id(it.id)));
    },
    /// `(billing account)`: those of which something follows from what they use, before the period is over:
    /// they are billed where that is much, or pay before, or are told when little is left.
    BILLING_ACCOUNT_INTERIM = "interim" => |it, keys| {
        let is_looked_at = it.is_watched() || it.profile().interim_at.is_some();
        let follows = is_looked_at && it.state().is_billed();
        keys.extend(follows.then(|| Key::new().id(it.id)));
    },
    due => |it| {
        let next = it.next_bill().filter(|_| it.state().is_billed());
        next.map(|it| Due { at: it.at, duty: Duty::Billing })
    },
);

record!(CustomerClass, ClassId, "class", shape 1,
    due => |it| it.following().map(|it| Due { at: it.since_at, duty: Duty::Dunning }),
);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::account::billing_account::{
        BillingProfile, BillingPurpose, BillingStanding, BillingTerms, OpenBillingAccount,
    };
    use crate::domain::account::class::BillingType;
    use crate::domain::account::cycle::Cycle;
    use crate::domain::account::profile::{Profile, TaxStatus, Terms};
    use crate::domain::account::tree::{AccountRole, Ancestor};
    use crate::domain::account::{Beginning, Nature, RegisterAccount};
    use crate::domain::id::{Id, PartyId};
    use crate::domain::money::Currency;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::{Instant, Zone};
    use crate::store::record::{decode, encode};

    fn id<I: Id>(last: u8) -> I {
        I::from_uuid(Uuid::from_u128(last.into()))
    }

    fn now() -> Instant {
        "2026-01-01T00:00:00Z".parse().expect("an instant")
    }

    fn account() -> Account {
        let name = "Acme".parse().expect("a name");
        let command = RegisterAccount {
            id: id(1),
            number: 2,
            role: AccountRole::Customer,
            party: id::<PartyId>(2),
            beginning: Beginning::Active,
            profile: Profile::named(Nature::Company, name, "en".parse().expect("a locale")),
            terms: Terms::of(id(3), TaxStatus::Company),
        };
        let provider = Ancestor {
            id: id(9),
            role: AccountRole::Provider,
            nature: Nature::Company,
            state: State::Active,
        };
        Account::register(command, &[provider], now()).expect("a right account").0
    }

    #[test]
    fn an_account_lies_in_these_bytes() {
        let bytes = encode(&account());
        assert_eq!(decode::<Account>(&bytes).expect("readable"), account());
        expect!["0100000000000000000000000000000001010100000000000000000000000000000001000200808082e288d2a306808082e288d2a3060002010000000000000000000000000000000900000000000000000000000000000002010000000441636d65000000000002656e00000000000000000000000000000000000000000003000200000000000000"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_billing_account_lies_in_these_bytes() {
        let account = account();
        let terms = BillingTerms {
            currency: Currency::EUR,
            zone: "Europe/Berlin".parse::<Zone>().expect("a zone"),
            cycle: Cycle::MONTHLY,
            billing_type: BillingType::Postpaid,
        };
        let command = OpenBillingAccount {
            id: id(4),
            stamp: account.stamp.clone(),
            account: account.id,
            purpose: BillingPurpose::Billing,
            standing: BillingStanding::Default,
            profile: BillingProfile::named("Acme".parse().expect("a name")),
            terms,
        };
        let (it, _) = BillingAccount::open(command, now()).expect("a right command");
        let bytes = encode(&it);
        assert_eq!(decode::<BillingAccount>(&bytes).expect("readable"), it);
        expect!["0100000000000000000000000000000004010100000000000000000000000000000001000200808082e288d2a306808082e288d2a3060000000000000000000000000000000001000001c2a45a0441636d650000000000000100010000000000000000000000004555520d4575726f70652f4265726c696e0102000001000000"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_class_lies_in_these_bytes() {
        let (it, _) = CustomerClass::born_with(SellerNumber::PROVIDER, id(5), now());
        let bytes = encode(&it);
        assert_eq!(decode::<CustomerClass>(&bytes).expect("readable"), it);
        expect!["01000000000000000000000000000000050100000000808082e288d2a306808082e288d2a306000744656661756c74000a001e010001020000010001000000"].assert_eq(&hex::encode(bytes));
    }
}
