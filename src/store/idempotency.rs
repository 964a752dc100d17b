//! Idempotency keys: what was answered to a request, kept for 24 hours with the change itself.
//!
//! The same request sent again has one effect and the same answer. The hours are of wall time.

use std::ops::{Bound, ControlFlow};

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::batch::Batch;
use super::check::{self, Report};
use super::codec::{self, Key};
use super::view::{KeyRange, Table, View};
use crate::domain::page::PageOrder;
use crate::domain::time::Instant;

const KEYS: Table = Table("idempotency");
const BY_EXPIRY: Table = Table("idempotency/by_expiry");

pub(super) const TABLES: &[Table] = &[KEYS, BY_EXPIRY];

/// How long an answer is kept.
pub const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// An answer that was given under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The digest of the request; another request under the same key is refused.
    pub request: [u8; 32],
    /// Wall time until which it is kept.
    pub until: Instant,
    /// The answer as it went out.
    pub answer: Vec<u8>,
}

/// What was answered under a key, whose digest includes who sent it.
///
/// # Errors
/// If the engine fails.
pub fn find(view: &(impl View + ?Sized), key: &[u8; 32]) -> Result<Option<Kept>, StoreError> {
    let bytes = view.value(KEYS, key)?;
    bytes.map(|it| read(&it)).transpose()
}

/// Whether any answer is kept whose time is over at `wall`.
///
/// # Errors
/// If the engine fails.
pub fn is_any_over(view: &(impl View + ?Sized), wall: Instant) -> Result<bool, StoreError> {
    Ok(!over(view, wall, 1)?.is_empty())
}

/// The entries of up to `limit` answers whose time is over at `wall`.
fn over(
    view: &(impl View + ?Sized),
    wall: Instant,
    limit: usize,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let to = Bound::Excluded(Key::new().instant(wall).bytes());
    let range = KeyRange { from: Bound::Unbounded, to };
    let mut over = Vec::new();
    view.scan(BY_EXPIRY, &range, PageOrder::Rising, &mut |key, _| {
        over.push(key.to_vec());
        let full = over.len() >= limit;
        Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(over)
}

impl Batch<'_> {
    /// Keeps an answer under a key, in place of one whose time is over.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn keep_answer(&mut self, key: &[u8; 32], kept: &Kept) -> Result<(), StoreError> {
        if let Some(before) = self.insert(KEYS, key, &codec::encode(1, kept))? {
            self.remove(BY_EXPIRY, &expiry(key, &read(&before)?))?;
        }
        self.insert(BY_EXPIRY, &expiry(key, kept), &[]).map(|_| ())
    }

    /// Forgets up to `limit` answers whose time is over at `wall` and returns how many.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn forget_answers(&mut self, wall: Instant, limit: usize) -> Result<usize, StoreError> {
        let over = over(self, wall, limit)?;
        for expiry in &over {
            self.remove(BY_EXPIRY, expiry)?;
            self.remove(KEYS, expiry.get(8..).unwrap_or_default())?;
        }
        Ok(over.len())
    }
}

fn read(bytes: &[u8]) -> Result<Kept, StoreError> {
    codec::decode(KEYS.0, bytes.get(1..).unwrap_or_default())
}

fn expiry(key: &[u8], kept: &Kept) -> Vec<u8> {
    Key::new().instant(kept.until).raw(key).bytes()
}

/// Each kept answer must be readable and expire once.
pub(super) fn check(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut unreadable = Vec::new();
    check::derived(view, (KEYS, BY_EXPIRY), report, &mut |key, value| match read(value) {
        Ok(kept) => Some(expiry(key, &kept)),
        Err(error) => {
            unreadable.push(format!("{}: {error}", check::shown(key)));
            None
        }
    })?;
    unreadable.into_iter().for_each(|it| report.find(KEYS, it));
    Ok(())
}
