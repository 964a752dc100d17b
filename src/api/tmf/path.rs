//! Paths to attributes, as filters, `fields` and `sort` name them: `relatedParty.id`. A path goes
//! through lists: it leads to what each element has there.

use serde_json::Value;

/// A dotted path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(Vec<String>);

impl Path {
    /// No path is deeper; no object in a request is, either.
    const DEPTH_MAX: usize = 30;

    /// The path that a text says; nothing if it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split('.').map(str::to_owned).collect();
        let is_path = parts.len() <= Self::DEPTH_MAX && parts.iter().all(|it| !it.is_empty());
        is_path.then_some(Self(parts))
    }

    /// Its parts.
    pub(super) fn parts(&self) -> &[String] {
        &self.0
    }

    /// Its first part.
    pub(super) fn head(&self) -> &str {
        &self.0[0]
    }

    /// Whether it has no other.
    pub(super) fn is_plain(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether `holds` is true of anything that it leads to.
    pub(super) fn any(&self, tree: &Value, holds: &mut dyn FnMut(&Value) -> bool) -> bool {
        walk(tree, &self.0, holds)
    }

    /// The first thing that it leads to.
    pub(super) fn first(&self, tree: &Value) -> Option<Value> {
        let mut first = None;
        self.any(tree, &mut |it| {
            first = Some(it.clone());
            true
        });
        first
    }

    /// A thing with nothing but what the paths lead to, and what is always told of it.
    pub(super) fn pruned(tree: &Value, paths: &[Self], always: &[&str]) -> Value {
        let Value::Object(tree) = tree else { return tree.clone() };
        let kept = tree.iter().filter_map(|(name, value)| {
            if always.contains(&name.as_str()) {
                return Some((name.clone(), value.clone()));
            }
            let named: Vec<_> = paths.iter().filter(|it| it.head() == name).collect();
            if named.is_empty() {
                return None;
            }
            if named.iter().any(|it| it.is_plain()) {
                return Some((name.clone(), value.clone()));
            }
            let below: Vec<_> = named.iter().map(|it| Self(it.0[1..].to_vec())).collect();
            Some((name.clone(), Self::pruned_below(value, &below)))
        });
        Value::Object(kept.collect())
    }

    fn pruned_below(tree: &Value, paths: &[Self]) -> Value {
        if let Value::Array(items) = tree {
            return Value::Array(items.iter().map(|it| Self::pruned_below(it, paths)).collect());
        }
        Self::pruned(tree, paths, &[])
    }
}

fn walk(tree: &Value, parts: &[String], holds: &mut dyn FnMut(&Value) -> bool) -> bool {
    if let Value::Array(items) = tree {
        return items.iter().any(|it| walk(it, parts, holds));
    }
    match parts.split_first() {
        None => holds(tree),
        Some((name, rest)) => tree.get(name).is_some_and(|it| walk(it, rest, holds)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Path {
        Path::read(text).expect("a path")
    }

    #[test]
    fn a_path_goes_through_lists() {
        let tree = json!({ "a": [{ "b": 1 }, { "b": [2, 3] }], "c": { "d": "x" } });
        let mut found = Vec::new();
        path("a.b").any(&tree, &mut |it| {
            found.push(it.to_string());
            false
        });
        assert_eq!(found, ["1", "2", "3"]);
        assert_eq!(path("c.d").first(&tree), Some(json!("x")));
        assert_eq!(path("c.e").first(&tree), None);
        assert_eq!(["", "a..b", ".a"].map(Path::read), [None, None, None]);
    }

    #[test]
    fn only_what_is_named_is_kept_and_what_always_is() {
        let tree = json!({ "id": "1", "a": [{ "b": 1, "c": 2 }], "d": { "e": 1, "f": 2 }, "g": 3 });
        let told = |paths: &[&str]| {
            let paths: Vec<_> = paths.iter().map(|it| path(it)).collect();
            Path::pruned(&tree, &paths, &["id"])
        };
        assert_eq!(told(&[]), json!({ "id": "1" }));
        assert_eq!(told(&["g", "nothing"]), json!({ "id": "1", "g": 3 }));
        assert_eq!(
            told(&["a.b", "d.f", "d.e"]),
            json!({ "id": "1", "a": [{ "b": 1 }], "d": { "e": 1, "f": 2 } })
        );
    }
}
