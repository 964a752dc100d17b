//! `tillbox serve`: the server, from the opening of the store to its closing.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderName, HeaderValue};
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower_http::set_header::SetResponseHeaderLayer;

use super::door::REACHED_AT;
use super::failure::Failure;
use super::folder::Folder;
use super::listen::{self, Listener, Patience};
use super::socket::SocketFile;
use super::{appliance, demo, founding, say, tls};
use crate::config::{AllFlags, Config};
use crate::domain::operator::Actor;
use crate::services::demo::Book;
use crate::services::{Bss, clock};
use crate::store::migrate;
use crate::{api, jobs, telemetry, ui};

/// How often the server looks whether the store has failed.
const LOOK: Duration = Duration::from_millis(250);
/// How often the machine may have what was freed.
const TIDY: Duration = Duration::from_secs(2);
/// How long what was cut off gets to end.
const END_SECONDS: Duration = Duration::from_secs(5);

/// Run the server
#[derive(Debug, Args)]
#[command(after_help = "\
On this machine, with the store in ./data:
  tillbox serve

For others, with HTTPS:
  tillbox serve --data /var/lib/tillbox --listen 0.0.0.0:443 \\
      --tls-cert /etc/tillbox/cert.pem --tls-key /etc/tillbox/key.pem

To look around in a small business with eight months behind it, and let a month pass:
  tillbox serve --data ./trial --demo
  tillbox clock advance --data ./trial 1 month

To see a year of billing in a minute, on an empty folder:
  tillbox serve --data ./test --test-clock
  tillbox clock advance --data ./test 12 months

It ends on SIGTERM or Ctrl-C, after finishing what was begun; with exit code 70 if the disk failed.")]
pub(super) struct Serve {
    #[command(flatten)]
    flags: AllFlags,
    /// Let business time be moved in this store, for trials: only where nothing is stored yet
    #[arg(long)]
    test_clock: bool,
    /// Serve a demo: seeded at the first start, where nothing is stored yet; its clock can be moved
    #[arg(long)]
    demo: bool,
    /// Seed the demo and end: how one that serves has it made in a process of its own
    #[arg(long, hide = true, requires = "demo")]
    seed_only: bool,
}

impl Serve {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let began = Instant::now();
        let config = super::settings(&self.flags.0)?.config;
        telemetry::start(&config);
        if self.seed_only {
            return demo::make(&Folder::create(&config)?, &config);
        }
        // Where nothing can be served nothing is left behind either.
        let network = Network::bind(&config)?;
        let folder = Folder::create(&config)?;
        let (bss, book) = self.open(&folder, &config)?;
        let secret = founding::offer(&bss)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime
            .map_err(|source| Failure::Machine { action: "starting the runtime", source })?;
        let ended = runtime.block_on(async {
            let server = Server::over(network, &folder, &config)?;
            founding::announce(out, &server.url, secret.as_deref())?;
            if let Some(book) = &book {
                demo::tell(out, book, &config)?;
            }
            server.announce(out, &folder, began)?;
            tell_mails(out, &folder, &config)?;
            server.run(&bss).await
        });
        runtime.shutdown_timeout(END_SECONDS);
        // The last to hold it: the writer ends and the store is closed.
        drop(bss);
        if ended.is_ok() {
            tracing::info!("the store is closed");
        }
        ended
    }

    /// The appliance of a folder; with the book of its demo if it is to hold one.
    fn open(&self, folder: &Folder, config: &Config) -> Result<(Arc<Bss>, Option<Book>), Failure> {
        if self.demo {
            let (bss, book) = demo::open(folder, config)?;
            return Ok((bss, Some(book)));
        }
        let is_new = !folder.has_store()?;
        let bss = appliance::open(folder, config)?;
        if self.test_clock {
            make_movable(&bss, is_new)?;
        }
        founding::unattended(&bss)?;
        Ok((bss, None))
    }
}

/// Says where mails go if nobody said a mail server.
fn tell_mails(out: &mut dyn Write, folder: &Folder, config: &Config) -> Result<(), Failure> {
    if config.smtp_url.is_some() {
        return Ok(());
    }
    let mails = folder.mails();
    say(out, format_args!("mails become files in {}; --smtp-url sends them", mails.display()))?;
    out.flush().map_err(Failure::Output)
}

/// Lets business time be moved, unless that would make a live installation a toy.
fn make_movable(bss: &Arc<Bss>, is_new: bool) -> Result<(), Failure> {
    let failed = |source| Failure::Service { action: "setting the clock", source };
    let time = bss.read(&Actor::duty("clock"), clock::time).map_err(failed)?;
    match (time.movable, is_new) {
        (true, _) => Ok(()),
        (false, true) => clock::make_movable(bss, time.now).map_err(failed),
        (false, false) => Err(Failure::Refused(
            "--test-clock is for a folder without a store: what is in this one happened in real \
             time"
                .to_owned(),
        )),
    }
}

/// The place on the network, held before anything is stored: who comes early waits there.
struct Network {
    listener: std::net::TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Network {
    fn bind(config: &Config) -> Result<Self, Failure> {
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let failed = |source| Failure::Listen { address: config.listen.to_string(), source };
        let listener = std::net::TcpListener::bind(config.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        Ok(Self { listener, tls })
    }
}

/// Everything that listens.
struct Server {
    network: Listener,
    address: SocketAddr,
    url: String,
    local: Listener,
    // Holds the file until the server has ended.
    _file: SocketFile,
    signals: [Signal; 2],
}

impl Server {
    fn over(network: Network, folder: &Folder, config: &Config) -> Result<Self, Failure> {
        let Network { listener, tls } = network;
        let failed = |source| Failure::Listen { address: config.listen.to_string(), source };
        let network = TcpListener::from_std(listener).map_err(failed)?;
        let address = network.local_addr().map_err(failed)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = config.public_url.as_ref().map(ToString::to_string);
        // Who listens everywhere is reached here at least.
        let place = match address.ip().is_unspecified() {
            true => format!("localhost:{}", address.port()),
            false => address.to_string(),
        };
        let (file, local) = SocketFile::bind(folder)?;
        let listen = |kind| {
            signal(kind).map_err(|source| Failure::Machine { action: "heeding signals", source })
        };
        Ok(Self {
            network: Listener::Tcp(network, tls),
            address,
            url: url.unwrap_or_else(|| format!("{scheme}://{place}")),
            local: Listener::Unix(local),
            _file: file,
            signals: [listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?],
        })
    }

    /// Says where to look. Programs read the line that begins with `listening on`.
    fn announce(
        &self,
        out: &mut dyn Write,
        folder: &Folder,
        began: Instant,
    ) -> Result<(), Failure> {
        let took = began.elapsed();
        let (seconds, millis) = (took.as_secs(), took.subsec_millis());
        say(
            out,
            format_args!(
                "tillbox {}, schema {}, usable in {seconds}.{millis:03} s",
                env!("CARGO_PKG_VERSION"),
                migrate::newest(),
            ),
        )?;
        say(out, format_args!("the store is {}", folder.store().display()))?;
        say(out, format_args!("listening on {}", self.address))?;
        say(out, format_args!("open {}", self.url))?;
        out.flush().map_err(Failure::Output)
    }

    /// Answers requests and keeps the duties until a signal comes or the store fails.
    async fn run(self, bss: &Arc<Bss>) -> Result<(), Failure> {
        let failed = |source| Failure::Service { action: "starting the duties", source };
        let workers = jobs::start(bss).map_err(failed)?;
        let router = api::router(bss, ui::router());
        let (stop, stopped) = watch::channel(());
        let network = tokio::spawn(listen::serve(
            self.network,
            router.clone(),
            Patience::ORDINARY,
            gone(&stopped),
        ));
        let url = HeaderValue::from_str(&self.url).ok();
        let told = SetResponseHeaderLayer::overriding(HeaderName::from_static(REACHED_AT), url);
        let local = tokio::spawn(listen::serve(
            self.local,
            api::console(router).layer(told),
            Patience::ORDINARY,
            gone(&stopped),
        ));
        let [mut terminate, mut interrupt] = self.signals;
        let ended = tokio::select! {
            _ = terminate.recv() => Ok(()),
            _ = interrupt.recv() => Ok(()),
            () = store_failure(bss) => Err(Failure::Stopped),
        };
        tracing::info!("stopping: what was begun is finished");
        drop(stop);
        for served in [network, local] {
            if let Err(error) = served.await {
                tracing::error!(%error, "a listener ended badly");
            }
        }
        // Joining threads blocks, and by now nothing else wants this one.
        drop(workers);
        ended
    }
}

/// Comes when the other end of a channel is dropped.
fn gone(stopped: &watch::Receiver<()>) -> impl Future<Output = ()> + Send + 'static {
    let mut stopped = stopped.clone();
    async move { while stopped.changed().await.is_ok() {} }
}

/// Comes when the store has failed.
async fn store_failure(bss: &Bss) {
    let mut ticks = tokio::time::interval(LOOK);
    let mut tidied = Instant::now();
    while !bss.is_stopped() {
        ticks.tick().await;
        if tidied.elapsed() >= TIDY {
            give_back();
            tidied = Instant::now();
        }
    }
}

/// Lets the machine have what was freed: the allocator looks for it when a thread ends, and in an
/// idle server none does. The hash of one password is memory enough for a small store.
fn give_back() {
    if let Err(error) = std::thread::Builder::new().name("tidy".to_owned()).spawn(|| {}) {
        tracing::debug!(%error, "there was no thread to end");
    }
}
