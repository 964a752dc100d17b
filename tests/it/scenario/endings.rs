//! Ends of terms: what stops with them, what goes on again, and what belongs to what has ended.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::time::Zone;
use tillbox::services::clock;

use crate::harness::market::{Market, monthly, sums, text};

/// Somebody with a base that lasts a month, and a disk that adds to it and has no end.
struct Buyer {
    market: Market,
    base: String,
    disk: String,
}

impl Buyer {
    fn new() -> Self {
        let market = Market::on("2026-01-01");
        let operator = market.operator();
        let paid = json!({ "grace_days": 2, "hold_days": 10, "destroy": false });
        let after = operator.post("/service_terms", &json!({ "name": "Usual", "paid": paid }));
        let account = market.customer("Blue Whale", "EUR")["id"].clone();
        let fee = [monthly("Fee", "EUR", "10")];
        let term = json!({
            "key": "m", "duration": "1 month", "auto_renew": false, "default": true,
        });
        let lasting = json!({ "terms": [term], "service_terms": after["id"] });
        let offer = market.offer_like("Base", &fee, (lasting, json!({})));
        let order = |item: Value| {
            let order = json!({ "account": account, "items": [item] });
            text(&operator.post("/orders", &order)["items"][0]["subscription"])
        };
        let base = order(json!({ "offer": offer }));
        let adds = json!({ "adds_to": offer, "service_terms": after["id"] });
        let adds = (adds, json!({}));
        let disk = market.offer_like("Disk", &fee, adds);
        let disk = order(json!({ "offer": disk, "parent": base }));
        Self { market, base, disk }
    }

    fn get(&self, id: &str) -> Value {
        self.market.operator().get(&format!("/subscriptions/{id}"))
    }

    /// How both stand on a day.
    fn on(&self, day: &str) -> String {
        self.market.advance_to(day);
        let state = |id| text(&self.get(id)["state"]);
        format!("{day}: base {}, disk {}\n", state(&self.base), state(&self.disk))
    }

    /// What its system was told to do with one of them.
    fn told(&self, id: &str) -> Vec<String> {
        let tasks = self.market.operator().get("/tasks?order=oldest&limit=100");
        let tasks = tasks["items"].as_array().unwrap().iter();
        tasks.filter(|it| it["subscription"] == id).map(|it| text(&it["work"])).collect()
    }

    fn renew(&self, id: &str) {
        self.market.operator().post(&format!("/subscriptions/{id}/renew"), &json!({}));
    }
}

#[test]
fn what_belongs_to_something_that_ends_is_stopped_ended_and_no_longer_charged() {
    let buyer = Buyer::new();
    let days = ["2026-01-31", "2026-02-01", "2026-02-03", "2026-02-13"];
    let said: String = days.iter().map(|it| buyer.on(it)).collect();
    expect![[r#"
        2026-01-31: base active, disk active
        2026-02-01: base graced, disk active
        2026-02-03: base expired, disk expired
        2026-02-13: base recoverable, disk recoverable
    "#]]
    .assert_eq(&said);
    assert_eq!(buyer.told(&buyer.disk), ["create", "hold", "remove"]);
    let account = buyer.get(&buyer.disk)["account"].clone();
    let count = || buyer.market.invoices(&json!({ "id": account })).len();
    let before = count();
    buyer.market.advance_to("2026-06-01");
    assert_eq!(count(), before, "nothing is charged any more");
}

#[test]
fn what_is_renewed_after_it_was_stopped_goes_on_there() {
    let buyer = Buyer::new();
    assert_eq!(buyer.on("2026-02-04"), "2026-02-04: base expired, disk expired\n");
    buyer.renew(&buyer.base);
    buyer.renew(&buyer.disk);
    assert_eq!(buyer.told(&buyer.base), ["create", "hold", "release"]);
    assert_eq!(buyer.told(&buyer.disk), ["create", "hold", "release"]);
    assert_eq!(buyer.get(&buyer.disk)["term"]["end"], Value::Null, "it has no end again");
    assert_eq!(buyer.on("2026-02-05"), "2026-02-05: base active, disk active\n");
}

#[test]
fn what_is_renewed_after_it_was_removed_is_made_again() {
    let buyer = Buyer::new();
    assert_eq!(buyer.on("2026-02-14"), "2026-02-14: base recoverable, disk recoverable\n");
    buyer.renew(&buyer.base);
    assert_eq!(buyer.told(&buyer.base), ["create", "hold", "remove", "create"]);
    assert_eq!(buyer.get(&buyer.base)["state"], "active");
}

#[test]
fn an_account_that_is_closed_is_billed_until_nothing_of_it_is_left() {
    let market = Market::on("2026-01-01");
    let cycle = json!({ "period": "1 month", "anchor_day": 1, "shift_days": 10 });
    let body = json!({
        "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": cycle },
    });
    let account = market.operator().post("/accounts", &body);
    let mut base = monthly("Base", "EUR", "31");
    base["timing"] = json!("arrears");
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let subscription = market.order(&account, &market.offer("Server", &[base, traffic]), 1);
    market.advance_to("2026-02-05");
    market.uses(&subscription, ("last", "2026-02-04T12:00:00Z", "7"));
    let path = format!("/accounts/{}", text(&account["id"]));
    market.operator().post(&format!("{path}/close"), &json!({}));
    market.advance_to("2026-02-12");
    let billed = || -> Vec<_> {
        let all = market.invoices(&account);
        all.iter().map(|it| format!("{} {}", text(&it["issued_on"]), sums(it))).collect()
    };
    assert_eq!(billed(), ["2026-02-11 31.00 + 6.20 = 37.20 EUR, due 37.20"]);
    let account_of = |it: &Value| {
        market.operator().get(&format!("/billing_accounts/{}", text(&it["billing_account"])))
    };
    assert_eq!(account_of(&account)["next_bill_on"], "2026-03-11");
    // 4 of 28 days and what was used in them.
    market.advance_to("2026-03-12");
    assert_eq!(billed()[1..], ["2026-03-11 11.43 + 2.29 = 13.72 EUR, due 13.72"]);
    assert_eq!(account_of(&account)["state"], "closed");
    let paid = json!({ "amount": "50.92", "currency": "EUR" });
    market.operator().post("/payments", &json!({ "account": account["id"], "amount": paid }));
    market.advance_to("2026-03-13");
    assert_eq!(market.operator().get(&path)["state"], "closed");
}

#[test]
fn what_was_to_end_on_a_day_ends_on_it_however_late_the_house_looks() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Server", &[monthly("Fee", "EUR", "30")]);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-20");
    let path = format!("/subscriptions/{subscription}");
    market.operator().post(&format!("{path}/cancel"), &json!({ "at": "period_end" }));
    let woken = Zone::UTC.start_of("2026-02-03".parse().unwrap());
    clock::make_movable(&market.house.app.bss, woken).unwrap();
    market.house.app.keep_duties();
    assert_eq!(market.operator().get(&path)["ended_on"], "2026-02-01");
    market.advance_to("2026-03-02");
    assert_eq!(market.invoices(&account).len(), 1, "nothing was served after that");
}

#[test]
fn what_a_closed_account_has_left_goes_back_to_it() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let id = text(&account["id"]);
    let subscription =
        market.order(&account, &market.offer("Base", &[monthly("Fee", "EUR", "31")]), 1);
    let pays = |amount: &str| {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        operator.post("/payments", &json!({ "account": id, "amount": amount }))["id"].clone()
    };
    // What settles the first invoice, and five euros more in two payments.
    let payments = [pays("37.20"), pays("2"), pays("3")];
    market.advance_to("2026-01-11");
    let end = json!({ "refund_to": "balance" });
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &end);
    let balance = || {
        let found = operator.get(&format!("/accounts/{id}/balance"))["balances"][0].clone();
        let amount = |name: &str| found[name]["amount"].as_str().unwrap_or("0.00").to_owned();
        format!("owes {}, has {}", amount("receivable"), amount("credit"))
    };
    // Twenty-one days of January went back to its balance.
    assert_eq!(balance(), "owes 0.00, has 30.20");
    operator.post(&format!("/accounts/{id}/close"), &json!({}));
    market.advance_to("2026-02-03");
    assert_eq!(operator.get(&format!("/accounts/{id}"))["state"], "closed");
    assert_eq!(balance(), "owes 0.00, has 0.00");
    let mut told = String::new();
    for payment in &payments {
        let refunds = operator.get(&format!("/payments/{}/refunds", text(payment)));
        for it in refunds["items"].as_array().unwrap() {
            let state = text(&it["state"]);
            told +=
                &format!("{} {state}: {}\n", text(&it["amount"]["amount"]), text(&it["reason"]));
            operator.post(&format!("/refunds/{}/complete", text(&it["id"])), &json!({}));
        }
    }
    expect![[r#"
        25.20 requested: the account was closed
        2.00 requested: the account was closed
        3.00 requested: the account was closed
    "#]]
    .assert_eq(&told);
    let invoices = market.invoices(&account);
    assert_eq!(invoices[0]["state"], "paid", "what was given back settles it");
    market.must_be_whole();
}
