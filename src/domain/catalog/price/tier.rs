//! Tiers: prices that depend on how many units came before.
//!
//! Peers write bounds in three ways: inclusive (`up_to 10`), by the first unit (`from 11`), or as
//! a lower limit that is not itself in the tier (APS `lowerLimit 10`). Here a tier has a *floor*:
//! the units below it belong to the tiers before. All three ways lead to the same floors; what
//! remains of the difference is [`Reach`].

use serde::{Deserialize, Serialize};

use super::Figure;
use crate::domain::error::{Invalid, Violation};
use crate::domain::quantity::Quantity;

/// How many tiers a price may have.
pub const TIERS_MAX: usize = 100;

/// When a quantity that is exactly at a floor reaches the tier above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reach {
    /// Only when it is exceeded: `up_to` bounds and APS lower limits.
    Above,
    /// As soon as it is reached: bounds by the first unit.
    From,
}

/// The price of the units above a floor and up to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The units that belong to the tiers before.
    pub floor: Quantity,
    /// What a unit costs.
    pub unit_price: Figure,
    /// What is charged once when the tier is entered.
    pub fee: Figure,
}

/// A tier as clients write it, by its inclusive upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpTo {
    /// The last unit in it; `None` for the last tier, which has no end.
    pub bound: Option<Quantity>,
    /// What a unit costs.
    pub unit_price: Figure,
    /// What is charged once when the tier is entered.
    pub fee: Figure,
}

/// All tiers of a price, from the first unit to any number of them.
///
/// Invariant: 1 to [`TIERS_MAX`] tiers, the first floor is zero, floors rise, nothing is negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tiers {
    reach: Reach,
    block: Option<Quantity>,
    tiers: Vec<Tier>,
}

impl Tiers {
    /// The tiers as they are.
    ///
    /// # Errors
    /// With every tier that breaks the invariant.
    pub fn new(reach: Reach, tiers: Vec<Tier>) -> Result<Self, Invalid> {
        let violations = violations(&tiers);
        match violations.is_empty() {
            true => Ok(Self { reach, block: None, tiers }),
            false => Err(Invalid { violations }),
        }
    }

    /// The tiers that inclusive upper bounds describe; the last has none.
    ///
    /// # Errors
    /// If the last is bounded, another is not, or the tiers break the invariant.
    pub fn up_to(rows: &[UpTo]) -> Result<Self, Invalid> {
        let mut floor = Some(Quantity::ZERO);
        let mut tiers = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let Some(from) = floor else {
                let rule = "must have an upper bound: only the last tier is open";
                return Err(Invalid::one(format!("/tiers/{}/up_to", place - 1), "required", rule));
            };
            tiers.push(Tier { floor: from, unit_price: row.unit_price, fee: row.fee });
            floor = row.bound;
        }
        if floor.is_some() && !rows.is_empty() {
            let rule = "must be absent from the last tier, so that every quantity has a price";
            return Err(Invalid::one(format!("/tiers/{}/up_to", rows.len() - 1), "range", rule));
        }
        Self::new(Reach::Above, tiers).map_err(|it| in_bounds(it, rows.len()))
    }

    /// The same tiers, of which the next one is reached otherwise.
    #[must_use]
    pub fn reached(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// The same tiers counted in blocks: a started block of `units` is one unit of the tiers.
    ///
    /// # Errors
    /// If a block has no units.
    pub fn in_blocks(self, units: Quantity) -> Result<Self, Invalid> {
        if units.is_negative() || units.is_zero() {
            return Err(Invalid::one("/block", "range", "must be more than 0"));
        }
        Ok(Self { block: Some(units), ..self })
    }

    /// The same tiers at other prices, none of which is negative.
    #[must_use]
    pub fn at_prices(&self, other: impl Fn(Figure) -> Figure) -> Self {
        let tier = |it: &Tier| Tier {
            floor: it.floor,
            unit_price: other(it.unit_price),
            fee: other(it.fee),
        };
        Self { tiers: self.tiers.iter().map(tier).collect(), ..self.clone() }
    }

    /// When a floor counts as reached.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// How many units one unit of the tiers has, where it is not one.
    #[must_use]
    pub const fn block(&self) -> Option<Quantity> {
        self.block
    }

    /// The tiers, lowest first: at least one.
    #[must_use]
    pub fn as_slice(&self) -> &[Tier] {
        &self.tiers
    }

    /// The place of the tier that a quantity reaches.
    #[must_use]
    pub fn reached_by(&self, quantity: Quantity) -> usize {
        let reached = |tier: &Tier| match self.reach {
            Reach::Above => tier.floor < quantity,
            Reach::From => tier.floor <= quantity,
        };
        self.tiers.partition_point(reached).saturating_sub(1)
    }
}

/// What is wrong with a floor, as who wrote bounds has to read it: a floor is the bound of the tier
/// before.
fn in_bounds(mut it: Invalid, rows: usize) -> Invalid {
    for violation in &mut it.violations {
        let floor = (1..rows).find(|place| violation.field == format!("/tiers/{place}/floor"));
        let Some(place) = floor else { continue };
        violation.field = format!("/tiers/{}/up_to", place - 1);
        violation.message = match place {
            1 => "must be more than 0".to_owned(),
            _ => "must be above that of the tier before".to_owned(),
        };
    }
    it
}

fn violations(tiers: &[Tier]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut broken = |field: String, rule: &'static str, message: &str| {
        found.push(Violation { field, rule, message: message.to_owned() });
    };
    if tiers.is_empty() || tiers.len() > TIERS_MAX {
        broken("/tiers".to_owned(), "range", "must have 1 to 100 tiers");
    }
    let first_floor = tiers.first().map(|it| it.floor);
    if first_floor.is_some_and(|it| !it.is_zero()) {
        broken("/tiers/0/floor".to_owned(), "range", "must be 0, so that every unit has a price");
    }
    for (place, pair) in tiers.windows(2).enumerate() {
        if pair[0].floor >= pair[1].floor {
            broken(format!("/tiers/{}/floor", place + 1), "order", "must be above the one before");
        }
    }
    for (place, tier) in tiers.iter().enumerate() {
        if !tier.unit_price.is_sellable() {
            broken(format!("/tiers/{place}/unit_price"), "range", Figure::RULE);
        }
        if !tier.fee.is_sellable() {
            broken(format!("/tiers/{place}/fee"), "range", Figure::RULE);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(floor: &str, unit_price: &str, fee: &str) -> Tier {
        Tier {
            floor: floor.parse().expect(floor),
            unit_price: unit_price.parse().expect(unit_price),
            fee: fee.parse().expect(fee),
        }
    }

    fn refused(tiers: Vec<Tier>) -> String {
        Tiers::new(Reach::Above, tiers).expect_err("refused").to_string()
    }

    #[test]
    fn what_breaks_the_order_of_tiers_is_named() {
        let table = [
            (vec![], "`/tiers` must have 1 to 100 tiers"),
            (
                vec![tier("1", "1", "0")],
                "`/tiers/0/floor` must be 0, so that every unit has a price",
            ),
            (
                vec![tier("0", "1", "0"), tier("10", "1", "0"), tier("10", "2", "0")],
                "`/tiers/2/floor` must be above the one before",
            ),
            (
                vec![tier("0", "-1", "0")],
                "`/tiers/0/unit_price` must be 0 to 1000000000000 with at most 12 decimal places",
            ),
            (
                vec![tier("0", "1", "-0.01")],
                "`/tiers/0/fee` must be 0 to 1000000000000 with at most 12 decimal places",
            ),
        ];
        for (tiers, expected) in table {
            assert_eq!(refused(tiers), expected);
        }
        let many = (0..101).map(|it| tier(&it.to_string(), "1", "0")).collect();
        assert_eq!(refused(many), "`/tiers` must have 1 to 100 tiers");
    }

    #[test]
    fn upper_bounds_become_floors_and_only_the_last_is_open() {
        let row = |bound: Option<i64>| UpTo {
            bound: bound.map(Quantity::whole),
            unit_price: Figure::ZERO,
            fee: Figure::ZERO,
        };
        let tiers = Tiers::up_to(&[row(Some(10)), row(Some(20)), row(None)]).expect("tiers");
        let floors: Vec<_> = tiers.as_slice().iter().map(|it| it.floor.to_string()).collect();
        assert_eq!(floors, ["0", "10", "20"]);

        let refused = |rows: &[UpTo]| Tiers::up_to(rows).expect_err("refused").to_string();
        assert_eq!(
            refused(&[row(None), row(None)]),
            "`/tiers/0/up_to` must have an upper bound: only the last tier is open"
        );
        assert_eq!(
            refused(&[row(Some(1))]),
            "`/tiers/0/up_to` must be absent from the last tier, so that every quantity has a price"
        );
        assert_eq!(
            refused(&[row(Some(10)), row(Some(5)), row(None)]),
            "`/tiers/1/up_to` must be above that of the tier before"
        );
        assert_eq!(refused(&[row(Some(0)), row(None)]), "`/tiers/0/up_to` must be more than 0");
        assert_eq!(refused(&[]), "`/tiers` must have 1 to 100 tiers");
    }

    #[test]
    fn a_quantity_at_a_floor_reaches_the_next_tier_only_where_bounds_are_first_units() {
        let tiers = || vec![tier("0", "1", "0"), tier("100", "0.5", "0"), tier("200", "0.25", "0")];
        let above = Tiers::new(Reach::Above, tiers()).expect("tiers");
        let from = Tiers::new(Reach::From, tiers()).expect("tiers");
        for (quantity, by_above, by_from) in [
            ("0", 0, 0),
            ("99.9", 0, 0),
            ("100", 0, 1),
            ("100.5", 1, 1),
            ("200", 1, 2),
            ("9999", 2, 2),
        ] {
            let quantity = quantity.parse().expect(quantity);
            assert_eq!(
                (above.reached_by(quantity), from.reached_by(quantity)),
                (by_above, by_from)
            );
        }
    }

    #[test]
    fn a_block_without_units_is_refused() {
        let tiers = || Tiers::new(Reach::Above, vec![tier("0", "1", "0")]).expect("tiers");
        assert!(tiers().in_blocks(Quantity::ZERO).is_err());
        assert!(tiers().in_blocks(Quantity::whole(-1)).is_err());
        assert_eq!(tiers().in_blocks(Quantity::ONE).map(|it| it.block()), Ok(Some(Quantity::ONE)));
    }
}
