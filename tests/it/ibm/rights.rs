//! Every door of the contract against everybody: each gets what its row says, and of the other side
//! exactly what it gets of nothing.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tillbox::api::ibm::doors::{Door, doors};
use tillbox::domain::operator::{Actor, Permission, Role, reach};
use tillbox::store::fact::Facts;

use super::deeds::{Deed, deeds, named, names};
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::stage::{Names, Scene, Stage, open};

/// A number that nothing has.
const NOTHING: &str = "999999";

/// Who of a side asks, and what it is.
const CALLERS: [(&str, Role); 4] = [
    ("member", Role::Member),
    ("buyer", Role::CustomerAdmin),
    ("seller", Role::VendorAdmin),
    ("operator", Role::Operator),
];

/// The number of the last thing that happened.
pub(super) fn facts(app: &App) -> u64 {
    app.bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap()
}

fn all_is_well(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn reaches(role: Role, permission: Permission) -> bool {
    role.with_implied().iter().any(|it| reach(*it, permission).word() != "-")
}

/// Who of IBM's roles may call what, as the contract's tables have it: V, C and U. An operator may do
/// whatever a VSR may.
#[rustfmt::skip] // so that a call is a line
const TABLE: &[(&str, &str)] = &[
    ("GET /api/bss/ ", "UCV"),
    ("POST /api/bss/resource/customer ", "V"),
    ("GET /api/bss/resource/customer ", "V"),
    ("GET /api/bss/resource/customer/{id} ", "CV"),
    ("PUT /api/bss/resource/customer/{id} ", "CV"),
    ("DELETE /api/bss/resource/customer/{id} ", "V"),
    ("POST /api/bss/resource/customer/{id} suspendCustomer", "V"),
    ("POST /api/bss/resource/customer/{id} unsuspendCustomer", "V"),
    ("POST /api/bss/resource/subscriber ", "CV"),
    ("GET /api/bss/resource/subscriber ", "CV"),
    ("GET /api/bss/resource/subscriber/{id} ", "UCV"),
    ("PUT /api/bss/resource/subscriber/{id} ", "CV"),
    ("DELETE /api/bss/resource/subscriber/{id} ", "CV"),
    ("POST /api/bss/resource/subscriber/{id} activateSubscriber", "CV"),
    ("POST /api/bss/resource/subscriber/{id} suspendSubscriber", "CV"),
    ("POST /api/bss/resource/subscriber/{id} unsuspendSubscriber", "CV"),
    ("POST /api/bss/resource/subscriber/{id} restoreSubscriber", "CV"),
    ("GET /api/bss/resource/workflow ", "V"),
    ("POST /api/bss/resource/servicecomponent ", "CV"),
    ("GET /api/bss/resource/servicecomponent ", "CV"),
    ("GET /api/bss/resource/offering ", "UCV"),
    ("GET /api/bss/resource/offering/{id} ", "UCV"),
    ("POST /api/bss/resource/subscription ", "V"),
    ("GET /api/bss/resource/subscription ", "V"),
    ("GET /api/bss/resource/subscription/{id} ", "CV"),
    ("PUT /api/bss/resource/subscription/{id} ", "V"),
    ("DELETE /api/bss/resource/subscription/{id} ", "V"),
    ("POST /api/bss/resource/subscription/{id} suspendSubscription", "V"),
    ("POST /api/bss/resource/subscription/{id} unsuspendSubscription", "V"),
    ("POST /api/bss/resource/subscriber/{id}/subscription/{id} entitleSubscriber", "UCV"),
    ("GET /api/bss/resource/subscriber/{id}/subscription/{id} ", "UCV"),
    ("POST /api/bss/resource/subscriber/{id}/seat/{id} revokeSubscriber", "CV"),
    ("GET /api/bss/resource/subscription/{id}/seat/{id} ", "CV"),
    ("POST /api/bss/resource/subscription/{id}/seat/{id} transferSeat", "CV"),
    ("POST /api/bss/resource/subscription/{id}/seat/{id} changeQuota", "CV"),
    ("POST /api/bss/service/authentication/changePassword ", "CV"),
    ("POST /api/bss/service/authentication/resetPassword ", "CV"),
    ("POST /api/bss/service/authentication/setOneTimePassword ", "CV"),
    ("POST /api/bss/service/authentication/setUserPassword ", "CV"),
    ("POST /api/bss/service/authorization/getRoleList ", "CV"),
    ("POST /api/bss/service/authorization/assignRole ", "CV"),
    ("POST /api/bss/service/authorization/unassignRole ", "CV"),
];

/// The named queries that more may ask than the list without one.
const QUERIES: &[(&str, &str)] = &[("getSubscriptionByCustomer", "CV")];

/// Whether the contract lets a role in at a door.
fn lets_in(door: &Door, role: Role) -> bool {
    let name = named(door);
    let query = QUERIES.iter().find(|it| Some(it.0) == door.named_query);
    let row = query.or_else(|| TABLE.iter().find(|it| it.0 == name));
    let row = row.unwrap_or_else(|| panic!("say in TABLE who may call `{name}`"));
    match role {
        Role::Member => row.1.contains('U'),
        Role::CustomerAdmin => row.1.contains('C'),
        Role::VendorAdmin | Role::Operator => row.1.contains('V'),
    }
}

/// A request at a door, about the things with these numbers.
fn ask(client: &Client<'_>, door: &Door, ids: &[String]) -> crate::harness::app::Answer {
    let path = ids.iter().fold(door.path.clone(), |path, id| path.replacen("{id}", id, 1));
    let query = door.named_query.map(|it| format!("?_namedQuery={it}")).unwrap_or_default();
    let body = ["POST", "PUT"].contains(&&*door.method) && door.operation.is_none();
    let body = body.then(|| json!({}));
    let what = format!("{} {path}{query}", door.method);
    match door.operation {
        Some(operation) => client.header("x-operation", operation).call(&what, body.as_ref()),
        None => client.call(&what, body.as_ref()),
    }
}

/// What somebody gets at a door, in few words.
fn got(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "401",
        403 => "403",
        404 => "404",
        500.. => "a failure",
        _ => "in",
    }
}

/// What a door is tried with: a number for each place that its path leaves open.
fn tried_with(door: &Door, names: &Names) -> Vec<String> {
    let nouns = door.path.split('/').zip(door.path.split('/').skip(1));
    let nouns = nouns.filter(|it| it.1 == "{id}").map(|it| it.0);
    let name = |noun: &str| match noun {
        "customer" => "customer_number",
        "subscription" => "subscription_number",
        "seat" => "seat_number",
        _ => "idle_number",
    };
    nouns.map(|it| names[name(it)].clone()).collect()
}

/// So many numbers that nothing has.
fn nothing(count: usize) -> Vec<String> {
    vec![NOTHING.to_owned(); count]
}

#[test]
fn every_door_lets_in_whom_the_contract_names_and_nobody_else() {
    let stage = Stage::shared();
    let names = names(&stage.north);
    let mut wrong = Vec::new();
    for door in doors() {
        let id = tried_with(&door, &names);
        let name = named(&door);
        let app = open(&stage.disk(Scene::Quiet), 7);
        let nobody = ask(&Client::nobody(&app), &door, &id).status;
        if nobody != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{name} by nobody: {nobody}"));
        }
        for (caller, role) in CALLERS {
            let app = open(&stage.disk(Scene::Quiet), 7);
            let client = Client::with_token(&app, &names[caller]);
            let may = lets_in(&door, role);
            if may && !reaches(role, door.needs) {
                wrong.push(format!("{name}: the {caller} may, and has not {}", door.needs.name()));
            }
            // A user sees itself alone.
            let is_hidden = role == Role::Member && door.path.contains("{id}")
                || door.path.ends_with("/offering/{id}");
            let expected = match may {
                true if is_hidden => "404",
                true => "in",
                false => "403",
            };
            let status = ask(&client, &door, &id).status;
            if got(status) != expected {
                wrong.push(format!("{name} by the {caller}: {status}, not {expected}"));
            }
        }
    }
    all_is_well(&wrong);
}

/// Whom a door lets in gets done there what it is for, in its own company: all but to move to where
/// taxes are others.
#[test]
fn an_administrator_of_a_customer_does_what_the_contract_lets_it_do() {
    let stage = Stage::shared();
    let names = names(&stage.north);
    let (mut done, mut wrong) = (0, Vec::new());
    let moving = "PUT resource/customer/$customer_number";
    for deed in deeds().iter().filter(|it| it.what != moving) {
        let door = doors().into_iter().find(|it| it.writes && named(it) == deed.door()).unwrap();
        if !lets_in(&door, Role::CustomerAdmin) {
            continue;
        }
        let app = open(&stage.disk(Scene::Quiet), 7);
        let before = facts(&app);
        let answer = deed.is_done_by(&Client::with_token(&app, &names["buyer"]), &names);
        if !answer.status.is_success() || facts(&app) == before {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            wrong.push(format!("{}: {} {text}", deed.what, answer.status));
        }
        done += 1;
    }
    all_is_well(&wrong);
    assert!(done > 10, "only {done} calls");
}

/// A token that is confined does not do through this contract what it may not do through ours.
#[test]
fn a_confined_token_stays_confined() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let seller = Client::with_token(&app, &stage.north["seller"]);
    let body = json!({ "name": "narrow", "scopes": ["user_read"] });
    let token = seller.post("/tokens", &body)["secret"].as_str().unwrap().to_owned();
    let narrow = Client::with_token(&app, &token);
    for door in doors() {
        let expected = if door.needs == Permission::UserRead { "in" } else { "403" };
        let names = names(&stage.north);
        let status = ask(&narrow, &door, &tried_with(&door, &names)).status;
        assert_eq!(got(status), expected, "{}", named(&door));
    }
}

/// What is said about a thing, whatever its name.
fn said(answer: &crate::harness::app::Answer, name: &str) -> String {
    let response = answer.json()["BSSResponse"].clone();
    let text = response["ResponseMessage"].as_str().unwrap_or_default().replace(name, "{it}");
    format!("{} {} {text}", answer.status, response["MessageCode"])
}

#[test]
fn nothing_of_the_other_side_is_opened_or_done() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (north, south) = (names(&stage.north), names(&stage.south));
    let (before, mut wrong) = (facts(&app), Vec::new());
    for (here, there) in [(&north, &south), (&south, &north)] {
        for door in doors().into_iter().filter(|it| it.path.contains("{id}")) {
            let id = tried_with(&door, there);
            for (caller, _) in &CALLERS[..3] {
                let client = Client::with_token(&app, &here[caller]);
                let told = said(&ask(&client, &door, &id), &id[0]);
                let none = said(&ask(&client, &door, &nothing(id.len())), NOTHING);
                if told != none {
                    wrong.push(format!("{} by the {caller}: {told}, not {none}", named(&door)));
                }
            }
        }
    }
    assert_eq!(facts(&app), before, "something came of it");
    all_is_well(&wrong);
}

#[test]
fn no_list_tells_of_the_other_side() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (north, south) = (names(&stage.north), names(&stage.south));
    for (here, there) in [(&north, &south), (&south, &north)] {
        for (caller, _) in &CALLERS[..3] {
            let client = Client::with_token(&app, &here[caller]);
            for list in [
                "customer?_pageSize=100".to_owned(),
                "subscriber?_pageSize=100".to_owned(),
                "subscription?_pageSize=100".to_owned(),
                format!(
                    "subscription?_namedQuery=getSubscriptionByCustomer&customerId={}",
                    there["customer_number"]
                ),
                format!(
                    "customer?_namedQuery=getCustomersByContactEmail&emailAddress={}",
                    there["idle_email"]
                ),
                format!(
                    "customer?_namedQuery=getCustomersBySubscriberEmail&emailAddress={}",
                    there["idle_email"]
                ),
                format!(
                    "subscriber?_namedQuery=getSubscriberByEmailAddress&emailAddress={}",
                    there["idle_email"]
                ),
                format!(
                    "subscriber?_namedQuery=getSubscriberByCustomer&customer={}",
                    there["customer_number"]
                ),
            ] {
                let answer = client.call(&format!("GET /api/bss/resource/{list}"), None);
                let text = String::from_utf8_lossy(&answer.body).to_lowercase();
                let canary = there["side"].to_lowercase();
                assert!(!text.contains(&canary), "{list} tells the {caller}: {text}");
            }
        }
    }
}

/// Which names a deed has.
fn used(deed: &Deed, side: &Names) -> Vec<&'static str> {
    let nothing = |name: &'static str| {
        let mut names = side.clone();
        names.insert(name, NOTHING.to_owned());
        deed.request(&names) != deed.request(side)
    };
    let all = side.keys().copied();
    all.filter(|it| it.ends_with("_number") || it.ends_with("_email"))
        .filter(|it| nothing(it))
        .collect()
}

/// Whatever is done with a thing of the other side, in the path, in the query or in the body, is
/// answered as if it were not there.
#[test]
fn a_deed_that_names_what_is_of_the_other_side_comes_to_nothing() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (here, there) = (names(&stage.north), names(&stage.south));
    let (before, mut wrong, mut tried) = (facts(&app), Vec::new(), 0);
    for deed in deeds() {
        for name in used(deed, &here) {
            for caller in ["seller", "buyer"] {
                let client = Client::with_token(&app, &here[caller]);
                let with = |value: &str| {
                    let mut names = here.clone();
                    names.insert(name, value.to_owned());
                    said(&deed.is_done_by(&client, &names), value)
                };
                let nothing = if name.ends_with("_email") { "no@one.test" } else { NOTHING };
                let (told, none) = (with(&there[name]), with(nothing));
                if told != none {
                    wrong.push(format!(
                        "{} with {name} by the {caller}: {told}, not {none}",
                        deed.what
                    ));
                }
                tried += 1;
            }
        }
        assert_eq!(facts(&app), before, "{} did something", deed.what);
    }
    assert!(tried >= 30, "every deed but one names something: {tried}");
    all_is_well(&wrong);
}

/// Nothing but errors of this contract comes out of it.
#[test]
fn every_refusal_is_in_the_contracts_envelope() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let client = Client::with_token(&app, &stage.north["member"]);
    for door in doors() {
        let answer = ask(&client, &door, &nothing(2));
        let body: Value = answer.json();
        if !answer.status.is_success() {
            let response = body["BSSResponse"].as_object().expect("the envelope");
            let names: Vec<_> = response.keys().map(String::as_str).collect();
            let expected =
                ["MessageCode", "ResponseCode", "ResponseMessage", "Severity", "Useraction"];
            assert_eq!(names, expected, "{}", named(&door));
        }
    }
}
