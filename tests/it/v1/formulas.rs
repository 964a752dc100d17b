//! Characteristics that follow from others: defined with what is delivered, worked out when it is ordered,
//! and seen where what was bought is.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const BAE: &str = "/DSProductCatalog/api/catalogManagement/v2/productSpecification";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";

fn plain(id: &str) -> String {
    id.split_once('_').map_or(id, |it| it.1).to_owned()
}

/// A telephone: who buys it says how long one talks, and how long one can use it follows.
fn telephone() -> Value {
    json!([
        {
            "name": "talk time", "kind": "number", "configurable": true,
            "values": [{ "from": "0", "to": "9.5", "step": "0.5", "unit": "h" }],
        },
        {
            "name": "usage time", "kind": "number", "formula": "30 - \"talk time\" * 3",
            "values": [{ "from": "5" }],
        },
        { "name": "days", "kind": "number", "formula": "\"usage time\" / 24" },
        { "name": "color", "values": [{ "value": "red", "default": true }] },
    ])
}

/// A market with one telephone in it.
fn with_telephone() -> (Market, String) {
    let market = Market::on("2026-01-01");
    let about = json!({ "characteristics": telephone() });
    let offer = market.offer_like("Phone", &[monthly("Base", "EUR", "10")], (json!({}), about));
    (market, offer)
}

fn orders(by: &Client<'_>, account: &str, offer: &str, chosen: Value) -> (u16, Value) {
    let items = json!([{ "offer": offer, "characteristics": chosen }]);
    let answer = by.call("POST /orders", Some(&json!({ "account": account, "items": items })));
    (answer.status.as_u16(), answer.json())
}

#[test]
fn a_characteristic_follows_from_what_is_chosen() {
    let (market, offer) = with_telephone();
    let buyer = market.house.client(&market.house.customer.admin);
    let operator = market.operator();
    let account = &market.house.customer.account;
    let shows = |order: &Value| {
        let id = plain(&text(&order["items"][0]["subscription"]));
        let shown = operator.get(&format!("{PRODUCT}/{id}"));
        let all = shown["productCharacteristic"].as_array().unwrap().iter();
        let mut all: Vec<_> = all
            .map(|it| format!("{}={}", text(&it["name"]), it["value"]).replace('"', ""))
            .filter(|it| !it.starts_with("quantity"))
            .collect();
        all.sort();
        all.join(", ")
    };
    let (status, order) = orders(&buyer, account, &offer, json!({ "talk time": "4.5" }));
    assert_eq!(status, 201, "{order}");
    assert_eq!(shows(&order), "color=red, days=0.6875, talk time=4.5, usage time=16.5");
    // Where nothing is chosen nothing follows; who says what follows says it right.
    let (_, order) = orders(&buyer, account, &offer, json!({}));
    assert_eq!(shows(&order), "color=red");
    let both = json!({ "talk time": "2", "usage time": "24" });
    assert_eq!(
        shows(&orders(&buyer, account, &offer, both).1),
        "color=red, days=1, talk time=2, usage time=24"
    );
    for (chosen, expected) in [
        (
            json!({ "talk time": "9" }),
            "`/items/0/characteristics/usage time` comes to `3` by `30 - \"talk time\" * 3`, which is not allowed",
        ),
        (
            json!({ "talk time": "2", "usage time": "30" }),
            "`/items/0/characteristics/usage time` follows from others, and comes to `24`: leave it out",
        ),
        (
            json!({ "talk time": "0.3" }),
            "`/items/0/characteristics/talk time` does not allow the value `0.3`",
        ),
        (
            json!({ "talk time": "long" }),
            "`/items/0/characteristics/talk time` does not allow the value `long`",
        ),
    ] {
        let (status, refused) = orders(&buyer, account, &offer, chosen);
        assert_eq!(status, 409, "{refused}");
        assert!(text(&refused["detail"]).starts_with(expected), "{refused}");
    }
    market.must_be_whole();
}

#[test]
fn what_is_no_formula_is_told_with_its_place() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let told = |formula: &str| {
        let size = json!({ "name": "size", "kind": "number", "configurable": true });
        let derived = json!({ "name": "twice", "kind": "number", "formula": formula });
        let body = json!({ "name": { "en": "Disk" }, "characteristics": [size, derived] });
        let answer = operator.call("POST /specifications", Some(&body));
        if answer.status.is_success() {
            return "taken".to_owned();
        }
        let error = answer.json()["errors"][0].clone();
        format!("{} {}: {}", text(&error["pointer"]), text(&error["rule"]), text(&error["message"]))
    };
    let at = "/characteristics/1/formula";
    for (formula, expected) in [
        ("size * 2", "taken".to_owned()),
        ("size *", format!("{at} format: a number, a name or a `(` is missing at character 7")),
        ("(size", format!("{at} format: a `)` is missing at character 6")),
        (
            "weight * 2",
            format!("{at} reference: names `weight`, which is no number of the same product"),
        ),
        ("twice + 1", format!("{at} conflict: leads back to `twice` itself")),
    ] {
        assert_eq!(told(formula), expected, "{formula}");
    }
    // What divides by what is chosen is refused when that is nothing.
    let about = json!({ "characteristics": [
        { "name": "parts", "kind": "number", "configurable": true },
        { "name": "share", "kind": "number", "formula": "100 / parts" },
    ] });
    let offer = market.offer_like("Cake", &[monthly("Base", "EUR", "10")], (json!({}), about));
    let account = &market.house.customer.account;
    let (status, refused) = orders(&operator, account, &offer, json!({ "parts": "0" }));
    assert_eq!(status, 409);
    let why = "`/items/0/characteristics/share` is `100 / parts`, and something is divided by zero at character 5";
    assert_eq!(refused["detail"], why);
}

#[test]
fn a_formula_is_said_and_shown_in_both_contracts() {
    let (market, offer) = with_telephone();
    let operator = market.operator();
    let ours = text(&operator.get(&format!("/offers/{offer}"))["specification"]);
    let shown = operator.get(&format!("/specifications/{ours}"))["characteristics"].clone();
    assert_eq!(shown[1]["formula"], "30 - \"talk time\" * 3");
    let path = format!("/specifications/{ours}");
    operator.patch(&path, &json!({ "characteristics": shown }));
    assert_eq!(operator.get(&path)["characteristics"], shown, "it reads back as it was said");
    let theirs = operator.get(&format!("{BAE}/{}", plain(&ours)));
    let derived = &theirs["productSpecCharacteristic"][1];
    assert_eq!(derived["derivationFormula"], shown[1]["formula"], "{theirs}");
    let one = |name: &str, configurable: bool| json!({ "name": name, "valueType": "number", "configurable": configurable });
    let mut twice = one("twice", false);
    twice["derivationFormula"] = json!("size * 2");
    let said = json!({ "name": "Disk", "productSpecCharacteristic": [one("size", true), twice] });
    let made = operator.post(BAE, &said);
    assert_eq!(made["productSpecCharacteristic"][1]["derivationFormula"], "size * 2");
    twice["derivationFormula"] = json!("size *");
    let said = json!({ "name": "Disc", "productSpecCharacteristic": [one("size", true), twice] });
    let refused = operator.call(&format!("POST {BAE}"), Some(&said));
    assert_eq!(refused.status.as_u16(), 400);
    let told = refused.json()["error"].to_string();
    assert!(told.contains("derivationFormula") && told.contains("at character 7"), "{told}");
}
