//! Reading query strings: each parameter once, none unknown.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};

use super::fault::Fault;
use crate::domain::error::Invalid;

/// The parameters of a query string, decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads a raw query string.
    pub(crate) fn read(raw: &str) -> Result<Self, Fault> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            let twice = parameters.insert(name.to_string(), value.into_owned());
            if twice.is_some() {
                return Err(Invalid::one(name, "duplicate", "is given twice").into());
            }
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// What is left, as a contract's type.
    pub(crate) fn into<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let source = MapDeserializer::<_, ValueError>::new(self.0.into_iter());
        serde_path_to_error::deserialize(source).map_err(|error| {
            let message = error.inner().to_string();
            let unknown = message.starts_with("unknown field");
            let rule = if unknown { "unknown_parameter" } else { "format" };
            let field = match message.split('`').nth(1) {
                Some(name) if unknown => name.to_owned(),
                _ => error.path().to_string(),
            };
            Invalid::one(field, rule, message.replace("field", "parameter")).into()
        })
    }
}
