//! Links to the page of an invoice: for who gets it by mail and cannot sign in.
//!
//! What a link carries is encrypted for its invoice alone, so that it can be neither guessed nor forged. It
//! ends by itself, with all others of its seller when that takes them back, and with its invoice when nothing
//! of that holds any more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;

/// So long a link opens its page.
pub const LINK_DAYS: i64 = 90;

const BYTES: usize = 12;

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLink {
    /// Until when it opens the page.
    pub until: Instant,
    /// How often its seller had taken all links back when it was made.
    pub turn: u32,
}

impl PageLink {
    /// A link that is made now.
    #[must_use]
    pub fn made(now: Instant, turn: u32) -> Self {
        Self { until: now.plus_seconds(LINK_DAYS * 86_400), turn }
    }

    /// As it is encrypted.
    #[must_use]
    pub fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&self.until.micros().to_be_bytes());
        bytes[8..].copy_from_slice(&self.turn.to_be_bytes());
        bytes
    }

    /// What was encrypted, if it is a link.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (until, turn) = <&[u8; BYTES]>::try_from(bytes).ok()?.split_at_checked(8)?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        let turn = u32::from_be_bytes(turn.try_into().ok()?);
        Some(Self { until: Instant::from_micros(until)?, turn })
    }

    /// Whether it opens the page, where its seller has taken all links back so often.
    #[must_use]
    pub fn opens(self, now: Instant, turns: u32) -> bool {
        now < self.until && self.turn == turns
    }
}

/// How often each seller has taken back all links to its invoices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTurns(pub BTreeMap<SellerNumber, u32>);

impl LinkTurns {
    /// How often a seller has.
    #[must_use]
    pub fn of(&self, seller: SellerNumber) -> u32 {
        self.0.get(&seller).copied().unwrap_or_default()
    }

    /// The same after one more time.
    #[must_use]
    pub fn turned(mut self, seller: SellerNumber) -> Self {
        let turns = self.0.entry(seller).or_default();
        *turns = turns.wrapping_add(1);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect(text)
    }

    #[test]
    fn a_link_opens_for_its_time_and_until_its_seller_takes_all_back() {
        let link = PageLink::made(at("2026-01-01T00:00:00Z"), 3);
        assert_eq!(PageLink::read(&link.to_bytes()), Some(link));
        for (now, turns, expected) in [
            ("2026-01-01T00:00:00Z", 3, true),
            ("2026-03-31T23:59:59Z", 3, true),
            ("2026-04-01T00:00:00Z", 3, false),
            ("2026-01-02T00:00:00Z", 4, false),
            ("2026-01-02T00:00:00Z", 2, false),
        ] {
            assert_eq!(link.opens(at(now), turns), expected, "{now} {turns}");
        }
        assert_eq!(PageLink::read(&[0; BYTES - 1]), None);
        assert_eq!(PageLink::read(&[255; BYTES + 1]), None);
    }

    #[test]
    fn a_seller_takes_back_its_own_links() {
        let (one, other) = (SellerNumber::PROVIDER, SellerNumber(7));
        let turns = LinkTurns::default().turned(one).turned(one);
        assert_eq!((turns.of(one), turns.of(other)), (2, 0));
    }
}
