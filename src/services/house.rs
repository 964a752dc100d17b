//! What the writer, the readers and the duties share: the store, the outside, and the time.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::act::{Act, Author, Moment};
use super::error::Error;
use super::metrics::Metrics;
use super::mint::Mint;
use crate::domain::jump::Jump;
use crate::domain::operator::Actor;
use crate::domain::text::{Email, WebAddress};
use crate::domain::time::Instant;
use crate::search::{Index, Place};
use crate::store::meta::{self, ClockState};
use crate::store::usage::{Limits, Usage};
use crate::store::{Batch, Store, StoreError};
use crate::world::clock::Clock;
use crate::world::entropy::Entropy;
use crate::world::http::{Reach, Web};
use crate::world::mail::Post;
use crate::world::password::PasswordHashes;
use crate::world::seal::Sealer;

/// The outside that the house runs on, and how it is set up there.
#[derive(Clone)]
pub struct World {
    /// Wall time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Hashes of passwords.
    pub passwords: Arc<PasswordHashes>,
    /// Secrets at rest.
    pub seal: Arc<Sealer>,
    /// Other people's servers.
    pub web: Arc<dyn Web>,
    /// How far we may be sent by those who name an address.
    pub reach: Reach,
    /// Who takes letters.
    pub post: Arc<dyn Post>,
    /// The address that letters come from.
    pub mail_from: Email,
    /// Where people reach the appliance.
    pub site: Site,
    /// How long usage is remembered, and how it is kept.
    pub usage: Limits,
    /// Where the search index is kept.
    pub search: Place,
    /// How many bytes a file may have that is uploaded.
    pub file_bytes_max: u64,
    /// How many bytes the files of a seller may have together.
    pub seller_file_bytes_max: u64,
}

/// Where people reach the appliance, and who stands in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The address for links in mails; `None` where nobody said.
    pub public_url: Option<WebAddress>,
    /// Where the appliance itself listens: for links where nobody said.
    pub listen: SocketAddr,
    /// What a request says of the way it came.
    pub forwarding: Forwarding,
    /// Where references of the TM Forum's clients may lead.
    pub references: References,
    /// Who may look at what the provider sells.
    pub shop: Shop,
}

/// Who may look at what the provider has on its shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shop {
    /// Everybody, signed in or not.
    Public,
    /// Who is signed in.
    Private,
}

/// Where references may lead that the TM Forum's contract leaves free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum References {
    /// Wherever they like.
    Anywhere,
    /// To what is here.
    Here,
}

/// Whether a request is believed that says it came over HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarding {
    /// It is: only a proxy of ours can reach the appliance.
    Believed,
    /// It is not: anybody could say so.
    Ignored,
    /// It need not say so: the appliance is reached over HTTPS alone.
    Needless,
}

impl Site {
    /// Reached directly, at an address that nobody said.
    pub const UNKNOWN: Self = Self {
        public_url: None,
        listen: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080)),
        forwarding: Forwarding::Ignored,
        references: References::Anywhere,
        shop: Shop::Public,
    };

    /// The address of a path, for a link in a mail.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        let scheme = if self.is_https() { "https" } else { "http" };
        match &self.public_url {
            Some(url) => format!("{}{path}", url.as_str().trim_end_matches('/')),
            // Who listens everywhere is reached here at least.
            None if self.listen.ip().is_unspecified() => {
                format!("{scheme}://localhost:{}{path}", self.listen.port())
            }
            None => format!("{scheme}://{}{path}", self.listen),
        }
    }

    /// Whether people reach it over HTTPS alone, as far as is known.
    #[must_use]
    pub fn is_https(&self) -> bool {
        let is_said = self.public_url.as_ref().map(|it| it.as_str().starts_with("https://"));
        is_said.unwrap_or(self.forwarding == Forwarding::Needless)
    }
}

/// The time, as it is known in memory.
#[derive(Debug, Clone, Copy)]
struct Time {
    /// As the store has it.
    kept: ClockState,
    /// The latest that the machine's clock said, unless it has jumped there.
    seen: Instant,
    /// From when the jump was that the log was told of last.
    told: Option<Instant>,
}

impl Time {
    /// Looks at the machine's clock. Where business time may be moved, so may wall time.
    fn see(&mut self, wall: Instant) -> Option<Jump> {
        let jump = Jump::between(self.seen, wall).filter(|_| !self.kept.movable);
        match jump {
            Some(it) if self.told != Some(it.from) => {
                tracing::warn!("{}", it.refusal().detail);
                self.told = Some(it.from);
            }
            Some(_) => {}
            None => self.seen = self.seen.max(wall),
        }
        jump
    }
}

pub(super) struct House {
    store: Store,
    mint: Arc<Mint>,
    usage: Arc<Usage>,
    index: Arc<Index>,
    world: World,
    time: Mutex<Time>,
    metrics: Metrics,
    stopped: AtomicBool,
    /// Counts commits, so that duties can wait for the next.
    commits: Mutex<u64>,
    committed: Condvar,
}

impl House {
    pub(super) fn open(store: Store, world: World) -> Result<Self, Error> {
        let kept = meta::setting::<ClockState>(&store.read()?)?.unwrap_or(ClockState::LIVE);
        let seen = kept.last_wall.unwrap_or_else(|| world.clock.wall());
        Ok(Self {
            store,
            mint: Arc::new(Mint::new(Arc::clone(&world.entropy), Arc::clone(&world.seal))),
            usage: Arc::new(Usage::new(world.usage)),
            index: Arc::new(Index::open(&world.search).map_err(Error::internal)?),
            world,
            time: Mutex::new(Time { kept, seen, told: None }),
            metrics: Metrics::new(),
            stopped: AtomicBool::new(false),
            commits: Mutex::new(0),
            committed: Condvar::new(),
        })
    }

    pub(super) const fn store(&self) -> &Store {
        &self.store
    }

    pub(super) const fn index(&self) -> &Arc<Index> {
        &self.index
    }

    pub(super) fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }

    pub(super) const fn world(&self) -> &World {
        &self.world
    }

    pub(super) fn mint(&self) -> &Mint {
        &self.mint
    }

    pub(super) const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    pub(super) fn act<'tx>(&self, batch: Batch<'tx>) -> Act<'tx> {
        let author = Author::of(Actor::duty("writer"));
        let (usage, index) = (Arc::clone(&self.usage), Arc::clone(&self.index));
        let shared = (Arc::clone(&self.mint), usage, index, self.world.reach);
        Act::new(batch, author, self.moment(), shared)
    }

    /// What time it is. Business time never runs back behind what was done already, even where the
    /// machine's clock does.
    pub(super) fn moment(&self) -> Moment {
        let wall = self.world.clock.wall();
        let mut time = self.time();
        let jump = time.see(wall);
        let now = wall.plus_micros(time.kept.offset_micros);
        Moment { now: time.kept.high_water.map_or(now, |mark| mark.max(now)), wall, jump }
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.time.lock().expect("nothing panics while it is held")
    }

    /// Keeps how far time has come with what was done at it. As long as nobody knows whether it is
    /// really so late, nothing is kept: if it is not, time goes on from where it was.
    pub(super) fn mark_time(&self, act: &mut Act<'_>) -> Result<(), StoreError> {
        let kept = meta::setting::<ClockState>(act.batch())?.unwrap_or(ClockState::LIVE);
        // By the offset that the store has now: one of the acts may have moved the clock.
        let wall = act.wall();
        let is_confirmed = kept.last_wall.is_some_and(|it| Jump::between(it, wall).is_none());
        if self.time().see(wall).is_some() && !is_confirmed {
            return Ok(());
        }
        let now = wall.plus_micros(kept.offset_micros);
        let high_water = Some(kept.high_water.map_or(now, |it| it.max(now)));
        let last_wall = Some(kept.last_wall.map_or(wall, |it| it.max(wall)));
        let kept = ClockState { high_water, last_wall, ..kept };
        act.batch().put_setting(&kept)?;
        let mut time = self.time();
        *time = Time { kept, seen: time.seen.max(wall), ..*time };
        Ok(())
    }

    /// Notes how a commit ended and wakes who waits for one.
    pub(super) fn committed(&self, failure: Option<&StoreError>) {
        if let Some(error) = failure {
            tracing::error!(error = error as &dyn std::error::Error, "a commit failed");
            if error.is_fatal() {
                self.stopped.store(true, Ordering::SeqCst);
            }
        }
        *self.commits.lock().expect("nothing panics while it is held") += 1;
        self.committed.notify_all();
    }

    /// Waits until something was committed after `seen`, or `patience` is over; returns the count.
    pub(super) fn await_commit(&self, seen: u64, patience: Duration) -> u64 {
        let commits = self.commits.lock().expect("nothing panics while it is held");
        let waited = self
            .committed
            .wait_timeout_while(commits, patience, |it| *it == seen && !self.is_stopped());
        *waited.expect("nothing panics while it is held").0
    }

    pub(super) fn commits(&self) -> u64 {
        *self.commits.lock().expect("nothing panics while it is held")
    }

    pub(super) fn stop(&self) {
        // Held, so that who is about to wait has either seen it or is woken.
        let _commits = self.commits.lock().expect("nothing panics while it is held");
        self.stopped.store(true, Ordering::SeqCst);
        self.committed.notify_all();
    }
}
