//! `/attribute_definitions`: what a vendor asks of the attributes of its accounts, subscriptions
//! and orders.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, Patch, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::attribute::definition as domain;
use crate::domain::attribute::definition::{Attributed, Requirement};
use crate::domain::operator::Permission;
use crate::services::attribute::{self, DefineAttribute};
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::AttributeRead);
    let writes = Needs::Permission(Permission::SettingsWrite);
    let (all, one) = ("/attribute_definitions", "/attribute_definitions/{id}");
    vec![
        read(all, reads, "List definitions of attributes", list),
        write(Method::POST, all, writes, "Define an attribute", define),
        read(one, reads, "Read the definition of an attribute", show),
        write(Method::PATCH, one, writes, "Change the definition of an attribute", redefine),
        write(Method::DELETE, one, writes, "Remove the definition of an attribute", forget),
    ]
}

/// What a vendor says of the attributes of one name.
#[derive(Debug, Serialize, ToSchema)]
struct AttributeDefinition {
    id: String,
    number: u64,
    revision: u32,
    /// Whose it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// What the attribute is called.
    name: String,
    /// What has it: `account`, `subscription` or `order`.
    applies_to: &'static str,
    /// What it says, for people.
    description: Option<String>,
    /// Whether what is new must have it.
    required: bool,
}

impl Wire for AttributeDefinition {}

impl From<&domain::AttributeDefinition> for AttributeDefinition {
    fn from(it: &domain::AttributeDefinition) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            sold_by: SoldBy::default(),
            name: it.name.to_string(),
            applies_to: it.applies_to.word(),
            description: it.description.as_ref().map(ToString::to_string),
            required: it.requirement == Requirement::Required,
        }
    }
}

/// A definition as an event tells of it.
pub(super) fn told(it: &domain::AttributeDefinition) -> impl Wire + use<> {
    AttributeDefinition::from(it)
}

fn tagged(it: &domain::AttributeDefinition) -> Reply<AttributeDefinition> {
    Reply::ok(AttributeDefinition::from(it)).tagged(it.stamp.revision)
}

/// Which definitions are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DefinitionQuery {
    /// `account`, `subscription` or `order`.
    applies_to: Option<String>,
}

fn list(
    cx: Cx<'_>,
    call: &Call,
    query: DefinitionQuery,
) -> Result<Reply<List<AttributeDefinition>>, Error> {
    let of: Option<Attributed> = word("applies_to", query.applies_to.as_deref())?;
    let page = attribute::list(cx, &call.page, |it| of.is_none_or(|of| it.applies_to == of))?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(AttributeDefinition { sold_by, ..AttributeDefinition::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<AttributeDefinition>, Error> {
    Ok(tagged(&cx.get(call.id("id")?)?))
}

/// Whether something must be said.
const fn requirement(required: bool) -> Requirement {
    if required { Requirement::Required } else { Requirement::Optional }
}

/// What is to be laid down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAttributeDefinition {
    /// The vendor's account; the caller's own if nothing is said.
    seller: Option<String>,
    /// What the attribute is called.
    name: String,
    /// What has it: `account`, `subscription` or `order`.
    applies_to: String,
    /// What it says, for people.
    description: Option<String>,
    /// Whether what is new must have it; not if nothing is said.
    #[serde(default)]
    required: bool,
}

fn define(
    act: &mut Act<'_>,
    _: &Call,
    body: NewAttributeDefinition,
) -> Result<Reply<AttributeDefinition>, Error> {
    let vendor = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let command = DefineAttribute {
        name: parse("/name", &body.name)?,
        applies_to: parse("/applies_to", &body.applies_to)?,
        description: parse_optional("/description", body.description.as_deref())?,
        requirement: requirement(body.required),
    };
    let it = attribute::define(act, vendor, command)?;
    let path = format!("/api/v1/attribute_definitions/{}", it.id);
    Ok(Reply::created(path, AttributeDefinition::from(&it)).tagged(it.stamp.revision))
}

/// What of a definition changes. What it is of stays: things have their attributes by it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttributeDefinitionPatch {
    #[serde(default)]
    description: Patch<String>,
    required: Option<bool>,
}

fn redefine(
    act: &mut Act<'_>,
    call: &Call,
    body: AttributeDefinitionPatch,
) -> Result<Reply<AttributeDefinition>, Error> {
    let it = attribute::redefine(act, (call.id("id")?, call.if_match), |it| {
        let read = |text: &String| parse("/description", text);
        let description = body.description.onto(it.description.clone(), read)?;
        let requirement = body.required.map_or(it.requirement, requirement);
        Ok(domain::AttributeDefinition { description, requirement, ..it })
    })?;
    Ok(tagged(&it))
}

fn forget(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    attribute::forget(act, call.id("id")?, call.if_match)?;
    Ok(Reply::no_content())
}
