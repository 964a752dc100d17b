//! How this contract writes answers: things with `id` and `href`, lists without an envelope.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::edge::reply::{Reply, Wire};
use crate::services::idempotency::Answer;

/// A thing as this contract has it.
pub(super) type Tree = Map<String, Value>;

/// What is told of a thing whatever is asked for.
const ALWAYS: &[&str] = &["id", "href"];

/// A thing, or a list of things.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown(Value);

impl Wire for Shown {}

/// The fields of an object.
pub(super) fn tree(it: Value) -> Tree {
    if let Value::Object(it) = it { it } else { Tree::new() }
}

/// Of a thing what is wanted; what is `null` is left out.
fn pruned(mut it: Tree, fields: Option<&[String]>) -> Value {
    it.retain(|name, value| {
        let is_wanted = fields.is_none_or(|it| it.iter().any(|it| it == name));
        !value.is_null() && (is_wanted || ALWAYS.contains(&name.as_str()))
    });
    Value::Object(it)
}

/// The answer with a thing.
pub(super) fn shown(it: Tree, fields: Option<&[String]>) -> Answer {
    Reply::ok(Shown(pruned(it, fields))).answer(None)
}

/// The answer with something new, which says in its `href` where it is.
pub(super) fn created(it: Tree) -> Answer {
    let href = it.get("href").and_then(Value::as_str).unwrap_or_default().to_owned();
    created_at(href, it)
}

/// The answer with something new that is somewhere.
pub(super) fn created_at(place: String, it: Tree) -> Answer {
    Reply::created(place, Shown(pruned(it, None))).answer(None)
}

/// The answer with a part of a list of `total` things.
pub(super) fn listed(items: Vec<Tree>, fields: Option<&[String]>, total: usize) -> Answer {
    let items = items.into_iter().map(|it| pruned(it, fields)).collect();
    let mut answer = Reply::ok(Shown(Value::Array(items))).answer(None);
    answer.headers.push(("x-total-count".to_owned(), total.to_string()));
    answer
}

/// The answer with how many there are.
pub(super) fn counted(size: usize) -> Answer {
    Reply::ok(Shown(json!({ "size": size }))).answer(None)
}

/// Done, and nothing to show.
pub(super) fn nothing() -> Answer {
    Reply::<Shown>::no_content().answer(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_says_where_it_is_and_a_part_always_what_it_is() {
        let it = tree(json!({ "id": "7", "href": "/x/7", "name": "a", "brand": null }));
        let answer = created(it.clone());
        let location = answer.headers.iter().find(|it| it.0 == "location").map(|it| it.1.as_str());
        assert_eq!((answer.status, location), (201, Some("/x/7")));
        let text = |it: Answer| String::from_utf8(it.body).expect("a text");
        let fields = ["name".to_owned()];
        assert_eq!(
            text(shown(it.clone(), Some(&fields))),
            r#"{"href":"/x/7","id":"7","name":"a"}"#
        );
        assert_eq!(text(listed(vec![it], Some(&[]), 3)), r#"[{"href":"/x/7","id":"7"}]"#);
        assert_eq!(text(counted(3)), r#"{"size":3}"#);
        assert_eq!(nothing().status, 204);
    }
}
