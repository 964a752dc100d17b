//! Orders of one's own: of members for their account, and of resellers with who sells to them.

use serde_json::{Value, json};

use super::ORDERS;
use crate::aps::publishing::{create, needs, plan};
use crate::aps::skus::northern;
use crate::harness::bus::uuid;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

/// A request for one plan.
fn sales(account: &str, plan: &str) -> Value {
    json!({
        "type": "SALES", "accountId": uuid(account), "products": [{ "planId": plan }],
    })
}

/// A market with a plan, in which the house's customer and its resellers live somewhere.
fn market() -> (Market, String) {
    let market = Market::on("2026-01-01");
    let offer = uuid(&market.offer("Flat", &[monthly("Base", "EUR", "10")])).to_owned();
    let somewhere = json!({ "address": { "city": "Bonn", "country": "DE" } });
    for account in [&market.house.customer.account, &market.house.north.account] {
        market.operator().patch(&format!("/accounts/{account}"), &somewhere);
    }
    (market, offer)
}

#[test]
fn a_member_orders_for_its_account_and_for_no_other() {
    let (market, offer) = market();
    let house = &market.house;
    let class = market.operator().get(&format!("/accounts/{}", house.customer.account));
    let class = format!("/classes/{}", text(&class["class"]));
    market.operator().patch(&class, &json!({ "members_may_buy": true }));
    let member = house.client(&house.customer.member);
    let own = sales(&house.customer.account, &offer);
    let placed = member.call(&format!("POST {ORDERS}"), Some(&own)).ok();
    let order = member.get(&format!("{ORDERS}/{}", text(&placed["orderId"])));
    assert_eq!(
        (&order["status"], &order["orderNumber"]),
        (&json!("COMPLETED"), &json!("SO000001"))
    );
    let foreign = sales(&house.north.customer.account, &offer);
    for what in ["", "/estimate", "/estimateCosts"] {
        let refused = member.call(&format!("POST {ORDERS}{what}"), Some(&foreign));
        assert_eq!(refused.status, 400, "{what}");
        let message = text(&refused.json()["message"]);
        assert!(message.starts_with("`/accountId` "), "{what}: {message}");
    }
    let account = format!("GET /aps/2/resources/{}", uuid(&house.customer.account));
    assert_eq!(member.call(&account, None).status, 404, "it sees no account for that");
    market.house.app.keep_duties();
    market.must_be_whole();
}

#[test]
fn a_reseller_lists_what_it_has_bought_itself_beside_what_it_has_sold() {
    let (market, offer) = market();
    let (house, operator) = (&market.house, market.operator());
    let north = house.client(&house.north.admin);
    let buy = |client: &Client<'_>, account: &str, offer: &str| {
        let body = sales(account, offer);
        text(&client.call(&format!("POST {ORDERS}"), Some(&body)).ok()["orderId"])
    };
    let foreign = buy(&operator, &house.customer.account, &offer);
    let bought = buy(&north, &house.north.account, &offer);
    let listed = |path: &str| {
        let answer = north.call(&format!("GET {path}"), None);
        let range = answer.headers["content-range"].to_str().unwrap().to_owned();
        (answer.json().as_array().unwrap().clone(), range)
    };
    let (orders, range) = listed(ORDERS);
    let ids: Vec<_> = orders.iter().map(|it| text(&it["orderId"])).collect();
    assert_eq!((ids, range.as_str()), (vec![bought.clone()], "items 0-0/1"));
    assert_ne!(foreign, bought);
    for face in ["subscriptions", "bss-subscriptions"] {
        let (all, range) = listed(&format!("/aps/2/collections/{face}"));
        assert_eq!((all.len(), range.as_str()), (1, "items 0-0/1"), "{face}");
    }
    let own = format!(
        "/aps/2/collections/bss-subscriptions?account.aps.id={}",
        uuid(&house.north.account)
    );
    assert_eq!(listed(&own).0.len(), 1);
    market.must_be_whole();
}

#[test]
fn each_vendor_counts_its_own_orders_and_they_are_found_by_the_end_of_their_numbers() {
    let (market, offer) = market();
    let (house, operator) = (&market.house, market.operator());
    let north = house.client(&house.north.admin);
    let body = json!({
        "name": "Whale", "address": { "city": "Bonn", "country": "DE" },
        "billing": { "currency": "EUR" },
    });
    let customer = text(&north.post("/accounts", &body)["id"]);
    let number = |client: &Client<'_>, account: &str, offer: &str| {
        let body = sales(account, offer);
        let placed = client.call(&format!("POST {ORDERS}"), Some(&body)).ok();
        let order = client.get(&format!("{ORDERS}/{}", text(&placed["orderId"])));
        text(&order["orderNumber"])
    };
    assert_eq!(number(&operator, &house.customer.account, &offer), "SO000001");
    assert_eq!(number(&operator, &house.customer.account, &offer), "SO000002");
    let original = create(&operator, &[plan(&needs(&operator))]).remove(0);
    let copy = north.call("POST /aps/2/resources", Some(&northern(&north, &original))).ok();
    let copy = text(&copy["aps"]["id"]);
    assert_eq!(number(&north, &customer, &copy), "SO000001");
    let found = |query: &str| operator.get(&format!("{ORDERS}?{query}"));
    let numbers = |query: &str| {
        let all = found(query);
        all.as_array().unwrap().iter().map(|it| text(&it["orderNumber"])).collect::<Vec<_>>()
    };
    assert_eq!(numbers("like(orderNumber,*2)"), ["SO000002"]);
    assert_eq!(numbers("like(orderNumber,so*1)"), ["SO000001", "SO000001"]);
    assert_eq!(numbers("like(orderNumber,CH*)"), Vec::<String>::new());
    let way = found("like(orderNumber,*2),explain()");
    assert_eq!(way["ways"][0]["along"][0]["lookup"], "orderNumber", "{way}");
}
