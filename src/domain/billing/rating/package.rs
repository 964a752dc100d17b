//! Package: so much for each package of units; a started package is a whole one.

use super::{Part, Range};
use crate::domain::catalog::price::Figure;
use crate::domain::money::MoneyError;
use crate::domain::quantity::Quantity;

/// The packages that the units start, beyond those that owned units have started.
///
/// # Errors
/// If there are too many to be counted.
pub fn parts(size: Quantity, price: Figure, range: Range) -> Result<Vec<Part>, MoneyError> {
    Ok(vec![Part::of(range.in_blocks(size)?.units(), price)])
}

#[cfg(test)]
mod tests {
    use crate::domain::billing::rating::rows;

    #[test]
    fn a_started_package_is_a_whole_one() {
        rows::check(
            "
            W009 | package 10: 100    | 3, 15           => 100, 200
            W029 | package 100: 2.95  | 99, 199, 350    => 2.95, 5.9, 11.8
            W035 | package 20: 5      | 45              => 15
            W039 | package 1000: 1    | 4500            => 5
            edge | package 10: 100    | 0, 0.01, 10, 10.01, 20 => 0, 100, 100, 200, 200
            part | package 0.3: 1     | 0.9, 1          => 3, 4
            free | package 10: 100; included 5 | 5, 5.5, 15, 16 => 0, 100, 100, 200
        ",
        );
    }
}
