//! Words: what the API calls things has words in the languages of the UI. That all languages have
//! the same words is tried where the UI is.

use std::collections::BTreeMap;

use serde_json::Value;
use tillbox::domain::error::Code;
use tillbox::domain::id::Kind;
use tillbox::domain::notification::Occasion;
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
fn refusals_have_words() {
    must_be_known(Code::ALL.iter().map(|it| it.meaning().trim().to_owned()));
}
