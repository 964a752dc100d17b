//! `/invoice_pages/{id}/{token}`: an invoice for who got it by mail and cannot sign in; and the links that lead
//! there.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::invoice::{InvoiceParty, ServicePeriod};
use super::route::{Needs, Route, work, write};
use super::stream::file;
use super::wire::{Decimal, Money, parse_optional};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{File, Nothing, Reply, Wire};
use crate::domain::account::billing_account::BillFormat;
use crate::domain::billing::invoice::line::Line;
use crate::domain::operator::Permission;
use crate::domain::payment::gateway::Gateway;
use crate::services::invoice_page::{self, Shown};
use crate::services::paper::media;
use crate::services::{Act, Bss, Error};

pub(super) fn routes() -> Vec<Route> {
    let most = ORDINARY_BYTES_MAX;
    let issues = Needs::Permission(Permission::InvoiceIssue);
    let sets = Needs::Permission(Permission::TaxWrite);
    vec![
        work(
            Method::POST,
            "/invoices/{id}/link",
            issues,
            "A link to an invoice for who cannot sign in",
            (most, link),
        ),
        write(
            Method::POST,
            "/accounts/{id}/invoice_links/take_back",
            sets,
            "Take back all links to the invoices of a seller",
            take_back,
        ),
        work(
            Method::GET,
            "/invoice_pages/{id}/{token}",
            Needs::Nothing,
            "What an invoice says to who has a link to it",
            (most, show),
        ),
        file(
            "/invoice_pages/{id}/{token}/pdf",
            Needs::Nothing,
            (media(BillFormat::Pdf), "The paper of an invoice for who has a link to it"),
            paper,
        ),
        work(
            Method::POST,
            "/invoice_pages/{id}/{token}/pay",
            Needs::Nothing,
            "Pay an invoice that one has a link to",
            (most, pay),
        ),
    ]
}

/// A link to an invoice.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceLink {
    /// Where its page is. Who has this address sees the invoice, and nothing else.
    link: String,
    /// Until when it opens.
    until: String,
}

impl Wire for InvoiceLink {}

/// An invoice as who has a link to it sees it.
#[derive(Debug, Serialize, ToSchema)]
struct InvoicePage {
    number: Option<String>,
    /// `open`, `overdue`, `paid` or `written_off`.
    state: String,
    /// Who demands it.
    seller: Option<InvoiceParty>,
    /// Of whom.
    buyer: Option<InvoiceParty>,
    issued_on: Option<String>,
    due_on: Option<String>,
    currency: String,
    lines: Vec<InvoicePageLine>,
    net: Money,
    tax: Money,
    gross: Money,
    /// What is still to pay.
    due: Money,
    /// Whether it is taken by itself, so that nothing need be done.
    is_collected: bool,
    /// At whose pages it can be paid.
    pays_at: Vec<PaysAt>,
    /// How the last payment of it stands: `redirected`, `captured`, `declined` and so on; `null` if there is
    /// none.
    payment: Option<String>,
}

impl Wire for InvoicePage {}

/// A line of it.
#[derive(Debug, Serialize, ToSchema)]
struct InvoicePageLine {
    text: String,
    service_period: Option<ServicePeriod>,
    quantity: Decimal,
    unit: Option<String>,
    net: Money,
}

/// A gateway at whose page it can be paid.
#[derive(Debug, Serialize, ToSchema)]
struct PaysAt {
    gateway: String,
    /// What payers read of it.
    name: String,
}

impl From<&Line> for InvoicePageLine {
    fn from(it: &Line) -> Self {
        Self {
            text: format!("{}: {}", it.subject, it.label),
            service_period: it.service_period.map(ServicePeriod::from),
            quantity: Decimal::from(&it.quantity),
            unit: it.unit.as_ref().map(ToString::to_string),
            net: it.net.into(),
        }
    }
}

impl From<&Gateway> for PaysAt {
    fn from(it: &Gateway) -> Self {
        Self { gateway: it.code.to_string(), name: it.name.to_string() }
    }
}

impl From<&Shown> for InvoicePage {
    fn from(it: &Shown) -> Self {
        let (content, issue) = (it.invoice.content(), it.invoice.issue());
        Self {
            number: issue.map(|it| it.number.to_string()),
            state: it.standing.to_string(),
            seller: issue.map(|it| InvoiceParty::from(&it.seller)),
            buyer: issue.map(|it| InvoiceParty::from(&it.buyer)),
            issued_on: issue.map(|it| it.issued_on.to_string()),
            due_on: issue.map(|it| it.due_on.to_string()),
            currency: content.totals.net.currency().to_string(),
            lines: content.lines.iter().map(InvoicePageLine::from).collect(),
            net: content.totals.net.into(),
            tax: content.totals.tax.into(),
            gross: content.totals.gross.into(),
            due: it.invoice.open().into(),
            is_collected: it.invoice.collected_by().is_some(),
            pays_at: it.pays_at.iter().map(PaysAt::from).collect(),
            payment: it.payment.map(|it| it.to_string()),
        }
    }
}

fn token(call: &Call) -> &str {
    call.path.get("token").map(String::as_str).unwrap_or_default()
}

fn link(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<InvoiceLink>, Error> {
    let it = invoice_page::link(bss, &call.actor, call.id("id")?)?;
    Ok(Reply::ok(InvoiceLink { link: it.address, until: it.until.to_string() }))
}

fn take_back(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    invoice_page::take_back(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

fn show(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<InvoicePage>, Error> {
    Ok(Reply::ok(InvoicePage::from(&invoice_page::show(bss, call.id("id")?, token(call))?)))
}

fn paper(bss: &Bss, call: &Call) -> Result<File, Error> {
    let it = invoice_page::file(bss, call.id("id")?, token(call))?;
    Ok(File { name: it.name, bytes: it.bytes })
}

/// How it is to be paid.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayInvoice {
    /// Through which gateway; through the first of the seller if nothing is said.
    gateway: Option<String>,
}

/// Where the payer goes.
#[derive(Debug, Serialize, ToSchema)]
struct PayingPage {
    page: String,
}

impl Wire for PayingPage {}

fn pay(bss: &Arc<Bss>, call: &Call, body: PayInvoice) -> Result<Reply<PayingPage>, Error> {
    let gateway = parse_optional("/gateway", body.gateway.as_deref())?;
    let page = invoice_page::pay(bss, call.id("id")?, (token(call), gateway))?;
    Ok(Reply::ok(PayingPage { page }))
}
