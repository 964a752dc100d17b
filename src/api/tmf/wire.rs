//! How this contract writes answers: things with their `href`, and what headers say of them.

use axum::http::header;
use serde::Serialize;
use serde_json::Value;

use super::href;
use super::path::Path;
use super::resource::Tree;
use crate::api::edge::reply::{Reply, Wire};
use crate::services::idempotency::Answer;

/// The media type of all answers.
pub(super) const JSON: &str = "application/json;charset=utf-8";

/// What is told of a thing whatever is asked for.
const ALWAYS: &[&str] = &["id", "href"];

/// What a thing says to which a file belongs: told is where that is.
pub(super) const FILE: &str = "@file";

/// A thing or a list of things.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown(Value);

impl Wire for Shown {}

/// Where the things of a resource are.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The address of the list.
    pub(super) list: String,
}

impl Place {
    /// The address of a thing.
    pub(super) fn of(&self, id: &str) -> String {
        format!("{}/{id}", self.list)
    }

    /// Lets a thing say of what it refers to where that is from outside.
    pub(super) fn lead(&self, it: &mut Tree) {
        let outside = href::outside(&self.list);
        if !outside.is_empty() {
            href::begin(it, outside);
        }
    }

    /// A thing with its `href`.
    pub(super) fn linked(&self, mut it: Tree) -> Value {
        self.lead(&mut it);
        let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
        let href = self.of(id);
        if it.remove(FILE).is_some() {
            it.insert("url".to_owned(), format!("{href}/file").into());
        }
        it.insert("href".to_owned(), href.into());
        Value::Object(it)
    }
}

/// Of a thing what is wanted.
fn wanted(it: Value, fields: Option<&[Path]>) -> Value {
    match fields {
        Some(fields) => Path::pruned(&it, fields, ALWAYS),
        None => it,
    }
}

fn told(mut answer: Answer) -> Answer {
    let is_type = |it: &(String, String)| it.0 == header::CONTENT_TYPE.as_str();
    for it in answer.headers.iter_mut().filter(|it| is_type(it)) {
        JSON.clone_into(&mut it.1);
    }
    answer
}

/// The answer with a thing.
pub(super) fn shown(it: Value, fields: Option<&[Path]>) -> Answer {
    told(Reply::ok(Shown(wanted(it, fields))).answer(None))
}

/// The answer with several things.
pub(super) fn shown_all(all: Vec<Value>, fields: Option<&[Path]>) -> Answer {
    let all = all.into_iter().map(|it| wanted(it, fields)).collect();
    told(Reply::ok(Shown(Value::Array(all))).answer(None))
}

/// The answer with something new.
pub(super) fn created(it: Value, fields: Option<&[Path]>) -> Answer {
    let href = it.get("href").and_then(Value::as_str).unwrap_or_default().to_owned();
    told(Reply::created(href, Shown(wanted(it, fields))).answer(None))
}

/// An answer with the revision of the thing in it, if that has one.
pub(super) fn tagged(mut answer: Answer, revision: Option<u32>) -> Answer {
    let tag = revision.map(|it| (header::ETAG.to_string(), format!("\"{it}\"")));
    answer.headers.extend(tag);
    answer
}

/// Done, and nothing to show.
pub(super) fn nothing() -> Answer {
    Reply::<Shown>::no_content().answer(None)
}

/// Which part of how many things a list is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) offset: usize,
    pub(super) limit: usize,
    pub(super) total: usize,
}

/// The answer with a list: 206 if it is a part of what is wanted. Behind the end there is nothing
/// of which it could be one.
pub(super) fn listed(
    items: Vec<Value>,
    fields: Option<&[Path]>,
    part: Part,
    at: (&Place, &str),
) -> Answer {
    listed_on(items, fields, (part, None), at)
}

/// The same with the cursor by which the next part is had without a walk up to it.
pub(super) fn listed_on(
    items: Vec<Value>,
    fields: Option<&[Path]>,
    (part, next): (Part, Option<String>),
    (place, rest): (&Place, &str),
) -> Answer {
    let count = items.len();
    let items = items.into_iter().map(|it| wanted(it, fields)).collect();
    let mut answer = told(Reply::ok(Shown(Value::Array(items))).answer(None));
    if count < part.total && part.offset < part.total {
        answer.status = 206;
    }
    let mut say = |name: &str, value: String| answer.headers.push((name.to_owned(), value));
    say("x-total-count", part.total.to_string());
    say("x-result-count", count.to_string());
    say("link", links((part, next), count, (place, rest)));
    answer
}

/// The neighbors of a part, as RFC 8288 writes them.
fn links(
    (part, next): (Part, Option<String>),
    count: usize,
    (place, rest): (&Place, &str),
) -> String {
    let next = next.map(|it| format!("&cursor={it}")).unwrap_or_default();
    let Part { offset, limit, total } = part;
    let at = |offset: usize| format!("<{}?offset={offset}&limit={limit}{rest}>", place.list);
    let mut links = vec![format!("{};rel=\"self\"", at(offset))];
    let on = |offset: usize| {
        format!("<{}?offset={offset}&limit={limit}{rest}{next}>;rel=\"next\"", place.list)
    };
    let mut link = |to: usize, rel: &str| {
        let link = if rel == "next" { on(to) } else { format!("{};rel=\"{rel}\"", at(to)) };
        links.push(link);
    };
    if count < total && limit > 0 {
        link(0, "first");
        if offset > 0 {
            link(offset.saturating_sub(limit), "prev");
        }
        if offset + count < total {
            link(offset + count, "next");
        }
        link((total - 1) / limit * limit, "last");
    }
    links.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place() -> Place {
        Place { list: "/tmf-api/x/v4/thing".to_owned() }
    }

    fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
        answer.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    #[test]
    fn a_part_of_a_list_leads_to_the_others() {
        let items = vec![json!({ "id": "5" }); 10];
        let part = Part { offset: 10, limit: 10, total: 25 };
        let answer = listed(items, None, part, (&place(), "&name=a"));
        assert_eq!(answer.status, 206);
        assert_eq!(header(&answer, "x-total-count"), Some("25"));
        assert_eq!(header(&answer, "x-result-count"), Some("10"));
        expect_test::expect![[r#"
            <thing?offset=10&limit=10&name=a>;rel="self"
            <thing?offset=0&limit=10&name=a>;rel="first"
            <thing?offset=0&limit=10&name=a>;rel="prev"
            <thing?offset=20&limit=10&name=a>;rel="next"
            <thing?offset=20&limit=10&name=a>;rel="last""#]]
        .assert_eq(
            &header(&answer, "link")
                .expect("links")
                .replace("/tmf-api/x/v4/", "")
                .replace(", ", "\n"),
        );
        let part = Part { offset: 0, limit: 1, total: 2 };
        let next = (part, Some("abc".to_owned()));
        let answer = listed_on(vec![json!({})], None, next, (&place(), "&name=a"));
        let expected = "<thing?offset=1&limit=1&name=a&cursor=abc>;rel=\"next\"";
        let links = header(&answer, "link").expect("links").replace("/tmf-api/x/v4/", "");
        assert!(links.split(", ").any(|it| it == expected), "{links}");
        let whole = Part { offset: 0, limit: 1000, total: 1 };
        let answer = listed(vec![json!({})], None, whole, (&place(), ""));
        assert_eq!(answer.status, 200);
        assert_eq!(header(&answer, "link").map(|it| it.contains("next")), Some(false));
    }

    #[test]
    fn what_is_new_says_where_it_is_and_what_is_wanted_of_it() {
        let Value::Object(tree) = json!({ "id": "7", "name": "a", "note": [] }) else { panic!() };
        let it = place().linked(tree);
        let answer = created(it.clone(), None);
        assert_eq!((answer.status, header(&answer, "location")), (201, it["href"].as_str()));
        let fields = [Path::read("name").expect("a path")];
        let text = String::from_utf8(shown(it, Some(&fields)).body).expect("a text");
        assert_eq!(text, r#"{"href":"/tmf-api/x/v4/thing/7","id":"7","name":"a"}"#);
        assert_eq!(nothing().status, 204);
    }
}
