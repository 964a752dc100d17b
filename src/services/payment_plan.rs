//! Payment plans: agreeing on them, following what is paid, and calling them off.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Cx, Error, dunning, payment};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, InvoiceId, PaymentPlanId};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::allocation::InParts;
use crate::domain::payment::plan::{Owing, PaymentPlan, State, spread};
use crate::domain::time::{Date, Span, Zone};
use crate::store::payment::PAYMENT_PLAN_BY_BILLING_ACCOUNT;
use crate::store::{Along, Key, Records};

/// The sequence that plans are numbered by.
const NUMBERS: &str = "payment_plan";

/// An open balance that is to be paid in parts.
#[derive(Debug, Clone)]
pub struct AgreePlan {
    /// On which billing account.
    pub billing_account: BillingAccountId,
    /// Which of its invoices; all that are open and not disputed if none is named.
    pub invoices: Option<Vec<InvoiceId>>,
    /// In how many parts.
    pub count: u16,
    /// When the first is due.
    pub first_on: Date,
    /// How often one is due after that.
    pub every: Span,
}

/// Spreads what is open of invoices over instalments; while these are paid in time, nobody is
/// reminded of the invoices.
///
/// # Errors
/// If an invoice is not open, disputed or in another plan, nothing is open, the first instalment is
/// due before today, or the caller may not.
pub fn agree(act: &mut Act<'_>, command: AgreePlan) -> Result<PaymentPlan, Error> {
    let of: BillingAccount = act.cx().named("/billing_account", command.billing_account)?;
    let stamp = act.cx().stamp(of.stamp.seller, Some(of.account()));
    act.must(Permission::PaymentPlanWrite, &stamp)?;
    let zone = of.terms().zone;
    let today = zone.date_of(act.now());
    if command.first_on < today {
        let message = format!("must not be before today, `{today}`");
        return Err(Invalid::one("/first_on", "range", message).into());
    }
    let invoices = chosen(act.cx(), of.id, command.invoices.as_deref())?;
    if invoices.is_empty()
        && let Some(plan) = active_of(act.cx(), of.id)?.first()
    {
        let why =
            format!("the payment plan {} is there already: no more is open", plan.stamp.number);
        return Err(Rejection::new(Code::AmountOutOfRange, why).into());
    }
    let total = Money::sum(invoices.iter().map(Invoice::open), of.currency())?;
    let parts = spread(total, command.count, command.first_on, command.every)?;
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let whose = (of.account(), of.id);
    let about = (invoices.iter().map(|it| it.id).collect(), command.every);
    let id = act.new_id();
    let agreed = PaymentPlan::agreed((id, stamp), whose, about, parts, zone);
    let plan = act.keep_new(agreed)?;
    dunning::follow(act, of.id)?;
    act.load(plan.id)
}

/// The invoices that a plan is to be about.
fn chosen(
    cx: Cx<'_>,
    of: BillingAccountId,
    named: Option<&[InvoiceId]>,
) -> Result<Vec<Invoice>, Error> {
    let mut planned = BTreeSet::new();
    for plan in active_of(cx, of)? {
        planned.extend(plan.invoices);
    }
    let mut free = payment::open_invoices(cx, of)?;
    free.retain(|it| it.dispute().is_none() && !planned.contains(&it.id));
    let Some(named) = named else { return Ok(free) };
    for (place, id) in named.iter().enumerate() {
        if !free.iter().any(|it| it.id == *id) || named[..place].contains(id) {
            let message = format!(
                "`{id}` must be an open invoice of the billing account, named once, not disputed \
                 and in no other plan"
            );
            return Err(Invalid::one(format!("/invoices/{place}"), "reference", message).into());
        }
    }
    free.retain(|it| named.contains(&it.id));
    Ok(free)
}

/// Calls a plan off: what is open is due as if there had been none. What nobody was reminded of because
/// of it is told now, and what was being done when it was agreed on goes on where it was.
///
/// # Errors
/// If it is over or has changed since, or the caller may not.
pub fn cancel(
    act: &mut Act<'_>,
    id: PaymentPlanId,
    revision: Option<u32>,
) -> Result<PaymentPlan, Error> {
    let plan: PaymentPlan = act.get(id)?;
    act.must(Permission::PaymentPlanWrite, &plan.stamp)?;
    act.expect_revision(&plan.stamp, revision)?;
    let canceled = plan.cancel()?;
    let plan = act.keep(canceled)?;
    await_again(act, &plan)?;
    dunning::resume(act, plan.billing_account, plan.stamp.created_at)?;
    Ok(plan)
}

/// Lets the invoices of a plan be told as overdue that became so while it was kept to.
fn await_again(act: &mut Act<'_>, plan: &PaymentPlan) -> Result<(), Error> {
    let zone = act.load::<BillingAccount>(plan.billing_account)?.terms().zone;
    for id in &plan.invoices {
        let invoice = act.load::<Invoice>(*id)?.awaited(zone);
        if invoice.overdue_at().is_some_and(|it| plan.stamp.created_at < it) {
            act.put_quietly(&invoice)?;
        }
    }
    Ok(())
}

/// The plans of a billing account that are being paid.
///
/// # Errors
/// If the store fails.
pub(super) fn active_of(cx: Cx<'_>, of: BillingAccountId) -> Result<Vec<PaymentPlan>, Error> {
    let along = Along::Index(PAYMENT_PLAN_BY_BILLING_ACCOUNT, Key::new().id(of).bytes());
    let mut plans = cx.every::<PaymentPlan>(&along)?;
    plans.retain(|it| it.state() == State::Active);
    Ok(plans)
}

/// What is due of the plans of a billing account: of each invoice that is in one when, and of those
/// of each plan how much.
///
/// # Errors
/// If the store fails.
pub(super) fn due(
    cx: Cx<'_>,
    of: BillingAccountId,
) -> Result<(BTreeMap<InvoiceId, Date>, Vec<InParts>), Error> {
    let (mut days, mut parts) = (BTreeMap::new(), Vec::new());
    let plans = active_of(cx, of)?;
    if plans.is_empty() {
        return Ok((days, parts));
    }
    let zone = cx.view.find::<BillingAccount>(of)?.map_or(Zone::UTC, |it| it.terms().zone);
    for plan in plans {
        if let Some(due) = plan.due(zone.date_of(cx.now))? {
            days.extend(plan.invoices.iter().map(|it| (*it, due.due_on)));
            parts.push(InParts { invoices: plan.invoices, due: due.amount });
        }
    }
    Ok((days, parts))
}

/// The invoices of a billing account that are in a plan which is kept to on a day: nobody is
/// reminded of them.
///
/// # Errors
/// If the store fails.
pub(super) fn resting(
    cx: Cx<'_>,
    of: BillingAccountId,
    today: Date,
) -> Result<BTreeSet<InvoiceId>, Error> {
    let plans = active_of(cx, of)?.into_iter().filter(|it| it.late(today).next().is_none());
    Ok(plans.flat_map(|it| it.invoices).collect())
}

/// Lets the plans of a billing account follow what is open of their invoices.
///
/// # Errors
/// If the store fails.
pub(super) fn follow(act: &mut Act<'_>, of: &BillingAccount) -> Result<(), Error> {
    let zone = of.terms().zone;
    for plan in active_of(act.cx(), of.id)? {
        let nothing = Money::zero(of.currency());
        let mut owing = Owing { open: nothing, disputed: nothing };
        for id in &plan.invoices {
            let it: Invoice = act.load(*id)?;
            owing.open = owing.open.plus(it.open())?;
            owing.disputed = owing.disputed.plus(it.open().minus(it.undisputed())?)?;
        }
        let mut followed = plan.clone().followed(owing, zone)?;
        if followed == plan {
            continue;
        }
        act.put(&mut followed)?;
        if followed.state() == State::Completed {
            act.tell(followed.id, Verb::Completed);
        }
    }
    Ok(())
}

/// Tells of a plan that an instalment is overdue, or falls due soon, and says whether there was that to tell.
///
/// # Errors
/// If it is not there.
pub(super) fn remind(act: &mut Act<'_>, id: PaymentPlanId) -> Result<bool, Error> {
    let plan: PaymentPlan = act.load(id)?;
    let of = plan.billing_account;
    let zone = act.load::<BillingAccount>(of)?.terms().zone;
    let now = (act.now(), zone);
    if let Some(told) = plan.clone().overdue(now) {
        act.keep(told)?;
        dunning::follow_overdue(act, of)?;
        return Ok(true);
    }
    let Some(told) = plan.announced(now) else { return Ok(false) };
    act.keep(told)?;
    Ok(true)
}

/// A page of the plans that the caller may see: of an account or a billing account if one is named,
/// in a state if that is.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, of): (Option<AccountId>, Option<BillingAccountId>),
    state: Option<State>,
    page: &PageRequest,
) -> Result<Page<PaymentPlan>, Error> {
    let by = |id| Along::Index(PAYMENT_PLAN_BY_BILLING_ACCOUNT, Key::new().id(id).bytes());
    cx.list(of.map(by).or(account.map(Along::Owner)), page, |it: &PaymentPlan| {
        account.is_none_or(|id| it.account == id)
            && of.is_none_or(|id| it.billing_account == id)
            && state.is_none_or(|wanted| it.state() == wanted)
    })
}
