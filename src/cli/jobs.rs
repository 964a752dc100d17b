//! `tillbox jobs`: what the house does by itself, and how it went.

use std::io::Write;

use clap::Args;
use serde_json::Value;

use super::answer::{count, items, print, text};
use super::door::Door;
use super::failure::Failure;
use super::say;
use crate::config::PlaceFlags;

/// Show what the house does by itself: what each duty did, what waits and what failed
#[derive(Debug, Args)]
#[command(after_help = "\
What has failed?
  tillbox jobs --json | jq '.items[] | select(.state == \"failed\")'

A running server tells when each duty last did something; without one only what waits is known.
What waits is done by a running server at once; `tillbox bill` does it without one.")]
pub(super) struct Jobs {
    /// Print the duties as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Jobs {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let jobs = door.get("/api/v1/jobs")?;
        if self.json {
            return print(out, &jobs);
        }
        if door.is_alone() {
            say(out, "no server runs: nothing is done until one does\n")?;
        }
        items(&jobs, "items").try_for_each(|it| tell(out, it))
    }
}

fn tell(out: &mut dyn Write, job: &Value) -> Result<(), Failure> {
    let (name, state, purpose) = (text(job, "name"), text(job, "state"), text(job, "purpose"));
    say(out, format_args!("{name:<14} {state:<8} {purpose}"))?;
    let mut more = |told: String| say(out, format_args!("{:24}{told}", ""));
    let waiting = count(job, "waiting");
    if waiting > 0 {
        more(format!("{waiting} due now"))?;
    }
    if let Some(at) = Some(text(job, "next_at")).filter(|it| !it.is_empty()) {
        more(format!("next due {at}"))?;
    }
    if let Some(done) = job.get("last_done").filter(|it| !it.is_null()) {
        more(format!("last at {}: {}", text(done, "at"), text(done, "summary")))?;
    }
    if let Some(trouble) = job.get("trouble").filter(|it| !it.is_null()) {
        more(format!("FAILED at {}: {}", text(trouble, "at"), text(trouble, "reason")))?;
    }
    Ok(())
}
