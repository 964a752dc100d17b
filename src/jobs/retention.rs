//! Nothing is kept longer than it is for: answers and files of catalogues for a day, keys that are over and
//! what came of those files for a month. Facts are kept.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::time::Instant;
use crate::services::asset::content;
use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error, catalog_file, maintenance};

/// Lists are gone through so often, in seconds of wall time; what is over is over, so that nothing
/// is lost by a look that comes late.
const LOOK_SECONDS: i64 = 60 * 60;

/// The duty. Its memory only saves looks.
#[derive(Default)]
pub(super) struct Retention {
    looked_at: Mutex<Option<Instant>>,
}

impl Duty for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    fn purpose(&self) -> &'static str {
        "Nothing is kept longer than it is for"
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let answers = maintenance::forget_answers(bss)?;
        if !self.is_time(bss.moment().wall) {
            return Ok(Progress::of(answers, || format!("forgot {answers} answers")));
        }
        let (keys, uploads) = (maintenance::forget_keys(bss)?, content::forget_unfinished(bss)?);
        let files = catalog_file::forget_old(bss)?;
        Ok(Progress::of(answers + keys + uploads + files, || {
            format!(
                "forgot {answers} answers, {keys} keys, {uploads} unfinished uploads and {files} old files"
            )
        }))
    }
}

impl Retention {
    fn is_time(&self, wall: Instant) -> bool {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = looked_at.is_none_or(|it| wall.seconds_since(it) >= LOOK_SECONDS);
        if is_time {
            *looked_at = Some(wall);
        }
        is_time
    }
}
