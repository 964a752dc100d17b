//! The hub of each API: who is told of what happens to its things.
//!
//! Who registers is a [listener](crate::domain::listener) that hears of the things of that API alone.
//! Its `query` is a filter as lists have it, over the event as it would be sent; `fields=` in it
//! names what of the thing is wanted. Who listens to a topic can be looked up there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::entity::tree;
use super::event;
use super::list::Found;
use super::published;
use super::query::Query;
use super::resource::{Api, Resource, Tree};
use super::wire::{self, Part, Place};
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, Kind, ListenerId};
use crate::domain::listener::{EventPattern, Listener};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::text::{Prose, WebAddress};
use crate::services::idempotency::Answer;
use crate::services::listener::{self, SetUp};
use crate::services::{Act, Cx, Error};

/// What one listens to.
#[derive(Clone)]
pub(super) enum Heard {
    /// An API.
    Api(&'static Api),
    /// A topic that somebody wrote down, by its id.
    Topic(String),
}

impl Heard {
    /// What of ours it tells of: of what was only written down, who may read that.
    fn patterns(&self, act: &Act<'_>) -> BTreeSet<EventPattern> {
        let kinds: BTreeSet<_> = match self {
            Self::Api(api) => {
                let tells =
                    |it: &&Resource| !(it.events.is_empty() && it.behind.kind() == Kind::Document);
                let own = api.resources.iter().filter(tells).map(|it| it.behind.kind());
                let beside = api.resources.iter().map(|it| it.behind.documents().kind());
                let may = act.actor().may_at_all(Permission::DocumentRead);
                own.chain(beside.filter(|_| may)).collect()
            }
            Self::Topic(_) => BTreeSet::from([Kind::Document]),
        };
        kinds.into_iter().map(|kind| EventPattern { kind: Some(kind), verb: None }).collect()
    }

    /// What a topic tells of, by its id.
    pub(super) fn of_topic(id: &str) -> Self {
        Api::with_code(id).map_or_else(|| Self::Topic(id.to_owned()), Self::Api)
    }

    /// As what listeners keep it.
    fn code(&self, cx: Cx<'_>) -> Result<String, Error> {
        match self {
            Self::Api(api) => Ok(api.code()),
            Self::Topic(id) => published::code(cx, id),
        }
    }
}

/// Who listens, as this contract shows it.
fn shown(it: &Listener) -> Tree {
    let id = it.id.uuid().to_string();
    let mut shown = tree(json!({ "id": id, "callback": it.wish().callback.as_str() }));
    if let Some(query) = &it.wish().query {
        shown.insert("query".to_owned(), json!(query.as_str()));
    }
    shown
}

/// Whether somebody listens to what listeners keep under a code.
fn hears(it: &Listener, code: &str) -> bool {
    let wish = it.wish();
    wish.contract == Contract::Tmf && wish.api.as_ref().is_some_and(|it| it.as_str() == code)
}

/// Those who listen, as far as the caller may see them.
pub(super) fn listed(
    cx: Cx<'_>,
    heard: &Heard,
    (query, place): (&Query, &Place),
) -> Result<Answer, Error> {
    let (code, mut found) = (heard.code(cx)?, Found::of(query));
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let some = listener::list(cx, (None, None), &page)?;
        for it in some.items.iter().filter(|it| hears(it, &code)) {
            found.offer(place.linked(shown(it)))?;
        }
        page.after = some.next;
        if page.after.is_none() {
            break;
        }
    }
    found.must_be_sortable("hub")?;
    let part = Part { offset: query.offset, limit: query.limit, total: found.total() };
    Ok(wire::listed(found.part(), query.fields.as_deref(), part, (place, &query.rest)))
}

/// One of them, by its id.
pub(super) fn one(
    cx: Cx<'_>,
    (heard, id): (&Heard, &str),
    (query, place): (&Query, &Place),
) -> Result<Answer, Error> {
    let code = heard.code(cx)?;
    let found = id.parse::<ListenerId>().ok().map(|id| cx.find::<Listener>(id)).transpose()?;
    let found = found.flatten().filter(|it| hears(it, &code));
    let missing = || Error::not_found(id.chars().take(80).collect::<String>());
    let it = place.linked(shown(&found.ok_or_else(missing)?));
    Ok(wire::shown(it, query.fields.as_deref()))
}

/// Registers who wants to be told.
pub(super) fn register(heard: Heard, body: &Value, place: Place) -> Result<Work, Invalid> {
    let text = |name: &str| body.get(name).filter(|it| !it.is_null() && it.as_str() != Some(""));
    let missing = || Invalid::one("callback", "required", "must be given");
    let callback: WebAddress =
        super::registered::read("callback", text("callback").ok_or_else(missing)?)?;
    let query =
        text("query").map(|it| super::registered::read::<Prose>("query", it)).transpose()?;
    if let Some(query) = &query {
        let query = Query::read(query.as_str())
            .map_err(|it| Invalid::one("query", "format", it.to_string()))?;
        // What others publish may say anything.
        if let Heard::Api(api) = &heard {
            must_fire(api, &query)?;
        }
    }
    Ok(Work::writes(move |act| {
        let patterns = heard.patterns(act);
        let command = SetUp {
            account: None,
            audience: None,
            contract: Contract::Tmf,
            callback,
            patterns,
            query,
            secret: None,
        };
        let code = heard.code(act.cx())?.parse().map_err(Error::internal)?;
        let made = listener::set_up_in(act, Some(code), command);
        let made = made.map_err(in_words_of_the_hub)?.listener;
        Ok(wire::created(place.linked(shown(&made)), None))
    }))
}

/// Refuses a query that no event of an API could ever fit.
fn must_fire(api: &Api, query: &Query) -> Result<(), Invalid> {
    let refused = |message: String| Err(Invalid::one("query", "never_fires", message));
    for (parts, values) in query.filter.wanted() {
        let head = parts.first().map_or("", String::as_str);
        let attributes = event::attributes(api);
        if !attributes.contains(&head) {
            let all = attributes.join(", ");
            return refused(format!("`{head}` is not in any event, which have: {all}"));
        }
        if let ("event" | event::PAYLOAD, Some(name)) = (head, parts.get(1))
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
pub(super) fn unregister(act: &mut Act<'_>, heard: &Heard, text: &str) -> Result<Answer, Error> {
    let code = heard.code(act.cx())?;
    let missing = || Error::not_found(text.chars().take(80).collect::<String>());
    let id: ListenerId = text.parse().map_err(|_| missing())?;
    let found: Listener = act.cx().find(id)?.ok_or_else(missing)?;
    if !hears(&found, &code) {
        return Err(missing());
    }
    listener::delete(act, id)?;
    Ok(wire::nothing())
}
