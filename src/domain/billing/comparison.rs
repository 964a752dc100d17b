//! Comparison: what a billing run bills otherwise than the one before, account by account.

use std::collections::BTreeMap;

use crate::domain::id::BillingAccountId;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::word::words;

words! {
    /// In which way an account is billed otherwise.
    Kind {
        /// It was billed nothing before.
        New = "new";
        /// It is billed nothing any more.
        Gone = "gone";
        /// It is billed another amount.
        Changed = "changed";
    }
}

/// What accounts are billed with tax, each in its currency.
pub type Sums = BTreeMap<(BillingAccountId, Currency), Money>;

/// An account that is billed otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Which it is.
    pub billing_account: BillingAccountId,
    /// In which way.
    pub kind: Kind,
    /// What it was billed.
    pub before: Money,
    /// What it is billed.
    pub now: Money,
}

/// Adds an amount to what an account is billed.
///
/// # Errors
/// If that is too much.
pub fn add(sums: &mut Sums, of: BillingAccountId, amount: Money) -> Result<(), MoneyError> {
    let sum = sums.entry((of, amount.currency())).or_insert(Money::zero(amount.currency()));
    *sum = sum.plus(amount)?;
    Ok(())
}

/// What is otherwise, in the order of the accounts.
#[must_use]
pub fn differences(before: &Sums, now: &Sums) -> Vec<Difference> {
    let keys = before.keys().chain(now.keys().filter(|it| !before.contains_key(it)));
    let mut keys: Vec<_> = keys.copied().collect();
    keys.sort_unstable();
    let difference = |key: (BillingAccountId, Currency)| {
        let (was, is) = (before.get(&key).copied(), now.get(&key).copied());
        let kind = match (was, is) {
            (None, Some(_)) => Kind::New,
            (Some(_), None) => Kind::Gone,
            (Some(was), Some(is)) if was != is => Kind::Changed,
            (Some(_), Some(_)) | (None, None) => return None,
        };
        let nothing = Money::zero(key.1);
        let (before, now) = (was.unwrap_or(nothing), is.unwrap_or(nothing));
        Some(Difference { billing_account: key.0, kind, before, now })
    };
    keys.into_iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{euros, id};

    fn sums(rows: &[(u128, &str)]) -> Sums {
        let mut sums = Sums::new();
        for (account, amount) in rows {
            add(&mut sums, id(*account), euros(amount)).expect("a sum");
        }
        sums
    }

    #[test]
    fn who_is_billed_otherwise_is_new_gone_or_changed() {
        let before = sums(&[(1, "10"), (2, "20"), (3, "30"), (3, "1")]);
        let now = sums(&[(2, "20"), (3, "32"), (4, "5")]);
        let rows = differences(&before, &now);
        let told = |it: &Difference| {
            format!("{} {} -> {}", it.kind, it.before.decimal(), it.now.decimal())
        };
        let rows: Vec<_> = rows.iter().map(told).collect();
        assert_eq!(rows, ["gone 10.00 -> 0.00", "changed 31.00 -> 32.00", "new 0.00 -> 5.00"]);
        assert_eq!(differences(&now, &now), []);
    }
}
