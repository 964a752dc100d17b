//! Whoever has not paid in time is reminded.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, invoice};

/// The duty.
pub(super) struct Dunning;

impl Duty for Dunning {
    fn name(&self) -> &'static str {
        "dunning"
    }

    fn purpose(&self) -> &'static str {
        "Of every invoice that was not paid in time it is told once that it is overdue"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Dunning)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_due(bss, self.name(), Due::Dunning, invoice::remind)?;
        Ok(Progress::of(done, || format!("told of {} overdue", counted(done, "invoice"))))
    }
}
