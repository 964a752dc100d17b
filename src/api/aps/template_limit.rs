//! Limits of a `PAServiceTemplate`: how much of each of its resources who is served may have.
//!
//! The contract's documents name the operations without what they send. Here an entry has `rtId`, the
//! number of the resource, `resourceId`, its APS id, and `limit`, which is missing where there is
//! none. A template has an entry for each of its resources: adding a limit for another adds the
//! resource, deleting one takes it away. What a subscription bought of a resource goes before the
//! limit of its template.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::operation::{Operation, Outcome, Said, Verb};
use super::property::{Field, Form, Structure};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::specification::Specification;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{Id, ResourceId};
use crate::domain::operator::Permission;
use crate::domain::provisioning::connector::Connector;
use crate::domain::stamp::{Contract, Stamp};
use crate::services::{Act, Cx, Error, catalog, finding};

static ENTRY: Structure = Structure {
    name: "ResourceLimit",
    fields: &[
        Field::optional("rtId", Form::Integer),
        Field::optional("resourceId", Form::ResourceId),
        Field::optional("limit", Form::Integer),
    ],
};

static CHANGE: Structure =
    Structure { name: "LimitChange", fields: &[Field::optional("limit", Form::Integer)] };

static CUSTOMIZATION: Structure = Structure {
    name: "ProvisioningCustomization",
    fields: &[
        Field::required("autoprovisioning", Form::Flag),
        Field::required("connector", Form::Words(&["INSTANT", "WEBHOOK", "MANUAL"])),
    ],
};

type Does = Operation<Specification>;

/// What can be done with a template.
pub(super) static OPERATIONS: &[Does] = &[
    Does::reads(("limits", Verb::Get, "/limits"), Permission::CatalogRead, |cx, it, _| {
        Ok(Some(Value::Array(entries(cx, it)?)))
    })
    .gives(Form::List(&Form::Structure(&ENTRY))),
    Does::writes(("addLimit", Verb::Post, "/limits"), Permission::CatalogWrite, add)
        .takes(Form::Structure(&ENTRY))
        .gives(Form::Structure(&ENTRY)),
    Does::writes(("changeLimit", Verb::Put, "/limits/{rtId}"), Permission::CatalogWrite, change)
        .takes(Form::Structure(&CHANGE))
        .gives(Form::Structure(&ENTRY)),
    Does::writes(("deleteLimit", Verb::Delete, "/limits/{rtId}"), Permission::CatalogWrite, delete),
    Does::reads(
        ("getProvisioningCustomization", Verb::Get, "/provisioningCustomization"),
        Permission::CatalogRead,
        |_, it, _| Ok(Some(customization(it))),
    )
    .gives(Form::Structure(&CUSTOMIZATION)),
];

/// The limits that a template has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Limits(BTreeMap<Uuid, u64>);

impl Limits {
    /// Those that are carried with a stamp.
    fn carried(stamp: &Stamp) -> Self {
        let carried = stamp.carried.get(&Contract::Aps);
        let read = carried.and_then(|it| serde_json::from_slice::<Value>(it).ok());
        let all = read.as_ref().and_then(|it| it["limits"].as_object()).into_iter().flatten();
        let limit =
            |(id, limit): (&String, &Value)| Some((Uuid::try_parse(id).ok()?, limit.as_u64()?));
        Self(all.filter_map(limit).collect())
    }

    /// Those of a template.
    pub(super) fn of(it: &Specification) -> Self {
        Self::carried(&it.stamp)
    }

    /// How much there may be of a resource, if that is limited.
    pub(super) fn get(&self, id: ResourceId) -> Option<u64> {
        self.0.get(&id.uuid()).copied()
    }

    fn onto(self, stamp: &mut Stamp) {
        if self.0.is_empty() {
            stamp.carried.remove(&Contract::Aps);
            return;
        }
        let all: Map<_, _> = self.0.iter().map(|(id, it)| (id.to_string(), json!(it))).collect();
        let all = json!({ "limits": all });
        stamp.carried.insert(Contract::Aps, all.to_string().into_bytes());
    }
}

fn entries(cx: Cx<'_>, it: &Specification) -> Result<Vec<Value>, Error> {
    let limits = Limits::of(it);
    let mut entries = Vec::new();
    for id in &it.content.resources {
        let resource = catalog::resource(cx, *id)?;
        entries.extend(resource.map(|it| entry(&it, limits.get(*id))));
    }
    Ok(entries)
}

fn entry(it: &Resource, limit: Option<u64>) -> Value {
    let mut entry = json!({ "rtId": it.stamp.number, "resourceId": it.id.uuid() });
    if let Some(limit) = limit {
        entry["limit"] = json!(limit);
    }
    entry
}

/// The resource of a template's vendor that an entry names by its number, or by its APS id.
fn named(cx: Cx<'_>, of: &Specification, body: &Value) -> Result<Resource, Error> {
    let missing = |at: &str, what: String| {
        Error::from(Invalid::one(at, "reference", format!("`{what}` is not there")))
    };
    if let Some(number) = body["rtId"].as_u64() {
        let found = numbered(cx, of, number)?;
        return found.ok_or_else(|| missing("/rtId", number.to_string()));
    }
    let Some(id) = body["resourceId"].as_str() else {
        let message = "must be given, or `resourceId`";
        return Err(Invalid::one("/rtId", "required", message).into());
    };
    let uuid = Uuid::try_parse(id).map_err(|_| missing("/resourceId", id.to_owned()))?;
    let found = catalog::resource(cx, ResourceId::from_uuid(uuid))?;
    found.ok_or_else(|| missing("/resourceId", id.to_owned()))
}

fn numbered(cx: Cx<'_>, of: &Specification, number: u64) -> Result<Option<Resource>, Error> {
    for id in finding::by_number::<Resource>(cx, number)? {
        let found = catalog::resource(cx, id)?;
        if let Some(found) = found.filter(|it| it.stamp.seller == of.stamp.seller) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The resource of a template that a path names by its number.
fn own(cx: Cx<'_>, of: &Specification, said: &Said) -> Result<Resource, Error> {
    let text = said.path.get("rtId").map(String::as_str).unwrap_or_default();
    let missing = || Error::not_found(text);
    let number = text.parse().map_err(|_| missing())?;
    let found = numbered(cx, of, number)?;
    found.filter(|it| of.content.resources.contains(&it.id)).ok_or_else(missing)
}

fn limit(body: &Value) -> Result<Option<u64>, Invalid> {
    let limit = &body["limit"];
    let wrong = || Invalid::one("/limit", "range", "must not be negative");
    if limit.is_null() { Ok(None) } else { limit.as_u64().map(Some).ok_or_else(wrong) }
}

fn add(act: &mut Act<'_>, it: &Specification, said: &Said) -> Result<Outcome, Error> {
    let (resource, limit) = (named(act.cx(), it, &said.body)?, limit(&said.body)?);
    if it.content.resources.contains(&resource.id) {
        let why = format!("the template has `{}` already: change its limit", resource.id);
        return Err(Rejection::new(Code::Duplicate, why).into());
    }
    catalog::respecify(act, it.id, None, |mut content| {
        content.resources.push(resource.id);
        Ok(content)
    })?;
    keep(act, it, (resource.id, limit))?;
    Ok(Some(entry(&resource, limit)))
}

fn change(act: &mut Act<'_>, it: &Specification, said: &Said) -> Result<Outcome, Error> {
    let (resource, limit) = (own(act.cx(), it, said)?, limit(&said.body)?);
    keep(act, it, (resource.id, limit))?;
    Ok(Some(entry(&resource, limit)))
}

fn delete(act: &mut Act<'_>, it: &Specification, said: &Said) -> Result<Outcome, Error> {
    let resource = own(act.cx(), it, said)?;
    catalog::respecify(act, it.id, None, |mut content| {
        content.resources.retain(|id| *id != resource.id);
        Ok(content)
    })?;
    keep(act, it, (resource.id, None))?;
    Ok(None)
}

fn keep(
    act: &mut Act<'_>,
    it: &Specification,
    (id, limit): (ResourceId, Option<u64>),
) -> Result<(), Error> {
    let mut limits = Limits::of(it);
    match limit {
        Some(limit) => limits.0.insert(id.uuid(), limit),
        None => limits.0.remove(&id.uuid()),
    };
    let mut stamp = it.stamp.clone();
    limits.onto(&mut stamp);
    catalog::carry(act, it.id, stamp.carried).map(|_| ())
}

fn customization(it: &Specification) -> Value {
    let (connector, is_by_itself) = match it.content.connector {
        Connector::Instant => ("INSTANT", true),
        Connector::Webhook { .. } => ("WEBHOOK", true),
        Connector::Manual { .. } | Connector::Shipment => ("MANUAL", false),
    };
    json!({ "autoprovisioning": is_by_itself, "connector": connector })
}
