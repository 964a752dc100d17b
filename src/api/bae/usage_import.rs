//! `importJob`: a collection of records of use, said here or fetched from where a partner's platform keeps
//! it, taken in one by one.

use serde_json::{Value, json};

use super::form;
use super::route::Asked;
use super::usage::taken;
use super::wire::{self, Tree};
use crate::api::edge::body;
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::text::WebAddress;
use crate::services::{Author, Bss, Error, usage};

/// A collection has no more records than this.
const RECORDS_MAX: usize = 1000;

/// Where the records are.
enum Source {
    /// In the request.
    Here(Vec<Value>),
    /// At an address, which is shown a token if one is said.
    There(WebAddress, Option<String>),
}

impl Source {
    fn read(said: &Tree) -> Result<Self, Invalid> {
        let url: Option<WebAddress> = form::text(said, "url")?;
        let here = said.get("usage").filter(|it| !it.is_null());
        match (url, here) {
            (Some(url), None) => Ok(Self::There(url, form::text(said, "token")?)),
            (None, Some(here)) => Ok(Self::Here(records("usage", here.clone())?)),
            (None, None) => {
                let message = "must be given, or the records as `usage`";
                Err(Invalid::one("url", "required", message))
            }
            (Some(_), Some(_)) => {
                let message = "must be left out where a `url` says where the records are";
                Err(Invalid::one("usage", "conflict", message))
            }
        }
    }

    fn records(self, bss: &Bss, author: &Author) -> Result<Vec<Value>, Error> {
        match self {
            Self::Here(all) => Ok(all),
            Self::There(url, token) => {
                let bytes = usage::fetch(bss, author, ("url", url, token))?;
                let refused = || Invalid::one("url", "format", "must lead to a list of records");
                let found = body::tree(&bytes).map_err(|_| refused())?;
                Ok(records("url", found)?)
            }
        }
    }
}

/// The records of a collection: a list, or an object with one.
fn records(at: &str, it: Value) -> Result<Vec<Value>, Invalid> {
    let all = match it {
        Value::Array(all) => all,
        Value::Object(mut it) => match it.remove("usage") {
            Some(Value::Array(all)) => all,
            _ => return Err(Invalid::one(at, "type", "must be a list of records")),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(Invalid::one(at, "type", "must be a list of records"));
        }
    };
    if all.len() > RECORDS_MAX {
        let message = format!("must have at most {RECORDS_MAX} records");
        return Err(Invalid::one(at, "range", message));
    }
    Ok(all)
}

/// What became of a record: as it is shown, or why it was not even kept among what was refused.
fn told(place: usize, done: Result<Result<Tree, Tree>, Error>) -> Result<(bool, Value), Error> {
    let of = |it: &Tree| {
        json!({
            "index": place, "id": it.get("id"), "href": it.get("href"), "status": it.get("status"),
        })
    };
    match done {
        Ok(Ok(it)) => Ok((true, of(&it))),
        Ok(Err(it)) => {
            let mut shown = of(&it);
            shown["reason"] = it.get("description").cloned().unwrap_or_default();
            Ok((false, shown))
        }
        Err(why) if why.is_refusal() => {
            let shown = json!({ "index": place, "status": "Rejected", "reason": why.reason() });
            Ok((false, shown))
        }
        Err(failure) => Err(failure),
    }
}

pub(super) fn import(mut asked: Asked) -> Result<Work, Fault> {
    let from = Source::read(&asked.tree()?)?;
    Ok(Work::works(move |bss, author| {
        let all = from.records(bss, author)?;
        let (mut count, mut shown) = (0_usize, Vec::with_capacity(all.len()));
        for (place, it) in all.into_iter().enumerate() {
            let (is_taken, it) = told(place, taken((bss, author), None, wire::tree(it)))?;
            count += usize::from(is_taken);
            shown.push(it);
        }
        let status = if count == shown.len() { "Succeeded" } else { "Failed" };
        let known = json!({
            "status": status, "taken": count, "refused": shown.len() - count, "usage": shown,
        });
        Ok(wire::shown(wire::tree(known), None))
    }))
}
