//! Taking prices: from when on a price is charged that is taken, for the first time or again.
//!
//! A price that is taken again goes on where it was charged to. The days between on which it was not
//! held are remembered, so that what it had not charged when it was left is charged all the same, and
//! those days never are. What comes once goes on as if it had never been left.

use serde::{Deserialize, Serialize};

use super::change::{Taken, TakenPrice};
use super::{RENEWALS_MAX, Subscription};
use crate::domain::catalog::price::{Figure, Occasion, Price, PriceKind};
use crate::domain::id::PriceId;
use crate::domain::time::Date;

/// Days between on which a price was not charged that was taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The first day for which it was not.
    pub from: Date,
    /// The first for which it was again.
    pub until: Date,
    /// The day whose version of the price held for good before them; the current one if nothing is said.
    pub frozen_on: Option<Date>,
}

impl Away {
    /// Whether a day is one of them.
    #[must_use]
    pub fn has(&self, day: Date) -> bool {
        self.from <= day && day < self.until
    }
}

impl Subscription {
    /// On which days a price was not charged that was taken again, in order.
    #[must_use]
    pub fn away(&self, price: PriceId) -> &[Away] {
        self.away.get(&price).map_or(&[], Vec::as_slice)
    }

    /// Takes a price on a day in the place of those that are `over`; `price` is what is known of it.
    pub(super) fn take(
        &mut self,
        (id, taken): (PriceId, TakenPrice),
        price: Option<&Price>,
        (on, over): (Date, &[&Price]),
    ) {
        let before = self.deal.prices.get(&id).copied();
        let from = price.map_or(on, |it| self.begins_on(it, on, over.iter().copied()));
        if let Some(price) = price {
            match before.and_then(|it| Some((it.until_on?, it.frozen_on))) {
                Some((left_on, frozen_on)) if goes_by_days(price) => {
                    if left_on < from || frozen_on != taken.frozen_on {
                        self.keep_away(id, Away { from: left_on, until: from, frozen_on });
                    }
                }
                Some(_) => {}
                None => drop(self.charged.insert(id, from.into())),
            }
        }
        let now = Taken { on, charged_from: from };
        self.deal.prices.insert(id, taken.taken_on(now, before.as_ref()));
    }

    fn keep_away(&mut self, price: PriceId, days: Away) {
        let all = self.away.entry(price).or_default();
        if all.len() == RENEWALS_MAX {
            all.remove(0);
        }
        all.push(days);
    }

    /// The same without the days for which nobody asks any more: those before a billing date up to whose
    /// end a price is charged.
    pub(super) fn forgetting_away(mut self, on: Date) -> Self {
        for (id, all) in &mut self.away {
            let charged = self.charged.get(id).map(|it| it.on);
            all.retain(|it| on < it.until || charged.is_none_or(|charged| charged < it.until));
        }
        self.away.retain(|_, all| !all.is_empty());
        self
    }

    /// Says what was given back of what a price takes the place of that was just taken.
    pub(super) fn in_place_of(&mut self, price: PriceId, given_back: Option<Figure>) {
        let Some(began_on) = self.began_on else { return };
        if given_back.is_some() {
            self.charged.entry(price).or_insert_with(|| began_on.into());
        }
        self.charged.entry(price).and_modify(|it| it.given_back = given_back);
    }

    /// The mark with which a price begins on a day, whatever renewals lie before. `over` are the
    /// prices whose place the new ones take: what one of them was charged, for a stretch of days or
    /// for a renewal, the new one is not charged again.
    fn begins_on<'a>(
        &self,
        price: &Price,
        on: Date,
        over: impl Iterator<Item = &'a Price>,
    ) -> Date {
        match price.kind {
            PriceKind::OneTime(Occasion::Plain | Occasion::Setup | Occasion::Deposit) => {
                on.plus_days(1)
            }
            PriceKind::Usage { .. } => on,
            PriceKind::OneTime(Occasion::Renewal) => {
                self.paid_until(over.filter(|it| it.kind == price.kind)).map_or(on, |it| it.max(on))
            }
            PriceKind::Recurring { .. } => {
                let recurs = |it: &&Price| matches!(it.kind, PriceKind::Recurring { .. });
                let before = over.filter(recurs).filter(|it| it.resource == price.resource);
                self.paid_until(before).map_or(on, |it| it.max(on))
            }
        }
    }

    /// The latest of the days up to which prices are charged.
    fn paid_until<'a>(&self, prices: impl Iterator<Item = &'a Price>) -> Option<Date> {
        prices.filter_map(|it| self.charged.get(&it.id)).map(|it| it.on).max()
    }
}

/// Whether a price is charged for days, or for what happens on them, and not once for all.
const fn goes_by_days(price: &Price) -> bool {
    match price.kind {
        PriceKind::OneTime(Occasion::Plain | Occasion::Setup | Occasion::Deposit) => false,
        PriceKind::OneTime(Occasion::Renewal)
        | PriceKind::Recurring { .. }
        | PriceKind::Usage { .. } => true,
    }
}
