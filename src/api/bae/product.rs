//! `product` of the inventory: what somebody has. It is made by orders; who sells it says here how it
//! stands and which very piece it is, in part or as a whole: of a whole, what follows from how it was
//! ordered may be left out.

use axum::http::Method;
use serde_json::{Value, json};

use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{
    carried, charge_period, form, list, order_item, price_alteration, price_amount, related_party,
};
use crate::api::edge::fault::Fault;
use crate::api::edge::tongue::Words;
use crate::api::edge::work::Work;
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::catalog::price::{Figure, Price, PriceKind, PriceModel, PriceVersion};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::domain::subscription::change::{CancelAt, Cancellation, RefundTo};
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::tree::Belonging;
use crate::domain::subscription::{Hold, Release, Subscription};
use crate::domain::text::{Code, Name};
use crate::domain::time::Zone;
use crate::services::subscription::Said;
use crate::services::{
    Act, Cx, Error, billing, carried as kept, offer, provisioning, subscription,
};

const PRODUCTS: &str = "/DSProductInventory/api/productInventory/v2/product";

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, PRODUCTS, Needs::Permission(Permission::SubscriptionRead), listed),
    Row::new(
        Method::GET,
        "/DSProductInventory/api/productInventory/v2/product/{id}",
        Needs::Permission(Permission::SubscriptionRead),
        show,
    ),
    Row::new(
        Method::PATCH,
        "/DSProductInventory/api/productInventory/v2/product/{id}",
        Needs::Permission(Permission::OrderDecide),
        change,
    )
    .speaks(WORDS),
    Row::new(
        Method::PUT,
        "/DSProductInventory/api/productInventory/v2/product/{id}",
        Needs::Permission(Permission::OrderDecide),
        replace,
    )
    .speaks(WORDS),
];

const WORDS: Words = &[("at", "status"), ("serial_number", "productSerialNumber")];

const LISTED: Listed = Listed {
    named: &[("relatedParty", "relatedParty.id")],
    text: &["name", "description"],
    date: "startDate",
};

/// Where a product is.
pub(super) fn href(id: SubscriptionId) -> String {
    format!("{PRODUCTS}/{}", id.uuid())
}

/// The status of a product.
const fn status(of: State) -> &'static str {
    match of {
        State::Pending => "Created",
        State::Active | State::Graced => "Active",
        State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Expired => "Suspended",
        State::Terminating => "PendingTerminate",
        State::Recoverable | State::Destroyed => "Terminated",
        State::Aborted => "Aborted",
        State::Canceled => "Cancelled",
    }
}

/// The status of a subscription: somebody has begun to bring it about, or it is to end and still in use.
fn status_of(cx: Cx<'_>, it: &Subscription) -> Result<&'static str, Error> {
    let state = it.state();
    if state == State::Pending && provisioning::is_begun(cx, it.id)? {
        return Ok("PendingActive");
    }
    let ends = matches!(state, State::Active | State::Graced) && it.ends_on().is_some();
    Ok(if ends { "PendingTerminate" } else { status(state) })
}

/// How much something costs, where that is one figure.
pub(super) const fn figure(of: &PriceModel) -> Option<Figure> {
    match of {
        PriceModel::Flat(figure) | PriceModel::PerUnit(figure) => Some(*figure),
        PriceModel::Graduated(_)
        | PriceModel::Volume(_)
        | PriceModel::Package { .. }
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::GraduatedPercentage(_)
        | PriceModel::Minimum { .. }
        | PriceModel::Commitment { .. }
        | PriceModel::PerDimension { .. } => None,
    }
}

/// A price as it was bought, at the version at which it is charged.
pub(super) fn price(
    cx: Cx<'_>,
    (it, version): (&Price, Option<&PriceVersion>),
    account: AccountId,
) -> Result<Value, Error> {
    let (kind, period) = match it.kind {
        PriceKind::OneTime(_) => ("one time", None),
        PriceKind::Recurring { every, .. } => ("recurring", charge_period::word(every)),
        PriceKind::Usage { .. } => ("usage", None),
    };
    let mut shown = wire::tree(json!({
        "name": it.name.as_str(),
        "description": it.description.as_ref().map(ToString::to_string),
        "priceType": kind,
        "recurringChargePeriod": period,
        "unitOfMeasure": offer::unit(cx, it)?.map(|it| it.as_str().to_owned()),
        "price": price_amount::charged(cx, (it, version), account)?,
        price_alteration::NAME: price_alteration::together(
            it.alterations.iter().map(|of| price_alteration::shown(of, it.base)).collect(),
        ),
    }));
    shown.retain(|_, it| !it.is_null());
    Ok(Value::Object(shown))
}

/// The prices of a product as it was bought.
pub(super) fn prices(cx: Cx<'_>, of: &Subscription) -> Result<Vec<Value>, Error> {
    let today = subscription::today(cx, of)?;
    let mut shown = Vec::new();
    for id in of.deal().prices.keys() {
        let Some(it) = cx.shared::<Price>(*id)? else { continue };
        let version = billing::version_on(cx, (of, &it), today)?;
        let version = version.as_ref().or_else(|| it.versions.as_slice().first());
        shown.push(price(cx, (&it, version), of.account())?);
    }
    Ok(shown)
}

/// What was chosen of it.
fn characteristics(of: &Subscription) -> Vec<Value> {
    let chosen = of.deal().characteristics.iter().map(|(name, values)| {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        json!({ "name": name.as_str(), "value": values.join(", ") })
    });
    chosen.collect()
}

/// What it belongs to, said from where it stands.
fn relationships(of: &Subscription) -> Option<Value> {
    of.parent().map(|(id, belonging)| {
        let kind = match belonging {
            Belonging::Part => "isContainedIn",
            Belonging::AddOn | Belonging::Pool => "reliesOn",
        };
        json!([{ "type": kind, "product": { "id": id.uuid(), "href": href(id) } }])
    })
}

/// A product as this contract shows it. Its name says the order that made it.
pub(super) fn shown(cx: Cx<'_>, it: &Subscription) -> Result<Tree, Error> {
    let offer = subscription::offer(cx, it)?;
    let specification = subscription::specification(cx, it)?;
    let offered = offer.as_ref().map(|it| it.content.name.original().as_str());
    let called = it.name().map(Name::as_str).or(offered).unwrap_or_default();
    let name = match &it.origin {
        Some((order, _)) => format!("{called} oid={}", order.uuid()),
        None => called.to_owned(),
    };
    let text = offer.as_ref().and_then(|it| it.content.description.as_ref());
    // Where the parent is billed the parts need not say it.
    let is_part = it.parent().is_some_and(|it| it.1 == Belonging::Part);
    let billed = (!is_part).then(|| {
        let id = it.billing_account().uuid();
        json!([{ "id": id, "href": format!("/DSBillingManagement/api/billingManagement/v2/billingAccount/{id}") }])
    });
    let of_catalog = |kind: &str, id: uuid::Uuid, name: &Name| {
        let href = format!("/DSProductCatalog/api/catalogManagement/v2/{kind}/{id}");
        json!({ "id": id, "href": href, "name": name.as_str() })
    };
    let realizing = realizing(cx, it)?;
    let ended = it.ended_on().filter(|_| !it.state().is_running());
    let mut shown = wire::tree(json!({
        "id": it.id.uuid(),
        "href": href(it.id),
        "name": name,
        "description": text.map(|it| it.original().to_string()),
        "status": status_of(cx, it)?,
        "isBundle": offer.as_ref().is_some_and(|it| it.content.is_bundle()),
        "isCustomerVisible": true,
        "orderDate": it.ordered_at().to_string(),
        "startDate": it.activated_at().map(|it| it.to_string()),
        "terminationDate": ended.map(|it| Zone::UTC.start_of(it).to_string()),
        "productOffering": offer.as_ref()
            .map(|it| of_catalog("productOffering", it.id.uuid(), it.content.name.original())),
        "productSpecification": specification.as_ref()
            .map(|it| of_catalog("productSpecification", it.id.uuid(), it.content.name.original())),
        "productCharacteristic": characteristics(it),
        "productPrice": prices(cx, it)?,
        "productRelationship": relationships(it),
        "billingAccount": billed,
        "productSerialNumber": it.serial_number.as_ref().map(Name::as_str),
        "realizingService": realizing,
        "relatedParty": related_party::customer(cx, it.account())?.into_iter().collect::<Vec<_>>(),
    }));
    shown.retain(|_, it| !it.is_null());
    let ordered = match &it.origin {
        Some((order, key)) => order_item::product_said(cx, *order, key)?,
        None => Tree::new(),
    };
    for (name, said) in carried::read(&it.stamp)?.into_iter().chain(ordered) {
        shown.entry(name).or_insert(said);
    }
    Ok(shown)
}

/// The services that others have made for it, by their names there.
fn realizing(cx: Cx<'_>, it: &Subscription) -> Result<Option<Value>, Error> {
    let mut services = Vec::new();
    for task in provisioning::of(cx, it.id)? {
        services.extend(task.outcome().reference.as_ref().map(|it| json!({ "id": it })));
    }
    Ok((!services.is_empty()).then(|| json!(services)))
}

/// What is kept as it is said of a product; all else follows from how it was ordered.
const FREE: &[&str] = &["agreement", "place", "realizingResource"];

fn change(asked: Asked) -> Result<Work, Fault> {
    said(asked, |shown, mut said| {
        for (name, it) in shown {
            said.entry(name.clone()).or_insert_with(|| it.clone());
        }
        said
    })
}

fn replace(asked: Asked) -> Result<Work, Fault> {
    said(asked, |_, said| said)
}

/// Makes a product what `whole` makes of how it is shown and what was said.
fn said(mut asked: Asked, whole: fn(&Tree, Tree) -> Tree) -> Result<Work, Fault> {
    let id = SubscriptionId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let it: Subscription = act.get(id)?;
        act.must(Permission::OrderDecide, &it.stamp)?;
        let before = shown(act.cx(), &it)?;
        stands_as(act, &it, (&before, &whole(&before, said)))?;
        let it: Subscription = act.get(id)?;
        Ok(wire::shown(shown(act.cx(), &it)?, None))
    }))
}

/// Makes a product what it should be, and refuses what follows from something else.
fn stands_as(
    act: &mut Act<'_>,
    it: &Subscription,
    (before, after): (&Tree, &Tree),
) -> Result<(), Error> {
    let is_new = |name: &str| {
        let said = after.get(name).filter(|it| !it.is_null());
        said != before.get(name).filter(|it| !it.is_null())
    };
    let may =
        |name: &str| FREE.contains(&name) || name == "status" || name == "productSerialNumber";
    if let Some(other) = after.keys().filter(|name| is_new(name)).find(|name| !may(name)) {
        let message = "follows from how it was ordered, and cannot be changed like this";
        return Err(Invalid::one(other, "read_only", message).into());
    }
    if is_new("productSerialNumber") {
        let serial_number: Option<Name> = form::text(after, "productSerialNumber")?;
        subscription::describe(act, it.id, None, |was| Ok(Said { serial_number, ..was.clone() }))?;
    }
    if FREE.iter().any(|name| is_new(name)) {
        let mut kept = carried::read(&it.stamp)?;
        for name in FREE {
            kept.remove(*name);
            let said = after.get(*name).filter(|it| !it.is_null());
            kept.extend(said.map(|it| ((*name).to_owned(), it.clone())));
        }
        let which = (it.id, Permission::OrderDecide);
        kept::keep::<Subscription>(act, which, Contract::Bae, carried::written(&kept)?)?;
    }
    if after.contains_key("status") && is_new("status") {
        let word: String = form::must(after, "status")?;
        stand(act, it, &word)?;
    }
    Ok(())
}

/// Makes a product stand as was said.
fn stand(act: &mut Act<'_>, it: &Subscription, word: &str) -> Result<(), Error> {
    const PLAIN: Cancellation =
        Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
    let (id, kind) = (it.id, HoldKind::Administrative);
    let reason: Code = "OTHER".parse().map_err(Error::internal)?;
    match word.to_ascii_lowercase().as_str() {
        "suspended" => {
            let hold = Hold { reason, comment: None, since_at: act.now() };
            subscription::hold(act, id, kind, hold)?
        }
        "active" if it.ends_on().is_some() => subscription::uncancel(act, id)?,
        "active" => {
            let release = Release { reason: Some(reason), comment: None, at: act.now() };
            subscription::release(act, id, kind, release)?
        }
        "pendingterminate" => subscription::cancel_at(act, id, (CancelAt::PeriodEnd, PLAIN))?,
        "terminated" | "cancelled" => subscription::cancel(act, id, &PLAIN)?,
        _ => {
            let message = "must be `Active`, `Suspended`, `PendingTerminate` or `Terminated`";
            return Err(Invalid::one("status", "enum", message).into());
        }
    };
    Ok(())
}

/// What the caller has itself: what others have is theirs to list.
fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let wanted = related_party::by_name(cx, wanted.clone())?;
        related_party::must_be_own(cx, wanted.only("relatedParty.id"))?;
        let own = cx.actor.standing().map(|it| it.account);
        let list = |page: &crate::domain::page::PageRequest| {
            subscription::list(cx, (own, None), page, |_| true)
        };
        list::listed((&LISTED, &wanted), list, list::Whole(|it: &_| shown(cx, it)))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = SubscriptionId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let it: Subscription = cx.get(id)?;
        Ok(wire::shown(shown(cx, &it)?, fields.as_deref()))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_has_a_status_in_every_state() {
        let rows = State::ALL.iter().map(|it| format!("{it} {}", status(*it)));
        expect_test::expect![[r"
            pending Created
            active Active
            held_administratively Suspended
            held_for_credit Suspended
            held_for_both Suspended
            graced Active
            expired Suspended
            terminating PendingTerminate
            recoverable Terminated
            destroyed Terminated
            aborted Aborted
            canceled Cancelled"]]
        .assert_eq(&rows.collect::<Vec<_>>().join("\n"));
    }
}
