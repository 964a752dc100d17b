//! What is given out piece by piece as it is taken: so much at once, in all and to one account, so that who
//! takes it slowly, or never, holds up nobody else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Bss, Error};
use crate::domain::id::AccountId;
use crate::domain::operator::Actor;

/// What is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A file that is kept.
    File,
    /// A list that is put together while it is taken.
    List,
}

impl What {
    /// How many at once: in all, and to one account. Those whom nobody knows are one.
    const fn most(self) -> (usize, usize) {
        match self {
            Self::File => (256, 32),
            Self::List => (64, 2),
        }
    }
}

type To = (What, Option<AccountId>);

/// What is being given out, and to whom.
#[derive(Debug, Default)]
pub(super) struct UnderWay(Arc<Mutex<BTreeMap<To, usize>>>);

impl UnderWay {
    fn begin(&self, to: To) -> Result<Giving, Error> {
        let (all_max, one_max) = to.0.most();
        let mut counts = locked(&self.0);
        let all: usize = counts.iter().filter(|it| it.0.0 == to.0).map(|it| it.1).sum();
        let one = counts.get(&to).copied().unwrap_or_default();
        if all_max <= all || one_max <= one {
            return Err(Error::Busy);
        }
        counts.insert(to, one + 1);
        Ok(Giving { all: Arc::clone(&self.0), to })
    }
}

fn locked(of: &Mutex<BTreeMap<To, usize>>) -> MutexGuard<'_, BTreeMap<To, usize>> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that is being given out, until it is dropped.
#[derive(Debug)]
pub struct Giving {
    all: Arc<Mutex<BTreeMap<To, usize>>>,
    to: To,
}

impl Drop for Giving {
    fn drop(&mut self) {
        let mut counts = locked(&self.all);
        let left = counts.get(&self.to).map_or(0, |it| it - 1);
        match left {
            0 => counts.remove(&self.to),
            _ => counts.insert(self.to, left),
        };
    }
}

/// Begins to give something out.
///
/// # Errors
/// [`Error::Busy`] if too much is being given out, in all or to the caller's account.
pub fn begin(bss: &Bss, actor: &Actor, what: What) -> Result<Giving, Error> {
    bss.given_out.begin((what, actor.standing().map(|it| it.account)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::id;

    #[test]
    fn one_account_gets_some_and_all_together_get_so_much() {
        let under_way = UnderWay::default();
        for what in [What::File, What::List] {
            let (all_max, one_max) = what.most();
            let mut held = Vec::new();
            let accounts = (1..).map(|it| Some(id(it))).take(all_max / one_max - 1);
            for to in std::iter::once(None).chain(accounts) {
                held.extend((0..one_max).map(|_| under_way.begin((what, to)).expect("a place")));
                let more = under_way.begin((what, to));
                assert!(matches!(more, Err(Error::Busy)), "{what:?} to {to:?}");
            }
            let late = || under_way.begin((what, Some(id(900))));
            assert!(matches!(late(), Err(Error::Busy)), "there is no room for others");
            held.pop();
            let given = late().expect("what was taken makes room");
            assert!(matches!(late(), Err(Error::Busy)));
            drop((held, given));
            assert!(locked(&under_way.0).iter().all(|it| it.0.0 != what), "nothing is left");
        }
    }
}
