//! The shop: how the provider's shelf presents itself to whoever stands before it.

use super::{Cx, Error, account, billing_account, search};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::text::Name;
use crate::domain::time::Zone;

/// What one knows of a shop before one looks for anything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// Who sells.
    pub name: Name,
    /// In which currencies something has a price, that in which the provider bills first.
    pub currencies: Vec<Currency>,
    /// Where the provider's days begin.
    pub zone: Option<Zone>,
}

/// The provider's shop; nothing for who may not look at it, and before there is a provider.
///
/// # Errors
/// If the store fails.
pub fn find(cx: Cx<'_>) -> Result<Option<Front>, Error> {
    if !cx.actor.may_at_all(Permission::OfferBrowse) {
        return Ok(None);
    }
    let Some(provider) = account::provider(cx).map(Some).or_else(Error::or_nothing)? else {
        return Ok(None);
    };
    let billed = billing_account::of(cx, provider.id)?;
    let billed = billed.iter().find(|it| it.is_default()).map(BillingAccount::terms);
    let mut currencies: Vec<_> = billed.map(|it| it.currency).into_iter().collect();
    let priced = search::find(cx, search::Query { limit: 1, ..search::Query::default() })?;
    for (currency, _) in priced.facets.currencies {
        if !currencies.contains(&currency) {
            currencies.push(currency);
        }
    }
    Ok(Some(Front {
        name: provider.profile().name.clone(),
        currencies,
        zone: billed.map(|it| it.zone),
    }))
}
