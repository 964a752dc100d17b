//! The OpenAPI 3.1 document of our own contract, read off the table of routes.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::form::Form;
use super::problem::Problem;
use super::route::{Guard, Needs, Route};
use crate::api::edge::call::Paging;

/// The document for a table of routes.
pub(crate) fn document(routes: &[Route]) -> Value {
    let mut schemas = BTreeMap::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    Form::of::<Problem>().iter().for_each(|form| keep(&mut schemas, form));
    for route in routes {
        for form in [&route.takes, &route.query, &route.gives].into_iter().flatten() {
            keep(&mut schemas, form);
        }
        let path = paths.entry(format!("/api/v1{}", route.path)).or_default();
        path.insert(route.method.as_str().to_lowercase(), operation(route));
    }
    let schemas = told_whole(&schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tillbox",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The native API of Tillbox. Errors are problem documents (RFC 9457). The APIs of the TM \
                            Forum are described in documents of their own, which `/openapi/tmf.json` lists; \
                            those of FIWARE's Business API Ecosystem by its own.",
        },
        "externalDocs": {
            "description": "The documents of the TM Forum's APIs", "url": "/openapi/tmf.json",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "tillbox_session" },
            },
        },
    })
}

fn keep(schemas: &mut BTreeMap<String, RefOr<Schema>>, form: &Form) {
    schemas.insert(form.name.clone(), (form.schema)());
    schemas.extend(form.inner());
}

/// The schemas by name. What is made of several forms is one object with the fields of all of them: a
/// form that takes no other fields could not be a part of another.
fn told_whole(schemas: &BTreeMap<String, RefOr<Schema>>) -> Map<String, Value> {
    let trees = schemas.iter().map(|(name, it)| {
        (name.clone(), serde_json::to_value(it).expect("a schema has only what JSON can write"))
    });
    let all: Map<String, Value> = trees.collect();
    all.iter().map(|(name, it)| (name.clone(), whole(it, &all))).collect()
}

fn whole(schema: &Value, all: &Map<String, Value>) -> Value {
    let Some(parts) = schema["allOf"].as_array() else { return schema.clone() };
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let named = part["$ref"].as_str().and_then(|it| all.get(it.rsplit('/').next()?));
        let part = named.map_or_else(|| part.clone(), |it| whole(it, all));
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    let mut whole = json!({ "type": "object", "properties": properties, "required": required });
    if let Some(description) = schema["description"].as_str() {
        whole["description"] = description.into();
    }
    whole
}

fn reference(form: &Form) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", form.name) })
}

fn operation(route: &Route) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), operation_id(route).into());
    operation.insert("summary".to_owned(), route.summary.into());
    operation.insert("tags".to_owned(), json!([tag(route)]));
    operation.insert("parameters".to_owned(), Value::Array(parameters(route)));
    if let Some(form) = &route.takes {
        let content = json!({ "application/json": { "schema": reference(form) } });
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    if route.takes.is_none() && route.method == Method::PUT {
        let schema = json!({ "type": "string", "format": "binary" });
        let content = json!({ "application/octet-stream": { "schema": schema } });
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    operation.insert("responses".to_owned(), responses(route));
    match route.needs {
        Needs::Nothing => operation.insert("security".to_owned(), json!([])),
        Needs::Shelf => operation.insert("security".to_owned(), anybody()),
        Needs::SignIn => operation.insert("security".to_owned(), either()),
        Needs::Permission(permission) => {
            operation.insert("x-permission".to_owned(), permission.name().into());
            operation.insert("security".to_owned(), either())
        }
    };
    Value::Object(operation)
}

/// Who is signed in, and, where the shop is open to everybody, who is not.
fn anybody() -> Value {
    json!([{}, { "token": [] }, { "session": [] }])
}

fn either() -> Value {
    json!([{ "token": [] }, { "session": [] }])
}

fn tag(route: &Route) -> &str {
    route.path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// A name for generated clients: `get_accounts_id_balance`.
fn operation_id(route: &Route) -> String {
    let path = route.path.replace(['{', '}'], "").replace('/', "_");
    format!("{}{path}", route.method.as_str().to_lowercase())
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters: Vec<_> = route.path.split('/').filter_map(path_parameter).collect();
    if let Some(form) = &route.query {
        parameters.extend(query_parameters(form));
    }
    if route.paging == Paging::Pages {
        parameters.extend([
            described(LIMIT, json!({ "type": "integer", "minimum": 1, "maximum": 1000 })),
            described(CURSOR, json!({ "type": "string" })),
            described(ORDER, json!({ "type": "string", "enum": ["newest", "oldest"] })),
        ]);
    }
    if route.gives.is_some() {
        parameters.push(described(FIELDS, json!({ "type": "string" })));
    }
    // A file is the same when it is sent again.
    if ![Method::GET, Method::PUT].contains(&route.method) {
        let schema = json!({ "type": "string", "maxLength": 255 });
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "schema": schema }));
    }
    if route.guard == Guard::Thing {
        let about =
            "The `ETag` of the thing as it was read; it is not done to one that has changed";
        let schema = json!({ "type": "string" });
        parameters.push(json!({
            "name": "If-Match", "in": "header", "description": about, "schema": schema,
        }));
    }
    parameters
}

fn path_parameter(segment: &str) -> Option<Value> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let schema = json!({ "type": "string" });
    Some(json!({ "name": name, "in": "path", "required": true, "schema": schema }))
}

/// The parameters that many routes have, each with what is said of it.
const LIMIT: (&str, &str) = ("limit", "How many rows at most; 50 if nothing is said.");
const CURSOR: (&str, &str) =
    ("cursor", "Where the page begins: the `next_cursor` of the page before.");
const ORDER: (&str, &str) = ("order", "Which end comes first; the newest if nothing is said.");
const FIELDS: (&str, &str) =
    ("fields", "The names of the fields that are wanted, with commas; all if nothing is said.");

fn described((name, about): (&str, &str), schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": about, "schema": schema })
}

fn query_parameters(form: &Form) -> Vec<Value> {
    let tree = serde_json::to_value((form.schema)()).unwrap_or_default();
    let required = tree["required"].as_array().cloned().unwrap_or_default();
    let properties = tree["properties"].as_object().cloned().unwrap_or_default();
    properties
        .into_iter()
        .map(|(name, mut schema)| {
            let needed = required.contains(&Value::String(name.clone()));
            let about = schema.as_object_mut().and_then(|it| it.remove("description"));
            let mut it = json!({ "name": name, "in": "query", "required": needed });
            if let Some(about) = about {
                it["description"] = about;
            }
            it["schema"] = schema;
            it
        })
        .collect()
}

fn responses(route: &Route) -> Value {
    let success = match (&route.gives, &route.method) {
        (None, _) if route.media.is_some() => "200",
        (None, _) => "204",
        (Some(_), &Method::POST) => "2XX",
        (Some(_), _) => "200",
    };
    let mut answer = json!({ "description": "Done" });
    if let Some(form) = &route.gives {
        answer["content"] = json!({ "application/json": { "schema": reference(form) } });
    }
    if let Some(media) = route.media {
        let schema = json!({ "type": "string", "format": "binary" });
        answer["content"] = json!({ media: { "schema": schema } });
    }
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    let problem = json!({
        "description": "Refused",
        "content": { "application/problem+json": { "schema": schema } },
    });
    json!({ success: answer, "4XX": problem.clone(), "5XX": problem })
}
