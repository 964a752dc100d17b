//! Where a store's bytes lie: a file that reserves its growth, or what a test puts in its place.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::{Errno, retry_on_intr};

use super::health::forward_locks;

/// Where a store's bytes lie, so that it can be opened, and opened again once a full disk has
/// space.
pub trait Medium: Send + Sync + 'static {
    /// The bytes, to be used by one opening of the store alone.
    ///
    /// # Errors
    /// If they cannot be had.
    fn open(&self) -> io::Result<Box<dyn StorageBackend>>;

    /// How much can still be stored, or `None` where nobody knows a limit.
    ///
    /// # Errors
    /// If it cannot be found out.
    fn free_bytes(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    /// Whether other processes may read along, which takes locks on ranges of bytes.
    fn is_shared(&self) -> bool {
        false
    }
}

/// A backend that exists already, and can be opened once.
pub(super) struct Once(Mutex<Option<Box<dyn StorageBackend>>>);

impl Once {
    pub(super) fn new(backend: impl StorageBackend) -> Self {
        Self(Mutex::new(Some(Box::new(backend))))
    }
}

impl Medium for Once {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        let backend = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        backend.ok_or_else(|| io::Error::other("this backend can be opened once"))
    }
}

/// A file on a disk.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    path: PathBuf,
}

impl Disk {
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }
}

impl Medium for Disk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // Customers' data is nobody else's business.
        let file = options.mode(0o600).open(&self.path)?;
        if file.metadata()?.len() == 0 {
            sync_folder_of(&self.path)?;
        }
        Ok(Box::new(Reserving::new(file)?))
    }

    fn free_bytes(&self) -> io::Result<Option<u64>> {
        let about = statvfs(&self.path)?;
        // What root keeps for itself is not ours, even if we are root: it is kept for a bad day.
        Ok(Some(about.f_bavail.saturating_mul(about.f_frsize)))
    }

    fn is_shared(&self) -> bool {
        true
    }
}

/// A file that takes its space from the disk when it grows, not when it is written.
///
/// The engine grows a file in few big steps. Reserved, a page of it can always be written, however
/// full others make the disk meanwhile. A step that would take more than half of what is free is
/// not reserved, because a file of 3 GB need not claim 3 GB more to grow by a page: then the
/// writer's headroom ([`Store::HEADROOM_BYTES`](super::Store::HEADROOM_BYTES)) stands between
/// a full disk and a commit, and where even that was used up by others, the store is reopened.
struct Reserving {
    /// The same open file, because the engine's backend does not give its own out. It takes no
    /// locks of its own, so closing it releases none.
    file: File,
    backend: FileBackend,
}

impl Reserving {
    fn new(file: File) -> io::Result<Self> {
        let same = file.try_clone()?;
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Self { file: same, backend })
    }

    fn reserve(&self, from: u64, count: u64) -> io::Result<()> {
        let about = rustix::fs::fstatvfs(&self.file)?;
        if count > about.f_bavail.saturating_mul(about.f_frsize) / 2 {
            return Ok(());
        }
        match retry_on_intr(|| fallocate(&self.file, FallocateFlags::empty(), from, count)) {
            // The file system cannot reserve: the file grows as it would have without us.
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
            done => Ok(done?),
        }
    }
}

impl fmt::Debug for Reserving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.backend.fmt(f)
    }
}

impl StorageBackend for Reserving {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let before = self.backend.len()?;
        if len > before {
            self.reserve(before, len - before)?;
        }
        self.backend.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.backend.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.backend.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }

    forward_locks!(backend);
}

/// Makes sure that a file that came into a folder, or left it, is so after a power cut too.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
