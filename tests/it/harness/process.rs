//! The real executable: commands that end, servers that do not until they are told, and the little
//! HTTP that is needed to speak to one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Nothing that is waited for takes longer, even where many tests share a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// The executable, in an environment without settings.
pub(crate) fn tillbox(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tillbox"));
    let ours = std::env::vars_os().map(|it| it.0);
    for name in ours.filter(|it| it.to_string_lossy().starts_with("TILLBOX_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("COLUMNS", "100").env_remove("RUST_BACKTRACE");
    command
}

/// What a command says and how it ends.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    Ended::from(tillbox(arguments).output().unwrap())
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// What it answered.
    pub(crate) out: String,
    /// What it complained about, and its log.
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(it: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: it.status.code(), out: text(&it.stdout), err: text(&it.stderr) }
    }
}

impl Ended {
    /// What it answered; it must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }
}

/// A running server; it is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens, as it says itself.
    pub(crate) address: String,
    /// What it said before it was usable.
    pub(crate) said: Vec<String>,
    folder: PathBuf,
    log: Receiver<String>,
}

impl Server {
    /// Starts a server over a folder, on a port of its choice, and waits until it listens.
    #[track_caller]
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, &[])
    }

    /// The same with some variables set.
    #[track_caller]
    pub(crate) fn start_with(
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let data = folder.to_str().unwrap();
        let mut command = tillbox(&["serve", "--data", data, "--listen", "127.0.0.1:0"]);
        let command = command.args(arguments).envs(environment.iter().copied());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = lines(child.stdout.take().unwrap());
        let log = lines(child.stderr.take().unwrap());
        let mut said = Vec::new();
        let address = loop {
            let Ok(line) = out.recv_timeout(PATIENCE) else {
                let _ = child.kill();
                panic!("it ended with {:?}: {:?}", child.wait(), log.iter().collect::<Vec<_>>());
            };
            let address = line.strip_prefix("listening on ").map(ToOwned::to_owned);
            said.push(line);
            if let Some(address) = address {
                break address;
            }
        };
        Self { child, address, said, folder: folder.to_owned(), log }
    }

    /// What it answers to a request over the network.
    pub(crate) fn over_network(&self, what: &str, headers: &str) -> Response {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        ask(stream, what, headers, "").expect("it answers")
    }

    /// The same with a body.
    pub(crate) fn tell_over_network(&self, what: &str, body: &Value) -> Response {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        ask(stream, what, "", &body.to_string()).expect("it answers")
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its own file beside the store.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("tillbox.sock")
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        self.ask_to_end()
    }

    /// The same, and all that it has logged.
    pub(crate) fn terminate_and_tell(mut self) -> Vec<String> {
        self.ask_to_end();
        self.log.iter().collect()
    }

    fn ask_to_end(&mut self) -> ExitStatus {
        let told = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.id())).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap()
    }

    /// Ends it as a power cut would, though the disk lives on.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines that come out of a pipe, which is emptied whether or not anybody reads them.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (to, from) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = to.send(line);
        }
    });
    from
}

/// What a server answers to a request through its socket file; nothing if it is not there to.
pub(crate) fn over_file(socket: &Path, what: &str, body: &str) -> Option<Response> {
    let stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    ask(stream, what, "", body)
}

/// What a server answers over the network to one request with headers and a body.
#[track_caller]
pub(crate) fn speak(address: &str, what: &str, headers: &str, body: &str) -> Response {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    ask(stream, what, headers, body).expect("it answers")
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The head, as it came.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

impl Response {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// One request, `GET /path`, on a connection of its own; nothing if it is cut off.
pub(crate) fn ask(
    mut stream: impl Read + Write,
    what: &str,
    headers: &str,
    body: &str,
) -> Option<Response> {
    let length = body.len();
    let request = format!(
        "{what} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\
         content-type: application/json\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
    if length.is_some_and(|it| it.parse() != Ok(body.len())) {
        return None;
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Response { status, head: head.to_owned(), body: body.to_owned() })
}
