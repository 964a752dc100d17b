//! The journal as files for accountants: every leg a row of CSV, or every booking a row in the format in
//! which the programs of DATEV take them in (`EXTF`, version 700, bookings of version 13).

use std::fmt::Write as _;

use super::csv::{Cell, Sheet};
use crate::domain::bookkeeping::{About, Booking, Chart, Side, Taxed, bookings};
use crate::domain::id::Kind;
use crate::domain::journal::{Entry, Holder};
use crate::domain::money::{Currency, MoneyError};
use crate::domain::time::{Date, Instant};

/// An entry, and what people read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place in the journal.
    pub sequence: u64,
    /// The day, where the seller is.
    pub on: Date,
    /// When it came in, if it is about something that did: with what is written down late that lies before
    /// the days of the file.
    pub came_on: Option<Date>,
    /// What caused it, in words.
    pub text: String,
    /// The number of the document that it is about, if it is about one.
    pub document: Option<String>,
    /// The entry.
    pub entry: Entry,
    /// Whose and of what it is.
    pub about: About,
}

/// What causes are called by accountants who speak German, French or Spanish.
const CALLED: [(Kind, [&str; 3]); 8] = [
    (Kind::Invoice, ["Rechnung", "Facture", "Factura"]),
    (Kind::CreditNote, ["Gutschrift", "Avoir", "Factura rectificativa"]),
    (Kind::Settlement, ["Partnerabrechnung", "Relevé", "Liquidación"]),
    (Kind::ShareRecord, ["Anteil eines Partners", "Part d’un partenaire", "Parte de un socio"]),
    (Kind::Payment, ["Zahlung", "Paiement", "Pago"]),
    (Kind::Refund, ["Erstattung", "Remboursement", "Reembolso"]),
    (Kind::Deposit, ["Kaution", "Dépôt de garantie", "Fianza"]),
    // What was charged in advance is earned.
    (Kind::Account, ["Erlös realisiert", "Produit constaté", "Ingreso devengado"]),
];

/// What a kind of cause is called in a language other than English; nothing where nobody has said.
#[must_use]
pub fn called(kind: Kind, language: &str) -> Option<&'static str> {
    let (_, [german, french, spanish]) = CALLED.iter().find(|it| it.0 == kind)?;
    match language {
        "de" => Some(german),
        "fr" => Some(french),
        "es" => Some(spanish),
        _ => None,
    }
}

/// What it is called in a language that an invoice was given up, or that this was taken back.
#[must_use]
pub fn written_off(language: &str) -> &'static str {
    match language {
        "de" => "Ausbuchung",
        "fr" => "Perte sur créance",
        "es" => "Baja de",
        _ => "write-off",
    }
}

/// Entries as CSV: a row for each part that is booked on one account of a chart.
///
/// # Errors
/// If an amount is too large.
pub fn csv(rows: &[Row], chart: &Chart) -> Result<Vec<u8>, MoneyError> {
    let mut sheet = Sheet::new(&[
        "entry",
        "on",
        "at",
        "cause",
        "text",
        "ledger",
        "account",
        "holder",
        "debit",
        "credit",
        "currency",
        "taxed",
        "received_on",
    ]);
    for row in rows {
        for post in chart.posts(&row.entry, &row.about)? {
            let leg = post.leg;
            let amount = Cell::Figure(leg.amount.decimal().abs());
            let (debit, credit) = match leg.amount.is_negative() {
                true => (Cell::Empty, amount),
                false => (amount, Cell::Empty),
            };
            let holder = match leg.holder {
                Holder::Seller => Cell::Empty,
                Holder::Customer(id) | Holder::Reserved(id) | Holder::PrepaidReserved(id) => {
                    Cell::text(id.to_string())
                }
                Holder::Partner(id) => Cell::text(id.to_string()),
            };
            sheet.row(&[
                Cell::Figure(row.sequence.into()),
                Cell::Day(row.on),
                Cell::Moment(row.entry.at()),
                Cell::text(row.entry.cause().to_string()),
                Cell::text(&row.text),
                Cell::text(leg.ledger.word()),
                Cell::Figure(post.side.account.into()),
                holder,
                debit,
                credit,
                Cell::text(leg.amount.currency().code()),
                post.side.taxed.map_or(Cell::Empty, |it| Cell::text(it.word())),
                row.came_on.map_or(Cell::Empty, Cell::Day),
            ]);
        }
    }
    Ok(sheet.take())
}

/// What a file of bookings says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// The first day.
    pub from: Date,
    /// The first day after the last.
    pub until: Date,
    /// The one currency.
    pub currency: Currency,
    /// When it was written.
    pub written_at: Instant,
}

/// The names of the columns that are filled; what comes after them may be left out.
const COLUMNS: &[&str] = &[
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Kurs",
    "Basis-Umsatz",
    "WKZ Basis-Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Skonto",
    "Buchungstext",
];
/// The longest texts of a booking.
const DOCUMENT_MAX: usize = 36;
const TEXT_MAX: usize = 60;

/// Entries as a batch of bookings for the programs of DATEV, in UTF-8 with the mark by which they know
/// it.
///
/// # Errors
/// Never: an entry balances.
pub fn datev(rows: &[Row], chart: &Chart, of: Batch) -> Result<Vec<u8>, MoneyError> {
    let mut file = String::from("\u{feff}");
    file.push_str(&header(chart, of));
    file.push_str("\r\n");
    file.push_str(&COLUMNS.join(";"));
    file.push_str("\r\n");
    for row in rows {
        let posts = chart.posts(&row.entry, &row.about)?;
        for booking in bookings(&posts, of.currency)? {
            file.push_str(&line(row, &booking));
            file.push_str("\r\n");
        }
    }
    Ok(file.into_bytes())
}

/// The first line: what it is, whose books, for which year and days.
fn header(chart: &Chart, of: Batch) -> String {
    let day = |it: Date| it.to_string().replace('-', "");
    let written_at: String =
        of.written_at.to_string().chars().filter(char::is_ascii_digit).collect();
    let written_at = format!("{written_at:0<17}");
    let (until, currency) = (of.until.plus_days(-1), of.currency);
    let mut line = String::from("\"EXTF\";700;21;\"Buchungsstapel\";13;");
    let _ = write!(line, "{};;\"\";\"\";\"\";", &written_at[..17]);
    let _ = write!(line, "{};{};{};", chart.consultant, chart.client, day(chart.year_of(of.from)));
    let _ = write!(line, "{};{};{};", chart.digits, day(of.from), day(until));
    let _ = write!(line, "\"Tillbox\";\"\";1;0;0;\"{currency}\";;\"\";;;\"\";;;\"\";\"\"");
    line
}

/// The key by which an amount is net: no tax is taken out of it on an account that would.
const NET: &str = "40";

fn line(row: &Row, it: &Booking) -> String {
    let amount = it.amount.decimal().to_string().replace('.', ",");
    let (debit, credit) = (it.debit.account, it.credit.account);
    let is_automatic = |it: Side| it.taxed.is_some_and(Taxed::is_automatic);
    let key = if is_automatic(it.debit) || is_automatic(it.credit) { NET } else { "" };
    let day = format!("{:02}{:02}", row.on.day(), row.on.month());
    // By this number the programs match what is open; what is about no document has that of its entry.
    let document = row.document.clone().unwrap_or_else(|| row.sequence.to_string());
    let document = quoted(&document, DOCUMENT_MAX);
    let (text, currency) = (quoted(&row.text, TEXT_MAX), it.amount.currency());
    format!(
        "{amount};\"S\";\"{currency}\";;;\"\";{debit};{credit};\"{key}\";{day};{document};\"\";;{text}"
    )
}

fn quoted(text: &str, most: usize) -> String {
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let text: String = text.chars().take(most).map(plain).collect();
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::Totals;
    use crate::domain::billing::invoice::sample::{date, euros, id};
    use crate::domain::id::{Id, InvoiceId};
    use crate::domain::journal::{Unearned, invoice_issued};
    use crate::domain::stamp::SellerNumber;

    fn rows() -> Vec<Row> {
        let at: Instant = "2026-11-02T08:00:00Z".parse().expect("an instant");
        let totals = Totals::nothing(Currency::EUR).plus(euros("1000"), euros("190"));
        let earned = Unearned { deposits: euros("0"), deferred: euros("0") };
        let legs = invoice_issued(id(2), totals.expect("a sum"), earned).expect("legs");
        let cause = id::<InvoiceId>(1).subject();
        let entry = Entry::new(at, SellerNumber::PROVIDER, cause, legs).expect("balanced");
        let text = "invoice \"INV-2026-000001\"".to_owned();
        let (entry, document) = (entry.expect("it moves"), Some("INV-2026-000001".to_owned()));
        let taxed = [(Taxed::Standard, euros("1000"))].into();
        let about = About { customers: [(id(2), 42)].into(), taxed };
        let (on, came_on) = (date("2026-11-02"), None);
        vec![Row { sequence: 7, on, came_on, text, document, entry, about }]
    }

    #[test]
    fn a_leg_is_a_row_of_csv() {
        let file = csv(&rows(), &Chart::default()).expect("small");
        let text = String::from_utf8(file).expect("text");
        expect![[r#"
            entry,on,at,cause,text,ledger,account,holder,debit,credit,currency,taxed,received_on
            7,2026-11-02,2026-11-02T08:00:00Z,inv_00000000-0000-0000-0000-000000000001,"invoice ""INV-2026-000001""",receivable,10042,bac_00000000-0000-0000-0000-000000000002,1190.00,,EUR,,
            7,2026-11-02,2026-11-02T08:00:00Z,inv_00000000-0000-0000-0000-000000000001,"invoice ""INV-2026-000001""",revenue,8400,,,1000.00,EUR,standard,
            7,2026-11-02,2026-11-02T08:00:00Z,inv_00000000-0000-0000-0000-000000000001,"invoice ""INV-2026-000001""",tax_payable,1776,,,190.00,EUR,,
        "#]].assert_eq(&text.replace("\r\n", "\n"));
    }

    #[test]
    fn a_booking_is_a_row_for_datev() {
        let of = Batch {
            from: date("2026-11-01"),
            until: date("2026-12-01"),
            currency: Currency::EUR,
            written_at: "2026-12-03T08:00:00Z".parse().expect("an instant"),
        };
        let chart = Chart { year_begins: 12, ..Chart::default() };
        let rows = rows();
        let text = String::from_utf8(datev(&rows, &chart, of).expect("balanced")).expect("text");
        expect![[r#"
            ﻿"EXTF";700;21;"Buchungsstapel";13;20261203080000000;;"";"";"";1001;1;20251201;4;20261101;20261130;"Tillbox";"";1;0;0;"EUR";;"";;;"";;;"";""
            Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;WKZ Basis-Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;Buchungstext
            1000,00;"S";"EUR";;;"";10042;8400;"40";0211;"INV-2026-000001";"";;"invoice ""INV-2026-000001"""
            190,00;"S";"EUR";;;"";10042;1776;"";0211;"INV-2026-000001";"";;"invoice ""INV-2026-000001"""
        "#]].assert_eq(&text.replace("\r\n", "\n"));
    }

    #[test]
    fn what_is_about_no_document_has_the_number_of_its_entry() {
        let mut rows = rows();
        rows[0].document = None;
        let days = (date("2026-11-01"), date("2026-12-01"));
        let written_at = "2026-12-03T08:00:00Z".parse().expect("an instant");
        let of = Batch { from: days.0, until: days.1, currency: Currency::EUR, written_at };
        let file = datev(&rows, &Chart::default(), of).expect("balanced");
        let text = String::from_utf8(file).expect("text");
        assert!(text.contains(r#";0211;"7";"#), "{text}");
    }
}
