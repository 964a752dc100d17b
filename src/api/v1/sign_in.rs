//! `/sign-in`: the plain HTML form, for browsers that run no scripts.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::post;

use crate::api::edge::body;
use crate::api::edge::call::Way;
use crate::api::edge::origin::is_from_here;
use crate::domain::error::{Code, Rejection};
use crate::services::password::{self, NewPassword};
use crate::services::session::{self, SignIn, SignedIn};
use crate::services::{Bss, Error};

/// More than this is no mail address and password.
const BYTES_MAX: usize = 4096;
/// Where somebody goes who came in.
const INSIDE: &str = "/ui/";
/// What of the form's address says where somebody wants to go.
const NEXT: &str = "next";
/// Where somebody goes who did not, with why.
const REFUSED: &str = "/ui/sign-in?refused=1";
const LATER: &str = "/ui/sign-in?refused=later";
const CHANGE: &str = "/ui/sign-in?refused=change";
const WEAK: &str = "/ui/sign-in?refused=weak";
const ELSEWHERE: &str = "/ui/sign-in?refused=elsewhere";

/// The path that the form posts to.
pub(crate) fn router() -> Router<Arc<Bss>> {
    Router::new().route("/sign-in", post(sign_in))
}

async fn sign_in(State(bss): State<Arc<Bss>>, request: Request) -> Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let way = Way::of(&parts.headers, bss.site());
    // Otherwise somebody could sign a reader in as somebody else, who then reads along.
    if !is_from_here(&parts.headers, bss.site()) {
        return to(ELSEWHERE, None);
    }
    let wanted = wanted(&parts.headers);
    let refused = |page: &str| match &wanted {
        Some(it) => to(&format!("{page}&{}", query_of(it)), None),
        None => to(page, None),
    };
    let Ok(bytes) = body::bytes(body, BYTES_MAX).await else { return refused(REFUSED) };
    let field = |name: &str| {
        let mut fields = form_urlencoded::parse(&bytes);
        fields.find(|it| it.0 == name).map(|it| it.1.into_owned()).unwrap_or_default()
    };
    let said = (field("email"), field("password"), field("new"));
    let agent = way.agent.clone();
    let done = tokio::task::spawn_blocking(move || come_in(&bss, said, agent)).await;
    match done.unwrap_or_else(|panic| Err(Error::internal(panic))) {
        Ok(signed_in) => {
            let inside = wanted.as_deref().unwrap_or(INSIDE);
            to(inside, Some(&way.cookie(&signed_in.secret)))
        }
        Err(error) => refused(page_of(&error)),
    }
}

/// The page of ours for which somebody came to the form: the address of the form says it.
fn wanted(headers: &HeaderMap) -> Option<String> {
    let form = headers.get(header::REFERER)?.to_str().ok()?;
    let (_, query) = form.split_once('?')?;
    let next = form_urlencoded::parse(query.as_bytes()).find(|it| it.0 == NEXT)?.1.into_owned();
    let is_ours = next.starts_with(INSIDE) && HeaderValue::from_str(&next).is_ok();
    is_ours.then_some(next)
}

/// How the address of the form says it.
fn query_of(wanted: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(NEXT, wanted).finish()
}

/// Opens a session, with another password if one was chosen.
fn come_in(
    bss: &Bss,
    (login, present, new): (String, String, String),
    agent: Option<String>,
) -> Result<SignedIn, Error> {
    if new.is_empty() {
        let signed_in = session::sign_in(bss, SignIn { login, password: present, agent })?;
        // It would open nothing: the page without scripts asks for another as the other one does.
        return match session::must_change(bss, &signed_in)? {
            true => Err(Rejection::new(Code::PasswordMustChange, "it opens nothing else").into()),
            false => Ok(signed_in),
        };
    }
    password::change(bss, &login, &present, &NewPassword::of_house(new.clone()))?;
    session::sign_in(bss, SignIn { login, password: new, agent })
}

/// The page that says why somebody did not come in.
const fn page_of(error: &Error) -> &'static str {
    match error {
        Error::Rejected(it) if matches!(it.code, Code::PasswordMustChange) => CHANGE,
        Error::Rejected(it) if matches!(it.code, Code::WeakPassword) => WEAK,
        Error::Busy | Error::Full | Error::Internal(_) => LATER,
        Error::Rejected(_)
        | Error::Invalid(_)
        | Error::NotFound { .. }
        | Error::Forbidden { .. }
        | Error::Unauthenticated
        | Error::Stale { .. }
        | Error::KeyReused => REFUSED,
    }
}

/// Sends a browser to a page.
fn to(page: &str, cookie: Option<&str>) -> Response<axum::body::Body> {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    let page = HeaderValue::from_str(page).unwrap_or(HeaderValue::from_static(INSIDE));
    headers.insert(header::LOCATION, page);
    if let Some(cookie) = cookie.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}
