//! Where references lead: what the house says of something else that is served here has its address beside its
//! id. What clients said is shown as they said it.
//!
//! Within things addresses begin with the path of their API; what is told of one has where that is from outside.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::resource::{Api, Resource, Tree};
use super::table::APIS;

/// Attributes that refer to a resource and are not called like it.
const CALLED: &[(&str, &str)] = &[
    ("addsTo", "productOffering"),
    ("bill", "customerBill"),
    ("bundledProductOffering", "productOffering"),
    ("bundledProductSpecification", "productSpecification"),
    ("defaultPaymentMethod", "paymentMethod"),
    ("productOfferingRelationship", "productOffering"),
    ("productSpecificationRelationship", "productSpecification"),
    ("relatedBill", "customerBill"),
    ("subCategory", "category"),
];
/// The attributes with the address and the id of the order of an item.
const OF_ITEMS: (&str, &str, &str) = ("productOrderHref", "productOrderId", "productOrder");

/// The ids of all that is referred to in what the house knows of a thing.
pub(super) fn ids(known: &Tree) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    known.values().for_each(|it| gather(it, &mut found));
    found
}

fn gather(it: &Value, into: &mut BTreeSet<String>) {
    match it {
        Value::Array(all) => all.iter().for_each(|it| gather(it, into)),
        Value::Object(fields) => {
            let ids = ["id", OF_ITEMS.1].into_iter().filter_map(|name| fields.get(name)?.as_str());
            into.extend(ids.filter(|it| Uuid::try_parse(it).is_ok()).map(str::to_owned));
            fields.values().for_each(|it| gather(it, into));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Says of each reference in a thing to one of some ids where it leads, but in attributes that are just as a
/// client said them.
pub(super) fn say(
    shown: &mut Tree,
    ours: &BTreeSet<String>,
    is_said: impl Fn(&str, &Value) -> bool,
) {
    if ours.is_empty() {
        return;
    }
    for (name, it) in shown.iter_mut().filter(|(name, it)| !is_said(name, it)) {
        say_in(name, it, ours);
    }
}

fn say_in(name: &str, it: &mut Value, ours: &BTreeSet<String>) {
    match it {
        Value::Array(all) => all.iter_mut().for_each(|it| say_in(name, it, ours)),
        Value::Object(fields) => {
            let leads = |fields: &Tree, name: &str| {
                fields
                    .get(name)
                    .and_then(Value::as_str)
                    .filter(|it| ours.contains(*it))
                    .map(str::to_owned)
            };
            let is_open = |it: Option<&Value>| {
                it.and_then(Value::as_str).is_none_or(|it| base_at(it) == Some(0))
            };
            if let Some(id) = leads(fields, "id")
                && is_open(fields.get("href"))
                && let Some(list) = list(name, fields)
            {
                fields.insert("href".to_owned(), json!(format!("{list}/{id}")));
            }
            let (href, id, order) = OF_ITEMS;
            if let Some(id) = leads(fields, id)
                && let Some(list) = list(order, &Tree::new())
            {
                fields.insert(href.to_owned(), json!(format!("{list}/{id}")));
            }
            fields.iter_mut().for_each(|(name, it)| say_in(name, it, ours));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where the things are to which something in an attribute refers, if it says to which.
fn list(name: &str, it: &Tree) -> Option<String> {
    let class = it.get("@referredType").and_then(Value::as_str);
    let name = CALLED.iter().find(|it| it.0 == name).map_or(name, |it| it.1);
    let is_it = |of: &Resource| class.map_or(of.name == name, |it| of.is_called(it));
    let all = APIS.iter().flat_map(|api| api.resources.iter().map(move |of| (*api, of)));
    let mut found = all.filter(|it| is_it(it.1));
    found.next().map(|(api, of): (&Api, &Resource)| format!("{}/{}", api.base, of.name))
}

/// Where in an address the path of one of our APIs begins.
fn base_at(address: &str) -> Option<usize> {
    let base = |it: &&Api| {
        let at = address.find(it.base)?;
        address[at + it.base.len()..].starts_with('/').then_some(at)
    };
    APIS.iter().find_map(base)
}

/// Lets addresses within a thing begin with where the house is from outside, or with their path alone where
/// that is nothing.
pub(super) fn begin(within: &mut Tree, outside: &str) {
    within.values_mut().for_each(|it| begin_in(it, outside));
}

fn begin_in(it: &mut Value, outside: &str) {
    match it {
        Value::Array(all) => all.iter_mut().for_each(|it| begin_in(it, outside)),
        Value::Object(fields) => {
            for name in ["href", OF_ITEMS.0] {
                let Some(Value::String(address)) = fields.get_mut(name) else { continue };
                let at = base_at(address).filter(|at| *at == 0 || outside.is_empty());
                if let Some(at) = at {
                    *address = format!("{outside}{}", &address[at..]);
                }
            }
            fields.values_mut().for_each(|it| begin_in(it, outside));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where the house is from outside, by the address of one of its lists.
pub(super) fn outside(list: &str) -> &str {
    base_at(list).map_or("", |at| &list[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::entity::tree;

    const ID: &str = "00000000-0000-7000-8000-000000000000";

    #[test]
    fn what_the_house_refers_to_says_where_it_is_and_what_others_said_stays() {
        let known = tree(json!({
            "productOffering": { "id": ID }, "productOrderItem": [{ "productOrderId": ID }],
            "relatedParty": [{ "id": ID, "@referredType": "Customer" }], "note": [{ "id": "1" }],
        }));
        let mut shown = known.clone();
        let said = json!({ "id": "11111111-0000-7000-8000-000000000000" });
        shown.insert("productSpecification".to_owned(), said.clone());
        shown.insert("bundledProductOffering".to_owned(), json!([{ "id": ID, "href": "own" }]));
        shown.insert("category".to_owned(), json!([{ "id": ID }]));
        say(&mut shown, &ids(&known), |name, _| name == "category");
        let catalog = "/tmf-api/productCatalogManagement/v4/productOffering";
        let orders = "/tmf-api/productOrderingManagement/v4/productOrder";
        let customers = "/tmf-api/customerManagement/v4/customer";
        assert_eq!(shown["productOffering"]["href"], format!("{catalog}/{ID}"));
        assert_eq!(shown["productOrderItem"][0]["productOrderHref"], format!("{orders}/{ID}"));
        assert_eq!(shown["relatedParty"][0]["href"], format!("{customers}/{ID}"));
        assert_eq!((&shown["productSpecification"], &shown["note"]), (&said, &known["note"]));
        assert_eq!(shown["bundledProductOffering"][0]["href"], "own");
        assert_eq!(shown["category"], json!([{ "id": ID }]));
        let before = shown.clone();
        begin(&mut shown, "https://x.test/shop");
        let address = format!("https://x.test/shop{catalog}/{ID}");
        assert_eq!(shown["productOffering"]["href"], address.as_str());
        assert_eq!(outside(&address), "https://x.test/shop");
        begin(&mut shown, "");
        assert_eq!(shown, before);
    }
}
