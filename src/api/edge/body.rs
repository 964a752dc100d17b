//! Reading bodies: bounded, of the right type, with the place of what is wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::fault::Fault;
use crate::domain::error::Invalid;

/// How large an ordinary body may be.
pub(crate) const ORDINARY_BYTES_MAX: usize = 1 << 20;
/// How large a batch of usage may be.
pub(crate) const BATCH_BYTES_MAX: usize = 4 << 20;

/// How many fields an object may have: as many things as the longest list.
const FIELDS_MAX: usize = 10_000;
/// How many values a tree has, those within others counted in: each takes many times the memory of the two
/// bytes that it may take in a text.
pub(crate) const VALUES_MAX: usize = 300_000;
/// How long a text, a number or the name of a field may be: no honest one comes near.
const SCALAR_BYTES_MAX: usize = 1 << 20;

/// A body must have come within this time. Only that: work that has begun is waited for, because
/// who is told that it has failed does it again.
const PATIENCE: Duration = Duration::from_secs(60);

/// All bytes of a body, unless there are more than `limit` or they do not come in time.
pub(crate) async fn bytes(body: Body, limit: usize) -> Result<Bytes, Fault> {
    within(PATIENCE, collected(body, limit)).await
}

async fn within(
    patience: Duration,
    collected: impl Future<Output = Result<Bytes, Fault>>,
) -> Result<Bytes, Fault> {
    let come = tokio::time::timeout(patience, collected).await;
    come.unwrap_or(Err(Fault::Slow { seconds: patience.as_secs() }))
}

/// They are kept once: what comes is put where it stays. What comes without its length has room for as
/// much as it may have from the beginning: room that nobody writes to takes no memory, and what is
/// given up for more of it is kept by the thread.
async fn collected(body: Body, limit: usize) -> Result<Bytes, Fault> {
    let too_large = || Fault::TooLarge { limit };
    let hint = body.size_hint();
    let announced =
        usize::try_from(hint.lower()).ok().filter(|it| *it <= limit).ok_or_else(too_large)?;
    let room = if hint.exact().is_some() { announced } else { limit };
    let (mut body, mut bytes) = (body, Vec::with_capacity(room));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Fault::Malformed { detail: error.to_string() })?;
        let Ok(part) = frame.into_data() else { continue };
        if bytes.len() + part.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.into())
}

/// Refuses a request for a form that no answer has: a document that is not there is not answered
/// with another.
pub(crate) fn json_must_be_wanted(headers: &HeaderMap) -> Result<(), Fault> {
    let said = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok());
    let mut ranges = said.flat_map(|it| it.split(',')).map(essence).peekable();
    let is_json = |it: &str| {
        matches!(it, "" | "*/*" | "application/*" | "application/json") || it.ends_with("+json")
    };
    if ranges.peek().is_none() || ranges.any(is_json) { Ok(()) } else { Err(Fault::NotAcceptable) }
}

/// Refuses a request for a form that the file, which is of a media type, does not have.
pub(crate) fn must_be_wanted(headers: &HeaderMap, media: &str) -> Result<(), Fault> {
    let said = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok());
    let mut ranges = said.flat_map(|it| it.split(',')).map(essence).peekable();
    let group = media.split('/').next().unwrap_or_default();
    let fits =
        |it: &str| matches!(it, "" | "*/*") || it == media || it.strip_suffix("/*") == Some(group);
    if ranges.peek().is_none() || ranges.any(fits) { Ok(()) } else { Err(Fault::NotAcceptable) }
}

/// A media type without its parameters.
fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

/// Refuses what does not say that it is JSON.
pub(crate) fn must_be_json(headers: &HeaderMap) -> Result<(), Fault> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    match content_type.map(essence) {
        Some(it) if it.eq_ignore_ascii_case("application/json") => Ok(()),
        Some(it) if it.eq_ignore_ascii_case("application/merge-patch+json") => Ok(()),
        _ => Err(Fault::MediaType),
    }
}

/// A value of a contract's type from JSON.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    // Nothing means nothing was said: every field is at its default, or missed by name.
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    read::<Distinct>(bytes, classify)?;
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Invalid::one("", "type", "must be an object").into());
    }
    // What is JSON and yet not what is wanted breaks a rule of a field, whatever the parser calls it.
    read(bytes, |pointer, error| Fault::Invalid(broken(pointer, &error.to_string())))
}

/// Any JSON as a tree of at most [`VALUES_MAX`] values; `null` for no bytes at all.
pub(crate) fn tree(bytes: &[u8]) -> Result<serde_json::Value, Fault> {
    if bytes.is_empty() {
        return Ok(serde_json::Value::Null);
    }
    must_be_few(values(bytes, VALUES_MAX))?;
    read::<Distinct>(bytes, classify)?;
    read(bytes, classify)
}

/// Refuses more values than [`VALUES_MAX`] at once.
pub(crate) fn must_be_few(count: usize) -> Result<(), Invalid> {
    let message = format!("must have at most {VALUES_MAX} values in all");
    if count <= VALUES_MAX { Ok(()) } else { Err(Invalid::one("", "range", message)) }
}

/// How many values a text in JSON has at most, without reading them: each but the first comes after a comma
/// or an opening bracket that is in no text, so that what is empty counts for two. No more are counted than
/// one more than `most`; of what is no JSON nothing is said.
pub(crate) fn values(bytes: &[u8], most: usize) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (1_usize, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b',' | b'[' | b'{' if !is_text => count += 1,
            _ => {}
        }
        if count > most {
            break;
        }
    }
    count
}

fn read<T: DeserializeOwned>(
    bytes: &[u8],
    classify: fn(String, &serde_json::Error) -> Fault,
) -> Result<T, Fault> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let pointer = pointer(error.path());
        classify(pointer, error.inner())
    })?;
    source.end().map_err(|error| Fault::Malformed { detail: error.to_string() })?;
    Ok(value)
}

fn classify(pointer: String, error: &serde_json::Error) -> Fault {
    use serde_json::error::Category;
    let detail = error.to_string();
    match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => Fault::Malformed { detail },
        Category::Data => Fault::Invalid(broken(pointer, &detail)),
    }
}

/// The rule that a field breaks, by what the parser says.
fn broken(pointer: String, detail: &str) -> Invalid {
    let rule = match () {
        () if detail.starts_with("unknown field") => "unknown_field",
        () if detail.starts_with("missing field") => "required",
        () if detail.starts_with("unknown variant") => "enum",
        () if detail.starts_with("duplicate field") => "duplicate",
        () if detail.starts_with("must have at most") => "range",
        () => "type",
    };
    // The position speaks of bytes; the pointer is what the caller can use.
    let message = detail.split(" at line ").next().unwrap_or(detail).to_owned();
    let field = message.split('`').nth(1).unwrap_or_default();
    match rule {
        "required" => Invalid::one(format!("{pointer}/{field}"), rule, "must be given"),
        "duplicate" => Invalid::one(format!("{pointer}/{field}"), rule, "must not come twice"),
        "type" => Invalid::one(pointer, rule, plain(&message).unwrap_or(message)),
        "unknown_field" => Invalid::one(pointer, rule, is_unknown(&message)),
        _ => Invalid::one(pointer, rule, message),
    }
}

/// What a parser says of a name that it does not know, without the name, which stands before it.
pub(crate) fn is_unknown(message: &str) -> String {
    format!("is unknown: {}", message.split_once("`, ").map_or(message, |it| it.1))
}

/// What a parser says of a value of the wrong type, without its own words for types.
fn plain(message: &str) -> Option<String> {
    let said = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "))?;
    let (found, expected) = said.rsplit_once(", expected ")?;
    let numbers = |max: &dyn std::fmt::Display| format!("a whole number from 0 to {max}");
    let expected = match expected {
        "u8" => numbers(&u8::MAX),
        "u16" => numbers(&u16::MAX),
        "u32" => numbers(&u32::MAX),
        "u64" | "usize" => numbers(&u64::MAX),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "a string" | "a borrowed string" | "a string key" => "a text".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        it if it.starts_with("struct ") || it.contains("tagged enum") => "an object".to_owned(),
        it if it.starts_with("enum ") => "a word".to_owned(),
        it => it.to_owned(),
    };
    let found = match found.split(' ').next() {
        Some("map") => "an object".to_owned(),
        Some("sequence") => "a list".to_owned(),
        Some("null") | None => "`null`".to_owned(),
        Some("string") => format!("the text {}", found.trim_start_matches("string ")),
        Some(_) => found.split_once('`').map_or(found, |it| it.1).trim_end_matches('`').to_owned(),
    };
    let found =
        if found.contains(' ') || found.contains('`') { found } else { format!("`{found}`") };
    Some(format!("must be {expected}, not {found}"))
}

/// Any JSON in which no object has a field twice: which of the two is meant, nobody knows.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(Self)
    }

    // All other numbers keep their digits: the parser hands each over as a map with its text.
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_str<E: serde::de::Error>(self, it: &str) -> Result<Self, E> {
        if it.len() > SCALAR_BYTES_MAX {
            return Err(E::custom(format_args!("must have at most {SCALAR_BYTES_MAX} bytes")));
        }
        Ok(Self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(Self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            if seen.len() == FIELDS_MAX {
                return Err(A::Error::custom(format_args!(
                    "must have at most {FIELDS_MAX} fields"
                )));
            }
            fields.next_value::<Self>()?;
            seen.insert(name);
        }
        Ok(Self)
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|it| match it {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is refused is looked at")]
    struct Wanted {
        name: String,
        parts: Option<Vec<u32>>,
    }

    #[test]
    fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let never = runtime.block_on(within(Duration::ZERO, std::future::pending()));
        assert!(matches!(never, Err(Fault::Slow { seconds: 0 })), "{never:?}");
        let come = runtime.block_on(within(Duration::ZERO, collected(Body::from("{}"), 10)));
        assert_eq!(come.map_err(|it| it.to_string()), Ok(Bytes::from_static(b"{}")));
    }

    #[test]
    fn values_are_counted_before_they_are_read() {
        for (text, count) in [
            ("7", 1),
            ("[]", 2),
            ("[1,2,3]", 4),
            (r#"{"a":[{},{}],"b":"c"}"#, 7),
            (r#"["a,[{\",[","\\",1]"#, 4),
        ] {
            assert_eq!(values(text.as_bytes(), 10), count, "{text}");
            assert_eq!(values(text.as_bytes(), 3), count.min(4), "{text}");
        }
    }

    /// A few bytes each, and many times that in memory.
    #[test]
    fn a_tree_of_millions_of_tiny_values_is_not_read() {
        let told = |text: String| match tree(text.as_bytes()) {
            Ok(_) => "read".to_owned(),
            Err(Fault::Invalid(it)) => it.to_string(),
            Err(fault) => fault.to_string(),
        };
        let all =
            |part: &str, times: usize| format!("[{}{part}]", format!("{part},").repeat(times - 1));
        let refused = "`` must have at most 300000 values in all";
        for part in ["0", "[]", "{}", "{\"a\":0}", "\"\""] {
            assert_eq!(told(all(part, 1_000_000)), refused, "{part}");
        }
        assert_eq!(told(all("0", VALUES_MAX)), refused);
        assert_eq!(told(all("0", VALUES_MAX - 1)), "read");
        assert_eq!(told("[".repeat(1_000_000)), refused);
        let text = format!("[\"{}\"]", ",[{".repeat(300_000));
        assert_eq!(told(text), "read", "what is in a text is no value");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_rule() {
        let told = |text: &str| match json::<Wanted>(text.as_bytes()) {
            Err(Fault::Invalid(invalid)) => {
                let it = &invalid.violations[0];
                format!("{} {}: {}", it.field, it.rule, it.message)
            }
            Err(other) => other.to_string(),
            Ok(wanted) => format!("{wanted:?}"),
        };
        let deep = format!("{{\"name\":{}", "[".repeat(10_000));
        expect_test::expect![[r#"
            /name required: must be given
            /nam unknown_field: is unknown: expected `name` or `parts`
            /name type: must be a text, not `1`
            /parts/1 type: must be a whole number from 0 to 4294967295, not `-1`
            /parts/0 type: must be a whole number from 0 to 4294967295, not `1.5`
            /parts/0 type: must be a whole number from 0 to 4294967295, not the text "1"
            /parts type: must be a list, not an object
            /name type: must be a text, not `null`
            /name type: must be a text, not a list
            the body is not valid JSON: EOF while parsing a string at line 1 column 10
            the body is not valid JSON: trailing characters at line 1 column 14
            the body is not valid JSON: recursion limit exceeded at line 1 column 135"#]]
        .assert_eq(
            &[
                "",
                r#"{"nam":"x"}"#,
                r#"{"name":1}"#,
                r#"{"name":"x","parts":[1,-1]}"#,
                r#"{"name":"x","parts":[1.5]}"#,
                r#"{"name":"x","parts":["1"]}"#,
                r#"{"name":"x","parts":{}}"#,
                r#"{"name":null}"#,
                r#"{"name":[]}"#,
                r#"{"name":"x"#,
                r#"{"name":"x"} {"#,
                &deep,
            ]
            .map(told)
            .join("\n"),
        );
    }
}
