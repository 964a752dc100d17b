//! What offerings cost: one price of several, when one can buy at it, and what a quote says of it.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, text};

const CATALOG: &str = "/tmf-api/productCatalogManagement/v4";
const QUOTE: &str = "/tmf-api/quoteManagement/v4/quote";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";

/// A market, who buys there and is billed on the first, and what is delivered.
struct Stall {
    market: Market,
    customer: String,
    specification: String,
}

impl Stall {
    fn on(day: &str) -> Self {
        let market = Market::on(day);
        let client = market.operator();
        let body = json!({
            "name": "Ann", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": {
                "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1, "shift_days": 0 },
            },
            "contacts": { "billing": { "family_name": "Lee", "email": "ann@whale.test" } },
        });
        let customer = text(&client.post("/accounts", &body)["id"]);
        let body = json!({ "name": "Line", "lifecycleStatus": "Active" });
        let specification =
            text(&client.post(&format!("{CATALOG}/productSpecification"), &body)["id"]);
        let customer = customer.split_once('_').unwrap().1.to_owned();
        Self { customer, specification, market }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    /// A price of 10 a month, of which more is said.
    fn price(&self, more: &Value) -> String {
        let mut body = json!({
            "name": "Fee", "priceType": "recurring", "recurringChargePeriodType": "month",
            "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": 10 },
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        text(&self.client().post(&format!("{CATALOG}/productOfferingPrice"), &body)["id"])
    }

    fn offering(&self, name: &str, price: &str) -> String {
        let body = json!({
            "name": name, "lifecycleStatus": "Launched",
            "productSpecification": { "id": self.specification },
            "productOfferingPrice": [{ "id": price }],
        });
        text(&self.client().post(&format!("{CATALOG}/productOffering"), &body)["id"])
    }

    fn wanted(&self, list: &str, offering: &str) -> Value {
        json!({
            list: [{ "id": "1", "action": "add", "productOffering": { "id": offering } }],
            "relatedParty": [{ "id": self.customer, "@referredType": "Customer" }],
        })
    }

    /// What a quote says that an offering costs.
    fn quoted(&self, offering: &str) -> String {
        let quote = self.client().post(QUOTE, &self.wanted("quoteItem", offering));
        if quote["state"] == "rejected" {
            return text(&quote["note"][0]["text"]).replace(offering, "{offering}");
        }
        let totals = quote["quoteTotalPrice"].as_array().unwrap().iter().map(|it| {
            let net = &it["price"]["dutyFreeAmount"]["value"];
            format!("{} {} {net}", it["name"], it["priceType"]).replace(['"'], "")
        });
        totals.collect::<Vec<_>>().join(", ")
    }
}

#[test]
fn a_price_of_several_offerings_is_one_for_all_of_them() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let price = stall.price(&json!({}));
    let all = [stall.offering("One", &price), stall.offering("Other", &price)];
    for offering in &all {
        let shown = client.get(&format!("{CATALOG}/productOffering/{offering}"));
        assert_eq!(shown["productOfferingPrice"][0]["id"], price.as_str(), "{shown}");
    }
    let listed = items(&client.call(&format!("GET {CATALOG}/productOfferingPrice"), None));
    assert_eq!(listed.len(), 1, "{listed:?}");
    let order = client.post(ORDER, &stall.wanted("productOrderItem", &all[1]));
    assert_eq!(order["state"], "completed", "{order}");
    let product = text(&order["productOrderItem"][0]["product"]["id"]);
    let product = client.get(&format!("/tmf-api/productInventory/v4/product/{product}"));
    assert_eq!(product["productPrice"][0]["productOfferingPrice"]["id"], price.as_str());
    let path = format!("{CATALOG}/productOfferingPrice/{price}");
    let changed = json!({ "name": "Base", "price": { "unit": "EUR", "value": 20 } });
    client.patch(&path, &changed);
    stall.market.advance_to("2026-01-02");
    assert_eq!(client.get(&path)["price"]["value"], 20);
    for offering in &all {
        let ours = client.get(&format!("/offers/{offering}")).to_string();
        assert!(ours.contains("Base") && !ours.contains("Fee"), "{ours}");
        assert!(stall.quoted(offering).ends_with("recurring 20.00"), "{}", stall.quoted(offering));
    }
    stall.market.advance_to("2026-02-02");
    let bills = items(&client.call("GET /tmf-api/customerBillManagement/v4/customerBill", None));
    let net: Vec<_> = bills.iter().map(|it| it["taxExcludedAmount"]["value"].to_string()).collect();
    assert!(net.iter().any(|it| it == "20.00"), "February costs what is said: {net:?}");
}

#[test]
fn a_price_says_what_an_order_costs_now_and_what_it_will_cost() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let price = stall.price(&json!({}));
    let offering = stall.offering("Line", &price);
    let path = format!("{CATALOG}/productOfferingPrice/{price}");
    let told = |it: &Value| {
        let all = it["pricingLogicAlgorithm"].as_array().into_iter().flatten();
        let all = all.map(|it| {
            let day = text(&it["validFor"]["startDateTime"]).replace("T00:00:00Z", "");
            format!("{} from {day}", it["price"]["value"])
        });
        format!("{}: {}", it["price"]["value"], all.collect::<Vec<_>>().join(", "))
    };
    let dearer = json!({ "price": { "unit": "EUR", "value": 20 } });
    let coming = "10: 10 from 2026-01-01, 20 from 2026-01-02";
    assert_eq!(told(&client.patch(&path, &dearer)), coming, "a version of today has begun");
    assert_eq!(told(&client.get(&path)), coming);
    assert!(stall.quoted(&offering).ends_with("recurring 10.00"), "{}", stall.quoted(&offering));
    assert_eq!(told(&client.patch(&path, &dearer)), coming, "said twice");
    let now = client.get(&path)["pricingLogicAlgorithm"][0].clone();
    let taken_back = client.patch(&path, &json!({ "pricingLogicAlgorithm": [now] }));
    assert_eq!(told(&taken_back), "10: ", "`price` says it all");
    client.patch(&path, &dearer);
    stall.market.advance_to("2026-01-02");
    assert_eq!(told(&client.get(&path)), "20: 10 from 2026-01-01, 20 from 2026-01-02");
    assert!(stall.quoted(&offering).ends_with("recurring 20.00"), "{}", stall.quoted(&offering));
}

#[test]
fn an_offering_may_take_and_give_up_what_another_has() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let price = stall.price(&json!({}));
    let body = json!({ "name": "Draft", "productOfferingPrice": [{ "id": price }] });
    let made = |_: u8| text(&client.post(&format!("{CATALOG}/productOffering"), &body)["id"]);
    let (first, second) = (made(1), made(2));
    let second = format!("{CATALOG}/productOffering/{second}");
    client.patch(&second, &json!({ "productOfferingPrice": [{ "id": price }], "name": "Same" }));
    client.patch(
        &format!("{CATALOG}/productOffering/{first}"),
        &json!({ "productOfferingPrice": [] }),
    );
    let left = text(&client.get(&second)["productOfferingPrice"][0]["id"]);
    let path = format!("{CATALOG}/productOfferingPrice/{left}");
    assert_eq!(client.get(&path)["price"]["value"], 10, "what is referred to is there");
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(client.get(&second).get("productOfferingPrice"), None);
}

#[test]
fn nobody_buys_at_a_price_that_is_not_valid() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let backwards = json!({
        "startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2026-02-01T00:00:00Z",
    });
    let body = json!({ "name": "Fee", "validFor": backwards });
    let refused = client.call(&format!("POST {CATALOG}/productOfferingPrice"), Some(&body));
    assert_eq!(told(&refused), "400 range: `validFor` must end after it begins");
    let valid = json!({
        "startDateTime": "2026-02-01T00:00:00Z", "endDateTime": "2026-03-01T00:00:00Z",
    });
    let price = stall.price(&json!({ "validFor": valid }));
    let offering = stall.offering("Line", &price);
    let path = format!("{CATALOG}/productOfferingPrice/{price}");
    assert_eq!(client.get(&path)["validFor"], valid);
    let order = client.post(ORDER, &stall.wanted("productOrderItem", &offering));
    assert_eq!(order["state"], "rejected", "{order}");
    let mut said = vec![text(&order["note"][0]["text"]).replace(&offering, "{offering}")];
    for day in ["2026-02-01", "2026-03-01"] {
        stall.market.advance_to(day);
        said.push(stall.quoted(&offering));
    }
    let longer = json!({ "validFor": { "endDateTime": null } });
    client.patch(&path, &longer);
    said.push(stall.quoted(&offering));
    expect_test::expect![[r#"
        no price `Fee` of the offer `{offering}` is valid on 2026-01-01
        null recurring 10.00
        no price `Fee` of the offer `{offering}` is valid on 2026-03-01
        null recurring 10.00"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn a_quote_tells_a_whole_period_from_the_days_before_it() {
    let stall = Stall::on("2026-01-28");
    let offering = stall.offering("Line", &stall.price(&json!({})));
    assert_eq!(
        stall.quoted(&offering),
        "Until the first whole period oneTime 1.29, null recurring 10.00"
    );
}

#[test]
fn one_switches_to_where_a_relationship_leads() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let large = stall.offering("Large", &stall.price(&json!({})));
    let small = stall.offering("Small", &stall.price(&json!({})));
    let order = client.post(ORDER, &stall.wanted("productOrderItem", &small));
    let product = &order["productOrderItem"][0]["product"];
    let modify = || {
        let item = json!({
            "id": "1", "action": "modify", "product": { "id": product["id"] },
            "productOffering": { "id": large },
        });
        let mut body = stall.wanted("productOrderItem", &large);
        body["productOrderItem"] = json!([item]);
        text(&client.post(ORDER, &body)["state"])
    };
    assert_eq!(modify(), "rejected");
    let path = format!("{CATALOG}/productOffering/{small}");
    let related = json!([
        { "id": large, "relationshipType": "upgrade" },
        { "id": large, "relationshipType": "goesWellWith" },
    ]);
    let shown = client.patch(&path, &json!({ "productOfferingRelationship": related }));
    assert_eq!(shown["productOfferingRelationship"], related);
    assert_eq!(modify(), "completed");
    let had = client.get(&format!("/subscriptions/sub_{}", text(&product["id"])));
    assert_eq!(had["offer"], format!("ofr_{large}"), "{had}");
}

#[test]
fn an_offering_takes_no_price_that_would_be_charged_otherwise_than_it_says() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let offers = |price: &str| {
        let body = json!({
            "name": "Line", "lifecycleStatus": "Launched",
            "productSpecification": { "id": stall.specification },
            "productOfferingPrice": [{ "id": price }],
        });
        told(&client.call(&format!("POST {CATALOG}/productOffering"), Some(&body)))
    };
    let typeless = offers(&stall.price(&json!({ "priceType": null })));
    assert!(
        typeless.starts_with("400 required: `productOfferingPrice[0].priceType`"),
        "{typeless}"
    );
    let tax = json!({ "tax": [{ "taxCategory": "VAT", "taxRate": 7 }] });
    let taxed = offers(&stall.price(&tax));
    assert!(taxed.starts_with("400 unsupported: `productOfferingPrice[0].tax`"), "{taxed}");
    let strange = offers(&stall.price(&json!({ "tax": [{ "taxCategory": "books" }] })));
    assert!(strange.starts_with("400 reference: `productOfferingPrice[0].tax`"), "{strange}");
    stall.market.taxed("books", "7");
    assert_eq!(offers(&stall.price(&json!({ "tax": [{ "taxCategory": "books" }] }))), "201");
    let price = stall.price(&json!({ "tax": [] }));
    assert_eq!(offers(&price), "201");
    let path = format!("PATCH {CATALOG}/productOfferingPrice/{price}");
    let taxed = told(&client.call(&path, Some(&tax)));
    assert!(taxed.starts_with("400 read_only: `tax`"), "{taxed}");
}

#[test]
fn a_price_that_is_said_within_an_offering_is_a_price_of_it() {
    let stall = Stall::on("2026-01-01");
    let client = stall.client();
    let fee = |name: &str, value: u32| {
        json!({
            "name": name, "priceType": "recurring", "recurringChargePeriodType": "month",
            "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": value },
        })
    };
    let offering = client.post(
        &format!("{CATALOG}/productOffering"),
        &json!({
            "name": "Line", "lifecycleStatus": "Launched",
            "productSpecification": { "id": stall.specification },
            "productOfferingPrice": [fee("Fee", 10)],
        }),
    );
    assert_eq!(offering["lifecycleStatus"], "Launched", "{offering}");
    let shown = offering["productOfferingPrice"][0].clone();
    let price = client.get(&format!("{CATALOG}/productOfferingPrice/{}", text(&shown["id"])));
    assert_eq!((&price["name"], &price["price"]["value"]), (&json!("Fee"), &json!(10)), "{price}");
    let id = text(&offering["id"]);
    assert!(stall.quoted(&id).ends_with("recurring 10.00"), "{}", stall.quoted(&id));
    let path = format!("{CATALOG}/productOffering/{id}");
    let both = json!({ "productOfferingPrice": [shown, fee("More", 5)] });
    let changed = client.patch(&path, &both);
    let names: Vec<_> = changed["productOfferingPrice"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 2, "{changed}");
    assert!(stall.quoted(&id).ends_with("recurring 15.00"), "{}", stall.quoted(&id));
    let wrong = json!({ "productOfferingPrice": [shown, { "priceType": "recurring" }] });
    let refused = told(&client.call(&format!("PATCH {path}"), Some(&wrong)));
    assert_eq!(refused, "400 required: `productOfferingPrice[1].name` must be given");
    let listed = items(&client.call(&format!("GET {CATALOG}/productOfferingPrice"), None));
    assert_eq!(listed.len(), 2, "of what was refused nothing is kept");
}
