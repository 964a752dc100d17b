//! The marketplace: the part that who delivers what another seller sells has of what is paid for it.
//!
//! It is agreed with the first order, by what the seller keeps of the marketplace then, and is a share model
//! like any other from then on: the seller can agree on something else with one of them. When it keeps
//! another part, those follow with whom it has agreed on nothing else; a model says whether it does.

use std::collections::BTreeSet;

use super::platform::{adapt, lay_out};
use super::{platform_percent, zone};
use crate::domain::id::AccountId;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Percent;
use crate::domain::settlement::share::{Part, Portion, Role, Scope, ShareModel, Shares};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::services::{Act, Cx, Error, account, marketplace};
use crate::store::settlement::{SHARE_MODEL_BY_SCOPE, SHARE_MODEL_KEEPING, of_scope};
use crate::store::{Along, Key, Records};

/// What the model is called by which who delivers has its part.
const NAME: &str = "Marketplace";

/// Lays down which part an account has of what a seller is paid for what that delivers, unless that was
/// said before.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn agree(
    act: &mut Act<'_>,
    (seller, supplier): (SellerNumber, AccountId),
) -> Result<(), Error> {
    let Some(percent) = marketplace::kept_by(act.cx(), seller)? else { return Ok(()) };
    let scope = Scope::Supplier(supplier);
    let along = Along::Index(SHARE_MODEL_BY_SCOPE, of_scope(seller, scope).bytes());
    if act.first::<ShareModel>(&along)?.is_some() {
        return Ok(());
    }
    let shares = agreed(act.cx(), (seller, supplier), percent)?;
    let today = zone(act.cx(), seller)?.date_of(act.now());
    let name: Name = NAME.parse().map_err(Error::internal)?;
    lay_out(act, seller, (name, scope, today), (shares, Some(percent)))
}

/// The parts where a seller keeps so many hundredths of what is left after the platform's part.
fn agreed(
    cx: Cx<'_>,
    (seller, supplier): (SellerNumber, AccountId),
    percent: Percent,
) -> Result<Shares, Error> {
    let own = account::of_seller(cx, seller)?.id;
    let platform = account::provider(cx)?.id;
    let of = |account, role, percent| Part { account, role, portion: Portion::Percent(percent) };
    let rest = Percent::new(Percent::WHOLE.decimal() - percent.decimal());
    let kept = (!percent.is_zero()).then(|| of(own, Role::Owner, percent));
    let parts = kept.into_iter().chain([of(supplier, Role::Partner, rest)]).collect();
    let shares = Shares::new(parts)?;
    // What the platform itself delivers it has its part of already.
    match platform_percent(cx, seller)?.filter(|_| supplier != platform) {
        Some(percent) => Ok(shares.giving((own, platform), percent)?),
        None => Ok(shares),
    }
}

/// Lets those whom a marketplace pays have what is left of what its seller keeps by now, from today on: of one
/// seller, or of all. With whom one has agreed on something of its own, that stays; where nothing of others
/// is on the shelf it waits until something is.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn follow_kept(
    act: &mut Act<'_>,
    of: Option<SellerNumber>,
) -> Result<(), Error> {
    let key = of.map_or_else(Key::new, |it| Key::new().u32(it.0));
    let following = act.every::<ShareModel>(&Along::Index(SHARE_MODEL_KEEPING, key.bytes()))?;
    let agreed_on: BTreeSet<_> = following.iter().map(|it| (it.stamp.seller, it.scope)).collect();
    for (seller, scope) in agreed_on {
        let Scope::Supplier(supplier) = scope else { continue };
        let Some(now) = marketplace::kept_by(act.cx(), seller)? else { continue };
        let latest = latest(act.cx(), (seller, scope))?.filter(|it| it.keeping.is_some());
        let Some(latest) = latest else { continue };
        let shares = agreed(act.cx(), (seller, supplier), now)?;
        let today = zone(act.cx(), seller)?.date_of(act.now());
        if latest.shares != shares {
            adapt(act, (ShareModel { keeping: Some(now), ..latest }, shares), today)?;
        }
    }
    Ok(())
}

/// The latest model of a seller for some things.
fn latest(cx: Cx<'_>, (seller, scope): (SellerNumber, Scope)) -> Result<Option<ShareModel>, Error> {
    let along = Along::Index(SHARE_MODEL_BY_SCOPE, of_scope(seller, scope).bytes());
    let found = cx.view.list::<ShareModel>(&along, &PageRequest::first(1), &mut |_| true)?;
    Ok(found.items.into_iter().next())
}
