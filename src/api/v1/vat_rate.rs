//! `/vat_rates`: the rates of value added tax that are shipped with the program.

use serde::Serialize;
use utoipa::ToSchema;

use super::route::{Needs, Route, read};
use super::wire::{Decimal, NoQuery, Whole};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::billing::vat::rate::{Rate, rates};
use crate::domain::operator::Permission;
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::TaxRead);
    vec![read("/vat_rates", reads, "List the known rates of value added tax", list)]
}

/// A rate of a country, from a day on until the next of its kind.
#[derive(Debug, Serialize, ToSchema)]
struct VatRate {
    /// The country: `GR` for Greece.
    country: &'static str,
    /// `standard`, `reduced`, `second_reduced`, `super_reduced` or `parking`. By the law of the
    /// European Union on services across borders the standard rate holds.
    kind: &'static str,
    /// How much; `null`: from that day on there is none of the kind.
    percent: Option<Decimal>,
    /// The first day on which it holds.
    valid_from: String,
}

impl Wire for VatRate {}

impl From<&Rate> for VatRate {
    fn from(it: &Rate) -> Self {
        Self {
            country: it.country,
            kind: it.kind.word(),
            percent: it.percent.map(|it| Decimal::from(&it.decimal().normalize())),
            valid_from: it.valid_from.to_string(),
        }
    }
}

fn list(_: Cx<'_>, _: &Call, _: NoQuery) -> Result<Reply<Whole<VatRate>>, Error> {
    Ok(Reply::ok(Whole::of(rates().iter().map(VatRate::from).collect())))
}
