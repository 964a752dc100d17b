//! PostgreSQL as a reference: a cluster of its own, made for a figure and thrown away after it.
//!
//! `apt install postgresql` is all it takes. The binaries are those of the folder that
//! `TILLBOX_BENCH_POSTGRES` names, else of the newest version under `/usr/lib/postgresql`, else on the
//! path. The cluster lies on the disk that ours lies on, listens on a socket file alone, and every
//! commit is on the disk before it is answered, as with us. It takes no root, so that root lends it the
//! user `postgres`.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use super::folder;

/// As who runs it sets it for bulk work. `fsync` and `synchronous_commit` stay on, as they are.
const SETTINGS: [&str; 5] = [
    "listen_addresses=",
    "shared_buffers=1GB",
    "work_mem=64MB",
    "maintenance_work_mem=256MB",
    "max_wal_size=4GB",
];
/// What is told of how it is set.
const TOLD: &str = "shared_buffers work_mem max_wal_size wal_level fsync synchronous_commit";
const OWNER: &str = "postgres";
const READY: &str = "database system is ready to accept connections";

/// A cluster that runs until this is dropped.
pub(crate) struct Postgres {
    binaries: PathBuf,
    socket: TempDir,
    server: Child,
    _data: TempDir,
}

impl Postgres {
    /// A new cluster; nothing, and that loudly, where there is none to be had.
    pub(crate) fn start() -> Option<Self> {
        match Self::try_start() {
            Ok(it) => {
                println!("  {}", it.told());
                Some(it)
            }
            Err(why) => {
                println!("  !!!!!! THE REFERENCE DID NOT RUN: PostgreSQL {why} !!!!!!");
                println!(
                    "  !!!!!! install it, or name its binaries: TILLBOX_BENCH_POSTGRES=FOLDER"
                );
                None
            }
        }
    }

    fn try_start() -> Result<Self, String> {
        let binaries = binaries().ok_or("was not found")?;
        let (data, socket) = (folder(), tempfile::tempdir().unwrap());
        for lent in [data.path(), socket.path()] {
            lend(lent)?;
        }
        let made = as_its_user(&binaries.join("initdb"))
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", OWNER, "-D"])
            .arg(data.path().join("cluster"))
            .output()
            .map_err(|it| format!("cannot be begun: {it}"))?;
        if !made.status.success() {
            return Err(format!("makes no cluster: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let mut command = as_its_user(&binaries.join("postgres"));
        command.arg("-D").arg(data.path().join("cluster")).arg("-k").arg(socket.path());
        command.args(SETTINGS.iter().flat_map(|it| ["-c", *it]));
        let server = command.stderr(Stdio::piped()).spawn();
        let mut server = server.map_err(|it| format!("cannot be begun: {it}"))?;
        until_ready(&mut server)?;
        Ok(Self { binaries, socket, server, _data: data })
    }

    /// Its version and how it is set.
    fn told(&self) -> String {
        let version = self.run("SHOW server_version");
        let one = |it: &str| format!("{it} {}", self.run(&format!("SHOW {it}")));
        let settings: Vec<_> = TOLD.split(' ').map(one).collect();
        format!("PostgreSQL {version}: {}", settings.join(", "))
    }

    /// Runs statements, each in a transaction of its own, and answers what they say.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.feed(|to| to.write_all(sql.as_bytes()))
    }

    /// Runs what is written as statements, with the rows of each `COPY … FROM STDIN` behind it.
    pub(crate) fn feed(&self, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> String {
        let mut client = self.client().stdin(Stdio::piped()).spawn().unwrap();
        let mut to = BufWriter::with_capacity(1 << 20, client.stdin.take().unwrap());
        write(&mut to).unwrap();
        to.flush().unwrap();
        drop(to);
        answer(client)
    }

    /// Runs some statements side by side, each on a connection of its own.
    pub(crate) fn run_together(&self, all: &[String]) {
        let clients: Vec<_> = all
            .iter()
            .map(|it| self.client().arg("-c").arg(it).stdin(Stdio::null()).spawn().unwrap())
            .collect();
        clients.into_iter().for_each(|it| drop(answer(it)));
    }

    fn client(&self) -> Command {
        let mut client = Command::new(self.binaries.join("psql"));
        client.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            "postgres",
            "-U",
            OWNER,
        ]);
        client.arg("-h").arg(self.socket.path()).env("PGOPTIONS", "-c client_min_messages=warning");
        client.stdout(Stdio::piped());
        client
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nobody wants what it holds any more: it need not write it down.
        let _ = kill_process(Pid::from_child(&self.server), Signal::QUIT);
        let _ = self.server.wait();
    }
}

fn answer(client: Child) -> String {
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success(), "psql: {}", output.status);
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn binaries() -> Option<PathBuf> {
    let named = std::env::var_os("TILLBOX_BENCH_POSTGRES").map(PathBuf::from);
    if named.is_some() {
        return named;
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|it| it.path()).collect();
    versions.sort_by_key(|it| it.file_name().and_then(|it| it.to_str()?.parse::<u32>().ok()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&path).collect::<Vec<_>>();
    let mut all = versions.into_iter().rev().map(|it| it.join("bin")).chain(others);
    all.find(|it| ["initdb", "postgres", "psql"].iter().all(|name| it.join(name).is_file()))
}

/// A program that ends with this one; of root it is run as the user that the server has.
fn as_its_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if geteuid().is_root() {
        command.args(["--reuid", OWNER, "--regid", OWNER, "--clear-groups"]);
    }
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Lets the server's user have a folder.
fn lend(folder: &Path) -> Result<(), String> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let lent = Command::new("chown").arg(OWNER).arg(folder).output();
    let lent = lent.map_err(|it| format!("gets no folder: {it}"))?;
    match lent.status.success() {
        true => Ok(()),
        false => Err(format!("gets no folder: {}", String::from_utf8_lossy(&lent.stderr))),
    }
}

/// Waits until a server takes connections; what it says later is read by nobody, and must not stop it.
fn until_ready(server: &mut Child) -> Result<(), String> {
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut said = String::new();
    for line in lines.by_ref().map_while(Result::ok) {
        if line.contains(READY) {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(());
        }
        said.push_str(&line);
        said.push('\n');
    }
    let _ = server.wait();
    Err(format!("does not start: {said}"))
}
