//! What a usage event is called where a contract wants one word for it.

use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::time::Instant;
use crate::services::usage::{NumberedEvent, Series};

/// The id of an event: what it counts for, when it happened, and its place in the order of all.
pub(crate) fn id_of(it: &NumberedEvent) -> String {
    let event = &it.event;
    let (subscription, meter) = (event.subscription.uuid(), event.meter.uuid());
    let at = event.at.micros();
    format!("{}-{}-{at:x}-{:x}", subscription.simple(), meter.simple(), it.sequence)
}

/// What an id says of an event; `None` for what is none.
pub(crate) fn place(id: &str) -> Option<((Series, Instant), u64)> {
    let mut parts = id.split('-');
    let mut uuid = || parts.next().and_then(|it| Uuid::try_parse(it).ok());
    let (subscription, meter) = (Id::from_uuid(uuid()?), Id::from_uuid(uuid()?));
    let at = Instant::from_micros(i64::from_str_radix(parts.next()?, 16).ok()?)?;
    let sequence = u64::from_str_radix(parts.next()?, 16).ok()?;
    Some(((Series { subscription, meter }, at), sequence))
}
