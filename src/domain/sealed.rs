//! Secrets at rest: bytes that were encrypted before they came here and that nothing here can read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An encrypted secret. Its key is held elsewhere; it never shows in a log.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// What the encryption of a secret gave.
    #[must_use]
    pub const fn new(cipher: Vec<u8>) -> Self {
        Self(cipher)
    }

    /// The bytes to decrypt.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_even_encrypted() {
        assert_eq!(format!("{:?}", Sealed::new(vec![1, 2, 3])), "Sealed(3 bytes)");
    }
}
