//! `/DSRevenueSharing/rss/models`: who gets which part of what is paid, which are our share models.
//!
//! What a [product class](super::revenue_class) is. A model by which something was shared stays: one that takes
//! its place holds from today on.

use std::collections::BTreeMap;

use axum::http::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::form::{all, must, text};
use super::number;
use super::revenue::{ALGORITHM, listed, seller, seller_of};
use super::revenue_class::{class_of, is_called, opened, scope_of};
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{AccountId, Id};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::quantity::Percent;
use crate::domain::settlement::share::{Portion, Role, Scope, ShareModel};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::services::settlement::{self, NewModel, PartWish};
use crate::services::{Act, Cx, Error, account, catalog};

const ALL: &str = "/DSRevenueSharing/rss/models";

const READS: Needs = Needs::Permission(Permission::ShareRead);
const WRITES: Needs = Needs::Permission(Permission::ShareWrite);

/// What can be asked of models.
pub(super) static ROWS: &[Row] = &[
    Row::unica(Method::GET, ALL, READS, models),
    Row::unica(Method::POST, ALL, WRITES, create),
    Row::unica(Method::PUT, ALL, WRITES, replace),
    Row::unica(Method::DELETE, ALL, WRITES, remove),
];

/// The models that hold today or will, of all sellers whose books the caller keeps: of each thing the
/// latest.
fn in_force(cx: Cx<'_>) -> Result<Vec<ShareModel>, Error> {
    let mut latest: BTreeMap<(SellerNumber, Scope), ShareModel> = BTreeMap::new();
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = cx.list(None, &page, |_: &ShareModel| true)?;
        for it in found.items {
            let place = (it.stamp.seller, it.scope);
            let order = |it: &ShareModel| (it.valid_from, it.stamp.number);
            if latest.get(&place).is_none_or(|known| order(known) <= order(&it)) {
                latest.insert(place, it);
            }
        }
        page.after = found.next;
        if page.after.is_none() {
            return Ok(latest.into_values().collect());
        }
    }
}

fn percent(of: Portion) -> Value {
    match of {
        Portion::Percent(it) => number::of(&it.decimal().normalize()),
        // A fixed amount is no percentage: this contract has no word for it.
        Portion::Fixed(it) => Value::String(it.to_string()),
    }
}

fn shown(cx: Cx<'_>, it: &ShareModel) -> Result<Tree, Error> {
    let owner = account::of_seller(cx, it.stamp.seller)?;
    let parts = it.shares.as_slice();
    let of = |role: Role| parts.iter().find(|it| it.role == role).map(|it| percent(it.portion));
    let partners = parts.iter().filter(|it| it.role == Role::Partner);
    let stakeholders = partners
        .map(|it| json!({ "stakeholderId": it.account.uuid(), "modelValue": percent(it.portion) }));
    Ok(tree(json!({
        "ownerProviderId": owner.id.uuid(),
        "ownerValue": of(Role::Owner).unwrap_or_else(|| json!(0)),
        "productClass": class_of(cx, Some(it))?,
        "algorithmType": ALGORITHM,
        "aggregatorId": account::provider(cx)?.id.uuid(),
        "aggregatorValue": of(Role::Platform).unwrap_or_else(|| json!(0)),
        "stakeholders": stakeholders.collect::<Vec<_>>(),
    })))
}

fn models(mut asked: Asked) -> Result<Work, Fault> {
    let class = asked.query.take("productClass");
    listed(asked, move |cx| {
        let mut found = Vec::new();
        for it in in_force(cx)? {
            let is_meant = match &class {
                Some(class) => is_called(cx, it.scope, class)?,
                None => true,
            };
            if is_meant {
                found.push(shown(cx, &it)?);
            }
        }
        Ok(found)
    })
}

/// A value of a model: a percentage.
fn value(said: &Tree, field: &str) -> Result<Option<Percent>, Error> {
    let Some(value) = said.get(field).filter(|it| !it.is_null()) else { return Ok(None) };
    let read = number::read(value).filter(|it| *it >= Decimal::ZERO && *it <= Decimal::ONE_HUNDRED);
    let refused = || Invalid::one(field, "range", "must be a percentage from 0 to 100");
    Ok(Some(Percent::new(read.ok_or_else(refused)?)))
}

/// The parts that a model is to have.
fn parts(said: &Tree) -> Result<Vec<PartWish>, Error> {
    let own = |role, percent| PartWish { role, account: None, portion: Portion::Percent(percent) };
    let missing = || Invalid::one("ownerValue", "required", "must be given");
    let mut parts = vec![own(Role::Owner, value(said, "ownerValue")?.ok_or_else(missing)?)];
    let platform = value(said, "aggregatorValue")?.filter(|it| !it.is_zero());
    parts.extend(platform.map(|it| own(Role::Platform, it)));
    for (place, it) in all(said, "stakeholders").iter().enumerate() {
        let at = |it: Invalid| it.below(&format!("stakeholders/{place}/"));
        let it = tree(it.clone());
        let id: Name = must(&it, "stakeholderId").map_err(at)?;
        let refused =
            || at(Invalid::one("stakeholderId", "reference", format!("`{id}` is not here")));
        let account: AccountId = id.as_str().parse().map_err(|_| refused())?;
        let missing = || at(Invalid::one("modelValue", "required", "must be given"));
        let percent = value(&it, "modelValue")?.ok_or_else(missing)?;
        let portion = Portion::Percent(percent);
        parts.push(PartWish { role: Role::Partner, account: Some(account), portion });
    }
    Ok(parts)
}

/// What a model says: whose it is, for which class, and the parts.
struct Said {
    seller: SellerNumber,
    class: Name,
    parts: Vec<PartWish>,
}

impl Said {
    fn read(cx: Cx<'_>, said: &Tree) -> Result<Self, Error> {
        let algorithm: Option<Name> = text(said, "algorithmType")?;
        if algorithm.is_some_and(|it| it.as_str() != ALGORITHM) {
            let message = format!("must be `{ALGORITHM}`");
            return Err(Invalid::one("algorithmType", "enum", message).into());
        }
        let seller = seller_of(cx, said, "ownerProviderId")?;
        let class: Name = must(said, "productClass")?;
        let mut parts = parts(said)?;
        if settlement::platform_percent(cx, seller)?.is_some() {
            // What is said of the platform's part changes nothing: it is as who runs it has set it.
            parts.retain(|it| it.role != Role::Platform);
        }
        Ok(Self { seller, class, parts })
    }

    /// The model that stands where this one is to.
    fn present(&self, cx: Cx<'_>) -> Result<Option<ShareModel>, Error> {
        at(cx, self.seller, self.class.as_str())
    }

    fn lay_down(self, act: &mut Act<'_>) -> Result<ShareModel, Error> {
        let Self { seller, class, parts } = self;
        let scope = match scope_of(act.cx(), seller, class.as_str())? {
            Some(scope) => scope,
            None => opened(act, seller, &class)?,
        };
        settlement::lay_down(act, seller, NewModel { name: class, scope, valid_from: None, parts })
    }
}

fn at(cx: Cx<'_>, seller: SellerNumber, class: &str) -> Result<Option<ShareModel>, Error> {
    let Some(scope) = scope_of(cx, seller, class)? else { return Ok(None) };
    let mut all = in_force(cx)?.into_iter();
    Ok(all.find(|it| it.stamp.seller == seller && it.scope == scope))
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let said = Said::read(act.cx(), &said)?;
        if said.present(act.cx())?.is_some() {
            let why = format!("a model for `{}` is here already", said.class);
            return Err(Rejection::new(Code::Duplicate, why).into());
        }
        let made = said.lay_down(act)?;
        let mut shown = shown(act.cx(), &made)?;
        shown.insert("href".to_owned(), json!(ALL));
        Ok(wire::created(shown))
    }))
}

fn replace(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let said = Said::read(act.cx(), &said)?;
        let missing = || Error::not_found(said.class.as_str());
        let present = said.present(act.cx())?.ok_or_else(missing)?;
        let it = settlement::replace(act, present.id, said.parts)?;
        Ok(wire::shown(shown(act.cx(), &it)?, None))
    }))
}

fn remove(mut asked: Asked) -> Result<Work, Fault> {
    let mut take = |name: &str| asked.query.take(name);
    let (owner, class) =
        (take("appProviderId").or_else(|| take("ownerProviderId")), take("productClass"));
    Ok(Work::writes(move |act| {
        let seller = match &owner {
            Some(id) => seller(act.cx(), id)?,
            None => catalog::seller(act.cx(), None)?,
        };
        let missing = || Invalid::one("productClass", "required", "must say which model");
        let class = class.as_deref().ok_or_else(missing)?;
        let found = at(act.cx(), seller, class)?.ok_or_else(|| Error::not_found(class))?;
        settlement::take_away(act, found.id, None)?;
        Ok(wire::nothing())
    }))
}
