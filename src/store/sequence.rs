//! Sequences: numbers that rise by one, without a gap where the act that takes one is taken back.
//!
//! The numbers of records come from the sequence that is named as their table, or from several
//! whose names begin with it and a slash: `account`, `invoice/7`.

use std::ops::ControlFlow;

use super::StoreError;
use super::batch::Batch;
use super::check::{Report, shown};
use super::view::{KeyRange, Table, View};
use crate::domain::page::PageOrder;

const SEQUENCES: Table = Table("sequence");

pub(super) const TABLES: &[Table] = &[SEQUENCES];

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
        self.set(SEQUENCES, name.as_bytes(), &(last + count).to_be_bytes())?;
        Ok(last + 1)
    }
}

/// Each sequence must be a number.
pub(super) fn check(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    view.scan(SEQUENCES, &KeyRange::all(), PageOrder::Rising, &mut |name, value| {
        if value.len() != 8 {
            report.find(SEQUENCES, format_args!("{} is not a number", shown(name)));
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// The sequences of a table must have come as far as the numbers of its records, or a number will
/// be given twice.
pub(super) fn check_highest(
    view: &dyn View,
    table: Table,
    highest: u64,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut reached = last(view, table.0)?;
    let prefix = KeyRange::prefix(format!("{}/", table.0).as_bytes());
    view.scan(SEQUENCES, &prefix, PageOrder::Rising, &mut |_, value| {
        let number = <[u8; 8]>::try_from(value).map_or(0, u64::from_be_bytes);
        reached = reached.max(number);
        Ok(ControlFlow::Continue(()))
    })?;
    if reached < highest {
        let what = format_args!("`{}` is at {reached}, a record has number {highest}", table.0);
        report.find(SEQUENCES, what);
    }
    Ok(())
}
