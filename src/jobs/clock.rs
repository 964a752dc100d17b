//! What the machine's clock says is kept, so that a jump of it is known after a restart, too.

use std::sync::Arc;

use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error, clock};

/// The duty.
pub(super) struct Time;

impl Duty for Time {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn purpose(&self) -> &'static str {
        "The time is kept, so that a jump of the machine's clock is noticed"
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        // Nobody needs to hear of it.
        clock::keep_time(bss).map(|()| Progress::Idle)
    }
}
