//! Deposits: asked for by an offer, held and not earned, given back or set off at the end.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, shown, text};

fn deposit(amount: &str) -> Value {
    json!({
        "name": "Deposit", "kind": "one_time", "fee": "deposit", "currency": "EUR",
        "model": { "kind": "flat", "amount": amount },
    })
}

/// What the account owes, has and has given as security.
fn balance(market: &Market, account: &Value) -> String {
    let path = format!("/accounts/{}/balance", text(&account["id"]));
    let found = &market.operator().get(&path)["balances"][0];
    let amount = |name: &str| text(&found[name]["amount"]);
    format!("owes {}, has {}, held {}", amount("receivable"), amount("credit"), amount("deposits"))
}

/// `amount state, returned … set off …` of each deposit of an account.
fn deposits(market: &Market, account: &Value) -> String {
    let found = market.operator().get(&format!("/deposits?account={}", text(&account["id"])));
    let each = found["items"].as_array().unwrap().iter().map(|it| {
        let amount = |name: &str| text(&it[name]["amount"]);
        let (state, amount, returned) = (text(&it["state"]), amount("amount"), amount("returned"));
        format!("{amount} {state}, returned {returned}, set off {}", text(&it["set_off"]["amount"]))
    });
    each.collect::<Vec<_>>().join("; ")
}

fn pay(market: &Market, account: &Value, amount: &str) {
    let amount = json!({ "amount": amount, "currency": "EUR" });
    let body = json!({ "account": account["id"], "amount": amount });
    market.operator().post("/payments", &body);
}

fn cancel(market: &Market, subscription: &str) {
    market.operator().post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.must_be_whole();
}

#[test]
fn a_deposit_bears_no_tax_is_not_earned_and_goes_back_at_the_end() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Van", &[monthly("Rent", "EUR", "31"), deposit("500")]);
    let wish = json!({ "currency": "EUR", "country": "DE" });
    let told = market.operator().post(&format!("/offers/{offer}/calculate"), &wish);
    assert_eq!(told["gross"]["amount"], "537.20", "tax on the rent alone");
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-02");
    let first = &market.invoices(&account)[0];
    let deposit_line = &first["lines"][1];
    assert_eq!(
        (&deposit_line["kind"], &deposit_line["tax"]["amount"]),
        (&json!("deposit"), &json!("0.00"))
    );
    assert_eq!(balance(&market, &account), "owes 537.20, has 0.00, held 500.00");
    let overview = market.operator().get("/overview");
    let revenue = serde_json::to_string(&overview).unwrap();
    assert!(!revenue.contains("531"), "a deposit is no revenue: {revenue}");
    pay(&market, &account, "537.20");
    market.advance_to("2026-01-16");
    cancel(&market, &subscription);
    assert_eq!(deposits(&market, &account), "500.00 returned, returned 500.00, set off 0.00");
    assert_eq!(balance(&market, &account), "owes 0.00, has 519.20, held 0.00");
    expect![[r#"
        2026-01-01 531.00 + 6.20 = 537.20 EUR, due 0.00
        Van: Rent | 2026-01-01..2026-02-01 | 31.00
            flat price, as of 2026-01-01
            31
            = 31.00 EUR
        Van: Deposit | - | 500.00
            flat price, as of 2026-01-01
            500
            = 500.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
}

#[test]
fn a_deposit_settles_what_is_open_at_the_end() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Van", &[monthly("Rent", "EUR", "30"), deposit("50")]);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "86");
    market.advance_to("2026-02-28");
    assert_eq!(balance(&market, &account), "owes 36.00, has 0.00, held 50.00");
    market.advance_to("2026-03-01");
    cancel(&market, &subscription);
    assert_eq!(deposits(&market, &account), "50.00 set_off, returned 50.00, set off 36.00");
    let left = balance(&market, &account);
    assert!(left.starts_with("owes 0.00, has "), "{left}");
    assert!(left.ends_with("held 0.00"), "{left}");
}

#[test]
fn a_deposit_is_held_for_what_was_used_last() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let mut used = monthly("Traffic", "EUR", "1");
    used["kind"] = json!("usage");
    used["meter"] = json!(market.meter);
    used["model"] = json!({ "kind": "per_unit", "per_unit": "1" });
    let subscription = market.order(&account, &market.offer("Van", &[used, deposit("50")]), 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "50");
    market.uses(&subscription, ("a", "2026-01-02T00:00:00Z", "20"));
    market.advance_to("2026-01-16");
    cancel(&market, &subscription);
    assert_eq!(deposits(&market, &account), "50.00 held, returned 0.00, set off 0.00");
    market.advance_to("2026-02-02");
    assert_eq!(deposits(&market, &account), "50.00 set_off, returned 50.00, set off 24.00");
    assert_eq!(balance(&market, &account), "owes 0.00, has 26.00, held 0.00");
}

#[test]
fn a_deposit_that_was_never_paid_is_owed_no_more() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let subscription = market.order(&account, &market.offer("Van", &[deposit("50")]), 1);
    market.advance_to("2026-01-02");
    assert_eq!(balance(&market, &account), "owes 50.00, has 0.00, held 50.00");
    cancel(&market, &subscription);
    assert_eq!(balance(&market, &account), "owes 0.00, has 0.00, held 0.00");
    assert_eq!(deposits(&market, &account), "50.00 returned, returned 50.00, set off 0.00");
}

#[test]
fn what_was_credited_of_a_deposit_does_not_go_back_twice() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let subscription = market.order(&account, &market.offer("Van", &[deposit("50")]), 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "50");
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let part = json!({
        "reason": "A part is enough",
        "lines": [{ "line": 0, "net": { "amount": "20", "currency": "EUR" } }],
    });
    market.operator().post(&format!("/invoices/{invoice}/credit"), &part);
    market.must_be_whole();
    assert_eq!(deposits(&market, &account), "50.00 held, returned 20.00, set off 0.00");
    cancel(&market, &subscription);
    assert_eq!(balance(&market, &account), "owes 0.00, has 50.00, held 0.00");
}

#[test]
fn a_deposit_has_no_discounts_and_is_no_charge_of_its_own_kind() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Van", &[]);
    let mut altered = deposit("50");
    altered["offer"] = json!(offer);
    altered["alterations"] = json!([
        { "name": "Off", "effect": "discount", "percent": "5", "applies": "once" },
    ]);
    let refused = market.operator().call("POST /prices", Some(&altered));
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/alterations");
}

#[test]
fn what_a_deposit_pays_is_owed_and_dunned_no_more() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    operator.patch(
        &format!("/classes/{class}"),
        &json!({ "dunning": [{ "after_days": 3, "action": "credit_hold" }] }),
    );
    let account = market.customer("Blue Whale", "EUR");
    let van = market.order(&account, &market.offer("Van", &[deposit("50")]), 1);
    let bus = market.order(&account, &market.offer("Bus", &[monthly("Rent", "EUR", "30")]), 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "86");
    market.advance_to("2026-02-20");
    let standing = || {
        let state = |path: String| text(&market.operator().get(&path)["state"]);
        let account = state(format!("/accounts/{}", text(&account["id"])));
        let bus = state(format!("/subscriptions/{bus}"));
        let cases = market.operator().get("/dunning");
        format!("{account}, bus {bus}, case {}", text(&cases["items"][0]["state"]))
    };
    assert_eq!(standing(), "held_for_credit, bus held_for_credit, case running");
    cancel(&market, &van);
    assert_eq!(deposits(&market, &account), "50.00 set_off, returned 50.00, set off 36.00");
    assert_eq!(standing(), "active, bus active, case ended");
}

#[test]
fn a_deposit_goes_back_by_its_method_only_when_nothing_else_is_owed() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Van", &[monthly("Rent", "EUR", "30"), deposit("50")]);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "86");
    market.advance_to("2026-02-28");
    assert_eq!(balance(&market, &account), "owes 36.00, has 0.00, held 50.00");
    market.advance_to("2026-03-01");
    let path = format!("/subscriptions/{subscription}/cancel");
    market.operator().post(&path, &json!({ "refund_to": "method" }));
    market.must_be_whole();
    assert_eq!(deposits(&market, &account), "50.00 set_off, returned 50.00, set off 36.00");
    let payment = text(&market.operator().get("/payments")["items"][0]["id"]);
    let refunds = market.operator().get(&format!("/payments/{payment}/refunds"));
    let refunds = refunds["items"].as_array().unwrap().iter();
    let refunds: Vec<_> = refunds.map(|it| text(&it["amount"]["amount"])).collect();
    assert_eq!(refunds, ["14.00"]);
    assert_eq!(balance(&market, &account), "owes 0.00, has 0.00, held 0.00");
}

#[test]
fn a_deposit_goes_back_though_the_last_days_were_held_and_cost_nothing() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let policy = format!("/accounts/{}/billing_policy", market.house.operator.account);
    operator.patch(&policy, &json!({ "while_held": "pause" }));
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Van", &[monthly("Rent", "EUR", "31"), deposit("500")]);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "537.20");
    market.advance_to("2026-01-20");
    let hold = json!({ "kind": "administrative" });
    operator.post(&format!("/subscriptions/{subscription}/hold"), &hold);
    market.advance_to("2026-02-10");
    cancel(&market, &subscription);
    market.advance_to("2026-04-02");
    assert_eq!(deposits(&market, &account), "500.00 returned, returned 500.00, set off 0.00");
    assert_eq!(operator.get("/billing_runs/left")["nothing_left"], true);
    market.must_be_whole();
}

#[test]
fn what_other_credit_settles_is_not_taken_from_a_deposit() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let van = market.order(&account, &market.offer("Van", &[deposit("100")]), 1);
    market.order(&account, &market.offer("Bus", &[monthly("Rent", "EUR", "250")]), 1);
    market.advance_to("2026-01-02");
    pay(&market, &account, "400");
    market.advance_to("2026-02-02");
    assert_eq!(balance(&market, &account), "owes 300.00, has 0.00, held 100.00");
    let is_rent = |it: &Value| it["text"] == "Bus: Rent";
    let of_rent = |it: &Value| it["lines"].as_array().unwrap().iter().position(is_rent);
    let found = market.invoices(&account).into_iter();
    let (first, line) =
        found.filter_map(|it| Some((text(&it["id"]), of_rent(&it)?))).next().unwrap();
    let whole = json!({
        "reason": "It did not run",
        "lines": [{ "line": line, "net": { "amount": "250", "currency": "EUR" } }],
    });
    operator.post(&format!("/invoices/{first}/credit"), &whole);
    assert_eq!(balance(&market, &account), "owes 0.00, has 0.00, held 100.00");
    let path = format!("/subscriptions/{van}/cancel");
    operator.post(&path, &json!({ "refund_to": "method" }));
    market.must_be_whole();
    assert_eq!(deposits(&market, &account), "100.00 returned, returned 100.00, set off 0.00");
    let payment = text(&operator.get("/payments")["items"][0]["id"]);
    let refunds = operator.get(&format!("/payments/{payment}/refunds"));
    assert_eq!(refunds["items"][0]["amount"]["amount"], "100.00");
    assert_eq!(balance(&market, &account), "owes 0.00, has 0.00, held 0.00");
}

#[test]
fn a_deposit_alone_goes_back_whenever_it_ends_while_its_bill_is_looked_at() {
    for ends_on in ["2026-01-20", "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-10"] {
        let market = Market::on("2026-01-01");
        let own = text(&json!(market.house.operator.account));
        let policy = json!({ "review_hours": 48 });
        market.operator().patch(&format!("/accounts/{own}/billing_policy"), &policy);
        let account = market.customer("Blue Whale", "EUR");
        let rent = market.order(&account, &market.offer("Van", &[monthly("Rent", "EUR", "31")]), 1);
        market.advance_to("2026-01-10");
        let alone = market.order(&account, &market.offer("Key", &[deposit("50")]), 1);
        market.advance_to(ends_on);
        cancel(&market, &alone);
        market.advance_to("2026-04-10");
        assert!(balance(&market, &account).ends_with("held 0.00"), "{ends_on}");
        let all = deposits(&market, &account);
        assert!(!all.contains("held"), "{ends_on}: {all}");
        cancel(&market, &rent);
    }
}
