//! Numbers of invoices and notes: a format of a series, filled from a sequence without gaps.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::error::Invalid;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;

/// The number of an issued invoice or note, as it stands on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the numbers of a series are written: `INV-{year}-{sequence:6}`.
///
/// The parts are `{year}`, `{month}`, `{customer}` (the customer's own number) and `{sequence}` or
/// `{count}`, each with the least number of digits after a colon. A sequence belongs to the customer in a
/// format with `{customer}`, and else to the seller; it begins anew with each year in a format with
/// `{year}`, and with each month in one with `{month}`. A count never does: it is the place of the document
/// among all that the customer, or the seller, ever got of its kind, however those were numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberFormat(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Piece {
    Text(String),
    Year(u8),
    Month(u8),
    Customer(u8),
    Sequence(u8),
    Count(u8),
}

/// How the documents of a seller are numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// Its invoices.
    pub invoices: NumberFormat,
    /// Its credit notes.
    pub credit_notes: NumberFormat,
}

impl Numbering {
    /// That of a seller which has set none.
    #[must_use]
    pub fn usual(of: SellerNumber) -> Self {
        Self { invoices: NumberFormat::invoices(of), credit_notes: NumberFormat::credit_notes(of) }
    }

    /// Refuses formats by which an invoice and a credit note could have one number.
    ///
    /// # Errors
    /// With the field.
    pub fn check(&self) -> Result<(), Invalid> {
        let Self { invoices, credit_notes } = self;
        if !could_meet(&invoices.signs(), &credit_notes.signs()) {
            return Ok(());
        }
        let message = format!(
            "must write no number that the format of invoices, `{invoices}`, could write as well: give it \
             letters of its own"
        );
        Err(Invalid::one("/credit_note_numbers", "conflict", message))
    }
}

/// What may stand at a place of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Just(u8),
    Digit,
    /// As many as there are, or none.
    Digits,
}

/// Whether some text is written by both.
fn could_meet(one: &[Sign], other: &[Sign]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([Sign::Digits, rest @ ..], _) if could_meet(rest, other) => true,
        (_, [Sign::Digits, rest @ ..]) if could_meet(one, rest) => true,
        ([Sign::Digits, ..], [Sign::Digits, ..]) | ([], _) | (_, []) => false,
        ([Sign::Digits, ..], [sign, rest @ ..]) => sign.has_digit() && could_meet(one, rest),
        ([sign, rest @ ..], [Sign::Digits, ..]) => sign.has_digit() && could_meet(rest, other),
        ([Sign::Just(this), one @ ..], [Sign::Just(that), other @ ..]) => {
            this == that && could_meet(one, other)
        }
        ([this, one @ ..], [that, other @ ..]) => {
            this.has_digit() && that.has_digit() && could_meet(one, other)
        }
    }
}

impl Sign {
    const fn has_digit(self) -> bool {
        match self {
            Self::Just(it) => it.is_ascii_digit(),
            Self::Digit | Self::Digits => true,
        }
    }
}

/// The numbering of all sellers that have set one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numberings(pub BTreeMap<SellerNumber, Numbering>);

/// The places of a document among all of its kind that were ever issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// In the sequence that its format names; counted from 1.
    pub in_sequence: u64,
    /// Among those of its seller.
    pub of_seller: u64,
    /// Among those of its customer.
    pub of_customer: u64,
}

impl Places {
    /// The same place everywhere.
    #[must_use]
    pub const fn all(place: u64) -> Self {
        Self { in_sequence: place, of_seller: place, of_customer: place }
    }
}

/// From which of a series' sequences a number is taken: each has no gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SequenceKey {
    /// The year, where the sequence begins anew with it.
    pub year: Option<i32>,
    /// The month, where it does with that.
    pub month: Option<u8>,
    /// The customer's number, where each has a sequence.
    pub customer: Option<u64>,
}

impl NumberFormat {
    /// The format of invoices where a seller has set none.
    #[must_use]
    pub fn invoices(of: SellerNumber) -> Self {
        Self::usual("INV", of)
    }

    /// The format of credit notes where a seller has set none.
    #[must_use]
    pub fn credit_notes(of: SellerNumber) -> Self {
        Self::usual("CRN", of)
    }

    /// The format of settlement notes.
    #[must_use]
    pub fn settlements(of: SellerNumber) -> Self {
        Self::usual("SET", of)
    }

    /// A format with the seller's number in it, so that no two sellers write the same number; the
    /// provider alone goes without.
    fn usual(kind: &str, seller: SellerNumber) -> Self {
        let whose = match seller {
            SellerNumber::PROVIDER => String::new(),
            SellerNumber(number) => format!("{number}-"),
        };
        format!("{kind}-{whose}{{year}}-{{sequence:6}}").parse().expect("the format is one")
    }

    /// Whether it has a sequence, of which its numbers must not leave one out, and not a count.
    #[must_use]
    pub fn has_sequence(&self) -> bool {
        self.0.iter().any(|it| matches!(it, Piece::Sequence(_)))
    }

    /// What its numbers may look like: each part is a digit at least.
    fn signs(&self) -> Vec<Sign> {
        let signs = |it: &Piece| match it {
            Piece::Text(text) => text.bytes().map(Sign::Just).collect(),
            Piece::Year(_)
            | Piece::Month(_)
            | Piece::Customer(_)
            | Piece::Sequence(_)
            | Piece::Count(_) => vec![Sign::Digit, Sign::Digits],
        };
        self.0.iter().flat_map(signs).collect()
    }

    /// From which sequence the next number of a day comes.
    #[must_use]
    pub fn key(&self, issued_on: Date, customer: u64) -> SequenceKey {
        let has = |wanted: fn(&Piece) -> bool| self.0.iter().any(wanted);
        let month = u8::try_from(issued_on.month()).expect("a month is 1 to 12");
        SequenceKey {
            year: has(|it| matches!(it, Piece::Year(_))).then(|| issued_on.year()),
            month: has(|it| matches!(it, Piece::Month(_))).then_some(month),
            customer: has(|it| matches!(it, Piece::Customer(_))).then_some(customer),
        }
    }

    /// The number that the places of a document give.
    #[must_use]
    pub fn number(&self, issued_on: Date, customer: u64, places: Places) -> DocumentNumber {
        use fmt::Write as _;
        let is_of_customer = self.0.iter().any(|it| matches!(it, Piece::Customer(_)));
        let count = if is_of_customer { places.of_customer } else { places.of_seller };
        let mut text = String::with_capacity(24);
        for piece in &self.0 {
            let written = match piece {
                Piece::Text(fixed) => text.write_str(fixed),
                Piece::Year(width) => padded(&mut text, *width, issued_on.year()),
                Piece::Month(width) => padded(&mut text, *width, issued_on.month()),
                Piece::Customer(width) => padded(&mut text, *width, customer),
                Piece::Sequence(width) => padded(&mut text, *width, places.in_sequence),
                Piece::Count(width) => padded(&mut text, *width, count),
            };
            written.expect("a text grows as needed");
        }
        DocumentNumber(text)
    }
}

fn padded(text: &mut String, width: u8, number: impl fmt::Display) -> fmt::Result {
    use fmt::Write as _;
    write!(text, "{number:0>width$}", width = usize::from(width))
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Year(width) => write!(f, "{{year:{width}}}"),
            Piece::Month(width) => write!(f, "{{month:{width}}}"),
            Piece::Customer(width) => write!(f, "{{customer:{width}}}"),
            Piece::Sequence(width) => write!(f, "{{sequence:{width}}}"),
            Piece::Count(width) => write!(f, "{{count:{width}}}"),
        })
    }
}

impl FromStr for NumberFormat {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((fixed, after)) = rest.split_once('{') {
            let (part, after) = after.split_once('}').ok_or_else(|| refused("a `}`"))?;
            pieces.extend(fixed_piece(fixed)?);
            pieces.push(piece(part)?);
            rest = after;
        }
        pieces.extend(fixed_piece(rest)?);
        let is_sequence = |it: &&Piece| matches!(it, Piece::Sequence(_) | Piece::Count(_));
        let has = |wanted: fn(&Piece) -> bool| pieces.iter().any(wanted);
        if pieces.iter().filter(is_sequence).count() != 1 {
            let wanted = "`{sequence}` or `{count}` once, so that no two numbers are the same";
            return Err(refused(wanted));
        }
        let begins_anew = has(|it| matches!(it, Piece::Sequence(_)));
        if begins_anew
            && has(|it| matches!(it, Piece::Month(_)))
            && !has(|it| matches!(it, Piece::Year(_)))
        {
            return Err(refused("`{year}` with `{month}`, or numbers would come again"));
        }
        if text.len() > 60 {
            return Err(refused("at most 60 characters"));
        }
        Ok(Self(pieces))
    }
}

fn refused(wanted: &str) -> Invalid {
    let message = format!("must be a format such as `INV-{{year}}-{{sequence:6}}`, with {wanted}");
    Invalid::one("", "format", message)
}

fn fixed_piece(text: &str) -> Result<Option<Piece>, Invalid> {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_./".contains(&it);
    match text.bytes().all(plain) {
        true => Ok((!text.is_empty()).then(|| Piece::Text(text.to_owned()))),
        false => Err(refused("letters, digits, `-`, `_`, `.` and `/` besides")),
    }
}

fn piece(text: &str) -> Result<Piece, Invalid> {
    let (name, width) = text.split_once(':').unwrap_or((text, ""));
    let width = match width {
        "" => Some(None),
        digits => digits.parse().ok().filter(|it: &u8| (1..=12).contains(it)).map(Some),
    };
    let width = width.ok_or_else(|| refused("1 to 12 digits after a colon"))?;
    match name {
        "year" => Ok(Piece::Year(width.unwrap_or(4))),
        "month" => Ok(Piece::Month(width.unwrap_or(2))),
        "customer" => Ok(Piece::Customer(width.unwrap_or(1))),
        "sequence" => Ok(Piece::Sequence(width.unwrap_or(1))),
        "count" => Ok(Piece::Count(width.unwrap_or(1))),
        _ => {
            let wanted = "`{year}`, `{month}`, `{customer}`, `{sequence}` and `{count}` as parts";
            Err(refused(wanted))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(text: &str) -> NumberFormat {
        text.parse().expect(text)
    }

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    #[test]
    fn a_count_is_of_the_customer_where_the_format_names_it() {
        let places = Places { in_sequence: 1, of_seller: 10, of_customer: 4 };
        let number = |text: &str| format(text).number(date("2023-10-19"), 1, places).to_string();
        assert_eq!(number("BENT-11-{year}{month}-{count:3}"), "BENT-11-202310-010");
        assert_eq!(number("BENT-11-{customer:3}-{count:3}"), "BENT-11-001-004");
        assert_eq!(number("{month}-{count}"), "10-10");
        assert!(!format("{count}").has_sequence() && format("{sequence}").has_sequence());
    }

    #[test]
    fn a_number_is_its_format_filled_in() {
        let table = [
            ("INV-{year}-{sequence:6}", 7, 1, "INV-2023-000001"),
            ("INV-{year}-{sequence:6}", 7, 1_234_567, "INV-2023-1234567"),
            ("BENT-1-{customer:3}-{sequence:3}", 1, 1, "BENT-1-001-001"),
            ("BENT-11-{year}{month}-{sequence:3}", 1, 10, "BENT-11-202310-010"),
            ("BENT-11-{customer:3}-{sequence:3}", 2, 5, "BENT-11-002-005"),
            ("{sequence}", 1, 42, "42"),
        ];
        for (text, customer, sequence, expected) in table {
            let number = format(text).number(date("2023-10-19"), customer, Places::all(sequence));
            assert_eq!(number.as_str(), expected, "{text}");
        }
    }

    #[test]
    fn a_sequence_begins_anew_with_what_the_format_names() {
        let key = |text: &str| {
            let key = format(text).key(date("2023-10-19"), 7);
            (key.year, key.month, key.customer)
        };
        assert_eq!(key("A{sequence}"), (None, None, None));
        assert_eq!(key("{year}-{sequence}"), (Some(2023), None, None));
        assert_eq!(key("{year}{month}-{sequence}"), (Some(2023), Some(10), None));
        assert_eq!(key("{customer}-{sequence}"), (None, None, Some(7)));
    }

    #[test]
    fn a_format_under_which_numbers_would_repeat_is_refused() {
        for text in [
            "",
            "INV-{year}",
            "{sequence}-{sequence}",
            "{sequence}-{count}",
            "{month}-{sequence}",
            "{day}-{sequence}",
            "INV {sequence}",
            "INV-{sequence",
            "{sequence:0}",
            "{sequence:13}",
            "{sequence:x}",
            &format!("{}{{sequence}}", "A".repeat(60)),
        ] {
            assert!(text.parse::<NumberFormat>().is_err(), "{text}");
        }
    }

    #[test]
    fn invoices_and_credit_notes_never_share_a_number() {
        for (invoices, credit_notes, is_fine) in [
            ("INV-{year}-{sequence:6}", "CRN-{year}-{sequence:6}", true),
            ("INV-{year}-{sequence:6}", "INV-{year}-{sequence:6}", false),
            ("INV-{year}-{sequence:6}", "INV-{year}-{count:3}", false),
            ("INV-{year}-{sequence}", "INV-{sequence}", true),
            ("{year}{sequence:4}", "{sequence:8}", false),
            ("1{sequence}", "2{sequence}", true),
            ("1{sequence}", "12{sequence}", false),
            ("{sequence}", "C{sequence}", true),
            ("{sequence}/A", "{sequence}/B", true),
            ("A{sequence}1", "A{sequence}", false),
        ] {
            let numbering =
                Numbering { invoices: format(invoices), credit_notes: format(credit_notes) };
            let found = numbering.check();
            assert_eq!(found.is_ok(), is_fine, "{invoices} {credit_notes}: {found:?}");
        }
    }

    #[test]
    fn a_format_is_read_back_from_its_text() {
        for seller in [SellerNumber::PROVIDER, SellerNumber(7)] {
            let Numbering { invoices, credit_notes } = Numbering::usual(seller);
            for format in [invoices, credit_notes, format("{customer:3}/{count:4}")] {
                assert_eq!(format.to_string().parse(), Ok(format));
            }
        }
    }

    #[test]
    fn no_two_sellers_write_the_same_number_unless_they_say_so() {
        let numbers = |format: fn(SellerNumber) -> NumberFormat| {
            [1, 2, 2023].map(|seller| {
                let number =
                    format(SellerNumber(seller)).number(date("2023-10-19"), 7, Places::all(1));
                number.to_string()
            })
        };
        assert_eq!(
            numbers(NumberFormat::invoices),
            ["INV-2023-000001", "INV-2-2023-000001", "INV-2023-2023-000001"]
        );
        assert_eq!(
            numbers(NumberFormat::credit_notes),
            ["CRN-2023-000001", "CRN-2-2023-000001", "CRN-2023-2023-000001"]
        );
    }
}
