//! Contained tax: how much of what a price says is tax, where no bill says so yet.

use super::shelf::{Shelf, address_of, buyer_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::taxing::TaxedBuyer;
use crate::domain::catalog::price::{Base, Occasion, Price, PriceKind};
use crate::domain::catalog::tax::Treatment;
use crate::domain::error::Code;
use crate::domain::id::AccountId;
use crate::domain::quantity::Percent;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Date;
use crate::services::{Cx, Error, billing_account};
use crate::store::Records;

/// What decides on the tax in prices, each thing loaded once.
#[derive(Default)]
pub(in crate::services) struct Contained {
    shelf: Shelf,
}

impl Contained {
    /// How many percent of tax a price of a seller contains on a day, where it contains any: for an account
    /// that buys, or else for who buys where the seller is, and has no number. None where nothing says how much.
    ///
    /// # Errors
    /// If something is missing that billing needs; if the store fails.
    pub(in crate::services) fn percent(
        &mut self,
        cx: Cx<'_>,
        (seller, price): (SellerNumber, &Price),
        (buyer, on): (Option<AccountId>, Date),
    ) -> Result<Percent, Error> {
        if price.base == Base::Net {
            return Ok(Percent::ZERO);
        }
        let account = buyer.map(|id| cx.view.find::<Account>(id)).transpose()?.flatten();
        let bills_to = match &account {
            Some(it) => {
                billing_account::of(cx, it.id)?.into_iter().find(BillingAccount::is_default)
            }
            None => None,
        };
        let treatment = match account.as_ref().zip(bills_to.as_ref()) {
            Some(of) => self.for_buyer(cx, of, (price, on))?,
            None => self.at_home(cx, (seller, price), on)?,
        };
        Ok(treatment.map_or(Percent::ZERO, |it| it.percent()))
    }

    /// How a price is taxed for who is billed for it on a day; nothing if nothing decides on it.
    ///
    /// # Errors
    /// If something is missing that billing needs; if the store fails.
    pub(super) fn for_buyer(
        &mut self,
        cx: Cx<'_>,
        (buyer, bills_to): (&Account, &BillingAccount),
        (price, on): (&Price, Date),
    ) -> Result<Option<Treatment>, Error> {
        let address = address_of(buyer, bills_to);
        let taxed = buyer_of(buyer, &address, &buyer.profile().locale);
        self.treatment(cx, (buyer.stamp.seller, price), (taxed, on))
    }

    /// How a price is taxed for who lives where its seller is.
    fn at_home(
        &mut self,
        cx: Cx<'_>,
        (seller, price): (SellerNumber, &Price),
        on: Date,
    ) -> Result<Option<Treatment>, Error> {
        let found = self.shelf.seller(cx, seller)?;
        let offer = self.shelf.offer(cx, price.offer)?;
        let locale = offer.content.name.locale();
        let somebody = TaxedBuyer::somebody(found.taxing().home, locale);
        self.treatment(cx, (seller, price), (somebody, on))
    }

    fn treatment(
        &mut self,
        cx: Cx<'_>,
        (seller, price): (SellerNumber, &Price),
        (buyer, on): (TaxedBuyer<'_>, Date),
    ) -> Result<Option<Treatment>, Error> {
        // What is deposited bears no tax, and so contains none.
        if price.kind == PriceKind::OneTime(Occasion::Deposit) {
            return Ok(None);
        }
        let offer = self.shelf.offer(cx, price.offer)?;
        let category = self.shelf.tax_category(cx, seller, (&offer, price))?;
        let found = self.shelf.seller(cx, seller)?;
        match found.taxing().of(buyer, (category, on), price.currency) {
            Ok(it) => Ok(Some(it.treatment)),
            Err(why) if why.code == Code::TaxUndetermined => Ok(None),
            Err(why) => Err(why.into()),
        }
    }
}
