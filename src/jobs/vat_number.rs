//! Every tax number was looked up in its register, if the seller has it looked up.

use std::sync::Arc;

use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, vat_number};

/// The duty.
pub(super) struct VatNumber;

impl Duty for VatNumber {
    fn name(&self) -> &'static str {
        "vat_numbers"
    }

    fn purpose(&self) -> &'static str {
        "Every tax number was looked up in its register, where the seller has it looked up"
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let Some(id) = vat_number::waiting(bss)?.into_iter().next() else {
            return Ok(Progress::Idle);
        };
        let done = u64::from(vat_number::look_up(bss, id)?);
        Ok(Progress::of(done, || format!("asked for {}", counted(done, "tax number"))))
    }
}
