//! What is counted (TMF635 usageSpecification): our meters, and what was written down of ones that we
//! could not count by.
//!
//! A specification that says in what a number is counted (`unitOfMeasure` of a value of a characteristic,
//! or of the characteristic itself) is a meter that sums it up, or does what `aggregation` says. That, `carryOver`,
//! `uniqueBy`, `dimension`, `code`, `resource`, `localizedName` and `localizedUnit` are attributes of ours, for
//! what the definitions do not say of how something is counted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::entity::{Entity, Gone, Of, must, text, tree};
use super::price_terms;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::catalog::resource;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::Id;
use crate::domain::operator::Permission;
use crate::domain::text::{Code, Locale, Name};
use crate::domain::usage::meter::{Aggregation, CarryOver, Meter};
use crate::services::{Act, Cx, Error, catalog};

/// Meters.
pub(super) struct Meters;

/// Meters, with what none could be made of.
pub(super) const USAGE_SPECIFICATIONS: Beside<Meters> = Beside {
    documents: Registered("usage_specification"),
    entities: Of(Meters),
    make: |it, act, of, said| specified(it, act, of, said),
};

/// In what a characteristic is counted, if it says so.
fn unit(of: &Value) -> Option<Name> {
    let own = of.get("unitOfMeasure");
    let values = of.get("characteristicValueSpecification").and_then(Value::as_array);
    let values = values.into_iter().flatten().filter_map(|it| it.get("unitOfMeasure"));
    own.into_iter().chain(values).find_map(|it| it.as_str()?.parse().ok())
}

fn specified(
    it: &Beside<Meters>,
    act: &mut Act<'_>,
    of: &Resource,
    said: Tree,
) -> Result<Tree, Error> {
    let all = said.get("specCharacteristic").and_then(Value::as_array).into_iter().flatten();
    let unit = all.clone().find_map(unit);
    let name: Option<Name> =
        said.get("name").and_then(Value::as_str).and_then(|it| it.parse().ok());
    let code = name.as_ref().and_then(|it| Code::like(it.as_str()));
    let (Some(name), Some(code), Some(unit)) = (name, code, unit) else {
        return it.documents.create(act, of, said);
    };
    let seller = catalog::seller(act.cx(), None)?;
    let code = text(&said, "code")?.unwrap_or(code);
    let counting = Counting::read(act.cx(), &said)?;
    let made = catalog::create_meter(act, seller, |id, stamp| {
        counting.of(Meter::summing((id, stamp), code, name, unit))
    });
    let made = made.map_err(worded)?;
    it.entities.made(act, of, (made, said))
}

/// How something is counted, beside its name and unit.
struct Counting {
    aggregation: Aggregation,
    carry_over: CarryOver,
    unique_by: Option<Code>,
    dimensions: Vec<Code>,
    resource: Option<crate::domain::id::ResourceId>,
    names: BTreeMap<Locale, Name>,
    units: BTreeMap<Locale, Name>,
}

impl Counting {
    fn read(cx: Cx<'_>, said: &Tree) -> Result<Self, Error> {
        Ok(Self {
            aggregation: text(said, "aggregation")?.unwrap_or(Aggregation::Sum),
            carry_over: text(said, "carryOver")?.unwrap_or(CarryOver::Reset),
            unique_by: text(said, "uniqueBy")?,
            dimensions: dimensions(said)?,
            resource: price_terms::resource(cx, said)?,
            names: price_terms::localized(said, "localizedName")?,
            units: price_terms::localized(said, "localizedUnit")?,
        })
    }

    fn of(self, it: Meter) -> Meter {
        let Self { aggregation, carry_over, unique_by, dimensions, resource, names, units } = self;
        Meter { aggregation, carry_over, unique_by, dimensions, resource, names, units, ..it }
    }
}

/// What else is known of what is counted, by which it can be told apart.
fn dimensions(said: &Tree) -> Result<Vec<Code>, Invalid> {
    let all = match said.get("dimension") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(all)) => all,
        Some(_) => return Err(Invalid::one("dimension", "type", "must be a list of texts")),
    };
    let read = all.iter().enumerate().map(|(place, it)| {
        let refused =
            |message: String| Invalid::one(format!("dimension/{place}"), "format", message);
        let it = it.as_str().ok_or_else(|| refused("must be a text".to_owned()))?;
        it.parse::<Code>().map_err(|it| refused(it.to_string()))
    });
    read.collect()
}

/// A refusal of a meter in the words of this contract.
fn worded(error: Error) -> Error {
    let Error::Invalid(mut invalid) = error else { return error };
    for it in &mut invalid.violations {
        it.field = match it.field.as_str() {
            "/unique_by" => "uniqueBy".to_owned(),
            "/names" => "localizedName".to_owned(),
            "/units" => "localizedUnit".to_owned(),
            other => other.replace("/dimensions", "dimension"),
        };
    }
    invalid.into()
}

/// Words by the languages that they are in; `null` for none.
fn worded_by(all: &BTreeMap<Locale, Name>) -> Value {
    if all.is_empty() {
        return Value::Null;
    }
    all.iter().map(|(locale, it)| (locale.as_str().to_owned(), json!(it.as_str()))).collect()
}

impl Entity for Meters {
    type Thing = Meter;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &["specCharacteristic"];

    fn is(&self, _: &Meter) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Meter) -> Result<Tree, Error> {
        let counted = json!({
            "name": it.code.as_str(), "valueType": "number", "configurable": false,
            "characteristicValueSpecification": [{ "unitOfMeasure": it.unit.as_str() }],
        });
        let dimension = |it: &Code| json!({ "name": it.as_str(), "valueType": "string" });
        let all = [counted].into_iter().chain(it.dimensions.iter().map(dimension));
        let resource = it.resource.map(|id| cx.shared::<resource::Resource>(id)).transpose()?;
        let code =
            Some(&it.code).filter(|code| Code::like(it.name.as_str()).as_ref() != Some(code));
        let word = |is_usual: bool, word: &'static str| (!is_usual).then_some(word);
        Ok(tree(json!({
            "name": it.name.as_str(),
            "specCharacteristic": all.collect::<Vec<_>>(),
            "code": code.map(Code::as_str),
            "aggregation": word(it.aggregation == Aggregation::Sum, it.aggregation.word()),
            "carryOver": word(it.carry_over == CarryOver::Reset, it.carry_over.word()),
            "uniqueBy": it.unique_by.as_ref().map(Code::as_str),
            "dimension": (!it.dimensions.is_empty())
                .then(|| it.dimensions.iter().map(Code::as_str).collect::<Vec<_>>()),
            "resource": resource.flatten().map(|it| {
                json!({ "id": it.id.uuid(), "name": it.content.name.original().as_str() })
            }),
            "localizedName": worded_by(&it.names),
            "localizedUnit": worded_by(&it.units),
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Meter, Error> {
        Err(Error::internal("a meter is made of a specification that says enough"))
    }

    fn change(&self, act: &mut Act<'_>, it: Meter, change: &Change) -> Result<Meter, Error> {
        let name: Name = must(&change.after, "name")?;
        if name == it.name {
            return Ok(it);
        }
        catalog::revise(act, (it.id, None), Permission::CatalogWrite, |it: Meter| {
            Ok::<_, Error>(Meter { name, ..it })
        })
    }

    fn remove(&self, _: &mut Act<'_>, it: Meter) -> Result<Gone, Error> {
        let why = format!("`{}` counts: what was counted by it stays explained", it.name);
        Err(Rejection::new(Reason::InUse, why).into())
    }
}
