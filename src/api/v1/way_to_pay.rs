//! `/accounts/{id}/ways_to_pay`: how an account can pay, and what each way asks for.

use serde::Serialize;
use utoipa::ToSchema;

use super::payment_method::asked_of;
use super::route::{Needs, Route, read};
use super::wire::{NoQuery, Whole};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::operator::Permission;
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::method::MethodKind;
use crate::services::{Cx, Error, payment_method};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::PaymentMethodRead);
    vec![read("/accounts/{id}/ways_to_pay", reads, "How can an account pay?", list)]
}

/// A way to pay.
#[derive(Debug, Serialize, ToSchema)]
struct WayToPay {
    /// `page`: at the page of a gateway, which asks for card or wallet itself; or the kind of a payment
    /// method that is kept with the details that it asks for: `card`, `direct_debit`, `wallet` and so on.
    way: String,
    /// The gateway at whose page is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    /// What payers read of the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it asks for.
    asks: Vec<AskedDetail>,
}

impl Wire for WayToPay {}

/// A detail that a way to pay asks for.
#[derive(Debug, Serialize, ToSchema)]
struct AskedDetail {
    /// The field of a payment method in which it is said.
    field: String,
    /// Whether it must be.
    required: bool,
}

impl WayToPay {
    fn at(it: &Gateway) -> Self {
        Self {
            way: "page".to_owned(),
            gateway: Some(it.code.to_string()),
            name: Some(it.name.to_string()),
            asks: Vec::new(),
        }
    }

    fn by(kind: MethodKind) -> Self {
        let asks = asked_of(kind).iter();
        let asks = asks.map(|(field, required)| AskedDetail {
            field: (*field).to_owned(),
            required: *required,
        });
        Self { way: kind.to_string(), gateway: None, name: None, asks: asks.collect() }
    }
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<WayToPay>>, Error> {
    let pages = payment_method::pages(cx, call.id("id")?)?;
    let pages = pages.iter().map(WayToPay::at);
    Ok(Reply::ok(Whole::of(
        pages.chain(MethodKind::ALL.iter().map(|it| WayToPay::by(*it))).collect(),
    )))
}
