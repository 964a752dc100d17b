//! The plan that is billed: a base fee and three tiered usage prices, lowered by a discount and
//! taxed; and the same as rows of SQL, so that both come from one place.

use std::fmt::Write;

use serde_json::{Value, json};
use tillbox::domain::id::{MeterId, SubscriptionId};

use super::appliance::{Appliance, text};

pub(crate) const METERS: [&str; 3] = ["traffic", "storage", "requests"];
const BASE: &str = "19.99";
/// Beyond how many units what one costs, in each tier.
const TIERS: [(u32, &str); 3] = [(0, "0.15"), (10, "0.12"), (100, "0.0999")];

/// A plan on the shelf, and the first who bought it.
pub(crate) struct Plan {
    pub(crate) meters: [MeterId; 3],
    pub(crate) customer: Value,
    pub(crate) subscription: SubscriptionId,
}

impl Plan {
    /// Puts the plan on the shelf of an appliance and sells it once. Everything is taxed at 20 % and
    /// lowered by 10 %.
    pub(crate) fn sold(it: &Appliance) -> Self {
        it.tax();
        let partners = json!({
            "name": { "en": "Partners" }, "percent": "10", "access": "automatic",
            "lasting": "always",
        });
        it.post("/discounts", &partners);
        let meters = METERS.map(|code| {
            text(&it.post("/meters", &json!({ "code": code, "name": code, "unit": "GB" }))["id"])
        });
        let mut prices = vec![json!({
            "name": "Base", "kind": "recurring", "currency": "EUR",
            "model": { "kind": "flat", "amount": BASE },
        })];
        prices.extend(meters.iter().map(|meter| usage(meter)));
        let offer = it.offer("Cloud", &prices);
        let customer = it.customer("Customer of the benches");
        let item = json!({ "offer": offer, "quantity": 1 });
        it.post("/orders", &json!({ "account": customer["id"], "items": [item] }));
        // With it the first month is billed, so that who copies the customer owes the second.
        it.keep_duties();
        let found = it.get(&format!("/subscriptions?account={}", text(&customer["id"])));
        let subscription = text(&found["items"][0]["id"]).parse().unwrap();
        Self { meters: meters.map(|it| it.parse().unwrap()), customer, subscription }
    }
}

fn usage(meter: &str) -> Value {
    let up_to = TIERS[1..].iter().map(|it| json!(it.0.to_string())).chain([Value::Null]);
    let tiers: Vec<_> = TIERS
        .iter()
        .zip(up_to)
        .map(|((_, per_unit), up_to)| json!({ "up_to": up_to, "per_unit": per_unit }))
        .collect();
    json!({
        "name": "Usage", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "graduated", "tiers": tiers },
    })
}

/// The prices of the plan, and their tiers, as statements: price 0 is the base fee, each other that of
/// the meter of its number.
pub(crate) fn sql() -> String {
    let mut sql = format!("INSERT INTO price VALUES (0, 'Base', NULL, {BASE});\n");
    for meter in 1..=METERS.len() {
        writeln!(sql, "INSERT INTO price VALUES ({meter}, 'Usage', {meter}, NULL);").unwrap();
        for (place, (floor, per_unit)) in TIERS.iter().enumerate() {
            let ceiling = TIERS.get(place + 1).map_or("NULL".to_owned(), |it| it.0.to_string());
            writeln!(
                sql,
                "INSERT INTO tier VALUES ({meter}, {place}, {floor}, {ceiling}, {per_unit});"
            )
            .unwrap();
        }
    }
    sql
}
