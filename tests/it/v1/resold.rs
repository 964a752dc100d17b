//! An account that comes to another seller: what goes along, what stays, and what the former one hears.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const FORMER: &str = "https://former.example.com/hook";
const OWN: &str = "https://own.example.com/hook";

/// The status of an answer.
fn status(by: &Client<'_>, what: &str, body: &Value) -> u16 {
    by.call(what, Some(body)).status.as_u16()
}

#[test]
fn who_sold_to_an_account_hears_nothing_of_it_any_more() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let [north, south, buyer] =
        [&house.north.admin, &house.south.admin, &customer.admin].map(|it| house.client(it));
    let below = north.post("/accounts", &json!({ "name": "Below", "parent": customer.account }));
    let listen = |by: &Client<'_>, account: &Value, hook: &str| {
        text(&by.post("/listeners", &json!({ "account": account, "callback": hook }))["id"])
    };
    let account = json!(customer.account);
    let former = listen(&north, &account, FORMER);
    let of_below = listen(&north, &below["id"], FORMER);
    let own = listen(&buyer, &account, OWN);
    house.app.keep_duties();
    let heard = || [FORMER, OWN].map(|it| house.app.outside.told(it).len());
    let before = heard();
    let there = json!({ "parent": house.south.account });
    house.operator().post(&format!("/accounts/{}/move", customer.account), &there);
    let ann = json!({ "email": "ann@north.test", "name": "Ann Lee" });
    buyer.post("/users", &ann);
    house.app.keep_duties();
    assert_eq!(heard(), before, "what was set up is silent");
    for id in [&former, &of_below, &own] {
        let path = format!("/listeners/{id}");
        assert_eq!(status(&north, &format!("PATCH {path}"), &json!({ "callback": FORMER })), 404);
        assert_eq!(south.get(&path)["state"], "paused");
    }
    buyer.post(&format!("/listeners/{own}/resume"), &json!({}));
    house.app.keep_duties();
    let [former, own] = heard();
    assert_eq!(former, before[0]);
    assert!(own > before[1], "who lets it go on hears what it has missed");
    assert!(house.app.outside.told(OWN).contains(&"user.created".to_owned()));
}

/// One level further down it is another who sells, and whoever stood above that one could set it up.
#[test]
fn who_stood_above_a_reseller_hears_nothing_of_its_customers_any_more() {
    let house = House::on("2026-01-01");
    let north = house.client(&house.north.admin);
    let below = json!({ "kind": "reseller", "name": "Below" });
    let reseller = text(&north.post("/accounts", &below)["id"]);
    let theirs = json!({ "name": "Theirs", "parent": reseller });
    let customer = text(&north.post("/accounts", &theirs)["id"]);
    for account in [&reseller, &customer] {
        let hook = json!({ "account": account, "callback": FORMER });
        north.post("/listeners", &hook);
    }
    house.app.keep_duties();
    let before = house.app.outside.told(FORMER).len();
    let there = json!({ "parent": house.south.account });
    house.operator().post(&format!("/accounts/{reseller}/move"), &there);
    let south = house.client(&house.south.admin);
    south.patch(&format!("/accounts/{customer}"), &json!({ "name": "Others" }));
    south.patch(&format!("/accounts/{reseller}"), &json!({ "name": "Another" }));
    house.app.keep_duties();
    assert_eq!(house.app.outside.told(FORMER).len(), before);
}

#[test]
fn the_means_to_pay_go_along_and_the_figures_stay() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let path = format!("/accounts/{}", house.customer.account);
    let account = operator.patch(&path, &json!({ "address": address }));
    let discount = json!({
        "name": { "en": "Autumn" }, "percent": "50", "access": "coupon", "lasting": "always",
    });
    let discount = operator.post("/discounts", &discount)["id"].clone();
    operator.post("/coupons", &json!({ "code": "AUTUMN", "discount": discount }));
    let coupon = json!({ "account": account["id"], "code": "AUTUMN" });
    let coupon = text(&operator.post("/redemptions", &coupon)["id"]);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let subscription = market.order(&account, &offer, 1);
    let paid = json!({
        "account": account["id"], "amount": { "amount": "6", "currency": "EUR" },
    });
    operator.post("/payments", &paid);
    let nothing = json!({ "refund_to": "nowhere" });
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &nothing);
    market.advance_to("2026-02-02");
    let path = format!("/accounts/{}/payment_methods", house.customer.account);
    let method = text(&operator.post(&path, &json!({ "kind": "cash" }))["id"]);
    let there = json!({ "parent": house.north.account });
    operator.post(&format!("/accounts/{}/move", house.customer.account), &there);
    let north = house.client(&house.north.admin);
    assert_eq!(text(&north.get(&format!("/payment_methods/{method}"))["id"]), method);
    let figures = |by: &Client<'_>| {
        let of = by.get(&format!("/overview?account={}", house.customer.account));
        of["currencies"].as_array().unwrap().len()
    };
    let buyer = house.client(&house.customer.admin);
    let operators = [figures(&operator), figures(&buyer), figures(&north)];
    assert_eq!(operators, [1, 1, 0], "what another charged is nothing to who sells now");
    let ended = operator.get(&format!("/redemptions?account={}", house.customer.account));
    let found = ended["items"].as_array().unwrap().iter().find(|it| it["id"] == coupon.as_str());
    assert!(found.unwrap()["ended_at"].is_string(), "{ended}");
    market.must_be_whole();
}
