//! What is deferred in the books is revenue when the month is over in which it was earned.

use std::sync::Arc;

use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error, recognition};

/// Books what was earned.
pub(super) struct Recognition;

impl Duty for Recognition {
    fn name(&self) -> &'static str {
        "recognition"
    }

    fn purpose(&self) -> &'static str {
        "What was deferred is revenue when the month is over in which it was earned"
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        recognition::release(bss)
    }
}
