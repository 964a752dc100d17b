//! `TermCondition`: the terms of use of what is ordered, which a buyer has to accept. A plan has its
//! own as `termCondition`, and an order says in `acceptedTerms` which version of which plan's it
//! accepts.

use serde_json::{Value, json};

use super::operation::{Outcome, Said};
use super::property::{Field, Form, Structure};
use super::{localized, order_request, wire};
use crate::domain::catalog::offer::TermsOfUse;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId};
use crate::domain::order::Acceptance;
use crate::domain::text::Locale;
use crate::services::{Cx, Error, order};

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

/// Terms of use as a plan has them.
pub(super) static OF_PLAN: Structure = Structure {
    name: "ServicePlanTermCondition",
    fields: &[
        Field::required("version", Form::Text),
        Field::required("title", Form::ByLocale),
        Field::optional("url", Form::Text),
        Field::optional("text", Form::ByLocale),
    ],
};

/// What an order accepts.
pub(super) static ACCEPTED: Structure = Structure {
    name: "AcceptedTerms",
    fields: &[Field::required("planId", Form::ResourceId), Field::required("version", Form::Text)],
};

/// The acceptances in a body whose form was checked.
pub(super) fn accepted(cx: Cx<'_>, body: &Value) -> Result<Vec<Acceptance>, Invalid> {
    let all = body["acceptedTerms"].as_array().into_iter().flatten().enumerate();
    let read = |(place, it): (usize, &Value)| {
        let at = format!("/acceptedTerms/{place}");
        let text = |field: &str| it[field].as_str().unwrap_or_default();
        let plan = wire::read(&format!("{at}/planId"), text("planId"))?;
        let version = wire::read(&format!("{at}/version"), text("version"))?;
        Ok(order::acceptance(cx, OfferId::from_uuid(plan), version))
    };
    all.map(read).collect()
}

/// The terms of use that a value says, whose form was checked before; none for `null`.
pub(super) fn read(value: &Value, locale: &Locale) -> Result<Option<TermsOfUse>, Invalid> {
    if value.is_null() {
        return Ok(None);
    }
    let at = "/termCondition";
    let version = wire::read(&format!("{at}/version"), value["version"].as_str().unwrap_or(""))?;
    let title = localized::read_some(&format!("{at}/title"), &value["title"], locale)?;
    let text = localized::read_optional(&format!("{at}/text"), &value["text"], locale)?;
    let address = wire::optional(at, value, "url")?;
    Ok(Some(TermsOfUse { version, title, address, text }))
}

/// `termsConditions`: those of each plan that an order would buy, with the parts of bundles, once.
pub(super) fn of_order(cx: Cx<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let wanted = order_request::read(cx, &said.body)?;
    let plans = order::with_terms(cx, wanted.placed.items())?;
    let all = plans.iter().filter_map(|plan| {
        let mut shown = shown(plan.content.terms_of_use.as_ref()?);
        shown["planId"] = json!(plan.id.uuid());
        Some(shown)
    });
    Ok(Some(Value::Array(all.collect())))
}

/// Terms of use as their plan has them.
pub(super) fn shown(it: &TermsOfUse) -> Value {
    let mut shown = json!({
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
