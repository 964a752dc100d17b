//! `/identity_providers`: who says here who somebody is, by OpenID Connect; and `/sign-in/external`, by
//! which one comes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{NoQuery, Whole, parse};
use crate::api::edge::auth;
use crate::api::edge::call::{Call, Way};
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::operator::Permission;
use crate::services::identity_provider::{self, NewProvider, Provider, Returned, SECONDS_MAX};
use crate::services::{Act, Bss, Cx, Error};

/// The cookie that a sign-in which has begun leaves with the browser.
const COOKIE: &str = "tillbox_sign_in";
/// Where somebody goes who came in.
const INSIDE: &str = "/ui/";
/// Where somebody goes who did not.
const REFUSED: &str = "/ui/sign-in?refused=external";

pub(super) fn routes() -> Vec<Route> {
    let runs = Needs::Permission(Permission::MaintenanceRun);
    let (all, one) = ("/identity_providers", "/identity_providers/{id}");
    vec![
        read(all, Needs::Nothing, "List identity providers", list),
        write(Method::PUT, all, runs, "Add or replace an identity provider", know),
        write(Method::DELETE, one, runs, "Remove an identity provider", forget),
    ]
}

/// An identity provider that one can sign in with.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityProvider {
    /// What it is called in addresses.
    code: String,
    name: String,
    /// The address of ours at which a sign-in begins.
    sign_in: String,
}

impl Wire for IdentityProvider {}

impl From<&Provider> for IdentityProvider {
    fn from(it: &Provider) -> Self {
        Self {
            code: it.code.to_string(),
            name: it.name.to_string(),
            sign_in: format!("/sign-in/external/{}", it.code),
        }
    }
}

fn list(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<Whole<IdentityProvider>>, Error> {
    let all = identity_provider::all(cx)?;
    Ok(Reply::ok(Whole::of(all.iter().map(IdentityProvider::from).collect())))
}

/// An identity provider to be known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewIdentityProvider {
    /// What it is called in addresses; one of the same code is replaced.
    code: String,
    /// What people read of it.
    name: String,
    /// Its address, as it names itself: `https://id.example.com`.
    issuer: String,
    /// As whom we speak to it.
    client_id: String,
    /// What proves that; it is kept sealed, and shown to nobody.
    client_secret: String,
    /// In which claim it says what somebody is; `roles` if nothing is said.
    roles_claim: Option<String>,
    /// What that means here: `operator`, `vendor_admin`, `customer_admin` or `member` for each word.
    #[serde(default)]
    roles: BTreeMap<String, String>,
    /// Whether the mail addresses that it says are people's own where it does not say `email_verified`.
    /// Nobody new is let in on an address that is not.
    #[serde(default)]
    proves_addresses: bool,
}

fn know(
    act: &mut Act<'_>,
    _: &Call,
    body: NewIdentityProvider,
) -> Result<Reply<IdentityProvider>, Error> {
    let new = NewProvider {
        code: parse("/code", &body.code)?,
        name: parse("/name", &body.name)?,
        issuer: parse("/issuer", &body.issuer)?,
        client: parse("/client_id", &body.client_id)?,
        secret: body.client_secret,
        roles_claim: parse("/roles_claim", body.roles_claim.as_deref().unwrap_or("roles"))?,
        roles: identity_provider::roles(&body.roles)?,
        proves_addresses: body.proves_addresses,
    };
    let it = identity_provider::know(act, new)?;
    Ok(Reply::ok(IdentityProvider::from(&it)))
}

fn forget(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    let code = call.path.get("id").map(String::as_str).unwrap_or_default();
    identity_provider::forget(act, code)?;
    Ok(Reply::no_content())
}

/// The paths that a browser follows.
pub(crate) fn router() -> Router<Arc<Bss>> {
    Router::new()
        .route("/sign-in/external/{code}", get(begin))
        .route("/sign-in/external/{code}/callback", get(finish))
}

/// The cookie of a sign-in, or what takes it away. A browser brings it along when the identity provider
/// sends it back, and to nobody else's pages.
fn cookie(way: &Way, value: &str, seconds: u32) -> String {
    let secure = if way.is_https { "; Secure" } else { "" };
    let path = "/sign-in/external";
    format!("{COOKIE}={value}; HttpOnly; SameSite=Lax; Path={path}; Max-Age={seconds}{secure}")
}

async fn begin(
    State(bss): State<Arc<Bss>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let way = Way::of(&headers, bss.site());
    let begun = tokio::task::spawn_blocking(move || identity_provider::begin(&bss, &code)).await;
    match begun.unwrap_or_else(|panic| Err(Error::internal(panic))) {
        Ok(begun) => to(&begun.address, &[cookie(&way, &begun.secret, SECONDS_MAX)]),
        Err(error) => sent_away(&error, &way),
    }
}

async fn finish(
    State(bss): State<Arc<Bss>>,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let way = Way::of(&headers, bss.site());
    let query = query.unwrap_or_default();
    let said = |name: &str| {
        let mut all = form_urlencoded::parse(query.as_bytes());
        all.find(|it| it.0 == name).map(|it| it.1.into_owned()).unwrap_or_default()
    };
    let returned = Returned {
        state: said("state"),
        code: said("code"),
        secret: auth::cookie(&headers, COOKIE).unwrap_or_default().to_owned(),
        agent: way.agent.clone(),
    };
    let done = move || identity_provider::finish(&bss, &code, returned);
    let done = tokio::task::spawn_blocking(done).await;
    match done.unwrap_or_else(|panic| Err(Error::internal(panic))) {
        Ok(signed_in) => to(INSIDE, &[way.cookie(&signed_in.secret), cookie(&way, "", 0)]),
        Err(error) => sent_away(&error, &way),
    }
}

fn sent_away(error: &Error, way: &Way) -> Response<Body> {
    tracing::warn!(why = %error, "nobody is let in by an identity provider");
    to(REFUSED, &[cookie(way, "", 0)])
}

/// Sends a browser to a page.
fn to(page: &str, cookies: &[String]) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    let page = HeaderValue::from_str(page).unwrap_or(HeaderValue::from_static(REFUSED));
    headers.insert(header::LOCATION, page);
    for it in cookies.iter().filter_map(|it| HeaderValue::from_str(it).ok()) {
        headers.append(header::SET_COOKIE, it);
    }
    response
}
