//! Proration by day: days used of the days the period has, both half-open.

use super::Share;
use crate::domain::time::Period;

/// The days of `used` over those of `full`, or `None` if it is not a part of it.
#[must_use]
pub fn share(used: Period, full: Period) -> Option<Share> {
    let is_part = full.start() <= used.start() && used.end() <= full.end();
    let (used, of) = (u32::try_from(used.days()).ok()?, u32::try_from(full.days()).ok()?);
    if is_part { Share::new(used, of) } else { None }
}
