//! Bookkeeping: the journal of a seller for some days, as a file for its accountant, in the accounts that
//! it has said.

use super::journal::said;
use super::{Act, Bss, Cx, Error, billing_account, catalog};
use crate::domain::account::Account;
use crate::domain::bookkeeping::{Chart, Charts};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::AccountId;
use crate::domain::money::Currency;
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;
use crate::render::journal::{self as sheet, Batch, Row};
use crate::store::journal as kept;
use crate::store::meta::setting;

/// So many entries stand in a file at most.
const ENTRIES_MAX: usize = 200_000;

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
        Form::Csv => Ok((format!("journal-{from}-{until}.csv"), sheet::csv(&rows, &chart))),
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

fn rows(cx: Cx<'_>, seller: SellerNumber, span: Span) -> Result<Vec<Row>, Error> {
    let zone = billing_account::zone_of_seller(cx, seller)?;
    let (from, until) = (zone.start_of(span.from), zone.start_of(span.until));
    let after = kept::place_before(cx.view, from)?;
    let mut request = PageRequest { after, ..PageRequest::oldest(PageRequest::LIMIT_MAX) };
    let (mut rows, mut is_over) = (Vec::new(), false);
    loop {
        let page = kept::entries(cx.view, None, &request, &mut |it| {
            is_over |= until <= it.at();
            it.seller() == seller && (from..until).contains(&it.at())
        })?;
        for numbered in page.items {
            let (sequence, entry) = (numbered.sequence, numbered.entry);
            let text = said(cx, entry.cause())?;
            rows.push(Row { sequence, on: zone.date_of(entry.at()), text, entry });
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
    }
    Ok(after)
}

fn selling(account: &Account) -> Result<SellerNumber, Error> {
    account.seller_number().ok_or_else(|| {
        let why = format!("account `{}` sells nothing, and has no books", account.id);
        Rejection::new(Code::AccountStateForbids, why).into()
    })
}
