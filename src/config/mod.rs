//! What can be set: one struct, one source of defaults; file below environment below flag.
//!
//! Each field of [`Settings`] is a flag (`--cache-mib`), a variable (`TILLBOX_CACHE_MIB`) and a key
//! of the TOML file that `--config` names (`cache_mib`), and is read by the same parser wherever it
//! stands. What does not go together is refused when the settings become a [`Config`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use thiserror::Error;
use tracing_subscriber::EnvFilter;

use crate::domain::text::{Email, WebAddress};

#[cfg(test)]
mod tests;

/// What stands before the name of every variable of ours.
const PREFIX: &str = "TILLBOX_";
/// The key under which the file itself is named, by flag or by variable.
const FILE: &str = "config";
/// Whose values are never shown.
const SECRETS: &[&str] = &["smtp_url"];
/// What commands that only touch the files need to know.
const PLACE: &[&str] = &["data", "log", "log_format"];

/// Every setting, with its default.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The folder of the store, `tillbox.redb`, and of all that is derived from it
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// The address to listen on; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    pub listen: SocketAddr,
    /// Where people reach this server, for links in mails; without it, where it listens
    #[arg(long, value_name = "URL")]
    pub public_url: Option<WebAddress>,
    /// A certificate chain in PEM: with it and its key the server speaks HTTPS
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// How much memory the store's cache takes, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 40,
          value_parser = clap::value_parser!(u32).range(4..=1_048_576))]
    pub cache_mib: u32,
    /// The mail server, smtp://user:password@host:587; without one mails become files in the
    /// folder `mail` beside the store
    #[arg(long, value_name = "URL")]
    pub smtp_url: Option<SmtpUrl>,
    /// The address that mails come from
    #[arg(long, value_name = "EMAIL", default_value = "tillbox@localhost")]
    pub mail_from: Email,
    /// A file like `tillbox.key`, whose keys seal secrets in the store; without one a key is made
    /// beside the store
    #[arg(long, value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// Whether webhooks may be sent to private and local addresses
    #[arg(long, value_name = "BOOL", default_value_t = false, default_missing_value = "true",
          num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub allow_private_targets: bool,
    /// Whether TM Forum requests may only refer to what is here
    #[arg(long, value_name = "BOOL", default_value_t = false, default_missing_value = "true",
          num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub strict_references: bool,
    /// Whether who is not signed in may look at what the provider sells: the shop, and the catalogue
    /// of contracts that publish theirs
    #[arg(long, value_name = "BOOL", default_value_t = true, default_missing_value = "true",
          num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    pub public_shop: bool,
    /// For how many days after it happened usage is taken in, and known when it comes twice
    #[arg(long, value_name = "DAYS", default_value_t = 35,
          value_parser = clap::value_parser!(u16).range(1..=400))]
    pub usage_window_days: u16,
    /// How large a file may be that is uploaded, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub file_mib_max: u32,
    /// How large the uploaded files of one seller may be together, in GiB
    #[arg(long, value_name = "GIB", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub seller_gib_max: u32,
    /// How the log is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What is logged: a level, or targets with levels as in `warn,tillbox=debug`
    #[arg(long, value_name = "FILTER", default_value = "info")]
    pub log: LogFilter,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// What is logged: a filter that can be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = EnvFilter::builder().parse(text);
        parsed.map(|_| Self(text.to_owned())).map_err(|error| error.to_string())
    }
}

/// A mail server with what signs in to it. Its `Debug` tells no password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

impl SmtpUrl {
    /// The whole address, with its password: for who connects, never for a log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix("smtp://").or_else(|| text.strip_prefix("smtps://"));
        let place = rest.map(|it| it.rsplit_once('@').map_or(it, |(_, host)| host));
        match place {
            Some(host) if !host.is_empty() && text.chars().all(|it| it.is_ascii_graphic()) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err("must be like smtp://user:password@host:587, or smtps:// where the whole \
                      connection is encrypted"),
        }
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0.rsplit_once('@').map_or(self.0.as_str(), |(_, host)| host);
        write!(f, "SmtpUrl(…@{place})")
    }
}

/// The settings as the house uses them: whatever can be built runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of the store and of all that is derived from it.
    pub data: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Where people reach this server, if that is not where it listens.
    pub public_url: Option<WebAddress>,
    /// The certificate and key for HTTPS.
    pub tls: Option<TlsFiles>,
    /// How much memory the store's cache takes.
    pub cache_bytes: usize,
    /// The mail server; without one mails become files.
    pub smtp_url: Option<SmtpUrl>,
    /// The address that mails come from.
    pub mail_from: Email,
    /// The file of the keys that seal secrets in the store, if they are not beside it.
    pub secret_key_file: Option<PathBuf>,
    /// Where webhooks may be sent.
    pub webhook_targets: Targets,
    /// Whether TM Forum requests may only refer to what is here.
    pub strict_references: bool,
    /// Whether who is not signed in may look at what the provider sells.
    pub public_shop: bool,
    /// For how many days after it happened usage is taken in.
    pub usage_window_days: u16,
    /// How many bytes a file may have that is uploaded.
    pub file_bytes_max: u64,
    /// How many bytes the uploaded files of one seller may have together.
    pub seller_file_bytes_max: u64,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: LogFilter,
}

/// A certificate and its key, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain of certificates.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Where webhooks may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// To addresses of the public internet alone.
    Public,
    /// Anywhere, the server's own network included.
    Any,
}

impl TryFrom<Settings> for Config {
    type Error = ConfigError;

    fn try_from(it: Settings) -> Result<Self, ConfigError> {
        let tls = match (it.tls_cert, it.tls_key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(ConfigError::Alone { key: "tls_cert", lacks: "tls_key" });
            }
            (None, Some(_)) => {
                return Err(ConfigError::Alone { key: "tls_key", lacks: "tls_cert" });
            }
        };
        if it.smtp_url.is_some() && it.mail_from.as_str().ends_with("@localhost") {
            return Err(ConfigError::Alone { key: "smtp_url", lacks: "mail_from" });
        }
        let targets = if it.allow_private_targets { Targets::Any } else { Targets::Public };
        Ok(Self {
            data: it.data,
            listen: it.listen,
            public_url: it.public_url,
            tls,
            cache_bytes: usize::try_from(it.cache_mib).unwrap_or(usize::MAX >> 20) << 20,
            smtp_url: it.smtp_url,
            mail_from: it.mail_from,
            secret_key_file: it.secret_key_file,
            webhook_targets: targets,
            strict_references: it.strict_references,
            public_shop: it.public_shop,
            usage_window_days: it.usage_window_days,
            file_bytes_max: u64::from(it.file_mib_max) << 20,
            seller_file_bytes_max: u64::from(it.seller_gib_max) << 30,
            log_format: it.log_format,
            log: it.log,
        })
    }
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the settings in `{}` cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("`{}` is not valid TOML: {detail}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
    /// A key of the file, or a variable, that is no setting.
    #[error("`{name}` in {place} is no setting{hint}")]
    Unknown {
        /// As it stands there.
        name: String,
        /// Where it stands.
        place: String,
        /// What may have been meant.
        hint: String,
    },
    /// A value that the setting cannot have.
    #[error("`{name}` in {place} cannot be used: {detail}")]
    Wrong {
        /// As it stands there.
        name: String,
        /// Where it stands.
        place: String,
        /// The rule.
        detail: String,
    },
    /// A setting that means nothing without another.
    #[error("`{key}` needs `{lacks}` to be set, too")]
    Alone {
        /// What is set.
        key: &'static str,
        /// What is not.
        lacks: &'static str,
    },
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// The file.
    File(PathBuf),
    /// The variable of this name.
    Variable(String),
    /// The flag of this name.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What was set on the command line, as text, by key.
#[derive(Debug, Clone, Default)]
pub struct Flags(BTreeMap<String, OsString>);

/// The flags of a command that can be given every setting.
#[derive(Debug, Clone, Default)]
pub struct AllFlags(pub Flags);

/// The flags of a command that only has to find the files.
#[derive(Debug, Clone, Default)]
pub struct PlaceFlags(pub Flags);

fn settings() -> Command {
    Settings::augment_args(Command::new("settings"))
}

/// The flags for the settings that `wanted` accepts, and the one that names the file.
fn with_flags(command: Command, wanted: impl Fn(&str) -> bool) -> Command {
    let all = settings();
    let flags = all.get_arguments().filter(|it| wanted(it.get_id().as_str())).cloned();
    let file = Arg::new(FILE)
        .long(FILE)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("A TOML file with settings; variables and flags go before it");
    command.arg(file).args(flags).next_line_help(false)
}

impl Flags {
    fn of(matches: &ArgMatches) -> Self {
        let given = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let value = |id: &str| {
            let raw = matches.try_get_raw(id).ok().flatten().and_then(|mut it| it.next());
            // A flag without a value says yes.
            (id.to_owned(), raw.map_or_else(|| "true".into(), OsString::from))
        };
        Self(matches.ids().map(clap::Id::as_str).filter(given).map(value).collect())
    }
}

/// Lets clap read a set of flags.
macro_rules! flags {
    ($name:ident, $wanted:expr) => {
        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                let mut flags = Flags::of(matches);
                flags.0.retain(|it, _| it == FILE || ($wanted)(it.as_str()));
                Ok(Self(flags))
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl Args for $name {
            fn augment_args(command: Command) -> Command {
                with_flags(command, $wanted)
            }

            fn augment_args_for_update(command: Command) -> Command {
                Self::augment_args(command)
            }
        }
    };
}

flags!(AllFlags, |id: &str| is_key(id));
flags!(PlaceFlags, |id: &str| PLACE.contains(&id));

/// The settings of one start, and where each comes from.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The settings.
    pub config: Config,
    rows: Vec<Row>,
}

/// A setting as an operator reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its key in the file.
    pub key: String,
    /// Its value as text, empty if it has none; of a secret only that there is one.
    pub value: String,
    /// Whether the value is not shown.
    pub is_secret: bool,
    /// Where the value comes from.
    pub source: Source,
}

impl Effective {
    /// Puts the layers together: `flags` over `environment` over the file that one of them names.
    ///
    /// # Errors
    /// If a layer names what is no setting, or has a value that cannot be used.
    pub fn resolve(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let variables = variables(environment)?;
        let file = flags.0.get(FILE).or_else(|| variables.get(FILE)).map(PathBuf::from);
        let mut given: BTreeMap<String, (OsString, Source)> = BTreeMap::new();
        if let Some(path) = file {
            let values = read(&path)?.into_iter();
            given.extend(values.map(|(key, it)| (key, (it.into(), Source::File(path.clone())))));
        }
        for (key, value) in variables {
            let source = Source::Variable(variable(&key));
            given.insert(key, (value, source));
        }
        for (key, value) in &flags.0 {
            given.insert(key.clone(), (value.clone(), Source::Flag(flag(key))));
        }
        given.remove(FILE);
        let matches = parse(&given)?;
        let settings = Settings::from_arg_matches(&matches).expect("the flags are those of it");
        Ok(Self { config: settings.try_into()?, rows: rows(&matches, &given) })
    }

    /// All settings, in the order in which they are declared. Secrets are masked.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

fn is_key(name: &str) -> bool {
    settings().get_arguments().any(|it| it.get_id().as_str() == name)
}

fn flag(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

/// The variable that sets a key.
#[must_use]
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase())
}

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an IP address and a port, as in 127.0.0.1:8080 or [::]:8080")
}

/// The variables that are settings, by key. An empty one is one that is not set. Others may be
/// there for whoever else reads them, unless they are nearly called like one of ours.
fn variables(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, OsString>, ConfigError> {
    let mut found = BTreeMap::new();
    for (name, value) in environment.into_iter().filter(|it| !it.1.is_empty()) {
        let Some(name) = name.to_str().filter(|it| it.starts_with(PREFIX)) else { continue };
        let key = name[PREFIX.len()..].to_lowercase();
        if key == FILE || is_key(&key) {
            found.insert(key, value);
        } else if let Some(meant) = nearest(&key, 2) {
            let hint = format!("; did you mean `{}`?", variable(&meant));
            let place = "the environment".to_owned();
            return Err(ConfigError::Unknown { name: name.to_owned(), place, hint });
        }
    }
    Ok(found)
}

/// The values in a file, as one would write them on the command line.
fn read(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
            path: path.to_owned(),
            detail: error.to_string().trim_end().to_owned(),
        })?;
    let place = || format!("`{}`", path.display());
    let text = |(key, value): (String, toml::Value)| match value {
        _ if !is_key(&key) => {
            Err(ConfigError::Unknown { hint: hint(&key), name: key, place: place() })
        }
        toml::Value::String(it) => Ok((key, it)),
        toml::Value::Integer(it) => Ok((key, it.to_string())),
        toml::Value::Boolean(it) => Ok((key, it.to_string())),
        toml::Value::Float(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => {
            let detail = "must be a text, a whole number, or true or false".to_owned();
            Err(ConfigError::Wrong { name: key, place: place(), detail })
        }
    };
    table.into_iter().map(text).collect()
}

/// What may have been meant by a key of the file.
fn hint(name: &str) -> String {
    nearest(name, 3).map_or_else(String::new, |it| format!("; did you mean `{it}`?"))
}

/// The setting whose key differs in the fewest letters, if those are not too many.
fn nearest(name: &str, most: usize) -> Option<String> {
    let all = settings();
    let keys = all.get_arguments().map(|it| it.get_id().as_str());
    let differing = |key: &str| {
        let common = key.chars().zip(name.chars()).filter(|(a, b)| a == b).count();
        key.chars().count().max(name.chars().count()) - common
    };
    let nearest = keys.min_by_key(|it| differing(it)).filter(|it| differing(it) <= most);
    nearest.map(str::to_owned)
}

/// Reads all values by the parsers of [`Settings`]. Each is tried alone first, so that what is
/// wrong is named as it was written.
fn parse(given: &BTreeMap<String, (OsString, Source)>) -> Result<ArgMatches, ConfigError> {
    let command = settings().no_binary_name(true);
    let argument = |key: &str, value: &OsString| {
        let mut argument = OsString::from(format!("{}=", flag(key)));
        argument.push(value);
        argument
    };
    for (key, (value, source)) in given {
        let tried = command.clone().try_get_matches_from([argument(key, value)]);
        tried.map_err(|error| refusal(key, source, &error))?;
    }
    let all = given.iter().map(|(key, (value, _))| argument(key, value));
    Ok(command.try_get_matches_from(all).expect("each was tried alone"))
}

fn refusal(key: &str, source: &Source, error: &clap::Error) -> ConfigError {
    let (name, place) = match source {
        Source::File(path) => (key.to_owned(), format!("`{}`", path.display())),
        Source::Variable(name) => (name.clone(), "the environment".to_owned()),
        Source::Flag(name) => (name.clone(), "the command line".to_owned()),
        Source::Default => (key.to_owned(), "the defaults".to_owned()),
    };
    // What clap says of a value repeats it, and this one may be a secret.
    let why = std::error::Error::source(error).map(ToString::to_string);
    let detail = match why {
        Some(why) => why,
        None if error.kind() == ErrorKind::InvalidUtf8 => "must be UTF-8".to_owned(),
        None => {
            let text = error.render().to_string();
            let text: Vec<_> =
                text.lines().take_while(|it| !it.is_empty()).map(str::trim).collect();
            text.join(" ").trim_start_matches("error: ").to_owned()
        }
    };
    ConfigError::Wrong { name, place, detail }
}

fn rows(matches: &ArgMatches, given: &BTreeMap<String, (OsString, Source)>) -> Vec<Row> {
    let all = settings();
    let row = |key: &str| {
        let raw = matches.get_raw(key).and_then(|mut it| it.next());
        let is_secret = SECRETS.contains(&key);
        let value = match raw {
            None => String::new(),
            Some(_) if is_secret => "(secret)".to_owned(),
            Some(it) => it.to_string_lossy().into_owned(),
        };
        let source = given.get(key).map_or(Source::Default, |it| it.1.clone());
        Row { key: key.to_owned(), value, is_secret, source }
    };
    all.get_arguments().map(|it| row(it.get_id().as_str())).collect()
}
