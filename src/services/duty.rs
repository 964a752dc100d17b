//! A duty is a statement about the store that should be true ("every period that has ended is
//! billed") and a step towards it.
//!
//! A step takes no input: it finds out from the store what is left to do, does a bounded part of
//! it, and says whether there is more. So it may run at any time, twice, or after a crash, and
//! there is no "resume" path that is only ever taken on a bad day. Duties are implemented in
//! `jobs` and handed to the appliance by `cli`, so that moving the clock can run them in order.

use std::sync::Arc;

use super::{Bss, Cx, Error};
use crate::domain::due::Duty as Due;
use crate::domain::id::Subject;
use crate::domain::operator::Actor;
use crate::domain::time::Instant;
use crate::store::due::DueTable;

/// Something that is kept true.
pub trait Duty: Send + Sync {
    /// As the operator sees it: in the log, in the UI, in `tillbox jobs`.
    fn name(&self) -> &'static str;

    /// What it keeps true, for operators: one sentence without a full stop.
    fn purpose(&self) -> &'static str;

    /// Which entries of the due table are its work, if any are.
    fn calendar(&self) -> Option<Due> {
        None
    }

    /// What was refused and stays undone, as it stands in the store: when, and why.
    ///
    /// # Errors
    /// If the store fails.
    fn refused(&self, _: Cx<'_>) -> Result<Option<(Instant, String)>, Error> {
        Ok(None)
    }

    /// Where it works.
    fn room(&self) -> Room;

    /// How many threads are at it at once, if it works at a window.
    fn hands(&self) -> usize {
        1
    }

    /// Does some of what is left to do. Another thread may be at the same: what a step finds in a
    /// snapshot it makes sure of again inside the act that does it.
    ///
    /// # Errors
    /// If it could not; what was done before stays done.
    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error>;
}

/// Where a duty works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Inside the house: only the store, one duty after the other.
    Inside,
    /// At a window: it waits for other systems, and so on a thread of its own.
    Window,
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

/// So many of something, in words: `1 order`, `2 orders`.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
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

/// What is due for a duty, the longest due first, without what could not be done a while ago.
///
/// # Errors
/// If the store fails.
pub fn due(
    bss: &Bss,
    (name, duty): (&'static str, Due),
    limit: usize,
) -> Result<Vec<Subject>, Error> {
    let aside = bss.jobs.aside(name, bss.moment().now);
    let actor = Actor::duty("calendar");
    let found = bss.read(&actor, |cx| Ok(cx.view.due(duty, cx.now, limit + aside.len())?))?;
    Ok(found.into_iter().filter(|it| !aside.contains(it)).take(limit).collect())
}

/// Steps until there is nothing left. What goes by the calendar waits while nobody knows how late it
/// is, because the machine's clock has jumped.
///
/// # Errors
/// Those of the duty; if it never ends.
pub fn run(duty: &dyn Duty, bss: &Arc<Bss>) -> Result<Ran, Error> {
    bss.jobs.begin(duty.name(), bss.moment().wall);
    if let Some(jump) = bss.moment().jump.filter(|_| duty.calendar().is_some()) {
        bss.jobs.wait(duty.name(), jump.to, jump.refusal().detail);
        return Ok(Ran { name: duty.name(), count: 0, summaries: Vec::new() });
    }
    let ran = step_to_the_end(duty, bss);
    bss.jobs.end(duty.name(), bss.moment().wall, &ran);
    ran
}

/// Puts aside for a while what is due and could not be done, so that what is due behind it gets its
/// turn: it stays due, and an operator should hear of it.
pub fn put_aside(bss: &Bss, name: &'static str, of: Subject, why: &Error) {
    let error: &dyn std::error::Error = why;
    if why.is_refusal() {
        tracing::warn!(duty = name, subject = %of, error, "what is due was refused");
    } else {
        tracing::error!(duty = name, subject = %of, error, "what is due could not be done");
    }
    bss.jobs.put_aside(name, bss.moment(), (of, why));
}

fn step_to_the_end(duty: &dyn Duty, bss: &Arc<Bss>) -> Result<Ran, Error> {
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

/// Runs the duties inside the house until none finds anything to do, unless the clock is being
/// moved, which runs them itself. One that fails keeps none of the others from its work.
///
/// # Errors
/// Those of the duties: of several the first.
pub fn keep_inside(bss: &Arc<Bss>) -> Result<(), Error> {
    let _only_one = bss.advancing();
    run_each(bss, |it| it.room() == Room::Inside).map(|_| ())
}

/// Lets this thread do its work where no other wants to: nobody waits for it.
pub fn stand_back() {
    crate::world::thread::stand_back();
}

/// Runs all duties, in order and again, until none finds anything to do.
///
/// # Errors
/// Those of the duties: of several that fail in one round the first.
pub fn run_all(bss: &Arc<Bss>) -> Result<Vec<Ran>, Error> {
    let mut all = Vec::new();
    for _ in 0..STEPS_MAX {
        let ran = run_each(bss, |_| true)?;
        if ran.is_empty() {
            return Ok(all);
        }
        all.extend(ran);
    }
    Err(Error::internal("the duties keep each other busy without an end"))
}

/// Runs each of some duties, whatever becomes of the others, and tells of those that did something.
fn run_each(bss: &Arc<Bss>, among: impl Fn(&dyn Duty) -> bool) -> Result<Vec<Ran>, Error> {
    let (mut all, mut failure) = (Vec::new(), None);
    for duty in bss.duties().iter().map(AsRef::as_ref).filter(|it| among(*it)) {
        match run(duty, bss) {
            Ok(ran) if ran.count > 0 => all.push(ran),
            Ok(_) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(all), Err)
}
