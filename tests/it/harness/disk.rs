//! A disk in memory that does what disks do.
//!
//! It keeps what was synced, may lose, tear or reorder what was not when the power is cut, and
//! fails or fills up at the operation that a test names.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;
use tillbox::store::Medium;

use super::chance::Chance;

/// What a disk writes whole or not at all.
const SECTOR_BYTES: usize = 512;
/// What a file system takes from the disk at a time.
const BLOCK_BYTES: u64 = 4096;

/// A disk; its clones are the same disk.
#[derive(Debug, Clone)]
pub(crate) struct Disk(Arc<Mutex<State>>);

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The power goes at the n-th sync, before it is done.
    CutAtSync(u64),
    /// The power goes at the n-th write.
    CutAtWrite(u64),
    /// The n-th operation, or the first after it that can, fails.
    Fails(u64, Failure),
}

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// An error of the device; nothing was done.
    Device,
    /// No space; nothing was done. Operations that need no space are done.
    NoSpace,
    /// Half of a write was done, then an error of the device.
    Short,
}

/// Whether a sync that is answered was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fsync {
    Honest,
    /// The control: on such a disk a store must lose what it promised to keep.
    Lying,
}

struct State {
    /// What a power cut leaves.
    durable: Vec<u8>,
    /// What is read while the power is on.
    cached: Vec<u8>,
    /// What was done since the last sync, in order.
    unsynced: Vec<Change>,
    /// The blocks that hold something; the rest of the file takes no space.
    taken: BTreeSet<u64>,
    blocks_max: Option<u64>,
    fsync: Fsync,
    mishap: Option<Mishap>,
    /// What happens elsewhere at the n-th read.
    hook: Option<(u64, Hook)>,
    power: Power,
    done: Done,
}

/// What happens elsewhere while the disk is asked for something.
type Hook = Box<dyn FnOnce() + Send>;

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "disk of {} bytes, {:?}, {:?}", self.cached.len(), self.power, self.done)
    }
}

#[derive(Debug)]
enum Change {
    Length(usize),
    Bytes { at: usize, bytes: Vec<u8> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Off,
}

/// How much was asked of a disk since the mishap was named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) syncs: u64,
    pub(crate) operations: u64,
}

/// Why an operation is not simply done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The power went while it was on its way.
    Cut,
    /// The power is off.
    Off,
    Fails(Failure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Ask,
    Grow,
    Write,
    Sync,
}

impl Disk {
    pub(crate) fn new(fsync: Fsync) -> Self {
        Self::holding(Vec::new(), fsync)
    }

    pub(crate) fn holding(bytes: Vec<u8>, fsync: Fsync) -> Self {
        let blocks = (bytes.len() as u64).div_ceil(BLOCK_BYTES);
        Self(Arc::new(Mutex::new(State {
            durable: bytes.clone(),
            cached: bytes,
            unsynced: Vec::new(),
            taken: (0..blocks).collect(),
            blocks_max: None,
            fsync,
            mishap: None,
            hook: None,
            power: Power::On,
            done: Done::default(),
        })))
    }

    /// From now on `mishap` happens, counted from here.
    pub(crate) fn expect(&self, mishap: Mishap) {
        let mut state = self.state();
        state.mishap = Some(mishap);
        state.done = Done::default();
    }

    /// Lets something happen elsewhere while the n-th read from here is on its way.
    pub(crate) fn at_read(&self, n: u64, hook: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        state.done = Done::default();
        state.hook = Some((n, Box::new(hook)));
    }

    /// Counts a read, and lets happen what is to happen at it: the disk is free meanwhile.
    fn meet_hook(&self) {
        let mut state = self.state();
        state.done.reads += 1;
        let reads = state.done.reads;
        let hook = state.hook.take_if(|it| it.0 == reads);
        drop(state);
        if let Some((_, hook)) = hook {
            hook();
        }
    }

    /// Whether a mishap is still to come.
    pub(crate) fn expects_more(&self) -> bool {
        self.state().mishap.is_some()
    }

    pub(crate) fn done(&self) -> Done {
        self.state().done
    }

    /// Everything that lies on the disk.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state().cached.clone()
    }

    /// How much the disk can hold from now on.
    pub(crate) fn limit(&self, bytes: Option<u64>) {
        self.state().blocks_max = bytes.map(|it| it / BLOCK_BYTES);
    }

    /// How much of the disk is taken.
    pub(crate) fn taken_bytes(&self) -> u64 {
        self.state().taken.len() as u64 * BLOCK_BYTES
    }

    /// Cuts the power, if it is not off yet, and turns it on again. Of what was not synced, each
    /// sector of each write is there or not, as chance has it; changes of length are there up to
    /// one of them. What later writes left while earlier ones are missing is reordered.
    pub(crate) fn power_cycle(&self, chance: &mut Chance) {
        let mut state = self.state();
        let unsynced = std::mem::take(&mut state.unsynced);
        let lengths = unsynced.iter().filter(|it| matches!(it, Change::Length(_))).count();
        let mut lengths_kept = chance.below(lengths as u64 + 1);
        // All of it and none of it are the cases that a fair coin would never try.
        let kept_of_eight = chance.pick(&[0, 1, 4, 7, 8]);
        for change in &unsynced {
            match change {
                Change::Length(_) if lengths_kept == 0 => {}
                Change::Length(length) => {
                    lengths_kept -= 1;
                    state.durable.resize(*length, 0);
                }
                Change::Bytes { at, bytes } => {
                    put_sectors(&mut state.durable, *at, bytes, || chance.hits(kept_of_eight, 8));
                }
            }
        }
        state.cached = state.durable.clone();
        let blocks = (state.cached.len() as u64).div_ceil(BLOCK_BYTES);
        state.taken = (0..blocks).collect();
        state.mishap = None;
        state.power = Power::On;
        state.done = Done::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes those sectors that are `kept` and lie within the disk.
fn put_sectors(disk: &mut [u8], at: usize, bytes: &[u8], mut kept: impl FnMut() -> bool) {
    let mut from = 0;
    while from < bytes.len() {
        let to = (from + SECTOR_BYTES - (at + from) % SECTOR_BYTES).min(bytes.len());
        if kept() && at + to <= disk.len() {
            disk[at + from..at + to].copy_from_slice(&bytes[from..to]);
        }
        from = to;
    }
}

impl State {
    /// Counts an operation and says what keeps it from being done, if anything does.
    fn meet(&mut self, operation: Operation) -> Result<(), Stop> {
        if self.power == Power::Off {
            return Err(Stop::Off);
        }
        self.done.operations += 1;
        self.done.writes += u64::from(operation == Operation::Write);
        self.done.syncs += u64::from(operation == Operation::Sync);
        let (done, mishap) = (self.done, self.mishap);
        match mishap {
            Some(Mishap::CutAtSync(n)) if operation == Operation::Sync && n == done.syncs => {
                self.power = Power::Off;
                Err(Stop::Cut)
            }
            Some(Mishap::CutAtWrite(n)) if operation == Operation::Write && n == done.writes => {
                self.power = Power::Off;
                Err(Stop::Cut)
            }
            Some(Mishap::Fails(n, failure)) if n <= done.operations && operation.can(failure) => {
                self.mishap = None;
                Err(Stop::Fails(failure))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Takes the blocks that a write falls on, if the disk has them.
    fn take(&mut self, at: u64, length: u64) -> io::Result<()> {
        let blocks = at / BLOCK_BYTES..(at + length).div_ceil(BLOCK_BYTES);
        let fresh: Vec<u64> = blocks.filter(|it| !self.taken.contains(it)).collect();
        let taken = (self.taken.len() + fresh.len()) as u64;
        if !fresh.is_empty() && self.blocks_max.is_some_and(|max| taken > max) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.taken.extend(fresh);
        Ok(())
    }

    fn put(&mut self, at: usize, bytes: &[u8]) -> io::Result<()> {
        let end = at + bytes.len();
        let place = self.cached.get_mut(at..end).ok_or(io::ErrorKind::UnexpectedEof)?;
        place.copy_from_slice(bytes);
        self.unsynced.push(Change::Bytes { at, bytes: bytes.to_vec() });
        Ok(())
    }
}

impl Operation {
    /// Whether it can fail so.
    fn can(self, failure: Failure) -> bool {
        match failure {
            Failure::Device => true,
            Failure::NoSpace => matches!(self, Self::Grow | Self::Write),
            Failure::Short => self == Self::Write,
        }
    }
}

fn error(stop: Stop) -> io::Error {
    match stop {
        Stop::Fails(Failure::NoSpace) => io::ErrorKind::StorageFull.into(),
        Stop::Fails(Failure::Device | Failure::Short) => io::Error::other("the disk failed"),
        Stop::Cut | Stop::Off => io::Error::other("the power is off"),
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).expect("a disk in memory is smaller than memory")
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        let mut state = self.state();
        state.meet(Operation::Ask).map_err(error)?;
        Ok(state.cached.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.meet_hook();
        let mut state = self.state();
        state.meet(Operation::Ask).map_err(error)?;
        let from = place(offset);
        let found = state.cached.get(from..from + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.meet(Operation::Grow).map_err(error)?;
        let length = place(len);
        state.cached.resize(length, 0);
        state.taken.retain(|block| block * BLOCK_BYTES < len);
        state.unsynced.push(Change::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.meet(Operation::Sync).map_err(error)?;
        if state.fsync == Fsync::Lying {
            return Ok(());
        }
        for change in std::mem::take(&mut state.unsynced) {
            match change {
                Change::Length(length) => state.durable.resize(length, 0),
                Change::Bytes { at, bytes } => put_sectors(&mut state.durable, at, &bytes, || true),
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let met = state.meet(Operation::Write);
        let count = match met {
            Ok(()) | Err(Stop::Cut) => data.len(),
            Err(Stop::Fails(Failure::Short)) => data.len() / 2,
            Err(Stop::Off | Stop::Fails(Failure::Device | Failure::NoSpace)) => 0,
        };
        if count > 0 {
            state.take(offset, count as u64)?;
            state.put(place(offset), &data[..count])?;
        }
        met.map_err(error)
    }
}

impl Medium for Disk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(self.clone()))
    }

    fn free_bytes(&self) -> io::Result<Option<u64>> {
        let state = self.state();
        let free = |max: u64| max.saturating_sub(state.taken.len() as u64) * BLOCK_BYTES;
        Ok(state.blocks_max.map(free))
    }
}
