//! All calls of the contract, file by file.

use super::route::Row;
use super::{
    api_key, asset, asset_management, authorize, billing_account, billing_charge, catalog,
    category, customer, customer_account, identity_provider, media, order_management, party,
    product, product_job, product_offering, product_order, product_specification, promotion,
    recommendation, reputation, revenue, revenue_model, revenue_record, revenue_report,
    settlement_note, shopping_cart, sla, usage, usage_specification, version,
};

/// All calls.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let all = [
        version::ROWS,
        category::ROWS,
        catalog::ROWS,
        product_specification::ROWS,
        product_offering::ROWS,
        authorize::ROWS,
        billing_account::ROWS,
        billing_charge::ROWS,
        customer::ROWS,
        customer_account::ROWS,
        identity_provider::ROWS,
        party::ROWS,
        promotion::ROWS,
        recommendation::ROWS,
        reputation::ROWS,
        revenue::ROWS,
        revenue_model::ROWS,
        revenue_record::ROWS,
        revenue_report::ROWS,
        settlement_note::ROWS,
        sla::ROWS,
        product_order::ROWS,
        product::ROWS,
        usage::ROWS,
        usage_specification::ROWS,
        shopping_cart::ROWS,
        order_management::ROWS,
        product_job::ROWS,
        asset_management::ROWS,
        api_key::ROWS,
        asset::ROWS,
        media::ROWS,
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
