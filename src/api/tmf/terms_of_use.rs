//! Terms of use (TMF620, TMF622): what the buyers of an offering must accept, and that an order does.
//!
//! They are an `agreement` of the offering, whose id is that of the offering with their version. An order
//! accepts them by naming that agreement, itself or in the product of an item; there the version alone will do,
//! since the item says of what. Who accepted and when is kept with the order.

use serde_json::{Value, json};

use super::resource::Tree;
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{Id, OfferId, UserId};
use crate::domain::order::Acceptance;
use crate::domain::order::item::Item;
use crate::domain::text::{Code, Name, WebAddress};
use crate::services::{Cx, order};

/// The attribute in which they stand.
pub(super) const AGREEMENT: &str = "agreement";
/// What an agreement is called that they are.
const CLASS: &str = "TermsOfUse";

/// What the terms of an offering are called.
fn id_of(offer: OfferId, version: &Code) -> String {
    format!("{}:{version}", offer.uuid())
}

/// The terms that an id names.
fn named(id: &str) -> Option<(OfferId, Code)> {
    let (offer, version) = id.split_once(':')?;
    Some((offer.parse().ok()?, version.parse().ok()?))
}

/// The terms of use of an offering, as references say it; nothing if it has none.
pub(super) fn shown(of: &Offer) -> Option<Value> {
    let terms = of.content.terms_of_use.as_ref()?;
    let title: &Name = terms.title.original();
    let mut shown = json!({
        "id": id_of(of.id, &terms.version), "name": title.as_str(), "@referredType": CLASS,
    });
    if let Some(address) = terms.address.as_ref().map(WebAddress::as_str) {
        shown["href"] = json!(address);
    }
    Some(json!([shown]))
}

fn ids(of: Option<&Value>) -> impl Iterator<Item = &str> {
    let all = of.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|it| it.get("id").and_then(Value::as_str))
}

/// What the caller accepts by what it says of items and of them together, which stand in an attribute.
/// Agreements of other sorts are none of these.
pub(super) fn accepted(
    cx: Cx<'_>,
    said: &Tree,
    (attribute, items): (&str, &[Item]),
) -> Vec<Acceptance> {
    let mut found: Vec<_> = ids(said.get(AGREEMENT)).filter_map(named).collect();
    let each = said.get(attribute).and_then(Value::as_array).into_iter().flatten();
    for (said, item) in each.zip(items) {
        let of_product = said.pointer("/product/agreement");
        let of_item = item.wish.offer;
        found.extend(
            ids(of_product)
                .chain(ids(said.get(AGREEMENT)))
                .filter_map(|id| named(id).or_else(|| of_item.zip(id.parse().ok()))),
        );
    }
    found.into_iter().map(|(offer, version)| order::acceptance(cx, offer, version)).collect()
}

/// What was accepted, by whom and when; nothing if nothing was.
pub(super) fn recorded(all: &[Acceptance]) -> Value {
    let shown = all.iter().map(|it| {
        let by = it.by.map(|it: UserId| json!({ "id": it.uuid(), "@referredType": "User" }));
        json!({
            "id": id_of(it.offer, &it.version), "version": it.version.as_str(),
            "productOffering": { "id": it.offer.uuid() },
            "acceptedDate": it.at.to_string(), "acceptedBy": by,
        })
    });
    if all.is_empty() { Value::Null } else { shown.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_no_terms_accepts_none() {
        let id = "00000000-0000-7000-8000-000000000001";
        let told = |it: &str| named(it).map(|(offer, version)| id_of(offer, &version));
        assert_eq!(told(&format!("{id}:2026-01")), Some(format!("{id}:2026-01")));
        for other in [id, "7:1", &format!("{id}:"), ""] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
