//! The duties of the house, and the threads that keep them.
//!
//! What a duty is stands at [`services::duty`](crate::services::duty). Here is each of them, by
//! name, and when it runs: after every commit that may have made work, and when time has made some.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::services::duty::{self, Duty, Room};
use crate::services::{Bss, Error};

/// How long a duty waits for a commit before it looks whether time has made work.
const PATIENCE: Duration = Duration::from_secs(1);

/// All duties, in the order in which they run at one instant.
#[must_use]
pub fn all() -> Vec<Box<dyn Duty>> {
    Vec::new()
}

/// The threads that keep the duties; they end when this is dropped.
pub struct Workers {
    bss: Arc<Bss>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts the threads: one for all that is done inside the house, one for each window.
///
/// # Errors
/// If the machine gives no thread.
pub fn start(bss: &Arc<Bss>) -> Result<Workers, Error> {
    let mut workers = Workers { bss: Arc::clone(bss), threads: Vec::new() };
    workers.spawn("duties", duty::keep_inside)?;
    for (place, duty) in bss.duties().iter().enumerate() {
        if duty.room() == Room::Window {
            workers.spawn(duty.name(), move |bss| {
                duty::run(bss.duties()[place].as_ref(), bss).map(|_| ())
            })?;
        }
    }
    Ok(workers)
}

impl Workers {
    fn spawn(
        &mut self,
        name: &'static str,
        work: impl Fn(&Arc<Bss>) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let bss = Arc::clone(&self.bss);
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || keep(&bss, name, &work)).map_err(Error::internal)?;
        self.threads.push(thread);
        Ok(())
    }
}

fn keep(bss: &Arc<Bss>, name: &str, work: &dyn Fn(&Arc<Bss>) -> Result<(), Error>) {
    let mut seen = bss.commits();
    while !bss.is_stopped() {
        if let Err(error) = work(bss) {
            let error: &dyn std::error::Error = &error;
            tracing::error!(duty = name, error, "a duty could not be kept");
        }
        seen = bss.await_commit(seen, PATIENCE);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.bss.stop();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
