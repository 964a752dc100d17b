//! `/session` and `/sessions`: signing in and out, and who else is signed in as oneself; `/password`:
//! changing it, and replacing one that was lost.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work, write};
use super::wire::{List, NoQuery, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::id::UserId;
use crate::domain::operator::{self as domain, Actor, Permission, User};
use crate::services::operator::csrf_token;
use crate::services::password::{self, NewPassword};
use crate::services::session::{self, SignIn, SignedIn};
use crate::services::{Act, Bss, Cx, Error, billing_account, operator};

/// Where the session of the caller is.
const PATH: &str = "/api/v1/session";

pub(super) fn routes() -> Vec<Route> {
    let (reads, ends) = (Permission::SessionRead, Permission::SessionEnd);
    let (reads, ends) = (Needs::Permission(reads), Needs::Permission(ends));
    let open = Needs::Nothing;
    let much = ORDINARY_BYTES_MAX;
    vec![
        read("/session", Needs::SignIn, "Who is signed in", show),
        work(Method::POST, "/session", open, "Sign in", (much, sign_in)),
        write(Method::DELETE, "/session", Needs::SignIn, "Sign out", sign_out),
        read("/sessions", reads, "List open sessions", list),
        write(Method::DELETE, "/sessions/{id}", ends, "End a session", end),
        work(Method::POST, "/password", Needs::SignIn, "Change one's own password", (much, change)),
        work(
            Method::POST,
            "/password/renew",
            open,
            "Sign in with a password that must be changed, and change it",
            (much, renew),
        ),
        work(Method::POST, "/password/reset", open, "Ask for a link by mail", (much, ask_reset)),
        work(Method::POST, "/password/redeem", open, "Choose a password by link", (much, redeem)),
    ]
}

/// Who is signed in, and what it may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionShown {
    user: SessionUser,
    account: SessionAccount,
    /// Everything it may do to anything at all: what the UI shows doors for.
    permissions: Vec<&'static str>,
    /// Whether the password was given out to be used once, or has expired, and another must be chosen:
    /// until then nothing else is open.
    must_change_password: bool,
    /// What changes must send as `X-CSRF-Token`; nothing for programs with a token.
    csrf_token: Option<String>,
}

impl Wire for SessionShown {}

/// The user of a session.
#[derive(Debug, Serialize, ToSchema)]
struct SessionUser {
    id: String,
    name: String,
    email: String,
    roles: Vec<&'static str>,
    locale: Option<String>,
    zone: Option<String>,
}

/// The account of a session's user.
#[derive(Debug, Serialize, ToSchema)]
struct SessionAccount {
    id: String,
    name: String,
    /// `provider`, `reseller` or `customer`.
    kind: &'static str,
    /// In which currency it is billed where nothing else is said.
    currency: Option<String>,
    /// The IANA zone in which its days begin.
    zone: Option<String>,
}

impl SessionShown {
    fn of(cx: Cx<'_>, user: &User, actor: &Actor, secret: Option<&str>) -> Result<Self, Error> {
        let (account, profile) = (own_account(cx, user.id)?, user.profile());
        let billing = billing_account::of(cx, account.id)?;
        let billed = billing.iter().find(|it| it.is_default()).map(BillingAccount::terms);
        let all = Permission::ALL.iter().filter(|it| actor.may_at_all(**it));
        Ok(Self {
            user: SessionUser {
                id: user.id.to_string(),
                name: profile.name.display(),
                email: profile.email.to_string(),
                roles: user.roles().iter().map(|it| it.word()).collect(),
                locale: profile.locale.as_ref().map(ToString::to_string),
                zone: profile.zone.map(|it| it.to_string()),
            },
            account: SessionAccount {
                id: account.id.to_string(),
                name: account.profile().name.to_string(),
                kind: account.role().word(),
                currency: billed.map(|it| it.currency.to_string()),
                zone: billed.map(|it| it.zone.to_string()),
            },
            permissions: all.map(|it| it.name()).collect(),
            must_change_password: operator::must_change(cx, user)?,
            csrf_token: secret.map(csrf_token),
        })
    }
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<SessionShown>, Error> {
    let user = operator::oneself(cx)?;
    let secret = call.way.session.as_deref();
    Ok(Reply::ok(SessionShown::of(cx, &user, cx.actor, secret)?))
}

/// The account of a user, which members may not see otherwise.
fn own_account(cx: Cx<'_>, user: UserId) -> Result<Account, Error> {
    operator::account_of(cx, user)
}

/// The answer to somebody who has just come in.
pub(super) fn welcome(
    bss: &Bss,
    call: &Call,
    signed_in: &SignedIn,
) -> Result<Reply<SessionShown>, Error> {
    let shown = bss.read(&Actor::duty("session"), |cx| {
        let user: User = cx.get(signed_in.session.user())?;
        let actor = operator::signed_in(cx, &user)?;
        SessionShown::of(cx, &user, &actor, Some(&signed_in.secret))
    })?;
    Ok(Reply::created(PATH, shown).cookie(call.way.cookie(&signed_in.secret)))
}

/// Somebody who wants to come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSession {
    /// The mail address, or the other name to sign in with.
    email: String,
    password: String,
}

fn sign_in(bss: &Arc<Bss>, call: &Call, body: NewSession) -> Result<Reply<SessionShown>, Error> {
    let NewSession { email: login, password } = body;
    let agent = call.way.agent.clone();
    let signed_in = session::sign_in(bss, SignIn { login, password, agent })?;
    welcome(bss, call, &signed_in)
}

fn sign_out(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    if let Some(secret) = &call.way.session {
        session::sign_out(act, secret)?;
    }
    Ok(Reply::no_content().cookie(call.way.no_cookie()))
}

/// A sign-in that is still open.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    id: String,
    user: String,
    opened_at: String,
    seen_at: String,
    /// When it ends if nobody does anything.
    ends_at: String,
    /// What the browser calls itself.
    agent: Option<String>,
}

impl Wire for Session {}

impl From<&domain::Session> for Session {
    fn from(it: &domain::Session) -> Self {
        Self {
            id: it.id.to_string(),
            user: it.user().to_string(),
            opened_at: it.opened_at().to_string(),
            seen_at: it.seen_at().to_string(),
            ends_at: it.ends_at().to_string(),
            agent: it.agent().map(ToString::to_string),
        }
    }
}

/// A session as an event tells of it.
pub(super) fn told(it: &domain::Session) -> impl Wire + use<> {
    Session::from(it)
}

/// Which sessions are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionQuery {
    /// Whose.
    user: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: SessionQuery) -> Result<Reply<List<Session>>, Error> {
    let user = parse_optional("user", query.user.as_deref())?;
    let page = session::list(cx, user, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Session::from(&it))))
}

fn end(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    session::end(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

/// Another password for oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The one at present.
    present: String,
    /// The one from now on.
    password: String,
}

fn change(bss: &Arc<Bss>, call: &Call, body: PasswordChange) -> Result<Reply<SessionShown>, Error> {
    let user = bss.read(&call.actor, operator::oneself)?;
    let email = user.profile().email.to_string();
    let PasswordChange { present, password } = body;
    renew(bss, call, PasswordRenewal { email, present, password })
}

/// Somebody who has to choose another password before anything else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordRenewal {
    /// The mail address, or the other name to sign in with.
    email: String,
    /// The one at present.
    present: String,
    /// The one from now on.
    password: String,
}

fn renew(bss: &Arc<Bss>, call: &Call, body: PasswordRenewal) -> Result<Reply<SessionShown>, Error> {
    let PasswordRenewal { email: login, present, password } = body;
    let new = NewPassword::of_house(password.clone());
    password::change(bss, &login, &present, &new)?;
    // All sessions are over, and one begins anew.
    let agent = call.way.agent.clone();
    let signed_in = session::sign_in(bss, SignIn { login, password, agent })?;
    welcome(bss, call, &signed_in)
}

/// Somebody whose password is lost.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordReset {
    /// The mail address, or the other name to sign in with.
    email: String,
}

fn ask_reset(bss: &Arc<Bss>, _: &Call, body: PasswordReset) -> Result<Reply<Nothing>, Error> {
    password::ask_reset(bss, &body.email)?;
    Ok(Reply::no_content())
}

/// A password by way of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordRedeem {
    /// What the link carries.
    token: String,
    password: String,
}

fn redeem(bss: &Arc<Bss>, call: &Call, body: PasswordRedeem) -> Result<Reply<SessionShown>, Error> {
    let new = NewPassword::of_house(body.password);
    let signed_in = password::redeem(bss, &body.token, &new, call.way.agent.clone())?;
    welcome(bss, call, &signed_in)
}
