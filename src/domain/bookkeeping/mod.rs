//! Bookkeeping: the journal in the accounts of a chart, as accountants take it in.
//!
//! Accountants book an amount from one account to another. An entry of the journal may have more than
//! two sides; it is cut into such bookings, which come to the same on every account.
//!
//! What each customer owes stands on an account of its own, and what is earned by as what it is taxed: so
//! accountants match what is open, and see what they report. What was charged in advance is earned
//! without its document; it stands on the account of what is earned altogether.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::billing::tax::{TaxBasis, TaxTotal};
use super::billing::vat::VatCase;
use super::billing::vat::rate::standard_on;
use super::catalog::tax::Treatment;
use super::error::{Invalid, Violation};
use super::id::BillingAccountId;
use super::journal::{Entry, Holder, Ledger, Leg};
use super::money::{Currency, Money, MoneyError};
use super::stamp::SellerNumber;
use super::text::Country;
use super::time::Date;
use super::word::words;

words! {
    /// As what a sale is taxed, where books tell such sales apart.
    Taxed {
        /// In the seller's country, at its standard rate.
        Standard = "standard";
        /// In the seller's country, at a lower rate.
        Reduced = "reduced";
        /// In the buyer's country, at a rate of that.
        Abroad = "abroad";
        /// Where the buyer owes the tax.
        ReverseCharge = "reverse_charge";
        /// Where the tax does not hold.
        ThirdCountry = "third_country";
        /// Free of tax.
        Exempt = "exempt";
    }
}

impl Taxed {
    /// As what a sale is taxed that bears a tax on a day, of a seller in one country to a buyer in one.
    #[must_use]
    pub fn by(
        tax: &TaxTotal,
        (seller, buyer): (Option<&Country>, Option<&Country>),
        on: Date,
    ) -> Self {
        let is_abroad = match &tax.basis {
            TaxBasis::EuVat(it) => it.case == VatCase::Destination,
            TaxBasis::Rule(_) => seller.zip(buyer).is_some_and(|(seller, buyer)| seller != buyer),
        };
        match &tax.treatment {
            Treatment::ReverseCharge { .. } => Self::ReverseCharge,
            Treatment::OutOfScope { .. } => Self::ThirdCountry,
            Treatment::Exempt { .. } => Self::Exempt,
            Treatment::Standard(percent) if percent.decimal().is_zero() => Self::Exempt,
            Treatment::Standard(_) if is_abroad => Self::Abroad,
            Treatment::Standard(percent) => {
                let usual = seller.and_then(|it| standard_on(it.as_str(), on));
                let is_lower = usual.is_some_and(|(it, _)| percent.decimal() < it.decimal());
                if is_lower { Self::Reduced } else { Self::Standard }
            }
        }
    }

    /// Whether programs of DATEV take tax out of what is booked on the account of it, unless they are told
    /// that it is net.
    #[must_use]
    pub const fn is_automatic(self) -> bool {
        match self {
            Self::Standard | Self::Reduced => true,
            Self::Abroad | Self::ReverseCharge | Self::ThirdCountry | Self::Exempt => false,
        }
    }
}

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
        self.of_two(skr03, skr04)
    }

    /// The account of what is earned from sales that are taxed so.
    #[must_use]
    pub const fn revenue(self, of: Taxed) -> u32 {
        let (skr03, skr04) = match of {
            Taxed::Standard => (8400, 4400),
            Taxed::Reduced => (8300, 4300),
            Taxed::Abroad => (8331, 4331),
            Taxed::ReverseCharge => (8336, 4336),
            Taxed::ThirdCountry => (8338, 4338),
            Taxed::Exempt => (8100, 4100),
        };
        self.of_two(skr03, skr04)
    }

    const fn of_two(self, skr03: u32, skr04: u32) -> u32 {
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
    /// The account of what is earned, by as what it is taxed.
    pub revenues: BTreeMap<Taxed, u32>,
    /// After which number debtors are counted: a customer's account is this one and the customer's number.
    /// `None`: all of them are on the account of what customers owe, as are those that are too many.
    pub debtors_from: Option<u32>,
}

/// The charts of all sellers that have said theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Charts(pub BTreeMap<SellerNumber, Chart>);

impl Chart {
    /// That of a standard, of nobody in particular.
    #[must_use]
    pub fn of(standard: Standard) -> Self {
        let accounts = Ledger::ALL.iter().map(|it| (*it, standard.account(*it))).collect();
        let revenues = Taxed::ALL.iter().map(|it| (*it, standard.revenue(*it))).collect();
        let (digits, debtors_from) = (4, Some(10_000));
        Self {
            consultant: 1001,
            client: 1,
            year_begins: 1,
            digits,
            accounts,
            revenues,
            debtors_from,
        }
    }

    /// The chart with numbers of so many digits: those of debtors have one more.
    #[must_use]
    pub fn with_digits(self, digits: u8) -> Self {
        let debtors_from = self.debtors_from.filter(|_| digits == self.digits);
        let usual = self.debtors_from.and(10_u32.checked_pow(digits.into()));
        Self { digits, debtors_from: debtors_from.or(usual), ..self }
    }

    /// The account of a ledger.
    ///
    /// # Panics
    /// Never of a chart that was checked.
    #[must_use]
    pub fn account(&self, of: Ledger) -> u32 {
        *self.accounts.get(&of).expect("a chart has an account for each ledger")
    }

    /// The account of the customer with a number.
    fn debtor(&self, number: Option<u64>) -> Option<u32> {
        let number = number.and_then(|it| u32::try_from(it).ok())?;
        let account = self.debtors_from?.checked_add(number)?;
        (account < self.debtors_until()).then_some(account)
    }

    /// The first number that is not a debtor's: those of creditors begin there.
    fn debtors_until(&self) -> u32 {
        10_u32.checked_pow(self.digits.into()).and_then(|it| it.checked_mul(7)).unwrap_or(u32::MAX)
    }

    /// The parts of an entry, each on one account.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn posts(&self, of: &Entry, about: &About) -> Result<Vec<Post>, MoneyError> {
        let mut posts = Vec::new();
        for leg in of.legs() {
            if leg.ledger == Ledger::Revenue {
                posts.extend(self.earned(leg, about)?);
                continue;
            }
            let debtor = match leg.holder {
                Holder::Customer(id) if leg.ledger == Ledger::Receivable => {
                    self.debtor(about.customers.get(&id).copied())
                }
                Holder::Customer(_)
                | Holder::Seller
                | Holder::Partner(_)
                | Holder::Reserved(_)
                | Holder::PrepaidReserved(_) => None,
            };
            let account = debtor.unwrap_or_else(|| self.account(leg.ledger));
            posts.push(Post { leg: *leg, side: Side { account, taxed: None } });
        }
        Ok(posts)
    }

    /// What is earned, cut by as what it is taxed: where that does not come to what was booked, as where a
    /// part is earned later, it stays whole.
    fn earned(&self, leg: &Leg, about: &About) -> Result<Vec<Post>, MoneyError> {
        let post = |taxed: Option<Taxed>, amount| {
            let own = taxed.and_then(|it| self.revenues.get(&it).copied());
            let account = own.unwrap_or_else(|| self.account(Ledger::Revenue));
            Post { leg: Leg { amount, ..*leg }, side: Side { account, taxed } }
        };
        let mut kinds = about.taxed.keys().copied();
        let only = kinds.next().filter(|_| kinds.next().is_none());
        let currency = leg.amount.currency();
        let is_same = about.taxed.values().all(|it| it.currency() == currency);
        if only.is_some() || !is_same || about.taxed.is_empty() {
            return Ok(vec![post(only, leg.amount)]);
        }
        let whole = Money::sum(about.taxed.values().copied(), currency)?;
        if whole.negated()? != leg.amount {
            return Ok(vec![post(None, leg.amount)]);
        }
        let parts = about.taxed.iter().filter(|it| !it.1.is_zero());
        parts.map(|(taxed, amount)| Ok(post(Some(*taxed), amount.negated()?))).collect()
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
        for taxed in Taxed::ALL {
            let fits = self.revenues.get(taxed).is_some_and(|it| (1..most).contains(it));
            must(
                fits,
                format!("/revenues/{taxed}"),
                "must have as many digits at most as `digits`",
            );
        }
        let fits = self.debtors_from.is_none_or(|it| (most..self.debtors_until()).contains(&it));
        let message = "must have one digit more than `digits`, and begin with 1 to 6";
        must(fits, field("/debtors_from"), message);
        Invalid::unless_empty(found)
    }
}

impl Default for Chart {
    fn default() -> Self {
        Self::of(Standard::Skr03)
    }
}

/// What is known of an entry beside what it moves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The numbers of the customers whose billing accounts it moves.
    pub customers: BTreeMap<BillingAccountId, u64>,
    /// What its document earns at once, without tax, by as what it is taxed; less than nothing of what is
    /// given back.
    pub taxed: BTreeMap<Taxed, Money>,
}

/// Where an amount is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// The account.
    pub account: u32,
    /// As what it is taxed, of what is earned.
    pub taxed: Option<Taxed>,
}

/// A part of an entry that is booked on one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// What it moves.
    pub leg: Leg,
    /// Where.
    pub side: Side,
}

/// An amount that goes from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// Which is debited.
    pub debit: Side,
    /// Which is credited.
    pub credit: Side,
    /// How much: more than nothing.
    pub amount: Money,
}

/// The parts of an entry cut into bookings in a currency: its debits in their order against its credits in
/// theirs.
///
/// # Errors
/// Never: an entry balances.
pub fn bookings(of: &[Post], currency: Currency) -> Result<Vec<Booking>, MoneyError> {
    let own = of.iter().filter(|it| it.leg.amount.currency() == currency);
    let (mut debits, mut credits) = (Vec::new(), Vec::new());
    for Post { leg, side } in own {
        if leg.amount.is_negative() {
            credits.push((*side, leg.amount.negated()?));
        } else {
            debits.push((*side, leg.amount));
        }
    }
    let mut credits = credits.into_iter();
    let mut open = credits.next();
    let mut bookings = Vec::new();
    for (debit, mut left) in debits {
        while let Some((credit, rest)) = open.filter(|_| left.as_minor() > 0) {
            let amount = left.at_most(rest)?;
            // What goes from one holder to another stays on its account.
            if debit.account != credit.account {
                bookings.push(Booking { debit, credit, amount });
            }
            left = left.minus(amount)?;
            let rest = rest.minus(amount)?;
            open = if rest.is_zero() { credits.next() } else { Some((credit, rest)) };
        }
    }
    Ok(bookings)
}

#[cfg(test)]
mod tests;
