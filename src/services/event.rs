//! What happened, as others are told of it: the thing as it was then, and a name for the telling.

use super::Error;
use crate::domain::event::Fact;
use crate::store::{Record, record};

/// The thing that one side of a fact keeps, as it was then.
///
/// # Errors
/// If it was written in a shape that is no longer known.
pub fn read<R: Record>(side: &[u8]) -> Result<R, Error> {
    Ok(record::decode(side)?)
}

/// The id under which a fact is told: the same however often and to whomever, and another for
/// whatever is told after an older store was put back.
#[must_use]
pub fn id(fact: &Fact) -> String {
    format!("evt_{:x}_{}", fact.at.micros(), fact.sequence)
}
