//! `/coupons` and `/redemptions`: codes that lower prices, and who brought them.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::merge::MergePatch;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, SoldBy, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::catalog::coupon::{self as domain, CouponLimits};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::time::Validity;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, coupon};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let sees = Needs::Permission(Permission::BillingAccountRead);
    let brings = Needs::Permission(Permission::BillingAccountWrite);
    let post = || Method::POST;
    vec![
        read("/coupons", reads, "List coupons", list),
        write(post(), "/coupons", writes, "Create a coupon", create),
        read("/coupons/{id}", reads, "Read a coupon", show),
        write(Method::PATCH, "/coupons/{id}", writes, "Change a coupon's limits", revise),
        write(post(), "/coupons/{id}/end", writes, "Take a coupon no longer", end),
        read("/redemptions", sees, "List uses of coupons", list_redemptions),
        write(post(), "/redemptions", brings, "Put a coupon on a billing account", redeem),
        read("/redemptions/{id}", sees, "Read a use of a coupon", show_redemption),
        write(post(), "/redemptions/{id}/end", writes, "End a use of a coupon", end_redemption),
    ]
}

/// A code that unlocks a discount.
#[derive(Debug, Serialize, ToSchema)]
struct Coupon {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// What the buyer types, in any case.
    code: String,
    /// The discount that it unlocks.
    discount: String,
    /// How often it was used.
    used: u32,
    /// When it was ended; `null` while it was not.
    ended_at: Option<String>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    #[serde(flatten)]
    limits: LimitsForm,
}

impl Wire for Coupon {}

/// When and how often a coupon can be used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LimitsForm {
    /// How often in all; without a limit if nothing is said.
    uses_max: Option<u32>,
    /// How often by one account; without a limit if nothing is said.
    uses_per_account_max: Option<u32>,
    /// The moment from which on it can be used.
    valid_from: Option<String>,
    /// The moment from which on it can be used no longer.
    valid_until: Option<String>,
}

impl LimitsForm {
    fn of(it: &CouponLimits) -> Self {
        Self {
            uses_max: it.uses_max,
            uses_per_account_max: it.uses_per_account_max,
            valid_from: it.valid_for.from().map(|it| it.to_string()),
            valid_until: it.valid_for.until().map(|it| it.to_string()),
        }
    }

    fn read(&self) -> Result<CouponLimits, Invalid> {
        let from = parse_optional("/valid_from", self.valid_from.as_deref())?;
        let until = parse_optional("/valid_until", self.valid_until.as_deref())?;
        let empty = || Invalid::one("/valid_until", "range", "must lie after `valid_from`");
        Ok(CouponLimits {
            uses_max: self.uses_max,
            uses_per_account_max: self.uses_per_account_max,
            valid_for: Validity::new(from, until).ok_or_else(empty)?,
        })
    }
}

fn wire(it: &domain::Coupon) -> Coupon {
    Coupon {
        id: it.id.to_string(),
        number: it.stamp.number,
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        code: it.code().to_string(),
        discount: it.discount.to_string(),
        used: it.used(),
        ended_at: it.ended_at().map(|it| it.to_string()),
        sold_by: SoldBy::default(),
        limits: LimitsForm::of(it.limits()),
    }
}

/// A coupon as an event tells of it.
pub(super) fn told(it: &domain::Coupon) -> impl Wire + use<> {
    wire(it)
}

fn tagged(it: &domain::Coupon) -> Reply<Coupon> {
    Reply::ok(wire(it)).tagged(it.stamp.revision)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Coupon>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::Coupon| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Coupon { sold_by, ..wire(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Coupon>, Error> {
    Ok(tagged(&cx.get::<domain::Coupon>(call.id("id")?)?))
}

/// A coupon of the caller's own account, or of the provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCoupon {
    /// What the buyer types, in any case; once for each seller.
    code: String,
    /// A discount with the access `coupon`.
    discount: String,
    uses_max: Option<u32>,
    uses_per_account_max: Option<u32>,
    valid_from: Option<String>,
    valid_until: Option<String>,
}

fn create(act: &mut Act<'_>, _: &Call, body: NewCoupon) -> Result<Reply<Coupon>, Error> {
    let seller = catalog::seller(act.cx(), None)?;
    let what = (parse("/code", &body.code)?, parse("/discount", &body.discount)?);
    let NewCoupon { uses_max, uses_per_account_max, valid_from, valid_until, .. } = body;
    let limits = LimitsForm { uses_max, uses_per_account_max, valid_from, valid_until };
    let it = coupon::create(act, seller, what, limits.read()?)?;
    let path = format!("/api/v1/coupons/{}", it.id);
    Ok(Reply::created(path, wire(&it)).tagged(it.stamp.revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<LimitsForm>,
) -> Result<Reply<Coupon>, Error> {
    let it = coupon::revise(act, (call.id("id")?, call.if_match), |was| {
        Ok(patch.onto(&LimitsForm::of(&was))?.read()?)
    })?;
    Ok(tagged(&it))
}

fn end(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Coupon>, Error> {
    Ok(tagged(&coupon::end(act, (call.id("id")?, call.if_match))?))
}

/// A use of a coupon: the invoices of a billing account are lowered by what it unlocks.
#[derive(Debug, Serialize, ToSchema)]
struct Redemption {
    id: String,
    revision: u32,
    /// Who brought it.
    account: Option<String>,
    coupon: String,
    code: String,
    /// What it unlocked.
    discount: String,
    billing_account: String,
    /// Only on what this order bought; `null`: on everything there.
    order: Option<String>,
    redeemed_on: String,
    /// On how many bills it was given.
    invoices: u32,
    /// When it was ended; `null` while it was not.
    ended_at: Option<String>,
}

impl Wire for Redemption {}

impl From<&domain::Redemption> for Redemption {
    fn from(it: &domain::Redemption) -> Self {
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            account: it.stamp.owner.map(|it| it.to_string()),
            coupon: it.coupon.to_string(),
            code: it.code.to_string(),
            discount: it.discount.to_string(),
            billing_account: it.billing_account.to_string(),
            order: it.order.map(|it| it.to_string()),
            redeemed_on: it.redeemed_on.to_string(),
            invoices: it.invoices(),
            ended_at: it.ended_at().map(|it| it.to_string()),
        }
    }
}

/// A use of a coupon as an event tells of it.
pub(super) fn told_redemption(it: &domain::Redemption) -> impl Wire + use<> {
    Redemption::from(it)
}

/// Whose uses of coupons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RedemptionsQuery {
    /// Those of this account.
    account: Option<String>,
}

fn list_redemptions(
    cx: Cx<'_>,
    call: &Call,
    query: RedemptionsQuery,
) -> Result<Reply<List<Redemption>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let page = coupon::redemptions(cx, account, &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Redemption::from(&it))))
}

fn show_redemption(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Redemption>, Error> {
    let it: domain::Redemption = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Redemption::from(&it)).tagged(it.stamp.revision))
}

/// A coupon that somebody brings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRedemption {
    account: String,
    /// Whose invoices are lowered; the account's default one if nothing is said.
    billing_account: Option<String>,
    /// The code of a coupon, in any case.
    code: String,
}

fn redeem(act: &mut Act<'_>, _: &Call, body: NewRedemption) -> Result<Reply<Redemption>, Error> {
    let account = parse("/account", &body.account)?;
    let named = parse_optional("/billing_account", body.billing_account.as_deref())?;
    let it = coupon::redeem(act, (account, named), &body.code)?;
    let path = format!("/api/v1/redemptions/{}", it.id);
    Ok(Reply::created(path, Redemption::from(&it)).tagged(it.stamp.revision))
}

fn end_redemption(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Redemption>, Error> {
    let it = coupon::end_redemption(act, (call.id("id")?, call.if_match))?;
    Ok(Reply::ok(Redemption::from(&it)).tagged(it.stamp.revision))
}
