//! How fast usage events are taken, durable and each once, beside what the disk and the engine allow.
//!
//! `cargo bench --bench ingest`; `TILLBOX_BENCH_EVENTS` says how many events each row takes. In process
//! they are given to the use case, which judges, keeps and answers for each; sealing runs beside it as the
//! duty that it is, and what of it is left at the end is given apart. Over HTTP the events come as JSON in
//! batches of 1,000, and the client that writes them shares the machine.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant as Clock};

use harness::appliance::{Appliance, text};
use harness::load::{Connection, Loaded, load, request};
use harness::process::{Server, processor_time};
use harness::sealing::Sealing;
use harness::{Times, aim, folder, introduce, per_second, row, share};
use redb::{Durability, TableDefinition};
use serde_json::{Value, json};
use tillbox::domain::id::{Id, MeterId, SubscriptionId};
use tillbox::domain::quantity::Quantity;
use tillbox::domain::stamp::{Carried, SellerNumber};
use tillbox::domain::time::Instant;
use tillbox::domain::usage::record::UsageEvent;
use tillbox::services::usage::{Entry, MeterName, Offered, ingest};
use tillbox::store::Store;
use tillbox::store::usage::{Limits, Series, Usage, Want, check};

const EVENTS: usize = 3_000_000;
const SUBSCRIPTIONS: usize = 2_000;
/// How many events come over HTTP at most.
const HTTP_EVENTS: usize = 400_000;
const CLIENTS: usize = 4;
const TOKEN: &str = "tbx_benches-benches-benches-benches-0";
/// When the first event is: after what uses was bought, and before it is now.
const FROM_MICROS: i64 = 1_767_308_400_000_000;
/// The day on which they come.
const TODAY: &str = "2026-02-01";

/// What one row of the table says.
struct Row {
    what: String,
    events: usize,
    took: Duration,
    note: String,
}

impl Row {
    fn rate(&self) -> u64 {
        per_second(self.events, self.took)
    }

    fn print(&self, reference: Option<u64>) {
        let beside = reference.map(|it| format!("{} of redb; ", share(self.rate(), it)));
        row(&self.what, self.rate(), &format!("{}{}", beside.unwrap_or_default(), self.note));
    }
}

fn main() {
    let events: usize =
        std::env::var("TILLBOX_BENCH_EVENTS").ok().map_or(EVENTS, |it| it.parse().unwrap());
    let folder = folder();
    let market = Market::open(&folder.path().join("market.redb"));
    let events: Arc<[UsageEvent]> = (0..events).map(|it| market.event(it)).collect();
    introduce("Usage events, durable and each once");
    let mut rates = Vec::new();
    for batch in [1_000, 10_000] {
        println!("batches of {batch}");
        log(folder.path(), &events, batch).print(None);
        let bare = bare(folder.path(), &events, batch);
        bare.print(None);
        let ours = in_process(folder.path(), &events, batch, 1);
        ours.print(Some(bare.rate()));
        rates.push(ours.rate());
        if batch == 1_000 {
            in_process(folder.path(), &events, batch, 5).print(Some(bare.rate()));
            over_http(&events).print(Some(bare.rate()));
        }
    }
    aim("in process >= 200,000/s in batches of 10,000", rates[1] >= 200_000);
}

/// What is bought and counted, as the file of an appliance has it.
struct Market {
    subscriptions: Vec<SubscriptionId>,
    meters: Vec<MeterId>,
}

impl Market {
    /// A new one in a file.
    fn open(path: &Path) -> Self {
        let appliance = Appliance::found(path);
        let meter = |code: &str| {
            let it = json!({
                "code": code, "name": code, "unit": "GB", "dimensions": ["region"],
            });
            text(&appliance.post("/meters", &it)["id"])
        };
        let meters = ["in", "out", "kept"].map(meter);
        let price = |meter: &String| {
            json!({
                "name": "Traffic", "kind": "usage", "meter": meter, "currency": "EUR",
                "model": { "kind": "per_unit", "per_unit": "0.01" },
            })
        };
        let offer = appliance.offer("Cloud", &meters.iter().map(price).collect::<Vec<_>>());
        let account = appliance.customer("Customer")["id"].clone();
        let items = vec![json!({ "offer": offer, "quantity": 1 }); 20];
        for _ in 0..SUBSCRIPTIONS / 20 {
            appliance.post("/orders", &json!({ "account": account, "items": items }));
        }
        appliance.keep_duties();
        let mut subscriptions = Vec::new();
        let mut path = format!("/subscriptions?account={}&limit=1000", text(&account));
        loop {
            let page = appliance.get(&path);
            let items = page["items"].as_array().unwrap().iter();
            subscriptions
                .extend(items.map(|it| text(&it["id"]).parse::<SubscriptionId>().unwrap()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("/subscriptions?account={}&limit=1000&cursor={next}", text(&account));
        }
        assert_eq!(subscriptions.len(), SUBSCRIPTIONS);
        Self { subscriptions, meters: meters.iter().map(|it| it.parse().unwrap()).collect() }
    }

    /// The event of a number.
    fn event(&self, number: usize) -> UsageEvent {
        // What is used by whom looks random, when it is used nearly rises.
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let id = uuid::Uuid::from_u128((number as u128) << 64 | spread as u128);
        UsageEvent {
            seller: SellerNumber::PROVIDER,
            source: format!("meter-{:02}", spread % 8).parse().unwrap(),
            event_id: id.to_string().parse().unwrap(),
            subscription: self.subscriptions[spread % self.subscriptions.len()],
            meter: self.meters[spread % self.meters.len()],
            at: Instant::from_micros(FROM_MICROS + number as i64 * 10_000).unwrap(),
            quantity: Quantity::new(rust_decimal::Decimal::new((spread % 10_000) as i64, 3)),
            dimensions: BTreeMap::from([("region".parse().unwrap(), "eu-central".to_owned())]),
            carried: Carried::new(),
        }
    }
}

/// The real server, asked by some clients in batches of 1,000.
fn over_http(events: &[UsageEvent]) -> Row {
    let folder = folder();
    let server = Server::start(folder.path(), &[], TOKEN);
    let mut connection = Connection::open(&server.address);
    let subscriptions = subscribe(&mut connection);
    let batch = |events: &[UsageEvent]| {
        let events: Vec<_> = events
            .iter()
            .zip(subscriptions.iter().cycle())
            .map(|(it, subscription)| {
                json!({
                    "source": it.source.as_str(), "id": it.event_id.as_str(),
                    "subscription": subscription, "meter": "traffic",
                    "quantity": it.quantity.to_string(), "dimensions": { "region": "eu-central" },
                })
            })
            .collect();
        request("POST /api/v1/usage", TOKEN, &json!({ "events": events }).to_string())
    };
    let taken = &events[..events.len().min(HTTP_EVENTS)];
    let requests = Arc::new(taken.chunks(1_000).map(batch).collect::<Vec<_>>());
    let before = processor_time(&server.id());
    let Loaded { took, times } = load(&server.address, &requests, CLIENTS);
    let used = processor_time(&server.id()) - before;
    let note = format!("{}; {} a second of processor", times.told(), per_second(taken.len(), used));
    Row { what: format!("Tillbox over HTTP, {CLIENTS} clients"), events: taken.len(), took, note }
}

/// Subscriptions that usage can be reported on.
fn subscribe(connection: &mut Connection) -> Vec<String> {
    let mut post = |path: &str, body: Value| {
        connection.ask(&request(&format!("POST /api/v1{path}"), TOKEN, &body.to_string()))
    };
    post("/meters", json!({ "code": "traffic", "name": "Traffic", "unit": "GB" }));
    let specification = json!({ "name": { "en": "Cloud" }, "state": "active" });
    let specification = post("/specifications", specification);
    let offer = json!({ "name": { "en": "Cloud" }, "specification": specification["id"] });
    let offer = text(&post("/offers", offer)["id"]);
    let price = json!({
        "offer": offer, "name": "Base", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "flat", "amount": "1" },
    });
    post("/prices", price);
    for verb in ["test", "activate", "launch"] {
        post(&format!("/offers/{offer}/{verb}"), json!({}));
    }
    let account = post("/accounts", json!({ "name": "Customer" }));
    let item = json!({ "offer": offer, "quantity": 1 });
    let items = vec![item; 20];
    let order = post("/orders", json!({ "account": account["id"], "items": items }));
    let ask = request(&format!("GET /api/v1/orders/{}", text(&order["id"])), TOKEN, "");
    loop {
        let order = connection.ask(&ask);
        if order["state"] == "completed" {
            let items = order["items"].as_array().unwrap().iter();
            return items.map(|it| text(&it["subscription"])).collect();
        }
        thread::park_timeout(Duration::from_millis(20));
    }
}

fn bytes_of(event: &UsageEvent) -> Vec<u8> {
    let mut bytes = [event.subscription.to_bytes(), event.meter.to_bytes()].concat();
    bytes.extend(event.at.micros().to_be_bytes());
    bytes.extend(event.quantity.decimal().serialize());
    bytes.extend_from_slice(event.source.as_str().as_bytes());
    bytes.extend_from_slice(event.event_id.as_str().as_bytes());
    for (name, value) in &event.dimensions {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes
}

/// Only the bytes, appended to a file that is synced after each batch.
fn log(folder: &Path, events: &[UsageEvent], batch: usize) -> Row {
    let mut file = File::create(folder.join("log")).unwrap();
    let begun = Clock::now();
    for events in events.chunks(batch) {
        let bytes: Vec<u8> = events.iter().flat_map(bytes_of).collect();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
    }
    bare_row("bare log, append and fsync", events.len(), begun)
}

/// Only the rows, appended in order to a table of the engine.
fn bare(folder: &Path, events: &[UsageEvent], batch: usize) -> Row {
    const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("t");
    let path = folder.join("bare.redb");
    let _ = std::fs::remove_file(&path);
    let database = redb::Database::create(path).unwrap();
    let begun = Clock::now();
    for (first, events) in (0..).step_by(batch).zip(events.chunks(batch)) {
        let mut tx = database.begin_write().unwrap();
        tx.set_durability(Durability::Immediate).unwrap();
        tx.set_quick_repair(true);
        let mut table = tx.open_table(TABLE).unwrap();
        let mut cursor = table.upper_bound_mut(std::ops::Bound::<u64>::Unbounded).unwrap();
        for (number, event) in (first..).zip(events) {
            cursor.insert_before(number, bytes_of(event).as_slice()).unwrap();
        }
        cursor.close().unwrap();
        drop(table);
        tx.commit().unwrap();
    }
    bare_row("redb, ordered append", events.len(), begun)
}

fn bare_row(what: &str, events: usize, begun: Clock) -> Row {
    Row { what: what.to_owned(), events, took: begun.elapsed(), note: String::new() }
}

/// As a façade offers it.
fn offered(event: &UsageEvent) -> Entry {
    let offered = Offered {
        source: event.source.clone(),
        event_id: event.event_id.clone(),
        subscription: event.subscription,
        meter: MeterName::Id(event.meter),
        quantity: event.quantity,
        at: Some(event.at),
        dimensions: event.dimensions.clone(),
        carried: event.carried.clone(),
    };
    Entry { offered: Ok(offered), text: Vec::new() }
}

/// The use case, called by so many at once, each as soon as it was answered.
fn in_process(folder: &Path, events: &Arc<[UsageEvent]>, batch: usize, callers: usize) -> Row {
    let path = folder.join("tillbox.redb");
    std::fs::copy(folder.join("market.redb"), &path).unwrap();
    let appliance = Appliance::open(&path);
    appliance.set_day(TODAY);
    let sealing = Sealing::begin(&appliance.bss);
    let begun = Clock::now();
    let call = |first: usize| {
        let (bss, events) = (Arc::clone(&appliance.bss), Arc::clone(events));
        thread::spawn(move || {
            let mut times = Vec::new();
            for part in events.chunks(batch).skip(first).step_by(callers) {
                let entries = part.iter().map(offered).collect();
                let begun = Clock::now();
                let receipt = ingest(&bss, &Appliance::author(), entries).unwrap();
                times.push(begun.elapsed());
                assert_eq!(receipt.accepted, part.len() as u64);
                assert!(receipt.unrated.is_empty(), "all of it has a price");
            }
            times
        })
    };
    let calls: Vec<_> = (0..callers).map(call).collect();
    let times: Vec<_> = calls.into_iter().flat_map(|it| it.join().unwrap()).collect();
    let took = begun.elapsed();
    let left = Clock::now();
    sealing.end();
    appliance.run("usage");
    let left = left.elapsed().as_millis();
    drop(appliance);
    let size = std::fs::metadata(&path).unwrap().len() >> 20;
    let what = match callers {
        1 => "Tillbox in process".to_owned(),
        _ => format!("Tillbox in process, {callers} callers"),
    };
    let store = Store::open(&path, Store::CACHE_BYTES).unwrap();
    let (called, read) = (Times::of(times).told(), reads(&store, events));
    let note = format!("a call {called}, sealing {left} ms left, {size} MB; {read}");
    Row { what, events: events.len(), took, note }
}

/// How fast it is read again, and whether it is right.
fn reads(store: &Store, events: &[UsageEvent]) -> String {
    let view = store.read().unwrap();
    let begun = Clock::now();
    let again = Usage::new(Limits::LIVE);
    again.rebuild(&view).unwrap();
    let rebuilt = begun.elapsed().as_millis();
    let mut wants: Vec<_> = events.iter().take(SUBSCRIPTIONS * 3).map(want).collect();
    wants.sort();
    wants.dedup();
    let begun = Clock::now();
    let mut count = 0;
    for page in wants.chunks(15_000) {
        count += again.totals(&view, page).unwrap().iter().map(|it| it.count).sum::<u64>();
    }
    let per_second = wants.len() as u128 * 1_000_000 / begun.elapsed().as_micros().max(1);
    let one = Clock::now();
    again.total(&view, wants[wants.len() / 2]).unwrap();
    let one = one.elapsed().as_micros();
    let checked = check(&view).unwrap();
    assert_eq!(checked.findings, []);
    assert_eq!(checked.sealed + checked.unsealed, events.len() as u64);
    format!("rebuilt in {rebuilt} ms, {per_second} totals/s over {count} events, one in {one} us")
}

fn want(event: &UsageEvent) -> Want {
    let whole = 15 * 60 * 1_000_000;
    let from = FROM_MICROS / whole * whole;
    let at = |it| Instant::from_micros(it).unwrap();
    let series = Series { subscription: event.subscription, meter: event.meter };
    Want { series, from: at(from), to: at(from + whole * 4 * 24 * 365) }
}
