//! References where an installation wants them to lead somewhere: what a body names by its id must be here.
//!
//! A reference is an object with an `id`. What it refers to says its `@referredType`, or else the name of
//! the attribute in which it stands, where that is the name of something that is served here, or says that it
//! is somebody, or an account.

use serde_json::Value;

use super::resource::{Resource, Tree};
use super::table::APIS;
use crate::domain::error::{Invalid, Violation};
use crate::services::{Cx, Error};

/// Refuses a body with references that lead nowhere.
///
/// # Errors
/// With each of them; if the store fails.
pub(super) fn must_lead(cx: Cx<'_>, said: &Tree) -> Result<(), Error> {
    let mut found = Vec::new();
    for (name, it) in said {
        walk(it, (name, name.clone()), &mut |all, at, id| {
            for of in all {
                if of.behind.find(cx, of, id)?.is_some() {
                    return Ok(());
                }
            }
            let names: Vec<_> = all.iter().map(|it| format!("`{}`", it.name)).collect();
            let message = format!("no {} with the id `{id}` is here", names.join(" or "));
            found.push(Violation::new(format!("{at}/id"), "reference", message));
            Ok(())
        })?;
    }
    Ok(Invalid::unless_empty(found)?)
}

/// What is done with each reference: what it may refer to, where it stands, and the id.
type Visit<'a> = &'a mut dyn FnMut(&[&'static Resource], &str, &str) -> Result<(), Error>;

fn walk(it: &Value, (name, at): (&str, String), visit: Visit<'_>) -> Result<(), Error> {
    match it {
        Value::Array(all) => {
            for (place, it) in all.iter().enumerate() {
                walk(it, (name, format!("{at}/{place}")), visit)?;
            }
            Ok(())
        }
        Value::Object(fields) => {
            let id = fields.get("id").and_then(Value::as_str);
            let of = referred(name, fields);
            if let Some(id) = id.filter(|_| !of.is_empty()) {
                visit(&of, &at, id)?;
            }
            for (name, it) in fields {
                walk(it, (name, format!("{at}/{name}")), visit)?;
            }
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// What may be somebody, where nothing says as what.
const SOMEBODY: &[&str] = &["individual", "organization", "customer", "partyRole", "partyAccount"];
/// What may be an account.
const ACCOUNTS: &[&str] =
    &["billingAccount", "partyAccount", "settlementAccount", "financialAccount"];

/// What something in an attribute may refer to, as far as that is served here.
fn referred(name: &str, it: &Tree) -> Vec<&'static Resource> {
    let class = it.get("@referredType").and_then(Value::as_str);
    let all = APIS.iter().flat_map(|it| it.resources);
    match (class, name) {
        (Some(class), _) => all.filter(|it| it.class() == class).take(1).collect(),
        (None, "relatedParty" | "engagedParty") => {
            all.filter(|it| SOMEBODY.contains(&it.name)).collect()
        }
        (None, "account") => all.filter(|it| ACCOUNTS.contains(&it.name)).collect(),
        (None, name) => all.filter(|it| it.name == name).take(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_refers_to_what_is_served_is_looked_at_wherever_it_stands() {
        let body = json!({
            "productOrderItem": [
                { "id": "1", "productOffering": { "id": "7" }, "product": { "place": [{ "id": "x" }] } },
            ],
            "relatedParty": [
                { "id": "2", "@referredType": "Organization" }, { "id": "3", "role": "seller" },
                { "id": "4", "@referredType": "Martian" },
            ],
            "billingAccount": { "name": "without an id" },
        });
        let mut seen = Vec::new();
        for (name, it) in body.as_object().expect("an object") {
            let mut visit = |of: &[&'static Resource], at: &str, id: &str| {
                let names: Vec<_> = of.iter().map(|it| it.name).collect();
                seen.push(format!("{at} {} {id}", names.join("|")));
                Ok(())
            };
            walk(it, (name, name.clone()), &mut visit).expect("nothing fails");
        }
        seen.sort();
        assert_eq!(
            seen,
            [
                "productOrderItem/0/productOffering productOffering 7",
                "relatedParty/0 organization 2",
                "relatedParty/1 customer|individual|organization|partyAccount|partyRole 3",
            ]
        );
    }
}
