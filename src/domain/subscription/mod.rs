//! Subscriptions: an account's standing agreement to receive and pay for an offer.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | subscription | Subscription, PASubscription | Subscription | Product (637) |
//! | parent | childSubscriptions | ParentSubscriptionId | productRelationship |
//! | seat | – | Seat | related party `user` |
//!
//! | state | APS status, service | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | pending | NEW, CREATING | PENDING | created, pendingActive |
//! | active | ACTIVE, ACTIVE | ACTIVE | active |
//! | held: administratively, for credit, for both | ADMINISTRATIVE_HOLD, CREDIT_HOLD, FULL_HOLD; STOPPED | SUSPENDED | suspended |
//! | graced | GRACE, ACTIVE | ACTIVE | active |
//! | expired | EXPIRED, STOPPED | SUSPENDED | suspended |
//! | terminating | TERMINATED, STOPPED | CANCEL_PENDING | pendingTerminate |
//! | recoverable; destroyed | TERMINATED; STOPPED, NOT_EXIST | 404 | terminated |
//! | aborted; canceled | TERMINATED, NOT_EXIST | 404 | aborted; cancelled |
//!
//! This module owns what a subscription is and when it may change. It does not own what it costs
//! ([`billing`](super::billing)), nor what may be ordered ([`order`](super::order)).

pub mod admission;
pub mod amount;
pub mod calendar;
pub mod change;
pub mod lifecycle;
mod mark;
pub mod pool;
pub mod renewal;
pub mod seat;
pub mod switch;
pub mod taking;
pub mod term;
pub mod tree;
mod upstream;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::amount::Former;
use self::change::{Cancellation, Deal, Plan, Scheduled};
use self::lifecycle::{HoldOrigin, State, Trigger, next};
pub use self::mark::{ChargedDays, ChargedUntil};
use self::taking::Away;
use self::term::RunningTerm;
use self::tree::Belonging;
use super::account::lifecycle::HoldKind;
use super::attribute::{self, Attribute};
use super::catalog;
use super::catalog::service_terms::ServiceTerms;
use super::catalog::term::{Renewal, Trial};
use super::error::{Code, Invalid, Rejection};
use super::event::Verb;
use super::id::{AccountId, BillingAccountId, DocumentId, OrderId, PriceId, SubscriptionId};
use super::provisioning::task::{Access, Outcome};
use super::stamp::Stamp;
use super::text::{self, Name, Prose};
use super::time::{Date, Instant, Period, Zone};

/// How far the trial of a subscription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrialRun {
    /// There is none.
    None,
    /// It runs up to, but not including, this day.
    Until(Date),
    /// It ended on this day.
    Over(Date),
}

impl TrialRun {
    /// Whether it runs.
    #[must_use]
    pub const fn is_running(self) -> bool {
        match self {
            Self::Until(_) => true,
            Self::None | Self::Over(_) => false,
        }
    }

    /// The first day that is no longer in it, while it runs.
    #[must_use]
    pub const fn until_on(self) -> Option<Date> {
        match self {
            Self::Until(on) => Some(on),
            Self::None | Self::Over(_) => None,
        }
    }
}

/// So many renewals are kept until they are billed: a year of daily ones, and more. Of what is never
/// billed, only the last ones are.
pub const RENEWALS_MAX: usize = 400;

/// A hold that lies on a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why, as a stable word.
    pub reason: text::Code,
    /// Why, for people.
    pub comment: Option<Prose>,
    /// Since when.
    pub since_at: Instant,
}

/// Why a hold was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Why, as a stable word.
    pub reason: Option<text::Code>,
    /// Why, for people.
    pub comment: Option<Prose>,
    /// When.
    pub at: Instant,
}

/// A time during which a subscription was stopped by holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it was stopped.
    pub from_at: Instant,
    /// When it went on, or was called off; not yet if nothing is said.
    pub until_at: Option<Instant>,
}

/// An account's standing agreement to receive and pay for an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is, and its number.
    pub stamp: Stamp,
    account: AccountId,
    billing_account: BillingAccountId,
    state: State,
    /// Since when it is in its state.
    state_since_at: Instant,
    name: Option<Name>,
    deal: Deal,
    former: Vec<Former>,
    chosen_term: Option<text::Code>,
    chosen_times: u32,
    term: Option<RunningTerm>,
    trial: TrialRun,
    parent: Option<(SubscriptionId, Belonging)>,
    /// The order that it comes from, and its item.
    pub origin: Option<(OrderId, text::Code)>,
    holds: BTreeMap<(HoldKind, HoldOrigin), Hold>,
    /// Why a hold was taken back last.
    release: Option<Release>,
    /// When it was stopped by holds, in order.
    pauses: Vec<Pause>,
    /// From which of its ends it was not there until which day, in order.
    gaps: Vec<Period>,
    /// Why it was called off.
    cancellation: Option<Cancellation>,
    /// What was agreed on for later days.
    scheduled: Vec<Scheduled>,
    /// Up to where each price has been charged.
    pub charged: BTreeMap<PriceId, ChargedUntil>,
    /// How the buyer reaches it.
    access: Option<Access>,
    /// What the service, and the people who run it, say of it.
    pub attributes: Vec<Attribute>,
    /// The maker's number of this very piece.
    pub serial_number: Option<Name>,
    /// Whether the buyer sees it.
    pub is_visible: bool,
    /// The agreements it falls under, as registered documents.
    pub agreements: Vec<DocumentId>,
    ordered_at: Instant,
    activated_at: Option<Instant>,
    began_on: Option<Date>,
    /// The first days of the terms that it was renewed into, in order: the last one, and those that
    /// were not billed yet.
    renewals: Vec<Date>,
    ended_on: Option<Date>,
    /// The end of a term of which it was told that it is near.
    warned_of: Option<Date>,
    due_at: Option<Instant>,
    /// On which days prices were not charged that were taken again.
    away: BTreeMap<PriceId, Vec<Away>>,
}

/// What was bought, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Who bought it.
    pub account: AccountId,
    /// Where it is billed.
    pub billing_account: BillingAccountId,
    /// What it is to be called.
    pub name: Option<Name>,
    /// The offer, and what was chosen of it.
    pub deal: Deal,
    /// The term that was chosen.
    pub term: Option<text::Code>,
    /// To how many of its lengths its buyer commits at once.
    pub times: u32,
    /// What it belongs to.
    pub parent: Option<(SubscriptionId, Belonging)>,
    /// What its buyer says of it.
    pub attributes: Vec<Attribute>,
    /// The order, and its item.
    pub origin: Option<(OrderId, text::Code)>,
    /// When it was ordered.
    pub ordered_at: Instant,
}

/// With which term and trial a subscription begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The term.
    pub term: RunningTerm,
    /// The trial.
    pub trial: TrialRun,
}

impl Start {
    /// The start of a term of an offer on a day.
    #[must_use]
    pub fn of(term: &catalog::term::Term, renewal: Renewal, on: Date) -> Self {
        let running = RunningTerm::of(term, renewal, on);
        let trial = match term.trial {
            Trial::None => TrialRun::None,
            Trial::First(span) => TrialRun::Until(span.after(on, 1)),
            Trial::Whole => running.end_on().map_or(TrialRun::None, TrialRun::Until),
        };
        Self { term: running, trial }
    }

    /// The start of an offer without terms: no end, no trial.
    #[must_use]
    pub fn open(on: Date) -> Self {
        Self { term: RunningTerm::lasting(None, on), trial: TrialRun::None }
    }
}

impl Subscription {
    /// A subscription that was ordered and is not there yet.
    #[must_use]
    pub fn new(id: SubscriptionId, stamp: Stamp, bought: Purchase) -> Self {
        Self {
            id,
            stamp: Stamp { owner: Some(bought.account), ..stamp },
            account: bought.account,
            billing_account: bought.billing_account,
            state: State::Pending,
            state_since_at: bought.ordered_at,
            name: bought.name,
            deal: bought.deal,
            former: Vec::new(),
            chosen_term: bought.term,
            chosen_times: bought.times,
            term: None,
            trial: TrialRun::None,
            parent: bought.parent,
            origin: bought.origin,
            holds: BTreeMap::new(),
            release: None,
            pauses: Vec::new(),
            gaps: Vec::new(),
            cancellation: None,
            scheduled: Vec::new(),
            charged: BTreeMap::new(),
            access: None,
            attributes: bought.attributes,
            serial_number: None,
            is_visible: true,
            agreements: Vec::new(),
            ordered_at: bought.ordered_at,
            activated_at: None,
            began_on: None,
            renewals: Vec::new(),
            ended_on: None,
            warned_of: None,
            due_at: None,
            away: BTreeMap::new(),
        }
    }

    /// Who has it.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Where it is billed.
    #[must_use]
    pub const fn billing_account(&self) -> BillingAccountId {
        self.billing_account
    }

    /// How far its life has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Since when it is in its state.
    #[must_use]
    pub const fn state_since_at(&self) -> Instant {
        self.state_since_at
    }

    /// What the buyer calls it.
    #[must_use]
    pub const fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// The offer, and what was chosen of it.
    #[must_use]
    pub const fn deal(&self) -> &Deal {
        &self.deal
    }

    /// How many units it has.
    #[must_use]
    pub const fn quantity(&self) -> u32 {
        self.deal.quantity
    }

    /// The key of its term: of the running one, or of the one that was chosen.
    #[must_use]
    pub fn term_key(&self) -> Option<&text::Code> {
        self.term.as_ref().and_then(RunningTerm::key).or(self.chosen_term.as_ref())
    }

    /// To how many lengths of the term that was chosen its buyer committed at once.
    #[must_use]
    pub const fn chosen_times(&self) -> u32 {
        self.chosen_times
    }

    /// Its running term; `None` before it is there.
    #[must_use]
    pub const fn term(&self) -> Option<&RunningTerm> {
        self.term.as_ref()
    }

    /// Its trial.
    #[must_use]
    pub const fn trial(&self) -> TrialRun {
        self.trial
    }

    /// What it belongs to, and how.
    #[must_use]
    pub const fn parent(&self) -> Option<(SubscriptionId, Belonging)> {
        self.parent
    }

    /// The holds that lie on it.
    #[must_use]
    pub const fn holds(&self) -> &BTreeMap<(HoldKind, HoldOrigin), Hold> {
        &self.holds
    }

    /// Why a hold was taken back last.
    #[must_use]
    pub const fn last_release(&self) -> Option<&Release> {
        self.release.as_ref()
    }

    /// Why and how it was called off.
    #[must_use]
    pub const fn cancellation(&self) -> Option<&Cancellation> {
        self.cancellation.as_ref()
    }

    /// What was agreed on for later days, in the order in which it was.
    #[must_use]
    pub fn scheduled(&self) -> &[Scheduled] {
        &self.scheduled
    }

    /// How the buyer reaches it.
    #[must_use]
    pub const fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// When it was ordered.
    #[must_use]
    pub const fn ordered_at(&self) -> Instant {
        self.ordered_at
    }

    /// When it was there for the first time.
    #[must_use]
    pub const fn activated_at(&self) -> Option<Instant> {
        self.activated_at
    }

    /// The first day of its first term.
    #[must_use]
    pub const fn began_on(&self) -> Option<Date> {
        self.began_on
    }

    /// The first day of the term that it was renewed into last.
    #[must_use]
    pub fn renewed_on(&self) -> Option<Date> {
        self.renewals.last().copied()
    }

    /// When it was stopped by holds, in order.
    #[must_use]
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// From its end up to which day it was not there, each time that it went on again, in order.
    #[must_use]
    pub fn gaps(&self) -> &[Period] {
        &self.gaps
    }

    /// The day from which on there is no service for good.
    #[must_use]
    pub const fn ended_on(&self) -> Option<Date> {
        self.ended_on
    }

    /// When it falls due next, as [`Subscription::timed`] found.
    #[must_use]
    pub const fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    /// The same with the moment at which it falls due next. To be called after every change of it,
    /// and of what the moment depends on.
    #[must_use]
    pub fn timed(self, terms: Option<&ServiceTerms>, zone: Zone) -> Self {
        let due_at = self.next_due(terms, zone).map(|it| it.at);
        Self { due_at, ..self }
    }

    /// The subscription there for its first day.
    ///
    /// # Errors
    /// If it is not pending.
    pub fn activate(self, start: Start, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Activate, now)?;
        let Start { term, trial } = start;
        let began_on = Some(term.start_on());
        Ok((Self { term: Some(term), trial, activated_at: Some(now), began_on, ..it }, verb))
    }

    /// The subscription given up because it cannot be brought about.
    ///
    /// # Errors
    /// If it is not pending.
    pub fn abort(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.on(Trigger::Abort, now)
    }

    /// The subscription waiting again to be brought about, for somebody has mended what was wrong.
    ///
    /// # Errors
    /// If it was not given up.
    pub fn retry(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.on(Trigger::Retry, now)
    }

    /// The subscription with one more hold. It is stopped by the first of a kind; others of the
    /// kind only keep it stopped.
    ///
    /// # Errors
    /// If its state does not allow it, or if it has that very hold already.
    pub fn hold(
        self,
        kind: HoldKind,
        origin: HoldOrigin,
        hold: Hold,
    ) -> Result<(Self, Verb), Rejection> {
        if self.holds.contains_key(&(kind, origin)) {
            let why = format!("the subscription has this hold already: `{kind}`, `{origin}`");
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        }
        let since_at = hold.since_at;
        let first = !self.holds.keys().any(|it| it.0 == kind);
        let (mut it, verb) =
            if first { self.on(Trigger::putting(kind), since_at)? } else { (self, Verb::Changed) };
        it.holds.insert((kind, origin), hold);
        Ok((it, verb))
    }

    /// The subscription with one hold less, and why. It goes on when none of the kind is left, and
    /// none of the other kind.
    ///
    /// # Errors
    /// If it does not have that very hold: each origin takes back its own.
    pub fn release(
        mut self,
        kind: HoldKind,
        origin: HoldOrigin,
        release: Release,
    ) -> Result<(Self, Verb), Rejection> {
        if self.holds.remove(&(kind, origin)).is_none() {
            let why = match self.holds.keys().find(|it| it.0 == kind) {
                Some((_, other)) => {
                    format!("the hold is not `{origin}` but `{other}`: release it there")
                }
                None => format!("the subscription has no such hold: `{kind}`"),
            };
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        }
        let at = release.at;
        self.release = Some(release);
        match self.holds.keys().any(|it| it.0 == kind) {
            true => Ok((self, Verb::Changed)),
            false => self.on(Trigger::releasing(kind), at),
        }
    }

    /// The subscription of which it is told that its term ends soon.
    #[must_use]
    pub fn warned(self) -> (Self, Verb) {
        let warned_of = self.term.as_ref().and_then(RunningTerm::end_on);
        (Self { warned_of, ..self }, Verb::Expiring)
    }

    /// The subscription past its term, unrenewed, still served.
    ///
    /// # Errors
    /// If it is not active.
    pub fn grace(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.on(Trigger::Grace, now)
    }

    /// The subscription with its term over on a day at the latest, because that of what it belongs
    /// to is: it is not charged beyond, and not renewed by itself.
    #[must_use]
    pub fn ending_by(self, on: Date) -> Self {
        Self { term: self.term.map(|it| it.ending_by(on)), ..self }
    }

    /// The subscription past its grace, no longer served; or past that of what it belongs to.
    ///
    /// # Errors
    /// If it does not run.
    pub fn expire(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.on(Trigger::Expire, now)
    }

    /// The subscription called off: at once if it is pending, else as soon as its service is
    /// stopped. What was agreed on for later falls away.
    ///
    /// # Errors
    /// If it is no longer living.
    pub fn cancel(
        self,
        cancellation: Cancellation,
        on: Date,
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Cancel, now)?;
        Ok((Self { cancellation: Some(cancellation), ..it.ended(on) }, verb))
    }

    /// The subscription at the end of the time for renewing it.
    ///
    /// # Errors
    /// If it has not expired.
    pub fn terminate(self, on: Date, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Terminate, now)?;
        Ok((it.ended(on), verb))
    }

    /// The subscription with its service stopped for good, and all that it held kept.
    ///
    /// # Errors
    /// If it is not on its way out.
    pub fn keep(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.on(Trigger::Keep, now)
    }

    /// The subscription with all that it held gone, and the ways to it.
    ///
    /// # Errors
    /// If it is neither on its way out nor kept.
    pub fn destroy(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Destroy, now)?;
        Ok((Self { access: None, ..it }, verb))
    }

    /// The subscription back in the term that it had.
    ///
    /// # Errors
    /// If it is not kept, if that term is over on the day `on`: then it must be renewed; or if all of
    /// it was given back when it ended.
    pub fn restore(self, on: Date, now: Instant) -> Result<(Self, Verb), Rejection> {
        if let Some(end_on) =
            self.term.as_ref().and_then(RunningTerm::end_on).filter(|it| *it <= on)
        {
            let why = format!("its term ended on `{end_on}`; renew it instead");
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        }
        self.must_be_charged()?;
        let ended_on = self.ended_on;
        let (it, verb) = self.on(Trigger::Restore, now)?;
        Ok((Self { ended_on: None, cancellation: None, ..it }.gone(ended_on, on), verb))
    }

    /// What is to be told of its trial, of which `before` knew something else.
    #[must_use]
    pub fn trial_told(&self, before: &Self) -> Option<Verb> {
        match (before.trial, self.trial) {
            (TrialRun::Until(was), TrialRun::Until(now)) if was < now => Some(Verb::TrialExtended),
            (TrialRun::Until(_), TrialRun::Over(_)) if self.state.is_living() => {
                Some(Verb::Upgraded)
            }
            (TrialRun::None | TrialRun::Until(_) | TrialRun::Over(_), _) => None,
        }
    }

    /// The subscription with its trial over and its charges begun.
    ///
    /// # Errors
    /// If it is in no trial.
    pub fn end_trial(self) -> Result<(Self, Verb), Rejection> {
        let Some(on) = self.trial.until_on() else {
            let why = "the subscription is in no trial";
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        };
        Ok((Self { trial: TrialRun::Over(on), ..self }, Verb::Changed))
    }

    /// The subscription with something agreed on for a later day.
    ///
    /// # Errors
    /// If it is no longer living, or if the day has begun.
    pub fn schedule(mut self, scheduled: Scheduled, today: Date) -> Result<Self, Rejection> {
        if !self.state.is_living() {
            let why = format!("nothing is agreed on for what is `{}`", self.state);
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        }
        if scheduled.on <= today {
            let why = format!("`{}` is not a later day than `{today}`", scheduled.on);
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        }
        self.scheduled.push(scheduled);
        Ok(self)
    }

    /// The same without the cancellation that somebody had agreed on, outside of any order.
    ///
    /// # Errors
    /// If there is none.
    pub fn not_canceled(mut self) -> Result<(Self, Verb), Rejection> {
        let (before, is_order) = (self.scheduled.len(), self.ends_on().is_some());
        self.scheduled.retain(|it| match it.plan {
            Plan::Cancel(_) => it.cause.is_some(),
            Plan::Change(_) | Plan::Switch(_) => true,
        });
        if self.scheduled.len() < before {
            return Ok((self, Verb::Changed));
        }
        let why = match is_order {
            true => "its end was ordered: cancel that order",
            false => "it is not agreed on that it ends",
        };
        Err(Rejection::new(Code::SubscriptionStateForbids, why))
    }

    /// Takes out what was agreed on up to a day, the earlier day first, to be done now.
    #[must_use]
    pub fn take_scheduled(mut self, on: Date) -> (Self, Vec<Scheduled>) {
        let (mut due, later): (Vec<_>, Vec<_>) =
            self.scheduled.drain(..).partition(|it| it.on <= on);
        due.sort_by_key(|it| it.on);
        (Self { scheduled: later, ..self }, due)
    }

    /// The same without what an order had agreed on for later.
    #[must_use]
    pub fn unscheduled(mut self, order: OrderId) -> Self {
        self.scheduled.retain(|it| it.cause.as_ref().is_none_or(|it| it.0 != order));
        self
    }

    /// The subscription with what came back from the system that serves it: a new way in, if there
    /// is one, and attributes that take the place of those of the same name.
    #[must_use]
    pub fn provisioned(mut self, outcome: &Outcome) -> Self {
        self.access = outcome.access.clone().or(self.access);
        for attribute in &outcome.attributes {
            self.attributes.retain(|it| it.name != attribute.name);
            self.attributes.push(attribute.clone());
        }
        self
    }

    /// The subscription with exactly these attributes.
    ///
    /// # Errors
    /// If there are too many, or a name stands twice.
    pub fn described(self, attributes: Vec<Attribute>) -> Result<(Self, Verb), Invalid> {
        Invalid::unless_empty(attribute::violations(&attributes, "/attributes"))?;
        Ok((Self { attributes, ..self }, Verb::Changed))
    }

    /// The subscription below another one, or below none. `path` leads from the new parent up.
    ///
    /// # Errors
    /// If it would lie below itself.
    pub fn belonging(
        self,
        to: Option<Belonging>,
        path: &[SubscriptionId],
    ) -> Result<Self, Rejection> {
        tree::must_not_be_above(self.id, path)?;
        let parent = path.first().copied().zip(to);
        Ok(Self { parent, ..self })
    }

    fn ended(self, on: Date) -> Self {
        Self { ended_on: Some(on), holds: BTreeMap::new(), scheduled: Vec::new(), ..self }
    }

    fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            let why = format!("cannot {trigger} a subscription that is `{}`", self.state);
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        };
        let (was_held, is_held) = (!self.state.holds().is_empty(), !state.holds().is_empty());
        let mut pauses = self.pauses;
        match (was_held, is_held) {
            (false, true) => pauses.push(Pause { from_at: now, until_at: None }),
            (true, false) => pauses.last_mut().into_iter().for_each(|it| it.until_at = Some(now)),
            (false, false) | (true, true) => (),
        }
        Ok((Self { state, state_since_at: now, pauses, ..self }, trigger.verb()))
    }
}

#[cfg(test)]
pub(crate) mod tests;
