//! Bundles in an order: their parts are items of their own, in numbers that the bundle allows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Desk, Objection, Shelf};
use crate::domain::catalog::bundle;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Code;
use crate::domain::id::OfferId;
use crate::domain::order::item::{Action, Item, Parent, Wish};
use crate::domain::subscription::tree::Belonging;
use crate::domain::text;

/// The items with the parts of each bundle that came without them.
pub(super) fn expanded(items: &[Item], shelf: &Shelf) -> Vec<Asked> {
    let place = |(place, item): (usize, &Item)| Asked {
        field: format!("/items/{place}"),
        item: item.clone(),
    };
    let mut asked: Vec<Asked> = items.iter().enumerate().map(place).collect();
    let mut keys: BTreeSet<text::Code> = items.iter().map(|it| it.key.clone()).collect();
    let with_parts: BTreeSet<&text::Code> = items.iter().filter_map(part_of).collect();
    for (place, item) in items.iter().enumerate() {
        let Some(offer) = added_bundle(item, shelf) else { continue };
        if with_parts.contains(&item.key) {
            continue;
        }
        let counts = bundle::counts(&offer.content.parts, &item.wish.parts);
        // In the order in which the bundle names them.
        for part in offer.content.parts.iter().map(|it| it.offer) {
            let count = counts.get(&part).copied().unwrap_or_default();
            let quantity = count.saturating_mul(item.wish.quantity.unwrap_or(1));
            if quantity > 0 {
                let child = child(item, part, quantity, &mut keys);
                asked.push(Asked { field: format!("/items/{place}/parts/{part}"), item: child });
            }
        }
    }
    asked
}

/// What speaks against the numbers of the parts of each bundle.
pub(super) fn objections(desk: &Desk<'_>) -> Vec<Objection> {
    let mut found = Vec::new();
    for asked in desk.asked {
        let Some(offer) = added_bundle(&asked.item, desk.shelf) else { continue };
        let (counts, uneven) = counted(desk, &asked.item);
        for part in uneven {
            let message = "must be a multiple of the quantity of the bundle";
            found.push(
                asked.object("/parts", Code::OfferNotAvailable, "range", message).about(part),
            );
        }
        for (part, fault) in bundle::faults(&offer.content.parts, &counts) {
            let field = format!("/parts/{part}");
            found.push(asked.object(&field, Code::OfferNotAvailable, "range", fault).about(part));
        }
    }
    found
}

/// How many of each part there are for one bundle, and which do not come out even.
fn counted(desk: &Desk<'_>, bundle: &Item) -> (BTreeMap<OfferId, u32>, Vec<OfferId>) {
    let bundles = bundle.wish.quantity.unwrap_or(1).max(1);
    let mut sums: BTreeMap<OfferId, u32> = BTreeMap::new();
    for child in desk.parts(&bundle.key) {
        if let Some(offer) = child.wish.offer {
            let sum = sums.entry(offer).or_default();
            *sum = sum.saturating_add(child.wish.quantity.unwrap_or(1));
        }
    }
    let uneven = sums.iter().filter(|it| it.1 % bundles != 0).map(|it| *it.0).collect();
    (sums.into_iter().map(|(offer, sum)| (offer, sum / bundles)).collect(), uneven)
}

fn added_bundle<'a>(item: &Item, shelf: &'a Shelf) -> Option<&'a Offer> {
    let offer = shelf.offers.get(&item.wish.offer?)?;
    (item.action == Action::Add && offer.content.is_bundle()).then_some(offer)
}

/// The item that one is a part of.
pub(super) fn part_of(item: &Item) -> Option<&text::Code> {
    match &item.parent {
        Some(Parent::Item(key, Belonging::Part)) => Some(key),
        Some(Parent::Item(..) | Parent::Subscription(..)) | None => None,
    }
}

fn child(bundle: &Item, part: OfferId, quantity: u32, keys: &mut BTreeSet<text::Code>) -> Item {
    let stem: String = bundle.key.as_str().chars().take(80).collect();
    let mut free = (1_u32..).filter_map(|it| format!("{stem}.{it}").parse::<text::Code>().ok());
    let key = free.find(|it| !keys.contains(it)).unwrap_or_else(|| bundle.key.clone());
    keys.insert(key.clone());
    let wish = Wish { offer: Some(part), quantity: Some(quantity), ..Wish::default() };
    let mut item = Item::new(key, Action::Add, wish);
    item.parent = Some(Parent::Item(bundle.key.clone(), Belonging::Part));
    item.billing_account = bundle.billing_account;
    item.attributes = bundle.attributes.clone();
    item.deliver_to = bundle.deliver_to.clone();
    item.when = bundle.when;
    item
}
