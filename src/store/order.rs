//! What was asked for, as it is kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{CartId, OrderId, QuoteId, ShipmentId, TaskId};
use crate::domain::order::Order;
use crate::domain::order::cart::Cart;
use crate::domain::order::quote::Quote;
use crate::domain::order::shipment::Shipment;
use crate::domain::provisioning::task::Task;

record!(Cart, CartId, "cart", shape 1,
    /// `(person, cart)`: what somebody fills.
    CART_BY_PERSON = "by_person" => |it, keys| {
        keys.extend(it.stamp.person.map(|person| Key::new().id(person).id(it.id)));
    },
);

record!(Order, OrderId, "order", shape 1,
    /// `(supplier, order)`: what somebody delivers items of for their seller.
    ORDER_BY_SUPPLIER = "by_supplier" => |it, keys| {
        keys.extend(it.suppliers().into_iter().map(|who| Key::new().id(who).id(it.id)));
    },
    due => |it| it.due(),
);

record!(Quote, QuoteId, "quote", shape 1);

record!(Shipment, ShipmentId, "shipment", shape 1,
    /// `(order, shipment)`.
    SHIPMENT_BY_ORDER = "by_order" => |it, keys| {
        keys.push(Key::new().id(it.order()).id(it.id));
    },
);

record!(Task, TaskId, "task", shape 1,
    /// `(subscription, task)`.
    TASK_BY_SUBSCRIPTION = "by_subscription" => |it, keys| {
        keys.push(Key::new().id(it.subscription).id(it.id));
    },
    /// `(state, task)`: what waits to be done, the longest waiting first.
    TASK_BY_STATE = "by_state" => |it, keys| {
        keys.push(Key::new().text(it.state().word()).id(it.id));
    },
);

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::attribute::{Attribute, AttributeValue};
    use crate::domain::billing::invoice::sample::{id, stamp};
    use crate::domain::order::item::{Action, Item, Wish};
    use crate::domain::order::{PlaceOrder, Request};
    use crate::store::record::{decode, encode};

    #[test]
    fn an_order_lies_in_these_bytes() {
        let attribute = |name: &str, value: &str| Attribute {
            name: name.parse().expect("a code"),
            value: AttributeValue::Text(value.parse().expect("a text")),
        };
        let wish = Wish { offer: Some(id(2)), quantity: Some(3), ..Wish::default() };
        let mut item = Item::new("1".parse().expect("a code"), Action::Add, wish);
        item.attributes = vec![attribute("po", "7")];
        let request = Request { attributes: vec![attribute("ref", "8")], ..Request::plain() };
        let placed = PlaceOrder::new(id(1), vec![item], request).expect("a right order");
        let order = Order::place(id(4), stamp(), placed, stamp().created_at);
        let bytes = encode(&order);
        assert_eq!(decode::<Order>(&bytes).expect("readable"), order);
        expect!["010000000000000000000000000000000401010000000000000000000000000000000100000000000000000000000000000000000000000001000101310000010000000000000000000000000000000200000001030000000000000000000102706f0001370000000000000000000400000000000000000000000103726566000138000000000000000000"].assert_eq(&hex::encode(bytes));
    }
}
