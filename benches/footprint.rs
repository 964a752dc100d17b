//! How much memory an idle server takes with the demo in it, how soon it is usable, and how large
//! the executable is.
//!
//! `cargo build --profile dist && cargo bench --bench footprint`. What is measured is what people
//! download, the executable of the profile `dist`, and in its absence the one of the benches, whose
//! code is half as large again. The demo is measured twice: right after it was made, and after a start
//! over what is there.

mod harness;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use harness::process::{Server, memory_mb, processor_time};
use harness::{aim, folder, introduce, told};

const TOKEN: &str = "tbx_benches-benches-benches-benches-0";
/// How long a server does nothing before it is called idle.
const IDLE: Duration = Duration::from_secs(1);
/// How long it has rested before it is measured: what was freed is given back now and then.
const REST: Duration = Duration::from_secs(5);
/// How long it may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() {
    introduce("What an idle server takes");
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/dist/tillbox");
    let benched = Path::new(env!("CARGO_BIN_EXE_tillbox"));
    let executable = if dist.exists() { &dist } else { benched };
    println!("  {}", executable.display());
    let empty = folder();
    measure("an empty store", (executable, empty.path()), &[]);
    let demo = folder();
    let place = (executable, demo.path());
    let (made, first) = measure("the demo, right after it was made", place, &["--demo"]);
    let (resident, _) = measure("the demo, started again", place, &["--demo"]);
    aim("usable in under 15 s from an empty folder", first < Duration::from_secs(15));
    aim("idle memory with the demo < 64 MB, right after it was made", made < 64);
    aim("idle memory with the demo < 64 MB, started again", resident < 64);
    match fs::metadata(&dist) {
        Ok(it) => {
            let tenths = it.len() * 10 / 1_000_000;
            println!("  executable of the profile `dist`: {}.{} MB", tenths / 10, tenths % 10);
            aim("executable < 40 MB", tenths < 400);
        }
        Err(_) => {
            aim("executable < 40 MB: there is none, `cargo build --profile dist` makes it", false)
        }
    }
}

/// Starts an executable over a folder, waits until it rests, and says what it takes: its memory in MB,
/// and how soon it was usable.
fn measure(
    what: &str,
    (executable, folder): (&Path, &Path),
    arguments: &[&str],
) -> (u64, Duration) {
    let begun = Instant::now();
    let server = Server::of_executable(executable, folder, (arguments, TOKEN));
    let usable = begun.elapsed();
    let mut used = processor_time(&server.id());
    let limit = Instant::now() + PATIENCE;
    loop {
        thread::park_timeout(IDLE);
        let now = processor_time(&server.id());
        // A duty looks whether time has made work once a second.
        if now - used <= IDLE / 50 || Instant::now() > limit {
            break;
        }
        used = now;
    }
    thread::park_timeout(REST);
    let (resident, peak) = (memory_mb(&server.id(), "VmRSS"), memory_mb(&server.id(), "VmHWM"));
    println!("  {what:<40} {resident:>4} MB, at most {peak} MB, usable in {}", told(usable));
    (resident, usable)
}
