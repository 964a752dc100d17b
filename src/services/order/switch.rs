//! Switches: a subscription to another offer, plan or term, as far as its seller lets it, now or when
//! what is paid for is over; and what that would come to.
//!
//! A preview is the change itself, done and taken back, so that it is refused where the change would
//! be, and what it says is what comes. The bills that follow from it are computed over a snapshot, so
//! that nobody waits for them who wants to write.

use super::{Resolved, bounds, judge};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::policy::DowngradeAt;
use crate::domain::billing::unused::GivenBack;
use crate::domain::catalog::offer::{Direction, Offer};
use crate::domain::catalog::term::Term;
use crate::domain::error::{Invalid, Rejection};
use crate::domain::id::{OfferId, ResourceId, SubscriptionId};
use crate::domain::money::Money;
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::Order;
use crate::domain::order::item::{Action, Item, Wish};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Deal, Plan, SwitchAt};
use crate::domain::text;
use crate::domain::time::Date;
use crate::services::billing::{self, ChargedBy, Forecast, Replacement};
use crate::services::subscription::{self, To};
use crate::services::{Act, Cx, Error, billing_account, offer};
use crate::store::Records;

/// What a change has led to.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    /// The subscription now.
    pub(super) subscription: Subscription,
    /// When it takes effect.
    pub(super) at: SwitchAt,
    /// The day on which it does.
    pub(super) on: Date,
    /// What it means for the buyer; nothing where the offer, plan and term stay.
    pub(super) direction: Option<Direction>,
    /// What was given back.
    pub(super) replacement: Replacement,
}

/// What a change would come to.
#[derive(Debug, Clone)]
pub struct Preview {
    /// When it takes effect.
    pub at: SwitchAt,
    /// The day on which it does.
    pub on: Date,
    /// What it means for the buyer; nothing where the offer, plan and term stay.
    pub direction: Option<Direction>,
    /// What is given back, line by line.
    pub given: Vec<GivenBack>,
    /// By which credit notes, under numbers that others will have.
    pub notes: Vec<CreditNote>,
    /// What coupons had taken off what is given back, which is lost; `None` if they took nothing.
    pub lost: Option<Money>,
    /// What is charged for the days from there on that the old price was charged for.
    pub charged: ChargedBy,
    /// What else of its bundle costs what it costs by itself from the next period on, because the bundle is not
    /// whole any more.
    pub alone: Vec<OfferId>,
    /// The next bill of the billing account, with all that stands on it.
    pub next: Forecast,
}

/// A change that was made and taken back.
#[derive(Debug, Clone)]
pub struct Supposed {
    before: Subscription,
    after: Subscription,
    beside: Vec<Subscription>,
    bills_to: BillingAccount,
    at: SwitchAt,
    on: Date,
    direction: Option<Direction>,
    replacement: Replacement,
}

/// Makes a change of a subscription and takes it back; nothing is changed.
///
/// # Errors
/// As [`change`](super::change).
pub fn suppose(
    act: &mut Act<'_>,
    (id, revision): (SubscriptionId, Option<u32>),
    (wish, at): (&Wish, Option<SwitchAt>),
) -> Result<Supposed, Error> {
    let held: Subscription = act.get(id)?;
    let mut found = act.suppose(|act| {
        let before = foreseen_if_had(act, held.clone())?;
        let changed = super::changed(act, (id, revision), (wish, at))?;
        let after = foreseen(act, changed.subscription)?;
        let bills_to = act.load(after.billing_account())?;
        let Changed { at, on, direction, replacement, .. } = changed;
        let beside = Vec::new();
        Ok(Supposed { before, after, beside, bills_to, at, on, direction, replacement })
    })?;
    let change = (&held, found.after);
    (found.after, found.beside) = subscription::after_change(act.cx(), change, found.on)?;
    Ok(found)
}

/// What a change of a subscription would come to, if it were made now.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub fn preview(cx: Cx<'_>, it: Supposed) -> Result<Preview, Error> {
    let Supposed { before, after, beside, bills_to, at, on, direction, replacement } = it;
    let charged = billing::charged_by(cx, &bills_to, (&before, &after), on)?;
    let next = billing::with_switched(cx, &bills_to, (&after, &beside))?;
    let alone = beside.iter().map(|it| it.deal().offer).collect();
    let Replacement { given, notes, lost } = replacement;
    Ok(Preview { at, on, direction, given, notes, lost, charged, alone, next })
}

/// A subscription as it will be when it is switched as was agreed on; as it is if nothing was.
pub(super) fn foreseen(act: &Act<'_>, it: Subscription) -> Result<Subscription, Error> {
    let planned = it.scheduled().iter().find_map(|it| match &it.plan {
        Plan::Switch(wish) => Some((it.on, wish.clone())),
        Plan::Change(_) | Plan::Cancel(_) => None,
    });
    let Some((on, wish)) = planned else { return Ok(it) };
    let (_, resolved) = resolved(act, &it, &wish)?;
    let to = target(act.cx(), (&it, &resolved), on)?;
    subscription::foreseen(act.cx(), it, to, on)
}

/// The same; as it is also if what was agreed on can no longer be had: it falls away then.
fn foreseen_if_had(act: &Act<'_>, it: Subscription) -> Result<Subscription, Error> {
    match foreseen(act, it.clone()) {
        Ok(found) => Ok(found),
        Err(Error::Rejected(_) | Error::Invalid(_)) => Ok(it),
        Err(failure) => Err(failure),
    }
}

/// Whether an item asks for another offer, plan or term than its subscription has, or for characteristics
/// at other prices.
///
/// # Errors
/// If the store fails.
pub(super) fn is_switch(cx: Cx<'_>, held: &Subscription, asked: &Resolved) -> Result<bool, Error> {
    let had = held.deal();
    let Some(deal) = &asked.deal else { return Ok(asked.term.as_ref() != held.term_key()) };
    let is_other = (deal.offer, &deal.plan) != (had.offer, &had.plan);
    if is_other || asked.term.as_ref() != held.term_key() {
        return Ok(true);
    }
    let choices = (&had.characteristics, &deal.characteristics);
    let chooses = !asked.item.wish.characteristics.is_empty() && choices.0 != choices.1;
    Ok(chooses && offer::is_priced_otherwise(cx, deal.offer, choices)?)
}

/// What a switch means for the buyer.
pub(super) fn direction(
    act: &Act<'_>,
    (held, asked): (&Subscription, &Resolved),
) -> Result<Direction, Error> {
    let from: Offer = act.load(held.deal().offer)?;
    let deal = asked.deal.as_ref();
    let named = deal.and_then(|it| from.switch(it.offer, asked.term.as_ref()));
    Ok(named.map_or(Direction::Sidegrade, |it| it.direction))
}

/// Switches a subscription as an item asks for: at once, or when what is paid for is over, as is said
/// or as its seller has it.
///
/// # Errors
/// If its state forbids it, nothing that is paid for ends by itself, or the caller may not.
pub(super) fn switch(
    act: &mut Act<'_>,
    (held, asked): (Subscription, &Resolved),
    at: Option<SwitchAt>,
) -> Result<Changed, Error> {
    let deal = asked.deal.as_ref().ok_or_else(|| Error::internal("a switch is to a deal"))?;
    let direction = direction(act, (&held, asked))?;
    let at = when(act, (&held, direction), at)?;
    let billing_account: BillingAccount = act.load(held.billing_account())?;
    let today = billing_account.terms().zone.date_of(act.now());
    let (direction, none) = (Some(direction), Replacement::default());
    match at {
        SwitchAt::Now => {
            let to = target(act.cx(), (&held, asked), today)?;
            let (subscription, replacement) = subscription::switch(act, held, (to, today))?;
            Ok(Changed { subscription, at, on: today, direction, replacement })
        }
        SwitchAt::PeriodEnd => {
            let cycle_end = billing_account::next_cycle_on(&billing_account, act.now());
            let on = held.period_end_on(today, cycle_end).ok_or_else(|| {
                let message = "`period_end` is no later day of this subscription: switch it `now`";
                Invalid::one("/at", "range", message)
            })?;
            // What cannot be had then is refused now.
            let to = target(act.cx(), (&held, asked), on)?;
            subscription::foreseen(act.cx(), held.clone(), to, on)?;
            let wish = later(&held, asked, deal);
            let subscription = subscription::agree(act, held, (wish, on))?;
            Ok(Changed { subscription, at, on, direction, replacement: none })
        }
    }
}

/// When a switch takes effect. What the seller lets happen only later is done at once for who may give
/// credit anyway.
fn when(
    act: &Act<'_>,
    (held, direction): (&Subscription, Direction),
    said: Option<SwitchAt>,
) -> Result<SwitchAt, Error> {
    let usual = usually(act.cx(), held, direction)?;
    match said {
        Some(SwitchAt::Now) if !may_at_once(act.cx(), held, direction)? => Err(only_later().into()),
        Some(said) => Ok(said),
        None => Ok(usual),
    }
}

/// When a switch takes effect as its seller has it.
fn usually(cx: Cx<'_>, held: &Subscription, direction: Direction) -> Result<SwitchAt, Error> {
    Ok(match (direction, billing::policy(cx, held.stamp.seller)?.downgrade) {
        (Direction::Downgrade, DowngradeAt::PeriodEnd) => SwitchAt::PeriodEnd,
        (Direction::Downgrade, DowngradeAt::Now)
        | (Direction::Upgrade | Direction::Sidegrade, _) => SwitchAt::Now,
    })
}

/// Whether the caller may have a switch take effect at once.
fn may_at_once(cx: Cx<'_>, held: &Subscription, direction: Direction) -> Result<bool, Error> {
    let may = cx.actor.may(Permission::CreditNoteWrite, &held.stamp) == Decision::Yes;
    Ok(may || usually(cx, held, direction)? == SwitchAt::Now)
}

/// What is said of a downgrade at once to who may not give credit for what is paid already.
fn only_later() -> Invalid {
    let message = "must be `period_end`: what is less begins when the period that is paid is over";
    Invalid::one("/at", "range", message)
}

/// What a subscription is to go on as from a day on, with the prices that it takes then, which must be billable.
fn target(cx: Cx<'_>, (held, asked): (&Subscription, &Resolved), on: Date) -> Result<To, Error> {
    let deal = asked.deal.clone().ok_or_else(|| Error::internal("a switch is to a deal"))?;
    let sold = cx.view.find::<Offer>(deal.offer)?.ok_or_else(|| Error::not_found(deal.offer))?;
    let bills_to = cx.view.find::<BillingAccount>(held.billing_account())?;
    let bills_to = bills_to.ok_or_else(|| Error::not_found(held.billing_account()))?;
    let (term, plan) = (asked.term.as_ref(), deal.plan.as_ref());
    let chosen = offer::Chosen { term, plan, characteristics: &deal.characteristics };
    let prices = offer::taken_prices(cx, &sold, chosen, (bills_to.terms().currency, on))?;
    bounds::must_be_billable(cx, &deal, (&prices, on))?;
    Ok(To { deal: Deal { prices, ..deal }, term: asked.term.clone() })
}

/// What is to be asked for when the day comes: what is different, so that what else changes until then
/// stays.
fn later(held: &Subscription, asked: &Resolved, deal: &Deal) -> Wish {
    let had = held.deal();
    let amounts = deal.resources.iter().map(|(id, it)| (*id, it.amount()));
    let differs = |(id, amount): &(ResourceId, Quantity)| {
        had.resources.get(id).map(|it| it.amount()) != Some(*amount)
    };
    let choices = deal.characteristics.iter();
    let choices = choices.filter(|(name, values)| had.characteristics.get(*name) != Some(*values));
    Wish {
        offer: Some(deal.offer),
        term: asked.term.clone(),
        plan: deal.plan.clone(),
        quantity: Some(deal.quantity).filter(|it| *it != had.quantity),
        resources: amounts.filter(differs).collect(),
        characteristics: choices.map(|(name, values)| (name.clone(), values.clone())).collect(),
        ..Wish::default()
    }
}

/// Something that a subscription may switch to.
#[derive(Debug, Clone)]
pub struct Possible {
    /// The offer.
    pub offer: Offer,
    /// The term of it, if it has terms.
    pub term: Option<Term>,
    /// What it means for the buyer.
    pub direction: Direction,
    /// Whether the caller may have it at once, and not only when what is paid for is over.
    pub is_at_once: bool,
}

/// To what a subscription may switch within its term: what its seller lets it, and what is on sale.
///
/// # Errors
/// If the store fails.
pub fn switches_of(cx: Cx<'_>, it: &Subscription) -> Result<Vec<Possible>, Error> {
    let Some(from) = cx.view.find::<Offer>(it.deal().offer)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let less_at_once = may_at_once(cx, it, Direction::Downgrade)?;
    let is_at_once = |direction| direction != Direction::Downgrade || less_at_once;
    for (offer, term, direction) in offer::switches(cx, &from)? {
        let is_meant = |it: &&Term| term.as_ref().is_none_or(|key| *key == it.key);
        let terms: Vec<_> = offer.open_terms(cx.now).filter(is_meant).cloned().collect();
        let is_at_once = is_at_once(direction);
        let of = |term| Possible { offer: offer.clone(), term, direction, is_at_once };
        match (offer.content.is_bundle() || from.content.is_bundle(), terms.is_empty()) {
            (true, _) => {}
            (false, true) => found.extend(offer.content.terms.is_empty().then(|| of(None))),
            (false, false) => found.extend(terms.into_iter().map(|it| of(Some(it)))),
        }
    }
    for term in from.open_terms(cx.now).filter(|term| Some(&term.key) != it.term_key()) {
        let named = from.switch(from.id, Some(&term.key));
        let offer = || from.clone();
        let of = |direction| Possible {
            offer: offer(),
            term: Some(term.clone()),
            direction,
            is_at_once: is_at_once(direction),
        };
        found.extend(named.map(|it| of(it.direction)));
    }
    Ok(found)
}

/// Does what was agreed on as a switch for a day, as of that day, however late it is. That its account
/// may buy was asked when it was agreed on: who is held since then does not pay for the dearer plan
/// for ever.
///
/// # Errors
/// If it can no longer be had.
pub(in crate::services) fn carry_out(
    act: &mut Act<'_>,
    id: SubscriptionId,
    (wish, on): (&Wish, Date),
) -> Result<(), Error> {
    let held: Subscription = act.load(id)?;
    let (_, asked) = resolved(act, &held, wish)?;
    let to = target(act.cx(), (&held, &asked), on)?;
    subscription::switch(act, held, (to, on)).map(|_| ())
}

/// The channel through which a subscription was bought, if that is known.
fn channel_of(cx: Cx<'_>, held: &Subscription) -> Result<Option<text::Code>, Error> {
    let order = held.origin.as_ref().map(|it| cx.shared::<Order>(it.0)).transpose()?.flatten();
    Ok(order.and_then(|it| it.request.channel.clone()))
}

/// What a wish asks for of a subscription, with nothing left open; and whose it is.
pub(super) fn resolved(
    act: &Act<'_>,
    held: &Subscription,
    wish: &Wish,
) -> Result<(Account, Resolved), Error> {
    let account: Account = act.load(held.account())?;
    let key = "change".parse().expect("it is a code");
    let mut item = Item::new(key, Action::Modify, wish.clone());
    item.subscription = Some(held.id);
    let channel = channel_of(act.cx(), held)?;
    let judged = judge(act, &account, (&[item], channel.as_ref()))?;
    let resolved = judged.map_err(|it| Rejection::from(it.of_a_wish()))?;
    let first = resolved.into_iter().next();
    Ok((account, first.ok_or_else(|| Error::internal("an item is resolved"))?))
}
