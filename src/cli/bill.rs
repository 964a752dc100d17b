//! `tillbox bill`: what would be billed, billing it, and what came of it.

use std::io::Write;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::answer::{count, is, items, money, print, text};
use super::door::{Door, Hand};
use super::failure::Failure;
use super::say;
use crate::config::PlaceFlags;
use crate::services::duty::counted;

/// How long the command waits before it asks again how far a run is.
const LOOK: Duration = Duration::from_millis(50);
/// How often it says so.
const TELL: Duration = Duration::from_secs(2);

/// Bill what is due, and say what came of it
#[derive(Debug, Args)]
#[command(after_help = "\
What would a run bill now, and what by the end of the year? Nothing is written:
  tillbox bill --plan
  tillbox bill --plan --through 2026-12-31
  tillbox bill --plan --compare

Bill it, also beside a running server:
  tillbox bill

A running server bills by itself what falls due; this command also tries again what could not be
billed before. It may be stopped and run again at any time: nothing is billed twice. It ends with 1
if accounts could not be billed, and names the reasons.")]
pub(super) struct Bill {
    /// Show what would be billed, and write nothing
    #[arg(long)]
    plan: bool,
    /// Show who would be billed otherwise than in the last run, with --plan
    #[arg(long, requires = "plan")]
    compare: bool,
    /// The last day that is looked at; beyond today only with --plan
    #[arg(long, value_name = "DATE")]
    through: Option<String>,
    /// Print the plan or the run as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Bill {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let through = self.through.as_ref().map(|it| format!("?through={}", plain(it)));
        let through = through.unwrap_or_default();
        if self.compare {
            let path = format!("/api/v1/billing_runs/plan/comparison{through}");
            let compared = door.get(&path)?;
            return if self.json {
                print(out, &compared)
            } else {
                tell_differences(out, &compared)
            };
        }
        let path = format!("/api/v1/billing_runs/plan{through}");
        let plan = door.get(&path)?;
        if self.plan {
            return if self.json { print(out, &plan) } else { tell_plan(out, &plan) };
        }
        must_be_due(&door, text(&plan, "through"))?;
        if !self.json {
            tell_plan(out, &plan)?;
        }
        let left = door.get("/api/v1/billing_runs/left")?;
        if is(&left, "nothing_left") {
            return if self.json { print(out, &left) } else { tell_nothing(out, &left) };
        }
        let begun = Instant::now();
        let run = door.post("/api/v1/billing_runs", &json!({}))?;
        let run = follow(&door, out, (&run, self.json))?;
        if self.json {
            print(out, &run)?
        } else {
            tell_run(out, &run, begun.elapsed())?
        }
        match count(&run, "failed") {
            0 => Ok(()),
            accounts => Err(Failure::Unbilled { accounts }),
        }
    }
}

/// A text without what would mean something in an address.
fn plain(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Refuses to bill what is not due yet: only the clock makes it so.
fn must_be_due(door: &Door, through: &str) -> Result<(), Failure> {
    let clock = door.get("/api/v1/clock")?;
    let today = text(&clock, "now").split('T').next().unwrap_or_default();
    if through <= today {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "what falls due after today, {today}, can be planned with --plan and not be billed yet; in \
         a store for trials `tillbox clock advance` lets the time come"
    )))
}

/// Waits until a run is over, and says how far it is meanwhile.
fn follow(
    door: &Door,
    out: &mut dyn Write,
    (run, is_silent): (&Value, bool),
) -> Result<Value, Failure> {
    let path = format!("/api/v1/billing_runs/{}", text(run, "id"));
    let mut hand = door.lend_a_hand();
    let mut told = Instant::now();
    loop {
        let is_over = hand.as_ref().is_some_and(Hand::is_free);
        let run = door.get(&path)?;
        if text(&run, "state") != "running" {
            return Ok(run);
        }
        if is_over && let Some(hand) = hand.take() {
            hand.result()?;
        }
        if !is_silent && told.elapsed() >= TELL {
            told = Instant::now();
            let (done, total) = (count(&run, "done"), count(&run, "total"));
            let invoices = counted(count(&run, "invoices"), "invoice");
            say(out, format_args!("  {done} of {total} accounts, {invoices}"))?;
            out.flush().map_err(Failure::Output)?;
        }
        std::thread::park_timeout(LOOK);
    }
}

/// Says that nothing is left, and what nobody bills as things are.
fn tell_nothing(out: &mut dyn Write, left: &Value) -> Result<(), Failure> {
    say(out, "nothing left to bill")?;
    match count(left, "unrated_events") {
        0 => Ok(()),
        events => {
            let events = counted(events, "usage event");
            say(out, format_args!("  but {events} without a price: GET /api/v1/usage/unrated"))
        }
    }
}

fn tell_plan(out: &mut dyn Write, plan: &Value) -> Result<(), Failure> {
    let accounts = counted(count(plan, "total"), "billing account");
    let invoices = counted(count(plan, "invoices"), "invoice");
    let through = text(plan, "through");
    say(out, format_args!("due through {through}: {accounts}, {invoices}"))?;
    tell_amounts(out, plan)?;
    tell_failures(out, plan)
}

fn tell_differences(out: &mut dyn Write, of: &Value) -> Result<(), Failure> {
    let [new, gone, changed] = ["new", "gone", "changed"].map(|key| count(of, key));
    match count(of, "with_number") {
        0 => say(out, "there is no run to compare with")?,
        number => say(out, format_args!("compared with billing run {number}"))?,
    }
    say(out, format_args!("{new} new, {gone} gone, {changed} changed"))?;
    for it in items(of, "differences") {
        let account = [text(it, "account_name"), text(it, "billing_account")];
        let account = account.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        let (before, now) = (money(it, "before"), money(it, "now"));
        say(out, format_args!("  {:<8} {account}: {before} -> {now}", text(it, "kind")))?;
    }
    let more = (new + gone + changed).saturating_sub(items(of, "differences").count() as u64);
    match more {
        0 => Ok(()),
        more => say(out, format_args!("  and {more} more")),
    }
}

fn tell_run(out: &mut dyn Write, run: &Value, took: Duration) -> Result<(), Failure> {
    let accounts = counted(count(run, "done"), "billing account");
    let invoices = counted(count(run, "invoices"), "invoice");
    let (seconds, millis) = (took.as_secs(), took.subsec_millis());
    let (number, state) = (count(run, "number"), text(run, "state"));
    let what = format!("billing run {number} is {state}");
    say(out, format_args!("{what}: {accounts}, {invoices}, {seconds}.{millis:03} s"))?;
    tell_amounts(out, run)?;
    tell_failures(out, run)
}

fn tell_amounts(out: &mut dyn Write, of: &Value) -> Result<(), Failure> {
    for it in items(of, "amounts") {
        let invoices = counted(count(it, "invoices"), "invoice");
        let sums = ["net", "tax", "gross"].map(|key| format!("{key} {}", money(it, key)));
        say(out, format_args!("  {invoices}: {}", sums.join(", ")))?;
    }
    Ok(())
}

fn tell_failures(out: &mut dyn Write, of: &Value) -> Result<(), Failure> {
    for it in items(of, "failures") {
        let (account, reason) = (text(it, "billing_account"), text(it, "reason"));
        say(out, format_args!("  cannot bill {account}: {reason} ({})", text(it, "code")))?;
    }
    let more = count(of, "failed").saturating_sub(items(of, "failures").count() as u64);
    match more {
        0 => Ok(()),
        more => say(out, format_args!("  and {more} more cannot be billed")),
    }
}
