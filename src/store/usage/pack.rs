//! Packing: how numbers and lengths lie in the bytes of usage, small ones in few.

use crate::store::StoreError;
use crate::store::view::Table;

/// Appends a number, seven bits to a byte.
pub(super) fn put_number(to: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Appends a number that may be negative; those near zero are short.
pub(super) fn put_signed(to: &mut Vec<u8>, number: i128) {
    put_number(to, ((number << 1) ^ (number >> 127)).cast_unsigned());
}

/// Appends bytes after their length.
pub(super) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, bytes.len() as u128);
    to.extend_from_slice(bytes);
}

/// A signed number whose big-endian bytes sort as the number does.
pub(super) const fn ordered(number: i64) -> [u8; 8] {
    (number.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// What is left to be read of packed bytes.
pub(super) struct Unpack<'a> {
    bytes: &'a [u8],
    table: Table,
}

impl<'a> Unpack<'a> {
    pub(super) const fn new(table: Table, bytes: &'a [u8]) -> Self {
        Self { bytes, table }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) const fn left(&self) -> usize {
        self.bytes.len()
    }

    /// The refusal of bytes that say nothing.
    pub(super) const fn damaged(&self) -> StoreError {
        StoreError::Unreadable { table: self.table.0, source: None }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], StoreError> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(|| self.damaged())?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or_else(|| self.damaged())?;
        self.bytes = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, StoreError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u64(&mut self) -> Result<u64, StoreError> {
        let number = self.number()?;
        u64::try_from(number).map_err(|_| self.damaged())
    }

    pub(super) fn number(&mut self) -> Result<u128, StoreError> {
        let mut number = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.u8()?;
            number |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.damaged())
    }

    pub(super) fn signed(&mut self) -> Result<i128, StoreError> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// What [`ordered`] wrote.
    pub(super) fn ordered(&mut self) -> Result<i64, StoreError> {
        Ok((u64::from_be_bytes(self.array()?) ^ (1 << 63)).cast_signed())
    }

    /// A number of bytes.
    pub(super) fn length(&mut self) -> Result<usize, StoreError> {
        let length = self.number()?;
        usize::try_from(length).map_err(|_| self.damaged())
    }

    /// What [`put_bytes`] wrote.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], StoreError> {
        let length = self.length()?;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TABLE: Table = Table("t");

    proptest! {
        #[test]
        fn a_number_comes_back(number: i128, small: i8, at: i64, bytes: Vec<u8>) {
            let mut packed = Vec::new();
            put_signed(&mut packed, number);
            put_signed(&mut packed, small.into());
            packed.extend(ordered(at));
            put_bytes(&mut packed, &bytes);
            let mut unpack = Unpack::new(TABLE, &packed);
            prop_assert_eq!(unpack.signed().unwrap(), number);
            prop_assert_eq!(unpack.signed().unwrap(), i128::from(small));
            prop_assert_eq!(unpack.ordered().unwrap(), at);
            prop_assert_eq!(unpack.bytes().unwrap(), bytes);
            prop_assert!(unpack.is_empty());
        }

        #[test]
        fn bytes_cut_short_are_refused(number: i128, cut: prop::sample::Index) {
            let mut packed = Vec::new();
            put_signed(&mut packed, number);
            let short = &packed[..cut.index(packed.len())];
            prop_assert!(Unpack::new(TABLE, short).signed().is_err());
        }
    }

    #[test]
    fn a_number_without_an_end_is_refused() {
        assert!(Unpack::new(TABLE, &[0xff; 40]).number().is_err());
    }
}
