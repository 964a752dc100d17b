//! FIWARE Business API Ecosystem, first generation: what its proxy takes, refuses and answers.
//!
//! Its rules for the catalogue, and where they are tried:
//!
//! | subject | test |
//! |---|---|
//! | any create, any update: form, role, owner, validity, related parties | `products::whoever_writes_says_it_right_and_for_itself` |
//! | catalog | `products::a_catalog_has_a_name_of_its_own_and_takes_offerings_when_it_is_ready` |
//! | category | `products::categories_are_a_tree_of_names` |
//! | product specification | `products::a_product_reads_back_as_it_was_said` |
//! | bundle of products | `products::a_product_is_what_its_parts_are` |
//! | product specification update, digital upgrade | `products::a_product_stays_what_it_was_but_for_an_upgrade` |
//! | license | `products::a_license_is_accepted_by_who_buys` |
//! | retired and obsolete after the offerings | `offerings::what_is_offered_is_retired_after_its_offerings` |
//! | offering create, launch, update | `offerings::an_offering_is_launched_last_and_stays_what_it_was` |
//! | offering, bundle or not, category | `offerings::an_offering_delivers_a_product_or_a_bundle_of_offerings` |
//! | price plans, open and free | `prices::*` |
//! | list parameters | `lists::*` |
//!
//! What the system was weak at, what one in its place has to do and what it can do better is listed, each with
//! its tests, in [`promised`].

mod assets;
mod buying;
mod consuming;
mod customers;
pub(crate) mod deeds;
mod having;
mod items;
mod links;
mod lists;
mod marketplace;
mod neighbors;
mod offerings;
mod parties;
mod paying;
mod prices;
mod products;
mod promised;
mod rating;
mod revenue;
mod rights;
mod sellers;
mod shop;
mod ways_in;
mod weaknesses;

use serde_json::Value;

use crate::harness::app::Answer;

/// The status and, of a refusal, the sentence of its envelope.
#[track_caller]
fn told(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return status.to_string();
    }
    let body = answer.json();
    // Revenue sharing has faults of its own.
    if let Some(text) = body["exceptionText"].as_str() {
        return format!("{status} {text}");
    }
    let text = body["error"].as_str().unwrap_or_else(|| panic!("{status} {body}"));
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{body}");
    format!("{status} {text}")
}

/// The things of a list, which must be one.
#[track_caller]
fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status.as_u16(), 200, "{}", told(answer));
    answer.json().as_array().expect("a list").clone()
}
