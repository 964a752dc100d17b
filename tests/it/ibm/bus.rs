//! What this contract does to people, seats and states, as the APS bus shows it; and the reverse.

use serde_json::{Value, json};

use super::shop::Shop;
use crate::harness::house::House;

/// The only user on the bus with an address, whether it administers its account or not.
#[track_caller]
fn user(shop: &Shop<'_>, email: &str) -> Value {
    let found = ["users", "admin-users"].map(|all| {
        let found = shop.seller().get(&format!("/aps/2/collections/{all}?eq(email,{email})"));
        found.as_array().unwrap().clone()
    });
    let found = found.concat();
    let [one] = found.as_slice() else { panic!("{found:?}") };
    one.clone()
}

/// Changes a user on the bus.
#[track_caller]
fn change(shop: &Shop<'_>, email: &str, body: &Value) {
    let path = format!("/aps/2/resources/{}", user(shop, email)["aps"]["id"].as_str().unwrap());
    let answer = shop.seller().call(&format!("PUT {path}"), Some(body));
    assert!(answer.status.is_success(), "{}", answer.json());
}

#[test]
fn people_and_their_seats_are_the_same_on_the_bus() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@bus.test");
    // An organization keeps an active administrator.
    let contact = shop.by_email("contact@bus.test")["Id"].clone();
    shop.must(&format!("POST resource/subscriber/{contact} [activateSubscriber]"), None);
    let email = "user@bus.test";
    let id = shop.add(customer, email, &["User"]);
    let path = format!("resource/subscriber/{id}");
    let state = || shop.get(&path)["Subscriber"]["SubscriberState"].clone();
    let seen = || {
        let it = user(&shop, email);
        ["roles", "disabled", "servicesMode", "subscriptionId"].map(|name| it[name].clone())
    };
    assert_eq!(seen(), [json!([4]), json!(false), json!("NONE"), Value::Null]);

    let subscription = shop.order_one(customer, "D08SWLL", 5);
    shop.must(&format!("POST {path} [activateSubscriber]"), None);
    shop.entitle(id, subscription);
    let role = format!("loginName={email}&role=CustomerAdministrator");
    shop.must(&format!("POST service/authorization/assignRole?{role}"), None);
    assert_eq!(seen(), [json!([3, 4]), json!(false), json!("PRIVATE"), json!(subscription)]);
    shop.must(&format!("POST {path} [suspendSubscriber]"), None);
    assert_eq!(seen()[1], json!(true));

    change(&shop, email, &json!({ "disabled": false }));
    assert_eq!(state(), "ACTIVE");
    change(&shop, email, &json!({ "disabled": true }));
    assert_eq!(state(), "SUSPENDED");
    change(&shop, email, &json!({ "isAccountAdmin": false, "disabled": false }));
    let shown = shop.get(&path)["Subscriber"].clone();
    assert_eq!(shown["Person"]["RoleSet"], json!(["User"]));
    assert_eq!(shown["SeatSet"][0]["SubscriptionId"], json!(subscription));
}

#[test]
fn the_states_of_a_subscription_are_the_same_on_the_bus() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let customer = shop.register("contact@bus.test");
    let id = shop.order_one(customer, "D08SWLL", 5);
    let path = format!("resource/subscription/{id}");
    let states = || {
        let all = "/aps/2/collections/bss-subscriptions";
        let found = shop.seller().get(&format!("{all}?eq(subscriptionId,{id})"));
        let on_bus = found[0]["status"].clone();
        (shop.subscription(id)["SubscriptionState"].clone(), on_bus)
    };
    assert_eq!(states(), (json!("PENDING"), json!("NEW")));
    shop.work();
    assert_eq!(states(), (json!("ACTIVE"), json!("ACTIVE")));
    shop.must(&format!("POST {path} [suspendSubscription]"), None);
    assert_eq!(states(), (json!("SUSPENDED"), json!("ADMINISTRATIVE_HOLD")));
    shop.must(&format!("POST {path} [unsuspendSubscription]"), None);
    shop.work();
    shop.must(&format!("DELETE {path}"), None);
    assert_eq!(states(), (json!("CANCEL_PENDING"), json!("TERMINATED")));
}
