//! Sequences: numbers that rise by one, without a gap where the act that takes one is taken back.

use super::StoreError;
use super::batch::Batch;
use super::view::{Table, View};

const SEQUENCES: Table = Table("sequence");

/// The last number that was taken from a sequence; 0 if none was.
///
/// # Errors
/// If the engine fails.
pub fn last(view: &(impl View + ?Sized), name: &str) -> Result<u64, StoreError> {
    let Some(bytes) = view.value(SEQUENCES, name.as_bytes())? else {
        return Ok(0);
    };
    let refused = |_| StoreError::Unreadable { table: SEQUENCES.0, source: None };
    Ok(u64::from_be_bytes(bytes.as_slice().try_into().map_err(refused)?))
}

impl Batch<'_> {
    /// Takes the next number of a sequence: 1 first, then without a gap.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn next_number(&mut self, name: &str) -> Result<u64, StoreError> {
        self.take_numbers(name, 1)
    }

    /// Takes `count` numbers of a sequence and returns the first.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn take_numbers(&mut self, name: &str, count: u64) -> Result<u64, StoreError> {
        let last = last(self, name)?;
        self.insert(SEQUENCES, name.as_bytes(), &(last + count).to_be_bytes())?;
        Ok(last + 1)
    }
}
