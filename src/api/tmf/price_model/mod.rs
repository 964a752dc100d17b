//! How a price is figured (`pricingLogicAlgorithm` of a price in TMF620): the models of ours.
//!
//! The definitions have one figure for a price (`price`) and no tiers. What is more than so much for each unit
//! is said by algorithms of the type [`CLASS`], one for each version of a price, whose `validFor` is when that
//! begins; attributes of ours in it say tiers, packages, what is included. Algorithms of other types
//! are none of ours, and are kept as they were said.

use serde_json::{Value, json};

use super::characteristic::listed;
use super::entity::{text, tree};
use super::money;
use super::party_form::validity;
use super::resource::Tree;
use crate::domain::catalog::price::model::{Figure, MinimumOf, Percentage, PriceModel};
use crate::domain::catalog::price::tier::{Reach, Tier, Tiers, UpTo};
use crate::domain::catalog::price::{Price, PriceVersion};
use crate::domain::error::Invalid;
use crate::domain::money::Currency;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::text::Code;
use crate::domain::time::{Date, Zone};

/// The attribute in which they stand.
pub(super) const NAME: &str = "pricingLogicAlgorithm";
/// The type of those that are ours.
pub(super) const CLASS: &str = "PriceModel";

/// Where their attributes are described.
const SCHEMA: &str = "/ui/@schema/ui/schema/price-model.json";

/// What any algorithm says, and what ours say of a version beside its model.
const OF_ALL: &[&str] = &[
    "@baseType",
    "@schemaLocation",
    "@type",
    "description",
    "href",
    "id",
    "included",
    "name",
    "plaSpecId",
    "validFor",
];

/// The attributes of a model beside its `name`; nothing of what is none.
fn attributes(of: &str) -> Option<&'static [&'static str]> {
    Some(match of {
        "flat" | "per_unit" => &["price"],
        "graduated" | "volume" | "stairstep" | "graduated_percentage" => {
            &["tier", "tierBlock", "isReachedAtBound"]
        }
        "package" => &["packageSize", "price"],
        "percentage" => {
            &["percentage", "perEvent", "freeEvents", "freeAmount", "eventMinimum", "eventMaximum"]
        }
        "per_dimension" => &["dimension", "dimensionValue", "otherwise"],
        "minimum" => &["price", "minimumOf", "model"],
        "commitment" => &["price", "overageFactor", "model"],
        _ => return None,
    })
}

/// Whether a price is so much for each unit from the day on which it was made: `price` says it all.
fn is_plain(it: &Price) -> bool {
    let made_on = Zone::UTC.date_of(it.stamp.created_at);
    match it.versions.as_slice() {
        [PriceVersion { valid_from, included, model: PriceModel::PerUnit(_) }] => {
            included.is_zero() && *valid_from <= made_on
        }
        _ => false,
    }
}

/// The one figure of a model, if it has one, and for how many units that is.
pub(super) fn figure(of: &PriceModel) -> Option<(Figure, Quantity)> {
    match of {
        PriceModel::Flat(figure) | PriceModel::PerUnit(figure) => Some((*figure, Quantity::ONE)),
        PriceModel::Package { size, price } => Some((*price, *size)),
        PriceModel::Graduated(_)
        | PriceModel::Volume(_)
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::GraduatedPercentage(_)
        | PriceModel::Minimum { .. }
        | PriceModel::Commitment { .. }
        | PriceModel::PerDimension { .. } => None,
    }
}

/// The versions of a price whose units have a name; nothing where `price` says it all.
pub(super) fn shown(it: &Price, unit: Option<&str>) -> Option<Value> {
    if is_plain(it) {
        return None;
    }
    let pen = Pen { currency: it.currency, unit };
    let versions = it.versions.as_slice().iter().zip(1..);
    Some(versions.map(|(version, place)| pen.version(version, place)).collect())
}

/// Writes models.
struct Pen<'a> {
    currency: Currency,
    unit: Option<&'a str>,
}

impl Pen<'_> {
    fn money(&self, it: Figure) -> Value {
        money::exactly(self.currency, it)
    }

    fn count(&self, it: Quantity) -> Value {
        let mut count = json!({ "amount": money::number(&it) });
        if let Some(unit) = self.unit {
            count["units"] = json!(unit);
        }
        count
    }

    fn version(&self, it: &PriceVersion, place: u32) -> Value {
        let mut said = self.model(&it.model);
        let begins = Zone::UTC.start_of(it.valid_from).to_string();
        said.extend(tree(json!({
            "id": place.to_string(),
            "@type": CLASS,
            "@baseType": "PricingLogicAlgorithm",
            "@schemaLocation": SCHEMA,
            "validFor": { "startDateTime": begins },
        })));
        if !it.included.is_zero() {
            said.insert("included".to_owned(), self.count(it.included));
        }
        Value::Object(said)
    }

    fn model(&self, it: &PriceModel) -> Tree {
        let mut said = tree(match it {
            PriceModel::Flat(figure) | PriceModel::PerUnit(figure) => {
                json!({ "price": self.money(*figure) })
            }
            PriceModel::Package { size, price } => {
                json!({ "packageSize": self.count(*size), "price": self.money(*price) })
            }
            PriceModel::Graduated(tiers)
            | PriceModel::Volume(tiers)
            | PriceModel::Stairstep(tiers) => self.tiers(tiers, |it| ("unitPrice", self.money(it))),
            PriceModel::GraduatedPercentage(tiers) => {
                self.tiers(tiers, |it| ("percentage", money::number(&hundredths(it))))
            }
            PriceModel::Percentage(it) => self.percentage(it),
            PriceModel::PerDimension { dimension, values, otherwise } => {
                let value = |(value, model): &(Code, PriceModel)| json!({ "value": value.as_str(), "model": self.model(model) });
                json!({
                    "dimension": dimension.as_str(),
                    "dimensionValue": values.iter().map(value).collect::<Vec<_>>(),
                    "otherwise": self.model(otherwise),
                })
            }
            PriceModel::Minimum { amount, of, model } => json!({
                "price": self.money(*amount), "minimumOf": of.word(), "model": self.model(model),
            }),
            PriceModel::Commitment { amount, overage_factor, model } => json!({
                "price": self.money(*amount), "overageFactor": money::number(overage_factor),
                "model": self.model(model),
            }),
        });
        said.insert("name".to_owned(), json!(it.name()));
        said
    }

    fn tiers(&self, it: &Tiers, figure: impl Fn(Figure) -> (&'static str, Value)) -> Value {
        let ends = it.as_slice().iter().skip(1).map(|it| Some(it.floor)).chain([None]);
        let row = |(tier, end): (&Tier, Option<Quantity>)| {
            let (name, value) = figure(tier.unit_price);
            let mut row = json!({ "fee": self.money(tier.fee) });
            row[name] = value;
            if let Some(end) = end {
                row["upTo"] = money::number(&end);
            }
            row
        };
        let mut said =
            json!({ "tier": it.as_slice().iter().zip(ends).map(row).collect::<Vec<_>>() });
        if let Some(block) = it.block() {
            said["tierBlock"] = self.count(block);
        }
        if it.reach() == Reach::From {
            said["isReachedAtBound"] = json!(true);
        }
        said
    }

    fn percentage(&self, it: &Percentage) -> Value {
        let mut said = json!({
            "percentage": money::number(&it.percent.decimal().normalize()),
            "perEvent": self.money(it.per_event),
            "freeEvents": it.free_events,
            "freeAmount": self.money(it.free_amount),
        });
        for (name, it) in [("eventMinimum", it.event_min), ("eventMaximum", it.event_max)] {
            if let Some(it) = it {
                said[name] = self.money(it);
            }
        }
        said
    }
}

/// A share as hundredths: 5 for 0.05.
fn hundredths(share: Figure) -> Quantity {
    Quantity::new((share.decimal() * rust_decimal::Decimal::ONE_HUNDRED).normalize())
}

/// Whether something that was said of how a price is figured is of ours.
pub(super) fn is_ours(said: &Value) -> bool {
    let all = said.as_array().into_iter().flatten();
    all.filter_map(|it| it.get("@type")).any(|it| it == CLASS)
}

/// The versions that are said, and their currency; nothing where no algorithm is one of ours.
///
/// # Errors
/// With the place of what makes no price.
pub(super) fn read(
    said: Option<&Value>,
    today: Date,
) -> Result<Option<(Currency, Vec<PriceVersion>)>, Invalid> {
    if !said.is_some_and(is_ours) {
        return Ok(None);
    }
    let (mut reader, mut versions) = (Reader::default(), Vec::new());
    for (place, it) in listed(said, NAME)? {
        let version = reader.version(it, today);
        versions.push(version.map_err(|it| it.below(&format!("{NAME}/{place}/")))?);
    }
    let missing = || Invalid::one(NAME, "required", "must have money, to say in which currency");
    Ok(Some((reader.currency.ok_or_else(missing)?, versions)))
}

/// Whether the versions that are said lead to those that there are: what comes last is what holds.
pub(super) fn agrees(said: &Value, it: &Price) -> bool {
    let Some(last) = it.versions.as_slice().last() else { return false };
    match read(Some(said), last.valid_from) {
        Ok(Some((currency, all))) => currency == it.currency && all.last() == Some(last),
        // What others say of it where it is plain is kept, and nothing comes of it.
        Ok(None) => is_plain(it),
        Err(_) => false,
    }
}

/// Reads models, all in one currency.
#[derive(Default)]
struct Reader {
    currency: Option<Currency>,
}

impl Reader {
    fn version(&mut self, said: &Tree, today: Date) -> Result<PriceVersion, Invalid> {
        if said.get("@type").is_none_or(|it| it != CLASS) {
            let message = format!("must be `{CLASS}`, as of the others");
            return Err(Invalid::one("@type", "unsupported", message));
        }
        let valid_for = validity("validFor", said.get("validFor"))?;
        if valid_for.until().is_some() {
            let message = "must be absent: it ends where the next one begins";
            return Err(Invalid::one("validFor/endDateTime", "unsupported", message));
        }
        let model = self.model(said, OF_ALL)?;
        model.check().map_err(worded)?;
        let included = count(said, "included")?.unwrap_or(Quantity::ZERO);
        if included.is_negative() {
            return Err(Invalid::one("included", "range", "must not be negative"));
        }
        let valid_from = valid_for.from().map_or(today, |it| Zone::UTC.date_of(it));
        Ok(PriceVersion { valid_from, included, model })
    }

    /// A model, beside which some attributes may stand.
    fn model(&mut self, said: &Tree, beside: &[&str]) -> Result<PriceModel, Invalid> {
        let name: String = must("name", text(said, "name")?)?;
        let Some(own) = attributes(&name) else {
            let message = "must be `flat`, `per_unit`, `graduated`, `volume`, `package`, `stairstep`, \
                           `percentage`, `graduated_percentage`, `per_dimension`, `minimum` or `commitment`";
            return Err(Invalid::one("name", "enum", message));
        };
        let is_own = |it: &&String| own.contains(&it.as_str()) || beside.contains(&it.as_str());
        if let Some(other) = said.keys().find(|it| !is_own(it)) {
            let message = format!("is nothing that `{name}` looks at");
            return Err(Invalid::one(other, "unsupported", message));
        }
        Ok(match name.as_str() {
            "flat" => PriceModel::Flat(self.must_cost(said, "price")?),
            "per_unit" => PriceModel::PerUnit(self.must_cost(said, "price")?),
            "graduated" => PriceModel::Graduated(self.tiers(said, Self::unit_price)?),
            "volume" => PriceModel::Volume(self.tiers(said, Self::unit_price)?),
            "stairstep" => PriceModel::Stairstep(self.tiers(said, Self::unit_price)?),
            "package" => PriceModel::Package {
                size: must("packageSize", count(said, "packageSize")?)?,
                price: self.must_cost(said, "price")?,
            },
            "percentage" => PriceModel::Percentage(self.percentage(said)?),
            "graduated_percentage" => {
                PriceModel::GraduatedPercentage(self.tiers(said, Self::share)?)
            }
            "minimum" => PriceModel::Minimum {
                amount: self.must_cost(said, "price")?,
                of: text(said, "minimumOf")?.unwrap_or(MinimumOf::Price),
                model: Box::new(self.inner(said, "model")?),
            },
            "commitment" => PriceModel::Commitment {
                amount: self.must_cost(said, "price")?,
                overage_factor: must("overageFactor", count(said, "overageFactor")?)?,
                model: Box::new(self.inner(said, "model")?),
            },
            _ => self.per_dimension(said)?,
        })
    }

    fn inner(&mut self, said: &Tree, name: &str) -> Result<PriceModel, Invalid> {
        let said = said.get(name).and_then(Value::as_object);
        let said =
            said.ok_or_else(|| Invalid::one(name, "required", "must say what units cost"))?;
        self.model(said, &["name"]).map_err(|it| it.below(&format!("{name}/")))
    }

    fn per_dimension(&mut self, said: &Tree) -> Result<PriceModel, Invalid> {
        let mut values = Vec::new();
        for (place, it) in listed(said.get("dimensionValue"), "dimensionValue")? {
            let at = format!("dimensionValue/{place}/");
            let value = text(it, "value").and_then(|it| must("value", it));
            let value = value.map_err(|it| it.below(&at))?;
            values.push((value, self.inner(it, "model").map_err(|it| it.below(&at))?));
        }
        Ok(PriceModel::PerDimension {
            dimension: must("dimension", text(said, "dimension")?)?,
            values,
            otherwise: Box::new(self.inner(said, "otherwise")?),
        })
    }

    fn percentage(&mut self, said: &Tree) -> Result<Percentage, Invalid> {
        let percent: Quantity = must("percentage", count(said, "percentage")?)?;
        let free = said.get("freeEvents").filter(|it| !it.is_null());
        let free = free.map(|it| it.as_u64().and_then(|it| u32::try_from(it).ok()));
        let refused = || Invalid::one("freeEvents", "range", "must be a whole number from 0");
        Ok(Percentage {
            percent: Percent::new(percent.decimal()),
            per_event: self.cost(said, "perEvent")?.unwrap_or(Figure::ZERO),
            free_events: free.map_or(Ok(0), |it| it.ok_or_else(refused))?,
            free_amount: self.cost(said, "freeAmount")?.unwrap_or(Figure::ZERO),
            event_min: self.cost(said, "eventMinimum")?,
            event_max: self.cost(said, "eventMaximum")?,
        })
    }

    fn unit_price(&mut self, row: &Tree) -> Result<Figure, Invalid> {
        if row.contains_key("percentage") {
            let message = "is for `graduated_percentage`: say `unitPrice`";
            return Err(Invalid::one("percentage", "unsupported", message));
        }
        Ok(self.cost(row, "unitPrice")?.unwrap_or(Figure::ZERO))
    }

    fn share(&mut self, row: &Tree) -> Result<Figure, Invalid> {
        let percent: Quantity = must("percentage", count(row, "percentage")?)?;
        Ok(Figure::new((percent.decimal() * rust_decimal::Decimal::new(1, 2)).normalize()))
    }

    fn tiers(
        &mut self,
        said: &Tree,
        figure: fn(&mut Self, &Tree) -> Result<Figure, Invalid>,
    ) -> Result<Tiers, Invalid> {
        let mut rows = Vec::new();
        for (place, row) in listed(said.get("tier"), "tier")? {
            let read = figure(self, row).and_then(|unit_price| {
                let fee = self.cost(row, "fee")?.unwrap_or(Figure::ZERO);
                Ok(UpTo { bound: count(row, "upTo")?, unit_price, fee })
            });
            rows.push(read.map_err(|it| it.below(&format!("tier/{place}/")))?);
        }
        let reach = match said.get("isReachedAtBound") == Some(&json!(true)) {
            true => Reach::From,
            false => Reach::Above,
        };
        let tiers = Tiers::up_to(&rows).map_err(worded)?.reached(reach);
        match count(said, "tierBlock")? {
            Some(block) => tiers.in_blocks(block).map_err(worded),
            None => Ok(tiers),
        }
    }

    fn must_cost(&mut self, said: &Tree, name: &str) -> Result<Figure, Invalid> {
        must(name, self.cost(said, name)?)
    }

    fn cost(&mut self, said: &Tree, name: &str) -> Result<Option<Figure>, Invalid> {
        let Some(said) = said.get(name).filter(|it| !it.is_null()) else { return Ok(None) };
        let (currency, figure) = money::read_exactly(name, said)?;
        if *self.currency.get_or_insert(currency) != currency {
            let message = "must be in one currency with the others";
            return Err(Invalid::one(name, "currency", message));
        }
        Ok(Some(figure))
    }
}

fn must<T>(name: &str, it: Option<T>) -> Result<T, Invalid> {
    it.ok_or_else(|| Invalid::one(name, "required", "must be given"))
}

/// A number that was said, by itself or as a quantity.
pub(super) fn count(said: &Tree, name: &str) -> Result<Option<Quantity>, Invalid> {
    let said = said.get(name).filter(|it| !it.is_null());
    let Some(said) = said.map(|it| it.get("amount").unwrap_or(it)) else { return Ok(None) };
    let digits = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
    let read = digits.parse().map(Some);
    read.map_err(|_| Invalid::one(name, "format", "must be a number, or have one as `amount`"))
}

/// A refusal of a model in the words of this contract.
fn worded(mut invalid: Invalid) -> Invalid {
    for it in &mut invalid.violations {
        let mut parts: Vec<&str> = Vec::new();
        for part in it.field.split('/').filter(|it| !it.is_empty()) {
            let is_in_a_tier = parts.iter().rev().nth(1).is_some_and(|it| *it == "tier");
            parts.push(match part {
                "amount" | "price" => "price",
                "unit_price" if is_in_a_tier => "unitPrice",
                "unit_price" => "price",
                "up_to" => "upTo",
                "tiers" => "tier",
                "block" => "tierBlock",
                "size" => "packageSize",
                "percent" => "percentage",
                "per_event" => "perEvent",
                "free_amount" => "freeAmount",
                "event_min" => "eventMinimum",
                "event_max" => "eventMaximum",
                "overage_factor" => "overageFactor",
                "values" => "dimensionValue",
                "kind" => "name",
                other => other,
            });
        }
        it.field = parts.join("/");
    }
    invalid
}

#[cfg(test)]
mod tests;
