//! What is for sale, as it is kept.

use std::collections::BTreeSet;

use super::StoreError;
use super::codec::Key;
use super::record::record;
use super::tally::{Of, Part, rows};
use super::view::{KeyRange, View};
use crate::domain::catalog::asset::Asset;
use crate::domain::catalog::asset_type::AssetType;
use crate::domain::catalog::category::{Catalog, Category, ResourceCategory};
use crate::domain::catalog::coupon::{Coupon, Redemption};
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::promotion::Promotion;
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::catalog::specification::Specification;
use crate::domain::catalog::tax::{TaxCategory, TaxRule, TaxZone};
use crate::domain::id::{
    AssetId, AssetTypeId, CatalogId, CategoryId, CouponId, DiscountId, MeterId, OfferId, PriceId,
    PromotionId, RedemptionId, ResourceCategoryId, ResourceId, ServiceTermsId, SpecificationId,
    TaxCategoryId, TaxRuleId, TaxZoneId,
};
use crate::domain::stamp::SellerNumber;
use crate::domain::usage::meter::Meter;

/// How the key of an index begins that is about what one seller calls something.
#[must_use]
pub fn of_seller(seller: SellerNumber, name: &str) -> Key {
    Key::new().u32(seller.0).text(name)
}

record!(Asset, AssetId, "asset", shape 1,
    /// `(seller, sort, asset)`.
    ASSET_BY_KIND = "by_kind" => |it, keys| {
        keys.push(of_seller(it.stamp.seller, it.content().kind.as_str()).id(it.id));
    },
    sums
    /// `(seller)`: how many bytes are in the files of its assets.
    ASSET_BYTES = "bytes" => |it, parts| {
        let bytes = i64::try_from(it.bytes()).unwrap_or(i64::MAX);
        let key = Key::new().u32(it.stamp.seller.0);
        parts.extend((bytes > 0).then(|| Part { key, sums: vec![bytes] }));
    },
    due => |it| it.due(),
);

/// How many bytes are in the files of a seller's assets.
///
/// # Errors
/// If the engine fails or the sum cannot be read.
pub fn asset_bytes(view: &(impl View + ?Sized), seller: SellerNumber) -> Result<u64, StoreError> {
    let of = KeyRange::prefix(&Key::new().u32(seller.0).bytes());
    let rows = rows::<Asset>(view, ASSET_BYTES, &of, Of::All)?;
    let bytes = rows.iter().map(|it| it.sum(0)).sum::<i64>();
    Ok(u64::try_from(bytes).unwrap_or(0))
}

record!(AssetType, AssetTypeId, "asset_type", shape 1,
    /// `(seller, code, sort)`.
    ASSET_TYPE_BY_CODE = "by_code" => |it, keys| {
        keys.push(of_seller(it.stamp.seller, it.code.as_str()).id(it.id));
    },
);

record!(Catalog, CatalogId, "catalog", shape 1);

record!(Category, CategoryId, "category", shape 1,
    /// `(parent, category)`.
    CATEGORY_BY_PARENT = "by_parent" => |it, keys| {
        keys.extend(it.parent().map(|parent| Key::new().id(parent).id(it.id)));
    },
);

record!(Coupon, CouponId, "coupon", shape 1,
    /// `(seller, code in upper case, coupon)`.
    COUPON_BY_CODE = "by_code" => |it, keys| {
        keys.push(of_seller(it.stamp.seller, &it.folded()).id(it.id));
    },
);

record!(Discount, DiscountId, "discount", shape 1);

record!(Meter, MeterId, "meter", shape 1,
    /// `(seller, code, meter)`.
    METER_BY_CODE = "by_code" => |it, keys| {
        keys.push(of_seller(it.stamp.seller, it.code.as_str()).id(it.id));
    },
);

record!(Offer, OfferId, "offer", shape 1,
    /// `(catalog, offer)`.
    OFFER_BY_CATALOG = "by_catalog" => |it, keys| {
        keys.extend(it.content.catalogs.iter().map(|catalog| Key::new().id(*catalog).id(it.id)));
    },
    /// `(category, offer)`.
    OFFER_BY_CATEGORY = "by_category" => |it, keys| {
        keys.extend(it.content.categories.iter().map(|category| Key::new().id(*category).id(it.id)));
    },
    /// `(name in one case, offer)`: the names in all languages.
    OFFER_BY_NAME = "by_name" => |it, keys| {
        let names = it.content.name.iter().map(|(_, name)| name.as_str());
        let names: BTreeSet<Vec<u8>> = names.map(|it| Key::new().folded(it).bytes()).collect();
        keys.extend(names.iter().map(|name| Key::new().raw(name).id(it.id)));
    },
    /// `(original, copy)`.
    OFFER_BY_ORIGINAL = "by_original" => |it, keys| {
        keys.extend(it.content.copy_of.map(|of| Key::new().id(of).id(it.id)));
    },
    /// `(seller, part number, offer)`: what IBM's clients order by.
    OFFER_BY_PART_NUMBER = "by_part_number" => |it, keys| {
        let number = it.content.part_number.as_ref();
        keys.extend(number.map(|number| of_seller(it.stamp.seller, number.as_str()).id(it.id)));
    },
    /// `(resource, offer)`, once for each resource.
    OFFER_BY_RESOURCE = "by_resource" => |it, keys| {
        let resources: BTreeSet<_> = it.content.resources.iter().map(|it| it.resource).collect();
        keys.extend(resources.into_iter().map(|resource| Key::new().id(resource).id(it.id)));
    },
    /// `(specification, offer)`.
    OFFER_BY_SPECIFICATION = "by_specification" => |it, keys| {
        keys.extend(it.content.specification.map(|of| Key::new().id(of).id(it.id)));
    },
);

record!(Price, PriceId, "price", shape 1,
    /// `(offer, price)`.
    PRICE_BY_OFFER = "by_offer" => |it, keys| {
        keys.push(Key::new().id(it.offer).id(it.id));
    },
    due => |it| it.due(),
);

record!(Promotion, PromotionId, "promotion", shape 1);

record!(Redemption, RedemptionId, "redemption", shape 1,
    /// `(billing account, use)`: those that were not ended.
    REDEMPTION_BY_BILLING_ACCOUNT = "by_billing_account" => |it, keys| {
        if it.ended_at().is_none() {
            keys.push(Key::new().id(it.billing_account).id(it.id));
        }
    },
    /// `(coupon, account, use)`.
    REDEMPTION_BY_COUPON = "by_coupon" => |it, keys| {
        keys.extend(it.stamp.owner.map(|of| Key::new().id(it.coupon).id(of).id(it.id)));
    },
);

record!(Resource, ResourceId, "resource", shape 1);

record!(ResourceCategory, ResourceCategoryId, "resource_category", shape 1);

record!(ServiceTerms, ServiceTermsId, "service_terms", shape 1);

record!(Specification, SpecificationId, "specification", shape 1,
    /// `(asset, specification)`: those that deliver it themselves and are not obsolete.
    SPECIFICATION_BY_ASSET = "by_asset" => |it, keys| {
        let is_gone = matches!(it.life.state(), State::Obsolete | State::Rejected);
        let assets = it.content.assets.iter().filter(|_| !is_gone);
        keys.extend(assets.map(|asset| Key::new().id(*asset).id(it.id)));
    },
);

record!(TaxCategory, TaxCategoryId, "tax_category", shape 1,
    /// `(seller, code, category)`.
    TAX_CATEGORY_BY_CODE = "by_code" => |it, keys| {
        keys.push(of_seller(it.stamp.seller, it.code.as_str()).id(it.id));
    },
);

record!(TaxRule, TaxRuleId, "tax_rule", shape 1,
    /// `(zone, rule)`.
    TAX_RULE_BY_ZONE = "by_zone" => |it, keys| {
        keys.push(Key::new().id(it.zone).id(it.id));
    },
);

record!(TaxZone, TaxZoneId, "tax_zone", shape 1,
    /// `(seller, code, zone)`.
    TAX_ZONE_BY_CODE = "by_code" => |it, keys| {
        keys.push(of_seller(it.stamp.seller, it.code.as_str()).id(it.id));
    },
);
