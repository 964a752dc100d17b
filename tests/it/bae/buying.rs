//! Buying: an order is paid at a page before anybody can do anything about it, its seller handles it item
//! by item, and what it makes is in the inventory of its buyer.

use serde_json::{Value, json};

use super::told;
use crate::harness::app::Answer;
use crate::harness::client::{Client, Protocol};
use crate::harness::market::{Market, monthly, text};

pub(super) const ORDER: &str = "/DSProductOrdering/api/productOrdering/v2/productOrder";
pub(super) const PRODUCT: &str = "/DSProductInventory/api/productInventory/v2/product";
pub(super) const CHARGING: &str = "/charging/api/orderManagement";
const CART: &str = "/shoppingCart";

/// An id as this contract has it.
pub(super) fn plain(id: &str) -> String {
    id.split_once('_').map_or(id, |it| it.1).to_owned()
}

/// A market in which a house sells to a customer of its own, and takes money.
pub(super) struct Store {
    pub(super) market: Market,
    pub(super) mail: String,
    pub(super) parcel: String,
}

impl Store {
    pub(super) fn open() -> Self {
        let market = Market::on("2026-01-01");
        let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
        let account = &market.house.customer.account;
        market.operator().patch(&format!("/accounts/{account}"), &json!({ "address": address }));
        market.operator().post("/gateways", &json!({ "kind": "sandbox" }));
        let about = (json!({ "description": { "en": "A box" } }), json!({}));
        let mail = market.offer_like("Mail", &[monthly("Base", "EUR", "10")], about);
        let mail = plain(&mail);
        let by_hand = (json!({}), json!({ "connector": "manual" }));
        let parcel = market.offer_like("Parcel", &[monthly("Base", "EUR", "50")], by_hand);
        Self { market, mail, parcel: plain(&parcel) }
    }

    pub(super) fn buyer(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.customer.admin)
    }

    pub(super) fn customer(&self) -> Value {
        json!({ "id": plain(&self.market.house.customer.account), "role": "Customer" })
    }

    /// An order of some offerings.
    pub(super) fn order(&self, offers: &[&str]) -> Value {
        let billed = plain(&self.market.house.customer.billing_account);
        let item = |(place, offer): (usize, &&str)| {
            json!({
                "id": (place + 1).to_string(), "action": "add",
                "billingAccount": [{ "id": billed }],
                "productOffering": { "id": offer },
                "product": { "productPrice": [{ "priceType": "recurring" }] },
            })
        };
        let items: Vec<_> = offers.iter().enumerate().map(item).collect();
        json!({ "relatedParty": [self.customer()], "orderItem": items, "note": [] })
    }

    /// Places an order, which must be taken, and says where it is paid.
    #[track_caller]
    pub(super) fn places(&self, offers: &[&str]) -> (Value, Option<String>) {
        let answer = self.buyer().call(&format!("POST {ORDER}"), Some(&self.order(offers)));
        assert_eq!(answer.status.as_u16(), 201, "{}", told(&answer));
        (answer.json(), redirect(&answer))
    }

    /// Says on a page of the sandbox what becomes of a payment.
    pub(super) fn chooses(&self, page: &str, outcome: &str) {
        let (_, query) = page.split_once("?payment=").unwrap();
        let (id, token) = query.split_once("&token=").unwrap();
        let nobody = Client::nobody(&self.market.house.app);
        nobody.post(&format!("/sandbox/{id}/{token}"), &json!({ "outcome": outcome }));
        self.market.must_be_whole();
    }

    /// Places an order and pays it.
    pub(super) fn buys(&self, offers: &[&str]) -> Value {
        let (order, page) = self.places(offers);
        self.chooses(&page.expect("it is to be paid"), "pay");
        self.market.house.app.keep_duties();
        self.buyer().get(order["href"].as_str().unwrap())
    }

    fn accepts(&self, order: &Value) -> String {
        let body = json!({ "reference": order["id"], "paymentId": "x", "payerId": "y" });
        told(&self.buyer().call(&format!("POST {CHARGING}/orders/accept"), Some(&body)))
    }

    pub(super) fn patch(&self, by: &Client<'_>, order: &Value, body: &Value) -> String {
        told(&by.call(&format!("PATCH {}", text(&order["href"])), Some(body)))
    }

    /// How an order stands: its state and those of its items.
    pub(super) fn stands(&self, order: &Value) -> String {
        let it = self.buyer().get(order["href"].as_str().unwrap());
        let items = it["orderItem"].as_array().unwrap().iter().map(|it| text(&it["state"]));
        format!("{}: {}", text(&it["state"]), items.collect::<Vec<_>>().join(" "))
    }

    /// How the last payment of the customer stands.
    fn paid(&self) -> Value {
        let account = &self.market.house.customer.account;
        let found = self.market.operator().get(&format!("/payments?account={account}"));
        found["items"][0]["state"].clone()
    }
}

/// Where an answer sends the customer to pay.
pub(super) fn redirect(answer: &Answer) -> Option<String> {
    answer.headers.get("x-redirect-url").map(|it| it.to_str().unwrap().to_owned())
}

#[test]
fn what_is_ordered_is_paid_at_a_page_and_then_belongs_to_its_buyer() {
    let store = Store::open();
    let (order, page) = store.places(&[&store.mail]);
    assert_eq!(store.stands(&order), "Pending: Acknowledged");
    assert!(store.accepts(&order).starts_with("403"), "it is not paid");
    let page = page.expect("it is to be paid");
    for _ in 0..2 {
        store.chooses(&page, "pay");
    }
    assert_eq!(store.accepts(&order), "200");
    assert_eq!(store.accepts(&order), "200", "who says so twice is told the same");
    assert_eq!(store.stands(&order), "Completed: Completed");
    store.market.house.app.keep_duties();
    let buyer = store.buyer();
    let products = buyer.get(PRODUCT);
    let [product] = products.as_array().unwrap().as_slice() else { panic!("{products}") };
    let name = format!("Mail oid={}", text(&order["id"]));
    assert_eq!((&product["name"], &product["status"]), (&json!(name), &json!("Active")));
    assert_eq!(product["productPrice"][0]["priceType"], "recurring");
    for (name, expected) in [
        ("description", json!("A box")),
        ("isBundle", json!(false)),
        ("isCustomerVisible", json!(true)),
        ("orderDate", json!("2026-01-01T00:00:00Z")),
        ("startDate", json!("2026-01-01T00:00:00Z")),
        ("terminationDate", Value::Null),
        ("relatedParty", json!([order["relatedParty"][0]])),
    ] {
        assert_eq!(product[name], expected, "{name}");
    }
    assert_eq!(product["productOffering"], order["orderItem"][0]["productOffering"]);
    assert!(product["productSpecification"]["href"].is_string());
    let billed = &order["orderItem"][0]["billingAccount"][0]["id"];
    assert_eq!(&product["billingAccount"][0]["id"], billed);
    let account = json!({ "id": store.market.house.customer.account });
    let invoices = store.market.invoices(&account);
    assert_eq!((invoices.len(), &invoices[0]["state"]), (1, &json!("paid")));
    let pdf = buyer.call(&format!("GET /invoices/{}/pdf", text(&invoices[0]["id"])), None);
    assert_eq!(pdf.status.as_u16(), 200, "and its invoice can be had at once");
}

#[test]
fn what_is_said_of_an_order_reads_back_and_finds_it() {
    let store = Store::open();
    let mut body = store.order(&[&store.parcel]);
    let more = json!({
        "description": "For the office", "category": "enterprise", "externalId": "PO-7",
        "priority": "1", "notificationContact": "ann@example.com", "color": "blue",
        "requestedStartDate": "2026-01-01T00:00:00Z",
        "requestedCompletionDate": "2026-02-01T00:00:00Z",
        "note": [{ "text": "ring twice", "author": "Ann" }],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let place = json!([{ "role": "delivery", "href": "https://maps.example/7" }]);
    let relies = json!([{ "type": "reliesOn", "product": { "id": "7" } }]);
    body["orderItem"][0]["id"] = json!("01");
    body["orderItem"][0]["appointment"] = json!({ "description": "in the morning" });
    body["orderItem"][0]["product"]["place"] = place.clone();
    body["orderItem"][0]["product"]["productRelationship"] = relies.clone();
    let buyer = store.buyer();
    let made = buyer.call(&format!("POST {ORDER}"), Some(&body)).ok();
    let shown = buyer.get(made["href"].as_str().unwrap());
    for (name, value) in more.as_object().unwrap().iter().filter(|it| it.0 != "note") {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert_eq!(shown["orderDate"], "2026-01-01T00:00:00Z");
    let note = &shown["note"][0];
    assert_eq!((&note["text"], &note["author"]), (&json!("ring twice"), &json!("Ann")));
    assert!(note["date"].is_string());
    let item = &shown["orderItem"][0];
    assert_eq!((&item["id"], &item["action"]), (&json!("01"), &json!("add")));
    assert_eq!(item["billingAccount"][0]["id"], body["orderItem"][0]["billingAccount"][0]["id"]);
    assert_eq!(item["appointment"]["description"], "in the morning");
    assert_eq!(
        (&item["product"]["place"], &item["product"]["productRelationship"]),
        (&place, &relies)
    );
    let offering = &item["productOffering"];
    assert_eq!((&offering["id"], &offering["name"]), (&json!(store.parcel), &json!("Parcel")));
    let roles: Vec<_> =
        shown["relatedParty"].as_array().unwrap().iter().map(|it| text(&it["role"])).collect();
    assert_eq!(roles, ["Customer", "Seller"]);
    for (query, expected) in [
        ("externalId=PO-7", 1),
        ("externalId=PO-8", 0),
        ("priority=1", 1),
        ("category=Enterprise", 1),
        ("notificationContact=ann@example.com", 1),
        ("body=office", 1),
        ("color=blue", 1),
    ] {
        let found = buyer.get(&format!("{ORDER}?{query}"));
        assert_eq!(found.as_array().unwrap().len(), expected, "{query}");
    }
}

#[test]
fn an_order_is_refused_by_the_first_rule_that_it_breaks() {
    let store = Store::open();
    let (buyer, said) = (store.buyer(), Protocol::default());
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut body = store.order(&[&store.mail]);
        change(&mut body);
        said.note(&told(&buyer.call(&format!("POST {ORDER}"), Some(&body))));
    };
    let house = &store.market.house;
    let stranger = json!([{ "id": plain(&house.north.account), "role": "Customer" }]);
    refused(&|it| it["relatedParty"] = json!([]));
    refused(&|it| it["relatedParty"][0]["role"] = json!("Seller"));
    refused(&|it| it["relatedParty"] = stranger.clone());
    refused(&|it| it["orderItem"] = json!([]));
    refused(&|it| it["orderItem"][0]["product"] = Value::Null);
    refused(&|it| it["orderItem"][0]["productOffering"] = Value::Null);
    refused(&|it| it["orderItem"][0]["product"]["relatedParty"] = stranger.clone());
    refused(&|it| it["orderItem"][0]["product"]["productPrice"] = Value::Null);
    refused(&|it| it["orderItem"][0]["product"]["productPrice"][0]["priceType"] = json!("usage"));
    refused(&|it| it["orderItem"][0]["billingAccount"] = json!([]));
    refused(&|it| it["orderItem"][0]["billingAccount"][0]["id"] = json!("7"));
    refused(&|it| it["priority"] = json!("9"));
    refused(&|it| it["state"] = json!("Completed"));
    expect_test::expect![[r"
        400 `relatedParty` must be given (required)
        403 `relatedParty` must name a party with the role `Customer` (not_the_caller)
        403 `relatedParty` must name you as the customer, and nobody else (not_the_caller)
        400 `orderItem` must be given (required)
        400 `orderItem[0].product` must be given (required)
        400 `orderItem[0].productOffering` must be given (required)
        403 `orderItem[0].product.relatedParty` must name you as the customer, and nobody else (not_the_caller)
        422 `orderItem[0].product.productPrice` must pick one of the prices of the offering, which is not free (plan)
        422 `orderItem[0].product.productPrice` is none of the prices of the offering (plan)
        422 `orderItem[0].billingAccount` must name a billing account (billed_to)
        422 `orderItem[0].billingAccount` must name a billing account (billed_to)
        400 `priority` must be 0 to 4 (range)
        400 `state` must be `Acknowledged` (enum)
    "]]
    .assert_eq(&said.text());
    assert_eq!(buyer.get(&format!("{ORDER}?action=count")), json!({ "size": 0 }), "none is kept");
}

#[test]
fn only_what_is_launched_and_not_ones_own_is_bought() {
    let store = Store::open();
    let operator = store.market.operator();
    operator.post(&format!("/offers/ofr_{}/retire", store.mail), &json!({}));
    let answer = store.buyer().call(&format!("POST {ORDER}"), Some(&store.order(&[&store.mail])));
    assert_eq!(answer.status.as_u16(), 409, "{}", told(&answer));
    let mut own = store.order(&[&store.parcel]);
    own["relatedParty"][0]["id"] = json!(plain(&store.market.house.operator.account));
    let answer = operator.call(&format!("POST {ORDER}"), Some(&own));
    let expected =
        "403 `orderItem[0].productOffering` is your own offering: sell it to others (own_offering)";
    assert_eq!(told(&answer), expected);
}

#[test]
fn what_has_terms_of_use_is_sold_to_who_accepts_them() {
    let store = Store::open();
    let terms = json!({ "terms_of_use": { "version": "1", "title": { "en": "Rules" } } });
    let prices = [monthly("Base", "EUR", "10")];
    let offer = plain(&store.market.offer_like("Data", &prices, (terms, json!({}))));
    let (buyer, body) = (store.buyer(), store.order(&[&offer]));
    let post = |client: &Client<'_>| told(&client.call(&format!("POST {ORDER}"), Some(&body)));
    assert!(post(&buyer).starts_with("400 `X-Terms-Accepted`"), "{}", post(&buyer));
    assert_eq!(post(&buyer.header("X-Terms-Accepted", "true")), "201");
}

#[test]
fn the_same_offering_twice_is_two_products_and_nobody_ends_anothers() {
    let store = Store::open();
    store.buys(&[&store.mail, &store.mail]);
    let buyer = store.buyer();
    let products = buyer.get(PRODUCT);
    let all = products.as_array().unwrap();
    assert_eq!(all.len(), 2);
    let account = store.market.customer("Other", "EUR");
    let other = plain(&store.market.order(&account, &format!("ofr_{}", store.mail), 1));
    let ends = |product: &str, action: &str| {
        let mut body = store.order(&[&store.mail]);
        body["orderItem"][0]["action"] = json!(action);
        body["orderItem"][0]["product"]["id"] = json!(product);
        told(&buyer.call(&format!("POST {ORDER}"), Some(&body)))
    };
    for action in ["delete", "modify"] {
        let refused = ends(&other, action);
        assert!(refused.starts_with('4'), "{action} of another's product: {refused}");
    }
    let seen = store.market.operator().get(&format!("/subscriptions/sub_{other}"));
    assert_eq!(seen["state"], "active", "it runs as it did");
    assert_eq!(ends(all[0]["id"].as_str().unwrap(), "delete"), "201");
    let mut mixed = store.order(&[&store.mail, &store.mail]);
    mixed["orderItem"][0]["action"] = json!("delete");
    mixed["orderItem"][0]["product"]["id"] = all[1]["id"].clone();
    let answer = buyer.call(&format!("POST {ORDER}"), Some(&mixed));
    assert_eq!(told(&answer), "400 `orderItem` must all add, or none of them (conflict)");
}

#[test]
fn a_free_offering_is_had_without_a_page() {
    let store = Store::open();
    let free = plain(&store.market.offer("Free", &[]));
    let mut body = store.order(&[&free]);
    body["orderItem"][0]["product"] = json!({ "productPrice": [] });
    let answer = store.buyer().call(&format!("POST {ORDER}"), Some(&body));
    assert_eq!(answer.status.as_u16(), 201, "{}", told(&answer));
    assert_eq!(redirect(&answer), None);
    assert_eq!(store.stands(&answer.json()), "Completed: Completed");
}

#[test]
fn an_order_that_is_called_off_or_not_paid_in_time_ends() {
    let store = Store::open();
    let (order, page) = store.places(&[&store.mail]);
    let cancel = |order: &Value| {
        let body = json!({ "reference": order["id"] });
        told(&store.buyer().call(&format!("POST {CHARGING}/orders/cancel"), Some(&body)))
    };
    assert_eq!(cancel(&order), "200");
    assert_eq!(store.stands(&order), "Cancelled: Cancelled");
    assert!(cancel(&order).starts_with("403"), "it waits for nothing any more");
    assert!(store.accepts(&order).starts_with("403"), "and is not paid");
    // Who pays nevertheless gets it back.
    store.chooses(&page.expect("a page"), "pay");
    store.market.house.app.keep_duties();
    assert_eq!(store.stands(&order), "Cancelled: Cancelled");
    assert_eq!(store.paid(), "fully_refunded");
    let (order, _) = store.places(&[&store.mail]);
    let to = json!({ "to": "2026-01-01T00:05:00Z" });
    store.market.operator().post("/clock/advance", &to);
    assert_eq!(store.stands(&order), "Cancelled: Cancelled");
    assert!(store.accepts(&order).starts_with("403"));
    let stranger = store.market.house.client(&store.market.house.north.customer.admin);
    let body = json!({ "reference": order["id"] });
    let answer = stranger.call(&format!("POST {CHARGING}/orders/accept"), Some(&body));
    assert_eq!(answer.status.as_u16(), 404, "and nobody else's to accept");
}

#[test]
fn a_seller_handles_items_that_are_paid_and_a_buyer_calls_off_what_nobody_began() {
    let store = Store::open();
    let (seller, buyer) = (store.market.operator(), store.buyer());
    let (order, page) = store.places(&[&store.parcel, &store.mail]);
    let item = |id: &str, state: &str| json!({ "orderItem": [{ "id": id, "state": state }] });
    let early = store.patch(&seller, &order, &item("1", "InProgress"));
    assert!(early.starts_with("403"), "{early}");
    store.chooses(&page.expect("a page"), "pay");
    store.market.house.app.keep_duties();
    assert_eq!(store.stands(&order), "InProgress: Acknowledged Completed");
    let waiting = buyer.get(order["href"].as_str().unwrap())["orderItem"][0]["product"].clone();
    let status = || buyer.get(waiting["href"].as_str().unwrap())["status"].clone();
    assert_eq!(status(), "Created", "it is not there yet");
    let note = |text: &str| json!({ "note": [{ "text": text, "author": "Ann" }] });
    assert_eq!(store.patch(&buyer, &order, &note("ring twice")), "200");
    let gone = store.patch(&seller, &order, &note("we shall"));
    assert!(gone.starts_with("403 `note`"), "notes stay: {gone}");
    let mut both = buyer.get(order["href"].as_str().unwrap())["note"].clone();
    both.as_array_mut().unwrap().push(json!({ "text": "we shall", "author": "Bob" }));
    assert_eq!(store.patch(&seller, &order, &json!({ "note": both })), "200");
    let notes = buyer.get(order["href"].as_str().unwrap())["note"].clone();
    let texts: Vec<_> = notes.as_array().unwrap().iter().map(|it| text(&it["text"])).collect();
    assert_eq!(texts, ["we shall", "ring twice"], "the newest first");
    for (by, body, expected) in [
        (&buyer, item("1", "Completed"), "403"),
        (&buyer, json!({ "state": "Completed" }), "403"),
        (&buyer, json!({ "state": "Cancelled" }), "403"),
        (&seller, json!({ "state": "Completed" }), "403"),
        (&seller, json!({ "description": "x" }), "403"),
        (&seller, item("7", "Completed"), "400"),
        (&seller, item("1", "Lost"), "400"),
        (&seller, json!({ "orderItem": [{ "id": "1", "action": "delete" }] }), "403"),
        (&seller, item("1", "InProgress"), "200"),
        (&seller, item("1", "Completed"), "200"),
        (&seller, item("1", "Failed"), "403"),
    ] {
        let got = store.patch(by, &order, &body);
        assert!(got.starts_with(expected), "{body}: {got}");
    }
    assert_eq!(store.stands(&order), "Completed: Completed Completed");
    assert_eq!(status(), "Active", "what is delivered is in the inventory");
    let other = store.buys(&[&store.parcel]);
    assert_eq!(store.stands(&other), "InProgress: Acknowledged");
    assert_eq!(store.patch(&buyer, &other, &json!({ "state": "Cancelled" })), "200");
    store.market.house.app.keep_duties();
    assert_eq!(store.stands(&other), "Cancelled: Cancelled");
    assert_eq!(store.paid(), "fully_refunded", "what was paid goes back");
    let failing = store.buys(&[&store.parcel]);
    assert_eq!(store.patch(&seller, &failing, &item("1", "Failed")), "200");
    assert_eq!(store.stands(&failing), "Failed: Failed");
}

#[test]
fn orders_and_products_are_listed_for_who_has_them_alone() {
    let store = Store::open();
    let order = store.buys(&[&store.mail]);
    let (buyer, seller) = (store.buyer(), store.market.operator());
    let stranger = store.market.house.client(&store.market.house.north.customer.admin);
    let count = |client: &Client<'_>, query: &str| {
        let answer = client.call(&format!("GET {query}"), None);
        answer.json()["size"].as_u64().map_or_else(|| told(&answer), |it| it.to_string())
    };
    let party = text(&order["relatedParty"][0]["id"]);
    for (query, expected) in [
        (format!("{ORDER}?action=count"), "1"),
        (format!("{ORDER}?action=count&state=Completed,Failed"), "1"),
        (format!("{ORDER}?action=count&state=Pending"), "0"),
        (format!("{ORDER}?action=count&relatedParty.id={party}&relatedParty.role=Customer"), "1"),
        (format!("{PRODUCT}?action=count&status=Active&relatedParty.id={party}"), "1"),
        (format!("{PRODUCT}?action=count&body=mail"), "1"),
        (format!("{PRODUCT}/?action=count"), "1"),
    ] {
        assert_eq!(count(&buyer, &query), expected, "{query}");
    }
    for path in [ORDER, PRODUCT] {
        let of_other = format!("{path}?relatedParty.id={party}&action=count");
        assert!(count(&stranger, &of_other).starts_with("403"), "{of_other}");
        assert_eq!(count(&stranger, &format!("{path}/?action=count")), "0");
    }
    assert_eq!(count(&seller, &format!("{ORDER}?action=count")), "1", "it is its seller's too");
    let one = stranger.call(&format!("GET {}", text(&order["href"])), None);
    assert_eq!(one.status.as_u16(), 404);
    let product = order["orderItem"][0]["product"]["href"].as_str().unwrap();
    assert_eq!(buyer.get(product)["status"], "Active");
    assert_eq!(stranger.call(&format!("GET {product}"), None).status.as_u16(), 404);
    for method in ["POST", "PATCH", "PUT", "DELETE"] {
        let answer = buyer.call(&format!("{method} {PRODUCT}"), Some(&json!({})));
        assert_eq!(answer.status.as_u16(), 405, "{method}");
    }
}

#[test]
fn a_cart_holds_each_offering_once_until_it_is_emptied() {
    let store = Store::open();
    let buyer = store.buyer();
    let add = |body: Value| buyer.call(&format!("POST {CART}/item/"), Some(&body));
    let item = json!({ "id": store.mail, "name": "Mail", "pricePlan": { "name": "Base" } });
    let made = add(item.clone());
    assert_eq!(made.status.as_u16(), 201, "{}", told(&made));
    let at = format!("{CART}/item/{}", store.mail);
    assert_eq!(made.headers["location"].to_str().unwrap(), at);
    assert!(told(&add(item)).starts_with("409"));
    assert!(told(&add(json!({ "name": "x" }))).starts_with("400"));
    let found = buyer.get(&at);
    assert_eq!((&found["name"], &found["pricePlan"]["name"]), (&json!("Mail"), &json!("Base")));
    assert_eq!(buyer.get(&format!("{CART}/item/")).as_array().unwrap().len(), 1);
    let member = store.market.house.client(&store.market.house.customer.member);
    assert_eq!(member.get(&format!("{CART}/item/")), json!([]), "one's own alone");
    assert_eq!(buyer.call(&format!("DELETE {at}"), None).status.as_u16(), 204);
    assert_eq!(buyer.call(&format!("DELETE {at}"), None).status.as_u16(), 404);
    add(json!({ "id": store.mail }));
    assert_eq!(buyer.call(&format!("POST {CART}/empty"), Some(&json!({}))).status.as_u16(), 204);
    assert_eq!(buyer.get(&format!("{CART}/item/")), json!([]));
}

#[test]
fn sellers_choose_from_the_periods_and_currencies_that_there_are() {
    let store = Store::open();
    let nobody = Client::nobody(&store.market.house.app);
    let words = |path: &str| {
        let found = nobody.get(&format!("/charging/api/assetManagement/{path}"));
        let all = found.as_array().unwrap().iter().map(|it| text(&it["value"]));
        all.collect::<Vec<_>>()
    };
    let periods = ["daily", "weekly", "monthly", "quarterly", "yearly", "quinquennial"];
    assert_eq!(words("chargePeriods"), periods);
    assert_eq!(words("currencyCodes").len(), 25);
}

#[test]
fn an_order_is_kept_back_asked_about_and_goes_on_as_its_seller_says() {
    let store = Store::open();
    let order = store.buys(&[&store.parcel]);
    let (buyer, seller) = (store.buyer(), store.market.operator());
    let said = |by: &Client<'_>, state: &str, note: Option<&str>| {
        let mut body = json!({ "state": state });
        if let Some(text) = note {
            let mut notes = buyer.get(order["href"].as_str().unwrap())["note"].clone();
            notes.as_array_mut().unwrap().push(json!({ "text": text }));
            body["note"] = notes;
        }
        let told = store.patch(by, &order, &body);
        format!("{told} → {}", store.stands(&order))
    };
    let mut steps = vec![said(&buyer, "Held", None)];
    for (state, note) in [
        ("Held", Some("no room in the warehouse")),
        ("Held", None),
        ("InProgress", None),
        ("Pending", None),
        ("Pending", Some("which floor?")),
        ("InProgress", None),
        ("Rejected", Some("too far away")),
        ("Completed", None),
    ] {
        steps.push(format!("{state}: {}", said(&seller, state, note)));
    }
    let body = json!({ "expectedCompletionDate": "2026-01-09T00:00:00Z" });
    steps.push(store.patch(&seller, &order, &body));
    expect_test::expect![[r#"
        403 `state` is not yours to say: you may call the order off by `Cancelled` (not_yours_to_say) → InProgress: Acknowledged
        Held: 200 → Held: Acknowledged
        Held: 200 → Held: Acknowledged
        InProgress: 200 → InProgress: Acknowledged
        Pending: 400 `note` must say in a new note why it is `Pending` (required) → InProgress: Acknowledged
        Pending: 200 → Pending: Acknowledged
        InProgress: 200 → InProgress: Acknowledged
        Rejected: 409 cannot reject the item `1` that is `in_progress` → InProgress: Acknowledged
        Completed: 403 `state` is not yours to say: you may say `Held`, `Pending`, `InProgress` or `Rejected` (not_yours_to_say) → InProgress: Acknowledged
        200"#]].assert_eq(&steps.join("\n"));
    let shown = buyer.get(order["href"].as_str().unwrap());
    assert_eq!(shown["expectedCompletionDate"], "2026-01-09T00:00:00Z");
    assert_eq!(shown["note"][0]["text"], "which floor?");
    store.market.house.app.keep_duties();
    let mails = seller.get("/mails?limit=100");
    let mails = mails["items"].as_array().unwrap().iter();
    assert_eq!(mails.filter(|it| it["occasion"] == "order_information_required").count(), 1);
}
