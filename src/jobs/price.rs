//! Every price is known by the version that is in force.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, offer};

/// The duty.
pub(super) struct Prices;

impl Duty for Prices {
    fn name(&self) -> &'static str {
        "prices"
    }

    fn purpose(&self) -> &'static str {
        "What an offer costs is told and found from the day on which it does"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Price)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_due(bss, self.name(), Due::Price, offer::begin_version)?;
        Ok(Progress::of(done, || format!("let {} begin", counted(done, "price version"))))
    }
}
