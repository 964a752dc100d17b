//! How long the bus takes to find something among 100,000 accounts and their subscriptions, beside a
//! server of the same make that answers the same bytes, and beside looking at each of them.
//!
//! `cargo bench --bench aps`; `TILLBOX_BENCH_ACCOUNTS` names another number. Each account has one
//! subscription, to one of a hundred plans. The server is a process of its own; every answer goes
//! over HTTP.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::load::{Connection, load, request};
use harness::process::{Server, memory_mb};
use harness::{Times, aim, bare, folder, introduce, told};
use serde_json::{Value, json};

const TOKEN: &str = "tbx_benches-benches-benches-benches-0";
const CONNECTIONS: usize = 16;
/// Numbers that are asked for are this far apart, so that each asks for another.
const STRIDE: usize = 7_919;
const PLANS: usize = 100;
/// So many ids are read at a time.
const PAGE: usize = 10_000;

fn main() {
    bare::serve_if_asked();
    let accounts = std::env::var("TILLBOX_BENCH_ACCOUNTS");
    let accounts = accounts.map_or(100_000, |it| it.parse::<usize>().unwrap());
    introduce("Filters of the APS bus over HTTP on loopback, one connection");
    let folder = folder();
    let server = Server::start(folder.path(), &[], TOKEN);
    let it = Filled { ids: fill(&server, accounts), accounts, server };
    it.sell();
    it.find_accounts();
    it.find_subscriptions();
    println!("  the server's memory at most {} MB", memory_mb(&it.server.id(), "VmHWM"));
}

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A server with accounts.
struct Filled {
    server: Server,
    accounts: usize,
    /// What the bus calls the accounts.
    ids: Vec<String>,
}

/// Opens the accounts; their ids on the bus.
fn fill(server: &Server, accounts: usize) -> Vec<String> {
    let open = |number: usize| {
        let body = json!({
            "name": format!("Customer {number}"),
            "address": { "street": "Unter den Linden 1", "city": "Berlin", "country": "DE" },
        });
        request("POST /api/v1/accounts", TOKEN, &body.to_string())
    };
    let requests = Arc::new((0..accounts).map(open).collect::<Vec<_>>());
    let loaded = load(&server.address, &requests, CONNECTIONS);
    println!("opened {accounts} accounts in {}", told(loaded.took));
    let mut connection = Connection::open(&server.address);
    let mut ids = Vec::with_capacity(accounts);
    // The first account is the provider's own.
    while ids.len() < accounts {
        let start = ids.len() + 1;
        let what = format!("accounts?select(aps.id),limit({start},{PAGE})");
        let page = connection.ask(&bus(&what));
        let page = page.as_array().unwrap();
        assert!(!page.is_empty(), "{what}");
        ids.extend(page.iter().map(|it| it["aps"]["id"].as_str().unwrap().to_owned()));
    }
    ids
}

/// A question to the bus: about a collection, or about what lies below a resource.
fn bus(what: &str) -> Vec<u8> {
    let folder = if what.starts_with("resources/") { "" } else { "collections/" };
    request(&format!("GET /aps/2/{folder}{what}"), TOKEN, "")
}

impl Filled {
    /// Sells each account a plan, and waits until all subscriptions are there.
    fn sell(&self) {
        let mut connection = Connection::open(&self.server.address);
        let mut post = |path: &str, body: &Value| {
            let sent = request(&format!("POST /api/v1{path}"), TOKEN, &body.to_string());
            connection.ask(&sent)
        };
        let zone = post("/tax_zones", &json!({ "code": "WORLD", "name": "Everywhere" }));
        let rule = json!({
            "name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01",
        });
        post("/tax_rules", &rule);
        let plans: Vec<_> = (0..PLANS).map(|number| plan(&mut post, number)).collect();
        let order = |(number, account): (usize, &String)| {
            let items = json!([{ "offer": plans[number % PLANS] }]);
            let body = json!({ "account": format!("acc_{account}"), "items": items });
            request("POST /api/v1/orders", TOKEN, &body.to_string())
        };
        let requests = Arc::new(self.ids.iter().enumerate().map(order).collect::<Vec<_>>());
        let begun = Instant::now();
        load(&self.server.address, &requests, CONNECTIONS);
        // The first was silent for so long that the server has hung up.
        let mut connection = Connection::open(&self.server.address);
        while connection.ask(&bus("bss-subscriptions?count()")) != json!(self.accounts) {
            std::thread::yield_now();
        }
        println!("sold {} subscriptions in {}", self.accounts, told(begun.elapsed()));
    }

    fn find_accounts(&self) {
        let number = |turn: usize| 2 + turn * STRIDE % self.accounts;
        let by_number = self
            .compare(("eq(id,…)", 5_000), &|turn| format!("accounts?eq(id,{})", number(turn)));
        let by_id = self.compare(("eq(aps.id,…)", 5_000), &|turn| {
            format!("accounts?eq(aps.id,{})", self.id(turn))
        });
        let by_parent = self.compare(("eq(parent.id,…),eq(id,…)", 2_000), &|turn| {
            format!("accounts?eq(parent.id,1),eq(id,{})", number(turn))
        });
        self.compare(("select(bssAccountInfo)", 2_000), &|turn| {
            format!("accounts?eq(id,{}),select(bssAccountInfo)", number(turn))
        });
        self.compare(("the first ten", 1_000), &|_| "accounts?limit(0,10)".to_owned());
        let first = Connection::open(&self.server.address).ask(&bus("accounts?limit(0,1)"));
        let provider = first[0]["aps"]["id"].as_str().unwrap();
        self.compare(("the first ten below the provider", 100), &|_| {
            format!("resources/{provider}/accounts?limit(0,10)")
        });
        let named = |turn: usize| format!("like(companyName,*r%20{}*)", self.part(turn));
        let by_name = self
            .compare(("like(companyName,*x*)", 100), &|turn| format!("accounts?{}", named(turn)));
        let past_each = self.compare(("the same past each account", 10), &|turn| {
            format!("accounts?not(not({}))", named(turn))
        });
        self.compare(("sort(-companyName),limit(0,10)", 5), &|_| {
            "accounts?sort(-companyName),limit(0,10)".to_owned()
        });
        aim("eq(id,…) p99 < 5 ms", by_number.per_mille(990) < ms(5));
        aim("eq(aps.id,…) p99 < 5 ms", by_id.per_mille(990) < ms(5));
        aim("a second condition does not cost the index", by_parent.per_mille(990) < ms(5));
        aim("like(companyName,*x*) p99 < 100 ms", by_name.per_mille(990) < ms(100));
        aim("an index is worth having", by_name.per_mille(500) < past_each.per_mille(500));
    }

    fn find_subscriptions(&self) {
        let of_account =
            |list: &str, turn: usize| format!("{list}?eq(account.aps.id,{})", self.id(turn));
        let by_account = self
            .compare(("bss-subscriptions?eq(account.aps.id,…)", 5_000), &|turn| {
                of_account("bss-subscriptions", turn)
            });
        let other_face = self.compare(("subscriptions?eq(account.aps.id,…)", 5_000), &|turn| {
            of_account("subscriptions", turn)
        });
        self.compare(("eq(account.companyName,…)", 1_000), &|turn| {
            let number = turn * STRIDE % self.accounts;
            format!("bss-subscriptions?eq(account.companyName,Customer%20{number})")
        });
        self.compare(("linkedWith(…)", 1_000), &|turn| {
            format!("bss-subscriptions?linkedWith({})", self.id(turn))
        });
        let mut named = Vec::new();
        for list in ["subscriptions", "bss-subscriptions"] {
            let what = format!("{list}?like(name,*x*), one in {PLANS}");
            named.push(self.compare((&what, 100), &|turn| {
                format!("{list}?like(name,*lan%20{}*)", 100 + turn % PLANS)
            }));
            let what = format!("{list}?like(name,*x*), all of them");
            named.push(self.compare((&what, 20), &|_| format!("{list}?like(name,*lan*)")));
        }
        let by_name = named.iter().map(|it| it.per_mille(990)).max().unwrap();
        aim("eq(account.aps.id,…) p99 < 5 ms", by_account.per_mille(990) < ms(5));
        aim("the same on the other face", other_face.per_mille(990) < ms(5));
        aim("like(name,*x*) on subscriptions p99 < 100 ms", by_name < ms(100));
    }

    fn id(&self, turn: usize) -> &str {
        &self.ids[turn * STRIDE % self.ids.len()]
    }

    /// What stands in the names of a few accounts.
    fn part(&self, turn: usize) -> usize {
        let tenth = self.accounts / 10;
        tenth + turn * STRIDE % (self.accounts - tenth)
    }

    /// Asks the bus so many times and returns how long each took; prints it beside a server that
    /// has nothing to look up.
    fn compare(&self, (what, count): (&str, usize), query: &dyn Fn(usize) -> String) -> Times {
        let get = |turn: usize| bus(&query(turn));
        let mut body = Vec::new();
        let status = Connection::open(&self.server.address).send(&get(0), &mut body);
        assert!((200..300).contains(&status), "{status} {}", String::from_utf8_lossy(&body));
        let found = serde_json::from_slice::<Value>(&body).unwrap();
        assert!(found.as_array().is_some_and(|it| !it.is_empty()), "{} finds something", query(0));
        let folder = folder();
        let bare = bare::server(folder.path(), &body);
        let requests = Arc::new((0..count).map(get).collect::<Vec<_>>());
        let ours = load(&self.server.address, &requests, 1).times;
        let alone = load(&bare.address, &requests, 1).times;
        println!(
            "  {what:<48} {}; axum alone, {} bytes: {}",
            ours.told(),
            body.len(),
            alone.told()
        );
        ours
    }
}

/// Puts a plan on the shelf; its id. Plans are named from 100 on, so that no number is in another.
fn plan(post: &mut dyn FnMut(&str, &Value) -> Value, number: usize) -> Value {
    let name = json!({ "en": format!("Plan {}", 100 + number) });
    let specification = post("/specifications", &json!({ "name": name, "state": "active" }));
    let offer = post("/offers", &json!({ "name": name, "specification": specification["id"] }));
    let id = offer["id"].as_str().unwrap();
    let price = json!({
        "offer": id, "name": "Base", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "flat", "amount": "19.99" },
    });
    post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        post(&format!("/offers/{id}/{verb}"), &json!({}));
    }
    json!(id)
}
