//! A full disk: writes are refused, reads go on, and when there is space again writes do too.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tillbox::domain::operator::Actor;
use tillbox::store::backup::contents;
use tillbox::store::check::check;
use tillbox::store::{Batch, Commit, ReadTx, Store, StoreError, Table, Trust, View};

use crate::harness::absent::not_run;
use crate::harness::acts::Acts;
use crate::harness::app::App;
use crate::harness::chance::Chance;
use crate::harness::disk::{Disk, Fsync};
use crate::harness::house::House;
use crate::harness::scale::rounds;
use crate::harness::volume::{Mounted, Ran, Simulated, Volume, in_a_mount};

/// Any table will do: rows are what takes space.
const ANY: Table = Table("sequence");

struct Round<V> {
    volume: V,
    store: Store,
    /// What the store must hold, kept by doing the same in memory.
    truth: Store,
    chance: Chance,
}

impl<V: Volume> Round<V> {
    fn on(volume: V, seed: u64) -> Self {
        let (store, truth) = (volume.open(), Store::memory().expect("memory"));
        Self { volume, store, truth, chance: Chance::seeded(seed) }
    }

    fn succeeds(&mut self) {
        let acts = Acts { seed: self.chance.draw() };
        acts.commit(&self.store).expect("there is space");
        acts.commit(&self.truth).expect("memory does not fail");
        self.reads_the_truth();
    }

    fn is_refused(&mut self) {
        let refused = Acts { seed: self.chance.draw() }.commit(&self.store);
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
        self.reads_the_truth();
    }

    fn reads_the_truth(&self) {
        let of = |store: &Store| contents(&store.read().expect("a snapshot")).expect("readable");
        assert_eq!(of(&self.store), of(&self.truth));
    }

    /// Somebody else fills the disk after the writer has asked for headroom, and the act writes
    /// more than was reserved. Others read all the while.
    fn fills_up_in_the_middle(&mut self) {
        let acts = Acts { seed: self.chance.draw() };
        let is_over = AtomicBool::new(false);
        let refused = std::thread::scope(|scope| {
            let looks = scope.spawn(|| look_on(&self.store, &is_over));
            let refused = self.store.transact(|mut batch| {
                acts.write(&mut batch)?;
                self.volume.fill(0);
                write_much(&mut batch)?;
                Ok(((), Commit::Durable))
            });
            is_over.store(true, Ordering::SeqCst);
            assert!(looks.join().expect("no look fails") > 0);
            refused
        });
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    }
}

fn write_much(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    for row in 0..24_u32 {
        let key = [b"bulk".as_slice(), &row.to_be_bytes()].concat();
        batch.insert(ANY, &key, &vec![0xAA; 1 << 20])?;
    }
    Ok(())
}

/// Reads until it is over, and returns how often.
fn look_on(store: &Store, is_over: &AtomicBool) -> u64 {
    let mut looks = 0;
    while !is_over.load(Ordering::SeqCst) || looks == 0 {
        keeps_its_word(&store.read().expect("a snapshot, whatever the writer meets"));
        looks += 1;
    }
    looks
}

/// A snapshot says what it always said, or that it was given up; never anything else.
fn keeps_its_word(snapshot: &ReadTx) {
    match snapshot.count(ANY) {
        Ok(rows) => assert!(rows < 24, "acts that were refused are seen"),
        Err(StoreError::Interrupted) => {}
        Err(error) => panic!("{error:?}"),
    }
}

/// The rounds, in any place; the same are to be gone through over HTTP.
fn go_round<V: Volume>(seed: u64, volume: V) {
    let mut round = Round::on(volume, seed);
    round.succeeds();
    // Met at the gate.
    round.volume.fill(Store::HEADROOM_BYTES / 2);
    round.is_refused();
    assert!(matches!(round.store.headroom(), Err(StoreError::Full)));
    round.volume.clear();
    round.succeeds();
    // Met in the middle, with a snapshot out there.
    let snapshot = round.store.read().expect("a snapshot");
    round.fills_up_in_the_middle();
    keeps_its_word(&snapshot);
    round.reads_the_truth();
    round.is_refused();
    round.volume.clear();
    round.succeeds();
    let report = check(&round.store.read().expect("a snapshot"));
    assert!(report.is_clean(), "{:?}", report.findings);
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else() {
    for seed in 0..rounds(10, 200) {
        go_round(seed, Simulated::new());
    }
}

/// The same over HTTP, in one process from beginning to end.
#[test]
fn a_full_disk_is_told_to_callers_and_forgotten_when_there_is_space_again() {
    let disk = Disk::new(Fsync::Honest);
    let app =
        App::over(Store::within(disk.clone(), Trust::LastCommit).expect("a store"), "2026-01-01");
    let house = House::in_app(app);
    let operator = house.operator();
    let body = json!({ "name": "Late" });
    let open = || operator.call("POST /accounts", Some(&body));
    for round in 0..3 {
        disk.limit(Some(disk.taken_bytes() + Store::HEADROOM_BYTES / 2));
        let refused = open();
        assert_eq!(refused.status.as_u16(), 507, "round {round}");
        assert_eq!(refused.json()["status"], 507, "{}", refused.json());
        let listed = operator.get("/accounts?limit=1000")["items"].as_array().unwrap().len();
        disk.limit(None);
        let made = open();
        assert_eq!(made.status.as_u16(), 201, "round {round}: {}", made.json());
        let now = operator.get("/accounts?limit=1000")["items"].as_array().unwrap().len();
        assert_eq!(now, listed + 1, "what was refused is not there");
    }
    let report = house.app.bss.read(&Actor::duty("test"), |cx| Ok(check(cx.view))).unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
}

/// The disk fills up in the middle of a file that is uploaded: what came of it leaves nothing behind.
#[test]
fn a_file_that_does_not_fit_is_refused_and_taken_when_there_is_space_again() {
    let disk = Disk::new(Fsync::Honest);
    let app =
        App::over(Store::within(disk.clone(), Trust::LastCommit).expect("a store"), "2026-01-01");
    let house = House::in_app(app);
    let operator = house.operator();
    let asset = operator.post("/assets", &json!({ "name": "Film" }));
    let put = format!("PUT /assets/{}/versions/1.0", asset["id"].as_str().unwrap());
    let upload = || operator.call_raw(&put, Some(vec![7; 1 << 20]));
    disk.limit(Some(disk.taken_bytes() + Store::HEADROOM_BYTES / 2));
    let refused = upload();
    assert_eq!((refused.status.as_u16(), &refused.json()["status"]), (507, &json!(507)));
    disk.limit(None);
    assert_eq!(upload().status.as_u16(), 200);
    let report = house.app.bss.read(&Actor::duty("test"), |cx| Ok(check(cx.view))).unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
}

/// In the mount namespace it goes the rounds; outside it has itself started in there.
#[test]
fn a_really_full_disk_refuses_writes_and_nothing_else() {
    if Mounted::is_here() {
        return (0..rounds(10, 200)).for_each(|seed| go_round(seed, Mounted::fresh()));
    }
    let me = "disk_full::a_really_full_disk_refuses_writes_and_nothing_else";
    if let Ran::NotTried(why) = in_a_mount(me) {
        not_run("writes on a really full disk (they are on a simulated one)", &why);
    }
}

/// What was reserved when the file grew can be written, however full others make the disk.
#[test]
fn a_reserved_page_is_written_on_a_really_full_disk() {
    if Mounted::is_here() {
        let mut round = Round::on(Mounted::fresh(), 1);
        round.succeeds();
        let small = Acts { seed: 2 };
        let done = round.store.transact(|mut batch| {
            round.volume.fill(0);
            small.write(&mut batch)?;
            Ok(((), Commit::Durable))
        });
        return done.expect("the file was reserved when it grew");
    }
    if let Ran::NotTried(why) =
        in_a_mount("disk_full::a_reserved_page_is_written_on_a_really_full_disk")
    {
        not_run("a reserved page on a really full disk", &why);
    }
}
