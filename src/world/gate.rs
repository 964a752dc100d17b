//! Gates: so many are inside at once, a few more wait, and who comes then is sent away: what many may ask
//! for, and what takes long, must not take all threads there are.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

/// So many are waiting that one more would wait too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many are waiting")]
pub struct Busy;

/// Lets in a few at a time.
#[derive(Debug)]
pub struct Gate {
    inside_max: usize,
    waiting_max: usize,
    count: Mutex<Count>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Count {
    inside: usize,
    waiting: usize,
}

impl Gate {
    /// A gate with so many places inside, and so many to wait: who waits holds its thread.
    #[must_use]
    pub fn new(inside_max: usize, waiting_max: usize) -> Self {
        Self { inside_max, waiting_max, count: Mutex::default(), left: Condvar::new() }
    }

    /// Waits for a place inside, which is free again when the turn is dropped.
    ///
    /// # Errors
    /// If too many are waiting.
    pub fn enter(&self) -> Result<Turn<'_>, Busy> {
        let mut count = self.count();
        if count.inside == self.inside_max && count.waiting == self.waiting_max {
            return Err(Busy);
        }
        count.waiting += 1;
        let is_full = |it: &mut Count| it.inside == self.inside_max;
        let waited = self.left.wait_while(count, is_full);
        let mut count = waited.unwrap_or_else(PoisonError::into_inner);
        count.waiting -= 1;
        count.inside += 1;
        Ok(Turn(self))
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place inside, until it is dropped.
#[derive(Debug)]
pub struct Turn<'a>(&'a Gate);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.count().inside -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn no_more_get_in_at_once_than_there_are_places() {
        let gate = Gate::new(2, 100);
        let inside = AtomicUsize::new(0);
        let visit = || {
            let _turn = gate.enter().expect("room to wait");
            let met = inside.fetch_add(1, Ordering::SeqCst);
            thread::yield_now();
            inside.fetch_sub(1, Ordering::SeqCst);
            met + 1
        };
        let visits = || (0..200).map(|_| visit()).max().unwrap_or_default();
        let most = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(visits)).collect();
            threads.into_iter().map(|it| it.join().expect("a thread ended")).max()
        });
        assert!(most <= Some(2), "{most:?}");
        let _both = (gate.enter().expect("the first"), gate.enter().expect("the second"));
    }

    #[test]
    fn who_would_wait_too_long_is_sent_away_and_may_come_again() {
        let gate = Gate::new(1, 0);
        let turn = gate.enter().expect("a place");
        assert_eq!(gate.enter().err(), Some(Busy));
        drop(turn);
        assert!(gate.enter().is_ok());
    }
}
