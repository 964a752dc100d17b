//! `/journal/csv`, `/journal/datev` and `/accounts/{id}/booking_chart`: the journal as files for
//! accountants, in the accounts that they book in.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::stream::file_of;
use super::wire::{NoQuery, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{File, Reply, Wire};
use crate::domain::bookkeeping::{Chart, Standard, Taxed};
use crate::domain::error::Invalid;
use crate::domain::journal::Ledger;
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::services::bookkeeping::{self, Form, Span};
use crate::services::{Act, Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::JournalRead);
    let writes = Needs::Permission(Permission::SettingsWrite);
    let chart = "/accounts/{id}/booking_chart";
    let (as_csv, as_datev) = ("Read the journal as CSV", "Read the journal as bookings for DATEV");
    vec![
        file_of("/journal/csv", reads, ("text/csv", as_csv), csv),
        file_of("/journal/datev", reads, ("text/csv", as_datev), datev),
        read(chart, reads, "Read the accounts of the books", show),
        write(Method::PATCH, chart, writes, "Change the accounts of the books", change),
    ]
}

/// Which entries are wanted: what was written down on some days, so that each is in the file of one month, and
/// in no other. The numbers of entries are of the whole house: what is missing between two of them is another
/// seller's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JournalSpan {
    /// The account that sells; the caller's own if nothing is said.
    seller: Option<String>,
    /// The first day, where the seller is.
    from: String,
    /// The first day after the last.
    until: String,
}

impl JournalSpan {
    fn read(&self) -> Result<Span, Invalid> {
        Ok(Span {
            seller: parse_optional("seller", self.seller.as_deref())?,
            from: parse("from", &self.from)?,
            until: parse("until", &self.until)?,
        })
    }
}

fn csv(bss: &Bss, call: &Call, query: JournalSpan) -> Result<File, Error> {
    let (name, bytes) = bookkeeping::export(bss, &call.actor, (query.read()?, Form::Csv))?;
    Ok(File { name, bytes })
}

/// Which bookings are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BookingSpan {
    /// The account that sells; the caller's own if nothing is said.
    seller: Option<String>,
    /// The first day, where the seller is.
    from: String,
    /// The first day after the last: within a year.
    until: String,
    /// The one currency of the file: `EUR` if nothing is said.
    currency: Option<String>,
}

fn datev(bss: &Bss, call: &Call, query: BookingSpan) -> Result<File, Error> {
    let BookingSpan { seller, from, until, currency } = query;
    let currency = parse_optional("currency", currency.as_deref())?.unwrap_or(Currency::EUR);
    let span = JournalSpan { seller, from, until }.read()?;
    let (name, bytes) = bookkeeping::export(bss, &call.actor, (span, Form::Datev(currency)))?;
    Ok(File { name, bytes })
}

/// In which accounts a seller's accountant books, and as whose books.
#[derive(Debug, Serialize, ToSchema)]
struct BookingChart {
    /// The number of the accountant.
    consultant: u32,
    /// The number of the seller with that.
    client: u32,
    /// The month with which the seller's year begins, from 1.
    year_begins: u8,
    /// How many digits the number of an account has.
    digits: u8,
    /// The account of each ledger.
    accounts: BTreeMap<String, u32>,
    /// The account of what is earned, by as what it is taxed: `standard` and `reduced` at home, `abroad`
    /// at the rate of another country, `reverse_charge`, `third_country` and `exempt`. What is told apart no
    /// more, as what was charged in advance, is on that of `revenue`.
    revenues: BTreeMap<String, u32>,
    /// A customer's account is this number and the customer's own; `null`: all of them are on the account of
    /// `receivable`, as are those beyond the numbers that debtors have.
    debtors_from: Option<u32>,
}

impl Wire for BookingChart {}

/// In which chart an account books, as facts of it tell it.
pub(super) fn told_chart(it: &Chart) -> impl Wire + use<> {
    BookingChart::from(it)
}

impl From<&Chart> for BookingChart {
    fn from(it: &Chart) -> Self {
        Self {
            consultant: it.consultant,
            client: it.client,
            year_begins: it.year_begins,
            digits: it.digits,
            accounts: it.accounts.iter().map(|it| (it.0.to_string(), *it.1)).collect(),
            revenues: it.revenues.iter().map(|it| (it.0.to_string(), *it.1)).collect(),
            debtors_from: it.debtors_from,
        }
    }
}

/// What is to change of it; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BookingChartPatch {
    /// First, the accounts of a standard: `skr03` or `skr04`.
    standard: Option<String>,
    consultant: Option<u32>,
    client: Option<u32>,
    year_begins: Option<u8>,
    digits: Option<u8>,
    /// Accounts of ledgers; those that are left out stay.
    accounts: Option<BTreeMap<String, u32>>,
    /// Accounts of what is earned, by as what it is taxed; those that are left out stay.
    revenues: Option<BTreeMap<String, u32>>,
    /// What customers' own numbers are added to: one digit more than accounts have; 0 for no accounts of
    /// their own.
    debtors_from: Option<u32>,
}

impl BookingChartPatch {
    fn onto(&self, mut chart: Chart) -> Result<Chart, Error> {
        if let Some(standard) = word::<Standard>("/standard", self.standard.as_deref())? {
            let usual = Chart::of(standard);
            (chart.accounts, chart.revenues) = (usual.accounts, usual.revenues);
        }
        for (ledger, account) in self.accounts.iter().flatten() {
            let ledger = word::<Ledger>("/accounts", Some(ledger))?;
            chart.accounts.extend(ledger.map(|it| (it, *account)));
        }
        for (taxed, account) in self.revenues.iter().flatten() {
            let taxed = word::<Taxed>("/revenues", Some(taxed))?;
            chart.revenues.extend(taxed.map(|it| (it, *account)));
        }
        chart.consultant = self.consultant.unwrap_or(chart.consultant);
        chart.client = self.client.unwrap_or(chart.client);
        chart.year_begins = self.year_begins.unwrap_or(chart.year_begins);
        let digits = self.digits.unwrap_or(chart.digits);
        let mut chart = chart.with_digits(digits);
        if let Some(from) = self.debtors_from {
            chart.debtors_from = Some(from).filter(|it| *it > 0);
        }
        Ok(chart)
    }
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<BookingChart>, Error> {
    Ok(Reply::ok(BookingChart::from(&bookkeeping::chart_of(cx, call.id("id")?)?)))
}

fn change(
    act: &mut Act<'_>,
    call: &Call,
    body: BookingChartPatch,
) -> Result<Reply<BookingChart>, Error> {
    let which = (call.id("id")?, call.if_match);
    let chart = bookkeeping::set_chart(act, which, |it| body.onto(it))?;
    Ok(Reply::ok(BookingChart::from(&chart)))
}
