//! Papers for machines: the electronic invoice of EN 16931, written as UBL 2.1 and as CII, and the
//! latter inside of a file for people (Factur-X).
//!
//! The figures are those of the paper to the cent. Nothing is written that breaks a rule of the norm:
//! what a paper lacks is told by the rules that want it.

mod model;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use en16931::Invoice;
use en16931::profiles::{EN16931, En16931, PEPPOL_BIS_3, PeppolBis3};
use en16931::validation::profile::{Rejected, Validated};
use en16931_formats::zugferd::{EmbedError, EmbedOptions, Metadata, embed};
use en16931_formats::{Syntax, write};
use thiserror::Error;

use super::paper::Paper;
use super::pdf::{self, PdfError};
use crate::domain::billing::letterhead::Look;
use crate::domain::time::Instant;

/// An electronic invoice that could not be written.
#[derive(Debug, Error)]
pub enum EinvoiceError {
    /// The paper lacks what the norm wants, by its rules.
    #[error("the rules of EN 16931 want more: {}", .0.join("; "))]
    Unfit(Vec<String>),
    /// The file for people could not be written.
    #[error("the file around an electronic invoice cannot be written")]
    Pdf(#[source] PdfError),
    /// The data could not be put into the file for people.
    #[error("an electronic invoice cannot be put into its file")]
    Embedding(#[source] EmbedError),
}

/// A paper in the Universal Business Language: as Peppol BIS Billing 3.0 where the paper says what
/// that asks, above all electronic addresses, and else by the norm alone.
///
/// # Errors
/// [`EinvoiceError::Unfit`].
pub fn ubl(paper: &Paper<'_>) -> Result<String, EinvoiceError> {
    let mut invoice = model::invoice(paper).map_err(unfit_amount)?;
    invoice.business_process = Some(PEPPOL_PROCESS.to_owned());
    invoice.specification_id = Some(PEPPOL_BIS_3.specification_id.to_owned());
    match Validated::<PeppolBis3>::new(invoice) {
        Ok(proof) => Ok(write(&proof, Syntax::Ubl).xml),
        Err(rejected) => {
            let (mut invoice, _) = rejected.into_parts();
            invoice.business_process = None;
            invoice.specification_id = Some(EN16931.specification_id.to_owned());
            Ok(write(&validated(invoice)?, Syntax::Ubl).xml)
        }
    }
}

/// The billing process of Peppol.
const PEPPOL_PROCESS: &str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

/// A paper as Cross Industry Invoice.
///
/// # Errors
/// [`EinvoiceError::Unfit`].
pub fn cii(paper: &Paper<'_>) -> Result<String, EinvoiceError> {
    let invoice = model::invoice(paper).map_err(unfit_amount)?;
    Ok(write(&validated(invoice)?, Syntax::Cii).xml)
}

/// A paper as a file for people with the data for machines inside.
///
/// # Errors
/// As [`cii`]; if the file cannot be written.
pub fn factur_x(paper: &Paper<'_>, look: &Look) -> Result<Vec<u8>, EinvoiceError> {
    let proof = validated(model::invoice(paper).map_err(unfit_amount)?)?;
    let file = pdf::of_paper(paper, look).map_err(EinvoiceError::Pdf)?;
    let [title, subject, author] = pdf::said(paper);
    let metadata = Metadata { title, subject, author };
    let options = EmbedOptions {
        metadata: Some(metadata),
        modified: Some(moment(paper.issue.issued_at)),
        ..EmbedOptions::default()
    };
    embed(&file, &proof, &options).map_err(EinvoiceError::Embedding)
}

/// A moment as the system has it.
fn moment(at: Instant) -> SystemTime {
    let micros = u64::try_from(at.micros()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

fn validated(invoice: Invoice) -> Result<Validated<En16931>, EinvoiceError> {
    Validated::new(invoice).map_err(|it| unfit(&it))
}

/// What the rules say, each once.
fn unfit(rejected: &Rejected) -> EinvoiceError {
    let fatal = rejected.report().fatal();
    let mut told: Vec<_> = fatal.map(|it| format!("{} ({})", it.message, it.rule)).collect();
    told.dedup();
    EinvoiceError::Unfit(told)
}

fn unfit_amount(why: model::Unstated) -> EinvoiceError {
    EinvoiceError::Unfit(vec![why.to_string()])
}
