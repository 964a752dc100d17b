//! A thing of any kind as it was at an event, in the form in which its own resource shows it: for
//! what is sent to listeners, and for the audit trail.

use serde_json::Value;

use super::{
    account, asset, asset_type, attribute_definition, bank_statement, billing_account,
    billing_policy, billing_run, bookkeeping, category, class, clock, consumer_key, coupon,
    debit_order, deposit, discount, dunning, gateway, invoice, letterhead, listener, mail, meter,
    notification, offer, order, party, payment, payment_method, payment_plan, price,
    resource_category, review, service_terms, session, settlement, share, shipment, sla,
    specification, subscription, task, tax, token, user,
};
use crate::api::edge::reply::Wire;
use crate::domain::event::Fact;
use crate::domain::id::Kind;
use crate::domain::time::Zone;
use crate::services::Error;
use crate::services::event::{self, read};

/// Both sides of a fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sides {
    /// The thing before; `None` if it is new.
    pub(super) before: Option<Value>,
    /// The thing after; `None` if it is no more.
    pub(super) after: Option<Value>,
}

/// Both sides of a fact as JSON. Of things that this contract does not show, the id alone.
///
/// # Errors
/// If a side was written in a shape that is no longer known.
pub(super) fn sides(fact: &Fact) -> Result<Sides, Error> {
    let side = |it: &Option<Vec<u8>>| it.as_ref().map(|it| side(fact, it)).transpose();
    Ok(Sides { before: side(&fact.before)?, after: side(&fact.after)? })
}

/// The same with what was set for the thing and is kept beside it.
///
/// # Errors
/// As [`sides`].
pub(super) fn sides_with_settings(fact: &Fact) -> Result<Sides, Error> {
    let mut sides = sides(fact)?;
    if let Some((before, after)) = event::practices(fact)? {
        let of = (billing_policy::told(&before), billing_policy::told(&after));
        sides.add("billing_policy", of)?;
    }
    if let Some((before, after)) = event::charts(fact)? {
        let of = (bookkeeping::told_chart(&before), bookkeeping::told_chart(&after));
        sides.add("booking_chart", of)?;
    }
    if let Some([before, after]) = event::believed_until(fact)? {
        sides.add("clock", (clock::told(before), clock::told(after)))?;
    }
    Ok(sides)
}

impl Sides {
    fn add<T: Wire>(&mut self, name: &str, (before, after): (T, T)) -> Result<(), Error> {
        for (side, it) in [(&mut self.before, json(before)?), (&mut self.after, json(after)?)] {
            if let Some(Value::Object(all)) = side {
                all.insert(name.to_owned(), it);
            }
        }
        Ok(())
    }
}

fn side(fact: &Fact, it: &[u8]) -> Result<Value, Error> {
    match fact.subject.kind {
        Kind::Account => json(account::told(&read(it)?)),
        Kind::Asset => json(asset::told(&read(it)?)),
        Kind::AssetType => json(asset_type::told(&read(it)?)),
        Kind::AttributeDefinition => json(attribute_definition::told(&read(it)?)),
        Kind::BankStatement => json(bank_statement::told(&read(it)?)),
        Kind::BillingAccount => json(billing_account::told(&read(it)?, fact.at)),
        Kind::BillingRun => json(billing_run::told(&read(it)?, fact.at)),
        Kind::Category => json(category::told(&read(it)?)),
        Kind::Class => json(class::told(&read(it)?)),
        Kind::ConsumerKey => json(consumer_key::told(&read(it)?)),
        Kind::Dunning => json(dunning::told(&read(it)?)?),
        Kind::Coupon => json(coupon::told(&read(it)?)),
        Kind::CreditNote => json(invoice::told_note(&read(it)?)),
        Kind::DebitOrder => json(debit_order::told(&read(it)?)?),
        Kind::Deposit => json(deposit::told(&read(it)?)),
        Kind::Discount => json(discount::told(&read(it)?)),
        Kind::Gateway => json(gateway::told(&read(it)?)),
        Kind::Invoice => json(invoice::told(&read(it)?, Zone::UTC.date_of(fact.at))),
        Kind::Letterhead => json(letterhead::told(&read(it)?)),
        Kind::Listener => json(listener::told(&read(it)?)),
        Kind::Mail => json(mail::told(&read(it)?)),
        Kind::Meter => json(meter::told(&read(it)?)),
        Kind::NotificationTemplate => json(notification::told(&read(it)?)),
        Kind::Offer => json(offer::told(&read(it)?)),
        Kind::Order => json(order::told(&read(it)?)),
        Kind::Party => json(party::told(&read(it)?)),
        Kind::Payment => json(payment::told(&read(it)?)?),
        Kind::PaymentMethod => json(payment_method::told(&read(it)?, Zone::UTC.date_of(fact.at))),
        Kind::PaymentPlan => json(payment_plan::told(&read(it)?)),
        Kind::Price => json(price::told(&read(it)?)),
        Kind::Redemption => json(coupon::told_redemption(&read(it)?)),
        Kind::Refund => json(payment::told_refund(&read(it)?)),
        Kind::Resource => json(specification::told_resource(&read(it)?)),
        Kind::ResourceCategory => json(resource_category::told(&read(it)?)),
        Kind::Review => json(review::told(&read(it)?)),
        Kind::Seat => json(subscription::told_seat(&read(it)?)),
        Kind::ServiceTerms => json(service_terms::told(&read(it)?)),
        Kind::Session => json(session::told(&read(it)?)),
        Kind::Settlement => json(settlement::told(&read(it)?)),
        Kind::ShareModel => json(share::told(&read(it)?)),
        Kind::Shipment => json(shipment::told(&read(it)?)),
        Kind::Sla => json(sla::told(&read(it)?)),
        Kind::Specification => json(specification::told(&read(it)?)),
        Kind::Subscription => json(subscription::told(&read(it)?)),
        Kind::Task => json(task::told(&read(it)?)),
        Kind::TaxCategory => json(tax::told_category(&read(it)?)),
        Kind::TaxRule => json(tax::told_rule(&read(it)?)),
        Kind::TaxZone => json(tax::told_zone(&read(it)?)),
        Kind::Token => json(token::told(&read(it)?)),
        Kind::User => json(user::told(&read(it)?)),
        Kind::Bucket
        | Kind::Cart
        | Kind::Catalog
        | Kind::Document
        | Kind::Promotion
        | Kind::Quote
        | Kind::ShareRecord
        | Kind::UsageRecord => Ok(serde_json::json!({ "id": fact.subject.to_string() })),
    }
}

fn json(it: impl Wire) -> Result<Value, Error> {
    serde_json::to_value(it).map_err(Error::internal)
}
