//! What `fields` may name: the fields that an answer can have, read off its form.
//!
//! A name that an answer never has is a slip of the pen; who sends it would get ids alone and look
//! for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use utoipa::ToSchema;

use super::form::Form;
use crate::api::edge::reply::Wire;
use crate::domain::error::Invalid;
use crate::domain::word::WordError;

/// The fields of an answer, found when somebody names some of them for the first time.
pub(super) struct Fields {
    form: Option<Form>,
    is_page: bool,
    names: OnceLock<BTreeSet<String>>,
}

impl Fields {
    /// Those of a form; of a page, those of the things in it.
    pub(super) fn of<T: Wire + ToSchema>() -> Arc<Self> {
        let names = OnceLock::new();
        Arc::new(Self { form: Form::of::<T>(), is_page: T::IS_PAGE, names })
    }

    /// Refuses names of fields that the answer never has.
    pub(super) fn check(&self, asked: Option<&[String]>) -> Result<(), Invalid> {
        let (Some(asked), Some(form)) = (asked, &self.form) else { return Ok(()) };
        let names = self.names.get_or_init(|| names(form, self.is_page));
        match asked.iter().find(|it| !names.contains(*it)) {
            Some(unknown) if !names.is_empty() => {
                let all: Vec<_> = names.iter().map(String::as_str).collect();
                let message = WordError::new(unknown, &all).to_string();
                Err(Invalid::one("fields", "unknown_field", message))
            }
            // What has no fields by name is shown as it is.
            Some(_) | None => Ok(()),
        }
    }
}

fn names(form: &Form, is_page: bool) -> BTreeSet<String> {
    let tree = |it| serde_json::to_value(it).unwrap_or_default();
    let inner = form.inner().into_iter().map(|(name, schema)| (name, tree(schema)));
    let inner: BTreeMap<String, Value> = inner.collect();
    let whole = tree((form.schema)());
    let thing = if is_page { &whole["properties"]["items"]["items"] } else { &whole };
    let mut found = BTreeSet::new();
    gather(thing, &inner, &mut found);
    found
}

/// The properties of a schema, of what it refers to, and of all that it is put together of.
fn gather(schema: &Value, inner: &BTreeMap<String, Value>, found: &mut BTreeSet<String>) {
    let name = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next());
    if let Some(referred) = name.and_then(|it| inner.get(it)) {
        gather(referred, inner, found);
    }
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|it| it.0.clone()));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        gather(part, inner, found);
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::api::edge::reply::Nothing;
    use crate::api::v1::wire::List;

    #[derive(Debug, Serialize, ToSchema)]
    struct Thing {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    #[derive(Debug, Serialize, ToSchema)]
    struct Rest {
        color: String,
    }

    impl Wire for Thing {}

    fn refused<T: Wire + ToSchema>(fields: &[&str]) -> Option<String> {
        let asked: Vec<_> = fields.iter().map(|it| (*it).to_owned()).collect();
        Fields::of::<T>().check(Some(&asked)).err().map(|it| it.to_string())
    }

    #[test]
    fn a_field_that_an_answer_never_has_is_refused_with_those_it_has() {
        let expected = Some("`fields` `size` is not one of color, id, name".to_owned());
        for refused in [refused::<Thing>, refused::<List<Thing>>] {
            assert_eq!(refused(&["id", "name", "color"]), None);
            assert_eq!(refused(&["id", "size"]), expected);
        }
        assert!(refused::<List<Thing>>(&["items"]).is_some());
        assert_eq!(refused::<Nothing>(&["size"]), None);
    }
}
