//! Price models: how a quantity or an amount becomes a price.
//!
//! Some models look at more than a quantity: what they need of usage is
//! [`usage::detail`](crate::domain::usage::detail).

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::PriceKind;
use super::tier::{TIERS_MAX, Tiers};
use crate::domain::error::Invalid;
use crate::domain::quantity::{Percent, Quantity, QuantityError, decimal, exact};
use crate::domain::text;
use crate::domain::usage::meter::{Aggregation, CarryOver, Meter};
use crate::domain::word::words;

/// An amount in the currency of the price it stands in, finer than a minor unit where needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Figure(#[serde(with = "exact")] Decimal);

impl Figure {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// What a price may be, as callers read it.
    pub const RULE: &'static str = "must be 0 to 1000000000000 with at most 12 decimal places";

    /// So many major units.
    #[must_use]
    pub const fn new(major: Decimal) -> Self {
        Self(major)
    }

    /// The number of major units.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is within what a price may be: see [`Figure::RULE`].
    #[must_use]
    pub fn is_sellable(self) -> bool {
        let most = Decimal::from(1_000_000_000_000_i64);
        self.0 >= Decimal::ZERO && self.0 <= most && self.0.normalize().scale() <= 12
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.normalize())
    }
}

impl FromStr for Figure {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        decimal(text).map(Self).ok_or_else(|| QuantityError::new(text))
    }
}

/// How a quantity or an amount becomes a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceModel {
    /// The same whatever the quantity.
    Flat(Figure),
    /// So much for each unit.
    PerUnit(Figure),
    /// Each unit at the price of the tier it falls into.
    Graduated(Tiers),
    /// All units at the price of the tier that the whole quantity reaches.
    Volume(Tiers),
    /// So much for each package; a started package is a whole one.
    Package {
        /// How many units a package has.
        size: Quantity,
        /// What a package costs.
        price: Figure,
    },
    /// The fee of the tier that the quantity reaches, and nothing for the units.
    Stairstep(Tiers),
    /// A part of an amount that passes through, as payment services charge.
    Percentage(Percentage),
    /// A percentage by the part of the amount that falls into each tier. The price of a unit is the
    /// share of it: 0.05 for 5 %.
    GraduatedPercentage(Tiers),
    /// Another model, filled up to a minimum at the end of the period.
    Minimum {
        /// What is charged at least.
        amount: Figure,
        /// What counts towards it.
        of: MinimumOf,
        /// What is charged otherwise.
        model: Box<PriceModel>,
    },
    /// An amount committed to; what goes beyond it costs a multiple.
    Commitment {
        /// What is charged in any case.
        amount: Figure,
        /// By what the price of units beyond it is multiplied.
        overage_factor: Quantity,
        /// What units cost.
        model: Box<PriceModel>,
    },
    /// A model for each value of a dimension of the usage: a region, a size.
    PerDimension {
        /// Which dimension decides.
        dimension: text::Code,
        /// The values with a model of their own.
        values: Vec<(text::Code, PriceModel)>,
        /// For all other values, and for what has none.
        otherwise: Box<PriceModel>,
    },
}

words! {
    /// What counts towards a minimum.
    MinimumOf {
        /// What the price itself comes to.
        Price = "price";
        /// All that the subscription is charged for the period when it is over.
        Subscription = "subscription";
    }
}

/// A percentage of each amount, with what peers add to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentage {
    /// How much of the amount.
    pub percent: Percent,
    /// What each event costs besides.
    pub per_event: Figure,
    /// How many events are free.
    pub free_events: u32,
    /// Up to which sum events are free.
    pub free_amount: Figure,
    /// What an event costs at least.
    pub event_min: Option<Figure>,
    /// What an event costs at most.
    pub event_max: Option<Figure>,
}

impl PriceModel {
    /// The word for it in answers and explanations.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Flat(_) => "flat",
            Self::PerUnit(_) => "per_unit",
            Self::Graduated(_) => "graduated",
            Self::Volume(_) => "volume",
            Self::Package { .. } => "package",
            Self::Stairstep(_) => "stairstep",
            Self::Percentage(_) => "percentage",
            Self::GraduatedPercentage(_) => "graduated_percentage",
            Self::Minimum { .. } => "minimum",
            Self::Commitment { .. } => "commitment",
            Self::PerDimension { .. } => "per_dimension",
        }
    }

    /// Whether something is charged for a period as a whole, whatever was used in it.
    #[must_use]
    pub fn is_for_a_whole_period(&self) -> bool {
        match self {
            Self::Minimum { .. } | Self::Commitment { .. } => true,
            Self::PerDimension { values, otherwise, .. } => {
                let mut all = values.iter().map(|it| &it.1).chain([&**otherwise]);
                all.any(Self::is_for_a_whole_period)
            }
            Self::Flat(_)
            | Self::PerUnit(_)
            | Self::Graduated(_)
            | Self::Volume(_)
            | Self::Package { .. }
            | Self::Stairstep(_)
            | Self::Percentage(_)
            | Self::GraduatedPercentage(_) => false,
        }
    }

    /// Refuses figures that make no price.
    ///
    /// # Errors
    /// With the field that is wrong, relative to the model.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Flat(amount) => sellable("/amount", *amount),
            Self::PerUnit(price) => sellable("/unit_price", *price),
            Self::Graduated(_) | Self::Volume(_) => Ok(()),
            Self::Package { size, price } => {
                sellable("/price", *price).and_then(|()| above_zero("/size", *size))
            }
            Self::Stairstep(tiers) => without_unit_prices(tiers),
            Self::Percentage(percentage) => percentage.check(),
            Self::GraduatedPercentage(tiers) => within_the_whole(tiers),
            Self::Minimum { amount, model, .. } => {
                sellable("/amount", *amount).and_then(|()| model.check_inner("/model"))
            }
            Self::Commitment { amount, overage_factor, model } => sellable("/amount", *amount)
                .and_then(|()| above_zero("/overage_factor", *overage_factor))
                .and_then(|()| model.check_inner("/model")),
            Self::PerDimension { values, otherwise, .. } => check_dimension(values, otherwise),
        }
    }

    /// A model inside another must itself be of quantities: nothing nests deeper.
    fn check_inner(&self, field: &str) -> Result<(), Invalid> {
        match self {
            Self::Flat(_)
            | Self::PerUnit(_)
            | Self::Graduated(_)
            | Self::Volume(_)
            | Self::Package { .. }
            | Self::Stairstep(_) => self.check().map_err(|it| it.below(field)),
            Self::Percentage(_)
            | Self::GraduatedPercentage(_)
            | Self::Minimum { .. }
            | Self::Commitment { .. }
            | Self::PerDimension { .. } => {
                let message = format!("must be a model of quantities, not `{}`", self.name());
                Err(Invalid::one(format!("{field}/kind"), "range", message))
            }
        }
    }

    /// Refuses it for an occasion on which nothing is there that it looks at.
    ///
    /// # Errors
    /// With the field that is wrong, relative to the price.
    pub fn fits(&self, kind: PriceKind) -> Result<(), Invalid> {
        let why = match self {
            Self::Flat(_)
            | Self::PerUnit(_)
            | Self::Graduated(_)
            | Self::Volume(_)
            | Self::Package { .. }
            | Self::Stairstep(_) => return Ok(()),
            Self::Percentage(_) | Self::GraduatedPercentage(_) => "is of amounts that a meter sums",
            Self::PerDimension { .. } => "is of what events of usage say",
            Self::Minimum { .. } => "is reached by what is used in a period",
            Self::Commitment { .. } => "is of what is used in a period",
        };
        match kind {
            PriceKind::Usage { .. } => Ok(()),
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } => {
                let message = format!("`{}` {why}: make it a usage price", self.name());
                Err(Invalid::one("/model/kind", "unsupported", message))
            }
        }
    }

    /// Refuses it for a meter that does not count what it looks at.
    ///
    /// # Errors
    /// With the field that is wrong, relative to the price.
    pub fn fits_meter(&self, meter: &Meter) -> Result<(), Invalid> {
        match self {
            Self::Percentage(_) | Self::GraduatedPercentage(_)
                if (meter.aggregation, meter.carry_over)
                    != (Aggregation::Sum, CarryOver::Reset) =>
            {
                let message = format!("must sum amounts, as `{}` does not", meter.code);
                Err(Invalid::one("/meter", "unsupported", message))
            }
            Self::PerDimension { dimension, .. } if !meter.dimensions.contains(dimension) => {
                let message = format!("is not a dimension of the meter `{}`", meter.code);
                Err(Invalid::one("/model/dimension", "reference", message))
            }
            Self::PerDimension { .. } if !meter.is_told_apart() => {
                let message = format!("is not counted value by value by `{}`", meter.code);
                Err(Invalid::one("/meter", "unsupported", message))
            }
            Self::Flat(_)
            | Self::PerUnit(_)
            | Self::Graduated(_)
            | Self::Volume(_)
            | Self::Package { .. }
            | Self::Stairstep(_)
            | Self::Percentage(_)
            | Self::GraduatedPercentage(_)
            | Self::Minimum { .. }
            | Self::Commitment { .. }
            | Self::PerDimension { .. } => Ok(()),
        }
    }

    /// Whether units that are free before it counts mean nothing to it: it has its own, or several
    /// sorts of them.
    #[must_use]
    pub const fn has_no_free_units(&self) -> bool {
        matches!(self, Self::Percentage(_) | Self::PerDimension { .. })
    }
}

impl Percentage {
    fn check(&self) -> Result<(), Invalid> {
        percent_in_range("/percent", self.percent)?;
        sellable("/per_event", self.per_event)?;
        sellable("/free_amount", self.free_amount)?;
        let (least, most) = (self.event_min.unwrap_or(Figure::ZERO), self.event_max);
        sellable("/event_min", least)?;
        if most.is_some_and(|it| it < least) {
            return Err(Invalid::one("/event_max", "range", "must not be below `event_min`"));
        }
        most.map_or(Ok(()), |it| sellable("/event_max", it))
    }
}

/// Of an amount nobody charges more than the whole.
fn within_the_whole(tiers: &Tiers) -> Result<(), Invalid> {
    let shares = tiers.as_slice().iter().map(|it| it.unit_price.decimal());
    match shares.into_iter().position(|it| it > Decimal::ONE) {
        None => Ok(()),
        Some(place) => {
            Err(Invalid::one(format!("/tiers/{place}/percent"), "range", "must be 0 to 100"))
        }
    }
}

fn check_dimension(
    values: &[(text::Code, PriceModel)],
    otherwise: &PriceModel,
) -> Result<(), Invalid> {
    if values.is_empty() || values.len() > TIERS_MAX {
        return Err(Invalid::one("/values", "range", "must have 1 to 100 values"));
    }
    let mut names: Vec<_> = values.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    if names.windows(2).any(|it| it[0] == it[1]) {
        return Err(Invalid::one("/values", "duplicate", "must name each value once"));
    }
    for (place, (_, model)) in values.iter().enumerate() {
        model.check_inner(&format!("/values/{place}/model"))?;
    }
    otherwise.check_inner("/otherwise")
}

fn without_unit_prices(tiers: &Tiers) -> Result<(), Invalid> {
    match tiers.as_slice().iter().position(|it| !it.unit_price.is_zero()) {
        None => Ok(()),
        Some(place) => Err(Invalid::one(
            format!("/tiers/{place}/unit_price"),
            "range",
            "must be 0: a step has a fee and no price per unit",
        )),
    }
}

fn sellable(field: &str, figure: Figure) -> Result<(), Invalid> {
    match figure.is_sellable() {
        true => Ok(()),
        false => Err(Invalid::one(field, "range", Figure::RULE)),
    }
}

fn above_zero(field: &str, quantity: Quantity) -> Result<(), Invalid> {
    match quantity > Quantity::ZERO {
        true => Ok(()),
        false => Err(Invalid::one(field, "range", "must be more than 0")),
    }
}

fn percent_in_range(field: &str, percent: Percent) -> Result<(), Invalid> {
    match percent >= Percent::ZERO && percent <= Percent::WHOLE {
        true => Ok(()),
        false => Err(Invalid::one(field, "range", "must be 0 to 100")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::price::tier::{Reach, Tier};

    fn figure(text: &str) -> Figure {
        text.parse().expect(text)
    }

    fn tiers(unit_price: &str) -> Tiers {
        let tier = Tier { floor: Quantity::ZERO, unit_price: figure(unit_price), fee: figure("5") };
        Tiers::new(Reach::Above, vec![tier]).expect("tiers")
    }

    fn percentage() -> Percentage {
        Percentage {
            percent: Percent::new(Decimal::ONE),
            per_event: Figure::ZERO,
            free_events: 0,
            free_amount: Figure::ZERO,
            event_min: Some(figure("2")),
            event_max: Some(figure("12")),
        }
    }

    fn per_dimension(names: &[&str]) -> PriceModel {
        PriceModel::PerDimension {
            dimension: "region".parse().expect("a code"),
            values: names
                .iter()
                .map(|it| (it.parse().expect(it), PriceModel::PerUnit(figure("1"))))
                .collect(),
            otherwise: Box::new(PriceModel::PerUnit(figure("2"))),
        }
    }

    #[test]
    fn figures_that_make_no_price_are_refused() {
        let minimum = |model| PriceModel::Minimum {
            amount: figure("10"),
            of: MinimumOf::Price,
            model: Box::new(model),
        };
        let table = [
            (PriceModel::Flat(figure("-0.01")), "/amount"),
            (PriceModel::Flat(figure("1000000000000.01")), "/amount"),
            (PriceModel::PerUnit(figure("0.0000000000001")), "/unit_price"),
            (PriceModel::Package { size: Quantity::ZERO, price: figure("1") }, "/size"),
            (PriceModel::Package { size: Quantity::ONE, price: figure("-1") }, "/price"),
            (PriceModel::Stairstep(tiers("1")), "/tiers/0/unit_price"),
            (
                PriceModel::Percentage(Percentage { event_max: Some(figure("1")), ..percentage() }),
                "/event_max",
            ),
            (
                PriceModel::Percentage(Percentage {
                    percent: Percent::new(Decimal::from(101)),
                    ..percentage()
                }),
                "/percent",
            ),
            (PriceModel::GraduatedPercentage(tiers("1.01")), "/tiers/0/percent"),
            (minimum(minimum(PriceModel::Flat(figure("1")))), "/model/kind"),
            (minimum(PriceModel::Flat(figure("-1"))), "/model/amount"),
            (per_dimension(&[]), "/values"),
            (per_dimension(&["eu", "eu"]), "/values"),
        ];
        for (model, field) in table {
            let refused = model.check().expect_err(field);
            assert_eq!(refused.violations[0].field, field, "{model:?}");
        }
    }

    #[test]
    fn figures_at_the_edge_of_what_is_allowed_make_a_price() {
        let table = [
            PriceModel::Flat(Figure::ZERO),
            PriceModel::Flat(figure("1000000000000")),
            PriceModel::PerUnit(figure("0.000000000001")),
            PriceModel::Stairstep(tiers("0")),
            PriceModel::Graduated(tiers("1")),
            PriceModel::Percentage(percentage()),
            PriceModel::GraduatedPercentage(tiers("1")),
            per_dimension(&["eu", "us"]),
        ];
        for model in table {
            assert_eq!(model.check(), Ok(()), "{model:?}");
        }
    }

    #[test]
    fn a_model_fits_only_where_there_is_what_it_looks_at() {
        use crate::domain::billing::invoice::sample::id;
        use crate::domain::catalog::price::{Occasion, Timing};
        let every = crate::domain::time::Span::months(1);
        let usage = PriceKind::Usage { meter: id(1) };
        let after = PriceKind::Recurring { every, timing: Timing::InArrears };
        let once = PriceKind::OneTime(Occasion::Plain);
        let one = || Box::new(PriceModel::PerUnit(figure("1")));
        let (amount, of) = (figure("10"), MinimumOf::Price);
        let minimum = PriceModel::Minimum { amount, of, model: one() };
        let overage_factor = Quantity::ONE;
        let committed = PriceModel::Commitment { amount, overage_factor, model: one() };
        let table = [
            (PriceModel::Flat(figure("1")), [true, true, true]),
            (PriceModel::Percentage(percentage()), [true, false, false]),
            (PriceModel::GraduatedPercentage(tiers("1")), [true, false, false]),
            (per_dimension(&["eu"]), [true, false, false]),
            (minimum, [true, false, false]),
            (committed, [true, false, false]),
        ];
        for (model, expected) in table {
            let found = [usage, after, once].map(|kind| model.fits(kind).is_ok());
            assert_eq!(found, expected, "{}", model.name());
        }
    }
}
