//! Who holds a digital good knows of its newest version.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::asset::telling;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error};

/// The duty.
pub(super) struct Upgrades;

impl Duty for Upgrades {
    fn name(&self) -> &'static str {
        "upgrades"
    }

    fn purpose(&self) -> &'static str {
        "Who holds a digital good knows of its newest version"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Upgrade)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_due(bss, self.name(), Due::Upgrade, telling::tell)?;
        Ok(Progress::of(done, || format!("told holders of {}", counted(done, "asset"))))
    }
}
