//! What is on the shelf is found: the search index follows the catalogue, and is built where it is
//! missing.

use std::sync::{Arc, Mutex, PoisonError};

use crate::services::duty::{Duty, Progress, Room};
use crate::services::search::{self, Building};
use crate::services::{Bss, Error};

/// The duty. Its memory only saves work: how far the index has come is kept with it.
#[derive(Default)]
pub(super) struct Index {
    building: Mutex<Building>,
}

impl Duty for Index {
    fn name(&self) -> &'static str {
        "search"
    }

    fn purpose(&self) -> &'static str {
        "The search index follows the catalogue"
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let mut building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        search::step(bss, &mut building)
    }
}
