//! What was asked for, as it is kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{CartId, OrderId, QuoteId, ShipmentId, TaskId};
use crate::domain::order::Order;
use crate::domain::order::cart::Cart;
use crate::domain::order::quote::Quote;
use crate::domain::order::shipment::Shipment;
use crate::domain::provisioning::task::Task;

record!(Cart, CartId, "cart", shape 1);

record!(Order, OrderId, "order", shape 1, due => |it| it.due());

record!(Quote, QuoteId, "quote", shape 1);

record!(Shipment, ShipmentId, "shipment", shape 1);

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
