//! Quotes and the orders that take them, and for whom something is ordered.

use serde_json::{Value, json};

use super::commerce::launched;
use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const QUOTE: &str = "/tmf-api/quoteManagement/v4/quote";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const ACCOUNT: &str = "/tmf-api/accountManagement/v4/billingAccount";

/// What is offered, who buys it, and a billing account beside its first.
struct Table {
    market: Market,
    offering: String,
    customer: String,
    billed: String,
}

impl Table {
    fn set() -> Self {
        let market = Market::on("2026-01-01");
        let client = market.operator();
        let (offering, _) = launched(&client);
        let customer = text(&market.customer("Ann", "EUR")["id"]);
        let customer = customer.split_once('_').unwrap().1.to_owned();
        let address = json!({ "street": "Ring 2", "city": "Berlin", "country": "DE" });
        let home = format!("/accounts/{}", market.house.customer.account);
        client.patch(&home, &json!({ "address": address }));
        let body = json!({ "name": "Lab", "relatedParty": [{ "id": customer }] });
        let billed = text(&client.post(ACCOUNT, &body)["id"]);
        Self { offering, customer, billed, market }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    fn item(&self) -> Value {
        json!({ "id": "1", "action": "add", "quantity": 2, "productOffering": { "id": self.offering } })
    }

    fn party(&self) -> Value {
        json!([{ "id": self.customer, "role": "customer", "@referredType": "Customer" }])
    }

    /// A quote that is approved, billed to the laboratory.
    fn approved(&self) -> String {
        let body = json!({
            "quoteItem": [self.item()], "relatedParty": self.party(),
            "billingAccount": { "id": self.billed },
        });
        let quote = self.client().post(QUOTE, &body);
        let path = format!("{QUOTE}/{}", text(&quote["id"]));
        self.client().patch(&path, &json!({ "state": "approved" }));
        path
    }

    /// An order of the same that names a quote in some way.
    fn order(&self, naming: Value) -> Value {
        let mut body = json!({ "productOrderItem": [self.item()], "relatedParty": self.party() });
        body.as_object_mut().unwrap().extend(naming.as_object().unwrap().clone());
        body
    }

    fn products(&self) -> Vec<Value> {
        items(&self.client().call(&format!("GET {PRODUCT}"), None))
    }
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[test]
fn an_accepted_quote_names_its_order_and_is_billed_where_it_says() {
    let table = Table::set();
    let client = table.client();
    let quote = table.approved();
    let accepted = client.patch(&quote, &json!({ "state": "accepted" }));
    let order = text(&accepted["productOrder"][0]["id"]);
    assert_eq!(client.get(&quote)["productOrder"], accepted["productOrder"]);
    let placed = client.get(&format!("{ORDER}/{order}"));
    assert_eq!(
        (&placed["state"], &placed["quote"][0]["id"]),
        (&json!("completed"), &json!(id(&quote)))
    );
    let products = table.products();
    assert_eq!(products.len(), 1);
    assert_eq!(products[0]["billingAccount"]["id"], table.billed.as_str());
    for naming in [
        json!({ "quote": [{ "id": id(&quote) }] }),
        json!({ "productOrderItem": [{
            "id": "1", "action": "add", "productOffering": { "id": table.offering },
            "quoteItem": { "id": "1", "quoteId": id(&quote) },
        }] }),
    ] {
        let again = told(&client.call(&format!("POST {ORDER}"), Some(&table.order(naming))));
        let expected = format!(
            "409 in_use: the quote `{}` was ordered already, by the product order `{order}`",
            id(&quote)
        );
        assert_eq!(again, expected);
    }
    assert_eq!(table.products().len(), 1, "it is sold once");
}

#[test]
fn an_order_that_names_a_quote_takes_it() {
    let table = Table::set();
    let client = table.client();
    let quote = table.approved();
    let naming = || json!({ "quote": [{ "id": id(&quote), "@referredType": "Quote" }] });
    let less = json!({ "quantity": 1, "id": "1", "action": "add",
        "productOffering": { "id": table.offering } });
    let mut other = table.order(naming());
    other["productOrderItem"] = json!([less]);
    let refused = told(&client.call(&format!("POST {ORDER}"), Some(&other)));
    assert_eq!(
        refused,
        "400 reference: `productOrderItem[0]` asks for something else than the quote"
    );
    let order = client.post(ORDER, &table.order(naming()));
    assert_eq!(
        (&order["state"], &order["quote"][0]["id"]),
        (&json!("completed"), &json!(id(&quote)))
    );
    assert_eq!(order["quote"][0]["href"], quote.as_str());
    let taken = client.get(&quote);
    assert_eq!(
        (&taken["state"], &taken["productOrder"][0]["id"]),
        (&json!("accepted"), &order["id"])
    );
    assert_eq!(table.products()[0]["billingAccount"]["id"], table.billed.as_str());
    let open =
        client.post(QUOTE, &json!({ "quoteItem": [table.item()], "relatedParty": table.party() }));
    let naming = |id: &Value| table.order(json!({ "quote": [{ "id": id }] }));
    for (id, expected) in [
        (&open["id"], "409 order_state_forbids: cannot accept a quote that is `in_progress`"),
        (
            &json!("7"),
            "400 reference: `quote` no quote with the id `7` is here that could be ordered",
        ),
    ] {
        assert_eq!(told(&client.call(&format!("POST {ORDER}"), Some(&naming(id)))), expected);
    }
    assert_eq!(table.products().len(), 1);
}

#[test]
fn nothing_is_ordered_for_somebody_else_than_who_is_named() {
    let table = Table::set();
    let house = &table.market.house;
    let buyer = house.client(&house.customer.admin);
    let own = house.customer.account.split_once('_').unwrap().1.to_owned();
    let named = |id: &str| json!({ "relatedParty": [{ "id": id, "role": "customer" }] });
    let somebody = json!({ "relatedParty": [{ "id": "xyz" }] });
    let billed = json!({ "billingAccount": { "id": table.billed } });
    for (path, list) in [(ORDER, "productOrderItem"), (QUOTE, "quoteItem")] {
        let body = |who: &Value| {
            let mut body = json!({ list: [table.item()] });
            body.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
            body
        };
        let said = |who: &Value| told(&buyer.call(&format!("POST {path}"), Some(&body(who))));
        for who in [&named(&table.customer), &somebody, &billed] {
            let refused = said(who);
            assert!(refused.starts_with("400 reference_unknown: "), "{path} {who}: {refused}");
            assert!(refused.ends_with("is not there, or has no `id`"), "{refused}");
        }
        assert_eq!(table.products().len(), usize::from(path == QUOTE), "nothing was delivered");
        let contact = json!({ "relatedParty": [{ "id": "42", "role": "contact" }] });
        assert_eq!((said(&named(&own)).as_str(), path), ("201", path));
        if path == QUOTE {
            assert_eq!(said(&contact), "201", "who else has to do with it does not buy");
        }
    }
    let client = table.client();
    let mut mixed = table.order(billed);
    mixed["relatedParty"] = named(&own)["relatedParty"].clone();
    let kept = client.post(ORDER, &mixed);
    assert_eq!(kept["state"], "rejected");
    let note = text(&kept["note"][0]["text"]);
    assert_eq!(note, "the billing account is not of the customer that `relatedParty` names");
}

#[test]
fn an_order_stays_of_which_something_came() {
    let table = Table::set();
    let client = table.client();
    let order = client.post(ORDER, &table.order(json!({})));
    let path = format!("{ORDER}/{}", text(&order["id"]));
    let refused = told(&client.call(&format!("DELETE {path}"), None));
    assert_eq!(
        refused,
        "409 order_state_forbids: the order is `completed`: what came of it, or will, goes on"
    );
    assert_eq!(client.get(&path)["state"], "completed");
    let later = json!({ "requestedStartDate": "2026-03-01T00:00:00Z" });
    let later = client.post(ORDER, &table.order(later));
    assert_eq!(later["state"], "acknowledged");
    let path = format!("DELETE {ORDER}/{}", text(&later["id"]));
    assert_eq!(client.call(&path, None).status, 204);
    let nothing = json!({ "productOrderItem": [] });
    let refused = told(&client.call(&format!("POST {ORDER}"), Some(&table.order(nothing))));
    assert_eq!(refused, "400 required: `productOrderItem` must have at least one item");
}

/// What each thing costs, and all of them, before and after it is ordered.
#[test]
fn a_quote_and_a_cart_say_what_each_of_their_items_costs() {
    let table = Table::set();
    let client = table.client();
    let prices = |all: &Value| {
        let all = all.as_array().unwrap_or_else(|| panic!("{all}")).iter().map(|it| {
            let price = &it["price"];
            format!(
                "{} {} {} {}",
                text(&it["priceType"]),
                it["recurringChargePeriod"].as_str().unwrap_or("-"),
                price["dutyFreeAmount"]["value"],
                price["taxIncludedAmount"]["value"]
            )
        });
        all.collect::<Vec<_>>().join(", ")
    };
    let second = json!({
        "id": "2", "action": "add", "quantity": 1, "productOffering": { "id": table.offering },
    });
    let lines = json!([table.item(), second]);
    let quote = client.post(QUOTE, &json!({ "quoteItem": lines, "relatedParty": table.party() }));
    let items = &quote["quoteItem"];
    assert_eq!(prices(&items[0]["quoteItemPrice"]), "recurring month 19.80 23.76");
    assert_eq!(prices(&items[1]["quoteItemPrice"]), "recurring month 9.90 11.88");
    assert_eq!(prices(&quote["quoteTotalPrice"]), "recurring month 29.70 35.64");

    let carts = "/tmf-api/shoppingCart/v4/shoppingCart";
    let unknown = json!({ "id": "3", "action": "add", "productOffering": { "id": "7" } });
    let lines = json!([table.item(), unknown]);
    let cart = client.post(carts, &json!({ "cartItem": lines, "relatedParty": table.party() }));
    let items = &cart["cartItem"];
    assert_eq!(prices(&items[0]["ItemTotalPrice"]), "recurring month 19.80 23.76");
    let unit = &items[0]["itemPrice"][0];
    assert_eq!(unit["price"]["dutyFreeAmount"]["value"].to_string(), "9.9", "{unit}");
    assert_eq!(items[0]["quantity"], 2, "what was said is there");
    assert_eq!(items[1]["productOffering"], json!({ "id": "7" }));
    assert_eq!(items[1].get("ItemTotalPrice"), None, "nobody knows");
    assert_eq!(prices(&cart["cartTotalPrice"]), "recurring month 19.80 23.76");
    let path = format!("{carts}/{}", text(&cart["id"]));
    assert_eq!(client.get(&path), cart);
    let fewer = json!({ "cartItem": [{
        "id": "1", "action": "add", "quantity": 1, "productOffering": { "id": table.offering },
    }] });
    let changed = client.patch(&path, &fewer);
    assert_eq!(prices(&changed["cartItem"][0]["ItemTotalPrice"]), "recurring month 9.90 11.88");
}

#[test]
fn what_is_charged_by_use_stands_beside_what_something_comes_to() {
    let table = Table::set();
    let client = table.client();
    let by_use = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": table.market.meter,
        "model": { "kind": "per_unit", "per_unit": "0.5" },
    });
    let prices = [monthly("Fee", "EUR", "10"), by_use];
    let offering = table.market.offer("Data", &prices).split_once('_').unwrap().1.to_owned();
    let item = json!({ "id": "1", "action": "add", "productOffering": { "id": offering } });
    let told = |all: &Value| {
        let all = all.as_array().unwrap_or_else(|| panic!("{all}")).iter().map(|it| {
            let (unit, why) = (&it["unitOfMeasure"], &it["description"]);
            let net = &it["price"]["dutyFreeAmount"]["value"];
            format!("{} {net} {unit} {why}", it["priceType"])
        });
        all.collect::<Vec<_>>().join(", ").replace('"', "")
    };
    let expected = "recurring 10.00 null null, usage 0.5 GB Comes on top, for what is used";
    let quote = client.post(QUOTE, &json!({ "quoteItem": [item], "relatedParty": table.party() }));
    assert_eq!(told(&quote["quoteItem"][0]["quoteItemPrice"]), expected);
    assert_eq!(told(&quote["quoteTotalPrice"]), expected);
    let carts = "/tmf-api/shoppingCart/v4/shoppingCart";
    let cart = client.post(carts, &json!({ "cartItem": [item], "relatedParty": table.party() }));
    assert_eq!(told(&cart["cartItem"][0]["ItemTotalPrice"]), expected);
    assert_eq!(told(&cart["cartTotalPrice"]), expected);
}

#[test]
fn a_quote_is_charged_as_it_says_or_not_taken() {
    let table = Table::set();
    let client = table.client();
    let quote = table.approved();
    let prices =
        items(&client.call("GET /tmf-api/productCatalogManagement/v4/productOfferingPrice", None));
    let price = text(&prices[0]["id"]);
    let path = format!("/tmf-api/productCatalogManagement/v4/productOfferingPrice/{price}");
    client.patch(&path, &json!({ "price": { "unit": "EUR", "value": 15 } }));
    table.market.advance_to("2026-01-03");
    let accepted = json!({ "state": "accepted" });
    let refused = told(&client.call(&format!("PATCH {quote}"), Some(&accepted)));
    assert_eq!(
        refused,
        "409 order_state_forbids: the quote says 19.80 EUR before tax, and it would cost 30.00 EUR now; \
         ask for a new one"
    );
    assert_eq!(
        (client.get(&quote)["state"].clone(), table.products().len()),
        (json!("approved"), 0)
    );
    client.patch(&quote, &json!({ "state": "rejected" }));
    let anew = client.patch(&quote, &json!({ "state": "inProgress" }));
    let totals: Vec<_> = anew["quoteTotalPrice"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (text(&it["priceType"]), it["price"]["dutyFreeAmount"]["value"].to_string()))
        .collect();
    assert!(totals.contains(&("recurring".to_owned(), "30.00".to_owned())), "{totals:?}");
    client.patch(&quote, &json!({ "state": "approved" }));
    assert_eq!(client.patch(&quote, &accepted)["state"], "accepted");
    table.market.must_be_whole();
}

#[test]
fn a_quote_is_about_what_it_shows() {
    let table = Table::set();
    let client = table.client();
    let body = json!({ "quoteItem": [table.item()], "relatedParty": table.party() });
    let quote = format!("{QUOTE}/{}", text(&client.post(QUOTE, &body)["id"]));
    let total =
        |it: &Value| it["quoteTotalPrice"][0]["price"]["dutyFreeAmount"]["value"].to_string();
    let asks = |quantity: u32| {
        let mut item = table.item();
        item["quantity"] = json!(quantity);
        json!({ "quoteItem": [item] })
    };
    let nine = client.patch(&quote, &asks(9));
    assert_eq!((&nine["quoteItem"][0]["quantity"], total(&nine)), (&json!(9), "89.10".to_owned()));
    let mut noted = nine["quoteItem"].clone();
    noted[0]["note"] = json!([{ "text": "in blue" }]);
    assert_eq!(total(&client.patch(&quote, &json!({ "quoteItem": noted }))), "89.10");
    client.patch(&quote, &json!({ "state": "approved" }));
    for state in ["approved", "accepted"] {
        client.patch(&quote, &json!({ "state": state }));
        let refused = told(&client.call(&format!("PATCH {quote}"), Some(&asks(3))));
        let why = format!("409 order_state_forbids: a quote that is `{state}` is not changed");
        assert_eq!(refused, why);
    }
    let shown = table.products()[0]["productCharacteristic"][0]["value"].clone();
    assert_eq!(shown, json!(9));
    table.market.must_be_whole();
}

#[test]
fn the_billing_account_of_a_quote_is_said_alone_or_in_a_list() {
    let table = Table::set();
    let client = table.client();
    let two = json!([{ "id": table.billed }, { "id": table.billed }]);
    let body = |billed: &Value| {
        json!({
            "quoteItem": [table.item()], "relatedParty": table.party(), "billingAccount": billed,
        })
    };
    let refused = told(&client.call(&format!("POST {QUOTE}"), Some(&body(&two))));
    assert_eq!(
        refused,
        "400 range: `billingAccount` must name one billing account, and not several"
    );
    let made = client.post(QUOTE, &body(&json!([{ "id": table.billed }])));
    let quote = format!("{QUOTE}/{}", text(&made["id"]));
    for state in ["approved", "accepted"] {
        assert_eq!(client.patch(&quote, &json!({ "state": state }))["state"], state);
    }
    assert_eq!(table.products()[0]["billingAccount"]["id"], table.billed.as_str());
}
