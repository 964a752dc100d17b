//! Debits: ordered from the bank with what is due, in a file that is the same each time, once for each
//! invoice, told to who pays; called off, come in, or sent back.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

/// A market whose seller collects, and an account with a mandate that owes 12.00 EUR since 1 January.
pub(super) fn collecting(mandate: &Value) -> (Market, Value) {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let letterhead = json!({
        "bank": { "iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "holder": "Kornblume" },
        "creditor": { "id": "DE98ZZZ09999999999", "notice_days": 5 },
    });
    operator.post("/letterheads", &letterhead);
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    operator.patch(&format!("/classes/{class}"), &json!({ "due_days": 15 }));
    let account = market.customer("Payer", "EUR");
    let path = format!("/accounts/{}/payment_methods", text(&account["id"]));
    let mut method = json!({
        "kind": "direct_debit", "iban": "AT611904300234573201", "holder": "Jürgen Zahler",
        "mandate": "M-7", "signed_on": "2026-01-01",
    });
    for (field, value) in mandate.as_object().unwrap() {
        method[field] = value.clone();
    }
    operator.post(&path, &method);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    (market, account)
}

/// Orders what is due on a day, and answers with the orders.
pub(super) fn order(market: &Market, collect_on: &str) -> Vec<Value> {
    let body = json!({ "collect_on": collect_on });
    let orders = market.operator().post("/debit_orders", &body);
    market.must_be_whole();
    orders["items"].as_array().unwrap().clone()
}

/// What the file of an order says in its elements of a name.
pub(super) fn said(market: &Market, order: &Value, name: &str) -> Vec<String> {
    let path = format!("GET /debit_orders/{}/pain008", text(&order["id"]));
    let file = market.operator().call(&path, None);
    assert_eq!(file.status, 200);
    let file = String::from_utf8(file.body.to_vec()).unwrap();
    let begin = format!("<{name}>");
    let parts = file.split(&begin).skip(1);
    parts.map(|it| it.split('<').next().unwrap().to_owned()).collect()
}

/// The states of an account's payments, and what is due of its invoices.
pub(super) fn state(market: &Market, account: &Value) -> String {
    let path = format!("/payments?order=oldest&account={}", text(&account["id"]));
    let found = market.operator().get(&path);
    let states = found["items"].as_array().unwrap().iter().map(|it| text(&it["state"]));
    let states: Vec<_> = states.collect();
    let due = market.invoices(account).into_iter().map(|it| text(&it["due"]["amount"]));
    format!("{}; due {}", states.join(" "), due.collect::<Vec<_>>().join(" "))
}

#[test]
fn an_invoice_is_collected_once_and_the_file_is_the_same_each_time() {
    let (market, account) = collecting(&json!({}));
    assert_eq!(order(&market, "2026-01-14"), [] as [Value; 0], "it is due on the 15th");
    let orders = order(&market, "2026-01-17");
    let [placed] = orders.as_slice() else { panic!("one, not {orders:?}") };
    assert_eq!(text(&placed["collect_on"]), "2026-01-19", "the 17th is a Saturday");
    assert_eq!(placed["total"], json!({ "amount": "12.00", "currency": "EUR" }));
    assert_eq!(said(&market, placed, "IBAN"), ["DE89370400440532013000", "AT611904300234573201"]);
    assert_eq!(said(&market, placed, "SeqTp"), ["FRST"]);
    assert_eq!(said(&market, placed, "Nm"), ["Kornblume", "Kornblume", "Juergen Zahler"]);
    assert_eq!(said(&market, placed, "Ustrd"), ["INV-2026-000001"]);
    let (first, again) = (said(&market, placed, "EndToEndId"), said(&market, placed, "EndToEndId"));
    assert_eq!(first, again);
    assert_eq!(order(&market, "2026-01-17"), [] as [Value; 0], "it is on its way");
    market.advance_to("2026-01-31");
    assert_eq!(state(&market, &account), "initiated; due 12.00", "nobody is reminded meanwhile");
    let path = format!("/debit_orders/{}/complete", text(&placed["id"]));
    let done = market.operator().post(&path, &json!({}));
    assert_eq!(
        (text(&done["state"]), text(&done["debits"][0]["mandate"])),
        ("completed".into(), "M-7".into())
    );
    assert_eq!(state(&market, &account), "captured; due 0.00");
    market.must_be_whole();
    market.advance_to("2026-02-02");
    let next = order(&market, "2026-02-16");
    assert_eq!(said(&market, &next[0], "SeqTp"), ["RCUR"]);
}

#[test]
fn what_went_back_is_collected_again_only_where_it_is_owed_and_once_it_is_due_anew() {
    let note = json!({ "credit_note": true, "reason": "Sorry" });
    for (instead, later) in [(note, 0), (json!({ "reopens": true }), 1)] {
        let (market, account) = collecting(&json!({}));
        let operator = market.operator();
        let of = text(&account["id"]);
        let subscription =
            operator.get(&format!("/subscriptions?account={of}"))["items"][0].clone();
        let path = format!("/subscriptions/{}/cancel", text(&subscription["id"]));
        operator.post(&path, &json!({ "refund_to": "nowhere" }));
        let placed = order(&market, "2026-01-16").remove(0);
        market.advance_to("2026-01-20");
        operator.post(&format!("/debit_orders/{}/complete", text(&placed["id"])), &json!({}));
        let payment = operator.get(&format!("/payments?account={of}"))["items"][0].clone();
        let mut back = instead.clone();
        back["amount"] = json!({ "amount": "5", "currency": "EUR" });
        operator.post(&format!("/payments/{}/refund", text(&payment["id"])), &back);
        assert_eq!(order(&market, "2026-01-26"), [] as [Value; 0], "{instead}");
        let orders = order(&market, "2026-02-16");
        let totals: Vec<_> = orders.iter().map(|it| text(&it["total"]["amount"])).collect();
        assert_eq!(totals, vec!["5.00"; later], "{instead}");
    }
}

#[test]
fn what_is_called_off_can_be_ordered_again() {
    let (market, account) = collecting(&json!({ "scheme": "b2b", "uses": "once" }));
    let first = order(&market, "2026-01-15").remove(0);
    assert_eq!(text(&first["scheme"]), "b2b");
    assert_eq!(said(&market, &first, "Cd"), ["SEPA", "B2B"]);
    let operator = market.operator();
    let path = format!("/debit_orders/{}", text(&first["id"]));
    operator.post(&format!("{path}/cancel"), &json!({}));
    assert_eq!(state(&market, &account), "canceled; due 12.00");
    assert_eq!(operator.call(&format!("GET {path}/pain008"), None).status, 409);
    assert_eq!(operator.call(&format!("POST {path}/cancel"), Some(&json!({}))).status, 409);
    let second = order(&market, "2026-01-15").remove(0);
    assert_eq!(said(&market, &second, "SeqTp"), ["OOFF"], "for once, and that was not used");
    assert_eq!(state(&market, &account), "canceled initiated; due 12.00");
}

#[test]
fn the_first_debit_of_a_mandate_stays_the_first_however_orders_are_placed() {
    let (market, account) = collecting(&json!({}));
    let first = order(&market, "2026-01-30").remove(0);
    market.advance_to("2026-01-17");
    // Another invoice of the same payer, due before the first debit is collected.
    let offer = market.offer("Extra", &[monthly("Extra", "EUR", "5")]);
    market.order(&account, &offer, 1);
    let class = text(&market.operator().get("/classes?order=oldest")["items"][0]["id"]);
    market.operator().patch(&format!("/classes/{class}"), &json!({ "due_days": 1 }));
    market.advance_to("2026-01-20");
    assert_eq!(
        order(&market, "2026-01-26"),
        [] as [Value; 0],
        "the first is collected on the 30th"
    );
    market.advance_to("2026-02-03");
    let second = order(&market, "2026-02-12").remove(0);
    let sequence = |of: &Value| said(&market, of, "SeqTp");
    assert_eq!((sequence(&first), sequence(&second)[0].as_str()), (vec!["FRST".into()], "RCUR"));
    let cancel = |of: &Value| {
        let path = format!("POST /debit_orders/{}/cancel", text(&of["id"]));
        market.operator().call(&path, Some(&json!({})))
    };
    let refused = cancel(&first);
    assert_eq!(refused.status, 409);
    let why = text(&refused.json()["detail"]);
    assert!(why.contains(&text(&second["id"])), "{why}");
    assert_eq!(cancel(&second).status, 200);
    let again = order(&market, "2026-02-12").remove(0);
    assert_eq!(sequence(&again)[0], "RCUR", "the first is still on its way");
    assert_eq!(cancel(&again).status, 200);
    assert_eq!(cancel(&first).status, 200);
    let anew = order(&market, "2026-02-12").remove(0);
    assert_eq!(sequence(&anew)[0], "FRST", "none was made");
    market.must_be_whole();
}

#[test]
fn who_pays_is_told_when_and_by_which_mandate() {
    let (market, account) = collecting(&json!({}));
    let contact = json!({ "contacts": { "billing": { "email": "ann@payer.test" } } });
    let changed = market
        .operator()
        .call(&format!("PATCH /accounts/{}", text(&account["id"])), Some(&contact));
    assert!(changed.status.is_success(), "{}", String::from_utf8_lossy(&changed.body));
    order(&market, "2026-01-15");
    market.house.app.keep_duties();
    let mails = market.operator().get("/mails");
    let mail =
        mails["items"].as_array().unwrap().iter().find(|it| it["occasion"] == "debit_announced");
    let mail = market.operator().get(&format!("/mails/{}", text(&mail.expect("a mail")["id"])));
    let body = mail["text"].as_str().unwrap_or_default();
    for said in
        ["12.00", "INV-2026-000001", "15 January 2026", "AT ···· 3201", "M-7", "DE98ZZZ09999999999"]
    {
        assert!(body.contains(said), "{said} in {mail}");
    }
}

#[test]
fn who_cannot_collect_is_told_why() {
    let market = Market::on("2026-01-01");
    let (operator, protocol) = (market.operator(), Protocol::default());
    let say = |what: &str, body: Value| {
        protocol.say(&operator, "operator", what, Some(&body));
    };
    say("POST /debit_orders", json!({}));
    say("POST /letterheads", json!({ "creditor": { "id": "DE98ZZZ09999999998" } }));
    say(
        "POST /letterheads",
        json!({ "creditor": { "id": "DE98ZZZ09999999999", "notice_days": 0 } }),
    );
    let (market, account) = collecting(&json!({}));
    let operator = market.operator();
    let say = |what: &str, body: Value| {
        protocol.say(&operator, "operator", what, Some(&body));
    };
    say("POST /debit_orders", json!({ "collect_on": "2026-01-05" }));
    let path = format!("POST /accounts/{}/payment_methods", text(&account["id"]));
    let mandate = json!({
        "kind": "direct_debit", "iban": "CH9300762011623852957", "holder": "Ann", "mandate": "M_8",
        "signed_on": "2026-02-01", "scheme": "fast",
    });
    say(&path, mandate.clone());
    let mut mandate = mandate;
    mandate["scheme"] = json!("core");
    say(&path, mandate);
    let order = order(&market, "2026-01-15").remove(0);
    say(
        &format!("POST /debit_orders/{}/complete", text(&order["id"])),
        json!({ "received_on": "2026-01-03" }),
    );
    expect![[r#"
        > POST /debit_orders {} [operator]
        409 Conflict {"type":"/problems/payment_state_forbids","title":"The state of the payment does not allow the operation.","status":409,"detail":"the seller cannot collect: its letterhead must name a bank account and a creditor","request_id":"…"}
        > POST /letterheads {"creditor":{"id":"DE98ZZZ09999999998"}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/creditor/id` must be the identifier of a creditor such as `DE98 ZZZ 09999999999`","request_id":"…","errors":[{"pointer":"/creditor/id","rule":"format","message":"must be the identifier of a creditor such as `DE98 ZZZ 09999999999`"}]}
        > POST /letterheads {"creditor":{"id":"DE98ZZZ09999999999","notice_days":0}} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/bank` must be given: what is collected comes there; `/creditor/notice_days` must be from 1 to 60","request_id":"…","errors":[{"pointer":"/bank","rule":"required","message":"must be given: what is collected comes there"},{"pointer":"/creditor/notice_days","rule":"range","message":"must be from 1 to 60"}]}
        > POST /debit_orders {"collect_on":"2026-01-05"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/collect_on` must not lie before `2026-01-06`: payers are told so long before","request_id":"…","errors":[{"pointer":"/collect_on","rule":"range","message":"must not lie before `2026-01-06`: payers are told so long before"}]}
        > POST /accounts/{acc1}/payment_methods {"holder":"Ann","iban":"CH9300762011623852957","kind":"direct_debit","mandate":"M_8","scheme":"fast","signed_on":"2026-02-01"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/scheme` `fast` is not one of core, b2b","request_id":"…","errors":[{"pointer":"/scheme","rule":"enum","message":"`fast` is not one of core, b2b"}]}
        > POST /accounts/{acc1}/payment_methods {"holder":"Ann","iban":"CH9300762011623852957","kind":"direct_debit","mandate":"M_8","scheme":"core","signed_on":"2026-02-01"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/signed_on` must not lie in the future; `/mandate` must have at most 35 signs, and no `_`: banks know none; `/iban` must be of a bank in the European Economic Area: it alone does not say enough of others","request_id":"…","errors":[{"pointer":"/signed_on","rule":"range","message":"must not lie in the future"},{"pointer":"/mandate","rule":"format","message":"must have at most 35 signs, and no `_`: banks know none"},{"pointer":"/iban","rule":"reference","message":"must be of a bank in the European Economic Area: it alone does not say enough of others"}]}
        > POST /debit_orders/{dbo1}/complete {"received_on":"2026-01-03"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/received_on` must not lie in the future: `2026-01-03` is after today, `2026-01-01`","request_id":"…","errors":[{"pointer":"/received_on","rule":"range","message":"must not lie in the future: `2026-01-03` is after today, `2026-01-01`"}]}
    "#]].assert_eq(&protocol.text());
}

#[test]
fn what_came_in_on_days_whose_books_are_closed_is_refused() {
    let (market, account) = collecting(&json!({}));
    let order = order(&market, "2026-01-15").remove(0);
    market.advance_to("2027-02-01");
    let path = format!("POST /debit_orders/{}/complete", text(&order["id"]));
    for (said, status) in [
        (json!({}), 422),
        (json!({ "received_on": "2026-01-30" }), 422),
        (json!({ "received_on": "2026-01-31" }), 200),
    ] {
        let before = state(&market, &account);
        let answer = market.operator().call(&path, Some(&said));
        assert_eq!(answer.status.as_u16(), status, "{said}: {}", answer.json());
        if status == 422 {
            assert_eq!(answer.json()["errors"][0]["pointer"], "/received_on", "{said}");
            assert_eq!(state(&market, &account), before, "{said}");
        }
    }
    market.must_be_whole();
}

#[test]
fn a_debit_that_is_not_collected_leaves_dunning_where_it_was() {
    let (market, account) = collecting(&json!({}));
    let operator = market.operator();
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    let steps = json!([
        { "after_days": 5, "action": "late_fee", "fee": "10" },
        { "after_days": 8, "action": "credit_hold" },
    ]);
    operator.patch(&format!("/classes/{class}"), &json!({ "dunning": steps }));
    let stands = || {
        let state = text(&operator.get(&format!("/accounts/{}", text(&account["id"])))["state"]);
        let cases = operator.get("/dunning")["items"].clone();
        let cases = cases.as_array().unwrap().iter().map(|it| text(&it["state"]));
        let is_fee = |it: &&Value| it["lines"][0]["kind"] == "late_fee";
        let invoices = market.invoices(&account);
        let fees = invoices.iter().filter(is_fee).count();
        format!("{state}, cases {}, fees {fees}", cases.collect::<Vec<_>>().join(" "))
    };
    market.advance_to("2026-01-26");
    assert_eq!(stands(), "held_for_credit, cases running, fees 1");
    let placed = order(&market, "2026-02-02").remove(0);
    market.advance_to("2026-01-28");
    assert_eq!(stands(), "active, cases running, fees 1", "it waits for the bank");
    operator.post(&format!("/debit_orders/{}/cancel", text(&placed["id"])), &json!({}));
    market.advance_to("2026-02-10");
    assert_eq!(stands(), "held_for_credit, cases running, fees 1");
    let placed = order(&market, "2026-02-16").remove(0);
    market.advance_to("2026-02-17");
    operator.post(&format!("/debit_orders/{}/complete", text(&placed["id"])), &json!({}));
    market.must_be_whole();
    assert_eq!(stands(), "active, cases ended, fees 1");
}
