//! `/accounts/{id}/remains`: what closing an account would end, and what keeps it from being closed.

use serde::Serialize;
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::NoQuery;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::account::Remains;
use crate::domain::operator::Permission;
use crate::services::{Cx, Error, account};

pub(super) fn routes() -> Vec<Route> {
    let closes = Needs::Permission(Permission::AccountClose);
    vec![read(
        "/accounts/{id}/remains",
        closes,
        "Preview what closing an account would end, and what it waits for",
        remains,
    )]
}

/// What an account still has. Closing it ends what can end at once; it is `closing` until all of this is
/// nothing.
#[derive(Debug, Serialize, ToSchema)]
struct AccountRemains {
    /// Accounts below it that are not closed.
    accounts: u64,
    /// Subscriptions that have not ended: they are called off.
    subscriptions: u64,
    /// Orders of which something is still to be done: they are called off.
    open_orders: u64,
    /// Invoices that are neither paid nor given up.
    open_invoices: u64,
    /// Billing accounts with charges that are on no invoice yet.
    unbilled_charges: u64,
    /// Offers on the marketplace, which others have on their shelves: they are taken off.
    listed: u64,
    /// Subscriptions that others have sold to what it has listed, and that it delivers until they end.
    sold_by_others: u64,
    /// Orders of customers of others of which it has something to deliver.
    to_deliver: u64,
}

impl Wire for AccountRemains {}

impl From<Remains> for AccountRemains {
    fn from(it: Remains) -> Self {
        Self {
            accounts: it.accounts,
            subscriptions: it.subscriptions,
            open_orders: it.open_orders,
            open_invoices: it.open_invoices,
            unbilled_charges: it.unbilled_charges,
            listed: it.listed,
            sold_by_others: it.sold_by_others,
            to_deliver: it.to_deliver,
        }
    }
}

fn remains(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<AccountRemains>, Error> {
    Ok(Reply::ok(account::before_closing(cx, call.id("id")?)?.into()))
}
