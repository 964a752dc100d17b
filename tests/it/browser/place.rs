//! A place on this machine where a browser finds pages: any router, on a port that is free.

use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

/// Pages that are being served until this is dropped.
pub(crate) struct Place {
    /// Where, such as `http://127.0.0.1:40123`.
    pub(crate) origin: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Place {
    /// Serves a router.
    pub(crate) fn of(router: Router) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                // What is under way, such as a stream without end, ends with the runtime.
                tokio::select! {
                    served = std::future::IntoFuture::into_future(axum::serve(listener, router)) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        let origin = format!("http://{}", told.recv().unwrap());
        Self { origin, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
