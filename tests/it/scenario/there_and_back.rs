//! There and back: who goes over to another offer and comes back owes what it had in between, each day
//! and each unit of use once.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// A customer that is billed on the first of each month, and has bought Silver: it may go over to Gold,
/// and back.
struct Buyer {
    market: Market,
    account: Value,
    subscription: String,
    silver: String,
    gold: String,
}

impl Buyer {
    /// One who bought on a day; `prices` are those of Silver and of Gold.
    fn on(day: &str, prices: impl Fn(&Market) -> [Vec<Value>; 2]) -> Self {
        let market = Market::on(day);
        let account = json!({
            "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1 } },
        });
        let account = market.operator().post("/accounts", &account);
        let [silver, gold] = prices(&market);
        let (silver, gold) = (market.offer("Silver", &silver), market.offer("Gold", &gold));
        let leads = |from: &str, to: &str, direction: &str| {
            let switches = json!({ "switches": [{ "to": to, "direction": direction }] });
            market.operator().patch(&format!("/offers/{from}"), &switches);
        };
        leads(&silver, &gold, "upgrade");
        leads(&gold, &silver, "downgrade");
        let subscription = market.order(&account, &silver, 1);
        Self { market, account, subscription, silver, gold }
    }

    fn goes_to(&self, body: &Value) {
        let path = format!("/subscriptions/{}/change", self.subscription);
        self.market.operator().post(&path, body);
        self.market.house.app.keep_duties();
        self.market.must_be_whole();
    }

    /// Its invoices, line by line without the reasons.
    fn billed(&self) -> String {
        let each = self.market.invoices(&self.account).into_iter().map(|it| {
            let path = format!("/invoices/{}/check", text(&it["id"]));
            assert_eq!(self.market.operator().get(&path)["faults"], json!([]));
            let lines = crate::harness::market::lines(&it);
            let lines = lines.lines().filter(|it| !it.starts_with(' '));
            let lines: String = lines.map(|it| format!("    {it}\n")).collect();
            format!("{} {}\n{lines}", text(&it["issued_on"]), text(&it["net"]["amount"]))
        });
        each.collect()
    }
}

fn traffic(market: &Market, amount: &str) -> Value {
    json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": amount },
    })
}

fn afterwards(amount: &str) -> Value {
    let mut price = monthly("Month", "EUR", amount);
    price["timing"] = json!("arrears");
    price
}

fn setup(amount: &str) -> Value {
    json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": amount },
    })
}

#[test]
fn what_was_used_before_an_upgrade_is_charged_although_the_downgrade_comes_before_the_bill() {
    let buyer = Buyer::on("2026-01-01", |market| {
        let silver = vec![afterwards("31"), traffic(market, "0.1")];
        [silver, vec![afterwards("62"), traffic(market, "0.2")]]
    });
    let uses = |day: &str, quantity: &str| {
        buyer.market.uses(&buyer.subscription, (day, &format!("{day}T00:00:00Z"), quantity));
    };
    for month in ["2026-01", "2026-02"] {
        buyer.market.advance_to(&format!("{month}-10"));
        uses(&format!("{month}-05"), "1000");
        buyer.market.advance_to(&format!("{month}-11"));
        buyer.goes_to(&json!({ "offer": buyer.gold }));
        buyer.market.advance_to(&format!("{month}-21"));
        uses(&format!("{month}-20"), "100");
        buyer.goes_to(&json!({ "offer": buyer.silver }));
    }
    buyer.market.advance_to("2026-03-02");
    expect![[r#"
        2026-02-01 172.00
            Silver: Month | 2026-01-01..2026-01-11 | 10.00
            Silver: Traffic | 2026-01-01..2026-01-11 | 100.00
            Gold: Month | 2026-01-11..2026-02-01 | 42.00
            Gold: Traffic | 2026-01-11..2026-02-01 | 20.00
        2026-03-01 170.93
            Silver: Month | 2026-02-01..2026-02-11 | 11.07
            Silver: Traffic | 2026-02-01..2026-02-11 | 100.00
            Gold: Month | 2026-02-11..2026-03-01 | 39.86
            Gold: Traffic | 2026-02-11..2026-03-01 | 20.00
    "#]]
    .assert_eq(&buyer.billed());
}

#[test]
fn who_comes_back_on_the_same_day_is_set_up_once() {
    let buyer = Buyer::on("2026-01-10", |_| {
        let silver = vec![monthly("Month", "EUR", "31"), setup("25")];
        [silver, vec![monthly("Month", "EUR", "62"), setup("50")]]
    });
    buyer.market.advance_to("2026-01-11");
    buyer.goes_to(&json!({ "offer": buyer.gold }));
    buyer.goes_to(&json!({ "offer": buyer.silver, "at": "now" }));
    buyer.market.advance_to("2026-02-02");
    expect![[r#"
        2026-02-01 78.00
            Silver: Month | 2026-01-10..2026-02-01 | 22.00
            Silver: Month | 2026-02-01..2026-03-01 | 31.00
            Silver: Setup | - | 25.00
    "#]]
    .assert_eq(&buyer.billed());
}
