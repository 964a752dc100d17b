//! Money that came in (TMF676): our payments.
//!
//! A payment for a billing account that is ours is recorded and settles the bills that it names, or what is
//! due. One for an account that is not here is kept as it was said, `denied`: nothing was booked. What is
//! recorded came in elsewhere: what a gateway or a mandate is still to charge is refused. One with a
//! `correlatorId` is recorded once for its account, however often it is sent.

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::carried;
use super::entity::{Entity, Gone, Of, reference, text, tree};
use super::money;
use super::payment_method;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{BillingAccountId, DocumentId, Id};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::payment::Payment;
use crate::domain::payment::allocation::Settlement;
use crate::domain::payment::lifecycle::State;
use crate::domain::payment::method::{MethodKind, PaymentMethod};
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Zone;
use crate::services::payment::{self, RecordPayment};
use crate::services::payment_method::Way;
use crate::services::{Act, Cx, Error, document};

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
        State::PartlyRefunded => "partiallyRefunded",
        State::FullyRefunded => "refunded",
    }
}

/// What a payer calls a payment.
const CORRELATOR: &str = "correlatorId";

/// Whether an attribute with a name stands somewhere in what was said.
fn has(said: &Value, name: &str) -> bool {
    match said {
        Value::Object(all) => {
            all.keys().any(|it| it.eq_ignore_ascii_case(name))
                || all.values().any(|it| has(it, name))
        }
        Value::Array(all) => all.iter().any(|it| has(it, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The kind of a method, by its class, that of what it refers to, or the number of a card.
fn kind(said: &Value) -> Option<MethodKind> {
    let referred = json!({ "@type": said.get("@referredType") });
    let known = payment_method::kind(said).or_else(|| payment_method::kind(&referred));
    let classes = [said.get("@type"), said.get("@referredType")]
        .map(|it| it.and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase());
    let says = |part: &str| classes.iter().any(|it| it.contains(part));
    match known {
        Some(known) => Some(known),
        None if says("card") || has(said, "cardNumber") => Some(MethodKind::Card),
        None if says("wallet") => Some(MethodKind::Wallet),
        None => None,
    }
}

/// Refuses what somebody would have to charge, if nobody is said to have done it.
fn must_have_come_in(said: &Tree, kind: MethodKind) -> Result<(), Invalid> {
    let is_charged =
        matches!(kind, MethodKind::Card | MethodKind::DirectDebit | MethodKind::Wallet);
    let code = said.get("authorizationCode").and_then(Value::as_str).unwrap_or_default();
    if !is_charged || !code.is_empty() {
        return Ok(());
    }
    let why = "is charged by a gateway or a mandate, which does not happen here: of what was charged \
               elsewhere `authorizationCode` must be given";
    Err(Invalid::one("paymentMethod", "not_charged", why))
}

/// In which way a payment came in, as far as that is said in words that we know.
pub(super) fn way(cx: Cx<'_>, said: &Tree) -> Result<Way, Error> {
    let method = &said["paymentMethod"];
    let id = method.get("id").and_then(Value::as_str).filter(|it| !it.is_empty());
    let found = reference(method).map(|id| cx.find::<PaymentMethod>(id)).transpose()?.flatten();
    if let Some(found) = found {
        must_have_come_in(said, found.details.kind())?;
        return Ok(Way::Kept(found.id));
    }
    let written = reference::<DocumentId>(method);
    let written = written.map(|id| document::find(cx, "payment_method", id)).transpose()?.flatten();
    if let Some(id) = id.filter(|_| written.is_some()) {
        let why = format!("the payment method `{id}` is not active: nobody can pay by it");
        return Err(Rejection::new(Code::PaymentStateForbids, why).into());
    }
    let Some(kind) = kind(method) else {
        return match id {
            Some(_) => {
                let why = "names no payment method that is here, and `@type` none that we know";
                Err(Invalid::one("paymentMethod/id", "reference", why).into())
            }
            None => Ok(Way::Usual),
        };
    };
    must_have_come_in(said, kind)?;
    Ok(Way::Kind(kind))
}

/// An amount that was said as a number.
fn amount(field: &str, said: &Value) -> Result<Money, Invalid> {
    match said.get("value") {
        Some(Value::String(_)) => {
            Err(Invalid::one(format!("{field}/value"), "type", "must be a number, not a text"))
        }
        _ => money::read(field, said),
    }
}

/// Refuses an amount and a tax that are not what is said to be paid in all, below a path.
fn must_agree(at: &str, said: &Value, total: Money) -> Result<(), Invalid> {
    let part = |name: &str| {
        let said = said.get(name).filter(|it| !it.is_null());
        said.map(|it| amount(&format!("{at}{name}"), it)).transpose()
    };
    let (Some(net), tax) = (part("amount")?, part("taxAmount")?) else { return Ok(()) };
    let tax = tax.unwrap_or_else(|| Money::zero(total.currency()));
    if net.plus(tax).is_ok_and(|it| it == total) {
        return Ok(());
    }
    let why = format!("is `{total}`, which `amount` and `taxAmount` must come to together");
    Err(Invalid::one(format!("{at}totalAmount"), "sum", why))
}

/// Whether an item of a payment is for a bill, as far as it says for what it is.
fn is_for_bill(item: &Value) -> bool {
    let class = item.get("@referredType").and_then(Value::as_str).unwrap_or("CustomerBill");
    ["customerbill", "bill", "invoice"].iter().any(|it| class.eq_ignore_ascii_case(it))
}

/// The bills of ours that a payment is said to be for, and how much of it; nothing where none is named.
fn settles(cx: Cx<'_>, said: &Tree) -> Result<Option<Vec<Settlement>>, Error> {
    let mut found = Vec::new();
    let all = said.get("paymentItem").and_then(Value::as_array).into_iter().flatten();
    for (place, it) in all.enumerate() {
        let Some(item) = it.get("item").filter(|it| is_for_bill(it)) else { continue };
        let bill = reference(item).map(|id| cx.find::<Invoice>(id)).transpose()?.flatten();
        let missing = || {
            let at = format!("paymentItem/{place}/item/id");
            Invalid::one(at, "reference", "names no bill that is here")
        };
        let bill = bill.ok_or_else(missing)?;
        let of = ["totalAmount", "amount"].iter().find(|name| it.get(**name).is_some());
        let of = of.unwrap_or(&"totalAmount");
        let amount = amount(&format!("paymentItem/{place}/{of}"), &it[*of])?;
        if *of == "totalAmount" {
            must_agree(&format!("paymentItem/{place}/"), it, amount)?;
        }
        found.push(Settlement { invoice: bill.id, amount });
    }
    Ok((!found.is_empty()).then_some(found))
}

/// What is to be recorded on a billing account.
fn command(cx: Cx<'_>, of: BillingAccountId, said: &Tree) -> Result<RecordPayment, Error> {
    let total = amount("totalAmount", &said["totalAmount"])?;
    let whole = Value::Object(said.clone());
    must_agree("", &whole, total)?;
    Ok(RecordPayment {
        billing_account: of,
        amount: total,
        way: way(cx, said)?,
        reference: text(said, CORRELATOR)?,
        received_on: None,
        note: text(said, "description")?,
        settles: settles(cx, said)?,
    })
}

/// The payment that was recorded here under what its payer calls it.
fn earlier(cx: Cx<'_>, command: &RecordPayment) -> Result<Option<Payment>, Error> {
    let Some(called) = &command.reference else { return Ok(None) };
    let is_called = |it: &Payment| {
        let kept = carried::read(it.stamp.carried.get(&Contract::Tmf), "payment");
        it.reference.as_ref() == Some(called) && kept.is_ok_and(|it| it.1.contains_key(CORRELATOR))
    };
    let mut page = PageRequest::oldest(1);
    loop {
        let of = (None, Some(command.billing_account));
        let found = payment::list(cx, of, None, &page, is_called)?;
        if let Some(it) = found.items.into_iter().next() {
            return Ok(Some(it));
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(None);
        }
    }
}

/// Whether a payment is what is to be recorded, as far as nothing went back of it since.
fn is_same(it: &Payment, command: &RecordPayment) -> bool {
    let is_way = match command.way {
        Way::Usual => true,
        Way::Kind(kind) => it.kind == kind && it.method.is_none(),
        Way::Kept(id) => it.method == Some(id),
    };
    let told = command.settles.iter().flatten();
    let mut told = told.filter(|_| it.state() == State::Captured);
    let are_settled = told.all(|of| {
        it.allocations().iter().any(|at| (at.invoice, at.amount) == (of.invoice, of.amount))
    });
    is_way && are_settled && it.amount() == command.amount && it.note == command.note
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
    payment_method::must_be_right("paymentMethod", &said["paymentMethod"])?;
    let account = reference(&said["account"]);
    let account = account.map(|id| act.cx().find::<BillingAccount>(id)).transpose()?.flatten();
    let command = account.map(|it| command(act.cx(), it.id, &said)).transpose()?;
    said.values_mut().for_each(payment_method::mask);
    let Some(command) = command else {
        let id = said["account"]["id"].as_str().unwrap_or_default();
        let why = format!("no billing account with the id `{id}` is here");
        said.insert("status".to_owned(), json!("denied"));
        said.insert("statusReason".to_owned(), json!(why));
        said.insert("statusDate".to_owned(), json!(act.now().to_string()));
        return it.documents.create(act, of, said);
    };
    match earlier(act.cx(), &command)? {
        Some(found) if is_same(&found, &command) => {
            let shown = it.entities.find(act.cx(), of, &found.id.uuid().to_string())?;
            shown.ok_or_else(|| Error::not_found(found.id))
        }
        Some(found) => {
            let why = "is that of another payment of the account";
            let why = format!("`{CORRELATOR}` {why}: `{}`", found.id.uuid());
            Err(Rejection::new(Code::Duplicate, why).into())
        }
        None => {
            let made = payment::record(act, command)?;
            it.entities.made(act, of, (made, said))
        }
    }
}

impl Entity for Payments {
    type Thing = Payment;
    const READING: Permission = Permission::PaymentRead;
    const WRITING: Permission = Permission::PaymentRecord;
    const REFERENCES: &[&str] = &["paymentMethod"];
    // Kept of what was recorded here, which is not recorded twice.
    const MERGED: &[&str] = &[CORRELATOR];

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
            CORRELATOR: it.reference.as_ref().map(Name::as_str),
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
