//! Backups: taken while others write, refused of what is damaged, and worth something when they
//! are put back.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use tempfile::TempDir;
use tillbox::store::backup::{Contents, Existing, Progress, backup, contents, restore};
use tillbox::store::check::check;
use tillbox::store::{Store, StoreError, View};

use crate::harness::acts::Acts;
use crate::harness::chance::Chance;
use crate::harness::scale::rounds;

fn open(path: &Path) -> Store {
    Store::open(path, Store::CACHE_BYTES).expect("a store")
}

fn contents_of(store: &Store) -> Contents {
    contents(&store.read().expect("a snapshot")).expect("readable")
}

fn written(path: &Path, commits: u64) -> Contents {
    let store = open(path);
    for seed in 0..commits {
        Acts { seed }.commit(&store).expect("committed");
    }
    contents_of(&store)
}

fn quiet(_: Progress) {}

/// The names of the files in a folder.
fn files(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> =
        names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// So many are made of one store: it grows all the time, and each takes longer than the last.
const BACKUPS: u64 = 5;

#[test]
fn a_backup_under_load_is_one_moment_and_restores_to_it() {
    for _ in 0..rounds(50, 1_000).div_ceil(BACKUPS) {
        back_up_under_load();
    }
}

fn back_up_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = open(&path("live.redb"));
    let is_over = AtomicBool::new(false);
    let (begun, has_begun) = channel();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for seed in (0..).take_while(|_| !is_over.load(Ordering::SeqCst)) {
                Acts { seed }.commit(&store).expect("committed beside a backup");
                let _ = begun.send(());
            }
        });
        has_begun.recv().expect("somebody writes");
        for _ in 0..BACKUPS {
            let snapshot = store.read().unwrap();
            let copied =
                backup(&snapshot, &path("b.redb"), Existing::Replaced, &mut quiet).unwrap();
            assert_eq!(copied, contents(&snapshot).unwrap());
            restore(&path("b.redb"), &path("again.redb"), Existing::Replaced, &mut quiet).unwrap();
            let again = open(&path("again.redb"));
            assert_eq!(contents_of(&again), copied);
            assert!(check(&again.read().unwrap()).is_clean());
        }
        is_over.store(true, Ordering::SeqCst);
        writer.join().expect("no write fails");
    });
}

#[test]
fn another_process_backs_up_a_store_that_is_being_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.redb");
    let store = open(&path);
    Acts { seed: 1 }.commit(&store).unwrap();
    // What another process does: it opens the file by its path, for reading.
    let other = Store::open_read_only(&path, Store::CACHE_BYTES).unwrap();
    let before = contents_of(&store);
    let snapshot = other.read().unwrap();
    Acts { seed: 2 }.commit(&store).unwrap();
    let copy = folder.path().join("copy.redb");
    assert_eq!(backup(&snapshot, &copy, Existing::Refused, &mut quiet).unwrap(), before);
    assert_ne!(contents_of(&store), before);
}

#[test]
fn what_is_damaged_is_not_copied_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("a.redb"), folder.path().join("copy.redb"));
    let truth = written(&path, 60);
    let bytes = fs::read(&path).unwrap();
    let mut refused = 0;
    for seed in 0..60 {
        let mut chance = Chance::seeded(seed);
        let mut damaged = bytes.clone();
        for _ in 0..8 {
            let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
            damaged[at] ^= 1 << chance.below(8);
        }
        fs::write(&path, &damaged).unwrap();
        match restore(&path, &copy, Existing::Refused, &mut quiet) {
            Ok(copied) => {
                assert_eq!(copied, truth, "seed {seed}");
                fs::remove_file(&copy).unwrap();
            }
            Err(_) => {
                refused += 1;
                assert_eq!(files(&folder), ["a.redb"], "seed {seed}");
            }
        }
    }
    assert!(refused > 10, "{refused} of 60 were refused");
}

#[test]
fn nothing_is_overwritten_unless_it_is_said_and_nothing_that_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (old, new) = (written(&path("old.redb"), 3), written(&path("new.redb"), 5));
    let onto = |existing| restore(&path("new.redb"), &path("old.redb"), existing, &mut quiet);
    assert!(matches!(onto(Existing::Refused), Err(StoreError::Exists { .. })));
    let store = open(&path("old.redb"));
    assert_eq!(contents_of(&store), old);
    assert!(matches!(onto(Existing::Replaced), Err(StoreError::InUse)));
    drop(store);
    fs::write(path("letter.redb"), "Dear store,").unwrap();
    let letter = restore(&path("letter.redb"), &path("old.redb"), Existing::Replaced, &mut quiet);
    assert!(matches!(letter, Err(StoreError::Damaged { .. })), "{letter:?}");
    assert_eq!(contents_of(&open(&path("old.redb"))), old);
    assert_eq!(onto(Existing::Replaced).unwrap(), new);
    assert_eq!(contents_of(&open(&path("old.redb"))), new);
}

#[test]
fn a_store_that_cannot_be_opened_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (sound, broken) = (folder.path().join("sound.redb"), folder.path().join("broken.redb"));
    let truth = written(&sound, 3);
    fs::write(&broken, vec![0xEE; 100_000]).unwrap();
    // An attempt that was killed left its half behind.
    fs::write(folder.path().join("broken.redb.partial"), "half").unwrap();
    restore(&sound, &broken, Existing::Replaced, &mut quiet).unwrap();
    assert_eq!(contents_of(&open(&broken)), truth);
    assert_eq!(files(&folder), ["broken.redb", "sound.redb"]);
}

#[test]
fn a_store_is_not_backed_up_onto_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.redb");
    let store = open(&path);
    let onto = backup(&store.read().unwrap(), &path, Existing::Replaced, &mut quiet);
    assert!(matches!(onto, Err(StoreError::InUse)), "{onto:?}");
}

#[test]
fn progress_rises_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("live.redb"));
    for seed in 0..20 {
        Acts { seed }.commit(&store).unwrap();
    }
    let (mut told, view) = (Vec::new(), store.read().unwrap());
    let copy = folder.path().join("copy.redb");
    backup(&view, &copy, Existing::Refused, &mut |it| told.push(it)).unwrap();
    let rows: u64 = check(&view).rows.values().sum();
    assert!(told.is_sorted_by(|a, b| a.rows < b.rows && a.of == b.of), "{told:?}");
    assert_eq!(told.last(), Some(&Progress { rows: rows * 2, of: rows * 2 }));
    assert!(!view.tables().unwrap().is_empty());
}
