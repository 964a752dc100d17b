//! How long a filter over 10,000 product offerings takes, beside a walk over the same offerings as JSON
//! that lies in memory.
//!
//! `cargo bench --bench tmf`. The server is a process of its own; what it takes beyond the walk is reading,
//! rights, and HTTP.

mod harness;

use std::hint::black_box;
use std::time::{Duration, Instant};

use harness::load::{Connection, request};
use harness::process::{Server, memory_mb};
use harness::{Times, aim, folder, introduce};
use serde_json::{Value, json};

const TOKEN: &str = "tbx_benches-benches-benches-benches-0";
const OFFERINGS: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const COUNT: usize = 10_000;
const AT_ONCE: usize = 500;
const RUNS: usize = 40;

fn main() {
    introduce("A filter over 10,000 product offerings; the median of some runs");
    let folder = folder();
    let server = Server::start(folder.path(), &[], TOKEN);
    let mut connection = Connection::open(&server.address);
    fill(&mut connection);
    let offerings = all(&mut connection);
    let before = memory_mb(&server.id(), "VmRSS");
    let mut measured = |what: &str, query: &str| {
        let asked = request(&format!("GET {OFFERINGS}?{query}"), TOKEN, "");
        let median = median(|| {
            let found = connection.ask(&asked);
            assert_eq!(found.as_array().map(Vec::len), Some(1), "{query}: {found}");
        });
        tell(what, median, query);
        median
    };
    let indexed = measured("along an index", "name=Offering%20777");
    let other = measured("along no index", "description=The%20777th");
    let fields = measured("the same, its id alone", "description=The%20777th&fields=id");
    let walk = median(|| {
        let is = |it: &&Value| it["description"] == "The 777th";
        assert_eq!(black_box(&offerings).iter().filter(is).count(), 1);
    });
    tell("a walk over JSON in memory", walk, "for comparison");
    let grown = memory_mb(&server.id(), "VmRSS").saturating_sub(before);
    println!("  {:<48} {grown:>9} MB", "memory beyond what it had");
    aim("along an index < 10 ms", indexed < Duration::from_millis(10));
    aim("along no index < 100 ms", other < Duration::from_millis(100));
    aim("the id alone takes no longer", fields <= other + other / 10);
    aim("a filter takes < 64 MB", grown < 64);
}

/// Makes the offerings, some at a time.
fn fill(connection: &mut Connection) {
    for first in (0..COUNT).step_by(AT_ONCE) {
        let steps = (first..first + AT_ONCE).map(|number| {
            let value = json!({
                "name": format!("Offering {number}"), "description": format!("The {number}th"),
                "channel": [{ "id": "1", "name": "Online" }], "version": "1.0",
            });
            json!({ "op": "add", "path": "/-", "value": value })
        });
        let steps = Value::from_iter(steps).to_string();
        let asked = request(&format!("PATCH {OFFERINGS}"), TOKEN, &steps);
        let asked = String::from_utf8(asked).expect("a request is text");
        let asked = asked.replacen("application/json\r", "application/json-patch+json\r", 1);
        connection.ask(asked.as_bytes());
    }
}

/// All of them.
fn all(connection: &mut Connection) -> Vec<Value> {
    let page = |offset: usize| format!("GET {OFFERINGS}?limit=1000&offset={offset}");
    let pages = (0..COUNT).step_by(1000).map(page);
    let pages = pages.map(|it| connection.ask(&request(&it, TOKEN, "")));
    let found: Vec<_> = pages.flat_map(|it| it.as_array().cloned().unwrap_or_default()).collect();
    assert_eq!(found.len(), COUNT);
    found
}

fn median(mut run: impl FnMut()) -> Duration {
    let timed = (0..RUNS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    Times::of(timed.collect()).per_mille(500)
}

fn tell(what: &str, took: Duration, note: &str) {
    println!("  {what:<48} {:>9} us  {note}", took.as_micros());
}
