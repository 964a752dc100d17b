//! `order-manager`: placing orders, learning what they would cost, and how far they have come.

use serde_json::{Value, json};
use uuid::Uuid;

use super::operation::{Operation, Outcome, Said, Service, Verb};
use super::order_estimate;
use super::order_info::{self, ORDER_INFO};
use super::order_request::{self, CANCELLATION_REASONS, ORDER_REQUEST};
use super::property::{Field, Form, Structure};
use super::term_condition::{self, TERM_CONDITION};
use crate::domain::id::{Id, OrderId};
use crate::domain::operator::Permission;
use crate::services::{Act, Cx, Error, order};

type Does = Operation<()>;

static PLACED: Structure =
    Structure { name: "PlacedOrder", fields: &[Field::required("orderId", Form::ResourceId)] };

static REASON_CODE: Structure = Structure {
    name: "ReasonCode",
    fields: &[
        Field::required("code", Form::Text),
        Field::required("operation", Form::Text),
        Field::required("description", Form::ByLocale),
    ],
};

/// Whether what is estimated has taxes in it; it has, if nothing is said.
const TAXES: &[Field] = &[Field::optional("includeTaxes", Form::Flag)];

/// Whether an order is not placed but estimated, and then as there.
const ESTIMATED: &[Field] =
    &[Field::optional("estimate", Form::Flag), Field::optional("includeTaxes", Form::Flag)];

/// The service.
pub(super) static SERVICE: Service = Service {
    name: "OrderManagement",
    alias: "order-manager",
    kind: "http://www.odin.com/billing/order-management/1.7",
    number: 186,
    id: Uuid::from_u128(0x6f1d_2b7e_0c4a_4d53_8e21_94b7_3a5c_e601),
    operations: &[
        Does::works(
            ("estimateOrder", Verb::Post, "orders/estimate"),
            Permission::OrderPlace,
            order_estimate::of_order,
        )
        .takes(Form::Structure(&ORDER_REQUEST))
        .gives(Form::Structure(&order_estimate::ESTIMATION))
        .asks(TAXES),
        Does::works(
            ("estimateCosts", Verb::Post, "orders/estimateCosts"),
            Permission::OrderPlace,
            order_estimate::of_costs,
        )
        .takes(Form::Structure(&ORDER_REQUEST))
        .gives(Form::Structure(&order_estimate::ESTIMATION))
        .asks(TAXES),
        Does::reads(
            ("termsConditions", Verb::Post, "orders/termsconditions"),
            Permission::OrderPlace,
            term_condition::of_order,
        )
        .takes(Form::Structure(&ORDER_REQUEST))
        .gives(Form::List(&Form::Structure(&TERM_CONDITION))),
        Does::reads(
            ("reasonCodes", Verb::Get, "orders/reasonCodes"),
            Permission::OrderRead,
            reason_codes,
        )
        .gives(Form::List(&Form::Structure(&REASON_CODE)))
        .asks(&[Field::optional("operation", Form::Text)]),
        Does::lists(("listOrders", Verb::Get, "orders"), Permission::OrderRead, order_info::list)
            .gives(Form::List(&Form::Structure(&ORDER_INFO))),
        Does::writes(("placeOrder", Verb::Post, "orders"), Permission::OrderPlace, place)
            .takes(Form::Structure(&ORDER_REQUEST))
            .gives(Form::Structure(&PLACED))
            .asks(ESTIMATED)
            .unless("estimate", "estimateOrder"),
        Does::reads(
            ("orderInfo", Verb::Get, "orders/{orderId}"),
            Permission::OrderRead,
            order_info::one,
        )
        .gives(Form::Structure(&ORDER_INFO)),
        Does::writes(("push", Verb::Post, "orders/{orderId}/push"), Permission::OrderDecide, push),
    ],
};

/// `placeOrder`.
fn place(act: &mut Act<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let wanted = order_request::read(act.cx(), &said.body)?;
    let placed = order::place(act, wanted.placed).map_err(|it| wanted.names.told(it))?;
    Ok(Some(json!({ "orderId": placed.id.uuid() })))
}

/// `reasonCodes`: why a subscription may be called off; of other operations there are none.
fn reason_codes(_: Cx<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    let operation = said.parameter("operation");
    let is_wanted = operation.is_none_or(|it| it.eq_ignore_ascii_case("CANCELLATION"));
    let all = CANCELLATION_REASONS.iter().filter(|_| is_wanted).map(|(code, description)| {
        json!({
            "code": code,
            "operation": "CANCELLATION",
            "description": { "en_US": description },
        })
    });
    Ok(Some(Value::Array(all.collect())))
}

/// `push`: lets work begin on an order that waits.
fn push(act: &mut Act<'_>, (): &(), said: &Said) -> Result<Outcome, Error> {
    order::push(act, OrderId::from_uuid(said.id("orderId")?))?;
    Ok(None)
}
