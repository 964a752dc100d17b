//! What is counted (TMF635 usageSpecification): our meters, and what was written down of ones that we
//! could not count by.
//!
//! A specification that says in what a number is counted (`unitOfMeasure` of a value of a characteristic,
//! or of the characteristic itself) is a meter that sums it up.

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::entity::{Entity, Gone, Of, must, tree};
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::error::{Code as Reason, Rejection};
use crate::domain::operator::Permission;
use crate::domain::text::{Code, Name};
use crate::domain::usage::meter::Meter;
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
    let made = catalog::create_meter(act, seller, |id, stamp| {
        Meter::summing((id, stamp), code, name, unit)
    })?;
    it.entities.made(act, of, (made, said))
}

impl Entity for Meters {
    type Thing = Meter;
    const READING: Permission = Permission::CatalogRead;
    const WRITING: Permission = Permission::CatalogWrite;
    const REFERENCES: &[&str] = &["specCharacteristic"];

    fn is(&self, _: &Meter) -> bool {
        true
    }

    fn known(&self, _: Cx<'_>, it: &Meter) -> Result<Tree, Error> {
        let counted = json!({
            "name": it.code.as_str(), "valueType": "number", "configurable": false,
            "characteristicValueSpecification": [{ "unitOfMeasure": it.unit.as_str() }],
        });
        let dimension = |it: &Code| json!({ "name": it.as_str(), "valueType": "string" });
        let all = [counted].into_iter().chain(it.dimensions.iter().map(dimension));
        Ok(tree(json!({
            "name": it.name.as_str(),
            "specCharacteristic": all.collect::<Vec<_>>(),
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
