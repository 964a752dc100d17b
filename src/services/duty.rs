//! A duty is a statement about the store that should be true ("every period that has ended is
//! billed") and a step towards it.
//!
//! A step takes no input: it finds out from the store what is left to do, does a bounded part of
//! it, and says whether there is more. So it may run at any time, twice, or after a crash, and
//! there is no "resume" path that is only ever taken on a bad day. Duties are implemented in
//! `jobs` and handed to the appliance by `cli`, so that moving the clock can run them in order.

use std::sync::Arc;

use super::{Bss, Error};

/// Something that is kept true.
pub trait Duty: Send + Sync {
    /// As the operator sees it: in the log, in the UI, in `tillbox jobs`.
    fn name(&self) -> &'static str;

    /// Does some of what is left to do.
    ///
    /// # Errors
    /// If it could not; what was done before stays done.
    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error>;
}

/// What a step has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Nothing was left to do.
    Idle,
    /// Something was done; there may be more.
    Done {
        /// How many things.
        count: u64,
        /// What, for people: `issued 12 invoices`.
        summary: String,
    },
}

impl Progress {
    /// So many things done, or nothing if it was none.
    #[must_use]
    pub fn of(count: u64, summary: impl FnOnce() -> String) -> Self {
        if count == 0 { Self::Idle } else { Self::Done { count, summary: summary() } }
    }
}

/// What a duty has done until nothing was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The duty.
    pub name: &'static str,
    /// How many things.
    pub count: u64,
    /// What each step said.
    pub summaries: Vec<String>,
}

/// A duty that still finds work after so many steps is a bug, and must not look like a busy day.
const STEPS_MAX: u32 = 1_000_000;

/// Steps until there is nothing left.
///
/// # Errors
/// Those of the duty; if it never ends.
pub fn run(duty: &dyn Duty, bss: &Arc<Bss>) -> Result<Ran, Error> {
    let mut ran = Ran { name: duty.name(), count: 0, summaries: Vec::new() };
    for _ in 0..STEPS_MAX {
        match duty.step(bss)? {
            Progress::Idle => return Ok(ran),
            Progress::Done { count, summary } => {
                ran.count += count;
                if ran.summaries.len() < SUMMARIES_MAX {
                    ran.summaries.push(summary);
                }
            }
        }
    }
    Err(Error::internal(format!("the duty `{}` never ends", duty.name())))
}

/// How many steps are told of one run.
const SUMMARIES_MAX: usize = 20;

/// Runs all duties, in order and again, until none finds anything to do.
///
/// # Errors
/// Those of the duties.
pub fn run_all(bss: &Arc<Bss>) -> Result<Vec<Ran>, Error> {
    let mut all = Vec::new();
    for _ in 0..STEPS_MAX {
        let mut busy = false;
        for duty in bss.duties() {
            let ran = run(duty.as_ref(), bss)?;
            if ran.count > 0 {
                busy = true;
                all.push(ran);
            }
        }
        if !busy {
            return Ok(all);
        }
    }
    Err(Error::internal("the duties keep each other busy without an end"))
}
