//! Shipments: who says how far a parcel is, who sees it, and what cannot be said of it.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

/// An offer of something that comes in a parcel.
fn router(market: &Market) -> String {
    let sent = (json!({}), json!({ "delivery": "physical" }));
    market.offer_like("Router", &[monthly("Rent", "EUR", "5")], sent)
}

/// Orders something for an account, and gives back the order.
fn order(market: &Market, account: &Value, offer: &str) -> Value {
    let body = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    market.operator().post("/orders", &body)
}

/// The path of the one shipment of an order.
fn shipment(market: &Market, order: &Value) -> String {
    let found = market.operator().get(&format!("/shipments?of_order={}", text(&order["id"])));
    let [it] = found["items"].as_array().unwrap().as_slice() else { panic!("one, not {found}") };
    format!("/shipments/{}", text(&it["id"]))
}

#[test]
fn a_seller_says_how_far_it_is_and_only_the_buyer_sees_it() {
    let market = Market::on("2026-01-01");
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = json!({ "id": house.customer.account });
    operator
        .patch(&format!("/accounts/{}", house.customer.account), &json!({ "address": address }));
    let path = shipment(&market, &order(&market, &account, &router(&market)));
    let buyer = house.client(&house.customer.admin);
    let seen = format!("GET {path}?fields=state,recipient,address,carrier,tracking_url");
    said.say(&buyer, "buyer", &seen, None);
    said.say(&house.client(&house.customer.member), "member", &seen, None);
    said.say(&house.client(&house.north.admin), "stranger", &seen, None);
    let sent = json!({
        "carrier": "Parcel Post", "tracking_number": "1Z",
        "tracking_url": "https://parcels.example.com/1Z",
    });
    let ship = format!("POST {path}/ship?fields=state,carrier,tracking_number");
    said.say(&buyer, "buyer", &ship, Some(&sent));
    said.say(&operator, "seller", &ship, Some(&json!({})));
    said.say(&operator, "seller", &ship, Some(&sent));
    said.say(&operator, "seller", &ship, Some(&sent));
    said.say(&buyer, "buyer", &seen, None);
    let moved = json!({ "address": { "city": "Bonn" } });
    said.say(&operator, "seller", &format!("PATCH {path}?fields=state"), Some(&moved));
    expect![[r#"
        > GET /shipments/{shp1}?fields=state,recipient,address,carrier,tracking_url [buyer]
        200 OK {"address":{"city":"Berlin","country":"DE","postal_code":null,"region":null,"street":"Ring 1","street_extra":null},"carrier":null,"id":"{shp1}","recipient":"Home Customer","state":"prepared","tracking_url":null}
        > GET /shipments/{shp1}?fields=state,recipient,address,carrier,tracking_url [member]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{shp1}` is not there","request_id":"…"}
        > GET /shipments/{shp1}?fields=state,recipient,address,carrier,tracking_url [stranger]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{shp1}` is not there","request_id":"…"}
        > POST /shipments/{shp1}/ship?fields=state,carrier,tracking_number {"carrier":"Parcel Post","tracking_number":"1Z","tracking_url":"https://parcels.example.com/1Z"} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: shipment_write","request_id":"…"}
        > POST /shipments/{shp1}/ship?fields=state,carrier,tracking_number {} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/carrier` must be named","request_id":"…","errors":[{"pointer":"/carrier","rule":"required","message":"must be named"}]}
        > POST /shipments/{shp1}/ship?fields=state,carrier,tracking_number {"carrier":"Parcel Post","tracking_number":"1Z","tracking_url":"https://parcels.example.com/1Z"} [seller]
        200 OK {"carrier":"Parcel Post","id":"{shp1}","state":"shipped","tracking_number":"1Z"}
        > POST /shipments/{shp1}/ship?fields=state,carrier,tracking_number {"carrier":"Parcel Post","tracking_number":"1Z","tracking_url":"https://parcels.example.com/1Z"} [seller]
        409 Conflict {"type":"/problems/shipment_state_forbids","title":"The state of the shipment does not allow the operation.","status":409,"detail":"cannot ship a shipment that is `shipped`","request_id":"…"}
        > GET /shipments/{shp1}?fields=state,recipient,address,carrier,tracking_url [buyer]
        200 OK {"address":{"city":"Berlin","country":"DE","postal_code":null,"region":null,"street":"Ring 1","street_extra":null},"carrier":"Parcel Post","id":"{shp1}","recipient":"Home Customer","state":"shipped","tracking_url":"https://parcels.example.com/1Z"}
        > PATCH /shipments/{shp1}?fields=state {"address":{"city":"Bonn"}} [seller]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/address` cannot be changed: it has left","request_id":"…","errors":[{"pointer":"/address","rule":"fixed","message":"cannot be changed: it has left"}]}
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn what_is_said_of_the_parcel_or_of_its_task_holds_for_both() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let account = market.customer("Blue Whale", "EUR");
    let placed = order(&market, &account, &router(&market));
    let task = text(&operator.get("/tasks?state=queued")["items"][0]["id"]);
    let order = format!("/orders/{}", text(&placed["id"]));
    let parcels = format!("/shipments?of_order={}", text(&placed["id"]));
    let told = |when: &str| {
        let (order, task) = (operator.get(&order), operator.get(&format!("/tasks/{task}")));
        let sent = operator.get(&parcels)["items"].clone();
        let sent = sent.as_array().unwrap().iter().map(|it| text(&it["state"]));
        let (sent, item) = (sent.collect::<Vec<_>>().join(", "), &order["items"][0]);
        said.note(&format!(
            "{when}: task {} by {}, order {} {}; {sent}",
            task["state"], task["connector"], order["state"], item["failure"]
        ));
    };
    told("ordered");
    let path = shipment(&market, &placed);
    operator.post(&format!("{path}/ship"), &json!({ "carrier": "Post" }));
    told("the parcel has left");
    operator.post(&format!("{path}/return"), &json!({ "reason": "nobody was there" }));
    told("the parcel came back");
    let on = |verb: &str| operator.post(&format!("/tasks/{task}/{verb}"), &json!({}));
    on("retry");
    told("the task is tried again");
    on("start");
    told("the task is begun");
    on("complete");
    told("the task is done");
    expect![[r#"
        ordered: task "queued" by "shipment", order "in_progress" null; prepared
        the parcel has left: task "started" by "shipment", order "in_progress" null; shipped
        the parcel came back: task "failed" by "shipment", order "failed" "nobody was there"; returned
        the task is tried again: task "queued" by "shipment", order "in_progress" null; prepared, returned
        the task is begun: task "started" by "shipment", order "in_progress" null; shipped, returned
        the task is done: task "completed" by "shipment", order "completed" null; delivered, returned
    "#]].assert_eq(&said.text());
    market.must_be_whole();
}

#[test]
fn what_is_called_off_before_it_left_is_not_sent_and_what_has_left_arrives_for_nothing() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let offer = router(&market);
    let (packed, gone) = (order(&market, &account, &offer), order(&market, &account, &offer));
    let (kept, left) = (shipment(&market, &packed), shipment(&market, &gone));
    operator.post(&format!("{left}/ship"), &json!({ "carrier": "Post" }));
    for placed in [&packed, &gone] {
        let of = text(&placed["items"][0]["subscription"]);
        operator.post(&format!("/subscriptions/{of}/cancel"), &json!({}));
        let order = operator.get(&format!("/orders/{}", text(&placed["id"])));
        assert_eq!(order["state"], "canceled", "{order}");
    }
    assert_eq!(operator.get(&kept)["state"], "canceled");
    assert_eq!(operator.get(&left)["state"], "shipped");
    assert_eq!(operator.post(&format!("{left}/deliver"), &json!({}))["state"], "delivered");
    let order = operator.get(&format!("/orders/{}", text(&gone["id"])));
    assert_eq!(order["state"], "canceled", "it stays called off");
    market.must_be_whole();
}

#[test]
fn what_is_to_be_sent_needs_an_address_and_no_system() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let homeless = operator.post("/accounts", &json!({ "name": "Nowhere" }));
    let offer = router(&market);
    let body = json!({ "account": homeless["id"], "items": [{ "offer": offer }] });
    let refused = operator.call("POST /orders", Some(&body)).json();
    said.note(&text(&refused["detail"]));
    let it = json!({
        "name": { "en": "Box" }, "delivery": "physical",
        "connector": "webhook", "webhook": { "address": "https://cloud.example.com/" },
    });
    said.note(&text(&operator.call("POST /specifications", Some(&it)).json()["detail"]));
    let it = json!({ "name": { "en": "Box" }, "delivery": "by air" });
    said.note(&text(&operator.call("POST /specifications", Some(&it)).json()["detail"]));
    expect![[r#"
        `/items/0/deliver_to` must say where the item `1` is sent
        `/connector` must be left out: what is physical is there when it has arrived
        `/delivery` `by air` is not one of digital, physical
    "#]]
    .assert_eq(&said.text());
    let shipped = operator.get("/shipments");
    assert_eq!(shipped["items"], json!([]), "nothing is packed for nobody");
}

/// A place in a street of Bonn.
fn to(street: &str) -> Value {
    json!({ "recipient": "Bea", "address": {
        "street": street, "postal_code": "53111", "city": "Bonn", "country": "DE" } })
}

/// Where a parcel goes is said with the order, and stands on it and on the parcel; what is not sent goes
/// nowhere.
#[test]
fn what_is_ordered_goes_where_its_buyer_says() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let (router, mailbox) =
        (router(&market), market.offer("Mailbox", &[monthly("Fee", "EUR", "2")]));
    let home = operator.post("/accounts", &json!({ "name": "Nowhere" }));
    let order = |more: Value, items: Value| {
        let mut body = json!({ "account": home["id"], "items": items });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operator.call("POST /orders", Some(&body)).json()
    };
    let half = json!({ "address": { "city": "Bonn" } });
    let one = json!([{ "offer": mailbox }, { "offer": router }]);
    said.note(&text(&order(json!({}), one.clone())["detail"]));
    said.note(&text(&order(json!({ "deliver_to": half }), one.clone())["detail"]));
    let kept = json!([{ "action": "renew", "subscription": "sub_00000000-0000-7000-8000-000000000000", "deliver_to": to("Markt 1") }]);
    said.note(&text(&order(json!({}), kept)["detail"]));
    let two = json!([
        { "offer": router }, { "offer": router, "name": "Spare", "deliver_to": to("Markt 2") },
        { "offer": mailbox, "deliver_to": to("Markt 3") },
    ]);
    let placed = order(json!({ "deliver_to": to("Markt 1") }), two);
    for it in placed["items"].as_array().unwrap() {
        said.note(&format!(
            "{}: {}",
            text(&it["offer_name"]),
            it["deliver_to"]["address"]["street"]
        ));
    }
    let of = format!("/shipments?of_order={}", text(&placed["id"]));
    let parcels = operator.get(&of);
    let parcels = parcels["items"].as_array().unwrap().iter();
    let mut streets: Vec<_> = parcels.map(|it| it["address"]["street"].to_string()).collect();
    streets.sort();
    said.note(&format!("parcels to {}", streets.join(", ")));
    expect![[r#"
        `/items/1/deliver_to` must say where the item `2` is sent
        `/deliver_to/address/street` must be given: a parcel is sent there; `/deliver_to/address/country` must be given: a parcel is sent there
        `/items/0/deliver_to` must be left out: only what is new is sent
        Router: "Markt 1"
        Router: "Markt 2"
        Mailbox: null
        parcels to "Markt 1", "Markt 2"
    "#]]
    .assert_eq(&said.text());
    market.must_be_whole();
}

/// Who buys is asked where a parcel may go, and its mail says where it went.
#[test]
fn what_is_in_a_cart_goes_where_its_buyer_says() {
    let market = Market::on("2026-01-01");
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    let (router, mailbox) =
        (router(&market), market.offer("Mailbox", &[monthly("Fee", "EUR", "2")]));
    let path = format!("/accounts/{}", house.customer.account);
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    operator.patch(&path, &json!({ "address": address }));
    let buyer = house.client(&house.customer.admin);
    let wanted = |items: Value| json!({ "account": house.customer.account, "items": items });
    let seen = buyer.post("/orders/preview", &wanted(json!([{ "offer": router }])));
    said.note(&format!("it could go to {}", seen["destinations"][0]["address"]["street"]));
    let seen = buyer.post("/orders/preview", &wanted(json!([{ "offer": mailbox }])));
    assert_eq!(seen["destinations"], Value::Null, "nobody is asked where nothing goes");
    let cart = buyer.post("/carts", &json!({}));
    let cart = format!("/carts/{}", text(&cart["id"]));
    buyer.post(&format!("{cart}/items"), &json!({ "offer": router }));
    let placed = buyer.post(&format!("{cart}/order"), &json!({ "deliver_to": to("Markt 4") }));
    let parcel = shipment(&market, &placed);
    said.note(&format!("from the cart to {}", operator.get(&parcel)["address"]["street"]));
    operator.post(&format!("{parcel}/ship"), &json!({ "carrier": "Post" }));
    house.app.keep_duties();
    let letters = house.app.outside.sent();
    let letter = letters.iter().find(|it| it.subject.contains("on its way")).expect("a letter");
    said.note(letter.text.lines().find(|it| it.contains("Goes to")).expect("where it goes"));
    expect![[r#"
        it could go to "Ring 1"
        from the cart to "Markt 4"
        Goes to: Bea, Markt 4, 53111 Bonn, DE
    "#]]
    .assert_eq(&said.text());
    market.must_be_whole();
}
