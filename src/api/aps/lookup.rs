//! How resources of a type are found without looking at all of them.

use uuid::Uuid;

use super::kind::Breadth;
use crate::domain::id::Id;
use crate::services::finding::Names;
use crate::services::{Cx, Error};

/// The UUIDs below some ids.
pub(super) fn uuids<I: Id>(ids: Vec<I>) -> Vec<Uuid> {
    ids.into_iter().map(Id::uuid).collect()
}

type Load<T> = fn(Cx<'_>, Uuid) -> Result<Option<T>, Error>;
type Reaches<T> = fn(Cx<'_>, &T, Breadth) -> Result<bool, Error>;
type Count = fn(Cx<'_>, Breadth) -> Result<Option<usize>, Error>;
pub(super) type ByText = fn(Cx<'_>, &str) -> Result<Vec<Uuid>, Error>;
pub(super) type ByNumber = fn(Cx<'_>, u64) -> Result<Vec<Uuid>, Error>;
pub(super) type ByName = fn(Cx<'_>, Names<'_>) -> Result<Vec<Uuid>, Error>;

/// How resources that show a `T` are found without looking at all of them.
pub(super) struct Finding<T> {
    /// The thing of ours with an id, if the caller may see it.
    pub(super) load: Option<Load<T>>,
    /// How many there are in a list of the type, if that is known without looking at them.
    pub(super) count: Count,
    /// Whether a list of a breadth has it: what is found by a lookup may lie further off.
    pub(super) reaches: Reaches<T>,
    /// Whether a thing of ours is shown by this type, where another shows others of its kind.
    pub(super) shows: fn(&T) -> bool,
    /// By what.
    pub(super) lookups: &'static [Lookup],
}

impl<T> Finding<T> {
    /// By their `aps.id` alone: for what is few.
    pub(super) const NONE: Self = Self {
        load: None,
        count: |_, _| Ok(None),
        reaches: |_, _, _| Ok(true),
        shows: |_| true,
        lookups: &[],
    };

    /// By some lookups.
    pub(super) const fn by(load: Load<T>, lookups: &'static [Lookup]) -> Self {
        Self { load: Some(load), lookups, ..Self::NONE }
    }

    /// The same, where lists of less breadth leave some out.
    pub(super) const fn reaching(mut self, reaches: Reaches<T>) -> Self {
        self.reaches = reaches;
        self
    }

    /// The same, of a type that shows some of the things of a kind.
    pub(super) const fn only(mut self, shows: fn(&T) -> bool) -> Self {
        self.shows = shows;
        self
    }

    /// The same, with the number of all of them known.
    pub(super) const fn counted(mut self, count: Count) -> Self {
        self.count = count;
        self
    }
}

/// A property by whose value resources are found along an index.
pub(super) struct Lookup {
    /// The property, as a filter names it: `id`, `account.aps.id`; `name.*` for any one name after
    /// the dot.
    pub(super) path: &'static str,
    /// How many resources share a value.
    pub(super) spread: Spread,
    /// How they are found.
    pub(super) find: Find,
    /// How they are found by what the value looks like, where that is another way.
    pub(super) like: Option<ByName>,
}

/// How many resources share a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spread {
    /// One, or one for each vendor.
    One,
    /// Those of an account, of a plan.
    Few,
    /// A good part of all.
    Many,
}

/// How resources are found by a value: the ids of the things of ours that they show, of all that
/// can have it.
#[derive(Clone, Copy)]
pub(super) enum Find {
    /// By a text.
    Text(ByText),
    /// By a whole number.
    Number(ByNumber),
    /// By what a name looks like.
    Names(ByName),
}

impl Lookup {
    /// Whether it is by the values at a path.
    pub(super) fn is_by(&self, path: &[String]) -> bool {
        let names = self.path.split('.').zip(path);
        let is_as_long = self.path.split('.').count() == path.len();
        is_as_long && names.into_iter().all(|(own, name)| own == "*" || own == name)
    }

    /// By a number of its own.
    pub(super) const fn number(path: &'static str, find: ByNumber) -> Self {
        Self { path, spread: Spread::One, find: Find::Number(find), like: None }
    }

    /// By the id of what it belongs to.
    pub(super) const fn few(path: &'static str, find: ByText) -> Self {
        Self { path, spread: Spread::Few, find: Find::Text(find), like: None }
    }

    /// The same, with a way by what the value looks like.
    pub(super) const fn liked(mut self, find: ByName) -> Self {
        self.like = Some(find);
        self
    }

    /// By a word that many have.
    pub(super) const fn many(path: &'static str, find: ByText) -> Self {
        Self { path, spread: Spread::Many, find: Find::Text(find), like: None }
    }

    /// By its name.
    pub(super) const fn name(path: &'static str, find: ByName) -> Self {
        Self { path, spread: Spread::Few, find: Find::Names(find), like: None }
    }
}
