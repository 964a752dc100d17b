//! Usage that was rejected and is offered again once it is corrected: it is counted, or rejected anew, and
//! nobody says what else it is.

use serde_json::{Value, json};

use super::{items, plain, told};
use crate::harness::market::{Market, monthly, text};

const USAGE: &str = "/tmf-api/usageManagement/v4/usage";

/// A market, and what is used in it at 2 EUR for each GB.
fn opened() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "2" },
    });
    let offer = market.offer("Line", &[monthly("Base", "EUR", "10"), traffic]);
    let ann = market.customer("Ann", "EUR");
    let product = plain(&json!(market.order(&ann, &offer, 1)));
    market.advance_to("2026-01-02");
    (market, ann, product)
}

fn reported(product: &str) -> Value {
    json!({
        "usageType": "traffic", "usageDate": "2026-01-01T10:00:00Z", "description": "a film",
        "usageCharacteristic": [{ "name": "value", "value": 3 }],
        "ratedProductUsage": [{ "productRef": { "id": product } }],
    })
}

#[test]
fn what_is_corrected_and_recycled_is_counted_and_billed() {
    let (market, ann, product) = opened();
    let client = market.operator();
    let kept = client.post(USAGE, &reported("00000000-0000-7000-8000-000000000001"));
    assert_eq!(kept["status"], "rejected");
    let path = format!("{USAGE}/{}", text(&kept["id"]));
    let still = client.patch(&path, &json!({ "status": "recycled" }));
    let notes = still["note"].as_array().unwrap().len();
    assert_eq!((&still["status"], notes), (&json!("rejected"), 2), "{still}");

    let more = json!({
        "status": "recycled", "ratedProductUsage": [{ "productRef": { "id": product } }],
    });
    let counted = client.patch(&path, &more);
    assert_eq!((&counted["status"], &counted["id"]), (&json!("rated"), &kept["id"]), "{counted}");
    let amount = counted["ratedProductUsage"][0]["taxExcludedRatingAmount"]["value"].to_string();
    assert_eq!(amount.trim_end_matches('0').trim_end_matches('.'), "6", "{counted}");
    assert_eq!(client.get(&path)["status"], "rated");
    let all = items(&client.call(&format!("GET {USAGE}"), None));
    let ids: Vec<_> = all.iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, [&counted["countedAs"]], "it is there once");
    for call in [format!("PATCH {path}"), format!("DELETE {path}")] {
        let refused = told(&client.call(&call, Some(&json!({ "status": "recycled" }))));
        assert!(refused.starts_with("409 usage_state_forbids"), "{call}: {refused}");
    }
    market.advance_to("2026-02-02");
    let nets = market.invoices(&ann).into_iter().map(|it| text(&it["net"]["amount"]));
    assert_eq!(nets.collect::<Vec<_>>(), ["10.00", "16.00"], "the base, and then what was used");
}

#[test]
fn nobody_says_what_only_counting_comes_to() {
    let (market, _, product) = opened();
    let client = market.operator();
    let kept = client.post(USAGE, &reported("7"));
    let path = format!("{USAGE}/{}", text(&kept["id"]));
    for status in ["guided", "rated", "billed", "received"] {
        let more = json!({
            "status": status, "ratedProductUsage": [{ "productRef": { "id": product } }],
        });
        let refused = told(&client.call(&format!("PATCH {path}"), Some(&more)));
        let why =
            format!("409 state_forbids: `status` cannot become `{status}` where it is `rejected`");
        assert_eq!(refused, why);
    }
    assert_eq!(client.get(&path)["status"], "rejected");
    market.must_be_whole();
}
