//! Totals: what an order, a cart or a quote comes to, per currency and sort of charge, as booked.

use serde::{Deserialize, Serialize};

use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::word::words;

words! {
    /// When what is totaled is charged.
    Charged {
        /// Once.
        Once = "once";
        /// In every period.
        EachPeriod = "each_period";
        /// Once, for the days before the first whole period.
        FirstPart = "first_part";
    }
}

/// An amount without, of, and with tax. They are of one currency, and the first two sum to the
/// third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    charged: Charged,
    net: Money,
    tax: Money,
    gross: Money,
}

impl Total {
    /// The total of an amount and the tax on it.
    ///
    /// # Errors
    /// If their currencies differ or their sum is too large.
    pub fn new(charged: Charged, net: Money, tax: Money) -> Result<Self, MoneyError> {
        Ok(Self { charged, net, tax, gross: net.plus(tax)? })
    }

    /// When it is charged.
    #[must_use]
    pub const fn charged(self) -> Charged {
        self.charged
    }

    /// The amount without tax.
    #[must_use]
    pub const fn net(self) -> Money {
        self.net
    }

    /// The tax.
    #[must_use]
    pub const fn tax(self) -> Money {
        self.tax
    }

    /// The amount with tax.
    #[must_use]
    pub const fn gross(self) -> Money {
        self.gross
    }

    /// Whether another is as much, before tax or with it: another tax is the law's and no other price.
    #[must_use]
    pub fn is_as_much_as(self, other: Self) -> bool {
        self.charged == other.charged && (self.net == other.net || self.gross == other.gross)
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.net.currency()
    }
}

/// The sums of totals: one for each sort of charge and currency, in the order in which they come.
///
/// # Errors
/// If a sum is too large.
pub fn sums(totals: impl IntoIterator<Item = Total>) -> Result<Vec<Total>, MoneyError> {
    let mut sums: Vec<Total> = Vec::new();
    for it in totals {
        let akin = |sum: &&mut Total| sum.charged == it.charged && sum.currency() == it.currency();
        match sums.iter_mut().find(akin) {
            Some(sum) => {
                *sum = Total::new(it.charged, sum.net.plus(it.net)?, sum.tax.plus(it.tax)?)?
            }
            None => sums.push(it),
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(charged: Charged, net: i64, tax: i64, currency: Currency) -> Total {
        let money = |minor| Money::minor(minor, currency);
        Total::new(charged, money(net), money(tax)).expect("one currency")
    }

    #[test]
    fn nothing_is_added_across_currencies_or_sorts_of_charge() {
        use Charged::{EachPeriod, Once};
        let found = sums([
            total(Once, 100, 19, Currency::EUR),
            total(EachPeriod, 10, 2, Currency::EUR),
            total(Once, 50, 0, Currency::USD),
            total(Once, 200, 38, Currency::EUR),
        ]);
        let expected = vec![
            total(Once, 300, 57, Currency::EUR),
            total(EachPeriod, 10, 2, Currency::EUR),
            total(Once, 50, 0, Currency::USD),
        ];
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn amount_and_tax_are_of_one_currency() {
        let tax = Money::minor(1, Currency::USD);
        assert!(Total::new(Charged::Once, Money::minor(1, Currency::EUR), tax).is_err());
    }

    proptest! {
        #[test]
        fn a_sum_of_totals_is_the_total_of_sums(
            amounts in prop::collection::vec((-1_000_000..1_000_000_i64, 0..100_000_i64), 1..20),
        ) {
            let totals = amounts.iter().map(|(net, tax)| total(Charged::Once, *net, *tax, Currency::EUR));
            let sum = sums(totals).expect("small")[0];
            prop_assert_eq!(sum.net().plus(sum.tax()), Ok(sum.gross()));
            prop_assert_eq!(sum.net().as_minor(), amounts.iter().map(|it| it.0).sum::<i64>());
            prop_assert_eq!(sum.tax().as_minor(), amounts.iter().map(|it| it.1).sum::<i64>());
        }
    }
}
