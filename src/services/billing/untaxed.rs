//! What cannot be taxed, and who could not be written to: told with an order, and not first by a bill that fails.

use super::shelf::{Shelf, address_of, buyer_of, party_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::price::{Occasion, Price, PriceKind};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::OfferId;
use crate::domain::order::Order;
use crate::services::{Cx, Error, billing_account, offer};
use crate::store::Records;

/// Why no bill of an order can be made until its seller has said more about taxes; nothing if what it
/// adds can be taxed today.
///
/// # Errors
/// If something is missing that billing needs; if the store fails.
pub fn untaxed(cx: Cx<'_>, order: &Order) -> Result<Option<Rejection>, Error> {
    let Some((buyer, bills_to)) = payer_of(cx, order)? else { return Ok(None) };
    let (mut shelf, address) = (Shelf::default(), address_of(&buyer, &bills_to));
    let seller = shelf.seller(cx, buyer.stamp.seller)?;
    let taxed = buyer_of(&buyer, &address, &buyer.profile().locale);
    let on = bills_to.terms().zone.date_of(cx.now);
    for id in order.items().iter().filter_map(|it| it.wish.offer) {
        let offer = shelf.offer(cx, id)?;
        for price in charges_of(cx, id)? {
            let category = shelf.tax_category(cx, buyer.stamp.seller, (&offer, &price))?;
            match seller.taxing().of(taxed, (category, on), price.currency) {
                Err(why) if why.code == Code::TaxUndetermined => return Ok(Some(why)),
                Ok(_) | Err(_) => {}
            }
        }
    }
    Ok(None)
}

/// Why no bill of an order can be made out until the address of its payer says more; nothing if it says
/// enough, or there will be nothing to bill.
///
/// # Errors
/// If the store fails.
pub fn unaddressed(cx: Cx<'_>, order: &Order) -> Result<Option<Rejection>, Error> {
    let Some((buyer, bills_to)) = payer_of(cx, order)? else { return Ok(None) };
    for id in order.items().iter().filter_map(|it| it.wish.offer) {
        if !charges_of(cx, id)?.is_empty() {
            return Ok(party_of(&buyer, Some(&bills_to)).must_be_reachable().err());
        }
    }
    Ok(None)
}

/// Who is billed for an order, and where.
fn payer_of(cx: Cx<'_>, order: &Order) -> Result<Option<(Account, BillingAccount)>, Error> {
    let Some(buyer) = cx.view.find::<Account>(order.account())? else { return Ok(None) };
    let bills_to = match order.request.billing_account {
        Some(id) => cx.view.find::<BillingAccount>(id)?,
        None => billing_account::of(cx, buyer.id)?.into_iter().find(BillingAccount::is_default),
    };
    Ok(bills_to.map(|it| (buyer, it)))
}

/// The prices of an offer that come to stand on bills: all but what is deposited.
fn charges_of(cx: Cx<'_>, id: OfferId) -> Result<Vec<Price>, Error> {
    let all = offer::prices(cx, id)?.into_iter();
    Ok(all.filter(|it| it.kind != PriceKind::OneTime(Occasion::Deposit)).collect())
}
