//! Holds of accounts: they reach the subscriptions that they name, and take only their own back;
//! and what an account that is closed still has to settle.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// Somebody with a base, a seat that belongs to it, and a disk that stands alone.
struct Buyer {
    market: Market,
    account: Value,
    base: String,
    seat: String,
    disk: String,
}

impl Buyer {
    fn on(day: &str) -> Self {
        let market = Market::on(day);
        let account = market.customer("Blue Whale", "EUR");
        let fee = [monthly("Fee", "EUR", "10")];
        let offer = market.offer("Base", &fee);
        let base = market.order(&account, &offer, 1);
        let adds = (json!({ "adds_to": offer }), json!({}));
        let seat = json!({ "offer": market.offer_like("Seat", &fee, adds), "parent": base });
        let seat = order(&market, &account, &seat);
        let disk = market.order(&account, &market.offer("Disk", &fee), 1);
        Self { market, account, base, seat, disk }
    }

    /// Does something to the account, and shows its subscriptions.
    fn does(&self, verb: &str, body: &Value) -> String {
        let path = format!("/accounts/{}/{verb}", text(&self.account["id"]));
        let account = self.market.operator().post(&path, body);
        self.market.must_be_whole();
        format!("{verb}: {}\n{}", text(&account["state"]), self.shown())
    }

    /// How each subscription stands, and where its holds come from.
    fn shown(&self) -> String {
        let all = [("base", &self.base), ("seat", &self.seat), ("disk", &self.disk)];
        all.iter().map(|(name, id)| format!("  {name} {}\n", self.standing(id))).collect()
    }

    fn standing(&self, id: &str) -> String {
        let it = self.market.operator().get(&format!("/subscriptions/{id}"));
        let holds = it["holds"].as_array().unwrap().iter();
        let holds = holds.map(|it| format!(" [{} {}]", text(&it["kind"]), text(&it["origin"])));
        format!("{}{}", text(&it["state"]), holds.collect::<String>())
    }

    /// What other systems were told to stop or to let go on.
    fn told(&self) -> String {
        let tasks = self.market.operator().get("/tasks?order=oldest");
        let tasks = tasks["items"].as_array().unwrap().iter();
        let stopped = tasks.filter(|it| it["work"] == "hold" || it["work"] == "release");
        stopped.map(|it| format!("{} ", text(&it["work"]))).collect()
    }
}

fn order(market: &Market, account: &Value, item: &Value) -> String {
    let body = json!({ "account": account["id"], "items": [item] });
    text(&market.operator().post("/orders", &body)["items"][0]["subscription"])
}

#[test]
fn a_hold_of_an_account_reaches_its_subscriptions_and_takes_only_its_own_back() {
    let buyer = Buyer::on("2026-01-01");
    let operator = buyer.market.operator();
    operator.post(&format!("/subscriptions/{}/hold", buyer.disk), &json!({ "kind": "credit" }));
    let mut said = buyer.does("hold", &json!({ "reason": "FRAUD" }));
    said += &buyer.does("hold", &json!({ "kind": "credit", "reason": "OVERDUE" }));
    said += &buyer.does("release", &json!({}));
    said += &buyer.does("release", &json!({ "kind": "credit" }));
    expect![[r#"
        hold: held_administratively
          base held_administratively [administrative account]
          seat held_administratively [administrative account] [administrative parent]
          disk held_for_both [administrative account] [credit direct]
        hold: held_for_both
          base held_for_both [administrative account] [credit account]
          seat held_for_both [administrative account] [administrative parent] [credit account] [credit parent]
          disk held_for_both [administrative account] [credit direct] [credit account]
        release: held_for_credit
          base held_for_credit [credit account]
          seat held_for_credit [credit account] [credit parent]
          disk held_for_credit [credit direct] [credit account]
        release: active
          base active
          seat active
          disk held_for_credit [credit direct]
    "#]]
    .assert_eq(&said);
    assert_eq!(buyer.told(), "hold hold hold release release ", "each stop is told once");
}

#[test]
fn the_unpaid_are_those_on_an_invoice_that_is_overdue_and_what_belongs_to_them() {
    let buyer = Buyer::on("2026-01-01");
    let mut said = buyer.does("hold", &json!({ "policy": "unpaid", "reason": "NOT_YET" }));
    buyer.does("release", &json!({}));
    // The base alone is on the invoice of January; by then nothing is paid for the others.
    let invoices = buyer.market.invoices(&buyer.account);
    let of_base = |it: &&Value| it["lines"][0]["subscription"] == json!(buyer.base);
    assert!(invoices.iter().any(|it| of_base(&it)), "{invoices:?}");
    buyer.market.advance_to("2026-01-31");
    for it in invoices.iter().filter(|it| !of_base(it)) {
        let settles = json!([{ "invoice": it["id"], "amount": it["due"] }]);
        let body = json!({
            "account": buyer.account["id"], "amount": it["due"], "allocations": settles,
        });
        buyer.market.operator().post("/payments", &body);
    }
    let hold = json!({ "kind": "credit", "policy": "unpaid", "reason": "OVERDUE" });
    said += &buyer.does("hold", &hold);
    said += &buyer.does("release", &json!({ "kind": "credit" }));
    expect![[r#"
        hold: held_administratively
          base active
          seat active
          disk active
        hold: held_for_credit
          base held_for_credit [credit account]
          seat held_for_credit [credit parent]
          disk active
        release: active
          base active
          seat active
          disk active
    "#]]
    .assert_eq(&said);
}

#[test]
fn who_is_held_buys_nothing_until_released() {
    let buyer = Buyer::on("2026-01-01");
    let operator = buyer.market.operator();
    let offer = operator.get(&format!("/subscriptions/{}", buyer.disk))["offer"].clone();
    let body = json!({ "account": buyer.account["id"], "items": [{ "offer": offer }] });
    buyer.does("hold", &json!({ "kind": "credit", "reason": "OVERDUE" }));
    let refused = operator.call("POST /orders", Some(&body));
    assert_eq!(refused.json()["type"], "/problems/account_state_forbids", "{}", refused.json());
    let changed = format!("POST /subscriptions/{}/change", buyer.disk);
    let refused = operator.call(&changed, Some(&json!({ "quantity": 2 })));
    assert_eq!(refused.json()["type"], "/problems/subscription_state_forbids");
    buyer.does("release", &json!({ "kind": "credit" }));
    operator.post("/orders", &body);
}

#[test]
fn what_begins_while_its_account_is_held_begins_held() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let manual = (json!({}), json!({ "connector": "manual" }));
    let offer = market.offer_like("Rack", &[], manual);
    let rack = order(&market, &account, &json!({ "offer": offer }));
    let path = format!("/accounts/{}", text(&account["id"]));
    operator.post(&format!("{path}/hold"), &json!({ "reason": "FRAUD" }));
    let rack = format!("/subscriptions/{rack}");
    assert_eq!(operator.get(&rack)["state"], "pending");
    let task = text(&operator.get("/tasks")["items"][0]["id"]);
    operator.post(&format!("/tasks/{task}/start"), &json!({}));
    operator.post(&format!("/tasks/{task}/complete"), &json!({}));
    assert_eq!(operator.get(&rack)["state"], "held_administratively");
    operator.post(&format!("{path}/release"), &json!({}));
    assert_eq!(operator.get(&rack)["state"], "active");
    market.must_be_whole();
}

#[test]
fn an_account_is_closed_when_what_it_had_has_ended_and_is_paid() {
    let buyer = Buyer::on("2026-01-01");
    buyer.market.advance_to("2026-01-11");
    let mut said = buyer.does("close", &json!({}));
    let state = || {
        let path = format!("/accounts/{}", text(&buyer.account["id"]));
        text(&buyer.market.operator().get(&path)["state"])
    };
    buyer.market.advance_to("2026-02-01");
    said += &format!("a month later: {}\n", state());
    let invoices = buyer.market.invoices(&buyer.account);
    for it in invoices.iter().filter(|it| it["due"]["amount"] != "0.00") {
        let paid = json!({ "account": buyer.account["id"], "amount": it["due"] });
        buyer.market.operator().post("/payments", &paid);
    }
    buyer.market.house.app.keep_duties();
    said += &format!("paid: {}\n", state());
    expect![[r#"
        close: closing
          base recoverable
          seat recoverable
          disk recoverable
        a month later: closing
        paid: closed
    "#]]
    .assert_eq(&said);
    buyer.market.must_be_whole();
}

#[test]
fn what_ends_while_it_is_on_hold_leaves_nothing_to_bill() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let path = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&path, &json!({ "while_held": "pause" }));
    let account = market.customer("Blue Whale", "EUR");
    let subscription =
        market.order(&account, &market.offer("Base", &[monthly("Fee", "EUR", "10")]), 1);
    market.advance_to("2026-01-10");
    operator.post(&format!("/subscriptions/{subscription}/hold"), &json!({}));
    market.advance_to("2026-03-10");
    // 22 of 31 days were on hold: 7.10 of 10.00 and their tax came back with the next bill.
    let of = json!({ "account": account["id"], "amount": { "amount": "3.48", "currency": "EUR" } });
    operator.post("/payments", &of);
    operator.post(&format!("/accounts/{}/close", text(&account["id"])), &json!({}));
    market.advance_to("2026-04-03");
    let account = operator.get(&format!("/accounts/{}", text(&account["id"])));
    assert_eq!(account["state"], "closed", "nobody waits for days that cost nothing: {account}");
    assert_eq!(market.invoices(&account).len(), 2);
}

/// Somebody who pays 31.00 a month from 1 October on, before or after it, where days on hold cost nothing.
struct Paused {
    market: Market,
    account: Value,
    subscription: String,
}

impl Paused {
    fn new(timing: &str) -> Self {
        let market = Market::on("2029-10-01");
        let operator = market.operator();
        let path = format!("/accounts/{}/billing_policy", market.house.operator.account);
        operator.patch(&path, &json!({ "while_held": "pause" }));
        let account = market.customer("Blue Whale", "EUR");
        let mut price = monthly("Fee", "EUR", "31");
        price["timing"] = json!(timing);
        let subscription = market.order(&account, &market.offer("Base", &[price]), 1);
        Self { market, account, subscription }
    }

    fn does(&self, day: &str, verb: &str) {
        self.market.advance_to(day);
        let path = format!("/subscriptions/{}/{verb}", self.subscription);
        self.market.operator().post(&path, &json!({}));
    }

    /// What each invoice charges, what notes gave back, and what is owed at the end, with tax.
    fn paid_by(&self, day: &str) -> String {
        self.market.advance_to(day);
        let net = |it: &Value| text(&it["net"]["amount"]);
        let charged: Vec<_> = self.market.invoices(&self.account).iter().map(net).collect();
        let path = format!("/credit_notes?account={}", text(&self.account["id"]));
        let notes = self.market.operator().get(&path);
        let credited: Vec<_> = notes["items"].as_array().unwrap().iter().map(net).collect();
        let path = format!("/accounts/{}/balance", text(&self.account["id"]));
        let balance = &self.market.operator().get(&path)["balances"][0];
        let owed = [&balance["receivable"], &balance["credit"]].map(|it| text(&it["amount"]));
        let (charged, credited) = (charged.join(" "), credited.join(" "));
        format!("{charged}; credited {credited}; owes {}, has {}", owed[0], owed[1])
    }
}

#[test]
fn what_was_paid_for_days_on_hold_comes_back_with_the_next_bill() {
    for (timing, expected) in [
        ("advance", "31.00 21.00; credited ; owes 62.40, has 0.00"),
        ("arrears", "21.00; credited ; owes 25.20, has 0.00"),
    ] {
        let it = Paused::new(timing);
        it.does("2029-10-11", "hold");
        it.does("2029-10-21", "release");
        assert_eq!(it.paid_by("2029-11-02"), expected, "{timing}");
    }
}

#[test]
fn what_is_called_off_while_it_is_on_hold_costs_the_days_before() {
    for (timing, expected) in [
        ("advance", "31.00 -10.00; credited 11.00; owes 12.00, has 0.00"),
        ("arrears", "10.00; credited ; owes 12.00, has 0.00"),
    ] {
        let it = Paused::new(timing);
        it.does("2029-10-11", "hold");
        it.does("2029-10-21", "cancel");
        assert_eq!(it.paid_by("2029-11-02"), expected, "{timing}");
    }
}

/// A switch that gives back all of a period leaves nothing of it for the next bill to give back.
#[test]
fn days_on_hold_do_not_come_back_once_more_where_all_was_given_back() {
    let it = Paused::new("advance");
    let operator = it.market.operator();
    let path = format!("/accounts/{}/billing_policy", it.market.house.operator.account);
    operator.patch(&path, &json!({ "credit_base": "full_charge" }));
    let large = it.market.offer("Large", &[monthly("Fee", "EUR", "62")]);
    let path = format!("/subscriptions/{}", it.subscription);
    let base = text(&operator.get(&path)["offer"]);
    let switches = json!({ "switches": [{ "to": large, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{base}"), &switches);
    it.does("2029-10-11", "hold");
    it.does("2029-10-21", "release");
    it.market.advance_to("2029-10-25");
    operator.post(&format!("{path}/change"), &json!({ "offer": large }));
    // Seven days of October and November at the new price.
    let paid = it.paid_by("2029-11-02");
    assert_eq!(paid, "31.00 76.00; credited 31.00; owes 91.20, has 0.00");
}
