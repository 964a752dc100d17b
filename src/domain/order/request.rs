//! What a buyer asks for: the items of an order, and what is said of it beside them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::item::{Action, Item};
use super::shipment::Destination;
use super::total::Total;
use super::{Acceptance, Priority};
use crate::domain::attribute::{self, Attribute};
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{
    AccountId, BillingAccountId, CouponId, DocumentId, PaymentMethodId, QuoteId, SubscriptionId,
};
use crate::domain::text::{self, Email, Name, Prose};
use crate::domain::time::Instant;
use crate::domain::word::words;

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
    /// Where what is physical of it is sent, as far as an item says nothing else. It is kept with these
    /// items alone.
    #[serde(skip)]
    pub deliver_to: Option<Destination>,
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
            deliver_to: None,
        }
    }
}

/// Asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOrder {
    pub(super) account: AccountId,
    pub(super) items: Vec<Item>,
    /// What else is wished.
    pub request: Request,
    /// What it comes to, if that was estimated.
    pub estimated: Estimated,
}

/// What an order comes to, as estimated before it is placed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Estimated {
    /// What each of its items does, by its key.
    pub items: BTreeMap<text::Code, Vec<Total>>,
    /// What all of it does.
    pub totals: Vec<Total>,
}

impl PlaceOrder {
    /// An order of an account. What only ends subscriptions begins when it is to be done: nothing ends
    /// before that.
    ///
    /// # Errors
    /// If its items break rules of form, or it would have to be done before it may begin.
    pub fn new(
        account: AccountId,
        items: Vec<Item>,
        mut request: Request,
    ) -> Result<Self, Invalid> {
        let mut found = super::item::violations(&items);
        found.extend(attribute::violations(&request.attributes, "/attributes"));
        found.extend(request.deliver_to.iter().flat_map(|it| it.violations("/deliver_to")));
        let days = request.start_at.zip(request.completion_at);
        if days.is_some_and(|(start_at, completion_at)| completion_at < start_at) {
            let message = "must not lie before `start_at`";
            found.push(Violation::new("/completion_at", "range", message));
        }
        Invalid::unless_empty(found)?;
        if items.iter().all(|it| it.action == Action::Delete) {
            request.start_at = request.completion_at.or(request.start_at);
        }
        Ok(Self { account, items, request, estimated: Estimated::default() })
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

    /// The same order with its items as [`resolve`](super::resolution::resolve) found them to be.
    #[must_use]
    pub fn resolved(self, items: Vec<Item>) -> Self {
        Self { items, ..self }
    }
}
