//! The mails that this contract's calls send, and those that they do not.

use expect_test::expect;
use serde_json::json;
use tillbox::world::mail::Letter;

use super::{Bss, subscriber};
use crate::harness::client::Client;
use crate::harness::house::{House, PASSWORD};

/// The letters that went to an address.
fn letters(house: &House, to: &str) -> Vec<Letter> {
    house.app.keep_duties();
    let sent = house.app.outside.sent().into_iter();
    sent.filter(|it| it.to.email.as_str() == to).collect()
}

/// The secret of the link in a letter.
fn secret(letter: &Letter) -> String {
    let (_, rest) = letter.text.split_once("/ui/password#token=").expect("a link");
    rest.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn who_is_registered_or_added_is_sent_a_link_that_activates() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("contact@mail.test");
    let body = subscriber(customer, "told@mail.test", &["User"]);
    bss.must("POST resource/subscriber", Some(&body));
    bss.add(customer, "untold@mail.test", &["User"]);
    for email in ["contact@mail.test", "told@mail.test"] {
        let sent = letters(&house, email);
        let [welcome] = sent.as_slice() else { panic!("{email}: {sent:?}") };
        assert_eq!(bss.by_email(email)["SubscriberState"], "PENDING");
        let accept = json!({ "token": secret(welcome), "password": PASSWORD });
        Client::nobody(&house.app).call("POST /password/redeem", Some(&accept)).ok();
        assert_eq!(bss.by_email(email)["SubscriberState"], "ACTIVE");
    }
    assert_eq!(letters(&house, "untold@mail.test").len(), 0, "it was suppressed");
}

#[test]
fn the_link_still_chooses_a_password_when_somebody_has_activated_meanwhile() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    bss.register("late@mail.test");
    let sent = letters(&house, "late@mail.test");
    let id = bss.by_email("late@mail.test")["Id"].clone();
    let activate = format!("POST resource/subscriber/{id} [activateSubscriber]");
    assert_eq!(bss.told(&activate, None), "204");
    assert_eq!(letters(&house, "late@mail.test").len(), 1, "that sends nothing");
    let accept = json!({ "token": secret(&sent[0]), "password": PASSWORD });
    let nobody = Client::nobody(&house.app);
    nobody.call("POST /password/redeem", Some(&accept)).ok();
    let again = nobody.call("POST /password/redeem", Some(&accept)).status.as_u16();
    assert_eq!(again, 409, "it works once");
}

#[test]
fn who_is_given_a_one_time_password_hears_of_it_and_not_which() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = &house.north.customer.member.email;
    let before = letters(&house, email).len();
    let credential = json!({ "UserCredential": { "LoginName": email, "NewPassword": "onet1me!" } });
    bss.must("POST service/authentication/setOneTimePassword", Some(&credential));
    let sent = letters(&house, email);
    let [told] = &sent[before..] else { panic!("{sent:?}") };
    assert!(!told.text.contains("onet1me!"));
    expect![[r#"
        Your one-time password

        Hello member of member@customer.north.test,

        an administrator has set a one-time password for member@customer.north.test and will tell it to you.

        Sign in with it here, and choose your own:
        http://127.0.0.1:8080/ui/

        It works once. If you did not expect this, ask your administrator.

        -- 
        North Reseller
    "#]].assert_eq(&format!("{}\n\n{}", told.subject, told.text));
    let set = "POST service/authentication/setUserPassword";
    let credential = json!({ "UserCredential": { "LoginName": email, "NewPassword": "passw0rd" } });
    bss.must(set, Some(&credential));
    assert_eq!(letters(&house, email).len(), sent.len(), "nobody is told of that");
}

#[test]
fn a_reset_sends_a_link_and_ends_what_was_open() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let member = &house.north.customer.member;
    let sign_in = json!({ "email": member.email, "password": PASSWORD });
    let session = Client::nobody(&house.app).call("POST /session", Some(&sign_in));
    let open = Client::with_session(&house.app, &session);
    assert!(open.call("GET /session", None).status.is_success());
    let before = letters(&house, &member.email).len();
    let reset = format!("POST service/authentication/resetPassword?loginName={}", member.email);
    assert_eq!(bss.told(&reset, None), "204");
    assert_eq!(open.call("GET /session", None).status.as_u16(), 401);
    let sent = letters(&house, &member.email);
    let [link] = &sent[before..] else { panic!("{sent:?}") };
    let choose = json!({ "token": secret(link), "password": "another-4-till!" });
    Client::nobody(&house.app).call("POST /password/redeem", Some(&choose)).ok();
}

#[test]
fn who_is_stopped_goes_on_gets_other_roles_or_is_deleted_is_told() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = &house.north.customer.member.email;
    let before = letters(&house, email).len();
    let path = format!("resource/subscriber/{}", bss.by_email(email)["Id"]);
    let role = format!(
        "POST service/authorization/assignRole?loginName={email}&role=CustomerAdministrator"
    );
    for what in [
        format!("POST {path} [suspendSubscriber]"),
        format!("POST {path} [unsuspendSubscriber]"),
        role.clone(),
        role,
        format!("DELETE {path}"),
    ] {
        assert_eq!(bss.told(&what, None), "204", "{what}");
        letters(&house, email);
    }
    let sent = letters(&house, email);
    let subjects: Vec<_> = sent[before..].iter().map(|it| it.subject.as_str()).collect();
    expect![[r#"
        Your access was suspended
        Your access is open again
        Your roles have changed
        Your access was removed"#]]
    .assert_eq(&subjects.join("\n"));
    assert!(sent[before..].iter().all(|it| it.text.contains("/ui/\n")), "no link that opens more");
}

/// Who goes with its company is not told one by one, and who was never let in of nothing.
#[test]
fn a_customer_that_is_deleted_tells_nobody_of_each_of_its_people() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let customer = bss.register("contact@gone.test");
    for email in ["one@gone.test", "two@gone.test"] {
        let id = bss.add(customer, email, &["User"]);
        let path = format!("resource/subscriber/{id}");
        assert_eq!(bss.told(&format!("POST {path} [suspendSubscriber]"), None), "204");
        assert_eq!(bss.told(&format!("POST {path} [unsuspendSubscriber]"), None), "204");
        if email == "one@gone.test" {
            assert_eq!(bss.told(&format!("POST {path} [activateSubscriber]"), None), "204");
        }
    }
    assert_eq!(bss.told(&format!("DELETE resource/customer/{customer}"), None), "204");
    for email in ["one@gone.test", "two@gone.test"] {
        assert_eq!(letters(&house, email).len(), 0, "{email}");
    }
}

/// What a vendor says instead, this contract's mails say too; what it turns off is not sent.
#[test]
fn mails_go_by_the_templates_of_the_vendor() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let templates = seller.get("/notification_templates");
    let template = templates["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["occasion"] == "one_time_password");
    let path = format!("/notification_templates/{}", template.unwrap()["id"].as_str().unwrap());
    seller.patch(&path, &json!({ "firing": "off" }));
    let email = &house.north.customer.member.email;
    let before = letters(&house, email).len();
    let credential = json!({ "UserCredential": { "LoginName": email, "NewPassword": "onet1me!" } });
    bss.must("POST service/authentication/setOneTimePassword", Some(&credential));
    assert_eq!(letters(&house, email).len(), before);
}
