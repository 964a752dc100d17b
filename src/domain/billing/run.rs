//! Billing runs: one execution of billing over what was due, with what came of it.
//!
//! A run is cut into pages, each in one transaction with the run's cursor in it: killed at any
//! point and started again it neither loses nor doubles an invoice. One account's failure is
//! recorded and stops nobody else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::invoice::Totals;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{BillingAccountId, BillingRunId};
use crate::domain::money::{Currency, MoneyError};
use crate::domain::stamp::Stamp;
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

/// How many failures a run keeps with their reasons; it counts all of them.
pub const FAILURES_MAX: usize = 1000;

words! {
    /// How far a billing run has come.
    State {
        /// It is known what it would bill.
        Planned = "planned";
        /// It is billing.
        Running = "running";
        /// It has billed all that was due.
        Done = "done";
        /// It was stopped; what it billed stays billed.
        Canceled = "canceled";
    }
}

words! {
    /// What can be done with a billing run.
    Trigger {
        /// Begin to bill.
        Start = "start";
        /// Declare that nothing is left.
        Finish = "finish";
        /// Stop it.
        Cancel = "cancel";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Planned, T::Start) => Some(S::Running),
        (S::Running, T::Finish) => Some(S::Done),
        (S::Planned | S::Running, T::Cancel) => Some(S::Canceled),

        (S::Planned, T::Finish)
        | (S::Running, T::Start)
        | (S::Done | S::Canceled, T::Start | T::Finish | T::Cancel) => None,
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Start => Verb::Started,
            Self::Finish => Verb::Completed,
            Self::Cancel => Verb::Canceled,
        }
    }
}

/// One execution of billing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingRun {
    /// Its identity.
    pub id: BillingRunId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// The day up to which it bills.
    pub on: Date,
    /// What it was going to bill.
    pub plan: Plan,
    /// What it has billed.
    pub billed: Counters,
    /// How many accounts it has looked at.
    pub accounts_done: u64,
    /// How many of them failed.
    pub accounts_failed: u64,
    /// The first of those, with their reasons.
    pub failures: Vec<Failure>,
    /// The last account it has looked at: it goes on behind it.
    pub cursor: Option<BillingAccountId>,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    state: State,
}

/// What a run is going to bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How many accounts it will look at.
    pub accounts: u64,
    /// What they would be billed.
    pub would_bill: Counters,
}

/// Invoices and their sums in each currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters(BTreeMap<Currency, Counter>);

/// Invoices and their sums in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// How many.
    pub invoices: u64,
    /// Their sums.
    pub totals: Totals,
}

/// Why an account was not billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which account.
    pub billing_account: BillingAccountId,
    /// The stable name of the reason.
    pub code: String,
    /// What the operator may read.
    pub detail: String,
}

impl Counters {
    /// The same with one more invoice.
    ///
    /// # Errors
    /// If the sum is too large.
    pub fn count(&mut self, totals: Totals) -> Result<(), MoneyError> {
        let currency = totals.gross.currency();
        let nothing = Counter { invoices: 0, totals: Totals::nothing(currency) };
        let counter = self.0.entry(currency).or_insert(nothing);
        counter.totals = counter.totals.plus(totals.net, totals.tax)?;
        counter.invoices += 1;
        Ok(())
    }

    /// Each currency with its invoices, in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, &Counter)> {
        self.0.iter().map(|(currency, counter)| (*currency, counter))
    }
}

impl BillingRun {
    /// A run that is planned.
    #[must_use]
    pub fn planned(id: BillingRunId, stamp: Stamp, on: Date, plan: Plan) -> Self {
        Self {
            id,
            stamp,
            on,
            plan,
            billed: Counters::default(),
            accounts_done: 0,
            accounts_failed: 0,
            failures: Vec::new(),
            cursor: None,
            started_at: None,
            ended_at: None,
            state: State::Planned,
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The run after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a billing run that is `{}`", self.state);
            return Err(Rejection::new(Code::BillingRunForbids, why));
        };
        let (started_at, ended_at) = match trigger {
            Trigger::Start => (Some(now), None),
            Trigger::Finish | Trigger::Cancel => (self.started_at, Some(now)),
        };
        Ok((Self { state, started_at, ended_at, ..self }, trigger.verb()))
    }

    /// The run behind one more account, with what came of it: the totals of its invoices, none, or why
    /// it failed.
    ///
    /// # Errors
    /// If it is not running, or the sums are too large.
    pub fn passed(
        mut self,
        account: BillingAccountId,
        outcome: Result<&[Totals], Rejection>,
    ) -> Result<Self, Rejection> {
        if self.state != State::Running {
            let why = format!("cannot bill in a run that is `{}`", self.state);
            return Err(Rejection::new(Code::BillingRunForbids, why));
        }
        self.accounts_done += 1;
        self.cursor = Some(account);
        match outcome {
            Ok(all) => all.iter().try_for_each(|it| self.billed.count(*it))?,
            Err(why) => self.note(account, &why),
        }
        Ok(self)
    }

    fn note(&mut self, billing_account: BillingAccountId, why: &Rejection) {
        self.accounts_failed += 1;
        if self.failures.len() < FAILURES_MAX {
            let (code, detail) = (why.code.to_string(), why.detail.clone());
            self.failures.push(Failure { billing_account, code, detail });
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
    use crate::domain::money::Money;
    use crate::domain::word::matrix;

    fn now() -> Instant {
        Instant::from_micros(7).expect("an instant")
    }

    fn run() -> BillingRun {
        let plan = Plan { accounts: 3, would_bill: Counters::default() };
        BillingRun::planned(id(1), stamp(), date("2026-02-01"), plan)
    }

    fn totals(net: Money, tax: Money) -> Totals {
        Totals::nothing(net.currency()).plus(net, tax).expect("a sum")
    }

    #[test]
    fn the_life_of_a_billing_run_is_this_table() {
        expect![[r#"
                     |   start | finish |   cancel
             planned | running |      - | canceled
             running |       - |   done | canceled
                done |       - |      - |        -
            canceled |       - |      - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    #[test]
    fn a_run_counts_each_currency_by_itself_and_goes_on_after_a_failure() {
        let run = run().on(Trigger::Start, now()).expect("started").0;
        let dollars = |minor| Money::minor(minor, Currency::USD);
        let run = run.passed(id(1), Ok(&[totals(euros("10"), euros("2"))])).expect("passed");
        let why = Rejection::new(Code::TaxUndetermined, "no tax rule");
        let run = run.passed(id(2), Err(why)).expect("passed");
        let run = run.passed(id(3), Ok(&[totals(dollars(500), dollars(0))])).expect("passed");
        let run = run.passed(id(4), Ok(&[totals(euros("1"), euros("0.20"))])).expect("passed");
        let run = run.passed(id(5), Ok(&[])).expect("passed");
        let sums: Vec<_> = run
            .billed
            .iter()
            .map(|(currency, it)| format!("{currency} {} {}", it.invoices, it.totals.gross))
            .collect();
        assert_eq!(sums, ["EUR 2 13.20 EUR", "USD 1 5.00 USD"]);
        assert_eq!((run.accounts_done, run.accounts_failed, run.cursor), (5, 1, Some(id(5))));
        assert_eq!(run.failures[0].code, "tax_undetermined");
        let (run, verb) = run.on(Trigger::Finish, now()).expect("finished");
        assert_eq!((run.state(), verb, run.ended_at), (State::Done, Verb::Completed, Some(now())));
    }

    #[test]
    fn only_a_running_run_bills() {
        let refused = run().passed(id(1), Ok(&[])).map_err(|it| it.code);
        assert_eq!(refused.map(|_| ()), Err(Code::BillingRunForbids));
    }

    #[test]
    fn a_run_keeps_the_first_failures_and_counts_all() {
        let mut run = run().on(Trigger::Start, now()).expect("started").0;
        for number in 0..1_010 {
            let why = Rejection::new(Code::PriceMissing, "no price");
            run = run.passed(id(number), Err(why)).expect("passed");
        }
        assert_eq!((run.failures.len(), run.accounts_failed), (FAILURES_MAX, 1_010));
    }
}
