//! Two resellers, with everything there is on both sides, and nobody learns anything of the other:
//! what is somebody else's is answered exactly as what is not there.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tillbox::api::v1::{document, rights};
use tillbox::domain::operator::Actor;
use tillbox::store::fact::Facts;

use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::deeds::{Deed, deeds};
use crate::harness::house::{House, text};
use crate::harness::stage::{Names, Scene, Stage, open};

/// The tail of an id that nothing has.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// Who of a side looks for what of the other side.
const CALLERS: &[&str] = &["seller", "buyer", "member"];

/// The ids among the names of the other side. What both sides have is nobody's secret: the
/// templates of the house.
fn ids<'a>(there: &'a Names, here: &Names) -> BTreeSet<&'a str> {
    let own = |it: &&str| !here.values().any(|own| own == it);
    there.values().map(String::as_str).filter(|it| is_id(it)).filter(own).collect()
}

fn is_id(text: &str) -> bool {
    text.len() == NOTHING.len() + 4 && text.as_bytes()[3] == b'_'
}

/// The id of nothing, of the same kind.
fn of_nothing(id: &str) -> String {
    format!("{}_{NOTHING}", &id[..3])
}

/// What an answer says, whichever id it was asked with, whole or cut short.
fn said(answer: &Answer, id: &str) -> String {
    let text = String::from_utf8_lossy(&answer.body).replace(id, "{id}").replace(&id[..20], "{id}");
    let text = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(mut problem)) => {
            problem.remove("request_id");
            Value::Object(problem).to_string()
        }
        _ => text,
    };
    format!("{} {text}", answer.status)
}

fn facts(app: &App) -> u64 {
    app.bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap()
}

/// Compares an answer about something of others with that about nothing.
fn must_be_nothing(wrong: &mut Vec<String>, what: &str, id: &str, ask: impl Fn(&str) -> Answer) {
    let nothing = of_nothing(id);
    let (theirs, none) = (said(&ask(id), id), said(&ask(&nothing), &nothing));
    if theirs != none {
        wrong.push(format!("{what} with {id}\n   says {theirs}\n   and of nothing {none}"));
    }
}

fn all_is_well(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Both sides, each as the one that looks at the other.
fn sides(stage: &Stage) -> [(&Names, &Names); 2] {
    [(&stage.north, &stage.south), (&stage.south, &stage.north)]
}

#[test]
fn no_list_tells_of_the_other_side() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut wrong = Vec::new();
    for (here, there) in sides(stage) {
        let (canary, foreign) = (there["side"].to_lowercase(), ids(there, here));
        assert!(foreign.len() > 40, "a side is furnished: {}", foreign.len());
        for caller in CALLERS {
            let client = Client::with_token(&app, &here[caller]);
            for (_, path, _) in
                rights().into_iter().filter(|it| it.0 == "GET" && !it.1.contains('{'))
            {
                let answer = client.call(&format!("GET {path}?limit=1000"), None);
                let answer = match answer.status {
                    StatusCode::UNPROCESSABLE_ENTITY => client.call(&format!("GET {path}"), None),
                    _ => answer,
                };
                let text = String::from_utf8_lossy(&answer.body).to_lowercase();
                let told = foreign.iter().find(|it| text.contains(**it));
                if let Some(told) = told.copied().or(text.contains(&canary).then_some(&*canary)) {
                    wrong.push(format!("GET {path} tells the {caller} of {told}"));
                }
            }
        }
    }
    all_is_well(&wrong);
}

#[test]
fn no_list_is_led_to_the_other_side_by_what_is_asked() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut wrong = Vec::new();
    for (here, there) in sides(stage) {
        let client = Client::with_token(&app, &here["seller"]);
        // One of each kind, and the account of their customer, which is where most things lie.
        let mut kinds: BTreeMap<_, _> =
            ids(there, here).into_iter().map(|it| (&it[..3], it)).collect();
        kinds.insert("acc", &there["customer"]);
        for (path, parameters) in parameters() {
            for (parameter, id) in
                parameters.iter().flat_map(|it| kinds.values().map(move |id| (it, id)))
            {
                let ask = |id: &str| client.call(&format!("GET {path}?{parameter}={id}"), None);
                must_be_nothing(&mut wrong, &format!("GET {path}?{parameter}"), id, ask);
            }
        }
    }
    all_is_well(&wrong);
}

/// What can be asked of each route that lists, by the document that describes them.
fn parameters() -> Vec<(String, Vec<String>)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let asked = paths.iter().filter(|it| !it.0.contains('{')).filter_map(|(path, methods)| {
        let parameters = methods["get"]["parameters"].as_array()?.iter();
        let names = parameters.filter(|it| it["in"] == "query").map(|it| it["name"].as_str());
        // A channel is a word that names nothing of anybody.
        let own = |it: &&str| !["limit", "cursor", "order", "fields", "channel"].contains(it);
        let names: Vec<_> = names.flatten().filter(own).map(ToOwned::to_owned).collect();
        Some((path.trim_start_matches("/api/v1").to_owned(), names))
    });
    asked.filter(|it| !it.1.is_empty()).collect()
}

#[test]
fn nothing_of_the_other_side_opens() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut wrong = Vec::new();
    for (here, there) in sides(stage) {
        for caller in CALLERS {
            let client = Client::with_token(&app, &here[caller]);
            for (_, path, _) in
                rights().into_iter().filter(|it| it.0 == "GET" && it.1.contains('{'))
            {
                for id in ids(there, here) {
                    let ask = |id: &str| client.call(&format!("GET {}", with_id(path, id)), None);
                    must_be_nothing(&mut wrong, &format!("GET {path} by the {caller}"), id, ask);
                }
            }
        }
    }
    all_is_well(&wrong);
}

fn with_id(path: &str, id: &str) -> String {
    let parts = path.split('/').map(|it| if it.starts_with('{') { id } else { it });
    parts.collect::<Vec<_>>().join("/")
}

/// A customer sees of the other customers of its own seller as little as of strangers.
#[test]
fn a_customer_sees_nothing_of_another_customer_of_its_seller() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let names = &stage.north;
    let others = [
        "payer",
        "paid_subscription",
        "order_3",
        "unpaid",
        "payment",
        "planner",
        "planned",
        "credit_note",
        "credited",
        "suspended",
        "held",
    ];
    let mut wrong = Vec::new();
    for caller in ["buyer", "member"] {
        let client = Client::with_token(&app, &names[caller]);
        for (_, path, _) in rights().into_iter().filter(|it| it.0 == "GET") {
            let listed = (!path.contains('{')).then(|| client.call(&format!("GET {path}"), None));
            let text = listed.map(|it| String::from_utf8_lossy(&it.body).into_owned());
            for id in others.iter().map(|it| &*names[it]) {
                if text.as_ref().is_some_and(|it| it.contains(id)) {
                    wrong.push(format!("GET {path} tells the {caller} of {id}"));
                }
                let ask = |id: &str| client.call(&format!("GET {}", with_id(path, id)), None);
                if path.contains('{') {
                    must_be_nothing(&mut wrong, &format!("GET {path} by the {caller}"), id, ask);
                }
            }
        }
    }
    all_is_well(&wrong);
}

#[test]
fn nothing_is_done_to_the_other_side() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut wrong = Vec::new();
    let before = facts(&app);
    let deeds = deeds();
    for deed in deeds.iter().filter(|it| it.scene == Scene::Quiet) {
        for (here, there) in sides(stage) {
            for caller in ["seller", "buyer"] {
                let client = match deed.by {
                    "nobody" | "session" => deed.doer(&app, here),
                    _ => Client::with_token(&app, &here[caller]),
                };
                let foreign = ids(there, here);
                for (name, id) in there.iter().filter(|it| foreign.contains(it.1.as_str())) {
                    let is_asked = |it: &&(&'static str, String)| it.0 == *name;
                    let Some(_) = used(deed, there).iter().find(is_asked) else { continue };
                    let ask = |id: &str| {
                        let names = with(here, name, id);
                        client.call(&deed.request(&names), deed.body(&names).as_ref())
                    };
                    let what = format!("{} with {name} by the {caller}", deed.what);
                    must_be_nothing(&mut wrong, &what, id, ask);
                }
            }
            let after = facts(&app);
            if after != before {
                wrong.push(format!("{}: {} facts came of it", deed.what, after - before));
                return all_is_well(&wrong);
            }
        }
    }
    all_is_well(&wrong);
}

/// The things that a deed names.
fn used(deed: &Deed, names: &Names) -> Vec<(&'static str, String)> {
    let request = deed.request(names);
    let body = deed.body(names).unwrap_or_default().to_string();
    let named = |it: &String| request.contains(it.as_str()) || body.contains(it.as_str());
    let used = names.iter().filter(|it| named(it.1)).map(|(name, id)| (*name, id.clone()));
    used.collect()
}

fn with(names: &Names, name: &'static str, id: &str) -> Names {
    let mut names = names.clone();
    names.insert(name, id.to_owned());
    names
}

#[test]
fn what_one_seller_calls_something_is_free_for_another_and_not_for_itself() {
    let house = House::on("2026-01-01");
    let named = [
        ("/meters", json!({ "code": "SAME", "name": "Same", "unit": "GB" })),
        ("/tax_categories", json!({ "code": "SAME", "name": "Same" })),
        ("/tax_zones", json!({ "code": "SAME", "name": "Same" })),
    ];
    for seller in [&house.north.admin, &house.south.admin, &house.operator] {
        let seller = house.client(seller);
        for (path, body) in &named {
            let own = text(&seller.post(path, body)["id"]);
            let again = seller.call(&format!("POST {path}"), Some(body)).json();
            assert_eq!(again["type"], "/problems/duplicate");
            assert!(text(&again["detail"]).contains(&own), "it is its own that takes it: {again}");
        }
    }
}
