//! `serviceCandidate`: by which model the revenue of an offering is shared. It names the class of products
//! for which the model is: a category, in which the offering stands then; or all, which is the default.

use std::collections::BTreeSet;

use serde_json::Value;

use super::carried;
use super::error::DELIVERS;
use super::revenue_class::{DEFAULT, is_called};
use super::wire::Tree;
use crate::domain::catalog::category::Category;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::CategoryId;
use crate::domain::page::PageRequest;
use crate::domain::settlement::share::{Scope, ShareModel};
use crate::domain::stamp::SellerNumber;
use crate::services::{Cx, Error};

/// The attribute in which it stands.
const NAME: &str = "serviceCandidate";

/// The class that was said; nothing for all.
fn class(said: &Tree) -> Option<&str> {
    let class = said.get(NAME).and_then(|it| it.get("id")).and_then(Value::as_str);
    class.map(str::trim).filter(|it| !it.is_empty() && *it != DEFAULT)
}

/// The category for which the model is that was said; nothing if it is for all, or none was said.
///
/// # Errors
/// 422 if the seller has no such model.
pub(super) fn category(
    cx: Cx<'_>,
    seller: SellerNumber,
    said: &Tree,
) -> Result<Option<CategoryId>, Error> {
    let Some(class) = class(said) else { return Ok(None) };
    let found = find(cx, seller, class)?;
    if found.is_none() {
        let message = format!("names the class `{class}`, for which revenue has no model");
        return Err(DELIVERS.broken("serviceCandidate/id", message).into());
    }
    Ok(found)
}

fn find(cx: Cx<'_>, seller: SellerNumber, class: &str) -> Result<Option<CategoryId>, Error> {
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = cx.list(None, &page, |it: &ShareModel| it.stamp.seller == seller)?;
        for it in found.items {
            if let Scope::Category(id) = it.scope
                && is_called(cx, it.scope, class)?
            {
                return Ok(Some(id));
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(None);
        }
    }
}

/// The categories of an offering with that of its class: of the one that is said now, or else was before.
/// One that is there for its class alone goes with it.
///
/// # Errors
/// As [`category`].
pub(super) fn regrouped(
    cx: Cx<'_>,
    it: &Offer,
    (mut categories, said): (BTreeSet<CategoryId>, &Tree),
) -> Result<BTreeSet<CategoryId>, Error> {
    let (seller, kept) = (it.stamp.seller, carried::read(&it.stamp)?);
    let before = class(&kept).map(|it| find(cx, seller, it)).transpose()?.flatten();
    if !said.contains_key(NAME) {
        categories.extend(before);
        return Ok(categories);
    }
    if let Some(before) = before {
        let is_shown = |it: &Category| it.life.state() == State::Launched;
        if !cx.shared::<Category>(before)?.is_some_and(|it| is_shown(&it)) {
            categories.remove(&before);
        }
    }
    categories.extend(category(cx, seller, said)?);
    Ok(categories)
}
