//! `serviceCandidate`: by which model the revenue of an offering is shared. It names the class of products
//! for which the model is: a category, in which the offering stands then; or all, which is the default.

use serde_json::Value;

use super::error::DELIVERS;
use super::wire::Tree;
use crate::domain::catalog::category::Category;
use crate::domain::id::{CategoryId, Id};
use crate::domain::page::PageRequest;
use crate::domain::settlement::share::{Scope, ShareModel};
use crate::domain::text::folded;
use crate::services::{Cx, Error};

/// The attribute in which it stands.
const NAME: &str = "serviceCandidate";
/// The class of all offerings of a seller.
const DEFAULT: &str = "defaultRevenue";

/// The category for which the model is that was said; nothing if it is for all, or none was said.
///
/// # Errors
/// 422 if there is no such model.
pub(super) fn category(cx: Cx<'_>, said: &Tree) -> Result<Option<CategoryId>, Error> {
    let class = said.get(NAME).and_then(|it| it.get("id")).and_then(Value::as_str);
    let Some(class) = class.map(str::trim).filter(|it| !it.is_empty() && *it != DEFAULT) else {
        return Ok(None);
    };
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = cx.list(None, &page, |_: &ShareModel| true)?;
        for it in found.items {
            if let Scope::Category(id) = it.scope
                && is_called(cx, id, class)?
            {
                return Ok(Some(id));
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            let message = format!("names the class `{class}`, for which revenue has no model");
            return Err(DELIVERS.broken("serviceCandidate/id", message).into());
        }
    }
}

/// Whether a class is a category, by its id or its name.
fn is_called(cx: Cx<'_>, id: CategoryId, class: &str) -> Result<bool, Error> {
    let found = cx.shared::<Category>(id)?;
    let is_named = |it: &Category| folded(it.name.original().as_str()).eq(folded(class));
    Ok(id.uuid().to_string() == class || found.is_some_and(|it| is_named(&it)))
}
