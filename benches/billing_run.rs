//! How fast a billing run makes invoices, whether it stays as fast when there are more, and how much
//! memory it takes, beside an engine that writes the same rows in as many commits.
//!
//! `cargo bench --bench billing_run`; `TILLBOX_BENCH_SUBSCRIPTIONS` names the sizes, as in
//! `10000,100000`. Each subscription is a customer's only one, with a base fee and three tiered
//! usage prices, each with usage in the month. An invoice has four explained lines, tax, a number, a
//! seal and its journal entry.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::path::Path;
use std::time::{Duration, Instant};

use harness::appliance::{Appliance, text};
use harness::process::{forget_peak, memory_mb, processor_time};
use harness::replay::{Contents, Replay};
use harness::{aim, folder, introduce, per_second, row, share, told};
use serde_json::{Value, json};
use tillbox::domain::account::Account;
use tillbox::domain::account::billing_account::BillingAccount;
use tillbox::domain::id::{AccountId, BillingAccountId, Id, MeterId, SubscriptionId};
use tillbox::domain::operator::Actor;
use tillbox::domain::quantity::Quantity;
use tillbox::domain::subscription::Subscription;
use tillbox::domain::time::Zone;
use tillbox::services::usage::{self, Entry, MeterName, Offered};
use tillbox::services::{Act, Error};
use tillbox::store::Record;
use tillbox::store::record::{decode, encode};
use uuid::Uuid;

/// At most so many subscriptions are compared row by row with the engine alone.
const REPLAYED_MAX: usize = 10_000;
const METERS: [&str; 3] = ["traffic", "storage", "requests"];

fn main() {
    let sizes = std::env::var("TILLBOX_BENCH_SUBSCRIPTIONS");
    let sizes = sizes.unwrap_or_else(|_| "10000,100000".to_owned());
    introduce("A billing run: a base fee and three tiered usage prices a subscription");
    let sizes: Vec<usize> = sizes.split(',').map(|it| it.parse().unwrap()).collect();
    let rates: Vec<_> = sizes.iter().map(|it| run(*it)).collect();
    if let (Some(first), Some(last)) = (rates.first(), rates.last()) {
        aim(">= 30,000 invoices/s", *last >= 30_000);
        aim("grows linearly: the last at least at 80 % of the first", *last * 100 >= *first * 80);
    }
}

/// Bills so many subscriptions and returns how many invoices a second.
fn run(subscriptions: usize) -> u64 {
    println!("{subscriptions} subscriptions");
    let folder = folder();
    let (path, bare) = (folder.path().join("tillbox.redb"), folder.path().join("bare.redb"));
    prepare(&path, subscriptions);
    let before = (subscriptions <= REPLAYED_MAX).then(|| Contents::of(&path));
    forget_peak();
    let Billed { took, used, commits, memory: (idle, peak) } = bill(&path, subscriptions);
    let ours = per_second(subscriptions, took);
    let size = path.metadata().unwrap().len() / 1_000_000;
    let each = used.as_micros() / subscriptions as u128;
    let note = format!(
        "{}, {each} us of processor each, peak {peak} MB ({idle} before), {commits} commits, \
         file {size} MB",
        told(took)
    );
    row("Tillbox", ours, &note);
    if let Some(before) = before {
        let replay = Replay::between(&before, &Contents::of(&path), subscriptions);
        let pages = subscriptions.div_ceil(usize::try_from(commits).unwrap());
        let engine = per_second(subscriptions, replay.in_pages(&before, &bare, pages));
        let (rows, bytes) = (replay.rows_in_tenths(), replay.bytes());
        let note = format!("{}.{} rows, {bytes} bytes an invoice", rows / 10, rows % 10);
        row(
            "redb alone, the same rows",
            engine,
            &format!("{note}; Tillbox {}", share(ours, engine)),
        );
        if std::env::var_os("TILLBOX_BENCH_ROWS").is_some() {
            println!("    {}", replay.told());
        }
    }
    ours
}

/// What billing takes.
struct Billed {
    took: Duration,
    /// Of the processors, by all threads.
    used: Duration,
    commits: u64,
    /// In MB: before, and at most.
    memory: (u64, u64),
}

fn bill(path: &Path, subscriptions: usize) -> Billed {
    let it = Appliance::open(path);
    let idle = memory_mb("self", "VmRSS");
    it.set_day("2026-02-01");
    let (begun, commits, used) = (Instant::now(), it.bss.commits(), processor_time("self"));
    it.run("billing");
    let (took, commits) = (begun.elapsed(), it.bss.commits() - commits);
    let used = processor_time("self") - used;
    let memory = (idle, memory_mb("self", "VmHWM"));
    let run = it.get("/billing_runs?limit=1")["items"][0].clone();
    assert_eq!(run["invoices"], json!(subscriptions), "{run}");
    assert_eq!(run["failed"], 0, "{run}");
    Billed { took, used, commits, memory }
}

/// Makes a file with so many subscriptions that are billed on 1 February.
fn prepare(path: &Path, subscriptions: usize) {
    let it = Appliance::found(path);
    it.tax();
    let meters = METERS.map(|code| {
        text(&it.post("/meters", &json!({ "code": code, "name": code, "unit": "GB" }))["id"])
    });
    let mut prices = vec![json!({
        "name": "Base", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "flat", "amount": "19.99" },
    })];
    prices.extend(meters.iter().map(|meter| tiered(meter)));
    let offer = it.offer("Cloud", &prices);
    let customer = it.customer("Customer of the benches");
    let item = json!({ "offer": offer, "quantity": 1 });
    it.post("/orders", &json!({ "account": customer["id"], "items": [item] }));
    // With it the first month is billed, so that each copy owes the second and the usage.
    it.keep_duties();
    let ids = multiply(&it, &customer, subscriptions);
    let meters = meters.map(|it| it.parse::<MeterId>().unwrap());
    report(&it, &ids, &meters);
}

fn tiered(meter: &str) -> Value {
    json!({
        "name": "Usage", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "10", "per_unit": "0.15" },
            { "up_to": "100", "per_unit": "0.12" },
            { "up_to": null, "per_unit": "0.0999" },
        ] },
    })
}

/// A record under other ids and another number. Ids lie in its bytes as they are.
fn copied<R: Record>(bytes: &[u8], names: &[(Uuid, Uuid)], number: u64) -> R {
    let mut bytes = bytes.to_vec();
    for (from, to) in names {
        let places: Vec<_> = (0..bytes.len() - 15)
            .filter(|place| bytes[*place..].starts_with(from.as_bytes()))
            .collect();
        for place in places {
            bytes[place..place + 16].copy_from_slice(to.as_bytes());
        }
    }
    let mut record: R = decode(&bytes).unwrap();
    record.stamp_mut().number = number;
    record
}

/// The customer that is copied, with all that belongs to it, as it lies in the store.
#[derive(Clone)]
struct Pattern {
    ids: [Uuid; 3],
    account: Vec<u8>,
    billing_account: Vec<u8>,
    subscription: Vec<u8>,
}

impl Pattern {
    fn of(it: &Appliance, customer: &Value) -> Self {
        let account: AccountId = text(&customer["id"]).parse().unwrap();
        let billing: BillingAccountId = text(&customer["billing_account"]).parse().unwrap();
        let found = it.get(&format!("/subscriptions?account={account}"));
        let subscription: SubscriptionId = text(&found["items"][0]["id"]).parse().unwrap();
        let pattern = it.bss.read(&Actor::duty("bench"), |cx| {
            Ok(Self {
                ids: [account.uuid(), billing.uuid(), subscription.uuid()],
                account: encode(&cx.get::<Account>(account)?),
                billing_account: encode(&cx.get::<BillingAccount>(billing)?),
                subscription: encode(&cx.get::<Subscription>(subscription)?),
            })
        });
        pattern.unwrap()
    }

    fn copy(&self, act: &mut Act<'_>, number: u64) -> Result<SubscriptionId, Error> {
        let account = act.new_id::<AccountId>().uuid();
        let billing = act.new_id::<BillingAccountId>().uuid();
        let subscription = act.new_id::<SubscriptionId>();
        let new = [account, billing, subscription.uuid()];
        let names: Vec<_> = self.ids.into_iter().zip(new).collect();
        act.put_quietly(&copied::<Account>(&self.account, &names, number))?;
        act.put_quietly(&copied::<BillingAccount>(&self.billing_account, &names, number))?;
        act.put_quietly(&copied::<Subscription>(&self.subscription, &names, number))?;
        Ok(subscription)
    }
}

/// Copies the customer with its billing account and subscription, until there are so many.
fn multiply(it: &Appliance, customer: &Value, subscriptions: usize) -> Vec<SubscriptionId> {
    let pattern = Pattern::of(it, customer);
    let mut ids = vec![SubscriptionId::from_uuid(pattern.ids[2])];
    for first in (1..subscriptions).step_by(2_000) {
        let numbers = first as u64..subscriptions.min(first + 2_000) as u64;
        let pattern = pattern.clone();
        let made = it.bss.bulk(Appliance::author(), move |act| {
            numbers.map(|number| pattern.copy(act, 1_000 + number)).collect::<Result<Vec<_>, _>>()
        });
        ids.extend(made.wait().unwrap());
    }
    ids
}

/// Reports usage of January on every meter of every subscription.
fn report(it: &Appliance, ids: &[SubscriptionId], meters: &[MeterId; 3]) {
    let at = Zone::UTC.start_of("2026-01-01".parse().unwrap());
    let source = "bench".parse::<tillbox::domain::text::Code>().unwrap();
    let entries = ids.iter().enumerate().flat_map(|(number, subscription)| {
        let source = source.clone();
        meters.iter().enumerate().map(move |(place, meter)| Entry {
            offered: Ok(Offered {
                source: source.clone(),
                event_id: format!("{number}-{place}").parse().unwrap(),
                subscription: *subscription,
                meter: MeterName::Id(*meter),
                quantity: Quantity::whole((number % 300) as i64 + place as i64),
                at: Some(at),
                dimensions: std::collections::BTreeMap::new(),
                carried: std::collections::BTreeMap::new(),
            }),
            text: Vec::new(),
        })
    });
    let entries: Vec<_> = entries.collect();
    for page in entries.chunks(10_000) {
        let receipt = usage::ingest(&it.bss, &Appliance::author(), page.to_vec()).unwrap();
        assert_eq!(receipt.accepted as usize, page.len(), "{:?}", receipt.refused.first());
    }
    it.keep_duties();
}
