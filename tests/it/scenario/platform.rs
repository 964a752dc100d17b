//! The platform: what who runs an installation gets of what others sell.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::Branch;
use crate::harness::market::{Market, monthly, text};

#[test]
fn sellers_leave_the_platform_what_it_has_set() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let policy = format!("PATCH /accounts/{}/billing_policy", house.operator.account);
    for wrong in ["-1", "100.1", "1.0000001", "x"] {
        let refused = operator.call(&policy, Some(&json!({ "platform_percent": wrong })));
        assert_eq!(refused.status.as_u16(), 422, "{wrong}");
    }
    let own = format!("PATCH /accounts/{}/billing_policy", house.north.account);
    let seller = house.client(&house.north.admin);
    let refused = seller.call(&own, Some(&json!({ "platform_percent": "0" })));
    assert_eq!(refused.status.as_u16(), 422, "it is not the seller's to set");
    operator.call(&policy, Some(&json!({ "platform_percent": "12.50" }))).ok();
    let owner = |percent: &str| json!({ "role": "owner", "percent": percent });
    let platform = |percent: &str| json!({ "role": "platform", "percent": percent });
    let partner = |portion: Value| {
        let mut it = json!({ "role": "partner", "account": house.north.customer.account });
        it.as_object_mut().unwrap().extend(portion.as_object().unwrap().clone());
        it
    };
    let fixed = json!({ "fixed": { "amount": "99", "currency": "EUR" } });
    for (parts, status, told) in [
        (json!([owner("100")]), 409, "112.5"),
        (json!([owner("99"), platform("1")]), 422, "/parts/1/percent"),
        (json!([partner(fixed), owner("87.5")]), 422, "/parts/0/fixed"),
    ] {
        let answer =
            seller.call("POST /share_models", Some(&json!({ "name": "Mine", "parts": parts })));
        assert_eq!(answer.status.as_u16(), status, "{parts}");
        assert!(answer.json().to_string().contains(told), "{}", answer.json());
    }
    let parts = json!([owner("80"), partner(json!({ "percent": "7.5" }))]);
    let made = seller.post("/share_models", &json!({ "name": "Mine", "parts": parts }));
    let last = &made["parts"][2];
    assert_eq!((&last["role"], &last["percent"]), (&json!("platform"), &json!("12.5")), "{made}");
    let path = format!("PATCH /share_models/{}", text(&made["id"]));
    let refused = seller.call(
        &path,
        Some(&json!({ "parts": [owner("92.5"), partner(json!({ "percent": "7.5" }))] })),
    );
    assert_eq!(refused.status.as_u16(), 409, "nor later");
    // Who runs the installation sells for itself.
    operator.post("/share_models", &json!({ "name": "Own", "parts": [owner("100")] }));
}

/// A house in which a branch sells something for 100.00 a month, and has sold it to its customer.
struct Stall {
    market: Market,
    buyer: Value,
    offer: String,
}

impl Stall {
    fn on(day: &str) -> Self {
        let market = Market::on(day);
        let mut stall = Self { market, buyer: Value::Null, offer: String::new() };
        let seller = stall.seller();
        let zone = seller.post("/tax_zones", &json!({ "code": "WORLD", "name": "Everywhere" }));
        let rule = json!({
            "name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01",
        });
        seller.post("/tax_rules", &rule);
        let specification =
            seller.post("/specifications", &json!({ "name": { "en": "Base" }, "state": "active" }));
        let offer = json!({ "name": { "en": "Base" }, "specification": specification["id"] });
        let offer = text(&seller.post("/offers", &offer)["id"]);
        let mut fee = monthly("Fee", "EUR", "100");
        fee["offer"] = json!(offer);
        seller.post("/prices", &fee);
        for verb in ["test", "activate", "launch"] {
            seller.post(&format!("/offers/{offer}/{verb}"), &json!({}));
        }
        let buyer = seller.post(
            "/accounts",
            &json!({
                "name": "Buyer", "billing": { "currency": "EUR" },
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            }),
        );
        (stall.offer, stall.buyer) = (offer, buyer["id"].clone());
        stall
    }

    fn branch(&self) -> &Branch {
        &self.market.house.north
    }

    fn seller(&self) -> Client<'_> {
        self.market.house.client(&self.branch().admin)
    }

    fn buys(&self) {
        let order = json!({ "account": self.buyer, "items": [{ "offer": self.offer }] });
        self.seller().post("/orders", &order);
        self.market.house.app.keep_duties();
    }

    fn pays(&self, amount: &str) {
        let body = json!({
            "account": self.buyer,
            "amount": { "amount": amount, "currency": "EUR" },
        });
        let paid = self.seller().post("/payments", &body);
        assert_eq!(paid["unallocated"]["amount"], "0.00", "{paid}");
        self.market.must_be_whole();
    }

    /// Who runs the house says how much it gets.
    fn claims(&self, percent: Value) -> Value {
        let house = &self.market.house;
        let policy = format!("PATCH /accounts/{}/billing_policy", house.operator.account);
        let answer = house.operator().call(&policy, Some(&json!({ "platform_percent": percent })));
        json!({ "status": answer.status.as_u16(), "body": answer.json() })
    }

    /// The parts of all models of the branch, the oldest first.
    fn models(&self) -> String {
        let found = self.seller().get("/share_models?order=oldest");
        let told = |it: &Value| {
            let parts = it["parts"].as_array().unwrap().iter();
            let parts = parts.map(|it| format!("{} {}", text(&it["role"]), text(&it["percent"])));
            let parts = parts.collect::<Vec<_>>().join(", ");
            format!("{} from {}: {parts}\n", text(&it["name"]), text(&it["valid_from"]))
        };
        found["items"].as_array().unwrap().iter().map(told).collect()
    }

    /// What was recorded for the platform.
    fn earned(&self) -> Vec<String> {
        let found = self.seller().get("/share_records?order=oldest&limit=100");
        let all = found["items"].as_array().unwrap().iter();
        let own = all.filter(|it| it["role"] == "platform");
        own.map(|it| text(&it["amount"]["amount"])).collect()
    }
}

#[test]
fn who_has_no_model_leaves_the_platform_its_part_as_well() {
    let stall = Stall::on("2026-01-01");
    stall.claims(json!("10"));
    assert_eq!(stall.models(), "Platform from 2026-01-01: owner 90, platform 10\n");
    stall.buys();
    stall.pays("120");
    assert_eq!(stall.earned(), ["10.00"]);
    // Who looks later sees what was set, and by whom.
    let (operator, house) = (stall.market.operator(), &stall.market.house);
    let told = operator.get(&format!("/events?subject={}&limit=1", house.operator.account));
    let told = &told["items"][0];
    assert_eq!(told["cause"]["id"], house.operator.id, "{told}");
    assert_eq!(
        told["changes"],
        json!([{ "path": "/billing_policy/platform_percent", "before": null, "after": "10" }])
    );
    // A seller that comes later does so, too.
    let late = operator.post("/accounts", &json!({ "name": "Late", "kind": "reseller" }));
    let all = operator.get("/share_models?order=newest");
    assert_eq!(all["items"][0]["name"], "Platform", "{late}");
    let parts = all["items"][0]["parts"].to_string();
    assert!(parts.contains(late["id"].as_str().unwrap()), "{parts}");
}

#[test]
fn what_the_platform_gets_changes_for_what_is_invoiced_from_then_on() {
    let stall = Stall::on("2026-01-01");
    let parts = json!([{ "role": "owner", "percent": "100" }]);
    let own = stall.seller().post("/share_models", &json!({ "name": "Own", "parts": parts }));
    stall.claims(json!("10"));
    assert_eq!(stall.models(), "Own from 2026-01-01: owner 90, platform 10\n");
    stall.buys();
    stall.pays("60");
    stall.market.advance_to("2026-01-15");
    stall.claims(json!("20"));
    assert_eq!(
        stall.models(),
        "Own from 2026-01-01: owner 90, platform 10\nOwn from 2026-01-15: owner 80, platform 20\n"
    );
    // The rest of January goes as its beginning did, February as it is now.
    stall.pays("60");
    stall.market.advance_to("2026-02-01");
    stall.pays("120");
    assert_eq!(stall.earned(), ["5.00", "5.00", "20.00"]);
    // What gives the platform its part cannot be taken away where nothing else would, nor be put off.
    let models = stall.seller().get("/share_models?order=newest");
    assert_ne!(models["items"][0]["id"], own["id"]);
    let waiting = json!({
        "name": "Later", "valid_from": "2026-03-01",
        "parts": [{ "role": "owner", "percent": "80" }],
    });
    let waiting = text(&stall.seller().post("/share_models", &waiting)["id"]);
    stall.claims(json!("25"));
    assert!(stall.models().ends_with(
        "Later from 2026-03-01: owner 75, platform 25\nOwn from 2026-02-01: owner 75, platform 25\n"
    ), "{}", stall.models());
    let newest = text(&stall.seller().get("/share_models?order=newest")["items"][0]["id"]);
    let gone = stall.seller().call(&format!("DELETE /share_models/{newest}"), None);
    assert_eq!(gone.status.as_u16(), 409, "{}", gone.json());
    let later = json!({ "valid_from": "2026-02-20" });
    let put_off = stall.seller().call(&format!("PATCH /share_models/{newest}"), Some(&later));
    assert_eq!(put_off.status.as_u16(), 409, "{}", put_off.json());
    let gone = stall.seller().call(&format!("DELETE /share_models/{waiting}"), None);
    assert_eq!(gone.status.as_u16(), 204, "what holds before it goes on");
}

#[test]
fn a_model_that_takes_off_something_first_is_named_to_who_sets_the_part() {
    let stall = Stall::on("2026-01-01");
    let partner = &stall.branch().customer.account;
    let parts = json!([
        { "role": "partner", "account": partner, "fixed": { "amount": "99", "currency": "EUR" } },
        { "role": "owner", "percent": "100" },
    ]);
    stall.seller().post("/share_models", &json!({ "name": "First", "parts": parts }));
    let refused = stall.claims(json!("10"));
    assert_eq!(refused["status"], 422, "{refused}");
    let told = refused["body"].to_string();
    for part in ["/platform_percent", "`First`", "a fixed part is taken off"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let policy = format!("/accounts/{}/billing_policy", stall.market.house.operator.account);
    assert_eq!(stall.market.operator().get(&policy)["platform_percent"], Value::Null);
}
