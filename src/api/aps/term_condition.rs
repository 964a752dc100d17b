//! `TermCondition`: the terms of use of what is ordered, which a buyer has to accept.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::operation::{Outcome, Said};
use super::property::{Field, Form, Structure};
use super::{localized, order_request};
use crate::domain::catalog::offer::TermsOfUse;
use crate::domain::id::{Id, OfferId};
use crate::services::{Cx, Error, offer};

/// Terms of use.
pub(super) static TERM_CONDITION: Structure = Structure {
    name: "TermCondition",
    fields: &[
        Field::required("planId", Form::ResourceId),
        Field::required("version", Form::Text),
        Field::required("title", Form::ByLocale),
        Field::optional("url", Form::Text),
        Field::optional("text", Form::ByLocale),
    ],
};

/// `termsConditions`: those of each plan that an order would buy, once.
pub(super) fn of_order(cx: Cx<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let wanted = order_request::read(cx, &said.body)?;
    let plans = wanted.placed.items().iter().filter_map(|it| it.wish.offer);
    let mut all = Vec::new();
    for id in plans.collect::<BTreeSet<_>>() {
        all.extend(offer::get(cx, id)?.content.terms_of_use.map(|it| shown(id, &it)));
    }
    Ok(Some(Value::Array(all)))
}

fn shown(plan: OfferId, it: &TermsOfUse) -> Value {
    let mut shown = json!({
        "planId": plan.uuid(),
        "version": it.version.as_str(),
        "title": localized::texts(&it.title),
    });
    if let Some(address) = &it.address {
        shown["url"] = json!(address.as_str());
    }
    if let Some(text) = &it.text {
        shown["text"] = localized::texts(text);
    }
    shown
}
