//! All calls of the contract, file by file.

use super::route::Row;
use super::{catalog, category, product_offering, product_specification, version};

/// All calls.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let all = [
        version::ROWS,
        category::ROWS,
        catalog::ROWS,
        product_specification::ROWS,
        product_offering::ROWS,
    ];
    all.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_calls_are_the_same() {
        let mut all: Vec<_> = rows().map(|it| format!("{} {}", it.method, it.path)).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
