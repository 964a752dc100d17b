//! Working on an order: what its items bring about, and what becomes of them.
//!
//! An order is one record, however many items it has: what becomes of them in one act is written down
//! at its end, so that a thousand items cost ten times what a hundred do.

use std::collections::{BTreeMap, BTreeSet};

use super::paid_first::{give_money_back, must_still_be_paid};
use super::switch::{is_switch, switch};
use super::{choose, held, must_buy, priced, resolve};
use crate::domain::account::Account;
use crate::domain::event::Verb;
use crate::domain::id::{OrderId, SubscriptionId};
use crate::domain::order::Order;
use crate::domain::order::item::{Action, Item, Parent};
use crate::domain::order::lifecycle::ItemTrigger;
use crate::domain::order::resolution::Resolved;
use crate::domain::provisioning::lifecycle::State as TaskState;
use crate::domain::provisioning::task::{Cause, QueueTask, Work};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::Purchase;
use crate::domain::subscription::change::{
    Cancellation, Change, Entitlement, Entitlements, RefundTo,
};
use crate::domain::subscription::tree::Belonging;
use crate::domain::text::{self, Prose};
use crate::services::{Act, Error, coupon, provisioning, subscription};

/// Begins to work on an order, item by item.
///
/// # Errors
/// If its state forbids it, its account cannot buy any more, or an item is refused.
pub fn work(act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
    let order: Order = act.load(id)?;
    let account: Account = act.load(order.account())?;
    must_buy(&account)?;
    let released = order.release(act.now())?;
    let order = act.keep(released)?;
    let resolved = resolve(act, &account, (order.items(), order.request.channel.as_ref()))?;
    let keys = resolved.iter().map(|it| it.item.key.clone()).collect();
    let started = order.on_items(&keys, ItemTrigger::Start, act.now())?;
    let order = act.keep(started)?;
    let mut progress = Progress::default();
    for it in &resolved {
        progress.work_on(act, (&account, &order), it)?;
    }
    progress.written_down(act, id)
}

/// What has become of the items of an order in an act.
#[derive(Default)]
struct Progress {
    made: BTreeMap<text::Code, SubscriptionId>,
    done: BTreeSet<text::Code>,
}

impl Progress {
    fn work_on(
        &mut self,
        act: &mut Act<'_>,
        (account, order): (&Account, &Order),
        resolved: &Resolved,
    ) -> Result<(), Error> {
        let item = &resolved.item;
        let is_done = match item.action {
            Action::Add => self.add(act, (account, order), resolved)?,
            Action::Modify => modify(act, resolved)?,
            Action::Delete => delete(act, item)?,
            Action::Renew => renew(act, resolved)?,
            Action::NoChange => true,
        };
        self.done.extend(is_done.then(|| item.key.clone()));
        Ok(())
    }

    /// Writes a subscription down and asks for it; answers whether it is there.
    fn add(
        &mut self,
        act: &mut Act<'_>,
        (account, order): (&Account, &Order),
        resolved: &Resolved,
    ) -> Result<bool, Error> {
        let item = &resolved.item;
        let named = order.request.billing_account;
        let Some((deal, bills_to)) = priced(act, account, (named, resolved))? else {
            return Err(Error::internal("an add is of a deal"));
        };
        let specification = deal.specification;
        let bought = Purchase {
            account: account.id,
            billing_account: bills_to.id,
            name: item.wish.name.clone(),
            deal,
            term: resolved.term.clone(),
            times: item.wish.times.unwrap_or(1),
            parent: self.parent(order, item),
            attributes: item.attributes.clone(),
            origin: Some((order.id, item.key.clone())),
            ordered_at: act.now(),
        };
        let made = subscription::write_down(act, account.stamp.seller, bought)?;
        self.made.insert(item.key.clone(), made.id);
        let connector = provisioning::maker_of(act, specification)?;
        let asked = QueueTask {
            work: Work::Create,
            subscription: made.id,
            seat: None,
            cause: Some(Cause { order: order.id, item: item.key.clone() }),
            connector,
        };
        let task = provisioning::queue(act, &made, asked)?;
        Ok(task.state() == TaskState::Completed)
    }

    /// What an item's subscription belongs to; another item's is there already, because items are
    /// worked on in order.
    fn parent(&self, order: &Order, item: &Item) -> Option<(SubscriptionId, Belonging)> {
        match item.parent.as_ref()? {
            Parent::Subscription(id, belonging) => Some((*id, *belonging)),
            Parent::Item(key, belonging) => {
                let made = self.made.get(key).copied();
                let named = || order.item(key)?.subscription;
                Some((made.or_else(named)?, *belonging))
            }
        }
    }

    /// Writes down what has become of the items.
    fn written_down(self, act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
        let order: Order = act.load(id)?;
        let order = match self.made.is_empty() {
            true => order,
            false => act.keep((order.made(&self.made), Verb::Changed))?,
        };
        if self.done.is_empty() {
            return Ok(order);
        }
        let completed = order.on_items(&self.done, ItemTrigger::Complete, act.now())?;
        act.keep(completed)
    }
}

/// Changes what is to be different; the other system is not asked for what stays.
fn modify(act: &mut Act<'_>, asked: &Resolved) -> Result<bool, Error> {
    let item = &asked.item;
    let held = held(act, item)?;
    if is_switch(act.cx(), &held, asked)? {
        switch(act, (held, asked), None)?;
        return Ok(true);
    }
    let (id, deal) = (held.id, held.deal());
    if let Some(quantity) = item.wish.quantity.filter(|it| *it != deal.quantity) {
        subscription::change(act, id, Change::Quantity(quantity))?;
    }
    let amounts = item.wish.resources.iter().map(|(id, amount)| {
        let included = deal.resources.get(id).map_or(Quantity::ZERO, |it| it.included);
        (*id, Entitlement::of(*amount, included))
    });
    let other: Entitlements =
        amounts.filter(|(id, it)| deal.resources.get(id) != Some(it)).collect();
    if !other.is_empty() {
        subscription::change(act, id, Change::Resources(other))?;
    }
    if let Some(chosen) = &asked.deal {
        choose(act, &held, (&item.wish, &chosen.characteristics))?;
    }
    Ok(true)
}

fn delete(act: &mut Act<'_>, item: &Item) -> Result<bool, Error> {
    let held = held(act, item)?;
    let plain = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
    let cancellation = item.cancellation.clone().unwrap_or(plain);
    subscription::cancel(act, held.id, &cancellation)?;
    Ok(true)
}

fn renew(act: &mut Act<'_>, resolved: &Resolved) -> Result<bool, Error> {
    let held = held(act, &resolved.item)?;
    subscription::renew(act, held.id, resolved.term.as_ref())?;
    Ok(true)
}

/// The other system has done what an item needed.
///
/// # Errors
/// If the state of the order forbids it.
pub(in crate::services) fn item_done(act: &mut Act<'_>, cause: &Cause) -> Result<(), Error> {
    items_done(act, cause.order, &BTreeSet::from([cause.item.clone()]))
}

/// The other system has done what some items needed.
///
/// # Errors
/// If the state of the order forbids it.
pub(in crate::services) fn items_done(
    act: &mut Act<'_>,
    id: OrderId,
    keys: &BTreeSet<text::Code>,
) -> Result<(), Error> {
    let order: Order = act.load(id)?;
    let completed = order.on_items(keys, ItemTrigger::Complete, act.now())?;
    act.keep(completed).map(|_| ())
}

/// The other system could not do what an item needed.
///
/// # Errors
/// If the state of the order forbids it.
pub(in crate::services) fn item_failed(
    act: &mut Act<'_>,
    cause: &Cause,
    why: Prose,
) -> Result<(), Error> {
    let order: Order = act.load(cause.order)?;
    let failed = order.on_item(&cause.item, ItemTrigger::Fail, Some(why), act.now())?;
    let order = act.keep(failed)?;
    coupon::give_back(act, &order)?;
    give_money_back(act, &order)
}

/// What an item needed is no longer wanted, because what it made was called off.
///
/// # Errors
/// If the state of the order forbids it.
pub(in crate::services) fn item_called_off(act: &mut Act<'_>, cause: &Cause) -> Result<(), Error> {
    let order: Order = act.load(cause.order)?;
    if order.item(&cause.item).is_none_or(|it| it.state().is_final()) {
        return Ok(());
    }
    let canceled = order.on_item(&cause.item, ItemTrigger::Cancel, None, act.now())?;
    let order = act.keep(canceled)?;
    coupon::give_back(act, &order)?;
    // Of what is called off piece by piece, all goes back at once.
    if order.state().is_final() { give_money_back(act, &order) } else { Ok(()) }
}

/// The other system is asked again for what an item needs.
///
/// # Errors
/// If the item has not failed, the account cannot buy any more, what was paid for it has gone back, or a
/// coupon that the order gave back cannot be had any more.
pub(in crate::services) fn item_tried_again(act: &mut Act<'_>, cause: &Cause) -> Result<(), Error> {
    let order: Order = act.load(cause.order)?;
    let account: Account = act.load(order.account())?;
    must_buy(&account)?;
    must_still_be_paid(act.cx(), &order, &cause.item)?;
    let had_come_to_nothing = order.came_to_nothing();
    let open = order.on_item(&cause.item, ItemTrigger::Retry, None, act.now())?;
    let order = act.keep(open)?;
    if had_come_to_nothing {
        coupon::redeem_with(act, &account, &order)?;
    }
    Ok(())
}
