//! Turns: one thread at a time writes to a store, or reopens it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turns {
    turn: Mutex<()>,
    holder: Mutex<Option<ThreadId>>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    _held: MutexGuard<'a, ()>,
}

impl Turns {
    /// Waits for the turn; `None` if this thread has it, and would wait for itself.
    pub(super) fn take(&self) -> Option<Turn<'_>> {
        let me = Some(thread::current().id());
        if *self.holder() == me {
            return None;
        }
        let held = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *self.holder() = me;
        Some(Turn { turns: self, _held: held })
    }

    fn holder(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.turns.holder() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_does_not_wait_for_itself() {
        let turns = Turns::default();
        let turn = turns.take();
        assert!(turn.is_some() && turns.take().is_none());
        drop(turn);
        assert!(turns.take().is_some(), "the turn was given back");
    }
}
