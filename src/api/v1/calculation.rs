//! `/offers/{id}/calculate`: what an offer would cost, and how that comes about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::characteristic::{read_choices, show_choices};
use super::invoice_line::Explanation;
use super::price::NewPrice;
use super::route::{Needs, Route, ask};
use super::wire::{Decimal, Money, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;
use crate::services::billing::{self, Wish};
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    vec![ask("/offers/{id}/calculate", Needs::Shelf, "What would it cost?", calculate)]
}

/// What somebody would buy and use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCalculation {
    currency: String,
    term: Option<String>,
    plan: Option<String>,
    /// How many; one if nothing is said.
    quantity: Option<u32>,
    /// How much of each resource in all, by its id.
    #[serde(default)]
    resources: BTreeMap<String, Decimal>,
    /// Chosen values by characteristic; what is taken if nobody chooses counts besides.
    #[serde(default)]
    characteristics: BTreeMap<String, String>,
    /// How much each meter would count in a period, by its id.
    #[serde(default)]
    usage: BTreeMap<String, Decimal>,
    /// Where the buyer is; where the seller is if nothing is said.
    country: Option<String>,
    /// The account that buys, to be taxed as on its invoices: by its address, its tax number and what it
    /// need not pay; by the country alone if nothing is said.
    account: Option<String>,
    /// The bundle as a part of which it is bought; by itself if nothing is said.
    bundle: Option<String>,
    /// A price of it that is not there yet, calculated as if it were, whatever is chosen.
    draft: Option<NewPrice>,
}

/// What an offer would cost for a whole period of each of its prices.
#[derive(Debug, Serialize, ToSchema)]
struct Calculation {
    /// What holds of its characteristics: what was chosen, taken by default or follows from others; left out
    /// where it has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    characteristics: BTreeMap<String, String>,
    lines: Vec<CalculatedLine>,
    net: Money,
    /// `null` if no tax rule says how much.
    tax: Option<Money>,
    gross: Money,
    /// Why there is no tax in it, if there is none.
    untaxed: Option<String>,
}

impl Wire for Calculation {}

/// What a price would come to.
#[derive(Debug, Serialize, ToSchema)]
struct CalculatedLine {
    /// The price; that of a draft, which nobody keeps, is all zeros.
    price: String,
    name: String,
    net: Money,
    /// Its part of the tax; `null` if no tax rule says how much.
    tax: Option<Money>,
    explanation: Explanation,
}

fn amounts<I: std::str::FromStr + Ord>(
    at: &str,
    all: &BTreeMap<String, Decimal>,
) -> Result<BTreeMap<I, Quantity>, Invalid>
where
    I::Err: std::fmt::Display,
{
    let read = |(id, amount): (&String, &Decimal)| {
        let at = format!("{at}/{id}");
        Ok((parse(&at, id)?, amount.read(&at)?))
    };
    all.iter().map(read).collect()
}

fn calculate(cx: Cx<'_>, call: &Call, body: NewCalculation) -> Result<Reply<Calculation>, Error> {
    let draft = body.draft.as_ref().map(|it| it.drafted(cx, "/draft")).transpose()?;
    let wish = Wish {
        offer: call.id("id")?,
        currency: parse("/currency", &body.currency)?,
        term: parse_optional("/term", body.term.as_deref())?,
        plan: parse_optional("/plan", body.plan.as_deref())?,
        quantity: body.quantity.unwrap_or(1),
        resources: amounts("/resources", &body.resources)?,
        characteristics: read_choices(&body.characteristics, &|field| format!("/{field}"))?,
        usage: amounts("/usage", &body.usage)?,
        country: parse_optional("/country", body.country.as_deref())?,
        account: parse_optional("/account", body.account.as_deref())?,
        bundle: parse_optional("/bundle", body.bundle.as_deref())?,
        draft,
    };
    let found = billing::calculate(cx, &wish)?;
    let lines = found.charges.iter().map(|it| CalculatedLine {
        price: it.price.id.to_string(),
        name: it.price.name.to_string(),
        net: it.net.into(),
        tax: it.tax.map(Money::from),
        explanation: Explanation::from(&it.explanation),
    });
    Ok(Reply::ok(Calculation {
        characteristics: show_choices(&found.characteristics),
        lines: lines.collect(),
        net: found.totals.net.into(),
        tax: found.untaxed.is_none().then(|| found.totals.tax.into()),
        gross: found.totals.gross.into(),
        untaxed: found.untaxed.map(|it| it.detail),
    }))
}
