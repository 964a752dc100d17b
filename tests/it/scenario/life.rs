//! A life: one buyer, a clock that moves for a year or more, and a statement of all that it was billed.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::market::{Market, text};

/// How a life begins: what is different from one buyer with a monthly bill in euros.
pub(super) struct Plot<'a> {
    /// On which day.
    pub(super) on: &'a str,
    /// On which later day it is ordered, if it is not at once.
    pub(super) ordered_on: Option<&'a str>,
    /// What is sold.
    pub(super) prices: Vec<Value>,
    /// How many units of it.
    pub(super) units: u32,
    /// How the buyer is billed.
    pub(super) billing: Value,
    /// The settings of the seller.
    pub(super) policy: Value,
    /// The terms of the class of customers.
    pub(super) class: Value,
    /// What more is said of the offer.
    pub(super) offer: Value,
}

impl<'a> Plot<'a> {
    pub(super) fn new(on: &'a str, prices: &[Value]) -> Self {
        Self {
            on,
            ordered_on: None,
            prices: prices.to_vec(),
            units: 1,
            billing: json!({ "currency": "EUR" }),
            policy: json!({}),
            class: json!({}),
            offer: json!({}),
        }
    }

    /// The same, billed by periods of a length that begin on a day of the month if one is said.
    pub(super) fn billed(self, period: &str, anchor_day: Option<u8>) -> Self {
        let cycle = json!({ "period": period, "anchor_day": anchor_day });
        Self { billing: json!({ "currency": "EUR", "cycle": cycle }), ..self }
    }

    pub(super) fn begin(self) -> Life {
        let market = Market::on(self.on);
        let operator = market.operator();
        let own = format!("/accounts/{}/billing_policy", market.house.operator.account);
        operator.patch(&own, &self.policy);
        let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
        operator.call(&format!("PATCH /classes/{class}"), Some(&self.class)).ok();
        let account = operator.post(
            "/accounts",
            &json!({
                "name": "Blue Whale", "billing": self.billing,
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
                "contacts": { "billing": { "family_name": "Lee", "email": "ann@whale.test" } },
            }),
        );
        let of_meter = |it: &Value| {
            let mut it = it.clone();
            if it["kind"] == "usage" && it["meter"].is_null() {
                it["meter"] = json!(market.meter);
            }
            it
        };
        let prices: Vec<_> = self.prices.iter().map(of_meter).collect();
        let offer = market.offer_like("Server", &prices, (self.offer, json!({})));
        if let Some(day) = self.ordered_on {
            market.advance_to(day);
        }
        let subscription = market.order(&account, &offer, self.units);
        Life { market, account, offer, subscription }
    }
}

/// A buyer, and what it has.
pub(super) struct Life {
    pub(super) market: Market,
    pub(super) account: Value,
    pub(super) offer: String,
    pub(super) subscription: String,
}

impl Life {
    pub(super) fn operator(&self) -> Client<'_> {
        self.market.operator()
    }

    pub(super) fn to(&self, day: &str) -> &Self {
        self.market.advance_to(day);
        self
    }

    /// Does something to the subscription.
    pub(super) fn does(&self, verb: &str, body: &Value) -> &Self {
        self.operator().post(&format!("/subscriptions/{}/{verb}", self.subscription), body);
        self.market.must_be_whole();
        self
    }

    pub(super) fn holds(&self, units: u32) -> &Self {
        self.does("change", &json!({ "quantity": units }))
    }

    pub(super) fn pays(&self, amount: &str) -> &Self {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        let body = json!({ "account": self.account["id"], "amount": amount });
        self.operator().post("/payments", &body);
        self.market.must_be_whole();
        self
    }

    /// Lets time pass to an instant and reports what was used then, for each of some.
    pub(super) fn uses(&self, all: &[(&str, &str)]) -> &Self {
        for (place, (at, quantity)) in all.iter().enumerate() {
            self.operator().post("/clock/advance", &json!({ "to": at }));
            self.market.uses(&self.subscription, (&format!("u{place}"), at, quantity));
        }
        self
    }

    /// Each invoice and credit note by its day, without tax and with it, as it stands; and what is left.
    pub(super) fn told(&self) -> String {
        let (operator, mut all) = (self.operator(), Vec::new());
        let amount = |it: &Value, name: &str| text(&it[name]["amount"]);
        for it in self.market.invoices(&self.account) {
            let check = operator.get(&format!("/invoices/{}/check", text(&it["id"])));
            assert_eq!(check["faults"], json!([]), "every line comes out again");
            let sums = format!("{} ({})", amount(&it, "net"), amount(&it, "gross"));
            all.push(format!("{} {sums} {}", text(&it["issued_on"]), text(&it["state"])));
        }
        let of = text(&self.account["id"]);
        let notes = operator.get(&format!("/credit_notes?order=oldest&limit=100&account={of}"));
        for it in notes["items"].as_array().unwrap() {
            let sums = format!("{} ({})", amount(it, "net"), amount(it, "gross"));
            all.push(format!("{} back {sums}", text(&it["issued_on"])));
        }
        all.sort();
        let balance = operator.get(&format!("/accounts/{of}/balance"))["balances"][0].clone();
        let left = |name: &str| balance[name]["amount"].as_str().unwrap_or("nothing").to_owned();
        all.push(format!("owes {}, has {}", left("receivable"), left("credit")));
        all.iter().map(|it| format!("{it}\n")).collect()
    }
}

/// A fee that recurs, in advance or in arrears.
pub(super) fn fee(timing: &str, model: &Value) -> Value {
    json!({ "name": "Fee", "kind": "recurring", "timing": timing, "currency": "EUR", "model": model })
}

pub(super) fn flat(amount: &str) -> Value {
    json!({ "kind": "flat", "amount": amount })
}

pub(super) fn each(price: &str) -> Value {
    json!({ "kind": "per_unit", "per_unit": price })
}

pub(super) fn used(model: &Value) -> Value {
    json!({ "name": "Use", "kind": "usage", "currency": "EUR", "model": model })
}

/// What comes once, on an occasion.
pub(super) fn once(occasion: &str, amount: &str) -> Value {
    json!({
        "name": occasion, "kind": "one_time", "fee": occasion, "currency": "EUR",
        "model": flat(amount),
    })
}

/// The default billing account of the buyer.
pub(super) fn billing_account(of: &Life) -> String {
    let path = format!("/billing_accounts?account={}", text(&of.account["id"]));
    text(&of.operator().get(&path)["items"][0]["id"])
}
