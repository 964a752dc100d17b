//! Merge patches (RFC 7396): a change of a form is merged into the form as it stands, and what
//! comes out is read as if it had been sent whole.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::api::edge::body;
use crate::api::edge::fault::Fault;
use crate::api::edge::merge::merge;
use crate::services::Error;

/// A change of a form: what is left out stays, `null` takes away, all else replaces.
#[derive(Debug, Clone)]
pub(crate) struct MergePatch<F> {
    patch: Value,
    form: PhantomData<fn() -> F>,
}

impl<F: Serialize + DeserializeOwned> MergePatch<F> {
    /// The form after the change.
    pub(crate) fn onto(self, form: &F) -> Result<F, Error> {
        let mut tree = serde_json::to_value(form).map_err(Error::internal)?;
        merge(&mut tree, self.patch);
        let bytes = serde_json::to_vec(&tree).map_err(Error::internal)?;
        body::json(&bytes).map_err(|fault| {
            if let Fault::Invalid(invalid) = fault {
                invalid.into()
            } else {
                Error::internal(fault)
            }
        })
    }

    /// Whether the change says anything of a field.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.patch.get(field).is_some()
    }
}

impl<'de, F> Deserialize<'de> for MergePatch<F> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = serde_json::Map::deserialize(from)?;
        Ok(Self { patch: Value::Object(fields), form: PhantomData })
    }
}

impl<F: ToSchema> PartialSchema for MergePatch<F> {
    fn schema() -> RefOr<Schema> {
        let mut schema = F::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.clear();
        }
        schema
    }
}

impl<F: ToSchema> ToSchema for MergePatch<F> {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Owned(format!("{}Patch", F::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        F::schemas(schemas);
    }
}
