//! `/tax_categories`, `/tax_zones` and `/tax_rules`: how supplies are taxed.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::each;
use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, List, NoQuery, Patch, SoldBy, absent, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::tax as domain;
use crate::domain::catalog::tax::{Buyers, Covers, Treatment};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::text::Name;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, tax};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::TaxRead);
    let writes = Needs::Permission(Permission::TaxWrite);
    let (post, patch) = (Method::POST, || Method::PATCH);
    vec![
        read("/tax_categories", reads, "List tax categories", list_categories),
        write(post.clone(), "/tax_categories", writes, "Create a tax category", create_category),
        read("/tax_categories/{id}", reads, "Read a tax category", show_category),
        write(patch(), "/tax_categories/{id}", writes, "Rename a tax category", rename_category),
        read("/tax_zones", reads, "List tax zones", list_zones),
        write(post.clone(), "/tax_zones", writes, "Create a tax zone", create_zone),
        read("/tax_zones/{id}", reads, "Read a tax zone", show_zone),
        write(patch(), "/tax_zones/{id}", writes, "Rename a tax zone", rename_zone),
        read("/tax_rules", reads, "List tax rules", list_rules),
        read("/tax_rules/{id}", reads, "Read a tax rule", show_rule),
        write(post.clone(), "/tax_rules", writes, "Create a tax rule", create_rule),
        write(
            post,
            "/tax_rules/{id}/replace",
            writes,
            "Charge another rate from a day on",
            replace_rule,
        ),
        write(patch(), "/tax_rules/{id}", writes, "Give a tax rule another end", end_rule),
    ]
}

/// How a thing is taxed.
#[derive(Debug, Serialize, ToSchema)]
struct TaxCategory {
    id: String,
    revision: u32,
    /// Whose it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    code: String,
    name: String,
}

impl Wire for TaxCategory {}

impl From<&domain::TaxCategory> for TaxCategory {
    fn from(it: &domain::TaxCategory) -> Self {
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            sold_by: SoldBy::default(),
            code: it.code.to_string(),
            name: it.name.to_string(),
        }
    }
}

/// A tax category as an event tells of it.
pub(super) fn told_category(it: &domain::TaxCategory) -> impl Wire + use<> {
    TaxCategory::from(it)
}

fn list_categories(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<TaxCategory>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::TaxCategory| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(TaxCategory { sold_by, ..TaxCategory::from(&it) })
    })?))
}

fn show_category(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<TaxCategory>, Error> {
    let it: domain::TaxCategory = cx.get(call.id("id")?)?;
    Ok(Reply::ok(TaxCategory::from(&it)).tagged(it.stamp.revision))
}

/// Another name. What decides taxes stays as it is: invoices and rules refer to it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaxRename {
    name: String,
}

fn rename_category(
    act: &mut Act<'_>,
    call: &Call,
    body: TaxRename,
) -> Result<Reply<TaxCategory>, Error> {
    let (what, name) = ((call.id("id")?, call.if_match), parse("/name", &body.name)?);
    let it =
        catalog::revise::<domain::TaxCategory, Error>(act, what, Permission::TaxWrite, |it| {
            Ok(domain::TaxCategory { name, ..it })
        })?;
    Ok(Reply::ok(TaxCategory::from(&it)).tagged(it.stamp.revision))
}

/// A tax category to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTaxCategory {
    /// The account it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    code: String,
    name: String,
}

fn create_category(
    act: &mut Act<'_>,
    _: &Call,
    body: NewTaxCategory,
) -> Result<Reply<TaxCategory>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let (code, name) = (parse("/code", &body.code)?, parse("/name", &body.name)?);
    let it = tax::create_category(act, seller, (code, name))?;
    let path = format!("/api/v1/tax_categories/{}", it.id);
    Ok(Reply::created(path, TaxCategory::from(&it)).tagged(it.stamp.revision))
}

/// Where a tax holds.
#[derive(Debug, Serialize, ToSchema)]
struct TaxZone {
    id: String,
    revision: u32,
    /// Whose it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    code: String,
    name: String,
    /// The countries it covers; all others if empty.
    countries: Vec<String>,
    /// The region of the one country, if it covers no more.
    region: Option<String>,
}

impl Wire for TaxZone {}

impl From<&domain::TaxZone> for TaxZone {
    fn from(it: &domain::TaxZone) -> Self {
        let (countries, region) = match &it.covers {
            Covers::Countries(all) => (all.iter().map(ToString::to_string).collect(), None),
            Covers::Region { country, region } => (vec![country.to_string()], Some(region.clone())),
            Covers::Elsewhere => (Vec::new(), None),
        };
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            sold_by: SoldBy::default(),
            code: it.code.to_string(),
            name: it.name.to_string(),
            countries,
            region,
        }
    }
}

/// A tax zone as an event tells of it.
pub(super) fn told_zone(it: &domain::TaxZone) -> impl Wire + use<> {
    TaxZone::from(it)
}

fn list_zones(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<TaxZone>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::TaxZone| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(TaxZone { sold_by, ..TaxZone::from(&it) })
    })?))
}

fn show_zone(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<TaxZone>, Error> {
    let it: domain::TaxZone = cx.get(call.id("id")?)?;
    Ok(Reply::ok(TaxZone::from(&it)).tagged(it.stamp.revision))
}

fn rename_zone(act: &mut Act<'_>, call: &Call, body: TaxRename) -> Result<Reply<TaxZone>, Error> {
    let (what, name) = ((call.id("id")?, call.if_match), parse("/name", &body.name)?);
    let it = catalog::revise::<domain::TaxZone, Error>(act, what, Permission::TaxWrite, |it| {
        Ok(domain::TaxZone { name, ..it })
    })?;
    Ok(Reply::ok(TaxZone::from(&it)).tagged(it.stamp.revision))
}

/// A tax zone to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTaxZone {
    /// The account it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    code: String,
    name: String,
    /// The countries it covers; all others if empty.
    #[serde(default)]
    countries: Vec<String>,
    /// Only this region of the one country.
    region: Option<String>,
}

impl NewTaxZone {
    fn covers(&self) -> Result<Covers, Invalid> {
        let mut countries = each(&self.countries, "/countries", |it, at| parse(at, it))?;
        match (&self.region, countries.len()) {
            (None, 0) => Ok(Covers::Elsewhere),
            (None, _) => Ok(Covers::Countries(countries)),
            (Some(region), 1) => {
                let region: Name = parse("/region", region)?;
                Ok(Covers::Region { country: countries.remove(0), region: region.to_string() })
            }
            (Some(_), _) => {
                Err(Invalid::one("/region", "conflict", "must be of exactly one country"))
            }
        }
    }
}

fn create_zone(act: &mut Act<'_>, _: &Call, body: NewTaxZone) -> Result<Reply<TaxZone>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let (code, name) = (parse("/code", &body.code)?, parse("/name", &body.name)?);
    let it = tax::create_zone(act, seller, (code, name, body.covers()?))?;
    let path = format!("/api/v1/tax_zones/{}", it.id);
    Ok(Reply::created(path, TaxZone::from(&it)).tagged(it.stamp.revision))
}

/// How much tax, in a zone, for a category, from a day on.
#[derive(Debug, Serialize, ToSchema)]
struct TaxRule {
    id: String,
    revision: u32,
    /// Whose it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    name: String,
    zone: String,
    category: Option<String>,
    /// `all`, `registered` or `unregistered`.
    buyers: &'static str,
    /// `standard`, `reverse_charge`, `exempt` or `out_of_scope`.
    treatment: &'static str,
    percent: Decimal,
    reason: Option<String>,
    /// The first day on which it holds.
    valid_from: String,
    /// The first day on which it holds no longer; `null` for without an end.
    valid_until: Option<String>,
}

impl Wire for TaxRule {}

impl From<&domain::TaxRule> for TaxRule {
    fn from(it: &domain::TaxRule) -> Self {
        let treatment = it.treatment.word();
        Self {
            id: it.id.to_string(),
            revision: it.stamp.revision,
            sold_by: SoldBy::default(),
            name: it.name.to_string(),
            zone: it.zone.to_string(),
            category: it.category.map(|it| it.to_string()),
            buyers: match it.buyers {
                Buyers::All => "all",
                Buyers::Registered => "registered",
                Buyers::Unregistered => "unregistered",
            },
            treatment,
            percent: Decimal::from(&it.treatment.percent().decimal().normalize()),
            reason: it.treatment.reason().map(ToString::to_string),
            valid_from: it.valid_from.to_string(),
            valid_until: it.valid_until.map(|it| it.to_string()),
        }
    }
}

/// A tax rule as an event tells of it.
pub(super) fn told_rule(it: &domain::TaxRule) -> impl Wire + use<> {
    TaxRule::from(it)
}

fn list_rules(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<TaxRule>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::TaxRule| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(TaxRule { sold_by, ..TaxRule::from(&it) })
    })?))
}

fn show_rule(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<TaxRule>, Error> {
    let it: domain::TaxRule = cx.get(call.id("id")?)?;
    Ok(Reply::ok(TaxRule::from(&it)).tagged(it.stamp.revision))
}

/// A tax rule to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTaxRule {
    /// The account it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    /// What the invoice calls the tax: `VAT`.
    name: String,
    zone: String,
    category: Option<String>,
    /// `all`, `registered` or `unregistered`; all if nothing is said.
    buyers: Option<String>,
    /// `standard`, `reverse_charge`, `exempt` or `out_of_scope`; standard if nothing is said.
    treatment: Option<String>,
    /// Of a standard rule: `19`.
    percent: Option<Decimal>,
    /// Of any other: what the invoice says.
    reason: Option<String>,
    /// The first day on which it holds.
    valid_from: String,
    /// The first day on which it holds no longer; without an end if nothing is said.
    valid_until: Option<String>,
}

impl NewTaxRule {
    fn treatment(&self) -> Result<Treatment, Invalid> {
        let reason = || {
            let missing = || Invalid::one("/reason", "required", "must say why no tax is charged");
            parse("/reason", self.reason.as_deref().ok_or_else(missing)?)
        };
        match self.treatment.as_deref() {
            None | Some("standard") => {
                absent("/reason", self.reason.as_ref(), "standard")?;
                let missing = || Invalid::one("/percent", "required", "must say how much");
                let percent = self.percent.as_ref().ok_or_else(missing)?;
                let percent = percent.read::<Quantity>("/percent")?;
                Ok(Treatment::Standard(Percent::new(percent.decimal())))
            }
            Some("reverse_charge") => Ok(Treatment::ReverseCharge { reason: reason()? }),
            Some("exempt") => Ok(Treatment::Exempt { reason: reason()? }),
            Some("out_of_scope") => Ok(Treatment::OutOfScope { reason: reason()? }),
            Some(_) => {
                let rule = "must be standard, reverse_charge, exempt or out_of_scope";
                Err(Invalid::one("/treatment", "enum", rule))
            }
        }
    }

    fn buyers(&self) -> Result<Buyers, Invalid> {
        match self.buyers.as_deref() {
            None | Some("all") => Ok(Buyers::All),
            Some("registered") => Ok(Buyers::Registered),
            Some("unregistered") => Ok(Buyers::Unregistered),
            Some(_) => {
                Err(Invalid::one("/buyers", "enum", "must be all, registered or unregistered"))
            }
        }
    }
}

fn create_rule(act: &mut Act<'_>, _: &Call, body: NewTaxRule) -> Result<Reply<TaxRule>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let (name, zone) = (parse("/name", &body.name)?, parse("/zone", &body.zone)?);
    let category = parse_optional("/category", body.category.as_deref())?;
    let (buyers, treatment) = (body.buyers()?, body.treatment()?);
    let valid_from = parse("/valid_from", &body.valid_from)?;
    let valid_until = parse_optional("/valid_until", body.valid_until.as_deref())?;
    let it = tax::create_rule(act, seller, |id, stamp| domain::TaxRule {
        id,
        stamp,
        name,
        zone,
        category,
        buyers,
        treatment,
        valid_from,
        valid_until,
    })?;
    let path = format!("/api/v1/tax_rules/{}", it.id);
    Ok(Reply::created(path, TaxRule::from(&it)).tagged(it.stamp.revision))
}

/// What is charged in the place of a tax rule from a day on, of the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NextTaxRule {
    /// What the invoice calls the tax: `VAT`.
    name: String,
    /// `19`.
    percent: Decimal,
    /// The first day on which it holds, and the rule that it replaces no longer; today or later. It
    /// ends when that was to end.
    valid_from: String,
}

fn replace_rule(
    act: &mut Act<'_>,
    call: &Call,
    body: NextTaxRule,
) -> Result<Reply<TaxRule>, Error> {
    let (name, valid_from) = (parse("/name", &body.name)?, parse("/valid_from", &body.valid_from)?);
    let percent = body.percent.read::<Quantity>("/percent")?;
    let it =
        tax::replace_rule(act, call.id("id")?, valid_from, |was, id, stamp| domain::TaxRule {
            id,
            stamp,
            name,
            treatment: Treatment::Standard(Percent::new(percent.decimal())),
            valid_from,
            ..was.clone()
        })?;
    let path = format!("/api/v1/tax_rules/{}", it.id);
    Ok(Reply::created(path, TaxRule::from(&it)).tagged(it.stamp.revision))
}

/// What of a tax rule changes: when it ends. What it does stays, for invoices say that they follow
/// it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaxRulePatch {
    /// The first day on which it holds no longer, today or later; `null` for without an end.
    #[serde(default)]
    valid_until: Patch<String>,
}

fn end_rule(act: &mut Act<'_>, call: &Call, body: TaxRulePatch) -> Result<Reply<TaxRule>, Error> {
    let id = call.id("id")?;
    let was: domain::TaxRule = act.get(id)?;
    let until = body.valid_until.onto(was.valid_until, |it| parse("/valid_until", it))?;
    let it = tax::end_rule(act, (id, call.if_match), until)?;
    Ok(Reply::ok(TaxRule::from(&it)).tagged(it.stamp.revision))
}
