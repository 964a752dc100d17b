//! What becomes of the resources that a filter holds for: a stretch of them, in an order, or what
//! they come to together.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;

use serde_json::{Value, json};
use uuid::Uuid;

use super::anatomy::{Detail, Wish, show};
use super::kind::{AnyKind, Thing};
use super::reading::{Reach, Reader};
use super::rql::{Aggregate, Direction, Limit, Path, Rank, Reads, SortKey};
use crate::domain::error::Invalid;
use crate::services::{Cx, Error};

/// How many more resources are looked at to know how many there are, after all that are shown.
const LOOKED_AT_AFTER_MAX: usize = 2_000;

/// How many different values are told of a property.
const VALUES_MAX: usize = 10_000;

/// A stretch of a list as it is found.
pub(super) struct Stretch<'a> {
    pub(super) limit: Limit,
    pub(super) wish: Wish<'a>,
    /// What is shown.
    pub(super) items: Vec<Value>,
    /// How many were found.
    pub(super) found: usize,
    /// Whether there may be more than were found.
    pub(super) is_open: bool,
}

impl<'a> Stretch<'a> {
    pub(super) const fn new(limit: Limit, wish: Wish<'a>) -> Self {
        Self { limit, wish, items: Vec::new(), found: 0, is_open: false }
    }

    /// Takes one more, and says whether yet another is of use.
    pub(super) fn take(
        &mut self,
        cx: Cx<'_>,
        thing: &dyn Thing,
        is_counted: bool,
    ) -> Result<ControlFlow<()>, Error> {
        let end = self.limit.start + self.limit.number;
        let last = if is_counted { end } else { end + LOOKED_AT_AFTER_MAX };
        if self.found == last {
            self.is_open = true;
            return Ok(ControlFlow::Break(()));
        }
        if (self.limit.start..end).contains(&self.found) {
            self.items.push(show(cx, thing, Detail::Listed, Some(self.wish))?);
        }
        self.found += 1;
        Ok(ControlFlow::Continue(()))
    }
}

/// The first resources of a list in an order.
pub(super) struct Sorted<'a> {
    keys: &'a [SortKey],
    length: usize,
    first: BinaryHeap<Place>,
    /// How many were found.
    pub(super) found: usize,
}

/// A resource with what it is ordered by.
struct Place {
    ranks: Vec<(Rank, Direction)>,
    /// Which it was in the order in which they were found: who is equal stays in it.
    turn: usize,
    kind: &'static dyn AnyKind,
    id: Uuid,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.ranks.iter().zip(&other.ranks);
        let mut each = pairs.map(|((one, direction), (other, _))| match direction {
            Direction::Ascending => one.cmp(other),
            Direction::Descending => other.cmp(one),
        });
        each.find(|it| it.is_ne()).unwrap_or_else(|| self.turn.cmp(&other.turn))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place {}

impl<'a> Sorted<'a> {
    pub(super) fn new(keys: &'a [SortKey], limit: Limit) -> Self {
        let length = limit.start + limit.number;
        Self { keys, length, first: BinaryHeap::new(), found: 0 }
    }

    /// Takes one more. Of a collection, the value counts that comes first.
    pub(super) fn take(
        &mut self,
        cx: Cx<'_>,
        thing: &dyn Thing,
        reach: &Reach,
    ) -> Result<(), Error> {
        let mut ranks = Vec::with_capacity(self.keys.len());
        for key in self.keys {
            let values = Reader { cx, thing, reach }.read(&key.path.names)?;
            let each = values.iter().map(Rank::of);
            let rank = match key.direction {
                Direction::Ascending => each.min(),
                Direction::Descending => each.max(),
            };
            ranks.push((rank.unwrap_or(Rank::Nothing), key.direction));
        }
        let place = Place { ranks, turn: self.found, kind: thing.kind(), id: thing.head(cx)?.id };
        self.found += 1;
        self.first.push(place);
        if self.first.len() > self.length {
            self.first.pop();
        }
        Ok(())
    }

    /// What of them is shown.
    pub(super) fn shown(
        self,
        cx: Cx<'_>,
        limit: Limit,
        wish: Wish<'_>,
    ) -> Result<Vec<Value>, Error> {
        let mut shown = Vec::new();
        for place in self.first.into_sorted_vec().into_iter().skip(limit.start) {
            if let Some(thing) = place.kind.find(cx, place.id)? {
                shown.push(show(cx, &*thing, Detail::Listed, Some(wish))?);
            }
        }
        Ok(shown)
    }
}

/// What resources come to together.
pub(super) struct Sum<'a> {
    aggregate: &'a Aggregate,
    found: usize,
    least: Option<(Rank, Value)>,
    greatest: Option<(Rank, Value)>,
    values: BTreeMap<Rank, Value>,
}

impl<'a> Sum<'a> {
    pub(super) fn new(aggregate: &'a Aggregate) -> Self {
        Self { aggregate, found: 0, least: None, greatest: None, values: BTreeMap::new() }
    }

    /// Takes one more. What has no value, or one that is in no order, does not count.
    pub(super) fn take(
        &mut self,
        cx: Cx<'_>,
        thing: &dyn Thing,
        reach: &Reach,
    ) -> Result<(), Error> {
        self.found += 1;
        let ranked = |path: &Path| -> Result<Vec<(Rank, Value)>, Error> {
            let values = Reader { cx, thing, reach }.read(&path.names)?;
            let values = values.into_iter().map(|it| (Rank::of(&it), it));
            Ok(values.filter(|it| it.0 != Rank::Nothing).collect())
        };
        match self.aggregate {
            Aggregate::Count => {}
            Aggregate::Min(path) => {
                let all = ranked(path)?.into_iter().chain(self.least.take());
                self.least = all.min_by(|one, other| one.0.cmp(&other.0));
            }
            Aggregate::Max(path) => {
                let all = ranked(path)?.into_iter().chain(self.greatest.take());
                self.greatest = all.max_by(|one, other| one.0.cmp(&other.0));
            }
            Aggregate::Values(path) => {
                self.values.extend(ranked(path)?);
                if self.values.len() > VALUES_MAX {
                    let message = format!("has more than {VALUES_MAX} values");
                    return Err(Invalid::one(path.to_string(), "too_much", message).into());
                }
            }
        }
        Ok(())
    }

    /// The number, the value or the values.
    pub(super) fn shown(self) -> Value {
        let value = |it: Option<(Rank, Value)>| it.map_or(Value::Null, |it| it.1);
        match self.aggregate {
            Aggregate::Count => json!(self.found),
            Aggregate::Min(_) => value(self.least),
            Aggregate::Max(_) => value(self.greatest),
            Aggregate::Values(_) => self.values.into_values().collect(),
        }
    }
}
