//! Bank statements: what came into the account of a seller is found among what is to be paid.
//!
//! A statement is kept first, in one act, and its lines are looked at in acts of some lines each. Where
//! that is cut off, the same file goes on; where it was done, the same file changes nothing.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::payment_method::Way;
use super::{Act, Author, Bss, Cx, Error, catalog, debit_order, letterhead, payment};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, BankStatementId, BillingAccountId, DebitOrderId, Id, InvoiceId, PaymentId,
};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::Payment;
use crate::domain::payment::allocation::Settlement;
use crate::domain::payment::debit::DebitOrder;
use crate::domain::payment::method::MethodKind;
use crate::domain::payment::statement::{BankStatement, Movement, Named, Outcome, Puzzle, settles};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Iban, Name};
use crate::render::debit_order as paper;
use crate::store::invoice::INVOICE_BY_DOCUMENT;
use crate::store::payment::{BANK_STATEMENT_BY_REFERENCE, BANK_STATEMENT_LINE, of_account};
use crate::store::{Along, Key, Records};

/// So many lines are looked at in an act.
const LINES_AT_ONCE: usize = 50;
/// Why money was sent back where the bank does not say so (`MS03` of ISO 20022).
const NO_REASON: &str = "MS03";

/// A statement as a bank says it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The number of the account.
    pub account: Iban,
    /// By what the bank knows the statement.
    pub reference: Name,
    /// What moved, in the bank's order.
    pub movements: Vec<Movement>,
}

/// Takes statements in, and looks at every line that nobody has looked at. Those that were taken in
/// before are not kept again.
///
/// # Errors
/// If an account is none of the seller's, a statement is too long, or the caller may not.
pub fn take_in(
    bss: &Bss,
    author: &Author,
    (seller, told): (Option<AccountId>, Vec<Told>),
) -> Result<Vec<BankStatement>, Error> {
    let kept = bss.act(author.clone(), move |act| {
        let seller = catalog::seller(act.cx(), seller)?;
        told.into_iter().map(|it| keep(act, seller, it)).collect::<Result<Vec<_>, _>>()
    });
    kept.wait()?.into_iter().map(|id| look_at_all(bss, author, id)).collect()
}

fn keep(act: &mut Act<'_>, seller: SellerNumber, told: Told) -> Result<BankStatementId, Error> {
    let stamp = act.cx().stamp(seller, None);
    act.must(Permission::BankingWrite, &stamp)?;
    must_be_its_own(act.cx(), seller, &told.account)?;
    let key = of_account(seller, &told.account).text(told.reference.as_str());
    // The pages of one statement have its name, and some banks count anew each year.
    let called: Vec<BankStatement> =
        act.cx().every(&Along::Index(BANK_STATEMENT_BY_REFERENCE, key.bytes()))?;
    let is_same = |it: &&BankStatement| it.lines.iter().map(|it| &it.movement).eq(&told.movements);
    if let Some(known) = called.iter().find(is_same) {
        return Ok(known.id);
    }
    let stamp = stamp.numbered(act.next_number("bank_statement")?);
    let of = (told.account, told.reference);
    let statement = BankStatement::kept((act.new_id(), stamp), of, told.movements)?;
    Ok(act.keep_new(statement)?.id)
}

/// Refuses the account of somebody else: one that no letterhead of the seller has named.
fn must_be_its_own(cx: Cx<'_>, seller: SellerNumber, account: &Iban) -> Result<(), Error> {
    let mut request = PageRequest::first(PageRequest::LIMIT_MAX);
    loop {
        let page = letterhead::list(cx, Some(seller), &request)?;
        let banks = page.items.iter().filter_map(|it| it.says.bank.as_ref());
        if banks.into_iter().any(|it| it.iban == *account) {
            return Ok(());
        }
        request.after = page.next;
        if request.after.is_none() {
            let why =
                format!("no letterhead of the seller names the account ···· {}", account.last());
            return Err(Invalid::one("/camt", "reference", why).into());
        }
    }
}

fn look_at_all(bss: &Bss, author: &Author, id: BankStatementId) -> Result<BankStatement, Error> {
    loop {
        let statement = bss.act(author.clone(), move |act| look_at_some(act, id)).wait()?;
        if statement.unseen().is_empty() {
            return Ok(statement);
        }
    }
}

fn look_at_some(act: &mut Act<'_>, id: BankStatementId) -> Result<BankStatement, Error> {
    let mut statement: BankStatement = act.get(id)?;
    act.must(Permission::BankingWrite, &statement.stamp)?;
    let mut orders = BTreeSet::new();
    let unseen = statement.unseen();
    for place in unseen.iter().copied().take(LINES_AT_ONCE) {
        let outcome = made_of(act, &statement, place)?;
        orders.extend(order_of(act, &outcome)?);
        statement = statement.with(place, outcome).0;
    }
    for order in orders {
        debit_order::completed(act, order)?;
    }
    if unseen.is_empty() {
        return Ok(statement);
    }
    if !statement.unseen().is_empty() {
        // A fact keeps all of a statement: it is told once, when it was looked at to the end.
        act.put_quietly(&statement)?;
        return Ok(statement);
    }
    act.keep((statement, Verb::Changed))
}

/// The order of which something is known by what was made of a line.
fn order_of(act: &Act<'_>, outcome: &Outcome) -> Result<Option<DebitOrderId>, Error> {
    Ok(match outcome {
        Outcome::Collected(id) => act.load::<Payment>(*id)?.debit.map(|it| it.order),
        Outcome::Completed(id) => Some(*id),
        Outcome::New
        | Outcome::Open(_)
        | Outcome::Known
        | Outcome::Paid(_)
        | Outcome::Returned(_)
        | Outcome::PutAside => None,
    })
}

/// Makes of a line what follows from it, and says what that is.
fn made_of(act: &mut Act<'_>, of: &BankStatement, place: usize) -> Result<Outcome, Error> {
    let movement = &of.lines[place].movement;
    let is_known = is_known(act.cx(), of, movement)?;
    let made = act.attempt(|act| match movement.amount.is_negative() {
        _ if is_known => Ok(Outcome::Known),
        true => went_out(act, of.stamp.seller, movement),
        false => came_in(act, of.stamp.seller, movement),
    });
    match made {
        // What a rule forbids is for a person to see.
        Err(refused) if refused.is_refusal() => Ok(Outcome::Open(Puzzle::NotExpected)),
        made => made,
    }
}

/// Whether the same movement stands on another statement of the account.
fn is_known(cx: Cx<'_>, of: &BankStatement, movement: &Movement) -> Result<bool, Error> {
    let Some(reference) = &movement.reference else { return Ok(false) };
    let key = of_account(of.stamp.seller, &of.account).text(reference.as_str());
    let others: Vec<BankStatement> = cx.every(&Along::Index(BANK_STATEMENT_LINE, key.bytes()))?;
    let others = others.iter().filter(|it| it.id != of.id).flat_map(|it| &it.lines);
    let same = |it: &Movement| {
        let of = (&it.reference, it.amount, it.booked_on, &it.end_to_end);
        of == (&movement.reference, movement.amount, movement.booked_on, &movement.end_to_end)
    };
    let mut others = others.filter(|it| it.outcome != Outcome::Known);
    Ok(others.any(|it| same(&it.movement)))
}

/// The thing of a seller that somebody names by its UUID without dashes, as our files do.
fn named<I: Id>(name: Option<&Name>) -> Option<I> {
    Uuid::try_parse(name?.as_str().get(..32)?).ok().map(I::from_uuid)
}

fn came_in(act: &mut Act<'_>, seller: SellerNumber, it: &Movement) -> Result<Outcome, Error> {
    if let Some(payment) = debited(act.cx(), seller, it)? {
        if !payment.state().is_under_way() || payment.amount() != it.amount {
            return Ok(Outcome::Open(Puzzle::NotExpected));
        }
        debit_order::collected(act, payment.id, it.booked_on)?;
        return Ok(Outcome::Collected(payment.id));
    }
    if let Some(order) = ordered(act.cx(), seller, it)? {
        return batch(act, &order, it);
    }
    let (mut open, mut seen) = (Vec::new(), BTreeSet::new());
    for word in it.words() {
        for invoice in numbered(act.cx(), seller, word)? {
            let of = invoice.content().billing_account;
            if seen.insert(invoice.id) {
                open.push(Named { invoice: invoice.id, of, open: invoice.open() });
            }
        }
    }
    match settles(it.amount, &open) {
        Ok((of, settles)) => paid(act, it, (of, Some(settles))),
        Err(puzzle) => Ok(Outcome::Open(puzzle)),
    }
}

/// The payment by mandate that a movement names.
fn debited(cx: Cx<'_>, seller: SellerNumber, it: &Movement) -> Result<Option<Payment>, Error> {
    let Some(id) = named::<PaymentId>(it.end_to_end.as_ref()) else { return Ok(None) };
    let found = cx.view.find::<Payment>(id)?;
    Ok(found.filter(|it| it.stamp.seller == seller && it.debit.is_some()))
}

/// The order that a movement names as a whole, or by one of its batches.
fn ordered(cx: Cx<'_>, seller: SellerNumber, it: &Movement) -> Result<Option<DebitOrder>, Error> {
    let Some(id) = named::<DebitOrderId>(it.batch.as_ref()) else { return Ok(None) };
    let found = cx.view.find::<DebitOrder>(id)?;
    Ok(found.filter(|it| it.stamp.seller == seller))
}

/// What came in of a batch, if it is all that is expected of it.
fn batch(act: &mut Act<'_>, order: &DebitOrder, it: &Movement) -> Result<Outcome, Error> {
    let batch = it.batch.as_ref().map_or("", Name::as_str);
    let is_whole = batch == paper::message_id(order);
    let of_batch = |id: PaymentId| {
        let debit = order.debits.iter().find(|it| it.payment == id);
        debit.is_some_and(|it| is_whole || batch == paper::batch_id(order, it.sequence))
    };
    let mut meant = debit_order::under_way(act, order)?;
    meant.retain(|it| of_batch(it.id));
    let sum = Money::sum(meant.iter().map(Payment::amount), it.amount.currency());
    if meant.is_empty() || sum != Ok(it.amount) {
        return Ok(Outcome::Open(Puzzle::AmountDiffers));
    }
    for payment in meant {
        debit_order::collected(act, payment.id, it.booked_on)?;
    }
    Ok(Outcome::Completed(order.id))
}

/// The invoices of a seller that have a number on them.
fn numbered(cx: Cx<'_>, seller: SellerNumber, number: &str) -> Result<Vec<Invoice>, Error> {
    let along = Along::Index(INVOICE_BY_DOCUMENT, Key::new().text(number).bytes());
    let found: Vec<Invoice> = cx.every(&along)?;
    Ok(found.into_iter().filter(|it| it.stamp.seller == seller).collect())
}

/// Records what came in, and lets it settle what is told, or what is due first.
fn paid(
    act: &mut Act<'_>,
    it: &Movement,
    (billing_account, settles): (BillingAccountId, Option<Vec<Settlement>>),
) -> Result<Outcome, Error> {
    let text: String = it.text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(255).collect();
    let payment = payment::record(
        act,
        payment::RecordPayment {
            billing_account,
            amount: it.amount,
            way: Way::Kind(MethodKind::BankTransfer),
            reference: text.parse().ok(),
            received_on: Some(it.booked_on),
            note: None,
            settles,
        },
    )?;
    Ok(Outcome::Paid(payment.id))
}

/// Money went out: a payment was sent back, or something that is not known here.
fn went_out(act: &mut Act<'_>, seller: SellerNumber, it: &Movement) -> Result<Outcome, Error> {
    let Some(payment) = debited(act.cx(), seller, it)? else {
        return Ok(Outcome::Open(Puzzle::WentOut));
    };
    let fee = fee(&payment, it)?;
    let left = payment.amount().minus(payment.refunded())?;
    if !payment.state().has_come_in() || left != payment.amount() {
        return Ok(Outcome::Open(Puzzle::NotExpected));
    }
    let Some(fee) = fee else { return Ok(Outcome::Open(Puzzle::AmountDiffers)) };
    let no_reason = || NO_REASON.parse().map_err(Error::internal);
    let reason = it.reason.clone().map_or_else(no_reason, Ok)?;
    debit_order::returned(act, payment.id, reason)?;
    if fee.as_minor() > 0 {
        debit_order::charged(act, &payment, fee)?;
    }
    Ok(Outcome::Returned(payment.id))
}

/// What the bank keeps besides of a payment that it sends back: what it says, or by how much more
/// went out. Nothing where less went out, or what it says does not make up the difference.
fn fee(payment: &Payment, it: &Movement) -> Result<Option<Money>, Error> {
    let more = it.amount.negated()?.minus(payment.amount())?;
    let told = it.fee.unwrap_or(more);
    let is_so = !more.is_negative() && (told == more || more.is_zero());
    Ok(is_so.then_some(if more.is_zero() { told } else { more }))
}

/// Whom a line is of, as a person says it.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// What it settles first.
    Invoice(InvoiceId),
    /// Whose credit it is.
    BillingAccount(BillingAccountId),
}

/// Makes a payment of a line that waits for a person.
///
/// # Errors
/// If something was made of it, money went out, what is named is not the seller's, or the caller may
/// not.
pub fn assign(
    act: &mut Act<'_>,
    (id, place): (BankStatementId, usize),
    whose: Whose,
) -> Result<BankStatement, Error> {
    let statement: BankStatement = act.get(id)?;
    act.must(Permission::BankingWrite, &statement.stamp)?;
    let movement = statement.waiting(place)?.clone();
    if movement.amount.as_minor() <= 0 {
        let why = "must be one by which money came in: put the others aside";
        return Err(Invalid::one("/line", "range", why).into());
    }
    let (of, settles) = match whose {
        Whose::BillingAccount(of) => (of, None),
        Whose::Invoice(id) => {
            let invoice: Invoice = act.cx().named("/invoice", id)?;
            let amount = movement.amount.at_most(invoice.open())?;
            let told = (amount.as_minor() > 0).then(|| vec![Settlement { invoice: id, amount }]);
            (invoice.content().billing_account, told)
        }
    };
    let account: BillingAccount = act.cx().named("/billing_account", of)?;
    if account.stamp.seller != statement.stamp.seller {
        let why = "must be of who has the bank account";
        return Err(Invalid::one("/billing_account", "reference", why).into());
    }
    let outcome = paid(act, &movement, (of, settles))?;
    act.keep(statement.with(place, outcome))
}

/// Puts a line aside of which nothing is to be made.
///
/// # Errors
/// If something was made of it, or the caller may not.
pub fn put_aside(
    act: &mut Act<'_>,
    (id, place): (BankStatementId, usize),
) -> Result<BankStatement, Error> {
    let statement: BankStatement = act.get(id)?;
    act.must(Permission::BankingWrite, &statement.stamp)?;
    statement.waiting(place)?;
    act.keep(statement.with(place, Outcome::PutAside))
}

/// A page of the statements that the caller may see, of those with lines that wait for a person if
/// that is wanted.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    is_open: Option<bool>,
    page: &PageRequest,
) -> Result<Page<BankStatement>, Error> {
    cx.list(None, page, |it: &BankStatement| is_open.is_none_or(|wanted| it.is_open() == wanted))
}
