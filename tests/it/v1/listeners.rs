//! Listeners: set up, told in order, waited for, given up; and what nobody hears.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::services::webhook::SigningSecret;
use tillbox::world::http::{Response, WebError};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::{House, text};
use crate::harness::outside::{body, header};

const HOOK: &str = "https://hook.example.com/tillbox";

/// Sets up a listener and gives back its path.
fn listen(client: &Client<'_>, callback: &str, patterns: &[&str]) -> String {
    let made = client.post("/listeners", &json!({ "callback": callback, "patterns": patterns }));
    format!("/listeners/{}", text(&made["id"]))
}

/// Something happens: a class is made.
fn happen(client: &Client<'_>, name: &str) {
    client.post("/classes", &json!({ "name": name }));
}

#[test]
fn a_listener_is_set_up_changed_stopped_and_taken_away() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.admin), Protocol::default());
    let new = json!({ "callback": HOOK, "patterns": ["class.*"] });
    let made = said.say(&admin, "north", "POST /listeners", Some(&new)).ok();
    let path = format!("/listeners/{}", text(&made["id"]));
    let say = |what: &str, body: Option<&Value>| {
        said.say(&admin, "north", &what.replacen(" /", &format!(" {path}/"), 1), body);
    };
    let change = json!({ "patterns": ["class.created", "invoice.*"] });
    said.say(&admin, "north", &format!("PATCH {path}?fields=patterns,revision"), Some(&change));
    say("POST /pause?fields=state", None);
    say("POST /pause", None);
    happen(&admin, "Silver");
    house.app.keep_duties();
    say("GET /deliveries?fields=cursor,waiting,delivered", None);
    say("POST /resume?fields=state", None);
    house.app.keep_duties();
    say("GET /deliveries", None);
    say("POST /rotate?fields=state", Some(&json!({ "secret": "whsec_short" })));
    say("POST /rotate?fields=state,secret", Some(&json!({})));
    said.say(&house.client(&house.south.admin), "south", &format!("GET {path}"), None);
    said.say(&house.client(&house.north.customer.admin), "buyer", &format!("GET {path}"), None);
    said.say(&house.client(&house.north.customer.member), "member", "GET /listeners", None);
    said.say(&house.operator(), "operator", "GET /listeners?fields=audience,state", None);
    said.say(&admin, "north", &format!("DELETE {path}"), None);
    said.say(&admin, "north", &format!("GET {path}"), None);
    happen(&admin, "Gold");
    house.app.keep_duties();
    assert_eq!(house.app.outside.told(HOOK), ["class.created"]);
    expect![[r#"
        > POST /listeners {"callback":"https://hook.example.com/tillbox","patterns":["class.*"]} [north]
        201 Created {"id":"{lst1}","revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","account":"{acc1}","audience":"branch","state":"active","contract":"native","callback":"https://hook.example.com/tillbox","patterns":["class.*"],"last_error":null,"secret":"…"}
        > PATCH /listeners/{lst1}?fields=patterns,revision {"patterns":["class.created","invoice.*"]} [north]
        200 OK {"id":"{lst1}","patterns":["class.created","invoice.*"],"revision":2}
        > POST /listeners/{lst1}/pause?fields=state [north]
        200 OK {"id":"{lst1}","state":"paused"}
        > POST /listeners/{lst1}/pause [north]
        409 Conflict {"type":"/problems/listener_state_forbids","title":"The state of the listener does not allow the operation.","status":409,"detail":"cannot pause a listener that is paused","request_id":"…"}
        > GET /listeners/{lst1}/deliveries?fields=cursor,waiting,delivered [north]
        200 OK {"cursor":65,"delivered":0,"waiting":1}
        > POST /listeners/{lst1}/resume?fields=state [north]
        200 OK {"id":"{lst1}","state":"active"}
        > GET /listeners/{lst1}/deliveries [north]
        200 OK {"state":"active","cursor":69,"waiting":0,"delivered":1,"last_delivered_at":"2026-01-01T00:00:00Z","last_attempt_at":"2026-01-01T00:00:00Z","failures":0,"next_attempt_at":null,"last_status":200,"last_error":null}
        > POST /listeners/{lst1}/rotate?fields=state {"secret":"…"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/secret` must be `whsec_` and the base64 of 24 to 64 bytes","request_id":"…","errors":[{"pointer":"/secret","rule":"format","message":"must be `whsec_` and the base64 of 24 to 64 bytes"}]}
        > POST /listeners/{lst1}/rotate?fields=state,secret {} [north]
        200 OK {"id":"{lst1}","secret":"…","state":"active"}
        > GET /listeners/{lst1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{lst1}` is not there","request_id":"…"}
        > GET /listeners/{lst1} [buyer]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{lst1}` is not there","request_id":"…"}
        > GET /listeners [member]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: listener_read","request_id":"…"}
        > GET /listeners?fields=audience,state [operator]
        200 OK {"items":[{"audience":"branch","id":"{lst1}","state":"active"}],"next_cursor":null}
        > DELETE /listeners/{lst1} [north]
        204 No Content 
        > GET /listeners/{lst1} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{lst1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_is_sent_is_signed_and_says_what_happened_as_it_was_then() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let secret = SigningSecret::of([9; 32]);
    let new = json!({ "callback": HOOK, "patterns": ["class.*"], "secret": secret.text() });
    let made = operator.post("/listeners", &new);
    assert_eq!(made["secret"], secret.text().as_str());
    let class = operator.post("/classes", &json!({ "name": "Silver" }));
    operator.patch(&format!("/classes/{}", text(&class["id"])), &json!({ "name": "Gold" }));
    house.app.keep_duties();
    let heard = house.app.outside.heard();
    assert_eq!(heard.len(), 2);
    for request in &heard {
        let (id, at) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
        let expected = secret.sign(id, at.parse().unwrap(), &request.body);
        assert_eq!(header(request, "webhook-signature"), expected);
        assert_eq!((body(request)["id"].as_str(), at), (Some(id), "1767225600"));
    }
    let names = |at: usize, side: &str| body(&heard[at])[side]["name"].clone();
    assert_eq!((names(0, "data"), names(0, "before")), (json!("Silver"), json!(null)));
    assert_eq!((names(1, "data"), names(1, "before")), (json!("Gold"), json!("Silver")));
    assert_eq!(body(&heard[1])["type"], "class.changed");
}

#[test]
fn one_that_does_not_answer_is_waited_for_in_order_and_holds_nobody_up() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let dead = listen(&operator, "https://dead.example.com/", &["class.created"]);
    listen(&operator, HOOK, &["class.created"]);
    house.app.outside.answer(|request| match request.address.as_str() {
        HOOK => Ok(Response::new(204, "")),
        _ => Err(WebError::TimedOut),
    });
    for name in ["One", "Two", "Three"] {
        happen(&operator, name);
        house.app.keep_duties();
    }
    assert_eq!(house.app.outside.told(HOOK).len(), 3);
    assert_eq!(house.app.outside.told("https://dead.example.com/").len(), 1, "it waits");
    let shown = operator.get(&format!("{dead}/deliveries"));
    expect![[r#"{"cursor":65,"delivered":0,"failures":1,"last_attempt_at":"2026-01-01T00:00:00Z","last_delivered_at":null,"last_error":"the server did not answer in time","last_status":null,"next_attempt_at":"2026-01-01T00:00:12Z","state":"active","waiting":3}"#]].assert_eq(&shown.to_string());
    house.app.outside.answer(|_| Ok(Response::new(200, "")));
    house.app.keep_duties();
    assert_eq!(
        house.app.outside.told("https://dead.example.com/").len(),
        1,
        "its time is not come"
    );
    house.app.pass("1 day");
    house.app.keep_duties();
    let heard = house.app.outside.heard();
    let of_dead = heard.iter().filter(|it| it.address == "https://dead.example.com/");
    let names: Vec<_> = of_dead.map(|it| body(it)["data"]["name"].clone()).collect();
    assert_eq!(names, ["One", "One", "Two", "Three"]);
    assert_eq!(operator.get(&dead)["last_error"], Value::Null);
}

#[test]
fn one_that_says_it_is_gone_or_never_answers_is_broken_until_somebody_lets_it_go_on() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let (gone, lost) = ("https://gone.example.com/", "https://lost.example.com/");
    let paths = [gone, lost].map(|it| listen(&operator, it, &["class.created"]));
    let watch = listen(&operator, HOOK, &["listener.failed"]);
    house.app.outside.answer(|request| match request.address.as_str() {
        "https://gone.example.com/" => Ok(Response::new(410, "moved away")),
        HOOK => Ok(Response::new(200, "")),
        _ => Ok(Response::new(500, "")),
    });
    happen(&operator, "One");
    house.app.keep_duties();
    let state = |path: &str| {
        let it = operator.get(path);
        (text(&it["state"]), it["last_error"].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!(state(&paths[0]), ("broken".into(), "it answered 410: moved away".into()));
    assert_eq!(state(&paths[1]), ("active".into(), "it answered 500".into()));
    for _ in 0..20 {
        house.app.pass("1 day");
        house.app.keep_duties();
    }
    assert_eq!(state(&paths[1]), ("broken".into(), "it answered 500".into()));
    assert_eq!(house.app.outside.told(lost).len(), 18);
    assert_eq!(house.app.outside.told(HOOK), ["listener.failed", "listener.failed"]);
    house.app.outside.answer(|_| Ok(Response::new(200, "")));
    operator.post(&format!("{}/resume", paths[1]), &json!({}));
    house.app.keep_duties();
    assert_eq!(house.app.outside.told(lost).len(), 19, "nothing was lost");
    assert_eq!(state(&watch).0, "active");
}

#[test]
fn nobody_hears_of_others() {
    let house = House::on("2026-01-01");
    let hook = |name: &str| format!("https://{name}.example.com/");
    for (name, person) in [
        ("operator", &house.operator),
        ("north", &house.north.admin),
        ("south", &house.south.admin),
        ("buyer", &house.north.customer.admin),
    ] {
        listen(&house.client(person), &hook(name), &["account.changed", "class.created"]);
    }
    let account = format!("/accounts/{}", house.north.customer.account);
    house.client(&house.north.admin).patch(&account, &json!({ "name": "Other" }));
    happen(&house.client(&house.north.admin), "Silver");
    house.app.keep_duties();
    let told = |name: &str| house.app.outside.told(&hook(name)).join(" ");
    assert_eq!(told("operator"), "account.changed class.created");
    assert_eq!(told("north"), "account.changed class.created");
    assert_eq!(told("buyer"), "account.changed");
    assert_eq!(told("south"), "");
}

#[test]
fn what_cannot_be_called_or_is_beyond_the_caller_is_refused() {
    let house = House::on("2026-01-01");
    let (admin, said) = (house.client(&house.north.customer.admin), Protocol::default());
    for new in [
        json!({ "callback": "http://127.0.0.1:8080/" }),
        json!({ "callback": "https://metadata.google.internal/" }),
        json!({ "callback": "ftp://example.com/" }),
        json!({ "callback": HOOK, "patterns": ["invoice.*", "invoice"] }),
        json!({ "callback": HOOK, "audience": "everything" }),
        json!({ "callback": HOOK, "secret": "short" }),
        json!({ "callback": HOOK, "account": house.south.customer.account }),
        json!({ "patterns": [] }),
    ] {
        said.say(&admin, "buyer", "POST /listeners", Some(&new));
    }
    let confined = json!({ "name": "hooks", "scopes": ["listener_write", "invoice_read"] });
    let confined = admin.post("/tokens", &confined);
    let confined = Client::with_token(&house.app, &text(&confined["secret"]));
    let new = json!({ "callback": HOOK, "patterns": ["invoice.*"] });
    said.say(&confined, "program", "POST /listeners?fields=patterns", Some(&new));
    said.say(&confined, "program", "POST /listeners", Some(&json!({ "callback": HOOK })));
    expect![[r#"
        > POST /listeners {"callback":"http://127.0.0.1:8080/"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/callback` the address must name its host, not give its number","request_id":"…","errors":[{"pointer":"/callback","rule":"reach","message":"the address must name its host, not give its number"}]}
        > POST /listeners {"callback":"https://metadata.google.internal/"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/callback` the host of the address must be on the public net","request_id":"…","errors":[{"pointer":"/callback","rule":"reach","message":"the host of the address must be on the public net"}]}
        > POST /listeners {"callback":"ftp://example.com/"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/callback` must be an address on the web such as `https://example.com/path`","request_id":"…","errors":[{"pointer":"/callback","rule":"format","message":"must be an address on the web such as `https://example.com/path`"}]}
        > POST /listeners {"callback":"https://hook.example.com/tillbox","patterns":["invoice.*","invoice"]} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/patterns/1` `invoice` is not one of *, subscription.*, *.created, order.completed","request_id":"…","errors":[{"pointer":"/patterns/1","rule":"format","message":"`invoice` is not one of *, subscription.*, *.created, order.completed"}]}
        > POST /listeners {"audience":"everything","callback":"https://hook.example.com/tillbox"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/audience` can be `account` at most","request_id":"…","errors":[{"pointer":"/audience","rule":"range","message":"can be `account` at most"}]}
        > POST /listeners {"callback":"https://hook.example.com/tillbox","secret":"…"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/secret` must be `whsec_` and the base64 of 24 to 64 bytes","request_id":"…","errors":[{"pointer":"/secret","rule":"format","message":"must be `whsec_` and the base64 of 24 to 64 bytes"}]}
        > POST /listeners {"account":"{acc1}","callback":"https://hook.example.com/tillbox"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/account` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"/account","rule":"reference","message":"`{acc1}` is not there"}]}
        > POST /listeners {"patterns":[]} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/callback` must be given","request_id":"…","errors":[{"pointer":"/callback","rule":"required","message":"must be given"}]}
        > POST /listeners?fields=patterns {"callback":"https://hook.example.com/tillbox","patterns":["invoice.*"]} [program]
        201 Created {"id":"{lst1}","patterns":["invoice.*"]}
        > POST /listeners {"callback":"https://hook.example.com/tillbox"} [program]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_read","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_listener_is_tried_out_with_a_ping() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let path = listen(&operator, HOOK, &["class.created"]);
    let test = || operator.post(&format!("{path}/test"), &json!({}));
    assert_eq!(test(), json!({ "delivered": true, "status": 200, "error": null }));
    house.app.outside.answer(|_| Ok(Response::new(404, "no such hook")));
    let refused =
        json!({ "delivered": false, "status": 404, "error": "it answered 404: no such hook" });
    assert_eq!(test(), refused);
    house.app.outside.answer(|_| Err(WebError::TimedOut));
    assert_eq!(test()["error"], "the server did not answer in time");
    assert_eq!(house.app.outside.told(HOOK), ["ping", "ping", "ping"]);
    assert_eq!(operator.get(&format!("{path}/deliveries"))["failures"], 0);
    let denied = house.client(&house.south.admin).call(&format!("POST {path}/test"), None);
    assert_eq!(denied.status.as_u16(), 404);
}

#[test]
fn how_much_happens_with_others_is_told_to_nobody() {
    let house = House::on("2026-01-01");
    let (north, south) = (house.client(&house.north.admin), house.client(&house.south.admin));
    let path = format!("{}/deliveries", listen(&north, HOOK, &["class.*"]));
    let before = north.get(&path);
    happen(&south, "Silver");
    assert_eq!(north.get(&path), before);
    happen(&north, "Silver");
    assert_eq!(north.get(&path)["waiting"], 1);
    house.app.keep_duties();
    assert_eq!(north.get(&path)["waiting"], 0);
}
