//! Bytes: how records and keys are written.
//!
//! A record is `[shape version][postcard]`. A key is made of fixed-width big-endian parts, so that
//! the order of bytes is the order of meaning; a text, which has no fixed width, stands last or is
//! ended by a zero.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use crate::domain::id::{Id, Subject};
use crate::domain::text::folded;
use crate::domain::time::{Date, Instant};

/// A record's bytes, headed by the version of its shape.
pub(super) fn encode<T: Serialize>(shape: u8, value: &T) -> Vec<u8> {
    // Most records fit, and are not moved while they grow.
    let mut head = Vec::with_capacity(512);
    head.push(shape);
    postcard::to_extend(value, head).expect("a domain type has only what postcard can write")
}

/// What a record's bytes say, after their shape version.
pub(super) fn decode<T: DeserializeOwned>(
    table: &'static str,
    body: &[u8],
) -> Result<T, StoreError> {
    let refused = |source| StoreError::Unreadable { table, source };
    let (value, rest) = postcard::take_from_bytes(body).map_err(|it| refused(Some(it)))?;
    // What is left over was written by another shape: values read so far mean something else.
    rest.is_empty().then_some(value).ok_or_else(|| refused(None))
}

/// A key under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key without parts yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Vec::with_capacity(40))
    }

    /// The finished bytes.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// One byte.
    #[must_use]
    pub fn u8(mut self, it: u8) -> Self {
        self.0.push(it);
        self
    }

    /// Four bytes.
    #[must_use]
    pub fn u32(mut self, it: u32) -> Self {
        self.0.extend_from_slice(&it.to_be_bytes());
        self
    }

    /// Eight bytes.
    #[must_use]
    pub fn u64(mut self, it: u64) -> Self {
        self.0.extend_from_slice(&it.to_be_bytes());
        self
    }

    /// The sixteen bytes of an id.
    #[must_use]
    pub fn id(mut self, it: impl Id) -> Self {
        self.0.extend_from_slice(&it.to_bytes());
        self
    }

    /// A kind and the sixteen bytes of an id.
    #[must_use]
    pub fn subject(mut self, it: Subject) -> Self {
        self.0.push(it.kind as u8);
        self.0.extend_from_slice(it.uuid.as_bytes());
        self
    }

    /// An instant; the sign bit is flipped so that years before 1970 sort first.
    #[must_use]
    pub fn instant(self, it: Instant) -> Self {
        self.u64(ordered(it.micros()))
    }

    /// A date, likewise.
    #[must_use]
    pub fn date(self, it: Date) -> Self {
        let days = chrono::Datelike::num_days_from_ce(&it.chrono());
        self.u64(ordered(i64::from(days)))
    }

    /// A text and a zero that ends it. Texts in keys have no zeros: the kinds of text refuse them.
    #[must_use]
    pub fn text(mut self, it: &str) -> Self {
        self.0.extend(it.bytes().filter(|byte| *byte != 0));
        self.0.push(0);
        self
    }

    /// A text in one case and a zero that ends it.
    #[must_use]
    pub fn folded(self, it: &str) -> Self {
        self.beginning(it).u8(0)
    }

    /// The same without the zero: what a text in one case begins with.
    #[must_use]
    pub fn beginning(mut self, it: &str) -> Self {
        let letters = folded(it).filter(|it| *it != '\0');
        self.0.extend_from_slice(letters.collect::<String>().as_bytes());
        self
    }

    /// Bytes of a fixed width.
    #[must_use]
    pub fn raw(mut self, it: &[u8]) -> Self {
        self.0.extend_from_slice(it);
        self
    }
}

/// A signed number whose big-endian bytes sort as the number does.
const fn ordered(it: i64) -> u64 {
    it.cast_unsigned() ^ (1 << 63)
}

/// The instant at the head of a key that [`Key::instant`] began.
pub(super) fn instant_at(key: &[u8]) -> Option<Instant> {
    let head: [u8; 8] = key.get(..8)?.try_into().ok()?;
    Instant::from_micros((u64::from_be_bytes(head) ^ (1 << 63)).cast_signed())
}

/// The date at the head of a key that [`Key::date`] began.
pub(super) fn date_at(key: &[u8]) -> Option<Date> {
    let head: [u8; 8] = key.get(..8)?.try_into().ok()?;
    let days = (u64::from_be_bytes(head) ^ (1 << 63)).cast_signed();
    let days = i32::try_from(days).ok()?;
    chrono::NaiveDate::from_num_days_from_ce_opt(days).map(Date::from_chrono)
}

/// The number at `from` of a key that [`Key::u64`] wrote.
pub(super) fn u64_at(key: &[u8], from: usize) -> Option<u64> {
    let part: [u8; 8] = key.get(from..from + 8)?.try_into().ok()?;
    Some(u64::from_be_bytes(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_is_the_order_of_time() {
        let key = |micros| Key::new().instant(Instant::from_micros(micros).expect("in range"));
        let keys: Vec<_> = [-5, -1, 0, 1, 1 << 40].map(|it| key(it).bytes()).to_vec();
        assert!(keys.windows(2).all(|it| it[0] < it[1]));
        assert_eq!(instant_at(&keys[0]).map(Instant::micros), Some(-5));
    }

    #[test]
    fn a_record_of_another_shape_is_refused_and_not_misread() {
        let bytes = encode(1, &(7_u32, 9_u32));
        assert_eq!(decode::<(u32, u32)>("t", &bytes[1..]).ok(), Some((7, 9)));
        assert!(decode::<u32>("t", &bytes[1..]).is_err(), "left-over bytes");
        assert!(decode::<(u32, u32, u32)>("t", &bytes[1..]).is_err(), "missing bytes");
    }
}
