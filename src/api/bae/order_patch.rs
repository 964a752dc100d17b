//! `PATCH` of a `productOrder`: its seller says how far items are, keeps it back or refuses it, its buyer
//! calls it off, and both add notes.

use serde_json::Value;

use super::error::{NOT_IN_PROGRESS, NOT_YOURS_TO_SAY};
use super::form;
use super::order_item;
use super::product_order::shown;
use super::wire::Tree;
use crate::domain::error::Invalid;
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::Order;
use crate::domain::order::lifecycle::State;
use crate::domain::order::note::Note;
use crate::domain::text::{Code, Name, Prose};
use crate::services::order::{self, Handling};
use crate::services::{Act, Error};

/// Does with an order what was said of it.
pub(super) fn patched(act: &mut Act<'_>, order: Order, said: &Tree) -> Result<Order, Error> {
    let own = order::supplier(act.cx(), order.stamp.seller);
    let supplies = own.is_some_and(|own| order.suppliers().contains(&own));
    let decides = act.actor().may(Permission::OrderDecide, &order.stamp) == Decision::Yes;
    let sells = decides || supplies;
    let known = shown(act.cx(), &order)?;
    let is_new = |name: &str| {
        let said = said.get(name).filter(|it| !it.is_null());
        said.is_some_and(|it| known.get(name) != Some(it))
    };
    let may: &[&str] = match sells {
        true => &["orderItem", "note", "state", "expectedCompletionDate"],
        false => &["state", "note"],
    };
    let other = said.keys().find(|it| is_new(it) && !may.contains(&it.as_str()));
    if let Some(other) = other {
        let message = format!("is not yours to change: you may say `{}`", may.join("` or `"));
        return Err(NOT_YOURS_TO_SAY.broken(other, message).into());
    }
    let id = order.id;
    if is_new("note") {
        take_notes(act, &order, form::all(said, "note"))?;
    }
    if is_new("orderItem") {
        handle(act, &order, (form::all(said, "orderItem"), form::all(&known, "orderItem")))?;
    }
    if is_new("expectedCompletionDate") {
        order::expect(act, id, form::text(said, "expectedCompletionDate")?)?;
    }
    match is_new("state") {
        true if sells => decide(act, &order, said)?,
        true => call_off(act, &order, said)?,
        false => {}
    }
    order::seen(act.cx(), id)
}

/// Its seller keeps an order back, asks its buyer for what the newest note says, lets it go on, or
/// refuses it for what the newest note says.
fn decide(act: &mut Act<'_>, order: &Order, said: &Tree) -> Result<(), Error> {
    let state = said.get("state").and_then(Value::as_str).unwrap_or_default();
    let new = act.load::<Order>(order.id)?.notes().get(order.notes().len()..).and_then(last);
    let why = || {
        let message = format!("must say in a new note why it is `{state}`");
        new.ok_or_else(|| Invalid::one("note", "required", message))
    };
    match state.to_ascii_lowercase().as_str() {
        "held" => order::hold(act, order.id, None)?,
        "pending" => order::ask(act, order.id, (why()?, None))?,
        "acknowledged" | "inprogress" => order::resume(act, order.id)?,
        "rejected" => order::reject(act, order.id, why()?)?,
        _ => {
            let message = "is not yours to say: you may say `Held`, `Pending`, `InProgress` or \
                           `Rejected`";
            return Err(NOT_YOURS_TO_SAY.broken("state", message).into());
        }
    };
    Ok(())
}

fn last(notes: &[Note]) -> Option<Prose> {
    notes.last().map(|it| it.text.clone())
}

/// What a note says: its text, and who says it.
pub(super) fn note(it: &Value) -> Result<(Prose, Option<Name>), Invalid> {
    let said = it.as_object().cloned().unwrap_or_default();
    let text = form::must(&said, "text").map_err(|it| it.below("note/"))?;
    Ok((text, form::text(&said, "author")?))
}

fn is_same(it: &Note, said: &Value) -> bool {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    text("text") == Some(it.text.as_str())
        && text("date").is_none_or(|date| date == it.at.to_string())
        && text("author") == it.author.as_ref().map(Name::as_str)
}

/// Adds the notes that are new; those that are there must be among what is said.
fn take_notes(act: &mut Act<'_>, order: &Order, said: &[Value]) -> Result<(), Error> {
    let mut left: Vec<&Value> = said.iter().collect();
    for it in order.notes() {
        let Some(place) = left.iter().position(|said| is_same(it, said)) else {
            let message = "must keep the notes that are there, and add to them";
            return Err(NOT_YOURS_TO_SAY.broken("note", message).into());
        };
        left.remove(place);
    }
    let new: Vec<_> = left.into_iter().map(note).collect::<Result<_, _>>()?;
    if !new.is_empty() {
        order::notes(act, order.id, new)?;
    }
    Ok(())
}

/// Does about each item what its seller says; all else of it stays.
fn handle(
    act: &mut Act<'_>,
    order: &Order,
    (said, known): (&[Value], &[Value]),
) -> Result<(), Error> {
    if order.state() != State::InProgress {
        let message =
            "are handled while the order is `InProgress`: it must be paid, and not be over";
        return Err(NOT_IN_PROGRESS.broken("orderItem", message).into());
    }
    for (place, it) in said.iter().enumerate() {
        let at = format!("orderItem/{place}");
        let id = it.get("id").map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
        let of =
            known.iter().find(|known| known.get("id").and_then(Value::as_str) == id.as_deref());
        let (Some(id), Some(known)) = (id, of) else {
            return Err(Invalid::one(at, "reference", "is no item of the order").into());
        };
        must_be_same(&at, it, known)?;
        let state = it.get("state").and_then(Value::as_str).unwrap_or_default();
        if Some(state) != known.get("state").and_then(Value::as_str) {
            let key: Code = id.parse().map_err(Error::internal)?;
            order::handle(act, (order.id, &key), handling(&at, state)?)?;
        }
    }
    Ok(())
}

/// Refuses another change of an item than that of its state.
fn must_be_same(at: &str, said: &Value, known: &Value) -> Result<(), Error> {
    let fields = said.as_object().into_iter().flatten();
    let mut other = fields.filter(|(name, it)| *name != "state" && known.get(*name) != Some(*it));
    match other.next() {
        Some((name, _)) => {
            let at = format!("{at}/{name}");
            Err(NOT_YOURS_TO_SAY.broken(&at, "cannot change: say another `state` alone").into())
        }
        None => Ok(()),
    }
}

fn handling(at: &str, state: &str) -> Result<Handling, Error> {
    match state.to_ascii_lowercase().as_str() {
        "inprogress" => Ok(Handling::Begun),
        "completed" => Ok(Handling::Done),
        "failed" => {
            let why = "the seller says that it cannot be done";
            Ok(Handling::Failed(why.parse().map_err(Error::internal)?))
        }
        _ => {
            let message = "must be `InProgress`, `Completed` or `Failed`";
            Err(Invalid::one(format!("{at}/state"), "enum", message).into())
        }
    }
}

/// Its buyer calls an order off, as long as nobody has begun with any item.
fn call_off(act: &mut Act<'_>, order: &Order, said: &Tree) -> Result<(), Error> {
    let state = said.get("state").and_then(Value::as_str).unwrap_or_default();
    if !state.eq_ignore_ascii_case("cancelled") {
        let message = "is not yours to say: you may call the order off by `Cancelled`";
        return Err(NOT_YOURS_TO_SAY.broken("state", message).into());
    }
    must_be_untouched(act, order)?;
    order::cancel(act, order.id, None).map(|_| ())
}

fn must_be_untouched(act: &Act<'_>, order: &Order) -> Result<(), Error> {
    for it in order.items() {
        let state = order_item::state(act.cx(), order, it)?;
        if state != "Acknowledged" {
            let message = format!(
                "can be `Cancelled` while all items are `Acknowledged`: `{}` is `{state}`",
                it.key
            );
            return Err(NOT_YOURS_TO_SAY.broken("state", message).into());
        }
    }
    Ok(())
}
