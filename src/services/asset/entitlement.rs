//! Who may have what is in an asset: judged by what the caller has at the moment, never by what it once
//! had.

use crate::domain::catalog::asset::{Access, Asset, State, Version};
use crate::domain::catalog::offer::Openness;
use crate::domain::id::{AccountId, AssetId, SpecificationId, SubscriptionId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;
use crate::domain::text;
use crate::services::asset::{delivered, openly};
use crate::services::{Cx, Error};
use crate::store::subscription::{
    SEAT_BY_SUBSCRIPTION, SUBSCRIPTION_BY_SPECIFICATION, specifications_of,
};
use crate::store::{Along, Key, Records};

/// So many subscriptions are read at once to find one that runs.
const LOOKED_AT: usize = 20;

/// What is given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Of which asset.
    pub asset: Asset,
    /// Which version of it.
    pub version: Version,
}

/// A version of an asset for who may have it: the newest if none is named.
///
/// # Errors
/// [`Error::Unauthenticated`] if nobody knows who asks and it is not for everybody; [`Error::Forbidden`]
/// if the caller has bought it and may not have it now; [`Error::NotFound`] if it is not there for the
/// caller.
pub fn open(cx: Cx<'_>, id: AssetId, label: Option<&text::Code>) -> Result<Opened, Error> {
    cx.actor.must_have_changed_password()?;
    let found = cx.view.find::<Asset>(id)?;
    let decision = match &found {
        Some(it) => may_have(cx, it)?,
        None => Decision::Hidden,
    };
    match decision {
        Decision::Yes => {}
        Decision::SeesOnly | Decision::Hidden if !cx.actor.is_known() => {
            return Err(Error::Unauthenticated);
        }
        Decision::SeesOnly => {
            return Err(Error::Forbidden { permission: Permission::AccessRead });
        }
        Decision::Hidden => return Err(Error::not_found(id)),
    }
    version_of(found.ok_or_else(|| Error::not_found(id))?, label)
}

/// A version of an asset that is for everybody, known or not.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or it is not for everybody.
pub fn open_to_all(cx: Cx<'_>, id: AssetId, label: Option<&text::Code>) -> Result<Opened, Error> {
    let found = cx.view.find::<Asset>(id)?;
    let is_open = found.as_ref().map(|it| is_for_all(cx, it)).transpose()?;
    let asset = found.filter(|_| is_open == Some(true)).ok_or_else(|| Error::not_found(id))?;
    version_of(asset, label)
}

/// Whether what is in an asset is for everybody: because that is said of it, or because it is open data.
fn is_for_all(cx: Cx<'_>, it: &Asset) -> Result<bool, Error> {
    if it.state() == State::Withdrawn {
        return Ok(false);
    }
    Ok(it.content().access == Access::Everybody || openly(cx, it.id, Openness::Open)?.is_some())
}

fn version_of(asset: Asset, label: Option<&text::Code>) -> Result<Opened, Error> {
    let version = match label {
        Some(label) => asset.version_called(label),
        None => asset.version(),
    };
    let version = version.cloned().ok_or_else(|| Error::not_found(asset.id))?;
    Ok(Opened { asset, version })
}

/// Whether the caller may have what is in an asset.
fn may_have(cx: Cx<'_>, it: &Asset) -> Result<Decision, Error> {
    if cx.actor.may(Permission::CatalogRead, &it.stamp) == Decision::Yes {
        return Ok(Decision::Yes);
    }
    if is_for_all(cx, it)? {
        return Ok(Decision::Yes);
    }
    if it.state() == State::Withdrawn {
        return Ok(Decision::Hidden);
    }
    let Some(standing) = cx.actor.standing() else { return Ok(Decision::Hidden) };
    let mut decision = Decision::Hidden;
    for of in specifications_of(cx.view, standing.account)? {
        if !delivered(cx, of)?.contains(&it.id) {
            continue;
        }
        match of_specification(cx, (standing.account, of))? {
            Decision::Yes => return Ok(Decision::Yes),
            Decision::SeesOnly => decision = Decision::SeesOnly,
            Decision::Hidden => {}
        }
    }
    Ok(decision)
}

/// Whether the caller uses something that its account has of a specification, or once did. It is looked at as
/// far as the first that runs.
fn of_specification(
    cx: Cx<'_>,
    (account, of): (AccountId, SpecificationId),
) -> Result<Decision, Error> {
    let along = Key::new().id(account).id(of).bytes();
    let along = Along::Index(SUBSCRIPTION_BY_SPECIFICATION, along);
    let (mut page, mut decision) = (PageRequest::oldest(LOOKED_AT), Decision::Hidden);
    loop {
        let found = cx.view.list::<Subscription>(&along, &page, &mut |_| true)?;
        for had in found.items {
            if !is_used(cx, &had)? {
                continue;
            }
            if had.state().is_running() {
                return Ok(Decision::Yes);
            }
            decision = Decision::SeesOnly;
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(decision);
        }
    }
}

/// Whether the caller uses a subscription: its account's administrators do, who ordered it does, and
/// who has a seat of it.
fn is_used(cx: Cx<'_>, it: &Subscription) -> Result<bool, Error> {
    if cx.actor.may(Permission::AccessRead, &it.stamp) == Decision::Yes {
        return Ok(true);
    }
    let Some(user) = cx.actor.user() else { return Ok(false) };
    // A token that was made for something else opens nothing.
    if !cx.actor.may_at_all(Permission::AccessRead) {
        return Ok(false);
    }
    let along = Along::Index(SEAT_BY_SUBSCRIPTION, Key::new().id(it.id).bytes());
    let seats: Vec<Seat> = cx.every(&along)?;
    Ok(seats.iter().any(|it| it.user() == user && it.is_taken()))
}

/// An asset that a subscription brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Had {
    /// The asset.
    pub asset: Asset,
    /// Whether the caller may have it now.
    pub is_open: bool,
}

/// What a subscription brings, for who may see it.
///
/// # Errors
/// If the subscription is not there for the caller; if the store fails.
pub fn of_subscription(cx: Cx<'_>, id: SubscriptionId) -> Result<Vec<Had>, Error> {
    let it: Subscription = cx.get(id)?;
    let Some(of) = it.deal().specification else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for id in delivered(cx, of)? {
        let Some(asset) = cx.view.find::<Asset>(id)? else { continue };
        let is_open = may_have(cx, &asset)? == Decision::Yes && asset.version().is_some();
        all.push(Had { asset, is_open });
    }
    Ok(all)
}
