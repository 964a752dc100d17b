//! Migrations: an append-only list of steps from one schema to the next.
//!
//! A step runs in one transaction with the new version number, so that a file is always of exactly
//! one schema. Old shapes are frozen beside the step that reads them (`v02_….rs`) and nowhere else.

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

/// All steps; the schema of a file is how many of them it has seen. Append only.
// The next one: `Step { name: "what it is for", run: v02_what_it_is_for::run },`
pub const STEPS: &[Step] = &[Step { name: "the first shapes", run: |_| Ok(()) }];

/// The schema this program writes.
#[must_use]
pub fn newest() -> u32 {
    u32::try_from(STEPS.len()).expect("there are few migrations")
}

/// The steps that a store still has to take.
///
/// # Errors
/// If the store is of a newer schema, or cannot be read.
pub fn pending(view: &(impl View + ?Sized)) -> Result<&'static [Step], StoreError> {
    let found = setting::<Schema>(view)?.map_or(0, |it| it.0);
    let seen = usize::try_from(found).unwrap_or(usize::MAX);
    STEPS.get(seen..).ok_or(StoreError::TooNew { found, known: newest() })
}

/// Takes the next step, if there is one, and returns its name.
///
/// # Errors
/// If the store is of a newer schema, or the engine fails.
pub fn step(batch: &mut Batch<'_>) -> Result<Option<&'static str>, StoreError> {
    let Some(next) = pending(batch)?.first() else {
        return Ok(None);
    };
    let found = setting::<Schema>(batch)?.map_or(0, |it| it.0);
    (next.run)(batch)?;
    batch.put_setting(&Schema(found + 1))?;
    Ok(Some(next.name))
}
