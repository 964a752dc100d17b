//! Which request is which: a row for each call of the contract, with who may make it and what it does.
//! From the rows follow the routes and the [doors](super::doors).

use std::sync::Arc;

use axum::http::{HeaderMap, Method};
use serde_json::Value;
use uuid::Uuid;

use super::error::Refused;
use super::query::Query;
use super::table;
use super::wire::Tree;
use crate::api::edge::auth::Caller;
use crate::api::edge::fault::Fault;
use crate::api::edge::tongue::Words;
use crate::api::edge::work::Work;
use crate::domain::error::Invalid;
use crate::domain::operator::{Actor, Permission};
use crate::services::Error;

/// What one needs to make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: everybody sees what everybody may see.
    Nothing,
    /// To be known.
    SignIn,
    /// A permission; whether it reaches the thing is the use case's to judge.
    Permission(Permission),
}

/// In which words a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// In a sentence.
    Plain,
    /// In faults with a code, as revenue sharing has them.
    Unica,
}

/// What was asked with a call.
pub(super) struct Asked {
    /// The parts of the path that the row leaves open.
    pub(super) open: Vec<String>,
    /// The parameters.
    pub(super) query: Query,
    /// The body; `null` if there is none.
    pub(super) body: Value,
    /// The headers, for those that only this contract has.
    pub(super) headers: HeaderMap,
    /// Who asks.
    pub(super) actor: Arc<Actor>,
}

impl Asked {
    /// The part of the path at a place.
    pub(super) fn part(&self, place: usize) -> &str {
        self.open.get(place).map(String::as_str).unwrap_or_default()
    }

    /// The id in the path at a place. What is none names nothing that is there.
    pub(super) fn id(&self, place: usize) -> Result<Uuid, Error> {
        let text = self.part(place);
        let missing = || Error::not_found(text.chars().take(80).collect::<String>());
        Uuid::try_parse(text).map_err(|_| missing())
    }

    /// The body, which must be an object.
    pub(super) fn tree(&mut self) -> Result<Tree, Fault> {
        let Value::Object(it) = self.body.take() else {
            return Err(Invalid::one("", "type", "the body must be an object").into());
        };
        Ok(it)
    }

    /// What a header says, as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|it| it.to_str().ok()).map(str::trim)
    }
}

/// One call of the contract.
pub(super) struct Row {
    pub(super) method: Method,
    /// The whole path, with `{id}` where something stands that the caller says.
    pub(super) path: &'static str,
    /// What a caller needs.
    pub(super) needs: Needs,
    /// What our fields are called in refusals.
    pub(super) words: Words,
    /// In which words it is refused.
    pub(super) voice: Voice,
    /// Whether other methods come to the same where no row has them.
    whatever: bool,
    /// Whether it may come as a form with a file.
    pub(super) takes_files: bool,
    /// What it comes to.
    pub(super) serve: fn(Asked) -> Result<Work, Fault>,
}

impl Row {
    /// A call, with what it needs.
    pub(super) const fn new(
        method: Method,
        path: &'static str,
        needs: Needs,
        serve: fn(Asked) -> Result<Work, Fault>,
    ) -> Self {
        let (words, voice): (Words, _) = (&[], Voice::Plain);
        Self { method, path, needs, words, voice, whatever: false, takes_files: false, serve }
    }

    /// The same, also as a form with a file.
    pub(super) const fn or_with_a_file(mut self) -> Self {
        self.takes_files = true;
        self
    }

    /// The same for every method that no row of its path has.
    pub(super) const fn whatever_the_method(mut self) -> Self {
        self.whatever = true;
        self
    }

    /// The same, saying our fields in its own words.
    pub(super) const fn speaks(mut self, words: Words) -> Self {
        self.words = words;
        self
    }

    /// A call that is refused in faults with a code.
    pub(super) const fn unica(
        method: Method,
        path: &'static str,
        needs: Needs,
        serve: fn(Asked) -> Result<Work, Fault>,
    ) -> Self {
        let (words, voice): (Words, _) = (&[], Voice::Unica);
        Self { method, path, needs, words, voice, whatever: false, takes_files: false, serve }
    }

    /// The first part of its path.
    pub(super) fn base(&self) -> &'static str {
        self.path.split('/').find(|it| !it.is_empty()).unwrap_or_default()
    }

    /// Refuses who may not make the call, or has to choose another password first.
    pub(super) fn permit(&self, caller: &Caller) -> Result<(), Error> {
        caller.actor.must_have_changed_password()?;
        match self.needs {
            Needs::Nothing => Ok(()),
            Needs::SignIn | Needs::Permission(_) if !caller.is_signed_in => {
                Err(Error::Unauthenticated)
            }
            Needs::SignIn => Ok(()),
            Needs::Permission(permission) if caller.actor.may_at_all(permission) => Ok(()),
            Needs::Permission(permission) => Err(Error::Forbidden { permission }),
        }
    }

    /// Whether something can come of it.
    pub(super) fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// What stands in the open parts, if it is a row for a path.
    fn open(&self, parts: &[&str]) -> Option<Vec<String>> {
        let own: Vec<_> = self.path.split('/').filter(|it| !it.is_empty()).collect();
        let fits = |(own, said): (&&str, &&str)| own.starts_with('{') || own == said;
        let is_one = own.len() == parts.len() && own.iter().zip(parts).all(fits);
        let open = own.iter().zip(parts).filter(|it| it.0.starts_with('{'));
        is_one.then(|| open.map(|it| (*it.1).to_owned()).collect())
    }
}

/// The row of a request, with what stands in the open parts of its path.
///
/// # Errors
/// 404 for a path that no row has, 405 with the methods of those that do.
pub(super) fn find(method: &Method, path: &str) -> Result<(&'static Row, Vec<String>), Refused> {
    let parts: Vec<_> = path.split('/').filter(|it| !it.is_empty()).collect();
    let here: Vec<_> = table::rows().filter_map(|it| Some((it, it.open(&parts)?))).collect();
    if here.is_empty() {
        return Err(Fault::NoRoute { path: path.to_owned() }.into());
    }
    let mut allowed: Vec<_> = here.iter().map(|it| it.0.method.to_string()).collect();
    // A part that is written out is nearer than an open one, and a row of the method than any.
    let fits = |it: &(&Row, Vec<String>)| it.0.method == method || it.0.whatever;
    let nearness = |it: &(&Row, Vec<String>)| (it.0.method != method, it.1.len());
    let found = here.into_iter().filter(fits).min_by_key(nearness);
    found.ok_or_else(|| {
        allowed.dedup();
        let fault = Fault::NoMethod { method: method.to_string() };
        Refused { allowed: Some(allowed.join(", ")), ..fault.into() }
    })
}
