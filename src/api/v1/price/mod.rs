//! `/prices`: what offers cost, in versions that never change once they began.

mod alteration;
mod condition;
mod model;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::alteration::Alteration;
use self::condition::PriceCondition;
use self::model::Model;
use super::localized::Texts;
use super::offer::each;
use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, NoQuery, Whole, absent, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::price as domain;
use crate::domain::catalog::price::alteration::PriceAlteration;
use crate::domain::catalog::price::{Base, Occasion, PriceKind, PriceVersion, Timing, Versions};
use crate::domain::error::Invalid;
use crate::domain::id::{Id as _, OfferId, PriceId};
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::time::{Span, Validity, Zone};
use crate::services::{Act, Cx, Error, offer};

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let writes = Needs::Permission(Permission::CatalogWrite);
    vec![
        read("/offers/{id}/prices", browses, "List the prices of an offer", list),
        write(Method::POST, "/prices", writes, "Add a price to an offer", add),
        read("/prices/{id}", Needs::Permission(Permission::CatalogRead), "Read a price", show),
        write(Method::PATCH, "/prices/{id}", writes, "Call a price otherwise", rename),
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
    /// The unit to readers of other languages; left out in events.
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<Texts>,
    /// Whose amount it multiplies; of a usage price, of whose use what was bought is free.
    resource: Option<String>,
    currency: String,
    /// The term it belongs to; all terms if nothing is said.
    term: Option<String>,
    /// The plan it belongs to; all plans if nothing is said.
    plan: Option<String>,
    tax_category: Option<String>,
    includes_tax: bool,
    /// For what is chosen it is meant: all of it must be; left out where it is for everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<PriceCondition>,
    /// The discounts and fees that it declares itself, in the order in which they apply.
    alterations: Vec<Alteration>,
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
            names: Texts::from(&it.names),
            kind,
            fee,
            period,
            timing,
            meter,
            unit: None,
            units: None,
            resource: it.resource.map(|it| it.to_string()),
            currency: it.currency.to_string(),
            term: it.term.as_ref().map(ToString::to_string),
            plan: it.plan.as_ref().map(ToString::to_string),
            tax_category: it.tax_category.map(|it| it.to_string()),
            includes_tax: it.base == Base::Gross,
            conditions: it.conditions.iter().map(PriceCondition::from).collect(),
            alterations: it.alterations.iter().map(Alteration::from).collect(),
            versions: versions.map(|(place, version)| Version::of(place + 1, version)).collect(),
        }
    }
}

impl Price {
    /// A price with what it takes from elsewhere.
    pub(super) fn whole(cx: Cx<'_>, it: &domain::Price) -> Result<Self, Error> {
        let unit = offer::unit(cx, it)?.map(|it| it.to_string());
        let units = Some(Texts::from(&offer::units(cx, it)?)).filter(|it| !it.0.is_empty());
        Ok(Self { unit, units, ..Self::from(it) })
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
    /// Of a one-time price: `plain`, `setup`, `renewal` or `deposit`, which goes back when the
    /// subscription ends; plain if nothing is said.
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
    /// For what is chosen it is meant: all of it must be; for everything if nothing is said.
    #[serde(default)]
    conditions: Vec<PriceCondition>,
    /// Discounts and fees that it declares itself, in the order in which they apply.
    #[serde(default)]
    alterations: Vec<Alteration>,
}

impl NewPrice {
    fn alterations(&self) -> Result<Vec<PriceAlteration>, Invalid> {
        let all = self.alterations.iter().enumerate();
        all.map(|(place, it)| it.read(&format!("/alterations/{place}"))).collect()
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
            Some(_) => {
                Err(Invalid::one("/fee", "enum", "must be plain, setup, renewal or deposit"))
            }
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
        let names = self.names.as_ref().map(|it| it.read_each("/names")).transpose()?;
        Ok(domain::Price {
            id,
            stamp,
            name: parse("/name", &self.name)?,
            names: names.unwrap_or_default(),
            description: None,
            offer: parse::<OfferId>("/offer", &self.offer)?,
            plan: parse_optional("/plan", self.plan.as_deref())?,
            term: parse_optional("/term", self.term.as_deref())?,
            currency: parse::<Currency>("/currency", &self.currency)?,
            tax_category: parse_optional("/tax_category", self.tax_category.as_deref())?,
            base: if self.includes_tax { Base::Gross } else { Base::Net },
            resource: parse_optional("/resource", self.resource.as_deref())?,
            kind: self.kind()?,
            conditions: each(&self.conditions, "/conditions", PriceCondition::read)?,
            alterations: self.alterations()?,
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

/// What a price is to be called; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PriceNames {
    name: Option<String>,
    /// What the invoice calls it in other languages, by locale.
    names: Option<Texts>,
}

fn rename(act: &mut Act<'_>, call: &Call, body: PriceNames) -> Result<Reply<Price>, Error> {
    let id = call.id("id")?;
    let was: domain::Price = act.cx().get(id)?;
    act.expect_revision(&was.stamp, call.if_match)?;
    let name = parse_optional("/name", body.name.as_deref())?.unwrap_or(was.name);
    let names = body.names.as_ref().map(|it| it.read_each("/names")).transpose()?;
    let names = names.unwrap_or(was.names);
    let it = offer::rename_price(act, id, (name, names, was.stamp.carried))?;
    Ok(Reply::ok(Price::from(&it)).tagged(it.stamp.revision))
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
