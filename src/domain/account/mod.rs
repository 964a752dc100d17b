//! Accounts: the role in which a party sells or buys here.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | account | PAAccount, BssAccountInformation | vendor, Customer | Customer (629), partyAccount (666), PartyRole (669) |
//!
//! This module owns where an account stands, what it is told and granted, and how its life goes.
//! Where its invoices go is a [`billing_account`]; who the party behind it is, a
//! [`party`](super::party).

pub mod billing_account;
pub mod class;
pub mod credit;
pub mod cycle;
pub mod lifecycle;
pub mod profile;
pub mod tree;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::credit::{CreditHistory, CreditProfile};
use self::lifecycle::{HeldBy, Hold, HoldKind, HoldPolicy, Sparing, State, Trigger};
use self::profile::{Profile, Receivables, Terms};
use self::tree::{AccountRole, Ancestor};
use super::error::{Code, Invalid, Refusal, Rejection};
use super::event::Verb;
use super::id::{AccountId, ClassId, PartyId};
use super::party::identity::{LookUp, Postponed, TaxRegistration, Verification};
use super::stamp::{Carried, SellerNumber, Stamp};
use super::text::{Code as Word, Prose};
use super::time::Instant;
use super::typed::Typed;
use super::word::words;

words! {
    /// Whether an account is a company's or a person's.
    Nature {
        /// A company's, with people and perhaps accounts below it.
        Company = "company";
        /// One person's.
        Personal = "personal";
    }
}

words! {
    /// Whether a new account may buy at once.
    Beginning {
        /// It may.
        Active = "active";
        /// Somebody has to check it first.
        Prospective = "prospective";
    }
}

/// Whoever sells or buys here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its identity.
    pub id: AccountId,
    /// Whose it is: its seller is who sells *to* it, and it owns itself.
    pub stamp: Stamp,
    role: AccountRole,
    parent: Option<AccountId>,
    party: PartyId,
    state: State,
    holds: BTreeMap<HoldKind, Hold>,
    sparing: Option<Sparing>,
    profile: Profile,
    terms: Terms,
    credit: CreditHistory,
}

/// Opens an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterAccount {
    /// The identity it gets.
    pub id: AccountId,
    /// The number it gets; 1 for the provider alone.
    pub number: u64,
    /// What it will do here.
    pub role: AccountRole,
    /// Who it is apart from that.
    pub party: PartyId,
    /// Whether it may buy at once.
    pub beginning: Beginning,
    /// What it says of itself.
    pub profile: Profile,
    /// What it is granted.
    pub terms: Terms,
}

/// Puts a hold on an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldAccount {
    /// Which of the two holds.
    pub kind: HoldKind,
    /// Who puts it.
    pub by: HeldBy,
    /// Which subscriptions it stops.
    pub policy: HoldPolicy,
    /// Why, as a stable word.
    pub reason: Word,
    /// Why, for people.
    pub comment: Prose,
}

/// Takes a hold back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseAccount {
    /// Which of the two holds.
    pub kind: HoldKind,
    /// Until when a credit hold does not come back, whatever is owed.
    pub until: Option<Instant>,
    /// Why, for people.
    pub comment: Prose,
}

/// What an account still has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remains {
    /// Accounts below it that are not closed.
    pub accounts: u64,
    /// Subscriptions that have not ended.
    pub subscriptions: u64,
    /// Invoices that are neither paid nor given up.
    pub open_invoices: u64,
    /// Billing accounts with charges that are on no invoice yet.
    pub unbilled_charges: u64,
    /// Orders of which something is still to be done.
    pub open_orders: u64,
    /// Offers of it on the marketplace, which others have on their shelves.
    pub listed: u64,
    /// Subscriptions that others have sold to what it has listed, and that it goes on delivering.
    pub sold_by_others: u64,
    /// Orders of customers of others of which it has something to deliver.
    pub to_deliver: u64,
}

impl Remains {
    /// What of it is between the account and who sells to it.
    #[must_use]
    pub const fn with_its_seller(self) -> Self {
        Self { accounts: 0, listed: 0, sold_by_others: 0, to_deliver: 0, ..self }
    }
}

impl Account {
    /// The number of the provider.
    pub const PROVIDER_NUMBER: u64 = 1;

    /// A new account below `ancestors`, which are named from its parent up to the provider.
    pub fn register(
        command: RegisterAccount,
        ancestors: &[Ancestor],
        now: Instant,
    ) -> Result<(Self, Verb), Refusal> {
        let RegisterAccount { id, number, role, party, beginning, mut profile, terms } = command;
        profile.check()?;
        terms.check()?;
        if (number == Self::PROVIDER_NUMBER) != (role == AccountRole::Provider) {
            let message = "must be 1 for the provider, and for nobody else";
            return Err(Invalid::one("/number", "range", message).into());
        }
        profile.tax_registration = profile.tax_registration.map(TaxRegistration::unverified_again);
        let place = tree::place(role, ancestors)?;
        let stamp = Stamp::new(place.seller, Some(id), now).numbered(number);
        let state = match beginning {
            Beginning::Active => State::Active,
            Beginning::Prospective => State::Prospective,
        };
        let account = Self {
            id,
            stamp,
            role,
            parent: place.parent,
            party,
            state,
            holds: BTreeMap::new(),
            sparing: None,
            profile,
            terms,
            credit: CreditHistory::default(),
        };
        Ok((account, Verb::Created))
    }

    /// The account, allowed to buy.
    pub fn activate(self) -> Result<(Self, Verb), Rejection> {
        Ok((self.step(Trigger::Activate)?, Verb::Activated))
    }

    /// The account with a hold on it.
    pub fn hold(self, command: HoldAccount, now: Instant) -> Result<(Self, Verb), Rejection> {
        let HoldAccount { kind, by, policy, reason, comment } = command;
        let mut account = self.step(kind.put())?;
        account.holds.insert(kind, Hold { by, policy, reason, comment, since: now });
        if kind == HoldKind::Credit {
            account.sparing = None;
        }
        Ok((account, Verb::Held))
    }

    /// The account with a hold taken back.
    pub fn release(self, command: ReleaseAccount, now: Instant) -> Result<(Self, Verb), Refusal> {
        let ReleaseAccount { kind, until, comment } = command;
        let wrong = match (kind, until) {
            (HoldKind::Administrative, Some(_)) => {
                Some("must be absent: only a credit hold returns")
            }
            (HoldKind::Credit, Some(until)) if until <= now => Some("must be in the future"),
            (HoldKind::Administrative | HoldKind::Credit, _) => None,
        };
        if let Some(message) = wrong {
            return Err(Invalid::one("/until", "range", message).into());
        }
        let mut account = self.step(kind.release())?;
        account.holds.remove(&kind);
        if kind == HoldKind::Credit {
            account.sparing = until.map(|until| Sparing { until, comment });
        }
        Ok((account, Verb::Released))
    }

    /// The account after the time of a temporary release, if that has passed: whether it is held
    /// again is then for its terms to say.
    #[must_use]
    pub fn end_sparing(self, now: Instant) -> Option<(Self, Verb)> {
        let is_over = self.sparing.as_ref().is_some_and(|it| it.until <= now);
        is_over.then_some((Self { sparing: None, ..self }, Verb::Changed))
    }

    /// The account on its way out. Its holds are lifted with it; what it has is for others to end.
    pub fn close(self) -> Result<(Self, Verb), Rejection> {
        let account = self.step(Trigger::Close)?;
        Ok((Self { holds: BTreeMap::new(), sparing: None, ..account }, Verb::Canceled))
    }

    /// The account closed, when nothing is left of what it had.
    pub fn finish(self, remains: Remains) -> Result<(Self, Verb), Rejection> {
        let named = [
            (["account below it", "accounts below it"], remains.accounts),
            (["subscription", "subscriptions"], remains.subscriptions),
            (["open invoice", "open invoices"], remains.open_invoices),
            (["billing account to be billed", "billing accounts to be billed"], {
                remains.unbilled_charges
            }),
            (["open order", "open orders"], remains.open_orders),
            (["offer on the marketplace", "offers on the marketplace"], remains.listed),
            (["marketplace subscription", "marketplace subscriptions"], remains.sold_by_others),
            (["marketplace order", "marketplace orders"], remains.to_deliver),
        ];
        let told =
            |([one, many], n): ([&str; 2], u64)| format!("{n} {}", if n == 1 { one } else { many });
        let left: Vec<_> = named.into_iter().filter(|it| it.1 > 0).map(told).collect();
        if !left.is_empty() {
            let why = format!("account `{}` still has {}", self.id, left.join(", "));
            return Err(Rejection::new(Code::AccountNotEmpty, why));
        }
        Ok((self.step(Trigger::Finish)?, Verb::Terminated))
    }

    /// The account with everything personal forgotten.
    pub fn erase(self) -> Result<(Self, Verb), Rejection> {
        let account = self.step(Trigger::Erase)?;
        let profile = Profile::erased(account.profile.nature, account.profile.locale.clone());
        let terms = account.terms.erased();
        let stamp = Stamp { carried: Carried::new(), ..account.stamp };
        let credit = CreditHistory::default();
        Ok((Self { stamp, profile, terms, credit, ..account }, Verb::Removed))
    }

    /// The account with what it says of itself said anew, as a whole.
    ///
    /// Whether a register knows its tax number is not for itself to say.
    pub fn revise(self, mut profile: Profile) -> Result<(Self, Verb), Refusal> {
        self.must_live("change")?;
        profile.check()?;
        profile.tax_registration = profile.tax_registration.map(|new| {
            let unverified = new.clone().unverified_again();
            self.profile.tax_registration.as_ref().map_or(unverified, |it| it.replaced_by(new))
        });
        Ok((Self { profile, ..self }, Verb::Changed))
    }

    /// When its tax number is to be looked up, if it is.
    #[must_use]
    pub fn look_up_at(&self) -> Option<Instant> {
        let registration = self.profile.tax_registration.as_ref();
        let is_living = self.must_live("look up").is_ok();
        registration.filter(|_| is_living).and_then(TaxRegistration::look_up_at)
    }

    /// The account whose tax number could not be looked up: `until` says how long it is left alone
    /// after so many times.
    #[must_use]
    pub fn look_up_postponed(mut self, until: impl FnOnce(u32) -> Instant) -> Self {
        if let Some(registration) = &mut self.profile.tax_registration {
            let times = registration.postponed.map_or(0, |it| it.times).saturating_add(1);
            registration.postponed = Some(Postponed { times, until: until(times) });
        }
        self
    }

    /// The account with its tax number looked up, and how its register answered.
    pub fn verify_tax(
        mut self,
        verification: Verification,
        look_up: Option<LookUp>,
    ) -> Result<(Self, Verb), Refusal> {
        self.must_live("change")?;
        let Some(registration) = &mut self.profile.tax_registration else {
            let message = "must be there to be looked up";
            return Err(Invalid::one("/tax_registration", "required", message).into());
        };
        (registration.verification, registration.look_up) = (verification, look_up);
        registration.postponed = None;
        Ok((self, Verb::Changed))
    }

    /// The account with other terms.
    pub fn grant(self, terms: Terms) -> Result<(Self, Verb), Refusal> {
        self.must_live("change")?;
        terms.check()?;
        Ok((Self { terms, ..self }, Verb::Changed))
    }

    /// The account with one more assessment of its credit.
    pub fn assess(self, profile: CreditProfile) -> Result<(Self, Verb), Refusal> {
        self.must_live("assess")?;
        let credit = self.credit.clone().with(profile)?;
        Ok((Self { credit, ..self }, Verb::Changed))
    }

    /// The account moved below others, with `levels_below` further levels that move with it.
    pub fn relocate(
        self,
        levels_below: usize,
        ancestors: &[Ancestor],
    ) -> Result<(Self, Verb), Rejection> {
        self.must_live("move")?;
        let place = tree::relocate(&self, levels_below, ancestors)?;
        let stamp = Stamp { seller: place.seller, ..self.stamp };
        Ok((Self { stamp, parent: place.parent, ..self }, Verb::Changed))
    }

    /// Whether the house has put the credit hold that lies on it, and so takes it back.
    #[must_use]
    pub fn is_held_by_the_house(&self) -> bool {
        self.hold_of(HoldKind::Credit).is_some_and(|it| it.by == HeldBy::House)
    }

    /// Whether the house may put a credit hold by itself now: it does not while the account is
    /// spared, nor where somebody else looks after what it owes.
    #[must_use]
    pub fn may_be_held_by_the_house(&self, now: Instant) -> bool {
        let is_spared = self.sparing.as_ref().is_some_and(|it| now < it.until);
        let is_ours = self.terms.receivables == Receivables::Ours;
        is_ours && !is_spared && lifecycle::next(self.state, Trigger::HoldForCredit).is_some()
    }

    fn step(self, trigger: Trigger) -> Result<Self, Rejection> {
        let next = lifecycle::next(self.state, trigger);
        match (self.role, next) {
            (AccountRole::Provider, Some(state)) if state != State::Active => {
                let why = "the provider is neither held nor closed";
                Err(Rejection::new(Code::AccountStateForbids, why))
            }
            (_, Some(state)) => Ok(Self { state, ..self }),
            (_, None) => Err(self.refused(&trigger.to_string())),
        }
    }

    fn must_live(&self, what: &str) -> Result<(), Rejection> {
        match self.state {
            State::Prospective
            | State::Active
            | State::HeldAdministratively
            | State::HeldForCredit
            | State::HeldForBoth
            | State::Closing => Ok(()),
            State::Closed | State::Erased => Err(self.refused(what)),
        }
    }

    fn refused(&self, what: &str) -> Rejection {
        let what = what.replace('_', " ");
        let state = self.state.word().replace('_', " ");
        let why = format!("cannot {what} an account that is {state}");
        Rejection::new(Code::AccountStateForbids, why)
    }

    /// What it does here.
    #[must_use]
    pub const fn role(&self) -> AccountRole {
        self.role
    }

    /// The number under which it sells, if it does.
    #[must_use]
    pub const fn seller_number(&self) -> Option<SellerNumber> {
        self.role.seller_number()
    }

    /// Directly below whom it stands.
    #[must_use]
    pub const fn parent(&self) -> Option<AccountId> {
        self.parent
    }

    /// Who it is apart from selling and buying.
    #[must_use]
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// How far its life has come, and what lies on it.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// A hold that lies on it.
    #[must_use]
    pub fn hold_of(&self, kind: HoldKind) -> Option<&Hold> {
        self.holds.get(&kind)
    }

    /// The temporary release that is in force or waits to be ended.
    #[must_use]
    pub const fn sparing(&self) -> Option<&Sparing> {
        self.sparing.as_ref()
    }

    /// What it says of itself.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether somebody who typed this may mean it: by its name, its number or the mail address of
    /// somebody to turn to.
    #[must_use]
    pub fn is_meant_by(&self, typed: &Typed) -> bool {
        let contacts = self.profile.contacts.values().map(|it| it.email.to_string());
        let own = [self.profile.name.to_string(), self.stamp.number.to_string()];
        typed.is_empty() || typed.finds(own.into_iter().chain(contacts))
    }

    /// What it is granted.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// In which class it is.
    #[must_use]
    pub const fn class(&self) -> ClassId {
        self.terms.class
    }

    /// How much it was and is trusted.
    #[must_use]
    pub const fn credit(&self) -> &CreditHistory {
        &self.credit
    }
}

#[cfg(test)]
mod tests;
