//! Backup and restore: a logical copy of one snapshot, which is then opened and read again.
//!
//! A raw copy of a live file is worth nothing. This one is taken through a read transaction while
//! the store serves; it keeps pages from being used again, so it should not be dawdled over. Every
//! row passes under its seal and arrives with it, and a row that is not the one that was written
//! ends the copy: what is damaged must not replace what is older and whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::backend::sync_folder_of;
use super::view::{KeyRange, Table, View};
use super::{Commit, Store, StoreError, migrate, schema, seal};
use crate::domain::page::PageOrder;

/// How much is copied between two commits of the copy.
const CHUNK_BYTES: usize = 8 << 20;

/// What to do with a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Nothing is copied.
    Refused,
    /// It is replaced once the copy is whole.
    Replaced,
}

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows copied, or read again.
    pub rows: u64,
    /// How many there are to copy and to read again.
    pub of: u64,
}

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of all rows in order.
    pub digest: [u8; 32],
}

/// What a store holds, by table.
pub type Contents = BTreeMap<Table, Content>;

type OnProgress<'a> = dyn FnMut(Progress) + 'a;
/// What is done with each row, given its key and its sealed value.
type Each<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), StoreError> + 'a;

/// Copies a snapshot into a new file and returns what both hold.
///
/// # Errors
/// If the source is damaged, the file is in use, or there and may not be replaced, or the disk
/// fails; then there is no new file.
pub fn backup(
    source: &dyn View,
    to: &Path,
    existing: Existing,
    on_progress: &mut OnProgress<'_>,
) -> Result<Contents, StoreError> {
    let _held = held(to, existing)?;
    let partial = Partial::beside(to)?;
    let mut progress = Counted::over(source, on_progress)?;
    let written = copy(source, &partial.path, &mut progress)?;
    let read = contents_counted(&opened_again(&partial.path)?.read()?, &mut progress)?;
    if let Some((table, _)) = written.iter().find(|it| read.get(it.0) != Some(it.1)) {
        return Err(StoreError::CopyDiffers { table: table.0 });
    }
    partial.complete(to)?;
    Ok(read)
}

/// Puts a backup in the place of a store, or where there is none yet, and returns what it holds.
///
/// # Errors
/// If the backup is damaged or of a newer program, the store is in use, or is there and may not be
/// replaced; then it is untouched.
pub fn restore(
    from: &Path,
    to: &Path,
    existing: Existing,
    on_progress: &mut OnProgress<'_>,
) -> Result<Contents, StoreError> {
    let source = Store::open_read_only(from, Store::CACHE_BYTES)?.read()?;
    migrate::pending(&source)?;
    backup(&source, to, existing, on_progress)
}

/// Makes sure that a file may be replaced, and that nobody opens it meanwhile.
fn held(to: &Path, existing: Existing) -> Result<Option<Store>, StoreError> {
    if !to.exists() {
        return Ok(None);
    }
    match existing {
        Existing::Refused => Err(StoreError::Exists { path: to.to_owned() }),
        // Whoever has it open would go on writing into a file without a name. One that cannot be
        // opened because it is damaged is what is to be replaced.
        Existing::Replaced => match Store::open(to, Store::CACHE_BYTES) {
            Err(StoreError::InUse) => Err(StoreError::InUse),
            opened => Ok(opened.ok()),
        },
    }
}

/// What a snapshot holds. Two stores with the same contents say the same in every row.
///
/// # Errors
/// If a row cannot be read, or the store has a table that this program does not know.
pub fn contents(view: &dyn View) -> Result<Contents, StoreError> {
    contents_counted(view, &mut Counted::over(view, &mut |_| {})?)
}

fn contents_counted(view: &dyn View, progress: &mut Counted<'_>) -> Result<Contents, StoreError> {
    let read = |table| Ok((table, pass(view, table, progress, &mut |_, _| Ok(()))?));
    schema::tables().into_iter().map(read).collect()
}

/// Copies into a new store, which is closed when this returns.
fn copy(source: &dyn View, to: &Path, progress: &mut Counted<'_>) -> Result<Contents, StoreError> {
    let target = Store::open(to, Store::CACHE_BYTES)?;
    let mut contents = Contents::new();
    for table in schema::tables() {
        let mut chunk = Chunk::default();
        let content = pass(source, table, progress, &mut |key, sealed| {
            chunk.push(key, sealed);
            if chunk.bytes < CHUNK_BYTES { Ok(()) } else { chunk.flush(&target, table) }
        })?;
        chunk.flush(&target, table)?;
        contents.insert(table, content);
    }
    Ok(contents)
}

/// Reads a table row by row, under the seals, and hands each row on.
fn pass(
    view: &dyn View,
    table: Table,
    progress: &mut Counted<'_>,
    each: &mut Each<'_>,
) -> Result<Content, StoreError> {
    let (mut rows, mut digest) = (0, Sha256::new());
    view.sealed_scan(table, &KeyRange::all(), PageOrder::Rising, &mut |key, sealed| {
        seal::open(table, key, sealed)?;
        for part in [key, sealed] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        rows += 1;
        progress.row();
        each(key, sealed)?;
        Ok(ControlFlow::Continue(()))
    })?;
    if rows != view.count(table)? {
        let what = format!("`{}` has {rows} rows and counts {}", table.0, view.count(table)?);
        return Err(StoreError::Damaged { what });
    }
    Ok(Content { rows, digest: digest.finalize().into() })
}

/// The copy, after a look at every page of it.
fn opened_again(path: &Path) -> Result<Store, StoreError> {
    Store::open_verified(path, Store::CACHE_BYTES)
}

/// Rows on their way.
#[derive(Default)]
struct Chunk {
    rows: Vec<(Vec<u8>, Vec<u8>)>,
    bytes: usize,
}

impl Chunk {
    fn push(&mut self, key: &[u8], sealed: &[u8]) {
        self.bytes += key.len() + sealed.len();
        self.rows.push((key.to_vec(), sealed.to_vec()));
    }

    fn flush(&mut self, target: &Store, table: Table) -> Result<(), StoreError> {
        let Self { rows, .. } = std::mem::take(self);
        if rows.is_empty() {
            return Ok(());
        }
        target.bulk(|mut batch| {
            rows.iter().try_for_each(|(key, sealed)| batch.insert_sealed(table, key, sealed))?;
            Ok(((), Commit::Durable))
        })
    }
}

/// Tells how far it is, often enough to be watched and seldom enough to cost nothing.
struct Counted<'a> {
    progress: Progress,
    tell: &'a mut OnProgress<'a>,
}

impl<'a> Counted<'a> {
    const ROWS_BETWEEN: u64 = 4096;

    /// Every row is read twice: to be copied, and from the copy.
    fn over(view: &dyn View, tell: &'a mut OnProgress<'a>) -> Result<Self, StoreError> {
        let known = schema::tables();
        let names = view.tables()?;
        if let Some(name) = names.iter().find(|name| !known.iter().any(|it| it.0 == *name)) {
            return Err(StoreError::UnknownTable { name: name.clone() });
        }
        let counts = known.into_iter().map(|it| view.count(it));
        let rows: u64 = counts.sum::<Result<u64, StoreError>>()?;
        Ok(Self { progress: Progress { rows: 0, of: rows * 2 }, tell })
    }

    fn row(&mut self) {
        self.progress.rows += 1;
        let is_last = self.progress.rows == self.progress.of;
        if is_last || self.progress.rows.is_multiple_of(Self::ROWS_BETWEEN) {
            (self.tell)(self.progress);
        }
    }
}

/// A file that is not whole yet, and is gone if it never becomes so.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn beside(to: &Path) -> Result<Self, StoreError> {
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let path = to.with_file_name(name);
        // What an earlier attempt left behind when it was killed.
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::File { action: "removing an unfinished copy", source })
            }
            Ok(()) | Err(_) => Ok(Self { path }),
        }
    }

    /// Gives the file its name, so that a power cut leaves it whole under it, or not at all.
    fn complete(&self, to: &Path) -> Result<(), StoreError> {
        let synced = File::open(&self.path).and_then(|it| it.sync_all());
        let named = synced.and_then(|()| fs::rename(&self.path, to));
        let kept = named.and_then(|()| sync_folder_of(to));
        kept.map_err(|source| StoreError::File { action: "giving the copy its name", source })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After `complete` there is nothing to remove, and no other failure is worth more than the
        // one that is being told.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::meta::Schema;

    fn copied(harm: impl FnOnce(&mut crate::store::Batch<'_>) -> Result<(), StoreError>) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let store = Store::open(&path("live.redb"), 1 << 20).expect("new");
        let harmed = store.transact(|mut batch| Ok((harm(&mut batch)?, Commit::Durable)));
        harmed.expect("written");
        drop(store);
        let (from, to) = (path("live.redb"), path("copy.redb"));
        let done = restore(&from, &to, Existing::Refused, &mut |_| {});
        assert_eq!(done.is_ok(), to.exists());
        assert!(!path("copy.redb.partial").exists());
        done.map_or_else(|error| error.to_string(), |_| "copied".to_owned())
    }

    #[test]
    fn what_this_program_does_not_understand_is_not_copied() {
        assert_eq!(copied(|_| Ok(())), "copied");
        assert_eq!(
            copied(|batch| batch.put_setting(&Schema(900))),
            format!(
                "the store has schema 900, this program knows up to {}: use a newer Tillbox",
                migrate::newest()
            )
        );
        assert_eq!(
            copied(|batch| batch.insert(Table("attic"), b"box", b"").map(|_| ())),
            "the store has a table `attic` that this program does not know"
        );
    }

    #[test]
    fn a_row_under_a_broken_seal_ends_the_copy() {
        let broken = |batch: &mut crate::store::Batch<'_>| {
            batch.insert_sealed(Table("sequence"), b"order", b"12345678abcd")
        };
        assert_eq!(copied(broken), "a record of `sequence` cannot be read");
    }
}
