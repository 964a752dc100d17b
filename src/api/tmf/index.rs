//! The index of this contract: which APIs are served, and where their resources are. No definition
//! of the TM Forum's has one; it is for who looks around.

use axum::http::Method;
use serde_json::{Value, json};

use super::door::place;
use super::http::ROOT;
use super::resource::Api;
use super::table::APIS;
use super::wire;
use crate::api::edge::fault::Fault;
use crate::services::Bss;
use crate::services::idempotency::Answer;

/// Whether a path is that of the index.
pub(super) fn is_at(path: &str) -> bool {
    path.trim_end_matches('/') == ROOT
}

/// The index, which can only be read.
pub(super) fn answer(bss: &Bss, method: &Method) -> Result<Answer, Fault> {
    if *method != Method::GET && *method != Method::HEAD {
        return Err(Fault::NoMethod { method: method.to_string() });
    }
    let all = APIS.iter().map(|it| shown(bss, it)).collect();
    Ok(wire::shown(Value::Array(all), None))
}

fn shown(bss: &Bss, api: &Api) -> Value {
    let resource = |name: &'static str| json!({ "name": name, "href": place(bss, api, name).list });
    let resources: Vec<_> = api.resources.iter().map(|it| resource(it.name)).collect();
    let version = api.base.rsplit_once("/v").map_or("", |it| it.1);
    json!({ "id": api.code(), "name": api.name(), "version": version, "resource": resources })
}
