//! The overview: what a business comes to, month by month and currency by currency.
//!
//! *Monthly recurring revenue* is what the recurring prices of everything that runs come to in a
//! month: of each subscription that is active or graced and past its trial, at today's version of
//! each price, with longer and shorter periods brought to the length of a month. It is what is
//! agreed, without taxes, with the discounts and fees that a price has in the long run, and knows
//! nothing of proration and of what a single customer is granted. Of a price that contains tax it is
//! without what the account bears of which it is told, and of many without what a consumer bears where
//! the seller is.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::billing::charge::Charging;
use super::billing::invoice::Invoice;
use super::billing::invoice::line::LineKind;
use super::catalog::price::{Price, PriceKind};
use super::error::Rejection;
use super::money::{Amount, Currency, Money, MoneyError, Rounding};
use super::quantity::{Percent, Quantity};
use super::time::{Date, Span, SpanUnit};
use super::word::words;

words! {
    /// Whose figures an overview tells.
    Extent {
        /// Those of every seller here.
        Everything = "everything";
        /// Those of a seller and of the resellers below it.
        Branch = "branch";
        /// Those of a seller's own customers.
        Own = "own";
        /// Those of one account.
        Account = "account";
    }
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u32);

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(u32::try_from(day.year()).unwrap_or(0) * 12 + day.month() - 1)
    }

    /// The month with a number: see [`Month::number`].
    #[must_use]
    pub const fn numbered(number: u32) -> Self {
        Self(number)
    }

    /// How many months there were since the year 0.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its first day.
    ///
    /// # Panics
    /// Never: the month of a day, and those around it, have one.
    #[must_use]
    pub fn first_day(self) -> Date {
        let (year, month) = (i32::try_from(self.0 / 12).ok(), self.0 % 12 + 1);
        let first = year.and_then(|it| Date::new(it, month, 1));
        first.expect("every month of the calendar has a first day")
    }

    /// So many months before.
    #[must_use]
    pub const fn before(self, months: u32) -> Self {
        Self(self.0.saturating_sub(months))
    }

    /// It and the months before it, `count` in all, the oldest first.
    pub fn last(self, count: u32) -> impl Iterator<Item = Self> {
        (0..count).rev().map(move |it| self.before(it))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

/// What an invoice charges, by what it is charged for; without tax, and without deposits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    /// For periods.
    pub recurring: Money,
    /// For what was used.
    pub usage: Money,
    /// For what is charged once: buying, setting up, renewing.
    pub one_time: Money,
    /// For everything else: late fees, what was stated, what was given back.
    pub other: Money,
}

impl Charged {
    /// What an invoice charges.
    ///
    /// # Errors
    /// If that is too large.
    pub fn by(invoice: &Invoice) -> Result<Self, MoneyError> {
        let content = invoice.content();
        let nothing = Money::zero(content.currency);
        let mut sums =
            Self { recurring: nothing, usage: nothing, one_time: nothing, other: nothing };
        for line in &content.lines {
            let sum = match line.kind {
                LineKind::Deposit => continue,
                LineKind::Recurring | LineKind::TrueUp => &mut sums.recurring,
                LineKind::Usage => &mut sums.usage,
                LineKind::OneTime | LineKind::Setup | LineKind::Renewal => &mut sums.one_time,
                LineKind::Credit | LineKind::LateFee | LineKind::Stated => &mut sums.other,
            };
            *sum = sum.plus(line.net)?;
        }
        Ok(sums)
    }

    /// Both together.
    ///
    /// # Errors
    /// If that is too large, or they are in different currencies.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            recurring: self.recurring.plus(other.recurring)?,
            usage: self.usage.plus(other.usage)?,
            one_time: self.one_time.plus(other.one_time)?,
            other: self.other.plus(other.other)?,
        })
    }
}

/// What a month came to, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthFigures {
    /// Which month.
    pub month: Month,
    /// What was invoiced.
    pub charged: Charged,
    /// How many invoices that were.
    pub invoices: u64,
    /// What was taken back by credit notes, without tax.
    pub credited: Money,
    /// What came in, less what went back.
    pub paid: Money,
}

impl MonthFigures {
    /// A month in which nothing happened.
    #[must_use]
    pub const fn nothing(month: Month, currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        let charged =
            Charged { recurring: nothing, usage: nothing, one_time: nothing, other: nothing };
        Self { month, charged, invoices: 0, credited: nothing, paid: nothing }
    }

    /// What was invoiced, without tax.
    ///
    /// # Errors
    /// If that is too large.
    pub fn invoiced(&self) -> Result<Money, MoneyError> {
        let Charged { recurring, usage, one_time, other } = self.charged;
        recurring.plus(usage)?.plus(one_time)?.plus(other)
    }
}

/// What a business comes to in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Monthly recurring revenue: see the head of this module.
    pub mrr: Money,
    /// How many subscriptions run that cost something: those that are active or graced, past their
    /// trial, with a price in this currency. One without a price is counted nowhere.
    pub subscriptions: u64,
    /// What is still to be paid.
    pub receivable: Money,
    /// What of it was to be paid before today.
    pub overdue: Money,
    /// On how many invoices.
    pub overdue_invoices: u64,
    /// The last months, the oldest first and this one last, each of them there.
    pub months: Vec<MonthFigures>,
}

impl Figures {
    /// How many months are told.
    pub const MONTHS: u32 = 12;

    /// A business that has not begun.
    #[must_use]
    pub fn nothing(currency: Currency, month: Month) -> Self {
        let nothing = Money::zero(currency);
        let months = month.last(Self::MONTHS).map(|it| MonthFigures::nothing(it, currency));
        Self {
            mrr: nothing,
            subscriptions: 0,
            receivable: nothing,
            overdue: nothing,
            overdue_invoices: 0,
            months: months.collect(),
        }
    }

    /// The figures of a month, if it is one of those told.
    pub fn month(&mut self, month: Month) -> Option<&mut MonthFigures> {
        self.months.iter_mut().find(|it| it.month == month)
    }
}

/// The figures by currency, as far as there are any.
pub type Overview = BTreeMap<Currency, Figures>;

/// Units of a price that run: so many subscriptions have so many each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// How many units each has.
    pub units: Quantity,
    /// The day whose version of the price holds for good; today's if nothing is said.
    pub frozen_on: Option<Date>,
    /// How many hundredths less is charged for them than the price says, as parts of a bundle.
    pub less: Percent,
    /// How many subscriptions.
    pub count: i64,
}

/// What a price brings in a month by what runs at it, without the tax that it contains, if any, so many percent:
/// nothing if it does not recur, or has not begun.
///
/// # Errors
/// If billing has no rule for the price, or the sum is too large.
pub fn monthly(
    price: &Price,
    running: &Running,
    (today, contained): (Date, Percent),
) -> Result<Amount, Rejection> {
    let nothing = Amount::zero(price.currency);
    let every = match price.kind {
        PriceKind::Recurring { every, .. } => every,
        PriceKind::OneTime(_) | PriceKind::Usage { .. } => return Ok(nothing),
    };
    let Some(version) = price.in_force(today, running.frozen_on) else { return Ok(nothing) };
    let amount = Charging::in_the_long_run(price, version, today).amount(running.units)?;
    let charged = Decimal::ONE_HUNDRED - running.less.decimal();
    let amount = amount.part(charged, Decimal::ONE_HUNDRED)?;
    let amount = amount.part(Decimal::ONE_HUNDRED, Decimal::ONE_HUNDRED + contained.decimal())?;
    let (numerator, denominator) = months_per(every);
    let all = amount.value().checked_mul(Decimal::from(running.count));
    let all = Amount::new(all.ok_or(MoneyError::TooLarge)?, price.currency);
    Ok(all.part(numerator, denominator)?)
}

/// How many periods there are in a month, as a fraction: the year has 365.25 days.
fn months_per(every: Span) -> (Decimal, Decimal) {
    let count = Decimal::from(every.count);
    let quarter_days = Decimal::from(1461);
    match every.unit {
        SpanUnit::Day => (quarter_days, count * Decimal::from(48)),
        SpanUnit::Week => (quarter_days, count * Decimal::from(48 * 7)),
        SpanUnit::Month => (Decimal::ONE, count),
        SpanUnit::Year => (Decimal::ONE, count * Decimal::from(12)),
    }
}

/// An amount as it is shown: in whole minor units.
///
/// # Errors
/// If it is too large.
pub fn shown(amount: Amount) -> Result<Money, MoneyError> {
    amount.book(Rounding::HalfUp)
}

/// By how many percent something changed, with one decimal place; `None` where there was nothing.
#[must_use]
pub fn percent_change(from: Money, to: Money) -> Option<Decimal> {
    let (from, to) = (from.decimal(), to.decimal());
    let change = to.checked_sub(from)?.checked_mul(Decimal::ONE_HUNDRED)?;
    Some(change.checked_div(from.abs())?.round_dp(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn a_month_knows_those_before_it() {
        let months: Vec<_> =
            Month::of(day("2026-02-28")).last(4).map(|it| it.to_string()).collect();
        assert_eq!(months, ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(Month::of(day("2026-02-01")), Month::of(day("2026-02-28")));
    }

    #[test]
    fn periods_are_brought_to_the_length_of_a_month() {
        let table = [
            ("1 month", "30.00"),
            ("3 months", "10.00"),
            ("1 year", "2.50"),
            ("1 week", "130.45"),
            ("10 days", "91.31"),
        ];
        for (every, expected) in table {
            let (numerator, denominator) = months_per(every.parse().expect("a span"));
            let amount = Amount::new(Decimal::from(30), Currency::EUR);
            let monthly = amount.part(numerator, denominator).and_then(shown).expect("an amount");
            assert_eq!(monthly.decimal().to_string(), expected, "{every}");
        }
    }

    #[test]
    fn a_change_is_told_in_percent_of_what_was() {
        let euros = |minor| Money::minor(minor, Currency::EUR);
        let told = |from, to| percent_change(euros(from), euros(to)).map(|it| it.to_string());
        assert_eq!(told(200, 250).as_deref(), Some("25"));
        assert_eq!(told(300, 200).as_deref(), Some("-33.3"));
        assert_eq!(told(-200, 100).as_deref(), Some("150"));
        assert_eq!(told(0, 100), None);
    }
}
