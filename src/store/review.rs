//! What buyers say and what sellers promise, as it is kept.

use uuid::Uuid;

use super::StoreError;
use super::codec::Key;
use super::record::record;
use super::tally::{Of, Part, rows};
use super::view::{KeyRange, View};
use crate::domain::id::{Id, OfferId, ReviewId, SlaId};
use crate::domain::review::{Reputation, Review, Sla};

record!(Review, ReviewId, "review", shape 1 unnumbered,
    /// `(offer, review)`.
    REVIEW_BY_OFFER = "by_offer" => |it, keys| {
        keys.push(Key::new().id(it.offer()).id(it.id));
    },
    /// `(offer, account, review)`: an account says it once.
    REVIEW_BY_BUYER = "by_buyer" => |it, keys| {
        keys.extend(it.stamp.owner.map(|owner| Key::new().id(it.offer()).id(owner).id(it.id)));
    },
    sums
    /// `(offer)`: how many reviews that are shown give one star, two, and so on.
    REVIEW_REPUTATION = "reputation" => |it, parts| {
        let counts = Reputation::of(it).counts.map(i64::try_from);
        let sums = counts.map(|it| it.unwrap_or(i64::MAX)).to_vec();
        parts.push(Part { key: Key::new().id(it.offer()), sums });
    },
);

record!(Sla, SlaId, "sla", shape 1 unnumbered,
    /// `(offer, promise)`: an offer has one.
    SLA_BY_OFFER = "by_offer" => |it, keys| {
        keys.push(Key::new().id(it.offer()).id(it.id));
    },
);

/// What all buyers together think of each offer of which something is said.
///
/// # Errors
/// If the engine fails or the sums cannot be read.
pub fn reputations(view: &dyn View) -> Result<Vec<(OfferId, Reputation)>, StoreError> {
    let unreadable = || StoreError::Unreadable { table: REVIEW_REPUTATION.0, source: None };
    let rows = rows::<Review>(view, REVIEW_REPUTATION, &KeyRange::all(), Of::All)?;
    let read = |row: &super::tally::Row| {
        let id = row.key.as_slice().try_into().map_err(|_| unreadable())?;
        let count = |place: usize| u64::try_from(row.sum(place)).unwrap_or(0);
        let counts = std::array::from_fn(count);
        Ok((OfferId::from_uuid(Uuid::from_bytes(id)), Reputation { counts }))
    };
    rows.iter().map(read).collect()
}

/// What all buyers together think of an offer.
///
/// # Errors
/// If the engine fails or the sums cannot be read.
pub fn reputation(view: &dyn View, offer: OfferId) -> Result<Reputation, StoreError> {
    let key = KeyRange::prefix(&Key::new().id(offer).bytes());
    let rows = rows::<Review>(view, REVIEW_REPUTATION, &key, Of::All)?;
    let count = |place: usize| rows.iter().map(|it| it.sum(place)).sum::<i64>();
    let counts = std::array::from_fn(|place| u64::try_from(count(place)).unwrap_or(0));
    Ok(Reputation { counts })
}
