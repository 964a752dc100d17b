//! Labels: what the things are called that others name by their ids alone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::{Cx, Error, account, marketplace, offer};
use crate::domain::account::Account;
use crate::domain::billing::invoice::Invoice;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, InvoiceId, Kind, OfferId};
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
    /// Found out when it is asked first.
    is_before_market: Option<bool>,
}

impl<'a> Labels<'a> {
    /// The names that the caller may see.
    #[must_use]
    pub const fn new(cx: Cx<'a>) -> Self {
        Self { cx, accounts: BTreeMap::new(), offers: BTreeMap::new(), is_before_market: None }
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

    /// What an account is called that delivers for who asks: one that the caller may see, or one that sells on
    /// the marketplace.
    ///
    /// # Errors
    /// If the store fails.
    pub fn supplier(&mut self, id: AccountId) -> Result<Option<String>, Error> {
        if let Some(name) = self.account(id)? {
            return Ok(Some(name));
        }
        let seller =
            account::selling(self.cx, id)?.map(|it| self.seller_in_sight(it)).transpose()?;
        Ok(seller.map(|it| it.name.clone()))
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

    /// Who sells an offer: as [`seller`](Self::seller), and named to everybody who stands before more than
    /// one seller's.
    ///
    /// # Errors
    /// If the store fails.
    pub fn seller_of(&mut self, offer: &Offer) -> Result<Option<Arc<Seller>>, Error> {
        let number = offer.stamp.seller;
        if offer.was_listed() || self.is_before_market()? {
            return self.seller_in_sight(number).map(Some);
        }
        self.seller(number)
    }

    /// Whether what others list stands on a shelf before the caller.
    ///
    /// # Errors
    /// If the store fails.
    pub fn is_before_market(&mut self) -> Result<bool, Error> {
        if let Some(known) = self.is_before_market {
            return Ok(known);
        }
        let found = marketplace::carrying(self.cx)?.is_some();
        Ok(*self.is_before_market.insert(found))
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

    /// What the offer is called that a line of an invoice charges for, for who has a part in that; nothing if
    /// it charges for none.
    ///
    /// # Errors
    /// If the store fails.
    pub fn charged(&self, (invoice, line): (InvoiceId, u32)) -> Result<Option<String>, Error> {
        let Some(invoice) = self.cx.shared::<Invoice>(invoice)? else { return Ok(None) };
        let line = usize::try_from(line).map_err(Error::internal)?;
        let offer = invoice.content().lines.get(line).and_then(|it| it.offer);
        let offer = offer.map(|id| self.cx.shared::<Offer>(id)).transpose()?.flatten();
        Ok(offer.map(|it| it.content.name.original().to_string()))
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
