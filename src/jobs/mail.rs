//! Every mail whose time has come was handed to the post.

use std::sync::{Arc, Mutex, PoisonError};

use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error, mail};

/// The duty. One thread sends at a time: another that looks meanwhile, because the clock is being
/// moved, would find the same mails still waiting and send them a second time.
#[derive(Default)]
pub(super) struct Mails {
    turn: Mutex<()>,
}

impl Duty for Mails {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn purpose(&self) -> &'static str {
        "Every mail whose time has come was handed to the post"
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = mail::send_next(bss)?;
        Ok(Progress::of(tried, || format!("tried to send {}", counted(tried, "mail"))))
    }
}
