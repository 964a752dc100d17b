//! Billing accounts: a default one, further ones, and changes that wait for a cycle.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

#[test]
fn an_account_has_one_default_and_may_have_more() {
    let house = House::on("2026-01-15");
    let (buyer, said) = (house.client(&house.north.customer.admin), Protocol::default());
    let account = &house.north.customer.account;
    let first = &house.north.customer.billing_account;
    said.say(&buyer, "buyer", &format!("GET /billing_accounts/{first}"), None);
    let body = json!({
        "account": account, "name": "Dollars", "currency": "USD", "zone": "Europe/Berlin",
        "cycle": { "period": "1 month", "anchor_day": 1, "shift_days": 2 },
        "formats": ["pdf", "ubl"], "media": ["mail"], "email": "bills@north.test",
    });
    let seller = house.client(&house.north.admin);
    let second = said.say(&seller, "seller", "POST /billing_accounts", Some(&body)).ok();
    let second = second["id"].as_str().unwrap();
    let post = |(by, who): (&Client<'_>, &str), what: &str| {
        let what = format!("POST /billing_accounts/{what}?fields=state,default");
        said.say(by, who, &what, Some(&json!({})));
    };
    let (buyer, seller) = ((&buyer, "buyer"), (&seller, "seller"));
    post(buyer, &format!("{first}/close"));
    post(seller, &format!("{first}/close"));
    post(buyer, &format!("{second}/default"));
    post(seller, &format!("{first}/close"));
    post(buyer, &format!("{first}/default"));
    post(buyer, &format!("{second}/suspend"));
    post(seller, &format!("{second}/suspend"));
    let (buyer, _) = buyer;
    let list = format!("GET /billing_accounts?account={account}&fields=name,state,default");
    said.say(buyer, "buyer", &list, None);
    expect![[r#"
        > GET /billing_accounts/{bac1} [buyer]
        200 OK {"id":"{bac1}","number":4,"revision":1,"created_at":"2026-01-15T00:00:00Z","changed_at":"2026-01-15T00:00:00Z","account":"{acc1}","purpose":"billing","state":"defined","default":true,"name":"North Customer","description":null,"reference":null,"recipient":null,"address":null,"email":null,"locale":null,"formats":["pdf"],"media":["portal"],"payment_means":"unsaid","alert_below":null,"interim_at":null,"currency":"EUR","zone":"UTC","cycle":{"period":"1 month","anchor_day":null,"shift_days":0},"billing_type":"postpaid","planned":null,"next_bill_on":"2026-02-15"}
        > POST /billing_accounts {"account":"{acc1}","currency":"USD","cycle":{"anchor_day":1,"period":"1 month","shift_days":2},"email":"bills@north.test","formats":["pdf","ubl"],"media":["mail"],"name":"Dollars","zone":"Europe/Berlin"} [seller]
        201 Created {"id":"{bac2}","number":7,"revision":1,"created_at":"2026-01-15T00:00:00Z","changed_at":"2026-01-15T00:00:00Z","account":"{acc1}","purpose":"billing","state":"defined","default":false,"name":"Dollars","description":null,"reference":null,"recipient":null,"address":null,"email":"bills@north.test","locale":null,"formats":["pdf","ubl"],"media":["mail"],"payment_means":"unsaid","alert_below":null,"interim_at":null,"currency":"USD","zone":"Europe/Berlin","cycle":{"period":"1 month","anchor_day":1,"shift_days":2},"billing_type":"postpaid","planned":null,"next_bill_on":"2026-02-03"}
        > POST /billing_accounts/{bac1}/close?fields=state,default {} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_close","request_id":"…"}
        > POST /billing_accounts/{bac1}/close?fields=state,default {} [seller]
        409 Conflict {"type":"/problems/billing_account_state_forbids","title":"The state of the billing account does not allow the operation.","status":409,"detail":"the default billing account closes with its account; make another one the default first","request_id":"…"}
        > POST /billing_accounts/{bac2}/default?fields=state,default {} [buyer]
        200 OK {"default":true,"id":"{bac2}","state":"defined"}
        > POST /billing_accounts/{bac1}/close?fields=state,default {} [seller]
        200 OK {"default":false,"id":"{bac1}","state":"closed"}
        > POST /billing_accounts/{bac1}/default?fields=state,default {} [buyer]
        409 Conflict {"type":"/problems/billing_account_state_forbids","title":"The state of the billing account does not allow the operation.","status":409,"detail":"a billing account that is closed cannot be the default one","request_id":"…"}
        > POST /billing_accounts/{bac2}/suspend?fields=state,default {} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: account_hold","request_id":"…"}
        > POST /billing_accounts/{bac2}/suspend?fields=state,default {} [seller]
        409 Conflict {"type":"/problems/billing_account_state_forbids","title":"The state of the billing account does not allow the operation.","status":409,"detail":"cannot suspend a billing account that is defined","request_id":"…"}
        > GET /billing_accounts?account={acc1}&fields=name,state,default [buyer]
        200 OK {"items":[{"default":true,"id":"{bac2}","name":"Dollars","state":"defined"},{"default":false,"id":"{bac1}","name":"North Customer","state":"closed"}],"next_cursor":null}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_decides_on_periods_changes_at_once_while_nothing_was_billed() {
    let house = House::on("2026-01-15");
    let (seller, said) = (house.client(&house.north.admin), Protocol::default());
    let path = format!("/billing_accounts/{}", house.north.customer.billing_account);
    let patch = |body: Value| {
        let fields = "name,currency,cycle,planned,next_bill_on,email,formats";
        said.say(&seller, "seller", &format!("PATCH {path}?fields={fields}"), Some(&body));
    };
    patch(json!({ "name": "Bills", "email": "bills@north.test" }));
    patch(json!({ "currency": "USD", "cycle": { "anchor_day": 1 } }));
    patch(json!({ "cycle": { "period": "2 weeks" } }));
    patch(json!({ "cycle": { "period": "2 weeks", "anchor_day": null } }));
    patch(json!({ "currency": "XYZ" }));
    patch(json!({ "formats": [] }));
    patch(json!({ "formats": ["papyrus"] }));
    patch(json!({ "zone": "Mars/Olympus" }));
    patch(json!({ "state": "closed" }));
    expect![[r#"
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"email":"bills@north.test","name":"Bills"} [seller]
        200 OK {"currency":"EUR","cycle":{"anchor_day":null,"period":"1 month","shift_days":0},"email":"bills@north.test","formats":["pdf"],"id":"{bac1}","name":"Bills","next_bill_on":"2026-02-15","planned":null}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"currency":"USD","cycle":{"anchor_day":1}} [seller]
        200 OK {"currency":"USD","cycle":{"anchor_day":1,"period":"1 month","shift_days":0},"email":"bills@north.test","formats":["pdf"],"id":"{bac1}","name":"Bills","next_bill_on":"2026-02-01","planned":null}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"cycle":{"period":"2 weeks"}} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/cycle/day` must be absent: only months and years turn on a day of the month","request_id":"…","errors":[{"pointer":"/cycle/day","rule":"range","message":"must be absent: only months and years turn on a day of the month"}]}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"cycle":{"anchor_day":null,"period":"2 weeks"}} [seller]
        200 OK {"currency":"USD","cycle":{"anchor_day":null,"period":"2 weeks","shift_days":0},"email":"bills@north.test","formats":["pdf"],"id":"{bac1}","name":"Bills","next_bill_on":"2026-01-29","planned":null}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"currency":"XYZ"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/currency` `XYZ` is not a currency code of ISO 4217, such as `EUR`","request_id":"…","errors":[{"pointer":"/currency","rule":"format","message":"`XYZ` is not a currency code of ISO 4217, such as `EUR`"}]}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"formats":[]} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/formats` must name at least one","request_id":"…","errors":[{"pointer":"/formats","rule":"required","message":"must name at least one"}]}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"formats":["papyrus"]} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/formats/0` `papyrus` is not one of pdf, factur_x, ubl, cii","request_id":"…","errors":[{"pointer":"/formats/0","rule":"format","message":"`papyrus` is not one of pdf, factur_x, ubl, cii"}]}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"zone":"Mars/Olympus"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/zone` `Mars/Olympus` is not a time zone of the form `Europe/Berlin`","request_id":"…","errors":[{"pointer":"/zone","rule":"format","message":"`Mars/Olympus` is not a time zone of the form `Europe/Berlin`"}]}
        > PATCH /billing_accounts/{bac1}?fields=name,currency,cycle,planned,next_bill_on,email,formats {"state":"closed"} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/state` is unknown: expected one of `name`, `description`, `reference`, `recipient`, `address`, `email`, `locale`, `formats`, `media`, `payment_means`, `alert_below`, `interim_at`, `currency`, `zone`, `cycle`, `billing_type`","request_id":"…","errors":[{"pointer":"/state","rule":"unknown_field","message":"is unknown: expected one of `name`, `description`, `reference`, `recipient`, `address`, `email`, `locale`, `formats`, `media`, `payment_means`, `alert_below`, `interim_at`, `currency`, `zone`, `cycle`, `billing_type`"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn nobody_opens_one_for_an_account_of_somebody_else() {
    let house = House::on("2026-01-15");
    let said = Protocol::default();
    let body = json!({ "account": house.south.customer.account });
    for (who, name) in [(&house.north.admin, "north"), (&house.north.customer.admin, "buyer")] {
        said.say(&house.client(who), name, "POST /billing_accounts", Some(&body));
    }
    let path = format!("PATCH /billing_accounts/{}", house.south.customer.billing_account);
    said.say(&house.client(&house.north.admin), "north", &path, Some(&json!({ "name": "x" })));
    expect![[r#"
        > POST /billing_accounts {"account":"{acc1}"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/account` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"/account","rule":"reference","message":"`{acc1}` is not there"}]}
        > POST /billing_accounts {"account":"{acc1}"} [buyer]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/account` `{acc1}` is not there","request_id":"…","errors":[{"pointer":"/account","rule":"reference","message":"`{acc1}` is not there"}]}
        > PATCH /billing_accounts/{bac1} {"name":"x"} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{bac1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn whether_something_is_billed_is_no_choice_of_who_is_billed() {
    let market = Market::on("2026-01-15");
    let customer = &market.house.customer;
    let (operator, buyer) = (market.operator(), market.house.client(&customer.admin));
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let subscription = market.order(&json!({ "id": customer.account }), &offer, 1);
    let further = operator.post("/billing_accounts", &json!({ "account": customer.account }));
    operator.post(&format!("/billing_accounts/{}/default", text(&further["id"])), &json!({}));
    let path = format!("/billing_accounts/{}", customer.billing_account);
    let post = |by: &Client<'_>, verb: &str| {
        by.call(&format!("POST {path}/{verb}"), Some(&json!({}))).status.as_u16()
    };
    assert_eq!((post(&buyer, "suspend"), post(&buyer, "close")), (403, 403));
    assert_eq!((post(&operator, "suspend"), post(&buyer, "resume")), (200, 403));
    assert_eq!((post(&operator, "resume"), post(&operator, "close")), (200, 409));
    assert_eq!(operator.get(&path)["state"], "active", "what runs is billed");
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    assert_eq!(post(&operator, "close"), 200);
}

/// Ten years' delivery on one bill in eleven years is as good as none: no credit limit bites before, and no
/// reminder is written.
#[test]
fn when_something_is_billed_is_no_choice_of_who_is_billed() {
    let market = Market::on("2026-01-15");
    let customer = &market.house.customer;
    let (operator, buyer) = (market.operator(), market.house.client(&customer.admin));
    let path = format!("PATCH /billing_accounts/{}", customer.billing_account);
    let never = json!({
        "cycle": { "period": "10 years", "shift_days": 366 }, "billing_type": "prepaid",
    });
    let refused = |what: &str, body: &Value| {
        let answer = buyer.call(what, Some(body));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        let each = said["errors"].as_array().into_iter().flatten();
        let each = each.map(|it| format!("{} {}", text(&it["pointer"]), text(&it["rule"])));
        (answer.status.as_u16(), each.collect::<Vec<_>>().join(", "))
    };
    let all = "/cycle/period seller_only, /cycle/shift_days seller_only, /billing_type seller_only";
    assert_eq!(refused(&path, &never), (422, all.to_owned()));
    let mut new = never.clone();
    new["account"] = json!(customer.account);
    assert_eq!(refused("POST /billing_accounts", &new), (422, all.to_owned()));
    let day = json!({ "cycle": { "anchor_day": 1 }, "zone": "Europe/Berlin" });
    assert_eq!(refused(&path, &day), (200, String::new()), "on which day is the buyer's choice");
    let plain = json!({ "account": customer.account, "currency": "USD" });
    assert_eq!(refused("POST /billing_accounts", &plain), (201, String::new()));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", customer.account);
    let account = operator.patch(&account, &json!({ "address": address }));
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    market.order(&account, &offer, 1);
    assert_eq!(refused(&path, &never), (422, all.to_owned()), "neither from the next cycle on");
    operator
        .call(&path, Some(&json!({ "cycle": { "period": "1 week", "anchor_day": null } })))
        .ok();
    let withdraw = format!("POST /billing_accounts/{}/withdraw", customer.billing_account);
    let back = (422, "/cycle/period seller_only".to_owned());
    assert_eq!(refused(&withdraw, &json!({})), back, "what the seller plans it calls off itself");
    operator.call(&withdraw, Some(&json!({}))).ok();
    market.advance_to("2026-03-02");
    assert_eq!(market.invoices(&account).len(), 2, "one a month");
}

/// What is bought where no invoice is made is owed by nobody.
#[test]
fn nobody_buys_where_its_seller_makes_no_invoices() {
    let market = Market::on("2026-01-15");
    let customer = &market.house.customer;
    let (operator, buyer) = (market.operator(), market.house.client(&customer.admin));
    let account = json!({ "id": customer.account });
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let plus = market.offer("Plus", &[monthly("Fee", "EUR", "20")]);
    let leads = json!({ "switches": [{ "to": plus, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{offer}"), &leads);
    let subscription = market.order(&account, &offer, 1);
    let stopped = &customer.billing_account;
    let further =
        text(&operator.post("/billing_accounts", &json!({ "account": account["id"] }))["id"]);
    operator.post(&format!("/billing_accounts/{further}/default"), &json!({}));
    operator.post(&format!("/billing_accounts/{stopped}/suspend"), &json!({}));
    let order = json!({
        "account": account["id"], "billing_account": stopped, "items": [{ "offer": offer }],
    });
    let status =
        |by: &Client<'_>, what: &str, body: &Value| by.call(what, Some(body)).status.as_u16();
    let make_default = format!("POST /billing_accounts/{stopped}/default");
    let more = format!("POST /subscriptions/{subscription}/change");
    let (five, one) = (json!({ "quantity": 5 }), json!({ "quantity": 1 }));
    assert_eq!(status(&buyer, "POST /orders", &order), 409);
    assert_eq!(status(&buyer, &make_default, &json!({})), 409);
    assert_eq!(status(&buyer, &more, &five), 409);
    let changed = |wish: &Value| {
        let mut item = wish.clone();
        (item["action"], item["subscription"]) = (json!("modify"), json!(subscription));
        json!({ "account": account["id"], "items": [item] })
    };
    let switched = json!({ "offer": plus });
    assert_eq!(status(&buyer, &more, &switched), 409);
    assert_eq!(status(&buyer, "POST /orders", &changed(&switched)), 409);
    assert_eq!(status(&buyer, "POST /orders", &changed(&five)), 409);
    assert_eq!(status(&buyer, "POST /orders", &changed(&one)), 201);
    assert_eq!(status(&operator, "POST /orders", &order), 201);
    assert_eq!(status(&operator, &more, &five), 200);
    assert_eq!(status(&buyer, &more, &one), 200, "less is always possible");
    let there = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    assert_eq!(status(&buyer, "POST /orders", &there), 201, "the other one is billed");
    assert_eq!(status(&operator, &make_default, &json!({})), 200);
    assert_eq!(status(&buyer, "POST /orders", &there), 409, "and nobody falls into it by default");
}

#[test]
fn one_that_has_nothing_left_to_be_billed_is_closed_at_once() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let further = json!({ "account": account["id"], "name": "Further", "currency": "EUR" });
    let further = text(&operator.post("/billing_accounts", &further)["id"]);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let items = json!([{ "offer": offer }]);
    let order = json!({ "account": account["id"], "billing_account": further, "items": items });
    let order = text(&operator.post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    let order = operator.get(&format!("/orders/{order}"));
    let subscription = text(&order["items"][0]["subscription"]);
    let path = format!("/billing_accounts/{further}");
    let close = || operator.call(&format!("POST {path}/close"), Some(&json!({})));
    assert_eq!(close().status, 409, "something lives there");
    market.advance_to("2026-01-10");
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.advance_to("2026-03-05");
    assert_eq!(operator.get(&path)["state"], "active");
    assert_eq!(close().ok()["state"], "closed");
    market.must_be_whole();
}
