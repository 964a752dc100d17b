//! A post that keeps what it is given, for tests and for what must reach nobody; it fails on order.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::{Letter, Post, PostError};
use crate::domain::time::Instant;

/// How the next letter shall fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It is refused for good.
    Refused,
    /// It is not taken this time.
    Later,
}

/// A post that keeps letters in memory.
#[derive(Debug, Default)]
pub struct ScriptedPost {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<(Instant, Letter)>,
    mishaps: VecDeque<Mishap>,
}

impl ScriptedPost {
    /// Lets the next letter that has no mishap waiting yet fail.
    pub fn fail(&self, mishap: Mishap) {
        self.state.lock().expect("nothing panics while it is held").mishaps.push_back(mishap);
    }

    /// The letters that were taken, with their dates, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<(Instant, Letter)> {
        self.state.lock().expect("nothing panics while it is held").sent.clone()
    }
}

impl Post for ScriptedPost {
    fn send(&self, letter: &Letter, at: Instant) -> Result<(), PostError> {
        let mut state = self.state.lock().expect("nothing panics while it is held");
        match state.mishaps.pop_front() {
            Some(Mishap::Refused) => Err(PostError::Refused("as the script says".into())),
            Some(Mishap::Later) => Err(PostError::Later("as the script says".into())),
            None => {
                state.sent.push((at, letter.clone()));
                Ok(())
            }
        }
    }

    fn reaches_people(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::mail::letter;

    #[test]
    fn mishaps_come_in_the_order_they_were_asked_for_and_then_letters_are_taken() {
        let at = Instant::from_micros(0).expect("the epoch");
        let post = ScriptedPost::default();
        post.fail(Mishap::Later);
        post.fail(Mishap::Refused);
        assert!(matches!(post.send(&letter("a@b"), at), Err(PostError::Later(_))));
        assert!(matches!(post.send(&letter("a@b"), at), Err(PostError::Refused(_))));
        post.send(&letter("a@b"), at).expect("no more mishaps");
        assert_eq!(post.sent(), [(at, letter("a@b"))]);
    }
}
