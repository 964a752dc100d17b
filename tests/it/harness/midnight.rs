//! Tests over the clock of the machine: the first of a month may begin while they run, and bills with it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tillbox::domain::time::{Date, Zone};
use tillbox::world::clock::{Clock, MachineClock};

/// Tells a story that is true of one day: again from its beginning, if another day began in the middle of it.
pub(crate) fn within_a_day(story: fn()) {
    let began = days();
    if let Err(why) = catch_unwind(AssertUnwindSafe(story)) {
        if days() == began {
            resume_unwind(why);
        }
        story();
    }
}

/// What day it is for the house, and where the demo is at home.
fn days() -> [Date; 2] {
    let home = "Europe/Berlin".parse().expect("a zone");
    [Zone::UTC, home].map(|it| it.date_of(MachineClock.wall()))
}
