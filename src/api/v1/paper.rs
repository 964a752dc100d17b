//! `/invoices/{id}/pdf` and its like: documents as files, for people and for machines.

use super::invoice::found;
use super::route::{Needs, Route};
use super::stream::file;
use crate::api::edge::call::Call;
use crate::api::edge::reply::File;
use crate::domain::account::billing_account::BillFormat;
use crate::domain::operator::Permission;
use crate::services::paper::{self, Manuscript, PaperFile, media};
use crate::services::{Bss, Cx, Error};

/// A handler that makes a file.
type Makes = fn(&Bss, &Call) -> Result<File, Error>;

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::InvoiceRead);
    let [pdf, factur_x, ubl, cii] =
        [BillFormat::Pdf, BillFormat::FacturX, BillFormat::Ubl, BillFormat::Cii].map(media);
    let rows: [(&'static str, &'static str, &'static str, Makes); 8] = [
        ("/invoices/{id}/pdf", pdf, "An invoice to be read", |bss, call| {
            of_invoice(bss, call, BillFormat::Pdf)
        }),
        ("/invoices/{id}/factur_x", factur_x, "An invoice with its data inside", |bss, call| {
            of_invoice(bss, call, BillFormat::FacturX)
        }),
        ("/invoices/{id}/ubl", ubl, "An invoice in UBL 2.1", |bss, call| {
            of_invoice(bss, call, BillFormat::Ubl)
        }),
        ("/invoices/{id}/cii", cii, "An invoice in CII", |bss, call| {
            of_invoice(bss, call, BillFormat::Cii)
        }),
        ("/credit_notes/{id}/pdf", pdf, "A credit note to be read", |bss, call| {
            of_credit_note(bss, call, BillFormat::Pdf)
        }),
        (
            "/credit_notes/{id}/factur_x",
            factur_x,
            "A credit note with its data inside",
            |bss, call| of_credit_note(bss, call, BillFormat::FacturX),
        ),
        ("/credit_notes/{id}/ubl", ubl, "A credit note in UBL 2.1", |bss, call| {
            of_credit_note(bss, call, BillFormat::Ubl)
        }),
        ("/credit_notes/{id}/cii", cii, "A credit note in CII", |bss, call| {
            of_credit_note(bss, call, BillFormat::Cii)
        }),
    ];
    rows.into_iter().map(|it| file(it.0, reads, (it.1, it.2), it.3)).collect()
}

fn of_invoice(bss: &Bss, call: &Call, form: BillFormat) -> Result<File, Error> {
    let load = |cx: Cx<'_>| Manuscript::of_invoice(cx, found(cx, call)?);
    paper::file(bss, &call.actor, form, load).map(given)
}

fn of_credit_note(bss: &Bss, call: &Call, form: BillFormat) -> Result<File, Error> {
    let load = |cx: Cx<'_>| Manuscript::of_credit_note(cx, call.id("id")?);
    paper::file(bss, &call.actor, form, load).map(given)
}

fn given(it: PaperFile) -> File {
    File { name: it.name, bytes: it.bytes }
}
