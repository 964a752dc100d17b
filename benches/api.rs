//! How many answers a second of processor gives, beside a server of the same make that answers the
//! same bytes without looking anything up.
//!
//! `cargo bench --bench api`. Both servers are processes of their own, so that only what they use of
//! the processor is counted, and not what the client does.

mod harness;

use std::sync::Arc;
use std::time::Duration;

use harness::appliance::text;
use harness::load::{Connection, load, request};
use harness::process::{Server, processor_time};
use harness::{Times, aim, bare, best, folder, introduce, per_second, row, share};
use serde_json::json;

const TOKEN: &str = "tbx_benches-benches-benches-benches-0";
const CUSTOMERS: usize = 300;
const CONNECTIONS: usize = 16;
const RUNS: usize = 3;

fn main() {
    bare::serve_if_asked();
    introduce("Reads over HTTP on loopback, by second of processor; each the best of some runs");
    let folder = folder();
    let server = Server::start(folder.path(), &[], TOKEN);
    let mut connection = Connection::open(&server.address);
    let accounts: Vec<_> = (0..CUSTOMERS)
        .map(|number| {
            let body = json!({
                "name": format!("Customer {number}"),
                "address": { "street": "Unter den Linden 1", "city": "Berlin", "country": "DE" },
            });
            let body = body.to_string();
            text(&connection.ask(&request("POST /api/v1/accounts", TOKEN, &body))["id"])
        })
        .collect();
    let one = |number: usize| format!("GET /api/v1/accounts/{}", accounts[number % CUSTOMERS]);
    let list = |_| "GET /api/v1/accounts?limit=100".to_owned();
    let point = compare(&server, ("one account", 40_000), &one);
    compare(&server, ("a list of 100 accounts", 2_000), &list);
    aim("one account >= 45 % of axum alone", point >= 45);
}

/// Asks both servers the same, and returns ours as a share of the other.
fn compare(server: &Server, (what, count): (&str, usize), path: &dyn Fn(usize) -> String) -> u64 {
    println!("{what}");
    let folder = folder();
    let mut body = Vec::new();
    Connection::open(&server.address).send(&request(&path(0), TOKEN, ""), &mut body);
    let bare = bare::server(folder.path(), &body);
    let requests: Vec<_> = (0..count).map(|it| request(&path(it), TOKEN, "")).collect();
    let requests = Arc::new(requests);
    let measured = |server: &Server| {
        let run = || measure(server, &requests);
        best(RUNS, run, |it| per_second(count, it.0))
    };
    let (bare, ours) = (measured(&bare), measured(server));
    let rate = |it: &(Duration, Times)| per_second(count, it.0);
    let bytes = body.len();
    row("axum alone, the same bytes", rate(&bare), &format!("{}; {bytes} bytes", bare.1.told()));
    let note = format!("{}; {} of axum alone", ours.1.told(), share(rate(&ours), rate(&bare)));
    row("Tillbox", rate(&ours), &note);
    rate(&ours) * 100 / rate(&bare)
}

/// How much of the processor the answers took.
fn measure(server: &Server, requests: &Arc<Vec<Vec<u8>>>) -> (Duration, Times) {
    let before = processor_time(&server.id());
    let loaded = load(&server.address, requests, CONNECTIONS);
    (processor_time(&server.id()) - before, loaded.times)
}
