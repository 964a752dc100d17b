//! Every route against everybody: each gets what its row in the table says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tillbox::api::v1::{document, rights, route::Needs};
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
        (Needs::Nothing, _) | (Needs::Shelf, None) | (Needs::SignIn, Some(_)) => "in",
        (Needs::Shelf, Some(_)) => expected(Needs::Permission(Permission::OfferBrowse), role),
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

/// What the references in a tree lead to.
fn references<'a>(tree: &'a Value, found: &mut BTreeSet<&'a str>) {
    match tree {
        Value::Object(all) => {
            found.extend(all.get("$ref").and_then(Value::as_str));
            all.values().for_each(|it| references(it, found));
        }
        Value::Array(all) => all.iter().for_each(|it| references(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let is_there = |it: &str| it.strip_prefix('#').is_some_and(|it| document.pointer(it).is_some());
    let dangling: Vec<_> = found.iter().filter(|it| !is_there(it)).collect();
    assert!(dangling.is_empty(), "{dangling:?}");
    assert!(found.len() > 100, "only {}", found.len());
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

/// How the pages ask the server: the function of `model/api.js` and its method, if it is always the
/// same.
const ASKING: [(&str, Option<&str>); 8] = [
    ("get(", Some("GET")),
    ("all(", Some("GET")),
    ("some(", Some("GET")),
    ("post(", Some("POST")),
    ("workOut(", Some("POST")),
    ("useOthers(", Some("GET")),
    ("path=", Some("GET")),
    ("send(", None),
];

/// The files of the pages that a browser runs, with their texts.
fn scripts(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|it| it == "js") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// The path that a text begins with, in quotes of any kind, with `{id}` for what is filled in.
fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|it| ['"', '`'].contains(it))?;
    let (inner, _) = text[1..].split_once(quote)?;
    let (mut path, mut rest) = (String::new(), inner);
    while let Some((before, after)) = rest.split_once("${") {
        path = path + before + "{id}";
        rest = after.split_once('}')?.1;
    }
    path += rest;
    let path = path.split('?').next().unwrap_or_default().to_owned();
    path.starts_with('/').then_some(path)
}

/// What the pages ask of the server: method, path and where.
fn asked(file: &str, text: &str) -> Vec<(Option<&'static str>, String)> {
    let mut found = Vec::new();
    for (way, method) in ASKING {
        for (at, _) in text.match_indices(way) {
            let is_word = text[..at].ends_with(|it: char| it.is_alphanumeric() || it == '.');
            let after = &text[at + way.len()..];
            let (method, path) = match (method, quoted(after)) {
                // The method comes first.
                (None, None) if after.starts_with('"') => {
                    let said = ["GET", "POST", "PUT", "PATCH", "DELETE"];
                    let said = said.into_iter().find(|it| after[1..].starts_with(it));
                    let path = after.split_once(", ").and_then(|it| quoted(it.1));
                    (said, path)
                }
                (method, path) => (method, path),
            };
            if let Some(path) = path.filter(|_| !is_word && !file.ends_with("model/api.js")) {
                found.push((method, path));
            }
        }
    }
    found
}

/// Whether a path with `{id}` for what is filled in is that of a route.
fn fits(path: &str, route: &str) -> bool {
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    let part = |(said, own): (&&str, &&str)| said == own || *said == "{id}" || own.starts_with('{');
    path.len() == route.len() && path.iter().zip(&route).all(part)
}

/// Whatever the UI can do, it does by the routes that everybody has: nothing needs it.
#[test]
fn the_ui_asks_for_nothing_that_others_could_not_ask_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/ui");
    let (mut files, mut count, mut wrong) = (Vec::new(), 0, Vec::new());
    let routes = rights();
    scripts(&folder, &mut files);
    // The API, files for it, its document, and the words of a language: there is no other way to the server.
    let ways: usize = files.iter().map(|it| it.1.matches("fetch(").count()).sum();
    assert_eq!(ways, 4, "the pages reach the server by model/api.js alone");
    for (file, text) in &files {
        for (method, path) in asked(file.to_str().unwrap(), text) {
            let is_it = |row: &(String, &str, Needs)| {
                method.is_none_or(|method| method == row.0) && fits(&path, row.1)
            };
            // The tabs of a page have a path of the UI's own.
            let is_page = ["/settings", "/blocks"].contains(&&*path);
            count += 1;
            if !is_page && !routes.iter().any(is_it) {
                wrong.push(format!("{}: {method:?} {path}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "no route is asked for:\n{}", wrong.join("\n"));
    assert!(count >= 120, "the pages ask for more than {count} things");
}
