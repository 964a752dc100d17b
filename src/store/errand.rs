//! Errands: when something was asked for that a duty does, by seller, so that nobody asks for too much.

use std::ops::{Bound, ControlFlow};

use super::StoreError;
use super::batch::Batch;
use super::codec::Key;
use super::view::{KeyRange, Table, View};
use crate::domain::id::DocumentId;
use crate::domain::page::PageOrder;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;

/// `(seller, wall time, document)`, of those that were asked for not long ago.
const ASKED: Table = Table("errand/asked");

pub(super) const TABLES: &[Table] = &[ASKED];

fn keys(
    view: &(impl View + ?Sized),
    range: &KeyRange,
    most: usize,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut found = Vec::new();
    view.scan(ASKED, range, PageOrder::Rising, &mut |key, _| {
        found.push(key.to_vec());
        let is_full = found.len() >= most;
        Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

impl Batch<'_> {
    /// Notes that a seller has asked for an errand now, and how many it has asked for since a moment of
    /// wall time with it, as far as `most`. What was asked for before that is forgotten.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn note_errand(
        &mut self,
        (seller, id): (SellerNumber, DocumentId),
        (since, now): (Instant, Instant),
        most: usize,
    ) -> Result<usize, StoreError> {
        let of = || Key::new().u32(seller.0);
        let since = of().instant(since).bytes();
        let before =
            KeyRange { from: Bound::Included(of().bytes()), to: Bound::Excluded(since.clone()) };
        for key in keys(self, &before, most)? {
            self.unset(ASKED, &key)?;
        }
        self.set(ASKED, &of().instant(now).id(id).bytes(), &[])?;
        let all = KeyRange { from: Bound::Included(since), ..KeyRange::prefix(&of().bytes()) };
        Ok(keys(self, &all, most)?.len())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::store::{Commit, Store};

    #[test]
    fn what_a_seller_asked_for_is_counted_for_a_time_and_by_seller() {
        let store = Store::memory().expect("memory");
        let noted = |seller: u32, id: u128, at: i64| {
            let instant = |it| Instant::from_micros(it).expect("in range");
            let within = (instant(at - 100), instant(at));
            let of = (SellerNumber(seller), DocumentId::from_uuid(Uuid::from_u128(id)));
            let written = store
                .transact(|mut batch| Ok((batch.note_errand(of, within, 4)?, Commit::Durable)));
            written.expect("written")
        };
        let told = [(1, 0), (1, 50), (2, 60), (1, 99), (1, 100), (1, 101), (1, 102), (1, 103)];
        let told: Vec<_> = told.iter().zip(1..).map(|((of, at), id)| noted(*of, id, *at)).collect();
        assert_eq!(told, [1, 2, 1, 3, 4, 4, 4, 4]);
        assert_eq!(noted(1, 9, 1000), 1, "all of before are too old");
        assert_eq!(noted(1, 10, 1001), 2);
    }
}
