//! The sandbox: a gateway of our own with which nothing is paid.
//!
//! What becomes of a payment is said by whoever tries it: on its page, or by the token of the method,
//! so that tests need no page. Its call-backs are signed and believed like those of any other.

use serde::{Deserialize, Serialize};

use super::{
    CallBack, Charge, Gateway, GiveBack, GivenBack, Kept, Notice, Return, SetUp, Trouble, Unheard,
    signature, told,
};
use crate::domain::id::{AccountId, PaymentId};
use crate::domain::money::Money;
use crate::domain::payment::attempt::{Decline, Outcome, Reason, Said};
use crate::domain::text::WebAddress;
use crate::domain::time::Instant;
use crate::world::http::Web;

/// What the header is called that holds the signature of a call-back.
pub(super) const SIGNATURE: &str = "sandbox-signature";
/// The tokens that say what becomes of a payment begin so.
const TOKEN: &str = "sandbox_";

/// The gateway.
pub struct Sandbox {
    /// What its call-backs are signed with.
    secret: String,
    /// Where the page for a payment is: the gateway only knows that there is one.
    page: WebAddress,
}

/// What somebody who tries it says that becomes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// The money comes in.
    Pays,
    /// The bank says no.
    Declines(Reason),
}

/// A call-back, as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Call {
    id: String,
    payment: String,
    outcome: String,
    reason: Option<String>,
    amount: String,
    currency: String,
}

impl Sandbox {
    /// The gateway with the secret of its call-backs, and its page for a payment.
    #[must_use]
    pub const fn new(secret: String, page: WebAddress) -> Self {
        Self { secret, page }
    }

    /// A call-back as the gateway sends it: its headers and its body.
    #[must_use]
    pub fn call(
        &self,
        (payment, amount): (PaymentId, Money),
        script: Script,
        wall: Instant,
    ) -> (Vec<(String, String)>, Vec<u8>) {
        let (outcome, reason) = match script {
            Script::Pays => ("captured", None),
            Script::Declines(reason) => ("declined", Some(reason.to_string())),
        };
        let call = Call {
            id: format!("evt_{payment}_{outcome}"),
            payment: payment.to_string(),
            outcome: outcome.to_owned(),
            reason,
            amount: amount.decimal().to_string(),
            currency: amount.currency().to_string(),
        };
        let body = serde_json::to_vec(&call).expect("a call has only what JSON can write");
        let signature = signature::sign(&self.secret, &body, wall);
        (vec![(SIGNATURE.to_owned(), signature)], body)
    }

    /// What a visit to its page is called on which somebody put a card on file that pays, or of which
    /// the bank says no.
    #[must_use]
    pub fn visit(&self, of: AccountId, refused: Option<Reason>) -> String {
        let word = refused.map_or_else(|| "ok".to_owned(), |it| it.to_string());
        let seal = signature::seal(&self.secret, &visited(of, &word));
        format!("{word}.{seal}")
    }

    /// What a token says that becomes of a payment.
    fn scripted(&self, of: &Charge<'_>, token: &str) -> Result<Said, Trouble> {
        let reference = format!("sandbox-{}", of.payment);
        let (word, count) = token.rsplit_once("_after_").unwrap_or((token, "0"));
        let count: u16 = count.parse().unwrap_or_default();
        let outcome = match word.strip_prefix(TOKEN).unwrap_or_default() {
            "ok" if of.tries <= count => declined(Reason::Refused),
            "ok" => Outcome::Captured(of.amount),
            "pending" => Outcome::Pending,
            "three_d" => Outcome::Page(self.page.clone()),
            "unreachable" => return Err(Trouble::passing("the sandbox does not answer")),
            "refund_fails" => Outcome::Captured(of.amount),
            other => declined(other.parse().unwrap_or(Reason::MethodUnusable)),
        };
        Ok(Said { reference: reference.parse().ok(), memo: None, outcome })
    }
}

fn visited(of: AccountId, word: &str) -> Vec<u8> {
    format!("card {of} {word}").into_bytes()
}

fn declined(reason: Reason) -> Outcome {
    Outcome::Declined(Decline { reason, told: told("the sandbox was told to say no") })
}

impl Gateway for Sandbox {
    fn charge(&self, _: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        match of.token {
            Some(token) => self.scripted(of, token),
            None => {
                let reference = format!("sandbox-{}", of.payment).parse().ok();
                let outcome = Outcome::Page(self.page.clone());
                Ok(Said { reference, memo: None, outcome })
            }
        }
    }

    /// It forgets nothing, for it remembers nothing.
    fn find(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Option<Said>, Trouble> {
        self.charge(web, of).map(Some)
    }

    /// It knows what the payer has said on its page, if that was not called back at once.
    fn look(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble> {
        match (of.memo, of.token) {
            (Some("captured"), _) => Ok(Said::only(Outcome::Captured(of.amount))),
            (_, Some(_)) => self.charge(web, of),
            (_, None) => Ok(Said::only(Outcome::Pending)),
        }
    }

    fn refund(&self, _: &dyn Web, of: &GiveBack<'_>) -> Result<GivenBack, Trouble> {
        let outcome = match of.token {
            Some("sandbox_refund_fails") => Return::Failed(told("the bank took it not")),
            Some(_) | None => Return::Done,
        };
        Ok(GivenBack { reference: format!("sandbox-{}", of.refund).parse().ok(), outcome })
    }

    fn set_up(&self, _: &dyn Web, _: &SetUp<'_>) -> Result<WebAddress, Trouble> {
        Ok(self.page.clone())
    }

    /// What was said on its page is told by the visit itself, which only the sandbox can sign.
    fn kept(&self, _: &dyn Web, of: AccountId, visit: &str) -> Result<Option<Kept>, Trouble> {
        let Some((word, seal)) = visit.rsplit_once('.') else { return Ok(None) };
        let is_its_own = signature::is_of(&self.secret, &visited(of, word), seal);
        Ok(is_its_own.then(|| Kept {
            token: format!("{TOKEN}{word}"),
            brand: "Visa".to_owned(),
            last_digits: if word == "ok" { "4242" } else { "0002" }.to_owned(),
            expires: (12, 2099),
        }))
    }

    fn hear(&self, _: &dyn Web, call: &CallBack<'_>) -> Result<Vec<Notice>, Unheard> {
        let signed = (call.header(SIGNATURE), call.body);
        signature::verify(&self.secret, signed, call.wall)?;
        let unreadable = |_| Unheard::Unreadable;
        let it: Call = serde_json::from_slice(call.body).map_err(unreadable)?;
        let payment = it.payment.parse().map_err(|_| Unheard::Unreadable)?;
        let currency = it.currency.parse().map_err(|_| Unheard::Unreadable)?;
        let amount = Money::parse(&it.amount, currency).map_err(|_| Unheard::Unreadable)?;
        let reason = it.reason.and_then(|it| it.parse().ok());
        let outcome = match it.outcome.as_str() {
            "captured" => Outcome::Captured(amount),
            "authorized" => Outcome::Authorized,
            "declined" => declined(reason.unwrap_or(Reason::Refused)),
            "expired" => Outcome::Expired,
            _ => return Err(Unheard::Unreadable),
        };
        Ok(vec![Notice::Payment(payment, Said::only(outcome))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use crate::domain::money::Currency;
    use crate::domain::payment::attempt::Initiative;
    use crate::world::http::{Response, ScriptedWeb};

    fn sandbox() -> Sandbox {
        let page = "https://shop.example/ui/sandbox".parse().expect("an address");
        Sandbox::new("secret".to_owned(), page)
    }

    fn payment() -> PaymentId {
        PaymentId::from_uuid(uuid::Uuid::from_u128(1))
    }

    fn charge(token: Option<&str>, tries: u16) -> String {
        let of = Charge {
            payment: payment(),
            amount: Money::minor(100, Currency::EUR),
            text: "",
            token,
            initiative: Initiative::House,
            tries,
            back: "",
            reference: None,
            memo: None,
        };
        let web = ScriptedWeb::answering(|_| Ok(Response::new(500, "")));
        match sandbox().charge(&web, &of) {
            Err(trouble) => format!("trouble, passing: {}", trouble.is_passing),
            Ok(said) => match said.outcome {
                Outcome::Page(_) => "page".to_owned(),
                Outcome::Pending => "pending".to_owned(),
                Outcome::Authorized => "authorized".to_owned(),
                Outcome::Captured(amount) => amount.to_string(),
                Outcome::Declined(it) => it.reason.to_string(),
                Outcome::Expired => "expired".to_owned(),
            },
        }
    }

    #[test]
    fn a_token_says_what_becomes_of_a_payment() {
        let rows = [
            (None, "page"),
            (Some("sandbox_ok"), "1.00 EUR"),
            (Some("sandbox_ok_after_2"), "refused"),
            (Some("sandbox_pending"), "pending"),
            (Some("sandbox_three_d"), "page"),
            (Some("sandbox_insufficient_funds"), "insufficient_funds"),
            (Some("sandbox_method_expired"), "method_expired"),
            (Some("sandbox_unreachable"), "trouble, passing: true"),
            (Some("pm_other"), "method_unusable"),
        ];
        for (token, expected) in rows {
            assert_eq!(charge(token, 2), expected, "{token:?}");
        }
        assert_eq!(charge(Some("sandbox_ok_after_2"), 3), "1.00 EUR");
    }

    #[test]
    fn what_it_calls_is_heard_and_what_others_call_is_not() {
        let web = ScriptedWeb::answering(|_| Ok(Response::new(500, "")));
        let wall = Instant::from_micros(1_000_000_000).expect("in range");
        let of = (payment(), Money::minor(100, Currency::EUR));
        let (headers, body) = sandbox().call(of, Script::Pays, wall);
        let hear = |headers: &[(String, String)], body: &[u8]| {
            sandbox().hear(&web, &CallBack { headers, body, wall })
        };
        let said = Said::only(Outcome::Captured(of.1));
        assert_eq!(hear(&headers, &body), Ok(vec![Notice::Payment(of.0, said)]));
        assert_eq!(hear(&[], &body), Err(Unheard::Unsigned));
        assert_eq!(hear(&headers, b"{}"), Err(Unheard::Forged));
    }
}
