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
pub mod resolution;
pub mod shipment;
pub mod total;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::item::{Action, Item};
use self::lifecycle::{ItemState, ItemTrigger, Phase, State, Trigger, next};
use self::note::{Note, Notes};
use self::total::Total;
use super::attribute::{self, Attribute};
use super::catalog::offer::Offer;
use super::due::{Due, Duty};
use super::error::{Code, Invalid, Rejection, Violation};
use super::event::Verb;
use super::id::{
    AccountId, BillingAccountId, CouponId, DocumentId, OfferId, OrderId, PaymentId,
    PaymentMethodId, QuoteId, SubscriptionId, UserId,
};
use super::stamp::Stamp;
use super::text::{self, Email, Name, Prose};
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

words! {
    /// Whether people are told of an order by mail.
    Announcing {
        /// They are.
        Told = "told";
        /// They are not.
        Silent = "silent";
    }
}

/// What a buyer says of an order beside its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Where it is billed.
    pub billing_account: Option<BillingAccountId>,
    /// What it is about.
    pub description: Option<Prose>,
    /// The buyer's sort of order.
    pub category: Option<Name>,
    /// How urgent it is.
    pub priority: Priority,
    /// The buyer's number of it.
    pub external_id: Option<Name>,
    /// The channel through which it came.
    pub channel: Option<text::Code>,
    /// Who is told of it.
    pub contact: Option<Email>,
    /// Whether anybody is.
    pub announcing: Announcing,
    /// When work on it may begin.
    pub start_at: Option<Instant>,
    /// When it is to be done.
    pub completion_at: Option<Instant>,
    /// How it is to be paid.
    pub payment_method: Option<PaymentMethodId>,
    /// The coupons that were given with it.
    pub coupons: Vec<CouponId>,
    /// The terms of use that were accepted with it.
    pub accepted: Vec<Acceptance>,
    /// The quote that it accepts.
    pub quote: Option<QuoteId>,
    /// The agreements that it falls under, as registered documents.
    pub agreements: Vec<DocumentId>,
    /// What the buyer says of it besides.
    pub attributes: Vec<Attribute>,
}

impl Request {
    /// A request of normal priority that says nothing else.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            billing_account: None,
            description: None,
            category: None,
            priority: Priority::NORMAL,
            external_id: None,
            channel: None,
            contact: None,
            announcing: Announcing::Told,
            start_at: None,
            completion_at: None,
            payment_method: None,
            coupons: Vec::new(),
            accepted: Vec::new(),
            quote: None,
            agreements: Vec::new(),
            attributes: Vec::new(),
        }
    }
}

/// Asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOrder {
    account: AccountId,
    items: Vec<Item>,
    /// What else is wished.
    pub request: Request,
}

impl PlaceOrder {
    /// An order of an account.
    ///
    /// # Errors
    /// If its items break rules of form, or it would have to be done before it may begin.
    pub fn new(account: AccountId, items: Vec<Item>, request: Request) -> Result<Self, Invalid> {
        let mut found = item::violations(&items);
        found.extend(attribute::violations(&request.attributes, "/attributes"));
        let days = request.start_at.zip(request.completion_at);
        if days.is_some_and(|(start_at, completion_at)| completion_at < start_at) {
            let message = "must not lie before `start_at`";
            found.push(Violation::new("/completion_at", "range", message));
        }
        Invalid::unless_empty(found)?;
        Ok(Self { account, items, request })
    }

    /// Whose order it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Its items.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The same order with what is said of each item's subscription, as `said` finds it, written
    /// down with the items that do not make one: as it is now, whatever is said of it later.
    ///
    /// # Errors
    /// As `said`.
    pub fn describing<E>(
        mut self,
        said: impl Fn(SubscriptionId) -> Result<Vec<Attribute>, E>,
    ) -> Result<Self, E> {
        for item in self.items.iter_mut().filter(|it| it.action != Action::Add) {
            if let Some(id) = item.subscription {
                item.attributes = said(id)?;
            }
        }
        Ok(self)
    }

    /// The same order with its items as [`resolve`](resolution::resolve) found them to be.
    #[must_use]
    pub fn resolved(self, items: Vec<Item>) -> Self {
        Self { items, ..self }
    }
}

impl Order {
    /// An order that was placed, with what it comes to.
    #[must_use]
    pub fn place(
        id: OrderId,
        stamp: Stamp,
        placed: PlaceOrder,
        totals: Vec<Total>,
        now: Instant,
    ) -> Self {
        Self {
            id,
            stamp: Stamp { owner: Some(placed.account), ..stamp },
            account: placed.account,
            phase: Phase::Acknowledged,
            items: placed.items,
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
            Phase::Pending if self.awaited_payment().is_some() => return None,
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
        self.phase == Phase::Released && self.items.iter().all(is_open)
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

    /// The order with nothing missing any more; it is released anew.
    ///
    /// # Errors
    /// If it waits neither for the buyer nor for the seller.
    pub fn resume(self, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.on(Trigger::Resume, now)?;
        Ok((Self { missing: None, ..it }, verb))
    }

    /// The order refused as a whole.
    ///
    /// # Errors
    /// If work on it has begun.
    pub fn reject(self, reason: Prose, now: Instant) -> Result<(Self, Verb), Rejection> {
        let (it, verb) = self.with_items(ItemTrigger::Reject)?.on(Trigger::Reject, now)?;
        Ok((Self { reason: Some(reason), ..it }, verb))
    }

    /// The order called off at once, as long as nothing is worked on, or after that was granted.
    ///
    /// # Errors
    /// If work on it has begun and nobody has judged that it can be stopped.
    pub fn cancel(self, reason: Option<Prose>, now: Instant) -> Result<(Self, Verb), Rejection> {
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
