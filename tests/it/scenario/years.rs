//! A year of each price model, in advance, in arrears and by use: from the last of October over a leap
//! day and both changes of the clock to the November after, where days begin in Berlin.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::harness::market::{Market, text};

/// The last day of a month with 31 days, so that every shorter month ends the period.
const BEGAN: &str = "2027-10-31";
/// After how many units from which day on.
const UNITS: [(&str, u32); 3] = [("2028-01-15", 25), ("2028-05-20", 7), ("2028-08-29", 11)];
/// What is used when. A day in Berlin ends at 23:00 UTC, in summer at 22:00: what is used a second before
/// is of the period that ends. In March an hour is left out, and in October one comes twice.
const USES: [(&str, &str); 14] = [
    ("2027-11-05T12:00:00Z", "3"),
    ("2027-12-24T12:00:00Z", "12"),
    ("2028-01-31T22:59:59Z", "30"),
    ("2028-01-31T23:00:00Z", "4"),
    ("2028-02-28T22:59:59Z", "5"),
    ("2028-02-28T23:00:00Z", "8"),
    ("2028-03-26T00:59:59Z", "6"),
    ("2028-03-26T01:00:00Z", "6"),
    ("2028-04-30T21:59:59Z", "2"),
    ("2028-06-30T22:00:00Z", "20"),
    ("2028-08-01T00:00:00Z", "1"),
    ("2028-10-29T00:30:00Z", "7"),
    ("2028-10-29T01:30:00Z", "7"),
    ("2028-11-14T22:59:59Z", "9"),
];

/// A buyer in Berlin, and what it has.
struct Year {
    market: Market,
    account: Value,
    subscription: String,
}

impl Year {
    fn of(price: Value) -> Self {
        let market = Market::on(BEGAN);
        let body = json!({
            "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": "EUR", "zone": "Europe/Berlin" },
        });
        let account = market.operator().post("/accounts", &body);
        let mut price = price;
        if price["kind"] == "usage" {
            price["meter"] = json!(market.meter);
        }
        let offer = market.offer("Server", &[price]);
        let subscription = market.order(&account, &offer, 12);
        Self { market, account, subscription }
    }

    fn to(&self, day: &str) {
        self.market.advance_to(day);
    }

    /// Calls it off in the middle of the last month and waits for the last bill.
    fn end(self) -> String {
        self.to("2028-11-15");
        let path = format!("/subscriptions/{}/cancel", self.subscription);
        self.market.operator().post(&path, &json!({}));
        self.to("2029-01-15");
        self.told()
    }

    /// What each invoice and each credit note comes to without tax, by its day. Every line comes out
    /// again when it is computed anew.
    fn told(&self) -> String {
        let operator = self.market.operator();
        let mut all = Vec::new();
        for it in self.market.invoices(&self.account) {
            let check = operator.get(&format!("/invoices/{}/check", text(&it["id"])));
            assert_eq!(check["faults"], json!([]), "every line comes out again");
            all.push(format!("{} {}", text(&it["issued_on"]), text(&it["net"]["amount"])));
        }
        let path = format!("/credit_notes?order=oldest&account={}", text(&self.account["id"]));
        for it in operator.get(&path)["items"].as_array().unwrap() {
            all.push(format!("{} back {}", text(&it["issued_on"]), text(&it["net"]["amount"])));
        }
        all.sort();
        all.iter().map(|it| format!("{}\n", &it[2..])).collect()
    }
}

fn recurring(timing: &str, model: &Value) -> String {
    let year = Year::of(json!({
        "name": "Fee", "kind": "recurring", "timing": timing, "currency": "EUR", "model": model,
    }));
    for (day, units) in UNITS {
        year.to(day);
        let path = format!("/subscriptions/{}/change", year.subscription);
        year.market.operator().post(&path, &json!({ "quantity": units }));
    }
    year.end()
}

fn used(model: &Value) -> String {
    let price = json!({ "name": "Use", "kind": "usage", "currency": "EUR", "model": model });
    let year = Year::of(price);
    for (place, (at, quantity)) in USES.iter().enumerate() {
        let said = ("u".to_owned() + &place.to_string(), *at, *quantity);
        year.market.operator().post("/clock/advance", &json!({ "to": at }));
        year.market.uses(&year.subscription, (&said.0, said.1, said.2));
    }
    year.end()
}

/// Both timings of a model beside each other.
fn check(model: &Value, advance: &Expect, arrears: &Expect) {
    advance.assert_eq(&recurring("advance", model));
    arrears.assert_eq(&recurring("arrears", model));
}

fn tiers(kind: &str) -> Value {
    json!({ "kind": kind, "tiers": [
        { "up_to": "10", "per_unit": "2", "flat": "1" }, { "up_to": null, "per_unit": "1" },
    ] })
}

fn per_unit(price: &str) -> Value {
    json!({ "kind": "per_unit", "per_unit": price })
}

#[test]
fn a_year_at_a_flat_fee() {
    let model = json!({ "kind": "flat", "amount": "31" });
    check(
        &model,
        &expect![[r#"
        27-10-31 31.00
        27-11-30 31.00
        27-12-31 31.00
        28-01-31 31.00
        28-02-29 31.00
        28-03-31 31.00
        28-04-30 31.00
        28-05-31 31.00
        28-06-30 31.00
        28-07-31 31.00
        28-08-31 31.00
        28-09-30 31.00
        28-10-31 31.00
        28-11-15 back 15.50
    "#]],
        &expect![[r#"
        27-11-30 31.00
        27-12-31 31.00
        28-01-31 31.00
        28-02-29 31.00
        28-03-31 31.00
        28-04-30 31.00
        28-05-31 31.00
        28-06-30 31.00
        28-07-31 31.00
        28-08-31 31.00
        28-09-30 31.00
        28-10-31 31.00
        28-11-30 15.50
    "#]],
    );
}

#[test]
fn a_year_by_the_unit() {
    check(
        &per_unit("1.5"),
        &expect![[r#"
        27-10-31 18.00
        27-11-30 18.00
        27-12-31 18.00
        28-01-31 47.56
        28-02-29 37.50
        28-03-31 37.50
        28-04-30 37.50
        28-05-31 10.50
        28-06-30 10.50
        28-07-31 10.50
        28-08-31 16.89
        28-09-30 16.50
        28-10-31 16.50
        28-11-15 back 8.25
    "#]],
        &expect![[r#"
        27-11-30 18.00
        27-12-31 18.00
        28-01-31 28.06
        28-02-29 37.50
        28-03-31 37.50
        28-04-30 37.50
        28-05-31 27.92
        28-06-30 10.50
        28-07-31 10.50
        28-08-31 10.88
        28-09-30 16.50
        28-10-31 16.50
        28-11-30 8.25
    "#]],
    );
}

#[test]
fn a_year_by_graduated_tiers() {
    check(
        &tiers("graduated"),
        &expect![[r#"
        27-10-31 23.00
        27-11-30 23.00
        27-12-31 23.00
        28-01-31 42.71
        28-02-29 36.00
        28-03-31 36.00
        28-04-30 36.00
        28-05-31 15.00
        28-06-30 15.00
        28-07-31 15.00
        28-08-31 22.45
        28-09-30 22.00
        28-10-31 22.00
        28-11-15 back 11.00
    "#]],
        &expect![[r#"
        27-11-30 23.00
        27-12-31 23.00
        28-01-31 29.71
        28-02-29 36.00
        28-03-31 36.00
        28-04-30 36.00
        28-05-31 28.55
        28-06-30 15.00
        28-07-31 15.00
        28-08-31 15.45
        28-09-30 22.00
        28-10-31 22.00
        28-11-30 11.00
    "#]],
    );
}

#[test]
fn a_year_by_volume() {
    check(
        &tiers("volume"),
        &expect![[r#"
        27-10-31 12.00
        27-11-30 12.00
        27-12-31 12.00
        28-01-31 31.71
        28-02-29 25.00
        28-03-31 25.00
        28-04-30 25.00
        28-05-31 15.00
        28-06-30 15.00
        28-07-31 15.00
        28-08-31 10.74
        28-09-30 11.00
        28-10-31 11.00
        28-11-15 back 5.50
    "#]],
        &expect![[r#"
        27-11-30 12.00
        27-12-31 12.00
        28-01-31 18.71
        28-02-29 25.00
        28-03-31 25.00
        28-04-30 25.00
        28-05-31 21.45
        28-06-30 15.00
        28-07-31 15.00
        28-08-31 14.74
        28-09-30 11.00
        28-10-31 11.00
        28-11-30 5.50
    "#]],
    );
}

#[test]
fn a_year_by_the_package() {
    let model = json!({ "kind": "package", "size": "5", "amount": "7" });
    check(
        &model,
        &expect![[r#"
        27-10-31 21.00
        27-11-30 21.00
        27-12-31 21.00
        28-01-31 42.23
        28-02-29 35.00
        28-03-31 35.00
        28-04-30 35.00
        28-05-31 14.00
        28-06-30 14.00
        28-07-31 14.00
        28-08-31 21.45
        28-09-30 21.00
        28-10-31 21.00
        28-11-15 back 10.50
    "#]],
        &expect![[r#"
        27-11-30 21.00
        27-12-31 21.00
        28-01-31 28.22
        28-02-29 35.00
        28-03-31 35.00
        28-04-30 35.00
        28-05-31 27.55
        28-06-30 14.00
        28-07-31 14.00
        28-08-31 14.45
        28-09-30 21.00
        28-10-31 21.00
        28-11-30 10.50
    "#]],
    );
}

#[test]
fn a_year_by_steps() {
    let model = json!({ "kind": "stairstep", "tiers": [
        { "up_to": "10", "flat": "15" }, { "up_to": null, "flat": "25" },
    ] });
    check(
        &model,
        &expect![[r#"
        27-10-31 25.00
        27-11-30 25.00
        27-12-31 25.00
        28-01-31 25.00
        28-02-29 25.00
        28-03-31 25.00
        28-04-30 25.00
        28-05-31 15.00
        28-06-30 15.00
        28-07-31 15.00
        28-08-31 25.65
        28-09-30 25.00
        28-10-31 25.00
        28-11-15 back 12.50
    "#]],
        &expect![[r#"
        27-11-30 25.00
        27-12-31 25.00
        28-01-31 25.00
        28-02-29 25.00
        28-03-31 25.00
        28-04-30 25.00
        28-05-31 21.45
        28-06-30 15.00
        28-07-31 15.00
        28-08-31 15.64
        28-09-30 25.00
        28-10-31 25.00
        28-11-30 12.50
    "#]],
    );
}

#[test]
fn a_year_of_use_by_the_unit_tier_volume_package_and_step() {
    let steps = json!({ "kind": "stairstep", "tiers": [
        { "up_to": "10", "flat": "15" }, { "up_to": null, "flat": "25" },
    ] });
    let models = [
        ("unit", per_unit("1.5")),
        ("graduated", tiers("graduated")),
        ("volume", tiers("volume")),
        ("package", json!({ "kind": "package", "size": "5", "amount": "7" })),
        ("steps", steps),
    ];
    let told = models.map(|(name, model)| format!("{name}\n{}", used(&model)));
    expect![[r#"
        unit
        27-11-30 4.50
        27-12-31 18.00
        28-02-29 58.50
        28-03-31 30.00
        28-05-31 3.00
        28-07-31 30.00
        28-08-31 1.50
        28-10-31 21.00
        28-11-30 13.50
        graduated
        27-11-30 7.00
        27-12-31 23.00
        28-02-29 50.00
        28-03-31 31.00
        28-05-31 5.00
        28-07-31 31.00
        28-08-31 3.00
        28-10-31 25.00
        28-11-30 19.00
        volume
        27-11-30 7.00
        27-12-31 12.00
        28-02-29 39.00
        28-03-31 20.00
        28-05-31 5.00
        28-07-31 20.00
        28-08-31 3.00
        28-10-31 14.00
        28-11-30 19.00
        package
        27-11-30 7.00
        27-12-31 21.00
        28-02-29 56.00
        28-03-31 28.00
        28-05-31 7.00
        28-07-31 28.00
        28-08-31 7.00
        28-10-31 21.00
        28-11-30 14.00
        steps
        27-11-30 15.00
        27-12-31 25.00
        28-02-29 25.00
        28-03-31 25.00
        28-05-31 15.00
        28-07-31 25.00
        28-08-31 15.00
        28-10-31 25.00
        28-11-30 15.00
    "#]]
    .assert_eq(&told.concat());
}

#[test]
fn a_year_of_use_by_percentage_minimum_and_commitment() {
    let models = [
        ("percentage", json!({ "kind": "percentage", "percent": "10", "per_event": "1" })),
        ("minimum", json!({ "kind": "minimum", "amount": "20", "model": per_unit("1.5") })),
        (
            "commitment",
            json!({
                "kind": "commitment", "amount": "20", "overage_factor": "1.5",
                "model": per_unit("1.5"),
            }),
        ),
    ];
    let told = models.map(|(name, model)| format!("{name}\n{}", used(&model)));
    expect![[r#"
        percentage
        27-11-30 1.30
        27-12-31 2.20
        28-02-29 6.90
        28-03-31 5.00
        28-05-31 1.20
        28-07-31 3.00
        28-08-31 1.10
        28-10-31 3.40
        28-11-30 1.90
        minimum
        27-11-30 20.00
        27-12-31 20.00
        28-01-31 20.00
        28-02-29 58.50
        28-03-31 30.00
        28-04-30 20.00
        28-05-31 20.00
        28-06-30 20.00
        28-07-31 30.00
        28-08-31 20.00
        28-09-30 20.00
        28-10-31 21.00
        28-11-30 13.50
        commitment
        27-11-30 20.00
        27-12-31 20.00
        28-01-31 20.00
        28-02-29 77.75
        28-03-31 35.00
        28-04-30 20.00
        28-05-31 20.00
        28-06-30 20.00
        28-07-31 35.00
        28-08-31 20.00
        28-09-30 20.00
        28-10-31 21.50
        28-11-30 15.25
    "#]]
    .assert_eq(&told.concat());
}
