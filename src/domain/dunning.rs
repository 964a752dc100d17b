//! Dunning: the ladder of what is done about invoices that are not paid in time.

use serde::{Deserialize, Serialize};

use super::catalog::price::Figure;
use super::error::{Invalid, Violation};
use super::id::NotificationTemplateId;
use super::money::Money;
use super::time::Date;

/// How many steps a ladder may have.
pub const STEPS_MAX: usize = 20;

/// What is done about unpaid invoices, step by step.
///
/// Invariant: at most [`STEPS_MAX`] steps, each after the one before.
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
    /// Remind by mail; `None`: with the text that comes with the house.
    Mail(Option<NotificationTemplateId>),
    /// Charge a fee, in the account's currency.
    LateFee(Figure),
    /// Hold the account and its subscriptions until it is paid.
    CreditHold,
    /// End the subscriptions.
    Terminate,
}

/// What an account has not paid in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrears {
    /// The last day on which the oldest of its overdue invoices could be paid in time.
    pub due_on: Date,
    /// How much is overdue altogether, without what is disputed.
    pub overdue: Money,
    /// How many steps were done about it.
    pub steps_done: usize,
}

impl Ladder {
    /// A ladder on which nothing is ever done.
    pub const NONE: Self = Self(Vec::new());

    /// The steps as they are.
    ///
    /// # Errors
    /// With every step that breaks the invariant.
    pub fn new(rungs: Vec<Rung>) -> Result<Self, Invalid> {
        let mut found = Vec::new();
        if rungs.len() > STEPS_MAX {
            found.push(Violation::new("/steps", "range", "must be at most 20"));
        }
        for (place, pair) in rungs.windows(2).enumerate() {
            if pair[0].after_days >= pair[1].after_days {
                let field = format!("/steps/{}/after_days", place + 1);
                found.push(Violation::new(field, "order", "must be after the step before"));
            }
        }
        for (place, rung) in rungs.iter().enumerate() {
            let fee = match rung.action {
                Action::LateFee(fee) => fee,
                Action::Mail(_) | Action::CreditHold | Action::Terminate => Figure::ZERO,
            };
            if !fee.is_sellable() || !rung.from_sum.is_sellable() {
                found.push(Violation::new(format!("/steps/{place}"), "range", Figure::RULE));
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

    /// The step that is due on a day: the first that was not done, once its time and its sum are
    /// reached.
    #[must_use]
    pub fn due(&self, arrears: &Arrears, on: Date) -> Option<&Rung> {
        let rung = self.0.get(arrears.steps_done)?;
        let late_days = on.days_since(arrears.due_on);
        let is_reached = arrears.overdue.decimal() >= rung.from_sum.decimal();
        let is_owed = arrears.overdue.as_minor() > 0;
        (is_owed && is_reached && late_days >= i64::from(rung.after_days)).then_some(rung)
    }

    /// The day on which the next step can be due; `None` if there is none left.
    #[must_use]
    pub fn next_on(&self, arrears: &Arrears) -> Option<Date> {
        let rung = self.0.get(arrears.steps_done)?;
        Some(arrears.due_on.plus_days(rung.after_days.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros};

    fn rung(after_days: u16, from_sum: &str, action: Action) -> Rung {
        Rung { after_days, from_sum: from_sum.parse().expect(from_sum), action }
    }

    fn ladder() -> Ladder {
        let rungs = vec![
            rung(1, "150", Action::Mail(None)),
            rung(3, "150", Action::CreditHold),
            rung(30, "0", Action::Terminate),
        ];
        Ladder::new(rungs).expect("a ladder")
    }

    #[test]
    fn a_step_is_due_when_its_time_and_sum_are_reached() {
        let table = [
            ("W117", "149.00", 0, "2026-01-07", None),
            ("W117", "159.00", 0, "2026-01-07", Some(Action::Mail(None))),
            ("W117", "155.00", 1, "2026-01-09", Some(Action::CreditHold)),
            ("time", "155.00", 0, "2026-01-06", None),
            ("next", "155.00", 1, "2026-01-08", None),
            ("late", "155.00", 1, "2026-06-01", Some(Action::CreditHold)),
            ("last", "0.01", 2, "2026-02-05", Some(Action::Terminate)),
            ("paid", "0.00", 2, "2026-02-05", None),
            ("done", "155.00", 3, "2027-01-01", None),
        ];
        for (id, overdue, steps_done, on, expected) in table {
            let due_on = date("2026-01-06");
            let arrears = Arrears { due_on, overdue: euros(overdue), steps_done };
            let due = ladder().due(&arrears, date(on)).map(|it| it.action);
            assert_eq!(due, expected, "{id} {overdue} on {on}");
        }
    }

    #[test]
    fn the_day_of_the_next_step_is_known_beforehand() {
        let next_on = |steps_done| {
            let due_on = date("2026-01-06");
            ladder().next_on(&Arrears { due_on, overdue: euros("1"), steps_done })
        };
        assert_eq!(next_on(0), Some(date("2026-01-07")));
        assert_eq!(next_on(2), Some(date("2026-02-05")));
        assert_eq!(next_on(3), None);
    }

    #[test]
    fn steps_that_do_not_follow_each_other_are_refused() {
        let same = vec![rung(3, "0", Action::CreditHold), rung(3, "0", Action::Terminate)];
        let fee = Action::LateFee("-1".parse().expect("a figure"));
        let many = (0..21).map(|it| rung(it, "0", Action::Mail(None))).collect();
        for (rungs, field) in [
            (same, "/steps/1/after_days"),
            (vec![rung(1, "0", fee)], "/steps/0"),
            (vec![rung(1, "-1", Action::CreditHold)], "/steps/0"),
            (many, "/steps"),
        ] {
            assert_eq!(Ladder::new(rungs).expect_err(field).violations[0].field, field);
        }
        assert_eq!(Ladder::new(vec![]), Ok(Ladder::NONE));
    }
}
