//! Dunning: what is done about invoices that are not paid in time, step by step.
//!
//! This page owns the *ladder*: which steps there are and when each is due. How far a billing
//! account has come on it is a [`case`].
//!
//! A step is due so many days after the last day on which the oldest of what is overdue could be
//! paid in time, and never sooner after the step before than the ladder says: where nobody looked
//! for a month, or where the sum was reached late, the steps still follow each other with their
//! days between them. Whoever pays the oldest invoice and leaves a younger one gets more time.
//!
//! A ladder may change while somebody stands on it. What was done is remembered by the day of its step,
//! so that what comes next is the first step of the new ladder that is later than that.

pub mod case;

use serde::{Deserialize, Serialize};

use super::catalog::price::Figure;
use super::error::{Invalid, Violation};
use super::id::TaxCategoryId;
use super::money::Money;
use super::time::Date;

/// How many steps a ladder may have.
pub const STEPS_MAX: usize = 20;

/// What is done about unpaid invoices, step by step.
///
/// Invariant: at most [`STEPS_MAX`] steps, each after the one before, none before an invoice is
/// overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder(Vec<Rung>);

/// One step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// How many days after the last day on which the oldest invoice could be paid in time.
    pub after_days: u16,
    /// From which overdue sum on, in the account's currency.
    pub from_sum: Figure,
    /// What is done.
    pub action: Action,
}

/// What a step of a ladder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Remind by mail.
    Mail,
    /// Charge a fee on an invoice of its own.
    LateFee(LateFee),
    /// Hold the account, and the subscriptions that are not paid, until it is paid.
    CreditHold,
    /// End the subscriptions that are not paid.
    Terminate,
}

/// What is charged for paying late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateFee {
    /// How much without tax, in the account's currency.
    pub fee: Figure,
    /// As what it is taxed; `None`: as the policy of the seller says.
    pub tax_category: Option<TaxCategoryId>,
}

impl Action {
    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::LateFee(_) => "late_fee",
            Self::CreditHold => "credit_hold",
            Self::Terminate => "terminate",
        }
    }
}

/// What an account has not paid in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrears {
    /// The last day on which the oldest of its overdue invoices could be paid in time.
    pub due_on: Date,
    /// How much is overdue altogether, without what is disputed.
    pub overdue: Money,
    /// The last step that was done about it.
    pub last: Option<Taken>,
}

/// A step of a ladder that was taken, of this one or of the one that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Its [`Rung::after_days`].
    pub after_days: u16,
    /// The day on which it was taken.
    pub on: Date,
}

impl Ladder {
    /// A ladder on which nothing is ever done.
    pub const NONE: Self = Self(Vec::new());

    /// What most sellers begin with: three reminders, a week apart, and then a hold.
    #[must_use]
    pub fn usual() -> Self {
        let rung = |(after_days, action)| Rung { after_days, from_sum: Figure::ZERO, action };
        let steps =
            [(3, Action::Mail), (10, Action::Mail), (17, Action::Mail), (24, Action::CreditHold)];
        Self(steps.into_iter().map(rung).collect())
    }

    /// The steps as they are.
    ///
    /// # Errors
    /// With every step that breaks the invariant.
    pub fn new(rungs: Vec<Rung>) -> Result<Self, Invalid> {
        let mut found = Vec::new();
        if rungs.len() > STEPS_MAX {
            found.push(Violation::new("/dunning", "range", "must have at most 20 steps"));
        }
        let mut before = 0;
        for (place, rung) in rungs.iter().enumerate() {
            let at = |field: &str| format!("/dunning/{place}/{field}");
            if rung.after_days <= before {
                let message = match place {
                    0 => "must be at least 1: on the day before, an invoice is paid in time".into(),
                    _ => format!("must be more than the `{before}` days of the step before"),
                };
                found.push(Violation::new(at("after_days"), "order", message));
            }
            before = rung.after_days;
            if !rung.from_sum.is_sellable() {
                found.push(Violation::new(at("from_sum"), "range", Figure::RULE));
            }
            if let Action::LateFee(LateFee { fee, .. }) = rung.action
                && (!fee.is_sellable() || fee.is_zero())
            {
                let message = format!("{} and more than nothing", Figure::RULE);
                found.push(Violation::new(at("fee"), "range", message));
            }
        }
        Invalid::unless_empty(found)?;
        Ok(Self(rungs))
    }

    /// The steps.
    #[must_use]
    pub fn as_slice(&self) -> &[Rung] {
        &self.0
    }

    /// Whether it writes to who has not paid: nothing else needs to remind then.
    #[must_use]
    pub fn reminds(&self) -> bool {
        self.0.iter().any(|it| it.action == Action::Mail)
    }

    /// Whether it will write to who owes so much, after the last step that was taken: no step waits for
    /// a greater sum before the next mail.
    #[must_use]
    pub fn will_remind(&self, last: Option<Taken>, overdue: Money) -> bool {
        let left =
            self.0.iter().filter(|it| last.is_none_or(|last| last.after_days < it.after_days));
        let mut reached = left.take_while(|it| it.is_reached(overdue));
        reached.any(|it| it.action == Action::Mail)
    }

    /// The step that is due on a day: the first that was not done, once its time and its sum are
    /// reached.
    #[must_use]
    pub fn due(&self, arrears: &Arrears, on: Date) -> Option<&Rung> {
        let rung = self.next(arrears.last)?;
        let is_time = self.next_on(arrears).is_some_and(|it| it <= on);
        (is_time && rung.is_reached(arrears.overdue)).then_some(rung)
    }

    /// The step after the last one that was taken; `None` if there is none left.
    #[must_use]
    pub fn next(&self, last: Option<Taken>) -> Option<&Rung> {
        self.0.iter().find(|it| last.is_none_or(|last| last.after_days < it.after_days))
    }

    /// The day on which the next step can be due; `None` if there is none left.
    #[must_use]
    pub fn next_on(&self, arrears: &Arrears) -> Option<Date> {
        self.next(arrears.last).map(|it| it.on(arrears))
    }

    /// The day on which what is not paid ends, if nothing is paid until then and that step is left.
    #[must_use]
    pub fn ends_on(&self, arrears: &Arrears) -> Option<Date> {
        let is_left = |it: &&Rung| arrears.last.is_none_or(|last| last.after_days < it.after_days);
        let mut left = self.0.iter().filter(is_left);
        let end = left.find(|it| it.action == Action::Terminate)?;
        end.is_reached(arrears.overdue).then(|| end.on(arrears))
    }
}

impl Rung {
    /// The first day on which it can be due.
    fn on(&self, arrears: &Arrears) -> Date {
        let on = arrears.due_on.plus_days(self.after_days.into());
        let not_before = arrears
            .last
            .map(|last| last.on.plus_days(i64::from(self.after_days) - i64::from(last.after_days)));
        not_before.map_or(on, |it| it.max(on))
    }

    /// Whether so much is overdue that the step is taken.
    #[must_use]
    pub fn is_reached(&self, overdue: Money) -> bool {
        overdue.as_minor() > 0 && overdue.decimal() >= self.from_sum.decimal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros};

    fn rung(after_days: u16, from_sum: &str, action: Action) -> Rung {
        Rung { after_days, from_sum: from_sum.parse().expect(from_sum), action }
    }

    fn fee(fee: &str) -> Action {
        Action::LateFee(LateFee { fee: fee.parse().expect("a figure"), tax_category: None })
    }

    fn taken(after_days: u16, on: &str) -> Taken {
        Taken { after_days, on: date(on) }
    }

    fn ladder() -> Ladder {
        let rungs = vec![
            rung(1, "150", Action::Mail),
            rung(3, "150", Action::CreditHold),
            rung(30, "0", Action::Terminate),
        ];
        Ladder::new(rungs).expect("a ladder")
    }

    #[test]
    fn a_step_is_due_when_its_time_and_sum_are_reached() {
        let table = [
            ("W117", "149.00", None, "2026-01-07", None),
            ("W117", "159.00", None, "2026-01-07", Some(Action::Mail)),
            ("W117", "155.00", Some((1, "2026-01-07")), "2026-01-09", Some(Action::CreditHold)),
            ("time", "155.00", None, "2026-01-06", None),
            ("next", "155.00", Some((1, "2026-01-07")), "2026-01-08", None),
            ("late", "155.00", Some((1, "2026-01-07")), "2026-06-01", Some(Action::CreditHold)),
            ("gap", "155.00", Some((1, "2026-06-01")), "2026-06-02", None),
            ("gap", "155.00", Some((1, "2026-06-01")), "2026-06-03", Some(Action::CreditHold)),
            ("last", "0.01", Some((3, "2026-01-09")), "2026-02-05", Some(Action::Terminate)),
            ("paid", "0.00", Some((3, "2026-01-09")), "2026-02-05", None),
            ("done", "155.00", Some((30, "2026-02-05")), "2027-01-01", None),
        ];
        for (id, overdue, done, on, expected) in table {
            let due_on = date("2026-01-06");
            let last = done.map(|it| taken(it.0, it.1));
            let arrears = Arrears { due_on, overdue: euros(overdue), last };
            let due = ladder().due(&arrears, date(on)).map(|it| it.action);
            assert_eq!(due, expected, "{id} {overdue} on {on}");
        }
    }

    #[test]
    fn it_will_remind_as_long_as_a_mail_is_left_that_no_sum_keeps_back() {
        let rungs = vec![
            rung(1, "0", fee("5")),
            rung(3, "150", Action::Mail),
            rung(9, "200", Action::CreditHold),
            rung(12, "0", Action::Mail),
        ];
        let ladder = Ladder::new(rungs).expect("a ladder");
        for (overdue, done, expected) in [
            ("150", None, true),
            ("149.99", None, false),
            ("150", Some(1), true),
            ("199", Some(3), false),
            ("200", Some(3), true),
            ("1", Some(9), true),
            ("500", Some(12), false),
        ] {
            let last = done.map(|it| taken(it, "2026-01-07"));
            assert_eq!(ladder.will_remind(last, euros(overdue)), expected, "{overdue} {done:?}");
        }
    }

    #[test]
    fn the_day_of_the_next_step_is_known_beforehand() {
        let next_on = |last| {
            let due_on = date("2026-01-06");
            ladder().next_on(&Arrears { due_on, overdue: euros("1"), last })
        };
        assert_eq!(next_on(None), Some(date("2026-01-07")));
        assert_eq!(next_on(Some(taken(1, "2026-01-07"))), Some(date("2026-01-09")));
        assert_eq!(next_on(Some(taken(3, "2026-01-09"))), Some(date("2026-02-05")));
        let late = next_on(Some(taken(3, "2026-01-20")));
        assert_eq!(late, Some(date("2026-02-16")), "days between stay");
        assert_eq!(next_on(Some(taken(30, "2026-02-05"))), None);
    }

    #[test]
    fn the_day_of_the_end_is_known_beforehand() {
        let ends_on = |last, overdue| {
            let due_on = date("2026-01-06");
            ladder().ends_on(&Arrears { due_on, overdue: euros(overdue), last })
        };
        assert_eq!(ends_on(None, "155"), Some(date("2026-02-05")));
        assert_eq!(ends_on(Some(taken(1, "2026-01-07")), "155"), Some(date("2026-02-05")));
        assert_eq!(ends_on(Some(taken(3, "2026-01-20")), "0.01"), Some(date("2026-02-16")));
        assert_eq!(ends_on(Some(taken(3, "2026-01-20")), "0"), None, "it is paid");
        assert_eq!(ends_on(Some(taken(30, "2026-02-05")), "155"), None, "it has");
        assert_eq!(
            Ladder::usual().ends_on(&Arrears {
                due_on: date("2026-01-06"),
                overdue: euros("1"),
                last: None
            }),
            None
        );
    }

    #[test]
    fn steps_that_do_not_follow_each_other_are_refused() {
        let same = vec![rung(3, "0", Action::CreditHold), rung(3, "0", Action::Terminate)];
        let many = (1..22).map(|it| rung(it, "0", Action::Mail)).collect();
        for (rungs, field) in [
            (same, "/dunning/1/after_days"),
            (vec![rung(0, "0", Action::Mail)], "/dunning/0/after_days"),
            (vec![rung(1, "0", fee("-1"))], "/dunning/0/fee"),
            (vec![rung(1, "0", fee("0"))], "/dunning/0/fee"),
            (vec![rung(1, "-1", Action::CreditHold)], "/dunning/0/from_sum"),
            (many, "/dunning"),
        ] {
            assert_eq!(Ladder::new(rungs).expect_err(field).violations[0].field, field);
        }
        assert_eq!(Ladder::new(vec![]), Ok(Ladder::NONE));
        let usual = Ladder::usual().as_slice().to_vec();
        assert_eq!(Ladder::new(usual), Ok(Ladder::usual()));
    }
}
