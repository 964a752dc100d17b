//! Tasks: what is asked for once and done at once (TMF679, TMF677, and calling an order off). What was
//! asked and what came of it is kept as a [registered document](super::registered).

use serde_json::{Value, json};

use super::behind::Behind;
use super::entity::reference;
use super::product_order;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::usage_consumption;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId, OrderId};
use crate::domain::time::Instant;
use crate::services::offer::Obstacle;
use crate::services::{Act, Cx, Error, billing, offer, order};

/// A sort of tasks.
pub(super) struct Task {
    /// What is kept of them.
    documents: Registered,
    /// What is done, and what comes of it.
    work: fn(&mut Act<'_>, &mut Tree) -> Result<(), Error>,
}

/// Whether offers can be had.
pub(super) const QUALIFICATIONS: Task =
    Task { documents: Registered("product_offering_qualification"), work: qualify };
/// How much of what somebody has was used.
pub(super) const CONSUMPTIONS: Task =
    Task { documents: Registered("query_usage_consumption"), work: usage_consumption::tell };
/// That orders are called off.
pub(super) const CANCELLATIONS: Task =
    Task { documents: Registered("cancel_product_order"), work: call_off };

/// That a bill is made outside of its cycle.
pub(super) const BILLS_ON_DEMAND: Task =
    Task { documents: Registered("customer_bill_on_demand"), work: bill };

impl Behind for Task {
    fn documents(&self) -> &dyn Behind {
        &self.documents
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, mut said: Tree) -> Result<Tree, Error> {
        (self.work)(act, &mut said)?;
        self.documents.create(act, of, said)
    }
}

/// What keeps what an item names from being had; nothing if nothing does.
fn obstacle(cx: Cx<'_>, item: &Value) -> Result<Option<&'static str>, Error> {
    let offering = item.get("productOffering").or_else(|| item.pointer("/product/productOffering"));
    let Some(id) = offering.and_then(reference::<OfferId>) else {
        return Ok(Some(told(Obstacle::NotThere)));
    };
    Ok(offer::obstacle(cx, id)?.map(told))
}

const fn told(of: Obstacle) -> &'static str {
    match of {
        Obstacle::NotThere => "the product offering is not there",
        Obstacle::NotOnSale => "the product offering is not on sale",
        Obstacle::InBundlesOnly => "the product offering is sold in bundles only",
    }
}

/// Says of each item whether it can be had (TMF679).
fn qualify(act: &mut Act<'_>, said: &mut Tree) -> Result<(), Error> {
    let now = act.now().to_string();
    let mut are_all = true;
    let items = said.entry("productOfferingQualificationItem").or_insert_with(|| json!([]));
    for (place, item) in items.as_array_mut().into_iter().flatten().enumerate() {
        let obstacle = obstacle(act.cx(), item)?;
        let Some(item) = item.as_object_mut() else {
            let at = format!("productOfferingQualificationItem/{place}");
            return Err(Invalid::one(at, "type", "must be an object").into());
        };
        are_all &= obstacle.is_none();
        item.insert("state".to_owned(), json!("done"));
        let result = if obstacle.is_none() { "qualified" } else { "unqualified" };
        item.insert("qualificationItemResult".to_owned(), json!(result));
        if let Some(label) = obstacle {
            let reason = json!([{ "code": "notAvailable", "label": label }]);
            item.insert("eligibilityUnavailabilityReason".to_owned(), reason);
        }
    }
    let result = if are_all { "qualified" } else { "unqualified" };
    for (name, value) in [
        ("productOfferingQualificationDate", json!(now)),
        ("effectiveQualificationDate", json!(now)),
        ("qualificationResult", json!(result)),
        ("state", json!("done")),
    ] {
        said.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Bills what is due on a billing account (TMF678): what could not be billed before is tried again. What
/// falls due later is on the bill of that day, so that no charge is on two bills or on none.
fn bill(act: &mut Act<'_>, said: &mut Tree) -> Result<(), Error> {
    let of = said.get("billingAccount").and_then(reference);
    let of = of.map(|id| act.cx().find::<BillingAccount>(id)).transpose()?.flatten();
    let done = match &of {
        Some(it) => billing::bill_now(act, it.id)?.map_err(|it| it.detail),
        None => Err("the billing account is not there".to_owned()),
    };
    match done {
        Ok(issued) => {
            if let Some(bill) = issued.last() {
                said.insert("customerBill".to_owned(), json!({ "id": bill.uuid() }));
            }
            said.insert("state".to_owned(), json!("done"));
        }
        Err(why) => {
            said.insert("state".to_owned(), json!("rejected"));
            if said.get("description").is_none_or(Value::is_null) {
                said.insert("description".to_owned(), json!(why));
            }
            said.insert("statusReason".to_owned(), json!(why));
        }
    }
    Ok(())
}

/// Calls an order off, or says why it cannot be (TMF622).
fn call_off(act: &mut Act<'_>, said: &mut Tree) -> Result<(), Error> {
    let id: Option<OrderId> = said.get("productOrder").and_then(reference);
    let reason = super::entity::text(said, "cancellationReason")?;
    let wanted: Option<Instant> = super::entity::text(said, "requestedCancellationDate")?;
    let done = match id {
        Some(_) if wanted.is_some_and(|it| it > act.now()) => {
            Err("`requestedCancellationDate` lies ahead: an order is called off at once".to_owned())
        }
        Some(id) => order::cancel_or_refuse(act, id, reason)?,
        None => Err("the order is not there".to_owned()),
    };
    let (state, at) = match done {
        Ok(()) => ("done", json!(act.now().to_string())),
        Err(why) => {
            product_order::annotate(said, &why, act.now());
            ("terminatedWithError", Value::Null)
        }
    };
    said.insert("state".to_owned(), json!(state));
    if !at.is_null() {
        said.insert("effectiveCancellationDate".to_owned(), at);
    }
    Ok(())
}
