//! Signing in and out, passwords, and what is refused on the way.

use axum::body::Body;
use axum::http::Request;
use expect_test::expect;
use serde_json::{Value, json};
use tillbox::services::user;

use crate::harness::app::Answer;
use crate::harness::client::{Client, Protocol};
use crate::harness::house::{House, PASSWORD, Person};

fn sign_in(house: &House, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    Client::nobody(&house.app).call("POST /session", Some(&body))
}

#[test]
fn who_signs_in_gets_a_cookie_and_a_token_against_forgery() {
    let house = House::on("2026-01-01");
    let (nobody, said) = (Client::nobody(&house.app), Protocol::default());
    let admin = &house.north.customer.admin;
    let body = json!({ "email": admin.email.to_uppercase(), "password": PASSWORD });
    let answer =
        said.say(&nobody, "nobody", "POST /session?fields=user,account,csrf_token", Some(&body));
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let flags = cookie.split_once("; ").unwrap().1;
    assert_eq!(flags, "HttpOnly; SameSite=Lax; Path=/; Max-Age=604800");
    let browser = Client::with_session(&house.app, &answer);
    let forged = nobody.header("cookie", &answer.cookie());
    said.say(&forged, "forged", "POST /tokens?fields=name", Some(&json!({ "name": "theft" })));
    said.say(&forged, "read along", "GET /session?fields=account", None);
    said.say(&browser, "browser", "GET /sessions?fields=user,opened_at,ends_at", None);
    let answer = said.say(&browser, "browser", "DELETE /session", None);
    assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    said.say(&browser, "browser", "GET /session", None);
    expect![[r#"
        > POST /session?fields=user,account,csrf_token {"email":"ADMIN@CUSTOMER.NORTH.TEST","password":"till-4-the-box!"} [nobody]
        201 Created {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"},"csrf_token":"…","user":{"email":"admin@customer.north.test","id":"{usr1}","locale":null,"name":"customer_admin of admin@customer.north.test","roles":["customer_admin"],"zone":null}}
        > POST /tokens?fields=name {"name":"theft"} [forged]
        403 Forbidden {"type":"/problems/cross_site","title":"The request does not come from the session's own page","status":403,"detail":"the request needs the session's `X-CSRF-Token`","request_id":"…"}
        > GET /session?fields=account [read along]
        200 OK {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"}}
        > GET /sessions?fields=user,opened_at,ends_at [browser]
        200 OK {"items":[{"ends_at":"2026-01-01T12:00:00Z","id":"{ses1}","opened_at":"2026-01-01T00:00:00Z","user":"{usr1}"},{"ends_at":"2026-01-01T12:00:00Z","id":"{ses2}","opened_at":"2026-01-01T00:00:00Z","user":"{usr2}"},{"ends_at":"2026-01-01T12:00:00Z","id":"{ses3}","opened_at":"2026-01-01T00:00:00Z","user":"{usr1}"}],"next_cursor":null}
        > DELETE /session [browser]
        204 No Content 
        > GET /session [browser]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
    "#]].assert_eq(&said.text());
}

/// Secrets stand in answers: the token against forgery, links, what is shown once.
#[test]
fn no_answer_is_kept_by_who_passes_it_on_or_taken_for_a_page() {
    let house = House::on("2026-01-01");
    let answers = [
        sign_in(&house, &house.operator.email, PASSWORD),
        house.operator().call("GET /session", None),
        house.operator().call("GET /users/nobody", None),
        house.operator().call("GET /aps/2/collections/service-plans", None),
        Client::nobody(&house.app).call("GET /accounts", None),
    ];
    for answer in answers {
        assert_eq!(answer.headers["cache-control"], "no-store", "{}", answer.json());
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
}

#[test]
fn nobody_learns_from_a_refusal_whether_there_is_such_a_user() {
    let house = House::on("2026-01-01");
    let email = &house.north.customer.admin.email;
    let refusal = |email: &str, password: &str| {
        let answer = sign_in(&house, email, password);
        let mut problem = answer.json();
        problem["request_id"] = Value::Null;
        (problem, answer.headers["retry-after"].to_str().unwrap().to_owned())
    };
    let wrong = refusal(email, "not the password");
    assert_eq!((&wrong.0["type"], &*wrong.1), (&json!("/problems/sign_in_refused"), "60"));
    assert_eq!(refusal("nobody@nowhere.test", "not the password"), wrong);
    for _ in 0..4 {
        refusal(email, "not the password");
    }
    house.app.settle();
    assert_eq!(refusal(email, PASSWORD), wrong, "now the door is locked, and does not say so");
    house.app.pass("1 day");
    assert!(sign_in(&house, email, PASSWORD).status.is_success());
}

/// What is said of the new password would say that the present one is right.
#[test]
fn behind_a_locked_door_nobody_learns_by_another_password_whether_a_guess_is_right() {
    let house = House::on("2026-01-01");
    let email = &house.north.customer.admin.email;
    let nobody = Client::nobody(&house.app);
    let renew = |present: &str, password: &str| {
        let body = json!({ "email": email, "present": present, "password": password });
        let answer = nobody.call("POST /password/renew", Some(&body));
        house.app.settle();
        (answer.status.as_u16(), answer.json()["type"].clone())
    };
    let plain = |present: &str| {
        let escaped = |it: &str| it.replace('@', "%40").replace('!', "%21");
        let said = format!("email={}&password={}&new=a", escaped(email), escaped(present));
        form(&house, None, &said).headers["location"].to_str().unwrap().to_owned()
    };
    let weak = (422, json!("/problems/weak_password"));
    assert_eq!(
        (renew(PASSWORD, "a"), &*plain(PASSWORD)),
        (weak.clone(), "/ui/sign-in?refused=weak")
    );
    let refused = (401, json!("/problems/sign_in_refused"));
    for _ in 0..5 {
        assert_eq!(renew("not the password", "a"), refused);
    }
    for password in ["a", PASSWORD, "a new and good one"] {
        assert_eq!(renew(PASSWORD, password), refused, "{password}");
    }
    assert_eq!(plain(PASSWORD), "/ui/sign-in?refused=1");
    house.app.pass("1 day");
    assert_eq!((renew(PASSWORD, "a"), &*plain(PASSWORD)), (weak, "/ui/sign-in?refused=weak"));
}

#[test]
fn a_session_ends_when_nobody_is_there_and_a_stale_cookie_does_not_lock_one_out() {
    let house = House::on("2026-01-01");
    let admin = &house.north.customer.admin;
    let answer = sign_in(&house, &admin.email, PASSWORD);
    let browser = Client::with_session(&house.app, &answer);
    assert_eq!(browser.call("GET /session", None).status.as_u16(), 200);
    house.app.pass("1 day");
    assert_eq!(browser.call("GET /session", None).status.as_u16(), 401);
    let body = json!({ "email": admin.email, "password": PASSWORD });
    assert_eq!(browser.call("POST /session", Some(&body)).status.as_u16(), 201);
}

#[test]
fn a_password_is_changed_by_who_knows_it() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    let admin = &house.north.customer.admin;
    let first = Client::with_session(&house.app, &sign_in(&house, &admin.email, PASSWORD));
    let other = Client::with_session(&house.app, &sign_in(&house, &admin.email, PASSWORD));
    let mut last = None;
    for (present, password) in [
        ("wrong", "a new and good one"),
        (PASSWORD, "short"),
        (PASSWORD, "passwordpassword"),
        (PASSWORD, "admin@customer.north.test"),
        (PASSWORD, PASSWORD),
        (PASSWORD, "a new and good one"),
    ] {
        let body = json!({ "present": present, "password": password });
        last = Some(said.say(
            &first,
            "buyer",
            "POST /password?fields=account,csrf_token",
            Some(&body),
        ));
    }
    said.say(&other, "elsewhere", "GET /session", None);
    let again = Client::with_session(&house.app, &last.unwrap());
    said.say(&again, "again", "GET /session?fields=account", None);
    expect![[r#"
        > POST /password?fields=account,csrf_token {"password":"a new and good one","present":"wrong"} [buyer]
        401 Unauthorized {"type":"/problems/sign_in_refused","title":"The login or the password is wrong, or too many sign-ins have failed.","status":401,"detail":"the login or the password is wrong, or too many sign-ins have failed; after a while it can be tried again","request_id":"…"}
        > POST /password?fields=account,csrf_token {"password":"short","present":"till-4-the-box!"} [buyer]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password must have at least 12 characters","request_id":"…"}
        > POST /password?fields=account,csrf_token {"password":"passwordpassword","present":"till-4-the-box!"} [buyer]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password must not be a common one","request_id":"…"}
        > POST /password?fields=account,csrf_token {"password":"admin@customer.north.test","present":"till-4-the-box!"} [buyer]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password must not contain the mail address or its first part","request_id":"…"}
        > POST /password?fields=account,csrf_token {"password":"till-4-the-box!","present":"till-4-the-box!"} [buyer]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password was used before","request_id":"…"}
        > POST /password?fields=account,csrf_token {"password":"a new and good one","present":"till-4-the-box!"} [buyer]
        201 Created {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"},"csrf_token":"…"}
        > GET /session [elsewhere]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > GET /session?fields=account [again]
        200 OK {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"}}
    "#]].assert_eq(&said.text());
    assert_eq!(sign_in(&house, &admin.email, PASSWORD).status.as_u16(), 401);
}

/// What the mail to somebody carries, which only the house can read.
fn mailed(house: &House, person: &Person) -> Option<String> {
    let house_itself = tillbox::domain::operator::Actor::duty("mail");
    let id = person.id.parse().unwrap();
    let user = house.app.bss.read(&house_itself, |cx| cx.get(id)).unwrap();
    user::link_secret(&house.app.bss, &user).unwrap()
}

#[test]
fn a_lost_password_is_replaced_by_a_link_that_works_once_and_for_an_hour() {
    let house = House::on("2026-01-01");
    let (nobody, said) = (Client::nobody(&house.app), Protocol::default());
    let person = &house.north.customer.admin;
    let ask = |email: &str| {
        let body = json!({ "email": email });
        said.say(&nobody, "nobody", "POST /password/reset", Some(&body));
        house.app.settle();
    };
    ask("nobody@nowhere.test");
    ask(&person.email);
    let old = mailed(&house, person).unwrap();
    ask(&person.email);
    assert_eq!(mailed(&house, person), Some(old.clone()), "one mail in a minute is enough");
    house.app.pass("1 day");
    assert_eq!(mailed(&house, person), None);
    ask(&person.email);
    let new = mailed(&house, person).unwrap();
    for (token, password) in [
        (&old, "a new and good one"),
        (&new, "weak"),
        (&new, PASSWORD),
        (&new, "a new and good one"),
        (&new, "another, even better"),
    ] {
        let body = json!({ "token": token, "password": password });
        said.say(&nobody, "nobody", "POST /password/redeem?fields=account", Some(&body));
    }
    expect![[r#"
        > POST /password/reset {"email":"nobody@nowhere.test"} [nobody]
        204 No Content 
        > POST /password/reset {"email":"admin@customer.north.test"} [nobody]
        204 No Content 
        > POST /password/reset {"email":"admin@customer.north.test"} [nobody]
        204 No Content 
        > POST /password/reset {"email":"admin@customer.north.test"} [nobody]
        204 No Content 
        > POST /password/redeem?fields=account {"password":"a new and good one","token":"…"} [nobody]
        409 Conflict {"type":"/problems/link_void","title":"The link is wrong, was used, or is too old.","status":409,"detail":"the link was used, is too old, or was never sent; ask for another one","request_id":"…"}
        > POST /password/redeem?fields=account {"password":"weak","token":"…"} [nobody]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password must have at least 12 characters, and must have at least 5 different characters","request_id":"…"}
        > POST /password/redeem?fields=account {"password":"till-4-the-box!","token":"…"} [nobody]
        422 Unprocessable Entity {"type":"/problems/weak_password","title":"The password is too weak.","status":422,"detail":"the password was used before","request_id":"…"}
        > POST /password/redeem?fields=account {"password":"a new and good one","token":"…"} [nobody]
        201 Created {"account":{"currency":"EUR","id":"{acc1}","kind":"customer","name":"North Customer","zone":"UTC"}}
        > POST /password/redeem?fields=account {"password":"another, even better","token":"…"} [nobody]
        409 Conflict {"type":"/problems/link_void","title":"The link is wrong, was used, or is too old.","status":409,"detail":"the link was used, is too old, or was never sent; ask for another one","request_id":"…"}
    "#]].assert_eq(&said.text());
    assert!(sign_in(&house, &person.email, "a new and good one").status.is_success());
}

#[test]
fn somebody_ends_a_session_of_ones_own_but_not_of_others() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    let admin = &house.north.customer.admin;
    let lost = Client::with_session(&house.app, &sign_in(&house, &admin.email, PASSWORD));
    let owner = house.client(admin);
    let session = owner.get("/sessions")["items"][0]["id"].as_str().unwrap().to_owned();
    let end = |who: &Client<'_>, name: &str| {
        said.say(who, name, &format!("DELETE /sessions/{session}"), None);
    };
    end(&house.client(&house.south.admin), "south");
    end(&house.client(&house.north.customer.member), "member");
    end(&owner, "owner");
    said.say(&lost, "lost browser", "GET /session", None);
    expect![[r#"
        > DELETE /sessions/{ses1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{ses1}` is not there","request_id":"…"}
        > DELETE /sessions/{ses1} [member]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{ses1}` is not there","request_id":"…"}
        > DELETE /sessions/{ses1} [owner]
        204 No Content 
        > GET /session [lost browser]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
    "#]].assert_eq(&said.text());
}

fn form(house: &House, origin: Option<&str>, body: &str) -> Answer {
    let mut request = Request::post("/sign-in").header("host", "till.test");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    house.app.send(request.body(Body::from(body.to_owned())).unwrap())
}

#[test]
fn a_plain_form_signs_in_from_our_own_page_alone() {
    let house = House::on("2026-01-01");
    let email = house.north.customer.admin.email.replace('@', "%40");
    let good = format!("email={email}&password=till-4-the-box%21");
    for (origin, body, goes_to) in [
        (None, good.as_str(), "/ui/"),
        (Some("https://till.test"), good.as_str(), "/ui/"),
        (Some("https://evil.test"), good.as_str(), "/ui/sign-in?refused=elsewhere"),
        (Some("null"), good.as_str(), "/ui/sign-in?refused=elsewhere"),
        (None, "email=x&password=y", "/ui/sign-in?refused=1"),
        (None, "", "/ui/sign-in?refused=1"),
    ] {
        let answer = form(&house, origin, body);
        assert_eq!(answer.status.as_u16(), 303);
        assert_eq!(answer.headers["location"], goes_to, "{origin:?} {body}");
        assert_eq!(answer.headers.contains_key("set-cookie"), goes_to == "/ui/");
    }
    let long = format!("{good}&x={}", "x".repeat(5000));
    assert_eq!(form(&house, None, &long).headers["location"], "/ui/sign-in?refused=1");
}

/// As the page with scripts does.
#[test]
fn the_plain_form_leads_to_the_page_that_one_came_for() {
    let house = House::on("2026-01-01");
    let email = house.north.customer.admin.email.replace('@', "%40");
    let good = format!("email={email}&password=till-4-the-box%21");
    let goes_to = |came_for: &str, body: &str| {
        let form = format!("https://till.test/ui/sign-in{came_for}");
        let request = Request::post("/sign-in").header("host", "till.test").header("referer", form);
        let answer = house.app.send(request.body(Body::from(body.to_owned())).unwrap());
        answer.headers["location"].to_str().unwrap().to_owned()
    };
    let next = "?next=%2Fui%2Finvoices%3Fstate%3Doverdue";
    assert_eq!(goes_to(next, &good), "/ui/invoices?state=overdue");
    let refused = goes_to(next, "email=x&password=y");
    assert_eq!(refused, "/ui/sign-in?refused=1&next=%2Fui%2Finvoices%3Fstate%3Doverdue");
    assert_eq!(goes_to(&refused["/ui/sign-in".len()..], &good), "/ui/invoices?state=overdue");
    for elsewhere in
        ["", "?next=", "?next=https%3A%2F%2Fevil.test", "?next=%2F%2Fevil.test%2Fui%2F"]
    {
        assert_eq!(goes_to(elsewhere, &good), "/ui/", "{elsewhere}");
    }
    assert_eq!(goes_to("?next=%2Fui%2Fa%0D%0Aset-cookie%3A+x", &good), "/ui/");
}

/// Who runs no scripts is asked for another password as everybody is.
#[test]
fn the_plain_form_takes_another_password_where_one_was_for_one_use() {
    let house = House::on("2026-01-01");
    let customer = &house.north.customer;
    let path = format!("/users/{}/password", customer.member.id);
    let set = json!({ "password": "once-and-never-again", "one_time": true });
    house.client(&customer.admin).post(&path, &set);
    let email = customer.member.email.replace('@', "%40");
    let begun = format!("email={email}&password=once-and-never-again");
    for (body, goes_to) in [
        (begun.clone(), "/ui/sign-in?refused=change"),
        (begun.clone(), "/ui/sign-in?refused=change"),
        (format!("{begun}&new=short"), "/ui/sign-in?refused=weak"),
        (format!("{begun}&new=mine-and-mine-alone"), "/ui/"),
        (format!("email={email}&password=mine-and-mine-alone"), "/ui/"),
    ] {
        let answer = form(&house, None, &body);
        assert_eq!(answer.headers["location"], goes_to, "{body}");
        assert_eq!(answer.headers.contains_key("set-cookie"), goes_to == "/ui/");
    }
}
