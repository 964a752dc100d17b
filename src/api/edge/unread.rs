//! What nobody has read of a request, because it was refused before: a little of it is read before the
//! answer goes out, so that the connection can go on; where it is more, the answer says that it does not.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;

/// So much is read for nobody at most.
const LEFT_BYTES_MAX: usize = 64 << 10;
/// And waited for so long.
const PATIENCE: Duration = Duration::from_millis(500);

/// A body that goes back where it was not read to its end.
struct Lent {
    body: Option<Body>,
    back: Option<oneshot::Sender<Body>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|it| !it.is_end_stream());
        if let (Some(rest), Some(back)) = (rest, self.back.take()) {
            // Where nobody waits for it any more, it is no answer's business.
            drop(back.send(rest));
        }
    }
}

/// Answers a request, and reads what is left of it or says that the connection ends.
pub(crate) async fn read(request: Request, next: Next) -> Response {
    if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who asks first whether to send its body is not told to.
    let is_asking = request.headers().contains_key(header::EXPECT);
    let (back, mut left) = oneshot::channel();
    let request = request.map(|body| Body::new(Lent { body: Some(body), back: Some(back) }));
    let mut response = next.run(request).await;
    if let Ok(rest) = left.try_recv()
        && (is_asking || !is_read(rest).await)
    {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether a body ends soon.
async fn is_read(body: Body) -> bool {
    let most = u64::try_from(LEFT_BYTES_MAX).unwrap_or(u64::MAX);
    if body.size_hint().lower() > most {
        return false;
    }
    tokio::time::timeout(PATIENCE, ends(body)).await.unwrap_or(false)
}

async fn ends(mut body: Body) -> bool {
    let mut count = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        count += frame.data_ref().map_or(0, Bytes::len);
        if count > LEFT_BYTES_MAX {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;
    use tower::ServiceExt;

    use super::*;

    /// What is said of the connection where a body is refused unread, and where it is taken.
    async fn said(body: Body) -> [Option<String>; 2] {
        let router = Router::new()
            .route("/refused", post(|| async { StatusCode::FORBIDDEN }))
            .route("/taken", post(|_: Bytes| async {}))
            .layer(axum::middleware::from_fn(read));
        let bytes = body.collect().await.unwrap().to_bytes();
        let mut found = [None, None];
        for (path, said) in ["/refused", "/taken"].into_iter().zip(&mut found) {
            let request = Request::post(path).body(Body::from(bytes.clone())).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let header = response.headers().get(header::CONNECTION);
            *said = header.map(|it| it.to_str().unwrap().to_owned());
        }
        found
    }

    #[tokio::test]
    async fn a_connection_ends_where_much_was_not_read_and_says_so() {
        assert_eq!(said(Body::empty()).await, [None, None]);
        assert_eq!(said(Body::from("{}")).await, [None, None]);
        let much = Body::from(vec![b' '; LEFT_BYTES_MAX + 1]);
        assert_eq!(said(much).await, [Some("close".to_owned()), None]);
    }
}
