//! `/bank_statements`: what moved on a seller's bank account, and what was made of it.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::camt;
use super::route::{Needs, Route, read, work, write};
use super::wire::{List, Money, NoQuery, SoldBy, Whole, parse_optional};
use crate::api::edge::body::BATCH_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::payment::statement as domain;
use crate::domain::payment::statement::Outcome;
use crate::services::bank_statement::{self, Whose};
use crate::services::label::Labels;
use crate::services::{Act, Bss, Cx, Error, billing_account};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::BankingRead);
    let writes = Needs::Permission(Permission::BankingWrite);
    let (all, one) = ("/bank_statements", "/bank_statements/{id}");
    let post = || Method::POST;
    vec![
        read(all, reads, "List bank statements", list),
        work(post(), all, writes, "Take in a bank statement", (BATCH_BYTES_MAX, take_in)),
        read(one, reads, "Read a bank statement", show),
        write(
            post(),
            "/bank_statements/{id}/assign",
            writes,
            "Make a payment of a line of a bank statement",
            assign,
        ),
        write(
            post(),
            "/bank_statements/{id}/put_aside",
            writes,
            "Put a line of a bank statement aside",
            put_aside,
        ),
    ]
}

/// What moved on a seller's bank account.
#[derive(Debug, Serialize, ToSchema)]
struct BankStatement {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    /// Whose account it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// The last four signs of the number of the account.
    last_digits: String,
    /// By what the bank knows it.
    reference: String,
    /// The days of the first and the last movement; `null` if there is none.
    from: Option<String>,
    to: Option<String>,
    /// How many lines it has, and how many of them wait for a person.
    count: usize,
    open: usize,
    /// The lines; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<BankLine>>,
}

impl Wire for BankStatement {}

/// A movement, and what was made of it.
#[derive(Debug, Serialize, ToSchema)]
struct BankLine {
    /// Its place on the statement, from 0.
    line: usize,
    booked_on: String,
    /// Less than nothing where money went out.
    amount: Money,
    /// Who is on the other side.
    counterparty: Option<String>,
    text: String,
    /// By what the bank knows it.
    reference: Option<String>,
    /// By what who began it knows it.
    end_to_end: Option<String>,
    /// Why it was sent back, by the codes of ISO 20022: `AM04`.
    reason: Option<String>,
    /// What the bank charges.
    fee: Option<Money>,
    /// `open` where a person has to look at it; `collected`, `completed`, `paid`, `returned`, `known` from
    /// an earlier statement, or `put_aside`.
    state: String,
    /// Why a person has to: `names_nothing`, `amount_differs`, `several_payers`, `not_expected` or
    /// `went_out`.
    puzzle: Option<String>,
    /// What it became.
    payment: Option<String>,
    /// The order of which it is all that was expected.
    debit_order: Option<String>,
}

impl BankLine {
    fn of((line, it): (usize, &domain::Line)) -> Self {
        let (movement, outcome) = (&it.movement, &it.outcome);
        let (puzzle, payment, debit_order) = match outcome {
            Outcome::New | Outcome::Known | Outcome::PutAside => (None, None, None),
            Outcome::Open(puzzle) => (Some(puzzle.to_string()), None, None),
            Outcome::Collected(id) | Outcome::Paid(id) | Outcome::Returned(id) => {
                (None, Some(id.to_string()), None)
            }
            Outcome::Completed(id) => (None, None, Some(id.to_string())),
        };
        Self {
            line,
            booked_on: movement.booked_on.to_string(),
            amount: movement.amount.into(),
            counterparty: movement.counterparty.as_ref().map(ToString::to_string),
            text: movement.text.to_string(),
            reference: movement.reference.as_ref().map(ToString::to_string),
            end_to_end: movement.end_to_end.as_ref().map(ToString::to_string),
            reason: movement.reason.as_ref().map(ToString::to_string),
            fee: movement.fee.map(Money::from),
            state: outcome.word().to_owned(),
            puzzle,
            payment,
            debit_order,
        }
    }
}

fn wire(it: &domain::BankStatement) -> BankStatement {
    let days = || it.lines.iter().map(|it| it.movement.booked_on);
    let is_open = |it: &&domain::Line| matches!(it.outcome, Outcome::Open(_) | Outcome::New);
    BankStatement {
        id: it.id.to_string(),
        number: it.stamp.number,
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        sold_by: SoldBy::default(),
        last_digits: it.account.last().to_owned(),
        reference: it.reference.to_string(),
        from: days().min().map(|it| it.to_string()),
        to: days().max().map(|it| it.to_string()),
        count: it.lines.len(),
        open: it.lines.iter().filter(is_open).count(),
        lines: None,
    }
}

/// A bank statement as an event tells of it.
pub(super) fn told(it: &domain::BankStatement) -> impl Wire + use<> {
    wire(it)
}

fn labeled(labels: &mut Labels<'_>, it: &domain::BankStatement) -> Result<BankStatement, Error> {
    Ok(BankStatement { sold_by: SoldBy::of(labels, &it.stamp)?, ..wire(it) })
}

fn whole(cx: Cx<'_>, it: &domain::BankStatement) -> Result<Reply<BankStatement>, Error> {
    let lines = Some(it.lines.iter().enumerate().map(BankLine::of).collect());
    let shown = BankStatement { lines, ..labeled(&mut Labels::new(cx), it)? };
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// Which statements are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BankStatementQuery {
    /// `open`: those with lines that wait for a person; `completed`: those without.
    state: Option<String>,
}

impl BankStatementQuery {
    fn is_open(&self) -> Result<Option<bool>, Invalid> {
        match self.state.as_deref() {
            None => Ok(None),
            Some("open") => Ok(Some(true)),
            Some("completed") => Ok(Some(false)),
            Some(_) => Err(Invalid::one("state", "enum", "must be `open` or `completed`")),
        }
    }
}

fn list(
    cx: Cx<'_>,
    call: &Call,
    query: BankStatementQuery,
) -> Result<Reply<List<BankStatement>>, Error> {
    let page = bank_statement::list(cx, query.is_open()?, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| labeled(&mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<BankStatement>, Error> {
    whole(cx, &cx.get(call.id("id")?)?)
}

/// What a bank says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBankStatement {
    /// The account whose bank account it is; the caller's own if nothing is said.
    seller: Option<String>,
    /// A `camt.053` of ISO 20022 in any version, as text: at most 1 MiB.
    camt: String,
}

fn take_in(
    bss: &Arc<Bss>,
    call: &Call,
    body: NewBankStatement,
) -> Result<Reply<Whole<BankStatement>>, Error> {
    let seller = parse_optional("/seller", body.seller.as_deref())?;
    let kept = bank_statement::take_in(bss, &call.author(), (seller, camt::read(&body.camt)?))?;
    let kept = bss.read(&call.actor, |cx| {
        let mut labels = Labels::new(cx);
        kept.iter().map(|it| labeled(&mut labels, it)).collect::<Result<Vec<_>, Error>>()
    })?;
    Ok(Reply::ok(Whole::of(kept)))
}

/// Of whom a line is: one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Assignment {
    /// Its place on the statement, from 0.
    line: usize,
    /// What it settles first.
    invoice: Option<String>,
    /// Whose credit it is, and what is due first of it is settled.
    billing_account: Option<String>,
    /// The same by the account, whose default billing account is meant.
    account: Option<String>,
}

impl Assignment {
    fn whose(&self, cx: Cx<'_>) -> Result<Whose, Error> {
        let invoice = parse_optional("/invoice", self.invoice.as_deref())?;
        let of = parse_optional("/billing_account", self.billing_account.as_deref())?;
        let account = parse_optional("/account", self.account.as_deref())?;
        match (invoice, of, account) {
            (Some(id), None, None) => Ok(Whose::Invoice(id)),
            (None, Some(id), None) => Ok(Whose::BillingAccount(id)),
            (None, None, Some(id)) => {
                let account: Account = cx.named("/account", id)?;
                Ok(Whose::BillingAccount(billing_account::default_of(cx, account.id)?.id))
            }
            (None, None, None) => {
                let why = "must be named, or the billing account or the account";
                Err(Invalid::one("/invoice", "required", why).into())
            }
            (_, _, _) => Err(Invalid::one("/invoice", "conflict", "must be named alone").into()),
        }
    }
}

fn assign(act: &mut Act<'_>, call: &Call, body: Assignment) -> Result<Reply<BankStatement>, Error> {
    let whose = body.whose(act.cx())?;
    let it = bank_statement::assign(act, (call.id("id")?, body.line), whose)?;
    whole(act.cx(), &it)
}

/// A line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BankLineNamed {
    /// Its place on the statement, from 0.
    line: usize,
}

fn put_aside(
    act: &mut Act<'_>,
    call: &Call,
    body: BankLineNamed,
) -> Result<Reply<BankStatement>, Error> {
    let it = bank_statement::put_aside(act, (call.id("id")?, body.line))?;
    whole(act.cx(), &it)
}
