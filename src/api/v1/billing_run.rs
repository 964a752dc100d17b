//! `/billing_runs`: what would be billed, what was, what failed, and what is left.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, read_much, work, write};
use super::wire::{List, Money, NoQuery, parse_optional, word};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::comparison::Kind;
use crate::domain::billing::run as domain;
use crate::domain::error::Code;
use crate::domain::operator::Permission;
use crate::services::label::Labels;
use crate::services::{Act, Bss, Cx, Error, billing};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::BillingRead);
    let runs = Needs::Permission(Permission::BillingRun);
    vec![
        read("/billing_runs", reads, "List billing runs", list),
        read_much("/billing_runs/plan", reads, "What would be billed?", plan),
        read_much("/billing_runs/left", reads, "What is left to bill?", left),
        read_much("/billing_runs/proposed", reads, "Which bills wait to be issued?", proposed),
        read_much(
            "/billing_runs/plan/comparison",
            reads,
            "What would be billed otherwise than before?",
            compare_plan,
        ),
        read("/billing_runs/{id}", reads, "Read a billing run", show),
        read_much(
            "/billing_runs/{id}/comparison",
            reads,
            "What was billed otherwise than before?",
            compare,
        ),
        work(Method::POST, "/billing_runs", runs, "Bill what is due", (ORDINARY_BYTES_MAX, start)),
        write(Method::POST, "/billing_runs/{id}/cancel", runs, "Stop a billing run", cancel),
    ]
}

/// One execution of billing.
#[derive(Debug, Serialize, ToSchema)]
struct BillingRun {
    id: String,
    number: u64,
    revision: u32,
    /// `planned`, `running`, `done` or `canceled`.
    state: String,
    through: String,
    /// How many billing accounts it has looked at.
    done: u64,
    /// How many it was going to look at, as far as that was known.
    total: u64,
    /// How many billing accounts it looks at in a second; `null` within the first.
    per_second: Option<u64>,
    invoices: u64,
    amounts: Vec<BilledAmount>,
    /// How many billing accounts could not be billed.
    failed: u64,
    /// The first of those, with their reasons.
    failures: Vec<BillingFailure>,
    started_at: Option<String>,
    ended_at: Option<String>,
}

impl Wire for BillingRun {}

/// Invoices and their sums in one currency.
#[derive(Debug, Serialize, ToSchema)]
struct BilledAmount {
    currency: String,
    invoices: u64,
    net: Money,
    tax: Money,
    gross: Money,
}

/// Why a billing account was not billed.
#[derive(Debug, Serialize, ToSchema)]
struct BillingFailure {
    billing_account: String,
    /// The stable name of the reason.
    code: String,
    /// What it means.
    title: Option<String>,
    reason: String,
}

fn amounts(of: &domain::Counters) -> Vec<BilledAmount> {
    let amount =
        |(currency, it): (crate::domain::money::Currency, &domain::Counter)| BilledAmount {
            currency: currency.to_string(),
            invoices: it.invoices,
            net: it.totals.net.into(),
            tax: it.totals.tax.into(),
            gross: it.totals.gross.into(),
        };
    of.iter().map(amount).collect()
}

impl From<&domain::Failure> for BillingFailure {
    fn from(it: &domain::Failure) -> Self {
        Self {
            billing_account: it.billing_account.to_string(),
            code: it.code.clone(),
            title: Code::ALL
                .iter()
                .find(|known| known.name() == it.code)
                .map(|known| known.meaning().trim().to_owned()),
            reason: it.detail.clone(),
        }
    }
}

impl BillingRun {
    fn of(it: &domain::BillingRun, now: crate::domain::time::Instant) -> Self {
        let seconds = it.started_at.map(|from| it.ended_at.unwrap_or(now).seconds_since(from));
        let seconds = seconds.and_then(|it| u64::try_from(it).ok());
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            state: it.state().to_string(),
            through: it.on.to_string(),
            done: it.accounts_done,
            total: it.plan.accounts.max(it.accounts_done),
            per_second: seconds.and_then(|seconds| it.accounts_done.checked_div(seconds)),
            invoices: it.billed.iter().map(|it| it.1.invoices).sum(),
            amounts: amounts(&it.billed),
            failed: it.accounts_failed,
            failures: it.failures.iter().map(BillingFailure::from).collect(),
            started_at: it.started_at.map(|it| it.to_string()),
            ended_at: it.ended_at.map(|it| it.to_string()),
        }
    }
}

/// A billing run as an event at an instant tells of it.
pub(super) fn told(it: &domain::BillingRun, at: crate::domain::time::Instant) -> impl Wire + use<> {
    BillingRun::of(it, at)
}

/// Which runs are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingRunQuery {
    state: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: BillingRunQuery) -> Result<Reply<List<BillingRun>>, Error> {
    let state = word("state", query.state.as_deref())?;
    let page = billing::list(cx, state, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| BillingRun::of(&it, cx.now))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<BillingRun>, Error> {
    let it = billing::get(cx, call.id("id")?)?;
    Ok(Reply::ok(BillingRun::of(&it, cx.now)).tagged(it.stamp.revision))
}

/// What would be billed, with nothing written.
#[derive(Debug, Serialize, ToSchema)]
struct BillingPlan {
    through: String,
    /// How many billing accounts would be looked at.
    total: u64,
    invoices: u64,
    amounts: Vec<BilledAmount>,
    failures: Vec<BillingFailure>,
}

impl Wire for BillingPlan {}

/// Up to which day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingPlanQuery {
    /// The last day, to its end by UTC; what is due at this moment if nothing is said.
    through: Option<String>,
}

fn plan(cx: Cx<'_>, _: &Call, query: BillingPlanQuery) -> Result<Reply<BillingPlan>, Error> {
    let through = parse_optional("through", query.through.as_deref())?;
    let (through, plan, failures) = billing::plan(cx, through)?;
    Ok(Reply::ok(BillingPlan {
        through: through.to_string(),
        total: plan.accounts,
        invoices: plan.would_bill.iter().map(|it| it.1.invoices).sum(),
        amounts: amounts(&plan.would_bill),
        failures: failures.iter().map(BillingFailure::from).collect(),
    }))
}

/// The bills that wait to be issued.
#[derive(Debug, Serialize, ToSchema)]
struct ProposedBills {
    /// The first 500, the soonest first.
    items: Vec<ProposedBill>,
}

impl Wire for ProposedBills {}

/// A bill whose billing date has come, and that its seller can look at before it is issued.
#[derive(Debug, Serialize, ToSchema)]
struct ProposedBill {
    billing_account: String,
    account: String,
    account_name: Option<String>,
    billing_date: String,
    /// When it is issued; `POST /billing_accounts/{id}/bill` does so at once, and
    /// `POST /billing_accounts/{id}/suspend` keeps it back.
    issued_at: String,
    /// What it comes to, if it were issued now.
    amounts: Vec<BilledAmount>,
    lines: Vec<ProposedLine>,
    /// Why it cannot be billed as things are.
    refused: Option<String>,
}

/// What is charged.
#[derive(Debug, Serialize, ToSchema)]
struct ProposedLine {
    text: String,
    quantity: String,
    net: Money,
}

fn proposed(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<ProposedBills>, Error> {
    let mut labels = Labels::new(cx);
    let shown = billing::proposed(cx)?.into_iter().map(|it| {
        let account_name = labels.account(it.account.account())?;
        ProposedBill::of(&it, account_name)
    });
    Ok(Reply::ok(ProposedBills { items: shown.collect::<Result<_, Error>>()? }))
}

impl ProposedBill {
    fn of(it: &billing::Proposed, account_name: Option<String>) -> Result<Self, Error> {
        let contents = it.contents.as_deref().unwrap_or_default();
        let mut sums = domain::Counters::default();
        for content in contents {
            sums.count(content.totals)?;
        }
        let lines = contents.iter().flat_map(|it| &it.lines).map(|it| ProposedLine {
            text: format!("{}: {}", it.subject, it.label),
            quantity: it.quantity.to_string(),
            net: it.net.into(),
        });
        Ok(Self {
            billing_account: it.account.id.to_string(),
            account: it.account.account().to_string(),
            account_name,
            billing_date: it.on.to_string(),
            issued_at: it.issued_at.to_string(),
            amounts: amounts(&sums),
            lines: lines.collect(),
            refused: it.contents.as_ref().err().map(|it| it.detail.clone()),
        })
    }
}

/// What is billed otherwise than in the last run that had billed anything.
#[derive(Debug, Serialize, ToSchema)]
struct BillingComparison {
    /// That run, and its number; `null` where there was none.
    with: Option<String>,
    with_number: Option<u64>,
    /// How many accounts are new, gone or billed another amount.
    new: usize,
    gone: usize,
    changed: usize,
    /// The first 1000 of them.
    differences: Vec<BillingDifference>,
}

impl Wire for BillingComparison {}

/// An account that is billed otherwise.
#[derive(Debug, Serialize, ToSchema)]
struct BillingDifference {
    billing_account: String,
    /// The account, and what it is called, if the caller may see it.
    account: Option<String>,
    account_name: Option<String>,
    /// `new`, `gone` or `changed`.
    kind: String,
    /// With tax.
    before: Money,
    now: Money,
}

/// So many differences are shown.
const DIFFERENCES_MAX: usize = 1000;

fn comparison(cx: Cx<'_>, of: &billing::Compared) -> Result<Reply<BillingComparison>, Error> {
    let count = |kind| of.differences.iter().filter(|it| it.kind == kind).count();
    let mut labels = Labels::new(cx);
    let shown = of.differences.iter().take(DIFFERENCES_MAX).map(|it| {
        let account = cx.find::<BillingAccount>(it.billing_account)?.map(|it| it.account());
        let account_name = account.map(|id| labels.account(id)).transpose()?.flatten();
        Ok(BillingDifference {
            billing_account: it.billing_account.to_string(),
            account: account.map(|it| it.to_string()),
            account_name,
            kind: it.kind.to_string(),
            before: it.before.into(),
            now: it.now.into(),
        })
    });
    let differences = shown.collect::<Result<_, Error>>()?;
    Ok(Reply::ok(BillingComparison {
        with: of.with.as_ref().map(|it| it.id.to_string()),
        with_number: of.with.as_ref().map(|it| it.stamp.number),
        new: count(Kind::New),
        gone: count(Kind::Gone),
        changed: count(Kind::Changed),
        differences,
    }))
}

fn compare_plan(
    cx: Cx<'_>,
    _: &Call,
    query: BillingPlanQuery,
) -> Result<Reply<BillingComparison>, Error> {
    let through = parse_optional("through", query.through.as_deref())?;
    comparison(cx, &billing::compare_plan(cx, through)?)
}

/// With which run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingComparisonQuery {
    /// Another run; the last before it that had billed anything if nothing is said.
    with: Option<String>,
}

fn compare(
    cx: Cx<'_>,
    call: &Call,
    query: BillingComparisonQuery,
) -> Result<Reply<BillingComparison>, Error> {
    let with = parse_optional("with", query.with.as_deref())?;
    comparison(cx, &billing::compare(cx, call.id("id")?, with)?)
}

/// What is left to bill.
#[derive(Debug, Serialize, ToSchema)]
struct LeftToBill {
    nothing_left: bool,
    /// How many billing accounts are due now.
    due: usize,
    /// How many bills wait to be issued, because their sellers can look at them for some hours first
    /// (`review_hours`). `/billing_runs/proposed` lists them.
    proposed: usize,
    /// How many could not be billed the last time, and are tried again tomorrow.
    failed: usize,
    /// Why, as far as the last runs tell.
    failures: Vec<BillingFailure>,
    /// How many usage events no price of their subscription charges: nobody bills them as things
    /// are. `/usage/unrated` lists them.
    unrated_events: u64,
}

impl Wire for LeftToBill {}

fn left(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<LeftToBill>, Error> {
    let billing::Left { due, proposed, failed, failures, unrated } = billing::left(cx)?;
    let nothing_left = due == 0 && failed == 0;
    let failures = failures.iter().map(BillingFailure::from).collect();
    let unrated_events = unrated;
    Ok(Reply::ok(LeftToBill { nothing_left, due, proposed, failed, failures, unrated_events }))
}

/// Bills what is due now; who could not be billed before is tried again.
fn start(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<BillingRun>, Error> {
    let (on, plan, _) = bss.read(&call.actor, |cx| billing::plan(cx, None))?;
    let it = bss.act(call.author(), move |act| billing::start(act, (on, plan))).wait()?;
    let path = format!("/api/v1/billing_runs/{}", it.id);
    Ok(Reply::created(path, BillingRun::of(&it, bss.moment().now)).tagged(it.stamp.revision))
}

fn cancel(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<BillingRun>, Error> {
    let it = billing::cancel(act, call.id("id")?)?;
    Ok(Reply::ok(BillingRun::of(&it, act.now())).tagged(it.stamp.revision))
}
