//! The page of the sandbox: where whoever tries a payment says what becomes of it.
//!
//! What is said there comes to us as what a real gateway says: as a signed call-back through the same
//! door, before the payer is back, after it, or twice; or not at all.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::call_back::{self, Heard};
use super::{Author, Bss, Error, checkout, gateway, payment_method_page};
use crate::domain::account::Account;
use crate::domain::id::{AccountId, Id, PaymentId};
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::payment::Payment;
use crate::domain::payment::attempt::Reason;
use crate::domain::payment::gateway::{Gateway, GatewayKind};
use crate::domain::payment::lifecycle::State;
use crate::domain::text::WebAddress;
use crate::store::Records;
use crate::world::gateway::Script;

/// What whoever tries it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The money comes in.
    Pay,
    /// It does, and that is said twice.
    PayTwice,
    /// It does, and that is said when the payer is back.
    PayLate,
    /// The bank says no.
    Decline(Reason),
    /// Nothing is ever said.
    Silence,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How much is to be paid; `None` where a card is put on file.
    pub amount: Option<Money>,
    /// What the gateway is called.
    pub name: String,
    /// What for.
    pub text: String,
    /// How far the payment is.
    pub state: Option<State>,
    /// Where the payer goes back to.
    pub back: String,
}

/// What only the page for a payment knows.
pub(super) fn token(secret: &str, payment: PaymentId) -> String {
    URL_SAFE_NO_PAD.encode(mac(secret, payment).finalize().into_bytes())
}

fn mac(secret: &str, payment: PaymentId) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    mac.expect("any length is a key").chain_update(b"page ").chain_update(payment.to_bytes())
}

/// The payment for which the page is, if it is one.
fn found(bss: &Bss, id: PaymentId, shown: &str) -> Result<(Payment, Gateway), Error> {
    let missing = || Error::not_found(id);
    let found = bss.read(&Actor::duty("sandbox"), |cx| {
        let payment = cx.view.find::<Payment>(id)?.ok_or_else(missing)?;
        let gateway = payment.attempt.as_ref().map(|it| it.gateway).ok_or_else(missing)?;
        let gateway = cx.view.find::<Gateway>(gateway)?.ok_or_else(missing)?;
        Ok((payment, gateway))
    })?;
    if found.1.kind != GatewayKind::Sandbox {
        return Err(missing());
    }
    let bytes = URL_SAFE_NO_PAD.decode(shown).unwrap_or_default();
    let fits = mac(&gateway::signing(bss, &found.1)?, id).verify_slice(&bytes).is_ok();
    if fits { Ok(found) } else { Err(missing()) }
}

/// What only the page for a card of an account knows.
fn card_token(secret: &str, account: AccountId) -> String {
    URL_SAFE_NO_PAD.encode(card_mac(secret, account).finalize().into_bytes())
}

fn card_mac(secret: &str, account: AccountId) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mac = mac.expect("any length is a key").chain_update(b"card page ");
    mac.chain_update(account.to_bytes())
}

/// The page on which a card of an account is put on file.
pub(super) fn card_page(
    bss: &Bss,
    gateway: &Gateway,
    account: AccountId,
) -> Result<WebAddress, Error> {
    let token = card_token(&gateway::signing(bss, gateway)?, account);
    let page = bss.site().link(&format!("/ui/sandbox?payment={account}&token={token}"));
    page.parse().map_err(Error::internal)
}

/// The account for whose card the page is, and the sandbox that it is of, if it is one.
fn card_found(bss: &Bss, id: AccountId, shown: &str) -> Result<(Account, Gateway), Error> {
    let missing = || Error::not_found(id);
    let (account, gateways) = bss.read(&Actor::duty("sandbox"), |cx| {
        let account = cx.view.find::<Account>(id)?.ok_or_else(missing)?;
        let gateways = gateway::of(cx, account.stamp.seller)?;
        Ok((account, gateways))
    })?;
    let bytes = URL_SAFE_NO_PAD.decode(shown).unwrap_or_default();
    for it in gateways.into_iter().filter(|it| it.kind == GatewayKind::Sandbox) {
        if card_mac(&gateway::signing(bss, &it)?, id).verify_slice(&bytes).is_ok() {
            return Ok((account, it));
        }
    }
    Err(missing())
}

/// What the page for a card of an account shows.
///
/// # Errors
/// [`Error::NotFound`] if the address is wrong.
pub fn show_card(bss: &Bss, id: AccountId, token: &str) -> Result<Shown, Error> {
    let (account, gateway) = card_found(bss, id, token)?;
    Ok(Shown {
        amount: None,
        name: gateway.name.to_string(),
        text: account.profile().name.to_string(),
        state: None,
        back: payment_method_page::back(bss, id, &gateway.code),
    })
}

/// Puts a card on file that pays, or of which the bank says no. Answers with where its holder goes.
///
/// # Errors
/// [`Error::NotFound`] if the address is wrong.
pub fn choose_card(
    bss: &Bss,
    id: AccountId,
    (token, choice): (&str, Choice),
) -> Result<String, Error> {
    let (_, gateway) = card_found(bss, id, token)?;
    let refused = match choice {
        Choice::Decline(reason) => Some(reason),
        Choice::Pay | Choice::PayTwice | Choice::PayLate | Choice::Silence => None,
    };
    let visit = gateway::sandbox(bss, &gateway, None)?.visit(id, refused);
    Ok(payment_method_page::back(bss, id, &gateway.code) + &visit)
}

/// What the page for a payment shows.
///
/// # Errors
/// [`Error::NotFound`] if the address is wrong.
pub fn show(bss: &Bss, id: PaymentId, token: &str) -> Result<Shown, Error> {
    let (payment, gateway) = found(bss, id, token)?;
    let text = bss.read(&Actor::duty("sandbox"), |cx| checkout::text(cx, &payment))?;
    Ok(Shown {
        amount: Some(payment.amount()),
        name: gateway.name.to_string(),
        text,
        state: Some(payment.state()),
        back: checkout::back(bss, &payment),
    })
}

/// Lets become of a payment what whoever tries it says. Answers with where the payer goes.
///
/// # Errors
/// [`Error::NotFound`] if the address is wrong; if a call-back is refused.
pub fn choose(
    bss: &Arc<Bss>,
    id: PaymentId,
    (token, choice): (&str, Choice),
) -> Result<String, Error> {
    let (payment, gateway) = found(bss, id, token)?;
    let times = match choice {
        Choice::Pay | Choice::Decline(_) => 1,
        Choice::PayTwice => 2,
        Choice::PayLate | Choice::Silence => 0,
    };
    let script = match choice {
        Choice::Decline(reason) => Script::Declines(reason),
        Choice::Pay | Choice::PayTwice | Choice::PayLate | Choice::Silence => Script::Pays,
    };
    let wall = bss.moment().wall;
    let port = gateway::sandbox(bss, &gateway, Some(id))?;
    let (headers, body) = port.call((id, payment.amount()), script, wall);
    for _ in 0..times {
        call_back::hear(bss, gateway.id, Heard { headers: &headers, body: &body })?;
    }
    if choice == Choice::PayLate {
        let author = Author::of(Actor::duty("sandbox"));
        bss.act(author, move |act| checkout::remind(act, id, "captured")).wait()?;
    }
    Ok(checkout::back(bss, &payment))
}
