//! The executable killed at random moments under a load of writes over the network: whatever it had
//! acknowledged is there afterwards, once.
//!
//! Clients keep what they sent and what was answered. After a kill each request is sent again with
//! its key: what was answered is answered the same, and what was cut off is done now.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::process::{PATIENCE, Response, Server, ask, run};
use crate::harness::scale::rounds;

const CLIENTS: u64 = 4;
const TOKEN: &str = concat!("tbx_", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG");
const OPERATOR: &[(&str, &str)] = &[
    ("TILLBOX_OPERATOR_EMAIL", "olga@provider.test"),
    ("TILLBOX_OPERATOR_PASSWORD", "till-4-the-box!"),
    ("TILLBOX_OPERATOR_TOKEN", TOKEN),
];
/// How many events a report of usage has.
const EVENTS: u64 = 5;

/// Sends a request to a server; nothing if it is cut off.
fn send(address: &str, what: &str, key: &str, body: &str) -> Option<Response> {
    let stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let headers = format!("authorization: Bearer {TOKEN}\r\nidempotency-key: {key}\r\n");
    ask(stream, &what.replacen(' ', " /api/v1", 1), &headers, body)
}

#[track_caller]
fn ok(answer: Option<Response>) -> Value {
    let answer = answer.expect("a server that answers");
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer.json()
}

/// A request that writes, and what was said to it.
struct Write {
    what: &'static str,
    key: String,
    body: String,
    said: Option<String>,
}

/// What is for sale.
#[derive(Clone)]
struct Shop {
    offer: String,
    meter: String,
}

impl Shop {
    /// Puts one offer on the shelf.
    fn open(address: &str) -> Self {
        let make = |path: &str, body: Value| {
            let made = ok(send(address, &format!("POST {path}"), path, &body.to_string()));
            made["id"].as_str().unwrap_or_default().to_owned()
        };
        let zone = make("/tax_zones", json!({ "code": "WORLD", "name": "Everywhere" }));
        let rule = json!({
            "name": "VAT", "zone": zone, "percent": "20", "valid_from": "2000-01-01",
        });
        make("/tax_rules", rule);
        let meter = make("/meters", json!({ "code": "calls", "name": "Calls", "unit": "call" }));
        let specification =
            make("/specifications", json!({ "name": { "en": "Line" }, "state": "active" }));
        let offer =
            make("/offers", json!({ "name": { "en": "Line" }, "specification": specification }));
        let model = json!({ "kind": "flat", "amount": "10" });
        let price = json!({
            "offer": offer, "name": "Fee", "kind": "recurring", "currency": "EUR", "model": model,
        });
        make("/prices", price);
        for verb in ["test", "activate", "launch"] {
            make(&format!("/offers/{offer}/{verb}"), json!({}));
        }
        Self { offer, meter }
    }
}

/// Somebody who writes until nobody is there to answer.
struct Client<'a> {
    address: &'a str,
    shop: &'a Shop,
    name: String,
    told: Sender<()>,
    writes: Vec<Write>,
}

impl Client<'_> {
    fn write(&mut self, what: &'static str, key: String, body: &Value) -> Option<Value> {
        let body = body.to_string();
        self.writes.push(Write { what, key: key.clone(), body: body.clone(), said: None });
        let answer = send(self.address, what, &key, &body)?;
        assert!((200..300).contains(&answer.status), "{what} {body}: {answer:?}");
        self.writes.last_mut().unwrap().said = Some(answer.body.clone());
        let _ = self.told.send(());
        Some(answer.json())
    }

    /// Customers come, order, use and pay; what they owe is billed meanwhile.
    fn work(mut self) -> Vec<Write> {
        for number in 0.. {
            let name = format!("{}-{number}", self.name);
            if self.customer(&name).is_none() {
                break;
            }
        }
        self.writes
    }

    fn customer(&mut self, name: &str) -> Option<()> {
        let key = |what: &str| format!("{what}-{name}");
        let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
        let account = json!({ "name": name, "address": address });
        let account = self.write("POST /accounts", key("account"), &account)?["id"].clone();
        let order = json!({
            "account": account, "external_id": name, "items": [{ "offer": self.shop.offer }],
        });
        let order = self.write("POST /orders", key("order"), &order)?;
        let subscription = order["items"][0]["subscription"].clone();
        let event = |place: u64| {
            json!({
                "id": format!("{name}/{place}"), "subscription": subscription,
                "meter": self.shop.meter, "quantity": "1", "at": order["ordered_at"],
            })
        };
        let events: Vec<_> = (0..EVENTS).map(event).collect();
        self.write("POST /usage", key("usage"), &json!({ "events": events }))?;
        let amount = json!({ "amount": "1", "currency": "EUR" });
        let paid = json!({ "account": account, "amount": amount, "reference": name });
        self.write("POST /payments", key("payment"), &paid)?;
        Some(())
    }
}

/// Runs a server under load and kills it, `after` so many acknowledgements and a moment.
fn crash(folder: &Path, shop: &Shop, (round, after, moment): (u64, u64, Duration)) -> Vec<Write> {
    let server = Server::start(folder, &[]);
    let address = server.address.clone();
    let (told, heard) = channel();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (name, writes) = (format!("{round}-{client}"), Vec::new());
                let (told, address) = (told.clone(), address.as_str());
                let client = Client { address, shop, name, told, writes };
                scope.spawn(|| client.work())
            })
            .collect();
        for _ in 0..after {
            heard.recv_timeout(PATIENCE).unwrap();
        }
        let until = Instant::now() + moment;
        while heard.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok() {}
        server.kill();
        clients.into_iter().flat_map(|it| it.join().unwrap()).collect()
    })
}

/// Sends what a crash was in the middle of once more.
fn send_again(address: &str, writes: &mut [Write]) {
    for write in writes {
        let Write { what, key, body, said } = write;
        let answer = ok(send(address, what, key, body)).to_string();
        match said {
            Some(said) => {
                let before: Value = serde_json::from_str(said).unwrap();
                assert_eq!(answer, before.to_string(), "{key} is answered otherwise");
            }
            None => *said = Some(answer),
        }
    }
}

/// Everything of a list, page by page.
fn list(address: &str, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let join = if path.contains('?') { '&' } else { '?' };
        let what = format!("GET {path}{join}limit=1000{cursor}");
        let page = ok(send(address, &what, "-", ""));
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// What a list says under a name, in order; a doubled one comes twice.
fn texts(items: &[Value], field: &str) -> Vec<String> {
    let mut found: Vec<_> =
        items.iter().filter_map(|it| it[field].as_str()).map(ToOwned::to_owned).collect();
    found.sort();
    found
}

/// Nothing that was acknowledged is lost or doubled, over all rounds.
fn compare(address: &str, shop: &Shop, names: &BTreeMap<&'static str, BTreeSet<String>>) {
    let expected = |what: &str| names[what].iter().cloned().collect::<Vec<_>>();
    let accounts = list(address, "/accounts?fields=name,kind");
    let accounts: Vec<_> = accounts.into_iter().filter(|it| it["kind"] == "customer").collect();
    assert_eq!(texts(&accounts, "name"), expected("POST /accounts"));
    let orders = list(address, "/orders");
    assert_eq!(texts(&orders, "external_id"), expected("POST /orders"));
    let payments = list(address, "/payments?fields=reference");
    assert_eq!(texts(&payments, "reference"), expected("POST /payments"));
    for order in orders.iter().filter(|it| it["items"][0]["subscription"].is_string()).take(20) {
        let name = order["external_id"].as_str().unwrap();
        let subscription = order["items"][0]["subscription"].as_str().unwrap();
        let path = format!("/usage?subscription={subscription}&meter={}", shop.meter);
        let events = texts(&list(address, &path), "id");
        let reported = names["POST /usage"].contains(name);
        assert_eq!(events.len() as u64, if reported { EVENTS } else { 0 }, "{name}: {events:?}");
    }
    let invoices = texts(&list(address, "/invoices?fields=number"), "number");
    assert!(!invoices.is_empty(), "something was billed");
    // Each year begins anew, and may begin while this runs.
    let year = |it: &String| it.rsplit_once('-').unwrap().0.to_owned();
    for of_year in invoices.chunk_by(|one, other| year(one) == year(other)) {
        let numbers = (1..=of_year.len()).map(|it| format!("{}-{it:06}", year(&of_year[0])));
        let numbers: Vec<_> = numbers.collect();
        assert_eq!(of_year, numbers, "numbers of invoices have neither gaps nor doubles");
    }
}

/// A number that follows from the round alone, so that a failure is found again.
fn drawn(round: u64) -> u64 {
    let mixed = (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 20
}

#[test]
fn a_kill_under_load_loses_nothing_acknowledged_and_doubles_nothing() {
    let rounds = rounds(200, 10_000);
    let place = tempfile::tempdir().unwrap();
    let data = place.path().to_str().unwrap();
    let server = Server::start_with(place.path(), &["--test-clock"], OPERATOR);
    let shop = Shop::open(&server.address);
    assert!(server.terminate().success());
    let (mut names, mut ready) = (BTreeMap::new(), Vec::new());
    let (mut sent, mut acknowledged) = (0, 0);
    for round in 0..rounds {
        let draw = drawn(round);
        let moment = Duration::from_micros(draw % 60_000);
        let mut writes = crash(place.path(), &shop, (round, draw % 24, moment));
        acknowledged += writes.iter().filter(|it| it.said.is_some()).count();
        sent += writes.len();
        let began = Instant::now();
        let server = Server::start(place.path(), &[]);
        assert_eq!(server.over_network("GET /readyz", "").status, 200);
        ready.push(began.elapsed());
        send_again(&server.address, &mut writes);
        for write in &writes {
            let name = write.key.split_once('-').unwrap().1.to_owned();
            assert!(names.entry(write.what).or_insert_with(BTreeSet::new).insert(name));
        }
        if round % 10 == 9 || round + 1 == rounds {
            compare(&server.address, &shop, &names);
        }
        assert!(server.terminate().success(), "round {round}");
        if round % 10 == 9 || round + 1 == rounds {
            run(&["check", "--data", data]).ok();
        }
    }
    ready.sort();
    let p99 = ready[(ready.len() - 1) * 99 / 100];
    println!("{rounds} kills, {sent} writes, {acknowledged} acknowledged; ready again p99 {p99:?}");
    assert!(acknowledged as u64 > rounds, "there was a load");
}
