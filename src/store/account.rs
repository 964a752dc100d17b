//! Accounts, what they are billed through, and the terms they have, as they are kept.

use super::codec::Key;
use super::record::record;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CustomerClass;
use crate::domain::account::lifecycle::State;
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
    /// `(class, account)`: whose terms a class says.
    ACCOUNT_BY_CLASS = "by_class" => |it, keys| keys.push(Key::new().id(it.class()).id(it.id)),
);

record!(BillingAccount, BillingAccountId, "billing_account", shape 1);

record!(CustomerClass, ClassId, "class", shape 1);
