//! `/IDP`: further identity providers that the operator knows, as a register. Who signs people in is the
//! settings' to say.

use axum::http::Method;
use serde_json::json;

use super::form::{must, text};
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::document::Document;
use crate::domain::error::{Code, Rejection};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::text::{self, Name, Prose, WebAddress, folded};
use crate::services::document::{self, Customer, Text};
use crate::services::{Act, Cx, Error};

const ALL: &str = "/IDP";
const ONE: &str = "/IDP/{id}";

/// Who runs the appliance.
const RUNS: Needs = Needs::Permission(Permission::MaintenanceRun);
/// As which sort of documents they are kept.
const SORT: &str = "identity_provider";

/// What can be asked of identity providers.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, RUNS, listed),
    Row::new(Method::POST, ALL, RUNS, create),
    Row::new(Method::GET, ONE, RUNS, one),
    Row::new(Method::PUT, ONE, RUNS, replace),
    Row::new(Method::DELETE, ONE, RUNS, remove),
];

fn shown(it: &Document) -> Result<Tree, Error> {
    serde_json::from_slice(it.body()).map_err(Error::internal)
}

fn all(cx: Cx<'_>) -> Result<Vec<Document>, Error> {
    let (mut all, mut page) = (Vec::new(), PageRequest::oldest(PageRequest::LIMIT_MAX));
    loop {
        let found = document::list(cx, SORT, &page)?;
        all.extend(found.items);
        page.after = found.next;
        if page.after.is_none() {
            return Ok(all);
        }
    }
}

fn found(cx: Cx<'_>, id: &str) -> Result<Option<Document>, Error> {
    Ok(all(cx)?.into_iter().find(|it| it.name().as_str() == id))
}

fn named(cx: Cx<'_>, id: &str) -> Result<Document, Error> {
    let missing = || Error::not_found(id.chars().take(80).collect::<String>());
    found(cx, id)?.ok_or_else(missing)
}

fn listed(mut asked: Asked) -> Result<Work, Fault> {
    let search: String = folded(&asked.query.take("search").unwrap_or_default()).collect();
    Ok(Work::scans(move |cx| {
        let mut items = Vec::new();
        for it in all(cx)? {
            let it = shown(&it)?;
            let text = |name: &str| it.get(name).and_then(|it| it.as_str()).unwrap_or_default();
            let text = [text("name"), text("description")].join(" ");
            if folded(&text).collect::<String>().contains(&search) {
                items.push(it);
            }
        }
        let total = items.len();
        Ok(wire::listed(items, None, total))
    }))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = asked.part(0).to_owned();
    Ok(Work::reads(move |cx| Ok(wire::shown(shown(&named(cx, &id)?)?, None))))
}

/// What is kept of an identity provider.
fn said(said: &Tree, id: &Name) -> Result<Text, Fault> {
    let (name, server): (Name, WebAddress) = (must(said, "name")?, must(said, "server")?);
    let word = |field: &str| text::<Prose>(said, field).map(|it| it.map(|it| it.to_string()));
    let body = json!({
        "id": id.as_str(), "idpId": id.as_str(), "name": name.as_str(), "server": server.as_str(),
        "issuerDid": word("issuerDid")?, "description": word("description")?,
    });
    let mut body = tree(body);
    body.retain(|_, it| !it.is_null());
    let body = serde_json::to_vec(&body).map_err(Error::internal)?;
    Ok(Text { name: id.clone(), state: None, body, customer: Customer::AsBefore })
}

fn sort() -> Result<text::Code, Error> {
    SORT.parse().map_err(Error::internal)
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let body = asked.tree()?;
    let id: Name = must(&body, "idpId")?;
    let text = said(&body, &id)?;
    Ok(Work::writes(move |act| {
        if found(act.cx(), id.as_str())?.is_some() {
            let why = format!("`{id}` is registered already");
            return Err(Rejection::new(Code::Duplicate, why).into());
        }
        let mut it = shown(&document::register(act, sort()?, text)?)?;
        it.insert("href".to_owned(), json!(format!("{ALL}/{id}")));
        Ok(wire::created(it))
    }))
}

fn replace(mut asked: Asked) -> Result<Work, Fault> {
    let id: Name = asked.part(0).parse().map_err(|_| Error::not_found("the identity provider"))?;
    let text = said(&asked.tree()?, &id)?;
    Ok(Work::writes(move |act: &mut Act<'_>| {
        let it = named(act.cx(), id.as_str())?;
        let it = document::revise(act, (SORT, it.id), text)?;
        Ok(wire::shown(shown(&it)?, None))
    }))
}

fn remove(asked: Asked) -> Result<Work, Fault> {
    let id = asked.part(0).to_owned();
    Ok(Work::writes(move |act| {
        let it = named(act.cx(), &id)?;
        document::remove(act, SORT, it.id)?;
        Ok(wire::nothing())
    }))
}
