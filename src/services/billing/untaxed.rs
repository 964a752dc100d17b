//! What cannot be taxed: told with an order, and not first by a bill that fails.

use super::shelf::{Shelf, address_of, buyer_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::price::{Occasion, PriceKind};
use crate::domain::error::{Code, Rejection};
use crate::domain::order::Order;
use crate::services::{Cx, Error, billing_account, offer};
use crate::store::Records;

/// Why no bill of an order can be made until its seller has said more about taxes; nothing if what it
/// adds can be taxed today.
///
/// # Errors
/// If something is missing that billing needs; if the store fails.
pub fn untaxed(cx: Cx<'_>, order: &Order) -> Result<Option<Rejection>, Error> {
    let Some(buyer) = cx.view.find::<Account>(order.account())? else { return Ok(None) };
    let bills_to = match order.request.billing_account {
        Some(id) => cx.view.find::<BillingAccount>(id)?,
        None => billing_account::of(cx, buyer.id)?.into_iter().find(BillingAccount::is_default),
    };
    let Some(bills_to) = bills_to else { return Ok(None) };
    let (mut shelf, address) = (Shelf::default(), address_of(&buyer, &bills_to));
    let seller = shelf.seller(cx, buyer.stamp.seller)?;
    let taxed = buyer_of(&buyer, &address, &buyer.profile().locale);
    let on = bills_to.terms().zone.date_of(cx.now);
    for id in order.items().iter().filter_map(|it| it.wish.offer) {
        let offer = shelf.offer(cx, id)?;
        let charges = |kind| kind != PriceKind::OneTime(Occasion::Deposit);
        for price in offer::prices(cx, id)?.iter().filter(|it| charges(it.kind)) {
            let category = shelf.tax_category(cx, buyer.stamp.seller, (&offer, price))?;
            match seller.taxing().of(taxed, (category, on), price.currency) {
                Err(why) if why.code == Code::TaxUndetermined => return Ok(Some(why)),
                Ok(_) | Err(_) => {}
            }
        }
    }
    Ok(None)
}
