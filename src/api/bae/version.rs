//! `/version`: what runs here, and since when.

use axum::http::Method;
use serde_json::json;

use super::route::{Asked, Needs, Row};
use super::wire;
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::services::idempotency::Answer;

/// What can be asked of what runs.
pub(super) static ROWS: &[Row] = &[Row::new(Method::GET, "/version", Needs::Nothing, version)];

/// The revision of the source that was built, where who built it said so.
const REVISION: Option<&str> = option_env!("TILLBOX_REVISION");
/// The day of the release, where who built it said so.
const RELEASED_ON: Option<&str> = option_env!("TILLBOX_RELEASED_ON");

fn version(_: Asked) -> Result<Work, Fault> {
    Ok(Work::works(|bss, _| {
        let seconds = bss.moment().wall.seconds_since(bss.started_at());
        Ok(answer(seconds))
    }))
}

fn answer(seconds: i64) -> Answer {
    wire::shown(
        wire::tree(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "releaseDate": RELEASED_ON.unwrap_or_default(),
            "gitHash": REVISION.unwrap_or_default(),
            "uptime": uptime(seconds),
            "doc": "/openapi.json",
            "userDoc": "/ui/",
        })),
        None,
    )
}

/// How long something has run: `2 d, 3 h, 4 m, 5 s`.
fn uptime(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (hours, rest) = (rest / 3_600, rest % 3_600);
    format!("{days} d, {hours} h, {} m, {} s", rest / 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_running_reads_as_a_sentence() {
        for (seconds, expected) in
            [(0, "0 d, 0 h, 0 m, 0 s"), (183_845, "2 d, 3 h, 4 m, 5 s"), (-1, "0 d, 0 h, 0 m, 0 s")]
        {
            assert_eq!(uptime(seconds), expected);
        }
    }
}
