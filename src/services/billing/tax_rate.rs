//! At which rate a price is taxed, for whoever shows amounts without tax and with it.

use super::shelf::{Shelf, address_of, buyer_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::AddressUse;
use crate::domain::billing::taxing::TaxedBuyer;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Occasion, Price, PriceKind};
use crate::domain::id::AccountId;
use crate::domain::party::medium::PostalAddress;
use crate::domain::quantity::Percent;
use crate::services::{Cx, Error, billing_account, marketplace};

/// How many hundredths a price bears today where an account buys: that which is named, or else the caller's
/// if it buys of who sells the offer; of whom that is not known, what somebody bears who is where that is.
/// Nothing where no rule says it.
///
/// # Errors
/// If the store fails.
pub fn tax_rate(
    cx: Cx<'_>,
    price: &Price,
    account: Option<AccountId>,
) -> Result<Option<Percent>, Error> {
    if price.kind == PriceKind::OneTime(Occasion::Deposit) {
        return Ok(Some(Percent::ZERO));
    }
    let Some(offer) = cx.shared::<Offer>(price.offer)? else { return Ok(None) };
    let own = cx.actor.standing().map(|it| it.account);
    let buyer = account.or(own).map(|id| cx.shared::<Account>(id)).transpose()?.flatten();
    let (seller, buyer) = match (account, buyer) {
        (Some(_), Some(buyer)) => (buyer.stamp.seller, Some(buyer)),
        (_, buyer) => {
            let seller = marketplace::merchant(cx, &offer)?;
            (seller, buyer.filter(|it| it.stamp.seller == seller))
        }
    };
    let locale = offer.content.name.locale();
    let mut shelf = Shelf::default();
    let (selling, on) = (shelf.seller(cx, seller)?, billing_account::shown_on(cx, seller)?);
    let category = shelf.tax_category(cx, seller, (&offer, price))?;
    let nowhere = PostalAddress::default();
    let known = buyer.as_deref().map(|it| Ok::<_, Error>((it, address(cx, it)?))).transpose()?;
    let known = known.as_ref().map(|(it, address)| buyer_of(it, address, locale));
    let somebody = TaxedBuyer::somebody(&nowhere, locale);
    let mut found = known
        .into_iter()
        .chain([somebody])
        .filter_map(|it| selling.taxing().of(it, (category, on), price.currency).ok());
    Ok(found.next().map(|it| it.treatment.percent()))
}

/// Where the invoices of an account go.
fn address(cx: Cx<'_>, of: &Account) -> Result<PostalAddress, Error> {
    let bills_to = billing_account::of(cx, of.id)?.into_iter().find(BillingAccount::is_default);
    Ok(match &bills_to {
        Some(it) => address_of(of, it),
        None => of.profile().address(AddressUse::General).cloned().unwrap_or_default(),
    })
}
