//! What an open store promises of its file: who may use it, what it takes, how it fails.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;

use super::*;
use crate::store::health::Health;

const TABLE: Table = Table("sequence");

fn put(store: &Store, key: &str, value: &[u8]) -> Result<(), StoreError> {
    store.transact(|mut batch| {
        batch.insert(TABLE, key.as_bytes(), value)?;
        Ok(((), Commit::Durable))
    })
}

fn get(view: &ReadTx, key: &str) -> Option<Vec<u8>> {
    view.value(TABLE, key.as_bytes()).expect("readable")
}

#[test]
fn others_read_along_while_one_writes_and_a_second_writer_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.redb");
    let store = Store::open(&path, 1 << 20).expect("new");
    put(&store, "a", b"1").expect("put");
    let reader = Store::open_read_only(&path, 1 << 20).expect("beside the writer");
    let before = reader.read().expect("snapshot");
    put(&store, "a", b"2").expect("put beside a reader");
    assert_eq!(get(&before, "a"), Some(b"1".to_vec()), "a snapshot does not move");
    assert_eq!(get(&reader.read().expect("snapshot"), "a"), Some(b"2".to_vec()));
    assert!(matches!(Store::open(&path, 1 << 20), Err(StoreError::InUse)));
    drop(store);
    assert_eq!(get(&reader.read().expect("snapshot"), "a"), Some(b"2".to_vec()));
}

#[test]
fn a_file_that_was_not_closed_is_opened_for_writing_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, crashed) = (folder.path().join("s.redb"), folder.path().join("crashed.redb"));
    let store = Store::open(&path, 1 << 20).expect("new");
    put(&store, "a", b"1").expect("put");
    fs::copy(&path, &crashed).expect("as a crash would leave it");
    assert!(matches!(Store::open_read_only(&crashed, 1 << 20), Err(StoreError::NotRecovered)));
    let recovered = Store::open(&crashed, 1 << 20).expect("recovered");
    assert_eq!(get(&recovered.read().expect("snapshot"), "a"), Some(b"1".to_vec()));
}

#[test]
fn the_space_of_a_file_is_taken_when_it_grows_and_nobody_else_may_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.redb");
    let _store = Store::open(&path, 1 << 20).expect("new");
    let about = fs::metadata(&path).expect("a file");
    assert!(about.len() > 0 && about.blocks() * 512 >= about.len(), "{about:?}");
    assert_eq!(about.mode() & 0o777, 0o600);
}

#[test]
fn what_is_no_store_is_called_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter.txt");
    let mut file = fs::File::create(&path).expect("a file");
    file.write_all(b"Dear store,").expect("written");
    assert!(matches!(Store::open(&path, 1 << 20), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_panic_of_the_engine_is_damage() {
    let answered = engine::caught::<()>(|| panic!("unknown page type {}", 7));
    let Err(StoreError::Damaged { what }) = answered else { panic!("{answered:?}") };
    assert_eq!(what, "unknown page type 7");
}

#[test]
fn a_panic_of_the_engine_when_it_is_dropped_goes_no_further() {
    struct Broken;
    impl Drop for Broken {
        fn drop(&mut self) {
            panic!("a lock is poisoned");
        }
    }
    drop(engine::Held::new(Broken));
}

#[test]
fn a_transaction_in_which_a_call_failed_is_not_committed() {
    let store = Store::memory().expect("memory");
    put(&store, "a", b"1").expect("put");
    let spoiled = store.transact(|mut batch| {
        batch.insert(TABLE, b"a", b"2")?;
        // The engine panics on a table without a name.
        assert!(matches!(batch.insert(Table(""), b"k", b"v"), Err(StoreError::Damaged { .. })));
        Ok(((), Commit::Durable))
    });
    assert!(spoiled.is_err());
    assert_eq!(get(&store.read().expect("snapshot"), "a"), Some(b"1".to_vec()));
}

#[test]
fn an_act_is_taken_back_and_the_one_before_it_is_kept() {
    let store = Store::memory().expect("memory");
    put(&store, "a", b"1").expect("put");
    store
        .transact(|mut batch| {
            batch.insert(TABLE, b"b", b"2")?;
            let mark = batch.mark();
            batch.insert(TABLE, b"b", b"3")?;
            batch.remove(TABLE, b"a")?;
            batch.insert(TABLE, b"c", b"4")?;
            batch.roll_back(mark)?;
            Ok(((), Commit::Durable))
        })
        .expect("committed");
    let view = store.read().expect("snapshot");
    let rows = ["a", "b", "c"].map(|key| get(&view, key));
    assert_eq!(rows, [Some(b"1".to_vec()), Some(b"2".to_vec()), None]);
}

#[test]
fn a_failure_that_passes_and_one_that_does_not_are_told_apart() {
    let previous = || redb::Error::PreviousIo;
    let told = |error: io::Error| {
        let health = Health::default();
        health.write_failed(error);
        health.judge(previous())
    };
    assert!(matches!(told(io::ErrorKind::StorageFull.into()), StoreError::Full));
    assert!(matches!(told(io::ErrorKind::QuotaExceeded.into()), StoreError::Full));
    let broken = told(io::Error::from_raw_os_error(5));
    assert!(broken.is_fatal() && matches!(broken, StoreError::Broken { .. }));
    assert!(Health::default().judge(previous()).is_fatal());
    assert!(!StoreError::Full.is_fatal());
}
