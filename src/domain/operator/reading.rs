//! Which permission lets one see things of which kind.

use super::rights::Permission;
use crate::domain::id::Kind;

/// The permission that lets one see things of a kind.
///
/// What a seller has for sale is hidden from buyers here, since only what is launched is for them
/// to see: that is [`Permission::OfferBrowse`], asked of launched things alone.
#[must_use]
pub const fn reading(kind: Kind) -> Permission {
    use {Kind as K, Permission as P};
    match kind {
        K::Account => P::AccountRead,
        K::Party => P::PartyRead,
        K::Class => P::ClassRead,
        K::BillingAccount | K::Redemption => P::BillingAccountRead,
        K::User => P::UserRead,
        K::Token => P::TokenRead,
        K::ConsumerKey => P::ConsumerKeyRead,
        K::Session => P::SessionRead,
        K::Asset
        | K::AssetType
        | K::Catalog
        | K::Category
        | K::Coupon
        | K::Discount
        | K::Meter
        | K::Offer
        | K::Price
        | K::Promotion
        | K::ResourceCategory
        | K::Resource
        | K::ServiceTerms
        | K::Sla
        | K::Specification => P::CatalogRead,
        K::Cart => P::CartRead,
        K::Quote => P::QuoteRead,
        K::Order | K::Shipment => P::OrderRead,
        K::Subscription => P::SubscriptionRead,
        K::Seat => P::SeatRead,
        K::Task => P::TaskRead,
        K::BillingRun => P::BillingRead,
        K::Invoice | K::CreditNote | K::Dunning => P::InvoiceRead,
        K::Payment | K::PaymentPlan | K::Refund => P::PaymentRead,
        K::PaymentMethod => P::PaymentMethodRead,
        K::Bucket | K::Deposit => P::BalanceRead,
        K::ShareModel | K::ShareRecord => P::ShareRead,
        K::UsageRecord => P::UsageRead,
        K::Settlement => P::SettlementRead,
        K::TaxCategory | K::TaxZone | K::TaxRule => P::TaxRead,
        K::DebitOrder | K::BankStatement => P::BankingRead,
        K::Letterhead | K::Gateway => P::SettingsRead,
        K::Listener => P::ListenerRead,
        K::NotificationTemplate => P::NotificationRead,
        K::Mail => P::MailRead,
        K::Document => P::DocumentRead,
        K::Review => P::ReviewRead,
        K::AttributeDefinition => P::AttributeRead,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_one_see_a_thing_is_a_permission_to_see() {
        for kind in Kind::ALL {
            let permission = reading(*kind);
            assert_eq!(permission.reading(), permission, "{kind:?}");
        }
    }
}
