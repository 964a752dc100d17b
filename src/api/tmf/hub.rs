//! The hub of each API: who is told of what happens to its things.
//!
//! Who registers is a [listener](crate::domain::listener) that hears of the things of that API alone.
//! Its `query` is a filter as lists have it, over the event as it would be sent; `fields=` in it
//! names what of the thing is wanted.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::event;
use super::query::Query;
use super::resource::Api;
use super::wire::{self, Place};
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, ListenerId};
use crate::domain::listener::{EventPattern, Listener};
use crate::domain::stamp::Contract;
use crate::domain::text::{Prose, WebAddress};
use crate::services::idempotency::Answer;
use crate::services::listener::{self, SetUp};
use crate::services::{Act, Error};

/// Registers who wants to be told.
pub(super) fn register(api: &'static Api, body: &Value, place: Place) -> Result<Work, Invalid> {
    let text = |name: &str| body.get(name).filter(|it| !it.is_null() && it.as_str() != Some(""));
    let missing = || Invalid::one("callback", "required", "must be given");
    let callback: WebAddress =
        super::registered::read("callback", text("callback").ok_or_else(missing)?)?;
    let query =
        text("query").map(|it| super::registered::read::<Prose>("query", it)).transpose()?;
    if let Some(query) = &query {
        let query = Query::read(query.as_str())
            .map_err(|it| Invalid::one("query", "format", it.to_string()))?;
        must_fire(api, &query)?;
    }
    let kinds = api.resources.iter().map(|it| it.behind.kind());
    let patterns: BTreeSet<_> =
        kinds.map(|kind| EventPattern { kind: Some(kind), verb: None }).collect();
    Ok(Work::writes(move |act| {
        let command = SetUp {
            account: None,
            audience: None,
            contract: Contract::Tmf,
            callback,
            patterns,
            query,
            secret: None,
        };
        let code = api.code().parse().map_err(Error::internal)?;
        let made = listener::set_up_in(act, Some(code), command);
        let made = made.map_err(in_words_of_the_hub)?.listener;
        let id = made.id.uuid().to_string();
        let mut shown = json!({ "id": id, "callback": made.wish().callback.as_str() });
        if let Some(query) = &made.wish().query {
            shown["query"] = json!(query.as_str());
        }
        shown["href"] = json!(place.of(&id));
        Ok(wire::created(shown, None))
    }))
}

/// Refuses a query that no event of an API could ever fit.
fn must_fire(api: &Api, query: &Query) -> Result<(), Invalid> {
    let refused = |message: String| Err(Invalid::one("query", "never_fires", message));
    for (parts, values) in query.filter.wanted() {
        let head = parts.first().map_or("", String::as_str);
        if !event::ATTRIBUTES.contains(&head) {
            let all = event::ATTRIBUTES.join(", ");
            return refused(format!("`{head}` is not in any event, which have: {all}"));
        }
        if let ("event", Some(name)) = (head, parts.get(1))
            && api.resource(name).is_none()
        {
            return refused(format!("`{name}` is nothing that this API tells of"));
        }
        let events = api.resources.iter().flat_map(|it| {
            let class = it.class();
            it.events.iter().map(move |(_, suffix)| format!("{class}{suffix}"))
        });
        let events: Vec<_> = events.collect();
        let fires = |it: &&str| events.iter().any(|event| event == it);
        if head == "eventType" && !values.is_empty() && !values.iter().any(fires) {
            return refused(format!("`{}` is no event here: {}", values[0], events.join(", ")));
        }
    }
    Ok(())
}

fn in_words_of_the_hub(error: Error) -> Error {
    let Error::Invalid(mut invalid) = error else { return error };
    for it in &mut invalid.violations {
        it.field = it.field.trim_start_matches('/').to_owned();
    }
    invalid.into()
}

/// Lets somebody be told of nothing any more.
pub(super) fn unregister(act: &mut Act<'_>, api: &Api, text: &str) -> Result<Answer, Error> {
    let missing = || Error::not_found(text.chars().take(80).collect::<String>());
    let id: ListenerId = text.parse().map_err(|_| missing())?;
    let found: Listener = act.cx().find(id)?.ok_or_else(missing)?;
    let wish = found.wish();
    let is_here = wish.contract == Contract::Tmf
        && wish.api.as_ref().is_some_and(|it| it.as_str() == api.code());
    if !is_here {
        return Err(missing());
    }
    listener::delete(act, id)?;
    Ok(wire::nothing())
}
