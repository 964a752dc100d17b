//! Hostile bodies against the real executable: each is refused with a 4xx, and none of them makes it
//! take memory that it does not need for honest ones.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::json;

use crate::harness::process::{PATIENCE, Server};

const TOKEN: &str = concat!("tbx_", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG");
const OPERATOR: &[(&str, &str)] = &[
    ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
    ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ("TILLBOX_OPERATOR_TOKEN", TOKEN),
];
/// By how much memory may grow beyond what the largest honest bodies take, at the worst moment of
/// them all.
const GROWTH_KIB_MAX: u64 = 16 << 10;
/// The largest bodies that are taken: an ordinary one, and a batch.
const LARGEST: [(usize, &[&str]); 2] = [
    (1 << 20, &["/api/v1/accounts", "/api/v1/clock/advance", "/api/bss/resource/customer"]),
    (4 << 20, &["/api/v1/usage", "/aps/2/resources"]),
];
/// So many of each are sent before for each processor, so that whoever serves has served one.
const HONEST: usize = 6;
/// A body that nobody can mean.
const GIGABYTE: usize = 1 << 30;
const CHUNK: usize = 64 << 10;

/// How a body goes out.
enum Sent {
    /// As it is, with its length.
    Whole(Vec<u8>),
    /// The same bytes again and again up to a length that was announced.
    Announced(u8, usize),
    /// The same in chunks, without a word about its length.
    Chunked(u8, usize),
    /// After these header fields, and nothing else.
    Raw(&'static str, &'static [u8]),
    /// No body: a query of something to read.
    Asked(String),
}

/// What is sent where, and how.
struct Attack {
    name: &'static str,
    path: &'static str,
    sent: Sent,
}

fn attack(name: &'static str, path: &'static str, sent: Sent) -> Attack {
    Attack { name, path, sent }
}

fn text(it: impl Into<String>) -> Sent {
    Sent::Whole(it.into().into_bytes())
}

/// Where bodies go: an ordinary one, one that is slow to answer, a batch, and other contracts'.
const PLACES: [&str; 5] = [
    "/api/v1/accounts",
    "/api/v1/clock/advance",
    "/api/v1/usage",
    "/aps/2/resources",
    "/api/bss/resource/customer",
];

fn attacks() -> Vec<Attack> {
    [deep_and_wide(), ordinary(), batches(), misframed(), queries()].into_iter().flatten().collect()
}

/// What is too long, too deep or too wide, anywhere.
fn deep_and_wide() -> Vec<Attack> {
    let mut all = Vec::new();
    for place in PLACES {
        all.push(attack("a gigabyte that is announced", place, Sent::Announced(b' ', GIGABYTE)));
        all.push(attack("a gigabyte in chunks", place, Sent::Chunked(b'[', GIGABYTE)));
        all.push(attack("lists, 100,000 deep", place, text("[".repeat(100_000))));
        let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        all.push(attack("objects, 100,000 deep", place, text(deep)));
        let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        all.push(attack("lists, 100,000 deep and closed", place, text(closed)));
        let mixed = "[{\"a\":".repeat(50_000);
        all.push(attack("lists and objects by turns", place, text(mixed)));
        let fields: Vec<_> = (0..60_000).map(|it| format!("\"f{it}\":0")).collect();
        all.push(attack("60,000 fields", place, text(format!("{{{}}}", fields.join(",")))));
        let same = "\"a\":1,".repeat(100_000);
        all.push(attack("a field 100,000 times", place, text(format!("{{{same}\"a\":1}}"))));
    }
    all
}

/// What is wrong with values.
fn ordinary() -> Vec<Attack> {
    let mut all = Vec::new();
    for (name, body) in [
        ("an exponent of a million", "{\"name\":1e1000000}".to_owned()),
        ("an exponent of minus a million", "{\"name\":1e-1000000}".to_owned()),
        ("a number of 900,000 digits", format!("{{\"name\":{}}}", "9".repeat(900_000))),
        ("900,000 digits behind the point", format!("{{\"name\":0.{}}}", "1".repeat(900_000))),
        ("infinity", "{\"name\":Infinity}".to_owned()),
        ("no number", "{\"name\":NaN}".to_owned()),
        ("half a surrogate", "{\"name\":\"\\ud800\"}".to_owned()),
        ("a NUL", "{\"name\":\"\\u0000\"}".to_owned()),
        ("a name of 900 kB", format!("{{\"name\":\"{}\"}}", "x".repeat(900_000))),
        ("a name of 900 kB of escapes", format!("{{\"name\":\"{}\"}}", "\\u0061".repeat(150_000))),
        ("a string that never ends", format!("{{\"name\":\"{}", "x".repeat(900_000))),
        ("a comment", "{/* */\"name\":\"x\"}".to_owned()),
        ("XML that unfolds", "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;&b;</a>".to_owned()),
        ("a form", "name=x&name=y".to_owned()),
        ("nothing but space", " ".repeat(900_000)),
        ("half a million of nothing", format!("[{}0]", "0,".repeat(450_000))),
    ] {
        all.push(attack(name, "/api/v1/accounts", text(body)));
    }
    all
}

/// Batches that are none.
fn batches() -> Vec<Attack> {
    let mut all = Vec::new();
    let event = "{\"id\":\"\",\"subscription\":\"\",\"meter\":\"\",\"quantity\":1}";
    let events = vec![event; (3 << 20) / (event.len() + 1)].join(",");
    for (name, body) in [
        ("60,000 events", format!("{{\"events\":[{events}]}}")),
        ("60,000 events and something else", format!("{{\"events\":[{events},1]}}")),
        ("3 MB of empty events", format!("{{\"events\":[{}{{}}]}}", "{},".repeat(1 << 20))),
        ("3 MB of lists", format!("{{\"events\":[{}[]]}}", "[],".repeat(1 << 20))),
        ("200,000 fields", {
            let fields: Vec<_> = (0..200_000).map(|it| format!("\"f{it}\":0")).collect();
            format!("{{{}}}", fields.join(","))
        }),
        ("an event of 3 MB", format!("{{\"events\":[{{\"id\":\"{}\"}}]}}", "x".repeat(3 << 20))),
        (
            "a quantity of 3 MB",
            format!("{{\"events\":[{{\"quantity\":{}}}]}}", "9".repeat(3 << 20)),
        ),
    ] {
        all.push(attack(name, "/api/v1/usage", text(body)));
    }
    all
}

/// Bodies that do not end where it was said.
fn misframed() -> Vec<Attack> {
    let mut all = Vec::new();
    for (name, headers, body) in [
        ("bytes that are no text", "content-length: 5\r\n", b"{\"\xff\xfe\"".as_slice()),
        (
            "a body that is zipped",
            "content-encoding: gzip\r\ncontent-length: 4\r\n",
            b"\x1f\x8b\x08\x00",
        ),
        ("a length that is no number", "content-length: 1e9\r\n", b"{}"),
        ("a length below nothing", "content-length: -1\r\n", b"{}"),
        ("two lengths", "content-length: 2\r\ncontent-length: 3\r\n", b"{} "),
        ("a chunk without a size", "transfer-encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
    ] {
        all.push(attack(name, "/api/v1/accounts", Sent::Raw(headers, body)));
    }
    all
}

/// Queries that nobody can mean, some of which HTTP does not let come.
fn queries() -> Vec<Attack> {
    let mut all = Vec::new();
    for (name, query) in [
        ("a literal of a megabyte", format!("eq(companyName,{})", "x".repeat(1 << 20))),
        ("a literal of 40 KiB", format!("eq(companyName,{})", "x".repeat(40 << 10))),
        ("a pattern of a megabyte", format!("like(companyName,{})", "*x".repeat(1 << 19))),
        ("a pattern of 30 KiB", format!("like(companyName,{}%zz)", "*x".repeat(15 << 10))),
        ("parentheses, 10,000 deep", format!("{}id=1{}", "(".repeat(10_000), ")".repeat(10_000))),
        ("parentheses, a megabyte deep", "(".repeat(1 << 20)),
        ("nots, 5,000 deep", format!("{}id=1{}", "not(".repeat(5_000), ")".repeat(5_000))),
        ("a function that is none", "explode(companyName)".to_owned()),
    ] {
        all.push(attack(name, "/aps/2/collections/accounts", Sent::Asked(query)));
    }
    all
}

impl Attack {
    /// Does it, and answers with the status; nothing if it was only hung up on.
    fn run(&self, address: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut to = stream.try_clone().unwrap();
        let what = match &self.sent {
            Sent::Asked(query) => format!("GET {}?{query}", self.path),
            Sent::Whole(_) | Sent::Announced(..) | Sent::Chunked(..) | Sent::Raw(..) => {
                format!("POST {}", self.path)
            }
        };
        let head = format!(
            "{what} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             authorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\n"
        );
        std::thread::scope(|scope| {
            // It may be refused and hung up on in the middle, which is as well.
            scope.spawn(move || {
                let _ = self.write(&mut to, &head);
            });
            let mut answer = Vec::new();
            loop {
                let mut part = [0; 4096];
                match stream.read(&mut part) {
                    Ok(0) => break,
                    Ok(count) => answer.extend_from_slice(&part[..count]),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            // Whoever is still writing need not any more.
            let _ = stream.shutdown(Shutdown::Both);
            let text = String::from_utf8_lossy(&answer).into_owned();
            text.split(' ').nth(1)?.parse().ok()
        })
    }

    fn write(&self, to: &mut TcpStream, head: &str) -> std::io::Result<()> {
        match &self.sent {
            Sent::Whole(body) => {
                to.write_all(format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes())?;
                to.write_all(body)
            }
            Sent::Announced(byte, length) => {
                to.write_all(format!("{head}content-length: {length}\r\n\r\n").as_bytes())?;
                let part = vec![*byte; CHUNK];
                (0..length / CHUNK).try_for_each(|_| to.write_all(&part))
            }
            Sent::Chunked(byte, length) => {
                to.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())?;
                let mut part = format!("{CHUNK:x}\r\n").into_bytes();
                part.extend(vec![*byte; CHUNK]);
                part.extend(b"\r\n");
                (0..length / CHUNK).try_for_each(|_| to.write_all(&part))
            }
            Sent::Raw(headers, body) => {
                to.write_all(format!("{head}{headers}\r\n").as_bytes())?;
                to.write_all(body)
            }
            Sent::Asked(_) => to.write_all(format!("{head}\r\n").as_bytes()),
        }
    }
}

/// As many events as a batch may have, of a subscription that is not there.
fn honest_batch() -> String {
    let event = |it: usize| {
        json!({
            "id": it.to_string(), "subscription": "sub_019b76da-a800-7000-8000-2c8768b0163e",
            "meter": "mb", "quantity": 1, "dimensions": { "where": "x".repeat(200) },
        })
    };
    json!({ "events": (0..10_000).map(event).collect::<Vec<_>>() }).to_string()
}

/// How much memory a process has taken at most, or takes, in KiB.
fn memory(process: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix(field)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn hostile_bodies_are_refused_and_take_no_memory() {
    let place = tempfile::tempdir().unwrap();
    let server = Server::start_with(place.path(), &[], OPERATOR);
    let attacks = attacks();
    assert!(attacks.len() >= 60, "{} attacks", attacks.len());
    let each = HONEST * std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
    for (size, places) in LARGEST {
        for place in places.iter().flat_map(|it| std::iter::repeat_n(*it, each)) {
            let honest = format!("{{{}}}", " ".repeat(size - 2));
            let status = attack("an honest one", place, text(honest)).run(&server.address);
            assert!(status.is_some_and(|it| it < 500 && it != 413), "{place}: {status:?}");
        }
    }
    for _ in 0..each {
        let status =
            attack("an honest batch", "/api/v1/usage", text(honest_batch())).run(&server.address);
        assert!(status.is_some_and(|it| it < 300), "{status:?}");
    }
    let (before, code_before) = (memory(server.id(), "VmHWM"), memory(server.id(), "RssFile"));
    let (mut wrong, mut worst) = (Vec::new(), (0, ""));
    for attack in &attacks {
        // What a process took at most is counted from now on.
        std::fs::write(format!("/proc/{}/clear_refs", server.id()), "5").unwrap();
        let status = attack.run(&server.address);
        // Pages of the executable itself come in as they are needed; they are nobody's growth.
        let code = memory(server.id(), "RssFile").saturating_sub(code_before);
        let growth = memory(server.id(), "VmHWM").saturating_sub(before + code);
        if !status.is_some_and(|it| (400..500).contains(&it)) || growth > GROWTH_KIB_MAX {
            wrong.push(format!("{} to {}: {status:?}, {growth} KiB", attack.name, attack.path));
        }
        worst = worst.max((growth, attack.name));
    }
    println!("{} attacks, at the worst {} KiB more by {}", attacks.len(), worst.0, worst.1);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(server.over_network("GET /readyz", "").status, 200);
    // What HTTP lets come of a query is refused with its place.
    let signed = format!("authorization: Bearer {TOKEN}\r\n");
    for (query, place) in [
        (format!("eq(companyName,{})", "x".repeat(40 << 10)), "byte 32768 of the query"),
        (format!("{}id=1", "(".repeat(10_000)), "byte 40 of the query"),
        ("eq(id,1),explode(id)".to_owned(), "byte 9 of the query"),
    ] {
        let what = format!("GET /aps/2/collections/accounts?{query}");
        let refused = server.over_network(&what, &signed);
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains(place), "{place}: {}", refused.body);
    }
}
