//! Resale: a year of what is sold on over one, two and three levels, and what each level is billed.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, monthly, text};

/// A reseller with who runs it, and what it sells on.
struct Level {
    account: Value,
    admin: Person,
    offer: String,
}

/// The provider, resellers below each other, and a customer of the last.
struct Chain {
    market: Market,
    levels: Vec<Level>,
    customer: Value,
    subscription: String,
}

/// Somebody who is billed from the first of each month on.
fn somebody(kind: &str, (name, below): (&str, &str)) -> Value {
    json!({
        "kind": kind, "name": name, "parent": below,
        "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1 } },
    })
}

/// From a day on, resellers of an account are billed for what they sell on.
fn bills(client: &Client<'_>, account: &str, from: &str) {
    client.patch(&format!("/accounts/{account}/billing_policy"), &json!({ "resale_from": from }));
}

/// An offer of a vendor under another name, with so much on top.
fn copy(seller: &Client<'_>, of: &str, (name, mark_up): (&str, Value)) -> String {
    let body = json!({ "name": { "en": name }, "copy_of": of, "mark_up": mark_up });
    let id = text(&seller.post("/offers", &body)["id"]);
    seller.post(&format!("/offers/{id}/launch"), &json!({}));
    id
}

impl Chain {
    /// Seats at 10.00 a month and traffic at 0.10, of which each level charges half as much again as
    /// its vendor; the first has a fifth off.
    fn of(depth: usize) -> Self {
        let market = Market::on("2027-12-10");
        let seats = with(monthly("Seat", "EUR", "10"), "per_unit", "10");
        let mut traffic = with(monthly("Traffic", "EUR", "1"), "per_unit", "0.1");
        (traffic["kind"], traffic["meter"]) = (json!("usage"), json!(market.meter));
        let mut original = market.offer("Mail", &[seats, traffic]);
        let (app, operator) = (&market.house.app, market.house.operator.clone());
        let mut levels = Vec::<Level>::new();
        let mut vendor = operator.account.clone();
        for level in 1..=depth {
            bills(&market.operator(), &vendor, "2027-12-10");
            let body = somebody("reseller", (&format!("Level {level}"), &vendor));
            let account = market.operator().post("/accounts", &body);
            vendor = text(&account["id"]);
            let email = format!("admin@level{level}.test");
            let admin = invite(app, &operator, &vendor, &email, "vendor_admin");
            let name = format!("Post {level}");
            original = copy(&market.house.client(&admin), &original, (&name, json!("50")));
            levels.push(Level { account, admin, offer: original.clone() });
        }
        let off = json!({
            "name": { "en": "Margin" }, "percent": "20", "access": "automatic", "lasting": "always",
            "scope": { "accounts": [levels[0].account["id"]] },
        });
        market.operator().post("/discounts", &off);
        let seller = market.house.client(&levels[depth - 1].admin);
        let customer =
            market.operator().post("/accounts", &somebody("customer", ("Buyer", &vendor)));
        let items = json!([{ "offer": original, "quantity": 4 }]);
        let order = seller.post("/orders", &json!({ "account": customer["id"], "items": items }));
        market.house.app.keep_duties();
        let order = seller.get(&format!("/orders/{}", text(&order["id"])));
        let subscription = text(&order["items"][0]["subscription"]);
        Self { market, levels, customer, subscription }
    }

    fn seller(&self) -> Client<'_> {
        self.market.house.client(&self.levels.last().unwrap().admin)
    }

    fn to(&self, day: &str) -> &Self {
        self.market.advance_to(day);
        self
    }

    fn holds(&self, quantity: u32) -> &Self {
        let path = format!("/subscriptions/{}/change", self.subscription);
        self.seller().post(&path, &json!({ "quantity": quantity }));
        self
    }

    /// What was billed to everybody: to the first level by the provider, and so on to the customer.
    fn told(&self) -> String {
        let buyers = self.levels.iter().map(|it| &it.account).chain([&self.customer]);
        buyers.map(|it| format!("{}\n{}", text(&it["name"]), self.billed_to(it))).collect()
    }

    fn billed_to(&self, account: &Value) -> String {
        let mut out = String::new();
        for it in self.market.invoices(account) {
            let path = format!("/invoices/{}/check", text(&it["id"]));
            assert_eq!(self.market.operator().get(&path)["faults"], json!([]));
            let lines =
                it["lines"].as_array().unwrap().iter().map(|line| {
                    format!("{} {}", text(&line["text"]), text(&line["net"]["amount"]))
                });
            let lines: Vec<_> = lines.collect();
            let (on, seller) = (text(&it["issued_on"]), text(&it["seller"]["name"]));
            out.push_str(&format!("  {on} by {seller}: {}\n", lines.join(", ")));
        }
        let path = format!("/credit_notes?order=oldest&account={}", text(&account["id"]));
        for it in self.market.operator().get(&path)["items"].as_array().unwrap() {
            let net = text(&it["net"]["amount"]);
            out.push_str(&format!("  {} back {net}\n", text(&it["issued_on"])));
        }
        out
    }
}

/// The same price by a model of one figure.
fn with(mut price: Value, kind: &str, figure: &str) -> Value {
    price["model"] = json!({ "kind": kind, kind: figure });
    price
}

/// A year: more seats in mid month, use on both sides of a leap day, fewer seats, an end.
fn a_year(depth: usize) -> Chain {
    let chain = Chain::of(depth);
    chain.to("2028-01-16").holds(6).to("2028-02-29");
    for (id, at, quantity) in [
        ("a", "2028-02-28T23:59:59Z", "100"),
        ("b", "2028-02-29T00:00:00Z", "20"),
        ("c", "2028-02-29T01:00:00Z", "3"),
    ] {
        chain.market.uses(&chain.subscription, (id, at, quantity));
    }
    chain.to("2028-08-10").holds(2).to("2028-12-11");
    let path = format!("/subscriptions/{}/cancel", chain.subscription);
    chain.seller().post(&path, &json!({}));
    chain.to("2029-02-02");
    chain
}

fn check(depth: usize, expected: &Expect) {
    expected.assert_eq(&a_year(depth).told());
}

#[test]
fn a_year_of_what_a_reseller_sells_on() {
    check(
        1,
        &expect![[r#"
        Level 1
          2028-01-01 by Provider: Mail 1: Seat 22.71, Mail 1: Seat 32.00
          2028-02-01 by Provider: Mail 1: Seat 8.26, Mail 1: Seat 48.00
          2028-03-01 by Provider: Mail 1: Seat 48.00, Mail 1: Traffic 9.84
          2028-04-01 by Provider: Mail 1: Seat 48.00
          2028-05-01 by Provider: Mail 1: Seat 48.00
          2028-06-01 by Provider: Mail 1: Seat 48.00
          2028-07-01 by Provider: Mail 1: Seat 48.00
          2028-08-01 by Provider: Mail 1: Seat 48.00
          2028-09-01 by Provider: Mail 1: Seat 16.00
          2028-10-01 by Provider: Mail 1: Seat 16.00
          2028-11-01 by Provider: Mail 1: Seat 16.00
          2028-12-01 by Provider: Mail 1: Seat 16.00
          2028-12-11 back 10.84
        Buyer
          2028-01-01 by Level 1: Post 1: Seat 42.58, Post 1: Seat 60.00
          2028-02-01 by Level 1: Post 1: Seat 15.48, Post 1: Seat 90.00
          2028-03-01 by Level 1: Post 1: Seat 90.00, Post 1: Traffic 18.45
          2028-04-01 by Level 1: Post 1: Seat 90.00
          2028-05-01 by Level 1: Post 1: Seat 90.00
          2028-06-01 by Level 1: Post 1: Seat 90.00
          2028-07-01 by Level 1: Post 1: Seat 90.00
          2028-08-01 by Level 1: Post 1: Seat 90.00
          2028-09-01 by Level 1: Post 1: Seat 30.00
          2028-10-01 by Level 1: Post 1: Seat 30.00
          2028-11-01 by Level 1: Post 1: Seat 30.00
          2028-12-01 by Level 1: Post 1: Seat 30.00
          2028-12-11 back 20.32
    "#]],
    );
}

#[test]
fn a_year_of_what_is_sold_on_over_two_levels() {
    check(
        2,
        &expect![[r#"
        Level 1
          2028-01-01 by Provider: Mail 1: Seat 22.71, Mail 1: Seat 32.00
          2028-02-01 by Provider: Mail 1: Seat 8.26, Mail 1: Seat 48.00
          2028-03-01 by Provider: Mail 1: Seat 48.00, Mail 1: Traffic 9.84
          2028-04-01 by Provider: Mail 1: Seat 48.00
          2028-05-01 by Provider: Mail 1: Seat 48.00
          2028-06-01 by Provider: Mail 1: Seat 48.00
          2028-07-01 by Provider: Mail 1: Seat 48.00
          2028-08-01 by Provider: Mail 1: Seat 48.00
          2028-09-01 by Provider: Mail 1: Seat 16.00
          2028-10-01 by Provider: Mail 1: Seat 16.00
          2028-11-01 by Provider: Mail 1: Seat 16.00
          2028-12-01 by Provider: Mail 1: Seat 16.00
          2028-12-11 back 10.84
        Level 2
          2028-01-01 by Level 1: Post 1 1: Seat 42.58, Post 1 1: Seat 60.00
          2028-02-01 by Level 1: Post 1 1: Seat 15.48, Post 1 1: Seat 90.00
          2028-03-01 by Level 1: Post 1 1: Seat 90.00, Post 1 1: Traffic 18.45
          2028-04-01 by Level 1: Post 1 1: Seat 90.00
          2028-05-01 by Level 1: Post 1 1: Seat 90.00
          2028-06-01 by Level 1: Post 1 1: Seat 90.00
          2028-07-01 by Level 1: Post 1 1: Seat 90.00
          2028-08-01 by Level 1: Post 1 1: Seat 90.00
          2028-09-01 by Level 1: Post 1 1: Seat 30.00
          2028-10-01 by Level 1: Post 1 1: Seat 30.00
          2028-11-01 by Level 1: Post 1 1: Seat 30.00
          2028-12-01 by Level 1: Post 1 1: Seat 30.00
          2028-12-11 back 20.32
        Buyer
          2028-01-01 by Level 2: Post 2: Seat 63.87, Post 2: Seat 90.00
          2028-02-01 by Level 2: Post 2: Seat 23.23, Post 2: Seat 135.00
          2028-03-01 by Level 2: Post 2: Seat 135.00, Post 2: Traffic 27.68
          2028-04-01 by Level 2: Post 2: Seat 135.00
          2028-05-01 by Level 2: Post 2: Seat 135.00
          2028-06-01 by Level 2: Post 2: Seat 135.00
          2028-07-01 by Level 2: Post 2: Seat 135.00
          2028-08-01 by Level 2: Post 2: Seat 135.00
          2028-09-01 by Level 2: Post 2: Seat 45.00
          2028-10-01 by Level 2: Post 2: Seat 45.00
          2028-11-01 by Level 2: Post 2: Seat 45.00
          2028-12-01 by Level 2: Post 2: Seat 45.00
          2028-12-11 back 30.48
    "#]],
    );
}

#[test]
fn a_year_of_what_is_sold_on_over_three_levels() {
    check(
        3,
        &expect![[r#"
        Level 1
          2028-01-01 by Provider: Mail 1: Seat 22.71, Mail 1: Seat 32.00
          2028-02-01 by Provider: Mail 1: Seat 8.26, Mail 1: Seat 48.00
          2028-03-01 by Provider: Mail 1: Seat 48.00, Mail 1: Traffic 9.84
          2028-04-01 by Provider: Mail 1: Seat 48.00
          2028-05-01 by Provider: Mail 1: Seat 48.00
          2028-06-01 by Provider: Mail 1: Seat 48.00
          2028-07-01 by Provider: Mail 1: Seat 48.00
          2028-08-01 by Provider: Mail 1: Seat 48.00
          2028-09-01 by Provider: Mail 1: Seat 16.00
          2028-10-01 by Provider: Mail 1: Seat 16.00
          2028-11-01 by Provider: Mail 1: Seat 16.00
          2028-12-01 by Provider: Mail 1: Seat 16.00
          2028-12-11 back 10.84
        Level 2
          2028-01-01 by Level 1: Post 1 1: Seat 42.58, Post 1 1: Seat 60.00
          2028-02-01 by Level 1: Post 1 1: Seat 15.48, Post 1 1: Seat 90.00
          2028-03-01 by Level 1: Post 1 1: Seat 90.00, Post 1 1: Traffic 18.45
          2028-04-01 by Level 1: Post 1 1: Seat 90.00
          2028-05-01 by Level 1: Post 1 1: Seat 90.00
          2028-06-01 by Level 1: Post 1 1: Seat 90.00
          2028-07-01 by Level 1: Post 1 1: Seat 90.00
          2028-08-01 by Level 1: Post 1 1: Seat 90.00
          2028-09-01 by Level 1: Post 1 1: Seat 30.00
          2028-10-01 by Level 1: Post 1 1: Seat 30.00
          2028-11-01 by Level 1: Post 1 1: Seat 30.00
          2028-12-01 by Level 1: Post 1 1: Seat 30.00
          2028-12-11 back 20.32
        Level 3
          2028-01-01 by Level 2: Post 2 1: Seat 63.87, Post 2 1: Seat 90.00
          2028-02-01 by Level 2: Post 2 1: Seat 23.23, Post 2 1: Seat 135.00
          2028-03-01 by Level 2: Post 2 1: Seat 135.00, Post 2 1: Traffic 27.68
          2028-04-01 by Level 2: Post 2 1: Seat 135.00
          2028-05-01 by Level 2: Post 2 1: Seat 135.00
          2028-06-01 by Level 2: Post 2 1: Seat 135.00
          2028-07-01 by Level 2: Post 2 1: Seat 135.00
          2028-08-01 by Level 2: Post 2 1: Seat 135.00
          2028-09-01 by Level 2: Post 2 1: Seat 45.00
          2028-10-01 by Level 2: Post 2 1: Seat 45.00
          2028-11-01 by Level 2: Post 2 1: Seat 45.00
          2028-12-01 by Level 2: Post 2 1: Seat 45.00
          2028-12-11 back 30.48
        Buyer
          2028-01-01 by Level 3: Post 3: Seat 95.81, Post 3: Seat 135.00
          2028-02-01 by Level 3: Post 3: Seat 34.84, Post 3: Seat 202.50
          2028-03-01 by Level 3: Post 3: Seat 202.50, Post 3: Traffic 41.51
          2028-04-01 by Level 3: Post 3: Seat 202.50
          2028-05-01 by Level 3: Post 3: Seat 202.50
          2028-06-01 by Level 3: Post 3: Seat 202.50
          2028-07-01 by Level 3: Post 3: Seat 202.50
          2028-08-01 by Level 3: Post 3: Seat 202.50
          2028-09-01 by Level 3: Post 3: Seat 67.50
          2028-10-01 by Level 3: Post 3: Seat 67.50
          2028-11-01 by Level 3: Post 3: Seat 67.50
          2028-12-01 by Level 3: Post 3: Seat 67.50
          2028-12-11 back 45.73
    "#]],
    );
}

#[test]
fn a_switch_gives_back_to_every_level_what_it_paid() {
    let chain = Chain::of(2);
    let operator = chain.market.operator();
    let more = with(monthly("Seat", "EUR", "20"), "per_unit", "20");
    let more = chain.market.offer("Mail Plus", &[more]);
    let mut to = more;
    for level in &chain.levels {
        to = copy(&chain.market.house.client(&level.admin), &to, ("Post Plus", json!("100")));
    }
    let last = chain.levels.last().unwrap();
    let switches = json!({ "switches": [{ "to": to, "direction": "upgrade" }] });
    chain.seller().patch(&format!("/offers/{}", last.offer), &switches);
    chain.to("2028-01-16");
    let path = format!("/subscriptions/{}/change", chain.subscription);
    chain.seller().post(&path, &json!({ "offer": to }));
    chain.to("2028-03-02");
    expect![[r#"
        Level 1
          2028-01-01 by Provider: Mail 1: Seat 22.71, Mail 1: Seat 32.00
          2028-02-01 by Provider: Mail Plus 1: Seat 33.03, Mail Plus 1: Seat 64.00
          2028-03-01 by Provider: Mail Plus 1: Seat 64.00
          2028-01-16 back 16.52
        Level 2
          2028-01-01 by Level 1: Post 1 1: Seat 42.58, Post 1 1: Seat 60.00
          2028-02-01 by Level 1: Post Plus 1: Seat 82.58, Post Plus 1: Seat 160.00
          2028-03-01 by Level 1: Post Plus 1: Seat 160.00
          2028-01-16 back 30.97
        Buyer
          2028-01-01 by Level 2: Post 2: Seat 63.87, Post 2: Seat 90.00
          2028-02-01 by Level 2: Post Plus: Seat 165.16, Post Plus: Seat 320.00
          2028-03-01 by Level 2: Post Plus: Seat 320.00
          2028-01-16 back 46.45
    "#]]
    .assert_eq(&chain.told());
    let due = operator.get("/billing_runs/left");
    assert_eq!(due["failed"], 0, "{due}");
}

#[test]
fn a_reseller_that_its_vendor_trusts_with_no_more_cannot_sell_on() {
    let chain = Chain::of(2);
    let operator = chain.market.operator();
    chain.to("2028-02-02");
    let id = text(&chain.levels[0].account["id"]);
    let limits = json!([{ "amount": "1", "currency": "EUR" }]);
    let class = operator.post("/classes", &json!({ "name": "New", "credit_limits": limits }));
    operator.patch(&format!("/accounts/{id}"), &json!({ "class": class["id"] }));
    let order = |client: &Client<'_>| {
        let items = json!([{ "offer": chain.levels[1].offer, "quantity": 1 }]);
        let body = json!({ "account": chain.customer["id"], "items": items });
        client.call("POST /orders", Some(&body))
    };
    let refused = order(&chain.seller());
    assert_eq!(text(&refused.json()["type"]), "/problems/credit_limit_exceeded");
    let why = text(&refused.json()["detail"]);
    assert!(!why.contains(&id) && !why.contains("EUR"), "its debts are its own: {why}");
    // Who may hold the reseller may also trust it with more.
    assert_eq!(order(&operator).status.as_u16(), 201);
}

#[test]
fn nothing_is_billed_to_resellers_before_their_vendor_says_so_nor_for_the_time_before() {
    let chain = Chain::of(1);
    let operator = chain.market.operator();
    let provider = chain.market.house.operator.account.clone();
    let policy = format!("/accounts/{provider}/billing_policy");
    operator.patch(&policy, &json!({ "resale_from": null }));
    chain.to("2028-01-20");
    let nets = || {
        let all = chain.market.invoices(&chain.levels[0].account);
        let nets = all.iter().map(|it| text(&it["net"]["amount"]));
        nets.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(nets(), "");
    operator.patch(&policy, &json!({ "resale_from": "2028-01-22" }));
    chain.to("2028-02-02");
    // Ten days of January for four seats, and February, a fifth off each.
    assert_eq!(nets(), "42.32");
    assert_eq!(operator.get(&policy)["resale_from"], "2028-01-22");
}

#[test]
fn a_copy_has_what_its_original_has_and_only_its_keeper_sees_what_it_is() {
    let chain = Chain::of(1);
    let (seller, level) = (chain.seller(), &chain.levels[0]);
    let path = format!("/offers/{}", level.offer);
    let own = seller.get(&path);
    assert_eq!((&own["mark_up"], own["copy_of"].is_string()), (&json!("50"), true));
    let prices = own["prices"].as_array().unwrap().iter();
    let prices: Vec<_> = prices.map(|it| text(&it["versions"][0]["model"]["per_unit"])).collect();
    assert_eq!(prices, ["15", "0.15"]);
    let customer = text(&chain.customer["id"]);
    let (app, by) = (&chain.market.house.app, &level.admin);
    let buyer = invite(app, by, &customer, "admin@buyer.test", "customer_admin");
    let seen = chain.market.house.client(&buyer).get(&path);
    assert!(seen.get("copy_of").is_none() && seen.get("mark_up").is_none(), "{seen}");
    let original = own["copy_of"].clone();
    for (body, expected) in [
        (json!({ "copy_of": original, "adds_to": original }), "/adds_to conflict"),
        (json!({ "copy_of": original, "mark_up": "-1" }), "/mark_up range"),
        (json!({ "mark_up": "1" }), "/mark_up conflict"),
        (json!({ "copy_of": level.offer }), "/copy_of reference"),
    ] {
        let mut body = body;
        body["name"] = json!({ "en": "Post" });
        let answer = seller.call("POST /offers", Some(&body));
        assert_eq!(answer.status.as_u16(), 422, "{body}");
        let error = answer.json()["errors"][0].clone();
        let told = format!("{} {}", text(&error["pointer"]), text(&error["rule"]));
        assert_eq!(told, expected, "{body}");
    }
}

#[test]
fn a_customer_renews_and_ends_what_nobody_can_bill_its_seller_for() {
    let market = Market::on("2027-12-10");
    let (app, operator) = (&market.house.app, market.house.operator.clone());
    let renews = json!({
        "terms": [{ "key": "m", "duration": "1 month", "default": true, "auto_renew": true }],
    });
    let original = market.offer_like("Mail", &[monthly("Seat", "EUR", "10")], (renews, json!({})));
    let mut body = somebody("reseller", ("Level 1", &operator.account));
    body["billing"]["currency"] = json!("USD");
    let reseller = market.operator().post("/accounts", &body);
    let vendor = text(&reseller["id"]);
    let admin = invite(app, &operator, &vendor, "admin@level1.test", "vendor_admin");
    let seller = market.house.client(&admin);
    let offer = copy(&seller, &original, ("Post", json!("50")));
    let customer = market.operator().post("/accounts", &somebody("customer", ("Buyer", &vendor)));
    let subscription = market.order(&customer, &offer, 1);
    bills(&market.operator(), &operator.account, "2027-12-10");
    market.advance_to("2028-01-20");
    let path = format!("/subscriptions/{subscription}");
    assert_eq!(seller.get(&path)["term"]["end"], "2028-02-10", "it was renewed");
    seller.post(&format!("{path}/cancel"), &json!({}));
    let notes = seller.get(&format!("/credit_notes?account={}", text(&customer["id"])));
    assert_eq!(notes["items"].as_array().unwrap().len(), 1, "{notes}");
}

#[test]
fn a_reseller_gets_back_what_it_was_charged_though_its_vendor_has_no_price_any_more() {
    let chain = Chain::of(2);
    let operator = chain.market.operator();
    chain.to("2028-01-16");
    // What it bought in euros it is billed in dollars from now on, in which nothing has a price.
    let reseller = &chain.levels[0].account;
    let dollars = json!({ "account": reseller["id"], "name": "Dollars", "currency": "USD" });
    let dollars = operator.post("/billing_accounts", &dollars);
    operator.post(&format!("/billing_accounts/{}/default", text(&dollars["id"])), &json!({}));
    let path = format!("/subscriptions/{}/cancel", chain.subscription);
    chain.seller().post(&path, &json!({}));
    // Sixteen days of January, with its fifth off: 32.00 a month for four seats.
    expect![[r#"
        Level 1
          2028-01-01 by Provider: Mail 1: Seat 22.71, Mail 1: Seat 32.00
          2028-01-16 back 16.52
        Level 2
          2028-01-01 by Level 1: Post 1 1: Seat 42.58, Post 1 1: Seat 60.00
          2028-01-16 back 30.97
        Buyer
          2028-01-01 by Level 2: Post 2: Seat 63.87, Post 2: Seat 90.00
          2028-01-16 back 46.45
    "#]]
    .assert_eq(&chain.told());
}
