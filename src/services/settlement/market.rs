//! The marketplace: the part that who delivers what another seller sells has of what is paid for it.
//!
//! It is agreed with the first order, by what the seller keeps of the marketplace then, and is a share model
//! like any other from then on: the seller can agree on something else with one of them. When it keeps
//! another part, those follow with whom it has agreed on nothing else.

use std::collections::BTreeMap;

use super::platform::{adapt, lay_out};
use super::{platform_percent, zone};
use crate::domain::id::AccountId;
use crate::domain::quantity::Percent;
use crate::domain::settlement::share::{Part, Portion, Role, Scope, ShareModel, Shares};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::services::{Act, Cx, Error, account, marketplace};
use crate::store::Along;
use crate::store::settlement::{SHARE_MODEL_BY_SCOPE, of_scope};

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
    lay_out(act, seller, (name, scope, today), shares)
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

/// Lets those whom a seller's marketplace pays have what is left now that it keeps something else than
/// `before`, from today on; with whom it has agreed on something of its own, that stays.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn follow_kept(
    act: &mut Act<'_>,
    before: &BTreeMap<SellerNumber, Percent>,
) -> Result<(), Error> {
    for (seller, was) in before {
        let now = marketplace::kept_by(act.cx(), *seller)?.filter(|it| it != was);
        let Some(now) = now else { continue };
        let today = zone(act.cx(), *seller)?.date_of(act.now());
        for (supplier, model) in latest(act, *seller)? {
            if model.shares == agreed(act.cx(), (*seller, supplier), *was)? {
                let shares = agreed(act.cx(), (*seller, supplier), now)?;
                adapt(act, (model, shares), today)?;
            }
        }
    }
    Ok(())
}

/// The latest model of a seller for each account that delivers for it.
fn latest(act: &Act<'_>, seller: SellerNumber) -> Result<BTreeMap<AccountId, ShareModel>, Error> {
    let mut found: BTreeMap<AccountId, ShareModel> = BTreeMap::new();
    for model in act.every::<ShareModel>(&Along::Sellers(vec![seller]))? {
        let Scope::Supplier(supplier) = model.scope else { continue };
        let order = |it: &ShareModel| (it.valid_from, it.stamp.number);
        if found.get(&supplier).is_none_or(|known| order(known) < order(&model)) {
            found.insert(supplier, model);
        }
    }
    Ok(found)
}
