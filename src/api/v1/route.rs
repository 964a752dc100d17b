//! The table of routes: from each row follow the router, the OpenAPI document and the rights test,
//! so that none of them can know a route that the others do not.
//!
//! A handler is a plain function from what was asked to what is answered; what it takes and gives
//! is read off its type. Reading a request, the caller, idempotency and the writer are here.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::field::Fields;
use super::form::Form;
use super::problem;
use super::wire::NoQuery;
use crate::api::edge::auth::{self, Caller};
use crate::api::edge::body::{self, ORDINARY_BYTES_MAX};
use crate::api::edge::call::{self, Call, Paging, Way};
use crate::api::edge::fault::Fault;
use crate::api::edge::query::Query;
use crate::api::edge::reply::{self, Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::services::idempotency::{self, Answer};
use crate::services::{Act, Bss, Cx, Error};

/// What a caller needs to use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the route is for everybody.
    Nothing,
    /// To be signed in.
    SignIn,
    /// To stand before the shelf: the permission to browse it for who is signed in, and nothing for
    /// who is not, where the shop is open to everybody.
    Shelf,
    /// A permission somewhere; where exactly is the use case's to judge.
    Permission(Permission),
}

/// One row of the table.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Below `/api/v1`.
    pub(crate) path: &'static str,
    pub(crate) needs: Needs,
    pub(crate) summary: &'static str,
    /// What `If-Match` means here.
    pub(crate) guard: Guard,
    /// What may be said of the part that is wanted.
    pub(crate) paging: Paging,
    pub(crate) takes: Option<Form>,
    pub(crate) query: Option<Form>,
    pub(crate) gives: Option<Form>,
    /// As what a file is given; nothing where JSON is.
    pub(crate) media: Option<&'static str>,
    pub(crate) serve: MethodRouter<Arc<Bss>>,
}

/// What `If-Match` means for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Nothing: who sends it is told so, instead of being taken to be guarded.
    Nothing,
    /// The revision of the thing that the path names as `{id}`, which must not have changed since.
    Thing,
}

impl Guard {
    /// What it means for a route that writes in one act.
    fn of(path: &str) -> Self {
        if path.split('/').any(|it| it == "{id}") { Self::Thing } else { Self::Nothing }
    }

    /// Refuses a header that nothing would become of.
    fn check(self, call: &Call) -> Result<(), Invalid> {
        match (self, call.if_match) {
            (Self::Thing, _) | (Self::Nothing, None) => Ok(()),
            (Self::Nothing, Some(_)) => {
                Err(Invalid::one("If-Match", "conflict", "means nothing here"))
            }
        }
    }

    /// Refuses a change of a thing that has changed since the caller read it.
    fn hold(self, act: &Act<'_>, call: &Call) -> Result<(), Error> {
        match (self, call.if_match, call.path.get("id")) {
            (Self::Thing, Some(revision), Some(id)) => act.expect_known(id, revision),
            (Self::Nothing | Self::Thing, _, _) => Ok(()),
        }
    }
}

/// A handler that reads: from the query to an answer.
pub(crate) type Reads<Q, T> = fn(Cx<'_>, &Call, Q) -> Result<Reply<T>, Error>;
/// A handler that writes: from the body to an answer, on the writer thread.
pub(crate) type Writes<B, T> = fn(&mut Act<'_>, &Call, B) -> Result<Reply<T>, Error>;
/// A handler that opens its own reads and acts: for what is slow before or between them.
pub(crate) type Works<B, T> = fn(&Arc<Bss>, &Call, B) -> Result<Reply<T>, Error>;
/// What another system sent: what it said beside the body, names in lower case, and the body.
pub(crate) type Sent<'a> = (&'a [(String, String)], &'a [u8]);
/// A handler of what another system sends on its own account, byte for byte.
pub(crate) type Hears = fn(&Arc<Bss>, &Call, Sent<'_>) -> Result<Reply<Nothing>, Error>;

/// A route that reads a little: it is answered without leaving the thread.
pub(crate) fn read<Q, T>(
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    handler: Reads<Q, T>,
) -> Route
where
    Q: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    let rules = Rules::reading::<T>(needs);
    let paging = rules.paging;
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        asked.answer(|call, query, _| {
            let query = query.into::<Q>()?;
            let reply = bss.read(&call.actor, |cx| handler(cx, call, query))?;
            Ok(reply.answer(call.fields.as_deref()))
        })
    };
    let serve = on(MethodFilter::GET, serve);
    let (query, gives) = (Form::of::<Q>(), Form::of::<T>());
    let (method, guard) = (Method::GET, Guard::Nothing);
    Route {
        method,
        path,
        needs,
        summary,
        guard,
        paging,
        takes: None,
        query,
        gives,
        media: None,
        serve,
    }
}

/// A route that reads much: a scan, a report. It is answered on the blocking pool, when it is its turn.
pub(crate) fn read_much<Q, T>(
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    handler: Reads<Q, T>,
) -> Route
where
    Q: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    let rules = Rules::reading::<T>(needs);
    let paging = rules.paging;
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        blocking(asked, move |call, query, _| {
            let query = query.into::<Q>()?;
            let reply = bss.scan(&call.actor, |cx| handler(cx, call, query))?;
            Ok(reply.answer(call.fields.as_deref()))
        })
        .await
    };
    let serve = on(MethodFilter::GET, serve);
    let (query, gives) = (Form::of::<Q>(), Form::of::<T>());
    let (method, guard) = (Method::GET, Guard::Nothing);
    Route {
        method,
        path,
        needs,
        summary,
        guard,
        paging,
        takes: None,
        query,
        gives,
        media: None,
        serve,
    }
}

/// A route that reads much, for a question that is too long for an address. Nothing is done by it,
/// so that it waits for no writer, and is answered anew however often it is asked.
pub(crate) fn ask<B, T>(
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    handler: Reads<B, T>,
) -> Route
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    let rules = Rules { bytes_max: ORDINARY_BYTES_MAX, ..Rules::reading::<T>(needs) };
    let paging = rules.paging;
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        blocking(asked, move |call, query, bytes| {
            query.into::<NoQuery>()?;
            let body = body::json::<B>(bytes)?;
            let reply = bss.read(&call.actor, |cx| handler(cx, call, body))?;
            Ok(reply.answer(call.fields.as_deref()))
        })
        .await
    };
    let serve = on(MethodFilter::POST, serve);
    let (takes, gives) = (Form::of::<B>(), Form::of::<T>());
    let (method, guard) = (Method::POST, Guard::Nothing);
    Route {
        method,
        path,
        needs,
        summary,
        guard,
        paging,
        takes,
        query: None,
        gives,
        media: None,
        serve,
    }
}

/// A route that writes.
pub(crate) fn write<B, T>(
    method: Method,
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    handler: Writes<B, T>,
) -> Route
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    let (guard, bytes_max) = (Guard::of(path), ORDINARY_BYTES_MAX);
    let paging = Paging::Nothing;
    let rules = Rules { needs, guard, paging, bytes_max, fields: Fields::of::<T>(), media: None };
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        let query = asked.query.clone().into::<NoQuery>();
        let body = match query.and_then(|_| body::json::<B>(&asked.body)) {
            Ok(body) => body,
            Err(fault) => return asked.finish(Err(fault)),
        };
        let call = asked.call.clone();
        let done = bss.act(call.author(), move |act| {
            let once = call.once.clone();
            idempotency::once(act, once.as_ref(), |act| {
                guard.hold(act, &call)?;
                Ok(handler(act, &call, body)?.answer(call.fields.as_deref()))
            })
        });
        let done = done.done().await.map_err(Fault::from);
        asked.finish(done)
    };
    let (takes, gives) = (Form::of::<B>(), Form::of::<T>());
    let serve = on(filter(&method), serve);
    Route {
        method,
        path,
        needs,
        summary,
        guard,
        paging,
        takes,
        query: None,
        gives,
        media: None,
        serve,
    }
}

/// A route that does something slow (hashing a password, taking in a batch, rendering) before,
/// between or after its reads and acts, on the blocking pool.
pub(crate) fn work<B, T>(
    method: Method,
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    works: (usize, Works<B, T>),
) -> Route
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    guarded((method, path), (needs, Guard::Nothing), summary, works)
}

/// The same on a thing: its handler refuses what has changed since the caller read it.
pub(crate) fn work_on<B, T>(
    method: Method,
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    works: (usize, Works<B, T>),
) -> Route
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    guarded((method, path), (needs, Guard::Thing), summary, works)
}

fn guarded<B, T>(
    (method, path): (Method, &'static str),
    (needs, guard): (Needs, Guard),
    summary: &'static str,
    (bytes_max, handler): (usize, Works<B, T>),
) -> Route
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    let paging = Paging::Nothing;
    let rules = Rules { needs, guard, paging, bytes_max, fields: Fields::of::<T>(), media: None };
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        blocking(asked, move |call, query, bytes| {
            query.into::<NoQuery>()?;
            let body = body::json::<B>(bytes)?;
            once(&bss, call, || Ok(handler(&bss, call, body)?.answer(call.fields.as_deref())))
        })
        .await
    };
    let (takes, gives) = (Form::of::<B>(), Form::of::<T>());
    let serve = on(filter(&method), serve);
    Route {
        method,
        path,
        needs,
        summary,
        guard,
        paging,
        takes,
        query: None,
        gives,
        media: None,
        serve,
    }
}

/// A route at which another system calls. It is not signed in: what it sends is signed, so that it is
/// taken as it came; on the blocking pool.
pub(crate) fn hook(path: &'static str, summary: &'static str, handler: Hears) -> Route {
    let needs = Needs::Nothing;
    let rules = Rules { bytes_max: ORDINARY_BYTES_MAX, ..Rules::reading::<Nothing>(needs) };
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let headers = said(request.headers());
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        blocking(asked, move |call, query, bytes| {
            query.into::<NoQuery>()?;
            Ok(handler(&bss, call, (&headers, bytes))?.answer(None))
        })
        .await
    };
    let serve = on(MethodFilter::POST, serve);
    let (method, guard, paging) = (Method::POST, Guard::Nothing, Paging::Nothing);
    let (takes, query, gives, media) = (None, None, None, None);
    Route { method, path, needs, summary, guard, paging, takes, query, gives, media, serve }
}

/// What a request says beside its body, as far as it is text.
fn said(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let all = headers.iter().map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
    all.flatten().collect()
}

/// Does the work of a request with a key once. The key of who is not signed in is nobody's.
fn once(
    bss: &Bss,
    call: &Call,
    work: impl FnOnce() -> Result<Answer, Fault>,
) -> Result<Answer, Fault> {
    match call.once.as_ref().filter(|_| call.actor.is_known()) {
        Some(once) => idempotency::once_over_acts(bss, &call.author(), once, work),
        None => work(),
    }
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).expect("routes have the usual methods")
}

/// The media type of a file that may be of any.
pub(super) const ANYTHING: &str = "*/*";

/// What a route asks of every request to it.
#[derive(Clone)]
pub(super) struct Rules {
    needs: Needs,
    guard: Guard,
    paging: Paging,
    bytes_max: usize,
    fields: Arc<Fields>,
    media: Option<&'static str>,
}

impl Rules {
    /// Those of a route that only reads.
    pub(super) fn reading<T: Wire + ToSchema>(needs: Needs) -> Self {
        let paging = match (T::IS_PAGE, T::IS_WHOLE) {
            (true, false) => Paging::Pages,
            (_, true) => Paging::Whole,
            (false, false) => Paging::Nothing,
        };
        Self {
            needs,
            guard: Guard::Nothing,
            paging,
            bytes_max: 0,
            fields: Fields::of::<T>(),
            media: None,
        }
    }

    /// Those of a route that gives a file out.
    pub(super) fn giving(needs: Needs, media: &'static str) -> Self {
        Self { media: Some(media), ..Self::reading::<Nothing>(needs) }
    }
}

/// A request that was read and whose caller is known.
pub(super) struct Asked {
    call: Call,
    query: Query,
    body: axum::body::Bytes,
}

impl Asked {
    /// Reads a request; nothing is done for a caller who lacks what the route needs.
    pub(super) async fn of(
        bss: &Arc<Bss>,
        request: Request,
        rules: &Rules,
    ) -> Result<Self, Box<Response<Body>>> {
        let request_id = auth::request_id(request.headers());
        let read = Self::read(bss, request, rules, &request_id).await;
        let known = read.and_then(|it| {
            rules.fields.check(it.call.fields.as_deref())?;
            rules.guard.check(&it.call)?;
            Ok(it)
        });
        known.map_err(|fault| Box::new(problem::response(&fault, &request_id)))
    }

    async fn read(
        bss: &Arc<Bss>,
        request: Request,
        rules: &Rules,
        request_id: &str,
    ) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let caller = match rules.needs {
            Needs::Nothing | Needs::Shelf => auth::anybody(bss, &parts)?,
            Needs::SignIn | Needs::Permission(_) => auth::caller(bss, &parts)?,
        };
        permit(&caller, rules.needs)?;
        match rules.media {
            Some(ANYTHING) => {}
            Some(media) => body::must_be_wanted(&parts.headers, media)?,
            None => body::json_must_be_wanted(&parts.headers)?,
        }
        let path = RawPathParams::from_request_parts(&mut parts, &()).await;
        let path = path.map_err(|_| Fault::NoRoute { path: parts.uri.path().to_owned() })?;
        let path: BTreeMap<_, _> =
            path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut query = Query::read(parts.uri.query().unwrap_or_default())?;
        let body = body::bytes(body, rules.bytes_max.max(1)).await?;
        if !body.is_empty() {
            body::must_be_json(&parts.headers)?;
        }
        let call = Call {
            once: call::once(&parts, caller.is_signed_in, &body)?,
            actor: caller.actor,
            request: request_id.to_owned(),
            path,
            page: call::part(&mut query, rules.paging)?,
            fields: call::fields(&mut query),
            if_match: call::if_match(&parts.headers)?,
            way: Way::of(&parts.headers, bss.site()),
        };
        Ok(Self { call, query, body })
    }

    fn answer(
        self,
        work: impl FnOnce(&Call, Query, &[u8]) -> Result<Answer, Fault>,
    ) -> Response<Body> {
        let done = work(&self.call, self.query, &self.body);
        finished(done, &self.call)
    }

    /// Who calls, and for what.
    pub(super) const fn call(&self) -> &Call {
        &self.call
    }

    /// What else was said in the address.
    pub(super) const fn query(&self) -> &Query {
        &self.query
    }

    /// What is answered.
    pub(super) fn finish(&self, done: Result<Answer, Fault>) -> Response<Body> {
        finished(done, &self.call)
    }
}

fn finished(done: Result<Answer, Fault>, call: &Call) -> Response<Body> {
    match done {
        Ok(answer) => reply::response(answer),
        Err(fault) => problem::response(&fault.naming(call.named()), &call.request),
    }
}

pub(super) async fn blocking(
    asked: Asked,
    work: impl FnOnce(&Call, Query, &[u8]) -> Result<Answer, Fault> + Send + 'static,
) -> Response<Body> {
    let request_id = asked.call.request.clone();
    let done = tokio::task::spawn_blocking(move || asked.answer(work)).await;
    done.unwrap_or_else(|panic| {
        problem::response(&Fault::from(Error::internal(panic)), &request_id)
    })
}

fn permit(caller: &Caller, needs: Needs) -> Result<(), Error> {
    match needs {
        Needs::Nothing => Ok(()),
        Needs::Shelf if !caller.is_signed_in => {
            let may = caller.actor.may_at_all(Permission::OfferBrowse);
            if may { Ok(()) } else { Err(Error::Unauthenticated) }
        }
        Needs::Shelf => permit(caller, Needs::Permission(Permission::OfferBrowse)),
        Needs::SignIn | Needs::Permission(_) if !caller.is_signed_in => Err(Error::Unauthenticated),
        Needs::SignIn => Ok(()),
        Needs::Permission(permission) => {
            caller.actor.must_have_changed_password()?;
            let may = caller.actor.may_at_all(permission);
            if may { Ok(()) } else { Err(Error::Forbidden { permission }) }
        }
    }
}
