//! Secrets at rest: what the store must keep but nobody may read who only has the store.
//!
//! Each secret is encrypted with XChaCha20-Poly1305 under a key that is not in the store, and bound
//! to what it belongs to: moved to another row, it cannot be opened. The bytes are the number of
//! their layout, the number of the key, 24 of nonce, and the cipher with its tag.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use thiserror::Error;

use super::entropy::Entropy;
use crate::domain::id::Subject;
use crate::domain::sealed::Sealed;

const LAYOUT: u8 = 1;
const NONCE_BYTES: usize = 24;

/// What the file of keys is called.
pub const KEY_FILE: &str = "tillbox.key";

/// Why there is no key, or why it does not open a secret.
#[derive(Debug, Error)]
pub enum SealError {
    /// The store was used before, and its keys are gone.
    #[error("the key file `{}` is missing: put it back from where backups of it are kept", .0.display())]
    Missing(PathBuf),
    /// Others on this machine can read the keys.
    #[error("the key file `{}` can be read by others: `chmod 600` it", .0.display())]
    Open(PathBuf),
    /// The keys cannot be read or written.
    #[error("the key file `{}` cannot be used", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// The text holds no keys.
    #[error("keys are lines of a number from 0 to 255, a space and 64 hexadecimal digits")]
    Text,
    /// The secret was sealed with a key that is not here.
    #[error("the secret was sealed with key {0}, which is not here")]
    OtherKey(u8),
    /// The secret was changed, or belongs to something else.
    #[error("the secret is not whole or not of this thing")]
    Broken,
    /// The keys are those of another store.
    #[error(
        "they are not the keys that it was sealed with: put the `tillbox.key` back that was kept with it"
    )]
    Foreign,
}

/// Where the keys are.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// Here, as it was set in the environment.
    Text(String),
    /// In a file that somebody else provides, such as a systemd credential.
    Given(PathBuf),
    /// In a file of our own beside the store.
    Beside(PathBuf),
}

impl KeyPlace {
    /// The place to look, given what is set, the folder of credentials (`CREDENTIALS_DIRECTORY`) and
    /// the folder of the store: what is set beats a credential that is there, and that beats our own.
    #[must_use]
    pub fn choose(set: Option<Self>, credentials: Option<&Path>, store: &Path) -> Self {
        let given = credentials.map(|it| it.join(KEY_FILE)).filter(|it| it.exists());
        let kept = given.map_or_else(|| Self::Beside(store.join(KEY_FILE)), Self::Given);
        set.unwrap_or(kept)
    }
}

/// Whether the store is new: only then may a key be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing was ever sealed.
    First,
    /// There may be secrets to open.
    Again,
}

/// A secret in clear, that does not show in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whoever holds the keys.
pub struct Sealer {
    ciphers: BTreeMap<u8, XChaCha20Poly1305>,
    /// The key that new secrets are sealed with: the last that was written down.
    current: u8,
}

impl Sealer {
    /// Takes the keys from their place; on the first start they are made if they are to be beside
    /// the store.
    ///
    /// # Errors
    /// If there are none, or they are no keys, or others can read ours.
    pub fn open(place: &KeyPlace, start: Start, entropy: &dyn Entropy) -> Result<Self, SealError> {
        match place {
            KeyPlace::Text(text) => Self::parse(text),
            KeyPlace::Given(path) => Self::parse(&read(path)?),
            KeyPlace::Beside(path) => {
                if start == Start::First && !path.exists() {
                    create(path, entropy).map_err(|it| SealError::File(path.clone(), it))?;
                }
                guard(path)?;
                Self::parse(&read(path)?)
            }
        }
    }

    /// Takes the keys from a text: one a line, or separated by commas; the last is the current one.
    fn parse(text: &str) -> Result<Self, SealError> {
        let (mut ciphers, mut current) = (BTreeMap::new(), None);
        for line in text.split(['\n', ',']).map(str::trim).filter(|it| !it.is_empty()) {
            let (number, digits) = line.split_once(' ').ok_or(SealError::Text)?;
            let number = number.parse().map_err(|_| SealError::Text)?;
            let mut key = [0; 32];
            hex::decode_to_slice(digits.trim(), &mut key).map_err(|_| SealError::Text)?;
            let is_second = ciphers.insert(number, XChaCha20Poly1305::new(&key.into())).is_some();
            if is_second {
                return Err(SealError::Text);
            }
            current = Some(number);
        }
        Ok(Self { ciphers, current: current.ok_or(SealError::Text)? })
    }

    /// Encrypts a secret for one field of one thing.
    #[must_use]
    pub fn seal(
        &self,
        secret: &[u8],
        subject: Subject,
        field: &str,
        entropy: &dyn Entropy,
    ) -> Sealed {
        self.encrypted(secret, &place(subject, field), entropy)
    }

    fn encrypted(&self, secret: &[u8], place: &str, entropy: &dyn Entropy) -> Sealed {
        let mut bytes = vec![LAYOUT, self.current];
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        bytes.extend(nonce);
        let aad = belonging(&bytes[..2], place);
        let cipher = self.ciphers[&self.current]
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: &aad })
            .expect("a secret is shorter than 256 GiB");
        bytes.extend(cipher);
        Sealed::new(bytes)
    }

    /// Decrypts a secret of one field of one thing.
    ///
    /// # Errors
    /// If it was sealed with a key that is not here, for something else, or was changed since.
    pub fn unseal(
        &self,
        sealed: &Sealed,
        subject: Subject,
        field: &str,
    ) -> Result<Secret, SealError> {
        self.decrypted(sealed, &place(subject, field))
    }

    fn decrypted(&self, sealed: &Sealed, place: &str) -> Result<Secret, SealError> {
        let (head, rest) = sealed.as_bytes().split_at_checked(2).ok_or(SealError::Broken)?;
        let (nonce, cipher) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Broken)?;
        if head[0] != LAYOUT {
            return Err(SealError::Broken);
        }
        let key = self.ciphers.get(&head[1]).ok_or(SealError::OtherKey(head[1]))?;
        let aad = belonging(head, place);
        let secret = key.decrypt(&XNonce::from(*nonce), Payload { msg: cipher, aad: &aad });
        secret.map(Secret).map_err(|_| SealError::Broken)
    }

    /// A mark for the store whose secrets these keys seal: what [`Sealer::prove`] takes.
    #[must_use]
    pub fn mark(&self, entropy: &dyn Entropy) -> Sealed {
        self.encrypted(b"", MARK, entropy)
    }

    /// Proves by the mark of a store that its secrets were sealed with these keys.
    ///
    /// # Errors
    /// [`SealError::Foreign`] if they were not.
    pub fn prove(&self, mark: &Sealed) -> Result<(), SealError> {
        self.decrypted(mark, MARK).map(|_| ()).map_err(|_| SealError::Foreign)
    }

    /// Whether a secret should be sealed anew, because there is a newer key.
    #[must_use]
    pub fn is_dated(&self, sealed: &Sealed) -> bool {
        sealed.as_bytes().get(1) != Some(&self.current)
    }
}

/// What the mark of a store belongs to: no subject is written so.
const MARK: &str = "store";

fn place(subject: Subject, field: &str) -> String {
    format!("{subject}/{field}")
}

fn belonging(head: &[u8], place: &str) -> Vec<u8> {
    [head, place.as_bytes()].concat()
}

fn read(path: &Path) -> Result<String, SealError> {
    fs::read_to_string(path).map_err(|it| match it.kind() == io::ErrorKind::NotFound {
        true => SealError::Missing(path.to_owned()),
        false => SealError::File(path.to_owned(), it),
    })
}

/// Refuses a key file that others can read: whoever copies the folder would have all.
fn guard(path: &Path) -> Result<(), SealError> {
    match fs::metadata(path) {
        Ok(it) if it.permissions().mode() & 0o077 != 0 => Err(SealError::Open(path.to_owned())),
        Ok(_) => Ok(()),
        Err(it) if it.kind() == io::ErrorKind::NotFound => Err(SealError::Missing(path.to_owned())),
        Err(it) => Err(SealError::File(path.to_owned(), it)),
    }
}

/// Makes the first key and sees to it that it stays: what is sealed with a key that a power cut
/// took away is lost.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let mut key = [0; 32];
    entropy.fill(&mut key);
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = path.with_extension("part");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(format!("1 {}\n", hex::encode(key)).as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::entropy::SeededEntropy;

    static ENTROPY: SeededEntropy = SeededEntropy::new(7);

    fn subject(last: u8) -> Subject {
        format!("usr_00000000-0000-0000-0000-0000000000{last:02x}").parse().expect("an id")
    }

    fn keys(numbers: &[u8]) -> Sealer {
        let line = |it: &u8| format!("{it} {}", hex::encode([*it; 32]));
        let text = numbers.iter().map(line).collect::<Vec<_>>().join(", ");
        Sealer::parse(&text).expect("keys")
    }

    #[test]
    fn a_secret_opens_for_its_own_field_of_its_own_thing_and_no_other() {
        let (sealer, entropy) = (keys(&[1]), SeededEntropy::new(1));
        let sealed = sealer.seal(b"hunter2", subject(1), "totp", &entropy);
        let open = |sealer: &Sealer, last, field| {
            let secret = sealer.unseal(&sealed, subject(last), field);
            secret.map(|it| it.as_text().map(str::to_owned)).map_err(|it| it.to_string())
        };
        assert_eq!(open(&sealer, 1, "totp"), Ok(Some("hunter2".to_owned())));
        let broken = Err("the secret is not whole or not of this thing".to_owned());
        assert_eq!(open(&sealer, 2, "totp"), broken);
        assert_eq!(open(&sealer, 1, "token"), broken);
        let other = Err("the secret was sealed with key 1, which is not here".to_owned());
        assert_eq!(open(&keys(&[2]), 1, "totp"), other);
    }

    #[test]
    fn no_bit_of_a_sealed_secret_can_be_changed_and_nothing_shows() {
        let sealer = keys(&[1]);
        let sealed = sealer.seal(b"hunter2", subject(1), "totp", &SeededEntropy::new(1));
        let bytes = sealed.as_bytes();
        assert!(!bytes.windows(7).any(|it| it == b"hunter2"));
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            let opened = sealer.unseal(&Sealed::new(changed), subject(1), "totp");
            assert!(opened.is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            let cut = Sealed::new(bytes[..length].to_vec());
            assert!(sealer.unseal(&cut, subject(1), "totp").is_err(), "{length} bytes");
        }
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let (sealer, entropy) = (keys(&[1]), SeededEntropy::new(1));
        let seal = || sealer.seal(b"hunter2", subject(1), "totp", &entropy);
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_newer_key_seals_and_the_older_still_opens() {
        let old = keys(&[1]).seal(b"a", subject(1), "b", &SeededEntropy::new(1));
        let both = keys(&[1, 2]);
        let new = both.seal(b"a", subject(1), "b", &SeededEntropy::new(1));
        assert_eq!((both.is_dated(&old), both.is_dated(&new)), (true, false));
        assert_eq!(new.as_bytes()[1], 2);
        for sealed in [old, new] {
            assert_eq!(both.unseal(&sealed, subject(1), "b").expect("opened").as_bytes(), b"a");
        }
    }

    #[test]
    fn only_the_keys_of_a_store_open_its_mark() {
        let mark = keys(&[1]).mark(&ENTROPY);
        let proven = |sealer: &Sealer| sealer.prove(&mark).is_ok();
        // A foreign key has the same number: each house makes its own first.
        let foreign = Sealer::parse(&format!("1 {}", hex::encode([9; 32]))).expect("a key");
        assert_eq!(
            [keys(&[1]), keys(&[1, 2]), keys(&[2]), foreign].map(|it| proven(&it)),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_text_that_holds_no_keys_is_refused() {
        let key = "a".repeat(64);
        for text in [
            String::new(),
            "1".to_owned(),
            key.clone(),
            format!("256 {key}"),
            format!("1 {key}a"),
            format!("1 {}g", &key[1..]),
            format!("1 {key}\n1 {key}"),
        ] {
            assert!(matches!(Sealer::parse(&text), Err(SealError::Text)), "{text:?}");
        }
    }

    #[test]
    fn a_key_is_made_on_the_first_start_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let place = KeyPlace::choose(None, None, home.path());
        let open = |start| Sealer::open(&place, start, &ENTROPY);
        assert!(matches!(open(Start::Again), Err(SealError::Missing(_))));

        let sealed = open(Start::First).expect("made").seal(b"a", subject(1), "b", &ENTROPY);
        for start in [Start::Again, Start::First] {
            let sealer = open(start).expect("the same key");
            assert_eq!(sealer.unseal(&sealed, subject(1), "b").expect("opened").as_bytes(), b"a");
        }

        let path = home.path().join(KEY_FILE);
        let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        mode(0o640).expect("changed");
        assert!(matches!(open(Start::Again), Err(SealError::Open(_))));
    }

    #[test]
    fn what_is_set_beats_a_credential_and_that_beats_our_own() {
        let home = tempfile::tempdir().expect("a folder");
        let credentials = tempfile::tempdir().expect("a folder");
        let choose = |set: Option<&str>| {
            let set = set.map(|it| KeyPlace::Text(it.to_owned()));
            KeyPlace::choose(set, Some(credentials.path()), home.path())
        };
        assert!(choose(None) == KeyPlace::Beside(home.path().join(KEY_FILE)));
        let given = credentials.path().join(KEY_FILE);
        fs::write(&given, format!("9 {}", "0a".repeat(32))).expect("a credential");
        assert!(choose(None) == KeyPlace::Given(given));
        assert!(choose(Some("1 a")) == KeyPlace::Text("1 a".to_owned()));
        let sealer = Sealer::open(&choose(None), Start::First, &ENTROPY).expect("keys");
        assert_eq!(sealer.current, 9);
    }
}
