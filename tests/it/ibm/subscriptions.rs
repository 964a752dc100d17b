//! Subscriptions: listed, changed, stopped and cancelled.

use serde_json::{Value, json};

use super::shop::Shop;
use super::{message, told};
use crate::harness::house::{House, text};

#[test]
fn a_subscription_becomes_active_when_its_service_is_there_and_is_gone_when_that_is() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let customer = shop.register("contact@life.test");
    let id = shop.order_one(customer, "D08SWLL", 5);
    let state = || text(&shop.subscription(id)["SubscriptionState"]);
    assert_eq!(state(), "PENDING");
    let planned = ["EffectiveDate", "ExpirationDate"].map(|it| shop.subscription(id)[it].clone());
    assert_eq!(planned, ["01/01/2026 00:00:00", "01/01/2027 00:00:00"].map(|it| json!(it)));
    assert_eq!(shop.subscription(id)["DurationLength"], json!(12));
    assert_eq!(shop.work(), ["create subscription"]);
    assert_eq!(state(), "ACTIVE");
    shop.must(&format!("DELETE resource/subscription/{id}"), None);
    assert_eq!(state(), "CANCEL_PENDING");
    assert_eq!(shop.work(), ["remove subscription"]);
    assert_eq!(shop.told(&format!("GET resource/subscription/{id}"), None), "404 BZSUS9001E");
    assert_eq!(shop.get("resource/subscription")["List"], json!([]));
}

#[test]
fn subscriptions_are_listed_page_by_page_of_all_customers_and_of_one() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (one, other) = (shop.register("one@list.test"), shop.register("other@list.test"));
    let of_one = shop.order(one, &[("D08SWLL", 1), ("D08S1LL", 2), ("D08SWLL", 3)]);
    let of_other = shop.order(other, &[("D08SWLL", 4)]);
    let ids = |path: &str| -> Vec<u64> {
        let found = shop.get(path);
        found["List"].as_array().unwrap().iter().map(|it| it["Id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids("resource/subscription"), [of_one.clone(), of_other.clone()].concat());
    assert_eq!(ids("resource/subscription?_pageNumber=2&_pageSize=3"), of_other);
    assert_eq!(ids("resource/subscription?_pageNumber=3&_pageSize=3"), Vec::<u64>::new());
    let query = "_namedQuery=getSubscriptionByCustomer&customerId";
    assert_eq!(ids(&format!("resource/subscription?{query}={one}")), of_one);
    let past = format!("resource/subscription?{query}={other}&_pageNumber=2");
    assert_eq!(ids(&past), Vec::<u64>::new());
    let told = |query: &str| shop.told(&format!("GET resource/subscription?{query}"), None);
    assert_eq!(told(&format!("{query}=999999")), "404 BZSUS9001E");
    assert_eq!(told(&format!("{query}=abc")), "400 BZSAP1011E");
    assert_eq!(told("_namedQuery=getSubscriptionByCustomer"), "400 BZSAP9005E");
    assert_eq!(told("_namedQuery=getSubscriptions"), "400 BZSAP9007E");
    assert_eq!(told("_pageSize=101"), "400 BZSAP9006E");
}

#[test]
fn an_update_changes_what_differs_and_nothing_else() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@update.test");
    let id = shop.order_one(customer, "D08SWLL", 5);
    let path = format!("resource/subscription/{id}");
    let before = shop.get(&path);
    shop.must(&format!("PUT {path}"), Some(&before));
    assert_eq!(shop.get(&path), before, "what was shown says nothing new");
    let mut body = before.clone();
    body["Subscription"]["NumberOfSeats"] = json!(9);
    body["Subscription"]["ExpirationDate"] = json!("06/30/2026 00:00:00");
    shop.must(&format!("PUT {path}"), Some(&body));
    let after = shop.subscription(id);
    let facts = ["NumberOfSeats", "MaxNumberOfSeats", "EntitlementQuantity", "ExpirationDate"];
    let facts = facts.map(|it| after[it].clone());
    assert_eq!(facts, [json!(9), json!(9), json!(9), json!("06/30/2026 00:00:00")]);
    for subscriber in 0..2 {
        let email = format!("user{subscriber}@update.test");
        shop.entitle(shop.add(customer, &email, &["User"]), id);
    }
    let told = |name: &str, value: Value| {
        let body = json!({ "Subscription": { name: value } });
        shop.told(&format!("PUT {path}"), Some(&body))
    };
    assert_eq!(told("NumberOfSeats", json!(1)), "400 BZSUS9104E", "two are taken");
    assert_eq!(told("NumberOfSeats", json!(0)), "400 BZSAP9003E");
    assert_eq!(told("NumberOfSeats", json!(1_000_000)), "400 BZSAP9004E");
    assert_eq!(told("ExpirationDate", json!("2026-07-01")), "400 BZSAP9004E");
    assert_eq!(told("ExpirationDate", json!("06/30/2026 00:00:000")), "400 BZSAP9002E");
    assert_eq!(told("ExpirationDate", json!("01/01/2026 00:00:00")), "400 BZSUS9105E");
    assert_eq!(told("NumberOfSeats", json!(2)), "204");
    assert_eq!(told("NumberOfSeats", json!(999_999)), "204");
    let both = json!({ "Subscription": { "PartQuantity": 7, "NumberOfSeats": 9 } });
    assert_eq!(shop.told(&format!("PUT {path}"), Some(&both)), "400 BZSAP9004E", "which?");
    assert_eq!(told("PartQuantity", json!(3)), "204");
    assert_eq!(shop.subscription(id)["NumberOfSeats"], json!(3));
}

#[test]
fn what_belongs_to_a_subscription_stops_and_goes_on_with_it() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@tree.test");
    let pool = shop.order_one(customer, "D100PLL", 100);
    let more = shop.order_one(customer, "D100PLL", 25);
    let states = || [pool, more].map(|it| text(&shop.subscription(it)["SubscriptionState"]));
    let act = |id: u64, operation: &str| {
        shop.told(&format!("POST resource/subscription/{id} [{operation}]"), None)
    };
    assert_eq!(shop.subscription(more)["ParentSubscriptionId"], json!(pool));
    assert_eq!(act(pool, "suspendSubscription"), "204");
    assert_eq!(states(), ["SUSPENDED", "SUSPENDED"]);
    assert_eq!(act(pool, "unsuspendSubscription"), "204");
    assert_eq!(states(), ["ACTIVE", "ACTIVE"]);
    assert_eq!(act(more, "suspendSubscription"), "204");
    assert_eq!(states(), ["ACTIVE", "SUSPENDED"]);
    assert_eq!(act(pool, "suspendSubscription"), "204");
    // What enlarges a pool lets the pool go on as well.
    assert_eq!(act(more, "unsuspendSubscription"), "204");
    assert_eq!(states(), ["ACTIVE", "ACTIVE"]);
    assert_eq!(act(more, "unsuspendSubscription"), "400 BZSUS9105E");
    // And what was suspended itself goes on with what it belongs to.
    assert_eq!(act(more, "suspendSubscription"), "204");
    assert_eq!(act(pool, "unsuspendSubscription"), "400 BZSUS9105E", "it is not suspended");
    assert_eq!(act(pool, "suspendSubscription"), "204");
    assert_eq!(act(pool, "unsuspendSubscription"), "204");
    assert_eq!(states(), ["ACTIVE", "ACTIVE"]);
    assert_eq!(shop.told(&format!("DELETE resource/subscription/{pool}"), None), "204");
    assert_eq!(act(more, "suspendSubscription"), "404 BZSUS9001E");
}

#[test]
fn who_has_a_seat_goes_on_with_what_is_unsuspended_and_nobody_else() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@holders.test");
    let (pool, id) =
        (shop.order_one(customer, "D100PLL", 100), shop.order_one(customer, "D08SWLL", 5));
    let people = ["ann", "bob", "cid", "dan"]
        .map(|it| shop.add(customer, &format!("{it}@holders.test"), &["User"]));
    let [ann, bob, cid, dan] = people;
    let act = |what: String| assert_eq!(shop.told(&format!("POST resource/{what}"), None), "204");
    act(format!("subscriber/{ann} [activateSubscriber]"));
    for (person, of) in [(ann, id), (bob, id), (cid, pool)] {
        shop.entitle(person, of);
    }
    let states = || {
        people.map(|it| {
            let shown = shop.get(&format!("resource/subscriber/{it}"));
            text(&shown["Subscriber"]["SubscriberState"])
        })
    };
    for person in [ann, bob, cid, dan] {
        act(format!("subscriber/{person} [suspendSubscriber]"));
    }
    act(format!("subscription/{id} [suspendSubscription]"));
    assert_eq!(states(), ["SUSPENDED"; 4]);
    act(format!("subscription/{id} [unsuspendSubscription]"));
    assert_eq!(states(), ["ACTIVE", "PENDING", "SUSPENDED", "SUSPENDED"]);
}

#[test]
fn an_id_in_a_path_is_a_number_of_something_that_is_there() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    for (id, status, expected) in [
        ("abc", "400 BZSAP9009E", "Invalid URI."),
        ("-1", "400 BZSAP9010E", "Subscription Id should be a valid integer."),
        ("987654", "404 BZSUS9001E", "Subscription with ID 987654 not found."),
    ] {
        for what in ["GET", "DELETE"] {
            let answer = shop.call(&format!("{what} resource/subscription/{id}"), None);
            assert_eq!((told(&answer).as_str(), &*message(&answer)), (status, expected));
        }
    }
}
