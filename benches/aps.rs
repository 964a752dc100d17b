//! How long the bus takes to find something among 100,000 accounts, beside a server of the same make
//! that answers the same bytes, and beside looking at each of them.
//!
//! `cargo bench --bench aps`. The server is a process of its own; every answer goes over HTTP.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::sync::Arc;
use std::time::Duration;

use harness::load::{Connection, load, request};
use harness::process::{Server, memory_mib};
use harness::{Times, aim, bare, folder, introduce, told};
use serde_json::json;

const TOKEN: &str = "tbx_benches-benches-benches-benches-0";
const ACCOUNTS: usize = 100_000;
const CONNECTIONS: usize = 16;
/// Numbers that are asked for are this far apart, so that each asks for another.
const STRIDE: usize = 7_919;

fn main() {
    bare::serve_if_asked();
    introduce("Filters of the APS bus over HTTP on loopback, one connection, 100,000 accounts");
    let folder = folder();
    let server = Server::start(folder.path(), &[], TOKEN);
    fill(&server);
    let number = |turn: usize| 2 + turn * STRIDE % ACCOUNTS;
    let by_number = compare(&server, ("eq(id,…)", 5_000), &|turn| {
        format!("accounts?eq(id,{})", number(turn))
    });
    let by_parent = compare(&server, ("eq(parent.id,…),eq(id,…)", 2_000), &|turn| {
        format!("accounts?eq(parent.id,1),eq(id,{})", number(turn))
    });
    compare(&server, ("select(bssAccountInfo)", 2_000), &|turn| {
        format!("accounts?eq(id,{}),select(bssAccountInfo)", number(turn))
    });
    compare(&server, ("the first ten", 1_000), &|_| "accounts?limit(0,10)".to_owned());
    let pattern =
        |turn: usize| format!("like(companyName,*r%20{}*)", 10_000 + turn * STRIDE % 90_000);
    let by_name = compare(&server, ("like(companyName,*x*)", 100), &|turn| {
        format!("accounts?{}", pattern(turn))
    });
    let past_each = compare(&server, ("the same past each account", 10), &|turn| {
        format!("accounts?not(not({}))", pattern(turn))
    });
    compare(&server, ("sort(-companyName),limit(0,10)", 5), &|_| {
        "accounts?sort(-companyName),limit(0,10)".to_owned()
    });
    println!("  the server's memory at most {} MiB", memory_mib(&server.id(), "VmHWM"));
    let ms = Duration::from_millis;
    aim("eq(id,…) p99 < 5 ms", by_number.per_mille(990) < ms(5));
    aim("a second condition does not cost the index", by_parent.per_mille(990) < ms(5));
    aim("like(companyName,*x*) p99 < 100 ms", by_name.per_mille(990) < ms(100));
    aim("an index is worth having", by_name.per_mille(500) < past_each.per_mille(500));
}

/// Opens the accounts.
fn fill(server: &Server) {
    let open = |number: usize| {
        let body = json!({
            "name": format!("Customer {number}"),
            "address": { "street": "Unter den Linden 1", "city": "Berlin", "country": "DE" },
        });
        request("POST /api/v1/accounts", TOKEN, &body.to_string())
    };
    let requests = Arc::new((0..ACCOUNTS).map(open).collect::<Vec<_>>());
    let loaded = load(&server.address, &requests, CONNECTIONS);
    println!("opened {ACCOUNTS} accounts in {}", told(loaded.took));
}

/// Asks the bus so many times and returns how long each took; prints it beside a server that has
/// nothing to look up.
fn compare(
    server: &Server,
    (what, count): (&str, usize),
    query: &dyn Fn(usize) -> String,
) -> Times {
    let get = |turn: usize| request(&format!("GET /aps/2/collections/{}", query(turn)), TOKEN, "");
    let mut body = Vec::new();
    let status = Connection::open(&server.address).send(&get(0), &mut body);
    assert!((200..300).contains(&status), "{status} {}", String::from_utf8_lossy(&body));
    let found = serde_json::from_slice::<serde_json::Value>(&body).unwrap();
    assert!(found.as_array().is_some_and(|it| !it.is_empty()), "{} finds something", query(0));
    let folder = folder();
    let bare = bare::server(folder.path(), &body);
    let requests = Arc::new((0..count).map(get).collect::<Vec<_>>());
    let ours = load(&server.address, &requests, 1).times;
    let alone = load(&bare.address, &requests, 1).times;
    println!("  {what:<48} {}; axum alone, {} bytes: {}", ours.told(), body.len(), alone.told());
    ours
}
