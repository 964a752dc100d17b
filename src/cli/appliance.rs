//! Opening the appliance: store, migration, outside, duties, wired in one place for the server and
//! for commands that work without one.

use std::sync::Arc;

use super::failure::Failure;
use super::folder::Folder;
use crate::config::Config;
use crate::jobs;
use crate::services::{Bss, World};
use crate::store::{Store, StoreError};
use crate::world::clock::MachineClock;
use crate::world::entropy::MachineEntropy;

/// The appliance over the folder's store, which is brought to this program's schema first.
pub(super) fn open(folder: &Folder, config: &Config) -> Result<Arc<Bss>, Failure> {
    let store = store(folder, config)?;
    let world = World { clock: Arc::new(MachineClock), entropy: Arc::new(MachineEntropy) };
    let bss = Bss::open(store, world);
    let bss = bss.map_err(|source| Failure::Service { action: "opening the store", source })?;
    bss.employ(jobs::all());
    Ok(bss)
}

fn store(folder: &Folder, config: &Config) -> Result<Store, Failure> {
    let failed = |source: StoreError| Failure::Store { folder: folder.path().to_owned(), source };
    let store = Store::open(&folder.store(), config.cache_bytes).map_err(failed)?;
    for step in store.migrate().map_err(failed)? {
        tracing::info!(step, "the store was migrated");
    }
    Ok(store)
}
