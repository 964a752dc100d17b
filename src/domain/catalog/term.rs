//! Terms: how long one commits to an offer, how it renews, and what an early end costs.

use serde::{Deserialize, Serialize};

use crate::domain::error::Violation;
use crate::domain::localized::Localized;
use crate::domain::money::Money;
use crate::domain::quantity::Percent;
use crate::domain::text::{Code, Name, Prose};
use crate::domain::time::{Instant, Span, Validity};
use crate::domain::word::words;

/// What of a term is a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trial {
    /// Nothing: it is paid for from its first day.
    None,
    /// The time at its beginning: the first charge falls on the day after.
    First(Span),
    /// All of it: when it ends, a paid term must be chosen, or the trial's service terms hold.
    Whole,
}

/// When and how a term renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renewal {
    /// Only when somebody orders it.
    OnOrder,
    /// By itself on its last day.
    OnLastDay,
    /// By itself so many days before it ends.
    DaysBefore(u32),
}

impl Renewal {
    /// Whether it renews by itself.
    #[must_use]
    pub const fn is_automatic(self) -> bool {
        match self {
            Self::OnOrder => false,
            Self::OnLastDay | Self::DaysBefore(_) => true,
        }
    }

    /// How many days before the end it renews by itself.
    #[must_use]
    pub const fn days_before(self) -> u32 {
        match self {
            Self::OnOrder | Self::OnLastDay => 0,
            Self::DaysBefore(days) => days,
        }
    }
}

/// What ending a term early costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EarlyEnd {
    /// Nothing.
    Free,
    /// All that the rest of the term would have cost.
    Remainder,
    /// A share of what the rest of the term would have cost.
    Share(Percent),
    /// A fee.
    Fee(Money),
}

words! {
    /// What is paid back after the days of full refund.
    RefundAfter {
        /// The part for the days that were not used.
        Prorated = "prorated";
        /// Nothing.
        Nothing = "nothing";
    }
}

/// What is paid back when a term ends early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPolicy {
    /// What is kept in any case.
    pub kept: Option<Money>,
    /// For how many days all but that is paid back.
    pub full_days: u32,
    /// What is paid back afterwards.
    pub after: RefundAfter,
}

/// One way of committing to an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What orders call it; once per offer.
    pub key: Code,
    /// What buyers call it.
    pub name: Option<Localized<Name>>,
    /// What it means.
    pub description: Option<Localized<Prose>>,
    /// How long one commits; without end if nothing is said.
    pub length: Option<Span>,
    /// How many of its lengths one can commit to at once: it is charged as a shorter one is, and
    /// renews as long as it was.
    pub times_max: u32,
    /// How long a billing period is, where it differs from the offer's.
    pub billing_period: Option<Span>,
    /// What of it is a trial.
    pub trial: Trial,
    /// How it renews, where that differs from the offer's.
    pub renewal: Option<Renewal>,
    /// The term it renews into, if not itself: what follows a trial.
    pub renews_into: Option<Code>,
    /// What ending it early costs.
    pub early_end: EarlyEnd,
    /// What is paid back when it ends early; nothing is said if the seller's policy holds.
    pub refund: Option<RefundPolicy>,
    /// Whether it is taken if nobody chooses.
    pub is_default: bool,
    /// Whether it can be chosen.
    pub is_active: bool,
    /// When it can be chosen.
    pub valid_for: Validity,
}

/// Nobody commits to more lengths of a term at once.
pub const TIMES_MAX: u32 = 1200;

impl Term {
    /// Whether it can be chosen now.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        self.is_active && self.valid_for.contains(now)
    }

    /// A paid term that can be chosen and of which nothing else is known.
    #[must_use]
    pub const fn of(key: Code, length: Option<Span>) -> Self {
        Self {
            key,
            name: None,
            description: None,
            length,
            times_max: 1,
            billing_period: None,
            trial: Trial::None,
            renewal: None,
            renews_into: None,
            early_end: EarlyEnd::Free,
            refund: None,
            is_default: false,
            is_active: true,
            valid_for: Validity::ALWAYS,
        }
    }

    /// What holds of the end of what is given back, whatever its own term says: all of it is paid back.
    ///
    /// # Panics
    /// Never: its key is a word.
    #[must_use]
    pub fn returned() -> Self {
        let key = "returned".parse().expect("it is a word");
        let refund = RefundPolicy {
            kept: None,
            full_days: u32::from(u16::MAX),
            after: RefundAfter::Prorated,
        };
        Self { refund: Some(refund), ..Self::of(key, None) }
    }

    /// The same as it runs where one commits to so many of its lengths at once.
    #[must_use]
    pub fn times(&self, count: u32) -> Self {
        Self { length: self.length.and_then(|it| it.times(count)), ..self.clone() }
    }

    /// What is wrong with it, by the place below it.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let spans = [("/length", self.length), ("/billing_period", self.billing_period)];
        for (field, _) in spans.iter().filter(|it| it.1.is_some_and(|it| it.count == 0)) {
            found.push(Violation::new(*field, "range", "must be at least one day"));
        }
        if !(1..=TIMES_MAX).contains(&self.times_max) {
            let message = format!("must be 1 to {TIMES_MAX}");
            found.push(Violation::new("/times_max", "range", message));
        } else if self.times_max > 1 && self.times(self.times_max).length.is_none() {
            let message = "must be 1 for a term without an end, or one too long to count";
            found.push(Violation::new("/times_max", "conflict", message));
        }
        match self.trial {
            Trial::First(Span { count: 0, .. }) => {
                found.push(Violation::new("/trial", "range", "must be at least one day"));
            }
            Trial::Whole if self.length.is_none() => {
                let message = "must end, if all of it is a trial";
                found.push(Violation::new("/length", "required", message));
            }
            Trial::None | Trial::First(_) | Trial::Whole => (),
        }
        if matches!(self.early_end, EarlyEnd::Share(share) if !is_share(share)) {
            let message = "must lie between 0 and 100";
            found.push(Violation::new("/early_end", "range", message));
        }
        found
    }
}

/// Whether it is neither less than nothing nor more than all.
#[must_use]
pub fn is_share(percent: Percent) -> bool {
    Percent::ZERO <= percent && percent <= Percent::WHOLE
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    fn term(length: Option<Span>, trial: Trial) -> Term {
        Term { trial, ..Term::of("monthly".parse().expect("a code"), length) }
    }

    #[test]
    fn a_term_and_its_trial_last_at_least_a_day_and_a_whole_trial_ends() {
        for (length, trial, expected) in [
            (Some(Span::months(1)), Trial::None, vec![]),
            (None, Trial::First(Span::days(14)), vec![]),
            (Some(Span::days(0)), Trial::None, vec!["/length"]),
            (Some(Span::months(1)), Trial::First(Span::days(0)), vec!["/trial"]),
            (None, Trial::Whole, vec!["/length"]),
            (Some(Span::days(30)), Trial::Whole, vec![]),
        ] {
            let found = term(length, trial).violations();
            let fields: Vec<_> = found.iter().map(|it| it.field.as_str()).collect();
            assert_eq!(fields, expected, "{length:?} {trial:?}");
        }
    }

    #[test]
    fn a_term_that_ends_can_be_had_several_times_at_once() {
        let found = |length, times_max| {
            let found = Term { times_max, ..term(length, Trial::None) }.violations();
            found.into_iter().map(|it| it.rule).collect::<Vec<_>>()
        };
        let month = Some(Span::months(1));
        for (length, times_max, expected) in [
            (month, 1, vec![]),
            (month, TIMES_MAX, vec![]),
            (month, 0, vec!["range"]),
            (month, TIMES_MAX + 1, vec!["range"]),
            (None, 1, vec![]),
            (None, 2, vec!["conflict"]),
        ] {
            assert_eq!(found(length, times_max), expected, "{length:?} {times_max}");
        }
        assert_eq!(term(month, Trial::None).times(8).length, Some(Span::months(8)));
    }

    #[test]
    fn an_early_end_costs_at_most_the_whole_remainder() {
        let fields = |percent| {
            let early_end = EarlyEnd::Share(Percent::new(Decimal::from(percent)));
            Term { early_end, ..term(None, Trial::None) }.violations().len()
        };
        assert_eq!([-1, 0, 50, 100, 101].map(fields), [1, 0, 0, 0, 1]);
    }

    #[test]
    fn only_what_renews_by_itself_has_a_day_for_it() {
        let all = [Renewal::OnOrder, Renewal::OnLastDay, Renewal::DaysBefore(5)];
        assert_eq!(
            all.map(|it| (it.is_automatic(), it.days_before())),
            [(false, 0), (true, 0), (true, 5)]
        );
    }
}
