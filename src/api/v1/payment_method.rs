//! `/accounts/{id}/payment_methods`: how an account pays, kept so that it need not be said each time.
//!
//! What a gateway or bank must have to charge a method comes in and never goes out again.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work, write};
use super::wire::{NoQuery, Whole, absent, parse, parse_optional, word};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::payment::mandate::{Mandate, Scheme, Use};
use crate::domain::payment::method::{self as domain, MethodDetails, MethodKind, SaidDetails};
use crate::domain::time::Date;
use crate::services::payment_method::{self, NewMethod};
use crate::services::{Act, Bss, Cx, Error, payment_method_page};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::PaymentMethodRead);
    let writes = Needs::Permission(Permission::PaymentMethodWrite);
    let (all, one) = ("/accounts/{id}/payment_methods", "/payment_methods/{id}");
    let usual = "/payment_methods/{id}/default";
    vec![
        read(all, reads, "List the payment methods of an account", list),
        write(Method::POST, all, writes, "Keep a payment method", add),
        work(
            Method::POST,
            "/accounts/{id}/payment_methods/page",
            writes,
            "Ask for the page of a gateway on which a card is put on file",
            (ORDINARY_BYTES_MAX, page),
        ),
        work(
            Method::POST,
            "/accounts/{id}/payment_methods/kept",
            writes,
            "Keep the card that was put on file on such a page",
            (ORDINARY_BYTES_MAX, keep),
        ),
        read(one, reads, "Read a payment method", show),
        write(Method::DELETE, one, writes, "Take a payment method away", remove),
        write(Method::POST, usual, writes, "Make it the default payment method", make_default),
    ]
}

/// How an account pays.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentMethod {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    account: String,
    /// What its holder calls it.
    name: String,
    /// `card`, `direct_debit`, `wallet`, `bank_transfer` and so on.
    kind: String,
    /// `active`, `expired`, `removed`, or `refused` where a bank will not let collect again.
    state: String,
    /// Whether it is taken where nothing else is said.
    default: bool,
    /// The gateway that knows the card or wallet.
    gateway: Option<String>,
    /// Who issued the card.
    brand: Option<String>,
    /// The last four signs of the card or bank account.
    last_digits: Option<String>,
    /// The last month in which the card can be used.
    expires: Option<String>,
    /// Who holds the bank account.
    holder: Option<String>,
    /// The reference of the mandate.
    mandate: Option<String>,
    /// When the mandate was signed.
    signed_on: Option<String>,
    /// By whose rules is collected: `core`, or `b2b` between businesses.
    scheme: Option<String>,
    /// For how much the mandate is: `recurrent` or `once`.
    uses: Option<String>,
    /// The first day on which the mandate can no longer be used, unless it is used before.
    ends_on: Option<String>,
}

impl Wire for PaymentMethod {}

impl PaymentMethod {
    fn of(it: &domain::PaymentMethod, today: Date) -> Self {
        let bare = Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            account: it.account.to_string(),
            name: it.name.to_string(),
            kind: it.details.kind().to_string(),
            state: it.state_on(today).to_string(),
            default: it.is_default,
            gateway: None,
            brand: None,
            last_digits: None,
            expires: None,
            holder: None,
            mandate: None,
            signed_on: None,
            scheme: None,
            uses: None,
            ends_on: None,
        };
        match &it.details {
            MethodDetails::Plain(_) => bare,
            MethodDetails::Card { gateway, brand, last_digits, expires_on, .. } => Self {
                gateway: Some(gateway.to_string()),
                brand: Some(brand.to_string()),
                last_digits: Some(last_digits.to_string()),
                expires: Some(month(expires_on.plus_days(-1))),
                ..bare
            },
            MethodDetails::DirectDebit { last_digits, holder, mandate, .. } => Self {
                last_digits: Some(last_digits.to_string()),
                holder: Some(holder.to_string()),
                mandate: Some(mandate.reference.to_string()),
                signed_on: Some(mandate.signed_on.to_string()),
                scheme: Some(mandate.scheme.to_string()),
                uses: Some(mandate.uses.to_string()),
                ends_on: Some(mandate.ends_on().to_string()),
                ..bare
            },
            MethodDetails::Wallet { gateway, .. } => {
                Self { gateway: Some(gateway.to_string()), ..bare }
            }
        }
    }
}

fn month(of: Date) -> String {
    of.to_string().chars().take(7).collect()
}

/// A payment method as an event on a day tells of it.
pub(super) fn told(it: &domain::PaymentMethod, on: Date) -> impl Wire + use<> {
    PaymentMethod::of(it, on)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<PaymentMethod>>, Error> {
    let (found, today) = (payment_method::list(cx, call.id("id")?)?, payment_method::today(cx));
    Ok(Reply::ok(Whole::of(found.iter().map(|it| PaymentMethod::of(it, today)).collect())))
}

fn shown(cx: Cx<'_>, it: &domain::PaymentMethod) -> Reply<PaymentMethod> {
    Reply::ok(PaymentMethod::of(it, payment_method::today(cx))).tagged(it.stamp.revision)
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<PaymentMethod>, Error> {
    Ok(shown(cx, &payment_method::get(cx, call.id("id")?)?))
}

/// A payment method to be kept. Never the number of a card: what its gateway calls it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPaymentMethod {
    /// `card`, `direct_debit`, `wallet`, `bank_transfer`, `cash`, `check` and so on.
    kind: String,
    /// What its holder calls it; after its details if nothing is said.
    name: Option<String>,
    /// Whether it is to be taken where nothing else is said; the first one is in any case.
    #[serde(default)]
    default: bool,
    /// The gateway that knows the card or wallet.
    gateway: Option<String>,
    /// What the gateway calls the card or wallet. It is kept sealed and shown to nobody.
    token: Option<String>,
    /// Who issued the card.
    brand: Option<String>,
    /// The last four digits of the card.
    last_digits: Option<String>,
    /// The last month in which the card can be used: `2029-08`.
    expires: Option<String>,
    /// The bank account. It is kept sealed, and shown to nobody but for its last four signs.
    iban: Option<String>,
    /// Who holds the bank account.
    holder: Option<String>,
    /// The reference of the mandate.
    mandate: Option<String>,
    /// When the mandate was signed.
    signed_on: Option<String>,
    /// By whose rules is collected: `core` if nothing is said, or `b2b` between businesses.
    scheme: Option<String>,
    /// For how much the mandate is: `recurrent` if nothing is said, or `once`.
    uses: Option<String>,
}

/// A field that a method of the kind must have.
fn given<T: std::str::FromStr>(pointer: &str, text: Option<&String>) -> Result<T, Invalid>
where
    T::Err: std::fmt::Display,
{
    let missing = || Invalid::one(pointer, "required", "must be given");
    parse(pointer, text.ok_or_else(missing)?)
}

/// The first day after a month: `2029-09-01` for `2029-08`.
fn after_month(text: Option<&String>) -> Result<Date, Invalid> {
    let month: String = given("/expires", text)?;
    let first = format!("{month}-01").parse::<Date>();
    let wrong = |_| Invalid::one("/expires", "format", "must be a month such as `2029-08`");
    Ok(first.map_err(wrong)?.plus_months(1))
}

/// The fields in which the details of a kind are said, and whether each must be.
pub(super) const fn asked_of(kind: MethodKind) -> &'static [(&'static str, bool)] {
    match kind {
        MethodKind::Card => &[
            ("gateway", true),
            ("token", true),
            ("brand", true),
            ("last_digits", true),
            ("expires", true),
        ],
        MethodKind::DirectDebit => &[
            ("iban", true),
            ("holder", true),
            ("mandate", true),
            ("signed_on", true),
            ("scheme", false),
            ("uses", false),
        ],
        MethodKind::Wallet => &[("gateway", true), ("token", true)],
        MethodKind::BankTransfer
        | MethodKind::Cash
        | MethodKind::Check
        | MethodKind::Voucher
        | MethodKind::Bucket => &[],
    }
}

impl NewPaymentMethod {
    /// Refuses what would be said of another kind.
    fn must_say_no_more(&self, kind: MethodKind) -> Result<(), Invalid> {
        let said = [
            ("gateway", &self.gateway),
            ("token", &self.token),
            ("brand", &self.brand),
            ("last_digits", &self.last_digits),
            ("expires", &self.expires),
            ("iban", &self.iban),
            ("holder", &self.holder),
            ("mandate", &self.mandate),
            ("signed_on", &self.signed_on),
            ("scheme", &self.scheme),
            ("uses", &self.uses),
        ];
        let is_asked = |field: &str| asked_of(kind).iter().any(|it| it.0 == field);
        for (field, value) in said.iter().filter(|it| !is_asked(it.0)) {
            absent(&format!("/{field}"), value.as_ref(), kind.word())?;
        }
        Ok(())
    }

    fn mandate(&self) -> Result<Mandate, Invalid> {
        Ok(Mandate {
            reference: given("/mandate", self.mandate.as_ref())?,
            signed_on: given("/signed_on", self.signed_on.as_ref())?,
            scheme: word("/scheme", self.scheme.as_deref())?.unwrap_or(Scheme::Core),
            uses: word("/uses", self.uses.as_deref())?.unwrap_or(Use::Recurrent),
            used_on: None,
        })
    }

    fn details(&self) -> Result<SaidDetails, Invalid> {
        let kind = parse("/kind", &self.kind)?;
        self.must_say_no_more(kind)?;
        match kind {
            MethodKind::Card => Ok(SaidDetails::Card {
                gateway: given("/gateway", self.gateway.as_ref())?,
                token: given("/token", self.token.as_ref())?,
                brand: given("/brand", self.brand.as_ref())?,
                last_digits: given("/last_digits", self.last_digits.as_ref())?,
                expires_on: after_month(self.expires.as_ref())?,
            }),
            MethodKind::DirectDebit => Ok(SaidDetails::DirectDebit {
                iban: given("/iban", self.iban.as_ref())?,
                holder: given("/holder", self.holder.as_ref())?,
                mandate: self.mandate()?,
            }),
            MethodKind::Wallet => Ok(SaidDetails::Wallet {
                gateway: given("/gateway", self.gateway.as_ref())?,
                token: given("/token", self.token.as_ref())?,
            }),
            kind @ (MethodKind::BankTransfer
            | MethodKind::Cash
            | MethodKind::Check
            | MethodKind::Voucher
            | MethodKind::Bucket) => Ok(SaidDetails::Plain(kind)),
        }
    }
}

fn add(
    act: &mut Act<'_>,
    call: &Call,
    body: NewPaymentMethod,
) -> Result<Reply<PaymentMethod>, Error> {
    let new = NewMethod {
        name: parse_optional("/name", body.name.as_deref())?,
        details: body.details()?,
        is_default: body.default,
    };
    let it = payment_method::add(act, call.id("id")?, new)?;
    let shown = PaymentMethod::of(&it, payment_method::today(act.cx()));
    Ok(Reply::created(format!("/api/v1/payment_methods/{}", it.id), shown)
        .tagged(it.stamp.revision))
}

/// Through which gateway a card is to be put on file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CardPageWish {
    /// The first of the seller if nothing is said.
    gateway: Option<String>,
}

/// Where the holder of the account puts a card on file. It comes back to its account, with what the
/// gateway calls the visit.
#[derive(Debug, Serialize, ToSchema)]
struct CardPage {
    page: String,
}

impl Wire for CardPage {}

fn page(bss: &Arc<Bss>, call: &Call, body: CardPageWish) -> Result<Reply<CardPage>, Error> {
    let gateway = parse_optional("/gateway", body.gateway.as_deref())?;
    let page = payment_method_page::page(bss, &call.author(), (call.id("id")?, gateway))?;
    Ok(Reply::ok(CardPage { page: page.to_string() }))
}

/// A visit to the page of a gateway on which a card was put on file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CardVisit {
    /// The first of the seller if nothing is said.
    gateway: Option<String>,
    /// What the gateway calls it.
    visit: String,
}

fn keep(bss: &Arc<Bss>, call: &Call, body: CardVisit) -> Result<Reply<PaymentMethod>, Error> {
    let gateway = parse_optional("/gateway", body.gateway.as_deref())?;
    let visit = (gateway, body.visit.as_str());
    let it = payment_method_page::keep(bss, call.author(), call.id("id")?, visit)?;
    let shown =
        bss.read(&call.actor, |cx| Ok(PaymentMethod::of(&it, payment_method::today(cx))))?;
    Ok(Reply::created(format!("/api/v1/payment_methods/{}", it.id), shown)
        .tagged(it.stamp.revision))
}

fn make_default(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<PaymentMethod>, Error> {
    let it = payment_method::make_default(act, call.id("id")?)?;
    Ok(shown(act.cx(), &it))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    payment_method::remove(act, call.id("id")?)?;
    Ok(Reply::no_content())
}
