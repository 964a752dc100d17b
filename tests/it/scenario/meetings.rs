//! What meets in one month: an early bill, a change of plan, use that is taken back, a credit by hand.
//! Whatever comes when, all that is charged comes to what it would have by itself.

use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// Somebody who pays by the month and by use, and is billed as soon as 50.00 were used.
struct Buyer {
    market: Market,
    account: Value,
    subscription: String,
    gold: String,
}

impl Buyer {
    fn new() -> Self {
        let market = Market::on("2026-01-01");
        let (operator, account) = (market.operator(), market.customer("Blue Whale", "EUR"));
        let plan = |name: &str, fee: &str, unit: &str| {
            let used = json!({
                "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
                "model": { "kind": "per_unit", "per_unit": unit },
            });
            market.offer(name, &[monthly("Base", "EUR", fee), used])
        };
        let (silver, gold) = (plan("Silver", "31", "1"), plan("Gold", "62", "2"));
        let switches = json!({ "switches": [{ "to": gold, "direction": "upgrade" }] });
        operator.patch(&format!("/offers/{silver}"), &switches);
        let fifty = json!({ "interim_at": { "amount": "50", "currency": "EUR" } });
        operator.patch(&format!("/billing_accounts/{}", text(&account["billing_account"])), &fifty);
        let subscription = market.order(&account, &silver, 1);
        Self { market, account, subscription, gold }
    }

    /// Lets time pass to an instant at which something is used.
    fn uses(&self, id: &str, day: &str, quantity: &str) {
        let at = format!("{day}T12:00:00Z");
        self.market.operator().post("/clock/advance", &json!({ "to": at }));
        self.market.uses(&self.subscription, (id, &at, quantity));
        self.market.house.app.keep_duties();
        self.market.must_be_whole();
    }

    fn voids(&self, id: &str, day: &str) {
        let event = json!({
            "id": id, "subscription": self.subscription, "meter": "traffic",
            "at": format!("{day}T12:00:00Z"),
        });
        let body = json!({ "events": [event], "reason": "A test" });
        self.market.operator().post("/usage/void", &body);
        self.market.house.app.keep_duties();
        self.market.must_be_whole();
    }

    fn upgrades(&self, day: &str) {
        self.market.advance_to(day);
        let path = format!("/subscriptions/{}/change", self.subscription);
        self.market.operator().post(&path, &json!({ "offer": self.gold }));
        self.market.house.app.keep_duties();
        self.market.must_be_whole();
    }

    /// All that was charged less all that was credited, without tax, up to a day; every line comes out again.
    fn came_to(&self, day: &str) -> String {
        self.market.advance_to(day);
        let operator = self.market.operator();
        let cents = |it: &Value| {
            let amount = text(&it["net"]["amount"]).replace('.', "");
            amount.parse::<i64>().unwrap()
        };
        let invoices = self.market.invoices(&self.account);
        for it in &invoices {
            let check = operator.get(&format!("/invoices/{}/check", text(&it["id"])));
            assert_eq!(check["faults"], json!([]), "{it}");
        }
        let of = text(&self.account["id"]);
        let notes = operator.get(&format!("/credit_notes?limit=100&account={of}"));
        let back: i64 = notes["items"].as_array().unwrap().iter().map(cents).sum();
        let sum = invoices.iter().map(cents).sum::<i64>() - back;
        format!("{}.{:02}", sum / 100, sum % 100)
    }
}

/// 15 days at 31.00, 16 at 62.00, and February; 70 GB at 1.00 and 10 at 2.00.
#[test]
fn an_early_bill_and_a_change_in_one_month_come_to_what_each_part_of_it_costs() {
    let buyer = Buyer::new();
    buyer.uses("a", "2026-01-05", "60");
    buyer.uses("b", "2026-01-10", "10");
    buyer.upgrades("2026-01-16");
    buyer.uses("c", "2026-01-20", "10");
    assert_eq!(buyer.came_to("2026-02-02"), "199.00");
    assert_eq!(buyer.came_to("2026-03-02"), "261.00");
}

/// The same without the 60 GB that an early bill charged, taken back after the change.
#[test]
fn what_an_early_bill_charged_before_a_change_is_given_back_after_it() {
    let buyer = Buyer::new();
    buyer.uses("a", "2026-01-05", "60");
    buyer.uses("b", "2026-01-10", "10");
    buyer.upgrades("2026-01-16");
    buyer.voids("a", "2026-01-05");
    buyer.uses("c", "2026-01-20", "10");
    assert_eq!(buyer.came_to("2026-02-02"), "139.00");
    assert_eq!(buyer.came_to("2026-03-02"), "201.00");
}

/// What was credited by hand of an early bill does not go back once more with what it charged.
#[test]
fn what_was_credited_of_an_early_bill_does_not_go_back_once_more() {
    let buyer = Buyer::new();
    buyer.uses("a", "2026-01-05", "60");
    let early = buyer.market.invoices(&buyer.account).pop().unwrap();
    assert_eq!(text(&early["net"]["amount"]), "60.00");
    let path = format!("/invoices/{}/credit", text(&early["id"]));
    buyer.market.operator().post(&path, &json!({ "reason": "Sorry" }));
    buyer.voids("a", "2026-01-05");
    buyer.uses("b", "2026-01-10", "10");
    // 31.00 twice: what is left of the 60 GB is credited.
    assert_eq!(buyer.came_to("2026-02-02"), "62.00");
}
