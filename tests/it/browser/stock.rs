//! Selling, as somebody goes through it who has never done it: step by step to the shelf, and the work
//! on what is ordered.

use serde_json::json;

use super::chromium::chromium;
use super::inspection;
use super::stage::{OLGA, Stage};
use super::tab::Sight;
use crate::harness::house::invite;
use crate::harness::market::{monthly, text};

#[test]
fn step_by_step_to_the_shelf_and_on_to_the_work_on_an_order() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let market = &stage.market;
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/stock");
    tab.sees("Next year");
    tab.click("link", "Sell something new");
    tab.fill("textbox", "Name (English)", "Set-up by hand");
    tab.fill("textbox", "In one line (English)", "Somebody comes and does it");
    tab.click("button", "Go on");
    tab.choose("It comes to be", "somebody of you");
    tab.click("button", "Go on");
    tab.sees("How one commits to it");
    tab.click("button", "Back");
    tab.sees("How it gets to the buyer");
    tab.click("button", "Go on");
    tab.click("button", "Go on to its prices");
    tab.sees("No price yet");
    tab.click("button", "New price");
    tab.fill("textbox", "What the invoice calls it", "Each visit");
    tab.choose("How much", "so much for each unit");
    tab.fill("textbox", "Each, in EUR", "80");
    tab.sees("€800.00");
    tab.click("button", "Add the price");
    tab.sees("€80.00 for each unit");
    tab.click("button", "Go on");
    tab.sees("Nothing keeps it back.");
    let found = || {
        let buyer = market.house.client(&market.house.customer.admin);
        buyer.get("/search?q=set-up")["items"].as_array().unwrap().len()
    };
    assert_eq!(found(), 0, "nobody finds it before it is on sale");
    tab.click("button", "Put it on sale");
    tab.sees("Set-up by hand is on sale");
    assert!(inspection::faults(&tab, Sight::DESK).is_empty());
    tab.must_be_content();
    assert_eq!(found(), 1);
    // A customer orders it, and somebody has to come.
    let offer = market.operator().get("/search?q=set-up")["items"][0]["id"].clone();
    let account = &market.house.customer.account;
    let order = json!({ "account": account, "items": [{ "offer": offer }] });
    let order = market.operator().post("/orders", &order);
    assert_eq!(order["state"], "in_progress");
    tab.go("/ui/work");
    tab.sees("Bring it about");
    assert!(inspection::faults(&tab, Sight::HAND).is_empty());
    tab.look(Sight::DESK);
    tab.click("button", "Done");
    tab.sees("Nothing waits for you");
    tab.sees("No order is under way");
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(market.operator().get(&path)["state"], "completed");
    tab.must_be_content();
}

/// Who delivers for another seller finds what it has to do above its own orders, and says that it is done;
/// who comes to the shop through a channel finds what is sold there, and orders it.
#[test]
fn who_delivers_for_another_handles_its_part_of_what_came_through_a_channel() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let (market, house) = (&stage.market, &stage.market.house);
    let account = text(&market.customer("Ada", "EUR")["id"]);
    invite(&house.app, &house.operator, &account, "admin@ada.test", "customer_admin");
    let offer = json!({ "supplier": account, "channels": ["partner"] });
    let by_hand = json!({ "connector": "manual" });
    market.offer_like("Bound books", &[monthly("Base", "EUR", "10")], (offer, by_hand));
    let buyer = text(&market.customer("Bea", "EUR")["id"]);
    invite(&house.app, &house.operator, &buyer, "admin@bea.test", "customer_admin");
    let tab = stage.signed_in(chromium, "admin@bea.test");
    tab.go("/ui/shop?q=bound");
    tab.sees("No offer fits");
    tab.go("/ui/shop?q=bound&channel=partner");
    tab.click("link", "Bound books");
    tab.sees("€10.00");
    tab.click("button", "Add to cart");
    tab.sees("It is in your cart.");
    tab.go("/ui/checkout");
    tab.sees("First invoice");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    let order = market.operator().get("/orders")["items"][0].clone();
    assert_eq!((&order["channel"], &order["state"]), (&json!("partner"), &json!("in_progress")));
    let tab = stage.signed_in(chromium, "admin@ada.test");
    tab.go("/ui/orders");
    tab.sees("Orders to handle");
    assert!(inspection::faults(&tab, Sight::DESK).is_empty());
    tab.click("link", &order["number"].to_string());
    tab.click("button", "Actions for Bound books");
    tab.click("button", "It is done");
    tab.sees("Completed");
    let path = format!("/orders/{}", text(&order["id"]));
    assert_eq!(market.operator().get(&path)["state"], "completed");
    tab.must_be_content();
}
