//! Renewals: for the same term once more, or into another one.

use super::{ask, hold, keep, zone};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::term::{Renewal, Term, Trial};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::SubscriptionId;
use crate::domain::operator::Permission;
use crate::domain::provisioning::task::Work;
use crate::domain::subscription::change::{Deal, Entitlement, Entitlements};
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::renewal::Next;
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::{Start, Subscription, TrialRun};
use crate::domain::text;
use crate::services::{Act, Cx, Error, offer, order, resale};

/// Renews a subscription from the end of its present term: into the term of its offer that is named,
/// or else into the one that follows the present one, or into that once more.
///
/// # Errors
/// If its state forbids it, the offer has no such term, its account owes too much, or pays before and has not paid
/// in what that costs at once, or the caller may not.
pub fn renew(
    act: &mut Act<'_>,
    id: SubscriptionId,
    into: Option<&text::Code>,
) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionChange, &it.stamp)?;
    let account: Account = act.load(it.account())?;
    order::must_be_trusted(act, &account)?;
    let supposed = it.clone();
    order::must_be_covered(act, &account, |act| prolong(act, supposed, into).map(drop))?;
    prolong(act, it, into)
}

/// Renews a subscription, whoever asks.
pub(super) fn prolong(
    act: &mut Act<'_>,
    it: Subscription,
    into: Option<&text::Code>,
) -> Result<Subscription, Error> {
    let follows = it.term().and_then(RunningTerm::renews_into);
    let other = into.or(follows).filter(|key| it.term_key() != Some(key)).cloned();
    let (was, had) = (it.state(), it.deal().resources.clone());
    let (ended_on, today) = (it.ended_on(), zone(act.cx(), &it)?.date_of(act.now()));
    let (renewed, verb) = match other {
        Some(key) => {
            let sold: Offer = act.load(it.deal().offer)?;
            let next = next(act, &it, (&sold, &key))?;
            it.renew_into(next, &offer::prices(act.cx(), sold.id)?, act.now())?
        }
        None => {
            let start = match it.term().and_then(RunningTerm::next) {
                Some(term) => Start { term, trial: TrialRun::None },
                None => Start::open(today),
            };
            it.renew(start, act.now())?
        }
    };
    let it = keep(act, (renewed.gone(ended_on, today), verb))?;
    resale::go_on(act, &it)?;
    match was {
        State::Expired => ask(act, &it, Work::Release)?,
        State::Recoverable => ask(act, &it, Work::Create)?,
        State::Pending
        | State::Active
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Graced
        | State::Terminating
        | State::Destroyed
        | State::Aborted
        | State::Canceled => {}
    }
    if it.deal().resources != had {
        ask(act, &it, Work::Change)?;
    }
    let it = act.load(it.id)?;
    hold::meet(act, it)
}

/// How a subscription renews by itself, as its offer says, or on its last day; or that it does not.
///
/// # Errors
/// If it has no term that ends.
pub(super) fn way(cx: Cx<'_>, it: &Subscription, renews: bool) -> Result<Renewal, Error> {
    if it.term().and_then(RunningTerm::end_on).is_none() {
        let message = "must be left out: it has no term that ends";
        return Err(Invalid::one("/auto_renew", "term", message).into());
    }
    if !renews {
        return Ok(Renewal::OnOrder);
    }
    let sold = cx.shared::<Offer>(it.deal().offer)?;
    let said = sold.and_then(|sold| {
        let term = sold.content.terms.iter().find(|term| Some(&term.key) == it.term_key())?;
        term.renewal.or(Some(sold.content.billing.renewal))
    });
    Ok(said.filter(|it| it.is_automatic()).unwrap_or(Renewal::OnLastDay))
}

/// What begins with another term of the offer. What was not promised must be billable.
fn next(
    act: &Act<'_>,
    it: &Subscription,
    (sold, key): (&Offer, &text::Code),
) -> Result<Next, Error> {
    let term = sold.content.terms.iter().find(|term| term.key == *key);
    let Some(term) = term.filter(|it| it.trial != Trial::Whole) else {
        let why = format!("offer `{}` has no term `{key}` that could be renewed into", sold.id);
        return Err(Rejection::new(Code::OfferNotAvailable, why).into());
    };
    let bills_to: BillingAccount = act.load(it.billing_account())?;
    let today = bills_to.terms().zone.date_of(act.now());
    let start_on = it.term().and_then(RunningTerm::end_on).unwrap_or(today);
    let running = RunningTerm::of(term, sold.content.billing.renewal, start_on);
    let currency = bills_to.terms().currency;
    let plan = it.deal().plan.as_ref();
    let characteristics = &it.deal().characteristics;
    let chosen = offer::Chosen { term: Some(key), plan, characteristics };
    let (cx, buyer) = (act.cx(), (currency, start_on));
    let resources = resources(it, (sold, term));
    // What follows the term was promised with it, whatever can be bought by now.
    let prices = match it.term().and_then(RunningTerm::renews_into) == Some(key) {
        true => offer::promised_prices(cx, sold, chosen, buyer)?,
        false => {
            let prices = offer::taken_prices(cx, sold, chosen, buyer)?;
            let deal = Deal { resources: resources.clone(), ..it.deal().clone() };
            order::must_be_billable(cx, &deal, (&prices, start_on))?;
            prices
        }
    };
    Ok(Next { start: Start { term: running, trial: TrialRun::None }, prices, resources })
}

/// How much of each resource there is in a term: what there was, and at least what is included.
fn resources(it: &Subscription, (sold, term): (&Offer, &Term)) -> Entitlements {
    let mut resources = it.deal().resources.clone();
    for id in sold.content.resources.iter().map(|it| it.resource) {
        let Some(rate) = sold.content.rate(id, Some(&term.key)) else { continue };
        let had = it.deal().resources.get(&id).map(|it| it.amount());
        let amount = had.unwrap_or_else(|| rate.amount_default());
        resources.insert(id, Entitlement::of(amount, rate.included));
    }
    resources
}
