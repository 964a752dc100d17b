//! Patches: a thing as it would be afterwards. By JSON Merge Patch (RFC 7396), which is what plain
//! JSON means here, or by JSON Patch (RFC 6902).

use serde_json::Value;

use super::form::{DEPTH_MAX, depth};
use crate::api::edge::merge::merge;
use crate::domain::error::Invalid;

/// In which form a patch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// What is said takes the place of what was; `null` takes it away.
    Merge,
    /// One operation after the other.
    Steps,
}

/// So many operations a patch has at most.
const STEPS_MAX: usize = 1000;
/// So many bytes all copies in a patch have at most.
const COPIED_MAX: usize = 2 << 20;

/// A thing after a patch.
pub(super) fn patched(form: Form, mut thing: Value, patch: Value) -> Result<Value, Invalid> {
    match form {
        Form::Merge => {
            if !patch.is_object() {
                return Err(Invalid::one("", "type", "must be an object"));
            }
            merge(&mut thing, patch);
        }
        Form::Steps => {
            let Value::Array(steps) = patch else {
                return Err(Invalid::one("", "type", "must be a list of operations"));
            };
            if steps.len() > STEPS_MAX {
                let message = format!("must have at most {STEPS_MAX} operations");
                return Err(Invalid::one("", "range", message));
            }
            let mut copied = 0;
            for (place, step) in steps.iter().enumerate() {
                let done = take(&mut thing, step, &mut copied);
                done.map_err(|why| Invalid::one(format!("/{place}"), "patch", why))?;
            }
        }
    }
    if !thing.is_object() {
        return Err(Invalid::one("", "type", "must stay an object"));
    }
    Ok(thing)
}

/// One operation (RFC 6902 §4).
fn take(thing: &mut Value, step: &Value, copied: &mut usize) -> Result<(), String> {
    let text = |name: &str| {
        let found = step.get(name).and_then(Value::as_str);
        found.ok_or_else(|| format!("must have the text `{name}`"))
    };
    let value = || step.get("value").cloned().ok_or_else(|| "must have a `value`".to_owned());
    let path = text("path")?;
    match text("op")? {
        "add" => add(thing, path, value()?),
        "remove" => remove(thing, path).map(|_| ()),
        "replace" => {
            let value = value()?;
            must_lie(path, &value)?;
            *at(thing, path)? = value;
            Ok(())
        }
        "move" => {
            let from = text("from")?;
            if path.strip_prefix(from).is_some_and(|it| it.starts_with('/')) {
                return Err("nothing can be moved into itself".to_owned());
            }
            let moved = remove(thing, from)?;
            add(thing, path, moved)
        }
        "copy" => {
            let found = at(thing, text("from")?)?.clone();
            *copied += weight(&found);
            if *copied > COPIED_MAX {
                return Err(format!("must not copy more than {COPIED_MAX} bytes in all"));
            }
            add(thing, path, found)
        }
        "test" => {
            let is = *at(thing, path)? == value()?;
            is.then_some(()).ok_or_else(|| format!("what is at `{path}` is something else"))
        }
        other => Err(format!("`{other}` is no operation")),
    }
}

fn at<'a>(thing: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    thing.pointer_mut(path).ok_or_else(|| format!("there is nothing at `{path}`"))
}

/// The place of a path in what holds it.
fn parted(path: &str) -> Result<(&str, String), String> {
    let (parent, last) = path.rsplit_once('/').ok_or_else(|| format!("`{path}` is no place"))?;
    Ok((parent, last.replace("~1", "/").replace("~0", "~")))
}

/// What is put somewhere is not nested deeper there than anything may be. It is asked before it is
/// put there, so that nothing is ever so deep that to look at it takes a stack of its own.
fn must_lie(path: &str, value: &Value) -> Result<(), String> {
    let is_deep = path.matches('/').count() + depth(value) > DEPTH_MAX;
    if is_deep { Err(format!("must not be nested deeper than {DEPTH_MAX} levels")) } else { Ok(()) }
}

fn add(thing: &mut Value, path: &str, value: Value) -> Result<(), String> {
    must_lie(path, &value)?;
    if path.is_empty() {
        *thing = value;
        return Ok(());
    }
    let (parent, last) = parted(path)?;
    match at(thing, parent)? {
        Value::Object(fields) => {
            fields.insert(last, value);
            Ok(())
        }
        Value::Array(items) => {
            let place = if last == "-" { Some(items.len()) } else { last.parse().ok() };
            let place = place.filter(|it| *it <= items.len());
            items.insert(place.ok_or_else(|| format!("`{path}` is no place"))?, value);
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(format!("`{path}` is no place"))
        }
    }
}

fn remove(thing: &mut Value, path: &str) -> Result<Value, String> {
    let nothing = || format!("there is nothing at `{path}`");
    let (parent, last) = parted(path)?;
    match at(thing, parent)? {
        Value::Object(fields) => fields.remove(&last).ok_or_else(nothing),
        Value::Array(items) => {
            let place = last.parse().ok().filter(|it| *it < items.len());
            place.map(|it: usize| items.remove(it)).ok_or_else(nothing)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(nothing()),
    }
}

/// How many bytes a value takes, about.
fn weight(it: &Value) -> usize {
    size_of::<Value>()
        + match it {
            Value::Array(items) => items.iter().map(weight).sum(),
            Value::Object(fields) => fields.iter().map(|it| it.0.len() + weight(it.1)).sum(),
            Value::String(text) => text.len(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(form: Form, patch: Value) -> String {
        let thing = json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1, 2] });
        match patched(form, thing, patch) {
            Ok(thing) => thing.to_string(),
            Err(invalid) => invalid.to_string(),
        }
    }

    #[test]
    fn a_merge_goes_deep_and_replaces_lists_whole() {
        let told = |patch| told(Form::Merge, patch);
        assert_eq!(told(json!({})), r#"{"a":1,"b":{"c":2,"d":3},"e":[1,2]}"#);
        let patch = json!({ "a": null, "b": { "c": 5, "d": null }, "e": [3], "f": { "g": null } });
        assert_eq!(told(patch), r#"{"b":{"c":5},"e":[3],"f":{}}"#);
        assert_eq!(told(json!([])), "`` must be an object");
    }

    #[test]
    fn steps_are_taken_in_order() {
        let told = |patch| told(Form::Steps, patch);
        expect_test::expect![[r#"
            {"a":1,"b":{"c":2,"d":3},"e":[1,9,2],"f":"x"}
            {"b":{"c":2},"e":[2,1]}
            {"a":7,"b":{"a":7,"c":2,"d":3},"e":[1,2]}
            `/0` there is nothing at `/x`
            `/0` what is at `/a` is something else
            `/1` `/e/9` is no place
            `/0` there is nothing at `/x/y`
            `/0` nothing can be moved into itself
            `/0` `explode` is no operation
            `/0` must have a `value`
            `` must be a list of operations
            `` must stay an object"#]]
        .assert_eq(
            &[
                json!([{ "op": "add", "path": "/e/1", "value": 9 }, { "op": "add", "path": "/f", "value": "x" }]),
                json!([{ "op": "remove", "path": "/b/d" }, { "op": "remove", "path": "/e/0" }, { "op": "move", "from": "/a", "path": "/e/-" }]),
                json!([{ "op": "replace", "path": "/a", "value": 7 }, { "op": "copy", "from": "/a", "path": "/b/a" }]),
                json!([{ "op": "remove", "path": "/x" }]),
                json!([{ "op": "test", "path": "/a", "value": 2 }]),
                json!([{ "op": "test", "path": "/a", "value": 1 }, { "op": "add", "path": "/e/9", "value": 2 }]),
                json!([{ "op": "add", "path": "/x/y/z", "value": 2 }]),
                json!([{ "op": "move", "from": "/b", "path": "/b/c" }]),
                json!([{ "op": "explode", "path": "/a" }]),
                json!([{ "op": "add", "path": "/a" }]),
                json!({}),
                json!([{ "op": "replace", "path": "", "value": 1 }]),
            ]
            .map(told)
            .join("\n"),
        );
    }

    #[test]
    fn a_thing_does_not_explode() {
        let step = json!({ "op": "copy", "from": "", "path": "/e/-" });
        let patch = Value::Array(vec![step; 100]);
        assert!(told(Form::Steps, patch).contains("must not copy more"));
        let long = json!({ "op": "add", "path": "/a", "value": "x".repeat(500_000) });
        let copy = |it: usize| json!({ "op": "copy", "from": "/a", "path": format!("/c{it}") });
        let patch = [long].into_iter().chain((0..10).map(copy)).collect();
        assert!(told(Form::Steps, patch).contains("must not copy more"));
        let nested = (1..60).fold(json!(1), |it, _| json!({ "t": it }));
        let leaf = "/t".repeat(59);
        let round = [
            json!({ "op": "add", "path": "/t", "value": nested }),
            json!({ "op": "move", "from": "/a", "path": leaf }),
            json!({ "op": "move", "from": "/t", "path": "/a" }),
        ];
        let patch = Value::Array(round.iter().cloned().cycle().take(999).collect());
        assert!(told(Form::Steps, patch).contains("nested deeper than 100 levels"));
        let many = Value::Array(vec![json!({ "op": "remove", "path": "/a" }); 2000]);
        assert!(told(Form::Steps, many).contains("at most 1000 operations"));
    }
}
