//! Assets: the digital goods of a seller, their versions, and which specifications deliver them.
//!
//! Who may have what is in one is judged when it is asked for ([`entitlement`]); what is in a file is
//! taken in and given out in chunks ([`content`]). Who holds one is told of newer versions ([`telling`]).

pub mod content;
pub mod entitlement;
pub mod kind;
pub mod telling;

use std::collections::BTreeSet;

use super::catalog::{self, New};
use super::{Act, Cx, Error};
use crate::domain::catalog::asset::{
    Asset, AssetContent, Hook, Moment, Source, State, Trigger, Version,
};
use crate::domain::catalog::offer::{Offer, Openness};
use crate::domain::catalog::specification::{Delivery, Specification, SpecificationContent};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AssetId, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::provisioning::connector::Connector;
use crate::domain::provisioning::task::Work;
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::store::catalog::SPECIFICATION_BY_ASSET;
use crate::store::{Along, Key, Records, content as stored};

/// Writes an asset down, with the versions that it has at an address.
///
/// # Errors
/// If a rule is broken, its sort asks for something else, or the caller may not.
pub fn create(
    act: &mut Act<'_>,
    new: impl Into<New<AssetId>>,
    content: AssetContent,
    versions: Vec<Version>,
) -> Result<Asset, Error> {
    let new = new.into();
    let content = kind::filled(act.cx(), new.seller, content)?;
    for it in &versions {
        must_be_taken(act, new.seller, (&content, &it.source))?;
    }
    catalog::create(act, new, Permission::CatalogWrite, |id, stamp| {
        Asset::new(id, stamp, content, versions)
    })
}

/// Says something else of an asset.
///
/// # Errors
/// As [`create`]; if it has changed since, or is withdrawn.
pub fn revise(
    act: &mut Act<'_>,
    (id, revision): (AssetId, Option<u32>),
    change: impl FnOnce(&mut Act<'_>, AssetContent) -> Result<AssetContent, Error>,
) -> Result<Asset, Error> {
    let it = writable(act, id)?;
    act.expect_revision(&it.stamp, revision)?;
    let content = change(act, it.content().clone())?;
    let content = kind::filled(act.cx(), it.stamp.seller, content)?;
    if let Some(version) = it.version() {
        must_be_taken(act, it.stamp.seller, (&content, &version.source))?;
    }
    let described = it.described(content)?;
    let it = act.keep(described)?;
    for of in specifications_with(act.cx(), id)? {
        must_fit(act.cx(), &of.content)?;
    }
    Ok(it)
}

fn must_be_taken(
    act: &Act<'_>,
    seller: SellerNumber,
    (content, source): (&AssetContent, &Source),
) -> Result<(), Error> {
    if let Source::Web(address) = source {
        act.must_reach("/url", address)?;
    }
    match kind::of(act.cx(), seller, &content.kind)? {
        Some(kind) => Ok(kind.must_take(source, content.media_type.as_ref())?),
        None => Ok(()),
    }
}

fn writable(act: &Act<'_>, id: AssetId) -> Result<Asset, Error> {
    let it: Asset = act.get(id)?;
    act.must(Permission::CatalogWrite, &it.stamp)?;
    Ok(it)
}

/// Gives an asset a version that is the one to take from now on: who holds it gets it, and is told.
///
/// # Errors
/// If it has a version of that name or is withdrawn, its sort lies elsewhere, or the caller may not.
pub fn upgrade(
    act: &mut Act<'_>,
    id: AssetId,
    (label, source): (text::Code, Source),
) -> Result<Asset, Error> {
    let it = writable(act, id)?;
    must_be_taken(act, it.stamp.seller, (it.content(), &source))?;
    let upgraded = it.upgraded(Version { label, source, since_at: act.now() })?;
    act.keep(upgraded)
}

/// Gives an asset out no longer. What is in its files is forgotten like what was taken in and never finished.
///
/// # Errors
/// If a specification delivers it that is not obsolete, its state forbids it, or the caller may not.
pub fn withdraw(act: &mut Act<'_>, id: AssetId) -> Result<Asset, Error> {
    let it = writable(act, id)?;
    let holders = specifications_with(act.cx(), id)?;
    if let Some(holder) = holders.first() {
        let why = format!("specification `{}` delivers it: take it out there first", holder.id);
        return Err(Rejection::new(Code::InUse, why).into());
    }
    let wall = act.wall();
    for (content, _) in it.contents() {
        act.batch().begin_content(content, wall)?;
    }
    let withdrawn = it.on(Trigger::Withdraw)?;
    act.keep(withdrawn)
}

/// The specifications that deliver an asset themselves.
fn specifications_with(cx: Cx<'_>, id: AssetId) -> Result<Vec<Specification>, Error> {
    cx.every(&Along::Index(SPECIFICATION_BY_ASSET, Key::new().id(id).bytes()))
}

/// Makes the assets that a specification names parts of it.
///
/// # Errors
/// If one is not there, another seller's, has nothing in it or is withdrawn; if two of them want to
/// bring it about.
pub(super) fn attach(
    act: &mut Act<'_>,
    seller: SellerNumber,
    content: &SpecificationContent,
) -> Result<(), Error> {
    for (place, id) in content.assets.iter().enumerate() {
        let at = format!("/assets/{place}");
        let it: Asset = act.cx().named(&at, *id)?;
        if it.stamp.seller != seller {
            let message = format!("`{id}` is not there");
            return Err(Invalid::one(at, "reference", message).into());
        }
        if it.state() != State::Attached {
            let attached = it.on(Trigger::Attach)?;
            act.keep(attached)?;
        }
    }
    must_fit(act.cx(), content)
}

/// A piece of work on what a specification describes is one system's: the one that it names itself, or
/// the one that one of its assets does.
fn must_fit(cx: Cx<'_>, content: &SpecificationContent) -> Result<(), Error> {
    let mut told = BTreeSet::new();
    for (place, it) in content.assets.iter().enumerate() {
        let Some(asset) = cx.view.find::<Asset>(*it)? else { continue };
        for hook in &asset.content().hooks {
            let at = format!("/assets/{place}");
            if content.connector != Connector::Instant {
                let message = "tells a system, and the connector of the specification another";
                return Err(Invalid::one(at, "conflict", message).into());
            }
            if content.delivery == Delivery::Physical && hook.on == Moment::Acquisition {
                let message = "tells a system when it is bought, and what is physical is sent";
                return Err(Invalid::one(at, "conflict", message).into());
            }
            if !told.insert(hook.on) {
                let message = format!("two assets want to be told of the {}", hook.on);
                return Err(Invalid::one(at, "conflict", message).into());
            }
        }
    }
    Ok(())
}

/// The moment in the life of an asset that a piece of work is.
const fn moment(work: Work) -> Option<Moment> {
    match work {
        Work::Create => Some(Moment::Acquisition),
        Work::Hold => Some(Moment::Suspension),
        Work::Release => Some(Moment::Resumption),
        Work::Remove => Some(Moment::Termination),
        Work::Change => None,
    }
}

/// Whom the assets of a specification want to be told of a piece of work, if anybody.
///
/// # Errors
/// If the store fails.
pub(super) fn hooked(
    cx: Cx<'_>,
    of: &SpecificationContent,
    work: Work,
) -> Result<Option<Connector>, Error> {
    let Some(on) = moment(work) else { return Ok(None) };
    for id in &of.assets {
        let asset = cx.view.find::<Asset>(*id)?;
        if let Some(Hook { address, secret, .. }) = asset.as_ref().and_then(|it| it.hook(on)) {
            let (address, secret) = (address.clone(), secret.clone());
            return Ok(Some(Connector::Webhook { address, secret }));
        }
    }
    Ok(None)
}

/// All assets that a specification delivers, with those of its parts.
///
/// # Errors
/// If the store fails.
pub fn delivered(cx: Cx<'_>, of: SpecificationId) -> Result<BTreeSet<AssetId>, Error> {
    let (mut open, mut seen) = (vec![of], BTreeSet::from([of]));
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(it) = cx.view.find::<Specification>(id)? else { continue };
        found.extend(it.content.assets.iter().copied());
        open.extend(it.content.parts.iter().copied().filter(|part| seen.insert(*part)));
    }
    Ok(found)
}

/// An offer on sale that delivers an asset itself and that is open, or sold.
///
/// # Errors
/// If the store fails.
pub(super) fn openly(cx: Cx<'_>, id: AssetId, how: Openness) -> Result<Option<Offer>, Error> {
    for id in telling::offers_with(cx, id)? {
        let found = cx.view.find::<Offer>(id)?;
        let is_it = |it: &Offer| it.content.openness == how && it.life.is_on_sale(cx.now);
        if let Some(found) = found.filter(is_it) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A finished upload becomes a version of an asset. What is there already under that name and is the
/// same is not there twice.
///
/// # Errors
/// As [`upgrade`]; if the upload was forgotten meanwhile, or the seller has no room for it.
pub(super) fn keep_file(
    act: &mut Act<'_>,
    id: AssetId,
    (label, file): (text::Code, Source),
    of_seller_max: u64,
) -> Result<Asset, Error> {
    let it = writable(act, id)?;
    let (Source::File { digest, content, bytes, .. }, known) = (&file, it.version_called(&label))
    else {
        return Err(Error::internal("what was uploaded is a file"));
    };
    if !stored::is_begun(act.cx().view, *content)? {
        return Err(Error::internal("the upload was forgotten"));
    }
    let is_same =
        |it: &Version| matches!(&it.source, Source::File { digest: was, .. } if was == digest);
    if known.is_some_and(is_same) {
        return Ok(it);
    }
    content::must_have_room(act.cx(), it.stamp.seller, (*bytes, of_seller_max))?;
    let content = *content;
    let upgraded = upgrade(act, id, (label, file))?;
    act.batch().finish_content(content)?;
    Ok(upgraded)
}
