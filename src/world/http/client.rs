//! Requests sent over the net.

use std::io::{self, Read};
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::{self, Client};
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::{Certificate, redirect};
use rustls::crypto::ring;
use thiserror::Error;

use super::guard::{Reach, Refusal};
use super::{Method, Request, Response, Web, WebError};

/// How long a server may take to pick up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The net. To be made, used and dropped outside of asynchronous code: it blocks.
pub struct HttpWeb {
    client: Client,
    reach: Reach,
}

impl HttpWeb {
    /// The net as far as `reach` goes, asked by the system's own resolver.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn open(reach: Reach) -> Result<Self, WebError> {
        Self::with(reach, Arc::new(|host| Ok((host, 0).to_socket_addrs()?.collect())))
    }

    fn with(reach: Reach, look_up: Arc<LookUp>) -> Result<Self, WebError> {
        // Fails if one was chosen before, which then is the one to take.
        let _chosen_before = ring::default_provider().install_default();
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let roots = roots.filter_map(|it| Certificate::from_der(it).ok());
        let client = Client::builder()
            .tls_certs_merge(roots)
            .dns_resolver(Arc::new(GuardedResolver { reach, look_up }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            // A connection kept open would reach a machine that nobody looked at again.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("tillbox/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|it| WebError::Unreachable(it.into()))?;
        Ok(Self { client, reach })
    }
}

impl Web for HttpWeb {
    fn send(&self, request: &Request) -> Result<Response, WebError> {
        let url = self.reach.admit(&request.address).map_err(WebError::Refused)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut builder = self.client.request(method, url).timeout(request.timeout);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let answer = builder.body(request.body.clone()).send().map_err(failure)?;
        read(answer, request.answer_bytes_max)
    }
}

/// Reads an answer to its end, or until it is too long.
fn read(answer: blocking::Response, max: usize) -> Result<Response, WebError> {
    let status = answer.status().as_u16();
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    let headers = answer.headers().iter();
    let headers = headers.map(|it| (it.0.to_string(), text(it.1.as_bytes()))).collect();
    let mut body = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    answer.take(limit).read_to_end(&mut body).map_err(broken_off)?;
    if body.len() > max {
        return Err(WebError::TooLong { max });
    }
    Ok(Response { status, headers, body })
}

fn failure(error: reqwest::Error) -> WebError {
    let mut source = std::error::Error::source(&error);
    while let Some(it) = source {
        if it.is::<OutOfReach>() {
            return WebError::Refused(Refusal::Private);
        }
        source = it.source();
    }
    match (error.is_connect(), error.is_timeout(), error.is_builder()) {
        (true, _, _) => WebError::NotConnected(error.into()),
        (false, true, _) => WebError::TimedOut,
        (false, false, true) => WebError::Malformed(error.into()),
        (false, false, false) => WebError::Unreachable(error.into()),
    }
}

fn broken_off(error: io::Error) -> WebError {
    let is_timeout = |it: &reqwest::Error| it.is_timeout();
    let inner = error.get_ref().and_then(|it| it.downcast_ref::<reqwest::Error>());
    match error.kind() == io::ErrorKind::TimedOut || inner.is_some_and(is_timeout) {
        true => WebError::TimedOut,
        false => WebError::Unreachable(error.into()),
    }
}

type LookUp = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// A name that leads out of our reach.
#[derive(Debug, Error)]
#[error("the name leads to a machine that is not on the public net")]
struct OutOfReach;

/// Finds the machines of a name at the moment of connecting. One that is out of reach spoils all:
/// nobody honest mixes them.
struct GuardedResolver {
    reach: Reach,
    look_up: Arc<LookUp>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, look_up) = (self.reach, Arc::clone(&self.look_up));
        // Looking up blocks, and the client's own thread serves all requests.
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || look_up(name.as_str())).await??;
            if found.iter().all(|it| reach.covers(it.ip())) {
                return Ok(Box::new(found.into_iter()) as Box<_>);
            }
            Err(OutOfReach.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread::{self, JoinHandle};

    use super::*;

    /// A server for one request: it says `answer` and gives back what it was told.
    fn server(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let heard = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut heard = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            while !heard.ends_with("\r\n\r\n") {
                reader.read_line(&mut heard).expect("a line");
            }
            let length = heard.lines().find_map(|it| it.strip_prefix("content-length: "));
            let length = length.map_or(0, |it| it.parse().expect("a number"));
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            // A caller that has read enough hangs up.
            let _hung_up = stream.write_all(answer.as_bytes());
            heard + &String::from_utf8_lossy(&body)
        });
        (address, heard)
    }

    fn web(reach: Reach) -> HttpWeb {
        HttpWeb::open(reach).expect("the net")
    }

    #[test]
    fn a_request_arrives_whole_and_its_answer_too() {
        let (address, heard) =
            server("HTTP/1.1 201 Made\r\nContent-Length: 4\r\nX-A: b\r\n\r\ndone");
        let request = Request::new(Method::Post, format!("http://{address}/hook?a=b"))
            .header("webhook-id", "msg_1")
            .body("{}");
        let response = web(Reach::Private).send(&request).expect("an answer");
        assert_eq!((response.status, response.body.as_slice()), (201, &b"done"[..]));
        assert_eq!((response.header("x-a"), response.is_success()), (Some("b"), true));
        let heard = heard.join().expect("the server ended");
        assert!(heard.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{heard}");
        assert!(
            heard.contains("webhook-id: msg_1\r\n") && heard.ends_with("\r\n\r\n{}"),
            "{heard}"
        );
    }

    #[test]
    fn an_answer_that_points_elsewhere_is_not_followed() {
        let (address, _heard) = server(
            "HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n",
        );
        let request = Request::new(Method::Get, format!("http://{address}/"));
        let response = web(Reach::Private).send(&request).expect("an answer");
        assert_eq!((response.status, response.is_success()), (302, false));
    }

    #[test]
    fn an_answer_is_read_up_to_its_limit_and_not_beyond() {
        for (max, expected) in [(10, Some(10)), (9, None)] {
            let (address, _heard) = server("HTTP/1.1 200 OK\r\n\r\n0123456789");
            let mut request = Request::new(Method::Get, format!("http://{address}/"));
            request.answer_bytes_max = max;
            match web(Reach::Private).send(&request) {
                Ok(it) => assert_eq!(Some(it.body.len()), expected),
                Err(WebError::TooLong { max }) => assert_eq!((max, expected), (9, None)),
                Err(it) => panic!("{it}"),
            }
        }
    }

    #[test]
    fn a_server_that_says_nothing_is_left_when_the_time_is_over() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let mut request = Request::new(Method::Get, format!("http://{address}/"));
        request.timeout = Duration::from_millis(50);
        let sent = web(Reach::Private).send(&request);
        assert!(matches!(sent, Err(WebError::TimedOut)), "{sent:?}");
    }

    #[test]
    fn nobody_there_and_nothing_sensible_are_told_apart() {
        // As long as the port is ours here, nobody is given it on another number of this machine.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://127.0.0.2:{}/", listener.local_addr().expect("bound").port());
        let sent = web(Reach::Private).send(&Request::new(Method::Get, &address));
        assert!(matches!(sent, Err(WebError::NotConnected(_))), "{sent:?}");
        let request = Request::new(Method::Get, &address).header("a", "b\r\nc: d");
        let sent = web(Reach::Private).send(&request);
        assert!(matches!(sent, Err(WebError::Malformed(_))), "{sent:?}");
    }

    /// Calls a name that leads to these machines.
    fn call(reach: Reach, machines: Vec<SocketAddr>) -> Result<Response, WebError> {
        let port = machines[0].port();
        let web = HttpWeb::with(reach, Arc::new(move |_| Ok(machines.clone()))).expect("the net");
        web.send(&Request::new(Method::Get, format!("http://hook.example.com:{port}/")))
    }

    #[test]
    fn a_name_that_leads_to_this_machine_is_not_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let here = listener.local_addr().expect("bound");
        let elsewhere = SocketAddr::from((Ipv4Addr::new(93, 184, 216, 34), here.port()));
        for machines in [vec![here], vec![here, elsewhere], vec![elsewhere, here]] {
            let sent = call(Reach::Public, machines);
            assert!(matches!(sent, Err(WebError::Refused(Refusal::Private))), "{sent:?}");
        }
        listener.set_nonblocking(true).expect("a listener");
        assert!(listener.accept().is_err(), "somebody knocked");
    }

    #[test]
    fn the_same_name_gets_through_where_it_may() {
        let (here, _heard) = server("HTTP/1.1 204 Done\r\n\r\n");
        let response = call(Reach::Private, vec![here]).expect("an answer");
        assert_eq!(response.status, 204);
    }

    #[test]
    fn a_number_is_not_connected_to_either() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let sent =
            web(Reach::Public).send(&Request::new(Method::Get, format!("http://{address}/")));
        assert!(matches!(sent, Err(WebError::Refused(Refusal::Number))), "{sent:?}");
        listener.set_nonblocking(true).expect("a listener");
        assert!(listener.accept().is_err());
    }

    #[test]
    fn tls_is_ready_and_refuses_what_does_not_speak_it() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            stream.write_all(b"HTTP/1.1 400 In clear, please\r\n\r\n").expect("said");
        });
        let request = Request::new(Method::Get, format!("https://{address}/"));
        let sent = web(Reach::Private).send(&request);
        assert!(matches!(sent, Err(WebError::NotConnected(_))), "{sent:?}");
        server.join().expect("the server ended");
    }
}
