//! Every door of the bus against everybody: each gets what the table of rights says, and of the
//! other side exactly what it gets of nothing.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tillbox::api::aps::doors::{Door, doors};
use tillbox::domain::operator::{Actor, Permission, Role, reach};
use tillbox::store::fact::Facts;

use super::deeds::{deeds, names};
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::deeds::Deed;
use crate::harness::stage::{Names, Scene, Stage, open};

/// Where orders are, which are no resources.
const ORDERS: &str = "/aps/2/services/order-manager/orders";

/// The id of nothing.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// Who of a side asks, and what it is.
const CALLERS: [(&str, Role); 4] = [
    ("member", Role::Member),
    ("buyer", Role::CustomerAdmin),
    ("seller", Role::VendorAdmin),
    ("operator", Role::Operator),
];

fn reaches(role: Role, permission: Permission) -> bool {
    // Whether members buy is for their vendor to allow, and none on the stage does.
    let is_allowed = (role, permission) != (Role::Member, Permission::OrderPlace);
    is_allowed && role.with_implied().iter().any(|it| reach(*it, permission).word() != "-")
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

/// The ids of the resources of a type that somebody finds.
fn found(client: &Client<'_>, kind: &str) -> Vec<String> {
    let list = client.call(&format!("GET /aps/2/resources?implementing({kind})"), None).json();
    let items = list.as_array().cloned().unwrap_or_default();
    let ids = items.iter().filter(|it| it["aps"]["type"] == kind);
    ids.map(|it| it["aps"]["id"].as_str().unwrap().to_owned()).collect()
}

/// One of the things that were found: if there is one, that of the customer whose people ask.
fn one(found: &[String], names: &Names) -> String {
    let own = ["customer", "bss", "member_user", "buyer_user"].map(|it| &names[it]);
    let one = found.iter().find(|it| own.contains(it)).or(found.first());
    one.unwrap_or(&names["reseller"]).clone()
}

/// A request at a door, about the thing with an id.
fn at(door: &Door, id: &str) -> String {
    format!("{} {}", door.method, door.path.replace("{id}", id))
}

/// A body that a door knows for its own and takes for nothing to do.
fn idle(door: &Door) -> Option<Value> {
    let is_new = door.path == "/aps/2/resources";
    let body = if is_new { json!({ "aps": { "type": door.kind } }) } else { json!({}) };
    (!["GET", "DELETE"].contains(&door.method)).then_some(body)
}

/// The number of the last thing that happened.
pub(super) fn facts(app: &App) -> u64 {
    app.bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap()
}

fn all_is_well(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_door_lets_in_whom_the_table_of_rights_names_and_nobody_else() {
    let stage = Stage::shared();
    let names = names(&stage.north);
    let mut wrong = Vec::new();
    for door in doors() {
        let mut app = open(&stage.disk(Scene::Quiet), 7);
        let found = found(&Client::with_token(&app, &names["seller"]), door.kind);
        let is_of_order = door.path.contains("/orders/{id}");
        // Only who sells has classes of its own.
        let id = match door.path.rsplit('/').next() {
            Some("ownCustomerClasses") => names["bss_reseller"].clone(),
            _ if is_of_order => names["waiting"].clone(),
            Some(_) | None => one(&found, &names),
        };
        let above = if is_of_order { ORDERS } else { "/aps/2/resources" };
        let (what, body) = (at(&door, &id), idle(&door));
        let nobody = Client::nobody(&app).call(&what, body.as_ref()).status;
        if nobody != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{what} by nobody: {nobody}"));
        }
        for (caller, role) in CALLERS {
            if door.writes {
                app = open(&stage.disk(Scene::Quiet), 7);
            }
            let client = Client::with_token(&app, &names[caller]);
            let seen = client.call(&format!("GET {above}/{id}"), None).status;
            let is_of_one = door.path.starts_with(&format!("{above}/{{id}}"));
            let is_of_link = door.path.matches("{id}").count() == 2;
            let expected = match reaches(role, door.needs) {
                // A service asks who may before it looks for what.
                false if is_of_order => "403",
                _ if is_of_one && seen == StatusCode::NOT_FOUND => "404",
                // It is not linked with itself.
                true if is_of_one && is_of_link => "404",
                true => "in",
                false => "403",
            };
            let status = client.call(&what, body.as_ref()).status;
            if got(status) != expected {
                wrong.push(format!("{what} by the {caller}: {status}, not {expected}"));
            }
        }
    }
    all_is_well(&wrong);
}

/// The ids of one side that the other must not learn of, with their names.
fn foreign(here: &Names, there: &Names) -> Vec<(&'static str, String)> {
    let is_id = |it: &String| it.len() == NOTHING.len() && it.as_bytes()[8] == b'-';
    let own = |it: &String| here.values().any(|own| own == it);
    let all = there.iter().filter(|it| is_id(it.1) && !own(it.1));
    all.map(|(name, id)| (*name, id.clone())).collect()
}

/// What is said about a thing, whatever its id.
fn said(client: &Client<'_>, what: &str, body: Option<&Value>, id: &str) -> String {
    let answer = client.call(what, body);
    let text = String::from_utf8_lossy(&answer.body).replace(id, "{id}");
    format!("{} {text}", answer.status)
}

#[test]
fn no_list_tells_of_the_other_side() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (north, south) = (names(&stage.north), names(&stage.south));
    let mut wrong = Vec::new();
    for (here, there) in [(&north, &south), (&south, &north)] {
        let (canary, foreign) = (there["side"].to_lowercase(), foreign(here, there));
        assert!(foreign.len() > 40, "a side is furnished: {}", foreign.len());
        for caller in ["seller", "buyer", "member"] {
            let client = Client::with_token(&app, &here[caller]).header("aps-actor-scope", "FULL");
            let lists = doors().into_iter().filter(|it| it.path.contains("/collections/"));
            let more = ["/aps/2/resources", ORDERS].map(ToOwned::to_owned);
            let lists = lists.map(|it| it.path).chain(more);
            for list in lists {
                let answer = client.call(&format!("GET {list}"), None);
                let text = String::from_utf8_lossy(&answer.body).to_lowercase();
                let told = foreign.iter().find(|it| text.contains(&it.1));
                if told.is_some() || text.contains(&canary) {
                    wrong.push(format!("{list} tells the {caller} of {told:?}"));
                }
            }
        }
    }
    all_is_well(&wrong);
}

#[test]
fn nothing_of_the_other_side_is_opened_or_done() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (north, south) = (names(&stage.north), names(&stage.south));
    let (before, mut wrong) = (facts(&app), Vec::new());
    for (here, there) in [(&north, &south), (&south, &north)] {
        let other = Client::with_token(&app, &there["seller"]);
        for door in doors().into_iter().filter(|it| it.path.contains("{id}")) {
            let own = found(&Client::with_token(&app, &here["seller"]), door.kind);
            let theirs = found(&other, door.kind).into_iter().filter(|it| !own.contains(it));
            let theirs = theirs.take(2).chain([there["reseller"].clone()]);
            for (id, caller) in
                theirs.flat_map(|id| CALLERS[..3].iter().map(move |it| (id.clone(), it.0)))
            {
                let client = Client::with_token(&app, &here[caller]);
                let ask = |id: &str| said(&client, &at(&door, id), idle(&door).as_ref(), id);
                let (told, none) = (ask(&id), ask(NOTHING));
                if told != none {
                    wrong.push(format!("{} by the {caller}: {told}, not {none}", at(&door, &id)));
                }
            }
        }
    }
    assert_eq!(facts(&app), before, "something came of it");
    all_is_well(&wrong);
}

/// The things of a side that a deed names.
fn used(deed: &Deed, side: &Names) -> Vec<(&'static str, String)> {
    let request = deed.request(side);
    let body = deed.body(side).unwrap_or_default().to_string();
    let named = |id: &String| request.contains(id.as_str()) || body.contains(id.as_str());
    side.iter().filter(|it| named(it.1)).map(|(name, id)| (*name, id.clone())).collect()
}

/// Whatever is done with a thing of the other side, in the path or in the body, is answered as if it
/// were not there.
#[test]
fn a_deed_that_names_what_is_of_the_other_side_comes_to_nothing() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let (here, there) = (names(&stage.north), names(&stage.south));
    let foreign = foreign(&here, &there);
    let (before, mut wrong, mut tried) = (facts(&app), Vec::new(), 0);
    for deed in deeds() {
        for (name, id) in used(deed, &there).into_iter().filter(|it| foreign.contains(it)) {
            for caller in ["seller", "buyer"] {
                let client = Client::with_token(&app, &here[caller]);
                let ask = |id: &str| {
                    let mut names = here.clone();
                    names.insert(name, id.to_owned());
                    said(&client, &deed.request(&names), deed.body(&names).as_ref(), id)
                };
                let (told, none) = (ask(&id), ask(NOTHING));
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
    assert!(tried > 100, "every deed names something: {tried}");
    all_is_well(&wrong);
}
