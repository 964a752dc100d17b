//! Parts of periods: first and last months, changes of plan and of quantity, holds, moved days.

use serde_json::{Value, json};

use super::Case;
use super::desk::{
    Desk, all_nets, amount, difference, first_nets, monthly, nets, once, sums, with,
};
use super::models::usage;
use crate::harness::market::text;

pub(super) const CASES: [Case; 20] = [
    ("W041", "35.48", || {
        let desk = Desk::on("2026-08-10");
        desk.buy(&[monthly("Fee", "EUR", "50")], 1);
        first_nets(&desk.to("2026-09-02").invoices()[0], 1)
    }),
    ("W043", "2024-03-15: 27419.35", || {
        let desk = Desk::daily("2024-03-01");
        desk.try_out(&[monthly("Fee", "EUR", "50000")], 14);
        assert_eq!(desk.to("2024-03-14").invoices().len(), 0);
        let first = &desk.to("2024-03-15").invoices()[0];
        format!("{}: {}", text(&first["issued_on"]), nets(first))
    }),
    // All that was paid goes back, not only what is unused.
    ("W045", "27.10 - 20.00 = 7.10", || {
        let full = json!({ "credit_base": "full_charge" });
        changed(("2026-05-01", "20"), ("2026-05-11", "40"), &full)
    }),
    ("W047", "nothing on 2023-11-09; 2023-11-19: 788.75", || {
        let desk = Desk::turning("2023-07-19", None);
        let (month, year) = (monthly("Fee", "EUR", "129"), yearly("1188"));
        let from = desk.market.offer("Monthly", &[month]);
        let to = desk.market.offer("Yearly", &[year]);
        let operator = desk.market.operator();
        let switches = json!({ "switches": [{ "to": to, "direction": "downgrade" }] });
        operator.patch(&format!("/offers/{from}"), &switches);
        let subscription = desk.market.order(&desk.account, &from, 1);
        desk.to("2023-11-09");
        let before = desk.invoices().len();
        operator.post(&format!("/subscriptions/{subscription}/change"), &json!({ "offer": to }));
        desk.to("2023-11-10");
        assert_eq!((desk.invoices().len(), desk.credits().as_str()), (before, ""));
        desk.to("2023-11-20");
        let last = desk.invoices().pop().unwrap();
        format!("nothing on 2023-11-09; {}: {}", text(&last["issued_on"]), nets(&last))
    }),
    ("W049", "35.48 - 5.32; 7.10; 0.65", || {
        let desk = Desk::on("2026-08-01");
        let base = with(monthly("Base", "EUR", "1"), &json!({ "timing": "arrears" }));
        let subscription = desk.buy(&[monthly("Shared", "EUR", "15"), base], 1);
        desk.to("2026-08-21");
        let other = [monthly("Shared", "EUR", "100"), monthly("New", "EUR", "20")];
        let preview = desk.change(&subscription, &other);
        let line = |name: &str, start: &str| {
            let lines = preview["next_invoice"]["lines"].as_array().unwrap();
            let is = |it: &&Value| {
                text(&it["text"]).ends_with(name) && it["service_period"]["start"] == start
            };
            amount(&lines.iter().find(is).unwrap_or_else(|| panic!("{preview:#}"))["net"])
        };
        let back = amount(&preview["credit"]["net"]);
        let (shared, new) = (line("Shared", "2026-08-21"), line("New", "2026-08-21"));
        format!("{shared} - {back}; {new}; {}", line("Base", "2026-08-01"))
    }),
    // The day after the last that is served is the one of the end.
    ("W051", "75.00 + 15.00; 25.00 + 5.00; 50.00 + 10.00, due 30.00, 0.00 left", || {
        ended("2025-02-22", "2025-02-21T12:00:00Z")
    }),
    ("W053", "75.00 + 15.00; 71.43 + 14.29; 50.00 + 10.00, due 0.00, 25.72 left", || {
        ended("2025-02-09", "2025-02-08T12:00:00Z")
    }),
    ("W055", "154.67 + 38.67", || {
        let desk = Desk::on("2026-04-01");
        let category = json!({ "tax_category": desk.taxed("25") });
        let subscription = desk.buy(&[with(monthly("Fee", "EUR", "160"), &category)], 1);
        desk.to("2026-04-02").cancel(&subscription);
        desk.credits()
    }),
    // 46.45 with 38.71 for January; the minimum of February is 25 of 28 days of ten.
    ("W057", "38.71 + 7.74; 8.00, 0.93; 5.36 + 1.07; 10.72, due 4.29", ends_below_a_minimum),
    // A gauge: 2500 for 27 of 31 days; then 2500 for three of 30, 500 for two and 300 for 25.
    ("W059", "2177.42; 533.33", || {
        let desk = Desk::on("2023-03-01");
        let operator = desk.market.operator();
        let meter = json!({
            "code": "disk", "name": "Disk", "unit": "GB", "aggregation": "weighted_sum",
            "carry_over": "carry",
        });
        let meter = operator.post("/meters", &meter)["id"].clone();
        let model = json!({ "kind": "per_unit", "per_unit": "1" });
        let price = with(usage(&desk, &model), &json!({ "meter": meter }));
        let subscription = desk.buy(&[price], 1);
        for (day, quantity) in [("2023-03-05", 2500), ("2023-04-04", -2000), ("2023-04-06", -200)] {
            desk.to(day);
            let event = json!({
                "id": day, "subscription": subscription, "meter": meter,
                "quantity": quantity.to_string(), "at": format!("{day}T00:00:00Z"),
            });
            assert_eq!(operator.post("/usage", &json!({ "events": [event] }))["accepted"], 1);
        }
        all_nets(&desk.to("2023-05-02").invoices())
    }),
    // Fees of tiers in full. Of the two others that are documented the removal is told last and lies
    // before what is added last; in the order of days four and fourteen seats are held then.
    ("W061", "180.50; 125.00", || {
        let (grown, shrunk) = ([(16, 6), (25, 3)], [(16, 3)]);
        format!("{}; {}", seats_in_tiers(4, &grown), seats_in_tiers(5, &shrunk))
    }),
    // Thirteen of the 28 days of February, then fourteen of the month before its last day.
    ("W063", "403.00, 392.00, 868.00", moved_day),
    // No more goes back than an earlier credit note has left.
    ("W065", "9.63 - 239.95 = -230.32", || {
        let desk = Desk::on("2012-05-01");
        let subscription = desk.buy(&[monthly("Fee", "EUR", "249.95")], 1);
        let invoice = text(&desk.invoices()[0]["id"]);
        let ten = json!({ "reason": "Goodwill", "lines": [{ "line": 0, "net": {
            "amount": "10", "currency": "EUR",
        } }] });
        desk.market.operator().post(&format!("/invoices/{invoice}/credit"), &ten);
        desk.to("2012-05-02");
        difference(&desk.change(&subscription, &[monthly("Fee", "EUR", "9.95")]))
    }),
    // Of 249.95 for 31 days those on hold cost nothing: 80.63 less is charged.
    ("W067", "169.32", || {
        let desk = Desk::turning("2012-06-30", Some(31));
        desk.policy(&json!({ "while_held": "pause" }));
        let fee = with(monthly("Fee", "EUR", "249.95"), &json!({ "timing": "arrears" }));
        let subscription = desk.buy(&[fee], 1);
        let operator = desk.market.operator();
        desk.to("2012-07-10");
        operator.post(&format!("/subscriptions/{subscription}/hold"), &json!({ "kind": "credit" }));
        desk.to("2012-07-20");
        operator
            .post(&format!("/subscriptions/{subscription}/release"), &json!({ "kind": "credit" }));
        desk.to("2012-08-01");
        nets(&desk.invoices()[0])
    }),
    ("W069", "10.00 - 5.00 = 5.00", || {
        changed(("2026-04-01", "10"), ("2026-04-16", "20"), &json!({}))
    }),
    ("W071", "66.67 - 33.33 = 33.34", || {
        changed(("2026-04-01", "50"), ("2026-04-11", "100"), &json!({}))
    }),
    ("W073", "871.23 - 435.62 = 435.61", || {
        let desk = Desk::on("2026-01-01");
        let subscription = desk.buy(&[yearly("600")], 1);
        desk.to("2026-04-11");
        difference(&desk.change(&subscription, &[yearly("1200")]))
    }),
    // What is paid once is paid in full; of a year that turns on 1 January 30 days are left.
    ("W075", "1000.00, 300.00", || {
        let desk = Desk::on("2026-12-02");
        let each = json!({ "model": { "kind": "per_unit", "per_unit": "500" } });
        desk.buy(&[with(once("500"), &each)], 2);
        desk.buy(&[yearly("3650")], 1);
        first_nets(&desk.to("2027-01-02").invoices()[0], 2)
    }),
    ("W077", "19.35 - 7.74 = 11.61", || {
        changed(("2021-01-01", "10"), ("2021-01-08", "25"), &json!({}))
    }),
    // Five days more are charged; of a period that begins five days sooner, 25 of 30 are left.
    ("W079", "8.33; 41.67 of 50.00", || format!("{}; {} of 50.00", moved(6), moved(26))),
];

fn yearly(amount: &str) -> Value {
    with(monthly("Fee", "EUR", amount), &json!({ "period": "1 year" }))
}

/// What a change from one monthly fee to another charges and gives back.
fn changed((began, from): (&str, &str), (on, to): (&str, &str), policy: &Value) -> String {
    let desk = Desk::on(began);
    desk.policy(policy);
    let subscription = desk.buy(&[monthly("Fee", "EUR", from)], 1);
    desk.to(on);
    difference(&desk.change(&subscription, &[monthly("Fee", "EUR", to)]))
}

/// A fee of 100.00 a month from 8 February on, and use for 50.00 that is told after the end: the first
/// invoice, which is paid, what the end gives back, and the last invoice.
fn ended(on: &str, used_at: &str) -> String {
    let desk = Desk::daily("2025-02-01");
    let units = usage(&desk, &json!({ "kind": "per_unit", "per_unit": "1" }));
    let subscription = desk.try_out(&[monthly("Fee", "EUR", "100"), units], 7);
    let first = sums(&desk.to("2025-02-08").invoices()[0]);
    desk.pay("90");
    desk.to(on).cancel(&subscription);
    let back = desk.credits();
    desk.market.uses(&subscription, ("a", used_at, "50"));
    let last = desk.to("2025-03-02").invoices().pop().unwrap();
    let (due, left) = (amount(&last["due"]), desk.credit());
    format!("{first}; {back}; {}, due {due}, {left} left", sums(&last))
}

/// The first part of 50.00 a month that is charged after the billing day was moved in April.
fn moved(day: u8) -> String {
    let desk = Desk::on("2026-04-01");
    desk.buy(&[monthly("Fee", "EUR", "50")], 1);
    turn_on(desk.to("2026-04-15"), day);
    first_nets(&desk.to("2026-05-27").invoices()[1], 1)
}

/// Moves the day on which the buyer's periods turn.
fn turn_on(desk: &Desk, day: u8) {
    let cycle = json!({ "cycle": { "period": "1 month", "anchor_day": day } });
    let path = format!("/billing_accounts/{}", text(&desk.account["billing_account"]));
    desk.market.operator().patch(&path, &cycle);
}

/// A fee of 50.00 and use with a minimum of 10.00 from 8 January to 25 February: what the first invoice
/// charges for January, what the end gives back, and the last invoice.
fn ends_below_a_minimum() -> String {
    let desk = Desk::on("2023-01-08");
    let units = json!({ "kind": "per_unit", "per_unit": "8" });
    let model = json!({ "kind": "minimum", "amount": "10", "of": "price", "model": units });
    let subscription = desk.buy(&[monthly("Fee", "EUR", "50"), usage(&desk, &model)], 1);
    desk.to("2023-01-10");
    desk.market.uses(&subscription, ("a", "2023-01-09T12:00:00Z", "1"));
    let invoice = desk.to("2023-02-02").invoices().pop().unwrap();
    let first = sums(&invoice["lines"][0]);
    desk.pay(&amount(&invoice["due"]));
    desk.market.uses(&subscription, ("b", "2023-02-01T12:00:00Z", "1"));
    desk.to("2023-02-26").cancel(&subscription);
    let back = desk.credits();
    let last = desk.to("2023-03-02").invoices().pop().unwrap();
    let (gross, due) = (amount(&last["gross"]), amount(&last["due"]));
    format!("{first}; {}; {back}; {gross}, due {due}", nets(&last))
}

/// What seats come to by tiers with fees: so many from 10 April, and others from days of it on.
fn seats_in_tiers(first: u32, then: &[(u8, u32)]) -> String {
    let desk = Desk::on("2026-04-10");
    desk.policy(&json!({ "removed_units": "now", "tier_fees": "whole" }));
    let model = json!({ "kind": "graduated", "tiers": [
        { "up_to": "5", "per_unit": "10", "flat": "100" },
        { "up_to": null, "per_unit": "5", "flat": "50" },
    ] });
    let seats = json!({ "name": "Seat", "kind": "recurring", "timing": "arrears", "currency": "EUR",
        "model": model });
    let subscription = desk.buy(&[seats], first);
    let path = format!("/subscriptions/{subscription}/change");
    for (day, quantity) in then {
        desk.to(&format!("2026-04-{day}"));
        desk.market.operator().post(&path, &json!({ "quantity": quantity }));
    }
    desk.to("2026-05-02");
    amount(&desk.invoices()[0]["net"])
}

/// The first parts of 868.00 after each month when the billing day is moved on 14 February from 1 to 31.
fn moved_day() -> String {
    let desk = Desk::on("2011-02-01");
    desk.policy(&json!({ "moved_day": "now", "moved_anchor": "counted_back" }));
    desk.buy(&[with(monthly("Fee", "EUR", "868"), &json!({ "timing": "arrears" }))], 1);
    turn_on(desk.to("2011-02-14"), 31);
    let invoices = desk.to("2011-04-01").invoices();
    invoices.iter().map(nets).collect::<Vec<_>>().join(", ")
}
