//! Years by other calendars: periods of all lengths, days that not every month has, leap days, and zones in
//! which a day has 23, 24 and a half, or 25 hours.

use expect_test::expect;
use serde_json::json;

use super::life::{Life, Plot, each, fee, flat, used};
use crate::harness::market::{Market, lines, monthly, text};

/// A flat fee in advance, and the same in arrears.
fn both() -> [serde_json::Value; 2] {
    [fee("advance", &flat("30")), fee("arrears", &flat("12"))]
}

/// A life that is only billed.
fn billed(plot: Plot<'_>, until: &str) -> String {
    plot.begin().to(until).told()
}

#[test]
fn a_year_of_fortnights() {
    let plot = Plot::new("2027-12-31", &both()).billed("2 weeks", None);
    expect![[r#"
        2027-12-31 30.00 (36.00) overdue
        2028-02-11 42.00 (50.40) overdue
        2028-03-10 42.00 (50.40) overdue
        2028-04-07 42.00 (50.40) overdue
        2028-05-05 42.00 (50.40) overdue
        2028-06-02 42.00 (50.40) overdue
        2028-06-30 42.00 (50.40) overdue
        2028-08-11 42.00 (50.40) overdue
        2028-09-08 42.00 (50.40) overdue
        2028-10-06 42.00 (50.40) overdue
        2028-11-03 42.00 (50.40) overdue
        2028-12-01 42.00 (50.40) overdue
        owes 590.40, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2029-01-02"));
}

#[test]
fn a_year_of_45_days_each() {
    let plot = Plot::new("2028-02-01", &both()).billed("45 days", None);
    expect![[r#"
        2028-02-01 30.00 (36.00) overdue
        2028-03-17 42.00 (50.40) overdue
        2028-05-01 84.00 (100.80) overdue
        2028-06-15 42.00 (50.40) overdue
        2028-07-30 42.00 (50.40) overdue
        2028-09-13 84.00 (100.80) overdue
        2028-10-28 42.00 (50.40) overdue
        2028-12-12 84.00 (100.80) overdue
        2029-01-26 42.00 (50.40) overdue
        owes 590.40, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2029-03-01"));
}

#[test]
fn two_years_of_quarters_that_end_with_a_short_month() {
    let plot = Plot::new("2027-11-30", &both()).billed("3 months", None);
    expect![[r#"
        2027-11-30 30.00 (36.00) overdue
        2028-02-29 126.00 (151.20) overdue
        2028-05-30 126.00 (151.20) overdue
        2028-08-30 126.00 (151.20) overdue
        2028-11-30 126.00 (151.20) overdue
        2029-02-28 126.00 (151.20) overdue
        2029-05-30 126.00 (151.20) overdue
        2029-08-30 126.00 (151.20) overdue
        2029-11-30 126.00 (151.20) open
        owes 1245.60, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2029-12-01"));
}

#[test]
fn three_years_of_halves_from_the_last_of_august() {
    let plot = Plot::new("2027-08-31", &both()).billed("6 months", None);
    expect![[r#"
        2027-08-31 30.00 (36.00) overdue
        2028-02-29 252.00 (302.40) overdue
        2028-08-31 252.00 (302.40) overdue
        2029-02-28 252.00 (302.40) overdue
        2029-08-31 252.00 (302.40) overdue
        2030-02-28 252.00 (302.40) overdue
        2030-08-31 252.00 (302.40) open
        owes 1850.40, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2030-09-01"));
}

#[test]
fn five_years_from_a_leap_day() {
    let plot = Plot::new("2028-02-29", &both()).billed("1 year", None);
    expect![[r#"
        2028-02-29 30.00 (36.00) overdue
        2029-02-28 504.00 (604.80) overdue
        2030-02-28 504.00 (604.80) overdue
        2031-02-28 504.00 (604.80) overdue
        2032-02-29 504.00 (604.80) overdue
        2033-02-28 504.00 (604.80) open
        owes 3060.00, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2033-03-02"));
}

#[test]
fn a_year_on_the_29th_of_each_month() {
    let plot = Plot::new("2027-10-10", &both()).billed("1 month", Some(29));
    expect![[r#"
        2027-10-29 56.60 (67.92) overdue
        2027-11-29 42.00 (50.40) overdue
        2027-12-29 42.00 (50.40) overdue
        2028-01-29 42.00 (50.40) overdue
        2028-02-29 42.00 (50.40) overdue
        2028-03-29 42.00 (50.40) overdue
        2028-04-29 42.00 (50.40) overdue
        2028-05-29 42.00 (50.40) overdue
        2028-06-29 42.00 (50.40) overdue
        2028-07-29 42.00 (50.40) overdue
        2028-08-29 42.00 (50.40) overdue
        2028-09-29 42.00 (50.40) overdue
        2028-10-29 42.00 (50.40) open
        owes 672.72, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2028-11-01"));
}

#[test]
fn a_year_on_the_30th_of_each_month() {
    let plot = Plot::new("2026-10-10", &both()).billed("1 month", Some(30));
    expect![[r#"
        2026-10-30 58.00 (69.60) overdue
        2026-11-30 42.00 (50.40) overdue
        2026-12-30 42.00 (50.40) overdue
        2027-01-30 42.00 (50.40) overdue
        2027-02-28 42.00 (50.40) overdue
        2027-03-30 42.00 (50.40) overdue
        2027-04-30 42.00 (50.40) overdue
        2027-05-30 42.00 (50.40) overdue
        2027-06-30 42.00 (50.40) overdue
        2027-07-30 42.00 (50.40) overdue
        2027-08-30 42.00 (50.40) overdue
        2027-09-30 42.00 (50.40) overdue
        2027-10-30 42.00 (50.40) open
        owes 674.40, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2027-11-01"));
}

#[test]
fn a_year_on_the_last_of_each_month() {
    let plot = Plot::new("2027-10-10", &both()).billed("1 month", Some(31));
    expect![[r#"
        2027-10-31 58.45 (70.14) overdue
        2027-11-30 42.00 (50.40) overdue
        2027-12-31 42.00 (50.40) overdue
        2028-01-31 42.00 (50.40) overdue
        2028-02-29 42.00 (50.40) overdue
        2028-03-31 42.00 (50.40) overdue
        2028-04-30 42.00 (50.40) overdue
        2028-05-31 42.00 (50.40) overdue
        2028-06-30 42.00 (50.40) overdue
        2028-07-31 42.00 (50.40) overdue
        2028-08-31 42.00 (50.40) overdue
        2028-09-30 42.00 (50.40) overdue
        2028-10-31 42.00 (50.40) open
        owes 674.94, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2028-11-01"));
}

#[test]
fn a_year_that_is_billed_ten_days_after_its_periods() {
    let mut plot = Plot::new("2028-01-01", &both());
    let cycle = json!({ "period": "1 month", "anchor_day": 1, "shift_days": 10 });
    plot.billing = json!({ "currency": "EUR", "cycle": cycle });
    expect![[r#"
        2028-01-11 30.00 (36.00) overdue
        2028-02-11 42.00 (50.40) overdue
        2028-03-11 42.00 (50.40) overdue
        2028-04-11 42.00 (50.40) overdue
        2028-05-11 42.00 (50.40) overdue
        2028-06-11 42.00 (50.40) overdue
        2028-07-11 42.00 (50.40) overdue
        2028-08-11 42.00 (50.40) overdue
        2028-09-11 42.00 (50.40) overdue
        2028-10-11 42.00 (50.40) overdue
        2028-11-11 42.00 (50.40) overdue
        2028-12-11 42.00 (50.40) overdue
        2029-01-11 42.00 (50.40) open
        owes 640.80, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2029-01-20"));
}

#[test]
fn a_year_that_is_billed_five_days_before_its_periods() {
    let mut plot = Plot::new("2028-01-01", &both());
    let cycle = json!({ "period": "1 month", "anchor_day": 1, "shift_days": -5 });
    plot.billing = json!({ "currency": "EUR", "cycle": cycle });
    expect![[r#"
        2028-01-27 72.00 (86.40) overdue
        2028-02-25 42.00 (50.40) overdue
        2028-03-27 42.00 (50.40) overdue
        2028-04-26 42.00 (50.40) overdue
        2028-05-27 42.00 (50.40) overdue
        2028-06-26 42.00 (50.40) overdue
        2028-07-27 42.00 (50.40) overdue
        2028-08-27 42.00 (50.40) overdue
        2028-09-26 42.00 (50.40) overdue
        2028-10-27 42.00 (50.40) overdue
        2028-11-26 42.00 (50.40) overdue
        2028-12-27 42.00 (50.40) overdue
        owes 640.80, has 0.00
    "#]]
    .assert_eq(&billed(plot, "2029-01-20"));
}

/// A year whose billing day becomes the 20th in May, as a policy counts what lies between.
fn moved(policy: serde_json::Value) -> String {
    let mut plot = Plot::new("2028-01-01", &both()).billed("1 month", Some(1));
    plot.policy = policy;
    let life = plot.begin();
    life.to("2028-05-10");
    let path = format!("/billing_accounts/{}", super::life::billing_account(&life));
    let cycle = json!({ "cycle": { "period": "1 month", "anchor_day": 20 } });
    life.operator().patch(&path, &cycle);
    life.to("2029-01-21").told()
}

#[test]
fn a_year_whose_billing_day_is_moved_at_the_end_of_a_period() {
    expect![[r#"
        2028-01-01 30.00 (36.00) overdue
        2028-02-01 42.00 (50.40) overdue
        2028-03-01 42.00 (50.40) overdue
        2028-04-01 42.00 (50.40) overdue
        2028-05-01 42.00 (50.40) overdue
        2028-06-01 30.39 (36.47) overdue
        2028-06-20 37.35 (44.82) overdue
        2028-07-20 42.00 (50.40) overdue
        2028-08-20 42.00 (50.40) overdue
        2028-09-20 42.00 (50.40) overdue
        2028-10-20 42.00 (50.40) overdue
        2028-11-20 42.00 (50.40) overdue
        2028-12-20 42.00 (50.40) overdue
        2029-01-20 42.00 (50.40) open
        owes 671.69, has 0.00
    "#]]
    .assert_eq(&moved(json!({})));
}

#[test]
fn a_year_whose_billing_day_is_moved_within_the_period_that_is_left() {
    expect![[r#"
        2028-01-01 30.00 (36.00) overdue
        2028-02-01 42.00 (50.40) overdue
        2028-03-01 42.00 (50.40) overdue
        2028-04-01 42.00 (50.40) overdue
        2028-05-01 42.00 (50.40) overdue
        2028-06-01 31.00 (37.20) overdue
        2028-06-20 37.60 (45.12) overdue
        2028-07-20 42.00 (50.40) overdue
        2028-08-20 42.00 (50.40) overdue
        2028-09-20 42.00 (50.40) overdue
        2028-10-20 42.00 (50.40) overdue
        2028-11-20 42.00 (50.40) overdue
        2028-12-20 42.00 (50.40) overdue
        2029-01-20 42.00 (50.40) open
        owes 672.72, has 0.00
    "#]]
    .assert_eq(&moved(json!({ "moved_anchor": "former_period" })));
}

#[test]
fn a_year_whose_billing_day_is_moved_at_once() {
    expect![[r#"
        2028-01-01 30.00 (36.00) overdue
        2028-02-01 42.00 (50.40) overdue
        2028-03-01 42.00 (50.40) overdue
        2028-04-01 42.00 (50.40) overdue
        2028-05-01 42.00 (50.40) overdue
        2028-05-10 3.48 (4.18) overdue
        2028-05-20 4.00 (4.80) overdue
        2028-06-20 60.39 (72.47) overdue
        2028-07-20 42.00 (50.40) overdue
        2028-08-20 42.00 (50.40) overdue
        2028-09-20 42.00 (50.40) overdue
        2028-10-20 42.00 (50.40) overdue
        2028-11-20 42.00 (50.40) overdue
        2028-12-20 42.00 (50.40) overdue
        2029-01-20 42.00 (50.40) open
        owes 671.85, has 0.00
    "#]]
    .assert_eq(&moved(json!({ "moved_anchor": "counted_back", "moved_day": "now" })));
}

/// A year in a zone, billed on a day of the month, with a use a second before and at the beginning of three
/// of its months: 1 and 10, 100 and 1000, 10000 and 100000.
fn zoned(zone: &str, day: u8, turns: [(&str, &str); 3]) -> String {
    let mut plot = Plot::new("2028-01-10", &[used(&each("1")), fee("arrears", &flat("31"))]);
    let cycle = json!({ "period": "1 month", "anchor_day": day });
    plot.billing = json!({ "currency": "EUR", "zone": zone, "cycle": cycle });
    plot.ordered_on = Some("2028-01-15");
    let life: Life = plot.begin();
    let amounts = ["1", "10", "100", "1000", "10000", "100000"];
    let days = turns.iter().flat_map(|it| [it.0, it.1]);
    life.uses(&days.zip(amounts).collect::<Vec<_>>());
    life.to("2029-02-15").told()
}

#[test]
fn a_year_in_new_york() {
    let turns = [
        ("2028-03-01T04:59:59Z", "2028-03-01T05:00:00Z"),
        ("2028-04-01T03:59:59Z", "2028-04-01T04:00:00Z"),
        ("2028-12-01T04:59:59Z", "2028-12-01T05:00:00Z"),
    ];
    expect![[r#"
        2028-02-01 18.00 (21.60) overdue
        2028-03-01 32.00 (38.40) overdue
        2028-04-01 141.00 (169.20) overdue
        2028-05-01 1031.00 (1237.20) overdue
        2028-06-01 31.00 (37.20) overdue
        2028-07-01 31.00 (37.20) overdue
        2028-08-01 31.00 (37.20) overdue
        2028-09-01 31.00 (37.20) overdue
        2028-10-01 31.00 (37.20) overdue
        2028-11-01 31.00 (37.20) overdue
        2028-12-01 10031.00 (12037.20) overdue
        2029-01-01 100031.00 (120037.20) overdue
        2029-02-01 31.00 (37.20) overdue
        owes 133801.20, has 0.00
    "#]]
    .assert_eq(&zoned("America/New_York", 1, turns));
}

#[test]
fn a_year_in_auckland_whose_summer_is_in_january() {
    let turns = [
        ("2028-03-31T10:59:59Z", "2028-03-31T11:00:00Z"),
        ("2028-04-30T11:59:59Z", "2028-04-30T12:00:00Z"),
        ("2028-09-30T10:59:59Z", "2028-09-30T11:00:00Z"),
    ];
    expect![[r#"
        2028-02-01 17.00 (20.40) overdue
        2028-03-01 31.00 (37.20) overdue
        2028-04-01 32.00 (38.40) overdue
        2028-05-01 141.00 (169.20) overdue
        2028-06-01 1031.00 (1237.20) overdue
        2028-07-01 31.00 (37.20) overdue
        2028-08-01 31.00 (37.20) overdue
        2028-09-01 31.00 (37.20) overdue
        2028-10-01 10031.00 (12037.20) overdue
        2028-11-01 100031.00 (120037.20) overdue
        2028-12-01 31.00 (37.20) overdue
        2029-01-01 31.00 (37.20) overdue
        2029-02-01 31.00 (37.20) overdue
        owes 133800.00, has 0.00
    "#]]
    .assert_eq(&zoned("Pacific/Auckland", 1, turns));
}

#[test]
fn a_year_on_lord_howe_where_the_clock_moves_by_half_an_hour() {
    let turns = [
        ("2028-03-31T12:59:59Z", "2028-03-31T13:00:00Z"),
        ("2028-04-30T13:29:59Z", "2028-04-30T13:30:00Z"),
        ("2028-10-31T12:59:59Z", "2028-10-31T13:00:00Z"),
    ];
    expect![[r#"
        2028-02-01 17.00 (20.40) overdue
        2028-03-01 31.00 (37.20) overdue
        2028-04-01 32.00 (38.40) overdue
        2028-05-01 141.00 (169.20) overdue
        2028-06-01 1031.00 (1237.20) overdue
        2028-07-01 31.00 (37.20) overdue
        2028-08-01 31.00 (37.20) overdue
        2028-09-01 31.00 (37.20) overdue
        2028-10-01 31.00 (37.20) overdue
        2028-11-01 10031.00 (12037.20) overdue
        2028-12-01 100031.00 (120037.20) overdue
        2029-01-01 31.00 (37.20) overdue
        2029-02-01 31.00 (37.20) overdue
        owes 133800.00, has 0.00
    "#]]
    .assert_eq(&zoned("Australia/Lord_Howe", 1, turns));
}

#[test]
fn a_year_in_havana_where_a_day_begins_at_one() {
    let turns = [
        ("2028-03-12T04:59:59Z", "2028-03-12T05:00:00Z"),
        ("2028-04-12T03:59:59Z", "2028-04-12T04:00:00Z"),
        ("2028-11-12T04:59:59Z", "2028-11-12T05:00:00Z"),
    ];
    expect![[r#"
        2028-02-12 29.00 (34.80) overdue
        2028-03-12 32.00 (38.40) overdue
        2028-04-12 141.00 (169.20) overdue
        2028-05-12 1031.00 (1237.20) overdue
        2028-06-12 31.00 (37.20) overdue
        2028-07-12 31.00 (37.20) overdue
        2028-08-12 31.00 (37.20) overdue
        2028-09-12 31.00 (37.20) overdue
        2028-10-12 31.00 (37.20) overdue
        2028-11-12 10031.00 (12037.20) overdue
        2028-12-12 100031.00 (120037.20) overdue
        2029-01-12 31.00 (37.20) overdue
        2029-02-12 31.00 (37.20) open
        owes 133814.40, has 0.00
    "#]]
    .assert_eq(&zoned("America/Havana", 12, turns));
}

#[test]
fn a_billing_day_that_is_moved_when_what_is_paid_for_is_over_is_charged_up_to() {
    let market = Market::on("2030-05-01");
    let account = market.customer("Blue Whale", "EUR");
    market.order(&account, &market.offer("Server", &[monthly("Fee", "EUR", "31")]), 1);
    market.advance_to("2030-05-10");
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    let moved = market.operator().patch(&path, &json!({ "cycle": { "anchor_day": 15 } }));
    assert_eq!(moved["planned"]["from_on"], "2030-06-01", "{moved}");
    market.advance_to("2030-07-16");
    let all = market.invoices(&account);
    let told = all.iter().map(|it| {
        let on = text(&it["issued_on"]);
        format!("{on} {}\n", lines(it).lines().next().unwrap_or_default())
    });
    expect![[r#"
        2030-05-01 Server: Fee | 2030-05-01..2030-06-01 | 31.00
        2030-06-01 Server: Fee | 2030-06-01..2030-06-15 | 14.00
        2030-06-15 Server: Fee | 2030-06-15..2030-07-15 | 31.00
        2030-07-15 Server: Fee | 2030-07-15..2030-08-15 | 31.00
    "#]]
    .assert_eq(&told.collect::<String>());
}
