//! `/payments`: money that came in, what it settles, and money that went back.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, Money, NoQuery, SoldBy, Whole, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::payment as domain;
use crate::domain::payment::allocation::Settlement;
use crate::domain::payment::attempt::Attempt;
use crate::domain::payment::debit::Debit;
use crate::domain::payment::lifecycle::State;
use crate::domain::payment::refund::Refund as DomainRefund;
use crate::services::goodwill::Instead;
use crate::services::label::Labels;
use crate::services::payment::{self, OfInvoice, RecordPayment, Sending};
use crate::services::payment_method::Way;
use crate::services::{Act, Cx, Error, billing_account, refund};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::PaymentRead);
    let records = Needs::Permission(Permission::PaymentRecord);
    let refunds = Needs::Permission(Permission::RefundWrite);
    let post = || Method::POST;
    vec![
        read("/payments", reads, "List payments", list),
        read("/payments/{id}", reads, "Read a payment", show),
        write(post(), "/payments", records, "Record a payment that came in", record),
        write(
            post(),
            "/payments/{id}/allocate",
            records,
            "Let a payment settle invoices",
            allocate,
        ),
        write(post(), "/payments/{id}/refund", refunds, "Give money back", give_back),
        read("/payments/{id}/refunds", reads, "List the refunds of a payment", list_refunds),
        write(post(), "/refunds/{id}/complete", refunds, "Say that money has arrived", complete),
        write(post(), "/refunds/{id}/fail", refunds, "Say that money did not arrive", fail),
    ]
}

/// Money that came in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Payment {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    account: String,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    billing_account: String,
    state: String,
    /// In which way it came in.
    method: String,
    /// With which method on file.
    payment_method: Option<String>,
    amount: Money,
    reference: Option<String>,
    received_on: Option<String>,
    note: Option<String>,
    allocations: Vec<PaymentAllocation>,
    /// What settles nothing yet: the customer's credit.
    unallocated: Money,
    refunded: Money,
    /// How far it is at its gateway; `null` if it goes through none.
    attempt: Option<PaymentAttempt>,
    /// How it is collected by mandate; `null` if it is not.
    debit: Option<PaymentDebit>,
}

/// A payment that a bank collects by mandate.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentDebit {
    /// With which debit order.
    order: String,
    invoice: String,
    collect_on: String,
    /// The how many-th it is for the invoice.
    tries: u16,
    /// Why the payer's bank sent it back, by the codes of ISO 20022: `AM04`.
    returned: Option<String>,
}

impl From<&Debit> for PaymentDebit {
    fn from(it: &Debit) -> Self {
        Self {
            order: it.order.to_string(),
            invoice: it.invoice.to_string(),
            collect_on: it.collect_on.to_string(),
            tries: it.tries,
            returned: it.returned.as_ref().map(ToString::to_string),
        }
    }
}

/// A payment on its way through a gateway.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentAttempt {
    gateway: String,
    /// What it is to settle first.
    invoice: Option<String>,
    /// Who wants it: `payer` or `house`.
    initiative: String,
    /// The how many-th it is of those that follow each other.
    tries: u16,
    /// What the gateway calls it.
    reference: Option<String>,
    /// Where the payer has to go; `null` if nothing is to be done there.
    page: Option<String>,
    /// Why nothing came of it: `insufficient_funds`, `refused` and so on.
    reason: Option<String>,
    /// The same in the words of the gateway.
    message: Option<String>,
    /// When the gateway is asked next, or, after a failure, when it is tried again.
    next_at: Option<String>,
}

impl From<(&Attempt, State)> for PaymentAttempt {
    fn from((it, state): (&Attempt, State)) -> Self {
        let page = it.page.as_ref().filter(|_| state.is_under_way());
        Self {
            gateway: it.gateway.to_string(),
            invoice: it.invoice.map(|it| it.to_string()),
            initiative: it.initiative.to_string(),
            tries: it.tries,
            reference: it.reference.as_ref().map(ToString::to_string),
            page: page.map(ToString::to_string),
            reason: it.decline.as_ref().map(|it| it.reason.to_string()),
            message: it.decline.as_ref().map(|it| it.told.to_string()),
            next_at: it.look_at.map(|it| it.to_string()),
        }
    }
}

impl Wire for Payment {}

/// A part of a payment, and the invoice that it settles.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentAllocation {
    invoice: String,
    amount: Money,
}

impl Payment {
    fn of(it: &domain::Payment) -> Result<Self, Error> {
        let allocations = it.allocations().iter().map(|it| PaymentAllocation {
            invoice: it.invoice.to_string(),
            amount: it.amount.into(),
        });
        Ok(Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            account: it.account.to_string(),
            account_name: None,
            sold_by: SoldBy::default(),
            billing_account: it.billing_account.to_string(),
            state: it.state().to_string(),
            method: it.kind.to_string(),
            payment_method: it.method.map(|it| it.to_string()),
            amount: it.amount().into(),
            reference: it.reference.as_ref().map(ToString::to_string),
            received_on: it.received_on.map(|it| it.to_string()),
            note: it.note.as_ref().map(ToString::to_string),
            allocations: allocations.collect(),
            unallocated: it.unallocated()?.into(),
            refunded: it.refunded().into(),
            attempt: it.attempt.as_ref().map(|attempt| (attempt, it.state()).into()),
            debit: it.debit.as_ref().map(PaymentDebit::from),
        })
    }
}

impl Payment {
    fn labeled(labels: &mut Labels<'_>, it: &domain::Payment) -> Result<Self, Error> {
        let account_name = labels.account(it.account)?;
        let sold_by = SoldBy::of(labels, &it.stamp)?;
        Ok(Self { account_name, sold_by, ..Self::of(it)? })
    }
}

/// A payment with what the caller may see of who it is about.
pub(super) fn whole(cx: Cx<'_>, it: &domain::Payment) -> Result<Payment, Error> {
    Payment::labeled(&mut Labels::new(cx), it)
}

/// A payment as an event tells of it.
pub(super) fn told(it: &domain::Payment) -> Result<impl Wire + use<>, Error> {
    Payment::of(it)
}

/// Which payments are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentQuery {
    account: Option<String>,
    billing_account: Option<String>,
    state: Option<String>,
    /// What was tried to settle an invoice, through gateways or by mandate.
    invoice: Option<String>,
    /// What settles an invoice; not beside `invoice`.
    settles: Option<String>,
}

impl PaymentQuery {
    fn of_invoice(&self) -> Result<Option<OfInvoice>, Invalid> {
        let tried = parse_optional("invoice", self.invoice.as_deref())?.map(OfInvoice::Tried);
        let settling = parse_optional("settles", self.settles.as_deref())?.map(OfInvoice::Settling);
        if tried.is_some() && settling.is_some() {
            return Err(Invalid::one("settles", "conflict", "cannot be given beside `invoice`"));
        }
        Ok(tried.or(settling))
    }
}

fn list(cx: Cx<'_>, call: &Call, query: PaymentQuery) -> Result<Reply<List<Payment>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let of = parse_optional("billing_account", query.billing_account.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let invoice = query.of_invoice()?;
    let page = payment::list(cx, (account, of), invoice, &call.page, |it| {
        state.is_none_or(|state| it.state() == state)
    })?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| Payment::labeled(&mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Payment>, Error> {
    let it: domain::Payment = cx.get(call.id("id")?)?;
    Ok(Reply::ok(whole(cx, &it)?).tagged(it.stamp.revision))
}

/// A payment that came in outside of any gateway.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPayment {
    /// Who paid; its default billing account gets the money if no other is named.
    account: Option<String>,
    billing_account: Option<String>,
    amount: Money,
    /// `bank_transfer`, `cash`, `check` and so on. If nothing is said, as the account usually pays, and
    /// by `bank_transfer` if it has no method on file.
    method: Option<String>,
    /// The method on file that was used; not beside `method`.
    payment_method: Option<String>,
    /// What the payer or the bank wrote to it.
    reference: Option<String>,
    /// The day on which it came in; today if nothing is said.
    received_on: Option<String>,
    note: Option<String>,
    /// What it settles; what is due first if nothing is said.
    allocations: Option<Vec<PaymentAllocation>>,
}

impl NewPayment {
    fn way(&self) -> Result<Way, Invalid> {
        let kind = parse_optional("/method", self.method.as_deref())?;
        match (kind, parse_optional("/payment_method", self.payment_method.as_deref())?) {
            (None, None) => Ok(Way::Usual),
            (Some(kind), None) => Ok(Way::Kind(kind)),
            (None, Some(id)) => Ok(Way::Kept(id)),
            (Some(_), Some(_)) => {
                Err(Invalid::one("/method", "conflict", "cannot be given beside `payment_method`"))
            }
        }
    }
}

fn record(act: &mut Act<'_>, _: &Call, body: NewPayment) -> Result<Reply<Payment>, Error> {
    let account = parse_optional("/account", body.account.as_deref())?;
    let billing_account = parse_optional("/billing_account", body.billing_account.as_deref())?;
    let billing_account = match (billing_account, account) {
        (Some(id), _) => id,
        (None, Some(account)) => {
            let account: Account = act.cx().named("/account", account)?;
            billing_account::default_of(act.cx(), account.id)?.id
        }
        (None, None) => {
            let message = "must name the account or the billing account";
            return Err(Invalid::one("/account", "required", message).into());
        }
    };
    let it = payment::record(
        act,
        RecordPayment {
            billing_account,
            amount: body.amount.read("/amount")?,
            way: body.way()?,
            reference: parse_optional("/reference", body.reference.as_deref())?,
            received_on: parse_optional("/received_on", body.received_on.as_deref())?,
            note: parse_optional("/note", body.note.as_deref())?,
            settles: body.allocations.as_deref().map(settlements).transpose()?,
        },
    )?;
    let path = format!("/api/v1/payments/{}", it.id);
    Ok(Reply::created(path, whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

fn settlements(all: &[PaymentAllocation]) -> Result<Vec<Settlement>, Invalid> {
    let read = |(place, it): (usize, &PaymentAllocation)| {
        let at = format!("/allocations/{place}");
        let invoice = parse(&format!("{at}/invoice"), &it.invoice)?;
        Ok(Settlement { invoice, amount: it.amount.read(&format!("{at}/amount"))? })
    };
    all.iter().enumerate().map(read).collect()
}

/// What a payment is to settle.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAllocations {
    /// What it settles; what is due first if nothing is said.
    allocations: Option<Vec<PaymentAllocation>>,
}

fn allocate(act: &mut Act<'_>, call: &Call, body: NewAllocations) -> Result<Reply<Payment>, Error> {
    let told = body.allocations.as_deref().map(settlements).transpose()?;
    let it = payment::allocate(act, call.id("id")?, told.as_deref())?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

/// Money to be given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRefund {
    /// How much; if nothing is said, what settles no invoice.
    amount: Option<Money>,
    reason: Option<String>,
    /// Whether it is gone already, because the payer's bank took it back or it was sent in another way: the
    /// gateway that the payment came through is not asked to send it.
    #[serde(default)]
    sent: bool,
    /// Whether what it had paid and no credit covers is credited by a note of each invoice, for `reason`.
    #[serde(default)]
    credit_note: bool,
    /// Whether that is owed again instead: it is to be paid as if it were new, and not reminded of before.
    #[serde(default)]
    reopens: bool,
}

impl NewRefund {
    fn instead(&self) -> Result<Instead, Invalid> {
        match (self.credit_note, self.reopens) {
            (false, false) => Ok(Instead::Credit),
            (true, false) => Ok(Instead::CreditNote),
            (false, true) => Ok(Instead::OwedAnew),
            (true, true) => {
                let message = "must not be said with `credit_note`: what is credited is not owed";
                Err(Invalid::one("/reopens", "conflict", message))
            }
        }
    }
}

/// Money that went back.
#[derive(Debug, Serialize, ToSchema)]
struct Refund {
    id: String,
    number: u64,
    revision: u32,
    payment: String,
    account: String,
    billing_account: String,
    amount: Money,
    /// The day, where the billing account is.
    refunded_on: String,
    reason: Option<String>,
    /// `requested`, `sent`, `done` or `failed`.
    state: String,
    /// What the gateway calls it.
    reference: Option<String>,
    /// Why it did not arrive.
    trouble: Option<String>,
    created_at: String,
}

impl Wire for Refund {}

impl From<&DomainRefund> for Refund {
    fn from(it: &DomainRefund) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            payment: it.payment.to_string(),
            account: it.account.to_string(),
            billing_account: it.billing_account.to_string(),
            amount: it.amount.into(),
            refunded_on: it.refunded_on.to_string(),
            reason: it.reason.as_ref().map(ToString::to_string),
            state: it.state.to_string(),
            reference: it.reference.as_ref().map(ToString::to_string),
            trouble: it.trouble.as_ref().map(ToString::to_string),
            created_at: it.stamp.created_at.to_string(),
        }
    }
}

/// A refund as an event tells of it.
pub(super) fn told_refund(it: &DomainRefund) -> impl Wire + use<> {
    Refund::from(it)
}

fn give_back(act: &mut Act<'_>, call: &Call, body: NewRefund) -> Result<Reply<Refund>, Error> {
    let how = (if body.sent { Sending::Done } else { Sending::Due }, body.instead()?);
    let amount = body.amount.map(|it| it.read("/amount")).transpose()?;
    let reason = parse_optional("/reason", body.reason.as_deref())?;
    let it = payment::refund(act, call.id("id")?, (amount, reason), how)?;
    let path = format!("/api/v1/payments/{}/refunds", it.payment);
    Ok(Reply::created(path, Refund::from(&it)).tagged(it.stamp.revision))
}

fn list_refunds(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Refund>>, Error> {
    let payment: domain::Payment = cx.get(call.id("id")?)?;
    let refunds = payment::refunds_of(cx, payment.id)?;
    Ok(Reply::ok(Whole::of(refunds.iter().map(Refund::from).collect())))
}

fn complete(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Refund>, Error> {
    let it = refund::complete(act, call.id("id")?)?;
    Ok(Reply::ok(Refund::from(&it)).tagged(it.stamp.revision))
}

/// Why money did not arrive.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundFailure {
    reason: String,
}

fn fail(act: &mut Act<'_>, call: &Call, body: RefundFailure) -> Result<Reply<Refund>, Error> {
    let it = refund::fail(act, call.id("id")?, parse("/reason", &body.reason)?)?;
    Ok(Reply::ok(Refund::from(&it)).tagged(it.stamp.revision))
}
