//! What was used so far (TMF677), as the running period has it.

use serde_json::{Value, json};

use super::{plain, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, text};

const QUERY: &str = "/tmf-api/usageConsumption/v4/queryUsageConsumption";

/// A market in which traffic is sold, ten units of which are in the price, and who has it.
fn market() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let metered = |name: &str, included: &str| {
        json!({
            "name": name, "kind": "usage", "currency": "EUR", "meter": market.meter,
            "included": included, "model": { "kind": "per_unit", "per_unit": "0.50" },
        })
    };
    let offer = market.offer("Line", &[metered("Traffic", "10")]);
    let customer = market.customer("Ann", "EUR");
    let subscription = market.order(&customer, &offer, 1);
    (market, customer, subscription)
}

fn asked(client: &Client<'_>, search: &Value) -> Value {
    let made = client.post(QUERY, &json!({ "searchCriteria": search }));
    assert!(made["queryUsageConsumptionDate"].is_string(), "{made}");
    made["usageConsumption"].clone()
}

/// What the only bucket of the first product tells.
fn bucket(of: &Value) -> String {
    let bucket = &of[0]["bucketRefOrValue"][0];
    let mut rows = vec![format!(
        "{} of {}: left {}, {} to {}",
        text(&bucket["name"]),
        text(&bucket["usageType"]),
        bucket["remainingValueName"],
        text(&bucket["validFor"]["startDateTime"]),
        text(&bucket["validFor"]["endDateTime"]),
    )];
    for it in bucket["bucketCounter"].as_array().unwrap() {
        let until = text(&it["consumptionPeriod"]["endDateTime"]);
        rows.push(format!("{} {} until {until}", text(&it["counterType"]), text(&it["valueName"])));
    }
    rows.join("\n")
}

#[test]
fn what_was_used_in_the_running_period_is_told_with_what_is_left_and_what_it_comes_to() {
    let (market, customer, subscription) = market();
    let client = market.operator();
    market.advance_to("2026-01-10");
    market.uses(&subscription, ("a", "2026-01-03T10:00:00Z", "4"));
    let id = subscription.split_once('_').unwrap().1;
    let search = json!({ "product": [{ "id": id }] });
    let told = asked(&client, &search);
    assert_eq!(
        (&told[0]["state"], &told[0]["effectiveDate"]),
        (&json!("done"), &json!("2026-01-10T00:00:00Z"))
    );
    assert_eq!(told[0]["name"], "Line", "it is called what was ordered");
    assert_eq!(told[0]["validPeriod"], told[0]["bucketRefOrValue"][0]["validFor"]);
    assert_eq!(
        told[0]["bucketRefOrValue"][0]["remainingValue"],
        json!({ "amount": 6, "units": "GB" })
    );
    expect_test::expect![[r#"
        Traffic of traffic: left "6 GB", 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z
        used 4 GB until 2026-01-10T00:00:00Z
        included 10 GB until 2026-01-10T00:00:00Z
        remaining 6 GB until 2026-01-10T00:00:00Z
        outOfBucket 0 GB until 2026-01-10T00:00:00Z
        ratedAmount 0.00 EUR until 2026-01-10T00:00:00Z"#]]
    .assert_eq(&bucket(&told));
    market.uses(&subscription, ("b", "2026-01-09T10:00:00Z", "9"));
    market.advance_to("2026-01-20");
    let told = asked(&client, &search);
    expect_test::expect![[r#"
        Traffic of traffic: left "0 GB", 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z
        used 13 GB until 2026-01-20T00:00:00Z
        included 10 GB until 2026-01-20T00:00:00Z
        remaining 0 GB until 2026-01-20T00:00:00Z
        outOfBucket 3 GB until 2026-01-20T00:00:00Z
        ratedAmount 1.50 EUR until 2026-01-20T00:00:00Z"#]]
    .assert_eq(&bucket(&told));
    // What was told is what is billed, and the next period begins with nothing.
    market.advance_to("2026-02-02");
    let bill = &market.invoices(&customer)[0];
    assert_eq!(bill["net"]["amount"], "1.50", "{bill}");
    expect_test::expect![[r#"
        Traffic of traffic: left "10 GB", 2026-02-01T00:00:00Z to 2026-03-01T00:00:00Z
        used 0 GB until 2026-02-02T00:00:00Z
        included 10 GB until 2026-02-02T00:00:00Z
        remaining 10 GB until 2026-02-02T00:00:00Z
        outOfBucket 0 GB until 2026-02-02T00:00:00Z
        ratedAmount 0.00 EUR until 2026-02-02T00:00:00Z"#]]
    .assert_eq(&bucket(&asked(&client, &search)));
}

#[test]
fn a_question_names_products_or_whose_they_are_and_nobody_learns_of_others() {
    let (market, customer, subscription) = market();
    let client = market.operator();
    let id = subscription.split_once('_').unwrap().1;
    let (account, bucket) = (plain(&customer["id"]), plain(&customer["billing_account"]));
    let names = |told: &Value| {
        let all = told.as_array().unwrap().iter();
        all.map(|it| format!("{} {}", it["product"][0]["id"], it["state"]))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let one = format!("\"{id}\" \"done\"");
    for search in [
        json!({ "product": { "id": id } }),
        json!({ "partyAccount": [{ "id": account }] }),
        json!({ "partyAccount": { "id": bucket } }),
        json!({ "relatedParty": [{ "id": account, "@referredType": "Customer" }] }),
    ] {
        assert_eq!(names(&asked(&client, &search)), one, "{search}");
    }
    let beside = client.post(QUERY, &json!({ "relatedParty": [{ "id": account }] }));
    assert_eq!(names(&beside["usageConsumption"]), one, "it may stand beside the search");
    let elsewhere = asked(&client, &json!({ "product": [{ "id": "7" }] }));
    assert_eq!(names(&elsewhere), "\"7\" \"terminatedWithError\"");
    assert_eq!(elsewhere[0]["description"], "the product is not there");
    for nothing in [json!({}), json!({ "partyAccount": { "id": "7" } })] {
        assert_eq!(names(&asked(&client, &nothing)), "null \"done\"");
    }
    let north = market.house.client(&market.house.north.admin);
    let hidden = asked(&north, &json!({ "product": [{ "id": id }] }));
    assert_eq!(names(&hidden), format!("\"{id}\" \"terminatedWithError\""));
    let hidden = asked(&north, &json!({ "partyAccount": { "id": account } }));
    assert_eq!(names(&hidden), "null \"done\"");
}

#[test]
fn too_many_products_are_refused_by_name() {
    let (market, _, _) = market();
    let many: Vec<_> = (0..101).map(|it| json!({ "id": it.to_string() })).collect();
    let body = json!({ "searchCriteria": { "product": many } });
    let refused = market.operator().call(&format!("POST {QUERY}"), Some(&body));
    assert_eq!(
        told(&refused),
        "400 range: `searchCriteria` must be for at most 100 products: name some by `product`"
    );
}
