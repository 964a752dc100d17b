//! What a list gives as a file for the books: all of it, with what each figure is in.

use std::collections::BTreeMap;

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA};
use super::tab::Tab;

/// The rows of the file that a page gives, by the heads of their columns.
fn saved(tab: &Tab, page: &str, seen: &str) -> Vec<BTreeMap<String, String>> {
    tab.go(&format!("/ui{page}"));
    tab.sees(seen);
    tab.eval(
        "(() => { const make = URL.createObjectURL;
          URL.createObjectURL = (it) => { window.saved = it.text(); return make(it); }; })()",
    );
    tab.click("button", "CSV");
    tab.until("window.saved");
    let text = tab.eval("window.saved");
    let mut lines = text.as_str().unwrap().trim_start_matches('\u{feff}').lines();
    let cells = |line: &str| line.split(',').map(ToOwned::to_owned).collect::<Vec<_>>();
    let heads = cells(lines.next().unwrap());
    let row = |line| {
        let cells = cells(line);
        assert_eq!(cells.len(), heads.len(), "{line}");
        heads.iter().cloned().zip(cells).collect()
    };
    lines.map(row).collect()
}

fn amount(row: &BTreeMap<String, String>, column: &str) -> rust_decimal::Decimal {
    row[column].parse().unwrap_or_default()
}

#[test]
fn each_amount_in_a_file_has_its_currency() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    let lists = [
        ("/invoices", "INV-2026-000001", "Gross", 13),
        ("/payments", "Hafen Logistik KG", "Amount", 4),
        ("/credit-notes", "CRN-2026-000001", "Gross", 1),
    ];
    for (page, seen, column, count) in lists {
        let rows = saved(&tab, page, seen);
        assert_eq!(rows.len(), count, "{page}");
        for row in &rows {
            assert!(amount(row, column).is_sign_positive(), "{page}: {row:?}");
            let currency =
                if row.values().any(|it| it == "Studio Ostwind") { "USD" } else { "EUR" };
            assert_eq!(row["Currency"], currency, "{page}: {row:?}");
        }
    }
    tab.must_be_content();
}

#[test]
fn each_leg_of_an_entry_is_a_line_and_they_are_equal() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    let rows = saved(&tab, "/journal", "Balances");
    let mut entries = BTreeMap::<_, Vec<_>>::new();
    for row in &rows {
        assert_ne!(row["Debit"].is_empty(), row["Credit"].is_empty(), "{row:?}");
        assert!(!row["Ledger"].is_empty(), "{row:?}");
        entries.entry(&row["No."]).or_default().push(row);
    }
    assert!(entries.len() > 10, "{} entries", entries.len());
    for (number, legs) in entries {
        assert!(legs.len() > 1, "{number}");
        assert!(legs.iter().all(|it| it["Currency"] == legs[0]["Currency"]), "{legs:?}");
        let sum = |column| legs.iter().map(|it| amount(it, column)).sum::<rust_decimal::Decimal>();
        assert_eq!(sum("Debit"), sum("Credit"), "{number}");
    }
    tab.must_be_content();
}

#[test]
fn the_books_of_each_seller_are_its_own() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/journal");
    tab.sees("Balances of Provider");
    tab.sees("Receivable");
    tab.choose("Whose books", "North Reseller");
    tab.sees("Balances of North Reseller");
    tab.sees("Nothing was booked yet");
    tab.until("!seen().includes('Receivable')");
    tab.must_be_content();
}

#[test]
fn a_file_has_every_page_of_its_list() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    // The server gives one row at a time, and none at all at first.
    tab.go("/ui/");
    tab.sees("Recent invoices");
    tab.settle();
    tab.eval(
        "(() => { const ask = window.fetch;
          window.fetch = (url, how) => {
            const at = new URL(url, location.href);
            if (at.pathname !== '/api/v1/invoices') return ask(url, how);
            if (!at.searchParams.has('cursor')) {
              return Promise.resolve(Response.json({ items: [], next_cursor: 'first' }));
            }
            if (at.searchParams.get('cursor') === 'first') at.searchParams.delete('cursor');
            at.searchParams.set('limit', '1');
            return ask(at, how);
          }; })()",
    );
    tab.click("link", "Invoices");
    // A page with nothing on it is not the end.
    tab.sees("INV-2026-000013");
    tab.sees("The first 1 row");
    tab.click("button", "Show more");
    tab.sees("INV-2026-000012");
    tab.eval(
        "(() => { const make = URL.createObjectURL;
          URL.createObjectURL = (it) => { window.saved = it.text(); return make(it); }; })()",
    );
    tab.click("button", "CSV");
    tab.until("window.saved");
    let text = tab.eval("window.saved");
    assert_eq!(text.as_str().unwrap().lines().count(), 1 + 13, "{text}");
    tab.must_be_content();
}
