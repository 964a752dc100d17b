//! `/checkouts`: paying through a gateway; `/sandbox/{id}/{token}`: the page of ours on which whoever
//! tries it says what becomes of a payment.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::payment::{Payment, whole};
use super::route::{Needs, Route, work};
use super::wire::{Money, parse, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AccountId, BillingAccountId};
use crate::domain::operator::Permission;
use crate::domain::payment::attempt::Reason;
use crate::services::checkout::{self, Wanted, What};
use crate::services::sandbox::{self, Choice};
use crate::services::{Bss, Error, debt};

pub(super) fn routes() -> Vec<Route> {
    let pays = Needs::Permission(Permission::PaymentMake);
    let (post, most) = (Method::POST, ORDINARY_BYTES_MAX);
    let page = "/sandbox/{id}/{token}";
    vec![
        work(post.clone(), "/checkouts", pays, "Pay through a gateway", (most, begin)),
        work(
            post.clone(),
            "/payments/{id}/follow",
            pays,
            "Ask the gateway what became of a payment",
            (most, follow),
        ),
        work(
            Method::GET,
            page,
            Needs::Nothing,
            "What is to be paid on a page of the sandbox",
            (most, show),
        ),
        work(
            post,
            page,
            Needs::Nothing,
            "Say what becomes of a payment in the sandbox",
            (most, choose),
        ),
    ]
}

/// What is to be paid: an invoice, or an amount of an account or billing account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCheckout {
    invoice: Option<String>,
    account: Option<String>,
    billing_account: Option<String>,
    /// How much; if nothing is said, of an invoice all that is open, and of a billing account all that is
    /// owed on it and not on its way already.
    amount: Option<Money>,
    /// With which method on file; chosen at the gateway if nothing is said.
    payment_method: Option<String>,
    /// Through which gateway; through the first of the seller if nothing is said.
    gateway: Option<String>,
}

impl NewCheckout {
    /// What is to be paid, or the billing account of which it is all that is owed.
    fn what(&self) -> Result<Result<What, BillingAccountId>, Error> {
        let amount = self.amount.as_ref().map(|it| it.read("/amount")).transpose()?;
        let invoice = parse_optional("/invoice", self.invoice.as_deref())?;
        let billing_account = parse_optional("/billing_account", self.billing_account.as_deref())?;
        let account = parse_optional("/account", self.account.as_deref())?;
        match (invoice, billing_account, account) {
            (Some(id), None, None) => Ok(Ok(What::Invoice(id, amount))),
            (None, Some(id), None) => Ok(amount.map(|it| What::BillingAccount(id, it)).ok_or(id)),
            (None, None, Some(id)) => {
                let message = "must be given where an account is named";
                let needed = || Invalid::one("/amount", "required", message);
                Ok(Ok(What::Account(id, amount.ok_or_else(needed)?)))
            }
            (None, None, None) => {
                let message = "must name the invoice, the account or the billing account";
                Err(Invalid::one("/invoice", "required", message).into())
            }
            _ => {
                let message = "must be the only one of `invoice`, `account` and `billing_account`";
                Err(Invalid::one("/invoice", "conflict", message).into())
            }
        }
    }
}

fn begin(bss: &Arc<Bss>, call: &Call, body: NewCheckout) -> Result<Reply<Payment>, Error> {
    let method = parse_optional("/payment_method", body.payment_method.as_deref())?;
    let gateway = parse_optional("/gateway", body.gateway.as_deref())?;
    let it = match body.what()? {
        Ok(what) => checkout::begin(bss, call.author(), Wanted { what, method, gateway })?,
        Err(all_of) => {
            let begun = debt::begin_owed(bss, call.author(), all_of, (method, gateway))?;
            let why = format!("nothing is owed on `{all_of}` that is not on its way already");
            begun.ok_or_else(|| Rejection::new(Code::PaymentExceeds, why))?
        }
    };
    let shown = bss.read(&call.actor, |cx| whole(cx, &it))?;
    let path = format!("/api/v1/payments/{}", it.id);
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

fn follow(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<Payment>, Error> {
    let it = checkout::follow(bss, &call.actor, call.id("id")?)?;
    let shown = bss.read(&call.actor, |cx| whole(cx, &it))?;
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// What is to be paid on a page of the sandbox, or whose card is put on file there.
#[derive(Debug, Serialize, ToSchema)]
struct SandboxPage {
    /// `null` where a card is put on file.
    amount: Option<Money>,
    /// What the gateway is called.
    name: String,
    /// What for.
    text: String,
    /// How far the payment is; `null` where a card is put on file.
    state: Option<String>,
    /// Where the payer goes back to.
    back: String,
}

impl Wire for SandboxPage {}

fn token(call: &Call) -> &str {
    call.path.get("token").map(String::as_str).unwrap_or_default()
}

/// The account whose card is put on file on a page, if it is none for a payment.
fn account(call: &Call) -> Result<Option<AccountId>, Error> {
    let is_account = call.path.get("id").is_some_and(|it| it.starts_with("acc_"));
    Ok(if is_account { Some(call.id("id")?) } else { None })
}

fn show(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<SandboxPage>, Error> {
    let it = match account(call)? {
        Some(id) => sandbox::show_card(bss, id, token(call))?,
        None => sandbox::show(bss, call.id("id")?, token(call))?,
    };
    Ok(Reply::ok(SandboxPage {
        amount: it.amount.map(Money::from),
        name: it.name,
        text: it.text,
        state: it.state.map(|it| it.to_string()),
        back: it.back,
    }))
}

/// What is to become of a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SandboxChoice {
    /// `pay`, `pay_twice`, `pay_late`, `silence`, or why it is declined: `insufficient_funds`,
    /// `method_expired`, `not_authenticated`, `called_off`, `refused`.
    outcome: String,
}

/// Where the payer goes.
#[derive(Debug, Serialize, ToSchema)]
struct SandboxEnd {
    back: String,
}

impl Wire for SandboxEnd {}

fn choose(bss: &Arc<Bss>, call: &Call, body: SandboxChoice) -> Result<Reply<SandboxEnd>, Error> {
    let choice = match body.outcome.as_str() {
        "pay" => Choice::Pay,
        "pay_twice" => Choice::PayTwice,
        "pay_late" => Choice::PayLate,
        "silence" => Choice::Silence,
        other => Choice::Decline(parse::<Reason>("/outcome", other)?),
    };
    let back = match account(call)? {
        Some(id) => sandbox::choose_card(bss, id, (token(call), choice))?,
        None => sandbox::choose(bss, call.id("id")?, (token(call), choice))?,
    };
    Ok(Reply::ok(SandboxEnd { back }))
}
