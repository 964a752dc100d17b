//! Events as listeners of this contract are sent them: in its envelope, with the thing as it was then.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::balance_later;
use super::behind::Behind;
use super::catalog_file;
use super::path::Path;
use super::published;
use super::query::Query;
use super::resource::{Api, Happening, Resource, Tree};
use super::wire::Place;
use crate::domain::event::Fact;
use crate::domain::id::DocumentId;
use crate::domain::id::Kind;
use crate::domain::listener::Listener;
use crate::domain::stamp::Contract;
use crate::domain::text::WebAddress;
use crate::services::dialect::{Answered, Asked, Dialect, Message};
use crate::services::{Bss, Cx, Error, event};

/// What the definition of accounts calls `event`.
pub(super) const PAYLOAD: &str = "payload";

/// The states to which tasks come at last.
const DONE: &[&str] = &["done", "rejected", "terminatedWithError"];

/// What every event has; what is not said of one is left out.
const ATTRIBUTES: &[&str] = &[
    "correlationId",
    "domain",
    "event",
    "eventId",
    "eventTime",
    "eventType",
    "timeOcurred",
    "title",
];

/// What the events of an API have.
pub(super) fn attributes(of: &Api) -> Vec<&'static str> {
    let payload = of.tells_payloads().then_some(PAYLOAD);
    ATTRIBUTES.iter().copied().chain(payload).collect()
}

/// The words of the hub.
pub(crate) struct Hub {
    /// Where people reach the appliance, if somebody said.
    pub(crate) public_url: Option<WebAddress>,
}

impl Dialect for Hub {
    fn contract(&self) -> Contract {
        Contract::Tmf
    }

    fn render(&self, cx: Cx<'_>, fact: &Fact, to: &Listener) -> Result<Vec<Message>, Error> {
        let Some(code) = &to.wish().api else { return Ok(Vec::new()) };
        if event::repeats(cx, fact)? {
            return Ok(Vec::new());
        }
        let query = to.wish().query.as_ref().map_or("", |it| it.as_str());
        let query = Query::read(query).map_err(Error::internal)?;
        let Some(api) = Api::with_code(code.as_str()) else {
            let public = self.public_url.as_ref().map_or("", |it| it.as_str());
            return published::messages((code.as_str(), public), (fact, &query));
        };
        let mut messages = Vec::new();
        for (id, told, of) in self.messages(cx, api, fact)? {
            if query.filter.accepts(&told) {
                let told = shaped(told, &id, (of, query.fields.as_deref()));
                let body = serde_json::to_vec(&told).map_err(Error::internal)?;
                messages.push(Message { id, body });
            }
        }
        Ok(messages)
    }

    fn ask(&self, _: &Asked<'_>) -> Result<Option<Message>, Error> {
        Ok(None)
    }

    fn answer(&self, _: &[u8]) -> Result<Answered, Error> {
        Err(Error::internal("this contract asks nobody to deliver anything"))
    }

    fn errand(&self, bss: &Arc<Bss>, id: DocumentId) -> Result<bool, Error> {
        let public = self.public_url.as_ref().map_or("", |it| it.as_str());
        Ok(catalog_file::run(bss, public, id)? || balance_later::run(bss, id)?)
    }
}

impl Hub {
    /// All that an API tells of something that happened, each under its id.
    pub(super) fn messages(
        &self,
        cx: Cx<'_>,
        api: &'static Api,
        fact: &Fact,
    ) -> Result<Vec<(String, Value, &'static Resource)>, Error> {
        let mut messages = Vec::new();
        for of in api.resources {
            for told in self.told(cx, (api, of), fact)? {
                let (id, place) = (event::id(fact), messages.len());
                let id = if place == 0 { id } else { format!("{id}_{place}") };
                messages.push((id, told, of));
            }
        }
        Ok(messages)
    }

    /// What happened to a thing of a resource, as far as this contract tells that.
    fn told(
        &self,
        cx: Cx<'_>,
        (api, of): (&Api, &Resource),
        fact: &Fact,
    ) -> Result<Vec<Value>, Error> {
        let Some(behind) = behind(of, fact.subject.kind) else { return Ok(Vec::new()) };
        let side = |side: &Option<Vec<u8>>| match side {
            Some(side) => behind.told(cx, of, side),
            None => Ok(None),
        };
        let (before, after) = (side(&fact.before)?, side(&fact.after)?);
        let happened = match happening(of, before.as_ref(), after.as_ref()) {
            Some(Happening::Removed) if lives_on(cx, of, (fact, before.as_ref()))? => None,
            happened => happened,
        };
        let happened = happened.and_then(|it| as_told(of, it, state(of, after.as_ref())));
        let besides = besides(of, happened, state(of, after.as_ref()));
        let Some(it) = after.or(before) else { return Ok(Vec::new()) };
        let public = self.public_url.as_ref().map_or("", |it| it.as_str());
        let list = format!("{}{}/{}", public.trim_end_matches('/'), api.base, of.name);
        let mut event = Map::new();
        event.insert(of.name.to_owned(), Place { list }.linked(it));
        let all = happened.into_iter().chain(besides);
        let all = all.filter_map(|it| of.events.iter().find(|event| event.0 == it));
        let told = all.map(|(_, suffix)| {
            let mut told = json!({
                "eventId": event::id(fact),
                "eventTime": fact.at.to_string(),
                "timeOcurred": fact.at.to_string(),
                "eventType": format!("{}{suffix}", of.class()),
                "domain": api.name(),
                "title": format!("{}{suffix}", of.class()),
                "event": event,
            });
            if api.tells_payloads() {
                told[PAYLOAD] = told["event"].clone();
            }
            if !fact.request.is_empty() {
                told["correlationId"] = json!(fact.request);
            }
            told
        });
        Ok(told.collect())
    }
}

/// What of a resource facts about a kind are about: its things, or what is written down beside them.
fn behind(of: &Resource, kind: Kind) -> Option<&dyn Behind> {
    let all = [of.behind, of.behind.documents()];
    all.into_iter().find(|it| it.kind() == kind)
}

/// Whether what was written down is no more only because it became an entity of ours, with the same id.
fn lives_on(cx: Cx<'_>, of: &Resource, (fact, was): (&Fact, Option<&Tree>)) -> Result<bool, Error> {
    let id = was.and_then(|it| it.get("id")).and_then(Value::as_str);
    match id.filter(|_| of.behind.kind() != fact.subject.kind) {
        Some(id) => Ok(of.behind.find(cx, of, id)?.is_some()),
        None => Ok(false),
    }
}

/// The state in which a thing is.
fn state<'a>(of: &Resource, it: Option<&'a Tree>) -> Option<&'a str> {
    it.zip(of.state).and_then(|(it, name)| it.get(name)).and_then(Value::as_str)
}

/// What a change of the state is told as, where nothing is told of states but what failed and what was
/// called off.
fn as_told(of: &Resource, happened: Happening, state: Option<&str>) -> Option<Happening> {
    let tells_failures = of.events.iter().any(|it| it.0 == Happening::Failed);
    match (happened, state) {
        (Happening::StateChanged, Some("failed")) if tells_failures => Some(Happening::Failed),
        (Happening::StateChanged, Some("cancelled")) => Some(happened),
        (Happening::StateChanged, _) if tells_failures => None,
        (_, _) => Some(happened),
    }
}

/// What the state that a thing has come to says besides.
fn besides(of: &Resource, happened: Option<Happening>, state: Option<&str>) -> Option<Happening> {
    let is = |it: Happening, word: &str| happened == Some(it) && state == Some(word);
    let is_order = of.behind.kind() == Kind::Order;
    match () {
        // An order that is worked on at once has been acknowledged before.
        () if is_order && is(Happening::Created, "completed") => Some(Happening::StateChanged),
        () if is(Happening::StateChanged, "pending") => Some(Happening::InformationRequired),
        () if is(Happening::Created, "failed") => Some(Happening::Failed),
        // What is done as soon as it is asked for has come to that state.
        () if DONE.iter().any(|it| is(Happening::Created, it)) => Some(Happening::Done),
        () => None,
    }
}

/// What happened to a thing, by what it was before and after; nothing if it is as it was.
fn happening(of: &Resource, before: Option<&Tree>, after: Option<&Tree>) -> Option<Happening> {
    let (before, after) = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => return Some(Happening::Created),
        (Some(_), None) => return Some(Happening::Removed),
        (Some(before), Some(after)) => (before, after),
    };
    let tells = |it: Happening| of.events.iter().any(|event| event.0 == it);
    let state = |it: &Tree| of.state.and_then(|name| it.get(name).cloned());
    if tells(Happening::StateChanged) && state(before) != state(after) {
        return Some(Happening::StateChanged);
    }
    let said = |it: &Tree| {
        let mut it = it.clone();
        it.retain(|name, _| Some(name.as_str()) != of.touched);
        it
    };
    (said(before) != said(after)).then_some(Happening::Changed)
}

/// The event under its id, with what is wanted of the thing.
fn shaped(mut told: Value, id: &str, (of, fields): (&Resource, Option<&[Path]>)) -> Value {
    told["eventId"] = json!(id);
    if let Some(fields) = fields {
        let thing = Path::pruned(&told["event"][of.name], fields, &["id", "href"]);
        told["event"][of.name] = thing;
        if told.get(PAYLOAD).is_some() {
            told[PAYLOAD] = told["event"].clone();
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::registered::Registered;
    use crate::api::tmf::resource::{PLAIN, STANDARD};

    #[test]
    fn what_happened_is_told_by_what_is_another() {
        let tree = |status: &str, name: &str, at: u8| {
            let it = json!({ "id": "1", "status": status, "name": name, "at": at });
            let Value::Object(it) = it else { panic!("an object") };
            it
        };
        let standard =
            Resource::of("thing", &Registered("agreement")).lives("status").touches("at");
        let plain = standard.tells(PLAIN);
        assert_eq!(standard.events, STANDARD);
        let one = tree("a", "n", 1);
        let told =
            |of: &Resource, before: &Tree, after: &Tree| happening(of, Some(before), Some(after));
        assert_eq!(happening(&standard, None, Some(&one)), Some(Happening::Created));
        assert_eq!(happening(&standard, Some(&one), None), Some(Happening::Removed));
        assert_eq!(happening(&standard, None, None), None);
        assert_eq!(told(&standard, &one, &tree("b", "m", 2)), Some(Happening::StateChanged));
        assert_eq!(told(&plain, &one, &tree("b", "n", 2)), Some(Happening::Changed));
        assert_eq!(told(&standard, &one, &tree("a", "m", 2)), Some(Happening::Changed));
        assert_eq!(told(&standard, &one, &tree("a", "n", 2)), None);
    }
}
