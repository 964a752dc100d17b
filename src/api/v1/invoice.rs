//! `/invoices` and `/credit_notes`: what was demanded, how it came about, and what was taken back.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::invoice_line::{InvoiceLine, InvoiceTax, tell_counting};
use super::letterhead::InvoiceImprint;
use super::route::{Needs, Route, read, write};
use super::wire::{List, Money, NoQuery, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::billing::credit::{CreditNote as DomainNote, LineAsk};
use crate::domain::billing::invoice::{self as domain, Standing};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::time::{Date, Period};
use crate::services::invoice::Filter;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, goodwill, invoice};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::InvoiceRead);
    let credits = Needs::Permission(Permission::CreditNoteWrite);
    let gives_up = Needs::Permission(Permission::InvoiceWriteOff);
    let disputes = Needs::Permission(Permission::InvoiceDispute);
    let post = || Method::POST;
    vec![
        read("/invoices", reads, "List invoices", list),
        read("/invoices/{id}", reads, "Read an invoice, by id or number", show),
        read("/invoices/{id}/check", reads, "Compute an invoice again", check),
        write(post(), "/invoices/{id}/credit", credits, "Take back an invoice or lines", credit),
        write(post(), "/invoices/{id}/dispute", disputes, "Dispute an invoice or a part", dispute),
        write(
            post(),
            "/invoices/{id}/resolve_dispute",
            disputes,
            "Resolve what is disputed",
            resolve,
        ),
        write(post(), "/invoices/{id}/write_off", gives_up, "Give up what is open", write_off),
        write(post(), "/invoices/{id}/revive", gives_up, "Have it owed again", revive),
        read("/credit_notes", reads, "List credit notes", list_notes),
        read("/credit_notes/{id}", reads, "Read a credit note", show_note),
    ]
}

/// A numbered demand for payment.
#[derive(Debug, Serialize, ToSchema)]
struct Invoice {
    id: String,
    /// The number on it; `null` while it is a draft.
    number: Option<String>,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// `draft`, `open`, `overdue`, `paid`, `credited` or `written_off`.
    state: String,
    account: String,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    billing_account: String,
    billing_run: Option<String>,
    seller: Option<InvoiceParty>,
    buyer: Option<InvoiceParty>,
    imprint: Option<InvoiceImprint>,
    issued_on: Option<String>,
    due_on: Option<String>,
    /// Until when it is to be paid where it was opened again; left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_again_on: Option<String>,
    period: Option<ServicePeriod>,
    currency: String,
    /// The lines; `null` in lists.
    lines: Option<Vec<InvoiceLine>>,
    taxes: Vec<InvoiceTax>,
    net: Money,
    tax: Money,
    gross: Money,
    paid: Money,
    /// What credit of the customer and credit notes have settled.
    credited: Money,
    /// What was settled as it was issued, by credit of the customer or by what was paid for its order;
    /// left out if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_off: Option<Money>,
    due: Money,
    /// `gateway` or `mandate` where its paper says that the house takes it by itself; left out where the
    /// customer is to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    collected_by: Option<&'static str>,
    /// Why what was open was given up, if that was said.
    write_off_reason: Option<String>,
    /// What is disputed about it: that is not reminded of.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute: Option<InvoiceDispute>,
    /// Its seal, and that of the invoice before; `null` while it is a draft.
    chain: Option<InvoiceSeal>,
}

impl Wire for Invoice {}

/// From a day up to, but not including, another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServicePeriod {
    start: String,
    end: String,
}

impl From<Period> for ServicePeriod {
    fn from(it: Period) -> Self {
        Self { start: it.start().to_string(), end: it.end().to_string() }
    }
}

/// Who sells or buys, as it stood when the invoice was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvoiceParty {
    name: String,
    /// The lines of the address, without the country.
    address: Vec<String>,
    country: Option<String>,
    tax_registration: Option<String>,
    email: Option<String>,
}

impl From<&domain::InvoiceParty> for InvoiceParty {
    fn from(it: &domain::InvoiceParty) -> Self {
        Self {
            name: it.name.to_string(),
            address: it.address.lines(),
            country: it.address.country.as_ref().map(ToString::to_string),
            tax_registration: it.tax_registration.as_ref().map(ToString::to_string),
            email: it.email.as_ref().map(ToString::to_string),
        }
    }
}

/// What is said to be wrong with an invoice.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceDispute {
    /// How much of it.
    amount: Money,
    since: String,
    reason: String,
}

impl From<&domain::Dispute> for InvoiceDispute {
    fn from(it: &domain::Dispute) -> Self {
        let (since, reason) = (it.since.to_string(), it.reason.to_string());
        Self { amount: it.amount.into(), since, reason }
    }
}

/// What seals an invoice.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceSeal {
    previous: String,
    hash: String,
}

impl From<domain::chain::Link> for InvoiceSeal {
    fn from(it: domain::chain::Link) -> Self {
        let text = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { previous: text(it.previous), hash: text(it.hash) }
    }
}

impl Invoice {
    fn of(it: &domain::Invoice, standing: Standing) -> Self {
        let (content, issue, settled) = (it.content(), it.issue(), it.settled());
        Self {
            id: it.id.to_string(),
            number: issue.map(|it| it.number.to_string()),
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            state: standing.to_string(),
            account: content.account.to_string(),
            account_name: None,
            billing_account: content.billing_account.to_string(),
            billing_run: it.run.map(|it| it.to_string()),
            seller: issue.map(|it| InvoiceParty::from(&it.seller)),
            buyer: issue.map(|it| InvoiceParty::from(&it.buyer)),
            imprint: issue.map(|it| InvoiceImprint::from(&it.imprint)),
            issued_on: issue.map(|it| it.issued_on.to_string()),
            due_on: issue.map(|it| it.due_on.to_string()),
            due_again_on: None,
            period: content.service_period.map(ServicePeriod::from),
            currency: content.currency.to_string(),
            lines: None,
            taxes: content.taxes.iter().map(InvoiceTax::from).collect(),
            net: content.totals.net.into(),
            tax: content.totals.tax.into(),
            gross: content.totals.gross.into(),
            paid: settled.paid.into(),
            credited: settled.credited.into(),
            set_off: Some(it.set_off()).filter(|it| !it.is_zero()).map(Money::from),
            due: it.open().into(),
            collected_by: it.collected_by().map(|it| match it {
                domain::CollectedBy::Gateway => "gateway",
                domain::CollectedBy::Mandate(_) => "mandate",
            }),
            write_off_reason: it.given_up_for().map(ToString::to_string),
            dispute: it.dispute().map(InvoiceDispute::from),
            chain: issue.map(|it| InvoiceSeal::from(it.link)),
        }
    }

    fn whole(it: &domain::Invoice, standing: Standing) -> Self {
        let content = it.content();
        let lines = content.lines.iter().enumerate();
        let lines = lines.map(|(place, line)| InvoiceLine::of(place, line, &content.taxes));
        Self { lines: Some(lines.collect()), ..Self::of(it, standing) }
    }
}

/// An invoice as an event on a day tells of it, with its lines.
pub(super) fn told(it: &domain::Invoice, today: Date) -> impl Wire + use<> {
    Invoice::whole(it, it.standing(today))
}

/// Which invoices are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvoiceQuery {
    account: Option<String>,
    billing_account: Option<String>,
    billing_run: Option<String>,
    /// `open`, `overdue`, `paid`, `credited` or `written_off`.
    state: Option<String>,
    /// Issued on this day or later.
    from: Option<String>,
    /// Issued on this day or before.
    to: Option<String>,
}

impl InvoiceQuery {
    fn read(&self) -> Result<Filter, Invalid> {
        Ok(Filter {
            account: parse_optional("account", self.account.as_deref())?,
            billing_account: parse_optional("billing_account", self.billing_account.as_deref())?,
            run: parse_optional("billing_run", self.billing_run.as_deref())?,
            standing: word("state", self.state.as_deref())?,
            from: parse_optional("from", self.from.as_deref())?,
            to: parse_optional("to", self.to.as_deref())?,
        })
    }
}

fn list(cx: Cx<'_>, call: &Call, query: InvoiceQuery) -> Result<Reply<List<Invoice>>, Error> {
    let page = invoice::list(cx, &query.read()?, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let account_name = labels.account(it.content().account)?;
        let standing = invoice::standing(cx, &it)?;
        Ok::<_, Error>(Invoice { account_name, ..Invoice::of(&it, standing) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Invoice>, Error> {
    let found = found(cx, call)?;
    whole(cx, &found)
}

/// The invoice that the path names by its id or by the number on it.
pub(super) fn found(cx: Cx<'_>, call: &Call) -> Result<domain::Invoice, Error> {
    let text = call.path.get("id").map(String::as_str).unwrap_or_default();
    match text.parse() {
        Ok(id) => invoice::get(cx, id),
        Err(_) => invoice::with_number(cx, text),
    }
}

fn whole(cx: Cx<'_>, it: &domain::Invoice) -> Result<Reply<Invoice>, Error> {
    let account_name = Labels::new(cx).account(it.content().account)?;
    let mut shown = Invoice::whole(it, invoice::standing(cx, it)?);
    let again = goodwill::asked(cx, it)?.map(|it| it.due_on);
    let again = again.filter(|due_on| it.issue().is_some_and(|it| it.due_on != *due_on));
    shown.due_again_on = again.map(|it| it.to_string());
    tell_counting(cx, shown.lines.as_deref_mut().unwrap_or_default(), &it.content().lines)?;
    Ok(Reply::ok(Invoice { account_name, ..shown }).tagged(it.stamp.revision))
}

/// Whether an invoice is what it was.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceCheck {
    /// Whether every amount comes out again from its explanation, and the seal fits.
    is_right: bool,
    /// What does not, in words.
    faults: Vec<String>,
    /// The lines, computed again.
    lines: Vec<CheckedLine>,
    /// Whether the lines sum to the taxes and totals.
    sums_fit: bool,
    /// Whether the seal is that of the content.
    seal_fits: bool,
}

impl Wire for InvoiceCheck {}

/// A line computed again.
#[derive(Debug, Serialize, ToSchema)]
struct CheckedLine {
    /// The line's `id` on the invoice.
    line: usize,
    /// What the line says.
    stated: Money,
    /// What its explanation comes to; `null` if it cannot be computed.
    computed: Option<Money>,
    is_right: bool,
}

fn check(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<InvoiceCheck>, Error> {
    let proof = found(cx, call)?.proof();
    let lines = proof.lines.iter().enumerate().map(|(line, it)| CheckedLine {
        line,
        stated: it.stated.into(),
        computed: it.computed.map(Money::from),
        is_right: it.is_right(),
    });
    Ok(Reply::ok(InvoiceCheck {
        is_right: proof.is_right(),
        faults: proof.faults(),
        lines: lines.collect(),
        sums_fit: proof.sums_fit,
        seal_fits: proof.seal_fits,
    }))
}

/// What is taken back of an invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditNote {
    /// Parts of lines, of one at least; all that is left of the invoice if nothing is said.
    lines: Option<Vec<CreditedLine>>,
    reason: String,
}

/// A part of a line.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditedLine {
    /// The line's `id` on the invoice.
    line: u32,
    /// How much of it, without tax.
    net: Money,
    /// The tax on it.
    #[serde(skip_deserializing)]
    tax: Option<Money>,
}

fn credit(act: &mut Act<'_>, call: &Call, body: NewCreditNote) -> Result<Reply<CreditNote>, Error> {
    let reason = parse("/reason", &body.reason)?;
    let asked = body.lines.as_deref().map(asked).transpose()?;
    if asked.as_ref().is_some_and(Vec::is_empty) {
        let message = "must name at least one line; left out, all that is left is credited";
        return Err(Invalid::one("/lines", "range", message).into());
    }
    let note = invoice::give_credit(act, call.id("id")?, (asked, reason))?;
    let path = format!("/api/v1/credit_notes/{}", note.id);
    Ok(Reply::created(path, CreditNote::from(&note)).tagged(note.stamp.revision))
}

/// The parts of lines that are credited.
fn asked(lines: &[CreditedLine]) -> Result<Vec<LineAsk>, Invalid> {
    let ask = |(place, it): (usize, &CreditedLine)| {
        let net = it.net.read(&format!("/lines/{place}/net"))?;
        Ok(LineAsk { place: it.line, net })
    };
    lines.iter().enumerate().map(ask).collect()
}

/// What is wrong with an invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDispute {
    /// How much of it; all that is open if nothing is said.
    amount: Option<Money>,
    /// What is said to be wrong.
    reason: String,
}

fn dispute(act: &mut Act<'_>, call: &Call, body: NewDispute) -> Result<Reply<Invoice>, Error> {
    let amount = body.amount.as_ref().map(|it| it.read("/amount")).transpose()?;
    let said = (call.if_match, amount, parse("/reason", &body.reason)?);
    let it = invoice::dispute(act, call.id("id")?, said)?;
    whole(act.cx(), &it)
}

/// Who was right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DisputeResolution {
    /// `customer`: what was disputed is credited; `seller`: it is to be paid.
    in_favor_of: String,
    /// Why; it stands on the credit note.
    reason: String,
    /// What is credited; all that is left of the invoice if nothing is said and all of it was
    /// disputed.
    lines: Option<Vec<CreditedLine>>,
}

fn resolve(
    act: &mut Act<'_>,
    call: &Call,
    body: DisputeResolution,
) -> Result<Reply<Invoice>, Error> {
    let in_favor_of = parse("/in_favor_of", &body.in_favor_of)?;
    let said = (call.if_match, in_favor_of, parse("/reason", &body.reason)?);
    let asked = body.lines.as_deref().map(asked).transpose()?;
    let it = invoice::resolve(act, call.id("id")?, said, asked)?;
    whole(act.cx(), &it)
}

/// Why what is open is given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteOff {
    reason: Option<String>,
}

fn write_off(act: &mut Act<'_>, call: &Call, body: WriteOff) -> Result<Reply<Invoice>, Error> {
    let reason = parse_optional("/reason", body.reason.as_deref())?;
    let it = invoice::write_off(act, call.id("id")?, (call.if_match, reason))?;
    whole(act.cx(), &it)
}

/// Has what was given up owed again.
fn revive(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Invoice>, Error> {
    let it = invoice::revive(act, call.id("id")?, call.if_match)?;
    whole(act.cx(), &it)
}

/// What was taken back of an invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreditNote {
    id: String,
    /// The number on it.
    number: Option<String>,
    revision: u32,
    invoice: String,
    account: String,
    billing_account: String,
    issued_on: Option<String>,
    reason: String,
    lines: Vec<CreditedLine>,
    taxes: Vec<InvoiceTax>,
    net: Money,
    tax: Money,
    gross: Money,
    chain: Option<InvoiceSeal>,
}

impl Wire for CreditNote {}

impl From<&DomainNote> for CreditNote {
    fn from(it: &DomainNote) -> Self {
        let (content, issue) = (it.content(), it.issue());
        let lines = content.lines.iter().map(|it| CreditedLine {
            line: it.place,
            net: it.net.into(),
            tax: Some(it.tax.into()),
        });
        Self {
            id: it.id.to_string(),
            number: issue.map(|it| it.number.to_string()),
            revision: it.stamp.revision,
            invoice: content.invoice.to_string(),
            account: content.account.to_string(),
            billing_account: content.billing_account.to_string(),
            issued_on: issue.map(|it| it.issued_on.to_string()),
            reason: it.reason.to_string(),
            lines: lines.collect(),
            taxes: content.taxes.iter().map(InvoiceTax::from).collect(),
            net: content.totals.net.into(),
            tax: content.totals.tax.into(),
            gross: content.totals.gross.into(),
            chain: issue.map(|it| InvoiceSeal::from(it.link)),
        }
    }
}

/// A credit note as an event tells of it.
pub(super) fn told_note(it: &DomainNote) -> impl Wire + use<> {
    CreditNote::from(it)
}

/// Which credit notes are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditNoteQuery {
    account: Option<String>,
    invoice: Option<String>,
}

fn list_notes(
    cx: Cx<'_>,
    call: &Call,
    query: CreditNoteQuery,
) -> Result<Reply<List<CreditNote>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let of = parse_optional("invoice", query.invoice.as_deref())?;
    let page = invoice::notes(cx, (account, of), &call.page)?;
    Ok(Reply::ok(List::of(page, |it| CreditNote::from(&it))))
}

fn show_note(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<CreditNote>, Error> {
    let it = invoice::note(cx, call.id("id")?)?;
    Ok(Reply::ok(CreditNote::from(&it)).tagged(it.stamp.revision))
}
