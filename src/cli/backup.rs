//! `tillbox backup`, `restore` and `check`: the store as a file, also while a server uses it.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::folder::Folder;
use super::{appliance, say};
use crate::config::{Config, PlaceFlags};
use crate::store::backup::{self, Existing};
use crate::store::meta::{self, KeyMark};
use crate::store::{ReadOnlyStore, Store, StoreError, check};
use crate::world::entropy::MachineEntropy;
use crate::world::seal::{SealError, Sealer, Start};

/// Copy the store into a file, also while a server uses it
#[derive(Debug, Args)]
#[command(after_help = "\
Every night, beside a running server:
  tillbox backup --data /var/lib/tillbox /backup/tillbox-$(date +%F).redb

The copy is of one moment, is read again when it is whole, and only then gets its name. Keep the
file `tillbox.key` with it, which lies beside the store: it opens what is sealed there.")]
pub(super) struct Backup {
    /// The file to be written; it must not be there yet
    to: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

/// Put a backup in the place of a store that no server uses
#[derive(Debug, Args)]
#[command(after_help = "\
  systemctl stop tillbox
  tillbox restore --data /var/lib/tillbox --replace /backup/tillbox-2026-11-21.redb

The backup is read as a whole before anything is touched. Put the `tillbox.key` that was kept with
it beside the store: without it, or with another, the server does not start.")]
pub(super) struct Restore {
    /// The file that `tillbox backup` wrote
    from: PathBuf,
    /// Replace the store that is there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

/// Prove that the store says nothing twice in two ways, also while a server uses it
#[derive(Debug, Args)]
#[command(after_help = "\
Ends with 1 and names what it found if a table and an index, a balance and its entries, or an
invoice and its seal disagree; with 75 if nobody can say yet, because the last server was killed:
start one once.")]
pub(super) struct Check {
    #[command(flatten)]
    flags: PlaceFlags,
}

const fn existing(replace: bool) -> Existing {
    if replace { Existing::Replaced } else { Existing::Refused }
}

fn failed(folder: &Folder) -> impl Fn(StoreError) -> Failure {
    let path = folder.path().to_owned();
    move |source| Failure::Store { folder: path.clone(), source }
}

fn read_only(folder: &Folder, config: &Config) -> Result<ReadOnlyStore, Failure> {
    Store::open_read_only(&folder.store(), config.cache_bytes).map_err(failed(folder))
}

impl Backup {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = super::settings(&self.flags.0)?.config;
        let folder = Folder::existing(&config)?;
        let snapshot = read_only(&folder, &config)?.read().map_err(failed(&folder))?;
        let copied = backup::backup(&snapshot, &self.to, existing(self.replace), &mut |_| {});
        let refused = |source| match matches!(source, StoreError::Exists { .. }) {
            true => Failure::Taken { file: self.to.clone() },
            false => failed(&folder)(source),
        };
        let rows: u64 = copied.map_err(refused)?.values().map(|it| it.rows).sum();
        say(out, format_args!("copied {rows} rows to `{}`", self.to.display()))?;
        if config.secret_key_file.is_some() || !folder.key().exists() {
            return Ok(());
        }
        say(
            out,
            format_args!("keep `{}` beside it: it opens what is sealed", folder.key().display()),
        )
    }
}

impl Restore {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = super::settings(&self.flags.0)?.config;
        let folder = Folder::create(&config)?;
        let to = folder.store();
        let copied = backup::restore(&self.from, &to, existing(self.replace), &mut |_| {});
        let unusable = |source| Failure::Backup { file: self.from.clone(), source };
        let rows: u64 = copied.map_err(unusable)?.values().map(|it| it.rows).sum();
        folder.forget_search()?;
        folder.hand_over()?;
        say(out, format_args!("put {rows} rows into `{}`", to.display()))?;
        self.try_keys(out, &folder, &config)
    }

    /// Says whether the keys that are here are those of the store that was put back.
    fn try_keys(
        &self,
        out: &mut dyn Write,
        folder: &Folder,
        config: &Config,
    ) -> Result<(), Failure> {
        let snapshot = read_only(folder, config)?.read().map_err(failed(folder))?;
        let mark = meta::setting::<KeyMark>(&snapshot).map_err(failed(folder))?;
        let keys =
            Sealer::open(&appliance::key_place(folder, config), Start::Again, &MachineEntropy);
        let tried = keys.and_then(|keys| mark.map(|KeyMark(mark)| keys.prove(&mark)).transpose());
        match tried {
            Ok(Some(())) => {
                say(out, format_args!("the key that is here opens what is sealed in it"))
            }
            // It was written before stores had a mark: nobody can say.
            Ok(None) => Ok(()),
            Err(SealError::Missing(_)) => say(
                out,
                format_args!(
                    "put its `tillbox.key` beside it: without it the server does not start"
                ),
            ),
            Err(SealError::Foreign) => say(
                out,
                format_args!(
                    "the key that is here is another's: put its own `tillbox.key` in the \
                              place of it, or the server does not start"
                ),
            ),
            Err(it) => say(out, format_args!("the server does not start so: {it}")),
        }
    }
}

impl Check {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = super::settings(&self.flags.0)?.config;
        let folder = Folder::existing(&config)?;
        let snapshot = read_only(&folder, &config)?.read().map_err(failed(&folder))?;
        let report = check::check(&snapshot);
        for finding in &report.findings {
            say(out, format_args!("{}: {}", finding.table, finding.what))?;
        }
        let rows: u64 = report.rows.values().sum();
        if report.found > 0 {
            return Err(Failure::Unsound { found: report.found });
        }
        say(out, format_args!("{rows} rows in {} tables agree", report.rows.len()))
    }
}
