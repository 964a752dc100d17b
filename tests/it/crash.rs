//! The executable killed at random moments under a load of writes: whatever it had acknowledged is
//! there afterwards, once.
//!
//! Each write lets one day of business time pass. So the clock counts them: after a kill it stands
//! at least as many days ahead as were acknowledged, and at most as many as were asked for.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use tillbox::domain::time;

use crate::harness::process::{Server, over_file};

const DAY_MICROS: i64 = 86_400_000_000;
const CLIENTS: usize = 4;

/// How many writes were asked for and how many acknowledged, over all rounds.
#[derive(Default)]
struct Count {
    asked: AtomicU64,
    acknowledged: AtomicU64,
}

impl Count {
    fn of(it: &AtomicU64) -> u64 {
        it.load(Ordering::SeqCst)
    }

    /// Writes until nobody is there to answer; tells of each acknowledgement.
    fn write_on(&self, socket: &Path, told: &Sender<()>) {
        loop {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let answer = over_file(socket, "POST /api/v1/clock/advance", r#"{"by":"1 day"}"#);
            let Some(answer) = answer else { return };
            assert_eq!(answer.status, 200, "{answer:?}");
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
            let _ = told.send(());
        }
    }
}

fn now(socket: &Path) -> time::Instant {
    let clock = over_file(socket, "GET /api/v1/clock", "").unwrap().json();
    clock["now"].as_str().unwrap().parse().unwrap()
}

/// How many days the clock was moved: what it runs by itself is less than one.
fn days(from: time::Instant, to: time::Instant) -> u64 {
    u64::try_from((to.micros() - from.micros()) / DAY_MICROS).unwrap()
}

/// Runs a server under load and kills it, `after` so many acknowledgements and a moment.
fn crash(folder: &Path, count: &Count, after: u64, moment: Duration) {
    let server = Server::start(folder, &[]);
    let socket = server.socket();
    let (told, heard) = channel();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let told = told.clone();
            scope.spawn(|| {
                let told = told;
                count.write_on(&socket, &told);
            });
        }
        for _ in 0..after {
            heard.recv_timeout(Duration::from_secs(60)).unwrap();
        }
        let until = Instant::now() + moment;
        while heard.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok() {}
        server.kill();
    });
}

/// A number that follows from the round alone, so that a failure is found again.
fn drawn(round: u64) -> u64 {
    let mixed = (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 20
}

#[test]
fn a_kill_under_load_loses_nothing_acknowledged_and_doubles_nothing() {
    let rounds = if std::env::var_os("TILLBOX_ASSURE").is_some() { 200 } else { 20 };
    let place = tempfile::tempdir().unwrap();
    let server = Server::start(place.path(), &["--test-clock"]);
    let start = now(&server.socket());
    assert!(server.terminate().success());
    let count = Count::default();
    let mut ready = Vec::new();
    for round in 0..rounds {
        let draw = drawn(round);
        crash(place.path(), &count, draw % 8, Duration::from_micros(draw % 5_000));
        let (asked, acknowledged) = (Count::of(&count.asked), Count::of(&count.acknowledged));
        let began = Instant::now();
        let server = Server::start(place.path(), &[]);
        assert_eq!(server.over_network("GET /readyz", "").status, 200);
        ready.push(began.elapsed());
        let done = days(start, now(&server.socket()));
        assert!(
            (acknowledged..=asked).contains(&done),
            "round {round}: {asked} asked for, {acknowledged} acknowledged, {done} done"
        );
        assert!(server.terminate().success(), "round {round}");
        // What was done and not acknowledged is known now.
        count.asked.store(done, Ordering::SeqCst);
        count.acknowledged.store(done, Ordering::SeqCst);
    }
    ready.sort();
    let p99 = ready[(ready.len() - 1) * 99 / 100];
    println!("{rounds} kills, {} writes; ready again p99 {p99:?}", Count::of(&count.asked));
    assert!(Count::of(&count.acknowledged) > rounds, "there was a load");
}
