//! `product` of the inventory: what somebody has. It is made by orders and changed by jobs, and only read
//! here.

use axum::http::Method;
use serde_json::{Value, json};

use super::charge_period;
use super::list;
use super::query::Listed;
use super::related_party;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::catalog::price::{Base, Figure, Price, PriceKind, PriceModel};
use crate::domain::id::{Id, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::Name;
use crate::domain::time::Zone;
use crate::services::{Cx, Error, offer, subscription};

const PRODUCTS: &str = "/DSProductInventory/api/productInventory/v2/product";

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, PRODUCTS, Needs::Permission(Permission::SubscriptionRead), listed),
    Row::new(
        Method::GET,
        "/DSProductInventory/api/productInventory/v2/product/{id}",
        Needs::Permission(Permission::SubscriptionRead),
        show,
    ),
];

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

/// A price as it was bought.
fn price(cx: Cx<'_>, it: &Price) -> Result<Value, Error> {
    let (kind, period) = match it.kind {
        PriceKind::OneTime(_) => ("one time", None),
        PriceKind::Recurring { every, .. } => ("recurring", charge_period::word(every)),
        PriceKind::Usage { .. } => ("usage", None),
    };
    let name = match it.base {
        Base::Net => "dutyFreeAmount",
        Base::Gross => "taxIncludedAmount",
    };
    let amount = it.versions.as_slice().last().and_then(|it| figure(&it.model));
    let amount = amount.map(|it| it.to_string());
    let mut shown = wire::tree(json!({
        "name": it.name.as_str(),
        "description": it.description.as_ref().map(ToString::to_string),
        "priceType": kind,
        "recurringChargePeriod": period,
        "unitOfMeasure": offer::unit(cx, it)?.map(|it| it.as_str().to_owned()),
        "price": { "currencyCode": it.currency.code(), name: amount },
    }));
    shown.retain(|_, it| !it.is_null());
    Ok(Value::Object(shown))
}

fn prices(cx: Cx<'_>, of: &Subscription) -> Result<Vec<Value>, Error> {
    let taken = of.deal().prices.keys();
    let found = taken.map(|id| cx.shared::<Price>(*id)).filter_map(Result::transpose);
    found.map(|it| it.and_then(|it| price(cx, &it))).collect()
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
    let ended = it.ended_on().filter(|_| !it.state().is_running());
    Ok(wire::tree(json!({
        "id": it.id.uuid(),
        "href": href(it.id),
        "name": name,
        "description": text.map(|it| it.original().to_string()),
        "status": status(it.state()),
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
        "relatedParty": related_party::customer(cx, it.account())?.into_iter().collect::<Vec<_>>(),
    })))
}

/// What the caller has itself: what others have is theirs to list.
fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        related_party::must_be_own(cx, wanted.only("relatedParty.id"))?;
        let own = cx.actor.standing().map(|it| it.account);
        list::listed((&LISTED, &wanted), |page| {
            let found = subscription::list(cx, (own, None), page, |_| true)?;
            list::each(found, |it| shown(cx, &it))
        })
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
