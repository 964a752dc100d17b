//! The fact log: events, audit and both sides of each change in one appended row.
//!
//! Its sequence is the order in which the world is told, and the cursor of each listener.

use std::ops::{Bound, ControlFlow};

use super::StoreError;
use super::batch::Batch;
use super::check::{self, Report};
use super::codec::{self, Key};
use super::sequence;
use super::view::{KeyRange, Table, View};
use crate::domain::event::Fact;
use crate::domain::id::{AccountId, Kind, Subject};
use crate::domain::page::{Page, PageOrder, PageRequest};

const FACTS: Table = Table("fact");
const BY_SUBJECT: Table = Table("fact/by_subject");
const BY_OWNER: Table = Table("fact/by_owner");
/// The numbers of facts about what is for sale: few among many, and what search follows.
const OF_CATALOG: Table = Table("fact/of_catalog");
const CURSORS: Table = Table("cursor");
const SEQUENCE: &str = "fact";

pub(super) const TABLES: &[Table] = &[FACTS, BY_SUBJECT, BY_OWNER, OF_CATALOG, CURSORS];
const SHAPE: u8 = 1;

/// Whose facts are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Everything.
    All,
    /// What happened to one thing.
    Subject(Subject),
    /// What happened to the things of an account.
    Owner(AccountId),
}

impl About {
    /// Where the facts after a number begin, as pages name a place.
    #[must_use]
    pub fn place(self, sequence: u64) -> Vec<u8> {
        let key = match self {
            Self::All => Key::new(),
            Self::Subject(it) => Key::new().subject(it),
            Self::Owner(it) => Key::new().id(it),
        };
        key.u64(sequence).bytes()
    }
}

impl Batch<'_> {
    /// Appends a fact and returns its sequence number, which the given one is replaced with.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn append_fact(&mut self, mut fact: Fact) -> Result<u64, StoreError> {
        let sequence = self.next_number(SEQUENCE)?;
        fact.sequence = sequence;
        self.set(FACTS, &sequence.to_be_bytes(), &codec::encode(SHAPE, &fact))?;
        self.set(BY_SUBJECT, &by_subject(&fact), &[])?;
        if let Some(key) = by_owner(&fact) {
            self.set(BY_OWNER, &key, &[])?;
        }
        if is_of_catalog(&fact) {
            self.insert(OF_CATALOG, &sequence.to_be_bytes(), &[])?;
        }
        Ok(sequence)
    }

    /// Moves the cursor of a listener: it has heard everything up to `sequence`.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_cursor(&mut self, listener: &str, sequence: u64) -> Result<(), StoreError> {
        self.insert(CURSORS, listener.as_bytes(), &sequence.to_be_bytes()).map(|_| ())
    }

    /// Takes away the cursor of a listener that is no more.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn drop_cursor(&mut self, listener: &str) -> Result<(), StoreError> {
        self.remove(CURSORS, listener.as_bytes()).map(|_| ())
    }
}

/// Reading the fact log.
pub trait Facts: View {
    /// The number of the last fact; 0 if there is none.
    ///
    /// # Errors
    /// If the engine fails.
    fn last_fact(&self) -> Result<u64, StoreError> {
        sequence::last(self, SEQUENCE)
    }

    /// Up to which fact a listener has heard.
    ///
    /// # Errors
    /// If the engine fails.
    fn cursor(&self, listener: &str) -> Result<u64, StoreError> {
        let bytes = self.value(CURSORS, listener.as_bytes())?;
        Ok(bytes.and_then(|it| codec::u64_at(&it, 0)).unwrap_or(0))
    }

    /// The facts after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// If the engine fails or a fact cannot be read.
    fn facts_after(&self, sequence: u64, limit: usize) -> Result<Vec<Fact>, StoreError> {
        let from = Bound::Excluded(sequence.to_be_bytes().to_vec());
        let range = KeyRange { from, to: Bound::Unbounded };
        let mut facts = Vec::new();
        self.scan(FACTS, &range, PageOrder::Rising, &mut |_, value| {
            facts.push(read(value)?);
            let full = facts.len() >= limit;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(facts)
    }

    /// The facts about what offers are found by (offers, prices, categories, specifications, assets)
    /// after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// If the engine fails or a fact cannot be read.
    fn catalog_facts_after(&self, sequence: u64, limit: usize) -> Result<Vec<Fact>, StoreError> {
        let from = Bound::Excluded(sequence.to_be_bytes().to_vec());
        let range = KeyRange { from, to: Bound::Unbounded };
        let mut facts = Vec::new();
        self.scan(OF_CATALOG, &range, PageOrder::Rising, &mut |key, _| {
            facts.extend(fact_at(self, key)?);
            let full = facts.len() >= limit;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(facts)
    }

    /// A page of the facts about something that pass `accept`.
    ///
    /// # Errors
    /// If the engine fails or a fact cannot be read.
    fn facts(
        &self,
        about: About,
        request: &PageRequest,
        accept: &mut dyn FnMut(&Fact) -> bool,
    ) -> Result<Page<Fact>, StoreError> {
        let (table, range) = match about {
            About::All => (FACTS, KeyRange::all()),
            About::Subject(it) => (BY_SUBJECT, KeyRange::prefix(&Key::new().subject(it).bytes())),
            About::Owner(it) => (BY_OWNER, KeyRange::prefix(&Key::new().id(it).bytes())),
        };
        let mut page = Page { items: Vec::new(), next: None };
        let mut last = Vec::new();
        let mut looked_at = 0;
        let range = range.after(request.after.as_deref(), request.order);
        self.scan(table, &range, request.order, &mut |key, value| {
            if page.items.len() == request.limit || looked_at == LOOKED_AT_MAX {
                page.next = Some(last.clone());
                return Ok(ControlFlow::Break(()));
            }
            looked_at += 1;
            last = key.to_vec();
            let fact = match table == FACTS {
                true => Some(read(value)?),
                false => fact_at(self, key)?,
            };
            page.items.extend(fact.filter(&mut *accept));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page)
    }
}

const LOOKED_AT_MAX: usize = 20_000;

impl<V: View + ?Sized> Facts for V {}

/// The fact whose sequence number ends a key.
fn fact_at(view: &(impl View + ?Sized), key: &[u8]) -> Result<Option<Fact>, StoreError> {
    let Some(sequence) = key.len().checked_sub(8).and_then(|at| key.get(at..)) else {
        return Err(StoreError::Unreadable { table: BY_SUBJECT.0, source: None });
    };
    view.value(FACTS, sequence)?.map(|it| read(&it)).transpose()
}

fn read(bytes: &[u8]) -> Result<Fact, StoreError> {
    match bytes.split_first() {
        Some((&SHAPE, body)) => codec::decode(FACTS.0, body),
        _ => Err(StoreError::Unreadable { table: FACTS.0, source: None }),
    }
}

fn is_of_catalog(fact: &Fact) -> bool {
    let of_catalog = [Kind::Offer, Kind::Price, Kind::Category, Kind::Specification, Kind::Asset];
    of_catalog.contains(&fact.subject.kind)
}

fn by_subject(fact: &Fact) -> Vec<u8> {
    Key::new().subject(fact.subject).u64(fact.sequence).bytes()
}

fn by_owner(fact: &Fact) -> Option<Vec<u8>> {
    fact.owner.map(|it| Key::new().id(it).u64(fact.sequence).bytes())
}

/// Facts must be numbered without a gap up to the last number taken, stand in both indices, and no
/// listener may have heard what was not told.
pub(super) fn check(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut findings = Vec::new();
    let mut expected = 1_u64;
    check::derived(view, (FACTS, BY_SUBJECT), report, &mut |key, value| {
        let number = codec::u64_at(key, 0).unwrap_or(0);
        if number != expected {
            findings.push(format!("{number} stands where {expected} should"));
        }
        expected = number + 1;
        match read(value) {
            Ok(fact) if fact.sequence == number => Some(by_subject(&fact)),
            Ok(fact) => {
                findings.push(format!("{number} says that it is {}", fact.sequence));
                None
            }
            Err(error) => {
                findings.push(format!("{number}: {error}"));
                None
            }
        }
    })?;
    check::derived(view, (FACTS, BY_OWNER), report, &mut |_, value| {
        read(value).ok().as_ref().and_then(by_owner)
    })?;
    check::derived(view, (FACTS, OF_CATALOG), report, &mut |key, value| {
        read(value).is_ok_and(|it| is_of_catalog(&it)).then(|| key.to_vec())
    })?;
    findings.into_iter().for_each(|it| report.find(FACTS, it));
    let last = view.last_fact()?;
    if last + 1 != expected {
        report.find(FACTS, format_args!("ends at {}, {last} were told", expected - 1));
    }
    view.scan(CURSORS, &KeyRange::all(), PageOrder::Rising, &mut |listener, value| {
        if codec::u64_at(value, 0).is_none_or(|it| it > last) {
            report.find(CURSORS, format_args!("{} is ahead of the facts", check::shown(listener)));
        }
        Ok(ControlFlow::Continue(()))
    })
}
