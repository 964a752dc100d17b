//! One key, one effect: whatever writes is done once, however often, however fast and in however
//! many lives of the process it is asked for under a key; and the key is good for nothing else.

use serde_json::Value;
use tillbox::domain::operator::Actor;
use tillbox::store::backup::contents;
use tillbox::store::fact::Facts;
use tillbox::store::{Store, Trust};

use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::deeds::{Deed, Manner, deeds};
use crate::harness::disk::Disk;
use crate::harness::scale::{is_thorough, rounds};
use crate::harness::stage::{Stage, open};

/// How many ask at once.
const CLIENTS: usize = 50;

/// What a store holds, as far as it does not depend on which of many was first: how many rows each
/// table has, and how many facts were told.
fn size(disk: &Disk) -> (Vec<(&'static str, u64)>, u64) {
    let store = Store::within(disk.clone(), Trust::LastCommit).unwrap();
    let snapshot = store.read().unwrap();
    let rows = contents(&snapshot).unwrap().into_iter().map(|(table, it)| (table.0, it.rows));
    (rows.collect(), snapshot.last_fact().unwrap())
}

/// What an answer says.
fn said(it: &Answer) -> (u16, Option<&str>, Option<&str>, &[u8]) {
    let header = |name: &str| it.headers.get(name).and_then(|it| it.to_str().ok());
    (it.status.as_u16(), header("location"), header("etag"), &it.body)
}

/// The bytes of another body that means as much: under a used key that is another request.
fn other(body: Option<&Value>) -> Vec<u8> {
    body.map_or_else(|| "{}".to_owned(), |it| format!("{it} ")).into_bytes()
}

/// Who does a deed under a key.
fn keyed<'a>(deed: &Deed, app: &'a App, key: &str) -> Client<'a> {
    deed.doer(app, &Stage::shared().north).header("idempotency-key", key)
}

/// Does a deed many times at once, once more in another life, and something else under its key.
fn try_deed(deed: &Deed, round: u64) {
    let name = deed.what;
    let names = &Stage::shared().north;
    let (body, request) = (deed.body(names), deed.request(names));
    let key = format!("key-{round}");
    let alone = Stage::shared().disk(deed.scene);
    keyed(deed, &open(&alone, 7), &key).call(&request, body.as_ref()).ok();
    let disk = Stage::shared().disk(deed.scene);
    let app = open(&disk, 7);
    let answers = keyed(deed, &app, &key).at_once(CLIENTS, &request, body.as_ref());
    let (done, busy): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status.is_success());
    // What is done in several acts is not done twice at once: who comes meanwhile is to ask again.
    assert!(busy.iter().all(|it| it.status == 503), "{name}: {:?}", busy.first());
    let first = *done.first().unwrap_or_else(|| panic!("{name} was done by nobody"));
    assert!(done.iter().all(|it| said(it) == said(first)), "{name} is answered otherwise");
    drop(app);
    assert_eq!(size(&disk), size(&alone), "{name} was done more than once");
    let app = open(&disk, 8);
    let again = keyed(deed, &app, &key).call(&request, body.as_ref());
    assert_eq!(said(&again), said(first), "{name} is answered otherwise after a restart");
    let facts = || app.bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap();
    let before = facts();
    let refused = keyed(deed, &app, &key).call_raw(&request, Some(other(body.as_ref()))).json();
    assert_eq!(refused["type"], "/problems/key_reused", "{name}: {refused}");
    assert_eq!(facts(), before, "{name} under a used key did something");
}

#[test]
fn the_same_key_many_times_at_once_and_after_a_restart_has_one_effect_and_one_answer() {
    let has_key = |it: &Deed| {
        let is_once = it.manner == Manner::Once || it.manner == Manner::Several;
        // Who is not signed in has no keys, and who has just signed out can ask for nothing again.
        // A file needs none: sent again, it is the same file.
        let is_file = it.what.starts_with("PUT ");
        is_once && !is_file && !["nobody", "session"].contains(&it.by)
    };
    // Of many deeds, a plain run tries every third.
    let step = if is_thorough() { 1 } else { 3 };
    let deeds: Vec<_> = deeds().into_iter().filter(has_key).step_by(step).collect();
    let rounds = if is_thorough() { rounds(2_000, 100_000) } else { deeds.len() as u64 };
    assert!(rounds >= deeds.len() as u64, "each is tried");
    for round in 0..rounds {
        try_deed(&deeds[(round % deeds.len() as u64) as usize], round);
    }
    println!("{rounds} rounds over {} routes, {CLIENTS} at once", deeds.len());
}
