//! What requests do with a subscription, whichever of its faces they are addressed to.

use serde_json::{Value, json};

use super::kind::{Body, Gone};
use super::operation::{Outcome, Said};
use super::property::{Field, Form, Structure};
use super::wire::{optional, read};
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::attribute::{Attribute, AttributeValue};
use crate::domain::error::Invalid;
use crate::domain::subscription::change::{Cancellation, RefundTo};
use crate::domain::subscription::lifecycle::State;
use crate::domain::subscription::{Hold, Release, Subscription};
use crate::domain::text::{Code, Prose};
use crate::services::{Act, Error, subscription};

/// A custom attribute of a subscription or an order.
pub(super) static ATTRIBUTE: Structure = Structure {
    name: "Attribute",
    fields: &[
        Field::optional("attributeId", Form::Text),
        // As accounts spell it.
        Field::optional("attributeID", Form::Text),
        Field::required("value", Form::Text),
    ],
};

/// What people put and take back; holds for credit follow from the account.
const KIND: HoldKind = HoldKind::Administrative;
/// The reason of who gives none.
const OTHER: &str = "OTHER";

/// `putOnHold`.
pub(super) fn hold(act: &mut Act<'_>, it: &Subscription, said: &Said) -> Result<Outcome, Error> {
    let reason = reason(&said.body)?;
    put(act, it, (reason, comment(&said.body)?))
}

/// `releaseFromHold`.
pub(super) fn release(act: &mut Act<'_>, it: &Subscription, said: &Said) -> Result<Outcome, Error> {
    let (reason, comment) = (Some(reason(&said.body)?), comment(&said.body)?);
    take(act, it, (reason, comment))
}

/// `hold`, which says nothing of why.
pub(super) fn hold_plainly(
    act: &mut Act<'_>,
    it: &Subscription,
    _: &Said,
) -> Result<Outcome, Error> {
    put(act, it, (read("/reason", OTHER)?, None))
}

/// `release`, which says nothing of why.
pub(super) fn release_plainly(
    act: &mut Act<'_>,
    it: &Subscription,
    _: &Said,
) -> Result<Outcome, Error> {
    take(act, it, (None, None))
}

fn reason(body: &Value) -> Result<Code, Invalid> {
    read("/reason", body["reason"].as_str().unwrap_or_default())
}

fn comment(body: &Value) -> Result<Option<Prose>, Invalid> {
    optional("", body, "comment")
}

fn put(
    act: &mut Act<'_>,
    it: &Subscription,
    (reason, comment): (Code, Option<Prose>),
) -> Result<Outcome, Error> {
    let hold = Hold { reason, comment, since_at: act.now() };
    subscription::hold(act, it.id, KIND, hold)?;
    Ok(None)
}

fn take(
    act: &mut Act<'_>,
    it: &Subscription,
    (reason, comment): (Option<Code>, Option<Prose>),
) -> Result<Outcome, Error> {
    let release = Release { reason, comment, at: act.now() };
    subscription::release(act, it.id, KIND, release)?;
    Ok(None)
}

/// Sets the custom attributes: those in the body take the place of all that there were.
pub(super) fn change(act: &mut Act<'_>, it: &Subscription, body: &Body) -> Result<(), Error> {
    let Some(said) = body.get("attributes") else { return Ok(()) };
    subscription::describe(act, it.id, None, |was| {
        let attributes = read_attributes("/attributes", said, &was.attributes)?;
        Ok(subscription::Said { attributes, ..was.clone() })
    })?;
    Ok(())
}

/// The attributes that a list says; `attributeId` and `attributeID` mean the same. What did not
/// change keeps the kind of value that it had.
pub(super) fn read_attributes(
    at: &str,
    said: &Value,
    before: &[Attribute],
) -> Result<Vec<Attribute>, Invalid> {
    let all = said.as_array().into_iter().flatten().enumerate();
    all.map(|(place, it)| attribute(&format!("{at}/{place}"), it, before)).collect()
}

fn attribute(at: &str, it: &Value, before: &[Attribute]) -> Result<Attribute, Invalid> {
    let name = it["attributeId"].as_str().or(it["attributeID"].as_str());
    let missing = || Invalid::one(format!("{at}/attributeId"), "required", "must be given");
    let name: Code = read(&format!("{at}/attributeId"), name.ok_or_else(missing)?)?;
    let value = it["value"].as_str().unwrap_or_default();
    let same = before.iter().find(|it| it.name == name && it.value.to_string() == value);
    if let Some(same) = same {
        return Ok(same.clone());
    }
    let value = AttributeValue::Text(read(&format!("{at}/value"), value)?);
    Ok(Attribute { name, value })
}

/// Attributes as the bus shows them; nothing if there are none.
pub(super) fn show_attributes(all: &[Attribute]) -> Value {
    let shown =
        |it: &Attribute| json!({ "attributeId": it.name.as_str(), "value": it.value.to_string() });
    match all {
        [] => Value::Null,
        all => Value::Array(all.iter().map(shown).collect()),
    }
}

/// `DELETE`: calls the subscription off. It stays there, terminated.
pub(super) fn cancel(act: &mut Act<'_>, it: &Subscription) -> Result<Gone, Error> {
    let plain = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
    let ended = subscription::cancel(act, it.id, &plain)?;
    Ok(if ended.state() == State::Terminating { Gone::Later } else { Gone::Now })
}
