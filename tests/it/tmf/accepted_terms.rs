//! Terms of use: an offering says what its buyers must accept, and an order that it is accepted.

use serde_json::{Value, json};

use super::{items, plain, told};
use crate::harness::market::{Market, monthly, text};

const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const QUOTE: &str = "/tmf-api/quoteManagement/v4/quote";

/// A market in which an offering has terms, and who wants it.
struct Shop {
    market: Market,
    customer: String,
    offering: String,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let terms = json!({ "terms_of_use": {
            "version": "2026-01", "title": { "en": "House rules" },
            "url": "https://example.com/rules",
        } });
        let prices = [monthly("Fee", "EUR", "20")];
        let offer = market.offer_like("Mailbox", &prices, (terms, json!({})));
        let customer = plain(&market.customer("Ann", "EUR")["id"]);
        let offering = plain(&json!(offer));
        Self { market, customer, offering }
    }

    fn wanted(&self, list: &str, (of_order, of_item): (Value, Value)) -> Value {
        json!({
            list: [{
                "id": "1", "action": "add", "productOffering": { "id": self.offering },
                "product": { "agreement": of_item },
            }],
            "agreement": of_order,
            "relatedParty": [{ "id": self.customer, "@referredType": "Customer" }],
        })
    }

    fn orders(&self, agreements: (Value, Value)) -> Value {
        self.market.operator().post(ORDER, &self.wanted("productOrderItem", agreements))
    }
}

#[test]
fn an_order_accepts_the_terms_that_its_offering_has_and_who_did_and_when_is_kept() {
    let shop = Shop::open();
    let client = shop.market.operator();
    let offering = client.get(&format!("{OFFERING}/{}", shop.offering));
    let terms = &offering["agreement"][0];
    let id = format!("{}:2026-01", shop.offering);
    assert_eq!(
        *terms,
        json!({
            "id": id, "name": "House rules", "href": "https://example.com/rules",
            "@referredType": "TermsOfUse",
        })
    );
    let frame = json!({ "id": "frame-7", "name": "Framework" });
    for agreements in [
        (json!([frame, terms]), json!([])),
        (json!([]), json!([terms])),
        (json!([frame]), json!([{ "id": "2026-01" }])),
    ] {
        let order = shop.orders(agreements.clone());
        assert_eq!(order["state"], "completed", "{agreements:?}: {order}");
        let accepted = &order["acceptedTerms"][0];
        assert_eq!((&accepted["id"], &accepted["version"]), (&json!(id), &json!("2026-01")));
        assert_eq!(accepted["acceptedDate"], "2026-01-01T00:00:00Z");
        assert_eq!(accepted["acceptedBy"]["id"], plain(&json!(shop.market.house.operator.id)));
        assert_eq!(order["agreement"], agreements.0, "what was said is shown");
        let ours = client.get(&format!("/orders/ord_{}", text(&order["id"])));
        assert_eq!(ours["accepted_terms"][0]["version"], "2026-01", "{ours}");
    }
    shop.market.must_be_whole();
}

#[test]
fn an_order_that_does_not_accept_them_is_rejected_and_says_which() {
    let shop = Shop::open();
    let other = format!("{}:2025-01", shop.offering);
    for agreements in [
        (json!([]), json!([])),
        (json!([{ "id": "frame-7" }]), json!([])),
        (json!([{ "id": other }]), json!([])),
        (json!([{ "id": "2026-01" }]), json!([])),
    ] {
        let order = shop.orders(agreements.clone());
        assert_eq!(order["state"], "rejected", "{agreements:?}: {order}");
        let notes = order["note"].as_array().unwrap();
        let why = text(&notes.last().unwrap()["text"]);
        assert!(
            why.starts_with("`agreement` must accept version `2026-01` of the terms of use of"),
            "{why}"
        );
    }
    let products = items(&shop.market.operator().call(&format!("GET {PRODUCT}"), None));
    assert!(products.is_empty(), "nothing came of it: {products:?}");
    shop.market.must_be_whole();
}

#[test]
fn a_quote_that_is_accepted_and_a_product_that_is_had_accept_them_too() {
    let shop = Shop::open();
    let client = shop.market.operator();
    let quote = client.post(QUOTE, &shop.wanted("quoteItem", (json!([]), json!([]))));
    let path = format!("{QUOTE}/{}", text(&quote["id"]));
    client.patch(&path, &json!({ "state": "approved" }));
    let accepts = |agreement: Value| {
        let body = json!({ "state": "accepted", "agreement": agreement });
        told(&client.call(&format!("PATCH {path}"), Some(&body)))
    };
    assert!(accepts(json!([])).starts_with("400 required: `agreement` must accept version"));
    let terms = json!([{ "id": format!("{}:2026-01", shop.offering) }]);
    assert_eq!(accepts(terms.clone()), "200");
    let product = |agreement: &Value| {
        let body = json!({
            "productOffering": { "id": shop.offering }, "agreement": agreement,
            "relatedParty": [{ "id": shop.customer, "@referredType": "Customer" }],
        });
        told(&client.call(&format!("POST {PRODUCT}"), Some(&body)))
    };
    assert!(product(&json!([])).starts_with("400 required: `agreement` must accept version"));
    assert_eq!(product(&terms), "201");
    let products = items(&client.call(&format!("GET {PRODUCT}"), None));
    assert_eq!(products.len(), 2, "{products:?}");
    shop.market.must_be_whole();
}
