//! What a machine may lack, so that a test cannot run on it.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Says aloud that something did not run, and why. It is a failure where all that can be tested must
/// be: where `CI` is `true`.
#[track_caller]
pub(crate) fn not_run(what: &str, why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{what}: {why}");
    // Not by a macro: what those print is kept back for a test that passes.
    let mut aloud = std::io::stderr();
    writeln!(aloud, "\n!!! NOT RUN: {what}\n!!! {why}").unwrap();
}

/// Whether programs can be started on this machine; if not, that is said aloud.
#[track_caller]
pub(crate) fn has(programs: &[&str], what: &str) -> bool {
    let starts = |it: &&&str| {
        let mut asked = Command::new(it);
        asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let missing: Vec<_> = programs.iter().filter(|it| !starts(it)).copied().collect();
    if !missing.is_empty() {
        not_run(what, &format!("on this machine is no {}", missing.join(", no ")));
    }
    missing.is_empty()
}
