//! `/revenue` and `/invoices/{id}/revenue`: what is earned when, and what is still deferred.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, read_much};
use super::wire::{Money, NoQuery, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::billing::recognition::Schedule;
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::overview::Month;
use crate::domain::time::{Date, Period};
use crate::services::recognition::{self, MonthOf};
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let books = Needs::Permission(Permission::JournalRead);
    let invoices = Needs::Permission(Permission::InvoiceRead);
    vec![
        read_much("/revenue", books, "What is earned, month by month", report),
        read("/invoices/{id}/revenue", invoices, "When an invoice is earned", schedule),
    ]
}

/// What a seller earns, month by month.
#[derive(Debug, Serialize, ToSchema)]
struct Revenue {
    currencies: Vec<CurrencyRevenue>,
}

impl Wire for Revenue {}

/// The same in one currency.
#[derive(Debug, Serialize, ToSchema)]
struct CurrencyRevenue {
    currency: String,
    months: Vec<MonthRevenue>,
}

/// What is charged and earned in a month, without tax and deposits.
#[derive(Debug, Serialize, ToSchema)]
struct MonthRevenue {
    /// `2026-11`.
    month: String,
    /// On invoices of the month, less its credit notes.
    charged: Money,
    /// By the days of the services that lie in it, whenever they were charged.
    earned: Money,
    /// What was charged and is not earned when it is over.
    deferred: Money,
}

impl From<&MonthOf> for MonthRevenue {
    fn from(it: &MonthOf) -> Self {
        Self {
            month: it.month.to_string(),
            charged: it.earned.charged.into(),
            earned: it.earned.earned.into(),
            deferred: it.deferred.into(),
        }
    }
}

/// Of whom, and for which months.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevenueQuery {
    /// The account that sells; the caller's own if nothing is said.
    seller: Option<String>,
    /// The first month: `2026-01`; the one eleven before the last if nothing is said.
    from: Option<String>,
    /// The last month, which may be to come; this one if nothing is said.
    to: Option<String>,
}

fn month(field: &str, text: Option<&str>) -> Result<Option<Month>, Invalid> {
    let wrong = || Invalid::one(field, "format", "must be a month such as `2026-11`");
    let day = |it: &str| format!("{it}-01").parse::<Date>().map_err(|_| wrong());
    Ok(text.map(day).transpose()?.map(Month::of))
}

fn report(cx: Cx<'_>, _: &Call, query: RevenueQuery) -> Result<Reply<Revenue>, Error> {
    let seller = parse_optional("seller", query.seller.as_deref())?;
    let months = (month("from", query.from.as_deref())?, month("to", query.to.as_deref())?);
    let found = recognition::report(cx, seller, months)?;
    let currencies = found.into_iter().map(|(currency, months)| CurrencyRevenue {
        currency: currency.to_string(),
        months: months.iter().map(MonthRevenue::from).collect(),
    });
    Ok(Reply::ok(Revenue { currencies: currencies.collect() }))
}

/// When an invoice is earned, as it was issued: what credit notes give back stands on those.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceRevenue {
    /// One for each line that is no deposit.
    lines: Vec<LineRevenue>,
}

impl Wire for InvoiceRevenue {}

/// When a line of an invoice is earned.
#[derive(Debug, Serialize, ToSchema)]
struct LineRevenue {
    /// Its place on the invoice, from 0.
    line: usize,
    /// What it is about.
    text: String,
    /// Without tax.
    net: Money,
    /// The days of the service; `null` where it is earned at once.
    from: Option<String>,
    /// The first day after them.
    until: Option<String>,
    months: Vec<EarnedInMonth>,
}

/// What of a line is earned in a month.
#[derive(Debug, Serialize, ToSchema)]
struct EarnedInMonth {
    month: String,
    earned: Money,
}

fn earned(schedule: &Schedule) -> Vec<EarnedInMonth> {
    let row = |(month, it): (&Month, &crate::domain::billing::recognition::Earned)| EarnedInMonth {
        month: month.to_string(),
        earned: it.earned.into(),
    };
    schedule.iter().map(row).collect()
}

fn schedule(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<InvoiceRevenue>, Error> {
    let (invoice, schedules) = recognition::schedule(cx, call.id("id")?)?;
    let lines = schedules.iter().filter_map(|(place, schedule)| {
        let line = invoice.content().lines.get(*place)?;
        Some(LineRevenue {
            line: *place,
            text: format!("{}: {}", line.subject, line.label),
            net: line.net.into(),
            from: line.service_period.map(Period::start).map(|it| it.to_string()),
            until: line.service_period.map(Period::end).map(|it| it.to_string()),
            months: earned(schedule),
        })
    });
    Ok(Reply::ok(InvoiceRevenue { lines: lines.collect() }))
}
