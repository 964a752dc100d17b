//! One price in several offerings (TMF620): each offering has a price of its own here, and those that were taken
//! from another go with it. Clients see that one, and what becomes of it becomes of all.

use serde_json::{Value, json};

use super::carried;
use super::resource::Tree;
use crate::domain::catalog::price::Price;
use crate::domain::id::{Id, OfferId, PriceId};
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::services::{Act, Cx, Error, carried as carrying, offer};

/// What one that goes with another carries: the id of that.
const WITH: &str = "sharedPriceOf";
/// What one carries with which others go: their ids.
const OTHERS: &str = "sharedPrices";

fn all(of: &Price) -> Result<Tree, Error> {
    Ok(carried::read(of.stamp.carried.get(&Contract::Tmf), WITH)?.0)
}

fn id(of: &Value) -> Option<PriceId> {
    of.as_str().and_then(|it| it.parse().ok())
}

/// The price that clients see in the place of one: another with which it goes, or itself.
pub(super) fn shown_as(it: &Price) -> Result<PriceId, Error> {
    Ok(all(it)?.get(WITH).and_then(id).unwrap_or(it.id))
}

/// Whether a price goes with another.
pub(super) fn is_another(it: &Price) -> bool {
    shown_as(it).is_ok_and(|id| id != it.id)
}

/// The prices that go with one, each of another offer.
pub(super) fn others(cx: Cx<'_>, it: &Price) -> Result<Vec<Price>, Error> {
    let all = all(it)?;
    let named = all.get(OTHERS).and_then(Value::as_array).into_iter().flatten().filter_map(id);
    let mut found = Vec::new();
    for other in named {
        let other = cx.find::<Price>(other)?;
        let other = other.map(|other| Ok::<_, Error>((shown_as(&other)? == it.id, other)));
        found.extend(other.transpose()?.filter(|it| it.0).map(|it| it.1));
    }
    Ok(found)
}

/// A price of an offer that the caller does not see, if it sees another that costs the same.
pub(super) fn seen_by_others(cx: Cx<'_>, id: PriceId) -> Result<Option<Price>, Error> {
    let Some(it) = cx.shared::<Price>(id)? else { return Ok(None) };
    let told = all(&it)?;
    let named = told.get(OTHERS).and_then(Value::as_array).into_iter().flatten();
    for other in named.filter_map(self::id) {
        if let Some(other) = offer::price(cx, other)?
            && shown_as(&other)? == id
        {
            return Ok(Some(Price::clone(&it)));
        }
    }
    Ok(None)
}

fn keep(act: &mut Act<'_>, it: PriceId, all: &Tree) -> Result<(), Error> {
    let said = match all.is_empty() {
        true => Vec::new(),
        false => serde_json::to_vec(all).map_err(Error::internal)?,
    };
    carrying::keep::<Price>(act, (it, Permission::CatalogWrite), Contract::Tmf, said).map(drop)
}

/// Gives an offer what another offer costs: a price that goes with that of the other.
pub(super) fn take(act: &mut Act<'_>, of: OfferId, id: PriceId) -> Result<(), Error> {
    let first: Price = act.get(id)?;
    let copied = first.clone();
    let made = offer::add_price(act, of, |id, stamp| Ok(Price { id, stamp, offer: of, ..copied }))?;
    keep(act, made.id, &Tree::from_iter([(WITH.to_owned(), json!(first.id.uuid()))]))?;
    let mut told = all(&first)?;
    let mut others: Vec<_> = others(act.cx(), &first)?.iter().map(|it| it.id.uuid()).collect();
    others.push(made.id.uuid());
    told.insert(OTHERS.to_owned(), json!(others));
    keep(act, first.id, &told)
}

/// Lets the prices that went with one, which is no more, be prices by themselves.
pub(super) fn part(act: &mut Act<'_>, others: &[Price]) -> Result<(), Error> {
    for it in others {
        let mut told = all(it)?;
        told.remove(WITH);
        keep(act, it.id, &told)?;
    }
    Ok(())
}
