//! Carts: what somebody is about to order, kept until it does.

use super::{Act, Error, catalog};
use crate::domain::account::Account;
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, CartId};
use crate::domain::operator::Permission;
use crate::domain::order::cart::{Cart, CartItem};

/// Opens a cart of the caller's, for an account that is named or that nobody knows yet.
///
/// # Errors
/// If two lines are the same, there are too many, the account is not there, or the caller may not.
pub fn open(
    act: &mut Act<'_>,
    account: Option<AccountId>,
    items: Vec<CartItem>,
) -> Result<Cart, Error> {
    let own = act.actor().standing().map(|it| it.account);
    let owner: Option<Account> =
        account.or(own).map(|id| act.cx().named("/account", id)).transpose()?;
    let seller = match &owner {
        Some(owner) => owner.stamp.seller,
        None => catalog::seller(act.cx(), None)?,
    };
    let stamp = act.cx().stamp(seller, owner.map(|it| it.id));
    let stamp = match act.actor().user() {
        Some(person) => stamp.of_person(person),
        None => stamp,
    };
    act.must(Permission::CartWrite, &stamp)?;
    let cart = Cart::new(act.new_id(), stamp, account);
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

/// Throws a cart away.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn discard(act: &mut Act<'_>, id: CartId) -> Result<(), Error> {
    let cart: Cart = act.get(id)?;
    act.must(Permission::CartWrite, &cart.stamp)?;
    act.delete(&cart)
}
