//! API tokens: shown once, narrower than their user, taken back.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;

#[test]
fn a_token_opens_what_its_scopes_name_and_makes_no_wider_one() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let body = json!({ "name": "reader", "scopes": ["account_read", "token_write", "token_read"] });
    let issued = said.say(&admin, "buyer", "POST /tokens", Some(&body)).ok();
    let reader = Client::with_token(&house.app, issued["secret"].as_str().unwrap());
    said.say(&reader, "reader", "GET /accounts?fields=name", None);
    said.say(&reader, "reader", "GET /users", None);
    let path = format!("PATCH /accounts/{}", house.north.customer.account);
    said.say(&reader, "reader", &path, Some(&json!({ "name": "x" })));
    for scopes in
        [json!(["user_read"]), json!(["account_read"]), json!(null), json!(["fly"]), json!([])]
    {
        let body = json!({ "name": "another", "scopes": scopes });
        said.say(&reader, "reader", "POST /tokens?fields=scopes", Some(&body));
    }
    expect![[r#"
        > POST /tokens {"name":"reader","scopes":["account_read","token_write","token_read"]} [buyer]
        201 Created {"id":"{tok1}","revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","user":"{usr1}","name":"reader","prefix":"…","scopes":["account_read","token_read","token_write"],"expires_at":null,"last_used_at":null,"secret":"…"}
        > GET /accounts?fields=name [reader]
        200 OK {"items":[{"id":"{acc1}","name":"North Customer"}],"next_cursor":null}
        > GET /users [reader]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: user_read","request_id":"…"}
        > PATCH /accounts/{acc1} {"name":"x"} [reader]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_write","request_id":"…"}
        > POST /tokens?fields=scopes {"name":"another","scopes":["user_read"]} [reader]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{usr1}` is not there","request_id":"…"}
        > POST /tokens?fields=scopes {"name":"another","scopes":["account_read"]} [reader]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{usr1}` is not there","request_id":"…"}
        > POST /tokens?fields=scopes {"name":"another","scopes":null} [reader]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{usr1}` is not there","request_id":"…"}
        > POST /tokens?fields=scopes {"name":"another","scopes":["fly"]} [reader]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/scopes/0` `fly` is no permission","request_id":"…","errors":[{"pointer":"/scopes/0","rule":"enum","message":"`fly` is no permission"}]}
        > POST /tokens?fields=scopes {"name":"another","scopes":[]} [reader]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{usr1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_token_ends_when_it_is_taken_back_or_too_old() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let body = json!({ "name": "brief", "expires_at": "2026-01-02T00:00:00Z" });
    let brief = admin.post("/tokens", &body);
    let late = json!({ "name": "late", "expires_at": "2025-01-01T00:00:00Z" });
    said.say(&admin, "buyer", "POST /tokens", Some(&late));
    let lasting = admin.post("/tokens", &json!({ "name": "lasting" }));
    let client =
        |it: &serde_json::Value| Client::with_token(&house.app, it["secret"].as_str().unwrap());
    assert_eq!(client(&brief).call("GET /session", None).status.as_u16(), 200);
    house.app.pass("1 day");
    said.say(&client(&brief), "brief", "GET /session", None);
    let path = format!("DELETE /tokens/{}", lasting["id"].as_str().unwrap());
    said.say(&house.client(&house.south.admin), "south", &path, None);
    said.say(&house.client(&house.north.customer.member), "member", &path, None);
    said.say(&admin, "buyer", &path, None);
    said.say(&client(&lasting), "lasting", "GET /session", None);
    said.say(&admin, "buyer", "GET /tokens?fields=name,user", None);
    expect![[r#"
        > POST /tokens {"expires_at":"2025-01-01T00:00:00Z","name":"late"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/expires_at` must be in the future","request_id":"…","errors":[{"pointer":"/expires_at","rule":"range","message":"must be in the future"}]}
        > GET /session [brief]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > DELETE /tokens/{tok1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{tok1}` is not there","request_id":"…"}
        > DELETE /tokens/{tok1} [member]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{tok1}` is not there","request_id":"…"}
        > DELETE /tokens/{tok1} [buyer]
        204 No Content 
        > GET /session [lasting]
        401 Unauthorized {"type":"/problems/unauthenticated","title":"Sign in first","status":401,"detail":"sign in first","request_id":"…"}
        > GET /tokens?fields=name,user [buyer]
        200 OK {"items":[{"id":"{tok2}","name":"brief","user":"{usr1}"},{"id":"{tok3}","name":"test","user":"{usr2}"},{"id":"{tok4}","name":"test","user":"{usr1}"}],"next_cursor":null}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_token_made_twice_by_one_key_is_one_and_shows_the_same_secret() {
    let house = House::on("2026-01-01");
    let once = house.client(&house.north.customer.admin).header("idempotency-key", "t");
    let body = json!({ "name": "ci" });
    let (first, second) = (once.post("/tokens", &body), once.post("/tokens", &body));
    assert_eq!(first, second);
    let secret = first["secret"].as_str().unwrap();
    assert!(secret.starts_with("tbx_") && secret.len() == 47, "{secret}");
}

#[test]
fn only_persons_have_tokens_and_nobody_a_wrong_one() {
    let house = House::on("2026-01-01");
    for token in ["", "tbx_", "tbx_wrong", &"x".repeat(5000)] {
        let answer = Client::with_token(&house.app, token).call("GET /session", None);
        assert_eq!(answer.status.as_u16(), 401, "{token}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

/// What one program got by its key is no answer to another that may do less.
#[test]
fn a_confined_token_gets_its_own_answer_by_the_same_key() {
    let house = House::on("2026-01-01");
    let admin = house.client(&house.north.customer.admin);
    let confined = json!({ "name": "narrow", "scopes": ["user_read", "token_write"] });
    let confined = admin.post("/tokens", &confined)["secret"].as_str().unwrap().to_owned();
    let key = ("idempotency-key", "sync-1");
    let issue = |by: &Client<'_>| {
        let made = by.header(key.0, key.1).post("/tokens", &json!({ "name": "sync" }));
        (made["scopes"].clone(), made["secret"].clone())
    };
    let wide = issue(&admin);
    assert_eq!(wide.0, json!(null));
    assert_eq!(issue(&admin), wide, "to the same it is the same answer");
    let narrow = Client::with_token(&house.app, &confined);
    let own = issue(&narrow);
    assert_eq!(own.0, json!(["user_read", "token_write"]));
    assert_ne!(own.1, wide.1);
    assert_eq!(issue(&narrow), own);
}
