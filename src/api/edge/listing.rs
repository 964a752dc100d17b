//! Giving a list out as it is taken: a part of it is put together when the one before was taken, so that as
//! little of it is in memory however long it is, and no thread waits for who takes it.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Response, header};
use hyper::body::Frame;
use tokio::task::JoinHandle;

use crate::domain::operator::Actor;
use crate::services::giving::{self, Giving, What};
use crate::services::{Bss, Error};

/// What puts the next part together, or says that there is none.
type Part = Box<dyn FnMut() -> Result<Option<Vec<u8>>, Error> + Send>;

/// The answer that a list is, of a media type and under a name to keep it by. Its first part is put together
/// at once, so that a refusal is an answer.
///
/// # Errors
/// [`Error::Busy`] if too many lists are being given out; those of its first part.
pub(crate) fn response(
    (bss, actor): (&Arc<Bss>, &Actor),
    (media, name): (&str, &str),
    mut part: impl FnMut() -> Result<Option<Vec<u8>>, Error> + Send + 'static,
) -> Result<Response<Body>, Error> {
    let giving = giving::begin(bss, actor, What::List)?;
    let first = part()?;
    let state = match first {
        Some(bytes) => State::Made(bytes, Box::new(part)),
        None => State::Over,
    };
    let mut response = Response::new(Body::new(List { state, _giving: giving }));
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
    ];
    for (header, value) in headers {
        let value = HeaderValue::from_str(&value).map_err(Error::internal)?;
        response.headers_mut().insert(header, value);
    }
    Ok(response)
}

/// A list on its way.
struct List {
    state: State,
    _giving: Giving,
}

/// What is put together of a part; nothing after the last.
type Filled = Result<Option<Vec<u8>>, Error>;

enum State {
    /// A part was put together and not taken.
    Made(Vec<u8>, Part),
    /// The next is wanted.
    Wanted(Part),
    /// It is being put together.
    Making(JoinHandle<(Part, Filled)>),
    /// Nothing comes any more.
    Over,
}

impl HttpBody for List {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        loop {
            self.state = match mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                // What the caller may not see leaves a part with nothing in it.
                State::Made(bytes, part) if bytes.is_empty() => State::Wanted(part),
                State::Made(bytes, part) => {
                    self.state = State::Wanted(part);
                    return Poll::Ready(Some(Ok(Frame::data(bytes.into()))));
                }
                State::Wanted(mut part) => State::Making(tokio::task::spawn_blocking(move || {
                    let made = part();
                    (part, made)
                })),
                State::Making(mut making) => {
                    let polled = Pin::new(&mut making).poll(cx);
                    if polled.is_pending() {
                        self.state = State::Making(making);
                    }
                    match ready!(polled) {
                        Ok((part, Ok(Some(bytes)))) => State::Made(bytes, part),
                        Ok((_, Ok(None))) => State::Over,
                        Ok((_, Err(error))) => return Poll::Ready(Some(Err(cut_off(error)))),
                        Err(panic) => {
                            return Poll::Ready(Some(Err(cut_off(Error::internal(panic)))));
                        }
                    }
                }
            };
        }
    }
}

/// Who takes a list sees only that it ends too early.
fn cut_off(error: Error) -> Error {
    tracing::warn!(why = %error, "a list is not given out to its end");
    error
}
