//! What is made of others, and what goes together (TMF620): the parts of offerings and of specifications,
//! how specifications relate, and from which offering one may switch to which.
//!
//! A reference that leads nowhere here is kept as it was said. What would be sold without a part that is
//! not here is not sold.

use serde_json::{Map, Value, json};

use super::entity::{reference, text, tree};
use super::party_form::{shown_validity, validity};
use super::resource::Tree;
use crate::domain::catalog::bundle::Part;
use crate::domain::catalog::offer::{Direction, Offer, Switch};
use crate::domain::catalog::specification::{Relation, RelationKind, Specification};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, OfferId, SpecificationId};
use crate::services::{Cx, Error, offer};

/// The offerings that one is made of.
pub(super) const OFFERINGS: &str = "bundledProductOffering";
/// The specifications that one is made of.
pub(super) const SPECIFICATIONS: &str = "bundledProductSpecification";
/// What a specification goes together with.
pub(super) const RELATIONS: &str = "productSpecificationRelationship";

/// What an offering goes together with: that to which one may switch from it.
pub(super) const SWITCHES: &str = "productOfferingRelationship";

/// How many of a part there may be.
const OPTION: &str = "bundledProductOfferingOption";

fn listed<'a>(said: &'a Tree, name: &str) -> impl Iterator<Item = &'a Value> {
    said.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The parts of an offering that is a bundle; nothing where one of them is not here.
pub(super) fn parts(cx: Cx<'_>, said: &Tree) -> Result<Option<Vec<Part>>, Error> {
    let mut parts = Vec::new();
    if said.get("isBundle") != Some(&json!(true)) {
        return Ok(Some(parts));
    }
    for (place, it) in listed(said, OFFERINGS).enumerate() {
        let found = match reference::<OfferId>(it) {
            Some(id) => offer::get(cx, id).map(Some).or_else(Error::or_nothing)?,
            None => None,
        };
        let Some(found) = found else { return Ok(None) };
        let at = format!("{OFFERINGS}/{place}/{OPTION}/");
        let option = it.get(OPTION).and_then(Value::as_object);
        parts.push(part(found.id, option).map_err(|it| it.below(&at))?);
    }
    Ok(Some(parts))
}

/// A part of a bundle: one, if nothing is said.
fn part(offer: OfferId, said: Option<&Tree>) -> Result<Part, Invalid> {
    let Some(said) = said else { return Ok(Part::one(offer)) };
    let count = |name: &str| {
        let Some(it) = said.get(name).filter(|it| !it.is_null()) else { return Ok(None) };
        let count = it.as_u64().and_then(|it| u32::try_from(it).ok());
        let refused = || Invalid::one(name, "range", "must be a whole number from 0");
        count.map(Some).ok_or_else(refused)
    };
    let (least, most) = (count("numberRelOfferLowerLimit")?, count("numberRelOfferUpperLimit")?);
    let usual = count("numberRelOfferDefault")?;
    let count_min = least.unwrap_or_else(|| usual.unwrap_or(1).min(1));
    Ok(Part { offer, count_min, count_max: most, count_default: usual.unwrap_or(count_min) })
}

/// The parts of a bundle, as references say them; `null` for none.
pub(super) fn shown_parts(cx: Cx<'_>, of: &[Part]) -> Result<Value, Error> {
    let mut shown = Vec::new();
    for it in of {
        let offer = cx.shared::<Offer>(it.offer)?;
        let option = json!({
            "numberRelOfferDefault": it.count_default,
            "numberRelOfferLowerLimit": it.count_min,
            "numberRelOfferUpperLimit": it.count_max,
        });
        shown.push(json!({
            "id": it.offer.uuid(),
            "name": offer.as_ref().map(|it| it.content.name.original().as_str()),
            OPTION: without_nulls(option),
        }));
    }
    Ok(or_null(shown))
}

/// What a relationship to another offering means for who switches to that, if one may.
fn direction(word: &str) -> Option<Direction> {
    match word.trim().to_ascii_lowercase().as_str() {
        "upgrade" => Some(Direction::Upgrade),
        "downgrade" => Some(Direction::Downgrade),
        "sidegrade" | "migration" | "substitution" => Some(Direction::Sidegrade),
        _ => None,
    }
}

/// To which other offerings one may switch, as far as they are here; to which term of one stays as it was.
pub(super) fn switches(cx: Cx<'_>, said: &Tree, before: &[Switch]) -> Result<Vec<Switch>, Error> {
    let mut found = Vec::new();
    for it in listed(said, SWITCHES) {
        let word = it.get("relationshipType").and_then(Value::as_str).unwrap_or_default();
        let Some((direction, id)) = direction(word).zip(reference::<OfferId>(it)) else { continue };
        let Some(to) = offer::get(cx, id).map(Some).or_else(Error::or_nothing)? else { continue };
        let was = before.iter().filter(|it| it.to == to.id && it.direction == direction);
        let was: Vec<_> = was.cloned().collect();
        match was.is_empty() {
            true => found.push(Switch { to: to.id, term: None, direction }),
            false => found.extend(was),
        }
    }
    Ok(found)
}

/// The same, as references say them; `null` for none.
pub(super) fn shown_switches(cx: Cx<'_>, of: &[Switch]) -> Result<Value, Error> {
    let mut shown: Vec<Value> = Vec::new();
    for it in of {
        let offer = cx.shared::<Offer>(it.to)?;
        let told = json!({
            "id": it.to.uuid(),
            "name": offer.as_ref().map(|it| it.content.name.original().as_str()),
            "relationshipType": it.direction.word(),
        });
        if !shown.contains(&told) {
            shown.push(told);
        }
    }
    Ok(or_null(shown))
}

/// The specifications that one is made of; none where one of them is not here.
pub(super) fn specifications(cx: Cx<'_>, said: &Tree) -> Result<Vec<SpecificationId>, Error> {
    let mut parts = Vec::new();
    for it in listed(said, SPECIFICATIONS) {
        let found = reference(it).map(|id| cx.find::<Specification>(id)).transpose()?.flatten();
        let Some(found) = found else { return Ok(Vec::new()) };
        parts.push(found.id);
    }
    Ok(parts)
}

/// What a specification goes together with, as far as that is here and in a way that is one of ours.
pub(super) fn relations(cx: Cx<'_>, said: &Tree) -> Result<Vec<Relation>, Error> {
    let mut found = Vec::new();
    for (place, it) in listed(said, RELATIONS).enumerate() {
        let Some(of) = it.as_object() else { continue };
        let to = reference(it).map(|id| cx.find::<Specification>(id)).transpose()?.flatten();
        let word = text::<String>(of, "relationshipType")?.unwrap_or_default();
        let kind = word.trim().to_ascii_lowercase().parse::<RelationKind>().ok();
        let (Some(to), Some(kind)) = (to, kind) else { continue };
        let at = format!("{RELATIONS}/{place}/validFor");
        found.push(Relation { to: to.id, kind, valid_for: validity(&at, of.get("validFor"))? });
    }
    Ok(found)
}

/// What is known of what a specification is made of and goes together with.
pub(super) fn shown(cx: Cx<'_>, of: &Specification) -> Result<Tree, Error> {
    let named = |id: SpecificationId| -> Result<Value, Error> {
        let found = cx.shared::<Specification>(id)?;
        let name = found.as_ref().map(|it| it.content.name.original().as_str());
        Ok(json!({ "id": id.uuid(), "name": name }))
    };
    let parts = of.content.parts.iter().map(|it| named(*it)).collect::<Result<Vec<_>, _>>()?;
    let mut relations = Vec::new();
    for it in &of.content.relations {
        let mut shown = named(it.to)?;
        shown["relationshipType"] = json!(it.kind.word());
        shown["validFor"] = shown_validity(it.valid_for);
        relations.push(without_nulls(shown));
    }
    let mut known = tree(json!({ SPECIFICATIONS: or_null(parts), RELATIONS: or_null(relations) }));
    if of.content.is_bundle() {
        known.insert("isBundle".to_owned(), json!(true));
    }
    Ok(known)
}

fn or_null(all: Vec<Value>) -> Value {
    if all.is_empty() { Value::Null } else { all.into() }
}

fn without_nulls(it: Value) -> Value {
    let all: Map<_, _> = tree(it).into_iter().filter(|it| !it.1.is_null()).collect();
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn there_is_one_of_a_part_unless_it_is_said_how_many() {
        let id = OfferId::from_uuid(Uuid::from_u128(1));
        let told = |said: Value| match part(id, Some(&tree(said))) {
            Ok(it) => {
                let most = it.count_max.map_or_else(|| "any".to_owned(), |it| it.to_string());
                format!("{} to {most}, else {}", it.count_min, it.count_default)
            }
            Err(invalid) => invalid.to_string(),
        };
        assert_eq!(part(id, None), Ok(Part::one(id)));
        let (least, most, usual) =
            ("numberRelOfferLowerLimit", "numberRelOfferUpperLimit", "numberRelOfferDefault");
        for (said, expected) in [
            (json!({}), "1 to any, else 1"),
            (json!({ least: 0, most: 3, usual: 2 }), "0 to 3, else 2"),
            (json!({ least: 2 }), "2 to any, else 2"),
            (json!({ most: 1, usual: 0 }), "0 to 1, else 0"),
            (json!({ least: -1 }), "`numberRelOfferLowerLimit` must be a whole number from 0"),
        ] {
            assert_eq!(told(said), expected);
        }
    }
}
