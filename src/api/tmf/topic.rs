//! What happened, by topics (TMF688): each API is a topic, and what its hub tells are the events of it. Who
//! listens to a topic listens to that API.
//!
//! In topics that were written down beside those clients [publish](super::published).

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::entity::tree;
use super::event::Hub;
use super::list::Found;
use super::published::{LAST, TOPICS};
use super::query::Query;
use super::resource::{Api, Resource, Tree};
use super::table::APIS;
use super::wire::{self, Part, Place};
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Fact;
use crate::domain::page::{Page, PageRequest};
use crate::services::idempotency::Answer;
use crate::services::{Act, Cx, Error, event};

/// Topics.
pub(super) struct Topics;

/// So many pages of the last things that happened are looked at for a list. A page is full, or as much as
/// is looked at in one go, however little of it the caller sees.
const PAGES_MAX: usize = 10;

fn shown(of: &Api) -> Tree {
    tree(json!({ "id": of.code(), "name": of.name() }))
}

/// A topic without what was published in it last.
fn without_event(mut topic: Tree) -> Tree {
    topic.remove(LAST);
    topic
}

/// The events of a topic: the last ones, the newest first.
pub(super) fn events(
    cx: Cx<'_>,
    (api, hub): (&'static Api, &Hub),
    (query, place): (&Query, &Place),
) -> Result<Answer, Error> {
    let mut found = Found::of(query);
    let mut page = PageRequest::first(PageRequest::LIMIT_MAX);
    for _ in 0..PAGES_MAX {
        let some = event::audit(cx, &event::Filter::default(), &page)?;
        for fact in &some.items {
            for it in told(cx, (api, hub), fact)? {
                found.offer(place.linked(it))?;
            }
        }
        page.after = some.next;
        if page.after.is_none() {
            break;
        }
    }
    found.must_be_sortable("event")?;
    let part = Part { offset: query.offset, limit: query.limit, total: found.total() };
    Ok(wire::listed(found.part(), query.fields.as_deref(), part, (place, &query.rest)))
}

/// One event of a topic, by its id.
pub(super) fn event_of(
    cx: Cx<'_>,
    (api, hub): (&'static Api, &Hub),
    (id, query, place): (&str, &Query, &Place),
) -> Result<Answer, Error> {
    let missing = || Error::not_found(id.chars().take(80).collect::<String>());
    let sequence = id.split('_').nth(2).and_then(|it| it.parse::<u64>().ok());
    let before = sequence.and_then(|it| it.checked_sub(1)).ok_or_else(missing)?;
    let filter = event::Filter { after: Some(before), ..event::Filter::default() };
    let some = event::audit(cx, &filter, &PageRequest::oldest(1))?;
    let fact = some.items.first().ok_or_else(missing)?;
    let all = told(cx, (api, hub), fact)?;
    let it = all.into_iter().find(|it| it.get("id").and_then(Value::as_str) == Some(id));
    Ok(wire::shown(place.linked(it.ok_or_else(missing)?), query.fields.as_deref()))
}

/// What an API tells of something that happened.
fn told(cx: Cx<'_>, (api, hub): (&'static Api, &Hub), fact: &Fact) -> Result<Vec<Tree>, Error> {
    let all = hub.messages(cx, api, fact)?;
    let named = all.into_iter().map(|(id, it, _)| {
        let mut it = tree(it);
        it.insert("id".to_owned(), json!(id));
        it.insert("eventId".to_owned(), json!(id));
        it
    });
    Ok(named.collect())
}

impl Behind for Topics {
    fn documents(&self) -> &dyn Behind {
        &TOPICS
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let mut found = TOPICS.page(cx, of, page)?;
        found.items.iter_mut().for_each(|it| drop(it.remove(LAST)));
        if found.next.is_none() {
            found.items.extend(APIS.iter().map(|it| shown(it)));
        }
        Ok(found)
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        match Api::with_code(id) {
            Some(api) => Ok(Some(shown(api))),
            None => Ok(TOPICS.find(cx, of, id)?.map(without_event)),
        }
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        TOPICS.create(act, of, without_event(said))
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        let after = without_event(change.after);
        TOPICS.change(act, of, Change { after, ..change })
    }

    fn told(&self, cx: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        Ok(TOPICS.told(cx, of, side)?.map(without_event))
    }

    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        if Api::with_code(id).is_some() {
            let why = format!("`{id}` is an API of the house, of which it always tells");
            return Err(Rejection::new(Code::InUse, why).into());
        }
        TOPICS.remove(act, of, id)
    }
}
