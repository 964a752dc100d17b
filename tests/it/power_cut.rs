//! The plug pulled anywhere: what was answered is there afterwards, what was not is there whole or
//! not at all.

use tillbox::store::backup::{Contents, contents};
use tillbox::store::check::check;
use tillbox::store::{Store, StoreError, Trust};

use crate::harness::acts::Acts;
use crate::harness::chance::Chance;
use crate::harness::disk::{Disk, Failure, Fsync, Mishap};
use crate::harness::scale::rounds;

/// How many cuts one disk goes through before a fresh one is taken.
const CUTS_OF_A_DISK: u64 = 25;

/// A store and what it must hold, kept by doing the same on a store in memory.
struct Pair {
    disk: Disk,
    store: Option<Store>,
    truth: Store,
    chance: Chance,
}

/// What a store turned out to hold after the power came back.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// What was answered, and with it the acts that were on their way, or without.
    Whole,
    /// Something else, or nothing that can be opened.
    Wrong(String),
}

impl Pair {
    fn new(seed: u64, fsync: Fsync) -> Self {
        let disk = Disk::new(fsync);
        let store = Store::within(disk.clone(), Trust::LastCommit).expect("a new store");
        let truth = Store::memory().expect("memory");
        Self { disk, store: Some(store), truth, chance: Chance::seeded(seed) }
    }

    fn next_acts(&mut self) -> Acts {
        Acts { seed: self.chance.draw() }
    }

    /// Does acts until the disk stops the store, and returns those that were not answered.
    fn act_until_stopped(&mut self, mishap: Mishap) -> (Acts, StoreError) {
        self.disk.expect(mishap);
        loop {
            let acts = self.next_acts();
            let store = self.store.as_ref().expect("opened");
            match acts.commit(store) {
                Ok(()) => acts.commit(&self.truth).expect("memory does not fail"),
                Err(error) => return (acts, error),
            }
        }
    }

    /// Opens the store again and compares; the acts that were on their way may be in it.
    fn open_and_compare(&mut self, pending: Acts) -> Found {
        self.store = None;
        let store = match Store::within(self.disk.clone(), Trust::LastCommit) {
            Ok(store) => store,
            Err(error) => return Found::Wrong(format!("it cannot be opened: {error}")),
        };
        let found = contents_of(&store);
        self.store = Some(store);
        let Ok(found) = found else { return Found::Wrong(format!("{found:?}")) };
        if found == contents_of(&self.truth).expect("memory does not fail") {
            return Found::Whole;
        }
        pending.commit(&self.truth).expect("memory does not fail");
        if found == contents_of(&self.truth).expect("memory does not fail") {
            return Found::Whole;
        }
        Found::Wrong("an answered commit is lost, or one is torn".to_owned())
    }

    fn check(&self) {
        let store = self.store.as_ref().expect("opened");
        let report = check(&store.read().expect("a snapshot"));
        assert!(report.is_clean(), "{:#?}", report.findings);
    }
}

fn contents_of(store: &Store) -> Result<Contents, StoreError> {
    contents(&store.read()?)
}

/// Somewhere in the next three commits or so, each of which syncs twice and writes some twenty
/// pages.
fn a_cut(chance: &mut Chance) -> Mishap {
    match chance.below(2) {
        0 => Mishap::CutAtSync(1 + chance.below(6)),
        _ => Mishap::CutAtWrite(1 + chance.below(50)),
    }
}

/// Puts `cuts` cuts on a line of disks; each is a round of `round`.
fn each_cut(cuts: u64, fsync: Fsync, mut round: impl FnMut(&mut Pair, u64)) {
    for disk in 0..cuts.div_ceil(CUTS_OF_A_DISK) {
        let mut pair = Pair::new(disk, fsync);
        for cut in 0..CUTS_OF_A_DISK.min(cuts - disk * CUTS_OF_A_DISK) {
            round(&mut pair, disk * CUTS_OF_A_DISK + cut);
        }
    }
}

#[test]
fn what_was_answered_survives_a_power_cut_anywhere() {
    each_cut(rounds(10_000, 1_000_000), Fsync::Honest, |pair, cut| {
        let mishap = a_cut(&mut pair.chance);
        let (pending, error) = pair.act_until_stopped(mishap);
        assert!(error.is_fatal(), "cut {cut}, {mishap:?}: {error:?}");
        pair.store = None;
        pair.disk.power_cycle(&mut pair.chance);
        assert_eq!(pair.open_and_compare(pending), Found::Whole, "cut {cut}, {mishap:?}");
        pair.check();
    });
}

#[test]
fn a_second_cut_while_it_recovers_loses_no_more() {
    each_cut(rounds(2_000, 50_000), Fsync::Honest, |pair, cut| {
        let mishap = a_cut(&mut pair.chance);
        let (pending, _) = pair.act_until_stopped(mishap);
        pair.store = None;
        pair.disk.power_cycle(&mut pair.chance);
        let second = match pair.chance.below(2) {
            0 => Mishap::CutAtSync(1),
            _ => Mishap::CutAtWrite(1 + pair.chance.below(3)),
        };
        pair.disk.expect(second);
        // Opening and closing again writes; wherever the plug is pulled in that, nothing is lost.
        drop(Store::within(pair.disk.clone(), Trust::LastCommit));
        pair.disk.power_cycle(&mut pair.chance);
        assert_eq!(
            pair.open_and_compare(pending),
            Found::Whole,
            "cut {cut}, {mishap:?}, {second:?}"
        );
        pair.check();
    });
}

/// The test of the test: where a sync is answered and not done, a store cannot keep its word, and
/// these tests must see it.
#[test]
fn a_disk_that_lies_about_syncs_is_found_out() {
    let mut wrong = 0;
    for seed in 0..20 {
        let mut pair = Pair::new(seed, Fsync::Lying);
        let (pending, _) = pair.act_until_stopped(Mishap::CutAtSync(9));
        pair.store = None;
        pair.disk.power_cycle(&mut pair.chance);
        wrong += u32::from(pair.open_and_compare(pending) != Found::Whole);
    }
    assert!(wrong >= 15, "only {wrong} of 20 lost anything on a disk that keeps nothing");
}

#[test]
fn whichever_operation_fails_nothing_is_half_done() {
    for failure in [Failure::Device, Failure::Short, Failure::NoSpace] {
        for n in 1.. {
            let mut pair = Pair::new(n, Fsync::Honest);
            let acts = pair.next_acts();
            let store = pair.store.as_ref().expect("opened");
            pair.disk.expect(Mishap::Fails(n, failure));
            let done = acts.commit(store);
            if pair.disk.done().operations < n {
                assert!(n > 10, "an act does more than {n} operations");
                break;
            }
            assert_one_ending(&mut pair, acts, failure, done);
        }
    }
}

/// After a full disk the same store goes on; after any other failure the process would end and the
/// next one opens the file.
fn assert_one_ending(pair: &mut Pair, acts: Acts, failure: Failure, done: Result<(), StoreError>) {
    let told = match &done {
        Ok(()) => "done",
        Err(StoreError::Full) => "full",
        Err(error) if error.is_fatal() => "fatal",
        Err(error) => panic!("{failure:?}: {error:?}"),
    };
    let expected: &[&str] =
        if failure == Failure::NoSpace { &["done", "full"] } else { &["fatal"] };
    assert!(expected.contains(&told), "{failure:?}: {done:?}");
    match done {
        Ok(()) => acts.commit(&pair.truth).expect("memory does not fail"),
        Err(StoreError::Full) => {}
        Err(_) => assert_eq!(pair.open_and_compare(acts), Found::Whole),
    }
    let next = pair.next_acts();
    next.commit(pair.store.as_ref().expect("opened")).expect("it goes on");
    next.commit(&pair.truth).expect("memory does not fail");
    let found = contents_of(pair.store.as_ref().expect("opened")).expect("readable");
    assert_eq!(found, contents_of(&pair.truth).expect("memory does not fail"));
    pair.check();
}
