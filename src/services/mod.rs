//! Everything the appliance can do: `capability::verb(cx, …)` reads, `capability::verb(act, …)`
//! writes.
//!
//! A use case says whether the caller may, loads, lets the domain decide, keeps and tells. It opens
//! nothing, so it composes: a batch, an order and a duty call the same function. The only place
//! where a transaction is opened is [`Bss::act`] (and [`Bss::bulk`] for work that has a commit to
//! itself); the only place where a snapshot is taken is [`Bss::read`].

pub mod account;
mod act;
pub mod admission;
pub mod alias;
pub mod app_token;
pub mod asset;
pub mod attribute;
pub mod balance;
pub mod bank_statement;
pub mod billing;
pub mod billing_account;
pub mod bookkeeping;
pub mod call_back;
pub mod carried;
pub mod cart;
pub mod catalog;
pub mod catalog_file;
pub mod checkout;
pub mod class;
pub mod clock;
pub mod collection;
pub mod consumer_key;
pub mod coupon;
mod cx;
pub mod debit_order;
pub mod debt;
pub mod delivery;
pub mod demo;
pub mod deposit;
pub mod dialect;
pub mod discount;
pub mod document;
pub mod dunning;
pub mod duty;
mod error;
pub mod event;
pub mod finding;
pub mod gateway;
pub mod giving;
pub mod goodwill;
mod house;
pub mod idempotency;
pub mod identity_provider;
mod in_hand;
pub mod invoice;
pub mod invoice_page;
pub mod job;
pub mod journal;
pub mod label;
pub mod letterhead;
pub mod listener;
pub mod mail;
pub mod maintenance;
pub mod marketplace;
mod memo;
mod metrics;
mod mint;
mod nonce;
pub mod notification;
pub mod offer;
pub mod operator;
pub mod order;
pub mod overview;
pub mod paper;
pub mod party;
pub mod password;
pub mod payment;
mod payment_list;
pub mod payment_method;
pub mod payment_method_page;
pub mod payment_plan;
mod prepaid;
pub mod promotion;
pub mod provisioning;
pub mod publication;
pub mod quote;
pub mod recognition;
mod recognized;
pub mod recommendation;
pub mod refund;
pub mod removal;
mod resale;
pub mod retirement;
pub mod review;
pub mod sandbox;
pub mod search;
pub mod seat;
pub mod service_terms;
pub mod session;
pub mod settlement;
pub mod setup;
pub mod shipment;
pub mod shop;
pub mod shown;
pub mod sla;
pub mod subscription;
pub mod tax;
pub mod token;
pub mod usage;
pub mod user;
pub mod vat_number;
pub mod webhook;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

pub use self::act::{Act, Author, Moment};
pub use self::cx::Cx;
use self::duty::Duty;
pub use self::error::Error;
use self::house::House;
pub use self::house::{Forwarding, References, Shop, Site, World};
use self::idempotency::{InHand, Taken};
pub use self::memo::Memo;
pub use self::metrics::Metrics;
use self::nonce::Nonces;
use self::recognized::Recognized;
use self::shown::Verified;
pub use self::writer::Pending;
use self::writer::Writer;
use crate::domain::id::Subject;
use crate::domain::operator::{Actor, PasswordHash};
use crate::domain::sealed::Sealed;
use crate::domain::time::Instant;
use crate::store::{ReadTx, Rehearsal, Store};
use crate::world::gate::{Gate, Turn};
use crate::world::gateway::Tokens;
use crate::world::password::Verdict;
use crate::world::seal::Secret;

/// The appliance. Its parts are private, so that who holds one can only call use cases.
pub struct Bss {
    house: Arc<House>,
    writer: Writer,
    duties: OnceLock<Vec<Box<dyn Duty>>>,
    advancing: Mutex<()>,
    scans: Gate,
    exports: Gate,
    given_out: giving::UnderWay,
    /// What lets in those for whom somebody else's server is called.
    calls: Gate,
    /// What lets in those who say that they are gateways.
    heard: Gate,
    /// What lets us in at gateways.
    tokens: Arc<Tokens>,
    discovered: identity_provider::Known,
    jobs: job::Notes,
    recognized: Recognized,
    verified: Verified,
    nonces: Nonces,
    in_hand: InHand,
    asked_for_pages: invoice_page::Asked,
    asking: identity_provider::Asking,
    started_at: Instant,
}

/// How many scans run at once for each core: one that waits for the disk leaves its core to another.
const SCANS_OF_A_CORE: usize = 2;
/// How many scans may wait, each on a thread of its own: a quarter of those that there are for slow work.
const SCANS_WAITING_MAX: usize = 128;

/// How many may wait for the next part of a list that is put together while it is given out, which is as many
/// as are given out at once; one part is put together at a time.
const EXPORTS_WAITING_MAX: usize = 8;

/// So many calls of gateways and partners go out at once, and as many may wait: a server that answers slowly
/// holds a thread for each.
const CALLS_MAX: usize = 32;

/// So many call-backs of gateways are heard at once, and as many may wait: a gateway may have to be asked
/// whether it was it, and anybody can say so.
const HEARD_MAX: usize = 16;

/// What lets in those who read much: they must not take the threads that all others need.
fn scans() -> Gate {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Gate::new(cores * SCANS_OF_A_CORE, SCANS_WAITING_MAX)
}

impl Bss {
    /// The appliance over a store that has the schema of this program.
    ///
    /// # Errors
    /// If the store cannot be read, or the machine gives no thread.
    pub fn open(store: Store, world: World) -> Result<Arc<Self>, Error> {
        let house = Arc::new(House::open(store, world)?);
        let writer = Writer::start(Arc::clone(&house))?;
        let started_at = house.moment().wall;
        Ok(Arc::new(Self {
            house,
            writer,
            duties: OnceLock::new(),
            advancing: Mutex::new(()),
            scans: scans(),
            exports: Gate::new(1, EXPORTS_WAITING_MAX),
            calls: Gate::new(CALLS_MAX, CALLS_MAX),
            given_out: giving::UnderWay::default(),
            heard: Gate::new(HEARD_MAX, HEARD_MAX),
            tokens: Arc::default(),
            discovered: identity_provider::Known::default(),
            jobs: job::Notes::default(),
            recognized: Recognized::default(),
            verified: Verified::default(),
            nonces: Nonces::default(),
            in_hand: InHand::default(),
            asked_for_pages: invoice_page::Asked::default(),
            asking: identity_provider::Asking::default(),
            started_at,
        }))
    }

    /// Hands over the duties that keep the store true. Once, before the first request.
    ///
    /// # Panics
    /// If they were handed over before.
    pub fn employ(&self, duties: Vec<Box<dyn Duty>>) {
        assert!(self.duties.set(duties).is_ok(), "the duties are handed over once");
    }

    /// The duties, in the order in which they run at one instant.
    #[must_use]
    pub fn duties(&self) -> &[Box<dyn Duty>] {
        self.duties.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Holds the clock: two callers never move it at the same time.
    fn advancing(&self) -> MutexGuard<'_, ()> {
        self.advancing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request's key in hand, unless somebody has it.
    fn take_in_hand(&self, key: [u8; 32]) -> Option<Taken<'_>> {
        self.in_hand.take(key)
    }

    /// Whether somebody has a key in hand.
    fn is_in_hand(&self, key: &[u8; 32]) -> bool {
        self.in_hand.has(key)
    }

    /// Wall time of its start.
    #[must_use]
    pub const fn started_at(&self) -> Instant {
        self.started_at
    }

    /// What time it is.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.house.moment()
    }

    /// Reads in a snapshot.
    ///
    /// # Errors
    /// Those of the use case; failures of the store.
    pub fn read<T>(
        &self,
        actor: &Actor,
        work: impl FnOnce(Cx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.read_in(&self.house.store().read()?, actor, work)
    }

    /// Reads much in a snapshot, when it is one's turn: not on a thread that serves requests.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many are waiting; those of the use case; failures of the store.
    pub fn scan<T>(
        &self,
        actor: &Actor,
        work: impl FnOnce(Cx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let _turn = self.scans.enter().map_err(|_| Error::Busy)?;
        self.read(actor, work)
    }

    /// Waits for a turn to call somebody else's server.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many are waiting.
    fn turn_to_call(&self) -> Result<Turn<'_>, Error> {
        self.calls.enter().map_err(|_| Error::Busy)
    }

    /// Reads in a snapshot that somebody holds.
    fn read_in<T>(
        &self,
        snapshot: &ReadTx,
        actor: &Actor,
        work: impl FnOnce(Cx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Moment { now, wall, jump } = self.moment();
        let (usage, index) = (self.house.usage(), self.house.index());
        let memo = Memo::default();
        work(Cx { view: snapshot, actor, now, wall, jump, usage, index, memo: Some(&memo) })
    }

    /// Writes: runs `work` on the writer thread and answers when it is on the disk.
    pub fn act<T, F>(&self, author: Author, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.writer.act(author, work)
    }

    /// Writes much at once, in a transaction of its own that must take no longer than 20 ms.
    pub fn bulk<T, F>(&self, author: Author, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.writer.bulk(author, work)
    }

    /// Does bulk work ahead of the writer, over a snapshot and what another rehearsal will have
    /// written by then. What it came to is put by [`Batch::perform`](crate::store::Batch::perform)
    /// where it would still come to the same.
    ///
    /// # Errors
    /// If the work cannot be done ahead; those of the work; failures of the store.
    fn rehearse<T>(
        &self,
        author: Author,
        over: (&ReadTx, Option<&Rehearsal>),
        work: impl FnOnce(&mut Act<'_>) -> Result<T, Error>,
    ) -> Result<(T, Rehearsal), Error> {
        let done = self.house.store().rehearse(over, |batch| {
            let mut act = self.house.act(batch);
            act.begin(author, self.moment());
            Ok(work(&mut act))
        });
        let (done, rehearsal) = done?;
        Ok((done?, rehearsal))
    }

    /// Unpredictable bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        self.house.mint().random()
    }

    /// The hash of a password. Slow: never inside an act, and not on a thread that serves requests.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many are waiting.
    pub fn hash_password(&self, password: &str) -> Result<PasswordHash, Error> {
        let World { passwords, entropy, .. } = self.house.world();
        passwords.hash(password, entropy.as_ref()).map_err(|_| Error::Busy)
    }

    /// Compares a password with a hash, or for as long with none. Slow: see
    /// [`hash_password`](Self::hash_password).
    ///
    /// # Errors
    /// [`Error::Busy`] if too many are waiting.
    pub fn verify_password(
        &self,
        password: &str,
        hash: Option<&PasswordHash>,
    ) -> Result<Verdict, Error> {
        self.house.world().passwords.verify(password, hash).map_err(|_| Error::Busy)
    }

    /// A secret that an act has sealed for a field of a thing.
    ///
    /// # Errors
    /// If it was sealed for something else, or with a key that is not here.
    pub fn unseal(&self, sealed: &Sealed, subject: Subject, field: &str) -> Result<Secret, Error> {
        self.house.world().seal.unseal(sealed, subject, field).map_err(Error::internal)
    }

    /// Where people reach the appliance.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.house.world().site
    }

    /// How many bytes a file may have that is uploaded.
    #[must_use]
    pub fn file_bytes_max(&self) -> u64 {
        self.house.world().file_bytes_max
    }

    /// How many bytes the files of a seller may have together.
    #[must_use]
    pub fn seller_file_bytes_max(&self) -> u64 {
        self.house.world().seller_file_bytes_max
    }

    /// What is counted while it runs.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        self.house.metrics()
    }

    /// Whether the store failed in a way after which nothing may be written any more.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.house.is_stopped()
    }

    /// Tells everybody who waits for work to go home.
    pub fn stop(&self) {
        self.house.stop();
    }

    /// Waits until something was committed after the count `seen`, or `patience` is over, and
    /// returns the new count: how duties learn that there may be work.
    #[must_use]
    pub fn await_commit(&self, seen: u64, patience: Duration) -> u64 {
        self.house.await_commit(seen, patience)
    }

    /// How many commits there were since the start.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.house.commits()
    }
}
