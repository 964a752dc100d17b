//! Invoices: numbered demands for payment that never change once they are issued.
//!
//! A draft has its *content*. To issue it copies in who sells and who buys, gives it a number
//! without gaps and seals it with a hash over itself and the one before. After that only what
//! settles it changes: payments, credit notes, a write-off.

mod altered;
pub mod chain;
mod dispute;
pub mod explanation;
pub mod lifecycle;
pub mod line;
pub mod number;
pub mod proof;
mod taxed;
mod undivided;

use serde::{Deserialize, Serialize};

use self::chain::{Hash, Link};
pub use self::dispute::{Dispute, InFavorOf};
use self::lifecycle::{State, Trigger};
use self::line::{Line, LineKind};
use self::number::DocumentNumber;
use super::late_fee;
use super::letterhead::Imprint;
use super::policy::{Recognition, WriteOffTax};
use super::tax::TaxTotal;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, BillingRunId, InvoiceId};
use crate::domain::money::{Currency, Money, MoneyError, Rounding};
use crate::domain::party::medium::PostalAddress;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Email, Name, Prose};
use crate::domain::time::{Date, Instant, Period, Zone};
use crate::domain::word::words;

/// A numbered demand for payment, or the draft of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its identity.
    pub id: InvoiceId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// The billing run that made it.
    pub run: Option<BillingRunId>,
    dispute: Option<Dispute>,
    state: State,
    content: Content,
    issue: Option<Issue>,
    settled: Settled,
    /// What the credit that the customer had settled of it when it was issued: the paper asks for the
    /// rest.
    set_off: Money,
    /// How the house takes what the paper asks for, as it was agreed when it was issued.
    collected_by: Option<CollectedBy>,
    /// Why what was open of it was given up.
    given_up_for: Option<Prose>,
    /// What becomes of the tax in what was given up of it; nothing as long as nothing was.
    write_off_tax: Option<WriteOffTax>,
    /// When it is overdue, until that was told.
    overdue_at: Option<Instant>,
    /// When it is to be collected through a gateway, until that was begun.
    collect_at: Option<Instant>,
}

/// How the house takes by itself what an invoice demands, so that its customer need do nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CollectedBy {
    /// From the method on file at a gateway.
    Gateway,
    /// From a bank account, by the mandate of this reference.
    Mandate(text::Code),
}

/// What an invoice demands: for whom, line by line, and altogether.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Who owes it.
    pub account: AccountId,
    /// Where it goes.
    pub billing_account: BillingAccountId,
    /// What all amounts are in.
    pub currency: Currency,
    /// From the first to the last day of service on it.
    pub service_period: Option<Period>,
    /// What is charged.
    pub lines: Vec<Line>,
    /// The taxes on it, one for each rule.
    pub taxes: Vec<TaxTotal>,
    /// The sums.
    pub totals: Totals,
}

impl Content {
    /// How much of it are deposits, which are not earned.
    ///
    /// # Errors
    /// If that is too much.
    pub fn deposits(&self) -> Result<Money, MoneyError> {
        let lines = self.lines.iter().filter(|it| it.kind == LineKind::Deposit);
        Money::sum(lines.map(|it| it.net), self.currency)
    }

    /// How much of it is paid from what was paid in before, and bears no tax.
    ///
    /// # Errors
    /// If that is too much.
    pub fn prepaid(&self) -> Result<Money, MoneyError> {
        let lines = self.lines.iter().filter(|it| it.is_prepaid() && !it.net.is_negative());
        Money::sum(lines.map(|it| it.net), self.currency)
    }
}

/// The sums of an invoice or note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Of all lines without tax.
    pub net: Money,
    /// Of all taxes.
    pub tax: Money,
    /// Both.
    pub gross: Money,
}

impl InvoiceParty {
    /// Refuses a recipient of whom an invoice could not say where it is: a street or another line
    /// that post finds, a city and a country.
    ///
    /// # Errors
    /// With what is missing.
    pub fn must_be_reachable(&self) -> Result<(), Rejection> {
        let address = &self.address;
        let parts = [
            (
                "a street or post-office line",
                address.street.is_some() || address.extended.is_some(),
            ),
            ("a city", address.locality.is_some()),
            ("a country", address.country.is_some()),
        ];
        let missing: Vec<_> = parts.iter().filter(|it| !it.1).map(|it| it.0).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let why = format!(
            "`{}` cannot be invoiced: its address lacks {}",
            self.name,
            missing.join(" and ")
        );
        Err(Rejection::new(Code::AddressIncomplete, why))
    }
}

impl Totals {
    /// Nothing yet.
    #[must_use]
    pub const fn nothing(currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        Self { net: nothing, tax: nothing, gross: nothing }
    }

    /// The same with something added.
    ///
    /// # Errors
    /// If it is too large or in another currency.
    pub fn plus(self, net: Money, tax: Money) -> Result<Self, MoneyError> {
        let (net, tax) = (self.net.plus(net)?, self.tax.plus(tax)?);
        Ok(Self { net, tax, gross: net.plus(tax)? })
    }

    /// The same without others.
    ///
    /// # Errors
    /// If it is too large or in another currency.
    pub fn minus(self, others: Self) -> Result<Self, MoneyError> {
        self.plus(others.net.negated()?, others.tax.negated()?)
    }
}

/// Who sells or buys, as it stands on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceParty {
    /// The name.
    pub name: Name,
    /// The address.
    pub address: PostalAddress,
    /// The registration for taxes.
    pub tax_registration: Option<Name>,
    /// Where questions or the invoice go.
    pub email: Option<Email>,
}

impl InvoiceParty {
    /// Whether what it is registered under is a number for value added tax: such begin with the letters of a
    /// country.
    #[must_use]
    pub fn has_vat_number(&self) -> bool {
        let begins = |it: &str| it.chars().take(2).filter(char::is_ascii_uppercase).count() == 2;
        self.tax_registration.as_ref().is_some_and(|it| begins(it.as_str()))
    }
}

/// What an invoice gets when it is issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number.
    pub number: DocumentNumber,
    /// Its place in the sequence the number comes from.
    pub sequence: u64,
    /// The date on it.
    pub issued_on: Date,
    /// When that was.
    pub issued_at: Instant,
    /// Until when it is to be paid: the last day on which it is not overdue.
    pub due_on: Date,
    /// Who sells.
    pub seller: InvoiceParty,
    /// Who buys.
    pub buyer: InvoiceParty,
    /// How it is written.
    pub imprint: Imprint,
    /// When what it charges becomes revenue in the books of its seller.
    pub recognition: Recognition,
    /// Its seal. What a caller gives for the hash is replaced by the computed one.
    pub link: Link,
}

/// What has settled an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// By payments.
    pub paid: Money,
    /// By credit notes, and by credit that the customer had. Less than nothing where the invoice
    /// itself gave credit.
    pub credited: Money,
    /// By giving it up.
    pub written_off: Money,
}

words! {
    /// What settles an invoice.
    SettledBy {
        /// Money that came in.
        Payment = "payment";
        /// A credit note.
        Credit = "credit";
    }
}

words! {
    /// How an invoice stands on a day, as people say it.
    Standing {
        /// It can still change.
        Draft = "draft";
        /// It is to be paid.
        Open = "open";
        /// Its time for payment is over.
        Overdue = "overdue";
        /// It was paid.
        Paid = "paid";
        /// It was credited in full, without a payment.
        Credited = "credited";
        /// What was open was given up.
        WrittenOff = "written_off";
    }
}

impl Invoice {
    /// The draft of an invoice.
    #[must_use]
    pub fn draft(id: InvoiceId, stamp: Stamp, run: Option<BillingRunId>, content: Content) -> Self {
        let nothing = Money::zero(content.currency);
        let settled = Settled { paid: nothing, credited: nothing, written_off: nothing };
        Self {
            id,
            stamp,
            run,
            dispute: None,
            state: State::Draft,
            content,
            issue: None,
            settled,
            set_off: nothing,
            collected_by: None,
            given_up_for: None,
            write_off_tax: None,
            overdue_at: None,
            collect_at: None,
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What it demands.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// What it got when it was issued; `None` while it is a draft.
    #[must_use]
    pub const fn issue(&self) -> Option<&Issue> {
        self.issue.as_ref()
    }

    /// What has settled it.
    #[must_use]
    pub const fn settled(&self) -> &Settled {
        &self.settled
    }

    /// What it demands altogether.
    #[must_use]
    pub const fn total(&self) -> Money {
        self.content.totals.gross
    }

    /// What is still to be paid: nothing while it is a draft.
    #[must_use]
    pub fn open(&self) -> Money {
        if self.state == State::Draft {
            return Money::zero(self.content.currency);
        }
        self.unsettled().expect("no more is settled than is demanded")
    }

    /// What the credit that the customer had settled of it when it was issued.
    #[must_use]
    pub const fn set_off(&self) -> Money {
        self.set_off
    }

    /// How the house takes by itself what its paper asks for, as it was agreed when it was issued; `None`
    /// if its customer is to pay.
    #[must_use]
    pub const fn collected_by(&self) -> Option<&CollectedBy> {
        self.collected_by.as_ref()
    }

    /// The invoice whose paper says how the house takes what it asks for, at issue.
    #[must_use]
    pub fn to_be_taken(self, by: CollectedBy) -> Self {
        Self { collected_by: Some(by), ..self }
    }

    /// The invoice whose paper asks for what is open of it now, at issue; `None` if that is all that
    /// it demands.
    ///
    /// # Errors
    /// If the sum cannot be told.
    pub fn after_credit(self) -> Result<Option<Self>, MoneyError> {
        if self.total().as_minor() <= 0 {
            return Ok(None);
        }
        let set_off = self.total().minus(self.open())?;
        Ok((!set_off.is_zero()).then_some(Self { set_off, ..self }))
    }

    /// Whether all that it demands are fees for paying late.
    #[must_use]
    pub fn is_for_paying_late(&self) -> bool {
        self.content.lines.iter().all(|it| it.kind == LineKind::LateFee)
    }

    /// Whether it demands a fee for paying another one late.
    #[must_use]
    pub fn is_fee_for(&self, other: &Self) -> bool {
        let Some(issue) = other.issue().filter(|_| self.id != other.id) else { return false };
        let names = |it: &Line| late_fee::names(&it.subject, &issue.number);
        self.is_for_paying_late() && self.content.lines.iter().any(names)
    }

    /// The same with the moment from which on it is overdue: when the last day for paying it is over
    /// in a zone.
    #[must_use]
    pub fn awaited(self, zone: Zone) -> Self {
        let due_on = self.issue.as_ref().map(|it| it.due_on);
        Self { overdue_at: due_on.map(|it| zone.start_of(it.plus_days(1))), ..self }
    }

    /// The same with the moment at which it is collected by itself: when its last day for paying begins
    /// in a zone.
    #[must_use]
    pub fn to_be_collected(self, zone: Zone) -> Self {
        let due_on = self.issue.as_ref().map(|it| it.due_on);
        Self { collect_at: due_on.map(|it| zone.start_of(it)), ..self }
    }

    /// When it is to be collected, unless it is settled before; `None` once that was begun.
    #[must_use]
    pub fn collect_at(&self) -> Option<Instant> {
        self.collect_at.filter(|_| self.is_owed())
    }

    /// The invoice whose collection begins; `None` if it does not at that moment.
    #[must_use]
    pub fn collected(self, now: Instant) -> Option<Self> {
        let is_time = self.collect_at().is_some_and(|it| it <= now);
        is_time.then_some(Self { collect_at: None, ..self })
    }

    /// Whether something is to be paid of it that is not disputed.
    fn is_owed(&self) -> bool {
        match self.state {
            State::Issued | State::PartiallyPaid => self.undisputed().as_minor() > 0,
            State::Draft | State::Paid | State::WrittenOff => false,
        }
    }

    /// When it is to be told that it is overdue, unless it is settled before; `None` once it was
    /// told, and while it is disputed.
    #[must_use]
    pub fn overdue_at(&self) -> Option<Instant> {
        self.overdue_at.filter(|_| self.is_owed())
    }

    /// The invoice of which it is not told before a moment that it is overdue.
    #[must_use]
    pub fn told_from(self, at: Instant) -> Self {
        Self { overdue_at: Some(at), ..self }
    }

    /// The invoice of which it is told, once, that it is overdue; `None` if there is nothing to tell
    /// at that moment.
    #[must_use]
    pub fn overdue(self, now: Instant) -> Option<(Self, Verb)> {
        let is_late = self.overdue_at().is_some_and(|it| it <= now);
        is_late.then_some((Self { overdue_at: None, ..self }, Verb::Overdue))
    }

    /// How it stands on a day.
    #[must_use]
    pub fn standing(&self, on: Date) -> Standing {
        let overdue = self.issue.as_ref().is_some_and(|it| it.due_on < on);
        let only_credited = self.settled.paid.is_zero() && !self.settled.credited.is_zero();
        match self.state {
            State::Draft => Standing::Draft,
            State::Issued | State::PartiallyPaid if overdue => Standing::Overdue,
            State::Issued | State::PartiallyPaid => Standing::Open,
            State::Paid if only_credited => Standing::Credited,
            State::Paid => Standing::Paid,
            State::WrittenOff => Standing::WrittenOff,
        }
    }

    /// The draft with another content, as a review may change it.
    ///
    /// # Errors
    /// If it is issued.
    pub fn with_content(self, content: Content) -> Result<Self, Rejection> {
        match self.state {
            State::Draft => Ok(Self { set_off: Money::zero(content.currency), content, ..self }),
            State::Issued | State::PartiallyPaid | State::Paid | State::WrittenOff => {
                let why = format!(
                    "cannot change an invoice that is `{}`; write a credit note",
                    self.state
                );
                Err(Rejection::new(Code::InvoiceStateForbids, why))
            }
        }
    }

    /// The invoice issued: numbered, sealed, and paid at once if it demands nothing. What it gives
    /// back, where it comes to less, is the customer's credit with that.
    ///
    /// # Errors
    /// If it is issued already, has no lines, or is due before its date.
    pub fn issued(self, issue: Issue) -> Result<(Self, Verb), Rejection> {
        let state = self.after(Trigger::Issue)?;
        if self.content.lines.is_empty() {
            let why = "an invoice has lines";
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        if issue.due_on < issue.issued_on {
            let why =
                format!("an invoice of `{}` cannot be due `{}`", issue.issued_on, issue.due_on);
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        let bytes = chain::canonical(self.id, &self.content, &issue);
        let previous = issue.link.previous;
        let link = Link { previous, hash: chain::chain(&previous, &bytes) };
        let issued = Self { state, issue: Some(Issue { link, ..issue }), ..self };
        if issued.total().as_minor() <= 0 {
            let state = issued.after(Trigger::SettleAll)?;
            let settled = Settled { credited: issued.total(), ..issued.settled };
            return Ok((Self { state, settled, ..issued }, Verb::Issued));
        }
        Ok((issued, Verb::Issued))
    }

    /// The hash that its content and the one before give; `None` while it is a draft. One that is
    /// not the hash in its seal has been tampered with.
    #[must_use]
    pub fn resealed(&self) -> Option<Hash> {
        let issue = self.issue.as_ref()?;
        Some(chain::chain(&issue.link.previous, &chain::canonical(self.id, &self.content, issue)))
    }

    /// The invoice after an amount settled a part or all of it.
    ///
    /// # Errors
    /// If the amount is not more than nothing or more than what is open, or nothing can settle it.
    pub fn settle(self, amount: Money, by: SettledBy) -> Result<(Self, Verb), Rejection> {
        let open = self.open();
        if amount.as_minor() <= 0 || amount.minus(open)?.as_minor() > 0 {
            let why = format!("`{amount}` cannot settle an invoice of which `{open}` is open");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        let settled = self.settled.changed(amount, by)?;
        self.resettled(settled)
    }

    /// The invoice after an amount that had settled it was taken back: so much is owed again, also where
    /// the rest was given up.
    ///
    /// # Errors
    /// If the amount is not more than nothing or more than had settled it so.
    pub fn unsettle(self, amount: Money, by: SettledBy) -> Result<(Self, Verb), Rejection> {
        let settled = self.without(amount, by)?;
        // Who has just got money back is not charged for it by itself.
        Self { collect_at: None, ..self }.resettled(settled)
    }

    /// The invoice that was given up after an amount that had paid it was taken back, and is given up as
    /// well.
    ///
    /// # Errors
    /// If the amount is not more than nothing or more than was paid, or it was not given up.
    pub fn lost(self, amount: Money) -> Result<(Self, Verb), Rejection> {
        let settled = self.without(amount, SettledBy::Payment)?;
        if !self.is_given_up() {
            let why = format!("nothing was given up of an invoice that is `{}`", self.state);
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        let written_off = settled.written_off.plus(amount)?;
        Ok((Self { settled: Settled { written_off, ..settled }, ..self }, Verb::Changed))
    }

    /// What settles it without an amount that had.
    fn without(&self, amount: Money, by: SettledBy) -> Result<Settled, Rejection> {
        let had = match by {
            SettledBy::Payment => self.settled.paid,
            SettledBy::Credit => self.settled.credited,
        };
        if amount.as_minor() <= 0 || amount.minus(had)?.as_minor() > 0 {
            let why = format!("`{amount}` cannot be taken back where `{had}` was settled by {by}");
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        Ok(self.settled.changed(amount.negated()?, by)?)
    }

    /// The invoice after a payment was taken back and credit has settled so much of that again.
    ///
    /// # Errors
    /// If so much was not paid, or the credit is more than that.
    pub fn resettle(self, paid: Money, credit: Money) -> Result<(Self, Verb), Rejection> {
        let was = self.state;
        let (open, verb) = self.unsettle(paid, SettledBy::Payment)?;
        if credit.as_minor() <= 0 {
            return Ok((open, verb));
        }
        let (settled, verb) = open.settle(credit, SettledBy::Credit)?;
        // What is as settled as before, has only changed by what.
        let verb = if settled.state == was { Verb::Changed } else { verb };
        Ok((settled, verb))
    }

    /// Whether what was open of it was given up.
    #[must_use]
    pub const fn is_given_up(&self) -> bool {
        match self.state {
            State::WrittenOff => true,
            State::Draft | State::Issued | State::PartiallyPaid | State::Paid => false,
        }
    }

    /// Why what was open of it was given up, if that was said.
    #[must_use]
    pub const fn given_up_for(&self) -> Option<&Prose> {
        self.given_up_for.as_ref()
    }

    /// The invoice with what is open given up, for a reason, with or without the tax in that.
    ///
    /// # Errors
    /// If nothing of it is open.
    pub fn written_off(
        self,
        reason: Option<Prose>,
        tax: WriteOffTax,
    ) -> Result<(Self, Verb), Rejection> {
        let state = self.after(Trigger::WriteOff)?;
        let written_off = self.settled.written_off.plus(self.open())?;
        let settled = Settled { written_off, ..self.settled };
        let (given_up_for, write_off_tax) = (reason, Some(tax));
        Ok((Self { state, settled, given_up_for, write_off_tax, ..self }, Trigger::WriteOff.verb()))
    }

    /// How much of what is given up of it is tax that is owed no more: as much as all is of what `stands` of
    /// it, as credit notes left it. It follows from what is given up and stands now, so that what changes with
    /// that is booked as the difference.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn returned_tax(&self, stands: Totals) -> Result<Money, MoneyError> {
        self.returned_tax_in(self.settled.written_off, stands)
    }

    /// How much of that the last so much of what is given up of it makes.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn returned_tax_with(&self, amount: Money, stands: Totals) -> Result<Money, MoneyError> {
        let before = self.settled.written_off.minus(amount)?;
        self.returned_tax(stands)?.minus(self.returned_tax_in(before, stands)?)
    }

    fn returned_tax_in(&self, given_up: Money, stands: Totals) -> Result<Money, MoneyError> {
        let nothing = Money::zero(stands.gross.currency());
        match self.write_off_tax {
            Some(WriteOffTax::Return) if stands.gross.as_minor() > 0 => {
                let tax = given_up.amount().part(stands.tax.decimal(), stands.gross.decimal())?;
                tax.book(Rounding::HalfUp)
            }
            Some(WriteOffTax::Return | WriteOffTax::Keep) | None => Ok(nothing),
        }
    }

    /// The invoice of which all is owed again that was given up.
    ///
    /// # Errors
    /// If nothing of it was given up.
    pub fn revived(self) -> Result<(Self, Verb), Rejection> {
        if self.settled.written_off.is_zero() {
            let why = "nothing of the invoice was given up";
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        let written_off = Money::zero(self.content.currency);
        let settled = Settled { written_off, ..self.settled };
        let revived =
            Self { given_up_for: None, write_off_tax: None, ..self }.resettled(settled)?.0;
        Ok((revived, Verb::Changed))
    }

    /// The invoice after a part of what had been given up was credited or paid after all.
    ///
    /// # Errors
    /// If the amount is not more than nothing, or more than was given up.
    pub fn regained(self, amount: Money, by: SettledBy) -> Result<(Self, Verb), Rejection> {
        let left = self.settled.written_off.minus(amount)?;
        if amount.as_minor() <= 0 || left.is_negative() {
            let given_up = self.settled.written_off;
            let why = format!("`{amount}` is no part of `{given_up}` that was given up");
            let code = match by {
                SettledBy::Payment => Code::PaymentExceeds,
                SettledBy::Credit => Code::CreditExceeds,
            };
            return Err(Rejection::new(code, why));
        }
        let settled = Settled { written_off: left, ..self.settled };
        let settled = settled.changed(amount, by)?;
        if !left.is_zero() || !self.open().is_zero() {
            return Ok((Self { settled, ..self }, Verb::Changed));
        }
        let state = self.after(Trigger::SettleAll)?;
        Ok((Self { state, settled, ..self }, Trigger::SettleAll.verb()))
    }

    fn unsettled(&self) -> Result<Money, MoneyError> {
        let Settled { paid, credited, written_off } = self.settled;
        self.total().minus(paid)?.minus(credited)?.minus(written_off)
    }

    fn resettled(self, settled: Settled) -> Result<(Self, Verb), Rejection> {
        let changed = Self { settled, ..self };
        let open = changed.unsettled()?;
        if open.is_zero() && !changed.settled.written_off.is_zero() {
            // Of what was given up, no more is owed than before.
            let state = changed.after(Trigger::WriteOff)?;
            return Ok((Self { state, ..changed }, Verb::PartlyPaid));
        }
        let trigger = match open {
            open if open.is_zero() => Trigger::SettleAll,
            open if open == changed.total() => Trigger::Reopen,
            _ => Trigger::SettlePart,
        };
        let state = changed.after(trigger)?;
        Ok((Self { state, ..changed }, trigger.verb()))
    }

    fn after(&self, trigger: Trigger) -> Result<State, Rejection> {
        lifecycle::next(self.state, trigger).ok_or_else(|| {
            let why = format!("cannot {trigger} an invoice that is `{}`", self.state);
            Rejection::new(Code::InvoiceStateForbids, why)
        })
    }
}

impl Settled {
    fn changed(self, by_amount: Money, by: SettledBy) -> Result<Self, MoneyError> {
        match by {
            SettledBy::Payment => Ok(Self { paid: self.paid.plus(by_amount)?, ..self }),
            SettledBy::Credit => Ok(Self { credited: self.credited.plus(by_amount)?, ..self }),
        }
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
