//! `/prices`: what offers cost, in versions that never change once they began.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::localized::Texts;
use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, NoQuery, Whole, absent, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::price as domain;
use crate::domain::catalog::price::tier::{Tier, Tiers, UpTo};
use crate::domain::catalog::price::{
    Base, Figure, Occasion, PriceKind, PriceModel, PriceVersion, Timing, Versions,
};
use crate::domain::error::Invalid;
use crate::domain::id::{Id as _, OfferId, PriceId};
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::{Locale, Name};
use crate::domain::time::{Span, Validity, Zone};
use crate::services::{Act, Cx, Error, offer};

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let writes = Needs::Permission(Permission::CatalogWrite);
    vec![
        read("/offers/{id}/prices", browses, "List the prices of an offer", list),
        write(Method::POST, "/prices", writes, "Add a price to an offer", add),
        read("/prices/{id}", Needs::Permission(Permission::CatalogRead), "Read a price", show),
        write(Method::DELETE, "/prices/{id}", writes, "Take a price out of a draft", remove),
        write(
            Method::POST,
            "/prices/{id}/versions",
            writes,
            "Change a price from a day on",
            revise,
        ),
    ]
}

/// What an offer costs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Price {
    id: String,
    number: u64,
    revision: u32,
    offer: String,
    name: String,
    /// What the invoice calls it in other languages, by locale.
    names: Texts,
    /// `one_time`, `recurring` or `usage`.
    kind: &'static str,
    /// Of a one-time price: `plain`, `setup`, `renewal` or `deposit`.
    fee: Option<&'static str>,
    /// Of a recurring price: how often.
    period: Option<String>,
    /// Of a recurring price: `advance` or `arrears`.
    timing: Option<&'static str>,
    /// Of a usage price: what is counted.
    meter: Option<String>,
    /// Of a usage price: in what it is counted; left out in events.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// Whose amount it multiplies; of a usage price, of whose use what was bought is free.
    resource: Option<String>,
    currency: String,
    /// The term it belongs to; all terms if nothing is said.
    term: Option<String>,
    /// The plan it belongs to; all plans if nothing is said.
    plan: Option<String>,
    tax_category: Option<String>,
    includes_tax: bool,
    versions: Vec<Version>,
}

impl Wire for Price {}

/// A price from a day on.
#[derive(Debug, Serialize, ToSchema)]
struct Version {
    version: usize,
    valid_from: String,
    /// How many units are free.
    included: Decimal,
    model: Model,
}

/// How a quantity becomes an amount.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Model {
    /// `flat`, `per_unit`, `graduated`, `volume`, `package` or `stairstep`.
    kind: String,
    /// Of `flat` and `package`: the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Decimal>,
    /// Of `per_unit`: the price of a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_unit: Option<Decimal>,
    /// Of `package`: how many units are in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Decimal>,
    /// Of `graduated`, `volume` and `stairstep`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tiers: Vec<TierRow>,
}

/// A tier; its bound is inclusive, and the last has none.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TierRow {
    /// The last unit that is in it; `null` for the last tier.
    up_to: Option<Decimal>,
    /// The price of a unit.
    per_unit: Option<Decimal>,
    /// A fee for reaching it.
    flat: Option<Decimal>,
}

impl From<&domain::Price> for Price {
    fn from(it: &domain::Price) -> Self {
        let (kind, fee, period, timing, meter) = match &it.kind {
            PriceKind::OneTime(occasion) => ("one_time", Some(fee(*occasion)), None, None, None),
            PriceKind::Recurring { every, timing } => {
                ("recurring", None, Some(every.to_string()), Some(said(*timing)), None)
            }
            PriceKind::Usage { meter } => ("usage", None, None, None, Some(meter.to_string())),
        };
        let versions = it.versions.as_slice().iter().enumerate();
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            offer: it.offer.to_string(),
            name: it.name.to_string(),
            names: Texts(it.names.iter().map(|it| (it.0.to_string(), it.1.to_string())).collect()),
            kind,
            fee,
            period,
            timing,
            meter,
            unit: None,
            resource: it.resource.map(|it| it.to_string()),
            currency: it.currency.to_string(),
            term: it.term.as_ref().map(ToString::to_string),
            plan: it.plan.as_ref().map(ToString::to_string),
            tax_category: it.tax_category.map(|it| it.to_string()),
            includes_tax: it.base == Base::Gross,
            versions: versions.map(|(place, version)| Version::of(place + 1, version)).collect(),
        }
    }
}

impl Price {
    /// A price with what it takes from elsewhere.
    pub(super) fn whole(cx: Cx<'_>, it: &domain::Price) -> Result<Self, Error> {
        let unit = offer::unit(cx, it)?.map(|it| it.to_string());
        Ok(Self { unit, ..Self::from(it) })
    }
}

/// A price as an event tells of it.
pub(super) fn told(it: &domain::Price) -> impl Wire + use<> {
    Price::from(it)
}

const fn fee(it: Occasion) -> &'static str {
    match it {
        Occasion::Plain => "plain",
        Occasion::Setup => "setup",
        Occasion::Renewal => "renewal",
        Occasion::Deposit => "deposit",
    }
}

const fn said(it: Timing) -> &'static str {
    match it {
        Timing::InAdvance => "advance",
        Timing::InArrears => "arrears",
    }
}

impl Version {
    fn of(version: usize, it: &PriceVersion) -> Self {
        Self {
            version,
            valid_from: it.valid_from.to_string(),
            included: Decimal::from(&it.included),
            model: Model::of(&it.model),
        }
    }
}

impl Model {
    fn named(kind: &str) -> Self {
        let kind = kind.to_owned();
        Self { kind, amount: None, per_unit: None, size: None, tiers: Vec::new() }
    }

    /// A model that has no form of its own here shows its name.
    fn of(it: &PriceModel) -> Self {
        let named = Self::named(it.name());
        match it {
            PriceModel::Flat(amount) => Self { amount: Some(Decimal::from(amount)), ..named },
            PriceModel::PerUnit(rate) => Self { per_unit: Some(Decimal::from(rate)), ..named },
            PriceModel::Graduated(tiers)
            | PriceModel::Volume(tiers)
            | PriceModel::Stairstep(tiers) => Self { tiers: rows(tiers.as_slice()), ..named },
            PriceModel::Package { size, price } => {
                let (size, amount) = (Some(Decimal::from(size)), Some(Decimal::from(price)));
                Self { size, amount, ..named }
            }
            PriceModel::Percentage(_)
            | PriceModel::GraduatedPercentage(_)
            | PriceModel::Minimum { .. }
            | PriceModel::Commitment { .. }
            | PriceModel::PerDimension { .. } => named,
        }
    }

    fn read(&self, at: &str) -> Result<PriceModel, Invalid> {
        self.must_fit(at)?;
        let model = self.unchecked(at)?;
        model.check().map_err(|it| in_words_of_the_wire(it.below(at)))?;
        Ok(model)
    }

    fn unchecked(&self, at: &str) -> Result<PriceModel, Invalid> {
        let figure = |field: &str, it: &Option<Decimal>| {
            let pointer = format!("{at}/{field}");
            let missing = || Invalid::one(&pointer, "required", "must be given for this model");
            it.as_ref().ok_or_else(missing)?.read::<Figure>(&pointer)
        };
        Ok(match self.kind.as_str() {
            "flat" => PriceModel::Flat(figure("amount", &self.amount)?),
            "per_unit" => PriceModel::PerUnit(figure("per_unit", &self.per_unit)?),
            "graduated" => PriceModel::Graduated(self.read_tiers(at)?),
            "volume" => PriceModel::Volume(self.read_tiers(at)?),
            "stairstep" => PriceModel::Stairstep(self.read_tiers(at)?),
            "package" => {
                let pointer = format!("{at}/size");
                let missing = || Invalid::one(&pointer, "required", "must be given for a package");
                let size = self.size.as_ref().ok_or_else(missing)?.read(&pointer)?;
                PriceModel::Package { size, price: figure("amount", &self.amount)? }
            }
            _ => {
                let rule = "must be flat, per_unit, graduated, volume, package or stairstep";
                return Err(Invalid::one(format!("{at}/kind"), "enum", rule));
            }
        })
    }

    /// Refuses what the kind of model does not look at.
    fn must_fit(&self, at: &str) -> Result<(), Invalid> {
        let kind = self.kind.as_str();
        let tiered = ["graduated", "volume", "stairstep"];
        if !tiered.contains(&kind) && !["flat", "per_unit", "package"].contains(&kind) {
            // That it is none is for the reading to say.
            return Ok(());
        }
        let has = |kinds: &[&str]| kinds.contains(&kind);
        let tiers = (!self.tiers.is_empty()).then_some(&self.tiers);
        let unfit = |field: &str, is_there: bool, fits: bool| {
            let found = (is_there && !fits).then_some(&());
            absent(&format!("{at}/{field}"), found, kind)
        };
        unfit("amount", self.amount.is_some(), has(&["flat", "package"]))?;
        unfit("per_unit", self.per_unit.is_some(), has(&["per_unit"]))?;
        unfit("size", self.size.is_some(), has(&["package"]))?;
        unfit("tiers", tiers.is_some(), has(&tiered))
    }

    fn read_tiers(&self, at: &str) -> Result<Tiers, Invalid> {
        let rows: Result<Vec<_>, _> = self
            .tiers
            .iter()
            .enumerate()
            .map(|(place, row)| row.read(&format!("{at}/tiers/{place}")))
            .collect();
        Tiers::up_to(&rows?).map_err(|it| in_words_of_the_wire(it.below(at)))
    }
}

/// What the domain calls otherwise than the wire does.
fn in_words_of_the_wire(mut invalid: Invalid) -> Invalid {
    for it in &mut invalid.violations {
        it.field = it.field.replace("/unit_price", "/per_unit").replace("/fee", "/flat");
    }
    invalid
}

impl TierRow {
    fn read(&self, at: &str) -> Result<UpTo, Invalid> {
        let figure = |field: &str, it: &Option<Decimal>| match it {
            Some(it) => it.read::<Figure>(&format!("{at}/{field}")),
            None => Ok(Figure::ZERO),
        };
        let bound = self.up_to.as_ref().map(|it| it.read(&format!("{at}/up_to"))).transpose()?;
        let unit_price = figure("per_unit", &self.per_unit)?;
        Ok(UpTo { bound, unit_price, fee: figure("flat", &self.flat)? })
    }
}

fn rows(tiers: &[Tier]) -> Vec<TierRow> {
    let next_floors = tiers.iter().skip(1).map(|it| Some(it.floor)).chain([None]);
    let row = |(tier, bound): (&Tier, Option<Quantity>)| TierRow {
        up_to: bound.as_ref().map(Decimal::from),
        per_unit: Some(Decimal::from(&tier.unit_price)),
        flat: Some(Decimal::from(&tier.fee)),
    };
    tiers.iter().zip(next_floors).map(row).collect()
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<Price>>, Error> {
    let offer = offer::get(cx, call.id("id")?)?;
    let prices = offer::prices(cx, offer.id)?;
    let prices: Result<_, Error> = prices.iter().map(|it| Price::whole(cx, it)).collect();
    Ok(Reply::ok(Whole::of(prices?)))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Price>, Error> {
    let it: domain::Price = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Price::whole(cx, &it)?).tagged(it.stamp.revision))
}

/// A price to be added to an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPrice {
    offer: String,
    /// What the invoice calls it.
    name: String,
    /// What it calls it in other languages, by locale.
    names: Option<Texts>,
    /// `one_time`, `recurring` or `usage`.
    kind: String,
    /// Of a one-time price: `plain`, `setup` or `renewal`; plain if nothing is said.
    fee: Option<String>,
    /// Of a recurring price: how often; `1 month` if nothing is said.
    period: Option<String>,
    /// Of a recurring price: `advance` or `arrears`; in advance if nothing is said.
    timing: Option<String>,
    /// Of a usage price: what is counted.
    meter: Option<String>,
    /// Whose amount it multiplies; the quantity of the subscription if nothing is said. Of a usage
    /// price: whose use is counted, of which what was bought is free.
    resource: Option<String>,
    currency: String,
    term: Option<String>,
    plan: Option<String>,
    tax_category: Option<String>,
    #[serde(default)]
    includes_tax: bool,
    /// The first day on which it holds; today if nothing is said.
    valid_from: Option<String>,
    /// How many units are free; none if nothing is said.
    included: Option<Decimal>,
    model: Model,
}

impl NewPrice {
    fn names(&self) -> Result<BTreeMap<Locale, Name>, Invalid> {
        let all = self.names.iter().flat_map(|it| &it.0);
        let named = all.map(|(locale, name)| {
            let at = format!("/names/{locale}");
            Ok((parse(&at, locale)?, parse(&at, name)?))
        });
        named.collect()
    }

    fn kind(&self) -> Result<PriceKind, Invalid> {
        let kind = self.kind.as_str();
        let others = [
            ("/fee", &self.fee, "one_time"),
            ("/period", &self.period, "recurring"),
            ("/timing", &self.timing, "recurring"),
            ("/meter", &self.meter, "usage"),
        ];
        let is_known = others.iter().any(|it| it.2 == kind);
        for (pointer, field, _) in others.into_iter().filter(|it| is_known && it.2 != kind) {
            absent(pointer, field.as_ref(), kind)?;
        }
        match kind {
            "one_time" => Ok(PriceKind::OneTime(self.occasion()?)),
            "recurring" => {
                let every = self
                    .period
                    .as_deref()
                    .map_or(Ok(Span::months(1)), |it| parse("/period", it))?;
                Ok(PriceKind::Recurring { every, timing: self.timing()? })
            }
            "usage" => {
                let missing = || Invalid::one("/meter", "required", "must say what is counted");
                let meter = self.meter.as_deref().ok_or_else(missing)?;
                Ok(PriceKind::Usage { meter: parse("/meter", meter)? })
            }
            _ => Err(Invalid::one("/kind", "enum", "must be one_time, recurring or usage")),
        }
    }

    fn occasion(&self) -> Result<Occasion, Invalid> {
        match self.fee.as_deref() {
            None | Some("plain") => Ok(Occasion::Plain),
            Some("setup") => Ok(Occasion::Setup),
            Some("renewal") => Ok(Occasion::Renewal),
            Some("deposit") => Ok(Occasion::Deposit),
            Some(_) => Err(Invalid::one("/fee", "enum", "must be plain, setup or renewal")),
        }
    }

    fn timing(&self) -> Result<Timing, Invalid> {
        match self.timing.as_deref() {
            None | Some("advance") => Ok(Timing::InAdvance),
            Some("arrears") => Ok(Timing::InArrears),
            Some(_) => Err(Invalid::one("/timing", "enum", "must be advance or arrears")),
        }
    }

    /// The price as it would be, which nobody keeps; `at` says where it stands in the body.
    pub(super) fn drafted(&self, cx: Cx<'_>, at: &str) -> Result<domain::Price, Error> {
        let stamp = cx.stamp(SellerNumber::PROVIDER, None);
        let drafted = self
            .read(PriceId::from_uuid(Uuid::nil()), stamp)
            .and_then(|it| Ok(it.check().map(|()| it)?));
        drafted.map_err(|error| {
            if let Error::Invalid(invalid) = error { invalid.below(at).into() } else { error }
        })
    }

    fn read(&self, id: PriceId, stamp: Stamp) -> Result<domain::Price, Error> {
        let today = Zone::UTC.date_of(stamp.created_at);
        let valid_from = parse_optional("/valid_from", self.valid_from.as_deref())?;
        let included = self.included.as_ref().map(|it| it.read("/included")).transpose()?;
        let version = PriceVersion {
            valid_from: valid_from.unwrap_or(today),
            included: included.unwrap_or(Quantity::ZERO),
            model: self.model.read("/model")?,
        };
        Ok(domain::Price {
            id,
            stamp,
            name: parse("/name", &self.name)?,
            names: self.names()?,
            description: None,
            offer: parse::<OfferId>("/offer", &self.offer)?,
            plan: parse_optional("/plan", self.plan.as_deref())?,
            term: parse_optional("/term", self.term.as_deref())?,
            currency: parse::<Currency>("/currency", &self.currency)?,
            tax_category: parse_optional("/tax_category", self.tax_category.as_deref())?,
            base: if self.includes_tax { Base::Gross } else { Base::Net },
            resource: parse_optional("/resource", self.resource.as_deref())?,
            kind: self.kind()?,
            conditions: Vec::new(),
            alterations: Vec::new(),
            life: Life::new(State::Active, Validity::ALWAYS)?,
            versions: Versions::first(version)?,
            next_at: None,
        })
    }
}

fn add(act: &mut Act<'_>, _: &Call, body: NewPrice) -> Result<Reply<Price>, Error> {
    let of = parse("/offer", &body.offer)?;
    let it = offer::add_price(act, of, |id, stamp| body.read(id, stamp))?;
    let path = format!("/api/v1/prices/{}", it.id);
    Ok(Reply::created(path, Price::from(&it)).tagged(it.stamp.revision))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    offer::drop_price(act, call.id("id")?, call.if_match)?;
    Ok(Reply::no_content())
}

/// What a price is from a day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVersion {
    valid_from: String,
    included: Option<Decimal>,
    model: Model,
}

fn revise(act: &mut Act<'_>, call: &Call, body: NewVersion) -> Result<Reply<Price>, Error> {
    let included = body.included.as_ref().map(|it| it.read("/included")).transpose()?;
    let version = PriceVersion {
        valid_from: parse("/valid_from", &body.valid_from)?,
        included: included.unwrap_or(Quantity::ZERO),
        model: body.model.read("/model")?,
    };
    let it = offer::revise_price(act, call.id("id")?, call.if_match, version)?;
    Ok(Reply::ok(Price::from(&it)).tagged(it.stamp.revision))
}
