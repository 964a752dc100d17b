//! An appliance in this process, over a real file, with a clock that stands until it is set.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tillbox::domain::operator::Actor;
use tillbox::domain::party::individual::PersonName;
use tillbox::domain::time::Zone;
use tillbox::search::Place;
use tillbox::services::duty::{self, Ran};
use tillbox::services::setup::{self, Founding};
use tillbox::services::{Author, Bss, Site, World};
use tillbox::store::Store;
use tillbox::store::usage::Limits;
use tillbox::world::clock::ScriptedClock;
use tillbox::world::entropy::SeededEntropy;
use tillbox::world::http::{Reach, Response, ScriptedWeb};
use tillbox::world::mail::ScriptedPost;
use tillbox::world::password::{Cost, PasswordHashes};
use tillbox::world::seal::{KeyPlace, Sealer, Start};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// The day on which every appliance begins.
pub(crate) const BEGINNING: &str = "2026-01-01";

/// An appliance.
pub(crate) struct Appliance {
    pub(crate) bss: Arc<Bss>,
    clock: Arc<ScriptedClock>,
    router: Router,
    runtime: Runtime,
}

impl Appliance {
    /// A new one over a file, with a provider in it.
    pub(crate) fn found(path: &Path) -> Self {
        let it = Self::open(path);
        let part = |text: &str| text.parse().unwrap();
        let name = PersonName::new(part("Olga"), part("Operator"));
        let email = "olga@tillbox.example".parse().unwrap();
        let founding = Founding::by(name, email, "till-4-the-bench!".to_owned());
        setup::begin_unattended(&it.bss, founding, None).unwrap();
        it
    }

    /// One over a file that was begun.
    pub(crate) fn open(path: &Path) -> Self {
        let clock = Arc::new(ScriptedClock::at(midnight(BEGINNING)));
        // Other randomness at each opening: the clock stands, and ids must not come again.
        let seed = path.metadata().map_or(1, |it| it.len());
        let entropy = Arc::new(SeededEntropy::new(seed));
        let keys = KeyPlace::Text(format!("1 {}", "07".repeat(32)));
        let world = World {
            clock: Arc::clone(&clock) as Arc<dyn tillbox::world::clock::Clock>,
            passwords: Arc::new(PasswordHashes::new(Cost::TEST, entropy.as_ref())),
            seal: Arc::new(Sealer::open(&keys, Start::First, entropy.as_ref()).unwrap()),
            web: Arc::new(ScriptedWeb::answering(|_| Ok(Response::new(200, "")))),
            reach: Reach::Public,
            post: Arc::new(ScriptedPost::default()),
            mail_from: "tillbox@localhost".parse().unwrap(),
            site: Site::UNKNOWN,
            usage: Limits::LIVE,
            search: Place::Memory,
            file_bytes_max: 256 << 20,
            seller_file_bytes_max: 10 << 30,
            entropy,
        };
        let store = Store::open(path, Store::CACHE_BYTES).unwrap();
        store.migrate().unwrap();
        let bss = Bss::open(store, world).unwrap();
        bss.employ(tillbox::jobs::all(Vec::new()));
        let router = tillbox::api::console(tillbox::api::router(&bss, Router::new()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { bss, clock, router, runtime }
    }

    /// Who does everything here.
    pub(crate) fn author() -> Author {
        Author::of(Actor::duty("bench"))
    }

    /// Lets it be midnight of a day that lies so far ahead that the clock has jumped, and says that it
    /// is really so late; nothing is done meanwhile.
    pub(crate) fn set_day(&self, day: &str) {
        self.clock.set(midnight(day));
        self.post("/clock/confirm", &json!({}));
    }

    /// Runs one duty until it finds nothing to do.
    pub(crate) fn run(&self, name: &str) -> Ran {
        let found = self.bss.duties().iter().find(|it| it.name() == name);
        duty::run(found.unwrap().as_ref(), &self.bss).unwrap()
    }

    /// Runs all duties until none finds anything to do.
    pub(crate) fn keep_duties(&self) {
        duty::run_all(&self.bss).unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", path, body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Value {
        self.call("PATCH", path, body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async {
            let response = router.oneshot(request).await.unwrap();
            let status = response.status();
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(status.is_success(), "{method} {path}: {status} {text}");
            serde_json::from_slice(&bytes).unwrap_or_default()
        })
    }

    /// Puts an offer with prices on the shelf; returns its id.
    pub(crate) fn offer(&self, name: &str, prices: &[Value]) -> String {
        let body = json!({ "name": { "en": name }, "state": "active" });
        let specification = self.post("/specifications", &body);
        let body = json!({ "name": { "en": name }, "specification": specification["id"] });
        let offer = text(&self.post("/offers", &body)["id"]);
        for price in prices {
            let mut price = price.clone();
            price["offer"] = json!(offer);
            self.post("/prices", &price);
        }
        for verb in ["test", "activate", "launch"] {
            self.post(&format!("/offers/{offer}/{verb}"), &json!({}));
        }
        offer
    }

    /// Opens a customer in Germany, where everything is taxed.
    pub(crate) fn customer(&self, name: &str) -> Value {
        self.post(
            "/accounts",
            &json!({ "name": name, "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } }),
        )
    }

    /// Lets everything be taxed everywhere.
    pub(crate) fn tax(&self) {
        let zone = self.post("/tax_zones", &json!({ "code": "WORLD", "name": "Everywhere" }));
        let rule = json!({
            "name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01",
        });
        self.post("/tax_rules", &rule);
    }
}

fn midnight(day: &str) -> tillbox::domain::time::Instant {
    Zone::UTC.start_of(day.parse().unwrap())
}

/// A text of an answer.
pub(crate) fn text(it: &Value) -> String {
    it.as_str().unwrap_or_else(|| panic!("{it} is a text")).to_owned()
}
