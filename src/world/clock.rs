//! Wall time: the only reading of the machine's clock in the house.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::time::Instant;

/// Something that knows what time it is on the wall.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn wall(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct MachineClock;

impl Clock for MachineClock {
    fn wall(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
        let now = chrono::Utc::now();
        Instant::from_chrono(now)
    }
}

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct ScriptedClock {
    micros: AtomicI64,
}

impl ScriptedClock {
    /// A clock that stands at a moment.
    #[must_use]
    pub const fn at(start: Instant) -> Self {
        Self { micros: AtomicI64::new(start.micros()) }
    }

    /// Moves the clock to a moment, forwards or backwards.
    pub fn set(&self, to: Instant) {
        self.micros.store(to.micros(), Ordering::SeqCst);
    }
}

impl Clock for ScriptedClock {
    fn wall(&self) -> Instant {
        let micros = self.micros.load(Ordering::SeqCst);
        Instant::from_micros(micros).expect("it was made from an instant")
    }
}
