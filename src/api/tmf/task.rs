//! Tasks: what is asked for once and done at once (TMF679, TMF677, and calling an order off). What was
//! asked and what came of it is kept as a [registered document](super::registered).

use serde_json::{Value, json};

use super::behind::Behind;
use super::customer;
use super::entity::reference;
use super::product_order;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::usage_consumption;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{BillingAccountId, Id, InvoiceId, OfferId, OrderId};
use crate::domain::operator::Permission;
use crate::domain::time::Instant;
use crate::services::offer::Obstacle;
use crate::services::{Act, Cx, Error, billing, billing_account, offer, order};

/// A sort of tasks.
pub(super) struct Task {
    /// What is kept of them.
    documents: Registered,
    /// What one needs to ask for one of one's own and to see it, where that is less than to keep documents.
    own: Option<Own>,
    /// What is done, and what comes of it.
    work: fn(&mut Act<'_>, &mut Tree) -> Result<(), Error>,
}

/// What one needs for tasks of one's own.
struct Own {
    asking: Permission,
    seeing: Permission,
}

/// Whether offers can be had: for who sees them.
pub(super) const QUALIFICATIONS: Task = Task {
    documents: Registered("product_offering_qualification"),
    own: Some(Own { asking: Permission::OfferBrowse, seeing: Permission::DocumentRead }),
    work: qualify,
};
/// How much of what somebody has was used: for who may read that.
pub(super) const CONSUMPTIONS: Task = Task {
    documents: Registered("query_usage_consumption"),
    own: Some(Own { asking: Permission::UsageRead, seeing: Permission::UsageRead }),
    work: usage_consumption::tell,
};
/// That orders are called off.
pub(super) const CANCELLATIONS: Task =
    Task { documents: Registered("cancel_product_order"), own: None, work: call_off };

/// That a bill is made outside of its cycle.
pub(super) const BILLS_ON_DEMAND: Task =
    Task { documents: Registered("customer_bill_on_demand"), own: None, work: bill };

impl Behind for Task {
    fn documents(&self) -> &dyn Behind {
        &self.documents
    }

    fn reading(&self) -> Permission {
        self.own.as_ref().map_or_else(|| self.documents.reading(), |it| it.seeing)
    }

    fn writing(&self) -> Permission {
        self.own.as_ref().map_or_else(|| self.documents.writing(), |it| it.asking)
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, mut said: Tree) -> Result<Tree, Error> {
        (self.work)(act, &mut said)?;
        match &self.own {
            Some(own) if !act.actor().may_at_all(Permission::DocumentWrite) => {
                self.documents.create_own(act, of, (own.asking, said))
            }
            Some(_) | None => self.documents.create(act, of, said),
        }
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

/// The billing account that is to be billed: the one that is named, or that of who is.
fn billed(cx: Cx<'_>, said: &Tree) -> Result<Result<BillingAccountId, &'static str>, Error> {
    if let Some(named) = said.get("billingAccount").filter(|it| it.is_object()) {
        let found = reference(named).map(|id| cx.find::<BillingAccount>(id)).transpose()?;
        return Ok(found.flatten().map(|it| it.id).ok_or("the billing account is not there"));
    }
    let Some(party) = said.get("relatedParty").filter(|it| !it.is_null()) else {
        return Ok(Err("neither `billingAccount` nor `relatedParty` says who is to be billed"));
    };
    let Some(account) = customer::referred(cx, party)? else {
        return Ok(Err("`relatedParty` names no customer that is here"));
    };
    let usual = billing_account::of(cx, account.id)?.into_iter().find(BillingAccount::is_default);
    Ok(usual.map(|it| it.id).ok_or("the customer has no billing account"))
}

/// Bills what is due on a billing account, and what was used there so far (TMF678), or says why there is
/// nothing to bill.
fn bill(act: &mut Act<'_>, said: &mut Tree) -> Result<(), Error> {
    let done = match billed(act.cx(), said)? {
        Ok(id) => billing::bill_on_demand(act, id)?,
        Err(why) => Err(Rejection::new(Code::BillingAccountStateForbids, why)),
    };
    let state = match done {
        Ok(issued) => {
            let bill = |it: &InvoiceId| json!({ "id": it.uuid(), "@referredType": "CustomerBill" });
            said.insert("customerBill".to_owned(), issued.first().map(bill).into());
            if issued.len() > 1 {
                let more: Vec<_> = issued.iter().skip(1).map(bill).collect();
                said.insert("relatedBill".to_owned(), json!(more));
            }
            "done"
        }
        Err(why) => {
            if said.get("description").is_none_or(Value::is_null) {
                said.insert("description".to_owned(), json!(why.detail));
            }
            said.insert("statusReason".to_owned(), json!(why.detail));
            // What is asked for is refused; what could not be billed, though it was to be, went wrong.
            let is_refused = why.code == Code::BillingAccountStateForbids;
            if is_refused { "rejected" } else { "terminatedWithError" }
        }
    };
    said.insert("state".to_owned(), json!(state));
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
