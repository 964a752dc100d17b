//! Giving a file out as it is taken: never more than a chunk of it is in memory, and one can go on where
//! one was cut off (RFC 9110, 13 and 14).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use hyper::body::{Frame, SizeHint};

use crate::domain::catalog::asset::Source;
use crate::domain::operator::Actor;
use crate::services::asset::content;
use crate::services::asset::entitlement::Opened;
use crate::services::giving::{self, Giving, What};
use crate::services::{Bss, Error};

/// The answer that what is given out is: the file or a part of it, or where else it lies.
///
/// # Errors
/// [`Error::Busy`] if too many files are being given out.
pub(crate) fn response(
    (bss, actor): (&Arc<Bss>, &Actor),
    asked: &HeaderMap,
    opened: &Opened,
) -> Result<Response<Body>, Error> {
    match &opened.version.source {
        Source::Web(address) => {
            let mut elsewhere = answer(StatusCode::SEE_OTHER, Body::empty());
            put(&mut elsewhere, header::LOCATION, address.as_str());
            Ok(elsewhere)
        }
        Source::File { name, bytes, digest, content } => {
            let media = opened.asset.content().media_type.as_ref();
            let media = media.map_or("application/octet-stream", |it| it.as_str());
            let (bytes, digest, content) = (*bytes, *digest, *content);
            given(
                (bss, actor),
                asked,
                &Given { name: name.as_str(), media, bytes, digest, content },
            )
        }
    }
}

/// A file that is given out.
pub(crate) struct Given<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// Its media type.
    pub(crate) media: &'a str,
    /// How long it is.
    pub(crate) bytes: u64,
    /// The SHA-256 of it.
    pub(crate) digest: [u8; 32],
    /// The content in which it is kept.
    pub(crate) content: u64,
}

/// The answer that a file or a part of it is.
///
/// # Errors
/// [`Error::Busy`] if too many files are being given out.
pub(crate) fn given(
    (bss, actor): (&Arc<Bss>, &Actor),
    asked: &HeaderMap,
    of: &Given<'_>,
) -> Result<Response<Body>, Error> {
    let Given { name, media, bytes, digest, content } = *of;
    let tag = format!("\"{}\"", hex::encode(digest));
    if said(asked, header::IF_NONE_MATCH).is_some_and(|it| it == "*" || names(it, &tag)) {
        let mut same = answer(StatusCode::NOT_MODIFIED, Body::empty());
        put(&mut same, header::ETAG, &tag);
        return Ok(same);
    }
    let range = said(asked, header::RANGE).filter(|_| {
        // Who has the beginning of another file gets this one as a whole.
        said(asked, header::IF_RANGE).is_none_or(|it| it == tag)
    });
    let part = range.map_or(Part::Whole, |it| part(it, bytes));
    let stream = |at: u64, end: u64| {
        let giving = giving::begin(bss, actor, What::File)?;
        Ok::<_, Error>(Body::new(Stream {
            bss: Arc::clone(bss),
            content,
            at,
            end,
            _giving: giving,
        }))
    };
    let mut given = match part {
        Part::Whole => answer(StatusCode::OK, stream(0, bytes)?),
        Part::Of(from, to) => {
            let mut given = answer(StatusCode::PARTIAL_CONTENT, stream(from, to)?);
            let range = format!("bytes {from}-{}/{bytes}", to - 1);
            put(&mut given, header::CONTENT_RANGE, &range);
            given
        }
        Part::Beyond => {
            let mut none = answer(StatusCode::RANGE_NOT_SATISFIABLE, Body::empty());
            put(&mut none, header::CONTENT_RANGE, &format!("bytes */{bytes}"));
            return Ok(none);
        }
    };
    put(&mut given, header::CONTENT_TYPE, media);
    put(&mut given, header::CONTENT_DISPOSITION, &disposition(name));
    put(&mut given, header::ETAG, &tag);
    put(&mut given, header::ACCEPT_RANGES, "bytes");
    // What somebody has uploaded must not act as a page of ours.
    put(&mut given, header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    Ok(given)
}

fn answer(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn put(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn said(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Whether a list of tags names one, strong or weak.
fn names(list: &str, tag: &str) -> bool {
    list.split(',').any(|it| it.trim().trim_start_matches("W/") == tag)
}

/// Which part of a file is wanted: from a place up to one that is no longer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Of(u64, u64),
    Beyond,
}

/// What a `Range` asks for. What is not understood, or are several parts, is given as a whole.
fn part(text: &str, bytes: u64) -> Part {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Part::Whole;
    };
    let number = |it: &str| it.trim().parse::<u64>().ok();
    match (first.trim(), number(first), last.trim(), number(last)) {
        ("", _, _, Some(0)) => Part::Beyond,
        ("", _, _, Some(_)) if bytes == 0 => Part::Beyond,
        ("", _, _, Some(most)) => Part::Of(bytes.saturating_sub(most), bytes),
        (_, Some(from), "", _) if from < bytes => Part::Of(from, bytes),
        (_, Some(from), _, Some(to)) if from <= to && from < bytes => {
            Part::Of(from, to.saturating_add(1).min(bytes))
        }
        (_, Some(from), "", _) if from >= bytes => Part::Beyond,
        (_, Some(from), _, Some(to)) if from <= to => Part::Beyond,
        _ => Part::Whole,
    }
}

/// Under which name a file is kept: one of plain signs for old programs, and its own (RFC 6266).
fn disposition(name: &str) -> String {
    let plain = |it: char| {
        if it.is_ascii_alphanumeric() || "-_. ".contains(it) { it } else { '_' }
    };
    let old: String = name.chars().map(plain).collect();
    let own = name.bytes().map(|it| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(it).to_string(),
        _ => format!("%{it:02X}"),
    });
    format!("attachment; filename=\"{old}\"; filename*=UTF-8''{}", own.collect::<String>())
}

/// A part of a content, read as it is sent. What is read is never changed, so that each chunk may come
/// from a snapshot of its own.
struct Stream {
    bss: Arc<Bss>,
    content: u64,
    at: u64,
    end: u64,
    _giving: Giving,
}

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.at >= self.end {
            return Poll::Ready(None);
        }
        let mut bytes = match content::piece(&self.bss, self.content, self.at) {
            Ok(bytes) if bytes.is_empty() => {
                return Poll::Ready(Some(Err(Error::internal("a content is shorter than it was"))));
            }
            Ok(bytes) => bytes,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        bytes.truncate(usize::try_from(self.end - self.at).unwrap_or(usize::MAX));
        self.at += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_a_range_names_and_the_file_has() {
        for (text, bytes, expected) in [
            ("bytes=0-3", 10, Part::Of(0, 4)),
            ("bytes=4-", 10, Part::Of(4, 10)),
            ("bytes=-3", 10, Part::Of(7, 10)),
            ("bytes=-30", 10, Part::Of(0, 10)),
            ("bytes=8-99", 10, Part::Of(8, 10)),
            ("bytes=9-9", 10, Part::Of(9, 10)),
            ("bytes=10-", 10, Part::Beyond),
            ("bytes=10-20", 10, Part::Beyond),
            ("bytes=-0", 10, Part::Beyond),
            ("bytes=-1", 0, Part::Beyond),
            ("bytes=5-4", 10, Part::Whole),
            ("bytes=0-1,4-5", 10, Part::Whole),
            ("bytes=x-", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("lines=1-2", 10, Part::Whole),
            ("bytes=18446744073709551615-18446744073709551615", 10, Part::Beyond),
        ] {
            assert_eq!(part(text, bytes), expected, "{text} of {bytes}");
        }
    }

    #[test]
    fn a_name_is_kept_in_all_its_signs() {
        let expected =
            "attachment; filename=\"Wetter _3_.csv\"; filename*=UTF-8''Wetter%20%C3%BC3%22.csv";
        assert_eq!(disposition("Wetter ü3\".csv"), expected);
    }
}
