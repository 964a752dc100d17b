//! The index of this contract: which calls there are. No client of IBM's knows this call; it is for who
//! looks around.

use axum::http::Method;
use serde::Serialize;

use super::doors::{Door, doors};
use super::error::Refusal;
use super::role;
use super::route::{Asked, By, Row};
use super::wire::listed;
use crate::api::edge::work::Work;
use crate::domain::operator::{Permission, Role};

/// Everybody who is known may look.
const READS: (Permission, Role) = (Permission::OfferBrowse, Role::Member);

/// What can be asked of the calls.
pub(super) static ROWS: &[Row] = &[Row::new(Method::GET, "", By::Path, READS, list)];

/// A call on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Call {
    method: String,
    path: String,
    /// What stands in the header `x-operation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    /// What stands in the parameter `_namedQuery`.
    #[serde(skip_serializing_if = "Option::is_none")]
    named_query: Option<&'static str>,
    /// Which role it takes, or one with more.
    role: &'static str,
}

impl From<Door> for Call {
    fn from(it: Door) -> Self {
        let Door { method, path, operation, named_query, least, needs: _, writes: _ } = it;
        Self { method, path, operation, named_query, role: role::word(least) }
    }
}

fn list(_: Asked) -> Result<Work, Refusal> {
    Ok(Work::reads(|_| Ok(listed(&doors().into_iter().map(Call::from).collect::<Vec<_>>()))))
}
