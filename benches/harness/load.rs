//! Load over HTTP: requests that are ready as bytes, sent by connections that stay open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Times;

/// A request as it goes over the wire.
pub(crate) fn request(what: &str, token: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{what} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A connection that stays open.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(64 << 10, stream))
    }

    /// Sends a request and reads the answer: its status, and its body into `body`.
    pub(crate) fn send(&mut self, request: &[u8], body: &mut Vec<u8>) -> u16 {
        self.0.get_mut().write_all(request).unwrap();
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the server hung up");
            let told = line.trim_end();
            if told.is_empty() {
                break;
            }
            if let Some(rest) = told.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some((name, value)) = told.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.parse().unwrap();
            }
        }
        body.resize(length, 0);
        self.0.read_exact(body).unwrap();
        status
    }

    /// The same for a request that must succeed, answered as JSON.
    pub(crate) fn ask(&mut self, request: &[u8]) -> serde_json::Value {
        let mut body = Vec::new();
        let status = self.send(request, &mut body);
        let text = String::from_utf8_lossy(&body);
        assert!((200..300).contains(&status), "{status} {text}");
        serde_json::from_slice(&body).unwrap_or_default()
    }
}

/// What a load came to.
pub(crate) struct Loaded {
    pub(crate) took: Duration,
    pub(crate) times: Times,
}

/// Sends requests over so many connections, each in turn to whoever is free, until all are answered.
pub(crate) fn load(address: &str, requests: &Arc<Vec<Vec<u8>>>, connections: usize) -> Loaded {
    let begun = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|first| {
            let (address, requests) = (address.to_owned(), Arc::clone(requests));
            thread::spawn(move || {
                let mut connection = Connection::open(&address);
                let (mut times, mut body) = (Vec::new(), Vec::new());
                for request in requests.iter().skip(first).step_by(connections) {
                    let begun = Instant::now();
                    let status = connection.send(request, &mut body);
                    times.push(begun.elapsed());
                    let text = String::from_utf8_lossy(&body);
                    assert!((200..300).contains(&status), "{status} {text}");
                }
                times
            })
        })
        .collect();
    let times = clients.into_iter().flat_map(|it| it.join().unwrap()).collect();
    Loaded { took: begun.elapsed(), times: Times::of(times) }
}
