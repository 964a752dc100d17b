//! What a mail of dunning names: all that is overdue, the fees for it, and what happens next.

use super::value::{Reader, subscription_name};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CustomerClass;
use crate::domain::billing::invoice::Invoice;
use crate::domain::dunning::Action;
use crate::domain::dunning::case::{Dunning, Owed, OwedFor, Step};
use crate::domain::money::{Amount, Money, Rounding};
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::Cancellation;
use crate::domain::time::{Date, Instant, Zone};
use crate::render::mail::Tree;
use crate::services::{Cx, Error};
use crate::store::{Along, Records};

/// The values of a mail about a case, as it was when the mail was due.
///
/// # Errors
/// If the store fails.
pub(super) fn values(cx: Cx<'_>, it: &Dunning, reader: &Reader) -> Result<Tree, Error> {
    let overdue = it.overdue()?;
    let (fees, mut invoices) = (fees_open(cx, it)?, Vec::new());
    for owed in it.owed() {
        invoices.push(Tree::group([
            ("number", number(cx, owed)?.into()),
            ("due_on", reader.day(owed.due_on)),
            ("open", reader.money(owed.amount)),
        ]));
    }
    let next = it.next();
    let is = |wanted: Action| next.is_some_and(|it| it.action == wanted);
    let next_fee = next.and_then(|it| match it.action {
        Action::LateFee(it) => {
            Amount::new(it.fee.decimal(), overdue.currency()).book(Rounding::HalfUp).ok()
        }
        Action::Mail | Action::CreditHold | Action::Terminate => None,
    });
    // What follows a fee is not known yet; a hold or an end is no reminder.
    let is_last = !is(Action::Mail) && next_fee.is_none();
    let next_fee = next_fee.map_or_else(|| "".into(), |it| reader.money(it));
    let mails = it.steps().iter().filter(|it| it.action == Action::Mail).count();
    let late_fees = if fees.is_zero() { "".into() } else { reader.money(fees) };
    Ok(Tree::group([(
        "dunning",
        Tree::group([
            ("number", mails.to_string().into()),
            ("is_last", is_last.into()),
            ("invoices", invoices.into()),
            ("overdue", reader.money(overdue)),
            ("late_fees", late_fees),
            ("total", reader.money(overdue.plus(fees)?)),
            ("until", reader.day_or_nothing(next.map(|it| it.on.plus_days(-1)))),
            ("next_fee", next_fee),
            ("then_hold", is(Action::CreditHold).into()),
            ("then_end", is(Action::Terminate).into()),
            ("ends_on", reader.day_or_nothing(ends_on(cx, it)?)),
            ("ended", ended(cx, it, reader)?.into()),
        ]),
    )]))
}

/// The day on which what is not paid ends, if its class wants that and nothing is paid until then.
///
/// # Errors
/// If the store fails.
pub(super) fn ends_on(cx: Cx<'_>, it: &Dunning) -> Result<Option<Date>, Error> {
    let account = cx.view.find::<Account>(it.account)?;
    let class = account.map(|it| cx.view.find::<CustomerClass>(it.class())).transpose()?.flatten();
    match class {
        Some(class) => Ok(it.ends_on(&class.terms().dunning)?),
        None => Ok(None),
    }
}

/// The subscriptions that the last step has ended, if it was that.
fn ended(cx: Cx<'_>, it: &Dunning, reader: &Reader) -> Result<Vec<Tree>, Error> {
    let last = it.steps().last().filter(|it| it.action == Action::Terminate);
    let Some(step) = last else { return Ok(Vec::new()) };
    let all = cx.every::<Subscription>(&Along::Owner(it.account))?;
    let is_ended = |of: &&Subscription| {
        of.billing_account() == it.billing_account
            && of.ended_on() == Some(step.on)
            && of.cancellation().is_some_and(|it| it.reason == Cancellation::overdue().reason)
    };
    let named = all.iter().filter(is_ended).map(|it| {
        let name = subscription_name(cx, it, reader)?;
        Ok(Tree::group([("name", name.into())]))
    });
    named.collect()
}

/// The values of a mail about a plan, at a moment: what is overdue, what falls due, and what is left.
///
/// # Errors
/// If the store fails.
pub(super) fn instalment(
    cx: Cx<'_>,
    it: &PaymentPlan,
    at: Instant,
    reader: &Reader,
) -> Result<Tree, Error> {
    let zone = cx.view.find::<BillingAccount>(it.billing_account)?.map(|it| it.terms().zone);
    let today = zone.unwrap_or(Zone::UTC).date_of(at);
    let (mut overdue, mut left) = (Vec::new(), Vec::new());
    for part in it.instalments() {
        left.push(part.amount.minus(part.paid)?);
    }
    for late in it.late(today) {
        overdue.push(late.undisputed()?);
    }
    let sum = |all: Vec<Money>| Money::sum(all, it.currency());
    let next = it.soon(today);
    let next_open = next.map(|it| it.undisputed()).transpose()?;
    let mut instalments = Vec::with_capacity(it.instalments().len());
    for part in it.instalments() {
        instalments.push(Tree::group([
            ("due_on", reader.day(part.due_on)),
            ("amount", reader.money(part.amount)),
        ]));
    }
    Ok(Tree::group([(
        "instalment",
        Tree::group([
            ("plan", it.stamp.number.to_string().into()),
            ("due_on", reader.day_or_nothing(it.late(today).next().map(|it| it.due_on))),
            ("open", reader.money(sum(overdue)?)),
            ("left", reader.money(sum(left)?)),
            ("next_due_on", reader.day_or_nothing(next.map(|it| it.due_on))),
            ("next_open", next_open.map_or_else(|| "".into(), |it| reader.money(it))),
            ("all", instalments.into()),
        ]),
    )]))
}

/// What is open of the late fees of a case that are not overdue themselves.
fn fees_open(cx: Cx<'_>, it: &Dunning) -> Result<Money, Error> {
    let mut sum = Money::zero(it.currency());
    for id in it.steps().iter().filter_map(|it: &Step| it.invoice) {
        let is_overdue = it.owed().iter().any(|it| it.of == OwedFor::Fee(id));
        let fee = cx.view.find::<Invoice>(id)?.filter(|_| !is_overdue);
        sum = sum.plus(fee.map_or(Money::zero(it.currency()), |it| it.undisputed()))?;
    }
    Ok(sum)
}

/// What something that is owed is called.
fn number(cx: Cx<'_>, owed: &Owed) -> Result<String, Error> {
    let number = match owed.of {
        OwedFor::Invoice(id) | OwedFor::Fee(id) => {
            let found = cx.view.find::<Invoice>(id)?;
            found.and_then(|it| it.issue().map(|it| it.number.to_string()))
        }
        OwedFor::Instalment(id) => {
            let found = cx.view.find::<PaymentPlan>(id)?;
            found.map(|it| it.stamp.number.to_string())
        }
    };
    Ok(number.unwrap_or_default())
}
