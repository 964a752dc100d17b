//! How fast the usage of a month becomes amounts: events are taken, durable and each once, then added
//! up and rated through graduated tiers; beside PostgreSQL with the same events and tiers in SQL.
//!
//! `cargo bench --bench rating`; `TILLBOX_BENCH_EVENTS` says how many events there are, of a hundredth
//! as many subscriptions. Both take batches of 10,000 and answer for each when it is on the disk; both
//! rate on all processors, and must come to the same, to the cent. A charge is what a subscription used
//! on one of three meters.
//!
//! Who takes the events and who rates them are processes of their own: what making the file took is no
//! part of their memory, and what opening it takes is.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant as Clock};

use harness::appliance::Appliance;
use harness::crowd::multiply;
use harness::plan::{self, METERS, Plan};
use harness::postgres::Postgres;
use harness::process::{answer, asked_for, asked_of_this_bench, memory_mb, processor_time};
use harness::sealing::Sealing;
use harness::{aim, folder, introduce, per_second, row, share};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tillbox::domain::billing::policy::Policy;
use tillbox::domain::billing::rating::{Count, rate};
use tillbox::domain::catalog::price::{Price, PriceKind, PriceVersion};
use tillbox::domain::id::{Id, MeterId, SubscriptionId};
use tillbox::domain::money::{Currency, Rounding};
use tillbox::domain::page::PageOrder;
use tillbox::domain::quantity::Quantity;
use tillbox::domain::subscription::Subscription;
use tillbox::domain::time::Instant;
use tillbox::domain::usage::detail::Detail;
use tillbox::services::usage::{Entry, MeterName, Offered, ingest};
use tillbox::store::usage::{Limits, Series, Usage, Want};
use tillbox::store::{KeyRange, ReadTx, Record, Records, Store, View};
use uuid::Uuid;

const EVENTS: usize = 10_000_000;
const BATCH: usize = 10_000;
/// So many charges are rated at a time, as pages of a billing run do.
const PAGE: usize = 4_800;
/// At most so much memory is taken, in MB.
const MEMORY_MAX: u64 = 256;
/// The beginning and the end of January 2026.
const MONTH_MICROS: [i64; 2] = [1_767_225_600_000_000, 1_769_904_000_000_000];
/// The day on which the events come.
const TODAY: &str = "2026-02-01";

/// What makes a process of this bench the one that takes the events: its first argument, before where the
/// file is.
const TAKING: &str = "take";
/// The same for the one that rates them.
const RATING: &str = "rate";

fn main() {
    let events = std::env::var("TILLBOX_BENCH_EVENTS");
    let events: usize = events.ok().map_or(EVENTS, |it| it.parse().unwrap());
    let size = Size { events, subscriptions: (events / 100).max(1) };
    if let Some(arguments) = asked_for(TAKING) {
        let path = Path::new(&arguments[0]);
        return answer(&Market::of(path, size).take(path));
    }
    if let Some(arguments) = asked_for(RATING) {
        let path = Path::new(&arguments[0]);
        return answer(&Market::of(path, size).rated(path));
    }
    introduce("The usage of a month, taken and rated through three tiers");
    println!("{events} events of {} subscriptions on three meters", size.subscriptions);
    let folder = folder();
    let path = folder.path().join("tillbox.redb");
    found(&path, size);
    let place = [path.to_str().unwrap()];
    let (took, peak): (Duration, u64) = asked_of_this_bench(TAKING, &place);
    let taken = per_second(events, took);
    let note = format!("{BATCH} a batch, sealed, peak {peak} MB");
    row("Tillbox, durable and each once", taken, &note);
    let ours: Rated = asked_of_this_bench(RATING, &place);
    let rated = per_second(events, ours.took);
    let (used, rebuilt) = (ours.used.as_millis(), ours.rebuilt.as_millis());
    let note = format!(
        "{} charges/s, {used} ms of processor, peak {} MB, read in for {rebuilt} ms before",
        per_second(ours.charges, ours.took),
        ours.peak
    );
    row("Tillbox, added up and rated", rated, &note);
    if let Some(postgres) = Postgres::start() {
        let theirs = reference(&postgres, size);
        assert_eq!(theirs.sums, ours.sums, "both come to the same");
        let beside = |ours, theirs| format!("Tillbox {}", share(ours, theirs));
        let (copied, added_up) =
            (per_second(events, theirs.copy), per_second(events, theirs.rating));
        row("PostgreSQL, COPY under a unique key", copied, &beside(taken, copied));
        row("PostgreSQL, added up and rated in SQL", added_up, &beside(rated, added_up));
    }
    aim("peak < 256 MB", peak.max(ours.peak) < MEMORY_MAX);
}

/// How much there is.
#[derive(Clone, Copy)]
struct Size {
    events: usize,
    subscriptions: usize,
}

/// An event as both are given it.
struct Event {
    subscription: usize,
    meter: usize,
    at: Instant,
    quantity: Decimal,
    source: usize,
    id: Uuid,
}

impl Size {
    /// The event of a number: who uses what looks random, when it is used rises through the month.
    fn event(self, number: usize) -> Event {
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let amount = number.wrapping_mul(0xd1b5_4a32_d192_ed03) >> 24;
        let step = (MONTH_MICROS[1] - MONTH_MICROS[0]) / self.events as i64;
        Event {
            subscription: spread % self.subscriptions,
            meter: spread / self.subscriptions % METERS.len(),
            at: Instant::from_micros(MONTH_MICROS[0] + number as i64 * step).unwrap(),
            quantity: Decimal::new((1 + amount % 10_000) as i64, 3),
            source: spread % 8,
            id: Uuid::from_u128((number as u128) << 64 | spread as u128),
        }
    }
}

/// Makes a file in which so many have bought.
fn found(path: &Path, size: Size) {
    let it = Appliance::found(path);
    let plan = Plan::sold(&it);
    multiply(&it, &plan.customer, size.subscriptions);
}

/// What is bought and counted, as the file of an appliance has it.
struct Market {
    size: Size,
    subscriptions: Vec<SubscriptionId>,
    /// At what each meter is charged.
    versions: BTreeMap<MeterId, PriceVersion>,
    meters: Vec<MeterId>,
}

/// What was rated.
#[derive(Serialize, Deserialize)]
struct Rated {
    took: Duration,
    /// Of the processors, by all threads.
    used: Duration,
    /// How long it took to read in what a running appliance has in memory.
    rebuilt: Duration,
    charges: usize,
    /// In MB.
    peak: u64,
    /// How many charges, and their sum.
    sums: String,
}

impl Market {
    /// That of a file.
    fn of(path: &Path, size: Size) -> Self {
        let store = Store::open(path, 0).unwrap();
        let view = store.read().unwrap();
        let mut subscriptions = Vec::new();
        let every = KeyRange::all();
        let found = view.scan(Subscription::TABLE, &every, PageOrder::Rising, &mut |id, _| {
            subscriptions.push(SubscriptionId::from_uuid(Uuid::from_slice(id).unwrap()));
            Ok(ControlFlow::Continue(()))
        });
        found.unwrap();
        let first: Subscription = view.find(subscriptions[0]).unwrap().unwrap();
        let prices = first.deal().prices.keys();
        let prices = prices.map(|id| view.find::<Price>(*id).unwrap().unwrap());
        let metered = prices.filter_map(|price| match price.kind {
            PriceKind::Usage { meter } => Some((meter, price.versions.as_slice()[0].clone())),
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } => None,
        });
        let versions: BTreeMap<_, _> = metered.collect();
        let meters = versions.keys().copied().collect();
        Self { size, subscriptions, versions, meters }
    }

    fn entry(&self, number: usize) -> Entry {
        let it = self.size.event(number);
        let offered = Offered {
            source: format!("meter-{:02}", it.source).parse().unwrap(),
            event_id: it.id.to_string().parse().unwrap(),
            subscription: self.subscriptions[it.subscription],
            meter: MeterName::Id(self.meters[it.meter]),
            quantity: Quantity::new(it.quantity),
            at: Some(it.at),
            dimensions: BTreeMap::new(),
            carried: BTreeMap::new(),
        };
        Entry { offered: Ok(offered), text: Vec::new() }
    }

    /// Gives an appliance all events, and has it seal what is full; answers how long that took and how
    /// much memory, in MB.
    fn take(&self, path: &Path) -> (Duration, u64) {
        let it = Appliance::open(path);
        it.set_day(TODAY);
        let begun = Clock::now();
        let sealing = Sealing::begin(&it.bss);
        for first in (0..self.size.events).step_by(BATCH) {
            let numbers = first..self.size.events.min(first + BATCH);
            let entries: Vec<_> = numbers.map(|it| self.entry(it)).collect();
            let count = entries.len() as u64;
            let receipt = ingest(&it.bss, &Appliance::author(), entries).unwrap();
            assert_eq!(receipt.accepted, count, "{:?}", receipt.refused.first());
            assert!(receipt.unrated.is_empty(), "all of it has a price");
        }
        sealing.end();
        it.run("usage");
        (begun.elapsed(), memory_mb("self", "VmHWM"))
    }

    /// Adds up and rates what every subscription used on every meter in the month.
    fn rated(&self, path: &Path) -> Rated {
        let store = Store::open(path, Store::CACHE_BYTES).unwrap();
        let (view, usage) = (store.read().unwrap(), Usage::new(Limits::LIVE));
        let begun = Clock::now();
        usage.rebuild(&view).unwrap();
        let rebuilt = begun.elapsed();
        let (begun, used) = (Clock::now(), processor_time("self"));
        let (wants, usage, view) = (self.wants(), &usage, &view);
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let parts: Vec<_> = thread::scope(|scope| {
            let parts = wants.chunks(wants.len().div_ceil(processors));
            let parts = parts.map(|it| scope.spawn(move || self.rate(usage, view, it)));
            let parts: Vec<_> = parts.collect();
            parts.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let (took, used) = (begun.elapsed(), processor_time("self") - used);
        let charges: usize = parts.iter().map(|it| it.0).sum();
        let cents: i64 = parts.iter().map(|it| it.1).sum();
        let sums = format!("{charges}|{}.{:02}", cents / 100, cents % 100);
        Rated { took, used, rebuilt, charges, peak: memory_mb("self", "VmHWM"), sums }
    }

    fn wants(&self) -> Vec<Want> {
        let [from, to] = MONTH_MICROS.map(|it| Instant::from_micros(it).unwrap());
        let want = |subscription, meter| Want { series: Series { subscription, meter }, from, to };
        let of = |subscription: &SubscriptionId| {
            let subscription = *subscription;
            self.meters.iter().map(move |meter| want(subscription, *meter))
        };
        self.subscriptions.iter().flat_map(of).collect()
    }

    /// How many charges there are, and what they come to in cents.
    fn rate(&self, usage: &Usage, view: &ReadTx, wants: &[Want]) -> (usize, i64) {
        let (mut charges, mut cents) = (0, 0);
        for page in wants.chunks(PAGE) {
            for (want, total) in page.iter().zip(usage.totals(view, page).unwrap()) {
                if total.count > 0 {
                    charges += 1;
                    cents += self.charge(want.series.meter, total.quantity().unwrap());
                }
            }
        }
        (charges, cents)
    }

    fn charge(&self, meter: MeterId, quantity: Quantity) -> i64 {
        let (version, count) = (&self.versions[&meter], Count::of(quantity));
        let zero_usage = Policy::DEFAULT.zero_usage;
        let rated = rate(version, count, &Detail::Total, Currency::EUR, zero_usage).unwrap();
        rated.amount.book(Rounding::HalfUp).unwrap().as_minor()
    }
}

/// What PostgreSQL took.
struct Reference {
    copy: Duration,
    rating: Duration,
    sums: String,
}

/// Lets PostgreSQL take the same events, as many in a transaction, and rate them by the same tiers.
fn reference(postgres: &Postgres, size: Size) -> Reference {
    postgres.run(include_str!("sql/events.sql"));
    postgres.run(&plan::sql());
    let begun = Clock::now();
    postgres.feed(|to| rows(to, size));
    let copy = begun.elapsed();
    postgres.run("VACUUM ANALYZE");
    let begun = Clock::now();
    let sums = postgres.run(include_str!("sql/rate.sql"));
    Reference { copy, rating: begun.elapsed(), sums }
}

fn rows(to: &mut dyn Write, size: Size) -> io::Result<()> {
    for first in (0..size.events).step_by(BATCH) {
        writeln!(to, "COPY usage_event FROM STDIN;")?;
        for number in first..size.events.min(first + BATCH) {
            let Event { subscription, meter, at, quantity, source, id } = size.event(number);
            let meter = meter + 1;
            writeln!(to, "{subscription}\t{meter}\t{at}\t{quantity}\tmeter-{source:02}\t{id}")?;
        }
        writeln!(to, "\\.")?;
    }
    Ok(())
}
