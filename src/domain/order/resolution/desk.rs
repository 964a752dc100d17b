//! The desk: all that is looked at to judge an order, with maps to what is looked for, so that an
//! order of a thousand items costs ten times one of a hundred.

use std::collections::BTreeMap;

use super::bundle::part_of;
use super::{Asked, Holder, Shelf};
use crate::domain::id::{OfferId, SubscriptionId};
use crate::domain::order::item::{Action, Item, When};
use crate::domain::subscription::Subscription;
use crate::domain::text;
use crate::domain::time::Instant;

/// All that is looked at.
pub(super) struct Desk<'a> {
    pub(super) asked: &'a [Asked],
    pub(super) shelf: &'a Shelf,
    pub(super) holder: &'a Holder,
    pub(super) now: Instant,
    /// The account's own subscriptions.
    subscriptions: BTreeMap<SubscriptionId, &'a Subscription>,
    /// The items by their keys.
    items: BTreeMap<&'a text::Code, &'a Item>,
    /// How many items do something to a subscription.
    acting: BTreeMap<SubscriptionId, usize>,
    /// The items that are parts of another one.
    parts: BTreeMap<&'a text::Code, Vec<&'a Item>>,
    /// How many living subscriptions to each offer there would be if all were done.
    after: BTreeMap<OfferId, i64>,
}

impl<'a> Desk<'a> {
    /// Lays everything out.
    pub(super) fn new(
        asked: &'a [Asked],
        (shelf, holder): (&'a Shelf, &'a Holder),
        now: Instant,
    ) -> Self {
        let own = holder.subscriptions.iter().filter(|it| it.account() == holder.buyer.account);
        let held = holder.buyer.holdings.iter().map(|it| (*it.0, i64::from(*it.1)));
        let mut desk = Self {
            asked,
            shelf,
            holder,
            now,
            subscriptions: own.map(|it| (it.id, it)).collect(),
            items: BTreeMap::new(),
            acting: BTreeMap::new(),
            parts: BTreeMap::new(),
            after: held.collect(),
        };
        for it in asked.iter().map(|it| &it.item) {
            desk.items.entry(&it.key).or_insert(it);
            if let Some(id) = it.subscription.filter(|_| it.action != Action::NoChange) {
                *desk.acting.entry(id).or_default() += 1;
            }
            if let Some(key) = part_of(it) {
                desk.parts.entry(key).or_default().push(it);
            }
            if let Some((offer, change)) = desk.change(it) {
                *desk.after.entry(offer).or_default() += change;
            }
        }
        desk
    }

    /// A subscription of the account.
    pub(super) fn subscription(&self, id: SubscriptionId) -> Option<&'a Subscription> {
        self.subscriptions.get(&id).copied()
    }

    /// Whether several items do something to a subscription.
    pub(super) fn is_contested(&self, id: SubscriptionId) -> bool {
        self.acting.get(&id).is_some_and(|it| *it > 1)
    }

    /// The items that are parts of one.
    pub(super) fn parts(&self, of: &text::Code) -> &[&'a Item] {
        self.parts.get(of).map_or(&[], Vec::as_slice)
    }

    /// What another item is, or asks to be, a subscription to.
    pub(super) fn offer_of(&self, key: &text::Code) -> Option<OfferId> {
        let item = self.items.get(key)?;
        let target = item.subscription.and_then(|it| self.subscription(it));
        item.wish.offer.or(target.map(|it| it.deal().offer))
    }

    /// How many living subscriptions to an offer there would be if everything in the order were done
    /// but an item, of which `target` is what it is about.
    pub(super) fn held_beside(
        &self,
        item: &Item,
        target: Option<&Subscription>,
        offer: OfferId,
    ) -> u32 {
        let mut held = self.after.get(&offer).copied().unwrap_or(0);
        if let Some((_, change)) = self.change(item).filter(|it| it.0 == offer) {
            held -= change;
        }
        if target.is_some_and(|it| it.deal().offer == offer) {
            held -= 1;
        }
        u32::try_from(held).unwrap_or(0)
    }

    /// What an item does to how many subscriptions to an offer there are.
    fn change(&self, item: &Item) -> Option<(OfferId, i64)> {
        let held = || item.subscription.and_then(|it| self.subscription(it));
        match item.action {
            Action::Add => Some((item.wish.offer?, 1)),
            Action::Delete if item.when == When::Now => Some((held()?.deal().offer, -1)),
            Action::Delete | Action::Modify | Action::NoChange | Action::Renew => None,
        }
    }
}
