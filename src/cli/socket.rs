//! The socket file beside the store: the way to a running server for who may read the store anyway.
//!
//! Whoever can open the file is the operator of the machine, and is not asked who it is. So the
//! file is its owner's alone from the moment it can be found.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use super::failure::Failure;
use super::folder::Folder;

/// A socket file; it is removed when this is dropped.
pub(super) struct SocketFile(PathBuf);

impl SocketFile {
    /// Listens at the folder's socket file. Only who has the store open may call it: then what lies
    /// there was left by a process that is no more.
    pub(super) fn bind(folder: &Folder) -> Result<(Self, UnixListener), Failure> {
        let path = folder.socket();
        let bound = must_be_ours(&path).and_then(|()| bind_beside(folder.path(), &path));
        let listener = bound.map_err(|source| Failure::file("listening at", &path, source))?;
        Ok((Self(path), listener))
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "the socket file stays behind");
        }
    }
}

/// Refuses to replace what is no socket.
fn must_be_ours(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(it) if it.file_type().is_socket() => Ok(()),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of that name")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the socket where nobody else can come, closes it to others, and moves it into place: over
/// what was left there, and without a moment in which it is open.
fn bind_beside(folder: &Path, path: &Path) -> io::Result<UnixListener> {
    let nest = folder.join(".sock");
    if nest.exists() {
        fs::remove_dir_all(&nest)?;
    }
    fs::DirBuilder::new().mode(0o700).create(&nest)?;
    let made = nest.join("new");
    let listener = UnixListener::bind(&made)?;
    fs::set_permissions(&made, fs::Permissions::from_mode(0o600))?;
    fs::rename(&made, path)?;
    fs::remove_dir(&nest)?;
    Ok(listener)
}

/// A connection to the server that has the folder's store open, if there is one.
pub(super) async fn connect(folder: &Folder) -> Result<Option<UnixStream>, Failure> {
    use io::ErrorKind::{ConnectionRefused, NotFound};
    let path = folder.socket();
    match UnixStream::connect(&path).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), ConnectionRefused | NotFound) => Ok(None),
        Err(source) => Err(Failure::file("speaking to the server at", &path, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_file_is_its_owners_alone_and_gone_at_the_end() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        assert!(connect(&folder).await.unwrap().is_none());
        let (file, listener) = SocketFile::bind(&folder).unwrap();
        assert_eq!(mode(&folder.socket()), 0o600);
        let both = tokio::join!(connect(&folder), listener.accept());
        assert!(both.0.unwrap().is_some() && both.1.is_ok());
        drop(file);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_a_dead_process_left_is_replaced_and_no_file_of_anybody_else() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        drop(UnixListener::bind(folder.socket()).unwrap());
        assert!(connect(&folder).await.unwrap().is_none(), "nobody listens any more");
        let (file, _listener) = SocketFile::bind(&folder).unwrap();
        assert!(connect(&folder).await.unwrap().is_some());
        drop(file);
        fs::write(folder.socket(), "a shopping list").unwrap();
        assert!(SocketFile::bind(&folder).is_err());
        assert_eq!(fs::read_to_string(folder.socket()).unwrap(), "a shopping list");
    }
}
