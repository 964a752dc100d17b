//! The catalogue: what is for sale, how it is described, and when it may be bought.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | category, catalog | ServicePlanCategory | – | Category, Catalog (620) |
//! | specification | PAServiceTemplate | service component | ProductSpecification |
//! | resource | BSSResource | quota | characteristic, UsageSpecification (635) |
//! | asset | application reference | – | attachment |
//! | asset type | – | – | – |
//! | offer | ServicePlan | offering, part number | ProductOffering |
//! | term | subscription period | duration | ProductOfferingTerm |
//! | service terms | ServiceTerms | – | – |
//! | price | fees, resource rates | BillingFrequency | ProductOfferingPrice |
//! | tax category, tax zone | TaxCategory, taxZoneId | – | tax of a price |
//! | discount, coupon, promotion | discounts | – | price alteration, Promotion (671) |
//!
//! It owns specifications, resources, assets, offers and what groups and limits them. It does not
//! own what an account has bought ([`subscription`](super::subscription)), nor what a charge comes
//! to ([`billing`](super::billing)).

pub mod asset;
pub mod asset_type;
pub mod bundle;
pub mod category;
pub mod characteristic;
pub mod choice;
pub mod coupon;
pub mod discount;
pub mod eligibility;
pub mod formula;
pub mod lifecycle;
mod narrowing;
pub mod offer;
pub mod price;
pub mod promotion;
pub mod resource;
pub mod service_terms;
pub mod specification;
pub mod tax;
pub mod term;

use std::collections::BTreeSet;
use std::fmt::Display;

use super::error::Violation;

/// No list in a catalogue element is longer than this.
pub const LIST_MAX: usize = 1000;

/// What is wrong with a list whose entries have keys: it is too long, or a key stands in it twice.
pub(crate) fn keys_violations<K: Ord + Display>(
    field: &str,
    keys: impl IntoIterator<Item = K>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (place, key) in keys.into_iter().enumerate() {
        if place == LIST_MAX {
            let message = format!("must have at most {LIST_MAX} entries");
            found.push(Violation::new(field, "range", message));
        }
        if seen.contains(&key) {
            let message = format!("must not repeat `{key}`");
            found.push(Violation::new(format!("{field}/{place}"), "unique", message));
        }
        seen.insert(key);
    }
    found
}

/// The same violations, found in a part that stands at `field`.
pub(crate) fn under(field: &str, found: Vec<Violation>) -> impl Iterator<Item = Violation> + '_ {
    found.into_iter().map(move |it| Violation { field: format!("{field}{}", it.field), ..it })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_and_the_list_ends_somewhere() {
        let fields =
            |found: Vec<Violation>| found.into_iter().map(|it| it.field).collect::<Vec<_>>();
        assert_eq!(fields(keys_violations("/terms", ["a", "b", "a"])), ["/terms/2"]);
        assert_eq!(fields(keys_violations("/terms", 0..=LIST_MAX)), ["/terms"]);
        assert_eq!(fields(keys_violations("/terms", 0..LIST_MAX)), Vec::<String>::new());
        let inner = keys_violations("/keys", [1, 1]);
        assert_eq!(fields(under("/terms/7", inner).collect()), ["/terms/7/keys/1"]);
    }
}
