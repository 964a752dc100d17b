//! Orders: placing them, working on them, and what they make of subscriptions.
//!
//! An order that can be worked on at once is: its items become tasks, and what needs no other
//! system is there when the order is answered.

mod asking;
mod bounds;
mod cancellation;
mod channel;
mod covered;
mod credit;
mod deed;
mod estimate;
mod handling;
mod keeping_back;
mod paid_first;
mod pool;
mod qualification;
mod sending;
mod supply;
mod switch;
mod terms_of_use;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use self::asking::{must_be_open, must_be_seen, must_be_sold, must_say_all, must_stay_with_seller};
pub(super) use self::bounds::must_be_billable;
pub(super) use self::cancellation::cancel_all_of;
use self::cancellation::{called_off, withdraw};
pub use self::cancellation::{cancel, cancel_or_refuse};
pub use self::channel::through;
pub(super) use self::covered::must_be as must_be_covered;
pub(super) use self::credit::must_be_trusted;
pub use self::deed::{Deed, deeds};
pub use self::estimate::{
    Credited, Ending, Estimate, Foreseen, estimate, suppose_bought, suppose_ended, suppose_placed,
};
pub use self::handling::{Handling, handle, is_begun, note, notes};
pub use self::keeping_back::{ask, expect, hold, reject, resume};
pub(super) use self::keeping_back::{is_kept_back, must_go_on};
use self::paid_first::give_money_back;
pub use self::paid_first::{
    Paying, awaiting_payment, follow, pay_again, payment_of, place_and_pay, to_pay_first,
};
pub(super) use self::paid_first::{paid, unpaid};
pub use self::pool::enlarging;
pub use self::qualification::{objection, objection_to_all};
pub use self::sending::{destinations, sends};
pub(super) use self::supply::must_be_known as must_be_supplier;
pub use self::supply::{
    called, list_with_own_and_supplied, part_for, reached, seen, supplied, supplier, supplies,
};
pub(super) use self::switch::carry_out;
use self::switch::{Changed, is_switch};
pub use self::switch::{Possible, Preview, Supposed, preview, suppose, switches_of};
use self::terms_of_use::must_accept;
pub use self::terms_of_use::{acceptance, accepting_all, with_terms};
pub use self::work::work;
pub(super) use self::work::{
    item_called_off, item_done, item_failed, item_tried_again, items_done,
};
use super::billing::Replacement;
use super::{
    Act, Cx, Error, billing_account, coupon, marketplace, offer, payment_method, subscription,
};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::AddressUse;
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::eligibility::Buyer;
use crate::domain::catalog::offer::{Direction, Offer};
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::specification::Specification;
use crate::domain::error::{self, Invalid, Refusal, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, BillingAccountId, Kind, OfferId, OrderId, ResourceId, SubscriptionId,
};
use crate::domain::operator::{self, Permission};
use crate::domain::order::item::{Action, Item, Wish};
use crate::domain::order::lifecycle::Phase;
use crate::domain::order::resolution::{self, Holder, Objections, Resolved, Shelf};
use crate::domain::order::{Order, PlaceOrder};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Change, Deal, Entitlement, Entitlements, SwitchAt};
use crate::domain::text::{self, Prose};
use crate::store::{Along, Records, sequence};

/// The sequences that orders are numbered by begin with this: each vendor has its own, so that a
/// number tells nobody how much others sell.
const NUMBERS: &str = "order";

/// Places an order, and works on it at once unless it is to begin later.
///
/// # Errors
/// If an item asks for what cannot be had, terms of use that must be accepted were not, the account pays
/// before and has not paid in what it costs at once, or the caller may not order for the account.
pub fn place(act: &mut Act<'_>, placed: PlaceOrder) -> Result<Order, Error> {
    let offers = with_terms(act.cx(), placed.items())?;
    let accepted = placed.request.accepted.clone();
    let account = buyer(act.cx(), "/account", placed.account())?;
    covered::must_be(act, &account, |act| estimate::supposed(act, placed.clone()).map(drop))?;
    let order = take(act, placed)?;
    must_accept(&offers, &accepted)?;
    Ok(order)
}

/// Places an order, or says why what it asks for cannot be had; then nothing of it was kept.
///
/// # Errors
/// If the caller may not order for the account, or the store fails.
pub fn place_or_refuse(
    act: &mut Act<'_>,
    placed: PlaceOrder,
) -> Result<Result<Order, Refusal>, Error> {
    match act.attempt(|act| place(act, placed)) {
        Ok(order) => Ok(Ok(order)),
        Err(Error::Invalid(it)) => Ok(Err(it.into())),
        Err(Error::Rejected(it)) => Ok(Err(it.into())),
        Err(other) => Err(other),
    }
}

/// Places an order of which nobody need have accepted anything, and works on it.
fn take(act: &mut Act<'_>, placed: PlaceOrder) -> Result<Order, Error> {
    let order = put(act, placed)?;
    begin(act, order)
}

/// Works on an order unless it is to begin later.
fn begin(act: &mut Act<'_>, order: Order) -> Result<Order, Error> {
    match order.request.start_at {
        Some(start_at) if act.now() < start_at => Ok(order),
        _ => work(act, order.id),
    }
}

/// Places an order on which nobody works yet.
fn put(act: &mut Act<'_>, mut placed: PlaceOrder) -> Result<Order, Error> {
    let account = buyer(act.cx(), "/account", placed.account())?;
    let stamp = stamp(act.cx(), &account);
    act.must(Permission::OrderPlace, &stamp)?;
    must_buy(&account)?;
    placed.request.channel = through(act.cx(), &account, placed.request.channel.as_ref())?;
    if let Some(id) = placed.request.payment_method {
        payment_method::usable(act.cx(), account.id, id)?;
    }
    if placed.items().iter().any(|it| adds_debt(it.action)) {
        must_be_trusted(act, &account)?;
    }
    for (place, item) in placed.items().iter().enumerate() {
        must_be_seen(act, &account, (place, item))?;
        must_be_open(act, (account.id, item))?;
    }
    must_say_all(act.cx(), account.stamp.seller, &placed)?;
    let placed = placed.describing(|id| {
        let found = act.cx().find::<Subscription>(id)?;
        Ok::<_, Error>(found.map(|it| it.attributes).unwrap_or_default())
    })?;
    let channel = placed.request.channel.as_ref();
    let mut resolved = resolve(act, &account, (placed.items(), channel))?;
    sending::addressed(act, (&account, &placed), &mut resolved)?;
    for it in &resolved {
        priced(act, &account, (placed.request.billing_account, it))?;
        must_be_billed_there(act, it)?;
        bounds::must_stay_billable(act, it)?;
    }
    let mut items: Vec<Item> = resolved.into_iter().map(|it| it.item).collect();
    for item in &mut items {
        item.supplier = supply::of_item(act.cx(), account.stamp.seller, item)?;
    }
    supply::agree(act, account.stamp.seller, &items)?;
    let number = next_number(act, stamp.seller)?;
    let stamp = stamp.numbered(number);
    let now = act.now();
    let mut placed = placed.resolved(items);
    // It stands with the items that are sent.
    placed.request.deliver_to = None;
    let order = Order::place(act.new_id(), stamp, placed, now);
    let order = act.keep((order, Verb::Created))?;
    coupon::redeem_with(act, &account, &order)?;
    Ok(order)
}

/// Whether the account may owe more through an item: not by ending what it has.
const fn adds_debt(action: Action) -> bool {
    match action {
        Action::Add | Action::Modify | Action::Renew => true,
        Action::Delete | Action::NoChange => false,
    }
}

/// Refuses more of a subscription where its seller makes no invoices, as something new is refused there.
fn must_be_billed_there(act: &Act<'_>, asked: &Resolved) -> Result<(), Error> {
    let held = match asked.item.action {
        Action::Modify | Action::Renew => held(act, &asked.item)?,
        Action::Add | Action::Delete | Action::NoChange => return Ok(()),
    };
    if asked.item.action == Action::Renew || is_dearer(act, &held, asked)? {
        billing_account::must_be_billed(act.cx(), &act.load(held.billing_account())?)?;
    }
    Ok(())
}

/// Whether a change is to more of a subscription, or to something else that is no less.
fn is_dearer(act: &Act<'_>, held: &Subscription, asked: &Resolved) -> Result<bool, Error> {
    let resources = asked.deal.iter().flat_map(|it| it.resources.clone()).collect();
    if is_switch(act.cx(), held, asked)? {
        let grows = is_more(held, asked.item.wish.quantity, &Entitlements::default());
        return Ok(grows || switch::direction(act, (held, asked))? != Direction::Downgrade);
    }
    Ok(is_more(held, asked.item.wish.quantity, &resources))
}

/// The account that an order is for, named at `pointer`: one that the caller sees, or that it may
/// order for without seeing what else is known of it.
///
/// # Errors
/// [`Error::Invalid`] with the field if it is not there or not for the caller.
pub fn buyer(cx: Cx<'_>, pointer: &str, id: AccountId) -> Result<Account, Error> {
    let may_order = |it: &Account| {
        let decision = cx.actor.may(Permission::OrderPlace, &stamp(cx, it));
        decision == operator::Decision::Yes || cx.actor.sees(Kind::Account, &it.stamp)
    };
    let missing = || Invalid::one(pointer, "reference", format!("`{id}` is not there"));
    let found = cx.view.find::<Account>(id)?.filter(may_order);
    found.ok_or_else(|| missing().into())
}

/// The stamp of an order of the caller's for an account.
fn stamp(cx: Cx<'_>, account: &Account) -> Stamp {
    let stamp = cx.stamp(account.stamp.seller, Some(account.id));
    match cx.actor.user() {
        Some(user) => stamp.of_person(user),
        None => stamp,
    }
}

/// The next number of a vendor's orders. Where orders were counted over all vendors, it goes on after
/// the last of those.
fn next_number(act: &mut Act<'_>, vendor: SellerNumber) -> Result<u64, Error> {
    let name = format!("{NUMBERS}/{}", vendor.0);
    if sequence::last(act.batch(), &name)? == 0 {
        let counted = sequence::last(act.batch(), NUMBERS)?;
        act.batch().take_numbers(&name, counted)?;
    }
    act.next_number(&name)
}

fn must_buy(account: &Account) -> Result<(), Error> {
    if account.state().may_buy() {
        return Ok(());
    }
    let why = format!("account `{}` is {} and cannot order", account.id, account.state());
    Err(Rejection::new(error::Code::AccountStateForbids, why).into())
}

/// What items ask for that are ordered through a channel, with nothing left open.
fn resolve(
    act: &Act<'_>,
    account: &Account,
    asked: (&[Item], Option<&text::Code>),
) -> Result<Vec<Resolved>, Error> {
    Ok(judge(act, account, asked)?.map_err(Rejection::from)?)
}

/// What items ask for that are ordered through a channel, with nothing left open; or everything that
/// speaks against them.
fn judge(
    act: &Act<'_>,
    account: &Account,
    (items, channel): (&[Item], Option<&text::Code>),
) -> Result<Result<Vec<Resolved>, Objections>, Error> {
    let subscriptions: Vec<Subscription> = act.cx().every(&Along::Owner(account.id))?;
    let profile = account.profile();
    let buyer = Buyer {
        account: account.id,
        nature: profile.nature,
        country: profile.address(AddressUse::General).and_then(|it| it.country.clone()),
        class: Some(account.class()),
        channel: channel.cloned(),
        markets: BTreeSet::new(),
        holdings: holdings(&subscriptions),
    };
    let shelf = shelf(act, account.stamp.seller, (items, &subscriptions))?;
    Ok(resolution::resolve(items, &shelf, &Holder { buyer, subscriptions }, act.now()))
}

/// How much of each offer an account has.
fn holdings(subscriptions: &[Subscription]) -> BTreeMap<OfferId, u32> {
    let mut holdings = BTreeMap::new();
    for it in subscriptions.iter().filter(|it| it.state().is_living()) {
        *holdings.entry(it.deal().offer).or_default() += 1;
    }
    holdings
}

/// Every offer that an order or a subscription of the account names, their parts, and all that
/// those are made of, as its seller sells them.
fn shelf(
    act: &Act<'_>,
    seller: SellerNumber,
    (items, subscriptions): (&[Item], &[Subscription]),
) -> Result<Shelf, Error> {
    let mut shelf = Shelf::default();
    let named = items.iter().filter_map(|it| it.wish.offer);
    let mut open: Vec<_> = named.chain(subscriptions.iter().map(|it| it.deal().offer)).collect();
    while let Some(id) = open.pop() {
        if shelf.offers.contains_key(&id) {
            continue;
        }
        let Some(offer) = act.cx().view.find::<Offer>(id)? else { continue };
        open.extend(offer.content.parts.iter().map(|it| it.offer));
        // What it is a copy of says what it costs those less who sell it on.
        open.extend(offer.content.copy_of.filter(|_| offer.content.parts_discount.is_some()));
        if let Some(of) = offer.content.specification
            && let Some(found) = act.cx().view.find::<Specification>(of)?
        {
            shelf.specifications.insert(of, found);
        }
        let resources: Vec<_> = offer.content.resources.iter().map(|it| it.resource).collect();
        shelf_resources(act, &mut shelf, resources)?;
        shelf.offers.insert(id, marketplace::as_sold_by(act.cx(), seller, offer)?);
    }
    Ok(shelf)
}

fn shelf_resources(
    act: &Act<'_>,
    shelf: &mut Shelf,
    mut open: Vec<ResourceId>,
) -> Result<(), Error> {
    while let Some(id) = open.pop() {
        if !shelf.resources.contains_key(&id)
            && let Some(found) = act.cx().view.find::<Resource>(id)?
        {
            open.extend(found.content.dependencies.iter().map(|it| it.on));
            shelf.resources.insert(id, found);
        }
    }
    Ok(())
}

/// The subscription that an item is about.
fn held(act: &Act<'_>, item: &Item) -> Result<Subscription, Error> {
    let missing = || Invalid::one("/items", "required", "must name a subscription");
    act.load(item.subscription.ok_or_else(missing)?)
}

/// The deal of an item with the prices that it takes, in the currency of its billing account.
fn priced(
    act: &Act<'_>,
    account: &Account,
    (named, resolved): (Option<BillingAccountId>, &Resolved),
) -> Result<Option<(Deal, BillingAccount)>, Error> {
    let Some(deal) = resolved.deal.clone().filter(|_| resolved.item.action == Action::Add) else {
        return Ok(None);
    };
    let named = resolved.item.billing_account.or(named);
    let bills_to = subscription::bills_to(act.cx(), account.id, named)?;
    billing_account::must_be_billed(act.cx(), &bills_to)?;
    let offer: Offer = act.load(deal.offer)?;
    let today = bills_to.terms().zone.date_of(act.now());
    let (term, plan) = (resolved.term.as_ref(), resolved.item.wish.plan.as_ref());
    let chosen = offer::Chosen { term, plan, characteristics: &deal.characteristics };
    let buyer = (bills_to.terms().currency, today);
    let prices = offer::taken_prices(act.cx(), &offer, chosen, buyer)?;
    bounds::must_be_billable(act.cx(), &deal, (&prices, today))?;
    Ok(Some((Deal { prices, ..deal }, bills_to)))
}

/// Changes what of a subscription is bought, without an order, where an order could ask for it: what
/// it may be is the same either way. Amounts change at once; `at` says when another offer, plan or
/// term begins, if not when its seller has it.
///
/// # Errors
/// If it has changed since, anything speaks against it, the account pays before and has not paid in what it
/// costs at once, or the caller may not.
pub fn change(
    act: &mut Act<'_>,
    which: (SubscriptionId, Option<u32>),
    wish: (&Wish, Option<SwitchAt>),
) -> Result<Subscription, Error> {
    let held: Subscription = act.get(which.0)?;
    let account = act.load(held.account())?;
    covered::must_be(act, &account, |act| changed(act, which, wish).map(drop))?;
    let id = changed(act, which, wish)?.subscription.id;
    act.get(id)
}

/// The same, with what it has led to.
fn changed(
    act: &mut Act<'_>,
    (id, revision): (SubscriptionId, Option<u32>),
    (wish, at): (&Wish, Option<SwitchAt>),
) -> Result<Changed, Error> {
    let held: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionChange, &held.stamp)?;
    act.expect_revision(&held.stamp, revision)?;
    if let Some(wanted) = wish.offer.filter(|it| *it != held.deal().offer) {
        must_be_sold(act.cx(), ("/offer", wanted), &act.load(held.account())?)?;
        must_stay_with_seller(act.cx(), ("/offer", wanted), &held)?;
    }
    let (account, asked) = switch::resolved(act, &held, wish)?;
    must_buy(&account)?;
    bounds::must_stay_billable(act, &asked)?;
    if is_switch(act.cx(), &held, &asked)? {
        if is_dearer(act, &held, &asked)? {
            must_be_trusted(act, &account)?;
            billing_account::must_be_billed(act.cx(), &act.load(held.billing_account())?)?;
        }
        return switch::switch(act, (held, &asked), at);
    }
    if at == Some(SwitchAt::PeriodEnd) {
        let message = "must be left out: only another offer, plan or term begins later";
        return Err(Invalid::one("/at", "conflict", message).into());
    }
    let (resources, chosen) =
        asked.deal.map(|it| (it.resources, it.characteristics)).unwrap_or_default();
    let resources = changed_amounts(&held, wish, resources.into_iter());
    if is_more(&held, wish.quantity, &resources) {
        must_be_trusted(act, &account)?;
        billing_account::must_be_billed(act.cx(), &act.load(held.billing_account())?)?;
    }
    if let Some(quantity) = wish.quantity {
        subscription::change(act, id, Change::Quantity(quantity))?;
    }
    if !resources.is_empty() {
        subscription::change(act, id, Change::Resources(resources))?;
    }
    choose(act, &held, (wish, &chosen))?;
    let bills_to = subscription::bills_to(act.cx(), account.id, Some(held.billing_account()))?;
    Ok(Changed {
        subscription: act.load(id)?,
        at: SwitchAt::Now,
        on: bills_to.terms().zone.date_of(act.now()),
        direction: None,
        replacement: Replacement::default(),
    })
}

/// Takes what is chosen otherwise than before, at the same prices; nothing where nothing was wished.
fn choose(
    act: &mut Act<'_>,
    held: &Subscription,
    (wish, chosen): (&Wish, &Choices),
) -> Result<(), Error> {
    let before = &held.deal().characteristics;
    let other = chosen.iter().filter(|(name, values)| before.get(*name) != Some(*values));
    let other: Choices = other.map(|(name, values)| (name.clone(), values.clone())).collect();
    if !wish.characteristics.is_empty() && !other.is_empty() {
        subscription::change(act, held.id, Change::Characteristics(other))?;
    }
    Ok(())
}

/// Whether any number rises.
fn is_more(held: &Subscription, quantity: Option<u32>, resources: &Entitlements) -> bool {
    let had = |id| held.deal().resources.get(id).map(|it| it.amount());
    quantity.is_some_and(|it| held.quantity() < it)
        || resources.iter().any(|(id, it)| had(id).is_none_or(|had| had < it.amount()))
}

/// Which amounts change: those that are named, and what has to rise with them. What is included stays
/// as it was bought.
fn changed_amounts(
    held: &Subscription,
    wish: &Wish,
    resolved: impl Iterator<Item = (ResourceId, Entitlement)>,
) -> Entitlements {
    let before = |id: ResourceId| held.deal().resources.get(&id);
    let stays = |(id, new): &(ResourceId, Entitlement)| {
        before(*id).is_some_and(|it| it.amount() == new.amount())
            && !wish.resources.contains_key(id)
    };
    let rises = resolved.filter(|it| !stays(it)).map(|(id, new)| {
        let included = before(id).map_or(new.included, |it| it.included);
        (id, Entitlement::of(new.amount(), included))
    });
    rises.collect()
}

/// The orders of an account of which something is still to be done.
///
/// # Errors
/// If the store fails.
pub(super) fn open_of(cx: Cx<'_>, account: AccountId) -> Result<Vec<Order>, Error> {
    let mut orders = cx.every::<Order>(&Along::Owner(account))?;
    orders.retain(|it| !it.state().is_final());
    Ok(orders)
}

/// Begins to work at once on an order that waits for its day or for its seller. Of one that is worked
/// on already, or done, nothing is changed.
///
/// # Errors
/// If it was refused or called off, waits for the buyer, or the caller may not.
pub fn push(act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
    let order: Order = act.get(id)?;
    act.must(Permission::OrderDecide, &order.stamp)?;
    match order.phase() {
        Phase::Released => return Ok(order),
        Phase::Held => {
            let resumed = order.resume(act.now())?;
            let order: Order = act.keep(resumed)?;
            if order.phase() == Phase::Released {
                return Ok(order);
            }
        }
        Phase::Acknowledged
        | Phase::Pending
        | Phase::AssessingAcknowledged
        | Phase::AssessingPending
        | Phase::AssessingHeld
        | Phase::AssessingReleased
        | Phase::Canceling
        | Phase::Canceled
        | Phase::Rejected => {}
    }
    let order: Order = act.load(id)?;
    act.keep((order.hurried(), Verb::Changed))?;
    work(act, id)
}

/// Does for an order what is due: begins it, or gives up waiting. One that can no longer be had is
/// rejected, with the reason.
///
/// # Errors
/// If the store fails.
pub fn step(act: &mut Act<'_>, id: OrderId) -> Result<Order, Error> {
    let order: Order = act.load(id)?;
    if order.was_stopped() {
        return withdraw(act, &order, None);
    }
    if order.missing().is_some() {
        return called_off(act, order, None);
    }
    work_or_reject(act, order)
}

/// Works on an order; one that can no longer be had is rejected, and what was paid for it goes back.
fn work_or_reject(act: &mut Act<'_>, order: Order) -> Result<Order, Error> {
    match act.attempt(|act| work(act, order.id)) {
        Err(refusal) if refusal.is_refusal() => {
            let rejected = order.reject(told(&refusal), act.now())?;
            let order = act.keep(rejected)?;
            coupon::give_back(act, &order)?;
            give_money_back(act, &order)?;
            Ok(order)
        }
        done => done,
    }
}

/// A refusal as it is kept with an order.
fn told(refusal: &Error) -> Prose {
    super::webhook::trouble(&refusal.reason())
}

/// A page of the orders that the caller may see, with those that it has placed with who sells to it.
///
/// # Errors
/// If the store fails.
pub fn list_with_own(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Order>, Error> {
    cx.list_with_own(page, |_| true)
}

/// A page of the orders that the caller may see: of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&Order) -> bool,
) -> Result<Page<Order>, Error> {
    cx.list(account.map(Along::Owner), page, accept)
}
