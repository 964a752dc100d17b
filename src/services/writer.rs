//! The writer: one thread that runs acts, many to a commit, and answers after the disk has them.
//!
//! It takes what is waiting, without a timer: an act alone is committed at once, acts that arrive
//! while others are done or the disk syncs share a commit. What somebody waits for comes before what
//! duties do. A refusal or a panic takes one act back and spoils
//! nobody else's.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::act::{Act, AfterCommit, Author};
use super::error::Error;
use super::house::House;
use crate::store::{Commit, StoreError};

/// How many acts wait at most; beyond, the caller is told to come back later.
const WAITING_MAX: usize = 8192;
/// So many commits of requests come before a duty that waits: it is late then, and never left behind.
const PASSED_MAX: usize = 2;
/// How many acts share a commit at most.
const BATCH_MAX: usize = 4096;
/// For how long after the first act others are taken into its commit.
const TAKING_IN_MAX: Duration = Duration::from_millis(50);

/// The door to the writer thread.
pub(super) struct Writer {
    door: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// The answer to an act, once it is on the disk.
pub struct Pending<T>(oneshot::Receiver<Result<T, Error>>);

impl<T> Pending<T> {
    /// Waits for the answer.
    ///
    /// # Errors
    /// Those of the act; failures of the store.
    pub async fn done(self) -> Result<T, Error> {
        self.0.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Waits for the answer where there is no runtime: in duties and on the command line.
    ///
    /// # Errors
    /// Those of the act; failures of the store.
    pub fn wait(self) -> Result<T, Error> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> Error {
    StoreError::Stopped.into()
}

/// Work for the writer thread.
trait Job: Send {
    /// Whether it shares a transaction with others or has one of its own.
    fn manner(&self) -> Manner;
    /// Does the work; what is answered waits for the commit.
    fn run(&mut self, act: &mut Act<'_>) -> End;
    /// Who does it.
    fn author(&self) -> Author;
    /// Sends the answer: that of the work, or why the commit failed.
    fn answer(self: Box<Self>, commit: Result<(), Error>);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Shared,
    Bulk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Keep,
    TakeBack,
}

struct Work<T, F> {
    author: Author,
    manner: Manner,
    work: Option<F>,
    result: Option<Result<T, Error>>,
    to: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnOnce(&mut Act<'_>) -> Result<T, Error> + Send,
{
    fn manner(&self) -> Manner {
        self.manner
    }

    fn author(&self) -> Author {
        self.author.clone()
    }

    fn run(&mut self, act: &mut Act<'_>) -> End {
        let Some(work) = self.work.take() else { return End::TakeBack };
        let done = catch_unwind(AssertUnwindSafe(|| {
            let done = work(act)?;
            act.tell_all()?;
            Ok(done)
        }));
        let result = done.unwrap_or_else(|panic| Err(Error::internal(said(&panic))));
        let end = if result.is_ok() { End::Keep } else { End::TakeBack };
        self.result = Some(result);
        end
    }

    fn answer(self: Box<Self>, commit: Result<(), Error>) {
        let result = match (self.result, commit) {
            // A refusal stands whatever became of the commit: nothing of it was in it.
            (Some(Err(refusal)), _) => Err(refusal),
            (Some(Ok(_)), Err(failure)) => Err(failure),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (None, Err(failure)) => Err(failure),
            (None, Ok(())) => Err(stopped()),
        };
        // Nobody may be waiting any more; the act is done all the same.
        let _ = self.to.send(result);
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("a use case panicked: {}", text.unwrap_or_default())
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(house: Arc<House>) -> Result<Self, Error> {
        let (door, jobs) = sync_channel(WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || serve(&house, &jobs))
            .map_err(Error::internal)?;
        Ok(Self { door: Some(door), thread: Some(thread) })
    }

    /// Hands an act to the thread.
    pub(super) fn act<T, F>(&self, author: Author, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.hand_over(author, Manner::Shared, work)
    }

    /// Hands bulk work to the thread: it has a transaction of its own without an undo log.
    pub(super) fn bulk<T, F>(&self, author: Author, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.hand_over(author, Manner::Bulk, work)
    }

    fn hand_over<T, F>(&self, author: Author, manner: Manner, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (to, from) = oneshot::channel();
        let job = Work { author, manner, work: Some(work), result: None, to };
        let Some(door) = &self.door else { return Pending(from) };
        match door.try_send(Box::new(job)) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job.answer(Err(Error::Busy)),
            Err(TrySendError::Disconnected(job)) => job.answer(Err(stopped())),
        }
        Pending(from)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing the door lets the thread finish what was handed over, and end.
        self.door = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What waits behind the writer's door, in two rows: what somebody has asked for comes before what the
/// house does by itself, however much that is.
struct Waiting<'a> {
    jobs: &'a Receiver<Box<dyn Job>>,
    requests: VecDeque<Box<dyn Job>>,
    duties: VecDeque<Box<dyn Job>>,
    /// How many commits of requests have come before a duty that waits.
    passed: usize,
}

impl<'a> Waiting<'a> {
    const fn before(jobs: &'a Receiver<Box<dyn Job>>) -> Self {
        Self { jobs, requests: VecDeque::new(), duties: VecDeque::new(), passed: 0 }
    }

    /// The next that is there, or comes; nothing once the door is closed.
    fn first(&mut self) -> Option<Box<dyn Job>> {
        self.let_in();
        let is_late = self.passed >= PASSED_MAX && !self.duties.is_empty();
        let is_duty = self.requests.is_empty() || is_late;
        let waits = !is_duty && !self.duties.is_empty();
        self.passed = if waits { self.passed + 1 } else { 0 };
        let next = if is_duty { self.duties.pop_front() } else { self.requests.pop_front() };
        next.or_else(|| self.jobs.recv().ok())
    }

    /// One more that shares a commit, if it is its turn.
    fn shared(&mut self) -> Option<Box<dyn Job>> {
        self.let_in();
        let row = if self.requests.is_empty() { &mut self.duties } else { &mut self.requests };
        row.front().filter(|it| it.manner() == Manner::Shared)?;
        row.pop_front()
    }

    fn let_in(&mut self) {
        while self.requests.len() + self.duties.len() < WAITING_MAX {
            let Ok(job) = self.jobs.try_recv() else { return };
            let is_duty = job.author().request.is_empty();
            let row = if is_duty { &mut self.duties } else { &mut self.requests };
            row.push_back(job);
        }
    }
}

fn serve(house: &House, jobs: &Receiver<Box<dyn Job>>) {
    let mut waiting = Waiting::before(jobs);
    while let Some(first) = waiting.first() {
        let timer = house.metrics().commit_seconds.start_timer();
        let mut batch = Vec::new();
        let committed = match first.manner() {
            Manner::Shared => run_shared(house, (first, &mut waiting), &mut batch),
            Manner::Bulk => run_bulk(house, first, &mut batch),
        };
        let committed = committed.map(|told| told.into_iter().for_each(|tell| tell()));
        drop(timer);
        house.metrics().commits.inc();
        house.committed(committed.as_ref().err());
        for job in batch {
            job.answer(committed.as_ref().map(|_| ()).map_err(Error::not_committed));
        }
        if house.is_stopped() {
            return;
        }
    }
}

/// Runs an act and those that come until it and they are done; all that were run are in `batch`,
/// whatever becomes of them.
fn run_shared(
    house: &House,
    (first, waiting): (Box<dyn Job>, &mut Waiting<'_>),
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<Vec<AfterCommit>, StoreError> {
    let begun = Instant::now();
    let mut next = Some(first);
    // Nobody may be left without an answer if the transaction cannot even begin.
    let done = house.store().transact(|tx| {
        let mut act = house.act(tx);
        let mut kept = 0;
        while let Some(mut job) = next.take() {
            let mark = act.begin(job.author(), house.moment());
            let end = job.run(&mut act);
            batch.push(job);
            match end {
                End::Keep => {
                    kept += 1;
                    act.settle()?;
                }
                End::TakeBack => act.take_back(mark)?,
            }
            if batch.len() < BATCH_MAX && begun.elapsed() < TAKING_IN_MAX {
                next = waiting.shared();
            }
        }
        if kept == 0 {
            return Ok((Vec::new(), Commit::Abandon));
        }
        house.mark_time(&mut act)?;
        Ok((act.take_after_commit(), Commit::Durable))
    });
    batch.extend(next);
    done
}

fn run_bulk(
    house: &House,
    mut job: Box<dyn Job>,
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<Vec<AfterCommit>, StoreError> {
    let done = house.store().bulk(|tx| {
        let mut act = house.act(tx);
        act.begin(job.author(), house.moment());
        if job.run(&mut act) == End::TakeBack {
            return Ok((Vec::new(), Commit::Abandon));
        }
        house.mark_time(&mut act)?;
        Ok((act.take_after_commit(), Commit::Durable))
    });
    batch.push(job);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::operator::Actor;

    /// Somebody who waits, by what it is called.
    struct Ticket {
        name: &'static str,
        request: &'static str,
        manner: Manner,
        order: std::sync::mpsc::Sender<&'static str>,
    }

    impl Job for Ticket {
        fn manner(&self) -> Manner {
            self.manner
        }

        fn run(&mut self, _: &mut Act<'_>) -> End {
            End::TakeBack
        }

        fn author(&self) -> Author {
            Author { request: self.request.to_owned(), ..Author::of(Actor::duty("test")) }
        }

        fn answer(self: Box<Self>, _: Result<(), Error>) {
            self.order.send(self.name).expect("somebody looks");
        }
    }

    /// Who comes in which commit of at most 16, of those who wait in a row.
    fn commits(row: &[(&'static str, usize)]) -> String {
        let (door, jobs) = sync_channel::<Box<dyn Job>>(WAITING_MAX);
        let (order, came) = std::sync::mpsc::channel();
        for (name, count) in row {
            let request = if *name == "request" { "it is asked for" } else { "" };
            let manner = if *name == "page" { Manner::Bulk } else { Manner::Shared };
            for _ in 0..*count {
                let ticket = Ticket { name, request, manner, order: order.clone() };
                door.send(Box::new(ticket)).expect("there is room");
            }
        }
        drop((door, order));
        let (mut waiting, mut all) = (Waiting::before(&jobs), Vec::new());
        while let Some(first) = waiting.first() {
            let is_shared = first.manner() == Manner::Shared;
            first.answer(Ok(()));
            for next in std::iter::from_fn(|| waiting.next_if(is_shared)).take(15) {
                next.answer(Ok(()));
            }
            all.push(told(&came.try_iter().collect::<Vec<_>>()));
        }
        all.join(" | ")
    }

    impl Waiting<'_> {
        fn next_if(&mut self, is_shared: bool) -> Option<Box<dyn Job>> {
            if is_shared { self.shared() } else { None }
        }
    }

    /// `3 request, 1 duty`.
    fn told(names: &[&'static str]) -> String {
        let runs = names.chunk_by(|one, other| one == other);
        runs.map(|it| format!("{} {}", it.len(), it[0])).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn requests_come_before_what_the_house_does_by_itself() {
        for (row, expected) in [
            (&[("duty", 5), ("request", 3)][..], "3 request, 5 duty"),
            (&[("page", 2), ("request", 3)], "3 request | 1 page | 1 page"),
            (&[("request", 1), ("page", 1), ("request", 1)], "2 request | 1 page"),
            (
                &[("duty", 3), ("request", 40)],
                "16 request | 16 request | 1 duty, 8 request, 2 duty",
            ),
            (
                &[("page", 2), ("request", 64)],
                "16 request | 16 request | 1 page | 16 request | 16 request | 1 page",
            ),
        ] {
            assert_eq!(commits(row), expected);
        }
    }
}
