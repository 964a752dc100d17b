//! The appliance in memory with a clock that stands, and callers who speak to its router.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tillbox::domain::operator::Actor;
use tillbox::domain::time::{Instant, Span, Zone};
use tillbox::search::Place;
use tillbox::services::{Author, Bss, References, Site, World, duty};
use tillbox::store::Store;
use tillbox::store::usage::Limits;
use tillbox::world::clock::{Clock, ScriptedClock};
use tillbox::world::entropy::SeededEntropy;
use tillbox::world::http::Reach;
use tillbox::world::password::{Cost, PasswordHashes};
use tillbox::world::seal::{KeyPlace, Sealer, Start};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use super::outside::Outside;

/// One appliance, with nobody in it yet.
pub(crate) struct App {
    /// The use cases, for what has no door on the wire.
    pub(crate) bss: Arc<Bss>,
    clock: Arc<ScriptedClock>,
    /// Other people's servers, and the post.
    pub(crate) outside: Outside,
    router: axum::Router,
    runtime: Runtime,
}

/// How many threads serve those who ask at once: fewer than ask, and more than one.
const CROWD_THREADS: usize = 4;

/// What serves those who ask at once.
fn crowd() -> &'static Runtime {
    static CROWD: OnceLock<Runtime> = OnceLock::new();
    let threads =
        || Builder::new_multi_thread().worker_threads(CROWD_THREADS).enable_time().build();
    CROWD.get_or_init(|| threads().unwrap())
}

impl App {
    /// An appliance over a store in memory, at midnight UTC of a day.
    pub(crate) fn on(day: &str) -> Self {
        Self::over(Store::memory().unwrap(), day)
    }

    /// An appliance over a given store.
    pub(crate) fn over(store: Store, day: &str) -> Self {
        Self::over_again(store, day, 1)
    }

    /// The same for the so many-th time, with other randomness each time: the clock stands, and ids
    /// must not come again.
    pub(crate) fn over_again(store: Store, day: &str, times: u64) -> Self {
        Self::with_index(store, Place::Memory, (day, times), Site::UNKNOWN)
    }

    /// An appliance over a store in memory in which references must lead somewhere.
    pub(crate) fn strict(day: &str) -> Self {
        Self::reached(day, Site { references: References::Here, ..Site::UNKNOWN })
    }

    /// An appliance over a store in memory that people reach in a certain way.
    pub(crate) fn reached(day: &str, site: Site) -> Self {
        Self::with_index(Store::memory().unwrap(), Place::Memory, (day, 1), site)
    }

    /// An appliance in a folder, which may have been in it before: store and search index.
    pub(crate) fn in_folder(folder: &Path, day: &str, times: u64) -> Self {
        let store = Store::open(&folder.join("tillbox.redb"), Store::CACHE_BYTES).unwrap();
        let search = Place::Folder(folder.join("search"));
        Self::with_index(store, search, (day, times), Site::UNKNOWN)
    }

    fn with_index(store: Store, search: Place, (day, times): (&str, u64), site: Site) -> Self {
        let start = Zone::UTC.start_of(day.parse().unwrap());
        let clock = Arc::new(ScriptedClock::at(start));
        let outside = Outside::new();
        let world = world(Arc::clone(&clock) as Arc<dyn Clock>, &outside, times);
        let world = World { search, site, ..world };
        store.migrate().unwrap();
        let bss = Bss::open(store, world).unwrap();
        bss.employ(tillbox::jobs::all(tillbox::api::dialects(bss.site())));
        let router = tillbox::api::router(&bss, axum::Router::new());
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        Self { bss, clock, outside, router, runtime }
    }

    /// What time it is on the wall.
    pub(crate) fn wall(&self) -> Instant {
        self.clock.wall()
    }

    /// Sets the wall clock to midnight UTC of a day, even an earlier one.
    pub(crate) fn set_wall(&self, day: &str) {
        self.clock.set(Zone::UTC.start_of(day.parse().unwrap()));
    }

    /// Sets the wall clock to a moment, as somebody sets the machine's.
    pub(crate) fn set_wall_to(&self, moment: Instant) {
        self.clock.set(moment);
    }

    /// Lets wall time pass; nothing is done meanwhile.
    pub(crate) fn pass(&self, span: &str) {
        let span: Span = span.parse().unwrap();
        let day = Zone::UTC.date_of(self.wall());
        for _ in 0..span.after(day, 1).days_since(day) {
            self.clock.set(self.wall().plus_seconds(86_400));
            // Somebody looks at it, so that it does not jump.
            let _seen = self.bss.moment();
        }
    }

    /// Does what duties find to do, until nothing is left.
    pub(crate) fn keep_duties(&self) {
        duty::run_all(&self.bss).unwrap();
    }

    /// Waits until what was noted without anybody waiting for it is seen by who reads next.
    pub(crate) fn settle(&self) {
        self.bss.act(Author::of(Actor::duty("test")), |_| Ok(())).wait().unwrap();
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            Answer::read(response).await
        })
    }

    /// Sends a request of whose answer nothing is taken as long as it is held.
    pub(crate) fn begin(&self, request: Request<Body>) -> Response<Body> {
        self.runtime.block_on(self.router.clone().oneshot(request)).unwrap()
    }

    /// Sends requests at once, and waits for all answers.
    pub(crate) fn send_at_once(&self, requests: Vec<Request<Body>>) -> Vec<Answer> {
        let ask = |request| {
            let router = self.router.clone();
            crowd().spawn(async { Answer::read(router.oneshot(request).await.unwrap()).await })
        };
        let asked: Vec<_> = requests.into_iter().map(ask).collect();
        asked.into_iter().map(|it| crowd().block_on(it).unwrap()).collect()
    }
}

/// So few events are sealed together that what tests bill is read from sealed runs too.
const FEW: Limits =
    Limits { chunk_events: 4, closed_chunks_max: 10_000, merged_runs: 2, ..Limits::LIVE };

/// A file of some chunks may be uploaded, and not many more.
pub(crate) const FILE_BYTES_MAX: u64 = 2 << 20;

/// An outside without an outside, at a cost that tests can pay.
fn world(clock: Arc<dyn Clock>, outside: &Outside, seed: u64) -> World {
    let entropy = Arc::new(SeededEntropy::new(seed));
    let keys = KeyPlace::Text(format!("1 {}", "07".repeat(32)));
    World {
        clock,
        passwords: Arc::new(PasswordHashes::new(Cost::TEST, entropy.as_ref())),
        seal: Arc::new(Sealer::open(&keys, Start::First, entropy.as_ref()).unwrap()),
        web: outside.web(),
        reach: Reach::Public,
        post: outside.post(),
        mail_from: "tillbox@localhost".parse().unwrap(),
        site: Site::UNKNOWN,
        usage: FEW,
        search: Place::Memory,
        file_bytes_max: FILE_BYTES_MAX,
        seller_file_bytes_max: 4 * FILE_BYTES_MAX,
        entropy,
    }
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: axum::http::HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// The body as JSON; `null` if there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The cookie that a browser would send from now on.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The body as JSON of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert!(self.status.is_success(), "{} {text}", self.status);
        self.json()
    }
}
