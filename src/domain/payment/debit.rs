//! Debits: payments that a seller's bank collects by mandate, in orders that are given to it as files.
//!
//! An order copies in what its file says, so that the same file can be had again; the numbers of bank
//! accounts stay sealed where the mandates are. What became of its debits is said by the statements
//! of the bank, or by a person.

use serde::{Deserialize, Serialize};

use super::mandate::{Scheme, Sequence};
use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::error::{Code as Reason, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{DebitOrderId, InvoiceId, PaymentId, PaymentMethodId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::stamp::Stamp;
use crate::domain::text::{Bic, Code, CreditorId, Iban, Name};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

/// How a payment is collected by mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debit {
    /// With which order.
    pub order: DebitOrderId,
    /// For which invoice.
    pub invoice: InvoiceId,
    /// The day on which it is collected.
    pub collect_on: Date,
    /// The how many-th it is for that invoice: 1 for the first.
    pub tries: u16,
    /// Why the payer's bank sent it back, by the codes of ISO 20022.
    pub returned: Option<Code>,
}

/// So often is tried to collect an invoice by mandate: once, and twice more (rulebook EPC016, 4.3.4).
pub const TRIES_MAX: u16 = 3;

/// Whether a payer's bank may fare better with the same mandate another time: there was too little
/// money (`AM04`), or it does not say why (`MS03`). After everything else the mandate rests.
#[must_use]
pub fn may_be_tried_again(reason: &Code) -> bool {
    matches!(reason.as_str(), "AM04" | "MS03")
}

words! {
    /// How far an order is.
    State {
        /// Its file is there; the bank has not said what came of all of it.
        Open = "open";
        /// Of each debit is known what came of it.
        Completed = "completed";
        /// It was called off before the bank had it.
        Canceled = "canceled";
    }
}

words! {
    /// What can happen to an order.
    Trigger {
        /// Learn what came of the last of its debits.
        Complete = "complete";
        /// Call it off.
        Cancel = "cancel";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Open, T::Complete) => Some(S::Completed),
        (S::Open, T::Cancel) => Some(S::Canceled),
        (S::Completed | S::Canceled, T::Complete | T::Cancel) => None,
    }
}

/// As whom and into which account an order collects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// By what banks know it.
    pub creditor: CreditorId,
    /// Whose account it is.
    pub name: Name,
    /// Its number.
    pub iban: Iban,
    /// The code of the bank.
    pub bic: Option<Bic>,
}

/// One debit as the file of its order says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedDebit {
    /// The payment that it is to become; the bank knows it by that.
    pub payment: PaymentId,
    /// The invoice that it settles.
    pub invoice: InvoiceId,
    /// The number on that.
    pub number: DocumentNumber,
    /// The method on file whose mandate it is.
    pub method: PaymentMethodId,
    /// The reference of the mandate.
    pub mandate: Code,
    /// When that was signed.
    pub signed_on: Date,
    /// Its place among the debits of the mandate.
    pub sequence: Sequence,
    /// Who holds the bank account.
    pub holder: Name,
    /// How much.
    pub amount: Money,
}

/// What a seller's bank is to collect on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebitOrder {
    /// Its identity; the bank knows the file by it.
    pub id: DebitOrderId,
    /// Whose it is.
    pub stamp: Stamp,
    /// By whose rules.
    pub scheme: Scheme,
    /// As whom.
    pub collector: Collector,
    /// The day on which the payers' accounts are debited.
    pub collect_on: Date,
    /// The debits. There is at least one.
    pub debits: Vec<OrderedDebit>,
    /// How far it is.
    pub state: State,
    /// Since when that is so.
    pub state_at: Instant,
}

impl DebitOrder {
    /// The order after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} an order that is `{}`", self.state);
            return Err(Rejection::new(Reason::PaymentStateForbids, why));
        };
        let verb = match trigger {
            Trigger::Complete => Verb::Completed,
            Trigger::Cancel => Verb::Canceled,
        };
        Ok((Self { state, state_at: now, ..self }, verb))
    }

    /// What it collects altogether.
    ///
    /// # Errors
    /// If it is too much.
    ///
    /// # Panics
    /// If there is no debit.
    pub fn total(&self) -> Result<Money, MoneyError> {
        let currency = self.debits.first().expect("an order has a debit").amount.currency();
        Money::sum(self.debits.iter().map(|it| it.amount), currency)
    }
}

/// The first day from `day` on on which banks settle in euro: no weekend and no holiday of TARGET
/// (1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December; European Central Bank).
#[must_use]
pub fn banking_day(day: Date) -> Date {
    let mut day = day;
    while !is_banking_day(day) {
        day = day.plus_days(1);
    }
    day
}

fn is_banking_day(day: Date) -> bool {
    /// A Monday.
    const MONDAY: (i32, u32, u32) = (2024, 1, 1);
    let monday = Date::new(MONDAY.0, MONDAY.1, MONDAY.2).expect("a day of the calendar");
    let is_weekend = day.days_since(monday).rem_euclid(7) >= 5;
    let is_holiday = matches!((day.month(), day.day()), (1 | 5, 1) | (12, 25 | 26));
    let easter = easter(day.year());
    let is_easter = [-2, 1].iter().any(|it| easter.plus_days(*it) == day);
    !(is_weekend || is_holiday || is_easter)
}

/// Easter Sunday of a year, by the arithmetic of the Gregorian calendar (Meeus, Astronomical
/// Algorithms, chapter 8).
fn easter(year: i32) -> Date {
    let (place, century, rest) = (year % 19, year / 100, year % 100);
    let moon =
        (19 * place + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let week = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (place + 11 * moon + 22 * week) / 451;
    let at = moon + week - 7 * late + 114;
    let march = Date::new(year, 3, 1).expect("every year has a first of March");
    march.plus_days(i64::from((at / 31 - 3) * 31 + at % 31))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::sample::date;
    use crate::domain::word::matrix;

    #[test]
    fn the_life_of_an_order_is_this_table() {
        expect![[r#"
                      |  complete |   cancel
                 open | completed | canceled
            completed |         - |        -
             canceled |         - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn easter_is_when_the_calendar_says() {
        for day in
            ["2000-04-23", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"]
        {
            assert_eq!(easter(date(day).year()), date(day));
        }
    }

    #[test]
    fn banks_settle_on_no_weekend_and_no_holiday() {
        for (from, day) in [
            ("2026-11-27", "2026-11-27"),
            ("2026-11-28", "2026-11-30"),
            ("2026-04-03", "2026-04-07"),
            ("2026-05-01", "2026-05-04"),
            ("2026-12-25", "2026-12-28"),
            ("2027-01-01", "2027-01-04"),
        ] {
            assert_eq!(banking_day(date(from)), date(day), "{from}");
        }
    }

    #[test]
    fn only_too_little_money_or_no_reason_lets_a_mandate_be_tried_again() {
        let again = |it: &str| may_be_tried_again(&it.parse().expect("a code"));
        assert!(again("AM04") && again("MS03"));
        assert!(!again("MD01") && !again("AC04") && !again("MD06"));
    }
}
