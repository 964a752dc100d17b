//! `/charging/media`: what is in assets, for who may have it now, and invoices as files, for who has to pay
//! them.

use axum::http::Method;

use super::route::{Asked, Needs, Row};
use crate::api::edge::fault::Fault;
use crate::api::edge::reply::{self, File};
use crate::api::edge::work::Work;
use crate::domain::account::billing_account::BillFormat;
use crate::domain::billing::invoice::Invoice;
use crate::domain::catalog::asset::Source;
use crate::domain::id::{AssetId, Id, InvoiceId};
use crate::domain::operator::Permission;
use crate::services::asset::entitlement;
use crate::services::idempotency::Answer;
use crate::services::paper::{self, Manuscript};
use crate::services::{Cx, Error};

/// What can be downloaded.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, "/charging/media/assets/{id}", Needs::Nothing, asset),
    Row::new(Method::GET, "/charging/media/bills/{id}", Needs::SignIn, bill),
];

/// Leads who may have what is in an asset to where it is given out, whole or in parts. Open data is for
/// whoever asks.
fn asset(asked: Asked) -> Result<Work, Fault> {
    let id = AssetId::from_uuid(asked.id(0)?);
    Ok(Work::scans(move |cx| {
        let opened = entitlement::open(cx, id, None)?;
        let place = match &opened.version.source {
            Source::Web(address) => address.to_string(),
            Source::File { .. } => {
                let door = if cx.actor.is_known() { "content" } else { "open" };
                format!("/api/v1/assets/{id}/{door}?version={}", opened.version.label)
            }
        };
        Ok(Answer { status: 303, headers: vec![("location".to_owned(), place)], body: Vec::new() })
    }))
}

/// An invoice to be read, by its id with or without the ending of the file.
fn bill(asked: Asked) -> Result<Work, Fault> {
    let name = asked.part(0).to_owned();
    Ok(Work::works(move |bss, author| {
        let missing = || Error::not_found(name.chars().take(80).collect::<String>());
        let id: InvoiceId = name.trim_end_matches(".pdf").parse().map_err(|_| missing())?;
        let load = |cx: Cx<'_>| of_buyer(cx, id);
        let file = paper::file(bss, &author.actor, BillFormat::Pdf, load)?;
        Ok(reply::file(file.media, File { name: file.name, bytes: file.bytes }))
    }))
}

/// The contract gives the file to the organization that has to pay it, and to nobody else.
fn of_buyer(cx: Cx<'_>, id: InvoiceId) -> Result<Manuscript, Error> {
    let it: Invoice = cx.get(id)?;
    let own = cx.actor.standing().map(|it| it.account);
    if own.is_none() || own != it.stamp.owner {
        return Err(Error::Forbidden { permission: Permission::InvoiceRead });
    }
    Manuscript::of_invoice(cx, it)
}
