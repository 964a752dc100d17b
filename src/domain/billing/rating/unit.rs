//! Per unit: so much for each unit or fraction of one.

use super::{Part, Range};
use crate::domain::catalog::price::Figure;

/// All units at the one price.
#[must_use]
pub fn parts(unit_price: Figure, range: Range) -> Vec<Part> {
    vec![Part::of(range.units(), unit_price)]
}

#[cfg(test)]
mod tests {
    use crate::domain::billing::rating::rows;

    #[test]
    fn each_unit_costs_the_same() {
        rows::check(
            "
            W011 | unit 0.05  | 1000 => 50
            W011 | unit 12.5  | 4    => 50
            W035 | unit 0.001 | 100  => 0.1
            zero | unit 7     | 0    => 0
            part | unit 7     | 0.5  => 3.5
            fine | unit 0.0000000001 | 1, 10000000000 => 0.0000000001, 1
        ",
        );
    }
}
