//! What a vendor has laid down about the attributes of its accounts, subscriptions and orders.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | attribute definition | custom attribute | – | – |
//!
//! Attributes may have any name; a definition says what one of a name means, and whether what is
//! new must have it. What was there before it was laid down goes on without, until somebody
//! changes its attributes.

use serde::{Deserialize, Serialize};

use super::{ATTRIBUTES_MAX, Attribute, AttributeValue};
use crate::domain::error::{Code as Reason, Invalid, Refusal, Rejection, Violation};
use crate::domain::id::AttributeDefinitionId;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Prose};
use crate::domain::word::words;

words! {
    /// What can have attributes that its vendor lays down.
    Attributed {
        /// An account.
        Account = "account";
        /// A subscription.
        Subscription = "subscription";
        /// An order.
        Order = "order";
    }
}

words! {
    /// Whether one can do without an attribute.
    Requirement {
        /// Whoever has it may say it.
        Optional = "optional";
        /// It must be said.
        Required = "required";
    }
}

/// What a vendor says of the attributes of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// Its identity.
    pub id: AttributeDefinitionId,
    /// Which vendor's it is, and its number.
    pub stamp: Stamp,
    /// What the attribute is called.
    pub name: Code,
    /// What has it.
    pub applies_to: Attributed,
    /// What it says, for people.
    pub description: Option<Prose>,
    /// Whether it must be said.
    pub requirement: Requirement,
}

/// Refuses one more definition of a vendor for the same sort of thing: of a name that has one, or
/// beyond what one thing can have.
///
/// # Errors
/// [`Reason::Duplicate`], or that there are too many.
pub fn must_fit(new: &Code, others: &[AttributeDefinition]) -> Result<(), Refusal> {
    if let Some(other) = others.iter().find(|it| it.name == *new) {
        let why = format!("`{new}` is laid down for each {} by `{}`", other.applies_to, other.id);
        return Err(Rejection::new(Reason::Duplicate, why).into());
    }
    if others.len() >= ATTRIBUTES_MAX {
        let message = format!("must be one of at most {ATTRIBUTES_MAX}: no thing can have more");
        return Err(Invalid::one("/name", "range", message).into());
    }
    Ok(())
}

/// Every attribute that is required and that a thing does not have, or leaves empty.
#[must_use]
pub fn missing(
    attributes: &[Attribute],
    definitions: &[AttributeDefinition],
    field: &str,
) -> Vec<Violation> {
    let says = |name: &Code| attributes.iter().any(|it| it.name == *name && !is_empty(&it.value));
    let required = definitions.iter().filter(|it| it.requirement == Requirement::Required);
    let missing = required.filter(|it| !says(&it.name));
    missing
        .map(|it| {
            let message = format!("must be given: its vendor asks it of each {}", it.applies_to);
            Violation::new(format!("{field}/{}", it.name), "required", message)
        })
        .collect()
}

fn is_empty(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::Text(text) => text.as_str().trim().is_empty(),
        AttributeValue::Number(_) | AttributeValue::Flag(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{id, stamp};

    fn definition(name: &str, requirement: Requirement) -> AttributeDefinition {
        AttributeDefinition {
            id: id(1),
            stamp: stamp(),
            name: name.parse().expect(name),
            applies_to: Attributed::Account,
            description: None,
            requirement,
        }
    }

    fn text(name: &str, value: &str) -> Attribute {
        let value = AttributeValue::Text(value.parse().expect(value));
        Attribute { name: name.parse().expect(name), value }
    }

    #[test]
    fn what_is_required_must_be_said_and_not_left_empty() {
        let definitions = [
            definition("external_id", Requirement::Required),
            definition("note", Requirement::Optional),
        ];
        let fields = |attributes: &[Attribute]| -> Vec<String> {
            let found = missing(attributes, &definitions, "/attributes");
            found.into_iter().map(|it| format!("{} {}", it.field, it.rule)).collect()
        };
        let wanted = ["/attributes/external_id required"];
        assert_eq!(fields(&[]), wanted);
        assert_eq!(fields(&[text("note", "x")]), wanted);
        assert_eq!(fields(&[text("external_id", " ")]), wanted);
        assert_eq!(fields(&[text("external_id", "1111")]), Vec::<String>::new());
        let number = AttributeValue::Number(rust_decimal::Decimal::ZERO);
        let number = Attribute { value: number, ..text("external_id", "x") };
        assert_eq!(fields(&[number]), Vec::<String>::new());
    }

    #[test]
    fn a_name_is_laid_down_once_and_no_more_than_a_thing_can_have() {
        let refused = |new: &str, others: &[AttributeDefinition]| {
            must_fit(&new.parse().expect(new), others).err().map(|it| it.to_string())
        };
        let optional = |name: &str| definition(name, Requirement::Optional);
        assert_eq!(refused("b", &[optional("a")]), None);
        let twice = "`a` is laid down for each account by \
                     `atd_00000000-0000-0000-0000-000000000001`";
        assert_eq!(refused("a", &[optional("a")]).as_deref(), Some(twice));
        let many: Vec<_> = (0..ATTRIBUTES_MAX).map(|it| optional(&format!("n{it}"))).collect();
        assert_eq!(refused("a", &many[1..]), None);
        let many = refused("a", &many).unwrap_or_default();
        assert_eq!(many, "`/name` must be one of at most 100: no thing can have more");
    }
}
