//! Statements of banks: what came in is found among what is to be paid, what was sent back is open
//! again, the rest waits for a person; and the same file changes nothing.

use expect_test::expect;
use serde_json::{Value, json};

use super::debits::{collecting, order, said, state};
use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

/// An entry: `CRDT` or `DBIT`, an amount, and what else is said of it.
fn entry(direction: &str, amount: &str, rest: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-01-19</Dt></BookgDt><NtryDtls><TxDtls>{rest}</TxDtls></NtryDtls></Ntry>"
    )
}

/// A statement with a name.
fn statement(name: &str, entries: &[String]) -> Value {
    let camt = format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\
         <BkToCstmrStmt><Stmt><Id>{name}</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>{}\
         </Stmt></BkToCstmrStmt></Document>",
        entries.concat()
    );
    json!({ "camt": camt })
}

/// Takes a statement in, and answers with it and its lines.
fn take_in(market: &Market, body: &Value) -> Value {
    let kept = market.operator().post("/bank_statements", body);
    market.must_be_whole();
    market.operator().get(&format!("/bank_statements/{}", text(&kept["items"][0]["id"])))
}

/// What was made of each line of a statement.
fn made(statement: &Value) -> String {
    let of = |it: &Value| {
        let puzzle = it["puzzle"].as_str().map_or_else(String::new, |it| format!(" ({it})"));
        format!("{}{puzzle}", text(&it["state"]))
    };
    let lines = statement["lines"].as_array().unwrap().iter();
    lines.map(of).collect::<Vec<_>>().join(", ")
}

fn refs(end_to_end: &str) -> String {
    format!("<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>")
}

fn text_of(text: &str) -> String {
    format!("<RmtInf><Ustrd>{text}</Ustrd></RmtInf>")
}

/// What a ledger of the provider comes to.
fn ledger(market: &Market, name: &str) -> String {
    let found = market.operator().get("/balances");
    let row = found["items"].as_array().unwrap().iter().find(|it| it["ledger"] == name).cloned();
    row.map_or_else(|| "0".to_owned(), |it| text(&it["amount"]["amount"]))
}

#[test]
fn what_was_collected_comes_in_and_what_is_sent_back_is_open_again_with_its_fee() {
    let (market, account) = collecting(&json!({}));
    let placed = order(&market, "2026-01-19").remove(0);
    let id = said(&market, &placed, "EndToEndId").remove(0);
    market.advance_to("2026-01-20");
    let came = statement("1", &[entry("CRDT", "12.00", &refs(&id))]);
    assert_eq!(made(&take_in(&market, &came)), "collected");
    assert_eq!(state(&market, &account), "captured; due 0.00");
    let order_now = market.operator().get(&format!("/debit_orders/{}", text(&placed["id"])));
    assert_eq!(order_now["state"], "completed");
    assert_eq!(made(&take_in(&market, &came)), "collected");
    assert_eq!(ledger(&market, "cash"), "12.00", "the same file changes nothing");

    let why = "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>";
    let back = statement("2", &[entry("DBIT", "15.50", &format!("{}{why}", refs(&id)))]);
    assert_eq!(made(&take_in(&market, &back)), "returned");
    assert_eq!(state(&market, &account), "fully_refunded; due 12.00");
    assert_eq!(
        (ledger(&market, "cash"), ledger(&market, "bank_fee")),
        ("-3.50".into(), "3.50".into())
    );
    assert_eq!(made(&take_in(&market, &back)), "returned");
    assert_eq!(ledger(&market, "bank_fee"), "3.50");

    let again = order(&market, "2026-01-26").remove(0);
    let id = said(&market, &again, "EndToEndId").remove(0);
    let whole =
        format!("<Refs><PmtInfId>{}</PmtInfId></Refs>", said(&market, &again, "PmtInfId")[0]);
    let closed = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>";
    let both =
        [entry("DBIT", "12.00", &format!("{}{closed}", refs(&id))), entry("CRDT", "12.00", &whole)];
    market.advance_to("2026-01-27");
    assert_eq!(made(&take_in(&market, &statement("3", &both))), "returned, completed");
    let path = format!("/accounts/{}/payment_methods", text(&account["id"]));
    let method = market.operator().get(&path)["items"][0]["state"].clone();
    assert_eq!(method, "refused", "the account is closed");
    assert_eq!(order(&market, "2026-02-16"), [] as [Value; 0]);
}

#[test]
fn what_is_sent_back_when_it_is_overdue_is_owed_and_asked_for_again() {
    let (market, account) = collecting(&json!({}));
    let operator = market.operator();
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    let steps = json!({ "dunning": [{ "after_days": 3, "action": "mail" }] });
    operator.patch(&format!("/classes/{class}"), &steps);
    let placed = order(&market, "2026-01-19").remove(0);
    let id = said(&market, &placed, "EndToEndId").remove(0);
    market.advance_to("2026-01-20");
    take_in(&market, &statement("1", &[entry("CRDT", "12.00", &refs(&id))]));
    let why = "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>";
    let back = statement("2", &[entry("DBIT", "12.00", &format!("{}{why}", refs(&id)))]);
    assert_eq!(made(&take_in(&market, &back)), "returned");
    assert_eq!(state(&market, &account), "fully_refunded; due 12.00");
    let invoice = &market.invoices(&account)[0];
    let found = (&invoice["state"], &invoice["credited"]["amount"]);
    assert_eq!(found, (&json!("overdue"), &json!("0.00")), "nobody was given anything");
    let cases = operator.get(&format!("/dunning?account={}", text(&account["id"])));
    assert_eq!(cases["items"][0]["state"], "running");
}

#[test]
fn a_transfer_settles_the_invoices_it_names_and_the_rest_waits_for_a_person() {
    let (market, account) = collecting(&json!({ "kind": "direct_debit" }));
    let other = market.customer("Other", "EUR");
    let offer = market.offer("More", &[monthly("Base", "EUR", "20")]);
    market.order(&other, &offer, 1);
    let number = |account: &Value| text(&market.invoices(account)[0]["number"]);
    let (first, second) = (number(&account), number(&other));
    market.advance_to("2026-01-20");
    let body = statement(
        "1",
        &[
            entry("CRDT", "12.00", &text_of(&format!("Re {first}, thank you"))),
            entry("CRDT", "20.00", &text_of(&second)),
            entry("CRDT", "7.00", &text_of("thanks")),
            entry("CRDT", "24.00", &text_of(&format!("{second} {first}"))),
            entry("DBIT", "3.00", &text_of("account fee")),
        ],
    );
    let kept = take_in(&market, &body);
    assert_eq!(
        made(&kept),
        "paid, open (amount_differs), open (names_nothing), open (several_payers), open (went_out)"
    );
    assert_eq!(state(&market, &account), "captured; due 0.00");
    let (operator, path) = (market.operator(), format!("/bank_statements/{}", text(&kept["id"])));
    let assign = |body: Value| operator.post(&format!("{path}/assign"), &body);
    let invoice = market.invoices(&other)[0]["id"].clone();
    assign(json!({ "line": 1, "invoice": invoice }));
    assign(json!({ "line": 2, "account": other["id"] }));
    operator.post(&format!("{path}/put_aside"), &json!({ "line": 4 }));
    assert_eq!(state(&market, &other), "captured captured; due 0.00");
    market.must_be_whole();
    let open = operator.get("/bank_statements?state=open");
    assert_eq!(open["items"][0]["open"], 1);
    assert_eq!(
        made(&take_in(&market, &body)),
        "paid, paid, paid, open (several_payers), put_aside"
    );
}

#[test]
fn a_movement_that_stands_on_two_statements_counts_once() {
    let (market, account) = collecting(&json!({}));
    let number = text(&market.invoices(&account)[0]["number"]);
    market.advance_to("2026-01-20");
    let line = entry("CRDT", "12.00", &text_of(&number))
        .replace("<NtryDtls>", "<AcctSvcrRef>B-7</AcctSvcrRef><NtryDtls>");
    assert_eq!(made(&take_in(&market, &statement("1", std::slice::from_ref(&line)))), "paid");
    assert_eq!(made(&take_in(&market, &statement("2", &[line]))), "known");
    assert_eq!(ledger(&market, "cash"), "12.00");
}

#[test]
fn another_page_of_a_statement_is_taken_in_too() {
    let (market, account) = collecting(&json!({}));
    market.advance_to("2026-01-20");
    let page = |end_to_end: &str| {
        let body = statement(
            "S-1",
            &[entry("CRDT", "12.00", &(refs(end_to_end) + &text_of("INV-2026-000001")))],
        );
        take_in(&market, &body)
    };
    let (first, second) = (page("ONE"), page("TWO"));
    assert_ne!(first["id"], second["id"]);
    assert_eq!(made(&first), "paid");
    assert_eq!(state(&market, &account), "captured; due 0.00");
    assert_eq!(page("ONE")["id"], first["id"], "the same again changes nothing");
    assert_eq!(page("TWO")["id"], second["id"]);
}

/// Facts keep the whole of what they tell: of a long statement there are few.
#[test]
fn a_long_statement_is_told_of_when_it_comes_and_when_it_was_looked_at() {
    let (market, _) = collecting(&json!({}));
    market.advance_to("2026-01-20");
    let entries: Vec<_> =
        (0..120).map(|it| entry("CRDT", "1.00", &refs(&format!("E-{it}")))).collect();
    let kept = take_in(&market, &statement("S-1", &entries));
    assert_eq!((&kept["count"], &kept["open"]), (&json!(120), &json!(120)));
    let told = market.operator().get(&format!("/events?subject={}", text(&kept["id"])));
    assert_eq!(told["items"].as_array().unwrap().len(), 2, "{told}");
}

#[test]
fn what_is_no_statement_of_the_seller_is_refused() {
    let (market, _) = collecting(&json!({}));
    let (operator, protocol) = (market.operator(), Protocol::default());
    let say = |what: &str, body: Value| {
        protocol.say(&operator, "operator", what, Some(&body));
    };
    say("POST /bank_statements", json!({ "camt": "<x/>" }));
    say("POST /bank_statements", json!({ "camt": "<!DOCTYPE a><a/>" }));
    let of_another =
        statement("1", &[]).to_string().replace("DE89370400440532013000", "AT611904300234573201");
    protocol.note("a statement of an account that no letterhead names");
    let answer =
        operator.call("POST /bank_statements", Some(&serde_json::from_str(&of_another).unwrap()));
    protocol.note(&String::from_utf8_lossy(&answer.body));
    let kept = take_in(&market, &statement("1", &[entry("DBIT", "1", "")]));
    let path = format!("POST /bank_statements/{}", text(&kept["id"]));
    say(&format!("{path}/assign"), json!({ "line": 0, "account": market.house.customer.account }));
    say(&format!("{path}/assign"), json!({ "line": 7, "account": market.house.customer.account }));
    say(&format!("{path}/assign"), json!({ "line": 0 }));
    say(&format!("{path}/put_aside?fields=open"), json!({ "line": 0 }));
    say(&format!("{path}/put_aside"), json!({ "line": 0 }));
    expect![[r#"
        > POST /bank_statements {"camt":"<x/>"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/camt` has no statement of a bank: it must be a `camt.053`","request_id":"…","errors":[{"pointer":"/camt","rule":"format","message":"has no statement of a bank: it must be a `camt.053`"}]}
        > POST /bank_statements {"camt":"<!DOCTYPE a><a/>"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/camt` is no XML: XML with DTD detected","request_id":"…","errors":[{"pointer":"/camt","rule":"format","message":"is no XML: XML with DTD detected"}]}
        a statement of an account that no letterhead names
        {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/camt` no letterhead of the seller names the account ···· 3201","request_id":"…","errors":[{"pointer":"/camt","rule":"reference","message":"no letterhead of the seller names the account ···· 3201"}]}
        > POST /bank_statements/{bst1}/assign {"account":"{acc1}","line":0} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/line` must be one by which money came in: put the others aside","request_id":"…","errors":[{"pointer":"/line","rule":"range","message":"must be one by which money came in: put the others aside"}]}
        > POST /bank_statements/{bst1}/assign {"account":"{acc1}","line":7} [operator]
        422 Unprocessable Entity {"type":"/problems/reference_unknown","title":"What is referred to does not exist or may not be used here.","status":422,"detail":"the statement has 1 lines, from 0 on","request_id":"…"}
        > POST /bank_statements/{bst1}/assign {"line":0} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/invoice` must be named, or the billing account or the account","request_id":"…","errors":[{"pointer":"/invoice","rule":"required","message":"must be named, or the billing account or the account"}]}
        > POST /bank_statements/{bst1}/put_aside?fields=open {"line":0} [operator]
        200 OK {"id":"{bst1}","open":0}
        > POST /bank_statements/{bst1}/put_aside {"line":0} [operator]
        409 Conflict {"type":"/problems/payment_state_forbids","title":"The state of the payment does not allow the operation.","status":409,"detail":"the line is `put_aside` already","request_id":"…"}
    "#]].assert_eq(&protocol.text());
}
