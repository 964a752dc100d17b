//! Custom attributes, as every resource that has some shows and takes them.

use std::collections::BTreeMap;

use super::wire::parse;
use crate::domain::attribute::{Attribute, AttributeValue};
use crate::domain::error::Invalid;

/// Attributes by name.
pub(crate) type Attributes = BTreeMap<String, String>;

/// Attributes as they are shown.
pub(crate) fn show(all: &[Attribute]) -> Attributes {
    all.iter().map(|it| (it.name.to_string(), it.value.to_string())).collect()
}

/// Attributes as they were sent. What did not change keeps the kind of value that it had.
pub(crate) fn read(all: &Attributes, before: &[Attribute]) -> Result<Vec<Attribute>, Invalid> {
    read_at("/attributes", all, before)
}

/// The same where they stand elsewhere in the body.
pub(crate) fn read_at(
    place: &str,
    all: &Attributes,
    before: &[Attribute],
) -> Result<Vec<Attribute>, Invalid> {
    let read = |(name, value): (&String, &String)| {
        let pointer = format!("{place}/{name}");
        let same = before.iter().find(|it| it.name.as_str() == name);
        if let Some(same) = same.filter(|it| it.value.to_string() == *value) {
            return Ok(same.clone());
        }
        let value = AttributeValue::Text(parse(&pointer, value)?);
        Ok(Attribute { name: parse(&pointer, name)?, value })
    };
    all.iter().map(read).collect()
}
