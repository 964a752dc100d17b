//! Every full chunk of usage events is sealed into sorted runs.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::operator::Actor;
use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Author, Bss, Error, usage};

/// The duty. Its memory only saves work: what is to be sealed stands in the store.
#[derive(Default)]
pub(super) struct Sealing {
    sealer: Mutex<usage::Sealer>,
}

impl Duty for Sealing {
    fn name(&self) -> &'static str {
        "usage"
    }

    fn purpose(&self) -> &'static str {
        "Full chunks of usage events are sealed into sorted runs"
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let author = Author::of(Actor::duty(self.name()));
        let mut sealer = self.sealer.lock().unwrap_or_else(PoisonError::into_inner);
        let sealed = u64::from(usage::seal(bss, &author, &mut sealer)?);
        Ok(Progress::of(sealed, || "sealed a slice of usage".to_owned()))
    }
}
