//! A server of the same make that answers the same bytes to everything, without looking anything up.

use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use axum::serve::ListenerExt;

use super::process::Server;

/// What makes a bench that server: its first argument.
const ROLE: &str = "answer";

/// Becomes the server, until it is killed, if this process was started as one.
pub(crate) fn serve_if_asked() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(ROLE) {
        answer(Path::new(&arguments.next().unwrap()));
    }
}

/// The server for some bytes.
pub(crate) fn server(folder: &Path, body: &[u8]) -> Server {
    let path = folder.join("body");
    std::fs::write(&path, body).unwrap();
    Server::of_this_bench(ROLE, &path)
}

fn answer(path: &Path) {
    let body = Bytes::from(std::fs::read(path).unwrap());
    let answer = move || async move { ([(header::CONTENT_TYPE, "application/json")], body) };
    let router = Router::new().fallback(get(answer));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        let listener = listener.tap_io(|it| it.set_nodelay(true).unwrap());
        axum::serve(listener, router).await.unwrap();
    });
}
