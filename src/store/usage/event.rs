//! Events: what is kept of an occurrence of use, its identity and its bytes.

use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::pack::{Unpack, ordered, put_bytes, put_signed};
use crate::domain::id::{Id, MeterId, SubscriptionId};
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;
use crate::store::StoreError;
use crate::store::view::Table;

/// An event as the store keeps it. It says nothing about whether the event is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The system that counted.
    pub source: String,
    /// The event's id in that system: sent again under the same id it is the same event.
    pub event_id: String,
    /// Whose use it is.
    pub subscription: SubscriptionId,
    /// What was counted.
    pub meter: MeterId,
    /// When it was used.
    pub at: Instant,
    /// How much.
    pub quantity: Quantity,
    /// What else is to be kept of it: dimensions, and what contracts carry.
    pub carried: Vec<u8>,
}

/// One meter of one subscription: what events are added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// Whose use it is.
    pub subscription: SubscriptionId,
    /// What is counted.
    pub meter: MeterId,
}

impl Series {
    pub(super) fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.subscription.to_bytes());
        bytes[16..].copy_from_slice(&self.meter.to_bytes());
        bytes
    }

    pub(super) fn unpack(from: &mut Unpack<'_>) -> Result<Self, StoreError> {
        let uuid = uuid::Uuid::from_bytes;
        let subscription = SubscriptionId::from_uuid(uuid(from.array()?));
        Ok(Self { subscription, meter: MeterId::from_uuid(uuid(from.array()?)) })
    }

    /// The key of what happened in it from an instant on.
    pub(super) fn key(self, order: i64) -> [u8; 40] {
        let mut key = [0; 40];
        key[..32].copy_from_slice(&self.bytes());
        key[32..].copy_from_slice(&ordered(order));
        key
    }
}

/// Which event it is: the head of a digest of source and event id.
pub(super) type EventKey = [u8; 16];

/// What an event says: the head of a digest of everything else.
pub(super) type Content = u64;

/// An event as bytes: `series, instant, body`, where the body is quantity, source, event id and
/// what is carried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'a> {
    pub(super) series: Series,
    pub(super) at: Instant,
    pub(super) body: &'a [u8],
}

const HEAD_BYTES: usize = 40;

impl StoredEvent {
    /// The meter of the subscription that it counts for.
    #[must_use]
    pub const fn series(&self) -> Series {
        Series { subscription: self.subscription, meter: self.meter }
    }

    pub(super) fn pack(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.series().key(self.at.micros()));
        // `1.0` and `1.00` say the same.
        let decimal = self.quantity.decimal().normalize();
        to.push(u8::try_from(decimal.scale()).expect("a decimal has at most 28 places"));
        put_signed(to, decimal.mantissa());
        put_bytes(to, self.source.as_bytes());
        put_bytes(to, self.event_id.as_bytes());
        put_bytes(to, &self.carried);
    }
}

impl<'a> Raw<'a> {
    pub(super) fn unpack(table: Table, bytes: &'a [u8]) -> Result<Self, StoreError> {
        let mut from = Unpack::new(table, bytes);
        let series = Series::unpack(&mut from)?;
        let at = instant(&mut from)?;
        Ok(Self { series, at, body: from.take(from.left())? })
    }

    pub(super) fn quantity(&self, table: Table) -> Result<Quantity, StoreError> {
        quantity(&mut Unpack::new(table, self.body))
    }

    pub(super) fn event(&self, table: Table) -> Result<StoredEvent, StoreError> {
        let mut from = Unpack::new(table, self.body);
        Ok(StoredEvent {
            quantity: quantity(&mut from)?,
            source: from.text()?,
            event_id: from.text()?,
            carried: from.bytes()?.to_vec(),
            subscription: self.series.subscription,
            meter: self.series.meter,
            at: self.at,
        })
    }

    /// Which event it is, and what it says.
    pub(super) fn identity(&self, table: Table) -> Result<(EventKey, Content), StoreError> {
        let mut from = Unpack::new(table, self.body);
        quantity(&mut from)?;
        let (source, event_id) = (from.bytes()?, from.bytes()?);
        let head = self.series.key(self.at.micros());
        Ok((key_of(source, event_id), content_of(&head, self.body)))
    }
}

/// The instant of a key that [`Series::key`] wrote.
pub(super) fn instant(from: &mut Unpack<'_>) -> Result<Instant, StoreError> {
    let micros = from.ordered()?;
    Instant::from_micros(micros).ok_or_else(|| from.damaged())
}

fn quantity(from: &mut Unpack<'_>) -> Result<Quantity, StoreError> {
    let (scale, mantissa) = (from.u8()?, from.signed()?);
    let decimal = Decimal::try_from_i128_with_scale(mantissa, scale.into());
    decimal.map(Quantity::new).map_err(|_| from.damaged())
}

/// The identity of an event from the bytes that [`StoredEvent::pack`] wrote.
pub(super) fn identity(event: &StoredEvent, packed: &[u8]) -> (EventKey, Content) {
    let (head, body) = packed.split_at(HEAD_BYTES);
    let key = key_of(event.source.as_bytes(), event.event_id.as_bytes());
    (key, content_of(head, body))
}

fn key_of(source: &[u8], event_id: &[u8]) -> EventKey {
    let mut digest = Sha256::new();
    // Else `a` and `bc` would be the same event as `ab` and `c`.
    digest.update((source.len() as u64).to_be_bytes());
    digest.update(source);
    digest.update(event_id);
    let digest: [u8; 32] = digest.finalize().into();
    *digest.first_chunk().expect("a digest has 32 bytes")
}

fn content_of(head: &[u8], body: &[u8]) -> Content {
    let mut digest = Sha256::new();
    digest.update(head);
    digest.update(body);
    let digest: [u8; 32] = digest.finalize().into();
    u64::from_be_bytes(*digest.first_chunk().expect("a digest has 32 bytes"))
}
