//! How fast a billing run makes invoices, whether it stays as fast when there are more, and how much
//! memory it takes, beside an engine that writes the same rows in as many commits, and beside PostgreSQL
//! that bills the same in SQL.
//!
//! `cargo bench --bench billing_run`; `TILLBOX_BENCH_SUBSCRIPTIONS` names the sizes: `10000,100000`
//! where the million takes too long. Each subscription is a customer's only one, with a base fee and
//! three tiered usage prices, each with usage in the month, all lowered by a discount. An invoice has
//! four explained lines, tax, a number, a seal and its journal entry; in PostgreSQL it has all of that
//! but the seal. Both must come to the same, to the cent.
//!
//! A process of its own opens the file and bills: what making the file took is no part of its memory,
//! and what opening it takes is.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use harness::appliance::{Appliance, text};
use harness::crowd::multiply;
use harness::plan::{self, METERS, Plan};
use harness::postgres::Postgres;
use harness::process::{answer, asked_for, asked_of_this_bench, memory_mb, processor_time};
use harness::replay::{Contents, Replay};
use harness::{aim, folder, introduce, per_second, row, share, told};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tillbox::domain::id::{MeterId, SubscriptionId};
use tillbox::domain::quantity::Quantity;
use tillbox::domain::time::Zone;
use tillbox::services::usage::{self, Entry, MeterName, Offered};

/// At most so many subscriptions are compared row by row with the engine alone.
const REPLAYED_MAX: usize = 10_000;
/// At most so much memory is taken, in MB, however many are billed.
const MEMORY_MAX: u64 = 256;
/// How many accounts PostgreSQL bills in a transaction: as many as we do at most.
const PAGE: usize = 1_600;
/// What makes a process of this bench the one that bills: its first argument, before where the file is.
const BILLING: &str = "bill";

fn main() {
    if let Some(arguments) = asked_for(BILLING) {
        return answer(&bill(Path::new(&arguments[0])));
    }
    let sizes = std::env::var("TILLBOX_BENCH_SUBSCRIPTIONS");
    let sizes = sizes.unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    introduce(
        "A billing run: a base fee and three tiered usage prices a subscription, discount and tax",
    );
    let sizes: Vec<usize> = sizes.split(',').map(|it| it.parse().unwrap()).collect();
    let rates: Vec<_> = sizes.iter().map(|it| run(*it)).collect();
    if let (Some(first), Some(last)) = (rates.first(), rates.last()) {
        aim(">= 30,000 invoices/s", last.0 >= 30_000);
        aim("grows linearly: the last at least at 80 % of the first", last.0 * 100 >= first.0 * 80);
        aim("peak < 256 MB", rates.iter().all(|it| it.1 < MEMORY_MAX));
    }
}

/// Bills so many subscriptions; returns how many invoices a second, and the most memory in MB.
fn run(subscriptions: usize) -> (u64, u64) {
    println!("{subscriptions} subscriptions");
    let folder = folder();
    let (path, bare) = (folder.path().join("tillbox.redb"), folder.path().join("bare.redb"));
    prepare(&path, subscriptions);
    let before = (subscriptions <= REPLAYED_MAX).then(|| Contents::of(&path));
    let Billed { took, used, commits, memory: (idle, peak), sums } =
        asked_of_this_bench(BILLING, &[path.to_str().unwrap()]);
    let invoices = sums.split('|').next();
    assert_eq!(invoices, Some(subscriptions.to_string().as_str()), "each is billed");
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
    if let Some(postgres) = Postgres::start() {
        reference(&postgres, subscriptions, (ours, &sums));
    }
    (ours, peak)
}

/// Lets PostgreSQL bill the same on as many connections as there are processors.
fn reference(postgres: &Postgres, subscriptions: usize, (ours, sums): (u64, &str)) {
    load(postgres, subscriptions);
    let connections = thread::available_parallelism().map_or(1, usize::from);
    let part = subscriptions.div_ceil(connections);
    let bill = |first: usize| {
        let last = subscriptions.min(first + part - 1);
        format!("CALL bill({first}, {last}, {PAGE})")
    };
    let calls: Vec<_> = (1..=subscriptions).step_by(part).map(bill).collect();
    let begun = Instant::now();
    postgres.run_together(&calls);
    let took = begun.elapsed();
    let theirs = per_second(subscriptions, took);
    let note = format!(
        "{}, {} connections, {PAGE} a commit; Tillbox {}",
        told(took),
        calls.len(),
        share(ours, theirs)
    );
    row("PostgreSQL, the same in SQL without a seal", theirs, &note);
    let found = postgres.run("SELECT count(*), sum(net), sum(tax), sum(gross) FROM invoice");
    assert_eq!(found, sums, "both come to the same");
    let found = postgres.run("SELECT count(*) FROM invoice_line");
    assert_eq!(found, (subscriptions * (METERS.len() + 1)).to_string(), "each has all its lines");
    assert_eq!(postgres.run("SELECT sum(amount) FROM journal_leg"), "0.00", "the books balance");
}

/// Gives PostgreSQL the customers, the plan and the usage.
fn load(postgres: &Postgres, subscriptions: usize) {
    postgres.run(include_str!("sql/invoices.sql"));
    postgres.run(&plan::sql());
    postgres.feed(|to| rows(to, subscriptions));
    postgres.run(include_str!("sql/index.sql"));
}

fn rows(to: &mut dyn Write, subscriptions: usize) -> io::Result<()> {
    writeln!(to, "COPY account FROM STDIN;")?;
    for id in 1..=subscriptions {
        writeln!(to, "{id}\tCustomer of the benches\tRing 1\tBerlin\tDE\t2026-02-01")?;
    }
    writeln!(to, "\\.\nCOPY subscription FROM STDIN;")?;
    for id in 1..=subscriptions {
        writeln!(to, "{id}\t{id}\t2026-02-01")?;
    }
    writeln!(to, "\\.\nCOPY usage_event FROM STDIN;")?;
    for id in 1..=subscriptions {
        for place in 0..METERS.len() {
            let used = used(id - 1, place);
            writeln!(to, "{id}\t{}\t2026-01-01 00:00:00Z\t{used}", place + 1)?;
        }
    }
    writeln!(to, "\\.")
}

/// What billing takes.
#[derive(Serialize, Deserialize)]
struct Billed {
    took: Duration,
    /// Of the processors, by all threads.
    used: Duration,
    commits: u64,
    /// In MB: before, and at most.
    memory: (u64, u64),
    /// How many invoices there are, and their net, tax and gross.
    sums: String,
}

fn bill(path: &Path) -> Billed {
    let it = Appliance::open(path);
    let idle = memory_mb("self", "VmRSS");
    it.set_day("2026-02-01");
    let (begun, commits, used) = (Instant::now(), it.bss.commits(), processor_time("self"));
    it.run("billing");
    let (took, commits) = (begun.elapsed(), it.bss.commits() - commits);
    let used = processor_time("self") - used;
    let memory = (idle, memory_mb("self", "VmHWM"));
    let run = it.get("/billing_runs?limit=1")["items"][0].clone();
    assert_eq!(run["failed"], 0, "{run}");
    Billed { took, used, commits, memory, sums: sums(&run) }
}

/// The sums of a run, as PostgreSQL writes them.
fn sums(run: &Value) -> String {
    let amounts = &run["amounts"][0];
    let [net, tax, gross] = ["net", "tax", "gross"].map(|it| text(&amounts[it]["amount"]));
    format!("{}|{net}|{tax}|{gross}", run["invoices"])
}

/// Makes a file with so many subscriptions that are billed on 1 February.
fn prepare(path: &Path, subscriptions: usize) {
    let it = Appliance::found(path);
    let plan = Plan::sold(&it);
    let ids = multiply(&it, &plan.customer, subscriptions);
    report(&it, &ids, &plan.meters);
}

/// How much the subscription of a number used on a meter in January: enough for a line.
fn used(number: usize, place: usize) -> Decimal {
    Decimal::new((1_000 + (number * 7_919 + place * 104_729) % 300_000) as i64, 3)
}

/// Reports usage of January on every meter of every subscription.
fn report(it: &Appliance, ids: &[SubscriptionId], meters: &[MeterId; 3]) {
    let at = Zone::UTC.start_of("2026-01-01".parse().unwrap());
    let source = "bench".parse::<tillbox::domain::text::Code>().unwrap();
    let entry = |number: usize, place: usize| Entry {
        offered: Ok(Offered {
            source: source.clone(),
            event_id: format!("{number}-{place}").parse().unwrap(),
            subscription: ids[number],
            meter: MeterName::Id(meters[place]),
            quantity: Quantity::new(used(number, place)),
            at: Some(at),
            dimensions: std::collections::BTreeMap::new(),
            carried: std::collections::BTreeMap::new(),
        }),
        text: Vec::new(),
    };
    let numbers: Vec<_> = (0..ids.len()).collect();
    for page in numbers.chunks(3_000) {
        let places = page.iter().flat_map(|number| (0..METERS.len()).map(|it| (*number, it)));
        let entries: Vec<_> = places.map(|(number, place)| entry(number, place)).collect();
        let count = entries.len();
        let receipt = usage::ingest(&it.bss, &Appliance::author(), entries).unwrap();
        assert_eq!(receipt.accepted as usize, count, "{:?}", receipt.refused.first());
    }
    it.keep_duties();
}
