//! Days and ladders: when is billed, how it is numbered, and when somebody is reminded.

use serde_json::{Value, json};

use super::Case;
use super::desk::{Desk, monthly, once, with};
use crate::harness::market::text;

pub(super) const CASES: [Case; 4] = [
    ("W113", "02-29 03-31 04-30; 02-29 03-30 04-30", || {
        let began = ["2024-01-31", "2024-01-30"];
        began.map(|it| days(&Desk::turning(it, None), "2024-05-01")).join("; ")
    }),
    // Each invoice counts among its customer's and among its seller's, whichever of both its number says.
    (
        "W115",
        "BENT-1-001-001 BENT-1-002-001 BENT-1-003-001, BENT-11-202310-010..012, \
         BENT-11-001-005 BENT-11-002-005 BENT-11-003-005",
        numbering,
    ),
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
    let terms = json!({ "dunning": [step(1), step(4)], "reminders": "post" });
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

/// What is billed to three customers from 19 July on, as the seller changes how that is numbered.
fn numbering() -> String {
    let desk = Desk::turning("2023-07-19", None);
    let numbered = |format: &str| desk.policy(&json!({ "invoice_numbers": format }));
    numbered("BENT-1-{customer:3}-{count:3}");
    let more = ["Red Whale", "White Whale"].map(|it| desk.market.customer(it, "EUR"));
    let customers = [desk.account.clone(), more[0].clone(), more[1].clone()];
    let offer = desk.market.offer("Server", &[monthly("Fee", "EUR", "31")]);
    for customer in &customers {
        desk.market.order(customer, &offer, 1);
    }
    desk.to("2023-07-20");
    desk.to("2023-10-01");
    numbered("BENT-11-{year}{month}-{count:3}").to("2023-11-01");
    numbered("BENT-11-{customer:3}-{count:3}").to("2023-11-20");
    let of_month = |month: usize| {
        let numbers = customers.iter().zip(1..).map(|(customer, place)| {
            let own = format!("-{:03}-", customer["number"].as_u64().unwrap());
            let number = text(&desk.market.invoices(customer)[month]["number"]);
            number.replace(&own, &format!("-{place:03}-"))
        });
        let mut numbers: Vec<_> = numbers.collect();
        numbers.sort();
        numbers
    };
    let (october, join) = (of_month(3), |month: usize| of_month(month).join(" "));
    let last = october[2].rsplit('-').next().unwrap();
    format!("{}, {}..{last}, {}", join(0), october[0], join(4))
}
