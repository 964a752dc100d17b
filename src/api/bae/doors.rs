//! The doors of this contract: each call, and what one needs for it. From the table of calls, so that
//! none can be forgotten.

pub use super::route::Needs;
use super::table;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The method.
    pub method: String,
    /// The path, with `{id}` for what the caller says.
    pub path: &'static str,
    /// What a caller needs.
    pub needs: Needs,
    /// Whether something can come of it.
    pub writes: bool,
}

/// All doors.
#[must_use]
pub fn doors() -> Vec<Door> {
    let all = table::rows().map(|row| Door {
        method: row.method.to_string(),
        path: row.path,
        needs: row.needs,
        writes: row.writes(),
    });
    all.collect()
}
