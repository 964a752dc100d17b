//! What stands on the shelf beside offers is read by who buys there, and nothing else of it.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::market::{Market, monthly, text};

const CATALOG: &str = "/tmf-api/productCatalogManagement/v4";

#[test]
fn a_customer_reads_what_its_shelf_shows() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    let draft = json!({ "name": { "en": "Secret" }, "state": "active" });
    operator.post("/specifications", &draft);
    let usage = "/tmf-api/usageManagement/v4/usageSpecification".to_owned();
    let promotion = "/tmf-api/promotionManagement/v4/promotion".to_owned();
    let kept = ["category", "catalog"].map(|it| format!("{CATALOG}/{it}"));
    for list in kept.iter().chain([&promotion]) {
        operator.post(list, &json!({ "name": "Shown", "lifecycleStatus": "Launched" }));
        operator.post(list, &json!({ "name": "Secret", "lifecycleStatus": "In design" }));
    }
    let buyer = house.client(&house.customer.admin);
    let stranger = house.client(&house.north.customer.admin);
    let [category, catalog] = kept;
    for (list, expected) in [
        (format!("{CATALOG}/productSpecification"), "Mail"),
        (category, "Shown"),
        (catalog, "Shown"),
        (promotion, "Shown"),
        (usage, "Traffic"),
    ] {
        let all = items(&buyer.call(&format!("GET {list}"), None));
        let names: Vec<_> = all.iter().map(|it| text(&it["name"])).collect();
        assert_eq!(names, [expected], "{list}");
        let one = format!("{list}/{}", text(&all[0]["id"]));
        assert_eq!(buyer.get(&one)["name"], expected);
        let change = buyer.call(&format!("PATCH {one}"), Some(&json!({ "name": "Mine" })));
        assert!(told(&change).starts_with("403"), "{}", told(&change));
        for hidden in items(&operator.call(&format!("GET {list}"), None)) {
            let path = format!("GET {list}/{}", text(&hidden["id"]));
            let expected = if hidden["name"] == "Secret" { 404 } else { 200 };
            assert_eq!(buyer.call(&path, None).status.as_u16(), expected, "{path}");
            assert_eq!(stranger.call(&path, None).status.as_u16(), 404, "{path}");
        }
        assert_eq!(items(&stranger.call(&format!("GET {list}"), None)), Vec::<Value>::new());
    }
}

#[test]
fn where_goods_lie_is_for_who_sells_them() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let value = |name: &str, value: &str| json!({ "name": name, "values": [{ "value": value }] });
    let place = value("Location", "https://x.test/secret");
    let delivered = json!({
        "characteristics": [value("Asset type", "Data"), value("Media type", "text/csv"), place],
    });
    market.offer_like("Data", &[monthly("Base", "EUR", "10")], (json!({}), delivered));
    let list = format!("{CATALOG}/productSpecification");
    let [own] = &items(&operator.call(&format!("GET {list}"), None))[..] else { panic!("one") };
    assert!(own.to_string().contains("https://x.test/secret"));
    let buyer = house.client(&house.customer.admin);
    let [shown] = &items(&buyer.call(&format!("GET {list}"), None))[..] else { panic!("one") };
    assert!(shown.to_string().contains("text/csv") && shown.to_string().contains("Location"));
    assert!(!shown.to_string().contains("secret"), "{shown}");
    let one = buyer.get(&format!("{list}/{}", text(&shown["id"])));
    assert!(!one.to_string().contains("secret"), "{one}");
}
