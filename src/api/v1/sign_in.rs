//! `/sign-in`: the plain HTML form, for browsers that run no scripts.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::post;

use crate::api::edge::body;
use crate::api::edge::call::Way;
use crate::services::Bss;
use crate::services::session::{self, SignIn};

/// More than this is no mail address and password.
const BYTES_MAX: usize = 4096;
/// Where somebody goes who came in.
const INSIDE: &str = "/ui/";
/// Where somebody goes who did not.
const REFUSED: &str = "/ui/sign-in?refused=1";

/// The path that the form posts to.
pub(crate) fn router() -> Router<Arc<Bss>> {
    Router::new().route("/sign-in", post(sign_in))
}

async fn sign_in(State(bss): State<Arc<Bss>>, request: Request) -> Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let way = Way::of(&parts.headers, bss.site());
    let Ok(bytes) = body::bytes(body, BYTES_MAX).await else { return to(REFUSED, None) };
    if !is_from_here(&parts.headers) {
        return to(REFUSED, None);
    }
    let field = |name: &str| {
        let mut fields = form_urlencoded::parse(&bytes);
        fields.find(|it| it.0 == name).map(|it| it.1.into_owned()).unwrap_or_default()
    };
    let (login, password) = (field("email"), field("password"));
    let command = SignIn { login, password, agent: way.agent.clone() };
    let done = tokio::task::spawn_blocking(move || session::sign_in(&bss, command)).await;
    match done {
        Ok(Ok(signed_in)) => to(INSIDE, Some(&way.cookie(&signed_in.secret))),
        Ok(Err(_)) | Err(_) => to(REFUSED, None),
    }
}

/// Whether the form was on a page of ours: otherwise somebody could sign a reader in as somebody
/// else, who then reads along.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|it: &HeaderValue| it.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|it| it.1.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    }
}

/// Sends a browser to a page.
fn to(page: &'static str, cookie: Option<&str>) -> Response<axum::body::Body> {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static(page));
    if let Some(cookie) = cookie.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}
