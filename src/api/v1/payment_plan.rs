//! `/payment_plans`: open balances that are paid in instalments.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{List, Money, NoQuery, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::id::InvoiceId;
use crate::domain::operator::Permission;
use crate::domain::payment::plan as domain;
use crate::services::payment_plan::{self, AgreePlan};
use crate::services::{Act, Cx, Error, billing_account};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::PaymentRead);
    let writes = Needs::Permission(Permission::PaymentPlanWrite);
    vec![
        read("/payment_plans", reads, "List payment plans", list),
        write(Method::POST, "/payment_plans", writes, "Agree on a payment plan", agree),
        read("/payment_plans/{id}", reads, "Read a payment plan", show),
        write(
            Method::POST,
            "/payment_plans/{id}/cancel",
            writes,
            "Call a payment plan off",
            cancel,
        ),
    ]
}

/// An open balance that is paid in instalments.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentPlan {
    id: String,
    /// The number people call it by.
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    account: String,
    billing_account: String,
    /// The invoices it is about.
    invoices: Vec<String>,
    /// `active`, `completed` or `canceled`.
    state: &'static str,
    /// How often an instalment is due: `1 month`.
    every: String,
    instalments: Vec<Instalment>,
}

impl Wire for PaymentPlan {}

/// One payment of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct Instalment {
    /// The last day on which it is paid in time.
    due_on: String,
    amount: Money,
    /// How much of it was paid.
    paid: Money,
}

impl From<&domain::PaymentPlan> for PaymentPlan {
    fn from(it: &domain::PaymentPlan) -> Self {
        let instalments = it.instalments().iter().map(|it| Instalment {
            due_on: it.due_on.to_string(),
            amount: it.amount.into(),
            paid: it.paid.into(),
        });
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            account: it.account.to_string(),
            billing_account: it.billing_account.to_string(),
            invoices: it.invoices.iter().map(ToString::to_string).collect(),
            state: it.state().word(),
            every: it.every.to_string(),
            instalments: instalments.collect(),
        }
    }
}

/// A payment plan as an event tells of it.
pub(super) fn told(it: &domain::PaymentPlan) -> impl Wire + use<> {
    PaymentPlan::from(it)
}

/// Which plans are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentPlanQuery {
    account: Option<String>,
    billing_account: Option<String>,
    /// `active`, `completed` or `canceled`.
    state: Option<String>,
}

fn list(
    cx: Cx<'_>,
    call: &Call,
    query: PaymentPlanQuery,
) -> Result<Reply<List<PaymentPlan>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let of = parse_optional("billing_account", query.billing_account.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let page = payment_plan::list(cx, (account, of), state, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| PaymentPlan::from(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<PaymentPlan>, Error> {
    let it: domain::PaymentPlan = cx.get(call.id("id")?)?;
    Ok(Reply::ok(PaymentPlan::from(&it)).tagged(it.stamp.revision))
}

/// What is to be paid in instalments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPaymentPlan {
    /// Who pays; on its default billing account if no other is named.
    account: Option<String>,
    billing_account: Option<String>,
    /// Which invoices; all that are open and not disputed if nothing is said.
    invoices: Option<Vec<String>>,
    /// In how many parts: 1 to 120.
    instalments: u16,
    /// Until when the first is to be paid.
    first_on: String,
    /// How often one is due after that; `1 month` if nothing is said.
    every: Option<String>,
}

impl NewPaymentPlan {
    fn read(&self, cx: Cx<'_>) -> Result<AgreePlan, Error> {
        let account = parse_optional("/account", self.account.as_deref())?;
        let of = parse_optional("/billing_account", self.billing_account.as_deref())?;
        let billing_account = match (of, account) {
            (Some(id), _) => id,
            (None, Some(account)) => {
                let account: Account = cx.named("/account", account)?;
                billing_account::default_of(cx, account.id)?.id
            }
            (None, None) => {
                let message = "must name the account or the billing account";
                return Err(Invalid::one("/account", "required", message).into());
            }
        };
        let each =
            |(place, it): (usize, &String)| parse::<InvoiceId>(&format!("/invoices/{place}"), it);
        let invoices = self.invoices.as_ref().map(|it| it.iter().enumerate().map(each).collect());
        Ok(AgreePlan {
            billing_account,
            invoices: invoices.transpose()?,
            count: self.instalments,
            first_on: parse("/first_on", &self.first_on)?,
            every: parse("/every", self.every.as_deref().unwrap_or("1 month"))?,
        })
    }
}

fn agree(act: &mut Act<'_>, _: &Call, body: NewPaymentPlan) -> Result<Reply<PaymentPlan>, Error> {
    let command = body.read(act.cx())?;
    let it = payment_plan::agree(act, command)?;
    let path = format!("/api/v1/payment_plans/{}", it.id);
    Ok(Reply::created(path, PaymentPlan::from(&it)).tagged(it.stamp.revision))
}

fn cancel(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<PaymentPlan>, Error> {
    let it = payment_plan::cancel(act, call.id("id")?, call.if_match)?;
    Ok(Reply::ok(PaymentPlan::from(&it)).tagged(it.stamp.revision))
}
