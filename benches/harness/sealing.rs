//! Sealing beside what takes events, as the duty that it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tillbox::services::{Bss, duty};

/// A thread that seals whatever is full.
pub(crate) struct Sealing {
    is_open: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Sealing {
    pub(crate) fn begin(bss: &Arc<Bss>) -> Self {
        let is_open = Arc::new(AtomicBool::new(true));
        let thread = {
            let (bss, is_open) = (Arc::clone(bss), Arc::clone(&is_open));
            thread::spawn(move || {
                let sealing = bss.duties().iter().find(|it| it.name() == "usage").unwrap();
                while is_open.load(Ordering::Relaxed) {
                    duty::run(sealing.as_ref(), &bss).unwrap();
                    thread::park_timeout(Duration::from_millis(5));
                }
            })
        };
        Self { is_open, thread }
    }

    /// Lets it end, once it has sealed what was full.
    pub(crate) fn end(self) {
        self.is_open.store(false, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}
