//! `/mails`: what was written to whom, and whether it went out.

use axum::http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, OwnedQuery};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::notification::{self as domain, Letter};
use crate::domain::operator::Permission;
use crate::services::{Act, Cx, Error, mail};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::MailRead);
    let writes = Needs::Permission(Permission::NotificationWrite);
    vec![
        read("/mails", reads, "List mails", list),
        read("/mails/{id}", reads, "Read a mail", show),
        write(Method::POST, "/mails/{id}/retry", writes, "Send a mail after all", retry),
    ]
}

/// A mail on its way or sent.
#[derive(Debug, Serialize, ToSchema)]
struct Mail {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// Whose business it is about.
    account: Option<String>,
    /// On what occasion it was written, as in `/notification_templates`.
    occasion: Option<&'static str>,
    /// The thing it is about.
    about: Option<String>,
    /// `queued`, `sent`, or `failed` if it is not tried any more.
    state: &'static str,
    to: String,
    recipient: Option<String>,
    subject: String,
    /// What it says; `null` in lists. Of a link that is for the reader alone the secret is left out.
    text: Option<String>,
    /// The same as HTML; `null` in lists.
    html: Option<String>,
    /// How often it was tried.
    attempts: u32,
    /// When it is tried next.
    next_attempt_at: Option<String>,
    /// What went wrong the last time.
    last_error: Option<String>,
}

impl Wire for Mail {}

impl From<&domain::Mail> for Mail {
    fn from(it: &domain::Mail) -> Self {
        let letter = it.letter();
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            account: it.stamp.owner.map(|it| it.to_string()),
            occasion: it.occasion.map(domain::Occasion::word),
            about: it.about.map(|it| it.to_string()),
            state: it.state().word(),
            to: letter.to.to_string(),
            recipient: letter.recipient.as_ref().map(ToString::to_string),
            subject: letter.subject.to_string(),
            text: None,
            html: None,
            attempts: it.attempts(),
            next_attempt_at: it.try_at().map(|it| it.to_string()),
            last_error: it.trouble().map(ToString::to_string),
        }
    }
}

impl Mail {
    fn whole(it: &domain::Mail) -> Self {
        let shown = |text: &str| text.replace(Letter::SECRET, "…");
        let letter = it.letter();
        let (text, html) = (Some(shown(&letter.text)), letter.html.as_deref().map(shown));
        Self { text, html, ..Self::from(it) }
    }
}

/// A mail as an event tells of it: not what it says.
pub(super) fn told(it: &domain::Mail) -> impl Wire + use<> {
    Mail::from(it)
}

fn list(cx: Cx<'_>, call: &Call, query: OwnedQuery) -> Result<Reply<List<Mail>>, Error> {
    let page = mail::list(cx, query.read()?, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Mail::from(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Mail>, Error> {
    let it: domain::Mail = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Mail::whole(&it)).tagged(it.stamp.revision))
}

fn retry(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Mail>, Error> {
    let it = mail::retry(act, call.id("id")?)?;
    Ok(Reply::ok(Mail::whole(&it)).tagged(it.stamp.revision))
}
