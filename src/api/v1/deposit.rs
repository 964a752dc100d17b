//! `/deposits`: money held as security, and what became of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::{List, Money, NoQuery, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::operator::Permission;
use crate::domain::payment::deposit as domain;
use crate::services::{Cx, Error, deposit};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::BalanceRead);
    vec![
        read("/deposits", reads, "List deposits", list),
        read("/deposits/{id}", reads, "Read a deposit", show),
    ]
}

/// Money held as security for a subscription: it is not earned, and goes back when that ends.
#[derive(Debug, Serialize, ToSchema)]
struct Deposit {
    id: String,
    /// The number people call it by.
    number: u64,
    revision: u32,
    account: String,
    billing_account: String,
    subscription: String,
    /// The price that asked for it.
    price: Option<String>,
    /// The invoice on which it was charged, and the line.
    invoice: String,
    line: u32,
    /// The day of that invoice.
    held_from: String,
    /// `held`, `returned`, or `set_off` where it settled something at the end.
    state: &'static str,
    amount: Money,
    /// How much of it is not held any more.
    returned: Money,
    /// How much of that settled what was open.
    set_off: Money,
}

impl Wire for Deposit {}

impl From<&domain::Deposit> for Deposit {
    fn from(it: &domain::Deposit) -> Self {
        let taken = &it.taken;
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            account: taken.account.to_string(),
            billing_account: taken.billing_account.to_string(),
            subscription: taken.subscription.to_string(),
            price: taken.price.map(|it| it.to_string()),
            invoice: taken.invoice.to_string(),
            line: taken.place,
            held_from: taken.on.to_string(),
            state: it.state().word(),
            amount: it.amount().into(),
            returned: it.returned().into(),
            set_off: it.set_off().into(),
        }
    }
}

/// A deposit as an event tells of it.
pub(super) fn told(it: &domain::Deposit) -> impl Wire + use<> {
    Deposit::from(it)
}

/// Which deposits are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DepositQuery {
    account: Option<String>,
    /// `held`, `returned` or `set_off`.
    state: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: DepositQuery) -> Result<Reply<List<Deposit>>, Error> {
    let account = parse_optional("account", query.account.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let page = deposit::list(cx, (account, state), &call.page)?;
    Ok(Reply::ok(List::of(page, |it| Deposit::from(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Deposit>, Error> {
    let it = deposit::get(cx, call.id("id")?)?;
    Ok(Reply::ok(Deposit::from(&it)).tagged(it.stamp.revision))
}
