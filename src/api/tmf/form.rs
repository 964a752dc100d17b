//! What bodies must be: what has to be said, what must not be, and of which form it is.
//!
//! What nobody here knows is kept as it was said, and never refused.

use serde_json::{Value, json};

use super::resource::{Default, Resource, Tree};
use crate::domain::error::{Invalid, Violation};
use crate::domain::time::Instant;

/// The attributes that are texts wherever this contract has them.
const TEXTS: &[&str] = &[
    "@baseType",
    "@schemaLocation",
    "@type",
    "agreementType",
    "description",
    "familyName",
    "givenName",
    "lifecycleStatus",
    "name",
    "state",
    "status",
    "tradingName",
    "url",
];

/// The attributes that are lists of objects wherever this contract has them; where it has one party
/// (TMF670, bills on demand), that is taken for a list of one.
const LISTS: &[&str] = &[
    "agreementItem",
    "characteristic",
    "contactMedium",
    "note",
    "productOrderItem",
    "quoteItem",
    "relatedParty",
];

/// The attributes that are objects wherever this contract has them.
const OBJECTS: &[&str] = &["validFor", "amount", "totalAmount", "usageSpecification"];

/// The attributes that are true or false wherever this contract has them.
const FLAGS: &[&str] = &["isBundle"];

/// What has to be said of each element of a list.
const ELEMENTS: &[(&str, &[&str])] =
    &[("characteristic", &["name"]), ("note", &["text"]), ("relatedParty", &["id"])];

/// A body that makes a thing, with what follows from it.
pub(super) fn made(of: &Resource, said: Value, now: Instant) -> Result<Tree, Invalid> {
    let mut said = object(said)?;
    let forbidden = of.forbidden.iter().filter(|it| said.contains_key(**it));
    let forbidden = forbidden.map(|it| Violation::new(*it, "read_only", "is for the house to say"));
    Invalid::unless_empty(forbidden.collect())?;
    if let Some((called, id)) = of.called.zip(said.remove("id")) {
        said.entry(called).or_insert(id);
    }
    for own in ["id", "href"].iter().chain(of.assigned) {
        said.remove(*own);
    }
    check(of, &said)?;
    for (name, default) in of.defaults {
        if said.get(*name).is_none_or(Value::is_null) {
            let value = match default {
                Default::Class => json!(of.class()),
                Default::Now => json!(now.to_string()),
                Default::No => json!(false),
                Default::Word(word) => json!(word),
            };
            said.insert((*name).to_owned(), value);
        }
    }
    Ok(said)
}

/// A thing after a patch, if it may become so.
pub(super) fn changed(of: &Resource, before: &Tree, after: Value) -> Result<Tree, Invalid> {
    let after = object(after)?;
    let fixed = ["id", "href"].iter().chain(of.fixed);
    let touched = fixed.filter(|it| before.get(**it) != after.get(**it));
    let touched = touched.map(|it| Violation::new(*it, "read_only", "cannot be changed"));
    Invalid::unless_empty(touched.collect())?;
    check(of, &after)?;
    Ok(after)
}

/// Nothing is nested deeper: what is kept must be readable again.
pub(super) const DEPTH_MAX: usize = 100;

fn object(said: Value) -> Result<Tree, Invalid> {
    if depth(&said) > DEPTH_MAX {
        let message = format!("must not be nested deeper than {DEPTH_MAX} levels");
        return Err(Invalid::one("", "range", message));
    }
    let Value::Object(said) = said else {
        return Err(Invalid::one("", "type", "must be an object"));
    };
    Ok(said)
}

/// How deep a value is nested; one that holds nothing is 1.
pub(super) fn depth(it: &Value) -> usize {
    1 + match it {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => fields.values().map(depth).max().unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn check(of: &Resource, said: &Tree) -> Result<(), Invalid> {
    let is_said = |it: &Value| !it.is_null() && it.as_str() != Some("");
    let missing = of.required.iter().filter(|it| !said.get(**it).is_some_and(is_said));
    let mut found: Vec<_> =
        missing.map(|it| Violation::new(*it, "required", "must be given")).collect();
    for (name, value) in said.iter().filter(|it| !it.1.is_null()) {
        let wanted = [
            (TEXTS, value.is_string(), "must be a text"),
            (LISTS, is_list(value) || is_party(name, value), "must be a list of objects"),
            (OBJECTS, value.is_object(), "must be an object"),
            (FLAGS, value.is_boolean(), "must be `true` or `false`"),
        ];
        for (names, is_right, message) in wanted {
            if names.contains(&name.as_str()) && !is_right {
                found.push(Violation::new(name, "type", message));
            }
        }
        found.extend(elements(name, value));
    }
    Invalid::unless_empty(found)
}

fn is_list(it: &Value) -> bool {
    it.as_array().is_some_and(|it| it.iter().all(Value::is_object))
}

fn is_party(name: &str, it: &Value) -> bool {
    name == "relatedParty" && it.is_object()
}

/// What is missing in the elements of a list.
fn elements(name: &str, value: &Value) -> Vec<Violation> {
    let Some((_, wanted)) = ELEMENTS.iter().find(|it| it.0 == name) else { return Vec::new() };
    let items = value.as_array().into_iter().flatten().enumerate();
    let missing = items.flat_map(|(place, item)| {
        let has = |name: &str| item.get(name).is_some_and(|it| !it.is_null());
        // A reference leads somewhere by its id or by its address; version 5 has a role around it.
        let leads = has("href") || has("partyOrPartyRole");
        let missing = wanted.iter().filter(move |it| !(has(it) || **it == "id" && leads));
        missing.map(move |it| format!("{name}/{place}/{it}"))
    });
    missing.map(|it| Violation::new(it, "required", "must be given")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::registered::Registered;

    const THING: Resource = Resource::of("thing", &Registered("agreement"))
        .requires(&["name", "agreementItem"])
        .assigns(&["orderDate"])
        .fixes(&["@type"])
        .fills(&[("@type", Default::Class), ("isBundle", Default::No), ("at", Default::Now)]);

    fn told(body: Value) -> String {
        let now = "2026-01-01T00:00:00Z".parse().expect("an instant");
        match made(&THING, body, now) {
            Ok(said) => Value::Object(said).to_string(),
            Err(invalid) => invalid.to_string(),
        }
    }

    #[test]
    fn what_must_be_said_is_and_what_follows_is_added() {
        let items = json!([{}]);
        expect_test::expect![[r#"
            {"@type":"Thing","agreementItem":[{}],"at":"2026-01-01T00:00:00Z","isBundle":false,"name":"a","x":1}
            {"@type":"Other","agreementItem":[{}],"at":"now","isBundle":true,"name":"a"}
            `name` must be given; `agreementItem` must be given
            `agreementItem` must be given
            `agreementItem` must be a list of objects; `name` must be a text
            `note/0/text` must be given; `relatedParty/1/id` must be given
            `isBundle` must be `true` or `false`; `validFor` must be an object
            `` must be an object"#]]
        .assert_eq(
            &[
                json!({ "id": "own", "href": "x", "orderDate": "y", "name": "a", "agreementItem": items, "x": 1 }),
                json!({ "name": "a", "agreementItem": items, "@type": "Other", "isBundle": true, "at": "now" }),
                json!({ "name": "" }),
                json!({ "name": "a", "agreementItem": null }),
                json!({ "name": 5, "agreementItem": {} }),
                json!({ "name": "a", "agreementItem": items, "note": [{}], "relatedParty": [{ "id": "1" }, {}] }),
                json!({ "name": "a", "agreementItem": items, "validFor": "x", "isBundle": "no" }),
                json!([]),
            ]
            .map(told)
            .join("\n"),
        );
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let deep = |levels: usize| {
            let items = json!([{}]);
            let nested = (2..levels).fold(json!(1), |it, _| json!([it]));
            told(json!({ "name": "a", "agreementItem": items, "x": nested }))
        };
        assert!(!deep(DEPTH_MAX).contains("deeper"));
        assert_eq!(deep(DEPTH_MAX + 1), "`` must not be nested deeper than 100 levels");
    }

    #[test]
    fn what_stays_as_it_is_may_be_said_again_and_nothing_else() {
        let before = json!({ "id": "1", "@type": "Thing", "name": "a", "agreementItem": [] });
        let Value::Object(before) = before else { panic!("an object") };
        let told = |name: &str, value: Value| {
            let mut after = before.clone();
            after.insert(name.to_owned(), value);
            changed(&THING, &before, Value::Object(after)).map_err(|it| it.to_string())
        };
        assert!(told("@type", json!("Thing")).is_ok());
        assert_eq!(told("@type", json!("Other")), Err("`@type` cannot be changed".to_owned()));
        assert_eq!(told("id", json!("2")), Err("`id` cannot be changed".to_owned()));
        assert_eq!(told("name", json!("")), Err("`name` must be given".to_owned()));
        assert!(told("name", json!("b")).is_ok());
    }
}
