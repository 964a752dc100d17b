//! Money that goes back (TMF676 refund): our refunds.
//!
//! A refund of a payment that is ours goes back the way it came. The contract does not say what becomes of what
//! it had paid; two attributes of ours do, as in our own contract: with `creditNote` that is credited by a note, with
//! `reopens` it is owed again. Without either no more goes back than there is credit for. One of a payment that is
//! not here is kept as it was said, `denied`: nothing goes back.

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
use crate::domain::payment::refund::{Refund, State};
use crate::domain::text::Prose;
use crate::domain::time::Zone;
use crate::services::goodwill::Instead;
use crate::services::payment::{self, Sending};
use crate::services::{Act, Cx, Error};

/// Refunds of payments that are ours.
pub(super) struct Refunds;

/// Refunds, with those of which nothing goes back.
pub(super) const REFUNDS: Beside<Refunds> = Beside {
    documents: Registered("refund"),
    entities: Of(Refunds),
    make: |it, act, of, said| given_back(it, act, of, said),
};

const fn status(of: State) -> &'static str {
    match of {
        State::Requested => "requested",
        State::Sent => "sent",
        State::Done => "done",
        State::Failed => "failed",
    }
}

/// Says that what had been paid is credited.
const CREDITS: &str = "creditNote";
/// Says that it is owed again.
const REOPENS: &str = "reopens";

/// What stands on invoices in the place of what goes back.
fn instead(said: &Tree) -> Result<Instead, Invalid> {
    let is = |name: &str| match said.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(it)) => Ok(*it),
        Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Invalid::one(name, "type", "must be `true` or `false`"))
        }
    };
    match (is(CREDITS)?, is(REOPENS)?) {
        (false, false) => Ok(Instead::Credit),
        (true, false) => Ok(Instead::CreditNote),
        (false, true) => Ok(Instead::OwedAnew),
        (true, true) => {
            let message = "must not be said with `creditNote`: what is credited is not owed";
            Err(Invalid::one(REOPENS, "conflict", message))
        }
    }
}

fn in_our_words(error: Error) -> Error {
    let Error::Rejected(mut rejection) = error else { return error };
    rejection.detail = rejection.detail.replace("`credit_note`", "`creditNote`");
    rejection.into()
}

/// Gives a payment back, or keeps what was said of one that is not here.
fn given_back(
    it: &Beside<Refunds>,
    act: &mut Act<'_>,
    of: &Resource,
    mut said: Tree,
) -> Result<Tree, Error> {
    for name in ["account", "paymentMethod"] {
        if !said.get(name).is_some_and(Value::is_object) {
            return Err(Invalid::one(name, "type", "must be an object").into());
        }
    }
    said.values_mut().for_each(payment_method::mask);
    let of_payment = said.get("payment").and_then(reference);
    let of_payment = of_payment.map(|id| act.cx().find::<Payment>(id)).transpose()?.flatten();
    let account = said.get("account").and_then(reference);
    let is_of = |it: &Payment| account.is_none_or(|id| it.billing_account == id);
    let Some(paid) = of_payment.filter(is_of) else {
        said.insert("status".to_owned(), json!("denied"));
        said.insert("statusDate".to_owned(), json!(act.now().to_string()));
        let why = "`payment` names no payment of the account that is here";
        said.insert("statusReason".to_owned(), json!(why));
        return it.documents.create(act, of, said);
    };
    let amount = money::read("totalAmount", &said["totalAmount"])?;
    let why = text(&said, "description")?;
    let why = why.map_or_else(|| "Refund".parse().map_err(Error::internal), Ok)?;
    let how = (Sending::Due, instead(&said)?);
    let made = payment::refund(act, paid.id, (Some(amount), Some(why)), how);
    let made = made.map_err(in_our_words)?;
    it.entities.made(act, of, (made, said))
}

impl Entity for Refunds {
    type Thing = Refund;
    const READING: Permission = Permission::PaymentRead;
    const WRITING: Permission = Permission::RefundWrite;
    const REFERENCES: &[&str] = &["account", "paymentMethod"];

    fn is(&self, _: &Refund) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Refund) -> Result<Tree, Error> {
        let account = cx.shared::<BillingAccount>(it.billing_account)?;
        let account = account.map(|it| {
            json!({
                "id": it.id.uuid(), "name": it.profile().name.as_str(),
                "@referredType": "BillingAccount",
            })
        });
        let method = cx.shared::<Payment>(it.payment)?;
        let method = method
            .map(|it| json!({ "id": it.method.map(|it| it.uuid()), "@type": it.kind.word() }));
        Ok(tree(json!({
            "account": account,
            "payment": { "id": it.payment.uuid(), "@referredType": "Payment" },
            "paymentMethod": method,
            "totalAmount": money::shown(it.amount),
            "refundDate": Zone::UTC.start_of(it.refunded_on).to_string(),
            "status": status(it.state),
            "statusDate": it.state_at.to_string(),
            "statusReason": it.trouble.as_ref().map(Prose::as_str),
            "description": it.reason.as_ref().map(Prose::as_str),
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Refund, Error> {
        Err(Error::internal("a refund is of a payment, or kept as one of none"))
    }

    fn change(&self, _: &mut Act<'_>, it: Refund, _: &Change) -> Result<Refund, Error> {
        Ok(it)
    }

    fn remove(&self, _: &mut Act<'_>, _: Refund) -> Result<Gone, Error> {
        Err(Error::internal("a refund stays"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_place_of_what_goes_back_is_said_or_nothing() {
        let told = |said: Value| match instead(&tree(said)) {
            Ok(it) => format!("{it:?}"),
            Err(invalid) => invalid.violations[0].field.clone(),
        };
        for (said, expected) in [
            (json!({}), "Credit"),
            (json!({ "creditNote": false, "reopens": null }), "Credit"),
            (json!({ "creditNote": true }), "CreditNote"),
            (json!({ "reopens": true }), "OwedAnew"),
            (json!({ "creditNote": true, "reopens": true }), "reopens"),
            (json!({ "creditNote": "yes" }), "creditNote"),
        ] {
            assert_eq!(told(said.clone()), expected, "{said}");
        }
    }
}
