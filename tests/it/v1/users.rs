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
    expect![[r#"
        > POST /users {"attributes":{"desk":"4"},"email":"ann@north.test","locale":"de","login":"ALee","name":"Ann van Lee","phone":"+49 30 1234","zone":"Europe/Berlin"} [buyer]
        201 Created {"id":"{usr1}","revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","account":"{acc1}","party":null,"state":"invited","email":"ann@north.test","login":"ALee","name":"Ann van Lee","roles":["member"],"locale":"de","zone":"Europe/Berlin","phone":"+49 30 1234","employee_number":null,"job_title":null,"attributes":{"desk":"4"},"invited_by":"{usr2}","activated_at":null,"last_sign_in_at":null,"locked_until":null,"invitation":{"token":"…","expires_at":"2026-01-08T00:00:00Z"}}
        > POST /users/{usr1}/invite?fields=state,invitation {} [buyer]
        200 OK {"id":"{usr1}","invitation":{"expires_at":"2026-01-08T00:00:00Z","token":"…"},"state":"invited"}
        > POST /password/redeem?fields=user {"password":"till-4-the-box!","token":"…"} [ann]
        409 Conflict {"type":"/problems/link_void","title":"The link is wrong, was used, or is too old.","status":409,"detail":"the link was used, is too old, or was never sent; ask for another one","request_id":"…"}
        > POST /password/redeem?fields=user {"password":"till-4-the-box!","token":"…"} [ann]
        201 Created {"user":{"email":"ann@north.test","id":"{usr1}","locale":"de","name":"Ann van Lee","roles":["member"],"zone":"Europe/Berlin"}}
        > POST /users/{usr1}/invite {} [buyer]
        409 Conflict {"type":"/problems/user_state_forbids","title":"The state of the user does not allow the operation.","status":409,"detail":"cannot invite a user that is active","request_id":"…"}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"name":"Ann Lane","phone":null} [buyer]
        200 OK {"email":"ann@north.test","id":"{usr1}","name":"Ann Lane","phone":null,"roles":["member"]}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"roles":["customer_admin"]} [buyer]
        200 OK {"email":"ann@north.test","id":"{usr1}","name":"Ann Lane","phone":null,"roles":["customer_admin"]}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"roles":["vendor_admin"]} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: role_grant","request_id":"…"}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"roles":["king"]} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/roles/0` `king` is not one of operator, vendor_admin, customer_admin, member","request_id":"…","errors":[{"pointer":"/roles/0","rule":"format","message":"`king` is not one of operator, vendor_admin, customer_admin, member"}]}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"email":"ADMIN@customer.north.test"} [buyer]
        409 Conflict {"type":"/problems/duplicate","title":"Something with this key exists already.","status":409,"detail":"somebody else signs in as `admin@customer.north.test`","request_id":"…"}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"login":"member@customer.north.test"} [buyer]
        409 Conflict {"type":"/problems/duplicate","title":"Something with this key exists already.","status":409,"detail":"somebody else signs in as `member@customer.north.test`","request_id":"…"}
        > PATCH /users/{usr1}?fields=name,email,roles,phone {"roles":[]} [buyer]
        200 OK {"email":"ann@north.test","id":"{usr1}","name":"Ann Lane","phone":null,"roles":["member"]}
        > POST /session?fields=account {"email":"alee","password":"till-4-the-box!"} [ann]
        201 Created {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"}}
    "#]].assert_eq(&said.text());
}

/// Nobody else could make an operator again, and billing runs, jobs and the clock are for operators.
#[test]
fn the_provider_keeps_an_operator() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let provider = &house.operator.account;
    invite(&house.app, &house.operator, provider, "buyer@provider.test", "customer_admin");
    let path = format!("/users/{}", house.operator.id);
    let steps_down = json!({ "roles": ["vendor_admin"] });
    said.say(&operator, "operator", &format!("PATCH {path}?fields=roles"), Some(&steps_down));
    said.say(&operator, "operator", &format!("POST {path}/suspend"), Some(&json!({})));
    invite(&house.app, &house.operator, provider, "oscar@provider.test", "operator");
    said.say(&operator, "operator", &format!("PATCH {path}?fields=roles"), Some(&steps_down));
    expect![[r#"
        > PATCH /users/{usr1}?fields=roles {"roles":["vendor_admin"]} [operator]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"the provider keeps at least one operator; appoint another first","request_id":"…"}
        > POST /users/{usr1}/suspend {} [operator]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"the provider keeps at least one operator; appoint another first","request_id":"…"}
        > PATCH /users/{usr1}?fields=roles {"roles":["vendor_admin"]} [operator]
        200 OK {"id":"{usr1}","roles":["vendor_admin"]}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_user_is_found_by_what_it_signs_in_with_as_any_list_is_narrowed() {
    let house = House::on("2026-01-01");
    let (north, south) = (&house.north.customer, &house.south.customer);
    let found = |who, query: String| {
        let found = house.client(who).get(&format!("/users?{query}&fields=id"));
        found["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    let login = format!("login={}", north.member.email.to_uppercase());
    let member = [json!(north.member.id)];
    assert_eq!(found(&house.operator, login.clone()), member);
    assert_eq!(found(&house.operator, format!("{login}&account={}", north.account)), member);
    for query in [
        format!("{login}&account={}", south.account),
        format!("{login}&state=invited"),
        format!("{login}&q=somebody"),
        "login=member".to_owned(),
    ] {
        assert!(found(&house.operator, query.clone()).is_empty(), "{query}");
    }
    assert!(found(&south.admin, login).is_empty(), "it is not theirs to see");
}

#[test]
fn a_vendor_finds_its_own_people_among_those_of_its_customers() {
    let house = House::on("2026-01-01");
    let found = |who| {
        let found = house.client(who).get("/users?fields=id");
        found["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
    };
    let north = &house.north;
    let of_customer = [&north.customer.member.id, &north.customer.admin.id].map(|it| json!(it));
    assert_eq!(found(&north.customer.admin), of_customer);
    assert_eq!(found(&north.admin), [&of_customer[..], &[json!(north.admin.id)]].concat());
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
    expect![[r#"
        > POST /users/{usr1}/suspend?fields=state {} [buyer]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"an account keeps at least one administrator; appoint another first","request_id":"…"}
        > POST /users/{usr1}/delete?fields=state {} [buyer]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"an account keeps at least one administrator; appoint another first","request_id":"…"}
        > POST /users/{usr1}/remove?fields=state {} [buyer]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"an account keeps at least one administrator; appoint another first","request_id":"…"}
        > PATCH /users/{usr1}?fields=roles {"roles":["member"]} [buyer]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"an account keeps at least one administrator; appoint another first","request_id":"…"}
        > POST /users/{usr2}/suspend?fields=state {} [buyer]
        200 OK {"id":"{usr2}","state":"suspended"}
        > POST /users/{usr1}/suspend?fields=state {} [buyer]
        409 Conflict {"type":"/problems/last_administrator","title":"Every customer account keeps at least one customer administrator.","status":409,"detail":"an account keeps at least one administrator; appoint another first","request_id":"…"}
        > POST /users/{usr2}/restore?fields=state {} [buyer]
        200 OK {"id":"{usr2}","state":"active"}
        > POST /users/{usr1}/suspend?fields=state {} [buyer]
        200 OK {"id":"{usr1}","state":"suspended"}
        > GET /session [buyer]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > POST /users/{usr1}/suspend?fields=state {} [buyer]
        200 OK {"id":"{usr1}","state":"suspended"}
        > GET /session?fields=account [member]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > POST /users/{usr1}/restore?fields=state {} [buyer]
        200 OK {"id":"{usr1}","state":"active"}
        > GET /session?fields=account [member]
        200 OK {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"}}
        > POST /users/{usr1}/delete?fields=state {} [buyer]
        200 OK {"id":"{usr1}","state":"softly_deleted"}
        > GET /session?fields=account [member]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > POST /users/{usr1}/restore?fields=state {} [buyer]
        200 OK {"id":"{usr1}","state":"active"}
        > GET /session?fields=account [member]
        200 OK {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"}}
        > POST /users/{usr1}/remove?fields=state {} [buyer]
        200 OK {"id":"{usr1}","state":"removed"}
        > GET /session?fields=account [member]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > POST /users/{usr1}/restore?fields=state {} [buyer]
        409 Conflict {"type":"/problems/user_state_forbids","title":"The state of the user does not allow the operation.","status":409,"detail":"cannot restore a user that is removed","request_id":"…"}
        > GET /session?fields=account [member]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
    "#]].assert_eq(&said.text());
}

/// Who may not set a password learns nothing by trying: a right guess is answered as a wrong one.
#[test]
fn setting_a_password_does_not_tell_the_present_one() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let home = &house.operator.account;
    let buyer = invite(&house.app, &house.operator, home, "buyer@provider.test", "customer_admin");
    for (who, of) in [
        (&customer.member, &customer.member),
        (&customer.admin, &customer.admin),
        (&buyer, &house.operator),
    ] {
        let path = format!("POST /users/{}/password", of.id);
        let answers = [PASSWORD, "another-1-of-the-box!"].map(|guess| {
            let answer = house.client(who).call(&path, Some(&json!({ "password": guess })));
            (answer.status, answer.json()["type"].clone(), answer.json()["detail"].clone())
        });
        assert_eq!(answers[0], answers[1]);
        assert_ne!(answers[0].1, "/problems/weak_password", "{answers:?}");
    }
}

/// Where mail goes, links to choose a password go: a token for less, or a session that somebody
/// left open, must not be enough to own the user.
#[test]
fn what_one_signs_in_with_is_changed_by_who_knows_the_password() {
    let house = House::on("2026-01-01");
    let member = &house.north.customer.member;
    let (client, said) = (house.client(member), Protocol::default());
    let (path, nobody) = (format!("/users/{}", member.id), Client::nobody(&house.app));
    let elsewhere = json!({ "email": "mine@elsewhere.test" });
    said.say(&client, "member", &format!("PATCH {path}?fields=email"), Some(&elsewhere));
    let own = format!("POST {path}/login?fields=email,login");
    let with = |present: &str| json!({ "present": present, "email": "mine@elsewhere.test", "login": "Mine" });
    said.say(&client, "member", &own, Some(&with("not the right 1")));
    let scoped = json!({ "name": "less", "scopes": ["user_read", "user_write"] });
    let scoped = client.post("/tokens", &scoped);
    let scoped = Client::with_token(&house.app, scoped["secret"].as_str().unwrap());
    said.say(&scoped, "a token for less", &own, Some(&with(PASSWORD)));
    let admin = house.client(&house.north.customer.admin);
    said.say(&admin, "buyer", &own, Some(&with(PASSWORD)));
    // A link that was sent before opens nothing after.
    let link = admin.post(&format!("{path}/password/link"), &json!({}));
    said.say(&client, "member", &own, Some(&with(PASSWORD)));
    let redeem = json!({ "token": link["invitation"]["token"], "password": "found-in-a-mail-box" });
    said.say(&nobody, "the old address", "POST /password/redeem", Some(&redeem));
    let sign_in = json!({ "email": "mine", "password": PASSWORD });
    said.say(&nobody, "member", "POST /session?fields=must_change_password", Some(&sign_in));
    expect![[r#"
        > PATCH /users/{usr1}?fields=email {"email":"mine@elsewhere.test"} [member]
        409 Conflict {"type":"/problems/not_for_oneself","title":"This is for others to do: nobody does it to itself.","status":409,"detail":"one changes what one signs in with by knowing one's password","request_id":"…"}
        > POST /users/{usr1}/login?fields=email,login {"email":"mine@elsewhere.test","login":"Mine","present":"not the right 1"} [member]
        401 Unauthorized {"type":"/problems/sign_in_refused","title":"The login or the password is wrong, or too many sign-ins have failed.","status":401,"detail":"the login or the password is wrong, or too many sign-ins have failed; after a while it can be tried again","request_id":"…"}
        > POST /users/{usr1}/login?fields=email,login {"email":"mine@elsewhere.test","login":"Mine","present":"till-4-the-box!"} [a token for less]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_write","request_id":"…"}
        > POST /users/{usr1}/login?fields=email,login {"email":"mine@elsewhere.test","login":"Mine","present":"till-4-the-box!"} [buyer]
        409 Conflict {"type":"/problems/user_state_forbids","title":"The state of the user does not allow the operation.","status":409,"detail":"what somebody else signs in with is changed with the rest of the profile","request_id":"…"}
        > POST /users/{usr1}/login?fields=email,login {"email":"mine@elsewhere.test","login":"Mine","present":"till-4-the-box!"} [member]
        200 OK {"email":"mine@elsewhere.test","id":"{usr1}","login":"Mine"}
        > POST /password/redeem {"password":"found-in-a-mail-box","token":"…"} [the old address]
        409 Conflict {"type":"/problems/link_void","title":"The link is wrong, was used, or is too old.","status":409,"detail":"the link was used, is too old, or was never sent; ask for another one","request_id":"…"}
        > POST /session?fields=must_change_password {"email":"mine","password":"till-4-the-box!"} [member]
        201 Created {"must_change_password":false}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > POST /users/{usr1}/password {"password":"a new and good one"} [vendor admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: password_write","request_id":"…"}
        > PATCH /users/{usr1} {"email":"mine@provider.test"} [vendor admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_write","request_id":"…"}
        > POST /users/{usr1}/suspend {} [vendor admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_suspend","request_id":"…"}
        > PATCH /users/{usr2} {"roles":["operator"]} [vendor admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: role_grant","request_id":"…"}
        > POST /users {"email":"f@provider.test","name":"F","roles":["operator"]} [vendor admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: role_grant","request_id":"…"}
        > POST /users/{usr1}/password {"password":"a new and good one"} [customer admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: password_write","request_id":"…"}
        > PATCH /users/{usr1} {"email":"mine@provider.test"} [customer admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_write","request_id":"…"}
        > POST /users/{usr1}/suspend {} [customer admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_suspend","request_id":"…"}
        > PATCH /users/{usr3} {"roles":["operator"]} [customer admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: role_grant","request_id":"…"}
        > POST /users {"email":"f@provider.test","name":"F","roles":["operator"]} [customer admin]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: role_grant","request_id":"…"}
    "#]].assert_eq(&said.text());
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
    let door = "POST /session?fields=permissions,must_change_password,csrf_token";
    let session = said.say(&nobody, "member", door, Some(&sign_in));
    // Who gave it out knows it: nothing is open before another one is chosen.
    let inside = Client::with_session(&house.app, &session);
    said.say(&inside, "member", "GET /session?fields=must_change_password", None);
    said.say(&inside, "member", "GET /invoices", None);
    said.say(&inside, "member", "POST /tokens", Some(&json!({ "name": "a way around" })));
    let wrong = json!({ "present": "not the right 1", "password": "mine, and mine alone" });
    said.say(&inside, "member", "POST /password", Some(&wrong));
    said.say(&nobody, "member", door, Some(&sign_in));
    let renew = json!({
        "email": customer.member.email, "present": "once and never again",
        "password": "mine, and mine alone",
    });
    said.say(&nobody, "member", "POST /password/renew?fields=must_change_password", Some(&renew));
    let own = format!("POST /users/{}/password", customer.admin.id);
    said.say(&admin, "buyer", &own, Some(&json!({ "password": "for myself, please" })));
    let south = house.client(&house.south.admin);
    said.say(&south, "south", &path, Some(&json!({ "password": "for somebody else" })));
    expect![[r#"
        > POST /users/{usr1}/password?fields=state {"one_time":true,"password":"once and never again"} [buyer]
        200 OK {"id":"{usr1}","state":"active"}
        > POST /session?fields=permissions,must_change_password,csrf_token {"email":"member@customer.north.test","password":"once and never again"} [member]
        201 Created {"csrf_token":"…","must_change_password":true,"permissions":[]}
        > GET /session?fields=must_change_password [member]
        200 OK {"must_change_password":true}
        > GET /invoices [member]
        403 Forbidden {"type":"/problems/password_must_change","title":"The password was given out to be used once, or has expired: another must be chosen first.","status":403,"detail":"the password was given out to be used once, or has expired; choose another first","request_id":"…"}
        > POST /tokens {"name":"a way around"} [member]
        403 Forbidden {"type":"/problems/password_must_change","title":"The password was given out to be used once, or has expired: another must be chosen first.","status":403,"detail":"the password was given out to be used once, or has expired; choose another first","request_id":"…"}
        > POST /password {"password":"mine, and mine alone","present":"not the right 1"} [member]
        401 Unauthorized {"type":"/problems/sign_in_refused","title":"The login or the password is wrong, or too many sign-ins have failed.","status":401,"detail":"the login or the password is wrong, or too many sign-ins have failed; after a while it can be tried again","request_id":"…"}
        > POST /session?fields=permissions,must_change_password,csrf_token {"email":"member@customer.north.test","password":"once and never again"} [member]
        403 Forbidden {"type":"/problems/password_must_change","title":"The password was given out to be used once, or has expired: another must be chosen first.","status":403,"detail":"the one-time password was used; choose another password","request_id":"…"}
        > POST /password/renew?fields=must_change_password {"email":"member@customer.north.test","password":"mine, and mine alone","present":"once and never again"} [member]
        201 Created {"must_change_password":false}
        > POST /users/{usr2}/password {"password":"for myself, please"} [buyer]
        409 Conflict {"type":"/problems/not_for_oneself","title":"This is for others to do: nobody does it to itself.","status":409,"detail":"one changes one's own password by knowing it","request_id":"…"}
        > POST /users/{usr1}/password {"password":"for somebody else"} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{usr1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn an_expired_password_opens_its_own_change_and_nothing_else() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let (admin, said) = (house.client(&customer.admin), Protocol::default());
    let nobody = Client::nobody(&house.app);
    let account = format!("PATCH /accounts/{}?fields=password_days", customer.account);
    said.say(&admin, "buyer", &account, Some(&json!({ "password_days": 45 })));
    said.say(&admin, "buyer", &account, Some(&json!({ "password_days": 30 })));
    let sign_in = json!({ "email": customer.member.email, "password": PASSWORD });
    let door = "POST /session?fields=must_change_password,csrf_token";
    house.app.pass("29 days");
    let session = said.say(&nobody, "member", door, Some(&sign_in));
    let inside = Client::with_session(&house.app, &session);
    // It expires in the middle of the session, which is not ended by it.
    for _ in 0..3 {
        said.say(&inside, "member", "GET /users?fields=email", None);
        house.app.settle();
        house.app.set_wall_to(house.app.wall().plus_seconds(8 * 3600));
    }
    said.say(&inside, "member", "GET /users?fields=email", None);
    said.say(&inside, "member", "GET /session?fields=must_change_password", None);
    let program = house.client(&customer.member);
    said.say(&program, "a program of the member", "GET /users?fields=email", None);
    said.say(&nobody, "member", door, Some(&sign_in));
    said.say(&nobody, "member", door, Some(&sign_in));
    let same = json!({ "present": PASSWORD, "password": PASSWORD });
    said.say(&inside, "member", "POST /password?fields=must_change_password", Some(&same));
    let another = json!({ "present": PASSWORD, "password": "another for a month" });
    said.say(&inside, "member", "POST /password?fields=must_change_password", Some(&another));
    said.say(&admin, "buyer", &account, Some(&json!({ "password_days": null })));
    house.app.pass("400 days");
    let sign_in = json!({ "email": customer.member.email, "password": "another for a month" });
    said.say(&nobody, "member", door, Some(&sign_in));
    expect![[r#"
        > PATCH /accounts/{acc1}?fields=password_days {"password_days":45} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/password_days` must be 30, 60, 90, 180 or 365, or nothing","request_id":"…","errors":[{"pointer":"/password_days","rule":"range","message":"must be 30, 60, 90, 180 or 365, or nothing"}]}
        > PATCH /accounts/{acc1}?fields=password_days {"password_days":30} [buyer]
        200 OK {"id":"{acc1}","password_days":30}
        > POST /session?fields=must_change_password,csrf_token {"email":"member@customer.north.test","password":"till-4-the-box!"} [member]
        201 Created {"csrf_token":"…","must_change_password":false}
        > GET /users?fields=email [member]
        200 OK {"items":[{"email":"member@customer.north.test","id":"{usr1}"}],"next_cursor":null}
        > GET /users?fields=email [member]
        200 OK {"items":[{"email":"member@customer.north.test","id":"{usr1}"}],"next_cursor":null}
        > GET /users?fields=email [member]
        200 OK {"items":[{"email":"member@customer.north.test","id":"{usr1}"}],"next_cursor":null}
        > GET /users?fields=email [member]
        403 Forbidden {"type":"/problems/password_must_change","title":"The password was given out to be used once, or has expired: another must be chosen first.","status":403,"detail":"the password was given out to be used once, or has expired; choose another first","request_id":"…"}
        > GET /session?fields=must_change_password [member]
        200 OK {"must_change_password":true}
        > GET /users?fields=email [a program of the member]
        200 OK {"items":[{"email":"member@customer.north.test","id":"{usr1}"}],"next_cursor":null}
        > POST /session?fields=must_change_password,csrf_token {"email":"member@customer.north.test","password":"till-4-the-box!"} [member]
        201 Created {"csrf_token":"…","must_change_password":true}
        > POST /session?fields=must_change_password,csrf_token {"email":"member@customer.north.test","password":"till-4-the-box!"} [member]
        201 Created {"csrf_token":"…","must_change_password":true}
        > POST /password?fields=must_change_password {"password":"till-4-the-box!","present":"till-4-the-box!"} [member]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password was used before","request_id":"…"}
        > POST /password?fields=must_change_password {"password":"another for a month","present":"till-4-the-box!"} [member]
        201 Created {"must_change_password":false}
        > PATCH /accounts/{acc1}?fields=password_days {"password_days":null} [buyer]
        200 OK {"id":"{acc1}","password_days":null}
        > POST /session?fields=must_change_password,csrf_token {"email":"member@customer.north.test","password":"another for a month"} [member]
        201 Created {"csrf_token":"…","must_change_password":false}
    "#]].assert_eq(&said.text());
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
    expect![[r#"
        > GET /users?fields=email [member]
        200 OK {"items":[{"email":"member@customer.north.test","id":"{usr1}"}],"next_cursor":null}
        > GET /users/{usr2} [member]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{usr2}` is not there","request_id":"…"}
        > PATCH /users/{usr1}?fields=name,roles {"name":"Max Member"} [member]
        200 OK {"id":"{usr1}","name":"Max Member","roles":["member"]}
        > PATCH /users/{usr1}?fields=name,roles {"roles":["customer_admin"]} [member]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: role_grant","request_id":"…"}
        > POST /users {"email":"x@north.test","name":"X"} [member]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_invite","request_id":"…"}
    "#]].assert_eq(&said.text());
}
