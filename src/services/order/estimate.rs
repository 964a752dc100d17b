//! Estimates: what an order would come to.
//!
//! An estimate is the order itself, placed and worked on, with its first bill computed as billing
//! does it, and all of it taken back. So it is refused where the order would be, and what it says is
//! what the first invoice says of it.

use super::place;
use crate::domain::order::item::Item;
use crate::domain::order::{Order, PlaceOrder};
use crate::domain::subscription::Subscription;
use crate::services::billing::{self, Forecast};
use crate::services::{Act, Error, provisioning};

/// What an order would come to.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// What it asks for, with nothing left open; what it would make of subscriptions is named in its
    /// items, under ids that nothing will have.
    pub items: Vec<Item>,
    /// The first bill of each billing account that would charge something for it.
    pub bills: Vec<Forecast>,
}

/// What an order would come to, if it were placed now; nothing is placed.
///
/// # Errors
/// As [`place`]; if what it would make cannot be billed.
pub fn estimate(act: &mut Act<'_>, mut placed: PlaceOrder) -> Result<Estimate, Error> {
    placed.request.start_at = None;
    act.suppose(|act| {
        let order = place(act, placed)?;
        provisioning::suppose_done(act, order.id)?;
        let order: Order = act.load(order.id)?;
        let mut subscriptions: Vec<Subscription> = Vec::new();
        for id in order.items().iter().filter_map(|it| it.subscription) {
            subscriptions.push(act.load(id)?);
        }
        let bills = billing::first_bills(act.cx(), subscriptions)?;
        Ok(Estimate { items: order.items().to_vec(), bills })
    })
}
