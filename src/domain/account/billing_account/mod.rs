//! Billing accounts: where an account's invoices go, how often, and how they are paid.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | billing account | commercial part of BssAccountInformation | CustomerAccountSet entry | billingAccount, financialAccount, settlementAccount (666) |
//!
//! An account has one by default and may have more. What decides on periods and currency changes
//! only with a cycle; the rest changes at once.

mod lifecycle;
pub mod schedule;

use serde::{Deserialize, Serialize};

pub use self::lifecycle::{BillingState, BillingTrigger};
use self::schedule::NextBill;
use super::class::BillingType;
use super::cycle::Cycle;
use crate::domain::error::{Code, Invalid, Refusal, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, PaymentMethodId, PaymentPlanId};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::party;
use crate::domain::party::medium::{ContactMedium, PostalAddress};
use crate::domain::party::relation::{RelatedParty, Relationship};
use crate::domain::stamp::Stamp;
use crate::domain::text::{Email, Locale, Name, Prose};
use crate::domain::time::{Date, Instant, Validity, Zone};
use crate::domain::word::words;

words! {
    /// What an account of this sort is for.
    BillingPurpose {
        /// Invoices for what the account buys.
        Billing = "billing";
        /// What the account is owed as a partner.
        Settlement = "settlement";
        /// Bookkeeping alone: it gathers others.
        Financial = "financial";
    }
}

words! {
    /// In which form an invoice is made.
    BillFormat {
        /// A document for people.
        Pdf = "pdf";
        /// A document for people with the data for machines inside.
        FacturX = "factur_x";
        /// Data in the Universal Business Language.
        Ubl = "ubl";
        /// Data as Cross Industry Invoice.
        Cii = "cii";
    }
}

words! {
    /// How an invoice reaches its reader.
    BillMedium {
        /// It lies ready for who signs in.
        Portal = "portal";
        /// By mail.
        Mail = "mail";
        /// On paper.
        Print = "print";
    }
}

words! {
    /// How the account said it would pay, where no payment method is named.
    PaymentMeans {
        /// Nobody said.
        Unsaid = "unsaid";
        /// By card.
        Card = "card";
        /// On an order of its own.
        PurchaseOrder = "purchase_order";
        /// On the invoice.
        Invoice = "invoice";
    }
}

/// Somebody to turn to about the invoices of a billing account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingContact {
    /// What sort of contact: `primary`, `secondary`.
    pub kind: Name,
    /// What it is called.
    pub name: Option<Name>,
    /// As what it acts for the account.
    pub role: Option<Name>,
    /// Who it is.
    pub party: Option<RelatedParty>,
    /// How to reach it.
    pub media: Vec<ContactMedium>,
    /// When to.
    pub validity: Validity,
}

/// What may change at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingProfile {
    /// What it is called.
    pub name: Name,
    /// What else there is to say.
    pub description: Option<Prose>,
    /// What the payer calls it.
    pub reference: Option<Name>,
    /// What stands on the invoice as the recipient; `None` for the name of the account.
    pub recipient: Option<Name>,
    /// Where invoices go by post, and what tax looks at first; `None` for the account's address.
    pub address: Option<PostalAddress>,
    /// Where invoices go by mail; `None` for the account's contact for billing.
    pub email: Option<Email>,
    /// In which language; `None` for the account's.
    pub locale: Option<Locale>,
    /// In which forms.
    pub formats: Vec<BillFormat>,
    /// On which ways.
    pub media: Vec<BillMedium>,
    /// What pays, if something is on file.
    pub payment_method: Option<PaymentMethodId>,
    /// How the account said it would pay.
    pub payment_means: PaymentMeans,
    /// Whom to turn to.
    pub contacts: Vec<BillingContact>,
    /// Who has to do with it: the bill receiver above all.
    pub related: Vec<RelatedParty>,
    /// How it stands to other accounts of its sort.
    pub relationships: Vec<Relationship>,
    /// The plans by which its open balance is being paid.
    pub payment_plans: Vec<PaymentPlanId>,
    /// How much may stay open on it.
    pub credit_limit: Option<Money>,
    /// Its owner is told when less than that is left of what was paid in beforehand.
    pub alert_below: Option<Money>,
    /// It is billed before the period is over when so much was used, without tax, that is not billed.
    pub interim_at: Option<Money>,
    /// When it holds.
    pub validity: Validity,
}

impl BillingProfile {
    /// One of which only the name is known: a document, in the portal.
    #[must_use]
    pub fn named(name: Name) -> Self {
        Self {
            name,
            description: None,
            reference: None,
            recipient: None,
            address: None,
            email: None,
            locale: None,
            formats: vec![BillFormat::Pdf],
            media: vec![BillMedium::Portal],
            payment_method: None,
            payment_means: PaymentMeans::Unsaid,
            contacts: Vec::new(),
            related: Vec::new(),
            relationships: Vec::new(),
            payment_plans: Vec::new(),
            credit_limit: None,
            alert_below: None,
            interim_at: None,
            validity: Validity::ALWAYS,
        }
    }

    fn violations(&self, currency: Currency) -> Vec<Violation> {
        let lists = [
            ("/contacts", self.contacts.len()),
            ("/related", self.related.len()),
            ("/relationships", self.relationships.len()),
            ("/payment_plans", self.payment_plans.len()),
        ];
        let mut found: Vec<_> =
            lists.into_iter().filter_map(|it| party::overlong(it.0, it.1)).collect();
        for (field, count) in [("/formats", self.formats.len()), ("/media", self.media.len())] {
            if count == 0 {
                found.push(Violation::new(field, "required", "must name at least one"));
            }
        }
        if self.interim_at.is_some_and(|it| it.is_zero()) {
            found.push(Violation::new("/interim_at", "range", "must be more than nothing"));
        }
        for (field, amount) in [
            ("/credit_limit", self.credit_limit),
            ("/alert_below", self.alert_below),
            ("/interim_at", self.interim_at),
        ] {
            if amount.is_some_and(|it| it.is_negative() || it.currency() != currency) {
                let message = format!("must be in {} and not negative", currency.code());
                found.push(Violation::new(field, "range", message));
            }
        }
        found
    }

    /// Where what it is billed goes by mail, and to whom there: its own address, or that of a contact that
    /// is valid then, the primary before others and what one prefers before what one does not; `None` where
    /// the account's contact for billing reads it.
    #[must_use]
    pub fn mail(&self, now: Instant) -> Option<(Option<&Name>, &Email)> {
        let own = self.email.as_ref().map(|it| (None, it));
        let mails = self.contacts.iter().filter(|it| it.validity.contains(now)).flat_map(|it| {
            let valid = it.media.iter().filter(|way| way.validity.contains(now));
            valid.filter_map(move |way| Some((it, way.is_preferred, way.medium.mail()?)))
        });
        let first = mails.min_by_key(|(it, is_preferred, _)| {
            (!it.kind.as_str().eq_ignore_ascii_case("primary"), !is_preferred)
        });
        own.or_else(|| first.map(|(it, _, mail)| (it.name.as_ref(), mail)))
    }
}

/// What changes with a cycle only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingTerms {
    /// In which currency everything on it is.
    pub currency: Currency,
    /// Where its days begin and end.
    pub zone: Zone,
    /// When its invoices are made.
    pub cycle: Cycle,
    /// Whether it is paid before or after.
    pub billing_type: BillingType,
}

/// Other terms, and the day from which they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTerms {
    /// What will hold.
    pub terms: BillingTerms,
    /// The start of the cycle from which it will.
    pub from_on: Date,
}

/// Where invoices go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingAccount {
    /// Its identity.
    pub id: BillingAccountId,
    /// Whose it is.
    pub stamp: Stamp,
    account: AccountId,
    purpose: BillingPurpose,
    state: BillingState,
    is_default: bool,
    began_on: Date,
    profile: BillingProfile,
    terms: BillingTerms,
    planned: Option<PlannedTerms>,
    next_bill: Option<NextBill>,
    /// Whether its owner was told that little is left, until more was paid in.
    is_low: bool,
}

/// Opens a billing account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBillingAccount {
    /// The identity it gets.
    pub id: BillingAccountId,
    /// Whose it will be.
    pub stamp: Stamp,
    /// The account whose invoices it takes.
    pub account: AccountId,
    /// What it is for.
    pub purpose: BillingPurpose,
    /// Whether the account is billed here where nothing else is said: its first one always is.
    pub standing: BillingStanding,
    /// What may change at any time.
    pub profile: BillingProfile,
    /// What changes with a cycle only.
    pub terms: BillingTerms,
}

words! {
    /// Which of an account's billing accounts one is.
    BillingStanding {
        /// The one that is taken where nothing else is said.
        Default = "default";
        /// One that has to be named.
        Further = "further";
    }
}

impl BillingAccount {
    /// A new billing account, of which no invoice is made yet.
    pub fn open(command: OpenBillingAccount, now: Instant) -> Result<(Self, Verb), Invalid> {
        let OpenBillingAccount { id, stamp, account, purpose, standing, profile, terms } = command;
        let mut found = profile.violations(terms.currency);
        found.extend(terms.cycle.violations("/cycle"));
        Invalid::unless_empty(found)?;
        let billing_account = Self {
            id,
            stamp,
            account,
            purpose,
            state: BillingState::Defined,
            is_default: standing == BillingStanding::Default,
            began_on: terms.zone.date_of(now),
            profile,
            terms,
            planned: None,
            next_bill: None,
            is_low: false,
        };
        Ok((billing_account, Verb::Created))
    }

    /// The billing account with invoices made of it.
    pub fn activate(self) -> Result<(Self, Verb), Rejection> {
        Ok((self.step(BillingTrigger::Activate)?, Verb::Activated))
    }

    /// The billing account without invoices for now.
    pub fn suspend(self) -> Result<(Self, Verb), Rejection> {
        Ok((self.step(BillingTrigger::Suspend)?, Verb::Held))
    }

    /// The billing account with invoices again.
    pub fn resume(self) -> Result<(Self, Verb), Rejection> {
        Ok((self.step(BillingTrigger::Resume)?, Verb::Released))
    }

    /// The billing account on its way out.
    pub fn close(self) -> Result<(Self, Verb), Rejection> {
        let closed = self.step(BillingTrigger::Close)?;
        let verb = match closed.state {
            BillingState::Closed => Verb::Terminated,
            BillingState::Defined
            | BillingState::Active
            | BillingState::PendingUpdate
            | BillingState::Suspended
            | BillingState::PendingClosed => Verb::Canceled,
        };
        Ok((closed, verb))
    }

    /// The billing account closed, its last invoice being made.
    pub fn finish(self) -> Result<(Self, Verb), Rejection> {
        Ok((self.step(BillingTrigger::Finish)?, Verb::Terminated))
    }

    /// The billing account with what may change at any time said anew, as a whole.
    pub fn revise(self, profile: BillingProfile) -> Result<(Self, Verb), Refusal> {
        if self.state == BillingState::Closed {
            return Err(self.refused("change").into());
        }
        Invalid::unless_empty(profile.violations(self.terms.currency))?;
        let is_low = self.is_low && self.profile.alert_below == profile.alert_below;
        Ok((Self { profile, is_low, ..self }, Verb::Changed))
    }

    /// Whether somebody wants to know what is left of what was paid in beforehand.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.profile.alert_below.is_some() || self.terms.billing_type == BillingType::Prepaid
    }

    /// The billing account of which so much is left that was paid in beforehand, less what is owed: its
    /// owner is told once that it is little, and anew after more was paid in. `None` if nothing changes.
    ///
    /// # Errors
    /// If that is in another currency.
    pub fn left(self, left: Money) -> Result<Option<(Self, Verb)>, MoneyError> {
        let least = self.profile.alert_below;
        let is_low = least.map_or(Ok(false), |it| Ok(left.minus(it)?.is_negative()))?;
        let verb = if is_low { Verb::RunningLow } else { Verb::Changed };
        Ok((is_low != self.is_low).then_some((Self { is_low, ..self }, verb)))
    }

    /// The billing account with other terms: at once while nothing was ever billed, and else from
    /// `from_on`, the start of its next cycle or a day that ends the one that runs. A plan that was there
    /// before is replaced.
    ///
    /// What was once billed keeps its currency.
    pub fn plan(self, terms: BillingTerms, from_on: Date) -> Result<(Self, Verb), Refusal> {
        Invalid::unless_empty(terms.cycle.violations("/cycle"))?;
        if self.state == BillingState::Defined {
            Invalid::unless_empty(self.profile.violations(terms.currency))?;
            return Ok((Self { terms, ..self }, Verb::Changed));
        }
        if terms.currency != self.terms.currency {
            let message = format!("must stay {}", self.terms.currency.code());
            return Err(Invalid::one("/currency", "fixed", message).into());
        }
        let planned = Some(PlannedTerms { terms, from_on });
        let planning = self.step(BillingTrigger::Plan)?;
        Ok((Self { planned, ..planning }, Verb::Changed))
    }

    /// The billing account with its planned change called off.
    pub fn withdraw(self) -> Result<(Self, Verb), Rejection> {
        let withdrawn = self.step(BillingTrigger::Withdraw)?;
        Ok((Self { planned: None, ..withdrawn }, Verb::Changed))
    }

    /// The billing account in the cycle that begins on a day: a change planned for that day or
    /// before takes effect.
    pub fn turn(self, cycle_on: Date) -> Result<Self, Rejection> {
        match self.planned {
            Some(planned) if planned.from_on <= cycle_on => {
                let turned = self.step(BillingTrigger::Turn)?;
                Ok(Self { terms: planned.terms, planned: None, ..turned })
            }
            Some(_) => Ok(self),
            None => self.step(BillingTrigger::Turn),
        }
    }

    /// The billing account as its account's default one, or no longer so.
    #[must_use]
    pub fn stand(self, standing: BillingStanding) -> (Self, Verb) {
        (Self { is_default: standing == BillingStanding::Default, ..self }, Verb::Changed)
    }

    fn step(self, trigger: BillingTrigger) -> Result<Self, Rejection> {
        match lifecycle::next(self.state, trigger) {
            Some(state) => Ok(Self { state, ..self }),
            None => Err(self.refused(trigger.word())),
        }
    }

    fn refused(&self, what: &str) -> Rejection {
        let state = self.state.word().replace('_', " ");
        let why = format!("cannot {what} a billing account that is {state}");
        Rejection::new(Code::BillingAccountStateForbids, why)
    }

    /// The account whose invoices it takes.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> BillingPurpose {
        self.purpose
    }

    /// How far its life has come.
    #[must_use]
    pub const fn state(&self) -> BillingState {
        self.state
    }

    /// Whether it is taken where nothing else is said.
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.is_default
    }

    /// The day of its beginning, in its zone: where cycles without a day of their own turn.
    #[must_use]
    pub const fn began_on(&self) -> Date {
        self.began_on
    }

    /// What may change at any time.
    #[must_use]
    pub const fn profile(&self) -> &BillingProfile {
        &self.profile
    }

    /// What holds in the present cycle.
    #[must_use]
    pub const fn terms(&self) -> BillingTerms {
        self.terms
    }

    /// What will hold, and from when.
    #[must_use]
    pub const fn planned(&self) -> Option<PlannedTerms> {
        self.planned
    }

    /// In which currency everything on it is.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.terms.currency
    }
}

#[cfg(test)]
mod tests;
