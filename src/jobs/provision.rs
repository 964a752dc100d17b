//! Every system was asked for what a task needs of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::id::TaskId;
use crate::services::dialect::Dialect;
use crate::services::duty::{Duty, Progress, Room};
use crate::services::provisioning::connector;
use crate::services::{Bss, Error};

/// So many systems are asked at once.
const HANDS: usize = 4;

/// The duty. Its memory keeps two hands off one task.
pub(super) struct Provision {
    dialects: Arc<[Box<dyn Dialect>]>,
    asked: Mutex<BTreeSet<TaskId>>,
}

impl Provision {
    pub(super) fn new(dialects: Arc<[Box<dyn Dialect>]>) -> Self {
        Self { dialects, asked: Mutex::default() }
    }

    fn take(&self, waiting: &[TaskId]) -> Option<TaskId> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.iter().copied().find(|it| asked.insert(*it))
    }
}

impl Duty for Provision {
    fn name(&self) -> &'static str {
        "provision"
    }

    fn purpose(&self) -> &'static str {
        "Every system was asked for what a task needs of it"
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn hands(&self) -> usize {
        HANDS
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let Some(id) = self.take(&connector::waiting(bss)?) else { return Ok(Progress::Idle) };
        let asked = connector::ask(bss, id, &self.dialects);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        Ok(Progress::of(u64::from(asked?), || format!("asked for {id}")))
    }
}
