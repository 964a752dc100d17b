//! `/letterheads`: what the papers of a seller say of it, and how they look.

use std::sync::Arc;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work};
use super::wire::{List, NoQuery, SoldBy, parse, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::billing::letterhead as domain;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::payment::mandate::Creditor;
use crate::services::label::Labels;
use crate::services::{Bss, Cx, Error, catalog, letterhead};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SettingsRead);
    let writes = Needs::Permission(Permission::SettingsWrite);
    vec![
        read("/letterheads", reads, "List letterheads, of which the newest holds", list),
        read("/letterheads/{id}", reads, "Read a letterhead", show),
        work(
            Method::POST,
            "/letterheads",
            writes,
            "Write a new letterhead",
            (ORDINARY_BYTES_MAX, create),
        ),
    ]
}

/// What the papers of a seller say and how they look.
#[derive(Debug, Serialize, ToSchema)]
struct Letterhead {
    id: String,
    revision: u32,
    created_at: String,
    /// Whose it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    bank: Option<LetterheadBank>,
    /// As whom the seller collects by mandate into that account; `null` if it does not.
    creditor: Option<LetterheadCreditor>,
    /// In which register the seller stands, under which number.
    registration: Option<String>,
    /// Who speaks for it.
    management: Option<String>,
    /// Until when and how it is to be paid, in its own words.
    payment_terms: Option<String>,
    /// In which color headings and rules are: `#2f5bd7`.
    color: String,
    /// The logo: a picture in the PNG format, in Base64.
    logo: Option<String>,
    /// Which address the mails of the seller come from; `null` for that of the server.
    mail_from: Option<String>,
}

impl Wire for Letterhead {}

/// Where the seller is paid.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterheadBank {
    /// Whose account it is; the seller's if nothing is said.
    holder: Option<String>,
    iban: String,
    bic: Option<String>,
    /// What the bank is called.
    bank: Option<String>,
}

impl From<&domain::BankAccount> for LetterheadBank {
    fn from(it: &domain::BankAccount) -> Self {
        Self {
            holder: it.holder.as_ref().map(ToString::to_string),
            iban: it.iban.to_string(),
            bic: it.bic.as_ref().map(ToString::to_string),
            bank: it.bank.as_ref().map(ToString::to_string),
        }
    }
}

impl LetterheadBank {
    fn read(&self) -> Result<domain::BankAccount, Invalid> {
        Ok(domain::BankAccount {
            holder: parse_optional("/bank/holder", self.holder.as_deref())?,
            iban: parse("/bank/iban", &self.iban)?,
            bic: parse_optional("/bank/bic", self.bic.as_deref())?,
            bank: parse_optional("/bank/bank", self.bank.as_deref())?,
        })
    }
}

/// As whom the seller collects by SEPA direct debit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterheadCreditor {
    /// By what banks know it: `DE98ZZZ09999999999`.
    id: String,
    /// So many days before it is collected a payer is told: from 1 to 60, and 14 if nothing is said.
    notice_days: Option<u16>,
}

impl From<&Creditor> for LetterheadCreditor {
    fn from(it: &Creditor) -> Self {
        Self { id: it.id.to_string(), notice_days: Some(it.notice_days) }
    }
}

impl LetterheadCreditor {
    fn read(&self) -> Result<Creditor, Invalid> {
        Ok(Creditor {
            id: parse("/creditor/id", &self.id)?,
            notice_days: self.notice_days.unwrap_or(Creditor::NOTICE_DAYS),
        })
    }
}

impl From<&domain::Letterhead> for Letterhead {
    fn from(it: &domain::Letterhead) -> Self {
        let (says, look) = (&it.says, &it.look);
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            sold_by: SoldBy::default(),
            bank: says.bank.as_ref().map(LetterheadBank::from),
            creditor: says.collects.as_ref().map(LetterheadCreditor::from),
            registration: says.registration.as_ref().map(ToString::to_string),
            management: says.management.as_ref().map(ToString::to_string),
            payment_terms: says.payment_terms.as_ref().map(ToString::to_string),
            color: look.color.to_string(),
            logo: look.logo.as_ref().map(|it| STANDARD.encode(it.png())),
            mail_from: it.mail_from.as_ref().map(ToString::to_string),
        }
    }
}

/// How an invoice is written, as it was copied in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvoiceImprint {
    /// In which language: `de`, `en_US`.
    locale: String,
    /// The number of the customer.
    customer: u64,
    /// What the customer calls what it pays here.
    reference: Option<String>,
    /// The letterhead that held; `null` if there was none.
    letterhead: Option<String>,
    /// Where it is paid.
    bank: Option<LetterheadBank>,
    registration: Option<String>,
    management: Option<String>,
    payment_terms: Option<String>,
}

impl From<&domain::Imprint> for InvoiceImprint {
    fn from(it: &domain::Imprint) -> Self {
        let says = &it.says;
        Self {
            locale: it.locale.to_string(),
            customer: it.customer,
            reference: it.reference.as_ref().map(ToString::to_string),
            letterhead: it.letterhead.map(|it| it.to_string()),
            bank: says.bank.as_ref().map(LetterheadBank::from),
            registration: says.registration.as_ref().map(ToString::to_string),
            management: says.management.as_ref().map(ToString::to_string),
            payment_terms: says.payment_terms.as_ref().map(ToString::to_string),
        }
    }
}

/// A letterhead as an event tells of it.
pub(super) fn told(it: &domain::Letterhead) -> impl Wire + use<> {
    Letterhead::from(it)
}

/// Whose letterheads are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterheadQuery {
    /// The account that sells; all that the caller may see if nothing is said.
    seller: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: LetterheadQuery) -> Result<Reply<List<Letterhead>>, Error> {
    let named = parse_optional("seller", query.seller.as_deref())?;
    let seller = named.map(|it| catalog::seller_at(cx, "seller", Some(it))).transpose()?;
    let page = letterhead::list(cx, seller, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Letterhead { sold_by, ..Letterhead::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Letterhead>, Error> {
    let it = letterhead::get(cx, call.id("id")?)?;
    Ok(Reply::ok(Letterhead::from(&it)).tagged(it.stamp.revision))
}

/// A letterhead to be written. It takes the place of the one before as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLetterhead {
    /// The account it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    bank: Option<LetterheadBank>,
    /// As whom the seller collects by mandate into that account.
    creditor: Option<LetterheadCreditor>,
    /// In which register the seller stands, under which number.
    registration: Option<String>,
    /// Who speaks for it.
    management: Option<String>,
    /// Until when and how it is to be paid, in its own words: at most 500 characters.
    payment_terms: Option<String>,
    /// In which color headings and rules are, such as `#2f5bd7`; that of the house if nothing is said.
    color: Option<String>,
    /// The logo: a picture in the PNG format, in Base64, of at most 64 KiB and 800 dots a side.
    logo: Option<String>,
    /// Which address the mails of the seller come from; that of the server if nothing is said. Only who runs
    /// the server may name one of another domain.
    mail_from: Option<String>,
}

impl NewLetterhead {
    fn read(&self) -> Result<(domain::Sayings, domain::Look), Invalid> {
        let says = domain::Sayings {
            bank: self.bank.as_ref().map(LetterheadBank::read).transpose()?,
            registration: parse_optional("/registration", self.registration.as_deref())?,
            management: parse_optional("/management", self.management.as_deref())?,
            payment_terms: parse_optional("/payment_terms", self.payment_terms.as_deref())?,
            collects: self.creditor.as_ref().map(LetterheadCreditor::read).transpose()?,
        };
        let color = parse_optional("/color", self.color.as_deref())?.unwrap_or_default();
        let logo = self.logo.as_deref().map(logo).transpose()?;
        Ok((says, domain::Look { logo, color }))
    }
}

fn logo(text: &str) -> Result<domain::Logo, Invalid> {
    let refused = |_| Invalid::one("/logo", "format", "must be the bytes of a picture in Base64");
    domain::Logo::new(STANDARD.decode(text).map_err(refused)?)
}

fn create(bss: &Arc<Bss>, call: &Call, body: NewLetterhead) -> Result<Reply<Letterhead>, Error> {
    let seller = parse_optional("/seller", body.seller.as_deref())?;
    let (says, look) = body.read()?;
    let mail_from = parse_optional("/mail_from", body.mail_from.as_deref())?;
    let new = letterhead::NewLetterhead { seller, says, look, mail_from };
    let it = letterhead::write(bss, call.author(), new)?;
    let path = format!("/api/v1/letterheads/{}", it.id);
    Ok(Reply::created(path, Letterhead::from(&it)).tagged(it.stamp.revision))
}
