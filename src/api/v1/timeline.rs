//! `/timeline`, `/…/timeline`: what happened to all that the caller sees, an account and its things, a
//! subscription or an offer, in sentences that a person reads.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::entity::{self, Sides};
use super::event::{EventCause, EventSubject, changed_fields, subject};
use super::route::{Needs, Route, read_much};
use super::wire::{List, Money, NoQuery};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::event::{Fact, Verb};
use crate::domain::id::{Id, Kind, OfferId};
use crate::domain::operator::Permission;
use crate::domain::subscription::Subscription;
use crate::services::event::{self, About};
use crate::services::label::Labels;
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let accounts = Needs::Permission(Permission::AccountRead);
    let subscriptions = Needs::Permission(Permission::SubscriptionRead);
    let offers = Needs::Permission(Permission::CatalogRead);
    vec![
        read_much("/timeline", Needs::Permission(Permission::AuditRead), "What happened", all),
        read_much("/accounts/{id}/timeline", accounts, "What happened to an account", account),
        read_much(
            "/subscriptions/{id}/timeline",
            subscriptions,
            "What happened to a subscription",
            subscription,
        ),
        read_much("/offers/{id}/timeline", offers, "What happened to an offer", offer),
    ]
}

/// Something that happened, for people.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineEntry {
    sequence: u64,
    at: String,
    /// `invoice.issued`: for a symbol.
    name: String,
    /// `Invoice INV-2026-000001 was issued: 12.00 EUR`.
    text: String,
    /// What it happened to, for a link.
    subject: EventSubject,
    /// What the account is called whose the thing is, where all that happened is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// The offers that `text` names besides, by what they are called there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    offers: Vec<EventSubject>,
    /// How much it was about.
    amount: Option<Money>,
    cause: EventCause,
}

impl Wire for TimelineEntry {}

type Timeline = Result<Reply<List<TimelineEntry>>, Error>;

/// All that the caller sees, with whose each thing is.
fn all(cx: Cx<'_>, call: &Call, _: NoQuery) -> Timeline {
    let page = event::timeline(cx, About::All, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let account_name = it.owner.map(|id| labels.account(id)).transpose()?.flatten();
        Ok::<_, Error>(TimelineEntry { account_name, ..TimelineEntry::of(cx, &it)? })
    })?))
}

fn account(cx: Cx<'_>, call: &Call, _: NoQuery) -> Timeline {
    let it: Account = cx.get(call.id("id")?)?;
    told(cx, call, About::Owner(it.id))
}

fn subscription(cx: Cx<'_>, call: &Call, _: NoQuery) -> Timeline {
    let it: Subscription = cx.get(call.id("id")?)?;
    told(cx, call, About::Subject(it.id.subject()))
}

fn offer(cx: Cx<'_>, call: &Call, _: NoQuery) -> Timeline {
    let it: Offer = cx.get(call.id("id")?)?;
    told(cx, call, About::Subject(it.id.subject()))
}

fn told(cx: Cx<'_>, call: &Call, about: About) -> Timeline {
    let page = event::timeline(cx, about, &call.page)?;
    Ok(Reply::ok(List::each(page, |it| TimelineEntry::of(cx, &it))?))
}

impl TimelineEntry {
    fn of(cx: Cx<'_>, fact: &Fact) -> Result<Self, Error> {
        let mut sides = entity::sides(fact)?;
        let offers = name_offers(cx, &mut sides)?;
        let mut subject = subject(fact, &sides);
        if let Some(name) = event::subscription_name(cx, fact)? {
            subject.label = name;
        }
        let amount = amount(fact, &sides);
        Ok(Self {
            sequence: fact.sequence,
            at: fact.at.to_string(),
            name: fact.name(),
            text: sentence(fact, &sides, (&subject.label, amount.as_ref())),
            subject,
            account_name: None,
            offers,
            amount,
            cause: EventCause::of(cx, &fact.cause)?,
        })
    }
}

/// Says of another offer what it is called, as far as the caller may see it: nobody reads ids. Where one
/// has taken the place of the other, both are answered.
fn name_offers(cx: Cx<'_>, sides: &mut Sides) -> Result<Vec<EventSubject>, Error> {
    let (mut labels, mut named): (_, Vec<EventSubject>) = (Labels::new(cx), Vec::new());
    for side in [&mut sides.before, &mut sides.after].into_iter().flatten() {
        let Some(offer) = side.get_mut("offer") else { continue };
        let Some(id) = offer.as_str().and_then(|it| it.parse::<OfferId>().ok()) else { continue };
        if let Some(label) = labels.offer(id)? {
            *offer = Value::String(label.clone());
            named.push(EventSubject { kind: Kind::Offer.noun(), id: id.to_string(), label });
        }
    }
    let is_another = named.first().map(|it| &it.id) != named.last().map(|it| &it.id);
    Ok(if is_another { named } else { Vec::new() })
}

/// `Invoice INV-2026-000001 was issued: 12.00 EUR`.
fn sentence(fact: &Fact, sides: &Sides, (label, amount): (&str, Option<&Money>)) -> String {
    let kind = fact.subject.kind;
    let noun = kind.noun().replace('_', " ");
    let mut letters = noun.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    let noun: String = first.into_iter().chain(letters).collect();
    let phrase = phrase(kind, fact.verb);
    let mut text = format!("{noun} {label} {phrase}");
    let mut fields = if phrase == CHANGED { changed_fields(sides) } else { Vec::new() };
    if kind == Kind::Offer && fields == ["version"] {
        // Its prices are things of their own: all that shows of them on an offer is its version.
        fields = vec!["prices".to_owned()];
    }
    let why = if kind == Kind::Dunning { failed_because(fact, sides) } else { None };
    match amount {
        None if why.is_some() => text.push_str(&format!(": {}", why.unwrap_or_default())),
        Some(it) => text.push_str(&format!(": {} {}", it.amount.0, it.currency)),
        None if !fields.is_empty() => {
            let told: Vec<_> = fields.iter().map(|it| change(sides, it)).collect();
            text.push_str(&format!(": {}", told.join(", ")));
        }
        None => {}
    }
    text
}

/// Why the last step of a case that failed did.
fn failed_because<'a>(fact: &Fact, sides: &'a Sides) -> Option<&'a str> {
    let steps = sides.after.as_ref()?.get("steps")?.as_array()?.iter().rev();
    let failed = steps.filter(|it| it["outcome"] == "failed" && fact.verb == Verb::Failed);
    failed.filter_map(|it| it["trouble"].as_str()).next()
}

/// `quantity 10 → 15`; where a side is not short enough to be read in passing, the field alone.
fn change(sides: &Sides, field: &str) -> String {
    let name = field.replace('_', " ");
    let side = |it: &Option<Value>| it.as_ref().and_then(|it| brief(it.get(field)?));
    match (side(&sides.before), side(&sides.after)) {
        (Some(before), Some(after)) => format!("{name} {before} → {after}"),
        (None, _) | (_, None) => name,
    }
}

/// A word, a number, a day: shorter than an id.
fn brief(it: &Value) -> Option<String> {
    const CHARS_MAX: usize = 32;
    match it {
        Value::String(text) => Some(text.clone()).filter(|it| it.chars().count() <= CHARS_MAX),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What something was about: the sum of a document, what is left of it, what was paid.
fn amount(fact: &Fact, sides: &Sides) -> Option<Money> {
    let field = match fact.subject.kind {
        Kind::Invoice if matches!(fact.verb, Verb::PartlyPaid | Verb::Overdue) => "due",
        Kind::Invoice | Kind::CreditNote | Kind::Settlement => "gross",
        Kind::Payment if fact.verb == Verb::Changed => return None,
        Kind::Dunning if matches!(fact.verb, Verb::Completed | Verb::Failed) => return None,
        Kind::Dunning => "overdue",
        Kind::Payment | Kind::Refund => "amount",
        Kind::Account
        | Kind::Asset
        | Kind::AssetType
        | Kind::AttributeDefinition
        | Kind::BillingAccount
        | Kind::BillingRun
        | Kind::Bucket
        | Kind::Cart
        | Kind::Catalog
        | Kind::Category
        | Kind::Class
        | Kind::Coupon
        | Kind::Deposit
        | Kind::Discount
        | Kind::Document
        | Kind::Gateway
        | Kind::Letterhead
        | Kind::Listener
        | Kind::Mail
        | Kind::Meter
        | Kind::NotificationTemplate
        | Kind::Offer
        | Kind::Order
        | Kind::Party
        | Kind::PaymentMethod
        | Kind::PaymentPlan
        | Kind::Price
        | Kind::Promotion
        | Kind::Quote
        | Kind::Redemption
        | Kind::Resource
        | Kind::ResourceCategory
        | Kind::Review
        | Kind::Seat
        | Kind::ServiceTerms
        | Kind::Session
        | Kind::ShareModel
        | Kind::ShareRecord
        | Kind::Shipment
        | Kind::Sla
        | Kind::Specification
        | Kind::Subscription
        | Kind::Task
        | Kind::TaxCategory
        | Kind::TaxRule
        | Kind::TaxZone
        | Kind::Token
        | Kind::UsageRecord
        | Kind::User
        | Kind::ConsumerKey
        | Kind::DebitOrder
        | Kind::BankStatement => return None,
    };
    let side: &Value = sides.after.as_ref().or(sides.before.as_ref())?;
    serde_json::from_value(side.get(field)?.clone()).ok()
}

/// What is said where the fields that changed say more.
const CHANGED: &str = "was changed";

/// What happened, after the name of the thing.
const fn phrase(kind: Kind, verb: Verb) -> &'static str {
    match (kind, verb) {
        (Kind::Subscription, Verb::Created) => "was ordered",
        (Kind::Subscription, Verb::Activated) => "has begun",
        (Kind::Order, Verb::Created) => "was placed",
        (Kind::User, Verb::Created) => "was invited",
        (Kind::Payment, Verb::Returned) => "was sent back by the bank",
        (Kind::Payment, Verb::Changed) => "was used for an invoice",
        (Kind::Invoice, Verb::PartlyPaid) => "was paid in part; still due",
        (Kind::Dunning, Verb::Sent) => "sent a reminder; overdue",
        (Kind::Dunning, Verb::Issued) => "charged a late fee; overdue",
        (Kind::Dunning, Verb::Changed) => "goes on; overdue",
        (Kind::Dunning, Verb::Held) => "put the account on hold; overdue",
        (Kind::Dunning, Verb::Terminated) => "ended what is not paid; overdue",
        (Kind::Dunning, Verb::Started) => "has begun; overdue",
        (Kind::Dunning, Verb::Completed) => "is over: nothing is overdue",
        (_, Verb::Created) => "was created",
        (_, Verb::Changed) => CHANGED,
        (_, Verb::Removed) => "was removed",
        (_, Verb::Activated) => "is active",
        (_, Verb::Held) => "was put on hold",
        (_, Verb::Released) => "goes on",
        (_, Verb::Expired) => "has expired",
        (_, Verb::Renewed) => "was renewed",
        (_, Verb::Canceled) => "was canceled",
        (_, Verb::Terminated) => "has ended",
        (_, Verb::Launched) => "was launched",
        (_, Verb::Retired) => "was retired",
        (_, Verb::Rejected) => "was rejected",
        (_, Verb::Started) => "was begun",
        (_, Verb::Completed) => "is done",
        (_, Verb::Failed) => "has failed",
        (_, Verb::Issued) => "was issued",
        (_, Verb::PartlyPaid) => "was paid in part",
        (_, Verb::Paid) => "was paid",
        (_, Verb::Overdue) => "is overdue",
        (_, Verb::WrittenOff) => "was written off",
        (_, Verb::Received) => "was received",
        (_, Verb::Refunded) => "was given back",
        (_, Verb::Sent) => "was sent",
        (_, Verb::SignedIn) => "signed in",
        (_, Verb::Graced) => "is past its term and runs on for a while",
        (_, Verb::Destroyed) => "is gone for good",
        (_, Verb::Restored) => "was restored",
        (_, Verb::InformationRequired) => "waits for information",
        (_, Verb::Shipped) => "was shipped",
        (_, Verb::Delivered) => "was delivered",
        (_, Verb::Returned) => "came back",
        (_, Verb::Assigned) => "was assigned",
        (_, Verb::PartlyCompleted) => "is done in part",
        (_, Verb::Expiring) => "expires soon",
        (_, Verb::Disputed) => "is disputed",
        (_, Verb::Resolved) => "is not disputed any more",
        (_, Verb::FellAway) => "is not changed as was agreed on",
        (_, Verb::TrialExtended) => "may be tried for longer",
        (Kind::Asset, Verb::Upgraded) => "has a newer version",
        (_, Verb::Upgraded) => "is no longer on trial",
        (_, Verb::AssetUpgraded) => "has a newer version to download",
        (Kind::Payment, Verb::Announced) => "is going to be collected",
        (_, Verb::Announced) => "was announced",
        (_, Verb::RunningLow) => "has little left that was paid in",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_sentence_can_be_said_in_the_languages_of_the_ui() {
        let german = include_str!("../../../assets/ui/lang/de.json");
        let german: BTreeMap<String, Value> = serde_json::from_str(german).expect("a catalogue");
        for kind in Kind::ALL {
            for verb in Verb::ALL {
                let phrase = phrase(*kind, *verb);
                assert!(german.contains_key(phrase), "`{phrase}` of {}", kind.noun());
            }
        }
    }
}
