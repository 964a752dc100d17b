//! Money that comes in through gateways: what payers, the sandbox and forgers do, in every order.

use expect_test::expect;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tillbox::domain::operator::Actor;
use tillbox::services::Author;
use tillbox::store::meta::{self, ClockState};

use crate::harness::client::{Client, Protocol};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

/// A market whose seller has a sandbox, with an account that was billed 12.00 EUR on 1 January.
struct Till {
    market: Market,
    account: Value,
    gateway: String,
    invoice: String,
}

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

impl Till {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let it = json!({ "kind": "sandbox", "signing_secret": "hush", "retry_days": [3, 5] });
        let gateway = text(&market.operator().post("/gateways", &it)["id"]);
        let account = market.customer("Payer", "EUR");
        let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
        market.order(&account, &offer, 1);
        let invoice = text(&market.invoices(&account)[0]["id"]);
        Self { market, account, gateway, invoice }
    }

    /// Puts a card on file that the sandbox knows by a token.
    fn card(&self, token: &str) -> String {
        let card = json!({
            "kind": "card", "gateway": "sandbox", "token": token, "brand": "Visa",
            "last_digits": "4242", "expires": "2030-01", "default": true,
        });
        let path = format!("/accounts/{}/payment_methods", text(&self.account["id"]));
        text(&self.market.operator().post(&path, &card)["id"])
    }

    fn pay(&self, more: &Value) -> Value {
        let mut body = json!({ "invoice": self.invoice });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.market.operator().post("/checkouts", &body)
    }

    /// A payment that waits at the page of the sandbox.
    fn at_page(&self) -> Value {
        let payment = self.pay(&json!({}));
        assert_eq!(payment["state"], "redirected", "{payment}");
        payment
    }

    /// What the payer says on the page.
    fn choose(&self, payment: &Value, outcome: &str) {
        let nobody = Client::nobody(&self.market.house.app);
        nobody.post(&page(payment), &json!({ "outcome": outcome }));
        self.market.must_be_whole();
    }

    /// How a payment stands, the invoice, and what the account owes and has.
    fn stands(&self, payment: &Value) -> String {
        let operator = self.market.operator();
        let payment = operator.get(&format!("/payments/{}", text(&payment["id"])));
        let invoice = operator.get(&format!("/invoices/{}", self.invoice));
        let path = format!("/accounts/{}/balance", text(&self.account["id"]));
        let balance = &operator.get(&path)["balances"][0];
        let amount = |name: &str| text(&balance[name]["amount"]);
        format!(
            "{}, invoice {}, owes {}, has {}",
            text(&payment["state"]),
            text(&invoice["state"]),
            amount("receivable"),
            amount("credit")
        )
    }

    /// A call-back that is signed with a secret.
    fn call(&self, body: &Value, secret: &str) -> u16 {
        let body = body.to_string().into_bytes();
        let app = &self.market.house.app;
        let header = signed(secret, &body, 1_767_225_600);
        let caller = Client::nobody(app).header("sandbox-signature", &header);
        let what = format!("POST /gateways/{}/callback", self.gateway);
        caller.call_raw(&what, Some(body)).status.as_u16()
    }
}

/// The address of a payment's page below the API.
fn page(payment: &Value) -> String {
    let page = text(&payment["attempt"]["page"]);
    let (_, query) = page.split_once("?payment=").unwrap();
    let (id, token) = query.split_once("&token=").unwrap();
    format!("/sandbox/{id}/{token}")
}

/// A signature in Stripe's way and the sandbox's.
pub(crate) fn signed(secret: &str, body: &[u8], seconds: i64) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(format!("{seconds}.")).chain_update(body);
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[test]
fn a_payer_goes_to_the_page_and_comes_back_with_what_was_said_there() {
    let till = Till::open();
    for (outcome, expected) in [
        ("insufficient_funds", "declined, invoice open, owes 12.00, has 0.00"),
        ("silence", "redirected, invoice open, owes 12.00, has 0.00"),
        ("pay_twice", "captured, invoice paid, owes 0.00, has 0.00"),
    ] {
        let payment = till.at_page();
        let shown = Client::nobody(&till.market.house.app).get(&page(&payment));
        assert_eq!((&shown["amount"], &shown["name"]), (&euros("12.00"), &json!("sandbox")));
        let back = format!("/ui/invoices/{}?payment={}", till.invoice, text(&payment["id"]));
        assert!(text(&shown["back"]).ends_with(&back), "{shown}");
        till.choose(&payment, outcome);
        assert_eq!(till.stands(&payment), expected, "{outcome}");
    }
    let tried = till.market.operator().get(&format!("/payments?invoice={}", till.invoice));
    let tried = tried["items"].as_array().unwrap();
    assert_eq!(tried[2]["attempt"]["reason"], "insufficient_funds");
    assert_eq!(tried.len(), 3);
    // What was begun before is called off with that.
    assert_eq!(till.stands(&tried[1]), "canceled, invoice paid, owes 0.00, has 0.00");
}

/// Who never said anything is waited for no longer than some hours.
#[test]
fn a_page_that_is_left_expires() {
    let till = Till::open();
    let left = till.at_page();
    till.market.advance_to("2026-01-02");
    assert_eq!(till.stands(&left), "expired, invoice open, owes 12.00, has 0.00");
}

#[test]
fn a_page_of_an_invoice_that_is_paid_meanwhile_takes_no_money() {
    let till = Till::open();
    let [first, second] = [till.at_page(), till.at_page()];
    till.choose(&second, "pay");
    assert_eq!(till.stands(&second), "captured, invoice paid, owes 0.00, has 0.00");
    let shown = Client::nobody(&till.market.house.app).get(&page(&first));
    assert_eq!(shown["state"], "canceled", "there is nothing to be paid any more");
    // What comes in nevertheless goes back.
    till.choose(&first, "pay");
    till.market.house.app.keep_duties();
    assert_eq!(till.stands(&first), "fully_refunded, invoice paid, owes 0.00, has 0.00");
    assert_eq!(till.stands(&second), "captured, invoice paid, owes 0.00, has 0.00");
    till.market.must_be_whole();
}

/// What a credit note of another invoice gave settles this one while its payer is at the page.
#[test]
fn a_page_of_an_invoice_that_credit_has_settled_meanwhile_takes_no_money() {
    let mut till = Till::open();
    let paid = till.at_page();
    till.choose(&paid, "pay");
    till.market.advance_to("2026-02-02");
    let first = till.invoice.clone();
    till.invoice = text(&till.market.invoices(&till.account)[1]["id"]);
    let page = till.at_page();
    let credit = json!({ "reason": "Sorry for the noise" });
    till.market.operator().post(&format!("/invoices/{first}/credit"), &credit);
    assert_eq!(till.stands(&page), "canceled, invoice paid, owes 0.00, has 0.00");
    // What comes in nevertheless goes back.
    till.choose(&page, "pay");
    till.market.house.app.keep_duties();
    assert_eq!(till.stands(&page), "fully_refunded, invoice paid, owes 0.00, has 0.00");
}

#[test]
fn a_call_back_after_the_payer_is_back_and_one_after_the_time_count() {
    let till = Till::open();
    let late = till.at_page();
    till.choose(&late, "pay_late");
    assert_eq!(till.stands(&late), "redirected, invoice open, owes 12.00, has 0.00");
    let path = format!("/payments/{}/follow", text(&late["id"]));
    assert_eq!(till.market.operator().post(&path, &json!({}))["state"], "captured");
    assert_eq!(till.stands(&late), "captured, invoice paid, owes 0.00, has 0.00");
    let account = json!({ "account": till.account["id"], "amount": euros("5") });
    let too_late = till.market.operator().post("/checkouts", &account);
    till.market.advance_to("2026-01-03");
    till.choose(&too_late, "pay");
    assert_eq!(till.stands(&too_late), "captured, invoice paid, owes 0.00, has 5.00");
}

/// One payment for all that is open; who asks twice is led to the same page.
#[test]
fn all_that_is_owed_on_a_billing_account_is_paid_at_once() {
    let till = Till::open();
    let operator = till.market.operator();
    let extra = till.market.offer("Extra", &[monthly("Base", "EUR", "5")]);
    till.market.order(&till.account, &extra, 1);
    let all = json!({ "billing_account": till.account["billing_account"] });
    let stranger = till.market.house.client(&till.market.house.north.customer.admin);
    assert_eq!(stranger.call("POST /checkouts", Some(&all)).status, 422);
    let payment = operator.post("/checkouts", &all);
    assert_eq!((&payment["amount"], &payment["state"]), (&euros("18.00"), &json!("redirected")));
    assert_eq!(operator.post("/checkouts", &all)["id"], payment["id"], "there is one debt");
    till.choose(&payment, "pay");
    assert_eq!(till.stands(&payment), "captured, invoice paid, owes 0.00, has 0.00");
    let paid = operator.get(&format!("/payments/{}", text(&payment["id"])));
    let parts = paid["allocations"].as_array().unwrap().iter().map(|it| it["amount"].clone());
    assert_eq!(parts.collect::<Vec<_>>(), [euros("12.00"), euros("6.00")]);
    let nothing = operator.call("POST /checkouts", Some(&all)).json();
    assert_eq!(nothing["type"], "/problems/payment_exceeds", "{nothing}");
    // Who reads the statement is told what was paid by it.
    let statement = format!("/accounts/{}/statement", text(&till.account["id"]));
    let lines = operator.get(&statement)["statements"][0]["lines"].clone();
    let last = lines.as_array().unwrap().last().unwrap();
    assert_eq!(last["text"], "payment by card: INV-2026-000001 + INV-2026-000002");
    till.market.must_be_whole();
}

/// A card is put on file at the page of the sandbox, by what was said there and by nobody else.
#[test]
fn a_card_is_put_on_file_where_nothing_is_paid() {
    let till = Till::open();
    let house = &till.market.house;
    let (admin, account) = (house.client(&house.customer.admin), &house.customer.account);
    let path = format!("/accounts/{account}/payment_methods");
    let page = text(&admin.post(&format!("{path}/page"), &json!({}))["page"]);
    let (_, query) = page.split_once("?payment=").unwrap();
    let page = format!("/sandbox/{}", query.replace("&token=", "/"));
    let nobody = Client::nobody(&house.app);
    let shown = nobody.get(&page);
    assert_eq!((&shown["amount"], &shown["text"]), (&Value::Null, &json!("Home Customer")));
    let visit = |outcome: &str| {
        let back = text(&nobody.post(&page, &json!({ "outcome": outcome }))["back"]);
        back.rsplit("kept=").next().unwrap().to_owned()
    };
    let keep =
        |visit: &str| admin.call(&format!("POST {path}/kept"), Some(&json!({ "visit": visit })));
    let (pays, refuses) = (visit("pay"), visit("insufficient_funds"));
    assert_eq!(keep(&pays).ok()["name"], "Visa ···· 4242");
    assert_eq!(keep(&refuses).ok()["name"], "Visa ···· 0002");
    let forged = pays.replace("ok.", "pending.");
    for wrong in [forged.as_str(), "ok.", "ok.00", ""] {
        assert_eq!(keep(wrong).status, 422, "{wrong}");
    }
    let listed = admin.get(&path);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let wrong = format!("{}x", &page[..page.len() - 1]);
    assert_eq!(nobody.call(&format!("GET {wrong}"), None).status, 404);
    let member = house.client(&house.customer.member);
    let refused = member.call(&format!("POST {path}/page"), Some(&json!({})));
    assert_eq!(refused.status, 403);
}

#[test]
fn what_is_forged_is_refused_and_what_is_told_twice_or_too_early_counts_once() {
    let till = Till::open();
    let payment = till.at_page();
    let say = |payment: &str, currency: &str| {
        json!({
            "id": "evt_1", "payment": payment, "outcome": "captured", "reason": null,
            "amount": "12.00", "currency": currency,
        })
    };
    let genuine = say(&text(&payment["id"]), "EUR");
    for secret in ["", "hushed", "HUSH"] {
        assert_eq!(till.call(&genuine, secret), 401, "{secret}");
    }
    assert_eq!(till.stands(&payment), "redirected, invoice open, owes 12.00, has 0.00");
    let dollars = say(&text(&payment["id"]), "USD");
    assert_eq!(till.call(&dollars, "hush"), 409, "it came in another currency");
    let unknown = say("pay_00000000-0000-7000-8000-000000000000", "EUR");
    assert_eq!(till.call(&unknown, "hush"), 404);
    assert_eq!(till.stands(&payment), "redirected, invoice open, owes 12.00, has 0.00");
    for _ in 0..3 {
        assert_eq!(till.call(&genuine, "hush"), 204);
    }
    assert_eq!(till.stands(&payment), "captured, invoice paid, owes 0.00, has 0.00");
    till.market.must_be_whole();
}

#[test]
fn what_comes_in_for_what_was_given_up_is_no_loss_any_more() {
    let till = Till::open();
    let payment = till.at_page();
    let path = format!("/invoices/{}/write_off", till.invoice);
    till.market.operator().post(&path, &json!({}));
    till.choose(&payment, "pay");
    assert_eq!(till.stands(&payment), "captured, invoice paid, owes 0.00, has 0.00");
    // It was said once more after all of it went back: nothing comes in again.
    let path = format!("/payments/{}/refund", text(&payment["id"]));
    let back = json!({ "amount": euros("12"), "reopens": true });
    till.market.operator().post(&path, &back);
    till.choose(&payment, "pay");
    assert_eq!(till.stands(&payment), "fully_refunded, invoice open, owes 12.00, has 0.00");
}

#[test]
fn money_goes_back_the_way_it_came_and_what_does_not_arrive_is_credit_again() {
    let till = Till::open();
    let pay = |token: &str| till.pay(&json!({ "payment_method": till.card(token) }));
    let refund = |payment: &Value, amount: &str| {
        let path = format!("/payments/{}/refund", text(&payment["id"]));
        let asked = Some(json!({ "amount": euros(amount), "reopens": true }));
        till.market.operator().call(&format!("POST {path}"), asked.as_ref())
    };
    let refunds = |payment: &Value| {
        let path = format!("/payments/{}/refunds", text(&payment["id"]));
        let found = till.market.operator().get(&path)["items"].clone();
        found.as_array().unwrap().iter().map(|it| text(&it["state"])).collect::<Vec<_>>()
    };
    let payment = pay("sandbox_ok");
    assert_eq!(till.stands(&payment), "captured, invoice paid, owes 0.00, has 0.00");
    assert_eq!(refund(&payment, "12.01").status, 409, "more than came in");
    assert_eq!(refund(&payment, "2").ok()["state"], "requested");
    till.market.house.app.keep_duties();
    assert_eq!(refunds(&payment), ["done"]);
    assert_eq!(till.stands(&payment), "partly_refunded, invoice open, owes 2.00, has 0.00");
    let payment = pay("sandbox_refund_fails");
    assert_eq!(till.stands(&payment), "captured, invoice paid, owes 0.00, has 0.00");
    refund(&payment, "1").ok();
    assert_eq!(till.stands(&payment), "partly_refunded, invoice open, owes 1.00, has 0.00");
    till.market.house.app.keep_duties();
    assert_eq!(refunds(&payment), ["failed"]);
    assert_eq!(till.stands(&payment), "captured, invoice paid, owes 0.00, has 0.00");
    till.market.must_be_whole();
}

#[test]
fn what_cannot_be_paid_so_is_refused_with_the_reason() {
    let till = Till::open();
    let (operator, said) = (till.market.operator(), Protocol::default());
    let say = |body: Value| {
        let answer = operator.call("POST /checkouts", Some(&body)).json();
        said.note(&format!("{} {}", answer["status"], answer["detail"]));
    };
    let (account, invoice) = (&till.account["id"], &till.invoice);
    say(json!({}));
    say(json!({ "account": account }));
    say(json!({ "account": account, "invoice": invoice }));
    say(json!({ "account": account, "amount": euros("0") }));
    say(json!({ "account": account, "amount": { "amount": "1", "currency": "USD" } }));
    say(json!({ "invoice": invoice, "amount": euros("12.01") }));
    say(json!({ "invoice": invoice, "gateway": "elsewhere" }));
    let path = format!("/accounts/{}/payment_methods", text(account));
    let cash = operator.post(&path, &json!({ "kind": "cash" }))["id"].clone();
    say(json!({ "invoice": invoice, "payment_method": cash }));
    till.pay(&json!({ "payment_method": till.card("sandbox_pending") }));
    say(json!({ "invoice": invoice }));
    let gone = operator.call(&format!("DELETE /gateways/{}", till.gateway), None);
    assert_eq!(gone.status, 204);
    say(json!({ "account": account, "amount": euros("1") }));
    expect![[r#"
        422 "`/invoice` must name the invoice, the account or the billing account"
        422 "`/amount` must be given where an account is named"
        422 "`/invoice` must be the only one of `invoice`, `account` and `billing_account`"
        422 "`/amount` must be more than nothing, not `0.00 EUR`"
        409 "`1.00 USD` cannot be paid on a billing account in EUR"
        409 "`12.01 EUR` cannot be paid of `{inv1}`, of which `12.00 EUR` is open"
        422 "`/gateway` `elsewhere` is no gateway of the seller"
        422 "`/payment_method` is not charged by a gateway"
        409 "the payment `{pay1}` of `{inv1}` is under way"
        422 "`/gateway` the seller takes no payments here: pay by bank transfer"
    "#]]
    .assert_eq(&said.text());
    till.market.must_be_whole();
}

#[test]
fn a_gateway_needs_what_it_is_spoken_to_with_and_tells_no_secret() {
    let till = Till::open();
    let (operator, said) = (till.market.operator(), Protocol::default());
    let say = |what: &str, body: Value| {
        said.say(&operator, "operator", &format!("{what}?fields=code,kind"), Some(&body))
    };
    say("POST /gateways", json!({ "kind": "barter" }));
    say("POST /gateways", json!({ "kind": "sandbox" }));
    say("POST /gateways", json!({ "kind": "stripe", "secret": "sk_1" }));
    say("POST /gateways", json!({ "kind": "stripe", "secret": " ", "signing_secret": "w" }));
    let inside = json!({
        "kind": "stripe", "secret": "sk_very", "signing_secret": "w", "address": "http://127.0.0.1/",
    });
    say("POST /gateways", inside);
    let stripe = json!({ "kind": "stripe", "secret": "sk_very", "signing_secret": "whsec_very" });
    let id = text(&say("POST /gateways", stripe).ok()["id"]);
    say(&format!("PATCH /gateways/{id}"), json!({ "retry_days": [0] }));
    expect![[r#"
        > POST /gateways?fields=code,kind {"kind":"barter"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/kind` `barter` is not one of sandbox, stripe, paypal","request_id":"…","errors":[{"pointer":"/kind","rule":"format","message":"`barter` is not one of sandbox, stripe, paypal"}]}
        > POST /gateways?fields=code,kind {"kind":"sandbox"} [operator]
        409 Conflict {"type":"/problems/duplicate","title":"Something with this key exists already.","status":409,"detail":"`sandbox` is taken by `{gtw1}`","request_id":"…"}
        > POST /gateways?fields=code,kind {"kind":"stripe","secret":"…"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/signing_secret` must be given: its call-backs are known by it","request_id":"…","errors":[{"pointer":"/signing_secret","rule":"required","message":"must be given: its call-backs are known by it"}]}
        > POST /gateways?fields=code,kind {"kind":"stripe","secret":"…","signing_secret":"w"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/secret` must not be empty","request_id":"…","errors":[{"pointer":"/secret","rule":"format","message":"must not be empty"}]}
        > POST /gateways?fields=code,kind {"address":"http://127.0.0.1/","kind":"stripe","secret":"…","signing_secret":"w"} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/address` the address must name its host, not give its number","request_id":"…","errors":[{"pointer":"/address","rule":"reach","message":"the address must name its host, not give its number"}]}
        > POST /gateways?fields=code,kind {"kind":"stripe","secret":"…","signing_secret":"whsec_very"} [operator]
        201 Created {"code":"stripe","id":"{gtw2}","kind":"stripe"}
        > PATCH /gateways/{gtw2}?fields=code,kind {"retry_days":[0]} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/retry_days` must be at most 10 numbers from 1 to 365","request_id":"…","errors":[{"pointer":"/retry_days","rule":"range","message":"must be at most 10 numbers from 1 to 365"}]}
    "#]].assert_eq(&said.text());
    let all = ["/gateways", "/events?limit=1000"].map(|it| operator.get(it).to_string());
    assert!(all[1].contains("gateway.created"));
    assert!(!all.concat().contains("_very"), "a secret is told");
    let customer = till.market.house.client(&till.market.house.customer.admin);
    assert_eq!(customer.call("GET /gateways", None).status, 403);
}

impl Till {
    /// What was tried to collect the invoice, with the days, the oldest first.
    fn tries(&self) -> Vec<String> {
        let path = format!("/payments?order=oldest&invoice={}", self.invoice);
        let found = self.market.operator().get(&path)["items"].clone();
        let line = |it: &Value| {
            let day = text(&it["created_at"]);
            let reason = it["attempt"]["reason"].as_str().unwrap_or("-");
            format!("{} {} {reason}", &day[..10], text(&it["state"]))
        };
        found.as_array().unwrap().iter().map(line).collect()
    }

    /// When it was told that an invoice is overdue.
    fn reminded(&self) -> Vec<String> {
        let found = self.market.operator().get("/events?limit=1000&order=oldest")["items"].clone();
        let overdue = found.as_array().unwrap().iter().filter(|it| it["name"] == "invoice.overdue");
        overdue.map(|it| text(&it["at"])[..10].to_owned()).collect()
    }
}

/// The account pays by a card; on the day on which the invoice is due it is charged.
#[test]
fn what_is_due_is_collected_and_tried_again_before_anybody_is_reminded() {
    let till = Till::open();
    till.card("sandbox_ok_after_1");
    till.market.advance_to("2026-02-01");
    assert_eq!(till.tries(), ["2026-01-10 declined refused", "2026-01-13 captured -"]);
    assert_eq!(till.reminded(), [""; 0]);
}

#[test]
fn who_cannot_be_charged_is_reminded_after_the_last_try() {
    let till = Till::open();
    till.card("sandbox_insufficient_funds");
    till.market.advance_to("2026-02-01");
    assert_eq!(
        till.tries(),
        [
            "2026-01-10 declined insufficient_funds",
            "2026-01-13 declined insufficient_funds",
            "2026-01-18 declined insufficient_funds",
        ]
    );
    assert_eq!(till.reminded(), ["2026-01-18"]);
}

#[test]
fn a_bank_that_is_never_heard_of_again_is_asked_and_then_given_up() {
    let till = Till::open();
    till.card("sandbox_unreachable");
    till.market.advance_to("2026-01-15");
    assert_eq!(till.tries(), ["2026-01-10 initiated -"]);
    till.market.advance_to("2026-02-01");
    assert_eq!(till.tries()[..2], ["2026-01-10 expired -", "2026-01-20 expired -"]);
}

#[test]
fn a_secret_is_sent_nowhere_but_where_it_was_given_for() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let stripe = json!({ "kind": "stripe", "secret": "sk_very", "signing_secret": "whsec_very" });
    let path = format!("PATCH /gateways/{}", text(&operator.post("/gateways", &stripe)["id"]));
    let said = |body: Value| {
        let answer = operator.call(&path, Some(&body));
        let first = answer.json()["errors"][0].clone();
        (answer.status.as_u16(), format!("{} {}", first["pointer"], first["rule"]))
    };
    let other = "https://other.example.com/";
    let refused = (422, "\"/secret\" \"required\"".to_owned());
    assert_eq!(said(json!({ "address": other })), refused);
    assert_eq!(said(json!({ "address": other, "signing_secret": "whsec_2" })), refused);
    assert_eq!(said(json!({ "address": other, "secret": "sk_other" })).0, 200);
    assert_eq!(said(json!({ "address": other, "name": "Till" })).0, 200, "it is there already");
    assert_eq!(said(json!({ "address": "https://third.example.com/" })), refused);
}

/// On a machine that runs for good, who pays could else settle its invoices with money that is none.
#[test]
fn where_time_is_real_the_sandbox_stands_alone() {
    let house = House::on("2026-01-01");
    let (operator, buyer) = (house.operator(), house.client(&house.customer.admin));
    let keep = |kind: &str| {
        let it = json!({ "kind": kind, "secret": "sk_very", "signing_secret": "whsec_very" });
        let answer = operator.call("POST /gateways", Some(&it));
        (answer.status.as_u16(), answer.json()["id"].as_str().unwrap_or_default().to_owned())
    };
    let (made, sandbox) = keep("sandbox");
    assert_eq!((made, keep("stripe").0), (201, 409));
    let wanted = json!({
        "account": house.customer.account, "amount": euros("1"), "gateway": "sandbox",
    });
    let pay = || buyer.call("POST /checkouts", Some(&wanted)).status.as_u16();
    assert_eq!(pay(), 201, "it is tried before anything is sold");
    let taken = operator.call(&format!("DELETE /gateways/{sandbox}"), None);
    assert_eq!(taken.status.as_u16(), 204);
    assert_eq!((keep("stripe").0, keep("sandbox").0, pay()), (201, 409, 422));
}

/// A sandbox that stood beside another before that was refused, or while time was moved.
#[test]
fn a_sandbox_beside_another_takes_no_payments_where_time_is_real() {
    let till = Till::open();
    let house = &till.market.house;
    let stripe = json!({ "kind": "stripe", "secret": "sk_very", "signing_secret": "whsec_very" });
    till.market.operator().post("/gateways", &stripe);
    till.card("sandbox_ok");
    let wanted = json!({ "invoice": till.invoice, "gateway": "sandbox" });
    let pay = || till.market.operator().call("POST /checkouts", Some(&wanted)).status.as_u16();
    let real = house.app.bss.act(Author::of(Actor::duty("test")), |act| {
        let kept = meta::setting::<ClockState>(act.batch())?.unwrap_or(ClockState::LIVE);
        Ok(act.batch().put_setting(&ClockState { movable: false, ..kept })?)
    });
    real.wait().unwrap();
    assert_eq!(pay(), 422);
}
