//! Cases: how far a billing account has come on its ladder since something of it is overdue.
//!
//! A case begins when an invoice is overdue and ends when nothing is any more that is not disputed;
//! what is overdue later is a case of its own, from the first step on. It remembers every step, so
//! that each is done once, whatever stops in between. Beside the ladder it knows when the credit
//! terms want a hold, which is put once in a case as well: what people have released then stays so.
//!
//! Fees, holds and ends presuppose a reminder. Where reminders were due and none has gone out, the
//! reminder is written again in their place, with the days of the ladder between, until one has.

use serde::{Deserialize, Serialize};

use super::{Action, Arrears, Ladder, Rung, Taken};
use crate::domain::account::class::{CreditTerms, Reminding};
use crate::domain::catalog::price::Figure;
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, DunningId, InvoiceId, PaymentPlanId};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::stamp::Stamp;
use crate::domain::text::Prose;
use crate::domain::time::{Date, Instant, Zone};
use crate::domain::word::words;

words! {
    /// How far a case has come.
    State {
        /// Something is overdue.
        Running = "running";
        /// Nothing is overdue any more.
        Ended = "ended";
    }
}

words! {
    /// What wants a step.
    Ground {
        /// The ladder.
        Ladder = "ladder";
        /// The credit terms, which hold by themselves.
        CreditTerms = "credit_terms";
    }
}

words! {
    /// What came of a step.
    Outcome {
        /// It was done.
        Done = "done";
        /// There was nothing to do: the account is held already, nothing is left to end, or what is
        /// overdue are late fees themselves.
        Skipped = "skipped";
        /// It was refused, or its mail reached nobody. What comes next does not wait for it.
        Failed = "failed";
    }
}

/// What came of a step, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What came of it.
    pub outcome: Outcome,
    /// The invoice that charges the fee, if it is one.
    pub invoice: Option<InvoiceId>,
    /// Why it failed, if it did.
    pub trouble: Option<Prose>,
}

impl Done {
    /// It was done.
    pub const DONE: Self = Self { outcome: Outcome::Done, invoice: None, trouble: None };
    /// There was nothing to do.
    pub const SKIPPED: Self = Self { outcome: Outcome::Skipped, ..Self::DONE };

    /// It failed, for a reason.
    #[must_use]
    pub fn failed(why: &str) -> Self {
        Self { outcome: Outcome::Failed, trouble: why.parse().ok(), ..Self::DONE }
    }
}

/// For what something is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwedFor {
    /// For an invoice.
    Invoice(InvoiceId),
    /// For a late fee, which is an invoice of its own.
    Fee(InvoiceId),
    /// For an instalment of a plan.
    Instalment(PaymentPlanId),
}

/// Something that is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// For what.
    pub of: OwedFor,
    /// The last day on which it could be paid in time.
    pub due_on: Date,
    /// How much is open and not disputed.
    pub amount: Money,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What wanted it.
    pub ground: Ground,
    /// The day of it on the ladder, if that wanted it: so many days after the last for paying.
    pub after_days: Option<u16>,
    /// What was done.
    pub action: Action,
    /// When.
    pub at: Instant,
    /// The day of that in the billing account's zone.
    pub on: Date,
    /// How much was overdue then.
    pub overdue: Money,
    /// What came of it.
    pub outcome: Outcome,
    /// The invoice that charges the fee, if it is one.
    pub invoice: Option<InvoiceId>,
    /// Why it failed, if it did.
    pub trouble: Option<Prose>,
}

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// What wants it.
    pub ground: Ground,
    /// The day of it on the ladder, if that wants it.
    pub after_days: Option<u16>,
    /// What will be done.
    pub action: Action,
    /// On which day, in the billing account's zone.
    pub on: Date,
    /// From when on; `None` while too little is overdue for it.
    pub at: Option<Instant>,
    /// From which overdue sum on.
    pub from_sum: Figure,
}

/// What is being done about what a billing account has not paid in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dunning {
    /// Its identity.
    pub id: DunningId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who owes.
    pub account: AccountId,
    /// On which billing account, and so in one currency.
    pub billing_account: BillingAccountId,
    currency: Currency,
    state: State,
    owed: Vec<Owed>,
    steps: Vec<Step>,
    next: Option<Next>,
    ended_at: Option<Instant>,
}

/// What is known of a billing account when its case is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look<'a> {
    /// The steps of its class.
    pub ladder: &'a Ladder,
    /// The credit terms of its class.
    pub credit: CreditTerms,
    /// Where its days begin and end.
    pub zone: Zone,
    /// What is overdue and not disputed, the oldest first.
    pub owed: Vec<Owed>,
    /// The day of its oldest invoice that is not paid.
    pub negative_since_on: Option<Date>,
    /// Until when the house may not hold the account.
    pub spared_until: Option<Instant>,
    /// How its class is reminded.
    pub reminding: Reminding,
    /// What time it is.
    pub now: Instant,
}

impl Dunning {
    /// The case of a billing account of which something is overdue.
    ///
    /// # Errors
    /// If what is overdue is too much to be added up.
    pub fn begin(
        (id, stamp): (DunningId, Stamp),
        (account, billing_account, currency): (AccountId, BillingAccountId, Currency),
        look: &Look<'_>,
    ) -> Result<(Self, Verb), MoneyError> {
        let blank = Self {
            id,
            stamp,
            account,
            billing_account,
            currency,
            state: State::Running,
            owed: Vec::new(),
            steps: Vec::new(),
            next: None,
            ended_at: None,
        };
        Ok((blank.seen(look)?, Verb::Started))
    }

    /// The case as it stands after a look: what is owed, and what is done next.
    ///
    /// # Errors
    /// If what is overdue is too much to be added up.
    pub fn seen(self, look: &Look<'_>) -> Result<Self, MoneyError> {
        let seen = Self { owed: look.owed.clone(), ..self };
        let by_ladder = seen.next_by_ladder(look)?;
        let by_terms = seen.next_by_terms(look);
        // Where both fall on one instant, the ladder's comes first.
        let next = match (by_ladder, by_terms) {
            (Some(one), Some(other)) if one.at.is_none_or(|at| other.at < Some(at)) => Some(other),
            (one, other) => one.or(other),
        };
        Ok(Self { next, ..seen })
    }

    /// The step that is due now, if any is.
    #[must_use]
    pub fn due(&self, now: Instant) -> Option<Next> {
        self.next.filter(|it| it.at.is_some_and(|at| at <= now))
    }

    /// The case with the step that is due taken, before it is done.
    ///
    /// # Errors
    /// If what is overdue is too much to be added up.
    pub fn take(self, step: Next, look: &Look<'_>) -> Result<Self, MoneyError> {
        let (overdue, on) = (self.overdue()?, look.zone.date_of(look.now));
        let mut taken = self;
        taken.steps.push(Step {
            ground: step.ground,
            after_days: step.after_days,
            action: step.action,
            at: look.now,
            on,
            overdue,
            outcome: Outcome::Done,
            invoice: None,
            trouble: None,
        });
        taken.seen(look)
    }

    /// The case with what came of its last step, and what is told of that.
    #[must_use]
    pub fn came_to(mut self, done: Done) -> (Self, Verb) {
        let verb = self.steps.last_mut().map(|last| {
            last.comes_to(done);
            match (last.outcome, last.action) {
                (Outcome::Skipped, _) => Verb::Changed,
                (Outcome::Failed, _) => Verb::Failed,
                (Outcome::Done, Action::Mail) => Verb::Sent,
                (Outcome::Done, Action::LateFee(_)) => Verb::Issued,
                (Outcome::Done, Action::CreditHold) => Verb::Held,
                (Outcome::Done, Action::Terminate) => Verb::Terminated,
            }
        });
        (self, verb.unwrap_or(Verb::Changed))
    }

    /// The case of which a mail that was written at a moment did not arrive; `None` if it wrote none, or
    /// that is known.
    #[must_use]
    pub fn undelivered(mut self, written_at: Instant, done: Done) -> Option<(Self, Verb)> {
        let is_mail = |it: &&mut Step| it.action == Action::Mail && it.at <= written_at;
        let step = self.steps.iter_mut().rev().find(is_mail);
        step.filter(|it| it.outcome == Outcome::Done)?.comes_to(done);
        Some((self, Verb::Failed))
    }

    /// The case of which a mail that was written at a moment arrived after all; `None` if it had not
    /// failed.
    #[must_use]
    pub fn delivered(mut self, written_at: Instant) -> Option<(Self, Verb)> {
        let is_mail = |it: &&mut Step| it.action == Action::Mail && it.at <= written_at;
        let step = self.steps.iter_mut().rev().find(is_mail);
        step.filter(|it| it.outcome == Outcome::Failed)?.comes_to(Done::DONE);
        Some((self, Verb::Changed))
    }

    /// The case whose next step is looked at again later.
    #[must_use]
    pub fn put_off(self, until: Instant) -> Self {
        Self { next: self.next.map(|it| Next { at: Some(until), ..it }), ..self }
    }

    /// How many reminders were written, as far as is known none of them in vain.
    #[must_use]
    pub fn reminders(&self) -> usize {
        let is_written = |it: &&Step| it.action == Action::Mail && it.outcome == Outcome::Done;
        self.steps.iter().filter(is_written).count()
    }

    /// Whether reminders were due and none has gone out.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        self.reminders() == 0 && self.steps.iter().any(|it| it.action == Action::Mail)
    }

    /// The case ended: nothing is overdue any more, or others see to it.
    #[must_use]
    pub fn end(self, now: Instant) -> (Self, Verb) {
        let (state, ended_at) = (State::Ended, Some(now));
        (Self { state, ended_at, owed: Vec::new(), next: None, ..self }, Verb::Completed)
    }

    /// The case going on where it was when it ended: what had ended it was called off.
    #[must_use]
    pub fn restored(self) -> (Self, Verb) {
        (Self { state: State::Running, ended_at: None, ..self }, Verb::Restored)
    }

    /// What is overdue altogether.
    ///
    /// # Errors
    /// If that is too much.
    pub fn overdue(&self) -> Result<Money, MoneyError> {
        Money::sum(self.owed.iter().map(|it| it.amount), self.currency)
    }

    /// Whether it has put a hold on its account: it does so once.
    #[must_use]
    pub fn has_held(&self) -> bool {
        let is_hold = |it: &Step| it.action == Action::CreditHold && it.outcome == Outcome::Done;
        self.steps.iter().any(is_hold)
    }

    /// Whether all that is owed are fees for paying late: they bear none themselves.
    #[must_use]
    pub fn owes_only_fees(&self) -> bool {
        self.owed.iter().all(|it| matches!(it.of, OwedFor::Fee(_)))
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// In which currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What is overdue, the oldest first.
    #[must_use]
    pub fn owed(&self) -> &[Owed] {
        &self.owed
    }

    /// What was done, the oldest first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What is done next; `None` if nothing is left to do.
    #[must_use]
    pub const fn next(&self) -> Option<&Next> {
        self.next.as_ref()
    }

    /// When it ended.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Instant> {
        self.ended_at
    }

    /// Whether a ladder has written to who owes what is overdue now, or still will: after its last
    /// reminder nothing friendlier comes.
    ///
    /// # Errors
    /// If that is too much.
    pub fn reminds(&self, ladder: &Ladder) -> Result<bool, MoneyError> {
        let has = self.steps.iter().any(|it| it.action == Action::Mail);
        Ok(has || ladder.will_remind(self.last_taken(), self.overdue()?))
    }

    /// The day on which what is not paid ends by a ladder, if nothing is paid until then.
    ///
    /// # Errors
    /// If what is overdue is too much to be added up.
    pub fn ends_on(&self, ladder: &Ladder) -> Result<Option<Date>, MoneyError> {
        let Some(due_on) = self.owed.iter().map(|it| it.due_on).min() else { return Ok(None) };
        let arrears = Arrears { due_on, overdue: self.overdue()?, last: self.last_taken() };
        Ok(ladder.ends_on(&arrears))
    }

    /// The last step of the ladder.
    fn last_taken(&self) -> Option<Taken> {
        let taken = |it: &Step| Some(Taken { after_days: it.after_days?, on: it.on });
        self.steps.iter().rev().find_map(taken)
    }

    fn waits_for_reminder(&self, look: &Look<'_>) -> bool {
        look.reminding == Reminding::Mail && self.is_unheard()
    }

    fn next_by_ladder(&self, look: &Look<'_>) -> Result<Option<Next>, MoneyError> {
        let Some(due_on) = self.owed.iter().map(|it| it.due_on).min() else { return Ok(None) };
        let last = self.last_taken();
        let arrears = Arrears { due_on, overdue: self.overdue()?, last };
        let rung = look.ladder.next(last);
        let Some((rung, on)) = rung.zip(look.ladder.next_on(&arrears)) else { return Ok(None) };
        let Rung { from_sum, .. } = *rung;
        // What presupposes a reminder that has not gone out makes room for it.
        let (action, after_days) = match last.filter(|_| self.waits_for_reminder(look)) {
            Some(last) => (Action::Mail, last.after_days),
            None => (rung.action, rung.after_days),
        };
        let (ground, after_days) = (Ground::Ladder, Some(after_days));
        let at = rung.is_reached(arrears.overdue).then(|| look.at(on, action));
        Ok(Some(Next { ground, after_days, action, on, at, from_sum }))
    }

    fn next_by_terms(&self, look: &Look<'_>) -> Option<Next> {
        let has_wanted = self.steps.iter().any(|it| it.ground == Ground::CreditTerms);
        if self.has_held() || has_wanted || self.waits_for_reminder(look) {
            return None;
        }
        let due_on = self.owed.iter().map(|it| it.due_on).min()?;
        let on = look.credit.holds_on(due_on, look.negative_since_on?)?;
        let (ground, action) = (Ground::CreditTerms, Action::CreditHold);
        let at = Some(look.at(on, action));
        Some(Next { ground, after_days: None, action, on, at, from_sum: Figure::ZERO })
    }
}

impl Step {
    fn comes_to(&mut self, done: Done) {
        (self.outcome, self.invoice, self.trouble) = (done.outcome, done.invoice, done.trouble);
    }
}

impl Look<'_> {
    /// When something is done that is due on a day: a hold not while the account is spared.
    fn at(&self, on: Date, action: Action) -> Instant {
        let at = self.zone.start_of(on);
        match (action, self.spared_until) {
            (Action::CreditHold, Some(until)) => at.max(until),
            (Action::Mail | Action::LateFee(_) | Action::Terminate, _)
            | (Action::CreditHold, None) => at,
        }
    }
}

#[cfg(test)]
mod tests;
