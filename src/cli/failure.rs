//! How a command fails: what happened, why, and what to do about it.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use thiserror::Error;

use crate::config::ConfigError;
use crate::services;
use crate::services::duty::counted;
use crate::store::StoreError;
use crate::world::seal::SealError;

/// Why a command did not do what it was asked.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// The settings cannot be used.
    #[error("the settings cannot be used")]
    Settings(#[source] ConfigError),
    /// A file or folder cannot be used.
    #[error("{action} `{}` failed", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// An address cannot be listened on.
    #[error("listening on `{address}` failed")]
    Listen { address: String, source: io::Error },
    /// There is no store where one is needed.
    #[error("there is no store in `{}`", folder.display())]
    NoStore { folder: PathBuf },
    /// The store cannot be opened or used.
    #[error("the store in `{}` cannot be used", folder.display())]
    Store { folder: PathBuf, source: StoreError },
    /// The store has the schema of an older program, which may be the one that serves it.
    #[error("the store in `{}` is of an older program", folder.display())]
    Dated { folder: PathBuf },
    /// There is a file already where a copy is to be written.
    #[error("`{}` is already there", file.display())]
    Taken { file: PathBuf },
    /// A backup cannot be put back.
    #[error("the backup `{}` cannot be put back", file.display())]
    Backup { file: PathBuf, source: StoreError },
    /// The check found what disagrees.
    #[error("the store is not sound: {found} findings")]
    Unsound { found: u64 },
    /// Billing accounts could not be billed.
    #[error("{} could not be billed", counted(*accounts, "billing account"))]
    Unbilled { accounts: u64 },
    /// An invoice does not come out as it stands there.
    #[error("the invoice is not what it was: {}", faults.join("; "))]
    Unproven { faults: Vec<String> },
    /// The certificate or its key cannot be used.
    #[error("the certificate in `{}` cannot be used: {detail}", path.display())]
    Certificate { path: PathBuf, detail: String },
    /// The keys for the secrets in the store cannot be used.
    #[error("the keys for what is secret in the store cannot be used")]
    Keys(#[source] SealError),
    /// The appliance refused or failed.
    #[error("{action} failed")]
    Service { action: &'static str, source: services::Error },
    /// The appliance answered with a problem.
    #[error("{0}")]
    Refused(String),
    /// A running server did not answer as one does.
    #[error("the running server did not answer")]
    Silent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store failed while the server ran.
    #[error("the store failed: nothing more is written, because what is on the disk is not known")]
    Stopped,
    /// The machine did not give what a command needs.
    #[error("{action} failed")]
    Machine { action: &'static str, source: io::Error },
    /// What was answered could not be printed.
    #[error("the answer cannot be printed")]
    Output(#[source] io::Error),
}

impl Failure {
    pub(super) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }

    /// What the shell and systemd are told: 2 for what only another command line can mend, 70 for a
    /// store that must be looked at, 75 for one that must be opened by a server first.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) => ExitCode::from(2),
            Self::Stopped => ExitCode::from(70),
            // It may be sound: only nobody can say before it was opened for writing.
            Self::Store { source: StoreError::NotRecovered, .. } => ExitCode::from(75),
            Self::File { .. }
            | Self::Listen { .. }
            | Self::NoStore { .. }
            | Self::Store { .. }
            | Self::Dated { .. }
            | Self::Taken { .. }
            | Self::Backup { .. }
            | Self::Unsound { .. }
            | Self::Unbilled { .. }
            | Self::Unproven { .. }
            | Self::Certificate { .. }
            | Self::Keys(_)
            | Self::Service { .. }
            | Self::Refused(_)
            | Self::Silent(_)
            | Self::Machine { .. }
            | Self::Output(_) => ExitCode::FAILURE,
        }
    }

    /// What to do about it.
    fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Settings(_) => Some("`tillbox config` shows what is set, and where"),
            Self::NoStore { .. } => {
                Some("name the folder with --data, or begin with `tillbox serve`")
            }
            Self::Listen { .. } => Some("choose another address with --listen; port 0 takes any"),
            Self::Store { source, .. } => store_remedy(source),
            Self::Backup { source: StoreError::Exists { .. }, .. } => {
                Some("name another folder with --data, or say --replace")
            }
            Self::Dated { .. } => Some(
                "start the server with this program, or run `tillbox migrate`: the older one \
                 cannot open the store afterwards",
            ),
            Self::Taken { .. } => Some("name another file, or say --replace"),
            Self::Backup { source: StoreError::InUse, .. } => {
                Some("stop the server that has the store open, or name another folder with --data")
            }
            Self::Backup { .. } => Some("name a file that `tillbox backup` has written"),
            Self::Service { source: services::Error::Full, .. } => Some(FULL),
            Self::Unsound { .. } => Some("stop the server, keep a copy, and restore a backup"),
            Self::Unbilled { .. } => {
                Some("mend what the reasons name, then run it again: only these are tried again")
            }
            Self::Unproven { .. } => Some("run `tillbox check`, and restore a backup"),
            Self::Silent(_) => Some("see its log, and try again"),
            Self::Stopped => Some("see the log for the cause, mend the disk, then start again"),
            Self::File { .. }
            | Self::Certificate { .. }
            | Self::Keys(_)
            | Self::Service { .. }
            | Self::Refused(_)
            | Self::Machine { .. }
            | Self::Output(_) => None,
        }
    }

    /// The failure as the operator reads it.
    pub(super) fn told(&self) -> String {
        let mut text = format!("error: {self}\n");
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let _ = writeln!(text, "  because {error}");
            cause = error.source();
        }
        if let Some(remedy) = self.remedy() {
            let _ = writeln!(text, "  try: {remedy}");
        }
        text
    }
}

const FULL: &str = "make room on the disk: what is stored is safe";

const fn store_remedy(it: &StoreError) -> Option<&'static str> {
    match it {
        StoreError::InUse => Some(
            "another Tillbox has this folder open: stop it, or give this one a folder of its own \
             with --data",
        ),
        StoreError::TooNew { .. } => {
            Some("start the newer program, or restore the backup made before the upgrade")
        }
        StoreError::Unreleased { .. } => Some(
            "name an empty folder with --data, and keep the old one for the program that wrote it",
        ),
        StoreError::Full => Some(FULL),
        StoreError::NotRecovered => {
            Some("start the server once, or run `tillbox migrate`: both put it right")
        }
        StoreError::Exists { .. } => Some("name another file, or say --replace"),
        StoreError::UnknownTable { .. } => Some("use the program that wrote the store"),
        StoreError::CopyDiffers { .. } => Some("look at the disk the copy was written to"),
        StoreError::Broken { .. } => Some("look at the disk before anything is started again"),
        StoreError::Interrupted
        | StoreError::Stopped
        | StoreError::Unrehearsed
        | StoreError::Damaged { .. }
        | StoreError::Unreadable { .. }
        | StoreError::File { .. }
        | StoreError::Engine(_) => None,
    }
}
