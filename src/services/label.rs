//! Labels: what the things are called that others name by their ids alone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::{Cx, Error, account, offer};
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, Kind, OfferId};
use crate::domain::operator::Scope;
use crate::domain::stamp::SellerNumber;
use crate::store::Records;
use crate::store::account::ACCOUNT_BY_SELLING;

/// Who sells.
#[derive(Debug)]
pub struct Seller {
    /// The account.
    pub account: AccountId,
    /// What it is called.
    pub name: String,
}

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

    /// Who sells: the account and what it is called; nothing if the caller sees things of one
    /// seller alone, who need not be named.
    ///
    /// # Errors
    /// If the store fails.
    pub fn seller(&mut self, number: SellerNumber) -> Result<Option<Arc<Seller>>, Error> {
        match self.cx.actor.scope(Kind::Account) {
            Scope::Everything => self.seller_in_sight(number).map(Some),
            Scope::Sellers(all) if all.len() > 1 => self.seller_in_sight(number).map(Some),
            Scope::Sellers(_) | Scope::Owner(_) | Scope::Nothing => Ok(None),
        }
    }

    /// Who sells, for a caller who sees things of that seller.
    ///
    /// # Errors
    /// If the store fails.
    pub fn seller_in_sight(&mut self, number: SellerNumber) -> Result<Arc<Seller>, Error> {
        let found = || {
            let account = account::of_seller(self.cx, number)?;
            Ok(Seller { account: account.id, name: account.profile().name.to_string() })
        };
        match self.cx.view.derived() {
            Some(derived) => derived.get_or((ACCOUNT_BY_SELLING, number.0.into()), found),
            None => found().map(Arc::new),
        }
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
