//! `/DSRevenueSharing/rss/settlement`: what was shared is settled, and the reports that say how: one for each
//! model of a run, in each currency, with what the platform, the provider and each stakeholder have of it.
//!
//! A run is over when it is answered; its reports are sent to the `callbackUrl` that was said. What is paid out
//! stands on a note for each party, which is paid as a whole: who marks a report as paid marks the notes of its
//! parties, and with them what other reports of the run have for the same ones.

use axum::http::Method;
use serde_json::{Value, json};

use super::error::NOT_ALLOWED;
use super::form::text;
use super::number;
use super::revenue::{ALGORITHM, listed, seller_of};
use super::revenue_class::{class_of, is_called};
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, SettlementId, ShareModelId};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::Permission;
use crate::domain::settlement::share::{Role, ShareModel};
use crate::domain::text::{Name, WebAddress};
use crate::services::idempotency::Answer;
use crate::services::settlement::{self, Report, Settle};
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
    Row::unica(Method::GET, ONE, READS, one),
    Row::unica(Method::PATCH, ONE, RUNS, pay),
];

/// The id of a report: its run, its model and its currency.
fn id_of(it: &Report) -> String {
    let (run, model, currency) = it.place;
    format!("{}.{}.{currency}", run.uuid(), model.uuid())
}

/// Which report an id names. What is none names nothing that is there.
fn place(asked: &Asked) -> Result<(SettlementId, ShareModelId, Currency), Error> {
    let text = asked.part(0);
    let read = || {
        let mut parts = text.split('.');
        let (run, model, currency) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none();
        Some((run.parse().ok()?, model.parse().ok()?, currency.parse().ok()?)).filter(|_| is_whole)
    };
    read().ok_or_else(|| Error::not_found(text.chars().take(120).collect::<String>()))
}

fn shown(cx: Cx<'_>, it: &Report) -> Result<Tree, Error> {
    let model = cx.shared::<ShareModel>(it.place.1)?;
    let (id, own) = (id_of(it), account::of_seller(cx, it.seller)?.id);
    let of = |role: Role| it.parts.values().find(|it| it.0 == role).map(|it| it.1);
    let value = |of: Option<Money>| of.map_or_else(|| json!(0), number::of_money);
    let partners = it.parts.iter().filter(|it| it.1.0 == Role::Partner);
    let stakeholders = partners.map(|(account, it)| {
        json!({ "stakeholderId": account.uuid(), "modelValue": number::of_money(it.1) })
    });
    Ok(tree(json!({
        "href": format!("{ALL}/{id}"),
        "id": id,
        "ownerProviderId": own.uuid(),
        "ownerValue": value(of(Role::Owner)),
        "productClass": class_of(cx, model.as_deref())?,
        "algorithmType": ALGORITHM,
        "aggregatorId": account::provider(cx)?.id.uuid(),
        "aggregatorValue": value(of(Role::Platform)),
        "currency": it.place.2,
        "timestamp": it.settled_at.to_string(),
        "paid": it.is_paid(),
        "stakeholders": stakeholders.collect::<Vec<_>>(),
    })))
}

/// The reports of a run, as whoever settled is sent them.
pub(super) fn sent(cx: Cx<'_>, reports: &[Report]) -> Result<Vec<u8>, Error> {
    let all = reports.iter().map(|it| shown(cx, it)).collect::<Result<Vec<_>, _>>()?;
    serde_json::to_vec(&all).map_err(Error::internal)
}

/// Whether a report is of a class.
fn is_of(cx: Cx<'_>, it: &Report, class: &str) -> Result<bool, Error> {
    let model = cx.shared::<ShareModel>(it.place.1)?;
    model.map_or(Ok(false), |it| is_called(cx, it.scope, class))
}

fn reports(mut asked: Asked) -> Result<Work, Fault> {
    let only_paid = asked.query.take("onlyPaid").is_some_and(|it| it != "false");
    let class = asked.query.take("productClass");
    listed(asked, move |cx| {
        let mut all = Vec::new();
        for it in settlement::reports(cx)? {
            let is_meant = class.as_deref().map_or(Ok(true), |class| is_of(cx, &it, class))?;
            if is_meant && (!only_paid || it.is_paid()) {
                all.push(shown(cx, &it)?);
            }
        }
        Ok(all)
    })
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let what = place(&asked)?;
    let (fields, _) = asked.query.one()?;
    Ok(Work::scans(move |cx| {
        Ok(wire::shown(shown(cx, &settlement::report(cx, what)?)?, fields.as_deref()))
    }))
}

fn settle(mut asked: Asked) -> Result<Work, Fault> {
    // Whoever wants everything settled may say nothing at all.
    let said = if asked.body.is_null() { Tree::new() } else { asked.tree()? };
    if text::<Name>(&said, "productClass")?.is_some() {
        let message = "cannot be said: a party is paid out all that it gets";
        return Err(Invalid::one("productClass", "conflict", message).into());
    }
    let callback: Option<WebAddress> = text(&said, "callbackUrl")?;
    Ok(Work::works(move |bss, author| {
        let seller = bss.read(&author.actor, |cx| seller_of(cx, &said, "providerId"))?;
        if let Some(address) = callback.clone() {
            let admit = bss.act(author.clone(), move |act| {
                settlement::may_be_told(act.cx(), seller)?;
                act.must_reach("callbackUrl", &address)
            });
            admit.wait()?;
        }
        settlement::settle(bss, author, (seller, Settle { callback, ..Settle::default() }))?;
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
    let what = place(&asked)?;
    if !is_paid(&asked.body.take()) {
        let message = "nothing can be said of a report but that `/paid` is replaced by `true`";
        return Err(NOT_ALLOWED.broken("", message).into());
    }
    let actor = asked.actor;
    Ok(Work::prepares(
        move |bss| bss.scan(&actor, |cx| settlement::report(cx, what)),
        move |act, report| {
            let it = settlement::pay_report(act, report)?;
            Ok(wire::shown(shown(act.cx(), &it)?, None))
        },
    ))
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
