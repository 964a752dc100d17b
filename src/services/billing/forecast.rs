//! Forecasts: when subscriptions are billed, and what the first bill of something new will say.
//!
//! Both are computed as billing itself does it, so that what was foretold is what comes.

use super::gather;
use super::shelf::Shelf;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::billing_account::schedule::first_billing_date;
use crate::domain::billing::invoice::Content;
use crate::domain::billing::invoice::line::Line;
use crate::domain::catalog::coupon::Redemption;
use crate::domain::id::BillingAccountId;
use crate::domain::money::{Currency, Money};
use crate::domain::subscription::Subscription;
use crate::domain::time::Date;
use crate::services::{Cx, Error};

/// So many billing dates are looked at for a bill that charges something: two years of months.
const DATES_MAX: usize = 25;

/// When a subscription is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BillDates {
    /// The last day on which something of it was billed.
    pub last: Option<Date>,
    /// The next day on which something of it is; `None` if nothing is left to bill.
    pub next: Option<Date>,
}

/// When a subscription was billed last and is billed next, in the zone of its billing account.
///
/// # Errors
/// If something is missing that billing needs; if the store fails.
pub fn dates(cx: Cx<'_>, it: &Subscription) -> Result<BillDates, Error> {
    let Some(billing_account) = cx.shared::<BillingAccount>(it.billing_account())? else {
        return Ok(BillDates::default());
    };
    let days = gather::charge_days(cx, &billing_account, it)?;
    let date = |day: Date| {
        let (cycle, began_on) = (billing_account.terms().cycle, billing_account.began_on());
        first_billing_date(cycle, began_on, day)
    };
    let next =
        days.next.and_then(date).max(days.next.and(billing_account.next_bill().map(|it| it.on)));
    Ok(BillDates { last: days.last.and_then(date), next })
}

/// What a bill will say.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// Whose bill.
    pub billing_account: BillingAccountId,
    /// In which currency.
    pub currency: Currency,
    /// On which day it is written.
    pub on: Date,
    /// What stands on it; `None` if nothing will be charged in the time that was looked at.
    pub content: Option<Content>,
}

/// The next bill of the billing account that a subscription is on, as if both were as they are given:
/// of all that is billed there.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub(in crate::services) fn with_switched(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    it: Subscription,
) -> Result<Forecast, Error> {
    let mut all = gather::subscriptions_of(cx, billing_account)?;
    all.retain(|other| other.id != it.id);
    all.push(it);
    first_bill(cx, billing_account, (&all, &[]))
}

/// What is charged for a subscription by a day because it is as it is `after` a change on that day,
/// and not as it was `before`.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub(in crate::services) fn charged_by(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    (before, after): (&Subscription, &Subscription),
    on: Date,
) -> Result<Vec<Line>, Error> {
    let shift = i64::from(billing_account.terms().cycle.shift_days);
    let (mut shelf, day) = (Shelf::default(), on.plus_days(shift.max(0)));
    let mut lines = |it: &Subscription| {
        let about = (std::slice::from_ref(it), &[][..], day);
        let bill = gather::billed_apart(cx, &mut shelf, billing_account, about)?;
        Ok::<_, Error>(bill.content.map(|it| it.lines).unwrap_or_default())
    };
    let was = lines(before)?;
    let is_same = |one: &Line, other: &Line| {
        (one.price, one.service_period, one.net) == (other.price, other.service_period, other.net)
    };
    let is_due = |it: &Line| it.service_period.is_none_or(|it| it.start() <= on);
    let mut charged = lines(after)?;
    charged.retain(|it| is_due(it) && !was.iter().any(|other| is_same(it, other)));
    Ok(charged)
}

/// What some subscriptions, and some uses of coupons more, are charged by today, whenever their billing
/// account is billed; `None` if that is nothing.
///
/// # Errors
/// [`Error::Rejected`] if they cannot be billed; if the store fails.
pub(in crate::services) fn charged_today(
    cx: Cx<'_>,
    of: &BillingAccount,
    (subscriptions, coupons): (&[Subscription], &[Redemption]),
) -> Result<Option<Content>, Error> {
    let shift = i64::from(of.terms().cycle.shift_days).max(0);
    let day = of.terms().zone.date_of(cx.now).plus_days(shift);
    let about = (subscriptions, coupons, day);
    let bill = gather::billed_apart(cx, &mut Shelf::default(), of, about)?;
    Ok(bill.content)
}

/// What a billing account comes to, with tax, that is on no bill yet: what is charged by today, and what was
/// used in the periods that run.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub(in crate::services) fn unbilled(cx: Cx<'_>, of: &BillingAccount) -> Result<Money, Error> {
    let today = of.terms().zone.date_of(cx.now);
    let all = gather::subscriptions_of(cx, of)?;
    let due = charged_today(cx, of, (&all, &[]))?;
    let running = gather::interim(cx, &mut Shelf::default(), of, today)?.bills;
    let all = due.into_iter().chain(running.into_iter().filter_map(|it| it.content));
    Ok(Money::sum(all.map(|it| it.totals.gross), of.currency())?)
}

/// The day of the next bill of a billing account.
fn first_day(cx: Cx<'_>, it: &BillingAccount) -> Date {
    it.next_bill().map_or_else(|| it.terms().zone.date_of(cx.now), |it| it.on)
}

/// The first bill of a billing account that charges something for some subscriptions, as if both were
/// as they are given and there were no others on it, but some uses of coupons more.
///
/// # Errors
/// [`Error::Rejected`] if they cannot be billed; if the store fails.
pub(in crate::services) fn first_bill(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    (subscriptions, coupons): (&[Subscription], &[Redemption]),
) -> Result<Forecast, Error> {
    let terms = billing_account.terms();
    let first_day = first_day(cx, billing_account);
    let (mut shelf, mut on) = (Shelf::default(), first_day);
    for _ in 0..DATES_MAX {
        let about = (subscriptions, coupons, on);
        let bill = gather::billed_apart(cx, &mut shelf, billing_account, about)?;
        if let Some(content) = bill.content {
            let (billing_account, currency) = (billing_account.id, terms.currency);
            return Ok(Forecast { billing_account, currency, on, content: Some(content) });
        }
        let from = on.plus_days(1);
        match first_billing_date(terms.cycle, billing_account.began_on(), from) {
            Some(next) => on = next,
            None => break,
        }
    }
    let (billing_account, currency) = (billing_account.id, terms.currency);
    Ok(Forecast { billing_account, currency, on: first_day, content: None })
}
