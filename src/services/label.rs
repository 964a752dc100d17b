//! Labels: what the things are called that others name by their ids alone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Cx, Error, offer};
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, OfferId};
use crate::store::Records;

/// The names of things, each looked up once for a page.
pub struct Labels<'a> {
    cx: Cx<'a>,
    accounts: BTreeMap<AccountId, Option<String>>,
    offers: BTreeMap<OfferId, Option<String>>,
}

impl<'a> Labels<'a> {
    /// The names that the caller may see.
    #[must_use]
    pub const fn new(cx: Cx<'a>) -> Self {
        Self { cx, accounts: BTreeMap::new(), offers: BTreeMap::new() }
    }

    /// What an account is called; nothing if the caller may not see it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn account(&mut self, id: AccountId) -> Result<Option<String>, Error> {
        Ok(match self.accounts.entry(id) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(free) => {
                let found = self.cx.find::<Account>(id)?;
                free.insert(found.map(|it| it.profile().name.to_string())).clone()
            }
        })
    }

    /// What an offer is called as it was written first; nothing if the caller may not see it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn offer(&mut self, id: OfferId) -> Result<Option<String>, Error> {
        Ok(match self.offers.entry(id) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(free) => {
                let found = self.cx.view.find::<Offer>(id)?;
                let found = found.filter(|it| offer::shows(self.cx, it));
                free.insert(found.map(|it| it.content.name.original().to_string())).clone()
            }
        })
    }
}
