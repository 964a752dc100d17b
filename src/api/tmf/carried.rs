//! What clients said of our entities beside what we know, and how both are shown as one.
//!
//! Of an attribute that we do not know, what was said is kept. Of one that we know, what was said is
//! kept with a mark of what we knew then, where the two differ in form: as long as we know the same,
//! it is shown as it was said; when we know better, that is shown, in what was said of it otherwise.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::registered;
use super::resource::Tree;
use crate::domain::time::Instant;
use crate::services::Error;

/// What was said of an attribute.
const SAID: &str = "said";
/// The mark of what was known of it.
const THEN: &str = "then";

/// A thing with what was said of it.
pub(super) fn overlaid(mut known: Tree, kept: &Tree) -> Tree {
    for (name, kept) in kept {
        let Some(said) = kept.get(SAID) else { continue };
        let now = known.get(name).unwrap_or(&Value::Null);
        let shown = match kept.get(THEN).and_then(Value::as_str) {
            Some(then) if mark(now) == then || mark_of_ids(now) == then => said.clone(),
            Some(_) => without_nulls(corrected(said, now)),
            None => said.clone(),
        };
        known.insert(name.clone(), shown);
    }
    known.retain(|_, it| !it.is_null());
    for (name, it) in &mut known {
        if !kept.contains_key(name) {
            *it = without_nulls(it.take());
        }
    }
    known
}

/// The same without what is not known of what stands in it: the definitions have no `null`.
pub(super) fn without_nulls(it: Value) -> Value {
    match it {
        Value::Object(all) => {
            let all = all.into_iter().filter(|it| !it.1.is_null());
            Value::Object(all.map(|(name, it)| (name, without_nulls(it))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(without_nulls).collect()),
        it @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => it,
    }
}

/// What was said of an attribute, whatever is known of it.
pub(super) fn said<'a>(kept: &'a Tree, name: &str) -> Option<&'a Value> {
    kept.get(name)?.get(SAID)
}

/// What is to be kept of what was said of an attribute, by what is known of it: nothing if that is the
/// same.
pub(super) fn kept(said: &Value, known: Option<&Value>) -> Option<Value> {
    match known {
        _ if said.is_null() => None,
        Some(known) if known == said => None,
        Some(known) => Some(json!({ SAID: said, THEN: mark(known) })),
        None => Some(json!({ SAID: said })),
    }
}

/// What is to be kept of references that were said: where they lead elsewhere, they are shown as long as
/// those that are known lead to the same.
pub(super) fn kept_reference(said: &Value, known: Option<&Value>) -> Option<Value> {
    match known {
        Some(known) if ids(Some(said)) != ids(Some(known)) && !said.is_null() => {
            Some(json!({ SAID: said, THEN: mark_of_ids(known) }))
        }
        known => kept(said, known),
    }
}

/// A mark by which where references lead is known again.
fn mark_of_ids(of: &Value) -> String {
    let ids: Vec<_> = ids(Some(of)).into_iter().collect();
    format!("ids:{}", mark(&json!(ids)))
}

/// What is to be kept of what was said of an attribute of which what is known always stands in it.
pub(super) fn merged(said: &Value) -> Value {
    // Nothing known has an empty mark.
    json!({ SAID: said, THEN: "" })
}

/// Whether what was said agrees with what is known: it may say more, or say it in another form.
pub(super) fn agrees(said: &Value, known: &Value) -> bool {
    match (said, known) {
        (_, Value::Null) => true,
        (Value::Object(said), Value::Object(known)) => known.iter().all(|(name, known)| {
            known.is_null() || said.get(name).is_some_and(|said| agrees(said, known))
        }),
        (Value::Array(said), Value::Array(known)) => {
            said.len() == known.len() && said.iter().zip(known).all(|(said, it)| agrees(said, it))
        }
        (Value::String(said), Value::String(known)) => {
            let moment = |it: &str| it.parse::<Instant>().ok().or_else(|| registered::moment(it));
            said.trim().eq_ignore_ascii_case(known)
                || moment(said).is_some_and(|it| Some(it) == moment(known))
        }
        (Value::Number(said), Value::Number(known)) => {
            let number = |it: &serde_json::Number| it.to_string().parse::<Decimal>().ok();
            number(said) == number(known)
        }
        (said, known) => said == known,
    }
}

/// Where references lead: the ids in them.
pub(super) fn ids(of: Option<&Value>) -> BTreeSet<String> {
    match of {
        Some(Value::Array(all)) => all.iter().flat_map(|it| ids(Some(it))).collect(),
        Some(Value::Object(it)) => ids(it.get("id")),
        Some(Value::String(id)) => BTreeSet::from([id.clone()]),
        Some(Value::Null | Value::Bool(_) | Value::Number(_)) | None => BTreeSet::new(),
    }
}

/// What was said, where something else is known now: objects attribute by attribute, lists by the ids
/// of what is in them, or by the names of what has no ids.
fn corrected(said: &Value, known: &Value) -> Value {
    match (said, known) {
        (Value::Object(said), Value::Object(known)) => {
            let mut all = said.clone();
            for (name, known) in known {
                let said = said.get(name).unwrap_or(&Value::Null);
                all.insert(name.clone(), corrected(said, known));
            }
            Value::Object(all)
        }
        (Value::Array(said), Value::Array(known)) => {
            let same = |it: &Value| {
                let is_said = |name: &&&str| it.get(**name).is_some_and(|it| !it.is_null());
                let name = *["id", "name"].iter().find(is_said)?;
                said.iter().find(|said| said.get(name) == it.get(name))
            };
            let all = known
                .iter()
                .map(|it| same(it).map_or_else(|| it.clone(), |said| corrected(said, it)));
            Value::Array(all.collect())
        }
        (_, known) => known.clone(),
    }
}

/// A mark by which what is known is known again.
fn mark(it: &Value) -> String {
    let digest: [u8; 32] = Sha256::digest(it.to_string().as_bytes()).into();
    hex::encode(&digest[..8])
}

/// What is kept of a thing as one resource, of all that it carries for this contract.
pub(super) fn read(carried: Option<&Vec<u8>>, resource: &str) -> Result<(Tree, Tree), Error> {
    let Some(bytes) = carried else { return Ok(Default::default()) };
    let all: Tree = serde_json::from_slice(bytes).map_err(Error::internal)?;
    let own = all.get(resource).and_then(Value::as_object).cloned().unwrap_or_default();
    Ok((all, own))
}

/// The name under which it is kept that something is no more, as one resource.
const REMOVED: &str = "removed";

/// Whether something was removed as a resource of which this is kept.
pub(super) fn is_removed(own: &Tree) -> bool {
    own.contains_key(REMOVED)
}

/// What is kept of something that was removed as a resource, and is there as something else.
pub(super) fn removed() -> Tree {
    Tree::from_iter([(REMOVED.to_owned(), json!({}))])
}

/// All that a thing carries, with something else kept of it as one resource.
pub(super) fn written(mut all: Tree, resource: &str, own: Tree) -> Result<Vec<u8>, Error> {
    if own.is_empty() {
        all.remove(resource);
    } else {
        all.insert(resource.to_owned(), Value::Object(own));
    }
    if all.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::to_vec(&all).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(it: Value) -> Tree {
        let Value::Object(it) = it else { panic!("an object") };
        it
    }

    fn kept_of(said: &Tree, known: &Tree) -> Tree {
        let kept =
            said.iter().filter_map(|(name, it)| Some((name.clone(), kept(it, known.get(name))?)));
        kept.collect()
    }

    #[test]
    fn what_says_more_or_otherwise_agrees_and_what_says_something_else_does_not() {
        for (said, known, expected) in [
            (json!("Active"), json!("active"), true),
            (json!("held"), json!("active"), false),
            (json!(5), json!(5), true),
            (serde_json::from_str("5.0").expect("a number"), json!(5), true),
            (json!({ "id": "1", "name": "n" }), json!({ "id": "1", "role": null }), true),
            (json!({ "id": "2" }), json!({ "id": "1" }), false),
            (json!({}), json!({ "id": "1" }), false),
            (json!([{ "id": "1", "x": 1 }]), json!([{ "id": "1" }]), true),
            (json!([]), json!([{ "id": "1" }]), false),
            (json!("2026-01-01T01:00:00+01:00"), json!("2026-01-01T00:00:00Z"), true),
            (json!("2026-01-01T00:00"), json!("2026-01-01T00:00:00Z"), true),
            (json!("anything"), json!(null), true),
        ] {
            assert_eq!(agrees(&said, &known), expected, "{said} {known}");
        }
    }

    #[test]
    fn what_was_said_reads_back_whole_until_something_else_is_known() {
        let said = tree(json!({
            "name": "Ann", "color": "red", "state": "ACTIVE",
            "item": [{ "id": "1", "note": "n", "state": "new" }, { "id": "2" }],
        }));
        let known = |name: &str, state: &str| {
            tree(json!({
                "name": name, "state": "active",
                "item": [{ "id": "1", "state": state }, { "id": "2", "state": state }],
            }))
        };
        let kept = kept_of(&said, &known("Ann", "new"));
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["color", "item", "state"]);
        assert_eq!(overlaid(known("Ann", "new"), &kept), said);
        let later = overlaid(known("Eve", "done"), &kept);
        let expected = tree(json!({
            "name": "Eve", "color": "red", "state": "ACTIVE",
            "item": [{ "id": "1", "note": "n", "state": "done" }, { "id": "2", "state": "done" }],
        }));
        assert_eq!(later, expected);
    }

    #[test]
    fn what_has_no_id_is_known_again_by_its_name() {
        let said =
            tree(json!({ "term": [{ "name": "a", "note": "n", "at": 1 }, { "name": "b" }] }));
        let known = |at: u32| tree(json!({ "term": [{ "name": "a", "at": at }, { "name": "c" }] }));
        let kept = kept_of(&said, &known(1));
        let later = overlaid(known(2), &kept);
        let expected = json!([{ "name": "a", "note": "n", "at": 2 }, { "name": "c" }]);
        assert_eq!(later["term"], expected);
    }

    #[test]
    fn a_reference_that_leads_elsewhere_does_so_until_what_is_known_leads_elsewhere() {
        let said = json!({ "id": "500", "name": "Jean" });
        let known = |id: &str, name: &str| tree(json!({ "party": { "id": id, "name": name } }));
        let before = known("1", "Jean");
        let kept = kept_reference(&said, before.get("party")).expect("something");
        let kept = Tree::from_iter([("party".to_owned(), kept)]);
        assert_eq!(overlaid(known("1", "Jean-Luc"), &kept)["party"], said);
        assert_eq!(overlaid(known("2", "Jean"), &kept)["party"]["id"], "2");
    }

    #[test]
    fn what_is_no_more_known_is_no_more_shown() {
        let said = tree(json!({ "description": "long  text" }));
        let known = |text: Value| tree(json!({ "description": text }));
        let kept = kept_of(&said, &known(json!("long text")));
        assert_eq!(overlaid(known(Value::Null), &kept), Tree::new());
    }

    #[test]
    fn each_resource_that_a_thing_is_has_its_own() {
        let one = written(Tree::new(), "customer", tree(json!({ "a": { "said": 1 } })));
        let one = one.expect("written");
        let (all, none) = read(Some(&one), "partyAccount").expect("read");
        assert_eq!(none, Tree::new());
        let both = written(all, "partyAccount", tree(json!({ "b": { "said": 2 } })));
        let both = both.expect("written");
        let (all, own) = read(Some(&both), "customer").expect("read");
        assert_eq!(own, tree(json!({ "a": { "said": 1 } })));
        let rest = written(all, "customer", Tree::new()).expect("written");
        assert_eq!(read(Some(&rest), "customer").expect("read").1, Tree::new());
    }
}
