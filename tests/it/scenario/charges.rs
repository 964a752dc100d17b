//! What is charged, and what is given back: each thing once, whatever happens in between.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, shown, text};

fn credit(market: &Market, account: &Value) -> String {
    let found = market.operator().get(&format!("/accounts/{}/balance", text(&account["id"])));
    text(&found["balances"][0]["credit"]["amount"])
}

#[test]
fn late_usage_that_makes_a_month_cheaper_gives_credit_that_pays_the_next_invoices() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let usage = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "volume", "tiers": [
            { "up_to": "100", "per_unit": "1" }, { "up_to": null, "per_unit": "0.5" },
        ] },
    });
    let subscription = market.order(&account, &market.offer("Traffic", &[usage]), 1);
    market.advance_to("2026-01-20");
    market.uses(&subscription, ("a", "2026-01-10T12:00:00Z", "100"));
    market.advance_to("2026-02-02");
    market.uses(&subscription, ("late", "2026-01-11T12:00:00Z", "1"));
    market.uses(&subscription, ("b", "2026-02-01T12:00:00Z", "4"));
    market.advance_to("2026-03-02");
    assert_eq!(credit(&market, &account), "54.60");
    market.uses(&subscription, ("c", "2026-03-01T12:00:00Z", "50"));
    market.advance_to("2026-04-02");
    expect![[r#"
        2026-02-01 100.00 + 20.00 = 120.00 EUR, due 120.00
        Traffic: Traffic | 2026-01-01..2026-02-01 | 100.00
            all units at the price of the tier reached, as of 2026-01-01
            100 counted in 1 records
            tier 1: 100 × 1 = 100
            = 100.00 EUR

        2026-03-01 -45.50 + -9.10 = -54.60 EUR, due 0.00
        Traffic: Traffic | 2026-02-01..2026-03-01 | 4.00
            all units at the price of the tier reached, as of 2026-01-01
            4 counted in 1 records
            tier 1: 4 × 1 = 4
            = 4.00 EUR
        Traffic: Traffic | 2026-01-01..2026-02-01 | -49.50
            all units at the price of the tier reached, as of 2026-01-01
            101 counted in 2 records
            tier 2: 101 × 0.5 = 50.5
            less 100, which was charged before
            = -49.50 EUR

        2026-04-01 50.00 + 10.00 = 60.00 EUR, due 5.40
        Traffic: Traffic | 2026-03-01..2026-04-01 | 50.00
            all units at the price of the tier reached, as of 2026-01-01
            50 counted in 1 records
            tier 1: 50 × 1 = 50
            = 50.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
    assert_eq!(credit(&market, &account), "0.00");
    let late = &market.invoices(&account)[1]["lines"][1]["explanation"]["charged_before"];
    assert_eq!(late, &json!({ "amount": "100", "before_days": false }));
}

#[test]
fn monthly_renewals_of_what_is_billed_by_the_quarter_are_all_charged() {
    let market = Market::on("2026-01-01");
    let body = json!({
        "name": "Quarterly", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": { "period": "3 months", "anchor_day": 1 } },
    });
    let account = market.operator().post("/accounts", &body);
    let renewal = json!({
        "name": "Renewal", "kind": "one_time", "fee": "renewal", "currency": "EUR",
        "model": { "kind": "flat", "amount": "7" },
    });
    let term =
        json!({ "key": "monthly", "duration": "1 month", "auto_renew": true, "default": true });
    let offer = market.offer_like("Domain", &[renewal], (json!({ "terms": [term] }), json!({})));
    market.order(&account, &offer, 1);
    market.advance_to("2026-07-02");
    expect![[r#"
        2026-04-01 21.00 + 4.20 = 25.20 EUR, due 25.20
        Domain: Renewal | 2026-02-01..2026-03-01 | 7.00
            flat price, as of 2026-01-01
            7
            = 7.00 EUR
        Domain: Renewal | 2026-03-01..2026-04-01 | 7.00
            flat price, as of 2026-01-01
            7
            = 7.00 EUR
        Domain: Renewal | 2026-04-01..2026-05-01 | 7.00
            flat price, as of 2026-01-01
            7
            = 7.00 EUR

        2026-07-01 21.00 + 4.20 = 25.20 EUR, due 25.20
        Domain: Renewal | 2026-05-01..2026-06-01 | 7.00
            flat price, as of 2026-01-01
            7
            = 7.00 EUR
        Domain: Renewal | 2026-06-01..2026-07-01 | 7.00
            flat price, as of 2026-01-01
            7
            = 7.00 EUR
        Domain: Renewal | 2026-07-01..2026-08-01 | 7.00
            flat price, as of 2026-01-01
            7
            = 7.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
}

#[test]
fn what_is_bought_and_called_off_on_one_day_is_billed_what_it_cost_to_set_up() {
    let market = Market::on("2026-01-01");
    let body = json!({
        "name": "In and out", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1 } },
    });
    let account = market.operator().post("/accounts", &body);
    let setup = json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": "50" },
    });
    let offer = market.offer("Cloud", &[setup, monthly("Base", "EUR", "19.99")]);
    market.advance_to("2026-01-10");
    let subscription = market.order(&account, &offer, 1);
    market.operator().post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.advance_to("2026-04-02");
    expect![[r#"
        2026-02-01 50.00 + 10.00 = 60.00 EUR, due 60.00
        Cloud: Setup | - | 50.00
            flat price, as of 2026-01-01
            50
            = 50.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
    let left = market.operator().get("/billing_runs/left");
    assert_eq!(
        left,
        json!({ "nothing_left": true, "due": 0, "failed": 0, "failures": [], "proposed": 0, "unrated_events": 0 })
    );
}

/// A usage price of a unit of money for each unit.
fn per_unit(market: &Market) -> Value {
    json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    })
}

/// Reports an amount of traffic; what is said where it is not taken.
fn offers_usage(market: &Market, subscription: &str, (at, quantity): (&str, &str)) -> String {
    let event = json!({
        "id": at, "subscription": subscription, "meter": market.meter, "quantity": quantity,
        "at": at,
    });
    let said = market.operator().post("/usage", &json!({ "events": [event] }));
    match said["accepted"].as_u64() {
        Some(1) => "taken".to_owned(),
        _ => text(&said["rejected"][0]["message"]),
    }
}

/// What the invoices of an account come to without tax, one after the other.
fn nets(market: &Market, account: &Value) -> Vec<String> {
    market.invoices(account).iter().map(|it| text(&it["net"]["amount"])).collect()
}

#[test]
fn usage_is_taken_only_while_a_bill_will_read_it() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Short", "EUR");
    let subscription = market.order(&account, &market.offer("Traffic", &[per_unit(&market)]), 1);
    market.advance_to("2026-01-20");
    let offers = |at: &str, quantity: &str| offers_usage(&market, &subscription, (at, quantity));
    market.operator().post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    assert_eq!(offers("2026-01-20T00:00:00Z", "2"), "taken", "the day on which it ends is served");
    market.advance_to("2026-01-21");
    assert_eq!(
        offers("2026-01-21T00:00:00Z", "5"),
        "the subscription was served until `2026-01-21T00:00:00Z`"
    );
    assert_eq!(offers("2026-01-19T23:59:59Z", "3"), "taken");
    market.advance_to("2026-02-02");
    assert_eq!(nets(&market, &account), ["5.00"]);
    assert_eq!(
        offers("2026-01-19T12:00:00Z", "4"),
        "`2026-01-19T12:00:00Z` is too late: usage is charged from `2026-01-21T00:00:00Z`",
        "that was the last bill"
    );
}

#[test]
fn what_comes_later_than_the_last_period_is_refused_however_short_the_periods_are() {
    let market = Market::on("2026-01-01");
    let body = json!({
        "name": "Weekly", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": { "period": "1 week" } },
    });
    let account = market.operator().post("/accounts", &body);
    let subscription = market.order(&account, &market.offer("Traffic", &[per_unit(&market)]), 1);
    let offers = |at: &str, quantity: &str| offers_usage(&market, &subscription, (at, quantity));
    market.advance_to("2026-01-08");
    assert_eq!(offers("2026-01-01T12:00:00Z", "8"), "taken", "its period was charged last");
    market.advance_to("2026-01-29");
    assert_eq!(
        offers("2026-01-21T12:00:00Z", "4"),
        "`2026-01-21T12:00:00Z` is too late: usage is charged from `2026-01-22T00:00:00Z`"
    );
    assert_eq!(offers("2026-01-22T00:00:00Z", "2"), "taken");
    assert_eq!(offers("2026-01-29T00:00:00Z", "1"), "taken");
    market.advance_to("2026-02-05");
    assert_eq!(nets(&market, &account), ["8.00", "3.00"]);
}

#[test]
fn a_new_zone_makes_no_hour_of_use_charged_twice_or_never() {
    for (zone, end_of_march) in
        [("Asia/Tokyo", "2026-03-31T16:00:00Z"), ("America/New_York", "2026-04-01T05:00:00Z")]
    {
        let market = Market::on("2026-01-01");
        let account = market.customer("Traveller", "EUR");
        let offer = market.offer("Traffic", &[per_unit(&market)]);
        let subscription = market.order(&account, &offer, 1);
        let offers =
            |at: &str, quantity: &str| offers_usage(&market, &subscription, (at, quantity));
        let advance = |to: &str| market.operator().post("/clock/advance", &json!({ "to": to }));
        advance("2026-01-31T20:00:00Z");
        assert_eq!(offers("2026-01-31T20:00:00Z", "5"), "taken");
        market.advance_to("2026-02-02");
        let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
        market.operator().patch(&path, &json!({ "zone": zone }));
        advance("2026-02-28T20:00:00Z");
        assert_eq!(offers("2026-02-28T20:00:00Z", "7"), "taken");
        advance("2026-03-01T06:00:00Z");
        assert_eq!(market.operator().get(&path)["zone"], zone);
        assert_eq!(offers("2026-03-01T03:00:00Z", "2"), "taken");
        advance(end_of_march);
        assert_eq!(nets(&market, &account), ["5.00", "7.00", "2.00"], "{zone}");
        market.advance_to("2026-05-02");
        assert_eq!(nets(&market, &account).len(), 3, "{zone}");
    }
}

/// A price of a unit of money for each unit and month.
fn seats(timing: &str) -> Value {
    json!({
        "name": "Seats", "kind": "recurring", "timing": timing, "currency": "EUR",
        "model": { "kind": "per_unit", "per_unit": "1" },
    })
}

#[test]
fn what_changes_within_a_month_is_charged_by_its_days() {
    let market = Market::on("2026-01-01");
    let (early, late) =
        (market.customer("In advance", "EUR"), market.customer("In arrears", "EUR"));
    let first = market.order(&early, &market.offer("Ahead", &[seats("advance")]), 1);
    let second = market.order(&late, &market.offer("Behind", &[seats("arrears")]), 100);
    let change = |subscription: &str, quantity: u32| {
        let path = format!("/subscriptions/{subscription}/change");
        market.operator().post(&path, &json!({ "quantity": quantity }));
    };
    market.advance_to("2026-01-02");
    change(&first, 100);
    market.advance_to("2026-01-31");
    change(&first, 2);
    change(&second, 1);
    market.advance_to("2026-02-02");
    expect![[r#"
        2026-01-01 1.00 + 0.20 = 1.20 EUR, due 1.20
        Ahead: Seats | 2026-01-01..2026-02-01 | 1.00
            price per unit, as of 2026-01-01
            1 counted
            1 × 1 = 1
            = 1.00 EUR

        2026-02-01 97.81 + 19.56 = 117.37 EUR, due 117.37
        Ahead: Seats | 2026-01-02..2026-02-01 | 95.81
            price per unit, as of 2026-01-01
            100 counted
            100 × 1 = 100
            less 1, which was charged before
            for 30 of 31 days
            = 95.8064516129032258064516129, rounded half up to 95.81 EUR
        Ahead: Seats | 2026-02-01..2026-03-01 | 2.00
            price per unit, as of 2026-01-01
            2 counted
            2 × 1 = 2
            = 2.00 EUR
    "#]]
    .assert_eq(&shown(&market, &early));
    expect![[r#"
        2026-02-01 96.80 + 19.36 = 116.16 EUR, due 116.16
        Behind: Seats | 2026-01-01..2026-01-31 | 96.77
            price per unit, as of 2026-01-01
            100 counted
            100 × 1 = 100
            for 30 of 31 days
            = 96.77419354838709677419354839, rounded half up to 96.77 EUR
        Behind: Seats | 2026-01-31..2026-02-01 | 0.03
            price per unit, as of 2026-01-01
            1 counted
            1 × 1 = 1
            for 1 of 31 days
            = 0.0322580645161290322580645161, rounded half up to 0.03 EUR
    "#]]
    .assert_eq(&shown(&market, &late));
}

#[test]
fn what_is_added_to_a_term_that_is_paid_to_its_end_comes_on_one_more_bill() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Once", "EUR");
    let term = json!({ "key": "month", "duration": "1 month", "default": true });
    let offer =
        market.offer_like("Month", &[seats("advance")], (json!({ "terms": [term] }), json!({})));
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-11");
    let path = format!("/subscriptions/{subscription}/change");
    market.operator().post(&path, &json!({ "quantity": 32 }));
    market.advance_to("2026-04-02");
    assert_eq!(nets(&market, &account), ["1.00", "21.00"], "31 more for 21 of 31 days");
}

#[test]
fn what_no_bill_reads_again_between_two_plans_is_refused() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Switcher", "EUR");
    let [first, second] = ["First", "Second"].map(|it| market.offer(it, &[per_unit(&market)]));
    let switches = json!({ "switches": [{ "to": second, "direction": "upgrade" }] });
    market.operator().patch(&format!("/offers/{first}"), &switches);
    let subscription = market.order(&account, &first, 1);
    market.advance_to("2026-01-05");
    let path = format!("/subscriptions/{subscription}/change");
    market.operator().post(&path, &json!({ "offer": second, "at": "now" }));
    market.advance_to("2026-02-02");
    market.advance_to("2026-02-05");
    let offers = |at: &str, quantity: &str| offers_usage(&market, &subscription, (at, quantity));
    assert_eq!(offers("2026-01-04T12:00:00Z", "3"), "taken", "the last period of the first plan");
    assert_eq!(offers("2026-01-30T12:00:00Z", "5"), "taken", "the last period of the second");
    market.advance_to("2026-03-02");
    assert_eq!(nets(&market, &account), ["8.00"]);
    assert_eq!(
        offers("2026-01-30T12:00:00Z", "100"),
        "`2026-01-30T12:00:00Z` is too late: usage is charged from `2026-02-01T00:00:00Z`"
    );
    assert_eq!(offers("2026-02-03T12:00:00Z", "2"), "taken");
    market.advance_to("2026-04-02");
    assert_eq!(nets(&market, &account), ["8.00", "2.00"]);
}
