//! Aliases: what other systems call our things, one table for all contracts.
//!
//! A client-made UUID, a second view of one thing (an account's two faces on the APS bus), a
//! natural key: `(contract, type, external id) -> thing`. A taken one is a conflict.

use std::ops::ControlFlow;

use super::batch::Batch;
use super::check::{Report, shown};
use super::codec::{self, Key};
use super::view::{KeyRange, Table, View};
use super::{StoreError, schema};
use crate::domain::id::Subject;
use crate::domain::page::PageOrder;
use crate::domain::stamp::Contract;

const ALIASES: Table = Table("alias");

pub(super) const TABLES: &[Table] = &[ALIASES];

/// What a thing is called elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Whose word it is.
    pub contract: Contract,
    /// The contract's type of thing.
    pub kind: String,
    /// The contract's id.
    pub external: String,
}

impl Alias {
    fn key(&self) -> Vec<u8> {
        let key = Key::new().u8(self.contract as u8).text(&self.kind);
        key.text(&self.external).bytes()
    }
}

/// The thing that goes by an alias.
///
/// # Errors
/// If the engine fails.
pub fn find(view: &(impl View + ?Sized), alias: &Alias) -> Result<Option<Subject>, StoreError> {
    let bytes = view.value(ALIASES, &alias.key())?;
    bytes.map(|it| read(&it)).transpose()
}

impl Batch<'_> {
    /// Gives a thing an alias and returns the thing that had it before, if it is another.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_alias(
        &mut self,
        alias: &Alias,
        subject: Subject,
    ) -> Result<Option<Subject>, StoreError> {
        let holder = find(self, alias)?;
        if holder.is_none() {
            self.insert(ALIASES, &alias.key(), &codec::encode(1, &subject))?;
        }
        Ok(holder.filter(|it| *it != subject))
    }

    /// Takes an alias back.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn delete_alias(&mut self, alias: &Alias) -> Result<(), StoreError> {
        self.remove(ALIASES, &alias.key()).map(|_| ())
    }
}

fn read(bytes: &[u8]) -> Result<Subject, StoreError> {
    codec::decode(ALIASES.0, bytes.get(1..).unwrap_or_default())
}

/// Each alias must be of a thing that is there.
pub(super) fn check(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    view.scan(ALIASES, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
        let subject = match read(value) {
            Ok(subject) => subject,
            Err(error) => {
                report.find(ALIASES, format_args!("{}: {error}", shown(key)));
                return Ok(ControlFlow::Continue(()));
            }
        };
        let table = schema::kept(subject.kind).map(|it| it.table);
        let is_there = |table| Ok(view.sealed_value(table, subject.uuid.as_bytes())?.is_some());
        if !table.map_or(Ok(false), is_there)? {
            report
                .find(ALIASES, format_args!("{} is of {subject}, which is not there", shown(key)));
        }
        Ok(ControlFlow::Continue(()))
    })
}
