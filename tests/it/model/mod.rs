//! Random programs against naive books: an appliance and a model of it in memory are told the same,
//! and say the same after every step.
//!
//! A failure names its seed and step; the same seed writes the same program again.

mod books;
mod program;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use self::program::Program;
use crate::harness::scale::rounds;

/// How long a program is: a debug build takes about a hundred steps a second.
const STEPS: u64 = 200;
/// How long it is in the long run.
const STEPS_LONG: u64 = 10_000;

/// Writes and runs the program of a seed.
fn run(seed: u64, steps: u64) {
    let mut program = Program::of(seed);
    for _ in 0..steps {
        program.step();
    }
    program.end();
}

#[test]
fn an_appliance_says_after_every_step_of_any_program_what_naive_books_say() {
    let programs = rounds(100, 5_000);
    let steps = if programs < 5_000 { STEPS } else { STEPS_LONG };
    let (next, wrong) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::SeqCst);
        if seed >= programs {
            return;
        }
        if catch_unwind(AssertUnwindSafe(|| run(seed, steps))).is_err() {
            wrong.lock().unwrap().push(seed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "the programs of these seeds went wrong, as said above: {wrong:?}");
    println!("{programs} programs of {steps} steps");
}
