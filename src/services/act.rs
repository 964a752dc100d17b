//! A write: what a use case does to the store, and what is told of it.
//!
//! An act runs on the writer thread, inside a transaction that it shares with others. It either
//! happens as a whole, with its facts, or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::{Beside, Fact, Verb};
use crate::domain::id::{AccountId, Id, Subject, SubscriptionId};
use crate::domain::jump::Jump;
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::PageRequest;
use crate::domain::sealed::Sealed;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::WebAddress;
use crate::domain::time::Instant;
use crate::search::Index;
use crate::services::cx::Cx;
use crate::services::error::Error;
use crate::services::mint::Mint;
use crate::store::meta::{self, Setting};
use crate::store::usage::Usage;
use crate::store::{Along, Batch, Change, Mark, Record, Records, StoreError, View, schema};
use crate::world::http::Reach;
use crate::world::seal::Secret;

/// Who writes, and in which request.
#[derive(Debug, Clone)]
pub struct Author {
    /// Who.
    pub actor: Arc<Actor>,
    /// The request as the log has it; empty for duties.
    pub request: String,
}

impl Author {
    /// An author outside of any request.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self { actor: Arc::new(actor), request: String::new() }
    }
}

/// The times at which an act is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Business time: billing, terms, document dates.
    pub now: Instant,
    /// Wall time: sessions, tokens, retries.
    pub wall: Instant,
    /// The jump of the machine's clock that nobody has confirmed yet: until then nobody knows how
    /// late it is, and what goes by the calendar waits.
    pub jump: Option<Jump>,
}

/// What every use case that writes is given.
pub struct Act<'tx> {
    batch: Batch<'tx>,
    author: Author,
    moment: Moment,
    mint: Arc<Mint>,
    usage: Arc<Usage>,
    index: Arc<Index>,
    reach: Reach,
    noted: Noting,
    /// What memory is to be told of when the commit is on the disk.
    after_commit: Vec<AfterCommit>,
}

/// Something to be done on the writer thread after the commit and before any answer goes out.
pub(super) type AfterCommit = Box<dyn FnOnce() + Send>;

/// A thing that changed in this act, and what is told of it.
#[derive(Clone)]
struct Noted {
    subject: Subject,
    seller: SellerNumber,
    owner: Option<AccountId>,
    change: Change,
    beside: Vec<Beside>,
    verbs: Vec<Verb>,
}

/// The things that changed in an act, in the order in which they did, and where each stands.
#[derive(Clone, Default)]
struct Noting {
    all: Vec<Noted>,
    places: BTreeMap<Subject, usize>,
}

impl Noting {
    fn find(&mut self, subject: Subject) -> Option<&mut Noted> {
        let place = *self.places.get(&subject)?;
        self.all.get_mut(place)
    }

    fn add(&mut self, noted: Noted) {
        self.places.insert(noted.subject, self.all.len());
        self.all.push(noted);
    }
}

impl<'tx> Act<'tx> {
    pub(super) fn new(
        batch: Batch<'tx>,
        author: Author,
        moment: Moment,
        (mint, usage, index, reach): (Arc<Mint>, Arc<Usage>, Arc<Index>, Reach),
    ) -> Self {
        let (noted, after_commit) = (Noting::default(), Vec::new());
        Self { batch, author, moment, mint, usage, index, reach, noted, after_commit }
    }

    /// Begins the next act of the same transaction.
    pub(super) fn begin(&mut self, author: Author, moment: Moment) -> Mark {
        self.author = author;
        self.moment = moment;
        self.noted = Noting::default();
        self.batch.mark()
    }

    /// Takes the act back.
    pub(super) fn take_back(&mut self, to: Mark) -> Result<(), StoreError> {
        self.noted = Noting::default();
        self.batch.roll_back(to)
    }

    /// Ends the act: it is not taken back any more.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.batch.relieve()
    }

    /// Does something, learns what comes of it, and takes it back: nothing of it is kept or told.
    /// Not in bulk work, where nothing can be taken back alone.
    ///
    /// # Errors
    /// Those of the work; if the store fails.
    pub(super) fn suppose<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mark, noted) = (self.batch.mark(), std::mem::take(&mut self.noted));
        let learned = work(self);
        self.noted = noted;
        self.batch.roll_back(mark)?;
        learned
    }

    /// Does something that may be refused while the act goes on: of what is refused nothing is kept
    /// or told. Not in bulk work, where nothing can be taken back alone.
    ///
    /// # Errors
    /// Those of the work; if the store fails.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mark, noted) = (self.batch.mark(), self.noted.clone());
        let done = work(self);
        if done.is_err() {
            self.noted = noted;
            self.batch.roll_back(mark)?;
        }
        done
    }

    /// Writes the facts of the act into the log.
    pub(super) fn tell_all(&mut self) -> Result<(), Error> {
        for noted in std::mem::take(&mut self.noted).all {
            let verbs = noted.said();
            let Noted { subject, seller, owner, change, beside, .. } = noted;
            for verb in verbs {
                self.batch.append_fact(Fact {
                    sequence: 0,
                    at: self.moment.now,
                    cause: self.author.actor.cause(),
                    request: self.author.request.clone(),
                    subject,
                    verb,
                    seller,
                    owner,
                    before: change.before.clone(),
                    after: change.after.clone(),
                    beside: beside.clone(),
                })?;
            }
        }
        Ok(())
    }

    /// What is left to be done after the commit.
    pub(super) fn take_after_commit(&mut self) -> Vec<AfterCommit> {
        std::mem::take(&mut self.after_commit)
    }

    /// Lets memory follow the store: `tell` runs when the commit is on the disk, before anybody is
    /// answered, and not at all if there is none. Only for bulk work, which is not taken back alone.
    pub(super) fn after_commit(&mut self, tell: impl FnOnce() + Send + 'static) {
        self.after_commit.push(Box::new(tell));
    }

    /// Tells who judges usage, once this is committed, that some of it was charged. One that is taken back
    /// tells it for nothing, and is not believed.
    pub(super) fn charges_usage(&mut self) {
        let usage = Arc::clone(&self.usage);
        self.after_commit(move || usage.charged());
    }

    /// Tells who bills what is used, once this is committed, that some of a subscription's was taken back.
    pub(super) fn voids_usage(&mut self, of: SubscriptionId) {
        let usage = Arc::clone(&self.usage);
        self.after_commit(move || usage.voided(of));
    }

    /// How often usage was taken, or taken back, since the start.
    pub(super) fn usage_taken(&self) -> u64 {
        self.usage.takings()
    }

    /// Business time.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.moment.now
    }

    /// Wall time.
    #[must_use]
    pub const fn wall(&self) -> Instant {
        self.moment.wall
    }

    /// Who writes.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.author.actor
    }

    /// A reader of what the act has written so far: any use case that reads can be called with it.
    #[must_use]
    pub fn cx(&self) -> Cx<'_> {
        let Moment { now, wall, jump } = self.moment;
        let actor = &self.author.actor;
        let (usage, index) = (&*self.usage, &*self.index);
        Cx { view: &self.batch, actor, now, wall, jump, usage, index, memo: None }
    }

    /// The open tables, for what is not a record: sequences, aliases, the journal.
    pub const fn batch(&mut self) -> &mut Batch<'tx> {
        &mut self.batch
    }

    /// The thing with an id; see [`Cx::get`].
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there or not for the caller.
    pub fn get<R: Record>(&self, id: R::Id) -> Result<R, Error> {
        self.cx().get(id)
    }

    /// The thing with an id, whoever asks: for what follows from something that the caller may do.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there.
    pub fn load<R: Record>(&self, id: R::Id) -> Result<R, Error> {
        self.batch.find::<R>(id)?.ok_or_else(|| Error::not_found(id))
    }

    /// All things along an index; see [`Cx::every`].
    ///
    /// # Errors
    /// If the store fails.
    pub fn every<R: Record>(&self, along: &Along) -> Result<Vec<R>, Error> {
        self.cx().every(along)
    }

    /// The first thing along an index prefix, whoever asks.
    ///
    /// # Errors
    /// If the store fails.
    pub fn first<R: Record>(&self, along: &Along) -> Result<Option<R>, Error> {
        let page = self.batch.list::<R>(along, &PageRequest::oldest(1), &mut |_| true)?;
        Ok(page.items.into_iter().next())
    }

    /// Refuses what the caller may not do; see [`Cx::must`].
    ///
    /// # Errors
    /// [`Error::Forbidden`] or [`Error::NotFound`].
    pub fn must(&self, permission: Permission, stamp: &Stamp) -> Result<(), Error> {
        self.cx().must(permission, stamp)
    }

    /// Refuses a change of a thing that has changed since the caller read it.
    ///
    /// # Errors
    /// [`Error::Stale`].
    pub fn expect_revision(&self, stamp: &Stamp, expected: Option<u32>) -> Result<(), Error> {
        match expected {
            Some(expected) if expected != stamp.revision => {
                Err(Error::Stale { expected, found: stamp.revision })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a change of the thing that a text names if it has changed since the caller read it.
    /// What is not there, or not for the caller, is for who looks it up to say.
    ///
    /// # Errors
    /// [`Error::Stale`].
    pub fn expect_known(&self, id: &str, expected: u32) -> Result<(), Error> {
        let subject = id.parse::<Subject>().ok();
        // Without the letters before it, an id names the only thing that has it.
        let uuid = subject.map(|it| it.uuid).or_else(|| Uuid::try_parse(id).ok());
        let Some(uuid) = uuid else { return Ok(()) };
        let of_kind = |it: &&schema::Kept| subject.is_none_or(|subject| subject.kind == it.kind);
        for kept in schema::KINDS.iter().filter(of_kind) {
            let stamp = (kept.stamp)(&self.batch, uuid)?;
            if let Some(stamp) = stamp.filter(|it| self.actor().sees(kept.kind, it)) {
                self.expect_revision(&stamp, Some(expected))?;
            }
        }
        Ok(())
    }

    /// Refuses an address, named at `pointer`, that we may not be made to call.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field and what is wrong with it.
    pub fn must_reach(&self, pointer: &str, address: &WebAddress) -> Result<(), Error> {
        let admitted = self.reach.admit(address.as_str());
        let refused = admitted.map_err(|it| Invalid::one(pointer, "reach", it.to_string()));
        Ok(refused.map(|_| ())?)
    }

    /// A new id: its first part is the time, so that what comes later sorts later.
    pub fn new_id<I: Id>(&mut self) -> I {
        I::from_uuid(self.mint.id(self.moment.now))
    }

    /// The id that something new gets: the one that its maker brings, or else a new one.
    ///
    /// # Errors
    /// [`Code::Duplicate`] if anything of any kind has the one that was brought.
    pub fn id_or_new<I: Id>(&mut self, brought: Option<I>) -> Result<I, Error> {
        let Some(id) = brought else { return Ok(self.new_id()) };
        self.must_be_free(id.uuid())?;
        Ok(id)
    }

    /// Refuses a UUID that anything of any kind has, whoever may see it.
    ///
    /// # Errors
    /// [`Code::Duplicate`].
    pub fn must_be_free(&self, id: Uuid) -> Result<(), Error> {
        for kept in schema::KINDS {
            if self.batch.sealed_value(kept.table, id.as_bytes())?.is_some() {
                let why = format!("`{id}` is the id of something else: bring another");
                return Err(Rejection::new(Code::Duplicate, why).into());
            }
        }
        Ok(())
    }

    /// A new UUID that belongs to no kind of ours.
    pub fn new_uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.mint.random()).into_uuid()
    }

    /// Unpredictable bytes.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        self.mint.random()
    }

    /// A secret that the store may keep: only its own field of its own thing opens it, see
    /// [`Bss::unseal`](super::Bss::unseal).
    pub fn seal(&mut self, secret: &[u8], subject: Subject, field: &str) -> Sealed {
        self.mint.seal(secret, subject, field)
    }

    /// A secret that an act has sealed.
    ///
    /// # Errors
    /// If it was sealed for something else, or with a key that is not here.
    pub fn unseal(&self, sealed: &Sealed, subject: Subject, field: &str) -> Result<Secret, Error> {
        self.mint.unseal(sealed, subject, field).map_err(Error::internal)
    }

    /// The next number of a sequence.
    ///
    /// # Errors
    /// If the store fails.
    pub fn next_number(&mut self, sequence: &str) -> Result<u64, Error> {
        Ok(self.batch.next_number(sequence)?)
    }

    /// Keeps a thing, new or changed: it gets its next revision, and the change is told.
    ///
    /// # Errors
    /// If the store fails.
    pub fn put<R: Record>(&mut self, it: &mut R) -> Result<(), Error> {
        let now = self.moment.now;
        let stamp = it.stamp_mut();
        stamp.revision += 1;
        stamp.changed_at = now;
        let change = self.batch.put(it)?;
        self.note(it.id().subject(), it.stamp(), change);
        Ok(())
    }

    /// Keeps what the domain made of a thing, and tells it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn keep<R: Record>(&mut self, (mut it, verb): (R, Verb)) -> Result<R, Error> {
        self.put(&mut it)?;
        self.tell(it.id(), verb);
        Ok(it)
    }

    /// Keeps what the domain has just made, whose id is new in this act, and tells it: nothing is
    /// looked up that cannot be there.
    ///
    /// # Errors
    /// If the store fails.
    pub fn keep_new<R: Record>(&mut self, (mut it, verb): (R, Verb)) -> Result<R, Error> {
        let now = self.moment.now;
        let stamp = it.stamp_mut();
        debug_assert_eq!(stamp.revision, 0, "it was kept before");
        stamp.revision = 1;
        stamp.changed_at = now;
        let change = self.batch.put_new(&it)?;
        self.note(it.id().subject(), it.stamp(), change);
        self.tell(it.id(), verb);
        Ok(it)
    }

    /// Keeps a thing whose change nobody needs to hear of: a last use, a retry.
    ///
    /// # Errors
    /// If the store fails.
    pub fn put_quietly<R: Record>(&mut self, it: &R) -> Result<(), Error> {
        self.batch.put(it)?;
        Ok(())
    }

    /// The same for a thing as it is known to lie in the store, which is then not read to know where
    /// it stood.
    ///
    /// # Errors
    /// If the store fails.
    pub fn put_over<R: Record>(&mut self, before: &R, it: &R) -> Result<(), Error> {
        Ok(self.batch.put_over(before, it)?)
    }

    /// Removes a thing, and tells it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn delete<R: Record>(&mut self, it: &R) -> Result<(), Error> {
        let change = self.batch.delete::<R>(it.id())?;
        self.note(it.id().subject(), it.stamp(), change);
        self.tell(it.id(), Verb::Removed);
        Ok(())
    }

    /// Says what happened to a thing that this act has put; without a word it is told as created
    /// or changed.
    pub fn tell(&mut self, id: impl Id, verb: Verb) {
        let subject = id.subject();
        match self.noted.find(subject) {
            Some(noted) if !noted.verbs.contains(&verb) => noted.verbs.push(verb),
            Some(_) => {}
            None => debug_assert!(false, "{subject} was not put in this act"),
        }
    }

    /// Says what was set for a thing that this act has put, which is kept beside it.
    pub(super) fn tell_set<S: Setting>(&mut self, id: impl Id, (before, after): (&S, &S)) {
        let subject = id.subject();
        let Some(noted) = self.noted.find(subject) else {
            debug_assert!(false, "{subject} was not put in this act");
            return;
        };
        let (before, after) = (meta::written(before), meta::written(after));
        noted.beside.push(Beside { name: S::NAME.to_owned(), before, after });
    }

    /// Tells of something that came to be and is no record, as it is told.
    pub(super) fn tell_new(
        &mut self,
        id: impl Id,
        (seller, owner): (SellerNumber, Option<AccountId>),
        told: Vec<u8>,
    ) {
        let change = Change { before: None, after: Some(told) };
        let (subject, beside, verbs) = (id.subject(), Vec::new(), vec![Verb::Created]);
        self.noted.add(Noted { subject, seller, owner, change, beside, verbs });
    }

    /// Several changes of one thing in an act are one: from the first before to the last after.
    fn note(&mut self, subject: Subject, stamp: &Stamp, change: Change) {
        if let Some(noted) = self.noted.find(subject) {
            noted.change.after = change.after;
            return;
        }
        let Stamp { seller, owner, .. } = *stamp;
        let (beside, verbs) = (Vec::new(), Vec::new());
        self.noted.add(Noted { subject, seller, owner, change, beside, verbs });
    }
}

impl Noted {
    fn said(&self) -> Vec<Verb> {
        match (self.verbs.is_empty(), &self.change.before) {
            (false, _) => self.verbs.clone(),
            (true, None) => vec![Verb::Created],
            (true, Some(_)) => vec![Verb::Changed],
        }
    }
}
