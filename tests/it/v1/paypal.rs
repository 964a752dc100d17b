//! The gateway that speaks PayPal's orders, against a stand-in that does what PayPal documents: access
//! tokens, orders that are approved and captured, refunds, and webhooks that are asked about.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tillbox::world::http::{Request, Response};

use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::{body, header};

/// What stands in for PayPal: one order, and how far it is.
#[derive(Default)]
struct Paypal {
    order: Value,
    captures: u32,
    refunds: u32,
    tokens: u32,
    /// Whether it takes what let us in no longer.
    is_over: bool,
    asked_about: Vec<Value>,
}

fn answer(status: u16, body: &Value) -> Response {
    Response::new(status, body.to_string())
}

impl Paypal {
    fn serve(&mut self, request: &Request) -> Response {
        let path = request.address.strip_prefix("https://paypal.example").unwrap();
        if path == "/v1/oauth2/token" {
            assert_eq!(header(request, "authorization"), "Basic bWU6c2VjcmV0");
            (self.tokens, self.is_over) = (self.tokens + 1, false);
            return answer(200, &json!({ "access_token": "A21", "expires_in": 32400 }));
        }
        assert_eq!(header(request, "authorization"), "Bearer A21");
        if self.is_over {
            return answer(401, &json!({ "error": "invalid_token" }));
        }
        let approve = json!({ "rel": "payer-action", "href": "https://paypal.example/approve" });
        match path {
            "/v2/checkout/orders" => {
                let asked = body(request);
                let unit = &asked["purchase_units"][0];
                assert_eq!(header(request, "paypal-request-id"), unit["custom_id"]);
                self.order = json!({
                    "id": "ORDER1", "status": "PAYER_ACTION_REQUIRED", "links": [approve],
                    "purchase_units": [unit],
                });
                answer(200, &self.order)
            }
            "/v2/checkout/orders/ORDER1" => answer(200, &self.order),
            "/v2/checkout/orders/ORDER1/capture" => {
                if self.order["status"] != "APPROVED" {
                    let issue = json!({ "issue": "ORDER_ALREADY_CAPTURED" });
                    return answer(422, &json!({ "details": [issue] }));
                }
                self.captures += 1;
                self.order["status"] = json!("COMPLETED");
                let unit = &mut self.order["purchase_units"][0];
                let capture = json!({
                    "id": "CAPTURE1", "status": "COMPLETED", "amount": unit["amount"],
                    "custom_id": unit["custom_id"],
                });
                unit["payments"] = json!({ "captures": [capture] });
                answer(201, &self.order)
            }
            "/v2/payments/captures/CAPTURE1/refund" => {
                self.refunds += 1;
                answer(201, &json!({ "id": "REFUND1", "status": "PENDING" }))
            }
            "/v2/payments/captures/CAPTURE1" => {
                answer(200, &self.order["purchase_units"][0]["payments"]["captures"][0])
            }
            "/v2/payments/refunds/REFUND1" => {
                answer(200, &json!({ "id": "REFUND1", "status": "COMPLETED" }))
            }
            "/v1/notifications/verify-webhook-signature" => {
                let asked = body(request);
                let is_so = asked["transmission_sig"] == "genuine" && asked["webhook_id"] == "WH-1";
                self.asked_about.push(asked["webhook_event"].clone());
                let status = if is_so { "SUCCESS" } else { "FAILURE" };
                answer(200, &json!({ "verification_status": status }))
            }
            other => panic!("nobody asks for {other}"),
        }
    }
}

/// A market whose seller takes in money through PayPal, with an invoice of 12.00 EUR.
struct Shop {
    market: Market,
    invoice: String,
    callback: String,
    paypal: Arc<Mutex<Paypal>>,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let paypal = Arc::<Mutex<Paypal>>::default();
        let asked = Arc::clone(&paypal);
        market.house.app.outside.answer(move |it| Ok(asked.lock().unwrap().serve(it)));
        let it = json!({
            "kind": "paypal", "login": "me", "secret": "secret", "signing_secret": "WH-1",
            "address": "https://paypal.example/",
        });
        let callback = text(&market.operator().post("/gateways", &it)["callback"]);
        let account = market.customer("Payer", "EUR");
        market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
        let invoice = text(&market.invoices(&account)[0]["id"]);
        Self { market, invoice, callback, paypal }
    }

    fn pay(&self) -> Value {
        let payment =
            self.market.operator().post("/checkouts", &json!({ "invoice": self.invoice }));
        assert_eq!(payment["attempt"]["page"], "https://paypal.example/approve");
        payment
    }

    fn is_approved(&self) {
        self.paypal.lock().unwrap().order["status"] = json!("APPROVED");
    }

    fn stands(&self, payment: &Value) -> String {
        let path = format!("/payments/{}", text(&payment["id"]));
        let now = self.market.operator().get(&path);
        let invoice = self.market.operator().get(&format!("/invoices/{}", self.invoice));
        self.market.must_be_whole();
        format!("{}, invoice {}", text(&now["state"]), text(&invoice["state"]))
    }

    fn hears(&self, kind: &str, resource: &Value, signature: &str) -> u16 {
        self.hears_by((kind, resource), signature, "https://paypal.example/cert")
    }

    fn hears_by(
        &self,
        (kind, resource): (&str, &Value),
        signature: &str,
        certificate: &str,
    ) -> u16 {
        let event = json!({ "event_type": kind, "resource": resource });
        let caller = Client::nobody(&self.market.house.app)
            .header("paypal-auth-algo", "SHA256withRSA")
            .header("paypal-cert-url", certificate)
            .header("paypal-transmission-id", "t1")
            .header("paypal-transmission-sig", signature)
            .header("paypal-transmission-time", "2026-01-01T00:00:00Z");
        let body = event.to_string().into_bytes();
        caller.call_raw(&format!("POST {}", self.callback), Some(body)).status.as_u16()
    }
}

#[test]
fn an_order_that_is_approved_is_captured_once_whoever_tells_of_it() {
    let shop = Shop::open();
    let payment = shop.pay();
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
    let path = format!("/payments/{}/follow", text(&payment["id"]));
    shop.market.operator().post(&path, &json!({}));
    assert_eq!(shop.stands(&payment), "redirected, invoice open", "nobody has approved it");
    shop.is_approved();
    let order = shop.paypal.lock().unwrap().order.clone();
    assert_eq!(shop.hears("CHECKOUT.ORDER.APPROVED", &order, "forged"), 401);
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
    for _ in 0..2 {
        assert_eq!(shop.hears("CHECKOUT.ORDER.APPROVED", &order, "genuine"), 204);
        assert_eq!(shop.stands(&payment), "captured, invoice paid");
    }
    let order = shop.paypal.lock().unwrap().order.clone();
    let capture = &order["purchase_units"][0]["payments"]["captures"][0];
    assert_eq!(shop.hears("PAYMENT.CAPTURE.COMPLETED", capture, "genuine"), 204);
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let paypal = shop.paypal.lock().unwrap();
    assert_eq!(paypal.captures, 1);
    assert_eq!(paypal.asked_about.last().unwrap()["event_type"], "PAYMENT.CAPTURE.COMPLETED");
}

#[test]
fn a_capture_that_is_told_of_before_the_payer_is_back_can_go_back() {
    let shop = Shop::open();
    let payment = shop.pay();
    let capture = json!({
        "id": "CAPTURE1", "status": "COMPLETED", "custom_id": payment["id"],
        "amount": { "currency_code": "EUR", "value": "12.00" },
        "supplementary_data": { "related_ids": { "order_id": "ORDER1" } },
    });
    assert_eq!(shop.hears("PAYMENT.CAPTURE.COMPLETED", &capture, "genuine"), 204);
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let path = format!("/payments/{}/refund", text(&payment["id"]));
    let amount = json!({ "amount": "12", "currency": "EUR" });
    shop.market.operator().post(&path, &json!({ "amount": amount, "reopens": true }));
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&payment), "fully_refunded, invoice open");
    let refund = || {
        let path = format!("/payments/{}/refunds", text(&payment["id"]));
        text(&shop.market.operator().get(&path)["items"][0]["state"])
    };
    assert_eq!(refund(), "sent");
    shop.market.advance_to("2026-01-03");
    assert_eq!(refund(), "done", "it is looked at");
    assert_eq!(shop.paypal.lock().unwrap().refunds, 1);
}

/// Anybody can say that it is PayPal.
#[test]
fn who_calls_back_makes_us_ask_no_more_than_whether_it_is_paypal() {
    let shop = Shop::open();
    let payment = shop.pay();
    let order = json!({ "id": "ORDER1" });
    let asked = || shop.market.house.app.outside.heard().len();
    let before = asked();
    for certificate in
        ["https://evil.example/cert", "http://paypal.example/cert", "https://a@x.paypal.com/"]
    {
        let heard = shop.hears_by(("CHECKOUT.ORDER.APPROVED", &order), "genuine", certificate);
        assert_eq!(heard, 401, "{certificate}");
    }
    assert_eq!(asked(), before, "nobody is asked about a certificate of somebody else");
    for _ in 0..5 {
        assert_eq!(shop.hears("CHECKOUT.ORDER.APPROVED", &order, "forged"), 401);
    }
    assert_eq!((asked(), shop.paypal.lock().unwrap().tokens), (before + 5, 1));
    // What lets us in may be taken back before it is over.
    shop.paypal.lock().unwrap().is_over = true;
    shop.is_approved();
    let path = format!("/payments/{}/follow", text(&payment["id"]));
    shop.market.operator().post(&path, &json!({}));
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    assert_eq!(shop.paypal.lock().unwrap().tokens, 2);
}

/// Whoever makes an order at PayPal says what is written beside it, and how much it is about.
#[test]
fn a_capture_that_only_says_it_is_ours_pays_for_nothing() {
    let shop = Shop::open();
    let payment = shop.pay();
    let mut capture = json!({
        "id": "CAPTURE9", "status": "COMPLETED", "custom_id": payment["id"],
        "amount": { "currency_code": "EUR", "value": "0.01" },
    });
    assert_eq!(shop.hears("PAYMENT.CAPTURE.COMPLETED", &capture, "genuine"), 204);
    assert_eq!(shop.stands(&payment), "redirected, invoice open", "it names no order");
    capture["supplementary_data"] = json!({ "related_ids": { "order_id": "ORDER9" } });
    assert_eq!(shop.hears("PAYMENT.CAPTURE.COMPLETED", &capture, "genuine"), 204);
    assert_eq!(shop.stands(&payment), "redirected, invoice open", "nor one of ours");
    // It tells us no more than to ask for the order that we know.
    shop.is_approved();
    assert_eq!(shop.hears("PAYMENT.CAPTURE.COMPLETED", &capture, "genuine"), 204);
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let path = format!("/payments/{}", text(&payment["id"]));
    assert_eq!(shop.market.operator().get(&path)["amount"]["amount"], "12.00");
}

#[test]
fn what_the_bank_of_the_payer_takes_back_is_owed_again() {
    let shop = Shop::open();
    let payment = shop.pay();
    shop.is_approved();
    let order = shop.paypal.lock().unwrap().order.clone();
    shop.hears("CHECKOUT.ORDER.APPROVED", &order, "genuine");
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let up = "https://paypal.example/v2/payments/captures/CAPTURE1";
    let reversal = json!({
        "id": "REVERSAL1", "amount": { "currency_code": "EUR", "value": "12.00" },
        "links": [{ "rel": "self", "href": "-" }, { "rel": "up", "href": up }],
    });
    for _ in 0..2 {
        assert_eq!(shop.hears("PAYMENT.CAPTURE.REVERSED", &reversal, "genuine"), 204);
        assert_eq!(shop.stands(&payment), "fully_refunded, invoice open");
    }
    assert_eq!(shop.paypal.lock().unwrap().refunds, 0, "nobody sends it once more");
}
