//! Connections: taking them in, on TCP, TLS or a socket file, and giving none so much patience that
//! others starve.
//!
//! A client that connects and says nothing, that sends its header letter by letter, or that does
//! not read what it asked for, is let go; how many there are at once is bounded by what the machine
//! gives us to hold open.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;

/// How long to wait when the machine has no more sockets to give.
const BREATH: Duration = Duration::from_millis(50);
/// How many requests a client may have under way on one connection of HTTP/2: each may hold a piece of a
/// file that the client does not take.
const STREAMS_MAX: u32 = 32;
/// How large the header of a request may be.
const HEADER_BYTES_MAX: usize = 64 << 10;
/// The same, as HTTP/2 counts it.
const HEADER_LIST_BYTES_MAX: u32 = 64 << 10;
/// How many connections there are at most, even if the machine would hold more.
const CONNECTIONS_MAX: usize = 4096;
/// How many open files are left to the store, the search index and what goes out.
const FILES_KEPT: usize = 192;

/// How long a server waits for its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// To send the header of a request, or to shake hands.
    pub(super) header: Duration,
    /// For anything to move on a connection: longer than a request may take.
    pub(super) still: Duration,
    /// To take what was under way when the server stops.
    pub(super) drain: Duration,
}

impl Patience {
    /// Enough for a bad line, and for the longest request.
    pub(super) const ORDINARY: Self = Self {
        header: Duration::from_secs(15),
        still: Duration::from_secs(75),
        drain: Duration::from_secs(20),
    };
}

/// Where connections come from.
pub(super) enum Listener {
    /// The network, in clear or with TLS.
    Tcp(TcpListener, Option<TlsAcceptor>),
    /// A socket file.
    Unix(UnixListener),
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener, _) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
            Self::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }

    fn tls(&self) -> Option<TlsAcceptor> {
        match self {
            Self::Tcp(_, tls) => tls.clone(),
            Self::Unix(_) => None,
        }
    }
}

/// Serves what comes in until `stop`; then takes in nothing new, and returns when what is under
/// way is done, or has had its time.
pub(super) async fn serve(
    listener: Listener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let speaker = Speaker { tls: listener.tls(), router, patience };
    let places = Arc::new(Semaphore::new(connections_max()));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let next = async { (place.await, listener.accept().await) };
        let (place, stream) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        match stream {
            Ok(stream) => {
                let served = speaker.clone().connection(stream, graceful.watcher());
                tokio::spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not taken in");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(patience.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off: they took longer than {:?}", patience.drain);
    }
}

/// What every connection is served with.
#[derive(Clone)]
struct Speaker {
    tls: Option<TlsAcceptor>,
    router: Router,
    patience: Patience,
}

/// Which HTTP is spoken: in clear always the first, so that nobody can keep us guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Speaker {
    async fn connection(self, stream: Stream, watcher: Watcher) {
        match (stream, &self.tls) {
            (Stream::Unix(stream), _) => self.speak(stream, Version::One, watcher).await,
            (Stream::Tcp(stream), None) => self.speak(stream, Version::One, watcher).await,
            (Stream::Tcp(stream), Some(tls)) => {
                match tokio::time::timeout(self.patience.header, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let is_two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        let version = if is_two { Version::Two } else { Version::One };
                        self.speak(stream, version, watcher).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                    Err(_) => tracing::debug!("a handshake took too long"),
                }
            }
        }
    }

    async fn speak<S>(&self, stream: S, version: Version, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = TokioIo::new(Patient::new(stream, self.patience.still));
        let service = TowerToHyperService::new(self.router.clone());
        let builder = builder(version, self.patience.header);
        let served = builder.serve_connection(stream, service).into_owned();
        if let Err(error) = watcher.watch(served).await {
            tracing::debug!(error, "a connection ended early");
        }
    }
}

fn builder(version: Version, header: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header)
        .max_buf_size(HEADER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .keep_alive_interval(header)
        .keep_alive_timeout(header);
    match version {
        Version::One => builder.http1_only(),
        Version::Two => builder.http2_only(),
    }
}

/// How many connections can be held open: what the machine allows us, less what we need ourselves.
fn connections_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    files_max(&limits).saturating_sub(FILES_KEPT).clamp(64, CONNECTIONS_MAX)
}

/// How many files may be open, as the kernel tells it.
fn files_max(limits: &str) -> usize {
    let row = limits.lines().find_map(|it| it.strip_prefix("Max open files"));
    let soft = row.and_then(|it| it.split_whitespace().next());
    match soft {
        Some("unlimited") => CONNECTIONS_MAX + FILES_KEPT,
        Some(number) => number.parse().unwrap_or(1024),
        None => 1024,
    }
}

/// A stream that fails when nothing has moved on it for too long.
struct Patient<S> {
    stream: S,
    patience: Duration,
    moved_at: Instant,
    /// Rings no later than the patience ends; it is set again only when it rings.
    alarm: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    fn new(stream: S, patience: Duration) -> Self {
        let now = Instant::now();
        let alarm = Box::pin(tokio::time::sleep_until(now + patience));
        Self { stream, patience, moved_at: now, alarm }
    }

    /// What came of an operation, or that it has been waited for too long.
    fn judge<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.moved_at = Instant::now();
            return done;
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            let end = self.moved_at + self.patience;
            if end <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.alarm.as_mut().reset(end);
        }
        done
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.judge(cx, done)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        // Nothing to flush is no movement.
        if done.is_ready() { done } else { self.judge(cx, done) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.judge(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judge(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    use super::*;

    const SHORT: Duration = Duration::from_millis(40);
    const LONG: Duration = Duration::from_secs(60);
    const CALM: Patience = Patience { header: LONG, still: LONG, drain: LONG };
    /// The first is over soon, and one of them is enough for any machine to say something.
    const LONGER: [Duration; 4] = [SHORT, Duration::from_millis(400), Duration::from_secs(4), LONG];

    /// A server on a free port, the door that stops it, and what it becomes when it has stopped.
    async fn server(
        router: Router,
        patience: Patience,
    ) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = Listener::Tcp(listener, None);
        let served = serve(listener, router, patience, async { stopped.await.unwrap_or_default() });
        (address, stop, tokio::spawn(served))
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        // A connection that is cut off has said what it had to say.
        let _ = stream.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).lines().next().unwrap_or("nothing").to_owned()
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished_after_the_stop_and_a_new_one_is_not_taken() {
        let (arrived, has_arrived) = oneshot::channel::<()>();
        let (go, may_go) = oneshot::channel::<()>();
        let parts = Arc::new(std::sync::Mutex::new(Some((arrived, may_go))));
        let slow = move || async move {
            let parts = parts.lock().unwrap().take();
            let (arrived, may_go) = parts.unwrap();
            arrived.send(()).unwrap();
            may_go.await.unwrap();
            "done"
        };
        let (address, stop, served) = server(Router::new().route("/", get(slow)), CALM).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        has_arrived.await.unwrap();
        stop.send(()).unwrap();
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        go.send(()).unwrap();
        assert_eq!(answer(&mut stream).await, "HTTP/1.1 200 OK");
        served.await.unwrap();
    }

    /// What is left of a connection on which this is said and no more.
    async fn after(said: &str, patience: Patience) -> String {
        let take = post(|_: axum::body::Bytes| async {});
        let (address, _stop, _served) = server(Router::new().route("/", take), patience).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        answer(&mut stream).await
    }

    #[tokio::test]
    async fn who_says_nothing_or_half_a_header_is_let_go() {
        let hasty = Patience { header: SHORT, ..CALM };
        assert_eq!(after("", hasty).await, "nothing");
        assert_eq!(after("POST / HTTP/1.1\r\nhost", hasty).await, "nothing");
    }

    /// What is left of it where somebody waits long enough to hear it: a machine may take its time to say it.
    async fn after_it_was_heard(said: &str) -> String {
        for still in LONGER {
            let left = after(said, Patience { still, ..CALM }).await;
            if left != "nothing" {
                return left;
            }
        }
        "nothing".to_owned()
    }

    #[tokio::test]
    async fn who_does_not_send_its_body_or_a_next_request_is_let_go() {
        let half = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf";
        assert_eq!(after_it_was_heard(half).await, "HTTP/1.1 400 Bad Request");
        let whole = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nhalf";
        assert_eq!(after_it_was_heard(whole).await, "HTTP/1.1 200 OK");
    }

    #[tokio::test]
    async fn who_does_not_read_its_answer_is_let_go() {
        for still in LONGER {
            let much = get(|| async { vec![b'x'; 64 << 20] });
            let hasty = Patience { still, ..CALM };
            let (address, stop, served) = server(Router::new().route("/", much), hasty).await;
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            // Who asks too slowly is let go before.
            if stream.read_exact(&mut [0; 15]).await.is_err() {
                continue;
            }
            stop.send(()).unwrap();
            served.await.unwrap();
            let mut rest = Vec::new();
            let ended = stream.read_to_end(&mut rest).await;
            assert!(ended.is_err() || rest.len() < 64 << 20, "it was sent to nobody");
            return;
        }
        panic!("nobody was answered");
    }

    #[tokio::test]
    async fn patience_begins_anew_whenever_something_moves() {
        let (mut there, here) = tokio::io::duplex(4);
        let mut here = Patient::new(here, SHORT);
        let began = Instant::now();
        let mut turns = tokio::time::interval(SHORT / 4);
        for _ in 0..12 {
            turns.tick().await;
            there.write_all(b"word").await.unwrap();
            here.read_exact(&mut [0; 4]).await.unwrap();
        }
        assert!(began.elapsed() > 2 * SHORT, "longer than nothing may move");
        // Four bytes fit; the other side reads none of them.
        let error = here.write_all(b"more than fits").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn the_kernel_says_how_many_files_may_be_open() {
        let row = "Limit  Soft  Hard  Units\nMax open files   1024    524288   files\n";
        assert_eq!(files_max(row), 1024);
        assert_eq!(files_max("Max open files  unlimited  unlimited  files"), 4288);
        assert_eq!(files_max(""), 1024);
        assert!((64..=CONNECTIONS_MAX).contains(&connections_max()));
    }
}
