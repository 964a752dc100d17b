//! Switches: a subscription goes on as another offer, plan or term, now or on a later day.
//!
//! What may be switched to is asked by who orders it ([`order`](crate::services::order)).

use super::{ask, bundle, keep, zone};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::error::Rejection;
use crate::domain::event::Verb;
use crate::domain::id::SubscriptionId;
use crate::domain::operator::Permission;
use crate::domain::order::item::Wish;
use crate::domain::provisioning::task::Work;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Deal, Plan, Scheduled};
use crate::domain::subscription::switch::{GivenBack, Next};
use crate::domain::subscription::term::RunningTerm;
use crate::domain::text;
use crate::domain::time::Date;
use crate::services::billing::{self, Replacement};
use crate::services::{Act, Cx, Error, offer, resale, seat};

/// What a subscription is to go on as.
#[derive(Debug, Clone)]
pub(in crate::services) struct To {
    /// The deal, with the prices that it takes.
    pub(in crate::services) deal: Deal,
    /// The key of the term.
    pub(in crate::services) term: Option<text::Code>,
}

/// Switches a subscription as of a day, today or one that has passed since it was agreed on: what was
/// paid for the days that the old prices are not needed for any more is given back at once, what the
/// new ones charge for them comes with the next bill.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub(in crate::services) fn switch(
    act: &mut Act<'_>,
    it: Subscription,
    (to, on): (To, Date),
) -> Result<(Subscription, Replacement), Error> {
    act.must(Permission::SubscriptionChange, &it.stamp)?;
    let sold: Offer = act.load(to.deal.offer)?;
    let replaced = it.replaced(&to.deal.prices);
    let all = prices(act.cx(), &it, &to)?;
    must_take_back(act.cx(), (&it, &to.deal), on)?;
    let kept = it.kept_units(&to.deal, &all);
    let to_name = &sold.content.name;
    resale::give_back_replaced(act, &it, (on, &replaced, &kept), to_name)?;
    let (mut it, found) = billing::give_back_replaced(act, it, (on, &replaced, &kept), to_name)?;
    let mut given = GivenBack::new();
    for line in &found.given {
        let Some(price) = line.price else { continue };
        let sum = given.get(&price).map_or(Ok(line.ask.net), |it| it.plus(line.ask.net))?;
        given.insert(price, sum);
    }
    let next = next(&it, (&sold, to), on);
    let seats = seat::needed(act.cx(), &it)?;
    let switched = it.clone().switched(next, (&all, &given), (on, seats))?;
    let was = std::mem::replace(&mut it, keep(act, switched)?);
    if was.deal().offer != it.deal().offer {
        bundle::follow(act, &was, on)?;
        it = act.load(it.id)?;
    }
    resale::begin(act, &it)?;
    ask(act, &it, Work::Change)?;
    Ok((it, found))
}

/// A subscription as it will be once it is switched on a later day, when nothing of the old is paid
/// beyond it; nothing is written.
///
/// # Errors
/// If its state forbids it; if the store fails.
pub(in crate::services) fn foreseen(
    cx: Cx<'_>,
    it: Subscription,
    to: To,
    on: Date,
) -> Result<Subscription, Error> {
    let sold = cx.shared::<Offer>(to.deal.offer)?;
    let sold = sold.ok_or_else(|| Error::not_found(to.deal.offer))?;
    let all = prices(cx, &it, &to)?;
    must_take_back(cx, (&it, &to.deal), on)?;
    let (next, seats) = (next(&it, (&sold, to), on), seat::needed(cx, &it)?);
    Ok(it.switched(next, (&all, &GivenBack::new()), (on, seats))?.0)
}

/// Refuses a switch that gives up units which the seller does not take back on that day. When the term
/// for which they were bought is over, it always does.
fn must_take_back(cx: Cx<'_>, (it, by): (&Subscription, &Deal), on: Date) -> Result<(), Error> {
    let is_bound = |term: &&RunningTerm| term.end_on().is_none_or(|it| on < it);
    match it.term().filter(is_bound).filter(|_| it.gives_up(by)) {
        Some(term) => {
            Ok(billing::policy(cx, it.stamp.seller)?.must_take_back(term.start_on(), on)?)
        }
        None => Ok(()),
    }
}

/// Writes down that a subscription is to be switched on a later day; who says it again says it anew.
///
/// # Errors
/// If it is no longer living, or the caller may not.
pub(in crate::services) fn agree(
    act: &mut Act<'_>,
    it: Subscription,
    (wish, on): (Wish, Date),
) -> Result<Subscription, Error> {
    act.must(Permission::SubscriptionChange, &it.stamp)?;
    let today = zone(act.cx(), &it)?.date_of(act.now());
    let it = it.clone().not_switched().map_or(it, |it| it.0);
    let plan = Plan::Switch(Box::new(wish));
    let planned = Scheduled { on, plan, cause: None, agreed_at: act.now() };
    let planned = it.schedule(planned, today)?;
    keep(act, (planned, Verb::Changed))
}

/// Takes back that a subscription is to be switched on a later day.
///
/// # Errors
/// If that was not said of it, or the caller may not.
pub fn unswitch(act: &mut Act<'_>, id: SubscriptionId) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionChange, &it.stamp)?;
    let stays = it.not_switched().map_err(|it: Rejection| Error::from(it))?;
    keep(act, stays)
}

fn next(it: &Subscription, (sold, to): (&Offer, To), on: Date) -> Next {
    let terms = &sold.content.terms;
    let term = terms.iter().find(|term| Some(&term.key) == to.term.as_ref());
    let term = it.term_after(term, sold.content.billing.renewal, on);
    Next { deal: to.deal, term }
}

/// The prices of what a subscription is to, and of what it is to go on as.
fn prices(cx: Cx<'_>, it: &Subscription, to: &To) -> Result<Vec<Price>, Error> {
    let mut all = offer::prices(cx, to.deal.offer)?;
    for id in it
        .deal()
        .prices
        .keys()
        .filter(|id| all.iter().all(|it| it.id != **id))
        .copied()
        .collect::<Vec<_>>()
    {
        all.extend(cx.shared::<Price>(id)?.map(|it| Price::clone(&it)));
    }
    Ok(all)
}
