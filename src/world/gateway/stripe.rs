//! Stripe, and who speaks as it does: PaymentIntents for what is on file, Checkout Sessions for who
//! chooses on Stripe's page, Refunds, and signed webhooks. By its API reference of 2024-06-20.

use form_urlencoded::Serializer;
use serde_json::Value;

use super::{
    CallBack, Charge, Gateway, GiveBack, GivenBack, Kept, Notice, Return, Reversal, SetUp, Trouble,
    Unheard, json, signature, told,
};
use crate::domain::id::{AccountId, PaymentId};
use crate::domain::money::{Currency, Money};
use crate::domain::payment::attempt::{Decline, Initiative, Outcome, Reason, Said};
use crate::domain::text::{Name, WebAddress};
use crate::world::http::{Method, Request, Response, Web};

/// Where it is if nothing else is said.
const ADDRESS: &str = "https://api.stripe.com";
/// The version of its API that we speak.
const VERSION: &str = "2024-06-20";
/// How much of an answer is read: an intent with all that is expanded in it.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// The gateway.
pub struct Stripe {
    address: String,
    key: String,
    signing: String,
}

/// The fields of a request, as forms are written.
type Fields<'a> = Vec<(&'a str, String)>;

impl Stripe {
    /// The gateway at an address, with our key and the secret of its webhooks.
    #[must_use]
    pub fn new(address: Option<&WebAddress>, key: String, signing: String) -> Self {
        let address = address.map_or(ADDRESS, WebAddress::as_str);
        Self { address: address.trim_end_matches('/').to_owned(), key, signing }
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let request = Request::new(method, format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.key))
            .header("stripe-version", VERSION);
        Request { answer_bytes_max: ANSWER_BYTES_MAX, ..request }
    }

    fn post(
        &self,
        web: &dyn Web,
        (path, key): (&str, &str),
        fields: &Fields<'_>,
    ) -> Result<Response, Trouble> {
        let mut body = Serializer::new(String::new());
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request = self
            .request(Method::Post, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("idempotency-key", key)
            .body(body.finish());
        Ok(web.send(&request)?)
    }

    fn get(&self, web: &dyn Web, path: &str) -> Result<Value, Trouble> {
        let response = web.send(&self.request(Method::Get, path))?;
        answered(&response)
    }

    /// Charges what is on file.
    fn intent(&self, web: &dyn Web, of: &Charge<'_>, token: &str) -> Result<Said, Trouble> {
        let mut fields = vec![
            ("amount", minor(of.amount)?.to_string()),
            ("currency", of.amount.currency().code().to_ascii_lowercase()),
            ("confirm", "true".to_owned()),
            ("description", of.text.to_owned()),
            ("metadata[payment]", of.payment.to_string()),
        ];
        match of.initiative {
            Initiative::House => fields.push(("off_session", "true".to_owned())),
            Initiative::Payer => fields.push(("return_url", of.back.to_owned())),
        }
        // What is attached to a customer is charged with it: `cus_1/pm_1`.
        let (customer, method) =
            token.split_once('/').map_or((None, token), |it| (Some(it.0), it.1));
        fields.push(("payment_method", method.to_owned()));
        fields.extend(customer.map(|it| ("customer", it.to_owned())));
        let response = self.post(web, ("/v1/payment_intents", &of.payment.to_string()), &fields)?;
        if response.status == 402 {
            return Ok(refused(&json(&response)["error"]));
        }
        read_intent(&answered(&response)?)
    }

    /// Sends the payer to a page of Stripe's.
    fn session(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        let payment = of.payment.to_string();
        let currency = of.amount.currency().code().to_ascii_lowercase();
        let fields = vec![
            ("mode", "payment".to_owned()),
            ("client_reference_id", payment.clone()),
            ("metadata[payment]", payment.clone()),
            ("payment_intent_data[metadata][payment]", payment.clone()),
            ("payment_intent_data[metadata][page]", "1".to_owned()),
            ("line_items[0][quantity]", "1".to_owned()),
            ("line_items[0][price_data][currency]", currency),
            ("line_items[0][price_data][unit_amount]", minor(of.amount)?.to_string()),
            ("line_items[0][price_data][product_data][name]", of.text.to_owned()),
            ("success_url", of.back.to_owned()),
            ("cancel_url", of.back.to_owned()),
        ];
        let response = self.post(web, ("/v1/checkout/sessions", &payment), &fields)?;
        read_session(&answered(&response)?)
    }
}

impl Stripe {
    /// The payment of ours that a payer disputes: its intent knows it. Nothing if it is none of ours.
    fn disputed(&self, web: &dyn Web, dispute: &Value) -> Result<Option<PaymentId>, Unheard> {
        let Some(intent) = name(dispute, "payment_intent") else { return Ok(None) };
        let intent = self.get(web, &format!("/v1/payment_intents/{intent}"));
        let intent = intent.map_err(|_| Unheard::Unproven)?;
        Ok(intent["metadata"]["payment"].as_str().and_then(|it| it.parse().ok()))
    }
}

impl Gateway for Stripe {
    fn charge(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        match of.token {
            Some(token) => self.intent(web, of, token),
            None => self.session(web, of),
        }
    }

    /// Intents are searched by what we have attached to them. A page that no payer has used has none, and
    /// a second page charges nobody.
    fn find(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Option<Said>, Trouble> {
        let query = format!("metadata['payment']:'{}'", of.payment);
        let query = Serializer::new(String::new()).append_pair("query", &query).finish();
        let found = self.get(web, &format!("/v1/payment_intents/search?{query}"))?;
        let found = found["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let paid = found.iter().find(|it| text(it, "status") == "succeeded");
        paid.or_else(|| found.first()).map(read_intent).transpose()
    }

    fn look(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        match of.reference {
            None => self.charge(web, of),
            Some(it) if it.starts_with("cs_") => {
                let path = format!("/v1/checkout/sessions/{it}");
                read_session(&self.get(web, &path)?)
            }
            Some(it) => read_intent(&self.get(web, &format!("/v1/payment_intents/{it}"))?),
        }
    }

    fn refund(&self, web: &dyn Web, of: &GiveBack<'_>) -> Result<GivenBack, Trouble> {
        if let Some(it) = of.sent {
            return Ok(read_refund(&self.get(web, &format!("/v1/refunds/{it}"))?));
        }
        let intent = of.memo.or(of.reference);
        let intent = intent.ok_or_else(|| Trouble::lasting("the payment has no reference"))?;
        let fields = vec![
            ("payment_intent", intent.to_owned()),
            ("amount", minor(of.amount)?.to_string()),
            ("metadata[refund]", of.refund.to_string()),
        ];
        let response = self.post(web, ("/v1/refunds", &of.refund.to_string()), &fields)?;
        Ok(read_refund(&answered(&response)?))
    }

    fn set_up(&self, web: &dyn Web, of: &SetUp<'_>) -> Result<WebAddress, Trouble> {
        let fields = vec![
            ("mode", "setup".to_owned()),
            ("payment_method_types[0]", "card".to_owned()),
            // What belongs to nobody there can be charged once.
            ("customer_creation", "always".to_owned()),
            ("metadata[account]", of.account.to_string()),
            ("success_url", format!("{}{{CHECKOUT_SESSION_ID}}", of.back)),
            ("cancel_url", of.back.to_owned()),
        ];
        let response = self.post(web, ("/v1/checkout/sessions", of.once), &fields)?;
        let page = text(&answered(&response)?, "url").parse();
        page.map_err(|_| Trouble::lasting("it names no page"))
    }

    fn kept(&self, web: &dyn Web, of: AccountId, visit: &str) -> Result<Option<Kept>, Trouble> {
        let is_name = visit.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
        if !visit.starts_with("cs_") || !is_name {
            return Ok(None);
        }
        let path = format!("/v1/checkout/sessions/{visit}?expand[]=setup_intent.payment_method");
        let session = self.get(web, &path)?;
        let is_its_own = text(&session["metadata"], "account") == of.to_string();
        if !is_its_own || text(&session, "status") != "complete" {
            return Ok(None);
        }
        Ok(read_card(&session))
    }

    fn hear(&self, web: &dyn Web, call: &CallBack<'_>) -> Result<Vec<Notice>, Unheard> {
        let signed = (call.header("stripe-signature"), call.body);
        signature::verify(&self.signing, signed, call.wall)?;
        let event: Value = serde_json::from_slice(call.body).map_err(|_| Unheard::Unreadable)?;
        let object = &event["data"]["object"];
        let payment = object["metadata"]["payment"].as_str().and_then(|it| it.parse().ok());
        let refund = object["metadata"]["refund"].as_str().and_then(|it| it.parse().ok());
        let said = match text(&event, "type") {
            "payment_intent.succeeded" | "payment_intent.canceled" => read_intent(object),
            // At its page the payer may try another card: the session says what becomes of it.
            "payment_intent.payment_failed" if object["metadata"]["page"].is_string() => {
                return Ok(Vec::new());
            }
            "payment_intent.payment_failed" => Ok(failed(object)),
            "checkout.session.completed"
            | "checkout.session.async_payment_succeeded"
            | "checkout.session.expired" => read_session(object),
            "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
                let of = |it| Notice::Refund(it, read_refund(object));
                return Ok(refund.map(of).into_iter().collect());
            }
            "charge.dispute.funds_withdrawn" => {
                let (reference, amount) = (name(object, "id"), money(object, "amount"));
                let reference = reference.ok_or(Unheard::Unreadable)?;
                let amount = amount.map_err(|_| Unheard::Unreadable)?;
                let of = |it| Notice::Reversed(it, Reversal { reference, amount });
                return Ok(self.disputed(web, object)?.map(of).into_iter().collect());
            }
            "charge.dispute.funds_reinstated" => {
                let reference = name(object, "id").ok_or(Unheard::Unreadable)?;
                let of = |it| Notice::Reinstated(it, reference);
                return Ok(self.disputed(web, object)?.map(of).into_iter().collect());
            }
            _ => return Ok(Vec::new()),
        };
        let said = said.map_err(|_| Unheard::Unreadable)?;
        Ok(payment.map(|it| Notice::Claimed(it, said)).into_iter().collect())
    }
}

/// The answer to what was asked, or what kept it from being answered.
fn answered(response: &Response) -> Result<Value, Trouble> {
    let body = json(response);
    if response.is_success() && body.is_object() {
        return Ok(body);
    }
    Err(Trouble::answered(response, text(&body["error"], "message")))
}

fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_default()
}

fn name(of: &Value, field: &str) -> Option<Name> {
    of[field].as_str().and_then(|it| it.parse().ok())
}

/// An intent, in our words.
fn read_intent(it: &Value) -> Result<Said, Trouble> {
    let reference = name(it, "id");
    let outcome = match text(it, "status") {
        "succeeded" => Outcome::Captured(money(it, "amount_received")?),
        "processing" | "requires_confirmation" => Outcome::Pending,
        "requires_capture" => Outcome::Authorized,
        "requires_action" => {
            let page = &it["next_action"]["redirect_to_url"]["url"];
            let page = page.as_str().and_then(|it| it.parse().ok());
            page.map_or(Outcome::Pending, Outcome::Page)
        }
        "requires_payment_method" => return Ok(failed(it)),
        "canceled" => Outcome::Expired,
        other => return Err(Trouble::passing(format!("it says that the intent is `{other}`"))),
    };
    Ok(Said { memo: reference.clone(), reference, outcome })
}

/// An intent of which nothing came.
fn failed(it: &Value) -> Said {
    let reference = name(it, "id");
    Said { memo: reference.clone(), reference, outcome: declined(&it["last_payment_error"]) }
}

/// A session, in our words.
fn read_session(it: &Value) -> Result<Said, Trouble> {
    let outcome = match (text(it, "status"), text(it, "payment_status")) {
        (_, "paid") => Outcome::Captured(money(it, "amount_total")?),
        ("open", _) => {
            let page = it["url"].as_str().and_then(|it| it.parse().ok());
            page.map_or(Outcome::Pending, Outcome::Page)
        }
        ("expired", _) => Outcome::Expired,
        _ => Outcome::Pending,
    };
    Ok(Said { reference: name(it, "id"), memo: name(it, "payment_intent"), outcome })
}

/// The card that was put on file in a session, in our words.
fn read_card(session: &Value) -> Option<Kept> {
    let method = &session["setup_intent"]["payment_method"];
    let (customer, card) = (session["customer"].as_str()?, &method["card"]);
    let month = card["exp_month"].as_u64().and_then(|it| u8::try_from(it).ok())?;
    let year = card["exp_year"].as_i64().and_then(|it| i32::try_from(it).ok())?;
    Some(Kept {
        token: format!("{customer}/{}", method["id"].as_str()?),
        brand: text(card, "brand").to_owned(),
        last_digits: text(card, "last4").to_owned(),
        expires: (month, year),
    })
}

/// A refund, in our words.
fn read_refund(it: &Value) -> GivenBack {
    let outcome = match text(it, "status") {
        "succeeded" => Return::Done,
        "failed" | "canceled" => Return::Failed(told(text(it, "failure_reason"))),
        _ => Return::Sent,
    };
    GivenBack { reference: name(it, "id"), outcome }
}

/// What an error of a card says.
fn refused(error: &Value) -> Said {
    let reference = name(&error["payment_intent"], "id");
    Said { memo: reference.clone(), reference, outcome: declined(error) }
}

fn declined(error: &Value) -> Outcome {
    let code = match text(error, "decline_code") {
        "" => text(error, "code"),
        code => code,
    };
    let reason = match code {
        "insufficient_funds" => Reason::InsufficientFunds,
        "expired_card" => Reason::MethodExpired,
        "authentication_required" | "payment_intent_authentication_failure" => {
            Reason::NotAuthenticated
        }
        "incorrect_number"
        | "invalid_account"
        | "card_not_supported"
        | "currency_not_supported"
        | "resource_missing" => Reason::MethodUnusable,
        _ => Reason::Refused,
    };
    Outcome::Declined(Decline { reason, told: told(text(error, "message")) })
}

/// How many decimal places Stripe wants of an amount: of three currencies not as many as ISO 4217.
fn digits(of: Currency) -> u32 {
    match of.code() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => of.digits(),
    }
}

/// Units of so many decimal places in units of others, if nothing is left over.
fn scaled(minor: i64, from: u32, to: u32) -> Option<i64> {
    let by = 10_i64.checked_pow(from.abs_diff(to))?;
    if to >= from { minor.checked_mul(by) } else { (minor % by == 0).then(|| minor / by) }
}

/// An amount in Stripe's smallest units.
fn minor(of: Money) -> Result<i64, Trouble> {
    let minor = scaled(of.as_minor(), of.currency().digits(), digits(of.currency()));
    // Of currencies with three places, the last must be nothing.
    let fits = |it: &i64| of.currency().digits() < 3 || it % 10 == 0;
    let too_fine = || Trouble::lasting(format!("it does not take `{of}`"));
    minor.filter(fits).ok_or_else(too_fine)
}

/// An amount that Stripe tells.
fn money(of: &Value, field: &str) -> Result<Money, Trouble> {
    let unreadable = || Trouble::passing("it told of an amount that cannot be read");
    let currency = text(of, "currency").to_ascii_uppercase();
    let currency: Currency = currency.parse().map_err(|_| unreadable())?;
    let told = of[field].as_i64().ok_or_else(unreadable)?;
    let minor = scaled(told, digits(currency), currency.digits()).ok_or_else(unreadable)?;
    Ok(Money::minor(minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_out_in_the_units_that_stripe_wants() {
        let rows = [
            ("19.99", "EUR", Some(1999)),
            ("500", "JPY", Some(500)),
            ("5", "ISK", Some(500)),
            ("7.00", "MGA", Some(7)),
            ("7.20", "MGA", None),
            ("5.120", "KWD", Some(5120)),
            ("5.124", "KWD", None),
        ];
        for (amount, currency, expected) in rows {
            let currency: Currency = currency.parse().expect("a currency");
            let amount = Money::parse(amount, currency).expect("an amount");
            assert_eq!(minor(amount).ok(), expected, "{amount}");
            if let Some(minor) = expected {
                let code = currency.code().to_ascii_lowercase();
                let told = serde_json::json!({ "currency": code, "amount": minor });
                assert_eq!(money(&told, "amount"), Ok(amount));
            }
        }
    }
}
