//! Consumer keys: the secret shown once, the operations listed, taken back.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::text;

const HOLD: &str = "http://parallels.com/pa/bss-account-info";

/// What is looked at: all but the key, which is another each time.
const SHOWN: &str = "?fields=revision,user,scopes,operations,name,expires_at,secret";

#[test]
fn a_key_is_made_shown_once_changed_and_taken_back() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.admin), Protocol::default());
    let body = json!({ "name": "ERP", "operations": [{ "type": HOLD, "verb": "post" }] });
    let made = said.say(&admin, "north", &format!("POST /consumer_keys{SHOWN}"), Some(&body)).ok();
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("tbc_") && secret.len() == 47, "{secret}");
    let it = format!("/consumer_keys/{}", text(&made["id"]));
    let change = |who: &Client<'_>, named: &str, body: &Value| {
        said.say(who, named, &format!("PATCH {it}{SHOWN}"), Some(body));
    };
    change(&admin, "north", &json!({ "name": "ERP in Berlin", "operations": [] }));
    change(&admin.header("if-match", "\"1\""), "north", &json!({ "name": "late" }));
    change(&admin.header("if-match", "\"2\""), "north", &json!({ "operations": null }));
    change(&admin, "north", &json!({ "operations": [{ "type": "a/1.2", "verb": "GET IT" }] }));
    change(&house.client(&house.south.admin), "south", &json!({ "name": "mine" }));
    change(&house.operator(), "operator", &json!({ "name": "ours" }));
    let own = format!("GET /consumer_keys{SHOWN}&user={}", house.north.admin.id);
    said.say(&admin, "north", &own, None);
    let key = text(&admin.get(&it)["key"]);
    assert!(key.len() == 32 && key.bytes().all(|it| it.is_ascii_hexdigit()), "{key}");
    let found = admin.get(&format!("/consumer_keys?key={key}"));
    assert_eq!(found["items"][0]["id"], made["id"]);
    let nobodys = admin.get(&format!("/consumer_keys?key={}", &key[1..]));
    assert_eq!(nobodys["items"], json!([]));
    said.say(&house.client(&house.south.admin), "south", &format!("DELETE {it}"), None);
    said.say(&house.operator(), "operator", &format!("DELETE {it}"), None);
    said.say(&admin, "north", &format!("GET {it}"), None);
    said.say(&admin, "north", &own, None);
    expect![[r#"
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"ERP","operations":[{"type":"http://parallels.com/pa/bss-account-info","verb":"post"}]} [north]
        201 Created {"expires_at":null,"id":"{csk1}","name":"ERP","operations":[{"type":"http://parallels.com/pa/bss-account-info","verb":"POST"}],"revision":1,"scopes":null,"secret":"…","user":"{usr1}"}
        > PATCH /consumer_keys/{csk1}?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"ERP in Berlin","operations":[]} [north]
        200 OK {"expires_at":null,"id":"{csk1}","name":"ERP in Berlin","operations":[],"revision":2,"scopes":null,"user":"{usr1}"}
        > PATCH /consumer_keys/{csk1}?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"late"} [north]
        412 Precondition Failed {"type":"/problems/stale","title":"It has changed since you read it","status":412,"detail":"it has changed: revision 2 is not 1","request_id":"…"}
        > PATCH /consumer_keys/{csk1}?fields=revision,user,scopes,operations,name,expires_at,secret {"operations":null} [north]
        200 OK {"expires_at":null,"id":"{csk1}","name":"ERP in Berlin","operations":null,"revision":3,"scopes":null,"user":"{usr1}"}
        > PATCH /consumer_keys/{csk1}?fields=revision,user,scopes,operations,name,expires_at,secret {"operations":[{"type":"a/1.2","verb":"GET IT"}]} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/operations/0/type` must be without a version: `a`; `/operations/0/verb` must be a word such as `POST`","request_id":"…","errors":[{"pointer":"/operations/0/type","rule":"format","message":"must be without a version: `a`"},{"pointer":"/operations/0/verb","rule":"format","message":"must be a word such as `POST`"}]}
        > PATCH /consumer_keys/{csk1}?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"mine"} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{csk1}` is not there","request_id":"…"}
        > PATCH /consumer_keys/{csk1}?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"ours"} [operator]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: consumer_key_write","request_id":"…"}
        > GET /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret&user={usr1} [north]
        200 OK {"items":[{"expires_at":null,"id":"{csk1}","name":"ERP in Berlin","operations":null,"revision":3,"scopes":null,"user":"{usr1}"}],"next_cursor":null}
        > DELETE /consumer_keys/{csk1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{csk1}` is not there","request_id":"…"}
        > DELETE /consumer_keys/{csk1} [operator]
        204 No Content 
        > GET /consumer_keys/{csk1} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{csk1}` is not there","request_id":"…"}
        > GET /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret&user={usr1} [north]
        200 OK {"items":[],"next_cursor":null}
    "#]].assert_eq(&said.text());
}

#[test]
fn nobody_makes_a_key_for_another_nor_a_wider_one() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let make = |who: &Client<'_>, named: &str, body: Value| {
        said.say(who, named, &format!("POST /consumer_keys{SHOWN}"), Some(&body));
    };
    make(&admin, "buyer", json!({ "name": "for another", "user": house.north.customer.member.id }));
    make(&admin, "buyer", json!({ "name": "for a stranger", "user": house.south.admin.id }));
    make(&admin, "buyer", json!({ "name": "for me", "user": house.north.customer.admin.id }));
    make(&admin, "buyer", json!({ "name": "dead", "expires_at": "2025-01-01T00:00:00Z" }));
    make(&admin, "buyer", json!({ "name": "of no use", "scopes": [] }));
    let body = json!({ "name": "narrow", "scopes": ["consumer_key_write", "account_read"] });
    let narrow = text(&admin.post("/tokens", &body)["secret"]);
    let narrow = Client::with_token(&house.app, &narrow);
    make(&narrow, "narrow", json!({ "name": "as narrow" }));
    make(&narrow, "narrow", json!({ "name": "wider", "scopes": ["invoice_read"] }));
    expect![[r#"
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"for another","user":"{usr1}"} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: consumer_key_write","request_id":"…"}
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"for a stranger","user":"{usr2}"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/user` `{usr2}` is not there","request_id":"…","errors":[{"pointer":"/user","rule":"reference","message":"`{usr2}` is not there"}]}
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"for me","user":"{usr3}"} [buyer]
        201 Created {"expires_at":null,"id":"{csk1}","name":"for me","operations":null,"revision":1,"scopes":null,"secret":"…","user":"{usr3}"}
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"expires_at":"2025-01-01T00:00:00Z","name":"dead"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/expires_at` must be in the future","request_id":"…","errors":[{"pointer":"/expires_at","rule":"range","message":"must be in the future"}]}
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"of no use","scopes":[]} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/scopes` must name at least one permission","request_id":"…","errors":[{"pointer":"/scopes","rule":"range","message":"must name at least one permission"}]}
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"as narrow"} [narrow]
        201 Created {"expires_at":null,"id":"{csk2}","name":"as narrow","operations":null,"revision":1,"scopes":["account_read","consumer_key_write"],"secret":"…","user":"{usr3}"}
        > POST /consumer_keys?fields=revision,user,scopes,operations,name,expires_at,secret {"name":"wider","scopes":["invoice_read"]} [narrow]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/scopes` must be among those of the token that asks","request_id":"…","errors":[{"pointer":"/scopes","rule":"range","message":"must be among those of the token that asks"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn who_is_removed_loses_the_keys() {
    let house = House::on("2026-01-01");
    let member = &house.north.customer.member;
    let it = house.client(member).post("/consumer_keys", &json!({ "name": "mine" }));
    let admin = house.client(&house.north.customer.admin);
    assert_eq!(admin.get("/consumer_keys")["items"][0]["id"], it["id"]);
    for step in ["delete", "remove"] {
        admin.call(&format!("POST /users/{}/{step}", member.id), Some(&json!({})));
    }
    assert_eq!(admin.get("/consumer_keys")["items"], json!([]));
}
