//! Bookkeeping: the journal in the accounts of a chart, as accountants take it in.
//!
//! Accountants book an amount from one account to another. An entry of the journal may have more than
//! two sides; it is cut into such bookings, which come to the same on every account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{Invalid, Violation};
use super::journal::{Entry, Ledger};
use super::money::{Currency, Money, MoneyError};
use super::stamp::SellerNumber;
use super::time::Date;
use super::word::words;

words! {
    /// The charts of accounts that most of those are made of who use the programs of DATEV.
    Standard {
        /// By processes: `SKR 03`.
        Skr03 = "skr03";
        /// By the statement of accounts: `SKR 04`.
        Skr04 = "skr04";
    }
}

impl Standard {
    /// The account that a ledger is in such a chart.
    #[must_use]
    pub const fn account(self, of: Ledger) -> u32 {
        let (skr03, skr04) = match of {
            Ledger::Receivable => (1400, 1200),
            // Without a key for tax: those with one would take it out of what is net once more.
            Ledger::Revenue => (8200, 4200),
            Ledger::DeferredRevenue => (990, 3900),
            Ledger::TaxPayable => (1776, 3806),
            Ledger::Cash => (1200, 1800),
            Ledger::CustomerCredit => (1710, 3250),
            Ledger::DepositsHeld => (1732, 3550),
            Ledger::PartnerPayable => (1600, 3300),
            Ledger::WriteOff => (2400, 6930),
            Ledger::BankFee => (4970, 6855),
        };
        match self {
            Self::Skr03 => skr03,
            Self::Skr04 => skr04,
        }
    }
}

/// In which accounts a seller's accountant books, and as whose books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The number of the accountant.
    pub consultant: u32,
    /// The number of the seller with that.
    pub client: u32,
    /// The month with which the seller's year begins, from 1.
    pub year_begins: u8,
    /// How many digits the number of an account has.
    pub digits: u8,
    /// The account of each ledger.
    pub accounts: BTreeMap<Ledger, u32>,
}

/// The charts of all sellers that have said theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Charts(pub BTreeMap<SellerNumber, Chart>);

impl Chart {
    /// That of a standard, of nobody in particular.
    #[must_use]
    pub fn of(standard: Standard) -> Self {
        let accounts = Ledger::ALL.iter().map(|it| (*it, standard.account(*it))).collect();
        Self { consultant: 1001, client: 1, year_begins: 1, digits: 4, accounts }
    }

    /// The account of a ledger.
    ///
    /// # Panics
    /// Never of a chart that was checked.
    #[must_use]
    pub fn account(&self, of: Ledger) -> u32 {
        *self.accounts.get(&of).expect("a chart has an account for each ledger")
    }

    /// The day on which the year of the books began that a day is in.
    ///
    /// # Panics
    /// Never of a chart that was checked.
    #[must_use]
    pub fn year_of(&self, day: Date) -> Date {
        let month = u32::from(self.year_begins);
        let year = if day.month() < month { day.year() - 1 } else { day.year() };
        Date::new(year, month, 1).expect("every month has a first day")
    }

    /// Refuses numbers that no program of DATEV takes (its format of bookings, version 700).
    ///
    /// # Errors
    /// With every field that is wrong.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut found = Vec::new();
        let mut must = |is_so: bool, field: String, message: &str| {
            if !is_so {
                found.push(Violation::new(field, "range", message));
            }
        };
        let field = |it: &str| it.to_owned();
        let is_one = (1001..=9_999_999).contains(&self.consultant);
        must(is_one, field("/consultant"), "must be from 1001 to 9999999");
        must((1..=99_999).contains(&self.client), field("/client"), "must be from 1 to 99999");
        must((1..=12).contains(&self.year_begins), field("/year_begins"), "must be from 1 to 12");
        must((4..=8).contains(&self.digits), field("/digits"), "must be from 4 to 8");
        let most = 10_u32.checked_pow(u32::from(self.digits)).unwrap_or(u32::MAX);
        for ledger in Ledger::ALL {
            let fits = self.accounts.get(ledger).is_some_and(|it| (1..most).contains(it));
            must(
                fits,
                format!("/accounts/{ledger}"),
                "must have as many digits at most as `digits`",
            );
        }
        Invalid::unless_empty(found)
    }
}

impl Default for Chart {
    fn default() -> Self {
        Self::of(Standard::Skr03)
    }
}

/// An amount that goes from one ledger to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// Which is debited.
    pub debit: Ledger,
    /// Which is credited.
    pub credit: Ledger,
    /// How much: more than nothing.
    pub amount: Money,
}

/// An entry cut into bookings in a currency: its debits in their order against its credits in theirs.
///
/// # Errors
/// Never: an entry balances.
pub fn bookings(of: &Entry, currency: Currency) -> Result<Vec<Booking>, MoneyError> {
    let own = of.legs().iter().filter(|it| it.amount.currency() == currency);
    let (mut debits, mut credits) = (Vec::new(), Vec::new());
    for leg in own {
        if leg.amount.is_negative() {
            credits.push((leg.ledger, leg.amount.negated()?));
        } else {
            debits.push((leg.ledger, leg.amount));
        }
    }
    let mut credits = credits.into_iter();
    let mut open = credits.next();
    let mut bookings = Vec::new();
    for (debit, mut left) in debits {
        while let Some((credit, rest)) = open.filter(|_| left.as_minor() > 0) {
            let amount = left.at_most(rest)?;
            bookings.push(Booking { debit, credit, amount });
            left = left.minus(amount)?;
            let rest = rest.minus(amount)?;
            open = if rest.is_zero() { credits.next() } else { Some((credit, rest)) };
        }
    }
    Ok(bookings)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{euros, id};
    use crate::domain::id::{Id, InvoiceId};
    use crate::domain::journal::{Holder, Leg};
    use crate::domain::time::Instant;

    fn entry(legs: &[(Ledger, i64)]) -> Entry {
        let at = Instant::from_micros(0).expect("an instant");
        let legs = legs.iter().map(|(ledger, minor)| {
            let amount = Money::minor(*minor, Currency::EUR);
            Leg { ledger: *ledger, holder: Holder::Seller, amount }
        });
        let cause = id::<InvoiceId>(1).subject();
        let made = Entry::new(at, SellerNumber::PROVIDER, cause, legs);
        made.expect("balanced").expect("it moves")
    }

    #[test]
    fn an_invoice_is_a_booking_for_each_of_what_it_credits() {
        let it = entry(&[
            (Ledger::Receivable, 1190),
            (Ledger::Revenue, -1000),
            (Ledger::TaxPayable, -190),
        ]);
        let booking = |credit, amount: &str| Booking {
            debit: Ledger::Receivable,
            credit,
            amount: euros(amount),
        };
        let expected = [booking(Ledger::Revenue, "10"), booking(Ledger::TaxPayable, "1.90")];
        assert_eq!(bookings(&it, Currency::EUR).expect("balanced"), expected);
        assert_eq!(bookings(&it, Currency::USD).expect("balanced"), []);
    }

    #[test]
    fn a_chart_has_an_account_for_each_ledger_and_numbers_that_fit() {
        for standard in Standard::ALL {
            assert_eq!(Chart::of(*standard).check(), Ok(()), "{standard}");
        }
        let mut wrong =
            Chart { consultant: 7, client: 0, year_begins: 13, digits: 4, ..Chart::default() };
        wrong.accounts.insert(Ledger::Cash, 18_000);
        let found = wrong.check().expect_err("refused").violations;
        let fields: Vec<_> = found.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["/consultant", "/client", "/year_begins", "/accounts/cash"]);
    }

    proptest! {
        #[test]
        fn bookings_come_to_the_same_on_every_ledger(
            sides in prop::collection::vec((0..10_usize, -1_000_000..1_000_000_i64), 1..8),
        ) {
            let mut legs: Vec<_> = sides.iter().map(|it| (Ledger::ALL[it.0], it.1)).collect();
            let sum: i64 = legs.iter().map(|it| it.1).sum();
            legs.push((Ledger::Cash, -sum));
            prop_assume!(legs.iter().any(|it| it.1 != 0));
            let entry = entry(&legs);
            let mut sums: BTreeMap<Ledger, i64> = BTreeMap::new();
            for leg in entry.legs() {
                *sums.entry(leg.ledger).or_default() += leg.amount.as_minor();
            }
            for it in bookings(&entry, Currency::EUR).expect("balanced") {
                prop_assert!(it.amount.as_minor() > 0);
                *sums.entry(it.debit).or_default() -= it.amount.as_minor();
                *sums.entry(it.credit).or_default() += it.amount.as_minor();
            }
            prop_assert!(sums.values().all(|it| *it == 0), "{:?}", sums);
        }
    }
}
