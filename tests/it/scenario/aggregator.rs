//! An aggregator: a bundle of what two others sell, sold to a customer of its own. Each delivers its part,
//! and each has its part of the money: the aggregator what it takes on top, the house its price, and the
//! two their shares of that.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, monthly, text};

/// A house that lists what Ada and Bea sell, an aggregator that sells both on as one, and its customer.
struct Stage {
    market: Market,
    sellers: [Person; 2],
    listed: [String; 2],
    aggregator: Person,
    aggregating: Value,
    customer: Value,
}

fn somebody(kind: &str, (name, below): (&str, &str)) -> Value {
    json!({
        "kind": kind, "name": name, "parent": below,
        "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1 } },
    })
}

impl Stage {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let (operator, house) = (market.operator(), &market.house);
        let provider = house.operator.account.clone();
        let from = json!({ "resale_from": "2026-01-01" });
        operator.patch(&format!("/accounts/{provider}/billing_policy"), &from);
        let accounts = ["Ada", "Bea"].map(|it| text(&market.customer(it, "EUR")["id"]));
        let invited = |account: &str, name: &str, role: &str| {
            let mail = format!("admin@{}.test", name.to_lowercase());
            invite(&house.app, &house.operator, account, &mail, role)
        };
        let sellers = [(0, "Ada"), (1, "Bea")]
            .map(|(it, name)| invited(&accounts[it], name, "customer_admin"));
        let list = |(name, account, amount): (&str, &str, &str)| {
            let about = (json!({ "supplier": account }), json!({ "connector": "manual" }));
            let offer = market.offer_like(name, &[monthly("Base", "EUR", amount)], about);
            let parts = json!([
                { "role": "owner", "percent": "20" },
                { "role": "partner", "account": account, "percent": "80" },
            ]);
            let model = json!({ "name": name, "offer": offer, "parts": parts });
            market.operator().post("/share_models", &model);
            offer
        };
        let listed = [("Books", &*accounts[0], "10"), ("Maps", &*accounts[1], "50")].map(list);
        let aggregating = operator.post("/accounts", &somebody("reseller", ("Agora", &provider)));
        let agora = text(&aggregating["id"]);
        let aggregator = invited(&agora, "Agora", "vendor_admin");
        let customer = operator.post("/accounts", &somebody("customer", ("Buyer", &agora)));
        Self { market, sellers, listed, aggregator, aggregating, customer }
    }

    fn agora(&self) -> Client<'_> {
        self.market.house.client(&self.aggregator)
    }

    /// Copies an offer, to sell it on for half as much again.
    fn copy(&self, of: &str, name: &str) -> String {
        let body = json!({ "name": { "en": name }, "copy_of": of, "mark_up": "50" });
        let id = text(&self.agora().post("/offers", &body)["id"]);
        self.agora().post(&format!("/offers/{id}/launch"), &json!({}));
        id
    }

    /// Puts a bundle of offers on the aggregator's shelf.
    fn bundle(&self, of: &[String]) -> String {
        let one = |it: &String| json!({ "offer": it, "min": 1, "max": 1, "default": 1 });
        let parts: Vec<_> = of.iter().map(one).collect();
        let body = json!({ "name": { "en": "Library" }, "bundle": parts });
        let id = text(&self.agora().post("/offers", &body)["id"]);
        for verb in ["test", "activate", "launch"] {
            self.agora().post(&format!("/offers/{id}/{verb}"), &json!({}));
        }
        id
    }

    fn billed(&self, account: &Value) -> String {
        let all = self.market.invoices(account).into_iter().map(|it| {
            let lines = it["lines"].as_array().unwrap().iter();
            let mut lines: Vec<_> = lines.map(|it| text(&it["net"]["amount"])).collect();
            lines.sort();
            format!("{} {}", text(&it["seller"]["name"]), lines.join(" "))
        });
        all.collect::<Vec<_>>().join("; ")
    }

    /// Pays all that an account owes.
    fn pays(&self, account: &Value) {
        for it in self.market.invoices(account) {
            let paid = json!({ "account": account["id"], "amount": it["due"] });
            self.market.operator().post("/payments", &paid);
        }
    }
}

#[test]
fn a_bundle_of_offers_of_others_is_delivered_by_them_and_paid_through_all_hands() {
    let stage = Stage::open();
    let agora = stage.agora();
    let copies =
        [(0, "Good books"), (1, "Good maps")].map(|(at, it)| stage.copy(&stage.listed[at], it));
    let bundle = stage.bundle(&copies);
    let order = json!({ "account": stage.customer["id"], "items": [{ "offer": bundle }] });
    let order = text(&agora.post("/orders", &order)["id"]);
    stage.market.house.app.keep_duties();
    // Each seller finds its part of the aggregator's order and delivers it.
    for (seller, key) in stage.sellers.iter().zip(["1.1", "1.2"]) {
        let seller = stage.market.house.client(seller);
        let found = seller.get("/orders?role=supplier");
        let items = found["items"][0]["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["key"]), (1, &json!(key)), "{found}");
        seller.post(&format!("/orders/{order}/items/{key}/complete"), &json!({}));
    }
    stage.market.house.app.keep_duties();
    assert_eq!(agora.get(&format!("/orders/{order}"))["state"], "completed");
    stage.market.advance_to("2026-02-02");
    // The customer pays the aggregator, which pays the house, which owes the two their shares.
    assert_eq!(stage.billed(&stage.customer), "Agora 15.00 75.00; Agora 15.00 75.00");
    assert_eq!(stage.billed(&stage.aggregating), "Provider 10.00 50.00; Provider 10.00 50.00");
    let earned = || {
        let found = stage.market.operator().get("/share_records?order=oldest&limit=100");
        let mut all: Vec<_> = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["role"] == "partner")
            .map(|it| format!("{} {}", text(&it["account_name"]), text(&it["amount"]["amount"])))
            .collect();
        all.sort();
        all.join(", ")
    };
    stage.pays(&stage.customer);
    assert_eq!(earned(), "", "the house has no money of it yet");
    stage.pays(&stage.aggregating);
    assert_eq!(earned(), "Ada 8.00, Ada 8.00, Bea 40.00, Bea 40.00");
    let notes = stage.market.operator().post("/settlements", &json!({ "until": "2026-02-03" }));
    let notes = notes["items"].as_array().unwrap().iter();
    let mut notes: Vec<_> = notes.map(|it| text(&it["net"]["amount"])).collect();
    notes.sort();
    assert_eq!(notes, ["16.00", "80.00"]);
    stage.market.must_be_whole();
}

#[test]
fn only_what_its_seller_lets_be_sold_on_comes_into_the_bundle_of_another() {
    let stage = Stage::open();
    let (agora, operator) = (stage.agora(), stage.market.operator());
    let told = |body: &Value| {
        let answer = agora.call("POST /offers", Some(body));
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.json());
        let error = answer.json()["errors"][0].clone();
        format!("{} {}", text(&error["pointer"]), text(&error["rule"]))
    };
    let own = stage.copy(&stage.listed[0], "Good books");
    // What is another's is copied first, so that it is paid for.
    let part = |it: &str| json!({ "offer": it, "min": 1, "max": 1, "default": 1 });
    let mixed = json!({ "name": { "en": "A" }, "bundle": [part(&own), part(&stage.listed[1])] });
    assert_eq!(told(&mixed), "/bundle/1/offer resale");
    let forbidden = json!({ "resellable": false });
    let maps = format!("/offers/{}", stage.listed[1]);
    assert_eq!(operator.patch(&maps, &forbidden)["resellable"], false);
    let copy = |of: &str| json!({ "name": { "en": "A" }, "copy_of": of });
    assert_eq!(told(&copy(&stage.listed[1])), "/copy_of resale");
    assert_eq!(agora.get(&maps)["resellable"], false, "who would sell it on sees that");
    // What was copied before goes on being sold; a bundle of others is copied after its parts.
    operator.patch(&format!("/offers/{}", stage.listed[0]), &forbidden);
    let order = json!({ "account": stage.customer["id"], "items": [{ "offer": own }] });
    assert_eq!(agora.post("/orders", &order)["state"], "in_progress");
    for it in &stage.listed {
        operator.patch(&format!("/offers/{it}"), &json!({ "resellable": true }));
    }
    let parts = json!({ "bundle": [part(&stage.listed[0]), part(&stage.listed[1])] });
    let both = stage.market.offer_like("Both", &[], (parts, json!({})));
    assert_eq!(told(&copy(&both)), "/copy_of reference");
    let maps = stage.copy(&stage.listed[1], "Good maps");
    let copied = agora.post("/offers", &copy(&both));
    let parts: Vec<_> =
        copied["bundle"].as_array().unwrap().iter().map(|it| text(&it["offer"])).collect();
    assert_eq!(parts, [own, maps], "its parts are copies of the same seller");
}
