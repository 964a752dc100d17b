//! What a mail says of money that goes back: how much, of which order, and what of that cannot be had.

use super::value::{Reader, lost};
use crate::domain::order::Order;
use crate::domain::payment::Payment;
use crate::domain::payment::refund::Refund;
use crate::render::mail::Tree;
use crate::services::house::Site;
use crate::services::{Cx, Error};
use crate::store::Records;

/// A refund, and the order that was paid first with what goes back.
///
/// # Errors
/// If the store fails.
pub(super) fn values(cx: Cx<'_>, site: &Site, it: &Refund, reader: &Reader) -> Result<Tree, Error> {
    let payment = cx.view.find::<Payment>(it.payment)?;
    let order = payment.and_then(|it| it.attempt).and_then(|it| it.order);
    let order = order.map(|id| cx.view.find::<Order>(id)).transpose()?.flatten();
    let number = order.as_ref().map_or_else(String::new, |it| it.stamp.number.to_string());
    // Why an order is paid back is said by what has become of it.
    let reason = it.reason.as_ref().filter(|_| order.is_none()).map(ToString::to_string);
    let lost = order.as_ref().map(|it| lost(cx, it, reader)).transpose()?.unwrap_or_default();
    let refund = Tree::group([
        ("amount", reader.money(it.amount)),
        ("order", number.into()),
        ("is_called_off", order.as_ref().is_some_and(Order::came_to_nothing).into()),
        ("lost", lost.into()),
        ("reason", reason.unwrap_or_default().into()),
    ]);
    let all = Tree::group([("refund", refund)]);
    Ok(match order.filter(|_| reader.signs_in) {
        Some(order) => {
            let link = site.link(&format!("/ui/orders/{}", order.id));
            all.with(Tree::group([("link", link.into())]))
        }
        None => all,
    })
}
