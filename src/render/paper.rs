//! Papers: what an invoice and a credit note have in common for whoever reads them, gathered from
//! what was copied in when they were issued. Nothing is looked up, and nothing is rounded.

use crate::domain::billing::credit::{CreditLine, CreditNote};
use crate::domain::billing::invoice::line::Line;
use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::billing::invoice::{CollectedBy, Invoice, Issue, Totals};
use crate::domain::billing::letterhead::Imprint;
use crate::domain::billing::tax::TaxTotal;
use crate::domain::money::{Currency, Money};
use crate::domain::text::{Locale, Name, Prose};
use crate::domain::time::{Date, Period};

/// An issued document, as it is read.
#[derive(Debug, Clone)]
pub struct Paper<'a> {
    /// The identity of the invoice or credit note.
    pub id: String,
    /// What it got when it was issued.
    pub issue: &'a Issue,
    /// What all amounts are in.
    pub currency: Currency,
    /// From the first to the last day of service on it.
    pub service_period: Option<Period>,
    /// Its lines.
    pub lines: Vec<PaperLine<'a>>,
    /// The taxes of its invoice, by their places; on a credit note what it takes back of each.
    pub taxes: &'a [TaxTotal],
    /// The sums.
    pub totals: Totals,
    /// What the credit that the customer had settled of it when it was issued.
    pub set_off: Money,
    /// How the house takes by itself what is to be paid; `None` if the customer is to pay.
    pub collected_by: Option<&'a CollectedBy>,
    /// What it takes back; `None` for an invoice.
    pub takes_back: Option<TakesBack<'a>>,
}

/// What a credit note takes back, and why.
#[derive(Debug, Clone, Copy)]
pub struct TakesBack<'a> {
    /// The number of the invoice.
    pub number: &'a DocumentNumber,
    /// The day of the invoice.
    pub issued_on: Date,
    /// Whether it takes all of it back, and not a part.
    pub is_whole: bool,
    /// Why.
    pub reason: &'a Prose,
}

/// A line of a paper.
#[derive(Debug, Clone, Copy)]
pub struct PaperLine<'a> {
    /// The line of the invoice.
    pub of: &'a Line,
    /// Its place on the paper, from 1.
    pub place: usize,
    /// What it comes to here, without tax.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
    /// For which days it is here: on a credit note those that it gives back.
    pub days: Option<Period>,
}

impl PaperLine<'_> {
    /// Whether it is the whole line of the invoice, and not a part that is taken back.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.net == self.of.net
    }
}

/// What a fee for paying late is called on an invoice.
#[must_use]
pub fn late_fee(locale: &Locale) -> Name {
    let text = match locale.language() {
        "de" => "Mahngebühr",
        "fr" => "Frais de retard",
        "es" => "Recargo por demora",
        _ => "Late fee",
    };
    text.parse().expect("the words are a name")
}

impl<'a> Paper<'a> {
    /// An invoice; `None` while it is a draft.
    #[must_use]
    pub fn of_invoice(invoice: &'a Invoice) -> Option<Self> {
        let content = invoice.content();
        let lines = content.lines.iter().zip(1..);
        Some(Self {
            id: invoice.id.to_string(),
            issue: invoice.issue()?,
            currency: content.currency,
            service_period: content.service_period,
            lines: lines
                .map(|(of, place)| {
                    let (net, tax, days) = (of.net, of.tax, of.service_period);
                    PaperLine { of, place, net, tax, days }
                })
                .collect(),
            taxes: &content.taxes,
            totals: content.totals,
            set_off: invoice.set_off(),
            collected_by: invoice.collected_by(),
            takes_back: None,
        })
    }

    /// A credit note and the invoice that it takes back; `None` while one of them is a draft, and if
    /// the note is of another invoice.
    #[must_use]
    pub fn of_credit_note(note: &'a CreditNote, invoice: &'a Invoice) -> Option<Self> {
        let (credit, content) = (note.content(), invoice.content());
        let before = invoice.issue().filter(|_| credit.invoice == invoice.id)?;
        let line = |(it, place): (&CreditLine, usize)| {
            let of = content.lines.get(usize::try_from(it.place).ok()?)?;
            let days = it.days.or(of.service_period);
            Some(PaperLine { of, place, net: it.net, tax: it.tax, days })
        };
        let takes_back = TakesBack {
            number: &before.number,
            issued_on: before.issued_on,
            is_whole: credit.totals == content.totals,
            reason: &note.reason,
        };
        Some(Self {
            id: note.id.to_string(),
            issue: note.issue()?,
            currency: content.currency,
            service_period: None,
            lines: credit.lines.iter().zip(1..).map(line).collect::<Option<_>>()?,
            taxes: &credit.taxes,
            totals: credit.totals,
            set_off: Money::zero(content.currency),
            collected_by: None,
            takes_back: Some(takes_back),
        })
    }

    /// What is to be paid of it: less than nothing where it gives back.
    #[must_use]
    pub fn to_pay(&self) -> Money {
        match self.set_off.is_zero() {
            true => self.totals.gross,
            false => self.totals.gross.minus(self.set_off).expect("a part of what is demanded"),
        }
    }

    /// How it is written.
    #[must_use]
    pub const fn imprint(&self) -> &'a Imprint {
        &self.issue.imprint
    }

    /// The tax of a line.
    #[must_use]
    pub fn tax_of(&self, line: &PaperLine<'_>) -> Option<&'a TaxTotal> {
        self.taxes.get(usize::from(line.of.tax_place))
    }

    /// The taxes that its lines bear, each once, in their order.
    #[must_use]
    pub fn borne_taxes(&self) -> Vec<&'a TaxTotal> {
        let is_borne =
            |place: usize| self.lines.iter().any(|it| usize::from(it.of.tax_place) == place);
        let borne = self.taxes.iter().enumerate().filter(|it| is_borne(it.0));
        borne.map(|it| it.1).collect()
    }
}

/// Whether XML can say a character.
#[must_use]
pub fn is_sayable(it: char) -> bool {
    let is_noncharacter = matches!(it, '\u{fdd0}'..='\u{fdef}') || u32::from(it) & 0xfffe == 0xfffe;
    !is_noncharacter && (!it.is_control() || matches!(it, '\n' | '\t'))
}
