//! The doors of this contract: what can be done where, and what one needs for it. From the table of
//! APIs, so that none can be forgotten.

use super::door::{Deed, Target, deeds, needs};
use super::table::{APIS, topics};
use crate::domain::operator::Permission;

/// One door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The method.
    pub method: String,
    /// The path, with `{id}` for an id.
    pub path: String,
    /// What a caller needs.
    pub needs: Permission,
    /// What a body that makes one must say; empty for other methods.
    pub required: &'static [&'static str],
    /// Whether something can come of it.
    pub writes: bool,
}

/// What is told of a resource, below the list of which it lies: the types of its events.
#[must_use]
pub fn told() -> Vec<(String, Vec<String>)> {
    let all = APIS.iter().flat_map(|api| api.resources.iter().map(move |of| (api, of)));
    let told = all.map(|(api, of)| {
        let mut types: Vec<_> =
            of.events.iter().map(|it| format!("{}{}", of.class(), it.1)).collect();
        types.sort();
        types.dedup();
        (format!("{}/{}", api.base, of.name), types)
    });
    told.collect()
}

/// All doors.
#[must_use]
pub fn doors() -> Vec<Door> {
    let mut all = Vec::new();
    for api in APIS {
        let mut add = |target: &Target, path: String, required: &'static [&'static str]| {
            for deed in deeds(target) {
                let method = deed.method().to_string();
                let required = if method == "POST" { required } else { &[] };
                let writes = method != "GET";
                let needs = needs(target, deed);
                all.push(Door { method, path: path.clone(), needs, required, writes });
            }
        };
        for of in api.resources {
            let list = format!("{}/{}", api.base, of.name);
            add(&Target::List(api, of), list.clone(), of.required);
            add(&Target::One(api, of, String::new()), format!("{list}/{{id}}"), &[]);
            if of.has_file {
                add(&Target::File(of, String::new()), format!("{list}/{{id}}/file"), &[]);
            }
        }
        let events = format!("{}/topic/{}/event", topics().base, api.code());
        add(&Target::Events(api), events.clone(), &[]);
        add(&Target::Event(api, String::new()), format!("{events}/{{id}}"), &[]);
        let hub = format!("{}/hub", api.base);
        add(&Target::Hub(api), hub.clone(), &["callback"]);
        add(&Target::Listener(api, String::new()), format!("{hub}/{{id}}"), &[]);
    }
    // One leaves the hub of a topic as that of an API.
    let topic = format!("{}/topic/{{id}}", topics().base);
    for (target, path, required) in [
        (Target::Published(String::new()), "event", &[][..]),
        (Target::PublishedOne(String::new(), String::new()), "event/{id}", &[]),
        (Target::TopicHub(String::new()), "hub", &["callback"]),
        (Target::TopicListener(String::new(), String::new()), "hub/{id}", &[]),
    ] {
        for deed in deeds(&target).into_iter().filter(|it| *it != Deed::Remove) {
            let needs = needs(&target, deed);
            let method = deed.method().to_string();
            let required = if method == "POST" { required } else { &[] };
            let writes = method != "GET";
            all.push(Door { method, path: format!("{topic}/{path}"), needs, required, writes });
        }
    }
    all
}
