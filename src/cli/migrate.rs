//! `tillbox migrate`: brings a store to the schema of this program without serving it.

use std::io::Write;

use clap::Args;

use super::failure::Failure;
use super::folder::Folder;
use super::say;
use crate::config::PlaceFlags;
use crate::store::{Store, migrate};

/// Bring the store to the schema of this program, as every start does
#[derive(Debug, Args)]
#[command(after_help = "\
To see beforehand what an upgrade would do, on a copy of the folder of a stopped server:
  cp -r /var/lib/tillbox ./trial && tillbox migrate --data ./trial

A store that was migrated cannot be opened by an older program.")]
pub(super) struct Migrate {
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Migrate {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = super::settings(&self.flags.0)?.config;
        let folder = Folder::existing(&config)?;
        let failed = |source| Failure::Store { folder: folder.path().to_owned(), source };
        let store = Store::open(&folder.store(), config.cache_bytes).map_err(failed)?;
        for step in store.migrate().map_err(failed)? {
            say(out, format_args!("taken: {step}"))?;
        }
        folder.hand_over()?;
        say(out, format_args!("the store has schema {}", migrate::newest()))
    }
}
