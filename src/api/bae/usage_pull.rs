//! What the system behind a product has counted, fetched from it when somebody asks for it: in the words of
//! the accounting of this contract.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::form;
use super::wire::tree;
use crate::domain::error::Invalid;
use crate::domain::id::Id;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::text::Code;
use crate::domain::time::Instant;
use crate::domain::usage::record::EventId;
use crate::services::usage::{self, Entry, MeterName, Offered, Pending, Receipt, Words};
use crate::services::{Bss, Error};

/// The source under which it is kept: what is reported by itself has another, and numbers of its own.
const SOURCE: &str = "bae-pull";
/// So many records are taken at a time; what is beyond comes with the next question.
const RECORDS_MAX: usize = 10_000;

/// Fetches what was used of a product.
///
/// # Errors
/// As [`usage::pull`].
pub(super) fn pulled(bss: &Bss, of: &Subscription) -> Result<Receipt, Error> {
    usage::pull(bss, of.id, Words { source: SOURCE, ask, read })
}

/// The question: which product, and since when.
fn ask(of: &Pending) -> Result<Vec<u8>, Error> {
    let it = &of.subscription;
    let question = json!({
        "type": "accounting.pending",
        "orderId": it.origin.as_ref().map(|it| it.0.uuid()),
        "productId": it.id.uuid(),
        "units": of.meters.iter().map(|it| it.unit.as_str()).collect::<Vec<_>>(),
        "since": of.since.map(|it| it.to_string()),
    });
    serde_json::to_vec(&question).map_err(Error::internal)
}

/// The records of an answer: `{ "accounting": [{ "id", "date", "unit", "value" }] }`. Without an id, the
/// date and the unit say which it is.
fn read(of: &Pending, answer: &[u8]) -> Result<Vec<Entry>, Invalid> {
    if answer.iter().all(u8::is_ascii_whitespace) {
        return Ok(Vec::new());
    }
    let refused = |_| Invalid::one("", "format", "must be JSON");
    let said = tree(serde_json::from_slice::<Value>(answer).map_err(refused)?);
    let records = form::all(&said, "accounting").iter().take(RECORDS_MAX).enumerate();
    let entry = |(place, it): (usize, &Value)| Entry {
        offered: record(of, it).map_err(|it| it.below(&format!("accounting/{place}/"))),
        text: it.to_string().into_bytes(),
    };
    Ok(records.map(entry).collect())
}

fn record(of: &Pending, it: &Value) -> Result<Offered, Invalid> {
    let said = tree(it.clone());
    let unit: String = form::must(&said, "unit")?;
    let at: Instant = form::must(&said, "date")?;
    let id = form::text::<String>(&said, "id")?.unwrap_or_else(|| format!("{at} {unit}"));
    let id = format!("{}:{id}", of.subscription.id);
    let meter = of.meters.iter().find(|meter| {
        meter.unit.as_str().eq_ignore_ascii_case(&unit)
            || meter.code.as_str().eq_ignore_ascii_case(&unit)
    });
    let unknown = || Invalid::one("unit", "reference", format!("`{unit}` is not counted of it"));
    let wrong = |it: &dyn std::fmt::Display| Invalid::one("id", "format", it.to_string());
    Ok(Offered {
        source: SOURCE.parse::<Code>().map_err(|it| wrong(&it))?,
        event_id: id.parse::<EventId>().map_err(|it| wrong(&it))?,
        subscription: of.subscription.id,
        meter: MeterName::Id(meter.ok_or_else(unknown)?.id),
        quantity: form::must::<Quantity>(&said, "value")?,
        at: Some(at),
        dimensions: BTreeMap::new(),
        carried: BTreeMap::new(),
    })
}
