//! Fees: the prices of a plan as the bus has them, each at its place among periods and resources.
//!
//! A plan is shown in one currency: that of its vendor, or of its first price where it has none in
//! that. Prices for special choices, and of one of several ways to pay, have no place here.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::api::aps::amount::{MONEY, money, number};
use crate::api::aps::localized;
use crate::api::aps::property::{Field, Form, Structure};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::tier::{Tier, Tiers};
use crate::domain::catalog::price::{Occasion, Price, PriceKind, PriceModel, PriceVersion};
use crate::domain::id::ResourceId;
use crate::domain::money::Currency;
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::text::{Code, Locale};
use crate::domain::time::{Date, Span, Zone};
use crate::services::{Cx, Error, account, billing_account, offer};

/// What something costs on an occasion.
pub(super) static FEE: Structure = Structure {
    name: "ServicePlanFee",
    fields: &[
        Field::required("price", Form::Structure(&MONEY)),
        Field::optional("description", Form::ByLocale),
        Field::optional("showZeroPrice", Form::Flag),
    ],
};

/// What a unit costs above a limit.
pub(in crate::api::aps) static TIER: Structure = Structure {
    name: "ServicePlanFeeTier",
    fields: &[
        Field::required("price", Form::Structure(&MONEY)),
        Field::required("lowerLimit", Form::NumberText),
    ],
};

/// On what occasion something is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fee {
    /// When it is bought.
    Setup,
    /// For each billing period.
    Recurring,
    /// When it is renewed.
    Renewal,
    /// When it is bought, to be given back.
    Deposit,
    /// For what was used.
    Overuse,
}

/// What a fee is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The term; all of them if nothing is said.
    pub(super) term: Option<&'a Code>,
    /// The resource whose units are charged; the plan itself if nothing is said.
    pub(super) resource: Option<ResourceId>,
    /// How long a billing period is there.
    pub(super) every: Span,
}

/// The prices of a plan that have a place on the bus.
pub(super) struct Fees {
    prices: Vec<Price>,
    /// What they are in.
    pub(super) currency: Currency,
    /// The language of their names.
    pub(super) locale: Locale,
    today: Date,
}

impl Fees {
    /// The prices of a plan.
    pub(super) fn of(cx: Cx<'_>, plan: &Offer) -> Result<Self, Error> {
        let prices = plain_prices(cx, plan)?;
        let home = currency_of_vendor(cx, plan)?;
        let foreign = prices.first().map(|it| it.currency);
        let foreign = foreign.filter(|_| prices.iter().all(|it| it.currency != home));
        Ok(Self::among(cx, plan, (prices, foreign.unwrap_or(home))))
    }

    /// The prices of a plan in a currency.
    pub(super) fn in_currency(cx: Cx<'_>, plan: &Offer, currency: Currency) -> Result<Self, Error> {
        Ok(Self::among(cx, plan, (plain_prices(cx, plan)?, currency)))
    }

    fn among(cx: Cx<'_>, plan: &Offer, (mut prices, currency): (Vec<Price>, Currency)) -> Self {
        prices.retain(|it| it.currency == currency);
        let locale = plan.content.name.locale().clone();
        Self { prices, currency, locale, today: Zone::UTC.date_of(cx.now) }
    }

    /// The prices that make up a fee.
    pub(super) fn at(&self, fee: Fee, place: Place<'_>) -> Vec<&Price> {
        self.prices.iter().filter(|it| is_at(it, fee, place)).collect()
    }

    /// A fee as the bus shows it.
    pub(super) fn shown(&self, fee: Fee, place: Place<'_>) -> Value {
        let all = self.at(fee, place);
        let sum: Decimal = all.iter().map(|it| first_unit(&self.version(it).model)).sum();
        let said = all.first().map(|it| Said::carried(&it.stamp));
        let described = all.first().map(|it| description(it, &self.locale));
        let shows_zero = said.is_some_and(|it| it.shows_zero) || !all.is_empty() && sum.is_zero();
        json!({
            "price": money(sum, self.currency),
            "description": described.unwrap_or_else(|| json!({})),
            "showZeroPrice": shows_zero,
        })
    }

    /// The tiers of a fee; `null` if a unit costs the same however many there are.
    pub(super) fn tiers(&self, fee: Fee, place: Place<'_>) -> Value {
        let all = self.at(fee, place);
        let [only] = all.as_slice() else { return Value::Null };
        let tiers = tiers_of(&self.version(only).model);
        tiers.map_or(Value::Null, |it| shown_tiers(it, self.currency))
    }

    /// Whether the whole quantity decides what all units cost.
    pub(super) fn are_by_volume(&self, place: Place<'_>) -> bool {
        let all = [Fee::Setup, Fee::Recurring, Fee::Overuse];
        let mut prices = all.into_iter().flat_map(|fee| self.at(fee, place));
        prices.any(|it| matches!(self.version(it).model, PriceModel::Volume(_)))
    }

    /// The figures that hold today, or the first that will.
    pub(super) fn version<'a>(&self, it: &'a Price) -> &'a PriceVersion {
        version_on(self.today, it)
    }
}

/// The figures of a price that hold on a day, or the first that will.
pub(in crate::api::aps) fn version_on(day: Date, it: &Price) -> &PriceVersion {
    let first = || it.versions.as_slice().first();
    it.in_force(day, None).or_else(first).expect("a price has a version")
}

/// Tiers as the bus shows them.
pub(in crate::api::aps) fn shown_tiers(it: &Tiers, currency: Currency) -> Value {
    let tier = |it: &Tier| {
        let price = money(it.unit_price.decimal(), currency);
        json!({ "price": price, "lowerLimit": number(it.floor.decimal()) })
    };
    Value::Array(it.as_slice().iter().map(tier).collect())
}

/// The words for what prices are charged for.
pub(in crate::api::aps) const KINDS: &[&str] =
    &["SETUP", "RECURRING", "RENEWAL", "OVERUSE", "DEPOSIT"];

/// What a price is charged for, in the words of the bus.
pub(in crate::api::aps) const fn kind(it: &Price) -> &'static str {
    match it.kind {
        PriceKind::OneTime(Occasion::Plain | Occasion::Setup) => "SETUP",
        PriceKind::OneTime(Occasion::Renewal) => "RENEWAL",
        PriceKind::OneTime(Occasion::Deposit) => "DEPOSIT",
        PriceKind::Recurring { .. } => "RECURRING",
        PriceKind::Usage { .. } => "OVERUSE",
    }
}

/// The prices that everybody pays.
fn plain_prices(cx: Cx<'_>, plan: &Offer) -> Result<Vec<Price>, Error> {
    let mut prices = offer::prices(cx, plan.id)?;
    prices.retain(|it| it.conditions.is_empty() && it.plan.is_none());
    Ok(prices)
}

/// The currency in which a vendor does business.
fn currency_of_vendor(cx: Cx<'_>, plan: &Offer) -> Result<Currency, Error> {
    let vendor = account::of_seller(cx, plan.stamp.seller)?;
    let billing = billing_account::of(cx, vendor.id)?;
    let default = billing.iter().find(|it| it.is_default());
    Ok(default.map_or(Currency::EUR, |it| it.terms().currency))
}

fn is_at(it: &Price, fee: Fee, place: Place<'_>) -> bool {
    let is_there = it.resource == place.resource;
    let is_then = it.term.is_none() || it.term.as_ref() == place.term;
    let is_so = match (fee, it.kind) {
        (Fee::Setup, PriceKind::OneTime(Occasion::Plain | Occasion::Setup))
        | (Fee::Renewal, PriceKind::OneTime(Occasion::Renewal))
        | (Fee::Deposit, PriceKind::OneTime(Occasion::Deposit))
        | (Fee::Overuse, PriceKind::Usage { .. }) => true,
        (Fee::Recurring, PriceKind::Recurring { every, .. }) => every.is_as_long_as(place.every),
        (Fee::Setup | Fee::Renewal | Fee::Deposit, PriceKind::OneTime(_))
        | (Fee::Setup | Fee::Renewal | Fee::Deposit | Fee::Overuse, PriceKind::Recurring { .. })
        | (Fee::Overuse | Fee::Recurring, PriceKind::OneTime(_))
        | (Fee::Setup | Fee::Recurring | Fee::Renewal | Fee::Deposit, PriceKind::Usage { .. }) => {
            false
        }
    };
    is_there && is_then && is_so
}

/// The tiers of a model that has some; of a percentage a unit is one of the currency.
pub(in crate::api::aps) fn tiers_of(it: &PriceModel) -> Option<&Tiers> {
    match it {
        PriceModel::Graduated(tiers)
        | PriceModel::Volume(tiers)
        | PriceModel::GraduatedPercentage(tiers) => Some(tiers),
        PriceModel::Flat(_)
        | PriceModel::PerUnit(_)
        | PriceModel::Package { .. }
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::PerDimension { .. } => None,
        PriceModel::Minimum { model, .. } | PriceModel::Commitment { model, .. } => tiers_of(model),
    }
}

/// What the first unit costs.
pub(in crate::api::aps) fn first_unit(it: &PriceModel) -> Decimal {
    match it {
        PriceModel::Flat(figure) | PriceModel::PerUnit(figure) => figure.decimal(),
        PriceModel::Graduated(tiers)
        | PriceModel::Volume(tiers)
        | PriceModel::Stairstep(tiers)
        | PriceModel::GraduatedPercentage(tiers) => {
            let first = tiers.as_slice().first();
            first.map_or(Decimal::ZERO, |it| it.unit_price.decimal() + it.fee.decimal())
        }
        PriceModel::Package { price, .. } => price.decimal(),
        PriceModel::Minimum { model, .. } | PriceModel::Commitment { model, .. } => {
            first_unit(model)
        }
        PriceModel::Percentage(_) | PriceModel::PerDimension { .. } => Decimal::ZERO,
    }
}

/// What clients of the bus said of a price and what is theirs alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api::aps) struct Said {
    /// Whether it is shown where it is nothing.
    pub(in crate::api::aps) shows_zero: bool,
    /// What its maker suggests that others charge; `null` if nothing.
    pub(in crate::api::aps) retail: Value,
}

impl Said {
    /// What is carried with a stamp.
    pub(in crate::api::aps) fn carried(stamp: &Stamp) -> Self {
        let carried = stamp.carried.get(&Contract::Aps);
        let carried = carried.and_then(|it| serde_json::from_slice::<Value>(it).ok());
        let field = |name: &str| carried.as_ref().and_then(|it| it.get(name));
        Self {
            shows_zero: field("showZeroPrice").and_then(Value::as_bool).unwrap_or(false),
            retail: field("msrp").cloned().unwrap_or(Value::Null),
        }
    }

    /// Lets a stamp carry it.
    pub(in crate::api::aps) fn onto(self, stamp: &mut Stamp) {
        if !self.shows_zero && self.retail.is_null() {
            stamp.carried.remove(&Contract::Aps);
            return;
        }
        let all = json!({ "showZeroPrice": self.shows_zero, "msrp": self.retail });
        stamp.carried.insert(Contract::Aps, all.to_string().into_bytes());
    }
}

/// What a price is called, in all languages that are known of it.
fn description(it: &Price, locale: &Locale) -> Value {
    let mut texts = localized::one(locale, &it.name);
    if let Some(all) = texts.as_object_mut() {
        all.extend(it.names.iter().map(|it| (it.0.to_string(), json!(it.1.as_str()))));
    }
    texts
}
