//! An account that was released for a time is held again when that is over and it still owes.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, account};

/// The duty.
pub(super) struct Sparing;

impl Duty for Sparing {
    fn name(&self) -> &'static str {
        "sparing"
    }

    fn purpose(&self) -> &'static str {
        "Accounts that were released for a time are held again when it is over and they still owe"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Validity)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_due(bss, self.name(), Due::Validity, account::end_sparing)?;
        Ok(Progress::of(done, || format!("ended {}", counted(done, "temporary release"))))
    }
}
