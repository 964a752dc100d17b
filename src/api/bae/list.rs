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

/// Whether an attribute is wanted.
pub(super) type Wants<'a> = &'a dyn Fn(&str) -> bool;

/// How a thing is shown: as a whole.
pub(super) struct Whole<F>(pub(super) F);

/// How a thing is shown where some attributes cost more than others: of which attributes one is asked,
/// those alone need be there.
pub(super) struct ByName<F>(pub(super) F);

/// How things of a list are shown.
pub(super) trait Show<T> {
    /// A thing with the attributes that are wanted at least.
    ///
    /// # Errors
    /// If the store fails.
    fn show(&self, it: &T, wants: Wants<'_>) -> Result<Tree, Error>;
}

impl<T, F: Fn(&T) -> Result<Tree, Error>> Show<T> for Whole<F> {
    fn show(&self, it: &T, _: Wants<'_>) -> Result<Tree, Error> {
        (self.0)(it)
    }
}

impl<T, F: Fn(&T, Wants<'_>) -> Result<Tree, Error>> Show<T> for ByName<F> {
    fn show(&self, it: &T, wants: Wants<'_>) -> Result<Tree, Error> {
        (self.0)(it, wants)
    }
}

/// The answer with what is wanted of a list that is given page by page, the oldest first. It is counted
/// and cut before it is shown: a thing that is not in the answer is shown as far as it is looked into
/// to be filtered or sorted, and not at all if nothing of that is wanted.
///
/// # Errors
/// Those of the list and of showing; 400 if more would have to be sorted than we sort.
pub(super) fn listed<T>(
    (of, wanted): (&Listed, &Wanted),
    mut list: impl FnMut(&PageRequest) -> Result<Page<T>, Error>,
    show: impl Show<T>,
) -> Result<Answer, Error> {
    let mut found = Found { of, wanted, total: 0, items: Vec::new() };
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let some = list(&page)?;
        for it in some.items {
            found.offer(it, &show)?;
        }
        page.after = some.next;
        if page.after.is_none() {
            return found.answer(&show);
        }
    }
}

/// The answer with what is wanted of a list that is there as a whole.
///
/// # Errors
/// 400 if more would have to be sorted than we sort.
pub(super) fn listed_all(wanted: (&Listed, &Wanted), all: Vec<Tree>) -> Result<Answer, Error> {
    let mut all = Some(all);
    let list = |_: &PageRequest| Ok(Page { items: all.take().unwrap_or_default(), next: None });
    listed(wanted, list, Whole(|it: &Tree| Ok(it.clone())))
}

/// What was found so far: each thing that may be in the answer, with what it is sorted by.
struct Found<'a, T> {
    of: &'a Listed,
    wanted: &'a Wanted,
    total: usize,
    items: Vec<(String, T)>,
}

impl<T> Found<'_, T> {
    fn offer(&mut self, it: T, show: &impl Show<T>) -> Result<(), Error> {
        let mut key = String::new();
        if self.wanted.looks_into() {
            let looked_at = |name: &str| self.wanted.looks_at(self.of, name);
            let shown = show.show(&it, &looked_at)?;
            if !self.wanted.accepts(self.of, &shown) {
                return Ok(());
            }
            key = self.wanted.sorts_by(self.of).map(|by| text(&shown, by)).unwrap_or_default();
        }
        let place = self.total;
        self.total += 1;
        let Wanted { sort, offset, size, counts, .. } = self.wanted;
        let is_in = (*offset..offset.saturating_add(*size)).contains(&place);
        if !counts && (sort.is_some() || is_in) {
            self.items.push((key, it));
        }
        if self.items.len() > SORTED_MAX {
            let message = format!("sorts at most {SORTED_MAX} things: filter them first");
            return Err(Invalid::one("sort", "range", message).into());
        }
        Ok(())
    }

    fn answer(mut self, show: &impl Show<T>) -> Result<Answer, Error> {
        let Wanted { sort, offset, size, counts, .. } = *self.wanted;
        if counts {
            return Ok(wire::counted(self.total));
        }
        let (offset, order): (_, fn(&str, &str) -> Ordering) = match sort {
            None => (0, |_, _| Ordering::Equal),
            Some("name") => (offset, |one, other| one.cmp(other)),
            Some(_) => (offset, |one, other| other.cmp(one)),
        };
        self.items.sort_by(|one, other| order(&one.0, &other.0));
        let fields = self.wanted.fields.as_deref();
        let is_shown = |name: &str| fields.is_none_or(|all| all.iter().any(|it| it == name));
        let part = self.items.iter().skip(offset).take(size);
        let part = part.map(|it| show.show(&it.1, &is_shown)).collect::<Result<_, _>>()?;
        Ok(wire::listed(part, fields, self.total))
    }
}

/// What is said as text, whatever its case.
fn text(of: &Tree, name: &str) -> String {
    let it = of.get(name).and_then(Value::as_str).unwrap_or_default();
    folded(it).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;
    use crate::api::bae::query::Query;

    const ALL: [(&str, &str); 3] = [("b", "2026-01-02"), ("a", "2026-01-03"), ("C", "2026-01-01")];

    /// The answer to a query, and how many things were shown for it.
    fn asked(raw: &str) -> (String, usize) {
        let (of, count) = (Listed::PLAIN, Cell::new(0));
        let wanted = Query::read(raw).and_then(|it| it.list(&of)).expect(raw);
        let show = |(name, at): &(&str, &str)| {
            count.set(count.get() + 1);
            Ok(wire::tree(json!({ "name": name, "lastUpdate": at })))
        };
        let list = |_: &PageRequest| Ok(Page { items: ALL.to_vec(), next: None });
        let answer = listed((&of, &wanted), list, Whole(show)).expect("few");
        (String::from_utf8(answer.body).expect("a text"), count.get())
    }

    fn told(raw: &str) -> String {
        asked(raw).0
    }

    #[test]
    fn what_is_not_in_the_answer_is_not_shown() {
        let shown = |raw| asked(raw).1;
        assert_eq!(shown("action=count"), 0, "to be counted nothing is shown");
        assert_eq!(shown("offset=1&size=1"), 1, "nor what comes before and after");
        assert_eq!(shown("action=count&name=a"), 3, "but for what is looked into");
        assert_eq!(shown("sort=date&size=1"), 3 + 1);
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
