//! Sorts of assets, which a vendor lays down and changes as it likes.

use crate::domain::catalog::asset::{Asset, AssetContent};
use crate::domain::catalog::asset_type::{AssetType, AssetTypeContent};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AssetTypeId, Id};
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::services::catalog::{self, New};
use crate::services::{Act, Cx, Error};
use crate::store::Records;
use crate::store::catalog::{ASSET_BY_KIND, ASSET_TYPE_BY_CODE, of_seller};

/// The sort of a code that a seller has laid down, if it has.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, seller: SellerNumber, code: &text::Code) -> Result<Option<AssetType>, Error> {
    Ok(cx.view.first_along(ASSET_TYPE_BY_CODE, of_seller(seller, code.as_str()))?)
}

/// What is said of an asset, as its sort asks for it. Of a sort that is not laid down, nothing is asked.
pub(super) fn filled(
    cx: Cx<'_>,
    seller: SellerNumber,
    content: AssetContent,
) -> Result<AssetContent, Error> {
    match of(cx, seller, &content.kind)? {
        Some(kind) => {
            let metadata = kind.filled(content.metadata)?;
            Ok(AssetContent { metadata, ..content })
        }
        None if content.metadata.is_empty() => Ok(content),
        None => {
            let message = format!("nothing is laid down of the sort `{}`", content.kind);
            Err(Invalid::one("/metadata", "conflict", message).into())
        }
    }
}

/// Lays a sort of assets down.
///
/// # Errors
/// If its code is taken, a field cannot be filled in as it says, or the caller may not.
pub fn create(
    act: &mut Act<'_>,
    new: impl Into<New<AssetTypeId>>,
    (code, content): (text::Code, AssetTypeContent),
) -> Result<AssetType, Error> {
    let new = new.into();
    let own = new.id.unwrap_or_else(|| AssetTypeId::from_uuid(uuid::Uuid::nil()));
    let taken = (new.seller, code.as_str());
    let stamp = act.cx().stamp(new.seller, None);
    act.must(Permission::CatalogWrite, &stamp)?;
    catalog::must_be_free::<AssetType>(act, ASSET_TYPE_BY_CODE, taken, own)?;
    catalog::create(act, new, Permission::CatalogWrite, |id, stamp| {
        AssetType::new(id, stamp, code, content)
    })
}

/// Lays something else down of a sort.
///
/// # Errors
/// As [`create`]; if it has changed since.
pub fn revise(
    act: &mut Act<'_>,
    which: (AssetTypeId, Option<u32>),
    change: impl FnOnce(AssetTypeContent) -> Result<AssetTypeContent, Invalid>,
) -> Result<AssetType, Error> {
    catalog::revise(act, which, Permission::CatalogWrite, |it: AssetType| {
        let content = change(it.content().clone())?;
        it.laid_down(content)
    })
}

/// Lays nothing down of a sort any more.
///
/// # Errors
/// [`Code::InUse`] while there is an asset of it; if it has changed since, or the caller may not.
pub fn forget(act: &mut Act<'_>, (id, revision): (AssetTypeId, Option<u32>)) -> Result<(), Error> {
    let it: AssetType = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let along = of_seller(it.stamp.seller, it.code.as_str());
    if let Some(asset) = act.batch().first_along::<Asset>(ASSET_BY_KIND, along)? {
        let why = format!("asset `{}` is of this sort", asset.id);
        return Err(Rejection::new(Code::InUse, why).into());
    }
    act.delete(&it)
}
