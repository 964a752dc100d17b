//! What a client says of a subscriber: the fields, and what they are in our users.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Said;
use super::field::{Field, Fields, Form, number, whole};
use super::message;
use super::person::{self, Person, must};
use super::seat::Seat;
use crate::domain::attribute::{Attribute, AttributeValue};

const TYPES: &[&str] = &["STRING", "BOOLEAN", "INTEGER"];

/// What must be said of a subscriber, and may be.
pub(super) const FIELDS: Fields = &[
    Field::required("CustomerId", Form::Number),
    Field::required("Person", Form::Object(person::SUBSCRIBER)),
    Field::optional(
        "SubscriberAttributeSet",
        Form::Objects(&[
            Field::required("Name", Form::Text(100)),
            Field::optional("Type", Form::Word(TYPES)),
            Field::optional("StringValue", Form::Text(1000)),
            Field::optional("BooleanValue", Form::Flag),
            Field::optional("IntegerValue", Form::Whole),
            Field::optional("Deleted", Form::Flag),
        ]),
    ),
];

/// A subscriber on the wire.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Subscriber {
    #[serde(skip_deserializing)]
    pub(super) id: u64,
    #[serde(skip_deserializing)]
    pub(super) oid: u64,
    pub(super) customer_id: Value,
    #[serde(skip_deserializing)]
    pub(super) owner: u64,
    #[serde(skip_deserializing)]
    pub(super) subscriber_state: &'static str,
    #[serde(skip_deserializing)]
    pub(super) party_role_type: &'static str,
    #[serde(skip_deserializing)]
    pub(super) is_guest: bool,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) invited_by: Option<u64>,
    #[serde(skip_deserializing)]
    pub(super) is_sync_pending: bool,
    #[serde(skip_deserializing)]
    pub(super) seat_set: Vec<Seat>,
    pub(super) subscriber_attribute_set: Vec<SubscriberAttribute>,
    pub(super) person: Person,
}

/// Something that a service wants to know of a subscriber.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SubscriberAttribute {
    name: Option<String>,
    r#type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boolean_value: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integer_value: Option<Value>,
    #[serde(skip_deserializing)]
    subscriber_id: u64,
    #[serde(skip_deserializing)]
    owner: u64,
    deleted: Option<bool>,
}

impl SubscriberAttribute {
    fn read(&self) -> Result<Attribute, Said> {
        let name = must("Name", self.name.as_ref())?;
        let word = self.r#type.as_deref().unwrap_or("STRING").trim().to_ascii_uppercase();
        let value = match word.as_str() {
            "BOOLEAN" => AttributeValue::Flag(self.boolean_value.unwrap_or(false)),
            "INTEGER" => AttributeValue::Number(self.integer()),
            _ => {
                let text = self.string_value.as_deref().unwrap_or_default();
                let refused = |it: crate::domain::text::TextError| {
                    message::RULE_BROKEN.with(["StringValue", &it.to_string()])
                };
                AttributeValue::Text(text.parse().map_err(refused)?)
            }
        };
        Ok(Attribute { name, value })
    }

    fn integer(&self) -> Decimal {
        self.integer_value.as_ref().and_then(whole).unwrap_or_default().into()
    }

    /// An attribute as the contract shows it: of a subscriber and of a customer with these numbers.
    pub(super) fn of(it: &Attribute, (subscriber, owner): (u64, u64)) -> Self {
        let blank = Self {
            name: Some(it.name.to_string()),
            subscriber_id: subscriber,
            owner,
            deleted: Some(false),
            ..Self::default()
        };
        let whole = |it: &Decimal| it.to_string().parse::<i64>().ok();
        let (word, value) = match &it.value {
            AttributeValue::Flag(flag) => ("BOOLEAN", Self { boolean_value: Some(*flag), ..blank }),
            AttributeValue::Number(number) if whole(number).is_some() => {
                let number = whole(number).map(Value::from);
                ("INTEGER", Self { integer_value: number, ..blank })
            }
            AttributeValue::Number(_) | AttributeValue::Text(_) => {
                ("STRING", Self { string_value: Some(it.value.to_string()), ..blank })
            }
        };
        Self { r#type: Some(word.to_owned()), ..value }
    }
}

impl Subscriber {
    /// The number of the customer that it is to belong to.
    pub(super) fn customer(&self) -> u64 {
        number(&self.customer_id).unwrap_or(0)
    }

    /// What services want to know of it.
    pub(super) fn attributes(&self) -> Result<Vec<Attribute>, Said> {
        let kept = self.subscriber_attribute_set.iter().filter(|it| it.deleted != Some(true));
        kept.map(SubscriberAttribute::read).collect()
    }
}
