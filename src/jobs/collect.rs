//! What is due through a gateway is collected, and gateways are asked for what they have not said.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::services::duty::{self, Duty, Progress, Room, counted};
use crate::services::{Bss, Error, collection};

/// How many due things a step looks for.
const DUE_MAX: usize = 50;

/// The duty.
pub(super) struct Collect;

impl Duty for Collect {
    fn name(&self) -> &'static str {
        "collect"
    }

    fn purpose(&self) -> &'static str {
        "What is due is collected through gateways, which are asked for what they have not said"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Collection)
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let (mut done, mut failure) = (0, None);
        for subject in duty::due(bss, (self.name(), Due::Collection), DUE_MAX)? {
            match collection::step(bss, subject) {
                Ok(moved) => done += u64::from(moved),
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => {
                    duty::put_aside(bss, self.name(), subject, &error);
                    failure = failure.or(Some(error).filter(|it| !it.is_refusal()));
                }
            }
        }
        let progress = Progress::of(done, || format!("saw to {}", counted(done, "payment")));
        failure.map_or(Ok(progress), Err)
    }
}
