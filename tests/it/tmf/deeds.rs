//! One deed for every door of this contract that writes: tests pull the plug in it. What a deed is
//! done to it makes itself.

use serde_json::{Value, json};
use tillbox::api::tmf::doors::doors;

use super::facts::{ROWS, Row};
use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::deeds::Manner;
use crate::harness::stage::Names;

/// Something that is done at a door.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    /// The door: method, and path with `{id}`.
    pub(crate) what: String,
    /// What may become of it when it is cut off.
    pub(crate) manner: Manner,
    list: String,
    make: String,
    change: &'static str,
    /// What the stage calls what it is done to, where that cannot be made here.
    pub(crate) stage: Option<&'static str>,
}

/// All deeds.
pub(crate) fn deeds() -> Vec<Deed> {
    let writing = doors().into_iter().filter(|it| it.writes);
    writing.map(|door| of(&door.method, &door.path)).collect()
}

/// What is published in a topic, and who listens to it: the topic is made first.
fn of_topic(method: &str, path: &str) -> Deed {
    let (list, _) = path.split_once("/{id}").unwrap();
    let make = json!({ "name": "$side", "callback": "https://hook.example.com/" }).to_string();
    let what = format!("{method} {path}");
    Deed { what, manner: Manner::Several, list: list.to_owned(), make, change: "{}", stage: None }
}

fn of(method: &str, path: &str) -> Deed {
    if path.contains("/topic/{id}/") {
        return of_topic(method, path);
    }
    let list = path.trim_end_matches("/{id}");
    let row = ROWS.iter().find(|it| it.path == list);
    // What cannot go while it is the only one goes where there are two.
    let stays = method == "DELETE" && list.ends_with("/billingAccount");
    let stage = if stays { Some("further") } else { row.and_then(|it| it.stage) };
    let (make, change) = match row {
        Some(row) => (row.make.to_owned(), row.change),
        None => {
            assert!(list.ends_with("/hub"), "say in facts.rs what `{list}` is");
            (json!({ "callback": "https://hook.example.com/" }).to_string(), "{}")
        }
    };
    // What is paid in part stays so; what else is said of a bill is kept beside it.
    let change =
        if list.ends_with("/customerBill") { r#"{"description":"$side"}"# } else { change };
    // Usage is taken between acts of its own.
    let is_usage = list.ends_with("/usage");
    let is_made = !path.contains("{id}") && !is_usage;
    let is_one_act = is_made || stage.is_some();
    let stage = stage.filter(|_| path.contains("{id}"));
    let manner = if is_one_act { Manner::Once } else { Manner::Several };
    Deed { what: format!("{method} {path}"), manner, list: list.to_owned(), make, change, stage }
}

impl Deed {
    /// Whether it adds to a list by steps.
    fn is_of_a_list(&self) -> bool {
        self.what.starts_with("PATCH") && !self.what.contains("{id}")
    }

    fn body(text: &str, names: &Names) -> Value {
        let plain = |it: &str| names[it].split_once('_').map_or("", |it| it.1);
        let text = text.replace("$offer", plain("offer")).replace("$customer", plain("customer"));
        Row::filled(&text, &names["side"])
    }

    /// The id of what it is done to, if the stage has that.
    pub(crate) fn on_stage(&self, names: &Names) -> Option<String> {
        let id = &names[self.stage?];
        Some(id.split_once('_').map_or(id.as_str(), |it| it.1).to_owned())
    }

    /// Makes what it is done to.
    pub(crate) fn made(&self, client: &Client<'_>, names: &Names) -> Answer {
        client.call(&format!("POST {}", self.list), Some(&Self::body(&self.make, names)))
    }

    /// Does it as somebody to the thing with an id.
    pub(crate) fn is_done_to(&self, id: &str, client: &Client<'_>, names: &Names) -> Answer {
        let what = self.what.replace("{id}", id);
        if self.is_of_a_list() {
            let value = Self::body(&self.make, names);
            let steps = json!([{ "op": "add", "path": "/-", "value": value }]);
            let client = client.header("content-type", "application/json-patch+json");
            return client.call_raw(&what, Some(steps.to_string().into_bytes()));
        }
        let body = match what.split(' ').next() {
            Some("POST") => Some(Self::body(&self.make, names)),
            Some("PATCH") => Some(Self::body(self.change, names)),
            _ => None,
        };
        client.call(&what, body.as_ref())
    }

    /// Does it once, with what must be there before.
    pub(crate) fn is_done(&self, app: &App, names: &Names) -> Answer {
        let client = Client::with_token(app, &names["seller"]);
        let mut id = String::new();
        if let Some(there) = self.on_stage(names) {
            id = there;
        } else if self.what.contains("{id}") {
            let made = self.made(&client.header("idempotency-key", "make"), names);
            if !made.status.is_success() {
                return made;
            }
            made.json()["id"].as_str().unwrap().clone_into(&mut id);
        }
        let closes = self.what.starts_with("DELETE") && self.list.ends_with("/financialAccount");
        let client = if closes { Client::with_token(app, &names["operator"]) } else { client };
        self.is_done_to(&id, &client.header("idempotency-key", "deed"), names)
    }
}
