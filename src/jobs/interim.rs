//! Who has used so much that it is not to be left unbilled is billed before the period is over.

use std::sync::Arc;

use crate::services::billing::{self, Looked};
use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error};

/// Makes interim bills.
#[derive(Default)]
pub(super) struct Interim(Looked);

impl Duty for Interim {
    fn name(&self) -> &'static str {
        "interim"
    }

    fn purpose(&self) -> &'static str {
        "Who has used as much as is left unbilled at most is billed before the period is over"
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        billing::step_interim(bss, &self.0)
    }
}
