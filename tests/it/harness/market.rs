//! A market: a house with a taxed offer in it, an account that buys it, and a clock that moves.

use serde_json::{Value, json};
use tillbox::domain::operator::Actor;
use tillbox::domain::time::Zone;
use tillbox::services::clock;

use super::client::Client;
use super::house::House;

/// A house in which things are sold and billed.
pub(crate) struct Market {
    /// The house.
    pub(crate) house: House,
    /// What is counted.
    pub(crate) meter: String,
}

impl Market {
    /// A market on a day, with 20 % tax on everything and everywhere.
    pub(crate) fn on(day: &str) -> Self {
        Self::in_house(House::on(day), day)
    }

    /// The same in a house that nobody sells in yet.
    pub(crate) fn in_house(house: House, day: &str) -> Self {
        clock::make_movable(&house.app.bss, Zone::UTC.start_of(day.parse().unwrap())).unwrap();
        let operator = house.operator();
        let zone = operator.post("/tax_zones", &json!({ "code": "WORLD", "name": "Everywhere" }));
        let rule = json!({
            "name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01",
        });
        operator.post("/tax_rules", &rule);
        let meter = json!({ "code": "traffic", "name": "Traffic", "unit": "GB" });
        let meter = text(&operator.post("/meters", &meter)["id"]);
        Self { house, meter }
    }

    /// Who runs it, as a caller.
    pub(crate) fn operator(&self) -> Client<'_> {
        self.house.operator()
    }

    /// Opens a customer that is billed in a currency, as an address in Germany.
    pub(crate) fn customer(&self, name: &str, currency: &str) -> Value {
        let body = json!({
            "name": name, "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": currency },
        });
        self.operator().post("/accounts", &body)
    }

    /// Puts an offer with some prices on the shelf.
    pub(crate) fn offer(&self, name: &str, prices: &[Value]) -> String {
        self.offer_like(name, prices, (json!({}), json!({})))
    }

    /// The same with more said of the offer, and of what is delivered for it.
    pub(crate) fn offer_like(
        &self,
        name: &str,
        prices: &[Value],
        (mut offer, mut specification): (Value, Value),
    ) -> String {
        let operator = self.operator();
        specification["name"] = json!({ "en": name });
        specification["state"] = json!("active");
        offer["name"] = json!({ "en": name });
        // What a bundle delivers is what its parts do.
        if offer.get("bundle").is_none() {
            let delivered = operator.post("/specifications", &specification);
            offer["specification"] = delivered["id"].clone();
        }
        let id = text(&operator.post("/offers", &offer)["id"]);
        for price in prices {
            let mut price = price.clone();
            price["offer"] = json!(id);
            operator.post("/prices", &price);
        }
        for verb in ["test", "activate", "launch"] {
            operator.post(&format!("/offers/{id}/{verb}"), &json!({}));
        }
        id
    }

    /// Orders an offer, and waits until the subscription is there.
    pub(crate) fn order(&self, account: &Value, offer: &str, quantity: u32) -> String {
        let body = json!({
            "account": account["id"], "items": [{ "offer": offer, "quantity": quantity }],
        });
        let order = text(&self.operator().post("/orders", &body)["id"]);
        self.house.app.keep_duties();
        let order = self.operator().get(&format!("/orders/{order}"));
        assert_eq!(order["state"], "completed", "{order}");
        text(&order["items"][0]["subscription"])
    }

    /// Reports an amount of traffic.
    pub(crate) fn uses(&self, subscription: &str, (id, at, quantity): (&str, &str, &str)) {
        let event = json!({
            "id": id, "subscription": subscription, "meter": self.meter,
            "quantity": quantity, "at": at,
        });
        let said = self.operator().post("/usage", &json!({ "events": [event] }));
        assert_eq!(said["accepted"], 1, "{said}");
    }

    /// Moves the clock to midnight UTC of a day, with all that happens on the way.
    pub(crate) fn advance_to(&self, day: &str) {
        self.operator().post("/clock/advance", &json!({ "to": format!("{day}T00:00:00Z") }));
        self.must_be_whole();
    }

    /// A tax category with a rate of its own.
    pub(crate) fn taxed(&self, code: &str, percent: &str) -> Value {
        let operator = self.operator();
        let zone = operator.get("/tax_zones")["items"][0]["id"].clone();
        let category = operator.post("/tax_categories", &json!({ "code": code, "name": code }));
        let rule = json!({
            "name": "VAT", "zone": zone, "category": category["id"], "percent": percent,
            "valid_from": "2000-01-01",
        });
        operator.post("/tax_rules", &rule);
        category["id"].clone()
    }

    /// The invoices of an account, the oldest first.
    pub(crate) fn invoices(&self, account: &Value) -> Vec<Value> {
        let path = format!("/invoices?order=oldest&account={}", account["id"].as_str().unwrap());
        let found = self.operator().get(&path);
        let ids = found["items"].as_array().unwrap().iter();
        ids.map(|it| self.operator().get(&format!("/invoices/{}", it["id"].as_str().unwrap())))
            .collect()
    }

    /// Nothing of what is stored contradicts itself, and nothing is left to bill.
    pub(crate) fn must_be_whole(&self) {
        let report = self
            .house
            .app
            .bss
            .read(&Actor::duty("test"), |cx| Ok(tillbox::store::check::check(cx.view)));
        let report = report.unwrap();
        assert!(report.is_clean(), "{:#?}", report.findings);
    }
}

/// The invoices of an account, one after the other, whose every line comes out again when it is computed anew.
pub(crate) fn shown(market: &Market, account: &Value) -> String {
    let each = market.invoices(account).into_iter().map(|it| {
        let check = market.operator().get(&format!("/invoices/{}/check", text(&it["id"])));
        assert_eq!(check["faults"], json!([]), "every line comes out again");
        format!("{} {}\n{}", text(&it["issued_on"]), sums(&it), lines(&it))
    });
    each.collect::<Vec<_>>().join("\n")
}

/// A price that recurs every month, in advance.
pub(crate) fn monthly(name: &str, currency: &str, amount: &str) -> Value {
    json!({
        "name": name, "kind": "recurring", "currency": currency,
        "model": { "kind": "flat", "amount": amount },
    })
}

/// A text of an answer.
pub(crate) fn text(it: &Value) -> String {
    it.as_str().unwrap_or_else(|| panic!("{it} is a text")).to_owned()
}

/// What a document shows of its money: `net tax gross`, and what is due.
pub(crate) fn sums(it: &Value) -> String {
    let amount = |name: &str| it[name]["amount"].as_str().unwrap().to_owned();
    format!(
        "{} + {} = {} {}, due {}",
        amount("net"),
        amount("tax"),
        amount("gross"),
        it["currency"].as_str().unwrap(),
        amount("due")
    )
}

/// The lines of an invoice: what, for which days, how much, and why.
pub(crate) fn lines(invoice: &Value) -> String {
    let mut out = String::new();
    for line in invoice["lines"].as_array().unwrap() {
        let period = &line["service_period"];
        let days = match (period["start"].as_str(), period["end"].as_str()) {
            (Some(start), Some(end)) => format!("{start}..{end}"),
            _ => "-".to_owned(),
        };
        let net = line["net"]["amount"].as_str().unwrap();
        out.push_str(&format!("{} | {days} | {net}\n", line["text"].as_str().unwrap()));
        for why in line["explanation"]["text"].as_array().unwrap() {
            out.push_str(&format!("    {}\n", why.as_str().unwrap()));
        }
    }
    out
}
