//! What somebody has: our subscriptions (TMF637). They come from orders; what one asks for here is
//! that they stop, go on, or end.

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::Change;
use super::customer;
use super::entity::{Entity, Gone, tree};
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::attribute::AttributeValue;
use crate::domain::id::{AccountId, Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::subscription::change::{Cancellation, RefundTo};
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::{Hold, Release, Subscription};
use crate::domain::text::{Code, Name};
use crate::domain::time::Zone;
use crate::services::finding::{self, SubscriptionsBy};
use crate::services::{Act, Cx, Error, subscription};

/// What somebody has.
pub(super) struct Products;

const fn status(of: State) -> &'static str {
    match of {
        State::Pending => "created",
        State::Active | State::Graced => "active",
        State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Expired => "suspended",
        State::Terminating => "pendingTerminate",
        State::Recoverable | State::Destroyed => "terminated",
        State::Aborted => "aborted",
        State::Canceled => "cancelled",
    }
}

/// A subscription in the status that was said anew, as far as people say it.
fn moved(act: &mut Act<'_>, it: Subscription, word: &str) -> Result<Subscription, Error> {
    let reason: Code = "OTHER".parse().map_err(Error::internal)?;
    let kind = HoldKind::Administrative;
    match word.trim().to_ascii_lowercase().as_str() {
        "suspended" => {
            let hold = Hold { reason, comment: None, since_at: act.now() };
            subscription::hold(act, it.id, kind, hold)
        }
        "active" => {
            let release = Release { reason: Some(reason), comment: None, at: act.now() };
            subscription::release(act, it.id, kind, release)
        }
        "terminated" | "pendingterminate" | "cancelled" => cancelled(act, it),
        _ => Ok(it),
    }
}

fn cancelled(act: &mut Act<'_>, it: Subscription) -> Result<Subscription, Error> {
    let plain = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
    subscription::cancel(act, it.id, &plain)
}

impl Entity for Products {
    type Thing = Subscription;
    const READING: Permission = Permission::SubscriptionRead;
    const WRITING: Permission = Permission::SubscriptionChange;
    const FREE: &[&str] = &["productRelationship"];

    fn is(&self, _: &Subscription) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Subscription) -> Result<Tree, Error> {
        let offer = subscription::offer(cx, it)?;
        let offered = offer.as_ref().map(|it| it.content.name.original().as_str());
        let specification = subscription::specification(cx, it)?
            .map(|it| json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() }));
        let account = cx.shared::<Account>(it.account())?;
        let billed = cx.shared::<BillingAccount>(it.billing_account())?;
        let billed = billed.map(|it| {
            json!({
                "id": it.id.uuid(), "name": it.profile().name.as_str(),
                "@referredType": "BillingAccount",
            })
        });
        let ordered = it.origin.as_ref().map(|(order, item)| {
            json!([{ "productOrderId": order.uuid(), "orderItemId": item.as_str() }])
        });
        let ended = it.ended_on().map(|it| Zone::UTC.start_of(it).to_string());
        let parent = it
            .parent()
            .map(|it| json!([{ "relationshipType": "bundled", "product": { "id": it.0.uuid() } }]));
        Ok(tree(json!({
            "name": it.name().map(Name::as_str).or(offered),
            "status": status(it.state()),
            "isBundle": offer.as_ref().is_some_and(|it| it.content.is_bundle()),
            "isCustomerVisible": true,
            "orderDate": it.ordered_at().to_string(),
            "startDate": it.activated_at().map(|it| it.to_string()),
            "terminationDate": ended,
            "productOffering": offer.as_ref().map(|it| json!({
                "id": it.id.uuid(), "name": it.content.name.original().as_str(),
            })),
            "productSpecification": specification,
            "billingAccount": billed,
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
            "productCharacteristic": characteristics(it),
            "productOrderItem": ordered,
            "productRelationship": parent,
        })))
    }

    /// What somebody has, and what is of an offer, is in an index.
    fn found_by(&self, cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        let found = match path {
            "relatedParty.id" => {
                let owner = value.parse::<AccountId>().ok();
                owner.map(|it| finding::by_owner::<Subscription>(cx, it)).transpose()?
            }
            "productOffering.id" => {
                let offer = value.parse::<OfferId>().ok();
                offer
                    .map(|it| finding::subscriptions(cx, SubscriptionsBy::Offer(it)))
                    .transpose()?
            }
            _ => return Ok(None),
        };
        Ok(Some(found.unwrap_or_default().iter().map(|it| it.uuid()).collect()))
    }

    fn is_ours(&self, _: &str, said: &str) -> bool {
        let is = |it: &State| status(*it).eq_ignore_ascii_case(said.trim());
        said.eq_ignore_ascii_case("pendingActive") || State::ALL.iter().any(is)
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Subscription, Error> {
        Err(Error::internal("a product comes from an order"))
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: Subscription,
        change: &Change,
    ) -> Result<Subscription, Error> {
        let said = change.after.get("status");
        let said = said.filter(|it| change.before.get("status") != Some(*it));
        match said.and_then(Value::as_str) {
            Some(word) => moved(act, it, word),
            None => Ok(it),
        }
    }

    fn remove(&self, act: &mut Act<'_>, it: Subscription) -> Result<Gone, Error> {
        if it.state().is_living() {
            cancelled(act, it)?;
        }
        Ok(Gone::Ended)
    }
}

/// How much of it there is, and what was said of it.
fn characteristics(it: &Subscription) -> Vec<Value> {
    let quantity = json!({ "name": "quantity", "valueType": "number", "value": it.quantity() });
    let said = it.attributes.iter().map(|it| {
        let value = match &it.value {
            AttributeValue::Text(text) => json!(text.as_str()),
            AttributeValue::Number(number) => json!(number.to_string()),
            AttributeValue::Flag(flag) => json!(flag),
        };
        json!({ "name": it.name.as_str(), "value": value })
    });
    [quantity].into_iter().chain(said).collect()
}
