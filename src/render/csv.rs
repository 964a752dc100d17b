//! Lists as CSV (RFC 4180), safe to open in a spreadsheet.
//!
//! A spreadsheet runs a cell that begins like a formula, and what customers write ends up in our
//! exports. So texts that begin so get an apostrophe before them, which spreadsheets do not show;
//! figures, which may begin with a minus, are ours and stay as they are.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use rust_decimal::Decimal;

use crate::domain::money::Money;
use crate::domain::time::{Date, Instant};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// What somebody wrote.
    Text(String),
    /// A number, with a point before the fraction.
    Figure(Decimal),
    /// A day, as `2026-11-21`.
    Day(Date),
    /// A moment in UTC, as `2026-11-21T19:55:29Z`.
    Moment(Instant),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An amount without its currency, which has a column of its own.
    #[must_use]
    pub fn money(amount: Money) -> Self {
        Self::Figure(amount.decimal())
    }

    fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(it) => disarmed(it),
            Self::Figure(it) => it.to_string(),
            Self::Day(it) => it.to_string(),
            Self::Moment(it) => it.to_string(),
        }
    }
}

/// Takes from a text what would make it a formula. Full-width signs count (OWASP), and so does what
/// a spreadsheet strips before it looks.
fn disarmed(text: &str) -> String {
    let strips = |it: char| it.is_whitespace() || it.is_control() || it == '\u{feff}';
    let first = text.chars().find(|it| !strips(*it));
    let begins = first.is_some_and(|it| "=+-@＝＋－＠|%".contains(it));
    let hides = text.starts_with(['\t', '\r', '\n']);
    if begins || hides { format!("'{text}") } else { text.to_owned() }
}

/// A list on its way to a file. Every row has as many cells as there are columns.
pub struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    columns: usize,
}

impl Sheet {
    /// A list with the names of its columns and no rows.
    #[must_use]
    pub fn new(columns: &[&str]) -> Self {
        let writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .quote_style(QuoteStyle::Necessary)
            .from_writer(Vec::new());
        let mut sheet = Self { writer, columns: columns.len() };
        sheet.write(columns.iter().map(|it| (*it).to_owned()));
        sheet
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If it has not one cell for each column.
    pub fn row(&mut self, cells: &[Cell]) {
        assert_eq!(cells.len(), self.columns, "a row has a cell for each column");
        self.write(cells.iter().map(Cell::written));
    }

    fn write(&mut self, cells: impl Iterator<Item = String>) {
        self.writer.write_record(cells).expect("memory takes any row of the right length");
    }

    /// The bytes so far, which begin the next part of a long list anew.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        let builder = || {
            WriterBuilder::new()
                .terminator(Terminator::CRLF)
                .quote_style(QuoteStyle::Necessary)
                .from_writer(Vec::new())
        };
        let writer = std::mem::replace(&mut self.writer, builder());
        writer.into_inner().expect("memory takes any bytes")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::Currency;

    fn lines(rows: &[&[Cell]]) -> String {
        let mut sheet = Sheet::new(&vec!["a"; rows[0].len()]);
        rows.iter().for_each(|it| sheet.row(it));
        let text = String::from_utf8(sheet.take()).expect("text");
        text.split_once("\r\n").expect("the columns").1.to_owned()
    }

    #[test]
    fn a_text_that_begins_like_a_formula_is_disarmed() {
        for (text, expected) in [
            ("Ann", "Ann"),
            ("", "\"\""),
            ("1-2", "1-2"),
            ("a=b", "a=b"),
            ("'quoted'", "'quoted'"),
            ("=1+1", "'=1+1"),
            ("+49 30 123", "'+49 30 123"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("|cmd", "'|cmd"),
            ("%00", "'%00"),
            (" =1", "' =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\t=1", "'\t=1"),
            ("\tx", "'\tx"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("＝1", "'＝1"),
            ("=HYPERLINK(\"http://a\",\"b\")", "\"'=HYPERLINK(\"\"http://a\"\",\"\"b\"\")\""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\r\n=b", "\"a\r\n=b\""),
        ] {
            assert_eq!(lines(&[&[Cell::text(text)]]), format!("{expected}\r\n"), "{text:?}");
        }
    }

    #[test]
    fn figures_days_and_moments_are_written_for_machines() {
        let cells = [
            Cell::money(Money::minor(-199_900, Currency::EUR)),
            Cell::text("EUR"),
            Cell::Day(Date::new(2026, 11, 21).expect("a date")),
            Cell::Moment(Instant::from_micros(0).expect("the epoch")),
            Cell::Empty,
        ];
        let expected = "-1999.00,EUR,2026-11-21,1970-01-01T00:00:00Z,\r\n";
        assert_eq!(lines(&[&cells]), expected);
    }

    #[test]
    fn a_long_list_can_be_taken_in_parts() {
        let mut sheet = Sheet::new(&["name"]);
        sheet.row(&[Cell::text("Ann")]);
        assert_eq!(sheet.take(), b"name\r\nAnn\r\n");
        sheet.row(&[Cell::text("Bob")]);
        assert_eq!(sheet.take(), b"Bob\r\n");
        assert_eq!(sheet.take(), b"");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_never_a_formula(texts in prop::collection::vec(".*", 3)) {
            let cells: Vec<_> = texts.iter().map(Cell::text).collect();
            let mut sheet = Sheet::new(&["a", "b", "c"]);
            sheet.row(&cells);
            let written = sheet.take();
            let mut reader = csv::Reader::from_reader(written.as_slice());
            let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("readable");
            prop_assert_eq!(rows.len(), 1);
            for (read, text) in rows[0].iter().zip(&texts) {
                prop_assert!(read == text || read == format!("'{text}"), "{read:?} {text:?}");
                prop_assert!(!read.trim_start().starts_with(['=', '+', '-', '@']));
            }
        }
    }
}
