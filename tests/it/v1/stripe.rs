//! The gateway that speaks Stripe, against a stand-in that does what Stripe documents: keys of
//! idempotency, intents, sessions, refunds and signed webhooks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tillbox::world::http::{Method, Request, Response, WebError};

use super::gateways::signed;
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::header;

const SECONDS: i64 = 1_767_225_600;

/// What stands in for Stripe.
#[derive(Default)]
pub(super) struct Stripe {
    /// What was answered, by the key it was asked under.
    answered: BTreeMap<String, (u16, Value)>,
    /// Intents, sessions and refunds, by their ids.
    things: BTreeMap<String, Value>,
    /// How much was ever charged, in the smallest units.
    pub(super) charged: i64,
    /// How many more answers are lost on their way.
    pub(super) loses: u32,
    /// Whether it has forgotten its keys, as it may after a day.
    pub(super) forgets: bool,
    /// Whether nobody is there.
    pub(super) is_away: bool,
    /// Whether our key is not the right one any more.
    refuses: bool,
}

pub(super) type Shared = Arc<Mutex<Stripe>>;

fn form(of: &Request) -> BTreeMap<String, String> {
    form_urlencoded::parse(&of.body).into_owned().collect()
}

impl Stripe {
    fn serve(shared: &Shared, request: &Request) -> Result<Response, WebError> {
        let mut it = shared.lock().unwrap();
        if it.is_away {
            return Err(WebError::NotConnected("nobody listens".into()));
        }
        if it.refuses || header(request, "authorization") != "Bearer sk_test_1" {
            let error = json!({ "error": { "message": "Invalid API Key provided" } });
            return Ok(Response::new(401, error.to_string()));
        }
        let path = request.address.strip_prefix("https://stripe.example/v1/").unwrap();
        let (status, body) = match request.method {
            Method::Get if path.starts_with("payment_intents/search?") => (200, it.found(path)),
            Method::Get => {
                let name = path.split('?').next().unwrap().rsplit('/').next().unwrap();
                (200, it.things[name].clone())
            }
            Method::Post => {
                let key = header(request, "idempotency-key").to_owned();
                let answer = it.answered.get(&key).filter(|_| !it.forgets).cloned();
                let answer = answer.unwrap_or_else(|| it.does(path, &form(request)));
                it.answered.insert(key, answer.clone());
                answer
            }
        };
        if it.loses > 0 {
            it.loses -= 1;
            return Err(WebError::TimedOut);
        }
        Ok(Response::new(status, body.to_string()))
    }

    fn keep(&mut self, prefix: &str, mut thing: Value) -> Value {
        let id = format!("{prefix}_{}", self.things.len() + 1);
        thing["id"] = json!(id);
        self.things.insert(id, thing.clone());
        thing
    }

    fn does(&mut self, path: &str, said: &BTreeMap<String, String>) -> (u16, Value) {
        let number = |name: &str| said[name].parse::<i64>().unwrap();
        match path {
            "payment_intents" => {
                let (amount, method) = (number("amount"), said["payment_method"].as_str());
                let metadata = json!({ "payment": said["metadata[payment]"] });
                let mut intent = json!({
                    "object": "payment_intent", "amount": amount, "amount_received": 0,
                    "currency": said["currency"], "metadata": metadata,
                });
                if method == "pm_declined" {
                    intent["status"] = json!("requires_payment_method");
                    let intent = self.keep("pi", intent);
                    let error = json!({
                        "type": "card_error", "code": "card_declined",
                        "decline_code": "insufficient_funds", "message": "Not enough.",
                        "payment_intent": intent,
                    });
                    return (402, json!({ "error": error }));
                }
                if method == "pm_asks" {
                    intent["status"] = json!("requires_action");
                    let to = json!({ "url": "https://stripe.example/three_d" });
                    intent["next_action"] = json!({ "redirect_to_url": to });
                    return (200, self.keep("pi", intent));
                }
                self.charged += amount;
                intent["status"] = json!("succeeded");
                intent["amount_received"] = json!(amount);
                (200, self.keep("pi", intent))
            }
            "checkout/sessions" if said.get("mode").is_some_and(|it| it == "setup") => {
                let card =
                    json!({ "brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2029 });
                let session = json!({
                    "object": "checkout.session", "status": "open", "customer": "cus_9",
                    "url": said["success_url"].replace("{CHECKOUT_SESSION_ID}", "here"),
                    "metadata": { "account": said["metadata[account]"] },
                    "setup_intent": { "payment_method": { "id": "pm_9", "card": card } },
                });
                (200, self.keep("cs", session))
            }
            "checkout/sessions" => {
                let session = json!({
                    "object": "checkout.session", "status": "open", "payment_status": "unpaid",
                    "url": "https://stripe.example/pay", "payment_intent": null,
                    "amount_total": number("line_items[0][price_data][unit_amount]"),
                    "currency": said["line_items[0][price_data][currency]"],
                    "metadata": { "payment": said["metadata[payment]"] },
                });
                (200, self.keep("cs", session))
            }
            "refunds" => {
                let intent = &self.things[&said["payment_intent"]];
                let currency = intent["currency"].clone();
                let refund = json!({
                    "object": "refund", "status": "pending", "amount": number("amount"),
                    "currency": currency, "metadata": { "refund": said["metadata[refund]"] },
                });
                (200, self.keep("re", refund))
            }
            other => panic!("nobody asks for {other}"),
        }
    }

    /// The intents of the payment that a search names.
    fn found(&self, path: &str) -> Value {
        let query = form_urlencoded::parse(path.split_once('?').unwrap().1.as_bytes());
        let query = query.into_owned().find(|it| it.0 == "query").unwrap().1;
        let payment = query.strip_prefix("metadata['payment']:'").unwrap().trim_end_matches('\'');
        let is_of = |it: &&Value| it["metadata"]["payment"] == payment;
        let data: Vec<_> = self.things.values().filter(is_of).collect();
        json!({ "object": "search_result", "data": data })
    }

    /// The thing of a kind that was made last.
    fn last(&self, prefix: &str) -> Value {
        self.things.iter().rfind(|it| it.0.starts_with(prefix)).unwrap().1.clone()
    }
}

/// A house whose seller takes in money through Stripe, and an account that owes 12.00 EUR.
pub(super) struct Shop {
    pub(super) market: Market,
    account: Value,
    invoice: String,
    pub(super) stripe: Shared,
}

pub(super) fn furnished(house: House, stripe: &Shared) -> (Market, Value) {
    stand_in(&house.app, stripe);
    let market = Market::in_house(house, "2026-01-01");
    let it = json!({
        "kind": "stripe", "secret": "sk_test_1", "signing_secret": "whsec_1",
        "address": "https://stripe.example",
    });
    market.operator().post("/gateways", &it);
    let account = market.customer("Payer", "EUR");
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    (market, account)
}

pub(super) fn stand_in(app: &App, stripe: &Shared) {
    let stripe = Arc::clone(stripe);
    app.outside.answer(move |request| Stripe::serve(&stripe, request));
}

impl Shop {
    pub(super) fn open() -> Self {
        let stripe = Shared::default();
        let (market, account) = furnished(House::on("2026-01-01"), &stripe);
        let invoice = text(&market.invoices(&account)[0]["id"]);
        Self { market, account, invoice, stripe }
    }

    pub(super) fn pay(&self, token: Option<&str>) -> Value {
        let mut body = json!({ "invoice": self.invoice });
        if let Some(token) = token {
            body["payment_method"] = card(&self.market.operator(), &self.account, token);
        }
        self.market.operator().post("/checkouts", &body)
    }

    pub(super) fn stands(&self, payment: &Value) -> String {
        let path = format!("/payments/{}", text(&payment["id"]));
        let now = self.market.operator().get(&path);
        let invoice = self.market.operator().get(&format!("/invoices/{}", self.invoice));
        self.market.must_be_whole();
        format!("{}, invoice {}", text(&now["state"]), text(&invoice["state"]))
    }

    /// What Stripe calls back of a thing.
    fn hears(&self, kind: &str, object: &Value) -> u16 {
        let event = json!({ "id": "evt_1", "type": kind, "data": { "object": object } });
        let body = event.to_string().into_bytes();
        let app = &self.market.house.app;
        let signature = signed("whsec_1", &body, SECONDS);
        let caller = Client::nobody(app).header("stripe-signature", &signature);
        let gateways = self.market.operator().get("/gateways");
        let path = text(&gateways["items"][0]["callback"]);
        caller.call_raw(&format!("POST {path}"), Some(body)).status.as_u16()
    }
}

pub(super) fn card(operator: &Client<'_>, account: &Value, token: &str) -> Value {
    let card = json!({
        "kind": "card", "gateway": "stripe", "token": token, "brand": "Visa",
        "last_digits": "4242", "expires": "2030-01",
    });
    operator.post(&format!("/accounts/{}/payment_methods", text(&account["id"])), &card)["id"]
        .clone()
}

#[test]
fn what_is_on_file_is_charged_declined_or_asked_for() {
    let shop = Shop::open();
    let payment = shop.pay(Some("pm_declined"));
    assert_eq!(shop.stands(&payment), "declined, invoice open");
    let attempt = &payment["attempt"];
    assert_eq!(
        (&attempt["reason"], &attempt["message"]),
        (&json!("insufficient_funds"), &json!("Not enough."))
    );
    let payment = shop.pay(Some("cus_1/pm_asks"));
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
    assert_eq!(payment["attempt"]["page"], "https://stripe.example/three_d");
    let mut intent = shop.stripe.lock().unwrap().last("pi");
    (intent["status"], intent["amount_received"]) = (json!("succeeded"), json!(1200));
    for _ in 0..2 {
        assert_eq!(shop.hears("payment_intent.succeeded", &intent), 204);
        assert_eq!(shop.stands(&payment), "captured, invoice paid");
    }
    let asked = shop.market.house.app.outside.heard();
    let asked = form(asked.iter().rfind(|it| it.address.ends_with("/payment_intents")).unwrap());
    assert_eq!((asked["customer"].as_str(), asked["amount"].as_str()), ("cus_1", "1200"));
    assert_eq!(asked["currency"], "eur");
}

/// Who puts a card on file at Stripe is charged with it as with any other; what was not finished, or is
/// somebody else's, comes to nothing.
#[test]
fn a_card_is_put_on_file_at_a_session_that_takes_no_money() {
    let shop = Shop::open();
    let operator = shop.market.operator();
    let path = format!("/accounts/{}/payment_methods", text(&shop.account["id"]));
    let page = operator.post(&format!("{path}/page"), &json!({}));
    let back =
        format!("/ui/accounts/{}?part=billing&gateway=stripe&kept=here", text(&shop.account["id"]));
    assert!(text(&page["page"]).ends_with(&back), "{page}");
    let visit = text(&shop.stripe.lock().unwrap().last("cs")["id"]);
    let keep = |path: &str, visit: &str| {
        let body = json!({ "gateway": "stripe", "visit": visit });
        operator.call(&format!("POST {path}/kept"), Some(&body))
    };
    assert_eq!(keep(&path, &visit).status, 422, "it is not finished");
    shop.stripe.lock().unwrap().things.get_mut(&visit).unwrap()["status"] = json!("complete");
    let other = shop.market.customer("Other", "EUR");
    let of_other = format!("/accounts/{}/payment_methods", text(&other["id"]));
    assert_eq!(keep(&of_other, &visit).status, 422, "it is another's");
    assert_eq!(keep(&path, "cs_1/../cs_2").status, 422);
    let card = keep(&path, &visit).ok();
    assert_eq!((&card["name"], &card["expires"]), (&json!("Visa ···· 4242"), &json!("2029-08")));
    assert_eq!(keep(&path, &visit).ok()["id"], card["id"], "once");
    let body = json!({ "invoice": shop.invoice, "payment_method": card["id"] });
    let payment = operator.post("/checkouts", &body);
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let asked = shop.market.house.app.outside.heard();
    let asked = form(asked.iter().rfind(|it| it.address.ends_with("/payment_intents")).unwrap());
    assert_eq!([&asked["customer"], &asked["payment_method"]], ["cus_9", "pm_9"]);
}

#[test]
fn a_payer_without_a_card_on_file_is_sent_to_a_session() {
    let shop = Shop::open();
    let payment = shop.pay(None);
    assert_eq!(payment["attempt"]["page"], "https://stripe.example/pay");
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
    let id = text(&shop.stripe.lock().unwrap().last("cs")["id"]);
    {
        let mut stripe = shop.stripe.lock().unwrap();
        let session = stripe.things.get_mut(&id).unwrap();
        session["payment_status"] = json!("paid");
        session["status"] = json!("complete");
        session["payment_intent"] = json!("pi_9");
    }
    // The payer is back before Stripe has called: it is asked.
    let path = format!("/payments/{}/follow", text(&payment["id"]));
    shop.market.operator().post(&path, &json!({}));
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let session = shop.stripe.lock().unwrap().things[&id].clone();
    assert_eq!(shop.hears("checkout.session.completed", &session), 204);
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
}

/// Whoever can have something charged at the same Stripe writes beside it what it likes.
#[test]
fn an_intent_that_only_says_it_is_ours_pays_for_nothing() {
    let shop = Shop::open();
    let payment = shop.pay(Some("pm_asks"));
    let mut intent = shop.stripe.lock().unwrap().last("pi");
    intent["id"] = json!("pi_elsewhere");
    (intent["status"], intent["amount_received"]) = (json!("succeeded"), json!(1200));
    assert_eq!(shop.hears("payment_intent.succeeded", &intent), 204);
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
    // At a page the session is what we know: it is asked.
    let shop = Shop::open();
    let payment = shop.pay(None);
    intent["metadata"]["payment"] = payment["id"].clone();
    assert_eq!(shop.hears("payment_intent.succeeded", &intent), 204);
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
    let id = text(&shop.stripe.lock().unwrap().last("cs")["id"]);
    shop.stripe.lock().unwrap().things.get_mut(&id).unwrap()["payment_status"] = json!("paid");
    assert_eq!(shop.hears("payment_intent.succeeded", &intent), 204);
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
}

#[test]
fn money_that_goes_back_is_sent_once_and_heard_of() {
    let shop = Shop::open();
    let payment = shop.pay(Some("pm_1"));
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    let path = format!("/payments/{}/refund", text(&payment["id"]));
    let amount = json!({ "amount": "5", "currency": "EUR" });
    shop.market.operator().post(&path, &json!({ "amount": amount, "reopens": true }));
    shop.stripe.lock().unwrap().loses = 1;
    shop.market.house.app.keep_duties();
    shop.market.advance_to("2026-01-02");
    let refunds = || {
        let path = format!("/payments/{}/refunds", text(&payment["id"]));
        text(&shop.market.operator().get(&path)["items"][0]["state"])
    };
    assert_eq!(refunds(), "sent");
    let mut refund = shop.stripe.lock().unwrap().last("re");
    assert_eq!(refund["id"], "re_2", "it was asked for twice and sent once");
    refund["status"] = json!("succeeded");
    let body = json!({ "object": refund }).to_string();
    assert!(body.contains("500"));
    shop.market.house.app.set_wall("2026-01-01");
    assert_eq!(shop.hears("refund.updated", &refund), 204);
    assert_eq!(refunds(), "done");
    refund["status"] = json!("failed");
    refund["failure_reason"] = json!("expired_or_canceled_card");
    assert_eq!(shop.hears("refund.failed", &refund), 204);
    assert_eq!(refunds(), "failed");
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
}

#[test]
fn what_is_on_its_way_for_days_is_looked_at_and_not_sent_again() {
    let shop = Shop::open();
    let payment = shop.pay(Some("pm_1"));
    let path = format!("/payments/{}/refund", text(&payment["id"]));
    let amount = json!({ "amount": "5", "currency": "EUR" });
    shop.market.operator().post(&path, &json!({ "amount": amount, "reopens": true }));
    shop.market.house.app.keep_duties();
    let refund = || {
        let path = format!("/payments/{}/refunds", text(&payment["id"]));
        text(&shop.market.operator().get(&path)["items"][0]["state"])
    };
    assert_eq!(refund(), "sent");
    shop.stripe.lock().unwrap().forgets = true;
    shop.market.advance_to("2026-01-04");
    assert_eq!(refund(), "sent");
    assert_eq!(shop.stripe.lock().unwrap().last("re")["id"], "re_2", "it is the only one");
    // What was taken does not fail because nobody may ask any more.
    shop.stripe.lock().unwrap().refuses = true;
    shop.market.advance_to("2026-01-06");
    assert_eq!(refund(), "sent");
    assert!(shop.stands(&payment).starts_with("partly_refunded"));
    {
        let mut stripe = shop.stripe.lock().unwrap();
        stripe.refuses = false;
        stripe.things.get_mut("re_2").unwrap()["status"] = json!("succeeded");
    }
    shop.market.advance_to("2026-01-08");
    assert_eq!(refund(), "done");
}

#[test]
fn what_the_bank_of_the_payer_takes_back_is_owed_again() {
    let shop = Shop::open();
    let payment = shop.pay(Some("pm_1"));
    let intent = text(&shop.stripe.lock().unwrap().last("pi")["id"]);
    let dispute = json!({
        "object": "dispute", "id": "dp_1", "amount": 1200, "currency": "eur",
        "payment_intent": intent, "metadata": {},
    });
    for _ in 0..2 {
        assert_eq!(shop.hears("charge.dispute.funds_withdrawn", &dispute), 204);
        assert_eq!(shop.stands(&payment), "fully_refunded, invoice open");
    }
    let path = format!("/payments/{}/refunds", text(&payment["id"]));
    let refunds = shop.market.operator().get(&path);
    assert_eq!(refunds["items"].as_array().unwrap().len(), 1);
    let refund = &refunds["items"][0];
    assert_eq!((&refund["state"], &refund["reference"]), (&json!("done"), &json!("dp_1")));
    shop.market.house.app.keep_duties();
    let asked = shop.market.house.app.outside.heard();
    assert!(!asked.iter().any(|it| it.address.ends_with("/refunds")), "nobody sends it once more");
    for _ in 0..2 {
        assert_eq!(shop.hears("charge.dispute.funds_reinstated", &dispute), 204);
        assert_eq!(shop.stands(&payment), "captured, invoice paid");
    }
}

#[test]
fn what_went_back_in_another_way_is_booked_and_not_sent_again() {
    let shop = Shop::open();
    let payment = shop.pay(Some("pm_1"));
    let amount = json!({ "amount": "12", "currency": "EUR" });
    let back = json!({ "amount": amount, "reason": "charged back", "sent": true, "reopens": true });
    let path = format!("/payments/{}/refund", text(&payment["id"]));
    assert_eq!(shop.market.operator().post(&path, &back)["state"], "done");
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&payment), "fully_refunded, invoice open");
    let asked = shop.market.house.app.outside.heard();
    assert!(!asked.iter().any(|it| it.address.ends_with("/refunds")));
}

#[test]
fn what_was_paid_otherwise_before_the_gateway_was_asked_is_not_charged() {
    for (paid, charged) in [("12", 0), ("5", 700)] {
        let shop = Shop::open();
        let operator = shop.market.operator();
        let method = text(&card(&operator, &shop.account, "pm_1"));
        operator.post(&format!("/payment_methods/{method}/default"), &json!({}));
        shop.stripe.lock().unwrap().is_away = true;
        shop.market.advance_to("2026-01-12");
        let amount = json!({ "amount": paid, "currency": "EUR" });
        let body = json!({ "account": shop.account["id"], "amount": amount });
        operator.post("/payments", &body);
        shop.stripe.lock().unwrap().is_away = false;
        shop.market.advance_to("2026-01-14");
        assert_eq!(shop.stripe.lock().unwrap().charged, charged, "{paid} were paid");
        let tried = operator.get(&format!("/payments?invoice={}&order=oldest", shop.invoice));
        assert_eq!(tried["items"][0]["state"], "canceled", "{tried}");
        let invoice = operator.get(&format!("/invoices/{}", shop.invoice));
        assert_eq!(invoice["state"], "paid");
    }
}

#[test]
fn what_others_sign_or_signed_long_ago_is_refused() {
    let shop = Shop::open();
    let payment = shop.pay(None);
    let object = json!({ "status": "succeeded", "amount_received": 1200, "currency": "eur",
        "metadata": { "payment": payment["id"] } });
    let event = json!({ "type": "payment_intent.succeeded", "data": { "object": object } });
    let body = event.to_string().into_bytes();
    let path = text(&shop.market.operator().get("/gateways")["items"][0]["callback"]);
    for signature in
        [signed("whsec_2", &body, SECONDS), signed("whsec_1", &body, SECONDS - 301), String::new()]
    {
        let caller = Client::nobody(&shop.market.house.app).header("stripe-signature", &signature);
        let refused = caller.call_raw(&format!("POST {path}"), Some(body.clone()));
        assert_eq!(text(&refused.json()["type"]), "/problems/signature_refused");
    }
    assert_eq!(shop.stands(&payment), "redirected, invoice open");
}
