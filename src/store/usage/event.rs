//! Events: the bytes of an occurrence of use, and by what it is known again.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::pack::{Unpack, ordered, put_signed};
use crate::domain::id::{Id, MeterId, SubscriptionId};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{Carried, SellerNumber};
use crate::domain::text;
use crate::domain::time::Instant;
use crate::domain::usage::record::{EventId, UsageEvent};
use crate::store::view::Table;
use crate::store::{StoreError, codec};

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

/// Which event it is: the head of a digest of seller, source and event id.
pub(super) type EventKey = [u8; 16];

/// What an event says: the head of a digest of everything else.
pub(super) type Content = u64;

/// Whether the sender of an event said when it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timing {
    /// The sender did.
    Said,
    /// The sender did not: it is taken to have happened when it came. What comes again says the
    /// same, although it came later.
    Unsaid,
}

/// An event as bytes: `series, instant, body`, where the body is the quantity and the rest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'a> {
    pub(super) series: Series,
    pub(super) at: Instant,
    pub(super) body: &'a [u8],
}

const HEAD_BYTES: usize = 40;
/// The part of the head that is there whether or not a time was said.
const SERIES_BYTES: usize = 32;
/// In the byte of a quantity's scale: that no time was said. A scale is at most 28.
const UNSAID: u8 = 0x80;

/// What an event says beside series, instant and quantity. It begins with seller, source and event
/// id.
type Rest = (SellerNumber, text::Code, EventId, BTreeMap<text::Code, String>, Carried);

/// The meter of the subscription that an event counts for.
pub(super) const fn series_of(event: &UsageEvent) -> Series {
    Series { subscription: event.subscription, meter: event.meter }
}

/// Appends an event's bytes.
pub(super) fn pack(event: &UsageEvent, timing: Timing, to: &mut Vec<u8>) {
    to.extend_from_slice(&series_of(event).key(event.at.micros()));
    // `1.0` and `1.00` say the same.
    let decimal = event.quantity.decimal().normalize();
    let scale = u8::try_from(decimal.scale()).expect("a decimal has at most 28 places");
    to.push(match timing {
        Timing::Said => scale,
        Timing::Unsaid => scale | UNSAID,
    });
    put_signed(to, decimal.mantissa());
    let UsageEvent { seller, source, event_id, dimensions, carried, .. } = event;
    let rest = (seller, source, event_id, dimensions, carried);
    *to = postcard::to_extend(&rest, std::mem::take(to))
        .expect("a domain type has only what postcard can write");
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

    pub(super) fn event(&self, table: Table) -> Result<UsageEvent, StoreError> {
        let mut from = Unpack::new(table, self.body);
        let quantity = quantity(&mut from)?;
        let rest: Rest = codec::decode(table.0, from.take(from.left())?)?;
        let (seller, source, event_id, dimensions, carried) = rest;
        Ok(UsageEvent {
            seller,
            quantity,
            source,
            event_id,
            dimensions,
            carried,
            subscription: self.series.subscription,
            meter: self.series.meter,
            at: self.at,
        })
    }

    /// Which event it is, and what it says.
    pub(super) fn identity(&self, table: Table) -> Result<(EventKey, Content), StoreError> {
        let mut from = Unpack::new(table, self.body);
        quantity(&mut from)?;
        // Postcard writes a number seven bits to a byte, a text as its length and its bytes.
        let seller = u32::try_from(from.number()?).map_err(|_| from.damaged())?;
        let (source, event_id) = (from.bytes()?, from.bytes()?);
        let head = self.series.key(self.at.micros());
        Ok((key_of(SellerNumber(seller), source, event_id), content_of(&head, self.body)))
    }
}

/// The instant of a key that [`Series::key`] wrote.
pub(super) fn instant(from: &mut Unpack<'_>) -> Result<Instant, StoreError> {
    let micros = from.ordered()?;
    Instant::from_micros(micros).ok_or_else(|| from.damaged())
}

fn quantity(from: &mut Unpack<'_>) -> Result<Quantity, StoreError> {
    let (scale, mantissa) = (from.u8()? & !UNSAID, from.signed()?);
    let decimal = Decimal::try_from_i128_with_scale(mantissa, scale.into());
    decimal.map(Quantity::new).map_err(|_| from.damaged())
}

/// The identity of an event from the bytes that [`pack`] wrote.
pub(super) fn identity(event: &UsageEvent, packed: &[u8]) -> (EventKey, Content) {
    let (head, body) = packed.split_at(HEAD_BYTES);
    let (source, event_id) = (event.source.as_str(), event.event_id.as_str());
    let key = key_of(event.seller, source.as_bytes(), event_id.as_bytes());
    (key, content_of(head, body))
}

fn key_of(seller: SellerNumber, source: &[u8], event_id: &[u8]) -> EventKey {
    let mut digest = Sha256::new();
    digest.update(seller.0.to_be_bytes());
    // Else `a` and `bc` would be the same event as `ab` and `c`.
    digest.update((source.len() as u64).to_be_bytes());
    digest.update(source);
    digest.update(event_id);
    let digest: [u8; 32] = digest.finalize().into();
    *digest.first_chunk().expect("a digest has 32 bytes")
}

fn content_of(head: &[u8], body: &[u8]) -> Content {
    let is_unsaid = body.first().is_some_and(|it| it & UNSAID != 0);
    let head = if is_unsaid { &head[..SERIES_BYTES] } else { head };
    let mut digest = Sha256::new();
    digest.update(head);
    digest.update(body);
    let digest: [u8; 32] = digest.finalize().into();
    u64::from_be_bytes(*digest.first_chunk().expect("a digest has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const TABLE: Table = Table("t");

    fn event() -> UsageEvent {
        UsageEvent {
            seller: SellerNumber(7),
            source: "probe".parse().unwrap(),
            event_id: "a-1".parse().unwrap(),
            subscription: SubscriptionId::from_uuid(uuid::Uuid::from_u128(3)),
            meter: MeterId::from_uuid(uuid::Uuid::from_u128(4)),
            quantity: "1.50".parse().unwrap(),
            at: Instant::from_micros(5).unwrap(),
            dimensions: BTreeMap::from([("region".parse().unwrap(), "eu".to_owned())]),
            carried: Carried::new(),
        }
    }

    fn packed(event: &UsageEvent) -> Vec<u8> {
        packed_as(event, Timing::Said)
    }

    fn packed_as(event: &UsageEvent, timing: Timing) -> Vec<u8> {
        let mut bytes = Vec::new();
        pack(event, timing, &mut bytes);
        bytes
    }

    #[test]
    fn the_bytes_stay_as_they_are() {
        let bytes = packed(&event());
        expect!["00000000000000000000000000000003000000000000000000000000000000048000000000000005011e070570726f626503612d310106726567696f6e02657500"].assert_eq(&hex::encode(&bytes));
        let raw = Raw::unpack(TABLE, &bytes).unwrap();
        assert_eq!(raw.event(TABLE).unwrap(), event());
        assert_eq!(raw.identity(TABLE).unwrap(), identity(&event(), &bytes));
    }

    #[test]
    fn an_event_is_the_same_by_seller_source_and_id_and_says_all_the_rest() {
        let known = |event: &UsageEvent| identity(event, &packed(event));
        let (key, content) = known(&event());
        assert_eq!(
            known(&UsageEvent { quantity: "1.5".parse().unwrap(), ..event() }),
            (key, content)
        );
        let others = [
            UsageEvent { quantity: Quantity::ONE, ..event() },
            UsageEvent { at: Instant::from_micros(6).unwrap(), ..event() },
            UsageEvent { dimensions: BTreeMap::new(), ..event() },
            UsageEvent { meter: MeterId::from_uuid(uuid::Uuid::from_u128(9)), ..event() },
        ];
        for other in &others {
            assert_eq!(known(other).0, key);
            assert_ne!(known(other).1, content);
        }
        let shifted = UsageEvent {
            source: "prob".parse().unwrap(),
            event_id: "ea-1".parse().unwrap(),
            ..event()
        };
        assert_ne!(known(&shifted).0, key);
        let of_another = UsageEvent { seller: SellerNumber(8), ..event() };
        assert_ne!(known(&of_another).0, key, "two sellers' systems may count alike");
    }

    #[test]
    fn an_event_without_a_time_says_the_same_whenever_it_comes() {
        let bytes = packed_as(&event(), Timing::Unsaid);
        let raw = Raw::unpack(TABLE, &bytes).unwrap();
        assert_eq!(raw.event(TABLE).unwrap(), event(), "it happened when it came");
        assert_eq!(raw.identity(TABLE).unwrap(), identity(&event(), &bytes));
        let known = |it: &UsageEvent| identity(it, &packed_as(it, Timing::Unsaid));
        let later = UsageEvent { at: Instant::from_micros(6).unwrap(), ..event() };
        assert_eq!(known(&later), known(&event()));
        let more = UsageEvent { quantity: Quantity::ONE, ..event() };
        assert_ne!(known(&more).1, known(&event()).1);
        let elsewhere =
            UsageEvent { meter: MeterId::from_uuid(uuid::Uuid::from_u128(9)), ..event() };
        assert_ne!(known(&elsewhere).1, known(&event()).1);
        assert_ne!(known(&event()).1, identity(&event(), &packed(&event())).1);
    }

    #[test]
    fn bytes_cut_short_are_refused() {
        let bytes = packed(&event());
        for length in 0..bytes.len() {
            let event = Raw::unpack(TABLE, &bytes[..length]).and_then(|it| it.event(TABLE));
            assert!(event.is_err(), "{length}");
        }
    }
}
