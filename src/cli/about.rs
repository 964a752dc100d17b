//! Commands that tell about the program itself: its settings, its version, and what shells and
//! manuals want to know.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::failure::Failure;
use super::{Line, say};
use crate::api;
use crate::config::AllFlags;
use crate::domain::operator;
use crate::store::migrate;

/// Print the settings that are in force, and where each comes from
#[derive(Debug, Args)]
#[command(after_help = "\
What would the server run with?
  tillbox config --config /etc/tillbox.toml

The output is itself a file that --config reads. Secrets are not shown.")]
pub(super) struct Config {
    #[command(flatten)]
    flags: AllFlags,
}

impl Config {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        for row in super::settings(&self.flags.0)?.rows() {
            let line = match row.value.as_str() {
                "" => format!("# {} is not set", row.key),
                value if row.is_secret => format!("# {} = {value}", row.key),
                value => format!("{} = {}", row.key, quoted(value)),
            };
            say(out, format_args!("{line:<50} # {}", row.source))?;
        }
        Ok(())
    }
}

/// A text as TOML quotes it.
fn quoted(text: &str) -> String {
    // What JSON escapes, TOML understands.
    serde_json::Value::from(text).to_string()
}

/// Print the completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Where the shells look for them:
  tillbox completions bash > /etc/bash_completion.d/tillbox
  tillbox completions zsh > ~/.zfunc/_tillbox
  tillbox completions fish > ~/.config/fish/completions/tillbox.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Line::command(), "tillbox", &mut text);
        out.write_all(&text).map_err(Failure::Output)
    }
}

/// Write the manual, a page for each command, into a folder
#[derive(Debug, Args)]
#[command(after_help = "\
Where `man` looks for it:
  tillbox man /usr/share/man/man1")]
pub(super) struct Man {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(self) -> Result<(), Failure> {
        let failed = |source| Failure::file("writing the manual into", &self.folder, source);
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        clap_mangen::generate_to(Line::command(), &self.folder).map_err(failed)
    }
}

/// Print the description of the API, by OpenAPI 3.1
#[derive(Debug, Args)]
#[command(after_help = "\
For a generator of clients:
  tillbox openapi > openapi.json

A running server answers the same at /openapi.json.")]
pub(super) struct Openapi {}

impl Openapi {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        say(out, format_args!("{:#}", api::v1::document()))
    }
}

/// Print who may do what: a row for each permission, a column for each role
#[derive(Debug, Args)]
#[command(after_help = "\
Who may give money back?
  tillbox rights | grep refund")]
pub(super) struct Rights {}

impl Rights {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        write!(out, "{}", operator::table()).map_err(Failure::Output)
    }
}

/// Print the version of the program and of the store it writes
#[derive(Debug, Args)]
pub(super) struct Version {}

impl Version {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        say(out, concat!("tillbox ", env!("CARGO_PKG_VERSION")))?;
        say(out, format_args!("schema {}", migrate::newest()))
    }
}
