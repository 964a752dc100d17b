//! Users: invited, given roles, stopped, removed; and what keeps an account governed.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::{House, PASSWORD, invite};

#[test]
fn somebody_is_invited_accepts_and_is_changed() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let body = json!({
        "email": "ann@north.test", "name": "Ann van Lee", "login": "ALee", "locale": "de",
        "zone": "Europe/Berlin", "phone": "+49 30 1234", "attributes": { "desk": "4" },
    });
    let ann = said.say(&admin, "buyer", "POST /users", Some(&body)).ok();
    let path = format!("/users/{}", ann["id"].as_str().unwrap());
    let again = said
        .say(
            &admin,
            "buyer",
            &format!("POST {path}/invite?fields=state,invitation"),
            Some(&json!({})),
        )
        .ok();
    let nobody = Client::nobody(&house.app);
    for token in [&ann["invitation"]["token"], &again["invitation"]["token"]] {
        let body = json!({ "token": token, "password": PASSWORD });
        said.say(&nobody, "ann", "POST /password/redeem?fields=user", Some(&body));
    }
    said.say(&admin, "buyer", &format!("POST {path}/invite"), Some(&json!({})));
    let patch = |body: Value| {
        said.say(
            &admin,
            "buyer",
            &format!("PATCH {path}?fields=name,email,roles,phone"),
            Some(&body),
        );
    };
    patch(json!({ "name": "Ann Lane", "phone": null }));
    patch(json!({ "roles": ["customer_admin"] }));
    patch(json!({ "roles": ["vendor_admin"] }));
    patch(json!({ "roles": ["king"] }));
    patch(json!({ "email": "ADMIN@customer.north.test" }));
    patch(json!({ "login": "member@customer.north.test" }));
    patch(json!({ "roles": [] }));
    let sign_in = json!({ "email": "alee", "password": PASSWORD });
    said.say(&nobody, "ann", "POST /session?fields=account", Some(&sign_in));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn an_account_keeps_an_administrator() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let (admin, said) = (house.client(&customer.admin), Protocol::default());
    let path = format!("/users/{}", customer.admin.id);
    let try_all = || {
        for what in ["suspend", "delete", "remove"] {
            said.say(
                &admin,
                "buyer",
                &format!("POST {path}/{what}?fields=state"),
                Some(&json!({})),
            );
        }
        let roles = json!({ "roles": ["member"] });
        said.say(&admin, "buyer", &format!("PATCH {path}?fields=roles"), Some(&roles));
    };
    try_all();
    let second =
        invite(&house.app, &customer.admin, &customer.account, "b@north.test", "customer_admin");
    let suspend = format!("POST /users/{}/suspend?fields=state", second.id);
    said.say(&admin, "buyer", &suspend, Some(&json!({})));
    said.say(&admin, "buyer", &format!("POST {path}/suspend?fields=state"), Some(&json!({})));
    let restore = format!("POST /users/{}/restore?fields=state", second.id);
    said.say(&admin, "buyer", &restore, Some(&json!({})));
    said.say(&admin, "buyer", &format!("POST {path}/suspend?fields=state"), Some(&json!({})));
    said.say(&admin, "buyer", "GET /session", None);
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn who_is_gone_is_signed_out_and_leaves_the_address_free() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let (admin, said) = (house.client(&customer.admin), Protocol::default());
    let path = format!("/users/{}", customer.member.id);
    let post = |what: &str| {
        said.say(&admin, "buyer", &format!("POST {path}/{what}?fields=state"), Some(&json!({})));
        said.say(&house.client(&customer.member), "member", "GET /session?fields=account", None);
    };
    post("suspend");
    post("restore");
    post("delete");
    post("restore");
    post("remove");
    post("restore");
    let email = &customer.member.email;
    invite(&house.app, &customer.admin, &customer.account, email, "member");
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn nobody_becomes_more_by_looking_after_who_is_more() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    let home = &house.operator.account;
    let clerk = invite(&house.app, &house.operator, home, "clerk@provider.test", "vendor_admin");
    let buyer = invite(&house.app, &house.operator, home, "buyer@provider.test", "customer_admin");
    let path = format!("/users/{}", house.operator.id);
    for (who, name) in [(&clerk, "vendor admin"), (&buyer, "customer admin")] {
        let client = house.client(who);
        let say = |what: String, body: Value| {
            said.say(&client, name, &what, Some(&body));
        };
        say(format!("POST {path}/password"), json!({ "password": "a new and good one" }));
        say(format!("PATCH {path}"), json!({ "email": "mine@provider.test" }));
        say(format!("POST {path}/suspend"), json!({}));
        let own = format!("/users/{}", who.id);
        say(format!("PATCH {own}"), json!({ "roles": ["operator"] }));
        let friend = json!({ "email": "f@provider.test", "name": "F", "roles": ["operator"] });
        say("POST /users".to_owned(), friend);
    }
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn a_password_that_somebody_set_opens_once_if_it_is_meant_so() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let (admin, said) = (house.client(&customer.admin), Protocol::default());
    let nobody = Client::nobody(&house.app);
    let path = format!("POST /users/{}/password", customer.member.id);
    let set = json!({ "password": "once and never again", "one_time": true });
    said.say(&admin, "buyer", &format!("{path}?fields=state"), Some(&set));
    let sign_in = json!({ "email": customer.member.email, "password": "once and never again" });
    for _ in 0..2 {
        said.say(&nobody, "member", "POST /session?fields=account", Some(&sign_in));
    }
    let own = format!("POST /users/{}/password", customer.admin.id);
    said.say(&admin, "buyer", &own, Some(&json!({ "password": "for myself, please" })));
    let south = house.client(&house.south.admin);
    said.say(&south, "south", &path, Some(&json!({ "password": "for somebody else" })));
    expect![[""]].assert_eq(&said.text());
}

#[test]
fn members_see_and_change_themselves_alone() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let (member, said) = (house.client(&customer.member), Protocol::default());
    said.say(&member, "member", "GET /users?fields=email", None);
    said.say(&member, "member", &format!("GET /users/{}", customer.admin.id), None);
    let own = format!("PATCH /users/{}?fields=name,roles", customer.member.id);
    said.say(&member, "member", &own, Some(&json!({ "name": "Max Member" })));
    said.say(&member, "member", &own, Some(&json!({ "roles": ["customer_admin"] })));
    let body = json!({ "email": "x@north.test", "name": "X" });
    said.say(&member, "member", "POST /users", Some(&body));
    expect![[""]].assert_eq(&said.text());
}
