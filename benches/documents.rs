//! How fast invoices become files, beside an empty page by the same writer.
//!
//! `cargo bench --bench documents`. An invoice has eight lines of a month, each explained in the
//! annex; it is made anew each time, as whoever asks for it has it made.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod harness;

use std::hint::black_box;
use std::time::{Duration, Instant};

use harness::appliance::{Appliance, text};
use harness::process::{forget_peak, memory_mb};
use harness::{Times, aim, folder, introduce, per_second, row, share};
use krilla::Document;
use krilla::page::PageSettings;
use serde_json::{Value, json};
use tillbox::domain::account::billing_account::BillFormat;
use tillbox::domain::id::InvoiceId;
use tillbox::domain::operator::Actor;
use tillbox::services::invoice;
use tillbox::services::paper::Manuscript;

/// How long each form is made.
const SPAN: Duration = Duration::from_secs(3);
const LINES: usize = 8;

fn main() {
    introduce("Invoices of eight lines as files");
    let home = folder();
    let it = Appliance::found(&home.path().join("tillbox.redb"));
    let id = billed(&it);
    let manuscript =
        it.bss.read(&Actor::duty("bench"), |cx| Manuscript::of_invoice(cx, invoice::get(cx, id)?));
    let manuscript = manuscript.unwrap();
    let (blank, note) = measured(empty);
    row("an empty page", blank, &note);
    for (name, form) in [
        ("PDF", BillFormat::Pdf),
        ("Factur-X", BillFormat::FacturX),
        ("UBL", BillFormat::Ubl),
        ("CII", BillFormat::Cii),
    ] {
        forget_peak();
        let (rate, note) = measured(|| manuscript.made(form).unwrap().bytes);
        let peak = memory_mb("self", "VmHWM");
        row(
            name,
            rate,
            &format!("{note}, peak {peak} MB; {} of an empty page", share(rate, blank)),
        );
        if form == BillFormat::Pdf {
            aim(">= 100 PDFs/s on one core", rate >= 100);
        }
    }
}

/// A file with an empty page.
fn empty() -> Vec<u8> {
    let mut document = Document::new();
    document.start_page_with(PageSettings::from_wh(595.0, 842.0).unwrap()).finish();
    document.finish().unwrap()
}

/// How many of something are made in a second, with what is to be said of it.
fn measured(make: impl Fn() -> Vec<u8>) -> (u64, String) {
    let (begun, mut times, mut size) = (Instant::now(), Vec::new(), 0);
    while begun.elapsed() < SPAN {
        let one = Instant::now();
        size = black_box(make()).len();
        times.push(one.elapsed());
    }
    let rate = per_second(times.len(), begun.elapsed());
    (rate, format!("{}, {} KiB", Times::of(times).told(), size.div_ceil(1024)))
}

/// An invoice of a month, by a seller with a letterhead.
fn billed(it: &Appliance) -> InvoiceId {
    it.tax();
    let provider = text(&it.get("/accounts?limit=1")["items"][0]["id"]);
    let address = json!({ "street": "Werft 1", "city": "Kiel", "country": "DE" });
    let seller = json!({ "address": address, "tax": { "registration_id": "DE123456788" } });
    it.patch(&format!("/accounts/{provider}"), &seller);
    let bank = json!({ "iban": "DE89370400440532013000", "bic": "COBADEFF" });
    it.post("/letterheads", &json!({ "bank": bank, "registration": "HRB 1234" }));
    let price = |number: usize| {
        json!({
            "name": format!("Part {number}"), "kind": "recurring", "currency": "EUR",
            "model": { "kind": "flat", "amount": format!("{number}.99") },
        })
    };
    let prices: Vec<Value> = (1..=LINES).map(price).collect();
    let offer = it.offer("Cloud", &prices);
    let customer = it.customer("Customer of the benches");
    let item = json!({ "offer": offer, "quantity": 1 });
    it.post("/orders", &json!({ "account": customer["id"], "items": [item] }));
    it.keep_duties();
    let invoices = it.get("/invoices?order=oldest");
    let invoice = &invoices["items"][0];
    text(&invoice["id"]).parse().unwrap()
}
