//! The duties of the house, and the threads that keep them.
//!
//! What a duty is stands at [`services::duty`](crate::services::duty). Here is each of them, by
//! name, and when it runs: after every commit that may have made work, and when time has made some.

mod billing_run;
mod clock;
mod closing;
mod collect;
mod deliver;
mod dunning;
mod errand;
mod index;
mod interim;
mod mail;
mod notify;
mod order;
mod price;
mod provision;
mod recognition;
mod retention;
mod sparing;
mod term;
mod upgrade;
mod usage;
mod usage_source;
mod vat_number;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::due::Duty as Due;
use crate::domain::id::{Id, Subject};
use crate::domain::operator::Actor;
use crate::services::dialect::Dialect;
use crate::services::duty::{self, Duty, Room};
use crate::services::{Act, Author, Bss, Error};

/// How long a duty waits for a commit before it looks whether time has made work.
const PATIENCE: Duration = Duration::from_secs(1);

/// All duties, in the order in which they run at one instant; `dialects` are the words in which
/// listeners are told.
#[must_use]
pub fn all(dialects: Vec<Box<dyn Dialect>>) -> Vec<Box<dyn Duty>> {
    let dialects: Arc<[Box<dyn Dialect>]> = dialects.into();
    vec![
        Box::new(order::Orders),
        Box::new(provision::Provision::new(Arc::clone(&dialects))),
        Box::new(vat_number::VatNumber),
        Box::new(price::Prices),
        Box::new(term::Terms),
        Box::new(upgrade::Upgrades),
        Box::new(billing_run::BillingRun::default()),
        Box::new(interim::Interim::default()),
        Box::new(recognition::Recognition),
        Box::new(sparing::Sparing),
        Box::new(collect::Collect),
        Box::new(dunning::Dunning),
        Box::new(closing::Closing),
        Box::new(usage_source::UsageSources::new(Arc::clone(&dialects))),
        Box::new(usage::Sealing::default()),
        Box::new(notify::Notify::default()),
        Box::new(mail::Mails::default()),
        Box::new(index::Index::default()),
        Box::new(errand::Errands::new(Arc::clone(&dialects))),
        Box::new(deliver::Deliver::new(dialects)),
        Box::new(retention::Retention::default()),
        Box::new(clock::Time),
    ]
}

/// How many due things a step looks for.
const DUE_MAX: usize = 500;

/// Does `work` for each thing of one kind that is due for a duty: see [`each_subject_due`].
fn each_due<I: Id>(
    bss: &Arc<Bss>,
    name: &'static str,
    duty: Due,
    work: impl Fn(&mut Act<'_>, I) -> Result<bool, Error> + Clone + Send + 'static,
) -> Result<u64, Error> {
    let of = move |act: &mut Act<'_>, it: Subject| work(act, I::from_uuid(it.uuid));
    each_subject_due(bss, name, duty, of)
}

/// Does `work` for each thing that is due for a duty, each in an act of its own, and returns for
/// how many there was something to do. What could not be done stops nobody else: it stays due, is told
/// in the log and to who looks at the job, and is put aside for a while.
fn each_subject_due(
    bss: &Arc<Bss>,
    name: &'static str,
    duty: Due,
    work: impl Fn(&mut Act<'_>, Subject) -> Result<bool, Error> + Clone + Send + 'static,
) -> Result<u64, Error> {
    let found = duty::due(bss, (name, duty), DUE_MAX)?;
    let mut pending = Vec::new();
    for subject in found {
        let work = work.clone();
        let author = Author::of(Actor::duty(name));
        pending.push((subject, bss.act(author, move |act| work(act, subject))));
    }
    let mut done = 0;
    for (subject, answer) in pending {
        match answer.wait() {
            Ok(moved) => done += u64::from(moved),
            Err(error) if error.is_of_the_store() => return Err(error),
            Err(error) => duty::put_aside(bss, name, subject, &error),
        }
    }
    Ok(done)
}

/// The threads that keep the duties; they end when this is dropped.
pub struct Workers {
    bss: Arc<Bss>,
    threads: Vec<JoinHandle<()>>,
}

/// How a thread is run beside those that answer requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Where no other wants to: what computes much.
    StandsBack,
    /// Like any other: what mostly waits for others.
    Ordinary,
}

/// Starts the threads: one for all that is done inside the house, one or more for each window.
///
/// # Errors
/// If the machine gives no thread.
pub fn start(bss: &Arc<Bss>) -> Result<Workers, Error> {
    let mut workers = Workers { bss: Arc::clone(bss), threads: Vec::new() };
    workers.spawn("duties", Pace::StandsBack, duty::keep_inside)?;
    for (place, duty) in bss.duties().iter().enumerate() {
        let hands = if duty.room() == Room::Window { duty.hands() } else { 0 };
        for _ in 0..hands {
            workers.spawn(duty.name(), Pace::Ordinary, move |bss| {
                duty::run(bss.duties()[place].as_ref(), bss).map(|_| ())
            })?;
        }
    }
    Ok(workers)
}

impl Workers {
    fn spawn(
        &mut self,
        name: &'static str,
        pace: Pace,
        work: impl Fn(&Arc<Bss>) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let bss = Arc::clone(&self.bss);
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || {
            if pace == Pace::StandsBack {
                duty::stand_back();
            }
            keep(&bss, name, &work);
        });
        let thread = thread.map_err(Error::internal)?;
        self.threads.push(thread);
        Ok(())
    }
}

fn keep(bss: &Arc<Bss>, name: &str, work: &dyn Fn(&Arc<Bss>) -> Result<(), Error>) {
    let mut seen = bss.commits();
    while !bss.is_stopped() {
        if let Err(error) = work(bss) {
            let error: &dyn std::error::Error = &error;
            tracing::error!(duty = name, error, "a duty could not be kept");
        }
        seen = bss.await_commit(seen, PATIENCE);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.bss.stop();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
