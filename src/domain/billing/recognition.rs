//! Recognition: when what was charged is earned, day by day over the time of the service.
//!
//! What is charged for days to come is *deferred* and earned as they pass; what is charged for days that
//! are over, or for none, is earned on the day of the invoice. What a credit note gives back is first
//! taken from what is still deferred, and only then from what was earned.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::credit::{CreditLine, CreditNote};
use super::invoice::Invoice;
use super::invoice::line::LineKind;
use super::policy::Recognition;
use crate::domain::money::{Currency, Money, MoneyError, Rounding};
use crate::domain::overview::Month;
use crate::domain::time::{Date, Period};

/// An amount that is earned over some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earning {
    /// The day of the document: nothing is earned before.
    pub from: Date,
    /// The days of the service; `None` where it is earned at once.
    pub period: Option<Period>,
    /// How much, without tax.
    pub net: Money,
}

/// What was charged and what was earned in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earned {
    /// What documents of the month charged, less what they gave back.
    pub charged: Money,
    /// What was earned in it, of documents of any month.
    pub earned: Money,
}

impl Earned {
    /// Nothing.
    #[must_use]
    pub const fn nothing(currency: Currency) -> Self {
        Self { charged: Money::zero(currency), earned: Money::zero(currency) }
    }

    /// Both together.
    ///
    /// # Errors
    /// If that is too much, or they are in different currencies.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            charged: self.charged.plus(other.charged)?,
            earned: self.earned.plus(other.earned)?,
        })
    }
}

/// What was charged and earned, month by month.
pub type Schedule = BTreeMap<Month, Earned>;

impl Earning {
    /// How much of it is earned before a day. From one day to the next it grows by a day's part, reckoned
    /// from the whole, so that the parts of any days that follow each other sum to theirs.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn before(&self, day: Date) -> Result<Money, MoneyError> {
        if day <= self.from {
            return Ok(Money::zero(self.net.currency()));
        }
        let Some(period) = self.period.filter(|it| day < it.end()) else { return Ok(self.net) };
        let passed = day.days_since(period.start()).max(0);
        let part = self.net.amount().part(passed.into(), period.days().into())?;
        part.book(Rounding::HalfEven)
    }

    /// How much of it is earned from a day on.
    fn after(&self, day: Date) -> Result<Money, MoneyError> {
        self.net.minus(self.before(day)?)
    }

    /// Whether some of it is earned after the day of the document.
    #[must_use]
    pub fn is_deferred(&self) -> bool {
        self.period.is_some_and(|it| self.from.plus_days(1) < it.end())
    }

    /// How much of it is earned in each month, from that of the document on.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn by_month(&self) -> Result<Schedule, MoneyError> {
        let last = self.period.map_or(self.from, |it| it.end().plus_days(-1)).max(self.from);
        let (mut month, last) = (Month::of(self.from), Month::of(last));
        let (mut schedule, mut before) = (Schedule::new(), Money::zero(self.net.currency()));
        let mut charged = self.net;
        while month <= last {
            let next = month.next();
            let now = self.before(next.first_day())?;
            schedule.insert(month, Earned { charged, earned: now.minus(before)? });
            (before, charged, month) = (now, Money::zero(self.net.currency()), next);
        }
        Ok(schedule)
    }
}

/// What an issued invoice charges, line by line; nothing of deposits, and nothing of a draft.
pub fn of_invoice(it: &Invoice) -> impl Iterator<Item = (usize, Earning)> {
    let from = it.issue().map(|it| it.issued_on);
    let lines = it.content().lines.iter().enumerate();
    let earned = lines.filter(|it| it.1.kind != LineKind::Deposit);
    earned.filter_map(move |(place, line)| {
        Some((
            place,
            Earning { from: from?, period: served(line.kind, line.service_period), net: line.net },
        ))
    })
}

/// What an issued credit note gives back, each less than nothing.
///
/// # Errors
/// If an amount is too large.
pub fn of_credit_note(it: &CreditNote) -> Result<Vec<Earning>, MoneyError> {
    let Some(issue) = it.issue() else { return Ok(Vec::new()) };
    let lines = it.content().lines.iter().filter(|it| it.kind != LineKind::Deposit);
    let mut all = Vec::new();
    for line in lines {
        all.extend(given_back(line, issue.issued_on)?);
    }
    Ok(all)
}

/// What of an issued invoice is deferred in the books, line by line: what is earned after its day, if its
/// seller's revenue is that of its time.
pub fn deferred_of_invoice(it: &Invoice) -> impl Iterator<Item = Earning> {
    let is_over_period = it.issue().is_some_and(|it| it.recognition == Recognition::OverPeriod);
    of_invoice(it).map(|it| it.1).filter(move |it| is_over_period && it.is_deferred())
}

/// What an issued credit note takes from what is deferred in the books, each less than nothing.
///
/// # Errors
/// If an amount is too large.
pub fn deferred_of_credit_note(it: &CreditNote) -> Result<Vec<Earning>, MoneyError> {
    let is_over_period = it.issue().is_some_and(|it| it.recognition == Recognition::OverPeriod);
    let mut all = of_credit_note(it)?;
    all.retain(|it| is_over_period && it.is_deferred());
    Ok(all)
}

/// The last month of which what is earned was booked as revenue, of all sellers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released(u32);

impl Released {
    /// That it was booked up to the end of a month.
    #[must_use]
    pub const fn through(month: Month) -> Self {
        Self(month.number())
    }

    /// The month.
    #[must_use]
    pub const fn month(self) -> Month {
        Month::numbered(self.0)
    }
}

/// How much of what is deferred is not earned when the months that were booked are over.
///
/// # Errors
/// If an amount is too large.
pub fn left_of(
    all: impl IntoIterator<Item = Earning>,
    (currency, released): (Currency, Option<Released>),
) -> Result<Money, MoneyError> {
    let mut left = Money::zero(currency);
    for it in all {
        let earned = match released {
            Some(released) => it.before(released.month().next().first_day())?,
            None => Money::zero(currency),
        };
        left = left.plus(it.net.minus(earned)?)?;
    }
    Ok(left)
}

/// What is given back of a line on a day: of what is deferred on that day over the days that are left,
/// and the rest at once.
fn given_back(line: &CreditLine, on: Date) -> Result<Vec<Earning>, MoneyError> {
    let at_once = line.net.minus(line.deferred)?;
    let earning = |period, net: Money| Ok(Earning { from: on, period, net: net.negated()? });
    let parts = [earning(left(line, on), line.deferred)?, earning(None, at_once)?];
    Ok(parts.into_iter().filter(|it: &Earning| !it.net.is_zero()).collect())
}

/// The days of a line's service that are left on a day.
fn left(line: &CreditLine, on: Date) -> Option<Period> {
    served(line.kind, line.service_period).and_then(|it| Period::new(it.start().max(on), it.end()))
}

/// The days over which a charge is earned: what was used is earned with its use, though its period may
/// go on.
fn served(kind: LineKind, period: Option<Period>) -> Option<Period> {
    period.filter(|_| kind != LineKind::Usage)
}

/// How much of what a note of a day gives back of a line is taken from what is deferred of it: at most
/// what earlier notes left of that.
///
/// # Errors
/// If an amount is too large.
pub(super) fn taken_from_deferred(
    line: &CreditLine,
    on: Date,
    before: &[CreditNote],
) -> Result<Money, MoneyError> {
    let nothing = Money::zero(line.net.currency());
    if left(line, on).is_none() {
        return Ok(nothing);
    }
    let (from, period) = (it_starts(line, on), served(line.kind, line.service_period));
    let mut deferred = Earning { from, period, net: line.charged }.after(on)?;
    for note in before {
        let Some(issue) = note.issue() else { continue };
        for it in note.content().lines.iter().filter(|it| it.place == line.place) {
            let (from, period) = (issue.issued_on, left(it, issue.issued_on));
            deferred = deferred.minus(Earning { from, period, net: it.deferred }.after(on)?)?;
        }
    }
    match (line.net.is_negative() == deferred.is_negative(), line.net.is_negative()) {
        (true, false) => line.net.at_most(deferred),
        (true, true) => line.net.negated()?.at_most(deferred.negated()?)?.negated(),
        (false, _) => Ok(nothing),
    }
}

/// From when a line is earned, as far as its credit note knows: from the first day of its service.
fn it_starts(line: &CreditLine, on: Date) -> Date {
    let start = line.service_period.map_or(on, Period::start);
    start.plus_days(-1).min(on)
}

/// What documents charged and what of it is earned, month by month.
///
/// # Errors
/// If an amount is too large.
pub fn schedule(all: impl IntoIterator<Item = Earning>) -> Result<Schedule, MoneyError> {
    let mut sums = Schedule::new();
    for it in all {
        for (month, part) in it.by_month()? {
            let sum = sums.entry(month).or_insert(Earned::nothing(it.net.currency()));
            *sum = sum.plus(part)?;
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::credit::{self, LineAsk};
    use crate::domain::billing::invoice::sample::{date, euros, id, issue, issued, stamp};

    fn period(from: &str, until: &str) -> Option<Period> {
        Period::new(date(from), date(until))
    }

    /// `2026-01 31.00 15.50` for each month: what was charged and what was earned.
    fn told(all: &[Earning]) -> Vec<String> {
        let schedule = schedule(all.iter().copied()).expect("small amounts");
        let row = |(month, it): (Month, Earned)| {
            format!("{month} {} {}", it.charged.decimal(), it.earned.decimal())
        };
        schedule.into_iter().map(row).collect()
    }

    #[test]
    fn what_is_charged_for_a_time_is_earned_by_its_days() {
        let earning =
            |from: &str, period, net: &str| Earning { from: date(from), period, net: euros(net) };
        let quarter = period("2026-01-16", "2026-04-16");
        assert_eq!(
            told(&[earning("2026-01-16", quarter, "90")]),
            [
                "2026-01 90.00 16.00",
                "2026-02 0.00 28.00",
                "2026-03 0.00 31.00",
                "2026-04 0.00 15.00"
            ]
        );
        assert_eq!(told(&[earning("2026-04-16", quarter, "90")]), ["2026-04 90.00 90.00"]);
        assert_eq!(
            told(&[earning("2026-03-01", quarter, "90")]),
            ["2026-03 90.00 75.00", "2026-04 0.00 15.00"],
            "what is over is earned at once"
        );
        assert_eq!(
            told(&[earning("2025-12-20", period("2026-01-01", "2026-02-01"), "31")]),
            ["2025-12 31.00 0.00", "2026-01 0.00 31.00"]
        );
        assert_eq!(told(&[earning("2026-05-31", None, "7")]), ["2026-05 7.00 7.00"]);
    }

    #[test]
    fn what_is_left_is_what_is_not_booked_yet() {
        let all = || {
            let earning = |from: &str, until: &str| Earning {
                from: date("2026-01-16"),
                period: period(from, until),
                net: euros("90"),
            };
            [earning("2026-01-16", "2026-04-16"), earning("2025-12-16", "2026-01-16")]
        };
        assert_eq!(all().map(|it| it.is_deferred()), [true, false], "what is over is earned");
        let left = |month: Option<&str>| {
            let released = month.map(|it| Released::through(Month::of(date(it))));
            let all = all().into_iter().filter(Earning::is_deferred);
            left_of(all, (Currency::EUR, released)).expect("small").decimal().to_string()
        };
        assert_eq!(left(None), "90.00");
        let later = ["2025-12-01", "2026-01-01", "2026-03-31", "2026-04-01"];
        assert_eq!(later.map(|it| left(Some(it))), ["90.00", "74.00", "15.00", "0.00"]);
    }

    /// A note that gives back some of a line of 365 euros for the year, after others.
    fn note(net: &str, on: &str, before: &[CreditNote]) -> CreditNote {
        let line = |it: &CreditLine| CreditLine {
            service_period: period("2026-01-01", "2027-01-01"),
            charged: euros("365"),
            ..*it
        };
        let invoice = issued(7, &["365"], 0, "2026-01-01");
        let earlier: Vec<_> = before.iter().map(|it| it.content().clone()).collect();
        let ask = LineAsk { place: 0, net: euros(net) };
        let credit = credit::lines(&invoice, &earlier, &[ask], Rounding::HalfUp);
        let mut credit = credit.expect("is left");
        credit.lines = credit.lines.iter().map(line).collect();
        let reason = "Ended early".parse().expect("a reason");
        let note = CreditNote::draft(id(11), stamp(), reason, credit);
        note.issued(issue(1, on), before).expect("issued").0
    }

    /// Whether it is taken from days to come, and how much.
    fn parts(of: &CreditNote) -> Vec<(bool, String)> {
        let parts = of_credit_note(of).expect("small amounts");
        parts.iter().map(|it| (it.period.is_some(), it.net.decimal().to_string())).collect()
    }

    fn part(is_later: bool, net: &str) -> (bool, String) {
        (is_later, net.to_owned())
    }

    #[test]
    fn what_is_given_back_is_taken_from_what_is_deferred_first() {
        let back = |net: &str| parts(&note(net, "2026-04-01", &[]));
        assert_eq!(back("275"), [part(true, "-275.00")]);
        assert_eq!(back("365"), [part(true, "-275.00"), part(false, "-90.00")]);
        assert_eq!(back("5"), [part(true, "-5.00")]);
        let whole = period("2026-01-01", "2027-01-01");
        let charged = Earning { from: date("2026-01-01"), period: whole, net: euros("365") };
        let taken = of_credit_note(&note("275", "2026-04-01", &[])).expect("small amounts");
        let earned: Vec<_> = told(&[vec![charged], taken].concat())
            .iter()
            .map(|it| it.split(' ').nth(2).map(str::to_owned))
            .collect();
        let expected = ["31.00", "28.00", "31.00"].map(|it| Some(it.to_owned()));
        assert_eq!(earned[..3], expected);
        assert!(earned[3..].iter().all(|it| it.as_deref() == Some("0.00")), "{earned:?}");
    }

    #[test]
    fn several_notes_of_a_line_take_back_no_more_than_is_deferred() {
        let first = note("200", "2026-04-01", &[]);
        let same_day = note("100", "2026-04-01", std::slice::from_ref(&first));
        assert_eq!(parts(&same_day), [part(true, "-75.00"), part(false, "-25.00")]);
        // Of what the first left, 75 over 275 days, 184 days are to come.
        let later = note("100", "2026-07-01", std::slice::from_ref(&first));
        assert_eq!(parts(&later), [part(true, "-50.18"), part(false, "-49.82")]);
        let both = [first, same_day];
        assert_eq!(parts(&note("65", "2026-07-01", &both)), [part(false, "-65.00")]);
    }

    proptest! {
        #[test]
        fn what_is_earned_sums_to_what_was_charged_to_the_cent(
            minor in -1_000_000_000..1_000_000_000_i64, start in 0..800_i64, days in 1..1200_i64, from in 0..2000_i64,
        ) {
            let day = |it: i64| date("2024-01-01").plus_days(it);
            let period = Period::new(day(start), day(start + days));
            let net = Money::minor(minor, Currency::EUR);
            let earning = Earning { from: day(from), period, net };
            let schedule = earning.by_month().expect("small amounts");
            let sum = |it: fn(&Earned) -> Money| -> i64 { schedule.values().map(|row| it(row).as_minor()).sum() };
            prop_assert_eq!(sum(|it| it.earned), minor);
            prop_assert_eq!(sum(|it| it.charged), minor);
            let mut before = 0;
            for at in from..from + 60 {
                let now = earning.before(day(at)).expect("small").as_minor();
                prop_assert!((now - before) * minor.signum() >= 0, "nothing that was earned is lost");
                before = now;
            }
        }

        #[test]
        fn what_is_given_back_sums_to_itself(
            charged in 1..1_000_000_i64, given in 1..1_000_000_i64, days in 1..400_i64, on in -30..500_i64,
        ) {
            let start = date("2026-01-01");
            let mut line = CreditLine {
                place: 0,
                kind: LineKind::Recurring,
                service_period: Period::new(start, start.plus_days(days)),
                days: None,
                charged: Money::minor(charged, Currency::EUR),
                net: Money::minor(given.min(charged), Currency::EUR),
                tax: euros("0"),
                deferred: euros("0"),
            };
            let on = start.plus_days(on);
            line.deferred = taken_from_deferred(&line, on, &[]).expect("small amounts");
            let parts = given_back(&line, on).expect("small amounts");
            let sum: i64 = parts.iter().map(|it| it.net.as_minor()).sum();
            prop_assert_eq!(sum, -given.min(charged));
        }
    }
}
