//! Discounts: what is lowered, for whom, and what an invoice says of it.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, lines, monthly, sums, text};

fn setup(amount: &str) -> Value {
    json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": amount },
    })
}

/// A discount that is given to one account.
fn given_to(market: &Market, account: &Value, mut it: Value) -> Value {
    it["name"] = json!({ "en": "Friends", "de": "Freunde" });
    it["scope"]["accounts"] = json!([account["id"]]);
    it["access"] = json!("automatic");
    if it["lasting"].is_null() {
        it["lasting"] = json!("always");
    }
    market.operator().post("/discounts", &it)
}

/// Every line of an invoice comes out again from what stands on it.
#[track_caller]
fn must_come_out_again(market: &Market, invoice: &Value) {
    let check = market.operator().get(&format!("/invoices/{}/check", text(&invoice["id"])));
    assert_eq!(check["is_right"], true, "{check}");
}

#[test]
fn a_discount_is_for_whom_it_is_given_to_and_the_invoice_says_why() {
    let market = Market::on("2026-01-01");
    let (friend, other) = (market.customer("Friend", "EUR"), market.customer("Other", "EUR"));
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "10"), setup("25")]);
    let monthly = json!({ "charges": ["recurring"] });
    given_to(&market, &friend, json!({ "percent": "25", "scope": monthly }));
    market.order(&friend, &offer, 1);
    market.order(&other, &offer, 1);
    let invoice = &market.invoices(&friend)[0];
    expect![[r#"
        Mail: Base | 2026-01-01..2026-02-01 | 7.50
            flat price, as of 2026-01-01
            10
            25 % off: Friends
            = 7.50 EUR
        Mail: Setup | - | 25.00
            flat price, as of 2026-01-01
            25
            = 25.00 EUR
    "#]]
    .assert_eq(&lines(invoice));
    let told = &invoice["lines"][0]["explanation"]["discounts"];
    assert_eq!(
        told,
        &json!([{ "name": "Friends", "coupon": null, "percent": "25", "amount": null, "fee": null }])
    );
    must_come_out_again(&market, invoice);
    assert_eq!(sums(&market.invoices(&other)[0]), "35.00 + 7.00 = 42.00 EUR, due 42.00");
    market.must_be_whole();
}

#[test]
fn what_is_calculated_for_a_buyer_is_what_it_is_billed() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "10"), setup("25")]);
    let everybody = json!({
        "name": { "en": "Opening" }, "fee": { "amount": "5", "currency": "EUR" }, "lasting": "once",
        "access": "automatic", "scope": { "offers": [offer], "charges": ["setup"] },
    });
    market.operator().post("/discounts", &everybody);
    let wish = json!({ "currency": "EUR", "country": "DE" });
    let costs = market.operator().post(&format!("/offers/{offer}/calculate"), &wish);
    assert_eq!(costs["net"], json!({ "amount": "15.00", "currency": "EUR" }), "{costs}");
    let account = market.customer("Blue Whale", "EUR");
    market.order(&account, &offer, 1);
    assert_eq!(sums(&market.invoices(&account)[0]), "15.00 + 3.00 = 18.00 EUR, due 18.00");
}

#[test]
fn two_months_are_free_and_what_was_issued_stays_when_the_discount_changes() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    let half = json!({ "percent": "50", "lasting": "for", "span": "2 months" });
    let discount = given_to(&market, &account, half);
    market.order(&account, &offer, 1);
    market.advance_to("2026-03-02");
    let path = format!("/discounts/{}", text(&discount["id"]));
    let cheaper = json!({ "percent": "90", "lasting": "always", "span": null });
    market.operator().patch(&path, &cheaper);
    market.advance_to("2026-04-02");
    market.operator().post(&format!("{path}/end"), &json!({}));
    market.advance_to("2026-05-02");
    let invoices = market.invoices(&account);
    let nets: Vec<_> = invoices.iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["5.00", "5.00", "10.00", "1.00", "10.00"]);
    invoices.iter().for_each(|it| must_come_out_again(&market, it));
}

#[test]
fn months_of_a_discount_are_counted_from_the_first_day_also_after_a_switch() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let [small, large] = ["10", "20"].map(|it| market.offer(it, &[monthly("Base", "EUR", it)]));
    let operator = market.operator();
    let switches = json!({ "switches": [{ "to": large, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{small}"), &switches);
    given_to(&market, &account, json!({ "percent": "50", "lasting": "for", "span": "2 months" }));
    let subscription = market.order(&account, &small, 1);
    market.advance_to("2026-02-15");
    operator.post(&format!("/subscriptions/{subscription}/change"), &json!({ "offer": large }));
    market.advance_to("2026-04-02");
    let invoices = market.invoices(&account);
    let nets: Vec<_> = invoices.iter().map(|it| text(&it["net"]["amount"])).collect();
    // Of March and April nothing is taken off; of the second half of February, charged with March, half is.
    assert_eq!(nets, ["5.00", "5.00", "25.00", "20.00"]);
    invoices.iter().for_each(|it| must_come_out_again(&market, it));
}

#[test]
fn what_goes_back_is_what_was_really_charged() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "31")]);
    given_to(&market, &account, json!({ "amount": { "amount": "15.50", "currency": "EUR" } }));
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-01-11");
    market.operator().post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.house.app.keep_duties();
    let path = format!("/credit_notes?account={}", text(&account["id"]));
    let credited = market.operator().get(&path)["items"][0]["net"].clone();
    // 21 of 31 days of the 15.50 that were charged.
    assert_eq!(credited, json!({ "amount": "10.50", "currency": "EUR" }));
    market.must_be_whole();
}

#[test]
fn what_no_discount_can_be_is_refused_with_the_field() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let euro = json!({ "amount": "1", "currency": "EUR" });
    let nobody = "acc_00000000-0000-7000-8000-000000000000";
    let table = [
        (json!({}), "/percent required"),
        (json!({ "percent": "10", "fee": euro }), "/percent conflict"),
        (json!({ "percent": "0" }), "/percent range"),
        (json!({ "percent": "100.5" }), "/percent range"),
        (json!({ "amount": { "amount": "-1", "currency": "EUR" } }), "/amount range"),
        (json!({ "percent": "10", "lasting": "never" }), "/lasting enum"),
        (json!({ "percent": "10", "lasting": "for" }), "/span required"),
        (json!({ "percent": "10", "charges": 3 }), "/charges conflict"),
        (json!({ "percent": "10", "lasting": "charges", "charges": 0 }), "/lasting range"),
        (json!({ "fee": euro, "access": "coupon" }), "/fee conflict"),
        (json!({ "percent": "10", "valid_until": "2026-01-01" }), "/valid_until range"),
        (
            json!({ "percent": "10", "scope": { "accounts": [nobody] } }),
            "/scope/accounts/0 reference",
        ),
        (json!({ "percent": "10", "scope": { "charges": ["tip"] } }), "/scope/charges/0 format"),
    ];
    for (mut body, expected) in table {
        body["name"] = json!({ "en": "Odd" });
        for (field, usual) in [("access", "automatic"), ("lasting", "always")] {
            if body[field].is_null() {
                body[field] = json!(usual);
            }
        }
        let answer = operator.call("POST /discounts", Some(&body));
        let error = answer.json()["errors"][0].clone();
        let told = format!("{} {}", text(&error["pointer"]), text(&error["rule"]));
        assert_eq!((answer.status.as_u16(), told.as_str()), (422, expected), "{body}");
    }
    assert_eq!(operator.get("/discounts")["items"], json!([]));
}

/// What gives money away says for whom and for how long: nothing goes to everybody for ever because it
/// was left out.
#[test]
fn who_gets_a_discount_and_for_how_long_must_be_said() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let lasting = "/lasting required: must be one of once, always, for, charges";
    let access = "/access required: must be one of automatic, coupon";
    let refused = |method: &str, body: &Value| {
        let answer = operator.call(method, Some(body));
        assert_eq!(answer.status, 422, "{body}");
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        let told = |it: &Value| [&it["pointer"], &it["rule"], &it["message"]].map(text);
        let told = |it: &Value| told(it).join(" ").replace(" must", ": must");
        errors.iter().map(told).collect::<Vec<_>>()
    };
    for (said, expected) in [
        (json!({}), vec![lasting, access]),
        (json!({ "lasting": "once" }), vec![access]),
        (json!({ "access": "coupon" }), vec![lasting]),
        (json!({ "access": null, "lasting": "once" }), vec![access]),
    ] {
        let mut body = said;
        body["name"] = json!({ "en": "Opening" });
        body["percent"] = json!("33.33");
        assert_eq!(refused("POST /discounts", &body), expected, "{body}");
    }
    assert_eq!(operator.get("/discounts")["items"], json!([]));

    let made = given_to(&market, &market.customer("Friend", "EUR"), json!({ "percent": "10" }));
    let path = format!("PATCH /discounts/{}", text(&made["id"]));
    assert_eq!(refused(&path, &json!({ "lasting": null })), [lasting]);
}
