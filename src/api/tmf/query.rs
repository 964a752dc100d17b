//! What a query says: which things are wanted, which of their attributes, in which order, and which
//! part of the list.

use std::collections::BTreeSet;

use super::filter::Filter;
use super::path::Path;
use crate::api::edge::cursor;
use crate::domain::error::Invalid;

/// A list has no more than this, whoever asks for more.
pub(super) const LIMIT_MAX: usize = 1000;
/// So many parameters a query has at most.
const PARAMETERS_MAX: usize = 200;

/// What a query says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// Which attributes are wanted; all if nothing is said.
    pub(super) fields: Option<Vec<Path>>,
    /// In which order.
    pub(super) sort: Vec<Order>,
    /// How many of the things that are wanted come before the list.
    pub(super) offset: usize,
    /// How long the list is at most.
    pub(super) limit: usize,
    /// Which things are wanted.
    pub(super) filter: Filter,
    /// Where a list is gone on with, if that is said.
    pub(super) from: Option<Place>,
    /// All that it says beside `offset`, `limit` and `cursor`, as it was written.
    pub(super) rest: String,
}

/// A place in a list that was walked up to there: the next part begins without a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// How many wanted things come before.
    pub(super) offset: usize,
    /// How many were wanted in all when the walk began.
    pub(super) total: usize,
    /// The key behind which it goes on.
    pub(super) after: Vec<u8>,
}

impl Place {
    /// It as the text of a cursor.
    pub(super) fn text(&self) -> String {
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).to_be_bytes();
        let numbers = [number(self.offset), number(self.total)].concat();
        cursor::text(&[numbers, self.after.clone()].concat())
    }

    fn read(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::one("cursor", "format", "must be that of a `next` link");
        let key = cursor::key(text).map_err(|_| refused())?;
        let (offset, rest) = key.split_first_chunk::<4>().ok_or_else(refused)?;
        let (total, after) = rest.split_first_chunk::<4>().ok_or_else(refused)?;
        let number = |it: &[u8; 4]| u32::from_be_bytes(*it) as usize;
        Ok(Self { offset: number(offset), total: number(total), after: after.to_vec() })
    }
}

/// Which attributes of a thing are wanted: all, if nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wanted(Option<BTreeSet<String>>);

impl Wanted {
    /// Whether an attribute is.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|it| it.contains(name))
    }

    /// The attributes in which some paths begin.
    pub(super) fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        Self(Some(paths.into_iter().map(|it| it.head().to_owned()).collect()))
    }
}

/// By what a list is sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) path: Path,
    pub(super) is_falling: bool,
}

impl Query {
    /// Reads what stands behind the question mark.
    pub(super) fn read(raw: &str) -> Result<Self, Invalid> {
        let mut query = Self {
            fields: None,
            sort: Vec::new(),
            offset: 0,
            limit: LIMIT_MAX,
            filter: Filter::default(),
            from: None,
            rest: String::new(),
        };
        if raw.split('&').count() > PARAMETERS_MAX {
            let message = format!("must have at most {PARAMETERS_MAX} parameters");
            return Err(Invalid::one("query", "range", message));
        }
        for part in raw.split('&').filter(|it| !it.is_empty()) {
            let Some((name, value)) = form_urlencoded::parse(part.as_bytes()).next() else {
                continue;
            };
            query.take(&name, &value)?;
            if !matches!(&*name, "offset" | "limit" | "cursor") {
                query.rest.push('&');
                query.rest.push_str(part);
            }
        }
        Ok(query)
    }

    /// Which attributes say whether a thing is in a list, and where.
    pub(super) fn decides(&self) -> Wanted {
        Wanted::of(self.filter.paths().chain(self.sort.iter().map(|it| &it.path)))
    }

    /// Which attributes of a thing are told.
    pub(super) fn told(&self) -> Wanted {
        self.fields.as_ref().map_or_else(Wanted::default, Wanted::of)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Invalid> {
        match name {
            "fields" => self.fields.get_or_insert_default().extend(paths(value)),
            "sort" => self.sort = orders(value)?,
            "offset" => self.offset = count(name, value)?,
            "limit" => self.limit = count(name, value)?.min(LIMIT_MAX),
            "cursor" => self.from = Some(Place::read(value)?),
            // How far references are followed is ours to say: not at all.
            "depth" | "expand" => {}
            "filter" => {
                let message = "expressions of JSONPath are not known here: say `attribute=value`";
                return Err(Invalid::one("filter", "unknown_parameter", message));
            }
            _ => self.filter.add(name, value)?,
        }
        Ok(())
    }
}

fn paths(value: &str) -> impl Iterator<Item = Path> + '_ {
    value.split(',').map(str::trim).filter(|it| *it != "none").filter_map(Path::read)
}

fn orders(value: &str) -> Result<Vec<Order>, Invalid> {
    let all = value.split(',').map(str::trim).filter(|it| !it.is_empty());
    let read = all.map(|it| {
        let refused = || Invalid::one("sort", "format", format!("`{it}` is no path of attributes"));
        Order::read(it).ok_or_else(refused)
    });
    read.collect()
}

fn count(name: &str, value: &str) -> Result<usize, Invalid> {
    let refused = || Invalid::one(name, "range", "must be a whole number from 0");
    value.trim().parse::<u32>().map(|it| it as usize).map_err(|_| refused())
}

impl Order {
    /// `+attribute`, where the plus may have become a blank, or `-attribute`.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (text, is_falling) = match text.strip_prefix('-') {
            Some(text) => (text, true),
            None => (text.trim_start_matches('+'), false),
        };
        Some(Self { path: Path::read(text)?, is_falling })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_what_part_of_what_list_is_wanted() {
        let query = Query::read("fields=a,b.c&fields=d&sort=-a,+b,c&offset=5&limit=10&id=7");
        let query = query.expect("right");
        let path = |it: &str| Path::read(it).expect("a path");
        assert_eq!(query.fields, Some(vec![path("a"), path("b.c"), path("d")]));
        let sort: Vec<_> = query.sort.iter().map(|it| (it.path.head(), it.is_falling)).collect();
        assert_eq!(sort, [("a", true), ("b", false), ("c", false)]);
        assert_eq!((query.offset, query.limit), (5, 10));
        assert_eq!(query.filter.only_id(), Some("7"));
        assert_eq!(query.rest, "&fields=a,b.c&fields=d&sort=-a,+b,c&id=7");
    }

    #[test]
    fn what_decides_is_looked_at_and_what_is_told_is_shown() {
        let query = Query::read("fields=a,b.c&sort=-d.e&f.g=1").expect("right");
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let of =
            |it: &Wanted| names.iter().filter(|name| it.has(name)).copied().collect::<String>();
        assert_eq!((of(&query.decides()), of(&query.told())), ("df".to_owned(), "ab".to_owned()));
        let all = Query::read("").expect("right");
        assert_eq!((of(&all.decides()), of(&all.told())), (String::new(), names.concat()));
    }

    #[test]
    fn a_cursor_reads_back_and_is_not_what_is_wanted() {
        let place = Place { offset: 20, total: 300, after: b"key".to_vec() };
        let query = Query::read(&format!("a=1&cursor={}", place.text())).expect("right");
        assert_eq!((query.from, query.rest.as_str()), (Some(place), "&a=1"));
    }

    #[test]
    fn the_least_a_query_says_is_nothing() {
        let query = Query::read("").expect("right");
        assert_eq!((query.offset, query.limit, query.fields), (0, LIMIT_MAX, None));
        let none = Query::read("fields=none&limit=5000").expect("right");
        assert_eq!((none.fields, none.limit), (Some(Vec::new()), LIMIT_MAX));
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for raw in [
            "cursor=x",
            "cursor=AAAA",
            "limit=x",
            "limit=-1",
            "offset=-1",
            "offset=a",
            "filter=$[?(@.a)]",
            "sort=a..b",
            "sort=name,-",
        ] {
            assert!(Query::read(raw).is_err(), "{raw}");
        }
        assert!(Query::read(&"a=b&".repeat(500)).is_err());
    }
}
