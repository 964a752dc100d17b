//! The register of all tables: what is checked, copied, rebuilt and counted goes over it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::check::{self, Report};
use super::record::{self, Record, Records as _};
use super::view::{Table, View};
use super::{
    StoreError, alias, content, due, errand, fact, idempotency, invoice, journal, meta, reopened,
    resale, sequence, tally, usage,
};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CustomerClass;
use crate::domain::attribute::definition::AttributeDefinition;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::letterhead::Letterhead;
use crate::domain::billing::run::BillingRun;
use crate::domain::catalog::asset::Asset;
use crate::domain::catalog::asset_type::AssetType;
use crate::domain::catalog::category::{Catalog, Category, ResourceCategory};
use crate::domain::catalog::coupon::{Coupon, Redemption};
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::catalog::promotion::Promotion;
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::catalog::specification::Specification;
use crate::domain::catalog::tax::{TaxCategory, TaxRule, TaxZone};
use crate::domain::document::Document;
use crate::domain::dunning::case::Dunning;
use crate::domain::id::{Id, Kind};
use crate::domain::listener::Listener;
use crate::domain::notification::{Mail, NotificationTemplate};
use crate::domain::operator::{ConsumerKey, Session, Token, User};
use crate::domain::order::Order;
use crate::domain::order::cart::Cart;
use crate::domain::order::quote::Quote;
use crate::domain::order::shipment::Shipment;
use crate::domain::party::Party;
use crate::domain::payment::Payment;
use crate::domain::payment::debit::DebitOrder;
use crate::domain::payment::deposit::Deposit;
use crate::domain::payment::gateway::Gateway;
use crate::domain::payment::method::PaymentMethod;
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::payment::refund::Refund;
use crate::domain::payment::statement::BankStatement;
use crate::domain::provisioning::task::Task;
use crate::domain::review::{Review, Sla};
use crate::domain::settlement::note::SettlementNote;
use crate::domain::settlement::record::ShareRecord;
use crate::domain::settlement::share::ShareModel;
use crate::domain::stamp::Stamp;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::seat::Seat;
use crate::domain::usage::meter::Meter;

/// What the bytes of a record say, and the bytes as which it is written today.
pub type Reread = Result<(String, Vec<u8>), StoreError>;

/// One kind of record, by what can be done without knowing its type.
pub struct Kept {
    /// What is kept.
    pub kind: Kind,
    /// Its table.
    pub table: Table,
    /// The tables of its indices.
    pub indices: fn() -> Vec<Table>,
    /// The tables of its sums.
    pub tallies: fn() -> Vec<Table>,
    /// The stamp of the record with an id, if it is there.
    pub stamp: fn(&dyn View, Uuid) -> Result<Option<Stamp>, StoreError>,
    /// Reads the bytes of a record: what they say, for a programmer, and as which bytes it is written
    /// today.
    pub reread: fn(&[u8]) -> Reread,
    /// Compares its records with its indices and sums.
    pub(super) check: fn(&dyn View, &mut Report) -> Result<(), StoreError>,
}

impl Kept {
    const fn of<R: Record>() -> Self {
        Self {
            kind: R::Id::KIND,
            table: R::TABLE,
            indices: || R::INDICES.iter().map(|it| it.table).collect(),
            tallies: || R::TALLIES.iter().map(|it| it.table).collect(),
            stamp: |view, id| {
                let found = view.find::<R>(R::Id::from_uuid(id))?;
                Ok(found.map(|it| it.stamp().clone()))
            },
            reread: |bytes| {
                let record = record::decode::<R>(bytes)?;
                Ok((format!("{record:?}"), record::encode(&record)))
            },
            check: |view, report| {
                check::records::<R>(view, report)?;
                tally::check::<R>(view, report)
            },
        }
    }
}

/// All kinds of records.
pub const KINDS: &[Kept] = &[
    Kept::of::<Account>(),
    Kept::of::<Asset>(),
    Kept::of::<AssetType>(),
    Kept::of::<AttributeDefinition>(),
    Kept::of::<BankStatement>(),
    Kept::of::<BillingAccount>(),
    Kept::of::<Cart>(),
    Kept::of::<BillingRun>(),
    Kept::of::<Catalog>(),
    Kept::of::<Category>(),
    Kept::of::<ConsumerKey>(),
    Kept::of::<Coupon>(),
    Kept::of::<CreditNote>(),
    Kept::of::<CustomerClass>(),
    Kept::of::<DebitOrder>(),
    Kept::of::<Deposit>(),
    Kept::of::<Discount>(),
    Kept::of::<Document>(),
    Kept::of::<Dunning>(),
    Kept::of::<Gateway>(),
    Kept::of::<Invoice>(),
    Kept::of::<Letterhead>(),
    Kept::of::<Listener>(),
    Kept::of::<Mail>(),
    Kept::of::<Meter>(),
    Kept::of::<NotificationTemplate>(),
    Kept::of::<Offer>(),
    Kept::of::<Order>(),
    Kept::of::<Party>(),
    Kept::of::<Payment>(),
    Kept::of::<PaymentMethod>(),
    Kept::of::<PaymentPlan>(),
    Kept::of::<Price>(),
    Kept::of::<Promotion>(),
    Kept::of::<Quote>(),
    Kept::of::<Redemption>(),
    Kept::of::<Refund>(),
    Kept::of::<Resource>(),
    Kept::of::<ResourceCategory>(),
    Kept::of::<Review>(),
    Kept::of::<Seat>(),
    Kept::of::<ServiceTerms>(),
    Kept::of::<Session>(),
    Kept::of::<SettlementNote>(),
    Kept::of::<ShareModel>(),
    Kept::of::<ShareRecord>(),
    Kept::of::<Shipment>(),
    Kept::of::<Sla>(),
    Kept::of::<Specification>(),
    Kept::of::<Subscription>(),
    Kept::of::<Task>(),
    Kept::of::<TaxCategory>(),
    Kept::of::<TaxRule>(),
    Kept::of::<TaxZone>(),
    Kept::of::<Token>(),
    Kept::of::<User>(),
];

/// All tables that are not of records, by family.
pub const OTHERS: &[&[Table]] = &[
    alias::TABLES,
    content::TABLES,
    due::TABLES,
    errand::TABLES,
    fact::TABLES,
    idempotency::TABLES,
    invoice::TABLES,
    journal::TABLES,
    meta::TABLES,
    reopened::TABLES,
    resale::TABLES,
    sequence::TABLES,
    usage::TABLES,
];

/// Every table that this program knows.
#[must_use]
pub fn tables() -> BTreeSet<Table> {
    let others = OTHERS.iter().copied().flatten().copied();
    let derived = |it: &Kept| [(it.indices)(), (it.tallies)()].concat();
    let records = KINDS.iter().flat_map(|it| derived(it).into_iter().chain([it.table]));
    others.chain(records).collect()
}

/// The register's entry for a kind of thing, if it is kept as a record.
#[must_use]
pub fn kept(kind: Kind) -> Option<&'static Kept> {
    KINDS.iter().find(|it| it.kind == kind)
}

/// Whether a table of records is in the register.
#[must_use]
pub fn knows(table: Table) -> bool {
    KINDS.iter().any(|it| it.table == table)
}
