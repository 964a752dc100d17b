//! Every order whose start has come is worked on, and none waits for an answer for ever.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, order};

/// The duty.
pub(super) struct Orders;

impl Duty for Orders {
    fn name(&self) -> &'static str {
        "orders"
    }

    fn purpose(&self) -> &'static str {
        "Orders whose start has come are worked on, and none waits for an answer for ever"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Order)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_due(bss, self.name(), Due::Order, |act, id| {
            order::step(act, id).map(|_| true)
        })?;
        Ok(Progress::of(done, || format!("worked on {}", counted(done, "order"))))
    }
}
