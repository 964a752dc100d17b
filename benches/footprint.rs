//! How much memory an idle server takes with the demo in it, how soon it is usable, and how large
//! the executable is.
//!
//! `cargo build --profile dist && cargo bench --bench footprint`. The demo is measured twice: right
//! after it was made, and after a start over what is there.

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
    let empty = folder();
    measure("an empty store", empty.path(), &[]);
    let demo = folder();
    let (made, first) = measure("the demo, right after it was made", demo.path(), &["--demo"]);
    let (resident, _) = measure("the demo, started again", demo.path(), &["--demo"]);
    aim("usable in under 15 s from an empty folder", first < Duration::from_secs(15));
    aim("idle memory with the demo < 64 MB, right after it was made", made < 64);
    aim("idle memory with the demo < 64 MB, started again", resident < 64);
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/dist/tillbox");
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

/// Starts a server, waits until it rests, and says what it takes: its memory in MB, and how soon it
/// was usable.
fn measure(what: &str, folder: &Path, arguments: &[&str]) -> (u64, Duration) {
    let begun = Instant::now();
    let server = Server::start(folder, arguments, TOKEN);
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
