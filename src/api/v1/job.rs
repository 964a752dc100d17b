//! `/jobs`: what the house does by itself, and how it went.

use std::sync::Arc;

use axum::http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use super::route::{Needs, Route, work};
use super::wire::Whole;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::operator::Permission;
use crate::domain::time::Instant;
use crate::services::{Bss, Error, job};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::JobRead);
    vec![work(Method::GET, "/jobs", reads, "What the house does by itself", (0, list))]
}

/// A duty of the house.
#[derive(Debug, Serialize, ToSchema)]
struct Job {
    name: &'static str,
    /// What it keeps true.
    purpose: &'static str,
    /// `idle`, `waiting` if something is due, or `failed`.
    state: &'static str,
    /// How many things are due for it now; beyond 10,000 it says so many.
    waiting: usize,
    /// In business time: when the next thing falls due for it.
    next_at: Option<String>,
    /// When it last looked for something to do; `null` if not since the server started.
    looked_at: Option<String>,
    /// What it last did; `null` if nothing since the server started.
    last_done: Option<JobDone>,
    /// Why it failed the last time, or did not do something that is due.
    trouble: Option<JobTrouble>,
}

impl Wire for Job {}

/// What a duty did.
#[derive(Debug, Serialize, ToSchema)]
struct JobDone {
    at: String,
    /// How many things.
    count: u64,
    /// What, for people.
    summary: String,
}

/// What is wrong with a duty.
#[derive(Debug, Serialize, ToSchema)]
struct JobTrouble {
    at: String,
    reason: String,
}

impl From<job::Job> for Job {
    fn from(it: job::Job) -> Self {
        let text = |it: Instant| it.to_string();
        let state = it.standing().word();
        let job::Job { name, purpose, note, waiting, next_at } = it;
        let done = |(at, count, summary)| JobDone { at: text(at), count, summary };
        let trouble = |(at, reason)| JobTrouble { at: text(at), reason };
        Self {
            name,
            purpose,
            state,
            waiting,
            next_at: next_at.map(text),
            looked_at: note.looked_at.map(text),
            last_done: note.did.map(done),
            trouble: note.trouble.map(trouble),
        }
    }
}

fn list(bss: &Arc<Bss>, call: &Call, _: Nothing) -> Result<Reply<Whole<Job>>, Error> {
    let jobs = job::list(bss, &call.actor)?;
    Ok(Reply::ok(Whole::of(jobs.into_iter().map(Job::from).collect())))
}
