//! Pages by number: `_pageNumber` from 1, `_pageSize` of 25 if nothing is said and 100 at most.

use super::error::Said;
use super::message;
use crate::domain::page::{Page, PageRequest};
use crate::services::Error;

const SIZE_DEFAULT: usize = 25;
const SIZE_MAX: usize = 100;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    number: usize,
    size: usize,
}

impl Wanted {
    /// What the parameters of a query say.
    pub(super) fn read(number: Option<&str>, size: Option<&str>) -> Result<Self, Said> {
        let whole = |name: &str, text: Option<&str>, default: usize| match text {
            None => Ok(default),
            Some(text) => match text.trim().parse::<u32>() {
                Ok(count) if count > 0 => Ok(count as usize),
                _ => Err(message::VALUE_INVALID.with([text, name])),
            },
        };
        let number = whole("_pageNumber", number, 1)?;
        let size = whole("_pageSize", size, SIZE_DEFAULT)?;
        if size > SIZE_MAX {
            return Err(message::PAGE_TOO_LARGE.with([&SIZE_MAX.to_string()]));
        }
        Ok(Self { number, size })
    }

    /// The part of what `list` gives, page by page of ours, the oldest first.
    pub(super) fn of<T>(
        self,
        list: impl FnMut(&PageRequest) -> Result<Page<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Stretch::of(self);
        found.take_from(list)?;
        Ok(found.items)
    }

    /// The part of what is there as a whole.
    pub(super) fn of_all<T>(self, all: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut found = Stretch::of(self);
        all.into_iter().for_each(|it| found.offer(it));
        found.items
    }
}

/// A page that is being filled from several lists, one after the other.
pub(super) struct Stretch<T> {
    skip: usize,
    size: usize,
    /// What is on the page so far.
    pub(super) items: Vec<T>,
}

impl<T> Stretch<T> {
    /// A page with nothing on it yet.
    pub(super) fn of(Wanted { number, size }: Wanted) -> Self {
        Self { skip: (number - 1).saturating_mul(size), size, items: Vec::new() }
    }

    /// Puts the next thing on the page, unless it belongs on another.
    pub(super) fn offer(&mut self, it: T) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.items.len() < self.size {
            self.items.push(it);
        }
    }

    /// Goes on with what `list` gives, until the page is full.
    pub(super) fn take_from(
        &mut self,
        mut list: impl FnMut(&PageRequest) -> Result<Page<T>, Error>,
    ) -> Result<(), Error> {
        let most = self.skip.saturating_add(self.size).min(PageRequest::LIMIT_MAX);
        let mut request = PageRequest::oldest(most);
        while self.items.len() < self.size {
            let page = list(&request)?;
            page.items.into_iter().for_each(|it| self.offer(it));
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of numbers, of which ours come in pages of `limit`, at most seven each.
    fn numbers(request: &PageRequest) -> Result<Page<usize>, Error> {
        let from = request.after.as_ref().map_or(0, |it| usize::from(it[0]));
        let until = (from + request.limit.min(7)).min(60);
        let next = (until < 60).then(|| vec![u8::try_from(until).expect("a byte")]);
        Ok(Page { items: (from..until).collect(), next })
    }

    #[test]
    fn pages_are_counted_from_one_and_end_with_the_list() {
        let of = |number: &str, size: &str| {
            let wanted = Wanted::read(Some(number), Some(size)).expect("a page");
            assert_eq!(wanted.of(numbers).expect("numbers"), wanted.of_all(0..60));
            wanted.of(numbers).expect("numbers")
        };
        assert_eq!(of("1", "3"), [0, 1, 2]);
        assert_eq!(of("2", "25"), (25..50).collect::<Vec<_>>());
        assert_eq!(of("3", "25"), (50..60).collect::<Vec<_>>());
        assert_eq!(of("4", "25"), Vec::<usize>::new());
        assert_eq!(of("4294967295", "100"), Vec::<usize>::new());
        let default = Wanted::read(None, None).expect("a page");
        assert_eq!(default, Wanted { number: 1, size: 25 });
    }

    #[test]
    fn what_is_no_page_is_refused_with_its_parameter() {
        let told = |number, size| Wanted::read(number, size).expect_err("refused");
        assert_eq!(told(Some("0"), None), message::VALUE_INVALID.with(["0", "_pageNumber"]));
        assert_eq!(told(None, Some("-1")), message::VALUE_INVALID.with(["-1", "_pageSize"]));
        assert_eq!(told(None, Some("many")), message::VALUE_INVALID.with(["many", "_pageSize"]));
        assert_eq!(told(None, Some("101")), message::PAGE_TOO_LARGE.with(["100"]));
        assert!(Wanted::read(None, Some("100")).is_ok());
    }
}
