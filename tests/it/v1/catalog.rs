//! The catalogue corrected: what can be read and changed by id, and what is refused.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, sums, text};

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn what_the_catalogue_is_made_of_is_corrected_by_id() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let made = |path: &str, body| text(&operator.post(path, &body)["id"]);
    let texts = |name: &str| json!({ "en": name });
    let category = made("/categories", json!({ "name": texts("Mial") }));
    let below = made("/categories", json!({ "name": texts("Boxes"), "parent": category }));
    let meter = made("/meters", json!({ "code": "mb", "name": "Megabites", "unit": "MB" }));
    let paid = json!({ "grace_days": 1, "hold_days": 2, "destroy": false });
    let terms = made("/service_terms", json!({ "name": "Usual", "paid": paid }));
    let resource = made(
        "/resources",
        json!({ "name": texts("Disc"), "unit": "gb", "unit_name": { "en": "GB", "fr": "Go" } }),
    );
    let specification = made("/specifications", json!({ "name": texts("Servre") }));
    let tax_category = made("/tax_categories", json!({ "code": "FOOD", "name": "Fod" }));
    let zone = made("/tax_zones", json!({ "code": "DE", "name": "Germny", "countries": ["DE"] }));
    let change = |path: String, body| {
        said.say(&operator, "operator", &format!("GET {path}?fields=name,revision"), None);
        said.say(&operator, "operator", &format!("PATCH {path}"), Some(&body));
    };
    change(format!("/categories/{category}"), json!({ "name": texts("Mail") }));
    change(format!("/categories/{below}"), json!({ "parent": null }));
    change(format!("/categories/{category}"), json!({ "parent": category }));
    change(format!("/meters/{meter}"), json!({ "name": "Megabytes" }));
    change(format!("/meters/{meter}"), json!({ "aggregation": "max" }));
    change(
        format!("/service_terms/{terms}"),
        json!({ "paid": { "grace_days": 9, "hold_days": 9, "destroy": true } }),
    );
    change(
        format!("/resources/{resource}"),
        json!({ "name": texts("Disk"), "description": texts("Fast") }),
    );
    change(
        format!("/specifications/{specification}"),
        json!({ "name": texts("Server"), "resources": [resource] }),
    );
    change(format!("/specifications/{specification}"), json!({ "resources": [meter] }));
    change(format!("/tax_categories/{tax_category}"), json!({ "name": "Food" }));
    change(format!("/tax_zones/{zone}"), json!({ "name": "Germany" }));
    let stale = operator.header("if-match", "\"1\"");
    said.say(&stale, "operator", &format!("PATCH /meters/{meter}"), Some(&json!({ "name": "M" })));
    let north = house.client(&house.north.admin);
    said.say(&north, "north", &format!("PATCH /meters/{meter}"), Some(&json!({ "name": "M" })));
    said.say(&north, "north", &format!("PATCH /categories/{below}"), Some(&json!({})));
    expect![[r#"
        > GET /categories/{cat1}?fields=name,revision [operator]
        200 OK {"id":"{cat1}","name":{"en":"Mial"},"revision":1}
        > PATCH /categories/{cat1} {"name":{"en":"Mail"}} [operator]
        200 OK {"id":"{cat1}","number":1,"revision":2,"name":{"en":"Mail"},"parent":null,"tax_category":null,"state":"launched"}
        > GET /categories/{cat2}?fields=name,revision [operator]
        200 OK {"id":"{cat2}","name":{"en":"Boxes"},"revision":2}
        > PATCH /categories/{cat2} {"parent":null} [operator]
        200 OK {"id":"{cat2}","number":2,"revision":3,"name":{"en":"Boxes"},"parent":null,"tax_category":null,"state":"launched"}
        > GET /categories/{cat1}?fields=name,revision [operator]
        200 OK {"id":"{cat1}","name":{"en":"Mail"},"revision":2}
        > PATCH /categories/{cat1} {"parent":"{cat1}"} [operator]
        409 Conflict {"type":"/problems/catalog_tree_forbids","title":"The tree of categories would run in a circle, or be too deep.","status":409,"detail":"the category `Mail` cannot lie below itself","request_id":"…"}
        > GET /meters/{mtr1}?fields=name,revision [operator]
        200 OK {"id":"{mtr1}","name":"Megabites","revision":1}
        > PATCH /meters/{mtr1} {"name":"Megabytes"} [operator]
        200 OK {"id":"{mtr1}","number":1,"revision":2,"code":"mb","name":"Megabytes","names":{},"unit":"MB","units":{},"aggregation":"sum","unique_by":null,"carry_over":"reset","dimensions":[]}
        > GET /meters/{mtr1}?fields=name,revision [operator]
        200 OK {"id":"{mtr1}","name":"Megabytes","revision":2}
        > PATCH /meters/{mtr1} {"aggregation":"max"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/aggregation` is unknown: expected one of `name`, `names`, `unit`, `units`, `dimensions`","request_id":"…","errors":[{"pointer":"/aggregation","rule":"unknown_field","message":"is unknown: expected one of `name`, `names`, `unit`, `units`, `dimensions`"}]}
        > GET /service_terms/{svt1}?fields=name,revision [operator]
        200 OK {"id":"{svt1}","name":"Usual","revision":1}
        > PATCH /service_terms/{svt1} {"paid":{"destroy":true,"grace_days":9,"hold_days":9}} [operator]
        200 OK {"id":"{svt1}","number":1,"revision":2,"name":"Usual","paid":{"grace_days":9,"hold_days":9,"destroy":true},"trial":{"grace_days":1,"hold_days":2,"destroy":false}}
        > GET /resources/{res1}?fields=name,revision [operator]
        200 OK {"id":"{res1}","name":{"en":"Disc"},"revision":1}
        > PATCH /resources/{res1} {"description":{"en":"Fast"},"name":{"en":"Disk"}} [operator]
        200 OK {"id":"{res1}","number":1,"revision":2,"name":{"en":"Disk"},"description":{"en":"Fast"},"unit":"gb","unit_name":{"en":"GB","fr":"Go"},"measured":false,"category":null,"dependencies":[]}
        > GET /specifications/{spc1}?fields=name,revision [operator]
        200 OK {"id":"{spc1}","name":{"en":"Servre"},"revision":1}
        > PATCH /specifications/{spc1} {"name":{"en":"Server"},"resources":["{res1}"]} [operator]
        200 OK {"id":"{spc1}","number":1,"revision":2,"name":{"en":"Server"},"description":null,"brand":null,"product_number":null,"state":"active","delivery":"digital","resources":["{res1}"],"assets":[],"relations":[],"connector":"instant","webhook":null}
        > GET /specifications/{spc1}?fields=name,revision [operator]
        200 OK {"id":"{spc1}","name":{"en":"Server"},"revision":2}
        > PATCH /specifications/{spc1} {"resources":["{mtr1}"]} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/resources/0` `{mtr1}` is not an id of the form `res_<uuid>`","request_id":"…","errors":[{"pointer":"/resources/0","rule":"format","message":"`{mtr1}` is not an id of the form `res_<uuid>`"}]}
        > GET /tax_categories/{txc1}?fields=name,revision [operator]
        200 OK {"id":"{txc1}","name":"Fod","revision":1}
        > PATCH /tax_categories/{txc1} {"name":"Food"} [operator]
        200 OK {"id":"{txc1}","revision":2,"code":"FOOD","name":"Food"}
        > GET /tax_zones/{txz1}?fields=name,revision [operator]
        200 OK {"id":"{txz1}","name":"Germny","revision":1}
        > PATCH /tax_zones/{txz1} {"name":"Germany"} [operator]
        200 OK {"id":"{txz1}","revision":2,"code":"DE","name":"Germany","countries":["DE"],"region":null}
        > PATCH /meters/{mtr1} {"name":"M"} [operator]
        412 Precondition Failed {"type":"/problems/stale","title":"It has changed since you read it","status":412,"detail":"it has changed: revision 2 is not 1","request_id":"…"}
        > PATCH /meters/{mtr1} {"name":"M"} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{mtr1}` is not there","request_id":"…"}
        > PATCH /categories/{cat2} {} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{cat2}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn another_rate_takes_the_place_of_a_tax_rule_in_one_go() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let rule = operator.get("/tax_rules")["items"][0].clone();
    let path = format!("/tax_rules/{}", text(&rule["id"]));
    let say = |percent: &str, from: &str| {
        let next = json!({ "name": "VAT", "percent": percent, "valid_from": from });
        let what = format!("POST {path}/replace?fields=percent,zone,valid_from,valid_until");
        said.say(&operator, "operator", &what, Some(&next));
    };
    say("21", "2000-01-01");
    say("21", "2025-12-31");
    say("101", "2026-07-01");
    let ends = "GET /tax_rules?order=oldest&fields=percent,valid_from,valid_until";
    said.say(&operator, "operator", ends, None);
    say("21", "2026-07-01");
    said.say(&operator, "operator", ends, None);
    let north = market.house.client(&market.house.north.admin);
    let next = json!({ "name": "None", "percent": "0", "valid_from": "2026-07-01" });
    said.say(&north, "north", &format!("POST {path}/replace"), Some(&next));
    expect![[r#"
        > POST /tax_rules/{txr1}/replace?fields=percent,zone,valid_from,valid_until {"name":"VAT","percent":"21","valid_from":"2000-01-01"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_from` must be later than `2000-01-01`, when the rule of now begins","request_id":"…","errors":[{"pointer":"/valid_from","rule":"range","message":"must be later than `2000-01-01`, when the rule of now begins"}]}
        > POST /tax_rules/{txr1}/replace?fields=percent,zone,valid_from,valid_until {"name":"VAT","percent":"21","valid_from":"2025-12-31"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_from` must not be earlier than today, `2026-01-01`","request_id":"…","errors":[{"pointer":"/valid_from","rule":"range","message":"must not be earlier than today, `2026-01-01`"}]}
        > POST /tax_rules/{txr1}/replace?fields=percent,zone,valid_from,valid_until {"name":"VAT","percent":"101","valid_from":"2026-07-01"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/percent` must be 0 to 100","request_id":"…","errors":[{"pointer":"/percent","rule":"range","message":"must be 0 to 100"}]}
        > GET /tax_rules?order=oldest&fields=percent,valid_from,valid_until [operator]
        200 OK {"items":[{"id":"{txr1}","percent":"20","valid_from":"2000-01-01","valid_until":null}],"next_cursor":null}
        > POST /tax_rules/{txr1}/replace?fields=percent,zone,valid_from,valid_until {"name":"VAT","percent":"21","valid_from":"2026-07-01"} [operator]
        201 Created {"id":"{txr2}","percent":"21","valid_from":"2026-07-01","valid_until":null,"zone":"{txz1}"}
        > GET /tax_rules?order=oldest&fields=percent,valid_from,valid_until [operator]
        200 OK {"items":[{"id":"{txr1}","percent":"20","valid_from":"2000-01-01","valid_until":"2026-07-01"},{"id":"{txr2}","percent":"21","valid_from":"2026-07-01","valid_until":null}],"next_cursor":null}
        > POST /tax_rules/{txr1}/replace {"name":"None","percent":"0","valid_from":"2026-07-01"} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{txr1}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

/// A rate for some months would else hold for ever, and before the one that stands.
#[test]
fn what_takes_the_place_of_a_tax_rule_ends_when_that_was_to_end() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let rule = operator.get("/tax_rules")["items"][0].clone();
    let body = json!({ "name": "Relief", "zone": rule["zone"], "percent": "7",
        "valid_from": "2026-02-01", "valid_until": "2026-09-01" });
    let relief = format!("/tax_rules/{}", text(&operator.post("/tax_rules", &body)["id"]));
    let next = |from: &str| {
        let body = json!({ "name": "Relief", "percent": "5", "valid_from": from });
        operator.call(&format!("POST {relief}/replace"), Some(&body))
    };
    for late in ["2026-09-01", "2026-10-01"] {
        let why = "`/valid_from` must be earlier than `2026-09-01`, when the rule of now ends";
        assert_eq!(next(late).json()["detail"], why);
        assert_eq!(operator.get(&relief)["valid_until"], "2026-09-01");
    }
    let made = next("2026-06-01").json();
    assert_eq!(
        (&made["valid_from"], &made["valid_until"]),
        (&json!("2026-06-01"), &json!("2026-09-01"))
    );
    assert_eq!(operator.get(&relief)["valid_until"], "2026-06-01");
}

/// A question is no deed: it waits for no writer, and no key holds it to its first answer.
#[test]
fn a_calculation_is_asked_for_as_often_as_one_likes() {
    let market = Market::on("2026-01-01");
    let seat = json!({
        "name": "Seat", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "per_unit", "per_unit": "10" },
    });
    let offer = market.offer("Seats", &[seat]);
    let operator = market.operator().header("idempotency-key", "1");
    let net = |quantity: u32| {
        let wish = json!({ "currency": "EUR", "quantity": quantity });
        let found = operator.call(&format!("POST /offers/{offer}/calculate"), Some(&wish)).ok();
        text(&found["net"]["amount"])
    };
    assert_eq!([1, 2, 1].map(net), ["10.00", "20.00", "10.00"]);
}

/// Who says more means something by it.
#[test]
fn what_means_nothing_in_a_query_is_refused() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let account = text(&market.customer("Acme", "EUR")["id"]);
    let mut told = String::new();
    for (what, body) in [
        ("POST /accounts?dry_run=1".to_owned(), Some(json!({ "name": "X" }))),
        (format!("PATCH /offers/{offer}?limit=1"), Some(json!({}))),
        (format!("POST /accounts/{account}/close?force=true"), Some(json!({}))),
        ("POST /usage?order=oldest".to_owned(), Some(json!({ "events": [] }))),
        (format!("GET /offers/{offer}?limit=5"), None),
        (format!("GET /offers/{offer}/prices?cursor=AA"), None),
        (format!("GET /accounts/{account}/payment_methods?order=oldest"), None),
        ("GET /search?order=oldest".to_owned(), None),
        ("GET /search?limit=0".to_owned(), None),
    ] {
        let problem = operator.call(&what, body.as_ref()).json();
        let what = what.replace(&offer, "{offer}").replace(&account, "{account}");
        told += &format!("{what}: {} {}\n", problem["status"], problem["detail"]);
    }
    expect![[r#"
        POST /accounts?dry_run=1: 422 "`dry_run` is unknown: there are no parameters"
        PATCH /offers/{offer}?limit=1: 422 "`limit` is unknown: there are no parameters"
        POST /accounts/{account}/close?force=true: 422 "`force` is unknown: there are no parameters"
        POST /usage?order=oldest: 422 "`order` is unknown: there are no parameters"
        GET /offers/{offer}?limit=5: 422 "`limit` is unknown: there are no parameters"
        GET /offers/{offer}/prices?cursor=AA: 422 "`cursor` is unknown: there are no parameters"
        GET /accounts/{account}/payment_methods?order=oldest: 422 "`order` is unknown: there are no parameters"
        GET /search?order=oldest: 422 "`order` is unknown: expected one of `q`, `category`, `product`, `seller`, `language`, `currency`, `price_max`, `channel`, `limit`"
        GET /search?limit=0: 422 "`limit` must be a number from 1 to 1000"
    "#]].assert_eq(&told);
    let shown = operator.get("/search?limit=1");
    assert_eq!(shown["items"].as_array().map(Vec::len), Some(1), "{shown}");
    let document = tillbox::api::v1::document();
    let parameters = |path: &str| {
        let all = document["paths"][path]["get"]["parameters"].as_array().unwrap().iter();
        all.map(|it| text(&it["name"])).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(parameters("/api/v1/accounts/{id}/payment_methods"), "id fields");
    assert_eq!(parameters("/api/v1/meters"), "limit cursor order fields");
}

/// Who says what it has read is guarded, wherever something is done to a thing, or told that it is
/// not.
#[test]
fn what_has_changed_since_it_was_read_is_left_alone() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let account = market.customer("Acme", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let subscription = market.order(&account, &offer, 1);
    let path = format!("/subscriptions/{subscription}");
    let read = operator.get(&path)["revision"].as_u64().unwrap();
    operator.post(&format!("{path}/hold"), &json!({}));
    let guarded = operator.header("if-match", &format!("\"{read}\""));
    let say = |what: &str, path: &str| {
        let what = format!("{what} {path}?fields=state");
        said.say(&guarded, "operator", &what, Some(&json!({})));
    };
    let bare = subscription.split_once('_').unwrap().1;
    say("POST", &format!("{path}/cancel"));
    say("POST", &format!("/subscriptions/{bare}/release"));
    assert_eq!(operator.get(&path)["state"], "held_administratively");
    let nobody = "sub_01980000-0000-7abc-8000-000000000001";
    say("POST", &format!("/subscriptions/{nobody}/cancel"));
    let known = operator.header("if-match", &format!("\"{}\"", read + 2));
    let release = format!("POST {path}/release?fields=state");
    said.say(&known, "operator who looked again", &release, Some(&json!({})));
    // A stranger does not learn what there is.
    let south = market.house.client(&market.house.south.admin);
    let south = south.header("if-match", "\"1\"");
    said.say(&south, "south", &format!("POST {path}/cancel"), Some(&json!({})));
    let new = json!({ "name": "Another" });
    said.say(&guarded, "operator", "POST /accounts", Some(&new));
    said.say(&guarded, "operator", &format!("GET {path}"), None);
    expect![[r#"
        > POST /subscriptions/{sub1}/cancel?fields=state {} [operator]
        412 Precondition Failed {"type":"/problems/stale","title":"It has changed since you read it","status":412,"detail":"it has changed: revision 4 is not 2","request_id":"…"}
        > POST /subscriptions/{id1}/release?fields=state {} [operator]
        412 Precondition Failed {"type":"/problems/stale","title":"It has changed since you read it","status":412,"detail":"it has changed: revision 4 is not 2","request_id":"…"}
        > POST /subscriptions/{sub2}/cancel?fields=state {} [operator]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{sub2}` is not there","request_id":"…"}
        > POST /subscriptions/{sub1}/release?fields=state {} [operator who looked again]
        200 OK {"id":"{sub1}","state":"active"}
        > POST /subscriptions/{sub1}/cancel {} [south]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{sub1}` is not there","request_id":"…"}
        > POST /accounts {"name":"Another"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`If-Match` means nothing here","request_id":"…","errors":[{"pointer":"If-Match","rule":"conflict","message":"means nothing here"}]}
        > GET /subscriptions/{sub1} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`If-Match` means nothing here","request_id":"…","errors":[{"pointer":"If-Match","rule":"conflict","message":"means nothing here"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn lists_name_what_they_point_at_and_are_narrowed() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Acme", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    market.order(&market.customer("Other", "EUR"), &offer, 1);
    let other = market.offer("Other Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &other, 1);
    market.advance_to("2026-01-02");
    let paid = json!({ "account": account["id"], "amount": { "amount": "1", "currency": "EUR" } });
    market.operator().post("/payments", &paid);
    let said = Protocol::default();
    let (operator, id) = (market.operator(), text(&account["id"]));
    let say = |who: &Client<'_>, path: String| {
        said.say(who, "operator", &format!("GET {path}"), None);
    };
    let fields = "order=oldest&fields=id,account_name";
    say(&operator, format!("/subscriptions?offer={offer}&{fields},offer_name"));
    say(&operator, format!("/subscriptions?offer={offer}&account={id}&{fields},offer_name"));
    say(&operator, format!("/orders?account={id}&{fields},items"));
    say(&operator, format!("/invoices?account={id}&{fields}"));
    say(&operator, format!("/payments?account={id}&{fields}"));
    say(&operator, format!("/accounts?number={}&fields=name,number", account["number"]));
    say(&operator, "/accounts?number=seven".to_owned());
    say(&operator, "/accounts?number=4711".to_owned());
    let north = market.house.client(&market.house.north.admin);
    say(&north, format!("/accounts?number={}", account["number"]));
    expect![[r#"
        > GET /subscriptions?offer={ofr1}&order=oldest&fields=id,account_name,offer_name [operator]
        200 OK {"items":[{"account_name":"Acme","id":"{sub1}","offer_name":"Flat"},{"account_name":"Other","id":"{sub2}","offer_name":"Flat"}],"next_cursor":null}
        > GET /subscriptions?offer={ofr1}&account={acc1}&order=oldest&fields=id,account_name,offer_name [operator]
        200 OK {"items":[{"account_name":"Acme","id":"{sub1}","offer_name":"Flat"}],"next_cursor":null}
        > GET /orders?account={acc1}&order=oldest&fields=id,account_name,items [operator]
        200 OK {"items":[{"account_name":"Acme","id":"{ord1}","items":[{"action":"add","attributes":{},"failure":null,"key":"1","name":null,"offer":"{ofr1}","offer_name":"Flat","quantity":1,"resources":{},"state":"completed","subscription":"{sub1}","term":null}]},{"account_name":"Acme","id":"{ord2}","items":[{"action":"add","attributes":{},"failure":null,"key":"1","name":null,"offer":"{ofr2}","offer_name":"Other Flat","quantity":1,"resources":{},"state":"completed","subscription":"{sub3}","term":null}]}],"next_cursor":null}
        > GET /invoices?account={acc1}&order=oldest&fields=id,account_name [operator]
        200 OK {"items":[{"account_name":"Acme","id":"{inv1}"},{"account_name":"Acme","id":"{inv2}"}],"next_cursor":null}
        > GET /payments?account={acc1}&order=oldest&fields=id,account_name [operator]
        200 OK {"items":[{"account_name":"Acme","id":"{pay1}"}],"next_cursor":null}
        > GET /accounts?number=7&fields=name,number [operator]
        200 OK {"items":[{"id":"{acc1}","name":"Acme","number":7}],"next_cursor":null}
        > GET /accounts?number=seven [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`number` must be a number","request_id":"…","errors":[{"pointer":"number","rule":"format","message":"must be a number"}]}
        > GET /accounts?number=4711 [operator]
        200 OK {"items":[],"next_cursor":null}
        > GET /accounts?number=7 [operator]
        200 OK {"items":[],"next_cursor":null}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_tax_rule_ends_and_leaves_what_it_taxed_to_the_general_one() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let category = operator.post("/tax_categories", &json!({ "code": "MAIL", "name": "Mail" }));
    let zone = operator.get("/tax_zones")["items"][0]["id"].clone();
    let rule = json!({
        "name": "Reduced", "zone": zone, "category": category["id"], "percent": "7",
        "valid_from": "2026-01-01", "valid_until": "2027-01-01",
    });
    let said = Protocol::default();
    let mut wrong = rule.clone();
    wrong["valid_until"] = json!("2026-01-01");
    said.say(&operator, "operator", "POST /tax_rules", Some(&wrong));
    let what = "POST /tax_rules?fields=valid_from,valid_until";
    let rule = text(&said.say(&operator, "operator", what, Some(&rule)).ok()["id"]);
    let account = market.customer("Acme", "EUR");
    let mut price = monthly("Base", "EUR", "100");
    price["tax_category"] = category["id"].clone();
    let offer = market.offer("Mail", &[price]);
    market.order(&account, &offer, 1);
    market.advance_to("2026-02-02");
    let path = format!("PATCH /tax_rules/{rule}?fields=valid_until");
    for until in [json!("2026-02-01"), json!("2026-02-30"), json!(null), json!("2026-03-01")] {
        said.say(&operator, "operator", &path, Some(&json!({ "valid_until": until })));
    }
    said.say(&operator, "operator", &path, Some(&json!({ "percent": "8" })));
    market.advance_to("2026-03-02");
    said.say(&operator, "operator", &path, Some(&json!({ "valid_until": null })));
    for invoice in market.invoices(&account) {
        said.note(&sums(&invoice));
    }
    expect![[r#"
        > POST /tax_rules {"category":"{txc1}","name":"Reduced","percent":"7","valid_from":"2026-01-01","valid_until":"2026-01-01","zone":"{txz1}"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_until` must be later than `2026-01-01`, when it begins","request_id":"…","errors":[{"pointer":"/valid_until","rule":"range","message":"must be later than `2026-01-01`, when it begins"}]}
        > POST /tax_rules?fields=valid_from,valid_until {"category":"{txc1}","name":"Reduced","percent":"7","valid_from":"2026-01-01","valid_until":"2027-01-01","zone":"{txz1}"} [operator]
        201 Created {"id":"{txr1}","valid_from":"2026-01-01","valid_until":"2027-01-01"}
        > PATCH /tax_rules/{txr1}?fields=valid_until {"valid_until":"2026-02-01"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_until` must not be earlier than today, `2026-02-02`","request_id":"…","errors":[{"pointer":"/valid_until","rule":"range","message":"must not be earlier than today, `2026-02-02`"}]}
        > PATCH /tax_rules/{txr1}?fields=valid_until {"valid_until":"2026-02-30"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_until` `2026-02-30` is not a date of the form `2026-01-31`","request_id":"…","errors":[{"pointer":"/valid_until","rule":"format","message":"`2026-02-30` is not a date of the form `2026-01-31`"}]}
        > PATCH /tax_rules/{txr1}?fields=valid_until {"valid_until":null} [operator]
        200 OK {"id":"{txr1}","valid_until":null}
        > PATCH /tax_rules/{txr1}?fields=valid_until {"valid_until":"2026-03-01"} [operator]
        200 OK {"id":"{txr1}","valid_until":"2026-03-01"}
        > PATCH /tax_rules/{txr1}?fields=valid_until {"percent":"8"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/percent` is unknown: expected `valid_until`","request_id":"…","errors":[{"pointer":"/percent","rule":"unknown_field","message":"is unknown: expected `valid_until`"}]}
        > PATCH /tax_rules/{txr1}?fields=valid_until {"valid_until":null} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/valid_until` cannot change: it ended on `2026-03-01`","request_id":"…","errors":[{"pointer":"/valid_until","rule":"range","message":"cannot change: it ended on `2026-03-01`"}]}
        100.00 + 7.00 = 107.00 EUR, due 107.00
        100.00 + 7.00 = 107.00 EUR, due 107.00
        100.00 + 20.00 = 120.00 EUR, due 120.00
    "#]].assert_eq(&said.text());
}

#[test]
fn a_price_is_tried_before_it_is_kept_and_taken_out_of_a_draft_alone() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let sold = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let draft = text(&operator.post("/offers", &json!({ "name": { "en": "Draft" } }))["id"]);
    let wanted = |offer: &str| {
        let mut price = monthly("Seat", "EUR", "0");
        price["offer"] = json!(offer);
        price["model"] = json!({ "kind": "per_unit", "per_unit": "2.50" });
        price
    };
    let say = |what: &str, body| said.say(&operator, "operator", what, body);
    let tried = json!({ "currency": "EUR", "quantity": 4, "draft": wanted(&draft) });
    say(&format!("POST /offers/{draft}/calculate?fields=net"), Some(&tried));
    let mut wrong = tried.clone();
    wrong["draft"]["model"] = json!({ "kind": "per_unit" });
    say(&format!("POST /offers/{draft}/calculate?fields=net"), Some(&wrong));
    // Nothing was kept of it.
    say(&format!("GET /offers/{draft}/prices"), None);
    let kept = text(&operator.post("/prices", &wanted(&draft))["id"]);
    let stale = operator.header("if-match", "\"7\"");
    said.say(&stale, "operator", &format!("DELETE /prices/{kept}"), None);
    say(&format!("DELETE /prices/{kept}"), None);
    say(&format!("GET /prices/{kept}"), None);
    say(&format!("GET /offers/{draft}?fields=prices,version,seller_name"), None);
    let last = text(&operator.get(&format!("/offers/{sold}"))["prices"][0]["id"]);
    say(&format!("DELETE /prices/{last}"), None);
    let north = market.house.client(&market.house.north.admin);
    said.say(&north, "north", &format!("DELETE /prices/{last}"), None);
    expect![[r#"
        > POST /offers/{ofr1}/calculate?fields=net {"currency":"EUR","draft":{"currency":"EUR","kind":"recurring","model":{"kind":"per_unit","per_unit":"2.50"},"name":"Seat","offer":"{ofr1}"},"quantity":4} [operator]
        200 OK {"net":{"amount":"10.00","currency":"EUR"}}
        > POST /offers/{ofr1}/calculate?fields=net {"currency":"EUR","draft":{"currency":"EUR","kind":"recurring","model":{"kind":"per_unit"},"name":"Seat","offer":"{ofr1}"},"quantity":4} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/draft/model/per_unit` must be given for this model","request_id":"…","errors":[{"pointer":"/draft/model/per_unit","rule":"required","message":"must be given for this model"}]}
        > GET /offers/{ofr1}/prices [operator]
        200 OK {"items":[],"next_cursor":null}
        > DELETE /prices/{prc1} [operator]
        412 Precondition Failed {"type":"/problems/stale","title":"It has changed since you read it","status":412,"detail":"it has changed: revision 1 is not 7","request_id":"…"}
        > DELETE /prices/{prc1} [operator]
        204 No Content 
        > GET /prices/{prc1} [operator]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{prc1}` is not there","request_id":"…"}
        > GET /offers/{ofr1}?fields=prices,version,seller_name [operator]
        200 OK {"id":"{ofr1}","prices":[],"seller_name":"Provider","version":3}
        > DELETE /prices/{prc2} [operator]
        409 Conflict {"type":"/problems/price_version_forbids","title":"A published price is never changed: a version that takes its place begins later.","status":409,"detail":"offer `{ofr2}` was on the market: its prices stay, and are revised from a day on","request_id":"…"}
        > DELETE /prices/{prc2} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{prc2}` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_reseller_with_a_zone_but_no_rule_taxes_as_its_provider() {
    let market = Market::on("2026-01-01");
    let reseller = market.house.client(&market.house.north.admin);
    reseller.post("/tax_zones", &json!({ "code": "HERE", "name": "Here", "countries": ["DE"] }));
    let offer = reseller.post("/offers", &json!({ "name": { "en": "Mailbox" } }));
    let mut price = monthly("Base", "EUR", "10");
    price["offer"] = offer["id"].clone();
    reseller.post("/prices", &price);
    let calculate = format!("/offers/{}/calculate", offer["id"].as_str().unwrap());
    let wish = json!({ "currency": "EUR", "country": "DE" });
    let found = reseller.post(&calculate, &wish);
    assert_eq!(found["tax"], json!({ "amount": "2.00", "currency": "EUR" }), "{found}");
}
