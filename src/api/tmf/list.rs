//! Lists: what is wanted of all that the caller may see, in the order that is wanted, and of that a
//! part.
//!
//! They are walked page by page, from the beginning or from where a cursor leads, or along an index where one
//! knows what a filter wants. Of each thing
//! no more is put together than decides whether it is wanted, and where; what is told is put together of
//! the things in the part alone. Of what is not in it nothing stays in memory, unless it must be sorted.

use std::cmp::Ordering;

use serde_json::Value;

use super::attribute;
use super::filter;
use super::path::Path;
use super::query::{self, Query, Wanted};
use super::resource::Resource;
use super::wire::{self, Part, Place};
use crate::domain::error::Invalid;
use crate::domain::page::PageRequest;
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error};

/// No more than this is sorted.
const SORTED_MAX: usize = 20_000;

/// The answer with what a query wants of a resource.
pub(super) fn listed(
    cx: Cx<'_>,
    of: &Resource,
    query: &Query,
    place: &Place,
) -> Result<Answer, Error> {
    let (candidates, decides) = (candidates(cx, of, query)?, query.decides());
    let mut found = match &candidates {
        Some(_) => Found::of(query),
        None => Found::from(query),
    };
    let mut walked = Walked::default();
    match candidates {
        Some(ids) => {
            for id in &ids {
                if let Some(it) = of.behind.part(cx, of, (id, &decides))? {
                    found.offer(classed(of, place.linked(it)))?;
                }
            }
        }
        None => walked = walk(cx, of, (&mut found, &decides), place)?,
    }
    found.must_be_sortable(of.name)?;
    let next = match &walked.full {
        Some(full) if found.is_cut() => behind(cx, of, full, &decides)?,
        Some(_) | None => None,
    };
    let part = Part { offset: found.first, limit: query.limit, total: found.in_all() };
    let after = part.offset + part.limit;
    let next =
        next.map(|after_key| query::Place { offset: after, total: part.total, after: after_key });
    let (told, mut items) = (query.told(), Vec::new());
    for it in found.part() {
        let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
        let it = of.behind.part(cx, of, (id, &told))?;
        items.extend(it.map(|it| place.linked(it)));
    }
    let next = next.map(|it| it.text());
    Ok(wire::listed_on(items, query.fields.as_deref(), (part, next), (place, &query.rest)))
}

/// A thing as it is looked at: what says of no class that it is of it, is of that of its resource.
fn classed(of: &Resource, mut it: Value) -> Value {
    if let Some(fields) = it.as_object_mut() {
        fields.entry("@type").or_insert_with(|| of.class().into());
    }
    it
}

/// How far a list was walked.
#[derive(Default)]
struct Walked {
    /// The page in which the last thing of the part was: behind which key it began, and how many things of
    /// it were taken.
    full: Option<(Option<Vec<u8>>, usize)>,
}

/// Walks a list page by page: from where a cursor leads only as far as the part reaches, for how many are
/// wanted in all was counted when the walk began.
fn walk(
    cx: Cx<'_>,
    of: &Resource,
    (found, decides): (&mut Found<'_>, &Wanted),
    place: &Place,
) -> Result<Walked, Error> {
    let mut walked = Walked::default();
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    page.after = found.from.map(|it| it.after.clone());
    loop {
        let some = of.behind.partly(cx, of, (&page, decides))?;
        for (it, taken) in some.items.into_iter().zip(1..) {
            found.offer(classed(of, place.linked(it)))?;
            if found.is_full() && walked.full.is_none() {
                walked.full = Some((page.after.clone(), taken));
            }
        }
        page.after = some.next;
        if page.after.is_none() || (found.from.is_some() && walked.full.is_some()) {
            return Ok(walked);
        }
    }
}

/// The key behind so many things of a page.
fn behind(
    cx: Cx<'_>,
    of: &Resource,
    (start, taken): &(Option<Vec<u8>>, usize),
    decides: &Wanted,
) -> Result<Option<Vec<u8>>, Error> {
    let mut page = PageRequest { after: start.clone(), ..PageRequest::oldest(*taken) };
    loop {
        let some = of.behind.partly(cx, of, (&page, decides))?;
        // What is not shown any more is passed over in a page.
        let missing = taken.saturating_sub(some.items.len());
        if missing == 0 || some.next.is_none() || page.limit >= PageRequest::LIMIT_MAX {
            return Ok(some.next);
        }
        page.limit = (page.limit + missing).min(PageRequest::LIMIT_MAX);
    }
}

/// The ids of the only things that can be wanted, where they are known without a look at each.
fn candidates(cx: Cx<'_>, of: &Resource, query: &Query) -> Result<Option<Vec<String>>, Error> {
    if let Some(id) = query.filter.only_id() {
        return Ok(Some(vec![id.to_owned()]));
    }
    for (parts, values) in query.filter.wanted().filter(|it| !it.1.is_empty()) {
        if let Some(ids) = of.behind.found_by(cx, &parts.join("."), &values)? {
            return Ok(Some(ids));
        }
    }
    Ok(None)
}

/// What was found so far.
pub(super) struct Found<'a> {
    query: &'a Query,
    /// Where it is gone on from.
    from: Option<&'a query::Place>,
    /// How many wanted things come before those that are looked for.
    first: usize,
    total: usize,
    items: Vec<Value>,
}

impl<'a> Found<'a> {
    pub(super) fn of(query: &'a Query) -> Self {
        Self { query, from: None, first: query.offset, total: 0, items: Vec::new() }
    }

    /// The same from where a cursor leads, if there is one and what is found is not sorted.
    fn from(query: &'a Query) -> Self {
        match query.from.as_ref().filter(|_| query.sort.is_empty()) {
            Some(from) => {
                let (first, total) = (from.offset, from.offset);
                Self { query, from: Some(from), first, total, items: Vec::new() }
            }
            None => Self::of(query),
        }
    }

    /// Whether nothing more is looked for.
    fn is_full(&self) -> bool {
        !self.is_sorted() && self.total >= self.first.saturating_add(self.query.limit)
    }

    /// Whether there is more behind the part.
    fn is_cut(&self) -> bool {
        self.query.limit > 0 && self.in_all() > self.first.saturating_add(self.query.limit)
    }

    /// How many things are wanted in all, as they were counted when the walk began.
    fn in_all(&self) -> usize {
        self.from.map_or(self.total, |it| it.total.max(self.total))
    }

    fn is_sorted(&self) -> bool {
        !self.query.sort.is_empty()
    }

    /// How many things are wanted, of those that were offered.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn offer(&mut self, it: Value) -> Result<(), Error> {
        if !self.query.filter.accepts(&it) {
            return Ok(());
        }
        let place = self.total;
        self.total += 1;
        let end = self.first.saturating_add(self.query.limit);
        if self.is_sorted() || (self.first..end).contains(&place) {
            self.items.push(it);
        }
        if self.is_sorted() && self.items.len() > SORTED_MAX {
            let message = format!("sorts at most {SORTED_MAX} things: filter them first");
            return Err(Invalid::one("sort", "range", message).into());
        }
        Ok(())
    }

    /// Refuses an order by what nothing has and the definitions do not know: who asks for it has misspelled
    /// it, and would take the list for one that is in order.
    pub(super) fn must_be_sortable(&self, name: &str) -> Result<(), Invalid> {
        let is_had = |path: &Path| self.items.iter().any(|it| path.first(it).is_some());
        let is_known = |path: &Path| attribute::is_defined(path.head()) || is_had(path);
        match self.query.sort.iter().find(|it| !is_known(&it.path)) {
            Some(order) => {
                let said = order.path.parts().join(".");
                let message = format!("names `{said}`, which no `{name}` here has");
                Err(Invalid::one("sort", "unknown_attribute", message))
            }
            None => Ok(()),
        }
    }

    pub(super) fn part(mut self) -> Vec<Value> {
        if !self.is_sorted() {
            return self.items;
        }
        let query = self.query;
        self.items.sort_by(|one, other| compare(query, one, other));
        self.items.into_iter().skip(query.offset).take(query.limit).collect()
    }
}

fn compare(query: &Query, one: &Value, other: &Value) -> Ordering {
    let by = |order: &super::query::Order| {
        let (one, other) = (order.path.first(one), order.path.first(other));
        let rising = filter::order(one.as_ref(), other.as_ref());
        // What has nothing there comes last whichever way.
        let turns = order.is_falling && one.is_some() && other.is_some();
        if turns { rising.reverse() } else { rising }
    };
    query.sort.iter().map(by).find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(query: &str) -> String {
        let query = Query::read(query).expect(query);
        let mut found = Found::of(&query);
        for (name, age) in [("b", Some(10)), ("a", Some(9)), ("c", None), ("d", Some(10))] {
            let mut it = json!({ "name": name });
            if let Some(age) = age {
                it["age"] = json!(age);
            }
            found.offer(it).expect("few");
        }
        let total = found.total;
        let names: Vec<_> = found.part().iter().map(|it| it["name"].to_string()).collect();
        format!("{} of {total}", names.concat().replace('"', ""))
    }

    #[test]
    fn a_list_is_filtered_sorted_and_cut() {
        assert_eq!(told(""), "bacd of 4");
        assert_eq!(told("offset=1&limit=2"), "ac of 4");
        assert_eq!(told("offset=9"), " of 4");
        assert_eq!(told("limit=0"), " of 4");
        assert_eq!(told("sort=name"), "abcd of 4");
        assert_eq!(told("sort=-name&limit=1"), "d of 4");
        assert_eq!(told("sort=age,-name"), "adbc of 4");
        assert_eq!(told("sort=-age,name"), "bdac of 4");
        assert_eq!(told("age=10"), "bd of 2");
        assert_eq!(told("age=10&offset=1"), "d of 2");
    }
}
