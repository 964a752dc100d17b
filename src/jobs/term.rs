//! Every subscription is where its calendar says: trials over, terms renewed, graces ended.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, service_terms, subscription};

/// The duty.
pub(super) struct Terms;

impl Duty for Terms {
    fn name(&self) -> &'static str {
        "terms"
    }

    fn purpose(&self) -> &'static str {
        "Trials, terms, graces and holds of subscriptions end when they should"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Term)
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let done = super::each_due(bss, self.name(), Due::Term, subscription::step)?;
        if done > 0 {
            let summary = format!("moved {} along", counted(done, "subscription"));
            return Ok(Progress::Done { count: done, summary });
        }
        let followed = service_terms::follow_on(bss, self.name())?;
        Ok(Progress::of(followed, || "let subscriptions follow their service terms".to_owned()))
    }
}
