//! How values of resources stand to each other and to those of a query.
//!
//! A text is equal to a text of the same letters, an id in either case, a time that is the same
//! moment. Where more or less is asked, numbers are compared as numbers even if they are written
//! as texts, as amounts are; times as moments, a day being its first one, UTC; other texts
//! without regard to case. Values of different sorts are never equal, and neither is more.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::{Number, Value};
use uuid::Uuid;

use super::literal::{self, Literal};
use super::query::Relation;
use crate::domain::text::folded;
use crate::domain::time::{Date, Instant, Zone};

/// Whether a value stands in a relation to one of a query.
pub(super) fn relates(value: &Value, relation: Relation, literal: &Literal) -> bool {
    let ordered = |is: fn(Ordering) -> bool| order(value, literal).is_some_and(is);
    match relation {
        Relation::Equal => equals(value, literal),
        Relation::Unequal => !equals(value, literal),
        Relation::Greater => ordered(Ordering::is_gt),
        Relation::GreaterOrEqual => ordered(Ordering::is_ge),
        Relation::Less => ordered(Ordering::is_lt),
        Relation::LessOrEqual => ordered(Ordering::is_le),
    }
}

/// Whether a value is the one of a query.
pub(super) fn equals(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Null, literal) => *literal == Literal::Null,
        (Value::Bool(value), Literal::Bool(literal)) => value == literal,
        (Value::Number(value), Literal::Number(_, literal)) => decimal(value) == Some(*literal),
        (Value::String(value), literal) => literal.text().is_some_and(|it| same_text(value, it)),
        (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_), _) => false,
    }
}

fn same_text(one: &str, other: &str) -> bool {
    let same_id = || one.eq_ignore_ascii_case(other) && Uuid::try_parse(one).is_ok();
    let same_moment = || moment(one).is_some_and(|it| moment(other) == Some(it));
    one == other || same_id() || same_moment()
}

/// Whether a text is equal to texts that are written otherwise, as ids and times are.
pub(super) fn has_other_forms(text: &str) -> bool {
    moment(text).is_some() || Uuid::try_parse(text).is_ok()
}

fn order(value: &Value, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Bool(value), Literal::Bool(literal)) => Some(value.cmp(literal)),
        (Value::Number(value), Literal::Number(_, literal)) => Some(decimal(value)?.cmp(literal)),
        (Value::String(value), literal) => Some(text_order(value, literal.text()?)),
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
            _,
        ) => None,
    }
}

fn text_order(one: &str, other: &str) -> Ordering {
    if let (Some(one), Some(other)) = (literal::number(one), literal::number(other)) {
        return one.cmp(&other);
    }
    if let (Some(one), Some(other)) = (moment(one), moment(other)) {
        return one.cmp(&other);
    }
    folded(one).cmp(folded(other)).then_with(|| one.cmp(other))
}

fn decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    literal::number(&text).or_else(|| Decimal::from_scientific(&text).ok())
}

/// A time or the first moment of a day.
fn moment(text: &str) -> Option<Instant> {
    const DAY_LENGTH: usize = 10;
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    match text.len() {
        DAY_LENGTH => text.parse::<Date>().ok().map(|it| Zone::UTC.start_of(it)),
        _ => text.parse().ok(),
    }
}

/// A value by which resources can be put in order, and told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Not set; or a structure, in which there is no order.
    Nothing,
    Bool(bool),
    Number(Decimal),
    /// A number that is written as a text, and how.
    NumberAsText(Decimal, String),
    /// In one case, and as it is written.
    Text(String, String),
}

impl Rank {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => decimal(number).map_or(Self::Nothing, Self::Number),
            Value::String(text) => match literal::number(text) {
                Some(number) => Self::NumberAsText(number, text.clone()),
                None => Self::Text(folded(text).collect(), text.clone()),
            },
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Nothing,
        }
    }
}
