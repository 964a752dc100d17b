//! The doors of this contract: each call, and who may make it. From the table of calls, so that none
//! can be forgotten.

use super::route::{By, Row};
use super::table;
use crate::domain::operator::{Permission, Role};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The method.
    pub method: String,
    /// The path, with `{id}` for a number.
    pub path: String,
    /// What stands in the header `x-operation`, if it is told by that.
    pub operation: Option<&'static str>,
    /// What stands in the parameter `_namedQuery`, if it is told by that.
    pub named_query: Option<&'static str>,
    /// What a caller needs.
    pub needs: Permission,
    /// The role that the contract asks for.
    pub least: Role,
    /// Whether something can come of it.
    pub writes: bool,
}

/// All doors.
#[must_use]
pub fn doors() -> Vec<Door> {
    let door = |row: &Row| {
        let (operation, named_query) = match row.by {
            By::Path => (None, None),
            By::Operation(name) => (Some(name), None),
            By::Query(name) => (None, Some(name)),
        };
        Door {
            method: row.method.to_string(),
            path: format!("/api/bss/{}", row.path),
            operation,
            named_query,
            needs: row.needs,
            least: row.least,
            writes: row.writes(),
        }
    };
    table::rows().map(door).collect()
}
