//! What somebody is about to order (TMF663): our carts. A line of which the offering is not here is
//! kept as it was said, and nothing can come of it.

use serde_json::{Value, json};

use super::behind::Change;
use super::by_use;
use super::customer;
use super::entity::{Entity, Gone, reference, tree};
use super::order_item::quantity;
use super::ordered;
use super::product_price;
use super::quote;
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId};
use crate::domain::operator::Permission;
use crate::domain::order::cart::{Cart, CartItem, Standing};
use crate::domain::order::item::Wish;
use crate::domain::text::Code;
use crate::domain::time::Zone;
use crate::services::{Act, Cx, Error, cart, offer};

/// Carts.
pub(super) struct Carts;

/// What a line comes to, as version 4 has the word.
const TOTAL: &str = "ItemTotalPrice";

/// By what a line is known: its `id`, or else its place.
fn key((place, said): (usize, &Value)) -> String {
    match said.get("id").filter(|it| !it.is_null()) {
        Some(Value::String(key)) => key.clone(),
        Some(other) => other.to_string(),
        None => (place + 1).to_string(),
    }
}

/// What one of what a line names costs: its prices in the currency in which it was estimated, as far as
/// they are for what was chosen.
fn unit_prices(cx: Cx<'_>, of: &CartItem) -> Result<Value, Error> {
    let wish = &of.wish;
    let all = wish.offer.map_or_else(|| Ok(Vec::new()), |id| offer::prices(cx, id))?;
    let today = Zone::UTC.date_of(cx.now);
    all.iter()
        .filter(|it| by_use::is_meant(it, (wish, of.totals.as_slice())))
        .map(|it| product_price::price_of(cx, it, it.billed_at(today, None)))
        .collect()
}

/// What lines come to, with what is charged by use beside it.
fn with_use<'a>(
    cx: Cx<'_>,
    totals: Value,
    of: impl IntoIterator<Item = &'a CartItem>,
) -> Result<Value, Error> {
    let of = of.into_iter().filter(|it| !it.totals.is_empty());
    let of = of.map(|it| (&it.wish, it.totals.as_slice()));
    let by_use = by_use::prices_of_all(cx, of, Zone::UTC.date_of(cx.now))?;
    let totals = totals.as_array().cloned().unwrap_or_default();
    Ok(totals.into_iter().chain(by_use).collect())
}

/// A line; nothing if its offering is not here.
fn line(cx: Cx<'_>, (place, said): (usize, &Value)) -> Result<Option<CartItem>, Error> {
    let at = |field: &str| format!("cartItem/{place}/{field}");
    let Some(id) = said.get("productOffering").and_then(reference::<OfferId>) else {
        return Ok(None);
    };
    let found: Option<Offer> = offer::get(cx, id).map(Some).or_else(Error::or_nothing)?;
    let Some(found) = found else { return Ok(None) };
    let key = key((place, said)).parse::<Code>();
    let key = key.map_err(|it| Invalid::one(at("id"), "format", it.to_string()))?;
    let quantity = quantity(said).map_err(|it| it.below(&at("")))?;
    let is_saved =
        |it: &Value| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("savedForLater"));
    let standing =
        if said.get("status").is_some_and(is_saved) { Standing::Saved } else { Standing::Active };
    let wish = Wish { offer: Some(found.id), quantity, ..Wish::default() };
    Ok(Some(CartItem { key, wish, adds_to: None, below: None, standing, totals: Vec::new() }))
}

fn lines(cx: Cx<'_>, said: &Tree) -> Result<Vec<CartItem>, Error> {
    let all = said.get("cartItem").and_then(Value::as_array).into_iter().flatten().enumerate();
    let mut found = Vec::new();
    for it in all {
        found.extend(line(cx, it)?);
    }
    Ok(found)
}

impl Entity for Carts {
    type Thing = Cart;
    const READING: Permission = Permission::CartRead;
    const WRITING: Permission = Permission::CartWrite;
    const REFERENCES: &[&str] = &["cartItem", "relatedParty"];

    fn is(&self, _: &Cart) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Cart) -> Result<Tree, Error> {
        let account = it.account.map(|id| cx.shared::<Account>(id)).transpose()?.flatten();
        let mut items = Vec::new();
        for item in it.items() {
            let offer = item.wish.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
            let status = match item.standing {
                Standing::Active => "active",
                Standing::Saved => "savedForLater",
            };
            let mut shown = tree(json!({
                "id": item.key.as_str(), "quantity": item.wish.quantity, "status": status,
                "productOffering": offer.map(|it| json!({
                    "id": it.id.uuid(), "name": it.content.name.original().as_str(),
                })),
            }));
            shown.retain(|_, it| !it.is_null());
            items.push(shown);
        }
        let items = if items.is_empty() { Value::Null } else { json!(items) };
        let parties = account.map(|it| json!([customer::owner(&it)]));
        let period = quote::period(cx, it.items().iter().filter_map(|it| it.wish.offer))?;
        let totals = quote::totals(&it.totals, period.as_deref());
        let totals = with_use(cx, totals, it.items())?;
        Ok(tree(json!({
            "cartItem": items,
            "relatedParty": parties,
            "cartTotalPrice": if it.totals.is_empty() { Value::Null } else { totals },
        })))
    }

    /// Lines are shown as they were said, with what they come to if that is known.
    fn adorned(&self, cx: Cx<'_>, it: &Cart, mut shown: Tree) -> Result<Tree, Error> {
        let lines = shown.get_mut("cartItem").and_then(Value::as_array_mut).into_iter().flatten();
        for (place, line) in lines.enumerate() {
            let key = key((place, &*line));
            let item = it.items().iter().find(|it| it.key.as_str() == key);
            let item = item.filter(|it| !it.totals.is_empty());
            let Some((item, line)) = item.zip(line.as_object_mut()) else { continue };
            let period = quote::period(cx, item.wish.offer)?;
            line.insert("itemPrice".to_owned(), unit_prices(cx, item)?);
            let totals = quote::totals(&item.totals, period.as_deref());
            line.insert(TOTAL.to_owned(), with_use(cx, totals, [item])?);
        }
        Ok(shown)
    }

    fn create(&self, act: &mut Act<'_>, said: &Tree) -> Result<Cart, Error> {
        let items = lines(act.cx(), said)?;
        let parties = said.get("relatedParty").unwrap_or(&Value::Null);
        let account = customer::referred(act.cx(), parties)?.map(|it| it.id);
        let made = cart::open(act, (account, ordered::channel(said)), items)?;
        cart::estimate(act, made.id)
    }

    fn change(&self, act: &mut Act<'_>, it: Cart, change: &Change) -> Result<Cart, Error> {
        if change.before.get("cartItem") == change.after.get("cartItem") {
            return Ok(it);
        }
        let items = lines(act.cx(), &change.after)?;
        cart::fill(act, it.id, items)?;
        cart::estimate(act, it.id)
    }

    fn remove(&self, act: &mut Act<'_>, it: Cart) -> Result<Gone, Error> {
        cart::discard(act, it.id)?;
        Ok(Gone::Removed)
    }
}
