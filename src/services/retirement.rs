//! Retirement: taking a product, an offer or a catalog off the market together with the offers that stand before
//! it, and what that would come to.

use std::collections::BTreeSet;

use super::catalog::on_specification;
use super::{Act, Cx, Error, publication};
use crate::domain::catalog::category::Catalog;
use crate::domain::catalog::lifecycle::{State, Trigger, way_off};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::specification::Specification;
use crate::domain::id::{CatalogId, OfferId, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::subscription::Subscription;
use crate::store::catalog::{OFFER_BY_CATALOG, OFFER_BY_SPECIFICATION};
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key};

/// What is to be retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retiring {
    /// A product.
    Specification(SpecificationId),
    /// A catalog.
    Catalog(CatalogId),
    /// An offer.
    Offer(OfferId),
}

/// An offer that goes off the market with what it stands before.
#[derive(Debug)]
pub struct Affected {
    /// The offer.
    pub offer: Offer,
    /// What becomes of it: retired, or rejected if it was not ready.
    pub becomes: State,
    /// How many living subscriptions to it go on, where somebody wants to know before.
    pub subscriptions: Option<usize>,
}

impl Retiring {
    /// The offers that go off the market with it, without the bundles that they are in.
    fn offers(self, cx: Cx<'_>) -> Result<Vec<Offer>, Error> {
        let along = match self {
            Self::Specification(id) => {
                Along::Index(OFFER_BY_SPECIFICATION, Key::new().id(id).bytes())
            }
            Self::Catalog(id) => Along::Index(OFFER_BY_CATALOG, Key::new().id(id).bytes()),
            Self::Offer(id) => return Ok(vec![cx.get(id)?]),
        };
        cx.every(&along)
    }

    fn stamp(self, cx: Cx<'_>) -> Result<Stamp, Error> {
        Ok(match self {
            Self::Specification(id) => cx.get::<Specification>(id)?.stamp,
            Self::Catalog(id) => cx.get::<Catalog>(id)?.stamp,
            Self::Offer(id) => cx.get::<Offer>(id)?.stamp,
        })
    }
}

/// Which offers would go off the market: those that stand before it, and the bundles that they are in;
/// and how many go on having each.
///
/// # Errors
/// If it is not there, or the caller may not retire it.
pub fn preview(cx: Cx<'_>, of: Retiring) -> Result<Vec<Affected>, Error> {
    let standing = standing(cx, of)?.into_iter();
    let counted = standing.map(|it| {
        let subscriptions = Some(living(cx, it.offer.id)?);
        Ok(Affected { subscriptions, ..it })
    });
    counted.collect()
}

fn standing(cx: Cx<'_>, of: Retiring) -> Result<Vec<Affected>, Error> {
    let stamp = of.stamp(cx)?;
    cx.must(Permission::CatalogPublish, &stamp)?;
    let mut found = of.offers(cx)?;
    let own: BTreeSet<_> = found.iter().map(|it| it.id).collect();
    let sellers: BTreeSet<_> =
        found.iter().map(|it| it.stamp.seller).chain([stamp.seller]).collect();
    found.extend(bundles(cx, sellers, &own)?);
    let standing = found.into_iter().filter_map(|offer| {
        let becomes = way_off(offer.life.state())?.1;
        Some(Affected { offer, becomes, subscriptions: None })
    });
    Ok(standing.collect())
}

/// The bundles of sellers that some offers are in: of who made them, and of who sells copies of them. No
/// bundle is in a bundle.
fn bundles(
    cx: Cx<'_>,
    sellers: BTreeSet<SellerNumber>,
    of: &BTreeSet<OfferId>,
) -> Result<Vec<Offer>, Error> {
    let all = cx.every::<Offer>(&Along::Sellers(sellers.into_iter().collect()))?;
    let has = |it: &Offer| it.content.parts.iter().any(|it| of.contains(&it.offer));
    Ok(all.into_iter().filter(|it| has(it) && !of.contains(&it.id)).collect())
}

fn living(cx: Cx<'_>, id: OfferId) -> Result<usize, Error> {
    let along = Along::Index(SUBSCRIPTION_BY_OFFER, Key::new().id(id).bytes());
    let all = cx.every::<Subscription>(&along)?;
    Ok(all.iter().filter(|it| it.state().is_living()).count())
}

/// Retires a product, an offer or a catalog with all offers that stand before it; who has them keeps them.
///
/// # Errors
/// If it is not there, its state forbids it, or the caller may not.
pub fn with_offers(act: &mut Act<'_>, of: Retiring) -> Result<Vec<Affected>, Error> {
    let affected = standing(act.cx(), of)?;
    for Affected { offer, .. } in &affected {
        act.must(Permission::CatalogPublish, &offer.stamp)?;
        take_off(act, offer)?;
    }
    match of {
        Retiring::Specification(id) => on_specification(act, id, Trigger::Retire).map(drop)?,
        Retiring::Catalog(id) => publication::on(act, id, Trigger::Retire).map(drop)?,
        // It is one of those.
        Retiring::Offer(_) => {}
    }
    Ok(affected)
}

fn take_off(act: &mut Act<'_>, offer: &Offer) -> Result<(), Error> {
    let Some((steps, _)) = way_off(offer.life.state()) else { return Ok(()) };
    let mut offer: Offer = act.load(offer.id)?;
    let mut verb = None;
    for step in steps {
        let (next, told) = offer.on(*step, 0)?;
        (offer, verb) = (next, Some(told));
    }
    if let Some(verb) = verb {
        act.keep((offer, verb))?;
    }
    Ok(())
}
