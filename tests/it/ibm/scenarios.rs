//! The nine scenarios of the contract's documents: each as a conversation, and each over real HTTP by a
//! client that is not ours, a program in Python that needs nothing but Python.

use std::cell::RefCell;
use std::path::Path;

use expect_test::expect;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::shop::{Shop, entitling, order};
use super::{customer, sample, subscriber};
use crate::harness::absent::has;
use crate::harness::house::House;
use crate::harness::process::{Ended, Server, tillbox};
use crate::harness::python::script;

const LOGIN: &str = "olga@provider.test";
const PASSWORD: &str = "till-4-the-box!";

/// Who runs the servers.
const OPERATOR: [(&str, &str); 2] =
    [("TILLBOX_OPERATOR_EMAIL", LOGIN), ("TILLBOX_OPERATOR_PASSWORD", PASSWORD)];

/// Runs a script against a server over a folder.
fn told(path: &str, place: &Path, arguments: &[&str]) {
    if !has(&["python3"], path) {
        return;
    }
    let server = Server::start_with(place, arguments, &OPERATOR);
    let address = format!("http://{}", server.address);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ibm");
    let told = script(path, &[&address, LOGIN, PASSWORD, samples.to_str().unwrap()]);
    assert!(told.contains("all is as the documents have it"), "{told}");
}

#[test]
fn a_client_goes_through_the_scenarios_with_the_bodies_that_others_send() {
    told("tests/ibm_scenarios.py", tempdir().unwrap().path(), &[]);
}

#[test]
fn a_client_orders_entitles_and_moves_people_as_the_scenarios_have_it() {
    told("tests/ibm_seats.py", tempdir().unwrap().path(), &[]);
}

#[test]
fn a_client_that_reads_whatever_was_shown_orders_the_parts_of_the_documents_from_the_demo() {
    let place = tempdir().unwrap();
    let mut seed = tillbox(&["demo", "seed", "--months", "1", "--data"]);
    Ended::from(seed.arg(place.path()).envs(OPERATOR).output().unwrap()).ok();
    told("tests/ibm_client.py", place.path(), &["--demo"]);
}

/// A client as the documents have it: whatever it does is written down with the status of the answer.
struct Story<'a> {
    shop: &'a Shop<'a>,
    told: RefCell<Vec<String>>,
}

impl<'a> Story<'a> {
    fn of(shop: &'a Shop<'a>) -> Self {
        Self { shop, told: RefCell::default() }
    }

    /// Does something, and writes it down without ids.
    #[track_caller]
    fn call(&self, what: &str, body: Option<&Value>) -> Value {
        let answer = self.shop.call(what, body);
        let status = answer.status.as_u16();
        assert!(answer.status.is_success(), "{what}: {status} {}", answer.json());
        let operation = what.split_once(" [").map(|it| format!(" [{}", it.1)).unwrap_or_default();
        let path = what.split(['?', '[']).next().unwrap_or_default().trim();
        let path: Vec<_> = path.split('/').map(anonymous).collect();
        self.told.borrow_mut().push(format!("{status} {}{operation}", path.join("/")));
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    /// Lets somebody in as the samples do: activated, and with a password of its own.
    #[track_caller]
    fn let_in(&self, id: u64, email: &str) {
        self.call(&format!("POST resource/subscriber/{id} [activateSubscriber]"), None);
        self.give_password(email);
    }

    #[track_caller]
    fn give_password(&self, email: &str) {
        let one_time = json!({ "UserCredential": {
            "LoginName": email, "NewPassword": "one-time-123",
        } });
        self.call("POST service/authentication/setOneTimePassword", Some(&one_time));
        let change = json!({ "UserCredential": {
            "LoginName": email, "OldPassword": "one-time-123",
            "NewPassword": "passw0rd-3", "ConfirmPassword": "passw0rd-3",
        } });
        self.call("POST service/authentication/changePassword", Some(&change));
    }

    /// Adds somebody without a mail.
    #[track_caller]
    fn add(&self, customer: u64, email: &str, roles: &[&str]) -> u64 {
        let body = subscriber(customer, email, roles);
        let made = self.call("POST resource/subscriber?suppressEmail=true", Some(&body));
        made["Long"].as_u64().unwrap()
    }

    /// Orders parts, and polls until they are there.
    #[track_caller]
    fn order(&self, body: &Value) -> Vec<u64> {
        let made = self.call("POST resource/subscription", Some(body));
        let ids = made["List"].as_array().unwrap().iter();
        let ids: Vec<_> = ids.map(|it| it["SubscriptionId"].as_u64().unwrap()).collect();
        for id in &ids {
            assert_eq!(self.shop.subscription(*id)["SubscriptionState"], "PENDING");
        }
        self.shop.work();
        for id in &ids {
            assert_eq!(self.shop.subscription(*id)["SubscriptionState"], "ACTIVE");
        }
        ids
    }

    /// Entitles somebody, and polls until the seat is assigned.
    #[track_caller]
    fn entitle(&self, subscriber: u64, subscription: u64) -> u64 {
        let made = self.call(&entitling(subscriber, subscription), None);
        let seat = made["HashMap"]["Value"][0].as_u64().unwrap();
        let is = |state: &str| {
            let seats = self.shop.seats(subscriber);
            seats.iter().any(|it| it.0 == seat && it.1 == subscription && it.2 == state)
        };
        assert!(is("ENTITLE_PENDING"));
        self.shop.work();
        assert!(is("ASSIGNED"));
        seat
    }

    /// What was done, a line each.
    fn told(&self) -> String {
        self.told.take().join("\n")
    }
}

/// A part of a path, with a word for an id.
fn anonymous(part: &str) -> &str {
    if part.starts_with(|it: char| it.is_ascii_digit()) { "{id}" } else { part }
}

/// A customer as the SDK registers it, and its administrator.
fn registered(story: &Story<'_>, email: &str) -> (u64, u64) {
    let made = story.call("POST resource/customer", Some(&customer(email)));
    (made["Long"].as_u64().unwrap(), story.shop.by_email(email)["Id"].as_u64().unwrap())
}

#[test]
fn a_new_customer_gets_what_it_orders() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let (id, _) = registered(&story, "one@scenario.test");
    let mut order = sample("wiki-create-subscription-request");
    order["Order"]["CustomerId"] = json!(id);
    assert_eq!(story.order(&order).len(), 2);
    expect![[r#"
        200 POST resource/customer
        200 POST resource/subscription"#]]
    .assert_eq(&story.told());
}

#[test]
fn a_profile_is_found_changed_and_looked_at_again() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    registered(&story, "two@scenario.test");
    let found = story.call(
        "GET resource/customer?_namedQuery=getCustomersByContactEmail&emailAddress=two@scenario.test",
        None,
    );
    let path = format!("resource/customer/{}", found["List"][0]["Id"]);
    let mut whole = story.call(&format!("GET {path}"), None);
    whole["Customer"]["Organization"]["OrgName"] = json!("Renamed");
    story.call(&format!("PUT {path}"), Some(&whole));
    let after = story.call(&format!("GET {path}"), None);
    assert_eq!(after["Customer"]["Organization"]["OrgName"], "Renamed");
    for (operation, state) in [("suspendCustomer", "SUSPENDED"), ("unsuspendCustomer", "ACTIVE")] {
        story.call(&format!("POST {path} [{operation}]"), None);
        assert_eq!(shop.get(&path)["Customer"]["CustomerState"], state);
    }
    story.call(&format!("DELETE {path}"), None);
    assert_eq!(shop.told(&format!("GET {path}"), None), "404 BZSUS9001E");
    expect![[r#"
        200 POST resource/customer
        200 GET resource/customer
        200 GET resource/customer/{id}
        204 PUT resource/customer/{id}
        200 GET resource/customer/{id}
        204 POST resource/customer/{id} [suspendCustomer]
        204 POST resource/customer/{id} [unsuspendCustomer]
        204 DELETE resource/customer/{id}"#]]
    .assert_eq(&story.told());
}

#[test]
fn a_customer_is_provisioned_with_its_people() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let (id, administrator) = registered(&story, "three@scenario.test");
    story.let_in(administrator, "three@scenario.test");
    let mut order = sample("wiki-create-subscription-request");
    order["Order"]["CustomerId"] = json!(id);
    let base = story.order(&order)[0];
    let user = story.add(id, "user@scenario.test", &["User"]);
    let path = format!("resource/subscriber/{user}");
    let mut whole = story.call(&format!("GET {path}"), None);
    whole["Subscriber"]["SubscriberAttributeSet"] = json!([{
        "Name": "dom__emailAddress", "Type": "STRING", "StringValue": "user@scenario.test",
    }]);
    story.call(&format!("PUT {path}"), Some(&whole));
    story.let_in(user, "user@scenario.test");
    story.entitle(user, base);
    assert_eq!(shop.subscription(base)["NumberOfAvailableSeats"], json!(4));
    expect![[r#"
        200 POST resource/customer
        204 POST resource/subscriber/{id} [activateSubscriber]
        204 POST service/authentication/setOneTimePassword
        204 POST service/authentication/changePassword
        200 POST resource/subscription
        201 POST resource/subscriber
        200 GET resource/subscriber/{id}
        204 PUT resource/subscriber/{id}
        204 POST resource/subscriber/{id} [activateSubscriber]
        204 POST service/authentication/setOneTimePassword
        204 POST service/authentication/changePassword
        200 POST resource/subscriber/{id}/subscription/{id} [entitleSubscriber]"#]]
    .assert_eq(&story.told());
}

#[test]
fn somebody_is_provisioned_in_silence_before_the_address_is_known() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let (id, _) = registered(&story, "four@scenario.test");
    let user = story.add(id, "dummy@scenario.test", &["User"]);
    story.give_password("dummy@scenario.test");
    story.call(&format!("POST resource/subscriber/{user} [activateSubscriber]"), None);
    let path = format!("resource/subscriber/{user}");
    let mut whole = story.call(&format!("GET {path}"), None);
    whole["Subscriber"]["Person"]["EmailAddress"] = json!("real@scenario.test");
    story.call(&format!("PUT {path}"), Some(&whole));
    assert_eq!(shop.by_email("real@scenario.test")["Id"], json!(user));
    house.app.keep_duties();
    let sent = house.app.outside.sent();
    assert!(sent.iter().all(|it| it.to.email.as_str() != "dummy@scenario.test"), "{sent:?}");
    expect![[r#"
        200 POST resource/customer
        201 POST resource/subscriber
        204 POST service/authentication/setOneTimePassword
        204 POST service/authentication/changePassword
        204 POST resource/subscriber/{id} [activateSubscriber]
        200 GET resource/subscriber/{id}
        204 PUT resource/subscriber/{id}"#]]
    .assert_eq(&story.told());
}

#[test]
fn extra_storage_is_given_out_and_enlarged_by_a_second_order() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    shop.sell("D100PLL", json!({ "seating": "pool" }), "manual");
    let story = Story::of(&shop);
    let (id, _) = registered(&story, "five@scenario.test");
    let made = story.order(&order(id, &[("D08SWLL", 5), ("D100PLL", 100)]));
    let user = story.add(id, "user@scenario.test", &["User"]);
    story.entitle(user, made[0]);
    let seat = story.entitle(user, made[1]);
    let path = format!("resource/subscription/{}/seat/{seat}", made[1]);
    let mut whole = story.call(&format!("GET {path}"), None);
    whole["Seat"]["EntitlementQuantityAllocated"] = json!(110);
    let change = format!("POST {path} [changeQuota]");
    assert_eq!(shop.told(&change, Some(&whole)), "400 BZSUS9104E", "more than there is");
    story.order(&order(id, &[("D100PLL", 25)]));
    story.call(&change, Some(&whole));
    let pool = shop.subscription(made[1]);
    let facts = [&pool["EntitlementQuantity"], &pool["EntitlementQuantityAvailable"]];
    assert_eq!(facts, [&json!(125), &json!(15)]);
    expect![[r#"
        200 POST resource/customer
        200 POST resource/subscription
        201 POST resource/subscriber
        200 POST resource/subscriber/{id}/subscription/{id} [entitleSubscriber]
        200 POST resource/subscriber/{id}/subscription/{id} [entitleSubscriber]
        200 GET resource/subscription/{id}/seat/{id}
        200 POST resource/subscription
        204 POST resource/subscription/{id}/seat/{id} [changeQuota]"#]]
    .assert_eq(&story.told());
}

#[test]
fn somebody_moves_between_offers_in_both_ways() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let (id, _) = registered(&story, "six@scenario.test");
    let made = story.order(&order(id, &[("D08SWLL", 2), ("D08S1LL", 2)]));
    let (from, to) = (made[0], made[1]);
    let [ann, bob] = ["ann@scenario.test", "bob@scenario.test"].map(|it| {
        let user = story.add(id, it, &["User"]);
        (user, story.entitle(user, from))
    });
    story.entitle(ann.0, to);
    story.call(
        &format!("POST resource/subscriber/{}/seat/{} [revokeSubscriber]", ann.0, ann.1),
        None,
    );
    let transfer = format!("POST resource/subscription/{from}/seat/{}", bob.1);
    story.call(&format!("{transfer}?targetSubscription={to} [transferSeat]"), None);
    shop.work();
    assert_eq!(shop.seats(bob.0), [(bob.1, to, "ASSIGNED".to_owned())]);
    assert_eq!(shop.seats(ann.0).len(), 1);
    assert_eq!(shop.subscription(from)["NumberOfAvailableSeats"], json!(2));
    story.call(&format!("DELETE resource/subscription/{from}"), None);
    shop.work();
    assert_eq!(shop.told(&format!("GET resource/subscription/{from}"), None), "404 BZSUS9001E");
    expect![[r#"
        200 POST resource/customer
        200 POST resource/subscription
        201 POST resource/subscriber
        200 POST resource/subscriber/{id}/subscription/{id} [entitleSubscriber]
        201 POST resource/subscriber
        200 POST resource/subscriber/{id}/subscription/{id} [entitleSubscriber]
        200 POST resource/subscriber/{id}/subscription/{id} [entitleSubscriber]
        204 POST resource/subscriber/{id}/seat/{id} [revokeSubscriber]
        204 POST resource/subscription/{id}/seat/{id} [transferSeat]
        204 DELETE resource/subscription/{id}"#]]
    .assert_eq(&story.told());
}

#[test]
fn ten_are_deleted_and_added_again_at_once() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let (id, _) = registered(&story, "seven@scenario.test");
    let emails: Vec<_> = (0..10).map(|it| format!("user{it}@scenario.test")).collect();
    let add = || emails.iter().map(|it| story.add(id, it, &["User"])).collect::<Vec<_>>();
    let before = add();
    for it in &before {
        story.call(&format!("DELETE resource/subscriber/{it}"), None);
    }
    let after = add();
    assert!(after.iter().all(|it| !before.contains(it)), "they are others");
    for (email, id) in emails.iter().zip(&after) {
        assert_eq!(shop.by_email(email)["Id"], json!(id));
    }
}

#[test]
fn a_second_user_of_the_vendor_becomes_an_administrator_too() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let own = shop.get("resource/customer")["List"][0]["Id"].as_u64().unwrap();
    let second = story.add(own, "second@scenario.test", &["VSR"]);
    story.let_in(second, "second@scenario.test");
    let role = "loginName=second@scenario.test&role=CustomerAdministrator";
    story.call(&format!("POST service/authorization/assignRole?{role}"), None);
    let held =
        shop.must("POST service/authorization/getRoleList?loginName=second@scenario.test", None);
    assert_eq!(held["List"], json!(["CustomerAdministrator", "VSR"]));
    expect![[r#"
        201 POST resource/subscriber
        204 POST resource/subscriber/{id} [activateSubscriber]
        204 POST service/authentication/setOneTimePassword
        204 POST service/authentication/changePassword
        204 POST service/authorization/assignRole"#]]
    .assert_eq(&story.told());
}

#[test]
fn roles_are_asked_for_given_and_taken_away() {
    let house = House::on("2026-01-01");
    let shop = Shop::by_hand(&house);
    let story = Story::of(&shop);
    let (id, _) = registered(&story, "nine@scenario.test");
    story.add(id, "user@scenario.test", &["User"]);
    let ask = |verb: &str, more: &str| {
        story.call(
            &format!("POST service/authorization/{verb}?loginName=user@scenario.test{more}"),
            None,
        )
    };
    let held = || ask("getRoleList", "")["List"].clone();
    let role = "&role=CustomerAdministrator";
    assert_eq!(held(), json!(["User"]));
    ask("assignRole", role);
    assert_eq!(held(), json!(["User", "CustomerAdministrator"]));
    ask("unassignRole", role);
    assert_eq!(held(), json!(["User"]));
    expect![[r#"
        200 POST resource/customer
        201 POST resource/subscriber
        200 POST service/authorization/getRoleList
        204 POST service/authorization/assignRole
        200 POST service/authorization/getRoleList
        204 POST service/authorization/unassignRole
        200 POST service/authorization/getRoleList"#]]
    .assert_eq(&story.told());
}
