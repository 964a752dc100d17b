//! Seats: who is entitled to what, and when it is there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::shop::{Shop, entitling};
use super::{Bss, message, sample, told};
use crate::harness::house::House;

/// A customer with a subscription of some seats.
fn bought(shop: &Shop<'_>, seats: u32) -> (u64, u64) {
    let customer = shop.register("contact@seat.test");
    (customer, shop.order_one(customer, "D08SWLL", seats))
}

fn available(shop: &Shop<'_>, subscription: u64) -> Value {
    shop.subscription(subscription)["NumberOfAvailableSeats"].clone()
}

#[test]
fn seats_are_counted_given_once_and_taken_back() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (customer, id) = bought(&shop, 2);
    let [ann, bob, cid] =
        ["ann", "bob", "cid"].map(|it| shop.add(customer, &format!("{it}@seat.test"), &["User"]));
    let seat = shop.entitle(ann, id);
    assert_eq!(shop.seats(ann), [(seat, id, "ASSIGNED".to_owned())]);
    assert_eq!(available(&shop, id), json!(1));
    let twice = shop.call(&entitling(ann, id), None);
    assert_eq!(
        (twice.status.as_u16(), twice.json()),
        (404, sample("py-error-seat-already-assigned"))
    );
    let not_accepting = entitling(bob, id).replace(" [", "?acceptTOU=false [");
    shop.must(&not_accepting, None);
    let shown = shop.get(&format!("resource/subscriber/{bob}"));
    let open = &shown["Subscriber"]["SeatSet"][0];
    assert_eq!(
        (&open["HasAcceptedTermsOfUse"], &open["TermsOfUseId"]),
        (&json!(false), &Value::Null)
    );
    let full = shop.call(&entitling(cid, id), None);
    assert_eq!(told(&full), "400 BZSUS9101E");
    let expected = "No seat of the subscription is left: all `2` seats are taken; add some first.";
    assert_eq!(message(&full), expected);
    shop.must(&format!("POST resource/subscriber/{ann}/seat/{seat} [revokeSubscriber]"), None);
    assert!(shop.seats(ann).is_empty());
    assert_eq!(available(&shop, id), json!(1));
    shop.entitle(cid, id);
    shop.must(&format!("DELETE resource/subscriber/{cid}"), None);
    assert_eq!(available(&shop, id), json!(1), "who is deleted frees its seat");
    shop.must(&format!("POST resource/subscriber/{bob} [suspendSubscriber]"), None);
    assert_eq!(shop.seats(bob).len(), 1, "who is suspended keeps it");
    assert_eq!(shop.told(&entitling(bob, id), None), "400 BZSUS9003E");
    shop.must(&format!("DELETE resource/subscription/{id}"), None);
    assert!(shop.seats(bob).is_empty());
}

#[test]
fn a_seat_is_assigned_when_the_service_knows_its_user() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let customer = shop.register("contact@seat.test");
    let subscriber = shop.add(customer, "user@seat.test", &["User"]);
    let made = shop.order(customer, &[("D08SWLL", 1), ("D08S1LL", 1)]);
    let (one, other) = (made[0], made[1]);
    assert_eq!(shop.told(&entitling(subscriber, one), None), "400 BZSUS9105E", "it is pending");
    shop.work();
    let seat = shop.entitle(subscriber, one);
    let state = || shop.seats(subscriber)[0].2.clone();
    assert_eq!(state(), "ENTITLE_PENDING");
    let path = format!("resource/subscription/{one}/seat/{seat}");
    let workflows = shop.get(&path)["Seat"]["WorkflowIdList"].clone();
    assert_eq!(workflows.as_array().unwrap().len(), 1);
    assert_eq!(shop.work(), ["create seat"]);
    assert_eq!(state(), "ASSIGNED");
    let moving = format!("POST {path}?targetSubscription={other} [transferSeat]");
    shop.must(&moving, None);
    assert_eq!(shop.seats(subscriber), [(seat, other, "ENTITLE_PENDING".to_owned())]);
    assert_eq!(shop.work(), ["remove seat", "create seat"]);
    assert_eq!(state(), "ASSIGNED");
    let revoke = |seat: u64| {
        let what = format!("POST resource/subscriber/{subscriber}/seat/{seat} [revokeSubscriber]");
        shop.must(&what, None)
    };
    revoke(seat);
    assert_eq!(shop.work(), ["remove seat"]);
    // Of a seat that nobody has heard of yet, nobody is told that it is gone.
    revoke(shop.entitle(subscriber, one));
    assert_eq!(shop.work(), Vec::<String>::new());
    assert!(shop.seats(subscriber).is_empty());
}

#[test]
fn a_seat_moves_between_subscriptions_of_one_customer() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (customer, one) = bought(&shop, 2);
    let other = shop.order_one(customer, "D08S1LL", 1);
    let stranger = shop.register("stranger@seat.test");
    let foreign = shop.order_one(stranger, "D08SWLL", 5);
    let [ann, bob] =
        ["ann", "bob"].map(|it| shop.add(customer, &format!("{it}@seat.test"), &["User"]));
    let (of_ann, of_bob) = (shop.entitle(ann, one), shop.entitle(bob, one));
    let told = |seat: u64, target: &str| {
        let what = format!("POST resource/subscription/{one}/seat/{seat}");
        shop.told(&format!("{what}?targetSubscription={target} [transferSeat]"), None)
    };
    assert_eq!(told(of_ann, &other.to_string()), "204");
    assert_eq!(shop.seats(ann), [(of_ann, other, "ASSIGNED".to_owned())]);
    assert_eq!([available(&shop, one), available(&shop, other)], [json!(1), json!(0)]);
    assert_eq!(told(of_ann, &other.to_string()), "400 BZSUS9103E", "it is elsewhere now");
    assert_eq!(told(of_bob, &other.to_string()), "400 BZSUS9101E", "there is none left");
    assert_eq!(told(of_bob, &one.to_string()), "404 BZSUS1926E", "it has one there");
    assert_eq!(told(of_bob, &foreign.to_string()), "400 BZSUS9104E", "of another customer");
    assert_eq!(told(of_bob, "987654"), "404 BZSUS9001E");
    assert_eq!(told(of_bob, "abc"), "400 BZSAP1011E");
    assert_eq!(told(of_bob, ""), "400 BZSAP9005E");
}

#[test]
fn a_seat_is_looked_for_in_the_order_that_is_written_down() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (customer, one) = bought(&shop, 2);
    let other = shop.order_one(customer, "D08S1LL", 1);
    let subscriber = shop.add(customer, "ann@seat.test", &["User"]);
    let seat = shop.entitle(subscriber, one);
    let found = shop.get(&format!("resource/subscription/{one}/seat/{seat}"))["Seat"].clone();
    let facts = ["Id", "Oid", "SubscriptionId", "SubscriberId", "Owner", "TermsOfUseId"];
    let facts = facts.map(|it| found[it].as_u64().unwrap());
    assert_eq!(facts, [seat, seat, one, subscriber, customer, 1]);
    assert_eq!(found["HasAcceptedTermsOfUse"], json!(true));
    for (path, status, expected) in [
        (format!("{one}/seat/abc"), "400 BZSAP9009E", "Invalid URI."),
        (format!("abc/seat/{seat}"), "400 BZSAP9009E", "Invalid URI."),
        (format!("-1/seat/{seat}"), "400 BZSAP9010E", "Subscription Id should be a valid integer."),
        (format!("{one}/seat/-1"), "400 BZSAP9010E", "Seat Id should be a valid integer."),
        (format!("{one}/seat/0"), "400 BZSAP9010E", "Seat Id should be a valid integer."),
        (
            "987654/seat/987654".to_owned(),
            "404 BZSUS9001E",
            "Subscription with ID 987654 not found.",
        ),
        (format!("{one}/seat/987654"), "404 BZSUS9102E", "Seat with specified ID does not exist."),
        (format!("{other}/seat/{seat}"), "400 BZSUS9103E", {
            "Seat does not belong to the given Subscription"
        }),
    ] {
        let answer = shop.call(&format!("GET resource/subscription/{path}"), None);
        assert_eq!((&*told(&answer), &*message(&answer)), (status, expected), "{path}");
    }
    let revoke = |subscriber: u64, seat: u64| {
        let what = format!("POST resource/subscriber/{subscriber}/seat/{seat} [revokeSubscriber]");
        shop.told(&what, None)
    };
    let bob = shop.add(customer, "bob@seat.test", &["User"]);
    assert_eq!(revoke(bob, seat), "400 BZSUS9103E");
    assert_eq!(revoke(subscriber, 987_654), "404 BZSUS9102E");
    assert_eq!(revoke(987_654, seat), "404 BZSUS9001E");
}

#[test]
fn nobody_has_a_seat_of_what_another_customer_bought() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (_, id) = bought(&shop, 2);
    let stranger = shop.add(shop.register("stranger@seat.test"), "its@seat.test", &["User"]);
    let answer = shop.call(&entitling(stranger, id), None);
    assert_eq!(told(&answer), "400 BZSAP9004E", "{}", message(&answer));
    assert_eq!(available(&shop, id), json!(2));
}

#[test]
fn a_user_entitles_itself_and_an_administrator_its_people() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let people = &house.north.customer;
    let [member, admin] = [&people.member, &people.admin].map(|it| shop.by_email(&it.email));
    let (member_id, admin_id) = (member["Id"].as_u64().unwrap(), admin["Id"].as_u64().unwrap());
    let id = shop.order_one(member["CustomerId"].as_u64().unwrap(), "D08SWLL", 2);
    let [of_member, of_admin] = [&people.member, &people.admin].map(|it| Bss(house.client(it)));
    assert_eq!(of_member.told(&entitling(admin_id, id), None), "404 BZSUS9001E");
    assert_eq!(of_member.told(&entitling(member_id, id), None), "200");
    let seat = shop.seats(member_id)[0].0;
    let path = format!("resource/subscription/{id}/seat/{seat}");
    assert_eq!(of_member.told(&format!("GET {path}"), None), "403 BZSAU9002E");
    let revoke = format!("POST resource/subscriber/{member_id}/seat/{seat} [revokeSubscriber]");
    assert_eq!(of_member.told(&revoke, None), "403 BZSAU9002E");
    assert_eq!(of_admin.told(&format!("GET {path}"), None), "200");
    assert_eq!(of_admin.told(&entitling(admin_id, id), None), "200");
    assert_eq!(of_admin.told(&revoke, None), "204");
}

#[test]
fn of_a_thousand_who_are_entitled_at_once_as_many_get_a_seat_as_there_are() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (customer, id) = bought(&shop, 500);
    let people: Vec<_> =
        (0..1000).map(|it| shop.add(customer, &format!("user{it}@seat.test"), &["User"])).collect();
    let path = |it: &u64| format!("POST /api/bss/resource/subscriber/{it}/subscription/{id}");
    let asked: Vec<_> = people.iter().map(path).collect();
    let client = shop.seller().header("x-operation", "entitleSubscriber");
    let mut counts = BTreeMap::new();
    for answer in client.all_at_once(&asked) {
        *counts.entry(told(&answer)).or_insert(0) += 1;
    }
    let expected = [("200".to_owned(), 500), ("400 BZSUS9101E".to_owned(), 500)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(available(&shop, id), json!(0));
    let seats = people.iter().map(|it| shop.seats(*it).len()).sum::<usize>();
    assert_eq!(seats, 500);
}
