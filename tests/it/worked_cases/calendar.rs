//! Days and ladders: when is billed, how it is numbered, and when somebody is reminded.

use serde_json::{Value, json};

use super::Case;
use super::desk::{Desk, monthly, once, with};
use crate::harness::market::text;

pub(super) const CASES: [Case; 3] = [
    ("W113", "02-29 03-31 04-30; 02-29 03-30 04-30", || {
        let began = ["2024-01-31", "2024-01-30"];
        began.map(|it| days(&Desk::turning(it, None), "2024-05-01")).join("; ")
    }),
    ("W119", "02-28 03-31 04-30; 02-29", || {
        let (usual, leap) =
            (Desk::turning("2026-01-31", Some(31)), Desk::turning("2028-01-31", Some(31)));
        format!("{}; {}", days(&usual, "2026-05-01"), days(&leap, "2028-03-01"))
    }),
    // Below the sum nobody is reminded; above it twice, and not again.
    ("W117", "149.00: never; 159.00: twice; 155.00: 01-07 155.00, 01-10 155.00", || {
        format!(
            "149.00: {}; 159.00: {}; 155.00: {}",
            attempts(&["149"]),
            if attempts(&["149", "10"]).split(", ").count() == 2 { "twice" } else { "otherwise" },
            attempts(&["149", "6"])
        )
    }),
];

/// The days after the first on which a fee is billed.
fn days(desk: &Desk, until: &str) -> String {
    desk.buy(&[monthly("Fee", "EUR", "31")], 1);
    desk.to(until);
    let each = desk.invoices().into_iter().skip(1).map(|it| text(&it["issued_on"])[5..].to_owned());
    each.collect::<Vec<_>>().join(" ")
}

/// When somebody is written to who owes these sums since 6 January, and about how much.
fn attempts(sums: &[&str]) -> String {
    let desk = Desk::turning("2025-12-28", None);
    let operator = desk.market.operator();
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    let step = |days: u8| json!({ "after_days": days, "action": "mail", "from_sum": "150" });
    let terms = json!({ "dunning": [step(1), step(4)] });
    operator.call(&format!("PATCH /classes/{class}"), Some(&terms)).ok();
    let free = json!({ "tax_category": desk.taxed("0") });
    for sum in sums {
        desk.buy(&[with(once(sum), &free)], 1);
    }
    desk.to("2025-12-29").to("2026-03-01");
    let found = operator.get(&format!("/dunning?account={}", text(&desk.account["id"])));
    let steps = found["items"][0]["steps"].as_array().unwrap().iter();
    let told =
        |it: &Value| format!("{} {}", &text(&it["at"])[5..10], text(&it["overdue"]["amount"]));
    let told: Vec<_> = steps.map(told).collect();
    if told.is_empty() { "never".to_owned() } else { told.join(", ") }
}

/// Whether customers can have numbers of their own.
pub(super) fn numbering() -> String {
    let desk = Desk::on("2023-07-19");
    let own = text(&json!(desk.market.house.operator.account));
    let path = format!("PATCH /accounts/{own}/billing_policy");
    let answer = desk.market.operator().call(&path, Some(&json!({ "numbering": "per_customer" })));
    format!("{} {}", answer.status.as_u16(), text(&answer.json()["errors"][0]["pointer"]))
}
