//! What can be done where, what it needs, and what it comes to.

use std::sync::Arc;

use axum::http::Method;
use serde_json::Value;

use super::behind::Change;
use super::event::Hub;
use super::patch::{self, Form};
use super::query::Query;
use super::resource::{Api, Resource, Tree};
use super::wire::{self, Place};
use super::{form, hub, list, published, reference, table, tongue, topic};
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::operator::{Actor, Permission};
use crate::domain::time::Instant;
use crate::services::idempotency::Answer;
use crate::services::{Act, Author, Bss, Cx, Error, References};

/// What a path names.
#[derive(Clone)]
pub(super) enum Target {
    /// All things of a resource.
    List(&'static Api, &'static Resource),
    /// One of them, by its id.
    One(&'static Api, &'static Resource, String),
    /// The file that belongs to one of them.
    File(&'static Resource, String),
    /// Those who listen to an API.
    Hub(&'static Api),
    /// One of them, by its id.
    Listener(&'static Api, String),
    /// What an API told, as a topic.
    Events(&'static Api),
    /// One event of it, by its id.
    Event(&'static Api, String),
    /// What was published in a topic that somebody wrote down.
    Published(String),
    /// One event of that, by its id.
    PublishedOne(String, String),
    /// Those who listen to a topic, of whichever sort.
    TopicHub(String),
    /// One of them, by its id.
    TopicListener(String, String),
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Read,
    Create,
    Change,
    Remove,
}

/// What was asked beside where and what.
pub(super) struct Asked {
    pub(super) query: Query,
    pub(super) form: Form,
    pub(super) body: Value,
    /// The revision that the caller knows.
    pub(super) if_match: Option<u32>,
}

impl Target {
    /// What a path names.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (api, rest) = table::find(path)?;
        let parts: Vec<_> = rest.split('/').filter(|it| !it.is_empty()).collect();
        match parts.as_slice() {
            ["hub"] => Some(Self::Hub(api)),
            ["hub", id] => Some(Self::Listener(api, (*id).to_owned())),
            ["topic", id, rest @ ..] if api.is_of_topics() && !rest.is_empty() => {
                let topic = (*id).to_owned();
                match (Api::with_code(id), rest) {
                    (Some(api), ["event"]) => Some(Self::Events(api)),
                    (Some(api), ["event", id]) => Some(Self::Event(api, (*id).to_owned())),
                    (None, ["event"]) => Some(Self::Published(topic)),
                    (None, ["event", id]) => Some(Self::PublishedOne(topic, (*id).to_owned())),
                    (_, ["hub"]) => Some(Self::TopicHub(topic)),
                    (_, ["hub", id]) => Some(Self::TopicListener(topic, (*id).to_owned())),
                    _ => None,
                }
            }
            [name] => Some(Self::List(api, api.resource(name)?)),
            [name, id, "file"] => {
                let of = api.resource(name).filter(|it| it.has_file)?;
                Some(Self::File(of, (*id).to_owned()))
            }
            [name, id] => Some(Self::One(api, api.resource(name)?, (*id).to_owned())),
            _ => None,
        }
    }
}

impl Target {
    /// What the path calls the one thing that it names; nothing if it names none.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::List(..)
            | Self::Hub(_)
            | Self::Events(_)
            | Self::Published(_)
            | Self::TopicHub(_) => "",
            Self::One(_, _, id)
            | Self::File(_, id)
            | Self::Listener(_, id)
            | Self::Event(_, id)
            | Self::PublishedOne(_, id)
            | Self::TopicListener(_, id) => id,
        }
    }
}

impl Deed {
    /// Its method.
    pub(super) const fn method(self) -> Method {
        match self {
            Self::Read => Method::GET,
            Self::Create => Method::POST,
            Self::Change => Method::PATCH,
            Self::Remove => Method::DELETE,
        }
    }
}

/// What can be done to a target.
pub(super) fn deeds(target: &Target) -> Vec<Deed> {
    let some = |all: &[(bool, Deed)]| all.iter().filter(|it| it.0).map(|it| it.1).collect();
    match target {
        Target::List(_, of) => some(&[
            (true, Deed::Read),
            (of.verbs.create(), Deed::Create),
            (of.verbs.create() && !of.behind.is_laborious(), Deed::Change),
        ]),
        Target::One(_, of, _) => some(&[
            (true, Deed::Read),
            (of.verbs.change(), Deed::Change),
            (of.verbs.remove(), Deed::Remove),
        ]),
        Target::Hub(_) => vec![Deed::Create],
        Target::Listener(..) => vec![Deed::Remove],
        Target::TopicListener(..) => vec![Deed::Read, Deed::Remove],
        Target::Published(_) | Target::TopicHub(_) => vec![Deed::Read, Deed::Create],
        Target::File(..) | Target::Events(_) | Target::Event(..) | Target::PublishedOne(..) => {
            vec![Deed::Read]
        }
    }
}

/// What one needs for it; whether one may do it to this thing is the use case's to judge.
pub(super) fn needs(target: &Target, deed: Deed) -> Permission {
    match (target, deed) {
        (Target::TopicHub(_) | Target::TopicListener(..), Deed::Read) => Permission::ListenerRead,
        (Target::Hub(_) | Target::Listener(..), _)
        | (Target::TopicHub(_) | Target::TopicListener(..), _) => Permission::ListenerWrite,
        (Target::Published(_), Deed::Create) => Permission::DocumentWrite,
        (Target::Events(_) | Target::Event(..), _)
        | (Target::Published(_) | Target::PublishedOne(..), _) => Permission::AuditRead,
        (Target::File(of, _), _) | (Target::List(_, of) | Target::One(_, of, _), Deed::Read) => {
            of.behind.reading()
        }
        (Target::List(_, of) | Target::One(_, of, _), _) => of.behind.writing(),
    }
}

/// Whether somebody may come in who needs a permission for it. Who may see what is for sale before it is may
/// see what is.
pub(super) fn lets_in(who: &Actor, needs: Permission) -> bool {
    let keeps = needs == Permission::OfferBrowse && who.may_at_all(Permission::CatalogRead);
    keeps || who.may_at_all(needs)
}

/// Where the things of a resource are.
pub(super) fn place(bss: &Bss, api: &Api, name: &str) -> Place {
    let public = bss.site().public_url.as_ref().map_or("", |it| it.as_str());
    Place { list: format!("{}{}/{name}", public.trim_end_matches('/'), api.base) }
}

/// Who tells of an API as a topic, and where that is.
fn told_by(bss: &Bss, of: &Api) -> (Hub, Place) {
    let hub = Hub { public_url: bss.site().public_url.clone() };
    (hub, place(bss, table::topics(), &format!("topic/{}/event", of.code())))
}

/// What it comes to.
pub(super) fn work(
    bss: &Arc<Bss>,
    target: &Target,
    deed: Deed,
    asked: Asked,
) -> Result<Work, Invalid> {
    match target.clone() {
        Target::File(..) => Err(Invalid::one("", "file", "is given out as it is")),
        Target::Hub(api) => {
            hub::register(hub::Heard::Api(api), &asked.body, place(bss, api, "hub"))
        }
        Target::Listener(api, id) => {
            Ok(Work::writes(move |act| hub::unregister(act, &hub::Heard::Api(api), &id)))
        }
        Target::TopicHub(_)
        | Target::TopicListener(..)
        | Target::Published(_)
        | Target::PublishedOne(..) => work_of_topic(bss, target, deed, asked),
        Target::Events(api) => {
            let (hub, place) = told_by(bss, api);
            let query = asked.query;
            Ok(Work::scans(move |cx| topic::events(cx, (api, &hub), (&query, &place))))
        }
        Target::Event(api, id) => {
            let (hub, place) = told_by(bss, api);
            let query = asked.query;
            Ok(Work::reads(move |cx| topic::event_of(cx, (api, &hub), (&id, &query, &place))))
        }
        Target::List(api, of) => work_of_list(bss, (api, of), deed, asked),
        Target::One(api, of, id) => {
            let (place, references) = (place(bss, api, of.name), bss.site().references);
            let it = One { of, place, id, references };
            Ok(match deed {
                Deed::Remove => Work::writes(move |act| it.removed(act, asked.if_match)),
                Deed::Change if of.behind.is_laborious() => {
                    let bss = Arc::clone(bss);
                    Work::works(move |_, author| it.laboured((&bss, author), asked))
                }
                Deed::Change => Work::writes(move |act| it.changed(act, asked)),
                Deed::Read | Deed::Create => Work::reads(move |cx| it.shown(cx, &asked.query)),
            })
        }
    }
}

/// What it comes to at a list.
fn work_of_list(
    bss: &Arc<Bss>,
    (api, of): (&Api, &'static Resource),
    deed: Deed,
    asked: Asked,
) -> Result<Work, Invalid> {
    let place = place(bss, api, of.name);
    if deed == Deed::Read {
        let query = asked.query;
        return Ok(Work::scans(move |cx| list::listed(cx, of, &query, &place)));
    }
    let (fields, references) = (asked.query.fields, bss.site().references);
    if deed == Deed::Change {
        let all = bulk(of, (asked.form, asked.body), bss.moment().now)?;
        return Ok(Work::writes(move |act| {
            let made = many(act, of, (all, references))?;
            let made = made.into_iter().map(|it| place.linked(it)).collect();
            Ok(wire::shown_all(made, fields.as_deref()))
        }));
    }
    let said = form::made(of, asked.body, bss.moment().now)?;
    if of.behind.is_laborious() {
        let bss = Arc::clone(bss);
        return Ok(Work::works(move |_, author| {
            bss.read(&author.actor, |cx| lead(cx, references, &said))?;
            let made = of.behind.labour((&bss, author), of, said);
            let made = made.map_err(|it| tongue::spoken(of, it))?;
            let revision = bss.read(&author.actor, |cx| revision(cx, of, &made))?;
            let answer = wire::created(place.linked(made), fields.as_deref());
            Ok(wire::tagged(answer, revision))
        }));
    }
    Ok(Work::writes(move |act| {
        lead(act.cx(), references, &said)?;
        let made = of.behind.create(act, of, said);
        let made = made.map_err(|it| tongue::spoken(of, it))?;
        let revision = revision(act.cx(), of, &made)?;
        Ok(wire::tagged(wire::created(place.linked(made), fields.as_deref()), revision))
    }))
}

/// What it comes to at a topic that somebody wrote down.
fn work_of_topic(
    bss: &Arc<Bss>,
    target: &Target,
    deed: Deed,
    asked: Asked,
) -> Result<Work, Invalid> {
    let below =
        |topic: &str, what: &str| place(bss, table::topics(), &format!("topic/{topic}/{what}"));
    match target.clone() {
        Target::TopicHub(topic) => {
            let (place, heard) = (below(&topic, "hub"), hub::Heard::of_topic(&topic));
            if deed == Deed::Create {
                return hub::register(heard, &asked.body, place);
            }
            let query = asked.query;
            Ok(Work::scans(move |cx| hub::listed(cx, &heard, (&query, &place))))
        }
        Target::TopicListener(topic, id) => {
            let (place, heard) = (below(&topic, "hub"), hub::Heard::of_topic(&topic));
            if deed == Deed::Remove {
                return Ok(Work::writes(move |act| hub::unregister(act, &heard, &id)));
            }
            let query = asked.query;
            Ok(Work::reads(move |cx| hub::one(cx, (&heard, &id), (&query, &place))))
        }
        Target::PublishedOne(topic, id) => {
            let (place, query) = (below(&topic, "event"), asked.query);
            Ok(Work::reads(move |cx| published::event_of(cx, (&topic, &id), (&query, &place))))
        }
        Target::Published(topic) => {
            let place = below(&topic, "event");
            if deed == Deed::Create {
                return published::publish(topic, (asked.body, place, bss.moment().now));
            }
            let query = asked.query;
            Ok(Work::scans(move |cx| published::events(cx, &topic, (&query, &place))))
        }
        Target::List(..)
        | Target::One(..)
        | Target::File(..)
        | Target::Hub(_)
        | Target::Listener(..)
        | Target::Events(_)
        | Target::Event(..) => Err(Invalid::one("", "topic", "is no topic")),
    }
}

/// So many things are made at once at most.
const BULK_MAX: usize = 100;

/// What a patch of a list makes: each step adds a thing.
fn bulk(of: &Resource, (form, body): (Form, Value), now: Instant) -> Result<Vec<Tree>, Invalid> {
    let (Form::Steps, Value::Array(steps)) = (form, body) else {
        let message = "must be a list of operations of JSON Patch that add things";
        return Err(Invalid::one("", "type", message));
    };
    if steps.len() > BULK_MAX {
        let message = format!("must have at most {BULK_MAX} operations");
        return Err(Invalid::one("", "range", message));
    }
    let steps = steps.into_iter().enumerate().map(|(place, mut step)| {
        let is = |name: &str, all: &[&str]| {
            step.get(name).and_then(Value::as_str).is_some_and(|it| all.contains(&it))
        };
        if !is("op", &["add"]) || !is("path", &["", "/", "/-"]) {
            let message = "must be `add` at `/-`: a list is added to";
            return Err(Invalid::one(format!("/{place}"), "patch", message));
        }
        let said = step.get_mut("value").map_or(Value::Null, Value::take);
        form::made(of, said, now).map_err(|it| it.below(&format!("/{place}/value/")))
    });
    steps.collect()
}

/// Makes several things, or none.
fn many(
    act: &mut Act<'_>,
    of: &'static Resource,
    (all, references): (Vec<Tree>, References),
) -> Result<Vec<Tree>, Error> {
    let mut made = Vec::new();
    for (at, said) in all.into_iter().enumerate() {
        let led = lead(act.cx(), references, &said);
        let it = led.and_then(|()| of.behind.create(act, of, said));
        made.push(it.map_err(|refusal| {
            let spoken = tongue::spoken(of, refusal);
            let Error::Invalid(it) = spoken else { return spoken };
            it.below(&format!("/{at}/value/")).into()
        })?);
    }
    Ok(made)
}

/// Refuses references that lead nowhere, where they must not.
pub(super) fn lead(cx: Cx<'_>, references: References, said: &Tree) -> Result<(), Error> {
    match references {
        References::Anywhere => Ok(()),
        References::Here => reference::must_lead(cx, said),
    }
}

/// The revision of a thing of a resource, if it has one: it is a record of ours.
fn revision(cx: Cx<'_>, of: &Resource, it: &Tree) -> Result<Option<u32>, Error> {
    let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
    of.behind.revision(cx, id)
}

/// A thing that a path names.
struct One {
    of: &'static Resource,
    place: Place,
    id: String,
    references: References,
}

impl One {
    fn found(&self, cx: Cx<'_>) -> Result<Tree, Error> {
        let missing = || Error::not_found(self.id.chars().take(80).collect::<String>());
        self.of.behind.find(cx, self.of, &self.id)?.ok_or_else(missing)
    }

    fn shown(&self, cx: Cx<'_>, query: &Query) -> Result<Answer, Error> {
        let it = self.found(cx)?;
        self.answer(cx, it, query)
    }

    /// The answer with it as it is, under the tag by which a change can say what it knows.
    fn answer(&self, cx: Cx<'_>, it: Tree, query: &Query) -> Result<Answer, Error> {
        let revision = revision(cx, self.of, &it)?;
        let shown = wire::shown(self.place.linked(it), query.fields.as_deref());
        Ok(wire::tagged(shown, revision))
    }

    /// Refuses to change what has changed since the caller read it.
    fn must_be_known(&self, cx: Cx<'_>, if_match: Option<u32>) -> Result<(), Error> {
        let Some(expected) = if_match else { return Ok(()) };
        match revision(cx, self.of, &self.found(cx)?)? {
            Some(found) if found != expected => Err(Error::Stale { expected, found }),
            Some(_) | None => Ok(()),
        }
    }

    /// A change of it as a patch says.
    fn change(&self, cx: Cx<'_>, (form, patch): (Form, Value)) -> Result<Change, Error> {
        let mut before = self.found(cx)?;
        self.place.lead(&mut before);
        let linked = self.place.linked(before.clone());
        let patched = patch::patched(form, linked.clone(), patch)?;
        before.insert("href".to_owned(), linked["href"].clone());
        let mut after = form::changed(self.of, &before, patched)?;
        for tree in [&mut before, &mut after] {
            tree.remove("href");
        }
        let anew = after.iter().filter(|it| before.get(it.0) != Some(it.1));
        let anew = anew.map(|(name, it)| (name.clone(), it.clone())).collect();
        lead(cx, self.references, &anew)?;
        Ok(Change { id: self.id.clone(), before, after })
    }

    fn changed(&self, act: &mut Act<'_>, asked: Asked) -> Result<Answer, Error> {
        self.must_be_known(act.cx(), asked.if_match)?;
        let change = self.change(act.cx(), (asked.form, asked.body))?;
        let changed = self.of.behind.change(act, self.of, change);
        let changed = changed.map_err(|it| tongue::spoken(self.of, it))?;
        self.answer(act.cx(), changed, &asked.query)
    }

    /// The same between acts of its own.
    fn laboured(&self, (bss, author): (&Arc<Bss>, &Author), asked: Asked) -> Result<Answer, Error> {
        let patch = (asked.form, asked.body);
        let change = bss.read(&author.actor, |cx| {
            self.must_be_known(cx, asked.if_match)?;
            self.change(cx, patch)
        })?;
        let changed = self.of.behind.labour_change((bss, author), self.of, change);
        let changed = changed.map_err(|it| tongue::spoken(self.of, it))?;
        bss.read(&author.actor, |cx| self.answer(cx, changed, &asked.query))
    }

    fn removed(&self, act: &mut Act<'_>, if_match: Option<u32>) -> Result<Answer, Error> {
        self.found(act.cx())?;
        self.must_be_known(act.cx(), if_match)?;
        let removed = self.of.behind.remove(act, self.of, &self.id);
        removed.map_err(|it| tongue::spoken(self.of, it))?;
        Ok(wire::nothing())
    }
}
