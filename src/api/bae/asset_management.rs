//! `assetManagement`: what sellers choose from when they describe an offering: periods, currencies, and
//! kinds of assets.

use axum::http::Method;
use serde_json::json;

use super::charge_period;
use super::route::{Asked, Needs, Row};
use super::wire;
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::money::Currency;
use crate::services::Error;

pub(super) static ROWS: &[Row] = &[
    Row::new(
        Method::GET,
        "/charging/api/assetManagement/chargePeriods",
        Needs::Nothing,
        charge_periods,
    ),
    Row::new(
        Method::GET,
        "/charging/api/assetManagement/currencyCodes",
        Needs::Nothing,
        currency_codes,
    ),
];

/// The currencies in which the contract sells.
const CURRENCIES: [&str; 25] = [
    "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RUB", "SEK", "SGD", "THB", "TWD", "USD",
];

fn charge_periods(asked: Asked) -> Result<Work, Fault> {
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |_| {
        let all = charge_period::ALL.iter();
        let all: Vec<_> = all.map(|it| tree_of(it.0, it.0)).collect();
        let total = all.len();
        Ok(wire::listed(all, fields.as_deref(), total))
    }))
}

fn currency_codes(asked: Asked) -> Result<Work, Fault> {
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |_| {
        let named = |code: &&str| {
            let currency: Currency = code.parse().map_err(Error::internal)?;
            Ok::<_, Error>(tree_of(currency.code(), currency.code()))
        };
        let all: Vec<_> = CURRENCIES.iter().map(named).collect::<Result<_, _>>()?;
        let total = all.len();
        Ok(wire::listed(all, fields.as_deref(), total))
    }))
}

fn tree_of(value: &str, title: &str) -> wire::Tree {
    wire::tree(json!({ "value": value, "title": title }))
}
