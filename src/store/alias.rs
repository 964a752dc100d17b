//! Aliases: what other systems call our things, one table for all contracts.
//!
//! A client-made UUID, a second view of one thing (an account's two faces on the APS bus), a
//! natural key: `(contract, type, external id) -> thing`, with the way back. A taken one is a
//! conflict.

use std::ops::ControlFlow;

use super::batch::Batch;
use super::check::{self, Report, shown};
use super::codec::{self, Key};
use super::view::{KeyRange, Table, View};
use super::{StoreError, schema};
use crate::domain::id::Subject;
use crate::domain::page::PageOrder;
use crate::domain::stamp::Contract;

const ALIASES: Table = Table("alias");

/// `(thing, contract, type, external id) -> ()`: by what a thing goes. Written together with the
/// table alone.
const BY_THING: Table = Table("alias/by_thing");

pub(super) const TABLES: &[Table] = &[ALIASES, BY_THING];

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

    /// The key of the way back.
    fn key_of(&self, subject: Subject) -> Vec<u8> {
        way_back(subject, &self.key())
    }
}

fn way_back(subject: Subject, key: &[u8]) -> Vec<u8> {
    Key::new().subject(subject).raw(key).bytes()
}

/// The thing that goes by an alias.
///
/// # Errors
/// If the engine fails.
pub fn find(view: &(impl View + ?Sized), alias: &Alias) -> Result<Option<Subject>, StoreError> {
    let bytes = view.value(ALIASES, &alias.key())?;
    bytes.map(|it| read(&it)).transpose()
}

/// What a contract calls a thing, as a type of its own; the first if there are several.
///
/// # Errors
/// If the engine fails, or the row is not the one that was written.
pub fn of(
    view: &(impl View + ?Sized),
    subject: Subject,
    contract: Contract,
    kind: &str,
) -> Result<Option<String>, StoreError> {
    let prefix = way_back(subject, &Key::new().u8(contract as u8).text(kind).bytes());
    let mut found = None;
    view.scan(BY_THING, &KeyRange::prefix(&prefix), PageOrder::Rising, &mut |key, _| {
        let external = key.get(prefix.len()..).unwrap_or_default();
        // A text in a key ends with a zero.
        let external = external.strip_suffix(&[0]).unwrap_or(external);
        let unreadable = || StoreError::Unreadable { table: BY_THING.0, source: None };
        let external = std::str::from_utf8(external).map_err(|_| unreadable())?;
        found = Some(external.to_owned());
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
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
            self.insert(BY_THING, &alias.key_of(subject), &[])?;
        }
        Ok(holder.filter(|it| *it != subject))
    }

    /// Takes an alias back.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn delete_alias(&mut self, alias: &Alias) -> Result<(), StoreError> {
        if let Some(subject) = find(self, alias)? {
            self.remove(BY_THING, &alias.key_of(subject))?;
        }
        self.remove(ALIASES, &alias.key()).map(|_| ())
    }
}

fn read(bytes: &[u8]) -> Result<Subject, StoreError> {
    codec::decode(ALIASES.0, bytes.get(1..).unwrap_or_default())
}

/// Each alias must be of a thing that is there, and the way back must be there too.
pub(super) fn check(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut found = Vec::new();
    check::derived(view, (ALIASES, BY_THING), report, &mut |key, value| {
        let subject = read(value).map_err(|error| found.push(format!("{}: {error}", shown(key))));
        subject.ok().map(|it| way_back(it, key))
    })?;
    found.into_iter().for_each(|it| report.find(ALIASES, it));
    view.scan(ALIASES, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
        let Ok(subject) = read(value) else { return Ok(ControlFlow::Continue(())) };
        let table = schema::kept(subject.kind).map(|it| it.table);
        let is_there = |table| Ok(view.sealed_value(table, subject.uuid.as_bytes())?.is_some());
        if !table.map_or(Ok(false), is_there)? {
            report
                .find(ALIASES, format_args!("{} is of {subject}, which is not there", shown(key)));
        }
        Ok(ControlFlow::Continue(()))
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Kind;
    use crate::store::{Commit, Store};

    fn alias(external: &str) -> Alias {
        let kind = "second-face".to_owned();
        Alias { contract: Contract::Aps, kind, external: external.to_owned() }
    }

    fn thing(number: u128) -> Subject {
        Subject { kind: Kind::Account, uuid: Uuid::from_u128(number) }
    }

    #[test]
    fn an_alias_leads_to_its_thing_and_back_until_it_is_taken_away() {
        let store = Store::memory().expect("memory");
        let done = store.transact(|mut batch| {
            assert_eq!(batch.put_alias(&alias("a"), thing(1))?, None);
            assert_eq!(batch.put_alias(&alias("a"), thing(2))?, Some(thing(1)));
            assert_eq!(find(&batch, &alias("a"))?, Some(thing(1)));
            let called =
                |it: &Batch<'_>, number, contract| of(it, thing(number), contract, "second-face");
            assert_eq!(called(&batch, 1, Contract::Aps)?, Some("a".to_owned()));
            assert_eq!(called(&batch, 2, Contract::Aps)?, None);
            assert_eq!(called(&batch, 1, Contract::Ibm)?, None);
            batch.delete_alias(&alias("a"))?;
            assert_eq!(called(&batch, 1, Contract::Aps)?, None);
            assert_eq!(find(&batch, &alias("a"))?, None);
            Ok(((), Commit::Durable))
        });
        done.expect("written");
    }
}
