//! Cursors: where a list stopped, opaque to who holds it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::error::Invalid;

/// No key in the store is longer.
const BYTES_MAX: usize = 512;

/// The text of a place in a list.
pub(crate) fn text(key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// The place that a text says.
pub(crate) fn key(text: &str) -> Result<Vec<u8>, Invalid> {
    let refused = || Invalid::one("cursor", "format", "must be the `next_cursor` of an answer");
    let key = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
    if key.len() > BYTES_MAX { Err(refused()) } else { Ok(key) }
}
