//! Billing: every billing account whose billing date has come is billed.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::due::Duty as Due;
use crate::domain::time::Instant;
use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Cx, Error, billing};

/// Bills what is due, page by page. Its memory only saves work: what is due stands in the store.
#[derive(Default)]
pub(super) struct BillingRun {
    pages: Mutex<billing::Pages>,
}

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

    fn refused(&self, cx: Cx<'_>) -> Result<Option<(Instant, String)>, Error> {
        billing::refused(cx)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        billing::step(bss, &mut pages)
    }
}
