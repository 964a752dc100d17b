//! `OrderInfo`: what has become of an order, and which subscriptions it is about.
//!
//! Orders are no resources of the bus, but they are listed as such are: by filters, in orders and
//! stretches.

use serde_json::{Value, json};
use uuid::Uuid;

use super::anatomy::{Detail, show, time};
use super::bss_subscription_form::{ATTRIBUTE, show_attributes};
use super::kind::{About, Head, Kind, Listing, NO_RESOURCE, Status};
use super::lookup::{Finding, Lookup, uuids};
use super::operation::{Outcome, Said};
use super::order_request::{KINDS, REFUNDS};
use super::period::{PERIOD, period};
use super::property::{Field, Form, Property, Structure};
use super::term_condition::ACCEPTED;
use super::{amount, bss_subscription, list, pa_subscription};
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, Id, OrderId};
use crate::domain::operator::Permission;
use crate::domain::order as domain;
use crate::domain::order::item::Item;
use crate::domain::order::lifecycle::{ItemState, State};
use crate::domain::page::Page;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Cancellation, RefundTo};
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error, finding, order};

const STATUSES: &[&str] = &[
    "NEW",
    "WAITING",
    "ON_HOLD",
    "OPEN",
    "COMPLETED",
    "PARTIALLY_COMPLETED",
    "FAILED",
    "CANCELLED",
    "REJECTED",
];

const PROVISIONING: &[&str] = &["NOT_STARTED", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED"];

static RESOURCE: Structure = Structure {
    name: "OrderedResource",
    fields: &[
        Field::required("resourceId", Form::ResourceId),
        Field::required("amount", Form::NumberText),
    ],
};

static SUBSCRIPTION: Structure = Structure {
    name: "OrderSubscription",
    fields: &[
        Field::optional("subscriptionId", Form::ResourceId),
        Field::optional("paSubscriptionId", Form::ResourceId),
        Field::optional("planId", Form::ResourceId),
        Field::optional("period", Form::Structure(&PERIOD)),
        Field::optional("status", Form::Text),
        Field::required("provisioningStatus", Form::Words(PROVISIONING)),
        Field::required("resources", Form::List(&Form::Structure(&RESOURCE))),
        Field::optional("attributes", Form::List(&Form::Structure(&ATTRIBUTE))),
        Field::optional("message", Form::Text),
    ],
};

const SUBSCRIPTIONS: Form = Form::List(&Form::Structure(&SUBSCRIPTION));
const ACCEPTED_TERMS: Form = Form::List(&Form::Structure(&ACCEPTED));
const ATTRIBUTES: Form = Form::List(&Form::Structure(&ATTRIBUTE));

/// What has become of an order.
pub(super) static ORDER_INFO: Structure = Structure {
    name: "OrderInfo",
    fields: &[
        Field::required("orderId", Form::ResourceId),
        Field::required("orderNumber", Form::Text),
        Field::required("type", Form::Words(KINDS)),
        Field::required("status", Form::Words(STATUSES)),
        Field::required("provisioningStatus", Form::Words(PROVISIONING)),
        Field::required("accountId", Form::ResourceId),
        Field::required("creationDate", Form::Time),
        Field::optional("completionDate", Form::Time),
        Field::optional("reasonCode", Form::Text),
        Field::optional("comment", Form::Text),
        Field::optional("refundType", Form::Words(REFUNDS)),
        Field::optional("message", Form::Text),
        Field::optional("attributes", ATTRIBUTES),
        Field::optional("paymentMethodId", Form::ResourceId),
        Field::optional("acceptedTerms", ACCEPTED_TERMS),
        Field::required("subscriptions", SUBSCRIPTIONS),
    ],
};

type Says = Property<domain::Order>;

/// Orders as they are listed.
static KIND: Kind<domain::Order> = Kind {
    about: About {
        name: "OrderInfo",
        id: "http://www.odin.com/billing/order-management/1.7#OrderInfo",
        implements: &[],
        alias: None,
        number: NO_RESOURCE,
        reads: Permission::OrderRead,
    },
    head: |_, it| Ok(Head::of(it.id.uuid(), &it.stamp, Status::Ready)),
    find,
    list: page,
    finding: Finding::by(find, LOOKUPS)
        .counted(|cx, _| finding::count_with_own::<domain::Order>(cx)),
    properties: &[
        Says::of("orderId", Form::ResourceId, |it| json!(it.id.uuid())),
        Says::of("orderNumber", Form::Text, |it| json!(number(it))),
        Says::of("type", Form::Words(KINDS), |it| json!(kind(it.kind()).0)),
        Says::of("status", Form::Words(STATUSES), |it| json!(status(it.state()))),
        Says::of("provisioningStatus", Form::Words(PROVISIONING), |it| {
            json!(provisioning(it.state()))
        }),
        Says::of("accountId", Form::ResourceId, |it| json!(it.account().uuid())),
        Says::of("creationDate", Form::Time, |it| json!(time(it.ordered_at()))),
        Says::of("completionDate", Form::Time, |it| {
            it.completed_at().map_or(Value::Null, |it| json!(time(it)))
        }),
        Says::of("reasonCode", Form::Text, |it| {
            json!(cancellation(it).and_then(|it| it.reason.as_ref()).map(ToString::to_string))
        }),
        Says::of("comment", Form::Text, |it| {
            json!(cancellation(it).and_then(|it| it.comment.as_ref()).map(ToString::to_string))
        }),
        Says::of("refundType", Form::Words(REFUNDS), |it| {
            json!(cancellation(it).map(|it| refund(it.refund_to)))
        }),
        Says::of("message", Form::Text, |it| json!(it.reason().map(ToString::to_string))),
        Says::of("attributes", ATTRIBUTES, |it| show_attributes(&it.request.attributes)),
        Says::of("paymentMethodId", Form::ResourceId, |it| {
            json!(it.request.payment_method.map(Id::uuid))
        }),
        Says::of("acceptedTerms", ACCEPTED_TERMS, accepted),
        Says::looked_up("subscriptions", SUBSCRIPTIONS, subscriptions),
    ],
    relations: &[],
    operations: &[],
    create: None,
    update: None,
    delete: None,
};

/// The terms of use that were accepted with an order; nothing if none were.
fn accepted(it: &domain::Order) -> Value {
    let all = it.request.accepted.iter();
    let all: Vec<_> = all
        .map(|it| json!({ "planId": it.offer.uuid(), "version": it.version.as_str() }))
        .collect();
    if all.is_empty() { Value::Null } else { Value::Array(all) }
}

const LOOKUPS: &[Lookup] = &[
    Lookup::few("orderId", |_, id| Ok(Uuid::try_parse(id).into_iter().collect())),
    Lookup::few("orderNumber", |cx, said| {
        let digits = said.trim_start_matches(|it: char| it.is_ascii_alphabetic());
        match digits.parse() {
            Ok(number) => Ok(uuids(finding::by_number::<domain::Order>(cx, number)?)),
            Err(_) => Ok(Vec::new()),
        }
    })
    .liked(|cx, names| {
        // Which of the letters it begins with stands in the order itself.
        let is_like = |number: u64| {
            PREFIXES.iter().any(|it| (names.accepts)(&format!("{}{number:06}", it.to_lowercase())))
        };
        Ok(uuids(finding::by_numbers::<domain::Order>(cx, is_like)?))
    }),
    Lookup::few("accountId", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => Ok(uuids(finding::by_owner::<domain::Order>(cx, AccountId::from_uuid(id))?)),
        Err(_) => Ok(Vec::new()),
    }),
];

fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<domain::Order>, Error> {
    cx.find(OrderId::from_uuid(id))
}

fn page(cx: Cx<'_>, listing: &Listing) -> Result<Page<domain::Order>, Error> {
    order::list_with_own(cx, &listing.page)
}

/// What numbers of orders begin with.
const PREFIXES: &[&str] = &["SO", "CH", "RN", "CL"];

/// The words for what an order does: the type, and what its number begins with.
pub(super) const fn kind(it: domain::Kind) -> (&'static str, &'static str) {
    match it {
        domain::Kind::Sales => ("SALES", "SO"),
        domain::Kind::Change => ("CHANGE", "CH"),
        domain::Kind::Renewal => ("RENEWAL", "RN"),
        domain::Kind::Cancellation => ("CANCELLATION", "CL"),
    }
}

/// What people call an order: `SO000012`.
fn number(it: &domain::Order) -> String {
    format!("{}{:06}", kind(it.kind()).1, it.stamp.number)
}

const fn status(it: State) -> &'static str {
    match it {
        State::Acknowledged => "NEW",
        State::Pending => "WAITING",
        State::Held => "ON_HOLD",
        State::InProgress | State::AssessingCancellation | State::PendingCancellation => "OPEN",
        State::Completed => "COMPLETED",
        State::Partial => "PARTIALLY_COMPLETED",
        State::Failed => "FAILED",
        State::Canceled => "CANCELLED",
        State::Rejected => "REJECTED",
    }
}

const fn provisioning(it: State) -> &'static str {
    match it {
        State::Acknowledged | State::Pending | State::Held => "NOT_STARTED",
        State::InProgress | State::AssessingCancellation | State::PendingCancellation => {
            "IN_PROGRESS"
        }
        State::Completed => "COMPLETED",
        State::Partial | State::Failed => "FAILED",
        State::Canceled | State::Rejected => "CANCELLED",
    }
}

const fn provisioning_of_item(it: ItemState) -> &'static str {
    match it {
        ItemState::Acknowledged | ItemState::Pending | ItemState::Held => "NOT_STARTED",
        ItemState::InProgress => "IN_PROGRESS",
        ItemState::Completed => "COMPLETED",
        ItemState::Failed => "FAILED",
        ItemState::Canceled | ItemState::Rejected => "CANCELLED",
    }
}

/// Why and how a subscription is called off, of an order that does so.
fn cancellation(it: &domain::Order) -> Option<&Cancellation> {
    it.items().iter().find_map(|it| it.cancellation.as_ref())
}

const fn refund(to: RefundTo) -> Option<&'static str> {
    match to {
        RefundTo::Balance => Some("CREDIT_MEMO"),
        RefundTo::Method | RefundTo::Return => Some("REFUND"),
        RefundTo::Nowhere => None,
    }
}

/// The subscriptions that an order has made or is about.
fn subscriptions(cx: Cx<'_>, it: &domain::Order) -> Result<Value, Error> {
    let all: Result<Vec<_>, Error> = it.items().iter().map(|it| of_item(cx, it)).collect();
    Ok(Value::Array(all?))
}

fn of_item(cx: Cx<'_>, it: &Item) -> Result<Value, Error> {
    let resources = it.wish.resources.iter().map(
        |(id, wanted)| json!({ "resourceId": id.uuid(), "amount": amount::quantity(*wanted) }),
    );
    let mut shown = json!({
        "provisioningStatus": provisioning_of_item(it.state()),
        "resources": resources.collect::<Vec<_>>(),
    });
    let mut say = |name: &str, value: Value| {
        if !value.is_null() {
            shown[name] = value;
        }
    };
    let found = it.subscription.map(|id| cx.find::<Subscription>(id)).transpose()?.flatten();
    if let Some(found) = &found {
        say("subscriptionId", json!(found.id.uuid()));
        say("paSubscriptionId", json!(pa_subscription::id_of(cx, found)?));
        say("status", json!(bss_subscription::status(found.state())));
    }
    // What was ordered stays what it was, wherever its subscription has gone since.
    if let Some(plan) = it.wish.offer.or_else(|| found.map(|it| it.deal().offer)) {
        say("planId", json!(plan.uuid()));
        say("period", length(it, cx.shared::<Offer>(plan)?.as_deref()));
    }
    say("attributes", show_attributes(&it.attributes));
    say("message", json!(it.failure().map(ToString::to_string)));
    Ok(shown)
}

/// How long the term that is ordered lasts.
fn length(it: &Item, plan: Option<&Offer>) -> Value {
    let named =
        it.wish.term.as_ref().zip(plan).and_then(|(key, plan)| {
            plan.content.terms.iter().find(|term| term.key == *key)?.length
        });
    named.map_or(Value::Null, period)
}

/// `orderInfo`.
pub(super) fn one(cx: Cx<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let it: domain::Order = cx.get(OrderId::from_uuid(said.id("orderId")?))?;
    show(cx, &*KIND.thing(it), Detail::Listed, None).map(Some)
}

/// `listOrders`.
pub(super) fn list(cx: Cx<'_>, (): &(), said: &Said) -> Result<Answer, Error> {
    list::of_kind(cx, &KIND, &said.query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_an_order_is_what_its_structure_says() {
        let told: Vec<_> = KIND.properties.iter().map(|it| it.about.name).collect();
        let said: Vec<_> = ORDER_INFO.fields.iter().map(|it| it.name).collect();
        assert_eq!(told, said);
    }
}
