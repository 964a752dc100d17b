//! Signing in with an identity provider: who is let in, as what, and who is not.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tillbox::world::http::Response;

use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::text;

const ISSUER: &str = "https://id.example.com";

/// A house that lets people in on the word of an identity provider.
fn house() -> House {
    let house = House::on("2026-01-01");
    let body = json!({
        "code": "acme", "name": "Acme", "issuer": ISSUER, "client_id": "till",
        "client_secret": "hush", "roles": { "seller": "vendor_admin", "customer": "member" },
    });
    house.operator().call("PUT /identity_providers", Some(&body)).ok();
    house
}

/// What stands in an address behind a name.
fn said(address: &str, name: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let mut all = form_urlencoded::parse(query.as_bytes());
    all.find(|it| it.0 == name).unwrap().1.into_owned()
}

/// A browser goes to a page.
fn goes(house: &House, path: &str, cookie: Option<&str>) -> Answer {
    let mut request = Request::get(path);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    house.app.send(request.body(Body::empty()).unwrap())
}

fn location(answer: &Answer) -> String {
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Lets the identity provider say something of whoever signs in, with the nonce that it was told.
fn says(house: &House, nonce: String, mut claims: Value) {
    let wall = house.app.wall().micros() / 1_000_000;
    let all = json!({ "iss": ISSUER, "aud": "till", "exp": wall + 60, "nonce": nonce });
    for (name, value) in all.as_object().unwrap() {
        claims.as_object_mut().unwrap().entry(name.clone()).or_insert(value.clone());
    }
    let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
    house.app.outside.answer(move |request| {
        let body = match request.address.as_str() {
            "https://id.example.com/.well-known/openid-configuration" => json!({
                "issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/authorize"),
                "token_endpoint": format!("{ISSUER}/token"),
            }),
            "https://id.example.com/token" => json!({ "id_token": token }),
            address => panic!("{address} is not asked"),
        };
        Ok(Response::new(200, body.to_string()))
    });
}

/// Goes to the identity provider and comes back; with what was said of one, changed on the way.
fn sign_in(house: &House, claims: &Value, change: impl Fn(&mut String, &mut String)) -> Answer {
    says(house, String::new(), json!({ "sub": "0" }));
    let begun = goes(house, "/sign-in/external/acme", None);
    let address = location(&begun);
    assert!(
        address.starts_with("https://id.example.com/authorize?response_type=code"),
        "{address}"
    );
    says(house, said(&address, "nonce"), claims.clone());
    let (mut state, mut cookie) = (said(&address, "state"), begun.cookie());
    change(&mut state, &mut cookie);
    let back = format!("/sign-in/external/acme/callback?code=c&state={state}");
    goes(house, &back, Some(&cookie))
}

fn ann() -> Value {
    json!({ "sub": "7", "email": "ann@acme.test", "email_verified": true, "name": "Ann Lee" })
}

/// Who somebody is who was let in.
fn session(house: &House, answer: &Answer) -> Value {
    assert_eq!(location(answer), "/ui/");
    Client::nobody(&house.app).header("cookie", &answer.cookie()).get("/session")
}

#[test]
fn who_comes_for_the_first_time_becomes_a_user_with_an_account_and_its_roles_follow() {
    let house = house();
    let listed = Client::nobody(&house.app).get("/identity_providers");
    assert_eq!(
        listed["items"][0],
        json!({ "code": "acme", "name": "Acme", "sign_in": "/sign-in/external/acme" })
    );
    let first = session(&house, &sign_in(&house, &ann(), |_, _| {}));
    assert_eq!(
        (&first["user"]["name"], &first["account"]["kind"]),
        (&json!("Ann Lee"), &json!("customer"))
    );
    let account = house.operator().get(&format!("/accounts/{}", text(&first["account"]["id"])));
    assert_eq!((&account["name"], &account["nature"]), (&json!("Ann Lee"), &json!("person")));
    let again = session(&house, &sign_in(&house, &ann(), |_, _| {}));
    assert_eq!(again["user"]["id"], first["user"]["id"], "it is the same one");

    let mut bo = json!({ "sub": "8", "email": "bo@acme.test", "given_name": "Bo", "family_name": "Ek", "roles": ["seller", "customer"] });
    let seller = session(&house, &sign_in(&house, &bo, |_, _| {}));
    assert_eq!(seller["account"]["kind"], "reseller");
    let roles = |it: &Value| {
        let mut all: Vec<_> = it["user"]["roles"].as_array().unwrap().iter().map(text).collect();
        all.sort();
        all
    };
    assert_eq!(roles(&seller), ["member", "vendor_admin"], "they add up");
    bo["roles"] = json!(["seller"]);
    let less = session(&house, &sign_in(&house, &bo, |_, _| {}));
    assert_eq!(roles(&less), ["vendor_admin"], "what it is there it is here");
    bo["roles"] = json!([]);
    let last = session(&house, &sign_in(&house, &bo, |_, _| {}));
    assert_eq!(roles(&last), ["vendor_admin"], "the last administrator stays one");
}

#[test]
fn nobody_is_let_in_on_a_word_that_was_not_given_to_us_now() {
    let house = house();
    let refused = |claims: Value, change: &dyn Fn(&mut String, &mut String)| {
        let answer = sign_in(&house, &claims, change);
        assert_eq!(location(&answer), "/ui/sign-in?refused=external", "{claims}");
    };
    let with = |name: &str, value: Value| {
        let mut it = ann();
        it[name] = value;
        it
    };
    refused(ann(), &|state, _| state.push('x'));
    refused(ann(), &|_, cookie| cookie.clear());
    refused(with("iss", json!("https://evil.test")), &|_, _| {});
    refused(with("aud", json!("another")), &|_, _| {});
    refused(with("exp", json!(1)), &|_, _| {});
    refused(with("nonce", json!("of another sign-in")), &|_, _| {});
    refused(json!({ "sub": "9" }), &|_, _| {});
    let unknown = goes(&house, "/sign-in/external/nowhere", None);
    assert_eq!(location(&unknown), "/ui/sign-in?refused=external");
}

/// Otherwise whoever can have an identity provider say an address would be whom it belongs to.
#[test]
fn an_address_opens_no_account_of_somebody_who_is_more_here() {
    let house = house();
    let with = |email: &str, is_verified: bool| {
        let mut it = ann();
        it["email"] = json!(email);
        it["email_verified"] = json!(is_verified);
        it
    };
    for (email, is_verified) in [
        (&house.operator.email, true),
        (&house.north.customer.admin.email, true),
        (&house.north.customer.member.email, false),
        (&house.north.customer.member.email, true),
    ] {
        let answer = sign_in(&house, &with(email, is_verified), |_, _| {});
        assert_eq!(location(&answer), "/ui/sign-in?refused=external", "{email}");
    }
    let seller = house.client(&house.north.admin);
    let body = json!({ "code": "x", "name": "X", "issuer": ISSUER, "client_id": "c", "client_secret": "s" });
    assert_eq!(seller.call("PUT /identity_providers", Some(&body)).status, 403);
}
