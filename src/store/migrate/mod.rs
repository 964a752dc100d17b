//! Migrations: an append-only list of steps from one schema to the next.
//!
//! A step runs in one transaction with the new version number, so that a file is always of exactly
//! one schema. Old shapes are frozen beside the step that reads them (`v04_….rs`) and nowhere else.
//!
//! Schemas 1 and 2 were never released, and their records had several shapes: a file of theirs is refused.

use super::StoreError;
use super::batch::Batch;
use super::meta::{Schema, setting};
use super::view::View;

/// One step: what it is for, and what it does.
pub struct Step {
    /// What the operator reads.
    pub name: &'static str,
    run: fn(&mut Batch<'_>) -> Result<(), StoreError>,
}

/// The last schema that was not released.
const UNRELEASED: u32 = 2;

/// All steps; the schema of a file is how many of them it has seen, after those that were not released.
/// Append only.
// The next one: `Step { name: "what it is for", run: v04_what_it_is_for::run },`
pub const STEPS: &[Step] = &[Step { name: "the first shapes", run: |_| Ok(()) }];

/// The schema this program writes.
#[must_use]
pub fn newest() -> u32 {
    UNRELEASED + u32::try_from(STEPS.len()).expect("there are few migrations")
}

/// The steps that a store still has to take.
///
/// # Errors
/// If the store is of a newer schema, or of one that was not released, or cannot be read.
pub fn pending(view: &(impl View + ?Sized)) -> Result<&'static [Step], StoreError> {
    let Some(Schema(found)) = setting::<Schema>(view)? else { return Ok(STEPS) };
    let unreleased = || StoreError::Unreleased { found, first: UNRELEASED + 1 };
    let seen = found.checked_sub(UNRELEASED).filter(|it| *it > 0).ok_or_else(unreleased)?;
    let seen = usize::try_from(seen).unwrap_or(usize::MAX);
    STEPS.get(seen..).ok_or(StoreError::TooNew { found, known: newest() })
}

/// Takes the next step, if there is one, and returns its name.
///
/// # Errors
/// As [`pending`], or if the engine fails.
pub fn step(batch: &mut Batch<'_>) -> Result<Option<&'static str>, StoreError> {
    let Some(next) = pending(batch)?.first() else {
        return Ok(None);
    };
    let found = setting::<Schema>(batch)?.map_or(UNRELEASED, |it| it.0);
    (next.run)(batch)?;
    batch.put_setting(&Schema(found + 1))?;
    Ok(Some(next.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Commit, Store};

    /// What becomes of a store of some schema.
    fn opened(found: Option<u32>) -> String {
        let store = Store::memory().expect("memory");
        let written = store.transact(|mut batch| {
            found.map_or(Ok(()), |it| batch.put_setting(&Schema(it)))?;
            Ok(((), Commit::Durable))
        });
        written.expect("written");
        store.migrate().map_or_else(|error| error.to_string(), |taken| taken.join(", "))
    }

    #[test]
    fn a_store_is_opened_if_it_is_new_or_of_a_schema_that_was_released() {
        let refused = "was written before the first release, whose schema is 3: begin a new one";
        let newer = newest() + 1;
        for (found, expected) in [
            (None, "the first shapes".to_owned()),
            (Some(0), format!("the store has schema 0 and {refused}")),
            (Some(1), format!("the store has schema 1 and {refused}")),
            (Some(2), format!("the store has schema 2 and {refused}")),
            (Some(newest()), String::new()),
            (
                Some(newer),
                format!(
                    "the store has schema {newer}, this program knows up to {}: use a newer Tillbox",
                    newest()
                ),
            ),
        ] {
            assert_eq!(opened(found), expected, "{found:?}");
        }
    }
}
