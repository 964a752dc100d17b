//! `/notification_templates`: what mails say, on which occasion, in which language.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work, write};
use super::wire::{NoQuery, Whole, parse, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::listener::EventPattern;
use crate::domain::localized::Localized;
use crate::domain::notification::{self as domain, MailText, Recipient};
use crate::domain::operator::Permission;
use crate::domain::text::Locale;
use crate::services::notification::{self, Preview};
use crate::services::{Act, Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::NotificationRead);
    let writes = Needs::Permission(Permission::NotificationWrite);
    vec![
        read("/notification_templates", reads, "List the templates of mails", list),
        read("/notification_templates/{id}", reads, "Read the template of a mail", show),
        write(
            Method::PATCH,
            "/notification_templates/{id}",
            writes,
            "Change what a mail says",
            revise,
        ),
        work(
            Method::POST,
            "/notification_templates/{id}/preview",
            reads,
            "Show what a mail would be",
            (ORDINARY_BYTES_MAX, preview),
        ),
    ]
}

/// What a seller says on an occasion.
#[derive(Debug, Serialize, ToSchema)]
struct NotificationTemplate {
    id: String,
    /// 0 while it is that of the house.
    revision: u32,
    /// `invoice_issued`, `welcome`, …
    occasion: &'static str,
    /// The event that fires it.
    event: String,
    /// Whom it is written to: `person`, or the person of the account for `billing`, …
    recipient: String,
    /// `on` or `off`.
    firing: &'static str,
    /// What it says, by language, with places for values in the manner of Jinja:
    /// `{{ invoice.number }}`.
    texts: BTreeMap<String, NotificationText>,
}

impl Wire for NotificationTemplate {}

/// What a mail says, with places for values.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotificationText {
    subject: String,
    text: String,
    /// The same as HTML; it may extend `layout.html` and import from `parts.html`.
    html: Option<String>,
}

impl From<&MailText> for NotificationText {
    fn from(it: &MailText) -> Self {
        Self {
            subject: it.subject.to_string(),
            text: it.text.to_string(),
            html: it.html.as_ref().map(ToString::to_string),
        }
    }
}

impl NotificationText {
    fn read(&self, at: &str) -> Result<MailText, Invalid> {
        Ok(MailText {
            subject: parse(&format!("{at}/subject"), &self.subject)?,
            text: parse(&format!("{at}/text"), &self.text)?,
            html: parse_optional(&format!("{at}/html"), self.html.as_deref())?,
        })
    }
}

impl From<&domain::NotificationTemplate> for NotificationTemplate {
    fn from(it: &domain::NotificationTemplate) -> Self {
        let recipient = match it.occasion.recipient() {
            Recipient::Person => "person".to_owned(),
            Recipient::FormerAddress => "former_address".to_owned(),
            Recipient::Contact(matter) => matter.to_string(),
            Recipient::Seller(matter) => format!("seller_{matter}"),
        };
        let event: EventPattern = it.occasion.event();
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            occasion: it.occasion.word(),
            event: event.to_string(),
            recipient,
            firing: it.firing.word(),
            texts: it.text.iter().map(|it| (it.0.to_string(), it.1.into())).collect(),
        }
    }
}

/// A template as an event tells of it.
pub(super) fn told(it: &domain::NotificationTemplate) -> impl Wire + use<> {
    NotificationTemplate::from(it)
}

/// Whose templates are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotificationTemplateQuery {
    /// The account that sells; the caller's own if nothing is said.
    seller: Option<String>,
}

fn list(
    cx: Cx<'_>,
    _: &Call,
    query: NotificationTemplateQuery,
) -> Result<Reply<Whole<NotificationTemplate>>, Error> {
    let seller = parse_optional("seller", query.seller.as_deref())?;
    let all = notification::list(cx, seller)?;
    Ok(Reply::ok(Whole::of(all.iter().map(NotificationTemplate::from).collect())))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<NotificationTemplate>, Error> {
    let it = notification::get(cx, call.id("id")?)?;
    Ok(Reply::ok(NotificationTemplate::from(&it)).tagged(it.stamp.revision))
}

/// What is to be said instead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotificationTemplatePatch {
    /// `on` or `off`.
    firing: Option<String>,
    /// The languages that change; the others stay.
    #[serde(default)]
    texts: BTreeMap<String, NotificationText>,
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    body: NotificationTemplatePatch,
) -> Result<Reply<NotificationTemplate>, Error> {
    let it = notification::revise(act, call.id("id")?, call.if_match, |it| {
        let mut text: Localized<MailText> = it.text;
        for (locale, said) in &body.texts {
            let at = format!("/texts/{locale}");
            text = text.with(parse(&at, locale)?, said.read(&at)?);
        }
        let firing = parse_optional("/firing", body.firing.as_deref())?.unwrap_or(it.firing);
        Ok(domain::NotificationTemplate { text, firing, ..it })
    })?;
    Ok(Reply::ok(NotificationTemplate::from(&it)).tagged(it.stamp.revision))
}

/// What is to be shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotificationPreviewBody {
    /// For a reader of which language; English if nothing is said.
    locale: Option<String>,
    /// From which event, by its `sequence`; with made-up values if nothing is said.
    event: Option<u64>,
    /// With which text; that of the template if nothing is said.
    text: Option<NotificationText>,
}

/// A mail that is not sent.
#[derive(Debug, Serialize, ToSchema)]
struct NotificationPreview {
    subject: String,
    text: String,
    html: Option<String>,
}

impl Wire for NotificationPreview {}

fn preview(
    bss: &Arc<Bss>,
    call: &Call,
    body: NotificationPreviewBody,
) -> Result<Reply<NotificationPreview>, Error> {
    let locale: Option<Locale> = parse_optional("/locale", body.locale.as_deref())?;
    let wanted = Preview {
        locale: locale.unwrap_or_else(|| "en".parse().expect("the word is a locale")),
        event: body.event,
        text: body.text.map(|it| it.read("/text")).transpose()?,
    };
    let id = call.id("id")?;
    let parts = bss.read(&call.actor, |cx| notification::preview(bss, cx, id, &wanted))?;
    let html = Some(parts.html).filter(|it| !it.is_empty());
    Ok(Reply::ok(NotificationPreview { subject: parts.subject, text: parts.text, html }))
}
