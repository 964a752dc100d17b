//! Bundles in a browser: whose terms of use are accepted, what is bought at once, and what goes off the
//! market with a part.

use serde_json::json;

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::shop::opened;
use super::stage::{OLGA, Stage};
use crate::harness::market::{monthly, text};

/// A bundle of a book, of which the terms of use say something, and a pen; the bundle and the book.
fn bundled(stage: &Stage) -> [String; 2] {
    let market = &stage.market;
    let base = || [monthly("Base", "EUR", "10")];
    let rules = json!({
        "version": "b1", "title": { "en": "Rules of the book" },
        "text": { "en": "Read it to the end." },
    });
    let ruled = (json!({ "terms_of_use": rules }), json!({}));
    let book = market.offer_like("Ruled book", &base(), ruled);
    let pen = market.offer("Red pen", &base());
    let part = |offer: &String| json!({ "offer": offer, "min": 1, "max": 1, "default": 1 });
    let parts = json!({ "bundle": [part(&book), part(&pen)] });
    [market.offer_like("Writing set", &[], (parts, json!({}))), book]
}

#[test]
fn who_buys_a_bundle_at_once_accepts_the_terms_of_its_parts() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let [set, _] = bundled(&stage);
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go(&format!("/ui/shop/{set}"));
    tab.sees("Read it to the end.");
    tab.sees("Its terms of use are accepted at the checkout.");
    tab.settle();
    tab.click("button", "Add to cart");
    tab.sees("It is in your cart.");
    // Once more is one more of it.
    tab.click("button", "Add to cart");
    tab.until("document.querySelector('[href$=\"/cart\"]')");
    tab.go("/ui/cart");
    tab.until("document.querySelector('input[name=quantity]').value === '2'");
    tab.go(&format!("/ui/shop/{set}"));
    tab.sees("It is in your cart.");
    tab.settle();
    tab.click("button", "Buy now");
    tab.sees("To pay €24.00");
    tab.sees("Rules of the book");
    must_be_in_order(&tab);
    tab.click("button", "Order with obligation to pay");
    tab.until("document.activeElement.matches('[type=checkbox]:invalid')");
    tab.click("checkbox", "I accept these terms of use");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    // What lay in the cart lies there still.
    tab.go("/ui/cart");
    tab.until("document.querySelector('input[name=quantity]').value === '2'");
    let account = &stage.market.house.customer.account;
    let orders = stage.market.operator().get(&format!("/orders?account={account}"));
    let order = &orders["items"][0];
    assert_eq!(order["items"].as_array().map(Vec::len), Some(3), "{order}");
    assert_eq!(order["accepted_terms"].as_array().map(Vec::len), Some(1), "{order}");
    tab.must_be_content();
}

#[test]
fn what_is_sold_no_more_is_asked_first_with_what_it_is_in() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let [set, book] = bundled(&stage);
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&format!("/ui/catalogue/{book}"));
    tab.sees("Ruled book");
    tab.settle();
    tab.click("button", "More actions");
    tab.click("button", "Sell it no more");
    tab.sees("Go on having it");
    tab.sees("Writing set");
    must_be_in_order(&tab);
    let state = |id: &str| text(&stage.market.operator().get(&format!("/offers/{id}"))["state"]);
    assert_eq!(state(&book), "launched", "nothing has happened yet");
    tab.click("button", "Sell it no more");
    tab.sees("Ruled book is sold no more");
    assert_eq!([state(&book), state(&set)], ["retired", "retired"]);
    tab.go("/ui/blocks");
    tab.must_be_content();
}

/// What costs less together says so in the shop, in the cart and at the checkout.
#[test]
fn a_bundle_shows_what_it_costs_less_than_its_parts() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let [set, _] = bundled(&stage);
    stage.market.operator().patch(&format!("/offers/{set}"), &json!({ "parts_discount": "25" }));
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go(&format!("/ui/shop/{set}"));
    tab.sees("They cost 25 % less in it.");
    tab.sees("By themselves €20.00");
    tab.sees("Net €15.00");
    must_be_in_order(&tab);
    tab.settle();
    tab.click("button", "Add to cart");
    tab.sees("It is in your cart.");
    tab.go("/ui/cart");
    tab.sees("€15.00 every month");
    tab.click("link", "To the checkout");
    tab.sees("To pay €18.00");
    tab.click("checkbox", "I accept these terms of use");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    let seller = stage.signed_in(chromium, OLGA);
    seller.go(&format!("/ui/catalogue/{set}"));
    seller.sees("They cost 25 % less in it.");
    must_be_in_order(&seller);
    tab.must_be_content();
    seller.must_be_content();
}
