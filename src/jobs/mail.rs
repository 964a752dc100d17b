//! Every mail whose time has come was handed to the post.

use std::sync::Arc;

use crate::services::duty::{Duty, Progress, Room};
use crate::services::{Bss, Error, mail};

/// The duty.
pub(super) struct Mails;

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
        let tried = mail::send_next(bss)?;
        Ok(Progress::of(tried, || format!("tried to send {tried} mails")))
    }
}
