//! Which version of a price a subscription is charged at, as billing takes it.

use super::policy;
use crate::domain::billing::due::TermDays;
use crate::domain::catalog::price::{Price, PriceVersion};
use crate::domain::subscription::Subscription;
use crate::domain::time::Date;
use crate::services::{Cx, Error};

/// The version of a price at which a subscription is charged for a day; nothing if none holds then.
///
/// # Errors
/// If the store fails.
pub fn version_on(
    cx: Cx<'_>,
    (of, price): (&Subscription, &Price),
    on: Date,
) -> Result<Option<PriceVersion>, Error> {
    let taken = of.deal().prices.get(&price.id);
    let frozen_on = taken.and_then(|it| it.frozen_on);
    let taken_on = taken.and_then(|it| it.taken).map(|it| it.on);
    let at = policy(cx, of.stamp.seller)?.price_version;
    let terms = of.began_on().zip(of.term()).map(|(first, term)| TermDays {
        first,
        renewals: of.renewals(),
        last: term.start_on(),
        until: term.end_on(),
    });
    let on = terms.map_or(on, |it| it.priced_on(at, on, taken_on));
    Ok(price.billed_at(on, frozen_on).cloned())
}
