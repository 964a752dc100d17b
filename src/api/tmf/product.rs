//! What somebody has: our subscriptions (TMF637). They come from orders, and who sells may make one
//! here, which is an order too; what one asks for here is that they stop, go on, or end.

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::Change;
use super::entity::{Entity, Gone, reference, text, tree};
use super::party_form::{day, or_nothing};
use super::product_order::{self, Buyer};
use super::query::Wanted;
use super::resource::Tree;
use super::{characteristic, customer, ordered, product_price, terms_of_use};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::attribute::AttributeValue;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::order::item::{Action, Item, Parent, Wish};
use crate::domain::order::{Announcing, PlaceOrder, Request};
use crate::domain::subscription::change::{CancelAt, Cancellation, RefundTo};
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::tree::Belonging;
use crate::domain::subscription::{Hold, Release, Subscription};
use crate::domain::text::{Code, Name};
use crate::domain::time::{Date, Zone};
use crate::services::finding::{self, SubscriptionsBy};
use crate::services::subscription::Said;
use crate::services::{Act, Cx, Error, offer, order, provisioning, subscription};

/// What somebody has.
pub(super) struct Products;

/// The status of something in a state of ours, as far as that alone says it.
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

/// The status of a subscription: somebody has begun to bring it about, or it is to end and still in use.
fn status_of(cx: Cx<'_>, it: &Subscription) -> Result<&'static str, Error> {
    let state = it.state();
    if state == State::Pending && provisioning::is_begun(cx, it.id)? {
        return Ok("pendingActive");
    }
    let ends = matches!(state, State::Active | State::Graced) && it.ends_on().is_some();
    Ok(if ends { "pendingTerminate" } else { status(state) })
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
        "active" if it.ends_on().is_some() => subscription::uncancel(act, it.id),
        "active" => {
            let release = Release { reason: Some(reason), comment: None, at: act.now() };
            subscription::release(act, it.id, kind, release)
        }
        "pendingterminate" => subscription::cancel_at(act, it.id, (CancelAt::PeriodEnd, PLAIN)),
        "terminated" | "cancelled" => cancelled(act, it),
        _ => Ok(it),
    }
}

const PLAIN: Cancellation =
    Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };

fn cancelled(act: &mut Act<'_>, it: Subscription) -> Result<Subscription, Error> {
    subscription::cancel(act, it.id, &PLAIN)
}

/// Says of a subscription what it is called and which very piece it is to, if that was said anew.
fn described(act: &mut Act<'_>, it: Subscription, change: &Change) -> Result<Subscription, Error> {
    let anew = |attribute: &str| -> Result<Option<Option<Name>>, Invalid> {
        let differs = change.before.get(attribute) != change.after.get(attribute);
        differs.then(|| text(&change.after, attribute)).transpose()
    };
    let (name, serial_number) = (anew("name")?, anew("productSerialNumber")?);
    if name.is_none() && serial_number.is_none() {
        return Ok(it);
    }
    subscription::describe(act, it.id, None, |was| {
        let name = name.unwrap_or_else(|| was.name.clone());
        let serial_number = serial_number.unwrap_or_else(|| was.serial_number.clone());
        Ok(Said { name, serial_number, ..was.clone() })
    })
}

/// A product as the one item of an order.
fn within(said: &Tree) -> Tree {
    tree(json!({ "productOrderItem": [{ "product": said }] }))
}

/// Refuses what would not be so: what is had here begins today, and at what its offering costs.
fn must_begin_now(act: &Act<'_>, said: &Tree) -> Result<(), Invalid> {
    let today = Zone::UTC.date_of(act.now());
    let start_on = day("startDate", said.get("startDate"))?;
    if start_on.is_some_and(|it| it != today) {
        let message = "must be today: what begins later is had by an order with that \
                       `requestedStartDate`, and what began before is charged from today";
        return Err(Invalid::one("startDate", "unsupported", message));
    }
    let ended = said.get("terminationDate").is_some_and(|it| !it.is_null());
    let priced =
        said.get("productPrice").and_then(Value::as_array).is_some_and(|it| !it.is_empty());
    let refused = |name: &str, message: &str| Err(Invalid::one(name, "unsupported", message));
    match (ended, priced) {
        (true, _) => refused("terminationDate", "follows from when the product is ended"),
        (_, true) => {
            refused("productPrice", "follows from the offering: what is had costs what that does")
        }
        (false, false) => Ok(()),
    }
}

/// The order of what was said to be had, by who sells it.
fn bought(act: &mut Act<'_>, said: &Tree) -> Result<PlaceOrder, Error> {
    let word: Option<String> = text(said, "status")?;
    let begins = ["created", "pendingactive", "active"];
    if word.is_some_and(|it| !begins.contains(&it.to_ascii_lowercase().as_str())) {
        let message = "must be `created`, `pendingActive` or `active` where a product begins";
        return Err(Invalid::one("status", "enum", message).into());
    }
    must_begin_now(act, said)?;
    let offering = said.get("productOffering").and_then(reference);
    let missing = || Invalid::one("productOffering", "reference", "must say which by its `id`");
    let offer = offer::named(act.cx(), "offer", offering.ok_or_else(missing)?)?;
    let Buyer { account, billing_account } = product_order::buyer(act.cx(), said)??;
    act.must(Permission::OrderDecide, &account.stamp)?;
    let term = ordered::term(&offer, ("productTerm", said.get("productTerm")))??;
    let wish = Wish {
        term,
        offer: Some(offer.id),
        name: text::<Name>(said, "name")?.filter(|it| it != offer.content.name.original()),
        quantity: ordered::quantity(said)?,
        characteristics: ordered::choices(act.cx(), &offer, said)?,
        ..Wish::default()
    };
    let mut item = Item::new("1".parse().map_err(Error::internal)?, Action::Add, wish);
    item.parent = ordered::relied_on(said)
        .filter(|_| offer.content.adds_to.is_some())
        .map(|id| Parent::Subscription(id, Belonging::AddOn));
    let items = vec![item];
    let accepted = terms_of_use::accepted(act.cx(), &within(said), ("productOrderItem", &items));
    let announcing = Announcing::Silent;
    let request = Request { billing_account, announcing, accepted, ..Request::plain() };
    Ok(PlaceOrder::new(account.id, items, request)?)
}

impl Entity for Products {
    type Thing = Subscription;
    const READING: Permission = Permission::SubscriptionRead;
    const WRITING: Permission = Permission::SubscriptionChange;
    const FREE: &[&str] = ordered::SAID;

    fn is(&self, _: &Subscription) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Subscription) -> Result<Tree, Error> {
        self.known_of(cx, it, &Wanted::default())
    }

    fn known_of(&self, cx: Cx<'_>, it: &Subscription, wanted: &Wanted) -> Result<Tree, Error> {
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
        // Where the whole is billed, its parts are not.
        let is_part = it.parent().is_some_and(|it| it.1 == Belonging::Part);
        let mut known = tree(json!({
            "name": it.name().map(Name::as_str).or(offered),
            "status": status_of(cx, it)?,
            "isBundle": offer.as_ref().is_some_and(|it| it.content.is_bundle()),
            "isCustomerVisible": true,
            "orderDate": it.ordered_at().to_string(),
            "startDate": it.activated_at().map(|it| it.to_string()),
            "terminationDate": ended,
            "productOffering": offer.as_ref().map(|it| json!({
                "id": it.id.uuid(), "name": it.content.name.original().as_str(),
            })),
            "productSpecification": specification,
            "billingAccount": billed.filter(|_| !is_part),
            "productCharacteristic": characteristics(it),
            "productOrderItem": ordered,
            "productSerialNumber": it.serial_number.as_ref().map(Name::as_str),
            "productTerm": it.term().and_then(term),
        }));
        if wanted.has("relatedParty") {
            let mut parties: Vec<_> = account.iter().map(|it| customer::owner(it)).collect();
            parties.extend(ordered::parties(cx, it)?);
            known.insert("relatedParty".to_owned(), json!(parties));
        }
        if wanted.has("productRelationship") {
            known.insert("productRelationship".to_owned(), relationships(cx, it)?);
        }
        if wanted.has("productPrice") {
            known.insert("productPrice".to_owned(), json!(product_price::all(cx, it)?));
        }
        if wanted.has("agreement") {
            known.insert("agreement".to_owned(), ordered::agreements(cx, it)?);
        }
        if wanted.has("realizingService") || wanted.has("realizingResource") {
            known.extend(realizing(cx, it)?);
        }
        Ok(known)
    }

    fn beside(&self, cx: Cx<'_>, it: &Subscription, wanted: &Wanted) -> Result<Tree, Error> {
        if ordered::SAID.iter().any(|name| wanted.has(name)) {
            return ordered::said_of(cx, it);
        }
        Ok(Tree::new())
    }

    /// What somebody has, and what is of an offer, is in an index.
    fn found_by(&self, cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        let found = match path {
            "relatedParty.id" => {
                let owner = value.parse::<AccountId>().ok();
                let owner = owner.map(|it| cx.shared::<Account>(it)).transpose()?.flatten();
                // Who has no account may be who uses something: each product says that.
                let Some(owner) = owner else { return Ok(None) };
                Some(finding::by_owner::<Subscription>(cx, owner.id)?)
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

    fn states(&self) -> Vec<String> {
        let all = State::ALL.iter().map(|it| status(*it)).chain(["pendingActive"]);
        all.map(str::to_owned).collect()
    }

    /// An order of it, by who sells it: what cannot be ordered cannot be had.
    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Subscription, Error> {
        let order = bought(act, said)?;
        let order = order::place(act, order)?;
        let made = order.items().iter().find_map(|it| it.subscription);
        let made = made.ok_or_else(|| Error::internal("an order that is worked on makes one"))?;
        match text::<Name>(said, "productSerialNumber")? {
            Some(it) => subscription::describe(act, made, None, |was| {
                Ok(Said { serial_number: Some(it), ..was.clone() })
            }),
            None => act.get(made),
        }
    }

    fn change(
        &self,
        act: &mut Act<'_>,
        it: Subscription,
        change: &Change,
    ) -> Result<Subscription, Error> {
        let it = described(act, it, change)?;
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
pub(super) fn characteristics(it: &Subscription) -> Vec<Value> {
    let quantity = json!({ "name": "quantity", "valueType": "number", "value": it.quantity() });
    let said = it.attributes.iter().map(|it| {
        let value = match &it.value {
            AttributeValue::Text(text) => json!(text.as_str()),
            AttributeValue::Number(number) => json!(number.to_string()),
            AttributeValue::Flag(flag) => json!(flag),
        };
        json!({ "name": it.name.as_str(), "value": value })
    });
    let chosen = it.deal().characteristics.iter();
    let chosen = chosen.map(|(name, values)| characteristic::chosen(name, values));
    [quantity].into_iter().chain(chosen).chain(said).collect()
}

/// The term that runs.
fn term(of: &RunningTerm) -> Option<Value> {
    let key = of.key()?;
    let start = |it: Date| Zone::UTC.start_of(it).to_string();
    let until = of.end_on().map(start);
    Some(json!([{
        "name": key.as_str(),
        "validFor": { "startDateTime": start(of.start_on()), "endDateTime": until },
    }]))
}

/// What it belongs to, said from where it stands, and what it has to do with as it was ordered.
fn relationships(cx: Cx<'_>, it: &Subscription) -> Result<Value, Error> {
    let above = it.parent().map(|(id, belonging)| {
        let kind = match belonging {
            Belonging::Part => "isContainedIn",
            Belonging::AddOn | Belonging::Pool => "reliesOn",
        };
        json!({ "relationshipType": kind, "product": { "id": id.uuid() } })
    });
    Ok(or_nothing(above.into_iter().chain(ordered::relationships(cx, it)?).collect()))
}

/// The services and resources that others have made for it, by their names there.
fn realizing(cx: Cx<'_>, it: &Subscription) -> Result<Tree, Error> {
    let (mut services, mut resources) = (Vec::new(), Vec::new());
    for task in provisioning::of(cx, it.id)? {
        let outcome = task.outcome();
        services.extend(outcome.reference.as_ref().map(|it| json!({ "id": it })));
        let named = outcome.resources.iter();
        resources.extend(named.map(|(of, it)| json!({ "id": it.as_str(), "value": of.uuid() })));
    }
    let all = json!({
        "realizingService": or_nothing(services), "realizingResource": or_nothing(resources),
    });
    Ok(tree(all))
}
