//! Changes without an order: what may be had of a subscription is what could be ordered of it.

use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// A subscription to a server with 10 GB included of at most 100; and of what there are so many.
fn server(market: &Market) -> (String, String) {
    let operator = market.operator();
    let disk = text(
        &operator.post("/resources", &json!({ "name": { "en": "Disk" }, "unit": "GB" }))["id"],
    );
    let rate = json!({ "resource": disk, "included": "10", "max": "100" });
    let offer = (json!({ "resources": [rate] }), json!({}));
    let offer = market.offer_like("Server", &[monthly("Fee", "EUR", "10")], offer);
    let account = json!({ "id": market.house.customer.account });
    (market.order(&account, &offer, 1), disk)
}

#[test]
fn a_change_is_refused_where_an_order_would_be() {
    let market = Market::on("2026-01-01");
    let (subscription, disk) = server(&market);
    let buyer = market.house.client(&market.house.customer.admin);
    let path = format!("/subscriptions/{subscription}");
    let change = |body: &Value| buyer.call(&format!("POST {path}/change"), Some(body));
    let gigabytes = |amount: &str| change(&json!({ "resources": { (&*disk): amount } }));
    for amount in
        ["-79228162514264337593543950335", "79228162514264337593543950335", "-1", "5", "105"]
    {
        let refused = gigabytes(amount);
        assert_eq!(refused.status, 409, "{amount}: {}", refused.json());
        let field = format!("`/resources/{disk}` must");
        assert!(text(&refused.json()["detail"]).contains(&field), "{}", refused.json());
    }
    let before = buyer.get(&path);
    assert_eq!((&before["quantity"], &before["resources"][&disk]), (&json!(1), &json!("10")));
    let changed = gigabytes("20").ok();
    assert_eq!((&changed["quantity"], &changed["resources"][&disk]), (&json!(1), &json!("20")));
    assert_eq!(change(&json!({ "quantity": 3 })).ok()["resources"][&disk], "20");
    assert_eq!(market.operator().call("GET /overview", None).status, 200);
    market.must_be_whole();
}
