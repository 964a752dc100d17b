//! Pooled storage: parts of it, and how it grows.

use serde_json::{Value, json};

use super::shop::Shop;
use super::{message, sample, told};
use crate::harness::house::House;

/// A pool of 100 GB of which somebody has a seat: the customer, the subscriber, the pool, the seat.
fn stored(shop: &Shop<'_>) -> (u64, u64, u64, u64) {
    let customer = shop.register("contact@pool.test");
    let subscriber = shop.add(customer, "user@pool.test", &["User"]);
    let pool = shop.order_one(customer, "D100PLL", 100);
    let seat = shop.entitle(subscriber, pool);
    (customer, subscriber, pool, seat)
}

/// A seat with another quota, as clients send it back.
fn quota(subscription: u64, amount: i64) -> Value {
    let mut body = sample("wiki-change-quota-seat-payload");
    body["Seat"]["SubscriptionId"] = json!(subscription);
    body["Seat"]["EntitlementQuantityAllocated"] = json!(amount);
    body
}

#[test]
fn a_pool_is_given_out_in_parts_and_enlarged_by_a_second_order() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (customer, _, pool, seat) = stored(&shop);
    let path = format!("resource/subscription/{pool}/seat/{seat}");
    let change =
        |amount| shop.told(&format!("POST {path} [changeQuota]"), Some(&quota(pool, amount)));
    let left = || {
        let shown = shop.subscription(pool);
        [shown["EntitlementQuantity"].clone(), shown["EntitlementQuantityAvailable"].clone()]
    };
    assert_eq!(left(), [json!(100), json!(100)]);
    assert_eq!(change(60), "204");
    assert_eq!(left(), [json!(100), json!(40)]);
    assert_eq!(change(101), "400 BZSUS9104E");
    let mut update = shop.get(&format!("resource/subscription/{pool}"));
    update["Subscription"]["PartQuantity"] = json!(125);
    let put = format!("PUT resource/subscription/{pool}");
    assert_eq!(shop.told(&put, Some(&update)), "400 BZSBU9102E");
    let more = shop.order_one(customer, "D100PLL", 25);
    assert_eq!(shop.subscription(more)["ParentSubscriptionId"], json!(pool));
    assert_eq!(left(), [json!(125), json!(65)]);
    assert_eq!(change(125), "204");
    assert_eq!(left(), [json!(125), json!(0)]);
    let seat = shop.get(&path)["Seat"].clone();
    assert_eq!(seat["EntitlementQuantityAllocated"], json!(125));
    assert_eq!(change(0), "204");
    assert_eq!(left(), [json!(125), json!(125)]);
}

#[test]
fn the_service_is_told_of_another_quota() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    shop.sell("D100PLL", json!({ "seating": "pool" }), "manual");
    let customer = shop.register("contact@pool.test");
    let subscriber = shop.add(customer, "user@pool.test", &["User"]);
    let pool = shop.order_one(customer, "D100PLL", 100);
    assert_eq!(shop.work(), ["create subscription"]);
    let seat = shop.entitle(subscriber, pool);
    assert_eq!(shop.work(), ["create seat"]);
    let path = format!("resource/subscription/{pool}/seat/{seat}");
    shop.must(&format!("POST {path} [changeQuota]"), Some(&quota(pool, 40)));
    assert_eq!(shop.work(), ["change seat"]);
}

#[test]
fn one_order_of_two_items_makes_one_pool() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@pool.test");
    let made = shop.order(customer, &[("D100PLL", 100), ("D100PLL", 25)]);
    let parents = made.iter().map(|it| shop.subscription(*it)["ParentSubscriptionId"].clone());
    assert_eq!(parents.collect::<Vec<_>>(), [json!(-1), json!(made[0])]);
    assert_eq!(shop.subscription(made[0])["EntitlementQuantity"], json!(125));
    let subscriber = shop.add(customer, "user@pool.test", &["User"]);
    let entitle = super::shop::entitling(subscriber, made[1]);
    assert_eq!(shop.told(&entitle, None), "400 BZSUS9104E", "it has no seats of its own");
}

#[test]
fn a_quota_is_changed_of_a_seat_of_a_pool_and_of_nothing_else() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (customer, subscriber, pool, seat) = stored(&shop);
    let plain = shop.order_one(customer, "D08SWLL", 5);
    let own = shop.entitle(subscriber, plain);
    let same = "SubscriptionId in the URI must be same as the subscriptionId in Seat JSON";
    let only = "ChangeQuota can be called only for Pooled Subscriptions";
    for ((of, seat), body, status, expected) in [
        ((pool, seat), quota(plain, 1), "400 BZSUS9107E", same),
        ((plain, own), quota(plain, 1), "400 BZSUS9106E", only),
        ((987_654, seat), quota(987_654, 1), "404 BZSUS9001E", "Subscription not found."),
        ((pool, 987_654), quota(pool, 1), "404 BZSUS9001E", "Seat not found."),
        (
            (pool, own),
            quota(pool, 1),
            "400 BZSUS9103E",
            "Seat does not belong to the given Subscription",
        ),
        (
            (pool, seat),
            quota(pool, -1),
            "400 BZSAP9003E",
            "The [EntitlementQuantityAllocated] field requires a whole number that is not negative.",
        ),
        (
            (pool, seat),
            json!({ "Seat": { "EntitlementQuantityAllocated": 1 } }),
            "400 BZSAP9003E",
            "The [SubscriptionId] field requires a whole number that is greater than zero.",
        ),
    ] {
        let what = format!("POST resource/subscription/{of}/seat/{seat} [changeQuota]");
        let answer = shop.call(&what, Some(&body));
        assert_eq!((&*told(&answer), &*message(&answer)), (status, expected), "{what}");
    }
}
