//! What can be done where, what it needs, and what it comes to.

use std::sync::Arc;

use axum::http::Method;
use serde_json::Value;

use super::behind::Change;
use super::patch::{self, Form};
use super::query::Query;
use super::resource::{Api, Resource, Tree};
use super::wire::{self, Place};
use super::{form, hub, list, table};
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::idempotency::Answer;
use crate::services::{Act, Bss, Cx, Error};

/// What a path names.
#[derive(Clone)]
pub(super) enum Target {
    /// All things of a resource.
    List(&'static Api, &'static Resource),
    /// One of them, by its id.
    One(&'static Api, &'static Resource, String),
    /// Those who listen to an API.
    Hub(&'static Api),
    /// One of them, by its id.
    Listener(&'static Api, String),
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
            [name] => Some(Self::List(api, api.resource(name)?)),
            [name, id] => Some(Self::One(api, api.resource(name)?, (*id).to_owned())),
            _ => None,
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
        Target::List(_, of) => some(&[(true, Deed::Read), (of.verbs.create(), Deed::Create)]),
        Target::One(_, of, _) => some(&[
            (true, Deed::Read),
            (of.verbs.change(), Deed::Change),
            (of.verbs.remove(), Deed::Remove),
        ]),
        Target::Hub(_) => vec![Deed::Create],
        Target::Listener(..) => vec![Deed::Remove],
    }
}

/// What one needs for it; whether one may do it to this thing is the use case's to judge.
pub(super) fn needs(target: &Target, deed: Deed) -> Permission {
    match (target, deed) {
        (Target::Hub(_) | Target::Listener(..), _) => Permission::ListenerWrite,
        (Target::List(_, of) | Target::One(_, of, _), Deed::Read) => of.behind.reading(),
        (Target::List(_, of) | Target::One(_, of, _), _) => of.behind.writing(),
    }
}

/// Where the things of a resource are.
pub(super) fn place(bss: &Bss, api: &Api, name: &str) -> Place {
    let public = bss.site().public_url.as_ref().map_or("", |it| it.as_str());
    Place { list: format!("{}{}/{name}", public.trim_end_matches('/'), api.base) }
}

/// What it comes to.
pub(super) fn work(
    bss: &Arc<Bss>,
    target: &Target,
    deed: Deed,
    asked: Asked,
) -> Result<Work, Invalid> {
    match target.clone() {
        Target::Hub(api) => hub::register(api, &asked.body, place(bss, api, "hub")),
        Target::Listener(api, id) => Ok(Work::writes(move |act| hub::unregister(act, api, &id))),
        Target::List(api, of) => {
            let place = place(bss, api, of.name);
            if deed == Deed::Read {
                let query = asked.query;
                return Ok(Work::scans(move |cx| list::listed(cx, of, &query, &place)));
            }
            let said = form::made(of, asked.body, bss.moment().now)?;
            let fields = asked.query.fields;
            Ok(Work::writes(move |act| {
                let made = of.behind.create(act, of, said)?;
                Ok(wire::created(place.linked(made), fields.as_deref()))
            }))
        }
        Target::One(api, of, id) => {
            let it = One { of, place: place(bss, api, of.name), id };
            Ok(match deed {
                Deed::Remove => Work::writes(move |act| it.removed(act, asked.if_match)),
                Deed::Change => Work::writes(move |act| it.changed(act, asked)),
                Deed::Read | Deed::Create => Work::reads(move |cx| it.shown(cx, &asked.query)),
            })
        }
    }
}

/// A thing that a path names.
struct One {
    of: &'static Resource,
    place: Place,
    id: String,
}

impl One {
    fn found(&self, cx: Cx<'_>) -> Result<Tree, Error> {
        let missing = || Error::not_found(self.id.chars().take(80).collect::<String>());
        self.of.behind.find(cx, self.of, &self.id)?.ok_or_else(missing)
    }

    fn shown(&self, cx: Cx<'_>, query: &Query) -> Result<Answer, Error> {
        let it = self.place.linked(self.found(cx)?);
        Ok(wire::shown(it, query.fields.as_deref()))
    }

    fn changed(&self, act: &mut Act<'_>, asked: Asked) -> Result<Answer, Error> {
        let mut before = self.found(act.cx())?;
        if let Some(revision) = asked.if_match {
            act.expect_known(&self.id, revision)?;
        }
        let linked = self.place.linked(before.clone());
        let patched = patch::patched(asked.form, linked.clone(), asked.body)?;
        before.insert("href".to_owned(), linked["href"].clone());
        let mut after = form::changed(self.of, &before, patched)?;
        for tree in [&mut before, &mut after] {
            tree.remove("href");
        }
        let change = Change { id: self.id.clone(), before, after };
        let changed = self.of.behind.change(act, self.of, change)?;
        Ok(wire::shown(self.place.linked(changed), asked.query.fields.as_deref()))
    }

    fn removed(&self, act: &mut Act<'_>, if_match: Option<u32>) -> Result<Answer, Error> {
        self.found(act.cx())?;
        if let Some(revision) = if_match {
            act.expect_known(&self.id, revision)?;
        }
        self.of.behind.remove(act, self.of, &self.id)?;
        Ok(wire::nothing())
    }
}
