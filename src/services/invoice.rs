//! Invoices and credit notes: reading, explaining, taking back and giving up.

use std::collections::BTreeSet;

use super::billing::{self, Series, book, number, seal};
use super::recognition::released;
use super::{
    Act, Cx, Error, billing_account, collection, deposit, dunning, goodwill, in_hand, payment,
    payment_plan, prepaid,
};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::{Arrears, CreditTerms};
use crate::domain::billing::credit::{self, Credit, CreditNote, LineAsk};
use crate::domain::billing::invoice::{InFavorOf, Invoice, Issue, SettledBy, Standing, Totals};
use crate::domain::billing::recognition;
use crate::domain::error::Invalid;
use crate::domain::id::{
    AccountId, BillingAccountId, BillingRunId, CreditNoteId, InvoiceId, Kind, SubscriptionId,
};
use crate::domain::journal::{self, Unearned};
use crate::domain::money::Money;
use crate::domain::operator::{Permission, Scope};
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::Prose;
use crate::domain::time::{Date, Zone};
use crate::store::invoice::{
    CREDIT_NOTE_BY_INVOICE, INVOICE_BY_DOCUMENT, INVOICE_BY_RUN, INVOICE_UNPAID,
};
use crate::store::{Along, Key, Records};

/// The invoice with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: InvoiceId) -> Result<Invoice, Error> {
    cx.get(id)
}

/// The invoice with a number on it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller; [`Error::Invalid`] if several
/// sellers whom the caller sees have given the number.
pub fn with_number(cx: Cx<'_>, number: &str) -> Result<Invoice, Error> {
    let along = Along::Index(INVOICE_BY_DOCUMENT, Key::new().text(number).bytes());
    let found = cx.list::<Invoice>(Some(along), &PageRequest::oldest(2), |_| true)?.items;
    if found.len() > 1 {
        let message = format!("`{number}` is of several sellers: name the invoice by its id");
        return Err(Invalid::one("number", "ambiguous", message).into());
    }
    found.into_iter().next().ok_or_else(|| Error::not_found(number))
}

/// Which invoices are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of an account.
    pub account: Option<AccountId>,
    /// Those of a billing account.
    pub billing_account: Option<BillingAccountId>,
    /// Those of a billing run.
    pub run: Option<BillingRunId>,
    /// Those that stand so today.
    pub standing: Option<Standing>,
    /// Those issued on this day or later.
    pub from: Option<Date>,
    /// Those issued on this day or before.
    pub to: Option<Date>,
}

impl Filter {
    /// What is nearest to them. The invoices of a billing account stand with those of its account,
    /// which has few others.
    fn along(&self, cx: Cx<'_>) -> Result<Option<Along>, Error> {
        if let Some(id) = self.billing_account {
            let found = cx.view.find::<BillingAccount>(id)?;
            let nowhere = Along::Sellers(Vec::new());
            return Ok(Some(found.map_or(nowhere, |it| Along::Owner(it.account()))));
        }
        if let Some(id) = self.run {
            return Ok(Some(Along::Index(INVOICE_BY_RUN, Key::new().id(id).bytes())));
        }
        if let Some(id) = self.account {
            return Ok(Some(Along::Owner(id)));
        }
        // Of all there are, those that are not paid are few.
        let is_open = matches!(self.standing, Some(Standing::Open | Standing::Overdue));
        let sees_all = matches!(cx.actor.scope(Kind::Invoice), Scope::Everything);
        Ok((is_open && sees_all).then(|| Along::Index(INVOICE_UNPAID, Vec::new())))
    }

    fn accepts(&self, it: &Invoice) -> bool {
        let issued_on = it.issue().map(|it| it.issued_on);
        let after = |from: Date| issued_on.is_some_and(|it| from <= it);
        let before = |to: Date| issued_on.is_some_and(|it| it <= to);
        self.account.is_none_or(|id| it.content().account == id)
            && self.billing_account.is_none_or(|id| it.content().billing_account == id)
            && self.run.is_none_or(|id| it.run == Some(id))
            && self.from.is_none_or(after)
            && self.to.is_none_or(before)
    }
}

/// A page of the invoices that the caller may see and that are wanted.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, filter: &Filter, page: &PageRequest) -> Result<Page<Invoice>, Error> {
    let mut failure = None;
    let mut stands = |it: &Invoice, wanted| match standing(cx, it) {
        Ok(standing) => standing == wanted,
        Err(error) => {
            failure.get_or_insert(error);
            false
        }
    };
    let page = cx.list(filter.along(cx)?, page, |it: &Invoice| {
        filter.accepts(it) && filter.standing.is_none_or(|wanted| stands(it, wanted))
    })?;
    failure.map_or(Ok(page), Err)
}

/// How an invoice stands now: a day ends where the billing account is that pays it.
///
/// # Errors
/// If the store fails.
pub fn standing(cx: Cx<'_>, it: &Invoice) -> Result<Standing, Error> {
    let zone = match it.standing(Zone::UTC.date_of(cx.now)) {
        Standing::Open | Standing::Overdue => {
            let of = cx.shared::<BillingAccount>(it.content().billing_account)?;
            of.map_or(Zone::UTC, |of| of.terms().zone)
        }
        // That is so on each day.
        Standing::Draft | Standing::Paid | Standing::Credited | Standing::WrittenOff => Zone::UTC,
    };
    let today = zone.date_of(cx.now);
    let standing = it.standing(today);
    match standing {
        Standing::Overdue if !goodwill::is_overdue(cx, it, today)? => Ok(Standing::Open),
        Standing::Credited if !is_taken_back(cx, it)? => Ok(Standing::Paid),
        Standing::Draft
        | Standing::Open
        | Standing::Overdue
        | Standing::Paid
        | Standing::Credited
        | Standing::WrittenOff => Ok(standing),
    }
}

/// Whether credit notes took back all of an invoice, or it gives back more than it charges: credit that the
/// customer had has paid any other.
fn is_taken_back(cx: Cx<'_>, it: &Invoice) -> Result<bool, Error> {
    let total = it.total();
    if total.as_minor() <= 0 {
        return Ok(true);
    }
    let notes = notes_of(cx, it.id)?;
    let credited = Money::sum(notes.iter().map(|it| it.content().totals.gross), total.currency())?;
    Ok(!credited.minus(total)?.is_negative())
}

/// Takes back lines of an invoice by a credit note, or all that is left of it: also without what later
/// invoices gave back, because units went or less was used. What was not paid yet is settled by it, what was given up is no loss any more, the rest is the customer's credit.
///
/// # Errors
/// If more is taken back than is left, or the caller may not.
pub fn give_credit(
    act: &mut Act<'_>,
    id: InvoiceId,
    (asked, reason): (Option<Vec<LineAsk>>, Prose),
) -> Result<CreditNote, Error> {
    let invoice: Invoice = act.get(id)?;
    act.must(Permission::CreditNoteWrite, &invoice.stamp)?;
    let before = credited_in_all(act.cx(), &invoice)?;
    let rounding = billing::policy(act.cx(), invoice.stamp.seller)?.rounding;
    let content = match asked {
        Some(asked) => credit::lines(&invoice, &before, &asked, rounding)?,
        None => credit::everything(&invoice, &before, rounding)?,
    };
    billing::lower(act, &invoice, &content)?;
    let customer = invoice.content().billing_account;
    let note = issue_credit(act, invoice, (content, reason))?;
    in_hand::use_up(act, customer)?;
    Ok(note)
}

/// What was given back of an invoice: by its credit notes, and, as if it were by one more, by what later
/// invoices gave back of its lines.
///
/// # Errors
/// If the invoice is a draft, or an amount is too large; if the store fails.
pub(super) fn credited_in_all(cx: Cx<'_>, of: &Invoice) -> Result<Vec<Credit>, Error> {
    let mut all = credits_of(cx, of.id)?;
    let given = credit::given_elsewhere(of, &all, &later(cx, of)?)?;
    if !given.is_empty() {
        let rounding = billing::policy(cx, of.stamp.seller)?.rounding;
        all.push(credit::lines(of, &all, &given, rounding)?);
    }
    Ok(all)
}

/// The invoices of an account that were issued after one of them and give something back, each with what was
/// credited of it.
fn later(cx: Cx<'_>, than: &Invoice) -> Result<Vec<(Invoice, Vec<Credit>)>, Error> {
    let (mut found, mut page) = (Vec::new(), PageRequest::first(PageRequest::LIMIT_DEFAULT));
    loop {
        let along = Along::Owner(than.content().account);
        let read = cx.view.list::<Invoice>(&along, &page, &mut |_| true)?;
        for it in read.items {
            if it.id == than.id {
                return Ok(found);
            }
            let gives = it.content().lines.iter().any(|it| it.net.is_negative());
            if gives && it.issue().is_some() {
                let credited = credits_of(cx, it.id)?;
                found.push((it, credited));
            }
        }
        match read.next {
            Some(next) => page.after = Some(next),
            None => return Ok(found),
        }
    }
}

/// Issues the credit note of an invoice that follows from something else, and books where its money
/// goes.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(super) fn issue_credit(
    act: &mut Act<'_>,
    invoice: Invoice,
    (content, reason): (Credit, Prose),
) -> Result<CreditNote, Error> {
    let note = issue_note(act, &invoice, content, reason)?;
    let applied = note.applied(invoice.open(), invoice.settled().written_off)?;
    let (seller, customer) = (invoice.stamp.seller, invoice.content().billing_account);
    let (totals, deposits) = (note.content().totals, note.content().deposits);
    let paid_in = note.content().prepaid_of(invoice.content())?.at_most(applied.to_customer)?;
    let by = (totals.gross.currency(), released(act.cx())?);
    let deferred = recognition::left_of(recognition::deferred_of_credit_note(&note)?, by)?;
    let unearned = Unearned { deposits, deferred: deferred.negated()? };
    let legs = journal::credit_note_issued(customer, (totals, unearned), applied)?;
    book(act, seller, note.id, legs)?;
    deposit::follow(act, &note)?;
    let stands = stands(act.cx(), &invoice)?;
    let before = invoice.returned_tax(stands.plus(totals.net, totals.tax)?)?;
    let mut invoice = invoice;
    if applied.to_invoice.as_minor() > 0 {
        let settled = invoice.settle(applied.to_invoice, SettledBy::Credit)?;
        invoice = act.keep(settled)?;
    }
    if applied.to_written_off.as_minor() > 0 {
        let settled = invoice.regained(applied.to_written_off, SettledBy::Credit)?;
        invoice = act.keep(settled)?;
    }
    let less = before.minus(invoice.returned_tax(stands)?)?;
    book(act, seller, note.id, journal::tax_returned_before(less)?)?;
    super::settlement::follow(act, (seller, note.content().invoice), None)?;
    prepaid::again(act, (seller, customer), paid_in)?;
    dunning::follow(act, customer)?;
    Ok(note)
}

fn issue_note(
    act: &mut Act<'_>,
    invoice: &Invoice,
    content: Credit,
    reason: Prose,
) -> Result<CreditNote, Error> {
    let seller = invoice.stamp.seller;
    let (before, customer, zone) = issue_of(act, invoice)?;
    let issued_on = zone.date_of(act.now());
    let (number, sequence) = number(act, Series::CreditNotes, seller, (issued_on, customer))?;
    let issue = Issue {
        number,
        sequence,
        issued_on,
        issued_at: act.now(),
        due_on: issued_on,
        seller: before.seller,
        buyer: before.buyer,
        imprint: before.imprint,
        recognition: before.recognition,
        link: seal::<CreditNote>(act, seller)?,
    };
    let stamp = act.cx().stamp(seller, invoice.stamp.owner).numbered(sequence);
    let earlier = notes_of(act.cx(), invoice.id)?;
    let note = CreditNote::draft(act.new_id(), stamp, reason, content);
    let issued = note.issued(issue, &earlier)?;
    if let Some(link) = issued.0.issue().map(|it| it.link) {
        act.batch().put_head::<CreditNote>(seller, link.hash)?;
    }
    act.keep(issued)
}

/// What a credit note copies in: what its invoice did. With the customer's number and zone.
fn issue_of(act: &Act<'_>, invoice: &Invoice) -> Result<(Issue, u64, Zone), Error> {
    let content = invoice.content();
    let missing = |what: &str| Error::internal(format!("the {what} of an invoice is not there"));
    let issue = invoice.issue().ok_or_else(|| missing("issue"))?;
    let account = act.cx().view.find::<Account>(content.account)?;
    let account = account.ok_or_else(|| missing("account"))?;
    let billing_account = act.cx().view.find::<BillingAccount>(content.billing_account)?;
    let billing_account = billing_account.ok_or_else(|| missing("billing account"))?;
    Ok((issue.clone(), account.stamp.number, billing_account.terms().zone))
}

/// So long a try to collect an invoice takes before it is looked whether it is overdue after all.
const TRY_SECONDS: i64 = 60;

/// Tells of an invoice that it is overdue, and says whether there was that to tell.
///
/// # Errors
/// If it is not there.
pub fn remind(act: &mut Act<'_>, id: InvoiceId) -> Result<bool, Error> {
    let invoice: Invoice = act.load(id)?;
    let customer = invoice.content().billing_account;
    let plans = payment_plan::active_of(act.cx(), customer)?;
    let is_planned = plans.iter().any(|it| it.invoices.contains(&id));
    let Some(told) = invoice.clone().overdue(act.now()) else { return Ok(false) };
    if let Some(at) = collection::goes_on_at(act.cx(), id)? {
        // Nobody is reminded of what the house goes on taking by itself.
        let at = at.max(act.now()).plus_seconds(TRY_SECONDS);
        act.put_quietly(&invoice.told_from(at))?;
        return Ok(true);
    }
    if is_planned {
        // Its instalments are told of instead.
        act.put_quietly(&told.0)?;
        return Ok(true);
    }
    // Nor of what it has credit for.
    let Some(told) = in_hand::used_for(act, id)?.overdue(act.now()) else { return Ok(true) };
    act.keep(told)?;
    dunning::follow_overdue(act, customer)?;
    Ok(true)
}

/// Writes down that an amount of an invoice is disputed, all that is open if none is named: it leaves
/// dunning until that is resolved.
///
/// # Errors
/// If nothing of it is open, it is disputed already, the amount is no part of what is open, or the
/// caller may not.
pub fn dispute(
    act: &mut Act<'_>,
    id: InvoiceId,
    (revision, amount, reason): (Option<u32>, Option<Money>, Prose),
) -> Result<Invoice, Error> {
    let invoice: Invoice = act.get(id)?;
    act.must(Permission::InvoiceDispute, &invoice.stamp)?;
    act.expect_revision(&invoice.stamp, revision)?;
    let disputed = invoice.disputed((amount, reason), act.now())?;
    let invoice = act.keep(disputed)?;
    dunning::follow(act, invoice.content().billing_account)?;
    Ok(invoice)
}

/// Resolves what is disputed about an invoice: in favor of the customer by a credit note, of some
/// lines or of all that is left of it; in favor of the seller it is to be paid, and dunning goes on.
///
/// # Errors
/// If nothing is disputed, more is credited than is left, it is not said which lines are credited
/// where a part is disputed, or the caller may not.
pub fn resolve(
    act: &mut Act<'_>,
    id: InvoiceId,
    (revision, in_favor_of, reason): (Option<u32>, InFavorOf, Prose),
    asked: Option<Vec<LineAsk>>,
) -> Result<Invoice, Error> {
    let invoice: Invoice = act.get(id)?;
    act.must(Permission::InvoiceDispute, &invoice.stamp)?;
    act.expect_revision(&invoice.stamp, revision)?;
    let disputed = invoice.dispute().map(|it| it.amount);
    let is_whole = invoice.settled().paid.is_zero() && disputed == Some(invoice.open());
    let resolved = invoice.resolved()?;
    let customer = act.keep(resolved)?.content().billing_account;
    match in_favor_of {
        InFavorOf::Seller if asked.is_some() => {
            let message = "must be absent: nothing is credited in favor of the seller";
            return Err(Invalid::one("/lines", "conflict", message).into());
        }
        InFavorOf::Customer if asked.is_none() && !is_whole => {
            let message = "must say what is credited: not all of the invoice is open and disputed";
            return Err(Invalid::one("/lines", "required", message).into());
        }
        InFavorOf::Seller => {}
        InFavorOf::Customer => drop(give_credit(act, id, (asked, reason))?),
    }
    dunning::follow(act, customer)?;
    in_hand::used_for(act, id)
}

/// Gives up what is open of an invoice.
///
/// # Errors
/// If nothing of it is open, or the caller may not.
pub fn write_off(
    act: &mut Act<'_>,
    id: InvoiceId,
    (revision, reason): (Option<u32>, Option<Prose>),
) -> Result<Invoice, Error> {
    let invoice: Invoice = act.get(id)?;
    act.must(Permission::InvoiceWriteOff, &invoice.stamp)?;
    act.expect_revision(&invoice.stamp, revision)?;
    let (seller, customer) = (invoice.stamp.seller, invoice.content().billing_account);
    let open = invoice.open();
    let tax = billing::policy(act.cx(), seller)?.write_off_tax;
    let stands = stands(act.cx(), &invoice)?;
    let before = invoice.returned_tax(stands)?;
    let written_off = invoice.written_off(reason, tax)?;
    let tax = written_off.0.returned_tax(stands)?.minus(before)?;
    book(act, seller, id, journal::written_off(customer, (open, tax))?)?;
    let invoice = act.keep(written_off)?;
    dunning::follow(act, customer)?;
    Ok(invoice)
}

/// Has what was given up of an invoice owed again, to be paid as if it were new, as far as the credit of its
/// customer does not settle it.
///
/// # Errors
/// If nothing of it was given up, or the caller may not.
pub fn revive(act: &mut Act<'_>, id: InvoiceId, revision: Option<u32>) -> Result<Invoice, Error> {
    let invoice: Invoice = act.get(id)?;
    act.must(Permission::InvoiceWriteOff, &invoice.stamp)?;
    act.expect_revision(&invoice.stamp, revision)?;
    let (seller, customer) = (invoice.stamp.seller, invoice.content().billing_account);
    let returned = invoice.returned_tax(stands(act.cx(), &invoice)?)?;
    let lost = (invoice.settled().written_off.negated()?, returned.negated()?);
    let revived = invoice.revived()?;
    book(act, seller, id, journal::written_off(customer, lost)?)?;
    let invoice = act.keep(revived)?;
    goodwill::reopen(act, &invoice)?;
    dunning::follow(act, customer)?;
    in_hand::used_for(act, id)
}

/// The invoices of an account that are neither paid nor given up.
///
/// # Errors
/// If the store fails.
pub fn open_of(cx: Cx<'_>, account: AccountId) -> Result<Vec<Invoice>, Error> {
    let mut open = Vec::new();
    for billing_account in billing_account::of(cx, account)? {
        open.extend(payment::open_invoices(cx, billing_account.id)?);
    }
    Ok(open)
}

/// Whether an account owes so much longer than some terms allow that the house is to hold it. Its
/// balance is below zero since the day of the oldest invoice that is not paid.
///
/// # Errors
/// If the store fails.
pub fn breaks(cx: Cx<'_>, account: AccountId, terms: CreditTerms) -> Result<bool, Error> {
    for of in billing_account::of(cx, account)? {
        let today = of.terms().zone.date_of(cx.now);
        let open = payment::open_invoices(cx, of.id)?;
        let resting = payment_plan::resting(cx, of.id, today)?;
        let is_owed = |it: &&Invoice| it.undisputed().as_minor() > 0 && !resting.contains(&it.id);
        let asked = open.iter().filter(is_owed).map(|it| goodwill::asked(cx, it));
        let asked = asked.collect::<Result<Vec<_>, Error>>()?;
        let asked = asked.iter().flatten();
        let oldest = asked.clone().map(|it| it.due_on).min();
        let arrears = oldest.zip(asked.map(|it| it.on).min());
        let arrears = arrears
            .map(|(oldest_due_on, negative_since_on)| Arrears { oldest_due_on, negative_since_on });
        if arrears.is_some_and(|it| terms.are_broken(it, today)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The subscriptions of an account that stand on an invoice that is overdue today.
///
/// # Errors
/// If the store fails.
pub fn overdue_subscriptions(
    cx: Cx<'_>,
    account: AccountId,
) -> Result<BTreeSet<SubscriptionId>, Error> {
    let mut found = BTreeSet::new();
    for of in billing_account::of(cx, account)? {
        found.append(&mut overdue_subscriptions_in(cx, &of)?);
    }
    Ok(found)
}

/// The subscriptions that stand on an invoice of one billing account that is overdue today.
///
/// # Errors
/// If the store fails.
pub(super) fn overdue_subscriptions_in(
    cx: Cx<'_>,
    of: &BillingAccount,
) -> Result<BTreeSet<SubscriptionId>, Error> {
    let today = of.terms().zone.date_of(cx.now);
    let open = payment::open_invoices(cx, of.id)?;
    let resting = payment_plan::resting(cx, of.id, today)?;
    let is_owed = |it: &&Invoice| it.undisputed().as_minor() > 0 && !resting.contains(&it.id);
    let mut found = BTreeSet::new();
    for it in open.iter().filter(is_owed) {
        if goodwill::is_overdue(cx, it, today)? {
            found.extend(it.content().lines.iter().filter_map(|it| it.subscription));
        }
    }
    Ok(found)
}

/// What credit notes have given back of an invoice, the oldest first.
///
/// # Errors
/// If the store fails.
pub(super) fn credits_of(cx: Cx<'_>, id: InvoiceId) -> Result<Vec<Credit>, Error> {
    Ok(notes_of(cx, id)?.into_iter().map(|it| it.content().clone()).collect())
}

/// What credit notes left of an invoice.
///
/// # Errors
/// If the store fails.
pub(super) fn stands(cx: Cx<'_>, it: &Invoice) -> Result<Totals, Error> {
    let mut left = it.content().totals;
    for note in notes_of(cx, it.id)? {
        left = left.minus(note.content().totals)?;
    }
    Ok(left)
}

/// The credit notes of an invoice, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn notes_of(cx: Cx<'_>, id: InvoiceId) -> Result<Vec<CreditNote>, Error> {
    cx.every(&Along::Index(CREDIT_NOTE_BY_INVOICE, Key::new().id(id).bytes()))
}

/// The credit note with an id.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn note(cx: Cx<'_>, id: CreditNoteId) -> Result<CreditNote, Error> {
    cx.get(id)
}

/// A page of credit notes, of an account or an invoice if one is named.
///
/// # Errors
/// If the store fails.
pub fn notes(
    cx: Cx<'_>,
    (account, invoice): (Option<AccountId>, Option<InvoiceId>),
    page: &PageRequest,
) -> Result<Page<CreditNote>, Error> {
    let of_invoice =
        invoice.map(|id| Along::Index(CREDIT_NOTE_BY_INVOICE, Key::new().id(id).bytes()));
    let along = of_invoice.or(account.map(Along::Owner));
    cx.list(along, page, |it: &CreditNote| account.is_none_or(|id| it.content().account == id))
}
