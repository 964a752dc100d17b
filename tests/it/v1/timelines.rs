//! What happened: the audit for who sells, and the timeline for everybody; secrets are in neither.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::{Client, Protocol};
use crate::harness::market::{Market, monthly, text};

/// The sentences of a timeline.
fn told(caller: &Client<'_>, path: &str) -> String {
    let answer = caller.get(path);
    let line = |it: &Value| {
        let day = text(&it["at"])[..10].to_owned();
        format!("{day} {} [{}]\n", text(&it["text"]), it["cause"]["label"].as_str().unwrap_or("-"))
    };
    answer["items"].as_array().unwrap().iter().map(line).collect()
}

/// A market in which an account has ordered, was billed twice and has paid a part.
fn busy() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let subscription = market.order(&account, &offer, 1);
    market.advance_to("2026-02-01");
    let body = json!({ "account": account["id"], "amount": { "amount": "20", "currency": "EUR" } });
    market.operator().post("/payments", &body);
    market.operator().patch(
        &format!("/accounts/{}", text(&account["id"])),
        &json!({ "name": "Payer Ltd", "address": { "street": "Ring 1", "city": "Bonn", "country": "DE" } }),
    );
    market.operator().post(&format!("/subscriptions/{subscription}/hold"), &json!({}));
    market.house.app.keep_duties();
    (market, account, subscription)
}

#[test]
fn all_that_happened_is_told_with_whose_it_was_to_who_may_read_the_audit() {
    let (market, ..) = busy();
    let found = market.operator().get("/timeline?limit=500");
    let items = found["items"].as_array().unwrap();
    let line = |it: &&Value| format!("{}: {}", text(&it["account_name"]), text(&it["text"]));
    let issued: Vec<_> = items.iter().filter(|it| it["name"] == "invoice.issued").collect();
    assert_eq!(
        issued.iter().map(line).collect::<Vec<_>>(),
        [
            "Payer Ltd: Invoice INV-2026-000002 was issued: 12.00 EUR",
            "Payer Ltd: Invoice INV-2026-000001 was issued: 12.00 EUR",
        ]
    );
    let house = &market.house;
    let member = house.client(&house.north.customer.member).call("GET /timeline", None);
    assert_eq!(member.status.as_u16(), 403);
    let north = house.client(&house.north.admin).get("/timeline?limit=500");
    assert!(!north.to_string().contains("INV-2026"), "{north}");
}

#[test]
fn a_timeline_tells_what_happened_in_sentences_the_newest_first() {
    let (market, account, subscription) = busy();
    let (operator, id) = (market.operator(), text(&account["id"]));
    expect![[r#"
        2026-02-01 Subscription Flat was put on hold [Olga Operator]
        2026-02-01 Account Payer Ltd was changed: address, name Payer → Payer Ltd [Olga Operator]
        2026-02-01 Invoice INV-2026-000002 was paid in part; still due: 4.00 EUR [Olga Operator]
        2026-02-01 Invoice INV-2026-000001 was paid: 12.00 EUR [Olga Operator]
        2026-02-01 Payment 1 was received: 20.00 EUR [Olga Operator]
        2026-02-01 Invoice INV-2026-000002 was issued: 12.00 EUR [billing]
        2026-01-11 Invoice INV-2026-000001 is overdue: 12.00 EUR [dunning]
        2026-01-01 Invoice INV-2026-000001 was issued: 12.00 EUR [billing]
        2026-01-01 Billing account Payer is active [Olga Operator]
        2026-01-01 Subscription Flat has begun [Olga Operator]
        2026-01-01 Subscription Flat was ordered [Olga Operator]
        2026-01-01 Order 1 is done [Olga Operator]
        2026-01-01 Order 1 was placed [Olga Operator]
        2026-01-01 Billing account Payer was created [Olga Operator]
        2026-01-01 Account Payer was created [Olga Operator]
    "#]]
    .assert_eq(&told(&operator, &format!("/accounts/{id}/timeline")));
    expect![[r#"
        2026-02-01 Subscription Flat was put on hold [Olga Operator]
        2026-01-01 Subscription Flat has begun [Olga Operator]
        2026-01-01 Subscription Flat was ordered [Olga Operator]
    "#]]
    .assert_eq(&told(&operator, &format!("/subscriptions/{subscription}/timeline")));
    let page = operator.get(&format!("/accounts/{id}/timeline?limit=2&order=oldest"));
    let next = text(&page["next_cursor"]);
    let path = format!("/accounts/{id}/timeline?limit=1&order=oldest&cursor={next}");
    let third = operator.get(&path)["items"][0].clone();
    let all = operator.get(&format!("/accounts/{id}/timeline?order=oldest"));
    assert_eq!(third, all["items"][2]);
}

#[test]
fn the_audit_tells_what_was_changed_by_whom_from_what_to_what() {
    let (market, account, _) = busy();
    let (operator, said) = (market.operator(), Protocol::default());
    let id = text(&account["id"]);
    let say = |path: &str| {
        said.say(&operator, "operator", &format!("GET {path}"), None);
    };
    say(&format!("/events?subject={id}&verb=changed"));
    say(&format!("/events?account={id}&kind=invoice&verb=partly_paid"));
    expect![[r#"
        > GET /events?subject={acc1}&verb=changed [operator]
        200 OK {"items":[{"sequence":116,"at":"2026-02-01T00:00:00Z","name":"account.changed","subject":{"kind":"account","id":"{acc1}","label":"Payer Ltd"},"account":"{acc1}","cause":{"kind":"user","id":"{usr1}","label":"Olga Operator"},"request":"3ed2b0611e97da9c-2e","changes":[{"path":"/address/city","before":"Berlin","after":"Bonn"},{"path":"/name","before":"Payer","after":"Payer Ltd"}]}],"next_cursor":null}
        > GET /events?account={acc1}&kind=invoice&verb=partly_paid [operator]
        200 OK {"items":[{"sequence":115,"at":"2026-02-01T00:00:00Z","name":"invoice.partly_paid","subject":{"kind":"invoice","id":"{inv1}","label":"INV-2026-000002"},"account":"{acc1}","cause":{"kind":"user","id":"{usr1}","label":"Olga Operator"},"request":"3ed2b0611e97da9c-2d","changes":[{"path":"/due/amount","before":"12.00","after":"4.00"},{"path":"/paid/amount","before":"0.00","after":"8.00"}]}],"next_cursor":null}
    "#]].assert_eq(&said.text());
    let newest = operator.get("/events?limit=1")["items"][0]["sequence"].as_u64().unwrap();
    let after = operator.get(&format!("/events?after={}&limit=2", newest - 3));
    let sequences: Vec<_> =
        after["items"].as_array().unwrap().iter().map(|it| it["sequence"].as_u64()).collect();
    assert_eq!(sequences, [Some(newest - 2), Some(newest - 1)]);
    let next = text(&after["next_cursor"]);
    let rest = operator.get(&format!("/events?after={}&cursor={next}", newest - 3));
    assert_eq!(rest["items"][0]["sequence"].as_u64(), Some(newest));
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
}

#[test]
fn nobody_hears_of_what_is_not_its_own_and_nobody_of_secrets() {
    let (market, account, subscription) = busy();
    let house = &market.house;
    let everything = market.operator().get("/events?limit=1000").to_string();
    for secret in ["argon2", "\"secret\"", "password_hash", "totp"] {
        assert!(!everything.contains(secret), "{secret} is told");
    }
    let north = house.client(&house.north.admin);
    let foreign = north.get("/events?limit=1000").to_string();
    for name in ["Payer", "Home Customer", "South", "Provider"] {
        assert!(!foreign.contains(name), "{name} is told to another branch");
    }
    assert!(foreign.contains("North Customer"), "its own is told");
    let id = text(&account["id"]);
    let said = Protocol::default();
    let say = |who: &str, caller: &Client<'_>, path: &str| {
        said.say(caller, who, &format!("GET {path}"), None);
    };
    say("north", &north, &format!("/accounts/{id}/timeline"));
    say("north", &north, &format!("/subscriptions/{subscription}/timeline"));
    say("north", &north, &format!("/events?account={id}"));
    let customer = house.client(&house.customer.admin);
    say("customer", &customer, "/events");
    say("customer", &customer, &format!("/accounts/{id}/timeline"));
    let operator = market.operator();
    say("operator", &operator, "/events?kind=invoices");
    say("operator", &operator, "/events?verb=exploded");
    say("operator", &operator, "/events?subject=xyz_1");
    say("operator", &operator, "/events?after=yesterday");
    say("operator", &operator, "/accounts/acc_1/timeline");
    expect![[r#"
        > GET /accounts/{acc1}/timeline [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{acc1}` is not there","request_id":"…"}
        > GET /subscriptions/{sub1}/timeline [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{sub1}` is not there","request_id":"…"}
        > GET /events?account={acc1} [north]
        200 OK {"items":[],"next_cursor":null}
        > GET /events [customer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: audit_read","request_id":"…"}
        > GET /accounts/{acc1}/timeline [customer]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{acc1}` is not there","request_id":"…"}
        > GET /events?kind=invoices [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`kind` `invoices` is not one of account, asset, billing_account, billing_run, bucket, catalog, cart, category, class, coupon, credit_note, deposit, discount, document, invoice, listener, meter, notification_template, offer, order, party, payment, payment_method, payment_plan, price, promotion, quote, refund, resource_category, resource, review, seat, service_terms, session, settlement, share_model, shipment, sla, specification, subscription, task, tax_category, tax_zone, token, user, tax_rule, mail, usage_record, share_record, consumer_key, attribute_definition, letterhead, dunning, redemption, gateway, debit_order, bank_statement, asset_type","request_id":"…","errors":[{"pointer":"kind","rule":"enum","message":"`invoices` is not one of account, asset, billing_account, billing_run, bucket, catalog, cart, category, class, coupon, credit_note, deposit, discount, document, invoice, listener, meter, notification_template, offer, order, party, payment, payment_method, payment_plan, price, promotion, quote, refund, resource_category, resource, review, seat, service_terms, session, settlement, share_model, shipment, sla, specification, subscription, task, tax_category, tax_zone, token, user, tax_rule, mail, usage_record, share_record, consumer_key, attribute_definition, letterhead, dunning, redemption, gateway, debit_order, bank_statement, asset_type"}]}
        > GET /events?verb=exploded [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`verb` `exploded` is not one of created, changed, removed, activated, held, released, expired, renewed, canceled, terminated, launched, retired, rejected, started, completed, failed, issued, partly_paid, paid, overdue, written_off, received, refunded, sent, signed_in, graced, destroyed, restored, information_required, shipped, delivered, returned, assigned, partly_completed, expiring, disputed, resolved, fell_away, trial_extended, upgraded, running_low, announced, asset_upgraded","request_id":"…","errors":[{"pointer":"verb","rule":"enum","message":"`exploded` is not one of created, changed, removed, activated, held, released, expired, renewed, canceled, terminated, launched, retired, rejected, started, completed, failed, issued, partly_paid, paid, overdue, written_off, received, refunded, sent, signed_in, graced, destroyed, restored, information_required, shipped, delivered, returned, assigned, partly_completed, expiring, disputed, resolved, fell_away, trial_extended, upgraded, running_low, announced, asset_upgraded"}]}
        > GET /events?subject=xyz_1 [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`subject` `xyz_1` is not an id of the form `<kind>_<uuid>`","request_id":"…","errors":[{"pointer":"subject","rule":"format","message":"`xyz_1` is not an id of the form `<kind>_<uuid>`"}]}
        > GET /events?after=yesterday [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`after` must be the `sequence` of an event","request_id":"…","errors":[{"pointer":"after","rule":"format","message":"must be the `sequence` of an event"}]}
        > GET /accounts/acc_1/timeline [operator]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`acc_1` is not there","request_id":"…"}
    "#]].assert_eq(&said.text());
    let own = told(&customer, &format!("/accounts/{}/timeline", house.customer.account));
    expect![[r#"
        2026-01-01 Token test was created [member of member@customer.home.test]
        2026-01-01 User member of member@customer.home.test signed in [link]
        2026-01-01 User member of member@customer.home.test is active [link]
        2026-01-01 User member of member@customer.home.test was invited [customer_admin of admin@customer.home.test]
        2026-01-01 Token test was created [customer_admin of admin@customer.home.test]
        2026-01-01 User customer_admin of admin@customer.home.test signed in [link]
        2026-01-01 User customer_admin of admin@customer.home.test is active [link]
        2026-01-01 User customer_admin of admin@customer.home.test was invited [-]
        2026-01-01 Billing account Home Customer was created [-]
        2026-01-01 Account Home Customer was created [-]
    "#]].assert_eq(&own);
}

#[test]
fn another_offer_is_told_by_what_it_is_called() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Payer", "EUR");
    let [small, big] =
        ["Small", "Big"].map(|it| market.offer(it, &[monthly("Month", "EUR", "10")]));
    let switches = json!({ "switches": [{ "to": big, "direction": "upgrade" }] });
    market.operator().patch(&format!("/offers/{small}"), &switches);
    let path = format!("/subscriptions/{}", market.order(&account, &small, 1));
    market.operator().post(&format!("{path}/change"), &json!({ "offer": big }));
    let timeline = format!("{path}/timeline");
    let told = told(&market.operator(), &timeline);
    assert!(told.contains("offer Small → Big"), "{told}");
    // With their ids, so that a reader of another language may read their names in it.
    let entries = market.operator().get(&timeline)["items"].clone();
    let offers = |it: &Value| it["offers"].as_array().cloned().unwrap_or_default();
    let named: Vec<_> = entries.as_array().unwrap().iter().flat_map(offers).collect();
    assert_eq!(
        named,
        [(&small, "Small"), (&big, "Big")]
            .map(|(id, label)| json!({ "kind": "offer", "id": id, "label": label }))
    );
}
