//! The plug pulled in the middle of every deed: afterwards the change and the facts that tell of it
//! are either both there or both not, and doing it again leads to the end.
//!
//! What the store does of itself in a power cut is tried in `power_cut`; here it is what the house
//! does with it, use case by use case and duty by duty.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tillbox::domain::notification::Mail;
use tillbox::domain::operator::Actor;
use tillbox::domain::page::PageRequest;
use tillbox::domain::party::individual::PersonName;
use tillbox::services::setup::{self, Founding};
use tillbox::services::{Act, Author, Cx, Error, billing, duty};
use tillbox::store::backup::{Contents, contents};
use tillbox::store::check::check;
use tillbox::store::fact::Facts;
use tillbox::store::{Store, Trust};

use crate::aps::deeds as bus;
use crate::bae::deeds as bae;
use crate::harness::app::{Answer, App};
use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::deeds::{Deed, Manner, deeds};
use crate::harness::disk::{Disk, Failure, Fsync, Mishap};
use crate::harness::house::PASSWORD;
use crate::harness::market::text;
use crate::harness::scale::{is_thorough, rounds};
use crate::harness::stage::{Scene, Stage, open};
use crate::ibm::deeds as ibm;
use crate::tmf::deeds as tmf;

/// Something that is done to a house, and may be cut off.
struct Trial<'a> {
    name: String,
    scene: Scene,
    manner: Manner,
    work: Box<dyn Fn(&App) -> Outcome + Sync + 'a>,
}

/// What was said to whoever did it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// It is done, and what was answered.
    Done(Vec<u8>),
    /// It is not known to be done.
    Failed(String),
}

impl From<Answer> for Outcome {
    fn from(it: Answer) -> Self {
        match it.status.is_success() {
            true => Self::Done(it.body),
            false => Self::Failed(format!("{} {}", it.status, String::from_utf8_lossy(&it.body))),
        }
    }
}

/// What lies on a disk.
#[derive(PartialEq, Eq)]
struct Found {
    contents: Contents,
    facts: u64,
}

fn found(disk: &Disk) -> Found {
    let store = Store::within(disk.clone(), Trust::LastCommit).expect("it opens again");
    let snapshot = store.read().expect("a snapshot");
    let facts = snapshot.last_fact().expect("facts");
    Found { contents: contents(&snapshot).expect("readable"), facts }
}

fn must_be_clean(disk: &Disk, name: &str) {
    let store = Store::within(disk.clone(), Trust::LastCommit).expect("it opens again");
    let report = check(&store.read().expect("a snapshot"));
    assert!(report.is_clean(), "{name}: {:#?}", report.findings);
}

impl Trial<'_> {
    /// Does it on a fresh disk on which something happens, and says how that ended.
    fn run(&self, mishap: Mishap) -> (Disk, Outcome) {
        let disk = Stage::shared().disk(self.scene);
        let app = open(&disk, 7);
        disk.expect(mishap);
        let outcome = (self.work)(&app);
        (disk, outcome)
    }

    /// Pulls the plug at each sync, and returns how many there were.
    fn pull(&self) -> usize {
        let name = &self.name;
        let never = Mishap::CutAtSync(u64::MAX);
        let untouched = Stage::shared().disk(self.scene);
        let before = found(&untouched);
        let (disk, done) = self.run(never);
        let syncs = disk.done().syncs;
        assert!(matches!(done, Outcome::Done(_)), "{name}: {done:?}");
        let after = found(&disk);
        must_be_clean(&disk, name);
        assert!(syncs > 0 || before == after, "{name} answered before the disk had it");
        let cuts = self.cuts(syncs);
        for at in &cuts {
            self.pull_at(*at, (&before, &after, &done));
        }
        cuts.len()
    }

    /// At which syncs the plug is pulled: at each; in a plain run at every tenth and at one at
    /// least, another one from deed to deed.
    fn cuts(&self, syncs: u64) -> Vec<u64> {
        if is_thorough() || syncs == 0 {
            return (1..=syncs).collect();
        }
        let first = 1 + self.name.len() as u64 % syncs.min(10);
        (first..=syncs).step_by(10).collect()
    }

    fn pull_at(&self, at: u64, (before, after, done): (&Found, &Found, &Outcome)) {
        let name = format!("{}, plug pulled at sync {at}", self.name);
        let (disk, outcome) = self.run(Mishap::CutAtSync(at));
        disk.power_cycle(&mut Chance::seeded(at));
        let left = found(&disk);
        match self.manner {
            Manner::Several => {
                assert!(left.facts >= before.facts, "{name}: facts are gone");
                must_be_clean(&disk, &name);
            }
            Manner::Once | Manner::Anew | Manner::Unawaited => {
                assert!(left == *before || left == *after, "{name}: half is there");
            }
        }
        let was_done = left == *after;
        // What is several commits does not always come to the same bytes: below it is held to leave
        // nothing to do.
        let is_awaited = !matches!(self.manner, Manner::Unawaited | Manner::Several);
        let is_answered = matches!(outcome, Outcome::Done(_));
        assert!(was_done || !is_answered || !is_awaited, "{name}: it was answered, and is gone");
        let again = (self.work)(&open(&disk, 8));
        let end = found(&disk);
        must_be_clean(&disk, &name);
        match (&again, self.manner) {
            (Outcome::Done(_), Manner::Anew) => assert!(end.facts >= after.facts),
            (Outcome::Done(_), Manner::Several) => {
                assert!(end.facts >= after.facts);
                assert!(
                    !is_answered || end.facts == left.facts,
                    "{name}: it was answered, and is gone"
                );
            }
            (Outcome::Done(_), Manner::Unawaited) => {
                assert_eq!(end.facts, after.facts, "{name}: it is done twice");
            }
            (Outcome::Done(_), Manner::Once) => {
                assert_eq!(end.facts, after.facts, "{name}: it is done twice");
                assert!(!was_done || again == *done, "{name}: it is answered otherwise");
            }
            // What was done is refused the second time where there is no key to know it by.
            (Outcome::Failed(why), _) => {
                assert!(left != *before && why.starts_with('4'), "{name}: {why}");
            }
        }
    }
}

fn trial(deed: &Deed) -> Trial<'_> {
    let stage = Stage::shared();
    Trial {
        name: deed.what.to_owned(),
        scene: deed.scene,
        manner: deed.manner,
        work: Box::new(|app| deed.is_done(app, &stage.north).into()),
    }
}

/// Of many deeds, a plain run tries every third.
fn pull_some(trials: Vec<Trial<'_>>) {
    let step = if is_thorough() { 1 } else { 3 };
    let trials: Vec<_> = trials.into_iter().step_by(step).collect();
    let pulls: usize = pull_all(&trials).values().sum();
    println!("{} deeds, {pulls} times the plug", trials.len());
    assert!(pulls >= trials.len() / 2, "a commit syncs");
}

/// Pulls the plug in all of them, on as many threads as the machine has, and says how often in each.
fn pull_all(trials: &[Trial<'_>]) -> BTreeMap<String, usize> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let pulls = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(trial) = trials.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let pulled = std::panic::AssertUnwindSafe(|| trial.pull());
                    match std::panic::catch_unwind(pulled) {
                        Ok(count) => drop(pulls.lock().unwrap().insert(trial.name.clone(), count)),
                        Err(_) => wrong.lock().unwrap().push(trial.name.clone()),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "these went wrong, as said above: {wrong:#?}");
    pulls.into_inner().unwrap()
}

#[test]
fn every_route_that_writes_survives_the_plug_pulled_at_each_sync() {
    let deeds = deeds();
    pull_some(deeds.iter().map(trial).collect());
}

/// A batch on the bus is one act: nothing of it is there without the rest.
#[test]
fn everything_the_bus_writes_survives_the_plug_pulled_at_each_sync() {
    let names = bus::names(&Stage::shared().north);
    let trial = |deed: &Deed| {
        let (deed, names) = (*deed, &names);
        Trial {
            name: deed.what.to_owned(),
            scene: deed.scene,
            manner: deed.manner,
            work: Box::new(move |app| deed.is_done(app, names).into()),
        }
    };
    pull_some(bus::deeds().map(trial).collect());
}

/// What IBM's contract writes is one act as well, but for the passwords, which are hashed between two.
#[test]
fn everything_ibms_contract_writes_survives_the_plug_pulled_at_each_sync() {
    let names = ibm::names(&Stage::shared().north);
    let trial = |deed: &ibm::Deed| {
        let (deed, names) = (*deed, &names);
        Trial {
            name: deed.what.to_owned(),
            scene: Scene::Quiet,
            manner: deed.manner,
            work: Box::new(move |app| deed.is_done(app, names).into()),
        }
    };
    pull_some(ibm::deeds().iter().map(trial).collect());
}

/// What is changed or removed is made first, in an act of its own.
#[test]
fn everything_the_tm_forums_contract_writes_survives_the_plug_pulled_at_each_sync() {
    let names = &Stage::shared().north;
    let trial = |deed: tmf::Deed| Trial {
        name: deed.what.clone(),
        scene: Scene::Quiet,
        manner: deed.manner,
        work: Box::new(move |app| deed.is_done(app, names).into()),
    };
    pull_some(tmf::deeds().into_iter().map(trial).collect());
}

/// What is changed or removed is made first, in an act of its own.
#[test]
fn everything_fiwares_contract_writes_survives_the_plug_pulled_at_each_sync() {
    let names = bae::names(&Stage::shared().north);
    let trial = |deed: &bae::Deed| {
        let (deed, names) = (*deed, &names);
        Trial {
            name: deed.what.to_owned(),
            scene: deed.scene,
            manner: deed.manner,
            work: Box::new(move |app| deed.is_done(app, names).into()),
        }
    };
    pull_some(bae::deeds().iter().map(trial).collect());
}

/// Sets an empty appliance up without anybody at hand.
fn set_up(app: &App) -> Outcome {
    let name = PersonName::new("Olga".parse().unwrap(), "Operator".parse().unwrap());
    let email = "olga@provider.test".parse().unwrap();
    let founding = Founding::by(name, email, PASSWORD.to_owned());
    let token = format!("tbx_{}", "0123456789abcdef".repeat(2));
    outcome(setup::begin_unattended(&app.bss, founding, Some(token)))
}

/// Signs somebody in by the form for browsers without scripts.
fn sign_in(app: &App) -> Outcome {
    let email = Stage::shared().north["member_email"].replace('@', "%40");
    let form = format!("email={email}&password={}", PASSWORD.replace('!', "%21"));
    let request = Request::post("/sign-in").header("host", "till.test");
    let answer = app.send(request.body(Body::from(form)).unwrap());
    match answer.headers["location"].to_str().unwrap() {
        "/ui/" => Outcome::Done(Vec::new()),
        other => Outcome::Failed(other.to_owned()),
    }
}

fn outcome<T>(done: Result<T, Error>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done(Vec::new()),
        Err(error) => Outcome::Failed(format!("5 {error}")),
    }
}

/// What is done beside the routes: before anybody can call, and by a form.
#[test]
fn setting_up_and_the_plain_form_survive_the_plug_pulled_at_each_sync() {
    let trial = |name: &str, scene, manner, work: fn(&App) -> Outcome| Trial {
        name: name.to_owned(),
        scene,
        manner,
        work: Box::new(work),
    };
    let pulls = pull_all(&[
        trial("an unattended set-up", Scene::Bare, Manner::Once, set_up),
        trial("a set-up link", Scene::Bare, Manner::Anew, |app| outcome(setup::offer(&app.bss))),
        trial("the plain form", Scene::Quiet, Manner::Anew, sign_in),
    ]);
    let pulls: usize = pulls.values().sum();
    println!("3 deeds, {pulls} times the plug");
    assert!(pulls >= 3, "each is written");
}

/// The scene on which each duty is tried; a duty without a row fails the test.
const DUTIES: &[(&str, Scene)] = &[
    ("orders", Scene::Due),
    ("prices", Scene::Due),
    ("terms", Scene::Due),
    ("upgrades", Scene::Due),
    ("billing", Scene::Due),
    ("interim", Scene::Used),
    ("recognition", Scene::Due),
    ("collect", Scene::Due),
    ("dunning", Scene::Due),
    ("sparing", Scene::Due),
    ("closing", Scene::Due),
    ("usage_sources", Scene::Due),
    ("usage", Scene::Due),
    ("errands", Scene::Due),
    ("deliver", Scene::Due),
    ("notify", Scene::Due),
    ("mail", Scene::Due),
    ("provision", Scene::Due),
    ("vat_numbers", Scene::Due),
    ("retention", Scene::Due),
    ("search", Scene::Due),
    ("clock", Scene::Due),
];

#[test]
fn every_duty_survives_the_plug_pulled_at_each_sync() {
    let app = open(&Stage::shared().disk(Scene::Quiet), 7);
    let known = |name: &str| DUTIES.iter().any(|it| it.0 == name);
    let duties = app.bss.duties().iter().map(|it| it.name());
    let unknown: Vec<_> = duties.filter(|it| !known(it)).collect();
    assert!(unknown.is_empty(), "say in DUTIES on which scene these find work: {unknown:?}");
    let trials: Vec<_> = DUTIES.iter().map(trial_of_duty).collect();
    let pulls = pull_all(&trials);
    println!("{} duties, {} times the plug", trials.len(), pulls.values().sum::<usize>());
    let idle: Vec<_> = pulls.iter().filter(|it| *it.1 == 0).map(|it| it.0.as_str()).collect();
    assert!(idle.is_empty(), "these found nothing to do: {idle:?}");
}

fn trial_of_duty(&(name, scene): &(&'static str, Scene)) -> Trial<'static> {
    let keep = move |app: &App| {
        let duty = app.bss.duties().iter().find(|it| it.name() == name).expect("employed");
        match duty::run(duty.as_ref(), &app.bss) {
            Ok(_) => Outcome::Done(Vec::new()),
            Err(error) => Outcome::Failed(format!("5 {error}")),
        }
    };
    Trial { name: name.to_owned(), scene, manner: Manner::Several, work: Box::new(keep) }
}

/// Wherever a month of business stops, the next start goes on to the same end.
#[test]
fn a_month_that_is_cut_off_anywhere_ends_as_if_it_were_not() {
    let all = |app: &App| {
        let ran = duty::run_all(&app.bss);
        let left = app.bss.read(&Actor::duty("test"), billing::left);
        match (ran, left) {
            (Ok(_), Ok(left)) => Outcome::Done(format!("{} left", left.due).into_bytes()),
            (Err(error), _) | (_, Err(error)) => Outcome::Failed(format!("5 {error}")),
        }
    };
    let trial = Trial {
        name: "all duties".to_owned(),
        scene: Scene::Due,
        manner: Manner::Several,
        work: Box::new(all),
    };
    println!("all duties, {} times the plug", pull_all(&[trial])["all duties"]);
}

/// So often another thread gets its turn before a read goes on.
const TURNS_MAX: u32 = 20_000;

/// The appliance over a disk from which all is read that is read.
fn uncached(disk: &Disk) -> App {
    App::over_again(Store::uncached(disk.clone(), Trust::LastCommit).unwrap(), "2026-01-01", 20)
}

/// A write of somebody else finds the disk full for a moment, whatever is being read for the mails:
/// the file is opened anew, what was being read is interrupted, and who was to be written to is
/// written to when it is read again.
#[test]
fn no_mail_is_passed_over_because_the_disk_failed() {
    let invited = Stage::shared().disk(Scene::Quiet);
    let seller = &Stage::shared().north["seller"];
    for place in 0..3 {
        let body = json!({
            "account": Stage::shared().north["customer"], "email": format!("{place}@late.test"),
            "name": "Late", "roles": ["member"],
        });
        Client::with_token(&open(&invited, 7 + place), seller).post("/users", &body);
    }
    let again = || Disk::holding(invited.bytes(), Fsync::Honest);
    let notify = |app: &App| {
        let duty = app.bss.duties().iter().find(|it| it.name() == "notify").expect("employed");
        duty::run(duty.as_ref(), &app.bss).map(|_| ())
    };
    let queued = |app: &App| {
        let all = PageRequest::oldest(1000);
        let read = |cx: Cx<'_>| cx.list::<Mail>(None, &all, |_| true);
        app.bss.read(&Actor::duty("test"), read).unwrap().items.len()
    };
    let disk = again();
    let app = uncached(&disk);
    disk.at_read(u64::MAX, || {});
    notify(&app).unwrap();
    let (reads, mails) = (disk.done().reads, queued(&app));
    assert!(mails >= queued(&open(&again(), 20)) + 3, "{mails} mails");
    let (mut interrupted, tries) = (0, rounds(300, 3_000));
    for at in (1..=reads).step_by(usize::try_from(reads.div_ceil(tries)).unwrap()) {
        let disk = again();
        let app = uncached(&disk);
        let (full, elsewhere) = (disk.clone(), Arc::clone(&app.bss));
        let (tell, told) = channel();
        disk.at_read(at, move || {
            full.expect(Mishap::Fails(1, Failure::NoSpace));
            let write = |act: &mut Act<'_>| act.next_number("elsewhere");
            tell.send(elsewhere.act(Author::of(Actor::duty("test")), write)).unwrap();
            // Until the disk was full, and not until the end of the act: that may wait for this read.
            for _ in (0..TURNS_MAX).take_while(|_| full.expects_more()) {
                std::thread::yield_now();
            }
        });
        let first = notify(&app);
        // It has found the disk full and it is opened anew; or it waited behind the mails, when it was
        // for writing them that something was read.
        if let Ok(pending) = told.try_recv() {
            let done = pending.wait();
            assert!(matches!(done, Ok(_) | Err(Error::Full)), "{done:?}");
        }
        if let Err(error) = first {
            assert!(error.is_of_the_store(), "{error:?}");
            interrupted += 1;
            notify(&app).expect("the disk has room again");
        }
        assert_eq!(queued(&app), mails, "the disk was full at read {at} of {reads}");
    }
    println!("{reads} reads, interrupted at {interrupted}");
    assert!(interrupted > 0, "something was being read");
}

/// The clock is sent a month ahead once, wherever that is cut off and asked for again.
#[test]
fn a_clock_that_is_cut_off_stands_where_it_was_sent() {
    let operator = &Stage::shared().north["operator"];
    let month = |app: &App| {
        let client = Client::with_token(app, operator).header("idempotency-key", "a month");
        client.call("POST /clock/advance", Some(&json!({ "by": "1 month" })))
    };
    let stands = |app: &App| text(&Client::with_token(app, operator).get("/clock")["now"]);
    let disk = Stage::shared().disk(Scene::Quiet);
    let app = open(&disk, 7);
    disk.expect(Mishap::CutAtSync(u64::MAX));
    let done = month(&app);
    assert!(done.status.is_success(), "{}", done.json());
    let (syncs, end) = (disk.done().syncs, stands(&app));
    assert_eq!(month(&app).body, done.body);
    drop(app);
    let cuts = (1..=syncs).filter(|at| *at <= 2 || at + 2 >= syncs || is_thorough());
    for at in cuts {
        let disk = Stage::shared().disk(Scene::Quiet);
        let app = open(&disk, 7);
        disk.expect(Mishap::CutAtSync(at));
        month(&app);
        drop(app);
        disk.power_cycle(&mut Chance::seeded(at));
        let app = open(&disk, 8);
        let again = month(&app).ok();
        assert_eq!(stands(&app), end, "cut off at sync {at} of {syncs}");
        assert_eq!((&again["to"], month(&app).json()), (&json!(end), again.clone()));
    }
}
