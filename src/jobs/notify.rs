//! Every occasion for a mail has its mail in the queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, notification};

/// The duty. Its memory only saves looks: how far the mails have come stands in the store.
#[derive(Default)]
pub(super) struct Notify {
    looked_to: AtomicU64,
}

impl Duty for Notify {
    fn name(&self) -> &'static str {
        "notify"
    }

    fn purpose(&self) -> &'static str {
        "Every occasion for a mail has its mail in the queue"
    }

    fn room(&self) -> Room {
        Room::Inside
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        loop {
            let fired = notification::fire(bss, self.looked_to.load(Ordering::Relaxed))?;
            self.looked_to.fetch_max(fired.looked_to, Ordering::Relaxed);
            if fired.queued > 0 || fired.looked_at == 0 {
                return Ok(Progress::of(fired.queued, || {
                    format!("queued {}", counted(fired.queued, "mail"))
                }));
            }
        }
    }
}
