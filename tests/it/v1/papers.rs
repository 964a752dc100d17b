//! Papers: letterheads, and invoices and credit notes as files for people and machines.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Protocol;
use crate::harness::market::{Market, monthly, text};

fn letterhead() -> Value {
    json!({
        "bank": { "iban": "de89 3704 0044 0532 0130 00", "bic": "cobadeff" },
        "registration": "HRB 123456", "management": "Olga Operator",
        "payment_terms": "Payable without deduction.", "color": "#8a1c4a",
    })
}

/// A market whose provider is somebody in law, with an account that was billed once.
fn billed() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let provider = text(&operator.get("/session")["account"]["id"]);
    let address = json!({ "street": "Werft 1", "city": "Kiel", "country": "DE" });
    let said = json!({ "address": address, "tax": { "registration_id": "DE123456788" } });
    operator.patch(&format!("/accounts/{provider}"), &said);
    operator.post("/letterheads", &letterhead());
    let account = market.customer("Buyer", "EUR");
    let contact = json!({ "contacts": { "billing": { "email": "bills@buyer.test" } } });
    operator.patch(&format!("/accounts/{}", text(&account["id"])), &contact);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    market.advance_to("2026-01-15");
    let invoice = text(&market.invoices(&account)[0]["id"]);
    (market, account, invoice)
}

/// Mails come from the address of their seller, as soon as who runs the server has given it one.
#[test]
fn mails_come_from_the_address_of_their_seller() {
    let (market, account, _) = billed();
    let (operator, house) = (market.operator(), &market.house);
    let last_from = || {
        let body =
            json!({ "account": account["id"], "amount": { "amount": "1", "currency": "EUR" } });
        operator.post("/payments", &body);
        house.app.keep_duties();
        let sent = house.app.outside.sent();
        let to = |it: &tillbox::world::mail::Letter| it.to.email.as_str() == "bills@buyer.test";
        sent.into_iter().rfind(to).expect("a mail").from.email.to_string()
    };
    assert_eq!(last_from(), "tillbox@localhost");
    operator.post("/letterheads", &json!({ "mail_from": "bills@harbor.test" }));
    assert_eq!(last_from(), "bills@harbor.test");
    // What a reseller was given it may keep, and take nobody else's.
    let north = house.client(&house.north.admin);
    let given = json!({ "seller": house.north.account, "mail_from": "bills@north.test" });
    operator.post("/letterheads", &given);
    north.post("/letterheads", &json!({ "mail_from": "bills@north.test", "management": "Nora" }));
    let body = json!({ "mail_from": "bills@harbor.test" });
    let refused = north.call("POST /letterheads", Some(&body)).json();
    assert_eq!(refused["errors"][0]["pointer"], "/mail_from", "{refused}");
}

#[test]
fn a_letterhead_holds_from_when_it_is_written() {
    let (market, _, invoice) = billed();
    let (operator, said) = (market.operator(), Protocol::default());
    let house = &market.house;
    let seen = |it: &Value| json!({ "bank": it["bank"], "terms": it["payment_terms"] });
    let before = operator.get(&format!("/invoices/{invoice}"));
    expect![[r#"{"bank":{"bank":null,"bic":"COBADEFF","holder":null,"iban":"DE89370400440532013000"},"terms":"Payable without deduction."}"#]]
        .assert_eq(&seen(&before["imprint"]).to_string());
    operator.post("/letterheads", &json!({ "payment_terms": "At once." }));
    let after = operator.get(&format!("/invoices/{invoice}"));
    assert_eq!(after["imprint"], before["imprint"], "what was issued stays as it was");
    let newest = operator.get("/letterheads?limit=1");
    assert_eq!(newest["items"][0]["payment_terms"], "At once.");
    let north = house.client(&house.north.admin);
    let buyer = house.client(&house.north.customer.admin);
    for body in [
        json!({ "bank": { "iban": "DE89370400440532013001" } }),
        json!({ "bank": { "iban": "DE89370400440532013000", "bic": "X" } }),
        json!({ "color": "blue" }),
        json!({ "logo": "bm8gcGljdHVyZQ==" }),
        json!({ "logo": "?" }),
        json!({ "payment_terms": "x".repeat(501) }),
        json!({ "mail_from": "boss@elsewhere.test" }),
    ] {
        let refused = north.call("POST /letterheads", Some(&body));
        said.note(&format!("{} {}", refused.status, refused.json()["detail"]));
    }
    said.say(&buyer, "buyer", "POST /letterheads", Some(&json!({})));
    said.say(&buyer, "buyer", "GET /letterheads", None);
    said.say(&north, "north", "GET /letterheads?fields=color", None);
    expect![[r#"
        422 Unprocessable Entity "`/bank/iban` must be the number of a bank account such as `DE89 3704 0044 0532 0130 00`"
        422 Unprocessable Entity "`/bank/bic` must be the code of a bank such as `COBADEFFXXX`"
        422 Unprocessable Entity "`/color` must be a color such as `#2f5bd7`"
        422 Unprocessable Entity "`/logo` must be a picture in the PNG format"
        422 Unprocessable Entity "`/logo` must be the bytes of a picture in Base64"
        422 Unprocessable Entity "`/payment_terms` must have at most 500 characters"
        422 Unprocessable Entity "`/mail_from` must be an address at `localhost`, or be given by who runs this"
        > POST /letterheads {} [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: settings_write","request_id":"…"}
        > GET /letterheads [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: settings_read","request_id":"…"}
        > GET /letterheads?fields=color [north]
        200 OK {"items":[],"next_cursor":null}
    "#]].assert_eq(&said.text());
}

#[test]
fn an_invoice_is_had_in_each_form_by_who_may_read_it() {
    let (market, account, invoice) = billed();
    let operator = market.operator();
    let credit = json!({ "reason": "A day without" });
    let note = text(&operator.post(&format!("/invoices/{invoice}/credit"), &credit)["id"]);
    let mut told = Vec::new();
    for of in [format!("invoices/{invoice}"), format!("credit_notes/{note}")] {
        for form in ["pdf", "factur_x", "ubl", "cii"] {
            let given = operator.call(&format!("GET /{of}/{form}"), None);
            let head =
                String::from_utf8_lossy(&given.body[..60.min(given.body.len())]).into_owned();
            assert!(given.status.is_success(), "{of} {form}: {head}");
            assert!(head.starts_with("%PDF-1.7") || head.starts_with("<?xml"), "{head}");
            let again = operator.call(&format!("GET /{of}/{form}"), None);
            assert!(given.body == again.body, "{of} {form}: other bytes");
            let header = |name: &str| given.headers[name].to_str().unwrap().to_owned();
            told.push(format!("{} {}", header("content-type"), header("content-disposition")));
        }
    }
    expect![[r#"
        application/pdf inline; filename="INV-2026-000001.pdf"
        application/pdf inline; filename="INV-2026-000001-factur-x.pdf"
        application/xml inline; filename="INV-2026-000001-ubl.xml"
        application/xml inline; filename="INV-2026-000001-cii.xml"
        application/pdf inline; filename="CRN-2026-000001.pdf"
        application/pdf inline; filename="CRN-2026-000001-factur-x.pdf"
        application/xml inline; filename="CRN-2026-000001-ubl.xml"
        application/xml inline; filename="CRN-2026-000001-cii.xml""#]]
    .assert_eq(&told.join("\n"));
    let stranger = market.house.client(&market.house.north.customer.admin);
    for path in [format!("invoices/{invoice}/pdf"), format!("credit_notes/{note}/ubl")] {
        assert_eq!(stranger.call(&format!("GET /{path}"), None).status.as_u16(), 404, "{path}");
    }
    let number = text(&operator.get(&format!("/invoices/{invoice}"))["number"]);
    assert!(operator.call(&format!("GET /invoices/{number}/pdf"), None).status.is_success());
    let accepts = |accept: &str| {
        let asked = operator.header("accept", accept);
        asked.call(&format!("GET /invoices/{invoice}/pdf"), None).status.as_u16()
    };
    let accepted = ["application/pdf", "application/*", "text/html, */*;q=0.8", "application/json"];
    assert_eq!(accepted.map(accepts), [200, 200, 200, 406]);
    assert!(account["id"].is_string());
}

#[test]
fn what_an_electronic_invoice_wants_is_told_by_its_rule() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Buyer", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&account, &offer, 1);
    market.advance_to("2026-01-15");
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let operator = market.operator();
    assert!(operator.call(&format!("GET /invoices/{invoice}/pdf"), None).status.is_success());
    let refused = operator.call(&format!("GET /invoices/{invoice}/cii"), None);
    let told = refused.json();
    assert_eq!(
        (refused.status.as_u16(), &told["type"]),
        (409, &json!("/problems/paper_incomplete"))
    );
    assert!(told["detail"].as_str().unwrap().contains("BR-S-02"), "{told}");
}

#[test]
fn an_invoice_goes_out_with_its_mail_in_the_forms_that_are_wanted() {
    let (market, account, _) = billed();
    let operator = market.operator();
    let enclosed = || {
        let sent = market.house.app.outside.sent().into_iter();
        let to_buyer = sent.filter(|it| it.to.email.as_str() == "bills@buyer.test");
        to_buyer.map(|it| it.attachments.iter().map(|it| it.file_name.clone()).collect()).collect()
    };
    let mut one: Vec<Vec<String>> = enclosed();
    one.retain(|it| !it.is_empty());
    assert_eq!(one, [["INV-2026-000001.pdf"]]);
    let path = format!("/billing_accounts/{}", text(&account["billing_account"]));
    operator.patch(&path, &json!({ "formats": ["factur_x", "ubl"] }));
    market.advance_to("2026-02-15");
    let mut both: Vec<Vec<String>> = enclosed();
    both.retain(|it| !it.is_empty());
    assert_eq!(both[1], ["INV-2026-000002-factur-x.pdf", "INV-2026-000002-ubl.xml"]);
}
