//! Carts: what somebody is about to order, kept until it does.

use std::collections::BTreeSet;

use super::order::Paying;
use super::{Act, Author, Bss, Cx, Error, catalog, marketplace, offer, order};
use crate::domain::account::Account;
use crate::domain::catalog::eligibility::Obstacle;
use crate::domain::error::{self, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, CartId};
use crate::domain::money::MoneyError;
use crate::domain::operator::Permission;
use crate::domain::order::cart::{Cart, CartItem};
use crate::domain::order::item::{QUANTITY_MAX, is_orderable};
use crate::domain::order::{Order, PlaceOrder, Request};
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::Code;
use crate::store::order::CART_BY_PERSON;
use crate::store::{Along, Key};

/// A page of the carts that the caller fills.
///
/// # Errors
/// If the store fails.
pub fn own(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Cart>, Error> {
    match cx.actor.user() {
        Some(it) => {
            let along = Along::Index(CART_BY_PERSON, Key::new().id(it).bytes());
            cx.list(Some(along), page, |_| true)
        }
        None => Ok(Page { items: Vec::new(), next: None }),
    }
}

/// Opens a cart of the caller's, for an account that is named or that nobody knows yet, to be ordered
/// through a channel if one is said.
///
/// # Errors
/// If two lines are the same, there are too many, the account is not there, or the caller may not.
pub fn open(
    act: &mut Act<'_>,
    (account, channel): (Option<AccountId>, Option<Code>),
    items: Vec<CartItem>,
) -> Result<Cart, Error> {
    let own = act.actor().standing().map(|it| it.account);
    let owner: Option<Account> =
        account.or(own).map(|id| act.cx().named("/account", id)).transpose()?;
    let seller = match &owner {
        Some(owner) => owner.stamp.seller,
        None => catalog::seller(act.cx(), None)?,
    };
    let stamp = act.cx().stamp(seller, owner.as_ref().map(|it| it.id));
    let stamp = match act.actor().user() {
        Some(person) => stamp.of_person(person),
        None => stamp,
    };
    act.must(Permission::CartWrite, &stamp)?;
    let channel = match &owner {
        Some(owner) => order::through(act.cx(), owner, channel.as_ref())?,
        None => channel,
    };
    let mut cart = Cart::new(act.new_id(), stamp, account);
    cart.channel = channel;
    let cart = items.into_iter().try_fold(cart, Cart::with)?;
    act.keep((cart, Verb::Created))
}

/// Puts other lines into a cart, in the place of all that were in it.
///
/// # Errors
/// If it is not there, two lines are the same, there are too many, or the caller may not.
pub fn fill(act: &mut Act<'_>, id: CartId, items: Vec<CartItem>) -> Result<Cart, Error> {
    let cart: Cart = act.get(id)?;
    act.must(Permission::CartWrite, &cart.stamp)?;
    let filled = items.into_iter().try_fold(cart.emptied(), Cart::with)?;
    act.keep((filled, Verb::Changed))
}

/// Estimates what a cart comes to, in all and line by line, as far as it could be ordered as it is by the
/// caller; else nobody knows.
///
/// # Errors
/// If it is not there; if the store fails.
pub fn estimate(act: &mut Act<'_>, id: CartId) -> Result<Cart, Error> {
    let cart: Cart = act.get(id)?;
    let items = cart.to_order();
    let Some(account) = account_of(act.cx(), &cart).filter(|_| !items.is_empty()) else {
        return Ok(cart);
    };
    let request = Request { channel: cart.channel.clone(), ..Request::plain() };
    let estimate = act.attempt(|act| {
        let foreseen = order::suppose_placed(act, PlaceOrder::new(account, items, request)?)?;
        order::estimate(act.cx(), foreseen)
    });
    let estimate = match estimate {
        Ok(estimate) => estimate,
        Err(error) if error.is_refusal() => return Ok(cart),
        Err(error) => return Err(error),
    };
    let lines = cart.items().iter().map(|it| Ok((it.key.clone(), estimate.totals_of(&it.key)?)));
    let lines = lines.collect::<Result<_, MoneyError>>().map_err(Rejection::from)?;
    let totals = estimate.totals().map_err(Rejection::from)?;
    act.keep((cart.estimated(totals, lines), Verb::Changed))
}

/// Puts one more line into a cart, under the next free key.
///
/// # Errors
/// If the cart is not there, has the same already or is full, the offer cannot be had now, or the
/// caller may not.
pub fn add(act: &mut Act<'_>, id: CartId, line: CartItem) -> Result<Cart, Error> {
    let cart = to_fill(act, id)?;
    must_be_had(act.cx(), &cart, &line)?;
    let line = CartItem { key: cart.free_key(), ..line };
    act.keep((cart.with(line)?, Verb::Changed))
}

/// Changes a line of a cart.
///
/// # Errors
/// If it is not there, becomes the same as another, cannot be had so, or the caller may not.
pub fn change(
    act: &mut Act<'_>,
    (id, key): (CartId, &Code),
    change: impl FnOnce(CartItem) -> Result<CartItem, Invalid>,
) -> Result<Cart, Error> {
    let cart = to_fill(act, id)?;
    let line = change(line(&cart, key)?.clone())?;
    must_be_had(act.cx(), &cart, &line)?;
    act.keep((cart.replacing(line)?, Verb::Changed))
}

/// Takes a line out of a cart, with what adds to it.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn take_out(act: &mut Act<'_>, id: CartId, key: &Code) -> Result<Cart, Error> {
    let cart = to_fill(act, id)?;
    line(&cart, key)?;
    act.keep((cart.without(key)?, Verb::Changed))
}

/// Takes everything out of a cart.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn empty(act: &mut Act<'_>, id: CartId) -> Result<Cart, Error> {
    let cart = to_fill(act, id)?;
    act.keep((cart.emptied(), Verb::Changed))
}

/// A line that a path names.
fn line<'a>(of: &'a Cart, key: &Code) -> Result<&'a CartItem, Error> {
    of.line(key).map_err(|_| Error::not_found(key))
}

fn to_fill(act: &Act<'_>, id: CartId) -> Result<Cart, Error> {
    let cart: Cart = act.get(id)?;
    act.must(Permission::CartWrite, &cart.stamp)?;
    Ok(cart)
}

/// Refuses a line of what the caller does not see, or cannot buy now and through the cart's channel. What else speaks against it is
/// told by the order, which knows the account.
fn must_be_had(cx: Cx<'_>, cart: &Cart, line: &CartItem) -> Result<(), Error> {
    let missing = || Invalid::one("/offer", "required", "must be named");
    let id = line.wish.offer.ok_or_else(missing)?;
    marketplace::must_not_be_gone(cx, ("/offer", id), cart.stamp.seller)?;
    let found = offer::named(cx, "/offer", id)?;
    if line.wish.quantity.is_some_and(|it| !is_orderable(it)) {
        let why = format!("must be 1 to {QUANTITY_MAX}");
        return Err(Invalid::one("/quantity", "range", why).into());
    }
    let is_on_sale = found.life.is_on_sale(cx.now) && found.content.is_sellable;
    let through = marketplace::channels(cx, cart.stamp.seller, &found)?;
    let is_one = |all: &BTreeSet<Code>| cart.channel.as_ref().is_some_and(|it| all.contains(it));
    if is_on_sale && through.as_ref().is_none_or(is_one) {
        return Ok(());
    }
    let why = match is_on_sale {
        true => format!("`{}` {}", found.id, Obstacle::Channel.explanation()),
        false => format!("`{}` is not on sale now", found.id),
    };
    Err(Rejection::new(error::Code::OfferNotAvailable, why).into())
}

/// What a cart orders, which is all that is not kept for another time; and the revision that says so.
///
/// # Errors
/// If it is not there or another than was known, nothing in it is to be ordered, nobody knows for whom, or
/// the caller may not.
fn to_order(
    cx: Cx<'_>,
    (id, known): (CartId, Option<u32>),
    request: Request,
) -> Result<(PlaceOrder, u32), Error> {
    let cart: Cart = cx.get(id)?;
    cx.must(Permission::CartWrite, &cart.stamp)?;
    must_be_as_known(&cart, known)?;
    let items = cart.to_order();
    if items.is_empty() {
        let why = format!("nothing in the cart `{id}` is to be ordered");
        return Err(Rejection::new(error::Code::OrderStateForbids, why).into());
    }
    let missing = || Invalid::one("/account", "required", "the cart must say for whom it is");
    let account = account_of(cx, &cart).ok_or_else(missing)?;
    let channel = request.channel.clone().or_else(|| cart.channel.clone());
    let request = Request { channel, ..request };
    Ok((PlaceOrder::new(account, items, request)?, cart.stamp.revision))
}

/// Refuses a cart that has another revision than its buyer has seen: what was put into it since would be
/// bought unseen.
fn must_be_as_known(cart: &Cart, known: Option<u32>) -> Result<(), Error> {
    let found = cart.stamp.revision;
    match known.filter(|it| *it != found) {
        Some(expected) => Err(Error::Stale { expected, found }),
        None => Ok(()),
    }
}

/// For which account a cart is ordered.
#[must_use]
pub fn account_of(cx: Cx<'_>, cart: &Cart) -> Option<AccountId> {
    let own = cx.actor.standing().map(|it| it.account);
    cart.account.or(cart.stamp.owner).or(own)
}

/// Orders what is in a cart of a revision, of any if none is said; what is kept for another time stays in
/// it.
///
/// # Errors
/// [`Error::Stale`] if it has changed since; if it is not there, nothing in it is to be ordered, nobody
/// knows for whom, or the caller may not; as [`order::place`].
pub fn order(
    act: &mut Act<'_>,
    which: (CartId, Option<u32>),
    request: Request,
) -> Result<Order, Error> {
    let (placed, _) = to_order(act.cx(), which, request)?;
    let order = order::place(act, placed)?;
    let cart: Cart = act.get(which.0)?;
    act.keep((cart.ordered(), Verb::Changed))?;
    Ok(order)
}

/// The same, paid first; see [`order::place_and_pay`].
///
/// # Errors
/// As [`order()`] and [`order::place_and_pay`]; if it changes meanwhile.
pub fn pay(
    bss: &Bss,
    author: Author,
    which: (CartId, Option<u32>),
    (request, paying): (Request, Paying),
) -> Result<Order, Error> {
    let id = which.0;
    let (placed, revision) = bss.read(&author.actor, |cx| to_order(cx, which, request))?;
    order::place_and_pay(bss, author, (placed, paying), move |act, _| {
        let cart: Cart = act.get(id)?;
        // What was put into it since is not ordered.
        act.expect_revision(&cart.stamp, Some(revision))?;
        act.keep((cart.ordered(), Verb::Changed)).map(|_| ())
    })
}

/// Throws a cart away.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn discard(act: &mut Act<'_>, id: CartId) -> Result<(), Error> {
    let cart: Cart = act.get(id)?;
    act.must(Permission::CartWrite, &cart.stamp)?;
    act.delete(&cart)
}
