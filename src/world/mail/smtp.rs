//! Letters brought to a mail server by SMTP.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp;
use lettre::{SmtpTransport, Transport};
use reqwest::Url;
use thiserror::Error;

use super::{Letter, Post, PostError, mime};
use crate::domain::time::Instant;

/// How long each step of the conversation may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A setting that names no mail server.
#[derive(Debug, Error)]
pub enum SmtpError {
    /// The address of the server cannot be read.
    #[error("the mail server must be written as `smtp://user:password@host:587`, or `smtps://…`")]
    Address,
    /// The connection cannot be prepared.
    #[error("the mail server cannot be talked to as its address says")]
    Connection(#[source] smtp::Error),
}

/// A mail server that is reached over the net.
pub struct SmtpPost {
    transport: SmtpTransport,
}

impl SmtpPost {
    /// The server at `smtps://user:password@host` (TLS from the start) or `smtp://…` (TLS once it
    /// is agreed on, and with a password never without, unless the server is this machine).
    /// `?tls=required`, `?tls=opportunistic` and `?tls=none` decide otherwise.
    ///
    /// # Errors
    /// If the address is none.
    pub fn open(address: &str) -> Result<Self, SmtpError> {
        let address = plan(address).ok_or(SmtpError::Address)?;
        let builder = SmtpTransport::from_url(&address).map_err(SmtpError::Connection)?;
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).build() })
    }
}

/// The address with the choice of encryption written out, in the words that lettre knows.
fn plan(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let host = url.host_str().filter(|it| !it.is_empty())?.to_owned();
    let chosen = url.query_pairs().find(|it| it.0 == "tls").map(|it| it.1.into_owned());
    let has_password = url.password().is_some();
    let tls = match (url.scheme(), chosen.as_deref()) {
        ("smtps", None) | ("smtp", Some("none")) => None,
        ("smtp", Some("required")) => Some("required"),
        ("smtp", Some("opportunistic")) => Some("opportunistic"),
        ("smtp", None) if has_password && !is_here(&host) => Some("required"),
        ("smtp", None) => Some("opportunistic"),
        _ => return None,
    };
    url.set_query(tls.map(|it| format!("tls={it}")).as_deref());
    Some(url.into())
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|it| it.is_loopback())
}

impl Post for SmtpPost {
    fn send(&self, letter: &Letter, at: Instant) -> Result<(), PostError> {
        let message = mime::compose(letter, at).map_err(PostError::Refused)?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(it) if is_final(&it) => Err(PostError::Refused(it.into())),
            Err(it) => Err(PostError::Later(it.into())),
        }
    }

    fn reaches_people(&self) -> bool {
        true
    }
}

/// Whether the server will say the same tomorrow. That it does not let *us* in (RFC 4954) says
/// nothing about the letter: somebody will mend the password.
fn is_final(failure: &smtp::Error) -> bool {
    let status = failure.status().map(u16::from);
    let is_sign_in = matches!(status, Some(530 | 534 | 535 | 538));
    failure.is_permanent() && !is_sign_in
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread::{self, JoinHandle};

    use super::*;
    use crate::world::mail::letter;

    /// A mail server for one conversation: it answers each command by the first row whose word the
    /// command begins with, and gives back all that it was told.
    fn server(script: &'static [(&str, &str)]) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let heard = thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a caller");
            converse(&stream, script)
        });
        (address, heard)
    }

    fn converse(mut stream: &TcpStream, script: &[(&str, &str)]) -> Vec<String> {
        let answer = |command: &str| {
            let row = script.iter().find(|it| command.starts_with(it.0));
            row.map_or("250 fine\r\n".to_owned(), |it| format!("{}\r\n", it.1))
        };
        let (mut heard, mut is_data) = (Vec::new(), false);
        let lines = BufReader::new(stream).lines();
        stream.write_all(b"220 here\r\n").expect("greeted");
        for line in lines.map_while(Result::ok) {
            if !is_data || line == "." {
                let said = answer(&line);
                is_data = said.starts_with("354");
                stream.write_all(said.as_bytes()).expect("answered");
            }
            heard.push(line);
        }
        heard
    }

    const TAKES: &[(&str, &str)] = &[("EHLO", "250 here"), ("DATA", "354 go on")];

    fn send(script: &'static [(&str, &str)], url: &str) -> (Result<(), PostError>, Vec<String>) {
        let (address, heard) = server(script);
        let post = SmtpPost::open(&url.replace("HOST", &address)).expect("a server");
        let sent = post.send(&letter("a@b"), Instant::from_micros(0).expect("the epoch"));
        (sent, heard.join().expect("the server ended"))
    }

    #[test]
    fn a_letter_arrives_with_its_lines_whole() {
        let (sent, heard) = send(TAKES, "smtp://HOST");
        sent.expect("taken");
        let heard = heard.join("\n");
        for part in [
            "MAIL FROM:<billing@example.com>",
            "RCPT TO:<ann@example.com>",
            "Message-ID: <a@b>",
            "Guten Tag\n..\nbis bald",
            "\n.\n",
        ] {
            assert!(heard.contains(part), "{part:?} is missing in {heard}");
        }
    }

    #[test]
    fn what_the_server_says_decides_whether_to_try_again() {
        for (script, expected) in [
            (&[("RCPT", "550 nobody of that name")][..], "refused"),
            (&[("RCPT", "450 greylisted")], "later"),
            (&[("MAIL", "421 busy")], "later"),
            (&[("DATA", "354 go on"), (".", "554 spam")], "refused"),
            (&[("DATA", "354 go on"), (".", "452 full")], "later"),
            (&[("EHLO", "250 here"), ("MAIL", "530 sign in first")], "later"),
        ] {
            let (sent, _) = send(script, "smtp://HOST");
            let found = match sent {
                Ok(()) => "taken",
                Err(PostError::Refused(_)) => "refused",
                Err(PostError::Later(_)) => "later",
            };
            assert_eq!(found, expected, "{script:?}");
        }
    }

    #[test]
    fn a_wrong_password_is_no_fault_of_the_letter() {
        let script = &[("EHLO", "250-here\r\n250 AUTH PLAIN"), ("AUTH", "535 who are you")];
        let (sent, heard) = send(script, "smtp://ann:p%40ss@HOST");
        assert!(matches!(sent, Err(PostError::Later(_))), "{sent:?}");
        // PLAIN is `\0user\0password` in base 64.
        assert!(heard.contains(&"AUTH PLAIN AGFubgBwQHNz".to_owned()), "{heard:?}");
    }

    #[test]
    fn a_password_is_not_told_to_a_server_that_does_not_encrypt() {
        let script = &[("EHLO", "250-here\r\n250 AUTH PLAIN")];
        let (sent, heard) = send(script, "smtp://ann:secret@HOST?tls=required");
        assert!(matches!(sent, Err(PostError::Later(_) | PostError::Refused(_))), "{sent:?}");
        assert!(!heard.iter().any(|it| it.starts_with("AUTH")), "{heard:?}");
    }

    #[test]
    fn a_server_that_is_not_there_is_a_reason_to_try_later() {
        // As long as the port is ours here, nobody is given it on another number of this machine.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let post = SmtpPost::open(&format!("smtp://127.0.0.2:{port}")).expect("a server");
        let sent = post.send(&letter("a@b"), Instant::from_micros(0).expect("the epoch"));
        assert!(matches!(sent, Err(PostError::Later(_))), "{sent:?}");
    }

    #[test]
    fn the_address_decides_how_it_is_encrypted() {
        for (address, expected) in [
            ("smtps://mx.example.com", Some("smtps://mx.example.com")),
            ("smtp://mx.example.com", Some("smtp://mx.example.com?tls=opportunistic")),
            ("smtp://a:b@mx.example.com", Some("smtp://a:b@mx.example.com?tls=required")),
            ("smtp://a:b@localhost", Some("smtp://a:b@localhost?tls=opportunistic")),
            ("smtp://a:b@[::1]:25", Some("smtp://a:b@[::1]:25?tls=opportunistic")),
            ("smtp://a:b@mx.example.com?tls=none", Some("smtp://a:b@mx.example.com")),
            ("smtp://mx.example.com?tls=required", Some("smtp://mx.example.com?tls=required")),
            ("smtp://mx.example.com?tls=maybe", None),
            ("http://mx.example.com", None),
            ("mx.example.com", None),
            ("smtp://", None),
            ("", None),
        ] {
            assert_eq!(plan(address).as_deref(), expected, "{address}");
        }
    }
}
