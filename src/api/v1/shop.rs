//! `/shop`: what one has to know before one looks at what the provider sells, signed in or not.

use serde::Serialize;
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::NoQuery;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::services::shop::{self, Front};
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    vec![read("/shop", Needs::Nothing, "Whether and how one may look at the shop", show)]
}

/// The shop of the provider.
#[derive(Debug, Serialize, ToSchema)]
struct ShopShown {
    /// Whether the caller is signed in.
    signed_in: bool,
    /// Whether the caller may look at it. If not, nothing else is said of it.
    open: bool,
    /// Who sells.
    name: Option<String>,
    /// In which currencies something has a price, that in which the provider bills first.
    currencies: Vec<String>,
    /// The IANA zone in which the provider's days begin.
    zone: Option<String>,
    /// Business time.
    now: Option<String>,
}

impl Wire for ShopShown {}

impl ShopShown {
    fn of(cx: Cx<'_>, it: Option<&Front>) -> Self {
        Self {
            signed_in: cx.actor.is_known(),
            open: it.is_some(),
            name: it.map(|it| it.name.to_string()),
            currencies: it
                .into_iter()
                .flat_map(|it| &it.currencies)
                .map(ToString::to_string)
                .collect(),
            zone: it.and_then(|it| it.zone).map(|it| it.to_string()),
            now: it.map(|_| cx.now.to_string()),
        }
    }
}

fn show(cx: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<ShopShown>, Error> {
    Ok(Reply::ok(ShopShown::of(cx, shop::find(cx)?.as_ref())))
}
