//! How fast small acts are done, durable, by one client and by 64, beside an engine that writes the
//! same rows and does nothing else.
//!
//! `cargo bench --bench acts`; `TILLBOX_BENCH_ACTS` says how many acts each run takes. An act is
//! *record a payment* (payment, journal, balances, facts) or *register an account* (party, account,
//! billing account, with their indices and facts).

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::appliance::{Appliance, text};
use harness::load::{Connection, Loaded, load, request};
use harness::process::Server;
use harness::replay::{Contents, Replay, clients_of};
use harness::{Times, aim, best, folder, introduce, per_second, row, share};
use serde_json::json;
use tillbox::domain::account::profile::{Profile, Receivables};
use tillbox::domain::account::{Beginning, Nature};
use tillbox::domain::id::BillingAccountId;
use tillbox::domain::money::{Currency, Money};
use tillbox::domain::payment::method::MethodKind;
use tillbox::services::account::{self, BillingWish, OpenAccount, Wanted};
use tillbox::services::payment::{self, RecordPayment};
use tillbox::services::payment_method::Way;
use tillbox::services::{Act, Error};

const ACTS: usize = 6_000;
const CUSTOMERS: usize = 200;
const RUNS: usize = 3;
const TOKEN: &str = "tbx_benches-benches-benches-benches-0";

/// A small act, in process and over HTTP.
struct Sort {
    name: &'static str,
    act: fn(&mut Act<'_>, &[BillingAccountId], usize) -> Result<(), Error>,
    path: &'static str,
}

const SORTS: &[Sort] = &[
    Sort { name: "record a payment", act: pay, path: "/payments" },
    Sort { name: "register an account", act: register, path: "/accounts" },
];

fn pay(act: &mut Act<'_>, payers: &[BillingAccountId], number: usize) -> Result<(), Error> {
    let command = RecordPayment {
        billing_account: payers[number * 7 % payers.len()],
        amount: Money::minor(1_000 + number as i64, Currency::EUR),
        way: Way::Kind(MethodKind::BankTransfer),
        reference: None,
        received_on: None,
        note: None,
        settles: None,
    };
    payment::record(act, command).map(|_| ())
}

fn register(act: &mut Act<'_>, _: &[BillingAccountId], number: usize) -> Result<(), Error> {
    let name = format!("Customer {number}").parse().unwrap();
    let provider = account::provider(act.cx())?.id;
    let command = OpenAccount {
        id: None,
        wanted: Wanted::Customer,
        parent: Some(provider),
        party: None,
        beginning: Beginning::Active,
        profile: Profile::named(Nature::Company, name, "en".parse().unwrap()),
        class: None,
        tax_status: None,
        tax_zone: None,
        tax_exemptions: Vec::new(),
        receivables: Receivables::Ours,
        sales_id: None,
        branch_id: None,
        billing: BillingWish::default(),
    };
    account::open(act, command).map(|_| ())
}

fn main() {
    let acts = std::env::var("TILLBOX_BENCH_ACTS").ok().map_or(ACTS, |it| it.parse().unwrap());
    introduce("Small acts, durable; each figure is the best of some runs");
    for sort in SORTS {
        in_process(sort, acts);
        over_http(sort, acts);
    }
}

/// An appliance with customers, closed; and their billing accounts.
fn prepared(path: &Path) -> Vec<BillingAccountId> {
    let _ = std::fs::remove_file(path);
    let it = Appliance::found(path);
    let customers = 0..CUSTOMERS;
    let opened = customers.map(|number| it.customer(&format!("Payer {number}")));
    opened.map(|it| text(&it["billing_account"]).parse().unwrap()).collect()
}

fn in_process(sort: &'static Sort, acts: usize) {
    let folder = folder();
    let path = folder.path().join("tillbox.redb");
    let bare = folder.path().join("bare.redb");
    let prepared_at = || {
        let payers = prepared(&path);
        (payers, Contents::of(&path))
    };
    println!("{}", sort.name);
    for clients in [1, 64] {
        let acts = if clients == 1 { acts / 6 } else { acts };
        let runs = (0..RUNS).map(|_| {
            let (payers, before) = prepared_at();
            let (took, times) = ours(&path, sort, (payers, acts), clients);
            let replay = Arc::new(Replay::between(&before, &Contents::of(&path), acts));
            let engine = replay.by_clients(&before, &bare, clients);
            (took, times, replay, engine)
        });
        let runs: Vec<_> = runs.collect();
        let (took, times, replay, _) = runs.iter().min_by_key(|it| it.0).unwrap();
        let (bare_took, bare_times) = runs.iter().map(|it| &it.3).min_by_key(|it| it.0).unwrap();
        let (ours, engine) = (per_second(acts, *took), per_second(acts, *bare_took));
        let rows = replay.rows_in_tenths();
        let rows = format!("{}.{} rows, {} bytes an act", rows / 10, rows % 10, replay.bytes());
        row(
            &format!("redb alone, {clients} clients"),
            engine,
            &format!("{}; {rows}", bare_times.told()),
        );
        let note = format!("{}; {} of redb alone", times.told(), share(ours, engine));
        row(&format!("Tillbox in process, {clients} clients"), ours, &note);
        if std::env::var_os("TILLBOX_BENCH_ROWS").is_some() {
            println!("    {}", replay.told());
        }
        if clients == 64 {
            aim("64 clients >= 5,000/s", ours >= 5_000);
            aim("p99 < 25 ms", times.per_mille(990) < Duration::from_millis(25));
            aim(">= 70 % of redb alone", ours * 100 >= engine * 70);
        }
    }
}

fn ours(
    path: &Path,
    sort: &'static Sort,
    (payers, acts): (Vec<BillingAccountId>, usize),
    clients: usize,
) -> (Duration, Times) {
    let it = Appliance::open(path);
    let (bss, payers) = (Arc::clone(&it.bss), Arc::new(payers));
    let author = Appliance::author();
    let begun = Instant::now();
    let times = clients_of(clients, acts, move |number| {
        let payers = Arc::clone(&payers);
        let pending = bss.act(author.clone(), move |act| (sort.act)(act, &payers, number));
        async move { pending.done().await.unwrap() }
    });
    (begun.elapsed(), times)
}

fn over_http(sort: &Sort, acts: usize) {
    let folder = folder();
    let server = Server::start(folder.path(), &[], TOKEN);
    let mut connection = Connection::open(&server.address);
    let accounts: Vec<_> = (0..CUSTOMERS)
        .map(|number| {
            let body = json!({ "name": format!("Payer {number}") }).to_string();
            text(&connection.ask(&request("POST /api/v1/accounts", TOKEN, &body))["id"])
        })
        .collect();
    let body = |number: usize| match sort.path {
        "/payments" => json!({
            "account": accounts[number * 7 % accounts.len()],
            "amount": { "amount": "10.00", "currency": "EUR" },
        }),
        _ => json!({ "name": format!("Customer {number}") }),
    };
    let what = format!("POST /api/v1{}", sort.path);
    let requests = |count| {
        Arc::new(
            (0..count).map(|it| request(&what, TOKEN, &body(it).to_string())).collect::<Vec<_>>(),
        )
    };
    for (clients, acts) in [(1, acts / 6), (64, acts)] {
        let requests = requests(acts);
        let run = || load(&server.address, &requests, clients);
        let Loaded { took, times } = best(RUNS, run, |it| per_second(acts, it.took));
        row(
            &format!("Tillbox over HTTP, {clients} clients"),
            per_second(acts, took),
            &times.told(),
        );
    }
}
