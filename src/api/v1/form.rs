//! Forms on the wire, as the OpenAPI document describes them.

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// A form on the wire, as the OpenAPI document knows it; described when somebody asks.
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) schema: fn() -> RefOr<Schema>,
    inner: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Form {
    /// The form of a type; nothing if there is nothing in it.
    pub(crate) fn of<T: ToSchema>() -> Option<Self> {
        let name = T::name();
        let form = || Self { name: name.into_owned(), schema: T::schema, inner: T::schemas };
        (T::name() != "Nothing").then(form)
    }

    /// The forms that it is made of.
    pub(crate) fn inner(&self) -> Vec<(String, RefOr<Schema>)> {
        let mut inner = Vec::new();
        (self.inner)(&mut inner);
        inner
    }
}
