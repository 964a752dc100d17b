//! Every call of the contract against everybody: each gets what the table of rights says.

use tillbox::api::bae::doors::{Door, Needs, doors};
use tillbox::domain::operator::{Permission, Role, reach};

use super::told;
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::stage::{Scene, Stage, open};

/// An id that nothing has.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// Who of a side asks, and what it is.
const CALLERS: [(Option<&str>, Option<Role>); 5] = [
    (None, None),
    (Some("member"), Some(Role::Member)),
    (Some("buyer"), Some(Role::CustomerAdmin)),
    (Some("seller"), Some(Role::VendorAdmin)),
    (Some("operator"), Some(Role::Operator)),
];

fn reaches(role: Role, permission: Permission) -> bool {
    // Members buy where their vendor allows it, and this one does not.
    if role == Role::Member && permission == Permission::OrderPlace {
        return false;
    }
    role.with_implied().iter().any(|it| reach(*it, permission).word() != "-")
}

fn expected(needs: Needs, role: Option<Role>) -> &'static str {
    match (needs, role) {
        (Needs::Nothing, _) | (Needs::SignIn, Some(_)) => "in",
        (Needs::SignIn | Needs::Permission(_), None) => "401",
        (Needs::Permission(it), Some(role)) if reaches(role, it) => "in",
        (Needs::Permission(_), Some(_)) => "403",
    }
}

fn ask(client: &Client<'_>, door: &Door) -> Answer {
    let body = matches!(&*door.method, "POST" | "PATCH" | "PUT").then(|| serde_json::json!({}));
    let parts = door.path.split('/').map(|it| if it.starts_with('{') { NOTHING } else { it });
    let path = parts.collect::<Vec<_>>().join("/");
    client.call(&format!("{} {path}", door.method), body.as_ref())
}

/// A door that says 403 itself, to everybody, is one at which nothing can be done.
fn got(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        401 => "401",
        403 if ["error", "exceptionText"].iter().any(|name| {
            answer.json()[*name].as_str().is_some_and(|it| it.starts_with("not permitted"))
        }) =>
        {
            "403"
        }
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
        for (caller, role) in CALLERS {
            let client = match caller {
                Some(name) => Client::with_token(&app, &stage.north[name]),
                None => Client::nobody(&app),
            };
            let answer = ask(&client, &door);
            let expected = match door.path {
                // Open data is for everybody; of all else nobody learns whether it is there.
                "/charging/media/assets/{id}" if caller.is_none() => "401",
                _ => expected(door.needs, role),
            };
            if got(&answer) != expected {
                let (door, told) = (format!("{} {}", door.method, door.path), told(&answer));
                wrong.push(format!("{door} by {caller:?}: {told}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a path with names for its ids is that of another.
fn leads_to(named: &str, path: &str) -> bool {
    let (named, path) = (named.split('/'), path.split('/'));
    named.clone().count() == path.clone().count()
        && named.zip(path).all(|(one, other)| one == other || one.starts_with('{'))
}

/// What the proxy does not have is refused with what it has.
#[test]
fn methods_that_no_row_has_are_not_allowed() {
    let app = open(&Stage::shared().disk(Scene::Quiet), 7);
    let (client, all) = (Client::nobody(&app), doors());
    for door in &all {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let mut here = all.iter().filter(|it| leads_to(it.path, door.path));
            if here.any(|it| it.method == method) {
                continue;
            }
            let asked = Door { method: method.to_owned(), ..door.clone() };
            let answer = ask(&client, &asked);
            // What billing has beside is not opened to anybody, whatever the method.
            if door.path.starts_with("/DSBillingManagement/api/billingManagement/v2/") {
                assert_eq!(answer.status.as_u16(), 401, "{method} {}", door.path);
                continue;
            }
            assert_eq!(answer.status.as_u16(), 405, "{method} {}", door.path);
            let allowed = answer.headers["allow"].to_str().expect("a text");
            assert!(allowed.contains(&*door.method), "{allowed}");
        }
    }
}
