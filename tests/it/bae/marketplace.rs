//! One shelf of all sellers, as this contract knows it: what one launches, customers of another find and order.

use serde_json::{Value, json};

use super::shop::Shop;
use super::{items, told};
use crate::harness::market::{Market, text};

const ORDER: &str = "/DSProductOrdering/api/productOrdering/v2/productOrder";

fn names(of: &Shop<'_>) -> Vec<String> {
    let found = items(&of.call("GET productOffering?lifecycleStatus=Launched", None));
    found.iter().map(|it| text(&it["name"])).collect()
}

#[test]
fn what_is_launched_where_sellers_opted_in_is_found_and_ordered_by_customers_of_all() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let south = house.client(&house.south.admin);
    south.post("/gateways", &json!({ "kind": "sandbox" }));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", house.south.customer.account);
    south.patch(&account, &json!({ "address": address }));
    let launch = |name: &str| {
        let seller = Shop::of(house, &house.north.admin);
        let (catalog, product) = (seller.catalog(name), seller.product(name));
        let offering = seller.offering(&catalog, &product, name);
        (catalog, seller.moves(&offering, "Launched"))
    };
    let (_, hidden) = launch("Before");
    let policy = format!("/accounts/{}/billing_policy", house.operator.account);
    let open = json!({ "marketplace": "open_below", "marketplace_percent": "30" });
    house.operator().patch(&policy, &open);
    let (catalog, offering) = launch("Weather");
    // What was launched before was on its seller's own shelf alone, and stays there.
    let buyer = Shop::of(house, &house.south.customer.admin);
    assert_eq!(names(&buyer), ["Weather"]);
    assert!(buyer.asks(&hidden).starts_with("404 "));
    assert_eq!(buyer.see(&offering)["name"], "Weather");
    assert_eq!(buyer.see(&catalog)["name"], "Weather");
    // Who sells as well sees it, and changes its own.
    let other = Shop::of(house, &house.south.admin);
    let refused = other.is_told(&offering, &json!({ "description": "Mine" }));
    assert_eq!(refused, "403 `id` `Weather` is not yours (not_owner)");
    // A seller that closes its shelf has its own alone.
    let south = format!("/accounts/{}/billing_policy", house.south.account);
    house.operator().patch(&south, &json!({ "marketplace": "closed" }));
    assert_eq!(names(&buyer), Vec::<String>::new());
    assert!(buyer.asks(&offering).starts_with("404 "));
    assert!(buyer.asks(&catalog).starts_with("404 "));
    house.operator().patch(&south, &json!({ "marketplace": "inherited" }));

    let client = house.client(&house.south.customer.admin);
    let own = house.south.customer.account.split_once('_').unwrap().1;
    let billed = house.south.customer.billing_account.split_once('_').unwrap().1;
    let customer = json!([{ "id": own, "role": "Customer" }]);
    let item = json!({
        "id": "1", "action": "add", "productOffering": { "id": offering["id"] },
        "product": { "relatedParty": customer, "productPrice": [{ "priceType": "recurring" }] },
        "billingAccount": [{ "id": billed }],
    });
    let body = json!({ "relatedParty": customer, "orderItem": [item] });
    let order = client.call(&format!("POST {ORDER}"), Some(&body));
    assert_eq!(order.status.as_u16(), 201, "{}", told(&order));
    let parties = order.json()["relatedParty"].clone();
    let sellers: Vec<_> = parties.as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
    assert_eq!(sellers, ["South Customer", "South Reseller", "North Reseller"]);
    let seen = items(&house.client(&house.north.admin).call(&format!("GET {ORDER}"), None));
    let offered: Vec<_> =
        seen.iter().map(|it: &Value| &it["orderItem"][0]["productOffering"]["id"]).collect();
    assert_eq!(offered, [&offering["id"]]);
    // Who launched it does not order it of itself.
    let seller = house.client(&house.north.admin).call(&format!("POST {ORDER}"), Some(&body));
    assert_eq!(seller.status.as_u16(), 403);
}
