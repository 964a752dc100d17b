//! Settlement notes: the numbered document that pays a partner out.

use serde::{Deserialize, Serialize};

use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::billing::invoice::{InvoiceParty, Totals};
use crate::domain::billing::tax::TaxTotal;
use crate::domain::id::{AccountId, SettlementId};
use crate::domain::money::{Currency, Money, Rate};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name};
use crate::domain::time::{Date, Period};
use crate::domain::word::words;

words! {
    /// How far a settlement note has come.
    State {
        /// It gathers records.
        Draft = "draft";
        /// It has its number and can no longer change.
        Issued = "issued";
        /// It was paid out.
        Paid = "paid";
    }
}

words! {
    /// In which form an image of a note is.
    ImageFormat {
        /// For people.
        Pdf = "pdf";
        /// For programs.
        Csv = "csv";
        /// For spreadsheets.
        Xlsx = "xlsx";
        /// For anything else.
        Text = "text";
    }
}

/// What a seller owes a partner for a time, as a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementNote {
    /// Its identity.
    pub id: SettlementId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Whom it pays out.
    pub receiver: AccountId,
    /// What it is in.
    pub currency: Currency,
    /// For which time.
    pub period: Period,
    /// How far it has come.
    pub state: State,
    /// Its number, once it is issued.
    pub number: Option<DocumentNumber>,
    /// Who writes it, as it stands on it.
    pub issuer: Option<InvoiceParty>,
    /// Whom it pays out, as it stands on it.
    pub receiver_as: Option<InvoiceParty>,
    /// The day that decides on its tax.
    pub tax_on: Option<Date>,
    /// Until when it is to be paid out.
    pub due_on: Option<Date>,
    /// How it is paid out, for programs.
    pub method: Option<text::Code>,
    /// The same for people.
    pub method_label: Option<Name>,
    /// What it is for.
    pub items: Vec<NoteItem>,
    /// The taxes on it, one for each rule.
    pub taxes: Vec<TaxTotal>,
    /// The sums.
    pub totals: Totals,
    /// Its images.
    pub images: Vec<Image>,
}

/// One thing that a note pays for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteItem {
    /// What it is.
    pub name: Name,
    /// The number of the product.
    pub product_number: Option<Name>,
    /// For which time.
    pub period: Option<Period>,
    /// How many.
    pub quantity: Quantity,
    /// What one of them brings.
    pub unit_price: Rate,
    /// What they bring, booked.
    pub amount: Money,
}

/// A note as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// In which form.
    pub format: ImageFormat,
    /// How the file is called.
    pub name: Name,
    /// How large it is.
    pub bytes: u64,
}
