//! What parts of bundles are charged: the prices that they have, lowered as their bundle said.

use std::sync::Arc;

use crate::domain::catalog::price::Price;
use crate::domain::subscription::Subscription;
use crate::domain::text::Locale;
use crate::services::billing::shelf::Shelf;
use crate::services::{Cx, Error};

/// A price as it is charged of what may be a part of a bundle.
pub(super) fn in_bundle(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (it, price): (&Subscription, Arc<Price>),
    locale: &Locale,
) -> Result<Arc<Price>, Error> {
    let Some(bundled) = &it.deal().bundled else { return Ok(price) };
    let bundle = shelf.offer(cx, bundled.bundle)?;
    let name = bundle.content.name.text(locale);
    Ok(Arc::new(bundled.lower(Price::clone(&price), name)))
}
