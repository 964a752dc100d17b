//! `shoppingCart`: what somebody is about to order: our carts, one item for each offering, with all that
//! was said of it.

use axum::http::Method;
use serde_json::{Value, json};

use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use super::{carried, form};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::order::cart::{Cart, CartItem, Standing};
use crate::domain::order::item::Wish;
use crate::domain::page::PageRequest;
use crate::domain::stamp::Contract;
use crate::services::{Act, Cx, Error, carried as kept, cart};

const ITEMS: &str = "/shoppingCart/item";

pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ITEMS, Needs::Permission(Permission::CartRead), listed),
    Row::new(Method::POST, ITEMS, Needs::Permission(Permission::CartWrite), add),
    Row::new(Method::GET, "/shoppingCart/item/{id}", Needs::Permission(Permission::CartRead), show),
    Row::new(
        Method::DELETE,
        "/shoppingCart/item/{id}",
        Needs::Permission(Permission::CartWrite),
        take_out,
    ),
    Row::new(Method::POST, "/shoppingCart/empty", Needs::Permission(Permission::CartWrite), empty),
];

/// The cart that the caller fills, the newest if it has several.
fn own(cx: Cx<'_>) -> Result<Option<Cart>, Error> {
    Ok(cart::own(cx, &PageRequest::first(1))?.items.into_iter().next())
}

/// An item as it was said, with what we know of its offering.
fn item(cx: Cx<'_>, of: &Cart, it: &CartItem) -> Result<Tree, Error> {
    let offer = it.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
    let id = it.wish.offer.map(|it| it.uuid().to_string()).unwrap_or_default();
    let mut shown = match carried::read(&of.stamp)?.remove(&id) {
        Some(Value::Object(said)) => said,
        _ => Tree::new(),
    };
    shown.insert("id".to_owned(), json!(id));
    if let Some(offer) = offer {
        let href = format!("/DSProductCatalog/api/catalogManagement/v2/productOffering/{id}");
        shown.insert("href".to_owned(), json!(href));
        shown.insert("name".to_owned(), json!(offer.content.name.original().as_str()));
    }
    Ok(shown)
}

fn line(of: &Cart, id: OfferId) -> Result<&CartItem, Error> {
    let found = of.items().iter().find(|it| it.wish.offer == Some(id));
    found.ok_or_else(|| Error::not_found(id))
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let Some(cart) = own(cx)? else { return Ok(wire::listed(Vec::new(), None, 0)) };
        let items: Vec<_> =
            cart.items().iter().map(|it| item(cx, &cart, it)).collect::<Result<_, _>>()?;
        let total = items.len();
        Ok(wire::listed(items, fields.as_deref(), total))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = OfferId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let cart = own(cx)?.ok_or_else(|| Error::not_found(id))?;
        let shown = item(cx, &cart, line(&cart, id)?)?;
        Ok(wire::shown(shown, fields.as_deref()))
    }))
}

fn add(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let id = form::reference(&Value::Object(said.clone())).map(OfferId::from_uuid);
    let id = id.ok_or_else(|| Invalid::one("id", "required", "must say which offering"))?;
    Ok(Work::writes(move |act| {
        let cart = match own(act.cx())? {
            Some(it) => it,
            None => cart::open(act, (None, None), Vec::new())?,
        };
        let added = cart::add(act, cart.id, wanted(id)?)?;
        let mut all = carried::read(&added.stamp)?;
        all.insert(id.uuid().to_string(), Value::Object(said));
        let cart = remember(act, &added, &all)?;
        let mut shown = item(act.cx(), &cart, line(&cart, id)?)?;
        shown.insert("href".to_owned(), json!(format!("{ITEMS}/{}", id.uuid())));
        Ok(wire::created(shown))
    }))
}

fn wanted(id: OfferId) -> Result<CartItem, Error> {
    Ok(CartItem {
        key: "1".parse().map_err(Error::internal)?,
        wish: Wish { offer: Some(id), ..Wish::default() },
        adds_to: None,
        below: None,
        standing: Standing::Active,
        totals: Vec::new(),
    })
}

/// Keeps beside a cart what was said of its items.
fn remember(act: &mut Act<'_>, of: &Cart, said: &Tree) -> Result<Cart, Error> {
    let which = (of.id, Permission::CartWrite);
    let bytes = match said.is_empty() {
        true => Vec::new(),
        false => serde_json::to_vec(said).map_err(Error::internal)?,
    };
    kept::keep(act, which, Contract::Bae, bytes)
}

fn take_out(asked: Asked) -> Result<Work, Fault> {
    let id = OfferId::from_uuid(asked.id(0)?);
    Ok(Work::writes(move |act| {
        let cart = own(act.cx())?.ok_or_else(|| Error::not_found(id))?;
        let key = line(&cart, id)?.key.clone();
        let cart = cart::take_out(act, cart.id, &key)?;
        let mut all = carried::read(&cart.stamp)?;
        all.remove(&id.uuid().to_string());
        remember(act, &cart, &all)?;
        Ok(wire::nothing())
    }))
}

fn empty(asked: Asked) -> Result<Work, Fault> {
    asked.query.one()?;
    Ok(Work::writes(|act| {
        if let Some(it) = own(act.cx())? {
            let cart = cart::empty(act, it.id)?;
            remember(act, &cart, &Tree::new())?;
        }
        Ok(wire::nothing())
    }))
}
