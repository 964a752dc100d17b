//! Which request is which: a row for each call of the contract, with who may make it and what it
//! does. From the rows follow the routes and the [doors](super::doors).

use axum::http::Method;
use serde_json::Value;

use super::authentication::CHANGES;
use super::error::{Refusal, Said};
use super::page::Wanted;
use super::{message, table};
use crate::api::edge::fault::Fault;
use crate::api::edge::query::Query;
use crate::api::edge::work::Work;
use crate::domain::operator::{Actor, Permission, Role};
use crate::services::Error;

/// By what a call is told from others of its method and path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// By nothing: it is the only one, or the one without.
    Path,
    /// By the header `x-operation`.
    Operation(&'static str),
    /// By the parameter `_namedQuery`.
    Query(&'static str),
}

/// What was asked with a call.
pub(super) struct Asked {
    /// The parts of the path that the row leaves open.
    pub(super) open: Vec<String>,
    /// The parameters; those that no call knows say nothing.
    pub(super) query: Query,
    /// The body; `null` if there is none.
    pub(super) body: Value,
}

impl Asked {
    /// The number in the path at a place, of a thing of a kind.
    pub(super) fn id(&self, place: usize, kind: &str) -> Result<u64, Said> {
        let text = self.open.get(place).map(String::as_str).unwrap_or_default();
        let number: i128 = text.parse().map_err(|_| message::URI_INVALID.with([]))?;
        u64::try_from(number).map_err(|_| message::ID_INVALID.with([kind]))
    }

    /// A parameter that must be there.
    pub(super) fn must(&mut self, name: &str) -> Result<String, Said> {
        let said = self.query.take(name).filter(|it| !it.trim().is_empty());
        said.ok_or_else(|| message::PARAMETER_REQUIRED.with([name]))
    }

    /// A parameter that must be there and is the number of something.
    pub(super) fn number(&mut self, name: &str) -> Result<u64, Said> {
        let text = self.must(name)?;
        text.trim().parse().map_err(|_| message::VALUE_INVALID.with([&text, name]))
    }

    /// A parameter that is `true` or `false`.
    pub(super) fn flag(&mut self, name: &str, default: bool) -> Result<bool, Said> {
        match self.query.take(name).as_deref() {
            None | Some("") => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(other) => {
                Err(message::VALUE_INVALID.with([other, name]).among(&["true", "false"]))
            }
        }
    }

    /// Which part of a list is wanted.
    pub(super) fn page(&mut self) -> Result<Wanted, Said> {
        let (number, size) = (self.query.take("_pageNumber"), self.query.take("_pageSize"));
        Wanted::read(number.as_deref(), size.as_deref())
    }
}

/// One call of the contract.
pub(super) struct Row {
    pub(super) method: Method,
    /// Below `/api/bss/`, with `{id}` where a number stands.
    pub(super) path: &'static str,
    pub(super) by: By,
    /// What a caller needs; whether it may do it to this thing is the use case's to judge.
    pub(super) needs: Permission,
    /// The role that the contract asks for, or one with more.
    pub(super) least: Role,
    /// What it comes to.
    pub(super) serve: fn(Asked) -> Result<Work, Refusal>,
}

impl Row {
    /// A call, with the permission and the role that it asks for.
    pub(super) const fn new(
        method: Method,
        path: &'static str,
        by: By,
        (needs, least): (Permission, Role),
        serve: fn(Asked) -> Result<Work, Refusal>,
    ) -> Self {
        Self { method, path, by, needs, least, serve }
    }

    /// Refuses a caller whose roles do not have this call, or whose password is to be changed first.
    pub(super) fn permit(&self, actor: &Actor) -> Result<(), Error> {
        if let Err(rejection) = actor.must_have_changed_password() {
            return if self.path == CHANGES { Ok(()) } else { Err(rejection.into()) };
        }
        let may = actor.is_a(self.least) && actor.may_at_all(self.needs);
        if may { Ok(()) } else { Err(Error::Forbidden { permission: self.needs }) }
    }

    /// Whether something can come of it.
    pub(super) fn writes(&self) -> bool {
        self.method != Method::GET && !table::READING.contains(&self.path)
    }

    /// What stands in the open parts, if it is a row for a path.
    fn open(&self, parts: &[&str]) -> Option<Vec<String>> {
        let own: Vec<_> = self.path.split('/').filter(|it| !it.is_empty()).collect();
        let fits =
            |(own, said): (&&str, &&str)| own.starts_with('{') || own.eq_ignore_ascii_case(said);
        let is_one = own.len() == parts.len() && own.iter().zip(parts).all(fits);
        let open = own.iter().zip(parts).filter(|it| it.0.starts_with('{'));
        is_one.then(|| open.map(|it| (*it.1).to_owned()).collect())
    }
}

/// What tells one call from another.
pub(super) struct Heading<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) operation: Option<&'a str>,
    pub(super) named_query: Option<&'a str>,
}

/// The row of a request, with what stands in the open parts of its path.
pub(super) fn find(of: &Heading<'_>) -> Result<(&'static Row, Vec<String>), Refusal> {
    let no_path = || Fault::NoRoute { path: of.path.to_owned() };
    let below = of.path.strip_prefix("/api/bss").unwrap_or_default();
    let parts: Vec<_> = below.split('/').filter(|it| !it.is_empty()).collect();
    let here: Vec<_> = table::rows().filter_map(|it| Some((it, it.open(&parts)?))).collect();
    if here.is_empty() {
        return Err(no_path().into());
    }
    let here: Vec<_> = here.into_iter().filter(|it| it.0.method == of.method).collect();
    if here.is_empty() {
        return Err(Fault::NoMethod { method: of.method.to_string() }.into());
    }
    let named: Vec<_> = here.iter().filter_map(|it| it.0.by.name()).collect();
    let (told, refusal) = match here.iter().find(|it| it.0.by != By::Path).map(|it| it.0.by) {
        Some(By::Operation(_)) => (of.operation, &message::OPERATION_UNKNOWN),
        Some(By::Query(_)) => (of.named_query, &message::QUERY_UNKNOWN),
        Some(By::Path) | None => (None, &message::QUERY_UNKNOWN),
    };
    let is_it = |by: By| match told {
        Some(told) => by.name().is_some_and(|it| it.eq_ignore_ascii_case(told)),
        None => by == By::Path,
    };
    let found = here.into_iter().find(|it| is_it(it.0.by));
    found.ok_or_else(|| refusal.with([told.unwrap_or_default(), &named.join(", ")]).into())
}

impl By {
    /// What it is told by, if by anything.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Path => None,
            Self::Operation(name) | Self::Query(name) => Some(name),
        }
    }
}
