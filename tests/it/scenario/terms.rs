//! Years of what changes in them: trials, terms, prices, units, holds, coupons, taxes and currencies.

use expect_test::expect;
use serde_json::{Value, json};

use super::life::{Life, Plot, each, fee, flat, once, used};
use crate::harness::market::text;

pub(super) const AUTUMN: &str = "2029-02-03";

/// The first price of what is sold gets another figure from a day on.
fn dearer(life: &Life, (day, model): (&str, &Value)) {
    let price = text(&life.operator().get(&format!("/offers/{}", life.offer))["prices"][0]["id"]);
    let version = json!({ "valid_from": day, "model": model });
    life.operator().post(&format!("/prices/{price}/versions"), &version);
}

/// An offer by the year that renews by itself.
fn by_the_year() -> Value {
    json!({ "terms": [
        { "key": "y", "duration": "1 year", "default": true, "auto_renew": true },
    ] })
}

#[test]
fn a_year_after_a_month_on_trial() {
    let mut plot = Plot::new("2028-01-31", &[once("setup", "50"), fee("advance", &flat("29"))]);
    plot.offer = json!({ "terms": [{
        "key": "y", "duration": "1 year", "default": true, "auto_renew": true, "trial": "1 month",
    }] });
    expect![[r#"
        2028-02-29 79.00 (94.80) overdue
        2028-03-31 29.00 (34.80) overdue
        2028-04-30 29.00 (34.80) overdue
        2028-05-31 29.00 (34.80) overdue
        2028-06-30 29.00 (34.80) overdue
        2028-07-31 29.00 (34.80) overdue
        2028-08-31 29.00 (34.80) overdue
        2028-09-30 29.00 (34.80) overdue
        2028-10-31 29.00 (34.80) overdue
        2028-11-30 29.00 (34.80) overdue
        2028-12-31 29.00 (34.80) overdue
        2029-01-31 29.00 (34.80) overdue
        2029-02-28 29.00 (34.80) open
        owes 512.40, has 0.00
    "#]]
    .assert_eq(&plot.begin().to("2029-03-03").told());
}

#[test]
fn two_terms_of_a_year_with_what_each_begins_with() {
    let prices = [once("setup", "50"), once("renewal", "20"), fee("advance", &flat("120"))];
    let mut plot = Plot::new("2027-02-28", &prices).billed("1 year", None);
    plot.offer = by_the_year();
    expect![[r#"
        2027-02-28 170.00 (204.00) overdue
        2028-02-28 1460.00 (1752.00) overdue
        2029-02-28 1460.00 (1752.00) open
        owes 3708.00, has 0.00
    "#]]
    .assert_eq(&plot.begin().to("2029-03-03").told());
}

/// A year whose price rises in May, and again in January.
fn rising(policy: Value) -> String {
    let mut plot = Plot::new("2028-01-10", &[fee("advance", &flat("31"))]);
    (plot.policy, plot.offer) = (policy, by_the_year());
    let life = plot.begin();
    dearer(&life, ("2028-05-01", &flat("62")));
    dearer(&life, ("2029-01-01", &flat("93")));
    life.to("2029-03-11").told()
}

#[test]
fn a_year_whose_price_rises_with_the_period() {
    expect![[r#"
        2028-01-10 31.00 (37.20) overdue
        2028-02-10 31.00 (37.20) overdue
        2028-03-10 31.00 (37.20) overdue
        2028-04-10 31.00 (37.20) overdue
        2028-05-10 62.00 (74.40) overdue
        2028-06-10 62.00 (74.40) overdue
        2028-07-10 62.00 (74.40) overdue
        2028-08-10 62.00 (74.40) overdue
        2028-09-10 62.00 (74.40) overdue
        2028-10-10 62.00 (74.40) overdue
        2028-11-10 62.00 (74.40) overdue
        2028-12-10 62.00 (74.40) overdue
        2029-01-10 93.00 (111.60) overdue
        2029-02-10 93.00 (111.60) overdue
        2029-03-10 93.00 (111.60) open
        owes 1078.80, has 0.00
    "#]]
    .assert_eq(&rising(json!({ "price_version": "period" })));
}

#[test]
fn a_price_stays_within_a_term_that_binds_and_moves_where_there_is_none() {
    assert_eq!(rising(json!({})), rising(json!({ "price_version": "renewal" })));
    let plot = Plot::new("2028-01-10", &[fee("advance", &flat("31"))]);
    let life = plot.begin();
    dearer(&life, ("2028-02-01", &flat("62")));
    expect![[r#"
        2028-01-10 31.00 (37.20) overdue
        2028-02-10 62.00 (74.40) overdue
        2028-03-10 62.00 (74.40) open
        owes 186.00, has 0.00
    "#]]
    .assert_eq(&life.to("2028-03-11").told());
}

#[test]
fn a_year_whose_price_rises_with_the_term() {
    expect![[r#"
        2028-01-10 31.00 (37.20) overdue
        2028-02-10 31.00 (37.20) overdue
        2028-03-10 31.00 (37.20) overdue
        2028-04-10 31.00 (37.20) overdue
        2028-05-10 31.00 (37.20) overdue
        2028-06-10 31.00 (37.20) overdue
        2028-07-10 31.00 (37.20) overdue
        2028-08-10 31.00 (37.20) overdue
        2028-09-10 31.00 (37.20) overdue
        2028-10-10 31.00 (37.20) overdue
        2028-11-10 31.00 (37.20) overdue
        2028-12-10 31.00 (37.20) overdue
        2029-01-10 93.00 (111.60) overdue
        2029-02-10 93.00 (111.60) overdue
        2029-03-10 93.00 (111.60) open
        owes 781.20, has 0.00
    "#]]
    .assert_eq(&rising(json!({ "price_version": "renewal" })));
}

/// A year that is held from 10 March to 20 May.
fn held(policy: Value) -> String {
    let mut plot =
        Plot::new("2028-01-01", &[fee("advance", &flat("31")), fee("arrears", &flat("62"))]);
    plot.policy = policy;
    let life = plot.begin();
    life.to("2028-03-10").does("hold", &json!({}));
    life.to("2028-05-20").does("release", &json!({}));
    life.to("2029-01-02").told()
}

#[test]
fn a_year_that_is_charged_while_it_is_held() {
    expect![[r#"
        2028-01-01 31.00 (37.20) overdue
        2028-02-01 93.00 (111.60) overdue
        2028-03-01 93.00 (111.60) overdue
        2028-04-01 93.00 (111.60) overdue
        2028-05-01 93.00 (111.60) overdue
        2028-06-01 93.00 (111.60) overdue
        2028-07-01 93.00 (111.60) overdue
        2028-08-01 93.00 (111.60) overdue
        2028-09-01 93.00 (111.60) overdue
        2028-10-01 93.00 (111.60) overdue
        2028-11-01 93.00 (111.60) overdue
        2028-12-01 93.00 (111.60) overdue
        2029-01-01 93.00 (111.60) open
        owes 1376.40, has 0.00
    "#]]
    .assert_eq(&held(json!({})));
}

#[test]
fn a_year_that_costs_nothing_while_it_is_held() {
    expect![[r#"
        2028-01-01 31.00 (37.20) overdue
        2028-02-01 93.00 (111.60) overdue
        2028-03-01 93.00 (111.60) overdue
        2028-04-01 -4.00 (-4.80) credited
        2028-06-01 67.00 (80.40) overdue
        2028-07-01 93.00 (111.60) overdue
        2028-08-01 93.00 (111.60) overdue
        2028-09-01 93.00 (111.60) overdue
        2028-10-01 93.00 (111.60) overdue
        2028-11-01 93.00 (111.60) overdue
        2028-12-01 93.00 (111.60) overdue
        2029-01-01 93.00 (111.60) open
        owes 1117.20, has 0.00
    "#]]
    .assert_eq(&held(json!({ "while_held": "pause" })));
}

#[test]
fn a_year_with_a_coupon_for_half_of_it() {
    let life = Plot::new("2028-01-31", &[fee("advance", &flat("31"))]).begin();
    let off = json!({
        "name": { "en": "Spring" }, "access": "coupon", "percent": "50", "lasting": "for",
        "span": "6 months",
    });
    let off = life.operator().post("/discounts", &off);
    life.operator().post("/coupons", &json!({ "code": "SPRING", "discount": off["id"] }));
    life.to("2028-02-10");
    let brings = json!({ "account": life.account["id"], "code": "SPRING" });
    life.operator().post("/redemptions", &brings);
    expect![[r#"
        2028-01-31 31.00 (37.20) overdue
        2028-02-29 15.50 (18.60) overdue
        2028-03-31 15.50 (18.60) overdue
        2028-04-30 15.50 (18.60) overdue
        2028-05-31 15.50 (18.60) overdue
        2028-06-30 15.50 (18.60) overdue
        2028-07-31 26.00 (31.20) overdue
        2028-08-31 31.00 (37.20) overdue
        2028-09-30 31.00 (37.20) overdue
        2028-10-31 31.00 (37.20) overdue
        2028-11-30 31.00 (37.20) overdue
        2028-12-31 31.00 (37.20) overdue
        2029-01-31 31.00 (37.20) open
        owes 384.60, has 0.00
    "#]]
    .assert_eq(&life.to(AUTUMN).told());
}

#[test]
fn a_year_of_which_two_months_are_free() {
    let mut price = fee("advance", &flat("31"));
    price["alterations"] = json!([{
        "name": "Two months free", "effect": "discount", "percent": "100", "applies": "for",
        "duration": "2 months",
    }]);
    expect![[r#"
        2028-03-31 31.00 (37.20) overdue
        2028-04-30 31.00 (37.20) overdue
        2028-05-31 31.00 (37.20) overdue
        2028-06-30 31.00 (37.20) overdue
        2028-07-31 31.00 (37.20) overdue
        2028-08-31 31.00 (37.20) overdue
        2028-09-30 31.00 (37.20) overdue
        2028-10-31 31.00 (37.20) overdue
        2028-11-30 31.00 (37.20) overdue
        2028-12-31 31.00 (37.20) overdue
        2029-01-31 31.00 (37.20) open
        owes 409.20, has 0.00
    "#]]
    .assert_eq(&Plot::new("2028-01-31", &[price]).begin().to(AUTUMN).told());
}

#[test]
fn a_year_with_a_deposit_that_goes_back() {
    let life =
        Plot::new("2028-01-01", &[fee("arrears", &flat("31")), once("deposit", "200")]).begin();
    life.pays("200").to("2028-12-20").does("cancel", &json!({}));
    expect![[r#"
        2028-01-01 200.00 (200.00) paid
        2028-02-01 31.00 (37.20) paid
        2028-03-01 31.00 (37.20) paid
        2028-04-01 31.00 (37.20) paid
        2028-05-01 31.00 (37.20) paid
        2028-06-01 31.00 (37.20) paid
        2028-07-01 31.00 (37.20) overdue
        2028-08-01 31.00 (37.20) overdue
        2028-09-01 31.00 (37.20) overdue
        2028-10-01 31.00 (37.20) overdue
        2028-11-01 31.00 (37.20) overdue
        2028-12-01 31.00 (37.20) overdue
        2029-01-01 19.00 (22.80) overdue
        2029-01-01 back 200.00 (200.00)
        owes 232.00, has 0.00
    "#]]
    .assert_eq(&life.to(AUTUMN).told());
}

#[test]
fn a_year_that_was_paid_ahead() {
    let life = Plot::new("2028-01-01", &[used(&each("1"))]).begin();
    life.pays("100");
    life.uses(&[
        ("2028-02-29T10:00:00Z", "30"),
        ("2028-05-31T10:00:00Z", "40.5"),
        ("2028-08-31T10:00:00Z", "20"),
    ]);
    expect![[r#"
        2028-03-01 30.00 (36.00) paid
        2028-06-01 40.50 (48.60) paid
        2028-09-01 20.00 (24.00) overdue
        owes 8.60, has 0.00
    "#]]
    .assert_eq(&life.to(AUTUMN).told());
}

#[test]
fn a_year_in_yen_and_in_dinars_which_have_none_and_three_places() {
    let year = |currency: &str, amount: &str| {
        let mut price = fee("advance", &flat(amount));
        price["currency"] = json!(currency);
        let mut plot = Plot::new("2028-01-20", &[price]).billed("1 month", Some(1));
        plot.billing["currency"] = json!(currency);
        let life = plot.begin();
        life.to("2028-12-10").does("cancel", &json!({}));
        life.to(AUTUMN).told()
    };
    expect![[r#"
        2028-02-01 1387 (1664) overdue
        2028-03-01 1000 (1200) overdue
        2028-04-01 1000 (1200) overdue
        2028-05-01 1000 (1200) overdue
        2028-06-01 1000 (1200) overdue
        2028-07-01 1000 (1200) overdue
        2028-08-01 1000 (1200) overdue
        2028-09-01 1000 (1200) overdue
        2028-10-01 1000 (1200) overdue
        2028-11-01 1000 (1200) overdue
        2028-12-01 1000 (1200) overdue
        2028-12-10 back 710 (852)
        owes 12812, has 0
        2028-02-01 13.870 (16.644) overdue
        2028-03-01 9.999 (11.999) overdue
        2028-04-01 9.999 (11.999) overdue
        2028-05-01 9.999 (11.999) overdue
        2028-06-01 9.999 (11.999) overdue
        2028-07-01 9.999 (11.999) overdue
        2028-08-01 9.999 (11.999) overdue
        2028-09-01 9.999 (11.999) overdue
        2028-10-01 9.999 (11.999) overdue
        2028-11-01 9.999 (11.999) overdue
        2028-12-01 9.999 (11.999) overdue
        2028-12-10 back 7.096 (8.515)
        owes 128.119, has 0.000
    "#]]
    .assert_eq(&format!("{}{}", year("JPY", "1000"), year("KWD", "9.999")));
}

#[test]
fn a_year_in_which_the_tax_rises() {
    let life = Plot::new("2028-01-15", &[fee("advance", &flat("31"))]).begin();
    let zone = life.operator().get("/tax_zones")["items"][0]["id"].clone();
    let rule = json!({ "name": "VAT", "zone": zone, "percent": "25", "valid_from": "2028-07-01" });
    life.operator().post("/tax_rules", &rule);
    expect![[r#"
        2028-01-15 31.00 (37.20) overdue
        2028-02-15 31.00 (37.20) overdue
        2028-03-15 31.00 (37.20) overdue
        2028-04-15 31.00 (37.20) overdue
        2028-05-15 31.00 (37.20) overdue
        2028-06-15 31.00 (37.20) overdue
        2028-07-15 31.00 (38.75) overdue
        2028-08-15 31.00 (38.75) overdue
        2028-09-15 31.00 (38.75) overdue
        2028-10-15 31.00 (38.75) overdue
        2028-11-15 31.00 (38.75) overdue
        2028-12-15 31.00 (38.75) overdue
        2029-01-15 31.00 (38.75) overdue
        owes 494.45, has 0.00
    "#]]
    .assert_eq(&life.to(AUTUMN).told());
}

#[test]
fn a_year_that_stops_and_goes_on_again() {
    let mut plot = Plot::new("2028-01-31", &[fee("advance", &flat("31"))]);
    let paid = json!({ "grace_days": 5, "hold_days": 200, "destroy": false });
    plot.offer = json!({ "terms": [{
        "key": "q", "duration": "3 months", "default": true, "auto_renew": false,
    }] });
    plot.policy = json!({});
    let life = plot.begin();
    let after = life.operator().post("/service_terms", &json!({ "name": "Usual", "paid": paid }));
    let terms = json!({ "service_terms": after["id"] });
    life.operator().patch(&format!("/offers/{}", life.offer), &terms);
    life.to("2028-06-10").does("renew", &json!({}));
    life.to("2028-09-01").does("renew", &json!({}));
    expect![[r#"
        2028-01-31 31.00 (37.20) overdue
        2028-02-29 31.00 (37.20) overdue
        2028-03-31 31.00 (37.20) overdue
        2028-06-30 93.00 (111.60) overdue
        2028-09-30 93.00 (111.60) overdue
        owes 334.80, has 0.00
    "#]]
    .assert_eq(&life.to(AUTUMN).told());
}

#[test]
fn a_year_of_use_by_parts_of_an_amount() {
    let model = json!({ "kind": "graduated_percentage", "tiers": [
        { "up_to": "1000", "percent": "5", "flat": "0" },
        { "up_to": null, "percent": "2", "flat": "10" },
    ] });
    let life = Plot::new("2027-10-31", &[used(&model)]).begin();
    life.uses(&[
        ("2027-11-29T23:59:59Z", "100.10"),
        ("2027-11-30T00:00:00Z", "5000"),
        ("2028-02-28T23:59:59Z", "999.99"),
        ("2028-02-29T00:00:00Z", "0.01"),
        ("2028-10-30T23:59:59Z", "1000.01"),
    ]);
    expect![[r#"
        2027-11-30 5.01 (6.01) overdue
        2027-12-31 140.00 (168.00) overdue
        2028-02-29 50.00 (60.00) overdue
        2028-10-31 60.00 (72.00) overdue
        owes 306.01, has 0.00
    "#]]
    .assert_eq(&life.to("2028-12-01").told());
}

#[test]
fn a_year_of_use_by_region() {
    let model = json!({
        "kind": "per_dimension", "dimension": "region", "otherwise": each("3"),
        "values": [{ "value": "eu", "model": each("2") }],
    });
    let market_meter = json!({
        "code": "hours", "name": "Hours", "unit": "h", "dimensions": ["region"],
    });
    let life = Plot::new("2027-10-31", &[fee("advance", &flat("1"))]).begin();
    let meter = life.operator().post("/meters", &market_meter)["id"].clone();
    let mut price = used(&model);
    price["meter"] = meter.clone();
    let offer = life.market.offer("Hosting", &[price]);
    let hosting = life.market.order(&life.account, &offer, 1);
    for (place, (at, region, quantity)) in [
        ("2027-11-29T23:59:59Z", "eu", "1"),
        ("2027-11-30T00:00:00Z", "us", "10"),
        ("2028-02-28T23:59:59Z", "eu", "100"),
        ("2028-02-29T00:00:00Z", "", "1000"),
        ("2028-10-30T23:59:59Z", "us", "5"),
    ]
    .iter()
    .enumerate()
    {
        life.operator().post("/clock/advance", &json!({ "to": at }));
        let mut event = json!({
            "id": format!("r{place}"), "subscription": hosting, "meter": meter, "at": at,
            "quantity": quantity,
        });
        if !region.is_empty() {
            event["dimensions"] = json!({ "region": region });
        }
        let said = life.operator().post("/usage", &json!({ "events": [event] }));
        assert_eq!(said["accepted"], 1, "{said}");
    }
    expect![[r#"
        2027-10-31 1.00 (1.20) overdue
        2027-11-30 3.00 (3.60) overdue
        2027-12-31 31.00 (37.20) overdue
        2028-01-31 1.00 (1.20) overdue
        2028-02-29 201.00 (241.20) overdue
        2028-03-31 3001.00 (3601.20) overdue
        2028-04-30 1.00 (1.20) overdue
        2028-05-31 1.00 (1.20) overdue
        2028-06-30 1.00 (1.20) overdue
        2028-07-31 1.00 (1.20) overdue
        2028-08-31 1.00 (1.20) overdue
        2028-09-30 1.00 (1.20) overdue
        2028-10-31 16.00 (19.20) overdue
        2028-11-30 1.00 (1.20) open
        owes 3913.20, has 0.00
    "#]]
    .assert_eq(&life.to("2028-12-01").told());
}

#[test]
fn a_year_of_prices_that_contain_their_tax() {
    let mut price = fee("advance", &flat("12"));
    price["includes_tax"] = json!(true);
    expect![[r#"
        2028-01-31 10.00 (12.00) overdue
        2028-02-29 10.00 (12.00) overdue
        2028-03-31 10.00 (12.00) overdue
        2028-04-30 10.00 (12.00) overdue
        2028-05-31 10.00 (12.00) overdue
        2028-06-30 10.00 (12.00) overdue
        2028-07-31 10.00 (12.00) overdue
        2028-08-31 10.00 (12.00) overdue
        2028-09-30 10.00 (12.00) overdue
        2028-10-31 10.00 (12.00) overdue
        2028-11-30 10.00 (12.00) overdue
        2028-12-31 10.00 (12.00) overdue
        2029-01-31 10.00 (12.00) open
        owes 156.00, has 0.00
    "#]]
    .assert_eq(&Plot::new("2028-01-31", &[price]).begin().to(AUTUMN).told());
}

#[test]
fn a_year_of_two_products_with_an_invoice_each() {
    let mut plot = Plot::new("2028-01-31", &[fee("advance", &flat("31"))]).billed("3 months", None);
    plot.policy = json!({ "grouping": "subscription" });
    let life = plot.begin();
    life.market.order(&life.account, &life.offer, 1);
    expect![[r#"
        2028-01-31 31.00 (37.20) overdue
        2028-01-31 31.00 (37.20) overdue
        2028-04-30 93.00 (111.60) overdue
        2028-04-30 93.00 (111.60) overdue
        2028-07-31 93.00 (111.60) overdue
        2028-07-31 93.00 (111.60) overdue
        2028-10-31 93.00 (111.60) overdue
        2028-10-31 93.00 (111.60) overdue
        2029-01-31 93.00 (111.60) open
        2029-01-31 93.00 (111.60) open
        owes 967.20, has 0.00
    "#]]
    .assert_eq(&life.to(AUTUMN).told());
}
