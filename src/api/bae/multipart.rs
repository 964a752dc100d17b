//! Forms with files (`multipart/form-data`, RFC 7578), as uploads of assets may come: `json` says what else
//! it would say, and `file` is what would be its content.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::edge::body;
use crate::api::edge::fault::Fault;
use crate::domain::error::Invalid;

/// How large a form with a file may be; a larger file is uploaded over `v1`.
pub(super) const BYTES_MAX: usize = 16 << 20;

/// What parts of a form are divided by, if a request brings one.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = said.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|it| !it.is_empty())
}

/// A parameter of a header: `name="value"`, where what stands in quotes may have a semicolon.
fn parameter(of: &str, name: &str) -> Option<String> {
    let mut is_quoted = false;
    let mut all = of.split(|it: char| {
        is_quoted ^= it == '"';
        it == ';' && !is_quoted
    });
    all.find_map(|it| {
        let (found, value) = it.trim().split_once('=')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim_matches('"').to_owned())
    })
}

/// A part of a form.
#[derive(Debug, PartialEq)]
struct Part<'a> {
    name: String,
    file: Option<String>,
    bytes: &'a [u8],
}

/// What a form says, as if it had been said without one.
///
/// # Errors
/// If it is no form, or lacks a part.
pub(super) fn read(bytes: &[u8], boundary: &str) -> Result<Value, Fault> {
    let parts = parts(bytes, boundary).ok_or_else(|| Fault::Malformed {
        detail: "the parts of the form are not divided as it says".to_owned(),
    })?;
    let named = |name: &str| parts.iter().find(|it| it.name == name);
    let missing = |name: &str| Invalid::one(name, "required", "must be a part of the form");
    let mut said = body::tree(named("json").ok_or_else(|| missing("json"))?.bytes)?;
    let file = named("file").ok_or_else(|| missing("file"))?;
    let name = file.file.clone().ok_or_else(|| {
        Invalid::one("file", "required", "must have the name of the file: `filename`")
    })?;
    let Some(fields) = said.as_object_mut() else {
        return Err(Invalid::one("json", "type", "must be an object").into());
    };
    let content = json!({ "name": name, "data": STANDARD.encode(file.bytes) });
    fields.insert("content".to_owned(), content);
    Ok(said)
}

/// The parts of a form; nothing if it is none.
fn parts<'a>(bytes: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let (first, next) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let start = at(bytes, first.as_bytes())?;
    let mut rest = bytes.get(start + first.len()..)?;
    let mut found = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(found);
        }
        let inside = rest.strip_prefix(b"\r\n")?;
        let end = at(inside, next.as_bytes())?;
        found.push(part(inside.get(..end)?)?);
        rest = inside.get(end + next.len()..)?;
    }
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let end = at(bytes, b"\r\n\r\n")?;
    let heads = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let disposition = heads.lines().find_map(|it| {
        let (name, value) = it.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (name, file) = (parameter(disposition, "name")?, parameter(disposition, "filename"));
    Some(Part { name, file, bytes: bytes.get(end + 4..)? })
}

/// Where some bytes first stand in others.
fn at(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parts: &[(&str, &str)]) -> Vec<u8> {
        let part = |it: &(&str, &str)| {
            format!("--x\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", it.0, it.1)
        };
        let parts: String = parts.iter().map(part).collect();
        format!("{parts}--x--\r\n").into_bytes()
    }

    #[test]
    fn a_form_with_a_file_says_what_would_be_said_without_one() {
        let whole = [
            ("name=\"json\"", r#"{"contentType":"text/csv"}"#),
            ("name=\"file\"; filename=\"rain; 3 = c.csv\"", "a\r\n--y\r\nb"),
        ];
        let said = read(&form(&whole), "x").expect("a form");
        let data = STANDARD.encode("a\r\n--y\r\nb");
        let content = json!({ "name": "rain; 3 = c.csv", "data": data });
        assert_eq!(said, json!({ "contentType": "text/csv", "content": content }));
        for broken in [
            form(&whole[..1]),
            form(&whole[1..]),
            form(&[whole[0], ("name=\"file\"", "a")]),
            form(&[("name=\"json\"", "[]"), whole[1]]),
            form(&[("name=\"json\"", "{"), whole[1]]),
            b"--x\r\n".to_vec(),
            b"".to_vec(),
        ] {
            assert!(read(&broken, "x").is_err());
        }
    }

    #[test]
    fn what_divides_a_form_is_said_in_its_media_type() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().expect(text));
            boundary(&headers)
        };
        assert_eq!(of("multipart/form-data; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(of("Multipart/Form-Data; charset=utf-8; boundary=x").as_deref(), Some("x"));
        assert_eq!(of("application/json; boundary=x"), None);
        assert_eq!(of("multipart/form-data"), None);
    }
}
