//! Seals: four bytes at the end of each row, by which a row that the disk has changed is known.
//!
//! The engine verifies its checksums when it repairs a file, not when it reads a page, so that a
//! flipped bit would come back as another amount. A seal covers table, key and value: neither can
//! change alone, nor can a row lie under another's key or in another table. What it cannot show is
//! a row that is missing; that is the business of [`check`](super::check).

use super::StoreError;
use super::view::Table;

const SEAL_BYTES: usize = 4;

/// The row's value with its seal, as it lies in the table.
pub(super) fn seal(table: Table, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + SEAL_BYTES);
    sealed.extend_from_slice(value);
    sealed.extend_from_slice(&of(table, key, value));
    sealed
}

/// The value of a row as it lies in the table.
///
/// # Errors
/// If the row is not the one that was written.
pub(super) fn open<'a>(table: Table, key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8], StoreError> {
    let broken = StoreError::Unreadable { table: table.0, source: None };
    match sealed.split_last_chunk::<SEAL_BYTES>() {
        Some((value, seal)) if *seal == of(table, key, value) => Ok(value),
        Some(_) | None => Err(broken),
    }
}

fn of(table: Table, key: &[u8], value: &[u8]) -> [u8; SEAL_BYTES] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(table.0.as_bytes());
    // Else a byte could move from the key to the value unseen.
    hasher.update(&key.len().to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TABLE: Table = Table("invoice");

    proptest! {
        #[test]
        fn a_row_with_any_bit_flipped_is_refused(
            key in prop::collection::vec(any::<u8>(), 1..40),
            value in prop::collection::vec(any::<u8>(), 0..200),
            at: prop::sample::Index,
        ) {
            let mut row = [key.clone(), seal(TABLE, &key, &value)].concat();
            prop_assert_eq!(open(TABLE, &key, &row[key.len()..]).ok(), Some(value.as_slice()));
            let bit = at.index(row.len() * 8);
            row[bit / 8] ^= 1 << (bit % 8);
            let (key, sealed) = row.split_at(key.len());
            prop_assert!(open(TABLE, key, sealed).is_err());
        }
    }

    #[test]
    fn a_row_is_refused_in_another_table_or_with_its_parts_cut_elsewhere() {
        let sealed = seal(TABLE, b"ab", b"c");
        assert!(open(Table("payment"), b"ab", &sealed).is_err());
        assert!(open(TABLE, b"a", &[b"b", sealed.as_slice()].concat()).is_err());
    }

    #[test]
    fn what_is_too_short_for_a_seal_is_refused() {
        assert!(open(TABLE, b"k", &[]).is_err());
        assert!(open(TABLE, b"k", &[1, 2, 3]).is_err());
        assert_eq!(open(TABLE, b"k", &seal(TABLE, b"k", &[])).ok(), Some(&[][..]));
    }
}
