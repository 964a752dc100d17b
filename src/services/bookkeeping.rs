//! Bookkeeping: the journal of a seller for some days, as a file for its accountant, in the accounts that
//! it has said.

use std::collections::BTreeMap;

use super::journal::{document_number, said, told_apart_by};
use super::{Act, Bss, Cx, Error, account, billing_account, catalog};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::policy::Recognition;
use crate::domain::billing::recognition::{self, Earning};
use crate::domain::bookkeeping::{About, Chart, Charts, Taxed};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, BillingAccountId, CreditNoteId, Id, InvoiceId, Kind, PaymentId,
};
use crate::domain::journal::{Entry, Holder, Ledger, Leg};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::payment::Payment;
use crate::domain::payment::allocation::Allocation;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;
use crate::render::journal::{self as sheet, Batch, Row};
use crate::store::Records;
use crate::store::journal as kept;
use crate::store::meta::setting;

/// So many entries stand in a file at most.
const ENTRIES_MAX: usize = 200_000;

/// How many days before its own something is written down at most: where a payer is, it may be two days later,
/// and it may say tomorrow.
const DAYS_AHEAD_MAX: i64 = 3;

/// Which entries are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// In whose books; the caller's own seller's if nothing is said.
    pub seller: Option<AccountId>,
    /// The first day, where the seller is.
    pub from: Date,
    /// The first day after the last.
    pub until: Date,
}

impl Span {
    fn has(&self, day: Date) -> bool {
        self.from <= day && day < self.until
    }

    /// On which of its days something is booked that was written down on a day and came in on another:
    /// on none if that is for another file.
    fn booked_on(&self, written_on: Date, came_on: Option<Date>) -> Option<Date> {
        // What is written down before its day is booked on that.
        let day = came_on.map_or(written_on, |it| it.max(written_on));
        let own = came_on.filter(|it| self.has(*it)).unwrap_or(day);
        self.has(day).then_some(own)
    }
}

/// As what the entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Every leg, in whatever currency.
    Csv,
    /// Every booking in one currency, for the programs of DATEV.
    Datev(Currency),
}

/// The entries of a seller as a file: what it is called, and the bytes.
///
/// # Errors
/// If the days are none, more than a year for DATEV or hold too many entries, or the caller may not.
pub fn export(
    bss: &Bss,
    actor: &Actor,
    (span, form): (Span, Form),
) -> Result<(String, Vec<u8>), Error> {
    let Span { from, until, .. } = span;
    must_be_days(span)?;
    let (rows, chart, written_at) = bss.read(actor, |cx| {
        let seller = catalog::seller(cx, span.seller)?;
        cx.must(Permission::JournalRead, &cx.stamp(seller, None))?;
        let chart = chart(cx, seller)?;
        must_be_of_a_year(&chart, span, form)?;
        Ok((rows(cx, seller, span)?, chart, cx.now))
    })?;
    match form {
        Form::Csv => Ok((format!("journal-{from}-{until}.csv"), sheet::csv(&rows, &chart)?)),
        Form::Datev(currency) => {
            let of = Batch { from, until, currency, written_at };
            let bytes = sheet::datev(&rows, &chart, of)?;
            Ok((format!("EXTF_journal-{currency}-{from}-{until}.csv"), bytes))
        }
    }
}

fn must_be_of_a_year(chart: &Chart, span: Span, form: Form) -> Result<(), Invalid> {
    let is_of_two = chart.year_of(span.from) != chart.year_of(span.until.plus_days(-1));
    if form != Form::Csv && is_of_two {
        let why = "must lie within a year of the books: bookings say their day and month alone";
        return Err(Invalid::one("until", "range", why));
    }
    Ok(())
}

fn must_be_days(Span { from, until, .. }: Span) -> Result<(), Invalid> {
    if until <= from {
        return Err(Invalid::one("until", "range", format!("must lie after `{from}`")));
    }
    Ok(())
}

/// What is booked on the days of a span: what was written down on them, so that each entry is in one file
/// and in no other, however late it is written down and whenever the file is. What came in has the day on which
/// it did where that is one of these days, and says it where it is not.
fn rows(cx: Cx<'_>, seller: SellerNumber, span: Span) -> Result<Vec<Row>, Error> {
    let zone = billing_account::zone_of_seller(cx, seller)?;
    let locale = account::of_seller(cx, seller)?.profile().locale.clone();
    let until = zone.start_of(span.until);
    let first = zone.start_of(span.from.plus_days(-DAYS_AHEAD_MAX));
    let after = kept::place_before(cx.view, first)?;
    let mut request = PageRequest { after, ..PageRequest::oldest(PageRequest::LIMIT_MAX) };
    let (mut rows, mut is_over, mut customers) = (Vec::new(), false, Customers::default());
    loop {
        let page = kept::entries(cx.view, None, &request, &mut |it| {
            is_over |= until <= it.at();
            it.seller() == seller && it.at() < until
        })?;
        for numbered in page.items {
            let (sequence, entry) = (numbered.sequence, numbered.entry);
            let (came_on, document) = day_and_document(cx, &entry)?;
            let Some(on) = span.booked_on(zone.date_of(entry.at()), came_on) else { continue };
            let mut text = text(cx, &entry, locale.language())?;
            if let Some(came_on) = came_on.filter(|it| *it != on) {
                // What is long is cut at its end.
                text = format!("{came_on} {text}");
            }
            let about = About { customers: customers.of(cx, &entry)?, taxed: taxed(cx, &entry)? };
            rows.push(Row { sequence, on, came_on, text, document, entry, about });
        }
        if rows.len() > ENTRIES_MAX {
            let why = format!("must be nearer: there are more than {ENTRIES_MAX} entries");
            return Err(Invalid::one("until", "range", why).into());
        }
        request.after = page.next.filter(|_| !is_over);
        if request.after.is_none() {
            return Ok(rows);
        }
    }
}

fn is_of_payment(it: &Entry) -> bool {
    it.cause().kind == Kind::Payment
}

/// On which day it came in what an entry is about, if it is about that, and the number of the document: of
/// what settles an invoice the number of that, by which accountants match what is open.
fn day_and_document(cx: Cx<'_>, entry: &Entry) -> Result<(Option<Date>, Option<String>), Error> {
    let cause = entry.cause();
    if !is_of_payment(entry) {
        return Ok((None, document_number(cx, cause)?.map(|it| it.to_string())));
    }
    let Some(payment) = cx.view.find::<Payment>(PaymentId::from_uuid(cause.uuid))? else {
        return Ok((None, None));
    };
    let is_in = |it: &Leg| it.ledger == Ledger::Cash && !it.amount.is_negative();
    let received_on = payment.received_on.filter(|_| entry.legs().iter().any(is_in));
    let settled = settled_by(&payment, entry).map(|it| document_number(cx, it.subject()));
    let document = settled.transpose()?.flatten().map(|it| it.to_string());
    Ok((received_on, document))
}

/// The invoice of which an entry of a payment settles something: the only one, or the one of which as much
/// was settled at that moment.
fn settled_by(payment: &Payment, entry: &Entry) -> Option<InvoiceId> {
    let is_debt = |it: &&Leg| it.ledger == Ledger::Receivable;
    let leg = entry.legs().iter().find(is_debt)?;
    let is_it = |it: &&Allocation| {
        let amount = it.amount.decimal() == leg.amount.decimal().abs();
        amount && it.allocated_at == entry.at()
    };
    let all = payment.allocations();
    let found = all.iter().find(is_it).or_else(|| all.first().filter(|_| all.len() == 1));
    found.map(|it| it.invoice)
}

/// The numbers of customers by their billing accounts, as far as they were asked for.
#[derive(Default)]
struct Customers(BTreeMap<BillingAccountId, Option<u64>>);

impl Customers {
    /// The numbers of those who owe something more or less by an entry.
    fn of(&mut self, cx: Cx<'_>, entry: &Entry) -> Result<BTreeMap<BillingAccountId, u64>, Error> {
        let mut found = BTreeMap::new();
        for leg in entry.legs().iter().filter(|it| it.ledger == Ledger::Receivable) {
            if let Holder::Customer(id) = leg.holder {
                found.extend(self.number(cx, id)?.map(|number| (id, number)));
            }
        }
        Ok(found)
    }

    fn number(&mut self, cx: Cx<'_>, of: BillingAccountId) -> Result<Option<u64>, Error> {
        if let Some(known) = self.0.get(&of) {
            return Ok(*known);
        }
        let account = cx.view.find::<BillingAccount>(of)?.map(|it| it.account());
        let account = account.map(|id| cx.view.find::<Account>(id)).transpose()?.flatten();
        let number = account.map(|it| it.stamp.number);
        self.0.insert(of, number);
        Ok(number)
    }
}

/// What the document that an entry is about earns at once, by as what it is taxed.
fn taxed(cx: Cx<'_>, of: &Entry) -> Result<BTreeMap<Taxed, Money>, Error> {
    let (cause, mut parts) = (of.cause(), Vec::new());
    let mut of = None;
    if cause.kind == Kind::Invoice {
        of = cx.view.find::<Invoice>(InvoiceId::from_uuid(cause.uuid))?;
        parts = of.as_ref().map(charged).unwrap_or_default();
    }
    if cause.kind == Kind::CreditNote
        && let Some(note) = cx.view.find::<CreditNote>(CreditNoteId::from_uuid(cause.uuid))?
    {
        of = cx.view.find::<Invoice>(note.content().invoice)?;
        parts = given_back(&note)?;
    }
    of.map_or_else(|| Ok(BTreeMap::new()), |it| by_tax(&it, &parts))
}

/// What the lines of an invoice earn on its day, by their places.
fn charged(of: &Invoice) -> Vec<(usize, Money)> {
    let is_over_period = of.issue().is_some_and(|it| it.recognition == Recognition::OverPeriod);
    let nothing = Money::zero(of.content().currency);
    let at_once = |(place, it): (usize, Earning)| {
        (place, if is_over_period && it.is_deferred() { nothing } else { it.net })
    };
    recognition::of_invoice(of).map(at_once).collect()
}

/// What a credit note takes from what was earned, by the places of the lines on its invoice.
fn given_back(of: &CreditNote) -> Result<Vec<(usize, Money)>, Error> {
    let is_over_period = of.issue().is_some_and(|it| it.recognition == Recognition::OverPeriod);
    let lines = of.content().lines.iter().filter(|it| it.kind != LineKind::Deposit);
    let mut all = Vec::new();
    for it in lines {
        let net = if is_over_period { it.net.minus(it.deferred)? } else { it.net };
        all.push((usize::try_from(it.place).map_err(Error::internal)?, net.negated()?));
    }
    Ok(all)
}

/// Parts of lines of an invoice by as what those are taxed.
fn by_tax(of: &Invoice, parts: &[(usize, Money)]) -> Result<BTreeMap<Taxed, Money>, Error> {
    let Some(issue) = of.issue() else { return Ok(BTreeMap::new()) };
    let countries = (issue.seller.address.country.as_ref(), issue.buyer.address.country.as_ref());
    let (content, mut sums) = (of.content(), BTreeMap::new());
    for (place, part) in parts {
        let line = content.lines.get(*place);
        let Some(tax) = line.and_then(|it| content.taxes.get(usize::from(it.tax_place))) else {
            return Ok(BTreeMap::new());
        };
        let of = Taxed::by(tax, countries, issue.issued_on);
        let sum = sums.entry(of).or_insert(Money::zero(content.currency));
        *sum = sum.plus(*part)?;
    }
    Ok(sums)
}

/// What people read of an entry, in a language; in English for what has no word there.
fn text(cx: Cx<'_>, entry: &Entry, language: &str) -> Result<String, Error> {
    let cause = entry.cause();
    let is_loss = |it: &Leg| it.ledger == Ledger::WriteOff;
    if cause.kind == Kind::Invoice && entry.legs().iter().any(is_loss) {
        return Ok(format!("{} {}", sheet::written_off(language), told_apart_by(cx, cause)?));
    }
    match sheet::called(cause.kind, language) {
        Some(word) => Ok(format!("{word} {}", told_apart_by(cx, cause)?).trim_end().to_owned()),
        None => said(cx, cause),
    }
}

/// The chart of a seller.
fn chart(cx: Cx<'_>, seller: SellerNumber) -> Result<Chart, Error> {
    let all = setting::<Charts>(cx.view)?.unwrap_or_default();
    Ok(all.0.get(&seller).cloned().unwrap_or_default())
}

/// The chart of an account that sells.
///
/// # Errors
/// If it is not there, does not sell, or the caller may not.
pub fn chart_of(cx: Cx<'_>, id: AccountId) -> Result<Chart, Error> {
    let seller = selling(&cx.get(id)?)?;
    cx.must(Permission::JournalRead, &cx.stamp(seller, None))?;
    chart(cx, seller)
}

/// Changes the chart of an account that sells: of what is written from now on.
///
/// # Errors
/// If it is not there, has changed since, does not sell, a number does not fit, or the caller may not.
pub fn set_chart(
    act: &mut Act<'_>,
    (id, revision): (AccountId, Option<u32>),
    change: impl FnOnce(Chart) -> Result<Chart, Error>,
) -> Result<Chart, Error> {
    let account: Account = act.get(id)?;
    let seller = selling(&account)?;
    act.must(Permission::SettingsWrite, &act.cx().stamp(seller, None))?;
    act.expect_revision(&account.stamp, revision)?;
    let before = chart(act.cx(), seller)?;
    let after = change(before.clone())?;
    after.check()?;
    if after != before {
        let mut all = setting::<Charts>(act.cx().view)?.unwrap_or_default();
        all.0.insert(seller, after.clone());
        act.batch().put_setting(&all)?;
        act.keep((account, Verb::Changed))?;
        let chart = |it: &Chart| Charts([(seller, it.clone())].into());
        act.tell_set(id, (&chart(&before), &chart(&after)));
    }
    Ok(after)
}

fn selling(account: &Account) -> Result<SellerNumber, Error> {
    account.seller_number().ok_or_else(|| {
        let why = format!("account `{}` sells nothing, and has no books", account.id);
        Rejection::new(Code::AccountStateForbids, why).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: the days of a file, when something was written down and when it came in, and on which day
    /// the file books it.
    #[test]
    fn what_is_written_down_late_is_booked_in_the_file_of_that_day_and_in_no_other() {
        let day = |text: &str| text.parse::<Date>().expect(text);
        for (file, written_on, came_on, booked_on) in [
            ("2026-02-01..2026-03-01", "2026-02-10", None, Some("2026-02-10")),
            ("2026-02-01..2026-03-01", "2026-02-10", Some("2026-02-03"), Some("2026-02-03")),
            ("2026-02-01..2026-03-01", "2026-02-10", Some("2026-01-30"), Some("2026-02-10")),
            ("2026-01-01..2026-02-01", "2026-02-10", Some("2026-01-30"), None),
            ("2026-02-08..2026-02-15", "2026-02-10", Some("2026-02-03"), Some("2026-02-10")),
            ("2026-02-01..2026-02-08", "2026-02-10", Some("2026-02-03"), None),
            ("2026-02-01..2026-03-01", "2026-02-28", Some("2026-03-01"), None),
            ("2026-03-01..2026-04-01", "2026-02-28", Some("2026-03-01"), Some("2026-03-01")),
        ] {
            let (from, until) = file.split_once("..").expect("days");
            let span = Span { seller: None, from: day(from), until: day(until) };
            let found = span.booked_on(day(written_on), came_on.map(day));
            assert_eq!(found, booked_on.map(day), "{file} {written_on} {came_on:?}");
        }
    }
}
