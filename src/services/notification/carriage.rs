//! What a mail says of a shipment: what is in it, where it goes, and how it can be followed.

use super::value::{Reader, item};
use crate::domain::order::Order;
use crate::domain::order::shipment::Shipment;
use crate::render::mail::Tree;
use crate::services::house::Site;
use crate::services::{Cx, Error};
use crate::store::Records;

/// A shipment, and the order that it belongs to.
///
/// # Errors
/// If the store fails.
pub(super) fn values(
    cx: Cx<'_>,
    site: &Site,
    it: &Shipment,
    reader: &Reader,
) -> Result<Tree, Error> {
    let order = cx.view.find::<Order>(it.order())?;
    let number = order.as_ref().map_or_else(String::new, |it| it.stamp.number.to_string());
    let inside = order.as_ref().and_then(|order| order.item(it.item()));
    let inside = inside.map(|it| item(cx, it, reader)).transpose()?;
    let carriage = it.carriage.as_ref();
    let tracking = carriage.and_then(|it| it.tracking_number.as_ref());
    let address = carriage.and_then(|it| it.tracking_address.as_ref());
    let shipment = Tree::group([
        ("number", it.stamp.number.to_string().into()),
        ("order", number.into()),
        ("item", inside.unwrap_or_else(|| Tree::group([]))),
        ("carrier", carriage.map_or_else(String::new, |it| it.carrier.to_string()).into()),
        ("tracking_number", tracking.map_or_else(String::new, ToString::to_string).into()),
        ("tracking_url", address.map_or_else(String::new, ToString::to_string).into()),
        ("recipient", it.destination.recipient.to_string().into()),
        ("goes_to", it.destination.lines().join(", ").into()),
        ("address", it.destination.address.lines().join("\n").into()),
    ]);
    let link = match reader.signs_in {
        true => site.link(&format!("/ui/orders/{}", it.order())),
        false => String::new(),
    };
    Ok(Tree::group([("shipment", shipment), ("link", link.into())]))
}
