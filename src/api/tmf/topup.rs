//! Money for a bucket (TMF654): what came in is recorded, and what is to be charged to a method on file is
//! charged through its gateway.
//!
//! There is nothing more in a bucket before that is in the books. A top-up that is charged is `created` until
//! its gateway has said what became of it: then it is `completed`, or `failed` with the reason.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::balance_action::{
    Done, LAPSES, NO_BUCKET, Outcome, TOPUPS, how_much, status, tried, unkept,
};
use super::balance_later::Later;
use super::behind::{Behind as _, Change};
use super::entity::{reference, text};
use super::payment;
use super::payment_method;
use super::prepay::bucket;
use super::resource::{Resource, Tree};
use super::table::APIS;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::document::Document;
use crate::domain::id::{DocumentId, Id, PaymentId, PaymentMethodId};
use crate::domain::payment::Payment;
use crate::domain::payment::lifecycle::State;
use crate::domain::payment::method::{MethodDetails, MethodKind, PaymentMethod};
use crate::domain::time::Instant;
use crate::services::checkout::{self, Wanted, What};
use crate::services::payment::RecordPayment;
use crate::services::payment_method::Way;
use crate::services::{Act, Cx, Error};

/// Top-ups that would come by themselves.
const AUTOMATIC: &str = "nobody's money is fetched for a bucket: say each time that it has come in";
/// What is said of a top-up that waits for its gateway.
const UNDER_WAY: &str = "created";
/// Where the payer goes to who is asked by the gateway.
const PAGE: &str = "redirectUrl";
/// The least and the most between two looks at what became of a payment.
const WAIT_SECONDS: (i64, i64) = (2, 4 * 3600);

/// How a bucket is topped up.
enum Paying {
    /// The money has come in in a way.
    CameIn(Way),
    /// It is charged to a method on file.
    Charged(PaymentMethodId),
}

/// How a bucket is topped up by what was said; or why it cannot be.
fn paying(cx: Cx<'_>, said: &Tree, of: &BillingAccount) -> Result<Result<Paying, String>, Error> {
    let by_hand = match said.get("voucher").filter(|it| !it.is_null()) {
        Some(_) => MethodKind::Voucher,
        None => MethodKind::BankTransfer,
    };
    let Some(method) = said.get("paymentMethod").filter(|it| it.is_object()) else {
        return Ok(Ok(Paying::CameIn(Way::Kind(by_hand))));
    };
    let is_charged =
        said.get("authorizationCode").and_then(Value::as_str).is_none_or(str::is_empty);
    let kept = reference(method).map(|id| cx.find::<PaymentMethod>(id)).transpose()?.flatten();
    let kept = kept.filter(|it| !it.is_removed());
    if kept.as_ref().is_some_and(|it| it.account != of.account()) {
        return Ok(Err("`paymentMethod` names one that is not the account's".to_owned()));
    }
    if let Some(kept) = kept.filter(|_| is_charged)
        && let MethodDetails::Card { .. } | MethodDetails::Wallet { .. } = kept.details
    {
        return Ok(Ok(Paying::Charged(kept.id)));
    }
    match payment::way(cx, said) {
        Ok(Way::Usual) => Ok(Ok(Paying::CameIn(Way::Kind(by_hand)))),
        Ok(way) => Ok(Ok(Paying::CameIn(way))),
        Err(Error::Rejected(why)) => Ok(Err(why.detail)),
        Err(Error::Invalid(why)) => Ok(Err(why.to_string())),
        Err(failure) => Err(failure),
    }
}

/// Tops a bucket up.
pub(super) fn top_up(act: &mut Act<'_>, _: DocumentId, said: &mut Tree) -> Result<Outcome, Error> {
    let automatic = ["isAutoTopup", "recurringPeriod", "numberOfPeriods"].map(|it| (it, AUTOMATIC));
    if let Some(why) = unkept(said, &automatic).or_else(|| unkept(said, &[LAPSES])) {
        return Ok(Err(why));
    }
    let Some(bucket) = bucket(act.cx(), said)? else { return Ok(Err(NO_BUCKET.to_owned())) };
    let paying = paying(act.cx(), said, &bucket)?;
    said.values_mut().for_each(payment_method::mask);
    match paying {
        Ok(Paying::CameIn(way)) => came_in(act, &bucket, (way, said)),
        Ok(Paying::Charged(method)) => charged(act, &bucket, (method, said)),
        Err(why) => Ok(Err(why)),
    }
}

fn came_in(
    act: &mut Act<'_>,
    bucket: &BillingAccount,
    (way, said): (Way, &mut Tree),
) -> Result<Outcome, Error> {
    let command = RecordPayment {
        billing_account: bucket.id,
        amount: how_much(said, bucket)?,
        way,
        reference: text(said, "voucher")?,
        received_on: None,
        note: text(said, "reason")?,
        settles: None,
    };
    let paid = crate::services::payment::record(act, command)?;
    says(said, &paid);
    Ok(Ok(Done::All))
}

fn charged(
    act: &mut Act<'_>,
    bucket: &BillingAccount,
    (method, said): (PaymentMethodId, &mut Tree),
) -> Result<Outcome, Error> {
    let what = What::BillingAccount(bucket.id, how_much(said, bucket)?);
    let wanted = Wanted { what, method: Some(method), gateway: None };
    let mut begun = None;
    let tried = tried(act, |act| {
        begun = Some(checkout::begin_within(act, &wanted)?);
        Ok(())
    })?;
    if let Some(paid) = begun.filter(|_| tried.is_ok()) {
        says(said, &paid);
        return Ok(Ok(Done::Begun));
    }
    Ok(tried)
}

/// Says which payment it is, and how that is paid where nobody said so.
fn says(said: &mut Tree, paid: &Payment) {
    let payment = json!({ "id": paid.id.uuid(), "@referredType": "Payment" });
    said.insert("payment".to_owned(), payment);
    if said.get("paymentMethod").is_none_or(Value::is_null) {
        let kind = paid.kind.word();
        said.insert("paymentMethod".to_owned(), json!({ "id": kind, "@type": kind }));
    }
}

/// When it is looked at what became of the payment of a top-up: ever more seldom.
pub(super) fn next_look(said: &Tree, now: Instant) -> Option<Instant> {
    let asked: Option<Instant> =
        said.get("requestedDate").and_then(Value::as_str).and_then(|it| it.parse().ok());
    let (least, most) = WAIT_SECONDS;
    let age = asked.map_or(least, |it| now.seconds_since(it));
    (status(said) == UNDER_WAY).then(|| now.plus_seconds(age.clamp(least, most)))
}

fn topups() -> &'static Resource {
    let mut found = APIS.iter().filter_map(|it| it.resource("topupBalance"));
    found.next().expect("an API has top-ups")
}

/// What became of the payment of a top-up: what is said of that then.
fn became(of: Option<&Payment>) -> BTreeMap<&'static str, Value> {
    let failed =
        |why: String| BTreeMap::from([("status", json!("failed")), ("statusReason", json!(why))]);
    let Some(it) = of else { return failed("its payment is not here any more".to_owned()) };
    let attempt = it.attempt.as_ref();
    match it.state() {
        State::Captured | State::PartlyRefunded | State::FullyRefunded => {
            BTreeMap::from([("status", json!("completed"))])
        }
        State::Declined => {
            let decline = attempt.and_then(|it| it.decline.as_ref());
            failed(decline.map_or_else(
                || "the gateway said no".to_owned(),
                |it| format!("the gateway said no ({}): {}", it.reason, it.told),
            ))
        }
        State::Expired => failed("nobody paid in time".to_owned()),
        State::Canceled => failed("the payment was called off".to_owned()),
        State::Redirected => {
            let page = attempt.and_then(|it| it.page.as_ref());
            page.map(|it| (PAGE, json!(it.as_str()))).into_iter().collect()
        }
        State::Initiated | State::Authorized => BTreeMap::new(),
    }
}

/// Looks at what became of the payment of a top-up, and says so.
pub(super) fn look(act: &mut Act<'_>, it: &Document) -> Result<bool, Error> {
    let (of, now) = (topups(), act.now());
    let id = it.id.uuid().to_string();
    let found = TOPUPS.documents.find(act.cx(), of, &id)?;
    let before = found.ok_or_else(|| Error::not_found(it.id))?;
    let payment = before.get("payment").and_then(reference::<PaymentId>);
    let payment = payment.map(|id| act.cx().find::<Payment>(id)).transpose()?.flatten();
    let mut after = before.clone();
    after.remove(PAGE);
    after.extend(became(payment.as_ref()).into_iter().map(|it| (it.0.to_owned(), it.1)));
    if status(&after) == "completed" {
        after.insert("confirmationDate".to_owned(), json!(now.to_string()));
    }
    let state = Later::WhenPaid.state(&after, now)?;
    TOPUPS.documents.change_as(act, of, (Change { id, before, after }, state))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::entity::tree;

    #[test]
    fn what_waits_for_its_gateway_is_looked_at_ever_more_seldom() {
        let at = |it: &str| it.parse::<Instant>().expect("an instant");
        let said = |status: &str| {
            tree(json!({ "status": status, "requestedDate": "2026-01-01T10:00:00Z" }))
        };
        let next = |now: &str| next_look(&said("created"), at(now)).map(|it| it.to_string());
        let table = [
            ("2026-01-01T10:00:00Z", "2026-01-01T10:00:02Z"),
            ("2026-01-01T10:00:30Z", "2026-01-01T10:01:00Z"),
            ("2026-01-02T10:00:00Z", "2026-01-02T14:00:00Z"),
        ];
        for (now, expected) in table {
            assert_eq!(next(now).as_deref(), Some(expected));
        }
        for over in ["completed", "failed"] {
            assert_eq!(next_look(&said(over), at("2026-01-01T10:00:00Z")), None);
        }
    }
}
