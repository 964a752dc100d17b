//! Papers: invoices and credit notes as files, made whenever somebody asks for them.
//!
//! A file follows from what was copied in at issue and from the letterhead of then, neither of which
//! changes, so that nothing is kept of it. Loading is a moment and setting is not: what is loaded is
//! set outside of any snapshot.

use super::{Bss, Cx, Error, invoice};
use crate::domain::account::billing_account::{BillFormat, BillingAccount};
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::{Invoice, Issue};
use crate::domain::billing::letterhead::{Letterhead, Look};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{CreditNoteId, Id, InvoiceId, Kind, LetterheadId, Subject};
use crate::domain::operator::Actor;
use crate::render::einvoice::{self, EinvoiceError};
use crate::render::paper::Paper;
use crate::render::pdf;
use crate::store::Records;

/// An issued document with all that a file of it is made of.
#[derive(Debug, Clone)]
pub struct Manuscript {
    invoice: Invoice,
    note: Option<CreditNote>,
    look: Look,
}

/// A file that was made of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperFile {
    /// What it is called: the number of the document, with the ending of the form.
    pub name: String,
    /// What it is, as mails and browsers say it.
    pub media: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a form of a document is, as mails and browsers say it.
#[must_use]
pub const fn media(form: BillFormat) -> &'static str {
    match form {
        BillFormat::Pdf | BillFormat::FacturX => "application/pdf",
        BillFormat::Ubl | BillFormat::Cii => "application/xml",
    }
}

/// How the file of a form is called after the number of its document.
const fn ending(form: BillFormat) -> &'static str {
    match form {
        BillFormat::Pdf => ".pdf",
        BillFormat::FacturX => "-factur-x.pdf",
        BillFormat::Ubl => "-ubl.xml",
        BillFormat::Cii => "-cii.xml",
    }
}

impl Manuscript {
    /// That of an invoice.
    ///
    /// # Errors
    /// [`Code::InvoiceStateForbids`] while it is a draft; if the store fails.
    pub fn of_invoice(cx: Cx<'_>, invoice: Invoice) -> Result<Self, Error> {
        let letterhead = issue(&invoice)?.imprint.letterhead;
        Ok(Self { look: look(cx, letterhead)?, invoice, note: None })
    }

    /// That of a credit note that the caller may see.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there, or not for the caller; if the store fails.
    pub fn of_credit_note(cx: Cx<'_>, id: CreditNoteId) -> Result<Self, Error> {
        let note = invoice::note(cx, id)?;
        let invoice = cx.view.find::<Invoice>(note.content().invoice)?;
        let missing = || Error::internal("the invoice of a credit note is not there");
        let issued = note.issue().ok_or_else(draft)?;
        let look = look(cx, issued.imprint.letterhead)?;
        Ok(Self { look, invoice: invoice.ok_or_else(missing)?, note: Some(note) })
    }

    /// The file of a form.
    ///
    /// # Errors
    /// [`Code::PaperIncomplete`] where an electronic invoice wants more than the document
    /// says; with what.
    pub fn made(&self, form: BillFormat) -> Result<PaperFile, Error> {
        let paper = match &self.note {
            Some(note) => Paper::of_credit_note(note, &self.invoice),
            None => Paper::of_invoice(&self.invoice),
        };
        let paper = paper.ok_or_else(draft)?;
        let bytes = match form {
            BillFormat::Pdf => pdf::of_paper(&paper, &self.look).map_err(Error::internal)?,
            BillFormat::FacturX => einvoice::factur_x(&paper, &self.look).map_err(refused)?,
            BillFormat::Ubl => einvoice::ubl(&paper).map_err(refused)?.into_bytes(),
            BillFormat::Cii => einvoice::cii(&paper).map_err(refused)?.into_bytes(),
        };
        // A number may have signs that would make a path of it.
        let number = paper.issue.number.as_str().replace(['/', '\\'], "-");
        let name = format!("{number}{}", ending(form));
        Ok(PaperFile { name, media: media(form), bytes })
    }
}

fn issue(invoice: &Invoice) -> Result<&Issue, Error> {
    invoice.issue().ok_or_else(draft)
}

fn draft() -> Error {
    let why = "a draft has no papers yet: it gets them when it is issued";
    Rejection::new(Code::InvoiceStateForbids, why).into()
}

fn refused(error: EinvoiceError) -> Error {
    match error {
        EinvoiceError::Unfit(_) => Rejection::new(Code::PaperIncomplete, error.to_string()).into(),
        EinvoiceError::Pdf(_) | EinvoiceError::Embedding(_) => Error::internal(error),
    }
}

/// How papers under a letterhead look, whoever asks.
fn look(cx: Cx<'_>, letterhead: Option<LetterheadId>) -> Result<Look, Error> {
    let Some(id) = letterhead else { return Ok(Look::default()) };
    let found = cx.view.find::<Letterhead>(id)?;
    found.map(|it| it.look).ok_or_else(|| Error::internal(format!("letterhead `{id}` is gone")))
}

/// An invoice or a credit note in the forms in which its billing account takes invoices, for a letter. Where
/// a form wants more than it says, it is enclosed to be read.
///
/// # Errors
/// If the store fails.
pub(super) fn enclosed(bss: &Bss, about: Subject) -> Result<Vec<PaperFile>, Error> {
    let found = bss.read(&Actor::duty("mail"), |cx| {
        let Some(manuscript) = manuscript(cx, about)? else { return Ok(None) };
        let id = manuscript.invoice.content().billing_account;
        let of = cx.view.find::<BillingAccount>(id)?;
        let forms = of.map_or_else(Vec::new, |it| it.profile().formats.clone());
        Ok(Some((manuscript, forms)))
    })?;
    let Some((manuscript, forms)) = found else { return Ok(Vec::new()) };
    let mut files = Vec::with_capacity(forms.len());
    let mut is_readable = forms.contains(&BillFormat::Pdf);
    for form in forms {
        match manuscript.made(form) {
            Ok(file) => files.push(file),
            Err(Error::Rejected(_)) if !is_readable => {
                is_readable = true;
                files.extend(to_be_read(&manuscript, about));
            }
            Err(Error::Rejected(_)) => {}
            Err(error) => tracing::error!(%about, %error, "a paper is not enclosed"),
        }
    }
    Ok(files)
}

/// What the papers about something are made of; nothing if there are none about such things.
fn manuscript(cx: Cx<'_>, about: Subject) -> Result<Option<Manuscript>, Error> {
    if about.kind == Kind::CreditNote {
        let id = CreditNoteId::from_uuid(about.uuid);
        return Manuscript::of_credit_note(cx, id).map(Some);
    }
    let invoice = cx.view.find::<Invoice>(InvoiceId::from_uuid(about.uuid))?;
    invoice.map(|it| Manuscript::of_invoice(cx, it)).transpose()
}

/// A paper to be read, if it can be made: a letter that lacks it is better than none.
fn to_be_read(manuscript: &Manuscript, about: Subject) -> Option<PaperFile> {
    let made = manuscript.made(BillFormat::Pdf);
    made.inspect_err(|error| tracing::error!(%about, %error, "a paper is not enclosed")).ok()
}

/// A file of what `load` finds for a caller, made when the snapshot is closed.
///
/// # Errors
/// As `load`, and [`Manuscript::made`].
pub fn file(
    bss: &Bss,
    actor: &Actor,
    form: BillFormat,
    load: impl FnOnce(Cx<'_>) -> Result<Manuscript, Error>,
) -> Result<PaperFile, Error> {
    bss.read(actor, load)?.made(form)
}
