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

    let mut bo = json!({ "sub": "8", "email": "bo@acme.test", "email_verified": true, "given_name": "Bo", "family_name": "Ek", "roles": ["seller", "customer"] });
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

/// Otherwise who was first with somebody's address would come in wherever that one went on.
#[test]
fn an_address_that_nobody_has_proved_is_nobody_s() {
    let house = house();
    let mut mallory = ann();
    (mallory["sub"], mallory["email_verified"]) = (json!("6"), Value::Null);
    let is_let_in = |claims: &Value| location(&sign_in(&house, claims, |_, _| {})) == "/ui/";
    assert!(!is_let_in(&mallory), "nobody says that it is its own");
    let trusting = json!({
        "code": "acme", "name": "Acme", "issuer": ISSUER, "client_id": "till",
        "client_secret": "hush", "proves_addresses": true,
    });
    house.operator().call("PUT /identity_providers", Some(&trusting)).ok();
    assert!(is_let_in(&mallory), "it never says anything else");
    mallory["email_verified"] = json!(false);
    mallory["sub"] = json!("5");
    assert!(!is_let_in(&mallory), "it doubts");
    assert!(!is_let_in(&ann()), "who has come by another way is another one");
}

#[test]
fn who_chooses_a_password_by_a_link_is_come_as_by_no_other_way() {
    let house = house();
    let first = session(&house, &sign_in(&house, &ann(), |_, _| {}));
    let nobody = Client::nobody(&house.app);
    nobody.call("POST /password/reset", Some(&json!({ "email": "ann@acme.test" })));
    house.app.settle();
    let id = text(&first["user"]["id"]).parse().unwrap();
    let mail = tillbox::domain::operator::Actor::duty("mail");
    let user = house.app.bss.read(&mail, |cx| cx.get(id)).unwrap();
    let token = tillbox::services::user::link_secret(&house.app.bss, &user).unwrap().unwrap();
    let body = json!({ "token": token, "password": "a new and good one" });
    nobody.call("POST /password/redeem", Some(&body)).ok();
    let answer = sign_in(&house, &ann(), |_, _| {});
    assert_eq!(location(&answer), "/ui/sign-in?refused=external");
}

/// Who no longer runs the house does not sell in its name instead, which is over all who sell here.
#[test]
fn who_loses_its_place_in_the_house_is_a_member_of_it() {
    let house = house();
    let body = json!({
        "code": "acme", "name": "Acme", "issuer": ISSUER, "client_id": "till", "client_secret": "hush",
        "roles": { "admin": "operator", "seller": "vendor_admin", "buyer": "customer_admin" },
    });
    house.operator().call("PUT /identity_providers", Some(&body)).ok();
    let as_what = |roles: Value| {
        let mut claims = ann();
        claims["roles"] = roles;
        let it = session(&house, &sign_in(&house, &claims, |_, _| {}));
        (text(&it["account"]["kind"]), it["user"]["roles"].clone())
    };
    let provider = "provider".to_owned();
    assert_eq!(as_what(json!(["admin", "seller"])), (provider.clone(), json!(["operator"])));
    assert_eq!(as_what(json!(["seller"])), (provider.clone(), json!(["member"])));
    let (_, roles) = as_what(json!(["seller", "buyer"]));
    assert!(roles.to_string().contains("customer_admin"), "what suits comes nevertheless: {roles}");
}

/// Otherwise anybody makes us ask others, who think that it is us.
#[test]
fn an_identity_provider_is_asked_for_who_has_begun_there_alone_and_seldom() {
    let house = house();
    let other = json!({
        "code": "other", "name": "Other", "issuer": ISSUER, "client_id": "till", "client_secret": "hush",
    });
    house.operator().call("PUT /identity_providers", Some(&other)).ok();
    says(&house, String::new(), json!({ "sub": "0" }));
    let asked = || house.app.outside.heard().len();
    let begin = || goes(&house, "/sign-in/external/acme", None);
    let begun = begin();
    begin();
    assert_eq!(asked(), 1, "what it says of itself is remembered");
    let state = said(&location(&begun), "state");
    let back = |code: &str, state: &str, cookie: &str| {
        let path = format!("/sign-in/external/{code}/callback?code=c&state={state}");
        location(&goes(&house, &path, Some(cookie)))
    };
    let refused = "/ui/sign-in?refused=external";
    assert_eq!(back("acme", "a", "tillbox_sign_in=a.b.c"), refused, "nobody has begun that");
    assert_eq!(back("other", &state, &begun.cookie()), refused, "nor there");
    house.app.pass("1 day");
    assert_eq!(back("acme", &state, &begun.cookie()), refused, "it is too long ago");
    assert_eq!(asked(), 1, "nobody is asked for that");
    begin();
    assert_eq!(asked(), 2, "by now it may say something else");
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

#[test]
fn who_has_no_role_there_is_a_customer_here_and_buys() {
    let house = house();
    let operator = house.operator();
    let specification = json!({ "name": { "en": "Open map" }, "state": "active" });
    let specification = operator.post("/specifications", &specification);
    let offer = json!({ "name": { "en": "Open map" }, "specification": specification["id"] });
    let offer = text(&operator.post("/offers", &offer)["id"]);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    let mut nobody_in_particular = ann();
    nobody_in_particular["roles"] = json!([]);
    let answer = sign_in(&house, &nobody_in_particular, |_, _| {});
    let session = session(&house, &answer);
    assert_eq!(session["account"]["kind"], "customer");
    let me = Client::nobody(&house.app).header("cookie", &answer.cookie());
    let me = me.header("x-csrf-token", &text(&session["csrf_token"]));
    let plain = offer.split_once('_').unwrap().1;
    let account = text(&session["account"]["id"]);
    let account = house.operator().get(&format!("/accounts/{account}"));
    let id = |it: &Value| text(it).split_once('_').unwrap().1.to_owned();
    let order = json!({
        "relatedParty": [{ "id": id(&account["id"]), "role": "Customer" }],
        "orderItem": [{
            "id": "1", "action": "add", "productOffering": { "id": plain },
            "product": { "productPrice": [] },
            "billingAccount": [{ "id": id(&account["billing_account"]) }],
        }],
    });
    let made = me.call("POST /DSProductOrdering/api/productOrdering/v2/productOrder", Some(&order));
    assert_eq!(made.status.as_u16(), 201, "{}", made.json());
    assert_eq!(made.json()["state"], "Completed");
    let sells = me.call("POST /offers", Some(&json!({ "name": { "en": "Mine" } })));
    assert_eq!(sells.status.as_u16(), 403, "and sells nothing");
}
