//! How fast usage events are taken, durable and each once, beside what the disk and the engine allow.
//!
//! `cargo bench --bench ingest`; `TILLBOX_BENCH_EVENTS` says how many events each row takes. Sealing
//! runs all the while; what of it is left at the end is given apart. Over HTTP the events come as
//! JSON in batches of 1,000, and the client that writes them shares the machine.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant as Clock};

use harness::appliance::text;
use harness::load::{Connection, Loaded, load, request};
use harness::process::{Server, processor_time};
use harness::{aim, folder, introduce, per_second, row, share};
use redb::{Durability, TableDefinition};
use serde_json::{Value, json};
use tillbox::domain::id::{Id, MeterId, SubscriptionId};
use tillbox::domain::quantity::Quantity;
use tillbox::domain::stamp::{Carried, SellerNumber};
use tillbox::domain::time::Instant;
use tillbox::domain::usage::record::UsageEvent;
use tillbox::store::usage::{
    Limits, Prepared, Sealer, Series, Slice, Staged, Timing, Usage, UsageError, Verdict, Want,
    check,
};
use tillbox::store::{Commit, Store};

const EVENTS: usize = 3_000_000;
const SUBSCRIPTIONS: usize = 20_000;
/// How many events come over HTTP at most.
const HTTP_EVENTS: usize = 400_000;
const CLIENTS: usize = 4;
const TOKEN: &str = "tbx_benches-benches-benches-benches-0";

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
    let events: Arc<[UsageEvent]> = (0..events).map(event).collect();
    let folder = folder();
    introduce("Usage events, durable and each once");
    let mut rates = Vec::new();
    for batch in [1_000, 10_000] {
        println!("batches of {batch}");
        log(folder.path(), &events, batch).print(None);
        let bare = bare(folder.path(), &events, batch);
        bare.print(None);
        let ours = ingest(folder.path(), &events, batch, 1);
        ours.print(Some(bare.rate()));
        rates.push(ours.rate());
        if batch == 1_000 {
            ingest(folder.path(), &events, batch, 5).print(Some(bare.rate()));
            over_http(&events).print(Some(bare.rate()));
        }
    }
    aim("in process >= 200,000/s in batches of 10,000", rates[1] >= 200_000);
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

fn event(number: usize) -> UsageEvent {
    // What is used by whom looks random, when it is used nearly rises.
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let id = uuid::Uuid::from_u128((number as u128) << 64 | spread as u128);
    let series =
        |number: usize| uuid::Uuid::from_u128(0x0198_0000_0000_7000 << 64 | number as u128);
    UsageEvent {
        seller: SellerNumber::PROVIDER,
        source: format!("meter-{:02}", spread % 8).parse().unwrap(),
        event_id: id.to_string().parse().unwrap(),
        subscription: SubscriptionId::from_uuid(series(spread % SUBSCRIPTIONS)),
        meter: MeterId::from_uuid(series(spread % 3)),
        at: Instant::from_micros(1_790_000_000_000_000 + number as i64 * 10_000).unwrap(),
        quantity: Quantity::new(rust_decimal::Decimal::new((spread % 10_000) as i64, 3)),
        dimensions: BTreeMap::from([("region".parse().unwrap(), "eu-central".to_owned())]),
        carried: Carried::new(),
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

/// A slice of sealing, and where to say that it is written.
type Sealing = (Slice, SyncSender<()>);

/// What the writer is given: each comes at its own door, and both have their turn.
struct Doors {
    calls: Receiver<Prepared>,
    slices: Receiver<Sealing>,
}

/// How long transactions held the writer, longest last.
#[derive(Default)]
struct Held {
    ingest: Vec<Duration>,
    seal: Vec<Duration>,
    /// How often events had to wait for sealing.
    waits: usize,
}

impl Held {
    fn seal(&mut self, store: &Store, usage: &Usage, (slice, done): Sealing) {
        self.seal.push(write_slice(store, usage, &slice));
        done.send(()).unwrap();
    }
}

fn ingest(folder: &Path, events: &Arc<[UsageEvent]>, batch: usize, shared: usize) -> Row {
    let path = folder.join("tillbox.redb");
    let _ = std::fs::remove_file(&path);
    let store = Arc::new(Store::open(&path, Store::CACHE_BYTES).unwrap());
    let usage = Arc::new(Usage::new(Limits::LIVE));
    usage.rebuild(&store.read().unwrap()).unwrap();
    let ((door, calls), (sealing_door, slices)) = (sync_channel(8), sync_channel(1));
    let sealing = Arc::new(AtomicBool::new(true));
    let sealer = {
        let (store, usage, sealing) = (store.clone(), usage.clone(), sealing.clone());
        thread::spawn(move || seal(&store, &usage, &sealing_door, &sealing))
    };
    let begun = Clock::now();
    let writer = {
        let (store, usage, events) = (store.clone(), usage.clone(), events.len());
        let doors = Doors { calls, slices };
        thread::spawn(move || write(&store, &usage, &doors, shared, events))
    };
    for events in events.chunks(batch) {
        for events in events.chunks(Prepared::EVENTS_MAX) {
            let mut prepared = Prepared::of(events.iter().map(|it| (it, Timing::Said)));
            usage.screen(&store.read().unwrap(), &mut prepared).unwrap();
            door.send(prepared).unwrap();
        }
    }
    drop(door);
    let what =
        if shared > 1 { "Tillbox in process, 5 calls a commit" } else { "Tillbox in process" };
    let (mut held, done_at) = writer.join().unwrap();
    let took = done_at.duration_since(begun);
    sealing.store(false, Ordering::Relaxed);
    let drained = Clock::now();
    sealer.join().unwrap();
    finish(&store, &usage, &mut held);
    held.ingest.sort();
    held.seal.sort();
    let ms = |it: &[Duration], per_mille: usize| {
        it.get(it.len() * per_mille / 1000).or(it.last()).map_or(0, Duration::as_millis)
    };
    let note = format!(
        "held p50 {} p99 {} max {} ms, sealing p50 {} p99 {} max {} ms, {} ms left, waited for {} times, \
         {} MB; {}",
        ms(&held.ingest, 500),
        ms(&held.ingest, 990),
        ms(&held.ingest, 1000),
        ms(&held.seal, 500),
        ms(&held.seal, 990),
        ms(&held.seal, 1000),
        drained.elapsed().as_millis(),
        held.waits,
        std::fs::metadata(&path).unwrap().len() >> 20,
        reads(&store, &usage, events),
    );
    Row { what: what.to_owned(), events: events.len(), took, note }
}

fn seal(store: &Store, usage: &Usage, door: &SyncSender<Sealing>, sealing: &AtomicBool) {
    let mut sealer = Sealer::default();
    while sealing.load(Ordering::Relaxed) {
        let next = sealer.next(usage, &store.read().unwrap(), Instant::from_micros(0).unwrap());
        let Some(slice) = next.unwrap() else {
            thread::park_timeout(Duration::from_millis(5));
            continue;
        };
        let (done, wait) = sync_channel(1);
        if door.send((slice, done)).is_err() || wait.recv().is_err() {
            return;
        }
    }
}

fn write(
    store: &Store,
    usage: &Usage,
    doors: &Doors,
    shared: usize,
    events: usize,
) -> (Held, Clock) {
    let mut held = Held::default();
    let mut taken = 0;
    let mut calls = Vec::new();
    while taken < events {
        if let Ok(slice) = doors.slices.try_recv() {
            held.seal(store, usage, slice);
        }
        if calls.is_empty() {
            calls.push(doors.calls.recv().unwrap());
        }
        calls.extend(doors.calls.try_iter().take(shared - calls.len()));
        match write_events(store, usage, &calls, &mut held) {
            Some(count) => {
                taken += count;
                calls.clear();
            }
            // Sealing has fallen behind: whoever reports has to wait for it.
            None => held.seal(store, usage, doors.slices.recv().unwrap()),
        }
    }
    (held, Clock::now())
}

/// Takes calls in and answers how many events they had; `None` if there is no room for them yet.
fn write_events(
    store: &Store,
    usage: &Usage,
    calls: &[Prepared],
    held: &mut Held,
) -> Option<usize> {
    let begun = Clock::now();
    let mut staged = Staged::default();
    let now = Instant::from_micros(0).unwrap();
    let verdicts = store.bulk(|mut batch| {
        let mut verdicts = Vec::new();
        for call in calls {
            match usage.stage(&mut batch, call, now, &mut staged) {
                Ok(it) => verdicts.extend(it),
                Err(UsageError::Store(error)) => return Err(error),
                Err(UsageError::Busy) => return Ok((None, Commit::Abandon)),
            }
        }
        Ok((Some(verdicts), Commit::Durable))
    });
    let verdicts = verdicts.unwrap();
    held.waits += usize::from(verdicts.is_none());
    let verdicts = verdicts?;
    usage.admit(staged);
    held.ingest.push(begun.elapsed());
    assert!(verdicts.iter().all(|it| matches!(it, Verdict::Taken(_))));
    Some(verdicts.len())
}

fn write_slice(store: &Store, usage: &Usage, slice: &Slice) -> Duration {
    let begun = Clock::now();
    let written =
        store.bulk(|mut batch| Ok((usage.write(&mut batch, slice)?, Commit::Durable))).unwrap();
    usage.settle(written);
    begun.elapsed()
}

/// Seals what is left.
fn finish(store: &Store, usage: &Usage, held: &mut Held) {
    let mut sealer = Sealer::default();
    let wall = Instant::from_micros(0).unwrap();
    while let Some(slice) = sealer.next(usage, &store.read().unwrap(), wall).unwrap() {
        held.seal.push(write_slice(store, usage, &slice));
    }
}

/// How fast it is read again, and whether it is right.
fn reads(store: &Store, usage: &Usage, events: &[UsageEvent]) -> String {
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
        count += usage.totals(&view, page).unwrap().iter().map(|it| it.count).sum::<u64>();
    }
    let per_second = wants.len() as u128 * 1_000_000 / begun.elapsed().as_micros().max(1);
    let one = Clock::now();
    usage.total(&view, wants[wants.len() / 2]).unwrap();
    let one = one.elapsed().as_micros();
    let checked = check(&view).unwrap();
    assert_eq!(checked.findings, []);
    assert_eq!(checked.sealed + checked.unsealed, events.len() as u64);
    format!("rebuilt in {rebuilt} ms, {per_second} totals/s over {count} events, one in {one} us")
}

fn want(event: &UsageEvent) -> Want {
    let whole = 15 * 60 * 1_000_000;
    let from = 1_790_000_000_000_000 / whole * whole;
    let at = |it| Instant::from_micros(it).unwrap();
    let series = Series { subscription: event.subscription, meter: event.meter };
    Want { series, from: at(from), to: at(from + whole * 4 * 24 * 365) }
}
