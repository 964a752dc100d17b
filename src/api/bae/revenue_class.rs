//! Product classes, by which revenue is shared: `defaultRevenue` for all that a provider sells, an offering by
//! its id, or a category by its id or its name.
//!
//! A model comes before the offerings of its class: a class of which nothing is called yet becomes a category
//! of its provider, which nobody else sees, and an offering stands in it by naming the class.

use uuid::Uuid;

use super::catalogue::english;
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, CategoryId, Id, OfferId};
use crate::domain::page::PageRequest;
use crate::domain::settlement::share::{Scope, ShareModel};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Name, folded};
use crate::domain::time::Validity;
use crate::services::catalog::{self, Group};
use crate::services::{Act, Cx, Error, offer};

/// The class of all that a provider sells.
pub(super) const DEFAULT: &str = "defaultRevenue";

/// The class of a model, as it was said when the model was made if it is still called so; that of all where
/// there is no model.
///
/// # Errors
/// If the store fails.
pub(super) fn class_of(cx: Cx<'_>, model: Option<&ShareModel>) -> Result<String, Error> {
    let Some(model) = model else { return Ok(DEFAULT.to_owned()) };
    if is_called(cx, model.scope, model.name.as_str())? {
        return Ok(model.name.to_string());
    }
    Ok(match model.scope {
        Scope::Seller => DEFAULT.to_owned(),
        Scope::Offer(id) => id.uuid().to_string(),
        Scope::Supplier(id) => id.uuid().to_string(),
        Scope::Category(id) => {
            let found = cx.shared::<Category>(id)?;
            found.map_or_else(|| id.uuid().to_string(), |it| it.name.original().to_string())
        }
    })
}

/// Whether a class is what a model is for.
///
/// # Errors
/// If the store fails.
pub(super) fn is_called(cx: Cx<'_>, scope: Scope, class: &str) -> Result<bool, Error> {
    let class = class.trim();
    Ok(match scope {
        Scope::Seller => class == DEFAULT,
        Scope::Offer(id) => class.parse::<OfferId>() == Ok(id),
        Scope::Supplier(id) => class.parse::<AccountId>() == Ok(id),
        Scope::Category(id) => {
            let found = cx.shared::<Category>(id)?;
            class.parse::<CategoryId>() == Ok(id) || found.is_some_and(|it| is_named(&it, class))
        }
    })
}

fn is_named(it: &Category, class: &str) -> bool {
    folded(it.name.original().as_str()).eq(folded(class))
}

/// For what a class of a seller is; nothing if nothing is called so yet.
///
/// # Errors
/// If the store fails.
pub(super) fn scope_of(
    cx: Cx<'_>,
    seller: SellerNumber,
    class: &str,
) -> Result<Option<Scope>, Error> {
    let class = class.trim();
    if class == DEFAULT {
        return Ok(Some(Scope::Seller));
    }
    if let Ok(id) = class.parse::<OfferId>()
        && offer::get(cx, id).is_ok_and(|it: Offer| it.stamp.seller == seller)
    {
        return Ok(Some(Scope::Offer(id)));
    }
    let id = class.parse::<CategoryId>().ok();
    let is_it =
        |it: &&Category| it.stamp.seller == seller && (Some(it.id) == id || is_named(it, class));
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = catalog::categories(cx, &page)?;
        if let Some(it) = found.items.iter().find(is_it) {
            return Ok(Some(Scope::Category(it.id)));
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(None);
        }
    }
}

/// A class of which nothing is called yet.
///
/// # Errors
/// 400 for an id of nothing; if the caller may not write the catalogue of the seller.
pub(super) fn opened(
    act: &mut Act<'_>,
    seller: SellerNumber,
    class: &Name,
) -> Result<Scope, Error> {
    if Uuid::try_parse(class.as_str()).is_ok() {
        let message = format!("`{class}` is the id of no offering or category of the provider");
        return Err(Invalid::one("productClass", "reference", message).into());
    }
    let life = Life::new(State::Active, Validity::ALWAYS)?;
    let group = Group { name: english(class.clone())?, parent: None, tax_category: None };
    let made = catalog::create_category(act, seller, (life, group))?;
    Ok(Scope::Category(made.id))
}
