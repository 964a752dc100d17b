//! Provisioning: systems that are asked for what was ordered, and what the buyer gets of it.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::services::webhook::SigningSecret;
use tillbox::world::http::{Response, WebError};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, text};
use crate::harness::outside::{body, header};

const SYSTEM: &str = "https://cloud.example.com/provision";

/// A market with an offer that another system delivers, and the secret that it is asked with.
fn market() -> (Market, String, SigningSecret) {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let specification = json!({
        "name": { "en": "Server" }, "connector": "webhook", "webhook": { "address": SYSTEM },
    });
    let made = operator.post("/specifications", &specification);
    let secret = made["webhook"]["secret"].as_str().unwrap().parse().unwrap();
    let shown = operator.get(&format!("/specifications/{}", text(&made["id"])));
    assert_eq!(shown["webhook"], json!({ "address": SYSTEM }), "the secret is shown once");
    let offer = json!({ "name": { "en": "Server" }, "specification": made["id"] });
    let offer = text(&operator.post("/offers", &offer)["id"]);
    let price = json!({
        "offer": offer, "name": "Base", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "flat", "amount": "10" },
    });
    operator.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    (market, offer, secret)
}

/// Orders an offer for a customer of the house, does what duties find, and gives back the order.
fn order(market: &Market, offer: &str) -> String {
    let body = json!({ "account": market.house.customer.account, "items": [{ "offer": offer }] });
    let order = market.operator().post("/orders", &body);
    market.house.app.keep_duties();
    format!("/orders/{}", text(&order["id"]))
}

fn subscription(client: &Client<'_>, order: &str) -> String {
    let order = client.get(order);
    format!("/subscriptions/{}", text(&order["items"][0]["subscription"]))
}

fn no_room() -> Response {
    Response::new(200, r#"{"state":"failed","error":"no room"}"#)
}

fn done() -> Response {
    let access = json!({ "url": "https://vm17.example.com/", "credentials": "root / s3cret" });
    Response::new(
        200,
        json!({ "state": "done", "access": access, "reference": "vm-17" }).to_string(),
    )
}

#[test]
fn a_system_is_asked_with_a_signature_and_what_it_brings_is_for_the_buyer_alone() {
    let (market, offer, secret) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Ok(done()));
    let order = order(&market, &offer);
    let operator = market.operator();
    assert_eq!(operator.get(&order)["state"], "completed");
    let heard = house.app.outside.heard();
    let [request] = heard.as_slice() else { panic!("{heard:?}") };
    let (id, at) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
    assert_eq!(
        header(request, "webhook-signature"),
        secret.sign(id, at.parse().unwrap(), &request.body)
    );
    let asked = body(request);
    assert_eq!(
        (&asked["id"], &asked["work"], &asked["attempt"]),
        (&json!(id), &json!("create"), &json!(1))
    );
    assert_eq!(asked["account"]["name"], "Home Customer");
    assert_eq!(asked["subscription"]["state"], "pending");

    let path = format!("{}/access", subscription(&operator, &order));
    let said = Protocol::default();
    let what = format!("GET {path}");
    said.say(&house.client(&house.customer.admin), "buyer", &what, None);
    said.say(&operator, "operator", &what, None);
    said.say(&house.client(&house.north.customer.admin), "stranger", &what, None);
    expect![[r#"
        > GET /subscriptions/{sub1}/access [buyer]
        200 OK {"url":"https://vm17.example.com/","credentials":"root / s3cret"}
        > GET /subscriptions/{sub1}/access [operator]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: access_read","request_id":"…"}
        > GET /subscriptions/{sub1}/access [stranger]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{sub1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn a_system_that_needs_time_calls_back_where_nobody_else_can() {
    let (market, offer, _) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Ok(Response::new(202, "")));
    let order = order(&market, &offer);
    let operator = market.operator();
    assert_eq!(operator.get(&order)["state"], "in_progress");
    let callback = text(&body(&house.app.outside.heard()[0])["callback"]);
    let path = callback.split_once("/api/v1").unwrap().1.to_owned();
    let system = Client::nobody(&house.app);
    let call =
        |path: &str, body: Value| system.call(&format!("POST {path}"), Some(&body)).status.as_u16();
    let (task, _) = path.rsplit_once('/').unwrap();
    assert_eq!(call(&format!("{task}/AAAA"), json!({})), 404);
    assert_eq!(call(&path, json!({ "state": "perhaps" })), 422);
    house.app.pass("1 day");
    assert_eq!(call(&path, json!({ "state": "working" })), 204);
    house.app.keep_duties();
    assert_eq!(house.app.outside.heard().len(), 1, "who says that it is at it is not asked again");
    assert_eq!(call(&path, json!({ "access": { "url": "https://vm.example.com/" } })), 204);
    assert_eq!(operator.get(&order)["state"], "completed");
    assert_eq!(call(&path, json!({})), 409, "it is settled");
    let buyer = house.client(&house.customer.admin);
    let access = buyer.get(&format!("{}/access", subscription(&buyer, &order)));
    assert_eq!(access, json!({ "url": "https://vm.example.com/", "credentials": null }));
}

/// Each numbers its requests as it likes, and knows nothing of the others.
#[test]
fn two_systems_that_call_back_under_the_same_key_are_both_heard() {
    let (market, offer, _) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Ok(Response::new(202, "")));
    let orders = [order(&market, &offer), order(&market, &offer)];
    let system = Client::nobody(&house.app).header("idempotency-key", "1");
    for asked in house.app.outside.heard() {
        let callback = text(&body(&asked)["callback"]);
        let path = callback.split_once("/api/v1").unwrap().1;
        for time in ["first", "again"] {
            let answer = system.call(&format!("POST {path}"), Some(&json!({})));
            assert_eq!(answer.status.as_u16(), 204, "{time}: {}", answer.json());
        }
        let other = system.call(&format!("POST {path}"), Some(&json!({ "state": "working" })));
        assert_eq!(other.json()["type"], "/problems/key_reused");
    }
    for order in orders {
        assert_eq!(market.operator().get(&order)["state"], "completed");
    }
}

#[test]
fn a_system_that_does_not_answer_is_asked_again_and_given_up_with_the_order() {
    let (market, offer, _) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Err(WebError::TimedOut));
    let path = order(&market, &offer);
    let operator = market.operator();
    let task = || operator.get("/tasks")["items"][0].clone();
    assert_eq!((&task()["state"], &task()["attempts"]), (&json!("queued"), &json!(1)));
    assert_eq!(task()["last_error"], "the server did not answer in time");
    house.app.keep_duties();
    assert_eq!(task()["attempts"], 1, "it waits");
    for _ in 0..20 {
        house.app.pass("1 day");
        house.app.keep_duties();
    }
    assert_eq!((&task()["state"], &task()["attempts"]), (&json!("failed"), &json!(18)));
    assert_eq!(operator.get(&path)["state"], "failed");

    house.app.outside.answer(|_| Ok(Response::new(200, r#"{"state":"failed","error":"no room"}"#)));
    let path = order(&market, &offer);
    assert_eq!(operator.get(&path)["state"], "failed");
    assert_eq!(task()["last_error"], "no room");
    market.must_be_whole();
}

#[test]
fn who_says_nothing_after_saying_that_it_is_at_it_is_asked_again_under_the_same_id() {
    let (market, offer, _) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Ok(Response::new(202, "")));
    let path = order(&market, &offer);
    house.app.keep_duties();
    assert_eq!(house.app.outside.heard().len(), 1);
    house.app.outside.answer(|_| Ok(done()));
    for _ in 0..2 {
        house.app.pass("1 day");
        house.app.keep_duties();
    }
    let heard = house.app.outside.heard();
    let ids: Vec<_> = heard.iter().map(|it| header(it, "webhook-id")).collect();
    assert_eq!((ids.len(), ids[0]), (2, ids[1]));
    assert_eq!(market.operator().get(&path)["state"], "completed");
}

#[test]
fn a_connector_that_cannot_be_is_refused() {
    let house = House::on("2026-01-01");
    let said = Protocol::default();
    for (connector, webhook) in [
        (json!("webhook"), json!(null)),
        (json!("manual"), json!({ "address": SYSTEM })),
        (json!("magic"), json!(null)),
        (json!("webhook"), json!({ "address": "http://10.0.0.1/" })),
        (json!("webhook"), json!({ "address": SYSTEM, "secret": "short" })),
    ] {
        let body =
            json!({ "name": { "en": "Server" }, "connector": connector, "webhook": webhook });
        said.say(&house.operator(), "operator", "POST /specifications", Some(&body));
    }
    expect![[r#"
        > POST /specifications {"connector":"webhook","name":{"en":"Server"},"webhook":null} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/webhook` must say which system is asked","request_id":"…","errors":[{"pointer":"/webhook","rule":"required","message":"must say which system is asked"}]}
        > POST /specifications {"connector":"manual","name":{"en":"Server"},"webhook":{"address":"https://cloud.example.com/provision"}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/webhook` is for a connector that is a webhook","request_id":"…","errors":[{"pointer":"/webhook","rule":"fixed","message":"is for a connector that is a webhook"}]}
        > POST /specifications {"connector":"magic","name":{"en":"Server"},"webhook":null} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/connector` must be instant, webhook or manual","request_id":"…","errors":[{"pointer":"/connector","rule":"enum","message":"must be instant, webhook or manual"}]}
        > POST /specifications {"connector":"webhook","name":{"en":"Server"},"webhook":{"address":"http://10.0.0.1/"}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/webhook/address` the address must name its host, not give its number","request_id":"…","errors":[{"pointer":"/webhook/address","rule":"reach","message":"the address must name its host, not give its number"}]}
        > POST /specifications {"connector":"webhook","name":{"en":"Server"},"webhook":{"address":"https://cloud.example.com/provision","secret":"…"}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/webhook/secret` must be `whsec_` and the base64 of 24 to 64 bytes","request_id":"…","errors":[{"pointer":"/webhook/secret","rule":"format","message":"must be `whsec_` and the base64 of 24 to 64 bytes"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_failed_is_tried_again_with_all_that_was_given_up_for_it() {
    let (market, offer, _) = market();
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    house.app.outside.answer(|_| Ok(no_room()));
    let order = order(&market, &offer);
    let subscription = subscription(&operator, &order);
    let told = || {
        let (order, subscription) = (operator.get(&order), operator.get(&subscription));
        let item = &order["items"][0];
        said.note(&format!(
            "order {}, completed {}; item {}, {}; subscription {}",
            order["state"],
            order["completed_at"],
            item["state"],
            item["failure"],
            subscription["state"],
        ));
    };
    let failed = operator.get("/tasks?state=failed");
    let task = format!("/tasks/{}", text(&failed["items"][0]["id"]));
    told();
    let retry = format!("POST {task}/retry?fields=state,attempts,last_error");
    said.say(&house.client(&house.north.admin), "stranger", &retry, None);
    said.say(&operator, "operator", &retry, None);
    said.say(&operator, "operator", &retry, None);
    told();
    house.app.outside.answer(|_| Ok(done()));
    house.app.keep_duties();
    told();
    said.say(&operator, "operator", &format!("GET {task}?fields=state,attempts,last_error"), None);
    said.say(&operator, "operator", &retry, None);
    expect![[r#"
        order "failed", completed "2026-01-01T00:00:00Z"; item "failed", "no room"; subscription "aborted"
        > POST /tasks/{tsk1}/retry?fields=state,attempts,last_error [stranger]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{tsk1}` is not there","request_id":"…"}
        > POST /tasks/{tsk1}/retry?fields=state,attempts,last_error [operator]
        200 OK {"attempts":0,"id":"{tsk1}","last_error":"no room","state":"queued"}
        > POST /tasks/{tsk1}/retry?fields=state,attempts,last_error [operator]
        409 Conflict {"type":"/problems/task_state_forbids","title":"The state of the provisioning task does not allow the operation.","status":409,"detail":"cannot retry a provisioning task that is `queued`","request_id":"…"}
        order "in_progress", completed null; item "in_progress", null; subscription "pending"
        order "completed", completed "2026-01-01T00:00:00Z"; item "completed", null; subscription "active"
        > GET /tasks/{tsk1}?fields=state,attempts,last_error [operator]
        200 OK {"attempts":1,"id":"{tsk1}","last_error":null,"state":"completed"}
        > POST /tasks/{tsk1}/retry?fields=state,attempts,last_error [operator]
        409 Conflict {"type":"/problems/task_state_forbids","title":"The state of the provisioning task does not allow the operation.","status":409,"detail":"cannot retry a provisioning task that is `completed`","request_id":"…"}
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn what_failed_is_not_tried_again_for_who_cannot_buy() {
    let (market, offer, _) = market();
    let operator = market.operator();
    market.house.app.outside.answer(|_| Ok(no_room()));
    order(&market, &offer);
    let task = text(&operator.get("/tasks?state=failed")["items"][0]["id"]);
    let account = &market.house.customer.account;
    operator.post(&format!("/accounts/{account}/hold"), &json!({ "reason": "FRAUD" }));
    let refused = operator.call(&format!("POST /tasks/{task}/retry"), None);
    let problem = refused.json();
    assert_eq!(
        (refused.status.as_u16(), &problem["type"]),
        (409, &json!("/problems/account_state_forbids"))
    );
    assert_eq!(operator.get(&format!("/tasks/{task}"))["state"], "failed");
}

#[test]
fn what_is_called_off_while_it_is_brought_about_is_removed_again() {
    let (market, offer, _) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Ok(Response::new(202, "")));
    let order = order(&market, &offer);
    let operator = market.operator();
    let callback = text(&body(&house.app.outside.heard()[0])["callback"]);
    let subscription = subscription(&operator, &order);
    let canceled = operator.post(&format!("{subscription}/cancel"), &json!({}));
    assert_eq!(canceled["state"], "canceled");
    assert_eq!(operator.get(&order)["state"], "canceled", "nobody waits for it any more");
    let asked = || -> Vec<String> {
        house.app.keep_duties();
        house.app.outside.heard().iter().map(|it| text(&body(it)["work"])).collect()
    };
    assert_eq!(asked(), ["create", "remove"], "it may be there already");
    let path = callback.split_once("/api/v1").unwrap().1.to_owned();
    let late = Client::nobody(&house.app).call(&format!("POST {path}"), Some(&json!({})));
    assert_eq!(late.status, 204);
    assert_eq!(asked(), ["create", "remove", "remove"], "and now it is for certain");
    assert_eq!(operator.get(&order)["state"], "canceled");
    market.must_be_whole();
}

#[test]
fn what_is_called_off_before_anybody_has_begun_is_never_asked_for() {
    let (market, offer, _) = market();
    let operator = market.operator();
    let account = &market.house.customer.account;
    let body = json!({ "account": account, "items": [{ "offer": offer }] });
    let order = format!("/orders/{}", text(&operator.post("/orders", &body)["id"]));
    let subscription = subscription(&operator, &order);
    operator.post(&format!("{subscription}/cancel"), &json!({}));
    market.house.app.keep_duties();
    assert!(market.house.app.outside.heard().is_empty());
    assert_eq!(operator.get(&order)["state"], "canceled");
}

#[test]
fn an_account_is_closed_although_something_was_being_brought_about_for_it() {
    let (market, offer, _) = market();
    let house = &market.house;
    house.app.outside.answer(|_| Ok(Response::new(202, "")));
    order(&market, &offer);
    house.app.outside.answer(|_| Ok(Response::new(200, r#"{"state":"done"}"#)));
    let operator = market.operator();
    let path = format!("/accounts/{}", house.customer.account);
    operator.post(&format!("{path}/close"), &json!({}));
    house.app.keep_duties();
    assert_eq!(operator.get(&path)["state"], "closed");
    let last = house.app.outside.heard().last().map(body).unwrap();
    assert_eq!(last["work"], "remove");
}
