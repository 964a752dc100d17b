//! TM Forum Open APIs: what its kits and its clients look for.

mod accepted_terms;
mod account_terms;
mod addresses;
mod balances;
mod bills;
mod bills_told;
mod bundles;
mod catalog_files;
mod catalog_languages;
mod catalogues;
mod characteristics;
mod commerce;
mod conformance;
mod consumption;
mod contacts;
pub(crate) mod deeds;
mod events;
mod facts;
mod hubs;
mod lists;
mod lives;
mod order_items;
mod order_states;
mod own;
mod parties;
mod payments;
mod price_files;
mod prices;
mod products;
mod purses;
mod qualifications;
mod quotes;
mod recycled;
mod revisions;
mod rights;
mod shelf;
mod states;
mod topics;
mod topups;
mod usage_prices;
mod words;

use serde_json::Value;

use crate::harness::app::Answer;

/// A header of an answer.
fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).and_then(|it| it.to_str().ok())
}

/// The id below the prefix of ours.
fn plain(id: &Value) -> String {
    id.as_str().unwrap().split_once('_').unwrap().1.to_owned()
}

/// The status and, of a refusal, its code and reason, which must be in the envelope.
#[track_caller]
fn told(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return status.to_string();
    }
    let body = answer.json();
    assert_eq!(body["status"], status.to_string(), "{body}");
    assert_eq!(body["@type"], "Error", "{body}");
    let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    format!("{status} {}: {}", text("code"), text("reason"))
}

/// The things of a list, which must be one.
#[track_caller]
fn items(answer: &Answer) -> Vec<Value> {
    assert!(matches!(answer.status.as_u16(), 200 | 206), "{}", told(answer));
    answer.json().as_array().expect("a list").clone()
}
