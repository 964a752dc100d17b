//! Orders of many items.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ORDERS, SERVER, open};
use crate::harness::market::text;

#[test]
fn an_order_of_many_products_makes_each_of_them_and_a_refusal_names_each() {
    const MANY: usize = 300;
    let shop = open();
    let products = |amount: i64| -> Vec<Value> {
        (0..MANY).map(|_| shop.product(&[(SERVER, json!(amount))])).collect()
    };
    let order = shop.place(&shop.sales(&products(2)));
    assert_eq!(
        (&order["status"], &order["provisioningStatus"]),
        (&json!("COMPLETED"), &json!("COMPLETED"))
    );
    let made = order["subscriptions"].as_array().unwrap().iter();
    let made: BTreeSet<_> = made.map(|it| text(&it["subscriptionId"])).collect();
    assert_eq!(made.len(), MANY);
    let operator = shop.operator();
    let refused = operator.call(&format!("POST {ORDERS}"), Some(&shop.sales(&products(50))));
    assert_eq!(refused.status, 409);
    let told = text(&refused.json()["message"]);
    let named = |place: usize| format!("`/products/{place}/resources/0/amount` must be at most 20");
    assert!((0..MANY).all(|it| told.contains(&named(it))), "{told}");
    shop.market.must_be_whole();
}
