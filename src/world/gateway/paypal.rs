//! PayPal's Orders, version 2: an access token, an order that its payer approves on PayPal's page,
//! its capture, refunds of captures, and webhooks that PayPal itself is asked about.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    CallBack, Charge, Gateway, GiveBack, GivenBack, Kept, Notice, Return, Reversal, SetUp, Trouble,
    Unheard, told,
};
use crate::domain::id::{AccountId, PaymentId};
use crate::domain::money::{Currency, Money};
use crate::domain::payment::attempt::{Decline, Outcome, Reason, Said};
use crate::domain::text::{Name, WebAddress};
use crate::domain::time::Instant;
use crate::world::http::{Method, Request, Response, Web};

/// Where it is if nothing else is said.
const ADDRESS: &str = "https://api-m.paypal.com";
/// How much of an answer is read: an order with all its links.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// What lets us in is asked for anew so many seconds before it is over.
const TOKEN_SPARE_SECONDS: i64 = 60;

/// What lets us in at PayPal, for each with whom we speak, until it is over: who calls back must not make us
/// ask for it each time.
#[derive(Default)]
pub struct Tokens(Mutex<BTreeMap<[u8; 32], (String, Instant)>>);

impl Tokens {
    fn find(&self, of: &[u8; 32], wall: Instant) -> Option<String> {
        self.all().get(of).filter(|it| wall < it.1).map(|it| it.0.clone())
    }

    fn keep(&self, of: [u8; 32], token: &str, (wall, until): (Instant, Instant)) {
        let mut all = self.all();
        all.retain(|_, it| wall < it.1);
        all.insert(of, (token.to_owned(), until));
    }

    fn forget(&self, of: &[u8; 32]) {
        self.all().remove(of);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], (String, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The gateway.
pub struct Paypal {
    address: String,
    login: String,
    secret: String,
    webhook: String,
    tokens: Arc<Tokens>,
    wall: Instant,
}

impl Paypal {
    /// The gateway at an address, with our client id and secret and the id of its webhook; at a moment of
    /// wall time, with what lets us in until then.
    #[must_use]
    pub fn new(
        address: Option<&WebAddress>,
        login: String,
        (secret, webhook): (String, String),
        (tokens, wall): (Arc<Tokens>, Instant),
    ) -> Self {
        let address = address.map_or(ADDRESS, WebAddress::as_str).trim_end_matches('/').to_owned();
        Self { address, login, secret, webhook, tokens, wall }
    }

    /// With whom we speak, as whom.
    fn key(&self) -> [u8; 32] {
        let parts = [&self.address, &self.login, &self.secret];
        let all = parts
            .into_iter()
            .fold(Sha256::new(), |all, it| all.chain_update(Sha256::digest(it.as_bytes())));
        all.finalize().into()
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let request = Request::new(method, format!("{}{path}", self.address));
        Request { answer_bytes_max: ANSWER_BYTES_MAX, ..request }
    }

    /// What lets us in for a while.
    fn token(&self, web: &dyn Web) -> Result<String, Trouble> {
        if let Some(kept) = self.tokens.find(&self.key(), self.wall) {
            return Ok(kept);
        }
        let basic = STANDARD.encode(format!("{}:{}", self.login, self.secret));
        let request = self
            .request(Method::Post, "/v1/oauth2/token")
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        let answer = answered(&web.send(&request)?)?;
        let token = text(&answer, "access_token");
        let seconds = answer["expires_in"].as_u64().and_then(|it| u32::try_from(it).ok());
        let seconds = i64::from(seconds.unwrap_or(0)) - TOKEN_SPARE_SECONDS;
        let until = self.wall.plus_seconds(seconds);
        self.tokens.keep(self.key(), token, (self.wall, until));
        Ok(token.to_owned())
    }

    /// Sends a request with what lets us in; with another if that is not taken any more.
    fn send(&self, web: &dyn Web, request: &Request) -> Result<Response, Trouble> {
        let with =
            |token: String| request.clone().header("authorization", format!("Bearer {token}"));
        let response = web.send(&with(self.token(web)?))?;
        if response.status != 401 {
            return Ok(response);
        }
        self.tokens.forget(&self.key());
        Ok(web.send(&with(self.token(web)?))?)
    }

    /// Whether a certificate lies where PayPal keeps its own: nobody asks it about others.
    fn keeps(&self, certificate: &str) -> bool {
        let host = |it: &str| {
            let it = it.strip_prefix("https://")?.split('/').next()?.to_ascii_lowercase();
            let is_plain = it.chars().all(|it| it.is_ascii_alphanumeric() || "-.:".contains(it));
            is_plain.then_some(it)
        };
        let found = host(certificate);
        found.is_some_and(|it| it.ends_with(".paypal.com") || Some(it) == host(&self.address))
    }

    fn post(
        &self,
        web: &dyn Web,
        (path, key): (&str, &str),
        body: Vec<u8>,
    ) -> Result<Response, Trouble> {
        let request = self
            .request(Method::Post, path)
            .header("content-type", "application/json")
            .header("paypal-request-id", key)
            .header("prefer", "return=representation")
            .body(body);
        self.send(web, &request)
    }

    fn get(&self, web: &dyn Web, path: &str) -> Result<Response, Trouble> {
        self.send(web, &self.request(Method::Get, path))
    }

    /// Takes the money of an order that its payer has approved.
    fn capture(&self, web: &dyn Web, of: &Charge<'_>, order: &str) -> Result<Said, Trouble> {
        let path = format!("/v2/checkout/orders/{order}/capture");
        let key = format!("{}-capture", of.payment);
        let response = self.post(web, (&path, &key), b"{}".to_vec())?;
        match issue(&response).as_str() {
            "" => read(&answered(&response)?),
            "ORDER_ALREADY_CAPTURED" => read(&self.order(web, order)?),
            "ORDER_NOT_APPROVED" => Ok(Said::only(Outcome::Pending)),
            refused => declined(&response, refused),
        }
    }

    fn order(&self, web: &dyn Web, order: &str) -> Result<Value, Trouble> {
        let response = self.get(web, &format!("/v2/checkout/orders/{order}"))?;
        // What nobody approves is forgotten after some hours.
        if response.status == 404 {
            return Ok(json!({ "id": order, "status": "VOIDED" }));
        }
        answered(&response)
    }

    /// The payment of ours whose capture something leads up to. Nothing if it is none of ours.
    fn captured(&self, web: &dyn Web, below: &Value) -> Result<Option<PaymentId>, Unheard> {
        let links = below["links"].as_array().map(Vec::as_slice).unwrap_or_default();
        let up = links.iter().find(|it| text(it, "rel") == "up").map(|it| text(it, "href"));
        let capture = up.and_then(|it| it.split_once("/v2/payments/captures/")).map(|it| it.1);
        let Some(capture) = capture.filter(|it| !it.contains('/')) else { return Ok(None) };
        let response = self.get(web, &format!("/v2/payments/captures/{capture}"));
        let capture = response.and_then(|it| answered(&it)).map_err(|_| Unheard::Unproven)?;
        Ok(text(&capture, "custom_id").parse().ok())
    }

    /// Whether PayPal says that it is PayPal that says so.
    fn is_genuine(&self, web: &dyn Web, call: &CallBack<'_>) -> Result<bool, Unheard> {
        let said = |name: &str| call.header(name).ok_or(Unheard::Unsigned);
        if !self.keeps(said("paypal-cert-url")?) {
            return Ok(false);
        }
        let head = json!({
            "auth_algo": said("paypal-auth-algo")?,
            "cert_url": said("paypal-cert-url")?,
            "transmission_id": said("paypal-transmission-id")?,
            "transmission_sig": said("paypal-transmission-sig")?,
            "transmission_time": said("paypal-transmission-time")?,
            "webhook_id": self.webhook,
        });
        // The event goes back as it came: its signature is over its bytes.
        let mut body = head.to_string().into_bytes();
        body.pop();
        body.extend(br#","webhook_event":"#);
        body.extend(call.body);
        body.push(b'}');
        let path = "/v1/notifications/verify-webhook-signature";
        let key = said("paypal-transmission-id")?;
        let response = self.post(web, (path, key), body).map_err(|_| Unheard::Unproven)?;
        let answer = answered(&response).map_err(|_| Unheard::Unproven)?;
        Ok(text(&answer, "verification_status") == "SUCCESS")
    }
}

impl Gateway for Paypal {
    fn charge(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        let payment = of.payment.to_string();
        let source = match of.token {
            Some(token) => json!({ "vault_id": token }),
            None => json!({ "experience_context": {
                "return_url": of.back, "cancel_url": of.back, "user_action": "PAY_NOW",
            } }),
        };
        let order = json!({
            "intent": "CAPTURE",
            "purchase_units": [{
                "reference_id": payment, "custom_id": payment, "description": of.text,
                "amount": amount(of.amount)?,
            }],
            "payment_source": { "paypal": source },
        });
        let body = order.to_string().into_bytes();
        let response = self.post(web, ("/v2/checkout/orders", &payment), body)?;
        match issue(&response).as_str() {
            "" => read(&answered(&response)?),
            refused => declined(&response, refused),
        }
    }

    /// Orders are found by PayPal's id alone, which is in the answer that was lost; what a payer pays all
    /// the same is called back.
    fn find(&self, _: &dyn Web, _: &Charge<'_>) -> Result<Option<Said>, Trouble> {
        Err(Trouble::passing("it cannot be asked for an order whose id it has not told"))
    }

    fn look(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        let Some(order) = of.reference else { return self.charge(web, of) };
        let found = self.order(web, order)?;
        match text(&found, "status") {
            "APPROVED" => self.capture(web, of, order),
            _ => read(&found),
        }
    }

    fn refund(&self, web: &dyn Web, of: &GiveBack<'_>) -> Result<GivenBack, Trouble> {
        if let Some(it) = of.sent {
            let response = self.get(web, &format!("/v2/payments/refunds/{it}"))?;
            return Ok(read_refund(&answered(&response)?));
        }
        let capture = of.memo.ok_or_else(|| Trouble::lasting("nothing was captured"))?;
        let path = format!("/v2/payments/captures/{capture}/refund");
        let refund = of.refund.to_string();
        let body = json!({ "amount": amount(of.amount)?, "custom_id": refund }).to_string();
        let response = self.post(web, (&path, &refund), body.into_bytes())?;
        Ok(read_refund(&answered(&response)?))
    }

    /// PayPal keeps what its payers pay with to itself.
    fn set_up(&self, _: &dyn Web, _: &SetUp<'_>) -> Result<WebAddress, Trouble> {
        Err(Trouble::lasting("it keeps no cards beforehand"))
    }

    fn kept(&self, _: &dyn Web, _: AccountId, _: &str) -> Result<Option<Kept>, Trouble> {
        Ok(None)
    }

    fn hear(&self, web: &dyn Web, call: &CallBack<'_>) -> Result<Vec<Notice>, Unheard> {
        let event: Value = serde_json::from_slice(call.body).map_err(|_| Unheard::Unreadable)?;
        if !self.is_genuine(web, call)? {
            return Err(Unheard::Forged);
        }
        let it = &event["resource"];
        let kind = text(&event, "event_type");
        let payment = text(it, "custom_id").parse();
        let said = match kind {
            "CHECKOUT.ORDER.APPROVED" => {
                let payment = text(&it["purchase_units"][0], "custom_id").parse();
                return Ok(payment.ok().map(Notice::Ask).into_iter().collect());
            }
            "PAYMENT.CAPTURE.REFUNDED" => {
                let refund = text(it, "custom_id").parse().ok();
                let notice = refund.map(|id| Notice::Refund(id, read_refund(it)));
                return Ok(notice.into_iter().collect());
            }
            "PAYMENT.CAPTURE.REVERSED" => {
                let amount = money(&it["amount"]).map_err(|_| Unheard::Unreadable)?;
                let reference = name(it, "id").ok_or(Unheard::Unreadable)?;
                let of = |id| Notice::Reversed(id, Reversal { reference, amount });
                return Ok(self.captured(web, it)?.map(of).into_iter().collect());
            }
            "PAYMENT.CAPTURE.COMPLETED" | "PAYMENT.CAPTURE.DENIED" | "PAYMENT.CAPTURE.PENDING" => {
                let said = read_capture(it).map_err(|_| Unheard::Unreadable)?;
                let order = &it["supplementary_data"]["related_ids"];
                Said { reference: name(order, "order_id"), ..said }
            }
            _ => return Ok(Vec::new()),
        };
        Ok(payment.ok().map(|id| Notice::Claimed(id, said)).into_iter().collect())
    }
}

/// The answer to what was asked, or what kept it from being answered.
fn answered(response: &Response) -> Result<Value, Trouble> {
    let body = super::json(response);
    if response.is_success() && body.is_object() {
        return Ok(body);
    }
    Err(Trouble::answered(response, text(&body, "message")))
}

/// Why an order is not done although it was understood; nothing if it is.
fn issue(of: &Response) -> String {
    let is_so = of.status == 422;
    let body = if is_so { super::json(of) } else { Value::Null };
    text(&body["details"][0], "issue").to_owned()
}

fn declined(response: &Response, issue: &str) -> Result<Said, Trouble> {
    let reason = match issue {
        "INSTRUMENT_DECLINED" | "TRANSACTION_REFUSED" | "CARD_DECLINED" => Reason::Refused,
        "CARD_EXPIRED" => Reason::MethodExpired,
        "PAYER_ACTION_REQUIRED" => Reason::NotAuthenticated,
        "TOKEN_ID_NOT_FOUND" | "PAYER_CANNOT_PAY" | "PAYER_ACCOUNT_RESTRICTED" => {
            Reason::MethodUnusable
        }
        _ => return Err(Trouble::answered(response, issue)),
    };
    let told = told(text(&super::json(response)["details"][0], "description"));
    Ok(Said::only(Outcome::Declined(Decline { reason, told })))
}

fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_default()
}

fn name(of: &Value, field: &str) -> Option<Name> {
    of[field].as_str().and_then(|it| it.parse().ok())
}

/// An order, in our words.
fn read(order: &Value) -> Result<Said, Trouble> {
    let capture = &order["purchase_units"][0]["payments"]["captures"][0];
    if capture.is_object() {
        let said = read_capture(capture)?;
        return Ok(Said { reference: name(order, "id"), ..said });
    }
    let outcome = match text(order, "status") {
        "VOIDED" => Outcome::Expired,
        "CREATED" | "PAYER_ACTION_REQUIRED" => {
            let links = order["links"].as_array().map(Vec::as_slice).unwrap_or_default();
            let leads = |it: &&Value| matches!(text(it, "rel"), "payer-action" | "approve");
            let page = links.iter().find(leads).and_then(|it| text(it, "href").parse().ok());
            page.map_or(Outcome::Pending, Outcome::Page)
        }
        _ => Outcome::Pending,
    };
    Ok(Said { reference: name(order, "id"), memo: None, outcome })
}

/// A capture, in our words.
fn read_capture(it: &Value) -> Result<Said, Trouble> {
    let outcome = match text(it, "status") {
        "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => Outcome::Captured(money(&it["amount"])?),
        "DECLINED" | "DENIED" | "FAILED" => {
            let told = told(text(&it["status_details"], "reason"));
            Outcome::Declined(Decline { reason: Reason::Refused, told })
        }
        _ => Outcome::Pending,
    };
    Ok(Said { reference: None, memo: name(it, "id"), outcome })
}

/// A refund, in our words.
fn read_refund(it: &Value) -> GivenBack {
    let outcome = match text(it, "status") {
        "COMPLETED" => Return::Done,
        "FAILED" | "CANCELLED" => Return::Failed(told(text(&it["status_details"], "reason"))),
        _ => Return::Sent,
    };
    GivenBack { reference: name(it, "id"), outcome }
}

/// Of these PayPal takes whole units only, although they have hundredths.
const WRITTEN_WHOLE: [&str; 2] = ["HUF", "TWD"];

/// An amount as PayPal writes it.
fn amount(of: Money) -> Result<Value, Trouble> {
    let (code, digits) = (of.currency().code(), of.currency().digits());
    let decimal = of.decimal();
    let is_whole = digits == 0 || WRITTEN_WHOLE.contains(&code);
    let value = match (is_whole, decimal.is_integer()) {
        (true, true) => decimal.normalize().to_string(),
        (false, _) if digits == 2 => decimal.to_string(),
        _ => return Err(Trouble::lasting(format!("it does not take `{of}`"))),
    };
    Ok(json!({ "currency_code": code, "value": value }))
}

/// An amount that PayPal tells.
fn money(of: &Value) -> Result<Money, Trouble> {
    let unreadable = || Trouble::passing("it told of an amount that cannot be read");
    let currency: Currency = text(of, "currency_code").parse().map_err(|_| unreadable())?;
    Money::parse(text(of, "value"), currency).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_out_as_paypal_wants_them() {
        let rows = [
            ("19.90", "EUR", Some("19.90")),
            ("500", "JPY", Some("500")),
            ("500.00", "HUF", Some("500")),
            ("500.50", "HUF", None),
            ("5.120", "KWD", None),
        ];
        for (said, code, expected) in rows {
            let currency: Currency = code.parse().expect("a currency");
            let it = Money::parse(said, currency).expect("an amount");
            let written = amount(it).ok();
            let value = written.as_ref().and_then(|it| it["value"].as_str());
            assert_eq!(value, expected, "{it}");
            if let Some(written) = written {
                assert_eq!(money(&written), Ok(it));
            }
        }
    }
}
