//! What is charged by use (TMF648, TMF663): it is in no total, because nobody knows how much is used, and stands
//! beside it as what comes on top.

use serde_json::{Value, json};

use super::product_price;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::id::OfferId;
use crate::domain::order::item::Wish;
use crate::domain::order::total::Total;
use crate::domain::time::Date;
use crate::services::{Cx, Error, offer};

/// What is said of a price that says nothing of itself.
const ON_TOP: &str = "Comes on top, for what is used";

/// Whether a price is meant for what is wanted, in a currency in which that comes to something, if it does.
pub(super) fn is_meant(it: &Price, (wish, totals): (&Wish, &[Total])) -> bool {
    (totals.is_empty() || totals.iter().any(|total| total.currency() == it.currency))
        && it.term.as_ref().is_none_or(|term| Some(term) == wish.term.as_ref())
        && it.plan.as_ref().is_none_or(|plan| Some(plan) == wish.plan.as_ref())
        && it.fits(&wish.characteristics)
}

/// The offers that are wanted: the one that is named, and the parts that are taken with it.
fn wanted(cx: Cx<'_>, wish: &Wish) -> Result<Vec<(OfferId, Wish)>, Error> {
    let mut all: Vec<_> = wish.offer.map(|id| (id, wish.clone())).into_iter().collect();
    let mut place = 0;
    while let Some((id, of)) = all.get(place).cloned() {
        place += 1;
        let Some(found) = cx.shared::<Offer>(id)? else { continue };
        for part in &found.content.parts {
            let taken = of.parts.get(&part.offer).copied().unwrap_or(part.count_default);
            if taken > 0 && all.iter().all(|it| it.0 != part.offer) {
                all.push((part.offer, Wish::default()));
            }
        }
    }
    Ok(all)
}

/// What use of something that is wanted costs on a day.
pub(super) fn prices(
    cx: Cx<'_>,
    (wish, totals): (&Wish, &[Total]),
    on: Date,
) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for (id, of) in wanted(cx, wish)? {
        let all = offer::prices(cx, id)?;
        let by_use = all.iter().filter(|it| matches!(it.kind, PriceKind::Usage { .. }));
        for it in by_use.filter(|it| is_meant(it, (&of, totals))) {
            let mut shown = product_price::price_of(cx, it, it.billed_at(on, None))?;
            if it.description.is_none() {
                shown["description"] = json!(ON_TOP);
            }
            found.push(shown);
        }
    }
    Ok(found)
}

/// The same of several things, each price once.
pub(super) fn prices_of_all<'a>(
    cx: Cx<'_>,
    all: impl IntoIterator<Item = (&'a Wish, &'a [Total])>,
    on: Date,
) -> Result<Vec<Value>, Error> {
    let mut found: Vec<Value> = Vec::new();
    for it in all {
        for price in prices(cx, it, on)? {
            if !found.contains(&price) {
                found.push(price);
            }
        }
    }
    Ok(found)
}
