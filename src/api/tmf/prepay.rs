//! Balances that are paid in beforehand (TMF654): what is left on our billing accounts, in money.
//!
//! A top-up is a payment. What is left is what was paid less what is owed: it is changed by payments,
//! invoices, credit notes and refunds, and by nothing else, so that adjustments, transfers and reservations
//! are kept as they were said, `failed`, with the reason.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::customer;
use super::entity::{Entity, Gone, Of, reference, text, tree};
use super::payment_method;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::account::Account;
use crate::domain::account::billing_account::{BillingAccount, BillingPurpose, BillingState};
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::payment::Payment;
use crate::domain::payment::lifecycle::State as PaymentState;
use crate::services::payment::{self, RecordPayment};
use crate::services::payment_method::Way;
use crate::services::{Act, Cx, Error, billing_account, journal};

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

/// It was done, or why it was not.
type Outcome = Result<(), &'static str>;

/// Something that is to be done with a bucket.
pub(super) struct Action {
    documents: Registered,
    /// What comes of it.
    work: fn(&mut Act<'_>, &mut Tree) -> Result<Outcome, Error>,
}

/// That money comes in.
pub(super) const TOPUPS: Action = Action { documents: Registered("topup_balance"), work: top_up };
/// That a balance becomes another.
pub(super) const ADJUSTMENTS: Action =
    Action { documents: Registered("adjust_balance"), work: |_, _| Ok(Err(UNMOVED)) };
/// That a balance goes from one to another.
pub(super) const TRANSFERS: Action =
    Action { documents: Registered("transfer_balance"), work: |_, _| Ok(Err(UNMOVED)) };
/// That a part of a balance waits for something.
pub(super) const RESERVATIONS: Action =
    Action { documents: Registered("reserve_balance"), work: |_, _| Ok(Err(UNRESERVED)) };

const UNMOVED: &str = "a balance is what was paid less what is owed: it is changed by payments, \
                       refunds, invoices and credit notes alone";
const UNRESERVED: &str = "nothing is set aside for what may be bought: it is charged when it is";

/// Money as a quantity of units.
fn quantity(of: Money) -> Value {
    let number: Option<serde_json::Number> = of.decimal().to_string().parse().ok();
    json!({ "amount": number, "units": of.currency().code() })
}

/// The money that a quantity says, in the currency of an account where it says of none.
fn amount(said: &Value, of: &BillingAccount) -> Result<Money, Invalid> {
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

/// Takes in what is paid.
fn top_up(act: &mut Act<'_>, said: &mut Tree) -> Result<Outcome, Error> {
    let bucket = said.get("bucket").and_then(reference);
    let bucket = bucket.map(|id| act.cx().find::<BillingAccount>(id)).transpose()?.flatten();
    let Some(bucket) = bucket.filter(|it| it.purpose() == BillingPurpose::Billing) else {
        return Ok(Err("`bucket` names none that is here"));
    };
    said.values_mut().for_each(payment_method::mask);
    let kind = said.get("paymentMethod").and_then(payment_method::kind);
    let command = RecordPayment {
        billing_account: bucket.id,
        amount: amount(said.get("amount").unwrap_or(&Value::Null), &bucket)?,
        way: kind.map_or(Way::Usual, Way::Kind),
        reference: text(said, "voucher")?,
        received_on: None,
        note: text(said, "reason")?,
        settles: None,
    };
    let paid = payment::record(act, command)?;
    let paid = json!({ "id": paid.id.uuid(), "@referredType": "Payment" });
    said.insert("payment".to_owned(), paid);
    Ok(Ok(()))
}

impl Behind for Action {
    fn documents(&self) -> &dyn Behind {
        &self.documents
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, mut said: Tree) -> Result<Tree, Error> {
        let now = act.now().to_string();
        said.insert("requestedDate".to_owned(), json!(now));
        match (self.work)(act, &mut said)? {
            Ok(()) => {
                said.insert("status".to_owned(), json!("completed"));
                said.insert("confirmationDate".to_owned(), json!(now));
            }
            Err(why) => {
                said.insert("status".to_owned(), json!("failed"));
                said.insert("statusReason".to_owned(), json!(why));
            }
        }
        self.documents.create(act, of, said)
    }

    /// What was done is not undone by being forgotten.
    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        let found = self.documents.find(act.cx(), of, id)?;
        if found.is_some_and(|it| it.get("status") == Some(&json!("completed"))) {
            let why = "what was paid in goes back by a refund of its payment";
            return Err(Rejection::new(Reason::PaymentStateForbids, why).into());
        }
        self.documents.remove(act, of, id)
    }
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
        Ok(tree(json!({
            "name": it.profile().name.as_str(),
            "usageType": "monetary",
            "status": status,
            "isShared": true,
            "confirmationDate": it.stamp.created_at.to_string(),
            "remainingValue": quantity(journal::left_of(cx, it)?),
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
            total += journal::left_of(cx, it)?.decimal();
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
            "paymentMethod": { "@type": it.kind.word() },
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
