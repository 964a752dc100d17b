//! Jobs: the duties as an operator looks at them: when each ran, what it did, what waits, what failed.
//!
//! How they went is remembered while the appliance runs; what waits stands in the due table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::duty::{Duty, Ran};
use super::{Bss, Cx, Error, Moment};
use crate::domain::id::Subject;
use crate::domain::operator::{Actor, Permission};
use crate::domain::time::Instant;
use crate::store::due::DueTable;

/// So many things that wait are counted at most.
pub const WAITING_MAX: usize = 10_000;

/// A duty as an operator looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// As it is called in the log and on the clock.
    pub name: &'static str,
    /// What it keeps true.
    pub purpose: &'static str,
    /// How it went since the appliance started.
    pub note: Note,
    /// How many things are due for it now, at most [`WAITING_MAX`].
    pub waiting: usize,
    /// The next instant at which something falls due for it.
    pub next_at: Option<Instant>,
}

/// How a duty went since the appliance started. The instants are of the wall, but for that of something
/// that was refused and stands in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// When it last looked for something to do.
    pub looked_at: Option<Instant>,
    /// When it last did something, how many things, and what it said of them.
    pub did: Option<(Instant, u64, String)>,
    /// Why it failed the last time, or did not do something that is due; nothing once it went well.
    pub trouble: Option<(Instant, String)>,
}

/// How things stand with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is left to do.
    Idle,
    /// Something is due.
    Waiting,
    /// It failed the last time, or something that is due was refused.
    Failed,
}

impl Standing {
    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

impl Job {
    /// How things stand.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match (&self.note.trouble, self.waiting) {
            (Some(_), _) => Standing::Failed,
            (None, 0) => Standing::Idle,
            (None, _) => Standing::Waiting,
        }
    }
}

/// For so many seconds of business time is what could not be done left alone.
const ASIDE_SECONDS: i64 = 300;

/// What is remembered of a duty.
#[derive(Default)]
struct Memory {
    note: Note,
    /// What could not be done, and when it is tried again. It saves work and is nothing that must be
    /// known: without it everything is tried at once.
    aside: BTreeMap<Subject, Instant>,
}

/// How the duties went, by name.
#[derive(Default)]
pub(super) struct Notes(Mutex<BTreeMap<&'static str, Memory>>);

impl Notes {
    fn all(&self) -> MutexGuard<'_, BTreeMap<&'static str, Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a duty begins to look for something to do: what was refused may go well now.
    pub(super) fn begin(&self, name: &'static str, at: Instant) {
        let mut all = self.all();
        let note = &mut all.entry(name).or_default().note;
        note.looked_at = Some(at);
    }

    /// What a duty leaves alone at an instant of business time, so that it does not stand in the way
    /// of what is due behind it.
    pub(super) fn aside(&self, name: &'static str, now: Instant) -> BTreeSet<Subject> {
        let mut all = self.all();
        let aside = &mut all.entry(name).or_default().aside;
        aside.retain(|_, until| now < *until);
        aside.keys().copied().collect()
    }

    /// Notes how it ended.
    pub(super) fn end(&self, name: &'static str, at: Instant, ran: &Result<Ran, Error>) {
        let mut all = self.all();
        let Memory { note, aside } = all.entry(name).or_default();
        match ran {
            Ok(ran) => {
                // What was refused during this run, or is left alone, stays; what failed before it
                // went well.
                let stays = |at: Instant| Some(at) >= note.looked_at || !aside.is_empty();
                note.trouble = note.trouble.take().filter(|it| stays(it.0));
                if let Some(said) = ran.summaries.last().filter(|_| ran.count > 0) {
                    note.did = Some((at, ran.count, said.clone()));
                }
            }
            Err(failure) => note.trouble = Some((at, failure.to_string())),
        }
    }

    /// Notes that it waits for somebody.
    pub(super) fn wait(&self, name: &'static str, at: Instant, why: String) {
        self.all().entry(name).or_default().note.trouble = Some((at, why));
    }

    /// Notes that something due could not be done: it stays due, and is left alone for a while.
    pub(super) fn put_aside(&self, name: &'static str, at: Moment, (of, why): (Subject, &Error)) {
        let mut all = self.all();
        let memory = all.entry(name).or_default();
        memory.note.trouble = Some((at.wall, format!("{of}: {}", why.reason())));
        memory.aside.insert(of, at.now.plus_seconds(ASIDE_SECONDS));
    }
}

/// Every duty, in the order in which they run at one instant.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn list(bss: &Bss, actor: &Actor) -> Result<Vec<Job>, Error> {
    if !actor.may_at_all(Permission::JobRead) {
        return Err(Error::Forbidden { permission: Permission::JobRead });
    }
    bss.read(actor, |cx| bss.duties().iter().map(|it| job(cx, bss, it.as_ref())).collect())
}

fn job(cx: Cx<'_>, bss: &Bss, duty: &dyn Duty) -> Result<Job, Error> {
    let (waiting, next_at) = match duty.calendar() {
        Some(of) => (cx.view.due(of, cx.now, WAITING_MAX)?.len(), cx.view.next_due_of(of, cx.now)?),
        None => (0, None),
    };
    let mut note = bss.jobs.all().get(duty.name()).map(|it| it.note.clone()).unwrap_or_default();
    if note.trouble.is_none() {
        note.trouble = duty.refused(cx)?;
    }
    Ok(Job { name: duty.name(), purpose: duty.purpose(), note, waiting, next_at })
}
