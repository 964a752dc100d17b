//! What somebody asked for and does not wait for is done: files of catalogues at once, what is to be done
//! with a balance when its time has come, the reports of a settlement sent to who asked for it.

use std::sync::Arc;

use crate::domain::due::Duty as Due;
use crate::domain::id::{DocumentId, Id};
use crate::services::dialect::Dialect;
use crate::services::duty::{self, Duty, Progress, Room, counted};
use crate::services::{Bss, Error};

/// How many due things a step looks for.
const DUE_MAX: usize = 10;

/// The duty.
pub(super) struct Errands {
    dialects: Arc<[Box<dyn Dialect>]>,
}

impl Errands {
    pub(super) fn new(dialects: Arc<[Box<dyn Dialect>]>) -> Self {
        Self { dialects }
    }

    fn done(&self, bss: &Arc<Bss>, id: DocumentId) -> Result<bool, Error> {
        for dialect in self.dialects.iter() {
            if dialect.errand(bss, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Duty for Errands {
    fn name(&self) -> &'static str {
        "errands"
    }

    fn purpose(&self) -> &'static str {
        "What somebody asked for and does not wait for is done when it is time"
    }

    fn calendar(&self) -> Option<Due> {
        Some(Due::Errand)
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let mut done = 0;
        for subject in duty::due(bss, (self.name(), Due::Errand), DUE_MAX)? {
            match self.done(bss, DocumentId::from_uuid(subject.uuid)) {
                Ok(moved) => done += u64::from(moved),
                Err(error) if error.is_of_the_store() => return Err(error),
                Err(error) => duty::put_aside(bss, self.name(), subject, &error),
            }
        }
        Ok(Progress::of(done, || format!("did {}", counted(done, "errand"))))
    }
}
