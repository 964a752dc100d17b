//! Accounts that were called off and of which nothing is left are closed.

use std::sync::Arc;

use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error, account};

/// Closes accounts on their way out.
pub(super) struct Closing;

impl Duty for Closing {
    fn name(&self) -> &'static str {
        "closing"
    }

    fn purpose(&self) -> &'static str {
        "Accounts that were called off and of which nothing is left are closed"
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        account::finish_next(bss)
    }
}
