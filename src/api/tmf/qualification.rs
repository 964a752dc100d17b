//! Whether offers can be had (TMF679): each item is tried as an order of it would be, and taken back.
//!
//! Who asks is whom the billing account and the related parties lead to, or who calls. Where that is no
//! customer, what holds for everybody is looked at: what is on sale, may be chosen, and has a price.

use serde_json::{Value, json};

use super::entity::reference;
use super::order_item::{self, Saying};
use super::ordered;
use super::product_order::{self, Buyer};
use super::resource::{Resource, Tree};
use super::tongue;
use crate::domain::error::{Invalid, Refusal};
use crate::domain::id::OfferId;
use crate::domain::order::item::{Item, Parent};
use crate::domain::order::{PlaceOrder, Request};
use crate::services::offer::Obstacle;
use crate::services::{Act, Cx, Error, offer, order};

/// The items.
const ITEMS: &str = "productOfferingQualificationItem";
/// So many items are asked about at once at most: each is tried, and all of them together, in one go.
const ITEMS_MAX: usize = 10;

/// Says of each item whether it can be had, and why not.
pub(super) fn qualify(act: &mut Act<'_>, of: &Resource, said: &mut Tree) -> Result<(), Error> {
    let now = act.now().to_string();
    let asked = asked(said)?;
    let reasons = reasons(act, said, &asked)?;
    let are_all = reasons.iter().all(Option::is_none);
    let items = said.entry(ITEMS).or_insert_with(|| json!([]));
    for (item, reason) in items.as_array_mut().into_iter().flatten().zip(reasons) {
        let Some(item) = item.as_object_mut() else { continue };
        item.insert("state".to_owned(), json!("done"));
        item.insert("qualificationItemResult".to_owned(), json!(result(reason.is_none())));
        item.remove(REASON);
        if let Some(label) = reason.map(|it| tongue::told(of, &it)) {
            item.insert(REASON.to_owned(), json!([{ "code": "notAvailable", "label": label }]));
        }
    }
    for (name, value) in [
        ("productOfferingQualificationDate", json!(now)),
        ("effectiveQualificationDate", json!(now)),
        ("qualificationResult", json!(result(are_all))),
        ("state", json!("done")),
    ] {
        said.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Where an item says why it cannot be had.
const REASON: &str = "eligibilityUnavailabilityReason";

const fn result(can_be_had: bool) -> &'static str {
    if can_be_had { "qualified" } else { "unqualified" }
}

/// The items as an order would have them: called by their place where they say nothing else.
fn asked(said: &Tree) -> Result<Vec<Value>, Invalid> {
    let all = said.get(ITEMS).and_then(Value::as_array).cloned().unwrap_or_default();
    if all.len() > ITEMS_MAX {
        return Err(Invalid::one(ITEMS, "range", format!("must have at most {ITEMS_MAX} items")));
    }
    let read = all.into_iter().enumerate().map(|(place, mut it)| {
        let wrong = || Invalid::one(format!("{ITEMS}/{place}"), "type", "must be an object");
        let fields = it.as_object_mut().ok_or_else(wrong)?;
        if let Some(relations) = fields.remove("qualificationItemRelationship") {
            fields.insert("productOrderItemRelationship".to_owned(), relations);
        }
        Ok(it)
    });
    read.collect()
}

/// What keeps an offering that an item adds from being had by anybody.
fn obstacle(cx: Cx<'_>, item: &Value) -> Result<Option<&'static str>, Error> {
    let offering = item.get("productOffering").or_else(|| item.pointer("/product/productOffering"));
    let adds = item.get("action").and_then(Value::as_str);
    if adds.is_some_and(|it| !it.eq_ignore_ascii_case("add")) && offering.is_none() {
        return Ok(None);
    }
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

/// Of each item why it cannot be had; nothing if it can.
fn reasons(act: &mut Act<'_>, said: &Tree, asked: &[Value]) -> Result<Vec<Option<String>>, Error> {
    let mut read = Vec::new();
    for (place, it) in asked.iter().enumerate() {
        let item = order_item::read(act.cx(), (ITEMS, place, Saying::Some), it)?;
        let item = item.map_err(|it| it.to_string());
        read.push(obstacle(act.cx(), it)?.map_or(item, |why| Err(why.to_owned())));
    }
    let buyer = match product_order::buyer_if_any(act.cx(), said)? {
        Ok(buyer) => buyer,
        Err(refusal) => {
            let why = refusal.to_string();
            return Ok(read.into_iter().map(|it| Some(it.err().unwrap_or(why.clone()))).collect());
        }
    };
    let asking = (said, buyer.as_ref());
    let all: Option<Vec<Item>> = read.iter().map(|it| it.as_ref().ok().cloned()).collect();
    let together = match all.filter(|it| it.len() > 1) {
        Some(items) => Some(objection(act, asking, items)?.map(|it| it.to_string())),
        None => None,
    };
    if together == Some(None) {
        return Ok(vec![None; read.len()]);
    }
    let together = together.flatten();
    let mut reasons = Vec::new();
    for (place, it) in read.into_iter().enumerate() {
        reasons.push(match (it, &together) {
            (Err(why), _) => Some(why),
            (Ok(item), Some(why)) if goes_with_another(&item) => Some(why.clone()),
            (Ok(item), _) => {
                let why = objection(act, asking, vec![item])?.map(|it| it.to_string());
                why.map(|it| it.replace("/items/0", &format!("/items/{place}")))
            }
        });
    }
    // What could be had by itself may not be had with the others.
    if reasons.iter().all(Option::is_none) {
        reasons.fill(together);
    }
    Ok(reasons)
}

/// Whether an item says what it has to do with another of them.
fn goes_with_another(it: &Item) -> bool {
    !it.relations.is_empty() || matches!(it.parent, Some(Parent::Item(..)))
}

/// Why items could not be ordered together; nothing if they could.
fn objection(
    act: &mut Act<'_>,
    (said, buyer): (&Tree, Option<&Buyer>),
    items: Vec<Item>,
) -> Result<Option<Refusal>, Error> {
    let Some(buyer) = buyer else {
        for it in &items {
            if let Some(why) = order::objection_to_all(act.cx(), it)? {
                return Ok(Some(why));
            }
        }
        return Ok(None);
    };
    let request = Request {
        billing_account: buyer.billing_account,
        channel: ordered::channel(said),
        ..Request::plain()
    };
    match PlaceOrder::new(buyer.account.id, items, request) {
        Ok(placed) => order::objection(act, placed),
        Err(invalid) => Ok(Some(invalid.into())),
    }
}
