//! Issuing: numbers without gaps, seals, and what the journal says of it.

use super::gather::Billed;
use super::shelf::{Seller, party_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CreditTerms;
use crate::domain::billing::bill::Mark;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::chain::{GENESIS, Link};
use crate::domain::billing::invoice::number::{
    DocumentNumber, NumberFormat, Numbering, Numberings, Places, SequenceKey,
};
use crate::domain::billing::invoice::{Content, Invoice, Issue, Totals};
use crate::domain::billing::recognition;
use crate::domain::id::{BillingRunId, Id, InvoiceId, SubscriptionId};
use crate::domain::journal::{self, Entry, Leg, Unearned};
use crate::domain::money::Money;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::subscription::{ChargedUntil, Subscription};
use crate::domain::time::{Date, Zone};
use crate::services::recognition::released;
use crate::services::{
    Act, Cx, Error, collection, coupon, deposit, gateway, payment, prepaid, resale, settlement,
};
use crate::store::charged_usage::ChargedUsage;
use crate::store::invoice::{self as kept, CREDIT_NOTE_BY_DOCUMENT, INVOICE_BY_DOCUMENT, Sealed};
use crate::store::meta::setting;
use crate::store::{Along, Key};

/// A series of numbers: of invoices, of credit notes, or of settlement notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::services) enum Series {
    Invoices,
    CreditNotes,
    Settlements,
}

impl Series {
    const fn word(self) -> &'static str {
        match self {
            Self::Invoices => "invoice",
            Self::CreditNotes => "credit_note",
            Self::Settlements => "settlement",
        }
    }

    /// How its next numbers are written for a seller.
    pub(super) fn numbers(self, cx: Cx<'_>, of: SellerNumber) -> Result<Numbers, Error> {
        let own = own_numbering(cx, of)?;
        let was_set = own.is_some();
        let numbering = || own.unwrap_or_else(|| Numbering::usual(of));
        let format = match self {
            Self::Invoices => numbering().invoices,
            Self::CreditNotes => numbering().credit_notes,
            Self::Settlements => NumberFormat::settlements(of),
        };
        Ok(Numbers { format, was_set })
    }

    /// Whether something of it has a number already. Only who changes how things are numbered can come
    /// to that.
    fn has(
        self,
        act: &Act<'_>,
        seller: SellerNumber,
        number: &DocumentNumber,
    ) -> Result<bool, Error> {
        let key = Key::new().text(number.as_str()).bytes();
        let is_own = |stamp: &Stamp| stamp.seller == seller;
        Ok(match self {
            Self::Invoices => {
                let found = act.every::<Invoice>(&Along::Index(INVOICE_BY_DOCUMENT, key))?;
                found.iter().any(|it| is_own(&it.stamp))
            }
            Self::CreditNotes => {
                let found = act.every::<CreditNote>(&Along::Index(CREDIT_NOTE_BY_DOCUMENT, key))?;
                found.iter().any(|it| is_own(&it.stamp))
            }
            Self::Settlements => false,
        })
    }
}

/// How the next numbers of a series are written.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    format: NumberFormat,
    /// Whether its seller has ever said how: only then something may have the next number already.
    was_set: bool,
}

fn own_numbering(cx: Cx<'_>, of: SellerNumber) -> Result<Option<Numbering>, Error> {
    Ok(setting::<Numberings>(cx.view)?.and_then(|mut it| it.0.remove(&of)))
}

/// How the documents of a seller are numbered.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn numbering(cx: Cx<'_>, of: SellerNumber) -> Result<Numbering, Error> {
    Ok(own_numbering(cx, of)?.unwrap_or_else(|| Numbering::usual(of)))
}

/// Takes the next number of a seller's series, with its place there.
pub(in crate::services) fn number(
    act: &mut Act<'_>,
    series: Series,
    seller: SellerNumber,
    day: (Date, u64),
) -> Result<(DocumentNumber, u64), Error> {
    let numbers = series.numbers(act.cx(), seller)?;
    next_number(act, (series, &numbers), seller, day)
}

/// The same where it is known how it is written. A number that something has already, as it may be
/// after the format was changed, is passed over.
fn next_number(
    act: &mut Act<'_>,
    (series, Numbers { format, was_set }): (Series, &Numbers),
    seller: SellerNumber,
    (issued_on, customer): (Date, u64),
) -> Result<(DocumentNumber, u64), Error> {
    loop {
        let places = places(act, series, (seller, customer), &format.key(issued_on, customer))?;
        let number = format.number(issued_on, customer, places);
        let place = match (format.has_sequence(), format.key(issued_on, customer).customer) {
            (true, _) => places.in_sequence,
            (false, Some(_)) => places.of_customer,
            (false, None) => places.of_seller,
        };
        if !*was_set || !series.has(act, seller, &number)? {
            return Ok((number, place));
        }
    }
}

/// Takes the next place everywhere: whatever a number shows, a document counts among all of its kind.
fn places(
    act: &mut Act<'_>,
    series: Series,
    (seller, customer): (SellerNumber, u64),
    key: &SequenceKey,
) -> Result<Places, Error> {
    let part = |it: Option<String>| it.map_or_else(String::new, |it| format!("/{it}"));
    let of_series = format!("{}/{}", series.word(), seller.0);
    let sequence = format!(
        "{of_series}{}{}{}",
        part(key.year.map(|it| it.to_string())),
        part(key.month.map(|it| it.to_string())),
        part(key.customer.map(|it| format!("of {it}"))),
    );
    Ok(Places {
        in_sequence: act.next_number(&sequence)?,
        of_seller: act.next_number(&format!("{of_series}/count"))?,
        of_customer: act.next_number(&format!("{of_series}/count of {customer}"))?,
    })
}

/// The seal that the next document of a seller gets: it follows the last one.
pub(in crate::services) fn seal<D: Sealed>(
    act: &mut Act<'_>,
    seller: SellerNumber,
) -> Result<Link, Error> {
    Ok(Link { previous: kept::head::<D>(act.batch(), seller)?, hash: GENESIS })
}

/// Books a movement of money.
pub(in crate::services) fn book(
    act: &mut Act<'_>,
    seller: SellerNumber,
    cause: impl Id,
    legs: impl IntoIterator<Item = Leg>,
) -> Result<(), Error> {
    if let Some(entry) = Entry::new(act.now(), seller, cause.subject(), legs)? {
        act.batch().append_entry(seller, &entry)?;
    }
    Ok(())
}

/// Writes all that follows from bills; answers with the invoices that there are, and their sums.
pub(super) fn issue(
    act: &mut Act<'_>,
    billing_account: &BillingAccount,
    billed: Billed,
    run: Option<BillingRunId>,
) -> Result<Vec<(InvoiceId, Totals)>, Error> {
    keep_marks(act, &billed)?;
    let Billed { account, seller, credit, bills, .. } = billed;
    let mut all = Vec::with_capacity(bills.len());
    for bill in bills {
        coupon::billed(act, &bill.coupons)?;
        let Some(content) = bill.content else { continue };
        let issue = new_issue(act, (&account, billing_account), (&seller, credit))?;
        let (zone, totals) = (billing_account.terms().zone, content.totals);
        let charge = (content, bill.prepaid);
        let invoice = put(act, charge, (issue, zone), (account.stamp.seller, run))?;
        all.push((invoice.id, totals));
    }
    Ok(all)
}

/// What the next invoice of an account gets when it is issued today.
pub(super) fn new_issue(
    act: &mut Act<'_>,
    (account, billing_account): (&Account, &BillingAccount),
    (seller, credit): (&Seller, CreditTerms),
) -> Result<Issue, Error> {
    let number_of_seller = account.stamp.seller;
    let issued_on = billing_account.terms().zone.date_of(act.now());
    let (numbers, day) = (&seller.invoice_numbers, (issued_on, account.stamp.number));
    let (number, sequence) = next_number(act, (Series::Invoices, numbers), number_of_seller, day)?;
    Ok(Issue {
        number,
        sequence,
        issued_on,
        issued_at: act.now(),
        due_on: credit.due_on(issued_on),
        seller: seller.party.clone(),
        buyer: party_of(account, Some(billing_account)),
        imprint: seller.imprint(account, billing_account),
        recognition: seller.policy.recognition,
        link: seal::<Invoice>(act, number_of_seller)?,
    })
}

/// Issues an invoice, books it, and lets the credit that the customer has settle it: first what was paid in
/// before and bears no tax on it.
pub(super) fn put(
    act: &mut Act<'_>,
    (content, paid_in): (Content, Money),
    (issue, zone): (Issue, Zone),
    (seller, run): (SellerNumber, Option<BillingRunId>),
) -> Result<Invoice, Error> {
    let stamp = act.cx().stamp(seller, Some(content.account));
    let (totals, customer) = (content.totals, content.billing_account);
    let draft = Invoice::draft(act.new_id(), stamp.numbered(issue.sequence), run, content);
    let (invoice, verb) = draft.issued(issue)?;
    if let Some(link) = invoice.issue().map(|it| it.link) {
        act.batch().put_head::<Invoice>(seller, link.hash)?;
    }
    let by = (totals.gross.currency(), released(act.cx())?);
    let deferred = recognition::left_of(recognition::deferred_of_invoice(&invoice), by)?;
    let unearned = Unearned { deposits: invoice.content().deposits()?, deferred };
    book(act, seller, invoice.id, journal::invoice_issued(customer, totals, unearned)?)?;
    if totals.gross.is_negative() {
        book(act, seller, invoice.id, journal::taken_back(customer, totals.gross.negated()?)?)?;
    }
    let is_collected = !gateway::of(act.cx(), seller)?.is_empty();
    let invoice = invoice.awaited(zone);
    let invoice = if is_collected { invoice.to_be_collected(zone) } else { invoice };
    let invoice = act.keep_new((invoice, verb))?;
    deposit::hold(act, &invoice)?;
    let invoice = prepaid::settle(act, invoice, paid_in)?;
    let invoice = payment::use_credit(act, invoice)?;
    let invoice = stated(act, invoice)?;
    settlement::follow(act, (seller, invoice.id), None)?;
    Ok(invoice)
}

/// The invoice whose paper says what is left to be paid once the credit of the customer is used, and how
/// the house takes that.
fn stated(act: &mut Act<'_>, invoice: Invoice) -> Result<Invoice, Error> {
    let mut stated = invoice.clone();
    if let Some(set_off) = invoice.clone().after_credit()? {
        stated = set_off;
    }
    if let Some(by) = collection::expected(act.cx(), &invoice)? {
        stated = stated.to_be_taken(by);
    }
    if stated != invoice {
        act.put_quietly(&stated)?;
    }
    Ok(stated)
}

/// What has ended and was charged by bills: its deposits are not held any longer than for those.
pub(super) fn ended(billed: &Billed) -> Vec<SubscriptionId> {
    let marks = || billed.bills.iter().flat_map(|it| &it.marks);
    let is_charged = |id| marks().any(|mark| mark.subscription == id);
    let ended = billed.subscriptions.iter().filter(|it| it.ended_on().is_some());
    ended.map(|it| it.id).filter(|it| is_charged(*it)).collect()
}

/// So long a renewal of what is sold on is kept: whoever sells it on is billed for it by then.
const SOLD_ON_DAYS: i64 = 366;

/// Keeps up to where prices are charged, each subscription once.
fn keep_marks(act: &mut Act<'_>, billed: &Billed) -> Result<(), Error> {
    for subscription in &billed.subscriptions {
        if let Some(marked) = marked(act, subscription, billed)? {
            let is_sold_on = billed.sold_on.contains(&subscription.id);
            let days = if is_sold_on { SOLD_ON_DAYS } else { 0 };
            // What was charged of a period that runs is written down with its use.
            if marked.charged != subscription.charged {
                act.put_over(subscription, &marked.billed(billed.on.plus_days(-days)))?;
            }
        }
    }
    for subscription in &billed.resold {
        if let Some(marked) = marked(act, subscription, billed)? {
            resale::keep(act, &marked)?;
        }
    }
    Ok(())
}

/// A subscription with what a bill charges for it, of which the use is kept; nothing if it charges
/// nothing.
fn marked(
    act: &mut Act<'_>,
    subscription: &Subscription,
    billed: &Billed,
) -> Result<Option<Subscription>, Error> {
    let is_own = |it: &&Mark| it.subscription == subscription.id;
    let own: Vec<_> = billed.bills.iter().flat_map(|it| &it.marks).filter(is_own).collect();
    if own.is_empty() {
        return Ok(None);
    }
    let mut changed = subscription.clone();
    let mut usage = Vec::with_capacity(own.len());
    for mark in own {
        if let Some(until) = mark.until {
            charge(&mut changed, mark, until);
        }
        usage.extend(mark.usage.as_ref().map(|it| ChargedUsage {
            price: mark.price,
            period: it.period,
            from_at: it.from_at,
            until_at: it.until_at,
            quantity: it.quantity,
            detail: it.detail.clone(),
            towards: it.towards,
            charged_terms: mark.charged_terms.clone(),
            true_up: it.true_up.clone(),
            rated_on: billed.on,
            bought: it.bought,
        }));
    }
    act.batch().put_charged_usage(subscription.id, &usage)?;
    Ok(Some(changed))
}

fn charge(subscription: &mut Subscription, mark: &Mark, until: Date) {
    let before = subscription.charged.get(&mark.price);
    // What is added to a period that is charged is no other period.
    let is_new = before.is_none_or(|it| it.on < until);
    let periods = before.map_or(0, |it| it.periods) + u32::from(is_new);
    // At what use was charged is kept with its period.
    let charged_terms = mark.charged_terms.clone().filter(|_| mark.usage.is_none());
    let charged =
        ChargedUntil { on: until, periods, days: mark.days, given_back: None, charged_terms };
    subscription.charged.insert(mark.price, charged);
}
