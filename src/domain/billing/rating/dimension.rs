//! Per dimension: a model for each value that the events of usage name, and one for all others.
//!
//! A value that was not used is not charged, not even the fee of its first tier.

use super::{Part, quantity_parts};
use crate::domain::billing::policy::ZeroUsage;
use crate::domain::catalog::price::PriceModel;
use crate::domain::error::Rejection;
use crate::domain::text;
use crate::domain::usage::detail::OfValue;

/// What the quantities of all values come to.
///
/// # Errors
/// If a quantity cannot be rated.
pub fn parts(
    values: &[(text::Code, PriceModel)],
    otherwise: &PriceModel,
    used: &[OfValue],
    zero_usage: ZeroUsage,
) -> Result<Vec<Part>, Rejection> {
    let mut parts = Vec::with_capacity(used.len());
    for it in used {
        let named = values.iter().find(|(name, _)| Some(name) == it.value.as_ref());
        let model = named.map_or(otherwise, |it| &it.1);
        let of_value = quantity_parts(model, it.quantity, zero_usage)?;
        parts.extend(of_value.into_iter().map(|part| Part { value: it.value.clone(), ..part }));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use crate::domain::billing::rating::rows;

    const REGIONS: &str = "by region eu = unit 2; us = graduated 10: 1, *: 0.5; else unit 3";

    #[test]
    fn each_value_is_charged_by_its_own_model_and_the_others_by_one() {
        let table = [
            ("", "0"),
            ("eu 5", "10"),
            ("us 12", "11"),
            ("* 2", "6"),
            ("eu 5, us 12, * 2", "27"),
            ("eu 0.5, eu 0.5", "2"),
        ];
        for (used, expected) in table {
            assert_eq!(rows::values(REGIONS, used).to_string(), expected, "{used}");
        }
    }

    #[test]
    fn the_parts_say_which_value_they_are_of() {
        let rated = rows::rated_values(REGIONS, "us 12, * 2");
        let parts = rated.parts.iter().map(|it| {
            let value = it.value.as_ref().map_or("other", |it| it.as_str());
            format!("{value} {}: {} x {}", it.tier, it.units, it.unit_price)
        });
        assert_eq!(parts.collect::<Vec<_>>(), ["us 0: 10 x 1", "us 1: 2 x 0.5", "other 0: 2 x 3"]);
    }
}
