//! `tillbox operator`: who runs the appliance: letting somebody in, and back in.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::answer::{is, items, print, text};
use super::door::Door;
use super::failure::Failure;
use super::say;
use crate::config::{Config, PlaceFlags};

/// Let somebody run the appliance, or let in again who lost the password
#[derive(Debug, Args)]
pub(super) struct Operator {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    Add(Add),
    Reset(Reset),
}

/// Make an operator, who chooses a password by a link that works once
#[derive(Debug, Args)]
#[command(after_help = "\
  tillbox operator add ann@example.com --name 'Ann Example'

Without a person at hand, with a password that a secret store has put into a file:
  tillbox operator add ann@example.com --password-file /run/secrets/ann

There is no default password. The first operator of all is made by the link that the first
`tillbox serve` prints, or from TILLBOX_OPERATOR_EMAIL and TILLBOX_OPERATOR_PASSWORD.")]
struct Add {
    /// The mail address, with which the operator signs in
    email: String,
    /// What the operator is called; the first part of the address if nothing is said
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    flags: PlaceFlags,
}

/// Give a user another link to choose a password, and end all its sessions
#[derive(Debug, Args)]
#[command(after_help = "\
  tillbox operator reset ann@example.com

It works for every user, also for one who has locked the door by too many wrong passwords.")]
struct Reset {
    /// The mail address, or the other name with which the user signs in
    email: String,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    flags: PlaceFlags,
}

/// How the password is chosen, and how the answer is given.
#[derive(Debug, Args)]
struct Manner {
    /// A file whose first line is the password; there is no link then
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print the user as JSON
    #[arg(long)]
    json: bool,
}

impl Operator {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.act {
            Act::Add(it) => it.run(out),
            Act::Reset(it) => it.run(out),
        }
    }
}

impl Add {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = super::settings(&self.flags.0)?.config;
        // Before anything is written: a user without a password is of no use.
        let password = self.manner.password()?;
        let door = Door::open(&config)?;
        if is(&door.get("/api/v1/setup")?, "needed") {
            return Err(Failure::Refused(
                "nobody has set the appliance up yet: `tillbox serve` prints the link that makes \
                 the first operator"
                    .to_owned(),
            ));
        }
        // It is the first account that there ever was.
        let providers = door.get("/api/v1/accounts?kind=provider&order=oldest")?;
        let provider = items(&providers, "items").next().map(|it| text(it, "id"));
        let name = self.name.unwrap_or_else(|| name_of(&self.email));
        let body = json!({
            "account": provider, "email": self.email, "name": name, "roles": ["operator"],
        });
        let user = door.post("/api/v1/users", &body)?;
        settle(out, &door, &config, (user, password, self.manner.json))
    }
}

/// What somebody is called of whom only the address is known.
fn name_of(email: &str) -> String {
    email.split('@').next().unwrap_or_default().replace(['.', '_', '-'], " ")
}

impl Reset {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = super::settings(&self.flags.0)?.config;
        let password = self.manner.password()?;
        let door = Door::open(&config)?;
        let user = find(&door, &self.email)?;
        let id = text(&user, "id");
        let user = match (&password, text(&user, "state")) {
            (Some(_), "invited" | "active") => user,
            (Some(_), state) => {
                let why =
                    format!("`{}` is {state} and cannot sign in: restore it first", self.email);
                return Err(Failure::Refused(why));
            }
            (None, "invited") => door.post(&format!("/api/v1/users/{id}/invite"), &json!({}))?,
            (None, _) => door.post(&format!("/api/v1/users/{id}/password/link"), &json!({}))?,
        };
        settle(out, &door, &config, (user, password, self.manner.json))
    }
}

/// The user who signs in by a name.
pub(super) fn find(door: &Door, login: &str) -> Result<Value, Failure> {
    let plain: String = form_urlencoded::byte_serialize(login.as_bytes()).collect();
    let found = door.get(&format!("/api/v1/users?login={plain}"))?;
    let user = items(&found, "items").next().cloned();
    user.ok_or_else(|| Failure::Refused(format!("nobody signs in as `{login}`")))
}

impl Manner {
    /// The password in the file, if one is named.
    fn password(&self) -> Result<Option<String>, Failure> {
        self.password_file.as_deref().map(first_line).transpose()
    }
}

fn first_line(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| Failure::file("reading the password in", path, source))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Sets the password if there is one, and says how the user comes in.
fn settle(
    out: &mut dyn Write,
    door: &Door,
    config: &Config,
    (mut user, password, as_json): (Value, Option<String>, bool),
) -> Result<(), Failure> {
    let email = text(&user, "email").to_owned();
    let Some(password) = password else {
        return if as_json { print(out, &user) } else { tell_link(out, (door, config), &user) };
    };
    let path = format!("/api/v1/users/{}/password", text(&user, "id"));
    user = door.post(&path, &json!({ "password": password }))?;
    if as_json {
        return print(out, &user);
    }
    say(out, format_args!("{email} signs in with the password in the file"))
}

fn tell_link(
    out: &mut dyn Write,
    (door, config): (&Door, &Config),
    user: &Value,
) -> Result<(), Failure> {
    let link = user.get("invitation").unwrap_or(&Value::Null);
    let (email, token) = (text(user, "email"), text(link, "token"));
    let public = config.public_url.as_ref().map(ToString::to_string);
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    // The server knows where it listens: this command may have been told nothing of it.
    let url = door.reached_at()?.or(public);
    let url = url.unwrap_or_else(|| format!("{scheme}://{}", config.listen));
    say(out, format_args!("{email} chooses a password at"))?;
    say(out, format_args!("  {}/password#token={token}", url.trim_end_matches('/')))?;
    say(out, format_args!("The link works once, until {}", text(link, "expires_at")))
}
