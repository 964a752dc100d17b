//! Every door of the contract against everybody: each gets what the table of rights says, and of the
//! other side exactly what it gets of nothing.

use tillbox::api::tmf::doors::{Door, doors};
use tillbox::domain::operator::{Permission, Role, reach};

use super::deeds::deeds;
use super::{items, told};
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::stage::{Scene, Stage, open};

/// An id that nothing has.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// Who of a side asks, and what it is.
const CALLERS: [(&str, Role); 4] = [
    ("member", Role::Member),
    ("buyer", Role::CustomerAdmin),
    ("seller", Role::VendorAdmin),
    ("operator", Role::Operator),
];

fn reaches(role: Role, permission: Permission) -> bool {
    // Members buy where their vendor allows it, and this one does not.
    if role == Role::Member && permission == Permission::OrderPlace {
        return false;
    }
    role.with_implied().iter().any(|it| reach(*it, permission).word() != "-")
}

fn ask(client: &Client<'_>, door: &Door) -> Answer {
    let body = matches!(&*door.method, "POST" | "PATCH").then(|| serde_json::json!({}));
    client.call(&format!("{} {}", door.method, door.path.replace("{id}", NOTHING)), body.as_ref())
}

fn got(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        401 => "401",
        403 => "403",
        500.. => "a failure",
        _ => "in",
    }
}

#[test]
fn every_door_lets_in_whom_the_rights_name_and_nobody_else() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut wrong = Vec::new();
    for door in doors() {
        let name = format!("{} {}", door.method, door.path);
        if got(&ask(&Client::nobody(&app), &door)) != "401" {
            wrong.push(format!("{name} by nobody"));
        }
        for (caller, role) in CALLERS {
            let client = Client::with_token(&app, &stage.north[caller]);
            let expected = if reaches(role, door.needs) { "in" } else { "403" };
            let answer = ask(&client, &door);
            if got(&answer) != expected {
                wrong.push(format!("{name} by the {caller}: {}, not {expected}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A token that is confined does not do through this contract what it may not do through ours.
#[test]
fn a_confined_token_stays_confined() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let seller = Client::with_token(&app, &stage.north["seller"]);
    let body = serde_json::json!({ "name": "narrow", "scopes": ["document_read"] });
    let token = seller.post("/tokens", &body)["secret"].as_str().unwrap().to_owned();
    let narrow = Client::with_token(&app, &token);
    for door in doors() {
        let expected = if door.needs == Permission::DocumentRead { "in" } else { "403" };
        assert_eq!(got(&ask(&narrow, &door)), expected, "{} {}", door.method, door.path);
    }
}

#[test]
fn nothing_of_the_other_side_is_shown_or_done() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (here, there) = (&stage.north, &stage.south);
    let owner = Client::with_token(&app, &there["seller"]);
    let mut wrong = Vec::new();
    for deed in deeds().into_iter().filter(|it| it.what.contains("{id}")) {
        let make = || deed.made(&owner, there).ok()["id"].as_str().unwrap().to_owned();
        let id = deed.on_stage(there).unwrap_or_else(make);
        for caller in ["buyer", "seller"] {
            let client = Client::with_token(&app, &here[caller]);
            let said = |id: &str| told(&deed.is_done_to(id, &client, here)).replace(id, "{it}");
            let (told, none) = (said(&id), said(NOTHING));
            if told != none || told == "200" || told == "204" {
                wrong.push(format!("{} by the {caller}: {told}, not {none}", deed.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_list_tells_of_the_other_side() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (here, there) = (&stage.north, &stage.south);
    let owner = Client::with_token(&app, &there["seller"]);
    for deed in deeds().into_iter().filter(|it| it.what.starts_with("POST")) {
        deed.made(&owner, there).ok();
        let list = deed.what.replacen("POST", "GET", 1);
        // Nobody lists hubs, and a topic is looked for in the list of topics.
        if list.ends_with("/hub") || list.contains("{id}") {
            continue;
        }
        assert!(!items(&owner.call(&list, None)).is_empty(), "{list}");
        let client = Client::with_token(&app, &here["seller"]);
        let text = String::from_utf8_lossy(&client.call(&list, None).body).into_owned();
        assert!(!text.contains(&there["side"]), "{list} tells {text}");
    }
}

/// Whoever may keep documents and see subscriptions learns nothing of their use by asking for it, nor
/// leaves it there for others.
#[test]
fn use_is_told_to_whom_may_read_it_alone() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let seller = Client::with_token(&app, &stage.north["seller"]);
    let (_, subscription) = stage.north["subscription"].split_once('_').unwrap();
    let query = serde_json::json!({ "product": { "id": subscription } });
    let scopes = ["account_read", "document_read", "document_write", "subscription_read"];
    let body = serde_json::json!({ "name": "narrow", "scopes": scopes });
    let token = seller.post("/tokens", &body)["secret"].as_str().unwrap().to_owned();
    let narrow = Client::with_token(&app, &token);
    let ask = |by: &Client<'_>| {
        told(&by.call("POST /tmf-api/usageConsumption/v4/queryUsageConsumption", Some(&query)))
    };
    assert_eq!(ask(&narrow), "403 forbidden: not permitted: usage_read");
    assert_eq!(ask(&seller), "201");
}
