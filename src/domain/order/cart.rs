//! Carts: what somebody is about to order.

use serde::{Deserialize, Serialize};

use super::item::Wish;
use super::total::Total;
use crate::domain::catalog::LIST_MAX;
use crate::domain::error::{Code as Reason, Rejection};
use crate::domain::id::{AccountId, CartId, SubscriptionId};
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Email, Name};
use crate::domain::time::Validity;
use crate::domain::word::words;

words! {
    /// Whether a line of a cart is ordered with it.
    Standing {
        /// It is.
        Active = "active";
        /// It is kept for another time.
        Saved = "saved";
    }
}

/// One line of a cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartItem {
    /// What it is called in the cart.
    pub key: Code,
    /// What is wanted.
    pub wish: Wish,
    /// The subscription that it adds to, if it does.
    pub adds_to: Option<SubscriptionId>,
    /// The line of this cart that it adds to, if it does.
    pub below: Option<Code>,
    /// Whether it is ordered with the cart.
    pub standing: Standing,
    /// What it comes to, as last estimated.
    pub totals: Vec<Total>,
}

/// What somebody is about to order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Whose it is; the person is who fills it.
    pub stamp: Stamp,
    /// For whom it will be ordered, if that is known.
    pub account: Option<AccountId>,
    items: Vec<CartItem>,
    /// Who is to be asked about it.
    pub contact: Option<(Name, Option<Email>)>,
    /// What it comes to, as last estimated.
    pub totals: Vec<Total>,
    /// How long it is kept.
    pub valid_for: Validity,
}

impl Cart {
    /// A cart with nothing in it.
    #[must_use]
    pub const fn new(id: CartId, stamp: Stamp, account: Option<AccountId>) -> Self {
        Self {
            id,
            stamp,
            account,
            items: Vec::new(),
            contact: None,
            totals: Vec::new(),
            valid_for: Validity::ALWAYS,
        }
    }

    /// Its lines, in the order in which they came.
    #[must_use]
    pub fn items(&self) -> &[CartItem] {
        &self.items
    }

    /// The cart with one more line.
    ///
    /// # Errors
    /// If it has a line of that key, or one for just the same, or is full.
    pub fn with(mut self, item: CartItem) -> Result<Self, Rejection> {
        let same = |it: &&CartItem| {
            it.key == item.key
                || it.wish == item.wish && it.adds_to == item.adds_to && it.below == item.below
        };
        if let Some(same) = self.items.iter().find(same) {
            let why = format!("the cart has this already, as `{}`; change its quantity", same.key);
            return Err(Rejection::new(Reason::Duplicate, why));
        }
        if self.items.len() >= LIST_MAX {
            let why = format!("a cart has at most {LIST_MAX} lines");
            return Err(Rejection::new(Reason::OrderStateForbids, why));
        }
        self.items.push(item);
        Ok(self)
    }

    /// The cart with a line in the place of the one of the same key.
    ///
    /// # Errors
    /// If it has no such line.
    pub fn replacing(mut self, item: CartItem) -> Result<Self, Rejection> {
        let Some(line) = self.items.iter_mut().find(|it| it.key == item.key) else {
            return Err(unknown(&item.key));
        };
        *line = item;
        Ok(self)
    }

    /// The cart without a line, and without what adds to it.
    ///
    /// # Errors
    /// If it has no such line.
    pub fn without(mut self, key: &Code) -> Result<Self, Rejection> {
        if !self.items.iter().any(|it| it.key == *key) {
            return Err(unknown(key));
        }
        let mut gone = vec![key.clone()];
        while let Some(key) = gone.pop() {
            let (out, left): (Vec<_>, Vec<_>) =
                self.items.into_iter().partition(|it| it.below.as_ref() == Some(&key));
            gone.extend(out.into_iter().map(|it| it.key));
            self.items = left;
            self.items.retain(|it| it.key != key);
        }
        Ok(self)
    }

    /// The cart with nothing in it.
    #[must_use]
    pub fn emptied(self) -> Self {
        Self { items: Vec::new(), totals: Vec::new(), ..self }
    }
}

fn unknown(key: &Code) -> Rejection {
    Rejection::new(Reason::ReferenceUnknown, format!("the cart has no line `{key}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::tests::{code, id, stamp};

    fn line(key: &str, offer: u128, below: Option<&str>) -> CartItem {
        CartItem {
            key: code(key),
            wish: Wish { offer: Some(id(offer)), ..Wish::default() },
            adds_to: None,
            below: below.map(code),
            standing: Standing::Active,
            totals: vec![],
        }
    }

    fn cart(lines: &[CartItem]) -> Cart {
        let empty = Cart::new(id(1), stamp(), None);
        lines.iter().fold(empty, |it, line| it.with(line.clone()).expect("new"))
    }

    fn keys(cart: &Cart) -> Vec<&str> {
        cart.items().iter().map(|it| it.key.as_str()).collect()
    }

    #[test]
    fn the_same_does_not_lie_in_a_cart_twice() {
        let cart = cart(&[line("1", 1, None)]);
        let code = |line| cart.clone().with(line).map_err(|it| it.code).err();
        assert_eq!(code(line("1", 2, None)), Some(Reason::Duplicate));
        assert_eq!(code(line("2", 1, None)), Some(Reason::Duplicate));
        let mut other_term = line("2", 1, None);
        other_term.wish.term = Some("yearly".parse().expect("a code"));
        assert_eq!(code(other_term), None);
    }

    #[test]
    fn what_adds_to_a_line_goes_with_it() {
        let cart = cart(&[
            line("1", 1, None),
            line("2", 2, Some("1")),
            line("3", 3, Some("2")),
            line("4", 4, None),
        ]);
        assert_eq!(keys(&cart.clone().without(&code("1")).expect("there")), ["4"]);
        assert_eq!(keys(&cart.clone().without(&code("2")).expect("there")), ["1", "4"]);
        assert!(cart.clone().without(&code("9")).is_err());
        assert_eq!(keys(&cart.emptied()), Vec::<&str>::new());
    }

    #[test]
    fn a_line_is_replaced_by_its_key() {
        let cart = cart(&[line("1", 1, None)]);
        let changed = cart.clone().replacing(line("1", 2, None)).expect("there");
        assert_eq!(changed.items()[0].wish.offer, Some(id(2)));
        assert!(cart.replacing(line("9", 2, None)).is_err());
    }
}
