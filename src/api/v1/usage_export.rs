//! `/usage/export.csv`, `/usage/export.jsonl`: what was used, event by event, with what becomes of each: for
//! partners who follow it in systems of their own.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use serde::Serialize;

use super::route::{Needs, Route};
use super::stream::download;
use super::usage::UsageQuery;
use super::wire::{Decimal, Money};
use crate::api::edge::call::Call;
use crate::api::edge::fault::Fault;
use crate::api::edge::listing;
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::services::usage::{self, Rated, Sought};
use crate::services::{Bss, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::UsageRead);
    let csv_of = (CSV, "Export usage with its rating as CSV");
    let lines_of = (LINES, "Export usage with its rating as JSON Lines");
    vec![
        download("/usage/export.csv", reads, csv_of, csv),
        download("/usage/export.jsonl", reads, lines_of, lines),
    ]
}

const CSV: &str = "text/csv";
const LINES: &str = "application/x-ndjson";

fn csv(
    bss: &Arc<Bss>,
    call: &Call,
    query: UsageQuery,
    _: &HeaderMap,
) -> Result<Response<Body>, Fault> {
    let (mut columns, sought) = (usage::Columns::named(), query.sought()?);
    given((bss, call), sought, (CSV, "usage.csv"), move |all| Ok(columns.part(all)))
}

fn lines(
    bss: &Arc<Bss>,
    call: &Call,
    query: UsageQuery,
    _: &HeaderMap,
) -> Result<Response<Body>, Fault> {
    given((bss, call), query.sought()?, (LINES, "usage.jsonl"), |all| {
        let mut bytes = Vec::new();
        for it in all {
            serde_json::to_writer(&mut bytes, &Line::from(it)).map_err(Error::internal)?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    })
}

/// Gives out what the caller asks for and may see, page by page, as it is written.
fn given(
    (bss, call): (&Arc<Bss>, &Call),
    sought: Sought,
    file: (&str, &str),
    mut write: impl FnMut(&[Rated]) -> Result<Vec<u8>, Error> + Send + 'static,
) -> Result<Response<Body>, Fault> {
    let (of, actor) = (Arc::clone(bss), call.actor.clone());
    let mut next = Some(PageRequest::oldest(PageRequest::LIMIT_MAX));
    let part = move || {
        let Some(page) = next.take() else { return Ok(None) };
        let found = usage::rated(&of, &actor, &sought, &page)?;
        next = found.next.map(|after| PageRequest { after: Some(after), ..page });
        write(&found.items).map(Some)
    };
    Ok(listing::response((bss, &call.actor), file, part)?)
}

/// A line of the list.
#[derive(Debug, Serialize)]
struct Line {
    source: String,
    event_id: String,
    account: Option<String>,
    subscription: String,
    meter: Option<String>,
    unit: Option<String>,
    quantity: Decimal,
    at: String,
    status: String,
    is_billed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_rating_tag: Option<String>,
    /// What it costs by itself, finer than a cent where the price is.
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_excluded_amount: Option<Money>,
}

impl From<&Rated> for Line {
    fn from(it: &Rated) -> Self {
        let event = &it.event.event;
        Self {
            source: event.source.to_string(),
            event_id: event.event_id.to_string(),
            account: it.account.map(|it| it.to_string()),
            subscription: event.subscription.to_string(),
            meter: it.meter.clone(),
            unit: it.unit.clone(),
            quantity: Decimal::from(&it.quantity),
            at: event.at.to_string(),
            status: it.state.to_string(),
            is_billed: it.is_billed(),
            usage_rating_tag: it.tag.map(|it| it.to_string()),
            tax_excluded_amount: it.net.map(|(amount, currency)| Money {
                amount: Decimal::from(&amount),
                currency: currency.to_string(),
            }),
        }
    }
}
