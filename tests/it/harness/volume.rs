//! Places for a store that can be filled up and emptied again: a real one and a simulated one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

use tillbox::store::{Medium, Store, Trust};

use super::disk::{Disk, Fsync};

/// Where the real one is mounted, told to the process that runs in there.
const MOUNTED_AT: &str = "TILLBOX_FULL_DISK";
/// How big both are.
const VOLUME_BYTES: u64 = 16 << 20;
/// What the shell answers if nothing could be mounted.
const NOT_MOUNTED: i32 = 77;

/// A place of 16 MiB for a store.
pub(crate) trait Volume: Sync {
    /// Opens the store that lies there.
    fn open(&self) -> Store;
    /// Takes what is free but for the last `left` bytes.
    fn fill(&self, left: u64);
    /// Gives back what was taken.
    fn clear(&self);
}

/// A disk in memory.
pub(crate) struct Simulated(Disk);

impl Simulated {
    pub(crate) fn new() -> Self {
        let disk = Disk::new(Fsync::Honest);
        disk.limit(Some(VOLUME_BYTES));
        Self(disk)
    }
}

impl Volume for Simulated {
    fn open(&self) -> Store {
        Store::within(self.0.clone(), Trust::LastCommit).expect("a store")
    }

    fn fill(&self, left: u64) {
        let free = self.0.free_bytes().expect("known").expect("limited");
        self.0.limit(Some(self.0.taken_bytes() + free.min(left)));
    }

    fn clear(&self) {
        self.0.limit(Some(VOLUME_BYTES));
    }
}

/// A tmpfs.
pub(crate) struct Mounted {
    folder: PathBuf,
}

impl Mounted {
    /// Whether this process is the one that [`in_a_mount`] has started.
    pub(crate) fn is_here() -> bool {
        std::env::var_os(MOUNTED_AT).is_some()
    }

    /// The place, emptied.
    pub(crate) fn fresh() -> Self {
        let folder = std::env::var_os(MOUNTED_AT).expect("asked for in the mount alone");
        let folder = PathBuf::from(folder);
        for file in fs::read_dir(&folder).expect("mounted") {
            fs::remove_file(file.expect("listed").path()).expect("ours");
        }
        Self { folder }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Volume for Mounted {
    fn open(&self) -> Store {
        Store::open(&self.folder.join("store.redb"), Store::CACHE_BYTES).expect("a store")
    }

    fn fill(&self, left: u64) {
        let mut ballast = File::options().append(true).create(true).open(self.ballast()).unwrap();
        let page = [0xB5; 4096];
        let all = loop {
            if let Err(error) = ballast.write_all(&page) {
                assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
                break ballast.metadata().unwrap().len();
            }
        };
        ballast.set_len(all.saturating_sub(left)).unwrap();
    }

    fn clear(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}

/// How a test on a real disk ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It ran and passed.
    Passed,
    /// It could not be run, for the reason given.
    NotTried(String),
}

/// Runs a test of this binary again, in a mount namespace of its own with a tmpfs of 16 MiB.
pub(crate) fn in_a_mount(test: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let mount =
        format!("mount -t tmpfs -o size={VOLUME_BYTES} tillbox \"$0\" || exit {NOT_MOUNTED}");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    command.arg(format!("{mount}\nexec \"$@\"")).arg(folder.path());
    command.arg(std::env::current_exe().expect("this binary")).args([
        "--exact",
        test,
        "--nocapture",
    ]);
    let done = match command.env(MOUNTED_AT, folder.path()).output() {
        Ok(done) => done,
        Err(error) => return Ran::NotTried(format!("`unshare` cannot be run: {error}")),
    };
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    match done.status.code() {
        Some(0) if said.contains("1 passed") => Ran::Passed,
        Some(NOT_MOUNTED) => Ran::NotTried(format!("no tmpfs can be mounted: {said}")),
        _ if said.contains("unshare failed") => Ran::NotTried(said.into_owned()),
        _ => panic!("on a real full disk:\n{said}"),
    }
}
