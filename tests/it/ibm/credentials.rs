//! Credentials: one-time passwords, changes, resets, and the rules that passwords keep.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Bss, message, told};
use crate::harness::client::Client;
use crate::harness::house::House;

const ONE_TIME: &str = "service/authentication/setOneTimePassword";
const CHANGE: &str = "service/authentication/changePassword";
const SET: &str = "service/authentication/setUserPassword";

fn given(email: &str, password: &str) -> Value {
    json!({ "UserCredential": { "LoginName": email, "NewPassword": password } })
}

fn changed(email: &str, old: &str, new: &str) -> Value {
    json!({ "UserCredential": {
        "LoginName": email, "OldPassword": old, "NewPassword": new, "ConfirmPassword": new,
    } })
}

/// What somebody gets who asks for its own list with a password.
fn with(house: &House, email: &str, password: &str) -> String {
    let pair = STANDARD.encode(format!("{email}:{password}"));
    let client = Client::nobody(&house.app).header("authorization", &format!("Basic {pair}"));
    told(&client.call("GET /api/bss/resource/subscriber", None))
}

/// A customer with an administrator who is active, and whose address is this.
fn administrator(bss: &Bss<'_>, email: &str) -> u64 {
    bss.register(email);
    let id = bss.by_email(email)["Id"].as_u64().unwrap();
    let activate = format!("POST resource/subscriber/{id} [activateSubscriber]");
    assert_eq!(bss.told(&activate, None), "204");
    id
}

#[test]
fn a_one_time_password_opens_its_own_change_and_nothing_else() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = "once@new.test";
    administrator(&bss, email);
    assert_eq!(bss.told(&format!("POST {ONE_TIME}"), Some(&given(email, "onet1me!"))), "204");
    assert_eq!(with(&house, email, "onet1me!"), "401 BZSAU9001E");
    let change = changed(email, "onet1me!", "passw0rd");
    assert_eq!(bss.told(&format!("POST {CHANGE}"), Some(&change)), "204");
    assert_eq!(with(&house, email, "passw0rd"), "200");
    assert_eq!(bss.told(&format!("POST {CHANGE}"), Some(&change)), "400 BZSAU9004E", "it is spent");
}

/// The order of IBM's own test of silent provisioning.
#[test]
fn passwords_are_set_and_changed_before_somebody_is_activated() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("silent@new.test");
    let id = bss.add(customer, "dummy@new.test", &["CustomerAdministrator"]);
    let state =
        || bss.get(&format!("resource/subscriber/{id}"))["Subscriber"]["SubscriberState"].clone();
    let one_time = given("dummy@new.test", "one-time-123");
    assert_eq!(bss.told(&format!("POST {ONE_TIME}"), Some(&one_time)), "204");
    assert_eq!(state(), "PENDING");
    let change = changed("dummy@new.test", "one-time-123", "password1");
    assert_eq!(bss.told(&format!("POST {CHANGE}"), Some(&change)), "204");
    assert_eq!(with(&house, "dummy@new.test", "password1"), "401 BZSAU9001E", "not yet active");
    assert_eq!(
        bss.told(&format!("POST resource/subscriber/{id} [activateSubscriber]"), None),
        "204"
    );
    assert_eq!(with(&house, "dummy@new.test", "password1"), "200");
    let mut body = bss.get(&format!("resource/subscriber/{id}"));
    body["Subscriber"]["Person"]["EmailAddress"] = json!("real@new.test");
    assert_eq!(bss.told(&format!("PUT resource/subscriber/{id}"), Some(&body)), "204");
    assert_eq!(with(&house, "real@new.test", "password1"), "200");
    assert_eq!(with(&house, "dummy@new.test", "password1"), "401 BZSAU9001E");
    house.app.keep_duties();
    let sent = house.app.outside.sent();
    let to = |email: &str| sent.iter().filter(|it| it.to.email.as_str() == email).count();
    assert_eq!((to("dummy@new.test"), to("real@new.test")), (0, 0), "nobody was told");
}

#[test]
fn passwords_keep_the_rules_unless_an_administrator_says_otherwise() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = "rules.name@new.test";
    administrator(&bss, email);
    for (password, rule) in [
        ("passw0r", "at least 8 characters"),
        ("1234567a", "at least 4 letters"),
        ("password", "at least 1 character that is no letter"),
        ("pass word1", "no spaces"),
        ("passsword1", "more than twice in a row"),
        ("rules.name-1", "must not contain the mail address"),
    ] {
        for what in [ONE_TIME, SET] {
            let answer = bss.call(&format!("POST {what}"), Some(&given(email, password)));
            assert_eq!(told(&answer), "400 BZSAU9005E", "{what} {password}");
            assert!(message(&answer).contains(rule), "{password}: {}", message(&answer));
        }
        let bypass = format!("POST {SET}?bypassPolicy=true");
        assert_eq!(bss.told(&bypass, Some(&given(email, password))), "204", "{password}");
    }
    assert_eq!(with(&house, email, "rules.name-1"), "200");
}

#[test]
fn none_of_the_eight_passwords_before_comes_back() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = "eight@new.test";
    administrator(&bss, email);
    let set = |number: u32| {
        let body = given(email, &format!("passw0rd-{number}"));
        bss.told(&format!("POST {SET}"), Some(&body))
    };
    for number in 0..9 {
        assert_eq!(set(number), "204", "{number}");
    }
    for number in [0, 8, 1] {
        assert_eq!(set(number), "400 BZSAU9005E", "{number}");
    }
    assert_eq!(set(9), "204");
    assert_eq!(set(0), "204", "nine were between");
}

#[test]
fn somebody_changes_its_password_once_a_day_and_at_once_after_it_was_set() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = "daily@new.test";
    administrator(&bss, email);
    let change =
        |old: &str, new: &str| bss.told(&format!("POST {CHANGE}"), Some(&changed(email, old, new)));
    bss.must(&format!("POST {ONE_TIME}"), Some(&given(email, "onet1me!")));
    assert_eq!(change("onet1me!", "first-passw0rd"), "204");
    assert_eq!(change("first-passw0rd", "second-passw0rd"), "400 BZSAU9005E");
    bss.must(&format!("POST {ONE_TIME}"), Some(&given(email, "onet1me!2")));
    assert_eq!(change("onet1me!2", "second-passw0rd"), "204");
    house.app.pass("1 day");
    assert_eq!(change("second-passw0rd", "third-passw0rd"), "204");
}

/// What somebody gets who changes its own password, with the present one as its credentials.
fn changes_its_own(house: &House, (email, old): (&str, &str), of: &str, new: &str) -> String {
    let pair = STANDARD.encode(format!("{email}:{old}"));
    let client = Client::nobody(&house.app).header("authorization", &format!("Basic {pair}"));
    told(&client.call(&format!("POST /api/bss/{CHANGE}"), Some(&changed(of, old, new))))
}

#[test]
fn an_expired_password_opens_its_own_change_and_nothing_else() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = "aged@new.test";
    administrator(&bss, email);
    let customer = bss.by_email(email)["CustomerId"].as_u64().unwrap();
    let member = bss.add(customer, "member@new.test", &["User"]);
    bss.must(&format!("POST resource/subscriber/{member} [activateSubscriber]"), None);
    for of in [email, "member@new.test"] {
        bss.must(&format!("POST {SET}"), Some(&given(of, "passw0rd")));
    }
    let seller = house.client(&house.north.admin);
    let found = seller.get(&format!("/accounts?number={customer}"))["items"][0].clone();
    let path = format!("/accounts/{}", found["id"].as_str().unwrap());
    seller.patch(&path, &json!({ "password_days": 60 }));
    house.app.pass("59 days");
    assert_eq!(with(&house, email, "passw0rd"), "200");
    house.app.pass("1 day");
    assert_eq!(with(&house, email, "passw0rd"), "403 BZSAU9007E");
    assert_eq!(with(&house, email, "wr0ngpass"), "401 BZSAU9001E");
    let pair = STANDARD.encode(format!("{email}:passw0rd"));
    let basic = Client::nobody(&house.app).header("authorization", &format!("Basic {pair}"));
    let parties = basic.call("GET /tmf-api/party/v4/individual", None);
    assert_eq!(parties.status.as_u16(), 403, "{}", parties.json());
    for (who, of, new, expected) in [
        (email, email, "passw0rd", "400 BZSAU9005E"),
        (email, "member@new.test", "passw0rd-2", "404 BZSUS9001E"),
        (email, email, "passw0rd-2", "204"),
        ("member@new.test", "MEMBER@new.test", "passw0rd-2", "204"),
    ] {
        let told = changes_its_own(&house, (who, "passw0rd"), of, new);
        assert_eq!(told, expected, "{who} changes that of {of}");
    }
    assert_eq!(with(&house, email, "passw0rd-2"), "200");
    let own = ("member@new.test", "passw0rd-2");
    let told = changes_its_own(&house, own, own.0, "passw0rd-3");
    assert_eq!(told, "403 BZSAU9002E", "a member asks an administrator while it is good");
    // Whoever sets it begins a new life of it, and so does who takes the rule away.
    house.app.pass("60 days");
    assert_eq!(with(&house, email, "passw0rd-2"), "403 BZSAU9007E");
    bss.must(&format!("POST {SET}"), Some(&given(email, "passw0rd-4")));
    assert_eq!(with(&house, email, "passw0rd-4"), "200");
    assert_eq!(with(&house, own.0, own.1), "403 BZSAU9007E");
    seller.patch(&path, &json!({ "password_days": null }));
    assert_eq!(with(&house, own.0, own.1), "403 BZSAU9002E", "a member has no list");
}

#[test]
fn what_is_wrong_with_a_credential_is_told() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = "wrong@new.test";
    administrator(&bss, email);
    let foreign = &house.south.admin.email;
    let mut differ = changed(email, "onet1me!", "passw0rd");
    differ["UserCredential"]["ConfirmPassword"] = json!("passw0rd2");
    let without = |mut body: Value, name: &str| {
        body["UserCredential"].as_object_mut().unwrap().remove(name);
        body
    };
    for (what, body, expected) in [
        (CHANGE, without(changed(email, "a", "passw0rd"), "OldPassword"), "400 BZSAP1033E"),
        (CHANGE, without(changed(email, "a", "passw0rd"), "ConfirmPassword"), "400 BZSAP1033E"),
        (CHANGE, differ, "400 BZSAU9006E"),
        (CHANGE, changed(email, "never-set-1", "passw0rd"), "400 BZSAU9004E"),
        (CHANGE, changed("no@one.test", "a", "passw0rd"), "404 BZSUS9001E"),
        (CHANGE, changed(foreign, "a", "passw0rd"), "404 BZSUS9001E"),
        (ONE_TIME, given("", "onet1me!"), "400 BZSAP1033E"),
        (ONE_TIME, given(email, ""), "400 BZSAP1033E"),
        (ONE_TIME, given(foreign, "onet1me!"), "404 BZSUS9001E"),
        (ONE_TIME, given(&house.north.admin.email, "onet1me!"), "400 BZSUS9005E"),
        (SET, given(foreign, "passw0rd"), "404 BZSUS9001E"),
        (SET, json!({ "UserCredential": [] }), "400 BZSAP9003E"),
        (SET, given(email, &"p4".repeat(101)), "400 BZSAP9002E"),
    ] {
        assert_eq!(bss.told(&format!("POST {what}"), Some(&body)), expected, "{what} {body}");
    }
    let flag = format!("POST {SET}?bypassPolicy=TRUE");
    assert_eq!(bss.told(&flag, Some(&given(email, "passw0rd"))), "400 BZSAP1011E");
    assert_eq!(bss.told("POST service/authentication/resetPassword", None), "400 BZSAP9005E");
}

#[test]
fn a_customers_administrator_does_not_set_the_password_of_who_is_more() {
    let house = House::on("2026-01-01");
    let buyer = Bss(house.client(&house.north.customer.admin));
    let vendor = given(&house.north.admin.email, "passw0rd");
    let set = format!("POST {SET}");
    assert_eq!(buyer.told(&set, Some(&vendor)), "404 BZSUS9001E", "it does not see it");
    let member = given(&house.north.customer.member.email, "passw0rd");
    assert_eq!(buyer.told(&set, Some(&member)), "204");
    let own = Bss(house.client(&house.north.customer.member));
    assert_eq!(own.told(&set, Some(&member)), "403 BZSAU9002E");
}
