//! `tillbox clock`: business time, and moving it in a store made for trials.

use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{is, items, lines, text};
use super::door::Door;
use super::failure::Failure;
use super::say;
use crate::config::PlaceFlags;

/// Show business time, or move it in a store made for trials
#[derive(Debug, Args)]
pub(super) struct Clock {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    Show(Show),
    Advance(Advance),
    Confirm(Confirm),
}

/// Print what time it is in the store
#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    flags: PlaceFlags,
}

/// Let business time pass, and do everything that falls due on the way
#[derive(Debug, Args)]
#[command(after_help = "\
A month, and what it brings:
  tillbox clock advance 1 month

Up to an instant:
  tillbox clock advance --to 2027-01-01T00:00:00Z

Only a store that was begun with --test-clock lets its time be moved, and only forward.")]
struct Advance {
    #[command(flatten)]
    flags: PlaceFlags,
    /// How far, such as `1 month` or `10 days`
    #[arg(value_name = "SPAN", num_args = 1..=2, required_unless_present = "to")]
    by: Vec<String>,
    /// The zone in which days and months are counted; UTC if nothing is said
    #[arg(long, value_name = "ZONE", conflicts_with = "to")]
    zone: Option<String>,
    /// Up to this instant
    #[arg(long, value_name = "INSTANT", conflicts_with = "by")]
    to: Option<String>,
}

/// Confirm that it is really as late as the machine's clock says
#[derive(Debug, Args)]
#[command(after_help = "\
Where the machine's clock has moved by more than 48 hours without anybody looking at it, billing and
all that goes by the calendar wait for this word: a clock that is set to another year by mistake
would bill a year at once. Set such a clock right instead, and nothing needs to be confirmed.")]
struct Confirm {
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Clock {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.act {
            Act::Show(it) => it.run(out),
            Act::Advance(it) => it.run(out),
            Act::Confirm(it) => it.run(out),
        }
    }
}

impl Show {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let clock = door.get("/api/v1/clock")?;
        say(out, format_args!("business time  {}", text(&clock, "now")))?;
        say(out, format_args!("wall time      {}", text(&clock, "wall")))?;
        let is_movable = is(&clock, "movable");
        say(out, format_args!("can be moved   {}", if is_movable { "yes" } else { "no" }))?;
        let jump = &clock["jump"];
        if !jump.is_object() {
            return Ok(());
        }
        let (from, to) = (text(jump, "from"), text(jump, "to"));
        say(out, format_args!("it has jumped from {from} to {to}: what goes by the"))?;
        say(out, format_args!("calendar waits for `tillbox clock confirm`"))
    }
}

impl Confirm {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let jump = door.post("/api/v1/clock/confirm", &json!({}))?;
        say(out, format_args!("it is really {}: what is due is done", text(&jump, "to")))
    }
}

impl Advance {
    fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let body = match self.to {
            Some(to) => json!({ "to": to }),
            None => json!({ "by": self.by.join(" "), "zone": self.zone }),
        };
        let advance = door.post("/api/v1/clock/advance", &body)?;
        for step in items(&advance, "steps") {
            for summary in lines(step, "summary") {
                let (at, duty) = (text(step, "at"), text(step, "duty"));
                say(out, format_args!("{at}  {duty}: {summary}"))?;
            }
        }
        say(out, format_args!("it is {} now", text(&advance, "to")))
    }
}
