//! Operations: what can be done with a resource, or with a service, beside the verbs of the bus.
//!
//! | deed | where it is done |
//! |---|---|
//! | [`Reads`](Deed::Reads), [`Lists`](Deed::Lists) | in a snapshot |
//! | [`Writes`](Deed::Writes) | in the one act of the request |
//! | [`Works`](Deed::Works) | between acts and reads of its own, so that nobody waits for what is slow |

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::bus::{nothing, shown};
use super::kind::Thing;
use super::property::{Field, Form};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::idempotency::Answer;
use crate::services::{Act, Author, Bss, Cx, Error};

/// The verbs that operations have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// Reads.
    Get,
    /// Does something.
    Post,
    /// Replaces something.
    Put,
    /// Takes something away.
    Delete,
}

impl Verb {
    /// The verb of HTTP.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a type says of an operation.
#[derive(Debug)]
pub(super) struct Call {
    /// What it is called.
    pub(super) name: &'static str,
    /// Its verb.
    pub(super) verb: Verb,
    /// Its path below the resource or the service, with `{parameter}` for what varies.
    pub(super) path: &'static str,
    /// What a caller needs.
    pub(super) needs: Permission,
    /// What the query may have; unless it is a query of the resource language.
    pub(super) query: &'static [Field],
    /// A flag of the query by which another operation of the service is meant, and which.
    pub(super) unless: Option<(&'static str, &'static str)>,
    /// What the body is like, if there is one.
    pub(super) takes: Option<Form>,
    /// What the answer is like, if there is one.
    pub(super) gives: Option<Form>,
}

/// What was said with a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// The parameters of the path.
    pub(super) path: BTreeMap<&'static str, String>,
    /// The query, as it was sent.
    pub(super) query: String,
    /// The body, which has the form that the operation takes; `null` if there is none.
    pub(super) body: Value,
}

impl Said {
    /// A parameter of the path that must be the id of something.
    pub(super) fn id(&self, name: &str) -> Result<Uuid, Error> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        Uuid::try_parse(text).map_err(|_| Error::not_found(text))
    }

    /// A parameter of the query, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut all = form_urlencoded::parse(self.query.as_bytes());
        all.find(|it| it.0 == name).map(|it| it.1.into_owned())
    }

    /// A flag of the query: `true`, `false`, or nothing. A name alone means true.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Invalid> {
        match self.parameter(name).as_deref() {
            None => Ok(None),
            Some("true" | "") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Invalid::one(name, "format", "must be `true` or `false`")),
        }
    }
}

/// What an operation comes to: 204 without, 200 with something to show.
pub(super) type Outcome = Option<Value>;

/// How an operation is done.
pub(super) enum Deed<T> {
    /// It reads.
    Reads(fn(Cx<'_>, &T, &Said) -> Result<Outcome, Error>),
    /// It lists, and says which stretch of the list it shows.
    Lists(fn(Cx<'_>, &T, &Said) -> Result<Answer, Error>),
    /// It writes, in the act of the request.
    Writes(fn(&mut Act<'_>, &T, &Said) -> Result<Outcome, Error>),
    /// It keeps nothing, but needs acts of its own to learn what would come of something.
    Works(Labour),
}

/// What is done between acts and reads of its own.
pub(super) type Labour = fn(&Bss, &Author, &Said) -> Result<Outcome, Error>;

/// Where an operation is done.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// In a snapshot.
    Reads,
    /// In the act of the request.
    Writes,
    /// Between acts and reads of its own.
    Works(Labour),
}

impl Way {
    /// Whether something may be kept of it.
    pub(super) const fn keeps(self) -> bool {
        matches!(self, Self::Writes)
    }
}

/// An operation of the resources that show a `T`; of a service for `()`.
pub(super) struct Operation<T> {
    /// What its type says of it.
    pub(super) about: Call,
    /// How it is done.
    pub(super) deed: Deed<T>,
}

impl<T> Operation<T> {
    /// An operation that reads.
    pub(super) const fn reads(
        (name, verb, path): (&'static str, Verb, &'static str),
        needs: Permission,
        deed: fn(Cx<'_>, &T, &Said) -> Result<Outcome, Error>,
    ) -> Self {
        Self::of((name, verb, path), needs, Deed::Reads(deed))
    }

    /// An operation that answers a stretch of a list.
    pub(super) const fn lists(
        (name, verb, path): (&'static str, Verb, &'static str),
        needs: Permission,
        deed: fn(Cx<'_>, &T, &Said) -> Result<Answer, Error>,
    ) -> Self {
        Self::of((name, verb, path), needs, Deed::Lists(deed))
    }

    /// An operation that writes.
    pub(super) const fn writes(
        (name, verb, path): (&'static str, Verb, &'static str),
        needs: Permission,
        deed: fn(&mut Act<'_>, &T, &Said) -> Result<Outcome, Error>,
    ) -> Self {
        Self::of((name, verb, path), needs, Deed::Writes(deed))
    }

    const fn of(
        (name, verb, path): (&'static str, Verb, &'static str),
        needs: Permission,
        deed: Deed<T>,
    ) -> Self {
        let unless = None;
        let about = Call { name, verb, path, needs, query: &[], unless, takes: None, gives: None };
        Self { about, deed }
    }

    /// The same with a body.
    pub(super) const fn takes(mut self, form: Form) -> Self {
        self.about.takes = Some(form);
        self
    }

    /// The same with something to show.
    pub(super) const fn gives(mut self, form: Form) -> Self {
        self.about.gives = Some(form);
        self
    }

    /// The same, unless a flag of the query says that another operation of the service is meant.
    pub(super) const fn unless(mut self, flag: &'static str, other: &'static str) -> Self {
        self.about.unless = Some((flag, other));
        self
    }

    /// The same with parameters in the query.
    pub(super) const fn asks(mut self, query: &'static [Field]) -> Self {
        self.about.query = query;
        self
    }
}

impl Operation<()> {
    /// An operation of a service that learns what would come of something and keeps nothing.
    pub(super) const fn works(
        (name, verb, path): (&'static str, Verb, &'static str),
        needs: Permission,
        deed: Labour,
    ) -> Self {
        Self::of((name, verb, path), needs, Deed::Works(deed))
    }
}

/// The operations of some type.
pub(super) trait Operations {
    /// All of them.
    fn calls(&self) -> Vec<&'static Call>;
    /// Where one is done; `None` if there is no such.
    fn way(&self, name: &str) -> Option<Way>;
    /// Does one that only reads; `None` if it does not.
    fn read(
        &self,
        cx: Cx<'_>,
        thing: Option<&dyn Thing>,
        call: (&str, &Said),
    ) -> Result<Option<Answer>, Error>;
    /// Does one, whether it writes or only reads.
    fn write(
        &self,
        act: &mut Act<'_>,
        thing: Option<&dyn Thing>,
        call: (&str, &Said),
    ) -> Result<Answer, Error>;
}

impl<T: 'static> Operations for &'static [Operation<T>] {
    fn calls(&self) -> Vec<&'static Call> {
        self.iter().map(|it| &it.about).collect()
    }

    fn way(&self, name: &str) -> Option<Way> {
        Some(match named(self, name).ok()?.deed {
            Deed::Reads(_) | Deed::Lists(_) => Way::Reads,
            Deed::Writes(_) => Way::Writes,
            Deed::Works(labour) => Way::Works(labour),
        })
    }

    fn read(
        &self,
        cx: Cx<'_>,
        thing: Option<&dyn Thing>,
        (name, said): (&str, &Said),
    ) -> Result<Option<Answer>, Error> {
        match named(self, name)?.deed {
            Deed::Reads(deed) => deed(cx, subject(thing)?, said).map(answer).map(Some),
            Deed::Lists(deed) => deed(cx, subject(thing)?, said).map(Some),
            Deed::Writes(_) | Deed::Works(_) => Ok(None),
        }
    }

    fn write(
        &self,
        act: &mut Act<'_>,
        thing: Option<&dyn Thing>,
        (name, said): (&str, &Said),
    ) -> Result<Answer, Error> {
        match named(self, name)?.deed {
            Deed::Reads(deed) => deed(act.cx(), subject(thing)?, said).map(answer),
            Deed::Lists(deed) => deed(act.cx(), subject(thing)?, said),
            Deed::Writes(deed) => deed(act, subject(thing)?, said).map(answer),
            Deed::Works(_) => Err(Error::internal("it is not done in the act of the request")),
        }
    }
}

fn named<T>(all: &'static [Operation<T>], name: &str) -> Result<&'static Operation<T>, Error> {
    all.iter().find(|it| it.about.name == name).ok_or_else(|| Error::not_found(name))
}

/// What an operation comes to, as an answer.
pub(super) fn answer(it: Outcome) -> Answer {
    it.map_or_else(nothing, shown)
}

/// The thing of ours that an operation is of; nothing in particular for a service.
fn subject<T: 'static>(thing: Option<&dyn Thing>) -> Result<&T, Error> {
    const NOTHING: &dyn std::any::Any = &();
    let shown = thing.map_or(NOTHING, Thing::shown);
    shown.downcast_ref().ok_or_else(|| Error::internal("an operation of another type"))
}

impl Call {
    /// The parameters of a path that is this operation's.
    pub(super) fn matches(&self, segments: &[&str]) -> Option<BTreeMap<&'static str, String>> {
        let own: Vec<_> = self.path.trim_start_matches('/').split('/').collect();
        if own.len() != segments.len() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for (own, said) in own.iter().zip(segments) {
            match own.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some(name) => drop(parameters.insert(name, (*said).to_owned())),
                None if own == said => {}
                None => return None,
            }
        }
        Some(parameters)
    }

    /// Refuses a body that does not have the form that is taken.
    pub(super) fn check(&self, body: &Value) -> Result<(), Invalid> {
        let Some(form) = self.takes else { return Ok(()) };
        let empty = Value::Object(serde_json::Map::new());
        let body = if body.is_null() { &empty } else { body };
        Invalid::unless_empty(form.violations("", body))
    }
}

/// A service of the platform: one resource that is always there, for its operations.
pub(super) struct Service {
    /// What people call its type: `OrderManagement`.
    pub(super) name: &'static str,
    /// The alias below `/aps/2/services`.
    pub(super) alias: &'static str,
    /// The full id of its type.
    pub(super) kind: &'static str,
    /// Its place in `/aps/2/types/{number}`; never given to another type.
    pub(super) number: u32,
    /// The id of its resource.
    pub(super) id: Uuid,
    /// What it does.
    pub(super) operations: &'static [Operation<()>],
}
