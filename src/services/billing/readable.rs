//! Records that cannot be read: they fail the account that needs them, by name, and nobody else.

use crate::domain::error::{Code, Rejection};
use crate::domain::id::{BillingAccountId, Id};
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error};
use crate::store::subscription::SUBSCRIPTION_BY_BILLING_ACCOUNT;
use crate::store::{Key, Records};

/// What was found, or, if a record cannot be read, that what needs `id` cannot be billed.
///
/// # Errors
/// [`Error::Rejected`] instead of a record that cannot be read; else as it is.
pub(super) fn readable<T>(id: impl Id, found: Result<T, Error>) -> Result<T, Error> {
    found.map_err(|failure| {
        if !failure.is_unreadable() {
            return failure;
        }
        let error: &dyn std::error::Error = &failure;
        tracing::error!(subject = %id, error, "a record cannot be read, so that nothing is billed");
        let why = format!("`{id}` cannot be read, so that nothing can be billed that needs it");
        Rejection::new(Code::BillingInputIncomplete, why).into()
    })
}

/// All subscriptions on a billing account, one by one.
///
/// # Errors
/// [`Error::Rejected`] with the first that cannot be read; if the store fails.
pub(super) fn subscriptions_one_by_one(
    cx: Cx<'_>,
    of: BillingAccountId,
) -> Result<Vec<Subscription>, Error> {
    let (index, prefix) = (SUBSCRIPTION_BY_BILLING_ACCOUNT, Key::new().id(of));
    let ids = cx.view.ids_along::<Subscription>(index, prefix, &mut |_| true)?;
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let found = cx.view.find::<Subscription>(id).map_err(Error::from);
        all.extend(readable(id, found)?);
    }
    Ok(all)
}
