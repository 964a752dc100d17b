//! Usage events: one occurrence of use, as it was reported, and when it can be taken.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::meter::Meter;
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{MeterId, SubscriptionId};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{Carried, SellerNumber};
use crate::domain::text;
use crate::domain::time::Instant;
use crate::domain::word::words;

/// By how many seconds the clock of a system that counts may be ahead of ours.
pub const AHEAD_SECONDS_MAX: i64 = 3600;

/// The most that one event may count, up or down: thousands of them add up to what can still be billed.
pub const QUANTITY_MAX: i64 = 1_000_000_000_000_000;

/// To so many places after the point an event may count.
pub const PLACES_MAX: u32 = 18;

/// What a source calls one of its events: 1 to 128 visible characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(String);

impl EventId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no id of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 1 to 128 visible ASCII characters")]
pub struct EventIdError;

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        let fits = (1..=128).contains(&text.len());
        match fits && text.bytes().all(|it| it.is_ascii_graphic()) {
            true => Ok(Self(text.to_owned())),
            false => Err(EventIdError),
        }
    }
}

/// One occurrence of use, as a system that counts reported it.
///
/// Seller, source and event id together are its key: what comes again under the same key is the same
/// event. Two sellers may have systems of one name that count alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageEvent {
    /// Who sells what was used.
    pub seller: SellerNumber,
    /// Which system reported it.
    pub source: text::Code,
    /// What that system calls it.
    pub event_id: EventId,
    /// Who used.
    pub subscription: SubscriptionId,
    /// What was used.
    pub meter: MeterId,
    /// How much.
    pub quantity: Quantity,
    /// When.
    pub at: Instant,
    /// Where, which size, and whatever else a price may depend on.
    pub dimensions: BTreeMap<text::Code, String>,
    /// What contracts' clients attached.
    pub carried: Carried,
}

/// When usage of a subscription can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Since when it is served.
    pub served_from: Instant,
    /// Until when; `None`: it is still served.
    pub served_until: Option<Instant>,
    /// Up to where its usage is on invoices; `None`: none of it is.
    pub billed_until: Option<Instant>,
    /// From where on late usage is still charged.
    pub open_from: Instant,
    /// What time it is.
    pub now: Instant,
}

words! {
    /// On which invoice usage comes.
    Placement {
        /// On that of its own period.
        InPeriod = "in_period";
        /// On the next one, because its period is billed already.
        Late = "late";
    }
}

impl Window {
    /// On which invoice usage at a moment comes.
    ///
    /// # Errors
    /// If it is too late, in the future, or the subscription was not served.
    pub fn place(&self, at: Instant) -> Result<Placement, Rejection> {
        let refused = |why: String| Err(Rejection::new(Code::UsageRefused, why));
        if at > self.now.plus_seconds(AHEAD_SECONDS_MAX) {
            return refused(format!("`{at}` is in the future: report usage when it has happened"));
        }
        if at < self.served_from {
            return refused(format!("the subscription is served from `{}`", self.served_from));
        }
        if let Some(until) = self.served_until
            && at >= until
        {
            return refused(format!("the subscription was served until `{until}`"));
        }
        if at < self.open_from {
            let over = self.served_until.filter(|it| *it <= self.open_from);
            let why = match over {
                Some(until) => format!(
                    "the last bill of the subscription is written, which was served until `{until}`"
                ),
                None => format!("usage is charged from `{}`", self.open_from),
            };
            return refused(format!("`{at}` is too late: {why}"));
        }
        match self.billed_until {
            Some(until) if at < until => Ok(Placement::Late),
            Some(_) | None => Ok(Placement::InPeriod),
        }
    }
}

impl UsageEvent {
    /// Refuses an event that a meter cannot count, or that could not be billed.
    ///
    /// # Errors
    /// With every field that is wrong.
    pub fn check(&self, meter: &Meter) -> Result<(), Invalid> {
        let mut found = Vec::new();
        if self.quantity.is_negative() && !meter.goes_down() {
            let message = "must not be negative: take a wrong event back instead";
            found.push(Violation::new("/quantity", "range", message));
        }
        if !self.can_be_billed() {
            let message =
                format!("must be at most {QUANTITY_MAX}, with {PLACES_MAX} places after the point");
            found.push(Violation::new("/quantity", "range", message));
        }
        for key in self.dimensions.keys().filter(|it| !meter.dimensions.contains(it)) {
            let message = format!("is not a dimension of the meter `{}`", meter.code);
            found.push(Violation::new(format!("/dimensions/{key}"), "unknown_field", message));
        }
        if self.dimensions.values().any(|it| it.len() > 200) {
            found.push(Violation::new("/dimensions", "range", "must have at most 200 characters"));
        }
        Invalid::unless_empty(found)
    }

    fn can_be_billed(&self) -> bool {
        let quantity = self.quantity.decimal().normalize();
        quantity.abs() <= QUANTITY_MAX.into() && quantity.scale() <= PLACES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{id, stamp};
    use crate::domain::usage::meter::Aggregation;

    fn at(day: i64) -> Instant {
        Instant::from_micros(day * 86_400_000_000).expect("an instant")
    }

    fn event() -> UsageEvent {
        UsageEvent {
            seller: SellerNumber::PROVIDER,
            source: "probe".parse().expect("a code"),
            event_id: "a-1".parse().expect("an id"),
            subscription: id(3),
            meter: id(4),
            quantity: Quantity::whole(5),
            at: at(20),
            dimensions: BTreeMap::new(),
            carried: Carried::new(),
        }
    }

    #[test]
    fn usage_comes_on_the_invoice_of_its_period_or_on_the_next() {
        let window = Window {
            served_from: at(10),
            served_until: Some(at(50)),
            billed_until: Some(at(30)),
            open_from: at(20),
            now: at(45),
        };
        let place = |day| window.place(at(day)).map_err(|it| it.detail);
        assert_eq!(place(30), Ok(Placement::InPeriod));
        assert_eq!(place(29), Ok(Placement::Late));
        assert_eq!(place(20), Ok(Placement::Late));
        let too_late = "`1970-01-20T00:00:00Z` is too late: usage is charged from \
                        `1970-01-21T00:00:00Z`";
        assert_eq!(place(19), Err(too_late.to_owned()));
        assert!(place(9).is_err());
        assert!(place(46).is_err());
        assert!(window.place(at(45).plus_seconds(AHEAD_SECONDS_MAX)).is_ok());
        let billed = Window { open_from: at(50), ..window };
        let last = "`1970-01-20T00:00:00Z` is too late: the last bill of the subscription is written, which \
                    was served until `1970-02-20T00:00:00Z`";
        assert_eq!(billed.place(at(19)).map_err(|it| it.detail), Err(last.to_owned()));
        let ended = Window { now: at(60), ..window };
        assert!(ended.place(at(49)).is_ok());
        assert!(ended.place(at(50)).is_err());
    }

    #[test]
    fn an_event_that_the_meter_cannot_count_is_refused() {
        let meter = Meter {
            id: id(4),
            stamp: stamp(),
            code: "traffic".parse().expect("a code"),
            name: "Traffic".parse().expect("a name"),
            names: BTreeMap::new(),
            unit: "GB".parse().expect("a name"),
            units: BTreeMap::new(),
            resource: None,
            aggregation: Aggregation::Sum,
            unique_by: None,
            carry_over: crate::domain::usage::meter::CarryOver::Reset,
            dimensions: vec!["region".parse().expect("a code")],
        };
        assert_eq!(event().check(&meter), Ok(()));
        let negative = UsageEvent { quantity: Quantity::whole(-1), ..event() };
        assert_eq!(negative.check(&meter).expect_err("refused").violations[0].field, "/quantity");
        let counted = |text: &str| {
            let quantity = text.parse().expect(text);
            UsageEvent { quantity, ..event() }.check(&meter).map_err(|it| it.violations[0].rule)
        };
        for (text, is_fine) in [
            ("1000000000000000", true),
            ("1000000000000000.1", false),
            ("79228162514264337593543950335", false),
            ("0.30000000000000004", true),
            ("0.100000000000000000000", true),
            ("0.0000000000000000001", false),
        ] {
            assert_eq!(counted(text), if is_fine { Ok(()) } else { Err("range") }, "{text}");
        }
        let dimension = |key: &str, value: String| {
            let dimensions = BTreeMap::from([(key.parse().expect(key), value)]);
            UsageEvent { dimensions, ..event() }.check(&meter).map_err(|it| it.violations)
        };
        assert_eq!(dimension("region", "eu".to_owned()), Ok(()));
        let field = |it: Result<(), Vec<Violation>>| it.expect_err("refused")[0].field.clone();
        assert_eq!(field(dimension("size", "s".to_owned())), "/dimensions/size");
        assert_eq!(field(dimension("region", "x".repeat(201))), "/dimensions");
    }

    #[test]
    fn an_event_id_is_visible_and_bounded() {
        for text in ["", " ", "a b", "ä", &"x".repeat(129)] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
        assert!("x".repeat(128).parse::<EventId>().is_ok());
    }
}
