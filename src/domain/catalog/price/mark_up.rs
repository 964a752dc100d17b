//! Mark-ups: prices of what is sold on, as those of the vendor with so many hundredths on top.
//!
//! What is an amount rises: fees, prices of units and packages, percentages, minimums and
//! commitments. Quantities do not: tiers begin where they did, and as much is free.

use rust_decimal::Decimal;

use super::model::Percentage;
use super::{Figure, PriceModel};
use crate::domain::quantity::Percent;

/// So many digits after the point a price has at most.
const DIGITS: u32 = 12;

/// A figure with so many hundredths on top, rounded where it would be too fine for a price. One that
/// is too large to be reckoned with stays, and is refused with its price.
fn raised(figure: Figure, by: Percent) -> Figure {
    Figure::new(scaled(figure.decimal(), by))
}

fn scaled(it: Decimal, by: Percent) -> Decimal {
    let factor = Percent::WHOLE.decimal() + by.decimal();
    let product = it.checked_mul(factor).and_then(|it| it.checked_div(Decimal::ONE_HUNDRED));
    product.map_or(it, |it| it.round_dp(DIGITS).normalize())
}

impl PriceModel {
    /// The same with so many hundredths on top.
    #[must_use]
    pub fn marked_up(&self, by: Percent) -> Self {
        let tiers = |of: &super::tier::Tiers| of.at_prices(|it| raised(it, by));
        let boxed = |of: &Self| Box::new(of.marked_up(by));
        match self {
            Self::Flat(amount) => Self::Flat(raised(*amount, by)),
            Self::PerUnit(price) => Self::PerUnit(raised(*price, by)),
            Self::Graduated(of) => Self::Graduated(tiers(of)),
            Self::Volume(of) => Self::Volume(tiers(of)),
            Self::Package { size, price } => {
                Self::Package { size: *size, price: raised(*price, by) }
            }
            Self::Stairstep(of) => Self::Stairstep(tiers(of)),
            Self::Percentage(of) => Self::Percentage(Percentage {
                percent: Percent::new(scaled(of.percent.decimal(), by)),
                per_event: raised(of.per_event, by),
                event_min: of.event_min.map(|it| raised(it, by)),
                event_max: of.event_max.map(|it| raised(it, by)),
                ..of.clone()
            }),
            Self::GraduatedPercentage(of) => Self::GraduatedPercentage(tiers(of)),
            Self::Minimum { amount, of, model } => {
                Self::Minimum { amount: raised(*amount, by), of: *of, model: boxed(model) }
            }
            Self::Commitment { amount, overage_factor, model } => Self::Commitment {
                amount: raised(*amount, by),
                overage_factor: *overage_factor,
                model: boxed(model),
            },
            Self::PerDimension { dimension, values, otherwise } => Self::PerDimension {
                dimension: dimension.clone(),
                values: values.iter().map(|(it, of)| (it.clone(), of.marked_up(by))).collect(),
                otherwise: boxed(otherwise),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::policy::ZeroUsage;
    use crate::domain::billing::rating::{Count, rate, rows};
    use crate::domain::catalog::price::PriceVersion;
    use crate::domain::money::Currency;
    use crate::domain::quantity::Quantity;
    use crate::domain::usage::detail::Detail;

    fn percent(text: &str) -> Percent {
        Percent::new(text.parse().expect(text))
    }

    /// What a price that was marked up makes of a quantity.
    fn charged(price: &str, by: Percent, quantity: Quantity) -> Decimal {
        let version = rows::price(price);
        let version = PriceVersion { model: version.model.marked_up(by), ..version };
        let (count, zero) = (Count::of(quantity), ZeroUsage::FirstTierFee);
        let rated = rate(&version, count, &Detail::Total, Currency::EUR, zero).expect(price);
        rated.amount.value().normalize()
    }

    #[test]
    fn amounts_rise_and_quantities_stay() {
        for (model, quantity, expected) in [
            ("flat 49.99", "1", "59.988"),
            ("unit 0.0037", "1000", "4.44"),
            ("graduated 10: 10 + 2, 20: 5 + 3, *: 5 + 3", "21", "195.6"),
            ("volume 100: 2 + 10, *: 1", "100", "252"),
            ("package 7: 1.11; included 3", "18", "3.996"),
            ("stairstep 100: 5, *: 9", "101", "10.8"),
        ] {
            let quantity = quantity.parse().expect(quantity);
            assert_eq!(charged(model, percent("20"), quantity).to_string(), expected, "{model}");
        }
    }

    #[test]
    fn what_is_too_fine_is_rounded() {
        let it = PriceModel::PerUnit("0.000000000003".parse().expect("a figure"));
        let expected = PriceModel::PerUnit("0.000000000004".parse().expect("a figure"));
        assert_eq!(it.marked_up(percent("33.333")), expected);
        assert!(it.marked_up(percent("33.333")).check().is_ok());
    }

    proptest! {
        #[test]
        fn nothing_on_top_changes_nothing(units in 0..1_000_000_i64, model in 0..4_usize) {
            let models = ["flat 49.99", "unit 0.0037", "volume 100: 2 + 10, *: 1", "package 7: 1.11"];
            let units = Quantity::whole(units);
            let before = rows::rated(models[model], units).amount.value().normalize();
            prop_assert_eq!(charged(models[model], Percent::ZERO, units), before);
        }
    }
}
