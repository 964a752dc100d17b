//! Custom attributes: what vendors lay down of them, and what accounts, subscriptions and orders
//! then say.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

#[test]
fn an_account_says_what_its_vendor_asks_of_each() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let body =
        json!({ "name": "external_id", "applies_to": "account", "description": "In the ERP" });
    let definition = said.say(&north, "north", "POST /attribute_definitions", Some(&body)).ok();
    let path = format!("/attribute_definitions/{}", definition["id"].as_str().unwrap());
    let open = |attributes: serde_json::Value| {
        let body = json!({ "name": "Acme", "attributes": attributes });
        let what = "POST /accounts?fields=attributes";
        said.say(&north, "north", what, Some(&body))
    };
    let before = open(json!({})).ok();
    said.say(&north, "north", &format!("PATCH {path}"), Some(&json!({ "required": true })));
    open(json!({}));
    open(json!({ "external_id": "" }));
    open(json!({ "External_ID": "1" }));
    let after = open(json!({ "external_id": "1111-2222-3333", "tier": "gold" })).ok();
    let patch = |account: &serde_json::Value, body: serde_json::Value| {
        let id = account["id"].as_str().unwrap();
        said.say(&north, "north", &format!("PATCH /accounts/{id}?fields=attributes"), Some(&body));
    };
    patch(&after, json!({ "attributes": { "external_id": null } }));
    patch(&after, json!({ "attributes": { "tier": null } }));
    patch(&before, json!({ "description": "was there before" }));
    patch(&before, json!({ "attributes": { "tier": "silver" } }));
    patch(&before, json!({ "attributes": { "tier": "silver", "external_id": "7" } }));
    said.say(&north, "north", &format!("DELETE {path}"), None);
    patch(&after, json!({ "attributes": { "external_id": null } }));
    expect![[r#"
        > POST /attribute_definitions {"applies_to":"account","description":"In the ERP","name":"external_id"} [north]
        201 Created {"id":"{atd1}","number":1,"revision":1,"name":"external_id","applies_to":"account","description":"In the ERP","required":false}
        > POST /accounts?fields=attributes {"attributes":{},"name":"Acme"} [north]
        201 Created {"attributes":{},"id":"{acc1}"}
        > PATCH /attribute_definitions/{atd1} {"required":true} [north]
        200 OK {"id":"{atd1}","number":1,"revision":2,"name":"external_id","applies_to":"account","description":"In the ERP","required":true}
        > POST /accounts?fields=attributes {"attributes":{},"name":"Acme"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/external_id` must be given: its vendor asks it of each account","request_id":"…","errors":[{"pointer":"/attributes/external_id","rule":"required","message":"must be given: its vendor asks it of each account"}]}
        > POST /accounts?fields=attributes {"attributes":{"external_id":""},"name":"Acme"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/external_id` must be given: its vendor asks it of each account","request_id":"…","errors":[{"pointer":"/attributes/external_id","rule":"required","message":"must be given: its vendor asks it of each account"}]}
        > POST /accounts?fields=attributes {"attributes":{"External_ID":"1"},"name":"Acme"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/external_id` must be given: its vendor asks it of each account","request_id":"…","errors":[{"pointer":"/attributes/external_id","rule":"required","message":"must be given: its vendor asks it of each account"}]}
        > POST /accounts?fields=attributes {"attributes":{"external_id":"1111-2222-3333","tier":"gold"},"name":"Acme"} [north]
        201 Created {"attributes":{"external_id":"1111-2222-3333","tier":"gold"},"id":"{acc2}"}
        > PATCH /accounts/{acc2}?fields=attributes {"attributes":{"external_id":null}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/external_id` must be given: its vendor asks it of each account","request_id":"…","errors":[{"pointer":"/attributes/external_id","rule":"required","message":"must be given: its vendor asks it of each account"}]}
        > PATCH /accounts/{acc2}?fields=attributes {"attributes":{"tier":null}} [north]
        200 OK {"attributes":{"external_id":"1111-2222-3333"},"id":"{acc2}"}
        > PATCH /accounts/{acc1}?fields=attributes {"description":"was there before"} [north]
        200 OK {"attributes":{},"id":"{acc1}"}
        > PATCH /accounts/{acc1}?fields=attributes {"attributes":{"tier":"silver"}} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/external_id` must be given: its vendor asks it of each account","request_id":"…","errors":[{"pointer":"/attributes/external_id","rule":"required","message":"must be given: its vendor asks it of each account"}]}
        > PATCH /accounts/{acc1}?fields=attributes {"attributes":{"external_id":"7","tier":"silver"}} [north]
        200 OK {"attributes":{"external_id":"7","tier":"silver"},"id":"{acc1}"}
        > DELETE /attribute_definitions/{atd1} [north]
        204 No Content 
        > PATCH /accounts/{acc2}?fields=attributes {"attributes":{"external_id":null}} [north]
        200 OK {"attributes":{},"id":"{acc2}"}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_a_vendor_lays_down_is_its_own() {
    let house = House::on("2026-01-01");
    let (north, south) = (house.client(&house.north.admin), house.client(&house.south.admin));
    let said = Protocol::default();
    let body = json!({ "name": "vat_group", "applies_to": "account", "required": true });
    let made = north.post("/attribute_definitions", &body);
    let path = format!("/attribute_definitions/{}", made["id"].as_str().unwrap());
    said.say(&north, "north", "POST /attribute_definitions", Some(&body));
    let other = json!({ "name": "vat_group", "applies_to": "order" });
    said.say(&north, "north", "POST /attribute_definitions?fields=applies_to", Some(&other));
    let wrong = json!({ "name": "two words", "applies_to": "invoice" });
    said.say(&north, "north", "POST /attribute_definitions", Some(&wrong));
    said.say(&north, "north", "GET /attribute_definitions?applies_to=account&fields=name", None);
    said.say(&north, "north", "GET /attribute_definitions?applies_to=invoice", None);
    said.say(&south, "south", "GET /attribute_definitions", None);
    said.say(&south, "south", &format!("GET {path}"), None);
    said.say(&south, "south", &format!("DELETE {path}"), None);
    said.say(&south, "south", "POST /accounts?fields=name", Some(&json!({ "name": "Free" })));
    let foreign = json!({ "seller": house.north.account, "name": "x", "applies_to": "order" });
    said.say(&south, "south", "POST /attribute_definitions", Some(&foreign));
    // Who buys is asked, and has to know what.
    let (buyer, member) = (&house.north.customer.admin, &house.north.customer.member);
    let asked = "GET /attribute_definitions?applies_to=order&fields=name,required";
    said.say(&house.client(buyer), "buyer", asked, None);
    said.say(&house.client(member), "member", asked, None);
    said.say(&house.client(&house.south.customer.admin), "buyer elsewhere", asked, None);
    let patch = format!("PATCH {path}");
    said.say(&house.client(buyer), "buyer", &patch, Some(&json!({ "required": false })));
    expect![[r#"
        > POST /attribute_definitions {"applies_to":"account","name":"vat_group","required":true} [north]
        409 Conflict {"type":"/problems/duplicate","title":"Something with this key exists already.","status":409,"detail":"`vat_group` is laid down for each account by `{atd1}`","request_id":"…"}
        > POST /attribute_definitions?fields=applies_to {"applies_to":"order","name":"vat_group"} [north]
        201 Created {"applies_to":"order","id":"{atd2}"}
        > POST /attribute_definitions {"applies_to":"invoice","name":"two words"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/name` must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`","request_id":"…","errors":[{"pointer":"/name","rule":"format","message":"must be 1 to 100 letters, digits, `_`, `-`, `.` or `:`"}]}
        > GET /attribute_definitions?applies_to=account&fields=name [north]
        200 OK {"items":[{"id":"{atd1}","name":"vat_group"}],"next_cursor":null}
        > GET /attribute_definitions?applies_to=invoice [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`applies_to` `invoice` is not one of account, subscription, order","request_id":"…","errors":[{"pointer":"applies_to","rule":"enum","message":"`invoice` is not one of account, subscription, order"}]}
        > GET /attribute_definitions [south]
        200 OK {"items":[],"next_cursor":null}
        > GET /attribute_definitions/{atd1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{atd1}` is not there","request_id":"…"}
        > DELETE /attribute_definitions/{atd1} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{atd1}` is not there","request_id":"…"}
        > POST /accounts?fields=name {"name":"Free"} [south]
        201 Created {"id":"{acc1}","name":"Free"}
        > POST /attribute_definitions {"applies_to":"order","name":"x","seller":"{acc2}"} [south]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/seller` `{acc2}` is not there","request_id":"…","errors":[{"pointer":"/seller","rule":"reference","message":"`{acc2}` is not there"}]}
        > GET /attribute_definitions?applies_to=order&fields=name,required [buyer]
        200 OK {"items":[{"id":"{atd2}","name":"vat_group","required":false}],"next_cursor":null}
        > GET /attribute_definitions?applies_to=order&fields=name,required [member]
        200 OK {"items":[{"id":"{atd2}","name":"vat_group","required":false}],"next_cursor":null}
        > GET /attribute_definitions?applies_to=order&fields=name,required [buyer elsewhere]
        200 OK {"items":[],"next_cursor":null}
        > PATCH /attribute_definitions/{atd1} {"required":false} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: settings_write","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn orders_keep_what_was_said_of_a_subscription_when_they_were_placed() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Acme", "EUR");
    let offer = market.offer("Mail", &[monthly("Fee", "EUR", "10")]);
    let asks = |name: &str, of: &str| {
        let body = json!({ "name": name, "applies_to": of, "required": true });
        operator.post("/attribute_definitions", &body);
    };
    asks("PONumber", "subscription");
    asks("channel", "order");
    let said = Protocol::default();
    let place = |order: serde_json::Value, item: serde_json::Value| {
        let body = json!({ "account": account["id"], "items": [item], "attributes": order });
        said.say(&operator, "operator", "POST /orders?fields=attributes,kind", Some(&body))
    };
    let shop = json!({ "channel": "shop" });
    place(json!({}), json!({ "offer": offer }));
    place(shop.clone(), json!({ "offer": offer, "attributes": { "PONumber": " " } }));
    let item = json!({ "offer": offer, "attributes": { "PONumber": "1", "PODetails": "a" } });
    let sold = text(&place(shop.clone(), item).ok()["id"]);
    market.house.app.keep_duties();
    let order = |id: &str| operator.get(&format!("/orders/{id}"));
    let subscription = text(&order(&sold)["items"][0]["subscription"]);
    let more = |quantity: u32| {
        let item =
            json!({ "action": "modify", "subscription": subscription, "quantity": quantity });
        place(shop.clone(), item)
    };
    let before = text(&more(2).ok()["id"]);
    let path = format!("PATCH /subscriptions/{subscription}?fields=attributes");
    for attributes in [
        json!({ "PONumber": null }),
        json!({ "PONumber": "2", "PODetails": "b" }),
        json!({ "PODetails": null, "note": "x" }),
    ] {
        said.say(&operator, "operator", &path, Some(&json!({ "attributes": attributes })));
    }
    let after = text(&more(3).ok()["id"]);
    let item = json!({
        "action": "modify", "subscription": subscription, "quantity": 4,
        "attributes": { "PONumber": "3" },
    });
    place(shop.clone(), item);
    let mut carries = Vec::new();
    for (which, id) in [("sold", sold), ("before", before), ("after", after)] {
        let carried = &order(&id)["items"][0]["attributes"];
        carries.push(format!("{which}: {carried}"));
    }
    expect![[r#"
        > POST /orders?fields=attributes,kind {"account":"{acc1}","attributes":{},"items":[{"offer":"{ofr1}"}]} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/channel` must be given: its vendor asks it of each order","request_id":"…","errors":[{"pointer":"/attributes/channel","rule":"required","message":"must be given: its vendor asks it of each order"}]}
        > POST /orders?fields=attributes,kind {"account":"{acc1}","attributes":{"channel":"shop"},"items":[{"attributes":{"PONumber":" "},"offer":"{ofr1}"}]} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/items/0/attributes/PONumber` must be given: its vendor asks it of each subscription","request_id":"…","errors":[{"pointer":"/items/0/attributes/PONumber","rule":"required","message":"must be given: its vendor asks it of each subscription"}]}
        > POST /orders?fields=attributes,kind {"account":"{acc1}","attributes":{"channel":"shop"},"items":[{"attributes":{"PODetails":"a","PONumber":"1"},"offer":"{ofr1}"}]} [operator]
        201 Created {"attributes":{"channel":"shop"},"id":"{ord1}","kind":"sales"}
        > POST /orders?fields=attributes,kind {"account":"{acc1}","attributes":{"channel":"shop"},"items":[{"action":"modify","quantity":2,"subscription":"{sub1}"}]} [operator]
        201 Created {"attributes":{"channel":"shop"},"id":"{ord2}","kind":"change"}
        > PATCH /subscriptions/{sub1}?fields=attributes {"attributes":{"PONumber":null}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/attributes/PONumber` must be given: its vendor asks it of each subscription","request_id":"…","errors":[{"pointer":"/attributes/PONumber","rule":"required","message":"must be given: its vendor asks it of each subscription"}]}
        > PATCH /subscriptions/{sub1}?fields=attributes {"attributes":{"PODetails":"b","PONumber":"2"}} [operator]
        200 OK {"attributes":{"PODetails":"b","PONumber":"2"},"id":"{sub1}"}
        > PATCH /subscriptions/{sub1}?fields=attributes {"attributes":{"PODetails":null,"note":"x"}} [operator]
        200 OK {"attributes":{"PONumber":"2","note":"x"},"id":"{sub1}"}
        > POST /orders?fields=attributes,kind {"account":"{acc1}","attributes":{"channel":"shop"},"items":[{"action":"modify","quantity":3,"subscription":"{sub1}"}]} [operator]
        201 Created {"attributes":{"channel":"shop"},"id":"{ord3}","kind":"change"}
        > POST /orders?fields=attributes,kind {"account":"{acc1}","attributes":{"channel":"shop"},"items":[{"action":"modify","attributes":{"PONumber":"3"},"quantity":4,"subscription":"{sub1}"}]} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/items/0/attributes` must be left out: they are those of the subscription","request_id":"…","errors":[{"pointer":"/items/0/attributes","rule":"conflict","message":"must be left out: they are those of the subscription"}]}
    "#]].assert_eq(&said.text());
    expect![[r#"
        sold: {"PODetails":"a","PONumber":"1"}
        before: {"PODetails":"a","PONumber":"1"}
        after: {"PONumber":"2","note":"x"}"#]]
    .assert_eq(&carries.join("\n"));
}
