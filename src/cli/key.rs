//! `tillbox key`: the consumer keys with which external systems sign their requests.

use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::answer::{items, print, text};
use super::door::Door;
use super::failure::Failure;
use super::{operator, say};
use crate::config::PlaceFlags;

/// Let an external system act for a user, by requests that it signs (OAuth 1.0a)
#[derive(Debug, Args)]
pub(super) struct Key {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Make a consumer key and print its secret, which is shown this once
#[derive(Debug, Args)]
#[command(after_help = "\
  tillbox key add erp@example.com --name 'ERP in Berlin'

Confined to some custom operations of the bus, named by type and verb:
  tillbox key add erp@example.com --allow POST=http://parallels.com/pa/bss-account-info

What the system may do besides is what the user may for whom it acts: give it a user of its own.")]
struct Add {
    /// The mail address, or the other name, of the user for whom the system acts
    user: String,
    /// What the key is for
    #[arg(long, value_name = "NAME", default_value = "external system")]
    name: String,
    /// A custom operation that the system may call, named by the type without its version; all if
    /// none is named
    #[arg(long, value_name = "VERB=TYPE")]
    allow: Vec<String>,
    /// The instant at which the key ends, as in 2027-01-01T00:00:00Z; it never ends if nothing is
    /// said
    #[arg(long, value_name = "INSTANT")]
    expires: Option<String>,
    /// Print the key as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

/// Print the consumer keys, though never their secrets
#[derive(Debug, Args)]
#[command(after_help = "\
  tillbox key list erp@example.com")]
struct List {
    /// The mail address, or the other name, of the user whose keys are listed; all if none is named
    user: Option<String>,
    /// Print the keys as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

/// Take a consumer key back: nothing that is signed with it is done any more
#[derive(Debug, Args)]
#[command(after_help = "\
  tillbox key revoke 3f0c9a51e7b24d8896a1c3d5e7f90b12")]
struct Revoke {
    /// The key, as the system sends it
    key: String,
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Key {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.act {
            Act::Add(it) => it.run(out),
            Act::List(it) => it.run(out),
            Act::Revoke(it) => it.run(out),
        }
    }
}

impl Add {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let operations =
            self.allow.iter().map(|it| operation(it)).collect::<Result<Vec<_>, _>>()?;
        let operations = Some(operations).filter(|it| !it.is_empty());
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let user = operator::find(&door, &self.user)?;
        let body = json!({
            "user": user.get("id"), "name": self.name, "operations": operations,
            "expires_at": self.expires,
        });
        let key = door.post("/api/v1/consumer_keys", &body)?;
        if self.json {
            return print(out, &key);
        }
        say(out, format_args!("A system signs for {} with", text(&user, "email")))?;
        say(out, format_args!("  key     {}", text(&key, "key")))?;
        say(out, format_args!("  secret  {}", text(&key, "secret")))?;
        say(out, "The secret is shown only now")
    }
}

fn operation(text: &str) -> Result<Value, Failure> {
    let (verb, kind) = text.split_once('=').ok_or_else(|| {
        Failure::Refused(format!("`{text}` is no operation of the form VERB=TYPE"))
    })?;
    Ok(json!({ "verb": verb, "type": kind }))
}

impl List {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let user = self.user.as_deref().map(|it| operator::find(&door, it)).transpose()?;
        let whose = user.as_ref().map(|it| format!("&user={}", text(it, "id")));
        let keys = all(&door, &whose.unwrap_or_default())?;
        if self.json {
            return print(out, &Value::Array(keys));
        }
        for key in &keys {
            say(out, line(key))?;
        }
        Ok(())
    }
}

/// All keys that a query names, page by page.
fn all(door: &Door, query: &str) -> Result<Vec<Value>, Failure> {
    let (mut keys, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = door.get(&format!("/api/v1/consumer_keys?limit=100{query}{cursor}"))?;
        keys.extend(items(&page, "items").cloned());
        match text(&page, "next_cursor") {
            "" => return Ok(keys),
            next => cursor = format!("&cursor={next}"),
        }
    }
}

fn line(key: &Value) -> String {
    let or = |name: &str, other: &str| match text(key, name) {
        "" => other.to_owned(),
        told => told.to_owned(),
    };
    let operations = match key.get("operations").and_then(Value::as_array).map(Vec::len) {
        None => "all operations".to_owned(),
        Some(1) => "1 operation".to_owned(),
        Some(count) => format!("{count} operations"),
    };
    format!(
        "{}  {}  {operations}, last used {}, ends {}",
        text(key, "key"),
        text(key, "name"),
        or("last_used_at", "never"),
        or("expires_at", "never"),
    )
}

impl Revoke {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let plain: String = form_urlencoded::byte_serialize(self.key.as_bytes()).collect();
        let found = all(&door, &format!("&key={plain}"))?;
        let key = found.first();
        let key = key.ok_or_else(|| Failure::Refused(format!("there is no key `{}`", self.key)))?;
        door.delete(&format!("/api/v1/consumer_keys/{}", text(key, "id")))?;
        say(out, format_args!("{} ({}) opens nothing any more", self.key, text(key, "name")))
    }
}
