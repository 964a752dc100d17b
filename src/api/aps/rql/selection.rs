//! What of a resource is shown.

use std::collections::BTreeMap;

use serde_json::Value;

use super::query::Path;

/// The part of a resource, a structure or what a link leads to that was asked for.
///
/// The section `aps` of a resource is always shown; it is not for a selection to leave it out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selection {
    /// What is selected below it; `None` for all there is.
    parts: Option<BTreeMap<String, Selection>>,
}

impl Selection {
    /// All of it.
    pub(crate) const WHOLE: Self = Self { parts: None };

    /// What some paths name together; all of it if there are none.
    pub(crate) fn of(paths: &[Path]) -> Self {
        if paths.is_empty() {
            return Self::WHOLE;
        }
        let mut root = Self { parts: Some(BTreeMap::new()) };
        for path in paths {
            root.add(&path.names);
        }
        root
    }

    /// Who asks for the whole and for a part of it gets the whole.
    fn add(&mut self, names: &[String]) {
        let Some(parts) = &mut self.parts else { return };
        match names.split_first() {
            None => self.parts = None,
            Some((first, rest)) => {
                let nothing = || Self { parts: Some(BTreeMap::new()) };
                parts.entry(first.clone()).or_insert_with(nothing).add(rest);
            }
        }
    }

    /// Whether all of it is shown.
    pub(crate) const fn is_whole(&self) -> bool {
        self.parts.is_none()
    }

    /// The names that are asked for, with what is asked for below each; none if it is the whole.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.parts.iter().flatten().map(|(name, part)| (name.as_str(), part))
    }

    /// What is asked for below a name; `None` if that is not asked for.
    pub(crate) fn part(&self, name: &str) -> Option<&Self> {
        match &self.parts {
            None => Some(&Self::WHOLE),
            Some(parts) => parts.get(name),
        }
    }

    /// What is asked for of a value: of an array, that of each element.
    pub(crate) fn prune(&self, value: Value) -> Value {
        if self.is_whole() {
            return value;
        }
        match value {
            Value::Object(fields) => {
                let kept = fields.into_iter().filter_map(|(name, value)| {
                    let part = self.part(&name)?;
                    Some((name, part.prune(value)))
                });
                Value::Object(kept.collect())
            }
            Value::Array(items) => items.into_iter().map(|it| self.prune(it)).collect(),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
        }
    }
}
