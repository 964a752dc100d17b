//! Which revision of a thing an answer shows (`ETag`), and that nobody changes one that it does not know
//! (`If-Match`).

use serde_json::json;

use super::{header, told};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const CUSTOMER: &str = "/tmf-api/customerManagement/v4/customer";
const AGREEMENT: &str = "/tmf-api/agreementManagement/v4/agreement";
const CATEGORY: &str = "/tmf-api/productCatalogManagement/v4/category";
const PRICE: &str = "/tmf-api/productCatalogManagement/v4/productOfferingPrice";

#[test]
fn what_was_changed_since_it_was_read_is_not_changed() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let party = json!({ "id": "7", "name": "Ann", "@referredType": "Individual" });
    for (list, body, change) in [
        (CUSTOMER, json!({ "name": "Ann", "engagedParty": party }), json!({ "name": "Eve" })),
        (
            AGREEMENT,
            json!({
                "name": "Frame", "agreementType": "frame", "engagedParty": [party],
                "agreementItem": [{}],
            }),
            json!({ "description": "Longer" }),
        ),
        (CATEGORY, json!({ "name": "Lines" }), json!({ "description": "All lines" })),
        (PRICE, json!({ "name": "Fee" }), json!({ "description": "Monthly" })),
    ] {
        let made = client.call(&format!("POST {list}"), Some(&body));
        let path = text(&made.ok()["href"]);
        let tag = |what: &str| {
            let answer = client.call(&format!("GET {path}{what}"), None);
            assert!(answer.status.is_success(), "{}", told(&answer));
            header(&answer, "etag").unwrap_or_else(|| panic!("{path}")).to_owned()
        };
        let first = tag("");
        assert_eq!(header(&made, "etag"), Some(&*first), "{path}");
        assert_eq!(tag("?fields=id"), first, "{path}");
        let knowing = client.header("if-match", &first);
        let patch = |client: &crate::harness::client::Client<'_>| {
            client.call(&format!("PATCH {path}"), Some(&change))
        };
        let changed = patch(&knowing);
        assert!(changed.status.is_success(), "{}", told(&changed));
        let second = tag("");
        assert_ne!(first, second, "{path}");
        assert_eq!(header(&changed, "etag"), Some(&*second), "{path}");
        let late = patch(&knowing);
        assert!(told(&late).starts_with("412 stale: "), "{}", told(&late));
        let gone = knowing.call(&format!("DELETE {path}"), None);
        assert!(told(&gone).starts_with("412 stale: "), "{}", told(&gone));
        let any = patch(&client.header("if-match", "*"));
        assert!(any.status.is_success(), "{}", told(&any));
        let listed = client.call(&format!("GET {list}"), None);
        assert_eq!(header(&listed, "etag"), None, "a list has none");
    }
}

/// What a customer is granted by one of its accounts is granted to the customer: each account of it has changed.
#[test]
fn what_a_customer_was_granted_since_it_was_read_is_not_granted_otherwise() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let list = "/tmf-api/accountManagement/v4";
    let bare = |id: &str| id.split_once('_').unwrap().1.to_owned();
    let path = format!("{list}/billingAccount/{}", bare(&house.customer.billing_account));
    let party = format!("{list}/partyAccount/{}", bare(&house.customer.account));
    let tag = || {
        let answer = client.call(&format!("GET {path}"), None);
        header(&answer, "etag").unwrap_or_else(|| panic!("{}", told(&answer))).to_owned()
    };
    let exemption = |number: &str| {
        let it = json!({ "certificateNumber": number, "issuingJurisdiction": "DE" });
        json!({ "taxExemption": [it] })
    };
    let limit = |value: u32| json!({ "creditLimit": { "unit": "EUR", "value": value } });
    for (at, first, late) in [
        (&path, exemption("X"), exemption("Y")),
        (&path, limit(500), limit(600)),
        (&party, limit(700), limit(800)),
    ] {
        let known = tag();
        let knowing = client.header("if-match", &known);
        let writer = if *at == path { &knowing } else { &client };
        let granted = writer.call(&format!("PATCH {at}"), Some(&first));
        assert!(granted.status.is_success(), "{}", told(&granted));
        let now = tag();
        assert_ne!(known, now, "{first}");
        if *at == path {
            assert_eq!(header(&granted, "etag"), Some(&*now), "{first}");
        }
        let refused = told(&knowing.call(&format!("PATCH {path}"), Some(&late)));
        assert!(refused.starts_with("412 stale: "), "{refused}");
        assert_eq!(tag(), now, "nothing of that came to be");
    }
    let shown = client.get(&path);
    assert_eq!(shown["taxExemption"][0]["certificateNumber"], "X");
    assert_eq!(shown["creditLimit"]["value"].as_f64(), Some(700.0), "{shown}");
}

#[test]
fn what_follows_from_others_has_the_revision_of_what_it_is() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Line", &[monthly("Base", "EUR", "10")]);
    let customer = market.customer("Ann", "EUR");
    let subscription = market.order(&customer, &offer, 1);
    let id = subscription.split_once('_').unwrap().1;
    let client = market.operator();
    let ours = client.call(&format!("GET /subscriptions/{subscription}"), None);
    let theirs = client.call(&format!("GET /tmf-api/productInventory/v4/product/{id}"), None);
    assert!(theirs.status.is_success(), "{}", told(&theirs));
    assert!(header(&ours, "etag").is_some());
    assert_eq!(header(&ours, "etag"), header(&theirs, "etag"));
}

/// A patch with queries is refused, and told what would be taken.
#[test]
fn a_patch_is_one_of_three_forms() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let path = text(&client.post(CATEGORY, &json!({ "name": "Lines" }))["href"]);
    let patch = |kind: &str, body: serde_json::Value| {
        let client = client.header("content-type", kind);
        told(&client.call_raw(&format!("PATCH {path}"), Some(body.to_string().into_bytes())))
    };
    let steps = json!([{ "op": "replace", "path": "/name", "value": "All" }]);
    assert_eq!(patch("application/json-patch+json", steps.clone()), "200");
    assert_eq!(patch("application/merge-patch+json", json!({ "name": "Any" })), "200");
    let refused = patch("application/json-patch-query+json", steps);
    assert!(refused.starts_with("415 media_type: the body must be"), "{refused}");
    assert!(refused.contains("application/json-patch+json"), "{refused}");
}
