//! Balances that are paid in beforehand (TMF654): what is left on our billing accounts, in money.
//!
//! What is left is what was paid less what is owed and what is set aside. What is done with it stands in
//! [`balance_action`](super::balance_action).

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::behind::{Behind as _, Change};
use super::beside::Beside;
use super::customer;
use super::entity::{Entity, Gone, Of, reference, tree};
use super::registered::Registered;
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::billing_account::{BillingAccount, BillingPurpose, BillingState};
use crate::domain::error::Invalid;
use crate::domain::id::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::operator::Permission;
use crate::domain::payment::Payment;
use crate::domain::payment::lifecycle::State as PaymentState;
use crate::services::{Act, Cx, Error, balance, billing_account};

/// What is left on billing accounts.
pub(super) struct Buckets;
/// What is left of all that somebody has paid in.
pub(super) struct Accumulated;
/// What was paid in.
pub(super) struct History;

/// Buckets, with those that were only written down.
pub(super) const BUCKETS: Beside<Buckets> = Beside {
    documents: Registered("bucket"),
    entities: Of(Buckets),
    make: |it, act, of, said| it.documents.create(act, of, said),
};

/// Money as a quantity of units.
pub(super) fn quantity(of: Money) -> Value {
    let number: Option<serde_json::Number> = of.decimal().to_string().parse().ok();
    json!({ "amount": number, "units": of.currency().code() })
}

/// The money that a quantity says, in the currency of an account where it says of none.
pub(super) fn amount(said: &Value, of: &BillingAccount) -> Result<Money, Invalid> {
    let refused = |message: String| Invalid::one("amount", "format", message);
    let units = said.get("units").or_else(|| said.get("unit")).and_then(Value::as_str);
    let currency = match units {
        None | Some("") => of.currency(),
        Some(units) => units.parse().map_err(|_| refused(format!("`{units}` is no currency")))?,
    };
    let digits = match said.get("amount").or_else(|| said.get("value")) {
        Some(Value::Number(it)) => it.to_string(),
        Some(Value::String(it)) => it.clone(),
        _ => return Err(refused("must have the number `amount`".to_owned())),
    };
    Money::parse(&digits, currency).map_err(|it| refused(it.to_string()))
}

/// The bucket that is named, if it is one of ours.
pub(super) fn bucket(cx: Cx<'_>, said: &Tree) -> Result<Option<BillingAccount>, Error> {
    named(cx, said.get("bucket"))
}

/// The bucket that a reference names, if it is one of ours.
pub(super) fn named(cx: Cx<'_>, said: Option<&Value>) -> Result<Option<BillingAccount>, Error> {
    let named = said.and_then(reference);
    let found = named.map(|id| cx.find::<BillingAccount>(id)).transpose()?.flatten();
    Ok(found.filter(|it| it.purpose() == BillingPurpose::Billing))
}

/// Says what nobody said and follows from the bucket: what is in it, and whose it is.
pub(super) fn complete(cx: Cx<'_>, said: &mut Tree) -> Result<(), Error> {
    let bucket = bucket(cx, said)?;
    let units = said.get("amount").and_then(|it| it.get("units")).and_then(Value::as_str);
    let is_money = bucket.is_some() || units.is_some_and(|it| it.parse::<Currency>().is_ok());
    let mut known = vec![("usageType", json!(if is_money { "monetary" } else { "other" }))];
    if let Some(bucket) = bucket {
        let (party, related) = holder(cx, &bucket)?;
        known.extend([("partyAccount", party), ("relatedParty", json!(related))]);
    }
    for (name, known) in known {
        if said.get(name).is_none_or(Value::is_null) && !known.is_null() {
            said.insert(name.to_owned(), known);
        }
    }
    Ok(())
}

/// Who a billing account is of, as references say it: the account, and the customer.
fn holder(cx: Cx<'_>, it: &BillingAccount) -> Result<(Value, Vec<Value>), Error> {
    let account = cx.shared::<Account>(it.account())?;
    let party = account
        .as_ref()
        .map(|it| json!({ "id": it.id.uuid(), "name": it.profile().name.as_str() }));
    Ok((json!(party), account.iter().map(|it| customer::owner(it)).collect()))
}

impl Entity for Buckets {
    type Thing = BillingAccount;
    const READING: Permission = Permission::BalanceRead;
    const WRITING: Permission = Permission::DocumentWrite;

    fn is(&self, it: &BillingAccount) -> bool {
        it.purpose() == BillingPurpose::Billing
    }

    fn known(&self, cx: Cx<'_>, it: &BillingAccount) -> Result<Tree, Error> {
        let status = match it.state() {
            BillingState::Defined | BillingState::Active | BillingState::PendingUpdate => "active",
            BillingState::Suspended => "suspended",
            BillingState::PendingClosed | BillingState::Closed => "expired",
        };
        let (party, related) = holder(cx, it)?;
        let reserved = balance::reserved_of(cx, it)?;
        Ok(tree(json!({
            "name": it.profile().name.as_str(),
            "usageType": "monetary",
            "status": status,
            "isShared": true,
            "confirmationDate": it.stamp.created_at.to_string(),
            "remainingValue": quantity(billing_account::available(cx, it)?),
            "reservedValue": (!reserved.is_zero()).then(|| quantity(reserved)),
            "partyAccount": party,
            "relatedParty": related,
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<BillingAccount, Error> {
        Err(Error::internal("a bucket comes with a billing account, or is written down"))
    }

    fn change(
        &self,
        _: &mut Act<'_>,
        it: BillingAccount,
        _: &Change,
    ) -> Result<BillingAccount, Error> {
        Ok(it)
    }

    fn remove(&self, _: &mut Act<'_>, _: BillingAccount) -> Result<Gone, Error> {
        Err(Error::internal("a bucket stays"))
    }
}

impl Entity for Accumulated {
    type Thing = Account;
    const READING: Permission = Permission::BalanceRead;
    const WRITING: Permission = Permission::BalanceWrite;

    fn is(&self, it: &Account) -> bool {
        it.parent().is_some()
    }

    fn known(&self, cx: Cx<'_>, it: &Account) -> Result<Tree, Error> {
        let mut buckets = billing_account::of(cx, it.id)?;
        buckets.retain(|it| it.purpose() == BillingPurpose::Billing);
        let usual = buckets.iter().find(|it| it.is_default()).or_else(|| buckets.first());
        let currency = usual.map(BillingAccount::currency);
        let mut total = Decimal::ZERO;
        for it in buckets.iter().filter(|it| Some(it.currency()) == currency) {
            total += billing_account::available(cx, it)?.decimal();
        }
        let number: Option<serde_json::Number> = total.to_string().parse().ok();
        let refers =
            |it: &BillingAccount| json!({ "id": it.id.uuid(), "name": it.profile().name.as_str() });
        Ok(tree(json!({
            "name": it.profile().name.as_str(),
            "totalBalance": currency.map(|it| json!({ "amount": number, "units": it.code() })),
            "bucket": buckets.iter().map(refers).collect::<Vec<_>>(),
            "partyAccount": { "id": it.id.uuid(), "name": it.profile().name.as_str() },
            "relatedParty": [customer::owner(it)],
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Account, Error> {
        Err(Error::internal("a balance follows from what was paid"))
    }

    fn change(&self, _: &mut Act<'_>, it: Account, _: &Change) -> Result<Account, Error> {
        Ok(it)
    }

    fn remove(&self, _: &mut Act<'_>, _: Account) -> Result<Gone, Error> {
        Err(Error::internal("a balance stays"))
    }
}

impl Entity for History {
    type Thing = Payment;
    const READING: Permission = Permission::PaymentRead;
    const WRITING: Permission = Permission::PaymentRecord;

    fn is(&self, _: &Payment) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Payment) -> Result<Tree, Error> {
        let status = match it.state() {
            PaymentState::Initiated | PaymentState::Redirected | PaymentState::Authorized => {
                "created"
            }
            PaymentState::Captured | PaymentState::PartlyRefunded => "completed",
            PaymentState::Declined | PaymentState::Expired => "failed",
            PaymentState::Canceled | PaymentState::FullyRefunded => "cancelled",
        };
        // A reference has an id: what was paid otherwise than by what is kept has the word for how.
        let kind = it.kind.word();
        let method = it.method.map_or_else(|| json!(kind), |it| json!(it.uuid()));
        let method = json!({ "id": method, "@type": kind });
        let bucket = cx.shared::<BillingAccount>(it.billing_account)?;
        let holder = bucket.as_ref().map(|it| holder(cx, it)).transpose()?;
        let (party, related) = holder.unwrap_or_default();
        Ok(tree(json!({
            "amount": quantity(it.amount()),
            "usageType": "monetary",
            "status": status,
            "requestedDate": it.stamp.created_at.to_string(),
            "confirmationDate": (status == "completed").then(|| it.stamp.changed_at.to_string()),
            "bucket": bucket.map(|it| json!({ "id": it.id.uuid(), "name": it.profile().name.as_str() })),
            "paymentMethod": method,
            "partyAccount": party,
            "relatedParty": related,
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Payment, Error> {
        Err(Error::internal("what was done was done"))
    }

    fn change(&self, _: &mut Act<'_>, it: Payment, _: &Change) -> Result<Payment, Error> {
        Ok(it)
    }

    fn remove(&self, _: &mut Act<'_>, _: Payment) -> Result<Gone, Error> {
        Err(Error::internal("what was done was done"))
    }
}
