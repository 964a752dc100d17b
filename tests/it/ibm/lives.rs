//! The states of subscriptions and seats: every operation in every state, as a table.

use expect_test::expect;
use serde_json::json;

use super::shop::{Shop, entitling};
use super::states::{Matrix, after};
use crate::harness::house::{House, text};

/// The day after the present one, as the contract writes it.
fn tomorrow(shop: &Shop<'_>) -> String {
    let now = shop.house.app.bss.moment().now;
    now.plus_seconds(24 * 60 * 60).chrono().format("%m/%d/%Y 00:00:00").to_string()
}

/// A subscription, and a subscriber of its customer with a seat of it, as soon as that can be had.
struct Brought {
    customer: u64,
    id: u64,
    subscriber: u64,
    seat: u64,
    /// Another subscription of the customer, which was there before.
    other: u64,
}

/// A new customer with a subscriber, and a subscription that is there.
fn arrive(shop: &Shop<'_>, count: u32) -> (u64, u64, u64) {
    let customer = shop.register(&format!("contact{count}@state.test"));
    let subscriber = shop.add(customer, &format!("user{count}@state.test"), &["User"]);
    let other = shop.order_one(customer, "D08S1LL", 1);
    shop.work();
    (customer, subscriber, other)
}

/// Brings a new subscription into a state.
fn bring(shop: &Shop<'_>, state: &str, count: u32) -> Brought {
    let (customer, subscriber, other) = arrive(shop, count);
    let part = if state == "expired" { "D09TILL" } else { "D08SWLL" };
    let id = shop.order_one(customer, part, 5);
    let it = |seat| Brought { customer, id, subscriber, seat, other };
    if state == "PENDING" {
        return it(987_654);
    }
    shop.work();
    let seat = shop.entitle(subscriber, id);
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
        "expired" | "over" | "over and removed" => {
            let body = json!({ "Subscription": { "ExpirationDate": tomorrow(shop) } });
            shop.must(&format!("PUT {path}"), Some(&body));
            shop.house.app.pass("2 days");
            shop.house.app.keep_duties();
            if state == "over and removed" {
                shop.work();
            }
        }
        "CANCEL_PENDING" => drop(shop.must(&format!("DELETE {path}"), None)),
        "gone" => {
            shop.must(&format!("DELETE {path}"), None);
            shop.work();
        }
        _ => (),
    }
    it(seat)
}

#[test]
#[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
fn subscriptions_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    // What is over of it can be renewed for a while.
    let paid = json!({ "grace_days": 0, "hold_days": 30, "destroy": false });
    let kept = shop.seller().post("/service_terms", &json!({ "name": "Kept", "paid": paid }));
    let offer = json!({ "seating": "per_unit", "service_terms": kept["id"] });
    shop.sell("D09TILL", offer, "manual");
    let matrix = Matrix {
        states: &[
            "PENDING",
            "ACTIVE",
            "SUSPENDED",
            "SUSPENDED for credit",
            "expired",
            "over",
            "over and removed",
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
            "revokeSubscriber",
            "transferSeat from it",
            "transferSeat to it",
            "changeQuota",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let Brought { customer, id, subscriber, seat, other } = bring(&shop, state, count);
        let path = format!("resource/subscription/{id}");
        let transfer = |from: u64, seat: u64, to: u64| {
            let path = format!("resource/subscription/{from}/seat/{seat}");
            shop.told(&format!("POST {path}?targetSubscription={to} [transferSeat]"), None)
        };
        let put = |name: &str, value: &str| {
            let body = json!({ "Subscription": { name: value } });
            shop.told(&format!("PUT {path}"), Some(&body))
        };
        let told = match operation {
            "get" => shop.told(&format!("GET {path}"), None),
            "update seats" => put("NumberOfSeats", "9"),
            "update expiration" => put("ExpirationDate", "06/30/2026 00:00:00"),
            "cancel" => shop.told(&format!("DELETE {path}"), None),
            "entitleSubscriber" => {
                let more = shop.add(customer, &format!("more{count}@state.test"), &["User"]);
                shop.told(&entitling(more, id), None)
            }
            "revokeSubscriber" => {
                let held = format!("resource/subscriber/{subscriber}/seat/{seat}");
                shop.told(&format!("POST {held} [revokeSubscriber]"), None)
            }
            "transferSeat from it" => transfer(id, seat, other),
            "transferSeat to it" => {
                let more = shop.add(customer, &format!("more{count}@state.test"), &["User"]);
                let seat = shop.entitle(more, other);
                transfer(other, seat, id)
            }
            "changeQuota" => {
                let quota =
                    json!({ "Seat": { "SubscriptionId": id, "EntitlementQuantityAllocated": 1 } });
                shop.told(&format!("POST {path}/seat/{seat} [changeQuota]"), Some(&quota))
            }
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
          revokeSubscriber: 404 BZSUS9102E -> PENDING
          transferSeat from it: 404 BZSUS9102E -> PENDING
          transferSeat to it: 400 BZSUS9105E -> PENDING
          changeQuota: 404 BZSUS9001E -> PENDING
        ACTIVE:
          get: 200 -> ACTIVE
          update seats: 204 -> ACTIVE
          update expiration: 204 -> ACTIVE
          suspendSubscription: 204 -> SUSPENDED
          unsuspendSubscription: 400 BZSUS9105E -> ACTIVE
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 200 -> ACTIVE
          revokeSubscriber: 204 -> ACTIVE
          transferSeat from it: 204 -> ACTIVE
          transferSeat to it: 204 -> ACTIVE
          changeQuota: 400 BZSUS9106E -> ACTIVE
        SUSPENDED:
          get: 200 -> SUSPENDED
          update seats: 400 BZSUS9105E -> SUSPENDED
          update expiration: 204 -> SUSPENDED
          suspendSubscription: 400 BZSUS9105E -> SUSPENDED
          unsuspendSubscription: 204 -> ACTIVE
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> SUSPENDED
          revokeSubscriber: 204 -> SUSPENDED
          transferSeat from it: 204 -> SUSPENDED
          transferSeat to it: 400 BZSUS9105E -> SUSPENDED
          changeQuota: 400 BZSUS9106E -> SUSPENDED
        SUSPENDED for credit:
          get: 200 -> SUSPENDED
          update seats: 400 BZSUS9105E -> SUSPENDED
          update expiration: 204 -> SUSPENDED
          suspendSubscription: 204 -> SUSPENDED
          unsuspendSubscription: 400 BZSUS9105E -> SUSPENDED
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> SUSPENDED
          revokeSubscriber: 204 -> SUSPENDED
          transferSeat from it: 204 -> SUSPENDED
          transferSeat to it: 400 BZSUS9105E -> SUSPENDED
          changeQuota: 400 BZSUS9106E -> SUSPENDED
        expired:
          get: 200 -> SUSPENDED
          update seats: 400 BZSUS9105E -> SUSPENDED
          update expiration: 400 BZSUS9105E -> SUSPENDED
          suspendSubscription: 400 BZSUS9105E -> SUSPENDED
          unsuspendSubscription: 400 BZSUS9105E -> SUSPENDED
          cancel: 204 -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> SUSPENDED
          revokeSubscriber: 204 -> SUSPENDED
          transferSeat from it: 204 -> SUSPENDED
          transferSeat to it: 400 BZSUS9105E -> SUSPENDED
          changeQuota: 400 BZSUS9106E -> SUSPENDED
        over:
          get: 200 -> CANCEL_PENDING
          update seats: 400 BZSUS9105E -> CANCEL_PENDING
          update expiration: 400 BZSUS9105E -> CANCEL_PENDING
          suspendSubscription: 400 BZSUS9105E -> CANCEL_PENDING
          unsuspendSubscription: 400 BZSUS9105E -> CANCEL_PENDING
          cancel: 400 BZSUS9105E -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> CANCEL_PENDING
          revokeSubscriber: 404 BZSUS9102E -> CANCEL_PENDING
          transferSeat from it: 404 BZSUS9102E -> CANCEL_PENDING
          transferSeat to it: 400 BZSUS9105E -> CANCEL_PENDING
          changeQuota: 404 BZSUS9001E -> CANCEL_PENDING
        over and removed:
          get: 404 BZSUS9001E -> 404
          update seats: 404 BZSUS9001E -> 404
          update expiration: 404 BZSUS9001E -> 404
          suspendSubscription: 404 BZSUS9001E -> 404
          unsuspendSubscription: 404 BZSUS9001E -> 404
          cancel: 404 BZSUS9001E -> 404
          entitleSubscriber: 404 BZSUS9001E -> 404
          revokeSubscriber: 404 BZSUS9102E -> 404
          transferSeat from it: 404 BZSUS9001E -> 404
          transferSeat to it: 404 BZSUS9001E -> 404
          changeQuota: 404 BZSUS9001E -> 404
        CANCEL_PENDING:
          get: 200 -> CANCEL_PENDING
          update seats: 400 BZSUS9105E -> CANCEL_PENDING
          update expiration: 400 BZSUS9105E -> CANCEL_PENDING
          suspendSubscription: 400 BZSUS9105E -> CANCEL_PENDING
          unsuspendSubscription: 400 BZSUS9105E -> CANCEL_PENDING
          cancel: 400 BZSUS9105E -> CANCEL_PENDING
          entitleSubscriber: 400 BZSUS9105E -> CANCEL_PENDING
          revokeSubscriber: 404 BZSUS9102E -> CANCEL_PENDING
          transferSeat from it: 404 BZSUS9102E -> CANCEL_PENDING
          transferSeat to it: 400 BZSUS9105E -> CANCEL_PENDING
          changeQuota: 404 BZSUS9001E -> CANCEL_PENDING
        gone:
          get: 404 BZSUS9001E -> 404
          update seats: 404 BZSUS9001E -> 404
          update expiration: 404 BZSUS9001E -> 404
          suspendSubscription: 404 BZSUS9001E -> 404
          unsuspendSubscription: 404 BZSUS9001E -> 404
          cancel: 404 BZSUS9001E -> 404
          entitleSubscriber: 404 BZSUS9001E -> 404
          revokeSubscriber: 404 BZSUS9102E -> 404
          transferSeat from it: 404 BZSUS9001E -> 404
          transferSeat to it: 404 BZSUS9001E -> 404
          changeQuota: 404 BZSUS9001E -> 404"#]]
    .assert_eq(&table);
}

/// A seat in a state.
fn held(shop: &Shop<'_>, state: &str, count: u32) -> Brought {
    let (customer, subscriber, other) = arrive(shop, count);
    let part = if state == "of a pool" { "D100PLL" } else { "D08SWLL" };
    let id = shop.order_one(customer, part, 5);
    shop.work();
    let seat = shop.entitle(subscriber, id);
    if state != "ENTITLE_PENDING" {
        shop.work();
    }
    let subscription = format!("resource/subscription/{id}");
    let person = format!("resource/subscriber/{subscriber}");
    match state {
        "revoked" => {
            drop(shop.must(&format!("POST {person}/seat/{seat} [revokeSubscriber]"), None));
        }
        "of a suspended subscriber" => {
            drop(shop.must(&format!("POST {person} [suspendSubscriber]"), None));
        }
        "of a suspended subscription" => {
            drop(shop.must(&format!("POST {subscription} [suspendSubscription]"), None));
        }
        "of a cancelled subscription" => {
            drop(shop.must(&format!("DELETE {subscription}"), None));
        }
        _ => (),
    }
    Brought { customer, id, subscriber, seat, other }
}

impl Brought {
    /// What is said to something that concerns the seat.
    fn does(&self, shop: &Shop<'_>, operation: &str) -> String {
        let Self { id, subscriber, seat, other, .. } = self;
        let path = format!("resource/subscription/{id}");
        let person = format!("resource/subscriber/{subscriber}");
        let quota = json!({ "Seat": { "SubscriptionId": id, "EntitlementQuantityAllocated": 1 } });
        let what = match operation {
            "get" => format!("GET {path}/seat/{seat}"),
            "entitleSubscriber" => entitling(*subscriber, *id),
            "revokeSubscriber" => format!("POST {person}/seat/{seat} [{operation}]"),
            "transferSeat" => {
                format!("POST {path}/seat/{seat}?targetSubscription={other} [{operation}]")
            }
            "changeQuota" => {
                return shop.told(&format!("POST {path}/seat/{seat} [changeQuota]"), Some(&quota));
            }
            "soft delete subscriber" => format!("DELETE {person}?moveToSoftDelete=true"),
            "delete subscriber" => format!("DELETE {person}"),
            "suspendSubscription" => format!("POST {path} [{operation}]"),
            "cancel subscription" => format!("DELETE {path}"),
            operation => format!("POST {person} [{operation}]"),
        };
        shop.told(&what, None)
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the rows of the table are counted as lines")]
fn seats_live_as_the_table_says() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    shop.sell("D100PLL", json!({ "seating": "pool" }), "manual");
    let matrix = Matrix {
        states: &[
            "ENTITLE_PENDING",
            "ASSIGNED",
            "of a pool",
            "of a suspended subscriber",
            "of a suspended subscription",
            "of a cancelled subscription",
            "revoked",
        ],
        operations: &[
            "get",
            "entitleSubscriber",
            "revokeSubscriber",
            "transferSeat",
            "changeQuota",
            "suspendSubscriber",
            "unsuspendSubscriber",
            "soft delete subscriber",
            "delete subscriber",
            "suspendSubscription",
            "cancel subscription",
        ],
    };
    let mut count = 0;
    let table = matrix.print(|state, operation| {
        count += 1;
        let it = held(&shop, state, count);
        let told = it.does(&shop, operation);
        let one = format!("GET resource/subscriber/{}", it.subscriber);
        let after = match shop.call(&one, None).status.as_u16() {
            200 => {
                let states = shop.seats(it.subscriber).into_iter();
                let name = |of: u64| if of == it.id { "of it" } else { "of the other" };
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
          unsuspendSubscriber: 400 BZSUS9003E -> [ENTITLE_PENDING of it]
          soft delete subscriber: 204 -> [ENTITLE_PENDING of it]
          delete subscriber: 204 -> 404
          suspendSubscription: 204 -> [ENTITLE_PENDING of it]
          cancel subscription: 204 -> []
        ASSIGNED:
          get: 200 -> [ASSIGNED of it]
          entitleSubscriber: 404 BZSUS1926E -> [ASSIGNED of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 400 BZSUS9106E -> [ASSIGNED of it]
          suspendSubscriber: 204 -> [ASSIGNED of it]
          unsuspendSubscriber: 400 BZSUS9003E -> [ASSIGNED of it]
          soft delete subscriber: 204 -> [ASSIGNED of it]
          delete subscriber: 204 -> 404
          suspendSubscription: 204 -> [ASSIGNED of it]
          cancel subscription: 204 -> []
        of a pool:
          get: 200 -> [ASSIGNED of it]
          entitleSubscriber: 404 BZSUS1926E -> [ASSIGNED of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 204 -> [ASSIGNED of it]
          suspendSubscriber: 204 -> [ASSIGNED of it]
          unsuspendSubscriber: 400 BZSUS9003E -> [ASSIGNED of it]
          soft delete subscriber: 204 -> [ASSIGNED of it]
          delete subscriber: 204 -> 404
          suspendSubscription: 204 -> [ASSIGNED of it]
          cancel subscription: 204 -> []
        of a suspended subscriber:
          get: 200 -> [ASSIGNED of it]
          entitleSubscriber: 400 BZSUS9003E -> [ASSIGNED of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 400 BZSUS9106E -> [ASSIGNED of it]
          suspendSubscriber: 400 BZSUS9003E -> [ASSIGNED of it]
          unsuspendSubscriber: 204 -> [ASSIGNED of it]
          soft delete subscriber: 204 -> [ASSIGNED of it]
          delete subscriber: 204 -> 404
          suspendSubscription: 204 -> [ASSIGNED of it]
          cancel subscription: 204 -> []
        of a suspended subscription:
          get: 200 -> [ASSIGNED of it]
          entitleSubscriber: 400 BZSUS9105E -> [ASSIGNED of it]
          revokeSubscriber: 204 -> []
          transferSeat: 204 -> [ENTITLE_PENDING of the other]
          changeQuota: 400 BZSUS9106E -> [ASSIGNED of it]
          suspendSubscriber: 204 -> [ASSIGNED of it]
          unsuspendSubscriber: 400 BZSUS9003E -> [ASSIGNED of it]
          soft delete subscriber: 204 -> [ASSIGNED of it]
          delete subscriber: 204 -> 404
          suspendSubscription: 400 BZSUS9105E -> [ASSIGNED of it]
          cancel subscription: 204 -> []
        of a cancelled subscription:
          get: 404 BZSUS9102E -> []
          entitleSubscriber: 400 BZSUS9105E -> []
          revokeSubscriber: 404 BZSUS9102E -> []
          transferSeat: 404 BZSUS9102E -> []
          changeQuota: 404 BZSUS9001E -> []
          suspendSubscriber: 204 -> []
          unsuspendSubscriber: 400 BZSUS9003E -> []
          soft delete subscriber: 204 -> []
          delete subscriber: 204 -> 404
          suspendSubscription: 400 BZSUS9105E -> []
          cancel subscription: 400 BZSUS9105E -> []
        revoked:
          get: 404 BZSUS9102E -> []
          entitleSubscriber: 200 -> [ENTITLE_PENDING of it]
          revokeSubscriber: 404 BZSUS9102E -> []
          transferSeat: 404 BZSUS9102E -> []
          changeQuota: 404 BZSUS9001E -> []
          suspendSubscriber: 204 -> []
          unsuspendSubscriber: 400 BZSUS9003E -> []
          soft delete subscriber: 204 -> []
          delete subscriber: 204 -> 404
          suspendSubscription: 204 -> []
          cancel subscription: 204 -> []"#]]
    .assert_eq(&table);
}
