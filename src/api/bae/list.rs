//! Lists: what is wanted of all that the caller may see, in the order that is wanted, and of that a
//! part, or its number alone.

use std::cmp::Ordering;

use serde_json::Value;

use super::query::{Listed, Wanted};
use super::wire::{self, Tree};
use crate::domain::error::Invalid;
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::folded;
use crate::services::Error;
use crate::services::idempotency::Answer;

/// No more than this is sorted.
const SORTED_MAX: usize = 20_000;

/// The answer with what is wanted of a list that is given page by page, the oldest first.
///
/// # Errors
/// Those of the list; 400 if more would have to be sorted than we sort.
pub(super) fn listed(
    (of, wanted): (&Listed, &Wanted),
    mut list: impl FnMut(&PageRequest) -> Result<Page<Tree>, Error>,
) -> Result<Answer, Error> {
    let mut found = Found { of, wanted, total: 0, items: Vec::new() };
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let some = list(&page)?;
        for it in some.items {
            found.offer(it)?;
        }
        page.after = some.next;
        if page.after.is_none() {
            return Ok(found.answer());
        }
    }
}

/// A page with each thing as it is shown.
///
/// # Errors
/// Those of showing one.
pub(super) fn each<T>(
    page: Page<T>,
    show: impl FnMut(T) -> Result<Tree, Error>,
) -> Result<Page<Tree>, Error> {
    let items = page.items.into_iter().map(show).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

/// What was found so far.
struct Found<'a> {
    of: &'a Listed,
    wanted: &'a Wanted,
    total: usize,
    items: Vec<Tree>,
}

impl Found<'_> {
    fn offer(&mut self, it: Tree) -> Result<(), Error> {
        if !self.wanted.accepts(self.of, &it) {
            return Ok(());
        }
        let place = self.total;
        self.total += 1;
        let Wanted { sort, offset, size, counts, .. } = self.wanted;
        let is_in = (*offset..offset.saturating_add(*size)).contains(&place);
        if !counts && (sort.is_some() || is_in) {
            self.items.push(it);
        }
        if self.items.len() > SORTED_MAX {
            let message = format!("sorts at most {SORTED_MAX} things: filter them first");
            return Err(Invalid::one("sort", "range", message).into());
        }
        Ok(())
    }

    fn answer(mut self) -> Answer {
        let Wanted { sort, offset, size, counts, .. } = *self.wanted;
        if counts {
            return wire::counted(self.total);
        }
        let items = match sort {
            None => self.items,
            Some("name") => {
                self.items.sort_by(|one, other| compare("name", one, other));
                self.items.into_iter().skip(offset).take(size).collect()
            }
            Some(_) => {
                self.items.sort_by(|one, other| compare(self.of.date, other, one));
                self.items.into_iter().skip(offset).take(size).collect()
            }
        };
        wire::listed(items, self.wanted.fields.as_deref(), self.total)
    }
}

fn compare(name: &str, one: &Tree, other: &Tree) -> Ordering {
    let text = |it: &Tree| {
        let it = it.get(name).and_then(Value::as_str).unwrap_or_default();
        folded(it).collect::<String>()
    };
    text(one).cmp(&text(other))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::bae::query::Query;

    fn told(raw: &str) -> String {
        let of = Listed::PLAIN;
        let wanted = Query::read(raw).and_then(|it| it.list(&of)).expect(raw);
        let all = [("b", "2026-01-02"), ("a", "2026-01-03"), ("C", "2026-01-01")];
        let answer = listed((&of, &wanted), |_| {
            let items = all.iter().map(|(name, at)| json!({ "name": name, "lastUpdate": at }));
            let items = items.filter_map(|it| it.as_object().cloned()).collect();
            Ok(Page { items, next: None })
        });
        String::from_utf8(answer.expect("few").body).expect("a text")
    }

    #[test]
    fn a_list_is_filtered_sorted_cut_and_counted() {
        let names = |it: &[&str]| {
            let all: Vec<_> = it.iter().map(|it| json!({ "name": it })).collect();
            Value::from(all).to_string()
        };
        assert_eq!(told("fields=name"), names(&["b", "a", "C"]));
        assert_eq!(told("fields=name&offset=1&size=1"), names(&["a"]));
        assert_eq!(told("fields=name&sort=name"), names(&["a", "b", "C"]));
        assert_eq!(told("fields=name&sort=date&size=2"), names(&["a", "b"]));
        assert_eq!(told("action=count"), r#"{"size":3}"#);
        assert_eq!(told("action=count&name=a,c"), r#"{"size":2}"#);
        assert_eq!(told("offset=9"), "[]");
    }
}
