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

/// The next bill of the billing account that a subscription is on, as if both, and others `beside` it that are
/// billed there, were as they are given: of all that is billed there.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub(in crate::services) fn with_switched(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    (it, beside): (&Subscription, &[Subscription]),
) -> Result<Forecast, Error> {
    let all = gather::subscriptions_of(cx, billing_account)?;
    let own = beside.iter().filter(|it| it.billing_account() == billing_account.id);
    let all = own.fold(with(&all, it), |all, it| with(&all, it));
    first_bill(cx, billing_account, (&all, &[]))
}

/// Subscriptions with one of them as it is given, at its place: what is spread over the lines of a bill to
/// the cent depends on their order.
fn with(all: &[Subscription], it: &Subscription) -> Vec<Subscription> {
    let mut all = all.to_vec();
    match all.iter_mut().find(|other| other.id == it.id) {
        Some(held) => held.clone_from(it),
        None => all.push(it.clone()),
    }
    all
}

/// What becomes of the bill on which the days of a change are charged.
#[derive(Debug, Clone)]
pub struct ChargedBy {
    /// What stands on it because of the change, as it will stand there.
    pub charged: Vec<Line>,
    /// What would have stood on it instead.
    pub dropped: Vec<Line>,
}

/// What is charged for the days up to and of a change of a subscription, and what is not any more, because it
/// is as it is `after` and not as it was `before`. Both are lines of the bill on which those days
/// are charged, with all that is billed there, so that coupons take off what they will.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub(in crate::services) fn charged_by(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    (before, after): (&Subscription, &Subscription),
    on: Date,
) -> Result<ChargedBy, Error> {
    let all = gather::subscriptions_of(cx, billing_account)?;
    let (mut shelf, day) = (Shelf::default(), billed_on(cx, billing_account, on));
    let mut lines = |it: &Subscription| {
        let all = with(&all, it);
        let bills = gather::billed_of(cx, &mut shelf, billing_account, (&all, day))?;
        let lines = bills.into_iter().filter_map(|it| it.content).flat_map(|it| it.lines);
        let is_due = |line: &Line| line.service_period.is_none_or(|it| it.start() <= on);
        let own = lines.filter(|line| line.subscription == Some(it.id) && is_due(line));
        Ok::<Vec<Line>, Error>(own.collect())
    };
    let key = |it: &Line| (it.kind, it.price, it.service_period, it.net, it.tax);
    let (mut dropped, mut charged) = (lines(before)?, lines(after)?);
    charged.retain(|it| match dropped.iter().position(|other| key(other) == key(it)) {
        Some(place) => {
            dropped.remove(place);
            false
        }
        None => true,
    });
    Ok(ChargedBy { charged, dropped })
}

/// The first day on which a billing account is billed that charges what begins on a day.
fn billed_on(cx: Cx<'_>, it: &BillingAccount, on: Date) -> Date {
    let (terms, first) = (it.terms(), first_day(cx, it));
    let from = on.plus_days(i64::from(terms.cycle.shift_days));
    let later = (first < from).then(|| first_billing_date(terms.cycle, it.began_on(), from));
    later.flatten().map_or(first, |it| it.max(first))
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
