//! The platform's part: what who runs an installation gets of what other sellers are paid for offers.
//!
//! Once it is set, each of them has a model for all that it sells that gives it, and whatever model holds or
//! waits for its day gives it. None is laid down, changed or taken away so that the platform had less.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{PartWish, is_used, zone};
use crate::domain::account::Account;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::quantity::Percent;
use crate::domain::settlement::share::{Part, Portion, Role, Scope, ShareModel, Shares};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::domain::time::Date;
use crate::services::{Act, Cx, Error, account, billing};
use crate::store::Along;
use crate::store::account::ACCOUNT_BY_SELLING;
use crate::store::settlement::{SHARE_MODEL_BY_SCOPE, of_scope};

/// What the model is called by which a seller without one of its own gives the platform its part.
const NAME: &str = "Platform";

/// So many hundredths of what a seller is paid are the platform's, if who runs the installation has said
/// how many.
///
/// # Errors
/// If the store fails.
pub fn platform_percent(cx: Cx<'_>, seller: SellerNumber) -> Result<Option<Percent>, Error> {
    let said = billing::policy(cx, SellerNumber::PROVIDER)?.platform_percent;
    Ok(said.filter(|_| seller != SellerNumber::PROVIDER))
}

/// The parts with that of the platform as who runs the installation has set it. It is of all that is
/// paid: nothing is taken off before. Of what it delivers itself it has what is agreed on.
pub(super) fn with_platform(
    cx: Cx<'_>,
    (seller, scope): (SellerNumber, Scope),
    mut parts: Vec<PartWish>,
) -> Result<Vec<PartWish>, Error> {
    let Some(percent) = platform_percent(cx, seller)? else { return Ok(parts) };
    if scope == Scope::Supplier(account::provider(cx)?.id) {
        return Ok(parts);
    }
    for (place, it) in parts.iter().enumerate() {
        let (field, why) = match it.portion {
            Portion::Fixed(_) => {
                ("fixed", "would be taken off before the platform gets its part".into())
            }
            Portion::Percent(said) if it.role == Role::Platform && said != percent => {
                ("percent", format!("must be `{}`: that is the platform's", percent.decimal()))
            }
            Portion::Percent(_) => continue,
        };
        return Err(Invalid::one(format!("/parts/{place}/{field}"), "conflict", why).into());
    }
    if !percent.is_zero() && parts.iter().all(|it| it.role != Role::Platform) {
        let portion = Portion::Percent(percent);
        parts.push(PartWish { role: Role::Platform, account: None, portion });
    }
    Ok(parts)
}

/// Lays down what the platform gets of what all other sellers are paid, once it was set: of what they
/// invoice from today on.
///
/// # Errors
/// [`Error::Invalid`] at `/platform_percent`, with the model that cannot give it; if the store fails.
pub(in crate::services) fn claim_of_all(act: &mut Act<'_>) -> Result<(), Error> {
    for it in act.every::<Account>(&Along::Index(ACCOUNT_BY_SELLING, Vec::new()))? {
        if let Some(seller) = it.seller_number() {
            claim(act, seller, &it)?;
        }
    }
    Ok(())
}

/// Lays down what the platform gets of what one seller is paid, if that is set: in each model that holds
/// today or waits for its day, and in one for all that it sells where there is none.
///
/// # Errors
/// As [`claim_of_all`].
pub(in crate::services) fn claim(
    act: &mut Act<'_>,
    seller: SellerNumber,
    own: &Account,
) -> Result<(), Error> {
    let Some(percent) = platform_percent(act.cx(), seller)? else { return Ok(()) };
    let platform = account::provider(act.cx())?.id;
    let today = zone(act.cx(), seller)?.date_of(act.now());
    let mut models = act.every::<ShareModel>(&Along::Sellers(vec![seller]))?;
    models.sort_by_key(|it| (it.scope, Reverse((it.valid_from, it.stamp.number))));
    let mut held = BTreeSet::new();
    for model in models {
        // What the platform itself delivers it has its part of already.
        if model.scope == Scope::Supplier(platform) {
            continue;
        }
        if today < model.valid_from || held.insert(model.scope) {
            let given = model.shares.giving((own.id, platform), percent);
            let shares = given.map_err(|why| cannot_give(own, &model, &why))?;
            adapt(act, (model, shares), today)?;
        }
    }
    if percent.is_zero() || held.contains(&Scope::Seller) {
        return Ok(());
    }
    let whole =
        Part { account: own.id, role: Role::Owner, portion: Portion::Percent(Percent::WHOLE) };
    let shares = Shares::new(vec![whole])?.giving((own.id, platform), percent)?;
    let name: Name = NAME.parse().map_err(Error::internal)?;
    lay_out(act, seller, (name, Scope::Seller, today), (shares, None))
}

fn cannot_give(own: &Account, model: &ShareModel, why: &Rejection) -> Invalid {
    let why = format!(
        "cannot be had of the share model `{}` of `{}`, which has to be changed first: {}",
        model.name,
        own.profile().name,
        why.detail
    );
    Invalid::one("/platform_percent", "conflict", why)
}

/// Gives a model other parts: itself where nothing was recorded by it and it begins today or later, else
/// by one that holds in its place from today on.
pub(super) fn adapt(
    act: &mut Act<'_>,
    (model, shares): (ShareModel, Shares),
    today: Date,
) -> Result<(), Error> {
    if model.shares == shares {
        return Ok(());
    }
    if today <= model.valid_from && !is_used(act, model.id)? {
        act.keep((ShareModel { shares, ..model }, Verb::Changed))?;
        return Ok(());
    }
    let ShareModel { stamp, name, scope, keeping, .. } = model;
    lay_out(act, stamp.seller, (name, scope, today), (shares, keeping))
}

pub(super) fn lay_out(
    act: &mut Act<'_>,
    seller: SellerNumber,
    (name, scope, valid_from): (Name, Scope, Date),
    (shares, keeping): (Shares, Option<Percent>),
) -> Result<(), Error> {
    let stamp = act.cx().stamp(seller, None).numbered(act.next_number("share_model")?);
    let model = ShareModel { id: act.new_id(), stamp, name, scope, valid_from, shares, keeping };
    act.keep((model, Verb::Created)).map(|_| ())
}

/// Refuses to let a model hold no longer from its first day on where what then holds in its place leaves
/// the platform less than its part.
///
/// # Errors
/// If it does; if the store fails.
pub(super) fn must_not_go(cx: Cx<'_>, model: &ShareModel) -> Result<(), Error> {
    let ShareModel { stamp, scope, valid_from, .. } = model;
    let Some(percent) = platform_percent(cx, stamp.seller)? else { return Ok(()) };
    if *scope == Scope::Supplier(account::provider(cx)?.id) {
        return Ok(());
    }
    let along = Along::Index(SHARE_MODEL_BY_SCOPE, of_scope(stamp.seller, *scope).bytes());
    let mut before = cx.every::<ShareModel>(&along)?;
    before.retain(|it| it.id != model.id && it.valid_from <= *valid_from);
    let gives = match before.iter().max_by_key(|it| (it.valid_from, it.stamp.number)) {
        Some(it) => it.shares.of_platform() == percent,
        // What is said of less than all gives way to what is said of more, and that gives it.
        None => percent.is_zero() || *scope != Scope::Seller,
    };
    if gives {
        return Ok(());
    }
    let why = format!("what holds without it does not leave the platform its {percent}");
    Err(Rejection::new(Code::ShareExceeds, why).into())
}
