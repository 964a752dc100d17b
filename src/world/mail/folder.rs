//! Letters as `.eml` files in a folder, for those who have no mail server (yet).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Letter, Post, PostError, mime};
use crate::domain::time::Instant;

/// A folder that letters are laid into, each under the name of its id.
#[derive(Debug)]
pub struct FolderPost {
    folder: PathBuf,
    /// One letter is written at a time, so that nobody else writes its temporary file.
    turn: Mutex<()>,
}

impl FolderPost {
    /// The post that lays letters into a folder, which is made with the first letter.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder, turn: Mutex::new(()) }
    }

    /// Where a letter lies once it is sent.
    #[must_use]
    pub fn path(&self, letter: &Letter) -> PathBuf {
        self.folder.join(format!("{}.eml", letter.id.as_str()))
    }
}

impl Post for FolderPost {
    fn send(&self, letter: &Letter, at: Instant) -> Result<(), PostError> {
        let bytes = mime::compose(letter, at).map_err(PostError::Refused)?.formatted();
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        lay(&self.path(letter), &bytes).map_err(|it| PostError::Later(it.into()))
    }

    fn reaches_people(&self) -> bool {
        false
    }
}

/// Writes a file that is either there as a whole, also after a power cut, or not at all.
fn lay(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.try_exists()? {
        return Ok(());
    }
    let folder = path.parent().expect("a letter lies in a folder");
    fs::create_dir_all(folder)?;
    let part = path.with_extension("part");
    // Letters hold links that reset passwords: they are nobody else's to read.
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::world::mail::letter;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> =
            entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_letter_sent_twice_lies_there_once_as_it_was_sent_first() {
        let home = tempfile::tempdir().expect("a folder");
        let post = FolderPost::new(home.path().join("data/mail"));
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("a moment");
        post.send(&letter("a@b"), at(1)).expect("sent");
        let first = fs::read(post.path(&letter("a@b"))).expect("a file");
        post.send(&letter("a@b"), at(100)).expect("sent again");
        post.send(&letter("c@b"), at(100)).expect("another one");

        assert_eq!(names(&home.path().join("data/mail")), ["a@b.eml", "c@b.eml"]);
        assert_eq!(fs::read(post.path(&letter("a@b"))).expect("a file"), first);
        assert!(String::from_utf8_lossy(&first).contains("Message-ID: <a@b>"));
        let mode = fs::metadata(post.path(&letter("a@b"))).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_a_crash_left_half_written_is_written_anew() {
        let home = tempfile::tempdir().expect("a folder");
        let post = FolderPost::new(home.path().to_owned());
        fs::write(home.path().join("a@b.part"), "Message-ID: <a@").expect("half a file");
        post.send(&letter("a@b"), Instant::from_micros(0).expect("the epoch")).expect("sent");
        assert_eq!(names(home.path()), ["a@b.eml"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_a_reason_to_try_later() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("mail");
        fs::write(&file, "not a folder").expect("a file");
        let post = FolderPost::new(file);
        let sent = post.send(&letter("a@b"), Instant::from_micros(0).expect("the epoch"));
        assert!(matches!(sent, Err(PostError::Later(_))), "{sent:?}");
    }
}
