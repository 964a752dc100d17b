//! Billing: every billing account whose billing date has come is billed.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error, billing};

/// Bills what is due, page by page.
pub(super) struct BillingRun;

impl Duty for BillingRun {
    fn name(&self) -> &'static str {
        "billing"
    }

    fn purpose(&self) -> &'static str {
        "Billing accounts whose billing date has come are billed"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Billing)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        billing::step(bss)
    }
}
