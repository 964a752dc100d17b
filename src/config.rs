//! What can be set: one struct, one source of defaults; file below environment below flag.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use crate::domain::text::Email;

/// How `tillbox serve` runs. Every setting is a flag, a variable `TILLBOX_…` and a key of the TOML
/// file that `--config` names; a flag beats a variable, a variable beats the file.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The folder that holds the store, `tillbox.redb`, and what is derived from it.
    #[arg(long, env = "TILLBOX_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, env = "TILLBOX_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where people reach this server, for links in mails: https://billing.example.com.
    #[arg(long, env = "TILLBOX_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// How many MiB of memory the store's cache takes.
    #[arg(long, env = "TILLBOX_CACHE_MIB", value_name = "MIB")]
    pub cache_mib: Option<usize>,
    /// The mail server, as smtp://user:password@host:port; without one mails are written into the
    /// folder `mail` beside the store.
    #[arg(long, env = "TILLBOX_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The address that mails come from.
    #[arg(long, env = "TILLBOX_MAIL_FROM", value_name = "EMAIL")]
    pub mail_from: Option<String>,
    /// How the log is written.
    #[arg(long, env = "TILLBOX_LOG_FORMAT", value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged, as in `info,tillbox=debug`.
    #[arg(long, env = "TILLBOX_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
