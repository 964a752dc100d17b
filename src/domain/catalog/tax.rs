//! Taxes: which rate a supply bears, by what is sold, where the buyer is and who it is.
//!
//! A tax category says *what* is sold, a tax zone *where*. A rule ties both to a rate from a day
//! on, and the most specific rule in force decides. This module owns the look-up; how much tax an
//! invoice bears is [`billing::tax`](crate::domain::billing::tax).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{TaxCategoryId, TaxRuleId, TaxZoneId};
use crate::domain::quantity::Percent;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Country, Name, Prose};
use crate::domain::time::Date;

/// How a thing is taxed: standard goods, books, telecommunication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxCategory {
    /// Its identity.
    pub id: TaxCategoryId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What programs call it.
    pub code: text::Code,
    /// What people call it.
    pub name: Name,
    /// More about it.
    pub description: Option<Prose>,
}

/// Where a tax holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxZone {
    /// Its identity.
    pub id: TaxZoneId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What programs call it, such as `Provider-Country`.
    pub code: text::Code,
    /// What people call it.
    pub name: Name,
    /// Which buyers are in it.
    pub covers: Covers,
}

/// Which buyers are in a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Covers {
    /// Those of these countries.
    Countries(Vec<Country>),
    /// Those of one region of a country: a state, an island.
    Region {
        /// The country.
        country: Country,
        /// The region, as addresses in that country name it.
        region: String,
    },
    /// All that no other zone covers.
    Elsewhere,
}

impl Covers {
    /// How closely it describes an address: a region more than a country; `None` if not at all.
    fn closeness(&self, at: &Country, in_region: Option<&str>) -> Option<u8> {
        match self {
            Self::Region { country, region } => {
                (country == at && in_region == Some(region)).then_some(2)
            }
            Self::Countries(countries) => countries.contains(at).then_some(1),
            Self::Elsewhere => Some(0),
        }
    }
}

/// The zone of an address: the one that describes it most closely.
#[must_use]
pub fn zone_of<'a>(
    zones: &'a [TaxZone],
    country: &Country,
    region: Option<&str>,
) -> Option<&'a TaxZone> {
    let fitting = zones.iter().filter_map(|it| Some((it.covers.closeness(country, region)?, it)));
    fitting.max_by_key(|(closeness, zone)| (*closeness, std::cmp::Reverse(zone.id))).map(|it| it.1)
}

/// A tax rate for a category in a zone from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRule {
    /// Its identity.
    pub id: TaxRuleId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What the invoice calls the tax: `VAT`.
    pub name: Name,
    /// Where it holds.
    pub zone: TaxZoneId,
    /// For what; `None`: for everything without a rule of its own.
    pub category: Option<TaxCategoryId>,
    /// For whom.
    pub buyers: Buyers,
    /// How much, or why not.
    pub treatment: Treatment,
    /// The first day on which it holds. It holds until a rule of the same kind begins.
    pub valid_from: Date,
    /// The first day on which it holds no longer; without an end if nothing is said.
    pub valid_until: Option<Date>,
}

/// For which buyers a tax rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Buyers {
    /// For all.
    All,
    /// For those with a tax registration.
    Registered,
    /// For those without.
    Unregistered,
}

/// Whether the buyer of a supply has a tax registration that was given to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Registration {
    /// It has.
    Registered,
    /// It has not.
    Unregistered,
}

/// What a tax rule does to a supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Treatment {
    /// Tax at a rate.
    Standard(Percent),
    /// No tax on this invoice: the buyer owes it.
    ReverseCharge {
        /// The sentence that the law wants to see.
        reason: Prose,
    },
    /// No tax at all.
    Exempt {
        /// Why.
        reason: Prose,
    },
    /// No tax, because what is sold lies outside of its reach.
    OutOfScope {
        /// Why.
        reason: Prose,
    },
}

impl Treatment {
    /// The rate on the invoice.
    #[must_use]
    pub const fn percent(&self) -> Percent {
        match self {
            Self::Standard(percent) => *percent,
            Self::ReverseCharge { .. } | Self::Exempt { .. } | Self::OutOfScope { .. } => {
                Percent::ZERO
            }
        }
    }

    /// Why there is no tax, where there is none.
    #[must_use]
    pub const fn reason(&self) -> Option<&Prose> {
        match self {
            Self::Standard(_) => None,
            Self::ReverseCharge { reason }
            | Self::Exempt { reason }
            | Self::OutOfScope { reason } => Some(reason),
        }
    }

    /// The stable word of it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Standard(_) => "standard",
            Self::ReverseCharge { .. } => "reverse_charge",
            Self::Exempt { .. } => "exempt",
            Self::OutOfScope { .. } => "out_of_scope",
        }
    }
}

impl TaxRule {
    /// Refuses a rate that is none, and a time that is none.
    ///
    /// # Errors
    /// If the rate is not 0 to 100 %, or the rule ends before it begins.
    pub fn check(&self) -> Result<(), Invalid> {
        let (percent, mut found) = (self.treatment.percent(), Vec::new());
        if percent < Percent::ZERO || percent > Percent::WHOLE {
            found.push(Violation::new("/percent", "range", "must be 0 to 100"));
        }
        if self.valid_until.is_some_and(|it| it <= self.valid_from) {
            let message = format!("must be later than `{}`, when it begins", self.valid_from);
            found.push(Violation::new("/valid_until", "range", message));
        }
        Invalid::unless_empty(found)
    }

    /// The rule with another end, or without one. What was taxed by it stays as it was.
    ///
    /// # Errors
    /// If it would end in the past, or has ended, or would end before it begins.
    pub fn ending(self, valid_until: Option<Date>, today: Date) -> Result<Self, Invalid> {
        let refused = |why: String| Err(Invalid::one("/valid_until", "range", why));
        if let Some(ended) = self.valid_until.filter(|it| *it < today) {
            return refused(format!("cannot change: it ended on `{ended}`"));
        }
        if valid_until.is_some_and(|it| it < today) {
            return refused(format!("must not be earlier than today, `{today}`"));
        }
        let it = Self { valid_until, ..self };
        it.check()?;
        Ok(it)
    }

    /// The rule as it ends because another comes in its place on a day.
    ///
    /// # Errors
    /// If the day is in the past, or not later than its own first: both would hold then, and none
    /// of them before the other. If it has ended by then: nothing would be replaced.
    pub fn replaced(self, on: Date, today: Date) -> Result<Self, Invalid> {
        let refused = |why: String| Err(Invalid::one("/valid_from", "range", why));
        if on <= self.valid_from {
            let begins = self.valid_from;
            return refused(format!("must be later than `{begins}`, when the rule of now begins"));
        }
        if on < today {
            return refused(format!("must not be earlier than today, `{today}`"));
        }
        if let Some(ends) = self.valid_until.filter(|it| *it <= on) {
            return refused(format!("must be earlier than `{ends}`, when the rule of now ends"));
        }
        self.ending(Some(on), today)
    }

    /// How specific it is for a supply, and since when; `None` if it is not for it.
    fn rank(&self, supply: &Supply) -> Option<(bool, bool, Date)> {
        let category = self.category.is_none_or(|it| Some(it) == supply.category);
        let buyer = match self.buyers {
            Buyers::All => true,
            Buyers::Registered => supply.buyer == Registration::Registered,
            Buyers::Unregistered => supply.buyer == Registration::Unregistered,
        };
        let begun = self.valid_from <= supply.on;
        let holds = begun && self.valid_until.is_none_or(|it| supply.on < it);
        let fits = self.zone == supply.zone && category && buyer && holds;
        fits.then_some((self.category.is_some(), self.buyers != Buyers::All, self.valid_from))
    }
}

/// What taxation looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Supply {
    /// Where the buyer is.
    pub zone: TaxZoneId,
    /// What is sold; `None` if it has no category.
    pub category: Option<TaxCategoryId>,
    /// Who buys.
    pub buyer: Registration,
    /// The day that decides the rate.
    pub on: Date,
}

impl fmt::Display for Supply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buyer = match self.buyer {
            Registration::Registered => "a registered buyer",
            Registration::Unregistered => "an unregistered buyer",
        };
        match self.category {
            Some(category) => {
                write!(f, "`{category}` to {buyer} in `{}` on {}", self.zone, self.on)
            }
            None => write!(f, "what has no category to {buyer} in `{}` on {}", self.zone, self.on),
        }
    }
}

/// The rule for a supply: the most specific in force, by category before buyer, then the latest.
///
/// # Errors
/// If no rule covers it: nothing is sold at a tax that nobody decided.
pub fn rule_for<'a>(rules: &'a [TaxRule], supply: &Supply) -> Result<&'a TaxRule, Rejection> {
    let fitting = rules.iter().filter_map(|it| Some((it.rank(supply)?, it)));
    fitting.max_by_key(|(rank, _)| *rank).map(|it| it.1).ok_or_else(|| {
        let why = format!(
            "no tax rule covers {supply}: add one for the zone in Settings, Tax, if need be at 0 %"
        );
        Rejection::new(Code::TaxUndetermined, why)
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::Instant;

    fn stamp() -> Stamp {
        let now = Instant::from_micros(0).expect("an instant");
        Stamp::new(SellerNumber::PROVIDER, None, now)
    }

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    fn rule(category: Option<u128>, buyers: Buyers, percent: i64, valid_from: &str) -> TaxRule {
        TaxRule {
            id: id(9),
            stamp: stamp(),
            name: "VAT".parse().expect("a name"),
            zone: id(1),
            category: category.map(id),
            buyers,
            treatment: Treatment::Standard(Percent::new(percent.into())),
            valid_from: date(valid_from),
            valid_until: None,
        }
    }

    fn supply(category: Option<u128>, buyer: Registration, on: &str) -> Supply {
        Supply { zone: id(1), category: category.map(id), buyer, on: date(on) }
    }

    #[test]
    fn the_most_specific_rule_in_force_decides() {
        let rules = [
            rule(None, Buyers::All, 19, "2007-01-01"),
            rule(None, Buyers::All, 16, "2020-07-01"),
            rule(None, Buyers::All, 19, "2021-01-01"),
            rule(Some(7), Buyers::All, 7, "2007-01-01"),
            rule(None, Buyers::Registered, 0, "2022-01-01"),
        ];
        let table = [
            (None, Registration::Unregistered, "2020-06-30", 19),
            (None, Registration::Unregistered, "2020-07-01", 16),
            (None, Registration::Unregistered, "2020-12-31", 16),
            (None, Registration::Unregistered, "2021-01-01", 19),
            (None, Registration::Registered, "2021-12-31", 19),
            (None, Registration::Registered, "2022-01-01", 0),
            (Some(7), Registration::Registered, "2022-01-01", 7),
            (Some(8), Registration::Unregistered, "2022-01-01", 19),
        ];
        for (category, buyer, on, expected) in table {
            let found = rule_for(&rules, &supply(category, buyer, on)).expect("a rule");
            let expected = Percent::new(expected.into());
            assert_eq!(found.treatment.percent(), expected, "{category:?} {buyer:?} {on}");
        }
    }

    #[test]
    fn a_supply_that_no_rule_covers_is_refused() {
        let rules = [rule(Some(7), Buyers::Registered, 7, "2026-01-01")];
        for supply in [
            supply(None, Registration::Registered, "2026-01-01"),
            supply(Some(7), Registration::Unregistered, "2026-01-01"),
            supply(Some(7), Registration::Registered, "2025-12-31"),
            Supply { zone: id(2), ..supply(Some(7), Registration::Registered, "2026-01-01") },
        ] {
            let refused = rule_for(&rules, &supply).expect_err("refused");
            assert_eq!(refused.code, Code::TaxUndetermined, "{supply}");
        }
    }

    #[test]
    fn a_rule_that_has_ended_leaves_the_supply_to_the_next_one() {
        let reduced = rule(Some(7), Buyers::All, 7, "2026-01-01");
        let reduced = TaxRule { valid_until: Some(date("2026-07-01")), ..reduced };
        let rules = [rule(None, Buyers::All, 19, "2007-01-01"), reduced];
        for (on, expected) in [("2025-12-31", 19), ("2026-06-30", 7), ("2026-07-01", 19)] {
            let found = rule_for(&rules, &supply(Some(7), Registration::Registered, on));
            let percent = found.expect("a rule").treatment.percent();
            assert_eq!(percent, Percent::new(expected.into()), "{on}");
        }
        let alone = &rules[1..];
        let after = supply(Some(7), Registration::Registered, "2026-07-01");
        assert!(rule_for(alone, &after).is_err(), "nothing is sold untaxed by oversight");
    }

    /// A rule from March on.
    fn begun(until: Option<&str>) -> TaxRule {
        TaxRule { valid_until: until.map(date), ..rule(None, Buyers::All, 19, "2026-03-01") }
    }

    #[test]
    fn an_end_is_never_in_the_past_nor_before_the_beginning() {
        for (was, until, today, expected) in [
            (None, Some("2026-05-01"), "2026-04-01", true),
            (None, Some("2026-04-01"), "2026-04-01", true),
            (None, Some("2026-03-31"), "2026-04-01", false),
            (None, Some("2026-03-01"), "2026-01-01", false),
            (Some("2026-05-01"), None, "2026-04-01", true),
            (Some("2026-04-01"), Some("2026-06-01"), "2026-04-01", true),
            (Some("2026-03-31"), Some("2026-06-01"), "2026-04-01", false),
        ] {
            let ended = begun(was).ending(until.map(date), date(today));
            assert_eq!(ended.is_ok(), expected, "{was:?} {until:?} {today}");
        }
        assert!(begun(Some("2026-03-01")).check().is_err());
    }

    /// Of two that hold on a day none would go before the other.
    #[test]
    fn a_rule_ends_where_another_takes_its_place_and_not_before_it_began() {
        for (until, on, today, expected) in [
            (None, "2026-06-01", "2026-05-01", Some("2026-06-01")),
            (None, "2026-05-01", "2026-05-01", Some("2026-05-01")),
            (Some("2026-09-01"), "2026-06-01", "2026-05-01", Some("2026-06-01")),
            (Some("2026-06-02"), "2026-06-01", "2026-05-01", Some("2026-06-01")),
            (Some("2026-06-01"), "2026-06-01", "2026-05-01", None),
            (Some("2026-05-15"), "2026-06-01", "2026-05-01", None),
            (None, "2026-04-30", "2026-05-01", None),
            (None, "2026-03-01", "2026-03-01", None),
            (None, "2026-02-01", "2026-01-01", None),
            (Some("2026-04-30"), "2026-06-01", "2026-05-01", None),
        ] {
            let ended = begun(until).replaced(date(on), date(today));
            let ended = ended.ok().map(|it| it.valid_until);
            assert_eq!(ended, expected.map(|it| Some(date(it))), "{until:?} {on} {today}");
        }
    }

    #[test]
    fn an_address_is_in_the_zone_that_describes_it_most_closely() {
        let country = |text: &str| text.parse::<Country>().expect(text);
        let zone = |number: u128, covers| TaxZone {
            id: id(number),
            stamp: stamp(),
            code: "zone".parse().expect("a code"),
            name: "Zone".parse().expect("a name"),
            covers,
        };
        let zones = [
            zone(1, Covers::Elsewhere),
            zone(2, Covers::Countries(vec![country("DE"), country("ES")])),
            zone(3, Covers::Region { country: country("ES"), region: "Canarias".to_owned() }),
        ];
        let found = |at: &str, region| zone_of(&zones, &country(at), region).map(|it| it.id);
        assert_eq!(found("DE", None), Some(id(2)));
        assert_eq!(found("ES", Some("Canarias")), Some(id(3)));
        assert_eq!(found("ES", Some("Madrid")), Some(id(2)));
        assert_eq!(found("US", None), Some(id(1)));
        assert_eq!(zone_of(&zones[1..], &country("US"), None), None);
    }

    #[test]
    fn a_rate_is_zero_to_a_hundred_percent() {
        assert_eq!(rule(None, Buyers::All, 100, "2026-01-01").check(), Ok(()));
        assert!(rule(None, Buyers::All, 101, "2026-01-01").check().is_err());
        assert!(rule(None, Buyers::All, -1, "2026-01-01").check().is_err());
    }

    #[test]
    fn what_bears_no_tax_says_why() {
        let reason: Prose = "The buyer owes the tax".parse().expect("a reason");
        let treatment = Treatment::ReverseCharge { reason: reason.clone() };
        assert_eq!((treatment.percent(), treatment.reason()), (Percent::ZERO, Some(&reason)));
    }
}
