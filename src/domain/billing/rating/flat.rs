//! Flat: the same whatever the quantity, charged with the first units and not with later ones.

use super::{Part, Range};
use crate::domain::catalog::price::Figure;

/// The one fee, unless it was charged with units that are owned already.
#[must_use]
pub fn parts(amount: Figure, range: Range) -> Vec<Part> {
    match range.before.is_zero() {
        true => vec![Part::fee(amount)],
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::rating::rows;
    use crate::domain::quantity::Quantity;

    #[test]
    fn the_quantity_does_not_matter() {
        rows::check("any | flat 9.99 | 0, 1, 2.5, 1000000 => 9.99, 9.99, 9.99, 9.99");
    }

    #[test]
    fn more_units_of_what_is_owned_cost_nothing_more() {
        let range = Range { before: Quantity::ONE, upto: Quantity::whole(2) };
        assert_eq!(parts("9.99".parse().expect("a figure"), range), vec![]);
    }
}
