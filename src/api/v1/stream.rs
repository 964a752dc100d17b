//! Routes over which files come and go: those that are made when somebody asks, and those that are kept as
//! they came, however large.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response};
use axum::routing::{MethodFilter, on};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::form::Form;
use super::problem;
use super::route::{ANYTHING, Asked, Guard, Needs, Route, Rules, blocking};
use super::wire::NoQuery;
use crate::api::edge::call::{Call, Paging};
use crate::api::edge::fault::Fault;
use crate::api::edge::query::Query;
use crate::api::edge::reply::{self, File, Reply, Wire};
use crate::services::{Bss, Error};

/// A handler that makes a file.
pub(super) type Makes = fn(&Bss, &Call) -> Result<File, Error>;
/// What comes of something that takes its time.
pub(super) type Coming<T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send>>;
/// A handler that takes a file in.
pub(super) type Takes<T> = fn(Arc<Bss>, Call, Query, Body) -> Coming<Reply<T>>;
/// A handler that gives a file out.
pub(super) type Gives<Q> = fn(&Arc<Bss>, &Call, Q, &HeaderMap) -> Result<Response<Body>, Fault>;

/// A route that makes a file, of which something is read first; on the blocking pool.
pub(super) fn file(
    path: &'static str,
    needs: Needs,
    (media, summary): (&'static str, &'static str),
    handler: Makes,
) -> Route {
    file_of(path, needs, (media, summary), move |bss, call, _: NoQuery| handler(bss, call))
}

/// The same with something said of which.
pub(super) fn file_of<Q: DeserializeOwned + ToSchema + Send + 'static>(
    path: &'static str,
    needs: Needs,
    (media, summary): (&'static str, &'static str),
    handler: impl Fn(&Bss, &Call, Q) -> Result<File, Error> + Clone + Send + Sync + 'static,
) -> Route {
    let rules = Rules::giving(needs, media);
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        blocking(asked, move |call, query, _| {
            Ok(reply::file(media, handler(&bss, call, query.into::<Q>()?)?))
        })
        .await
    };
    let serve = on(MethodFilter::GET, serve);
    let (method, guard, paging) = (Method::GET, Guard::Nothing, Paging::Nothing);
    let (takes, query, gives, media) = (None, Form::of::<Q>(), None, Some(media));
    Route { method, path, needs, summary, guard, paging, takes, query, gives, media, serve }
}

/// A route that takes a file in, of any sort, as its body.
pub(super) fn upload<Q, T>(
    path: &'static str,
    needs: Needs,
    summary: &'static str,
    handler: Takes<T>,
) -> Route
where
    Q: DeserializeOwned + ToSchema + Send + 'static,
    T: Wire + ToSchema + 'static,
{
    let rules = Rules::reading::<T>(needs);
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let (parts, body) = request.into_parts();
        let asked = match Asked::of(&bss, Request::from_parts(parts, Body::empty()), &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        let (call, query) = (asked.call().clone(), asked.query().clone());
        let done = handler(bss, call, query, body).await;
        let fields = asked.call().fields.as_deref();
        asked.finish(done.map(|it| it.answer(fields)))
    };
    let (method, guard, paging) = (Method::PUT, Guard::Nothing, Paging::Nothing);
    let (query, gives) = (Form::of::<Q>(), Form::of::<T>());
    let serve = on(MethodFilter::PUT, serve);
    let (takes, media) = (None, None);
    Route { method, path, needs, summary, guard, paging, takes, query, gives, media, serve }
}

/// A route that gives a file out, or a part of it, or a list part by part.
pub(super) fn download<Q>(
    path: &'static str,
    needs: Needs,
    (media, summary): (&'static str, &'static str),
    handler: Gives<Q>,
) -> Route
where
    Q: DeserializeOwned + ToSchema + Send + 'static,
{
    let rules = Rules::giving(needs, media);
    let serve = move |State(bss): State<Arc<Bss>>, request: Request| async move {
        let headers = request.headers().clone();
        let asked = match Asked::of(&bss, request, &rules).await {
            Ok(asked) => asked,
            Err(refusal) => return *refusal,
        };
        let request_id = asked.call().request.clone();
        // Whether somebody may have it is asked of all that it bought.
        let given = tokio::task::spawn_blocking(move || {
            let query = asked.query().clone().into::<Q>();
            let done = query.and_then(|query| handler(&bss, asked.call(), query, &headers));
            done.unwrap_or_else(|fault| problem::response(&fault, &asked.call().request))
        });
        let failed = |panic| problem::response(&Fault::from(Error::internal(panic)), &request_id);
        given.await.unwrap_or_else(failed)
    };
    let (method, guard, paging) = (Method::GET, Guard::Nothing, Paging::Nothing);
    let serve = on(MethodFilter::GET, serve);
    let (takes, query, gives) = (None, Form::of::<Q>(), None);
    let media = Some(if media == ANYTHING { "application/octet-stream" } else { media });
    Route { method, path, needs, summary, guard, paging, takes, query, gives, media, serve }
}
