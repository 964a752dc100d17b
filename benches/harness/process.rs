//! Processes: what one uses of the processor and the memory, and the real server as one.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How much a process has used of the processors, to a hundredth of a second.
pub(crate) fn processor_time(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name in brackets may hold anything, and comes second.
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|it| it.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// A row of what the system says of a process's memory, in whole MB: `VmRSS`, or `VmHWM` for the most
/// that it ever was.
pub(crate) fn memory_mb(process: &str, row: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = status.lines().find_map(|it| it.strip_prefix(row)?.strip_prefix(':'));
    let kib: u64 = found.unwrap().trim().split(' ').next().unwrap().parse().unwrap();
    kib * 1024 / 1_000_000
}

/// What this bench answers as a process of its own: nothing is in its memory yet but what it is asked for.
pub(crate) fn asked_of_this_bench<T: DeserializeOwned>(role: &str, arguments: &[&str]) -> T {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let asked = command.arg(role).args(arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(asked.status.success(), "{role}: {}", asked.status);
    serde_json::from_slice(&asked.stdout).unwrap()
}

/// What comes after a role, if this process was started to answer in it.
pub(crate) fn asked_for(role: &str) -> Option<Vec<String>> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == role).then(|| arguments.collect())
}

/// Answers who asked.
pub(crate) fn answer(it: &impl Serialize) {
    println!("{}", serde_json::to_string(it).unwrap());
}

/// Forgets the most that this process's memory ever was.
pub(crate) fn forget_peak() {
    // Where the system has no such file the figure is that of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A process that serves; it is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
}

impl Server {
    /// The executable that was built for the benches over a folder, with an operator whose token is
    /// given.
    pub(crate) fn start(folder: &Path, arguments: &[&str], token: &str) -> Self {
        Self::of_executable(Path::new(env!("CARGO_BIN_EXE_tillbox")), folder, (arguments, token))
    }

    /// An executable over a folder, with arguments and an operator whose token is given.
    pub(crate) fn of_executable(
        executable: &Path,
        folder: &Path,
        (arguments, token): (&[&str], &str),
    ) -> Self {
        let mut command = Command::new(executable);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"]).arg(folder);
        command.args(arguments).env("TILLBOX_OPERATOR_EMAIL", "olga@tillbox.example");
        command.env("TILLBOX_OPERATOR_PASSWORD", "till-4-the-bench!");
        Self::of(command.env("TILLBOX_OPERATOR_TOKEN", token))
    }

    /// This bench again as a process of its own, which does what `role` says.
    pub(crate) fn of_this_bench(role: &str, argument: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Self::of(command.arg(role).arg(argument))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
        };
        // What it says later is read by nobody, and must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Its number, as the system has it.
    pub(crate) fn id(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
