//! `/PromManagement`: what sellers announce of their offerings, which are our promotions. What lowers a price
//! is a discount of ours.

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::error::{INCOMPLETE, NOT_YOURS};
use super::form::{must, reference};
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::promotion::Promotion;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId, PromotionId};
use crate::domain::localized::Localized;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, WebAddress};
use crate::domain::time::Validity;
use crate::services::{Act, Cx, Error, catalog, offer, promotion, removal};

const ALL: &str = "/PromManagement/promotions";
const ONE: &str = "/PromManagement/promotions/{id}";

const BROWSES: Needs = Needs::Permission(Permission::OfferBrowse);
const WRITES: Needs = Needs::Permission(Permission::CatalogWrite);

/// What can be asked of promotions.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, BROWSES, listed),
    Row::new(Method::POST, ALL, WRITES, create),
    Row::new(Method::GET, ONE, BROWSES, one),
    Row::new(Method::PUT, ONE, WRITES, replace),
    Row::new(Method::DELETE, ONE, WRITES, remove),
];

/// What of a promotion only this contract says.
const BESIDE: [&str; 2] = ["imageURL", "termsURL"];

fn shown(it: &Promotion) -> Result<Tree, Error> {
    let mut shown = carried::read(&it.stamp)?;
    let image = shown.get("imageURL").and_then(Value::as_str).unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default().to_owned();
    shown.extend(tree(json!({
        "id": it.id.uuid(), "_id": it.id.uuid(), "href": format!("{ALL}/{}", it.id.uuid()),
        "offeringId": it.offers.first().map(|it| it.uuid()),
        "offeringName": it.name.original().as_str(), "imageName": name,
    })));
    Ok(shown)
}

fn listed(_: Asked) -> Result<Work, Fault> {
    Ok(Work::scans(|cx| {
        let (mut all, mut page) = (Vec::new(), PageRequest::oldest(PageRequest::LIMIT_MAX));
        loop {
            let found = promotion::list(cx, &page)?;
            for it in &found.items {
                all.push(shown(it)?);
            }
            page.after = found.next;
            if page.after.is_none() {
                let total = all.len();
                return Ok(wire::listed(all, None, total));
            }
        }
    }))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = PromotionId::from_uuid(asked.id(0)?);
    Ok(Work::reads(move |cx| Ok(wire::shown(shown(&promotion::get(cx, id)?)?, None))))
}

/// What is to be announced, and of which offering.
struct Said {
    offer: OfferId,
    name: Localized<Name>,
    beside: Tree,
}

impl Said {
    fn read(said: &Tree) -> Result<Self, Fault> {
        let must_say = |name: &str| match must::<Name>(said, name) {
            Ok(it) => Ok(it),
            Err(_) => Err(INCOMPLETE.broken(name, "must be given")),
        };
        let id = must_say("offeringId")?;
        let refused = || Invalid::one("offeringId", "reference", format!("`{id}` is not there"));
        let offer = reference(&json!({ "id": id.as_str() })).ok_or_else(refused)?;
        let name = must_say("offeringName")?;
        let mut beside = Tree::new();
        for field in BESIDE {
            must_say(field)?;
            let it: WebAddress = must(said, field)?;
            beside.insert(field.to_owned(), json!(it.as_str()));
        }
        let english = "en".parse().map_err(Error::internal)?;
        Ok(Self { offer: OfferId::from_uuid(offer), name: Localized::new(english, name), beside })
    }

    /// The offering, which must be the caller's own.
    fn own(&self, cx: Cx<'_>) -> Result<Offer, Error> {
        let found = offer::named(cx, "offeringId", self.offer)?;
        let is_own = cx.actor.may(Permission::CatalogWrite, &found.stamp) == Decision::Yes;
        let refused = || NOT_YOURS.broken("offeringId", "must be an offering of yours");
        if is_own { Ok(found) } else { Err(refused().into()) }
    }
}

fn kept(act: &mut Act<'_>, it: &Promotion, beside: &Tree) -> Result<Promotion, Error> {
    let (what, bytes) = ((it.id, Permission::CatalogWrite), carried::written(beside)?);
    crate::services::carried::keep(act, what, Contract::Bae, bytes)
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = Said::read(&asked.tree()?)?;
    Ok(Work::writes(move |act| {
        let offer = said.own(act.cx())?;
        let (name, seller) = (said.name.clone(), offer.stamp.seller);
        let it: Promotion = catalog::create(act, seller, Permission::CatalogWrite, |id, stamp| {
            let life = Life::new(State::Active, Validity::ALWAYS)?;
            let mut new = Promotion::new(id, stamp, life, name);
            new.offers.insert(offer.id);
            Ok::<_, Error>(new.on(Trigger::Launch)?.0)
        })?;
        let it = kept(act, &it, &said.beside)?;
        Ok(wire::created(shown(&it)?))
    }))
}

fn replace(mut asked: Asked) -> Result<Work, Fault> {
    let id = PromotionId::from_uuid(asked.id(0)?);
    let said = Said::read(&asked.tree()?)?;
    Ok(Work::writes(move |act| {
        let offer = said.own(act.cx())?;
        promotion::get(act.cx(), id)?;
        let name = said.name.clone();
        let permission = Permission::CatalogWrite;
        let it: Promotion = catalog::revise(act, (id, None), permission, |mut it: Promotion| {
            (it.name, it.offers) = (name, [offer.id].into());
            Ok::<_, Error>(it)
        })?;
        let it = kept(act, &it, &said.beside)?;
        Ok(wire::shown(shown(&it)?, None))
    }))
}

fn remove(asked: Asked) -> Result<Work, Fault> {
    let id = PromotionId::from_uuid(asked.id(0)?);
    Ok(Work::writes(move |act| {
        removal::promotion(act, id)?;
        Ok(wire::nothing())
    }))
}
