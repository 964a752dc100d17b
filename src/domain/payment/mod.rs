//! Payments: money that comes in, what it settles, and money that goes back.
//!
//! A payment is first the customer's credit and then allocated to invoices, so that what was paid
//! too much stays credit without further ado. This module owns the life of a payment and what may
//! be allocated and refunded; what it does to balances is the [`journal`](super::journal).

pub mod allocation;
pub mod attempt;
pub mod debit;
pub mod deposit;
pub mod gateway;
pub mod lifecycle;
pub mod mandate;
pub mod method;
pub mod plan;
pub mod refund;
pub mod statement;

use serde::{Deserialize, Serialize};

use self::allocation::Allocation;
use self::attempt::{Attempt, Outcome, Said};
use self::debit::Debit;
use self::lifecycle::{State, Trigger};
use self::method::MethodKind;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, InvoiceId, PaymentId, PaymentMethodId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose};
use crate::domain::time::{Date, Instant};

/// So many days after it came in money is written down at most.
pub const RECEIVED_DAYS_MAX: i64 = 366;

/// Money that comes in, or is to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its identity.
    pub id: PaymentId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who pays.
    pub account: AccountId,
    /// For which billing account.
    pub billing_account: BillingAccountId,
    /// In which way.
    pub kind: MethodKind,
    /// With which kept method.
    pub method: Option<PaymentMethodId>,
    /// The day on which the money came in, as the bank says it.
    pub received_on: Option<Date>,
    /// What the payer or the bank wrote to it.
    pub reference: Option<Name>,
    /// What the seller notes about it.
    pub note: Option<Prose>,
    /// How far it is at the gateway that it goes through, if it goes through one.
    pub attempt: Option<Attempt>,
    /// How it is collected, if it is by mandate.
    pub debit: Option<Debit>,
    amount: Money,
    state: State,
    allocations: Vec<Allocation>,
    refunded: Money,
}

/// What every payment is told when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// Who pays.
    pub account: AccountId,
    /// For which billing account.
    pub billing_account: BillingAccountId,
    /// In which way.
    pub kind: MethodKind,
}

impl Payment {
    /// A payment that was begun and from which nothing has come in.
    ///
    /// # Errors
    /// If the amount is not more than nothing.
    pub fn initiated(
        id: PaymentId,
        stamp: Stamp,
        payer: Payer,
        amount: Money,
    ) -> Result<Self, Rejection> {
        if amount.as_minor() <= 0 {
            let why = format!("`{amount}` cannot be paid: a payment is more than nothing");
            return Err(Rejection::new(Code::AmountOutOfRange, why));
        }
        Ok(Self {
            id,
            stamp,
            account: payer.account,
            billing_account: payer.billing_account,
            kind: payer.kind,
            method: None,
            received_on: None,
            reference: None,
            note: None,
            attempt: None,
            debit: None,
            amount,
            state: State::Initiated,
            allocations: Vec::new(),
            refunded: Money::zero(amount.currency()),
        })
    }

    /// A payment that came in outside of any gateway and was recorded by hand.
    ///
    /// # Errors
    /// If the amount is not more than nothing.
    pub fn manual(
        id: PaymentId,
        stamp: Stamp,
        payer: Payer,
        amount: Money,
        received_on: Date,
    ) -> Result<(Self, Verb), Rejection> {
        let begun = Self::initiated(id, stamp, payer, amount)?;
        Self { received_on: Some(received_on), ..begun }.on(Trigger::Capture)
    }

    /// A payment that is to go through a gateway, with the method that it is charged to if there is
    /// one on file.
    ///
    /// # Errors
    /// If the amount is not more than nothing.
    pub fn attempted(
        (id, stamp): (PaymentId, Stamp),
        payer: Payer,
        amount: Money,
        (method, attempt): (Option<PaymentMethodId>, Attempt),
    ) -> Result<(Self, Verb), Rejection> {
        let begun = Self::initiated(id, stamp, payer, amount)?;
        Ok((Self { method, attempt: Some(attempt), ..begun }, Verb::Created))
    }

    /// A payment that is collected by the mandate of a method on file, of which its payer is told.
    ///
    /// # Errors
    /// If the amount is not more than nothing.
    pub fn debited(
        (id, stamp): (PaymentId, Stamp),
        payer: Payer,
        amount: Money,
        (method, debit): (PaymentMethodId, Debit),
    ) -> Result<(Self, Verb), Rejection> {
        let begun = Self::initiated(id, stamp, payer, amount)?;
        Ok((Self { method: Some(method), debit: Some(debit), ..begun }, Verb::Announced))
    }

    /// The payment after its money came in on a day, as the bank says it.
    ///
    /// # Errors
    /// If it had come in before.
    pub fn collected(self, on: Date) -> Result<(Self, Verb), Rejection> {
        Self { received_on: Some(on), ..self }.on(Trigger::Capture)
    }

    /// The payment with the reason for which the payer's bank has sent it back.
    #[must_use]
    pub fn returned(mut self, reason: text::Code) -> (Self, Verb) {
        if let Some(debit) = &mut self.debit {
            debit.returned = Some(reason);
        }
        (self, Verb::Returned)
    }

    /// The invoice that it was begun for, if it was for one.
    #[must_use]
    pub fn is_for(&self) -> Option<InvoiceId> {
        let attempted = self.attempt.as_ref().and_then(|it| it.invoice);
        attempted.or(self.debit.as_ref().map(|it| it.invoice))
    }

    /// Whether it is for nothing in particular: for no invoice, and for no order that is paid first.
    #[must_use]
    pub fn is_in_advance(&self) -> bool {
        let order = self.attempt.as_ref().and_then(|it| it.order);
        self.is_for().is_none() && order.is_none()
    }

    /// The payment after its gateway has said what became of it; `None` if that changes nothing,
    /// because it was said before or has been overtaken. Money counts whenever it is told of, and in
    /// the amount in which it came.
    ///
    /// # Errors
    /// If it came in another currency, or is not more than nothing.
    pub fn heard(self, said: Said, today: Date) -> Result<Option<(Self, Verb)>, Rejection> {
        let Said { reference, memo, outcome } = said;
        let trigger = match &outcome {
            Outcome::Pending => None,
            Outcome::Page(_) => Some(Trigger::Redirect),
            Outcome::Authorized => Some(Trigger::Authorize),
            Outcome::Captured(_) => Some(Trigger::Capture),
            Outcome::Declined(_) => Some(Trigger::Decline),
            Outcome::Expired => Some(Trigger::Expire),
        };
        let state = trigger.and_then(|it| lifecycle::next(self.state, it));
        let mut heard = self.clone();
        if let Some(attempt) = &mut heard.attempt {
            attempt.reference = reference.or(attempt.reference.take());
            attempt.memo = memo.or(attempt.memo.take());
        }
        if let Some(state) = state {
            heard.state = state;
            heard.takes(outcome, today)?;
        }
        let verb = state.and(trigger).map_or(Verb::Changed, Trigger::verb);
        Ok((heard != self).then_some((heard, verb)))
    }

    fn takes(&mut self, outcome: Outcome, today: Date) -> Result<(), Rejection> {
        match outcome {
            Outcome::Captured(amount) => self.comes_in(amount, today)?,
            Outcome::Page(page) => self.change_attempt(|it| it.page = Some(page)),
            Outcome::Declined(decline) => self.change_attempt(|it| {
                (it.decline, it.look_at) = (Some(decline), None);
            }),
            Outcome::Expired => self.change_attempt(|it| it.look_at = None),
            Outcome::Authorized | Outcome::Pending => {}
        }
        Ok(())
    }

    fn comes_in(&mut self, amount: Money, today: Date) -> Result<(), Rejection> {
        if amount.minus(Money::zero(self.amount.currency()))?.as_minor() <= 0 {
            let why = format!("`{amount}` cannot have come in: a payment is more than nothing");
            return Err(Rejection::new(Code::AmountOutOfRange, why));
        }
        (self.amount, self.received_on) = (amount, Some(today));
        self.change_attempt(|it| (it.decline, it.look_at) = (None, None));
        Ok(())
    }

    fn change_attempt(&mut self, change: impl FnOnce(&mut Attempt)) {
        if let Some(attempt) = &mut self.attempt {
            change(attempt);
        }
    }

    /// Whether what a gateway says of something with a name of its own is about this payment: it has
    /// called it so before. Where no names can be compared it is taken for it once nobody can be asked
    /// any more: what has come in must stand in the books.
    #[must_use]
    pub fn is_meant_by(&self, name: Option<&Name>) -> bool {
        let known = self.attempt.as_ref().and_then(|it| it.reference.as_ref());
        match (known, name) {
            (Some(known), Some(name)) => known == name,
            (_, _) => !self.state.is_under_way(),
        }
    }

    /// When something is to be done for it without anybody asking.
    #[must_use]
    pub fn due_at(&self) -> Option<Instant> {
        self.attempt.as_ref().and_then(|it| it.look_at)
    }

    /// How much is paid.
    #[must_use]
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What it settles, in the order in which it was allocated.
    #[must_use]
    pub fn allocations(&self) -> &[Allocation] {
        &self.allocations
    }

    /// How much of it went back, or was taken out of what it is to the customer's credit.
    #[must_use]
    pub const fn refunded(&self) -> Money {
        self.refunded
    }

    /// How much of it settles nothing yet: the customer's credit. Nothing before it came in.
    ///
    /// # Errors
    /// Never: no more is allocated and refunded than came in.
    pub fn unallocated(&self) -> Result<Money, MoneyError> {
        if !self.state.has_come_in() {
            return Ok(Money::zero(self.amount.currency()));
        }
        let used = self.allocations.iter().map(|it| it.amount);
        self.amount.minus(Money::sum(used, self.amount.currency())?)?.minus(self.refunded)
    }

    /// The payment after a trigger other than a refund.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let state = self.after(trigger)?;
        Ok((Self { state, ..self }, trigger.verb()))
    }

    /// The payment with a part of it allocated to an invoice.
    ///
    /// # Errors
    /// If the amount is not more than nothing, or more than is unallocated.
    pub fn allocate(
        mut self,
        invoice: InvoiceId,
        amount: Money,
        at: Instant,
    ) -> Result<Self, Rejection> {
        let unallocated = self.unallocated()?;
        if amount.as_minor() <= 0 || unallocated.minus(amount)?.is_negative() {
            let why = format!("`{amount}` cannot be allocated of `{unallocated}` that are left");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        match self.allocations.iter_mut().find(|it| it.invoice == invoice) {
            Some(allocation) => allocation.amount = allocation.amount.plus(amount)?,
            None => self.allocations.push(Allocation { invoice, amount, allocated_at: at }),
        }
        Ok(self)
    }

    /// The payment with a part of an allocation taken back into the customer's credit.
    ///
    /// # Errors
    /// If the amount is not more than nothing, or more than is allocated to the invoice.
    pub fn take_back(mut self, invoice: InvoiceId, amount: Money) -> Result<Self, Rejection> {
        let place = self.allocations.iter().position(|it| it.invoice == invoice);
        let nothing = Money::zero(self.amount.currency());
        let allocated = place.map_or(nothing, |it| self.allocations[it].amount);
        let rest = allocated.minus(amount)?;
        let Some(place) = place.filter(|_| amount.as_minor() > 0 && !rest.is_negative()) else {
            let why =
                format!("`{amount}` cannot be taken back of `{allocated}` that are allocated");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        };
        if rest.is_zero() {
            self.allocations.remove(place);
        } else {
            self.allocations[place].amount = rest;
        }
        Ok(self)
    }

    /// The payment with an amount given back, and what was taken back from invoices for it: first
    /// what settles nothing, then the last allocations.
    ///
    /// # Errors
    /// If the amount is not more than nothing or more than what came in and has not gone back.
    pub fn refund(self, amount: Money) -> Result<(Self, Vec<Allocation>, Verb), Rejection> {
        let refunded = self.refunded.plus(amount)?;
        let left = self.amount.minus(refunded)?;
        if amount.as_minor() <= 0 || left.is_negative() {
            let most = self.amount.minus(self.refunded)?;
            let why = format!("`{amount}` cannot be given back of `{most}` that are left");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        let trigger = if left.is_zero() { Trigger::RefundAll } else { Trigger::RefundPart };
        let state = self.after(trigger)?;
        let mut missing = amount.minus(self.unallocated()?)?;
        let (mut payment, mut taken_back) = (self, Vec::new());
        while missing.as_minor() > 0 {
            let last = payment.allocations.last().copied();
            let last = last.expect("what is not unallocated is allocated");
            let part =
                if missing.minus(last.amount)?.is_negative() { missing } else { last.amount };
            payment = payment.take_back(last.invoice, part)?;
            taken_back.push(Allocation { amount: part, ..last });
            missing = missing.minus(part)?;
        }
        Ok((Self { state, refunded, ..payment }, taken_back, trigger.verb()))
    }

    /// The payment with a part of what settles nothing taken out of it: it was moved to another account, set
    /// aside or given up. That counts as gone back.
    ///
    /// # Errors
    /// If the amount is not more than nothing, or more than is unallocated.
    pub fn take_out(self, amount: Money) -> Result<(Self, Verb), Rejection> {
        let unallocated = self.unallocated()?;
        if unallocated.minus(amount)?.is_negative() {
            let why = format!("`{amount}` cannot be taken out of `{unallocated}` that are left");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        let (payment, _, _) = self.refund(amount)?;
        Ok((payment, Verb::Changed))
    }

    /// The payment with a part that was taken out of it put back.
    ///
    /// # Errors
    /// If so much was not taken out.
    pub fn put_back(self, amount: Money) -> Result<(Self, Verb), Rejection> {
        let (payment, _) = self.unrefund(amount)?;
        Ok((payment, Verb::Changed))
    }

    /// The payment of which an amount that was to go back did not arrive: it is the customer's credit
    /// again.
    ///
    /// # Errors
    /// If so much did not go back.
    pub fn unrefund(self, amount: Money) -> Result<(Self, Verb), Rejection> {
        let refunded = self.refunded.minus(amount)?;
        if amount.as_minor() <= 0 || refunded.is_negative() {
            let why = format!("`{amount}` cannot come back of `{}` that went back", self.refunded);
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        let trigger = if refunded.is_zero() { Trigger::KeepAll } else { Trigger::KeepPart };
        let state = self.after(trigger)?;
        Ok((Self { state, refunded, ..self }, trigger.verb()))
    }

    fn after(&self, trigger: Trigger) -> Result<State, Rejection> {
        lifecycle::next(self.state, trigger).ok_or_else(|| {
            let why = format!("cannot {trigger} a payment that is `{}`", self.state);
            Rejection::new(Code::PaymentStateForbids, why)
        })
    }
}

#[cfg(test)]
mod tests;
