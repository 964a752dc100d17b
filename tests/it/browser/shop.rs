//! The shop, as somebody goes through it who buys: from a word that is typed to an order that is done.

use serde_json::{Value, json};

use super::chromium::chromium;
use super::inspection;
use super::stage::Stage;
use super::tab::{Sight, Tab};

/// A trade whose buyer can be billed.
fn opened() -> Stage {
    let stage = Stage::set();
    let operator = stage.market.operator();
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", stage.market.house.customer.account);
    operator.patch(&account, &json!({ "address": address }));
    stage
}

/// What is wrong with the page, at a desk and in a hand, by day and by night.
#[track_caller]
fn must_be_in_order(tab: &Tab) {
    let sights = [Sight::DESK, Sight::HAND].into_iter().flat_map(|it| [it, it.by_night()]);
    let faults: Vec<_> = sights.flat_map(|it| inspection::faults(tab, it)).collect();
    tab.look(Sight::DESK);
    let found = [faults, inspection::obstacles(tab)].concat();
    assert!(found.is_empty(), "{} at {}", found.join("\n"), tab.path());
}

/// 30 a month for each.
fn each_desk() -> Value {
    json!({
        "name": "Desk", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "per_unit", "per_unit": "30" },
    })
}

fn orders(stage: &Stage) -> Value {
    let account = &stage.market.house.customer.account;
    stage.market.operator().get(&format!("/orders?account={account}"))["items"].clone()
}

#[test]
fn from_a_word_to_an_order_that_is_done() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    stage.market.offer("Long desk", &[each_desk()]);
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/");
    tab.click("link", "To the shop");
    tab.fill("searchbox", "Find offers", "long");
    tab.until("document.querySelectorAll('article').length === 1");
    must_be_in_order(&tab);
    tab.click("link", "Long desk");
    tab.sees("Net €30.00 with tax €36.00");
    tab.settle();
    tab.click("button", "One more");
    tab.sees("Net €60.00");
    must_be_in_order(&tab);
    tab.click("button", "Order it");
    tab.sees("First invoice of it");
    tab.click("button", "Place the order");
    tab.sees("What you ordered is yours.");
    must_be_in_order(&tab);
    assert_eq!(orders(&stage)[0]["items"][0]["quantity"], 2);
    tab.must_be_content();
}

#[test]
fn offers_are_narrowed_down_and_seen_side_by_side() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/shop");
    tab.sees("Virtual server");
    tab.sees("Mailbox");
    // What it costs in the buyer's currency, and that it has no price in it.
    tab.sees("not in EUR");
    tab.click("radio", "By usage 1");
    tab.until("document.querySelectorAll('article').length === 1");
    tab.sees("Virtual server");
    tab.click("button", "Clear the filters");
    tab.sees("Mailbox");
    tab.click("checkbox", "Compare Mailbox");
    tab.sees("Choose one more.");
    tab.click("checkbox", "Compare Virtual server");
    tab.click("link", "Side by side");
    tab.sees("Prices in detail");
    tab.sees("Traffic");
    must_be_in_order(&tab);
    tab.click("button", "Take Virtual server out");
    tab.until("!seen().includes('Traffic')");
    tab.click("link", "Choose Mailbox");
    tab.sees("Order it");
    tab.must_be_content();
}
