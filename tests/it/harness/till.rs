//! What a side of the stage has of gateways: one, a card that it knows, and money on its way.

use serde_json::{Value, json};

use super::client::Client;
use super::market::text;
use super::stage::Names;

/// Makes a thing, and keeps its id under a name.
#[track_caller]
fn make(
    seller: &Client<'_>,
    names: &mut Names,
    (name, path): (&'static str, &str),
    body: &Value,
) -> Value {
    let made = seller.post(path, body);
    names.insert(name, text(&made["id"]));
    made
}

/// Who takes in money, and a card that it knows.
pub(super) fn opens(seller: &Client<'_>, names: &mut Names) {
    let called = |name: &str| format!("{} {name}", names["side"]);
    let it = json!({ "kind": "sandbox", "name": called("Sandbox"), "signing_secret": "hush" });
    let card = json!({
        "kind": "card", "gateway": "sandbox", "token": "sandbox_ok", "brand": "Visa",
        "last_digits": "4242", "expires": "2030-01", "name": called("card"),
    });
    make(seller, names, ("gateway", "/gateways"), &it);
    let path = format!("/accounts/{}/payment_methods", names["charged"]);
    make(seller, names, ("card", &path), &card);
}

/// A payment that waits at the page of the gateway, money that is to go back by hand, and what its bank
/// has to do with.
pub(super) fn has_money_on_its_way(seller: &Client<'_>, names: &mut Names) {
    let euros = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let it = json!({ "account": names["charged"], "amount": euros("7") });
    let waiting = make(seller, names, ("checkout", "/checkouts"), &it);
    let page = text(&waiting["attempt"]["page"]);
    names.insert("sandbox_token", page.rsplit('=').next().unwrap().to_owned());
    puts_a_card_on_file(seller, names);
    let it = json!({ "account": names["returner"], "amount": euros("24") });
    let paid = make(seller, names, ("returned_payment", "/payments"), &it);
    let path = format!("/subscriptions/{}/cancel", names["returned_subscription"]);
    seller.post(&path, &json!({ "refund_to": "method" }));
    let refunds = seller.get(&format!("/payments/{}/refunds", text(&paid["id"])));
    names.insert("refund", text(&refunds["items"][0]["id"]));
    speaks_with_its_bank(seller, names);
}

/// A visit to the page of the gateway on which a card was put on file, and of which nobody has told yet.
fn puts_a_card_on_file(seller: &Client<'_>, names: &mut Names) {
    let path = format!("/accounts/{}/payment_methods/page", names["customer"]);
    let page = text(&seller.post(&path, &json!({}))["page"]);
    let (_, query) = page.split_once("?payment=").unwrap();
    let path = format!("/sandbox/{}", query.replace("&token=", "/"));
    let back = text(&seller.post(&path, &json!({ "outcome": "pay" }))["back"]);
    names.insert("card_visit", back.rsplit("kept=").next().unwrap().to_owned());
}

/// A statement of a bank with one movement that names nothing which is to be paid.
pub(crate) fn camt(reference: &str) -> String {
    format!(
        "<Document><BkToCstmrStmt><Stmt><Id>{reference}</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\
         <Ntry><Amt Ccy='EUR'>4</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-01-01</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
}

/// What its bank is to collect, somebody from whom nothing is collected yet, and what the bank says.
fn speaks_with_its_bank(seller: &Client<'_>, names: &mut Names) {
    let bank = json!({
        "bank": { "iban": "DE89370400440532013000" }, "creditor": { "id": "DE98ZZZ09999999999" },
    });
    seller.post("/letterheads", &bank);
    let mandate = json!({
        "kind": "direct_debit", "iban": "AT611904300234573201", "holder": names["side"],
        "mandate": "M-1", "signed_on": "2026-01-01",
    });
    let signs = |names: &Names, account: &str| {
        seller.post(&format!("/accounts/{}/payment_methods", names[account]), &mandate);
    };
    signs(names, "debited");
    let orders = seller.post("/debit_orders", &json!({}));
    names.insert("debit_order", text(&orders["items"][0]["id"]));
    signs(names, "debited_next");
    let kept = seller.post("/bank_statements", &json!({ "camt": camt("S-1") }));
    names.insert("bank_statement", text(&kept["items"][0]["id"]));
}
