//! Other people's servers, for real: one that takes webhooks and one that takes mails, on ports of
//! their own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::process::PATIENCE;

/// A server that takes everything and passes on what it was told.
pub(crate) struct Catcher<T> {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    caught: Receiver<T>,
}

impl<T: Send + 'static> Catcher<T> {
    fn start(serve: impl Fn(TcpStream) -> Option<T> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (told, caught): (Sender<T>, _) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(it) = serve(stream) else { continue };
                if told.send(it).is_err() {
                    return;
                }
            }
        });
        Self { address, caught }
    }

    /// The next thing that it was told.
    #[track_caller]
    pub(crate) fn next(&self) -> T {
        self.caught.recv_timeout(PATIENCE).expect("it is told something")
    }
}

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Caught {
    /// The lines of its head.
    pub(crate) head: Vec<String>,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

impl Caught {
    /// A header, which must be there.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let is_it = |line: &&String| line.to_lowercase().starts_with(&format!("{name}:"));
        let line = self.head.iter().find(is_it).unwrap_or_else(|| panic!("{name} is missing"));
        line.split_once(':').unwrap().1.trim()
    }
}

/// A server that takes webhooks.
pub(crate) fn webhooks() -> Catcher<Caught> {
    Catcher::start(|stream| {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let mut caught = Caught { head, body: Vec::new() };
        caught.body = vec![0; caught.header("content-length").parse().ok()?];
        reader.read_exact(&mut caught.body).ok()?;
        (&stream).write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").ok()?;
        Some(caught)
    })
}

/// A server that takes mails: one conversation each, of which it passes on all lines.
pub(crate) fn mails() -> Catcher<String> {
    Catcher::start(|stream| {
        let answer = |text: &str| (&stream).write_all(format!("{text}\r\n").as_bytes()).ok();
        answer("220 here")?;
        let (mut told, mut is_data) = (String::new(), false);
        for line in BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok) {
            told.push_str(&line);
            told.push('\n');
            match (is_data, line.as_str()) {
                (true, ".") => {
                    is_data = false;
                    answer("250 taken")?;
                }
                (true, _) => {}
                (false, "DATA") => {
                    is_data = true;
                    answer("354 go on")?;
                }
                (false, "QUIT") => {
                    answer("221 bye")?;
                    break;
                }
                (false, _) => answer("250 fine")?,
            }
            if told.ends_with("\n.\n") {
                break;
            }
        }
        Some(told)
    })
}
