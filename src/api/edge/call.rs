//! A request as handlers see it: who calls, for which thing, under which conditions.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::query::Query;
use super::{auth, cursor};
use crate::domain::error::Invalid;
use crate::domain::operator::{Actor, Session};
use crate::domain::page::{PageOrder, PageRequest};
use crate::services::idempotency::Once;
use crate::services::{Author, Error, Forwarding, Site};

/// What a handler may know of a request beside its body.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Who calls.
    pub(crate) actor: Arc<Actor>,
    /// The request as the log has it.
    pub(crate) request: String,
    /// The named parts of the path.
    pub(crate) path: BTreeMap<String, String>,
    /// Which part of a list is wanted.
    pub(crate) page: PageRequest,
    /// Which fields are wanted; all if nothing is said.
    pub(crate) fields: Option<Vec<String>>,
    /// The revision that the caller knows.
    pub(crate) if_match: Option<u32>,
    /// The key under which the request is done once.
    pub(crate) once: Option<Once>,
    /// How the browser or program came.
    pub(crate) way: Way,
}

/// How a request came: what a sign-in needs to know of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    /// The secret of the session that it came with.
    pub(crate) session: Option<String>,
    /// What the browser calls itself.
    pub(crate) agent: Option<String>,
    /// Whether it came over HTTPS, as far as can be believed.
    pub(crate) is_https: bool,
}

impl Way {
    /// The way of a request with these headers.
    pub(crate) fn of(headers: &HeaderMap, site: &Site) -> Self {
        let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let says_https = text("x-forwarded-proto").is_some_and(|it| it.starts_with("https"));
        Self {
            session: auth::cookie(headers, auth::SESSION_COOKIE).map(str::to_owned),
            agent: text("user-agent").map(str::to_owned),
            is_https: site.is_https() || (site.forwarding == Forwarding::Believed && says_https),
        }
    }

    /// The cookie that holds a session: for this site alone, and out of reach of scripts.
    pub(crate) fn cookie(&self, secret: &str) -> String {
        self.cookie_for(secret, Session::SECONDS_MAX)
    }

    /// The cookie that takes a session away.
    pub(crate) fn no_cookie(&self) -> String {
        self.cookie_for("", 0)
    }

    fn cookie_for(&self, value: &str, seconds: i64) -> String {
        let secure = if self.is_https { "; Secure" } else { "" };
        let name = auth::SESSION_COOKIE;
        format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}")
    }
}

/// The longest idempotency key.
const KEY_BYTES_MAX: usize = 255;

impl Call {
    /// Who writes.
    pub(crate) fn author(&self) -> Author {
        Author { actor: Arc::clone(&self.actor), request: self.request.clone() }
    }

    /// What the path names; nothing if it is the path of a list.
    pub(crate) fn named(&self) -> &str {
        self.path.get("id").map(String::as_str).unwrap_or_default()
    }

    /// An id from the path. What is no id of that kind names nothing that is there.
    pub(crate) fn id<I: FromStr>(&self, name: &str) -> Result<I, Error> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        text.parse().map_err(|_| Error::not_found(text.chars().take(80).collect::<String>()))
    }
}

/// What a query may say of the part of a list that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paging {
    /// How long a page may be, where it begins and which end comes first.
    Pages,
    /// At most how long the list is, which is as long as it is.
    Whole,
    /// Nothing: it is no list.
    Nothing,
}

/// Which part of a list a query asks for; what means nothing stays in the query.
pub(crate) fn part(query: &mut Query, paging: Paging) -> Result<PageRequest, Fault> {
    match paging {
        Paging::Pages => page(query),
        Paging::Whole => {
            query.take("limit").map(|it| limit(&it)).transpose()?;
            Ok(PageRequest::first(PageRequest::LIMIT_MAX))
        }
        Paging::Nothing => Ok(PageRequest::first(PageRequest::LIMIT_MAX)),
    }
}

/// Which part of a list a query asks for.
fn page(query: &mut Query) -> Result<PageRequest, Fault> {
    let limit = match query.take("limit") {
        Some(text) => limit(&text)?,
        None => PageRequest::LIMIT_DEFAULT,
    };
    let after = query.take("cursor").map(|it| cursor::key(&it)).transpose()?;
    let order = match query.take("order").as_deref() {
        None | Some("newest") => PageOrder::Falling,
        Some("oldest") => PageOrder::Rising,
        Some(_) => {
            return Err(Invalid::one("order", "enum", "must be `newest` or `oldest`").into());
        }
    };
    Ok(PageRequest { limit, after, order })
}

/// How long a list may be at most.
pub(crate) fn limit(text: &str) -> Result<usize, Invalid> {
    let most = PageRequest::LIMIT_MAX;
    match text.parse() {
        Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(Invalid::one("limit", "range", format!("must be a number from 1 to {most}"))),
    }
}

/// Which fields a query asks for.
pub(crate) fn fields(query: &mut Query) -> Option<Vec<String>> {
    let fields = query.take("fields")?;
    Some(fields.split(',').map(|it| it.trim().to_owned()).collect())
}

/// The revision in `If-Match`. Anything but a revision of ours matches nothing.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<u32>, Fault> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let revision = text.trim_start_matches("W/").trim_matches('"').parse();
    let message = "must be the `ETag` of an answer, such as `\"3\"`";
    revision.map(Some).map_err(|_| Invalid::one("If-Match", "format", message).into())
}

/// The key under which a request is done once, with the digest of the request. The key of somebody
/// who is not known is for its path alone: two systems that call back know nothing of each other. What
/// only reads may be done as often as it is asked, and its answer is not kept.
pub(crate) fn once(parts: &Parts, is_known: bool, body: &[u8]) -> Result<Option<Once>, Fault> {
    if parts.method.is_safe() {
        return Ok(None);
    }
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let refused = || {
        let message = format!("must be 1 to {KEY_BYTES_MAX} visible ASCII characters");
        Invalid::one("Idempotency-Key", "format", message)
    };
    let key = key.to_str().map_err(|_| refused())?.to_owned();
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        return Err(refused().into());
    }
    // No path has a space in it, and no key does.
    let key = if is_known { key } else { format!("{} {key}", parts.uri.path()) };
    let request = Sha256::new()
        .chain_update(parts.method.as_str())
        .chain_update([0])
        .chain_update(parts.uri.to_string())
        .chain_update([0])
        .chain_update(body)
        .finalize()
        .into();
    Ok(Some(Once { key, request }))
}
