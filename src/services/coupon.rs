//! Coupons: the codes of sellers, and what becomes of them when buyers bring them.

use std::collections::BTreeSet;

use super::catalog::{self, New};
use super::{Act, Cx, Error, order, subscription};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::coupon::{Brought, Coupon, CouponLimits, Redemption, folded};
use crate::domain::catalog::discount::{Access, Discount};
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, CouponId, DiscountId, OfferId, RedemptionId};
use crate::domain::operator::Permission;
use crate::domain::order::Order;
use crate::domain::order::item::Action;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::store::catalog::{
    COUPON_BY_CODE, REDEMPTION_BY_BILLING_ACCOUNT, REDEMPTION_BY_COUPON, of_seller,
};
use crate::store::{Along, Key};

/// Creates a coupon.
///
/// # Errors
/// If its code is taken, its discount is given by itself or is another seller's, it could never be
/// used, or the caller may not.
pub fn create(
    act: &mut Act<'_>,
    new: impl Into<New<CouponId>>,
    (code, discount): (text::Code, DiscountId),
    limits: CouponLimits,
) -> Result<Coupon, Error> {
    let new = new.into();
    must_unlock(act.cx(), new.seller, discount)?;
    let it: Coupon = catalog::create(act, new, Permission::CatalogWrite, |id, stamp| {
        Coupon::new(id, stamp, (code, discount), limits)
    })?;
    let folded = it.folded();
    catalog::must_be_free::<Coupon>(act, COUPON_BY_CODE, (it.stamp.seller, &folded), it.id)?;
    Ok(it)
}

fn must_unlock(cx: Cx<'_>, seller: SellerNumber, id: DiscountId) -> Result<(), Error> {
    let found: Discount = cx.named("/discount", id)?;
    let (rule, why) = match (found.stamp.seller == seller, found.terms().access) {
        (true, Access::Coupon) => return Ok(()),
        (true, Access::Automatic) => ("conflict", "is given by itself and takes no coupon"),
        (false, _) => ("reference", "belongs to another seller"),
    };
    Err(Invalid::one("/discount", rule, format!("`{id}` {why}")).into())
}

/// Gives a coupon other limits.
///
/// # Errors
/// If it could never be used, is not there, has changed since, or the caller may not.
pub fn revise(
    act: &mut Act<'_>,
    (id, revision): (CouponId, Option<u32>),
    change: impl FnOnce(CouponLimits) -> Result<CouponLimits, Error>,
) -> Result<Coupon, Error> {
    catalog::revise::<Coupon, Error>(act, (id, revision), Permission::CatalogWrite, |it| {
        let limits = change(*it.limits())?;
        Ok(it.limited(limits)?)
    })
}

/// Ends a coupon: nobody can bring it any more. Who brought it keeps what it gives.
///
/// # Errors
/// If it was ended before, has changed since, or the caller may not.
pub fn end(act: &mut Act<'_>, (id, revision): (CouponId, Option<u32>)) -> Result<Coupon, Error> {
    let it: Coupon = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let ended = it.ended(act.now())?;
    act.keep((ended, Verb::Terminated))
}

/// The coupons that an order of an account brings by their codes, in any case.
///
/// # Errors
/// [`Error::Invalid`] with the place of a code that its seller does not have or that is said twice;
/// if the account is not one that the caller may order for.
pub fn brought(cx: Cx<'_>, account: AccountId, codes: &[String]) -> Result<Vec<CouponId>, Error> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let account = order::buyer(cx, "/account", account)?;
    let (mut found, mut seen) = (Vec::with_capacity(codes.len()), BTreeSet::new());
    for (place, code) in codes.iter().enumerate() {
        let at = format!("/coupons/{place}");
        let id = named(cx, account.stamp.seller, (at.as_str(), code.as_str()))?.id;
        if !seen.insert(id) {
            return Err(Invalid::one(at, "unique", format!("must not repeat `{code}`")).into());
        }
        found.push(id);
    }
    Ok(found)
}

/// The coupon of a seller by its code, whoever asks: who knows the code may bring it.
fn named(cx: Cx<'_>, seller: SellerNumber, (at, code): (&str, &str)) -> Result<Coupon, Error> {
    let along = Along::Index(COUPON_BY_CODE, of_seller(seller, &folded(code)).bytes());
    let found = cx.every::<Coupon>(&along)?.into_iter().next();
    let missing = || Invalid::one(at, "reference", format!("there is no coupon `{code}`"));
    found.ok_or_else(|| missing().into())
}

/// Puts a coupon on a billing account of an account, its default one if none is named: all that is
/// billed there is lowered by what it unlocks.
///
/// # Errors
/// If there is no such coupon, it is not for the account or used up; if the caller may not.
pub fn redeem(
    act: &mut Act<'_>,
    (account, named_account): (AccountId, Option<BillingAccountId>),
    code: &str,
) -> Result<Redemption, Error> {
    let account: Account = act.cx().named("/account", account)?;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    act.must(Permission::BillingAccountWrite, &stamp)?;
    let coupon = named(act.cx(), account.stamp.seller, ("/code", code))?;
    let bills_to = subscription::bills_to(act.cx(), account.id, named_account)?;
    use_up(act, (&account, &bills_to), (coupon, None))
}

/// Uses the coupons that an order brings, for what it buys; again if it had come to nothing and is
/// tried once more.
///
/// # Errors
/// If one is for none of it, not for the account, or used up.
pub(super) fn redeem_with(
    act: &mut Act<'_>,
    account: &Account,
    order: &Order,
) -> Result<(), Error> {
    if order.request.coupons.is_empty() {
        return Ok(());
    }
    let of_item = order.items().iter().find_map(|it| it.billing_account);
    let named = order.request.billing_account.or(of_item);
    let bills_to = subscription::bills_to(act.cx(), account.id, named)?;
    for id in &order.request.coupons {
        let coupon: Coupon = act.load(*id)?;
        use_up(act, (account, &bills_to), (coupon, Some(order)))?;
    }
    Ok(())
}

/// Uses a coupon, if it is for who brings it and for what is ordered.
fn use_up(
    act: &mut Act<'_>,
    (account, bills_to): (&Account, &BillingAccount),
    (coupon, order): (Coupon, Option<&Order>),
) -> Result<Redemption, Error> {
    let on = bills_to.terms().zone.date_of(act.now());
    let discount: Discount = act.load(coupon.discount)?;
    coupon.must_be_for(&discount, (account.id, account.class()), on)?;
    if let Some(order) = order {
        coupon.must_be_for_any(&discount, bought(order))?;
    }
    let others = on_bills_of(act.cx(), bills_to.id)?;
    coupon.must_not_meet(&discount, others.iter(), (order.map(|it| it.id), on))?;
    let of_account = Key::new().id(coupon.id).id(account.id).bytes();
    let uses = act.every::<Redemption>(&Along::Index(REDEMPTION_BY_COUPON, of_account))?.len();
    let coupon = coupon.redeemed(u32::try_from(uses).unwrap_or(u32::MAX), act.now())?;
    let coupon = act.keep((coupon, Verb::Changed))?;
    let order = order.map(|it| it.id);
    let brought = Brought { coupon: &coupon, billing_account: bills_to.id, order, on };
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let redemption = Redemption::of(act.new_id(), stamp, &brought);
    act.keep((redemption, Verb::Created))
}

/// The sequence that uses of coupons are numbered by.
const NUMBERS: &str = "redemption";

fn bought(order: &Order) -> impl Iterator<Item = OfferId> {
    let adds = order.items().iter().filter(|it| it.action == Action::Add);
    adds.filter_map(|it| it.wish.offer)
}

/// Gives back the coupons that an order brought, if it is over and nothing was bought by it.
///
/// # Errors
/// If the store fails.
pub(super) fn give_back(act: &mut Act<'_>, order: &Order) -> Result<(), Error> {
    if order.request.coupons.is_empty() || !order.came_to_nothing() {
        return Ok(());
    }
    let of_account = act.every::<Redemption>(&Along::Owner(order.account()))?;
    for it in of_account.into_iter().filter(|it| it.order == Some(order.id)) {
        let coupon: Coupon = act.load(it.coupon)?;
        act.keep((coupon.given_back(), Verb::Changed))?;
        act.delete(&it)?;
    }
    Ok(())
}

/// Ends a use of a coupon: it lowers no later bill.
///
/// # Errors
/// If it was ended before, has changed since, or the caller may not.
pub fn end_redemption(
    act: &mut Act<'_>,
    (id, revision): (RedemptionId, Option<u32>),
) -> Result<Redemption, Error> {
    let it: Redemption = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let ended = it.ended(act.now())?;
    act.keep((ended, Verb::Terminated))
}

/// Ends all uses of coupons of an account: what a seller promised lowers no bill of another's.
///
/// # Errors
/// If the store fails.
pub(super) fn end_all_of(act: &mut Act<'_>, account: AccountId) -> Result<(), Error> {
    for it in act.every::<Redemption>(&Along::Owner(account))? {
        if it.ended_at().is_none() {
            let ended = it.ended(act.now())?;
            act.keep((ended, Verb::Terminated))?;
        }
    }
    Ok(())
}

/// A page of the uses of coupons that the caller may see: of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn redemptions(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
) -> Result<Page<Redemption>, Error> {
    cx.list(account.map(Along::Owner), page, |_| true)
}

/// The uses of coupons on the invoices of a billing account that were not ended.
///
/// # Errors
/// If the store fails.
pub(super) fn on_bills_of(
    cx: Cx<'_>,
    billing_account: BillingAccountId,
) -> Result<Vec<Redemption>, Error> {
    let prefix = Key::new().id(billing_account).bytes();
    cx.every(&Along::Index(REDEMPTION_BY_BILLING_ACCOUNT, prefix))
}

/// Writes down that uses of coupons were given on a bill.
///
/// # Errors
/// If the store fails.
pub(super) fn billed(act: &mut Act<'_>, given: &[RedemptionId]) -> Result<(), Error> {
    for id in given {
        let it: Redemption = act.load(*id)?;
        act.put_quietly(&it.billed())?;
    }
    Ok(())
}
