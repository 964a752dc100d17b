//! Every source of usage was asked for what is new when it was time.

use std::sync::Arc;

use crate::domain::time::Instant;
use crate::services::dialect::Dialect;
use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Cx, Error, usage};

/// The duty.
pub(super) struct UsageSources {
    dialects: Arc<[Box<dyn Dialect>]>,
}

impl UsageSources {
    pub(super) fn new(dialects: Arc<[Box<dyn Dialect>]>) -> Self {
        Self { dialects }
    }
}

impl Duty for UsageSources {
    fn name(&self) -> &'static str {
        "usage_sources"
    }

    fn purpose(&self) -> &'static str {
        "Every source of usage was asked for what is new when it was time"
    }

    fn refused(&self, cx: Cx<'_>) -> Result<Option<(Instant, String)>, Error> {
        usage::missed_source(cx)
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let Some((seller, source)) = usage::due_source(bss)? else { return Ok(Progress::Idle) };
        let code = source.code.clone();
        let read = |body: &[u8]| {
            let none = || Error::internal("no contract reads usage");
            self.dialects.iter().find_map(|it| it.usage(body)).unwrap_or_else(|| Err(none()))
        };
        let asked = usage::pull_source(bss, (seller, source), &read)?;
        Ok(Progress::of(u64::from(asked), || format!("asked `{code}`")))
    }
}
