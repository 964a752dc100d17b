//! `/debit_orders`: what a seller's bank is to collect by mandate, as SEPA direct debit.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, work, write};
use super::stream::file;
use super::wire::{List, Money, NoQuery, SoldBy, Whole, parse_optional, word};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{File, Nothing, Reply, Wire};
use crate::domain::operator::Permission;
use crate::domain::payment::debit as domain;
use crate::services::debit_order::{self, PlaceOrder};
use crate::services::label::Labels;
use crate::services::{Act, Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::BankingRead);
    let writes = Needs::Permission(Permission::BankingWrite);
    let (all, one) = ("/debit_orders", "/debit_orders/{id}");
    let xml = ("application/xml", "Read a debit order as pain.008 for the bank");
    vec![
        read(all, reads, "List debit orders", list),
        work(
            Method::POST,
            all,
            writes,
            "Collect what is due by mandate",
            (ORDINARY_BYTES_MAX, place),
        ),
        read(one, reads, "Read a debit order", show),
        file("/debit_orders/{id}/pain008", writes, xml, bytes),
        write(Method::POST, "/debit_orders/{id}/cancel", writes, "Call a debit order off", cancel),
        write(
            Method::POST,
            "/debit_orders/{id}/complete",
            writes,
            "Say that all has come in",
            complete,
        ),
    ]
}

/// What a seller's bank is to collect on a day.
#[derive(Debug, Serialize, ToSchema)]
struct DebitOrder {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    /// Who collects.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// `open`, `completed` or `canceled`.
    state: String,
    /// By whose rules: `core` or `b2b`.
    scheme: String,
    /// By what banks know who collects.
    creditor: String,
    /// Whose bank account it comes into, and the last four signs of that.
    name: String,
    last_digits: String,
    collect_on: String,
    /// How many debits it has.
    count: usize,
    total: Money,
    /// The debits; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    debits: Option<Vec<OrderedDebit>>,
}

impl Wire for DebitOrder {}

/// A payment that is collected.
#[derive(Debug, Serialize, ToSchema)]
struct OrderedDebit {
    payment: String,
    invoice: String,
    /// The number on the invoice.
    number: String,
    payment_method: String,
    /// Who holds the bank account.
    holder: String,
    mandate: String,
    signed_on: String,
    /// `FRST`, `RCUR` or `OOFF`.
    sequence: String,
    amount: Money,
}

impl From<&domain::OrderedDebit> for OrderedDebit {
    fn from(it: &domain::OrderedDebit) -> Self {
        Self {
            payment: it.payment.to_string(),
            invoice: it.invoice.to_string(),
            number: it.number.to_string(),
            payment_method: it.method.to_string(),
            holder: it.holder.to_string(),
            mandate: it.mandate.to_string(),
            signed_on: it.signed_on.to_string(),
            sequence: it.sequence.to_string(),
            amount: it.amount.into(),
        }
    }
}

fn wire(it: &domain::DebitOrder) -> Result<DebitOrder, Error> {
    Ok(DebitOrder {
        id: it.id.to_string(),
        number: it.stamp.number,
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        sold_by: SoldBy::default(),
        state: it.state.to_string(),
        scheme: it.scheme.to_string(),
        creditor: it.collector.creditor.to_string(),
        name: it.collector.name.to_string(),
        last_digits: it.collector.iban.last().to_owned(),
        collect_on: it.collect_on.to_string(),
        count: it.debits.len(),
        total: it.total()?.into(),
        debits: None,
    })
}

/// A debit order as an event tells of it.
pub(super) fn told(it: &domain::DebitOrder) -> Result<impl Wire + use<>, Error> {
    wire(it)
}

fn labeled(labels: &mut Labels<'_>, it: &domain::DebitOrder) -> Result<DebitOrder, Error> {
    Ok(DebitOrder { sold_by: SoldBy::of(labels, &it.stamp)?, ..wire(it)? })
}

fn whole(cx: Cx<'_>, it: &domain::DebitOrder) -> Result<Reply<DebitOrder>, Error> {
    let debits = Some(it.debits.iter().map(OrderedDebit::from).collect());
    let shown = DebitOrder { debits, ..labeled(&mut Labels::new(cx), it)? };
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// Which orders are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DebitOrderQuery {
    /// `open`, `completed` or `canceled`.
    state: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: DebitOrderQuery) -> Result<Reply<List<DebitOrder>>, Error> {
    let state = word("state", query.state.as_deref())?;
    let page = debit_order::list(cx, state, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| labeled(&mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<DebitOrder>, Error> {
    whole(cx, &cx.get(call.id("id")?)?)
}

/// What is to be collected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDebitOrder {
    /// The account that collects; the caller's own if nothing is said.
    seller: Option<String>,
    /// What is due by then is collected then, or on the next day on which banks settle. The first day on
    /// which payers are told in time if nothing is said.
    collect_on: Option<String>,
}

fn place(
    bss: &Arc<Bss>,
    call: &Call,
    body: NewDebitOrder,
) -> Result<Reply<Whole<DebitOrder>>, Error> {
    let command = PlaceOrder {
        seller: parse_optional("/seller", body.seller.as_deref())?,
        collect_on: parse_optional("/collect_on", body.collect_on.as_deref())?,
    };
    let orders = debit_order::place(bss, &call.author(), &command)?;
    let orders = bss.read(&call.actor, |cx| {
        let mut labels = Labels::new(cx);
        orders.iter().map(|it| labeled(&mut labels, it)).collect::<Result<Vec<_>, Error>>()
    })?;
    Ok(Reply::ok(Whole::of(orders)))
}

fn bytes(bss: &Bss, call: &Call) -> Result<File, Error> {
    let (name, bytes) = debit_order::file(bss, &call.actor, call.id("id")?)?;
    Ok(File { name, bytes })
}

fn cancel(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<DebitOrder>, Error> {
    let it = debit_order::cancel(act, call.id("id")?)?;
    whole(act.cx(), &it)
}

/// When all has come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DebitsReceived {
    /// The day of collection if nothing is said.
    received_on: Option<String>,
}

fn complete(
    act: &mut Act<'_>,
    call: &Call,
    body: DebitsReceived,
) -> Result<Reply<DebitOrder>, Error> {
    let on = parse_optional("/received_on", body.received_on.as_deref())?;
    let it = debit_order::complete(act, call.id("id")?, on)?;
    whole(act.cx(), &it)
}
