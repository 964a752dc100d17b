//! Service components: the applications of a company, which it registers itself. They are documents of
//! ours: nothing follows from them here.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Refusal;
use super::field::{self, Field, Fields, Form, number, one_of};
use super::person::must;
use super::route::{Asked, By, Row};
use super::wire::{listed, made, moment};
use super::{customer, message};
use crate::api::edge::work::Work;
use crate::domain::document::Document;
use crate::domain::error::Code;
use crate::domain::id::AccountId;
use crate::domain::operator::{Permission, Role};
use crate::domain::text;
use crate::services::document::{self, NewDocument};
use crate::services::{Cx, Error};

const ALL: &str = "resource/servicecomponent";

/// What can be asked of service components.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, ALL, By::Path, (Permission::AccountWrite, Role::CustomerAdmin), add),
    Row::new(Method::GET, ALL, By::Path, (Permission::DocumentRead, Role::CustomerAdmin), list),
];

const FIELDS: Fields = &[
    Field::required("DisplayName", Form::Text(50)),
    Field::optional("Description", Form::Text(1000)),
    Field::optional("CustomerId", Form::Number),
    Field::optional(
        "ServiceComponentAttributeSet",
        Form::Objects(&[
            Field::required("Name", Form::Text(255)),
            Field::optional("Type", Form::Text(25)),
            Field::optional("StringValue", Form::Text(1000)),
            Field::optional("BooleanValue", Form::Flag),
        ]),
    ),
];

/// In which ways an application signs its users in.
const FLOWS: &[&str] = &["oauth2_web_server_flow_supported", "basic_app_flow"];

/// A service component on the wire, and as it is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ServiceComponent {
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    oid: Option<u64>,
    #[serde(skip_serializing_if = "Value::is_null")]
    customer_id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    service_component_attribute_set: Vec<ServiceComponentAttribute>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
}

/// Something that is said of an application.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ServiceComponentAttribute {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boolean_value: Option<bool>,
}

impl ServiceComponent {
    fn signs_in_by(&self, flow: &str) -> bool {
        let mut all = self.service_component_attribute_set.iter();
        all.any(|it| it.name == flow && it.boolean_value == Some(true))
    }
}

fn sort() -> text::Code {
    "service_component".parse().expect("the word is a code")
}

/// The company that is named, or the caller's own.
fn company(cx: Cx<'_>, named: Option<u64>) -> Result<(AccountId, u64), Error> {
    if let Some(number) = named {
        return Ok((customer::find(cx, number)?.id, number));
    }
    let own = cx.actor.standing().map(|it| it.account);
    let own = own.ok_or_else(|| message::PARAMETER_REQUIRED.with(["customerId"]))?;
    let it: crate::domain::account::Account = cx.get(own)?;
    Ok((own, it.stamp.number))
}

fn add(asked: Asked) -> Result<Work, Refusal> {
    let said: ServiceComponent = field::read(asked.body, "ServiceComponent", FIELDS)?;
    let named = number(&said.customer_id);
    let name: text::Name = must("DisplayName", said.display_name.as_ref())?;
    let kept = ServiceComponent { customer_id: Value::Null, display_name: None, ..said };
    let body = serde_json::to_vec(&kept).map_err(Error::internal)?;
    Ok(Work::writes(move |act| {
        let (owner, _) = company(act.cx(), named)?;
        let new = NewDocument { sort: sort(), name: name.clone(), body };
        let is_taken = |it: &Error| matches!(it, Error::Rejected(it) if it.code == Code::Duplicate);
        let taken = message::NAME_TAKEN.with([name.as_str()]);
        let registered = document::register_for(act, owner, new);
        let it = registered.map_err(|it| if is_taken(&it) { taken.into() } else { it })?;
        Ok(made(it.stamp.number))
    }))
}

/// What a company said of its application.
fn kept(it: &Document) -> ServiceComponent {
    serde_json::from_slice(it.body()).unwrap_or_default()
}

fn wire(it: &Document, customer: u64) -> ServiceComponent {
    ServiceComponent {
        id: Some(it.stamp.number),
        oid: Some(it.stamp.number),
        customer_id: customer.into(),
        display_name: Some(it.name().to_string()),
        created: Some(moment(it.stamp.created_at)),
        modified: Some(moment(it.stamp.changed_at)),
        ..kept(it)
    }
}

fn list(mut asked: Asked) -> Result<Work, Refusal> {
    let wanted = asked.page()?;
    let said = asked.query.take("customerId").filter(|it| !it.trim().is_empty());
    let refused = |text: &str| message::VALUE_INVALID.with([text, "customerId"]);
    let named = said.map(|it| it.trim().parse::<u64>().map_err(|_| refused(&it))).transpose()?;
    let flow = asked.query.take("authenticationType").filter(|it| !it.is_empty());
    let flow = flow.map(|it| one_of("authenticationType", FLOWS, &it)).transpose()?;
    Ok(Work::scans(move |cx| {
        let (owner, number) = company(cx, named)?;
        let is_it = |it: &Document| flow.is_none_or(|flow| kept(it).signs_in_by(flow));
        let found = wanted.of(|page| document::of(cx, (owner, &sort()), page, is_it))?;
        let items: Vec<_> = found.iter().map(|it| wire(it, number)).collect();
        Ok(listed(&items))
    }))
}
