//! Copies: offers that a seller takes over from its own vendor to sell them on.
//!
//! A copy delivers what its original does, at prices of its own. They begin as those of the original
//! with the mark-up that the copy has, and follow them when the vendor says so ([`synchronize`]).

use std::collections::BTreeSet;

use super::{instead_of, named_by, of_a_supplier, prices, reprice};
use crate::domain::catalog::bundle::Part;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::{Offer, OfferContent};
use crate::domain::catalog::price::{Price, PriceVersion, Versions};
use crate::domain::error::Invalid;
use crate::domain::id::OfferId;
use crate::domain::operator::Permission;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::time::{Date, Validity, Zone};
use crate::services::catalog::New;
use crate::services::{Act, Cx, Error, account, catalog};
use crate::store::catalog::OFFER_BY_ORIGINAL;
use crate::store::{Along, Key};

/// Copies lie no deeper below their original; this only bounds damage.
const DEPTH_MAX: usize = 64;
/// So many copies follow in one act.
const COPIES_MAX: usize = 1000;

/// What a copy of an offer begins with: what it delivers and how it is bought, and nothing of what
/// is the original seller's own.
#[must_use]
pub fn copied(original: &Offer) -> OfferContent {
    OfferContent {
        copy_of: Some(original.id),
        mark_up: None,
        part_number: None,
        categories: BTreeSet::new(),
        catalogs: BTreeSet::new(),
        prices: Vec::new(),
        service_terms: None,
        adds_to: None,
        switches: Vec::new(),
        agreements: Vec::new(),
        tax_category: None,
        supplier: None,
        is_resellable: true,
        ..original.content.clone()
    }
}

/// Makes a copy of an offer of the seller's vendor, with the prices that the original has today, and
/// the mark-up of the copy on top.
///
/// # Errors
/// If the original is another's, a rule is broken, or the caller may not.
pub fn copy(act: &mut Act<'_>, new: New<OfferId>, content: OfferContent) -> Result<Offer, Error> {
    let missing = || Invalid::one("/copy_of", "required", "must name the original");
    let original: OfferId = content.copy_of.ok_or_else(missing)?;
    let original = super::named(act.cx(), "/copy_of", original)?;
    let seller = account::of_seller(act.cx(), new.seller)?;
    if original.stamp.seller != seller.stamp.seller || new.seller == original.stamp.seller {
        let mut message =
            "must be an offer of the vendor of the account that sells it on".to_owned();
        if let Some(supplier) = of_a_supplier(act.cx(), new.seller, &original)? {
            message = format!("{message}: {}", instead_of(supplier));
        }
        return Err(Invalid::one("/copy_of", "reference", message).into());
    }
    if !original.content.is_resellable {
        let message = "cannot be sold on: its seller does not let it be";
        return Err(Invalid::one("/copy_of", "resale", message).into());
    }
    let parts = own_parts(act.cx(), new.seller, &original)?;
    let content = OfferContent { parts, ..content };
    named_by(act.cx(), &content, Some(&original.content))?;
    let life = Life::new(State::Active, Validity::ALWAYS)?;
    let copy: Offer = catalog::create(act, new, Permission::CatalogWrite, |id, stamp| {
        Offer::new(id, stamp, life, content)
    })?;
    let today = Zone::UTC.date_of(act.now());
    let mut content = copy.content.clone();
    for price in prices(act.cx(), original.id)? {
        let made = copy_price(act, &copy, (price, today))?;
        content.prices.push(made.id);
    }
    let copy = copy.changed(content)?;
    act.keep((copy, crate::domain::event::Verb::Created))
}

/// The parts of a bundle as who copies it has them: copies of its own, so that each of them is billed at
/// every level.
fn own_parts(cx: Cx<'_>, seller: SellerNumber, original: &Offer) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for part in &original.content.parts {
        let along = Along::Index(OFFER_BY_ORIGINAL, Key::new().id(part.offer).bytes());
        let copies = cx.every::<Offer>(&along)?;
        let Some(own) = copies.iter().rfind(|it| it.stamp.seller == seller) else {
            let message = format!("contains `{}`: copy that first, to sell it on", part.offer);
            return Err(Invalid::one("/copy_of", "reference", message).into());
        };
        parts.push(Part { offer: own.id, ..part.clone() });
    }
    Ok(parts)
}

fn copy_price(
    act: &mut Act<'_>,
    copy: &Offer,
    (price, today): (Price, Date),
) -> Result<Price, Error> {
    let first = || price.versions.as_slice().first();
    let version = price.in_force(today, None).or_else(first).cloned();
    let version = version.ok_or_else(|| Error::internal("a price has a version"))?;
    let version = marked_up(copy, PriceVersion { valid_from: today, ..version });
    let versions = Versions::first(version)?;
    let now = act.now();
    catalog::create(act, copy.stamp.seller, Permission::CatalogWrite, |id, stamp: Stamp| {
        let stamp = Stamp { carried: price.stamp.carried.clone(), ..stamp };
        let copied = Price { id, stamp, offer: copy.id, tax_category: None, versions, ..price };
        Ok::<_, Error>(copied.timed(now))
    })
}

/// Figures of an original as a copy has them.
fn marked_up(copy: &Offer, version: PriceVersion) -> PriceVersion {
    match copy.content.mark_up {
        Some(by) => PriceVersion { model: version.model.marked_up(by), ..version },
        None => version,
    }
}

/// Gives the copies of a seller's offers, and their copies, the prices that the originals have
/// today. What is not sold in a copy stays out of it.
///
/// # Errors
/// If more copies are to follow than one act bears, the caller may not change one, or the store
/// fails.
pub fn synchronize(act: &mut Act<'_>, originals: &[Offer]) -> Result<(), Error> {
    let mut level: Vec<Offer> = originals.to_vec();
    let mut count = 0;
    for _ in 0..DEPTH_MAX {
        let mut next = Vec::new();
        for original in &level {
            let along = Along::Index(OFFER_BY_ORIGINAL, Key::new().id(original.id).bytes());
            for copy in act.cx().every::<Offer>(&along)? {
                count += 1;
                if count > COPIES_MAX {
                    let message =
                        format!("leads to more than {COPIES_MAX} copies in one call: name one");
                    return Err(Invalid::one("/offers", "too_many", message).into());
                }
                follow(act, original, &copy)?;
                next.push(copy);
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    Ok(())
}

fn follow(act: &mut Act<'_>, original: &Offer, copy: &Offer) -> Result<(), Error> {
    let today = Zone::UTC.date_of(act.now());
    let all = prices(act.cx(), copy.id)?;
    for price in prices(act.cx(), original.id)? {
        let Some(wanted) = price.in_force(today, None) else { continue };
        let wanted = marked_up(copy, wanted.clone());
        let same = |it: &&Price| it.currency == price.currency && it.is_for_the_same(&price);
        for copied in all.iter().filter(same) {
            let last = copied.versions.as_slice().last();
            if last.is_some_and(|it| it.model == wanted.model && it.included == wanted.included) {
                continue;
            }
            let version = PriceVersion { valid_from: today, ..wanted.clone() };
            reprice(act, copied.id, |_| Ok(version))?;
        }
    }
    Ok(())
}
