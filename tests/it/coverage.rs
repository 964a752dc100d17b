//! Every route against everybody: each gets what its row in the table says.

use serde_json::json;
use tillbox::api::v1::{rights, route::Needs};
use tillbox::domain::operator::{Permission, Role, reach};
use tillbox::domain::text::Country;

use crate::harness::client::Client;
use crate::harness::house::House;

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

#[test]
fn the_ui_offers_the_countries_that_the_server_knows() {
    let module = include_str!("../../assets/ui/model/country.js");
    let codes = module.split('`').nth(1).expect("the list of codes");
    let offered: Vec<_> = codes.split_whitespace().collect();
    let letters = || 'A'..='Z';
    let pairs = letters().flat_map(|one| letters().map(move |other| format!("{one}{other}")));
    let known: Vec<_> = pairs.filter(|it| it.parse::<Country>().is_ok()).collect();
    assert_eq!(offered, known);
}
