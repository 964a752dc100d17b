//! `/usage/export.csv`, `/usage/export.jsonl`: what was used, event by event, with what becomes of each: for
//! partners who follow it in systems of their own.

use serde::Serialize;

use super::route::{Needs, Route};
use super::stream::file;
use super::wire::{Decimal, Money};
use crate::api::edge::call::Call;
use crate::api::edge::reply::File;
use crate::domain::operator::Permission;
use crate::services::usage::{self, Progress, Rated};
use crate::services::{Bss, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::UsageRead);
    let csv_of = ("text/csv", "Export usage with its rating as CSV");
    let lines_of = ("application/x-ndjson", "Export usage with its rating as JSON Lines");
    vec![
        file("/usage/export.csv", reads, csv_of, csv),
        file("/usage/export.jsonl", reads, lines_of, lines),
    ]
}

fn csv(bss: &Bss, call: &Call) -> Result<File, Error> {
    let all = usage::rated(bss, &call.actor)?;
    Ok(File { name: "usage.csv".to_owned(), bytes: usage::as_csv(&all) })
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
            quantity: Decimal::from(&event.quantity),
            at: event.at.to_string(),
            status: it.progress.to_string(),
            is_billed: it.progress == Progress::Billed,
            usage_rating_tag: it.tag.map(|it| it.to_string()),
            tax_excluded_amount: it.net.map(|(amount, currency)| Money {
                amount: Decimal::from(&amount),
                currency: currency.to_string(),
            }),
        }
    }
}

fn lines(bss: &Bss, call: &Call) -> Result<File, Error> {
    let mut bytes = Vec::new();
    for it in usage::rated(bss, &call.actor)? {
        serde_json::to_writer(&mut bytes, &Line::from(&it)).map_err(Error::internal)?;
        bytes.push(b'\n');
    }
    Ok(File { name: "usage.jsonl".to_owned(), bytes })
}
