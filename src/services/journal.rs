//! Balances and statements: what the journal says of an account.

use std::collections::BTreeMap;

use super::{Cx, Error, billing_account, goodwill, payment};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::document::Document;
use crate::domain::id::{
    AccountId, BillingAccountId, CreditNoteId, DocumentId, Id, InvoiceId, Kind, PaymentId,
    RefundId, SettlementId, Subject,
};
use crate::domain::journal::{Entry, Holder, Ledger};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::Payment;
use crate::domain::payment::method::MethodKind;
use crate::domain::payment::refund::Refund;
use crate::domain::settlement::note::SettlementNote;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;
use crate::store::Records;
use crate::store::journal as kept;
pub use crate::store::journal::{Balance, NumberedEntry};

/// What an account owes and has in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What it owes.
    pub receivable: Money,
    /// What it has paid, or was given back, without owing it.
    pub credit: Money,
    /// What it has not paid in time.
    pub overdue: Money,
    /// What is held of it as security.
    pub deposits: Money,
}

/// What an account owes and has, currency by currency.
///
/// # Errors
/// If the account is not for the caller, or the store fails.
pub fn standing(cx: Cx<'_>, id: AccountId) -> Result<Vec<Standing>, Error> {
    let account: Account = cx.get(id)?;
    cx.must(Permission::BalanceRead, &account.stamp)?;
    standing_of(cx, id)
}

/// The same, whoever asks.
///
/// # Errors
/// If the store fails.
pub(super) fn standing_of(cx: Cx<'_>, id: AccountId) -> Result<Vec<Standing>, Error> {
    let mut found: BTreeMap<Currency, Standing> = BTreeMap::new();
    for of in billing_account::of(cx, id)? {
        let nothing = Money::zero(of.currency());
        let new =
            Standing { receivable: nothing, credit: nothing, overdue: nothing, deposits: nothing };
        let sum = found.entry(of.currency()).or_insert(new);
        for balance in kept::balances(cx.view, of.stamp.seller, Holder::Customer(of.id))? {
            match balance.key.ledger {
                Ledger::Receivable => sum.receivable = sum.receivable.plus(balance.amount)?,
                Ledger::CustomerCredit => sum.credit = sum.credit.minus(balance.amount)?,
                Ledger::DepositsHeld => sum.deposits = sum.deposits.minus(balance.amount)?,
                Ledger::Revenue
                | Ledger::DeferredRevenue
                | Ledger::TaxPayable
                | Ledger::Cash
                | Ledger::PartnerPayable
                | Ledger::WriteOff
                | Ledger::BankFee => {}
            }
        }
        sum.overdue = sum.overdue.plus(overdue(cx, &of)?)?;
    }
    Ok(found.into_values().collect())
}

/// What is left on a billing account of what was paid in beforehand, less what is owed.
///
/// # Errors
/// If the store fails.
pub fn left_of(cx: Cx<'_>, of: &BillingAccount) -> Result<Money, Error> {
    let mut left = Money::zero(of.currency());
    for balance in kept::balances(cx.view, of.stamp.seller, Holder::Customer(of.id))? {
        let counts = matches!(balance.key.ledger, Ledger::Receivable | Ledger::CustomerCredit);
        if counts && balance.key.currency == of.currency() {
            left = left.minus(balance.amount)?;
        }
    }
    Ok(left)
}

/// What is overdue on a billing account today.
///
/// # Errors
/// If the store fails.
pub fn overdue(cx: Cx<'_>, of: &BillingAccount) -> Result<Money, Error> {
    let today = of.terms().zone.date_of(cx.now);
    let mut sum = Money::zero(of.currency());
    for it in payment::open_invoices(cx, of.id)? {
        if goodwill::is_overdue(cx, &it, today)? {
            sum = sum.plus(it.open())?;
        }
    }
    Ok(sum)
}

/// The balances in the books of a seller.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn balances(cx: Cx<'_>, seller: SellerNumber) -> Result<Vec<Balance>, Error> {
    cx.must(Permission::JournalRead, &cx.stamp(seller, None))?;
    Ok(kept::balances_of_seller(cx.view, seller)?)
}

/// The balances of a billing account in the books of its seller.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn balances_of(cx: Cx<'_>, id: BillingAccountId) -> Result<Vec<Balance>, Error> {
    let found: BillingAccount = cx.get(id)?;
    cx.must(Permission::BalanceRead, &found.stamp)?;
    Ok(kept::balances(cx.view, found.stamp.seller, Holder::Customer(id))?)
}

/// A page of the entries about a billing account.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn entries(
    cx: Cx<'_>,
    of: &BillingAccount,
    page: &PageRequest,
) -> Result<Page<NumberedEntry>, Error> {
    cx.must(Permission::JournalRead, &of.stamp)?;
    let holder = Holder::Customer(of.id);
    Ok(kept::entries(cx.view, Some((of.stamp.seller, holder)), page, &mut |_| true)?)
}

/// A page of all entries in the books of a seller.
///
/// # Errors
/// If the caller may not, or the store fails.
pub fn all_entries(
    cx: Cx<'_>,
    seller: SellerNumber,
    page: &PageRequest,
) -> Result<Page<NumberedEntry>, Error> {
    cx.must(Permission::JournalRead, &cx.stamp(seller, None))?;
    Ok(kept::entries(cx.view, None, page, &mut |it| it.seller() == seller)?)
}

/// What happened on a statement's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The day, in the zone of the billing account.
    pub on: Date,
    /// What it was, for people.
    pub text: String,
    /// What caused it.
    pub cause: Subject,
    /// By how much more is owed; negative where less is.
    pub amount: Money,
    /// What is owed after it; negative where the account has credit.
    pub balance: Money,
}

/// The movements of a billing account between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of which billing account.
    pub billing_account: BillingAccountId,
    /// What was owed before the first of them.
    pub opening: Money,
    /// What happened.
    pub movements: Vec<Movement>,
    /// What is owed after the last of them.
    pub closing: Money,
}

/// The statements of an account from one day to another, one for each billing account.
///
/// # Errors
/// If the account is not for the caller, or the store fails.
pub fn statements(
    cx: Cx<'_>,
    id: AccountId,
    (from, to): (Option<Date>, Option<Date>),
) -> Result<Vec<Statement>, Error> {
    let account: Account = cx.get(id)?;
    cx.must(Permission::BalanceRead, &account.stamp)?;
    billing_account::of(cx, id)?.iter().map(|of| statement(cx, of, (from, to))).collect()
}

fn statement(
    cx: Cx<'_>,
    of: &BillingAccount,
    (from, to): (Option<Date>, Option<Date>),
) -> Result<Statement, Error> {
    let nothing = Money::zero(of.currency());
    let mut statement = Statement {
        billing_account: of.id,
        opening: nothing,
        movements: Vec::new(),
        closing: nothing,
    };
    let whose = Some((of.stamp.seller, Holder::Customer(of.id)));
    let mut request = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let page = kept::entries(cx.view, whose, &request, &mut |_| true)?;
        for numbered in &page.items {
            add(cx, of, (&mut statement, (from, to)), &numbered.entry)?;
        }
        request.after = page.next;
        if request.after.is_none() {
            return Ok(statement);
        }
    }
}

fn add(
    cx: Cx<'_>,
    of: &BillingAccount,
    (statement, (from, to)): (&mut Statement, (Option<Date>, Option<Date>)),
    entry: &Entry,
) -> Result<(), Error> {
    let on = of.terms().zone.date_of(entry.at());
    let amount = owed(of, entry)?;
    if amount.is_zero() || to.is_some_and(|to| to < on) {
        return Ok(());
    }
    let balance = statement.closing.plus(amount)?;
    statement.closing = balance;
    if from.is_some_and(|from| on < from) {
        statement.opening = balance;
        return Ok(());
    }
    let (cause, text) = (entry.cause(), said(cx, entry.cause())?);
    statement.movements.push(Movement { on, text, cause, amount, balance });
    Ok(())
}

/// By how much more a billing account owes after an entry. Credit that settles an invoice changes
/// nothing.
fn owed(of: &BillingAccount, entry: &Entry) -> Result<Money, MoneyError> {
    let own = entry.legs().iter().filter(|it| it.holder == Holder::Customer(of.id));
    let counts = own.filter(|it| match it.ledger {
        Ledger::Receivable | Ledger::CustomerCredit => true,
        Ledger::Revenue
        | Ledger::DeferredRevenue
        | Ledger::TaxPayable
        | Ledger::Cash
        | Ledger::DepositsHeld
        | Ledger::PartnerPayable
        | Ledger::WriteOff
        | Ledger::BankFee => false,
    });
    Money::sum(counts.map(|it| it.amount), of.currency())
}

/// What a cause of a movement is called on a statement.
///
/// # Errors
/// If the store fails.
pub(super) fn said(cx: Cx<'_>, cause: Subject) -> Result<String, Error> {
    let named = [invoice_said(cx, cause)?, payment_said(cx, cause)?, document_said(cx, cause)?];
    let named = named.into_iter().flatten().next();
    Ok(named.unwrap_or_else(|| cause.kind.noun().replace('_', " ")))
}

fn invoice_said(cx: Cx<'_>, cause: Subject) -> Result<Option<String>, Error> {
    let noun = cause.kind.noun().replace('_', " ");
    Ok(document_number(cx, cause)?.map(|number| format!("{noun} {number}")))
}

/// The number of the invoice, credit note or settlement note that a cause is; nothing if it is none.
///
/// # Errors
/// If the store fails.
pub(super) fn document_number(cx: Cx<'_>, cause: Subject) -> Result<Option<DocumentNumber>, Error> {
    if cause.kind == Kind::Settlement {
        let note = cx.view.find::<SettlementNote>(SettlementId::from_uuid(cause.uuid))?;
        return Ok(note.map(|it| it.number));
    }
    if cause.kind == Kind::CreditNote {
        let note = cx.view.find::<CreditNote>(CreditNoteId::from_uuid(cause.uuid))?;
        return Ok(note.and_then(|it| Some(it.issue()?.number.clone())));
    }
    let invoice = (cause.kind == Kind::Invoice).then(|| InvoiceId::from_uuid(cause.uuid));
    let invoice = invoice.map(|it| cx.view.find::<Invoice>(it)).transpose()?.flatten();
    Ok(invoice.and_then(|it| Some(it.issue()?.number.clone())))
}

/// By what a cause is told from others of its kind, in no language: its number, or what a payer has said.
///
/// # Errors
/// If the store fails.
pub(super) fn told_apart_by(cx: Cx<'_>, cause: Subject) -> Result<String, Error> {
    if let Some(number) = document_number(cx, cause)? {
        return Ok(number.to_string());
    }
    if cause.kind == Kind::Refund {
        let refund = cx.view.find::<Refund>(RefundId::from_uuid(cause.uuid))?;
        return Ok(refund.map_or_else(String::new, |it| it.stamp.number.to_string()));
    }
    let is_payment = cause.kind == Kind::Payment;
    let payment = is_payment.then(|| cx.view.find::<Payment>(PaymentId::from_uuid(cause.uuid)));
    let payment = payment.transpose()?.flatten();
    payment.map_or_else(|| Ok(String::new()), |it| named(cx, &it))
}

/// What moved what was paid in beforehand.
fn document_said(cx: Cx<'_>, cause: Subject) -> Result<Option<String>, Error> {
    if cause.kind != Kind::Document {
        return Ok(None);
    }
    let found = cx.view.find::<Document>(DocumentId::from_uuid(cause.uuid))?;
    Ok(found.map(|it| match it.sort().key {
        "adjust_balance" => "correction".to_owned(),
        "transfer_balance" => "transfer".to_owned(),
        "reserve_balance" => "reservation".to_owned(),
        other => other.replace('_', " "),
    }))
}

/// The numbers of the invoices that a payment settles: what its payer has said of it where nothing else is.
fn settled_by(cx: Cx<'_>, of: &Payment) -> Result<String, Error> {
    let mut numbers = Vec::new();
    for part in of.allocations() {
        let invoice = cx.view.find::<Invoice>(part.invoice)?;
        numbers.extend(invoice.and_then(|it| it.issue().map(|it| it.number.to_string())));
    }
    // Without a comma or a semicolon: it stands in tables, too.
    Ok(numbers.join(" + "))
}

/// What a payer has said of a payment, or else what it settles.
fn named(cx: Cx<'_>, of: &Payment) -> Result<String, Error> {
    match &of.reference {
        Some(reference) => Ok(reference.to_string()),
        None => settled_by(cx, of),
    }
}

fn payment_said(cx: Cx<'_>, cause: Subject) -> Result<Option<String>, Error> {
    let way = |kind: MethodKind| kind.word().replace('_', " ");
    if cause.kind == Kind::Payment {
        let payment = cx.view.find::<Payment>(PaymentId::from_uuid(cause.uuid))?;
        let Some(payment) = payment else { return Ok(None) };
        let named = named(cx, &payment)?;
        let told = format!("payment by {}", way(payment.kind));
        return Ok(Some(if named.is_empty() { told } else { format!("{told}: {named}") }));
    }
    if cause.kind == Kind::Refund {
        let refund = cx.view.find::<Refund>(RefundId::from_uuid(cause.uuid))?;
        return Ok(refund.map(|it| format!("refund {}", it.stamp.number)));
    }
    Ok(None)
}
