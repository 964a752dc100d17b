//! What an invoice comes to: minimums and commitments, coupons, taxes, and what a buyer has already.

use serde_json::{Value, json};

use super::Case;
use super::desk::{Desk, all_nets, amount, monthly, nets, once, sums, with};
use super::models::usage;
use crate::harness::market::text;

pub(super) const CASES: [Case; 18] = [
    // Two of 29 days: 689.66 less 6.90 less 30.00.
    ("W080", "6.90, 30.00, 652.76", || {
        let desk = Desk::on("2024-02-28");
        let subscription = desk.buy(&minimum(&desk), 1);
        three_of_ten(&desk, &subscription);
        nets(&desk.to("2024-03-02").invoices()[0])
    }),
    ("W082", "6.9, 30, 652.76 taken off by the coupon", || {
        // The coupon takes all that is to be paid, and the minimum stays what it was.
        let desk = Desk::on("2024-02-28");
        let subscription = desk.buy(&minimum(&desk), 1);
        let ten_thousand = json!({ "amount": euros("10000"), "lasting": "once" });
        coupon(&desk, "BIG", &ten_thousand);
        let code = json!({ "account": desk.account["id"], "code": "BIG" });
        desk.market.operator().post("/redemptions", &code);
        three_of_ten(&desk, &subscription);
        desk.policy(&json!({ "zero_lines": "keep", "zero_invoices": "issue" }));
        desk.to("2024-03-02");
        let lines = desk.invoices()[0]["lines"].as_array().unwrap().clone();
        let off = |it: &Value| {
            let text = it["explanation"]["text"].as_array().unwrap().iter().map(text);
            let taken = text.filter(|it| it.contains(" off with the coupon")).collect::<Vec<_>>();
            taken[0].split(' ').next().unwrap().to_owned()
        };
        let each: Vec<_> = lines.iter().map(off).collect();
        format!("{} taken off by the coupon", each.join(", "))
    }),
    ("W084", "50.00, 30.00, 20.00", || {
        let desk = Desk::on("2026-01-01");
        let fee = with(monthly("Fee", "EUR", "50"), &json!({ "timing": "arrears" }));
        let subscription = desk.buy(&[fee, usage(&desk, &least("100", "subscription", "10"))], 1);
        desk.to("2026-01-20");
        desk.market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", "3"));
        desk.to("2026-02-02");
        nets(&desk.invoices()[0])
    }),
    ("W086", "800.00, 200.00; 1300.00", || {
        let each = ["800", "1300"].map(|it| of_january(&least("1000", "price", "1"), it));
        each.join("; ")
    }),
    // Month by month instead of by the hour: no period is shorter than a day.
    ("W088", "35.00; 20.00; 20.00", || {
        let model = json!({
            "kind": "commitment", "amount": "20", "overage_factor": "1.5",
            "model": { "kind": "per_unit", "per_unit": "2" },
        });
        ["15", "6", "10"].map(|it| of_january(&model, it)).join("; ")
    }),
    ("W089", "60.00 + 6.00; due 16.00", || {
        let desk = Desk::daily("2026-01-01");
        let tenth = json!({ "tax_category": desk.taxed("10") });
        let free = json!({ "tax_category": desk.taxed("0") });
        desk.buy(&[with(once("20"), &free)], 1);
        desk.to("2026-01-02");
        // Twenty that are credited after they were paid, and thirty that are paid beforehand.
        desk.pay("50");
        let invoice = text(&desk.invoices()[0]["id"]);
        let reason = json!({ "reason": "Goodwill" });
        desk.market.operator().post(&format!("/invoices/{invoice}/credit"), &reason);
        coupon(&desk, "TEN", &json!({ "amount": euros("10"), "lasting": "once" }));
        order(&desk, &[with(once("70"), &tenth)], &["TEN"]);
        let last = desk.invoices().pop().unwrap();
        format!("{}; due {}", sums(&last), amount(&last["due"]))
    }),
    ("W091", "95.00 + 9.50, 47.50 + 0.00, 28.50 + 5.70, 19.00 + 3.80; 190.00 + 19.00", || {
        let desk = Desk::daily("2026-01-01");
        let at = ["10", "0", "20"].map(|it| json!({ "tax_category": desk.taxed(it) }));
        let prices = [("100", 0), ("50", 1), ("30", 2), ("20", 2)];
        let prices = prices.map(|(net, rate)| with(monthly(net, "EUR", net), &at[rate]));
        coupon(&desk, "TEN", &json!({ "amount": euros("10"), "lasting": "once" }));
        order(&desk, &prices, &["TEN"]);
        let invoice = &desk.invoices()[0];
        let each: Vec<_> = invoice["lines"].as_array().unwrap().iter().map(sums).collect();
        format!("{}; {}", each.join(", "), sums(invoice))
    }),
    // All rates are rounded together.
    ("W093", "165.00 + 18.89 = 183.89", three_coupons),
    ("W095", "81.00", || coupons("100", &[json!({ "percent": "10" }), json!({ "percent": "10" })])),
    // Nothing below nothing, and nothing kept for later.
    ("W097", "0.00; 0.00 kept", || {
        let thirty = || json!({ "amount": euros("30"), "lasting": "once" });
        coupons("50", &[thirty(), thirty()]) + "; 0.00 kept"
    }),
    ("W099", "54.00, 36.00; 3.00, 3.00, 3.00", || {
        let spread = |prices: &[&str], off: &str| {
            let desk = Desk::daily("2026-01-01");
            coupon(&desk, "OFF", &json!({ "amount": euros(off), "lasting": "once" }));
            let prices: Vec<_> = prices.iter().map(|it| monthly(it, "EUR", it)).collect();
            order(&desk, &prices, &["OFF"]);
            nets(&desk.invoices()[0])
        };
        format!("{}; {}", spread(&["60", "40"], "10"), spread(&["3.33", "3.33", "3.34"], "1"))
    }),
    ("W101", "9.99 + 2.10; 9.97 + 2.09", || {
        ["9.99", "9.97"].map(|it| sums(&bought("21", &[it], "0").0[0])).join("; ")
    }),
    ("W103", "14.29 + 3.43, due 0.00; 14.27 + 3.42, due 0.00; 3.59 left", || {
        let (invoices, left) = bought("24", &["14.29", "14.27"], "39");
        let each = invoices.iter().map(|it| format!("{}, due {}", sums(it), amount(&it["due"])));
        format!("{}; {left} left", each.collect::<Vec<_>>().join("; "))
    }),
    ("W105", "due 80.00", || {
        let (invoices, _) = bought("0", &["100"], "20");
        format!("due {}", amount(&invoices[0]["due"]))
    }),
    ("W107", "due 90.00, 0.00 left; due 0.00, 10.00 left", || {
        format!("{}; {}", adjusted("0"), adjusted("100"))
    }),
    ("W109", "29.95 + 1.00, due 0.00; 69.05 left", || {
        let (invoices, left) = bought("3.34", &["29.95"], "100");
        let first = &invoices[0];
        format!("{}, due {}; {left} left", sums(first), amount(&first["due"]))
    }),
    // Ten thousand units tell apart what is finer than a cent.
    ("W111", "105375.00; 93.00; 8.40; 7.56", || {
        let desk = Desk::daily("2026-01-01");
        let more = json!({
            "model": { "kind": "per_unit", "per_unit": "8.43" },
            "alterations": [{
                "name": "Margin", "effect": "fee", "percent": "25", "applies": "every_charge",
            }],
        });
        desk.buy(&[with(once("8.43"), &more)], 10_000);
        desk.to("2026-01-02");
        let list = nets(&desk.invoices()[0]);
        let seven = coupons("100", &[json!({ "percent": "7" })]);
        let promoted = coupons("10.50", &[json!({ "percent": "20" })]);
        let both = coupons("10.50", &[json!({ "percent": "20" }), json!({ "percent": "10" })]);
        format!("{list}; {seven}; {promoted}; {both}")
    }),
    // A window of seven days after the renewal of a year.
    ("W121", "on day 5: 200; on day 9: 409 units_kept", || {
        let answers = [5, 9].map(|day| {
            let desk = Desk::turning("2025-01-01", None);
            desk.policy(&json!({ "removal_days": 7, "removed_units": "now" }));
            let seat = json!({ "name": "Seat", "kind": "recurring", "period": "1 year",
                "currency": "EUR", "model": { "kind": "per_unit", "per_unit": "365" } });
            let term = json!({ "terms": [
                { "key": "y", "duration": "1 year", "auto_renew": true, "default": true },
            ] });
            let offer = desk.market.offer_like("Seats", &[seat], (term, json!({})));
            let subscription = desk.market.order(&desk.account, &offer, 10);
            desk.to(&format!("2026-01-{:02}", day + 1));
            let path = format!("POST /subscriptions/{subscription}/change");
            let answer = desk.market.operator().call(&path, Some(&json!({ "quantity": 8 })));
            let problem = answer.json()["type"].as_str().map(str::to_owned);
            let code = problem.map(|it| format!(" {}", it.trim_start_matches("/problems/")));
            format!("on day {day}: {}{}", answer.status.as_u16(), code.unwrap_or_default())
        });
        answers.join("; ")
    }),
];

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A minimum of so much, of units at a price.
fn least(amount: &str, of: &str, per_unit: &str) -> Value {
    let units = json!({ "kind": "per_unit", "per_unit": per_unit });
    json!({ "kind": "minimum", "amount": amount, "of": of, "model": units })
}

/// A fee of 100.00 after each month and use at 10.00, together at least 10,000.00.
fn minimum(desk: &Desk) -> [Value; 2] {
    let fee = with(monthly("Fee", "EUR", "100"), &json!({ "timing": "arrears" }));
    [fee, usage(desk, &least("10000", "subscription", "10"))]
}

fn three_of_ten(desk: &Desk, subscription: &str) {
    desk.to("2024-02-29");
    desk.market.uses(subscription, ("a", "2024-02-28T12:00:00Z", "3"));
}

/// What January is charged by a model for so much use.
fn of_january(model: &Value, quantity: &str) -> String {
    let desk = Desk::on("2026-01-01");
    let subscription = desk.buy(&[usage(&desk, model)], 1);
    desk.to("2026-01-20");
    desk.market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", quantity));
    desk.to("2026-02-02");
    nets(&desk.invoices()[0])
}

/// A code that unlocks a discount.
fn coupon(desk: &Desk, code: &str, discount: &Value) {
    let always = json!({ "name": { "en": code }, "access": "coupon", "lasting": "always" });
    let discount = desk.market.operator().post("/discounts", &with(always, discount));
    desk.market.operator().post("/coupons", &json!({ "code": code, "discount": discount["id"] }));
}

/// Orders what is sold at some prices with coupons, and is billed.
fn order(desk: &Desk, prices: &[Value], coupons: &[&str]) {
    let offer = desk.market.offer("Server", prices);
    let items = json!([{ "offer": offer }]);
    let body = json!({ "account": desk.account["id"], "items": items, "coupons": coupons });
    desk.market.operator().post("/orders", &body);
    desk.market.house.app.keep_duties();
    let now = text(&desk.market.operator().get("/clock")["now"]);
    let tomorrow = now[..10].parse::<tillbox::domain::time::Date>().unwrap().plus_days(1);
    desk.to(&tomorrow.to_string());
}

/// What is left to be paid of a fee after some discounts, one after the other.
fn coupons(fee: &str, discounts: &[Value]) -> String {
    let desk = Desk::daily("2026-01-01");
    desk.policy(&json!({ "zero_lines": "keep", "zero_invoices": "issue" }));
    let codes: Vec<_> = (1..=discounts.len()).map(|it| format!("C{it}")).collect();
    for (code, discount) in codes.iter().zip(discounts) {
        coupon(&desk, code, discount);
    }
    let codes: Vec<_> = codes.iter().map(String::as_str).collect();
    order(&desk, &[once(fee)], &codes);
    assert_eq!(desk.credit(), "0.00");
    all_nets(&desk.invoices())
}

/// The invoices of fees that are taxed at a rate and bought after so much was paid, and what is left of
/// that.
fn bought(percent: &str, fees: &[&str], paid: &str) -> (Vec<Value>, String) {
    let desk = Desk::daily("2026-01-01");
    let category = json!({ "tax_category": desk.taxed(percent) });
    if paid != "0" {
        desk.pay(paid);
    }
    for (day, fee) in (2..).zip(fees) {
        desk.buy(&[with(once(fee), &category)], 1);
        desk.to(&format!("2026-01-{day:02}"));
    }
    (desk.invoices(), desk.credit())
}

/// What is due, and left, of 100.00 of which ten are taken back after so much was paid.
fn adjusted(paid: &str) -> String {
    let desk = Desk::daily("2026-01-01");
    let free = json!({ "tax_category": desk.taxed("0") });
    desk.buy(&[with(once("100"), &free)], 1);
    desk.to("2026-01-02");
    if paid != "0" {
        desk.pay(paid);
    }
    let path = format!("/invoices/{}/credit", text(&desk.invoices()[0]["id"]));
    let ten = json!({ "reason": "Goodwill", "lines": [{ "line": 0, "net": euros("10") }] });
    desk.market.operator().post(&path, &ten);
    format!("due {}, {} left", amount(&desk.invoices()[0]["due"]), desk.credit())
}

/// Two plans with four lines each and three coupons, for the first two lines, the second plan and all.
fn three_coupons() -> String {
    let desk = Desk::daily("2026-01-01");
    desk.policy(&json!({ "tax_scope": "total" }));
    let operator = desk.market.operator();
    let [tenth, fifth] = ["10", "20"].map(|it| json!({ "tax_category": desk.taxed(it) }));
    let lines = || {
        let at = |(net, rate): (&str, &Value)| with(monthly(net, "EUR", net), rate);
        [("10", &tenth), ("20", &fifth), ("30", &tenth), ("40", &tenth)].map(at)
    };
    let [first, second] = ["One", "Two"].map(|it| desk.market.offer(it, &lines()));
    let prices = operator.get(&format!("/offers/{first}/prices"))["items"].clone();
    let two = ["10", "20"].map(|name| {
        let named = |it: &&Value| it["name"] == name;
        prices.as_array().unwrap().iter().find(named).unwrap()["id"].clone()
    });
    let of = |amount: &str, scope: Value| json!({ "amount": euros(amount), "lasting": "once", "scope": scope });
    coupon(&desk, "METRIC", &of("20", json!({ "prices": two })));
    coupon(&desk, "PLAN", &of("10", json!({ "offers": [second] })));
    coupon(&desk, "ALL", &json!({ "amount": euros("5"), "lasting": "once" }));
    let body = json!({
        "account": desk.account["id"], "items": [{ "offer": first }, { "offer": second }],
        "coupons": ["METRIC", "PLAN", "ALL"],
    });
    operator.post("/orders", &body);
    desk.market.house.app.keep_duties();
    desk.to("2026-01-02");
    let invoice = &desk.invoices()[0];
    format!("{} = {}", sums(invoice), amount(&invoice["gross"]))
}
