//! Pools: a further order of what an account shares among its users enlarges what it has.

use std::collections::BTreeMap;

use crate::domain::catalog::offer::{Offer, Seating};
use crate::domain::id::AccountId;
use crate::domain::order::item::{Item, Parent};
use crate::domain::subscription::tree::Belonging;
use crate::domain::subscription::{Subscription, pool};
use crate::services::{Cx, Error};
use crate::store::Along;

/// Puts what is ordered of a pool below the pool of that offer that the account has, or that an
/// earlier item makes. What says itself what it belongs to is left as it is.
///
/// # Errors
/// If the store fails.
pub fn enlarging(cx: Cx<'_>, account: AccountId, items: Vec<Item>) -> Result<Vec<Item>, Error> {
    let all: Vec<Subscription> = cx.every(&Along::Owner(account))?;
    let mut ordered = BTreeMap::new();
    let mut found = Vec::new();
    for mut item in items {
        let offer = item.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
        let of_pool = offer.filter(|it| it.content.seating == Seating::Pool);
        if let Some(offer) = of_pool.filter(|_| item.parent.is_none()) {
            let earlier = ordered.entry(offer.id).or_insert_with(|| item.key.clone());
            let had = pool::of_offer(offer.id, &all);
            item.parent = match had {
                Some(had) => Some(Parent::Subscription(had.id, Belonging::Pool)),
                None if *earlier == item.key => None,
                None => Some(Parent::Item(earlier.clone(), Belonging::Pool)),
            };
        }
        found.push(item);
    }
    Ok(found)
}
