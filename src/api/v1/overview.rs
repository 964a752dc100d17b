//! `/overview`: what the business comes to, this month and month by month.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read_much};
use super::wire::{Decimal, Money, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::money::{self, Currency};
use crate::domain::operator::Permission;
use crate::domain::overview::{Figures, MonthFigures, percent_change};
use crate::domain::word::WordError;
use crate::services::label::Labels;
use crate::services::overview::{self, Sum, Whose};
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::InvoiceRead);
    vec![read_much("/overview", reads, "This month's figures, and the last year's", show)]
}

/// What the business comes to: everything for who runs the appliance, the branch for a vendor, the
/// account for a customer.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    /// The day up to which it is told, in UTC.
    on: String,
    /// Whose figures they are.
    of: OverviewOf,
    /// One for each currency that something was charged, paid or sold in.
    currencies: Vec<OverviewFigures>,
}

impl Wire for Overview {}

/// Whose figures an overview tells.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewOf {
    /// `everything`: of every seller here; `branch`: of the caller and the resellers below it;
    /// `own`: of the caller's own customers alone; `account`: of one account.
    extent: &'static str,
    /// How many sellers' figures are added up.
    sellers_count: usize,
    /// Who they are, up to 100 of them.
    sellers: Vec<OverviewSeller>,
}

/// A seller whose figures are in an overview.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewSeller {
    account: String,
    name: String,
}

/// So many sellers are named.
const SELLERS_MAX: usize = 100;

impl OverviewOf {
    fn of(cx: Cx<'_>, sum: &Sum) -> Result<Self, Error> {
        let mut labels = Labels::new(cx);
        let named = sum.sellers.iter().take(SELLERS_MAX).map(|number| {
            let seller = labels.seller_in_sight(*number)?;
            Ok(OverviewSeller { account: seller.account.to_string(), name: seller.name.clone() })
        });
        let sellers: Result<Vec<_>, Error> = named.collect();
        let (extent, sellers_count) = (sum.extent.word(), sum.sellers.len());
        Ok(Self { extent, sellers_count, sellers: sellers? })
    }
}

/// What the business comes to in one currency.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewFigures {
    currency: String,
    /// Monthly recurring revenue: what the recurring prices of all active subscriptions past their
    /// trial come to in a month, at today's prices.
    mrr: Money,
    /// How many subscriptions run at a price: active or graced, past their trial. Those that cost
    /// nothing are not counted.
    active_subscriptions: u64,
    /// Without tax, credit notes not taken off.
    invoiced_this_month: Money,
    /// What came in, less what went back.
    paid_this_month: Money,
    /// What is still to be paid.
    receivable: Money,
    overdue: OverviewOverdue,
    change: OverviewChange,
    /// The last 12 months, the oldest first; the last one is not over.
    months: Vec<OverviewMonth>,
}

/// What was not paid in time.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewOverdue {
    amount: Money,
    /// On how many invoices.
    invoices: u64,
}

/// This month against the whole of the last one, in percent; `null` where there was nothing.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewChange {
    invoiced_percent: Option<Decimal>,
    recurring_percent: Option<Decimal>,
    paid_percent: Option<Decimal>,
}

/// What a month came to. Invoices count on the day they are issued, payments on the day they come in.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewMonth {
    /// `2026-07`.
    month: String,
    /// How many invoices were issued.
    invoices: u64,
    /// What they charge, without tax: the sum of the four after it.
    invoiced_net: Money,
    recurring: Money,
    usage: Money,
    one_time: Money,
    other: Money,
    /// What credit notes took back, without tax.
    credited_net: Money,
    /// What came in, less what went back.
    paid: Money,
}

impl OverviewMonth {
    fn of(it: &MonthFigures) -> Result<Self, Error> {
        Ok(Self {
            month: it.month.to_string(),
            invoices: it.invoices,
            invoiced_net: it.invoiced()?.into(),
            recurring: it.charged.recurring.into(),
            usage: it.charged.usage.into(),
            one_time: it.charged.one_time.into(),
            other: it.charged.other.into(),
            credited_net: it.credited.into(),
            paid: it.paid.into(),
        })
    }
}

impl OverviewFigures {
    fn of(currency: Currency, it: &Figures) -> Result<Self, Error> {
        let nothing =
            || MonthFigures::nothing(crate::domain::overview::Month::numbered(0), currency);
        let mut newest = it.months.iter().rev().copied();
        let (this, last) = (newest.next().unwrap_or_else(nothing), newest.next());
        let last = last.unwrap_or_else(nothing);
        let change = |of: fn(&MonthFigures) -> money::Money| {
            percent_change(of(&last), of(&this)).map(|it| Decimal(it.normalize().to_string()))
        };
        let invoiced = percent_change(last.invoiced()?, this.invoiced()?);
        Ok(Self {
            currency: currency.to_string(),
            mrr: it.mrr.into(),
            active_subscriptions: it.subscriptions,
            invoiced_this_month: this.invoiced()?.into(),
            paid_this_month: this.paid.into(),
            receivable: it.receivable.into(),
            overdue: OverviewOverdue { amount: it.overdue.into(), invoices: it.overdue_invoices },
            change: OverviewChange {
                invoiced_percent: invoiced.map(|it| Decimal(it.normalize().to_string())),
                recurring_percent: change(|it| it.charged.recurring),
                paid_percent: change(|it| it.paid),
            },
            months: it.months.iter().map(OverviewMonth::of).collect::<Result<_, _>>()?,
        })
    }
}

/// Whose figures are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OverviewQuery {
    /// Those of one account; of all that the caller sees if nothing is said.
    account: Option<String>,
    /// `own` for those of the caller's own customers, without its resellers'; `all` if nothing is
    /// said.
    of: Option<String>,
}

impl OverviewQuery {
    fn read(&self) -> Result<Whose, Invalid> {
        let account = parse_optional("account", self.account.as_deref())?;
        match (account, self.of.as_deref()) {
            (Some(id), None) => Ok(Whose::Account(id)),
            (None, None | Some("all")) => Ok(Whose::All),
            (None, Some("own")) => Ok(Whose::Own),
            (Some(_), Some(_)) => {
                Err(Invalid::one("of", "conflict", "means nothing for one account"))
            }
            (None, Some(other)) => {
                let message = WordError::new(other, &["all", "own"]).to_string();
                Err(Invalid::one("of", "enum", message))
            }
        }
    }
}

fn show(cx: Cx<'_>, _: &Call, query: OverviewQuery) -> Result<Reply<Overview>, Error> {
    let sum = overview::figures(cx, query.read()?)?;
    let figures = sum.figures.iter().map(|(currency, it)| OverviewFigures::of(*currency, it));
    let currencies = figures.collect::<Result<_, _>>()?;
    Ok(Reply::ok(Overview { on: sum.on.to_string(), of: OverviewOf::of(cx, &sum)?, currencies }))
}
