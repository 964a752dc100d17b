//! A desk: a market with one buyer who is billed on a day of the month, and how figures are read there.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::harness::market::{Market, text};

/// A market with a buyer.
pub(super) struct Desk {
    pub(super) market: Market,
    pub(super) account: Value,
}

/// A price that recurs every month, in advance.
pub(super) use crate::harness::market::monthly;

impl Desk {
    /// On a day, with a buyer whose periods turn on the first of a month.
    pub(super) fn on(day: &str) -> Self {
        Self::turning(day, Some(1))
    }

    /// The same with periods that turn on a day, or on the day on which the buyer began.
    pub(super) fn turning(day: &str, on: Option<u8>) -> Self {
        Self::with_cycle(day, &json!({ "period": "1 month", "anchor_day": on }))
    }

    /// The same with a bill every day: what is charged stands on one at once.
    pub(super) fn daily(day: &str) -> Self {
        Self::with_cycle(day, &json!({ "period": "1 day" }))
    }

    fn with_cycle(day: &str, cycle: &Value) -> Self {
        let market = Market::on(day);
        let body = json!({
            "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": "EUR", "cycle": cycle },
        });
        let account = market.operator().post("/accounts", &body);
        Self { market, account }
    }

    /// The seller's settings.
    pub(super) fn policy(&self, policy: &Value) -> &Self {
        let own = text(&json!(self.market.house.operator.account));
        self.market.operator().patch(&format!("/accounts/{own}/billing_policy"), policy);
        self
    }

    /// What is taxed at a rate.
    pub(super) fn taxed(&self, percent: &str) -> Value {
        self.market.taxed(&format!("T{}", percent.replace('.', "_")), percent)
    }

    /// Buys what is sold at some prices.
    pub(super) fn buy(&self, prices: &[Value], quantity: u32) -> String {
        let offer = self.market.offer("Server", prices);
        self.market.order(&self.account, &offer, quantity)
    }

    /// Buys the same after a trial of some days.
    pub(super) fn try_out(&self, prices: &[Value], days: u8) -> String {
        let term = json!({
            "key": "y", "duration": "1 year", "trial": format!("{days} days"), "default": true,
        });
        let more = (json!({ "terms": [term] }), json!({}));
        let offer = self.market.offer_like("Server", prices, more);
        self.market.order(&self.account, &offer, 1)
    }

    pub(super) fn to(&self, day: &str) -> &Self {
        self.market.advance_to(day);
        self
    }

    pub(super) fn pay(&self, amount: &str) {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        let body = json!({ "account": self.account["id"], "amount": amount });
        self.market.operator().post("/payments", &body);
    }

    /// Calls a subscription off. What was paid too much is the buyer's credit.
    pub(super) fn cancel(&self, subscription: &str) {
        let path = format!("/subscriptions/{subscription}/cancel");
        self.market.operator().post(&path, &json!({}));
        self.market.must_be_whole();
    }

    pub(super) fn invoices(&self) -> Vec<Value> {
        self.market.invoices(&self.account)
    }

    /// `net + tax` of the credit notes, the oldest first.
    pub(super) fn credits(&self) -> String {
        let path = format!("/credit_notes?order=oldest&account={}", text(&self.account["id"]));
        let found = self.market.operator().get(&path);
        let each = found["items"].as_array().unwrap().iter().map(sums);
        each.collect::<Vec<_>>().join("; ")
    }

    /// What the buyer has as credit.
    pub(super) fn credit(&self) -> String {
        let path = format!("/accounts/{}/balance", text(&self.account["id"]));
        amount(&self.market.operator().get(&path)["balances"][0]["credit"])
    }

    /// What a change to other prices would charge and give back now, without tax.
    pub(super) fn change(&self, subscription: &str, prices: &[Value]) -> Value {
        let operator = self.market.operator();
        let from = operator.get(&format!("/subscriptions/{subscription}"))["offer"].clone();
        let to = self.market.offer("Other", prices);
        let switches = json!({ "switches": [{ "to": to, "direction": "upgrade" }] });
        operator.patch(&format!("/offers/{}", text(&from)), &switches);
        let path = format!("/subscriptions/{subscription}/change/preview");
        operator.post(&path, &json!({ "offer": to }))
    }
}

/// `charge - credit = difference` of a preview.
pub(super) fn difference(preview: &Value) -> String {
    let [charge, credit] = ["charge", "credit"].map(|it| amount(&preview[it]["net"]));
    let number = |it: &str| it.parse::<Decimal>().unwrap();
    format!("{charge} - {credit} = {}", number(&charge) - number(&credit))
}

/// An amount.
pub(super) fn amount(it: &Value) -> String {
    text(&it["amount"])
}

/// `net + tax` of a document.
pub(super) fn sums(it: &Value) -> String {
    format!("{} + {}", amount(&it["net"]), amount(&it["tax"]))
}

/// What the lines of an invoice come to without tax.
pub(super) fn nets(invoice: &Value) -> String {
    let lines = invoice["lines"].as_array().unwrap().iter();
    lines.map(|it| amount(&it["net"])).collect::<Vec<_>>().join(", ")
}

/// The same of the first lines alone.
pub(super) fn first_nets(invoice: &Value, lines: usize) -> String {
    let all = nets(invoice);
    all.split(", ").take(lines).collect::<Vec<_>>().join(", ")
}

/// The same of several.
pub(super) fn all_nets(invoices: &[Value]) -> String {
    invoices.iter().map(nets).collect::<Vec<_>>().join("; ")
}

/// A price that is paid once.
pub(super) fn once(amount: &str) -> Value {
    json!({
        "name": "Once", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": amount },
    })
}

/// The same price with more said of it.
pub(super) fn with(mut price: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        price[name] = value.clone();
    }
    price
}
