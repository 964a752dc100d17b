//! Lists: what is wanted of all that the caller may see, in the order that is wanted, and of that a
//! part.
//!
//! They are walked page by page, or along an index where one knows what a filter wants. Of each thing
//! no more is put together than decides whether it is wanted, and where; what is told is put together of
//! the things in the part alone. Of what is not in it nothing stays in memory, unless it must be sorted.

use std::cmp::Ordering;

use serde_json::Value;

use super::filter;
use super::query::Query;
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
    let mut found = Found::of(query);
    let decides = query.decides();
    match candidates(cx, of, query)? {
        Some(ids) => {
            for id in &ids {
                if let Some(it) = of.behind.part(cx, of, (id, &decides))? {
                    found.offer(place.linked(it))?;
                }
            }
        }
        None => {
            let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
            loop {
                let some = of.behind.partly(cx, of, (&page, &decides))?;
                for it in some.items {
                    found.offer(place.linked(it))?;
                }
                page.after = some.next;
                if page.after.is_none() {
                    break;
                }
            }
        }
    }
    let part = Part { offset: query.offset, limit: query.limit, total: found.total };
    let (told, mut items) = (query.told(), Vec::new());
    for it in found.part() {
        let id = it.get("id").and_then(Value::as_str).unwrap_or_default();
        let it = of.behind.part(cx, of, (id, &told))?;
        items.extend(it.map(|it| place.linked(it)));
    }
    Ok(wire::listed(items, query.fields.as_deref(), part, (place, &query.rest)))
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
    total: usize,
    items: Vec<Value>,
}

impl<'a> Found<'a> {
    pub(super) fn of(query: &'a Query) -> Self {
        Self { query, total: 0, items: Vec::new() }
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
        let end = self.query.offset.saturating_add(self.query.limit);
        if self.is_sorted() || (self.query.offset..end).contains(&place) {
            self.items.push(it);
        }
        if self.is_sorted() && self.items.len() > SORTED_MAX {
            let message = format!("sorts at most {SORTED_MAX} things: filter them first");
            return Err(Invalid::one("sort", "range", message).into());
        }
        Ok(())
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
