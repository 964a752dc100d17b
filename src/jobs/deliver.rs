//! Every listener has heard what it wants to hear.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::id::ListenerId;
use crate::services::delivery::{self, Waiting};
use crate::services::dialect::Dialect;
use crate::services::duty::{Duty, Progress, Room, counted};
use crate::services::{Bss, Error};

/// So many listeners are called at once.
const HANDS: usize = 8;
/// So many of these may be listeners that did not answer the last time: who answers is not to wait
/// for those who do not.
const TROUBLED_HANDS: usize = HANDS / 2;

/// The duty. Its memory only saves looks and keeps two hands off one listener: how far each has
/// been told stands in the store.
pub(super) struct Deliver {
    dialects: Arc<[Box<dyn Dialect>]>,
    line: Mutex<Line>,
}

/// Who is being called, and up to where the log was looked at for whom.
#[derive(Default)]
struct Line {
    called: BTreeMap<ListenerId, Waiting>,
    looked_to: BTreeMap<ListenerId, u64>,
}

impl Deliver {
    pub(super) fn new(dialects: Arc<[Box<dyn Dialect>]>) -> Self {
        Self { dialects, line: Mutex::default() }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Duty for Deliver {
    fn name(&self) -> &'static str {
        "deliver"
    }

    fn purpose(&self) -> &'static str {
        "Every listener has heard what it wants to hear"
    }

    fn room(&self) -> Room {
        Room::Window
    }

    fn hands(&self) -> usize {
        HANDS
    }

    fn step(&self, bss: &Arc<Bss>) -> Result<Progress, Error> {
        let mut delivered = 0;
        loop {
            let (waiting, last) = delivery::waiting(bss)?;
            let Some((next, from)) = self.line().take(&waiting, last) else { break };
            let told = delivery::tell(bss, (next.id, from), &self.dialects);
            let mut line = self.line();
            line.called.remove(&next.id);
            let turn = told?;
            line.looked_to.insert(next.id, turn.looked_to);
            delivered += turn.delivered;
            if delivered > 0 {
                break;
            }
        }
        Ok(Progress::of(delivered, || format!("delivered {}", counted(delivered, "event"))))
    }
}

impl Line {
    /// The listener whose turn it is, and from where the log is to be looked at for it: of those
    /// that nobody calls and for whom there may be something, the one that has waited longest; who
    /// did not answer the last time comes after all others.
    fn take(&mut self, waiting: &[Waiting], last: u64) -> Option<(Waiting, u64)> {
        let known: BTreeSet<_> = waiting.iter().map(|it| it.id).collect();
        self.looked_to.retain(|id, _| known.contains(id));
        let troubled = self.called.values().filter(|it| it.is_troubled).count();
        let from =
            |it: &Waiting| it.cursor.max(self.looked_to.get(&it.id).copied().unwrap_or_default());
        let is_free = |it: &&Waiting| {
            let is_let = !it.is_troubled || troubled < TROUBLED_HANDS;
            is_let && !self.called.contains_key(&it.id) && from(it) < last
        };
        let first = |it: &&Waiting| (it.is_troubled, it.attempted_at, it.id);
        let next = *waiting.iter().filter(is_free).min_by_key(first)?;
        let from = from(&next);
        self.called.insert(next.id, next);
        Some((next, from))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::time::Instant;

    fn id(number: u128) -> ListenerId {
        ListenerId::from_uuid(Uuid::from_u128(number))
    }

    fn waiting(number: u128, cursor: u64, trouble: bool, called_at: Option<i64>) -> Waiting {
        let attempted_at = called_at.and_then(Instant::from_micros);
        Waiting { id: id(number), cursor, is_troubled: trouble, attempted_at }
    }

    /// In which order listeners are called if no call ever ends.
    fn order(line: &mut Line, all: &[Waiting]) -> Vec<u128> {
        std::iter::from_fn(|| line.take(all, 10)).map(|it| it.0.id.uuid().as_u128()).collect()
    }

    #[test]
    fn who_has_waited_longest_is_called_first_and_nobody_by_two_hands() {
        let all = [
            waiting(1, 0, false, Some(30)),
            waiting(2, 0, false, None),
            waiting(3, 0, true, Some(1)),
            waiting(4, 0, false, Some(20)),
            waiting(5, 10, false, None),
        ];
        let mut line = Line::default();
        assert_eq!(order(&mut line, &all), [2, 4, 1, 3]);
        line.called.remove(&id(1));
        assert_eq!(order(&mut line, &all), [1]);
    }

    #[test]
    fn those_who_do_not_answer_never_take_all_hands() {
        let mut all: Vec<_> = (1..=20).map(|it| waiting(it, 0, true, Some(1))).collect();
        let mut line = Line::default();
        assert_eq!(order(&mut line, &all).len(), TROUBLED_HANDS);
        all.push(waiting(99, 0, false, Some(5)));
        assert_eq!(order(&mut line, &all), [99]);
    }

    #[test]
    fn what_was_looked_at_is_not_looked_at_again() {
        let mut line = Line::default();
        line.looked_to.insert(id(1), 10);
        line.looked_to.insert(id(2), 7);
        let all = [waiting(1, 3, false, None), waiting(2, 3, false, None)];
        assert_eq!(line.take(&all, 10).map(|it| (it.0.id, it.1)), Some((id(2), 7)));
        assert_eq!(line.take(&all, 10), None);
        assert_eq!(line.take(&all, 11).map(|it| it.1), Some(10));
    }
}
