//! What can be said of what is delivered: which values it may have, whether the buyer chooses, or how it
//! follows from others; and `/characteristics/calculate`, which tries that out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::each;
use super::route::{Needs, Route, ask};
use super::wire::{Decimal, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::characteristic::{
    self as domain, Allowed, Bounds, CharacteristicValue, Choices, Range, ValueKind,
};
use crate::domain::catalog::choice;
use crate::domain::error::{Invalid, Violation};
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::text::Name;
use crate::domain::time::Validity;
use crate::services::{Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    vec![ask("/characteristics/calculate", reads, "What would follow from a choice?", try_out)]
}

/// Characteristics as they might be laid down, and what is chosen of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TriedChoices {
    characteristics: Vec<Characteristic>,
    /// Chosen values by characteristic.
    #[serde(default)]
    chosen: BTreeMap<String, String>,
}

/// What would hold.
#[derive(Debug, Serialize, ToSchema)]
struct SettledChoices {
    /// Values by characteristic: what is chosen, taken by default or follows from others.
    characteristics: BTreeMap<String, String>,
}

impl Wire for SettledChoices {}

fn try_out(cx: Cx<'_>, _: &Call, body: TriedChoices) -> Result<Reply<SettledChoices>, Error> {
    let known = Characteristic::read_all(&body.characteristics, &[])?;
    Invalid::unless_empty(domain::violations(&known))?;
    let wanted = read_choices(&body.chosen, &|field| format!("/{field}"))?;
    let (settled, found) = choice::settle(&known, &[], (&wanted, cx.now));
    // What has to be chosen and is not yet keeps nobody from trying the rest.
    let told = found.into_iter().filter(|it| it.rule != "value" || wanted.contains_key(&it.name));
    let told = told.map(|it| Violation::new(format!("/chosen/{}", it.name), it.rule, it.message));
    Invalid::unless_empty(told.collect())?;
    Ok(Reply::ok(SettledChoices { characteristics: show_choices(&settled) }))
}

/// Something that can be said of what is delivered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Characteristic {
    /// What orders call it; once for each specification.
    name: String,
    /// What its values are: `text`, `number` or `flag`; texts if nothing is said.
    kind: Option<String>,
    /// Whether the buyer chooses; else the seller has, or it follows from others.
    #[serde(default)]
    configurable: bool,
    /// How many values a choice has at least; 0 if nothing is said.
    #[serde(default)]
    min: u32,
    /// How many values a choice has at most; 1 if nothing is said.
    max: Option<u32>,
    /// What it may be; anything of its kind if none is named.
    #[serde(default)]
    values: Vec<CharacteristicChoice>,
    /// How a number follows from others of the same specification: `30 - "talk time" * 3`, of numbers, names,
    /// `+ - * /` and brackets. A name of more than letters, digits and underscores stands in quotation
    /// marks. It is worked out exactly when something is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    formula: Option<String>,
}

/// One value that a characteristic may have, or a range of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CharacteristicChoice {
    /// The very value; else a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Where the range begins; open if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Decimal>,
    /// Where it ends; open if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Decimal>,
    /// Which ends belong to the range: `closed` for both, `open`, `closed_bottom` or `closed_top`; both if
    /// nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<String>,
    /// In which steps from its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Decimal>,
    /// Whether it is taken if nobody chooses.
    #[serde(default)]
    default: bool,
    /// What it counts: `GB`.
    unit: Option<String>,
}

impl From<&domain::Characteristic> for Characteristic {
    fn from(it: &domain::Characteristic) -> Self {
        Self {
            name: it.name.to_string(),
            kind: Some(it.kind.to_string()),
            configurable: it.is_configurable,
            min: it.values_min,
            max: Some(it.values_max),
            values: it.values.iter().map(CharacteristicChoice::from).collect(),
            formula: it.formula.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&CharacteristicValue> for CharacteristicChoice {
    fn from(it: &CharacteristicValue) -> Self {
        let bare = Self {
            value: None,
            from: None,
            to: None,
            bounds: None,
            step: None,
            default: it.is_default,
            unit: it.unit.as_ref().map(ToString::to_string),
        };
        match &it.allowed {
            Allowed::Exactly(value) => Self { value: Some(value.to_string()), ..bare },
            Allowed::Within(range) => Self {
                from: range.from.as_ref().map(Decimal::from),
                to: range.to.as_ref().map(Decimal::from),
                bounds: Some(range.bounds.to_string()),
                step: range.step.as_ref().map(Decimal::from),
                ..bare
            },
        }
    }
}

impl Characteristic {
    /// The characteristics that are said; of those that there were `before`, what is not said here stays.
    pub(super) fn read_all(
        all: &[Self],
        before: &[domain::Characteristic],
    ) -> Result<Vec<domain::Characteristic>, Invalid> {
        each(all, "/characteristics", |it, at| it.read(at, before))
    }

    fn read(
        &self,
        at: &str,
        before: &[domain::Characteristic],
    ) -> Result<domain::Characteristic, Invalid> {
        let name = parse(&format!("{at}/name"), &self.name)?;
        let kind = word(&format!("{at}/kind"), self.kind.as_deref())?.unwrap_or(ValueKind::Text);
        let was = before.iter().find(|it| it.name == name);
        let known = was.map_or(&[][..], |it| &it.values);
        let values = each(&self.values, &format!("{at}/values"), |it, at| it.read(at, kind, known));
        Ok(domain::Characteristic {
            description: was.and_then(|it| it.description.clone()),
            is_configurable: self.configurable,
            values_min: self.min,
            values_max: self.max.unwrap_or(1),
            formula: parse_optional(&format!("{at}/formula"), self.formula.as_deref())?,
            valid_for: was.map_or(Validity::ALWAYS, |it| it.valid_for),
            ..domain::Characteristic::configurable(name, kind, values?)
        })
    }
}

impl CharacteristicChoice {
    fn read(
        &self,
        at: &str,
        kind: ValueKind,
        known: &[CharacteristicValue],
    ) -> Result<CharacteristicValue, Invalid> {
        let allowed = match &self.value {
            Some(value) => {
                self.must_be_no_range(at)?;
                Allowed::Exactly(exactly(&format!("{at}/value"), kind, value)?)
            }
            None => Allowed::Within(self.range(at)?),
        };
        let was = known.iter().find(|it| it.allowed == allowed);
        Ok(CharacteristicValue {
            valid_for: was.map_or(Validity::ALWAYS, |it| it.valid_for),
            allowed,
            is_default: self.default,
            unit: parse_optional(&format!("{at}/unit"), self.unit.as_deref())?,
        })
    }

    fn must_be_no_range(&self, at: &str) -> Result<(), Invalid> {
        let said = [
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("bounds", self.bounds.is_some()),
            ("step", self.step.is_some()),
        ];
        match said.iter().find(|it| it.1) {
            None => Ok(()),
            Some((field, _)) => {
                let message = "must be left out: there is a single value";
                Err(Invalid::one(format!("{at}/{field}"), "conflict", message))
            }
        }
    }

    fn range(&self, at: &str) -> Result<Range, Invalid> {
        let number = |field: &str, it: &Option<Decimal>| {
            it.as_ref().map(|it| it.read::<Quantity>(&format!("{at}/{field}"))).transpose()
        };
        if self.from.is_none() && self.to.is_none() {
            let message = "must be given, or `from` or `to`";
            return Err(Invalid::one(format!("{at}/value"), "required", message));
        }
        Ok(Range {
            from: number("from", &self.from)?,
            to: number("to", &self.to)?,
            bounds: word(&format!("{at}/bounds"), self.bounds.as_deref())?
                .unwrap_or(Bounds::Closed),
            step: number("step", &self.step)?,
        })
    }
}

/// The values that are chosen, one for each characteristic; `at` is the pointer of a field.
pub(super) fn read_choices(
    all: &BTreeMap<String, String>,
    at: &impl Fn(&str) -> String,
) -> Result<Choices, Invalid> {
    let mut read = Choices::new();
    for (name, value) in all {
        let pointer = at(&format!("characteristics/{name}"));
        let value = AttributeValue::Text(parse(&pointer, value)?);
        read.insert(parse(&pointer, name)?, vec![value]);
    }
    Ok(read)
}

/// The values that were chosen, by characteristic.
pub(super) fn show_choices(all: &Choices) -> BTreeMap<String, String> {
    let chosen = |(name, values): (&Name, &Vec<AttributeValue>)| {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        (name.to_string(), values.join(", "))
    };
    all.iter().map(chosen).collect()
}

/// A value of a kind.
fn exactly(at: &str, kind: ValueKind, text: &str) -> Result<AttributeValue, Invalid> {
    match kind {
        ValueKind::Text => parse(at, text).map(AttributeValue::Text),
        ValueKind::Number => {
            parse::<Quantity>(at, text).map(|it| AttributeValue::Number(it.decimal()))
        }
        ValueKind::Flag => match text {
            "true" => Ok(AttributeValue::Flag(true)),
            "false" => Ok(AttributeValue::Flag(false)),
            _ => Err(Invalid::one(at, "format", "must be true or false")),
        },
    }
}
