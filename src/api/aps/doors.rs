//! The doors of the bus: each thing that can be done to a resource of a type or by a service, and
//! what a caller needs for it. From the table of types, so that none can be forgotten.

use super::event_subscription;
use super::kind::AnyKind;
use super::operation::{Operations as _, Way};
use super::registry::{self, KINDS, SERVICES};
use crate::domain::operator::Permission;

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The method.
    pub method: &'static str,
    /// The path, with `{id}` for a resource and for each parameter.
    pub path: String,
    /// What the type is called; of a service, its alias.
    pub name: &'static str,
    /// The full id of the type.
    pub kind: &'static str,
    /// What a caller needs.
    pub needs: Permission,
    /// Whether something can come of it.
    pub writes: bool,
}

/// All doors.
#[must_use]
pub fn doors() -> Vec<Door> {
    let services = SERVICES.iter().flat_map(|service| {
        service.operations.calls().into_iter().map(|it| Door {
            method: it.verb.word(),
            path: format!("/aps/2/services/{}/{}", service.alias, below(it.path)),
            name: service.alias,
            kind: service.kind,
            needs: it.needs,
            writes: service.operations.way(it.name).is_some_and(Way::keeps),
        })
    });
    KINDS.iter().flat_map(|it| of_kind(*it)).chain(services).chain(of_events()).collect()
}

/// What can be done about the events that a resource is told of, whatever its type.
fn of_events() -> impl Iterator<Item = Door> {
    let all = "/aps/2/resources/{id}/aps/subscriptions";
    let (reads, writes) = (Permission::ListenerRead, Permission::ListenerWrite);
    let doors = [
        ("GET", all.to_owned(), reads),
        ("POST", all.to_owned(), writes),
        ("GET", format!("{all}/{{id}}"), reads),
        ("DELETE", format!("{all}/{{id}}"), writes),
    ];
    doors.into_iter().map(|(method, path, needs)| Door {
        method,
        path,
        name: "EventSubscription",
        kind: event_subscription::ID,
        needs,
        writes: method != "GET",
    })
}

/// The path of an operation, with `{id}` for each parameter.
fn below(path: &str) -> String {
    let parts = path.trim_start_matches('/').split('/');
    let parts = parts.map(|it| if it.starts_with('{') { "{id}" } else { it });
    parts.collect::<Vec<_>>().join("/")
}

fn of_kind(kind: &'static dyn AnyKind) -> Vec<Door> {
    let about = kind.about();
    let one = "/aps/2/resources/{id}";
    let mut doors = Vec::new();
    let mut add = |method, path: String, needs: Option<Permission>, writes| {
        let (name, kind) = (about.name, about.id);
        doors.extend(needs.map(|needs| Door { method, path, name, kind, needs, writes }));
    };
    if let Some(alias) = about.alias {
        add("GET", format!("/aps/2/collections/{alias}"), Some(about.reads), false);
    }
    add("GET", one.to_owned(), Some(about.reads), false);
    add("POST", "/aps/2/resources".to_owned(), kind.create().map(|it| it.needs), true);
    let (changes, deletes) = kind.writes();
    add("PUT", one.to_owned(), changes, true);
    add("DELETE", one.to_owned(), deletes, true);
    for link in kind.links() {
        add("GET", format!("{one}/{}", link.name), Some(about.reads), false);
        let made = registry::made_through(kind, link);
        let made = made.first().and_then(|it| Some(it.0.create()?.needs));
        add("POST", format!("{one}/{}", link.name), link.needs.0.or(made), true);
        add("DELETE", format!("{one}/{}/{{id}}", link.name), link.needs.1, true);
    }
    let operations = kind.operations();
    for call in operations.calls() {
        let path = format!("{one}/{}", below(call.path));
        let keeps = operations.way(call.name).is_some_and(Way::keeps);
        add(call.verb.word(), path, Some(call.needs), keeps);
    }
    doors
}
