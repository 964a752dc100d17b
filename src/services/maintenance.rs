//! The appliance's own upkeep: readiness, migration, backup, check, the clock.

use super::{Bss, Error};
use crate::store::migrate;

/// Whether requests can be answered, or why not.
///
/// # Errors
/// If the store failed, cannot be read, or still waits for a migration.
pub fn readiness(bss: &Bss) -> Result<(), Error> {
    if bss.is_stopped() {
        return Err(Error::internal("the store failed"));
    }
    let snapshot = bss.house.store().read()?;
    match migrate::pending(&snapshot)?.first() {
        None => Ok(()),
        Some(step) => Err(Error::internal(format!("the migration `{}` is due", step.name))),
    }
}
