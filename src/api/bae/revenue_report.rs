//! `/DSRevenueSharing/rss/settlement`: what was shared is settled, and the reports that say with whom, which
//! are our settlement notes.
//!
//! A run is over when it is answered. A report is of one party that is paid out: the platform or a
//! stakeholder. What the provider keeps is nowhere paid out, and so in no report.

use axum::http::Method;
use serde_json::{Value, json};

use super::error::NOT_ALLOWED;
use super::form::text;
use super::number;
use super::revenue::{ALGORITHM, listed, seller_of};
use super::revenue_model::class_of;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, SettlementId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::settlement::note::{SettlementNote, State};
use crate::domain::settlement::share::{Scope, ShareModel};
use crate::domain::text::Name;
use crate::services::idempotency::Answer;
use crate::services::settlement::{self, Settle};
use crate::services::{Cx, Error, account};

const RUN: &str = "/DSRevenueSharing/rss/settlement";
const ALL: &str = "/DSRevenueSharing/rss/settlement/reports";
const ONE: &str = "/DSRevenueSharing/rss/settlement/reports/{id}";

const READS: Needs = Needs::Permission(Permission::SettlementRead);
const RUNS: Needs = Needs::Permission(Permission::SettlementRun);

/// What can be asked of settlement.
pub(super) static ROWS: &[Row] = &[
    Row::unica(Method::POST, RUN, RUNS, settle),
    Row::unica(Method::GET, ALL, READS, reports),
    Row::unica(Method::PATCH, ONE, RUNS, pay),
];

/// The class by which the first of what stands on a note was shared.
fn class(cx: Cx<'_>, it: &SettlementNote) -> Result<String, Error> {
    let first = settlement::share_on(cx, it.id)?;
    let model = first.map(|it| cx.shared::<ShareModel>(it.model)).transpose()?.flatten();
    class_of(cx, model.map_or(Scope::Seller, |it| it.scope))
}

fn shown(cx: Cx<'_>, it: &SettlementNote) -> Result<Tree, Error> {
    let platform = account::provider(cx)?.id;
    let value = number::of_money(it.totals.net);
    let is_platform = it.receiver == platform;
    let stakeholders = match is_platform {
        true => json!([]),
        false => json!([{ "stakeholderId": it.receiver.uuid(), "modelValue": value.clone() }]),
    };
    Ok(tree(json!({
        "id": it.id.uuid(),
        "href": format!("{ALL}/{}", it.id.uuid()),
        "ownerProviderId": account::of_seller(cx, it.stamp.seller)?.id.uuid(),
        "ownerValue": 0,
        "productClass": class(cx, it)?,
        "algorithmType": ALGORITHM,
        "aggregatorId": platform.uuid(),
        "aggregatorValue": if is_platform { value } else { json!(0) },
        "currency": it.totals.net.currency().code(),
        "timestamp": it.stamp.created_at.to_string(),
        "paid": it.state() == State::Paid,
        "stakeholders": stakeholders,
    })))
}

fn reports(mut asked: Asked) -> Result<Work, Fault> {
    let only_paid = asked.query.take("onlyPaid").is_some_and(|it| it != "false");
    listed(asked, move |cx| {
        let state = only_paid.then_some(State::Paid);
        let (mut all, mut page) = (Vec::new(), PageRequest::oldest(PageRequest::LIMIT_MAX));
        loop {
            let found = settlement::list(cx, (None, state), &page)?;
            for it in &found.items {
                all.push(shown(cx, it)?);
            }
            page.after = found.next;
            if page.after.is_none() {
                return Ok(all);
            }
        }
    })
}

fn settle(mut asked: Asked) -> Result<Work, Fault> {
    // Whoever wants everything settled may say nothing at all.
    let said = if asked.body.is_null() { Tree::new() } else { asked.tree()? };
    if text::<Name>(&said, "productClass")?.is_some() {
        let message = "cannot be said: a report is of all that a party gets";
        return Err(Invalid::one("productClass", "conflict", message).into());
    }
    Ok(Work::works(move |bss, author| {
        let seller = bss.read(&author.actor, |cx| seller_of(cx, &said, "providerId"))?;
        settlement::settle(bss, author, (seller, Settle::default()))?;
        Ok(Answer { status: 202, headers: Vec::new(), body: Vec::new() })
    }))
}

/// Whether what was said is that a report was paid out: a patch by steps with one step.
fn is_paid(said: &Value) -> bool {
    let steps = said.as_array().map_or(std::slice::from_ref(said), Vec::as_slice);
    let [step] = steps else { return false };
    let is = |name: &str, value: &str| step.get(name).and_then(Value::as_str) == Some(value);
    is("op", "replace") && is("path", "/paid") && step.get("value") == Some(&Value::Bool(true))
}

fn pay(mut asked: Asked) -> Result<Work, Fault> {
    let id = SettlementId::from_uuid(asked.id(0)?);
    if !is_paid(&asked.body.take()) {
        let message = "nothing can be said of a report but that `/paid` is replaced by `true`";
        return Err(NOT_ALLOWED.broken("", message).into());
    }
    Ok(Work::writes(move |act| {
        let it = settlement::pay(act, id)?;
        Ok(wire::shown(shown(act.cx(), &it)?, None))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_paid_by_one_step_alone() {
        let step = json!({ "op": "replace", "path": "/paid", "value": true });
        assert!(is_paid(&step) && is_paid(&json!([step])));
        for odd in [
            json!(null),
            json!([]),
            json!([step, step]),
            json!({ "op": "remove", "path": "/paid", "value": true }),
            json!({ "op": "replace", "path": "/ownerValue", "value": true }),
            json!({ "op": "replace", "path": "/paid", "value": false }),
        ] {
            assert!(!is_paid(&odd), "{odd}");
        }
    }
}
