//! `/SLAManagement`: what the seller of an offering promises.

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::error::INCOMPLETE;
use super::form::{all, must, reference, text};
use super::number;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::review::{Metric, MetricKind, MetricUnit, Sla};
use crate::domain::stamp::Contract;
use crate::domain::text::Prose;
use crate::services::{Error, sla};

const ALL: &str = "/SLAManagement/sla";
const ONE: &str = "/SLAManagement/sla/{id}";

/// What can be asked of promises.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ONE, Needs::Nothing, one),
    Row::new(Method::POST, ALL, Needs::Permission(Permission::CatalogWrite), save),
];

/// What this contract calls that of which something is promised.
const fn kind(of: MetricKind) -> &'static str {
    match of {
        MetricKind::UpdatesRate => "Updates rate",
        MetricKind::ResponseTime => "Response time",
        MetricKind::Delay => "Delay",
    }
}

fn metric(place: usize, said: &Value) -> Result<Metric, Invalid> {
    let said = tree(said.clone());
    let at = |it: Invalid| it.below(&format!("services/{place}/"));
    let word: Prose = must(&said, "type").map_err(at)?;
    let found = MetricKind::ALL.iter().find(|it| kind(**it).eq_ignore_ascii_case(word.as_str()));
    let refused = || {
        let words: Vec<_> = MetricKind::ALL.iter().map(|it| kind(*it)).collect();
        at(Invalid::one("type", "enum", format!("must be one of `{}`", words.join("`, `"))))
    };
    let threshold = said.get("threshold").and_then(number::read);
    let missing = || at(Invalid::one("threshold", "required", "must be a number"));
    Ok(Metric {
        kind: *found.ok_or_else(refused)?,
        threshold: Quantity::new(threshold.ok_or_else(missing)?),
        unit: must::<MetricUnit>(&said, "unitMeasure").map_err(at)?,
        credit: None,
    })
}

/// What is promised of an offering, with the descriptions that this contract has.
fn shown(offer: OfferId, it: Option<&Sla>) -> Result<Tree, Error> {
    let kept = it.map(|it| carried::read(&it.stamp)).transpose()?.unwrap_or_default();
    let described = tree(kept.get("services").cloned().unwrap_or_default());
    let services = it.map(Sla::metrics).unwrap_or_default().iter().map(|it| {
        json!({
            "type": kind(it.kind), "threshold": number::of(&it.threshold.decimal()),
            "unitMeasure": it.unit.word(),
            "description": described.get(it.kind.word()).cloned().unwrap_or_else(|| json!("")),
        })
    });
    Ok(tree(json!({
        "offerId": offer.uuid(),
        "description": kept.get("description").cloned().unwrap_or_else(|| json!("")),
        "services": services.collect::<Vec<_>>(),
    })))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let offer = OfferId::from_uuid(asked.id(0)?);
    Ok(Work::reads(move |cx| {
        Ok(wire::shown(shown(offer, sla::of_offer(cx, offer)?.as_ref())?, None))
    }))
}

/// What only this contract says of promises: in words.
fn descriptions(said: &Tree, metrics: &[Metric]) -> Result<Tree, Invalid> {
    let mut kept = Tree::new();
    if let Some(it) = text::<Prose>(said, "description")? {
        kept.insert("description".to_owned(), json!(it.as_str()));
    }
    let words = all(said, "services").iter().zip(metrics).filter_map(|(said, it)| {
        Some((it.kind.word().to_owned(), said.get("description")?.clone()))
    });
    let words: Tree = words.filter(|it| it.1.is_string()).collect();
    if !words.is_empty() {
        kept.insert("services".to_owned(), Value::Object(words));
    }
    Ok(kept)
}

fn save(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let missing = || INCOMPLETE.broken("offerId", "must say of which offering");
    let id = json!({ "id": said.get("offerId").cloned().unwrap_or_default() });
    let offer = OfferId::from_uuid(reference(&id).ok_or_else(missing)?);
    let read = |(place, it): (usize, &Value)| metric(place, it);
    let mut metrics =
        all(&said, "services").iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    let kept = descriptions(&said, &metrics)?;
    Ok(Work::writes(move |act| {
        // What goes back for a broken promise this contract cannot say, and does not change.
        let before = sla::of_offer(act.cx(), offer)?;
        let before = before.as_ref().map(Sla::metrics).unwrap_or_default();
        for it in &mut metrics {
            it.credit = before.iter().find(|was| was.kind == it.kind).and_then(|it| it.credit);
        }
        let it = sla::promise(act, offer, metrics)?;
        let (what, bytes) = ((it.id, Permission::CatalogWrite), carried::written(&kept)?);
        let it: Sla = crate::services::carried::keep(act, what, Contract::Bae, bytes)?;
        Ok(wire::shown(shown(offer, Some(&it))?, None))
    }))
}
