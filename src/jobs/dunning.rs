//! Whoever has not paid in time is reminded, and what the ladder says is done.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, dunning};

/// The duty.
pub(super) struct Dunning;

impl Duty for Dunning {
    fn name(&self) -> &'static str {
        "dunning"
    }

    fn purpose(&self) -> &'static str {
        "What is not paid in time is told as overdue, and dunned step by step as its class says"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Dunning)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_subject_due(bss, self.name(), Due::Dunning, dunning::step)?;
        Ok(Progress::of(done, || format!("did {}", counted(done, "dunning step"))))
    }
}
