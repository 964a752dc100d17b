//! Orders: what was asked for, item by item, and how far it has come.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | cart | estimate | – | ShoppingCart (663) |
//! | quote | – | – | Quote (648) |
//! | order | SALES, CHANGE, RENEWAL, CANCELLATION | Order, OrderItemSet | ProductOrder (622) |
//! | shipment | – | – | FIWARE physical item, place |
//!
//! This module owns what may be ordered ([`resolution`]) and the life of an order. What comes of it
//! is a [`subscription`](super::subscription); what it costs, a matter of
//! [`billing`](super::billing).

pub mod cart;
pub mod item;
pub mod lifecycle;
pub mod note;
pub mod quote;
mod request;
pub mod resolution;
pub mod shipment;
pub mod total;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::item::{Action, Item};
use self::lifecycle::{ItemState, ItemTrigger, Phase, State, Trigger, next};
use self::note::{Note, Notes};
pub use self::request::{Announcing, Estimated, PlaceOrder, Request};
use self::total::Total;
use super::catalog::offer::Offer;
use super::due::{Due, Duty};
use super::error::{Code, Rejection};
use super::event::Verb;
use super::id::{AccountId, OfferId, OrderId, PaymentId, SubscriptionId, UserId};
use super::stamp::Stamp;
use super::text::{self, Prose};
use super::time::Instant;
use super::word::words;

/// How urgent an order is: 0 the most, 4 the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Priority(u8);

impl Priority {
    /// As urgent as any other.
    pub const NORMAL: Self = Self(4);

    /// The priority that a number is, or `None` beyond 4.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (number <= 4).then_some(Self(number))
    }

    /// The number: 0 the most urgent.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

words! {
    /// What an order is for. It follows from what its items do.
    Kind {
        /// It makes subscriptions.
        Sales = "sales";
        /// It changes some.
        Change = "change";
        /// It begins new terms.
        Renewal = "renewal";
        /// It ends some.
        Cancellation = "cancellation";
    }
}

/// Terms of use that the buyer accepted with an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Of which offer.
    pub offer: OfferId,
    /// Which version of them.
    pub version: text::Code,
    /// Who.
    pub by: Option<UserId>,
    /// When.
    pub at: Instant,
}

/// Somebody's wish to have an order called off, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelRequest {
    /// Why.
    pub reason: Option<Prose>,
    /// When it was asked for.
    pub requested_at: Instant,
    /// When it is to be called off; at once if nothing is said.
    pub wanted_at: Option<Instant>,
    /// When it was decided, and how.
    pub decided: Option<(Instant, Decision)>,
}

words! {
    /// What was decided of a wish.
    Decision {
        /// It is granted.
        Granted = "granted";
        /// It is denied.
        Denied = "denied";
    }
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Whose it is, and its number; the person is who placed it.
    pub stamp: Stamp,
    account: AccountId,
    phase: Phase,
    items: Vec<Item>,
    notes: Notes,
    /// What is to be kept of its placing.
    pub request: Request,
    /// Why it was refused or called off.
    reason: Option<Prose>,
    /// What the buyer must say, and until when.
    missing: Option<Missing>,
    cancel_requests: Vec<CancelRequest>,
    /// What it comes to, as estimated when it was placed.
    totals: Vec<Total>,
    /// The payment that it waits or waited for.
    pub payment: Option<PaymentId>,
    /// When it is expected to be done.
    pub expected_at: Option<Instant>,
    ordered_at: Instant,
    released_at: Option<Instant>,
    completed_at: Option<Instant>,
}

/// What is missing of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What the buyer must say or do.
    pub what: Prose,
    /// When the order is called off without it.
    pub until_at: Instant,
}

impl Order {
    /// The accounts that deliver items of it for its seller, each once.
    #[must_use]
    pub fn suppliers(&self) -> BTreeSet<AccountId> {
        self.items.iter().filter_map(|it| it.supplier).collect()
    }

    /// What of it one of them delivers: the items of others are not there, nor what was accepted
    /// with them, nor what it costs and how it is paid, nor what is missing of that and why it ended. Nothing
    /// if it delivers none.
    #[must_use]
    pub fn part_of(mut self, supplier: AccountId) -> Option<Self> {
        self.items.retain(|it| it.supplier == Some(supplier));
        (self.payment, self.request.payment_method) = (None, None);
        (self.missing, self.reason) = (None, None);
        self.totals.clear();
        for item in &mut self.items {
            item.totals.clear();
        }
        self.request.coupons.clear();
        self.request.quote = None;
        let Self { items, request, .. } = &mut self;
        request.accepted.retain(|it| items.iter().any(|item| item.wish.offer == Some(it.offer)));
        (!self.items.is_empty()).then_some(self)
    }

    /// The order with what it asks for under other offers, by those that it was ordered as.
    #[must_use]
    pub fn known_as(mut self, offers: &BTreeMap<OfferId, OfferId>) -> Self {
        for wish in self.items.iter_mut().map(|it| &mut it.wish) {
            wish.offer = wish.offer.map(|id| offers.get(&id).copied().unwrap_or(id));
        }
        self
    }

    /// An order that was placed, with what it comes to as far as that was estimated.
    #[must_use]
    pub fn place(id: OrderId, stamp: Stamp, placed: PlaceOrder, now: Instant) -> Self {
        let Estimated { items: mut of_items, totals } = placed.estimated;
        let mut items = placed.items;
        for item in &mut items {
            item.totals = of_items.remove(&item.key).unwrap_or_default();
        }
        Self {
            id,
            stamp: Stamp { owner: Some(placed.account), ..stamp },
            account: placed.account,
            phase: Phase::Acknowledged,
            items,
            notes: Notes::default(),
            request: placed.request,
            reason: None,
            missing: None,
            cancel_requests: Vec::new(),
            totals,
            payment: None,
            expected_at: None,
            ordered_at: now,
            released_at: None,
            completed_at: None,
        }
    }

    /// Who ordered.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Whether it is over and nothing of it was done.
    #[must_use]
    pub fn came_to_nothing(&self) -> bool {
        let is_done = |it: &Item| it.state() == ItemState::Completed;
        self.state().is_final() && !self.items().iter().any(is_done)
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> State {
        let items: Vec<ItemState> = self.items.iter().map(Item::state).collect();
        lifecycle::state(self.phase, &items)
    }

    /// Whether work on it may begin, and whether a cancellation is being judged.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// What it is for: what the weightiest of its items does.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let any = |action| self.items.iter().any(|it| it.action == action);
        match () {
            () if any(Action::Add) => Kind::Sales,
            () if any(Action::Modify) => Kind::Change,
            () if any(Action::Renew) => Kind::Renewal,
            () if any(Action::Delete) => Kind::Cancellation,
            () => Kind::Change,
        }
    }

    /// What was asked for.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item of a key.
    #[must_use]
    pub fn item(&self, key: &text::Code) -> Option<&Item> {
        self.items.iter().find(|it| it.key == *key)
    }

    /// What was said of it, the oldest first.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        self.notes.as_slice()
    }

    /// Why it was refused or called off.
    #[must_use]
    pub const fn reason(&self) -> Option<&Prose> {
        self.reason.as_ref()
    }

    /// What the buyer must say, and until when.
    #[must_use]
    pub const fn missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// Every wish to have it called off, the oldest first.
    #[must_use]
    pub fn cancel_requests(&self) -> &[CancelRequest] {
        &self.cancel_requests
    }

    /// What it comes to, as estimated when it was placed.
    #[must_use]
    pub fn totals(&self) -> &[Total] {
        &self.totals
    }

    /// When it was placed.
    #[must_use]
    pub const fn ordered_at(&self) -> Instant {
        self.ordered_at
    }

    /// When work on it could begin.
    #[must_use]
    pub const fn released_at(&self) -> Option<Instant> {
        self.released_at
    }

    /// When nothing was left to do of it.
    #[must_use]
    pub const fn completed_at(&self) -> Option<Instant> {
        self.completed_at
    }

    /// When it falls due by itself: to be released on its day, or called off because the buyer did
    /// not say what is missing.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        let at = match self.phase {
            Phase::Acknowledged => self.request.start_at?,
            // What waits for its payment ends with that.
            Phase::Pending if self.awaited_payment().is_some() || self.completed_at.is_some() => {
                return None;
            }
            Phase::Pending => self.missing.as_ref()?.until_at,
            Phase::Held
            | Phase::Released
            | Phase::AssessingAcknowledged
            | Phase::AssessingPending
            | Phase::AssessingHeld
            | Phase::AssessingReleased
            | Phase::Canceling
            | Phase::Canceled
            | Phase::Rejected => return None,
        };
        Some(Due { at, duty: Duty::Order })
    }

    /// The order with one more note.
    #[must_use]
    pub fn noted(self, note: Note) -> Self {
        Self { notes: self.notes.with(note), ..self }
    }

    /// The order without the day before which work on it may not begin.
    #[must_use]
    pub fn hurried(self) -> Self {
        Self { request: Request { start_at: None, ..self.request }, ..self }
    }

    /// The order with work on it allowed to begin.
    ///
    /// # Errors
    /// If its phase does not allow it, or its day has not come.
    pub fn release(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        if let Some(start_at) = self.request.start_at.filter(|it| now < *it) {
            let why = format!("work on the order begins at `{start_at}`");
            return Err(Rejection::new(Code::OrderStateForbids, why));
        }
        let (it, verb) = self.on(Trigger::Release, now)?;
        Ok((Self { released_at: it.released_at.or(Some(now)), ..it }, verb))
    }

    /// The order waiting for the buyer to say what is missing.
    ///
    /// # Errors
    /// If its phase does not allow it.
    pub fn ask(self, missing: Missing, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Ask, now)?;
        Ok((Self { missing: Some(missing), ..it }, verb))
    }

    /// The order waiting for a payment before anybody works on it.
    ///
    /// # Errors
    /// If its phase does not allow it.
    pub fn await_payment(
        self,
        payment: PaymentId,
        missing: Missing,
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.ask(missing, now)?;
        Ok((Self { payment: Some(payment), ..it }, verb))
    }

    /// The order waiting for another payment in place of one that came to nothing, as long as before.
    ///
    /// # Errors
    /// If it waits for none.
    pub fn await_another(self, payment: PaymentId) -> Result<(Self, Verb), Rejection> {
        if self.awaited_payment().is_none() {
            let why = "the order waits for no payment";
            return Err(Rejection::new(Code::OrderStateForbids, why));
        }
        Ok((Self { payment: Some(payment), ..self }, Verb::Changed))
    }

    /// The payment that it waits for: nobody works on it before.
    #[must_use]
    pub fn awaited_payment(&self) -> Option<PaymentId> {
        let waits = self.phase == Phase::Pending && self.released_at.is_none();
        self.payment.filter(|_| waits)
    }

    /// Whether all of it is still to be had and nothing of it was done or given up.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let is_open = |it: &Item| !it.state().is_final() && it.action == Action::Add;
        let is_released = self.phase == Phase::Released || self.was_stopped();
        is_released && self.items.iter().all(is_open)
    }

    /// Whether it waits for the buyer or the seller: nothing more of it is begun meanwhile.
    #[must_use]
    pub const fn is_kept_back(&self) -> bool {
        matches!(self.phase, Phase::Pending | Phase::Held)
    }

    /// Whether it is kept back although work on it had begun: what is begun may end.
    #[must_use]
    pub const fn was_stopped(&self) -> bool {
        self.is_kept_back() && self.released_at.is_some()
    }

    /// The order with why it was called off.
    #[must_use]
    pub fn explained(self, reason: Option<Prose>) -> Self {
        Self { reason: reason.or(self.reason), ..self }
    }

    /// The order kept back by the seller.
    ///
    /// # Errors
    /// If its phase does not allow it.
    pub fn hold(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.on(Trigger::Hold, now)
    }

    /// The order with nothing missing any more: work on it goes on where it had begun, and else waits to
    /// be released.
    ///
    /// # Errors
    /// If it waits neither for the buyer nor for the seller.
    pub fn resume(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Resume, now)?;
        let it = Self { missing: None, ..it };
        match it.released_at {
            Some(_) => Ok((it.on(Trigger::Release, now)?.0, verb)),
            None => Ok((it, verb)),
        }
    }

    /// The order with when it is expected to be done.
    ///
    /// # Errors
    /// If it is over, or was placed later than that.
    pub fn expect(self, at: Option<Instant>) -> Result<(Self, Verb), Rejection> {
        if self.state().is_final() {
            let why = format!("an order that is `{}` is expected no more", self.state());
            return Err(Rejection::new(Code::OrderStateForbids, why));
        }
        if at.is_some_and(|it| it < self.ordered_at) {
            let why = format!("an order of `{}` is not done before that", self.ordered_at);
            return Err(Rejection::new(Code::OrderStateForbids, why));
        }
        Ok((Self { expected_at: at, ..self }, Verb::Changed))
    }

    /// The order refused as a whole.
    ///
    /// # Errors
    /// If work on it has begun.
    pub fn reject(self, reason: Prose, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.must_not_be_begun(Trigger::Reject)?;
        let (it, verb) = self.with_items(ItemTrigger::Reject)?.on(Trigger::Reject, now)?;
        Ok((Self { reason: Some(reason), ..it }, verb))
    }

    /// The order called off at once, as long as nothing is worked on, or after that was granted.
    ///
    /// # Errors
    /// If work on it has begun and nobody has judged that it can be stopped.
    pub fn cancel(self, reason: Option<Prose>, now: Instant) -> Result<(Self, Verb), Rejection> {
        self.must_not_be_begun(Trigger::Cancel)?;
        let (it, verb) = self.on(Trigger::Cancel, now)?;
        let (reason, missing) = (reason.or(it.reason.clone()), None);
        Ok((Self { reason, missing, ..it.with_items(ItemTrigger::Cancel)? }.settled(now), verb))
    }

    /// The order with a wish to have it called off, which somebody has to judge.
    ///
    /// # Errors
    /// If nothing is left to call off, or if another wish is being judged.
    pub fn ask_to_cancel(self, request: CancelRequest) -> Result<(Self, Verb), Rejection> {
        let now = request.requested_at;
        let (mut it, verb) = self.on(Trigger::Assess, now)?;
        it.cancel_requests.push(request);
        Ok((it, verb))
    }

    /// The order with the wish to have it called off decided.
    ///
    /// # Errors
    /// If there is no such wish.
    pub fn decide(self, decision: Decision, now: Instant) -> Result<(Self, Verb), Rejection> {
        let trigger = match decision {
            Decision::Granted => Trigger::Grant,
            Decision::Denied => Trigger::Deny,
        };
        let (mut it, verb) = self.on(trigger, now)?;
        if let Some(request) = it.cancel_requests.last_mut() {
            request.decided = Some((now, decision));
        }
        Ok((it, verb))
    }

    /// The order with one of its items moved; `why` is kept where the item fails. What is told is
    /// what this makes of the order.
    ///
    /// # Errors
    /// If there is no such item, its state does not allow it, or work may not begin.
    pub fn on_item(
        self,
        key: &text::Code,
        trigger: ItemTrigger,
        why: Option<Prose>,
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        self.must_be_worked_on(trigger)?;
        let Some(place) = self.items.iter().position(|it| it.key == *key) else {
            let why = format!("the order has no item `{key}`");
            return Err(Rejection::new(Code::ReferenceUnknown, why));
        };
        let before = self.state();
        let mut items = self.items;
        let moved = items.remove(place).on(trigger, why)?;
        items.insert(place, moved);
        Ok(Self { items, ..self }.moved(trigger, before, now))
    }

    /// The order with some of its items moved at once; what is told is what that makes of it.
    ///
    /// # Errors
    /// If the state of one does not allow it, or work may not begin.
    pub fn on_items(
        self,
        keys: &BTreeSet<text::Code>,
        trigger: ItemTrigger,
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        self.must_be_worked_on(trigger)?;
        let before = self.state();
        let moved = |it: Item| if keys.contains(&it.key) { it.on(trigger, None) } else { Ok(it) };
        let items = self.items.into_iter().map(moved).collect::<Result<_, _>>()?;
        Ok(Self { items, ..self }.moved(trigger, before, now))
    }

    /// The order after its items were moved, and what is told of that.
    fn moved(self, trigger: ItemTrigger, before: State, now: Instant) -> (Self, Verb) {
        // An item that is tried again opens an order that was closed.
        let completed_at = self.completed_at.filter(|_| trigger != ItemTrigger::Retry);
        let it = Self { completed_at, ..self }.settled(now);
        let after = it.state();
        let verb = if before == after { Verb::Changed } else { after.verb() };
        (it, verb)
    }

    /// The order with the subscriptions that its items have made.
    #[must_use]
    pub fn made(mut self, made: &BTreeMap<text::Code, SubscriptionId>) -> Self {
        for item in &mut self.items {
            item.subscription = made.get(&item.key).copied().or(item.subscription);
        }
        self
    }

    /// Refuses to end as a whole what was stopped after work on it had begun.
    fn must_not_be_begun(&self, trigger: Trigger) -> Result<(), Rejection> {
        use ItemState::{
            Acknowledged, Canceled, Completed, Failed, Held, InProgress, Pending, Rejected,
        };
        let is_begun = |it: &Item| match it.state() {
            InProgress | Completed | Failed => true,
            Acknowledged | Pending | Held | Canceled | Rejected => false,
        };
        if !self.was_stopped() || !self.items.iter().any(is_begun) {
            return Ok(());
        }
        let state = self.state();
        let why = format!("cannot {trigger} an order that is `{state}`: work on it has begun");
        Err(Rejection::new(Code::OrderStateForbids, why))
    }

    fn must_be_worked_on(&self, trigger: ItemTrigger) -> Result<(), Rejection> {
        let ends = match trigger {
            ItemTrigger::Complete | ItemTrigger::Fail | ItemTrigger::Cancel => true,
            ItemTrigger::Start
            | ItemTrigger::Retry
            | ItemTrigger::Ask
            | ItemTrigger::Hold
            | ItemTrigger::Reject => false,
        };
        match self.phase {
            Phase::Released => Ok(()),
            Phase::Pending | Phase::Held if ends && self.was_stopped() => Ok(()),
            Phase::AssessingReleased | Phase::Canceling if ends => Ok(()),
            Phase::Acknowledged
            | Phase::Pending
            | Phase::Held
            | Phase::AssessingAcknowledged
            | Phase::AssessingPending
            | Phase::AssessingHeld
            | Phase::AssessingReleased
            | Phase::Canceling
            | Phase::Canceled
            | Phase::Rejected => {
                let why =
                    format!("the items of an order that is `{}` are not worked on", self.phase);
                Err(Rejection::new(Code::OrderStateForbids, why))
            }
        }
    }

    /// Moves every item that is not final.
    fn with_items(self, trigger: ItemTrigger) -> Result<Self, Rejection> {
        let moved = |it: Item| if it.state().is_final() { Ok(it) } else { it.on(trigger, None) };
        let items = self.items.into_iter().map(moved).collect::<Result<_, _>>()?;
        Ok(Self { items, ..self })
    }

    fn settled(self, now: Instant) -> Self {
        let ended = self.state().is_final();
        let completed_at = self.completed_at.or(ended.then_some(now));
        Self { completed_at, ..self }
    }

    fn on(self, trigger: Trigger, now: Instant) -> Result<(Self, Verb), Rejection> {
        let ended = self.completed_at.is_some();
        let Some(phase) = next(self.phase, trigger).filter(|_| !ended) else {
            let why = format!("cannot {trigger} an order that is `{}`", self.state());
            return Err(Rejection::new(Code::OrderStateForbids, why));
        };
        Ok((Self { phase, ..self }.settled(now), trigger.verb()))
    }
}

/// The terms of use that must be accepted with an order and were not: the offer, and the version.
#[must_use]
pub fn unaccepted<'a>(
    offers: impl IntoIterator<Item = &'a Offer>,
    accepted: &[Acceptance],
) -> Vec<(OfferId, text::Code)> {
    let open = |it: &&Offer| {
        let version = it.content.terms_of_use.as_ref().map(|it| &it.version);
        version.is_some_and(|version| {
            !accepted.iter().any(|yes| yes.offer == it.id && yes.version == *version)
        })
    };
    let named = |it: &Offer| Some((it.id, it.content.terms_of_use.as_ref()?.version.clone()));
    offers.into_iter().filter(open).filter_map(named).collect()
}

#[cfg(test)]
pub(crate) mod tests;
