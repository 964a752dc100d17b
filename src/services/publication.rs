//! Catalogs: what a seller publishes, for whom, and how long.
//!
//! A catalog publishes categories, with the offers in them, and offers by themselves. It is retired
//! after the offers that stand in it by themselves, and obsolete when none of them is left.

use super::catalog::{self, New, has_listed, held_by, must_be_off_the_shelf};
use super::{Act, Cx, Error};
use crate::domain::catalog::category::{Audience, Catalog, Category};
use crate::domain::catalog::lifecycle::{Life, Trigger};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{CatalogId, CategoryId};
use crate::domain::localized::Localized;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Name, folded};
use crate::store::catalog::{CATEGORY_BY_PARENT, OFFER_BY_CATALOG};
use crate::store::{Along, Key, Records};

/// Whether the caller may see a catalog: its seller always; others what is or was on the market, if it
/// is for them.
fn shows(cx: Cx<'_>, it: &Catalog) -> bool {
    let is_for_caller = match it.audience {
        Audience::Everybody => true,
        Audience::Customers => cx.actor.is_known(),
        Audience::Seller => false,
    };
    cx.actor.may(Permission::CatalogRead, &it.stamp) == Decision::Yes
        || is_for_caller
            && it.life.was_on_market()
            && (cx.actor.may(Permission::OfferBrowse, &it.stamp) == Decision::Yes
                || has_listed(cx, OFFER_BY_CATALOG, Key::new().id(it.id)))
}

/// The catalog with an id, for whoever may see it.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn get(cx: Cx<'_>, id: CatalogId) -> Result<Catalog, Error> {
    let found = cx.view.find::<Catalog>(id)?.filter(|it| shows(cx, it));
    found.ok_or_else(|| Error::not_found(id))
}

/// A page of the catalogs that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, page: &PageRequest) -> Result<Page<Catalog>, Error> {
    Ok(cx.view.list(&Along::All, page, &mut |it| shows(cx, it))?)
}

/// Refuses a name that another catalog has, whoever's it is: people choose catalogs by their names.
///
/// # Errors
/// [`Code::Duplicate`].
pub fn must_have_own_name(cx: Cx<'_>, own: Option<CatalogId>, name: &Name) -> Result<(), Error> {
    let same = |it: &&Catalog| {
        let mut names = it.name.iter().map(|it| it.1);
        Some(it.id) != own && names.any(|it| folded(it.as_str()).eq(folded(name.as_str())))
    };
    if cx.every::<Catalog>(&Along::All)?.iter().any(|it| same(&it)) {
        let why = format!("another catalog is called `{name}`");
        return Err(Rejection::new(Code::Duplicate, why).into());
    }
    Ok(())
}

/// Opens a catalog for everybody; `fill` says what else is said of it.
///
/// # Errors
/// If the caller may not.
pub fn open(
    act: &mut Act<'_>,
    new: impl Into<New<CatalogId>>,
    (life, name): (Life, Localized<Name>),
    fill: impl FnOnce(Catalog) -> Catalog,
) -> Result<Catalog, Error> {
    catalog::create::<_, Error>(act, new, Permission::CatalogWrite, |id, stamp| {
        Ok(fill(Catalog::new(id, stamp, life, name)))
    })
}

/// Moves a catalog along its life.
///
/// # Errors
/// If its state forbids it, an offer in it is before it, or the caller may not.
pub fn on(act: &mut Act<'_>, id: CatalogId, trigger: Trigger) -> Result<Catalog, Error> {
    let it: Catalog = act.get(id)?;
    act.must(Permission::CatalogPublish, &it.stamp)?;
    let offers = Along::Index(OFFER_BY_CATALOG, Key::new().id(id).bytes());
    if trigger == Trigger::Retire {
        must_be_off_the_shelf(act, &offers)?;
    }
    let moved = it.on(trigger, held_by(act, &offers)?)?;
    act.keep(moved)
}

/// Refuses a name that another category at the same place has.
///
/// # Errors
/// [`Code::Duplicate`].
pub fn category_must_have_own_name(
    cx: Cx<'_>,
    own: Option<CategoryId>,
    (seller, parent, name): (SellerNumber, Option<CategoryId>, &Name),
) -> Result<(), Error> {
    let along = match parent {
        Some(id) => Along::Index(CATEGORY_BY_PARENT, Key::new().id(id).bytes()),
        None => Along::Sellers(vec![seller]),
    };
    let same = |it: &Category| {
        let mut names = it.name.iter().map(|it| it.1);
        it.parent() == parent
            && Some(it.id) != own
            && names.any(|it| folded(it.as_str()).eq(folded(name.as_str())))
    };
    if cx.every::<Category>(&along)?.iter().any(same) {
        let why = format!("another category at this place is called `{name}`");
        return Err(Rejection::new(Code::Duplicate, why).into());
    }
    Ok(())
}
