//! `/journal`, `/balances`, and what an account owes: `/accounts/{id}/balance` and `statement`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, read_much};
use super::wire::{List, Money, NoQuery, SoldBy, Whole, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, BillingAccountId, Kind};
use crate::domain::journal::Holder;
use crate::domain::operator::Permission;
use crate::domain::page::Page;
use crate::domain::stamp::SellerNumber;
use crate::services::journal::{self, Balance as KeptBalance, NumberedEntry};
use crate::services::label::Labels;
use crate::services::{Cx, Error, billing_account, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::BalanceRead);
    let books = Needs::Permission(Permission::JournalRead);
    vec![
        read("/accounts/{id}/balance", reads, "What an account owes and has", standing),
        read_much("/accounts/{id}/statement", reads, "Read the statement of an account", statement),
        read("/balances", reads, "The balances of a billing account or seller", balances),
        read_much("/journal", books, "List the double entries", entries),
    ]
}

/// What an account owes and has.
#[derive(Debug, Serialize, ToSchema)]
struct AccountBalance {
    balances: Vec<CurrencyBalance>,
}

impl Wire for AccountBalance {}

/// The same in one currency.
#[derive(Debug, Serialize, ToSchema)]
struct CurrencyBalance {
    currency: String,
    /// What it owes.
    receivable: Money,
    /// What it has paid, or was given back, without owing it.
    credit: Money,
    /// What it has not paid in time.
    overdue: Money,
    /// What is held of it as security.
    deposits: Money,
}

fn standing(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<AccountBalance>, Error> {
    let found = journal::standing(cx, call.id("id")?)?;
    let balance = |it: &journal::Standing| CurrencyBalance {
        currency: it.receivable.currency().to_string(),
        receivable: it.receivable.into(),
        credit: it.credit.into(),
        overdue: it.overdue.into(),
        deposits: it.deposits.into(),
    };
    Ok(Reply::ok(AccountBalance { balances: found.iter().map(balance).collect() }))
}

/// Between which days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatementQuery {
    from: Option<String>,
    to: Option<String>,
}

/// What happened to an account, for each of its billing accounts.
#[derive(Debug, Serialize, ToSchema)]
struct AccountStatement {
    statements: Vec<Statement>,
}

impl Wire for AccountStatement {}

/// The movements of a billing account.
#[derive(Debug, Serialize, ToSchema)]
struct Statement {
    billing_account: String,
    currency: String,
    /// What was owed before the first line; negative where the account had credit.
    opening: Money,
    lines: Vec<StatementLine>,
    closing: Money,
}

/// One movement.
#[derive(Debug, Serialize, ToSchema)]
struct StatementLine {
    on: String,
    text: String,
    invoice: Option<String>,
    payment: Option<String>,
    debit: Option<Money>,
    credit: Option<Money>,
    /// What is owed after it.
    balance: Money,
}

impl StatementLine {
    fn of(it: &journal::Movement) -> Result<Self, Error> {
        let named = |kind: Kind| (it.cause.kind == kind).then(|| it.cause.to_string());
        let (debit, credit) = match it.amount.is_negative() {
            true => (None, Some(it.amount.negated()?.into())),
            false => (Some(it.amount.into()), None),
        };
        Ok(Self {
            on: it.on.to_string(),
            text: it.text.clone(),
            invoice: named(Kind::Invoice),
            payment: named(Kind::Payment),
            debit,
            credit,
            balance: it.balance.into(),
        })
    }
}

fn statement(
    cx: Cx<'_>,
    call: &Call,
    query: StatementQuery,
) -> Result<Reply<AccountStatement>, Error> {
    let from = parse_optional("from", query.from.as_deref())?;
    let to = parse_optional("to", query.to.as_deref())?;
    let found = journal::statements(cx, call.id("id")?, (from, to))?;
    let statements: Result<Vec<_>, Error> = found
        .iter()
        .map(|it| {
            let lines: Result<_, Error> = it.movements.iter().map(StatementLine::of).collect();
            Ok(Statement {
                billing_account: it.billing_account.to_string(),
                currency: it.closing.currency().to_string(),
                opening: it.opening.into(),
                lines: lines?,
                closing: it.closing.into(),
            })
        })
        .collect();
    Ok(Reply::ok(AccountStatement { statements: statements? }))
}

/// In whose books: of one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BalanceQuery {
    /// The account that sells; the caller's own if nothing is said.
    seller: Option<String>,
    /// The account whose default billing account is meant.
    account: Option<String>,
    billing_account: Option<String>,
}

/// What is looked at in books.
enum Books {
    /// Those of a seller.
    Seller(SellerNumber),
    /// What is in them of a billing account.
    Customer(BillingAccountId),
}

impl BalanceQuery {
    fn read(&self, cx: Cx<'_>) -> Result<Books, Error> {
        let account: Option<AccountId> = parse_optional("account", self.account.as_deref())?;
        let billing_account = parse_optional("billing_account", self.billing_account.as_deref())?;
        let seller: Option<AccountId> = parse_optional("seller", self.seller.as_deref())?;
        match (seller, account, billing_account) {
            (None, None, Some(id)) => Ok(Books::Customer(id)),
            (None, Some(account), None) => {
                let account: Account = cx.named("account", account)?;
                Ok(Books::Customer(billing_account::default_of(cx, account.id)?.id))
            }
            (seller, None, None) => Ok(Books::Seller(catalog::seller_at(cx, "seller", seller)?)),
            (_, account, _) => {
                let field = if account.is_some() { "account" } else { "billing_account" };
                Err(Invalid::one(field, "conflict", "must be named alone").into())
            }
        }
    }
}

/// A balance in the books of a seller.
#[derive(Debug, Serialize, ToSchema)]
struct Balance {
    ledger: String,
    /// The billing account or the partner; `null` for the seller's own.
    holder: Option<String>,
    /// Positive where debits outweigh.
    amount: Money,
}

impl Wire for Balance {}

fn holder(of: Holder) -> Option<String> {
    match of {
        Holder::Seller => None,
        Holder::Customer(id) | Holder::Reserved(id) | Holder::PrepaidReserved(id) => {
            Some(id.to_string())
        }
        Holder::Partner(id) => Some(id.to_string()),
    }
}

impl From<&KeptBalance> for Balance {
    fn from(it: &KeptBalance) -> Self {
        let (ledger, holder) = (it.key.ledger.to_string(), holder(it.key.holder));
        Self { ledger, holder, amount: it.amount.into() }
    }
}

fn balances(cx: Cx<'_>, _: &Call, query: BalanceQuery) -> Result<Reply<Whole<Balance>>, Error> {
    let found = match query.read(cx)? {
        Books::Seller(seller) => journal::balances(cx, seller)?,
        Books::Customer(id) => journal::balances_of(cx, id)?,
    };
    Ok(Reply::ok(Whole::of(found.iter().map(Balance::from).collect())))
}

/// A movement of money as a double entry.
#[derive(Debug, Serialize, ToSchema)]
struct JournalEntry {
    sequence: u64,
    at: String,
    /// What caused it.
    cause: String,
    /// In whose books it stands.
    #[serde(flatten)]
    sold_by: SoldBy,
    legs: Vec<JournalLeg>,
}

impl Wire for JournalEntry {}

/// One side of an entry.
#[derive(Debug, Serialize, ToSchema)]
struct JournalLeg {
    ledger: String,
    /// The billing account or the partner; `null` for the seller's own.
    holder: Option<String>,
    /// Positive where it is debited, negative where it is credited.
    amount: Money,
}

impl From<NumberedEntry> for JournalEntry {
    fn from(it: NumberedEntry) -> Self {
        let legs = it.entry.legs().iter().map(|it| JournalLeg {
            ledger: it.ledger.to_string(),
            holder: holder(it.holder),
            amount: it.amount.into(),
        });
        Self {
            sequence: it.sequence,
            at: it.entry.at().to_string(),
            cause: it.entry.cause().to_string(),
            sold_by: SoldBy::default(),
            legs: legs.collect(),
        }
    }
}

fn entries(
    cx: Cx<'_>,
    call: &Call,
    query: BalanceQuery,
) -> Result<Reply<List<JournalEntry>>, Error> {
    let page: Page<NumberedEntry> = match query.read(cx)? {
        Books::Seller(seller) => journal::all_entries(cx, seller, &call.page)?,
        Books::Customer(id) => {
            let of: BillingAccount = cx.named("billing_account", id)?;
            journal::entries(cx, &of, &call.page)?
        }
    };
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::numbered(&mut labels, it.entry.seller())?;
        Ok::<_, Error>(JournalEntry { sold_by, ..JournalEntry::from(it) })
    })?))
}
