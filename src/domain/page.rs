//! Pages: how much of a list is wanted, and where the last answer stopped.

/// A bounded part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many rows at most: 1 to [`PageRequest::LIMIT_MAX`].
    pub limit: usize,
    /// The key of the last row of the page before; nothing for the first page.
    pub after: Option<Vec<u8>>,
    /// Which end of the list comes first.
    pub order: PageOrder,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageOrder {
    /// By rising key: the oldest first.
    Rising,
    /// By falling key: the newest first.
    Falling,
}

impl PageRequest {
    /// No list is longer than this.
    pub const LIMIT_MAX: usize = 1000;
    /// How long a list is if nobody says.
    pub const LIMIT_DEFAULT: usize = 50;

    /// The first `limit` rows, newest first.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self { limit: limit.clamp(1, Self::LIMIT_MAX), after: None, order: PageOrder::Falling }
    }

    /// The first `limit` rows, oldest first.
    #[must_use]
    pub fn oldest(limit: usize) -> Self {
        Self { order: PageOrder::Rising, ..Self::first(limit) }
    }
}

/// The part of a list that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Vec<u8>>,
}

impl<T> Page<T> {
    /// The same page with each row made into something else.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}
