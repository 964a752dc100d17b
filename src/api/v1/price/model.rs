//! Price models on the wire: how a quantity becomes an amount.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::v1::wire::{Decimal, absent};
use crate::domain::catalog::price::tier::{Tier, Tiers, UpTo};
use crate::domain::catalog::price::{Figure, PriceModel};
use crate::domain::error::Invalid;
use crate::domain::quantity::Quantity;

/// How a quantity becomes an amount.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
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

impl Model {
    fn named(kind: &str) -> Self {
        let kind = kind.to_owned();
        Self { kind, amount: None, per_unit: None, size: None, tiers: Vec::new() }
    }

    /// A model that has no form of its own here shows its name.
    pub(super) fn of(it: &PriceModel) -> Self {
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

    pub(super) fn read(&self, at: &str) -> Result<PriceModel, Invalid> {
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
