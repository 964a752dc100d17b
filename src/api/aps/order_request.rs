//! `OrderRequest`: what is ordered, as the bus says it and as we do.
//!
//! What is said of it is held against the form here, and against the business by who places it; a
//! refusal names the place in the request, whatever we call it. A trial stands at the beginning of a
//! subscription alone, so that only `SALES` may ask for one.
//!
//! | `type` | items |
//! |---|---|
//! | `SALES` | an add for each of `products` |
//! | `CHANGE` | a modify of `subscriptionId`: `amount` is what there is to be in all, `amountChange` how much more or less; `planId` and `period` lead to what `planPeriodSwitches` lists, a plan alone to the period of it that is as long as the present one |
//! | `RENEWAL` | a renew of `subscriptionId`, for another `period` if one is named |
//! | `CANCELLATION` | a delete of `subscriptionId` |

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::bss_subscription_form::{ATTRIBUTE, read_attributes};
use super::period::{PERIOD, read_period};
use super::property::{Field, Form, Structure};
use super::term_condition::{self, ACCEPTED};
use super::{order_info, pa_subscription, wire};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::term::{Term, Trial};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, OfferId, PaymentMethodId, ResourceId, SubscriptionId};
use crate::domain::order::item::{Action, Item, Parent, Wish};
use crate::domain::order::{Kind, PlaceOrder, Request};
use crate::domain::quantity::{self, Quantity};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Cancellation, RefundTo};
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::Code;
use crate::services::{Cx, Error, offer, order, subscription};

/// Why a subscription is called off: the code, and what it means.
pub(super) const CANCELLATION_REASONS: &[(&str, &str)] = &[
    ("CUSTOMER_REQUEST", "The customer asked for it"),
    ("NOT_PAID", "The customer does not pay"),
    ("FRAUD", "The order or the payment was a fraud"),
    ("NOT_SATISFIED", "The customer is not satisfied with the service"),
    ("ORDERED_BY_MISTAKE", "It was ordered by mistake"),
    ("REPLACED", "Another subscription takes its place"),
    ("TEST", "It was for a test"),
    ("OTHER", "For another reason"),
];

/// The types of orders.
pub(super) const KINDS: &[&str] = &["SALES", "CHANGE", "RENEWAL", "CANCELLATION"];

/// Where money goes that is paid back: to the balance, or to where it came from.
pub(super) const REFUNDS: &[&str] = &["CREDIT_MEMO", "REFUND"];

static RESOURCE: Structure = Structure {
    name: "OrderResource",
    fields: &[
        Field::required("resourceId", Form::ResourceId),
        // Numbers, or texts as BSS types have them.
        Field::optional("amount", Form::Any),
        Field::optional("amountChange", Form::Any),
    ],
};

static PRODUCT: Structure = Structure {
    name: "OrderProduct",
    fields: &[
        Field::required("planId", Form::ResourceId),
        Field::optional("period", Form::Structure(&PERIOD)),
        Field::optional("trial", Form::Flag),
        Field::optional("resources", Form::List(&Form::Structure(&RESOURCE))),
        Field::optional("parentSubscriptionId", Form::ResourceId),
        Field::optional("subscriptionName", Form::Text),
        Field::optional("attributes", Form::List(&Form::Structure(&ATTRIBUTE))),
    ],
};

/// What is ordered.
pub(super) static ORDER_REQUEST: Structure = Structure {
    name: "OrderRequest",
    fields: &[
        Field::required("type", Form::Words(KINDS)),
        Field::optional("accountId", Form::ResourceId),
        Field::optional("products", Form::List(&Form::Structure(&PRODUCT))),
        Field::optional("subscriptionId", Form::ResourceId),
        Field::optional("planId", Form::ResourceId),
        Field::optional("period", Form::Structure(&PERIOD)),
        Field::optional("resources", Form::List(&Form::Structure(&RESOURCE))),
        Field::optional("reasonCode", Form::Text),
        Field::optional("comment", Form::Text),
        Field::optional("refundType", Form::Words(REFUNDS)),
        Field::optional("attributes", Form::List(&Form::Structure(&ATTRIBUTE))),
        Field::optional("paymentMethodId", Form::ResourceId),
        Field::optional("acceptedTerms", Form::List(&Form::Structure(&ACCEPTED))),
    ],
};

/// An order as it was asked for.
pub(super) struct Wanted {
    pub(super) placed: PlaceOrder,
    pub(super) names: Names,
}

/// How refusals name the places of an order in the words of the request: the end of a pointer that is
/// not known is kept below what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// The names in an order of a type whose items name these resources.
    fn of(kind: Kind, resources: &[Vec<ResourceId>]) -> Self {
        let plain = [
            ("/account", "/accountId"),
            ("/payment_method", "/paymentMethodId"),
            ("/accepted_terms", "/acceptedTerms"),
        ];
        let mut names: BTreeMap<_, _> =
            plain.into_iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        for (place, resources) in resources.iter().enumerate() {
            let ours = format!("/items/{place}");
            let theirs = match kind {
                Kind::Sales => format!("/products/{place}"),
                Kind::Change | Kind::Renewal | Kind::Cancellation => String::new(),
            };
            names.extend(resources.iter().enumerate().map(|(at, id)| {
                (format!("{ours}/resources/{id}"), format!("{theirs}/resources/{at}/amount"))
            }));
            for (field, named) in [
                ("/offer", "/planId"),
                ("/term", "/period"),
                ("/subscription", "/subscriptionId"),
                ("/parent", "/parentSubscriptionId"),
            ] {
                names.insert(format!("{ours}{field}"), format!("{theirs}{named}"));
            }
            // What the platform adds by itself has no place of its own in the request.
            names.insert(format!("{ours}/resources"), format!("{theirs}/resources"));
            names.insert(ours, theirs);
        }
        Self(names)
    }

    /// The same refusal in the words of the request.
    pub(super) fn told(&self, error: Error) -> Error {
        wire::renamed_by(error, |it| self.named(it))
    }

    /// A pointer into the order as one into the request.
    fn named(&self, pointer: &str) -> String {
        let ends = pointer.rmatch_indices('/').map(|it| it.0).filter(|it| *it > 0);
        for end in std::iter::once(pointer.len()).chain(ends) {
            if let Some(theirs) = self.0.get(&pointer[..end]) {
                let is_of_none = pointer[..end].ends_with("/resources");
                return if is_of_none {
                    theirs.clone()
                } else {
                    format!("{theirs}{}", &pointer[end..])
                };
            }
        }
        pointer.to_owned()
    }
}

/// What is ordered, of a body whose form was checked.
pub(super) fn read(cx: Cx<'_>, body: &Value) -> Result<Wanted, Error> {
    let kinds: Vec<_> = Kind::ALL.iter().map(|it| (order_info::kind(*it).0, *it)).collect();
    let kind = wire::word("/type", wire::text(body, "type").unwrap_or_default(), &kinds)?;
    let of = |action, wish| Ok::<_, Error>(Item::new(key(0)?, action, wish));
    let (account, items) = match kind {
        Kind::Sales => sales(cx, body)?,
        Kind::Change => of_subscription(cx, body, |it| of(Action::Modify, change(cx, it, body)?))?,
        Kind::Renewal => of_subscription(cx, body, |it| of(Action::Renew, renewal(cx, it, body)?))?,
        Kind::Cancellation => of_subscription(cx, body, |_| {
            let mut item = of(Action::Delete, Wish::default())?;
            item.cancellation = Some(cancellation(body)?);
            Ok(item)
        })?,
    };
    let products = body["products"].as_array().map(Vec::as_slice).unwrap_or_default();
    let asking = if kind == Kind::Sales { products } else { std::slice::from_ref(body) };
    let names = Names::of(kind, &asking.iter().map(resources).collect::<Vec<_>>());
    let request = Request {
        attributes: read_attributes("/attributes", &body["attributes"], &[])?,
        payment_method: id(body, "paymentMethodId")?.map(PaymentMethodId::from_uuid),
        accepted: term_condition::accepted(cx, body)?,
        ..Request::plain()
    };
    let placed = PlaceOrder::new(account, items, request);
    Ok(Wanted { placed: placed.map_err(|it| names.told(it.into()))?, names })
}

/// The resources that a product names, in its order.
fn resources(it: &Value) -> Vec<ResourceId> {
    let named = it["resources"].as_array().into_iter().flatten();
    let ids = named.filter_map(|it| Uuid::try_parse(it["resourceId"].as_str()?).ok());
    ids.map(ResourceId::from_uuid).collect()
}

fn must_be_left_out(body: &Value, fields: &[&str]) -> Result<(), Invalid> {
    let message = "belongs to another type of order";
    match fields.iter().find(|it| !body[**it].is_null()) {
        Some(field) => Err(Invalid::one(format!("/{field}"), "conflict", message)),
        None => Ok(()),
    }
}

fn id(body: &Value, field: &str) -> Result<Option<Uuid>, Invalid> {
    wire::optional("", body, field)
}

fn required(body: &Value, field: &str) -> Result<Uuid, Invalid> {
    id(body, field)?.ok_or_else(|| Invalid::one(format!("/{field}"), "required", "must be given"))
}

fn sales(cx: Cx<'_>, body: &Value) -> Result<(AccountId, Vec<Item>), Error> {
    must_be_left_out(
        body,
        &["subscriptionId", "planId", "period", "resources", "reasonCode", "comment", "refundType"],
    )?;
    let id = AccountId::from_uuid(required(body, "accountId")?);
    let account = order::buyer(cx, "/accountId", id)?;
    let products = body["products"].as_array().filter(|it| !it.is_empty());
    let missing = || Invalid::one("/products", "required", "must have at least one element");
    let products = products.ok_or_else(missing)?.iter().enumerate();
    let items: Result<Vec<_>, Error> = products.map(|(place, it)| product(cx, place, it)).collect();
    Ok((account.id, items?))
}

fn product(cx: Cx<'_>, place: usize, it: &Value) -> Result<Item, Error> {
    let at = format!("/products/{place}");
    let id = wire::optional(&at, it, "planId")?.map(OfferId::from_uuid);
    let id = id.ok_or_else(|| Invalid::one(format!("{at}/planId"), "required", "must be given"))?;
    let offer = offer::named(cx, &format!("{at}/planId"), id)?;
    let wish = Wish {
        offer: Some(id),
        term: term(cx, (&at, it), &offer, it["trial"].as_bool())?,
        resources: amounts(&at, &it["resources"], |_| Quantity::ZERO)?,
        name: wire::optional(&at, it, "subscriptionName")?,
        ..Wish::default()
    };
    let mut item = Item::new(key(place)?, Action::Add, wish);
    let parent = wire::optional(&at, it, "parentSubscriptionId")?;
    item.parent = parent
        .map(|id| Ok::<_, Error>(Parent::Subscription(of_either_face(cx, id)?, Belonging::AddOn)))
        .transpose()?;
    item.attributes = read_attributes(&format!("{at}/attributes"), &it["attributes"], &[])?;
    Ok(item)
}

fn key(place: usize) -> Result<Code, Invalid> {
    wire::read("/products", &(place + 1).to_string())
}

/// The subscription of which an id is that of either face.
fn of_either_face(cx: Cx<'_>, id: Uuid) -> Result<SubscriptionId, Error> {
    let found = pa_subscription::find(cx, id)?;
    Ok(found.map_or(SubscriptionId::from_uuid(id), |it| it.id))
}

/// The account and the item of an order about a subscription, of which `ask` says what it asks for.
fn of_subscription(
    cx: Cx<'_>,
    body: &Value,
    ask: impl FnOnce(&Subscription) -> Result<Item, Error>,
) -> Result<(AccountId, Vec<Item>), Error> {
    let id = of_either_face(cx, required(body, "subscriptionId")?)?;
    let it: Subscription = cx.named("/subscriptionId", id)?;
    if self::id(body, "accountId")?.is_some_and(|account| account != it.account().uuid()) {
        let message = "is not the account that has the subscription";
        return Err(Invalid::one("/accountId", "reference", message).into());
    }
    let mut item = ask(&it)?;
    item.subscription = Some(it.id);
    Ok((it.account(), vec![item]))
}

fn change(cx: Cx<'_>, it: &Subscription, body: &Value) -> Result<Wish, Error> {
    must_be_left_out(body, &["products", "reasonCode", "refundType", "comment"])?;
    let plan = id(body, "planId")?.map(OfferId::from_uuid);
    let offer = match plan.filter(|id| *id != it.deal().offer) {
        Some(id) => Some(Arc::new(offer::named(cx, "/planId", id)?)),
        None => subscription::offer(cx, it)?,
    };
    let missing = || Invalid::one("/planId", "reference", "is not there any more");
    let offer = offer.ok_or_else(missing)?;
    let held =
        |id: ResourceId| it.deal().resources.get(&id).map_or(Quantity::ZERO, |it| it.amount());
    Ok(Wish {
        offer: plan.filter(|id| *id != it.deal().offer),
        term: another_term(cx, it, &offer, body)?,
        resources: amounts("", &body["resources"], held)?,
        ..Wish::default()
    })
}

fn renewal(cx: Cx<'_>, it: &Subscription, body: &Value) -> Result<Wish, Error> {
    let others = ["products", "planId", "reasonCode", "refundType", "resources", "comment"];
    must_be_left_out(body, &others)?;
    let term = match subscription::offer(cx, it)? {
        Some(offer) => another_term(cx, it, &offer, body)?,
        None => None,
    };
    Ok(Wish { term, ..Wish::default() })
}

/// The term that a period means, if it is another one than runs.
fn another_term(
    cx: Cx<'_>,
    it: &Subscription,
    offer: &Offer,
    body: &Value,
) -> Result<Option<Code>, Error> {
    let said = &body["period"];
    let is_trial = |term: &Term| Some(&term.key) == it.term_key() && term.trial == Trial::Whole;
    let is_same = offer.id == it.deal().offer
        && !offer.content.terms.iter().any(is_trial)
        && !said.is_null()
        && it
            .term()
            .and_then(RunningTerm::length)
            .zip(Some(read_period("/period", said)?))
            .is_some_and(|(one, other)| one.is_as_long_as(other));
    match (is_same, said.is_null() && offer.id != it.deal().offer) {
        (true, _) => Ok(None),
        (false, true) => Ok(as_long(cx, it, offer)),
        (false, false) => term(cx, ("", body), offer, Some(false)),
    }
}

/// The term of an offer that is as long as the one that runs.
fn as_long(cx: Cx<'_>, it: &Subscription, offer: &Offer) -> Option<Code> {
    let length = it.term().and_then(RunningTerm::length)?;
    let is_paid = |it: &Term| it.is_open(cx.now) && it.trial != Trial::Whole;
    offer.term_lasting(length, is_paid).map(|it| it.key.clone())
}

/// The term of an offer that lasts as long as the period that is asked for, the one for which is
/// paid and that is taken by default before others; a trial if that is what is said.
fn term(
    cx: Cx<'_>,
    (at, asked): (&str, &Value),
    offer: &Offer,
    trial: Option<bool>,
) -> Result<Option<Code>, Error> {
    let said = &asked["period"];
    let at = format!("{at}/period");
    if said.is_null() {
        let missing = || Invalid::one(at, "required", "must be given: of the trial");
        return if trial == Some(true) { Err(missing().into()) } else { Ok(None) };
    }
    let wanted = read_period(&at, said)?;
    let is_meant = |it: &Term| {
        it.is_open(cx.now) && trial.is_none_or(|trial| trial == (it.trial == Trial::Whole))
    };
    if let Some(term) = offer.term_lasting(wanted, is_meant) {
        return Ok(Some(term.key.clone()));
    }
    let known = offer.content.terms.iter().filter(|it| is_meant(it)).filter_map(|it| it.length);
    let known: Vec<_> = known.map(|it| it.to_string()).collect();
    let message = match known.as_slice() {
        [] => "must be left out: the plan has no such periods".to_owned(),
        known => format!("is no period of the plan; those are {}", known.join(", ")),
    };
    Err(Invalid::one(at, "reference", message).into())
}

/// How much of each resource there is to be in all.
fn amounts(
    at: &str,
    said: &Value,
    held: impl Fn(ResourceId) -> Quantity,
) -> Result<BTreeMap<ResourceId, Quantity>, Error> {
    let mut amounts = BTreeMap::new();
    for (place, it) in said.as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}/resources/{place}");
        let id = wire::optional(&at, it, "resourceId")?.map(ResourceId::from_uuid);
        let missing = || Invalid::one(format!("{at}/resourceId"), "required", "must be given");
        let id = id.ok_or_else(missing)?;
        let amount = match (&it["amount"], &it["amountChange"]) {
            (Value::Null, Value::Null) => {
                return Err(
                    Invalid::one(format!("{at}/amount"), "required", "must be given").into()
                );
            }
            (Value::Null, change) => {
                let at = format!("{at}/amountChange");
                let wanted = held(id).plus(amount(&at, change)?);
                wanted.ok_or_else(|| Invalid::one(at, "range", "is too much"))?
            }
            (total, Value::Null) => amount(&format!("{at}/amount"), total)?,
            (_, _) => {
                let message = "says the same as `amount`: leave one out";
                return Err(Invalid::one(format!("{at}/amountChange"), "conflict", message).into());
            }
        };
        if amounts.insert(id, amount).is_some() {
            let message = "must not come twice";
            return Err(Invalid::one(format!("{at}/resourceId"), "unique", message).into());
        }
    }
    Ok(amounts)
}

fn amount(at: &str, said: &Value) -> Result<Quantity, Invalid> {
    let text = match said {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    let refused = || Invalid::one(at, "format", "must be a number");
    quantity::decimal(&text).map(Quantity::new).ok_or_else(refused)
}

fn cancellation(body: &Value) -> Result<Cancellation, Error> {
    let others = ["products", "planId", "period", "resources", "paymentMethodId", "acceptedTerms"];
    must_be_left_out(body, &others)?;
    let reason: Option<Code> = wire::optional("", body, "reasonCode")?;
    let codes: Vec<_> = CANCELLATION_REASONS.iter().map(|it| it.0).collect();
    if reason.as_ref().is_some_and(|it| !codes.contains(&it.as_str())) {
        let message = format!("must be one of {}", codes.join(", "));
        return Err(Invalid::one("/reasonCode", "enum", message).into());
    }
    let refunds = [(REFUNDS[0], RefundTo::Balance), (REFUNDS[1], RefundTo::Method)];
    let refund_to = wire::text(body, "refundType");
    let refund_to = refund_to.map(|it| wire::word("/refundType", it, &refunds)).transpose()?;
    let comment = wire::optional("", body, "comment")?;
    Ok(Cancellation { reason, comment, refund_to: refund_to.unwrap_or(RefundTo::Balance) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Rejection;

    #[test]
    fn places_are_named_as_in_the_request() {
        let id = |number| ResourceId::from_uuid(Uuid::from_u128(number));
        let rejected = |kind: Kind, detail: &str| {
            let mut resources = vec![Vec::new(); 11];
            resources[0] = vec![id(8), id(9)];
            let code = crate::domain::error::Code::ResourceConflict;
            let told = Names::of(kind, &resources).told(Rejection::new(code, detail).into());
            let Error::Rejected(it) = told else { panic!("{told:?}") };
            it.detail
        };
        let resource = format!("`/items/0/resources/{}` no", id(9));
        assert_eq!(rejected(Kind::Sales, "`/items/1/offer` no"), "`/products/1/planId` no");
        assert_eq!(rejected(Kind::Sales, "`/items/10/term` no"), "`/products/10/period` no");
        assert_eq!(rejected(Kind::Sales, &resource), "`/products/0/resources/1/amount` no");
        assert_eq!(rejected(Kind::Change, &resource), "`/resources/1/amount` no");
        assert_eq!(rejected(Kind::Change, "`/items/0/resources/x` no"), "`/resources` no");
        assert_eq!(
            rejected(Kind::Sales, "`/items/1/resources/x` no"),
            "`/products/1/resources` no"
        );
    }
}
