//! Gateways: those who take in money for us, each in its own words.
//!
//! What is asked is asked again after a break, under the same id, and a gateway does it once. It forgets
//! those ids: what was asked long ago is looked for before it is asked again. What it says on its own account is believed only if it can prove that it says it.

mod paypal;
mod sandbox;
mod signature;
mod stripe;

pub use self::paypal::{Paypal, Tokens};
pub use self::sandbox::{Sandbox, Script};
pub use self::stripe::Stripe;
use super::http::{Response, Web, WebError};
use crate::domain::id::{AccountId, PaymentId, RefundId};
use crate::domain::money::Money;
use crate::domain::payment::attempt::{Initiative, Said};
use crate::domain::text::{Name, Prose, WebAddress};
use crate::domain::time::Instant;

/// Somebody who takes in money for us. Whatever waits for an answer waits here, never inside an act.
pub trait Gateway: Send + Sync {
    /// Asks for a payment, for the first time or again.
    ///
    /// # Errors
    /// If nothing can be said of what became of it.
    fn charge(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble>;

    /// Finds out whether it knows of a payment that it was asked for so long ago that it may not know any
    /// more that asking again is the same once more. Nothing if it does not know of it.
    ///
    /// # Errors
    /// If nobody can say that.
    fn find(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Option<Said>, Trouble>;

    /// Asks what became of a payment that it was asked for.
    ///
    /// # Errors
    /// If nothing can be said of that.
    fn look(&self, web: &dyn Web, of: &Charge<'_>) -> Result<Said, Trouble>;

    /// Asks for a part of a payment to go back, for the first time or again; or how far it is, once the
    /// gateway has given it a name: keys under which one asks again are forgotten after some hours.
    ///
    /// # Errors
    /// If nothing can be said of what became of it.
    fn refund(&self, web: &dyn Web, of: &GiveBack<'_>) -> Result<GivenBack, Trouble>;

    /// Asks for a page on which the holder of an account puts a card on file, without paying anything.
    ///
    /// # Errors
    /// If there is none, or the gateway keeps no cards so.
    fn set_up(&self, web: &dyn Web, of: &SetUp<'_>) -> Result<WebAddress, Trouble>;

    /// What the holder of an account has put on file on such a page, by what the gateway calls the visit;
    /// nothing if it was not the account's, or nothing came of it.
    ///
    /// # Errors
    /// If nobody can say that.
    fn kept(&self, web: &dyn Web, of: AccountId, visit: &str) -> Result<Option<Kept>, Trouble>;

    /// What it says on its own account. Nothing for what does not concern us.
    ///
    /// # Errors
    /// If it cannot be proven that the gateway says so.
    fn hear(&self, web: &dyn Web, call: &CallBack<'_>) -> Result<Vec<Notice>, Unheard>;
}

/// A payment, as a gateway is asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// What it is known by, however often it is asked for.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// What for, as the payer reads it.
    pub text: &'a str,
    /// What the gateway calls the card or its like; `None` if the payer chooses on its page.
    pub token: Option<&'a str>,
    /// Who wants it.
    pub initiative: Initiative,
    /// The how many-th it is of those that follow each other.
    pub tries: u16,
    /// Where the payer goes back to.
    pub back: &'a str,
    /// What the gateway calls it, if it has said so.
    pub reference: Option<&'a str>,
    /// What it must be reminded of.
    pub memo: Option<&'a str>,
}

/// A card that is to be put on file, as a gateway is asked for the page for it.
#[derive(Debug, Clone, Copy)]
pub struct SetUp<'a> {
    /// Whose it is.
    pub account: AccountId,
    /// What no other visit has: the same is asked for once.
    pub once: &'a str,
    /// Where its holder goes back to; what the gateway calls the visit is put after it.
    pub back: &'a str,
}

/// A card that a gateway has put on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it calls the card.
    pub token: String,
    /// Who issued it.
    pub brand: String,
    /// The last four digits.
    pub last_digits: String,
    /// The last month in which it can be used, and its year.
    pub expires: (u8, i32),
}

/// Money that is to go back, as a gateway is asked for it.
#[derive(Debug, Clone, Copy)]
pub struct GiveBack<'a> {
    /// What it is known by, however often it is asked for.
    pub refund: RefundId,
    /// How much.
    pub amount: Money,
    /// What the gateway calls the payment.
    pub reference: Option<&'a str>,
    /// What it must be reminded of.
    pub memo: Option<&'a str>,
    /// With what it was paid, if that was on file.
    pub token: Option<&'a str>,
    /// What the gateway calls what it sent, if it has said so.
    pub sent: Option<&'a str>,
}

/// What a gateway says of money that is to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// What it calls it, if it says so.
    pub reference: Option<Name>,
    /// What became of it.
    pub outcome: Return,
}

/// What became of money that is to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Return {
    /// It is on its way.
    Sent,
    /// It has arrived.
    Done,
    /// It will not arrive.
    Failed(Prose),
}

/// Something that a gateway says on its own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Of a payment.
    Payment(PaymentId, Said),
    /// Of what says itself that it is about a payment, as anybody may who has it made: that is so if it
    /// goes by the name by which the gateway has called that payment before.
    Claimed(PaymentId, Said),
    /// Of money that is to go back.
    Refund(RefundId, GivenBack),
    /// That the payer's bank has taken a payment back, or a part of it.
    Reversed(PaymentId, Reversal),
    /// That it has given it back again, by the name of the reversal.
    Reinstated(PaymentId, Name),
    /// That something has become of a payment, which it must be asked for.
    Ask(PaymentId),
}

/// Money that the payer's bank has taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// What the gateway calls it.
    pub reference: Name,
    /// How much.
    pub amount: Money,
}

/// A request that says it comes from a gateway.
#[derive(Debug, Clone, Copy)]
pub struct CallBack<'a> {
    /// What was said beside the body, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// When it came.
    pub wall: Instant,
}

impl<'a> CallBack<'a> {
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// Why a call-back is not believed, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// It is not signed.
    #[error("it is not signed")]
    Unsigned,
    /// Its signature is not that of the gateway.
    #[error("its signature does not fit")]
    Forged,
    /// It was signed too long ago, or is yet to be.
    #[error("it was not signed just now")]
    Dated,
    /// It is signed, and cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// Whoever could say whether it is genuine does not answer.
    #[error("nobody says whether it is genuine")]
    Unproven,
}

/// Why nothing can be said of what became of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What went wrong, for people.
    pub told: String,
    /// Whether the same may fare better another time; if not, nothing has become of it.
    pub is_passing: bool,
    /// Whether it is certain that nothing of what was asked has left.
    pub never_left: bool,
}

impl Trouble {
    fn lasting(told: impl Into<String>) -> Self {
        Self { told: told.into(), is_passing: false, never_left: false }
    }

    fn passing(told: impl Into<String>) -> Self {
        Self { told: told.into(), is_passing: true, never_left: false }
    }

    /// What an answer says that is none to our question.
    fn answered(response: &Response, says: &str) -> Self {
        let is_passing = matches!(response.status, 408 | 409 | 425 | 429 | 500..);
        let says = if says.is_empty() { String::new() } else { format!(": {says}") };
        let told = format!("it answered {}{says}", response.status);
        Self { told, is_passing, never_left: false }
    }
}

impl From<WebError> for Trouble {
    fn from(it: WebError) -> Self {
        let never_left = matches!(it, WebError::NotConnected(_));
        Self { told: it.to_string(), is_passing: it.is_passing(), never_left }
    }
}

/// A text of a gateway as one that can be kept.
fn told(text: &str) -> Prose {
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let text: String = text.chars().take(300).map(plain).collect();
    text.parse().expect("it is short and without controls")
}

/// The JSON of an answer.
fn json(response: &Response) -> serde_json::Value {
    serde_json::from_slice(&response.body).unwrap_or_default()
}
