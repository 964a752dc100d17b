//! What the benches share: the machine, the table that is printed, and what is measured against.
//!
//! A figure without a reference says more of the machine than of the program, so that each is
//! printed beside what the disk, the engine or the server can do at all, taken in the same run.

#![allow(dead_code, reason = "each bench uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

pub(crate) mod appliance;
pub(crate) mod bare;
pub(crate) mod crowd;
pub(crate) mod load;
pub(crate) mod plan;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod replay;
pub(crate) mod sealing;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;
use tempfile::TempDir;

/// What the program itself allocates with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A folder on the disk that the project lies on: the usual one for such may be memory.
pub(crate) fn folder() -> TempDir {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(target).unwrap();
    tempfile::tempdir_in(target).unwrap()
}

/// Prints on what everything below was measured.
pub(crate) fn introduce(what: &str) {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|it| it.strip_prefix("model name\t: "));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    println!("{what}");
    println!("{cores} cores, {}, load {load}, {}", model.unwrap_or("unknown processor"), disk());
}

/// How long a small write takes to reach the disk.
fn disk() -> String {
    let folder = folder();
    let mut file = File::create(folder.path().join("sync")).unwrap();
    let mut times: Vec<_> = (0..200)
        .map(|_| {
            let begun = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    times.sort();
    format!("append and fsync p50 {} us, p99 {} us", times[100].as_micros(), times[197].as_micros())
}

/// Times in order, of which one asks for the middle and the worst.
#[derive(Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of a thousand do not exceed.
    pub(crate) fn per_mille(&self, share: usize) -> Duration {
        let place = (self.0.len() * share / 1000).min(self.0.len().saturating_sub(1));
        self.0.get(place).copied().unwrap_or_default()
    }

    /// The middle and the worst of a hundred, in words.
    pub(crate) fn told(&self) -> String {
        format!("p50 {}, p99 {}", told(self.per_mille(500)), told(self.per_mille(990)))
    }
}

/// A time to three places.
pub(crate) fn told(it: Duration) -> String {
    let micros = it.as_micros();
    match micros {
        0..=9_999 => format!("{micros} us"),
        _ => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
    }
}

/// So many in so much time, for one second.
pub(crate) fn per_second(count: usize, took: Duration) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / took.as_micros().max(1)).unwrap()
}

/// A figure as a share of its reference, in percent.
pub(crate) fn share(of: u64, reference: u64) -> String {
    format!("{} %", of * 100 / reference.max(1))
}

/// The better of some runs: others share the machine, and what disturbs only ever slows down.
pub(crate) fn best<T>(runs: usize, mut run: impl FnMut() -> T, value: impl Fn(&T) -> u64) -> T {
    (0..runs).map(|_| run()).max_by_key(|it| value(it)).unwrap()
}

/// Prints a row: what, how many a second, and what there is to say about it.
pub(crate) fn row(what: &str, figure: u64, note: &str) {
    println!("  {what:<48} {figure:>9}/s  {note}");
}

/// Prints whether an aim was met.
pub(crate) fn aim(what: &str, is_met: bool) {
    println!("  {} {what}", if is_met { "met:   " } else { "MISSED:" });
}
