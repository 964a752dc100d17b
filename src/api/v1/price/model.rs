//! Price models on the wire: how a quantity becomes an amount.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::v1::wire::{Decimal, absent, parse, parse_optional};
use crate::domain::catalog::price::model::{MinimumOf, Percentage};
use crate::domain::catalog::price::tier::{Tier, Tiers, UpTo};
use crate::domain::catalog::price::{Figure, PriceModel};
use crate::domain::error::Invalid;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::text::Code;

/// How a quantity becomes an amount.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    /// `flat`, `per_unit`, `graduated`, `volume`, `package` or `stairstep`; of usage also
    /// `percentage`, `graduated_percentage`, `per_dimension`, `minimum` or `commitment`.
    kind: String,
    /// Of `flat` and `package`: the price. Of `minimum` and `commitment`: the amount for a whole
    /// period.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Decimal>,
    /// Of `per_unit`: the price of a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_unit: Option<Decimal>,
    /// Of `package`: how many units are in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Decimal>,
    /// Of `graduated`, `volume`, `stairstep` and `graduated_percentage`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tiers: Vec<TierRow>,
    /// Of `percentage`: how much of each amount, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<Decimal>,
    /// Of `percentage`: what each event costs besides; nothing if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_event: Option<Decimal>,
    /// Of `percentage`: how many events of a period are free.
    #[serde(skip_serializing_if = "Option::is_none")]
    free_events: Option<u32>,
    /// Of `percentage`: up to which sum the events of a period are free, if not their number ends
    /// that before.
    #[serde(skip_serializing_if = "Option::is_none")]
    free_amount: Option<Decimal>,
    /// Of `percentage`: what an event that is charged costs at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_min: Option<Decimal>,
    /// Of `percentage`: what an event costs at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_max: Option<Decimal>,
    /// Of `per_dimension`: which dimension of the events decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    dimension: Option<String>,
    /// Of `per_dimension`: the values that have a model of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<ValueRow>,
    /// Of `per_dimension`: for all other values, and for what has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    otherwise: Option<Box<Model>>,
    /// Of `minimum`: what counts towards it. `price`: what it comes to itself; `subscription`: all
    /// that the subscription is charged for the period when it is over. That of the price if nothing
    /// is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// Of `commitment`: by what is multiplied what goes beyond.
    #[serde(skip_serializing_if = "Option::is_none")]
    overage_factor: Option<Decimal>,
    /// Of `minimum` and `commitment`: what units cost, by a model of quantities: `flat` to
    /// `stairstep`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    model: Option<Box<Model>>,
}

/// What units of one value of a dimension cost.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ValueRow {
    value: String,
    /// One of quantities: `flat` to `stairstep`.
    #[schema(no_recursion)]
    model: Model,
}

/// A tier; its bound is inclusive, and the last has none.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TierRow {
    /// The last unit that is in it; `null` for the last tier.
    up_to: Option<Decimal>,
    /// The price of a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_unit: Option<Decimal>,
    /// Of `graduated_percentage`: how much of the amount, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<Decimal>,
    /// A fee for reaching it.
    flat: Option<Decimal>,
}

impl Model {
    fn named(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    pub(super) fn of(it: &PriceModel) -> Self {
        let named = Self::named(it.name());
        match it {
            PriceModel::Flat(amount) => Self { amount: Some(Decimal::from(amount)), ..named },
            PriceModel::PerUnit(rate) => Self { per_unit: Some(Decimal::from(rate)), ..named },
            PriceModel::Graduated(tiers)
            | PriceModel::Volume(tiers)
            | PriceModel::Stairstep(tiers) => {
                Self { tiers: rows(tiers.as_slice(), TierRow::of_units), ..named }
            }
            PriceModel::GraduatedPercentage(tiers) => {
                Self { tiers: rows(tiers.as_slice(), TierRow::of_shares), ..named }
            }
            PriceModel::Package { size, price } => {
                let (size, amount) = (Some(Decimal::from(size)), Some(Decimal::from(price)));
                Self { size, amount, ..named }
            }
            PriceModel::Percentage(it) => Self::of_percentage(it),
            PriceModel::PerDimension { dimension, values, otherwise } => Self {
                dimension: Some(dimension.to_string()),
                values: values.iter().map(ValueRow::of).collect(),
                otherwise: Some(Box::new(Self::of(otherwise))),
                ..named
            },
            PriceModel::Minimum { amount, of, model } => Self {
                amount: Some(Decimal::from(amount)),
                of: Some(of.to_string()),
                model: Some(Box::new(Self::of(model))),
                ..named
            },
            PriceModel::Commitment { amount, overage_factor, model } => Self {
                amount: Some(Decimal::from(amount)),
                overage_factor: Some(Decimal::from(overage_factor)),
                model: Some(Box::new(Self::of(model))),
                ..named
            },
        }
    }

    fn of_percentage(it: &Percentage) -> Self {
        let some = |it: Figure| (!it.is_zero()).then(|| Decimal::from(&it));
        Self {
            percent: Some(shown(it.percent)),
            per_event: some(it.per_event),
            free_events: (it.free_events > 0).then_some(it.free_events),
            free_amount: some(it.free_amount),
            event_min: it.event_min.as_ref().map(Decimal::from),
            event_max: it.event_max.as_ref().map(Decimal::from),
            ..Self::named("percentage")
        }
    }

    pub(super) fn read(&self, at: &str) -> Result<PriceModel, Invalid> {
        let model = self.unchecked(at)?;
        model.check().map_err(|it| in_words_of_the_wire(it.below(at)))?;
        Ok(model)
    }

    fn unchecked(&self, at: &str) -> Result<PriceModel, Invalid> {
        self.must_fit(at)?;
        let figure = |field: &str, it: &Option<Decimal>| given::<Figure>(at, field, it);
        Ok(match self.kind.as_str() {
            "flat" => PriceModel::Flat(figure("amount", &self.amount)?),
            "per_unit" => PriceModel::PerUnit(figure("per_unit", &self.per_unit)?),
            "graduated" => PriceModel::Graduated(self.read_tiers(at)?),
            "volume" => PriceModel::Volume(self.read_tiers(at)?),
            "stairstep" => PriceModel::Stairstep(self.read_tiers(at)?),
            "package" => {
                let size = given(at, "size", &self.size)?;
                PriceModel::Package { size, price: figure("amount", &self.amount)? }
            }
            "percentage" => PriceModel::Percentage(self.read_percentage(at)?),
            "graduated_percentage" => PriceModel::GraduatedPercentage(self.read_tiers(at)?),
            "per_dimension" => self.read_dimension(at)?,
            "minimum" => PriceModel::Minimum {
                amount: figure("amount", &self.amount)?,
                of: parse_optional(&format!("{at}/of"), self.of.as_deref())?
                    .unwrap_or(MinimumOf::Price),
                model: self.read_inner(at)?,
            },
            "commitment" => PriceModel::Commitment {
                amount: figure("amount", &self.amount)?,
                overage_factor: given(at, "overage_factor", &self.overage_factor)?,
                model: self.read_inner(at)?,
            },
            _ => {
                let rule = format!("must be {}", KINDS.join(", "));
                return Err(Invalid::one(format!("{at}/kind"), "enum", rule));
            }
        })
    }

    fn read_percentage(&self, at: &str) -> Result<Percentage, Invalid> {
        let figure = |field: &str, it: &Option<Decimal>| {
            it.as_ref().map(|it| it.read::<Figure>(&format!("{at}/{field}"))).transpose()
        };
        let percent: Quantity = given(at, "percent", &self.percent)?;
        Ok(Percentage {
            percent: Percent::new(percent.decimal()),
            per_event: figure("per_event", &self.per_event)?.unwrap_or(Figure::ZERO),
            free_events: self.free_events.unwrap_or(0),
            free_amount: figure("free_amount", &self.free_amount)?.unwrap_or(Figure::ZERO),
            event_min: figure("event_min", &self.event_min)?,
            event_max: figure("event_max", &self.event_max)?,
        })
    }

    fn read_dimension(&self, at: &str) -> Result<PriceModel, Invalid> {
        let missing = |field: &str| {
            Invalid::one(format!("{at}/{field}"), "required", "must be given for this model")
        };
        let dimension = self.dimension.as_deref().ok_or_else(|| missing("dimension"))?;
        let values = self.values.iter().enumerate().map(|(place, it)| {
            let at = format!("{at}/values/{place}");
            let value = parse(&format!("{at}/value"), &it.value)?;
            Ok((value, it.model.unchecked(&format!("{at}/model"))?))
        });
        let otherwise = self.otherwise.as_ref().ok_or_else(|| missing("otherwise"))?;
        Ok(PriceModel::PerDimension {
            dimension: parse(&format!("{at}/dimension"), dimension)?,
            values: values.collect::<Result<_, Invalid>>()?,
            otherwise: Box::new(otherwise.unchecked(&format!("{at}/otherwise"))?),
        })
    }

    fn read_inner(&self, at: &str) -> Result<Box<PriceModel>, Invalid> {
        let at = format!("{at}/model");
        let missing = || Invalid::one(&at, "required", "must say what units cost");
        Ok(Box::new(self.model.as_ref().ok_or_else(missing)?.unchecked(&at)?))
    }

    /// Refuses what the kind of model does not look at.
    fn must_fit(&self, at: &str) -> Result<(), Invalid> {
        let kind = self.kind.as_str();
        if !KINDS.contains(&kind) {
            // That it is none is for the reading to say.
            return Ok(());
        }
        let of_events = &["percentage"][..];
        let fields = [
            ("amount", self.amount.is_some(), &["flat", "package", "minimum", "commitment"][..]),
            ("per_unit", self.per_unit.is_some(), &["per_unit"]),
            ("size", self.size.is_some(), &["package"]),
            ("tiers", !self.tiers.is_empty(), &TIERED),
            ("percent", self.percent.is_some(), of_events),
            ("per_event", self.per_event.is_some(), of_events),
            ("free_events", self.free_events.is_some(), of_events),
            ("free_amount", self.free_amount.is_some(), of_events),
            ("event_min", self.event_min.is_some(), of_events),
            ("event_max", self.event_max.is_some(), of_events),
            ("dimension", self.dimension.is_some(), &["per_dimension"]),
            ("values", !self.values.is_empty(), &["per_dimension"]),
            ("otherwise", self.otherwise.is_some(), &["per_dimension"]),
            ("of", self.of.is_some(), &["minimum"]),
            ("overage_factor", self.overage_factor.is_some(), &["commitment"]),
            ("model", self.model.is_some(), &["minimum", "commitment"]),
        ];
        fields
            .into_iter()
            .filter(|it| it.1 && !it.2.contains(&kind))
            .try_for_each(|it| absent(&format!("{at}/{}", it.0), Some(&()), kind))
    }

    fn read_tiers(&self, at: &str) -> Result<Tiers, Invalid> {
        let are_shares = self.kind == "graduated_percentage";
        let rows: Result<Vec<_>, _> = self
            .tiers
            .iter()
            .enumerate()
            .map(|(place, row)| row.read(&format!("{at}/tiers/{place}"), are_shares))
            .collect();
        Tiers::up_to(&rows?).map_err(|it| match are_shares {
            true => in_words_of_the_wire(named(it.below(at), "/unit_price", "/percent")),
            false => in_words_of_the_wire(it.below(at)),
        })
    }
}

const KINDS: [&str; 11] = [
    "flat",
    "per_unit",
    "graduated",
    "volume",
    "package",
    "stairstep",
    "percentage",
    "graduated_percentage",
    "per_dimension",
    "minimum",
    "commitment",
];
const TIERED: [&str; 4] = ["graduated", "volume", "stairstep", "graduated_percentage"];

/// What a model cannot do without.
fn given<T: FromStr>(at: &str, field: &str, it: &Option<Decimal>) -> Result<T, Invalid>
where
    T::Err: Display,
{
    let pointer = format!("{at}/{field}");
    let missing = || Invalid::one(&pointer, "required", "must be given for this model");
    it.as_ref().ok_or_else(missing)?.read(&pointer)
}

fn shown(percent: Percent) -> Decimal {
    Decimal(percent.decimal().normalize().to_string())
}

/// What the domain calls otherwise than the wire does.
fn in_words_of_the_wire(invalid: Invalid) -> Invalid {
    named(named(invalid, "/unit_price", "/per_unit"), "/fee", "/flat")
}

fn named(mut invalid: Invalid, ours: &str, theirs: &str) -> Invalid {
    for it in &mut invalid.violations {
        it.field = it.field.replace(ours, theirs);
    }
    invalid
}

impl ValueRow {
    fn of((value, model): &(Code, PriceModel)) -> Self {
        Self { value: value.to_string(), model: Model::of(model) }
    }
}

impl TierRow {
    fn read(&self, at: &str, is_share: bool) -> Result<UpTo, Invalid> {
        let figure = |field: &str, it: &Option<Decimal>| match it {
            Some(it) => it.read::<Figure>(&format!("{at}/{field}")),
            None => Ok(Figure::ZERO),
        };
        let bound = self.up_to.as_ref().map(|it| it.read(&format!("{at}/up_to"))).transpose()?;
        let unit_price = if is_share {
            absent(&format!("{at}/per_unit"), self.per_unit.as_ref(), "graduated_percentage")?;
            let percent: Quantity = given(at, "percent", &self.percent)?;
            Figure::new(percent.decimal() * rust_decimal::Decimal::new(1, 2))
        } else {
            absent(&format!("{at}/percent"), self.percent.as_ref(), "this model")?;
            figure("per_unit", &self.per_unit)?
        };
        Ok(UpTo { bound, unit_price, fee: figure("flat", &self.flat)? })
    }

    fn of_units(tier: &Tier, bound: Option<Quantity>) -> Self {
        Self {
            up_to: bound.as_ref().map(Decimal::from),
            per_unit: Some(Decimal::from(&tier.unit_price)),
            percent: None,
            flat: Some(Decimal::from(&tier.fee)),
        }
    }

    fn of_shares(tier: &Tier, bound: Option<Quantity>) -> Self {
        let percent = tier.unit_price.decimal() * rust_decimal::Decimal::ONE_HUNDRED;
        let percent = Some(shown(Percent::new(percent)));
        Self { per_unit: None, percent, ..Self::of_units(tier, bound) }
    }
}

fn rows(tiers: &[Tier], row: impl Fn(&Tier, Option<Quantity>) -> TierRow) -> Vec<TierRow> {
    let next_floors = tiers.iter().skip(1).map(|it| Some(it.floor)).chain([None]);
    tiers.iter().zip(next_floors).map(|(tier, bound)| row(tier, bound)).collect()
}
