//! Replay: the rows that were written, written again by nothing but the engine.
//!
//! What a file holds before and after says which rows were put and which were taken out. They are
//! dealt out to the acts that wrote them: a row that carries an id made by an act is that act's.
//! Then a bare writer puts them with the same group commit, durable and with quick repair.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, TableHandle};
use tokio::sync::oneshot;

use super::Times;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// All rows of a file, by table.
pub(crate) struct Contents(BTreeMap<String, Rows>);

/// A row to be put, or to be taken out.
#[derive(Clone)]
struct Change {
    table: usize,
    key: Vec<u8>,
    value: Option<Vec<u8>>,
}

/// What so many acts wrote.
pub(crate) struct Replay {
    tables: Vec<String>,
    acts: Vec<Vec<Change>>,
}

fn definition(name: &str) -> TableDefinition<'_, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

impl Contents {
    /// What lies in a file that nobody has open.
    pub(crate) fn of(path: &Path) -> Self {
        let database = Database::open(path).unwrap();
        let tx = database.begin_read().unwrap();
        let mut all = BTreeMap::new();
        for handle in tx.list_tables().unwrap() {
            let table = tx.open_table(definition(handle.name())).unwrap();
            let rows = table.iter().unwrap().map(|row| {
                let (key, value) = row.unwrap();
                (key.value().to_vec(), value.value().to_vec())
            });
            all.insert(handle.name().to_owned(), rows.collect());
        }
        Self(all)
    }

    /// Writes it all into a new file.
    fn write(&self, path: &Path) -> Database {
        let _ = std::fs::remove_file(path);
        let mut builder = redb::Builder::new();
        builder.set_cache_size(tillbox::store::Store::CACHE_BYTES);
        let database = builder.create(path).unwrap();
        let tx = database.begin_write().unwrap();
        for (name, rows) in &self.0 {
            let mut table = tx.open_table(definition(name)).unwrap();
            for (key, value) in rows {
                table.insert(key.as_slice(), value.as_slice()).unwrap();
            }
        }
        tx.commit().unwrap();
        database
    }
}

impl Replay {
    /// What lies between two contents, dealt out to `acts` acts.
    pub(crate) fn between(before: &Contents, after: &Contents, acts: usize) -> Self {
        let tables: Vec<_> = after.0.keys().cloned().collect();
        let mut changes: Vec<Vec<Change>> = Vec::new();
        let nothing = Rows::new();
        for (table, name) in tables.iter().enumerate() {
            let (old, new) = (before.0.get(name).unwrap_or(&nothing), &after.0[name]);
            let put = new.iter().filter(|(key, value)| old.get(*key) != Some(value));
            let put = put.map(|(key, value)| (key, Some(value.clone())));
            let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key, None));
            let change = |(key, value): (&Vec<u8>, _)| Change { table, key: key.clone(), value };
            changes.push(put.chain(gone).map(change).collect());
        }
        let owners = owners(&changes, before, acts);
        let mut dealt = vec![Vec::new(); acts];
        for changes in changes {
            let count = changes.len().max(1);
            for (place, change) in changes.into_iter().enumerate() {
                let owner = owner(&owners, &change).unwrap_or(place * acts / count);
                dealt[owner].push(change);
            }
        }
        Self { tables, acts: dealt }
    }

    /// How many rows an act wrote, in tenths.
    pub(crate) fn rows_in_tenths(&self) -> usize {
        self.acts.iter().map(Vec::len).sum::<usize>() * 10 / self.acts.len().max(1)
    }

    /// How many bytes an act wrote.
    pub(crate) fn bytes(&self) -> usize {
        let rows = self.acts.iter().flatten();
        let all: usize = rows.map(|it| it.key.len() + it.value.as_ref().map_or(0, Vec::len)).sum();
        all / self.acts.len().max(1)
    }

    /// Rows an act by table, for who wants to know where they come from.
    pub(crate) fn told(&self) -> String {
        let mut counts = BTreeMap::<usize, usize>::new();
        for change in self.acts.iter().flatten() {
            *counts.entry(change.table).or_default() += 1;
        }
        let told = counts.into_iter().map(|(table, count)| {
            format!("{} {}", self.tables[table], count * 10 / self.acts.len())
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// Puts the rows of each act for so many clients, each waiting until its rows are on the disk;
    /// those that come while the disk syncs share the next commit.
    pub(crate) fn by_clients(
        self: &Arc<Self>,
        from: &Contents,
        path: &Path,
        clients: usize,
    ) -> (Duration, Times) {
        let database = from.write(path);
        let (door, jobs) = sync_channel(8192);
        let writer = {
            let replay = Arc::clone(self);
            thread::spawn(move || replay.serve(&database, &jobs))
        };
        let begun = Instant::now();
        let times = clients_of(clients, self.acts.len(), move |act| {
            let (to, done) = oneshot::channel();
            door.try_send((act, to)).unwrap();
            async move { done.await.unwrap() }
        });
        let took = begun.elapsed();
        writer.join().unwrap();
        (took, times)
    }

    fn serve(&self, database: &Database, jobs: &Receiver<(usize, oneshot::Sender<()>)>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            while batch.len() < 4096
                && let Ok(next) = jobs.try_recv()
            {
                batch.push(next);
            }
            self.put(database, batch.iter().map(|it| it.0));
            for (_, done) in batch {
                let _ = done.send(());
            }
        }
    }

    /// Puts the rows of all acts, so many acts to a commit.
    pub(crate) fn in_pages(&self, from: &Contents, path: &Path, acts_a_commit: usize) -> Duration {
        let database = from.write(path);
        let begun = Instant::now();
        let all: Vec<_> = (0..self.acts.len()).collect();
        for page in all.chunks(acts_a_commit.max(1)) {
            self.put(&database, page.iter().copied());
        }
        begun.elapsed()
    }

    fn put(&self, database: &Database, acts: impl Iterator<Item = usize>) {
        let mut tx = database.begin_write().unwrap();
        tx.set_durability(Durability::Immediate).unwrap();
        tx.set_quick_repair(true);
        {
            let mut open = BTreeMap::new();
            for change in acts.flat_map(|act| &self.acts[act]) {
                let name = &self.tables[change.table];
                let table = open
                    .entry(change.table)
                    .or_insert_with(|| tx.open_table(definition(name)).unwrap());
                match &change.value {
                    Some(value) => {
                        drop(table.insert(change.key.as_slice(), value.as_slice()).unwrap())
                    }
                    None => drop(table.remove(change.key.as_slice()).unwrap()),
                }
            }
        }
        tx.commit().unwrap();
    }
}

/// Which act made which id: ids rise with time, so that in a table with so many new rows under an
/// id for each act, the first rows are the first act's.
fn owners(changes: &[Vec<Change>], before: &Contents, acts: usize) -> HashMap<[u8; 16], usize> {
    let known: BTreeSet<&[u8]> =
        before.0.values().flat_map(|it| it.keys()).map(Vec::as_slice).collect();
    let mut owners = HashMap::new();
    for rows in changes {
        let new: Vec<[u8; 16]> = rows
            .iter()
            .filter(|it| it.value.is_some() && !known.contains(it.key.as_slice()))
            .filter_map(|it| it.key.as_slice().try_into().ok())
            .collect();
        if new.is_empty() || !new.len().is_multiple_of(acts) {
            continue;
        }
        let each = new.len() / acts;
        owners.extend(new.into_iter().enumerate().map(|(place, id)| (id, place / each)));
    }
    owners
}

fn owner(owners: &HashMap<[u8; 16], usize>, change: &Change) -> Option<usize> {
    let value = change.value.as_deref().unwrap_or_default();
    let windows = change.key.windows(16).chain(value.windows(16));
    windows.filter_map(|it| owners.get(it)).copied().next()
}

/// Lets so many clients do acts by number, each after its last one is done, on one thread.
pub(crate) fn clients_of<F, D>(clients: usize, acts: usize, act: F) -> Times
where
    F: Fn(usize) -> D + 'static,
    D: Future<Output = ()> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let local = tokio::task::LocalSet::new();
    let act = std::rc::Rc::new(act);
    let times = local.block_on(&runtime, async move {
        let all: Vec<_> = (0..clients)
            .map(|first| {
                let act = std::rc::Rc::clone(&act);
                tokio::task::spawn_local(async move {
                    let mut times = Vec::new();
                    for number in (first..acts).step_by(clients) {
                        let begun = Instant::now();
                        act(number).await;
                        times.push(begun.elapsed());
                    }
                    times
                })
            })
            .collect();
        let mut times = Vec::new();
        for client in all {
            times.extend(client.await.unwrap());
        }
        times
    });
    Times::of(times)
}
