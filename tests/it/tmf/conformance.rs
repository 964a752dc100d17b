//! Every resource as the conformance kits try it, on an empty appliance.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tillbox::api::tmf::doors::doors;

use super::facts::{ROWS, Row};
use super::{header, items, told};
use crate::harness::client::Client;
use crate::harness::house::House;

const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// What is wrong with a resource.
struct Trial<'a> {
    client: &'a Client<'a>,
    row: &'a Row,
    wrong: Vec<String>,
}

impl Trial<'_> {
    fn must(&mut self, is_right: bool, what: &str) {
        if !is_right {
            self.wrong.push(format!("{}: {what}", self.row.path));
        }
    }

    fn has(&self, verb: &str) -> bool {
        self.row.verbs.contains(&verb)
    }

    fn body(&self, side: &str) -> Value {
        Row::filled(self.row.make, side)
    }

    fn make(&mut self) -> Option<Value> {
        let body = self.body("East");
        let answer = self.client.call(&format!("POST {}", self.row.path), Some(&body));
        let status = answer.status.as_u16();
        self.must(status == 201, &format!("POST: {}", String::from_utf8_lossy(&answer.body)));
        if status != 201 {
            return None;
        }
        let made = answer.json();
        self.must(header(&answer, "location") == made["href"].as_str(), "Location is not href");
        for (name, said) in body.as_object().expect("an object") {
            self.must(made[name] == *said, &format!("`{name}` is not what was said: {made}"));
        }
        Some(made)
    }

    /// What a thing has, and of which type.
    fn look_at(&mut self, it: &Value) {
        for name in self.row.holds {
            self.must(it.get(*name).is_some_and(|it| !it.is_null()), &format!("no `{name}`: {it}"));
        }
        let texts = ["id", "href", "name", "@type", "status", "lifecycleStatus", "state"];
        for name in texts.iter().filter(|name| it.get(**name).is_some()) {
            self.must(it[*name].is_string(), &format!("`{name}` is no text"));
        }
        for name in ["lastUpdate", "creationDate", "statusDate", "orderDate", "quoteDate"] {
            if let Some(at) = it.get(name) {
                let is_moment = at.as_str().is_some_and(|it| it.ends_with('Z') && it.contains('T'));
                self.must(is_moment, &format!("`{name}` is no moment: {at}"));
            }
        }
        let ends = it["href"].as_str().zip(it["id"].as_str());
        let leads =
            ends.is_some_and(|(href, id)| href.ends_with(&format!("{}/{id}", self.row.path)));
        self.must(leads, &format!("`href` does not lead there: {it}"));
    }

    fn without_each_that_must_be_said(&mut self) {
        for name in self.row.required {
            for absent in [None, Some(Value::Null)] {
                let mut body = self.body("East");
                let fields = body.as_object_mut().expect("an object");
                fields.remove(*name);
                fields.extend(absent.map(|it| ((*name).to_owned(), it)));
                let answer = self.client.call(&format!("POST {}", self.row.path), Some(&body));
                let told = told(&answer);
                let expected = format!("400 required: `{name}` must be given");
                self.must(told == expected, &format!("without `{name}`: {told}"));
            }
        }
        for body in [json!([]), json!("text")] {
            let answer = self.client.call(&format!("POST {}", self.row.path), Some(&body));
            self.must(answer.status == 400, &format!("{body} is taken"));
        }
    }

    fn list(&mut self, it: &Value) {
        let all = items(&self.client.call(&format!("GET {}", self.row.path), None));
        self.must(all.contains(it), "the list does not have it");
        for each in &all {
            self.look_at(each);
        }
        for name in self.row.filters {
            let value = it[*name].as_str().map_or_else(|| it[*name].to_string(), str::to_owned);
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let path = format!("GET {}?{name}={value}", self.row.path);
            let found = items(&self.client.call(&path, None));
            self.must(found.contains(it), &format!("`{name}={value}` does not find it"));
            let is_all = found.iter().all(|found| found[*name] == it[*name]);
            self.must(is_all, &format!("`{name}={value}` finds others"));
            let fields =
                items(&self.client.call(&format!("GET {}?fields={name}", self.row.path), None));
            let names: BTreeSet<_> = fields
                .iter()
                .flat_map(|it| it.as_object().expect("an object").keys().cloned())
                .collect();
            let expected: BTreeSet<_> =
                ["id", "href", *name].iter().map(|it| (*it).to_owned()).collect();
            self.must(names == expected, &format!("`fields={name}` has {names:?}"));
        }
        let none = items(&self.client.call(&format!("GET {}?id={NOTHING}", self.row.path), None));
        self.must(none.is_empty(), "an unknown id finds something");
    }

    fn one(&mut self, it: &Value) {
        let path = format!("{}/{}", self.row.path, it["id"].as_str().expect("an id"));
        let answer = self.client.call(&format!("GET {path}"), None);
        self.must(answer.status == 200 && answer.json() == *it, "it is not shown as it was made");
        for id in [NOTHING, "no-id"] {
            for verb in ["GET", "PATCH", "DELETE"] {
                let can = verb == "GET" || self.has(verb);
                let body = (verb == "PATCH").then(|| json!({}));
                let what = format!("{verb} {}/{id}", self.row.path);
                let status = self.client.call(&what, body.as_ref()).status.as_u16();
                let expected = if can { 404 } else { 405 };
                self.must(status == expected, &format!("{verb} {id}: {status}"));
            }
        }
        let put = self.client.call(&format!("PUT {path}"), Some(&json!({})));
        self.must(put.status == 405, "PUT is not refused");
        self.must(header(&put, "allow").is_some_and(|it| it.contains("GET")), "without `Allow`");
    }

    fn change_and_remove(&mut self, it: &Value) {
        let path = format!("{}/{}", self.row.path, it["id"].as_str().expect("an id"));
        if self.has("PATCH") {
            let same = self.client.call(&format!("PATCH {path}"), Some(&json!({})));
            let mut shown = same.json();
            // It was kept anew.
            shown["lastUpdate"] = it["lastUpdate"].clone();
            if it.get("lastUpdate").is_none() {
                shown.as_object_mut().expect("an object").remove("lastUpdate");
            }
            self.must(shown == *it, &format!("an empty patch changes it: {shown}"));
            let patch = Row::filled(self.row.change, "East");
            let answer = self.client.call(&format!("PATCH {path}"), Some(&patch));
            self.must(answer.status == 200, &format!("PATCH: {}", told(&answer)));
            let changed = answer.json();
            for (name, said) in patch.as_object().expect("an object") {
                self.must(changed[name] == *said, &format!("`{name}` is not changed: {changed}"));
            }
            self.look_at(&changed);
            let shown = self.client.call(&format!("GET {path}"), None).json();
            self.must(shown == changed, "a change is not shown");
            let fixed = self.client.call(&format!("PATCH {path}"), Some(&json!({ "id": "x" })));
            self.must(fixed.status == 400, "its id can be changed");
        }
        if self.has("DELETE") {
            let answer = self.client.call(&format!("DELETE {path}"), None);
            if self.row.removal != 204 {
                let status = answer.status.as_u16();
                self.must(status == self.row.removal, &format!("DELETE: {status}"));
                return;
            }
            self.must(
                answer.status == 204 && answer.body.is_empty(),
                &format!("DELETE: {}", told(&answer)),
            );
            let status = self.client.call(&format!("GET {path}"), None).status;
            self.must(status == 404, "it is still there");
        }
    }
}

#[test]
fn every_resource_does_what_the_kits_try() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let mut wrong = Vec::new();
    for row in ROWS {
        let mut trial = Trial { client: &client, row, wrong: Vec::new() };
        let before = items(&client.call(&format!("GET {}", row.path), None)).len();
        trial.must(before == row.before, &format!("begins with {before}"));
        if !trial.has("POST") {
            let status = client.call(&format!("POST {}", row.path), Some(&json!({}))).status;
            trial.must(status == 405, "POST is not refused");
        } else if row.stage.is_some() {
            // What it is made of is not here.
            let body = trial.body("East");
            let status = client.call(&format!("POST {}", row.path), Some(&body)).status;
            trial.must(status == 400, &format!("POST of what is not there: {status}"));
        } else if let Some(it) = trial.make() {
            trial.look_at(&it);
            trial.without_each_that_must_be_said();
            trial.list(&it);
            trial.one(&it);
            trial.change_and_remove(&it);
        }
        wrong.extend(trial.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The house and these facts have the same resources, verbs and mandatory attributes.
#[test]
fn every_door_is_known_here() {
    let known = ROWS.iter().flat_map(|row| {
        let one = format!("{}/{{id}}", row.path);
        let bulk = row.verbs.contains(&"POST") && !row.path.ends_with("/usage");
        let bulk = bulk.then(|| ("PATCH", row.path.to_owned(), &[][..]));
        let rest = row.verbs.iter().map(move |verb| match *verb {
            "POST" => ("POST", row.path.to_owned(), row.required),
            verb => (verb, one.clone(), &[][..]),
        });
        let reads = [row.path.to_owned(), format!("{}/{{id}}", row.path)];
        reads.into_iter().map(|it| ("GET", it, &[][..])).chain(bulk).chain(rest)
    });
    let known: BTreeSet<_> = known.map(|it| format!("{} {} {:?}", it.0, it.1, it.2)).collect();
    // Hubs are nobody's resources, the events of a topic are what hubs tell, and files belong to jobs.
    let is_resource = |path: &str| {
        let ends = ["/event", "/event/{id}", "/file"];
        !path.contains("/hub") && !ends.iter().any(|it| path.ends_with(it))
    };
    let doors = doors().into_iter().filter(|it| is_resource(&it.path));
    let doors: BTreeSet<_> =
        doors.map(|it| format!("{} {} {:?}", it.method, it.path, it.required)).collect();
    let differing: Vec<_> = doors.symmetric_difference(&known).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

/// What is described is what is there: each path of each document answers.
#[test]
fn each_api_is_described_by_a_document_of_its_own() {
    let house = House::on("2026-01-01");
    let (nobody, client) = (Client::nobody(&house.app), house.operator());
    let listed = nobody.get("/openapi/tmf.json");
    let ours = nobody.get("/openapi.json");
    assert_eq!(ours["externalDocs"]["url"], "/openapi/tmf.json");
    for it in listed.as_array().unwrap() {
        let document = nobody.get(it["href"].as_str().unwrap());
        let base = document["servers"][0]["url"].as_str().unwrap();
        for path in document["paths"].as_object().unwrap().keys().filter(|it| !it.contains('{')) {
            let answer = client.call(&format!("GET {base}{path}?limit=1"), None);
            assert!(answer.status.is_success(), "{base}{path} {}", answer.status);
        }
    }
    assert_eq!(nobody.call("GET /openapi/tmf/7.json", None).status, 404);
}
