//! The states of subscriptions and seats: every operation in every state, as a table.

use expect_test::expect;
use serde_json::json;

use super::shop::{Shop, entitling};
use super::states::{Matrix, after};
use crate::harness::house::{House, text};

/// Brings a new subscription into a state, and answers its id and a subscriber of its customer.
fn bring(shop: &Shop<'_>, state: &str, count: u32) -> (u64, u64) {
    let customer = shop.register(&format!("contact{count}@state.test"));
    let subscriber = shop.add(customer, &format!("user{count}@state.test"), &["User"]);
    let id = shop.order_one(customer, "D08SWLL", 5);
    if state == "PENDING" {
        return (id, subscriber);
    }
    shop.work();
    let path = format!("resource/subscription/{id}");
    match state {
        "SUSPENDED" => drop(shop.must(&format!("POST {path} [suspendSubscription]"), None)),
        "SUSPENDED for credit" => {
            let seller = shop.seller();
            let found = seller.get("/subscriptions?order=newest&limit=1")["items"][0].clone();
            assert_eq!(found["number"], json!(id));
            let hold = json!({ "kind": "credit", "reason": "OVERDUE" });
            seller.post(&format!("/subscriptions/{}/hold", text(&found["id"])), &hold);
        }
        "CANCEL_PENDING" => drop(shop.must(&format!("DELETE {path}"), None)),
        "gone" => {
            shop.must(&format!("DELETE {path}"), None);
            shop.work();
        }
        _ => (),
    }
    (id, subscriber)
}

#[test]
#[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
fn subscriptions_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let matrix = Matrix {
        states: &[
            "PENDING",
            "ACTIVE",
            "SUSPENDED",
            "SUSPENDED for credit",
            "CANCEL_PENDING",
            "gone",
        ],
        operations: &[
            "get",
            "update seats",
            "update expiration",
            "suspendSubscription",
            "unsuspendSubscription",
            "cancel",
            "entitleSubscriber",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let (id, subscriber) = bring(&shop, state, count);
        let path = format!("resource/subscription/{id}");
        let put = |name: &str, value: &str| {
            let body = json!({ "Subscription": { name: value } });
            shop.told(&format!("PUT {path}"), Some(&body))
        };
        let told = match operation {
            "get" => shop.told(&format!("GET {path}"), None),
            "update seats" => put("NumberOfSeats", "9"),
            "update expiration" => put("ExpirationDate", "06/30/2026 00:00:00"),
            "cancel" => shop.told(&format!("DELETE {path}"), None),
            "entitleSubscriber" => shop.told(&entitling(subscriber, id), None),
            operation => shop.told(&format!("POST {path} [{operation}]"), None),
        };
        after(&shop, &told, &path, "SubscriptionState")
    });
    expect![[r#"
        PENDING:
          get: 200 -> PENDING
          update seats: 400 BZSUS9105E -> PENDING
          update expiration: 400 BZSUS9105E -> PENDING
          suspendSubscription: 400 BZSUS9105E -> PENDING
          unsuspendSubscription: 400 BZSUS9105E -> PENDING
          cancel: 204 -> 404
          entitleSubscriber: 400 BZSUS9105E -> PENDING
        ACTIVE:
          get: 200 -> ACTIVE
          update seats: 204 -> ACTIVE
          update expiration: 204 -> ACTIVE
          suspendSubscription: 204 -> SUSPENDED
          unsuspendSubscription: 400 BZSUS9105E -> ACTIVE
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 200 -> ACTIVE
        SUSPENDED:
          get: 200 -> SUSPENDED
          update seats: 400 BZSUS9105E -> SUSPENDED
          update expiration: 204 -> SUSPENDED
          suspendSubscription: 400 BZSUS9105E -> SUSPENDED
          unsuspendSubscription: 204 -> ACTIVE
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> SUSPENDED
        SUSPENDED for credit:
          get: 200 -> SUSPENDED
          update seats: 400 BZSUS9105E -> SUSPENDED
          update expiration: 204 -> SUSPENDED
          suspendSubscription: 204 -> SUSPENDED
          unsuspendSubscription: 400 BZSUS9105E -> SUSPENDED
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> SUSPENDED
        CANCEL_PENDING:
          get: 200 -> CANCEL_PENDING
          update seats: 400 BZSUS9105E -> CANCEL_PENDING
          update expiration: 400 BZSUS9105E -> CANCEL_PENDING
          suspendSubscription: 400 BZSUS9105E -> CANCEL_PENDING
          unsuspendSubscription: 400 BZSUS9105E -> CANCEL_PENDING
          cancel: 400 BZSUS9105E -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> CANCEL_PENDING
        gone:
          get: 404 BZSUS9001E -> 404
          update seats: 404 BZSUS9001E -> 404
          update expiration: 404 BZSUS9001E -> 404
          suspendSubscription: 404 BZSUS9001E -> 404
          unsuspendSubscription: 404 BZSUS9001E -> 404
          cancel: 404 BZSUS9001E -> 404
          entitleSubscriber: 404 BZSUS9001E -> 404"#]]
    .assert_eq(&table);
}

#[test]
#[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
fn seats_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let matrix = Matrix {
        states: &["ENTITLE_PENDING", "ASSIGNED", "revoked", "of a suspended subscription"],
        operations: &[
            "get",
            "entitleSubscriber",
            "revokeSubscriber",
            "transferSeat",
            "changeQuota",
            "suspendSubscriber",
            "delete subscriber",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let (id, subscriber) = bring(&shop, "ACTIVE", count);
        let customer = shop.subscription(id)["CustomerId"].as_u64().unwrap();
        let other = shop.order_one(customer, "D08S1LL", 1);
        shop.work();
        let seat = shop.entitle(subscriber, id);
        let path = format!("resource/subscription/{id}/seat/{seat}");
        let held = format!("resource/subscriber/{subscriber}/seat/{seat}");
        if state != "ENTITLE_PENDING" {
            shop.work();
        }
        if state == "revoked" {
            shop.must(&format!("POST {held} [revokeSubscriber]"), None);
        }
        if state == "of a suspended subscription" {
            shop.must(&format!("POST resource/subscription/{id} [suspendSubscription]"), None);
        }
        let one = format!("resource/subscriber/{subscriber}");
        let quota = json!({ "Seat": { "SubscriptionId": id, "EntitlementQuantityAllocated": 1 } });
        let told = match operation {
            "get" => shop.told(&format!("GET {path}"), None),
            "entitleSubscriber" => shop.told(&entitling(subscriber, id), None),
            "revokeSubscriber" => shop.told(&format!("POST {held} [revokeSubscriber]"), None),
            "transferSeat" => {
                let what = format!("POST {path}?targetSubscription={other} [transferSeat]");
                shop.told(&what, None)
            }
            "changeQuota" => shop.told(&format!("POST {path} [changeQuota]"), Some(&quota)),
            "delete subscriber" => shop.told(&format!("DELETE {one}"), None),
            operation => shop.told(&format!("POST {one} [{operation}]"), None),
        };
        let after = match shop.call(&format!("GET {one}"), None).status.as_u16() {
            200 => {
                let states = shop.seats(subscriber).into_iter();
                let name = |it: u64| if it == id { "of it" } else { "of the other" };
                let states = states.map(|it| format!("{} {}", it.2, name(it.1)));
                format!("[{}]", states.collect::<Vec<_>>().join(", "))
            }
            status => status.to_string(),
        };
        format!("{told} -> {after}")
    });
    expect![[r#"
        ENTITLE_PENDING:
          get: 200 -> [ENTITLE_PENDING of it]
          entitleSubscriber: 404 BZSUS1926E -> [ENTITLE_PENDING of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 400 BZSUS9106E -> [ENTITLE_PENDING of it]
          suspendSubscriber: 204 -> [ENTITLE_PENDING of it]
          delete subscriber: 204 -> 404
        ASSIGNED:
          get: 200 -> [ASSIGNED of it]
          entitleSubscriber: 404 BZSUS1926E -> [ASSIGNED of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 400 BZSUS9106E -> [ASSIGNED of it]
          suspendSubscriber: 204 -> [ASSIGNED of it]
          delete subscriber: 204 -> 404
        revoked:
          get: 404 BZSUS9102E -> []
          entitleSubscriber: 200 -> [ENTITLE_PENDING of it]
          revokeSubscriber: 404 BZSUS9102E -> []
          transferSeat: 404 BZSUS9102E -> []
          changeQuota: 404 BZSUS9001E -> []
          suspendSubscriber: 204 -> []
          delete subscriber: 204 -> 404
        of a suspended subscription:
          get: 200 -> [ASSIGNED of it]
          entitleSubscriber: 400 BZSUS9105E -> [ASSIGNED of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 400 BZSUS9106E -> [ASSIGNED of it]
          suspendSubscriber: 204 -> [ASSIGNED of it]
          delete subscriber: 204 -> 404"#]]
    .assert_eq(&table);
}
