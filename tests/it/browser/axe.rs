//! axe-core, which knows what makes a page hard to use for people who see, hear or move
//! differently.
//!
//! It goes into pages through the protocol, so that their policy need not let it in.

use serde_json::Value;

use super::tab::Tab;

/// axe-core 4.14.1 (MPL-2.0, Deque Systems), as `axe.min.js` of the npm package of that name.
const AXE: &str = include_str!("../../fixtures/axe/axe.min.js");

/// The digest of the file, so that nobody changes what judges us.
const DIGEST: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// All its rules for finished pages. `preload` would load our styles once more.
const RUN: &str = "axe.run(document, { preload: false, resultTypes: ['violations'] }).then((it) =>
    it.violations.flatMap((rule) => rule.nodes.map((node) =>
      `${rule.id} (${rule.impact}): ${node.target.join(' ')}\\n    ${node.html.slice(0, 160)}` +
      `\\n    ${node.failureSummary.replace(/\\s+/g, ' ')}`)))";

/// What it finds on the page.
#[track_caller]
pub(crate) fn violations(tab: &Tab) -> Vec<String> {
    if tab.eval("typeof axe") != "object" {
        tab.run(AXE);
    }
    let found = tab.eval(RUN);
    let found = found.as_array().expect("it answers with a list").iter();
    found.map(|it| format!("axe: {}", Value::as_str(it).unwrap_or_default())).collect()
}

#[test]
fn the_judge_is_the_one_that_was_published() {
    use sha2::Digest;
    let digest = hex::encode(sha2::Sha256::digest(AXE));
    assert_eq!(digest, DIGEST, "tests/fixtures/axe/axe.min.js is not what npm has of 4.14.1");
}
