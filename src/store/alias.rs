//! Aliases: what other systems call our things, one table for all contracts.
//!
//! A client-made UUID, a second view of one thing (an account's two faces on the APS bus), a
//! natural key: `(contract, type, external id) -> thing`. A taken one is a conflict.

use super::StoreError;
use super::batch::Batch;
use super::codec::{self, Key};
use super::view::{Table, View};
use crate::domain::id::Subject;
use crate::domain::stamp::Contract;

const ALIASES: Table = Table("alias");

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
    bytes.map(|it| codec::decode(ALIASES.0, it.get(1..).unwrap_or_default())).transpose()
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
