//! Carts: what somebody is about to order.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::item::{Action, Item, Parent, Wish};
use super::total::Total;
use crate::domain::catalog::LIST_MAX;
use crate::domain::error::{Code as Reason, Rejection};
use crate::domain::id::{AccountId, CartId, SubscriptionId};
use crate::domain::stamp::Stamp;
use crate::domain::subscription::tree::Belonging;
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

impl CartItem {
    /// Whether two lines are for the same, however much of it.
    fn is_like(&self, other: &Self) -> bool {
        let any = |it: &Wish| Wish { quantity: None, ..it.clone() };
        any(&self.wish) == any(&other.wish)
            && self.adds_to == other.adds_to
            && self.below == other.below
    }

    /// What is ordered by the line.
    fn item(&self) -> Item {
        let below = self.below.clone().map(|it| Parent::Item(it, Belonging::AddOn));
        let adds_to = self.adds_to.map(|it| Parent::Subscription(it, Belonging::AddOn));
        let mut item = Item::new(self.key.clone(), Action::Add, self.wish.clone());
        item.parent = adds_to.or(below);
        item
    }
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
    /// The channel through which it is filled and ordered.
    pub channel: Option<Code>,
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
            channel: None,
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
        let same = |it: &&CartItem| it.key == item.key || it.is_like(&item);
        if let Some(same) = self.items.iter().find(same) {
            return Err(there_already(&same.key));
        }
        if self.items.len() >= LIST_MAX {
            let why = format!("a cart has at most {LIST_MAX} lines");
            return Err(Rejection::new(Reason::OrderStateForbids, why));
        }
        self.items.push(item);
        Ok(self.unestimated())
    }

    /// The cart with a line in the place of the one of the same key.
    ///
    /// # Errors
    /// If it has no such line, or another one for just the same.
    pub fn replacing(mut self, item: CartItem) -> Result<Self, Rejection> {
        let other = self.items.iter().find(|it| it.key != item.key && it.is_like(&item));
        if let Some(other) = other {
            return Err(there_already(&other.key));
        }
        let Some(line) = self.items.iter_mut().find(|it| it.key == item.key) else {
            return Err(unknown(&item.key));
        };
        *line = item;
        Ok(self.unestimated())
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
        Ok(self.unestimated())
    }

    /// The cart with what it comes to, in all and line by line.
    #[must_use]
    pub fn estimated(
        mut self,
        totals: Vec<Total>,
        mut of_lines: BTreeMap<Code, Vec<Total>>,
    ) -> Self {
        for it in &mut self.items {
            it.totals = of_lines.remove(&it.key).unwrap_or_default();
        }
        Self { totals, ..self }
    }

    /// What is in it is another: what it came to is no more known.
    fn unestimated(self) -> Self {
        self.estimated(Vec::new(), BTreeMap::new())
    }

    /// The cart with nothing in it.
    #[must_use]
    pub fn emptied(self) -> Self {
        Self { items: Vec::new(), totals: Vec::new(), ..self }
    }
}

impl Cart {
    /// The line of a key.
    ///
    /// # Errors
    /// If it has no such line.
    pub fn line(&self, key: &Code) -> Result<&CartItem, Rejection> {
        self.items.iter().find(|it| it.key == *key).ok_or_else(|| unknown(key))
    }

    /// The key of the next line: the first number that none has.
    ///
    /// # Panics
    /// Never: a number is a code.
    #[must_use]
    pub fn free_key(&self) -> Code {
        let is_free = |key: &Code| self.items.iter().all(|it| it.key != *key);
        let mut keys = (1..).map(|it: usize| Code::from_str(&it.to_string()).expect("a code"));
        keys.find(is_free).expect("a cart has an end")
    }

    /// The items of an order of what is not kept for another time.
    #[must_use]
    pub fn to_order(&self) -> Vec<Item> {
        let ordered = self.items.iter().filter(|it| it.standing == Standing::Active);
        ordered.map(CartItem::item).collect()
    }

    /// The cart after its order: with what is kept for another time alone.
    #[must_use]
    pub fn ordered(mut self) -> Self {
        self.items.retain(|it| it.standing == Standing::Saved);
        let kept: Vec<Code> = self.items.iter().map(|it| it.key.clone()).collect();
        for it in &mut self.items {
            it.below = it.below.take().filter(|below| kept.contains(below));
        }
        self.unestimated()
    }
}

fn there_already(key: &Code) -> Rejection {
    let why = format!("the cart has this already, as `{key}`; change its quantity");
    Rejection::new(Reason::Duplicate, why)
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
        let mut more = line("2", 1, None);
        more.wish.quantity = Some(7);
        assert_eq!(code(more), Some(Reason::Duplicate), "one line, and its quantity");
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
        assert!(cart.clone().replacing(line("9", 2, None)).is_err());
        let both = cart.with(line("2", 2, None)).expect("new");
        let twice = both.replacing(line("2", 1, None)).map_err(|it| it.code);
        assert_eq!(twice.err(), Some(Reason::Duplicate));
    }

    #[test]
    fn what_is_kept_for_another_time_stays_after_the_order() {
        let mut saved = line("2", 2, Some("1"));
        saved.standing = Standing::Saved;
        let cart = cart(&[line("1", 1, None), saved, line("3", 3, None)]);
        let ordered: Vec<_> = cart.to_order().into_iter().map(|it| it.key).collect();
        assert_eq!(ordered, [code("1"), code("3")]);
        assert_eq!(cart.free_key(), code("4"));
        let left = cart.ordered();
        assert_eq!((keys(&left), &left.items()[0].below), (vec!["2"], &None));
        assert_eq!(left.free_key(), code("1"));
        assert!(left.line(&code("2")).is_ok() && left.line(&code("1")).is_err());
    }
}
