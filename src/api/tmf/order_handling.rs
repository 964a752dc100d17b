//! What a seller, or who delivers for it, says of the items of an order (TMF622): that somebody has begun
//! with one, that it is done, or that it cannot be done, and why.

use serde_json::Value;

use super::behind::Change;
use super::order_item::is_key;
use super::product_order::word;
use super::resource::Tree;
use crate::domain::error::Invalid;
use crate::domain::order::Order;
use crate::domain::order::item::Item;
use crate::domain::text::Prose;
use crate::services::order::{self, Handling};
use crate::services::{Act, Error};

const ITEMS: &str = "productOrderItem";

fn items(of: &Tree) -> impl Iterator<Item = &Value> {
    of.get(ITEMS).and_then(Value::as_array).into_iter().flatten()
}

fn id(of: &Value) -> &Value {
    of.get("id").unwrap_or(&Value::Null)
}

/// Refuses a change of anything but the states of items and what is noted of them: of an order of several
/// sellers no more is for one of them to say.
pub(super) fn must_be_of_items(change: &Change) -> Result<(), Invalid> {
    let refused = |at: String| {
        let message = "is not yours to change: you say how far your items are";
        Err(Invalid::one(at, "read_only", message))
    };
    let is_same = |name: &String| change.before.get(name) == change.after.get(name);
    let names = change.before.keys().chain(change.after.keys());
    if let Some(other) = names.filter(|it| *it != ITEMS).find(|it| !is_same(it)) {
        return refused(other.clone());
    }
    for (place, said) in items(&change.after).enumerate() {
        let before = items(&change.before).find(|it| id(it) == id(said));
        let Some(before) = before else {
            let message = "is no item of yours";
            return Err(Invalid::one(format!("{ITEMS}/{place}/id"), "reference", message));
        };
        let fields = said.as_object().into_iter().flatten();
        let other = fields.filter(|it| !matches!(it.0.as_str(), "state" | "note"));
        let mut other = other.filter(|(name, said)| before.get(name) != Some(said));
        if let Some((name, _)) = other.next() {
            return refused(format!("{ITEMS}/{place}/{name}"));
        }
    }
    Ok(())
}

/// Does about each item of an order what is said of it anew.
///
/// # Errors
/// As [`order::handle`]; if its new state is for nobody to say, or nobody says why it cannot be done.
pub(super) fn handled(act: &mut Act<'_>, it: Order, change: &Change) -> Result<Order, Error> {
    let mut moved = false;
    for (place, said) in items(&change.after).enumerate() {
        let state = |of: &Value| of.get("state").and_then(Value::as_str).map(str::to_owned);
        let before = items(&change.before).find(|it| id(it) == id(said));
        let Some((before, state)) = before.zip(state(said)) else { continue };
        let item = it.items().iter().find(|it| is_key(id(said), &it.key));
        let Some(item) = item.filter(|it| !word(it.state().word()).eq_ignore_ascii_case(&state))
        else {
            continue;
        };
        let at = format!("{ITEMS}/{place}");
        let handling = handling(&at, &state, (said, before, item))?;
        order::handle(act, (it.id, &item.key), handling)?;
        moved = true;
    }
    if moved { order::seen(act.cx(), it.id) } else { Ok(it) }
}

fn handling(
    at: &str,
    state: &str,
    (said, before, item): (&Value, &Value, &Item),
) -> Result<Handling, Invalid> {
    match state.to_ascii_lowercase().as_str() {
        "inprogress" => Ok(Handling::Begun),
        "completed" => Ok(Handling::Done),
        "failed" => why(at, said, before).map(Handling::Failed),
        _ => {
            let message = format!(
                "cannot become `{state}` where it is `{}`: you may say `inProgress`, `completed` or \
                 `failed`",
                word(item.state().word())
            );
            Err(Invalid::one(format!("{at}/state"), "enum", message))
        }
    }
}

/// Why an item cannot be done: what its newest note says.
fn why(at: &str, said: &Value, before: &Value) -> Result<Prose, Invalid> {
    let notes = |of: &Value| of.get("note").and_then(Value::as_array).cloned().unwrap_or_default();
    let known = notes(before);
    let new = notes(said).into_iter().rev().find(|it| !known.contains(it));
    let text = new.as_ref().and_then(|it| it.get("text")).and_then(Value::as_str);
    let missing = || {
        let message = "must say in a new note of the item why it cannot be done";
        Invalid::one(format!("{at}/note"), "required", message)
    };
    let text = text.ok_or_else(missing)?.parse::<Prose>();
    text.map_err(|it| Invalid::one(format!("{at}/note"), "format", it.to_string()))
}
