//! Tasks: what is asked for once and done at once (TMF679, TMF677, and calling an order off). What was
//! asked and what came of it is kept as a [registered document](super::registered).

use serde_json::{Value, json};

use super::behind::Behind;
use super::customer;
use super::entity::reference;
use super::product_order;
use super::qualification;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use super::usage_consumption;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{BillingAccountId, Id, InvoiceId, OrderId};
use crate::domain::operator::Permission;
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, billing, billing_account, order};

/// What does a task of a resource as it was said, and adds what came of it.
type Work = fn(&mut Act<'_>, &Resource, &mut Tree) -> Result<(), Error>;

/// A sort of tasks.
pub(super) struct Task {
    /// What is kept of them.
    documents: Registered,
    /// What one needs to ask for one of one's own and to see it, where that is less than to keep documents.
    own: Option<Own>,
    /// What is done, and what comes of it.
    work: Work,
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
    work: qualification::qualify,
};
/// How much of what somebody has was used: for who may read that.
pub(super) const CONSUMPTIONS: Task = Task {
    documents: Registered("query_usage_consumption"),
    own: Some(Own { asking: Permission::UsageRead, seeing: Permission::UsageRead }),
    work: |act, _, said| usage_consumption::tell(act, said),
};
/// That orders are called off: for who may call off its own.
pub(super) const CANCELLATIONS: Task = Task {
    documents: Registered("cancel_product_order"),
    own: Some(Own { asking: Permission::OrderCancel, seeing: Permission::DocumentRead }),
    work: call_off,
};

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
        (self.work)(act, of, &mut said)?;
        match &self.own {
            Some(own) if !act.actor().may_at_all(Permission::DocumentWrite) => {
                self.documents.create_own(act, of, (own.asking, said))
            }
            Some(_) | None => self.documents.create(act, of, said),
        }
    }
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
fn bill(act: &mut Act<'_>, _: &Resource, said: &mut Tree) -> Result<(), Error> {
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
fn call_off(act: &mut Act<'_>, _: &Resource, said: &mut Tree) -> Result<(), Error> {
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
