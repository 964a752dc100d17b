//! Words: what the API calls things has words in the languages of the UI. That all languages have
//! the same words is tried where the UI is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use tillbox::domain::error::Code;
use tillbox::domain::id::Kind;
use tillbox::domain::notification::Occasion;
use tillbox::domain::operator::Permission;
use tillbox::jobs;

const GERMAN: &str = include_str!("../../assets/ui/lang/de.json");

/// A word of the API as the UI looks it up: `credit_note` as `Credit note`.
fn looked_up(word: &str) -> String {
    let text = word.replace('_', " ");
    let (first, rest) = text.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Fails if one of some texts has no words.
fn must_be_known(all: impl Iterator<Item = String>) {
    let german: BTreeMap<String, Value> = serde_json::from_str(GERMAN).unwrap();
    let missing: Vec<_> = all.filter(|it| !german.contains_key(it)).collect();
    assert!(missing.is_empty(), "no words for {missing:#?}");
}

#[test]
fn things_occasions_and_duties_have_words() {
    let kinds = Kind::ALL.iter().map(|it| it.noun());
    let occasions = Occasion::ALL.iter().map(ToString::to_string);
    let duties = jobs::all(Vec::new()).into_iter().map(|it| it.name().to_owned());
    must_be_known(kinds.chain(occasions).chain(duties).map(|it| looked_up(&it)));
}

#[test]
fn rights_have_words() {
    must_be_known(Permission::ALL.iter().map(|it| it.meaning().trim().to_owned()));
}

#[test]
fn refusals_have_words() {
    must_be_known(Code::ALL.iter().map(|it| it.meaning().trim().to_owned()));
}

/// What stands second in a call, after the text of which it begins behind its bracket, if that is a text.
fn second(call: &str) -> Option<&str> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, sign) in call.char_indices() {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return None,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                return call[at + 1..].trim_start().strip_prefix('"')?.split('"').next();
            }
            _ => {}
        }
    }
    None
}

/// The rules that fields break, by the sources below a folder, without those of contracts that others wrote.
fn rules_below(folder: &Path, rules: &mut BTreeSet<String>) {
    const THEIRS: &[&str] = &["aps", "bae", "ibm", "tmf"];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !(folder.ends_with("api") && THEIRS.contains(&name)) {
            rules_below(&path, rules);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            let calls = ["Violation::new(", "Invalid::one("];
            let calls = calls.iter().flat_map(|it| text.split(it).skip(1));
            rules.extend(calls.filter_map(second).map(str::to_owned));
        }
    }
}

/// What nobody has put into words is said in English, behind words for the rule that it breaks.
#[test]
fn rules_that_fields_break_have_words() {
    let mut rules =
        BTreeSet::from(["checksum", "default", "pattern", "unknown_parameter"].map(str::to_owned));
    rules_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut rules);
    assert!(rules.len() > 20 && rules.contains("reference"), "{rules:?}");
    must_be_known(rules.into_iter().map(|it| format!("rule {it}")));
}
