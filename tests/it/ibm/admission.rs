//! Who is let in to a service, asked by the service and by whoever wants to use it.

use serde_json::{Value, json};

use super::Bss;
use super::shop::{Shop, entitling};
use crate::harness::client::Client;
use crate::harness::house::House;

/// What a service is told of a subscriber: `admitted`, or why not.
#[track_caller]
fn told(bss: &Bss<'_>, subscriber: u64, subscription: u64) -> String {
    let path = format!("resource/subscriber/{subscriber}/subscription/{subscription}");
    let it = bss.get(&path)["Admission"].clone();
    assert_eq!(
        (&it["SubscriberId"], &it["SubscriptionId"]),
        (&json!(subscriber), &json!(subscription))
    );
    match it["IsAdmitted"].as_bool().unwrap() {
        true => "admitted".to_owned(),
        false => it["Reason"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn who_has_no_seat_is_not_let_in() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let customer = shop.register("contact@door.test");
    let [ann, bob] =
        ["ann", "bob"].map(|it| shop.add(customer, &format!("{it}@door.test"), &["User"]));
    for it in [ann, bob] {
        shop.must(&format!("POST resource/subscriber/{it} [activateSubscriber]"), None);
    }
    let id = shop.order_one(customer, "D08SWLL", 2);
    assert_eq!(told(&shop, ann, id), "SUBSCRIPTION_STOPPED", "it is not there yet");
    shop.work();
    assert_eq!(told(&shop, ann, id), "NO_SEAT");
    let seat = shop.entitle(ann, id);
    assert_eq!(told(&shop, ann, id), "SEAT_PENDING");
    shop.work();
    assert_eq!(told(&shop, ann, id), "admitted");
    assert_eq!(told(&shop, bob, id), "NO_SEAT", "the seat is another's");
    for (stop, go_on, why) in [
        (
            format!("subscriber/{ann} [suspendSubscriber]"),
            format!("subscriber/{ann} [unsuspendSubscriber]"),
            "USER_INACTIVE",
        ),
        (
            format!("subscription/{id} [suspendSubscription]"),
            format!("subscription/{id} [unsuspendSubscription]"),
            "SUBSCRIPTION_STOPPED",
        ),
        (
            format!("customer/{customer} [suspendCustomer]"),
            format!("customer/{customer} [unsuspendCustomer]"),
            "SUBSCRIPTION_STOPPED",
        ),
    ] {
        shop.must(&format!("POST resource/{stop}"), None);
        assert_eq!(told(&shop, ann, id), why, "{stop}");
        shop.must(&format!("POST resource/{go_on}"), None);
        assert_eq!(told(&shop, ann, id), "admitted", "{go_on}");
    }
    shop.must(&format!("POST resource/subscriber/{ann}/seat/{seat} [revokeSubscriber]"), None);
    assert_eq!(told(&shop, ann, id), "NO_SEAT");
    let stranger = shop.add(shop.register("stranger@door.test"), "its@door.test", &["User"]);
    assert_eq!(told(&shop, stranger, id), "NO_SEAT", "somebody of another customer");
}

/// A service at an address that its connector gave, and a user of the customer that has a seat of it.
fn reached(shop: &Shop<'_>) -> (u64, u64, String) {
    let member = shop.by_email(&shop.house.north.customer.member.email);
    let customer = member["CustomerId"].as_u64().unwrap();
    let id = shop.order_one(customer, "D08SWLL", 1);
    let seller = shop.seller();
    let found = seller.get("/subscriptions");
    let ours = found["items"].as_array().unwrap().iter().find(|it| it["number"] == id).unwrap();
    (member["Id"].as_u64().unwrap(), id, ours["id"].as_str().unwrap().to_owned())
}

/// What a client of ours sees of what somebody has, without ids.
fn services(client: &Client<'_>, user: &str) -> Vec<(Value, Value)> {
    let found = client.get(&format!("/users/{user}/services"));
    let found = found["items"].as_array().unwrap().iter();
    found.map(|it| (it["admitted"].clone(), it["offer_name"].clone())).collect()
}

#[test]
fn a_user_reaches_what_it_has_a_seat_for() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (member, id, subscription) = reached(&shop);
    let people = &house.north.customer;
    let [user, admin] = [&people.member, &people.admin].map(|it| house.client(it));
    assert_eq!(services(&user, &people.member.id), []);
    let seller = shop.seller();
    let ask = |who: &str| {
        let path = format!("/subscriptions/{subscription}/admission?{who}");
        let it = seller.get(&path);
        (it["admitted"].clone(), it["reason"].clone())
    };
    let by_login = format!("login={}", people.member.email);
    assert_eq!(ask(&by_login), (json!(false), json!("no_seat")));
    let itself = Bss(house.client(&people.member));
    assert_eq!(itself.told(&entitling(member, id), None), "200");
    assert_eq!(told(&itself, member, id), "admitted");
    for who in [by_login.clone(), format!("user={}", people.member.id)] {
        assert_eq!(ask(&who), (json!(true), Value::Null), "{who}");
    }
    let part = json!("D08SWLL");
    for client in [&user, &admin, &seller] {
        assert_eq!(services(client, &people.member.id), [(json!(true), part.clone())]);
    }
    let path = format!("/subscriptions/{subscription}/admission");
    for (query, status) in [("", 422), ("?login=nobody@door.test", 422), ("?user=a&login=b", 422)] {
        assert_eq!(seller.call(&format!("GET {path}{query}"), None).status.as_u16(), status);
    }
    let foreign = house.client(&house.south.admin);
    for path in [format!("{path}?{by_login}"), format!("/users/{}/services", people.member.id)] {
        assert_eq!(foreign.call(&format!("GET {path}"), None).status.as_u16(), 404, "{path}");
    }
}
