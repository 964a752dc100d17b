//! The data folder: where the store lies, and what lies beside it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, lchown};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::config::Config;
use crate::world::seal::KEY_FILE;

/// A folder for one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder of these settings, made for its owner alone if it is not there.
    pub(super) fn create(config: &Config) -> Result<Self, Failure> {
        let path = &config.data;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|source| Failure::file("making the data folder", path, source))?;
        Self::absolute(path)
    }

    /// The folder of these settings, which must hold a store.
    pub(super) fn existing(config: &Config) -> Result<Self, Failure> {
        let folder = Self::absolute(&config.data)?;
        if folder.store().is_file() {
            Ok(folder)
        } else {
            Err(Failure::NoStore { folder: folder.0 })
        }
    }

    fn absolute(path: &Path) -> Result<Self, Failure> {
        let absolute = std::path::absolute(path);
        absolute.map(Self).map_err(|source| Failure::file("finding", path, source))
    }

    /// A folder that is there.
    #[cfg(test)]
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The store.
    pub(super) fn store(&self) -> PathBuf {
        self.0.join("tillbox.redb")
    }

    /// The search index, which may be thrown away at any time.
    pub(super) fn search(&self) -> PathBuf {
        self.0.join("search")
    }

    /// Where mails lie if there is no mail server.
    pub(super) fn mails(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// The key for what is sealed in the store, if it was made here.
    pub(super) fn key(&self) -> PathBuf {
        self.0.join(KEY_FILE)
    }

    /// Throws the search index away: of another store it would say what is not there.
    pub(super) fn forget_search(&self) -> Result<(), Failure> {
        let path = self.search();
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Failure::file("removing", &path, source))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Gives what is in the folder to whom the folder belongs: a command that root types must not
    /// leave a file there that the server cannot open, which runs as somebody else.
    pub(super) fn hand_over(&self) -> Result<(), Failure> {
        let failed = |source| Failure::file("handing over what lies in", &self.0, source);
        let owner = fs::metadata(&self.0).map_err(failed)?;
        let owner = (owner.uid(), owner.gid());
        let all = [self.store(), self.key(), self.search(), self.mails()];
        all.iter().try_for_each(|it| give(it, owner)).map_err(failed)
    }

    /// Where a running server can be spoken to by whoever may read the store anyway.
    pub(super) fn socket(&self) -> PathBuf {
        self.0.join("tillbox.sock")
    }

    /// Whether there is a store already.
    pub(super) fn has_store(&self) -> Result<bool, Failure> {
        let path = self.store();
        match path.metadata() {
            Ok(it) => Ok(it.len() > 0),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(Failure::file("looking at", &path, source)),
        }
    }
}

/// Gives a file, or a folder with all in it, to somebody, if it is there and somebody else's.
fn give(path: &Path, owner: (u32, u32)) -> io::Result<()> {
    let about = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about?,
    };
    if about.uid() != owner.0 {
        lchown(path, Some(owner.0), Some(owner.1))?;
    }
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), owner)?;
        }
    }
    Ok(())
}
