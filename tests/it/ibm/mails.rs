//! The mails that this contract's calls send, and those that they do not.

use expect_test::expect;
use serde_json::json;
use tillbox::world::mail::Letter;

use super::shop::Shop;
use super::{Bss, sample, subscriber};
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

#[test]
fn who_signs_in_with_something_else_hears_of_it_at_the_former_address() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let email = &house.north.customer.member.email;
    let member = bss.by_email(email);
    let before = letters(&house, email).len();
    let path = format!("resource/subscriber/{}", member["Id"]);
    let mut body = bss.get(&path);
    bss.must(&format!("PUT {path}"), Some(&body));
    assert_eq!(letters(&house, email).len(), before, "it is the same");
    body["Subscriber"]["Person"]["EmailAddress"] = json!("taken@over.test");
    bss.must(&format!("PUT {path}"), Some(&body));
    assert_eq!(subjects(&house, email, before), "What you sign in with has changed");
    let text = letters(&house, email).pop().unwrap().text;
    assert!(text.contains(email) && !text.contains("taken@over.test"), "{text}");
    assert_eq!(letters(&house, "taken@over.test").len(), 0);
}

#[test]
fn the_company_is_told_that_a_trial_lasts_longer_and_that_it_is_over() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let part = "D0NWLLL-UNIFYTRL";
    let offer = shop.sell(part, json!({ "seating": "per_unit" }), "instant");
    let terms = json!([
        { "key": "tried", "duration": "1 month", "trial": "1 month" },
        { "key": "bought", "duration": "1 year", "trial": "7 days" },
    ]);
    shop.seller().patch(&format!("/offers/{offer}"), &json!({ "terms": terms }));
    let to = "contact@trial.test";
    let customer = shop.register(to);
    let mut order = super::shop::order(customer, &[(part, 1), (part, 1), ("D08SWLL", 1)]);
    order["Order"]["OrderItemSet"][0]["DurationUnits"] = json!("MONTHS");
    let made = shop.must("POST resource/subscription", Some(&order))["List"].clone();
    let ids: Vec<_> = made.as_array().unwrap().iter().map(|it| &it["SubscriptionId"]).collect();
    let before = letters(&house, to).len();
    for (id, end) in [(ids[0], "03/15/2026"), (ids[0], "03/15/2026"), (ids[2], "03/20/2027")] {
        let body = json!({ "Subscription": { "ExpirationDate": format!("{end} 00:00:00") } });
        shop.must(&format!("PUT resource/subscription/{id}"), Some(&body));
        letters(&house, to);
    }
    house.app.pass("8 days");
    letters(&house, to);
    expect![[r#"
        D0NWLLL-UNIFYTRL can be tried for longer
        D0NWLLL-UNIFYTRL is no longer on trial"#]]
    .assert_eq(&subjects(&house, to, before));
    house.app.pass("1 month");
    house.app.keep_duties();
    let shown = |id: &serde_json::Value| shop.subscription(id.as_u64().unwrap());
    let facts = |id| [shown(id)["IsTrial"].clone(), shown(id)["SubscriptionState"].clone()];
    assert_eq!(facts(ids[0]), [json!(true), json!("ACTIVE")], "it is one as long as it lasts");
    assert_eq!(facts(ids[1]), [json!(false), json!("ACTIVE")]);
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

/// What was sent to an address since there were so many letters.
fn subjects(house: &House, to: &str, before: usize) -> String {
    let sent = letters(house, to);
    sent[before..].iter().map(|it| it.subject.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_gets_a_seat_another_one_or_none_is_told() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let (email, silent) = (&house.north.customer.member.email, "silent@mail.test");
    let member = shop.by_email(email);
    let (id, customer) = (member["Id"].as_u64().unwrap(), member["CustomerId"].as_u64().unwrap());
    let made = shop.order(customer, &[("D08SWLL", 2), ("D08S1LL", 2), ("D100PLL", 100)]);
    let untold = shop.add(customer, silent, &["User"]);
    let before = letters(&house, email).len();
    let seat = shop.entitle(id, made[0]);
    let of_other = shop.entitle(untold, made[0]);
    let path = format!("resource/subscription/{}/seat/{seat}", made[0]);
    shop.must(&format!("POST {path}?targetSubscription={} [transferSeat]", made[1]), None);
    letters(&house, email);
    shop.must(&format!("POST resource/subscriber/{id}/seat/{seat} [revokeSubscriber]"), None);
    shop.must(
        &format!("POST resource/subscriber/{untold}/seat/{of_other} [revokeSubscriber]"),
        None,
    );
    letters(&house, email);
    let part = shop.entitle(id, made[2]);
    letters(&house, email);
    let mut quota = sample("wiki-change-quota-seat-payload");
    quota["Seat"]["SubscriptionId"] = json!(made[2]);
    quota["Seat"]["EntitlementQuantityAllocated"] = json!(40);
    let pool = format!("resource/subscription/{}/seat/{part}", made[2]);
    for _ in 0..2 {
        shop.must(&format!("POST {pool} [changeQuota]"), Some(&quota));
        letters(&house, email);
    }
    expect![[r#"
        You can now use D08SWLL
        Your seat of D08S1LL has changed
        You no longer have D08S1LL
        You can now use D100PLL
        Your seat of D100PLL has changed"#]]
    .assert_eq(&subjects(&house, email, before));
    let sent = letters(&house, email);
    let text =
        |subject: &str| sent.iter().find(|it| it.subject.as_str() == subject).unwrap().text.clone();
    assert!(text("Your seat of D08S1LL has changed").contains("instead of D08SWLL you now have"));
    assert!(text("Your seat of D100PLL has changed").contains("Of what is shared you have 40."));
    assert_eq!(letters(&house, silent).len(), 0, "who was added silently is told of nothing");
}

#[test]
fn the_company_is_told_that_its_subscription_stops_and_goes_on() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@stop.test");
    let id = shop.order_one(customer, "D08SWLL", 1);
    let before = letters(&house, "contact@stop.test").len();
    let path = format!("resource/subscription/{id}");
    for operation in ["suspendSubscription", "unsuspendSubscription"] {
        shop.must(&format!("POST {path} [{operation}]"), None);
        letters(&house, "contact@stop.test");
    }
    expect![[r#"
        D08SWLL is on hold
        D08SWLL goes on"#]]
    .assert_eq(&subjects(&house, "contact@stop.test", before));
    let silently = shop.order(customer, &[("D08S1LL", 1)]);
    assert_eq!(silently.len(), 1);
    letters(&house, "contact@stop.test");
    let before = letters(&house, "contact@stop.test").len();
    let order = super::shop::order(customer, &[("D08S1LL", 1)]);
    shop.must("POST resource/subscription?suppressEmail=true", Some(&order));
    assert_eq!(subjects(&house, "contact@stop.test", before), "", "that was suppressed");
}
