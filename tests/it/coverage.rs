//! Every route against everybody: each gets what its row in the table says, and nobody learns of
//! what is not for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tillbox::api::v1::{rights, route::Needs};
use tillbox::domain::operator::{Permission, Role, reach};

use crate::harness::client::Client;
use crate::harness::house::{House, Person};

/// An id that nothing has, of no kind: whatever is asked with it is not there.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

fn with_id(path: &str, id: &str) -> String {
    let parts = path.split('/').map(|it| if it.starts_with('{') { id } else { it });
    parts.collect::<Vec<_>>().join("/")
}

/// What a caller of a role gets at a door, by the table of rights alone.
fn expected(needs: Needs, role: Option<Role>) -> &'static str {
    let reaches = |permission| {
        let roles = role.into_iter().flat_map(Role::with_implied);
        let member_may_not = permission == Permission::OrderPlace && role == Some(Role::Member);
        roles.into_iter().any(|it| reach(*it, permission).word() != "-") && !member_may_not
    };
    match (needs, role) {
        (Needs::Nothing, _) | (Needs::SignIn, Some(_)) => "in",
        (Needs::SignIn | Needs::Permission(_), None) => "401",
        (Needs::Permission(permission), Some(_)) if reaches(permission) => "in",
        (Needs::Permission(_), Some(_)) => "403",
    }
}

#[test]
fn every_route_lets_in_whom_its_row_names_and_nobody_else() {
    let house = House::on("2026-01-01");
    let callers = [
        (None, Client::nobody(&house.app)),
        (Some(Role::Member), house.client(&house.north.customer.member)),
        (Some(Role::CustomerAdmin), house.client(&house.north.customer.admin)),
        (Some(Role::VendorAdmin), house.client(&house.north.admin)),
        (Some(Role::Operator), house.operator()),
    ];
    let mut wrong = Vec::new();
    for (method, path, needs) in rights() {
        for (role, caller) in &callers {
            let what = format!("{method} {}", with_id(path, NOTHING));
            let body = (method != "GET").then(|| json!({}));
            let status = caller.call(&what, body.as_ref()).status.as_u16();
            let got = match status {
                401 => "401",
                403 => "403",
                500.. => "a failure",
                _ => "in",
            };
            let expected = expected(needs, *role);
            if got != expected {
                wrong.push(format!("{method} {path} as {role:?}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All ids that stand in an answer under some `id`, by the list they came from.
fn ids(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|it| ids(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| ids(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Everything that somebody gets from the routes that list.
fn lists(house: &House, person: &Person) -> BTreeMap<&'static str, String> {
    let client = house.client(person);
    let get = rights().into_iter().filter(|it| it.0 == "GET" && !it.1.contains('{'));
    get.map(|(_, path, _)| {
        let answer = client.call(&format!("GET {path}"), None);
        (path, String::from_utf8_lossy(&answer.body).into_owned())
    })
    .collect()
}

fn ids_of(house: &House, person: &Person) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in lists(house, person).values() {
        ids(&serde_json::from_str(text).unwrap_or(Value::Null), &mut found);
    }
    found
}

#[test]
fn two_resellers_see_nothing_of_each_other() {
    let house = House::on("2026-01-01");
    let (north, south) = (&house.north, &house.south);
    house.open_customer(&north.admin, "Northeast");
    house.client(&north.admin).post("/classes", &json!({ "name": "North Gold" }));
    house.client(&south.admin).post("/classes", &json!({ "name": "South Gold" }));
    for (here, there, name) in [(north, south, "south"), (south, north, "north")] {
        let foreign = ids_of(&house, &there.admin);
        let foreign: BTreeSet<_> =
            foreign.union(&ids_of(&house, &there.customer.admin)).cloned().collect();
        assert!(foreign.len() > 10, "the other branch shows itself its own: {foreign:?}");
        for person in [&here.admin, &here.customer.admin, &here.customer.member] {
            for (path, text) in lists(&house, person) {
                let text = text.to_lowercase();
                assert!(!text.contains(name), "{path} tells {} of {name}: {text}", person.email);
                let provider = &house.customer.account;
                assert!(!text.contains(provider), "{path} tells {} of {provider}", person.email);
                for id in &foreign {
                    assert!(!text.contains(id.as_str()), "{path} tells {} of {id}", person.email);
                }
            }
            nothing_opens(&house, person, &foreign, name);
        }
    }
}

/// No route opens a thing of the others, whatever is done to it, and none says what it is called.
fn nothing_opens(house: &House, person: &Person, foreign: &BTreeSet<String>, name: &str) {
    let client = house.client(person);
    for (method, path, _) in rights().into_iter().filter(|it| it.1.contains('{')) {
        for id in foreign {
            let body = (method != "GET").then(|| json!({}));
            let answer = client.call(&format!("{method} {}", with_id(path, id)), body.as_ref());
            let text = String::from_utf8_lossy(&answer.body).to_lowercase();
            let status = answer.status.as_u16();
            let is_closed = matches!(status, 403 | 404 | 415 | 422);
            assert!(is_closed, "{method} {path} of {id} as {}: {status} {text}", person.email);
            assert!(!text.contains(name), "{method} {path} tells {}: {text}", person.email);
        }
    }
}
