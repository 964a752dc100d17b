//! Money that came in (TMF676): our payments.
//!
//! A payment for a billing account that is ours is recorded and settles what is due. One for an account
//! that is not here is kept as it was said, `denied`: nothing was booked.

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::entity::{Entity, Gone, Of, reference, text, tree};
use super::money;
use super::payment_method;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::Invalid;
use crate::domain::id::Id;
use crate::domain::operator::Permission;
use crate::domain::payment::Payment;
use crate::domain::payment::lifecycle::State;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Zone;
use crate::services::payment::{self, RecordPayment};
use crate::services::payment_method::Way;
use crate::services::{Act, Cx, Error};

/// Payments that were booked.
pub(super) struct Payments;

/// Payments, with those that could not be.
pub(super) const PAYMENTS: Beside<Payments> = Beside {
    documents: Registered("payment"),
    entities: Of(Payments),
    make: |it, act, of, said| paid(it, act, of, said),
};

const fn status(of: State) -> &'static str {
    match of {
        State::Initiated => "initialized",
        State::Redirected => "pendingAuthorization",
        State::Authorized => "authorized",
        State::Captured => "done",
        State::Declined => "denied",
        State::Expired => "failed",
        State::Canceled => "cancelled",
        State::PartlyRefunded | State::FullyRefunded => "refunded",
    }
}

/// In which way a payment came in, as far as that is said in words that we know.
fn way(cx: Cx<'_>, said: &Value) -> Result<Way, Error> {
    if let Some(id) = reference(said)
        && let Some(found) = cx.find::<PaymentMethod>(id)?
    {
        return Ok(Way::Kept(found.id));
    }
    Ok(payment_method::kind(said).map_or(Way::Usual, Way::Kind))
}

/// Records a payment, or keeps it as one of which nothing was booked.
fn paid(
    it: &Beside<Payments>,
    act: &mut Act<'_>,
    of: &Resource,
    mut said: Tree,
) -> Result<Tree, Error> {
    for (name, value) in [("account", &said["account"]), ("paymentMethod", &said["paymentMethod"])]
    {
        if !value.is_object() {
            return Err(Invalid::one(name, "type", "must be an object").into());
        }
    }
    said.values_mut().for_each(payment_method::mask);
    let account = reference(&said["account"]);
    let account = account.map(|id| act.cx().find::<BillingAccount>(id)).transpose()?.flatten();
    let Some(account) = account else {
        said.insert("status".to_owned(), json!("denied"));
        said.insert("statusDate".to_owned(), json!(act.now().to_string()));
        return it.documents.create(act, of, said);
    };
    let command = RecordPayment {
        billing_account: account.id,
        amount: money::read("totalAmount", &said["totalAmount"])?,
        way: way(act.cx(), &said["paymentMethod"])?,
        reference: text(&said, "correlatorId")?,
        received_on: None,
        note: text(&said, "description")?,
        settles: None,
    };
    let made = payment::record(act, command)?;
    it.entities.made(act, of, (made, said))
}

impl Entity for Payments {
    type Thing = Payment;
    const READING: Permission = Permission::PaymentRead;
    const WRITING: Permission = Permission::PaymentRecord;
    const REFERENCES: &[&str] = &["paymentMethod"];

    fn is(&self, _: &Payment) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Payment) -> Result<Tree, Error> {
        let account = cx.shared::<BillingAccount>(it.billing_account)?;
        let account = account.map(|it| {
            json!({
                "id": it.id.uuid(), "name": it.profile().name.as_str(),
                "@referredType": "BillingAccount",
            })
        });
        let method = json!({ "id": it.method.map(|it| it.uuid()), "@type": it.kind.word() });
        let items = it.allocations().iter().map(|it| {
            json!({
                "amount": money::shown(it.amount),
                "item": { "id": it.invoice.uuid(), "@referredType": "CustomerBill" },
            })
        });
        let received = it.received_on.map(|it| Zone::UTC.start_of(it).to_string());
        Ok(tree(json!({
            "account": account,
            "paymentMethod": method,
            "totalAmount": money::shown(it.amount()),
            "status": status(it.state()),
            "statusDate": it.stamp.changed_at.to_string(),
            "paymentDate": received,
            "correlatorId": it.reference.as_ref().map(Name::as_str),
            "description": it.note.as_ref().map(Prose::as_str),
            "paymentItem": items.collect::<Vec<_>>(),
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Payment, Error> {
        Err(Error::internal("a payment is recorded, or kept as one that could not be"))
    }

    fn change(&self, _: &mut Act<'_>, it: Payment, _: &Change) -> Result<Payment, Error> {
        Ok(it)
    }

    fn remove(&self, _: &mut Act<'_>, _: Payment) -> Result<Gone, Error> {
        Err(Error::internal("a payment stays"))
    }
}
