//! What is charged, and what is given back: each thing once, whatever happens in between.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::time::Zone;
use tillbox::services::clock;
use tillbox::services::duty::Progress;

use crate::harness::market::{Market, monthly, shown, text};

fn credit(market: &Market, account: &Value) -> String {
    let found = market.operator().get(&format!("/accounts/{}/balance", text(&account["id"])));
    text(&found["balances"][0]["credit"]["amount"])
}

#[test]
fn late_usage_that_makes_a_month_cheaper_gives_credit_that_pays_what_is_open() {
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
    assert_eq!(credit(&market, &account), "0.00");
    market.uses(&subscription, ("c", "2026-03-01T12:00:00Z", "50"));
    market.advance_to("2026-04-02");
    expect![[r#"
        2026-02-01 100.00 + 20.00 = 120.00 EUR, due 65.40
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

        2026-04-01 50.00 + 10.00 = 60.00 EUR, due 60.00
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
        "`2026-01-19T12:00:00Z` is too late: the last bill of the subscription is written, which was served \
         until `2026-01-21T00:00:00Z`"
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

#[test]
fn who_uses_much_is_billed_before_the_month_is_over_and_then_for_the_rest() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let price = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "graduated", "tiers": [
            { "up_to": "100", "per_unit": "1" }, { "up_to": null, "per_unit": "0.5" },
        ] },
    });
    let offer = market.offer("Server", &[price, monthly("Base", "EUR", "31")]);
    let subscription = market.order(&account, &offer, 1);
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    for wrong in
        [json!({ "amount": "0", "currency": "EUR" }), json!({ "amount": "1", "currency": "USD" })]
    {
        let refused =
            operator.call(&format!("PATCH {path}"), Some(&json!({ "interim_at": wrong })));
        assert_eq!(refused.status.as_u16(), 422, "{wrong}");
    }
    let fifty = json!({ "interim_at": { "amount": "50", "currency": "EUR" } });
    operator.patch(&path, &fifty);
    for (id, at, quantity) in [
        ("a", "2026-01-05T10:00:00Z", "49.99"),
        ("b", "2026-01-06T10:00:00Z", "0.01"),
        ("c", "2026-01-20T10:00:00Z", "70"),
        ("d", "2026-01-21T10:00:00Z", "60"),
        ("e", "2026-02-03T10:00:00Z", "10"),
    ] {
        operator.post("/clock/advance", &json!({ "to": at }));
        market.uses(&subscription, (id, at, quantity));
        market.house.app.keep_duties();
        market.must_be_whole();
    }
    // What came late for January is charged with February.
    market.uses(&subscription, ("late", "2026-01-31T10:00:00Z", "20"));
    market.advance_to("2026-03-02");
    let told: String = market
        .invoices(&account)
        .iter()
        .map(|it| {
            let check = operator.get(&format!("/invoices/{}/check", text(&it["id"])));
            assert_eq!(check["faults"], json!([]), "every line comes out again");
            let lines = it["lines"].as_array().unwrap().iter();
            let lines =
                lines.map(|it| format!("{} {}", text(&it["text"]), text(&it["net"]["amount"])));
            format!("{} {}\n", text(&it["issued_on"]), lines.collect::<Vec<_>>().join(", "))
        })
        .collect();
    expect![[r#"
        2026-01-01 Server: Base 31.00
        2026-01-06 Server: Traffic 50.00
        2026-01-20 Server: Traffic 60.00
        2026-02-01 Server: Traffic 30.00, Server: Base 31.00
        2026-03-01 Server: Traffic 10.00, Server: Base 31.00, Server: Traffic 10.00
    "#]]
    .assert_eq(&told);
}

#[test]
fn what_an_early_bill_charges_is_billed_and_what_is_carried_over_is_charged_without_new_use() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let meter = json!({
        "code": "stock", "name": "Stock", "unit": "GB", "aggregation": "sum", "carry_over": "carry",
    });
    let meter = text(&operator.post("/meters", &meter)["id"]);
    let price = json!({
        "name": "Stock", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let subscription = market.order(&account, &market.offer("Store", &[price]), 1);
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    let fifty = json!({ "interim_at": { "amount": "50", "currency": "EUR" } });
    operator.patch(&path, &fifty);
    let uses = |id: &str, at: &str, quantity: &str| {
        operator.post("/clock/advance", &json!({ "to": at }));
        let event = json!({
            "id": id, "subscription": subscription, "meter": meter, "quantity": quantity, "at": at,
        });
        operator.post("/usage", &json!({ "events": [event] }));
        market.house.app.keep_duties();
    };
    let state = |id: &str| {
        let lines = operator.call("GET /usage/export.jsonl", None).body;
        let lines = String::from_utf8(lines).unwrap();
        let mut all = lines.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
        all.find(|it| it["event_id"] == id).map(|it| text(&it["status"])).unwrap()
    };
    uses("a", "2026-01-05T10:00:00Z", "40");
    assert_eq!(state("a"), "rated", "it is on no bill");
    uses("b", "2026-01-06T10:00:00Z", "20");
    assert_eq!((state("a"), state("b")), ("billed".to_owned(), "billed".to_owned()));
    uses("c", "2026-01-07T10:00:00Z", "5");
    assert_eq!(state("a"), "rerate", "more came of a period that is on a bill");
    let nets = |day: &str| {
        operator.post("/clock/advance", &json!({ "to": format!("{day}T12:00:00Z") }));
        market.house.app.keep_duties();
        let all = market.invoices(&account);
        all.iter().map(|it| text(&it["net"]["amount"])).collect::<Vec<_>>()
    };
    // 65.00 are there when February begins, and nobody reports anything.
    assert_eq!(nets("2026-02-02"), ["60.00", "5.00", "65.00"]);
    assert_eq!(nets("2026-03-02"), ["60.00", "5.00", "65.00", "65.00"]);
    market.must_be_whole();
}

#[test]
fn only_who_sells_decides_on_when_much_use_is_billed() {
    let market = Market::on("2026-01-01");
    let buyer = market.house.client(&market.house.customer.admin);
    let account = buyer.get(&format!("/accounts/{}", market.house.customer.account));
    let path = format!("PATCH /billing_accounts/{}", text(&account["billing_account"]));
    let body = json!({ "interim_at": { "amount": "50", "currency": "EUR" } });
    let refused = buyer.call(&path, Some(&body));
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.json());
    assert_eq!(refused.json()["errors"][0]["rule"], "seller_only");
}

#[test]
fn use_that_comes_while_a_last_bill_is_computed_is_on_it() {
    let market = Market::on("2026-01-01");
    let (operator, bss) = (market.operator(), &market.house.app.bss);
    let fee = market.offer("Fee", &[monthly("Base", "EUR", "31")]);
    // As many as are billed in one go: the last bill is of the next, computed while these are written.
    for place in 0..100 {
        let account = market.customer(&format!("Customer {place}"), "EUR");
        let items = json!([{ "offer": fee }]);
        operator.post("/orders", &json!({ "account": account["id"], "items": items }));
    }
    let price = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let account = market.customer("Last", "EUR");
    let subscription = market.order(&account, &market.offer("Use", &[price]), 1);
    market.advance_to("2026-01-20");
    market.uses(&subscription, ("a", "2026-01-10T10:00:00Z", "3"));
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.house.app.keep_duties();
    clock::make_movable(bss, Zone::UTC.start_of("2026-02-01".parse().unwrap())).unwrap();
    let billing = bss.duties().iter().find(|it| it.name() == "billing").unwrap();
    assert_ne!(billing.step(bss).unwrap(), Progress::Idle);
    assert_eq!(market.invoices(&account).len(), 0, "it is not billed yet");
    market.uses(&subscription, ("b", "2026-01-19T10:00:00Z", "4"));
    market.house.app.keep_duties();
    let nets: Vec<_> =
        market.invoices(&account).iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["7.00"], "nothing is left off");
    market.must_be_whole();
}

#[test]
fn what_was_used_before_a_switch_is_taken_after_it_while_no_bill_has_charged_it() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Switcher", "EUR");
    let [first, second] = ["First", "Second"].map(|it| market.offer(it, &[per_unit(&market)]));
    let switches = json!({ "switches": [{ "to": second, "direction": "upgrade" }] });
    market.operator().patch(&format!("/offers/{first}"), &switches);
    let subscription = market.order(&account, &first, 1);
    market.advance_to("2026-01-05");
    let path = format!("/subscriptions/{subscription}/change");
    market.operator().post(&path, &json!({ "offer": second, "at": "now" }));
    market.advance_to("2026-01-06");
    let offers = |at: &str, quantity: &str| offers_usage(&market, &subscription, (at, quantity));
    assert_eq!(offers("2026-01-03T12:00:00Z", "3"), "taken");
    assert_eq!(offers("2026-01-05T12:00:00Z", "4"), "taken");
    market.advance_to("2026-02-02");
    assert_eq!(nets(&market, &account), ["7.00"]);
}
