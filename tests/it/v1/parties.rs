//! Parties: persons and organizations as such.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::house::House;

#[test]
fn a_person_is_registered_changed_and_ends() {
    let house = House::on("2026-01-01");
    let (buyer, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let body = json!({
        "person": { "given_name": "Ann", "family_name": "Lee", "born_on": "1970-01-02" },
        "media": [{ "email": "ann@north.test", "preferred": true },
                  { "phone": "+49 30 1234", "phone_use": "mobile" }],
        "identifications": [{ "kind": "passport", "number": "C01X" }],
        "attributes": { "hobby": "chess" },
    });
    let ann = said.say(&buyer, "buyer", "POST /parties", Some(&body)).ok();
    let path = format!("/parties/{}", ann["id"].as_str().unwrap());
    let patch = |body: serde_json::Value| {
        said.say(&buyer, "buyer", &format!("PATCH {path}?fields=name,person,media"), Some(&body));
    };
    patch(json!({ "person": { "family_name": "Lane", "born_on": null }, "media": [] }));
    patch(json!({ "organization": { "trading_name": "Ann Inc" } }));
    patch(json!({ "person": null, "organization": { "trading_name": "Ann Inc" } }));
    patch(json!({ "media": [{ "email": "a@b.c", "network": "x" }] }));
    patch(json!({ "person": { "born_on": "2000-01-01", "died_on": "1999-01-01" } }));
    said.say(&buyer, "buyer", &format!("POST {path}/validate?fields=state"), Some(&json!({})));
    said.say(&buyer, "buyer", &format!("POST {path}/end?fields=state"), Some(&json!({})));
    patch(json!({ "attributes": {} }));
    expect![[r#"
        > POST /parties {"attributes":{"hobby":"chess"},"identifications":[{"kind":"passport","number":"C01X"}],"media":[{"email":"ann@north.test","preferred":true},{"phone":"+49 30 1234","phone_use":"mobile"}],"person":{"born_on":"1970-01-02","family_name":"Lee","given_name":"Ann"}} [buyer]
        201 Created {"id":"{pty1}","revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","account":"{acc1}","name":"Ann Lee","state":"initialized","person":{"title":null,"given_name":"Ann","middle_name":null,"family_name":"Lee","suffix":null,"full_name":null,"gender":null,"born_on":"1970-01-02","died_on":null,"place_of_birth":null,"country_of_birth":null,"nationality":null},"organization":null,"media":[{"email":"ann@north.test","phone":null,"phone_use":null,"address":null,"network":null,"network_name":null,"purpose":null,"preferred":true},{"email":null,"phone":"+49 30 1234","phone_use":"mobile","address":null,"network":null,"network_name":null,"purpose":null,"preferred":false}],"identifications":[{"kind":"passport","number":"C01X","issuing_authority":null,"issued_on":null}],"external_references":[],"attributes":{"hobby":"chess"}}
        > PATCH /parties/{pty1}?fields=name,person,media {"media":[],"person":{"born_on":null,"family_name":"Lane"}} [buyer]
        200 OK {"id":"{pty1}","media":[],"name":"Ann Lane","person":{"born_on":null,"country_of_birth":null,"died_on":null,"family_name":"Lane","full_name":null,"gender":null,"given_name":"Ann","middle_name":null,"nationality":null,"place_of_birth":null,"suffix":null,"title":null}}
        > PATCH /parties/{pty1}?fields=name,person,media {"organization":{"trading_name":"Ann Inc"}} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/person` either `person` or `organization` must be given","request_id":"…","errors":[{"pointer":"/person","rule":"required","message":"either `person` or `organization` must be given"}]}
        > PATCH /parties/{pty1}?fields=name,person,media {"organization":{"trading_name":"Ann Inc"},"person":null} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/nature` must stay what it is: a person is no organization","request_id":"…","errors":[{"pointer":"/nature","rule":"fixed","message":"must stay what it is: a person is no organization"}]}
        > PATCH /parties/{pty1}?fields=name,person,media {"media":[{"email":"a@b.c","network":"x"}]} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/media/0` exactly one of `email`, `phone`, `address`, `network` must be given","request_id":"…","errors":[{"pointer":"/media/0","rule":"required","message":"exactly one of `email`, `phone`, `address`, `network` must be given"}]}
        > PATCH /parties/{pty1}?fields=name,person,media {"person":{"born_on":"2000-01-01","died_on":"1999-01-01"}} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/died_on` must not be before the birth on 2000-01-01, but is 1999-01-01","request_id":"…","errors":[{"pointer":"/died_on","rule":"range","message":"must not be before the birth on 2000-01-01, but is 1999-01-01"}]}
        > POST /parties/{pty1}/validate?fields=state {} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_terms_write","request_id":"…"}
        > POST /parties/{pty1}/end?fields=state {} [buyer]
        200 OK {"id":"{pty1}","state":"deceased"}
        > PATCH /parties/{pty1}?fields=name,person,media {"attributes":{}} [buyer]
        409 Conflict {"type":"/problems/party_state_forbids","title":"The state of the party does not allow the operation.","status":409,"detail":"cannot change a party that is deceased","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn an_account_is_somebody_and_others_do_not_learn_who() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    let buyer = house.client(&house.north.customer.admin);
    said.say(&buyer, "buyer", "GET /parties", None);
    let id = buyer.get("/parties")["items"][0]["id"].as_str().unwrap().to_owned();
    let south = house.client(&house.south.admin);
    said.say(&south, "south", &format!("GET /parties/{id}"), None);
    said.say(&south, "south", &format!("PATCH /parties/{id}"), Some(&json!({})));
    let member = house.client(&house.north.customer.member);
    said.say(&member, "member", "GET /parties", None);
    said.say(&buyer, "buyer", "POST /parties", Some(&json!({})));
    expect![[r#"
        > GET /parties [buyer]
        200 OK {"items":[{"id":"{pty1}","revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","account":"{acc1}","name":"North Customer","state":"initialized","person":null,"organization":{"trading_name":"North Customer","legal_form":null,"kind":null,"legal_entity":null},"media":[],"identifications":[],"external_references":[],"attributes":{}}],"next_cursor":null}
        > GET /parties/{pty1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{pty1}` is not there","request_id":"…"}
        > PATCH /parties/{pty1} {} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{pty1}` is not there","request_id":"…"}
        > GET /parties [member]
        200 OK {"items":[],"next_cursor":null}
        > POST /parties {} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/person` either `person` or `organization` must be given","request_id":"…","errors":[{"pointer":"/person","rule":"required","message":"either `person` or `organization` must be given"}]}
    "#]].assert_eq(&said.text());
}
