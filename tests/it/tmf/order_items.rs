//! What an item of an order says beside what is had: for how long, where it is billed, what it goes with.

use serde_json::{Value, json};

use super::plain;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";

struct Shop {
    market: Market,
    line: String,
    option: String,
    customer: Value,
}

impl Shop {
    /// A line that is had for a year or two, an option to it, and who buys them.
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let fee = [monthly("Base", "EUR", "10")];
        let terms = json!({ "terms": [
            { "key": "year", "name": { "en": "One year" }, "duration": "1 year", "default": true },
            { "key": "years", "name": { "en": "Two years" }, "duration": "2 years" },
        ] });
        let line = market.offer_like("Line", &fee, (terms, json!({})));
        let adds = json!({ "adds_to": line });
        let option = plain(&json!(market.offer_like("Roaming", &fee, (adds, json!({})))));
        let customer = market.customer("Ann", "EUR");
        Self { line: plain(&json!(line)), option, customer, market }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    fn orders(&self, items: &Value) -> Value {
        let party = json!([{ "id": plain(&self.customer["id"]), "@referredType": "Customer" }]);
        self.client().post(ORDER, &json!({ "productOrderItem": items, "relatedParty": party }))
    }

    /// What became of the order of a line with more said of it.
    fn came_of(&self, more: Value) -> String {
        let mut item =
            json!({ "id": "1", "action": "add", "productOffering": { "id": self.line } });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let order = self.orders(&json!([item]));
        if order["state"] == "rejected" {
            return text(&order["note"].as_array().unwrap().last().unwrap()["text"]);
        }
        for (name, value) in more.as_object().unwrap() {
            assert_eq!(
                order["productOrderItem"][0][name], *value,
                "{name} is shown as it was said"
            );
        }
        let product = text(&order["productOrderItem"][0]["product"]["id"]);
        let shown = self.client().get(&format!("{PRODUCT}/{product}"));
        let until = text(&shown["productTerm"][0]["validFor"]["endDateTime"]);
        format!("{} until {}", text(&shown["productTerm"][0]["name"]), &until[..10])
    }
}

#[test]
fn an_item_is_had_for_the_term_that_it_names() {
    let shop = Shop::open();
    let years = |count: u32| json!({ "amount": count, "units": "year" });
    let mut all = String::new();
    for more in [
        json!({}),
        json!({ "itemTerm": [] }),
        json!({ "itemTerm": [{ "name": "Two years", "description": "long" }] }),
        json!({ "itemTerm": [{ "name": "YEAR" }] }),
        json!({ "itemTerm": [{ "duration": years(2) }] }),
        json!({ "itemTerm": [{ "duration": { "amount": 24, "units": "months" } }] }),
        json!({ "itemTerm": [{ "name": "For good" }] }),
        json!({ "itemTerm": [{ "duration": years(3) }] }),
        json!({ "itemTerm": [{ "name": "One year" }, { "name": "Two years" }] }),
        json!({ "productOrderItem": [{ "id": "2", "action": "add" }] }),
    ] {
        all += &format!("{}\n", shop.came_of(more));
    }
    expect_test::expect![[r"
        year until 2027-01-01
        year until 2027-01-01
        years until 2028-01-01
        year until 2027-01-01
        years until 2028-01-01
        years until 2028-01-01
        `itemTerm` names no term that the product offering has
        `itemTerm` names no term that the product offering has
        `itemTerm` must name one term, and not several
        `productOrderItem`: nothing is had within an item: say it beside it
    "]]
    .assert_eq(&all);
    let product = json!({
        "productOffering": { "id": shop.line }, "productTerm": [{ "name": "Two years" }],
        "relatedParty": [{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }],
    });
    let made = shop.client().post(PRODUCT, &product);
    assert_eq!(made["productTerm"][0]["name"], "years", "{made}");
    shop.market.must_be_whole();
}

#[test]
fn an_item_is_billed_where_it_says() {
    let shop = Shop::open();
    let client = shop.client();
    let body = json!({ "account": shop.customer["id"], "name": "Second" });
    let second = plain(&client.post("/billing_accounts", &body)["id"]);
    let item = |key: &str, more: Value| {
        let mut item =
            json!({ "id": key, "action": "add", "productOffering": { "id": shop.line } });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let order = shop.orders(&json!([
        item("1", json!({})),
        item("2", json!({ "billingAccount": { "id": second } })),
    ]));
    let billed = [0, 1].map(|place: usize| {
        let product = text(&order["productOrderItem"][place]["product"]["id"]);
        text(&client.get(&format!("{PRODUCT}/{product}"))["billingAccount"]["id"])
    });
    assert_eq!(billed, [plain(&shop.customer["billing_account"]), second]);
    shop.market.must_be_whole();
}

#[test]
fn an_option_relies_on_another_item_of_the_same_order() {
    let shop = Shop::open();
    let relies = |on: &str| json!([{ "id": on, "relationshipType": "reliesOn" }]);
    let items = |on: &str| {
        json!([
            { "id": "1", "action": "add", "productOffering": { "id": shop.line } },
            {
                "id": "2", "action": "add", "productOffering": { "id": shop.option },
                "productOrderItemRelationship": relies(on),
            },
        ])
    };
    let order = shop.orders(&items("1"));
    assert_eq!(order["state"], "completed", "{order}");
    assert_eq!(order["productOrderItem"][1]["productOrderItemRelationship"], relies("1"));
    let product = |place: usize| text(&order["productOrderItem"][place]["product"]["id"]);
    let option = shop.client().get(&format!("{PRODUCT}/{}", product(1)));
    let href = format!("{PRODUCT}/{}", product(0));
    let above = json!({ "id": product(0), "href": href });
    let expected = json!([{ "relationshipType": "reliesOn", "product": above }]);
    assert_eq!(option["productRelationship"], expected);
    let party = json!([{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }]);
    let mut told = String::new();
    for items in [
        items("7"),
        json!([{
            "id": "1", "action": "add", "productOffering": { "id": shop.line },
            "productOrderItemRelationship": [{ "id": "1" }],
        }]),
    ] {
        let body = json!({ "productOrderItem": items, "relatedParty": party });
        let answer = shop.client().call(&format!("POST {ORDER}"), Some(&body));
        let said = answer.json();
        let note = said["note"].as_array().map(|it| text(&it[0]["text"])).unwrap_or_default();
        told += &format!(
            "{} {}{note}\n",
            answer.status.as_u16(),
            said["reason"].as_str().unwrap_or("")
        );
    }
    expect_test::expect![[r"
        201 `productOrderItem[1].productOrderItemRelationship` names no other item of the order: `7`
        400 `productOrderItem[0].productOrderItemRelationship[0].relationshipType` must be given
    "]]
    .assert_eq(&told);
    shop.market.must_be_whole();
}

#[test]
fn a_product_is_called_as_its_order_says_and_ends_when_that_is_to_be_done() {
    let shop = Shop::open();
    let item = json!({
        "id": "1", "action": "add", "productOffering": { "id": shop.line },
        "product": { "name": "Line of Ann" },
    });
    let order = shop.orders(&json!([item]));
    let product = text(&order["productOrderItem"][0]["product"]["id"]);
    let shown = || shop.client().get(&format!("{PRODUCT}/{product}"));
    assert_eq!(shown()["name"], "Line of Ann");
    let party = json!([{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }]);
    let item = json!({ "id": "1", "action": "delete", "product": { "id": product } });
    let order = shop.client().post(
        ORDER,
        &json!({
            "productOrderItem": [item], "relatedParty": party,
            "requestedCompletionDate": "2026-01-20T00:00:00Z",
        }),
    );
    assert_eq!((&order["state"], &shown()["status"]), (&json!("acknowledged"), &json!("active")));
    shop.market.advance_to("2026-01-19");
    assert_eq!(shown()["status"], "active", "nothing ends before its day");
    shop.market.advance_to("2026-01-21");
    let order = shop.client().get(&format!("{ORDER}/{}", text(&order["id"])));
    assert_eq!(order["state"], "completed", "{order}");
    assert_eq!(shown()["status"], "terminated");
    shop.market.must_be_whole();
}

#[test]
fn an_order_is_called_off_at_once_or_not_at_all() {
    let shop = Shop::open();
    let later = json!({ "requestedStartDate": "2026-03-01T00:00:00Z" });
    let party = json!([{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }]);
    let mut body = json!({
        "productOrderItem": [{ "id": "1", "action": "add", "productOffering": { "id": shop.line } }],
        "relatedParty": party,
    });
    body["requestedStartDate"] = later["requestedStartDate"].clone();
    let order = shop.client().post(ORDER, &body);
    let calls_off = |at: Option<&str>| {
        let body = json!({
            "productOrder": { "id": order["id"] }, "requestedCancellationDate": at,
        });
        let path = "/tmf-api/productOrderingManagement/v4/cancelProductOrder";
        let task = shop.client().post(path, &body);
        let note = task["note"][0]["text"].as_str().unwrap_or_default();
        format!("{} {note}", text(&task["state"]))
    };
    assert_eq!(
        calls_off(Some("2026-02-01T00:00:00Z")),
        "terminatedWithError `requestedCancellationDate` lies ahead: an order is called off at once"
    );
    let path = format!("{ORDER}/{}", text(&order["id"]));
    assert_ne!(shop.client().get(&path)["state"], "cancelled");
    assert_eq!(calls_off(Some("2026-01-01T00:00:00Z")), "done ");
    assert_eq!(shop.client().get(&path)["state"], "cancelled");
}

/// Where a product that is sent goes is its place: as an address, of any product that is not sent whatever
/// it is.
#[test]
fn what_is_sent_goes_to_the_place_of_its_product() {
    let shop = Shop::open();
    let sent = (json!({}), json!({ "delivery": "physical" }));
    let fee = [monthly("Rent", "EUR", "5")];
    let router = plain(&json!(shop.market.offer_like("Router", &fee, sent)));
    let client = shop.client();
    let item = |id: &str, offer: &str, place: Value| {
        json!({
            "id": id, "action": "add", "productOffering": { "id": offer },
            "product": { "place": place },
        })
    };
    let home = json!([{
        "role": "delivery", "@type": "GeographicAddress", "id": "77",
        "streetName": "Ring", "streetNr": "1", "city": "Berlin", "postcode": "10115", "country": "DE",
    }]);
    let elsewhere = json!([{ "id": "site-7", "role": "installation" }]);
    let order = shop.orders(&json!([
        item("1", &router, home.clone()),
        item("2", &shop.line, elsewhere.clone()),
    ]));
    let shown = &order["productOrderItem"];
    assert_eq!((&shown[0]["product"]["place"], &shown[1]["product"]["place"]), (&home, &elsewhere));
    let parcels = client.get("/shipments");
    let to = &parcels["items"][0]["address"];
    assert_eq!((&to["street"], &to["city"]), (&json!("Ring 1"), &json!("Berlin")), "{parcels}");
    let bare = json!({ "id": "1", "action": "add", "productOffering": { "id": router } });
    let order = shop.orders(&json!([bare]));
    let place = &order["productOrderItem"][0]["product"]["place"][0];
    assert_eq!(place["role"], "delivery", "where the customer has goods sent to: {order}");
    let refused = |place: Value| {
        let items = json!([item("1", &router, place)]);
        let party = json!([{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }]);
        let body = json!({ "productOrderItem": items, "relatedParty": party });
        let answer = client.call(&format!("POST {ORDER}"), Some(&body));
        let it = answer.json();
        match it["note"].as_array().and_then(|it| it.last()) {
            Some(note) => text(&note["text"]),
            None => it.to_string(),
        }
    };
    let half = json!([{ "city": "Bonn", "country": "DE" }]);
    for (place, expected) in [
        (json!([{ "id": "77" }]), "street, city and country"),
        (half, "productOrderItem[0].product.place.streetName"),
    ] {
        let told = refused(place);
        assert!(told.contains(expected), "{told}");
    }
}

/// What an order says of a product is told of the product: its very piece, who uses it, what it relies on.
#[test]
fn what_an_order_says_of_a_product_is_told_of_it() {
    let shop = Shop::open();
    let client = shop.client();
    let user = json!({ "id": "u-1", "role": "user", "name": "Lee", "@referredType": "Individual" });
    let item = |id: &str, more: Value| {
        let mut it = json!({ "id": id, "action": "add", "productOffering": { "id": shop.line } });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        it
    };
    let order = shop.orders(&json!([
        item("1", json!({ "product": { "productSerialNumber": "R-1", "relatedParty": [user] } })),
        item(
            "2",
            json!({ "productOrderItemRelationship": [
            { "id": "1", "relationshipType": "reliesOn" },
        ] })
        ),
    ]));
    let product = |place: usize| text(&order["productOrderItem"][place]["product"]["id"]);
    let shown = |place: usize| client.get(&format!("{PRODUCT}/{}", product(place)));
    let (first, second) = (shown(0), shown(1));
    assert_eq!(first["productSerialNumber"], "R-1", "{first}");
    let parties = first["relatedParty"].as_array().unwrap();
    assert_eq!(parties[0]["role"], "customer", "{first}");
    assert_eq!((parties.len(), &parties[1]), (2, &user), "{first}");
    assert_eq!(second["relatedParty"].as_array().unwrap().len(), 1, "{second}");
    let relation = &second["productRelationship"][0];
    assert_eq!(relation["relationshipType"], "reliesOn", "{second}");
    assert_eq!(relation["product"]["id"], product(0), "{second}");
    for (query, count) in [("relatedParty.id=u-1", 1), ("relatedParty.id=u-2", 0)] {
        let found = super::items(&client.call(&format!("GET {PRODUCT}?{query}"), None));
        assert_eq!(found.len(), count, "{query}");
    }
    let own = format!("{PRODUCT}?relatedParty.id={}", plain(&shop.customer["id"]));
    assert_eq!(super::items(&client.call(&format!("GET {own}"), None)).len(), 2);
    let changed = client.patch(&format!("{PRODUCT}/{}", product(0)), &json!({ "name": "Mine" }));
    assert_eq!((&changed["name"], &changed["relatedParty"][1]), (&json!("Mine"), &user));
    shop.market.must_be_whole();
}

#[test]
fn nothing_ends_before_the_day_that_its_order_says() {
    let shop = Shop::open();
    let add = json!({ "id": "1", "action": "add", "productOffering": { "id": shop.line } });
    let order = shop.orders(&json!([add]));
    let product = text(&order["productOrderItem"][0]["product"]["id"]);
    let party = json!([{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }]);
    let mut told = String::new();
    for (ends, more, at) in [
        (json!({ "id": product }), Some(&add), Some("2026-01-20T00:00:00Z")),
        (json!({ "id": product, "terminationDate": "2026-01-20T00:00:00Z" }), None, None),
        (json!({ "id": product, "terminationDate": "soon" }), None, None),
    ] {
        let end = json!({ "id": "9", "action": "delete", "product": ends });
        let items: Vec<_> = [Some(&end), more].into_iter().flatten().collect();
        let mut body = json!({ "productOrderItem": items, "relatedParty": party });
        if let Some(at) = at {
            body["requestedCompletionDate"] = json!(at);
        }
        let answer = shop.client().call(&format!("POST {ORDER}"), Some(&body)).json();
        told += match answer["note"].as_array() {
            Some(notes) => notes[0]["text"].as_str().unwrap(),
            None => answer["reason"].as_str().unwrap(),
        };
        told.push('\n');
        let shown = shop.client().get(&format!("{PRODUCT}/{product}"));
        assert_eq!(shown["status"], "active", "{told}");
    }
    assert!(told.starts_with("`requestedCompletionDate` lies ahead: what ends then"), "{told}");
    assert!(told.contains("\n`product.terminationDate` lies ahead: say as"), "{told}");
    assert!(told.contains("\n`productOrderItem[0].product.terminationDate` "), "{told}");
    let end = json!({
        "id": "9", "action": "delete",
        "product": { "id": product, "terminationDate": "2026-01-20T00:00:00Z" },
    });
    let body = json!({
        "productOrderItem": [end], "relatedParty": party,
        "requestedCompletionDate": "2026-01-20T00:00:00Z",
    });
    assert_eq!(shop.client().post(ORDER, &body)["state"], "acknowledged");
    shop.market.must_be_whole();
}
