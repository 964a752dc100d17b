//! The OpenAPI 3.1 documents of this contract, one for each API, read off the table: what can be done where, and
//! what a body must say. What else a resource has, the TM Forum's own definitions say.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::door::{Deed, Target, deeds};
use super::error;
use super::resource::{Api, Resource, Tree};
use super::table::APIS;
use crate::api::edge::fault::Fault;
use crate::services::Bss;

/// Where the documents are.
const ROOT: &str = "/openapi/tmf";

/// The router of the documents.
pub(super) fn router() -> Router<Arc<Bss>> {
    Router::new()
        .route(&format!("{ROOT}.json"), get(|| async { written(&listed()) }))
        .route(&format!("{ROOT}/{{document}}"), get(described))
}

async fn described(Path(document): Path<String>) -> Response {
    match document.strip_suffix(".json").and_then(Api::with_code) {
        Some(api) => written(&of(api)),
        None => {
            let path = format!("{ROOT}/{document}");
            error::response(&Fault::NoRoute { path }, None, "").into_response()
        }
    }
}

fn written(it: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], it.to_string()).into_response()
}

/// Which documents there are.
fn listed() -> Value {
    let one = |it: &&Api| json!({ "id": it.code(), "name": it.name(), "href": format!("{ROOT}/{}.json", it.code()) });
    APIS.iter().map(one).collect()
}

/// The document of an API.
fn of(api: &'static Api) -> Value {
    let version = api.base.rsplit_once("/v").map_or("", |it| it.1);
    let (mut paths, mut schemas) = (Tree::new(), Tree::new());
    for of in api.resources {
        let (list, one) = (Target::List(api, of), Target::One(api, of, String::new()));
        paths.insert(format!("/{}", of.name), operations(&list, of));
        paths.insert(format!("/{}/{{id}}", of.name), operations(&one, of));
        schemas.insert(of.class(), schema(of));
    }
    schemas.insert("Error".to_owned(), refusal());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("TMF{} {}", api.code(), api.name()),
            "version": version,
            "description": "What this API has here, beside the TM Forum's own definition of it. Attributes that \
                            nobody knows are kept and shown.",
        },
        "externalDocs": { "url": "https://www.tmforum.org/open-apis" },
        "servers": [{ "url": api.base }],
        "security": [{ "token": [] }, { "password": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "password": { "type": "http", "scheme": "basic" },
            },
        },
    })
}

fn operations(at: &Target, of: &Resource) -> Value {
    let all = deeds(at)
        .into_iter()
        .map(|deed| (deed.method().as_str().to_ascii_lowercase(), operation((at, deed), of)));
    Value::Object(all.collect())
}

fn operation((at, deed): (&Target, Deed), of: &Resource) -> Value {
    let is_list = matches!(at, Target::List(..));
    let thing = json!({ "$ref": format!("#/components/schemas/{}", of.class()) });
    let things = json!({ "type": "array", "items": thing });
    let content = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let shown = if is_list && deed != Deed::Create { &things } else { &thing };
    let (verb, status) = match deed {
        Deed::Read => (if is_list { "list" } else { "retrieve" }, "200"),
        Deed::Create => ("create", "201"),
        Deed::Change => ("patch", "200"),
        Deed::Remove => ("delete", "204"),
    };
    let several = if is_list && deed == Deed::Change { "Several" } else { "" };
    let mut done = json!({ "description": "Done" });
    if deed != Deed::Remove {
        done["content"] = content(shown);
    }
    let refused = json!({
        "description": "Refused",
        "content": content(&json!({ "$ref": "#/components/schemas/Error" })),
    });
    let mut operation = json!({
        "operationId": format!("{verb}{several}{}", of.class()),
        "parameters": parameters(is_list, deed),
        "responses": { status: done, "default": refused },
    });
    let body = match deed {
        Deed::Create => content(&thing),
        Deed::Change => {
            let steps = json!({ "schema": { "type": "array", "items": { "type": "object" } } });
            let mut forms = Map::from_iter([("application/json-patch+json".to_owned(), steps)]);
            if !is_list {
                let merge = json!({ "schema": { "type": "object" } });
                forms.insert("application/merge-patch+json".to_owned(), merge.clone());
                forms.insert("application/json".to_owned(), merge);
            }
            Value::Object(forms)
        }
        Deed::Read | Deed::Remove => return operation,
    };
    operation["requestBody"] = json!({ "required": true, "content": body });
    operation
}

fn parameters(is_list: bool, deed: Deed) -> Value {
    let one = |name: &str, place: &str, kind: &str| json!({ "name": name, "in": place, "required": place == "path", "schema": { "type": kind } });
    let mut all = Vec::new();
    if !is_list {
        all.push(one("id", "path", "string"));
    }
    match (is_list, deed) {
        (true, Deed::Read) => {
            all.push(one("fields", "query", "string"));
            all.push(one("sort", "query", "string"));
            all.push(one("offset", "query", "integer"));
            all.push(one("limit", "query", "integer"));
        }
        (false, Deed::Read) => all.push(one("fields", "query", "string")),
        (_, Deed::Create) | (true, Deed::Change | Deed::Remove) => {
            all.push(one("Idempotency-Key", "header", "string"));
        }
        (false, Deed::Change | Deed::Remove) => all.push(one("If-Match", "header", "string")),
    }
    Value::Array(all)
}

/// What a resource is: what must be said of it, what the house says, and whatever else.
fn schema(of: &Resource) -> Value {
    let text = |it: &str| (it.to_owned(), json!({ "type": "string" }));
    let own = |it: &str| (it.to_owned(), json!({ "type": "string", "readOnly": true }));
    let any = of.required.iter().filter(|it| Some(**it) != of.state);
    let mut properties: Tree = any.map(|it| ((*it).to_owned(), json!({}))).collect();
    properties.extend([own("id"), own("href"), text("@type")]);
    properties.extend(of.state.map(text));
    properties.extend(of.touched.map(own));
    json!({ "type": "object", "required": of.required, "properties": properties })
}

/// How this contract says no.
fn refusal() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["code", "reason", "status"],
        "properties": {
            "code": text, "reason": text, "message": text, "status": text, "@type": text,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_api_describes_all_that_can_be_done_there() {
        for api in APIS {
            let document = of(api);
            let paths = document["paths"].as_object().expect("paths");
            assert_eq!(paths.len(), 2 * api.resources.len(), "{}", api.base);
            let mut names = BTreeSet::new();
            let all = paths.values().flat_map(|it| it.as_object().expect("operations").values());
            for it in all {
                let name = it["operationId"].as_str().expect("a name").to_owned();
                assert!(names.insert(name.clone()), "{name} twice in {}", api.base);
            }
            let schemas = document["components"]["schemas"].as_object().expect("schemas");
            let text = document.to_string();
            for part in text.split("#/components/schemas/").skip(1) {
                let name = part.split('"').next().expect("an end");
                assert!(schemas.contains_key(name), "{name} in {}", api.base);
            }
        }
    }
}
